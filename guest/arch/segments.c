// SPDX-License-Identifier: MIT
/*
 * Flat 64-bit segments, a TSS for the stacks that exceptions and interrupts enter on, and the IDT
 * (Intel SDM volume 3, chapters 3, 6 and 8).
 */
#include "arch/segments.h"
#include "arch/cpu.h"

#define SELECTOR_CODE 8u
#define SELECTOR_TSS  24u

#define IST_EXCEPTION 1u
#define IST_INTERRUPT 2u

#define GATE_INTERRUPT 0x8e00u
#define STUB_BYTES     16u /* as in entry.S */

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7]; /* ist[0] is IST 1 */
	uint64_t reserved2;
	uint16_t reserved3, io_map;
} __attribute__((packed));

struct gate {
	uint16_t offset_low, selector, flags, offset_mid;
	uint32_t offset_high, reserved;
};

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

/* The processor's own tables: memory it reads by itself, not state of the program. */
static struct {
	struct gate idt[256];
	uint64_t gdt[5];
	struct tss tss;
	uint8_t exception_stack[16384] __attribute__((aligned(16)));
	uint8_t interrupt_stack[256] __attribute__((aligned(16)));
} cpu_tables __attribute__((aligned(64)));

extern const uint8_t exception_stubs[], interrupt_stubs[];

static void gate_set(unsigned int vector, const uint8_t *stub, unsigned int ist)
{
	uint64_t address = (uint64_t)stub;

	cpu_tables.idt[vector] = (struct gate){
		.offset_low = (uint16_t)address,
		.selector = SELECTOR_CODE,
		.flags = (uint16_t)(GATE_INTERRUPT | ist),
		.offset_mid = (uint16_t)(address >> 16),
		.offset_high = (uint32_t)(address >> 32),
	};
}

static void gdt_fill(void)
{
	uint64_t tss = (uint64_t)&cpu_tables.tss;

	cpu_tables.gdt[1] = 0x00af9b000000ffffull;
	cpu_tables.gdt[2] = 0x00cf93000000ffffull;
	cpu_tables.gdt[3] = (sizeof(struct tss) - 1) | (tss & 0xffffff) << 16 | 0x89ull << 40 |
			    (tss >> 24 & 0xff) << 56;
	cpu_tables.gdt[4] = tss >> 32;
}

void segments_init(void)
{
	struct table_pointer gdt = {sizeof(cpu_tables.gdt) - 1, (uint64_t)cpu_tables.gdt};
	struct table_pointer idt = {sizeof(cpu_tables.idt) - 1, (uint64_t)cpu_tables.idt};
	uint64_t exception_top =
		(uint64_t)cpu_tables.exception_stack + sizeof(cpu_tables.exception_stack);
	uint64_t interrupt_top =
		(uint64_t)cpu_tables.interrupt_stack + sizeof(cpu_tables.interrupt_stack);

	gdt_fill();
	cpu_tables.tss.ist[IST_EXCEPTION - 1] = exception_top;
	cpu_tables.tss.ist[IST_INTERRUPT - 1] = interrupt_top;
	cpu_tables.tss.io_map = sizeof(struct tss);
	for (unsigned int v = 0; v < 32; v++)
		gate_set(v, exception_stubs + v * STUB_BYTES, IST_EXCEPTION);
	for (unsigned int v = 32; v < 256; v++)
		gate_set(v, interrupt_stubs + (v - 32) * STUB_BYTES, IST_INTERRUPT);

	asm volatile("lgdt %0; lidt %1; ltr %w2"
		     :
		     : "m"(gdt), "m"(idt), "r"(SELECTOR_TSS)
		     : "memory");
}
