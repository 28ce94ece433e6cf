// SPDX-License-Identifier: MIT
/*
 * What to send when: the write queue (not yet sent) and the retransmit queue (a tree by sequence),
 * Nagle with Minshall's refinement, cork, sender-side SWS avoidance (RFC 9293, 3.8.6.2.1), super-
 * segments sized by window and congestion window, retransmission.
 */
#include <net/tcp.h>

/* ---- queues and their memory: each sk_buff counts its struct and its payload ---- */

struct sk_buff *tcp_stream_alloc_skb(struct sock *sk)
{
	struct sk_buff *skb;

	assert(sk->sk_net->softnet.bh_disabled || sk->sk_net->softnet.running);
	skb = alloc_skb_headers(sk->sk_net);
	if (!skb)
		return NULL;
	INIT_LIST_HEAD(&TCP_SKB_CB(skb)->tsorted);
	sk_wmem_queued_add(sk, (uint32_t)sizeof(*skb));
	return skb;
}

void tcp_wmem_free_skb(struct sock *sk, struct sk_buff *skb)
{
	list_del_init(&TCP_SKB_CB(skb)->tsorted);
	sk_wmem_queued_sub(sk, (uint32_t)sizeof(*skb) + skb->len);
	consume_skb(skb);
}

/* Appends an empty sk_buff to the write queue. */
void tcp_skb_entail(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	tcb->seq = tcb->end_seq = tp->write_seq;
	tcb->tcp_flags = TCPHDR_ACK;
	skb_queue_tail(&sk->sk_write_queue, skb);
	if (skb == skb_peek(&sk->sk_write_queue))
		tcp_chrono_start(sk, TCP_CHRONO_BUSY);
	tp->nonagle &= (uint8_t)~TCP_NAGLE_PUSH;
}

void tcp_rtx_queue_insert(struct sock *sk, struct sk_buff *skb)
{
	struct rb_root *root = &tcp_sk(sk)->tcp_rtx_queue;
	struct rb_node **link = &root->node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (before(TCP_SKB_CB(skb)->seq,
			   TCP_SKB_CB(rb_entry(parent, struct sk_buff, rbnode))->seq))
			link = &parent->left;
		else
			link = &parent->right;
	}
	rb_insert(root, &skb->rbnode, parent, link);
}

void tcp_rtx_queue_unlink_and_free(struct sock *sk, struct sk_buff *skb)
{
	rb_erase(&tcp_sk(sk)->tcp_rtx_queue, &skb->rbnode);
	tcp_wmem_free_skb(sk, skb);
}

void tcp_set_skb_pcount(struct sk_buff *skb, uint32_t mss)
{
	if (skb->len <= mss) {
		TCP_SKB_CB(skb)->pcount = 1;
		skb->gso_size = 0;
		skb->gso_segs = 1;
	} else {
		TCP_SKB_CB(skb)->pcount = (uint16_t)((skb->len + mss - 1) / mss);
		skb->gso_size = (uint16_t)mss;
		skb->gso_segs = TCP_SKB_CB(skb)->pcount;
	}
}

/* A sent sk_buff became `decr` wire segments fewer: every count that has them follows. */
void tcp_adjust_pcount(struct sock *sk, const struct sk_buff *skb, int decr)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint8_t sacked = TCP_SKB_CB(skb)->sacked;
	const uint32_t d = (uint32_t)decr;

	tp->packets_out -= d;
	if (sacked & TCPCB_SACKED_ACKED)
		tp->sacked_out -= d;
	if (sacked & TCPCB_SACKED_RETRANS)
		tp->retrans_out -= d;
	if (sacked & TCPCB_LOST)
		tp->lost_out -= d;
	if (!tcp_is_sack(tp) && decr > 0)
		tp->sacked_out -= min_u32(tp->sacked_out, d);
	assert(tcp_left_out(tp) <= tp->packets_out);
}

/* Links the second half where the first is. */
static void insert_after(struct sock *sk, struct sk_buff *skb, struct sk_buff *rest, bool in_rtx)
{
	if (in_rtx) {
		tcp_rtx_queue_insert(sk, rest);
		if (!list_empty(&TCP_SKB_CB(skb)->tsorted))
			list_add(&TCP_SKB_CB(rest)->tsorted, &TCP_SKB_CB(skb)->tsorted);
	} else {
		list_add(&rest->list, &skb->list);
		sk->sk_write_queue.qlen++;
	}
}

/* Cuts skb after len bytes of payload into two queue entries. 0 or -ENOMEM. */
int tcp_fragment(struct sock *sk, struct sk_buff *skb, uint32_t len, uint32_t mss, bool in_rtx)
{
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb), *rest_cb;
	const struct rb_root *rtx = &tcp_sk(sk)->tcp_rtx_queue;
	const int old_pcount = tcb->pcount;
	struct sk_buff *rest;

	/* Adversarial SACKs may not grow the queue without bound (CVE-2019-11478); what retransmission
	 * and loss probes cut is at its ends. */
	if (in_rtx && sk->sk_wmem_queued / 2 > sk->sk_sndbuf && &skb->rbnode != rb_first(rtx) &&
	    &skb->rbnode != rb_last(rtx))
		return -ENOMEM;
	assert(len < skb->len);
	rest = tcp_stream_alloc_skb(sk);
	if (!rest)
		return -ENOMEM;
	if (skb_split(skb, rest, len)) {
		tcp_wmem_free_skb(sk, rest);
		return -ENOMEM;
	}
	rest->skb_mstamp_ns = skb->skb_mstamp_ns;
	rest_cb = TCP_SKB_CB(rest);
	rest_cb->seq = tcb->seq + len;
	rest_cb->end_seq = tcb->end_seq;
	rest_cb->tcp_flags = tcb->tcp_flags;
	rest_cb->sacked = tcb->sacked;
	rest_cb->eor = tcb->eor;
	rest_cb->app_limited = tcb->app_limited;
	rest_cb->delivered = tcb->delivered;
	rest_cb->first_tx_ns = tcb->first_tx_ns;
	rest_cb->delivered_ns = tcb->delivered_ns;
	tcb->end_seq = rest_cb->seq;
	tcb->tcp_flags &= (uint8_t) ~(TCPHDR_FIN | TCPHDR_PSH);
	tcb->eor = false;
	tcp_set_skb_pcount(skb, mss);
	tcp_set_skb_pcount(rest, mss);
	if (in_rtx && old_pcount - tcb->pcount - rest_cb->pcount)
		tcp_adjust_pcount(sk, skb, old_pcount - tcb->pcount - rest_cb->pcount);
	insert_after(sk, skb, rest, in_rtx);
	return 0;
}

/* ---- may this be sent now? ---- */

/* The last sub-MSS segment is not acknowledged yet (Minshall). */
static bool small_segment_in_flight(const struct tcp_sock *tp)
{
	return after(tp->snd_sml, tp->snd_una) && !after(tp->snd_sml, tp->snd_nxt);
}

static bool nagle_holds(bool partial, const struct tcp_sock *tp, int nonagle)
{
	return partial && ((nonagle & TCP_NAGLE_CORK) ||
			   (!nonagle && tp->packets_out && small_segment_in_flight(tp)));
}

static bool nagle_allows(const struct tcp_sock *tp, const struct sk_buff *skb, uint32_t mss,
			 int nonagle)
{
	if (nonagle & TCP_NAGLE_PUSH)
		return true;
	if ((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) || tp->snd_urg)
		return true;
	return !nagle_holds(skb->len < mss, tp, nonagle);
}

static bool window_allows(const struct tcp_sock *tp, const struct sk_buff *skb, uint32_t mss)
{
	uint32_t end_seq = TCP_SKB_CB(skb)->end_seq;

	if (skb->len > mss)
		end_seq = TCP_SKB_CB(skb)->seq + mss;
	return !after(end_seq, tcp_wnd_end(tp));
}

static uint32_t cwnd_room(const struct tcp_sock *tp, const struct sk_buff *skb)
{
	const uint32_t in_flight = tcp_packets_in_flight(tp);

	if ((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) && TCP_SKB_CB(skb)->pcount == 1)
		return 1;
	if (in_flight >= tp->snd_cwnd)
		return 0;
	/* At most half at once, so that ACKs keep coming. */
	return min_u32(max_u32(tp->snd_cwnd >> 1, 1), tp->snd_cwnd - in_flight);
}

/* Waiting pays: more ACKs are due soon that let a larger super-segment go. */
static bool tso_should_defer(struct sock *sk, const struct sk_buff *skb, uint32_t mss,
			     uint32_t max_segs, bool *is_cwnd_limited)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct sk_buff *head = tcp_rtx_queue_head(sk);
	const uint32_t in_flight = tcp_packets_in_flight(tp);
	uint32_t send_room, cwnd_bytes, limit;
	uint64_t age_ns, idle_ns;

	if (inet_csk(sk)->icsk_ca_state >= TCP_CA_Recovery || !head)
		return false;
	/* Idle senders do not wait. Linux says 1 ms; a slow card or path may take longer between two
	 * sends of one stream. */
	idle_ns = (uint64_t)(tp->srtt_us >> 4) * NSEC_PER_USEC;
	if (idle_ns < NSEC_PER_MSEC)
		idle_ns = NSEC_PER_MSEC;
	if (tp->tcp_mstamp_ns - tp->lsndtime_ns > idle_ns)
		return false;
	send_room = tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq;
	cwnd_bytes = (tp->snd_cwnd - in_flight) * mss;
	limit = min_u32(send_room, cwnd_bytes);
	if (limit >= max_segs * mss)
		return false;
	if (skb != skb_peek_tail(&sk->sk_write_queue) && limit >= skb->len)
		return false;
	if (limit >= min_u32(tp->snd_wnd, tp->snd_cwnd * mss) / 3)
		return false;
	age_ns = tp->tcp_mstamp_ns - head->skb_mstamp_ns;
	if (age_ns < (uint64_t)(tp->srtt_us >> 4) * NSEC_PER_USEC)
		return false; /* the next ACK is more than half a round trip away */
	if (cwnd_bytes < send_room && cwnd_bytes <= skb->len) {
		*is_cwnd_limited = true;
		return true;
	}
	if (send_room <= cwnd_bytes && send_room <= skb->len)
		return true;
	return !(TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) && !TCP_SKB_CB(skb)->eor;
}

/* How much of skb goes in one super-segment. */
static uint32_t split_point(struct sock *sk, const struct sk_buff *skb, uint32_t mss,
			    uint32_t max_segs, int nonagle)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t room = tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq;
	const uint32_t max_len = mss * max_segs;
	uint32_t needed;

	if (max_len <= room && skb != skb_peek_tail(&sk->sk_write_queue))
		return max_len;
	needed = min_u32(skb->len, room);
	if (max_len <= needed)
		return max_len;
	if (nagle_holds(needed % mss, tp, nonagle))
		return needed - needed % mss;
	return needed;
}

/* Too much is below TCP already. What the peer waits for goes anyway. */
static bool small_queue_full(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t limit = max_u32(2 * (skb->len + (uint32_t)sizeof(*skb)),
				       sk_sysctl(sk)->tcp_limit_output_bytes);

	if (sk->sk_wmem_alloc <= limit || tcp_rtx_queue_empty(sk))
		return false;
	tp->tsq_flags |= TSQ_THROTTLED;
	return true;
}

/* ---- after sending ---- */

/* true: the retransmission timer is to be armed. */
static inline bool new_data_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const bool first = !tp->packets_out;

	tp->snd_nxt = TCP_SKB_CB(skb)->end_seq;
	skb_unlink(&sk->sk_write_queue, skb);
	tcp_rtx_queue_insert(sk, skb);
	tp->packets_out += TCP_SKB_CB(skb)->pcount;
	NET_ADD(sk->sk_net, TcpExtTCPOrigDataSent, TCP_SKB_CB(skb)->pcount);
	tcp_check_space(sk);
	return first || inet_csk(sk)->icsk_pending == ICSK_TIME_LOSS_PROBE;
}

void tcp_event_new_data_sent(struct sock *sk, struct sk_buff *skb)
{
	if (new_data_sent(sk, skb))
		tcp_rearm_rto(sk);
}

/* A round trip's worth of time the application used only a part of the window: halfway down to what
 * it used (RFC 2861; RFC 7661, 4.4). Without memory for more it is not the application's doing. */
static void application_limited(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t used = max_u32(tp->snd_cwnd_used, tcp_init_cwnd(tp));

	if (inet_csk(sk)->icsk_ca_state == TCP_CA_Open && !sock_flag(sk, SOCK_NOSPACE)) {
		if (used < tp->snd_cwnd) {
			tp->snd_ssthresh = tcp_current_ssthresh(sk);
			tp->snd_cwnd = (tp->snd_cwnd + used) >> 1;
		}
		tp->snd_cwnd_used = 0;
	}
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
}

/* The window is used to its limit only when the flight reached it since the last full window
 * (RFC 7661 in Linux's form). */
static void cwnd_validate(struct sock *sk, bool is_cwnd_limited)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint64_t rto_ns = (uint64_t)inet_csk(sk)->icsk_rto_us * NSEC_PER_USEC;

	if (!before(tp->snd_una, tp->cwnd_usage_seq) || is_cwnd_limited ||
	    (!tp->is_cwnd_limited && tp->packets_out > tp->max_packets_out)) {
		tp->is_cwnd_limited = is_cwnd_limited;
		tp->max_packets_out = tp->packets_out;
		tp->cwnd_usage_seq = tp->snd_nxt;
	}
	if (tcp_is_cwnd_limited(sk)) {
		tp->snd_cwnd_used = 0;
		tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
		return;
	}
	if (sock_flag(sk, SOCK_NOSPACE) && !tcp_send_head(sk))
		tcp_chrono_start(sk, TCP_CHRONO_SNDBUF_LIMITED); /* a larger buffer would be used */
	tp->snd_cwnd_used = max_u32(tp->snd_cwnd_used, tp->packets_out);
	if (sk_sysctl(sk)->tcp_slow_start_after_idle &&
	    tp->tcp_mstamp_ns - tp->snd_cwnd_stamp_ns >= rto_ns &&
	    !inet_csk(sk)->icsk_ca_ops->cong_control)
		application_limited(sk);
}

/* After idling an RTO the congestion window decays (RFC 9293, 3.8.2; RFC 7661). */
void tcp_cwnd_restart(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint64_t rto_ns = (uint64_t)inet_csk(sk)->icsk_rto_us * NSEC_PER_USEC;
	uint64_t idle_ns = tp->tcp_mstamp_ns - tp->lsndtime_ns;
	const uint32_t restart = min_u32(tcp_init_cwnd(tp), tp->snd_cwnd);
	uint32_t cwnd = tp->snd_cwnd;

	tcp_ca_event(sk, CA_EVENT_CWND_RESTART);
	tp->snd_ssthresh = tcp_current_ssthresh(sk);
	while (idle_ns > rto_ns && cwnd > restart) {
		idle_ns -= rto_ns;
		cwnd >>= 1;
	}
	tp->snd_cwnd = max_u32(cwnd, restart);
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	tp->snd_cwnd_used = 0;
}

static void slow_start_after_idle_check(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (likely(tp->tcp_mstamp_ns - tp->lsndtime_ns <=
		   (uint64_t)inet_csk(sk)->icsk_rto_us * NSEC_PER_USEC))
		return;
	if (sk_sysctl(sk)->tcp_slow_start_after_idle && !tp->packets_out && tp->lsndtime_ns &&
	    !inet_csk(sk)->icsk_ca_ops->cong_control)
		tcp_cwnd_restart(sk);
}

/* ---- the sending loop ---- */

/* What holds sending back. */
struct limits {
	bool cwnd, rwnd;
};

/* Cuts the head of the write queue to what may go now. false: nothing may. */
static bool prepare_head(struct sock *sk, struct sk_buff *skb, uint32_t mss, int nonagle,
			 int push_one, struct limits *limits)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint32_t quota, max_segs, limit;

	if (!TCP_SKB_CB(skb)->pcount || skb->gso_size != (skb->len > mss ? mss : 0))
		tcp_set_skb_pcount(skb, mss);
	quota = cwnd_room(tp, skb);
	if (!quota) {
		if (push_one != 2) {
			limits->cwnd = true;
			return false;
		}
		quota = 1; /* a loss probe goes beyond */
	}
	if (!window_allows(tp, skb, mss)) {
		limits->rwnd = true;
		return false;
	}
	limit = mss;
	if (TCP_SKB_CB(skb)->pcount == 1) {
		if (!nagle_allows(tp, skb, mss,
				  skb == skb_peek_tail(&sk->sk_write_queue) ? nonagle
									    : TCP_NAGLE_PUSH))
			return false;
	} else {
		max_segs = min_u32(quota, tcp_tso_segs(sk, mss));
		if (!push_one && tso_should_defer(sk, skb, mss, max_segs, &limits->cwnd))
			return false;
		limit = split_point(sk, skb, mss, max_segs, nonagle);
	}
	if (skb->len > limit && (!limit || tcp_fragment(sk, skb, limit, mss, false)))
		return false;
	return !small_queue_full(sk, skb);
}

/* After sending, or not. true: nothing is in flight though something waits. */
static inline bool finish_xmit(struct sock *sk, struct limits limits, uint32_t sent, int push_one,
			       bool rearm_rto)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (limits.rwnd)
		tcp_chrono_start(sk, TCP_CHRONO_RWND_LIMITED);
	else if (tp->chrono == TCP_CHRONO_RWND_LIMITED)
		tcp_chrono_stop(sk, TCP_CHRONO_RWND_LIMITED);
	limits.cwnd |= tcp_packets_in_flight(tp) >= tp->snd_cwnd;
	if (sent || limits.cwnd)
		cwnd_validate(sk, limits.cwnd);
	if (!sent)
		return !tp->packets_out && tcp_send_head(sk);
	if (tcp_in_cwnd_reduction(sk))
		tp->prr_out += sent;
	/* The probe comes before the time-out, which then is not armed for nothing. */
	if ((push_one == 2 || !tcp_schedule_loss_probe(sk, false)) && rearm_rto)
		tcp_rearm_rto(sk);
	return false;
}

/*
 * Sends what windows and Nagle allow. push_one: 1 one entry, 2 a loss probe. true: nothing is in
 * flight though something waits, so a probe timer is needed.
 */
bool tcp_write_xmit(struct sock *sk, uint32_t mss, int nonagle, int push_one)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct limits limits = {0};
	bool rearm_rto = false;
	uint32_t sent = 0;
	struct sk_buff *skb;

	tcp_mstamp_refresh(tp);
	slow_start_after_idle_check(sk);
	if (tp->mtu_probe.enabled && !push_one) {
		const enum tcp_mtu_probe_result probe = tcp_mtu_probe(sk);

		if (probe == TCP_MTU_PROBE_WAIT)
			return false;
		sent = probe == TCP_MTU_PROBE_SENT;
	}
	while ((skb = tcp_send_head(sk)) && !tcp_pacing_check(sk)) {
		if (!prepare_head(sk, skb, mss, nonagle, push_one, &limits))
			break;
		if (tcp_transmit_skb(sk, skb))
			break;
		rearm_rto |= new_data_sent(sk, skb);
		if (skb->len < TCP_SKB_CB(skb)->pcount * mss)
			tp->snd_sml = TCP_SKB_CB(skb)->end_seq;
		sent += TCP_SKB_CB(skb)->pcount;
		if (push_one)
			break;
	}
	return finish_xmit(sk, limits, sent, push_one, rearm_rto);
}

/* Nothing speaks against sending skb as it is, and nothing is on that a loop of sk_buffs is for. */
static bool may_go_alone(const struct sock *sk, const struct sk_buff *skb, uint32_t mss)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tcp_packets_in_flight(tp) < tp->snd_cwnd &&
	       !after(TCP_SKB_CB(skb)->end_seq, tcp_wnd_end(tp)) &&
	       !nagle_holds(skb->len < mss, tp, tp->nonagle) &&
	       sk->sk_wmem_alloc <= sk_sysctl(sk)->tcp_limit_output_bytes &&
	       !tp->mtu_probe.enabled && !tcp_pacing_enabled(sk);
}

bool tcp_write_xmit_alone(struct sock *sk, struct sk_buff *skb, uint32_t mss)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool rearm_rto = false;
	uint32_t sent = 0;

	if (unlikely(!may_go_alone(sk, skb, mss)))
		return tcp_write_xmit(sk, mss, tp->nonagle, 0);
	tcp_mstamp_refresh(tp);
	slow_start_after_idle_check(sk);
	TCP_SKB_CB(skb)->pcount = skb->gso_segs = 1;
	if (likely(!tcp_transmit_skb(sk, skb))) {
		rearm_rto = new_data_sent(sk, skb);
		if (skb->len < mss)
			tp->snd_sml = TCP_SKB_CB(skb)->end_seq;
		sent = 1;
	}
	return finish_xmit(sk, (struct limits){0}, sent, 0, rearm_rto);
}

void tcp_push_pending_frames(struct sock *sk, uint32_t mss, int nonagle)
{
	if (sk->sk_state == TCP_CLOSE || !tcp_send_head(sk))
		return;
	if (tcp_write_xmit(sk, mss, nonagle, 0))
		tcp_check_probe_timer(sk);
}

void tcp_push_one(struct sock *sk, uint32_t mss)
{
	tcp_write_xmit(sk, mss, TCP_NAGLE_PUSH, 1);
}

/* The driver made room. */
void tcp_tsq_write(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!((1u << sk->sk_state) &
	      ((1u << TCP_ESTABLISHED) | (1u << TCP_FIN_WAIT1) | (1u << TCP_CLOSING) |
	       (1u << TCP_CLOSE_WAIT) | (1u << TCP_LAST_ACK))))
		return;
	if (tp->lost_out > tp->retrans_out && tp->snd_cwnd > tcp_packets_in_flight(tp)) {
		tcp_mstamp_refresh(tp);
		tcp_xmit_retransmit_queue(sk);
	}
	tcp_write_xmit(sk, tcp_current_mss(sk), tp->nonagle, 0);
}

/* ---- retransmission ---- */

static void trim_head(struct sock *sk, struct sk_buff *skb, uint32_t len)
{
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	skb_drop_front(skb, len);
	tcb->seq += len;
	sk_wmem_queued_sub(sk, len);
}

static void update_pcount(struct sock *sk, struct sk_buff *skb, uint32_t mss)
{
	const int old = TCP_SKB_CB(skb)->pcount;

	tcp_set_skb_pcount(skb, mss);
	if (old != TCP_SKB_CB(skb)->pcount)
		tcp_adjust_pcount(sk, skb, old - TCP_SKB_CB(skb)->pcount);
}

/* At most segs wire segments of skb, as mss and the peer's window are now. */
static int retransmit_prepare(struct sock *sk, struct sk_buff *skb, uint32_t segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const uint32_t mss = tcp_current_mss(sk);
	uint32_t room, len;

	if (before(tcb->seq, tp->snd_una)) {
		/* SYN and FIN carry no payload that could be cut. */
		if (tp->snd_una - tcb->seq > skb->len)
			return -EINVAL;
		trim_head(sk, skb, tp->snd_una - tcb->seq);
	}
	if (!before(tcb->seq, tcp_wnd_end(tp))) {
		if (tcb->seq != tp->snd_una)
			return -EAGAIN;
		room = mss; /* the window closed: probe with one segment */
	} else {
		room = tcp_wnd_end(tp) - tcb->seq;
	}
	len = min_u32(mss * segs, tcp_xmit_size_goal(sk, mss));
	if (len > room)
		len = room > mss ? room - room % mss : room;
	if (skb->len > len)
		return tcp_fragment(sk, skb, len, mss, true);
	update_pcount(sk, skb, mss);
	if (skb->len < min_u32(room, mss))
		tcp_retrans_try_collapse(sk, skb, min_u32(room, mss));
	return 0;
}

/* Sends again without counting it into the flight: a loss probe. */
int tcp_resend_skb(struct sock *sk, struct sk_buff *skb, uint32_t segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	int err;

	tp->mtu_probe.size_bytes = 0; /* whichever was lost, the probe tells nothing now */
	err = retransmit_prepare(sk, skb, segs);
	if (err)
		return err;
	tcp_ecn_syn_retransmit(sk, tcb);
	NET_ADD(sk->sk_net, TcpRetransSegs, tcb->pcount);
	if (tcb->tcp_flags & TCPHDR_SYN)
		NET_INC(sk->sk_net, TcpExtTCPSynRetrans);
	tp->total_retrans += tcb->pcount;
	tp->bytes_retrans += skb->len;
	err = tcp_transmit_skb(sk, skb);
	tcb->sacked |= TCPCB_EVER_RETRANS;
	if (err)
		NET_ADD(sk->sk_net, TcpExtTCPRetransFail, tcb->pcount);
	return err;
}

int tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, uint32_t segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	int err = tcp_resend_skb(sk, skb, segs);

	NET_TRACE(sk->sk_net, retransmit, sk, skb, err);
	if (err)
		return err;
	if (!(tcb->sacked & TCPCB_SACKED_RETRANS)) {
		tcb->sacked |= TCPCB_SACKED_RETRANS;
		tp->retrans_out += tcb->pcount;
	}
	if (!tp->retrans_stamp_ms)
		tp->retrans_stamp_ms = max_u32(tcp_time_stamp_ms(tp), 1);
	if (tp->undo_retrans < 0)
		tp->undo_retrans = 0;
	tp->undo_retrans += tcb->pcount;
	return 0;
}

/* Resends what is marked lost, in order, as far as the congestion window allows; begins where the
 * last time ended, so that an ACK costs what it lets go. */
void tcp_xmit_retransmit_queue(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head = tcp_rtx_queue_head(sk), *skb, *next;
	bool rearm = false;

	if (tp->retrans_out >= tp->lost_out)
		return;
	for (skb = tcp_rtx_find(sk, tp->retransmit_seq); skb; skb = next) {
		const uint8_t sacked = TCP_SKB_CB(skb)->sacked;
		const uint32_t in_flight = tcp_packets_in_flight(tp);

		if (tp->retrans_out >= tp->lost_out || in_flight >= tp->snd_cwnd ||
		    tcp_pacing_check(sk))
			break;
		next = skb_rb_next(skb);
		if (!(sacked & TCPCB_LOST) ||
		    (sacked & (TCPCB_SACKED_ACKED | TCPCB_SACKED_RETRANS))) {
			tp->retransmit_seq = TCP_SKB_CB(skb)->end_seq;
			continue;
		}
		if (small_queue_full(sk, skb) ||
		    tcp_retransmit_skb(sk, skb, tp->snd_cwnd - in_flight))
			break;
		next = skb_rb_next(skb); /* it may have been cut */
		tp->retransmit_seq = TCP_SKB_CB(skb)->end_seq;
		if (inet_csk(sk)->icsk_ca_state == TCP_CA_Loss)
			NET_ADD(sk->sk_net, TcpExtTCPSlowStartRetrans, TCP_SKB_CB(skb)->pcount);
		else
			NET_ADD(sk->sk_net, TcpExtTCPFastRetrans, TCP_SKB_CB(skb)->pcount);
		if (tcp_in_cwnd_reduction(sk))
			tp->prr_out += TCP_SKB_CB(skb)->pcount;
		if (skb == head && inet_csk(sk)->icsk_pending != ICSK_TIME_REO_TIMEOUT)
			rearm = true;
	}
	if (rearm)
		tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, inet_csk(sk)->icsk_rto_us);
}

/* ---- FIN and SYN ---- */

void tcp_send_fin(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);

	if (!tail) {
		tail = tcp_stream_alloc_skb(sk);
		if (!tail) {
			/* Without memory for 1 sk_buff an orderly end is not possible. */
			NET_INC(sk->sk_net, TcpExtTCPAbortOnMemory);
			tcp_abort(sk, ENOMEM);
			return;
		}
		tcp_skb_entail(sk, tail);
	}
	TCP_SKB_CB(tail)->tcp_flags |= TCPHDR_FIN;
	TCP_SKB_CB(tail)->eor = true;
	TCP_SKB_CB(tail)->end_seq++;
	tp->write_seq++;
	tcp_push_pending_frames(sk, tcp_current_mss(sk), TCP_NAGLE_OFF);
}

/* Everything a SYN needs to know: MSS, window, scale. */
static void connect_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t mtu = inet_sk(sk)->route.mtu_bytes;

	tp->tcp_header_len = TCP_BASE_HEADER;
	if (sk_sysctl(sk)->tcp_timestamps)
		tp->tcp_header_len += TCPOLEN_TSTAMP_ALIGNED;
	tp->tcp_header_len = (uint16_t)(tp->tcp_header_len + tcp_auth_option_bytes(sk));
	tp->rx_opt.mss_clamp = tp->rx_opt.user_mss ? tp->rx_opt.user_mss : 0;
	tp->max_window = 0;
	tcp_sync_mss(sk, mtu);
	tp->advmss = tcp_advmss(inet_csk(sk)->icsk_af_ops, mtu);
	if (tp->rx_opt.user_mss && tp->rx_opt.user_mss < tp->advmss)
		tp->advmss = tp->rx_opt.user_mss;
	tcp_initialize_rcv_mss(sk);
	tcp_select_initial_window(sk, tcp_full_space(sk), tp->advmss, &tp->rcv_wnd,
				  &tp->window_clamp, sk_sysctl(sk)->tcp_window_scaling,
				  &tp->rx_opt.rcv_wscale);
	tp->rcv_ssthresh = tp->rcv_wnd;
	sk->sk_err = 0;
	tp->snd_wnd = 0;
	tp->snd_wl1 = 0;
	tp->snd_una = tp->snd_nxt = tp->snd_sml = tp->write_seq;
	tp->rcv_nxt = tp->rcv_wup = tp->copied_seq = 0;
	tp->rcv_tstamp_ns = tp->tcp_mstamp_ns;
	inet_csk(sk)->icsk_rto_us = tcp_timeout_init_us(sk);
	inet_csk(sk)->icsk_retransmits = 0;
}

int tcp_connect_start(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;
	int err;

	tcp_mstamp_refresh(tp);
	err = tcp_auth_connect(sk);
	if (err)
		return err;
	connect_init(sk);
	skb = tcp_stream_alloc_skb(sk);
	if (!skb)
		return -ENOBUFS;
	TCP_SKB_CB(skb)->seq = tp->write_seq++;
	TCP_SKB_CB(skb)->end_seq = tp->write_seq;
	TCP_SKB_CB(skb)->tcp_flags = (uint8_t)(TCPHDR_SYN | tcp_ecn_syn_flags(sk));
	TCP_SKB_CB(skb)->eor = true;
	tcp_set_skb_pcount(skb, tp->mss_cache);
	tp->retrans_stamp_ms = max_u32(tcp_time_stamp_ms(tp), 1);
	tcp_rtx_queue_insert(sk, skb);
	tp->packets_out += TCP_SKB_CB(skb)->pcount;
	err = tp->fastopen_req ? tcp_send_syn_data(sk, skb) : tcp_transmit_skb(sk, skb);
	if (err && err != -ENOBUFS) /* no route any more: tell now; else the timer tries again */
		return err;
	skb = tcp_send_head(sk);
	tp->snd_nxt = tp->pushed_seq = skb ? TCP_SKB_CB(skb)->seq : tp->write_seq;
	NET_INC(sk->sk_net, TcpActiveOpens);
	tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, inet_csk(sk)->icsk_rto_us);
	return 0;
}

/* Simultaneous open: our SYN becomes a SYN-ACK (RFC 9293, 3.5). */
void tcp_send_synack_open(struct sock *sk)
{
	struct sk_buff *skb = tcp_rtx_queue_head(sk);

	assert(skb && (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_SYN));
	TCP_SKB_CB(skb)->tcp_flags = TCPHDR_SYN | TCPHDR_ACK;
	if (tcp_sk(sk)->ecn_flags & TCP_ECN_OK)
		TCP_SKB_CB(skb)->tcp_flags |= TCPHDR_ECE;
	tcp_transmit_skb(sk, skb);
}
