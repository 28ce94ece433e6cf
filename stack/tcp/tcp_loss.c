// SPDX-License-Identifier: MIT
/*
 * The congestion state machine round a loss: Open -> Disorder (something odd) -> Recovery (fast
 * retransmit; the window falls by proportional rate reduction, RFC 6937) or Loss (time-out,
 * RFC 5681 3.1, RFC 6298 5), and undoing a reduction that time stamps (Eifel, RFC 3522, 4015) or
 * DSACK (RFC 3708) prove needless.
 */
#include <net/tcp.h>

#define RENEG_DELAY_MIN_US 10000u

static void init_undo(struct tcp_sock *tp)
{
	tp->undo_marker = tp->snd_una;
	tp->undo_retrans = tp->retrans_out ? (int32_t)tp->retrans_out : -1;
}

static bool any_retrans_done(const struct sock *sk)
{
	const struct sk_buff *head = tcp_rtx_queue_head(sk);

	return tcp_sk(sk)->retrans_out || (head && (TCP_SKB_CB(head)->sacked & TCPCB_EVER_RETRANS));
}

void tcp_try_keep_open(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint8_t state =
		tcp_left_out(tp) || any_retrans_done(sk) ? TCP_CA_Disorder : TCP_CA_Open;

	if (inet_csk(sk)->icsk_ca_state != state) {
		tcp_set_ca_state(sk, state);
		tp->high_seq = tp->snd_nxt;
	}
}

static void try_to_open(struct sock *sk, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!any_retrans_done(sk))
		tp->retrans_stamp_ms = 0;
	if (flag & FLAG_ECE)
		tcp_enter_cwr(sk);
	if (inet_csk(sk)->icsk_ca_state != TCP_CA_CWR)
		tcp_try_keep_open(sk);
}

/* ---- window reduction ---- */

static void queue_cwr(struct tcp_sock *tp)
{
	if (tp->ecn_flags & TCP_ECN_OK)
		tp->ecn_flags |= TCP_ECN_QUEUE_CWR;
}

void tcp_init_cwnd_reduction(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->high_seq = tp->snd_nxt;
	tp->tlp_high_seq = 0;
	tp->snd_cwnd_cnt = 0;
	tp->prior_cwnd = tp->snd_cwnd;
	tp->prr_delivered = 0;
	tp->prr_out = 0;
	tp->snd_ssthresh = inet_csk(sk)->icsk_ca_ops->ssthresh(sk);
	queue_cwr(tp);
}

/* RFC 6937: send in proportion to what was delivered, so that cwnd ends at ssthresh; below it,
 * slow-start back (PRR-SSRB), but not while losses go on. */
void tcp_cwnd_reduction(struct sock *sk, uint32_t newly_acked_sacked, uint32_t newly_lost, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t in_flight = tcp_packets_in_flight(tp);
	const int64_t delta = (int64_t)tp->snd_ssthresh - in_flight;
	int64_t send;

	if (!newly_acked_sacked || !tp->prior_cwnd)
		return;
	tp->prr_delivered += newly_acked_sacked;
	if (delta < 0) {
		uint64_t dividend =
			(uint64_t)tp->snd_ssthresh * tp->prr_delivered + tp->prior_cwnd - 1;

		send = (int64_t)(dividend / tp->prior_cwnd) - tp->prr_out;
	} else {
		send = (int64_t)tp->prr_delivered - tp->prr_out;
		if (send < newly_acked_sacked)
			send = newly_acked_sacked;
		if ((flag & FLAG_SND_UNA_ADVANCED) && !newly_lost)
			send++;
		if (send > delta)
			send = delta;
	}
	if (send < (tp->prr_out ? 0 : 1)) /* the first retransmission always goes */
		send = tp->prr_out ? 0 : 1;
	tp->snd_cwnd = in_flight + (uint32_t)send;
}

void tcp_end_cwnd_reduction(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (inet_csk(sk)->icsk_ca_ops->cong_control)
		return;
	if (tp->snd_ssthresh < TCP_INFINITE_SSTHRESH &&
	    (inet_csk(sk)->icsk_ca_state == TCP_CA_CWR || tp->undo_marker)) {
		tp->snd_cwnd = tp->snd_ssthresh;
		tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	}
	tcp_ca_event(sk, CA_EVENT_COMPLETE_CWR);
}

/* Reduce without loss on the path: our own device queue overflowed. */
void tcp_enter_cwr(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->prior_ssthresh = 0;
	if (inet_csk(sk)->icsk_ca_state < TCP_CA_CWR) {
		tp->undo_marker = 0;
		tcp_init_cwnd_reduction(sk);
		tcp_set_ca_state(sk, TCP_CA_CWR);
	}
}

/* ---- entering ---- */

void tcp_enter_recovery(struct sock *sk, bool ece)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_is_sack(tp))
		NET_INC(sk->sk_net, TcpExtTCPSackRecovery);
	else
		NET_INC(sk->sk_net, TcpExtTCPRenoRecovery);
	tp->prior_ssthresh = 0;
	init_undo(tp);
	if (!tcp_in_cwnd_reduction(sk)) {
		if (!ece)
			tp->prior_ssthresh = tcp_current_ssthresh(sk);
		tcp_init_cwnd_reduction(sk);
	}
	tcp_set_ca_state(sk, TCP_CA_Recovery);
}

/* On a time-out all is taken for lost but what RACK says was sent too recently. */
static void timeout_mark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head = tcp_rtx_queue_head(sk);
	const uint32_t reo_wnd_us = tcp_rack_reo_wnd_us(sk);

	if (head && (TCP_SKB_CB(head)->sacked & TCPCB_SACKED_ACKED)) {
		NET_INC(sk->sk_net, TcpExtTCPSACKReneging);
		tp->is_sack_reneg = true;
		tcp_forget_sacks(sk);
	} else if (!tcp_is_sack(tp)) {
		tcp_reset_reno_sack(tp);
	}
	for (struct sk_buff *skb = head; skb; skb = skb_rb_next(skb)) {
		if (skb != head && tcp_is_sack(tp) &&
		    tcp_rack_skb_timeout_us(tp, skb, reo_wnd_us) > 0)
			continue;
		tcp_mark_skb_lost(sk, skb);
	}
	assert(tcp_left_out(tp) <= tp->packets_out);
}

void tcp_enter_loss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const bool new_recovery = icsk->icsk_ca_state < TCP_CA_Recovery;

	timeout_mark_lost(sk);
	/* One reduction a window of data: not for a repeated time-out (RFC 5681, 3.1). */
	if (icsk->icsk_ca_state <= TCP_CA_Disorder || !after(tp->high_seq, tp->snd_una) ||
	    (icsk->icsk_ca_state == TCP_CA_Loss && !icsk->icsk_retransmits)) {
		tp->prior_ssthresh = tcp_current_ssthresh(sk);
		tp->prior_cwnd = tp->snd_cwnd;
		tp->snd_ssthresh = icsk->icsk_ca_ops->ssthresh(sk);
		tcp_ca_event(sk, CA_EVENT_LOSS);
		init_undo(tp);
	}
	tp->snd_cwnd = tcp_packets_in_flight(tp) + 1;
	tp->snd_cwnd_cnt = 0;
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	if (icsk->icsk_ca_state <= TCP_CA_Disorder && tp->sacked_out >= tp->reordering)
		tp->reordering = min_u32(tp->reordering, sk_sysctl(sk)->tcp_reordering);
	tcp_set_ca_state(sk, TCP_CA_Loss);
	tp->high_seq = tp->snd_nxt;
	tp->tlp_high_seq = 0;
	queue_cwr(tp);
	/* In the middle of another recovery duplicate ACKs of that would mislead (RFC 5682, 2.1). */
	tp->frto = sk_sysctl(sk)->tcp_frto && (new_recovery || icsk->icsk_retransmits);
}

/* The path MTU fell: what is too large now cannot have arrived. */
void tcp_simple_retransmit(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t mss = tcp_current_mss(sk), prior_lost = tp->lost_out;
	/* A SYN was too large by its data: it goes again without. */
	const bool syn_data = tp->syn_data && sk->sk_state == TCP_SYN_SENT;

	for (struct sk_buff *skb = tcp_rtx_queue_head(sk); skb; skb = skb_rb_next(skb))
		if (syn_data || (skb->gso_size ? skb->gso_size : skb->len) > mss)
			tcp_mark_skb_lost(sk, skb);
	if (tp->lost_out == prior_lost)
		return;
	if (!tcp_is_sack(tp))
		tcp_limit_reno_sacked(tp);
	tcp_non_congestion_loss_retransmit(sk);
}

/* Only the state machine is in Loss. */
void tcp_non_congestion_loss_retransmit(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (inet_csk(sk)->icsk_ca_state != TCP_CA_Loss) {
		tp->high_seq = tp->snd_nxt;
		tp->snd_ssthresh = tcp_current_ssthresh(sk);
		tp->prior_ssthresh = 0;
		tp->undo_marker = 0;
		tcp_set_ca_state(sk, TCP_CA_Loss);
	}
	tcp_xmit_retransmit_queue(sk);
}

/* ---- undoing ---- */

/* The ACK echoes a time stamp from before the first retransmission: the original had arrived. */
static bool packet_delayed(const struct tcp_sock *tp)
{
	return tp->retrans_stamp_ms && tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr &&
	       before(tp->rx_opt.rcv_tsecr, tp->retrans_stamp_ms);
}

static bool may_undo(const struct tcp_sock *tp)
{
	return tp->undo_marker && (!tp->undo_retrans || packet_delayed(tp));
}

static void undo_cwnd_reduction(struct sock *sk, bool unmark_loss)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (unmark_loss) {
		for (struct sk_buff *skb = tcp_rtx_queue_head(sk); skb; skb = skb_rb_next(skb)) {
			struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

			tcb->sacked &= (uint8_t)~TCPCB_LOST;
			if (!(tcb->sacked & TCPCB_SACKED_ACKED) && list_empty(&tcb->tsorted))
				list_add_tail(&tcb->tsorted, &tp->tsorted_sent_queue);
		}
		tp->lost_out = 0;
	}
	if (tp->prior_ssthresh) {
		tp->snd_cwnd = inet_csk(sk)->icsk_ca_ops->undo_cwnd(sk);
		if (tp->prior_ssthresh > tp->snd_ssthresh) {
			tp->snd_ssthresh = tp->prior_ssthresh;
			tp->ecn_flags &= (uint8_t)~TCP_ECN_QUEUE_CWR;
		}
	}
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	tp->undo_marker = 0;
	tp->rack.advanced = true;
}

/*
 * Everything of the episode is acknowledged. Without SACK the state is kept until something above
 * high_seq is, lest old duplicates start another recovery (RFC 6582, 3.2 step 1). true: kept.
 */
static bool try_undo_recovery(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (may_undo(tp)) {
		if (inet_csk(sk)->icsk_ca_state == TCP_CA_Loss)
			NET_INC(sk->sk_net, TcpExtTCPLossUndo);
		else
			NET_INC(sk->sk_net, TcpExtTCPFullUndo);
		undo_cwnd_reduction(sk, false);
	} else if (tp->rack.reo_wnd_persist) {
		tp->rack.reo_wnd_persist--;
	}
	if (tp->snd_una == tp->high_seq && !tcp_is_sack(tp) && tp->packets_out) {
		if (!any_retrans_done(sk))
			tp->retrans_stamp_ms = 0;
		return true;
	}
	tp->is_sack_reneg = false;
	tcp_set_ca_state(sk, TCP_CA_Open);
	return false;
}

static bool try_undo_dsack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->undo_marker || tp->undo_retrans)
		return false;
	tp->rack.reo_wnd_persist =
		(uint8_t)min_u32(16, tp->rack.reo_wnd_persist ? tp->rack.reo_wnd_persist + 1u : 1);
	undo_cwnd_reduction(sk, false);
	NET_INC(sk->sk_net, TcpExtTCPDSACKUndo);
	return true;
}

/* frto: F-RTO has found that the time-out was needless. */
static bool try_undo_loss(struct sock *sk, bool frto)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!frto && !may_undo(tp))
		return false;
	undo_cwnd_reduction(sk, true);
	NET_INC(sk->sk_net, TcpExtTCPLossUndo);
	if (frto)
		NET_INC(sk->sk_net, TcpExtTCPSpuriousRTOs);
	inet_csk(sk)->icsk_retransmits = 0;
	if (frto || tcp_is_sack(tp)) {
		tp->is_sack_reneg = false;
		tcp_set_ca_state(sk, TCP_CA_Open);
	}
	return true;
}

static bool try_undo_partial(struct sock *sk, uint32_t prior_snd_una)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->undo_marker || !packet_delayed(tp))
		return false;
	tcp_check_sack_reordering(sk, prior_snd_una);
	if (tp->retrans_out) /* wait until they are answered too */
		return true;
	if (!any_retrans_done(sk))
		tp->retrans_stamp_ms = 0;
	undo_cwnd_reduction(sk, true);
	NET_INC(sk->sk_net, TcpExtTCPPartialUndo);
	tcp_try_keep_open(sk);
	return true;
}

/* ---- an ACK that is not plain progress ---- */

static void identify_packet_loss(struct sock *sk, int *ack_flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t prior_retrans = tp->retrans_out;

	if (!tcp_is_sack(tp)) {
		tcp_newreno_mark_lost(sk, *ack_flag & FLAG_SND_UNA_ADVANCED);
		return;
	}
	if (tcp_rack_mark_lost(sk))
		*ack_flag &= ~FLAG_SET_XMIT_TIMER;
	if (prior_retrans > tp->retrans_out)
		*ack_flag |= FLAG_LOST_RETRANS;
}

/*
 * F-RTO (RFC 5682, 3.1): after a time-out the first ACK that moves on lets new data go instead of more
 * retransmissions; if then something is acknowledged that was sent only once, before the time-out,
 * nothing was lost. true: nothing more to do.
 */
static bool process_frto(struct sock *sk, int flag, uint32_t num_dupack, enum tcp_rexmit *rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if ((flag & FLAG_ORIG_SACK_ACKED) && try_undo_loss(sk, true))
		return true; /* step 3.b */
	if (after(tp->snd_nxt, tp->high_seq)) {
		if ((flag & FLAG_DATA_SACKED) || num_dupack)
			tp->frto = false; /* step 3.a: the loss was real */
	} else if ((flag & FLAG_SND_UNA_ADVANCED) && before(tp->snd_una, tp->high_seq)) {
		tp->high_seq = tp->snd_nxt;
		if (tcp_send_head(sk) && after(tcp_wnd_end(tp), tp->snd_nxt)) {
			*rexmit = REXMIT_NEW; /* step 2.b */
			return true;
		}
		tp->frto = false;
	}
	return false;
}

static void process_loss(struct sock *sk, int flag, uint32_t num_dupack, enum tcp_rexmit *rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if ((flag & FLAG_SND_UNA_ADVANCED) && try_undo_loss(sk, false))
		return;
	if (tp->frto && process_frto(sk, flag, num_dupack, rexmit))
		return;
	if (!before(tp->snd_una, tp->high_seq)) {
		try_undo_recovery(sk);
		return;
	}
	if (!tcp_is_sack(tp)) {
		if (after(tp->snd_nxt, tp->high_seq) && num_dupack)
			tcp_add_reno_sack(sk, num_dupack);
		else if (flag & FLAG_SND_UNA_ADVANCED)
			tcp_reset_reno_sack(tp);
	}
	*rexmit = REXMIT_LOST;
}

/* high_seq is acknowledged: the episode ends. true: nothing more to do. */
static bool episode_ends(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	switch (inet_csk(sk)->icsk_ca_state) {
	case TCP_CA_CWR:
		if (tp->snd_una != tp->high_seq) {
			tcp_end_cwnd_reduction(sk);
			tcp_set_ca_state(sk, TCP_CA_Open);
		}
		return false;
	case TCP_CA_Recovery:
		if (!tcp_is_sack(tp))
			tcp_reset_reno_sack(tp);
		if (try_undo_recovery(sk))
			return true;
		tcp_end_cwnd_reduction(sk);
		return false;
	default:
		return false;
	}
}

/* In Recovery. true: nothing more to do. */
static bool recovery_ack(struct sock *sk, uint32_t prior_snd_una, uint32_t num_dupack,
			 int *ack_flag)
{
	if (!(*ack_flag & FLAG_SND_UNA_ADVANCED)) {
		if (!tcp_is_sack(tcp_sk(sk)))
			tcp_add_reno_sack(sk, num_dupack);
	} else if (try_undo_partial(sk, prior_snd_una)) {
		return true;
	}
	if (try_undo_dsack(sk)) {
		tcp_try_keep_open(sk);
		return true;
	}
	identify_packet_loss(sk, ack_flag);
	return inet_csk(sk)->icsk_ca_state != TCP_CA_Recovery;
}

/* Open, Disorder, CWR. true: recovery begins. */
static bool time_to_recover(struct sock *sk, uint32_t num_dupack, int *ack_flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_sack(tp)) {
		if (*ack_flag & FLAG_SND_UNA_ADVANCED)
			tcp_reset_reno_sack(tp);
		tcp_add_reno_sack(sk, num_dupack);
	}
	if (inet_csk(sk)->icsk_ca_state <= TCP_CA_Disorder)
		try_undo_dsack(sk);
	identify_packet_loss(sk, ack_flag);
	return tp->lost_out;
}

void tcp_fastretrans_alert(struct sock *sk, uint32_t prior_snd_una, uint32_t num_dupack,
			   int *ack_flag, enum tcp_rexmit *rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (!tp->packets_out && tp->sacked_out)
		tp->sacked_out = 0;
	if (*ack_flag & FLAG_ECE) /* a reduction for which the path asked is not undone */
		tp->prior_ssthresh = 0;
	if (*ack_flag & FLAG_SACK_RENEGING) {
		/* The ACK point rests on SACKed data. Wait a little for a correction, then time
		 * out. */
		tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS,
				     max_u32(tp->srtt_us >> 4, RENEG_DELAY_MIN_US));
		*ack_flag &= ~FLAG_SET_XMIT_TIMER;
		return;
	}
	if (icsk->icsk_ca_state == TCP_CA_Open)
		tp->retrans_stamp_ms = 0;
	else if (!before(tp->snd_una, tp->high_seq) && episode_ends(sk))
		return;

	switch (icsk->icsk_ca_state) {
	case TCP_CA_Recovery:
		if (recovery_ack(sk, prior_snd_una, num_dupack, ack_flag))
			return;
		break;
	case TCP_CA_Loss:
		process_loss(sk, *ack_flag, num_dupack, rexmit);
		if (icsk->icsk_ca_state != TCP_CA_Loss || *rexmit == REXMIT_NEW)
			return;
		identify_packet_loss(sk, ack_flag);
		if (!(*ack_flag & FLAG_LOST_RETRANS))
			return;
		break; /* a retransmission was lost again: send it again */
	default:
		if (!time_to_recover(sk, num_dupack, ack_flag)) {
			try_to_open(sk, *ack_flag);
			return;
		}
		if (tcp_mtu_probe_lost(sk)) {
			if (!tcp_is_sack(tp))
				tcp_limit_reno_sacked(tp);
			tcp_non_congestion_loss_retransmit(sk);
			return;
		}
		tcp_enter_recovery(sk, *ack_flag & FLAG_ECE);
	}
	*rexmit = REXMIT_LOST;
}
