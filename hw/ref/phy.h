/* SPDX-License-Identifier: MIT */
/*
 * The internal PHY (fact sheet 3.5): pages of registers behind MDIC, auto-negotiation that takes a
 * configured time, and the link it gives. Link is up when the other end is there, the PHY has power
 * and no negotiation is under way.
 */
#ifndef RINGSIDE_REF_PHY_H
#define RINGSIDE_REF_PHY_H

#include <map>

#include "offsets.h"

namespace ringside::ref
{

class Phy
{
      public:
	explicit Phy(time_ns autoneg_ns) : autoneg_ns_(autoneg_ns)
	{
	}

	/* Registers to reset values; a present carrier is up at once, without negotiation (3.5). */
	void reset();
	/* Reset by CTRL.PHY_RST or BMCR.RESET: negotiates anew. */
	void restart(time_ns now);

	std::uint16_t read(unsigned int number);
	void write(unsigned int number, std::uint16_t value, time_ns now);

	void carrier(bool present, time_ns now);
	bool link() const;
	/* Both ends know symmetric pause. */
	bool pause() const;
	/* BMCR.LOOPBACK: what is sent comes back. */
	bool looped() const;

	/* When negotiation ends, or never. */
	time_ns deadline() const
	{
		return autoneg_done_at_;
	}
	/* Ends a negotiation that is due. True when something changed. */
	bool step(time_ns now);

      private:
	const time_ns autoneg_ns_;
	bool carrier_ = false;
	bool negotiated_ = false;   /* ended since reset: BMSR and ANLPAR say so */
	bool link_dropped_ = false; /* since BMSR was read: its link bit latches low */
	time_ns autoneg_done_at_ = never;
	std::uint16_t page_ = 0;
	std::map<unsigned int, std::uint16_t> value_; /* page * 32 + number -> value */

	unsigned int index(unsigned int number) const;
	std::uint16_t stored(unsigned int number) const;
	bool powered() const;
	void negotiate(time_ns now);
	void lose_link();
	std::uint16_t basic_status();
	void write_basic_control(std::uint16_t value, time_ns now);
};

} // namespace ringside::ref

#endif
