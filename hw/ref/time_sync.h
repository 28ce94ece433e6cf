/* SPDX-License-Identifier: MIT */
/*
 * IEEE 1588 (fact sheet 2.6, 5.9): the system time that counts in increments software chooses, and
 * the two time stamps, of a sent and of a received frame, each kept until software has read it.
 */
#ifndef RINGSIDE_REF_TIME_SYNC_H
#define RINGSIDE_REF_TIME_SYNC_H

#include "layers.h"
#include "registers.h"

namespace ringside::ref
{

class TimeSync
{
      public:
	explicit TimeSync(Registers &registers) : registers_(registers)
	{
	}

	/* Time 0, no stamps; registers are reset before. */
	void reset(time_ns now);

	/* Offsets that are handled here. */
	static bool owns(std::uint32_t offset)
	{
		return offset >= reg::systiml && offset <= reg::rxsatrh;
	}
	std::uint32_t read(std::uint32_t offset, time_ns now);
	void write(std::uint32_t offset, std::uint32_t value, time_ns now);

	/* A frame that asks for a stamp begins to leave. */
	void sent(time_ns now);
	/* A frame was received. True: it is the one that is stamped. */
	bool received(const std::uint8_t *frame, const Layers &l, time_ns now);

      private:
	struct Stamp {
		bool valid = false;
		std::uint64_t time = 0;
		std::uint64_t attributes = 0; /* received: source and sequence */
	};

	Registers &registers_;
	std::uint64_t base_ = 0; /* system time at epoch_ */
	time_ns epoch_ = 0;
	std::uint32_t latched_high_ = 0; /* by reading the low half */
	Stamp sent_, received_;

	std::uint64_t time(time_ns now) const;
	void set_time(std::uint64_t time, time_ns now);
	bool wanted(const std::uint8_t *frame, const Layers &l, std::size_t &message) const;
};

} // namespace ringside::ref

#endif
