// SPDX-License-Identifier: MIT
// Checksum insertion: offsets, ranges, seeds (82574 fact sheet 4.7).

#include "suite.h"

#include <assert.h>
#include <string.h>

START_TEST(checksums_are_inserted_for_every_payload_length)
{
	struct traffic t;

	traffic_start(&t, _i, 512);
	for (uint32_t n = 0; n < 140; n++)
		traffic_checksum(&t, (enum frame_kind)(n % 4), n * 3 % 141, NULL);
	traffic_checksum(&t, TCP4, 8961, NULL);
	traffic_checksum(&t, UDP6, 16001, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(an_odd_payload_counts_as_if_a_zero_followed)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t n = 1; n < 60; n += 2)
		traffic_checksum(&t, TCP4, n, &(struct shape){.skew = n});
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// A packet whose checksum range adds up to FFFF, so that the inverted result is 0.
static void send_sum_of_ones(struct traffic *t, bool tcp)
{
	uint8_t bytes[100];
	struct tx_context ctx = {.ipcss = 14,
				 .tucss = 34,
				 .tucso = (uint8_t)(tcp ? 50 : 40),
				 .tcp = tcp,
				 .ipv4 = true};
	struct tx_packet p = {.bytes = bytes, .len = 100, .popts = TX_TXSM};

	memset(bytes, 0, sizeof(bytes));
	bytes[60] = 0xff;
	bytes[61] = 0xff;
	traffic_context(t, &ctx);
	traffic_send(t, &p, NULL);
}

START_TEST(a_udp_checksum_of_zero_is_sent_as_ffff)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	send_sum_of_ones(&t, false);
	send_sum_of_ones(&t, true);
	traffic_check(&t);
	ck_assert_uint_eq(tx_nth_frame(t.tx, 0)->data[40], 0xff);
	ck_assert_uint_eq(tx_nth_frame(t.tx, 0)->data[41], 0xff);
	traffic_stop(&t);
}
END_TEST

START_TEST(the_seed_in_the_field_is_part_of_the_sum)
{
	uint8_t bytes[60] = {[50] = 0x12, [51] = 0x34};
	struct tx_context ctx = {.ipcss = 14, .tucss = 34, .tucso = 50, .tcp = true, .ipv4 = true};
	struct tx_packet p = {.bytes = bytes, .len = 60, .popts = TX_TXSM};
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_context(&t, &ctx);
	traffic_send(&t, &p, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_nth_frame(t.tx, 0)->data[50], 0xed);
	ck_assert_uint_eq(tx_nth_frame(t.tx, 0)->data[51], 0xcb);
	traffic_stop(&t);
}
END_TEST

START_TEST(offsets_beyond_the_frame_insert_nothing)
{
	uint8_t bytes[120];
	static const struct tx_context cases[] = {
		{.tucss = 34, .tucso = 119, .tcp = true}, // half of the field
		{.tucss = 34, .tucso = 118, .tcp = true}, // just inside
		{.tucss = 34, .tucso = 120, .tcp = true},
		{.tucss = 120, .tucso = 50, .tcp = true},
		{.tucss = 255, .tucso = 255, .tcp = true},
		{.tucss = 119, .tucso = 0, .tcp = true},
		{.tucss = 60, .tucse = 59, .tucso = 4}, // empty by its own numbers
		{.tucss = 60, .tucse = 60, .tucso = 4},
		{.tucss = 60, .tucse = 5000, .tucso = 4},
		{.tucss = 60, .tucse = 0xffff, .tucso = 4},
	};
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->psp = true;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tx_packet p = {.bytes = bytes, .len = 120, .popts = TX_TXSM};

		traffic_random(&t, bytes, 120);
		traffic_context(&t, &cases[i]);
		traffic_send(&t, &p, NULL);
		p.len = 55; // padded: the padding is not part of the frame for this purpose
		traffic_send(&t, &p, NULL);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// A context, and a packet of random bytes that it is for.
static void send_with(struct traffic *t, const struct tx_context *ctx, uint32_t len, uint8_t popts)
{
	uint8_t bytes[700];
	struct tx_packet p = {.bytes = bytes, .len = len, .popts = popts};

	assert(len <= sizeof(bytes));
	traffic_random(t, bytes, len);
	traffic_context(t, ctx);
	traffic_send(t, &p, NULL);
}

START_TEST(ranges_begin_and_end_at_any_byte)
{
	struct traffic t;

	traffic_start(&t, _i, 1024);
	for (unsigned i = 0; i < 300; i++) {
		uint32_t len = 300 + traffic_below(&t, 400);
		struct tx_context ctx = {
			.ipcss = (uint8_t)traffic_below(&t, 256),
			.ipcso = (uint8_t)traffic_below(&t, 128),
			.ipcse = (uint16_t)traffic_below(&t, 400),
			.tucss = (uint8_t)traffic_below(&t, 256),
			.tucso = (uint8_t)(130 + traffic_below(&t, 126)),
			.tucse = (uint16_t)traffic_below(&t, 800),
			.tcp = i & 1,
			.ipv4 = i & 2,
		};

		send_with(&t, &ctx, len, i % 4);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(contexts_of_any_numbers_touch_nothing_but_the_fields)
{
	struct traffic t;

	traffic_start(&t, _i, 1024);
	for (unsigned i = 0; i < 300; i++) {
		uint32_t len = 300 + traffic_below(&t, 400);
		struct tx_context ctx = {
			.ipcss = (uint8_t)traffic_below(&t, 256),
			.ipcso = (uint8_t)traffic_below(&t, 128),
			.ipcse = (uint16_t)(i % 30 ? traffic_below(&t, 65536) : 65535),
			.tucss = (uint8_t)traffic_below(&t, 256),
			.tucso = (uint8_t)(130 + traffic_below(&t, 126)),
			.tucse = (uint16_t)(i % 20 ? traffic_below(&t, 65536) : 65535),
			.hdrlen = (uint8_t)traffic_below(&t, 256),
			.mss = (uint16_t)traffic_below(&t, 65536),
			.paylen = traffic_below(&t, 1 << 20),
			.tcp = i & 1,
			.ipv4 = i & 2,
		};

		send_with(&t, &ctx, len, i / 4 % 4);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(an_ip_range_one_byte_too_long_is_cut_to_even)
{
	uint8_t bytes[80];
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_random(&t, bytes, 80);
	memset(bytes + 24, 0, 2);
	for (uint16_t last = 33; last <= 34; last++) {
		struct tx_context ctx = {.ipcss = 14, .ipcso = 24, .ipcse = last, .ipv4 = true};
		struct tx_packet p = {.bytes = bytes, .len = 80, .popts = TX_IXSM};

		traffic_context(&t, &ctx);
		traffic_send(&t, &p, NULL);
	}
	traffic_check(&t);
	ck_assert_int_eq(memcmp(tx_nth_frame(t.tx, 0)->data, tx_nth_frame(t.tx, 1)->data, 80), 0);
	traffic_stop(&t);
}
END_TEST

START_TEST(legacy_ic_takes_css_from_the_first_and_cso_from_the_eop_descriptor)
{
	uint8_t bytes[301];
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 40; i++) {
		struct tx_packet p = {.bytes = bytes,
				      .len = 301,
				      .legacy = true,
				      .ic = true,
				      .css = (uint8_t)(13 + i),
				      .cso = (uint8_t)(60 + 3 * i)};

		traffic_random(&t, bytes, 301);
		tx_ring_legacy(&t.ring, tx_ring_buffer(&t.ring, bytes, 100, i), 100, 0, 0, p.css);
		tx_ring_legacy(&t.ring, tx_ring_buffer(&t.ring, bytes + 100, 201, 3), 201,
			       TX_EOP | TX_IC | TX_RS, p.cso, 99);
		tx_expect(&t.wire, &p, tx_pin(t.tx));
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(popts_count_in_the_first_descriptor_only)
{
	uint8_t bytes[200];
	struct tx_context ctx;
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_header(&t, TCP4, 0, 0, bytes, &ctx);
	traffic_context(&t, &ctx);
	for (unsigned popts = 0; popts < 4; popts++) {
		struct tx_packet p = {.bytes = bytes, .len = 200, .popts = popts, .ctx = ctx};

		traffic_random(&t, bytes + 54, 146);
		tx_ring_data(&t.ring, tx_ring_buffer(&t.ring, bytes, 80, 0), 80, 0, popts);
		tx_ring_data(&t.ring, tx_ring_buffer(&t.ring, bytes + 80, 120, 0), 120,
			     TX_EOP | TX_RS, 3 - popts);
		tx_expect(&t.wire, &p, tx_pin(t.tx));
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_context_persists_over_packets_and_over_switching_off)
{
	uint8_t bytes[200];
	struct tx_context ctx;
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_header(&t, UDP4, 0, 0, bytes, &ctx);
	traffic_context(&t, &ctx);
	for (unsigned i = 0; i < 6; i++) {
		struct tx_packet p = {.bytes = bytes, .len = 100 + i, .popts = TX_IXSM | TX_TXSM};

		traffic_random(&t, bytes + 42, 158);
		traffic_send(&t, &p, NULL);
		traffic_plain(&t, 70, NULL);
		traffic_check(&t);
		tx_pin(t.tx)->ring[0].enable = false;
		tx_cycle(t.tx, 20);
		tx_pin(t.tx)->ring[0].enable = true;
	}
	traffic_stop(&t);
}
END_TEST

START_TEST(with_the_checksum_strap_off_frames_leave_untouched)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->csum_en = false;
	traffic_checksum(&t, TCP4, 100, NULL);
	traffic_checksum(&t, UDP6, 101, NULL);
	traffic_tso(&t, TCP4, 3000, 1000, NULL);
	struct tx_packet p = {.bytes = (const uint8_t *)"some bytes that are long enough",
			      .len = 30,
			      .legacy = true,
			      .ic = true,
			      .css = 1,
			      .cso = 4};
	traffic_send(&t, &p, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

static const TTest *const *const tests[] = {
	&checksums_are_inserted_for_every_payload_length,
	&an_odd_payload_counts_as_if_a_zero_followed,
	&a_udp_checksum_of_zero_is_sent_as_ffff,
	&the_seed_in_the_field_is_part_of_the_sum,
	&offsets_beyond_the_frame_insert_nothing,
	&ranges_begin_and_end_at_any_byte,
	&contexts_of_any_numbers_touch_nothing_but_the_fields,
	&an_ip_range_one_byte_too_long_is_cut_to_even,
	&legacy_ic_takes_css_from_the_first_and_cso_from_the_eop_descriptor,
	&popts_count_in_the_first_descriptor_only,
	&a_context_persists_over_packets_and_over_switching_off,
	&with_the_checksum_strap_off_frames_leave_untouched,
	NULL,
};

const struct tx_topic topic_checksums = {"checksums", tests};
