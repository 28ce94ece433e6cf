// SPDX-License-Identifier: MIT
#include "runtime/page_alloc.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define PAGE_SHIFT 12u

/* State of a page: not the first of a free block, or free with this order. */
#define STATE_BUSY 0xffu

static uint64_t page_of(const void *block)
{
	return (uint64_t)block >> PAGE_SHIFT;
}

static struct page_block *block_at(uint64_t page)
{
	return (struct page_block *)(page << PAGE_SHIFT);
}

static void block_insert(struct page_alloc *a, uint64_t page, unsigned int order)
{
	struct page_block *head = &a->free[order], *b = block_at(page);

	b->next = head->next;
	b->prev = head;
	head->next->prev = b;
	head->next = b;
	a->state[page] = (uint8_t)order;
}

static void block_remove(struct page_alloc *a, uint64_t page)
{
	struct page_block *b = block_at(page);

	b->prev->next = b->next;
	b->next->prev = b->prev;
	a->state[page] = STATE_BUSY;
}

void page_alloc_init(struct page_alloc *a, uint8_t *state, uint64_t end)
{
	*a = (struct page_alloc){.state = state, .page_count = end >> PAGE_SHIFT};
	for (unsigned int order = 0; order < PAGE_ORDERS; order++)
		a->free[order].next = a->free[order].prev = &a->free[order];
	memset(state, STATE_BUSY, a->page_count);
}

void page_alloc_add(struct page_alloc *a, uint64_t start, uint64_t end)
{
	uint64_t page = (start + (1u << PAGE_SHIFT) - 1) >> PAGE_SHIFT;
	uint64_t last = end >> PAGE_SHIFT;

	while (page < last) {
		unsigned int order = 0;

		while (order + 1 < PAGE_ORDERS && !(page & ((2ull << order) - 1)) &&
		       page + (2ull << order) <= last)
			order++;
		page_alloc_put(a, block_at(page), order);
		page += 1ull << order;
		a->total_pages += 1ull << order;
	}
}

void *page_alloc_get(struct page_alloc *a, unsigned int order)
{
	unsigned int have = order;
	uint64_t page;

	while (have < PAGE_ORDERS && a->free[have].next == &a->free[have])
		have++;
	if (have >= PAGE_ORDERS)
		return NULL;
	page = page_of(a->free[have].next);
	block_remove(a, page);
	while (have > order) { /* the upper half goes back */
		have--;
		block_insert(a, page + (1ull << have), have);
	}
	a->free_pages -= 1ull << order;
	return block_at(page);
}

void page_alloc_put(struct page_alloc *a, void *block, unsigned int order)
{
	uint64_t page = page_of(block);

	assert(page + (1ull << order) <= a->page_count && a->state[page] == STATE_BUSY);
	a->free_pages += 1ull << order;
	while (order + 1 < PAGE_ORDERS) {
		uint64_t buddy = page ^ (1ull << order);

		if (buddy + (1ull << order) > a->page_count || a->state[buddy] != order)
			break;
		block_remove(a, buddy);
		page &= ~(1ull << order);
		order++;
	}
	block_insert(a, page, order);
}
