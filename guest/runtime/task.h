/* SPDX-License-Identifier: MIT */
/*
 * Cooperative tasks: each has a stack with a guard page below, runs until it sleeps, and is woken
 * by task_wake() or by time. With nothing to run the processor halts until an interrupt.
 */
#ifndef RUNTIME_TASK_H
#define RUNTIME_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <net/list.h>

struct clock;
struct console;
struct interrupts;
struct lapic;
struct page_alloc;

#define TASKS_MAX	 16u
#define TASK_STACK_BYTES 65536u
#define TASK_FOREVER	 UINT64_MAX

enum task_state { TASK_FREE, TASK_READY, TASK_RUNNING, TASK_SLEEPING };

struct task {
	struct list_head node; /* in ready or sleeping */
	enum task_state state;
	bool woken;
	uint64_t wake_at_ns;
	uint64_t rsp;
	const char *name;
	void (*entry)(void *ctx);
	void *ctx;
};

struct tasks {
	const struct clock *clock;
	struct lapic *lapic;
	struct interrupts *interrupts;
	struct page_alloc *pages;
	struct console *console;
	struct task task[TASKS_MAX]; /* 0: the one that booted */
	struct task *current;
	struct list_head ready, sleeping;

	/* Runs soft interrupts and due timers; returns when the next timer is due, 0: at once. */
	uint64_t (*softirq)(void *ctx);
	void *softirq_ctx;

	bool idle;
	uint64_t timer_armed_ns; /* when the LAPIC timer fires; TASK_FOREVER: not armed */
	uint64_t idle_tsc, switches, timer_arms;
};

/* The caller becomes task 0, on the boot stack. */
void tasks_init(struct tasks *t, const struct clock *clock, struct lapic *lapic,
		struct interrupts *interrupts, struct page_alloc *pages, struct console *console);
void tasks_set_softirq(struct tasks *t, uint64_t (*softirq)(void *ctx), void *ctx);
/* name must live on. 0, -EAGAIN (too many) or -ENOMEM. Returning from entry ends the task. */
int task_create(struct tasks *t, const char *name, void (*entry)(void *ctx), void *ctx);

/* See struct port_ops (net/port.h). */
void task_prepare(struct tasks *t);
void task_sleep(struct tasks *t, uint64_t timeout_ns);
void task_wake(struct tasks *t, struct task *task); /* process or soft-interrupt context */

const char *task_name(const struct tasks *t);
/* Whether an address is in the unmapped part of some task's stack. */
bool task_stack_guard_hit(const struct tasks *t, uint64_t address);

#endif
