/* SPDX-License-Identifier: MIT */
/* How the tests of a topic are listed for the card suite. */
#ifndef TESTS_CARD_SUITE_H
#define TESTS_CARD_SUITE_H

#include <check.h>

#include "harness/bench.h"
#include "harness/packets.h"
#include "harness/rings.h"

struct card_test {
	const char *name;
	const TTest *const *test; /* as START_TEST defines it */
};

struct card_topic {
	const char *name;
	uint32_t needs; /* FEATURE_*: bits of RS_FEATURES without which it says nothing */
	const struct card_test *tests; /* ends with a NULL name */
};

#define CARD_TEST(name)      \
	{                    \
#name, &name \
	}
#define CARD_TESTS_END     \
	{                  \
		NULL, NULL \
	}

extern const struct card_topic topic_registers, topic_nvm_phy, topic_tx, topic_tx_checksum,
	topic_tso;
extern const struct card_topic topic_rx, topic_rx_filter, topic_rx_checksum, topic_interrupts;
extern const struct card_topic topic_moderation, topic_reset, topic_ordering, topic_statistics;
extern const struct card_topic topic_queues, topic_vlan, topic_rss, topic_split, topic_loopback;
extern const struct card_topic topic_cause_statistics, topic_detect, topic_packet_checksum,
	topic_ptp, topic_pause, topic_wake, topic_low_threshold, topic_time_use;
extern const struct card_topic topic_back_pressure, topic_features, topic_traps;

/* The ordinary card, as most tests want it: powered on, this interrupt mode. */
struct bench *card_up(enum ringside_irq_mode mode);

#endif
