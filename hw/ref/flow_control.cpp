// SPDX-License-Identifier: MIT
#include "flow_control.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "checksum.h"

namespace ringside::ref
{
namespace
{

constexpr time_ns quantum_ns = 512; /* 512 bit times at 1 Gb/s */
constexpr std::uint16_t opcode_pause = 1;
constexpr std::size_t frame_bytes = 60, fcs_bytes = 4;

/* A station address as a pair of registers has it. */
void put_address(std::uint8_t *at, std::uint32_t low, std::uint32_t high)
{
	for (unsigned int i = 0; i < 4; i++)
		at[i] = static_cast<std::uint8_t>(low >> 8 * i);
	at[4] = static_cast<std::uint8_t>(high);
	at[5] = static_cast<std::uint8_t>(high >> 8);
}

} // namespace

void FlowControl::reset()
{
	held_until_ = 0;
	above_ = false;
	refresh_at_ = never;
	pending_ = Pending::nothing;
	line_blocked_ = false;
}

/* To the address of pause frames, or to the station itself. */
bool FlowControl::addressed(const std::uint8_t *frame) const
{
	std::array<std::uint8_t, 6> pause{}, station{};

	put_address(pause.data(), registers_[reg::fcal], registers_[reg::fcah]);
	put_address(station.data(), registers_[reg::ral0], registers_[reg::rah0]);
	return std::equal(pause.begin(), pause.end(), frame) ||
	       std::equal(station.begin(), station.end(), frame);
}

bool FlowControl::received(const std::uint8_t *frame, time_ns now)
{
	const std::uint32_t rctl = registers_[reg::rctl];

	if (!(registers_[reg::ctrl] & ctrl_rfce) || load16(frame + 12) != registers_[reg::fct] ||
	    !addressed(frame))
		return false;
	if (load16(frame + 14) != opcode_pause) {
		statistics_.count(stat::fcruc);
		return false;
	}

	const std::uint32_t quanta = load16(frame + 16);

	statistics_.count(quanta ? stat::xoffrxc : stat::xonrxc);
	held_until_ = quanta ? now + quanta * quantum_ns : 0;
	return !(rctl & rctl_pmcf) || (rctl & rctl_dpf);
}

bool FlowControl::sends() const
{
	return registers_[reg::ctrl] & ctrl_tfce;
}

/* FCRTV: the time left of the last XOFF at which the next is sent. */
void FlowControl::plan_refresh(time_ns now)
{
	const std::uint32_t pause = registers_[reg::fcttv], left = registers_[reg::fcrtv];

	refresh_at_ = left && left < pause ? now + (pause - left) * quantum_ns : never;
}

void FlowControl::level(std::size_t bytes, time_ns now)
{
	const std::uint32_t high = registers_[reg::fcrth], low = registers_[reg::fcrtl];

	if (!sends() || high == 0)
		return;
	if (!above_ && bytes >= high) {
		above_ = true;
		pending_ = Pending::xoff;
		plan_refresh(now);
	} else if (above_ && bytes <= (low & ~fcrtl_xone)) {
		above_ = false;
		refresh_at_ = never;
		pending_ = low & fcrtl_xone ? Pending::xon : Pending::nothing;
	}
}

time_ns FlowControl::deadline() const
{
	if (pending_ != Pending::nothing && !line_blocked_)
		return 0;
	return refresh_at_;
}

bool FlowControl::step(time_ns now)
{
	if (deadline() > now)
		return false;
	if (refresh_at_ <= now) {
		pending_ = Pending::xoff;
		plan_refresh(now);
	}
	if (!line_blocked_)
		send(now);
	return true;
}

void FlowControl::send(time_ns now)
{
	const bool xoff = pending_ == Pending::xoff;
	std::array<std::uint8_t, frame_bytes> frame{};

	put_address(frame.data(), registers_[reg::fcal], registers_[reg::fcah]);
	put_address(frame.data() + 6, registers_[reg::ral0], registers_[reg::rah0]);
	store16(frame.data() + 12, registers_[reg::fct]);
	store16(frame.data() + 14, opcode_pause);
	store16(frame.data() + 16, xoff ? registers_[reg::fcttv] : 0);
	if (!line_.send(now, frame.data(), frame.size())) {
		line_blocked_ = true;
		return;
	}
	pending_ = Pending::nothing;
	statistics_.count(xoff ? stat::xofftxc : stat::xontxc);
	statistics_.count(stat::tpt);
	statistics_.add_octets(stat::totl, frame.size() + fcs_bytes);
}

} // namespace ringside::ref
