// SPDX-License-Identifier: MIT
/* Congestion control is pluggable: the table of algorithms and what they share. */
#include <net/tcp.h>

static const struct tcp_congestion_ops *const algorithms[] = {&tcp_bbr, &tcp_cubic, &tcp_dctcp,
							      &tcp_reno};

const struct tcp_congestion_ops *tcp_ca_find(const char *name)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (!strncmp(algorithms[i]->name, name, TCP_CA_NAME_MAX))
			return algorithms[i];
	return NULL;
}

/* The configured default; Reno when it names nothing we have. */
void tcp_assign_congestion_control(struct sock *sk)
{
	const struct tcp_congestion_ops *ca = tcp_ca_find(sk_sysctl(sk)->tcp_congestion_control);

	inet_csk(sk)->icsk_ca_ops = ca ? ca : &tcp_reno;
}

void tcp_init_congestion_control(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	tcp_sk(sk)->prior_ssthresh = 0;
	memset(icsk->icsk_ca_priv, 0, sizeof(icsk->icsk_ca_priv));
	tcp_sk(sk)->pacing = false;
	tcp_ecn_init_ect(sk);
	if (icsk->icsk_ca_ops->init)
		icsk->icsk_ca_ops->init(sk);
}

int tcp_set_congestion_control(struct sock *sk, const char *name)
{
	const struct tcp_congestion_ops *ca = tcp_ca_find(name);

	if (!ca)
		return -ENOENT;
	if (ca == inet_csk(sk)->icsk_ca_ops)
		return 0;
	inet_csk(sk)->icsk_ca_ops = ca;
	tcp_ecn_init_ect(sk);
	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		tcp_init_congestion_control(sk);
	return 0;
}

void tcp_set_ca_state(struct sock *sk, uint8_t state)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (icsk->icsk_ca_ops->set_state)
		icsk->icsk_ca_ops->set_state(sk, state);
	NET_TRACE(sk->sk_net, ca_state, sk, icsk->icsk_ca_state, state);
	/* How long time-outs took to be repaired, for TCP_INFO. */
	if (icsk->icsk_ca_state == TCP_CA_Loss && state < TCP_CA_Recovery && tp->loss_stamp_ns) {
		tp->total_rto_time_ms +=
			(uint32_t)((sk_now_ns(sk) - tp->loss_stamp_ns) / NSEC_PER_MSEC);
		tp->loss_stamp_ns = 0;
	}
	icsk->icsk_ca_state = state;
}

void tcp_ca_event(struct sock *sk, enum tcp_ca_event ev)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;

	if (ca->cwnd_event)
		ca->cwnd_event(sk, ev);
}

/* RFC 6928. */
uint32_t tcp_init_cwnd(const struct tcp_sock *tp)
{
	(void)tp;
	return TCP_INIT_CWND;
}

/* What ssthresh would be if nothing had happened: three quarters of a window in use. */
uint32_t tcp_current_ssthresh(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_in_cwnd_reduction(sk))
		return tp->snd_ssthresh;
	return max_u32(tp->snd_ssthresh, (tp->snd_cwnd >> 1) + (tp->snd_cwnd >> 2));
}

/* A window that is not used does not grow; in slow start half used is enough (RFC 7661). */
bool tcp_is_cwnd_limited(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->is_cwnd_limited)
		return true;
	return tcp_in_slow_start(tp) && tp->snd_cwnd < 2 * tp->max_packets_out;
}

/* RFC 5681, 3.1, by segments acknowledged (appropriate byte counting, RFC 3465, without limit).
 * What is left over for congestion avoidance is returned. */
uint32_t tcp_slow_start(struct tcp_sock *tp, uint32_t acked)
{
	const uint32_t cwnd = min_u32(tp->snd_cwnd + acked, tp->snd_ssthresh);

	acked -= cwnd - tp->snd_cwnd;
	tp->snd_cwnd = min_u32(cwnd, tp->snd_cwnd_clamp);
	return acked;
}

/* One segment more for each w acknowledged. */
void tcp_cong_avoid_ai(struct tcp_sock *tp, uint32_t w, uint32_t acked)
{
	if (tp->snd_cwnd_cnt >= w) {
		tp->snd_cwnd_cnt = 0;
		tp->snd_cwnd++;
	}
	tp->snd_cwnd_cnt += acked;
	if (tp->snd_cwnd_cnt >= w) {
		const uint32_t delta = tp->snd_cwnd_cnt / w;

		tp->snd_cwnd_cnt -= delta * w;
		tp->snd_cwnd += delta;
	}
	tp->snd_cwnd = min_u32(tp->snd_cwnd, tp->snd_cwnd_clamp);
}
