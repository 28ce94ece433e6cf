/* SPDX-License-Identifier: MIT */
/* The steps of a program, carried out on a card; and what a sound card does after a reset. */
#ifndef TESTS_FUZZ_CARD_ACTIONS_H
#define TESTS_FUZZ_CARD_ACTIONS_H

#include "harness/packets.h"
#include "machine.h"
#include "program.h"

#define RINGS 4 /* transmit 0 and 1, receive 0 and 1 */

/* As the program's driver knows it. */
struct ring {
	uint32_t at, descriptors, tail;
};

struct actions {
	struct machine *m;
	struct ring rings[RINGS];
	struct packet packet, frame;
	uint32_t packet_at;	/* in memory */
	uint32_t packet_sent;	/* bytes of it that have descriptors */
	uint32_t descriptor_at; /* the last one, in memory */
};

enum reset { RESET_PCI, RESET_POWER, RESET_CTRL, RESET_PHY, RESETS };

void actions_begin(struct actions *a, struct machine *m);
void take_step(struct actions *a, struct step s);
void reset_card(struct machine *m, enum reset reset);
/* One frame out and one in, on a card that was just reset: a finding if either does not come. */
void expect_exchange(struct machine *m);

#endif
