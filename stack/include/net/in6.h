/* SPDX-License-Identifier: MIT */
/*
 * Addresses of both IP versions in one type: an IPv4 address is held as IPv4-mapped IPv6 address
 * (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2), so that sockets, requests, TIME_WAIT and their hash
 * have one form of address. On the wire a mapped address never appears in an IPv6 header.
 */
#ifndef NET_IN6_H
#define NET_IN6_H

#include <stdbool.h>
#include <stdint.h>
#include "byteorder.h"
#include "uapi.h"

#define IN6ADDR_ANY ((struct in6_addr){.s6_addr32 = {0, 0, 0, 0}})
/* 0.0.0.0 as it is held: the unspecified address of IPv4. */
#define IN6ADDR_V4_ANY ((struct in6_addr){.s6_addr32 = {0, 0, __builtin_bswap32(0xffff), 0}})

/* ::1 */
#define IN6ADDR_LOOPBACK ((struct in6_addr){.s6_addr32 = {0, 0, 0, __builtin_bswap32(1)}})

static inline struct in6_addr in6_from_v4(__be32 addr)
{
	struct in6_addr a = IN6ADDR_V4_ANY;

	a.s6_addr32[3] = addr;
	return a;
}

static inline bool ipv6_addr_equal(const struct in6_addr *a, const struct in6_addr *b)
{
	uint64_t x[2], y[2];

	__builtin_memcpy(x, a, sizeof(x));
	__builtin_memcpy(y, b, sizeof(y));
	return !((x[0] ^ y[0]) | (x[1] ^ y[1]));
}

static inline bool ipv6_addr_v4mapped(const struct in6_addr *a)
{
	return !(a->s6_addr32[0] | a->s6_addr32[1] | (a->s6_addr32[2] ^ htonl(0xffff)));
}

/* :: */
static inline bool ipv6_addr_any(const struct in6_addr *a)
{
	return !(a->s6_addr32[0] | a->s6_addr32[1] | a->s6_addr32[2] | a->s6_addr32[3]);
}

/* :: or 0.0.0.0 */
static inline bool inet_addr_any(const struct in6_addr *a)
{
	return !a->s6_addr32[3] && (ipv6_addr_any(a) || ipv6_addr_v4mapped(a));
}

/* ::1 or 127.0.0.0/8 */
static inline bool inet_addr_loopback(const struct in6_addr *a)
{
	if (ipv6_addr_v4mapped(a))
		return (a->s6_addr32[3] & htonl(0xff000000)) == htonl(0x7f000000);
	return !(a->s6_addr32[0] | a->s6_addr32[1] | a->s6_addr32[2]) &&
	       a->s6_addr32[3] == htonl(1);
}

/* fe80::/10 */
static inline bool ipv6_addr_linklocal(const struct in6_addr *a)
{
	return (a->s6_addr32[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

static inline bool ipv6_addr_multicast(const struct in6_addr *a)
{
	return a->s6_addr[0] == 0xff;
}

/* The unspecified address of a socket family. */
static inline struct in6_addr inet_family_any(uint16_t family)
{
	return family == AF_INET ? IN6ADDR_V4_ANY : IN6ADDR_ANY;
}

#endif
