// SPDX-License-Identifier: MIT
//
// pause_hold: how long received pause frames hold transmission (IEEE 802.3 annex 31B.2), clocked at any
// times. Every edge in an idle cycle is checked to change nothing.

#include "../bus/idle_state.h"
#include "../run_suite.h"
#include "Vpause_hold___024root.h"

#include <cstdlib>
#include <random>

namespace
{

constexpr uint64_t kQuantumNs = 512, kNever = UINT64_MAX;

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

	// One clock edge, then so much later.
	void step(uint64_t ns)
	{
		model.now_i = now;
		model.clk_i = 0;
		model.eval();
		idle_.clock(model);
		now += ns;
	}

	void pause(uint16_t quanta)
	{
		model.pause_i = 1;
		model.quanta_i = quanta;
		step(4);
		model.pause_i = 0;
	}

	Vpause_hold model;
	uint64_t now = 0x4000000000000000 - 1000000; // all bits change in a while

      private:
	IdleState<Vpause_hold> idle_;
};

START_TEST(a_pause_ends_at_its_deadline_and_not_before)
{
	for (unsigned quanta : {1u, 2u, 100u, 0x680u, 0xffffu}) {
		Bench b;
		uint64_t until = b.now + quanta * kQuantumNs;

		b.pause(static_cast<uint16_t>(quanta));
		ck_assert(b.model.hold_o);
		ck_assert_uint_eq(b.model.deadline_o, until);
		b.now = until - 1;
		b.step(1);
		ck_assert(b.model.hold_o);
		b.step(4);
		ck_assert(!b.model.hold_o);
		ck_assert_uint_eq(b.model.deadline_o, kNever);
	}
}
END_TEST

START_TEST(the_last_pause_frame_counts)
{
	std::mt19937 random(5);
	Bench b;
	uint64_t until = 0;

	for (int i = 0; i < 5000; i++) {
		if (random() % 4 == 0) {
			uint16_t quanta = random() % 5 ? static_cast<uint16_t>(random() % 50) : 0;
			until = quanta ? b.now + quanta * kQuantumNs : 0;
			b.pause(quanta);
		} else {
			uint64_t at = b.now;
			b.step(random() % 3 ? 4 : random() % 20000);
			if (at >= until)
				until = 0;
		}
		ck_assert_uint_eq(b.model.hold_o, until != 0);
		ck_assert_uint_eq(b.model.deadline_o, until ? until : kNever);
	}
}
END_TEST

START_TEST(reset_ends_a_pause)
{
	Bench b;

	b.pause(0xffff);
	b.model.srst_i = 1;
	b.step(4);
	b.model.srst_i = 0;
	ck_assert(!b.model.hold_o);
	ck_assert_uint_eq(b.model.deadline_o, kNever);
}
END_TEST

} // namespace

int main()
{
	TCase *tc = tcase_create("pause_hold");
	tcase_add_test(tc, a_pause_ends_at_its_deadline_and_not_before);
	tcase_add_test(tc, the_last_pause_frame_counts);
	tcase_add_test(tc, reset_ends_a_pause);

	return run_suite("pause_hold", tc);
}
