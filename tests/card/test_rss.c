// SPDX-License-Identifier: MIT
/*
 * Receive side scaling (5.5): the published test vectors, what is hashed when, and the second
 * receive queue, which nothing else leads to.
 */
#include "suite.h"

#include <string.h>

#define MRQC_RSS	 1
#define MRQC_TCP_IPV4	 BIT(16)
#define MRQC_IPV4	 BIT(17)
#define MRQC_TCP_IPV6_EX BIT(18)
#define MRQC_IPV6_EX	 BIT(19)
#define MRQC_IPV6	 BIT(20)
#define MRQC_ALL	 (MRQC_TCP_IPV4 | MRQC_IPV4 | MRQC_TCP_IPV6_EX | MRQC_IPV6_EX | MRQC_IPV6)

#define RFCTL_IPV6_EX_DIS      BIT(16)
#define RFCTL_NEW_IPV6_EXT_DIS BIT(17)

enum { TYPE_NONE, TYPE_TCP_IPV4, TYPE_IPV4, TYPE_TCP_IPV6_EX, TYPE_IPV6_EX, TYPE_IPV6 };

#define KEY_BYTES 40

static const uint8_t sheet_key[KEY_BYTES] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

static struct packet packet;
static struct rx_ring rx[2];
static struct rx_result got;

static void write_key(struct bench *b, const uint8_t *key)
{
	for (uint32_t i = 0; i < KEY_BYTES; i += 4)
		wr(b, RSSRK + i,
		   key[i] | (uint32_t)key[i + 1] << 8 | (uint32_t)key[i + 2] << 16 |
			   (uint32_t)key[i + 3] << 24);
}

static void fill_table(struct bench *b, uint32_t word)
{
	for (uint32_t i = 0; i < 32; i++)
		wr(b, RETA + 4 * i, word);
}

/* Two rings of which RSS chooses; the table leads to queue 0. */
static void scale(struct bench *b, unsigned int size, uint32_t hash_types)
{
	write_key(b, sheet_key);
	wr(b, MRQC, MRQC_RSS | hash_types);
	wr(b, RXCSUM, RXCSUM_IPOFL | RXCSUM_TUOFL | RXCSUM_PCSD);
	for (unsigned int q = 0; q < 2; q++) {
		rx_setup_queue(&rx[q], b, q, size, 2048, true, 0);
		rx_post(&rx[q], size - 1);
	}
}

static struct bench *scaled_up_with(enum ringside_irq_mode mode, unsigned int size,
				    uint32_t hash_types)
{
	struct bench *b = card_up(mode);

	scale(b, size, hash_types);
	return b;
}

static struct bench *scaled_up(uint32_t hash_types)
{
	return scaled_up_with(RINGSIDE_IRQ_MSIX, 64, hash_types);
}

/* The queue that the packet arrives in, or -1; `got` has it. */
static int arrives(struct bench *b)
{
	feed(b, packet.bytes, packet.len);
	run_ns(b, US(20));
	for (int q = 0; q < 2; q++) {
		if (rx_take(&rx[q], &got)) {
			rx_post(&rx[q], got.descriptors);
			return q;
		}
	}
	return -1;
}

static void check_hash(struct bench *b, uint32_t type, uint32_t hash)
{
	ck_assert_int_ge(arrives(b), 0);
	ck_assert_uint_eq(got.mrq & 0xf, type);
	ck_assert_msg(got.hash == hash, "the hash is 0x%08x, not 0x%08x", got.hash, hash);
}

/* --- a Toeplitz hash of the test's own, bit by bit as the specification words it --- */

static uint32_t toeplitz(const uint8_t *key, const uint8_t *input, size_t len)
{
	uint32_t hash = 0;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		if (!(input[bit / 8] & (0x80 >> (bit % 8))))
			continue;
		for (size_t i = 0; i < 32; i++) {
			const size_t k = bit + i;

			if (key[k / 8] & (0x80 >> (k % 8)))
				hash ^= UINT32_C(0x80000000) >> i;
		}
	}
	return hash;
}

static uint32_t expected_hash(const uint8_t *key, const uint8_t *source, const uint8_t *destination,
			      size_t address_bytes, const uint8_t *ports)
{
	uint8_t input[36];

	memcpy(input, source, address_bytes);
	memcpy(input + address_bytes, destination, address_bytes);
	if (ports)
		memcpy(input + 2 * address_bytes, ports, 4);
	return toeplitz(key, input, 2 * address_bytes + (ports ? 4 : 0));
}

/* Of the packet as it stands, with or without its ports. */
static uint32_t hash_of_packet(const uint8_t *key, bool ports)
{
	const uint8_t *ip = packet.bytes + packet.l3;
	const uint8_t *transport = packet.bytes + packet.l4;

	if (packet.ipv6)
		return expected_hash(key, ip + 8, ip + 24, 16, ports ? transport : NULL);
	return expected_hash(key, ip + 12, ip + 16, 4, ports ? transport : NULL);
}

/* --- the vectors --- */

static const struct {
	uint8_t source[4], destination[4];
	uint16_t source_port, destination_port;
	uint32_t addresses, with_ports;
} ipv4_vectors[] = {
	{{66, 9, 149, 187}, {161, 142, 100, 80}, 2794, 1766, 0x323e8fc2, 0x51ccc178},
	{{199, 92, 111, 2}, {65, 69, 140, 83}, 14230, 4739, 0xd718262a, 0xc626b0ea},
	{{24, 19, 198, 95}, {12, 22, 207, 184}, 12898, 38024, 0xd2d0a5de, 0x5c2b394a},
	{{38, 27, 205, 30}, {209, 142, 163, 6}, 48228, 2217, 0x82989176, 0xafc7327f},
	{{153, 39, 163, 191}, {202, 188, 127, 2}, 44251, 1303, 0x5d1809c5, 0x10e828a2},
};

static const struct {
	uint16_t source[8], destination[8];
	uint16_t source_port, destination_port;
	uint32_t addresses, with_ports;
} ipv6_vectors[] = {
	{{0x3ffe, 0x2501, 0x200, 0x1fff, 0, 0, 0, 7},
	 {0x3ffe, 0x2501, 0x200, 3, 0, 0, 0, 1},
	 2794,
	 1766,
	 0x2cc18cd5,
	 0x40207d3d},
	{{0x3ffe, 0x501, 8, 0, 0x260, 0x97ff, 0xfe40, 0xefab},
	 {0xff02, 0, 0, 0, 0, 0, 0, 1},
	 14230,
	 4739,
	 0x0f0c461c,
	 0xdde51bbf},
	{{0x3ffe, 0x1900, 0x4545, 3, 0x200, 0xf8ff, 0xfe21, 0x67cf},
	 {0xfe80, 0, 0, 0, 0x200, 0xf8ff, 0xfe21, 0x67cf},
	 44251,
	 38024,
	 0x4b61e985,
	 0x02d1feef},
};

static void put16(uint8_t *at, unsigned int v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void build(bool ipv6, bool udp, uint32_t seed)
{
	const struct packet_options o = {.ipv6 = ipv6, .udp = udp, .payload = 100, .seed = seed};

	packet_build(&packet, &o);
}

static void build_ipv4_vector(size_t i, bool udp)
{
	build(false, udp, 1);
	memcpy(packet.bytes + packet.l3 + 12, ipv4_vectors[i].source, 4);
	memcpy(packet.bytes + packet.l3 + 16, ipv4_vectors[i].destination, 4);
	put16(packet.bytes + packet.l4, ipv4_vectors[i].source_port);
	put16(packet.bytes + packet.l4 + 2, ipv4_vectors[i].destination_port);
	packet_finish(&packet);
}

static void build_ipv6_vector(size_t i, bool udp)
{
	build(true, udp, 1);
	for (size_t k = 0; k < 8; k++) {
		put16(packet.bytes + packet.l3 + 8 + 2 * k, ipv6_vectors[i].source[k]);
		put16(packet.bytes + packet.l3 + 24 + 2 * k, ipv6_vectors[i].destination[k]);
	}
	put16(packet.bytes + packet.l4, ipv6_vectors[i].source_port);
	put16(packet.bytes + packet.l4 + 2, ipv6_vectors[i].destination_port);
	packet_finish(&packet);
}

START_TEST(vectors_of_ipv4)
{
	struct bench *b = scaled_up(MRQC_ALL);

	for (size_t i = 0; i < 5; i++) {
		wr(b, MRQC, MRQC_RSS | MRQC_ALL);
		build_ipv4_vector(i, false);
		check_hash(b, TYPE_TCP_IPV4, ipv4_vectors[i].with_ports);
		build_ipv4_vector(i, true);
		check_hash(b, TYPE_IPV4, ipv4_vectors[i].addresses);
		wr(b, MRQC, MRQC_RSS | MRQC_IPV4);
		build_ipv4_vector(i, false);
		check_hash(b, TYPE_IPV4, ipv4_vectors[i].addresses);
	}
}
END_TEST

START_TEST(vectors_of_ipv6)
{
	struct bench *b = scaled_up(MRQC_ALL);

	for (size_t i = 0; i < 3; i++) {
		wr(b, MRQC, MRQC_RSS | MRQC_ALL);
		build_ipv6_vector(i, false);
		check_hash(b, TYPE_TCP_IPV6_EX, ipv6_vectors[i].with_ports);
		build_ipv6_vector(i, true);
		check_hash(b, TYPE_IPV6_EX, ipv6_vectors[i].addresses);
		wr(b, MRQC, MRQC_RSS | MRQC_IPV6);
		build_ipv6_vector(i, false);
		check_hash(b, TYPE_IPV6, ipv6_vectors[i].addresses);
	}
}
END_TEST

START_TEST(every_bit_of_the_key_counts)
{
	struct bench *b = scaled_up(MRQC_ALL);
	uint8_t key[KEY_BYTES];

	for (uint32_t seed = 1; seed <= 40; seed++) {
		fill_random(key, sizeof(key), seed);
		write_key(b, key);
		build(seed % 2, false, seed);
		check_hash(b, seed % 2 ? TYPE_TCP_IPV6_EX : TYPE_TCP_IPV4,
			   hash_of_packet(key, true));
		build(seed % 2, true, seed);
		check_hash(b, seed % 2 ? TYPE_IPV6_EX : TYPE_IPV4, hash_of_packet(key, false));
	}
}
END_TEST

START_TEST(each_type_needs_its_bit)
{
	static const struct {
		uint32_t types;
		bool ipv6, udp;
		uint32_t type;
	} cases[] = {
		{MRQC_TCP_IPV4, false, false, TYPE_TCP_IPV4},
		{MRQC_TCP_IPV4, false, true, TYPE_NONE},
		{MRQC_IPV4, false, true, TYPE_IPV4},
		{MRQC_ALL & ~(MRQC_TCP_IPV4 | MRQC_IPV4), false, false, TYPE_NONE},
		{MRQC_TCP_IPV6_EX, true, false, TYPE_TCP_IPV6_EX},
		{MRQC_TCP_IPV6_EX, true, true, TYPE_NONE},
		{MRQC_IPV6_EX, true, false, TYPE_IPV6_EX},
		{MRQC_IPV6, true, true, TYPE_IPV6},
		{MRQC_TCP_IPV6_EX | MRQC_IPV6, true, true, TYPE_IPV6},
		{MRQC_TCP_IPV4 | MRQC_IPV4, true, false, TYPE_NONE},
		{0, false, false, TYPE_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *b = scaled_up(cases[i].types);
		const bool ports =
			cases[i].type == TYPE_TCP_IPV4 || cases[i].type == TYPE_TCP_IPV6_EX;

		build(cases[i].ipv6, cases[i].udp, 3);
		check_hash(b, cases[i].type,
			   cases[i].type == TYPE_NONE ? 0 : hash_of_packet(sheet_key, ports));
	}
}
END_TEST

START_TEST(fragments_are_hashed_by_addresses)
{
	static const uint8_t words[][2] = {{0x20, 0x00}, {0x00, 0x10}, {0x20, 0x10}};
	struct bench *b = scaled_up(MRQC_ALL);

	for (size_t i = 0; i < 3; i++) {
		build(false, false, 4);
		memcpy(packet.bytes + packet.l3 + 6, words[i], 2);
		packet_finish(&packet);
		check_hash(b, TYPE_IPV4, hash_of_packet(sheet_key, false));
	}
}
END_TEST

START_TEST(what_is_not_ip_goes_to_queue_0_without_a_hash)
{
	struct bench *b = scaled_up(MRQC_ALL);

	fill_table(b, 0x80808080);
	build(false, false, 1);
	packet.bytes[12] = 0x08;
	packet.bytes[13] = 0x06;
	ck_assert_int_eq(arrives(b), 0);
	ck_assert_uint_eq(got.mrq, 0);
	ck_assert_uint_eq(got.hash, 0);
	build(false, false, 1);
	ck_assert_int_eq(arrives(b), 1);
}
END_TEST

START_TEST(rss_needs_mrqc_pcsd_and_extended_descriptors)
{
	struct bench *b = scaled_up(MRQC_ALL);

	fill_table(b, 0x80808080);
	build(false, false, 1);
	ck_assert_int_eq(arrives(b), 1);
	wr(b, MRQC, 0x00370000); /* as Linux has it: mode 0 */
	ck_assert_int_eq(arrives(b), 0);
	ck_assert_uint_eq(got.mrq, 0);
	ck_assert_uint_eq(got.hash, 0);
	wr(b, MRQC, MRQC_RSS | MRQC_ALL);
	clear_bits(b, RXCSUM, RXCSUM_PCSD);
	ck_assert_int_eq(arrives(b), 0);
	set_bits(b, RXCSUM, RXCSUM_PCSD);
	ck_assert_int_eq(arrives(b), 1);
	clear_bits(b, RFCTL, RFCTL_EXTEN);
	rx[0].extended = false;
	ck_assert_int_eq(arrives(b), 0);
}
END_TEST

START_TEST(bit_7_of_the_entry_is_the_queue)
{
	struct bench *b = scaled_up(MRQC_ALL);
	uint8_t table[128];
	unsigned int in_queue[2] = {0, 0};

	for (int round = 0; round < 2; round++) {
		fill_random(table, sizeof(table), 11 + (uint32_t)round);
		for (uint32_t i = 0; i < 128; i += 4)
			wr(b, RETA + i,
			   table[i] | (uint32_t)table[i + 1] << 8 | (uint32_t)table[i + 2] << 16 |
				   (uint32_t)table[i + 3] << 24);
		for (uint32_t seed = 1; seed <= 60; seed++) {
			uint32_t hash;
			int queue;

			build(seed % 2, false, 100 * (uint32_t)round + seed);
			hash = hash_of_packet(sheet_key, true);
			queue = arrives(b);
			ck_assert_int_eq(queue, table[hash & 0x7f] >> 7);
			ck_assert_uint_eq(got.mrq >> 8 & 0x1f, (unsigned int)queue);
			ck_assert_uint_eq(got.hash, hash);
			in_queue[queue]++;
		}
	}
	ck_assert_uint_gt(in_queue[0], 20);
	ck_assert_uint_gt(in_queue[1], 20);
}
END_TEST

START_TEST(each_queue_receives_to_anywhere_in_64_bits_of_address)
{
	const struct packet_options o = {.payload = 1000, .seed = 11};

	packet_build(&packet, &o);
	for (unsigned int place = 0; place < HOST_PLACES; place++) {
		struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

		host_move(&b->host, place);
		scale(b, 16, MRQC_ALL);
		for (int q = 0; q < 2; q++) {
			fill_table(b, q ? 0x80808080 : 0);
			for (unsigned int i = 0; i < 20; i++) {
				ck_assert_int_eq(arrives(b), q);
				ck_assert_uint_eq(got.len, packet.len);
				ck_assert_mem_eq(got.bytes, packet.bytes, packet.len);
			}
		}
	}
}
END_TEST

START_TEST(second_queue_has_its_cause_and_vector)
{
	struct bench *b = scaled_up(MRQC_ALL);

	wr(b, IVAR, 0x000bca98); /* RXQ0 0, RXQ1 1, TXQ0 2, TXQ1 4, OTHER 3 */
	wr(b, IMS, CAUSE_RXQ0 | CAUSE_RXQ1);
	fill_table(b, 0x80808080);
	build(false, false, 1);
	ck_assert_int_eq(arrives(b), 1);
	ck_assert_uint_eq(b->host.messages[1], 1);
	ck_assert_uint_eq(b->host.messages[0], 0);
	fill_table(b, 0);
	ck_assert_int_eq(arrives(b), 0);
	ck_assert_uint_eq(b->host.messages[1], 1);
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(both_queues_raise_rxt0_without_msix)
{
	for (unsigned int q = 0; q < 2; q++) {
		struct bench *b = scaled_up_with(RINGSIDE_IRQ_MSI, 16, MRQC_ALL);

		fill_table(b, q ? 0x80808080 : 0);
		wr(b, IMS, CAUSE_RXT0);
		build(false, false, 1);
		ck_assert_int_eq(arrives(b), (int)q);
		ck_assert_uint_eq(b->host.messages[0], 1);
		ck_assert_uint_eq(rd(b, ICR) & (CAUSE_RXT0 | CAUSE_RXQ0 | CAUSE_RXQ1), CAUSE_RXT0);
	}
}
END_TEST

/* Packet number `seed` of some flow; the number is in its payload. */
static unsigned int build_flow(uint32_t seed)
{
	build(false, false, 1 + seed % 16);
	packet.bytes[packet.payload] = (uint8_t)seed;
	packet_finish(&packet);
	return hash_of_packet(sheet_key, true) & 1;
}

START_TEST(low_descriptors_of_the_second_queue_raise_rxdmt0)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	write_key(b, sheet_key);
	fill_table(b, 0x80808080);
	wr(b, MRQC, MRQC_RSS | MRQC_ALL);
	wr(b, RXCSUM, RXCSUM_PCSD);
	for (unsigned int q = 0; q < 2; q++)
		rx_setup_queue(&rx[q], b, q, 16, 2048, true, 0); /* RDMTS 0: half of the ring */
	rx_post(&rx[0], 15);
	rx_post(&rx[1], 12);
	build(false, false, 1);
	for (unsigned int i = 0; i < 4; i++) {
		ck_assert_uint_eq(rd(b, ICR) & CAUSE_RXDMT0, 0);
		feed(b, packet.bytes, packet.len);
		run_ns(b, US(20));
	}
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_RXDMT0, CAUSE_RXDMT0);
}
END_TEST

START_TEST(flows_stay_in_order_in_both_queues)
{
	struct bench *b = scaled_up_with(RINGSIDE_IRQ_MSIX, 16, MRQC_ALL);
	uint8_t expected[2][200] = {0};
	unsigned int sent[2] = {0, 0}, taken[2] = {0, 0};

	fill_table(b, 0x80008000); /* odd entries: queue 1 */
	for (uint32_t seed = 0; seed < 200; seed++) {
		const unsigned int queue = build_flow(seed);

		expected[queue][sent[queue]++] = (uint8_t)seed;
		feed(b, packet.bytes, packet.len);
		if (seed % 5)
			continue;
		run_ns(b, US(10));
		for (unsigned int q = 0; q < 2; q++) {
			while (rx_take(&rx[q], &got)) {
				ck_assert_uint_eq(got.bytes[packet.payload], expected[q][taken[q]]);
				taken[q]++;
				rx_post(&rx[q], 1);
			}
		}
	}
	run_ns(b, US(50));
	for (unsigned int q = 0; q < 2; q++) {
		while (rx_take(&rx[q], &got))
			ck_assert_uint_eq(got.bytes[packet.payload], expected[q][taken[q]++]);
		ck_assert_uint_eq(taken[q], sent[q]);
		ck_assert_uint_gt(sent[q], 20);
	}
}
END_TEST

START_TEST(frame_waits_for_descriptors_of_its_queue)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	write_key(b, sheet_key);
	wr(b, MRQC, MRQC_RSS | MRQC_ALL);
	wr(b, RXCSUM, RXCSUM_PCSD);
	fill_table(b, 0x80808080);
	rx_setup_queue(&rx[0], b, 0, 8, 2048, true, 0);
	rx_setup_queue(&rx[1], b, 1, 8, 2048, true, 0);
	rx_post(&rx[0], 7);
	build(false, false, 1);
	feed(b, packet.bytes, packet.len);
	run_ns(b, US(50));
	ck_assert_uint_eq(rd(b, RDH), 0);
	ck_assert_uint_eq(rd(b, QUEUE(RDH, 1)), 0);
	ck_assert_uint_eq(rd(b, RNBC), 1);
	rx_post(&rx[1], 7);
	run_ns(b, US(50));
	ck_assert(rx_take(&rx[1], &got));
	ck_assert_uint_eq(got.len, packet.len);
	ck_assert_mem_eq(got.bytes, packet.bytes, packet.len);
}
END_TEST

START_TEST(last_descriptor_has_the_hash)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	write_key(b, sheet_key);
	wr(b, MRQC, MRQC_RSS | MRQC_ALL);
	wr(b, RXCSUM, RXCSUM_PCSD);
	fill_table(b, 0x80808080);
	for (unsigned int q = 0; q < 2; q++) {
		rx_setup_queue(&rx[q], b, q, 64, 256, true, 0);
		rx_post(&rx[q], 63);
	}
	{
		const struct packet_options o = {.payload = 1200, .seed = 9};

		packet_build(&packet, &o);
	}
	ck_assert_int_eq(arrives(b), 1);
	ck_assert_uint_eq(got.descriptors, (packet.len + 255) / 256);
	ck_assert_mem_eq(got.bytes, packet.bytes, packet.len);
	ck_assert_uint_eq(got.hash, hash_of_packet(sheet_key, true));
	ck_assert_uint_eq(got.mrq, TYPE_TCP_IPV4 | 1 << 8);
}
END_TEST

START_TEST(reset_empties_and_forgets_the_second_queue)
{
	struct bench *b = scaled_up(MRQC_ALL);

	fill_table(b, 0x80808080);
	build(false, false, 1);
	ck_assert_int_eq(arrives(b), 1);
	wr(b, CTRL, CTRL_RST);
	ck_assert_uint_eq(rd(b, QUEUE(RDH, 1)), 0);
	ck_assert_uint_eq(rd(b, QUEUE(RDT, 1)), 0);
	ck_assert_uint_eq(rd(b, MRQC), 0);
	b = scaled_up(MRQC_ALL);
	ck_assert_int_eq(arrives(b), 0);
}
END_TEST

/* --- IPv6 extension headers --- */

/* Puts an extension header of so many bytes, zero but for its start, between IPv6 and TCP. */
static uint8_t *insert_extension(uint8_t type, size_t bytes)
{
	uint8_t *at = packet.bytes + packet.l3 + 40;
	const uint8_t next = packet.bytes[packet.l3 + 6];

	memmove(at + bytes, at, packet.len - packet.l3 - 40);
	memset(at, 0, bytes);
	at[0] = next;
	at[1] = (uint8_t)(bytes / 8 - 1);
	packet.bytes[packet.l3 + 6] = type;
	packet.l4 += bytes;
	packet.payload += bytes;
	packet.len += bytes;
	put16(packet.bytes + packet.l3 + 4, (unsigned int)(packet.len - packet.l3 - 40));
	return at;
}

START_TEST(ports_behind_extension_headers_are_hashed_unless_switched_off)
{
	static const uint8_t types[] = {0, 60, 43};
	struct bench *b = scaled_up(MRQC_ALL);

	for (size_t i = 0; i < 3; i++) {
		build(true, false, 5);
		insert_extension(types[i], 16)[2] = types[i] == 43 ? 0 : 1; /* PadN */
		wr(b, RFCTL, RFCTL_EXTEN);
		check_hash(b, TYPE_TCP_IPV6_EX, hash_of_packet(sheet_key, true));
		wr(b, RFCTL, RFCTL_EXTEN | RFCTL_IPV6_EX_DIS);
		check_hash(b, TYPE_IPV6, hash_of_packet(sheet_key, false));
	}
	build(true, false, 5); /* without such a header the bit means nothing */
	check_hash(b, TYPE_TCP_IPV6_EX, hash_of_packet(sheet_key, true));
}
END_TEST

/* A home address option; PadN before it, so that the address is aligned as RFC 6275 6.3 asks. */
static const uint8_t *insert_home_address(uint32_t seed)
{
	uint8_t *header = insert_extension(60, 24);

	header[2] = 1;
	header[3] = 2;
	header[6] = 0xc9;
	header[7] = 16;
	fill_random(header + 8, 16, seed);
	return header + 8;
}

/* A routing header of type 2 with one segment left. */
static const uint8_t *insert_route(uint32_t seed)
{
	uint8_t *header = insert_extension(43, 24);

	header[2] = 2;
	header[3] = 1;
	fill_random(header + 8, 16, seed);
	return header + 8;
}

START_TEST(home_address_takes_the_place_of_the_source)
{
	struct bench *b = scaled_up(MRQC_ALL);
	const uint8_t *ip, *home;

	for (uint32_t seed = 77; seed < 97; seed++) {
		build(true, false, 6);
		ip = packet.bytes + packet.l3;
		home = insert_home_address(seed);
		check_hash(b, TYPE_TCP_IPV6_EX,
			   expected_hash(sheet_key, home, ip + 24, 16, packet.bytes + packet.l4));
	}
	wr(b, MRQC, MRQC_RSS | MRQC_IPV6_EX);
	check_hash(b, TYPE_IPV6_EX, expected_hash(sheet_key, home, ip + 24, 16, NULL));
	wr(b, MRQC, MRQC_RSS | MRQC_ALL);
	wr(b, RFCTL, RFCTL_EXTEN | RFCTL_NEW_IPV6_EXT_DIS);
	check_hash(b, TYPE_IPV6, hash_of_packet(sheet_key, false));
	build(true, false, 6); /* a header without such an address is no matter */
	insert_extension(60, 16)[2] = 1;
	check_hash(b, TYPE_TCP_IPV6_EX, hash_of_packet(sheet_key, true));
}
END_TEST

START_TEST(type_2_routing_header_takes_the_place_of_the_destination)
{
	struct bench *b = scaled_up(MRQC_ALL);
	const uint8_t *ip, *home;

	for (uint32_t seed = 77; seed < 97; seed++) {
		build(true, false, 6);
		ip = packet.bytes + packet.l3;
		home = insert_route(seed);
		check_hash(b, TYPE_TCP_IPV6_EX,
			   expected_hash(sheet_key, ip + 8, home, 16, packet.bytes + packet.l4));
	}
	wr(b, RFCTL, RFCTL_EXTEN | RFCTL_NEW_IPV6_EXT_DIS);
	check_hash(b, TYPE_IPV6, hash_of_packet(sheet_key, false));
}
END_TEST

/* Behind another header they begin elsewhere, and may be whole in a beat. */
START_TEST(both_addresses_behind_a_header_of_any_length)
{
	struct bench *b = scaled_up(MRQC_ALL);

	for (size_t bytes = 8; bytes <= 72; bytes += 8) {
		const uint8_t *from, *to;

		build(true, false, 6);
		to = insert_route(bytes) + 24 + bytes;
		from = insert_home_address(bytes + 1) + bytes;
		insert_extension(0, bytes)[2] = 1; /* PadN */
		packet.bytes[packet.l3 + 40 + 3] = (uint8_t)(bytes - 4);
		check_hash(b, TYPE_TCP_IPV6_EX,
			   expected_hash(sheet_key, from, to, 16, packet.bytes + packet.l4));
	}
}
END_TEST

START_TEST(damaged_extension_headers_do_no_harm)
{
	struct bench *b = scaled_up(MRQC_ALL);

	for (uint32_t seed = 1; seed <= 60; seed++) {
		uint8_t *header;

		build(true, false, seed);
		header = insert_extension(seed % 2 ? 60 : 43, 24);
		fill_random(header, 24, seed);
		if (seed % 4)
			header[0] = 6; /* TCP behind it all the same */
		if (seed % 3 == 0)
			packet.len = packet.l3 + 40 + seed % 30;
		ck_assert_int_eq(arrives(b), 0);
		ck_assert_mem_eq(got.bytes, packet.bytes, packet.len);
	}
	build(false, false, 1);
	check_hash(b, TYPE_TCP_IPV4, hash_of_packet(sheet_key, true));
}
END_TEST

START_TEST(without_the_feature_all_goes_to_queue_0)
{
	struct bench *b = bench_get(BENCH_BARE);

	bench_up(b, RINGSIDE_IRQ_MSIX);
	write_key(b, sheet_key);
	wr(b, MRQC, MRQC_RSS | MRQC_ALL);
	wr(b, RXCSUM, RXCSUM_PCSD);
	fill_table(b, 0x80808080);
	for (unsigned int q = 0; q < 2; q++) {
		rx_setup_queue(&rx[q], b, q, 16, 2048, true, 0);
		rx_post(&rx[q], 15);
	}
	build(false, false, 1);
	ck_assert_int_eq(arrives(b), 0);
	ck_assert_uint_eq(got.hash, 0);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(vectors_of_ipv4),
	CARD_TEST(vectors_of_ipv6),
	CARD_TEST(every_bit_of_the_key_counts),
	CARD_TEST(each_type_needs_its_bit),
	CARD_TEST(fragments_are_hashed_by_addresses),
	CARD_TEST(what_is_not_ip_goes_to_queue_0_without_a_hash),
	CARD_TEST(rss_needs_mrqc_pcsd_and_extended_descriptors),
	CARD_TEST(bit_7_of_the_entry_is_the_queue),
	CARD_TEST(each_queue_receives_to_anywhere_in_64_bits_of_address),
	CARD_TEST(second_queue_has_its_cause_and_vector),
	CARD_TEST(both_queues_raise_rxt0_without_msix),
	CARD_TEST(low_descriptors_of_the_second_queue_raise_rxdmt0),
	CARD_TEST(flows_stay_in_order_in_both_queues),
	CARD_TEST(frame_waits_for_descriptors_of_its_queue),
	CARD_TEST(last_descriptor_has_the_hash),
	CARD_TEST(reset_empties_and_forgets_the_second_queue),
	CARD_TEST(ports_behind_extension_headers_are_hashed_unless_switched_off),
	CARD_TEST(home_address_takes_the_place_of_the_source),
	CARD_TEST(type_2_routing_header_takes_the_place_of_the_destination),
	CARD_TEST(both_addresses_behind_a_header_of_any_length),
	CARD_TEST(damaged_extension_headers_do_no_harm),
	CARD_TEST(without_the_feature_all_goes_to_queue_0),
	CARD_TESTS_END,
};

const struct card_topic topic_rss = {"rss", FEATURE_RSS | FEATURE_QUEUES, tests};
