// SPDX-License-Identifier: MIT
#include "apps/content.h"

void content_fill(uint8_t table[CONTENT_TABLE_BYTES])
{
	for (uint32_t i = 0; i < CONTENT_TABLE_BYTES; i++) {
		uint32_t place = i % CONTENT_PERIOD;

		table[i] = (uint8_t)(place ^ place >> 8);
	}
}

struct iovec content_at(const uint8_t *table, uint64_t offset, uint64_t len)
{
	return (struct iovec){
		.iov_base = (void *)(table + offset % CONTENT_PERIOD),
		.iov_len = len < CONTENT_RUN_BYTES ? len : CONTENT_RUN_BYTES,
	};
}
