// SPDX-License-Identifier: MIT
#include <stdbool.h>

#include "runtime/memory_map.h"
#include "arch/paging.h"
#include "arch/start_info.h"
#include "runtime/page_alloc.h"

#define FOUR_GIB (4ull << 30)

extern uint8_t image_end[];

static void add_ram(const struct hvm_memory *map, uint32_t count, struct page_alloc *pages,
		    uint64_t from, uint64_t to)
{
	for (uint32_t i = 0; i < count; i++) {
		uint64_t start = map[i].start, end = map[i].start + map[i].size;

		if (map[i].type != HVM_MEMORY_RAM)
			continue;
		start = start > from ? start : from;
		end = end < to ? end : to;
		if (start < end)
			page_alloc_add(pages, start, end);
	}
}

static uint64_t ram_end(const struct hvm_memory *map, uint32_t count, uint64_t below)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < count; i++)
		if (map[i].type == HVM_MEMORY_RAM && map[i].start < below &&
		    map[i].start + map[i].size > end)
			end = map[i].start + map[i].size;
	return end;
}

/* Below the image lie the loader's data and page 0; they are not used. */
bool memory_map_apply(const struct hvm_start_info *info, struct page_alloc *pages)
{
	const struct hvm_memory *map = (const struct hvm_memory *)info->memory_map;
	uint32_t count = info->memory_map_entries;
	uint64_t end = ram_end(map, count, UINT64_MAX), low_end = ram_end(map, count, FOUR_GIB);
	uint8_t *state = image_end;
	uint64_t first_free = (uint64_t)state + end / PAGE_BYTES;

	if (info->version < 1 || !count || first_free >= low_end)
		return false;
	page_alloc_init(pages, state, end);
	add_ram(map, count, pages, first_free, FOUR_GIB);
	paging_init(pages, low_end, end);
	add_ram(map, count, pages, FOUR_GIB, UINT64_MAX);
	return true;
}
