// SPDX-License-Identifier: MIT
/* Fixed-feature power button: PM1 event registers (ACPI 6.5, 4.8.3.1) and the SCI. */
#include "arch/power_button.h"
#include "arch/acpi.h"
#include "arch/cpu.h"
#include "arch/ioapic.h"
#include "runtime/interrupt.h"

#define VECTOR_SCI 0x21u
#define PM1_BUTTON (1u << 8) /* in status and enable alike */
#define PM1_ENABLE 2u	     /* enable register: behind the status register */

static void sci(void *ctx, unsigned int vector)
{
	struct power_button *b = ctx;
	uint16_t status = inw(b->event_port);

	(void)vector;
	outw(b->event_port, status); /* written ones clear: the line falls */
	if (status & PM1_BUTTON)
		b->pressed = true;
}

void power_button_enable(struct power_button *b, const struct acpi_info *acpi,
			 struct interrupts *in, uint32_t apic_id)
{
	b->event_port = acpi->pm1_event_port;
	interrupt_set(in, VECTOR_SCI, sci, b);
	ioapic_route_level(acpi->sci_irq, VECTOR_SCI, apic_id);
	outw(b->event_port + PM1_ENABLE, PM1_BUTTON);
}
