// SPDX-License-Identifier: MIT
/* Counters of what caused interrupts, 0x4104 to 0x4124 (section 7). */
#include "suite.h"

enum {
	ICRXPTC = 0x4104,
	ICRXATC = 0x4108,
	ICTXPTC = 0x410c,
	ICTXATC = 0x4110,
	ICTXQEC = 0x4118,
	ICRXDMTC = 0x4120,
	ICRXOC = 0x4124,
};

static uint8_t frame[1500] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static struct rx_ring rx;
static struct tx_ring tx;

static struct bench *up(enum bench_kind kind)
{
	struct bench *b = bench_get(kind);

	bench_up(b, RINGSIDE_IRQ_MSI);
	tx_setup(&tx, b, 64);
	rx_setup(&rx, b, 64, 2048, true, 0);
	return b;
}

static void send(struct bench *b)
{
	tx_data(&tx, put_bytes(b, frame, 100), 100, TXD_EOP | TXD_IFCS | TXD_RS | TXD_IDE, 0);
	tx_doorbell(&tx);
	run_ns(b, US(10));
}

START_TEST(expired_packet_timers_are_counted)
{
	struct bench *b = up(BENCH_HOLD);

	rx_post(&rx, 63);
	wr(b, RDTR, 20);
	wr(b, TIDV, 20);
	for (uint32_t i = 0; i < 3; i++) {
		feed(b, frame, 100);
		send(b);
		run_ns(b, US(100));
	}
	ck_assert_uint_eq(rd(b, ICRXPTC), 3);
	ck_assert_uint_eq(rd(b, ICTXPTC), 3);
	ck_assert_uint_eq(rd(b, ICRXATC), 0);
	ck_assert_uint_eq(rd(b, ICTXATC), 0);
	ck_assert_uint_eq(rd(b, ICRXPTC), 0); /* reading clears */
}
END_TEST

START_TEST(expired_absolute_timers_are_counted)
{
	struct bench *b = up(BENCH_HOLD);

	rx_post(&rx, 63);
	wr(b, RDTR, 20);
	wr(b, RADV, 32);
	wr(b, TIDV, 20);
	wr(b, TADV, 32);
	for (uint32_t i = 0; i < 4; i++) { /* one each 10 us */
		feed(b, frame, 100);
		send(b);
	}
	ck_assert_uint_eq(rd(b, ICRXATC), 1);
	ck_assert_uint_eq(rd(b, ICTXATC), 1);
	ck_assert_uint_eq(rd(b, ICRXPTC), 0);
	ck_assert_uint_eq(rd(b, ICTXPTC), 0);
}
END_TEST

START_TEST(empty_transmit_queues_are_counted)
{
	struct bench *b = up(BENCH_HOLD);

	for (uint32_t i = 0; i < 5; i++) {
		send(b);
		run_ns(b, US(20));
	}
	ck_assert_uint_eq(rd(b, ICTXQEC), 5);
}
END_TEST

START_TEST(low_receive_rings_are_counted)
{
	struct bench *b = up(BENCH_HOLD);

	rx_post(&rx, 34); /* RDMTS 0: low from 32 on */
	for (uint32_t i = 0; i < 6; i++) {
		feed(b, frame, 100);
		run_ns(b, US(20));
	}
	ck_assert_uint_eq(rd(b, ICRXDMTC), 1);
}
END_TEST

START_TEST(overruns_are_counted)
{
	struct bench *b = up(BENCH_DROP);

	for (uint32_t i = 0; i < 200; i++) {
		feed(b, frame, sizeof(frame));
		run_ns(b, US(12));
	}
	ck_assert_uint_gt(rd(b, MPC), 100);
	ck_assert_uint_gt(rd(b, ICRXOC), 0);
}
END_TEST

START_TEST(immediate_interrupts_and_flushes_are_no_expiry)
{
	struct bench *b = up(BENCH_HOLD);

	rx_post(&rx, 63);
	feed(b, frame, 100);
	send(b);
	wr(b, RDTR, 1000);
	wr(b, TIDV, 1000);
	feed(b, frame, 100);
	send(b);
	wr(b, RDTR, 1000 | BIT(31));
	wr(b, TIDV, 1000 | BIT(31));
	run_ns(b, MS(3));
	ck_assert_uint_eq(rd(b, ICRXPTC), 0);
	ck_assert_uint_eq(rd(b, ICTXPTC), 0);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(expired_packet_timers_are_counted),
	CARD_TEST(expired_absolute_timers_are_counted),
	CARD_TEST(empty_transmit_queues_are_counted),
	CARD_TEST(low_receive_rings_are_counted),
	CARD_TEST(overruns_are_counted),
	CARD_TEST(immediate_interrupts_and_flushes_are_no_expiry),
	CARD_TESTS_END,
};

const struct card_topic topic_cause_statistics = {"cause_statistics", FEATURE_STATS, tests};
