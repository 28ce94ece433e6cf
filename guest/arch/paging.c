// SPDX-License-Identifier: MIT
/* Four-level page tables (Intel SDM volume 3, chapter 4.5). */
#include "arch/paging.h"
#include "arch/cpu.h"
#include "runtime/page_alloc.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define PTE_PRESENT	  1ull
#define PTE_WRITE	  2ull
#define PTE_WRITE_THROUGH 8ull
#define PTE_CACHE_OFF	  16ull
#define PTE_LARGE	  128ull
#define PTE_ADDRESS	  0x000ffffffffff000ull

#define LARGE_BYTES (2ull << 20)
#define FOUR_GIB    (4ull << 30)

extern uint64_t boot_pml4[512];

/* The entry for `at` in the table of `level` (3: PML4 ... 0: page table). */
static uint64_t *entry_in(uint64_t *table, uint64_t at, unsigned int level)
{
	return &table[at >> (12 + 9 * level) & 511];
}

/* Walks down to the entry of `level`, making tables on the way. NULL: no memory. */
static uint64_t *entry_make(struct page_alloc *pages, uint64_t at, unsigned int level)
{
	uint64_t *table = boot_pml4;

	for (unsigned int l = 3; l > level; l--) {
		uint64_t *entry = entry_in(table, at, l);

		if (!(*entry & PTE_PRESENT)) {
			void *fresh = page_alloc_get(pages, 0);

			if (!fresh)
				return NULL;
			memset(fresh, 0, PAGE_BYTES);
			*entry = (uint64_t)fresh | PTE_PRESENT | PTE_WRITE;
		}
		assert(!(*entry & PTE_LARGE));
		table = (uint64_t *)(*entry & PTE_ADDRESS);
	}
	return entry_in(table, at, level);
}

/* Replaces the large page that holds address 0 by small ones, without the first. */
void paging_unmap_null(struct page_alloc *pages)
{
	uint64_t *large = entry_make(pages, 0, 1);
	uint64_t *small = page_alloc_get(pages, 0);

	assert(large && small);
	small[0] = 0;
	for (uint64_t i = 1; i < 512; i++)
		small[i] = i * PAGE_BYTES | PTE_PRESENT | PTE_WRITE;
	*large = (uint64_t)small | PTE_PRESENT | PTE_WRITE;
	write_cr3(read_cr3());
}

void paging_init(struct page_alloc *pages, uint64_t low_ram_end, uint64_t ram_end)
{
	uint64_t at;

	for (at = FOUR_GIB; at < ram_end; at += LARGE_BYTES) {
		uint64_t *entry = entry_make(pages, at, 1);

		assert(entry);
		*entry = at | PTE_PRESENT | PTE_WRITE | PTE_LARGE;
	}
	for (at = (low_ram_end + LARGE_BYTES - 1) & -LARGE_BYTES; at < FOUR_GIB; at += LARGE_BYTES)
		*entry_make(pages, at, 1) |= PTE_CACHE_OFF | PTE_WRITE_THROUGH;
	write_cr3(read_cr3());
}

void paging_unmap_fresh(struct page_alloc *pages, uint64_t at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t *entry = entry_make(pages, at + i * PAGE_BYTES, 0);

		if (!entry || !(*entry & PTE_PRESENT))
			continue;
		page_alloc_put(pages, (void *)(*entry & PTE_ADDRESS), 0);
		*entry = 0;
	}
	write_cr3(read_cr3());
}

int paging_map_fresh(struct page_alloc *pages, uint64_t at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t *entry = entry_make(pages, at + i * PAGE_BYTES, 0);
		void *page = entry ? page_alloc_get(pages, 0) : NULL;

		if (!page) {
			paging_unmap_fresh(pages, at, i);
			return -ENOMEM;
		}
		*entry = (uint64_t)page | PTE_PRESENT | PTE_WRITE;
	}
	return 0;
}
