// SPDX-License-Identifier: MIT
/* Counters (section 7): sizes include the FCS, reading clears. */
#include "suite.h"

#include <string.h>

static const size_t sizes[] = {60, 61, 123, 124, 251, 252, 507, 508, 1019, 1020, 1514};
static const uint32_t per_bin[6] = {1, 2, 2, 2, 2, 2}; /* of sizes[], plus FCS */

#define NUM_SIZES (sizeof(sizes) / sizeof(sizes[0]))

#define STATUS_CE BIT(24)

static uint8_t frame[1600];
static const uint8_t long_frame[16384] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static struct rx_result got;
static struct tx_ring tx;
static struct rx_ring rx;

static void address(const char *kind)
{
	static const uint8_t unicast[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
	static const uint8_t multicast[6] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};

	memset(frame, 0xff, 6);
	if (kind[0] == 'u')
		memcpy(frame, unicast, 6);
	else if (kind[0] == 'm')
		memcpy(frame, multicast, 6);
}

static uint32_t total_bytes(void)
{
	uint32_t n = 0;

	for (size_t i = 0; i < NUM_SIZES; i++)
		n += (uint32_t)sizes[i] + 4;
	return n;
}

START_TEST(transmitted_frames_are_counted_by_size_and_octets)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 64);
	address("unicast");
	for (size_t i = 0; i < NUM_SIZES; i++)
		tx_send(&tx, frame, sizes[i]);
	for (uint32_t i = 0; i < 6; i++)
		ck_assert_uint_eq(rd(b, PTC64 + 4 * i), per_bin[i]);
	ck_assert_uint_eq(rd(b, GPTC), NUM_SIZES);
	ck_assert_uint_eq(rd(b, TPT), NUM_SIZES);
	ck_assert_uint_eq(rd(b, GOTCL), total_bytes());
	ck_assert_uint_eq(rd(b, GOTCH), 0);
	ck_assert_uint_eq(rd(b, TOTL), total_bytes());
	ck_assert_uint_eq(rd(b, MPTC), 0);
	ck_assert_uint_eq(rd(b, BPTC), 0);
}
END_TEST

START_TEST(received_frames_are_counted_by_size_and_octets)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	address("unicast");
	for (size_t i = 0; i < NUM_SIZES; i++) {
		feed(b, frame, sizes[i]);
		run_ns(b, US(20));
	}
	for (uint32_t i = 0; i < 6; i++)
		ck_assert_uint_eq(rd(b, PRC64 + 4 * i), per_bin[i]);
	ck_assert_uint_eq(rd(b, GPRC), NUM_SIZES);
	ck_assert_uint_eq(rd(b, TPR), NUM_SIZES);
	ck_assert_uint_eq(rd(b, GORCL), total_bytes());
	ck_assert_uint_eq(rd(b, GORCH), 0);
	ck_assert_uint_eq(rd(b, TORL), total_bytes());
	ck_assert_uint_eq(rd(b, MPRC), 0);
	ck_assert_uint_eq(rd(b, BPRC), 0);
}
END_TEST

START_TEST(multicast_and_broadcast_are_counted_apart)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 64);
	rx_setup(&rx, b, 64, 2048, true, RCTL_MPE);
	rx_post(&rx, 63);
	for (int i = 0; i < 6; i++) {
		address(i < 3 ? "multicast" : i < 5 ? "broadcast" : "unicast");
		tx_send(&tx, frame, 100);
		feed(b, frame, 100);
		run_ns(b, US(20));
	}
	ck_assert_uint_eq(rd(b, MPTC), 3);
	ck_assert_uint_eq(rd(b, BPTC), 2);
	ck_assert_uint_eq(rd(b, MPRC), 3);
	ck_assert_uint_eq(rd(b, BPRC), 2);
}
END_TEST

START_TEST(reading_clears)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 64);
	address("broadcast");
	tx_send(&tx, frame, 100);
	ck_assert_uint_eq(rd(b, GPTC), 1);
	ck_assert_uint_eq(rd(b, GPTC), 0);
	ck_assert_uint_eq(rd(b, BPTC), 1);
	ck_assert_uint_eq(rd(b, BPTC), 0);
	tx_send(&tx, frame, 100);
	ck_assert_uint_eq(rd(b, GPTC), 1);
}
END_TEST

START_TEST(octets_are_cleared_by_the_high_half)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 64);
	tx_send(&tx, frame, 100);
	ck_assert_uint_eq(rd(b, GOTCL), 104);
	ck_assert_uint_eq(rd(b, GOTCL), 104);
	ck_assert_uint_eq(rd(b, GOTCH), 0);
	ck_assert_uint_eq(rd(b, GOTCL), 0);
}
END_TEST

START_TEST(writes_to_counters_are_ignored)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, GPTC, 77);
	ck_assert_uint_eq(rd(b, GPTC), 0);
}
END_TEST

START_TEST(every_statistics_register_exists_and_starts_at_zero)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	for (uint32_t offset = 0x4000; offset <= 0x4124; offset += 4)
		ck_assert_msg(rd(b, offset) == 0, "counter 0x%04x", offset);
}
END_TEST

START_TEST(frames_for_others_count_as_seen_only)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	address("multicast");
	feed(b, frame, 100);
	run_ns(b, US(20));
	ck_assert_uint_eq(rd(b, GPRC), 0);
	ck_assert_uint_eq(rd(b, MPRC), 0);
	ck_assert_uint_eq(rd(b, TPR), 1);
	ck_assert_uint_eq(rd(b, TORL), 104);
}
END_TEST

START_TEST(oversize_frames_count_as_such)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	address("unicast");
	feed(b, frame, 1519);
	run_ns(b, US(20));
	ck_assert_uint_eq(rd(b, RLEC), 1);
	ck_assert_uint_eq(rd(b, ROC), 1);
	ck_assert_uint_eq(rd(b, ROC), 0);
	ck_assert_uint_eq(rd(b, RJC), 0);
	ck_assert_uint_eq(rd(b, GPRC), 0);
}
END_TEST

/* A netdev's frames are padded on their way; those that the card sends to itself are not. */
START_TEST(undersize_frames_count_as_such_and_are_padded)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 64);
	rx_setup(&rx, b, 64, 2048, true, BIT(6) /* loopback */);
	wr(b, TCTL, TCTL_EN); /* no PSP */
	rx_post(&rx, 63);
	address("unicast");
	tx_send(&tx, frame, 59);
	tx_send(&tx, frame, 60);
	run_ns(b, US(20));
	ck_assert_uint_eq(rd(b, RUC), 1);
	ck_assert_uint_eq(rd(b, RLEC), 1);
	ck_assert_uint_eq(rd(b, RFC), 0);
	ck_assert_uint_eq(rd(b, GPRC), 2);
	ck_assert_uint_eq(rd(b, TORL), 2 * 64);
}
END_TEST

START_TEST(damaged_frames_are_counted_by_their_length)
{
	static const size_t lengths[] = {14, 59, 60, 1518, 1519, 1600, 16384};
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	uint32_t octets = 0;

	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	address("unicast");
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		feed_damaged(b, long_frame, lengths[i]);
		run_ns(b, US(200));
		octets += (uint32_t)lengths[i] + 4;
	}
	ck_assert_uint_eq(rd(b, RFC), 2);
	ck_assert_uint_eq(rd(b, CRCERRS), 2);
	ck_assert_uint_eq(rd(b, RJC), 3);
	ck_assert_uint_eq(rd(b, RLEC), 5);
	ck_assert_uint_eq(rd(b, RUC), 0);
	ck_assert_uint_eq(rd(b, ROC), 0);
	ck_assert_uint_eq(rd(b, TPR), 7);
	ck_assert_uint_eq(rd(b, TORL), octets);
	ck_assert_uint_eq(rd(b, GPRC), 0);
	ck_assert_uint_eq(rd(b, MPC), 0);
	ck_assert(!rx_take(&rx, &got));
	ck_assert_uint_eq(rd(b, RFC), 0);
	ck_assert_uint_eq(rd(b, RJC), 0);
	ck_assert_uint_eq(rd(b, RLEC), 0);
}
END_TEST

/* With RCTL.LPE nothing up to 16,380 bytes is too long (5.2). */
START_TEST(long_packets_are_no_jabber)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 64, 2048, true, RCTL_LPE);
	rx_post(&rx, 63);
	feed_damaged(b, long_frame, 16380);
	run_ns(b, US(200));
	feed_damaged(b, long_frame, 16381);
	run_ns(b, US(200));
	ck_assert_uint_eq(rd(b, CRCERRS), 1);
	ck_assert_uint_eq(rd(b, RJC), 1);
	ck_assert_uint_eq(rd(b, RLEC), 1);
}
END_TEST

/* RCTL.SBP stores them, with CE in the descriptor; they are no good frames for that. */
START_TEST(damaged_frames_are_stored_if_software_wants_them)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 64, 2048, true, RCTL_SBP);
	rx_post(&rx, 63);
	address("unicast");
	feed_damaged(b, frame, 700);
	feed(b, frame, 701);
	run_ns(b, US(20));
	ck_assert(rx_take(&rx, &got));
	ck_assert_uint_eq(got.len, 700);
	ck_assert_mem_eq(got.bytes, frame, 700);
	ck_assert_uint_eq(got.status & STATUS_CE, STATUS_CE);
	ck_assert(rx_take(&rx, &got));
	ck_assert_uint_eq(got.status & STATUS_CE, 0);
	ck_assert_uint_eq(rd(b, CRCERRS), 1);
	ck_assert_uint_eq(rd(b, GPRC), 1);
	ck_assert_uint_eq(rd(b, GORCL), 705);
}
END_TEST

START_TEST(damaged_pause_frame_pauses_nothing)
{
	static const uint8_t pause[60] = {0x01, 0x80, 0xc2, 0,	  0,	1, 2, 0,   0,
					  0,	0,    1,    0x88, 0x08, 0, 1, 0xff};
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, FCAL, 0x00c28001);
	wr(b, FCAH, 0x0100);
	wr(b, FCT, 0x8808);
	set_bits(b, CTRL, CTRL_RFCE);
	rx_setup(&rx, b, 64, 2048, true, 0);
	feed_damaged(b, pause, sizeof(pause));
	run_ns(b, US(20));
	ck_assert_uint_eq(rd(b, STATUS) & BIT(4), 0); /* TXOFF */
	ck_assert_uint_eq(rd(b, XOFFRXC), 0);
	ck_assert_uint_eq(rd(b, CRCERRS), 1);
}
END_TEST

START_TEST(frame_without_descriptors_counts_in_rnbc)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 64, 2048, true, 0);
	address("unicast");
	feed(b, frame, 100);
	run_ns(b, US(20));
	ck_assert_uint_eq(rd(b, RNBC), 1);
	ck_assert_uint_eq(rd(b, MPC), 0);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(transmitted_frames_are_counted_by_size_and_octets),
	CARD_TEST(received_frames_are_counted_by_size_and_octets),
	CARD_TEST(multicast_and_broadcast_are_counted_apart),
	CARD_TEST(reading_clears),
	CARD_TEST(octets_are_cleared_by_the_high_half),
	CARD_TEST(writes_to_counters_are_ignored),
	CARD_TEST(every_statistics_register_exists_and_starts_at_zero),
	CARD_TEST(frames_for_others_count_as_seen_only),
	CARD_TEST(oversize_frames_count_as_such),
	CARD_TEST(undersize_frames_count_as_such_and_are_padded),
	CARD_TEST(damaged_frames_are_counted_by_their_length),
	CARD_TEST(long_packets_are_no_jabber),
	CARD_TEST(damaged_frames_are_stored_if_software_wants_them),
	CARD_TEST(damaged_pause_frame_pauses_nothing),
	CARD_TEST(frame_without_descriptors_counts_in_rnbc),
	CARD_TESTS_END,
};

const struct card_topic topic_statistics = {"statistics", 0, tests};
