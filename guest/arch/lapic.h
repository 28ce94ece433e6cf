/* SPDX-License-Identifier: MIT */
/* The processor's local interrupt controller and its timer (Intel SDM volume 3, chapter 11). */
#ifndef ARCH_LAPIC_H
#define ARCH_LAPIC_H

#include <stdint.h>

struct lapic {
	volatile uint32_t *regs;
	uint64_t timer_hz; /* ticks a second at the divisor that is used */
};

/* Switches it on (spurious vector 0xff), timer masked; the old 8259s are masked off. */
void lapic_init(struct lapic *l);
uint32_t lapic_id(const struct lapic *l);

/* One interrupt on `vector` after delay_ns (at least; longer delays than 1 s are cut to 1 s). */
void lapic_timer_arm(struct lapic *l, unsigned int vector, uint64_t delay_ns);

/* For calibration: counts down from the greatest value without interrupting; the current count. */
void lapic_timer_run_free(struct lapic *l);
uint32_t lapic_timer_count(const struct lapic *l);

#define LAPIC_EOI 0xb0u

static inline void lapic_eoi(struct lapic *l)
{
	l->regs[LAPIC_EOI / 4] = 0;
}

#endif
