/* SPDX-License-Identifier: MIT */
/* PCI functions: configuration space by ports 0xcf8/0xcfc, BARs, and the three kinds of interrupt.
 */
#ifndef PCI_PCI_H
#define PCI_PCI_H

#include <stdbool.h>
#include <stdint.h>

#define PCI_VENDOR_ID	    0x00u
#define PCI_COMMAND	    0x04u
#define PCI_COMMAND_MEMORY  (1u << 1)
#define PCI_COMMAND_MASTER  (1u << 2)
#define PCI_COMMAND_NO_INTX (1u << 10)
#define PCI_HEADER_TYPE	    0x0cu /* dword; type in bits 23:16 */
#define PCI_BAR(n)	    (0x10u + 4u * (n))
#define PCI_CAPABILITIES    0x34u

struct interrupts;

struct pci_function {
	uint8_t bus, slot, function;
};

struct pci_msix {
	uint8_t capability;
	unsigned int entries;
	volatile uint32_t *table;
};

uint32_t pci_read(struct pci_function f, unsigned int offset);
void pci_write(struct pci_function f, unsigned int offset, uint32_t value);

/* Looks on bus 0 and behind its bridges. false: none. */
bool pci_find(uint16_t vendor, uint16_t device, struct pci_function *out);

/* Switches memory decoding and bus mastering on. */
void pci_enable(struct pci_function f);

/*
 * Address of memory BAR n, which gets one when the firmware gave none: from *next_free upwards,
 * which moves behind it. 0: not a 32-bit memory BAR.
 */
uint64_t pci_bar(struct pci_function f, unsigned int n, uint64_t *next_free);

/* false: the function has no MSI-X. All entries are masked, the capability is off. */
bool pci_msix_find(struct pci_function f, uint64_t *next_free, struct pci_msix *out);
void pci_msix_entry(const struct pci_msix *m, unsigned int entry, uint32_t apic_id,
		    unsigned int vector, bool masked);
void pci_msix_enable(struct pci_function f, const struct pci_msix *m, bool on);

/* One message. false: the function has no MSI. */
bool pci_msi_enable(struct pci_function f, uint32_t apic_id, unsigned int vector);
void pci_msi_disable(struct pci_function f);

/* Global interrupt of INTA..INTD (pin 0..3) on q35. -ENODEV: not on the root bus, or no pin. */
int pci_intx_gsi(struct pci_function f);

#endif
