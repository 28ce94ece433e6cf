// SPDX-License-Identifier: MIT
#include "runtime/panic.h"
#include "arch/machine_exit.h"
#include "arch/segments.h"
#include "runtime/guest.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void exception_dispatch(const struct trap_frame *f) __attribute__((noreturn));
void __stack_chk_fail(void) __attribute__((noreturn));

static const char *const exception_names[32] = {
	[0] = "divide error",
	[1] = "debug",
	[2] = "NMI",
	[3] = "breakpoint",
	[4] = "overflow",
	[5] = "bound range",
	[6] = "invalid opcode",
	[7] = "device not available",
	[8] = "double fault",
	[10] = "invalid TSS",
	[11] = "segment not present",
	[12] = "stack fault",
	[13] = "general protection",
	[14] = "page fault",
	[16] = "x87 error",
	[17] = "alignment check",
	[18] = "machine check",
	[19] = "SIMD error",
};

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	char line[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	console_write(&this_guest()->console, line, strlen(line));
}

/* Return addresses by the chain of frame pointers, as far as it stays within one stack. */
static void say_call_chain(uint64_t frame)
{
	say("calls:");
	for (unsigned int i = 0; i < 16 && frame >= 4096 && !(frame & 7); i++) {
		const uint64_t *words = (const uint64_t *)frame;

		if (!words[1])
			break;
		say(" %lx", words[1]);
		if (words[0] <= frame || words[0] - frame > 65536)
			break;
		frame = words[0];
	}
	say("\n");
}

static void end(enum exit_value value) __attribute__((noreturn));
static void end(enum exit_value value)
{
	console_flush(&this_guest()->console);
	machine_fail(value);
}

void panic(const char *fmt, ...)
{
	char line[200];
	va_list args;

	interrupts_off();
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	say("panic: %s (task %s)\n", line, task_name(&this_guest()->tasks));
	say_call_chain((uint64_t)__builtin_frame_address(0));
	end(EXIT_VALUE_PANIC);
}

void refuse(const char *fmt, ...)
{
	char line[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	say("ringside-guest: %s\n", line);
	end(EXIT_VALUE_REFUSED);
}

void exception_dispatch(const struct trap_frame *f)
{
	const char *name = exception_names[f->vector];
	struct tasks *tasks = &this_guest()->tasks;

	say("panic: exception %lu (%s), error %lx, task %s%s\n", f->vector,
	    name ? name : "reserved", f->error, task_name(tasks),
	    task_stack_guard_hit(tasks, read_cr2()) && f->vector == 14 ? ": stack overflow" : "");
	say("rip %016lx rsp %016lx rflags %08lx cr2 %016lx cr3 %lx\n", f->rip, f->rsp, f->rflags,
	    read_cr2(), read_cr3());
	say("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
	say("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", f->rsi, f->rdi, f->rbp, f->r8);
	say("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", f->r9, f->r10, f->r11, f->r12);
	say("r13 %016lx r14 %016lx r15 %016lx\n", f->r13, f->r14, f->r15);
	if (!task_stack_guard_hit(tasks, f->rbp))
		say_call_chain(f->rbp);
	end(EXIT_VALUE_PANIC);
}

void __assert_fail(const char *what, const char *file, unsigned int line, const char *function)
{
	panic("assertion '%s' failed at %s:%u (%s)", what, file, line, function);
}

void __stack_chk_fail(void)
{
	panic("stack smashed");
}

void abort(void)
{
	panic("abort");
}
