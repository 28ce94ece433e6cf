// SPDX-License-Identifier: MIT
/* Hosts and lines that do not keep up: blocked transmission, receive=hold and receive=drop. */
#include "suite.h"

#include <string.h>

#define LINE_BYTES 1000
#define MANY	   400 /* more frames than any card's buffer holds */

static uint8_t frame[LINE_BYTES];
static struct tx_ring tx;
static struct rx_ring rx;
static struct rx_result got;

static void make(uint32_t n)
{
	static const uint8_t address[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

	fill_random(frame, sizeof(frame), n);
	memcpy(frame, address, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

START_TEST(blocked_line_holds_frames_and_loses_none)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 256);
	b->host.room_frames = 0;
	for (uint32_t i = 0; i < 200; i++) {
		make(i);
		tx_legacy(&tx, put_bytes(b, frame, sizeof(frame)), sizeof(frame),
			  TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	}
	tx_doorbell(&tx);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.num_frames, 0);
	ck_assert_uint_lt(rd(b, TDH), 200);
	for (uint64_t room = 1; b->host.num_frames < 200; room += 1 + room % 7) {
		b->host.room_frames = room;
		b->abi->card_transmit_ready(b->card);
		run_ns(b, US(100));
		ck_assert_uint_eq(b->host.num_frames, room < 200 ? room : 200);
	}
	run_ns(b, US(100));
	ck_assert_uint_eq(rd(b, TDH), 200);
	for (uint32_t i = 0; i < 200; i++) {
		make(i);
		ck_assert_mem_eq(b->host.frames[i].bytes, frame, sizeof(frame));
		ck_assert(tx_done(&tx, i));
	}
}
END_TEST

START_TEST(blocked_line_is_not_polled)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 8);
	b->host.room_frames = 0;
	make(1);
	tx_legacy(&tx, put_bytes(b, frame, 100), 100, TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	tx_doorbell(&tx);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.refused_frames, 1);
	b->host.room_frames = 1;
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.num_frames, 0);
	b->abi->card_transmit_ready(b->card);
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.num_frames, 1);
}
END_TEST

START_TEST(reset_frees_a_blocked_line)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 8);
	b->host.room_frames = 0;
	make(1);
	tx_legacy(&tx, put_bytes(b, frame, 100), 100, TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	tx_doorbell(&tx);
	run_ns(b, US(100));
	wr(b, CTRL, CTRL_RST);
	run_ns(b, US(10));
	b->host.room_frames = UINT64_MAX;
	b->abi->card_transmit_ready(b->card);
	run_ns(b, US(10));
	b->host.num_frames = 0;
	tx_setup(&tx, b, 8);
	tx_send(&tx, frame, 100);
	ck_assert_uint_eq(b->host.num_frames, 1);
}
END_TEST

/* Offers frames n.. until the card holds no more; how many it took. */
static uint32_t offer(struct bench *b, uint32_t n, uint32_t most)
{
	uint32_t taken = 0;

	while (taken < most) {
		int result;

		make(n + taken);
		result = b->abi->card_receive(b->card, frame, sizeof(frame));
		if (result == 0)
			break;
		ck_assert_int_eq(result, 1);
		taken++;
		run_ns(b, 200);
	}
	return taken;
}

START_TEST(holding_card_refuses_what_it_cannot_keep_and_says_when_it_can)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	uint32_t sent = 0, received = 0;

	rx_setup(&rx, b, 64, 2048, true, 0);
	sent = offer(b, 0, MANY);
	ck_assert_uint_lt(sent, MANY);
	ck_assert_uint_gt(sent, 2);
	ck_assert(!b->abi->card_receive_ready(b->card));
	ck_assert_uint_eq(b->host.receive_readies, 0);
	while (received < MANY) {
		rx_post(&rx, 8);
		run_ns(b, US(100));
		ck_assert_msg(sent == MANY || b->host.receive_readies > 0 ||
				      b->abi->card_receive_ready(b->card),
			      "the card never says that it takes frames again");
		while (rx_take(&rx, &got)) {
			make(received++);
			ck_assert_uint_eq(got.len, sizeof(frame));
			ck_assert_mem_eq(got.bytes, frame, sizeof(frame));
		}
		b->host.receive_readies = 0;
		sent += offer(b, sent, MANY - sent);
	}
	ck_assert_uint_eq(sent, MANY);
	ck_assert_uint_eq(rd(b, MPC), 0);
	ck_assert_uint_eq(rd(b, GPRC), MANY);
}
END_TEST

START_TEST(refused_card_calls_receive_ready_once_there_is_room)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 64, 2048, true, 0);
	offer(b, 0, MANY);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.receive_readies, 0);
	rx_post(&rx, 63);
	run_ns(b, MS(1));
	ck_assert_uint_ge(b->host.receive_readies, 1);
	make(1);
	feed(b, frame, sizeof(frame));
}
END_TEST

START_TEST(dropping_card_takes_everything_and_counts_what_it_loses)
{
	struct bench *b = bench_get(BENCH_DROP);
	uint32_t received = 0, missed;

	bench_up(b, RINGSIDE_IRQ_MSIX);
	rx_setup(&rx, b, 64, 2048, true, 0);
	ck_assert_uint_eq(offer(b, 0, MANY), MANY);
	run_ns(b, US(100));
	missed = rd(b, MPC);
	ck_assert_uint_gt(missed, 0);
	ck_assert_uint_lt(missed, MANY);
	ck_assert_uint_eq(rd(b, ICS) & CAUSE_RXO, CAUSE_RXO);
	while (received < MANY) {
		uint32_t before = received;

		rx_post(&rx, 32);
		run_ns(b, MS(1));
		while (rx_take(&rx, &got)) {
			make(received++);
			ck_assert_mem_eq(got.bytes, frame, sizeof(frame));
		}
		if (received == before)
			break;
	}
	ck_assert_uint_eq(received + missed, MANY);
	ck_assert_uint_eq(rd(b, GPRC), received);
}
END_TEST

START_TEST(reset_empties_a_full_receive_buffer)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 64, 2048, true, 0);
	offer(b, 0, MANY);
	wr(b, CTRL, CTRL_RST);
	run_ns(b, US(10));
	ck_assert(b->abi->card_receive_ready(b->card));
	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	run_ns(b, US(100));
	ck_assert(!rx_take(&rx, &got));
	make(7);
	feed(b, frame, sizeof(frame));
	run_ns(b, US(100));
	ck_assert(rx_take(&rx, &got));
	ck_assert_mem_eq(got.bytes, frame, sizeof(frame));
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(blocked_line_holds_frames_and_loses_none),
	CARD_TEST(blocked_line_is_not_polled),
	CARD_TEST(reset_frees_a_blocked_line),
	CARD_TEST(holding_card_refuses_what_it_cannot_keep_and_says_when_it_can),
	CARD_TEST(refused_card_calls_receive_ready_once_there_is_room),
	CARD_TEST(dropping_card_takes_everything_and_counts_what_it_loses),
	CARD_TEST(reset_empties_a_full_receive_buffer),
	CARD_TESTS_END,
};

const struct card_topic topic_back_pressure = {"back_pressure", 0, tests};
