// SPDX-License-Identifier: MIT
/*
 * What a sender waits for, for TCP_INFO: how long it was busy at all (data queued or in flight), and of
 * that how long the peer's window or our own send buffer held it back. One clock runs at a time; a
 * later reason in the enumeration wins over an earlier one.
 */
#include <net/tcp.h>

_Static_assert(TCP_CHRONOS <= sizeof(((struct tcp_sock *)0)->chrono_ns) / sizeof(uint64_t),
	       "a clock for each");

static void run(struct sock *sk, enum tcp_chrono which)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint64_t now_ns = sk_now_ns(sk);

	if (tp->chrono != TCP_CHRONO_NONE)
		tp->chrono_ns[tp->chrono] += now_ns - tp->chrono_start_ns;
	tp->chrono = (uint8_t)which;
	tp->chrono_start_ns = now_ns;
}

void tcp_chrono_start(struct sock *sk, enum tcp_chrono which)
{
	if (which > tcp_sk(sk)->chrono)
		run(sk, which);
}

void tcp_chrono_stop(struct sock *sk, enum tcp_chrono which)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->chrono != TCP_CHRONO_NONE && tcp_rtx_queue_empty(sk) && !tcp_send_head(sk))
		run(sk, TCP_CHRONO_NONE);
	else if (tp->chrono == which && which != TCP_CHRONO_BUSY)
		run(sk, TCP_CHRONO_BUSY);
}

uint64_t tcp_chrono_us(const struct sock *sk, enum tcp_chrono which)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	uint64_t ns = tp->chrono_ns[which];

	if (tp->chrono == which)
		ns += sk_now_ns(sk) - tp->chrono_start_ns;
	return ns / NSEC_PER_USEC;
}
