/* SPDX-License-Identifier: MIT */
/*
 * The platform: owner of the SystemC kernel's time, of the cards in their slots, and of the wires.
 *
 * The kernel is entered only when something is due. Between, and during register accesses, which
 * run the card directly, its clock stays behind the platform's.
 */
#ifndef RINGSIDE_HW_PLATFORM_H
#define RINGSIDE_HW_PLATFORM_H

#include <memory>
#include <string>
#include <vector>

#include "hw/slot.h"
#include "hw/wire.h"

namespace ringside
{

class Platform
{
      public:
	/* Throws Error; a second one in a process is an error (SystemC has one kernel). */
	explicit Platform(const TimeConfig &config);

	Slot &add_card(const std::string &model, const CardConfig &config,
		       const ringside_host_ops &ops, void *host);
	Wire &add_wire(const WireConfig &config);
	int attach(Wire &wire, int side, Slot &slot);
	void start();

	uint64_t advance(uint64_t until_ns);
	uint64_t now_ns() const
	{
		return now_ns_;
	}
	void power_on();

	/*
	 * Before anything from outside at time t (0: now): runs everything before it. Returns the
	 * time at which it takes effect.
	 */
	uint64_t reach(uint64_t t_ns);
	/* After it: in sync mode the card does what it was given, up to the limit; without one, up to
	 * TimeConfig::slip_ns from now. */
	void settle(Slot &slot, uint64_t limit_ns);
	void settle(Slot &slot)
	{
		settle(slot, end_ns_ + config_.slip_ns);
	}

	const TimeConfig &time_config() const
	{
		return config_;
	}
	/* Power-on in kernel time. */
	uint64_t epoch_ns() const
	{
		return epoch_ns_;
	}
	/* Instants before this one are the slots' to act at. */
	uint64_t end_ns() const
	{
		return end_ns_;
	}
	bool inside_kernel() const
	{
		return inside_kernel_;
	}

      private:
	struct Plug {
		Wire *wire;
		Slot *slots[2];
	};

	uint64_t next_ns() const;
	void run_kernel(uint64_t end_ns);
	void flush_taps();

	const TimeConfig config_;
	std::vector<std::unique_ptr<Wire>> wires_;
	std::vector<std::unique_ptr<Slot>> slots_;
	std::vector<Plug> plugs_;
	bool started_ = false;
	bool inside_kernel_ = false;
	uint64_t now_ns_ = 0;
	uint64_t end_ns_ = 0;
	uint64_t epoch_ns_ = 0;
};

} // namespace ringside
#endif
