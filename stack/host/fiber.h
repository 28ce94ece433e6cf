/* SPDX-License-Identifier: MIT */
/*
 * Coroutines with guarded stacks, known to AddressSanitizer. They begin on ucontext; afterwards
 * _setjmp/_longjmp switch them, as swapcontext(3) costs a system call each time.
 */
#ifndef STACK_HOST_FIBER_H
#define STACK_HOST_FIBER_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <ucontext.h>

struct fiber {
	ucontext_t begin;
	jmp_buf at; /* where it goes on, once it has begun */
	bool begun;
	void *mapping; /* NULL: the thread's own stack */
	void *stack;
	size_t stack_bytes;
	void *fake_stack; /* AddressSanitizer's */
	void (*fn)(void *arg);
	void *arg;
};

/* fn must not return: it ends by switching away for ever (fiber_exit_to). false: no memory. */
bool fiber_create(struct fiber *f, void (*fn)(void *arg), void *arg);
void fiber_destroy(struct fiber *f);
/* from: the running one (zeroed for the thread's own stack). */
void fiber_switch(struct fiber *from, struct fiber *to);
void fiber_exit_to(struct fiber *from, struct fiber *to) __attribute__((noreturn));

#endif
