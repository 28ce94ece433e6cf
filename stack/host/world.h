/* SPDX-License-Identifier: MIT */
/* The host rung from the inside: worlds, CPUs, tasks. */
#ifndef STACK_HOST_WORLD_H
#define STACK_HOST_WORLD_H

#include <host/host.h>
#include <net/timer_wheel.h>
#include "fiber.h"

struct task {
	struct list_head node;	   /* of the host's tasks */
	struct list_head run_node; /* in the host's runnable list, or empty */
	struct host *host;
	struct fiber fiber;
	struct timer_list timeout;
	void (*fn)(void *arg);
	void *arg;
	bool woken, ended;
	char name[24];
};

struct host {
	struct list_head node; /* of the world's hosts, in the order of creation */
	struct host_world *world;
	struct port port;
	struct net *net;
	char name[24];

	uint64_t cpu_ns;      /* its time, while it is not idle */
	uint64_t busy_ns;     /* sum of what was charged */
	uint64_t wakes_at_ns; /* idle: when its next timer is due */
	uint64_t tick_ns;     /* busy: when timers are looked at next */
	bool idle, in_irq;
	struct fiber cpu;     /* its scheduler */
	struct fiber *resume; /* where it goes on: its scheduler's or a task's fiber */
	struct task *running; /* NULL: the scheduler */
	struct list_head tasks, runnable, irqs;

	struct host_random random;
	uint64_t memory_bytes;
	uint64_t allocs_left;
};

struct host_world {
	struct list_head hosts, sources;
	struct timer_wheel events;
	struct host_costs costs;
	uint64_t seed, now_ns;
	uint64_t horizon_ns;	/* the running host must not go beyond it */
	uint64_t calls_in_vain; /* of ports since time last moved */
	unsigned int tasks_alive;
	int log_severity;
	bool stop, running, stop_without_tasks;
	struct host *current; /* runs now; NULL: the world */
	struct fiber fiber;   /* the world's: the caller of host_run_until() */
};

/* An idle host has something to do now. */
void host_make_ready(struct host *h);
/* Interrupts that are due come in; soft interrupts follow. */
void host_inject(struct host *h);
/* The time-out of a sleeping task: a wake like any other. */
void host_task_timeout(struct timer_list *timer);
extern const struct port_ops host_port_ops;

#endif
