// SPDX-License-Identifier: MIT
/*
 * Delivery rate (draft-cheng-iccrg-delivery-rate-estimation): each segment remembers how much had
 * been delivered when it was sent; when it is acknowledged itself, what was delivered meanwhile over
 * the time that took is a sample of what the path carries. The time is the longer of how long
 * sending and how long acknowledging took: ACKs may be compressed, but nothing arrives faster than it
 * was sent. Samples from a flight that the application did not fill are marked as such.
 */
#include <net/tcp.h>

#define USEC_PER_SEC 1000000ull

void tcp_rate_skb_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	/* After idling a flight begins anew: the pause is no part of any sample. */
	if (!tp->packets_out)
		tp->first_tx_ns = tp->delivered_ns = skb->skb_mstamp_ns;
	tcb->first_tx_ns = tp->first_tx_ns;
	tcb->delivered_ns = tp->delivered_ns;
	tcb->delivered = tp->delivered;
	tcb->app_limited = tp->app_limited != 0;
}

/* Of all segments an ACK delivers the one sent last gives the sample. */
static bool sent_later(const struct tcp_sock *tp, const struct sk_buff *skb,
		       const struct rate_sample *rs)
{
	if (!rs->prior_ns || skb->skb_mstamp_ns != tp->first_tx_ns)
		return !rs->prior_ns || skb->skb_mstamp_ns > tp->first_tx_ns;
	return after(TCP_SKB_CB(skb)->end_seq, rs->last_end_seq);
}

void tcp_rate_skb_delivered(struct sock *sk, struct sk_buff *skb, struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	if (!tcb->delivered_ns)
		return;
	if (sent_later(tp, skb, rs)) {
		rs->prior_delivered = tcb->delivered;
		rs->prior_ns = tcb->delivered_ns;
		rs->app_limited = tcb->app_limited;
		rs->retransmitted = tcb->sacked & TCPCB_EVER_RETRANS;
		rs->last_end_seq = tcb->end_seq;
		rs->snd_interval_ns = skb->skb_mstamp_ns - tcb->first_tx_ns;
		tp->first_tx_ns = skb->skb_mstamp_ns;
	}
	/* A SACKed segment is acknowledged once more later. */
	if (tcb->sacked & TCPCB_SACKED_ACKED)
		tcb->delivered_ns = 0;
}

/* Whether the new sample tells more than the one kept for TCP_INFO. */
static bool worth_keeping(const struct tcp_sock *tp, const struct rate_sample *rs)
{
	return !rs->app_limited || (uint64_t)rs->delivered * tp->rate_interval_us >=
					   (uint64_t)tp->rate_delivered * (uint64_t)rs->interval_us;
}

void tcp_rate_gen(struct sock *sk, uint32_t delivered, uint32_t lost, struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint64_t ack_interval_ns;

	/* The bubble has left the pipe. */
	if (tp->app_limited && after(tp->delivered, tp->app_limited))
		tp->app_limited = 0;
	if (delivered)
		tp->delivered_ns = tp->tcp_mstamp_ns;
	rs->acked_sacked = delivered;
	rs->losses = lost;
	/* After reneging what counted as delivered is uncertain. */
	if (!rs->prior_ns || tp->is_sack_reneg) {
		rs->delivered = -1;
		rs->interval_us = -1;
		return;
	}
	rs->delivered = (int32_t)(tp->delivered - rs->prior_delivered);
	ack_interval_ns = tp->tcp_mstamp_ns - rs->prior_ns;
	if (ack_interval_ns < rs->snd_interval_ns)
		ack_interval_ns = rs->snd_interval_ns;
	rs->interval_us = (int64_t)(ack_interval_ns / NSEC_PER_USEC);
	/* Shorter than any round trip: the retransmission was not needed, or the clock is too coarse. */
	if (rs->interval_us < (int64_t)tp->min_rtt_us) {
		rs->interval_us = -1;
		return;
	}
	if (worth_keeping(tp, rs)) {
		tp->rate_delivered = (uint32_t)rs->delivered;
		tp->rate_interval_us = (uint32_t)rs->interval_us;
		tp->rate_app_limited = rs->app_limited;
	}
}

void tcp_rate_check_app_limited(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->write_seq - tp->snd_nxt < tp->mss_cache && !sk->sk_wmem_alloc &&
	    tcp_packets_in_flight(tp) < tp->snd_cwnd && tp->lost_out <= tp->retrans_out)
		tp->app_limited = max_u32(tp->delivered + tcp_packets_in_flight(tp), 1);
}

uint64_t tcp_delivery_rate(const struct tcp_sock *tp)
{
	if (!tp->rate_delivered || !tp->rate_interval_us)
		return 0;
	return (uint64_t)tp->rate_delivered * tp->mss_cache * USEC_PER_SEC / tp->rate_interval_us;
}
