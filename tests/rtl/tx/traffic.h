// SPDX-License-Identifier: MIT
//
// Sends packets through the engine under test and compares the wire, the ring and the statistics with
// what tx_expect() says.
#pragma once

#include "expect.h"

struct traffic {
	struct tx *tx;
	struct tx_ring ring;
	struct tx_context ctx; // as the card has it
	struct tx_wire wire;
	uint64_t seed; // for bytes
};

// How the descriptors of a packet look.
struct shape {
	const uint32_t *parts; // fragment lengths; what is left over goes into one more
	unsigned count;
	unsigned cmd; // IFCS, IDE, VLE; RS and EOP are set on the last one
	unsigned skew;
	bool no_report;
};

// Fresh engine and ring; `variant` picks latency, gaps and back-pressure (0 .. TRAFFIC_VARIANTS - 1).
enum { TRAFFIC_VARIANTS = 5 };
void traffic_start(struct traffic *t, int variant, unsigned ring_size);
void traffic_stop(struct traffic *t);

// The card's second ring as traffic of its own through the same engine; nothing to stop.
void traffic_second(struct traffic *second, const struct traffic *first, unsigned ring_size);

// Bytes that look like Ethernet / IP / TCP or UDP, the rest random.
enum frame_kind { TCP4, TCP6, UDP4, UDP6 };
uint32_t traffic_header(struct traffic *t, enum frame_kind kind, unsigned vlan_bytes,
			unsigned option_words, uint8_t *frame, struct tx_context *ctx);
void traffic_random(struct traffic *t, uint8_t *bytes, uint32_t len);
unsigned traffic_below(struct traffic *t, unsigned n);

void traffic_context(struct traffic *t, const struct tx_context *ctx);
void traffic_send(struct traffic *t, struct tx_packet *packet, const struct shape *shape);

// Header of `kind` and `payload` random bytes as one TSO packet / one packet with both checksums.
void traffic_tso(struct traffic *t, enum frame_kind kind, uint32_t payload, uint16_t mss,
		 const struct shape *shape);
void traffic_checksum(struct traffic *t, enum frame_kind kind, uint32_t payload,
		      const struct shape *shape);
void traffic_plain(struct traffic *t, uint32_t len, const struct shape *shape);

// Runs until everything is done and checks wire, ring, head, statistics and the harness's own rules.
void traffic_check(struct traffic *t);

// The same for both rings: each one's frames in its order, mixed in any way.
void traffic_check_both(struct traffic *first, struct traffic *second);
