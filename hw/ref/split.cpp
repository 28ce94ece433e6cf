// SPDX-License-Identifier: MIT
#include "split.h"

#include <algorithm>

namespace ringside::ref
{
namespace
{

constexpr std::uint32_t descriptor_type = 3u << 10, type_split = 1u << 10; /* RCTL.DTYP */
constexpr std::size_t max_header = 1023; /* of the field that reports it */

SplitShare buffer_sizes(std::uint32_t psrctl)
{
	constexpr std::size_t kib = 1024;

	return {(psrctl & 0x7f) * std::size_t{128}, (psrctl >> 8 & 0x3f) * kib,
		(psrctl >> 16 & 0x3f) * kib, (psrctl >> 24 & 0x3f) * kib};
}

} // namespace

bool split_enabled(const Registers &registers)
{
	return (registers[reg::rctl] & descriptor_type) == type_split &&
	       (registers[reg::rfctl] & rfctl_exten);
}

bool split_sizes_valid(std::uint32_t psrctl)
{
	const SplitShare size = buffer_sizes(psrctl);

	return size[0] && size[1];
}

std::size_t split_header(const Registers &registers, const Layers &l)
{
	const std::size_t room = buffer_sizes(registers[reg::psrctl])[0];

	if (l.network == Layers::Network::none)
		return 0;
	if (l.fragment && (registers[reg::rfctl] & rfctl_ipfrsp_dis))
		return 0;
	return l.payload <= std::min(room, max_header) ? l.payload : 0;
}

SplitShare split_share(const Registers &registers, std::size_t header, std::size_t left, bool first)
{
	SplitShare room = buffer_sizes(registers[reg::psrctl]), share{};

	if (header)
		room[0] = first ? header : 0;
	for (unsigned int i = 0; i < split_buffers; i++) {
		share[i] = std::min(room[i], left);
		left -= share[i];
	}
	return share;
}

} // namespace ringside::ref
