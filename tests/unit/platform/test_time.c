// SPDX-License-Identifier: MIT
// Time: what skipping, power_on and the three modes promise, for both cards.

#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char impaired[] =
	"loss=0.05,duplicate=0.05,corrupt=0.05,reorder=0.1,reorder_ns=30000,seed=7";

/* The next line of one card's. */
static char *next_line(FILE *log, const char *card, char line[256])
{
	while (fgets(line, 256, log))
		if (strstr(line, card))
			return line;
	return NULL;
}

/*
 * Each card did the same at the same time; more than `lines` things, so that this says something.
 * (What two cards do within one step of the host's has no order.)
 */
static void assert_same_log(FILE *a, FILE *b, unsigned int lines)
{
	char line_a[256], line_b[256];
	unsigned int n = 0;

	for (int id = 0; id < 2; id++) {
		const char *card = id ? "card1 " : "card0 ";

		rewind(a);
		rewind(b);
		for (;; n++) {
			char *got_a = next_line(a, card, line_a);
			char *got_b = next_line(b, card, line_b);

			if (!got_a && !got_b)
				break;
			ck_assert_msg(got_a && got_b && strcmp(line_a, line_b) == 0, "%s / %s",
				      got_a ? line_a : "end", got_b ? line_b : "end");
		}
	}
	ck_assert_uint_gt(n, lines);
}

static void traffic_in_this_process(const char *model, const char *platform_config,
				    const char *wire_config, FILE *log)
{
	struct world *world = world_with_wire(model, platform_config, wire_config, log);

	host_bring_up(&world->host[0]);
	host_bring_up(&world->host[1]);
	world_traffic(world, 60, 12345);
	world_run(world, world->now_ns + 1000000, 1000);
	for (int id = 0; id < 2; id++) {
		struct ringside_card_counters counters;

		world->abi->card_counters(world->host[id].card, &counters);
		fprintf(log,
			"card%d tx %llu/%llu rx %llu/%llu read %llu/%llu write %llu/%llu irqs %llu\n",
			id, (unsigned long long)counters.tx_frames,
			(unsigned long long)counters.tx_bytes,
			(unsigned long long)counters.rx_frames,
			(unsigned long long)counters.rx_bytes,
			(unsigned long long)counters.dma_read_bursts,
			(unsigned long long)counters.dma_read_bytes,
			(unsigned long long)counters.dma_write_bursts,
			(unsigned long long)counters.dma_write_bytes,
			(unsigned long long)counters.irqs);
		ck_assert_uint_gt(counters.rx_frames, 20);
	}
	fflush(log);
}

/* Another process, as a process has one platform. */
static FILE *traffic_log(const char *model, const char *platform_config, const char *wire_config)
{
	FILE *log = tmpfile();
	int status;
	pid_t child;

	ck_assert_ptr_nonnull(log);
	child = fork();
	if (child == 0) {
		traffic_in_this_process(model, platform_config, wire_config, log);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	return log;
}

START_TEST(skipping_changes_no_output)
{
	FILE *on = traffic_log(world_models[_i], "skip=on", impaired);
	FILE *off = traffic_log(world_models[_i], "skip=off", impaired);

	assert_same_log(on, off, 500);
}
END_TEST

START_TEST(skipping_changes_no_output_on_an_instant_wire)
{
	FILE *on =
		traffic_log(world_models[_i], "skip=on,dma_latency_ns=0", "rate_mbps=0,delay_ns=0");
	FILE *off = traffic_log(world_models[_i], "skip=off,dma_latency_ns=0",
				"rate_mbps=0,delay_ns=0");

	assert_same_log(on, off, 500);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_run)
{
	FILE *one = traffic_log(world_models[_i], "", impaired);
	FILE *two = traffic_log(world_models[_i], "", impaired);

	assert_same_log(one, two, 500);
}
END_TEST

START_TEST(power_on_is_a_fresh_start_in_place)
{
	struct world *world = world_with_wire(world_models[_i], "", impaired, NULL);
	FILE *log[2];

	for (int run = 0; run < 2; run++) {
		world->log = log[run] = tmpfile();
		world->now_ns = 0;
		for (int id = 0; id < 2; id++) {
			memset(world->host[id].memory, 0, sizeof(world->host[id].memory));
			world->host[id].intx = false;
		}
		host_bring_up(&world->host[0]);
		host_bring_up(&world->host[1]);
		/* Stopped in the middle of traffic. */
		world_traffic(world, 20, 99);
		host_send(&world->host[0], 1000, 2);
		world_run(world, world->now_ns + 300, 100);
		fflush(world->log);

		world->log = tmpfile();
		world->abi->power_on(world->platform);
		ck_assert_int_eq(ftell(world->log), 0);
		ck_assert_uint_eq(world->abi->now(world->platform), 0);
		for (int id = 0; id < 2; id++) {
			struct ringside_card_counters counters;

			world->abi->card_counters(world->host[id].card, &counters);
			ck_assert_uint_eq(counters.tx_frames + counters.rx_frames + counters.irqs,
					  0);
		}
	}
	assert_same_log(log[0], log[1], 200);
}
END_TEST

START_TEST(a_sleeping_card_costs_no_cycles_and_they_add_up)
{
	struct world *world = world_with_card(world_models[_i], "", "autoneg_ms=1", NULL);
	struct ringside_card_counters before, after;

	host_bring_up(&world->host[0]);
	world_run(world, 10000000, 1000000);
	world->abi->card_counters(world->host[0].card, &before);
	world_run(world, 1010000000, 100000000);
	world->abi->card_counters(world->host[0].card, &after);
	ck_assert_uint_le(after.cycles_clocked - before.cycles_clocked, 100);
	if (strcmp(world_models[_i], "rtl") == 0)
		ck_assert_uint_eq(after.cycles_clocked + after.cycles_skipped -
					  before.cycles_clocked - before.cycles_skipped,
				  250000000);
}
END_TEST

START_TEST(advance_tells_the_next_event_beyond_until)
{
	struct world *world = world_with_card(world_models[_i], "", "autoneg_ms=1", NULL);
	const struct ringside_pci_state state = {true, true, RINGSIDE_IRQ_INTX, false};
	uint64_t next;

	world->abi->card_pci_state(world->host[0].card, &state);
	for (int i = 0; i < 1000; i++) {
		next = world->abi->advance(world->platform, world->now_ns);
		ck_assert_uint_gt(next, world->now_ns);
		ck_assert_uint_eq(world->abi->now(world->platform), world->now_ns);
		if (next == RINGSIDE_TIME_NEVER)
			break;
		world->now_ns = next;
	}
	ck_assert_uint_eq(next, RINGSIDE_TIME_NEVER);
	ck_assert_uint_ge(world->now_ns, 1000000);
	ck_assert(host_read(&world->host[0], REG_STATUS) & STATUS_LU);
}
END_TEST

/* One frame; when the write to the tail returns, all of it has happened. */
START_TEST(in_sync_mode_a_doorbell_returns_when_its_work_is_done)
{
	struct world *world = world_with_card(world_models[_i], "mode=sync", "autoneg_ms=1", NULL);
	struct host *host = &world->host[0];

	host_bring_up(host);
	for (unsigned int i = 0; i < 10; i++) {
		const uint8_t *status = &host->memory[0x1000 + 16 * host->tx_tail + 12];

		host_send(host, 1514, 2);
		ck_assert_uint_eq(*status & 1, 1);
		ck_assert_uint_eq(host->frames_taken, i + 1);
		ck_assert_uint_eq(world->abi->now(world->platform), world->now_ns);
	}
	ck_assert_uint_gt(world->abi->advance(world->platform, world->now_ns), world->now_ns);
}
END_TEST

/* Its host lets no time pass for longer than the ordinary slip. */
START_TEST(in_sync_mode_slip_us_is_how_far_the_card_may_be_ahead)
{
	struct world *world =
		world_with_card("rtl", "mode=sync,slip_us=10000", "autoneg_ms=1", NULL);
	struct host *host = &world->host[0];

	host_bring_up(host);
	for (unsigned int i = 0; i < 1000; i++)
		host_send(host, 1514, 2);
	ck_assert_uint_eq(host->frames_taken, 1000);
}
END_TEST

START_TEST(in_sync_mode_a_frame_is_in_memory_when_receive_returns)
{
	struct world *world = world_with_card(world_models[_i], "mode=sync", "autoneg_ms=1", NULL);
	struct host *host = &world->host[0];
	uint8_t frame[1514];

	host_bring_up(host);
	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = i * 3;
	for (unsigned int i = 0; i < 100; i++) {
		ck_assert_int_eq(world->abi->card_receive(host->card, frame, sizeof(frame)), 1);
		host_poll(host);
		ck_assert_uint_eq(host->rx_frames, i + 1);
		ck_assert_uint_eq(host->last_rx_len, sizeof(frame));
		ck_assert_mem_eq(host->last_rx, frame, sizeof(frame));
	}
}
END_TEST

START_TEST(in_free_mode_time_stands_still_while_the_card_works)
{
	struct world *world = world_with_card(world_models[_i], "mode=free,burst_cycles=16",
					      "autoneg_ms=1", NULL);
	struct host *host = &world->host[0];
	unsigned int bursts = 0;

	host_bring_up(host);
	host_send(host, 1514, 2);
	for (; bursts < 1000; bursts++)
		if (world->abi->advance(world->platform, world->now_ns) != world->now_ns)
			break;
	ck_assert_uint_lt(bursts, 1000);
	ck_assert_uint_eq(host->frames_taken, 1);
	ck_assert_uint_eq(host->memory[0x1000 + 12] & 1, 1);
	ck_assert_uint_eq(world->abi->now(world->platform), world->now_ns);
}
END_TEST

static void offer_twenty_frames(struct host *host)
{
	const uint8_t frame[1514] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	for (unsigned int i = 0; i < 20; i++)
		ck_assert_int_eq(host->world->abi->card_receive(host->card, frame, sizeof(frame)),
				 1);
}

static void work_to_the_end(struct world *world)
{
	while (world->abi->advance(world->platform, world->now_ns) <= world->now_ns)
		;
}

/* The RTL alone: a burst of the reference card is over before time could pass. */
START_TEST(in_free_mode_a_timer_expires_within_a_burst_when_the_host_tells_the_time)
{
	struct world *world =
		world_with_card("rtl", "mode=free,burst_cycles=1000000", "autoneg_ms=1", NULL);
	struct host *host = &world->host[0];

	host_bring_up(host);
	for (unsigned int step = 0; step < 3; step++) {
		world->tick_ns = step == 2 ? 1000 : 0;
		offer_twenty_frames(host);
		work_to_the_end(world);
		host_poll(host);
		ck_assert_uint_eq(host->rx_frames, 20 * (step + 1));
		/* The first interrupt at once; ITR holds back the next one for 10 us. */
		ck_assert_int_eq(host->intx, step != 1);
		if (step == 0)
			host_read(host, REG_ICR);
	}
}
END_TEST

/* The RTL alone: the reference card needs one step for it all. */
START_TEST(in_free_mode_a_burst_ends_when_the_host_asks)
{
	struct world *world =
		world_with_card("rtl", "mode=free,burst_cycles=1000000", "autoneg_ms=1", NULL);
	struct host *host = &world->host[0];

	host_bring_up(host);
	offer_twenty_frames(host);
	for (unsigned int bursts = 1; bursts <= 3; bursts++) {
		world->abi->card_end_burst(host->card);
		ck_assert_uint_eq(world->abi->advance(world->platform, world->now_ns),
				  world->now_ns);
		host_poll(host);
		ck_assert_uint_le(host->rx_frames, 2 * bursts);
	}
	work_to_the_end(world);
	host_poll(host);
	ck_assert_uint_eq(host->rx_frames, 20);
}
END_TEST

START_TEST(cards_on_a_wire_talk_in_free_mode)
{
	struct world *world = world_with_wire(world_models[_i], "mode=free", "", NULL);

	host_bring_up(&world->host[0]);
	host_bring_up(&world->host[1]);
	for (unsigned int i = 0; i < 20; i++)
		host_send(&world->host[0], 1000, 2);
	for (unsigned int i = 0; i < 1000; i++)
		world->abi->advance(world->platform, world->now_ns);
	host_poll(&world->host[1]);
	ck_assert_uint_eq(world->host[1].rx_frames, 20);
}
END_TEST

START_TEST(register_accesses_move_card_time_by_64_cycles_at_most)
{
	struct world *world = world_with_card(world_models[_i], "", "", NULL);
	struct ringside_card_counters before, after;

	world_run(world, 1000, 1000);
	for (unsigned int i = 0; i < 100; i++) {
		world->abi->card_counters(world->host[0].card, &before);
		if (i % 2)
			host_read(&world->host[0], REG_STATUS);
		else
			host_write(&world->host[0], REG_ITR, i);
		world->abi->card_counters(world->host[0].card, &after);
		ck_assert_uint_le(after.cycles_clocked - before.cycles_clocked, 64);
		world_run(world, world->now_ns + 777, 777);
	}
}
END_TEST

START_TEST(small_reads_give_their_lane_and_small_writes_nothing)
{
	struct world *world = world_with_card(world_models[_i], "", "", NULL);
	struct host *host = &world->host[0];
	const struct ringside_platform_abi *abi = world->abi;

	host_write(host, REG_TDBAL, 0x12345670);
	ck_assert_uint_eq(abi->card_mmio_read(host->card, 0, REG_TDBAL, 1), 0x70);
	ck_assert_uint_eq(abi->card_mmio_read(host->card, 0, REG_TDBAL + 1, 1), 0x56);
	ck_assert_uint_eq(abi->card_mmio_read(host->card, 0, REG_TDBAL + 2, 2), 0x1234);
	abi->card_mmio_write(host->card, 0, REG_TDBAL, 0xff, 1);
	abi->card_mmio_write(host->card, 0, REG_TDBAL + 2, 0xffff, 2);
	ck_assert_uint_eq(host_read(host, REG_TDBAL), 0x12345670);
	ck_assert_uint_eq(abi->card_mmio_read(host->card, 0, 0x20000, 4), UINT32_MAX);
	ck_assert_uint_eq(abi->card_mmio_read(host->card, 0, REG_TDBAL, 8), UINT32_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("platform time");
	TCase *tc = tcase_create("time");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, skipping_changes_no_output, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, skipping_changes_no_output_on_an_instant_wire, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, the_same_seed_gives_the_same_run, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, power_on_is_a_fresh_start_in_place, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, a_sleeping_card_costs_no_cycles_and_they_add_up, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, advance_tells_the_next_event_beyond_until, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, in_sync_mode_a_doorbell_returns_when_its_work_is_done, 0,
			    WORLD_MODELS);
	tcase_add_test(tc, in_sync_mode_slip_us_is_how_far_the_card_may_be_ahead);
	tcase_add_loop_test(tc, in_sync_mode_a_frame_is_in_memory_when_receive_returns, 0,
			    WORLD_MODELS);
	tcase_add_loop_test(tc, in_free_mode_time_stands_still_while_the_card_works, 0,
			    WORLD_MODELS);
	tcase_add_test(tc, in_free_mode_a_burst_ends_when_the_host_asks);
	tcase_add_test(tc,
		       in_free_mode_a_timer_expires_within_a_burst_when_the_host_tells_the_time);
	tcase_add_loop_test(tc, cards_on_a_wire_talk_in_free_mode, 0, WORLD_MODELS);
	tcase_add_loop_test(tc, register_accesses_move_card_time_by_64_cycles_at_most, 0,
			    WORLD_MODELS);
	tcase_add_loop_test(tc, small_reads_give_their_lane_and_small_writes_nothing, 0,
			    WORLD_MODELS);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
