/* SPDX-License-Identifier: MIT */
/*
 * The hierarchical timing wheel behind timer.h (Varghese, Lauck: "Hashed and Hierarchical Timing
 * Wheels", 1987, scheme 7). A level holds 256 slots; a slot of level n is 256^n ns wide, so that
 * timers keep their exact time and cascade at most once a level.
 */
#ifndef NET_TIMER_WHEEL_H
#define NET_TIMER_WHEEL_H

#include <stdint.h>
#include "list.h"
#include "timer.h"

#define TIMER_LEVEL_BITS 8
#define TIMER_SLOTS	 (1u << TIMER_LEVEL_BITS)
#define TIMER_LEVELS	 (64 / TIMER_LEVEL_BITS)

struct timer_level {
	uint64_t occupied[TIMER_SLOTS / 64]; /* bit per slot that may hold timers */
	struct list_head slots[TIMER_SLOTS];
};

struct timer_wheel {
	uint64_t base_ns;  /* slots before it are empty: everything before it has run */
	uint64_t floor_ns; /* timers armed now expire no earlier */
	uint64_t next_ns;  /* nothing expires before; UINT64_MAX: nothing at all */
	bool next_known;   /* next_ns is what timer_wheel_next() tells, not less */
	uint32_t pending;
	uint8_t levels_occupied; /* bit per level that may hold timers */
	struct timer_level levels[TIMER_LEVELS];
};

void timer_wheel_init(struct timer_wheel *w, uint64_t now_ns);
/* (Re)arms; O(1). */
void timer_wheel_add(struct timer_wheel *w, struct timer_list *t, uint64_t expires_ns);
/* True when it was pending. */
bool timer_wheel_del(struct timer_wheel *w, struct timer_list *t);
/* Runs every timer due at now_ns, in order of time; timers armed meanwhile wait for the next run. */
void timer_wheel_run(struct timer_wheel *w, uint64_t now_ns);
/* A lower bound of the next expiry, exact when few timers share its slot; UINT64_MAX: none. */
uint64_t timer_wheel_next(struct timer_wheel *w);

#endif
