// SPDX-License-Identifier: MIT
/*
 * Sends a segment or super-segment: a header in front (tcp_header.c), and down to IP. Payload is never
 * copied: what goes down is a clone with a header of its own, so that a header that still waits in
 * a driver's ring is not rewritten by a retransmission. What is below TCP is counted in
 * sk_wmem_alloc; above tcp_limit_output_bytes a socket waits until the driver frees some
 * ("small queues"), so that loss is noticed here and other flows get their turn.
 */
#include <net/tcp.h>

/* The driver freed a clone: give its memory back and wake a writer that waited for it. */
static void tcp_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;
	struct tcp_sock *tp = tcp_sk(sk);

	sk->sk_wmem_alloc -= skb->truesize;
	if ((tp->tsq_flags & TSQ_THROTTLED) && !(tp->tsq_flags & TCP_TSQ_QUEUED)) {
		/* Not from here: this may be inside the driver. The reference goes to the timer. */
		tp->tsq_flags = (uint8_t)((tp->tsq_flags & ~TSQ_THROTTLED) | TCP_TSQ_QUEUED);
		timer_mod(sk->sk_net, &tp->tsq_timer, sk_now_ns(sk));
		return;
	}
	sock_put(sk);
}

static void tcp_set_owner_w(struct sk_buff *skb, struct sock *sk)
{
	sock_hold(sk);
	skb->sk = sk;
	skb->destructor = tcp_wfree;
	sk->sk_wmem_alloc += skb->truesize;
}

void tcp_tsq_timer(struct timer_list *t)
{
	struct tcp_sock *tp = container_of(t, struct tcp_sock, tsq_timer);
	struct sock *sk = &tp->inet_conn.inet.sk;

	tp->tsq_flags &= (uint8_t)~TCP_TSQ_QUEUED;
	if (sock_owned_by_user(sk))
		tcp_defer(sk, TCP_TSQ_DEFERRED);
	else
		tcp_tsq_write(sk);
	sock_put(sk);
}

static void tcp_event_ack_sent(struct sock *sk, uint32_t pcount)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	tcp_compress_ack_sent(sk);
	if (icsk->icsk_ack.quick > pcount) {
		icsk->icsk_ack.quick = (uint8_t)(icsk->icsk_ack.quick - pcount);
	} else if (icsk->icsk_ack.quick) {
		icsk->icsk_ack.quick = 0;
		icsk->icsk_ack.ato_us = TCP_ATO_MIN_US;
	}
	icsk->icsk_ack.pending = 0;
	icsk->icsk_ack.retry = 0;
}

static void tcp_event_data_sent(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	const uint64_t ato_ns = (uint64_t)icsk->icsk_ack.ato_us * NSEC_PER_USEC;

	if (!tcp_packets_in_flight(tp))
		tcp_ca_event(sk, CA_EVENT_TX_START);
	tp->lsndtime_ns = tp->tcp_mstamp_ns;
	/* An answer soon after data: interactive, ACKs can ride on data. */
	if (tp->tcp_mstamp_ns - icsk->icsk_ack.lrcvtime_ns < ato_ns)
		icsk->icsk_ack.pingpong = 1;
}

/* skb: headroom and payload; everything else is made here. Consumes skb. */
static inline __attribute__((always_inline)) int xmit(struct sock *sk, struct sk_buff *skb,
						      const struct tcp_skb_cb *tcb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t payload = skb->len, segs = tcb->pcount ? tcb->pcount : 1;

	if (skb->gso_size)
		skb->gso_type = inet_csk(sk)->icsk_af_ops->gso_type;
	tcp_push_header(sk, skb, tcb);
	if (tcb->tcp_flags & TCPHDR_ACK)
		tcp_event_ack_sent(sk, segs);
	if (payload) {
		tcp_event_data_sent(sk);
		tp->data_segs_out += segs;
		tp->bytes_sent += payload;
	}
	if (after(tcb->end_seq, tp->snd_nxt) || tcb->seq == tcb->end_seq)
		NET_ADD(sk->sk_net, TcpOutSegs, segs);
	tp->segs_out += segs;
	tcp_set_owner_w(skb, sk);
	return inet_csk(sk)->icsk_af_ops->queue_xmit(sk, skb);
}

int tcp_transmit_skb(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	struct sk_buff *clone = skb_clone_payload(sk->sk_net, skb);
	const uint64_t prior_wstamp_ns = tp->wstamp_ns;
	int err;

	if (!clone)
		return -ENOBUFS;
	if (tp->wstamp_ns < tp->tcp_mstamp_ns)
		tp->wstamp_ns = tp->tcp_mstamp_ns;
	clone->tstamp_ns = tp->wstamp_ns;
	err = xmit(sk, clone, tcb);
	if (err == -ENOBUFS)
		tcp_enter_cwr(sk); /* our own queue overflowed: as good as a loss */
	if (err)
		return err;
	skb->skb_mstamp_ns = tp->wstamp_ns;
	tcp_pacing_sent(sk, skb->len, prior_wstamp_ns);
	tcp_rate_skb_sent(sk, skb);
	list_del_init(&tcb->tsorted);
	list_add_tail(&tcb->tsorted, &tp->tsorted_sent_queue);
	return 0;
}

/* A segment without payload that is not queued: ACK, RST, probe. 0 or a negative errno. */
static int xmit_control(struct sock *sk, uint32_t seq, uint8_t flags)
{
	const struct tcp_skb_cb tcb = {.seq = seq, .end_seq = seq, .pcount = 1, .tcp_flags = flags};
	struct sk_buff *skb = alloc_skb(sk->sk_net, MAX_HEADER);

	if (!skb)
		return -ENOBUFS;
	skb_reserve(skb, MAX_HEADER);
	tcp_mstamp_refresh(tcp_sk(sk));
	return xmit(sk, skb, &tcb);
}

/* A sequence number the peer accepts even when its window is closed. */
static uint32_t tcp_acceptable_seq(const struct tcp_sock *tp)
{
	return before(tcp_wnd_end(tp), tp->snd_nxt) ? tcp_wnd_end(tp) : tp->snd_nxt;
}

void tcp_send_ack(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (sk->sk_state == TCP_CLOSE)
		return;
	if (xmit_control(sk, tcp_acceptable_seq(tcp_sk(sk)), TCPHDR_ACK) != -ENOBUFS)
		return;
	/* No memory: again when the delayed-ACK timer ends. */
	icsk->icsk_ack.ato_us = TCP_ATO_MIN_US;
	icsk->icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
	icsk->icsk_ack.timeout_ns = sk_now_ns(sk) + (uint64_t)TCP_DELACK_MAX_US * NSEC_PER_USEC;
	sk_advance_timer(sk, &icsk->icsk_delack_timer, icsk->icsk_ack.timeout_ns);
}

void tcp_send_delayed_ack(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	uint32_t ato_us = icsk->icsk_ack.ato_us;
	uint64_t timeout_ns;

	if (ato_us > TCP_DELACK_MIN_US) {
		/* At most a round trip, so that the peer's clock does not stop. */
		uint32_t max_us =
			icsk->icsk_ack.pingpong || (icsk->icsk_ack.pending & ICSK_ACK_PUSHED)
				? TCP_DELACK_MAX_US
				: 500000;

		if (tp->srtt_us)
			max_us = min_u32(max_us, max_u32(tp->srtt_us >> 3, TCP_DELACK_MIN_US));
		ato_us = min_u32(ato_us, max_us);
	}
	ato_us = min_u32(ato_us, TCP_DELACK_MAX_US);
	timeout_ns = tp->tcp_mstamp_ns + (uint64_t)ato_us * NSEC_PER_USEC;
	if (icsk->icsk_ack.pending & ICSK_ACK_TIMER) {
		if (timeout_ns > icsk->icsk_ack.timeout_ns) /* an earlier one stays */
			timeout_ns = icsk->icsk_ack.timeout_ns;
	}
	icsk->icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
	icsk->icsk_ack.timeout_ns = timeout_ns;
	sk_advance_timer(sk, &icsk->icsk_delack_timer, timeout_ns);
}

void tcp_send_active_reset(struct sock *sk)
{
	NET_TRACE(sk->sk_net, send_reset, sk, NULL);
	NET_INC(sk->sk_net, TcpOutRsts);
	if (xmit_control(sk, tcp_acceptable_seq(tcp_sk(sk)), TCPHDR_ACK | TCPHDR_RST))
		NET_INC(sk->sk_net, TcpExtTCPAbortFailed);
}

/* A window probe without data: an old sequence number makes the peer answer with an ACK. */
static int xmit_probe(struct sock *sk)
{
	NET_INC(sk->sk_net, TcpExtTCPWinProbe);
	/* Urgent data is told of even to a closed window (RFC 9293, 3.8.6.1). */
	if (tcp_urg_mode(tcp_sk(sk)) &&
	    between(tcp_sk(sk)->snd_up, tcp_sk(sk)->snd_una + 1, tcp_sk(sk)->snd_una + 0xffff))
		xmit_control(sk, tcp_sk(sk)->snd_una, TCPHDR_ACK);
	return xmit_control(sk, tcp_sk(sk)->snd_una - 1, TCPHDR_ACK);
}

/* Keepalive and zero-window probe: one segment of what waits if the window takes it. */
int tcp_write_wakeup(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_send_head(sk);
	uint32_t mss, room;
	int err;

	if (sk->sk_state == TCP_CLOSE)
		return -1;
	if (!skb || !before(TCP_SKB_CB(skb)->seq, tcp_wnd_end(tp)))
		return xmit_probe(sk);
	tcp_mstamp_refresh(tp);
	mss = tcp_current_mss(sk);
	room = tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq;
	if (before(tp->pushed_seq, TCP_SKB_CB(skb)->end_seq))
		tp->pushed_seq = TCP_SKB_CB(skb)->end_seq;
	if (room < skb->len || skb->len > mss) {
		room = min_u32(room, mss);
		TCP_SKB_CB(skb)->tcp_flags |= TCPHDR_PSH;
		if (tcp_fragment(sk, skb, room, mss, false))
			return -1;
	} else {
		tcp_set_skb_pcount(skb, mss);
	}
	TCP_SKB_CB(skb)->tcp_flags |= TCPHDR_PSH;
	err = tcp_transmit_skb(sk, skb);
	if (!err)
		tcp_event_new_data_sent(sk, skb);
	return err;
}

void tcp_send_probe0(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	int err = tcp_write_wakeup(sk);
	uint32_t timeout_us;

	if (tp->packets_out || tcp_write_queue_empty(sk)) {
		icsk->icsk_probes_out = 0;
		icsk->icsk_backoff = 0;
		icsk->icsk_probes_tstamp_ns = 0;
		return;
	}
	icsk->icsk_probes_out++;
	if (!err) {
		if (icsk->icsk_backoff < sk_sysctl(sk)->tcp_retries2)
			icsk->icsk_backoff++;
		timeout_us = tcp_probe0_when_us(sk, TCP_RTO_MAX_US);
	} else { /* local trouble: soon again, without backing off */
		timeout_us = TCP_RESOURCE_PROBE_INTERVAL_US;
	}
	tcp_reset_xmit_timer(sk, ICSK_TIME_PROBE0, timeout_us);
}
