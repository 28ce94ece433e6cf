// SPDX-License-Identifier: MIT
//
// system_time: the clock against its formula in 128 bits, and the two time stamps. The bench plays the
// register bus, which waits as axil_slave does. Every edge in an idle cycle is checked to change nothing.

#include "../bus/idle_state.h"
#include "../run_suite.h"
#include "Vsystem_time___024root.h"
#include "ringside_regs.h"

#include <cstdlib>
#include <random>

namespace
{

constexpr uint64_t kCycleNs = 4;
constexpr unsigned kEnable = 1u << 4, kValid = 1;
constexpr unsigned kMaxWait = 56; // cycles: two stamps and the access itself, far from the origin

class Bench
{
      public:
	Bench()
	{
		model.en_i = 1;
		model.rst_ni = 0;
		step();
		model.rst_ni = 1;
		step();
	}

	void step()
	{
		model.now_i = now;
		model.clk_i = 0;
		model.eval();
		idle_.clock(model, model.rst_ni && model.idle_o);
		now += kCycleNs;
	}

	void write(uint32_t addr, uint32_t value)
	{
		model.we_i = 1;
		model.addr_i = addr;
		model.wdata_i = value;
		access();
		model.we_i = 0;
		finish();
	}

	uint32_t read(uint32_t addr)
	{
		model.re_i = 1;
		model.addr_i = addr;
		uint32_t value = access();
		model.re_i = 0;
		return waiting_ ? finish() : value;
	}

	uint64_t read64(uint32_t low)
	{
		uint64_t value = read(low);
		return value | static_cast<uint64_t>(read(low + 4)) << 32;
	}

	void event(bool tx, bool rx, uint64_t attributes = 0, uint64_t since_began_ns = 0)
	{
		model.ev_tx_i = tx;
		model.ev_rx_i = rx;
		model.rx_at_i = now - since_began_ns;
		model.rx_attributes_i = attributes;
		step();
		model.ev_tx_i = model.ev_rx_i = 0;
	}

	void settle()
	{
		for (unsigned i = 0; i < kMaxWait; i++)
			step();
	}

	Vsystem_time model;
	uint64_t now = 0x4000000000000000 - 1000000; // all bits change in a while
	uint64_t accessed = 0;			     // when the last access acted

      private:
	uint32_t access()
	{
		model.now_i = accessed = now;
		model.clk_i = 0;
		model.eval();
		waiting_ = model.wait_o;
		uint32_t value = model.rdata_o;
		step();
		return value;
	}

	uint32_t finish()
	{
		for (unsigned cycles = 0; waiting_; cycles++) {
			ck_assert_msg(cycles < kMaxWait, "no answer after %u cycles", cycles);
			model.now_i = now;
			model.clk_i = 0;
			model.eval();
			waiting_ = model.wait_o;
			late_ = model.late_rdata_o;
			step();
		}
		return late_;
	}

	IdleState<Vsystem_time> idle_;
	bool waiting_ = false;
	uint32_t late_ = 0;
};

uint64_t passed(uint32_t timinca, uint64_t ns)
{
	uint64_t period_ns = (timinca >> 24) * 40;

	return period_ns ? ns / period_ns * (timinca & 0xffffff) : 0;
}

START_TEST(time_is_whole_periods_times_the_increment)
{
	std::mt19937_64 random(1);

	for (int i = 0; i < 400; i++) {
		Bench b;
		uint32_t timinca = static_cast<uint32_t>(random());
		if (i % 4 == 0)
			timinca = 1u << 24 | 40u << 18; // Linux's
		b.write(E1000_TIMINCA, timinca);
		uint64_t begin = b.accessed;
		b.now += (random() >> (4 + random() % 60)) / kCycleNs * kCycleNs;
		uint64_t time = b.read(E1000_SYSTIML);
		uint64_t want = passed(timinca, b.accessed - begin);
		time |= static_cast<uint64_t>(b.read(E1000_SYSTIMH)) << 32;
		ck_assert_msg(time == want, "TIMINCA %08x after %llu ns: %llx, not %llx", timinca,
			      (unsigned long long)(b.accessed - begin), (unsigned long long)time,
			      (unsigned long long)want);
	}
}
END_TEST

START_TEST(without_a_period_time_stands_still)
{
	Bench b;
	b.now += 1000000;
	ck_assert_uint_eq(b.read64(E1000_SYSTIML), 0);
	b.write(E1000_TIMINCA, 0x00ffffff);
	b.now += 1000000;
	ck_assert_uint_eq(b.read64(E1000_SYSTIML), 0);
}
END_TEST

START_TEST(the_high_half_is_that_of_the_low_half_read_before)
{
	Bench b;
	b.write(E1000_TIMINCA, 0x01ffffff);
	uint64_t begin = b.accessed;
	b.now += 100000;
	uint64_t low = b.read(E1000_SYSTIML);
	uint64_t want = passed(0x01ffffff, b.accessed - begin);
	b.now += 1000000;
	ck_assert_uint_eq(low | static_cast<uint64_t>(b.read(E1000_SYSTIMH)) << 32, want);
}
END_TEST

START_TEST(changes_keep_the_time_and_count_on_from_it)
{
	Bench b;
	b.write(E1000_TIMINCA, 0x01000064); // 100 a tick
	uint64_t begin = b.accessed;
	b.now += 1000000;
	b.write(E1000_TIMINCA, 0x02000003);
	uint64_t want = passed(0x01000064, b.accessed - begin);
	begin = b.accessed;
	b.now += 500000;
	b.write(E1000_TIMADJL, 0xfffffff0);
	b.write(E1000_TIMADJH, 0x00000001);
	want += passed(0x02000003, b.accessed - begin) + 0x1fffffff0;
	b.now += 70000;
	uint64_t time = b.read64(E1000_SYSTIML);
	ck_assert_uint_ge(time, want + passed(0x02000003, 70000));
	ck_assert_uint_le(time, want + passed(0x02000003, 70000 + kMaxWait * kCycleNs + 80));
	ck_assert_uint_eq(b.read(E1000_TIMINCA), 0x02000003);
	ck_assert_uint_eq(b.read(E1000_TIMADJH), 1);
}
END_TEST

START_TEST(corrections_are_of_64_bits)
{
	std::mt19937_64 random(2);

	for (int i = 0; i < 40; i++) {
		Bench b; // stands still
		uint64_t time = random(), by = random();
		b.write(E1000_SYSTIMH, static_cast<uint32_t>(time >> 32));
		b.write(E1000_SYSTIML, static_cast<uint32_t>(time));
		b.write(E1000_TIMADJL, static_cast<uint32_t>(by));
		b.write(E1000_TIMADJH, static_cast<uint32_t>(by >> 32));
		ck_assert_uint_eq(b.read64(E1000_SYSTIML), time + by);
		ck_assert_uint_eq(b.read64(E1000_TIMADJL), by);
	}
}
END_TEST

START_TEST(stamps_are_of_64_bits)
{
	std::mt19937_64 random(3);
	Bench b; // stands still

	b.write(E1000_TSYNCTXCTL, kEnable);
	b.write(E1000_TSYNCRXCTL, kEnable);
	for (int i = 0; i < 40; i++) {
		uint64_t time = random();
		b.write(E1000_SYSTIMH, static_cast<uint32_t>(time >> 32));
		b.write(E1000_SYSTIML, static_cast<uint32_t>(time));
		b.event(true, true);
		b.settle();
		ck_assert_uint_eq(b.read64(E1000_TXSTMPL), time);
		ck_assert_uint_eq(b.read64(E1000_RXSTMPL), time);
	}
}
END_TEST

START_TEST(software_sets_either_half)
{
	Bench b; // stands still
	b.write(E1000_SYSTIMH, 0x11223344);
	b.write(E1000_SYSTIML, 0x55667788);
	ck_assert_uint_eq(b.read64(E1000_SYSTIML), 0x1122334455667788);
	b.write(E1000_SYSTIMH, 0);
	ck_assert_uint_eq(b.read64(E1000_SYSTIML), 0x55667788);
}
END_TEST

START_TEST(a_sent_frames_stamp_is_the_time_of_its_event_and_the_first_stays)
{
	Bench b;
	b.write(E1000_TIMINCA, 0x01000001);
	uint64_t begin = b.accessed;
	b.event(true, false); // not switched on
	b.settle();
	ck_assert_uint_eq(b.read(E1000_TSYNCTXCTL), 0);
	b.write(E1000_TSYNCTXCTL, kEnable);
	for (int i = 1; i <= 3; i++) {
		b.now += 40000 * i;
		uint64_t want = passed(0x01000001, b.now - begin);
		b.event(true, false);
		b.settle();
		b.now += 100000;
		b.event(true, false); // comes too early
		b.settle();
		ck_assert_uint_eq(b.read(E1000_TSYNCTXCTL), kEnable | kValid);
		ck_assert_uint_eq(b.read64(E1000_TXSTMPL), want);
		ck_assert_uint_eq(b.read(E1000_TSYNCTXCTL), kEnable);
	}
}
END_TEST

START_TEST(a_received_frames_stamp_has_attributes_and_either_high_half_frees_it)
{
	for (uint32_t frees : {E1000_RXSTMPH, E1000_RXSATRH}) {
		Bench b;
		b.write(E1000_TIMINCA, 0x01000001);
		uint64_t begin = b.accessed;
		ck_assert(!b.model.rx_open_o);
		b.write(E1000_TSYNCRXCTL, kEnable | 4 << 1);
		ck_assert(b.model.rx_open_o);
		ck_assert_uint_eq(b.model.rx_type_o, 4);
		b.now += 123456;
		uint64_t want = passed(0x01000001, b.now - begin);
		b.event(false, true, 0x0123456789abcdef);
		ck_assert(!b.model.rx_open_o);
		b.settle();
		ck_assert_uint_eq(b.read(E1000_TSYNCRXCTL), kEnable | 4 << 1 | kValid);
		ck_assert_uint_eq(b.read(E1000_RXSTMPL), want);
		ck_assert_uint_eq(b.read(E1000_RXSATRL), 0x89abcdef);
		ck_assert_uint_eq(b.read(frees), frees == E1000_RXSATRH ? 0x01234567 : 0);
		ck_assert_uint_eq(b.read(E1000_TSYNCRXCTL), kEnable | 4 << 1);
		ck_assert(b.model.rx_open_o);
	}
}
END_TEST

START_TEST(a_received_frames_stamp_is_the_time_at_which_it_began)
{
	Bench b;
	b.write(E1000_TIMINCA, 0x01000001);
	uint64_t begin = b.accessed;
	b.write(E1000_TSYNCRXCTL, kEnable);
	b.now += 123456;
	b.event(false, true, 0, 4000);
	ck_assert_uint_eq(b.read64(E1000_RXSTMPL), passed(0x01000001, b.model.rx_at_i - begin));
	// Begun before the clock was changed.
	b.write(E1000_SYSTIMH, 5);
	uint64_t changed = b.accessed;
	b.event(false, true, 0, 4000);
	ck_assert_uint_eq(b.read64(E1000_RXSTMPL),
			  passed(0x01000001, changed - begin) | 5ull << 32);
}
END_TEST

START_TEST(what_tells_of_a_stamp_waits_until_it_is_there)
{
	for (uint32_t reg :
	     {E1000_TSYNCRXCTL, E1000_RXSTMPL, E1000_RXSTMPH, E1000_RXSATRL, E1000_RXSATRH}) {
		for (unsigned late = 0; late < 40; late++) {
			Bench b;
			b.write(E1000_TIMINCA, 0x01ffffff);
			uint64_t begin = b.accessed;
			b.write(E1000_TSYNCRXCTL, kEnable);
			b.now += 1ull << 50;
			uint64_t want = passed(0x01ffffff, b.now - begin);
			b.event(late % 2, true, 0x0123456789abcdef);
			for (unsigned i = 0; i < late; i++)
				b.step();
			uint32_t got = b.read(reg);
			ck_assert_uint_eq(got, reg == E1000_TSYNCRXCTL ? (kEnable | kValid)
					       : reg == E1000_RXSTMPL  ? static_cast<uint32_t>(want)
					       : reg == E1000_RXSTMPH  ? want >> 32
					       : reg == E1000_RXSATRL  ? 0x89abcdef
								       : 0x01234567);
			bool freed = reg == E1000_RXSTMPH || reg == E1000_RXSATRH;
			ck_assert_uint_eq(b.read(E1000_TSYNCRXCTL), kEnable | (freed ? 0 : kValid));
		}
	}
}
END_TEST

START_TEST(stamps_and_accesses_at_once_are_all_right)
{
	Bench b;
	b.write(E1000_TIMINCA, 0x01000001);
	uint64_t begin = b.accessed;
	b.write(E1000_TSYNCTXCTL, kEnable);
	b.write(E1000_TSYNCRXCTL, kEnable);
	b.now += 1ull << 50; // the longest divisions
	uint64_t want = passed(0x01000001, b.now - begin);
	b.event(true, true);
	b.write(E1000_TIMINCA, 0x01ffffff); // belongs to the time after
	ck_assert_uint_eq(b.read64(E1000_TXSTMPL), want);
	ck_assert_uint_eq(b.read64(E1000_RXSTMPL), want);
}
END_TEST

START_TEST(without_the_strap_it_is_not_there)
{
	Bench b;
	b.model.en_i = 0;
	b.write(E1000_TIMINCA, 0x01000001);
	b.write(E1000_TSYNCTXCTL, kEnable);
	b.now += 1000000;
	b.event(true, true);
	b.settle();
	ck_assert_uint_eq(b.read64(E1000_SYSTIML), 0);
	ck_assert_uint_eq(b.read(E1000_TSYNCTXCTL), 0);
}
END_TEST

} // namespace

int main()
{
	TCase *tc = tcase_create("system_time");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, time_is_whole_periods_times_the_increment);
	tcase_add_test(tc, without_a_period_time_stands_still);
	tcase_add_test(tc, the_high_half_is_that_of_the_low_half_read_before);
	tcase_add_test(tc, changes_keep_the_time_and_count_on_from_it);
	tcase_add_test(tc, corrections_are_of_64_bits);
	tcase_add_test(tc, stamps_are_of_64_bits);
	tcase_add_test(tc, software_sets_either_half);
	tcase_add_test(tc, a_sent_frames_stamp_is_the_time_of_its_event_and_the_first_stays);
	tcase_add_test(tc, a_received_frames_stamp_has_attributes_and_either_high_half_frees_it);
	tcase_add_test(tc, a_received_frames_stamp_is_the_time_at_which_it_began);
	tcase_add_test(tc, what_tells_of_a_stamp_waits_until_it_is_there);
	tcase_add_test(tc, stamps_and_accesses_at_once_are_all_right);
	tcase_add_test(tc, without_the_strap_it_is_not_there);

	return run_suite("system_time", tc);
}
