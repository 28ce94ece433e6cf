/* SPDX-License-Identifier: MIT */
/* From the loader's memory map to a page allocator with everything mapped. */
#ifndef RUNTIME_MEMORY_MAP_H
#define RUNTIME_MEMORY_MAP_H

#include <stdbool.h>

struct hvm_start_info;
struct page_alloc;

/* false: there is no usable map. */
bool memory_map_apply(const struct hvm_start_info *info, struct page_alloc *pages);

#endif
