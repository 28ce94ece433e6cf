// SPDX-License-Identifier: MIT
// Frames that come to the card: see frame_source.h.

#include "hw/rtl/frame_source.h"

namespace ringside
{

void FrameSource::power_on()
{
	while (!frames_.empty())
		pop();
	model_->s_axis_tvalid_i = 0;
	model_->s_axis_tuser_i = 0;
}

void FrameSource::push(const uint8_t *frame, size_t len, bool good_fcs)
{
	std::vector<uint8_t> bytes;

	if (!spare_.empty()) {
		bytes = std::move(spare_.back());
		spare_.pop_back();
	}
	bytes.resize((len + kBeatBytes - 1) / kBeatBytes * kBeatBytes);
	memcpy(bytes.data(), frame, len);
	memset(bytes.data() + len, 0, bytes.size() - len);
	frames_.push_back({std::move(bytes), len, good_fcs});
}

void FrameSource::pop()
{
	spare_.push_back(std::move(frames_.front().bytes));
	frames_.pop_front();
	sent_ = 0;
}

void FrameSource::abort()
{
	if (sent_)
		pop();
	model_->s_axis_tvalid_i = 0;
}

bool FrameSource::step()
{
	const bool offered = model_->s_axis_tvalid_i;

	if (offered && !model_->s_axis_tready_o)
		return false;
	if (offered && model_->s_axis_tlast_i)
		pop();
	else if (offered)
		sent_ += kBeatBytes;

	model_->s_axis_tvalid_i = !frames_.empty();
	if (frames_.empty())
		return offered;

	const Frame &frame = frames_.front();
	const size_t left = frame.len - sent_;
	set_beat(model_->s_axis_tdata_i, frame.bytes.data() + sent_);
	set_lanes(model_->s_axis_tkeep_i, left >= kBeatBytes ? kWholeBeat : first_lanes(left));
	model_->s_axis_tlast_i = left <= kBeatBytes;
	model_->s_axis_tuser_i = left <= kBeatBytes && !frame.good_fcs;
	return true;
}

} // namespace ringside
