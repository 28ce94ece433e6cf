/* SPDX-License-Identifier: MIT */
/*
 * How long the card's cycles take: one cycle in kStride is timed, less what it spends in the host's
 * operations and in reading the clock, and stands for the others. It is the thread's CPU time that
 * counts: on a busy machine one sample that the scheduler interrupted would outweigh all others.
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
			uint64_t start_ns = cpu_ns();
			cost_ns_ = std::min(cost_ns_, cpu_ns() - start_ns);
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
		uint64_t start_ns = cpu_ns();
		cycle();
		uint64_t spent_ns = cpu_ns() - start_ns;
		sampling_ = false;
		eval_ns_ += (spent_ns - std::min(spent_ns, outside_ns_)) * kStride;
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
					clock.outside_ns_ += cpu_ns() - start_ns + clock.cost_ns_;
			}
		} pause{ *this, sampling_ ? cpu_ns() : 0 };

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
	/* Prime, and so out of step with bursts and frames; a reading costs about a cycle. */
	static constexpr uint32_t kStride = 509;

	static uint64_t cpu_ns()
	{
		timespec now;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
		return now.tv_sec * UINT64_C(1'000'000'000) + now.tv_nsec;
	}

	uint32_t countdown_ = kStride;
	bool sampling_ = false;
	uint64_t cost_ns_;
	uint64_t outside_ns_ = 0;
	uint64_t eval_ns_ = 0;
};

} // namespace ringside
#endif
