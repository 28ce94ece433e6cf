// SPDX-License-Identifier: MIT
// The platform: see platform.h.

#include "hw/platform.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "hw/error.h"

namespace ringside
{
namespace
{

/* Far enough for anybody, and safe to add to. */
constexpr uint64_t kEndOfTimeNs = uint64_t{1} << 61;

/* SystemC prints a banner when its kernel starts, unless this variable says not to. */
class Silence
{
      public:
	Silence() : was_set_(getenv(kVariable) != nullptr)
	{
		setenv(kVariable, "DISABLE", 0);
	}
	~Silence()
	{
		if (!was_set_)
			unsetenv(kVariable);
	}

      private:
	static constexpr const char *kVariable = "SC_COPYRIGHT_MESSAGE";
	const bool was_set_;
};

void claim_kernel()
{
	static bool claimed = false;

	if (claimed)
		throw Error(-EBUSY,
			    "this process had a platform before, and SystemC has one kernel a "
			    "process; use power_on() for a fresh start, or a new process");
	claimed = true;
}

} // namespace

Platform::Platform(const TimeConfig &config) : config_(config)
{
	if (!config.trace_file.empty() && !rtl_card_traces())
		throw Error(-ENOTSUP, "trace=" + config.trace_file +
					      " needs the build with waves; load "
					      "libringside-waves.so");
	claim_kernel();
	Silence silence;
	sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
	sc_core::sc_set_time_resolution(1, sc_core::SC_NS);
}

Slot &Platform::add_card(const std::string &model, const CardConfig &config,
			 const ringside_host_ops &ops, void *host)
{
	if (started_)
		throw Error(-EBUSY, "the platform has started; create cards before start()");

	std::string name = "card" + std::to_string(slots_.size());
	TimeConfig time = config_;
	if (!slots_.empty() && !time.trace_file.empty())
		time.trace_file += "." + name;
	slots_.push_back(
		std::make_unique<Slot>(name.c_str(), *this, model, time, config, ops, host));
	return *slots_.back();
}

Wire &Platform::add_wire(const WireConfig &config)
{
	if (started_)
		throw Error(-EBUSY, "the platform has started; create wires before start()");

	wires_.push_back(std::make_unique<Wire>(config, config_.mode == TimeMode::Free));
	plugs_.push_back({wires_.back().get(), {nullptr, nullptr}});
	return *wires_.back();
}

int Platform::attach(Wire &wire, int side, Slot &slot)
{
	auto plug = std::find_if(plugs_.begin(), plugs_.end(),
				 [&wire](const Plug &plug) { return plug.wire == &wire; });
	auto used = [&slot](const Plug &plug) {
		return plug.slots[0] == &slot || plug.slots[1] == &slot;
	};

	if (plug == plugs_.end() || (side != 0 && side != 1))
		return -EINVAL;
	if (started_ || plug->slots[side] || std::any_of(plugs_.begin(), plugs_.end(), used))
		return -EBUSY;
	plug->slots[side] = &slot;
	return 0;
}

void Platform::start()
{
	if (started_)
		throw Error(-EBUSY, "the platform has started already; call start() once");
	for (const Plug &plug : plugs_) {
		if (!plug.slots[0] || !plug.slots[1])
			throw Error(-EINVAL, "a wire has a free end; attach a card to both sides");
		plug.slots[0]->attach(*plug.wire, 0, plug.slots[1]);
		plug.slots[1]->attach(*plug.wire, 1, plug.slots[0]);
	}
	Silence silence;
	sc_core::sc_start(sc_core::SC_ZERO_TIME);
	started_ = true;
}

uint64_t Platform::next_ns() const
{
	uint64_t next_ns = RINGSIDE_TIME_NEVER;

	for (const auto &slot : slots_)
		next_ns = std::min(next_ns, slot->wake_ns());
	return next_ns;
}

/* Does everything that is due before end_ns. */
void Platform::run_kernel(uint64_t end_ns)
{
	end_ns_ = end_ns;
	if (next_ns() >= end_ns)
		return;

	inside_kernel_ = true;
	for (const auto &slot : slots_) {
		slot->allow_burst();
		slot->schedule();
	}
	uint64_t last_ns = epoch_ns_ + end_ns - 1;
	uint64_t kernel_ns = sc_core::sc_time_stamp().value();
	if (last_ns > kernel_ns)
		sc_core::sc_start(sc_core::sc_time::from_value(last_ns - kernel_ns));
	while (sc_core::sc_pending_activity_at_current_time())
		sc_core::sc_start(sc_core::SC_ZERO_TIME);
	inside_kernel_ = false;
}

void Platform::flush_taps()
{
	for (const auto &wire : wires_) {
		Tap *tap = wire->tap();

		if (!tap)
			continue;
		tap->flush(end_ns_);
		if (int error = tap->take_error())
			slots_.front()->log(0, "pcap=" + tap->file_name() + ": " + strerror(error) +
						       "; the capture ends here, make room for it");
	}
}

uint64_t Platform::advance(uint64_t until_ns)
{
	now_ns_ = std::max(now_ns_, std::min(until_ns, kEndOfTimeNs));
	run_kernel(now_ns_ + 1);
	if (config_.mode == TimeMode::Sync)
		for (const auto &slot : slots_)
			slot->settle(now_ns_ + config_.slip_ns);
	flush_taps();
	return config_.mode == TimeMode::Free ? std::max(next_ns(), now_ns_) : next_ns();
}

uint64_t Platform::reach(uint64_t t_ns)
{
	now_ns_ = std::max(now_ns_, std::min(t_ns, kEndOfTimeNs));
	if (config_.mode == TimeMode::Free)
		return now_ns_;
	run_kernel(std::max(now_ns_, end_ns_));
	return end_ns_;
}

void Platform::settle(Slot &slot, uint64_t limit_ns)
{
	if (config_.mode == TimeMode::Sync)
		slot.settle(limit_ns);
}

void Platform::power_on()
{
	epoch_ns_ = sc_core::sc_time_stamp().value();
	now_ns_ = end_ns_ = 0;
	for (const auto &wire : wires_)
		wire->power_on();
	for (const auto &slot : slots_)
		slot->power_on();
}

} // namespace ringside
