// SPDX-License-Identifier: MIT
/*
 * Deciding what is lost. With SACK: RACK (RFC 8985): a segment is lost when one sent sufficiently
 * later has been delivered; "sufficiently" is the reordering window, zero until reordering is seen
 * once three segments are SACKed (the classic DupThresh). Without SACK: NewReno (RFC 6582).
 */
#include <net/tcp.h>

#define RACK_TIMER_MIN_US    2000u /* the least delay of the reordering timer */
#define RACK_RECOVERY_THRESH 16u   /* recoveries that a widened window lasts */

void tcp_mark_skb_lost(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	if (tcb->sacked & TCPCB_SACKED_ACKED)
		return;
	if (before(tcb->seq, tp->retransmit_seq))
		tp->retransmit_seq = tcb->seq;
	if (tcb->sacked & TCPCB_SACKED_RETRANS) {
		tcb->sacked &= (uint8_t)~TCPCB_SACKED_RETRANS;
		tp->retrans_out -= tcb->pcount;
		tp->lost += tcb->pcount;
		NET_ADD(sk->sk_net, TcpExtTCPLostRetransmit, tcb->pcount);
	}
	if (!(tcb->sacked & TCPCB_LOST)) {
		tcb->sacked |= TCPCB_LOST;
		tp->lost_out += tcb->pcount;
		tp->lost += tcb->pcount;
	}
}

/* Was (t1, seq1) sent after (t2, seq2)? Sequence decides within one burst. */
static bool sent_after(uint64_t t1, uint64_t t2, uint32_t seq1, uint32_t seq2)
{
	return t1 > t2 || (t1 == t2 && after(seq1, seq2));
}

uint32_t tcp_rack_reo_wnd_us(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->reord_seen) {
		if (inet_csk(sk)->icsk_ca_state >= TCP_CA_Recovery)
			return 0;
		if (tp->sacked_out >= tp->reordering)
			return 0;
	}
	if (tp->min_rtt_us == UINT32_MAX)
		return tp->srtt_us >> 3;
	return (uint32_t)(((uint64_t)(tp->min_rtt_us >> 2) * tp->rack.reo_wnd_steps) <
					  tp->srtt_us >> 3
				  ? (tp->min_rtt_us >> 2) * tp->rack.reo_wnd_steps
				  : tp->srtt_us >> 3);
}

int64_t tcp_rack_skb_timeout_us(const struct tcp_sock *tp, const struct sk_buff *skb,
				uint32_t reo_wnd_us)
{
	return (int64_t)tp->rack.rtt_us + reo_wnd_us -
	       (int64_t)((tp->tcp_mstamp_ns - skb->skb_mstamp_ns) / NSEC_PER_USEC);
}

/* Marks what is overdue; the longest wait of what is not yet, 0: none. */
static uint32_t detect_loss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t reo_wnd_us = tcp_rack_reo_wnd_us(sk);
	struct tcp_skb_cb *tcb, *next;
	int64_t longest_us = 0;

	list_for_each_entry_safe(tcb, next, &tp->tsorted_sent_queue, tsorted) {
		struct sk_buff *skb =
			(struct sk_buff *)((uint8_t *)tcb - offsetof(struct sk_buff, cb));
		int64_t left_us;

		if ((tcb->sacked & TCPCB_LOST) && !(tcb->sacked & TCPCB_SACKED_RETRANS))
			continue; /* marked, waits to be resent */
		if (!sent_after(tp->rack.mstamp_ns, skb->skb_mstamp_ns, tp->rack.end_seq,
				tcb->end_seq))
			break;
		left_us = tcp_rack_skb_timeout_us(tp, skb, reo_wnd_us);
		if (left_us <= 0) {
			tcp_mark_skb_lost(sk, skb);
			list_del_init(&tcb->tsorted);
		} else if (left_us > longest_us) {
			longest_us = left_us;
		}
	}
	return (uint32_t)longest_us;
}

bool tcp_rack_mark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint32_t wait_us;

	if (!tp->rack.advanced)
		return false;
	tp->rack.advanced = false;
	wait_us = detect_loss(sk);
	if (wait_us)
		tcp_reset_xmit_timer(sk, ICSK_TIME_REO_TIMEOUT, wait_us + RACK_TIMER_MIN_US);
	return wait_us != 0;
}

/* A segment sent at xmit_ns was delivered just now. */
void tcp_rack_advance(struct tcp_sock *tp, uint8_t sacked, uint32_t end_seq, uint64_t xmit_ns)
{
	const uint32_t rtt_us = (uint32_t)((tp->tcp_mstamp_ns - xmit_ns) / NSEC_PER_USEC);

	/* Too quick for the retransmission: the original was delivered. */
	if ((sacked & TCPCB_EVER_RETRANS) && tp->min_rtt_us != UINT32_MAX &&
	    rtt_us < tp->min_rtt_us)
		return;
	tp->rack.advanced = true;
	tp->rack.rtt_us = rtt_us;
	if (sent_after(xmit_ns, tp->rack.mstamp_ns, end_seq, tp->rack.end_seq)) {
		tp->rack.mstamp_ns = xmit_ns;
		tp->rack.end_seq = end_seq;
	}
}

void tcp_rack_reo_timeout(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t prior_in_flight = tcp_packets_in_flight(tp), prior_lost = tp->lost;

	detect_loss(sk);
	if (prior_in_flight != tcp_packets_in_flight(tp)) {
		if (inet_csk(sk)->icsk_ca_state < TCP_CA_Recovery) {
			tcp_enter_recovery(sk, false);
			if (!inet_csk(sk)->icsk_ca_ops->cong_control)
				tcp_cwnd_reduction(sk, 1, tp->lost - prior_lost, 0);
		}
		tcp_xmit_retransmit_queue(sk);
	}
	if (inet_csk(sk)->icsk_pending != ICSK_TIME_RETRANS)
		tcp_rearm_rto(sk);
}

/* DSACK says the window was too small: a quarter of the minimum RTT more, once a round trip; back
 * to a quarter after 16 recoveries without (RFC 8985, 6.2 step 4). */
void tcp_rack_update_reo_wnd(struct sock *sk, uint32_t prior_delivered)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if ((int32_t)(prior_delivered - tp->rack.last_delivered) < 0)
		tp->rack.dsack_seen = false;
	if (tp->rack.dsack_seen) {
		if (tp->rack.reo_wnd_steps < UINT8_MAX)
			tp->rack.reo_wnd_steps++;
		tp->rack.dsack_seen = false;
		tp->rack.last_delivered = tp->delivered;
		tp->rack.reo_wnd_persist = RACK_RECOVERY_THRESH;
	} else if (!tp->rack.reo_wnd_persist) {
		tp->rack.reo_wnd_steps = 1;
	}
}

/* Three duplicate ACKs, or a partial ACK in recovery: the first segment is lost. */
void tcp_newreno_mark_lost(struct sock *sk, bool snd_una_advanced)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint8_t state = inet_csk(sk)->icsk_ca_state;
	struct sk_buff *skb = tcp_rtx_queue_head(sk);

	if (!skb || (TCP_SKB_CB(skb)->sacked & TCPCB_LOST))
		return;
	if (state < TCP_CA_Recovery ? tp->sacked_out < tp->reordering
				    : state != TCP_CA_Recovery || !snd_una_advanced)
		return;
	if (TCP_SKB_CB(skb)->pcount > 1 && skb->len > skb->gso_size)
		tcp_fragment(sk, skb, skb->gso_size, skb->gso_size, true);
	tcp_mark_skb_lost(sk, skb);
}
