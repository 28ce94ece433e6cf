// SPDX-License-Identifier: MIT
/* Link changes, and a transmit ring that hangs. */
#include "suites.h"

START_TEST(carrier_follows_the_link)
{
	ck_assert(fixture.netdev->carrier);
	card_link(false);
	ck_assert(!fixture.netdev->carrier);
	card_link(true);
	ck_assert(fixture.netdev->carrier);
}
END_TEST

START_TEST(a_link_change_without_interrupt_is_seen_within_two_seconds)
{
	fixture.card.regs[E1000_STATUS / 4] &= ~E1000_STATUS_LU;
	run_for(2100 * HOST_MS);
	ck_assert(!fixture.netdev->carrier);
}
END_TEST

START_TEST(a_ring_that_hangs_is_reset_and_works_again)
{
	uint64_t before = net_objects_alive(fixture.net);

	xmit(packet_plain(100), false);
	run_for(5 * HOST_SECOND);
	ck_assert_uint_eq(fixture.adapter->counters.tx_resets, 1);
	ck_assert_uint_eq(net_objects_alive(fixture.net), before); /* the packet was given up */
	ck_assert(!fixture.netdev->queue_stopped);

	fixture.card.regs[E1000_TDH0 / 4] = 0;
	xmit(packet_plain(100), false);
	ck_assert_uint_eq(fixture.card.regs[E1000_TDT0 / 4], 1);
	card_complete_tx();
	ck_assert_uint_eq(net_objects_alive(fixture.net), before);
	run_for(10 * HOST_SECOND);
	ck_assert_uint_eq(fixture.adapter->counters.tx_resets, 1);
}
END_TEST

START_TEST(the_context_is_written_anew_after_a_reset)
{
	xmit(packet_tcp(100, 0), false);
	run_for(5 * HOST_SECOND);
	ck_assert_uint_eq(fixture.adapter->counters.tx_resets, 1);
	fixture.card.regs[E1000_TDH0 / 4] = 0;
	xmit(packet_tcp(100, 0), false);
	ck_assert_uint_eq(tx_descriptor(0)->word[2] & E1000_TXD_DATA_DTYP, 0);
	card_complete_tx();
}
END_TEST

START_TEST(a_lost_interrupt_is_no_hang)
{
	uint64_t before = net_objects_alive(fixture.net);

	xmit(packet_plain(100), false);
	tx_descriptor(0)->word[3] |= E1000_TXD_DATA_DD; /* done, but nobody says so */
	run_for(5 * HOST_SECOND);
	ck_assert_uint_eq(fixture.adapter->counters.tx_resets, 0);
	ck_assert_uint_eq(net_objects_alive(fixture.net), before);
}
END_TEST

START_TEST(a_sender_that_the_peer_paused_does_not_hang)
{
	xmit(packet_plain(100), false);
	fixture.card.regs[E1000_STATUS / 4] |= E1000_STATUS_TXOFF;
	run_for(10 * HOST_SECOND);
	ck_assert_uint_eq(fixture.adapter->counters.tx_resets, 0);
}
END_TEST

START_TEST(packets_that_wait_for_the_link_do_not_hang)
{
	xmit(packet_plain(100), false);
	card_link(false);
	run_for(10 * HOST_SECOND);
	ck_assert_uint_eq(fixture.adapter->counters.tx_resets, 0);
	card_link(true);
	card_complete_tx();
	run_for(10 * HOST_SECOND);
	ck_assert_uint_eq(fixture.adapter->counters.tx_resets, 0);
}
END_TEST

START_TEST(counters_of_the_card_are_summed_up)
{
	struct netdev_stat stats[64];
	unsigned int n;
	bool found = false;

	fixture.card.regs[E1000_MPC / 4] = 3; /* the fake does not clear on read */
	run_for(2100 * HOST_MS);
	n = fixture.netdev->ops->get_ethtool_stats(fixture.netdev, stats, 64);
	ck_assert_uint_le(n, 64);
	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(stats[i].name, "hw_rx_missed"))
			found = stats[i].value == 6; /* watchdog and this call */
	ck_assert(found);
}
END_TEST

Suite *watchdog_suite(void)
{
	Suite *s = suite_create("watchdog");
	TCase *c = tcase_create("watchdog");

	tcase_add_checked_fixture(c, fixture_setup_open, fixture_teardown);
	tcase_add_test(c, carrier_follows_the_link);
	tcase_add_test(c, a_link_change_without_interrupt_is_seen_within_two_seconds);
	tcase_add_test(c, a_ring_that_hangs_is_reset_and_works_again);
	tcase_add_test(c, the_context_is_written_anew_after_a_reset);
	tcase_add_test(c, a_lost_interrupt_is_no_hang);
	tcase_add_test(c, a_sender_that_the_peer_paused_does_not_hang);
	tcase_add_test(c, packets_that_wait_for_the_link_do_not_hang);
	tcase_add_test(c, counters_of_the_card_are_summed_up);
	suite_add_tcase(s, c);
	return s;
}
