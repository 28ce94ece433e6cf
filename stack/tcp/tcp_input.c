// SPDX-License-Identifier: MIT
/*
 * An incoming segment of a connection: header prediction for the common case, full validation
 * (PAWS, sequence, RST, SYN: RFC 9293 3.10.7, RFC 7323 5, RFC 5961) for the rest, data, and when
 * to acknowledge it.
 */
#include <net/tcp.h>

#define HEADER_WORD(th) get_unaligned_be32((const uint8_t *)(th) + 12)
#define HEADER_MASK	(~((uint32_t)TCPHDR_PSH << 16 | 0x0f000000u)) /* PSH and reserved bits */

/* ---- header prediction ---- */

void tcp_fast_path_on(struct tcp_sock *tp)
{
	tp->pred_flags = (uint32_t)tp->tcp_header_len << 26 | (uint32_t)TCPHDR_ACK << 16 |
			 tp->snd_wnd >> tp->rx_opt.snd_wscale;
}

void tcp_fast_path_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->out_of_order_queue.node && tp->rcv_wnd && !tp->urg_data &&
	    sk->sk_rmem_alloc < sk->sk_rcvbuf)
		tcp_fast_path_on(tp);
}

/* ---- when to acknowledge ---- */

void tcp_inc_quickack(struct sock *sk, unsigned int max_quickacks)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	uint32_t n = tcp_sk(sk)->rcv_wnd / (2 * max_u32(icsk->icsk_ack.rcv_mss, 1));

	n = min_u32(n ? n : 2, max_quickacks);
	if (n > icsk->icsk_ack.quick)
		icsk->icsk_ack.quick = (uint8_t)n;
}

void tcp_enter_quickack_mode(struct sock *sk, unsigned int max_quickacks)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	tcp_inc_quickack(sk, max_quickacks);
	icsk->icsk_ack.pingpong = 0;
	icsk->icsk_ack.ato_us = TCP_ATO_MIN_US;
}

/* RFC 9293, 3.8.6.3 (MUST-58, MUST-59): at least every second full segment, and within 0.5 s. */
static void ack_snd_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (!(icsk->icsk_ack.pending & ICSK_ACK_SCHED) || sk->sk_state == TCP_CLOSE)
		return;
	if ((tp->rcv_nxt - tp->rcv_wup > icsk->icsk_ack.rcv_mss &&
	     (tp->rcv_nxt - tp->copied_seq < (uint32_t)sk->sk_rcvlowat ||
	      tcp_select_window_bytes(sk) >= tp->rcv_wnd)) ||
	    (icsk->icsk_ack.quick && !icsk->icsk_ack.pingpong) ||
	    (icsk->icsk_ack.pending & ICSK_ACK_NOW))
		tcp_send_ack(sk);
	else if (!tp->out_of_order_queue.node)
		tcp_send_delayed_ack(sk);
	else if (!tcp_compress_ack(sk))
		tcp_send_ack(sk);
}

/* How much of a packet's memory is payload: what may be offered for the memory that is free. */
static void measure_scaling_ratio(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t ratio = (uint32_t)(((uint64_t)skb->len << 8) / skb->truesize);

	tp->scaling_ratio = (uint16_t)min_u32(max_u32(ratio, 1), 256);
	tp->window_clamp = min_u32(tcp_full_space(sk), 65535u << tp->rx_opt.rcv_wscale);
}

static void measure_rcv_mss(struct sock *sk, const struct sk_buff *skb)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const uint32_t len = skb->gso_size ? skb->gso_size : skb->len;

	if (len > icsk->icsk_ack.rcv_mss)
		measure_scaling_ratio(sk, skb);
	if (len >= icsk->icsk_ack.rcv_mss)
		icsk->icsk_ack.rcv_mss =
			(uint16_t)max_u32(min_u32(len, tcp_sk(sk)->advmss), TCP_MIN_SND_MSS);
	else if (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_PSH)
		icsk->icsk_ack.pending |= ICSK_ACK_PUSHED;
}

/* Data came: an ACK is owed; how long it may wait follows the time between segments. */
static inline void event_data_recv(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	const uint64_t now_ns = tp->tcp_mstamp_ns;

	icsk->icsk_ack.pending |= ICSK_ACK_SCHED;
	measure_rcv_mss(sk, skb);
	tcp_rcv_rtt_measure(tp);
	if (!icsk->icsk_ack.ato_us) {
		tcp_inc_quickack(sk, TCP_MAX_QUICKACKS);
		icsk->icsk_ack.ato_us = TCP_ATO_MIN_US;
	} else {
		uint64_t gap_us = (now_ns - icsk->icsk_ack.lrcvtime_ns) / NSEC_PER_USEC;

		if (gap_us <= TCP_ATO_MIN_US / 2) {
			icsk->icsk_ack.ato_us = icsk->icsk_ack.ato_us / 2 + TCP_ATO_MIN_US / 2;
		} else if (gap_us < icsk->icsk_ack.ato_us) {
			icsk->icsk_ack.ato_us = min_u32(
				icsk->icsk_ack.ato_us / 2 + (uint32_t)gap_us, icsk->icsk_rto_us);
		} else if (gap_us > icsk->icsk_rto_us) {
			/* The sender may have restarted its window: feed it ACKs. */
			tcp_inc_quickack(sk, TCP_MAX_QUICKACKS);
		}
	}
	icsk->icsk_ack.lrcvtime_ns = now_ns;
	tcp_ecn_check_ce(sk, skb);
	if (skb->len >= 128)
		tcp_grow_window(sk, skb);
}

void tcp_check_space(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!sock_flag(sk, SOCK_NOSPACE))
		return;
	if (tcp_packets_in_flight(tp) < tp->snd_cwnd)
		tcp_sndbuf_expand(sk);
	if (tcp_stream_is_writeable(sk)) {
		sock_reset_flag(sk, SOCK_NOSPACE);
		tcp_chrono_stop(sk, TCP_CHRONO_SNDBUF_LIMITED);
		sk_write_space(sk);
	}
}

static void data_snd_check(struct sock *sk)
{
	if (tcp_send_head(sk))
		tcp_push_pending_frames(sk, tcp_current_mss(sk), tcp_sk(sk)->nonagle);
	tcp_check_space(sk);
}

/*
 * After a pure ACK. In a batch of packets sending waits for its end: the ACKs together let one large
 * super-segment go instead of many small ones.
 */
static void data_snd_check_batched(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!sk->sk_net->softnet.xmit_batch || sock_owned_by_user(sk)) {
		data_snd_check(sk);
		return;
	}
	if (tcp_send_head(sk) && list_empty(&tp->xmit_node)) {
		sock_hold(sk);
		list_add_tail(&tp->xmit_node, &net_tcp(sk)->xmit_pending);
	}
	tcp_check_space(sk);
}

static noinline void send_pending(struct netns_tcp *tcp)
{
	while (!list_empty(&tcp->xmit_pending)) {
		struct tcp_sock *tp =
			list_first_entry(&tcp->xmit_pending, struct tcp_sock, xmit_node);
		struct sock *sk = &tp->inet_conn.inet.sk;

		list_del_init(&tp->xmit_node);
		data_snd_check(sk);
		sock_put(sk);
	}
}

void tcp_batch_end(struct net *net)
{
	if (net->tcp && !list_empty(&net->tcp->xmit_pending))
		send_pending(net->tcp);
}

/* ---- answers to what is not acceptable ---- */

bool tcp_oow_rate_limited(struct net *net, uint64_t *last_ns)
{
	const uint64_t now_ns = port_time_ns(net->port);

	if (*last_ns && now_ns - *last_ns < net->sysctl.tcp_invalid_ratelimit_ms * NSEC_PER_MSEC)
		return true;
	*last_ns = now_ns ? now_ns : 1;
	return false;
}

void tcp_send_challenge_ack(struct sock *sk)
{
	if (tcp_oow_rate_limited(sk->sk_net, &tcp_sk(sk)->last_oow_ack_time_ns)) {
		NET_INC(sk->sk_net, TcpExtTCPACKSkippedChallenge);
		return;
	}
	NET_INC(sk->sk_net, TcpExtTCPChallengeACK);
	tcp_send_ack(sk);
}

static void send_dupack(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcb->end_seq != tcb->seq && before(tcb->seq, tp->rcv_nxt)) {
		NET_INC(sk->sk_net, TcpExtDelayedACKLost);
		tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
		tcp_dsack_set(sk, tcb->seq,
			      after(tcb->end_seq, tp->rcv_nxt) ? tp->rcv_nxt : tcb->end_seq);
	}
	tcp_send_ack(sk);
}

/* ---- validation ---- */

bool tcp_in_window(uint32_t seq, uint32_t end_seq, uint32_t s_win, uint32_t e_win)
{
	if (seq == s_win)
		return true;
	if (after(end_seq, s_win) && before(seq, e_win))
		return true;
	return seq == e_win && seq == end_seq;
}

static bool paws_check(const struct tcp_options_received *opt, uint64_t now_ns, int window)
{
	if ((int32_t)(opt->ts_recent - opt->rcv_tsval) <= window)
		return true;
	/* Not a word about an idle connection: the peer's clock may have wrapped. */
	return !opt->ts_recent_stamp_ns || now_ns - opt->ts_recent_stamp_ns >= TCP_PAWS_24DAYS_NS;
}

bool tcp_paws_reject(const struct tcp_options_received *opt, uint64_t now_ns, bool rst)
{
	if (paws_check(opt, now_ns, 0))
		return false;
	/* An RST may come from a rebooted host: not rejected once the time stamp is old. */
	return !(rst && now_ns - opt->ts_recent_stamp_ns >= TCP_TIMEWAIT_NS);
}

/* A pure ACK that overtook another: harmless, not an old duplicate. */
static bool disordered_ack(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	return (th->flags & TCPHDR_ACK) && tcb->seq == tcb->end_seq && tcb->seq == tp->rcv_nxt &&
	       tcb->ack_seq == tp->snd_una &&
	       (uint32_t)ntohs(th->window) << tp->rx_opt.snd_wscale == tp->snd_wnd &&
	       tp->rx_opt.ts_recent - tp->rx_opt.rcv_tsval <=
		       inet_csk(sk)->icsk_rto_us / 1000 * 6 / 5;
}

static bool paws_discard(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return !paws_check(&tp->rx_opt, tp->tcp_mstamp_ns, TCP_PAWS_WINDOW) &&
	       !disordered_ack(sk, skb);
}

/* RFC 5961, 3.2: only an exact match resets. With SACK the right edge of what we hold counts too,
 * and after a FIN its own number. */
static bool rst_acceptable(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t seq = TCP_SKB_CB(skb)->seq;
	uint32_t edge = tp->rcv_nxt;

	if (seq == tp->rcv_nxt)
		return true;
	if (seq == tp->rcv_nxt - 1 && sock_flag(sk, SOCK_DONE) &&
	    ((1u << sk->sk_state) &
	     ((1u << TCP_CLOSE_WAIT) | (1u << TCP_LAST_ACK) | (1u << TCP_CLOSING))))
		return true;
	for (unsigned int i = 0; i < tp->rx_opt.num_sacks; i++)
		if (after(tp->selective_acks[i].end_seq, edge))
			edge = tp->selective_acks[i].end_seq;
	return edge != tp->rcv_nxt && seq == edge;
}

static void drop(struct sk_buff *skb, enum skb_drop_reason reason)
{
	kfree_skb_reason(skb, reason);
}

static bool crossing_synack(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	return sk->sk_state == TCP_SYN_RECV && (tcb->tcp_flags & TCPHDR_ACK) &&
	       tcb->end_seq == tcb->seq + 1 && tcb->end_seq == tcp_sk(sk)->rcv_nxt &&
	       tcb->ack_seq == tcp_sk(sk)->snd_nxt;
}

/* false: not acceptable; answered and consumed. */
static bool validate_incoming(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const bool rst = th->flags & TCPHDR_RST;

	if (tcp_fast_parse_options(th, tp) && tp->rx_opt.saw_tstamp && paws_discard(sk, skb) &&
	    !rst) {
		NET_INC(sk->sk_net, TcpExtPAWSEstab);
		if (!tcp_oow_rate_limited(sk->sk_net, &tp->last_oow_ack_time_ns))
			send_dupack(sk, skb);
		else
			NET_INC(sk->sk_net, TcpExtTCPACKSkippedPAWS);
		drop(skb, SKB_DROP_TcpPaws);
		return false;
	}
	/* RFC 9293, 3.10.7.4, first; a window's left edge is what we last told. */
	if (before(tcb->end_seq, tp->rcv_wup) ||
	    after(tcb->seq, tp->rcv_nxt + tcp_receive_window(tp))) {
		if (rst) {
			if (rst_acceptable(sk, skb))
				tcp_reset(sk);
		} else if (th->flags & TCPHDR_SYN) {
			NET_INC(sk->sk_net, TcpExtTCPSYNChallenge);
			tcp_send_challenge_ack(sk);
		} else if (!tcp_oow_rate_limited(sk->sk_net, &tp->last_oow_ack_time_ns)) {
			send_dupack(sk, skb);
		} else {
			NET_INC(sk->sk_net, TcpExtTCPACKSkippedSeq);
		}
		drop(skb, SKB_DROP_TcpInvalidSequence);
		return false;
	}
	if (rst) {
		if (rst_acceptable(sk, skb))
			tcp_reset(sk);
		else
			tcp_send_challenge_ack(sk);
		drop(skb, SKB_DROP_TcpReset);
		return false;
	}
	/* RFC 5961, 4.2: a SYN on a live connection gets a challenge whatever its number; but for the
	 * SYN-ACK of a simultaneous open, whose SYN part came before. */
	if ((th->flags & TCPHDR_SYN) && !crossing_synack(sk, skb)) {
		NET_INC(sk->sk_net, TcpExtTCPSYNChallenge);
		tcp_send_challenge_ack(sk);
		drop(skb, SKB_DROP_TcpInvalidSyn);
		return false;
	}
	return true;
}

/* ---- data ---- */

/* The peer has sent all (RFC 9293, 3.10.7.4, eighth). */
void tcp_fin(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_SCHED;
	sk->sk_shutdown |= RCV_SHUTDOWN;
	sock_set_flag(sk, SOCK_DONE);
	tcp_ofo_purge(sk);
	tp->rx_opt.num_sacks = 0;
	switch (sk->sk_state) {
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
		tcp_set_state(sk, TCP_CLOSE_WAIT);
		inet_csk(sk)->icsk_ack.pingpong = 1;
		break;
	case TCP_FIN_WAIT1: /* simultaneous close */
		tcp_send_ack(sk);
		tcp_set_state(sk, TCP_CLOSING);
		break;
	case TCP_FIN_WAIT2:
		tcp_send_ack(sk);
		tcp_time_wait(sk, TCP_TIME_WAIT, 0);
		break;
	default: /* a retransmitted FIN changes nothing */
		break;
	}
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk_state_change(sk);
		sk_data_ready(sk);
	}
}

static void in_order(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const bool fin = TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN;

	if (skb->len)
		event_data_recv(sk, skb);
	if (tcp_queue_rcv(sk, skb))
		consume_skb(skb);
	if (fin)
		tcp_fin(sk);
	if (tp->out_of_order_queue.node) {
		tcp_ofo_queue(sk);
		/* RFC 5681, 4.2: at once when a gap is filled. */
		if (!tp->out_of_order_queue.node)
			inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_NOW;
	}
	if (tp->rx_opt.num_sacks)
		tcp_sack_remove(tp);
	tcp_fast_path_check(sk);
	if (!sock_flag(sk, SOCK_DEAD))
		sk_data_ready(sk);
}

static void refuse_data(struct sock *sk, struct sk_buff *skb, enum skb_drop_reason reason)
{
	tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
	inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_SCHED;
	drop(skb, reason);
}

/* Consumes skb, whose data still begins with the header. */
void tcp_data_queue(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t seq = TCP_SKB_CB(skb)->seq, end_seq = TCP_SKB_CB(skb)->end_seq;
	const uint32_t window = tcp_receive_window(tp);

	if (seq == end_seq) {
		consume_skb(skb);
		return;
	}
	skb_pull(skb, tcp_hdr(skb)->doff * 4u);
	tcp_ecn_accept_cwr(sk, skb);
	tp->rx_opt.dsack = false;
	if (!after(end_seq, tp->rcv_nxt)) {
		tcp_dsack_set(sk, seq, end_seq);
		refuse_data(sk, skb, SKB_DROP_TcpOldData);
		return;
	}
	if (!before(seq, tp->rcv_nxt + window) && !(seq == tp->rcv_nxt && !skb->len)) {
		NET_INC(sk->sk_net, TcpExtTCPZeroWindowDrop);
		refuse_data(sk, skb, window ? SKB_DROP_TcpOverWindow : SKB_DROP_TcpZeroWindow);
		return;
	}
	if (after(seq, tp->rcv_nxt)) {
		tcp_data_queue_ofo(sk, skb);
		return;
	}
	if (before(seq, tp->rcv_nxt))
		tcp_dsack_set(sk, seq, tp->rcv_nxt);
	if (!tcp_try_rmem(sk, skb)) {
		NET_INC(sk->sk_net, TcpExtTCPRcvQDrop);
		inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_NOW;
		sk_data_ready(sk);
		drop(skb, tcp_memory_exhausted(sk) ? SKB_DROP_TcpProtoMem : SKB_DROP_TcpRcvBuf);
		return;
	}
	in_order(sk, skb);
}

/* ---- ESTABLISHED ---- */

static void store_ts_recent(struct tcp_sock *tp)
{
	tp->rx_opt.ts_recent = tp->rx_opt.rcv_tsval;
	tp->rx_opt.ts_recent_stamp_ns = tp->tcp_mstamp_ns;
}

/* Header prediction holds: the time stamp may be parsed where it always is. */
static bool fast_path_tstamp(struct tcp_sock *tp, const struct tcphdr *th)
{
	if (tp->tcp_header_len == sizeof(*th)) {
		tp->rx_opt.saw_tstamp = false;
		tp->rx_opt.sack_off = 0;
		return true;
	}
	tcp_fast_parse_options(th, tp);
	return tp->rx_opt.saw_tstamp && !tp->rx_opt.sack_off &&
	       (int32_t)(tp->rx_opt.rcv_tsval - tp->rx_opt.ts_recent) >= 0;
}

static void fast_pure_ack(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	/* Only the latest in-order time stamp is kept (RFC 7323, 4.3). */
	if (tp->rx_opt.saw_tstamp && tp->rcv_nxt == tp->rcv_wup)
		store_ts_recent(tp);
	tcp_ack(sk, skb, 0);
	consume_skb(skb);
	data_snd_check_batched(sk);
}

static void fast_data(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool merged;

	if (tp->rx_opt.saw_tstamp && tp->rcv_nxt == tp->rcv_wup)
		store_ts_recent(tp);
	NET_INC(sk->sk_net, TcpExtTCPHPHits);
	skb_pull(skb, tp->tcp_header_len);
	tp->rx_opt.dsack = false;
	tcp_rcv_rtt_measure_ts(sk, skb);
	event_data_recv(sk, skb);
	merged = tcp_queue_rcv(sk, skb); /* tcp_ack() still reads its header */
	if (TCP_SKB_CB(skb)->ack_seq != tp->snd_una) {
		tcp_ack(sk, skb, FLAG_DATA);
		if (tcp_send_head(sk) || sock_flag(sk, SOCK_NOSPACE))
			data_snd_check(sk);
	} else {
		tp->snd_wl1 = TCP_SKB_CB(skb)->seq;
	}
	if (merged)
		consume_skb(skb);
	ack_snd_check(sk);
	sk_data_ready(sk);
}

static void slow_path(struct sock *sk, struct sk_buff *skb)
{
	NET_INC(sk->sk_net, TcpExtTCPSlowPath);
	if (!(tcp_hdr(skb)->flags & (TCPHDR_ACK | TCPHDR_RST | TCPHDR_SYN))) {
		drop(skb, SKB_DROP_TcpFlags);
		return;
	}
	if (!validate_incoming(sk, skb))
		return;
	if (!(tcp_hdr(skb)->flags & TCPHDR_ACK)) {
		drop(skb, SKB_DROP_TcpFlags);
		return;
	}
	if (tcp_ack(sk, skb, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT) < 0) {
		drop(skb, SKB_DROP_TcpInvalidAck);
		return;
	}
	tcp_urg(sk, skb);
	if (TCP_SKB_CB(skb)->seq == TCP_SKB_CB(skb)->end_seq) {
		consume_skb(skb);
		data_snd_check_batched(sk);
		ack_snd_check(sk);
		return;
	}
	tcp_rcv_rtt_measure_ts(sk, skb);
	tcp_data_queue(sk, skb);
	data_snd_check(sk);
	ack_snd_check(sk);
}

void tcp_rcv_established(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);

	tcp_mstamp_refresh(tp);
	NET_TRACE(sk->sk_net, rcv, sk, skb);
	if ((HEADER_WORD(th) & HEADER_MASK) == tp->pred_flags &&
	    TCP_SKB_CB(skb)->seq == tp->rcv_nxt &&
	    between(TCP_SKB_CB(skb)->ack_seq, tp->snd_una - tp->max_window, tp->snd_nxt) &&
	    fast_path_tstamp(tp, th)) {
		if (skb->len == tp->tcp_header_len) {
			fast_pure_ack(sk, skb);
			return;
		}
		if (sk->sk_rmem_alloc + skb->truesize <= sk->sk_rcvbuf && tcp_rmem_allowed(sk) &&
		    skb->len - tp->tcp_header_len <= tcp_receive_window(tp)) {
			fast_data(sk, skb);
			return;
		}
	}
	slow_path(sk, skb);
}

/* ---- the handshake ---- */

void tcp_init_transfer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	/* Without a sample because the SYN was retransmitted: 3 s (RFC 6298, 5.7). */
	if (!tp->srtt_us)
		inet_csk(sk)->icsk_rto_us = 3 * TCP_TIMEOUT_INIT_US;
	/* A SYN lost more than once: begin with one segment (RFC 5681, 3.1). */
	tp->snd_cwnd = tp->total_retrans > 1 ? 1 : tcp_init_cwnd(tp);
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	tp->retransmit_seq = tp->snd_una;
	tcp_init_congestion_control(sk);
	tcp_init_buffer_space(sk);
}

void tcp_finish_connect(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_set_state(sk, TCP_ESTABLISHED);
	inet_csk(sk)->icsk_ack.lrcvtime_ns = tp->tcp_mstamp_ns;
	TCP_HOOK(sk, active_established);
	tcp_init_transfer(sk);
	tp->lsndtime_ns = tp->tcp_mstamp_ns;
	if (sock_flag(sk, SOCK_KEEPOPEN))
		tcp_reset_keepalive_timer(sk, tcp_keepalive_time_ns(tp));
	tcp_fast_path_on(tp);
}

/* What the peer's SYN says, for both kinds of open. */
static void take_syn(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->rcv_nxt = tp->rcv_wup = tp->copied_seq = TCP_SKB_CB(skb)->seq + 1;
	tp->snd_wnd = ntohs(tcp_hdr(skb)->window); /* a SYN's window is not scaled */
	tp->snd_wl1 = TCP_SKB_CB(skb)->seq;
	tp->max_window = tp->snd_wnd;
	if (!tp->rx_opt.mss_clamp)
		tp->rx_opt.mss_clamp = tcp_mss_default(&sk->sk_v6_daddr);
	if (!tp->rx_opt.wscale_ok) {
		tp->rx_opt.snd_wscale = tp->rx_opt.rcv_wscale = 0;
		tp->window_clamp = min_u32(tp->window_clamp, 65535);
	}
	tp->tcp_header_len = TCP_BASE_HEADER;
	if (tp->rx_opt.saw_tstamp) {
		tp->rx_opt.tstamp_ok = true;
		tp->tcp_header_len += TCPOLEN_TSTAMP_ALIGNED;
		store_ts_recent(tp);
	}
	tp->tcp_header_len = (uint16_t)(tp->tcp_header_len + tcp_auth_option_bytes(sk));
	tcp_auth_finish_connect(sk, skb);
	tcp_mtu_probe_init(sk);
	tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu);
	tcp_initialize_rcv_mss(sk);
}

/* When the application has data or is about to (it says so by TCP_DEFER_ACCEPT or by TCP_QUICKACK
 * off) that takes the ACK of the SYN-ACK along. */
static void ack_handshake(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (!tcp_sk(sk)->writer_waits && !icsk->icsk_defer_accept && !icsk->icsk_ack.pingpong) {
		tcp_send_ack(sk);
		return;
	}
	tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
	icsk->icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
	icsk->icsk_ack.timeout_ns = sk_now_ns(sk) + (uint64_t)TCP_DELACK_MAX_US * NSEC_PER_USEC;
	sk_advance_timer(sk, &icsk->icsk_delack_timer, icsk->icsk_ack.timeout_ns);
}

/* 0 consumed; 1 answer with RST. */
static int synsent_ack(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	bool data_lost = false;
	const uint32_t ack = TCP_SKB_CB(skb)->ack_seq;

	if (!after(ack, tp->snd_una) || after(ack, tp->snd_nxt)) {
		/* The peer may be in an old connection, which our RST ends: the SYN soon again. */
		if (!inet_csk(sk)->icsk_retransmits)
			tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, TCP_TIMEOUT_MIN_US);
		return 1;
	}
	if (tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr &&
	    !between(tp->rx_opt.rcv_tsecr, tp->retrans_stamp_ms, tcp_time_stamp_ms(tp))) {
		NET_INC(sk->sk_net, TcpExtPAWSActive);
		return 1;
	}
	if (th->flags & TCPHDR_RST) {
		tcp_reset(sk);
		drop(skb, SKB_DROP_TcpReset);
		return 0;
	}
	if (!(th->flags & TCPHDR_SYN)) {
		drop(skb, SKB_DROP_TcpFlags);
		return 0;
	}
	tp->snd_wl1 = TCP_SKB_CB(skb)->seq;
	tcp_ecn_rcv_synack(sk, th);
	tcp_ack(sk, skb, FLAG_SLOWPATH);
	take_syn(sk, skb);
	if (tp->rx_opt.tstamp_ok)
		tp->advmss -= TCPOLEN_TSTAMP_ALIGNED;
	tcp_finish_connect(sk);
	if (tp->syn_fastopen || tp->syn_data)
		data_lost = tcp_rcv_fastopen_synack(sk, skb);
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk_state_change(sk);
		sk_write_space(sk);
	}
	if (!data_lost) /* else it goes again, and the ACK with it */
		ack_handshake(sk);
	consume_skb(skb);
	data_snd_check(sk);
	return 0;
}

static int rcv_synsent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);

	if (tp->defer_connect) { /* our SYN waits for data: nobody can mean us yet */
		drop(skb, SKB_DROP_TcpFlags);
		return 0;
	}
	tcp_parse_options(th, &tp->rx_opt, false, sk_sysctl(sk));
	if (tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr)
		tp->rx_opt.rcv_tsecr -= tp->tsoffset;
	if (th->flags & TCPHDR_ACK)
		return synsent_ack(sk, skb);
	if ((th->flags & (TCPHDR_SYN | TCPHDR_RST)) != TCPHDR_SYN) {
		drop(skb, SKB_DROP_TcpFlags);
		return 0;
	}
	/* Simultaneous open (RFC 9293, 3.5). */
	tcp_set_state(sk, TCP_SYN_RECV);
	tcp_ecn_rcv_syn(sk, th);
	take_syn(sk, skb);
	tcp_send_synack_open(sk);
	consume_skb(skb);
	return 0;
}

static void synrecv_established(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_set_state(sk, TCP_ESTABLISHED);
	tp->snd_una = TCP_SKB_CB(skb)->ack_seq;
	tp->snd_wnd = (uint32_t)ntohs(tcp_hdr(skb)->window) << tp->rx_opt.snd_wscale;
	tp->snd_wl1 = TCP_SKB_CB(skb)->seq;
	tp->max_window = max_u32(tp->max_window, tp->snd_wnd);
	tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu);
	TCP_HOOK(sk, passive_established);
	if (tp->fastopen_rsk)
		tcp_fastopen_established(sk);
	else
		tcp_init_transfer(sk);
	if (!inet_csk(sk)->icsk_ca_ops->cong_control)
		tcp_update_pacing_rate(sk);
	if (tp->rx_opt.tstamp_ok)
		tp->advmss -= TCPOLEN_TSTAMP_ALIGNED;
	tp->lsndtime_ns = tp->tcp_mstamp_ns;
	if (sock_flag(sk, SOCK_KEEPOPEN))
		tcp_reset_keepalive_timer(sk, tcp_keepalive_time_ns(tp));
	tcp_initialize_rcv_mss(sk);
	tcp_fast_path_on(tp);
	sk_state_change(sk);
	sk_write_space(sk);
}

/* ---- closing ---- */

/* Data for a reader that has gone: the peer must learn that it is lost (RFC 9293, 3.6.1). */
static bool data_after_close(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const uint32_t fin = tcb->tcp_flags & TCPHDR_FIN ? 1 : 0;

	return tcb->end_seq != tcb->seq && after(tcb->end_seq - fin, tcp_sk(sk)->rcv_nxt);
}

/* Our FIN is acknowledged. 0; 1: answer with RST; -1: skb is done with. */
static int finwait1_acked(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint64_t timeout_ns;

	tcp_set_state(sk, TCP_FIN_WAIT2);
	sk->sk_shutdown |= SEND_SHUTDOWN;
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk_state_change(sk); /* wakes a lingering close() */
		return 0;
	}
	if (tp->linger2_s < 0 || data_after_close(sk, skb)) {
		NET_INC(sk->sk_net, TcpExtTCPAbortOnData);
		tcp_done(sk);
		return 1;
	}
	timeout_ns = tcp_fin_time_ns(sk);
	if (timeout_ns > TCP_TIMEWAIT_NS) {
		tcp_reset_keepalive_timer(sk, timeout_ns - TCP_TIMEWAIT_NS);
	} else if ((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) || sock_owned_by_user(sk)) {
		/* The FIN is in this segment: a moment more as a full sock. */
		tcp_reset_keepalive_timer(sk, timeout_ns);
	} else {
		tcp_time_wait(sk, TCP_FIN_WAIT2, timeout_ns);
		return -1;
	}
	return 0;
}

/* The ACK's consequence for the state. As finwait1_acked(). */
static int state_after_ack(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	switch (sk->sk_state) {
	case TCP_SYN_RECV:
		synrecv_established(sk, skb);
		return 0;
	case TCP_FIN_WAIT1:
		if (tp->fastopen_rsk)
			tcp_fastopen_established(sk);
		return tp->snd_una == tp->write_seq ? finwait1_acked(sk, skb) : 0;
	case TCP_CLOSING:
		if (tp->snd_una != tp->write_seq)
			return 0;
		tcp_time_wait(sk, TCP_TIME_WAIT, 0);
		return -1;
	case TCP_LAST_ACK:
		if (tp->snd_una != tp->write_seq)
			return 0;
		tcp_done(sk);
		return -1;
	default:
		return 0;
	}
}

/* Text and FIN in the states after ESTABLISHED. 0 consumed, 1 answer with RST. */
static int state_text(struct sock *sk, struct sk_buff *skb)
{
	tcp_urg(sk, skb);
	switch (sk->sk_state) {
	case TCP_CLOSE_WAIT:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		if (!before(TCP_SKB_CB(skb)->seq, tcp_sk(sk)->rcv_nxt)) {
			consume_skb(skb); /* nothing may follow a FIN */
			return 0;
		}
		break;
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
		if ((sk->sk_shutdown & RCV_SHUTDOWN) && data_after_close(sk, skb)) {
			NET_INC(sk->sk_net, TcpExtTCPAbortOnData);
			tcp_reset(sk);
			return 1;
		}
		break;
	case TCP_ESTABLISHED:
		break;
	default:
		consume_skb(skb);
		return 0;
	}
	tcp_data_queue(sk, skb);
	return 0;
}

int tcp_rcv_state_process(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	int result;

	tcp_mstamp_refresh(tp);
	switch (sk->sk_state) {
	case TCP_CLOSE:
		drop(skb, SKB_DROP_TcpClosed);
		return 0;
	case TCP_LISTEN:
		if (th->flags & TCPHDR_ACK)
			return 1;
		if ((th->flags & (TCPHDR_RST | TCPHDR_SYN | TCPHDR_FIN)) == TCPHDR_SYN) {
			tcp_conn_request(sk, skb, 0);
			consume_skb(skb);
		} else {
			drop(skb, SKB_DROP_TcpFlags);
		}
		return 0;
	case TCP_SYN_SENT:
		return rcv_synsent(sk, skb);
	}
	if (tp->fastopen_rsk && tcp_fastopen_syn_again(sk, skb)) {
		consume_skb(skb);
		return 0;
	}
	if (!(th->flags & (TCPHDR_ACK | TCPHDR_RST | TCPHDR_SYN))) {
		drop(skb, SKB_DROP_TcpFlags);
		return 0;
	}
	if (!validate_incoming(sk, skb))
		return 0;
	if (!(th->flags & TCPHDR_ACK)) {
		drop(skb, SKB_DROP_TcpFlags);
		return 0;
	}
	result = tcp_ack(sk, skb, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT | FLAG_NO_CHALLENGE_ACK);
	if (result <= 0) {
		if (sk->sk_state == TCP_SYN_RECV)
			return 1;
		if (result < 0) {
			tcp_send_challenge_ack(sk);
			drop(skb, SKB_DROP_TcpInvalidAck);
			return 0;
		}
	}
	result = state_after_ack(sk, skb);
	if (result > 0)
		return 1;
	if (result < 0) {
		consume_skb(skb);
		return 0;
	}
	if (state_text(sk, skb))
		return 1;
	if (sk->sk_state != TCP_CLOSE) {
		data_snd_check(sk);
		ack_snd_check(sk);
	}
	return 0;
}
