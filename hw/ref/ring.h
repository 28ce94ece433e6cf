/* SPDX-License-Identifier: MIT */
/*
 * A descriptor ring as its registers describe it (fact sheet 4.4, 5.7): the card owns the
 * descriptors from head up to, not including, tail. A head or tail outside the ring, or a ring
 * without length, is an empty ring.
 */
#ifndef RINGSIDE_REF_RING_H
#define RINGSIDE_REF_RING_H

#include <algorithm>

#include "registers.h"

namespace ringside::ref
{

constexpr std::uint32_t descriptor_bytes = 16;
constexpr std::uint32_t descriptors_a_read = 16;

class Ring
{
      public:
	/* base_low: offset of xDBAL; the other registers lie at fixed distances from it. */
	Ring(Registers &registers, std::uint32_t base_low) : registers_(registers), at_(base_low)
	{
	}

	std::uint32_t size() const
	{
		return registers_[at_ + 0x08] / descriptor_bytes;
	}
	std::uint32_t head() const
	{
		return registers_[at_ + 0x10];
	}
	std::uint64_t address(std::uint32_t index) const
	{
		return (std::uint64_t{registers_[at_ + 4]} << 32 | registers_[at_]) +
		       std::uint64_t{index} * descriptor_bytes;
	}
	/* Descriptors that the card owns. */
	std::uint32_t owned() const
	{
		const std::uint32_t n = size(), h = head(), t = registers_[at_ + 0x18];

		if (h >= n || t >= n)
			return 0;
		return t >= h ? t - h : n - h + t;
	}
	std::uint32_t wrapped(std::uint32_t index) const
	{
		return index >= size() ? index - size() : index;
	}
	void advance(std::uint32_t count)
	{
		registers_.set(at_ + 0x10, wrapped(head() + count));
	}

      private:
	Registers &registers_;
	const std::uint32_t at_;
};

} // namespace ringside::ref

#endif
