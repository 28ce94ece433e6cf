// SPDX-License-Identifier: MIT
/* Socket options of the IPv6 level, ipv6(7). */
#include "ipv6.h"
#include <net/errno.h>
#include <net/ip.h>

static int set_v6only(struct sock *sk, int value)
{
	if (sk->sk_num) /* RFC 3493 section 5.3: before bind() */
		return -EINVAL;
	sk->sk_ipv6only = value != 0;
	return 0;
}

static bool in_range(int value, int low, int high)
{
	return value >= low && value <= high;
}

int ipv6_setsockopt(struct sock *sk, int name, const void *value, socklen_t len)
{
	struct inet_sock *inet = inet_sk(sk);
	int v;

	if (sk->sk_family != AF_INET6)
		return -ENOPROTOOPT;
	if (len < sizeof(v))
		return -EINVAL;
	memcpy(&v, value, sizeof(v));
	switch (name) {
	case IPV6_V6ONLY:
		return set_v6only(sk, v);
	case IPV6_TCLASS:
		if (!in_range(v, -1, 255))
			return -EINVAL;
		if (v < 0)
			v = 0;
		if (sk->sk_type == SOCK_STREAM) /* the ECN field is TCP's own (RFC 3168) */
			v = (v & ~INET_ECN_MASK) | (inet->tclass & INET_ECN_MASK);
		inet->tclass = (uint8_t)v;
		return 0;
	case IPV6_UNICAST_HOPS:
		if (!in_range(v, -1, 255) || !v)
			return -EINVAL;
		inet->hop_limit = v < 0 ? 0 : (uint8_t)v;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int ipv6_getsockopt(struct sock *sk, int name, void *value, socklen_t *len)
{
	const struct inet_sock *inet = inet_sk(sk);
	int v;

	if (sk->sk_family != AF_INET6)
		return -EOPNOTSUPP;
	switch (name) {
	case IPV6_V6ONLY:
		v = sk->sk_ipv6only;
		break;
	case IPV6_TCLASS:
		v = inet->tclass;
		break;
	case IPV6_UNICAST_HOPS:
		v = inet->hop_limit ? inet->hop_limit : IPV6_DEFAULT_HOPS;
		break;
	case IPV6_MTU:
		if (!inet->route.generation)
			return -ENOTCONN;
		v = (int)inet->route.mtu_bytes;
		break;
	default:
		return -ENOPROTOOPT;
	}
	if (*len > sizeof(v))
		*len = sizeof(v);
	memcpy(value, &v, *len);
	return 0;
}
