/* SPDX-License-Identifier: MIT */
/*
 * The Verilated card and its clock. One positive edge is one eval(): the card has no logic on the
 * falling edge, so instead of evaluating that edge too, the model's memory of the clocks' last
 * levels is set to 0. A build with waves evaluates both edges.
 *
 * Include before <systemc>: both define things in the other's way.
 */
#ifndef RINGSIDE_HW_RTL_MODEL_H
#define RINGSIDE_HW_RTL_MODEL_H

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "Vringside_card.h"
#include "Vringside_card___024root.h"
#include "verilated.h"

#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace ringside
{

constexpr size_t kBeatBytes = RINGSIDE_DATA_W / 8;

/* Which lanes of a beat count: its strobes or keeps, 64 lanes a word, lane 0 first. */
using Lanes = std::array<uint64_t, (kBeatBytes + 63) / 64>;

/* The first n lanes, n > 0. */
constexpr Lanes first_lanes(size_t n)
{
	Lanes lanes{};

	for (uint64_t &word : lanes) {
		word = n >= 64 ? UINT64_MAX : (uint64_t{1} << n) - 1;
		n -= n >= 64 ? 64 : n;
	}
	return lanes;
}
constexpr Lanes kWholeBeat = first_lanes(kBeatBytes);

/* A beat's bytes, however wide Verilator made the port. */
template <typename Port> const uint8_t *beat_bytes(const Port &port)
{
	static_assert(sizeof(port) == kBeatBytes, "the card's DataW is not RINGSIDE_DATA_W");
	return reinterpret_cast<const uint8_t *>(&port);
}
template <typename Port> void set_beat(Port &port, const uint8_t *bytes)
{
	static_assert(sizeof(port) == kBeatBytes, "the card's DataW is not RINGSIDE_DATA_W");
	memcpy(&port, bytes, kBeatBytes);
}
template <typename Port> Lanes lanes_of(const Port &port)
{
	static_assert(sizeof(port) * 8 >= kBeatBytes && sizeof(port) <= sizeof(Lanes));
	Lanes lanes{};

	memcpy(lanes.data(), &port, sizeof(port));
	return lanes;
}
template <typename Port> void set_lanes(Port &port, const Lanes &lanes)
{
	memcpy(&port, lanes.data(), sizeof(port));
}

/* Where Verilator 5.006 and 5.03x keep the clocks' last levels; else: false. */
template <typename Root>
auto forget_clocks(Root *root, int) -> decltype(root->__Vtrigrprev__TOP__clk_tx_i = 0, true)
{
	root->__Vtrigrprev__TOP__clk_i = 0;
	root->__Vtrigrprev__TOP__clk_tx_i = 0;
	root->__Vtrigrprev__TOP__clk_rx_i = 0;
	root->__Vtrigrprev__TOP__clk_regs_i = 0;
	return true;
}
template <typename Root>
auto forget_clocks(Root *root, long) -> decltype(root->__Vtrigprevexpr___TOP__clk_tx_i__0 = 0, true)
{
	root->__Vtrigprevexpr___TOP__clk_i__0 = 0;
	root->__Vtrigprevexpr___TOP__clk_tx_i__0 = 0;
	root->__Vtrigprevexpr___TOP__clk_rx_i__0 = 0;
	root->__Vtrigprevexpr___TOP__clk_regs_i__0 = 0;
	return true;
}
template <typename Root> bool forget_clocks(Root *, ...)
{
	return false;
}

/* The card's blocks with clocks of their own, as in block_idle_o. */
enum Blocks : uint32_t {
	kBlockTx = 1,
	kBlockRx = 2,
	kBlockRegs = 4,
	kAllBlocks = 7,
	kRestOfCard = 8
};

class Model
{
      public:
	Vringside_card *operator->()
	{
		return top_.get();
	}
	const Vringside_card *operator->() const
	{
		return top_.get();
	}

	/* A new card, as switched on: nothing of an earlier one is left. */
	void power_on(const std::string &trace_file, uint64_t trace_from_ns, uint64_t trace_to_ns);

	/* One cycle's edge, at now_ns, after which the inputs that are set act; only these blocks get it. */
	void cycle(uint64_t now_ns, uint32_t blocks)
	{
		top_->now_i = now_ns;
#if VM_TRACE
		traced_cycle(now_ns, blocks);
#else
		if (!forget_clocks(top_->rootp, 0)) {
			set_clocks(0, 0);
			top_->eval();
		}
		set_clocks(1, blocks);
		top_->eval();
#endif
	}

	/*
	 * Gives an edge to these blocks (and the rest of the card) alone, and returns which byte
	 * of the model that changed: state_bytes() for none, it was right to leave it out.
	 */
	size_t changed_by_edge(uint64_t now_ns, uint32_t blocks);

	size_t state_bytes() const
	{
		return sizeof(*top_->rootp);
	}

      private:
	/* All clocks low. */
	void settle(uint64_t now_ns)
	{
		top_->now_i = now_ns;
		set_clocks(0, 0);
		top_->eval();
	}

	void set_clocks(bool level, uint32_t blocks)
	{
		top_->clk_i = level;
		top_->clk_tx_i = level && (blocks & kBlockTx);
		top_->clk_rx_i = level && (blocks & kBlockRx);
		top_->clk_regs_i = level && (blocks & kBlockRegs);
	}

	std::unique_ptr<VerilatedContext> context_;
	std::vector<uint8_t> before_; /* of an edge that is tried */
	std::unique_ptr<Vringside_card> top_;
#if VM_TRACE
	void traced_cycle(uint64_t now_ns, uint32_t blocks);

	std::unique_ptr<VerilatedFstC> trace_; /* closes before the card goes */
	uint64_t trace_from_ns_ = 0, trace_to_ns_ = 0;
	uint64_t trace_time_ns_ = 0;
#endif
};

} // namespace ringside
#endif
