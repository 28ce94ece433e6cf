// SPDX-License-Identifier: MIT
#include "runtime/interrupt.h"
#include "arch/lapic.h"
#include "runtime/guest.h"

#include <assert.h>
#include <errno.h>

#define SIMD_SAVE_BYTES (16u * 32u)

void simd_save(uint8_t area[SIMD_SAVE_BYTES]);
void simd_restore(uint8_t area[SIMD_SAVE_BYTES]);
void interrupt_dispatch(unsigned int vector);

static void unexpected(void *ctx, unsigned int vector)
{
	struct interrupts *in = ctx;

	(void)vector;
	in->spurious++;
}

void interrupts_init(struct interrupts *in, struct lapic *lapic)
{
	*in = (struct interrupts){.lapic = lapic, .next_device_vector = VECTOR_DEVICE_FIRST};
	for (unsigned int v = 0; v < 256; v++)
		in->action[v] = (struct interrupt_action){unexpected, in};
}

void interrupts_set_softirq(struct interrupts *in, void (*softirq)(void *ctx), void *ctx)
{
	in->softirq = softirq;
	in->softirq_ctx = ctx;
}

void interrupt_set(struct interrupts *in, unsigned int vector,
		   void (*handler)(void *ctx, unsigned int vector), void *ctx)
{
	in->action[vector] = handler ? (struct interrupt_action){handler, ctx}
				     : (struct interrupt_action){unexpected, in};
}

int interrupt_vectors_alloc(struct interrupts *in, unsigned int count)
{
	unsigned int first = in->next_device_vector;

	if (first + count > VECTOR_DEVICE_LAST + 1)
		return -ENOSPC;
	in->next_device_vector += count;
	return (int)first;
}

void softirq_run(struct interrupts *in)
{
	uint64_t start = rdtsc(), hard_before = in->hard_tsc;

	if (!in->softirq)
		return;
	in->softirq(in->softirq_ctx);
	in->soft_tsc += rdtsc() - start - (in->hard_tsc - hard_before);
}

void softirq_run_deferred(struct interrupts *in)
{
	in->softirq_deferred = false;
	softirq_run(in);
}

/*
 * At the end of the outermost interrupt; interrupts off on entry and exit. Runs again when another
 * interrupt came while they ran, which may have raised more after the last look.
 */
static void softirq_at_exit(struct interrupts *in)
{
	uint8_t simd[SIMD_SAVE_BYTES];
	uint64_t seen;

	simd_save(simd);
	do {
		seen = in->count;
		interrupts_on();
		softirq_run(in);
		interrupts_off();
	} while (in->count != seen);
	simd_restore(simd);
}

void interrupt_dispatch(unsigned int vector)
{
	struct interrupts *in = &this_guest()->interrupts;
	const struct interrupt_action *action = &in->action[vector];
	uint64_t start = rdtsc();

	in->depth++;
	in->count++;
	action->handler(action->ctx, vector);
	if (vector != VECTOR_SPURIOUS)
		lapic_eoi(in->lapic);
	in->hard_tsc += rdtsc() - start;
	if (in->depth == 1) {
		if (in->softirq_blocked)
			in->softirq_deferred = true;
		else if (in->softirq)
			softirq_at_exit(in);
	}
	in->depth--;
}
