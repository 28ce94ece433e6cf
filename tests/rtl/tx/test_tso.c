// SPDX-License-Identifier: MIT
// Segmentation (82574 fact sheet 4.8).

#include "suite.h"

#include <string.h>

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
	struct tx_packet p = {
		.bytes = bytes, .len = 54 + 3500, .tse = true, .popts = TX_IXSM | TX_TXSM};

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
	struct tx_packet p = {
		.bytes = bytes, .len = sizeof(bytes), .tse = true, .popts = TX_IXSM | TX_TXSM};

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
		{1, 1, 12, 20, 33}, {65, 1, 2, 3},	    {66, 1448},
		{14, 20, 32, 100},  {0, 66, 0, 1, 0, 1447}, {60, 6, 64, 64},
	};
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 6; i++)
		traffic_tso(&t, TCP4, 3000, 1448,
			    &(struct shape){.parts = splits[i], .count = 8, .skew = i});
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
		struct tx_packet p = {.bytes = bytes,
				      .len = header + 600,
				      .tse = true,
				      .popts = TX_TXSM | TX_IXSM};

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
	static const uint32_t pages[] = {66,   4096, 4096, 4096, 4096, 4096, 4096, 4096,
					 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096};
	static const uint32_t big[] = {66, 16384, 16384, 16384};
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_tso(&t, TCP4, 65536, 1448,
		    &(struct shape){.parts = pages, .count = 16, .skew = 13});
	traffic_tso(&t, TCP4, 65536, 1448, &(struct shape){.parts = big, .count = 4, .skew = 63});
	traffic_tso(&t, TCP4, 65536, 1448, &(struct shape){.skew = 1});
	traffic_tso(&t, TCP6, 200000, 9000, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

static void send_tso_with_paylen(struct traffic *t, uint32_t payload, uint32_t paylen,
				 const struct shape *shape)
{
	static uint8_t bytes[70000];
	struct tx_context ctx;
	uint32_t header = traffic_header(t, TCP4, 0, 0, bytes, &ctx);
	struct tx_packet p = {
		.bytes = bytes, .len = header + payload, .tse = true, .popts = TX_IXSM | TX_TXSM};

	traffic_random(t, bytes + header, payload);
	ctx.mss = 1000;
	ctx.paylen = paylen;
	traffic_context(t, &ctx);
	traffic_send(t, &p, shape);
}

START_TEST(tso_payload_shorter_than_paylen_ends_with_the_packet)
{
	static const uint32_t parts[] = {54, 700, 300, 1000, 1};
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t n = 1999; n <= 2002; n++) {
		send_tso_with_paylen(&t, n, 0xfffff, NULL);
		send_tso_with_paylen(&t, n, 5000, &(struct shape){.parts = parts, .count = 5});
		send_tso_with_paylen(&t, n, n + 1, NULL);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_payload_longer_than_paylen_is_cut)
{
	static const uint32_t parts[] = {54, 700, 300, 1000, 1, 4000};
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t n = 1999; n <= 2002; n++) {
		send_tso_with_paylen(&t, 30000, n, NULL);
		send_tso_with_paylen(&t, 8000, n, &(struct shape){.parts = parts, .count = 6});
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
	traffic_tso(&t, TCP4, 3900, 1448, &(struct shape){.parts = parts, .count = 2000});
	traffic_tso(&t, TCP4, 1000, 100, &(struct shape){.parts = parts, .count = 2000});
	traffic_plain(&t, 64, NULL);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_with_a_bad_context_is_dropped_with_dd_and_counted)
{
	static const struct tx_context good = {.ipcss = 14,
					       .ipcso = 24,
					       .ipcse = 33,
					       .tucss = 34,
					       .tucso = 50,
					       .hdrlen = 54,
					       .mss = 1000,
					       .paylen = 2000,
					       .tcp = true,
					       .ipv4 = true};
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
		struct tx_packet p = {.bytes = bytes,
				      .len = sizeof(bytes),
				      .tse = true,
				      .popts = TX_IXSM | TX_TXSM};
		static const uint32_t parts[] = {54, 1000};

		traffic_random(&t, bytes, sizeof(bytes));
		traffic_context(&t, &bad[i]);
		traffic_send(&t, &p, &(struct shape){.parts = parts, .count = 2});
		traffic_plain(&t, 64, NULL);
	}
	traffic_context(&t, &good);
	struct tx_packet p = {
		.bytes = bytes, .len = sizeof(bytes), .tse = true, .popts = TX_IXSM | TX_TXSM};

	traffic_send(&t, &p, NULL);
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->stat_tso_fail, 12);
	ck_assert_uint_eq(tx_frames(t.tx), 14);
	traffic_stop(&t);
}
END_TEST

START_TEST(tso_with_a_header_longer_than_the_packet_is_dropped)
{
	static const uint32_t parts[] = {10, 0, 20};
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (uint32_t len = 0; len <= 255; len += 17) {
		uint8_t bytes[255] = {0};
		struct tx_context ctx = {.ipcss = 14,
					 .ipcso = 24,
					 .ipcse = 33,
					 .tucss = 34,
					 .tucso = 50,
					 .hdrlen = 255,
					 .mss = 100,
					 .paylen = 1000,
					 .tcp = true,
					 .ipv4 = true};
		struct tx_packet p = {.bytes = bytes, .len = len, .tse = true, .popts = TX_TXSM};

		traffic_context(&t, &ctx);
		traffic_send(&t, &p, len % 2 ? &(struct shape){.parts = parts, .count = 3} : NULL);
		traffic_tso(&t, TCP6, 500, 200, NULL);
	}
	// The header is complete, but nothing follows: in the same descriptor, and in an empty one.
	uint8_t bytes[54] = {0};
	struct tx_context ctx = {.ipcss = 14,
				 .ipcso = 24,
				 .ipcse = 33,
				 .tucss = 34,
				 .tucso = 50,
				 .hdrlen = 54,
				 .mss = 100,
				 .paylen = 1000,
				 .tcp = true,
				 .ipv4 = true};
	struct tx_packet p = {.bytes = bytes, .len = 54, .tse = true, .popts = TX_TXSM};

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

static const TTest *const *const tests[] = {
	&tso_cuts_the_sheets_worked_example,
	&tso_sends_every_payload_length_round_a_multiple_of_mss,
	&tso_payload_of_an_exact_multiple_has_no_empty_last_segment,
	&tso_mss_larger_than_the_payload_gives_one_frame,
	&tso_keeps_fin_and_psh_for_the_last_and_cwr_for_the_first_segment,
	&tso_counts_id_and_sequence_through_their_wrap,
	&tso_header_may_be_split_over_descriptors,
	&tso_headers_of_every_length_are_edited_in_place,
	&tso_over_ipv6_sets_the_payload_length,
	&tso_over_udp_sets_the_udp_length,
	&tso_beside_plain_and_checksummed_frames_keeps_their_order,
	&tso_of_64_kib_in_pages_in_16_kib_and_in_one_buffer,
	&tso_payload_shorter_than_paylen_ends_with_the_packet,
	&tso_payload_longer_than_paylen_is_cut,
	&tso_segments_of_more_fragments_than_the_queues_hold_are_sent,
	&tso_with_a_bad_context_is_dropped_with_dd_and_counted,
	&tso_with_a_header_longer_than_the_packet_is_dropped,
	&tso_strap_off_drops_and_counts_while_other_frames_go_on,
	NULL,
};

const struct tx_topic topic_tso = {"tso", tests};
