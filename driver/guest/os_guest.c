// SPDX-License-Identifier: MIT
/*
 * driver/os.h on the bare-metal guest: registers by memory-mapped I/O, DMA addresses are physical
 * addresses are pointers (all RAM is mapped one to one; task stacks are not, and are refused), the
 * processor keeps DMA and its own accesses coherent and in order.
 */
#include "driver/guest/os_guest.h"

#include <driver/os.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch/ioapic.h"
#include "arch/paging.h"
#include "pci/pci.h"
#include "runtime/guest.h"

#define CARD_VENDOR 0x8086u
#define CARD_DEVICE 0x10d3u

/* Where BARs go that the firmware left empty: below the I/O APIC, above any RAM below 4 GiB. */
#define BAR_WINDOW 0xfd000000ull

struct os_device {
	struct guest *guest;
	struct pci_function pci;
	struct pci_msix msix;
	volatile uint32_t *regs;
	uint64_t next_bar;

	enum os_irq_mode mode;
	unsigned int vectors;
	int first_vector, gsi;
	os_irq_handler handler;
	void *handler_ctx;
};

struct os_device *os_guest_find(struct guest *g, const char **problem)
{
	struct os_device *dev = size_class_alloc(&g->memory, sizeof(*dev));
	uint64_t bar0 = 0;

	if (!dev) {
		*problem = "no memory for the network card";
		return NULL;
	}
	*dev = (struct os_device){.guest = g, .next_bar = BAR_WINDOW, .first_vector = -1};
	if (pci_find(CARD_VENDOR, CARD_DEVICE, &dev->pci)) {
		bar0 = pci_bar(dev->pci, 0, &dev->next_bar);
		*problem = "the network card's BAR0 is not usable memory";
	} else {
		*problem =
			"no network card 8086:10d3: give QEMU -device ringside,... or -device e1000e,...";
	}
	if (!bar0) {
		size_class_free(&g->memory, dev, sizeof(*dev));
		return NULL;
	}
	pci_enable(dev->pci);
	dev->regs = (volatile uint32_t *)bar0;
	return dev;
}

uint32_t os_read32(struct os_device *dev, uint32_t reg)
{
	return dev->regs[reg / 4];
}

void os_write32(struct os_device *dev, uint32_t reg, uint32_t value)
{
	dev->regs[reg / 4] = value;
}

/* Pieces are aligned to 64 bytes; to a page when they are pages. */
static size_t dma_bytes(size_t size)
{
	return (size + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
}

static unsigned int dma_order(size_t size)
{
	size_t pages = dma_bytes(size) / PAGE_BYTES;

	return pages <= 1 ? 0 : 64 - (unsigned int)__builtin_clzll(pages - 1);
}

void *os_dma_alloc(struct os_device *dev, size_t size, size_t align, dma_addr_t *bus)
{
	struct guest *g = dev->guest;
	void *mem;

	if (align > PAGE_BYTES)
		return NULL;
	softirq_block(&g->interrupts);
	mem = page_alloc_get(&g->pages, dma_order(size));
	softirq_unblock(&g->interrupts);
	if (!mem)
		return NULL;
	memset(mem, 0, size);
	*bus = (dma_addr_t)mem;
	return mem;
}

void os_dma_free(struct os_device *dev, void *mem, size_t size, dma_addr_t bus)
{
	struct guest *g = dev->guest;

	(void)bus;
	softirq_block(&g->interrupts);
	page_alloc_put(&g->pages, mem, dma_order(size));
	softirq_unblock(&g->interrupts);
}

dma_addr_t os_dma_map(struct os_device *dev, void *mem, size_t len, enum dma_direction dir)
{
	(void)dev;
	(void)dir;
	return (uint64_t)mem + len <= STACK_REGION ? (dma_addr_t)mem : OS_DMA_ERROR;
}

void os_dma_unmap(struct os_device *dev, dma_addr_t bus, size_t len, enum dma_direction dir)
{
	(void)dev;
	(void)bus;
	(void)len;
	(void)dir;
}

void os_dma_wmb(struct os_device *dev)
{
	(void)dev;
	barrier();
}

void os_dma_rmb(struct os_device *dev)
{
	(void)dev;
	barrier();
}

static void interrupt(void *ctx, unsigned int vector)
{
	struct os_device *dev = ctx;

	if (!dev->handler(dev->handler_ctx, vector - (unsigned int)dev->first_vector))
		dev->guest->interrupts.spurious++;
}

static bool try_msix(struct os_device *dev, unsigned int want)
{
	if (!pci_msix_find(dev->pci, &dev->next_bar, &dev->msix) || dev->msix.entries < want)
		return false;
	dev->vectors = want;
	return true;
}

static bool try_msi(struct os_device *dev)
{
	uint32_t apic_id = lapic_id(&dev->guest->lapic);

	dev->vectors = 1;
	return pci_msi_enable(dev->pci, apic_id, (unsigned int)dev->first_vector);
}

static bool try_intx(struct os_device *dev)
{
	dev->vectors = 1;
	dev->gsi = pci_intx_gsi(dev->pci);
	return dev->gsi >= 0;
}

int os_irq_alloc(struct os_device *dev, unsigned int want, enum os_irq_mode allow,
		 enum os_irq_mode *mode)
{
	if (dev->first_vector < 0) /* vectors stay with the device */
		dev->first_vector = interrupt_vectors_alloc(&dev->guest->interrupts, want);
	if (dev->first_vector < 0)
		return dev->first_vector;
	if (allow == OS_IRQ_MSIX && try_msix(dev, want))
		dev->mode = OS_IRQ_MSIX;
	else if (allow != OS_IRQ_INTX && try_msi(dev))
		dev->mode = OS_IRQ_MSI;
	else if (try_intx(dev))
		dev->mode = OS_IRQ_INTX;
	else
		return -ENODEV;
	*mode = dev->mode;
	return (int)dev->vectors;
}

int os_irq_request(struct os_device *dev, os_irq_handler handler, void *ctx)
{
	uint32_t apic_id = lapic_id(&dev->guest->lapic);
	unsigned int first = (unsigned int)dev->first_vector;

	dev->handler = handler;
	dev->handler_ctx = ctx;
	for (unsigned int i = 0; i < dev->vectors; i++)
		interrupt_set(&dev->guest->interrupts, first + i, interrupt, dev);
	if (dev->mode == OS_IRQ_MSIX) {
		for (unsigned int i = 0; i < dev->vectors; i++)
			pci_msix_entry(&dev->msix, i, apic_id, first + i, false);
		pci_msix_enable(dev->pci, &dev->msix, true);
	} else if (dev->mode == OS_IRQ_INTX) {
		ioapic_route_level((unsigned int)dev->gsi, first, apic_id);
	}
	return 0;
}

void os_irq_free(struct os_device *dev)
{
	if (dev->mode == OS_IRQ_MSIX)
		pci_msix_enable(dev->pci, &dev->msix, false);
	else if (dev->mode == OS_IRQ_MSI)
		pci_msi_disable(dev->pci);
	else
		ioapic_mask((unsigned int)dev->gsi);
	for (unsigned int i = 0; i < dev->vectors; i++)
		interrupt_set(&dev->guest->interrupts, (unsigned int)dev->first_vector + i, NULL,
			      NULL);
	dev->vectors = 0;
}

uint64_t os_time_ns(struct os_device *dev)
{
	return clock_now_ns(&dev->guest->clock);
}

void os_udelay(struct os_device *dev, unsigned int us)
{
	uint64_t end = os_time_ns(dev) + us * 1000ull;

	while (os_time_ns(dev) < end)
		;
}

void os_log(struct os_device *dev, int severity, const char *fmt, ...)
{
	char line[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	console_log(&dev->guest->console, severity, "%s", line);
}
