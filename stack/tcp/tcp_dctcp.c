// SPDX-License-Identifier: MIT
/*
 * DCTCP (RFC 8257): the receiver tells exactly which segments carried a congestion mark, the sender
 * keeps the marked share (alpha, RFC 8257 3.3) and reduces in proportion to it. For networks whose
 * switches mark early. Where ECN was not negotiated it behaves as Reno.
 */
#include <net/tcp.h>

#define ALPHA_UNIT	 1024u /* all segments are marked */
#define ALPHA_GAIN_SHIFT 4     /* g = 1/16 */

struct dctcp {
	uint32_t old_delivered, old_delivered_ce; /* when the observation window began */
	uint32_t next_seq;			  /* it ends when this is acknowledged */
	uint32_t alpha;
	uint32_t acked_ce, acked; /* segments of the last window, for get_info */
	uint32_t loss_cwnd;
	bool ce_state;
};
_Static_assert(sizeof(struct dctcp) <= ICSK_CA_PRIV_BYTES, "struct dctcp does not fit");

static bool enabled(const struct sock *sk)
{
	return tcp_sk(sk)->ecn_flags & TCP_ECN_OK;
}

static void begin_window(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *d = inet_csk_ca(sk);

	d->next_seq = tp->snd_nxt;
	d->old_delivered = tp->delivered;
	d->old_delivered_ce = tp->delivered_ce;
}

static void dctcp_init(struct sock *sk)
{
	struct dctcp *d = inet_csk_ca(sk);

	*d = (struct dctcp){.alpha = ALPHA_UNIT};
	begin_window(sk);
}

/* RFC 8257, 3.3: once a window alpha = (1 - g) alpha + g M / N. */
static void dctcp_in_ack_event(struct sock *sk, bool ece)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *d = inet_csk_ca(sk);
	uint64_t marked;

	(void)ece;
	if (!enabled(sk) || before(tp->snd_una, d->next_seq))
		return;
	d->acked = tp->delivered - d->old_delivered;
	d->acked_ce = tp->delivered_ce - d->old_delivered_ce;
	marked = ((uint64_t)d->acked_ce << (10 - ALPHA_GAIN_SHIFT)) / max_u32(d->acked, 1);
	/* Small values decay too, to nothing. */
	d->alpha -= d->alpha >> ALPHA_GAIN_SHIFT ? d->alpha >> ALPHA_GAIN_SHIFT : d->alpha;
	d->alpha = min_u32(d->alpha + (uint32_t)marked, ALPHA_UNIT);
	begin_window(sk);
}

static uint32_t dctcp_ssthresh(struct sock *sk)
{
	const uint32_t cwnd = tcp_sk(sk)->snd_cwnd;
	struct dctcp *d = inet_csk_ca(sk);

	if (!enabled(sk))
		return tcp_reno_ssthresh(sk);
	d->loss_cwnd = cwnd;
	return max_u32(cwnd - (uint32_t)((uint64_t)cwnd * d->alpha >> 11), 2);
}

/* RFC 8257, 3.5: to loss it reacts as any other. */
static void react_to_loss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *d = inet_csk_ca(sk);

	d->loss_cwnd = tp->snd_cwnd;
	tp->snd_ssthresh = max_u32(tp->snd_cwnd >> 1, 2);
}

static void dctcp_set_state(struct sock *sk, uint8_t new_state)
{
	if (enabled(sk) && new_state == TCP_CA_Recovery &&
	    inet_csk(sk)->icsk_ca_state != TCP_CA_Recovery)
		react_to_loss(sk);
}

/*
 * RFC 8257, 3.2: when the mark changes, what came before must be acknowledged with the old ECE at
 * once, so that the sender can count. rcv_nxt does not cover the segment that changes it yet.
 */
static void ce_changed(struct sock *sk, bool ce)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct dctcp *d = inet_csk_ca(sk);

	if (d->ce_state != ce) {
		if (icsk->icsk_ack.pending & ICSK_ACK_TIMER) {
			tp->ecn_flags &= (uint8_t)~TCP_ECN_DEMAND_CWR;
			if (d->ce_state)
				tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
			tcp_send_ack(sk);
		}
		icsk->icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_NOW;
	}
	d->ce_state = ce;
	tp->ecn_flags &= (uint8_t)~TCP_ECN_DEMAND_CWR;
	if (ce)
		tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
}

static void dctcp_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	if (!enabled(sk))
		return;
	if (ev == CA_EVENT_ECN_IS_CE || ev == CA_EVENT_ECN_NO_CE)
		ce_changed(sk, ev == CA_EVENT_ECN_IS_CE);
	else if (ev == CA_EVENT_LOSS)
		react_to_loss(sk);
}

static uint32_t dctcp_undo_cwnd(struct sock *sk)
{
	const struct dctcp *d = inet_csk_ca(sk);

	return enabled(sk) ? max_u32(tcp_sk(sk)->snd_cwnd, d->loss_cwnd) : tcp_reno_undo_cwnd(sk);
}

static uint32_t dctcp_get_info(struct sock *sk, union tcp_cc_info *info)
{
	const struct dctcp *d = inet_csk_ca(sk);

	info->dctcp = (struct tcp_dctcp_info){0};
	if (enabled(sk))
		info->dctcp = (struct tcp_dctcp_info){
			.dctcp_enabled = 1,
			.dctcp_ce_state = d->ce_state,
			.dctcp_alpha = d->alpha,
			.dctcp_ab_ecn = tcp_sk(sk)->mss_cache * d->acked_ce,
			.dctcp_ab_tot = tcp_sk(sk)->mss_cache * d->acked,
		};
	return sizeof(info->dctcp);
}

const struct tcp_congestion_ops tcp_dctcp = {
	.name = "dctcp",
	.flags = TCP_CONG_NEEDS_ECN,
	.init = dctcp_init,
	.ssthresh = dctcp_ssthresh,
	.cong_avoid = tcp_reno_cong_avoid,
	.undo_cwnd = dctcp_undo_cwnd,
	.set_state = dctcp_set_state,
	.cwnd_event = dctcp_cwnd_event,
	.in_ack_event = dctcp_in_ack_event,
	.get_info = dctcp_get_info,
};
