// SPDX-License-Identifier: MIT
/*
 * RFC 1071 lets the sum be taken in any byte order and with any word size: words of the host are
 * added four bytes at a time, and the result is swapped once.
 */
#include "checksum.h"

#include <cstring>

namespace ringside::ref
{

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	      "the final swap assumes a little-endian host");

std::uint16_t fold(std::uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return static_cast<std::uint16_t>(sum);
}

std::uint16_t ones_sum(const std::uint8_t *bytes, std::size_t len)
{
	std::uint64_t sum = 0;
	std::size_t i = 0;

	for (; i + 4 <= len; i += 4) {
		std::uint32_t word;

		std::memcpy(&word, bytes + i, sizeof(word));
		sum += word;
	}
	if (i < len) {
		std::uint32_t word = 0;

		std::memcpy(&word, bytes + i, len - i);
		sum += word;
	}
	return __builtin_bswap16(fold(sum));
}

} // namespace ringside::ref
