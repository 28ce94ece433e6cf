/* SPDX-License-Identifier: MIT */
/*
 * How long the card's cycles take: one cycle in kStride is timed, less what it spends in the host's
 * operations and in reading the clock, and stands for the others. A sample that the scheduler
 * interrupted (no cycle takes kLongestNs) counts as the one before it: it would outweigh all
 * others. The monotonic clock is read without a system call; the thread's CPU clock is not, and a
 * system call makes the cycle after it half as slow again.
 */
#ifndef RINGSIDE_HW_RTL_EVAL_CLOCK_H
#define RINGSIDE_HW_RTL_EVAL_CLOCK_H

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace ringside
{

class EvalClock
{
      public:
	EvalClock() : cost_ns_(UINT64_MAX)
	{
		for (int i = 0; i < 16; i++) {
			uint64_t start_ns = clock_ns();
			cost_ns_ = std::min(cost_ns_, clock_ns() - start_ns);
		}
	}

	/* One cycle of the card. */
	template <typename Cycle> void run(Cycle cycle)
	{
		if (--countdown_) {
			cycle();
			return;
		}
		countdown_ = kStride;
		outside_ns_ = cost_ns_;
		sampling_ = true;
		uint64_t start_ns = clock_ns();
		cycle();
		uint64_t spent_ns = clock_ns() - start_ns;
		sampling_ = false;
		if (spent_ns < kLongestNs)
			sample_ns_ = spent_ns - std::min(spent_ns, outside_ns_);
		eval_ns_ += sample_ns_ * kStride;
	}

	/* What the card does to its host, inside a cycle. */
	template <typename Operation> auto outside(Operation operation)
	{
		struct Pause {
			EvalClock &clock;
			uint64_t start_ns;
			~Pause()
			{
				if (clock.sampling_)
					clock.outside_ns_ += clock_ns() - start_ns + clock.cost_ns_;
			}
		} pause{*this, sampling_ ? clock_ns() : 0};

		return operation();
	}

	void power_on()
	{
		eval_ns_ = 0;
	}
	uint64_t eval_ns() const
	{
		return eval_ns_;
	}

      private:
	/* Prime, and so out of step with bursts and frames. */
	static constexpr uint32_t kStride = 127;
	static constexpr uint64_t kLongestNs = 50'000;

	static uint64_t clock_ns()
	{
		timespec now;
		clock_gettime(CLOCK_MONOTONIC, &now);
		return now.tv_sec * UINT64_C(1'000'000'000) + now.tv_nsec;
	}

	uint32_t countdown_ = kStride;
	bool sampling_ = false;
	uint64_t cost_ns_;
	uint64_t outside_ns_ = 0;
	uint64_t sample_ns_ = 0;
	uint64_t eval_ns_ = 0;
};

} // namespace ringside
#endif
