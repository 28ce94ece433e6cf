// SPDX-License-Identifier: MIT
//
// Behaviour of the transmit engine, by name. Every test runs in all variants of latency, gaps and
// back-pressure (traffic.c); `_i` is the variant.

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "traffic.h"

enum { RING = 256, CAP = 16288 };

// --- Frames and descriptors -------------------------------------------------------------------

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
	static const uint32_t parts[] = { 1, 63, 64, 65, 3, 127, 128, 129, 2, 31, 33, 500, 62 };
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned skew = 0; skew < 12; skew++) {
		struct shape s = { .parts = parts + skew, .count = 13 - skew, .skew = 7 * skew };

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
	traffic_plain(&t, 1400, &(struct shape){ .parts = parts, .count = 200 });
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(empty_fragments_count_as_no_bytes)
{
	static const uint32_t parts[] = { 0, 100, 0, 0, 28, 0 };
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_plain(&t, 300, &(struct shape){ .parts = parts, .count = 6 });
	traffic_plain(&t, 64, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// The EOP descriptor brings nothing; the frame ends where the one before ended, also at a full beat.
static void send_with_empty_end(struct traffic *t, uint32_t len)
{
	uint8_t bytes[512];
	struct tx_packet p = { .bytes = bytes, .len = len, .legacy = true };

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
	static const uint32_t halves[] = { 8000 };
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t len = CAP - 2; len <= CAP + 66; len++) {
		traffic_plain(&t, len, &(struct shape){ .parts = halves, .count = 1, .skew = len });
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
			tx_ring_legacy(&t.ring, tx_ring_buffer(&t.ring, bytes, 2000, i), 2000, TX_RS, 0, 0);
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
		tx_ring_put(&t.ring, ~0ull, 1000 | type << 20 | (TX_DEXT | TX_EOP | (type & 1 ? TX_RS : 0u)) << 24, 0);
		traffic_plain(&t, 64 + type, NULL);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_context_between_data_descriptors_is_ignored)
{
	uint8_t bytes[400];
	struct tx_context ctx, other = { .tucss = 20, .tucso = 22, .tcp = true };
	struct traffic t;

	traffic_start(&t, _i, RING);
	uint32_t header = traffic_header(&t, TCP4, 0, 0, bytes, &ctx);
	struct tx_packet p = { .bytes = bytes, .len = 400, .popts = TX_IXSM | TX_TXSM };

	traffic_random(&t, bytes + header, 400 - header);
	traffic_context(&t, &ctx);
	p.ctx = ctx;
	for (unsigned i = 0; i < 2; i++) {
		tx_ring_data(&t.ring, tx_ring_buffer(&t.ring, bytes, 100, 0), 100, 0, p.popts);
		tx_ring_context(&t.ring, &other, TX_RS | TX_EOP);
		tx_ring_data(&t.ring, tx_ring_buffer(&t.ring, bytes + 100, 300, 9), 300, TX_EOP | TX_RS, p.popts);
		tx_expect(&t.wire, &p, tx_pin(t.tx));
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// --- Ring -------------------------------------------------------------------------------------

START_TEST(the_ring_wraps_many_times_with_batches_of_any_size)
{
	struct traffic t;

	traffic_start(&t, _i, 8);
	for (unsigned i = 0; i < 200; i++) {
		unsigned n = 1 + i % 7;

		while (n--)
			traffic_plain(&t, 60 + traffic_below(&t, 1400), NULL);
		traffic_check(&t);
	}
	traffic_stop(&t);
}
END_TEST

START_TEST(a_tail_outside_the_ring_means_empty)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_plain(&t, 64, NULL);
	tx_pin(t.tx)->tail = RING;
	ck_assert(tx_settle(t.tx, 1000));
	tx_pin(t.tx)->tail = 0xffff;
	ck_assert(tx_settle(t.tx, 1000));
	ck_assert_uint_eq(tx_count(t.tx)->desc_requests, 0);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_ring_of_no_length_is_off)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_plain(&t, 64, NULL);
	tx_pin(t.tx)->ring_len = 0;
	tx_pin(t.tx)->tail = 1;
	ck_assert(tx_settle(t.tx, 1000));
	ck_assert_uint_eq(tx_count(t.tx)->desc_requests, 0);
	tx_pin(t.tx)->ring_len = RING * 16;
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_head_outside_the_ring_means_empty_until_software_mends_it)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_write_head(t.tx, RING + 3);
	traffic_plain(&t, 64, NULL);
	tx_ring_kick(&t.ring);
	ck_assert(tx_settle(t.tx, 1000));
	ck_assert_uint_eq(tx_count(t.tx)->desc_requests, 0);
	tx_write_head(t.tx, 0);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(work_starts_where_the_head_was_written)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->enable = false;
	tx_cycle(t.tx, 5);
	tx_write_head(t.tx, 250);
	t.ring.tail = 250;
	for (unsigned i = 0; i < 20; i++)
		traffic_plain(&t, 64 + i, NULL);
	tx_ring_kick(&t.ring);
	ck_assert(tx_settle(t.tx, 1000));
	ck_assert_uint_eq(tx_count(t.tx)->desc_requests, 0);
	tx_pin(t.tx)->enable = true;
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(dd_is_written_with_rs_only_and_for_all_with_ivar_31)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 20; i++)
		traffic_plain(&t, 100, &(struct shape){ .no_report = i % 3 != 0 });
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->writes, 7);
	traffic_stop(&t);

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->wb_all = true;
	for (unsigned i = 0; i < 20; i++)
		traffic_checksum(&t, TCP4, 100, &(struct shape){ .no_report = i % 3 != 0 });
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->writes, 40);
	traffic_stop(&t);
}
END_TEST

START_TEST(write_backs_share_events_and_every_report_gets_one)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 100; i++)
		traffic_plain(&t, 64, NULL);
	traffic_check(&t);
	ck_assert_uint_ge(tx_count(t.tx)->ev_wb, 4); // batches of up to 32
	ck_assert_uint_le(tx_count(t.tx)->ev_wb, 100);
	if (_i == 1) // long latency: full batches
		ck_assert_uint_le(tx_count(t.tx)->ev_wb, 12);
	ck_assert_uint_eq(tx_count(t.tx)->ev_wb_ide, 0);
	ck_assert_uint_ge(tx_count(t.tx)->ev_txqe, 1);
	uint64_t events = tx_count(t.tx)->ev_wb;

	for (unsigned i = 0; i < 10; i++)
		traffic_plain(&t, 64, &(struct shape){ .no_report = true });
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->ev_wb, events);
	traffic_stop(&t);
}
END_TEST

START_TEST(an_event_is_delayed_only_if_every_report_in_it_asks)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 10; i++)
		traffic_plain(&t, 64, &(struct shape){ .cmd = TX_IDE });
	traffic_check(&t);
	ck_assert_uint_ge(tx_count(t.tx)->ev_wb, 1);
	ck_assert_uint_eq(tx_count(t.tx)->ev_wb_ide, tx_count(t.tx)->ev_wb);
	traffic_plain(&t, 64, &(struct shape){ .cmd = 0 });
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->ev_wb_ide + 1, tx_count(t.tx)->ev_wb);
	traffic_stop(&t);
}
END_TEST

START_TEST(an_event_comes_only_after_dd_is_in_memory)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 10; i++) {
		traffic_plain(&t, 300, NULL);
		tx_ring_kick(&t.ring);
		uint64_t events = tx_count(t.tx)->ev_wb;

		while (tx_count(t.tx)->ev_wb == events && tx_count(t.tx)->cycles < 100000)
			tx_cycle(t.tx, 1);
		ck_assert_uint_eq(tx_mem(t.tx)[t.ring.base - TX_MEM_BASE + i * 16 + 12] & 1, 1);
		ck_assert_uint_eq(tx_head(t.tx), t.ring.tail);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// --- Checksums --------------------------------------------------------------------------------

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
		traffic_checksum(&t, TCP4, n, &(struct shape){ .skew = n });
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// A packet whose checksum range adds up to FFFF, so that the inverted result is 0.
static void send_sum_of_ones(struct traffic *t, bool tcp)
{
	uint8_t bytes[100];
	struct tx_context ctx = { .ipcss = 14, .tucss = 34, .tucso = (uint8_t)(tcp ? 50 : 40), .tcp = tcp, .ipv4 = true };
	struct tx_packet p = { .bytes = bytes, .len = 100, .popts = TX_TXSM };

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
	uint8_t bytes[60] = { [50] = 0x12, [51] = 0x34 };
	struct tx_context ctx = { .ipcss = 14, .tucss = 34, .tucso = 50, .tcp = true, .ipv4 = true };
	struct tx_packet p = { .bytes = bytes, .len = 60, .popts = TX_TXSM };
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
		{ .tucss = 34, .tucso = 119, .tcp = true },   // half of the field
		{ .tucss = 34, .tucso = 118, .tcp = true },   // just inside
		{ .tucss = 34, .tucso = 120, .tcp = true },   { .tucss = 120, .tucso = 50, .tcp = true },
		{ .tucss = 255, .tucso = 255, .tcp = true },  { .tucss = 119, .tucso = 0, .tcp = true },
		{ .tucss = 60, .tucse = 59, .tucso = 4 },     // empty by its own numbers
		{ .tucss = 60, .tucse = 60, .tucso = 4 },     { .tucss = 60, .tucse = 5000, .tucso = 4 },
		{ .tucss = 60, .tucse = 0xffff, .tucso = 4 },
	};
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->psp = true;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tx_packet p = { .bytes = bytes, .len = 120, .popts = TX_TXSM };

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

START_TEST(ranges_begin_and_end_at_any_byte)
{
	uint8_t bytes[700];
	struct traffic t;

	traffic_start(&t, _i, 1024);
	for (unsigned i = 0; i < 300; i++) {
		uint32_t len = 300 + traffic_below(&t, 400);
		struct tx_context ctx = {
			.ipcss = (uint8_t)traffic_below(&t, 256), .ipcso = (uint8_t)traffic_below(&t, 128),
			.ipcse = (uint16_t)traffic_below(&t, 400), .tucss = (uint8_t)traffic_below(&t, 256),
			.tucso = (uint8_t)(130 + traffic_below(&t, 126)), .tucse = (uint16_t)traffic_below(&t, 800),
			.tcp = i & 1, .ipv4 = i & 2,
		};
		struct tx_packet p = { .bytes = bytes, .len = len, .popts = i % 4 };

		traffic_random(&t, bytes, len);
		traffic_context(&t, &ctx);
		traffic_send(&t, &p, NULL);
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
		struct tx_context ctx = { .ipcss = 14, .ipcso = 24, .ipcse = last, .ipv4 = true };
		struct tx_packet p = { .bytes = bytes, .len = 80, .popts = TX_IXSM };

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
		struct tx_packet p = { .bytes = bytes, .len = 301, .legacy = true, .ic = true, .css = (uint8_t)(13 + i),
				       .cso = (uint8_t)(60 + 3 * i) };

		traffic_random(&t, bytes, 301);
		tx_ring_legacy(&t.ring, tx_ring_buffer(&t.ring, bytes, 100, i), 100, 0, 0, p.css);
		tx_ring_legacy(&t.ring, tx_ring_buffer(&t.ring, bytes + 100, 201, 3), 201, TX_EOP | TX_IC | TX_RS, p.cso, 99);
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
		struct tx_packet p = { .bytes = bytes, .len = 200, .popts = popts, .ctx = ctx };

		traffic_random(&t, bytes + 54, 146);
		tx_ring_data(&t.ring, tx_ring_buffer(&t.ring, bytes, 80, 0), 80, 0, popts);
		tx_ring_data(&t.ring, tx_ring_buffer(&t.ring, bytes + 80, 120, 0), 120, TX_EOP | TX_RS, 3 - popts);
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
		struct tx_packet p = { .bytes = bytes, .len = 100 + i, .popts = TX_IXSM | TX_TXSM };

		traffic_random(&t, bytes + 42, 158);
		traffic_send(&t, &p, NULL);
		traffic_plain(&t, 70, NULL);
		traffic_check(&t);
		tx_pin(t.tx)->enable = false;
		tx_cycle(t.tx, 20);
		tx_pin(t.tx)->enable = true;
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
	struct tx_packet p = { .bytes = (const uint8_t *)"some bytes that are long enough", .len = 30, .legacy = true,
			       .ic = true, .css = 1, .cso = 4 };
	traffic_send(&t, &p, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// --- TSO --------------------------------------------------------------------------------------

START_TEST(tso_cuts_the_sheets_worked_example)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_tso(&t, TCP4, 4000, 1448, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_frames(t.tx), 3);
	ck_assert_uint_eq(tx_nth_frame(t.tx, 2)->len, 1170);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_sends_every_payload_length_round_a_multiple_of_mss)
{
	struct traffic t;

	traffic_start(&t, _i, 1024);
	for (uint32_t n = 1; n < 10; n++)
		traffic_tso(&t, (enum frame_kind)(n % 4), n, 5, NULL);
	for (uint32_t n = 1990; n < 2010; n++)
		traffic_tso(&t, (enum frame_kind)(n % 4), n, 500, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_payload_of_an_exact_multiple_has_no_empty_last_segment)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_tso(&t, TCP4, 4 * 1448, 1448, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_frames(t.tx), 4);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_mss_larger_than_the_payload_gives_one_frame)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_tso(&t, TCP4, 700, 1448, NULL);
	traffic_tso(&t, TCP6, 1, 65535, NULL);
	traffic_tso(&t, TCP6, 16000, 65535, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_frames(t.tx), 3);
	traffic_stop(&t);
}
END_TEST

// Sends `payload` bytes with TCP flags `flags` and returns each frame's flags byte.
static unsigned tso_flags(int variant, uint8_t flags, uint8_t *got)
{
	uint8_t bytes[4000];
	struct tx_context ctx;
	struct traffic t;

	traffic_start(&t, variant, RING);
	traffic_header(&t, TCP4, 0, 0, bytes, &ctx);
	traffic_random(&t, bytes + 54, sizeof(bytes) - 54);
	bytes[47] = flags;
	struct tx_packet p = { .bytes = bytes, .len = 54 + 3500, .tse = true, .popts = TX_IXSM | TX_TXSM };

	ctx.mss = 1000;
	ctx.paylen = 3500;
	traffic_context(&t, &ctx);
	traffic_send(&t, &p, NULL);
	traffic_check(&t);
	unsigned n = tx_frames(t.tx);

	for (unsigned i = 0; i < n; i++)
		got[i] = tx_nth_frame(t.tx, i)->data[47];
	traffic_stop(&t);
	return n;
}

START_TEST(tso_keeps_fin_and_psh_for_the_last_and_cwr_for_the_first_segment)
{
	uint8_t got[8];

	ck_assert_uint_eq(tso_flags(_i, 0xff, got), 4);
	ck_assert_uint_eq(got[0], 0xf6);
	ck_assert_uint_eq(got[1], 0x76);
	ck_assert_uint_eq(got[2], 0x76);
	ck_assert_uint_eq(got[3], 0x7f);
	tso_flags(_i, 0x10, got);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(got[i], 0x10);
}
END_TEST

START_TEST(tso_counts_id_and_sequence_through_their_wrap)
{
	uint8_t bytes[54 + 5000];
	struct tx_context ctx;
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_header(&t, TCP4, 0, 0, bytes, &ctx);
	traffic_random(&t, bytes + 54, 5000);
	memcpy(bytes + 18, "\xff\xfe", 2);
	memcpy(bytes + 38, "\xff\xff\xfc\x00", 4);
	struct tx_packet p = { .bytes = bytes, .len = sizeof(bytes), .tse = true, .popts = TX_IXSM | TX_TXSM };

	ctx.mss = 1024;
	ctx.paylen = 5000;
	traffic_context(&t, &ctx);
	traffic_send(&t, &p, NULL);
	traffic_check(&t);
	ck_assert_int_eq(memcmp(tx_nth_frame(t.tx, 2)->data + 18, "\x00\x00", 2), 0);
	ck_assert_int_eq(memcmp(tx_nth_frame(t.tx, 1)->data + 38, "\x00\x00\x00\x00", 4), 0);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_header_may_be_split_over_descriptors)
{
	static const uint32_t splits[][8] = {
		{ 1, 1, 12, 20, 33 }, { 65, 1, 2, 3 }, { 66, 1448 }, { 14, 20, 32, 100 }, { 0, 66, 0, 1, 0, 1447 }, { 60, 6, 64, 64 },
	};
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 6; i++)
		traffic_tso(&t, TCP4, 3000, 1448, &(struct shape){ .parts = splits[i], .count = 8, .skew = i });
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_headers_of_every_length_are_edited_in_place)
{
	uint8_t bytes[255 + 600];
	struct traffic t;

	traffic_start(&t, _i, 1024);
	for (unsigned vlan = 0; vlan <= 130; vlan++) {
		enum frame_kind kind = (enum frame_kind)(vlan % 4);
		struct tx_context ctx;
		uint32_t header = traffic_header(&t, kind, vlan, vlan % 11, bytes, &ctx);
		struct tx_packet p = { .bytes = bytes, .len = header + 600, .tse = true, .popts = TX_TXSM | TX_IXSM };

		traffic_random(&t, bytes + header, 600);
		ctx.mss = 256;
		ctx.paylen = 600;
		traffic_context(&t, &ctx);
		traffic_send(&t, &p, NULL);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_over_ipv6_sets_the_payload_length)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_tso(&t, TCP6, 3000, 1428, NULL);
	traffic_check(&t);
	ck_assert_int_eq(memcmp(tx_nth_frame(t.tx, 0)->data + 18, "\x05\xa8", 2), 0); // 20 + 1428
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_over_udp_sets_the_udp_length)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_tso(&t, UDP4, 3000, 1472, NULL);
	traffic_tso(&t, UDP6, 3000, 1452, NULL);
	traffic_check(&t);
	ck_assert_int_eq(memcmp(tx_nth_frame(t.tx, 0)->data + 38, "\x05\xc8", 2), 0); // 8 + 1472
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_beside_plain_and_checksummed_frames_keeps_their_order)
{
	struct traffic t;

	traffic_start(&t, _i, 512);
	for (unsigned i = 0; i < 20; i++) {
		traffic_tso(&t, i % 2 ? TCP6 : TCP4, 100 + 700 * i, 1400, NULL);
		traffic_plain(&t, 60 + i, NULL);
		traffic_checksum(&t, UDP4, 33 * i, NULL);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_of_64_kib_in_pages_in_16_kib_and_in_one_buffer)
{
	static const uint32_t pages[] = { 66, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096,
					  4096, 4096 };
	static const uint32_t big[] = { 66, 16384, 16384, 16384 };
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_tso(&t, TCP4, 65536, 1448, &(struct shape){ .parts = pages, .count = 16, .skew = 13 });
	traffic_tso(&t, TCP4, 65536, 1448, &(struct shape){ .parts = big, .count = 4, .skew = 63 });
	traffic_tso(&t, TCP4, 65536, 1448, &(struct shape){ .skew = 1 });
	traffic_tso(&t, TCP6, 200000, 9000, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

static void send_tso_with_paylen(struct traffic *t, uint32_t payload, uint32_t paylen, const struct shape *shape)
{
	static uint8_t bytes[70000];
	struct tx_context ctx;
	uint32_t header = traffic_header(t, TCP4, 0, 0, bytes, &ctx);
	struct tx_packet p = { .bytes = bytes, .len = header + payload, .tse = true, .popts = TX_IXSM | TX_TXSM };

	traffic_random(t, bytes + header, payload);
	ctx.mss = 1000;
	ctx.paylen = paylen;
	traffic_context(t, &ctx);
	traffic_send(t, &p, shape);
}

START_TEST(tso_payload_shorter_than_paylen_ends_with_the_packet)
{
	static const uint32_t parts[] = { 54, 700, 300, 1000, 1 };
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t n = 1999; n <= 2002; n++) {
		send_tso_with_paylen(&t, n, 0xfffff, NULL);
		send_tso_with_paylen(&t, n, 5000, &(struct shape){ .parts = parts, .count = 5 });
		send_tso_with_paylen(&t, n, n + 1, NULL);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_payload_longer_than_paylen_is_cut)
{
	static const uint32_t parts[] = { 54, 700, 300, 1000, 1, 4000 };
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t n = 1999; n <= 2002; n++) {
		send_tso_with_paylen(&t, 30000, n, NULL);
		send_tso_with_paylen(&t, 8000, n, &(struct shape){ .parts = parts, .count = 6 });
		send_tso_with_paylen(&t, n + 1, n, NULL);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_segments_of_more_fragments_than_the_queues_hold_are_sent)
{
	uint32_t parts[2000];
	struct traffic t;

	traffic_start(&t, _i, 4096);
	for (unsigned i = 0; i < 2000; i++)
		parts[i] = 1 + i % 3;
	traffic_tso(&t, TCP4, 3900, 1448, &(struct shape){ .parts = parts, .count = 2000 });
	traffic_tso(&t, TCP4, 1000, 100, &(struct shape){ .parts = parts, .count = 2000 });
	traffic_plain(&t, 64, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_with_a_bad_context_is_dropped_with_dd_and_counted)
{
	static const struct tx_context good = { .ipcss = 14, .ipcso = 24, .ipcse = 33, .tucss = 34, .tucso = 50, .hdrlen = 54,
						.mss = 1000, .paylen = 2000, .tcp = true, .ipv4 = true };
	struct tx_context bad[12];
	uint8_t bytes[2054];
	struct traffic t;

	for (unsigned i = 0; i < 12; i++)
		bad[i] = good;
	bad[0].mss = 0;
	bad[1].hdrlen = 0;
	bad[2].paylen = 0;
	bad[3].tucss = 54;
	bad[4].ipcss = 34;
	bad[5].hdrlen = 53;
	bad[6].tucso = 53;
	bad[7].ipcso = 53;
	bad[8].tucss = 200;
	bad[9].mss = CAP, bad[9].paylen = CAP;
	bad[10].tcp = false, bad[10].hdrlen = 41;
	bad[11].hdrlen = 255, bad[11].tucso = 254;
	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 12; i++) {
		struct tx_packet p = { .bytes = bytes, .len = sizeof(bytes), .tse = true, .popts = TX_IXSM | TX_TXSM };
		static const uint32_t parts[] = { 54, 1000 };

		traffic_random(&t, bytes, sizeof(bytes));
		traffic_context(&t, &bad[i]);
		traffic_send(&t, &p, &(struct shape){ .parts = parts, .count = 2 });
		traffic_plain(&t, 64, NULL);
	}
	traffic_context(&t, &good);
	struct tx_packet p = { .bytes = bytes, .len = sizeof(bytes), .tse = true, .popts = TX_IXSM | TX_TXSM };

	traffic_send(&t, &p, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->stat_tso_fail, 12);
	ck_assert_uint_eq(tx_frames(t.tx), 14);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_with_a_header_longer_than_the_packet_is_dropped)
{
	static const uint32_t parts[] = { 10, 0, 20 };
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t len = 0; len <= 255; len += 17) {
		uint8_t bytes[255] = { 0 };
		struct tx_context ctx = { .ipcss = 14, .ipcso = 24, .ipcse = 33, .tucss = 34, .tucso = 50, .hdrlen = 255,
					  .mss = 100, .paylen = 1000, .tcp = true, .ipv4 = true };
		struct tx_packet p = { .bytes = bytes, .len = len, .tse = true, .popts = TX_TXSM };

		traffic_context(&t, &ctx);
		traffic_send(&t, &p, len % 2 ? &(struct shape){ .parts = parts, .count = 3 } : NULL);
		traffic_tso(&t, TCP6, 500, 200, NULL);
	}
	// The header is complete, but nothing follows: in the same descriptor, and in an empty one.
	uint8_t bytes[54] = { 0 };
	struct tx_context ctx = { .ipcss = 14, .ipcso = 24, .ipcse = 33, .tucss = 34, .tucso = 50, .hdrlen = 54, .mss = 100,
				  .paylen = 1000, .tcp = true, .ipv4 = true };
	struct tx_packet p = { .bytes = bytes, .len = 54, .tse = true, .popts = TX_TXSM };

	traffic_context(&t, &ctx);
	traffic_send(&t, &p, NULL);
	tx_ring_data(&t.ring, tx_ring_buffer(&t.ring, bytes, 54, 0), 54, TX_TSE, p.popts);
	tx_ring_data(&t.ring, 0, 0, TX_TSE | TX_EOP | TX_RS, p.popts);
	tx_expect(&t.wire, &p, tx_pin(t.tx));
	traffic_tso(&t, TCP4, 500, 200, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_strap_off_drops_and_counts_while_other_frames_go_on)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 6; i++) {
		tx_pin(t.tx)->tso_en = i % 2;
		traffic_tso(&t, TCP4, 5000, 1000, NULL);
		traffic_checksum(&t, TCP4, 500, NULL);
		traffic_check(&t);
	}
	ck_assert_uint_eq(tx_count(t.tx)->stat_tso_fail, 3);
	traffic_stop(&t);
}
END_TEST

// --- Trouble ----------------------------------------------------------------------------------

START_TEST(unreadable_buffers_bring_ones_and_do_not_stall)
{
	struct traffic t;
	uint8_t ones[100];

	memset(ones, 0xff, sizeof(ones));
	traffic_start(&t, _i, RING);
	struct tx_packet p = { .bytes = ones, .len = 100, .legacy = true };

	tx_ring_legacy(&t.ring, 0, 100, TX_EOP | TX_RS, 0, 0);
	tx_expect(&t.wire, &p, tx_pin(t.tx));
	tx_ring_legacy(&t.ring, ~0ull - 10, 100, TX_EOP | TX_RS, 0, 0);
	tx_expect(&t.wire, &p, tx_pin(t.tx));
	traffic_plain(&t, 100, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(an_unreadable_ring_is_gone_through_without_a_frame)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->ring_base = 0x1000;
	tx_pin(t.tx)->tail = 200;
	ck_assert(tx_settle(t.tx, 100000));
	ck_assert_uint_eq(tx_head(t.tx), 200);
	ck_assert_uint_eq(tx_frames(t.tx), 0);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_reset_ends_the_frame_on_the_wire_with_the_error_bit)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned after = 1; after < 40; after++) {
		traffic_plain(&t, 9000, NULL);
		traffic_tso(&t, TCP4, 40000, 1448, NULL);
		tx_ring_kick(&t.ring);
		unsigned frames = tx_frames(t.tx);
		uint64_t bytes = tx_count(t.tx)->wire_bytes;

		for (unsigned i = 0; i < 5000 && tx_count(t.tx)->wire_bytes < bytes + 64 * after; i++)
			tx_cycle(t.tx, 1);
		tx_soft_reset(t.tx);
		tx_pin(t.tx)->tail = 0;
		t.ring.tail = 0;
		ck_assert(tx_settle(t.tx, 10000));
		ck_assert_msg(!tx_error(t.tx), "%s", tx_error(t.tx));
		ck_assert_uint_eq(tx_frames(t.tx), frames + 1);
		ck_assert(tx_nth_frame(t.tx, frames)->bad);
		ck_assert_uint_eq(tx_head(t.tx), 0);

		// Then it works as from new.
		tx_ring_init(&t.ring, t.tx, RING);
		tx_wire_free(&t.wire);
		frames = tx_frames(t.tx);
		traffic_tso(&t, TCP4, 5000, 1448, NULL);
		tx_ring_kick(&t.ring);
		ck_assert(tx_settle(t.tx, 10000));
		ck_assert_uint_eq(tx_frames(t.tx), frames + t.wire.count);
		for (unsigned i = 0; i < t.wire.count; i++)
			ck_assert_int_eq(memcmp(tx_nth_frame(t.tx, frames + i)->data, t.wire.frames[i].data,
						t.wire.frames[i].len), 0);
		tx_soft_reset(t.tx);
		tx_ring_init(&t.ring, t.tx, RING);
	}
	traffic_stop(&t);
}
END_TEST

START_TEST(switched_off_it_asks_for_nothing_and_goes_on_later)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->enable = false;
	for (unsigned i = 0; i < 10; i++)
		traffic_plain(&t, 500, NULL);
	tx_ring_kick(&t.ring);
	ck_assert(tx_settle(t.tx, 1000));
	ck_assert_uint_eq(tx_count(t.tx)->desc_requests, 0);
	tx_pin(t.tx)->enable = true;
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// Frames leave once and in order, whenever transmission is switched off and on again.
START_TEST(switching_off_under_way_loses_and_repeats_no_frame)
{
	struct traffic t;

	traffic_start(&t, _i, 1024);
	for (unsigned i = 0; i < 120; i++)
		traffic_plain(&t, 60 + traffic_below(&t, 1400), NULL);
	for (unsigned i = 0; i < 60; i++)
		traffic_checksum(&t, TCP4, 60 + traffic_below(&t, 1400), NULL);
	tx_ring_kick(&t.ring);
	for (unsigned i = 0; i < 60; i++) {
		tx_pin(t.tx)->enable = true;
		tx_cycle(t.tx, 1 + traffic_below(&t, 150));
		tx_pin(t.tx)->enable = false;
		ck_assert(tx_settle(t.tx, 10000));
		ck_assert(tx_drained(t.tx));
		uint64_t writes = tx_count(t.tx)->writes;

		tx_cycle(t.tx, 200);
		ck_assert_uint_eq(tx_count(t.tx)->writes, writes);
	}
	tx_pin(t.tx)->enable = true;
	ck_assert(tx_settle(t.tx, 100000));
	ck_assert_uint_eq(tx_head(t.tx), t.ring.tail);
	ck_assert_msg(!tx_error(t.tx), "%s", tx_error(t.tx));
	ck_assert_uint_eq(tx_frames(t.tx), t.wire.count);
	for (unsigned i = 0; i < t.wire.count; i++) {
		ck_assert_uint_eq(tx_nth_frame(t.tx, i)->len, t.wire.frames[i].len);
		ck_assert_int_eq(memcmp(tx_nth_frame(t.tx, i)->data, t.wire.frames[i].data, t.wire.frames[i].len), 0);
	}
	traffic_stop(&t);
}
END_TEST

START_TEST(switched_off_amid_a_packet_the_head_returns_to_its_start)
{
	uint8_t bytes[100] = { 0 };
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_plain(&t, 64, NULL);
	for (unsigned i = 0; i < 5; i++)
		tx_ring_legacy(&t.ring, tx_ring_buffer(&t.ring, bytes, 100, 0), 100, 0, 0, 0);
	tx_ring_kick(&t.ring);
	ck_assert(tx_settle(t.tx, 10000));
	ck_assert_uint_eq(tx_head(t.tx), 6);
	tx_pin(t.tx)->enable = false;
	ck_assert(tx_settle(t.tx, 10000));
	ck_assert_uint_eq(tx_head(t.tx), 1);
	t.ring.tail = 1;
	traffic_plain(&t, 70, NULL);
	tx_ring_kick(&t.ring);
	tx_pin(t.tx)->enable = true;
	ck_assert(tx_settle(t.tx, 10000));
	ck_assert_uint_eq(tx_frames(t.tx), 2);
	ck_assert_uint_eq(tx_nth_frame(t.tx, 1)->len, 70);
	traffic_stop(&t);
}
END_TEST

START_TEST(waiting_for_memory_or_the_wire_is_idle)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_hold_reads(t.tx, true);
	traffic_tso(&t, TCP4, 60000, 1448, NULL);
	tx_ring_kick(&t.ring);
	tx_cycle(t.tx, 100);
	uint64_t idle = tx_count(t.tx)->idle_cycles;

	tx_cycle(t.tx, 50);
	if (_i != 4) // with requests stalled at random it may not have come to rest
		ck_assert_uint_eq(tx_count(t.tx)->idle_cycles, idle + 50);
	tx_hold_reads(t.tx, false);
	tx_hold_wire(t.tx, true);
	ck_assert(tx_settle(t.tx, 100000));
	idle = tx_count(t.tx)->idle_cycles;
	tx_cycle(t.tx, 50);
	ck_assert_uint_eq(tx_count(t.tx)->idle_cycles, idle + 50);
	tx_hold_wire(t.tx, false);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// --- Anything ---------------------------------------------------------------------------------

static void send_anything(struct traffic *t)
{
	static uint8_t bytes[70000];
	uint32_t parts[40], header;
	struct tx_context ctx;
	struct shape s = { .parts = parts, .count = traffic_below(t, 40), .skew = traffic_below(t, 64),
			   .no_report = traffic_below(t, 3) == 0, .cmd = traffic_below(t, 2) ? TX_IDE : 0 };
	unsigned scale = 1 + traffic_below(t, 3000);

	for (unsigned i = 0; i < s.count; i++)
		parts[i] = traffic_below(t, 9) ? traffic_below(t, scale) : 64 * traffic_below(t, 4);
	header = traffic_header(t, (enum frame_kind)traffic_below(t, 4), traffic_below(t, 20), traffic_below(t, 11), bytes,
				&ctx);
	struct tx_packet p = { .bytes = bytes, .popts = traffic_below(t, 4) };
	uint32_t payload = 1 + traffic_below(t, traffic_below(t, 2) ? 200 : 20000);

	p.tse = traffic_below(t, 2);
	p.len = header + (p.tse ? payload : payload % 3000);
	ctx.mss = (uint16_t)(1 + traffic_below(t, 2000));
	ctx.paylen = traffic_below(t, 8) ? payload : traffic_below(t, 20000);
	traffic_random(t, bytes + header, p.len - header);
	if (traffic_below(t, 3) == 0) {
		p.tse = false;
		p.legacy = true;
		p.ic = traffic_below(t, 2);
		p.css = (uint8_t)traffic_below(t, 100);
		p.cso = (uint8_t)traffic_below(t, 120);
	} else {
		traffic_context(t, &ctx);
	}
	traffic_send(t, &p, &s);
}

START_TEST(random_packets_in_random_shapes_match_the_expectation)
{
	struct traffic t;

	for (unsigned seed = 1; seed <= 40; seed++) {
		traffic_start(&t, _i, 4096);
		t.seed = seed * 1000003;
		tx_pin(t.tx)->psp = seed & 1;
		tx_pin(t.tx)->wb_all = seed & 2;
		for (unsigned i = 0; i < 40; i++) {
			send_anything(&t);
			if (traffic_below(&t, 4) == 0)
				tx_ring_kick(&t.ring);
			tx_cycle(t.tx, traffic_below(&t, 100));
		}
		traffic_check(&t);
		traffic_stop(&t);
	}
}
END_TEST

static void add_cases(Suite *suite, const char *name, const TTest *const *tests)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 60);
	for (; *tests; tests++)
		tcase_add_loop_test(tc, *tests, 0, TRAFFIC_VARIANTS);
	suite_add_tcase(suite, tc);
}

static Suite *tx_suite(void)
{
	const TTest *const frames[] = {
		frames_of_every_length_leave_as_they_are,
		psp_pads_short_frames_with_zeros_to_60_bytes,
		fragments_of_any_size_and_alignment_join_without_a_gap,
		a_frame_of_more_than_64_fragments_is_sent,
		empty_fragments_count_as_no_bytes,
		an_empty_eop_descriptor_ends_the_frame,
		a_packet_without_bytes_completes_and_sends_nothing,
		the_largest_frame_passes_and_a_larger_one_is_dropped_with_dd,
		descriptors_that_never_end_a_packet_are_consumed,
		reserved_descriptor_types_carry_nothing_and_complete,
		a_context_between_data_descriptors_is_ignored,
		NULL,
	};
	const TTest *const ring[] = {
		the_ring_wraps_many_times_with_batches_of_any_size,
		a_tail_outside_the_ring_means_empty,
		a_ring_of_no_length_is_off,
		a_head_outside_the_ring_means_empty_until_software_mends_it,
		work_starts_where_the_head_was_written,
		dd_is_written_with_rs_only_and_for_all_with_ivar_31,
		write_backs_share_events_and_every_report_gets_one,
		an_event_is_delayed_only_if_every_report_in_it_asks,
		an_event_comes_only_after_dd_is_in_memory,
		NULL,
	};
	const TTest *const checksums[] = {
		checksums_are_inserted_for_every_payload_length,
		an_odd_payload_counts_as_if_a_zero_followed,
		a_udp_checksum_of_zero_is_sent_as_ffff,
		the_seed_in_the_field_is_part_of_the_sum,
		offsets_beyond_the_frame_insert_nothing,
		ranges_begin_and_end_at_any_byte,
		an_ip_range_one_byte_too_long_is_cut_to_even,
		legacy_ic_takes_css_from_the_first_and_cso_from_the_eop_descriptor,
		popts_count_in_the_first_descriptor_only,
		a_context_persists_over_packets_and_over_switching_off,
		with_the_checksum_strap_off_frames_leave_untouched,
		NULL,
	};
	const TTest *const tso[] = {
		tso_cuts_the_sheets_worked_example,
		tso_sends_every_payload_length_round_a_multiple_of_mss,
		tso_payload_of_an_exact_multiple_has_no_empty_last_segment,
		tso_mss_larger_than_the_payload_gives_one_frame,
		tso_keeps_fin_and_psh_for_the_last_and_cwr_for_the_first_segment,
		tso_counts_id_and_sequence_through_their_wrap,
		tso_header_may_be_split_over_descriptors,
		tso_headers_of_every_length_are_edited_in_place,
		tso_over_ipv6_sets_the_payload_length,
		tso_over_udp_sets_the_udp_length,
		tso_beside_plain_and_checksummed_frames_keeps_their_order,
		tso_of_64_kib_in_pages_in_16_kib_and_in_one_buffer,
		tso_payload_shorter_than_paylen_ends_with_the_packet,
		tso_payload_longer_than_paylen_is_cut,
		tso_segments_of_more_fragments_than_the_queues_hold_are_sent,
		tso_with_a_bad_context_is_dropped_with_dd_and_counted,
		tso_with_a_header_longer_than_the_packet_is_dropped,
		tso_strap_off_drops_and_counts_while_other_frames_go_on,
		NULL,
	};
	const TTest *const trouble[] = {
		unreadable_buffers_bring_ones_and_do_not_stall,
		an_unreadable_ring_is_gone_through_without_a_frame,
		a_reset_ends_the_frame_on_the_wire_with_the_error_bit,
		switched_off_it_asks_for_nothing_and_goes_on_later,
		switching_off_under_way_loses_and_repeats_no_frame,
		switched_off_amid_a_packet_the_head_returns_to_its_start,
		waiting_for_memory_or_the_wire_is_idle,
		NULL,
	};
	const TTest *const anything[] = {
		random_packets_in_random_shapes_match_the_expectation,
		NULL,
	};
	Suite *suite = suite_create(TEST_NAME);

	add_cases(suite, "frames", frames);
	add_cases(suite, "ring", ring);
	add_cases(suite, "checksums", checksums);
	add_cases(suite, "tso", tso);
	add_cases(suite, "trouble", trouble);
	add_cases(suite, "anything", anything);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(tx_suite());

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
