/* SPDX-License-Identifier: MIT */
/*
 * The card's register file: what a plain register keeps of a write, what it holds after a reset,
 * and which offsets are other names of the same register (fact sheet section 2). Registers that do
 * something when they are read or written are handled where the thing is done; here they only have
 * their storage.
 */
#ifndef RINGSIDE_REF_REGISTERS_H
#define RINGSIDE_REF_REGISTERS_H

#include <vector>

#include "offsets.h"

namespace ringside::ref
{

class Registers
{
      public:
	Registers();

	/* The register that answers at this offset (a dword's offset). */
	static std::uint32_t canonical(std::uint32_t offset);

	/* Power-on and PCI reset: every register takes its reset value. */
	void reset();
	/* CTRL.RST: as reset(), but PBA, PBS and FLA keep their values (3.8). */
	void soft_reset();

	/* Raw storage, by canonical offset. */
	std::uint32_t operator[](std::uint32_t offset) const
	{
		return value_[offset / 4];
	}
	void set(std::uint32_t offset, std::uint32_t value)
	{
		value_[offset / 4] = value;
	}

	/* A guest's write to a plain register: only the writable bits change. */
	void store(std::uint32_t offset, std::uint32_t value);

      private:
	std::vector<std::uint32_t> value_;
};

} // namespace ringside::ref

#endif
