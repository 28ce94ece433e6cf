/* SPDX-License-Identifier: MIT */
/*
 * Checksum verification of received frames (fact sheet 5.4): finds IPv4 or IPv6 and TCP or UDP,
 * verifies what is whole and inside the frame, and says nothing about the rest.
 */
#ifndef RINGSIDE_REF_VERIFIER_H
#define RINGSIDE_REF_VERIFIER_H

#include <cstddef>
#include <cstdint>

namespace ringside::ref
{

struct Verdict {
	enum class Network { none, ipv4, ipv6 } network = Network::none;
	bool transport = false; /* TCP or UDP, whole, not a fragment */
	bool udp = false;
	std::uint16_t ip_id = 0; /* IPv4's */
	bool ip_checked = false, ip_bad = false;
	bool transport_checked = false, transport_bad = false;
};

Verdict verify(const std::uint8_t *frame, std::size_t len);

} // namespace ringside::ref

#endif
