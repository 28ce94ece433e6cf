// SPDX-License-Identifier: MIT
/*
 * CUBIC congestion control (RFC 9438): the window is a cubic function of the time since the last
 * reduction, flat where that was, and never below what Reno would reach. Slow start ends early by
 * HyStart (Ha, Rhee 2011): when ACKs of a train span half a minimum round trip, or when the delay
 * of a round has grown.
 *
 * Fixed point: windows in segments, time in 1/1024 s, C = 0.4, beta = 717/1024 = 0.7.
 */
#include <net/tcp.h>

#define BETA	   717u /* / 1024 */
#define BETA_UNIT  1024u
#define TIME_SHIFT 10 /* time unit: 2^-10 s */
/* C = 0.4 = 410/1024; W(t) - W_max = C * dt^3 with dt in 2^-10 s */
#define C_SCALED   410ull
#define CUBE_SHIFT (10 + 3 * TIME_SHIFT)

#define HYSTART_LOW_WINDOW   16u
#define HYSTART_MIN_SAMPLES  8u
#define HYSTART_DELAY_MIN_US 4000u
#define HYSTART_DELAY_MAX_US 16000u
#define HYSTART_ACK_DELTA_NS (2 * NSEC_PER_MSEC)

struct cubic {
	uint32_t cnt;		/* segments to acknowledge for one segment of growth */
	uint32_t last_max_cwnd; /* W_max */
	uint32_t last_cwnd;
	uint32_t origin; /* window at the plateau */
	uint32_t k;	 /* time to it, 2^-10 s */
	uint32_t ack_cnt, reno_cwnd, reno_cnt;
	uint32_t delay_min_us;
	uint64_t epoch_start_ns; /* 0: none */
	uint64_t last_time_ns;
	/* HyStart */
	uint64_t round_start_ns, last_ack_ns;
	uint32_t end_seq, curr_rtt_us;
	uint8_t sample_cnt;
	bool found;
};
_Static_assert(sizeof(struct cubic) <= ICSK_CA_PRIV_BYTES, "struct cubic does not fit");

/* Integer cube root by Newton's method, from an estimate by the bit length. */
static uint32_t cube_root(uint64_t a)
{
	uint64_t x, next;

	if (a < 2)
		return (uint32_t)a;
	x = 1ull << ((64 - (unsigned int)__builtin_clzll(a) + 2) / 3);
	for (;;) {
		next = (2 * x + a / (x * x)) / 3;
		if (next >= x)
			return (uint32_t)x;
		x = next;
	}
}

static void hystart_round_start(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = inet_csk_ca(sk);

	ca->round_start_ns = ca->last_ack_ns = tp->tcp_mstamp_ns;
	ca->end_seq = tp->snd_nxt;
	ca->curr_rtt_us = UINT32_MAX;
	ca->sample_cnt = 0;
}

static void cubic_reset(struct cubic *ca)
{
	*ca = (struct cubic){.delay_min_us = 0};
}

static void cubic_init(struct sock *sk)
{
	cubic_reset(inet_csk_ca(sk));
	hystart_round_start(sk);
}

static void cubic_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	struct cubic *ca = inet_csk_ca(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	/* Time while nothing was sent does not count (RFC 9438, 5.8). */
	if (ev == CA_EVENT_TX_START && ca->epoch_start_ns && tp->lsndtime_ns &&
	    tp->tcp_mstamp_ns > tp->lsndtime_ns) {
		ca->epoch_start_ns += tp->tcp_mstamp_ns - tp->lsndtime_ns;
		if (ca->epoch_start_ns > tp->tcp_mstamp_ns)
			ca->epoch_start_ns = tp->tcp_mstamp_ns;
	}
}

static void epoch_start(struct cubic *ca, uint32_t cwnd, uint32_t acked, uint64_t now_ns)
{
	ca->epoch_start_ns = now_ns;
	ca->ack_cnt = acked;
	ca->reno_cwnd = cwnd;
	ca->reno_cnt = 0;
	if (ca->last_max_cwnd <= cwnd) {
		ca->k = 0;
		ca->origin = cwnd;
	} else {
		/* K = cbrt((W_max - cwnd) / C) */
		ca->k = cube_root(((uint64_t)(ca->last_max_cwnd - cwnd) << CUBE_SHIFT) / C_SCALED);
		ca->origin = ca->last_max_cwnd;
	}
}

/* W_cubic(t + RTT) (RFC 9438, 4.2). */
static uint32_t cubic_target(const struct cubic *ca, uint64_t now_ns)
{
	uint64_t t = now_ns - ca->epoch_start_ns + (uint64_t)ca->delay_min_us * NSEC_PER_USEC;
	uint64_t offset, delta;
	bool below;

	t = (t << TIME_SHIFT) / NSEC_PER_SEC;
	below = t < ca->k;
	offset = below ? ca->k - t : t - ca->k;
	if (offset > 1u << 17) /* 128 s: keeps the cube in 64 bits */
		offset = 1u << 17;
	/* Down, as Linux: below the plateau the window may grow as soon as the curve is above it. */
	delta = (C_SCALED * offset * offset * offset) >> CUBE_SHIFT;
	if (!below)
		return (uint32_t)min_u32((uint32_t)(ca->origin + delta), TCP_MAX_CWND);
	return delta < ca->origin ? ca->origin - (uint32_t)delta : 1;
}

/* Reno-friendly region (RFC 9438, 4.3): alpha = 3 (1 - beta) / (1 + beta) = 0.53. */
static void reno_friendly(struct cubic *ca, uint32_t cwnd)
{
	const uint32_t per_segment =
		(uint32_t)((uint64_t)cwnd * (BETA_UNIT + BETA) / (3 * (BETA_UNIT - BETA)));

	if (!per_segment)
		return;
	if (ca->ack_cnt > per_segment) {
		ca->reno_cwnd += ca->ack_cnt / per_segment;
		ca->ack_cnt %= per_segment;
	}
	if (ca->reno_cwnd > cwnd) {
		const uint32_t max_cnt = cwnd / (ca->reno_cwnd - cwnd);

		ca->cnt = min_u32(ca->cnt, max_cnt);
	}
}

static void cubic_update(struct sock *sk, uint32_t cwnd, uint32_t acked)
{
	struct cubic *ca = inet_csk_ca(sk);
	const uint64_t now_ns = tcp_sk(sk)->tcp_mstamp_ns;
	uint32_t target;

	ca->ack_cnt += acked;
	if (!ca->epoch_start_ns)
		epoch_start(ca, cwnd, acked, now_ns);
	else if (ca->last_cwnd == cwnd && now_ns - ca->last_time_ns <= NSEC_PER_SEC / 32)
		return; /* both curves are flat enough to look at them only so often */
	ca->last_cwnd = cwnd;
	ca->last_time_ns = now_ns;
	target = cubic_target(ca, now_ns);
	ca->cnt = target > cwnd ? cwnd / (target - cwnd) : 100 * cwnd;
	/* Before the first loss there is no plateau to find. */
	if (!ca->last_max_cwnd && ca->cnt > 20)
		ca->cnt = 20;
	reno_friendly(ca, cwnd);
	ca->cnt = max_u32(ca->cnt, 2); /* at most 1.5 times a round trip */
}

static void cubic_cong_avoid(struct sock *sk, uint32_t ack, uint32_t acked)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = inet_csk_ca(sk);

	if (!tcp_is_cwnd_limited(sk))
		return;
	(void)ack;
	if (tcp_in_slow_start(tp)) {
		acked = tcp_slow_start(tp, acked);
		if (!acked)
			return;
	}
	cubic_update(sk, tp->snd_cwnd, acked);
	tcp_cong_avoid_ai(tp, ca->cnt, acked);
}

static uint32_t cubic_ssthresh(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = inet_csk_ca(sk);

	ca->epoch_start_ns = 0;
	/* Fast convergence (RFC 9438, 4.7): a falling maximum leaves room for newcomers. */
	if (tp->snd_cwnd < ca->last_max_cwnd)
		ca->last_max_cwnd =
			(uint32_t)((uint64_t)tp->snd_cwnd * (BETA_UNIT + BETA) / (2 * BETA_UNIT));
	else
		ca->last_max_cwnd = tp->snd_cwnd;
	return max_u32((uint32_t)((uint64_t)tp->snd_cwnd * BETA / BETA_UNIT), 2);
}

static uint32_t cubic_undo_cwnd(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return max_u32(tp->snd_cwnd, tp->prior_cwnd);
}

static void cubic_set_state(struct sock *sk, uint8_t new_state)
{
	if (new_state == TCP_CA_Loss) {
		cubic_reset(inet_csk_ca(sk));
		hystart_round_start(sk);
	}
}

static uint32_t delay_threshold_us(uint32_t delay_min_us)
{
	return min_u32(max_u32(delay_min_us >> 3, HYSTART_DELAY_MIN_US), HYSTART_DELAY_MAX_US);
}

static void hystart_update(struct sock *sk, uint32_t rtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = inet_csk_ca(sk);
	const uint64_t now_ns = tp->tcp_mstamp_ns;

	if (after(tp->snd_una, ca->end_seq)) /* this ACK's sample is the new round's first */
		hystart_round_start(sk);
	/* Rounds are told apart from the beginning on: one that began in mid-flight would hold two halves of
	 * trains, neither long enough. */
	if (tp->snd_cwnd < HYSTART_LOW_WINDOW)
		return;
	/* ACKs in close succession are a train; its length shows the bandwidth-delay product. */
	if (now_ns - ca->last_ack_ns <= HYSTART_ACK_DELTA_NS) {
		ca->last_ack_ns = now_ns;
		if (now_ns - ca->round_start_ns >
		    (uint64_t)(ca->delay_min_us >> 1) * NSEC_PER_USEC + HYSTART_ACK_DELTA_NS) {
			ca->found = true;
			NET_INC(sk->sk_net, TcpExtTCPHystartTrainDetect);
			NET_ADD(sk->sk_net, TcpExtTCPHystartTrainCwnd, tp->snd_cwnd);
			tp->snd_ssthresh = tp->snd_cwnd;
			return;
		}
	}
	ca->curr_rtt_us = min_u32(ca->curr_rtt_us, rtt_us);
	if (ca->sample_cnt < HYSTART_MIN_SAMPLES) {
		ca->sample_cnt++;
	} else if (ca->curr_rtt_us > ca->delay_min_us + delay_threshold_us(ca->delay_min_us)) {
		ca->found = true;
		NET_INC(sk->sk_net, TcpExtTCPHystartDelayDetect);
		NET_ADD(sk->sk_net, TcpExtTCPHystartDelayCwnd, tp->snd_cwnd);
		tp->snd_ssthresh = tp->snd_cwnd;
	}
}

static void cubic_pkts_acked(struct sock *sk, const struct tcp_ack_sample *s)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = inet_csk_ca(sk);
	uint32_t rtt_us;

	if (s->rtt_us < 0)
		return;
	rtt_us = max_u32((uint32_t)s->rtt_us, 1);
	if (!ca->delay_min_us || rtt_us < ca->delay_min_us)
		ca->delay_min_us = rtt_us;
	if (!ca->found && tcp_in_slow_start(tp))
		hystart_update(sk, rtt_us);
}

const struct tcp_congestion_ops tcp_cubic = {
	.name = "cubic",
	.init = cubic_init,
	.ssthresh = cubic_ssthresh,
	.cong_avoid = cubic_cong_avoid,
	.undo_cwnd = cubic_undo_cwnd,
	.set_state = cubic_set_state,
	.cwnd_event = cubic_cwnd_event,
	.pkts_acked = cubic_pkts_acked,
};
