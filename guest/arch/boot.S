/* SPDX-License-Identifier: MIT */
/*
 * Entry by PVH (Xen's direct boot ABI): 32-bit protected mode, flat segments, paging off, %ebx =
 * physical address of struct hvm_start_info. Goes to 64-bit long mode with 4 GiB mapped one to one
 * in 2 MiB pages, and calls guest_main(start_info).
 */
#define XEN_ELFNOTE_PHYS32_ENTRY 18

#define CR0_PE	    (1 << 0)
#define CR0_MP	    (1 << 1)
#define CR0_WP	    (1 << 16)
#define CR0_PG	    (1 << 31)
#define CR4_PAE	    (1 << 5)
#define CR4_OSFXSR  (1 << 9)
#define CR4_OSXMMEX (1 << 10)
#define MSR_EFER    0xc0000080
#define EFER_LME    (1 << 8)

#define PAGE_PRESENT_WRITE 3
#define PAGE_2MIB	   0x83
#define BOOT_STACK_BYTES   65536

	.section .note.pvh, "a", @note
	.balign 4
	.long 4			/* name size */
	.long 8			/* description size */
	.long XEN_ELFNOTE_PHYS32_ENTRY
	.asciz "Xen"
	.quad pvh_entry
	.balign 4

	.section .text.boot, "ax"
	.code32
	.globl pvh_entry
pvh_entry:
	cli
	cld
	mov	%ebx, %esi
	xor	%eax, %eax		/* .bss may hold what the firmware left */
	mov	$bss_start, %edi
	mov	$bss_end, %ecx
	sub	%edi, %ecx
	shr	$2, %ecx
	rep stosl

	movl	$boot_pdpt + PAGE_PRESENT_WRITE, boot_pml4
	mov	$boot_pd + PAGE_PRESENT_WRITE, %eax
	mov	$boot_pdpt, %edi
	mov	$4, %ecx
1:	mov	%eax, (%edi)
	add	$4096, %eax
	add	$8, %edi
	loop	1b

	mov	$PAGE_2MIB, %eax
	mov	$boot_pd, %edi
	mov	$(4 * 512), %ecx
2:	mov	%eax, (%edi)
	add	$0x200000, %eax
	add	$8, %edi
	loop	2b

	mov	$(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEX), %eax
	mov	%eax, %cr4
	mov	$boot_pml4, %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME, %eax
	wrmsr
	mov	$(CR0_PE | CR0_MP | CR0_WP | CR0_PG), %eax
	mov	%eax, %cr0
	lgdt	boot_gdt_pointer
	ljmp	$8, $long_mode

	.code64
long_mode:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$boot_stack_end, %rsp
	xor	%ebp, %ebp
	mov	%esi, %edi
	call	guest_main
3:	cli
	hlt
	jmp	3b

	.section .rodata
	.balign 8
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff	/* 64-bit code */
	.quad 0x00cf93000000ffff	/* data */
boot_gdt_pointer:
	.word . - boot_gdt - 1
	.long boot_gdt

	.bss
	.balign 4096
	.globl boot_pml4, boot_pdpt, boot_pd, boot_stack_end
boot_pml4:
	.skip 4096
boot_pdpt:
	.skip 4096
boot_pd:
	.skip 4 * 4096
	.skip BOOT_STACK_BYTES
boot_stack_end:

	.section .note.GNU-stack, "", @progbits
