/* SPDX-License-Identifier: MIT */
/* Time: the time stamp counter, its rate measured against the ACPI PM timer at boot. */
#ifndef ARCH_CLOCK_H
#define ARCH_CLOCK_H

#include <stdint.h>
#include "arch/cpu.h"

struct lapic;

struct clock {
	uint64_t tsc_start;
	uint64_t ns_per_tick_q32; /* fixed point, 32 fraction bits */
	uint64_t tsc_hz;
};

/* Takes 20 ms: measures TSC and LAPIC timer (lapic->timer_hz). */
void clock_calibrate(struct clock *c, struct lapic *lapic, uint16_t pm_timer_port);

static inline uint64_t clock_ticks_ns(const struct clock *c, uint64_t ticks)
{
	return (uint64_t)((unsigned __int128)ticks * c->ns_per_tick_q32 >> 32);
}

/* Nanoseconds since calibration. */
static inline uint64_t clock_now_ns(const struct clock *c)
{
	return clock_ticks_ns(c, rdtsc() - c->tsc_start);
}

#endif
