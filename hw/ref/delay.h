/* SPDX-License-Identifier: MIT */
/*
 * Interrupt delay of one direction, TIDV with TADV or RDTR with RADV (fact sheet 4.9, 5.8): the
 * packet timer starts anew at every event, the absolute timer runs from the first; whichever ends
 * first fires.
 */
#ifndef RINGSIDE_REF_DELAY_H
#define RINGSIDE_REF_DELAY_H

#include <algorithm>

#include "offsets.h"

namespace ringside::ref
{

class Delay
{
      public:
	/* An event that may be delayed; values of the two timer registers, packet not 0. */
	void start(std::uint32_t packet, std::uint32_t absolute, time_ns now)
	{
		packet_at_ = now + packet * unit_ns;
		if (absolute && absolute_at_ == never)
			absolute_at_ = now + absolute * unit_ns;
	}
	bool running() const
	{
		return packet_at_ != never;
	}
	void stop()
	{
		packet_at_ = absolute_at_ = never;
	}
	/* The absolute timer is the one that ends first. */
	bool absolute_first() const
	{
		return absolute_at_ < packet_at_;
	}
	time_ns deadline() const
	{
		return std::min(packet_at_, absolute_at_);
	}

      private:
	static constexpr time_ns unit_ns = 1024;

	time_ns packet_at_ = never, absolute_at_ = never;
};

} // namespace ringside::ref

#endif
