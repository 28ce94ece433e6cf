// SPDX-License-Identifier: MIT
/*
 * IPv4: RFC 791; IPv6 and its extension headers: RFC 8200; home address option and type 2 routing
 * header: RFC 6275 sections 6.3, 6.4; TCP: RFC 9293; UDP: RFC 768.
 */
#include "layers.h"

#include "checksum.h"

namespace ringside::ref
{
namespace
{

constexpr std::size_t mac_addresses = 12, ipv4_header = 20, ipv6_header = 40;
constexpr std::size_t tcp_header = 20, udp_header = 8;
constexpr std::uint16_t ethertype_ipv4 = 0x0800, ethertype_ipv6 = 0x86dd;
constexpr std::uint8_t proto_hop_by_hop = 0, proto_tcp = 6, proto_udp = 17, proto_routing = 43;
constexpr std::uint8_t proto_fragment = 44, proto_destination = 60;
constexpr std::uint8_t option_pad1 = 0, option_home_address = 0xc9;
constexpr std::uint8_t tcp_ack = 0x10, tcp_fin_syn_rst = 0x07;
constexpr unsigned int max_extension_headers = 8; /* trap 13 */

void find_tcp(Layers &l, const std::uint8_t *frame)
{
	const std::size_t available = l.end - l.l3_end;
	const std::uint8_t *tcp = frame + l.l3_end;

	if (available < tcp_header)
		return;

	const std::size_t header = (tcp[12] >> 4) * std::size_t{4};

	l.transport = Layers::Transport::tcp;
	if (header < tcp_header || header > available)
		return;
	l.payload = l.l3_end + header;
	l.ack = tcp[13] & tcp_ack;
	l.pure_ack = l.ack && header == available && !(tcp[13] & tcp_fin_syn_rst);
}

void find_udp(Layers &l, const std::uint8_t *frame)
{
	const std::size_t available = l.end - l.l3_end;

	if (available < udp_header)
		return;

	const std::size_t length = load16(frame + l.l3_end + 4);

	if (length < udp_header || length > available)
		return;
	l.transport = Layers::Transport::udp;
	l.payload = l.l3_end + udp_header;
}

void find_transport(Layers &l, std::uint8_t proto, const std::uint8_t *frame)
{
	l.payload = l.l3_end;
	if (l.fragment)
		return;
	if (proto == proto_tcp)
		find_tcp(l, frame);
	else if (proto == proto_udp)
		find_udp(l, frame);
}

void find_ipv4(Layers &l, const std::uint8_t *frame, std::size_t len)
{
	const std::uint8_t *ip = frame + l.l3;
	const std::size_t available = len - l.l3;

	if (available < ipv4_header || ip[0] >> 4 != 4)
		return;

	const std::size_t header = (ip[0] & 0xf) * std::size_t{4}, total = load16(ip + 2);

	if (header < ipv4_header || header > available)
		return;
	l.network = Layers::Network::ipv4;
	l.fragment = load16(ip + 6) & 0x3fff;
	l.l3_end = l.payload = l.l3 + header;
	if (total < header || total > available)
		return;
	l.end = l.l3 + total;
	find_transport(l, ip[9], frame);
}

/* Options of a destination options header: the home address stands in for the source. */
void find_home_source(Layers &l, const std::uint8_t *frame, std::size_t at, std::size_t end)
{
	while (at < end) {
		if (frame[at] == option_pad1) {
			at++;
			continue;
		}
		if (end - at < 2 || end - at - 2 < frame[at + 1])
			return;
		if (frame[at] == option_home_address && frame[at + 1] == 16) {
			l.home_source = at + 2;
			return;
		}
		at += std::size_t{2} + frame[at + 1];
	}
}

void look_at_extension(Layers &l, std::uint8_t proto, const std::uint8_t *frame, std::size_t bytes)
{
	const std::uint8_t *header = frame + l.l3_end;

	if (proto == proto_destination) {
		find_home_source(l, frame, l.l3_end + 2, l.l3_end + bytes);
	} else if (proto == proto_routing && header[3] != 0) {
		l.final_hidden = true;
		if (header[2] == 2 && header[3] == 1 && bytes == 24)
			l.home_destination = l.l3_end + 8;
	}
}

/* Steps over one extension header. False: it is none, or not all there. */
bool step_over(Layers &l, std::uint8_t &proto, const std::uint8_t *frame)
{
	const std::size_t available = l.end - l.l3_end;
	const std::uint8_t *header = frame + l.l3_end;

	if (proto == proto_fragment && available >= 8) {
		l.fragment = true;
		l.extended = true;
		proto = header[0];
		l.l3_end += 8;
		return false; /* what follows is a piece */
	}
	if (proto != proto_hop_by_hop && proto != proto_destination && proto != proto_routing)
		return false;
	if (available < 8)
		return false;

	const std::size_t bytes = (header[1] + std::size_t{1}) * 8;

	if (bytes > available)
		return false;
	l.extended = true;
	look_at_extension(l, proto, frame, bytes);
	proto = header[0];
	l.l3_end += bytes;
	return true;
}

void find_ipv6(Layers &l, const std::uint8_t *frame, std::size_t len)
{
	const std::uint8_t *ip = frame + l.l3;
	const std::size_t available = len - l.l3;

	if (available < ipv6_header || ip[0] >> 4 != 6)
		return;

	const std::size_t payload = load16(ip + 4);
	std::uint8_t proto = ip[6];

	l.network = Layers::Network::ipv6;
	l.l3_end = l.payload = l.l3 + ipv6_header;
	if (payload > available - ipv6_header)
		return;
	l.end = l.l3_end + payload;
	for (unsigned int i = 0; i < max_extension_headers && step_over(l, proto, frame); i++)
		;
	find_transport(l, proto, frame);
}

} // namespace

Layers find_layers(const std::uint8_t *frame, std::size_t len, std::uint16_t vlan_ethertype)
{
	Layers l;

	l.l3 = mac_addresses + 2;
	if (len < l.l3)
		return l;
	l.ethertype = load16(frame + mac_addresses);
	if (vlan_ethertype && l.ethertype == vlan_ethertype && len >= l.l3 + 4) {
		l.l3 += 4;
		l.ethertype = load16(frame + l.l3 - 2);
	}
	l.l3_end = l.payload = l.l3;
	l.end = len;
	if (l.ethertype == ethertype_ipv4)
		find_ipv4(l, frame, len);
	else if (l.ethertype == ethertype_ipv6)
		find_ipv6(l, frame, len);
	return l;
}

} // namespace ringside::ref
