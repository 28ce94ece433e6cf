// SPDX-License-Identifier: MIT
// See ring.h.

#include "ring.h"

#include <assert.h>
#include <string.h>

enum {
	RING_AT = 0x10,
	BUFFERS_AT = 0x11000,
	HALF = TX_MEM_BYTES / 2
}; // a half of the memory a ring

static void put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

void tx_ring_init(struct tx_ring *ring, struct tx *tx, unsigned index, unsigned size)
{
	struct tx_pins *pins = tx_pin(tx);

	memset(ring, 0, sizeof(*ring));
	assert(index < 2 && size % 8 == 0 && size * 16 <= sizeof(ring->shadow));
	ring->tx = tx;
	ring->index = index;
	ring->vlan = 0xbeef;
	ring->size = size;
	ring->base = TX_MEM_BASE + index * HALF + RING_AT;
	ring->buffer_next = index * HALF + BUFFERS_AT;
	memset(tx_mem(tx) + (ring->base - TX_MEM_BASE), 0, size * 16);
	pins->ring[index].base = ring->base;
	pins->ring[index].len = size * 16;
	pins->ring[index].tail = 0;
	pins->ring[index].enable = true;
}

void tx_ring_put(struct tx_ring *ring, uint64_t addr, uint32_t dword2, uint32_t dword3)
{
	uint8_t *desc = &ring->shadow[ring->tail * 16];

	put32(desc, (uint32_t)addr);
	put32(desc + 4, (uint32_t)(addr >> 32));
	put32(desc + 8, dword2);
	put32(desc + 12, dword3);
	memcpy(tx_mem(ring->tx) + (ring->base - TX_MEM_BASE) + ring->tail * 16, desc, 16);
	ring->tail = (uint16_t)((ring->tail + 1u) % ring->size);
}

void tx_ring_context(struct tx_ring *ring, const struct tx_context *ctx, unsigned cmd)
{
	uint64_t addr = ctx->ipcss | ctx->ipcso << 8 | (uint64_t)ctx->ipcse << 16 |
			(uint64_t)ctx->tucss << 32 | (uint64_t)ctx->tucso << 40 |
			(uint64_t)ctx->tucse << 48;
	unsigned tucmd = (cmd | TX_DEXT | ctx->tcp | ctx->ipv4 << 1 | ctx->tse << 2);

	tx_ring_put(ring, addr, ctx->paylen | tucmd << 24,
		    (uint32_t)ctx->hdrlen << 8 | (uint32_t)ctx->mss << 16);
}

void tx_ring_data(struct tx_ring *ring, uint64_t addr, uint32_t len, unsigned cmd, unsigned popts)
{
	tx_ring_put(ring, addr, len | 1u << 20 | (cmd | TX_DEXT) << 24,
		    popts << 8 | (uint32_t)ring->vlan << 16);
}

void tx_ring_legacy(struct tx_ring *ring, uint64_t addr, uint16_t len, unsigned cmd, uint8_t cso,
		    uint8_t css)
{
	tx_ring_put(ring, addr, len | (uint32_t)cso << 16 | cmd << 24,
		    (uint32_t)css << 8 | (uint32_t)ring->vlan << 16);
}

void tx_ring_kick(struct tx_ring *ring)
{
	tx_pin(ring->tx)->ring[ring->index].tail = ring->tail;
}

uint64_t tx_ring_buffer(struct tx_ring *ring, const void *data, uint32_t len, unsigned skew)
{
	if (ring->buffer_next + len + 256 > (ring->index + 1) * HALF)
		ring->buffer_next = ring->index * HALF + BUFFERS_AT;
	uint32_t at = ring->buffer_next + skew;

	memcpy(tx_mem(ring->tx) + at, data, len);
	ring->buffer_next = (at + len + 63) & ~63u;
	return TX_MEM_BASE + at;
}

int tx_ring_touched(const struct tx_ring *ring, bool (*dd)(const uint8_t *desc))
{
	const uint8_t *mem = tx_mem(ring->tx) + (ring->base - TX_MEM_BASE);

	for (unsigned i = 0; i < ring->size; i++) {
		uint8_t want[16];

		memcpy(want, ring->shadow + i * 16, 16);
		if (dd && dd(want))
			want[12] |= 1;
		if (memcmp(want, mem + i * 16, 16))
			return (int)i;
	}
	return -1;
}
