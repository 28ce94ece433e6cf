// SPDX-License-Identifier: MIT
#include "arch/ioapic.h"

#define IOAPIC_BASE 0xfec00000ull

#define REDIRECTION(gsi) (0x10u + 2 * (gsi))
#define LEVEL_TRIGGERED	 (1u << 15)
#define MASKED		 (1u << 16)

static void reg_write(unsigned int reg, uint32_t value)
{
	volatile uint32_t *window = (volatile uint32_t *)IOAPIC_BASE;

	window[0] = reg;
	window[4] = value;
}

void ioapic_route_level(unsigned int gsi, unsigned int vector, uint32_t apic_id)
{
	reg_write(REDIRECTION(gsi) + 1, apic_id << 24);
	reg_write(REDIRECTION(gsi), LEVEL_TRIGGERED | vector);
}

void ioapic_mask(unsigned int gsi)
{
	reg_write(REDIRECTION(gsi), MASKED);
}
