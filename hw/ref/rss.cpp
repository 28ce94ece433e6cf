// SPDX-License-Identifier: MIT
#include "rss.h"

#include <vector>

namespace ringside::ref
{
namespace
{

constexpr std::uint32_t mrqc_mode = 3, mrqc_mode_rss = 1;
constexpr std::uint32_t mrqc_tcp_ipv4 = bit(16), mrqc_ipv4 = bit(17), mrqc_tcp_ipv6_ex = bit(18);
constexpr std::uint32_t mrqc_ipv6_ex = bit(19), mrqc_ipv6 = bit(20);

enum Type : std::uint32_t {
	none = 0,
	tcp_ipv4 = 1,
	ipv4 = 2,
	tcp_ipv6_ex = 3,
	ipv6_ex = 4,
	ipv6 = 5,
};

Type type_of_ipv6(const Registers &registers, const Layers &l, bool tcp)
{
	const std::uint32_t mrqc = registers[reg::mrqc], rfctl = registers[reg::rfctl];
	const bool home = l.home_source || l.home_destination;

	if ((!(rfctl & rfctl_ipv6_ex_dis) || !l.extended) &&
	    (!(rfctl & rfctl_new_ipv6_ext_dis) || !home)) {
		if (tcp && (mrqc & mrqc_tcp_ipv6_ex))
			return tcp_ipv6_ex;
		if (mrqc & mrqc_ipv6_ex)
			return ipv6_ex;
	}
	return mrqc & mrqc_ipv6 ? ipv6 : none;
}

Type type_of(const Registers &registers, const Layers &l)
{
	const std::uint32_t mrqc = registers[reg::mrqc];
	const bool tcp = l.transport == Layers::Transport::tcp;

	if ((mrqc & mrqc_mode) != mrqc_mode_rss || !(registers[reg::rxcsum] & rxcsum_pcsd) ||
	    !(registers[reg::rfctl] & rfctl_exten))
		return none;
	if (l.network == Layers::Network::ipv6)
		return type_of_ipv6(registers, l, tcp);
	if (l.network != Layers::Network::ipv4)
		return none;
	if (tcp && (mrqc & mrqc_tcp_ipv4))
		return tcp_ipv4;
	return mrqc & mrqc_ipv4 ? ipv4 : none;
}

/* Source, destination and perhaps both ports, as they are on the line. */
std::vector<std::uint8_t> hash_input(const std::uint8_t *frame, const Layers &l, Type type)
{
	const bool v6 = l.network == Layers::Network::ipv6, home = type != ipv6;
	const std::size_t address_bytes = v6 ? 16 : 4;
	const std::uint8_t *source = frame + l.l3 + (v6 ? 8 : 12);
	const std::uint8_t *destination = source + address_bytes;
	const std::uint8_t *ports = frame + l.l3_end;
	std::vector<std::uint8_t> input;

	if (home && l.home_source)
		source = frame + l.home_source;
	if (home && l.home_destination)
		destination = frame + l.home_destination;
	input.insert(input.end(), source, source + address_bytes);
	input.insert(input.end(), destination, destination + address_bytes);
	if (type == tcp_ipv4 || type == tcp_ipv6_ex)
		input.insert(input.end(), ports, ports + 4);
	return input;
}

/* Bit n of the key, the most significant of its first byte first. */
bool key_bit(const Registers &registers, std::size_t n)
{
	const std::size_t byte = n / 8;

	return registers[reg::rssrk + static_cast<std::uint32_t>(byte / 4 * 4)] >>
		       (byte % 4 * 8 + 7 - n % 8) &
	       1;
}

/* For every set bit of the input, the 32 bits of the key that begin at its place. */
std::uint32_t toeplitz(const Registers &registers, const std::vector<std::uint8_t> &input)
{
	std::uint32_t hash = 0, window = 0;

	for (std::size_t n = 0; n < 32; n++)
		window = window << 1 | key_bit(registers, n);
	for (std::size_t n = 0; n < input.size() * 8; n++) {
		if (input[n / 8] >> (7 - n % 8) & 1)
			hash ^= window;
		window = window << 1 | key_bit(registers, n + 32);
	}
	return hash;
}

/* Bit 7 of entry hash[6:0] of the table. */
unsigned int redirect(const Registers &registers, std::uint32_t hash)
{
	const std::uint32_t entry = hash & 0x7f;

	return registers[reg::reta + entry / 4 * 4] >> (entry % 4 * 8 + 7) & 1;
}

} // namespace

RssResult scale(const Registers &registers, const std::uint8_t *frame, const Layers &l)
{
	RssResult result;
	const Type type = type_of(registers, l);

	if (type == none)
		return result;
	result.type = type;
	result.hash = toeplitz(registers, hash_input(frame, l, type));
	result.queue = redirect(registers, result.hash);
	return result;
}

} // namespace ringside::ref
