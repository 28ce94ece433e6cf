/* SPDX-License-Identifier: MIT */
/* Bus addresses of one device: which memory is mapped where, and for which direction. */
#ifndef DRIVER_HOST_DMA_MAP_H
#define DRIVER_HOST_DMA_MAP_H

#include <driver/os.h>

enum dma_access { DMA_MAP_READ = 1, DMA_MAP_WRITE = 2 }; /* by the card */

struct dma_mapping {
	uint8_t *mem; /* NULL: free */
	size_t len;
	dma_addr_t bus; /* of mem */
	unsigned int access;
	uint32_t next_free;
};

struct dma_map {
	struct dma_mapping *slots;
	uint32_t slot_count, used;
	uint32_t free_first, free_last; /* first in, first out: an address rests before its reuse */
	uint64_t refused;
};

bool dma_map_init(struct dma_map *m);
void dma_map_destroy(struct dma_map *m);
/* len at most 64 KiB. OS_DMA_ERROR: no slot, or too long. */
dma_addr_t dma_map_add(struct dma_map *m, void *mem, size_t len, unsigned int access);
/* The same address and length as it was added with. */
void dma_map_remove(struct dma_map *m, dma_addr_t bus, size_t len);
/* Memory behind [bus, bus + len), or NULL, counted: not mapped so. */
uint8_t *dma_map_find(struct dma_map *m, dma_addr_t bus, size_t len, unsigned int access);

/*
 * A read by the card. A bus of whole beats reads up to DMA_BEAT_BYTES - 1 bytes beside what it
 * needs; such bytes outside the mapping read DMA_POISON, so that using them shows. false, counted:
 * refused.
 */
#define DMA_BEAT_BYTES 128u
#define DMA_POISON     0xee
bool dma_map_read(struct dma_map *m, dma_addr_t bus, void *buf, size_t len);

#endif
