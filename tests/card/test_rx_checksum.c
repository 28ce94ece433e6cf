// SPDX-License-Identifier: MIT
/* Checksum verification (section 5.4): right, wrong, and what is not the card's to judge. */
#include "suite.h"

#include <string.h>

#define VERDICT (RXD_IXSM | RXD_UDPCS | RXD_TCPCS | RXD_IPCS | RXD_TCPE | RXD_IPE)

static struct rx_ring ring;
static struct rx_result got;
static struct packet packet;

static struct bench *verifier_up(bool extended)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&ring, b, 64, 2048, extended, 0);
	rx_post(&ring, 63);
	return b;
}

static uint32_t verdict_of(struct bench *b, const uint8_t *bytes, size_t len)
{
	feed(b, bytes, len);
	run_ns(b, US(20));
	ck_assert(rx_take(&ring, &got));
	rx_post(&ring, got.descriptors);
	return got.status & VERDICT;
}

static uint32_t verdict(struct bench *b)
{
	return verdict_of(b, packet.bytes, packet.len);
}

static uint32_t all_good(const struct packet *p)
{
	return (p->ipv6 ? 0 : RXD_IPCS) | RXD_TCPCS | (p->udp ? RXD_UDPCS : 0);
}

static void check_good_and_bad(bool ipv6, bool udp, bool extended)
{
	struct bench *b = verifier_up(extended);

	for (uint32_t i = 0; i < 50; i++) {
		const struct packet_options o = {.ipv6 = ipv6,
						 .udp = udp,
						 .payload = i * i % 1400,
						 .seed = i,
						 .tcp_options = udp ? 0 : i % 4 * 4};
		uint32_t state = i + 1;
		size_t at;

		packet_build(&packet, &o);
		ck_assert_uint_eq(verdict(b), all_good(&packet));
		at = packet.l4 + next_random(&state) % (packet.len - packet.l4);
		if (udp && at >= packet.l4 + 4 && at < packet.l4 + 8)
			continue; /* its length, or a checksum that could become 0 */
		packet.bytes[at] ^= (uint8_t)(1 << i % 8);
		ck_assert_uint_eq(verdict(b), all_good(&packet) | RXD_TCPE);
	}
}

START_TEST(tcp_over_ipv4_is_verified)
{
	check_good_and_bad(false, false, true);
}
END_TEST

START_TEST(udp_over_ipv4_is_verified)
{
	check_good_and_bad(false, true, true);
}
END_TEST

START_TEST(tcp_over_ipv6_is_verified)
{
	check_good_and_bad(true, false, true);
}
END_TEST

START_TEST(udp_over_ipv6_is_verified)
{
	check_good_and_bad(true, true, true);
}
END_TEST

START_TEST(legacy_descriptors_carry_the_verdict)
{
	check_good_and_bad(false, false, false);
	check_good_and_bad(true, true, false);
}
END_TEST

START_TEST(bad_ip_header_is_reported)
{
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.payload = 100, .seed = 1};

	packet_build(&packet, &o);
	packet.bytes[packet.l3 + 8]--; /* TTL is no part of the pseudo header */
	ck_assert_uint_eq(verdict(b), all_good(&packet) | RXD_IPE);
}
END_TEST

START_TEST(wrong_address_breaks_both_sums)
{
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.payload = 100, .seed = 1};

	packet_build(&packet, &o);
	packet.bytes[packet.l3 + 13] ^= 0x10;
	ck_assert_uint_eq(verdict(b), all_good(&packet) | RXD_IPE | RXD_TCPE);
}
END_TEST

START_TEST(wrong_ipv6_address_breaks_the_sum)
{
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.ipv6 = true, .payload = 100, .seed = 1};

	for (size_t at = 8; at < 40; at++) {
		packet_build(&packet, &o);
		packet.bytes[packet.l3 + at] ^= 0x10;
		ck_assert_uint_eq(verdict(b), all_good(&packet) | RXD_TCPE);
	}
}
END_TEST

START_TEST(what_is_not_ip_is_not_checked)
{
	struct bench *b = verifier_up(true);
	uint8_t arp[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x08, 0x06};

	ck_assert_uint_eq(verdict_of(b, arp, sizeof(arp)), RXD_IXSM);
}
END_TEST

START_TEST(trap_45_udp_without_checksum_is_not_an_error)
{
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.udp = true, .payload = 100, .seed = 1};

	packet_build(&packet, &o);
	memset(packet.bytes + packet_checksum_offset(&packet), 0, 2);
	ck_assert_uint_eq(verdict(b), RXD_IPCS);
}
END_TEST

START_TEST(trap_44_fragments_have_no_transport_verdict)
{
	static const uint8_t words[][2] = {{0x20, 0x00}, {0x00, 0x10}, {0x20, 0x10}, {0x00, 0x01}};
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.payload = 100, .seed = 1};

	for (size_t i = 0; i < 4; i++) {
		packet_build(&packet, &o);
		memcpy(packet.bytes + packet.l3 + 6, words[i], 2);
		packet_finish(&packet);
		ck_assert_uint_eq(verdict(b), RXD_IPCS);
	}
}
END_TEST

START_TEST(trap_46_padding_is_no_part_of_the_sum)
{
	struct bench *b = verifier_up(true);

	for (uint32_t payload = 0; payload < 6; payload++) {
		for (int ipv6 = 0; ipv6 < 2; ipv6++) {
			const struct packet_options o = {
				.ipv6 = ipv6, .udp = true, .payload = payload, .seed = payload};

			packet_build(&packet, &o);
			memset(packet.bytes + packet.len, 0xaa, 40);
			ck_assert_uint_eq(verdict_of(b, packet.bytes, packet.len + 40),
					  all_good(&packet));
		}
	}
}
END_TEST

START_TEST(ip_options_never_give_a_wrong_verdict)
{
	struct bench *b = verifier_up(true);

	for (uint32_t options = 4; options <= 40; options += 4) {
		const struct packet_options o = {
			.ip_options = options, .payload = 100, .seed = options};
		uint32_t v;

		packet_build(&packet, &o);
		v = verdict(b);
		ck_assert_uint_eq(v & (RXD_IPE | RXD_TCPE), 0);
		packet.bytes[packet.payload + 5] ^= 4;
		v = verdict(b);
		ck_assert_msg(!(v & RXD_TCPCS) || (v & RXD_TCPE), "a wrong sum passes");
	}
}
END_TEST

START_TEST(rxcsum_switches_each_check_off)
{
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.payload = 100, .seed = 1};

	packet_build(&packet, &o);
	wr(b, RXCSUM, RXCSUM_IPOFL);
	ck_assert_uint_eq(verdict(b), RXD_IPCS);
	wr(b, RXCSUM, RXCSUM_TUOFL);
	ck_assert_uint_eq(verdict(b), RXD_TCPCS);
	wr(b, RXCSUM, 0);
	ck_assert_uint_eq(verdict(b), RXD_IXSM);
}
END_TEST

START_TEST(rfctl_switches_ipv6_off)
{
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.ipv6 = true, .payload = 100, .seed = 1};

	packet_build(&packet, &o);
	wr(b, RFCTL, RFCTL_EXTEN | BIT(11));
	ck_assert_uint_eq(verdict(b) & (RXD_TCPCS | RXD_UDPCS | RXD_TCPE), 0);
}
END_TEST

/* Puts an extension header between IPv6 and TCP. */
static void insert_extension(uint8_t type, size_t bytes)
{
	uint8_t *at = packet.bytes + packet.l3 + 40;
	const uint8_t next = packet.bytes[packet.l3 + 6];

	memmove(at + bytes, at, packet.len - packet.l3 - 40);
	memset(at, 0, bytes);
	at[0] = next;
	at[1] = (uint8_t)(bytes / 8 - 1);
	packet.bytes[packet.l3 + 6] = type;
	packet.len += bytes;
	packet.bytes[packet.l3 + 4] = (uint8_t)((packet.len - packet.l3 - 40) >> 8);
	packet.bytes[packet.l3 + 5] = (uint8_t)(packet.len - packet.l3 - 40);
}

START_TEST(ipv6_extension_headers_never_give_a_wrong_verdict)
{
	static const uint8_t types[] = {0, 60, 43};
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.ipv6 = true, .payload = 100, .seed = 1};

	for (size_t i = 0; i < 3; i++) {
		for (size_t bytes = 8; bytes <= 64; bytes += 8) {
			packet_build(&packet, &o);
			insert_extension(types[i], bytes);
			ck_assert_uint_eq(verdict(b) & RXD_TCPE, 0);
			packet.bytes[packet.len - 3] ^= 1;
			ck_assert_msg((verdict(b) & (RXD_TCPCS | RXD_TCPE)) != RXD_TCPCS,
				      "a wrong sum passes");
		}
	}
}
END_TEST

START_TEST(ipv6_fragments_have_no_transport_verdict)
{
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.ipv6 = true, .payload = 100, .seed = 1};

	packet_build(&packet, &o);
	insert_extension(44, 8);
	packet.bytes[packet.l3 + 43] = 1; /* more fragments */
	ck_assert_uint_eq(verdict(b) & (RXD_TCPCS | RXD_UDPCS | RXD_TCPE), 0);
}
END_TEST

/* RFC 8200 8.1: the sum is over the final destination, which is in the routing header. */
START_TEST(routing_header_with_segments_left_is_no_error)
{
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.ipv6 = true, .payload = 100, .seed = 1};

	packet_build(&packet, &o);
	insert_extension(43, 24);
	packet.bytes[packet.l3 + 43] = 1; /* segments left */
	memcpy(packet.bytes + packet.l3 + 48, packet.bytes + packet.l3 + 24, 16);
	packet.bytes[packet.l3 + 39] ^= 0x55; /* the next stop, not the last */
	ck_assert_uint_eq(verdict(b) & RXD_TCPE, 0);
}
END_TEST

START_TEST(other_transports_are_not_judged)
{
	struct bench *b = verifier_up(true);
	const struct packet_options o = {.payload = 100, .seed = 1};

	packet_build(&packet, &o);
	packet.bytes[packet.l3 + 9] = 1; /* ICMP */
	memset(packet.bytes + packet.l3 + 10, 0, 2);
	{
		uint16_t sum = inet_checksum(packet.bytes + packet.l3, 20, 0);

		packet.bytes[packet.l3 + 10] = (uint8_t)(sum >> 8);
		packet.bytes[packet.l3 + 11] = (uint8_t)sum;
	}
	ck_assert_uint_eq(verdict(b), RXD_IPCS);
}
END_TEST

START_TEST(verdicts_do_not_leak_into_the_next_frame)
{
	struct bench *b = verifier_up(true);
	uint8_t arp[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x08, 0x06};

	for (uint32_t i = 0; i < 20; i++) {
		const struct packet_options o = {
			.udp = i & 1, .ipv6 = i & 2, .payload = 60 + i, .seed = i};

		packet_build(&packet, &o);
		packet.bytes[packet.len - 1] ^= 1;
		ck_assert_uint_eq(verdict(b), all_good(&packet) | RXD_TCPE);
		packet.bytes[packet.len - 1] ^= 1;
		ck_assert_uint_eq(verdict(b), all_good(&packet));
		ck_assert_uint_eq(verdict_of(b, arp, sizeof(arp)), RXD_IXSM);
	}
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(tcp_over_ipv4_is_verified),
	CARD_TEST(udp_over_ipv4_is_verified),
	CARD_TEST(tcp_over_ipv6_is_verified),
	CARD_TEST(udp_over_ipv6_is_verified),
	CARD_TEST(legacy_descriptors_carry_the_verdict),
	CARD_TEST(bad_ip_header_is_reported),
	CARD_TEST(wrong_address_breaks_both_sums),
	CARD_TEST(wrong_ipv6_address_breaks_the_sum),
	CARD_TEST(what_is_not_ip_is_not_checked),
	CARD_TEST(trap_45_udp_without_checksum_is_not_an_error),
	CARD_TEST(trap_44_fragments_have_no_transport_verdict),
	CARD_TEST(trap_46_padding_is_no_part_of_the_sum),
	CARD_TEST(ip_options_never_give_a_wrong_verdict),
	CARD_TEST(rxcsum_switches_each_check_off),
	CARD_TEST(rfctl_switches_ipv6_off),
	CARD_TEST(ipv6_extension_headers_never_give_a_wrong_verdict),
	CARD_TEST(ipv6_fragments_have_no_transport_verdict),
	CARD_TEST(routing_header_with_segments_left_is_no_error),
	CARD_TEST(other_transports_are_not_judged),
	CARD_TEST(verdicts_do_not_leak_into_the_next_frame),
	CARD_TESTS_END,
};

const struct card_topic topic_rx_checksum = {"rx_checksum", 0, tests};
