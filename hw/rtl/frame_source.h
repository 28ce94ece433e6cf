/* SPDX-License-Identifier: MIT */
/*
 * The wire's end of the card's AXI4-Stream input: a queue of frames that have arrived, sent a beat
 * a cycle while the card takes them.
 */
#ifndef RINGSIDE_HW_RTL_FRAME_SOURCE_H
#define RINGSIDE_HW_RTL_FRAME_SOURCE_H

#include <cstdint>
#include <deque>
#include <vector>

#include "hw/rtl/model.h"

namespace ringside
{

class FrameSource
{
      public:
	/* limit: frames that may wait. */
	FrameSource(Model &model, size_t limit) : model_(model), limit_(limit)
	{
	}

	void power_on();

	/* As AxiMemory::step(). */
	bool step();

	bool has_room() const
	{
		return frames_.size() < limit_;
	}
	/* Worth telling a sender that found no room. */
	bool has_much_room() const
	{
		return frames_.size() <= limit_ / 2;
	}
	void push(const uint8_t *frame, size_t len, bool good_fcs);

	/* The rest of a frame that the card has seen the beginning of is not sent. */
	void abort();

	/* Nothing waits. */
	bool empty() const
	{
		return frames_.empty();
	}

      private:
	struct Frame {
		std::vector<uint8_t> bytes; /* whole beats */
		size_t len;
		bool good_fcs;
	};

	void pop();

	Model &model_;
	const size_t limit_;
	std::deque<Frame> frames_;
	std::vector<std::vector<uint8_t>> spare_;
	size_t sent_ = 0; /* bytes of the first frame */
};

} // namespace ringside
#endif
