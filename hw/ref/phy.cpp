// SPDX-License-Identifier: MIT
/* Clause 22 registers as IEEE 802.3 section 22.2.4 and fact sheet 3.5 have them. */
#include "phy.h"

namespace ringside::ref
{
namespace
{

constexpr unsigned int bmcr = 0, bmsr = 1, anar = 4, anlpar = 5, page_select = 22, oem_bits = 25;
constexpr std::uint16_t bmcr_reset = 1 << 15, bmcr_loopback = 1 << 14, bmcr_autoneg = 1 << 12;
constexpr std::uint16_t bmcr_power_down = 1 << 11, bmcr_restart = 1 << 9, bmcr_reserved = 0x3f;
constexpr std::uint16_t bmsr_link = 1 << 2, bmsr_autoneg_done = 1 << 5;
constexpr std::uint16_t anlpar_ack = 1 << 14, an_pause = 1 << 10;
constexpr std::uint16_t oem_restart = 1 << 10;
constexpr std::uint16_t status1_number = 17, status1_link = 1 << 10;

constexpr unsigned int at(unsigned int page, unsigned int number)
{
	return page * 32 + number;
}

/* Reset values that are not zero. */
const std::map<unsigned int, std::uint16_t> reset_values = {
	{at(0, 0), 0x1140},  {at(0, 1), 0x794d},  {at(0, 2), 0x0141},  {at(0, 3), 0x0cb1},
	{at(0, 4), 0x0de1},  {at(0, 5), 0x07e0},  {at(0, 6), 0x0005},  {at(0, 7), 0x2001},
	{at(0, 9), 0x0f00},  {at(0, 10), 0x3c00}, {at(0, 15), 0x3000}, {at(0, 16), 0x3360},
	{at(0, 17), 0xac08}, {at(2, 16), 0x0088}, {at(2, 21), 0x1046}, {at(3, 18), 0x4005},
};

bool read_only(unsigned int index)
{
	switch (index) {
	case at(0, 1):
	case at(0, 2):
	case at(0, 3):
	case at(0, 5):
	case at(0, 6):
	case at(0, 8):
	case at(0, 10):
	case at(0, 15):
	case at(0, 17):
	case at(0, 19):
	case at(0, 21):
		return true;
	default:
		return false;
	}
}

} // namespace

/* Registers 0 to 15 and the page select are the same on every page. */
unsigned int Phy::index(unsigned int number) const
{
	return number < 16 || number == page_select ? number : at(page_, number);
}

std::uint16_t Phy::stored(unsigned int number) const
{
	const auto found = value_.find(index(number));

	return found == value_.end() ? 0 : found->second;
}

void Phy::reset()
{
	value_ = reset_values;
	page_ = 0;
	negotiated_ = false;
	link_dropped_ = false;
	autoneg_done_at_ = never;
}

void Phy::restart(time_ns now)
{
	reset();
	negotiate(now);
}

bool Phy::powered() const
{
	return !(value_.at(bmcr) & bmcr_power_down);
}

bool Phy::pause() const
{
	return value_.at(anar) & value_.at(anlpar) & an_pause;
}

bool Phy::looped() const
{
	return value_.at(bmcr) & bmcr_loopback;
}

bool Phy::link() const
{
	if (looped())
		return true;
	return carrier_ && powered() && autoneg_done_at_ == never;
}

void Phy::lose_link()
{
	link_dropped_ = true;
	negotiated_ = false;
}

void Phy::negotiate(time_ns now)
{
	lose_link();
	autoneg_done_at_ = carrier_ && powered() ? now + autoneg_ns_ : never;
}

void Phy::carrier(bool present, time_ns now)
{
	if (present == carrier_)
		return;
	carrier_ = present;
	if (value_.at(bmcr) & bmcr_autoneg)
		negotiate(now);
	else
		lose_link();
}

bool Phy::step(time_ns now)
{
	if (now < autoneg_done_at_)
		return false;
	autoneg_done_at_ = never;
	negotiated_ = true;
	return true;
}

std::uint16_t Phy::basic_status()
{
	std::uint16_t v = value_.at(bmsr) & ~(bmsr_link | bmsr_autoneg_done);

	if (link() && !link_dropped_)
		v |= bmsr_link;
	if (negotiated_)
		v |= bmsr_autoneg_done;
	link_dropped_ = !link();
	return v;
}

std::uint16_t Phy::read(unsigned int number)
{
	switch (index(number)) {
	case bmsr:
		return basic_status();
	case anlpar:
		return static_cast<std::uint16_t>(stored(anlpar) | (negotiated_ ? anlpar_ack : 0));
	case page_select:
		return page_;
	case status1_number:
		return static_cast<std::uint16_t>(stored(status1_number) & ~status1_link) |
		       (link() ? status1_link : 0);
	default:
		return stored(number);
	}
}

void Phy::write_basic_control(std::uint16_t value, time_ns now)
{
	const bool was_powered = powered();

	if (value & bmcr_reset) {
		restart(now);
		return;
	}
	value_[bmcr] = value & ~(bmcr_restart | bmcr_reserved);
	if (!powered()) {
		lose_link();
		autoneg_done_at_ = never;
	} else if (!was_powered || ((value & bmcr_restart) && (value & bmcr_autoneg))) {
		negotiate(now);
	}
}

void Phy::write(unsigned int number, std::uint16_t value, time_ns now)
{
	const unsigned int where = index(number);

	if (where == bmcr) {
		write_basic_control(value, now);
	} else if (where == page_select) {
		page_ = value;
	} else if (where == oem_bits) {
		value_[where] = value & ~oem_restart;
		if (value & oem_restart)
			negotiate(now);
	} else if (!read_only(where)) {
		value_[where] = value;
	}
}

} // namespace ringside::ref
