/* SPDX-License-Identifier: MIT */
/* A host that only moves bytes and counts frames: what it costs is as little as can be. */
#ifndef TESTS_BENCH_CARD_HOST_H
#define TESTS_BENCH_CARD_HOST_H

#include "harness/bench.h"

/* Frames that left a card. */
struct sent {
	uint64_t frames, bytes;
	uint64_t mark_frame; /* the one of which the next two are noted; 0: none */
	uint64_t mark_ns, mark_bytes;
	uint64_t last_ns;
};

struct lean_host {
	struct bench bench; /* for the helpers of tests/card/harness */
	struct sent sent;
};

/* A platform of this configuration with one RTL card that is up; exits with a line on failure. */
void lean_host_create(struct lean_host *h, const char *config);

/* Runs until nothing happens any more without the outside. */
void run_out(struct bench *b);

#endif
