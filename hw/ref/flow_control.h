/* SPDX-License-Identifier: MIT */
/*
 * Pause frames of IEEE 802.3 annex 31B: received ones hold the transmitter (CTRL.RFCE), and the
 * card sends its own when the receive FIFO fills and empties (CTRL.TFCE; fact sheet 2.1, 2.3, 5.1,
 * 5.7).
 */
#ifndef RINGSIDE_REF_FLOW_CONTROL_H
#define RINGSIDE_REF_FLOW_CONTROL_H

#include "bus.h"
#include "registers.h"
#include "statistics.h"

namespace ringside::ref
{

class FlowControl
{
      public:
	FlowControl(const Registers &registers, Statistics &statistics, Line &line)
	    : registers_(registers), statistics_(statistics), line_(line)
	{
	}

	void reset();

	/*
	 * Looks at a received frame of at least 60 bytes. True: it was a pause frame, and nobody
	 * else is to see it.
	 */
	bool received(const std::uint8_t *frame, time_ns now);

	/* Until when the transmitter is held; 0 or past: it is not. */
	time_ns held_until() const
	{
		return held_until_;
	}

	/* The receive FIFO holds so many bytes now. */
	void level(std::size_t bytes, time_ns now);
	/* TCTL.SWXOFF: software wants one XOFF. */
	void send_xoff()
	{
		if (sends())
			pending_ = Pending::xoff;
	}
	void line_ready()
	{
		line_blocked_ = false;
	}

	time_ns deadline() const;
	bool step(time_ns now);

      private:
	enum class Pending { nothing, xoff, xon };

	const Registers &registers_;
	Statistics &statistics_;
	Line &line_;

	time_ns held_until_ = 0;
	bool above_ = false; /* the FIFO has passed FCRTH and not yet fallen to FCRTL */
	time_ns refresh_at_ = never;
	Pending pending_ = Pending::nothing;
	bool line_blocked_ = false;

	bool sends() const;
	bool addressed(const std::uint8_t *frame) const;
	void plan_refresh(time_ns now);
	void send(time_ns now);
};

} // namespace ringside::ref

#endif
