// SPDX-License-Identifier: MIT
/*
 * The Internet checksum over bytes in memory: 64-bit words into 64-bit accumulators, whose carries
 * are kept apart, so that the loop has no dependence on a carry flag (RFC 1071 section 2).
 */
#include <net/checksum.h>

/* Sum of whole 8-byte words, folded to below 2^34. */
static uint64_t sum_words(const uint8_t *p, uint32_t words)
{
	uint64_t low = 0, high = 0;

	while (words >= 4) {
		uint64_t w[4];

		__builtin_memcpy(w, p, sizeof(w));
		low += (w[0] & 0xffffffff) + (w[1] & 0xffffffff) + (w[2] & 0xffffffff) +
		       (w[3] & 0xffffffff);
		high += (w[0] >> 32) + (w[1] >> 32) + (w[2] >> 32) + (w[3] >> 32);
		p += sizeof(w);
		words -= 4;
	}
	for (; words; words--, p += 8) {
		uint64_t w;

		__builtin_memcpy(&w, p, sizeof(w));
		low += w & 0xffffffff;
		high += w >> 32;
	}
	low = (low & 0xffffffff) + (low >> 32);
	high = (high & 0xffffffff) + (high >> 32);
	return low + high;
}

uint32_t csum_partial(const void *buf, uint32_t len, uint32_t sum)
{
	const uint8_t *p = buf;
	uint64_t total = sum_words(p, len / 8), tail = 0;
	uint32_t rest = len % 8;

	if (rest) {
		p += len - rest;
		for (uint32_t i = 0; i < rest; i++)
			tail |= (uint64_t)p[i] << (8 * i);
		total += (tail & 0xffffffff) + (tail >> 32);
	}
	total += sum;
	return csum_add((uint32_t)total, (uint32_t)(total >> 32));
}
