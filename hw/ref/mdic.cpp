// SPDX-License-Identifier: MIT
#include "mdic.h"

namespace ringside::ref
{

void Mdic::reset()
{
	value_ = 0;
	done_at_ = never;
}

void Mdic::write(std::uint32_t value, Phy &phy, time_ns now)
{
	const unsigned int number = value >> 16 & 0x1f;
	const std::uint32_t op = value & (op_write | op_read);

	value_ = value & ~(ready | error | bit(31));
	done_at_ = now + access_ns;
	if ((value >> 21 & 0x1f) != phy_address || (op != op_write && op != op_read)) {
		value_ |= error;
		return;
	}
	if (op == op_write)
		phy.write(number, static_cast<std::uint16_t>(value), now);
	else
		value_ = (value_ & 0xffff0000) | phy.read(number);
}

bool Mdic::step(time_ns now)
{
	if (now < done_at_)
		return false;
	done_at_ = never;
	value_ |= ready;
	return value_ & interrupt;
}

} // namespace ringside::ref
