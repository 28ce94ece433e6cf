// SPDX-License-Identifier: MIT
/*
 * Addresses as applications name them (struct sockaddr_in, struct sockaddr_in6) and as sockets hold
 * them (in6.h); which of them overlap (RFC 3493 sections 3.7 and 5.3: an AF_INET6 socket reaches
 * IPv4 by mapped addresses unless IPV6_V6ONLY says no).
 */
#include <net/inet.h>
#include <net/net_namespace.h>
#include <string.h>

#define SIN6_LEN_RFC2133 24u /* without sin6_scope_id */

static int read_v4(const struct sockaddr *addr, socklen_t len, bool connecting,
		   struct inet_endpoint *to)
{
	struct sockaddr_in sin;

	if (len < sizeof(sin))
		return -EINVAL;
	memcpy(&sin, addr, sizeof(sin));
	/* bind() has long taken no family for AF_INET, with any address only. */
	if (sin.sin_family != AF_INET &&
	    (connecting || sin.sin_family != AF_UNSPEC || sin.sin_addr.s_addr != htonl(INADDR_ANY)))
		return -EAFNOSUPPORT;
	*to = (struct inet_endpoint){.addr = in6_from_v4(sin.sin_addr.s_addr),
				     .port = sin.sin_port};
	return 0;
}

int inet_read_sockaddr(const struct sock *sk, const struct sockaddr *addr, socklen_t len,
		       bool connecting, struct inet_endpoint *to)
{
	struct sockaddr_in6 sin6 = {0};

	if (sk->sk_family == AF_INET)
		return read_v4(addr, len, connecting, to);
	if (len < SIN6_LEN_RFC2133)
		return -EINVAL;
	memcpy(&sin6, addr, len < sizeof(sin6) ? len : sizeof(sin6));
	if (sin6.sin6_family != AF_INET6)
		return -EAFNOSUPPORT;
	if (ipv6_addr_v4mapped(&sin6.sin6_addr) && sk->sk_ipv6only)
		return connecting ? -ENETUNREACH : -EINVAL;
	*to = (struct inet_endpoint){
		.addr = sin6.sin6_addr, .port = sin6.sin6_port, .scope_id = sin6.sin6_scope_id};
	return 0;
}

int inet_write_sockaddr(const struct sock *sk, const struct in6_addr *addr, __be16 port,
			uint32_t scope_id, struct sockaddr_storage *out)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = port};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = *addr};

	if (sk->sk_family == AF_INET) {
		sin.sin_addr.s_addr = addr->s6_addr32[3];
		memcpy(out, &sin, sizeof(sin));
		return sizeof(sin);
	}
	if (ipv6_addr_linklocal(addr))
		sin6.sin6_scope_id = scope_id;
	memcpy(out, &sin6, sizeof(sin6));
	return sizeof(sin6);
}

/* ---- scopes (RFC 4007) ---- */

uint32_t inet_scope_id(const struct sock *sk)
{
	return sk->sk_bound_dev ? sk->sk_bound_dev->ifindex : 0;
}

static struct net_device *device_by_index(struct net *net, uint32_t ifindex)
{
	struct net_device *dev;

	list_for_each_entry(dev, &net->devices, node)
		if (dev->ifindex == ifindex)
			return dev;
	return NULL;
}

int inet_scope_device(const struct sock *sk, const struct inet_endpoint *to,
		      struct net_device **dev)
{
	*dev = sk->sk_bound_dev;
	if (!ipv6_addr_linklocal(&to->addr))
		return 0;
	if (to->scope_id) {
		*dev = device_by_index(sk->sk_net, to->scope_id);
		if (sk->sk_bound_dev && *dev != sk->sk_bound_dev)
			return -EINVAL;
	}
	return *dev ? 0 : -EINVAL;
}

int inet_bind_scope(struct sock *sk, const struct inet_endpoint *at)
{
	struct net_device *dev;
	int err = inet_scope_device(sk, at, &dev);

	if (!err)
		sk->sk_bound_dev = dev;
	return err;
}

void inet_this_host(struct in6_addr *addr)
{
	if (!inet_addr_any(addr))
		return;
	*addr = ipv6_addr_v4mapped(addr) ? in6_from_v4(htonl(INADDR_LOOPBACK)) : IN6ADDR_LOOPBACK;
}

/* ---- overlap ---- */

bool inet_rcv_saddr_overlap(const struct sock *a, const struct sock *b)
{
	const struct in6_addr *x = &a->sk_v6_rcv_saddr, *y = &b->sk_v6_rcv_saddr;
	const bool x4 = ipv6_addr_v4mapped(x), y4 = ipv6_addr_v4mapped(y);

	if (ipv6_addr_any(x) && y4)
		return !a->sk_ipv6only;
	if (ipv6_addr_any(y) && x4)
		return !b->sk_ipv6only;
	if (x4 != y4)
		return false;
	return inet_addr_any(x) || inet_addr_any(y) || ipv6_addr_equal(x, y);
}

uint64_t inet_addr_pair_hash(const struct in6_addr *saddr, const struct in6_addr *daddr,
			     const struct siphash_key *key)
{
	uint64_t s[2], d[2];

	if (ipv6_addr_v4mapped(daddr))
		return (uint64_t)saddr->s6_addr32[3] << 32 | daddr->s6_addr32[3];
	memcpy(s, saddr, sizeof(s));
	memcpy(d, daddr, sizeof(d));
	return siphash_2u64(siphash_2u64(s[0], s[1], key) ^ d[0], d[1], key);
}
