// SPDX-License-Identifier: MIT
/* IPv4: RFC 791; IPv6 and its extension headers: RFC 8200; pseudo header: RFC 9293, 768, 8200. */
#include "verifier.h"

#include "checksum.h"

namespace ringside::ref
{
namespace
{

constexpr std::size_t ethernet_header = 14, ipv6_header = 40, min_tcp = 20, min_udp = 8;
constexpr std::uint16_t ethertype_ipv4 = 0x0800, ethertype_ipv6 = 0x86dd;
constexpr std::uint8_t proto_hop_by_hop = 0, proto_tcp = 6, proto_udp = 17, proto_routing = 43;
constexpr std::uint8_t proto_destination = 60;
constexpr unsigned int max_extension_headers = 8; /* trap 13 */

constexpr std::uint16_t sums_to_zero = 0xffff;

struct Span {
	const std::uint8_t *at;
	std::size_t len;
};

/* addresses: source and destination, one behind the other. */
void verify_transport(Verdict &v, std::uint8_t proto, Span addresses, Span payload)
{
	std::size_t covered = payload.len;

	if (proto == proto_udp) {
		if (payload.len < min_udp)
			return;
		covered = load16(payload.at + 4);
		if (covered < min_udp || covered > payload.len)
			return;
	} else if (proto != proto_tcp || payload.len < min_tcp) {
		return;
	}
	v.transport = true;
	v.udp = proto == proto_udp;
	if (v.udp && load16(payload.at + 6) == 0)
		return; /* the sender did not compute one */
	v.transport_checked = true;
	v.transport_bad = fold(std::uint64_t{ones_sum(addresses.at, addresses.len)} + proto +
			       covered + ones_sum(payload.at, covered)) != sums_to_zero;
}

void verify_ipv4(Verdict &v, Span ip)
{
	const std::size_t header = (ip.at[0] & 0xf) * std::size_t{4};

	if (ip.at[0] >> 4 != 4 || header < 20 || header > ip.len)
		return;

	const std::size_t total = load16(ip.at + 2);
	const std::uint16_t fragment = load16(ip.at + 6);

	v.network = Verdict::Network::ipv4;
	v.ip_id = load16(ip.at + 4);
	v.ip_checked = true;
	v.ip_bad = ones_sum(ip.at, header) != sums_to_zero;
	if (total < header || total > ip.len || (fragment & 0x3fff))
		return;
	verify_transport(v, ip.at[9], {ip.at + 12, 8}, {ip.at + header, total - header});
}

/* A routing header with segments left hides the final destination, which the sum is over. */
bool skip_extension(std::uint8_t proto, Span at, std::size_t &bytes)
{
	if (proto != proto_hop_by_hop && proto != proto_destination && proto != proto_routing)
		return false;
	if (at.len < 8)
		return false;
	bytes = (at.at[1] + std::size_t{1}) * 8;
	if (proto == proto_routing && at.at[3] != 0)
		return false;
	return bytes <= at.len;
}

void verify_ipv6(Verdict &v, Span ip)
{
	if (ip.len < ipv6_header || ip.at[0] >> 4 != 6)
		return;

	const std::size_t payload = load16(ip.at + 4);
	std::uint8_t proto = ip.at[6];
	Span rest = {ip.at + ipv6_header, payload};

	v.network = Verdict::Network::ipv6;
	if (payload > ip.len - ipv6_header)
		return;
	for (unsigned int i = 0; i < max_extension_headers; i++) {
		std::size_t bytes;

		if (!skip_extension(proto, rest, bytes))
			break;
		proto = rest.at[0];
		rest = {rest.at + bytes, rest.len - bytes};
	}
	verify_transport(v, proto, {ip.at + 8, 32}, rest);
}

} // namespace

Verdict verify(const std::uint8_t *frame, std::size_t len)
{
	Verdict v;

	if (len < ethernet_header + 20)
		return v;

	const Span ip = {frame + ethernet_header, len - ethernet_header};

	switch (load16(frame + 12)) {
	case ethertype_ipv4:
		verify_ipv4(v, ip);
		break;
	case ethertype_ipv6:
		verify_ipv6(v, ip);
		break;
	}
	return v;
}

} // namespace ringside::ref
