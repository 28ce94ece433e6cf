// SPDX-License-Identifier: MIT
/*
 * Pacing: segments leave at the pacing rate instead of in bursts. Each has an earliest departure time
 * (wstamp_ns); while that lies ahead nothing goes, and a timer goes on when it is reached. Only
 * algorithms that ask for it (BBR) and SO_MAX_PACING_RATE pace; for the others the rate, kept as a
 * multiple of cwnd / srtt, only says how large super-segments should be: about a millisecond's worth,
 * more on short paths.
 */
#include <net/tcp.h>

#define USEC_PER_SEC 1000000ull
#define TSO_SHIFT    10 /* rate >> 10: about a millisecond of it */
/* The first segments go in a burst, as RFC 6928's initial window may. */
#define UNPACED_SEGMENTS 10u

static uint64_t pacing_rate(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tp->pacing_rate < sk->sk_max_pacing_rate ? tp->pacing_rate : sk->sk_max_pacing_rate;
}

static void pacing_timer(struct timer_list *t)
{
	struct tcp_sock *tp = container_of(t, struct tcp_sock, pacing_timer);
	struct sock *sk = &tp->inet_conn.inet.sk;

	if (sock_owned_by_user(sk))
		tcp_defer(sk, TCP_TSQ_DEFERRED);
	else
		tcp_tsq_write(sk);
	sock_put(sk);
}

void tcp_pacing_init(struct sock *sk)
{
	tcp_sk(sk)->pacing_rate = UINT64_MAX;
	timer_setup(&tcp_sk(sk)->pacing_timer, pacing_timer);
}

bool tcp_pacing_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_pacing_enabled(sk) || tp->wstamp_ns <= tp->tcp_mstamp_ns)
		return false;
	if (!tp->pacing_timer.pending)
		sk_reset_timer(sk, &tp->pacing_timer, tp->wstamp_ns);
	return true;
}

void tcp_pacing_sent(struct sock *sk, uint32_t len, uint64_t prior_wstamp_ns)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint64_t rate = pacing_rate(sk), late_ns = tp->wstamp_ns - prior_wstamp_ns;
	uint64_t len_ns;

	if (!tcp_pacing_enabled(sk) || rate == UINT64_MAX || !rate ||
	    tp->data_segs_out < UNPACED_SEGMENTS)
		return;
	len_ns = (uint64_t)len * NSEC_PER_SEC / rate;
	/* The timer was late: half of it at most is made up for. */
	len_ns -= late_ns < len_ns / 2 ? late_ns : len_ns / 2;
	tp->wstamp_ns += len_ns;
}

uint32_t tcp_pacing_delay_us(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_pacing_enabled(sk) || tp->wstamp_ns <= tp->tcp_mstamp_ns)
		return 0;
	return (uint32_t)((tp->wstamp_ns - tp->tcp_mstamp_ns) / NSEC_PER_USEC);
}

void tcp_update_pacing_rate(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct sysctl *s = sk_sysctl(sk);
	/* srtt is << 3; in slow start the window doubles within the round trip. */
	uint64_t rate = (uint64_t)tp->mss_cache * ((USEC_PER_SEC / 100) << 3);

	rate *= tp->snd_cwnd < tp->snd_ssthresh / 2 ? s->tcp_pacing_ss_ratio
						    : s->tcp_pacing_ca_ratio;
	rate *= max_u32(tp->snd_cwnd, tp->packets_out);
	if (tp->srtt_us)
		rate /= tp->srtt_us;
	tp->pacing_rate = rate;
}

uint32_t tcp_tso_segs(struct sock *sk, uint32_t mss)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	const uint32_t most = tcp_xmit_size_goal(sk, mss);
	const uint32_t min_segs =
		ca->min_tso_segs ? ca->min_tso_segs(sk) : sk_sysctl(sk)->tcp_min_tso_segs;
	const uint32_t halvings = tp->min_rtt_us >> sk_sysctl(sk)->tcp_tso_rtt_log;
	uint64_t bytes = pacing_rate(sk) >> TSO_SHIFT;

	if (bytes < most && halvings < 32)
		bytes += TCP_GSO_MAX_PAYLOAD >> halvings;
	if (bytes > most)
		bytes = most;
	return max_u32(min_u32(max_u32((uint32_t)bytes / mss, min_segs), most / mss), 1);
}
