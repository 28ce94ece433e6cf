// SPDX-License-Identifier: MIT
/* Checksum insertion (section 4.7); expected packets come from packets.c. */
#include "suite.h"

#include "harness/offload.h"

#include <string.h>

static struct packet packet, seeded;

static struct bench *ring_up(struct tx_ring *r)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(r, b, 256);
	return b;
}

static void check_insertion(bool ipv6, bool udp)
{
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	for (uint32_t i = 0; i < 60; i++) {
		const struct packet_options o = {.ipv6 = ipv6,
						 .udp = udp,
						 .payload = i < 40 ? i : i * 24 + i % 5,
						 .tcp_options = i % 4 * 4,
						 .seed = i,
						 .tcp_flags = TCP_ACK};

		packet_build(&packet, &o);
		tx_checksum_send(&r, &packet);
		check_packet(b, i, &packet);
	}
}

START_TEST(tcp_over_ipv4)
{
	check_insertion(false, false);
}
END_TEST

START_TEST(udp_over_ipv4)
{
	check_insertion(false, true);
}
END_TEST

START_TEST(tcp_over_ipv6)
{
	check_insertion(true, false);
}
END_TEST

START_TEST(udp_over_ipv6)
{
	check_insertion(true, true);
}
END_TEST

START_TEST(ip_options_are_part_of_the_header)
{
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	for (uint32_t i = 1; i <= 10; i++) {
		const struct packet_options o = {
			.ip_options = 4 * i, .payload = 100 + i, .seed = i};

		packet_build(&packet, &o);
		tx_checksum_send(&r, &packet);
		check_packet(b, i - 1, &packet);
	}
}
END_TEST

START_TEST(ip_checksum_alone)
{
	const struct packet_options o = {.payload = 200, .seed = 3};
	struct tx_context c;
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	packet_build(&packet, &o);
	seeded = packet;
	memset(seeded.bytes + seeded.l3 + 10, 0, 2);
	c = checksum_context(&packet);
	tx_set_context(&r, &c);
	tx_data(&r, put_bytes(b, seeded.bytes, seeded.len), seeded.len, TXD_EOP | TXD_IFCS | TXD_RS,
		TXD_IXSM);
	tx_doorbell(&r);
	run_ns(b, US(50));
	check_packet(b, 0, &packet);
}
END_TEST

START_TEST(context_alone_changes_no_packet)
{
	const struct packet_options o = {.payload = 200, .seed = 4};
	struct tx_context c;
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	packet_build(&packet, &o);
	packet.bytes[packet_checksum_offset(&packet)] ^= 0x55;
	packet.bytes[packet.l3 + 10] ^= 0x55;
	c = checksum_context(&packet);
	tx_set_context(&r, &c);
	tx_data(&r, put_bytes(b, packet.bytes, packet.len), packet.len, TXD_EOP | TXD_IFCS | TXD_RS,
		0);
	tx_doorbell(&r);
	run_ns(b, US(50));
	check_packet(b, 0, &packet);
}
END_TEST

/* DPDK sets a context once and sends many packets with it. */
START_TEST(trap_50_context_serves_until_the_next_one)
{
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	for (uint32_t i = 0; i < 20; i++) {
		const struct packet_options o = {.payload = 50 + 13 * i, .seed = i};
		struct tx_context c;

		packet_build(&packet, &o);
		seeded = packet;
		packet_seed(&seeded);
		c = checksum_context(&packet);
		if (i == 0)
			tx_set_context(&r, &c);
		tx_packet(&r, &seeded, 64 + i, 0);
		tx_doorbell(&r);
		run_ns(b, US(100));
		check_packet(b, i, &packet);
	}
}
END_TEST

START_TEST(udp_result_of_zero_is_sent_as_ones)
{
	const struct packet_options o = {.udp = true, .payload = 64, .seed = 5};
	struct tx_ring r;
	struct bench *b = ring_up(&r);
	uint16_t field;

	packet_build(&packet, &o);
	/* two payload bytes that make the sum all ones, so that its complement is zero */
	memset(packet.bytes + packet.payload, 0, 2);
	packet_finish(&packet);
	memcpy(&field, packet.bytes + packet_checksum_offset(&packet), 2);
	memcpy(packet.bytes + packet.payload, &field, 2);
	packet_finish(&packet);
	ck_assert_uint_eq(packet.bytes[packet_checksum_offset(&packet)], 0xff);
	ck_assert_uint_eq(packet.bytes[packet_checksum_offset(&packet) + 1], 0xff);
	tx_checksum_send(&r, &packet);
	check_packet(b, 0, &packet);
}
END_TEST

START_TEST(options_come_from_the_first_descriptor)
{
	const struct packet_options o = {.payload = 300, .seed = 6};
	struct tx_context c;
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	packet_build(&packet, &o);
	seeded = packet;
	packet_seed(&seeded);
	c = checksum_context(&packet);
	tx_set_context(&r, &c);
	tx_data(&r, put_bytes(b, seeded.bytes, 100), 100, TXD_IFCS, offload_popts(&packet));
	tx_data(&r, put_bytes(b, seeded.bytes + 100, seeded.len - 100), seeded.len - 100,
		TXD_EOP | TXD_IFCS | TXD_RS, 0);
	tx_doorbell(&r);
	run_ns(b, US(50));
	check_packet(b, 0, &packet);
}
END_TEST

/* Bytes behind the IP packet are part of the frame and not of the sum. */
START_TEST(sum_ends_at_tucse)
{
	const struct packet_options o = {.udp = true, .payload = 100, .seed = 7};
	struct tx_context c;
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	packet_build(&packet, &o);
	seeded = packet;
	packet_seed(&seeded);
	c = checksum_context(&packet);
	c.tucse = (unsigned int)packet.len - 1;
	memset(seeded.bytes + seeded.len, 0x77, 40);
	seeded.len += 40;
	memset(packet.bytes + packet.len, 0x77, 40);
	packet.len += 40;
	tx_set_context(&r, &c);
	tx_packet(&r, &seeded, seeded.len, 0);
	tx_doorbell(&r);
	run_ns(b, US(50));
	check_packet(b, 0, &packet);
}
END_TEST

START_TEST(legacy_insertion_sums_from_css_to_the_end)
{
	uint8_t frame[200], expected[200];
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	for (uint32_t i = 0; i < 8; i++) {
		const size_t len = 193 + i, css = 34 + i, cso = 50 + i;
		uint16_t sum;

		fill_random(frame, sizeof(frame), i);
		memcpy(expected, frame, sizeof(frame));
		sum = inet_checksum(frame + css, len - css, 0);
		expected[cso] = (uint8_t)(sum >> 8);
		expected[cso + 1] = (uint8_t)sum;
		tx_legacy(&r, put_bytes(b, frame, len), len, TXD_EOP | TXD_IFCS | TXD_IC | TXD_RS,
			  (unsigned int)css, (unsigned int)cso);
		tx_doorbell(&r);
		run_ns(b, US(50));
		ck_assert_uint_eq(b->host.num_frames, i + 1);
		ck_assert_uint_eq(b->host.frames[i].len, len);
		ck_assert_mem_eq(b->host.frames[i].bytes, expected, len);
	}
}
END_TEST

START_TEST(with_and_without_insertion_in_one_ring)
{
	static struct packet sent[60];
	struct tx_ring r;
	struct bench *b = ring_up(&r);

	for (uint32_t i = 0; i < 60; i++) {
		const struct packet_options o = {
			.ipv6 = i & 1, .udp = i & 2, .payload = 10 * i + 1, .seed = i};
		struct tx_context c;

		packet_build(&sent[i], &o);
		if (i % 3 == 0) {
			tx_legacy(&r, put_bytes(b, sent[i].bytes, sent[i].len), sent[i].len,
				  TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
			continue;
		}
		seeded = sent[i];
		packet_seed(&seeded);
		c = checksum_context(&seeded);
		tx_set_context(&r, &c);
		tx_packet(&r, &seeded, 1000, 0);
	}
	tx_doorbell(&r);
	run_ns(b, MS(1));
	for (uint32_t i = 0; i < 60; i++)
		check_packet(b, i, &sent[i]);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(tcp_over_ipv4),
	CARD_TEST(udp_over_ipv4),
	CARD_TEST(tcp_over_ipv6),
	CARD_TEST(udp_over_ipv6),
	CARD_TEST(ip_options_are_part_of_the_header),
	CARD_TEST(ip_checksum_alone),
	CARD_TEST(context_alone_changes_no_packet),
	CARD_TEST(trap_50_context_serves_until_the_next_one),
	CARD_TEST(udp_result_of_zero_is_sent_as_ones),
	CARD_TEST(options_come_from_the_first_descriptor),
	CARD_TEST(sum_ends_at_tucse),
	CARD_TEST(legacy_insertion_sums_from_css_to_the_end),
	CARD_TEST(with_and_without_insertion_in_one_ring),
	CARD_TESTS_END,
};

const struct card_topic topic_tx_checksum = {"tx_checksum", 0, tests};
