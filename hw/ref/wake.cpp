// SPDX-License-Identifier: MIT
#include "wake.h"

#include <algorithm>
#include <array>

namespace ringside::ref
{
namespace
{

constexpr std::size_t address_bytes = 6, ones_bytes = 6, repeats = 16;

bool is_magic(const Registers &registers, const std::uint8_t *frame, std::size_t len)
{
	std::array<std::uint8_t, ones_bytes + repeats * address_bytes> pattern;

	pattern.fill(0xff);
	for (std::size_t i = 0; i < repeats * address_bytes; i++) {
		const std::size_t at = i % address_bytes;
		const std::uint32_t word = registers[at < 4 ? reg::ral0 : reg::rah0];

		pattern[ones_bytes + i] = static_cast<std::uint8_t>(word >> 8 * (at % 4));
	}
	return std::search(frame, frame + len, pattern.begin(), pattern.end()) != frame + len;
}

} // namespace

std::uint32_t wake_reasons(const Registers &registers, const std::uint8_t *frame, std::size_t len,
			   bool inexact)
{
	const std::uint32_t magic = is_magic(registers, frame, len) ? wake_magic : 0;

	if (std::all_of(frame, frame + address_bytes, [](std::uint8_t b) { return b == 0xff; }))
		return magic | wake_broadcast;
	if (frame[0] & 1)
		return magic | wake_multicast;
	return magic | (inexact ? 0 : wake_unicast);
}

} // namespace ringside::ref
