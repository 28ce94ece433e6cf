// SPDX-License-Identifier: MIT
#include "time_use.h"

#include <algorithm>

namespace ringside::ref
{

void TimeUse::reset()
{
	on_ = false;
	spent_.fill(0);
}

void TimeUse::pass(Block block, time_ns from, time_ns to, time_ns dma_end, time_ns wire_end)
{
	const time_ns waits = std::clamp(dma_end, from, to);

	if (!on_)
		return;
	spent_[block * uses + dma] += waits - from;
	spent_[block * uses + wire] += std::clamp(wire_end, waits, to) - waits;
}

std::uint32_t TimeUse::read(std::uint32_t offset)
{
	if (offset == reg::time_ctrl)
		return on_;

	const std::uint32_t word = (offset - reg::time_use) / 4;

	if (word % 2)
		return high_;
	high_ = static_cast<std::uint32_t>(spent_[word / 2] >> 32);
	return static_cast<std::uint32_t>(spent_[word / 2]);
}

/* EN: 1 starts from 0, 0 stops. */
void TimeUse::write(std::uint32_t offset, std::uint32_t value)
{
	if (offset != reg::time_ctrl)
		return;
	on_ = value & bit(0);
	if (on_)
		spent_.fill(0);
}

} // namespace ringside::ref
