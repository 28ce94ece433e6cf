// SPDX-License-Identifier: MIT
/* Ringside's own: where the time of transmit, receive and the DMA masters goes (RS_TIME). */
#include "suite.h"

#include <string.h>

enum block { TRANSMIT, RECEIVE, READER, WRITER, BLOCKS };
enum use { BUSY, DMA, WIRE, USES };

#define QUANTUM_NS 512

static uint8_t frame[1000] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static struct tx_ring tx;
static struct rx_ring rx;

static struct bench *up(void)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 64);
	rx_setup(&rx, b, 64, 2048, true, 0);
	ck_assert_uint_eq(rd(b, TIME_CTRL), 0);
	wr(b, TIME_CTRL, 1);
	ck_assert_uint_eq(rd(b, TIME_CTRL), 1);
	return b;
}

static uint64_t spent(struct bench *b, enum block block, enum use use)
{
	const uint32_t offset = TIME_USE + 8 * (USES * (uint32_t)block + (uint32_t)use);
	const uint32_t low = rd(b, offset);

	return (uint64_t)rd(b, offset + 4) << 32 | low;
}

static void queue_frame(struct bench *b)
{
	tx_data(&tx, put_bytes(b, frame, sizeof(frame)), sizeof(frame), TXD_EOP | TXD_IFCS | TXD_RS,
		0);
	tx_doorbell(&tx);
}

static void check_range(uint64_t value, uint64_t least, uint64_t most)
{
	ck_assert_uint_ge(value, least);
	ck_assert_uint_le(value, most);
}

START_TEST(transmit_waits_for_a_line_that_is_full)
{
	struct bench *b = up();

	b->host.room_frames = 0;
	queue_frame(b); /* the first is on its way to somebody who does not take it */
	queue_frame(b);
	run_ns(b, US(100));
	check_range(spent(b, TRANSMIT, WIRE), US(95), US(100));
	b->host.room_frames = UINT64_MAX;
	b->abi->card_transmit_ready(b->card);
	run_ns(b, US(100));
	check_range(spent(b, TRANSMIT, WIRE), US(95), US(101));
	ck_assert_uint_eq(b->host.num_frames, 2);
}
END_TEST

/* Nothing is wrong with the line, but the partner wants none (annex 31B). */
START_TEST(a_pause_is_waiting_for_the_wire)
{
	static uint8_t pause[60] = {0x01, 0x80, 0xc2, 0,    0,	  1, 2, 0, 0,
				    0,	  0,	1,    0x88, 0x08, 0, 1, 0, 100};
	struct bench *b = up();

	wr(b, FCAL, 0x00c28001);
	wr(b, FCAH, 0x0100);
	wr(b, FCT, 0x8808);
	set_bits(b, CTRL, CTRL_RFCE);
	run_ns(b, US(1)); /* the cycles of the accesses are over */
	feed(b, pause, sizeof(pause));
	run_ns(b, US(30));
	ck_assert_uint_eq(spent(b, TRANSMIT, WIRE), 0); /* nothing is held up yet */
	queue_frame(b);
	run_ns(b, US(100));
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_range(spent(b, TRANSMIT, WIRE), 100 * QUANTUM_NS - US(34), 100 * QUANTUM_NS - US(30));
}
END_TEST

START_TEST(the_wire_waits_for_a_receiver_that_is_full)
{
	struct bench *b = up();

	while (b->abi->card_receive(b->card, frame, sizeof(frame)) == 1)
		run_ns(b, US(10));
	run_ns(b, US(100));
	ck_assert_uint_ge(spent(b, RECEIVE, WIRE), US(99));
	ck_assert_uint_eq(spent(b, TRANSMIT, WIRE), 0);
}
END_TEST

/*
 * Descriptor, payload and write-back are one access behind the other, of 500 ns each. What transmit
 * does meanwhile is not waiting: a narrow bus has more cycles of it.
 */
START_TEST(waits_for_memory_are_those_of_its_latency)
{
	struct bench *b = up();
	const uint64_t start_ns = b->now_ns;
	uint64_t to_the_line_ns;

	queue_frame(b);
	run_ns(b, US(50));
	ck_assert_uint_eq(b->host.num_frames, 1);
	to_the_line_ns = b->host.frames[0].time_ns - start_ns;
	if (to_the_line_ns < 1000) /* memory answers at once: nothing waits */
		return;
	check_range(spent(b, READER, DMA), 900, to_the_line_ns);
	check_range(spent(b, WRITER, DMA), 400, 600);
	check_range(spent(b, TRANSMIT, DMA), 1200, to_the_line_ns + 600);
	ck_assert_uint_eq(spent(b, RECEIVE, DMA), 0);
	ck_assert_uint_eq(spent(b, READER, WIRE), 0);
	ck_assert_uint_eq(spent(b, WRITER, WIRE), 0);
}
END_TEST

START_TEST(nothing_is_counted_while_it_is_off)
{
	struct bench *b = up();
	uint64_t stopped;

	b->host.room_frames = 0;
	queue_frame(b);
	queue_frame(b);
	run_ns(b, US(20));
	wr(b, TIME_CTRL, 0);
	stopped = spent(b, TRANSMIT, WIRE);
	check_range(stopped, US(15), US(21));
	run_ns(b, US(50));
	ck_assert_uint_eq(spent(b, TRANSMIT, WIRE), stopped);
	wr(b, TIME_CTRL, 1); /* from 0 */
	run_ns(b, US(5));
	check_range(spent(b, TRANSMIT, WIRE), US(4), US(6));
}
END_TEST

START_TEST(blocks_with_nothing_to_do_wait_for_nothing)
{
	struct bench *b = up();

	run_ns(b, US(500));
	for (unsigned int block = 0; block < BLOCKS; block++) {
		ck_assert_uint_eq(spent(b, block, DMA), 0);
		ck_assert_uint_eq(spent(b, block, WIRE), 0);
	}
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(transmit_waits_for_a_line_that_is_full),
	CARD_TEST(a_pause_is_waiting_for_the_wire),
	CARD_TEST(the_wire_waits_for_a_receiver_that_is_full),
	CARD_TEST(waits_for_memory_are_those_of_its_latency),
	CARD_TEST(nothing_is_counted_while_it_is_off),
	CARD_TEST(blocks_with_nothing_to_do_wait_for_nothing),
	CARD_TESTS_END,
};

const struct card_topic topic_time_use = {"time_use", FEATURE_PAUSE, tests};
