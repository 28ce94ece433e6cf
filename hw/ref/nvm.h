/* SPDX-License-Identifier: MIT */
/*
 * The NVM: 64 words that hold the MAC address and what drivers ask at probe, read through EERD and
 * written through EEWR (fact sheet 3.1 to 3.3). Contents survive every reset but power-on.
 */
#ifndef RINGSIDE_REF_NVM_H
#define RINGSIDE_REF_NVM_H

#include <array>

#include "offsets.h"

namespace ringside::ref
{

class Nvm
{
      public:
	/* Image of section 3.2 with this address and the checksum that makes the sum 0xbaba. */
	void power_on(const std::array<std::uint8_t, 6> &mac);
	/* The two ports go idle; contents stay. */
	void reset();

	void write_eerd(std::uint32_t value, time_ns now);
	void write_eewr(std::uint32_t value, time_ns now);
	std::uint32_t read_eerd(time_ns now) const
	{
		return eerd_.read(now);
	}
	std::uint32_t read_eewr(time_ns now) const
	{
		return eewr_.read(now);
	}

	std::uint16_t word(unsigned int index) const
	{
		return words_[index];
	}

      private:
	/* One of the two access registers: idle with DONE set, or busy until done_at. */
	struct Port {
		std::uint32_t value = done;
		time_ns done_at = 0;

		std::uint32_t read(time_ns now) const
		{
			return now < done_at ? value & ~done : value;
		}
	};

	static constexpr std::uint32_t start = bit(0), done = bit(1);

	std::array<std::uint16_t, 64> words_{};
	Port eerd_, eewr_;
};

} // namespace ringside::ref

#endif
