// SPDX-License-Identifier: MIT
/* TXD_LOW: few transmit descriptors are left (TXDCTL.LWTHRESH in eights; 4.2, 6.1, 7). */
#include "suite.h"

#define TXD_LOW		 BIT(15)
#define LWTHRESH(eights) ((uint32_t)(eights) << 25)

static uint8_t frame[60] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static struct tx_ring tx;

static struct bench *up(enum ringside_irq_mode mode, unsigned int queue, unsigned int eights)
{
	struct bench *b = card_up(mode);

	tx_setup_queue(&tx, b, queue, 128);
	wr(b, QUEUE(TXDCTL, queue), LWTHRESH(eights));
	return b;
}

/* So many descriptors at one doorbell, all of which the card finishes. */
static void send(struct bench *b, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		tx_data(&tx, put_bytes(b, frame, sizeof(frame)), sizeof(frame),
			TXD_EOP | TXD_IFCS | TXD_RS, 0);
	tx_doorbell(&tx);
	run_ns(b, US(200));
}

START_TEST(the_step_to_the_threshold_raises_txd_low)
{
	struct bench *b = up(RINGSIDE_IRQ_MSI, 0, 2);

	send(b, 16); /* never more than the threshold */
	ck_assert_uint_eq(rd(b, ICR) & TXD_LOW, 0);
	ck_assert_uint_eq(rd(b, ICTXQMTC), 0);
	send(b, 17);
	ck_assert_uint_eq(rd(b, ICR) & TXD_LOW, TXD_LOW);
	ck_assert_uint_eq(rd(b, ICTXQMTC), 1);
	ck_assert_uint_eq(rd(b, ICTXQMTC), 0);
}
END_TEST

START_TEST(every_time_the_ring_runs_low_counts)
{
	struct bench *b = up(RINGSIDE_IRQ_MSI, 0, 1);

	for (unsigned int i = 0; i < 7; i++)
		send(b, 9 + 15 * i); /* the ring wraps in between */
	ck_assert_uint_eq(rd(b, ICTXQMTC), 7);
}
END_TEST

START_TEST(threshold_0_is_none)
{
	struct bench *b = up(RINGSIDE_IRQ_MSI, 0, 0);

	send(b, 100);
	ck_assert_uint_eq(rd(b, ICR) & TXD_LOW, 0);
	ck_assert_uint_eq(rd(b, ICTXQMTC), 0);
}
END_TEST

START_TEST(each_queue_has_its_own_threshold)
{
	struct bench *b = up(RINGSIDE_IRQ_MSI, 1, 3);

	wr(b, TXDCTL, LWTHRESH(1)); /* the other's */
	send(b, 24);
	ck_assert_uint_eq(rd(b, ICTXQMTC), 0);
	send(b, 25);
	ck_assert_uint_eq(rd(b, ICTXQMTC), 1);
}
END_TEST

START_TEST(txd_low_interrupts_when_it_is_enabled)
{
	struct bench *b = up(RINGSIDE_IRQ_MSI, 0, 1);

	wr(b, IMS, TXD_LOW);
	send(b, 8);
	ck_assert_uint_eq(b->host.messages[0], 0);
	send(b, 9);
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

/* It is none of those that stand behind OTHER (6.1). */
START_TEST(in_msix_txd_low_is_set_and_has_no_vector)
{
	struct bench *b = up(RINGSIDE_IRQ_MSIX, 0, 1);

	wr(b, IVAR, 0x000a0000); /* OTHER: vector 2 */
	wr(b, IMS, TXD_LOW | BIT(24));
	send(b, 9);
	ck_assert_uint_eq(rd(b, ICS) & (TXD_LOW | BIT(24)), TXD_LOW);
	ck_assert_uint_eq(b->host.messages[2], 0);
	ck_assert_uint_eq(rd(b, ICTXQMTC), 1);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(the_step_to_the_threshold_raises_txd_low),
	CARD_TEST(every_time_the_ring_runs_low_counts),
	CARD_TEST(threshold_0_is_none),
	CARD_TEST(each_queue_has_its_own_threshold),
	CARD_TEST(txd_low_interrupts_when_it_is_enabled),
	CARD_TEST(in_msix_txd_low_is_set_and_has_no_vector),
	CARD_TESTS_END,
};

const struct card_topic topic_low_threshold = {"low_threshold", FEATURE_STATS | FEATURE_QUEUES,
					       tests};
