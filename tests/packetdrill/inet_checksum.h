/* SPDX-License-Identifier: MIT */
/* The Internet checksum (RFC 1071), the runner's own so that the stack's is judged by another. */
#ifndef PACKETDRILL_INET_CHECKSUM_H
#define PACKETDRILL_INET_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Sum of 16-bit words in network order; data of odd length counts as padded with a zero. */
static inline uint32_t inet_sum(const uint8_t *data, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++) {
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static inline uint16_t inet_checksum(const uint8_t *data, size_t len, uint32_t sum)
{
	sum = inet_sum(data, len, sum);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

static inline uint32_t inet_pseudo_sum(const uint8_t *src, const uint8_t *dst, size_t address_bytes,
				       uint8_t protocol, size_t len)
{
	uint32_t sum = inet_sum(src, address_bytes, 0);

	sum = inet_sum(dst, address_bytes, sum) + protocol + (uint32_t)(len >> 16) + (len & 0xffff);
	return (sum & 0xffff) + (sum >> 16);
}

#endif
