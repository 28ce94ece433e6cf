// SPDX-License-Identifier: MIT
//
// What the benches of stream units share: how often anybody waits (Sweep), fields of wide ports, outputs
// that must keep what they offer, and a main() that runs each test over its runs, a seed and a sweep each,
// and tells how to repeat the one that failed.
#pragma once

#include "../bus/idle_state.h"
#include "../run_suite.h"

#include <cerrno>
#include <cstdio>
#include <deque>
#include <initializer_list>
#include <random>
#include <string>

struct Sweep {
	unsigned gap_percent;  // inputs that come late
	unsigned busy_percent; // outputs that are not taken
};
inline const Sweep kSweep[] = {{0, 0}, {50, 0}, {0, 50}, {90, 10}, {10, 90}, {60, 60}};
constexpr int kSweeps = sizeof(kSweep) / sizeof(*kSweep);

// As ck_assert() and ck_assert_uint_eq(), which tell Check's process of every assertion that holds: too
// slow for one a byte.
#define EXPECT(condition)                                       \
	do {                                                    \
		if (!(condition))                               \
			ck_abort_msg("failed: %s", #condition); \
	} while (0)
#define EXPECT_EQ(is, should)                                                       \
	do {                                                                        \
		const auto is_ = static_cast<uint64_t>(is),                         \
			   should_ = static_cast<uint64_t>(should);                 \
		if (is_ != should_)                                                 \
			ck_abort_msg("%s is %#llx, not %s, %#llx", #is,             \
				     static_cast<unsigned long long>(is_), #should, \
				     static_cast<unsigned long long>(should_));     \
	} while (0)

// Bits [low, low + width) of a port, however Verilator stores it.
template <typename Port> uint64_t bits(const Port &port, unsigned low, unsigned width)
{
	const auto *bytes = reinterpret_cast<const uint8_t *>(&port);
	uint64_t value = 0;

	for (unsigned i = 0; i < width; i++)
		value |= static_cast<uint64_t>(bytes[(low + i) / 8] >> (low + i) % 8 & 1) << i;
	return value;
}

template <typename Port> void set_bits(Port &port, unsigned low, unsigned width, uint64_t value)
{
	auto *bytes = reinterpret_cast<uint8_t *>(&port);

	for (unsigned i = 0; i < width; i++) {
		const auto mask = static_cast<uint8_t>(1u << (low + i) % 8);
		uint8_t &byte = bytes[(low + i) / 8];
		byte = static_cast<uint8_t>(value >> i & 1 ? byte | mask : byte & ~mask);
	}
}

// Writes a port's fields one by one, the most significant first, as SystemVerilog's {...} lists them.
template <typename Port> class Fields
{
      public:
	Fields(Port &port, unsigned width) : port_(port), left_(width)
	{
	}
	Fields &put(unsigned width, uint64_t value)
	{
		left_ -= width;
		set_bits(port_, left_, width, value);
		return *this;
	}
	void end() const
	{
		EXPECT_EQ(left_, 0);
	}

      private:
	Port &port_;
	unsigned left_;
};

// An output with valid and ready: once offered, the same is offered until it is taken.
template <typename What> class Offer
{
      public:
	void see(bool valid, bool ready, const What &what)
	{
		if (waits_) {
			if (!valid)
				ck_abort_msg("an offer was withdrawn");
			if (what != what_)
				ck_abort_msg("an offer changed");
		}
		waits_ = valid && !ready;
		what_ = what;
	}
	bool waits() const
	{
		return waits_;
	}
	void forget()
	{
		waits_ = false;
	}

      private:
	bool waits_ = false;
	What what_{};
};

// A unit with its inputs driven by chance: run N of a test has seed N + 1 and the sweep N of kSweep.
template <typename Model> class StreamBench
{
      public:
	explicit StreamBench(int run)
	    : random(static_cast<unsigned>(run) + 1), sweep(kSweep[run % kSweeps])
	{
	}

	bool hit(unsigned percent)
	{
		return random() % 100 < percent;
	}
	bool late()
	{
		return hit(sweep.gap_percent);
	}
	bool busy()
	{
		return hit(sweep.busy_percent);
	}
	// From 0 to `most`.
	unsigned upto(unsigned most)
	{
		return static_cast<unsigned>(random() % (static_cast<uint64_t>(most) + 1));
	}
	uint64_t wide_random()
	{
		const uint64_t high = random();
		return high << 32 | random();
	}

	Model model;
	std::mt19937 random;
	const Sweep sweep;

      protected:
	void reset()
	{
		model.rst_ni = 0;
		settle();
		edge.clock(model, false);
		model.rst_ni = 1;
	}
	void settle()
	{
		model.clk_i = 0;
		model.eval();
	}

	IdleState<Model> edge;
};

struct StreamTest {
	const TTest *test;
	int runs;
};

inline void tell_how_to_repeat(SRunner *runner)
{
	const int failed = srunner_ntests_failed(runner);
	TestResult **results = srunner_failures(runner);

	for (int i = 0; i < failed; i++)
		std::printf("repeat: %s %s\n", program_invocation_name, tr_tcname(results[i]));
	std::free(results);
}

// The whole main(): PROGRAM runs all, PROGRAM TEST all its runs, PROGRAM TEST RUN that one. A case of
// Check is one run, named as the program is to be called for it.
inline int run_stream_tests(const char *unit, int argc, char **argv,
			    std::initializer_list<StreamTest> tests)
{
	Suite *suite = suite_create(unit);
	std::deque<std::string> names;

	for (const StreamTest &test : tests) {
		for (int run = 0; run < test.runs; run++) {
			if ((argc > 1 && std::strcmp(argv[1], test.test->name) != 0) ||
			    (argc > 2 && std::atoi(argv[2]) != run))
				continue;
			names.push_back(std::string(test.test->name) + " " + std::to_string(run));
			TCase *tc = tcase_create(names.back().c_str());
			tcase_set_timeout(tc, 120);
			tcase_add_loop_test(tc, test.test, run, run + 1);
			suite_add_tcase(suite, tc);
		}
	}
	if (names.empty()) {
		std::fprintf(stderr, "%s: no such test; TEST [RUN] is one of\n", argv[0]);
		for (const StreamTest &test : tests)
			std::fprintf(stderr, "  %s [0 to %d]\n", test.test->name, test.runs - 1);
		return 2;
	}
	return run_suite(suite, tell_how_to_repeat);
}
