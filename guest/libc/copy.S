/* SPDX-License-Identifier: MIT */
/*
 * memcpy, memmove, memset, with 32-byte vector registers: all loads of a block before its stores.
 * Under QEMU 7.2's translator that moves 1.7 - 1.9 GB/s where 16-byte registers give 1.1, 8-byte
 * ones 0.8 and `rep movsq` 0.2; a load and a store in turn halve it.
 *
 * Vector registers of interrupted code are saved before soft interrupts run (entry.S); hard-interrupt
 * handlers must not copy more than 15 bytes.
 */
	.text
	.balign 16
	.globl memcpy
memcpy:
	mov	%rdi, %rax
	cmp	$128, %rdx
	jb	copy_short
copy_blocks:
	vmovdqu	(%rsi), %ymm0
	vmovdqu	32(%rsi), %ymm1
	vmovdqu	64(%rsi), %ymm2
	vmovdqu	96(%rsi), %ymm3
	vmovdqu	%ymm0, (%rdi)
	vmovdqu	%ymm1, 32(%rdi)
	vmovdqu	%ymm2, 64(%rdi)
	vmovdqu	%ymm3, 96(%rdi)
	sub	$-128, %rsi
	sub	$-128, %rdi
	add	$-128, %rdx
	cmp	$128, %rdx
	jae	copy_blocks
	/* The rest: the last 128 bytes, some of them again. */
	test	%rdx, %rdx
	jz	1f
	lea	-128(%rsi,%rdx), %rsi
	lea	-128(%rdi,%rdx), %rdi
	mov	$128, %edx
	jmp	copy_blocks
1:	ret

	/* Below 128 bytes: two overlapping pieces, all loaded before any is stored. */
copy_short:
	cmp	$64, %edx
	jb	1f
	vmovdqu	(%rsi), %ymm0
	vmovdqu	32(%rsi), %ymm1
	vmovdqu	-64(%rsi,%rdx), %ymm2
	vmovdqu	-32(%rsi,%rdx), %ymm3
	vmovdqu	%ymm0, (%rdi)
	vmovdqu	%ymm1, 32(%rdi)
	vmovdqu	%ymm2, -64(%rdi,%rdx)
	vmovdqu	%ymm3, -32(%rdi,%rdx)
	ret
1:	cmp	$32, %edx
	jb	2f
	vmovdqu	(%rsi), %ymm0
	vmovdqu	-32(%rsi,%rdx), %ymm1
	vmovdqu	%ymm0, (%rdi)
	vmovdqu	%ymm1, -32(%rdi,%rdx)
	ret
2:	cmp	$16, %edx
	jb	3f
	vmovdqu	(%rsi), %xmm0
	vmovdqu	-16(%rsi,%rdx), %xmm1
	vmovdqu	%xmm0, (%rdi)
	vmovdqu	%xmm1, -16(%rdi,%rdx)
	ret
3:	cmp	$8, %edx
	jb	4f
	mov	(%rsi), %rcx
	mov	-8(%rsi,%rdx), %r8
	mov	%rcx, (%rdi)
	mov	%r8, -8(%rdi,%rdx)
	ret
4:	cmp	$4, %edx
	jb	5f
	mov	(%rsi), %ecx
	mov	-4(%rsi,%rdx), %r8d
	mov	%ecx, (%rdi)
	mov	%r8d, -4(%rdi,%rdx)
	ret
5:	test	%edx, %edx
	jz	7f
6:	movzbl	-1(%rsi,%rdx), %ecx
	mov	%cl, -1(%rdi,%rdx)
	dec	%edx
	jnz	6b
7:	ret

	.balign 16
	.globl memmove
memmove:
	cmp	$128, %rdx
	jb	move_short
	mov	%rdi, %rcx
	sub	%rsi, %rcx
	cmp	%rdx, %rcx		/* unsigned: destination starts within the source */
	jb	1f
	neg	%rcx
	cmp	%rdx, %rcx		/* source starts within the destination */
	jae	memcpy
	mov	%rdi, %rax
	mov	%rdx, %rcx
	rep movsb
	ret
1:	mov	%rdi, %rax		/* backwards, in words, then the rest */
2:	mov	-8(%rsi,%rdx), %rcx
	mov	%rcx, -8(%rdi,%rdx)
	sub	$8, %rdx
	cmp	$8, %rdx
	jae	2b
	test	%edx, %edx
	jz	4f
3:	movzbl	-1(%rsi,%rdx), %ecx
	mov	%cl, -1(%rdi,%rdx)
	dec	%edx
	jnz	3b
4:	ret
	/* copy_short loads all before it stores, but for 1 to 3 bytes, which it moves downwards. */
move_short:
	mov	%rdi, %rax
	cmp	$4, %rdx
	jae	copy_short
	cmp	%rsi, %rdi
	ja	copy_short
	test	%edx, %edx
	jz	2f
1:	movzbl	(%rsi), %ecx
	mov	%cl, (%rdi)
	inc	%rsi
	inc	%rdi
	dec	%edx
	jnz	1b
2:	ret

	.balign 16
	.globl memset
memset:
	mov	%rdi, %rax
	cmp	$32, %rdx
	jb	3f
	vmovd	%esi, %xmm0
	vpbroadcastb %xmm0, %ymm0
	vmovdqu	%ymm0, -32(%rdi,%rdx)	/* the end; the loop leaves less than 32 bytes to it */
1:	vmovdqu	%ymm0, (%rdi)
	add	$32, %rdi
	sub	$32, %rdx
	cmp	$32, %rdx
	jae	1b
	ret
3:	test	%edx, %edx
	jz	5f
4:	mov	%sil, -1(%rdi,%rdx)
	dec	%edx
	jnz	4b
5:	ret

	.section .note.GNU-stack, "", @progbits
