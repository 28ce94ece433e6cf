// SPDX-License-Identifier: MIT
//
// How the tests of a topic are listed. Every test runs in all variants of latency, gaps and
// back-pressure (traffic.c); `_i` is the variant.
#pragma once

#include <check.h>

#include "traffic.h"

// Descriptors in most tests' ring; the longest frame, before the card adds anything.
enum { RING = 256, CAP = 16288 };

struct tx_topic {
	const char *name;
	const TTest *const *const *tests; // ends with NULL
};

extern const struct tx_topic topic_frames, topic_ring, topic_checksums, topic_tso, topic_vlan,
	topic_queues;
extern const struct tx_topic topic_trouble, topic_random, topic_pause;
