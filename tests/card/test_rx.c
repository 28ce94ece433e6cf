// SPDX-License-Identifier: MIT
/* Reception: descriptors, buffers, rings (sections 5.1, 5.2b, 5.6, 5.7). */
#include "suite.h"

#include <string.h>

static struct rx_result got;
static uint8_t frame[16384];

static const uint8_t our_address[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

/* A frame to this station; its type is one that no protocol uses. */
static void make_frame(size_t len, uint32_t seed)
{
	fill_random(frame, len, seed);
	memcpy(frame, our_address, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

static void check_bytes(const uint8_t *expected, size_t len)
{
	ck_assert_uint_eq(got.len, len);
	for (size_t i = 0; i < len; i++)
		ck_assert_msg(got.bytes[i] == expected[i], "byte %zu of %zu differs", i, len);
}

static void receive(struct bench *b, size_t len, uint32_t seed)
{
	make_frame(len, seed);
	feed(b, frame, len);
	run_ns(b, US(50));
}

static void check_layout(bool extended)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 8, 2048, extended, 0);
	rx_post(&r, 7);
	for (uint32_t i = 0; i < 5; i++) {
		receive(b, 60 + 300 * i, i);
		ck_assert(rx_take(&r, &got));
		check_bytes(frame, 60 + 300 * i);
		ck_assert_uint_eq(got.status & (RXD_DD | RXD_EOP), RXD_DD | RXD_EOP);
		ck_assert_uint_eq(got.status >> 24, 0);
		ck_assert_uint_eq(rd(b, RDH), i + 1);
	}
	ck_assert(!rx_take(&r, &got));
}

START_TEST(legacy_descriptors)
{
	check_layout(false);
}
END_TEST

START_TEST(extended_descriptors)
{
	check_layout(true);
}
END_TEST

START_TEST(write_back_replaces_the_extended_descriptor)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;
	uint32_t *d;

	rx_setup(&r, b, 8, 2048, true, 0);
	d = rx_descriptor(&r, 0);
	rx_post(&r, 7);
	d[2] = 0xffffff00; /* Linux clears the low status byte only */
	d[3] = 0xffffffff;
	receive(b, 100, 1);
	ck_assert_uint_eq(d[2] & 0xff000000, 0);
	ck_assert_uint_eq(d[2] & RXD_DD, RXD_DD);
	ck_assert_uint_eq(d[3], 100);
	ck_assert_uint_eq(d[0], 0); /* no hash type, queue 0 */
}
END_TEST

START_TEST(every_length_up_to_300_arrives_whole)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 64, 2048, true, 0);
	rx_post(&r, 63);
	for (size_t len = 60; len <= 300; len++) {
		receive(b, len, (uint32_t)len);
		ck_assert(rx_take(&r, &got));
		check_bytes(frame, len);
		rx_post(&r, 1);
	}
}
END_TEST

START_TEST(buffers_at_any_address)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 8, 2048, true, 0);
	for (uint32_t shift = 0; shift < 130; shift += 3) {
		uint64_t at = host_alloc(&b->host, 8192, 4096) + 4096 - 64 + shift;
		uint8_t *bytes;
		uint32_t *d = rx_descriptor(&r, r.tail);

		memset(host_at(&b->host, at - 32), 0xee, 2048);
		d[0] = (uint32_t)at;
		d[1] = (uint32_t)(at >> 32);
		d[2] = d[3] = 0;
		r.tail = (r.tail + 1) % r.size;
		wr(b, RDT, r.tail);
		receive(b, 517 + shift, shift);
		bytes = host_at(&b->host, at);
		ck_assert_uint_eq(d[2] & RXD_DD, RXD_DD);
		ck_assert_mem_eq(bytes, frame, 517 + shift);
		ck_assert_uint_eq(bytes[-1], 0xee);
		ck_assert_uint_eq(bytes[517 + shift], 0xee);
	}
}
END_TEST

START_TEST(bytes_behind_a_frame_are_not_touched)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;
	const uint8_t *buffer;

	rx_setup(&r, b, 8, 2048, true, 0);
	rx_post(&r, 7);
	receive(b, 777, 1);
	buffer = host_at(&b->host, rx_buffer(&r, 0));
	for (size_t i = 777; i < 2048; i++)
		ck_assert_uint_eq(buffer[i], 0xee);
}
END_TEST

static void check_multi(size_t buffer_bytes, size_t len)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	const size_t n = (len + buffer_bytes - 1) / buffer_bytes;
	struct rx_ring r;

	rx_setup(&r, b, 64, buffer_bytes, true, RCTL_LPE);
	rx_post(&r, 63);
	receive(b, len, (uint32_t)len);
	for (size_t i = 0; i + 1 < n; i++) {
		ck_assert_uint_eq(rx_descriptor(&r, (unsigned int)i)[2] & (RXD_DD | RXD_EOP),
				  RXD_DD);
		ck_assert_uint_eq(rx_descriptor(&r, (unsigned int)i)[3] & 0xffff, buffer_bytes);
	}
	ck_assert(rx_take(&r, &got));
	ck_assert_uint_eq(got.descriptors, n);
	check_bytes(frame, len);
	ck_assert_uint_eq(rd(b, RDH), n);
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *gap = host_at(&b->host, rx_buffer(&r, i) + buffer_bytes);

		ck_assert_uint_eq(gap[0], 0xee);
	}
}

START_TEST(long_frames_continue_in_the_next_descriptor)
{
	check_multi(256, 1514);
	check_multi(512, 1500);
	check_multi(1024, 1025);
	check_multi(2048, 9014);
}
END_TEST

START_TEST(frames_that_fill_buffers_exactly)
{
	check_multi(256, 256);
	check_multi(256, 512);
	check_multi(1024, 4096);
	check_multi(2048, 2048);
}
END_TEST

START_TEST(every_buffer_size)
{
	static const size_t sizes[] = {256, 512, 1024, 2048, 4096, 8192, 16384, 3072, 9216, 15360};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		check_multi(sizes[i], 9200);
}
END_TEST

START_TEST(receive_ring_wraps_many_times_in_order)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 8, 256, true, 0);
	rx_post(&r, 7);
	for (uint32_t i = 0; i < 100; i++) {
		size_t len = 60 + i * 37 % 1400;

		receive(b, len, i);
		ck_assert(rx_take(&r, &got));
		check_bytes(frame, len);
		rx_post(&r, got.descriptors);
	}
}
END_TEST

START_TEST(a_burst_fills_the_ring_in_order)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 256, 2048, true, 0);
	rx_post(&r, 255);
	for (uint32_t i = 0; i < 255; i++) {
		make_frame(100 + i, i);
		feed(b, frame, 100 + i);
		run_ns(b, 800);
	}
	run_ns(b, MS(1));
	for (uint32_t i = 0; i < 255; i++) {
		make_frame(100 + i, i);
		ck_assert_msg(rx_take(&r, &got), "frame %u is missing", i);
		check_bytes(frame, 100 + i);
	}
	ck_assert_uint_eq(rd(b, RDH), 255);
}
END_TEST

START_TEST(trap_53_last_free_descriptor_is_used)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 8, 1024, true, 0);
	rx_post(&r, 1);
	receive(b, 500, 1);
	ck_assert(rx_take(&r, &got));
	ck_assert_uint_eq(rd(b, RDH), rd(b, RDT));
	receive(b, 500, 2);
	ck_assert(!rx_take(&r, &got));
}
END_TEST

START_TEST(trap_55_frame_waits_for_descriptors_and_comes_whole)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 16, 512, true, 0);
	receive(b, 1400, 1);
	run_ns(b, MS(1));
	ck_assert(!rx_take(&r, &got));
	rx_post(&r, 2);
	run_ns(b, MS(1));
	ck_assert_uint_eq(rx_descriptor(&r, 1)[2] & RXD_EOP, 0);
	rx_post(&r, 1);
	run_ns(b, US(50));
	ck_assert(rx_take(&r, &got));
	ck_assert_uint_eq(got.descriptors, 3);
	check_bytes(frame, 1400);
}
END_TEST

/* QEMU's own test of e1000e does this: the frame is there before the first descriptor. */
START_TEST(trap_52_frame_of_14_bytes_is_padded_and_kept_until_the_doorbell)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 256, 2048, true, RCTL_UPE | RCTL_MPE);
	make_frame(60, 1);
	memset(frame + 14, 0, 46);
	feed(b, frame, 14);
	run_ns(b, MS(1));
	rx_post(&r, 1);
	run_ns(b, US(50));
	ck_assert(rx_take(&r, &got));
	check_bytes(frame, 60);
}
END_TEST

START_TEST(without_secrc_the_length_includes_the_fcs)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 8, 2048, true, 0);
	clear_bits(b, RCTL, RCTL_SECRC);
	rx_post(&r, 7);
	receive(b, 500, 1);
	ck_assert(rx_take(&r, &got));
	ck_assert_uint_eq(got.len, 504);
	ck_assert_mem_eq(got.bytes, frame, 500);
}
END_TEST

START_TEST(long_frames_need_lpe)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 16, 2048, true, 0);
	rx_post(&r, 15);
	receive(b, 1519, 1);
	receive(b, 9000, 2);
	ck_assert(!rx_take(&r, &got));
	receive(b, 1518, 3);
	ck_assert(rx_take(&r, &got));
	check_bytes(frame, 1518);
	set_bits(b, RCTL, RCTL_LPE);
	receive(b, 9000, 4);
	ck_assert(rx_take(&r, &got));
	check_bytes(frame, 9000);
}
END_TEST

START_TEST(trap_54_longest_frame_arrives)
{
	check_multi(2048, 16380);
	check_multi(16384, 16380);
}
END_TEST

START_TEST(nothing_arrives_while_receive_is_off)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 16, 2048, true, 0);
	clear_bits(b, RCTL, RCTL_EN);
	rx_post(&r, 15);
	make_frame(100, 1);
	b->abi->card_receive(b->card, frame, 100);
	run_ns(b, US(100));
	ck_assert_uint_eq(host_count(&b->host, HOST_WRITE), 0);
	ck_assert(!rx_take(&r, &got));
}
END_TEST

START_TEST(legacy_and_extended_differ_by_rfctl_alone)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	rx_setup(&r, b, 16, 2048, false, 0);
	rx_post(&r, 15);
	receive(b, 333, 1);
	ck_assert(rx_take(&r, &got));
	check_bytes(frame, 333);
	wr(b, RFCTL, RFCTL_EXTEN);
	r.extended = true;
	receive(b, 444, 2);
	ck_assert(rx_take(&r, &got));
	check_bytes(frame, 444);
}
END_TEST

START_TEST(receive_ring_across_a_page_is_followed)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	struct rx_ring r;

	host_alloc(&b->host, 4096 - 128, 4096);
	rx_setup(&r, b, 32, 2048, true, 0);
	rx_post(&r, 31);
	for (uint32_t i = 0; i < 50; i++) {
		receive(b, 200, i);
		ck_assert(rx_take(&r, &got));
		check_bytes(frame, 200);
		rx_post(&r, 1);
	}
}
END_TEST

START_TEST(low_descriptors_raise_rxdmt0)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);
	struct rx_ring r;

	rx_setup(&r, b, 16, 2048, true, 0); /* RDMTS 0: half of the ring */
	rx_post(&r, 12);
	receive(b, 100, 1);
	receive(b, 100, 2);
	receive(b, 100, 3);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_RXDMT0, 0);
	receive(b, 100, 4);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_RXDMT0, CAUSE_RXDMT0);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(legacy_descriptors),
	CARD_TEST(extended_descriptors),
	CARD_TEST(write_back_replaces_the_extended_descriptor),
	CARD_TEST(every_length_up_to_300_arrives_whole),
	CARD_TEST(buffers_at_any_address),
	CARD_TEST(bytes_behind_a_frame_are_not_touched),
	CARD_TEST(long_frames_continue_in_the_next_descriptor),
	CARD_TEST(frames_that_fill_buffers_exactly),
	CARD_TEST(every_buffer_size),
	CARD_TEST(receive_ring_wraps_many_times_in_order),
	CARD_TEST(a_burst_fills_the_ring_in_order),
	CARD_TEST(trap_53_last_free_descriptor_is_used),
	CARD_TEST(trap_55_frame_waits_for_descriptors_and_comes_whole),
	CARD_TEST(trap_52_frame_of_14_bytes_is_padded_and_kept_until_the_doorbell),
	CARD_TEST(without_secrc_the_length_includes_the_fcs),
	CARD_TEST(long_frames_need_lpe),
	CARD_TEST(trap_54_longest_frame_arrives),
	CARD_TEST(nothing_arrives_while_receive_is_off),
	CARD_TEST(legacy_and_extended_differ_by_rfctl_alone),
	CARD_TEST(receive_ring_across_a_page_is_followed),
	CARD_TEST(low_descriptors_raise_rxdmt0),
	CARD_TESTS_END,
};

const struct card_topic topic_rx = {"rx", 0, tests};
