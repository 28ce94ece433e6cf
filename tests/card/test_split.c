// SPDX-License-Identifier: MIT
/* Packet split receive, and the jumbo frames that Linux receives by it (5.2b, 5.6). */
#include "suite.h"

#include <string.h>

#define UNITS		 2 /* of 16 bytes, a descriptor */
#define BUFFERS		 4
#define BUFFER_STRIDE	 8192
#define RCTL_DTYP_PS	 BIT(10)
#define RFCTL_IPFRSP_DIS BIT(14)
#define HDRSP		 BIT(15)
#define UNUSED		 UINT64_MAX

/* Header buffer of 128 bytes and so many pages of 4 KiB, as Linux sets them. */
#define PSRCTL_PAGES(n) (0x401u | ((n) > 1 ? 0x40000u : 0) | ((n) > 2 ? 0x4000000u : 0))

struct split_ring {
	struct bench *b;
	uint64_t base, buffers;
	unsigned int size, tail, next; /* descriptors */
	unsigned int used_buffers;
};

struct split_result {
	uint32_t word[8];
	size_t len[BUFFERS];
};

static struct split_ring rx;
static struct split_result got;
static struct packet packet;

static uint32_t *descriptor(unsigned int index)
{
	return host_at(&rx.b->host, rx.base + index * 16 * UNITS);
}

static uint64_t buffer(unsigned int index, unsigned int i)
{
	return rx.buffers + (index * BUFFERS + i) * (uint64_t)BUFFER_STRIDE;
}

static void post(unsigned int count)
{
	for (unsigned int n = 0; n < count; n++) {
		uint32_t *d = descriptor(rx.tail);

		for (unsigned int i = 0; i < BUFFERS; i++) {
			uint64_t at = i < rx.used_buffers ? buffer(rx.tail, i) : UNUSED;

			d[2 * i] = (uint32_t)at;
			d[2 * i + 1] = (uint32_t)(at >> 32);
			if (i < rx.used_buffers)
				memset(host_at(&rx.b->host, at), 0xee, BUFFER_STRIDE);
		}
		rx.tail = (rx.tail + 1) % rx.size;
	}
	wr(rx.b, RDT, rx.tail * UNITS);
}

static void ring_up(struct bench *b, unsigned int size, uint32_t psrctl, uint32_t rctl)
{
	rx = (struct split_ring){.b = b, .size = size, .used_buffers = 2};
	if (psrctl & 0x3f0000)
		rx.used_buffers = psrctl & 0x3f000000 ? 4 : 3;
	rx.base = host_alloc(&b->host, size * 16 * UNITS, 128);
	rx.buffers = host_alloc(&b->host, (size_t)size * BUFFERS * BUFFER_STRIDE, 4096);
	wr(b, RDBAL, (uint32_t)rx.base);
	wr(b, RDBAH, (uint32_t)(rx.base >> 32));
	wr(b, RDLEN, size * 16 * UNITS);
	wr(b, RDH, 0);
	wr(b, RDT, 0);
	wr(b, RFCTL, RFCTL_EXTEN);
	wr(b, RCTL, RCTL_EN | RCTL_BAM | RCTL_LPE | RCTL_SECRC | RCTL_DTYP_PS | rctl);
	wr(b, PSRCTL, psrctl);
	ck_assert_uint_eq(rd(b, PSRCTL), psrctl);
	post(size - 1);
}

static struct bench *split_up(uint32_t psrctl)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	ring_up(b, 16, psrctl, 0);
	return b;
}

/* The next descriptor, or false when it is not done. Its buffers are at `index`. */
static bool take(unsigned int *index)
{
	const uint32_t *d = descriptor(rx.next);

	*index = rx.next;
	memcpy(got.word, d, sizeof(got.word));
	if (!(d[2] & RXD_DD))
		return false;
	got.len[0] = d[3] & 0xffff;
	got.len[1] = d[4] >> 16;
	got.len[2] = d[5] & 0xffff;
	got.len[3] = d[5] >> 16;
	rx.next = (rx.next + 1) % rx.size;
	return true;
}

/* The bytes of a descriptor's buffers are those of the frame from `at` on; where they end. */
static size_t check_bytes(unsigned int index, const uint8_t *frame, size_t at)
{
	for (unsigned int i = 0; i < BUFFERS; i++) {
		const uint8_t *bytes;

		if (got.len[i] == 0)
			continue;
		bytes = host_at(&rx.b->host, buffer(index, i));
		ck_assert_mem_eq(bytes, frame + at, got.len[i]);
		ck_assert_uint_eq(bytes[got.len[i]], 0xee);
		at += got.len[i];
	}
	return at;
}

/* Feeds a frame that takes one descriptor: `header` bytes in the first buffer, or not split. */
static void check_frame(struct bench *b, const uint8_t *frame, size_t len, size_t header)
{
	unsigned int index;

	feed(b, frame, len);
	run_ns(b, US(30));
	ck_assert_msg(take(&index), "the frame does not arrive");
	ck_assert_uint_eq(got.word[2] & RXD_EOP, RXD_EOP);
	ck_assert_uint_eq(check_bytes(index, frame, 0), len);
	if (header) {
		ck_assert_uint_eq(got.len[0], header);
		ck_assert_uint_eq(got.word[4] & 0xffff, HDRSP | header);
	} else {
		ck_assert_uint_eq(got.word[4] & HDRSP, 0);
	}
	ck_assert_uint_eq(got.word[6], 0);
	ck_assert_uint_eq(got.word[7], 0);
	post(1);
}

START_TEST(headers_and_payload_part)
{
	struct bench *b = split_up(PSRCTL_PAGES(1));

	for (uint32_t seed = 0; seed < 32; seed++) {
		const struct packet_options o = {.ipv6 = seed & 1,
						 .udp = seed & 2,
						 .tcp_options = seed & 2 ? 0 : seed & 0x1c,
						 .payload = 30 + 40 * seed,
						 .seed = seed};

		packet_build(&packet, &o);
		check_frame(b, packet.bytes, packet.len, packet.payload);
	}
}
END_TEST

START_TEST(pages_are_filled_one_after_the_other)
{
	static const size_t payloads[] = {1,	4095, 4096, 4097,  8191, 8192,
					  8193, 8960, 9158, 12287, 12288};
	struct bench *b = split_up(PSRCTL_PAGES(3));

	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		const struct packet_options o = {.payload = payloads[i], .seed = (uint32_t)i};
		size_t left = payloads[i];

		packet_build(&packet, &o);
		if (packet.len < 60)
			continue;
		check_frame(b, packet.bytes, packet.len, packet.payload);
		for (unsigned int page = 1; page < BUFFERS; page++) {
			size_t bytes = left < 4096 ? left : 4096;

			ck_assert_uint_eq(got.len[page], bytes);
			left -= bytes;
		}
	}
}
END_TEST

START_TEST(buffers_are_anywhere_in_64_bits_of_address)
{
	const struct packet_options o = {.payload = 12287, .seed = 12};

	packet_build(&packet, &o);
	for (unsigned int place = 0; place < HOST_PLACES; place++) {
		struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

		host_move(&b->host, place);
		ring_up(b, 16, PSRCTL_PAGES(3), 0);
		for (unsigned int i = 0; i < 20; i++)
			check_frame(b, packet.bytes, packet.len, packet.payload);
	}
}
END_TEST

START_TEST(what_is_not_ip_begins_in_the_header_buffer)
{
	static const size_t lengths[] = {60, 127, 128, 129, 1514, 4224};
	struct bench *b = split_up(PSRCTL_PAGES(1));
	static uint8_t frame[4224] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 2,
				      0,    0,	  0,	0,    1,    0x88, 0xb5};

	fill_random(frame + 14, sizeof(frame) - 14, 3);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		check_frame(b, frame, lengths[i], 0);
		ck_assert_uint_eq(got.len[0], lengths[i] < 128 ? lengths[i] : 128);
	}
}
END_TEST

START_TEST(headers_longer_than_their_buffer_are_not_split)
{
	struct bench *b = split_up(PSRCTL_PAGES(1));

	for (size_t options = 24; options <= 40; options += 4) {
		const struct packet_options o = {
			.ip_options = 40, .tcp_options = options, .payload = 300, .seed = 1};

		packet_build(&packet, &o);
		check_frame(b, packet.bytes, packet.len,
			    packet.payload <= 128 ? packet.payload : 0);
		ck_assert_uint_eq(got.len[0], packet.payload <= 128 ? packet.payload : 128);
	}
}
END_TEST

START_TEST(fragments_split_behind_ip_unless_switched_off)
{
	static const uint8_t words[][2] = {{0x20, 0x00}, {0x20, 0x10}, {0x00, 0x10}};
	struct bench *b = split_up(PSRCTL_PAGES(1));
	const struct packet_options o = {.payload = 500, .seed = 1};

	for (size_t i = 0; i < 3; i++) {
		packet_build(&packet, &o);
		memcpy(packet.bytes + packet.l3 + 6, words[i], 2);
		packet_finish(&packet);
		wr(b, RFCTL, RFCTL_EXTEN);
		check_frame(b, packet.bytes, packet.len, packet.l4);
		wr(b, RFCTL, RFCTL_EXTEN | RFCTL_IPFRSP_DIS);
		check_frame(b, packet.bytes, packet.len, 0);
		ck_assert_uint_eq(got.len[0], 128);
	}
}
END_TEST

START_TEST(other_protocols_split_behind_ip)
{
	struct bench *b = split_up(PSRCTL_PAGES(1));

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const struct packet_options o = {.ipv6 = ipv6, .payload = 500, .seed = 1};

		packet_build(&packet, &o);
		packet.bytes[packet.l3 + (ipv6 ? 6 : 9)] = ipv6 ? 58 : 1; /* ICMP */
		check_frame(b, packet.bytes, packet.len, packet.l4);
	}
}
END_TEST

START_TEST(padding_goes_with_the_payload)
{
	struct bench *b = split_up(PSRCTL_PAGES(1));
	const struct packet_options o = {.payload = 0, .seed = 1, .tcp_flags = TCP_ACK};

	packet_build(&packet, &o);
	memset(packet.bytes + packet.len, 0, 60 - packet.len);
	check_frame(b, packet.bytes, 60, packet.len);
}
END_TEST

START_TEST(damaged_packets_arrive_whole)
{
	struct bench *b = split_up(PSRCTL_PAGES(1));

	for (uint32_t seed = 1; seed <= 80; seed++) {
		const struct packet_options o = {.ipv6 = seed & 1, .payload = 200, .seed = seed};
		uint32_t state = seed;
		unsigned int index;
		size_t len;

		packet_build(&packet, &o);
		for (int i = 0; i < 3; i++)
			packet.bytes[12 + next_random(&state) % 60] ^= (uint8_t)next_random(&state);
		len = 60 + next_random(&state) % (packet.len - 60);
		feed(b, packet.bytes, len);
		run_ns(b, US(30));
		ck_assert(take(&index));
		ck_assert_uint_eq(check_bytes(index, packet.bytes, 0), len);
		ck_assert_uint_gt(got.len[0], 0); /* Linux drops a frame without */
		post(1);
	}
}
END_TEST

START_TEST(split_descriptors_carry_verdict_and_type)
{
	struct bench *b = split_up(PSRCTL_PAGES(1));
	const struct packet_options o = {.payload = 500, .seed = 1};

	packet_build(&packet, &o);
	check_frame(b, packet.bytes, packet.len, packet.payload);
	ck_assert_uint_eq(got.word[2] & (RXD_TCPCS | RXD_IPCS | RXD_TCPE | RXD_IPE),
			  RXD_TCPCS | RXD_IPCS);
	ck_assert_uint_eq(got.word[2] >> 16 & 0xf, 2);
	packet.bytes[packet.len - 1] ^= 1;
	check_frame(b, packet.bytes, packet.len, packet.payload);
	ck_assert_uint_eq(got.word[2] & (RXD_TCPCS | RXD_IPCS | RXD_TCPE | RXD_IPE),
			  RXD_TCPCS | RXD_IPCS | RXD_TCPE);
}
END_TEST

START_TEST(head_advances_by_two_units_and_wraps)
{
	struct bench *b = split_up(PSRCTL_PAGES(1));

	for (uint32_t i = 1; i <= 50; i++) {
		const struct packet_options o = {.payload = 20 * i, .seed = i};

		packet_build(&packet, &o);
		check_frame(b, packet.bytes, packet.len, packet.payload);
		ck_assert_uint_eq(rd(b, RDH), i * UNITS % (16 * UNITS));
	}
}
END_TEST

START_TEST(burst_of_jumbo_frames_arrives_in_order)
{
	struct bench *b = split_up(PSRCTL_PAGES(3));
	uint32_t fed = 0, taken = 0;

	while (taken < 60) {
		unsigned int index;

		while (fed < 60 && b->abi->card_receive_ready(b->card)) {
			const struct packet_options o = {.payload = 8960, .seed = fed};

			packet_build(&packet, &o);
			feed(b, packet.bytes, packet.len);
			fed++;
		}
		run_ns(b, US(50));
		while (take(&index)) {
			const struct packet_options o = {.payload = 8960, .seed = taken};

			packet_build(&packet, &o);
			ck_assert_uint_eq(got.len[0], packet.payload);
			ck_assert_uint_eq(check_bytes(index, packet.bytes, 0), packet.len);
			taken++;
			post(1);
		}
		ck_assert_uint_lt(b->now_ns, MS(100));
	}
	ck_assert_uint_eq(rd(b, MPC), 0);
}
END_TEST

START_TEST(trap_23_done_is_written_behind_the_rest_of_the_descriptor)
{
	struct bench *b = split_up(PSRCTL_PAGES(3));
	const struct packet_options o = {.payload = 9000, .seed = 2};
	long done, rest, bytes;

	packet_build(&packet, &o);
	host_forget(&b->host);
	feed(b, packet.bytes, packet.len);
	run_ns(b, US(50));
	done = host_find_last_dma(&b->host, HOST_WRITE, rx.base + 8, 4);
	rest = host_find_last_dma(&b->host, HOST_WRITE, rx.base + 16, 16);
	ck_assert_int_ge(done, 0);
	ck_assert_int_ge(rest, 0);
	/* One write lets bytes appear in ascending order, so the second half needs one before. */
	ck_assert_msg(rest < done, "the second half is written with DD or after it");
	for (unsigned int i = 0; i < BUFFERS; i++) {
		bytes = host_find_last_dma(&b->host, HOST_WRITE, buffer(0, i), BUFFER_STRIDE);
		ck_assert_msg(bytes >= 0 && bytes < done, "buffer %u is written after DD", i);
	}
}
END_TEST

START_TEST(fcs_follows_the_payload)
{
	struct bench *b = split_up(PSRCTL_PAGES(1));
	const struct packet_options o = {.payload = 500, .seed = 1};
	unsigned int index;

	clear_bits(b, RCTL, RCTL_SECRC);
	packet_build(&packet, &o);
	feed(b, packet.bytes, packet.len);
	run_ns(b, US(30));
	ck_assert(take(&index));
	ck_assert_uint_eq(got.len[0], packet.payload);
	ck_assert_uint_eq(got.len[1], 500 + 4);
}
END_TEST

START_TEST(unused_buffers_are_left_alone)
{
	struct bench *b = split_up(PSRCTL_PAGES(1)); /* the last two addresses are all ones */
	const struct packet_options o = {.payload = 1460, .seed = 1};

	packet_build(&packet, &o);
	for (int i = 0; i < 20; i++)
		check_frame(b, packet.bytes, packet.len, packet.payload);
	ck_assert_uint_eq(host_count(&b->host, HOST_ERROR), 0);
}
END_TEST

START_TEST(frame_longer_than_the_buffers_continues)
{
	struct bench *b = split_up(0x0101); /* 128 bytes and 1 KiB */

	for (int split = 0; split < 2; split++) {
		const struct packet_options o = {.payload = 3000, .seed = 1};
		const size_t first = split ? 0 : 128;
		size_t at = 0;
		unsigned int index, n = 0;

		packet_build(&packet, &o);
		if (!split)
			packet.bytes[12] = 0x88; /* not IP */
		feed(b, packet.bytes, packet.len);
		run_ns(b, US(30));
		while (take(&index)) {
			n++;
			ck_assert_uint_eq(got.len[0], n == 1 && split ? packet.payload
						      : at + 128 > packet.len && first
							      ? packet.len - at
							      : first);
			ck_assert_uint_le(got.len[1], 1024);
			ck_assert_uint_eq(got.len[2] + got.len[3], 0);
			at = check_bytes(index, packet.bytes, at);
			ck_assert_uint_eq((got.word[2] & RXD_EOP) != 0, at == packet.len);
		}
		ck_assert_uint_eq(at, packet.len);
		ck_assert_uint_eq(n, 3);
		post(n);
	}
}
END_TEST

START_TEST(exactly_one_descriptor_is_enough)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	const struct packet_options o = {.payload = 500, .seed = 1};
	unsigned int index;

	ring_up(b, 4, PSRCTL_PAGES(1), 0);
	packet_build(&packet, &o);
	for (int i = 0; i < 3; i++)
		feed(b, packet.bytes, packet.len);
	feed(b, packet.bytes, packet.len); /* waits */
	run_ns(b, US(50));
	for (int i = 0; i < 3; i++)
		ck_assert(take(&index));
	ck_assert(!take(&index));
	ck_assert_uint_eq(rd(b, RDH), 3 * UNITS);
	post(1);
	run_ns(b, US(50));
	ck_assert(take(&index));
	ck_assert_uint_eq(check_bytes(index, packet.bytes, 0), packet.len);
}
END_TEST

START_TEST(trap_08_buffers_without_size_are_refused)
{
	static const uint32_t bad[] = {0x00000400, 0x00040002, 0x3f3f0000, 0};
	struct bench *b = split_up(PSRCTL_PAGES(2));
	const struct packet_options o = {.payload = 1000, .seed = 1};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		wr(b, PSRCTL, bad[i]);
		ck_assert_uint_eq(rd(b, PSRCTL), PSRCTL_PAGES(2));
		packet_build(&packet, &o);
		check_frame(b, packet.bytes, packet.len, packet.payload);
	}
}
END_TEST

START_TEST(trap_08_no_size_from_before_does_not_hang_the_card)
{
	static const uint32_t bad[] = {0x00000400, 0x00040002, 0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
		const struct packet_options o = {.payload = 1000, .seed = 1};

		wr(b, PSRCTL, bad[i]); /* while packets are not split */
		ring_up(b, 16, PSRCTL_PAGES(1), 0);
		wr(b, RCTL, 0);
		wr(b, PSRCTL, bad[i]);
		set_bits(b, RCTL, RCTL_EN | RCTL_DTYP_PS | RCTL_SECRC);
		packet_build(&packet, &o);
		for (int n = 0; n < 5; n++)
			feed(b, packet.bytes, packet.len);
		run_ns(b, MS(1)); /* arrives, or is dropped */
		wr(b, CTRL, CTRL_RST);
		run_ns(b, US(20));
		ring_up(b, 16, PSRCTL_PAGES(1), 0);
		check_frame(b, packet.bytes, packet.len, packet.payload);
	}
}
END_TEST

START_TEST(without_the_feature_dtyp_means_nothing)
{
	static struct rx_ring plain;
	static struct rx_result result;
	struct bench *b = bench_get(BENCH_BARE);
	const struct packet_options o = {.payload = 500, .seed = 1};

	bench_up(b, RINGSIDE_IRQ_MSIX);
	rx_setup(&plain, b, 16, 2048, true, RCTL_DTYP_PS);
	rx_post(&plain, 15);
	packet_build(&packet, &o);
	feed(b, packet.bytes, packet.len);
	run_ns(b, US(30));
	ck_assert(rx_take(&plain, &result));
	ck_assert_mem_eq(result.bytes, packet.bytes, packet.len);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(headers_and_payload_part),
	CARD_TEST(pages_are_filled_one_after_the_other),
	CARD_TEST(buffers_are_anywhere_in_64_bits_of_address),
	CARD_TEST(what_is_not_ip_begins_in_the_header_buffer),
	CARD_TEST(headers_longer_than_their_buffer_are_not_split),
	CARD_TEST(fragments_split_behind_ip_unless_switched_off),
	CARD_TEST(other_protocols_split_behind_ip),
	CARD_TEST(padding_goes_with_the_payload),
	CARD_TEST(damaged_packets_arrive_whole),
	CARD_TEST(split_descriptors_carry_verdict_and_type),
	CARD_TEST(head_advances_by_two_units_and_wraps),
	CARD_TEST(burst_of_jumbo_frames_arrives_in_order),
	CARD_TEST(trap_23_done_is_written_behind_the_rest_of_the_descriptor),
	CARD_TEST(fcs_follows_the_payload),
	CARD_TEST(unused_buffers_are_left_alone),
	CARD_TEST(frame_longer_than_the_buffers_continues),
	CARD_TEST(exactly_one_descriptor_is_enough),
	CARD_TEST(trap_08_buffers_without_size_are_refused),
	CARD_TEST(trap_08_no_size_from_before_does_not_hang_the_card),
	CARD_TEST(without_the_feature_dtyp_means_nothing),
	CARD_TESTS_END,
};

const struct card_topic topic_split = {"split", FEATURE_SPLIT, tests};
