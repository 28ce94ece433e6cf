// SPDX-License-Identifier: MIT
// Back-pressure: a host that does not take frames, a card that does not, a wire that is full; and
// reset in the middle of DMA.

#include "world.h"

#include <stdlib.h>
#include <string.h>

static uint8_t frame[1514];

START_TEST(a_refused_frame_is_kept_and_sent_when_the_host_is_ready)
{
	struct world *world = world_with_card(world_models[_i], "", "autoneg_ms=1", NULL);
	struct host *host = &world->host[0];

	host_bring_up(host);
	host->refuse = true;
	for (unsigned int i = 0; i < 10; i++)
		host_send(host, 1000, 2);
	world_run(world, world->now_ns + 1000000, 1000);
	ck_assert_uint_eq(host->frames_taken, 0);
	ck_assert_uint_eq(world->abi->advance(world->platform, world->now_ns), RINGSIDE_TIME_NEVER);

	/* Still refusing: the card asks once and keeps waiting. */
	world->abi->card_transmit_ready(host->card);
	world_run(world, world->now_ns + 1000000, 1000);
	ck_assert_uint_eq(host->frames_taken, 0);

	host->refuse = false;
	world->abi->card_transmit_ready(host->card);
	world_run(world, world->now_ns + 1000000, 1000);
	ck_assert_uint_eq(host->frames_taken, 10);
}
END_TEST

START_TEST(with_hold_frames_wait_and_none_is_lost)
{
	struct world *world =
		world_with_card(world_models[_i], "", "autoneg_ms=1,receive=hold", NULL);
	struct host *host = &world->host[0];
	unsigned int taken = 0, refused = 0;

	host_bring_up(host);
	memset(frame, 0x40, sizeof(frame));
	while (host->rx_frames < 500) {
		if (taken < 500) {
			bool ready = world->abi->card_receive_ready(host->card);
			int result = world->abi->card_receive(host->card, frame, sizeof(frame));

			ck_assert_int_eq(result, ready);
			taken += result;
			refused += !result;
			if (result)
				continue;
			ck_assert_uint_le(taken - host->rx_frames, 300);
		}
		/* The ring is full now and then: its frames are taken only here. */
		world_run(world, world->now_ns + 100000, 100000);
		host_poll(host);
		ck_assert_uint_lt(world->now_ns, 1000000000);
	}
	ck_assert_uint_eq(taken, 500);
	ck_assert_uint_gt(refused, 0);
	ck_assert_uint_gt(host->receive_ready_calls, 0);
	ck_assert_uint_eq(host_read(host, 0x4010), 0); /* MPC */
}
END_TEST

START_TEST(with_drop_frames_that_find_no_room_are_counted)
{
	struct world *world =
		world_with_card(world_models[_i], "", "autoneg_ms=1,receive=drop", NULL);
	struct host *host = &world->host[0];

	host_bring_up(host);
	memset(frame, 0x40, sizeof(frame));
	for (unsigned int i = 0; i < 500; i++)
		ck_assert_int_eq(world->abi->card_receive(host->card, frame, sizeof(frame)), 1);
	for (unsigned int i = 0; i < 100; i++) {
		world_run(world, world->now_ns + 100000, 100000);
		host_poll(host);
	}
	ck_assert_uint_lt(host->rx_frames, 500);
	ck_assert_uint_ge(host->rx_frames, 10);
	ck_assert_uint_eq(host->rx_frames + host_read(host, 0x4010), 500);
}
END_TEST

START_TEST(bad_lengths_are_refused_and_short_frames_padded)
{
	struct world *world = world_with_card(world_models[_i], "mode=sync", "autoneg_ms=1", NULL);
	struct host *host = &world->host[0];
	static uint8_t huge[16385];

	host_bring_up(host);
	ck_assert_int_eq(world->abi->card_receive(host->card, frame, 13), -22);
	ck_assert_int_eq(world->abi->card_receive(host->card, huge, sizeof(huge)), -22);
	memset(frame, 0x42, sizeof(frame));
	ck_assert_int_eq(world->abi->card_receive(host->card, frame, 14), 1);
	host_poll(host);
	ck_assert_uint_eq(host->rx_frames, 1);
	ck_assert_uint_eq(host->last_rx_len, 60);
	ck_assert_mem_eq(host->last_rx, frame, 14);
	for (unsigned int i = 14; i < 60; i++)
		ck_assert_uint_eq(host->last_rx[i], 0);
}
END_TEST

START_TEST(a_full_wire_blocks_its_sender_and_loses_nothing)
{
	struct world *world =
		world_with_wire(world_models[_i], "", "rate_mbps=10,queue_frames=3", NULL);
	struct ringside_wire_counters counters;

	host_bring_up(&world->host[0]);
	host_bring_up(&world->host[1]);
	for (unsigned int i = 0; i < 40; i++)
		host_send(&world->host[0], 1000, 2);
	world_run(world, world->now_ns + 1000000, 1000);
	world->abi->wire_counters(world->wire, 0, &counters);
	ck_assert_uint_ge(counters.frames, 3);
	ck_assert_uint_le(counters.frames, 4); /* a frame takes 819.2 us */
	world_run(world, world->now_ns + 40 * 830000, 10000);
	host_poll(&world->host[1]);
	ck_assert_uint_eq(world->host[1].rx_frames, 40);
	world->abi->wire_counters(world->wire, 1, &counters);
	ck_assert_uint_eq(counters.frames, 0);
}
END_TEST

START_TEST(a_receiver_that_holds_stops_the_wire_and_resumes)
{
	struct world *world = world_with_wire(world_models[_i], "", "queue_frames=5", NULL);
	unsigned int sent = 0;

	host_bring_up(&world->host[0]);
	host_bring_up(&world->host[1]);
	/* Nobody polls card 1: its ring, its buffer and the wire fill up. */
	for (; sent < 300; sent++) {
		host_send(&world->host[0], 1500, 2);
		world_run(world, world->now_ns + 20000, 10000);
		if ((host_read(&world->host[0], REG_TDH) + RING_SIZE - 1) % RING_SIZE ==
		    world->host[0].tx_tail)
			break;
	}
	ck_assert_uint_gt(sent, 64);
	while (world->host[1].rx_frames < sent && world->now_ns < 1000000000) {
		host_poll(&world->host[1]);
		world_run(world, world->now_ns + 100000, 10000);
	}
	ck_assert_uint_ge(world->host[1].rx_frames, sent);
}
END_TEST

START_TEST(reset_lets_dma_finish_and_then_there_is_silence)
{
	FILE *log = tmpfile();
	struct world *world = world_with_card(world_models[_i], "", "autoneg_ms=1", log);
	struct host *host = &world->host[0];
	unsigned int sent;

	host_bring_up(host);
	for (unsigned int i = 0; i < 20; i++)
		host_send(host, 1500, 2);
	world_run(world, world->now_ns + 700, 100);
	world->abi->card_reset(host->card, RINGSIDE_RESET_PCI);
	ck_assert_uint_eq(host_read(host, REG_TDT), 0);
	ck_assert_uint_eq(host_read(host, REG_TCTL) & 2, 0);
	ck_assert(!host->intx);
	fflush(log);
	sent = ftell(log);
	world_run(world, world->now_ns + 1000000, 1000);
	fflush(log);
	ck_assert_uint_eq(ftell(log), sent);

	/* And it works again. */
	host->frames_taken = 0;
	host_bring_up(host);
	for (unsigned int i = 0; i < 10; i++)
		host_send(host, 1000, 2);
	world_run(world, world->now_ns + 1000000, 1000);
	ck_assert_uint_eq(host->frames_taken, 10);
}
END_TEST

START_TEST(dma_to_nowhere_is_counted_and_does_not_hang)
{
	struct world *world = world_with_card(world_models[_i], "mode=sync", "autoneg_ms=1", NULL);
	struct host *host = &world->host[0];
	struct ringside_card_counters counters;

	host_bring_up(host);
	host_write(host, REG_TDBAL + 4, 0xffffffff);
	host_write(host, REG_RDBAL + 4, 0x7);
	host_send(host, 100, 2);
	world->abi->card_receive(host->card, frame, 100);
	world_run(world, world->now_ns + 1000000, 10000);
	world->abi->card_counters(host->card, &counters);
	ck_assert_uint_gt(counters.dma_errors, 0);
	ck_assert(host_read(host, REG_STATUS) & STATUS_LU);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("platform back-pressure");
	TCase *tc = tcase_create("back-pressure");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, a_refused_frame_is_kept_and_sent_when_the_host_is_ready, 0,
			    WORLD_MODELS);
	tcase_add_loop_test(tc, with_hold_frames_wait_and_none_is_lost, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, with_drop_frames_that_find_no_room_are_counted, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, bad_lengths_are_refused_and_short_frames_padded, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, a_full_wire_blocks_its_sender_and_loses_nothing, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, a_receiver_that_holds_stops_the_wire_and_resumes, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, reset_lets_dma_finish_and_then_there_is_silence, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, dma_to_nowhere_is_counted_and_does_not_hang, 0, WORLD_MODELS);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
