/* SPDX-License-Identifier: MIT */
/*
 * The wire's end of the card's AXI4-Stream output: gathers beats to frames. A frame that nobody
 * takes is kept, and tready held low, until retry(). A frame that ends with tuser is thrown away.
 */
#ifndef RINGSIDE_HW_RTL_FRAME_SINK_H
#define RINGSIDE_HW_RTL_FRAME_SINK_H

#include <array>
#include <cstdint>

#include "hw/grid.h"
#include "hw/rtl/model.h"

namespace ringside
{

class FrameSink
{
      public:
	explicit FrameSink(Model &model) : model_(model)
	{
	}

	void power_on();

	/* As AxiMemory::step(). send(frame, len) says whether it took the frame. */
	template <typename Send> bool step(Send send)
	{
		const bool was_ready = model_->m_axis_tready_i;

		if (was_ready && model_->m_axis_tvalid_o && gather())
			finish(send);
		model_->m_axis_tready_i = !blocked_;
		return model_->m_axis_tready_i != was_ready;
	}

	/* Offers the frame that is kept. */
	template <typename Send> void retry(Send send)
	{
		if (blocked_)
			finish(send);
	}

      private:
	/* Takes a beat; returns whether it was the last one of a good frame. */
	bool gather();

	template <typename Send> void finish(Send send)
	{
		blocked_ = !send(frame_.data(), len_);
		if (!blocked_)
			len_ = 0;
	}

	Model &model_;
	std::array<uint8_t, kMaxFrameBytes + kBeatBytes> frame_;
	size_t len_ = 0;
	bool too_long_ = false;
	bool blocked_ = false;
};

} // namespace ringside
#endif
