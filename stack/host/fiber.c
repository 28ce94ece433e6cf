// SPDX-License-Identifier: MIT
/* Coroutines (fiber.h): a guard page below each stack. */
#include "fiber.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#define STACK_BYTES (1024 * 1024)
#else
#define STACK_BYTES (256 * 1024)
#endif
#define GUARD_BYTES 4096

static void before_switch(struct fiber *from, const struct fiber *to, bool for_ever)
{
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_start_switch_fiber(for_ever ? NULL : &from->fake_stack, to->stack,
				       to->stack_bytes);
#else
	(void)from;
	(void)to;
	(void)for_ever;
#endif
}

/* self runs again, or for the first time; from: whom it was switched to from, when it is known. */
static void after_switch(struct fiber *self, struct fiber *from)
{
#ifdef __SANITIZE_ADDRESS__
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(self->fake_stack, &bottom, &size);
	if (from && !from->mapping) { /* the thread's own stack is learnt so */
		from->stack = (void *)bottom;
		from->stack_bytes = size;
	}
#else
	(void)self;
	(void)from;
#endif
}

/* makecontext() passes ints: a pointer takes two. */
static void entry(unsigned int self_high, unsigned int self_low, unsigned int from_high,
		  unsigned int from_low)
{
	struct fiber *self = (struct fiber *)((uintptr_t)self_high << 32 | self_low);
	struct fiber *from = (struct fiber *)((uintptr_t)from_high << 32 | from_low);

	after_switch(self, from);
	self->fn(self->arg);
	abort();
}

bool fiber_create(struct fiber *f, void (*fn)(void *arg), void *arg)
{
	void *mapping = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (mapping == MAP_FAILED)
		return false;
	mprotect(mapping, GUARD_BYTES, PROT_NONE);
	*f = (struct fiber){
		.mapping = mapping,
		.stack = (char *)mapping + GUARD_BYTES,
		.stack_bytes = STACK_BYTES,
		.fn = fn,
		.arg = arg,
	};
	return true;
}

void fiber_destroy(struct fiber *f)
{
	if (f->mapping)
		munmap(f->mapping, GUARD_BYTES + STACK_BYTES);
	f->mapping = NULL;
}

/* Never returns: the current context has been saved, or is left for ever. */
static void __attribute__((noreturn)) jump(struct fiber *from, struct fiber *to)
{
	uintptr_t self = (uintptr_t)to, origin = (uintptr_t)from;

	if (!to->fn || to->begun) /* the thread's own context needs no beginning */
		_longjmp(to->at, 1);
	to->begun = true;
	getcontext(&to->begin);
	to->begin.uc_stack.ss_sp = to->stack;
	to->begin.uc_stack.ss_size = to->stack_bytes;
	to->begin.uc_link = NULL;
	makecontext(&to->begin, (void (*)(void))entry, 4, (unsigned int)(self >> 32),
		    (unsigned int)self, (unsigned int)(origin >> 32), (unsigned int)origin);
	setcontext(&to->begin);
	abort();
}

void fiber_switch(struct fiber *from, struct fiber *to)
{
	before_switch(from, to, false);
	if (!_setjmp(from->at))
		jump(from, to);
	after_switch(from, NULL);
}

void fiber_exit_to(struct fiber *from, struct fiber *to)
{
	before_switch(from, to, true);
	jump(from, to);
}
