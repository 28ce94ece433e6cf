// SPDX-License-Identifier: MIT
/*
 * SYN cookies (RFC 4987, 3.6; D. J. Bernstein and E. Schenk, 1996): when the SYN queue is full the
 * listener keeps nothing of a SYN. What it must know again at the final ACK is in the numbers of the
 * SYN-ACK, which that ACK acknowledges and echoes:
 *
 *   sequence number = H(addresses, 0) + client's ISN + minute << 24 + (H(addresses, minute) + MSS
 *   class) mod 2^24, with H keyed: of all numbers eight in 2^32 are valid at a time;
 *   the low six bits of the time stamp: window scale (15: none), SACK and ECN.
 *
 * Without time stamps such a connection has no options but the MSS.
 */
#include <net/tcp.h>

#define COOKIE_BITS	 24
#define COOKIE_MASK	 ((1u << COOKIE_BITS) - 1)
#define COOKIE_PERIOD_NS (60 * NSEC_PER_SEC)
#define COOKIE_MAX_AGE	 2u /* periods */
#define COOKIE_VALID_NS	 (COOKIE_MAX_AGE * COOKIE_PERIOD_NS)
#define TS_OPTION_BITS	 6
#define TS_OPTION_MASK	 ((1u << TS_OPTION_BITS) - 1)
#define TS_WSCALE_MASK	 0xfu
#define TS_WSCALE_NONE	 0xfu
#define TS_SACK		 0x10u
#define TS_ECN		 0x20u

/* The classes: what most paths have. */
#define MSS_CLASSES 4
static const uint16_t mss_class_v4[MSS_CLASSES] = {536, 1300, 1440, 1460};
static const uint16_t mss_class_v6[MSS_CLASSES] = {1220, 1420, 1440, 8940};

static const uint16_t *mss_classes(const struct request_sock *req)
{
	return ipv6_addr_v4mapped(&req->common.skc_v6_daddr) ? mss_class_v4 : mss_class_v6;
}

static uint32_t cookie_hash(const struct request_sock *req, uint32_t count, unsigned int which)
{
	const struct sock_common *c = &req->common;

	const struct siphash_key *key = &c->skc_net->tcp->cookie_key[which];
	const uint64_t ports = (uint64_t)c->skc_dport << 16 | c->skc_num;

	return (uint32_t)siphash_2u64(
		inet_addr_pair_hash(&c->skc_v6_daddr, &c->skc_v6_rcv_saddr, key),
		ports << 32 | count, key);
}

static uint32_t cookie_minute(struct net *net)
{
	return (uint32_t)(port_time_ns(net->port) / COOKIE_PERIOD_NS);
}

static uint32_t make_cookie(const struct request_sock *req, uint32_t minute, uint32_t data)
{
	return cookie_hash(req, 0, 0) + req->rcv_isn + (minute << COOKIE_BITS) +
	       ((cookie_hash(req, minute, 1) + data) & COOKIE_MASK);
}

/* What make_cookie() was given as data; anything out of range: not our cookie, or too old. */
static uint32_t cookie_data(const struct request_sock *req, uint32_t cookie)
{
	const uint32_t minute = cookie_minute(req->common.skc_net);
	uint32_t age;

	cookie -= cookie_hash(req, 0, 0) + req->rcv_isn;
	age = (minute - (cookie >> COOKIE_BITS)) & (UINT32_MAX >> COOKIE_BITS);
	if (age >= COOKIE_MAX_AGE)
		return UINT32_MAX;
	return (cookie - cookie_hash(req, minute - age, 1)) & COOKIE_MASK;
}

bool tcp_syn_flood_action(struct sock *listener)
{
	struct net *net = listener->sk_net;

	if (!net->sysctl.tcp_syncookies) {
		NET_INC(net, TcpExtTCPReqQFullDrop);
		return false;
	}
	NET_INC(net, TcpExtTCPReqQFullDoCookies);
	return true;
}

uint32_t tcp_cookie_isn(struct sock *listener, struct request_sock *req)
{
	struct net *net = listener->sk_net;
	uint32_t class = MSS_CLASSES - 1;

	while (class && mss_classes(req)[class] > req->mss)
		class --;
	req->mss = mss_classes(req)[class];
	inet_csk(listener)->icsk_synq_overflow = true;
	inet_csk(listener)->icsk_synq_overflow_ns = port_time_ns(net->port);
	NET_INC(net, TcpExtSyncookiesSent);
	return make_cookie(req, cookie_minute(net), class);
}

/* Never later than now, or the client would take what follows for old (RFC 7323, 5). */
uint32_t tcp_cookie_timestamp(const struct request_sock *req, uint32_t now_ms)
{
	uint32_t options = req->wscale_ok ? req->snd_wscale : TS_WSCALE_NONE, ts;

	if (req->sack_ok)
		options |= TS_SACK;
	if (req->ecn_ok)
		options |= TS_ECN;
	ts = (now_ms & ~TS_OPTION_MASK) | options;
	return ts > now_ms ? ts - (1u << TS_OPTION_BITS) : ts;
}

/* The options that the echoed time stamp tells. false: ones that we do not offer (any more). */
static bool decode_timestamp(struct request_sock *req, uint32_t tsecr, const struct sysctl *s)
{
	req->tstamp_ok = true;
	req->sack_ok = tsecr & TS_SACK;
	req->ecn_ok = (tsecr & TS_ECN) && s->tcp_ecn;
	req->wscale_ok = (tsecr & TS_WSCALE_MASK) != TS_WSCALE_NONE;
	if (req->wscale_ok)
		req->snd_wscale = tsecr & TS_WSCALE_MASK;
	return s->tcp_timestamps && (!req->sack_ok || s->tcp_sack) &&
	       (!req->wscale_ok || (s->tcp_window_scaling && req->snd_wscale <= TCP_MAX_WSCALE));
}

/* Cookies were sent lately: else no ACK can be a cookie's, and guessing is in vain. */
static bool cookies_are_out(struct sock *listener)
{
	const struct inet_connection_sock *icsk = inet_csk(listener);

	return icsk->icsk_synq_overflow &&
	       port_time_ns(listener->sk_net->port) - icsk->icsk_synq_overflow_ns <=
		       COOKIE_VALID_NS;
}

/* The request as it was when the SYN came. false: no valid cookie. */
static bool restore_request(struct request_sock *req, struct sock *listener,
			    const struct sk_buff *skb)
{
	struct net *net = listener->sk_net;
	struct tcp_options_received opt = {0};
	uint32_t class;

	tcp_reqsk_addresses(req, skb);
	tcp_auth_open_request(req, skb);
	req->rcv_isn = TCP_SKB_CB(skb)->seq - 1;
	req->rcv_nxt = req->rcv_isn + 1;
	req->snt_isn = TCP_SKB_CB(skb)->ack_seq - 1;
	class = cookie_data(req, req->snt_isn);
	if (class >= MSS_CLASSES) {
		NET_INC(net, TcpExtSyncookiesFailed);
		return false;
	}
	NET_INC(net, TcpExtSyncookiesRecv);
	req->mss = mss_classes(req)[class];
	tcp_parse_options(tcp_hdr(skb), &opt, false, &net->sysctl);
	if (opt.saw_tstamp) {
		req->ts_recent = opt.rcv_tsval;
		if (!decode_timestamp(req, opt.rcv_tsecr - req->ts_off, &net->sysctl))
			return false;
	}
	tcp_reqsk_select_window(req, listener);
	return true;
}

struct sock *tcp_cookie_check(struct sock *listener, struct sk_buff *skb)
{
	struct net *net = listener->sk_net;
	struct request_sock *req;
	struct sock *child;

	if (!net->sysctl.tcp_syncookies || !cookies_are_out(listener) ||
	    (TCP_SKB_CB(skb)->tcp_flags & (TCPHDR_ACK | TCPHDR_RST | TCPHDR_SYN)) != TCPHDR_ACK)
		return listener;
	req = reqsk_alloc(listener);
	if (!req)
		return NULL;
	if (!restore_request(req, listener, skb)) {
		reqsk_free(req);
		return listener;
	}
	child = tcp_create_openreq_child(listener, req, skb);
	if (!child) {
		NET_INC(net, TcpExtListenDrops);
		reqsk_free(req);
		return NULL;
	}
	inet_ehash_insert(&net->tcp->hashinfo, &child->__sk_common);
	inet_csk_reqsk_queue_add(listener, req, child);
	return child;
}
