/* SPDX-License-Identifier: MIT */
/*
 * A simulated network card as a SystemC TLM-2.0 module: the class that the Verilated card (hw/rtl/)
 * and the reference card (hw/ref/) derive from, and what surrounds them (hw/slot.h) relies on.
 *
 *   mmio socket  target, loosely timed: 1, 2 or 4 bytes at 0..0x1ffff of BAR0
 *   dma socket   initiator, loosely timed: host memory at bus addresses
 *
 * The sockets live here; a model implements the plain virtual functions below and uses dma_read()
 * and dma_write(). It creates no SystemC process of its own: its slot has the one SC_METHOD, and
 * one activation of it runs the model through many instants (temporal decoupling).
 *
 * Time. All times are nanoseconds since power-on. A model keeps its own clock, time_ns(), which is
 * ahead of the SystemC kernel while the model runs. It acts at instants; in virtual and sync mode
 * the RTL's instants are the multiples of 4 ns, and a model without a clock should act on the same
 * grid. run(), settle() and burst() return the next instant at which the model wants to act by
 * itself (RINGSIDE_TIME_NEVER: only the outside can wake it). Calls from the outside may change
 * that instant; after each the slot asks next_ns().
 *
 * Order. Everything the card does to its host (dma_*, outside().irq() ...) it does in program
 * order, inside one of the calls below, and the effect is complete when the call returns.
 * Interrupts and frames come after the DMA they announce.
 */
#ifndef RINGSIDE_HW_CARD_H
#define RINGSIDE_HW_CARD_H

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "hw/grid.h"
#include "ringside/platform.h"

namespace ringside
{

enum class TimeMode { Virtual, Sync, Free };

/* Platform-wide settings, the same for every card. */
struct TimeConfig {
	TimeMode mode = TimeMode::Virtual;
	bool skip = true;	     /* false: act at every instant, even while asleep */
	bool check_skips = false;    /* try whether what is skipped would change anything */
	uint64_t dma_latency_ns = 0; /* already 0 in free mode */
	uint64_t burst_cycles = 256;
	uint64_t slip_ns = 100'000; /* sync mode: how far a card may be ahead of its host */
	std::string trace_file;	    /* empty: none */
	uint64_t trace_from_ns = 0;
	uint64_t trace_to_ns = RINGSIDE_TIME_NEVER;
};

/* Feature straps: bits of CardConfig::features, as feature_en_i of the RTL. */
enum : uint32_t {
	kFeatureTso = 1u << 0,
	kFeatureTxCsum = 1u << 1,
	kFeatureRxCsum = 1u << 2,
	kFeatureModeration = 1u << 3,
	kFeatureQueues = 1u << 4,
	kFeatureVlan = 1u << 5,
	kFeatureRss = 1u << 6,
	kFeatureSplit = 1u << 7,
	kFeatureLoopback = 1u << 8,
	kFeatureStats = 1u << 9,
	kFeaturePtp = 1u << 10,
	kFeaturePause = 1u << 11,
	kFeatureDetect = 1u << 12,
	kFeaturePacketCsum = 1u << 13,
	kFeatures = (1u << 14) - 1,
};

struct CardConfig {
	std::array<uint8_t, 6> mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
	bool line_drop = false; /* receive=drop: the line does not wait */
	uint64_t autoneg_ns = 10'000'000;
	uint32_t features = kFeatures; /* that the model has */
};

/* What a card sees around it, besides memory. Implemented by its slot. */
class CardOutside
{
      public:
	/* As in ringside_host_ops. */
	virtual void irq(unsigned vector, int level) = 0;
	virtual void pba_clear(uint32_t vector_mask) = 0;
	virtual void log(int severity, const std::string &line) = 0;

	/*
	 * A frame whose last byte left the card at time_ns. False: not taken; the card keeps it and
	 * sends nothing until transmit_ready() is called. May lower the card's horizon.
	 */
	virtual bool transmit(const uint8_t *frame, size_t len, uint64_t time_ns) = 0;

	/* Free mode: the time now, if the host tells it; else 0. */
	virtual uint64_t now_ns() = 0;

	/* receive() would take a frame again, after it had returned false. */
	virtual void receive_ready(uint64_t time_ns) = 0;

	/* Power-on in SystemC time, in nanoseconds (power_on() does not turn the kernel's clock
	 * back). */
	virtual uint64_t epoch_ns() const = 0;

      protected:
	~CardOutside() = default;
};

class Card : public sc_core::sc_module
{
      public:
	tlm_utils::simple_target_socket<Card> mmio;
	tlm_utils::simple_initiator_socket<Card> dma;

	/* All references must outlive the card. */
	Card(sc_core::sc_module_name name, const TimeConfig &time, const CardConfig &config,
	     CardOutside &outside);
	~Card() override;

	/* State as after power-on, time 0, without any call to the outside. Called before first
	 * use. */
	virtual void power_on() = 0;

	/*
	 * Acts at all instants t with time_ns() <= t < horizon_ns(). The horizon can fall while the
	 * card runs (because it sent a frame that may be answered): look at it before every
	 * instant, but one instant may always be completed. Used in virtual and sync mode.
	 */
	uint64_t run_until(uint64_t horizon_ns)
	{
		horizon_ns_ = horizon_ns;
		return run();
	}
	void lower_horizon(uint64_t t_ns)
	{
		if (t_ns < horizon_ns_)
			horizon_ns_ = t_ns;
	}

	/*
	 * Sync mode: as run_until(limit), but stops as soon as nothing is under way inside the card
	 * (no DMA in flight, no frame on its way; waiting for a timer, for transmit_ready(), or for
	 * receive descriptors does not count).
	 */
	virtual uint64_t settle(uint64_t limit_ns) = 0;

	/*
	 * Free mode: time is now_ns, and stands still unless outside().now_ns() says more; works at
	 * most TimeConfig::burst_cycles cycles (a model without a clock: a like amount of work), or
	 * up to an interrupt, which its host can then carry out while the card goes on. Returns the
	 * time it has come to when work is left.
	 */
	virtual uint64_t burst(uint64_t now_ns) = 0;

	/* From any thread: a burst ends early, that under way or the next one. */
	void end_burst()
	{
		burst_ends_.store(true, std::memory_order_relaxed);
	}

	/*
	 * Register access, not before time_ns and not before time_ns(); the slot has run the card
	 * to there. addr is a multiple of 4 below 0x20000. A write has acted, and earlier writes
	 * too, when this returns. Takes at most 64 cycles of card time (none in free mode).
	 */
	virtual uint32_t reg_read(uint64_t time_ns, uint32_t addr) = 0;
	virtual void reg_write(uint64_t time_ns, uint32_t addr, uint32_t value) = 0;

	/*
	 * A frame arrives at time_ns, 60..16384 bytes (14..16384 with a wrong FCS). True: copied.
	 * False: no room; the card calls outside().receive_ready() when there is some. A card with
	 * line_drop drops and counts instead (the RTL wrapper keeps 65536 frames for a host that
	 * lets no time pass meanwhile).
	 */
	virtual bool receive(const uint8_t *frame, size_t len, bool good_fcs, uint64_t time_ns) = 0;
	virtual bool can_receive() const = 0;

	/* The outside takes frames again from time_ns on. */
	virtual void transmit_ready(uint64_t time_ns) = 0;

	virtual void pci_state(uint64_t time_ns, const ringside_pci_state &state) = 0;

	/* Finishes DMA that is under way, in no time, then resets. Reports a falling INTx line. */
	virtual void reset(uint64_t time_ns, ringside_reset_kind kind) = 0;

	/* The first instant at which the card has not acted yet. */
	virtual uint64_t time_ns() const = 0;

	/* The next instant at which it wants to act: at least time_ns(), except in free mode. */
	virtual uint64_t next_ns() const = 0;

	/* Fills cycles_clocked, cycles_skipped and eval_ns; the slot counts the rest. */
	virtual void count(ringside_card_counters &out) const = 0;

      protected:
	virtual uint64_t run() = 0;

	uint64_t horizon_ns() const
	{
		return horizon_ns_;
	}

	/* Outcome of a DMA access: an error was answered, or it is complete at done_ns. */
	struct DmaResult {
		bool ok;
		uint64_t done_ns; /* time_ns + TimeConfig::dma_latency_ns */
	};

	/*
	 * One access of the host's memory, 1..65536 bytes, made at time_ns; the bytes have moved
	 * when it returns, the card may look at them from done_ns on. Reads that fail fill buf with
	 * ones.
	 */
	DmaResult dma_read(uint64_t time_ns, uint64_t addr, void *buf, size_t len);
	DmaResult dma_write(uint64_t time_ns, uint64_t addr, const void *buf, size_t len);

	const TimeConfig &time_config() const
	{
		return time_;
	}
	const CardConfig &config() const
	{
		return config_;
	}
	CardOutside &outside()
	{
		return outside_;
	}

	/* Whether somebody asked for the end of the burst since this was last true. */
	bool burst_ends()
	{
		return burst_ends_.load(std::memory_order_relaxed) &&
		       burst_ends_.exchange(false, std::memory_order_relaxed);
	}

      private:
	void transport_mmio(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
	DmaResult transport_dma(tlm::tlm_command command, uint64_t time_ns, uint64_t addr,
				void *buf, size_t len);

	const TimeConfig &time_;
	const CardConfig &config_;
	CardOutside &outside_;
	uint64_t horizon_ns_ = 0;
	std::atomic<bool> burst_ends_{false};
	tlm::tlm_generic_payload payload_;
};

/* The two models. */
std::unique_ptr<Card> make_rtl_card(const char *name, const TimeConfig &time,
				    const CardConfig &config, CardOutside &outside);
/* Whether this build's RTL card writes TimeConfig::trace_file. */
bool rtl_card_traces();
std::unique_ptr<Card> make_ref_card(const char *name, const TimeConfig &time,
				    const CardConfig &config, CardOutside &outside);

} // namespace ringside
#endif
