/* SPDX-License-Identifier: MIT */
/*
 * Hard interrupts: who handles which vector; and when soft interrupts run: at the exit of a hard
 * interrupt that interrupted process context, unless that blocks them.
 */
#ifndef RUNTIME_INTERRUPT_H
#define RUNTIME_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>
#include "arch/cpu.h"

#define VECTOR_TIMER	    0x20u
#define VECTOR_DEVICE_FIRST 0x30u
#define VECTOR_DEVICE_LAST  0xefu
#define VECTOR_SPURIOUS	    0xffu

struct lapic;

struct interrupt_action {
	void (*handler)(void *ctx, unsigned int vector);
	void *ctx;
};

struct interrupts {
	struct lapic *lapic;
	struct interrupt_action action[256];
	void (*softirq)(void *ctx); /* runs what is pending; interrupts on */
	void *softirq_ctx;

	unsigned int depth; /* hard interrupts that are being handled */
	unsigned int softirq_blocked;
	bool softirq_deferred;
	unsigned int next_device_vector;

	uint64_t count, spurious;
	uint64_t hard_tsc, soft_tsc; /* time spent, in TSC ticks */
};

void interrupts_init(struct interrupts *in, struct lapic *lapic);
/* Before the first interrupt that may raise a soft interrupt. */
void interrupts_set_softirq(struct interrupts *in, void (*softirq)(void *ctx), void *ctx);
void interrupt_set(struct interrupts *in, unsigned int vector,
		   void (*handler)(void *ctx, unsigned int vector), void *ctx);
/* `count` consecutive free vectors for devices; the first, or -ENOSPC. */
int interrupt_vectors_alloc(struct interrupts *in, unsigned int count);

/* Soft interrupts, as run by the scheduler before it idles. Process context. */
void softirq_run(struct interrupts *in);

/* Keeps soft interrupts out of a short section; counted. */
static inline void softirq_block(struct interrupts *in)
{
	in->softirq_blocked++;
	barrier();
}

void softirq_run_deferred(struct interrupts *in);

static inline void softirq_unblock(struct interrupts *in)
{
	barrier();
	if (--in->softirq_blocked == 0 && in->softirq_deferred)
		softirq_run_deferred(in);
}

static inline bool in_interrupt(const struct interrupts *in)
{
	return in->depth != 0;
}

#endif
