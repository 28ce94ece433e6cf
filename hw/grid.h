/* SPDX-License-Identifier: MIT */
/* The grid of time that cards act on, and the lengths of frames at their edge. */
#ifndef RINGSIDE_HW_GRID_H
#define RINGSIDE_HW_GRID_H

#include <cstddef>
#include <cstdint>

#include "ringside/platform.h"

namespace ringside
{

/* Without FCS. */
constexpr size_t kMinFrameBytes = 60;
constexpr size_t kMaxFrameBytes = 16384;

constexpr uint64_t kCycleNs = 4;

/* The instant at or after t. */
constexpr uint64_t on_grid(uint64_t t_ns)
{
	return t_ns > RINGSIDE_TIME_NEVER - kCycleNs ? RINGSIDE_TIME_NEVER
						     : (t_ns + kCycleNs - 1) / kCycleNs * kCycleNs;
}

} // namespace ringside
#endif
