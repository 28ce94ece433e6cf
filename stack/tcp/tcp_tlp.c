// SPDX-License-Identifier: MIT
/*
 * Tail loss probe (RFC 8985, section 7): when the last segments of a burst are lost nobody sends
 * duplicate ACKs; about two round trips after the last ACK one segment is sent (new, or the last
 * again), so that SACK tells instead of a time-out.
 */
#include <net/tcp.h>

#define TLP_MARGIN_US 2000u

/* Arms the probe in place of the retransmission timer. false: not applicable. */
bool tcp_schedule_loss_probe(struct sock *sk, bool advancing_rto)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct sk_buff *head;
	int64_t timeout_us, rto_left_us;

	if (tp->fastopen_rsk || !tp->packets_out || !tcp_is_sack(tp) || !tp->srtt_us ||
	    (icsk->icsk_ca_state != TCP_CA_Open && icsk->icsk_ca_state != TCP_CA_CWR))
		return false;
	timeout_us = tp->srtt_us >> 2;
	timeout_us += tp->packets_out == 1 ? TCP_RTO_MIN_US : TLP_MARGIN_US;
	rto_left_us = icsk->icsk_rto_us;
	head = tcp_rtx_queue_head(sk);
	if (!advancing_rto && head)
		rto_left_us -= (int64_t)((tp->tcp_mstamp_ns - head->skb_mstamp_ns) / NSEC_PER_USEC);
	if (rto_left_us > 0 && rto_left_us < timeout_us)
		timeout_us = rto_left_us;
	tcp_reset_xmit_timer(sk, ICSK_TIME_LOSS_PROBE, (uint64_t)timeout_us);
	return true;
}

/* New data goes out if there is some and the window takes it. */
static bool probe_with_new_data(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t prior = tp->packets_out;

	if (!tcp_send_head(sk))
		return false;
	tcp_write_xmit(sk, tcp_current_mss(sk), TCP_NAGLE_OFF, 2);
	return tp->packets_out > prior;
}

static bool probe_with_last(struct sock *sk)
{
	struct rb_node *n = rb_last(&tcp_sk(sk)->tcp_rtx_queue);
	struct sk_buff *skb;

	if (!n)
		return false;
	skb = rb_entry(n, struct sk_buff, rbnode);
	if (TCP_SKB_CB(skb)->pcount > 1) {
		const uint32_t mss = skb->gso_size;

		if (tcp_fragment(sk, skb, (TCP_SKB_CB(skb)->pcount - 1u) * mss, mss, true))
			return false;
		skb = skb_rb_next(skb);
	}
	return !tcp_resend_skb(sk, skb, 1);
}

void tcp_send_loss_probe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->tlp_high_seq) { /* one probe an episode */
		bool fresh = probe_with_new_data(sk);

		if (fresh || probe_with_last(sk)) {
			tp->tlp_retrans = !fresh;
			tp->tlp_high_seq = tp->snd_nxt;
			NET_INC(sk->sk_net, TcpExtTCPLossProbes);
			inet_csk(sk)->icsk_pending = ICSK_TIME_NONE;
		}
	}
	tcp_rearm_rto(sk);
}

void tcp_process_tlp_ack(struct sock *sk, uint32_t ack, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (before(ack, tp->tlp_high_seq))
		return;
	if (!tp->tlp_retrans || (flag & FLAG_DSACK_TLP)) {
		tp->tlp_high_seq = 0; /* new data, or the original had arrived: no loss */
	} else if (after(ack, tp->tlp_high_seq)) {
		/* The probe repaired a loss: react once. */
		tcp_init_cwnd_reduction(sk);
		tcp_set_ca_state(sk, TCP_CA_CWR);
		tcp_end_cwnd_reduction(sk);
		tcp_try_keep_open(sk);
		NET_INC(sk->sk_net, TcpExtTCPLossProbeRecovery);
	} else if (!(flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DATA_SACKED))) {
		tp->tlp_high_seq = 0; /* a pure duplicate: both copies arrived */
	}
}
