// SPDX-License-Identifier: MIT
/* Socket options of the two IP levels: which version's they are. */
#include <net/inet.h>
#include <net/ipv6.h>

int inet_setsockopt(struct sock *sk, int level, int name, const void *value, socklen_t len)
{
	if (level == SOL_IP)
		return ip_setsockopt(sk, name, value, len);
	return level == SOL_IPV6 ? ipv6_setsockopt(sk, name, value, len) : -ENOPROTOOPT;
}

int inet_getsockopt(struct sock *sk, int level, int name, void *value, socklen_t *len)
{
	if (level == SOL_IP)
		return ip_getsockopt(sk, name, value, len);
	return level == SOL_IPV6 ? ipv6_getsockopt(sk, name, value, len) : -EOPNOTSUPP;
}
