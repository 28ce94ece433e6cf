// SPDX-License-Identifier: MIT
/* TCP and UDP segmentation (section 4.8); expected frames come from packets.c. */
#include "suite.h"

#include "harness/offload.h"

#include <string.h>

static struct packet packet, other, seeded;

static struct bench *ring_up(struct tx_ring *r)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(r, b, 256);
	return b;
}

static void check_tso(const struct packet_options *o, unsigned int mss, size_t fragment)
{
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	packet_build(&packet, o);
	tx_tso_send(&r, &packet, mss, fragment);
	check_segments(b, 0, &packet, mss);
}

/* Flags that must appear on the first or last frame only. */
#define ALL_FLAGS (TCP_ACK | TCP_PSH | TCP_FIN | TCP_CWR)

START_TEST(ipv4_send_of_64_kib)
{
	const struct packet_options o = {
		.payload = 65160, .tcp_options = 12, .seed = 1, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 1448, 4096);
}
END_TEST

START_TEST(ipv6_send_of_64_kib)
{
	const struct packet_options o = {.ipv6 = true,
					 .payload = 65160,
					 .tcp_options = 12,
					 .seed = 2,
					 .tcp_flags = ALL_FLAGS};

	check_tso(&o, 1428, 4096);
}
END_TEST

START_TEST(one_descriptor_holds_the_whole_send)
{
	const struct packet_options o = {.payload = 30001, .seed = 3, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 1460, 65536);
}
END_TEST

/* The worked example of the fact sheet: 1448, 1448, 1104. */
START_TEST(worked_example)
{
	const struct packet_options o = {
		.payload = 4000, .tcp_options = 12, .seed = 4, .tcp_flags = ALL_FLAGS};
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	packet_build(&packet, &o);
	tx_tso_send(&r, &packet, 1448, 2048);
	ck_assert_uint_eq(b->host.num_frames, 3);
	ck_assert_uint_eq(b->host.frames[0].len, 1514);
	ck_assert_uint_eq(b->host.frames[1].len, 1514);
	ck_assert_uint_eq(b->host.frames[2].len, 1170);
	check_segments(b, 0, &packet, 1448);
}
END_TEST

START_TEST(payload_is_a_multiple_of_mss)
{
	const struct packet_options o = {.payload = 4 * 1000, .seed = 5, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 1000, 999);
}
END_TEST

START_TEST(payload_is_exactly_one_mss)
{
	const struct packet_options o = {.payload = 1460, .seed = 6, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 1460, 512);
}
END_TEST

START_TEST(mss_is_larger_than_the_payload)
{
	const struct packet_options o = {.payload = 700, .seed = 7, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 1460, 4096);
}
END_TEST

START_TEST(last_segment_of_one_byte)
{
	const struct packet_options o = {
		.payload = 2 * 1460 + 1, .seed = 8, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 1460, 4096);
}
END_TEST

START_TEST(odd_mss_and_odd_fragments)
{
	const struct packet_options o = {
		.payload = 20011, .tcp_options = 12, .seed = 9, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 1447, 1013);
}
END_TEST

START_TEST(small_mss)
{
	const struct packet_options o = {.payload = 5000, .seed = 10, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 48, 4096);
}
END_TEST

START_TEST(jumbo_mss)
{
	const struct packet_options o = {.payload = 60000, .seed = 11, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 8948, 4096);
}
END_TEST

START_TEST(header_is_split_over_descriptors)
{
	const struct packet_options o = {
		.payload = 600, .tcp_options = 20, .seed = 12, .tcp_flags = ALL_FLAGS};

	check_tso(&o, 100, 7);
}
END_TEST

START_TEST(header_has_a_buffer_of_its_own)
{
	const struct packet_options o = {.payload = 5000, .seed = 13, .tcp_flags = ALL_FLAGS};
	struct tx_context c;
	struct tx_ring r;
	struct bench *b = ring_up(&r);
	uint32_t popts;

	packet_build(&packet, &o);
	seeded = packet;
	packet_seed_tso(&seeded);
	c = tso_context(&packet, 1460);
	popts = offload_popts(&packet);
	tx_set_context(&r, &c);
	tx_data(&r, put_bytes(b, seeded.bytes, seeded.payload), seeded.payload, TXD_IFCS | TXD_TSE,
		popts);
	tx_data(&r, put_bytes(b, seeded.bytes + seeded.payload, o.payload), o.payload,
		TXD_IFCS | TXD_TSE | TXD_EOP | TXD_RS, popts);
	tx_doorbell(&r);
	run_ns(b, US(100));
	check_segments(b, 0, &packet, 1460);
}
END_TEST

START_TEST(longest_headers)
{
	const struct packet_options v4 = {.payload = 3000,
					  .ip_options = 40,
					  .tcp_options = 40,
					  .seed = 14,
					  .tcp_flags = ALL_FLAGS};
	const struct packet_options v6 = {.ipv6 = true,
					  .payload = 3000,
					  .tcp_options = 40,
					  .seed = 15,
					  .tcp_flags = ALL_FLAGS};

	check_tso(&v4, 1380, 4096);
	check_tso(&v6, 1380, 4096);
}
END_TEST

START_TEST(ip_id_and_sequence_number_wrap)
{
	const struct packet_options o = {.payload = 10000, .seed = 16, .tcp_flags = ALL_FLAGS};
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	packet_build(&packet, &o);
	memset(packet.bytes + packet.l3 + 4, 0xff, 2);
	memset(packet.bytes + packet.l4 + 4, 0xff, 3);
	packet_finish(&packet);
	tx_tso_send(&r, &packet, 1000, 4096);
	check_segments(b, 0, &packet, 1000);
}
END_TEST

START_TEST(udp_segments_have_lengths_of_their_own)
{
	const struct packet_options v4 = {.udp = true, .payload = 5000, .seed = 17};
	const struct packet_options v6 = {.ipv6 = true, .udp = true, .payload = 5000, .seed = 18};

	check_tso(&v4, 1472, 4096);
	check_tso(&v6, 1452, 4096);
}
END_TEST

START_TEST(every_payload_size_about_two_segments)
{
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	for (uint32_t payload = 120; payload <= 260; payload++) {
		const struct packet_options o = {.ipv6 = payload & 1,
						 .payload = payload,
						 .seed = payload,
						 .tcp_flags = ALL_FLAGS};

		host_forget(&b->host);
		packet_build(&packet, &o);
		tx_tso_send(&r, &packet, 128, 64 + payload % 64);
		check_segments(b, 0, &packet, 128);
	}
}
END_TEST

START_TEST(segmented_and_ordinary_packets_in_one_ring)
{
	struct tx_ring r;
	struct bench *b = ring_up(&r);
	struct tx_context c;
	size_t first = 0;

	for (uint32_t i = 0; i < 12; i++) {
		const struct packet_options big = {
			.ipv6 = i & 1, .payload = 4000 + i, .seed = i, .tcp_flags = ALL_FLAGS};
		const struct packet_options small = {
			.udp = i & 2, .payload = 100 + i, .seed = 100 + i};

		packet_build(&packet, &big);
		packet_build(&other, &small);
		c = tso_context(&packet, 1000);
		seeded = packet;
		packet_seed_tso(&seeded);
		tx_set_context(&r, &c);
		tx_packet(&r, &seeded, 1500, TXD_TSE);
		c = checksum_context(&other);
		seeded = other;
		packet_seed(&seeded);
		tx_set_context(&r, &c);
		tx_packet(&r, &seeded, 70, 0);
		tx_legacy(&r, put_bytes(b, other.bytes, other.len), other.len,
			  TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
		tx_doorbell(&r);
		run_ns(b, US(200));
		check_packet(b, b->host.num_frames - 2, &other);
		check_packet(b, b->host.num_frames - 1, &other);
		b->host.num_frames -= 2;
		check_segments(b, first, &packet, 1000);
		b->host.num_frames += 2;
		first = b->host.num_frames;
	}
}
END_TEST

/* FreeBSD leaves the last 4 bytes of the payload to a descriptor of their own. */
START_TEST(last_descriptor_of_four_bytes)
{
	const struct packet_options o = {.payload = 3000, .seed = 19, .tcp_flags = ALL_FLAGS};
	struct tx_context c;
	struct tx_ring r;
	struct bench *b = ring_up(&r);
	uint32_t popts;

	packet_build(&packet, &o);
	seeded = packet;
	packet_seed_tso(&seeded);
	c = tso_context(&packet, 1460);
	popts = offload_popts(&packet);
	tx_set_context(&r, &c);
	tx_data(&r, put_bytes(b, seeded.bytes, seeded.len - 4), seeded.len - 4, TXD_IFCS | TXD_TSE,
		popts);
	tx_data(&r, put_bytes(b, seeded.bytes + seeded.len - 4, 4), 4,
		TXD_IFCS | TXD_TSE | TXD_EOP | TXD_RS, popts);
	tx_doorbell(&r);
	run_ns(b, US(100));
	check_segments(b, 0, &packet, 1460);
}
END_TEST

START_TEST(counters_count_segments_and_one_context)
{
	const struct packet_options o = {.payload = 10000, .seed = 20, .tcp_flags = ALL_FLAGS};
	struct tx_ring r;
	struct bench *b = ring_up(&r);
	uint32_t bytes = 0;

	packet_build(&packet, &o);
	tx_tso_send(&r, &packet, 1000, 4096);
	for (size_t i = 0; i < b->host.num_frames; i++)
		bytes += (uint32_t)b->host.frames[i].len + 4;
	ck_assert_uint_eq(rd(b, TSCTC), 1);
	ck_assert_uint_eq(rd(b, TSCTFC), 0);
	ck_assert_uint_eq(rd(b, GPTC), 10);
	ck_assert_uint_eq(rd(b, GOTCL), bytes);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(ipv4_send_of_64_kib),
	CARD_TEST(ipv6_send_of_64_kib),
	CARD_TEST(one_descriptor_holds_the_whole_send),
	CARD_TEST(worked_example),
	CARD_TEST(payload_is_a_multiple_of_mss),
	CARD_TEST(payload_is_exactly_one_mss),
	CARD_TEST(mss_is_larger_than_the_payload),
	CARD_TEST(last_segment_of_one_byte),
	CARD_TEST(odd_mss_and_odd_fragments),
	CARD_TEST(small_mss),
	CARD_TEST(jumbo_mss),
	CARD_TEST(header_is_split_over_descriptors),
	CARD_TEST(header_has_a_buffer_of_its_own),
	CARD_TEST(longest_headers),
	CARD_TEST(ip_id_and_sequence_number_wrap),
	CARD_TEST(udp_segments_have_lengths_of_their_own),
	CARD_TEST(every_payload_size_about_two_segments),
	CARD_TEST(segmented_and_ordinary_packets_in_one_ring),
	CARD_TEST(last_descriptor_of_four_bytes),
	CARD_TEST(counters_count_segments_and_one_context),
	CARD_TESTS_END,
};

const struct card_topic topic_tso = {"tso", 0, tests};
