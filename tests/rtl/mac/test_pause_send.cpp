// SPDX-License-Identifier: MIT
//
// pause_send: when the card asks its partner to pause (IEEE 802.3 annex 31B; fact sheet 2.3), with a
// transmitter that takes its frames after any time. Every edge in an idle cycle is checked to change
// nothing.

#include "../bus/idle_state.h"
#include "../run_suite.h"
#include "Vpause_send___024root.h"

#include <cstdlib>
#include <random>
#include <string>

namespace
{

constexpr uint64_t kQuantumNs = 512, kNever = UINT64_MAX;
constexpr unsigned kHigh = 20000, kLow = 8000, kTime = 1000;

class Bench
{
      public:
	Bench()
	{
		model.en_i = model.watch_i = model.xon_en_i = 1;
		model.high_i = kHigh;
		model.low_i = kLow;
		model.time_i = kTime;
		model.rst_ni = 0;
		step();
		model.rst_ni = 1;
		step();
	}

	// One clock edge; with `ready` the transmitter takes a frame that is asked for.
	void step(bool ready = true)
	{
		model.now_i = now;
		model.clk_i = 0;
		model.taken_i = 0;
		model.eval();
		model.taken_i = ready && model.valid_o;
		model.eval();
		if (model.taken_i)
			sent += model.xoff_o ? 'X' : 'o';
		idle_.clock(model);
		now += 4;
	}

	void level(unsigned bytes)
	{
		model.level_i = bytes;
		for (int i = 0; i < 4; i++)
			step();
	}

	void software()
	{
		model.software_i = 1;
		step();
		model.software_i = 0;
		step();
	}

	Vpause_send model;
	uint64_t now = 0x4000000000000000 - 1000000; // all bits change in a while
	std::string sent;			     // X: XOFF, o: XON

      private:
	IdleState<Vpause_send> idle_;
};

START_TEST(xoff_is_sent_at_the_high_mark_and_xon_at_the_low_one)
{
	Bench b;

	b.level(kHigh - 1);
	ck_assert_str_eq(b.sent.c_str(), "");
	b.level(kHigh);
	ck_assert_str_eq(b.sent.c_str(), "X");
	b.level(0xffff + 1);
	b.level(kLow + 1);
	ck_assert_str_eq(b.sent.c_str(), "X");
	b.level(kLow);
	ck_assert_str_eq(b.sent.c_str(), "Xo");
	b.level(0);
	b.level(kHigh + 1);
	b.level(0);
	ck_assert_str_eq(b.sent.c_str(), "XoXo");
}
END_TEST

START_TEST(without_xone_the_partner_waits_for_the_time_to_pass)
{
	Bench b;

	b.model.xon_en_i = 0;
	b.level(kHigh);
	b.level(0);
	b.level(kHigh);
	ck_assert_str_eq(b.sent.c_str(), "XX");
}
END_TEST

START_TEST(xoff_is_repeated_when_little_of_its_time_is_left)
{
	Bench b;

	b.model.refresh_i = 100;
	b.level(kHigh);
	ck_assert_str_eq(b.sent.c_str(), "X");
	for (int i = 0; i < 3; i++) {
		uint64_t before = b.now;
		size_t sent = b.sent.size();

		ck_assert_uint_ne(b.model.deadline_o, kNever);
		ck_assert_uint_le(b.model.deadline_o, before + (kTime - 100) * kQuantumNs);
		ck_assert_uint_ge(b.model.deadline_o, before + (kTime - 100) * kQuantumNs - 40);
		b.now = b.model.deadline_o - 4;
		b.step();
		ck_assert_uint_eq(b.sent.size(), sent);
		b.step();
		b.step();
		ck_assert_uint_eq(b.sent.size(), sent + 1);
	}
	b.level(kLow);
	ck_assert_str_eq(b.sent.c_str(), "XXXXo");
	ck_assert_uint_eq(b.model.deadline_o, kNever);
}
END_TEST

START_TEST(a_refresh_time_that_makes_no_sense_repeats_nothing)
{
	for (unsigned refresh : {0u, kTime, kTime + 1, 0xffffu}) {
		Bench b;

		b.model.refresh_i = static_cast<uint16_t>(refresh);
		b.level(kHigh);
		ck_assert_str_eq(b.sent.c_str(), "X");
		ck_assert_uint_eq(b.model.deadline_o, kNever);
	}
}
END_TEST

START_TEST(software_sends_one_xoff)
{
	Bench b;

	b.software();
	ck_assert_str_eq(b.sent.c_str(), "X");
	b.level(kLow);
	b.model.high_i = 0; // no marks
	b.software();
	b.level(0xffff);
	ck_assert_str_eq(b.sent.c_str(), "XX");
	b.model.en_i = 0;
	b.software();
	ck_assert_str_eq(b.sent.c_str(), "XX");
}
END_TEST

START_TEST(nothing_is_sent_when_switched_off)
{
	Bench b;

	b.model.en_i = 0;
	b.level(0xffff);
	b.level(0);
	ck_assert_str_eq(b.sent.c_str(), "");
	b.model.en_i = 1;
	b.model.watch_i = 0;
	b.level(0xffff);
	ck_assert_str_eq(b.sent.c_str(), "");
	b.model.watch_i = 1;
	b.model.refresh_i = 1;
	b.level(0xffff);
	ck_assert_str_eq(b.sent.c_str(), "X");
	b.model.en_i = 0;
	b.step();
	ck_assert_uint_eq(b.model.deadline_o, kNever);
	b.now += 100000 * kQuantumNs;
	b.level(0);
	ck_assert_str_eq(b.sent.c_str(), "X");
}
END_TEST

START_TEST(a_level_that_is_no_longer_watched_says_nothing_until_it_is_again)
{
	Bench b;

	b.model.refresh_i = 1;
	b.level(kHigh);
	b.model.watch_i = 0;
	b.step();
	ck_assert_uint_eq(b.model.deadline_o, kNever);
	b.now += 100000 * kQuantumNs;
	b.level(0);
	ck_assert_str_eq(b.sent.c_str(), "X");
	b.model.watch_i = 1;
	b.level(kHigh);
	ck_assert_str_eq(b.sent.c_str(), "XX");
}
END_TEST

START_TEST(a_request_that_has_not_left_gives_way_to_the_next)
{
	Bench b;

	b.model.level_i = kHigh;
	b.step(false);
	b.step(false);
	ck_assert(b.model.valid_o && b.model.xoff_o);
	b.model.level_i = 0;
	b.step(false);
	ck_assert(b.model.valid_o && !b.model.xoff_o);
	b.model.xon_en_i = 0;
	b.model.level_i = kHigh;
	b.step(false);
	b.model.level_i = 0;
	b.step(false);
	ck_assert(!b.model.valid_o);
	for (int i = 0; i < 10; i++)
		b.step();
	ck_assert_str_eq(b.sent.c_str(), "");
}
END_TEST

START_TEST(the_partner_is_told_the_last_state_whatever_the_back_pressure)
{
	for (unsigned stall : {0u, 50u, 95u}) {
		std::mt19937 random(7 + stall);
		Bench b;
		bool above = false;

		for (int i = 0; i < 20000; i++) {
			if (random() % 20 == 0)
				b.model.level_i = random() % 30000;
			above = above ? b.model.level_i > kLow : b.model.level_i >= kHigh;
			b.step(random() % 100 >= stall);
		}
		for (int i = 0; i < 4; i++)
			b.step();
		ck_assert_uint_gt(b.sent.size(), 50);
		ck_assert_int_eq(b.sent.back(), above ? 'X' : 'o');
	}
}
END_TEST

} // namespace

int main()
{
	TCase *tc = tcase_create("pause_send");
	tcase_add_test(tc, xoff_is_sent_at_the_high_mark_and_xon_at_the_low_one);
	tcase_add_test(tc, without_xone_the_partner_waits_for_the_time_to_pass);
	tcase_add_test(tc, xoff_is_repeated_when_little_of_its_time_is_left);
	tcase_add_test(tc, a_refresh_time_that_makes_no_sense_repeats_nothing);
	tcase_add_test(tc, software_sends_one_xoff);
	tcase_add_test(tc, nothing_is_sent_when_switched_off);
	tcase_add_test(tc, a_level_that_is_no_longer_watched_says_nothing_until_it_is_again);
	tcase_add_test(tc, a_request_that_has_not_left_gives_way_to_the_next);
	tcase_add_test(tc, the_partner_is_told_the_last_state_whatever_the_back_pressure);

	return run_suite("pause_send", tc);
}
