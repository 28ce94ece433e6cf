/* SPDX-License-Identifier: MIT */
/* Network byte order: big-endian values carry their own type names. The host is little-endian. */
#ifndef NET_BYTEORDER_H
#define NET_BYTEORDER_H

#include <stdint.h>

typedef uint16_t __be16;
typedef uint32_t __be32;

static inline uint16_t ntohs(__be16 v)
{
	return __builtin_bswap16(v);
}

static inline __be16 htons(uint16_t v)
{
	return __builtin_bswap16(v);
}

static inline uint32_t ntohl(__be32 v)
{
	return __builtin_bswap32(v);
}

static inline __be32 htonl(uint32_t v)
{
	return __builtin_bswap32(v);
}

static inline uint16_t get_unaligned_be16(const void *p)
{
	uint16_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return __builtin_bswap16(v);
}

static inline uint32_t get_unaligned_be32(const void *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return __builtin_bswap32(v);
}

static inline void put_unaligned_be16(uint16_t v, void *p)
{
	v = __builtin_bswap16(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

static inline void put_unaligned_be32(uint32_t v, void *p)
{
	v = __builtin_bswap32(v);
	__builtin_memcpy(p, &v, sizeof(v));
}

#endif
