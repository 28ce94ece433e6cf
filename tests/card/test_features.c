// SPDX-License-Identifier: MIT
/* Feature straps: an offload that is switched off is as if it were not there (interfaces.md 2). */
#include "suite.h"

#include "harness/offload.h"

#include <string.h>

static struct packet packet, seeded;
static struct tx_ring tx;
static struct rx_ring rx;
static struct rx_result got;

static struct bench *bare_up(enum ringside_irq_mode mode)
{
	struct bench *b = bench_get(BENCH_BARE);

	bench_up(b, mode);
	return b;
}

START_TEST(feature_word_shows_the_straps)
{
	ck_assert_uint_eq(rd(bare_up(RINGSIDE_IRQ_MSIX), RINGSIDE_FEATURES), 0);
}
END_TEST

START_TEST(without_tx_csum_packets_leave_as_they_are)
{
	struct bench *b = bare_up(RINGSIDE_IRQ_MSIX);
	const struct packet_options o = {.payload = 300, .seed = 1};
	struct tx_context c;

	packet_build(&packet, &o);
	c = checksum_context(&packet);
	packet_seed(&packet);
	tx_setup(&tx, b, 8);
	tx_set_context(&tx, &c);
	tx_packet(&tx, &packet, 4096, 0);
	tx_doorbell(&tx);
	run_ns(b, US(50));
	check_packet(b, 0, &packet);
}
END_TEST

START_TEST(without_tso_no_segments_leave)
{
	struct bench *b = bare_up(RINGSIDE_IRQ_MSIX);
	const struct packet_options o = {.payload = 5000, .seed = 1};
	struct tx_context c;
	unsigned int last;

	packet_build(&packet, &o);
	c = tso_context(&packet, 1000);
	seeded = packet;
	packet_seed_tso(&seeded);
	tx_setup(&tx, b, 64);
	tx_set_context(&tx, &c);
	last = tx_packet(&tx, &seeded, 4096, TXD_TSE);
	tx_doorbell(&tx);
	run_ns(b, US(100));
	ck_assert(tx_done(&tx, last));
	ck_assert_uint_le(b->host.num_frames, 1);
	host_forget(&b->host);
	tx_send(&tx, packet.bytes, 1000);
	ck_assert_uint_eq(b->host.num_frames, 1);
}
END_TEST

START_TEST(without_rx_csum_nothing_is_judged)
{
	struct bench *b = bare_up(RINGSIDE_IRQ_MSIX);
	const struct packet_options o = {.payload = 300, .seed = 1};

	packet_build(&packet, &o);
	packet.bytes[packet.len - 1] ^= 1;
	rx_setup(&rx, b, 8, 2048, true, 0);
	rx_post(&rx, 7);
	feed(b, packet.bytes, packet.len);
	run_ns(b, US(50));
	ck_assert(rx_take(&rx, &got));
	ck_assert_uint_eq(got.status & (RXD_IPCS | RXD_TCPCS | RXD_UDPCS | RXD_IPE | RXD_TCPE), 0);
}
END_TEST

START_TEST(without_moderation_interrupts_are_immediate)
{
	struct bench *b = bare_up(RINGSIDE_IRQ_MSIX);

	wr(b, IVAR, 0x000a0908);
	wr(b, EITR0, 0xffff);
	wr(b, IMS, CAUSE_RXQ0);
	for (unsigned int i = 1; i <= 3; i++) {
		wr(b, ICS, CAUSE_RXQ0);
		run_ns(b, US(1));
		ck_assert_uint_eq(b->host.messages[0], i);
		rd(b, ICR);
	}
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(feature_word_shows_the_straps),
	CARD_TEST(without_tx_csum_packets_leave_as_they_are),
	CARD_TEST(without_tso_no_segments_leave),
	CARD_TEST(without_rx_csum_nothing_is_judged),
	CARD_TEST(without_moderation_interrupts_are_immediate),
	CARD_TESTS_END,
};

const struct card_topic topic_features = {"features", 0, tests};
