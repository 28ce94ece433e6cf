/* SPDX-License-Identifier: MIT */
/* The ACPI power button (QEMU: system_powerdown): asks the guest to end cleanly. */
#ifndef ARCH_POWER_BUTTON_H
#define ARCH_POWER_BUTTON_H

#include <stdbool.h>
#include <stdint.h>

struct interrupts;
struct acpi_info;

struct power_button {
	uint16_t event_port;
	volatile bool pressed; /* set by the hard interrupt */
};

void power_button_enable(struct power_button *b, const struct acpi_info *acpi,
			 struct interrupts *in, uint32_t apic_id);

#endif
