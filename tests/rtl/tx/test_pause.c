// SPDX-License-Identifier: MIT
// Pause frames (IEEE 802.3 annex 31B): while held no frame is begun, and the MAC's own go between frames.

#include "suite.h"

static void fill(struct traffic *t, unsigned frames)
{
	while (frames--)
		traffic_plain(t, 60 + traffic_below(t, 1400), NULL);
	tx_ring_kick(&t->ring);
}

START_TEST(no_frame_is_begun_while_transmission_is_held)
{
	struct traffic t;
	unsigned before;

	traffic_start(&t, _i, RING);
	fill(&t, 40);
	tx_cycle(t.tx, 1500);
	tx_pin(t.tx)->hold = true;
	tx_cycle(t.tx, 2000); // what was begun, or on offer, ends
	before = tx_frames(t.tx);
	tx_cycle(t.tx, 2000);
	ck_assert_uint_eq(tx_frames(t.tx), before);
	tx_pin(t.tx)->hold = false;
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(held_from_the_beginning_nothing_leaves)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->hold = true;
	fill(&t, 20);
	ck_assert(tx_settle(t.tx, 100000));
	ck_assert_uint_eq(tx_frames(t.tx), 0);
	tx_pin(t.tx)->hold = false;
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(pause_frames_leave_although_transmission_is_held)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->hold = true;
	fill(&t, 5);
	for (unsigned i = 0; i < 8; i++)
		tx_control(t.tx, i % 2 == 0, (uint16_t)(0x680 + i));
	ck_assert(tx_settle(t.tx, 100000));
	ck_assert_uint_eq(tx_frames(t.tx), 0);
	ck_assert_uint_eq(tx_count(t.tx)->controls, 8);
	ck_assert_uint_eq(tx_count(t.tx)->stat_xoff, 4);
	ck_assert_uint_eq(tx_count(t.tx)->stat_xon, 4);
	tx_pin(t.tx)->hold = false;
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(pause_frames_go_between_frames_and_harm_none)
{
	struct traffic t;
	unsigned asked = 0;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 120; i++) {
		switch (traffic_below(&t, 3)) {
		case 0:
			traffic_plain(&t, 60 + traffic_below(&t, 1400), NULL);
			break;
		case 1:
			traffic_checksum(&t, (enum frame_kind)traffic_below(&t, 4),
					 traffic_below(&t, 1400), NULL);
			break;
		default:
			traffic_tso(&t, (enum frame_kind)traffic_below(&t, 4),
				    1 + traffic_below(&t, 3000), 500, NULL);
		}
		tx_ring_kick(&t.ring);
		if (traffic_below(&t, 2)) {
			tx_control(t.tx, traffic_below(&t, 2), (uint16_t)traffic_below(&t, 65536));
			asked++;
		}
		tx_pin(t.tx)->hold = traffic_below(&t, 4) == 0;
		tx_cycle(t.tx, 50 + traffic_below(&t, 150));
	}
	tx_pin(t.tx)->hold = false;
	traffic_check(&t); // frames, their order, and statistics without pause frames
	ck_assert_uint_eq(tx_count(t.tx)->controls, asked);
	ck_assert_uint_eq(tx_count(t.tx)->stat_xoff + tx_count(t.tx)->stat_xon, asked);
	traffic_stop(&t);
}
END_TEST

START_TEST(reset_in_the_middle_of_a_pause_frame_ends_it)
{
	for (unsigned wait = 0; wait < 12; wait++) {
		struct traffic t;

		traffic_start(&t, _i, RING);
		tx_control(t.tx, true, 0x680);
		tx_cycle(t.tx, wait);
		tx_hold_wire(t.tx, true);
		tx_soft_reset(t.tx);
		tx_hold_wire(t.tx, false);
		fill(&t, 3);
		traffic_check(&t);
		traffic_stop(&t);
	}
}
END_TEST

static const TTest *const *const tests[] = {
	&no_frame_is_begun_while_transmission_is_held,
	&held_from_the_beginning_nothing_leaves,
	&pause_frames_leave_although_transmission_is_held,
	&pause_frames_go_between_frames_and_harm_none,
	&reset_in_the_middle_of_a_pause_frame_ends_it,
	NULL,
};

const struct tx_topic topic_pause = {"pause", tests};
