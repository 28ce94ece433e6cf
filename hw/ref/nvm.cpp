// SPDX-License-Identifier: MIT
#include "nvm.h"

namespace ringside::ref
{
namespace
{

constexpr time_ns access_ns = 1000;
constexpr unsigned int checksum_word = 0x3f;
constexpr std::uint16_t checksum = 0xbaba;

/* Section 3.2; words 0 to 2 and 0x3f are filled in. */
constexpr std::array<std::uint16_t, 64> image = {
	0x0000, 0x0000, 0x0000, 0x0420, 0xf746, 0x2010, 0xffff, 0xffff, 0x0000, 0x0000, 0x026b,
	0x10d3, 0x8086, 0x10d3, 0x0000, 0x8058, 0x0000, 0x2001, 0x7e7c, 0xffff, 0x1000, 0x00c8,
	0x0000, 0x2704, 0x6cc9, 0x3150, 0x070e, 0x460b, 0x2d84, 0x0100, 0xf000, 0x0706, 0x6000,
	0x0080, 0x0f04, 0x7fff, 0x4f01, 0xc600, 0x0000, 0x20ff, 0x0028, 0x0003, 0x0000, 0x0000,
	0x0000, 0x0003, 0x0000, 0xffff, 0x0100, 0xc000, 0x121c, 0xc007, 0xffff, 0xffff, 0xffff,
	0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0x0000, 0x0120, 0xffff, 0x0000,
};

unsigned int word_address(std::uint32_t value)
{
	return value >> 2 & 0x3fff;
}

} // namespace

void Nvm::power_on(const std::array<std::uint8_t, 6> &mac)
{
	std::uint16_t sum = 0;

	words_ = image;
	for (unsigned int i = 0; i < 3; i++)
		words_[i] = static_cast<std::uint16_t>(mac[2 * i + 1] << 8 | mac[2 * i]);
	for (unsigned int i = 0; i < checksum_word; i++)
		sum = static_cast<std::uint16_t>(sum + words_[i]);
	words_[checksum_word] = static_cast<std::uint16_t>(checksum - sum);
	reset();
}

void Nvm::reset()
{
	eerd_ = Port{};
	eewr_ = Port{};
}

void Nvm::write_eerd(std::uint32_t value, time_ns now)
{
	const unsigned int address = word_address(value);

	eerd_.value = value & 0xfffc;
	if (!(value & start)) {
		eerd_.value |= done;
		return;
	}
	if (address >= words_.size())
		return; /* DONE is never set */
	eerd_.value |= std::uint32_t{words_[address]} << 16 | done;
	eerd_.done_at = now + access_ns;
}

void Nvm::write_eewr(std::uint32_t value, time_ns now)
{
	const unsigned int address = word_address(value);

	eewr_.value = (value & 0xfffffffc) | done;
	if (!(value & start))
		return;
	if (address < words_.size())
		words_[address] = static_cast<std::uint16_t>(value >> 16);
	eewr_.done_at = now + access_ns;
}

} // namespace ringside::ref
