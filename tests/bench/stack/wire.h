/* SPDX-License-Identifier: MIT */
/*
 * The card and the wire of the benchmark, the same under every stack: two rings of descriptors a
 * card, a copy of each frame from the sender's memory into a buffer that the receiver posted, and a
 * clock that the frames on the wire drive. Nothing here depends on the stack above.
 */
#ifndef BENCH_STACK_WIRE_H
#define BENCH_STACK_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#define WIRE_MTU	1500u
#define FRAME_MAX_BYTES (14u + WIRE_MTU)
#define CARD_SLOTS	256u /* a power of two */
#define CARD_PIECES	20u  /* pieces of memory that a frame may have */
#define CARD_BURST	64u  /* frames that go before the other side looks, as by moderation */
#define CARD_MAC(side)                                  \
	{                                               \
		0x02, 0, 0, 0, 0, (uint8_t)((side) + 1) \
	}
#define HOST_ADDR(side) (0x0a000001u + (uint32_t)(side)) /* 10.0.0.1, 10.0.0.2 */

struct tx_frame {
	const void *piece[CARD_PIECES];
	uint32_t bytes[CARD_PIECES];
	unsigned int pieces;
	void *owner; /* the stack's; given back once the frame has gone */
};

struct rx_buffer {
	uint8_t *bytes; /* room for FRAME_MAX_BYTES */
	uint32_t len;	/* of the frame that came */
	void *owner;
};

/* Counts run on; a slot is a count modulo CARD_SLOTS. */
struct card {
	struct tx_frame tx[CARD_SLOTS];
	uint32_t tx_posted, tx_gone, tx_reaped;
	struct rx_buffer rx[CARD_SLOTS];
	uint32_t rx_posted, rx_filled, rx_taken;
};

/* Virtual time, ns: what both stacks take for the time. */
extern uint64_t wire_now_ns;

/* The next free descriptor; NULL: the ring is full. card_tx_post() then hands it to the card. */
static inline struct tx_frame *card_tx_slot(struct card *c)
{
	return c->tx_posted - c->tx_reaped < CARD_SLOTS ? &c->tx[c->tx_posted % CARD_SLOTS]
							: (void *)0;
}

static inline void card_tx_post(struct card *c)
{
	c->tx_posted++;
}

/* The owner of a frame that has gone; NULL: none left. */
static inline void *card_tx_reap(struct card *c)
{
	return c->tx_reaped != c->tx_gone ? c->tx[c->tx_reaped++ % CARD_SLOTS].owner : (void *)0;
}

static inline bool card_rx_wants(const struct card *c)
{
	return c->rx_posted - c->rx_taken < CARD_SLOTS;
}

static inline void card_rx_post(struct card *c, uint8_t *bytes, void *owner)
{
	c->rx[c->rx_posted++ % CARD_SLOTS] = (struct rx_buffer){.bytes = bytes, .owner = owner};
}

/* The next frame that came; NULL: none. The one after it is fetched meanwhile, as drivers do. */
static inline struct rx_buffer *card_rx_take(struct card *c)
{
	const struct rx_buffer *next = &c->rx[(c->rx_taken + 1) % CARD_SLOTS];

	__builtin_prefetch(next->owner);
	__builtin_prefetch(next->bytes);
	return c->rx_taken != c->rx_filled ? &c->rx[c->rx_taken++ % CARD_SLOTS] : (void *)0;
}

/* Moves up to CARD_BURST frames; each takes its time at 10 Gb/s. Returns how many. */
unsigned int wire_run(struct card *from, struct card *to);
/* What waits in the ring is lost. */
void wire_lose(struct card *from);

#endif
