// SPDX-License-Identifier: MIT
/* Interrupts and their moderation. */
#include "suites.h"

#define QUEUES (E1000_ICR_RXQ0 | E1000_ICR_TXQ0)

static const uint8_t large_frame[1514] = {[12] = 0x88, [13] = 0xb5};

static uint32_t mask(void)
{
	return fixture.card.regs[E1000_IMS / 4];
}

START_TEST(msix_maps_three_vectors_and_lets_the_card_clear_two)
{
	fixture_open(&(struct e1000_options){0});
	ck_assert_uint_eq(fixture.card.regs[E1000_IVAR / 4], 0x000a0908);
	ck_assert_uint_eq(fixture.card.regs[E1000_EIAC / 4], QUEUES);
	ck_assert_uint_eq(mask(), QUEUES | E1000_ICR_OTHER | E1000_ICR_LSC);
}
END_TEST

START_TEST(a_queue_vector_touches_no_register_before_the_poll)
{
	uint64_t touched;

	fixture_open(&(struct e1000_options){0});
	touched = fixture.card.reads + fixture.card.writes;
	fixture.card.handler(fixture.card.handler_ctx, 0);
	fixture.card.handler(fixture.card.handler_ctx, 1);
	ck_assert_uint_eq(fixture.card.reads + fixture.card.writes, touched);
}
END_TEST

START_TEST(the_end_of_a_poll_unmasks_what_the_card_masked)
{
	fixture_open(&(struct e1000_options){0});
	fixture.card.regs[E1000_IMS / 4] &= ~QUEUES; /* by EIAC */
	card_interrupt(0, 0);
	ck_assert_uint_eq(mask() & QUEUES, QUEUES);
}
END_TEST

START_TEST(one_vector_masks_all_until_the_poll_is_done)
{
	fixture.card.offers = OS_IRQ_MSI;
	fixture_open(&(struct e1000_options){0});
	ck_assert_uint_eq(fixture.card.regs[E1000_EIAC / 4], 0);
	fixture.card.regs[E1000_ICR / 4] = E1000_ICR_RXT0 | E1000_ICR_INT_ASSERTED;
	ck_assert(fixture.card.handler(fixture.card.handler_ctx, 0));
	ck_assert_uint_eq(mask(), 0);
	net_softirq(fixture.net);
	ck_assert_uint_ne(mask(), 0);
}
END_TEST

START_TEST(a_shared_line_that_others_raised_is_left_to_them)
{
	fixture_open(&(struct e1000_options){.irq_mode = OS_IRQ_INTX});
	fixture.card.regs[E1000_ICR / 4] = 0;
	ck_assert(!fixture.card.handler(fixture.card.handler_ctx, 0));
	ck_assert_uint_ne(mask(), 0);
}
END_TEST

/* `rate` full frames a second for `ms` milliseconds, taken in by one interrupt each millisecond. */
static void bulk_receive(unsigned int frames_a_ms, unsigned int ms)
{
	for (unsigned int t = 0; t < ms; t++) {
		run_for(HOST_MS);
		for (unsigned int i = 0; i < frames_a_ms; i++)
			card_receive_frame(large_frame, sizeof(large_frame), E1000_RXD_EXT_EOP);
		card_interrupt(0, 0);
	}
}

static uint32_t interval_us(void)
{
	return fixture.card.regs[E1000_EITR(0) / 4] * 256 / 1000;
}

START_TEST(bulk_gets_the_interval_of_sixteen_frames)
{
	fixture_open(&(struct e1000_options){0});
	ck_assert_uint_le(interval_us(), 20);
	bulk_receive(80, 20); /* about 1 Gb/s: 16 frames in 200 us */
	ck_assert_uint_ge(interval_us(), 160);
	ck_assert_uint_le(interval_us(), 240);
	bulk_receive(20, 20); /* a quarter of it */
	ck_assert_uint_ge(interval_us(), 640);
	ck_assert_uint_le(interval_us(), 960);
}
END_TEST

START_TEST(requests_and_answers_stay_quick)
{
	fixture_open(&(struct e1000_options){0});
	for (unsigned int i = 0; i < 2000; i++) {
		run_for(50 * HOST_US);
		card_receive_frame(large_frame, 60, E1000_RXD_EXT_EOP);
		card_interrupt(0, 0);
	}
	ck_assert_uint_le(interval_us(), 20);
}
END_TEST

START_TEST(large_requests_with_large_answers_stay_quick)
{
	fixture_open(&(struct e1000_options){0});
	for (unsigned int i = 0; i < 2000; i++) {
		run_for(80 * HOST_US);
		card_receive_frame(large_frame, 1514, E1000_RXD_EXT_EOP);
		xmit(packet_plain(1514), false);
		card_complete_tx();
		ck_assert_uint_le(interval_us(), 20);
	}
}
END_TEST

START_TEST(bulk_both_ways_is_bulk)
{
	fixture_open(&(struct e1000_options){0});
	for (unsigned int t = 0; t < 20; t++) {
		run_for(HOST_MS);
		for (unsigned int i = 0; i < 40; i++) {
			card_receive_frame(large_frame, 1514, E1000_RXD_EXT_EOP);
			xmit(packet_plain(1514), i < 39);
		}
		card_complete_tx();
	}
	ck_assert_uint_ge(interval_us(), 200);
}
END_TEST

START_TEST(silence_after_bulk_makes_it_quick_again)
{
	fixture_open(&(struct e1000_options){0});
	bulk_receive(20, 20);
	run_for(100 * HOST_MS);
	card_receive_frame(large_frame, 60, E1000_RXD_EXT_EOP);
	card_interrupt(0, 0);
	ck_assert_uint_le(interval_us(), 20);
}
END_TEST

START_TEST(a_fixed_interval_stays)
{
	fixture_open(&(struct e1000_options){.itr_us = 100});
	ck_assert_uint_eq(fixture.card.regs[E1000_EITR(0) / 4], 100000 / 256);
	bulk_receive(80, 20);
	ck_assert_uint_eq(fixture.card.regs[E1000_EITR(0) / 4], 100000 / 256);
}
END_TEST

START_TEST(no_moderation_means_none)
{
	fixture_open(&(struct e1000_options){.itr_us = UINT32_MAX});
	bulk_receive(80, 5);
	ck_assert_uint_eq(fixture.card.regs[E1000_EITR(0) / 4], 0);
	ck_assert_uint_eq(fixture.card.regs[E1000_EITR(1) / 4], 0);
}
END_TEST

START_TEST(a_steady_rate_is_not_written_again_and_again)
{
	uint32_t writes;

	fixture_open(&(struct e1000_options){0});
	bulk_receive(40, 50);
	writes = fixture.card.eitr_writes;
	bulk_receive(40, 50);
	ck_assert_uint_eq(fixture.card.eitr_writes, writes);
}
END_TEST

Suite *irq_suite(void)
{
	Suite *s = suite_create("irq");
	TCase *c = tcase_create("irq");

	tcase_add_checked_fixture(c, fixture_setup, fixture_teardown);
	tcase_add_test(c, msix_maps_three_vectors_and_lets_the_card_clear_two);
	tcase_add_test(c, a_queue_vector_touches_no_register_before_the_poll);
	tcase_add_test(c, the_end_of_a_poll_unmasks_what_the_card_masked);
	tcase_add_test(c, one_vector_masks_all_until_the_poll_is_done);
	tcase_add_test(c, a_shared_line_that_others_raised_is_left_to_them);
	tcase_add_test(c, bulk_gets_the_interval_of_sixteen_frames);
	tcase_add_test(c, requests_and_answers_stay_quick);
	tcase_add_test(c, large_requests_with_large_answers_stay_quick);
	tcase_add_test(c, bulk_both_ways_is_bulk);
	tcase_add_test(c, silence_after_bulk_makes_it_quick_again);
	tcase_add_test(c, a_fixed_interval_stays);
	tcase_add_test(c, no_moderation_means_none);
	tcase_add_test(c, a_steady_rate_is_not_written_again_and_again);
	suite_add_tcase(s, c);
	return s;
}
