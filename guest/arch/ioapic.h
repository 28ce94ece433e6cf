/* SPDX-License-Identifier: MIT */
/* The I/O APIC of q35 (Intel 82093AA register model): for lines that are not messages. */
#ifndef ARCH_IOAPIC_H
#define ARCH_IOAPIC_H

#include <stdint.h>

/* Sends the level-triggered, active-high line `gsi` (0..23) to a vector of the processor `apic_id`.
 */
void ioapic_route_level(unsigned int gsi, unsigned int vector, uint32_t apic_id);
void ioapic_mask(unsigned int gsi);

#endif
