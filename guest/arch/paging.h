/* SPDX-License-Identifier: MIT */
/* Page tables: all RAM one to one in 2 MiB pages, devices uncached, stacks elsewhere with guards.
 */
#ifndef ARCH_PAGING_H
#define ARCH_PAGING_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_BYTES 4096u

/* Where task stacks live: above anything that is mapped one to one. */
#define STACK_REGION (1ull << 46)

struct page_alloc;

/*
 * Maps RAM above 4 GiB up to ram_end and makes [low_ram_end, 4 GiB) uncached. Takes tables from
 * pages.
 */
void paging_init(struct page_alloc *pages, uint64_t low_ram_end, uint64_t ram_end);

/*
 * Makes page 0 inaccessible, so that a null pointer is caught; after the last look at what the
 * loader left there.
 */
void paging_unmap_null(struct page_alloc *pages);

/* Maps `count` fresh pages at virtual address `at`. 0 or -ENOMEM. */
int paging_map_fresh(struct page_alloc *pages, uint64_t at, size_t count);
/* Unmaps them and gives them back. */
void paging_unmap_fresh(struct page_alloc *pages, uint64_t at, size_t count);

#endif
