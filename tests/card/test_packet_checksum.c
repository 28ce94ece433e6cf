// SPDX-License-Identifier: MIT
/* The packet checksum: a plain sum from byte PCSS on, for software to finish (5.4). */
#include "suite.h"

#include <string.h>

static uint8_t frame[3000] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static struct rx_ring rx;
static struct rx_result got;

static struct bench *receiver_up(bool extended, size_t buffer_bytes, uint32_t rctl)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	fill_random(frame + 12, sizeof(frame) - 12, 4);
	frame[12] = 0x88;
	rx_setup(&rx, b, 64, buffer_bytes, extended, rctl);
	rx_post(&rx, 63);
	return b;
}

static void receive(struct bench *b, size_t len)
{
	feed(b, frame, len);
	run_ns(b, US(20));
	ck_assert(rx_take(&rx, &got));
	rx_post(&rx, got.descriptors);
}

/* inet_checksum() gives the complement; this is the sum itself. */
static uint32_t sum_from(size_t start, size_t len)
{
	return (uint16_t)~inet_checksum(frame + start, len - start, 0);
}

START_TEST(sum_begins_at_pcss)
{
	struct bench *b = receiver_up(true, 2048, 0);

	for (uint32_t pcss = 0; pcss < 60; pcss++) {
		wr(b, RXCSUM, RXCSUM_IPOFL | RXCSUM_TUOFL | pcss);
		receive(b, 300);
		ck_assert_uint_eq(got.hash >> 16, sum_from(pcss, 300));
	}
}
END_TEST

START_TEST(sum_of_every_length)
{
	struct bench *b = receiver_up(true, 2048, 0);

	wr(b, RXCSUM, 14);
	for (size_t len = 60; len < 200; len++) {
		receive(b, len);
		ck_assert_uint_eq(got.hash >> 16, sum_from(14, len));
	}
	receive(b, 1514);
	ck_assert_uint_eq(got.hash >> 16, sum_from(14, 1514));
}
END_TEST

START_TEST(fcs_is_no_part_of_the_sum)
{
	struct bench *b = receiver_up(true, 2048, 0);

	clear_bits(b, RCTL, RCTL_SECRC);
	wr(b, RXCSUM, 14);
	receive(b, 301);
	ck_assert_uint_eq(got.len, 305);
	ck_assert_uint_eq(got.hash >> 16, sum_from(14, 301));
}
END_TEST

START_TEST(start_behind_the_frame_gives_nothing)
{
	struct bench *b = receiver_up(true, 2048, 0);

	wr(b, RXCSUM, 200);
	receive(b, 100);
	ck_assert_uint_eq(got.hash >> 16, 0);
	receive(b, 201);
	ck_assert_uint_eq(got.hash >> 16, (uint32_t)frame[200] << 8);
}
END_TEST

START_TEST(last_descriptor_has_the_sum)
{
	struct bench *b = receiver_up(true, 512, RCTL_LPE);

	wr(b, RXCSUM, 14);
	receive(b, 2900);
	ck_assert_uint_eq(got.descriptors, 6);
	ck_assert_uint_eq(got.hash >> 16, sum_from(14, 2900));
}
END_TEST

START_TEST(legacy_descriptors_have_the_sum)
{
	struct bench *b = receiver_up(false, 2048, 0);

	wr(b, RXCSUM, RXCSUM_IPOFL | 34);
	feed(b, frame, 500);
	run_ns(b, US(20));
	ck_assert_uint_eq(rx_descriptor(&rx, 0)[2] & 0xffff, 500);
	ck_assert_uint_eq(rx_descriptor(&rx, 0)[2] >> 16, sum_from(34, 500));
}
END_TEST

START_TEST(ip_identification_stays_beside_the_sum)
{
	static struct packet packet;
	struct bench *b = receiver_up(true, 2048, 0);
	const struct packet_options o = {.payload = 200, .seed = 2};

	packet_build(&packet, &o);
	memcpy(frame, packet.bytes, packet.len);
	wr(b, RXCSUM, RXCSUM_IPOFL | RXCSUM_TUOFL | 14);
	receive(b, packet.len);
	ck_assert_uint_eq(got.hash & 0xffff,
			  (uint32_t)packet.bytes[packet.l3 + 4] << 8 | packet.bytes[packet.l3 + 5]);
	ck_assert_uint_eq(got.hash >> 16, sum_from(14, packet.len));
}
END_TEST

START_TEST(with_pcsd_there_is_no_sum)
{
	struct bench *b = receiver_up(true, 2048, 0);

	wr(b, RXCSUM, RXCSUM_PCSD | 14);
	receive(b, 300);
	ck_assert_uint_eq(got.hash, 0);
}
END_TEST

/* A piece of a UDP datagram, or of something else; its checksum field; from where the sum is. */
static void piece_sums(struct bench *b, unsigned int flags_and_offset, bool udp,
		       unsigned int udp_sum, size_t from, uint32_t udpv)
{
	static struct packet packet;
	const struct packet_options o = {
		.udp = true, .ip_options = 8, .payload = 301, .seed = flags_and_offset};

	packet_build(&packet, &o);
	packet.bytes[packet.l3 + 6] = (uint8_t)(flags_and_offset >> 8);
	packet.bytes[packet.l3 + 7] = (uint8_t)flags_and_offset;
	if (!udp)
		packet.bytes[packet.l3 + 9] = 6;
	packet.bytes[packet.l4 + 6] = (uint8_t)(udp_sum >> 8);
	packet.bytes[packet.l4 + 7] = (uint8_t)udp_sum;
	memcpy(frame, packet.bytes, packet.len);
	fill_random(frame + packet.len, 30, 5); /* behind the packet */
	receive(b, packet.len + 30);
	ck_assert_uint_eq(got.hash >> 16,
			  from ? sum_from(from, packet.len) : sum_from(0, packet.len + 30));
	ck_assert_uint_eq(got.status & RXD_UDPV, udpv);
	ck_assert_uint_eq(got.status & (RXD_TCPCS | RXD_UDPCS), 0);
}

START_TEST(fragments_of_udp_have_the_sum_of_their_payload)
{
	enum { MORE = 0x2000, PAYLOAD = 14 + 28 };
	struct bench *b = receiver_up(true, 2048, 0);

	wr(b, RXCSUM, RXCSUM_IPOFL | RXCSUM_IPPCSE);
	piece_sums(b, MORE, true, 0x1234, PAYLOAD, RXD_UDPV);
	piece_sums(b, MORE, true, 0, PAYLOAD, 0);
	piece_sums(b, MORE | 100, true, 0x1234, PAYLOAD, 0);
	piece_sums(b, 1, true, 0x1234, PAYLOAD, 0);
	piece_sums(b, MORE, false, 0x1234, 0, 0);
	piece_sums(b, 0, true, 0x1234, 0, 0);
	wr(b, RXCSUM, RXCSUM_IPOFL);
	piece_sums(b, MORE, true, 0x1234, 0, 0);
}
END_TEST

START_TEST(stripped_tag_is_no_part_of_the_sum)
{
	struct bench *b = receiver_up(true, 2048, 0);
	uint8_t tagged[304];

	set_bits(b, CTRL, CTRL_VME);
	memcpy(tagged, frame, 12);
	memcpy(tagged + 12, "\x81\x00\x20\x07", 4);
	memcpy(tagged + 16, frame + 12, 288);
	for (uint32_t pcss = 0; pcss < 20; pcss++) {
		wr(b, RXCSUM, pcss);
		feed(b, tagged, sizeof(tagged));
		run_ns(b, US(20));
		ck_assert(rx_take(&rx, &got));
		ck_assert_uint_eq(got.len, 300);
		ck_assert_uint_eq(got.hash >> 16, sum_from(pcss, 300));
	}
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(sum_begins_at_pcss),
	CARD_TEST(sum_of_every_length),
	CARD_TEST(fcs_is_no_part_of_the_sum),
	CARD_TEST(start_behind_the_frame_gives_nothing),
	CARD_TEST(last_descriptor_has_the_sum),
	CARD_TEST(legacy_descriptors_have_the_sum),
	CARD_TEST(ip_identification_stays_beside_the_sum),
	CARD_TEST(with_pcsd_there_is_no_sum),
	CARD_TEST(fragments_of_udp_have_the_sum_of_their_payload),
	CARD_TEST(stripped_tag_is_no_part_of_the_sum),
	CARD_TESTS_END,
};

const struct card_topic topic_packet_checksum = {"packet_checksum", FEATURE_PACKET_CSUM, tests};
