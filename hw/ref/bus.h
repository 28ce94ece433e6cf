/* SPDX-License-Identifier: MIT */
/*
 * What the engines of the reference card ask of the world, so that they know nothing of SystemC:
 * host memory, the line, and the interrupt pins.
 */
#ifndef RINGSIDE_REF_BUS_H
#define RINGSIDE_REF_BUS_H

#include <cstddef>

#include "offsets.h"

namespace ringside::ref
{

/* An access has moved its bytes when it returns; the card may act on it from done_at on. */
struct Access {
	bool ok;
	time_ns done_at;
};

class Memory
{
      public:
	virtual Access read(time_ns now, std::uint64_t addr, void *buf, std::size_t len) = 0;
	virtual Access write(time_ns now, std::uint64_t addr, const void *buf, std::size_t len) = 0;

      protected:
	~Memory() = default;
};

class Line
{
      public:
	/* False: not taken, try again after Transmit::line_ready(). */
	virtual bool send(time_ns now, const std::uint8_t *frame, std::size_t len) = 0;

      protected:
	~Line() = default;
};

class Pins
{
      public:
	virtual void message(unsigned int vector) = 0;
	virtual void intx(bool level) = 0;
	virtual void clear_pending(std::uint32_t vectors) = 0;

      protected:
	~Pins() = default;
};

} // namespace ringside::ref

#endif
