// SPDX-License-Identifier: MIT
//
// What the wire must carry for a packet handed to the transmit ring, worked out byte by byte from the
// 82574 fact sheet (4.7, 4.8, 4.10) and without a look at the RTL.
#pragma once

#include "harness.h"
#include "ring.h"

struct tx_packet {
	const uint8_t *bytes;
	uint32_t len;
	bool legacy, tse;
	unsigned popts; // data descriptors
	bool vle;
	uint16_t vlan;	       // with vle
	bool ic;	       // legacy
	uint8_t cso, css;      // legacy
	struct tx_context ctx; // in force when the packet's first descriptor came
};

struct tx_wire {
	struct expected_frame {
		uint32_t len;
		uint8_t *data;
	} * frames;
	unsigned count, room;
	unsigned tso, tso_fail;
};

void tx_expect(struct tx_wire *wire, const struct tx_packet *packet, const struct tx_pins *pins);
void tx_wire_free(struct tx_wire *wire);
