// SPDX-License-Identifier: MIT
// The ring: head, tail, write-back, events.

#include "suite.h"

START_TEST(the_ring_wraps_many_times_with_batches_of_any_size)
{
	struct traffic t;

	traffic_start(&t, _i, 8);
	for (unsigned i = 0; i < 200; i++) {
		unsigned n = 1 + i % 7;

		while (n--)
			traffic_plain(&t, 60 + traffic_below(&t, 1400), NULL);
		traffic_check(&t);
	}
	traffic_stop(&t);
}
END_TEST

START_TEST(a_tail_outside_the_ring_means_empty)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_plain(&t, 64, NULL);
	tx_pin(t.tx)->ring[0].tail = RING;
	ck_assert(tx_settle(t.tx, 1000));
	tx_pin(t.tx)->ring[0].tail = 0xffff;
	ck_assert(tx_settle(t.tx, 1000));
	ck_assert_uint_eq(tx_count(t.tx)->desc_requests, 0);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_ring_of_no_length_is_off)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_plain(&t, 64, NULL);
	tx_pin(t.tx)->ring[0].len = 0;
	tx_pin(t.tx)->ring[0].tail = 1;
	ck_assert(tx_settle(t.tx, 1000));
	ck_assert_uint_eq(tx_count(t.tx)->desc_requests, 0);
	tx_pin(t.tx)->ring[0].len = RING * 16;
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_head_outside_the_ring_means_empty_until_software_mends_it)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_write_head(t.tx, 0, RING + 3);
	traffic_plain(&t, 64, NULL);
	tx_ring_kick(&t.ring);
	ck_assert(tx_settle(t.tx, 1000));
	ck_assert_uint_eq(tx_count(t.tx)->desc_requests, 0);
	tx_write_head(t.tx, 0, 0);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(work_starts_where_the_head_was_written)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->ring[0].enable = false;
	tx_cycle(t.tx, 5);
	tx_write_head(t.tx, 0, 250);
	t.ring.tail = 250;
	for (unsigned i = 0; i < 20; i++)
		traffic_plain(&t, 64 + i, NULL);
	tx_ring_kick(&t.ring);
	ck_assert(tx_settle(t.tx, 1000));
	ck_assert_uint_eq(tx_count(t.tx)->desc_requests, 0);
	tx_pin(t.tx)->ring[0].enable = true;
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(dd_is_written_with_rs_only_and_for_all_with_ivar_31)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 20; i++)
		traffic_plain(&t, 100, &(struct shape){.no_report = i % 3 != 0});
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->writes, 7);
	traffic_stop(&t);

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->wb_all = true;
	for (unsigned i = 0; i < 20; i++)
		traffic_checksum(&t, TCP4, 100, &(struct shape){.no_report = i % 3 != 0});
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->writes, 40);
	traffic_stop(&t);
}
END_TEST

START_TEST(write_backs_share_events_and_every_report_gets_one)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 100; i++)
		traffic_plain(&t, 64, NULL);
	traffic_check(&t);
	ck_assert_uint_ge(tx_count(t.tx)->ev_wb[0], 4); // batches of up to 32
	ck_assert_uint_le(tx_count(t.tx)->ev_wb[0], 100);
	if (_i == 1) // long latency: full batches
		ck_assert_uint_le(tx_count(t.tx)->ev_wb[0], 12);
	ck_assert_uint_eq(tx_count(t.tx)->ev_wb_ide[0], 0);
	ck_assert_uint_ge(tx_count(t.tx)->ev_txqe, 1);
	uint64_t events = tx_count(t.tx)->ev_wb[0];

	for (unsigned i = 0; i < 10; i++)
		traffic_plain(&t, 64, &(struct shape){.no_report = true});
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->ev_wb[0], events);
	traffic_stop(&t);
}
END_TEST

START_TEST(an_event_is_delayed_only_if_every_report_in_it_asks)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 10; i++)
		traffic_plain(&t, 64, &(struct shape){.cmd = TX_IDE});
	traffic_check(&t);
	ck_assert_uint_ge(tx_count(t.tx)->ev_wb[0], 1);
	ck_assert_uint_eq(tx_count(t.tx)->ev_wb_ide[0], tx_count(t.tx)->ev_wb[0]);
	traffic_plain(&t, 64, &(struct shape){.cmd = 0});
	traffic_check(&t);
	ck_assert_uint_eq(tx_count(t.tx)->ev_wb_ide[0] + 1, tx_count(t.tx)->ev_wb[0]);
	traffic_stop(&t);
}
END_TEST

START_TEST(an_event_comes_only_after_dd_is_in_memory)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 10; i++) {
		traffic_plain(&t, 300, NULL);
		tx_ring_kick(&t.ring);
		uint64_t events = tx_count(t.tx)->ev_wb[0];

		while (tx_count(t.tx)->ev_wb[0] == events && tx_count(t.tx)->cycles < 100000)
			tx_cycle(t.tx, 1);
		ck_assert_uint_eq(tx_mem(t.tx)[t.ring.base - TX_MEM_BASE + i * 16 + 12] & 1, 1);
		ck_assert_uint_eq(tx_head(t.tx, 0), t.ring.tail);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

static const TTest *const *const tests[] = {
	&the_ring_wraps_many_times_with_batches_of_any_size,
	&a_tail_outside_the_ring_means_empty,
	&a_ring_of_no_length_is_off,
	&a_head_outside_the_ring_means_empty_until_software_mends_it,
	&work_starts_where_the_head_was_written,
	&dd_is_written_with_rs_only_and_for_all_with_ivar_31,
	&write_backs_share_events_and_every_report_gets_one,
	&an_event_is_delayed_only_if_every_report_in_it_asks,
	&an_event_comes_only_after_dd_is_in_memory,
	NULL,
};

const struct tx_topic topic_ring = {"ring", tests};
