// SPDX-License-Identifier: MIT
/* Throttles and delays: ITR, EITR, TIDV, TADV, RDTR, RADV (sections 4.9, 5.8, 6.5). */
#include "suite.h"

#include <string.h>

#define STEP_NS	 100
#define SLACK_NS 3000 /* of a card's own way from the frame to the interrupt */

static uint8_t frame[100] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static struct rx_ring rx;
static struct tx_ring tx;

static struct bench *receiver_up(enum ringside_irq_mode mode)
{
	struct bench *b = card_up(mode);

	wr(b, IVAR, 0x000a0908);
	rx_setup(&rx, b, 256, 2048, true, 0);
	rx_post(&rx, 255);
	return b;
}

static struct bench *sender_up(enum ringside_irq_mode mode)
{
	struct bench *b = card_up(mode);

	wr(b, IVAR, 0x000a0908);
	tx_setup(&tx, b, 256);
	return b;
}

static void queue_frame(struct bench *b, uint32_t cmd)
{
	tx_data(&tx, put_bytes(b, frame, sizeof(frame)), sizeof(frame),
		TXD_EOP | TXD_IFCS | TXD_RS | cmd, 0);
	tx_doorbell(&tx);
}

static void expect_between(uint64_t ns, uint64_t least_ns, uint64_t most_ns)
{
	ck_assert_msg(ns >= least_ns && ns <= most_ns, "after %llu ns, not %llu to %llu",
		      (unsigned long long)ns, (unsigned long long)least_ns,
		      (unsigned long long)most_ns);
}

START_TEST(trap_20_eitr_spaces_messages)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);
	uint64_t t_ns;

	wr(b, EITR0, 195); /* 49,920 ns */
	wr(b, IMS, CAUSE_RXQ0);
	for (int i = 0; i < 4; i++) {
		if (i)
			rd(b, ICR);
		wr(b, ICS, CAUSE_RXQ0);
		t_ns = run_until(b, &b->host.messages[0], (unsigned int)i + 1, STEP_NS, MS(1));
		if (i == 0)
			expect_between(t_ns, 0, 1000);
		else
			expect_between(t_ns, 195 * 256 - 2 * STEP_NS, 195 * 256 + 1000);
	}
}
END_TEST

START_TEST(eitr_delays_nothing_after_a_pause)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	wr(b, EITR0, 195);
	wr(b, IMS, CAUSE_RXQ0);
	for (unsigned int i = 0; i < 3; i++) {
		wr(b, ICS, CAUSE_RXQ0);
		expect_between(run_until(b, &b->host.messages[0], i + 1, STEP_NS, MS(1)), 0, 1000);
		rd(b, ICR);
		run_ns(b, US(60));
	}
}
END_TEST

START_TEST(trap_19_eitr_expiry_alone_sends_nothing)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	wr(b, EITR0, 100);
	wr(b, EIAC, CAUSE_RXQ0);
	wr(b, IMS, CAUSE_RXQ0);
	wr(b, ICS, CAUSE_RXQ0);
	run_ns(b, MS(5));
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(eitr_is_per_vector)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	wr(b, EITR0, 4000);
	wr(b, IMS, CAUSE_RXQ0 | CAUSE_TXQ0);
	wr(b, ICS, CAUSE_RXQ0);
	run_ns(b, US(1));
	wr(b, ICS, CAUSE_TXQ0);
	run_ns(b, US(1));
	ck_assert_uint_eq(b->host.messages[0], 1);
	ck_assert_uint_eq(b->host.messages[1], 1);
}
END_TEST

START_TEST(rearming_under_eitr_waits_for_the_interval)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	wr(b, EITR0, 195);
	wr(b, EIAC, CAUSE_RXQ0);
	wr(b, IMS, CAUSE_RXQ0);
	wr(b, ICS, CAUSE_RXQ0);
	run_ns(b, US(1));
	ck_assert_uint_eq(b->host.messages[0], 1);
	wr(b, ICS, CAUSE_RXQ0);
	wr(b, IMS, CAUSE_RXQ0);
	run_ns(b, US(40));
	ck_assert_uint_eq(b->host.messages[0], 1);
	run_ns(b, US(12));
	ck_assert_uint_eq(b->host.messages[0], 2);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.messages[0], 2);
}
END_TEST

START_TEST(without_eitr_messages_are_not_held)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	wr(b, IMS, CAUSE_RXQ0);
	for (unsigned int i = 0; i < 5; i++) {
		wr(b, ICS, CAUSE_RXQ0);
		expect_between(run_until(b, &b->host.messages[0], i + 1, STEP_NS, MS(1)), 0, 1000);
		rd(b, ICR);
	}
}
END_TEST

START_TEST(itr_spaces_msi)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	wr(b, ITR, 195);
	wr(b, IMS, CAUSE_RXT0);
	wr(b, ICS, CAUSE_RXT0);
	run_until(b, &b->host.messages[0], 1, STEP_NS, MS(1));
	rd(b, ICR);
	wr(b, ICS, CAUSE_RXT0);
	expect_between(run_until(b, &b->host.messages[0], 2, STEP_NS, MS(1)),
		       195 * 256 - 2 * STEP_NS, 195 * 256 + 1000);
}
END_TEST

/* All of the 64 bits of time count. */
START_TEST(itr_spaces_msi_after_years)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	for (unsigned int bit = 40; bit <= 60; bit++) {
		b->now_ns = UINT64_C(1) << bit;
		b->abi->advance(b->platform, b->now_ns);
		wr(b, ITR, 195);
		wr(b, IMS, CAUSE_RXT0);
		host_forget(&b->host);
		wr(b, ICS, CAUSE_RXT0);
		run_until(b, &b->host.messages[0], 1, STEP_NS, MS(1));
		rd(b, ICR);
		wr(b, ICS, CAUSE_RXT0);
		expect_between(run_until(b, &b->host.messages[0], 2, STEP_NS, MS(1)),
			       195 * 256 - 2 * STEP_NS, 195 * 256 + 1000);
		rd(b, ICR);
	}
}
END_TEST

START_TEST(itr_spaces_intx)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_INTX);

	wr(b, ITR, 195);
	wr(b, IMS, CAUSE_RXT0);
	wr(b, ICS, CAUSE_RXT0);
	run_until(b, &b->host.intx_rises, 1, STEP_NS, MS(1));
	rd(b, ICR);
	run_ns(b, 64 * 4);
	ck_assert(!b->host.intx);
	wr(b, ICS, CAUSE_RXT0);
	run_ns(b, US(40));
	ck_assert(!b->host.intx);
	run_ns(b, US(12));
	ck_assert(b->host.intx);
}
END_TEST

START_TEST(itr_forgets_a_cause_that_was_read_meanwhile)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	wr(b, ITR, 195);
	wr(b, IMS, CAUSE_RXT0);
	wr(b, ICS, CAUSE_RXT0);
	run_ns(b, US(1));
	rd(b, ICR);
	wr(b, ICS, CAUSE_RXT0);
	rd(b, ICR);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(tidv_waits_for_the_last_write_back)
{
	struct bench *b = sender_up(RINGSIDE_IRQ_MSI);

	wr(b, TIDV, 20); /* 20,480 ns */
	wr(b, IMS, CAUSE_TXDW);
	for (int i = 0; i < 5; i++) {
		queue_frame(b, TXD_IDE);
		run_ns(b, US(10));
	}
	ck_assert_uint_eq(b->host.messages[0], 0);
	expect_between(run_until(b, &b->host.messages[0], 1, STEP_NS, MS(1)),
		       20480 - 10000 - SLACK_NS, 20480 - 10000 + SLACK_NS);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(tadv_ends_a_long_wait)
{
	struct bench *b = sender_up(RINGSIDE_IRQ_MSI);

	wr(b, TIDV, 20);
	wr(b, TADV, 32); /* 32,768 ns from the first */
	wr(b, IMS, CAUSE_TXDW);
	for (int i = 0; i < 3; i++) {
		queue_frame(b, TXD_IDE);
		run_ns(b, US(10));
	}
	queue_frame(b, TXD_IDE);
	ck_assert_uint_eq(b->host.messages[0], 0);
	run_ns(b, 2768 + SLACK_NS);
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(without_ide_txdw_is_immediate)
{
	struct bench *b = sender_up(RINGSIDE_IRQ_MSI);

	wr(b, TIDV, 1000);
	wr(b, TADV, 1000);
	wr(b, IMS, CAUSE_TXDW);
	queue_frame(b, 0);
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(trap_38_tidv_flush_fires_what_is_pending)
{
	struct bench *b = sender_up(RINGSIDE_IRQ_MSI);

	wr(b, TIDV, 1000);
	wr(b, IMS, CAUSE_TXDW);
	wr(b, TIDV, 1000 | BIT(31));
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.messages[0], 0);
	queue_frame(b, TXD_IDE);
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.messages[0], 0);
	wr(b, TIDV, 1000 | BIT(31));
	run_ns(b, US(1));
	ck_assert_uint_eq(b->host.messages[0], 1);
	ck_assert_uint_eq(rd(b, TIDV), 1000);
	rd(b, ICR);
	run_ns(b, MS(2));
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(rdtr_waits_for_the_last_frame)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	wr(b, RDTR, 20);
	wr(b, IMS, CAUSE_RXT0);
	for (int i = 0; i < 5; i++) {
		feed(b, frame, sizeof(frame));
		run_ns(b, US(10));
	}
	ck_assert_uint_eq(b->host.messages[0], 0);
	expect_between(run_until(b, &b->host.messages[0], 1, STEP_NS, MS(1)),
		       20480 - 10000 - SLACK_NS, 20480 - 10000 + SLACK_NS);
}
END_TEST

START_TEST(radv_ends_a_long_wait)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	wr(b, RDTR, 20);
	wr(b, RADV, 32);
	wr(b, IMS, CAUSE_RXT0);
	for (int i = 0; i < 3; i++) {
		feed(b, frame, sizeof(frame));
		run_ns(b, US(10));
	}
	feed(b, frame, sizeof(frame));
	ck_assert_uint_eq(b->host.messages[0], 0);
	run_ns(b, 2768 + SLACK_NS);
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(without_rdtr_rxt0_is_immediate)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	wr(b, IMS, CAUSE_RXT0);
	feed(b, frame, sizeof(frame));
	run_ns(b, US(5));
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(trap_38_rdtr_flush_fires_what_is_pending)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	wr(b, RDTR, 1000);
	wr(b, IMS, CAUSE_RXT0);
	feed(b, frame, sizeof(frame));
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.messages[0], 0);
	wr(b, RDTR, 1000 | BIT(31));
	run_ns(b, US(1));
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(delays_do_not_hold_msix)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 256);
	wr(b, RDTR, 1000);
	wr(b, TIDV, 1000);
	wr(b, IMS, CAUSE_RXQ0 | CAUSE_TXQ0);
	feed(b, frame, sizeof(frame));
	queue_frame(b, TXD_IDE);
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.messages[0], 1);
	ck_assert_uint_eq(b->host.messages[1], 1);
}
END_TEST

START_TEST(throttled_burst_takes_few_messages)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	wr(b, EITR0, 195);
	wr(b, EIAC, CAUSE_RXQ0);
	for (int i = 0; i < 100; i++) {
		wr(b, IMS, CAUSE_RXQ0); /* a driver that is done at once */
		feed(b, frame, sizeof(frame));
		run_ns(b, 2000);
	}
	run_ns(b, US(100));
	ck_assert_uint_ge(b->host.messages[0], 4);
	ck_assert_uint_le(b->host.messages[0], 6);
}
END_TEST

/* CTRL_EXT.INT_TIMERS_CLEAR_ENA: enabling all causes ends the intervals (2.1c). */
START_TEST(intervals_end_when_all_causes_are_enabled_with_timers_clear)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	wr(b, EITR0, 0xffff); /* 16.8 ms */
	wr(b, IMS, CAUSE_RXQ0);
	wr(b, ICS, CAUSE_RXQ0);
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.messages[0], 1);
	rd(b, ICR);
	wr(b, ICS, CAUSE_RXQ0);
	run_ns(b, US(100));
	wr(b, IMS, 0xffffffff);
	run_ns(b, US(100));
	ck_assert_uint_eq(b->host.messages[0], 1); /* the switch is off */
	set_bits(b, CTRL_EXT, BIT(29));
	wr(b, IMS, 0xffffffff);
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.messages[0], 2);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(trap_20_eitr_spaces_messages),
	CARD_TEST(eitr_delays_nothing_after_a_pause),
	CARD_TEST(trap_19_eitr_expiry_alone_sends_nothing),
	CARD_TEST(eitr_is_per_vector),
	CARD_TEST(rearming_under_eitr_waits_for_the_interval),
	CARD_TEST(without_eitr_messages_are_not_held),
	CARD_TEST(itr_spaces_msi),
	CARD_TEST(itr_spaces_msi_after_years),
	CARD_TEST(itr_spaces_intx),
	CARD_TEST(itr_forgets_a_cause_that_was_read_meanwhile),
	CARD_TEST(tidv_waits_for_the_last_write_back),
	CARD_TEST(tadv_ends_a_long_wait),
	CARD_TEST(without_ide_txdw_is_immediate),
	CARD_TEST(trap_38_tidv_flush_fires_what_is_pending),
	CARD_TEST(rdtr_waits_for_the_last_frame),
	CARD_TEST(radv_ends_a_long_wait),
	CARD_TEST(without_rdtr_rxt0_is_immediate),
	CARD_TEST(trap_38_rdtr_flush_fires_what_is_pending),
	CARD_TEST(delays_do_not_hold_msix),
	CARD_TEST(throttled_burst_takes_few_messages),
	CARD_TEST(intervals_end_when_all_causes_are_enabled_with_timers_clear),
	CARD_TESTS_END,
};

const struct card_topic topic_moderation = {"moderation", 0, tests};
