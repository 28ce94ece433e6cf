// SPDX-License-Identifier: MIT
#include "wake.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "checksum.h"

namespace ringside::ref
{
namespace
{

constexpr std::size_t address_bytes = 6, ones_bytes = 6, repeats = 16;
/* Registers of 2.5. */
constexpr std::uint32_t ipav = 0x05838, ip4at = 0x05840, ip6at = 0x05880, ipav_v6 = bit(16);
constexpr std::uint32_t fflt = 0x05f00, ffmt = 0x09000, ffvt = 0x09800;

/* What two bytes in the order of the line are as the lower half of a register, and back. */
std::uint16_t swap16(std::uint32_t value)
{
	return static_cast<std::uint16_t>((value & 0xff) << 8 | (value >> 8 & 0xff));
}

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

bool is_ip4_of_host(const Registers &registers, const std::uint8_t *address)
{
	constexpr unsigned int addresses = 4;

	for (unsigned int n = 0; n < addresses; n++) {
		const std::uint32_t have = registers[ip4at + 8 * n];

		if ((registers[ipav] & bit(n)) && load16(address) == swap16(have) &&
		    load16(address + 2) == swap16(have >> 16))
			return true;
	}
	return false;
}

bool is_ip6_of_host(const Registers &registers, const std::uint8_t *address)
{
	if (!(registers[ipav] & ipav_v6))
		return false;
	for (unsigned int i = 0; i < 16; i++) {
		if (address[i] != (registers[ip6at + i / 4 * 4] >> 8 * (i % 4) & 0xff))
			return false;
	}
	return true;
}

/* ARP requests and packets of IP for the host, whoever they are addressed to on the Ethernet. */
std::uint32_t host_reasons(const Registers &registers, const std::uint8_t *frame, std::size_t len,
			   std::uint16_t vlan_ethertype)
{
	static constexpr std::uint8_t arp_request[] = {0, 1, 8, 0, 6, 4, 0, 1};
	std::size_t type = 2 * address_bytes;

	if (vlan_ethertype && load16(frame + type) == vlan_ethertype)
		type += 4;

	const std::uint8_t *payload = frame + type + 2;
	const std::size_t left = len - (type + 2);

	switch (load16(frame + type)) {
	case 0x0806:
		return left >= 28 &&
				       std::equal(std::begin(arp_request), std::end(arp_request),
						  payload) &&
				       is_ip4_of_host(registers, payload + 24)
			       ? wake_arp
			       : 0;
	case 0x0800:
		return left >= 20 && payload[0] >> 4 == 4 && is_ip4_of_host(registers, payload + 16)
			       ? wake_ipv4
			       : 0;
	case 0x86dd:
		return left >= 40 && payload[0] >> 4 == 6 && is_ip6_of_host(registers, payload + 24)
			       ? wake_ipv6
			       : 0;
	default:
		return 0;
	}
}

bool passes_flexible(const Registers &registers, unsigned int filter, const std::uint8_t *frame,
		     std::size_t len)
{
	constexpr std::size_t compared = 128;
	const std::size_t wanted = registers[fflt + 8 * filter];

	for (std::size_t i = 0; i < std::min({len, wanted, compared}); i++) {
		const std::uint32_t at = static_cast<std::uint32_t>(8 * i);

		if ((registers[ffmt + at] & bit(filter)) &&
		    frame[i] != (registers[ffvt + at] >> 8 * filter & 0xff))
			return false;
	}
	return len >= wanted;
}

} // namespace

std::uint32_t wake_reasons(const Registers &registers, const std::uint8_t *frame, std::size_t len,
			   std::uint16_t vlan_ethertype, bool inexact)
{
	const std::uint32_t host = host_reasons(registers, frame, len, vlan_ethertype);
	std::uint32_t reasons = is_magic(registers, frame, len) ? wake_magic : 0;

	for (unsigned int filter = 0; filter < 4; filter++)
		reasons |= passes_flexible(registers, filter, frame, len) ? wake_flexible << filter
									  : 0;
	if (std::all_of(frame, frame + address_bytes, [](std::uint8_t b) { return b == 0xff; }))
		return reasons | wake_broadcast | (host & wake_arp);
	if (frame[0] & 1)
		return reasons | wake_multicast;
	return reasons | (inexact ? 0 : wake_unicast | (host & (wake_ipv4 | wake_ipv6)));
}

} // namespace ringside::ref
