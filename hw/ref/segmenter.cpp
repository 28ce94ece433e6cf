// SPDX-License-Identifier: MIT
#include "segmenter.h"

#include <algorithm>
#include <cstring>

#include "checksum.h"

namespace ringside::ref
{
namespace
{

constexpr std::uint8_t tcp_fin = 0x01, tcp_psh = 0x08, tcp_cwr = 0x80;
constexpr std::size_t min_ipv4_header = 20, ipv6_header = 40, min_tcp_header = 20, udp_header = 8;
constexpr std::uint32_t min_mss = 16; /* silicon's; below it a send could be a million frames */

/* What of the packet goes into a segment, and where it stands in the send. */
struct Segment {
	std::uint32_t index;
	std::size_t offset, payload;
	bool first, last;
};

void edit_ip(const Context &c, const Segment &s, std::uint8_t *frame)
{
	std::uint8_t *ip = frame + c.ipcss;
	const std::size_t len = c.header_bytes - c.ipcss + s.payload;

	if (c.ipv4) {
		store16(ip + 2, static_cast<std::uint32_t>(len));
		store16(ip + 4, load16(ip + 4) + s.index);
	} else {
		store16(ip + 4, static_cast<std::uint32_t>(len - ipv6_header));
	}
}

void edit_transport(const Context &c, const Segment &s, std::uint8_t *frame)
{
	std::uint8_t *transport = frame + c.tucss;

	if (!c.tcp) {
		store16(transport + 4,
			static_cast<std::uint32_t>(c.header_bytes - c.tucss + s.payload));
		return;
	}
	store32(transport + 4, load32(transport + 4) + static_cast<std::uint32_t>(s.offset));
	if (!s.last)
		transport[13] &= static_cast<std::uint8_t>(~(tcp_fin | tcp_psh));
	if (!s.first)
		transport[13] &= static_cast<std::uint8_t>(~tcp_cwr);
}

/* The seed in the field lacks the segment's length; the sum runs to the end of the segment. */
void checksum_transport(const Context &c, std::uint8_t *frame, std::size_t len)
{
	const std::size_t covered = len - c.tucss;
	const std::uint16_t sum = fold(std::uint64_t{ones_sum(frame + c.tucss, covered)} + covered);
	std::uint16_t result = static_cast<std::uint16_t>(~sum);

	if (result == 0 && !c.tcp)
		result = 0xffff;
	store16(frame + c.tucso, result);
}

void checksum_ip(const Context &c, std::uint8_t *frame, std::size_t len)
{
	if (c.ipcso + 2 > c.header_bytes)
		return;
	store16(frame + c.ipcso, 0);
	insert_checksum(frame, len, c.ipcss, c.ipcse, c.ipcso, false);
}

} // namespace

std::uint8_t *FrameList::append(std::size_t len, const Finish &finish)
{
	const std::size_t begin = bytes_.size();
	const std::size_t total = std::max(len, finish.min_bytes) + finish.tag_bytes();

	bytes_.resize(begin + total);
	ends_.push_back(begin + total);
	return bytes_.data() + begin + finish.tag_bytes();
}

void insert_tag(std::uint8_t *frame, const Finish &finish)
{
	constexpr std::size_t mac_addresses = 12;

	if (!finish.tagged)
		return;
	std::memmove(frame - finish.tag_bytes(), frame, mac_addresses);
	store16(frame + mac_addresses - 4, finish.tag_ethertype);
	store16(frame + mac_addresses - 2, finish.tag);
}

void insert_checksum(std::uint8_t *frame, std::size_t len, std::size_t first, std::size_t last,
		     std::size_t where, bool zero_is_ones)
{
	std::size_t end = last ? std::min(last + 1, len) : len;
	std::uint16_t result;

	if (where + 2 > len || first >= end)
		return;
	if (last && last + 1 < len)
		end -= (end - first) & 1; /* FreeBSD counts one too many (4.7) */
	result = static_cast<std::uint16_t>(~ones_sum(frame + first, end - first));
	if (result == 0 && zero_is_ones)
		result = 0xffff;
	store16(frame + where, result);
}

void insert_checksums(const Context &c, bool ip, bool transport, std::uint8_t *frame,
		      std::size_t len)
{
	if (ip)
		insert_checksum(frame, len, c.ipcss, c.ipcse, c.ipcso, false);
	if (transport)
		insert_checksum(frame, len, c.tucss, c.tucse, c.tucso, !c.tcp);
}

bool can_segment(const Context &c, std::size_t len, std::size_t max_frame_bytes)
{
	const std::size_t ip_header = c.ipv4 ? min_ipv4_header : ipv6_header;
	const std::size_t transport_header = c.tcp ? min_tcp_header : udp_header;
	const std::size_t header = c.header_bytes;

	if (c.mss < min_mss || header == 0 || len <= header)
		return false;
	if (c.ipcss + ip_header > c.tucss || c.tucss + transport_header > header)
		return false;
	if (c.tucso + 2 > header)
		return false;
	return header + std::min<std::size_t>(c.mss, len - header) <= max_frame_bytes;
}

void segment(const Context &c, bool ip, bool transport, const std::uint8_t *packet, std::size_t len,
	     const Finish &finish, FrameList &out)
{
	const std::size_t header = c.header_bytes;
	const std::size_t total = std::min<std::size_t>(len - header, c.payload_bytes);

	for (std::size_t offset = 0; offset < total; offset += c.mss) {
		const std::size_t payload = std::min<std::size_t>(c.mss, total - offset);
		const Segment s = {static_cast<std::uint32_t>(offset / c.mss), offset, payload,
				   offset == 0, offset + payload == total};
		std::uint8_t *frame = out.append(header + payload, finish);

		std::memcpy(frame, packet, header);
		std::memcpy(frame + header, packet + header + offset, payload);
		edit_ip(c, s, frame);
		edit_transport(c, s, frame);
		if (ip)
			checksum_ip(c, frame, header + payload);
		if (transport)
			checksum_transport(c, frame, header + payload);
		insert_tag(frame, finish);
	}
}

} // namespace ringside::ref
