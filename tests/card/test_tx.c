// SPDX-License-Identifier: MIT
/* Transmission without offloads: descriptors, rings, write-back, padding (section 4). */
#include "suite.h"

#include <string.h>

static void check_frame(struct bench *b, size_t index, const uint8_t *bytes, size_t len)
{
	const struct host_frame *f = &b->host.frames[index];

	ck_assert_uint_lt(index, b->host.num_frames);
	ck_assert_uint_eq(f->len, len);
	for (size_t i = 0; i < len; i++)
		ck_assert_msg(f->bytes[i] == bytes[i], "frame %zu differs at byte %zu of %zu",
			      index, i, len);
}

static struct bench *ring_up(struct tx_ring *r, unsigned int size)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(r, b, size);
	return b;
}

START_TEST(legacy_descriptor_sends_a_frame)
{
	uint8_t frame[300];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);

	fill_random(frame, sizeof(frame), 1);
	tx_send(&r, frame, sizeof(frame));
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_frame(b, 0, frame, sizeof(frame));
	ck_assert_uint_eq(rd(b, TDH), 1);
}
END_TEST

START_TEST(data_descriptor_sends_a_frame)
{
	uint8_t frame[1514];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);
	unsigned int i;

	fill_random(frame, sizeof(frame), 2);
	i = tx_data(&r, put_bytes(b, frame, sizeof(frame)), sizeof(frame),
		    TXD_EOP | TXD_IFCS | TXD_RS, 0);
	tx_doorbell(&r);
	run_ns(b, US(50));
	ck_assert(tx_done(&r, i));
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_frame(b, 0, frame, sizeof(frame));
}
END_TEST

/* QEMU's own test of e1000e sends 64 bytes without IFCS and wants 64 bytes. */
START_TEST(without_ifcs_all_bytes_leave)
{
	uint8_t frame[64];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);

	fill_random(frame, sizeof(frame), 3);
	tx_data(&r, put_bytes(b, frame, sizeof(frame)), sizeof(frame), TXD_EOP | TXD_RS, 0);
	tx_doorbell(&r);
	run_ns(b, US(50));
	check_frame(b, 0, frame, sizeof(frame));
}
END_TEST

START_TEST(frame_is_gathered_from_any_addresses_and_lengths)
{
	static const size_t lengths[] = {1, 13, 64, 3, 129, 0, 255, 2, 64, 63, 65, 700};
	uint8_t frame[1514];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 64);

	for (size_t shift = 0; shift < 64; shift += 7) {
		size_t at = 0, n = sizeof(lengths) / sizeof(lengths[0]);

		fill_random(frame, sizeof(frame), (uint32_t)shift);
		for (size_t i = 0; i < n; i++) {
			uint64_t addr =
				host_alloc(&b->host, lengths[i] + 128, 64) + shift * (i + 1) % 64;

			memcpy(host_at(&b->host, addr), frame + at, lengths[i]);
			at += lengths[i];
			tx_data(&r, addr, lengths[i],
				TXD_IFCS | (i + 1 == n ? TXD_EOP | TXD_RS : 0), 0);
		}
		tx_doorbell(&r);
		run_ns(b, US(200));
		check_frame(b, b->host.num_frames - 1, frame, at);
	}
	ck_assert_uint_eq(b->host.num_frames, 10);
}
END_TEST

START_TEST(every_length_up_to_300_leaves_whole)
{
	uint8_t frame[300];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 64);

	fill_random(frame, sizeof(frame), 9);
	for (size_t len = 60; len <= sizeof(frame); len++) {
		uint64_t at = host_alloc(&b->host, len + 64, 64) + len % 61;

		memcpy(host_at(&b->host, at), frame, len);
		tx_data(&r, at, len, TXD_EOP | TXD_IFCS | TXD_RS, 0);
		if (len % 16 == 0 || len == sizeof(frame)) {
			tx_doorbell(&r);
			run_ns(b, US(100));
		}
	}
	ck_assert_uint_eq(b->host.num_frames, sizeof(frame) - 59);
	for (size_t len = 60; len <= sizeof(frame); len++)
		check_frame(b, len - 60, frame, len);
}
END_TEST

START_TEST(buffers_below_and_above_4_gib)
{
	uint8_t frame[200];
	struct tx_ring r;
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	fill_random(frame, sizeof(frame), 4);
	b->host.base = HOST_LOW_BASE;
	tx_setup(&r, b, 8);
	tx_send(&r, frame, sizeof(frame));
	b->host.base = HOST_HIGH_BASE;
	tx_send(&r, frame, sizeof(frame));
	wr(b, TCTL, 0);
	tx_setup(&r, b, 8);
	tx_send(&r, frame, sizeof(frame));
	ck_assert_uint_eq(b->host.num_frames, 3);
	for (size_t i = 0; i < 3; i++)
		check_frame(b, i, frame, sizeof(frame));
}
END_TEST

START_TEST(buffers_cross_pages)
{
	uint8_t frame[9000];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);
	uint64_t at = host_alloc(&b->host, 16384, 4096) + 4096 - 17;

	fill_random(frame, sizeof(frame), 5);
	memcpy(host_at(&b->host, at), frame, sizeof(frame));
	tx_data(&r, at, sizeof(frame), TXD_EOP | TXD_IFCS | TXD_RS, 0);
	tx_doorbell(&r);
	run_ns(b, US(100));
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_frame(b, 0, frame, sizeof(frame));
}
END_TEST

START_TEST(ring_wraps_many_times_in_order)
{
	uint8_t frame[64];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);

	for (uint32_t i = 0; i < 100; i++) {
		fill_random(frame, sizeof(frame), i);
		tx_send(&r, frame, sizeof(frame));
		ck_assert_uint_eq(rd(b, TDH), (i + 1) % 8);
	}
	ck_assert_uint_eq(b->host.num_frames, 100);
	for (uint32_t i = 0; i < 100; i++) {
		fill_random(frame, sizeof(frame), i);
		check_frame(b, i, frame, sizeof(frame));
	}
}
END_TEST

START_TEST(full_ring_is_sent_by_one_doorbell)
{
	uint8_t frame[80];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 256);

	for (uint32_t i = 0; i < 255; i++) {
		fill_random(frame, sizeof(frame), i);
		tx_legacy(&r, put_bytes(b, frame, sizeof(frame)), sizeof(frame),
			  TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	}
	tx_doorbell(&r);
	run_ns(b, MS(2));
	ck_assert_uint_eq(b->host.num_frames, 255);
	ck_assert_uint_eq(rd(b, TDH), 255);
	for (uint32_t i = 0; i < 255; i++) {
		fill_random(frame, sizeof(frame), i);
		check_frame(b, i, frame, sizeof(frame));
		ck_assert(tx_done(&r, i));
	}
}
END_TEST

START_TEST(only_descriptors_that_ask_are_written_back)
{
	uint8_t frame[100] = {0};
	struct tx_ring r;
	struct bench *b = ring_up(&r, 16);
	uint64_t at = put_bytes(b, frame, sizeof(frame));

	for (unsigned int i = 0; i < 8; i++)
		tx_legacy(&r, at, sizeof(frame), TXD_EOP | TXD_IFCS | (i % 4 == 3 ? TXD_RS : 0), 0,
			  0);
	tx_doorbell(&r);
	run_ns(b, US(100));
	ck_assert_uint_eq(rd(b, TDH), 8);
	for (unsigned int i = 0; i < 8; i++)
		ck_assert_int_eq(tx_done(&r, i), i % 4 == 3);
}
END_TEST

START_TEST(ivar_bit_31_writes_back_every_data_descriptor)
{
	uint8_t frame[100] = {0};
	struct tx_ring r;
	struct bench *b = ring_up(&r, 16);
	uint64_t at = put_bytes(b, frame, sizeof(frame));

	wr(b, IVAR, 0x80000908);
	wr(b, IMS, CAUSE_TXQ0);
	for (unsigned int i = 0; i < 4; i++)
		tx_legacy(&r, at, sizeof(frame), TXD_EOP | TXD_IFCS, 0, 0);
	tx_doorbell(&r);
	run_ns(b, US(100));
	for (unsigned int i = 0; i < 4; i++)
		ck_assert(tx_done(&r, i));
	ck_assert_uint_gt(b->host.messages[1], 0);
}
END_TEST

START_TEST(write_back_changes_nothing_but_status)
{
	uint8_t frame[100] = {0};
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);
	uint64_t at = put_bytes(b, frame, sizeof(frame));
	uint32_t before[4], *d;
	unsigned int i = tx_data(&r, at, sizeof(frame), TXD_EOP | TXD_IFCS | TXD_RS, 0x12340000);

	d = tx_descriptor(&r, i);
	memcpy(before, d, sizeof(before));
	tx_doorbell(&r);
	run_ns(b, US(50));
	ck_assert_uint_eq(d[0], before[0]);
	ck_assert_uint_eq(d[1], before[1]);
	ck_assert_uint_eq(d[2], before[2]);
	ck_assert_uint_eq(d[3], before[3] | TXD_DD);
}
END_TEST

START_TEST(short_frames_are_padded_with_zeros)
{
	static const size_t lengths[] = {17, 42, 59, 60, 61};
	uint8_t frame[64];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);

	for (size_t i = 0; i < 5; i++) {
		uint8_t padded[64] = {0};

		fill_random(frame, sizeof(frame), 7);
		memcpy(padded, frame, lengths[i]);
		tx_send(&r, frame, lengths[i]);
		check_frame(b, i, padded, lengths[i] < 60 ? 60 : lengths[i]);
	}
}
END_TEST

START_TEST(without_psp_short_frames_stay_short)
{
	uint8_t frame[42];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);

	fill_random(frame, sizeof(frame), 7);
	wr(b, TCTL, TCTL_EN);
	tx_send(&r, frame, sizeof(frame));
	check_frame(b, 0, frame, sizeof(frame));
}
END_TEST

START_TEST(empty_descriptors_add_nothing)
{
	uint8_t frame[100];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 16);
	uint64_t at;

	fill_random(frame, sizeof(frame), 8);
	at = put_bytes(b, frame, sizeof(frame));
	tx_data(&r, at, 0, TXD_IFCS, 0);
	tx_data(&r, at, 50, TXD_IFCS, 0);
	tx_data(&r, at, 0, TXD_IFCS, 0);
	tx_data(&r, at + 50, 50, TXD_IFCS, 0);
	tx_data(&r, at, 0, TXD_IFCS | TXD_EOP | TXD_RS, 0);
	tx_doorbell(&r);
	run_ns(b, US(100));
	ck_assert_uint_eq(rd(b, TDH), 5);
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_frame(b, 0, frame, sizeof(frame));
}
END_TEST

START_TEST(packet_of_no_bytes_is_done_and_not_sent)
{
	uint8_t frame[100];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);
	unsigned int i = tx_data(&r, b->host.base, 0, TXD_EOP | TXD_IFCS | TXD_RS, 0);

	fill_random(frame, sizeof(frame), 8);
	tx_doorbell(&r);
	run_ns(b, US(50));
	ck_assert(tx_done(&r, i));
	ck_assert_uint_eq(b->host.num_frames, 0);
	tx_send(&r, frame, sizeof(frame));
	check_frame(b, 0, frame, sizeof(frame));
}
END_TEST

START_TEST(sixty_four_fragments_make_one_frame)
{
	uint8_t frame[64 * 23];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 128);

	fill_random(frame, sizeof(frame), 6);
	for (unsigned int i = 0; i < 64; i++)
		tx_data(&r, put_bytes(b, frame + 23 * i, 23), 23,
			TXD_IFCS | (i == 63 ? TXD_EOP | TXD_RS : 0), 0);
	tx_doorbell(&r);
	run_ns(b, US(500));
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_frame(b, 0, frame, sizeof(frame));
}
END_TEST

START_TEST(longest_frame_leaves_whole)
{
	static uint8_t frame[16288];
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);

	fill_random(frame, sizeof(frame), 6);
	tx_send(&r, frame, sizeof(frame));
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_frame(b, 0, frame, sizeof(frame));
}
END_TEST

START_TEST(context_descriptor_is_done_and_sends_nothing)
{
	const struct tx_context c = {.tucss = 34, .tucso = 50, .tucmd = TXD_RS};
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);
	unsigned int i = tx_set_context(&r, &c);

	tx_doorbell(&r);
	run_ns(b, US(50));
	ck_assert_uint_eq(rd(b, TDH), 1);
	ck_assert(tx_done(&r, i));
	ck_assert_uint_eq(b->host.num_frames, 0);
}
END_TEST

START_TEST(drained_queue_raises_txqe)
{
	uint8_t frame[100] = {0};
	struct tx_ring r;
	struct bench *b = ring_up(&r, 8);

	rd(b, ICR);
	tx_send(&r, frame, sizeof(frame));
	ck_assert_uint_eq(rd(b, ICS) & CAUSE_TXQE, CAUSE_TXQE);
}
END_TEST

START_TEST(doorbell_while_sending_is_not_lost)
{
	uint8_t frame[1000] = {0};
	struct tx_ring r;
	struct bench *b = ring_up(&r, 64);
	uint64_t at = put_bytes(b, frame, sizeof(frame));

	for (unsigned int i = 0; i < 50; i++) {
		tx_legacy(&r, at, sizeof(frame), TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
		tx_doorbell(&r);
		run_ns(b, 40 * (i % 20));
	}
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.num_frames, 50);
	ck_assert_uint_eq(rd(b, TDH), 50);
}
END_TEST

START_TEST(ring_across_a_page_is_followed)
{
	uint8_t frame[64];
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct tx_ring r;

	host_alloc(&b->host, 4096 - 128, 4096);
	tx_setup(&r, b, 32); /* starts 128 bytes before a page ends */
	for (uint32_t i = 0; i < 40; i++) {
		fill_random(frame, sizeof(frame), i);
		tx_send(&r, frame, sizeof(frame));
		check_frame(b, i, frame, sizeof(frame));
	}
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(legacy_descriptor_sends_a_frame),
	CARD_TEST(data_descriptor_sends_a_frame),
	CARD_TEST(without_ifcs_all_bytes_leave),
	CARD_TEST(frame_is_gathered_from_any_addresses_and_lengths),
	CARD_TEST(every_length_up_to_300_leaves_whole),
	CARD_TEST(buffers_below_and_above_4_gib),
	CARD_TEST(buffers_cross_pages),
	CARD_TEST(ring_wraps_many_times_in_order),
	CARD_TEST(full_ring_is_sent_by_one_doorbell),
	CARD_TEST(only_descriptors_that_ask_are_written_back),
	CARD_TEST(ivar_bit_31_writes_back_every_data_descriptor),
	CARD_TEST(write_back_changes_nothing_but_status),
	CARD_TEST(short_frames_are_padded_with_zeros),
	CARD_TEST(without_psp_short_frames_stay_short),
	CARD_TEST(empty_descriptors_add_nothing),
	CARD_TEST(packet_of_no_bytes_is_done_and_not_sent),
	CARD_TEST(sixty_four_fragments_make_one_frame),
	CARD_TEST(longest_frame_leaves_whole),
	CARD_TEST(context_descriptor_is_done_and_sends_nothing),
	CARD_TEST(drained_queue_raises_txqe),
	CARD_TEST(doorbell_while_sending_is_not_lost),
	CARD_TEST(ring_across_a_page_is_followed),
	CARD_TESTS_END,
};

const struct card_topic topic_tx = {"tx", 0, tests};
