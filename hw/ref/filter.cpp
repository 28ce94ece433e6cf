// SPDX-License-Identifier: MIT
#include "filter.h"

#include "statistics.h"

namespace ringside::ref
{
namespace
{

constexpr unsigned int receive_addresses = 16;

bool is_receive_address(const Registers &registers, const std::uint8_t *mac)
{
	const std::uint32_t low =
		mac[0] | mac[1] << 8 | mac[2] << 16 | static_cast<std::uint32_t>(mac[3]) << 24;
	const std::uint32_t high = mac[4] | mac[5] << 8;

	for (unsigned int i = 0; i < receive_addresses; i++) {
		const std::uint32_t rah = registers[reg::rah0 + 8 * i];

		if ((rah & rah_av) && (rah & 0xffff) == high && registers[reg::ral0 + 8 * i] == low)
			return true;
	}
	return false;
}

/* 12 bits out of the last two bytes of the address; RCTL.MO says which (3.7). */
bool is_hashed(const Registers &registers, const std::uint8_t *mac)
{
	static constexpr unsigned int shift[4] = {4, 3, 2, 0};
	const unsigned int tail = mac[5] << 8 | mac[4];
	const unsigned int hash = tail >> shift[registers[reg::rctl] >> 12 & 3] & 0xfff;

	return registers[reg::mta + 4 * (hash >> 5)] & bit(hash & 31);
}

} // namespace

/* RCTL.VFE asks the table, RCTL.CFIEN compares the format indicator (5.1). */
bool passes_vlan(const Registers &registers, std::uint16_t tag)
{
	const std::uint32_t rctl = registers[reg::rctl];
	const unsigned int vid = tag & 0xfff;

	if ((rctl & rctl_cfien) && ((tag & bit(12)) != 0) != ((rctl & rctl_cfi) != 0))
		return false;
	return !(rctl & rctl_vfe) || (registers[reg::vfta + 4 * (vid >> 5)] & bit(vid & 31));
}

Match match_address(const Registers &registers, const std::uint8_t *mac)
{
	const std::uint32_t rctl = registers[reg::rctl];

	if (is_receive_address(registers, mac))
		return Match::exact;
	if (is_broadcast(mac)) {
		if (rctl & rctl_bam)
			return Match::exact;
	} else if (rctl & (is_multicast(mac) ? rctl_mpe : rctl_upe)) {
		return Match::inexact;
	}
	return is_hashed(registers, mac) ? Match::inexact : Match::none;
}

} // namespace ringside::ref
