/* SPDX-License-Identifier: MIT */
/*
 * Entries of exceptions and interrupts, and the switch between tasks.
 *
 * Interrupts arrive on a small stack of their own (IST) and go on at once on the interrupted stack,
 * 128 bytes below its pointer: kept libraries are compiled with the x86-64 ABI's red zone. Soft
 * interrupts run there too, with interrupts on, which a fixed IST stack would not survive.
 * Exceptions are fatal and stay on their IST stack, so that a task's stack overflow can be reported.
 */

/* Bytes an entry of the tables below takes; segments.c counts on it. */
#define STUB_BYTES 16

	.text
	.balign 16
	.globl exception_stubs
exception_stubs:
	.set vector, 0
	.rept 32
	.balign STUB_BYTES
	/* Exceptions 8, 10-14, 17, 21, 29 and 30 push an error code. */
	.if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30
	.else
	push	$0
	.endif
	push	$vector
	jmp	exception_common
	.set vector, vector + 1
	.endr

	.balign 16
	.globl interrupt_stubs
interrupt_stubs:
	.set vector, 32
	.rept 224
	.balign STUB_BYTES
	push	$vector
	jmp	interrupt_common
	.set vector, vector + 1
	.endr

	/* Builds struct trap_frame (arch/segments.h). */
exception_common:
	push	%rax
	push	%rbx
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%rbp
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, %rdi
	cld
	call	exception_dispatch	/* does not return */
	ud2

	/* On the IST stack: 0 vector, 8 rip, 16 cs, 24 rflags, 32 rsp, 40 ss. */
interrupt_common:
	push	%rax
	mov	40(%rsp), %rax
	sub	$128, %rax
	and	$-16, %rax
	xchg	%rsp, %rax
	push	48(%rax)		/* ss */
	push	40(%rax)		/* rsp */
	push	32(%rax)		/* rflags */
	push	24(%rax)		/* cs */
	push	16(%rax)		/* rip */
	push	(%rax)			/* rax */
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	sub	$16, %rsp		/* sixteen words in all: keeps %rsp aligned */
	mov	8(%rax), %edi
	cld
	call	interrupt_dispatch
	add	$16, %rsp
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rax
	iretq

	/* void simd_save(uint8_t area[SIMD_SAVE_BYTES]): the interrupted code's vector registers. */
	.globl simd_save
simd_save:
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vmovdqu	%ymm\n, 32 * \n(%rdi)
	.endr
	ret

	.globl simd_restore
simd_restore:
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vmovdqu	32 * \n(%rdi), %ymm\n
	.endr
	ret

	/* void context_switch(uint64_t *save_rsp, uint64_t load_rsp) */
	.globl context_switch
context_switch:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, (%rdi)
	mov	%rsi, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.section .note.GNU-stack, "", @progbits
