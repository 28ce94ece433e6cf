/* SPDX-License-Identifier: MIT */
/*
 * Memory in 64-byte aligned pieces: four size classes an octave, each a list of free pieces filled
 * from blocks of pages. The size is not stored: free is told it. Pieces stay in their class.
 * Process and soft-interrupt context.
 */
#ifndef RUNTIME_SIZE_CLASS_H
#define RUNTIME_SIZE_CLASS_H

#include <stddef.h>
#include <stdint.h>
#include "runtime/page_alloc.h"

struct interrupts;

#define SIZE_CLASSES 40u

struct size_class_piece {
	struct size_class_piece *next;
};

struct size_classes {
	struct page_alloc *pages;
	struct interrupts *interrupts;
	struct size_class_piece *free[SIZE_CLASSES];
	uint64_t bytes_used; /* by callers, rounded up to classes */
};

void size_classes_init(struct size_classes *s, struct page_alloc *pages,
		       struct interrupts *interrupts);
void *size_class_alloc(struct size_classes *s, size_t size_bytes);
void size_class_free(struct size_classes *s, void *mem, size_t size_bytes);

#endif
