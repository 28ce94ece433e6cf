/* SPDX-License-Identifier: MIT */
/* The few facts that are taken from ACPI's fixed description table (ACPI 6.5, 5.2.9). */
#ifndef ARCH_ACPI_H
#define ARCH_ACPI_H

#include <stdint.h>

struct acpi_info {
	uint16_t pm_timer_port;	   /* 24-bit or wider counter at 3.579545 MHz */
	uint16_t pm1_event_port;   /* PM1a status, enable */
	uint16_t pm1_control_port; /* PM1a control */
	uint8_t sci_irq;	   /* global interrupt of ACPI events */
};

/* rsdp: physical address of the root pointer. 0, or -ENODEV when a table is missing or damaged. */
int acpi_read(uint64_t rsdp, struct acpi_info *out);

#endif
