/* SPDX-License-Identifier: MIT */
/* The Internet checksum (RFC 1071): one's-complement sums of big-endian 16-bit words. */
#ifndef RINGSIDE_REF_CHECKSUM_H
#define RINGSIDE_REF_CHECKSUM_H

#include <cstddef>
#include <cstdint>

namespace ringside::ref
{

/* Folds carries until 16 bits are left. */
std::uint16_t fold(std::uint64_t sum);

/* Sum of len bytes; a last odd byte is padded on the right with zero. Not inverted. */
std::uint16_t ones_sum(const std::uint8_t *bytes, std::size_t len);

inline std::uint16_t load16(const std::uint8_t *p)
{
	return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}

inline std::uint32_t load32(const std::uint8_t *p)
{
	return std::uint32_t{load16(p)} << 16 | load16(p + 2);
}

inline void store16(std::uint8_t *p, std::uint32_t v)
{
	p[0] = static_cast<std::uint8_t>(v >> 8);
	p[1] = static_cast<std::uint8_t>(v);
}

inline void store32(std::uint8_t *p, std::uint32_t v)
{
	store16(p, v >> 16);
	store16(p + 2, v);
}

} // namespace ringside::ref

#endif
