/* SPDX-License-Identifier: MIT */
/*
 * The Internet checksum (RFC 1071). Sums are 32-bit one's-complement sums of 16-bit words as they
 * lie in memory, so that a folded sum is stored without a byte swap (RFC 1071 section 2(B)).
 */
#ifndef NET_CHECKSUM_H
#define NET_CHECKSUM_H

#include <stdint.h>
#include "byteorder.h"

/*
 * Of few bytes, not folded. A header that has just been written, in pieces of four bytes, is read in
 * the same pieces, as a processor hands a larger one on only when all of it has reached the cache.
 */
static inline uint64_t csum_short(const uint8_t *p, uint32_t len)
{
	uint64_t total = 0;
	uint32_t w, next;
	uint16_t half;

	for (; len >= 2 * sizeof(w); len -= 2 * sizeof(w), p += 2 * sizeof(w)) {
		__builtin_memcpy(&w, p, sizeof(w));
		__builtin_memcpy(&next, p + sizeof(w), sizeof(next));
		total += (uint64_t)w + next;
		__asm__("" : "+r"(p)); /* the compiler makes no vectors of it */
	}
	if (len & 4) {
		__builtin_memcpy(&w, p, sizeof(w));
		total += w;
		p += sizeof(w);
	}
	if (len & 2) {
		__builtin_memcpy(&half, p, sizeof(half));
		total += half;
		p += sizeof(half);
	}
	if (len & 1) /* of `len & 1 ? total + *p : total` gcc 14 reads *p in any case */
		total += *p;
	return total;
}

/* Adds len bytes to sum; a start at an odd address is fine, an odd length pads with zero. */
uint32_t csum_partial(const void *buf, uint32_t len, uint32_t sum);

static inline uint32_t csum_add(uint32_t a, uint32_t b)
{
	uint32_t sum = a + b;

	return sum + (sum < a);
}

/* Adds the sum of a block that lies at byte offset `offset` of what `sum` covers. */
static inline uint32_t csum_block_add(uint32_t sum, uint32_t block, uint32_t offset)
{
	if (offset & 1)
		block = (block << 8) | (block >> 24);
	return csum_add(sum, block);
}

/* Sixteen bits, not inverted: the sum of both halves is the upper half of this, with its carry. */
static inline uint16_t csum_fold_plain(uint32_t sum)
{
	return (uint16_t)((sum + (sum << 16 | sum >> 16)) >> 16);
}

/* Sixteen bits, inverted: what goes into a header. */
static inline uint16_t csum_fold(uint32_t sum)
{
	return (uint16_t)~csum_fold_plain(sum);
}

/* The same of a sum of 32-bit words. */
static inline uint16_t csum_fold_wide(uint64_t sum)
{
	return csum_fold((uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32));
}

/* Sum of the IPv4 pseudo header of TCP and UDP, added to sum; len in bytes, host order. */
static inline uint32_t csum_tcpudp_nofold(__be32 saddr, __be32 daddr, uint32_t len,
					  uint8_t protocol, uint32_t sum)
{
	uint64_t s = (uint64_t)sum + saddr + daddr + htonl(protocol) + htonl(len);

	s = (s & 0xffffffff) + (s >> 32);
	return csum_add((uint32_t)s, (uint32_t)(s >> 32));
}

/* The checksum field: inverted sum of pseudo header and `sum`. */
static inline uint16_t csum_tcpudp_magic(__be32 saddr, __be32 daddr, uint32_t len, uint8_t protocol,
					 uint32_t sum)
{
	return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, protocol, sum));
}

/* What CHECKSUM_PARTIAL wants in the field: the pseudo header's sum, not inverted. */
static inline uint16_t csum_tcpudp_pseudo(__be32 saddr, __be32 daddr, uint32_t len,
					  uint8_t protocol)
{
	return csum_fold_plain(csum_tcpudp_nofold(saddr, daddr, len, protocol, 0));
}

/* Likewise of IPv6 (RFC 8200 section 8.1); the addresses have 16 bytes. */
static inline uint32_t csum_ipv6_nofold(const void *saddr, const void *daddr, uint32_t len,
					uint8_t protocol, uint32_t sum)
{
	uint64_t w[4], s = (uint64_t)sum + htonl(protocol) + htonl(len);

	__builtin_memcpy(w, saddr, 16);
	__builtin_memcpy(w + 2, daddr, 16);
	for (unsigned int i = 0; i < 4; i++)
		s += (w[i] & 0xffffffff) + (w[i] >> 32);
	s = (s & 0xffffffff) + (s >> 32);
	return csum_add((uint32_t)s, (uint32_t)(s >> 32));
}

/* A header checksum for `ihl` words of IPv4 header, at least five. */
static inline uint16_t ip_fast_csum(const void *iph, unsigned int ihl)
{
	uint32_t w[5];
	uint64_t sum;

	__builtin_memcpy(w, iph, sizeof(w));
	sum = (uint64_t)w[0] + w[1] + w[2] + w[3] + w[4];
	for (unsigned int i = 5; i < ihl; i++) {
		__builtin_memcpy(w, (const uint8_t *)iph + 4 * i, sizeof(w[0]));
		sum += w[0];
	}
	sum = (sum & 0xffffffff) + (sum >> 32);
	return csum_fold(csum_add((uint32_t)sum, (uint32_t)(sum >> 32)));
}

/* RFC 1624: the field `check` after one 16-bit word of what it covers changed. */
static inline uint16_t csum_replace2(uint16_t check, uint16_t from, uint16_t to)
{
	return csum_fold((uint32_t)(uint16_t)~check + (uint16_t)~from + to);
}

#endif
