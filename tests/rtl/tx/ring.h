// SPDX-License-Identifier: MIT
//
// A transmit ring in the harness's memory, filled as a driver would (82574 fact sheet 4.5).
#pragma once

#include "harness.h"

// Bits 31:24 of dword 2.
enum {
	TX_EOP = 1,
	TX_IFCS = 2,
	TX_IC = 4,
	TX_TSE = 4,
	TX_RS = 8,
	TX_DEXT = 32,
	TX_VLE = 64,
	TX_IDE = 128
};
// POPTS.
enum { TX_IXSM = 1, TX_TXSM = 2 };

struct tx_context {
	uint8_t ipcss, ipcso, tucss, tucso, hdrlen;
	uint16_t ipcse, tucse, mss;
	uint32_t paylen;
	bool tcp, ipv4, tse;
};

struct tx_ring {
	struct tx *tx;
	unsigned index; // 0, 1: which of the card's rings
	uint16_t vlan;	// field of the descriptors that follow; noise unless they have VLE
	uint64_t base;
	unsigned size;
	uint16_t tail;	      // as software fills; tx_ring_kick() shows it to the card
	uint32_t buffer_next; // where the next buffer comes from
	uint8_t shadow[4096 * 16];
};

void tx_ring_init(struct tx_ring *ring, struct tx *tx, unsigned index, unsigned size);
void tx_ring_put(struct tx_ring *ring, uint64_t addr, uint32_t dword2, uint32_t dword3);
void tx_ring_context(struct tx_ring *ring, const struct tx_context *ctx, unsigned cmd);
void tx_ring_data(struct tx_ring *ring, uint64_t addr, uint32_t len, unsigned cmd, unsigned popts);
void tx_ring_legacy(struct tx_ring *ring, uint64_t addr, uint16_t len, unsigned cmd, uint8_t cso,
		    uint8_t css);
void tx_ring_kick(struct tx_ring *ring);

// Copies bytes into fresh buffer space `skew` bytes behind an aligned address.
uint64_t tx_ring_buffer(struct tx_ring *ring, const void *data, uint32_t len, unsigned skew);

// The index of a descriptor which is not as software wrote it, apart from DD where `dd` says so; -1: none.
int tx_ring_touched(const struct tx_ring *ring, bool (*dd)(const uint8_t *desc));
