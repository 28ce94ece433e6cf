/* SPDX-License-Identifier: MIT */
/* Segments, task state segment and interrupt descriptor table of the one processor. */
#ifndef ARCH_SEGMENTS_H
#define ARCH_SEGMENTS_H

#include <stdint.h>

/* What exception_common (entry.S) pushes; lowest address first. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/* Loads GDT, TSS and IDT; interrupts stay off. */
void segments_init(void);

#endif
