// SPDX-License-Identifier: MIT
/* The order in which the card's effects become visible (interfaces.md section 3, traps 23 and 24).
 */
#include "suite.h"

#include "harness/offload.h"

#include <string.h>

static struct packet packet;
static struct tx_ring tx;
static struct rx_ring rx;
static struct rx_result got;

static void build(size_t payload, uint32_t seed)
{
	const struct packet_options o = {.payload = payload, .seed = seed};

	packet_build(&packet, &o);
}

static long must(long index, const char *what)
{
	ck_assert_msg(index >= 0, "%s never happened", what);
	return index;
}

START_TEST(trap_23_received_bytes_come_before_done_and_done_before_the_interrupt)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, IVAR, 0x000a0908);
	wr(b, IMS, CAUSE_RXQ0);
	rx_setup(&rx, b, 64, 512, true, 0);
	rx_post(&rx, 63);
	for (uint32_t i = 0; i < 15; i++) {
		unsigned int first = rx.next;
		long payload, done, irq;

		host_forget(&b->host);
		build(i * 97, i);
		feed(b, packet.bytes, packet.len);
		run_ns(b, US(50));
		ck_assert(rx_take(&rx, &got));
		for (unsigned int k = 0; k < got.descriptors; k++) {
			unsigned int at = (first + k) % 64;

			payload = must(
				host_find_last_dma(&b->host, HOST_WRITE, rx_buffer(&rx, at), 512),
				"payload write");
			done = must(
				host_find_last_dma(&b->host, HOST_WRITE, rx.base + at * 16 + 8, 4),
				"write of DD");
			irq = must(host_find(&b->host, HOST_IRQ, 0), "interrupt");
			ck_assert_int_lt(payload, done);
			ck_assert_int_lt(done, irq);
		}
		rx_post(&rx, got.descriptors);
		rd(b, ICR);
	}
}
END_TEST

START_TEST(trap_23_all_payload_of_a_frame_comes_before_its_end_is_done)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	long last_payload = -1, done;

	rx_setup(&rx, b, 64, 256, true, 0);
	rx_post(&rx, 63);
	build(1400, 1);
	feed(b, packet.bytes, packet.len);
	run_ns(b, US(50));
	ck_assert(rx_take(&rx, &got));
	for (unsigned int k = 0; k < got.descriptors; k++) {
		long at = host_find_last_dma(&b->host, HOST_WRITE, rx_buffer(&rx, k), 256);

		last_payload = at > last_payload ? at : last_payload;
	}
	done = host_find_dma(&b->host, HOST_WRITE, rx.base + (got.descriptors - 1) * 16 + 8, 4, 0);
	ck_assert_int_gt(done, last_payload);
}
END_TEST

START_TEST(trap_24_sent_bytes_are_read_before_done_and_done_before_the_interrupt)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, IVAR, 0x000a0908);
	wr(b, IMS, CAUSE_TXQ0);
	tx_setup(&tx, b, 64);
	for (uint32_t i = 0; i < 15; i++) {
		uint64_t at;
		unsigned int index;
		long read, sent, done, irq;

		host_forget(&b->host);
		build(i * 97, i);
		at = put_bytes(b, packet.bytes, packet.len);
		index = tx_data(&tx, at, packet.len, TXD_EOP | TXD_IFCS | TXD_RS, 0);
		tx_doorbell(&tx);
		run_ns(b, US(50));
		read = must(host_find_last_dma(&b->host, HOST_READ, at, packet.len),
			    "payload read");
		sent = must(host_find(&b->host, HOST_FRAME, 0), "frame");
		done = must(host_find_dma(&b->host, HOST_WRITE, tx.base + index * 16 + 12, 4, 0),
			    "write of DD");
		irq = must(host_find(&b->host, HOST_IRQ, 0), "interrupt");
		ck_assert_int_lt(read, sent);
		ck_assert_int_lt(read, done);
		ck_assert_int_lt(done, irq);
		rd(b, ICR);
	}
}
END_TEST

START_TEST(descriptors_are_done_in_ring_order)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	long before = -1;

	tx_setup(&tx, b, 64);
	for (uint32_t i = 0; i < 60; i++) {
		build(i * 20, i);
		tx_data(&tx, put_bytes(b, packet.bytes, packet.len), packet.len,
			TXD_EOP | TXD_IFCS | TXD_RS, 0);
	}
	tx_doorbell(&tx);
	run_ns(b, MS(1));
	for (unsigned int i = 0; i < 60; i++) {
		long done = must(host_find_dma(&b->host, HOST_WRITE, tx.base + i * 16 + 12, 4, 0),
				 "write of DD");

		ck_assert_int_ge(done, before);
		before = done;
	}
}
END_TEST

START_TEST(descriptors_of_foreign_owners_are_not_touched)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	uint32_t before[16 * 4];

	tx_setup(&tx, b, 16);
	memset(tx_descriptor(&tx, 0), 0x5a, sizeof(before));
	memcpy(before, tx_descriptor(&tx, 0), sizeof(before));
	build(100, 1);
	tx_data(&tx, put_bytes(b, packet.bytes, packet.len), packet.len,
		TXD_EOP | TXD_IFCS | TXD_RS, 0);
	tx_doorbell(&tx);
	run_ns(b, US(50));
	ck_assert_mem_eq(tx_descriptor(&tx, 1), before + 4, 15 * 16);
}
END_TEST

/* A driver that reads DD of one frame may rely on everything before it. */
START_TEST(frames_become_done_in_order_of_arrival)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	long before = -1;

	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	for (uint32_t i = 0; i < 60; i++) {
		build(i % 7 * 200, i);
		feed(b, packet.bytes, packet.len);
		run_ns(b, 400);
	}
	run_ns(b, MS(1));
	for (unsigned int i = 0; i < 60; i++) {
		long payload = host_find_last_dma(&b->host, HOST_WRITE, rx_buffer(&rx, i), 2048);
		long done = must(host_find_dma(&b->host, HOST_WRITE, rx.base + i * 16 + 8, 4, 0),
				 "write of DD");

		ck_assert_int_ge(done, before);
		ck_assert_int_gt(done, payload);
		before = done;
	}
}
END_TEST

START_TEST(register_read_shows_what_was_done_before)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 64);
	for (uint32_t i = 0; i < 30; i++) {
		unsigned int index;

		build(100, i);
		index = tx_data(&tx, put_bytes(b, packet.bytes, packet.len), packet.len,
				TXD_EOP | TXD_IFCS | TXD_RS, 0);
		tx_doorbell(&tx);
		for (int k = 0; !(rd(b, ICS) & CAUSE_TXQ0); k++) {
			ck_assert_int_lt(k, 1000);
			run_ns(b, 40);
		}
		ck_assert(tx_done(&tx, index));
		wr(b, ICR, 0xffffffff);
	}
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(trap_23_received_bytes_come_before_done_and_done_before_the_interrupt),
	CARD_TEST(trap_23_all_payload_of_a_frame_comes_before_its_end_is_done),
	CARD_TEST(trap_24_sent_bytes_are_read_before_done_and_done_before_the_interrupt),
	CARD_TEST(descriptors_are_done_in_ring_order),
	CARD_TEST(descriptors_of_foreign_owners_are_not_touched),
	CARD_TEST(frames_become_done_in_order_of_arrival),
	CARD_TEST(register_read_shows_what_was_done_before),
	CARD_TESTS_END,
};

const struct card_topic topic_ordering = {"ordering", 0, tests};
