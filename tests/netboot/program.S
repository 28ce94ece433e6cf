/* SPDX-License-Identifier: MIT */
/*
 * A program that a PXE loader fetches and enters (PXE 2.1, 4.4: at 0:7C00, in real mode). It adds up the
 * PROGRAM_BYTES of its own file, code and what the test put behind, by Adler-32 (RFC 1950, 8.2), and
 * says the sum on the first serial line: whoever knows the file knows whether all of it arrived.
 */
	.code16
	.globl _start
	.set MODULUS, 65521
	.set LOADED_AT, 0x7C00
	.set SERIAL, 0x3F8

_start:
	ljmp	$0, $(LOADED_AT + begin - _start)
begin:
	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	movl	$1, %ebx	/* a */
	xorl	%ecx, %ecx	/* b */
	movl	$LOADED_AT, %esi
	movl	$(LOADED_AT + PROGRAM_BYTES), %ebp
add_byte:
	movl	%esi, %eax	/* es:di is the byte at esi */
	shrl	$4, %eax
	movw	%ax, %es
	movw	%si, %di
	andw	$0xF, %di
	movzbl	%es:(%di), %eax
	addl	%eax, %ebx
	cmpl	$MODULUS, %ebx
	jb	1f
	subl	$MODULUS, %ebx
1:	addl	%ebx, %ecx
	cmpl	$MODULUS, %ecx
	jb	1f
	subl	$MODULUS, %ecx
1:	incl	%esi
	cmpl	%ebp, %esi
	jb	add_byte

	movw	$(LOADED_AT + words - _start), %si
1:	lodsb
	testb	%al, %al
	jz	1f
	call	put
	jmp	1b
1:	shll	$16, %ecx
	orl	%ecx, %ebx
	movw	$8, %cx
next_digit:
	roll	$4, %ebx
	movb	%bl, %al
	andb	$0xF, %al
	addb	$'0', %al
	cmpb	$'9', %al
	jbe	1f
	addb	$('a' - '9' - 1), %al
1:	call	put
	loop	next_digit
	movb	$'\n', %al
	call	put
	cli
1:	hlt
	jmp	1b

/* al to the serial line, when it has room. */
put:
	movb	%al, %ah
	movw	$(SERIAL + 5), %dx
1:	inb	%dx, %al
	testb	$0x20, %al
	jz	1b
	movb	%ah, %al
	movw	$SERIAL, %dx
	outb	%al, %dx
	ret

words:
	.asciz	"\nringside: the program adds up to "
