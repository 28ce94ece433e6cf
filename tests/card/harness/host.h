/* SPDX-License-Identifier: MIT */
/*
 * The machine that a card under test is plugged into: memory, interrupt lines and a line end, with
 * a record of everything the card did in the order in which it did it.
 *
 * Memory is one array that answers at two bus addresses, below and above 4 GiB, and where a test
 * moves it to; every other address is an error, as are addresses that a test declares faulty.
 */
#ifndef TESTS_CARD_HOST_H
#define TESTS_CARD_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ringside/platform.h"

#define HOST_MEMORY_BYTES (UINT64_C(16) << 20)
#define HOST_LOW_BASE	  UINT64_C(0x00100000)
#define HOST_HIGH_BASE	  UINT64_C(0x0000000540000000)

enum host_event_kind { HOST_READ, HOST_WRITE, HOST_IRQ, HOST_PBA_CLEAR, HOST_FRAME, HOST_ERROR };

struct host_event {
	enum host_event_kind kind;
	uint64_t addr;		/* DMA; frame: its time */
	uint32_t len;		/* DMA, frame */
	uint32_t vector, level; /* interrupt */
};

struct host_frame {
	uint8_t *bytes;
	size_t len;
	uint64_t time_ns;
};

struct host {
	uint8_t *memory;
	uint64_t base;	    /* bus address that host_alloc() gives out */
	uint64_t allocated; /* bytes */

	struct host_event *events;
	size_t num_events, max_events;
	struct host_frame *frames;
	size_t num_frames, max_frames;

	uint64_t fault_addr, fault_len; /* DMA that touches it is an error */
	uint64_t room_frames;		/* that transmit() takes before it blocks */
	unsigned int refused_frames;
	unsigned int receive_readies;

	unsigned int messages[8]; /* by vector, MSI-X and MSI */
	unsigned int intx_rises;
	bool intx;
	unsigned int pmes; /* wake-up events */
	uint32_t pba_cleared;

	const char *violation; /* of platform.h by the card; a test fails at its end */
};

void host_init(struct host *h);
/* As after power-on: memory is zero, nothing was recorded. */
void host_clear(struct host *h);

const struct ringside_host_ops *host_ops(void);

/* What host_alloc() gives out from now on is at other addresses; those of all places together have
 * each bit as 0 and as 1. */
#define HOST_PLACES 2
void host_move(struct host *h, unsigned int place);
/* Memory for a test: its bus address, 16-aligned unless align says more. */
uint64_t host_alloc(struct host *h, size_t bytes, size_t align);
/* The bytes behind a bus address of host_alloc(). */
void *host_at(struct host *h, uint64_t addr);

/* Index of the first event, from `from` on, of a DMA kind that touches [addr, addr + len), or -1.
 */
long host_find_dma(const struct host *h, enum host_event_kind kind, uint64_t addr, size_t len,
		   size_t from);
/* Same, the last one. */
long host_find_last_dma(const struct host *h, enum host_event_kind kind, uint64_t addr, size_t len);
long host_find(const struct host *h, enum host_event_kind kind, size_t from);
size_t host_count(const struct host *h, enum host_event_kind kind);
/* Forgets events, frames and interrupt counts; memory and the INTx level stay. */
void host_forget(struct host *h);

#endif
