// SPDX-License-Identifier: MIT
/*
 * TCP Fast Open (RFC 7413): data in the SYN, which the server's application reads, and may answer,
 * before the handshake has ended. A cookie, a keyed hash of the client's address, proves that the
 * client once completed a handshake from there; listeners bound how many connections they hold whose
 * handshake has not ended. Without a cookie, or when the SYN's data is not acknowledged, all goes on
 * as an ordinary handshake.
 *
 * Server: the child is made when the SYN comes and is in ehash and in the accept queue in SYN_RECV.
 * Its request stays on it (fastopen_rsk), outside ehash, until the handshake ends, for the SYN-ACK's
 * retransmission.
 */
#include <net/tcp.h>

/* sysctl tcp_fastopen */
#define TFO_CLIENT_ENABLE	   1u
#define TFO_SERVER_ENABLE	   2u
#define TFO_CLIENT_NO_COOKIE	   4u
#define TFO_SERVER_COOKIE_NOT_REQD 0x200u
#define TFO_SERVER_WO_SOCKOPT	   0x400u

/* tcpi_fastopen_client_fail */
enum { TFO_COOKIE_UNAVAILABLE = 1, TFO_DATA_NOT_ACKED = 2, TFO_SYN_RETRANSMITTED = 3 };

#define COOKIE_BYTES 8
#define RST_HOLD_NS  (60 * NSEC_PER_SEC)

/* ---- keys and cookies ---- */

#define KEY_BYTES sizeof(struct siphash_key)

static void fill_keys(struct tcp_fastopen_keys *keys, const void *primary, const void *backup)
{
	memcpy(&keys->key[0], primary, KEY_BYTES);
	if (backup)
		memcpy(&keys->key[1], backup, KEY_BYTES);
	keys->number = backup ? 2 : 1;
}

void tcp_fastopen_set_keys(struct net *net, const void *primary, const void *backup)
{
	fill_keys(&net->tcp->fastopen_keys, primary, backup);
}

/* A listener may have its own, as servers of one name on several hosts need (RFC 7413, 4.1.2). */
static const struct tcp_fastopen_keys *keys_of(const struct sock *sk)
{
	const struct tcp_fastopen_keys *own = inet_csk(sk)->icsk_fastopenq.keys;

	return own ? own : &net_tcp(sk)->fastopen_keys;
}

int tcp_fastopen_set_sock_keys(struct sock *sk, const void *value, socklen_t len)
{
	struct fastopen_queue *q = &inet_csk(sk)->icsk_fastopenq;

	if (len != KEY_BYTES && len != 2 * KEY_BYTES)
		return -EINVAL;
	if (!q->keys)
		q->keys = port_alloc(sk->sk_net->port, sizeof(*q->keys));
	if (!q->keys)
		return -ENOMEM;
	fill_keys(q->keys, value, len == KEY_BYTES ? NULL : (const uint8_t *)value + KEY_BYTES);
	return 0;
}

uint32_t tcp_fastopen_get_keys(const struct sock *sk, uint8_t out[32])
{
	const struct tcp_fastopen_keys *keys = keys_of(sk);

	memcpy(out, keys->key, keys->number * KEY_BYTES);
	return (uint32_t)(keys->number * KEY_BYTES);
}

void tcp_fastopen_free_keys(struct sock *sk)
{
	struct fastopen_queue *q = &inet_csk(sk)->icsk_fastopenq;

	if (q->keys)
		port_free(sk->sk_net->port, q->keys, sizeof(*q->keys));
	q->keys = NULL;
}

static void make_cookie(const struct request_sock *req, unsigned int key,
			struct tcp_fastopen_cookie *out)
{
	const struct sock_common *c = &req->common;
	struct in6_addr pair[2] = {c->skc_v6_daddr, c->skc_v6_rcv_saddr};
	const void *from = pair;
	size_t len = sizeof(pair);
	uint64_t hash;

	if (ipv6_addr_v4mapped(&pair[0])) {
		pair[0].s6_addr32[0] = c->skc_daddr;
		pair[0].s6_addr32[1] = c->skc_rcv_saddr;
		len = 2 * sizeof(__be32);
	}
	hash = siphash(from, len, &keys_of(req->rsk_listener)->key[key]);
	for (unsigned int i = 0; i < COOKIE_BYTES; i++)
		out->val[i] = (uint8_t)(hash >> 8 * i);
	out->len = COOKIE_BYTES;
}

/* 0: not ours; 1: of the key in use; 2: of the one before. */
static unsigned int check_cookie(const struct request_sock *req,
				 const struct tcp_fastopen_cookie *got)
{
	struct tcp_fastopen_cookie good;

	for (unsigned int key = 0; key < keys_of(req->rsk_listener)->number; key++) {
		make_cookie(req, key, &good);
		if (got->len == good.len && !memcmp(got->val, good.val, COOKIE_BYTES))
			return key + 1;
	}
	return 0;
}

/* ---- server ---- */

int tcp_fastopen_listen(struct sock *sk, int max_qlen)
{
	if (max_qlen < 0 || (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN))
		return -EINVAL;
	inet_csk(sk)->icsk_fastopenq.max_qlen =
		min_u32((uint32_t)max_qlen, sk_sysctl(sk)->somaxconn);
	return 0;
}

void tcp_fastopen_listen_default(struct sock *sk, uint32_t backlog)
{
	const uint32_t need = TFO_SERVER_ENABLE | TFO_SERVER_WO_SOCKOPT;

	if ((sk_sysctl(sk)->tcp_fastopen & need) == need && !inet_csk(sk)->icsk_fastopenq.max_qlen)
		inet_csk(sk)->icsk_fastopenq.max_qlen = backlog;
}

/* Room for one more whose handshake has not ended? A place that a RST has freed stays taken for a
 * minute, so that spoofed SYNs with stolen cookies stay few (RFC 7413, 5.1). */
static bool queue_has_room(struct sock *listener)
{
	struct fastopen_queue *q = &inet_csk(listener)->icsk_fastopenq;
	struct request_sock *oldest;

	if (q->qlen < q->max_qlen)
		return true;
	if (!q->max_qlen)
		return false;
	oldest = list_empty(&q->reset)
			 ? NULL
			 : list_first_entry(&q->reset, struct request_sock, accept_node);
	if (!oldest || port_time_ns(listener->sk_net->port) < oldest->fastopen_held_until_ns) {
		NET_INC(listener->sk_net, TcpExtTCPFastOpenListenOverflow);
		return false;
	}
	list_del_init(&oldest->accept_node);
	q->qlen--;
	reqsk_free(oldest);
	return true;
}

/* Data that came in a SYN or SYN-ACK goes to the reader. */
static void take_syn_data(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	if (tcb->end_seq == tp->rcv_nxt)
		return;
	skb_get(skb); /* the caller has one and does not look at it any more */
	skb_pull(skb, tcp_hdr(skb)->doff * 4u);
	tcb->seq++;
	tcb->tcp_flags &= (uint8_t)~TCPHDR_SYN;
	tp->rcv_nxt = tcb->end_seq;
	tp->bytes_received = skb->len;
	tp->data_segs_in = 1;
	tp->syn_data_acked = true;
	skb_set_owner_r(skb, sk);
	skb_queue_tail(&sk->sk_receive_queue, skb);
	if (tcb->tcp_flags & TCPHDR_FIN)
		tcp_fin(sk);
}

static struct sock *create_child(struct sock *listener, struct sk_buff *skb,
				 struct request_sock *req)
{
	struct sock *child = tcp_create_openreq_child(listener, req, skb);
	struct tcp_sock *tp;

	if (!child)
		return NULL;
	inet_ehash_insert(&net_tcp(child)->hashinfo, &child->__sk_common);
	inet_csk(listener)->icsk_fastopenq.qlen++;
	tp = tcp_sk(child);
	tp->fastopen_rsk = req;
	req->tfo_listener = true;
	tp->snd_wnd = tp->max_window = ntohs(tcp_hdr(skb)->window); /* of a SYN: not scaled */
	tcp_reset_xmit_timer(child, ICSK_TIME_RETRANS, req->timeout_us);
	tcp_init_transfer(child);
	tp->segs_in = 1;
	take_syn_data(child, skb);
	req->rcv_nxt = tp->rcv_wup = tp->rcv_nxt;
	return child;
}

/* foc: in, of the SYN; out, of the SYN-ACK (len < 0: none). The child, or NULL: ordinary. */
struct sock *tcp_try_fastopen(struct sock *listener, struct sk_buff *skb, struct request_sock *req,
			      struct tcp_fastopen_cookie *foc)
{
	struct net *net = listener->sk_net;
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const bool syn_data = tcb->end_seq != tcb->seq + 1;
	const bool cookie_needed = !(net->sysctl.tcp_fastopen & TFO_SERVER_COOKIE_NOT_REQD) &&
				   !tcp_sk(listener)->fastopen_no_cookie;
	struct tcp_fastopen_cookie good = {.exp = foc->exp};
	unsigned int key = 0;
	struct sock *child;

	if (!foc->len)
		NET_INC(net, TcpExtTCPFastOpenCookieReqd);
	if (!(net->sysctl.tcp_fastopen & TFO_SERVER_ENABLE) || (!syn_data && foc->len < 0) ||
	    !queue_has_room(listener)) {
		foc->len = -1;
		return NULL;
	}
	make_cookie(req, 0, &good);
	if (cookie_needed && foc->len <= 0) {
		if (foc->len < 0)
			good.len = -1;
		*foc = good;
		return NULL;
	}
	if (cookie_needed)
		key = check_cookie(req, foc);
	child = key || !cookie_needed ? create_child(listener, skb, req) : NULL;
	if (!child) {
		NET_INC(net, TcpExtTCPFastOpenPassiveFail);
		if (!cookie_needed)
			good.len = -1;
		*foc = good; /* a fresh one, in place of what was wrong */
		return NULL;
	}
	NET_INC(net, TcpExtTCPFastOpenPassive);
	if (key == 2) {
		NET_INC(net, TcpExtTCPFastOpenPassiveAltKey);
		*foc = good;
	} else {
		foc->len = -1;
	}
	return child;
}

/* The handshake of sk has ended, in whatever way; reset: by a RST. */
void tcp_fastopen_remove(struct sock *sk, bool reset)
{
	struct request_sock *req = tcp_sk(sk)->fastopen_rsk;
	struct sock *listener = req->rsk_listener;
	struct fastopen_queue *q = &inet_csk(listener)->icsk_fastopenq;

	tcp_sk(sk)->fastopen_rsk = NULL;
	req->tfo_listener = false;
	q->qlen--;
	if (req->sk) /* not accepted yet: accept() frees it */
		return;
	if (!reset || listener->sk_state != TCP_LISTEN) {
		reqsk_free(req);
		return;
	}
	req->fastopen_held_until_ns = port_time_ns(listener->sk_net->port) + RST_HOLD_NS;
	list_add_tail(&req->accept_node, &q->reset);
	q->qlen++;
}

void tcp_fastopen_listen_stop(struct sock *listener)
{
	struct fastopen_queue *q = &inet_csk(listener)->icsk_fastopenq;
	struct request_sock *req;

	while (!list_empty(&q->reset)) {
		req = list_first_entry(&q->reset, struct request_sock, accept_node);
		list_del_init(&req->accept_node);
		q->qlen--;
		reqsk_free(req);
	}
}

bool tcp_fastopen_syn_again(struct sock *sk, const struct sk_buff *skb)
{
	const uint8_t mask = TCPHDR_SYN | TCPHDR_ACK | TCPHDR_RST;
	struct request_sock *req = tcp_sk(sk)->fastopen_rsk;

	if ((TCP_SKB_CB(skb)->tcp_flags & mask) != TCPHDR_SYN ||
	    TCP_SKB_CB(skb)->seq != req->rcv_isn)
		return false;
	if (tcp_oow_rate_limited(sk->sk_net, &req->last_oow_ack_time_ns))
		NET_INC(sk->sk_net, TcpExtTCPACKSkippedSynRecv);
	else
		tcp_rtx_synack(req);
	return true;
}

/* In place of any retransmission until the handshake has ended. */
void tcp_fastopen_synack_timer(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct request_sock *req = tcp_sk(sk)->fastopen_rsk;
	const uint32_t retries =
		icsk->icsk_syn_retries ? icsk->icsk_syn_retries : sk_sysctl(sk)->tcp_synack_retries;

	if (req->num_timeout >= retries + 1) { /* one more: the application may be at work */
		tcp_write_err(sk);
		return;
	}
	if (icsk->icsk_retransmits == 1)
		tcp_enter_loss(sk);
	tcp_rtx_synack(req);
	req->num_timeout++;
	icsk->icsk_retransmits++;
	if (!tcp_sk(sk)->retrans_stamp_ms)
		tcp_sk(sk)->retrans_stamp_ms = max_u32(tcp_time_stamp_ms(tcp_sk(sk)), 1);
	tcp_reset_xmit_timer(
		sk, ICSK_TIME_RETRANS,
		min_u32(req->timeout_us << min_u32(req->num_timeout, 7), TCP_RTO_MAX_US));
}

/* The ACK of the SYN-ACK has come. */
void tcp_fastopen_established(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->retrans_stamp_ms = 0;
	inet_csk(sk)->icsk_retransmits = 0;
	if (!tp->srtt_us)
		tcp_synack_rtt_meas(sk, tp->fastopen_rsk);
	tcp_fastopen_remove(sk, false);
	/* The timer was the SYN-ACK's; data may be in flight. */
	tcp_rearm_rto(sk);
}

/* ---- client ---- */

bool tcp_fastopen_client_enabled(const struct sock *sk)
{
	return sk_sysctl(sk)->tcp_fastopen & TFO_CLIENT_ENABLE;
}

/* true: the SYN may carry data; with the cookie, len < 0: without one. false: cookie is what to ask
 * with. */
bool tcp_fastopen_cookie_check(struct sock *sk, uint16_t *mss, struct tcp_fastopen_cookie *cookie)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_fastopen_cache_get(sk, mss, cookie);
	if ((sk_sysctl(sk)->tcp_fastopen & TFO_CLIENT_NO_COOKIE) || tp->fastopen_no_cookie) {
		cookie->len = -1;
		return true;
	}
	if (cookie->len > 0)
		return true;
	tp->fastopen_client_fail = TFO_COOKIE_UNAVAILABLE;
	return false;
}

/* The SYN with the data that fits: for sending only. NULL: no memory. */
static struct sk_buff *make_syn_data(struct sock *sk, const struct sk_buff *syn)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_fastopen_request *fo = tp->fastopen_req;
	const uint32_t mtu = inet_csk(sk)->icsk_pmtu;
	/* Room for all options there can be: middleboxes may add some. */
	const uint32_t mss = tcp_mtu_to_mss(sk, mtu) + tp->tcp_header_len - TCP_BASE_HEADER;
	const uint32_t space = mss > MAX_TCP_OPTION_BYTES ? mss - MAX_TCP_OPTION_BYTES : 0;
	const uint32_t want = fo->data->count < space ? (uint32_t)fo->data->count : space;
	struct sk_buff *skb = want ? tcp_stream_alloc_skb(sk) : NULL;
	long n;

	if (!skb)
		return NULL;
	*TCP_SKB_CB(skb) = *TCP_SKB_CB(syn);
	INIT_LIST_HEAD(&TCP_SKB_CB(skb)->tsorted);
	for (; skb->len < want; fo->copied += n) {
		n = tcp_append(sk, skb, fo->data, want - skb->len);
		if (n <= 0)
			break;
	}
	if (!skb->len) {
		tcp_wmem_free_skb(sk, skb);
		return NULL;
	}
	tcp_set_skb_pcount(skb, mss);
	return skb;
}

/*
 * Sends the SYN, with data when a cookie is known. The data is queued as a segment of its own that
 * has been sent: a retransmitted SYN is without, and what the SYN-ACK does not acknowledge is sent
 * again. 0 or a negative errno.
 */
int tcp_send_syn_data(struct sock *sk, struct sk_buff *syn)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_fastopen_request *fo = tp->fastopen_req;
	uint16_t mss = tp->advmss;
	struct sk_buff *data = NULL;
	int err;

	if (tcp_fastopen_cookie_check(sk, &mss, &fo->cookie) && fo->data) {
		if (tp->rx_opt.user_mss)
			mss = (uint16_t)min_u32(mss, tp->rx_opt.user_mss);
		tp->rx_opt.mss_clamp = mss;
		tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu);
		data = make_syn_data(sk, syn);
	}
	if (!data)
		return tcp_transmit_skb(sk, syn);
	err = tcp_transmit_skb(sk, data);
	TCP_SKB_CB(data)->seq++;
	TCP_SKB_CB(data)->tcp_flags = TCPHDR_ACK | TCPHDR_PSH;
	TCP_SKB_CB(data)->eor = false;
	if (err) { /* later, as any data; the SYN asks for another cookie */
		skb_queue_tail(&sk->sk_write_queue, data);
		fo->cookie.len = 0;
		return tcp_transmit_skb(sk, syn);
	}
	syn->skb_mstamp_ns = data->skb_mstamp_ns;
	list_add(&TCP_SKB_CB(syn)->tsorted, &tp->tsorted_sent_queue);
	tcp_rtx_queue_insert(sk, data);
	tp->packets_out += TCP_SKB_CB(data)->pcount;
	tp->syn_data = true;
	NET_ADD(sk->sk_net, TcpExtTCPOrigDataSent, TCP_SKB_CB(data)->pcount);
	return 0;
}

/* What the server's MSS option says, without our own limit. */
static uint16_t mss_of(const struct sock *sk, const struct sk_buff *synack)
{
	struct tcp_options_received opt = {0};

	tcp_parse_options(tcp_hdr(synack), &opt, false, sk_sysctl(sk));
	return opt.mss_clamp;
}

/* The SYN-ACK came. true: the SYN's data did not arrive and is on its way again. */
bool tcp_rcv_fastopen_synack(struct sock *sk, struct sk_buff *synack)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *data = tp->syn_data ? tcp_rtx_queue_head(sk) : NULL;
	struct tcp_fastopen_cookie cookie;
	uint8_t try_exp = 0;

	tcp_parse_fastopen(tcp_hdr(synack), &cookie);
	if (!tp->syn_fastopen)
		cookie.len = -1; /* nobody asked */
	else if (!tp->total_retrans && cookie.len < 0 && !tp->syn_data)
		try_exp = tp->syn_fastopen_exp ? 2 : 1; /* the server may know the older form */
	tcp_fastopen_cache_set(sk, mss_of(sk, synack), &cookie, try_exp);
	if (data) {
		tp->fastopen_client_fail =
			tp->total_retrans ? TFO_SYN_RETRANSMITTED : TFO_DATA_NOT_ACKED;
		for (; data; data = skb_rb_next(data))
			tcp_mark_skb_lost(sk, data);
		tcp_non_congestion_loss_retransmit(sk);
		NET_INC(sk->sk_net, TcpExtTCPFastOpenActiveFail);
		return true;
	}
	if (tp->syn_data) {
		tp->syn_data_acked = true;
		NET_INC(sk->sk_net, TcpExtTCPFastOpenActive);
		/* SYN and its data were one segment. */
		if (tp->delivered > 1)
			tp->delivered--;
	}
	take_syn_data(sk, synack);
	return false;
}
