// SPDX-License-Identifier: MIT
/*
 * Round-trip time and retransmission time-out: RFC 6298 with srtt kept << 3 and the deviation << 2
 * in microseconds. As in Linux the deviation follows a rise at once but falls once a round trip,
 * and the variance term is never below the minimum RTO, so that RTO >= srtt + 200 ms.
 */
#include <net/tcp.h>

#define MIN_RTT_WINDOW_NS (300 * NSEC_PER_SEC)

/* Deviation term of Jacobson's estimator; a faster RTT counts an eighth (it means less queueing).
 */
static void deviation_update(struct tcp_sock *tp, int64_t error_us)
{
	if (error_us < 0) {
		error_us = -error_us - (int64_t)(tp->mdev_us >> 2);
		if (error_us > 0)
			error_us >>= 3;
	} else {
		error_us -= tp->mdev_us >> 2;
	}
	tp->mdev_us = (uint32_t)((int64_t)tp->mdev_us + error_us);
	if (tp->mdev_us > tp->mdev_max_us) {
		tp->mdev_max_us = tp->mdev_us;
		if (tp->mdev_max_us > tp->rttvar_us)
			tp->rttvar_us = tp->mdev_max_us;
	}
}

static void round_trip_end(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!after(tp->snd_una, tp->rtt_seq))
		return;
	if (tp->mdev_max_us < tp->rttvar_us)
		tp->rttvar_us -= (tp->rttvar_us - tp->mdev_max_us) >> 2;
	tp->rtt_seq = tp->snd_nxt;
	tp->mdev_max_us = tcp_rto_min_us(sk);
}

void tcp_rtt_estimator(struct sock *sk, uint32_t mrtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int64_t error_us;

	if (!tp->srtt_us) {
		tp->srtt_us = max_u32(mrtt_us << 3, 1);
		tp->mdev_us = mrtt_us << 1;
		tp->rttvar_us = max_u32(tp->mdev_us, tcp_rto_min_us(sk));
		tp->mdev_max_us = tp->rttvar_us;
		tp->rtt_seq = tp->snd_nxt;
		return;
	}
	error_us = (int64_t)mrtt_us - (int64_t)(tp->srtt_us >> 3);
	tp->srtt_us = max_u32((uint32_t)((int64_t)tp->srtt_us + error_us), 1);
	deviation_update(tp, error_us);
	round_trip_end(sk);
}

void tcp_set_rto(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	inet_csk(sk)->icsk_rto_us = min_u32((tp->srtt_us >> 3) + tp->rttvar_us, TCP_RTO_MAX_US);
}

void tcp_update_rtt_min(struct sock *sk, uint32_t rtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint64_t now_ns = tp->tcp_mstamp_ns;

	if (rtt_us > tp->min_rtt_us && now_ns - tp->min_rtt_stamp_ns < MIN_RTT_WINDOW_NS)
		return;
	tp->min_rtt_us = max_u32(rtt_us, 1);
	tp->min_rtt_stamp_ns = now_ns;
}

/* A segment came back acknowledged after so long, the connection lives: no more backing off. */
void tcp_rtt_sample(struct sock *sk, uint32_t rtt_us)
{
	tcp_rtt_estimator(sk, rtt_us);
	tcp_set_rto(sk);
	inet_csk(sk)->icsk_backoff = 0;
}

/*
 * Samples in order of worth: the segments just acknowledged (never retransmitted: Karn), those
 * just SACKed, else the echoed time stamp (RFC 7323, 4; milliseconds).
 */
bool tcp_ack_update_rtt(struct sock *sk, int flag, int64_t seq_rtt_us, int64_t sack_rtt_us,
			int64_t ca_rtt_us)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (seq_rtt_us < 0)
		seq_rtt_us = sack_rtt_us;
	if (seq_rtt_us < 0 && tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr &&
	    (flag & FLAG_ACKED)) {
		uint32_t delta_ms = tcp_time_stamp_ms(tp) - tp->rx_opt.rcv_tsecr;

		if (delta_ms < INT32_MAX / 1000) {
			seq_rtt_us = delta_ms ? delta_ms * 1000ll : 1000;
			ca_rtt_us = seq_rtt_us;
		}
	}
	if (seq_rtt_us < 0)
		return false;
	if (ca_rtt_us >= 0)
		tcp_update_rtt_min(sk, (uint32_t)ca_rtt_us);
	tcp_rtt_sample(sk, (uint32_t)seq_rtt_us);
	return true;
}

void tcp_synack_rtt_meas(struct sock *sk, const struct request_sock *req)
{
	int64_t rtt_us = -1;

	if (req && !req->num_retrans && req->snt_synack_ns)
		rtt_us =
			(int64_t)((tcp_sk(sk)->tcp_mstamp_ns - req->snt_synack_ns) / NSEC_PER_USEC);
	tcp_ack_update_rtt(sk, FLAG_SYN_ACKED, rtt_us, -1, rtt_us);
}
