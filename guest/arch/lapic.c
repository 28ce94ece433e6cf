// SPDX-License-Identifier: MIT
#include "arch/lapic.h"
#include "arch/cpu.h"
#include "runtime/interrupt.h"

#define REG_ID		  0x20u
#define REG_SPURIOUS	  0xf0u
#define REG_TIMER	  0x320u
#define REG_TIMER_INITIAL 0x380u
#define REG_TIMER_CURRENT 0x390u
#define REG_TIMER_DIVIDE  0x3e0u

#define SPURIOUS_ENABLE 0x100u
#define TIMER_MASKED	0x10000u
#define DIVIDE_BY_16	3u

#define APIC_BASE_ENABLE  0x800u
#define APIC_BASE_ADDRESS 0xffffff000ull

#define LONGEST_NS 1000000000ull

static void reg_write(struct lapic *l, unsigned int reg, uint32_t value)
{
	l->regs[reg / 4] = value;
}

static void mask_8259(void)
{
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

void lapic_init(struct lapic *l)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	mask_8259();
	wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
	l->regs = (volatile uint32_t *)(base & APIC_BASE_ADDRESS);
	reg_write(l, REG_TIMER, TIMER_MASKED);
	reg_write(l, REG_TIMER_DIVIDE, DIVIDE_BY_16);
	reg_write(l, REG_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
}

uint32_t lapic_id(const struct lapic *l)
{
	return l->regs[REG_ID / 4] >> 24;
}

void lapic_timer_arm(struct lapic *l, unsigned int vector, uint64_t delay_ns)
{
	uint64_t ns = delay_ns < LONGEST_NS ? delay_ns : LONGEST_NS;
	uint64_t ticks = ns * l->timer_hz / 1000000000u + 1;

	reg_write(l, REG_TIMER, vector);
	reg_write(l, REG_TIMER_INITIAL, (uint32_t)ticks);
}

void lapic_timer_run_free(struct lapic *l)
{
	reg_write(l, REG_TIMER, TIMER_MASKED);
	reg_write(l, REG_TIMER_INITIAL, UINT32_MAX);
}

uint32_t lapic_timer_count(const struct lapic *l)
{
	return l->regs[REG_TIMER_CURRENT / 4];
}
