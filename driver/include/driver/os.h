/* SPDX-License-Identifier: MIT */
/*
 * Everything the driver asks of the place it runs in. Ports: driver/host (the card in the same
 * process, through the platform ABI) and guest/ (PCI of a real or virtual machine). The port makes
 * the struct os_device before it calls e1000_probe().
 */
#ifndef DRIVER_OS_H
#define DRIVER_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct os_device;

typedef uint64_t dma_addr_t;

enum dma_direction { DMA_TO_DEVICE, DMA_FROM_DEVICE };

/* How interrupts arrive; best first. */
enum os_irq_mode { OS_IRQ_MSIX, OS_IRQ_MSI, OS_IRQ_INTX };

/* Hard-interrupt handler. Returns false when the interrupt was not this device's (shared INTx). */
typedef bool (*os_irq_handler)(void *ctx, unsigned int vector);

/* Registers of BAR0; reg is a byte offset, a multiple of 4. Reads flush earlier writes. */
uint32_t os_read32(struct os_device *dev, uint32_t reg);
void os_write32(struct os_device *dev, uint32_t reg, uint32_t value);

/* Coherent memory for rings, zeroed; align a power of two <= 4096. NULL: none. */
void *os_dma_alloc(struct os_device *dev, size_t size, size_t align, dma_addr_t *bus);
void os_dma_free(struct os_device *dev, void *mem, size_t size, dma_addr_t bus);

/*
 * Streaming mapping of memory that came from the port's alloc. Returns the bus address,
 * OS_DMA_ERROR on failure. Between map and unmap the memory belongs to the card; the host port
 * poisons (tests) or forbids access after unmap.
 */
#define OS_DMA_ERROR UINT64_MAX
dma_addr_t os_dma_map(struct os_device *dev, void *mem, size_t len, enum dma_direction dir);
void os_dma_unmap(struct os_device *dev, dma_addr_t bus, size_t len, enum dma_direction dir);

/* Orders memory accesses seen by the card. */
void os_dma_wmb(struct os_device *dev);
void os_dma_rmb(struct os_device *dev);

/*
 * Asks for `want` vectors of MSI-X; falls back to MSI, then INTx (1 vector). allow: lowest mode
 * wanted first (OS_IRQ_MSIX: any). Sets *mode; returns the number of vectors, or a negative errno.
 */
int os_irq_alloc(struct os_device *dev, unsigned int want, enum os_irq_mode allow,
		 enum os_irq_mode *mode);
/* Installs the handler of all vectors and unmasks them. */
int os_irq_request(struct os_device *dev, os_irq_handler handler, void *ctx);
/* After it returns no handler runs any more. */
void os_irq_free(struct os_device *dev);

uint64_t os_time_ns(struct os_device *dev);
/* Process context (probe, reset): waits; other tasks and interrupts may run. */
void os_udelay(struct os_device *dev, unsigned int us);
/* severity as syslog: 3 error, 4 warning, 6 info. A line without newline. */
void os_log(struct os_device *dev, int severity, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
