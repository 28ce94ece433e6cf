// SPDX-License-Identifier: MIT
#include "runtime/size_class.h"
#include "runtime/interrupt.h"

#include <assert.h>

/*
 * Classes 0..3: 64, 128, 192, 256 bytes; then four an octave (320, 384, 448, 512, 640, ...) up to
 * 128 KiB. Larger ones are blocks of pages.
 */
#define SMALLEST_BYTES 64u
#define LARGEST_BYTES  (128u << 10)
#define REFILL_BYTES   (64u << 10)

static unsigned int class_of(size_t size)
{
	unsigned int octave;

	if (size <= 4 * SMALLEST_BYTES)
		return size ? (unsigned int)(size - 1) / SMALLEST_BYTES : 0;
	octave = 63 - (unsigned int)__builtin_clzll(size - 1); /* 2^octave < size <= 2^(octave+1) */
	return (octave - 7) * 4 + (unsigned int)((size - 1) >> (octave - 2) & 3);
}

static size_t class_bytes(unsigned int class)
{
	if (class < 4)
		return (class + 1) * SMALLEST_BYTES;
	return (size_t)(class % 4 + 5) << (class / 4 + 5);
}

static unsigned int order_of(size_t size)
{
	size_t pages = (size + 4095) / 4096;

	return pages <= 1 ? 0 : 64 - (unsigned int)__builtin_clzll(pages - 1);
}

/* Cuts a block of pages into pieces of the class; at least four. */
static void refill(struct size_classes *s, unsigned int class)
{
	size_t piece = class_bytes(class);
	unsigned int order = order_of(piece * 4 > REFILL_BYTES ? piece * 4 : REFILL_BYTES);
	uint8_t *block = page_alloc_get(s->pages, order);

	if (!block) { /* short of memory: what one piece needs */
		order = order_of(piece);
		block = page_alloc_get(s->pages, order);
		if (!block)
			return;
	}
	for (size_t at = 0; at + piece <= (size_t)4096 << order; at += piece) {
		struct size_class_piece *p = (struct size_class_piece *)(block + at);

		p->next = s->free[class];
		s->free[class] = p;
	}
}

void size_classes_init(struct size_classes *s, struct page_alloc *pages,
		       struct interrupts *interrupts)
{
	assert(class_of(LARGEST_BYTES) + 1 <= SIZE_CLASSES);
	*s = (struct size_classes){.pages = pages, .interrupts = interrupts};
}

void *size_class_alloc(struct size_classes *s, size_t size)
{
	unsigned int class;
	void *mem;

	softirq_block(s->interrupts);
	if (size > LARGEST_BYTES) {
		mem = order_of(size) < PAGE_ORDERS ? page_alloc_get(s->pages, order_of(size))
						   : NULL;
		if (mem)
			s->bytes_used += (size_t)4096 << order_of(size);
	} else {
		class = class_of(size);
		if (!s->free[class])
			refill(s, class);
		mem = s->free[class];
		if (mem) {
			s->free[class] = s->free[class]->next;
			s->bytes_used += class_bytes(class);
		}
	}
	softirq_unblock(s->interrupts);
	return mem;
}

void size_class_free(struct size_classes *s, void *mem, size_t size)
{
	struct size_class_piece *piece = mem;

	if (!mem)
		return;
	softirq_block(s->interrupts);
	if (size > LARGEST_BYTES) {
		page_alloc_put(s->pages, mem, order_of(size));
		s->bytes_used -= (size_t)4096 << order_of(size);
	} else {
		unsigned int class = class_of(size);

		piece->next = s->free[class];
		s->free[class] = piece;
		s->bytes_used -= class_bytes(class);
	}
	softirq_unblock(s->interrupts);
}
