// SPDX-License-Identifier: MIT
/*
 * Passive open. A SYN makes a request sock that waits in ehash and is counted by its listener (the
 * SYN queue); the ACK that ends the handshake makes the child, which takes the request's place in
 * ehash while the request goes onto the accept queue.
 *
 * Full accept queue: a SYN is dropped, as Linux does now (kernels up to 3.10 dropped it only while
 * more than one young request waited); a final ACK is ignored, so that the client's data or our
 * SYN-ACK brings it again, or answered with RST when tcp_abort_on_overflow says so.
 */
#include <net/tcp.h>

/* ---- SYN-ACK ---- */

enum synack_type { SYNACK_NORMAL, SYNACK_COOKIE };

static uint32_t synack_tsval(const struct request_sock *req, enum synack_type type)
{
	const uint32_t now_ms = (uint32_t)(port_time_ns(req->common.skc_net->port) / NSEC_PER_MSEC);

	return (type == SYNACK_COOKIE ? tcp_cookie_timestamp(req, now_ms) : now_ms) + req->ts_off;
}

/* foc: NULL, or the Fast Open option to give (len < 0: none). */
static int send_synack(struct request_sock *req, enum synack_type type,
		       const struct tcp_fastopen_cookie *foc)
{
	struct sock *listener = req->rsk_listener;
	struct net *net = listener->sk_net;
	const struct inet_sock *inet = inet_sk(listener);
	const struct in6_addr *daddr = &req->common.skc_v6_daddr;
	const struct inet_connection_sock_af_ops *ops = inet_af_ops(daddr);
	struct in6_addr saddr = req->common.skc_v6_rcv_saddr;
	struct ip_route rt;
	struct tcp_out_options opts = {0};
	struct tcp_sign sign;
	struct sk_buff *skb;
	struct tcphdr *th;
	uint32_t header_len;
	uint8_t *mac;

	if (ops->route(net, &rt, &saddr, daddr, req->common.skc_bound_dev))
		return -EHOSTUNREACH;
	skb = alloc_skb(net, MAX_HEADER);
	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, MAX_HEADER);
	opts.mss = tcp_advmss(ops, rt.mtu_bytes);
	if (tcp_sk(listener)->rx_opt.user_mss)
		opts.mss = (uint16_t)min_u32(opts.mss, tcp_sk(listener)->rx_opt.user_mss);
	opts.tstamp = req->tstamp_ok;
	opts.sack_perm = req->sack_ok;
	opts.wscale = req->wscale_ok;
	opts.ws = req->rcv_wscale;
	opts.tsval = synack_tsval(req, type);
	opts.tsecr = req->ts_recent;
	if (foc && foc->len >= 0)
		opts.fastopen = foc;
	if (net->tcp->auth_keys) {
		tcp_auth_sign_request(req, &sign);
		opts.sign = &sign;
	}
	header_len = TCP_BASE_HEADER + tcp_options_size(&opts);
	th = skb_push(skb, header_len);
	skb_reset_transport_header(skb);
	*th = (struct tcphdr){
		.source = htons(req->common.skc_num),
		.dest = req->common.skc_dport,
		.seq = htonl(req->snt_isn),
		.ack_seq = htonl(req->rcv_nxt),
		.doff = header_len / 4 & 0xf,
		.flags = (uint8_t)(TCPHDR_SYN | TCPHDR_ACK | (req->ecn_ok ? TCPHDR_ECE : 0)),
		.window = htons((uint16_t)min_u32(req->rsk_rcv_wnd, 65535)),
	};
	mac = tcp_options_write((uint8_t *)(th + 1), &opts);
	if (mac)
		tcp_sign_segment(&sign, skb, &saddr, daddr, mac);
	tcp_csum_prepare(skb, &saddr, daddr);
	NET_INC(net, TcpOutSegs);
	if (!req->snt_synack_ns)
		req->snt_synack_ns = port_time_ns(net->port);
	return ops->send_pkt(net, skb, &saddr, daddr, req->common.skc_bound_dev,
			     ops == &ipv4_specific ? inet->tos : inet->tclass,
			     ops == &ipv4_specific ? inet->uc_ttl : inet->hop_limit);
}

int tcp_rtx_synack(struct request_sock *req)
{
	int err = send_synack(req, SYNACK_NORMAL, NULL);

	if (err)
		return err;
	req->num_retrans++;
	NET_INC(req->common.skc_net, TcpRetransSegs);
	NET_INC(req->common.skc_net, TcpExtTCPSynRetrans);
	return 0;
}

void tcp_reqsk_drop(struct request_sock *req)
{
	reqsk_unhash(req);
	reqsk_free(req);
}

static uint64_t reqsk_timeout_ns(const struct request_sock *req)
{
	return (uint64_t)min_u32(req->timeout_us, TCP_RTO_MAX_US) * NSEC_PER_USEC;
}

/* Retries: fewer when the SYN queue is more than half full of requests that have been retried
 * ("young" ones are not). */
static uint32_t synack_retries(const struct sock *listener)
{
	const struct inet_connection_sock *icsk = inet_csk(listener);
	uint32_t retries = icsk->icsk_syn_retries ? icsk->icsk_syn_retries
						  : sk_sysctl(listener)->tcp_synack_retries;
	uint32_t young = icsk->icsk_young << 1;

	if (icsk->icsk_qlen << 1 <= max_u32(8, listener->sk_max_ack_backlog))
		return retries;
	for (; retries > 2 && icsk->icsk_qlen >= young; retries--)
		young <<= 1;
	return retries;
}

/* A client that has acknowledged already, and is waited for until it sends data, is left alone; the
 * last SYN-ACK of that wait brings another ACK or the data, and so the connection. */
static bool waits_for_data(const struct request_sock *req, uint32_t defer_accept)
{
	return defer_accept && req->acked && req->num_timeout + 1u < defer_accept;
}

void tcp_reqsk_timer(struct timer_list *t)
{
	struct request_sock *req = container_of(t, struct request_sock, rsk_timer);
	struct sock *listener = req->rsk_listener;
	const uint32_t defer_accept = inet_csk(listener)->icsk_defer_accept;
	bool expired = req->num_timeout >= synack_retries(listener);

	if (req->acked && req->num_timeout < defer_accept)
		expired = false;
	if (listener->sk_state != TCP_LISTEN || expired) {
		NET_INC(req->common.skc_net, TcpAttemptFails);
		tcp_reqsk_drop(req);
		return;
	}
	if (!waits_for_data(req, defer_accept))
		tcp_rtx_synack(req);
	if (req->num_timeout++ == 0)
		inet_csk(listener)->icsk_young--;
	req->timeout_us = min_u32(req->timeout_us << 1, TCP_RTO_MAX_US);
	timer_mod(req->common.skc_net, t,
		  port_time_ns(req->common.skc_net->port) + reqsk_timeout_ns(req));
}

/* ---- a SYN ---- */

static bool synq_is_full(const struct sock *listener)
{
	const uint32_t qlen = inet_csk(listener)->icsk_qlen;

	return qlen >= listener->sk_max_ack_backlog ||
	       qlen >= sk_sysctl(listener)->tcp_max_syn_backlog;
}

void tcp_reqsk_addresses(struct request_sock *req, const struct sk_buff *skb)
{
	struct inet_flow f;

	tcp_skb_flow(skb, &f);
	req->common.skc_v6_daddr = f.saddr;
	req->common.skc_v6_rcv_saddr = f.daddr;
	req->common.skc_dport = htons(f.sport);
	req->common.skc_num = f.dport;
	if (ipv6_addr_linklocal(&f.saddr))
		req->common.skc_bound_dev = skb->dev;
	req->ts_off = tcp_ts_offset(skb_net(skb), &f.daddr, &f.saddr);
	req->advmss = tcp_advmss(inet_af_ops(&f.saddr), skb->dev->mtu);
}

void tcp_reqsk_select_window(struct request_sock *req, const struct sock *listener)
{
	uint32_t clamp = tcp_sk(listener)->window_clamp;

	tcp_select_initial_window(listener, tcp_full_space(listener),
				  req->advmss - (req->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0),
				  &req->rsk_rcv_wnd, &clamp, req->wscale_ok, &req->rcv_wscale);
}

static void openreq_init(struct request_sock *req, const struct sock *listener,
			 const struct sk_buff *skb, const struct tcp_options_received *opt)
{
	tcp_reqsk_addresses(req, skb);
	req->rcv_isn = TCP_SKB_CB(skb)->seq;
	req->rcv_nxt = req->rcv_isn + 1;
	req->mss = opt->mss_clamp;
	req->ts_recent = opt->saw_tstamp ? opt->rcv_tsval : 0;
	req->tstamp_ok = opt->saw_tstamp;
	req->sack_ok = opt->sack_ok;
	req->wscale_ok = opt->wscale_ok;
	req->snd_wscale = opt->snd_wscale;
	req->ecn_ok = tcp_ecn_ok_for_request(listener, skb);
	tcp_auth_open_request(req, skb);
	/* Beside a MAC there is no room for both time stamp and SACK blocks. */
	if (req->sack_ok && (req->used_ao || tcp_md5_lookup(listener, &req->common.skc_v6_daddr)))
		req->tstamp_ok = false;
	req->timeout_us = tcp_timeout_init_us(listener);
}

/* Everything that the SYN-ACK will hold is in the cookie: nothing stays here. */
static void answer_with_cookie(struct sock *listener, struct request_sock *req)
{
	if (!req->tstamp_ok)
		req->sack_ok = req->wscale_ok = req->ecn_ok = false;
	req->snt_isn = tcp_cookie_isn(listener, req);
	tcp_reqsk_select_window(req, listener);
	send_synack(req, SYNACK_COOKIE, NULL);
	reqsk_free(req);
}

static void enter_synq(struct sock *listener, struct request_sock *req,
		       const struct tcp_fastopen_cookie *foc)
{
	struct net *net = listener->sk_net;

	inet_ehash_insert(&net->tcp->hashinfo, &req->common);
	inet_csk(listener)->icsk_qlen++;
	inet_csk(listener)->icsk_young++;
	timer_mod(net, &req->rsk_timer, port_time_ns(net->port) + reqsk_timeout_ns(req));
	send_synack(req, SYNACK_NORMAL, foc); /* if it cannot go now the timer tries again */
}

static void open_request(struct sock *listener, struct request_sock *req, struct sk_buff *skb,
			 uint32_t isn)
{
	const struct sock_common *c = &req->common;
	struct tcp_fastopen_cookie foc;
	struct sock *child;

	req->snt_isn = isn ? isn
			   : tcp_isn(c->skc_net, &c->skc_v6_rcv_saddr, &c->skc_v6_daddr, c->skc_num,
				     ntohs(c->skc_dport));
	tcp_reqsk_select_window(req, listener);
	tcp_parse_fastopen(tcp_hdr(skb), &foc);
	child = tcp_try_fastopen(listener, skb, req, &foc);
	if (!child) {
		enter_synq(listener, req, &foc);
		return;
	}
	send_synack(req, SYNACK_NORMAL, &foc);
	inet_csk_reqsk_queue_add(listener, req, child);
	sk_data_ready(listener);
}

/* Never to or from a broadcast or multicast address (RFC 9293, MUST-57). */
static bool addresses_ok(struct net *net, const struct inet_flow *f)
{
	const struct inet_connection_sock_af_ops *ops = inet_af_ops(&f->saddr);
	enum inet_addr_type source = ops->addr_type(net, &f->saddr);

	return ops->addr_type(net, &f->daddr) == INET_ADDR_LOCAL && source != INET_ADDR_BROADCAST &&
	       source != INET_ADDR_MULTICAST;
}

void tcp_conn_request(struct sock *listener, struct sk_buff *skb, uint32_t isn)
{
	struct net *net = listener->sk_net;
	struct tcp_options_received opt = {.user_mss = tcp_sk(listener)->rx_opt.user_mss};
	/* A TIME_WAIT that made way chose the number: it cannot be a cookie. */
	const bool want_cookie =
		!isn && (net->sysctl.tcp_syncookies == 2 || synq_is_full(listener));
	struct request_sock *req;
	struct inet_flow f;

	tcp_skb_flow(skb, &f);
	if (!addresses_ok(net, &f))
		return;
	opt.mss_clamp = tcp_mss_default(&f.saddr);
	if (want_cookie && !tcp_syn_flood_action(listener))
		goto drop;
	if (sk_acceptq_is_full(listener)) {
		NET_INC(net, TcpExtListenOverflows);
		goto drop;
	}
	req = reqsk_alloc(listener);
	if (!req)
		goto drop;
	tcp_parse_options(tcp_hdr(skb), &opt, false, &net->sysctl);
	if (opt.mss_clamp < TCP_MIN_SND_MSS)
		opt.mss_clamp = TCP_MIN_SND_MSS;
	openreq_init(req, listener, skb, &opt);
	if (want_cookie)
		answer_with_cookie(listener, req);
	else
		open_request(listener, req, skb, isn);
	return;
drop:
	NET_INC(net, TcpExtListenDrops);
}

/* ---- the end of the handshake ---- */

static void inherit_settings(struct sock *child, const struct sock *listener)
{
	const struct tcp_sock *from = tcp_sk(listener);
	struct tcp_sock *to = tcp_sk(child);

	child->sk_rcvbuf = listener->sk_rcvbuf;
	child->sk_sndbuf = listener->sk_sndbuf;
	child->sk_userlocks = listener->sk_userlocks & (uint8_t)~SOCK_BINDPORT_LOCK;
	child->sk_flags = listener->sk_flags &
			  (SOCK_KEEPOPEN | SOCK_LINGER | SOCK_URGINLINE | SOCK_BROADCAST);
	child->sk_rcvtimeo_ns = listener->sk_rcvtimeo_ns;
	child->sk_sndtimeo_ns = listener->sk_sndtimeo_ns;
	child->sk_lingertime_ns = listener->sk_lingertime_ns;
	child->sk_rcvlowat = listener->sk_rcvlowat;
	child->sk_reuse = listener->sk_reuse;
	child->sk_reuseport = listener->sk_reuseport;
	child->sk_ipv6only = listener->sk_ipv6only;
	child->sk_priority = listener->sk_priority;
	child->sk_max_pacing_rate = listener->sk_max_pacing_rate;
	inet_sk(child)->tos = inet_sk(listener)->tos;
	inet_sk(child)->uc_ttl = inet_sk(listener)->uc_ttl;
	inet_sk(child)->pmtudisc = inet_sk(listener)->pmtudisc;
	inet_sk(child)->tclass = inet_sk(listener)->tclass;
	inet_sk(child)->hop_limit = inet_sk(listener)->hop_limit;
	inet_csk(child)->icsk_ca_ops = inet_csk(listener)->icsk_ca_ops;
	inet_csk(child)->icsk_user_timeout_ms = inet_csk(listener)->icsk_user_timeout_ms;
	inet_csk(child)->icsk_syn_retries = inet_csk(listener)->icsk_syn_retries;
	to->nonagle = from->nonagle;
	to->keepalive_time_s = from->keepalive_time_s;
	to->keepalive_intvl_s = from->keepalive_intvl_s;
	to->keepalive_probes = from->keepalive_probes;
	to->linger2_s = from->linger2_s;
	to->notsent_lowat = from->notsent_lowat;
	to->rx_opt.user_mss = from->rx_opt.user_mss;
	to->window_clamp = from->window_clamp;
}

static void child_sequence(struct tcp_sock *tp, const struct request_sock *req)
{
	tp->rcv_nxt = tp->rcv_wup = tp->copied_seq = req->rcv_isn + 1;
	tp->snd_una = tp->snd_nxt = tp->snd_sml = req->snt_isn + 1;
	tp->write_seq = tp->pushed_seq = req->snt_isn + 1;
	tp->snd_wl1 = req->rcv_isn;
	tp->rcv_wnd = tp->rcv_ssthresh = req->rsk_rcv_wnd;
	tp->tsoffset = req->ts_off;
	tp->rcv_tstamp_ns = tp->tcp_mstamp_ns;
}

static void child_options(struct sock *child, const struct request_sock *req)
{
	struct tcp_sock *tp = tcp_sk(child);
	uint8_t ignored_wscale;
	uint32_t ignored_wnd;

	tp->rx_opt.mss_clamp = req->mss;
	tp->rx_opt.sack_ok = req->sack_ok;
	tp->rx_opt.wscale_ok = req->wscale_ok;
	tp->rx_opt.snd_wscale = req->wscale_ok ? req->snd_wscale : 0;
	tp->rx_opt.rcv_wscale = req->wscale_ok ? req->rcv_wscale : 0;
	tcp_select_initial_window(child, tcp_full_space(child), req->mss, &ignored_wnd,
				  &tp->window_clamp, req->wscale_ok, &ignored_wscale);
	tp->ecn_flags = req->ecn_ok ? TCP_ECN_OK : 0;
	tcp_ecn_init_ect(child);
	tp->tcp_header_len = TCP_BASE_HEADER;
	if (req->tstamp_ok) {
		tp->rx_opt.tstamp_ok = true;
		tp->rx_opt.ts_recent = req->ts_recent;
		tp->rx_opt.ts_recent_stamp_ns = tp->tcp_mstamp_ns;
		tp->tcp_header_len += TCPOLEN_TSTAMP_ALIGNED;
	}
}

/* NULL: no route, no memory, or the accept queue is full (counted). */
struct sock *tcp_create_openreq_child(struct sock *listener, struct request_sock *req,
				      struct sk_buff *skb)
{
	struct net *net = listener->sk_net;
	const struct in6_addr *daddr = &req->common.skc_v6_daddr;
	const struct inet_connection_sock_af_ops *ops = inet_af_ops(daddr);
	struct in6_addr saddr = req->common.skc_v6_rcv_saddr;
	struct ip_route rt;
	struct sock *child;
	struct tcp_sock *tp;

	(void)skb;
	if (sk_acceptq_is_full(listener)) {
		NET_INC(net, TcpExtListenOverflows);
		return NULL;
	}
	if (ops->route(net, &rt, &saddr, daddr, req->common.skc_bound_dev))
		return NULL;
	child = sk_alloc(net, listener->sk_family, &tcp_prot, SOCK_STREAM, IPPROTO_TCP);
	if (!child)
		return NULL;
	tcp_init_sock(child);
	inherit_settings(child, listener);
	tp = tcp_sk(child);
	inet_csk(child)->icsk_af_ops = ops;
	child->sk_v6_daddr = *daddr;
	child->sk_v6_rcv_saddr = inet_sk(child)->inet_v6_saddr = saddr;
	child->sk_dport = req->common.skc_dport;
	child->sk_bound_dev = req->common.skc_bound_dev;
	inet_sk(child)->route = rt;
	child->sk_state = TCP_SYN_RECV;
	tcp_mstamp_refresh(tp);
	child_sequence(tp, req);
	child_options(child, req);
	tp->advmss = tcp_advmss(ops, rt.mtu_bytes);
	if (tp->rx_opt.user_mss && tp->rx_opt.user_mss < tp->advmss)
		tp->advmss = tp->rx_opt.user_mss;
	tcp_mtu_probe_init(child);
	tcp_sync_mss(child, rt.mtu_bytes);
	tp->total_retrans = req->num_retrans;
	tcp_synack_rtt_meas(child, req);
	inet_inherit_port(listener, child);
	if (net->tcp->auth_keys) {
		if (tcp_auth_create_child(listener, child, req)) {
			tcp_set_state(child, TCP_CLOSE);
			sock_put(child);
			return NULL;
		}
		tcp_auth_update_header(child);
	}
	NET_INC(net, TcpPassiveOpens);
	return child;
}

/* An ACK for a request, from the listener's side of the numbers. */
static void reqsk_send_ack(const struct request_sock *req)
{
	struct net *net = req->common.skc_net;
	struct tcp_mini_ack a = {
		.saddr = req->common.skc_v6_rcv_saddr,
		.daddr = req->common.skc_v6_daddr,
		.dev = req->common.skc_bound_dev,
		.sport = req->common.skc_num,
		.dport = ntohs(req->common.skc_dport),
		.seq = req->snt_isn + 1,
		.ack = req->rcv_nxt,
		.window = (uint16_t)min_u32(req->rsk_rcv_wnd >> req->rcv_wscale, 65535),
		.tstamp = req->tstamp_ok,
		.tsval = (uint32_t)(port_time_ns(net->port) / NSEC_PER_MSEC) + req->ts_off,
		.tsecr = req->ts_recent,
	};

	tcp_auth_sign_request(req, &a.sign);
	tcp_send_mini_ack(net, &a);
}

static void embryonic_reset(struct request_sock *req, const struct sk_buff *skb)
{
	struct net *net = req->common.skc_net;

	NET_INC(net, TcpAttemptFails);
	NET_INC(net, TcpExtEmbryonicRsts);
	tcp_send_reset(net, req->rsk_listener, skb);
	tcp_reqsk_drop(req);
}

/* The client sent its SYN again: so do we. */
static void syn_again(struct request_sock *req)
{
	struct net *net = req->common.skc_net;

	if (tcp_oow_rate_limited(net, &req->last_oow_ack_time_ns)) {
		NET_INC(net, TcpExtTCPACKSkippedSynRecv);
		return;
	}
	if (!tcp_rtx_synack(req))
		timer_mod(net, &req->rsk_timer, port_time_ns(net->port) + reqsk_timeout_ns(req));
}

static struct sock *complete(struct sock *listener, struct request_sock *req, struct sk_buff *skb)
{
	struct net *net = listener->sk_net;
	struct sock *child = tcp_create_openreq_child(listener, req, skb);

	if (!child) {
		NET_INC(net, TcpExtListenDrops);
		if (net->sysctl.tcp_abort_on_overflow)
			embryonic_reset(req, skb);
		return NULL;
	}
	reqsk_unhash(req);
	inet_ehash_insert(&net->tcp->hashinfo, &child->__sk_common);
	inet_csk_reqsk_queue_add(listener, req, child);
	return child;
}

struct sock *tcp_check_req(struct sock *listener, struct sk_buff *skb, struct request_sock *req)
{
	struct net *net = listener->sk_net;
	const struct tcphdr *th = tcp_hdr(skb);
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	struct tcp_options_received opt = {.tstamp_ok = req->tstamp_ok,
					   .ts_recent = req->ts_recent};
	uint8_t flags = th->flags & (TCPHDR_RST | TCPHDR_SYN | TCPHDR_ACK);
	bool paws_reject = false;

	tcp_parse_options(th, &opt, true, &net->sysctl);
	if (opt.saw_tstamp) {
		opt.ts_recent_stamp_ns = req->snt_synack_ns;
		paws_reject = tcp_paws_reject(&opt, port_time_ns(net->port), flags & TCPHDR_RST);
	}
	if (tcb->seq == req->rcv_isn && flags == TCPHDR_SYN && !paws_reject) {
		syn_again(req);
		return NULL;
	}
	if ((flags & TCPHDR_ACK) && !(flags & TCPHDR_RST) && tcb->ack_seq != req->snt_isn + 1)
		return listener; /* answers with RST */
	if (paws_reject ||
	    !tcp_in_window(tcb->seq, tcb->end_seq, req->rcv_nxt, req->rcv_nxt + req->rsk_rcv_wnd)) {
		if (!(flags & TCPHDR_RST) && !tcp_oow_rate_limited(net, &req->last_oow_ack_time_ns))
			reqsk_send_ack(req);
		if (paws_reject)
			NET_INC(net, TcpExtPAWSEstab);
		return NULL;
	}
	if (opt.saw_tstamp && !after(tcb->seq, req->rcv_nxt))
		req->ts_recent = opt.rcv_tsval;
	if (flags & (TCPHDR_RST | TCPHDR_SYN)) {
		embryonic_reset(req, skb);
		return NULL;
	}
	if (!(flags & TCPHDR_ACK))
		return NULL;
	if (req->num_timeout < inet_csk(listener)->icsk_defer_accept &&
	    tcb->end_seq == req->rcv_isn + 1) {
		req->acked = true;
		NET_INC(net, TcpExtTCPDeferAcceptDrop);
		return NULL;
	}
	return complete(listener, req, skb);
}

/* The segment that ended the handshake, in the child; then accept() may have it. */
void tcp_child_process(struct sock *parent, struct sock *child, struct sk_buff *skb)
{
	const uint8_t before_state = child->sk_state;

	sock_hold(child);
	tcp_sk(child)->segs_in += 1;
	if (tcp_rcv_state_process(child, skb)) {
		tcp_send_reset(child->sk_net, child, skb);
		kfree_skb_reason(skb, SKB_DROP_TcpFlags);
	}
	if (before_state == TCP_SYN_RECV && child->sk_state != before_state)
		sk_data_ready(parent);
	sock_put(child);
}
