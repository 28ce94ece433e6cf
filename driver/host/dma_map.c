// SPDX-License-Identifier: MIT
#include "dma_map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS	    32768u
#define SLOT_SHIFT  17u /* 64 KiB, and the offset within a page */
#define BUS_BASE    0x1000000000ull
#define PAGE_OFFSET 0xfffu
#define LEN_MAX	    65536u
#define NO_SLOT	    UINT32_MAX

bool dma_map_init(struct dma_map *m)
{
	*m = (struct dma_map){.slot_count = SLOTS, .free_last = SLOTS - 1};
	m->slots = calloc(SLOTS, sizeof(*m->slots));
	if (!m->slots)
		return false;
	for (uint32_t i = 0; i < SLOTS; i++)
		m->slots[i].next_free = i + 1 < SLOTS ? i + 1 : NO_SLOT;
	return true;
}

void dma_map_destroy(struct dma_map *m)
{
	free(m->slots);
	m->slots = NULL;
}

/* The last free slot stays, so that the list is never empty. */
dma_addr_t dma_map_add(struct dma_map *m, void *mem, size_t len, unsigned int access)
{
	uint32_t i = m->free_first;
	struct dma_mapping *s = &m->slots[i];

	if (!len || len > LEN_MAX || i == m->free_last)
		return OS_DMA_ERROR;
	m->free_first = s->next_free;
	m->used++;
	s->mem = mem;
	s->len = len;
	s->access = access;
	s->bus = BUS_BASE + ((uint64_t)i << SLOT_SHIFT) + ((uintptr_t)mem & PAGE_OFFSET);
	return s->bus;
}

static struct dma_mapping *slot_of(struct dma_map *m, dma_addr_t bus)
{
	uint64_t i = (bus - BUS_BASE) >> SLOT_SHIFT;

	if (bus < BUS_BASE || i >= m->slot_count || !m->slots[i].mem)
		return NULL;
	return &m->slots[i];
}

void dma_map_remove(struct dma_map *m, dma_addr_t bus, size_t len)
{
	struct dma_mapping *s = slot_of(m, bus);

	assert(s && s->bus == bus && s->len == len);
	s->mem = NULL;
	s->next_free = NO_SLOT;
	m->slots[m->free_last].next_free = (uint32_t)(s - m->slots);
	m->free_last = (uint32_t)(s - m->slots);
	m->used--;
}

uint8_t *dma_map_find(struct dma_map *m, dma_addr_t bus, size_t len, unsigned int access)
{
	struct dma_mapping *s = slot_of(m, bus);

	if (s && (s->access & access) && bus >= s->bus && bus - s->bus <= s->len &&
	    len <= s->len - (bus - s->bus))
		return s->mem + (bus - s->bus);
	m->refused++;
	return NULL;
}

bool dma_map_read(struct dma_map *m, dma_addr_t bus, void *buf, size_t len)
{
	const struct dma_mapping *s = slot_of(m, bus);
	dma_addr_t end = bus + len, first, last;

	if (!s || !(s->access & DMA_MAP_READ) || end < bus || bus + DMA_BEAT_BYTES <= s->bus ||
	    end >= s->bus + s->len + DMA_BEAT_BYTES || end <= s->bus || bus >= s->bus + s->len) {
		m->refused++;
		return false;
	}
	first = bus > s->bus ? bus : s->bus;
	last = end < s->bus + s->len ? end : s->bus + s->len;
	if (last - first < len)
		memset(buf, DMA_POISON, len);
	memcpy((uint8_t *)buf + (first - bus), s->mem + (first - s->bus), last - first);
	return true;
}
