// SPDX-License-Identifier: MIT
/*
 * The second transmit queue beside the first (4.3, 4.6, 4.9), and the causes of both. The second
 * receive queue is reached by RSS: see there.
 */
#include "suite.h"

#include "harness/offload.h"

#include <string.h>

#define FRAME_BYTES 200

static struct tx_ring tx[2];
static struct packet packet, segment;

static struct bench *queues_up(enum ringside_irq_mode mode, unsigned int size)
{
	struct bench *b = card_up(mode);

	for (unsigned int q = 0; q < 2; q++)
		tx_setup_queue(&tx[q], b, q, size);
	return b;
}

/* A frame that says which of which queue it is. */
static unsigned int put_numbered(unsigned int queue, unsigned int number)
{
	uint8_t frame[FRAME_BYTES] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

	frame[14] = (uint8_t)queue;
	frame[15] = (uint8_t)(number >> 8);
	frame[16] = (uint8_t)number;
	return tx_legacy(&tx[queue], put_bytes(tx[queue].b, frame, sizeof(frame)), sizeof(frame),
			 TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
}

/* Frames on the line, by queue; each queue's are in its order. */
static void check_numbered(const struct bench *b, unsigned int frames[2])
{
	frames[0] = frames[1] = 0;
	for (size_t i = 0; i < b->host.num_frames; i++) {
		const uint8_t *bytes = b->host.frames[i].bytes;
		const unsigned int queue = bytes[14];

		ck_assert_uint_eq(b->host.frames[i].len, FRAME_BYTES);
		ck_assert_uint_lt(queue, 2);
		ck_assert_uint_eq((unsigned int)bytes[15] << 8 | bytes[16], frames[queue]);
		frames[queue]++;
	}
}

START_TEST(second_transmit_queue_sends)
{
	struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 8);
	unsigned int frames[2];

	for (unsigned int i = 0; i < 20; i++) {
		unsigned int index = put_numbered(1, i);

		tx_doorbell(&tx[1]);
		run_ns(b, US(20));
		ck_assert(tx_done(&tx[1], index));
	}
	check_numbered(b, frames);
	ck_assert_uint_eq(frames[1], 20);
	ck_assert_uint_eq(rd(b, QUEUE(TDH, 1)), 20 % 8);
	ck_assert_uint_eq(rd(b, TDH), 0);
}
END_TEST

START_TEST(each_queue_sends_from_anywhere_in_64_bits_of_address)
{
	for (unsigned int place = 0; place < HOST_PLACES; place++) {
		struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
		unsigned int frames[2];

		host_move(&b->host, place);
		for (unsigned int q = 0; q < 2; q++)
			tx_setup_queue(&tx[q], b, q, 8);
		for (unsigned int i = 0; i < 20; i++) {
			for (unsigned int q = 0; q < 2; q++) {
				unsigned int index = put_numbered(q, i);

				tx_doorbell(&tx[q]);
				run_ns(b, US(20));
				ck_assert(tx_done(&tx[q], index));
			}
		}
		check_numbered(b, frames);
		ck_assert_uint_eq(frames[0], 20);
		ck_assert_uint_eq(frames[1], 20);
	}
}
END_TEST

START_TEST(both_queues_send_all_in_their_order)
{
	struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 256);
	unsigned int frames[2];

	for (unsigned int i = 0; i < 250; i++) {
		put_numbered(0, i);
		put_numbered(1, i);
		if (i % 7 == 0)
			tx_doorbell(&tx[0]);
		if (i % 5 == 0)
			tx_doorbell(&tx[1]);
		if (i % 11 == 0)
			run_ns(b, 400);
	}
	tx_doorbell(&tx[0]);
	tx_doorbell(&tx[1]);
	run_ns(b, MS(1));
	check_numbered(b, frames);
	ck_assert_uint_eq(frames[0], 250);
	ck_assert_uint_eq(frames[1], 250);
	for (unsigned int q = 0; q < 2; q++) {
		for (unsigned int i = 0; i < 250; i++)
			ck_assert(tx_done(&tx[q], i));
	}
}
END_TEST

START_TEST(neither_queue_starves_the_other)
{
	for (unsigned int busy = 0; busy < 2; busy++) {
		struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 256);
		size_t at = 0;

		wr(b, TCTL, 0);
		for (unsigned int i = 0; i < 250; i++)
			put_numbered(busy, i);
		put_numbered(1 - busy, 0);
		tx_doorbell(&tx[0]);
		tx_doorbell(&tx[1]);
		wr(b, TCTL, TCTL_EN | TCTL_PSP);
		run_ns(b, MS(1));
		ck_assert_uint_eq(b->host.num_frames, 251);
		while (b->host.frames[at].bytes[14] == busy)
			at++;
		ck_assert_msg(at < 100, "the other queue's frame leaves as number %zu", at);
	}
}
END_TEST

START_TEST(tarc_switches_each_queue)
{
	struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 8);
	unsigned int frames[2], index;

	for (unsigned int q = 0; q < 2; q++) {
		host_forget(&b->host);
		clear_bits(b, QUEUE(TARC0, q), BIT(10));
		tx_setup_queue(&tx[0], b, 0, 8);
		tx_setup_queue(&tx[1], b, 1, 8);
		index = put_numbered(q, 0);
		put_numbered(1 - q, 0);
		tx_doorbell(&tx[0]);
		tx_doorbell(&tx[1]);
		run_ns(b, US(50));
		check_numbered(b, frames);
		ck_assert_uint_eq(frames[q], 0);
		ck_assert_uint_eq(frames[1 - q], 1);
		set_bits(b, QUEUE(TARC0, q), BIT(10));
		run_ns(b, US(50));
		ck_assert(tx_done(&tx[q], index));
	}
}
END_TEST

START_TEST(each_queue_has_its_cause_and_vector)
{
	struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 64);

	wr(b, IVAR, 0x000bca98); /* RXQ0 0, RXQ1 1, TXQ0 2, TXQ1 4, OTHER 3 */
	wr(b, IMS, CAUSE_TXQ0 | CAUSE_TXQ1);
	put_numbered(1, 0);
	tx_doorbell(&tx[1]);
	run_ns(b, US(20));
	ck_assert_uint_eq(b->host.messages[4], 1);
	ck_assert_uint_eq(b->host.messages[2], 0);
	ck_assert_uint_eq(rd(b, ICS) & (CAUSE_TXQ0 | CAUSE_TXQ1 | CAUSE_TXDW), CAUSE_TXQ1);
	put_numbered(0, 0);
	tx_doorbell(&tx[0]);
	run_ns(b, US(20));
	ck_assert_uint_eq(b->host.messages[4], 1);
	ck_assert_uint_eq(b->host.messages[2], 1);
	ck_assert_uint_eq(rd(b, ICR) & (CAUSE_TXQ0 | CAUSE_TXQ1), CAUSE_TXQ0 | CAUSE_TXQ1);
}
END_TEST

START_TEST(both_queues_raise_txdw_without_msix)
{
	for (unsigned int q = 0; q < 2; q++) {
		struct bench *b = queues_up(RINGSIDE_IRQ_MSI, 8);

		wr(b, IMS, CAUSE_TXDW);
		put_numbered(q, 0);
		tx_doorbell(&tx[q]);
		run_ns(b, US(20));
		ck_assert_uint_eq(b->host.messages[0], 1);
		ck_assert_uint_eq(rd(b, ICR) & (CAUSE_TXDW | CAUSE_TXQ0 | CAUSE_TXQ1), CAUSE_TXDW);
	}
}
END_TEST

/* FreeBSD relies on the opposite not being needed: it sends a context with every packet. */
START_TEST(trap_51_the_queues_share_one_context)
{
	struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 8);
	const struct packet_options o = {.payload = 500, .seed = 3};
	struct tx_context context;

	packet_build(&packet, &o);
	context = checksum_context(&packet);
	tx_set_context(&tx[0], &context);
	tx_doorbell(&tx[0]);
	run_ns(b, US(20));
	segment = packet;
	packet_seed(&segment);
	tx_packet(&tx[1], &segment, 4096, 0);
	tx_doorbell(&tx[1]);
	run_ns(b, US(20));
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_packet(b, 0, &packet);
}
END_TEST

/* Packet `number` of a queue: segmented TCP in queue 0, UDP with a checksum in queue 1. */
static void build_packet(struct packet *p, unsigned int queue, unsigned int number)
{
	const struct packet_options o = {.ipv6 = number % 2,
					 .udp = queue == 1,
					 .payload = 900 + 130 * number,
					 .seed = number};

	packet_build(p, &o);
}

static unsigned int put_packet(unsigned int queue, unsigned int number, unsigned int mss)
{
	struct tx_context context;

	build_packet(&packet, queue, number);
	if (queue == 0) {
		context = tso_context(&packet, mss);
		packet_seed_tso(&packet);
	} else {
		context = checksum_context(&packet);
		packet_seed(&packet);
	}
	tx_set_context(&tx[queue], &context);
	return tx_packet(&tx[queue], &packet, 600, queue == 0 ? TXD_TSE : 0);
}

START_TEST(context_and_packet_stay_together_while_queues_take_turns)
{
	enum { packets = 12, mss = 400 };
	struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 128);
	unsigned int number[2] = {0, 0}, last[2] = {0, 0};
	size_t k = 0;

	for (unsigned int i = 0; i < packets; i++) {
		last[0] = put_packet(0, i, mss);
		last[1] = put_packet(1, i, mss);
	}
	tx_doorbell(&tx[0]);
	tx_doorbell(&tx[1]);
	run_ns(b, MS(1));
	ck_assert(tx_done(&tx[0], last[0]) && tx_done(&tx[1], last[1]));
	for (size_t i = 0; i < b->host.num_frames; i++) {
		const uint8_t *bytes = b->host.frames[i].bytes;
		const bool ipv6 = bytes[12] == 0x86;
		const unsigned int queue = bytes[ipv6 ? 20 : 23] == 17;

		build_packet(&packet, queue, number[queue]);
		if (queue == 1) {
			check_packet(b, i, &packet);
			number[1]++;
			continue;
		}
		tso_frame(&packet, mss, k, &segment);
		check_packet(b, i, &segment);
		if (++k == tso_frames(&packet, mss)) {
			number[0]++;
			k = 0;
		}
	}
	ck_assert_uint_eq(number[0], packets);
	ck_assert_uint_eq(number[1], packets);
}
END_TEST

/* The other queue may go on meanwhile, or wait: the fact sheet does not say. */
START_TEST(packet_whose_end_comes_late_disturbs_no_frame)
{
	struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 64);
	uint8_t half[100] = {2, 0, 0, 0, 0, 9};
	unsigned int first, other;
	bool seen[2] = {false, false};

	tx_data(&tx[0], put_bytes(b, half, sizeof(half)), sizeof(half), TXD_IFCS, 0);
	tx_doorbell(&tx[0]);
	run_ns(b, US(20));
	other = put_numbered(1, 0);
	tx_doorbell(&tx[1]);
	run_ns(b, US(20));
	first = tx_data(&tx[0], put_bytes(b, half, sizeof(half)), sizeof(half),
			TXD_IFCS | TXD_EOP | TXD_RS, 0);
	tx_doorbell(&tx[0]);
	run_ns(b, US(20));
	ck_assert(tx_done(&tx[0], first) && tx_done(&tx[1], other));
	ck_assert_uint_eq(b->host.num_frames, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct host_frame *f = &b->host.frames[i];
		const bool halves = f->bytes[12] == 0;

		ck_assert_uint_eq(f->len, halves ? 2 * sizeof(half) : FRAME_BYTES);
		ck_assert_mem_eq(f->bytes, half, 6);
		seen[halves] = true;
	}
	ck_assert(seen[0] && seen[1]);
}
END_TEST

START_TEST(nonsense_in_one_queue_leaves_the_other_alone)
{
	static const struct {
		uint32_t offset, value;
	} nonsense[] = {{TDT, 0xffff}, {TDT, 8}, {TDH, 0x1000}, {TDLEN, 0}};

	for (unsigned int q = 0; q < 2; q++) {
		for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
			struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 8);
			unsigned int index;

			wr(b, TCTL, 0);
			for (unsigned int n = 0; n < 5; n++)
				put_numbered(q, n);
			tx_doorbell(&tx[q]);
			wr(b, QUEUE(nonsense[i].offset, q), nonsense[i].value);
			wr(b, TCTL, TCTL_EN | TCTL_PSP);
			run_ns(b, US(50));
			host_forget(&b->host);
			index = put_numbered(1 - q, 0);
			tx_doorbell(&tx[1 - q]);
			run_ns(b, US(50));
			ck_assert(tx_done(&tx[1 - q], index));
			ck_assert_uint_eq(b->host.num_frames, 1);
		}
	}
}
END_TEST

START_TEST(reset_and_tctl_stop_both_queues)
{
	for (int kind = 0; kind < 2; kind++) {
		struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 256);
		size_t events;

		for (unsigned int i = 0; i < 250; i++) {
			put_numbered(0, i);
			put_numbered(1, i);
		}
		tx_doorbell(&tx[0]);
		tx_doorbell(&tx[1]);
		run_ns(b, US(2));
		wr(b, kind ? CTRL : TCTL, kind ? CTRL_RST : 0);
		run_ns(b, US(20));
		events = b->host.num_events;
		run_ns(b, MS(1));
		ck_assert_uint_eq(b->host.num_events, events);
		if (kind) {
			ck_assert_uint_eq(rd(b, TDH), 0);
			ck_assert_uint_eq(rd(b, QUEUE(TDH, 1)), 0);
			ck_assert_uint_eq(rd(b, QUEUE(TDT, 1)), 0);
		}
	}
}
END_TEST

START_TEST(statistics_count_both_queues)
{
	struct bench *b = queues_up(RINGSIDE_IRQ_MSIX, 8);

	for (unsigned int i = 0; i < 3; i++)
		put_numbered(0, i);
	for (unsigned int i = 0; i < 4; i++)
		put_numbered(1, i);
	tx_doorbell(&tx[0]);
	tx_doorbell(&tx[1]);
	run_ns(b, US(50));
	ck_assert_uint_eq(rd(b, GPTC), 7);
	ck_assert_uint_eq(rd(b, GOTCL), 7 * (FRAME_BYTES + 4));
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(second_transmit_queue_sends),
	CARD_TEST(each_queue_sends_from_anywhere_in_64_bits_of_address),
	CARD_TEST(both_queues_send_all_in_their_order),
	CARD_TEST(neither_queue_starves_the_other),
	CARD_TEST(tarc_switches_each_queue),
	CARD_TEST(each_queue_has_its_cause_and_vector),
	CARD_TEST(both_queues_raise_txdw_without_msix),
	CARD_TEST(trap_51_the_queues_share_one_context),
	CARD_TEST(context_and_packet_stay_together_while_queues_take_turns),
	CARD_TEST(packet_whose_end_comes_late_disturbs_no_frame),
	CARD_TEST(nonsense_in_one_queue_leaves_the_other_alone),
	CARD_TEST(reset_and_tctl_stop_both_queues),
	CARD_TEST(statistics_count_both_queues),
	CARD_TESTS_END,
};

const struct card_topic topic_queues = {"queues", FEATURE_QUEUES, tests};
