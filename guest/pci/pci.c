// SPDX-License-Identifier: MIT
#include "pci/pci.h"
#include "arch/cpu.h"

#include <errno.h>

#define CONFIG_ADDRESS 0xcf8u
#define CONFIG_DATA    0xcfcu
#define CONFIG_ENABLE  (1u << 31)

#define BAR_IO	  1u
#define BAR_64BIT 4u
#define BAR_FLAGS 0xfu

#define HEADER_BRIDGE 1u
#define BRIDGE_BUSES  0x18u /* secondary bus in bits 15:8 */

#define CAPABILITY_MSI	 0x05u
#define CAPABILITY_MSIX	 0x11u
#define MSI_ENABLE	 (1u << 16)
#define MSI_64BIT	 (1u << 23)
#define MSIX_ENABLE	 (1u << 31)
#define MSIX_ENTRY_WORDS 4u
#define MESSAGE_ADDRESS	 0xfee00000u

#define INTERRUPT_PIN 0x3cu /* dword; pin in bits 15:8 */

/*
 * q35's ICH9 routes INTA..INTD of the root bus's slots 0..24 to PIRQE..PIRQH, turned by the slot
 * number; with the I/O APIC in use those are its inputs 20..23.
 */
#define Q35_LAST_TURNED_SLOT 24u
#define Q35_FIRST_GSI	     20

uint32_t pci_read(struct pci_function f, unsigned int offset)
{
	outl(CONFIG_ADDRESS, CONFIG_ENABLE | (uint32_t)f.bus << 16 | (uint32_t)f.slot << 11 |
				     (uint32_t)f.function << 8 | (offset & 0xfc));
	return inl(CONFIG_DATA);
}

void pci_write(struct pci_function f, unsigned int offset, uint32_t value)
{
	outl(CONFIG_ADDRESS, CONFIG_ENABLE | (uint32_t)f.bus << 16 | (uint32_t)f.slot << 11 |
				     (uint32_t)f.function << 8 | (offset & 0xfc));
	outl(CONFIG_DATA, value);
}

static bool find_on_bus(uint8_t bus, uint32_t id, struct pci_function *out)
{
	for (unsigned int devfn = 0; devfn < 256; devfn++) {
		struct pci_function f = {bus, (uint8_t)(devfn >> 3), (uint8_t)(devfn & 7)};
		uint32_t found = pci_read(f, PCI_VENDOR_ID);
		uint8_t secondary;

		if (found == UINT32_MAX)
			continue;
		if (found == id) {
			*out = f;
			return true;
		}
		if ((pci_read(f, PCI_HEADER_TYPE) >> 16 & 0x7f) != HEADER_BRIDGE)
			continue;
		secondary = (uint8_t)(pci_read(f, BRIDGE_BUSES) >> 8);
		if (secondary > bus && find_on_bus(secondary, id, out))
			return true;
	}
	return false;
}

bool pci_find(uint16_t vendor, uint16_t device, struct pci_function *out)
{
	return find_on_bus(0, (uint32_t)device << 16 | vendor, out);
}

/* The upper half of that dword is status: bits that are cleared by writing 1. */
static void command_change(struct pci_function f, uint32_t set, uint32_t clear)
{
	uint32_t command = pci_read(f, PCI_COMMAND) & 0xffff;

	pci_write(f, PCI_COMMAND, (command & ~clear) | set);
}

void pci_enable(struct pci_function f)
{
	command_change(f, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
}

uint64_t pci_bar(struct pci_function f, unsigned int n, uint64_t *next_free)
{
	uint32_t bar = pci_read(f, PCI_BAR(n)), size;

	if (bar & (BAR_IO | BAR_64BIT))
		return 0;
	if (bar & ~BAR_FLAGS)
		return bar & ~BAR_FLAGS;
	pci_write(f, PCI_BAR(n), UINT32_MAX);
	size = ~(pci_read(f, PCI_BAR(n)) & ~BAR_FLAGS) + 1;
	if (!size)
		return 0;
	*next_free = (*next_free + size - 1) & ~(uint64_t)(size - 1);
	pci_write(f, PCI_BAR(n), (uint32_t)*next_free);
	*next_free += size;
	return *next_free - size;
}

static uint8_t capability_find(struct pci_function f, uint8_t id)
{
	uint8_t at = (uint8_t)pci_read(f, PCI_CAPABILITIES) & 0xfc;

	for (unsigned int i = 0; at && i < 48; i++) {
		uint32_t head = pci_read(f, at);

		if ((uint8_t)head == id)
			return at;
		at = (uint8_t)(head >> 8) & 0xfc;
	}
	return 0;
}

bool pci_msix_find(struct pci_function f, uint64_t *next_free, struct pci_msix *out)
{
	uint8_t at = capability_find(f, CAPABILITY_MSIX);
	uint32_t where;
	uint64_t bar;

	if (!at)
		return false;
	where = pci_read(f, at + 4u);
	bar = pci_bar(f, where & 7, next_free);
	if (!bar)
		return false;
	out->capability = at;
	out->entries = (pci_read(f, at) >> 16 & 0x7ff) + 1;
	out->table = (volatile uint32_t *)(bar + (where & ~7u));
	pci_msix_enable(f, out, false);
	for (unsigned int i = 0; i < out->entries; i++)
		pci_msix_entry(out, i, 0, 0, true);
	return true;
}

void pci_msix_entry(const struct pci_msix *m, unsigned int entry, uint32_t apic_id,
		    unsigned int vector, bool masked)
{
	volatile uint32_t *e = m->table + MSIX_ENTRY_WORDS * entry;

	e[3] = 1;
	e[0] = MESSAGE_ADDRESS | apic_id << 12;
	e[1] = 0;
	e[2] = vector;
	e[3] = masked;
}

void pci_msix_enable(struct pci_function f, const struct pci_msix *m, bool on)
{
	uint32_t control = pci_read(f, m->capability);

	command_change(f, on ? PCI_COMMAND_NO_INTX : 0, on ? 0 : PCI_COMMAND_NO_INTX);
	pci_write(f, m->capability, on ? control | MSIX_ENABLE : control & ~MSIX_ENABLE);
}

bool pci_msi_enable(struct pci_function f, uint32_t apic_id, unsigned int vector)
{
	uint8_t at = capability_find(f, CAPABILITY_MSI);
	uint32_t control;

	if (!at)
		return false;
	control = pci_read(f, at);
	pci_write(f, at + 4u, MESSAGE_ADDRESS | apic_id << 12);
	if (control & MSI_64BIT)
		pci_write(f, at + 8u, 0);
	pci_write(f, at + (control & MSI_64BIT ? 12u : 8u), vector);
	command_change(f, PCI_COMMAND_NO_INTX, 0);
	pci_write(f, at, control | MSI_ENABLE);
	return true;
}

void pci_msi_disable(struct pci_function f)
{
	uint8_t at = capability_find(f, CAPABILITY_MSI);

	if (!at)
		return;
	pci_write(f, at, pci_read(f, at) & ~MSI_ENABLE);
	command_change(f, 0, PCI_COMMAND_NO_INTX);
}

int pci_intx_gsi(struct pci_function f)
{
	unsigned int pin = pci_read(f, INTERRUPT_PIN) >> 8 & 0xff;

	if (f.bus || f.slot > Q35_LAST_TURNED_SLOT || !pin || pin > 4)
		return -ENODEV;
	return Q35_FIRST_GSI + (int)((f.slot + pin - 1) % 4);
}
