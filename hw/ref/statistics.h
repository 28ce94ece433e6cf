/* SPDX-License-Identifier: MIT */
/*
 * The statistics block at 0x4000 (fact sheet section 7): counters that a read clears and that stick
 * at all ones; octet counters are 64 bits wide in two registers, and reading the high half clears
 * both.
 */
#ifndef RINGSIDE_REF_STATISTICS_H
#define RINGSIDE_REF_STATISTICS_H

#include <array>
#include <cstddef>

#include "offsets.h"

namespace ringside::ref
{

/* Offsets of the counters that this card counts. */
namespace stat
{
constexpr std::uint32_t xonrxc = 0x4048, xontxc = 0x404c, xoffrxc = 0x4050, xofftxc = 0x4054;
constexpr std::uint32_t fcruc = 0x4058, crcerrs = 0x4000, rlec = 0x4040, rfc = 0x40a8, rjc = 0x40b0;
constexpr std::uint32_t mpc = 0x4010, prc64 = 0x405c, gprc = 0x4074, bprc = 0x4078, mprc = 0x407c;
constexpr std::uint32_t gptc = 0x4080, gorcl = 0x4088, gotcl = 0x4090, rnbc = 0x40a0, ruc = 0x40a4;
constexpr std::uint32_t roc = 0x40ac, torl = 0x40c0, totl = 0x40c8, tpr = 0x40d0, tpt = 0x40d4;
constexpr std::uint32_t ptc64 = 0x40d8, mptc = 0x40f0, bptc = 0x40f4, tsctc = 0x40f8;
constexpr std::uint32_t tsctfc = 0x40fc, iac = 0x4100;
/* Interrupt causes: timers that ended, transmit queue empty, few descriptors, overruns. */
constexpr std::uint32_t icrxptc = 0x4104, icrxatc = 0x4108, ictxptc = 0x410c, ictxatc = 0x4110;
constexpr std::uint32_t ictxqec = 0x4118, ictxqmtc = 0x411c, icrxdmtc = 0x4120, icrxoc = 0x4124;
} // namespace stat

class Statistics
{
      public:
	void reset();
	void count(std::uint32_t offset);
	void add_octets(std::uint32_t low_offset, std::uint64_t octets);

	/* A good frame of len bytes without FCS whose destination address is at `frame`. */
	void count_received(const std::uint8_t *frame, std::size_t len);
	void count_transmitted(const std::uint8_t *frame, std::size_t len);

	std::uint32_t read(std::uint32_t offset);

      private:
	std::array<std::uint32_t, (reg::stats_end - reg::stats_first) / 4> value_{};

	std::uint32_t &at(std::uint32_t offset)
	{
		return value_[(offset - reg::stats_first) / 4];
	}
	void count_size(std::uint32_t first_bin, std::size_t wire_bytes);
};

bool is_broadcast(const std::uint8_t *mac);
bool is_multicast(const std::uint8_t *mac); /* group bit set, broadcast excluded */

} // namespace ringside::ref

#endif
