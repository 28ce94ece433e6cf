/* SPDX-License-Identifier: MIT */
/* Descriptor rings as a driver keeps them: what is written to memory and registers, and read back.
 */
#ifndef TESTS_CARD_RINGS_H
#define TESTS_CARD_RINGS_H

#include "bench.h"

/* --- transmit --- */

struct tx_ring {
	struct bench *b;
	unsigned int queue;
	uint64_t base;
	unsigned int size, tail; /* descriptors */
};

struct tx_context {
	unsigned int ipcss, ipcso, ipcse, tucss, tucso, tucse;
	unsigned int paylen, hdrlen, mss;
	uint32_t tucmd; /* TXD_TUCMD_* and TXD_RS, ... */
};

/* Ring of `size` descriptors at a new place in memory; TCTL is EN | PSP. */
void tx_setup(struct tx_ring *r, struct bench *b, unsigned int size);
/* Same, on queue 0 or 1. */
void tx_setup_queue(struct tx_ring *r, struct bench *b, unsigned int queue, unsigned int size);
/* Each puts one descriptor at the tail; TDT is not written. Returns its index. */
unsigned int tx_raw(struct tx_ring *r, const uint32_t word[4]);
unsigned int tx_legacy(struct tx_ring *r, uint64_t addr, size_t len, uint32_t cmd, unsigned int css,
		       unsigned int cso);
unsigned int tx_data(struct tx_ring *r, uint64_t addr, size_t len, uint32_t dcmd, uint32_t popts);
unsigned int tx_set_context(struct tx_ring *r, const struct tx_context *c);
void tx_doorbell(struct tx_ring *r);
bool tx_done(const struct tx_ring *r, unsigned int index);
uint32_t *tx_descriptor(const struct tx_ring *r, unsigned int index);

/* Copies bytes to new memory: its bus address. */
uint64_t put_bytes(struct bench *b, const void *bytes, size_t len);
/* Sends one frame by one legacy descriptor and waits for DD. Its index. */
unsigned int tx_send(struct tx_ring *r, const void *frame, size_t len);

/* --- receive --- */

struct rx_ring {
	struct bench *b;
	unsigned int queue;
	uint64_t base, buffers;
	unsigned int size, tail, next; /* next: the one software looks at */
	size_t buffer_bytes;
	bool extended;
};

struct rx_result {
	uint32_t status;    /* in the extended layout, errors in the top byte */
	uint32_t tag;	    /* VLAN field of the last descriptor */
	uint32_t mrq, hash; /* its first dwords; extended layout only */
	size_t len;
	unsigned int descriptors;
	uint8_t bytes[16384 + 8];
};

/* Ring with buffers of its own (spaced apart, filled with 0xee); RCTL is EN | BAM | SECRC | rctl.
 */
void rx_setup(struct rx_ring *r, struct bench *b, unsigned int size, size_t buffer_bytes,
	      bool extended, uint32_t rctl);
/* Same, on queue 0 or 1. */
void rx_setup_queue(struct rx_ring *r, struct bench *b, unsigned int queue, unsigned int size,
		    size_t buffer_bytes, bool extended, uint32_t rctl);
/* Gives the card `count` more descriptors. */
void rx_post(struct rx_ring *r, unsigned int count);
/* The next frame, or false when the descriptor it would be in is not done. */
bool rx_take(struct rx_ring *r, struct rx_result *out);
uint32_t *rx_descriptor(const struct rx_ring *r, unsigned int index);
uint64_t rx_buffer(const struct rx_ring *r, unsigned int index);

#endif
