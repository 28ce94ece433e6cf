// SPDX-License-Identifier: MIT
/*
 * The Internet checksum over bytes in memory: 64-bit words into two accumulators, each with a count
 * of its carries, which is added at the end (RFC 1071 section 2(A): one's-complement addition may be
 * done in any width and order). Two, so that one addition does not wait for the other.
 */
#include <net/checksum.h>

#define SHORT_BYTES 64u /* a TCP header with options, and a little payload */

struct accumulator {
	uint64_t sum, carries;
};

static inline void accumulate(struct accumulator *a, const uint8_t *p)
{
	uint64_t w;

	__builtin_memcpy(&w, p, sizeof(w));
	a->sum += w;
	a->carries += a->sum < w;
}

/* Sum of whole 8-byte words, folded to below 2^33. */
static uint64_t sum_words(const uint8_t *p, uint32_t words)
{
	struct accumulator even = {0}, odd = {0};

	for (; words >= 8; words -= 8, p += 64) {
		accumulate(&even, p);
		accumulate(&odd, p + 8);
		accumulate(&even, p + 16);
		accumulate(&odd, p + 24);
		accumulate(&even, p + 32);
		accumulate(&odd, p + 40);
		accumulate(&even, p + 48);
		accumulate(&odd, p + 56);
	}
	for (; words; words--, p += 8)
		accumulate(&even, p);
	even.sum += odd.sum;
	even.carries += odd.carries + (even.sum < odd.sum);
	even.sum += even.carries;
	even.sum += even.sum < even.carries;
	return (even.sum & 0xffffffff) + (even.sum >> 32);
}

/* The last 1 to 7 bytes, at `end`, as a word padded with zeros. */
static uint64_t sum_rest(const uint8_t *end, uint32_t rest, uint32_t len)
{
	uint64_t w = 0;

	if (len >= sizeof(w)) { /* with bytes before it, which are shifted out */
		__builtin_memcpy(&w, end - sizeof(w), sizeof(w));
		w >>= 64 - 8 * rest;
	} else {
		const uint8_t *p = end - rest;

		for (uint32_t i = 0; i < rest; i++)
			w |= (uint64_t)p[i] << (8 * i);
	}
	return (w & 0xffffffff) + (w >> 32);
}

uint32_t csum_partial(const void *buf, uint32_t len, uint32_t sum)
{
	const uint8_t *p = buf;
	uint64_t total;

	if (len <= SHORT_BYTES) {
		total = csum_short(p, len) + sum;
		return csum_add((uint32_t)total, (uint32_t)(total >> 32));
	}
	total = sum_words(p, len / 8) + sum;
	if (len % 8)
		total += sum_rest(p + len, len % 8, len);
	return csum_add((uint32_t)total, (uint32_t)(total >> 32));
}
