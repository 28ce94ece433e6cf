// SPDX-License-Identifier: MIT
#include "arch/machine_exit.h"
#include "arch/cpu.h"

#define DEBUG_EXIT_PORT 0xf4u

/* PM1 control (ACPI 6.5, 4.8.3.2): SLP_EN; q35's _S5 object says sleep type 0. */
#define SLEEP_ENABLE   (1u << 13)
#define SLEEP_TYPE_Q35 (0u << 10)

static void halt_for_ever(void) __attribute__((noreturn));
static void halt_for_ever(void)
{
	for (;;) {
		interrupts_off();
		asm volatile("hlt");
	}
}

void machine_fail(enum exit_value value)
{
	outb(DEBUG_EXIT_PORT, (uint8_t)value);
	halt_for_ever();
}

void machine_power_off(uint16_t pm1_control_port)
{
	outw(pm1_control_port, SLEEP_ENABLE | SLEEP_TYPE_Q35);
	halt_for_ever();
}
