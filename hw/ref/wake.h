/* SPDX-License-Identifier: MIT */
/*
 * Wake-up (fact sheet 2.5): which kinds of those that WUFC can name a frame is, for a function that
 * sleeps in D3hot. AMD's magic packet: six bytes of ones and the station's address sixteen times,
 * anywhere in a frame that the address filters accept. ARP requests and IP packets are for the host
 * if the address is one of IP4AT or IP6AT that IPAV declares valid; one VLAN tag is stepped over.
 * Flexible filters compare chosen bytes of the first 128 (FFMT, FFVT) of a frame of FFLT bytes.
 */
#ifndef RINGSIDE_REF_WAKE_H
#define RINGSIDE_REF_WAKE_H

#include <cstddef>
#include <cstdint>

#include "registers.h"

namespace ringside::ref
{

/* Bits of WUFC and WUS. */
constexpr std::uint32_t wake_link = bit(0), wake_magic = bit(1), wake_unicast = bit(2);
constexpr std::uint32_t wake_multicast = bit(3), wake_broadcast = bit(4), wake_arp = bit(5);
constexpr std::uint32_t wake_ipv4 = bit(6), wake_ipv6 = bit(7), wake_flexible = bit(16);

/* The frame was accepted, inexact: by a hash or a promiscuous mode alone. */
std::uint32_t wake_reasons(const Registers &registers, const std::uint8_t *frame, std::size_t len,
			   std::uint16_t vlan_ethertype, bool inexact);

} // namespace ringside::ref

#endif
