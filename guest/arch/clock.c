// SPDX-License-Identifier: MIT
/*
 * Under emulation the processor may be held up anywhere, so a delay measured by a loop says
 * nothing. A pair (TSC, PM timer) read with little between them does: of several pairs the tightest
 * is used.
 */
#include "arch/clock.h"
#include "arch/lapic.h"

#define PM_TIMER_HZ   3579545u
#define PM_TIMER_MASK 0xffffffu
#define MEASURE_TICKS (PM_TIMER_HZ / 50) /* 20 ms */
#define PAIR_TRIES    16u

struct sample {
	uint64_t tsc;
	uint32_t pm, lapic;
};

static struct sample sample_take(struct lapic *lapic, uint16_t port)
{
	uint64_t best = UINT64_MAX;
	struct sample s = {0};

	for (unsigned int i = 0; i < PAIR_TRIES; i++) {
		uint64_t before = rdtsc();
		uint32_t pm = inl(port) & PM_TIMER_MASK;
		uint32_t count = lapic_timer_count(lapic);
		uint64_t width = rdtsc() - before;

		if (width >= best)
			continue;
		best = width;
		s = (struct sample){before + width / 2, pm, count};
	}
	return s;
}

void clock_calibrate(struct clock *c, struct lapic *lapic, uint16_t port)
{
	struct sample first, last;
	uint64_t elapsed;

	lapic_timer_run_free(lapic);
	first = sample_take(lapic, port);
	while ((((inl(port) & PM_TIMER_MASK) - first.pm) & PM_TIMER_MASK) < MEASURE_TICKS)
		;
	last = sample_take(lapic, port);

	elapsed = (last.pm - first.pm) & PM_TIMER_MASK;
	c->tsc_start = last.tsc;
	c->tsc_hz = (last.tsc - first.tsc) * PM_TIMER_HZ / elapsed;
	c->ns_per_tick_q32 = (1000000000ull << 32) / (c->tsc_hz ? c->tsc_hz : 1);
	lapic->timer_hz = (uint64_t)(first.lapic - last.lapic) * PM_TIMER_HZ / elapsed;
}
