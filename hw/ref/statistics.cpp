// SPDX-License-Identifier: MIT
/* Counters of fact sheet section 7; sizes are on the wire, frame check sequence included. */
#include "statistics.h"

#include <cstring>

namespace ringside::ref
{

constexpr std::size_t fcs_bytes = 4;

bool is_broadcast(const std::uint8_t *mac)
{
	static constexpr std::uint8_t ones[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	return std::memcmp(mac, ones, sizeof(ones)) == 0;
}

bool is_multicast(const std::uint8_t *mac)
{
	return (mac[0] & 1) && !is_broadcast(mac);
}

void Statistics::reset()
{
	value_.fill(0);
}

void Statistics::count(std::uint32_t offset)
{
	std::uint32_t &v = at(offset);

	if (v != UINT32_MAX)
		v++;
}

void Statistics::add_octets(std::uint32_t low_offset, std::uint64_t octets)
{
	std::uint64_t v = std::uint64_t{at(low_offset + 4)} << 32 | at(low_offset);

	v = v + octets < v ? UINT64_MAX : v + octets;
	at(low_offset) = static_cast<std::uint32_t>(v);
	at(low_offset + 4) = static_cast<std::uint32_t>(v >> 32);
}

void Statistics::count_size(std::uint32_t first_bin, std::size_t wire_bytes)
{
	static constexpr std::size_t above[] = {64, 127, 255, 511, 1023};
	std::uint32_t bin = 0;

	for (std::size_t limit : above)
		bin += wire_bytes > limit;
	count(first_bin + 4 * bin);
}

void Statistics::count_received(const std::uint8_t *frame, std::size_t len)
{
	count(stat::gprc);
	add_octets(stat::gorcl, len + fcs_bytes);
	count_size(stat::prc64, len + fcs_bytes);
	if (is_broadcast(frame))
		count(stat::bprc);
	else if (is_multicast(frame))
		count(stat::mprc);
}

void Statistics::count_transmitted(const std::uint8_t *frame, std::size_t len)
{
	count(stat::gptc);
	count(stat::tpt);
	add_octets(stat::gotcl, len + fcs_bytes);
	add_octets(stat::totl, len + fcs_bytes);
	count_size(stat::ptc64, len + fcs_bytes);
	if (is_broadcast(frame))
		count(stat::bptc);
	else if (is_multicast(frame))
		count(stat::mptc);
}

std::uint32_t Statistics::read(std::uint32_t offset)
{
	const std::uint32_t v = at(offset);

	switch (offset) {
	case stat::gorcl:
	case stat::gotcl:
	case stat::torl:
	case stat::totl:
		break; /* kept until the high half is read */
	case stat::gorcl + 4:
	case stat::gotcl + 4:
	case stat::torl + 4:
	case stat::totl + 4:
		at(offset - 4) = 0;
		[[fallthrough]];
	default:
		at(offset) = 0;
	}
	return v;
}

} // namespace ringside::ref
