// SPDX-License-Identifier: MIT
//
// time_use: nanoseconds by what a block does, against a sum kept by the test. Every edge in an idle cycle
// is checked to change nothing.

#include "../bus/idle_state.h"
#include "../run_suite.h"
#include "Vtime_use___024root.h"
#include "ringside_regs.h"

#include <cstdlib>
#include <random>

namespace
{

enum Block : unsigned { kTx, kRx, kReader, kWriter, kBlocks };
enum Use : unsigned { kBusy, kDma, kWire, kNothing };

class Bench
{
      public:
	Bench()
	{
		model.rst_ni = 0;
		step(0);
		model.rst_ni = 1;
		step(0);
	}

	// One cycle, then so much later.
	void step(uint64_t ns)
	{
		model.now_i = now;
		model.clk_i = 0;
		model.eval();
		idle_.clock(model, model.rst_ni && model.idle_o);
		now += ns;
	}

	void does(Block block, Use use)
	{
		unsigned bit = 1u << block;
		model.busy_i = (model.busy_i & ~bit) | (use == kBusy ? bit : 0);
		model.dma_i = (model.dma_i & ~bit) | (use == kDma ? bit : 0);
		if (block <= kRx) // the DMA masters know no wire
			model.wire_i = (model.wire_i & ~bit) | (use == kWire ? bit : 0);
	}

	void write(uint32_t addr, uint32_t value)
	{
		model.we_i = 1;
		model.addr_i = addr;
		model.wdata_i = value;
		step(0);
		model.we_i = 0;
	}

	uint32_t read(uint32_t addr)
	{
		model.re_i = 1;
		model.addr_i = addr;
		model.now_i = now;
		model.eval();
		uint32_t value = model.rdata_o;
		step(0);
		model.re_i = 0;
		return value;
	}

	uint64_t spent(Block block, Use use)
	{
		uint32_t low = E1000_RS_TIME(2 * (3 * block + use));
		uint64_t value = read(low);
		return value | static_cast<uint64_t>(read(low + 4)) << 32;
	}

	Vtime_use model;
	uint64_t now = 0x4000000000000000 - 1000000; // all bits change in a while

      private:
	IdleState<Vtime_use> idle_;
};

START_TEST(times_add_up_by_block_and_use)
{
	std::mt19937_64 random(3);
	Bench b;
	uint64_t want[kBlocks][4] = {};
	Use use[kBlocks] = {kNothing, kNothing, kNothing, kNothing};

	b.write(E1000_RS_TIME_CTRL, E1000_RS_TIME_CTRL_EN);
	for (int i = 0; i < 3000; i++) {
		for (Block block : {kTx, kRx, kReader, kWriter}) {
			if (random() % 2)
				use[block] = static_cast<Use>(random() % 4);
			if (block > kRx && use[block] == kWire)
				use[block] = kNothing;
			b.does(block, use[block]);
		}
		uint64_t ns = random() % 3 ? 4 : random() >> (6 + random() % 54);
		for (Block block : {kTx, kRx, kReader, kWriter})
			want[block][use[block]] += ns;
		b.step(ns);
	}
	for (Block block : {kTx, kRx, kReader, kWriter})
		for (Use u : {kBusy, kDma, kWire})
			ck_assert_uint_eq(b.spent(block, u), want[block][u]);
	ck_assert_uint_eq(want[kWriter][kWire], 0);
}
END_TEST

START_TEST(what_runs_now_counts_up_to_now)
{
	Bench b;

	b.write(E1000_RS_TIME_CTRL, E1000_RS_TIME_CTRL_EN);
	b.does(kRx, kDma);
	b.step(1ull << 40);
	ck_assert_uint_eq(b.spent(kRx, kDma), 1ull << 40);
	b.now += 100;
	ck_assert_uint_eq(b.spent(kRx, kDma), (1ull << 40) + 100);
	ck_assert_uint_eq(b.spent(kTx, kDma), 0);
}
END_TEST

START_TEST(busy_wins_over_the_wire_and_the_wire_over_dma)
{
	Bench b;

	b.write(E1000_RS_TIME_CTRL, E1000_RS_TIME_CTRL_EN);
	b.model.dma_i = 3;
	b.model.wire_i = 1;
	b.step(100);
	b.model.busy_i = 1;
	b.step(10);
	ck_assert_uint_eq(b.spent(kTx, kWire), 100);
	ck_assert_uint_eq(b.spent(kTx, kBusy), 10);
	ck_assert_uint_eq(b.spent(kTx, kDma), 0);
	ck_assert_uint_eq(b.spent(kRx, kDma), 110);
}
END_TEST

START_TEST(it_counts_only_while_enabled_and_starts_from_0)
{
	Bench b;

	b.does(kTx, kBusy);
	b.step(1000);
	ck_assert_uint_eq(b.spent(kTx, kBusy), 0);
	b.write(E1000_RS_TIME_CTRL, E1000_RS_TIME_CTRL_EN);
	ck_assert_uint_eq(b.read(E1000_RS_TIME_CTRL), 1);
	b.step(70);
	b.write(E1000_RS_TIME_CTRL, 0);
	b.step(0);
	uint64_t stopped = b.spent(kTx, kBusy);
	ck_assert_uint_eq(stopped, 70);
	b.now += 1000;
	b.step(500);
	ck_assert_uint_eq(b.spent(kTx, kBusy), stopped);
	b.write(E1000_RS_TIME_CTRL, E1000_RS_TIME_CTRL_EN);
	ck_assert_uint_eq(b.spent(kTx, kBusy), 0);
}
END_TEST

} // namespace

int main()
{
	TCase *tc = tcase_create("time_use");
	tcase_add_test(tc, times_add_up_by_block_and_use);
	tcase_add_test(tc, what_runs_now_counts_up_to_now);
	tcase_add_test(tc, busy_wins_over_the_wire_and_the_wire_over_dma);
	tcase_add_test(tc, it_counts_only_while_enabled_and_starts_from_0);

	return run_suite("time_use", tc);
}
