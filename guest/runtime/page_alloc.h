/* SPDX-License-Identifier: MIT */
/*
 * Physical pages in blocks of 2^order: the binary buddy system (Knuth, TAOCP 1, 2.5). Addresses are
 * physical and virtual at once (one-to-one mapping). Callable from process and soft-interrupt
 * context; the caller keeps soft interrupts out (see size_class.c).
 */
#ifndef RUNTIME_PAGE_ALLOC_H
#define RUNTIME_PAGE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_ORDERS 15u /* largest block: 2^14 pages, 64 MiB */

struct page_block {
	struct page_block *next, *prev;
};

struct page_alloc {
	struct page_block free[PAGE_ORDERS]; /* heads of circular lists */
	uint8_t *state;			     /* a byte a page: see page_alloc.c */
	uint64_t page_count;		     /* pages that have a state, from address 0 on */
	uint64_t free_pages, total_pages;
};

/* Covers addresses up to `end`; nothing is free yet. `state` has end / 4096 bytes. */
void page_alloc_init(struct page_alloc *a, uint8_t *state, uint64_t end);
/* Gives the whole pages within [start, end) to the allocator. */
void page_alloc_add(struct page_alloc *a, uint64_t start, uint64_t end);

/* 2^order pages, not cleared. NULL: none. */
void *page_alloc_get(struct page_alloc *a, unsigned int order);
void page_alloc_put(struct page_alloc *a, void *block, unsigned int order);

#endif
