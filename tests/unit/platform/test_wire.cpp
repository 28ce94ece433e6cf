// SPDX-License-Identifier: MIT
// The wire: exact times, exact counts for a seed, and back-pressure.

#include <check.h>

#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "hw/wire.h"

using ringside::Wire;
using ringside::WireConfig;

namespace
{

const uint64_t kNever = RINGSIDE_TIME_NEVER;
const int kFrames = 10000;

std::vector<uint8_t> numbered_frame(uint32_t number, size_t len)
{
	std::vector<uint8_t> frame(len);

	for (size_t i = 0; i < len; i++)
		frame[i] = number * 31 + i;
	memcpy(frame.data(), &number, sizeof(number));
	return frame;
}

struct Arrival {
	uint64_t time_ns;
	std::vector<uint8_t> frame;

	bool operator==(const Arrival &other) const
	{
		return time_ns == other.time_ns && frame == other.frame;
	}
};

std::vector<Arrival> take_all(Wire &wire, int to)
{
	std::vector<Arrival> arrivals;

	while (wire.arrival_ns(to) != kNever) {
		uint64_t t_ns = wire.arrival_ns(to);
		arrivals.push_back({t_ns, wire.front(to)});
		wire.pop(to, t_ns);
	}
	return arrivals;
}

/* Sends numbered frames a microsecond apart from side 0 and returns what comes out at side 1. */
std::vector<Arrival> send_numbered(Wire &wire, int frames, int from = 0)
{
	for (int i = 0; i < frames; i++) {
		std::vector<uint8_t> frame = numbered_frame(i, 60 + i % 100);
		ck_assert(wire.send(from, frame.data(), frame.size(), 1000 * i));
	}
	return take_all(wire, 1 - from);
}

WireConfig roomy()
{
	WireConfig config;
	config.queue_frames = 1'000'000;
	return config;
}

/* Within five standard deviations of the binomial distribution. */
void assert_near(uint64_t count, uint64_t n, double p)
{
	double expected = n * p, slack = 5 * sqrt(n * p * (1 - p));

	ck_assert_double_ge(count, expected - slack);
	ck_assert_double_le(count, expected + slack);
}

} // namespace

START_TEST(a_lone_frame_arrives_after_its_line_time_and_the_delay)
{
	WireConfig config;
	config.delay_ns = 777;
	Wire wire(config, false);
	std::vector<uint8_t> frame = numbered_frame(1, 1514);

	ck_assert(wire.send(0, frame.data(), frame.size(), 5000));
	/* 1514 + FCS 4 + preamble 8 bytes at 1 bit a nanosecond. */
	ck_assert_uint_eq(wire.arrival_ns(1), 5000 + 1526 * 8 + 777);
	ck_assert_uint_eq(wire.arrival_ns(0), kNever);
	ck_assert(wire.front(1) == frame);
}
END_TEST

START_TEST(frames_back_to_back_keep_the_gap)
{
	Wire wire(WireConfig(), false);
	std::vector<uint8_t> frame = numbered_frame(1, 60);

	for (int i = 0; i < 3; i++)
		ck_assert(wire.send(0, frame.data(), frame.size(), 0));
	std::vector<Arrival> arrivals = take_all(wire, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(arrivals[i].time_ns, 1000 + 72 * 8 + i * 84 * 8);
}
END_TEST

START_TEST(rates_that_do_not_divide_accumulate_no_error)
{
	WireConfig config = roomy();
	config.rate_mbps = 7;
	config.delay_ns = 0;
	Wire wire(config, false);
	std::vector<uint8_t> frame = numbered_frame(1, 61);
	const uint64_t n = 10000;

	for (uint64_t i = 0; i < n; i++)
		ck_assert(wire.send(0, frame.data(), frame.size(), 0));
	std::vector<Arrival> arrivals = take_all(wire, 1);
	ck_assert_uint_eq(arrivals.size(), n);
	uint64_t bits = (n - 1) * 85 * 8 + 73 * 8;
	ck_assert_uint_eq(arrivals.back().time_ns, (bits * 1000 + 6) / 7);
}
END_TEST

START_TEST(an_infinitely_fast_wire_takes_only_the_delay_and_at_least_a_cycle)
{
	WireConfig config;
	config.rate_mbps = 0;
	config.delay_ns = 0;
	Wire instant(config, false);
	config.delay_ns = 50;
	Wire delayed(config, false);
	Wire timeless(config, true);
	std::vector<uint8_t> frame = numbered_frame(1, 16384);

	for (Wire *wire : {&instant, &delayed, &timeless})
		ck_assert(wire->send(0, frame.data(), frame.size(), 100));
	ck_assert_uint_eq(instant.arrival_ns(1), 104);
	ck_assert_uint_eq(delayed.arrival_ns(1), 150);
	ck_assert_uint_eq(timeless.arrival_ns(1), 100);
}
END_TEST

START_TEST(no_frame_is_faster_than_the_latency_it_promises)
{
	for (uint64_t rate : {0, 10, 1000, 2500, 400000}) {
		for (uint64_t delay : {0, 3, 1000}) {
			WireConfig config = roomy();
			config.rate_mbps = rate;
			config.delay_ns = delay;
			Wire wire(config, false);
			std::vector<uint8_t> frame = numbered_frame(1, 60);
			for (uint64_t t = 0; t < 5000; t += 37) {
				ck_assert(wire.send(0, frame.data(), frame.size(), t));
				ck_assert_uint_ge(wire.arrival_ns(1), t + wire.latency_ns());
				take_all(wire, 1);
			}
		}
	}
}
END_TEST

START_TEST(loss_takes_exactly_the_frames_it_counts)
{
	WireConfig config = roomy();
	config.loss = 0.1;
	Wire wire(config, false);
	std::vector<Arrival> arrivals = send_numbered(wire, kFrames);

	assert_near(wire.counters(0).lost, kFrames, 0.1);
	ck_assert_uint_eq(wire.counters(0).frames, kFrames);
	ck_assert_uint_eq(arrivals.size(), kFrames - wire.counters(0).lost);
	ck_assert_uint_eq(wire.counters(1).frames, 0);
}
END_TEST

START_TEST(duplicates_are_equal_and_counted)
{
	WireConfig config = roomy();
	config.duplicate = 0.05;
	Wire wire(config, false);
	std::map<uint32_t, std::vector<Arrival>> seen;

	for (const Arrival &arrival : send_numbered(wire, kFrames)) {
		uint32_t number;
		memcpy(&number, arrival.frame.data(), sizeof(number));
		seen[number].push_back(arrival);
	}
	uint64_t twice = 0;
	ck_assert_uint_eq(seen.size(), kFrames);
	for (const auto &[number, copies] : seen) {
		twice += copies.size() == 2;
		ck_assert_uint_le(copies.size(), 2);
		ck_assert(copies.front() == copies.back());
	}
	assert_near(twice, kFrames, 0.05);
	ck_assert_uint_eq(wire.counters(0).duplicated, twice);
}
END_TEST

START_TEST(a_reordered_frame_is_late_by_reorder_ns_and_overtaken)
{
	WireConfig config = roomy(), calm = roomy();
	config.reorder = 0.02;
	config.reorder_ns = 5000;
	Wire wire(config, false), reference(calm, false);
	std::map<uint32_t, uint64_t> due;
	uint64_t late = 0;

	for (const Arrival &arrival : send_numbered(reference, kFrames)) {
		uint32_t number;
		memcpy(&number, arrival.frame.data(), sizeof(number));
		due[number] = arrival.time_ns;
	}
	for (const Arrival &arrival : send_numbered(wire, kFrames)) {
		uint32_t number;
		memcpy(&number, arrival.frame.data(), sizeof(number));
		ck_assert(arrival.time_ns == due[number] || arrival.time_ns == due[number] + 5000);
		late += arrival.time_ns != due[number];
	}
	assert_near(late, kFrames, 0.02);
	ck_assert_uint_eq(wire.counters(0).reordered, late);
}
END_TEST

START_TEST(a_corrupted_frame_differs_in_one_bit)
{
	WireConfig config = roomy();
	config.corrupt = 0.1;
	Wire wire(config, false);
	std::vector<Arrival> arrivals = send_numbered(wire, kFrames);
	std::set<size_t> places;
	uint64_t corrupted = 0;

	ck_assert_uint_eq(arrivals.size(), kFrames);
	for (int i = 0; i < kFrames; i++) {
		std::vector<uint8_t> sent = numbered_frame(i, 60 + i % 100);
		int bits = 0;
		ck_assert_uint_eq(arrivals[i].frame.size(), sent.size());
		for (size_t at = 0; at < sent.size(); at++) {
			uint8_t difference = sent[at] ^ arrivals[i].frame[at];
			bits += __builtin_popcount(difference);
			if (difference)
				places.insert(at * 8 + __builtin_ctz(difference));
		}
		ck_assert_int_le(bits, 1);
		corrupted += bits;
	}
	assert_near(corrupted, kFrames, 0.1);
	ck_assert_uint_eq(wire.counters(0).corrupted, corrupted);
	ck_assert_uint_gt(places.size(), 300);
}
END_TEST

START_TEST(the_seed_decides_and_each_direction_differs)
{
	WireConfig config = roomy();
	config.loss = config.corrupt = config.duplicate = config.reorder = 0.1;
	Wire one(config, false), again(config, false);
	config.seed = 2;
	Wire other(config, false);

	std::vector<Arrival> first = send_numbered(one, 1000);
	ck_assert(first == send_numbered(again, 1000));
	ck_assert(first != send_numbered(other, 1000));
	ck_assert(first != send_numbered(one, 1000, 1));
	one.power_on();
	ck_assert_uint_eq(one.counters(0).frames, 0);
	ck_assert(first == send_numbered(one, 1000));
}
END_TEST

START_TEST(one_impairment_does_not_move_another)
{
	WireConfig config = roomy();
	config.loss = 0.1;
	Wire plain(config, false);
	config.duplicate = 0.5;
	Wire mixed(config, false);

	send_numbered(plain, kFrames);
	send_numbered(mixed, kFrames);
	ck_assert_uint_eq(plain.counters(0).lost, mixed.counters(0).lost);
}
END_TEST

/* The standard fixes the generator and the seeding: these counts hold on every machine. */
START_TEST(counts_for_seed_one_are_these)
{
	WireConfig config = roomy();
	config.loss = config.reorder = config.duplicate = config.corrupt = 0.01;
	Wire wire(config, false);

	send_numbered(wire, kFrames);
	ck_assert_uint_eq(wire.counters(0).lost, 85);
	ck_assert_uint_eq(wire.counters(0).reordered, 103);
	ck_assert_uint_eq(wire.counters(0).duplicated, 105);
	ck_assert_uint_eq(wire.counters(0).corrupted, 95);
}
END_TEST

START_TEST(certainty_means_every_frame)
{
	WireConfig config = roomy();
	config.corrupt = config.duplicate = 1;
	Wire wire(config, false);

	ck_assert_uint_eq(send_numbered(wire, 100).size(), 200);
	ck_assert_uint_eq(wire.counters(0).corrupted, 100);
}
END_TEST

START_TEST(a_full_direction_blocks_until_a_frame_was_taken_and_the_news_is_back)
{
	WireConfig config;
	config.queue_frames = 2;
	Wire wire(config, false);
	std::vector<uint8_t> frame = numbered_frame(1, 60);

	ck_assert(wire.send(0, frame.data(), frame.size(), 0));
	ck_assert(wire.send(0, frame.data(), frame.size(), 0));
	ck_assert(!wire.send(0, frame.data(), frame.size(), 1'000'000));
	ck_assert_uint_eq(wire.credit_ns(0), kNever);
	ck_assert(wire.send(1, frame.data(), frame.size(), 1'000'000));

	wire.pop(1, 2'000'000);
	ck_assert_uint_eq(wire.credit_ns(0), 2'000'000 + wire.latency_ns());
	ck_assert(!wire.send(0, frame.data(), frame.size(), 2'000'000 + wire.latency_ns() - 1));
	ck_assert(wire.send(0, frame.data(), frame.size(), 2'000'000 + wire.latency_ns()));
	ck_assert_uint_eq(wire.counters(0).frames, 3);
}
END_TEST

int main()
{
	Suite *suite = suite_create("wire");
	TCase *tc = tcase_create("wire");

	tcase_add_test(tc, a_lone_frame_arrives_after_its_line_time_and_the_delay);
	tcase_add_test(tc, frames_back_to_back_keep_the_gap);
	tcase_add_test(tc, rates_that_do_not_divide_accumulate_no_error);
	tcase_add_test(tc, an_infinitely_fast_wire_takes_only_the_delay_and_at_least_a_cycle);
	tcase_add_test(tc, no_frame_is_faster_than_the_latency_it_promises);
	tcase_add_test(tc, loss_takes_exactly_the_frames_it_counts);
	tcase_add_test(tc, duplicates_are_equal_and_counted);
	tcase_add_test(tc, a_reordered_frame_is_late_by_reorder_ns_and_overtaken);
	tcase_add_test(tc, a_corrupted_frame_differs_in_one_bit);
	tcase_add_test(tc, the_seed_decides_and_each_direction_differs);
	tcase_add_test(tc, one_impairment_does_not_move_another);
	tcase_add_test(tc, counts_for_seed_one_are_these);
	tcase_add_test(tc, certainty_means_every_frame);
	tcase_add_test(tc, a_full_direction_blocks_until_a_frame_was_taken_and_the_news_is_back);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
