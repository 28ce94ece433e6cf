// SPDX-License-Identifier: MIT
//
// What the receive side has to do with a frame, byte by byte, written from the fact sheet (section 5)
// and the RFCs it cites without a look at the RTL: filter, padding, checksum verdicts, descriptor
// status. Bounds are those of the card: at most 8 IPv6 extension headers, one 802.1Q tag.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <utility>
#include <vector>

namespace rx
{

using Bytes = std::vector<uint8_t>;

constexpr uint32_t RCTL_EN = 1u << 1, RCTL_SBP = 1u << 2, RCTL_UPE = 1u << 3, RCTL_MPE = 1u << 4,
		   RCTL_LPE = 1u << 5, RCTL_BAM = 1u << 15, RCTL_BSEX = 1u << 25,
		   RCTL_SECRC = 1u << 26, RFCTL_IPV6_DIS = 1u << 10, RFCTL_IPV6_XSUM_DIS = 1u << 11,
		   RFCTL_EXTEN = 1u << 15, RXCSUM_IPOFL = 1u << 8, RXCSUM_TUOFL = 1u << 9,
		   RXCSUM_IPPCSE = 1u << 12, RXCSUM_PCSD = 1u << 13, DD = 1u << 0, EOP = 1u << 1,
		   UDPCS = 1u << 4, TCPCS = 1u << 5, IPCS = 1u << 6, VP = 1u << 3, UDPV = 1u << 10,
		   IXSM = 1u << 2, TST = 1u << 8, PIF = 1u << 7, IPIDV = 1u << 9, CE = 1u << 24,
		   TCPE = 1u << 29, IPE = 1u << 30;

struct Config {
	uint32_t rctl = RCTL_EN | RCTL_UPE | RCTL_MPE | RCTL_BAM | RCTL_SECRC;
	uint32_t rfctl = RFCTL_EXTEN;
	uint32_t rxcsum = RXCSUM_IPOFL | RXCSUM_TUOFL | RXCSUM_PCSD;
	uint32_t ral[16] = {}, rah[16] = {};
	std::bitset<4096> mta;
	bool csum_en = true;
	bool packet_csum_en = false;
	bool strip = false;  // VLAN tags
	int stamp_type = -1; // of TSYNCRXCTL; -1: no frame is stamped
	uint32_t rxmtrl = 0x88f7;
	uint16_t rxudp = 0x3f01;
};

struct Expected {
	bool stored = false, good = false, runt = false, fragment = false, oversize = false,
	     jabber = false, bad_crc = false;
	bool mcast = false, bcast = false;
	Bytes data;	     // as it lies in memory, padding and FCS included
	uint32_t status = 0; // of the last descriptor, without DD and EOP
	uint16_t ip_id = 0, packet_sum = 0, tag = 0;
	unsigned stat_len = 0;
	uint64_t attributes = 0; // with TST
};

inline unsigned be16(const Bytes &f, size_t at)
{
	return f[at] << 8 | f[at + 1];
}

// RFC 1071, big-endian words, odd last byte padded.
inline uint32_t add_range(uint32_t sum, const Bytes &f, size_t from, size_t to)
{
	for (size_t i = from; i < to; i += 2)
		sum += f[i] << 8 | (i + 1 < to ? f[i + 1] : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

// Sets inexact when only a hash or a promiscuous mode lets the frame in.
inline bool address_accepted(const Config &c, const Bytes &f, bool &inexact)
{
	inexact = false;
	bool all_ones = true;
	for (int i = 0; i < 6; i++)
		all_ones &= f[i] == 0xff;
	for (int i = 0; i < 16; i++) {
		uint8_t a[6];
		for (int b = 0; b < 4; b++)
			a[b] = static_cast<uint8_t>(c.ral[i] >> 8 * b);
		a[4] = static_cast<uint8_t>(c.rah[i]);
		a[5] = static_cast<uint8_t>(c.rah[i] >> 8);
		if (c.rah[i] >> 31 && std::equal(a, a + 6, f.begin()))
			return true;
	}
	static const unsigned shift[] = {4, 3, 2, 0};
	unsigned hash = (f[5] << 8 | f[4]) >> shift[c.rctl >> 12 & 3] & 0xfff;
	if (all_ones && c.rctl & RCTL_BAM)
		return true;
	inexact = true;
	if (c.mta[hash])
		return true;
	if (all_ones)
		return false;
	return c.rctl & (f[0] & 1 ? RCTL_MPE : RCTL_UPE);
}

struct L4 {
	bool present = false;
	unsigned proto = 0;
	size_t at = 0;
};

// Follows IPv6's chain of headers (RFC 8200, section 4).
inline L4 walk_ipv6(const Bytes &f, size_t l3)
{
	L4 l4;
	l4.proto = f[l3 + 6];
	l4.at = l3 + 40;
	for (int n = 0;; n++) {
		if (l4.proto != 0 && l4.proto != 43 && l4.proto != 60)
			break;
		if (n == 8 || l4.at + 4 > f.size())
			return l4;
		// While segments are left, the destination in the header is not the one summed.
		if (l4.proto == 43 && f[l4.at + 3] != 0)
			return l4;
		unsigned next = f[l4.at];
		l4.at += 8 + 8 * f[l4.at + 1];
		l4.proto = next;
	}
	l4.present = l4.proto == 6 || l4.proto == 17;
	return l4;
}

// Status bits and IP id of a frame as it came from the wire (not padded).
inline void inspect(const Config &c, const Bytes &f, Expected &e)
{
	size_t l3 = 14;
	if (f.size() < 14)
		return;
	unsigned type = be16(f, 12);
	if (type == 0x8100) {
		if (f.size() < 18)
			return;
		l3 = 18;
		type = be16(f, 16);
	}
	L4 l4;
	size_t end = 0;
	uint32_t pseudo = 0;
	bool v6 = false;
	unsigned pkttype = 0;

	if (type == 0x0800) {
		if (f.size() < l3 + 20 || f[l3] >> 4 != 4 || (f[l3] & 15) < 5)
			return;
		size_t header = 4 * (f[l3] & 15);
		unsigned total = be16(f, l3 + 2);
		if (f.size() < l3 + header)
			return;
		if (c.csum_en && c.rxcsum & RXCSUM_IPOFL) {
			e.status |= IPCS;
			if (add_range(0, f, l3, l3 + header) != 0xffff)
				e.status |= IPE;
		}
		if (!(c.rxcsum & RXCSUM_PCSD)) {
			e.status |= IPIDV;
			e.ip_id = static_cast<uint16_t>(be16(f, l3 + 4));
		}
		l4.proto = f[l3 + 9];
		l4.at = l3 + header;
		l4.present = !(be16(f, l3 + 6) & 0x3fff) && (l4.proto == 6 || l4.proto == 17);
		end = l3 + total;
		pseudo = add_range(0, f, l3 + 12, l3 + 20);
		pkttype = 1;
	} else if (type == 0x86dd) {
		if (f.size() < l3 + 40 || f[l3] >> 4 != 6)
			return;
		v6 = true;
		l4 = walk_ipv6(f, l3);
		end = l3 + 40 + be16(f, l3 + 4);
		pseudo = add_range(0, f, l3 + 8, l3 + 40);
		pkttype = 5;
	} else {
		return;
	}

	size_t l4_end = end;
	l4.present = l4.present && end <= f.size() && l4.at + (l4.proto == 17 ? 8 : 20) <= end;
	if (l4.present && l4.proto == 17) {
		l4_end = l4.at + be16(f, l4.at + 4);
		l4.present = l4_end >= l4.at + 8 && l4_end <= end;
	}
	if (!(v6 && c.rfctl & RFCTL_IPV6_DIS))
		e.status |= (pkttype + l4.present) << 16;
	if (!l4.present || !c.csum_en || !(c.rxcsum & RXCSUM_TUOFL))
		return;
	if (v6 && c.rfctl & RFCTL_IPV6_XSUM_DIS)
		return;
	if (l4.proto == 17 && be16(f, l4.at + 6) == 0)
		return;
	e.status |= TCPCS | (l4.proto == 17 ? UDPCS : 0);
	uint32_t sum = pseudo + l4.proto + static_cast<uint32_t>(l4_end - l4.at);
	if (add_range(sum, f, l4.at, l4_end) != 0xffff)
		e.status |= TCPE;
}

// Where the UDP header of a whole datagram is that is no fragment, and its IP packet's end.
inline bool find_udp(const Bytes &f, size_t l3, unsigned type, size_t &l4_at, size_t &end)
{
	L4 l4;
	if (type == 0x0800) {
		if (f.size() < l3 + 20 || f[l3] >> 4 != 4 || (f[l3] & 15) < 5 ||
		    (be16(f, l3 + 6) & 0x3fff))
			return false;
		l4.proto = f[l3 + 9];
		l4.at = l3 + 4 * (f[l3] & 15);
		end = l3 + be16(f, l3 + 2);
	} else if (type == 0x86dd) {
		if (f.size() < l3 + 40 || f[l3] >> 4 != 6)
			return false;
		Bytes final_route = f; // whose the last destination is does not matter here
		for (size_t at = l3 + 40, proto = f[l3 + 6];
		     proto == 0 || proto == 43 || proto == 60;) {
			if (at + 4 > f.size())
				break;
			if (proto == 43)
				final_route[at + 3] = 0;
			proto = f[at];
			at += 8 + 8 * f[at + 1];
		}
		l4 = walk_ipv6(final_route, l3);
		end = l3 + 40 + be16(f, l3 + 4);
	} else {
		return false;
	}
	l4_at = l4.at;
	if (l4.proto != 17 || end > f.size() || l4.at + 8 > end)
		return false;
	unsigned len = be16(f, l4.at + 4);
	return len >= 8 && l4.at + len <= end;
}

// 5.9: is the frame to be stamped?
inline bool stamped(const Config &c, const Bytes &f, uint64_t &attributes)
{
	attributes = 0;
	if (c.stamp_type < 0)
		return false;
	if (c.stamp_type == 4)
		return true;
	size_t l3 = 14, at = 0, end = f.size(), l4_at = 0;
	if (f.size() < 14)
		return false;
	unsigned type = be16(f, 12);
	if (type == 0x8100 && f.size() >= 18) {
		l3 = 18;
		type = be16(f, 16);
	}
	bool v2 = c.stamp_type == 0 || c.stamp_type == 2 || c.stamp_type == 5;
	if (v2 && type == (c.rxmtrl & 0xffff))
		at = l3;
	else if (c.stamp_type == 0 || (!v2 && c.stamp_type != 1) ||
		 !find_udp(f, l3, type, l4_at, end) ||
		 (f[l4_at + 3] << 8 | f[l4_at + 2]) != c.rxudp)
		return false;
	else
		at = l4_at + 8;
	if (at + (v2 ? 0 : 32) >= end)
		return false;
	unsigned kind = f[at] & 15;
	if (c.stamp_type == 1	? f[at + 32] != (c.rxmtrl >> 16 & 0xff)
	    : c.stamp_type == 5 ? kind > 3
				: kind != (c.rxmtrl >> 24 & 15))
		return false;
	if (at + 32 <= end)
		for (size_t i : {30u, 31u, 22u, 23u, 24u, 25u, 26u, 27u})
			attributes = attributes << 8 | f[at + i];
	return true;
}

// 5.4: the packet checksum of a frame as it is delivered, or of a UDP fragment's IP payload, with UDPV.
inline void sum_packet(const Config &c, Expected &e)
{
	const Bytes &f = e.data;
	const unsigned pcss = c.rxcsum & 0xff;
	size_t from = pcss, to = f.size(), l3 = be16(f, 12) == 0x8100 ? 18 : 14;
	if (!c.packet_csum_en || (c.rxcsum & RXCSUM_PCSD))
		return;
	if ((c.rxcsum & RXCSUM_IPPCSE) && pcss == 0 && be16(f, l3 - 2) == 0x0800 &&
	    f[l3] >> 4 == 4 && (f[l3] & 15) >= 5 && f[l3 + 9] == 17 && (be16(f, l3 + 6) & 0x3fff)) {
		from = l3 + 4 * (f[l3] & 15);
		to = l3 + be16(f, l3 + 2);
		if (!(be16(f, l3 + 6) & 0x1fff) && from + 8 <= to && be16(f, from + 6))
			e.status |= UDPV;
	}
	e.packet_sum = static_cast<uint16_t>(from < to ? add_range(0, f, from, to) : 0);
}

inline Expected expect(const Config &c, const Bytes &frame, bool bad_crc)
{
	Expected e;
	const bool too_long = frame.size() > 16380 || (frame.size() > 1518 && !(c.rctl & RCTL_LPE));
	e.runt = frame.size() < 60 && !bad_crc;
	e.fragment = frame.size() < 60 && bad_crc;
	e.oversize = too_long && !bad_crc;
	e.jabber = too_long && bad_crc;
	e.bad_crc = bad_crc && frame.size() >= 60 && !too_long;
	e.stat_len = frame.size() < 60 ? 60 : static_cast<unsigned>(frame.size());
	e.mcast = frame[0] & 1;
	e.bcast = true;
	for (int i = 0; i < 6; i++)
		e.bcast = e.bcast && frame[i] == 0xff;
	bool inexact;
	e.stored = address_accepted(c, frame, inexact) && frame.size() <= 16380 &&
		   ((c.rctl & RCTL_SBP) || (!too_long && !bad_crc));
	e.good = e.stored && !bad_crc && !too_long;
	inspect(c, frame, e);
	if (!(e.status & (IPCS | TCPCS)))
		e.status |= IXSM;
	if (inexact)
		e.status |= PIF;
	if (bad_crc)
		e.status |= CE;
	if (e.stored && stamped(c, frame, e.attributes))
		e.status |= TST;
	e.data = frame;
	if (e.data.size() < 60)
		e.data.resize(60, 0);
	if (c.strip && be16(frame, 12) == 0x8100) {
		e.status |= VP;
		e.tag = static_cast<uint16_t>(be16(frame, 14));
		e.data.erase(e.data.begin() + 12, e.data.begin() + 16);
	}
	sum_packet(c, e);
	if (!(c.rctl & RCTL_SECRC))
		e.data.resize(e.data.size() + 4, 0);
	return e;
}

inline unsigned buffer_size(uint32_t rctl)
{
	if (rctl >> 27 & 15)
		return (rctl >> 27 & 15) * 1024;
	static const unsigned plain[] = {2048, 1024, 512, 256}, ex[] = {2048, 16384, 8192, 4096};
	return (rctl & RCTL_BSEX ? ex : plain)[rctl >> 16 & 3];
}

} // namespace rx
