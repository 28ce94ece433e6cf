/* SPDX-License-Identifier: MIT */
/* MDIC: one PHY access at a time, done a while after it was asked for (fact sheet 3.4). */
#ifndef RINGSIDE_REF_MDIC_H
#define RINGSIDE_REF_MDIC_H

#include "phy.h"

namespace ringside::ref
{

class Mdic
{
      public:
	void reset();
	void write(std::uint32_t value, Phy &phy, time_ns now);
	std::uint32_t read() const
	{
		return value_;
	}
	time_ns deadline() const
	{
		return done_at_;
	}
	/* Finishes an access that is due. True when it asked for an interrupt. */
	bool step(time_ns now);

      private:
	static constexpr time_ns access_ns = 2000;
	static constexpr unsigned int phy_address = 1;
	static constexpr std::uint32_t op_write = bit(26), op_read = bit(27), ready = bit(28);
	static constexpr std::uint32_t interrupt = bit(29), error = bit(30);

	std::uint32_t value_ = 0;
	time_ns done_at_ = never;
};

} // namespace ringside::ref

#endif
