// SPDX-License-Identifier: MIT
/*
 * An incoming acknowledgement (RFC 9293, 3.10.7.4; RFC 5681): moves snd_una, frees what is
 * delivered, takes the round-trip sample, updates the window, drives loss recovery and congestion
 * control, and rearms the timer.
 */
#include <net/neighbour.h>
#include <net/tcp.h>

void tcp_reset_xmit_timer(struct sock *sk, enum icsk_time what, uint64_t when_us)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (when_us > TCP_RTO_MAX_US)
		when_us = TCP_RTO_MAX_US;
	/* What pacing holds back has not been sent yet. */
	if (what != ICSK_TIME_REO_TIMEOUT)
		when_us += tcp_pacing_delay_us(sk);
	icsk->icsk_pending = what;
	icsk->icsk_timeout_ns = sk_now_ns(sk) + when_us * NSEC_PER_USEC;
	sk_advance_timer(sk, &icsk->icsk_retransmit_timer, icsk->icsk_timeout_ns);
}

/* The timer itself may run: it finds nothing to do. */
static void clear_xmit_timer(struct sock *sk)
{
	inet_csk(sk)->icsk_pending = ICSK_TIME_NONE;
}

/* RFC 6298, 5.3; after a probe timer the time since the first segment was sent counts. */
void tcp_rearm_rto(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	int64_t rto_us = icsk->icsk_rto_us;
	const struct sk_buff *head;

	if (tp->fastopen_rsk) /* the timer is the SYN-ACK's until the handshake has ended */
		return;
	if (!tp->packets_out) {
		clear_xmit_timer(sk);
		return;
	}
	if (icsk->icsk_pending == ICSK_TIME_REO_TIMEOUT ||
	    icsk->icsk_pending == ICSK_TIME_LOSS_PROBE) {
		head = tcp_rtx_queue_head(sk);
		rto_us -= (int64_t)((tp->tcp_mstamp_ns - head->skb_mstamp_ns) / NSEC_PER_USEC);
		if (rto_us < 1)
			rto_us = 1;
	}
	tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, (uint64_t)rto_us);
}

static void set_xmit_timer(struct sock *sk)
{
	if (!tcp_schedule_loss_probe(sk, true))
		tcp_rearm_rto(sk);
}

/* ---- zero-window probes (RFC 9293, 3.8.6.1) ---- */

uint32_t tcp_probe0_base_us(const struct sock *sk)
{
	return max_u32(inet_csk(sk)->icsk_rto_us, TCP_RTO_MIN_US);
}

uint32_t tcp_probe0_when_us(const struct sock *sk, uint32_t max_us)
{
	const uint8_t backoff = inet_csk(sk)->icsk_backoff;
	uint64_t when_us = (uint64_t)tcp_probe0_base_us(sk) << min_u32(backoff, 31);

	return when_us < max_us ? (uint32_t)when_us : max_us;
}

void tcp_check_probe_timer(struct sock *sk)
{
	if (!tcp_sk(sk)->packets_out && !inet_csk(sk)->icsk_pending)
		tcp_reset_xmit_timer(sk, ICSK_TIME_PROBE0, tcp_probe0_base_us(sk));
}

static void ack_probe(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct sk_buff *head = tcp_send_head(sk);

	if (!head)
		return;
	if (!after(TCP_SKB_CB(head)->end_seq, tcp_wnd_end(tcp_sk(sk)))) {
		icsk->icsk_backoff = 0;
		icsk->icsk_probes_tstamp_ns = 0;
		if (icsk->icsk_pending == ICSK_TIME_PROBE0)
			clear_xmit_timer(sk);
		/* tcp_data_snd_check() sends it */
	} else {
		tcp_reset_xmit_timer(sk, ICSK_TIME_PROBE0, tcp_probe0_when_us(sk, TCP_RTO_MAX_US));
	}
}

/* ---- the retransmit queue ---- */

struct clean_state {
	uint64_t first_ack_ns, last_ack_ns; /* send times, never retransmitted segments only */
	uint32_t pkts_acked, reord;
	int flag;
};

/* Part of a super-segment is acknowledged; the whole segments of that. */
static uint32_t trim_acked(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t len = tp->snd_una - TCP_SKB_CB(skb)->seq, old = TCP_SKB_CB(skb)->pcount;
	const uint32_t mss = skb->gso_size;

	skb_drop_front(skb, len);
	TCP_SKB_CB(skb)->seq += len;
	sk_wmem_queued_sub(sk, len);
	tcp_set_skb_pcount(skb, mss);
	return old - TCP_SKB_CB(skb)->pcount;
}

static void count_acked(struct sock *sk, struct sk_buff *skb, uint32_t pcount, uint32_t seq,
			uint32_t end_seq, struct clean_state *cs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	if (tcb->sacked & TCPCB_EVER_RETRANS) {
		if (tcb->sacked & TCPCB_SACKED_RETRANS)
			tp->retrans_out -= pcount;
		cs->flag |= FLAG_RETRANS_DATA_ACKED;
	} else if (!(tcb->sacked & TCPCB_SACKED_ACKED)) {
		cs->last_ack_ns = skb->skb_mstamp_ns;
		if (!cs->first_ack_ns)
			cs->first_ack_ns = cs->last_ack_ns;
		if (before(seq, cs->reord))
			cs->reord = seq;
		if (!after(end_seq, tp->high_seq))
			cs->flag |= FLAG_ORIG_SACK_ACKED;
	}
	if (tcb->sacked & TCPCB_SACKED_ACKED) {
		tp->sacked_out -= pcount;
	} else if (tcp_is_sack(tp)) {
		tp->delivered += pcount;
		tcp_rack_advance(tp, tcb->sacked, end_seq, skb->skb_mstamp_ns);
	}
	if (tcb->sacked & TCPCB_LOST)
		tp->lost_out -= pcount;
	tp->packets_out -= pcount;
	cs->pkts_acked += pcount;
	if (tcb->tcp_flags & TCPHDR_SYN) {
		cs->flag |= FLAG_SYN_ACKED;
		tp->retrans_stamp_ms = 0;
	} else {
		cs->flag |= FLAG_DATA_ACKED;
	}
}

/* Takes what is acknowledged off the queue; leaves the first that is not in *left. */
static void take_acked(struct sock *sk, struct clean_state *cs, struct rate_sample *rs,
		       struct sk_buff **left)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	while ((skb = tcp_rtx_queue_head(sk))) {
		struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
		const uint32_t seq = tcb->seq, end_seq = tcb->end_seq;
		uint32_t pcount = tcb->pcount;

		if (after(end_seq, tp->snd_una)) {
			if (pcount == 1 || !after(tp->snd_una, seq))
				break;
			pcount = trim_acked(sk, skb);
			if (pcount)
				count_acked(sk, skb, pcount, seq, tp->snd_una, cs);
			break;
		}
		count_acked(sk, skb, pcount, seq, end_seq, cs);
		tcp_rate_skb_delivered(sk, skb, rs);
		tcp_rtx_queue_unlink_and_free(sk, skb);
	}
	*left = skb;
}

static int64_t age_us(const struct tcp_sock *tp, uint64_t since_ns)
{
	return (int64_t)((tp->tcp_mstamp_ns - since_ns) / NSEC_PER_USEC);
}

static int clean_rtx_queue(struct sock *sk, uint32_t prior_fack,
			   const struct tcp_sacktag_state *sack)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	struct clean_state cs = {.reord = tp->snd_nxt};
	struct rate_sample *rs = sack->rate;
	int64_t seq_rtt_us = -1, sack_rtt_us = -1, ca_rtt_us = -1;
	struct sk_buff *left;
	bool rtt_updated;

	take_acked(sk, &cs, rs, &left);
	if (!left)
		tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
	if (left && (TCP_SKB_CB(left)->sacked & TCPCB_SACKED_ACKED))
		cs.flag |= FLAG_SACK_RENEGING;
	if (cs.first_ack_ns && !(cs.flag & FLAG_RETRANS_DATA_ACKED)) {
		seq_rtt_us = age_us(tp, cs.first_ack_ns);
		ca_rtt_us =
			cs.last_ack_ns == cs.first_ack_ns ? seq_rtt_us : age_us(tp, cs.last_ack_ns);
		/* One segment alone: its ACK may have waited for a second. */
		rs->ack_delayed = cs.pkts_acked == 1 && !tp->packets_out &&
				  rs->prior_delivered + 1 == tp->delivered;
	}
	if (sack->first_sackt_ns) {
		sack_rtt_us = age_us(tp, sack->first_sackt_ns);
		ca_rtt_us = age_us(tp, sack->last_sackt_ns);
	}
	rs->rtt_us = ca_rtt_us;
	rtt_updated = tcp_ack_update_rtt(sk, cs.flag, seq_rtt_us, sack_rtt_us, ca_rtt_us);
	if (cs.flag & FLAG_ACKED) {
		cs.flag |= FLAG_SET_XMIT_TIMER;
		tcp_mtu_probe_acked(sk);
		if (!tcp_is_sack(tp))
			tcp_remove_reno_sacks(sk, cs.pkts_acked);
		else if (before(cs.reord, prior_fack))
			tcp_check_sack_reordering(sk, cs.reord);
	} else if (left && rtt_updated && sack_rtt_us >= 0 &&
		   sack_rtt_us > age_us(tp, left->skb_mstamp_ns)) {
		/* The timer runs from before the last transmission of the head. */
		cs.flag |= FLAG_SET_XMIT_TIMER;
	}
	if (ca->pkts_acked) {
		const struct tcp_ack_sample sample = {cs.pkts_acked, (int32_t)ca_rtt_us,
						      tcp_packets_in_flight(tp)};

		ca->pkts_acked(sk, &sample);
	}
	assert(tcp_left_out(tp) <= tp->packets_out);
	return cs.flag;
}

/* ---- the window ---- */

static void snd_una_update(struct tcp_sock *tp, uint32_t ack)
{
	tp->bytes_acked += ack - tp->snd_una;
	tp->snd_una = ack;
	if (before(tp->retransmit_seq, ack))
		tp->retransmit_seq = ack;
}

static int ack_update_window(struct sock *sk, const struct sk_buff *skb, uint32_t ack,
			     uint32_t ack_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	uint32_t window = ntohs(th->window);
	int flag = 0;

	if (!(th->flags & TCPHDR_SYN))
		window <<= tp->rx_opt.snd_wscale;
	if (after(ack, tp->snd_una) || after(ack_seq, tp->snd_wl1) ||
	    (ack_seq == tp->snd_wl1 && (window > tp->snd_wnd || !window))) {
		flag |= FLAG_WIN_UPDATE;
		tp->snd_wl1 = ack_seq;
		if (tp->snd_wnd != window) {
			tp->snd_wnd = window;
			tp->pred_flags = 0;
			tcp_fast_path_check(sk);
			if (window > tp->max_window) {
				tp->max_window = window;
				tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu);
			}
		}
	}
	snd_una_update(tp, ack);
	return flag;
}

/* ---- after the bookkeeping ---- */

static void raise_cwnd(struct sock *sk, uint32_t ack, uint32_t newly_delivered, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int progress = FLAG_DATA_ACKED;

	/* When reordering is common SACKed data counts as progress too. */
	if (tp->reordering > sk_sysctl(sk)->tcp_reordering)
		progress |= FLAG_DATA_SACKED;
	if (flag & progress) {
		inet_csk(sk)->icsk_ca_ops->cong_avoid(sk, ack, newly_delivered);
		tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	}
}

static inline void cong_control(struct sock *sk, uint32_t ack, int flag,
				const struct rate_sample *rs)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;

	if (ca->cong_control) {
		ca->cong_control(sk, rs);
		return;
	}
	if (tcp_in_cwnd_reduction(sk))
		tcp_cwnd_reduction(sk, rs->acked_sacked, rs->losses, flag);
	else
		raise_cwnd(sk, ack, rs->acked_sacked, flag);
	tcp_update_pacing_rate(sk);
}

static bool ack_is_dubious(const struct sock *sk, int flag)
{
	return !(flag & FLAG_NOT_DUP) || (flag & FLAG_CA_ALERT) ||
	       inet_csk(sk)->icsk_ca_state != TCP_CA_Open;
}

static uint32_t dupacks(const struct sk_buff *skb, int flag)
{
	if (flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DSACKING_ACK))
		return 0;
	return skb->gso_segs > 1 ? skb->gso_segs : 1;
}

/* RFC 7323, 4.3: the time stamp of the segment that spans the last ACK we sent. */
static void replace_ts_recent(struct tcp_sock *tp, uint32_t seq)
{
	if (!tp->rx_opt.saw_tstamp || after(seq, tp->rcv_wup))
		return;
	if ((int32_t)(tp->rx_opt.rcv_tsval - tp->rx_opt.ts_recent) >= 0 ||
	    !tp->rx_opt.ts_recent_stamp_ns ||
	    tp->tcp_mstamp_ns - tp->rx_opt.ts_recent_stamp_ns > TCP_PAWS_24DAYS_NS) {
		tp->rx_opt.ts_recent = tp->rx_opt.rcv_tsval;
		tp->rx_opt.ts_recent_stamp_ns = tp->tcp_mstamp_ns;
	}
}

/* What the ACK lets be sent again; for F-RTO something new, if it can. */
static void xmit_recovery(struct sock *sk, enum tcp_rexmit rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (rexmit == REXMIT_NONE || sk->sk_state == TCP_SYN_SENT)
		return;
	if (rexmit == REXMIT_NEW) {
		tcp_push_pending_frames(sk, tcp_current_mss(sk), TCP_NAGLE_OFF);
		if (after(tp->snd_nxt, tp->high_seq))
			return;
		tp->frto = false;
	}
	tcp_xmit_retransmit_queue(sk);
}

static int old_ack(struct sock *sk, const struct sk_buff *skb, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rate_sample rs = {0};
	struct tcp_sacktag_state sack = {.rate = &rs};
	enum tcp_rexmit rexmit = REXMIT_NONE;
	uint32_t ack = TCP_SKB_CB(skb)->ack_seq;

	/* RFC 5961, 5.2: older than any window we ever saw is an attack or a confusion. */
	if (before(ack, tp->snd_una - max_u32(tp->max_window, 1))) {
		if (!(flag & FLAG_NO_CHALLENGE_ACK))
			tcp_send_challenge_ack(sk);
		return -1;
	}
	if (tp->rx_opt.sack_off) {
		flag |= tcp_sacktag_write_queue(sk, skb, tp->snd_una, &sack);
		tcp_fastretrans_alert(sk, tp->snd_una, dupacks(skb, flag), &flag, &rexmit);
		xmit_recovery(sk, rexmit);
	}
	return 0;
}

/* An ACK when nothing is in flight. */
static int idle_ack(struct sock *sk, const struct sk_buff *skb, uint32_t prior_snd_una, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	enum tcp_rexmit rexmit = REXMIT_NONE;

	if (flag & FLAG_DSACKING_ACK)
		tcp_fastretrans_alert(sk, prior_snd_una, dupacks(skb, flag), &flag, &rexmit);
	ack_probe(sk);
	if (tp->tlp_high_seq)
		tcp_process_tlp_ack(sk, TCP_SKB_CB(skb)->ack_seq, flag);
	return 1;
}

/* Header prediction: the window did not change. */
static inline void predicted_ack(struct sock *sk, uint32_t ack_seq, uint32_t ack)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->snd_wl1 = ack_seq;
	snd_una_update(tp, ack);
	NET_INC(sk->sk_net, TcpExtTCPHPAcks);
}

/* The peer lives and can be reached. */
static inline void ack_is_good(struct sock *sk)
{
	sk->sk_err_soft = 0;
	inet_csk(sk)->icsk_probes_out = 0;
	tcp_sk(sk)->rcv_tstamp_ns = tcp_sk(sk)->tcp_mstamp_ns;
}

static int move_una(struct sock *sk, const struct sk_buff *skb, int flag,
		    struct tcp_sacktag_state *sack)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t prior_snd_una = tp->snd_una;
	const uint32_t ack_seq = TCP_SKB_CB(skb)->seq, ack = TCP_SKB_CB(skb)->ack_seq;

	if ((flag & (FLAG_SLOWPATH | FLAG_SND_UNA_ADVANCED)) == FLAG_SND_UNA_ADVANCED) {
		predicted_ack(sk, ack_seq, ack);
		return flag | FLAG_WIN_UPDATE;
	}
	if (ack_seq != TCP_SKB_CB(skb)->end_seq)
		flag |= FLAG_DATA;
	else
		NET_INC(sk->sk_net, TcpExtTCPPureAcks);
	flag |= ack_update_window(sk, skb, ack, ack_seq);
	if ((tcp_hdr(skb)->flags & (TCPHDR_ECE | TCPHDR_SYN)) == TCPHDR_ECE &&
	    (tp->ecn_flags & TCP_ECN_OK))
		flag |= FLAG_ECE;
	if (tp->rx_opt.sack_off)
		flag |= tcp_sacktag_write_queue(sk, skb, prior_snd_una, sack);
	return flag;
}

/* What we sent has arrived, so the next hop works: it need not be asked (RFC 4861 section 7.3.1). */
static void confirm_neighbour(struct sock *sk)
{
	const struct ip_route *rt = &inet_sk(sk)->route;

	if (rt->neigh && rt->generation == sk->sk_net->route_generation)
		neigh_confirm(rt->neigh);
}

/* ---- the usual ACK ---- */

/*
 * Of requests and answers almost every ACK is of the one segment in flight, which was sent once, and
 * there is nothing odd about the connection: then most questions below have been answered. NULL: it
 * is another ACK.
 */
static inline struct sk_buff *lone_segment(const struct sock *sk, uint32_t ack)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *tcb;
	struct sk_buff *skb;

	if (tp->packets_out != 1 || ack != tp->snd_nxt || tp->tlp_high_seq || !tcp_is_sack(tp) ||
	    inet_csk(sk)->icsk_ca_state != TCP_CA_Open)
		return NULL;
	skb = rb_entry(tp->tcp_rtx_queue.node, struct sk_buff, rbnode);
	tcb = TCP_SKB_CB(skb);
	return tcb->seq == tp->snd_una && !tcb->sacked && !(tcb->tcp_flags & TCPHDR_SYN) ? skb
											 : NULL;
}

/* skb is acknowledged and all that was in flight. What is left of clean_rtx_queue(). */
static void take_lone(struct sock *sk, struct sk_buff *skb, struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;

	rs->rtt_us = age_us(tp, skb->skb_mstamp_ns);
	tp->delivered++;
	tp->packets_out = 0;
	tcp_rack_advance(tp, 0, tp->snd_una, skb->skb_mstamp_ns);
	tcp_rate_skb_delivered(sk, skb, rs);
	rs->ack_delayed = rs->prior_delivered + 1 == tp->delivered;
	tcp_rtx_queue_unlink_and_free(sk, skb);
	tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
	tcp_update_rtt_min(sk, (uint32_t)rs->rtt_us);
	tcp_rtt_sample(sk, (uint32_t)rs->rtt_us);
	if (unlikely(tp->mtu_probe.size_bytes))
		tcp_mtu_probe_acked(sk);
	if (ca->pkts_acked) {
		const struct tcp_ack_sample sample = {1, (int32_t)rs->rtt_us, 0};

		ca->pkts_acked(sk, &sample);
	}
}

/* Header prediction held, so there is no change of the window, no SACK block and no mark either. */
static void ack_lone(struct sock *sk, const struct sk_buff *ack_skb, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct rate_sample rs = {.prior_in_flight = 1};
	const uint32_t ack = tp->snd_nxt;

	icsk->icsk_retransmits = 0;
	predicted_ack(sk, TCP_SKB_CB(ack_skb)->seq, ack);
	ack_is_good(sk);
	confirm_neighbour(sk);
	take_lone(sk, skb, &rs);
	if (icsk->icsk_ca_ops->in_ack_event)
		icsk->icsk_ca_ops->in_ack_event(sk, false);
	tcp_rack_update_reo_wnd(sk, tp->delivered - 1);
	clear_xmit_timer(sk);
	tcp_rate_gen(sk, 1, 0, &rs);
	cong_control(sk, ack, FLAG_DATA_ACKED, &rs);
	NET_TRACE(sk->sk_net, cwnd, sk, tp->snd_cwnd, tp->snd_ssthresh);
}

/* ---- any ACK ---- */

static int ack_any(struct sock *sk, const struct sk_buff *skb, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	const uint32_t prior_snd_una = tp->snd_una, prior_delivered = tp->delivered;
	const uint32_t prior_lost = tp->lost, prior_packets = tp->packets_out;
	const uint32_t prior_fack = tcp_highest_sack_seq(tp);
	const uint32_t ack = TCP_SKB_CB(skb)->ack_seq;
	struct rate_sample rs = {.prior_in_flight = tcp_packets_in_flight(tp)};
	struct tcp_sacktag_state sack = {.rate = &rs};
	enum tcp_rexmit rexmit = REXMIT_NONE;

	if (before(ack, prior_snd_una))
		return old_ack(sk, skb, flag);
	if (after(ack, tp->snd_nxt)) { /* of what was never sent (RFC 9293, 3.10.7.4, fifth) */
		if (!(flag & FLAG_NO_CHALLENGE_ACK))
			tcp_send_challenge_ack(sk);
		return -1;
	}
	if (after(ack, prior_snd_una)) {
		flag |= FLAG_SND_UNA_ADVANCED;
		icsk->icsk_retransmits = 0;
	}
	if (flag & FLAG_UPDATE_TS_RECENT)
		replace_ts_recent(tp, TCP_SKB_CB(skb)->seq);
	flag = move_una(sk, skb, flag, &sack);
	ack_is_good(sk);
	if (!prior_packets)
		return idle_ack(sk, skb, prior_snd_una, flag);

	if (flag & FLAG_SND_UNA_ADVANCED)
		confirm_neighbour(sk);
	flag |= clean_rtx_queue(sk, prior_fack, &sack);
	if (flag & FLAG_ECE)
		tp->delivered_ce += tp->delivered - prior_delivered;
	if (icsk->icsk_ca_ops->in_ack_event)
		icsk->icsk_ca_ops->in_ack_event(sk, flag & FLAG_ECE);
	tcp_rack_update_reo_wnd(sk, prior_delivered);
	if (tp->tlp_high_seq)
		tcp_process_tlp_ack(sk, ack, flag);
	if (ack_is_dubious(sk, flag))
		tcp_fastretrans_alert(sk, prior_snd_una, dupacks(skb, flag), &flag, &rexmit);
	if (flag & FLAG_SET_XMIT_TIMER)
		set_xmit_timer(sk);
	tcp_rate_gen(sk, tp->delivered - prior_delivered, tp->lost - prior_lost, &rs);
	cong_control(sk, ack, flag, &rs);
	NET_TRACE(sk->sk_net, cwnd, sk, tp->snd_cwnd, tp->snd_ssthresh);
	xmit_recovery(sk, rexmit);
	return 1;
}

int tcp_ack(struct sock *sk, const struct sk_buff *skb, int flag)
{
	struct sk_buff *lone;

	if (!(flag & (FLAG_SLOWPATH | FLAG_NO_SHORT_CUT))) {
		lone = lone_segment(sk, TCP_SKB_CB(skb)->ack_seq);
		if (likely(lone)) {
			ack_lone(sk, skb, lone);
			return 1;
		}
	}
	return ack_any(sk, skb, flag);
}
