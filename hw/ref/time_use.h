/* SPDX-License-Identifier: MIT */
/*
 * Ringside's own block at 0x1c010 (docs/registers.md, RS_TIME): where the time of transmit, of
 * receive and of the two DMA masters goes. Work takes this card no time, so nothing is ever busy;
 * what is counted is waiting for memory and for the line.
 */
#ifndef RINGSIDE_REF_TIME_USE_H
#define RINGSIDE_REF_TIME_USE_H

#include <array>

#include "offsets.h"

namespace ringside::ref
{

class TimeUse
{
      public:
	enum Block { transmit, receive, reader, writer, blocks };
	enum Use { busy, dma, wire, uses };

	static bool owns(std::uint32_t offset)
	{
		return offset == reg::time_ctrl ||
		       (offset >= reg::time_use && offset < reg::time_use + 8 * blocks * uses);
	}

	void reset();
	/* Between these times the block waited for DMA until `dma_end`, then for the wire until `wire_end`. */
	void pass(Block block, time_ns from, time_ns to, time_ns dma_end, time_ns wire_end);

	/* A low half latches the high one. */
	std::uint32_t read(std::uint32_t offset);
	void write(std::uint32_t offset, std::uint32_t value);

      private:
	bool on_ = false;
	std::uint32_t high_ = 0;
	std::array<time_ns, std::size_t{blocks} * uses> spent_{};
};

} // namespace ringside::ref

#endif
