// SPDX-License-Identifier: MIT
#include "wire.h"
#include <string.h>

#define OVERHEAD_BYTES 24u /* preamble, FCS, gap */

uint64_t wire_now_ns = 1000000000;

static uint32_t copy_frame(uint8_t *to, const struct tx_frame *f)
{
	uint8_t *at = to;

	for (unsigned int i = 0; i < f->pieces; i++) {
		memcpy(at, f->piece[i], f->bytes[i]);
		at += f->bytes[i];
	}
	return (uint32_t)(at - to);
}

unsigned int wire_run(struct card *from, struct card *to)
{
	unsigned int n = 0;

	while (n < CARD_BURST && from->tx_gone != from->tx_posted &&
	       to->rx_filled != to->rx_posted) {
		struct rx_buffer *b = &to->rx[to->rx_filled++ % CARD_SLOTS];

		b->len = copy_frame(b->bytes, &from->tx[from->tx_gone++ % CARD_SLOTS]);
		wire_now_ns += (b->len + OVERHEAD_BYTES) * 8 / 10;
		n++;
	}
	return n;
}

void wire_lose(struct card *from)
{
	from->tx_gone = from->tx_posted;
}
