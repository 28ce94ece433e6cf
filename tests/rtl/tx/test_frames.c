// SPDX-License-Identifier: MIT
// Frames and descriptors: what leaves for what the ring holds.

#include "suite.h"

START_TEST(frames_of_every_length_leave_as_they_are)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t len = 1; len <= 200; len++)
		traffic_plain(&t, len, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->writes, 200);
	traffic_stop(&t);
}
END_TEST

START_TEST(psp_pads_short_frames_with_zeros_to_60_bytes)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->psp = true;
	for (uint32_t len = 1; len <= 70; len++)
		traffic_plain(&t, len, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(fragments_of_any_size_and_alignment_join_without_a_gap)
{
	static const uint32_t parts[] = {1, 63, 64, 65, 3, 127, 128, 129, 2, 31, 33, 500, 62};
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned skew = 0; skew < 12; skew++) {
		struct shape s = {.parts = parts + skew, .count = 13 - skew, .skew = 7 * skew};

		traffic_plain(&t, 1300, &s);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_frame_of_more_than_64_fragments_is_sent)
{
	uint32_t parts[200];
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 200; i++)
		parts[i] = 1 + i % 7;
	traffic_plain(&t, 1400, &(struct shape){.parts = parts, .count = 200});
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(empty_fragments_count_as_no_bytes)
{
	static const uint32_t parts[] = {0, 100, 0, 0, 28, 0};
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_plain(&t, 300, &(struct shape){.parts = parts, .count = 6});
	traffic_plain(&t, 64, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// The EOP descriptor brings nothing; the frame ends where the one before ended, also at a full beat.
static void send_with_empty_end(struct traffic *t, uint32_t len)
{
	uint8_t bytes[512];
	struct tx_packet p = {.bytes = bytes, .len = len, .legacy = true};

	traffic_random(t, bytes, len);
	tx_ring_legacy(&t->ring, tx_ring_buffer(&t->ring, bytes, len, 5), (uint16_t)len, 0, 0, 0);
	tx_ring_legacy(&t->ring, 0, 0, TX_EOP | TX_RS, 0, 0);
	tx_expect(&t->wire, &p, tx_pin(t->tx));
}

START_TEST(an_empty_eop_descriptor_ends_the_frame)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t len = 60; len < 70; len++)
		send_with_empty_end(&t, len);
	send_with_empty_end(&t, 128);
	send_with_empty_end(&t, 256);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_packet_without_bytes_completes_and_sends_nothing)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->psp = true;
	traffic_plain(&t, 0, NULL);
	traffic_plain(&t, 100, NULL);
	traffic_plain(&t, 0, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_frames(t.tx), 1);
	traffic_stop(&t);
}
END_TEST

START_TEST(the_largest_frame_passes_and_a_larger_one_is_dropped_with_dd)
{
	static const uint32_t halves[] = {8000};
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t len = CAP - 2; len <= CAP + 66; len++) {
		traffic_plain(&t, len, &(struct shape){.parts = halves, .count = 1, .skew = len});
		if (len == CAP + 2)
			len = CAP + 63;
	}
	traffic_plain(&t, 24 * 1024, NULL);
	traffic_plain(&t, 64, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_frames(t.tx), 4);
	traffic_stop(&t);
}
END_TEST

START_TEST(descriptors_that_never_end_a_packet_are_consumed)
{
	uint8_t bytes[2000];
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_random(&t, bytes, sizeof(bytes));
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < RING - 1; i++)
			tx_ring_legacy(&t.ring, tx_ring_buffer(&t.ring, bytes, 2000, i), 2000,
				       TX_RS, 0, 0);
		traffic_check(&t);
	}
	tx_ring_legacy(&t.ring, 0, 0, TX_EOP | TX_RS, 0, 0);
	traffic_plain(&t, 77, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_frames(t.tx), 1);
	traffic_stop(&t);
}
END_TEST

START_TEST(reserved_descriptor_types_carry_nothing_and_complete)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned type = 2; type < 16; type++) {
		tx_ring_put(&t.ring, ~0ull,
			    1000 | type << 20 | (TX_DEXT | TX_EOP | (type & 1 ? TX_RS : 0u)) << 24,
			    0);
		traffic_plain(&t, 64 + type, NULL);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_context_between_data_descriptors_is_ignored)
{
	uint8_t bytes[400];
	struct tx_context ctx, other = {.tucss = 20, .tucso = 22, .tcp = true};
	struct traffic t;

	traffic_start(&t, _i, RING);
	uint32_t header = traffic_header(&t, TCP4, 0, 0, bytes, &ctx);
	struct tx_packet p = {.bytes = bytes, .len = 400, .popts = TX_IXSM | TX_TXSM};

	traffic_random(&t, bytes + header, 400 - header);
	traffic_context(&t, &ctx);
	p.ctx = ctx;
	for (unsigned i = 0; i < 2; i++) {
		tx_ring_data(&t.ring, tx_ring_buffer(&t.ring, bytes, 100, 0), 100, 0, p.popts);
		tx_ring_context(&t.ring, &other, TX_RS | TX_EOP);
		tx_ring_data(&t.ring, tx_ring_buffer(&t.ring, bytes + 100, 300, 9), 300,
			     TX_EOP | TX_RS, p.popts);
		tx_expect(&t.wire, &p, tx_pin(t.tx));
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

static const TTest *const *const tests[] = {
	&frames_of_every_length_leave_as_they_are,
	&psp_pads_short_frames_with_zeros_to_60_bytes,
	&fragments_of_any_size_and_alignment_join_without_a_gap,
	&a_frame_of_more_than_64_fragments_is_sent,
	&empty_fragments_count_as_no_bytes,
	&an_empty_eop_descriptor_ends_the_frame,
	&a_packet_without_bytes_completes_and_sends_nothing,
	&the_largest_frame_passes_and_a_larger_one_is_dropped_with_dd,
	&descriptors_that_never_end_a_packet_are_consumed,
	&reserved_descriptor_types_carry_nothing_and_complete,
	&a_context_between_data_descriptors_is_ignored,
	NULL,
};

const struct tx_topic topic_frames = {"frames", tests};
