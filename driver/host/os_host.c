// SPDX-License-Identifier: MIT
/* driver/os.h on the host rung, and what the card asks of its host. */
#include "host_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the card asks ---- */

static int op_dma_read(void *host, uint64_t addr, void *buf, size_t len)
{
	struct os_device *dev = host;

	return dma_map_read(&dev->dma, addr, buf, len) ? 0 : -EFAULT;
}

static int op_dma_write(void *host, uint64_t addr, const void *buf, size_t len)
{
	struct os_device *dev = host;
	uint8_t *mem = dma_map_find(&dev->dma, addr, len, DMA_MAP_WRITE);

	if (!mem)
		return -EFAULT;
	memcpy(mem, buf, len);
	return 0;
}

static void op_irq(void *host, unsigned int vector, int level)
{
	struct os_device *dev = host;

	if (vector == RINGSIDE_VECTOR_INTX) {
		dev->intx_level = level;
		vector = 0;
	}
	if (level && dev->handler && vector < dev->vector_count)
		host_irq_raise(&dev->vectors[vector].irq);
}

static void op_pba_clear(void *host, uint32_t vector_mask)
{
	(void)host; /* vectors are never masked here, so that none is ever pending */
	(void)vector_mask;
}

static bool op_transmit(void *host, const void *frame, size_t len, uint64_t time_ns)
{
	struct os_device *dev = host;

	if (dev->listener)
		dev->listener(dev->listener_ctx, frame, len, time_ns);
	return true;
}

static void op_receive_ready(void *host)
{
	(void)host;
}

static void op_log(void *host, int severity, const char *line)
{
	(void)host;
	if (severity <= 1)
		fprintf(stderr, "platform: %s\n", line);
}

const struct ringside_host_ops card_host_ops = {
	.abi = {RINGSIDE_PLATFORM_ABI_VERSION, sizeof(struct ringside_host_ops)},
	.dma_read = op_dma_read,
	.dma_write = op_dma_write,
	.irq = op_irq,
	.pba_clear = op_pba_clear,
	.transmit = op_transmit,
	.receive_ready = op_receive_ready,
	.log = op_log,
};

/* ---- what the driver asks ---- */

/* The processor waits for the answer as long as the card takes. */
uint32_t os_read32(struct os_device *dev, uint32_t reg)
{
	struct card_platform *p = dev->platform;
	uint64_t start_ns = card_time_ns(dev);
	uint32_t value = p->abi->card_mmio_read(dev->card, start_ns, reg, 4);

	card_platform_kick(p);
	host_charge(dev->host, p->abi->now(p->platform) - start_ns);
	return value;
}

void os_write32(struct os_device *dev, uint32_t reg, uint32_t value)
{
	struct card_platform *p = dev->platform;
	uint64_t time_ns = card_time_ns(dev);

	if (dev->deaf)
		return;
	p->abi->card_mmio_write(dev->card, time_ns, reg, value, 4);
	card_platform_kick(p);
}

void *os_dma_alloc(struct os_device *dev, size_t size, size_t align, dma_addr_t *bus)
{
	size_t least = align < sizeof(void *) ? sizeof(void *) : align;
	size_t padded = (size + least - 1) / least * least;
	void *mem = aligned_alloc(least, padded);

	if (!mem)
		return NULL;
	memset(mem, 0, padded);
	*bus = dma_map_add(&dev->dma, mem, size, DMA_MAP_READ | DMA_MAP_WRITE);
	if (*bus != OS_DMA_ERROR)
		return mem;
	free(mem);
	return NULL;
}

void os_dma_free(struct os_device *dev, void *mem, size_t size, dma_addr_t bus)
{
	dma_map_remove(&dev->dma, bus, size);
	free(mem);
}

dma_addr_t os_dma_map(struct os_device *dev, void *mem, size_t len, enum dma_direction dir)
{
	return dma_map_add(&dev->dma, mem, len,
			   dir == DMA_TO_DEVICE ? DMA_MAP_READ : DMA_MAP_WRITE);
}

void os_dma_unmap(struct os_device *dev, dma_addr_t bus, size_t len, enum dma_direction dir)
{
	(void)dir;
	dma_map_remove(&dev->dma, bus, len);
}

void os_dma_wmb(struct os_device *dev)
{
	(void)dev; /* card and CPU take turns in one thread */
}

void os_dma_rmb(struct os_device *dev)
{
	(void)dev;
}

static void interrupt(void *ctx)
{
	struct card_vector *v = ctx;
	struct os_device *dev = v->dev;

	if (!dev->handler)
		return;
	dev->handler(dev->handler_ctx, (unsigned int)(v - dev->vectors));
	if (dev->pci.irq_mode == RINGSIDE_IRQ_INTX && dev->intx_level)
		host_irq_raise(&v->irq); /* a level: it comes until it goes */
}

int os_irq_alloc(struct os_device *dev, unsigned int want, enum os_irq_mode allow,
		 enum os_irq_mode *mode)
{
	static const enum ringside_irq_mode kinds[] = {
		[OS_IRQ_MSIX] = RINGSIDE_IRQ_MSIX,
		[OS_IRQ_MSI] = RINGSIDE_IRQ_MSI,
		[OS_IRQ_INTX] = RINGSIDE_IRQ_INTX,
	};

	if (want > CARD_VECTORS)
		return -ENOSPC;
	*mode = allow;
	dev->pci.irq_mode = kinds[allow];
	dev->platform->abi->card_pci_state(dev->card, &dev->pci);
	card_platform_kick(dev->platform);
	dev->vector_count = allow == OS_IRQ_MSIX ? want : 1;
	return (int)dev->vector_count;
}

int os_irq_request(struct os_device *dev, os_irq_handler handler, void *ctx)
{
	for (unsigned int i = 0; i < dev->vector_count; i++) {
		dev->vectors[i].dev = dev;
		host_irq_init(&dev->vectors[i].irq, dev->host, interrupt, &dev->vectors[i]);
	}
	dev->intx_level = false;
	dev->handler_ctx = ctx;
	dev->handler = handler;
	return 0;
}

void os_irq_free(struct os_device *dev)
{
	if (dev->handler)
		for (unsigned int i = 0; i < dev->vector_count; i++)
			host_irq_cancel(&dev->vectors[i].irq);
	dev->handler = NULL;
	dev->vector_count = 0;
}

uint64_t os_time_ns(struct os_device *dev)
{
	return port_time_ns(host_port(dev->host));
}

/* A busy wait in virtual time. */
void os_udelay(struct os_device *dev, unsigned int us)
{
	host_charge(dev->host, us * HOST_US);
}

void os_log(struct os_device *dev, int severity, const char *fmt, ...)
{
	struct port *port = host_port(dev->host);
	char line[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	port->ops->log(port, severity, line);
}
