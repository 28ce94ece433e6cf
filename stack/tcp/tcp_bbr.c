// SPDX-License-Identifier: MIT
/*
 * BBR congestion control, version 1 (draft-cardwell-iccrg-bbr-congestion-control-00): models the path
 * by the bandwidth of its bottleneck (the most delivered in ten round trips) and its propagation delay
 * (the least round-trip time in ten seconds), paces at the first and keeps about their product in
 * flight. STARTUP doubles the rate each round until the bandwidth stops growing, DRAIN empties the
 * queue that made, PROBE_BW cycles the rate round the estimate, PROBE_RTT lets the flight drop for a
 * moment to see the delay without our own queue. Loss is no signal of congestion here.
 *
 * From the draft's version 02, 4.5.5, as Linux has it: where ACKs come in bursts the window is wider by
 * what they acknowledge beyond the bandwidth, so that the pipe does not run dry between them.
 *
 * As Linux, and in no draft: a token bucket (Flach et al., An Internet-Wide Analysis of Traffic Policing,
 * 2016) lets bursts through, which are no bandwidth, and drops what comes then. Two intervals of much
 * loss and the same rate betray it: that rate is kept for 48 rounds, without probing.
 *
 * Bandwidth is in segments a microsecond << 24, gains are << 8.
 */
#include <net/tcp.h>

#define BW_SHIFT	  24
#define GAIN_UNIT	  256u
#define GAIN_SHIFT	  8
#define HIGH_GAIN	  739u /* 2 / ln 2: doubles the rate each round */
#define DRAIN_GAIN	  88u  /* its inverse */
#define CWND_GAIN	  512u
#define BW_ROUNDS	  10u
#define CYCLE_PHASES	  8u
#define MIN_RTT_WINDOW_NS (10 * NSEC_PER_SEC)
#define PROBE_RTT_NS	  (200 * NSEC_PER_MSEC)
#define MIN_CWND	  4u
#define FULL_BW_ROUNDS	  3u
#define PACING_PERCENT	  99u	  /* of the estimate: lets queues drain */
#define SLOW_RATE	  150000u /* bytes/s: below it one segment at a time */
#define QUANTUM_SHIFT	  10	  /* rate >> 10: about a millisecond of it */
#define QUANTUM_BYTES_MAX 65536u
#define EXTRA_ROUNDS	  5u	  /* a half of the time that bursts of ACKs are remembered */
#define EXTRA_MAX_US	  100000u /* of the bandwidth: more is not granted to them */

#define POLICED_MIN_ROUNDS  4u /* of an interval between losses */
#define POLICED_MAX_ROUNDS  16u
#define POLICED_KEEP_ROUNDS 48u
#define POLICED_LOSS	    50u	 /* segments lost of 256 delivered */
#define POLICED_SAME_RATE   500u /* bytes/s; or an eighth */

enum mode { STARTUP, DRAIN, PROBE_BW, PROBE_RTT };

static const uint16_t cycle_gain[CYCLE_PHASES] = {320, 192, 256, 256, 256, 256, 256, 256};

struct bbr {
	uint32_t bw[BW_ROUNDS]; /* the most in each of the latest rounds that gave a sample */
	uint32_t bw_round;	/* the newest of them */
	uint32_t min_rtt_us;
	uint64_t min_rtt_stamp_ns;
	uint64_t phase_ns; /* PROBE_BW: its start; PROBE_RTT: its end, 0 until the flight is low */
	uint64_t epoch_ns; /* since then ACKs have come faster than the bandwidth, */
	uint32_t epoch_acked;	 /* for so many segments */
	uint16_t extra_acked[2]; /* the most beyond it, in this half of the window and the other */
	uint32_t round, next_round_delivered;
	uint32_t prior_cwnd; /* before recovery or PROBE_RTT */
	uint32_t full_bw;    /* that STARTUP must beat by a quarter */
	uint32_t policed_bw; /* of the interval before, or kept while policed */
	uint32_t interval_ms, interval_delivered, interval_lost; /* what they were as it began */
	uint8_t interval_rounds; /* policed: since the rate is kept */
	uint8_t mode, prev_ca_state, cycle, full_bw_rounds;
	bool full_pipe : 1, round_start : 1, idle_restart : 1, packet_conservation : 1;
	bool probe_rtt_round_done : 1, has_rtt : 1, in_interval : 1, policed : 1;
};
_Static_assert(sizeof(struct bbr) <= ICSK_CA_PRIV_BYTES, "struct bbr does not fit");

/* ---- the model ---- */

static uint32_t bottleneck_bw(const struct bbr *b)
{
	uint32_t max = 0;

	for (unsigned int i = 0; i < BW_ROUNDS; i++)
		max = max_u32(max, b->bw[i]);
	return max;
}

static void bw_sample(struct bbr *b, uint32_t bw)
{
	/* Rounds without a sample leave no trace, so that the estimate outlives idle times. */
	for (unsigned int i = 0; b->bw_round != b->round && i < BW_ROUNDS; i++)
		b->bw[++b->bw_round % BW_ROUNDS] = 0;
	b->bw_round = b->round;
	b->bw[b->round % BW_ROUNDS] = max_u32(b->bw[b->round % BW_ROUNDS], bw);
}

/* What is sent at. */
static uint32_t bandwidth(const struct bbr *b)
{
	return b->policed ? b->policed_bw : bottleneck_bw(b);
}

static uint64_t bytes_per_s(const struct tcp_sock *tp, uint64_t bw, uint32_t gain)
{
	uint64_t rate = (bw * tp->mss_cache * gain) >> GAIN_SHIFT;

	return (rate * (10000u * PACING_PERCENT)) >> BW_SHIFT;
}

/* bw * min_rtt * gain in segments, rounded up. */
static uint32_t bdp(const struct bbr *b, uint64_t bw, uint32_t gain)
{
	uint64_t unit = (uint64_t)GAIN_UNIT << BW_SHIFT;

	if (b->min_rtt_us == UINT32_MAX)
		return TCP_INIT_CWND;
	bw *= b->min_rtt_us;
	return (uint32_t)((bw / unit) * gain + ((bw % unit) * gain + unit - 1) / unit);
}

static uint32_t bbr_min_tso_segs(struct sock *sk)
{
	return tcp_sk(sk)->pacing_rate < SLOW_RATE ? 1 : 2;
}

/* What leaves at once. Super-segments may be larger where the path is short, but not for that does the
 * path hold more. */
static uint32_t send_quantum(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const uint64_t bytes = tp->pacing_rate >> QUANTUM_SHIFT;
	const uint32_t most = QUANTUM_BYTES_MAX / tp->mss_cache;

	if (bytes >= QUANTUM_BYTES_MAX)
		return most;
	return max_u32((uint32_t)bytes / tp->mss_cache, bbr_min_tso_segs(sk));
}

/* Room for super-segments below us and for an ACK of every second segment. */
static uint32_t with_room(struct sock *sk, uint32_t segs)
{
	const struct bbr *b = inet_csk_ca(sk);

	segs += 3 * send_quantum(sk);
	segs = (segs + 1) & ~1u;
	/* The cycle that probes for more must be able to hold more, however short the path is. */
	if (b->mode == PROBE_BW && !b->cycle)
		segs += 2;
	return segs;
}

static uint32_t target_inflight(struct sock *sk, uint32_t gain)
{
	const struct bbr *b = inet_csk_ca(sk);

	return with_room(sk, bdp(b, bottleneck_bw(b), gain));
}

/* Flows of one bottleneck should not probe together: any phase but the one that drains. */
static void enter_probe_bw(struct sock *sk)
{
	struct bbr *b = inet_csk_ca(sk);
	struct port *port = sk->sk_net->port;
	uint32_t r;

	port->ops->random(port, &r, sizeof(r));
	b->mode = PROBE_BW;
	b->cycle = (uint8_t)(CYCLE_PHASES - r % (CYCLE_PHASES - 1)) % CYCLE_PHASES;
	b->phase_ns = tcp_sk(sk)->tcp_mstamp_ns;
}

static void update_round(struct sock *sk, const struct rate_sample *rs)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);

	if (rs->delivered < 0 || rs->interval_us <= 0)
		return;
	if (!before(rs->prior_delivered, b->next_round_delivered)) {
		b->next_round_delivered = tp->delivered;
		b->round++;
		b->round_start = true;
		b->packet_conservation = false;
	}
}

/* ---- token buckets ---- */

static void begin_interval(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);

	b->interval_ms = (uint32_t)(tp->tcp_mstamp_ns / NSEC_PER_MSEC);
	b->interval_delivered = tp->delivered;
	b->interval_lost = tp->lost;
	b->interval_rounds = 0;
}

static void forget_policer(struct bbr *b)
{
	b->policed_bw = 0;
	b->policed = b->in_interval = false;
}

static bool same_rate(const struct tcp_sock *tp, uint32_t a, uint32_t b)
{
	const uint32_t diff = a > b ? a - b : b - a;

	return diff <= b / 8 || bytes_per_s(tp, diff, GAIN_UNIT) <= POLICED_SAME_RATE;
}

/* An interval of much loss has ended. */
static void judge_interval(struct sock *sk, uint32_t bw)
{
	struct bbr *b = inet_csk_ca(sk);

	if (b->policed_bw && same_rate(tcp_sk(sk), bw, b->policed_bw)) {
		b->policed = true;
		b->policed_bw = (uint32_t)(((uint64_t)bw + b->policed_bw) / 2);
		b->interval_rounds = 0;
		return;
	}
	b->policed_bw = bw;
	begin_interval(sk);
}

/* An interval goes from one loss, when the bucket is empty, to another. */
static void measure_interval(struct sock *sk, const struct rate_sample *rs)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);
	const uint32_t delivered = tp->delivered - b->interval_delivered;
	const uint32_t lost = tp->lost - b->interval_lost;
	const uint32_t ms = (uint32_t)(tp->tcp_mstamp_ns / NSEC_PER_MSEC) - b->interval_ms;
	uint64_t bw;

	b->interval_rounds += b->round_start;
	if (rs->app_limited || b->interval_rounds > POLICED_MAX_ROUNDS) {
		forget_policer(b);
		return;
	}
	if (b->interval_rounds < POLICED_MIN_ROUNDS || !rs->losses || !delivered || !ms ||
	    (uint64_t)lost * 256 < (uint64_t)delivered * POLICED_LOSS)
		return;
	bw = ((uint64_t)delivered << BW_SHIFT) / ((uint64_t)ms * 1000);
	judge_interval(sk, bw < UINT32_MAX ? (uint32_t)bw : UINT32_MAX);
}

static void look_for_policer(struct sock *sk, const struct rate_sample *rs)
{
	struct bbr *b = inet_csk_ca(sk);

	if (b->policed) {
		if (b->mode != PROBE_BW || !b->round_start ||
		    ++b->interval_rounds < POLICED_KEEP_ROUNDS)
			return;
		forget_policer(b);
		enter_probe_bw(sk);
		return;
	}
	if (!b->in_interval) {
		if (!rs->losses)
			return;
		begin_interval(sk);
		b->in_interval = true;
	}
	measure_interval(sk, rs);
}

static void update_bw(struct sock *sk, const struct rate_sample *rs)
{
	struct bbr *b = inet_csk_ca(sk);
	uint64_t bw;

	b->round_start = false;
	update_round(sk, rs);
	if (rs->delivered < 0 || rs->interval_us <= 0)
		return;
	look_for_policer(sk, rs);
	bw = ((uint64_t)(uint32_t)rs->delivered << BW_SHIFT) / (uint64_t)rs->interval_us;
	if (bw > UINT32_MAX)
		bw = UINT32_MAX;
	/* What the application did not fill tells nothing, unless it is more than we knew. */
	if (!rs->app_limited || bw >= bottleneck_bw(b))
		bw_sample(b, (uint32_t)bw);
}

/* ---- bursts of ACKs ---- */

static uint64_t segs_in(uint32_t bw, uint64_t us)
{
	return (uint64_t)bw * (us < UINT32_MAX ? us : UINT32_MAX) >> BW_SHIFT;
}

/* What has been acknowledged since the epoch began beyond what the bandwidth gave. */
static void update_extra_acked(struct sock *sk, const struct rate_sample *rs)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);
	uint16_t *half = &b->extra_acked[b->round / EXTRA_ROUNDS % 2];
	uint64_t expected;
	uint32_t extra;

	if (b->round_start && b->round % EXTRA_ROUNDS == 0)
		*half = 0;
	if (rs->delivered < 0 || rs->interval_us <= 0)
		return;
	expected = segs_in(bandwidth(b), (tp->tcp_mstamp_ns - b->epoch_ns) / NSEC_PER_USEC);
	if (b->epoch_acked <= expected) {
		b->epoch_acked = 0;
		b->epoch_ns = tp->tcp_mstamp_ns;
		expected = 0;
	}
	b->epoch_acked += rs->acked_sacked;
	extra = min_u32(b->epoch_acked - (uint32_t)expected, min_u32(tp->snd_cwnd, UINT16_MAX));
	*half = (uint16_t)max_u32(*half, extra);
}

static uint32_t extra_acked(const struct bbr *b)
{
	const uint64_t most = segs_in(bandwidth(b), EXTRA_MAX_US);
	const uint32_t extra = max_u32(b->extra_acked[0], b->extra_acked[1]);

	if (!b->full_pipe)
		return 0;
	return extra < most ? extra : (uint32_t)most;
}

/* ---- modes ---- */

static uint32_t pacing_gain(const struct bbr *b)
{
	switch (b->mode) {
	case STARTUP:
		return HIGH_GAIN;
	case DRAIN:
		return DRAIN_GAIN;
	case PROBE_BW:
		return b->policed ? GAIN_UNIT : cycle_gain[b->cycle];
	default:
		return GAIN_UNIT;
	}
}

static uint32_t cwnd_gain(const struct bbr *b)
{
	if (b->mode == PROBE_RTT)
		return GAIN_UNIT;
	return b->mode == PROBE_BW ? CWND_GAIN : HIGH_GAIN;
}

static void cycle_phase(struct sock *sk, const struct rate_sample *rs)
{
	struct bbr *b = inet_csk_ca(sk);
	const uint64_t age_ns = tcp_sk(sk)->tcp_mstamp_ns - b->phase_ns;
	bool over = age_ns > (uint64_t)b->min_rtt_us * NSEC_PER_USEC;

	if (b->mode != PROBE_BW)
		return;
	if (pacing_gain(b) > GAIN_UNIT)
		over = over &&
		       (rs->losses || rs->prior_in_flight >= target_inflight(sk, pacing_gain(b)));
	else if (pacing_gain(b) < GAIN_UNIT)
		over = over || rs->prior_in_flight <= target_inflight(sk, GAIN_UNIT);
	if (!over)
		return;
	b->cycle = (b->cycle + 1) % CYCLE_PHASES;
	b->phase_ns = tcp_sk(sk)->tcp_mstamp_ns;
}

/* Three rounds without a quarter more: the pipe is full. */
static void check_full_pipe(struct bbr *b, const struct rate_sample *rs)
{
	const uint32_t bw = bottleneck_bw(b);

	if (b->full_pipe || !b->round_start || rs->app_limited)
		return;
	if (bw >= (uint64_t)b->full_bw * 5 / 4) {
		b->full_bw = bw;
		b->full_bw_rounds = 0;
		return;
	}
	b->full_pipe = ++b->full_bw_rounds >= FULL_BW_ROUNDS;
}

static void check_drain(struct sock *sk)
{
	struct bbr *b = inet_csk_ca(sk);

	if (b->mode == STARTUP && b->full_pipe) {
		b->mode = DRAIN;
		tcp_sk(sk)->snd_ssthresh = target_inflight(sk, GAIN_UNIT);
	}
	if (b->mode == DRAIN && tcp_packets_in_flight(tcp_sk(sk)) <= target_inflight(sk, GAIN_UNIT))
		enter_probe_bw(sk);
}

static void save_cwnd(struct sock *sk)
{
	struct bbr *b = inet_csk_ca(sk);

	if (b->prev_ca_state < TCP_CA_Recovery && b->mode != PROBE_RTT)
		b->prior_cwnd = tcp_sk(sk)->snd_cwnd;
	else
		b->prior_cwnd = max_u32(b->prior_cwnd, tcp_sk(sk)->snd_cwnd);
}

/* If the flight has been low for long enough. */
static void end_probe_rtt(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);

	if (!b->phase_ns || tp->tcp_mstamp_ns <= b->phase_ns)
		return;
	b->min_rtt_stamp_ns = tp->tcp_mstamp_ns;
	tp->snd_cwnd = max_u32(tp->snd_cwnd, b->prior_cwnd);
	if (b->full_pipe)
		enter_probe_bw(sk);
	else
		b->mode = STARTUP;
}

static void probe_rtt(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);

	/* What is sent so slowly says nothing of the bandwidth. */
	tp->app_limited = max_u32(tp->delivered + tcp_packets_in_flight(tp), 1);
	if (!b->phase_ns) {
		if (tcp_packets_in_flight(tp) > MIN_CWND)
			return;
		b->phase_ns = tp->tcp_mstamp_ns + PROBE_RTT_NS;
		b->probe_rtt_round_done = false;
		b->next_round_delivered = tp->delivered;
		return;
	}
	if (b->round_start)
		b->probe_rtt_round_done = true;
	if (b->probe_rtt_round_done)
		end_probe_rtt(sk);
}

static void update_min_rtt(struct sock *sk, const struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);
	const bool expired = tp->tcp_mstamp_ns - b->min_rtt_stamp_ns > MIN_RTT_WINDOW_NS;

	if (rs->rtt_us >= 0 &&
	    (rs->rtt_us < (int64_t)b->min_rtt_us || (expired && !rs->ack_delayed))) {
		b->min_rtt_us = max_u32((uint32_t)rs->rtt_us, 1);
		b->min_rtt_stamp_ns = tp->tcp_mstamp_ns;
	}
	if (expired && !b->idle_restart && b->mode != PROBE_RTT) {
		save_cwnd(sk);
		b->mode = PROBE_RTT;
		b->phase_ns = 0;
	}
	if (b->mode == PROBE_RTT)
		probe_rtt(sk);
	if (rs->delivered > 0)
		b->idle_restart = false;
}

/* ---- what follows from it ---- */

/* Before the first sample: the initial window in a round trip, or in a millisecond. */
static void initial_pacing_rate(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);
	uint64_t rtt_us = 1000;

	if (tp->srtt_us) {
		rtt_us = max_u32(tp->srtt_us >> 3, 1);
		b->has_rtt = true;
	}
	tp->pacing_rate = bytes_per_s(tp, ((uint64_t)tp->snd_cwnd << BW_SHIFT) / rtt_us, HIGH_GAIN);
}

static void set_pacing_rate(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);
	uint64_t rate = bytes_per_s(tp, bandwidth(b), pacing_gain(b));

	if (!b->has_rtt && tp->srtt_us)
		initial_pacing_rate(sk);
	if (b->full_pipe || rate > tp->pacing_rate)
		tp->pacing_rate = rate;
}

/* Entering recovery: send as much as is delivered for a round; leaving: back to what was. */
static bool recovery_cwnd(struct sock *sk, const struct rate_sample *rs, uint32_t *cwnd)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);
	const uint8_t prev = b->prev_ca_state, state = inet_csk(sk)->icsk_ca_state;

	if (rs->losses)
		*cwnd = *cwnd > rs->losses ? *cwnd - rs->losses : 1;
	if (state == TCP_CA_Recovery && prev != TCP_CA_Recovery) {
		b->packet_conservation = true;
		b->next_round_delivered = tp->delivered;
		*cwnd = tcp_packets_in_flight(tp) + rs->acked_sacked;
	} else if (prev >= TCP_CA_Recovery && state < TCP_CA_Recovery) {
		*cwnd = max_u32(*cwnd, b->prior_cwnd);
		b->packet_conservation = false;
	}
	b->prev_ca_state = state;
	if (!b->packet_conservation)
		return false;
	*cwnd = max_u32(*cwnd, tcp_packets_in_flight(tp) + rs->acked_sacked);
	return true;
}

static void set_cwnd(struct sock *sk, const struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);
	uint32_t cwnd = tp->snd_cwnd, target;

	if (rs->acked_sacked && !recovery_cwnd(sk, rs, &cwnd)) {
		target = with_room(sk, bdp(b, bandwidth(b), cwnd_gain(b)) + extra_acked(b));
		if (b->full_pipe)
			cwnd = min_u32(cwnd + rs->acked_sacked, target);
		else if (cwnd < target || tp->delivered < TCP_INIT_CWND)
			cwnd += rs->acked_sacked;
		cwnd = max_u32(cwnd, MIN_CWND);
	}
	if (b->mode == PROBE_RTT)
		cwnd = min_u32(cwnd, MIN_CWND);
	tp->snd_cwnd = min_u32(cwnd, tp->snd_cwnd_clamp);
}

static void bbr_cong_control(struct sock *sk, const struct rate_sample *rs)
{
	struct bbr *b = inet_csk_ca(sk);

	update_bw(sk, rs);
	update_extra_acked(sk, rs);
	cycle_phase(sk, rs);
	check_full_pipe(b, rs);
	check_drain(sk);
	update_min_rtt(sk, rs);
	set_pacing_rate(sk);
	set_cwnd(sk, rs);
}

/* ---- events ---- */

static void bbr_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);

	*b = (struct bbr){
		.min_rtt_us = tp->min_rtt_us,
		.min_rtt_stamp_ns = tp->tcp_mstamp_ns,
		.epoch_ns = tp->tcp_mstamp_ns,
		.next_round_delivered = tp->delivered,
		.prev_ca_state = TCP_CA_Open,
		.mode = STARTUP,
	};
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	tp->pacing = true;
	initial_pacing_rate(sk);
}

static void bbr_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = inet_csk_ca(sk);

	if (ev != CA_EVENT_TX_START || !tp->app_limited)
		return;
	b->idle_restart = true;
	b->epoch_ns = tp->tcp_mstamp_ns;
	b->epoch_acked = 0;
	/* The pipe is empty: no need to probe or drain, the rate itself is right. */
	if (b->mode == PROBE_BW)
		tp->pacing_rate = bytes_per_s(tp, bandwidth(b), GAIN_UNIT);
	else if (b->mode == PROBE_RTT)
		end_probe_rtt(sk); /* the flight has been low enough all that time */
}

static void bbr_set_state(struct sock *sk, uint8_t new_state)
{
	struct bbr *b = inet_csk_ca(sk);

	if (new_state != TCP_CA_Loss)
		return;
	b->prev_ca_state = TCP_CA_Loss;
	b->full_bw = 0;
	b->round_start = true; /* a time-out ends the round */
	look_for_policer(sk, &(struct rate_sample){.losses = 1});
}

/* Loss does not change the threshold; but the window must be known when recovery ends. */
static uint32_t bbr_ssthresh(struct sock *sk)
{
	save_cwnd(sk);
	return tcp_sk(sk)->snd_ssthresh;
}

static uint32_t bbr_undo_cwnd(struct sock *sk)
{
	struct bbr *b = inet_csk_ca(sk);

	b->full_bw = 0; /* the slump was not real */
	b->full_bw_rounds = 0;
	forget_policer(b);
	return max_u32(tcp_sk(sk)->snd_cwnd, b->prior_cwnd);
}

/* In recovery the window may grow to twice the flight; hence three. */
static uint32_t bbr_sndbuf_expand(struct sock *sk)
{
	(void)sk;
	return 3;
}

static uint32_t bbr_get_info(struct sock *sk, union tcp_cc_info *info)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct bbr *b = inet_csk_ca(sk);
	const uint64_t bw =
		((uint64_t)bandwidth(b) * tp->mss_cache * 1000000u) >> BW_SHIFT; /* bytes/s */

	info->bbr = (struct tcp_bbr_info){
		.bbr_bw_lo = (uint32_t)bw,
		.bbr_bw_hi = (uint32_t)(bw >> 32),
		.bbr_min_rtt = b->min_rtt_us,
		.bbr_pacing_gain = pacing_gain(b),
		.bbr_cwnd_gain = cwnd_gain(b),
	};
	return sizeof(info->bbr);
}

const struct tcp_congestion_ops tcp_bbr = {
	.name = "bbr",
	.init = bbr_init,
	.ssthresh = bbr_ssthresh,
	.undo_cwnd = bbr_undo_cwnd,
	.set_state = bbr_set_state,
	.cwnd_event = bbr_cwnd_event,
	.cong_control = bbr_cong_control,
	.min_tso_segs = bbr_min_tso_segs,
	.sndbuf_expand = bbr_sndbuf_expand,
	.get_info = bbr_get_info,
};
