/* SPDX-License-Identifier: MIT */
/* Which frames are for this station (fact sheet 5.2): VLAN, receive addresses, hash table, RCTL. */
#ifndef RINGSIDE_REF_FILTER_H
#define RINGSIDE_REF_FILTER_H

#include "registers.h"

namespace ringside::ref
{

enum class Match {
	none,	 /* not for this station */
	exact,	 /* a receive address, or broadcast */
	inexact, /* promiscuous or by hash: software has to look (status bit PIF) */
};

/* Whether a frame with this tag passes; for frames without one there is no question. */
bool passes_vlan(const Registers &registers, std::uint16_t tag);

Match match_address(const Registers &registers, const std::uint8_t *mac);

} // namespace ringside::ref

#endif
