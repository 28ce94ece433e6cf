// SPDX-License-Identifier: MIT
// Two rings in one engine: order, turns, events, switching one of them off.

#include "suite.h"

#include <stdlib.h>

static void start_both(struct traffic *a, struct traffic *b, int variant, unsigned size)
{
	traffic_start(a, variant, size);
	traffic_second(b, a, size);
}

static void send_something(struct traffic *t)
{
	uint32_t payload = 1 + traffic_below(t, 3000);

	switch (traffic_below(t, 3)) {
	case 0:
		traffic_plain(t, 60 + payload % 1400, NULL);
		break;
	case 1:
		traffic_checksum(t, (enum frame_kind)traffic_below(t, 4), payload % 1400, NULL);
		break;
	default:
		traffic_tso(t, (enum frame_kind)traffic_below(t, 4), payload,
			    (uint16_t)(200 + traffic_below(t, 1000)), NULL);
	}
}

START_TEST(each_ring_sends_its_packets_in_order_whatever_the_other_does)
{
	struct traffic a, b;

	start_both(&a, &b, _i, 512);
	for (unsigned i = 0; i < 60; i++) {
		struct traffic *t = traffic_below(&a, 2) ? &a : &b;

		for (unsigned n = traffic_below(&a, 4); n; n--)
			send_something(t);
		tx_ring_kick(&t->ring);
		tx_cycle(a.tx, traffic_below(&a, 200));
	}
	traffic_check_both(&a, &b);
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

START_TEST(the_second_ring_works_alone)
{
	struct traffic a, b;

	start_both(&a, &b, _i, RING);
	for (unsigned i = 0; i < 40; i++)
		send_something(&b);
	traffic_check_both(&a, &b);
	ck_assert_uint_eq(tx_count(a.tx)->ev_wb[0], 0);
	ck_assert_uint_ge(tx_count(a.tx)->ev_wb[1], 1);
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

START_TEST(rings_with_work_take_turns)
{
	enum { FRAMES = 120, LEAD = 34 }; // a batch of descriptors each, and a frame
	struct traffic a, b;
	int ahead = 0;

	start_both(&a, &b, _i, RING);
	for (unsigned i = 0; i < FRAMES; i++) {
		traffic_plain(&a, 64, NULL);
		traffic_plain(&b, 65, NULL);
	}
	traffic_check_both(&a, &b);
	for (unsigned i = 0; i < FRAMES; i++) { // by then neither can have run out
		ahead += tx_nth_frame(a.tx, i)->len == 64 ? 1 : -1;
		ck_assert_int_le(abs(ahead), LEAD);
	}
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

START_TEST(events_and_reports_belong_to_their_ring)
{
	struct traffic a, b;

	start_both(&a, &b, _i, RING);
	for (unsigned i = 0; i < 20; i++) {
		traffic_plain(&a, 64, &(struct shape){.cmd = TX_IDE});
		traffic_plain(&b, 65, NULL);
	}
	traffic_check_both(&a, &b);
	ck_assert_uint_ge(tx_count(a.tx)->ev_wb[0], 1);
	ck_assert_uint_ge(tx_count(a.tx)->ev_wb[1], 1);
	ck_assert_uint_eq(tx_count(a.tx)->ev_wb_ide[0], tx_count(a.tx)->ev_wb[0]);
	ck_assert_uint_eq(tx_count(a.tx)->ev_wb_ide[1], 0);
	ck_assert_uint_ge(tx_count(a.tx)->ev_txqe, 1);
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

START_TEST(a_ring_that_is_off_keeps_its_packets_and_does_not_hold_the_other)
{
	struct traffic a, b;

	start_both(&a, &b, _i, RING);
	tx_pin(a.tx)->ring[1].enable = false;
	for (unsigned i = 0; i < 10; i++)
		traffic_plain(&b, 100 + i, NULL);
	tx_ring_kick(&b.ring);
	for (unsigned i = 0; i < 10; i++)
		traffic_plain(&a, 200 + i, NULL);
	traffic_check(&a);
	ck_assert_uint_eq(tx_head(a.tx, 1), 0);
	tx_pin(a.tx)->ring[1].enable = true;
	traffic_check_both(&a, &b);
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

// Reports of the ring that is switched off may be lost, so its packets ask for none.
START_TEST(switching_one_ring_loses_no_frame_of_either_and_no_report_of_the_other)
{
	struct traffic a, b;

	start_both(&a, &b, _i, 1024);
	for (unsigned i = 0; i < 150; i++) {
		traffic_plain(&a, 60 + traffic_below(&a, 1400), NULL);
		traffic_plain(&b, 60 + traffic_below(&a, 1400), &(struct shape){.no_report = true});
	}
	tx_ring_kick(&a.ring);
	tx_ring_kick(&b.ring);
	for (unsigned i = 0; i < 40; i++) {
		tx_cycle(a.tx, 1 + traffic_below(&a, 150));
		tx_pin(a.tx)->ring[1].enable = false;
		tx_cycle(a.tx, 1 + traffic_below(&a, 300));
		tx_pin(a.tx)->ring[1].enable = true;
	}
	traffic_check_both(&a, &b);
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

START_TEST(writing_the_head_of_one_ring_leaves_the_other_alone)
{
	struct traffic a, b;

	start_both(&a, &b, _i, 512);
	tx_pin(a.tx)->ring[1].enable = false;
	for (unsigned i = 0; i < 100; i++)
		traffic_plain(&a, 60 + traffic_below(&a, 1400), NULL);
	tx_ring_kick(&a.ring);
	for (unsigned i = 0; i < 20; i++) {
		tx_cycle(a.tx, 1 + traffic_below(&a, 100));
		tx_write_head(a.tx, 1, (uint16_t)(100 + i));
	}
	b.ring.tail = 119;
	tx_pin(a.tx)->ring[1].tail = 119;
	tx_pin(a.tx)->ring[1].enable = true;
	traffic_plain(&b, 333, NULL);
	traffic_check_both(&a, &b);
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

START_TEST(one_context_serves_both_rings)
{
	uint8_t bytes[200];
	struct tx_context ctx;
	struct traffic a, b;

	start_both(&a, &b, _i, RING);
	traffic_header(&a, UDP4, 0, 0, bytes, &ctx);
	traffic_random(&a, bytes + 42, sizeof(bytes) - 42);
	struct tx_packet p = {.bytes = bytes, .len = sizeof(bytes), .popts = TX_IXSM | TX_TXSM};

	traffic_context(&a, &ctx);
	traffic_check_both(&a, &b);
	b.ctx = ctx;
	traffic_send(&b, &p, NULL);
	traffic_send(&a, &p, NULL);
	traffic_check_both(&a, &b);
	ck_assert_uint_eq(tx_frames(a.tx), 2);
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

START_TEST(a_ring_that_ends_with_a_context_does_not_hold_the_other)
{
	struct tx_context ctx = {.tucss = 34, .tucso = 50};
	struct traffic a, b;

	start_both(&a, &b, _i, RING);
	traffic_context(&a, &ctx);
	tx_ring_kick(&a.ring);
	tx_cycle(a.tx, 5);
	for (unsigned i = 0; i < 5; i++)
		traffic_plain(&b, 100, NULL);
	traffic_check_both(&a, &b);
	ck_assert_uint_eq(tx_frames(a.tx), 5);
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

START_TEST(a_packet_that_is_not_whole_yet_does_not_hold_the_other_ring)
{
	uint8_t bytes[300];
	struct tx_packet p = {.bytes = bytes, .len = 300, .legacy = true};
	struct traffic a, b;

	start_both(&a, &b, _i, RING);
	traffic_random(&a, bytes, sizeof(bytes));
	tx_ring_legacy(&a.ring, tx_ring_buffer(&a.ring, bytes, 100, 3), 100, 0, 0, 0);
	tx_ring_kick(&a.ring);
	ck_assert(tx_settle(a.tx, 10000));
	for (unsigned i = 0; i < 20; i++)
		traffic_plain(&b, 70, NULL);
	traffic_check(&b);
	ck_assert_uint_eq(tx_frames(a.tx), 20);
	tx_ring_legacy(&a.ring, tx_ring_buffer(&a.ring, bytes + 100, 200, 0), 200, TX_EOP | TX_RS,
		       0, 0);
	tx_expect(&a.wire, &p, tx_pin(a.tx));
	traffic_check_both(&a, &b);
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

START_TEST(a_packet_of_more_descriptors_than_are_read_ahead_is_sent_beside_the_other_ring)
{
	uint32_t parts[300];
	struct traffic a, b;

	start_both(&a, &b, _i, 512);
	for (unsigned i = 0; i < 300; i++)
		parts[i] = 3;
	for (unsigned i = 0; i < 3; i++) {
		traffic_plain(&b, 70, NULL);
		traffic_plain(&a, 950, &(struct shape){.parts = parts, .count = 300});
		traffic_check_both(&a, &b);
	}
	traffic_stop(&a);
	tx_wire_free(&b.wire);
}
END_TEST

static const TTest *const *const tests[] = {
	&each_ring_sends_its_packets_in_order_whatever_the_other_does,
	&the_second_ring_works_alone,
	&rings_with_work_take_turns,
	&events_and_reports_belong_to_their_ring,
	&a_ring_that_is_off_keeps_its_packets_and_does_not_hold_the_other,
	&switching_one_ring_loses_no_frame_of_either_and_no_report_of_the_other,
	&writing_the_head_of_one_ring_leaves_the_other_alone,
	&one_context_serves_both_rings,
	&a_ring_that_ends_with_a_context_does_not_hold_the_other,
	&a_packet_that_is_not_whole_yet_does_not_hold_the_other_ring,
	&a_packet_of_more_descriptors_than_are_read_ahead_is_sent_beside_the_other_ring,
	NULL,
};

const struct tx_topic topic_queues = {"queues", tests};
