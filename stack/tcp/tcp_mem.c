// SPDX-License-Identifier: MIT
/*
 * The memory of all TCP sockets together, against tcp_mem's three limits in pages of 4 KiB: under the
 * first all is well again, above the second ("pressure") buffers and windows stop growing, above the
 * third sockets keep the minimum (tcp_rmem[0], tcp_wmem[0]) and no more. So many connections cannot
 * take all memory by data nobody reads or by windows nobody opens, and each still moves on.
 */
#include <net/tcp.h>

#define PAGE_BYTES	 4096ull
#define SOCK_MIN_SNDBUF	 4608u
#define RECENTLY_SENT_NS (2ull * TCP_RTO_MAX_US * NSEC_PER_USEC)

static uint64_t limit_bytes(const struct sock *sk, unsigned int which)
{
	return sk_sysctl(sk)->tcp_mem[which] * PAGE_BYTES;
}

bool tcp_memory_exhausted(const struct sock *sk)
{
	return *sk->sk_memory_bytes > limit_bytes(sk, 2);
}

bool tcp_under_memory_pressure(const struct sock *sk)
{
	struct netns_tcp *tcp = net_tcp(sk);

	if (tcp->memory_pressure) {
		tcp->memory_pressure = *sk->sk_memory_bytes >= limit_bytes(sk, 0);
	} else if (*sk->sk_memory_bytes > limit_bytes(sk, 1)) {
		tcp->memory_pressure = true;
		NET_INC(sk->sk_net, TcpExtTCPMemoryPressures);
	}
	return tcp->memory_pressure;
}

bool tcp_rmem_allowed(const struct sock *sk)
{
	return !tcp_memory_exhausted(sk) || sk->sk_rmem_alloc < sk_sysctl(sk)->tcp_rmem[0];
}

bool tcp_wmem_allowed(const struct sock *sk)
{
	return !tcp_memory_exhausted(sk) || sk->sk_wmem_queued < sk_sysctl(sk)->tcp_wmem[0];
}

/* Whether an orphan must go. shift: how much sooner than others. */
bool tcp_orphan_too_many(const struct sock *sk, unsigned int shift)
{
	if (net_tcp(sk)->orphan_count << shift > sk_sysctl(sk)->tcp_max_orphans)
		return true;
	return sk->sk_wmem_queued > SOCK_MIN_SNDBUF && tcp_memory_exhausted(sk);
}

/* One that the peer has left alone for minutes, or that met an error, goes sooner. */
unsigned int tcp_orphan_shift(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return (tp->tcp_mstamp_ns - tp->lsndtime_ns > RECENTLY_SENT_NS) + !!sk->sk_err_soft;
}
