/* SPDX-License-Identifier: MIT */
/*
 * What is where in a received frame: an optional VLAN tag, IPv4 or IPv6 with its extension headers,
 * TCP or UDP. Everything is bounded by the bytes that are really there; what is damaged or not
 * known is "none", never a guess. Checksums, header split, RSS, time stamps and the detection of
 * ACKs all go by this one reading.
 */
#ifndef RINGSIDE_REF_LAYERS_H
#define RINGSIDE_REF_LAYERS_H

#include <cstddef>
#include <cstdint>

namespace ringside::ref
{

struct Layers {
	enum class Network { none, ipv4, ipv6 } network = Network::none;
	enum class Transport {
		none,
		tcp,
		udp
	} transport = Transport::none; /* whole, no fragment */

	std::uint16_t ethertype = 0;
	/* Offsets in the frame. */
	std::size_t l3 = 0;	 /* IP header, or what the EtherType stands for */
	std::size_t l3_end = 0;	 /* behind IP header, options and extension headers */
	std::size_t payload = 0; /* behind TCP's or UDP's header, else l3_end */
	std::size_t end = 0;	 /* of what IP's length covers, at most the frame */
	bool fragment = false;
	bool extended = false;	   /* IPv6 extension headers */
	bool final_hidden = false; /* a routing header has segments left: the sum is over another */
	/* IPv6 addresses that take the place of the header's own (RFC 6275), or 0. */
	std::size_t home_source = 0, home_destination = 0;
	bool pure_ack = false,
	     ack = false; /* TCP: ACK is set; pure: and there is nothing else to say */
};

/* vlan_ethertype: the tag that may precede the EtherType; 0 if none is known. */
Layers find_layers(const std::uint8_t *frame, std::size_t len, std::uint16_t vlan_ethertype);

} // namespace ringside::ref

#endif
