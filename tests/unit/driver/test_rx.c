// SPDX-License-Identifier: MIT
/* What of received frames reaches the stack, and how the card gets its buffers. */
#include "suites.h"

#include <net/if_ether.h>

#define GOOD_TCP (E1000_RXD_EXT_EOP | E1000_RXD_EXT_TCPCS | E1000_RXD_EXT_IPCS)

/* An EtherType that the stack throws away after counting: enough to see it arrive. */
static const uint8_t frame[60] = {[0] = 0x52, [1] = 0x54, [12] = 0x88, [13] = 0xb5};

static uint32_t missing(void)
{
	uint32_t rdt = fixture.card.regs[E1000_RDT0 / 4], rdh = fixture.card.regs[E1000_RDH0 / 4];
	uint32_t count = fixture.adapter->rx.count;

	return count - 1 - (rdt + count - rdh) % count;
}

static void receive(unsigned int count, uint32_t status)
{
	for (unsigned int i = 0; i < count; i++)
		card_receive_frame(frame, sizeof(frame), status);
	card_interrupt(0, 0);
}

START_TEST(opening_gives_the_card_every_buffer_but_one)
{
	ck_assert_uint_eq(missing(), 0);
	ck_assert_uint_eq(fixture.card.rdt_writes, 2); /* cleared, filled */
}
END_TEST

START_TEST(frames_reach_the_stack_in_one_poll)
{
	receive(10, E1000_RXD_EXT_EOP);
	ck_assert_uint_eq(fixture.netdev->stats.rx_packets, 10);
	ck_assert_uint_eq(fixture.netdev->stats.rx_bytes, 600);
	ck_assert_uint_eq(fixture.adapter->napi.polls, 1);
}
END_TEST

START_TEST(buffers_go_back_sixteen_at_a_time)
{
	uint32_t before = fixture.card.rdt_writes;

	receive(15, E1000_RXD_EXT_EOP);
	ck_assert_uint_eq(fixture.card.rdt_writes, before);
	receive(1, E1000_RXD_EXT_EOP);
	ck_assert_uint_eq(fixture.card.rdt_writes, before + 1);
	ck_assert_uint_eq(missing(), 0);
}
END_TEST

START_TEST(a_verified_checksum_is_believed_and_a_bad_one_is_not)
{
	receive(1, GOOD_TCP);
	ck_assert_uint_eq(fixture.adapter->counters.rx_csum_good, 1);
	receive(1, GOOD_TCP | E1000_RXD_EXT_TCPE);
	ck_assert_uint_eq(fixture.adapter->counters.rx_csum_good, 1);
	ck_assert_uint_eq(fixture.adapter->counters.rx_csum_bad, 1);
	receive(1, GOOD_TCP | E1000_RXD_EXT_IXSM);
	ck_assert_uint_eq(fixture.adapter->counters.rx_csum_good, 1);
	ck_assert_uint_eq(fixture.netdev->stats.rx_packets, 3);
}
END_TEST

START_TEST(checksums_are_not_believed_when_the_feature_is_off)
{
	ck_assert_uint_ne(fixture.card.regs[E1000_RXCSUM / 4] & E1000_RXCSUM_TUOFL, 0);
	ck_assert_int_eq(dev_set_features(fixture.netdev,
					  fixture.netdev->features & ~(uint32_t)NETIF_F_RXCSUM),
			 0);
	ck_assert_uint_eq(fixture.card.regs[E1000_RXCSUM / 4] & E1000_RXCSUM_TUOFL, 0);
	receive(1, GOOD_TCP);
	ck_assert_uint_eq(fixture.adapter->counters.rx_csum_good, 0);
}
END_TEST

START_TEST(frames_with_errors_are_dropped_and_counted)
{
	static const uint32_t errors[] = {E1000_RXD_EXT_CE, E1000_RXD_EXT_SE, E1000_RXD_EXT_SEQ,
					  E1000_RXD_EXT_CXE, E1000_RXD_EXT_RXE};

	for (unsigned int i = 0; i < 5; i++)
		receive(1, E1000_RXD_EXT_EOP | errors[i]);
	ck_assert_uint_eq(fixture.netdev->stats.rx_packets, 0);
	ck_assert_uint_eq(fixture.netdev->stats.rx_errors, 5);
	receive(1, E1000_RXD_EXT_EOP);
	ck_assert_uint_eq(fixture.netdev->stats.rx_packets, 1);
}
END_TEST

START_TEST(a_frame_over_several_descriptors_is_dropped_whole)
{
	receive(2, 0);
	receive(1, E1000_RXD_EXT_EOP);
	ck_assert_uint_eq(fixture.netdev->stats.rx_packets, 0);
	receive(1, E1000_RXD_EXT_EOP);
	ck_assert_uint_eq(fixture.netdev->stats.rx_packets, 1);
}
END_TEST

START_TEST(a_length_beyond_the_buffer_is_not_believed)
{
	uint32_t head = fixture.card.regs[E1000_RDH0 / 4];

	card_receive_frame(frame, sizeof(frame), E1000_RXD_EXT_EOP);
	fixture.adapter->rx.desc[head].word[3] = 0xffff;
	card_interrupt(0, 0);
	ck_assert_uint_eq(fixture.netdev->stats.rx_packets, 0);
	ck_assert_uint_eq(fixture.adapter->counters.rx_errors, 1);
}
END_TEST

START_TEST(a_poll_ends_at_its_budget_and_goes_on)
{
	receive(200, E1000_RXD_EXT_EOP);
	ck_assert_uint_eq(fixture.netdev->stats.rx_packets, 200);
	ck_assert_uint_ge(fixture.adapter->napi.polls, 4); /* 64 each */
	ck_assert_uint_eq(fixture.adapter->napi.completes, 1);
}
END_TEST

START_TEST(the_ring_wraps_and_outlives_a_shortage_of_mappings)
{
	for (unsigned int i = 0; i < 50; i++)
		receive(16, E1000_RXD_EXT_EOP);
	fixture.card.map_fails_after = 0;
	while (missing() < fixture.adapter->rx.count - 1)
		receive(1, E1000_RXD_EXT_EOP);
	ck_assert_uint_gt(fixture.adapter->counters.rx_alloc_failed, 0);
	fixture.card.map_fails_after = UINT64_MAX;
	run_for(3 * HOST_SECOND); /* the watchdog */
	ck_assert_uint_eq(missing(), 0);
	receive(16, E1000_RXD_EXT_EOP);
}
END_TEST

Suite *rx_suite(void)
{
	Suite *s = suite_create("rx");
	TCase *c = tcase_create("rx");

	tcase_add_checked_fixture(c, fixture_setup_open, fixture_teardown);
	tcase_add_test(c, opening_gives_the_card_every_buffer_but_one);
	tcase_add_test(c, frames_reach_the_stack_in_one_poll);
	tcase_add_test(c, buffers_go_back_sixteen_at_a_time);
	tcase_add_test(c, a_verified_checksum_is_believed_and_a_bad_one_is_not);
	tcase_add_test(c, checksums_are_not_believed_when_the_feature_is_off);
	tcase_add_test(c, frames_with_errors_are_dropped_and_counted);
	tcase_add_test(c, a_frame_over_several_descriptors_is_dropped_whole);
	tcase_add_test(c, a_length_beyond_the_buffer_is_not_believed);
	tcase_add_test(c, a_poll_ends_at_its_budget_and_goes_on);
	tcase_add_test(c, the_ring_wraps_and_outlives_a_shortage_of_mappings);
	suite_add_tcase(s, c);
	return s;
}
