// SPDX-License-Identifier: MIT
// Frames that leave the card: see frame_sink.h.

#include "hw/rtl/frame_sink.h"

namespace ringside
{

void FrameSink::power_on()
{
	len_ = 0;
	too_long_ = blocked_ = false;
	model_->m_axis_tready_i = 1;
}

bool FrameSink::gather()
{
	const Lanes keep = lanes_of(model_->m_axis_tkeep_o);

	if (len_ + kBeatBytes > frame_.size()) {
		too_long_ = true;
	} else {
		memcpy(frame_.data() + len_, beat_bytes(model_->m_axis_tdata_o), kBeatBytes);
		if (keep == kWholeBeat)
			len_ += kBeatBytes;
		else
			for (uint64_t word : keep)
				len_ += __builtin_popcountll(word);
	}
	if (!model_->m_axis_tlast_o)
		return false;

	const bool good = !model_->m_axis_tuser_o && !too_long_ && len_ && len_ <= kMaxFrameBytes;
	too_long_ = false;
	if (!good)
		len_ = 0;
	return good;
}

} // namespace ringside
