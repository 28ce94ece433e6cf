// SPDX-License-Identifier: MIT
//
// Builds frames for tests of the receive side: Ethernet, optional 802.1Q tag, IPv4 or IPv6 with
// options and extension headers, TCP or UDP, right checksums unless told otherwise.
#pragma once

#include "rx_model.h"

namespace rx
{

struct Packet {
	uint8_t first_byte = 0x02; // of the destination
	bool vlan = false, v6 = false, udp = false;
	unsigned payload = 100;
	unsigned options_words = 0; // IPv4
	std::vector<std::pair<uint8_t, unsigned>>
		ext;		   // IPv6: type, length in 8-byte units beyond the first
	uint8_t segments_left = 0; // of each routing header
	unsigned surplus = 0;	   // bytes between the end of the UDP datagram and of the packet
	unsigned fragment_word = 0x4000; // IPv4 flags and offset
	bool udp_csum_zero = false;
	unsigned pad = 0; // bytes behind the IP packet
	uint64_t seed = 1;

	Bytes build() const
	{
		Bytes f(6);
		uint64_t r = seed * 6364136223846793005ull + 1;
		auto random = [&r] {
			r = r * 6364136223846793005ull + 1442695040888963407ull;
			return static_cast<uint8_t>(r >> 56);
		};
		auto put16 = [&f](size_t at, unsigned v) {
			f[at] = static_cast<uint8_t>(v >> 8);
			f[at + 1] = static_cast<uint8_t>(v);
		};
		f[0] = first_byte;
		f[5] = 1;
		for (uint8_t b : {2, 0, 0, 0, 0, 2})
			f.push_back(b);
		if (vlan)
			for (uint8_t b : {0x81, 0x00, 0x20, 0x07})
				f.push_back(b);
		f.push_back(v6 ? 0x86 : 0x08);
		f.push_back(v6 ? 0xdd : 0x00);
		size_t l3 = f.size();
		uint8_t proto = udp ? 17 : 6;
		size_t l4_size = (udp ? 8 : 20) + payload, rest = udp ? surplus : 0;
		if (v6) {
			f.resize(l3 + 40);
			f[l3] = 0x60;
			f[l3 + 7] = 64;
			for (size_t i = l3 + 8; i < l3 + 40; i++)
				f[i] = random();
			f[l3 + 6] = ext.empty() ? proto : ext[0].first;
			for (size_t i = 0; i < ext.size(); i++) {
				size_t at = f.size();
				for (unsigned b = 0; b < 8 + 8 * ext[i].second; b++)
					f.push_back(random());
				f[at] = i + 1 < ext.size() ? ext[i + 1].first : proto;
				f[at + 1] = ext[i].first == 44
						    ? 0
						    : static_cast<uint8_t>(ext[i].second);
				if (ext[i].first == 43)
					f[at + 3] = segments_left;
			}
		} else {
			size_t header = 20 + 4 * options_words;
			f.resize(l3 + header);
			for (size_t i = l3 + 12; i < l3 + header; i++)
				f[i] = random();
			f[l3] = static_cast<uint8_t>(0x40 | header / 4);
			put16(l3 + 2, static_cast<unsigned>(header + l4_size + rest));
			put16(l3 + 4, 0x1234 + static_cast<unsigned>(seed & 0xff));
			put16(l3 + 6, fragment_word);
			f[l3 + 8] = 64;
			f[l3 + 9] = proto;
			put16(l3 + 10, ~add_range(0, f, l3, l3 + header) & 0xffff);
		}
		size_t l4 = f.size();
		for (size_t i = 0; i < l4_size; i++)
			f.push_back(random());
		if (v6)
			put16(l3 + 4, static_cast<unsigned>(f.size() + rest - l3 - 40));
		size_t csum = l4 + (udp ? 6 : 16);
		if (udp)
			put16(l4 + 4, static_cast<unsigned>(l4_size));
		put16(csum, 0);
		uint32_t sum = add_range(proto + static_cast<uint32_t>(l4_size), f,
					 v6 ? l3 + 8 : l3 + 12, v6 ? l3 + 40 : l3 + 20);
		sum = ~add_range(sum, f, l4, f.size()) & 0xffff;
		put16(csum, udp && sum == 0 ? 0xffff : sum);
		if (udp && udp_csum_zero)
			put16(csum, 0);
		for (unsigned i = 0; i < pad + rest; i++)
			f.push_back(random());
		return f;
	}
};

} // namespace rx
