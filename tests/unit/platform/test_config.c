// SPDX-License-Identifier: MIT
// Wrong configuration and wrong order of calls: one line each, naming the cure.

#include "world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char err[256];

static int dma(void *host, uint64_t addr, void *buf, size_t len)
{
	(void)host, (void)addr, (void)buf, (void)len;
	return 0;
}

static int dma_out(void *host, uint64_t addr, const void *buf, size_t len)
{
	(void)host, (void)addr, (void)buf, (void)len;
	return 0;
}

static void irq(void *host, unsigned int vector, int level)
{
	(void)host, (void)vector, (void)level;
}

static void pba_clear(void *host, uint32_t mask)
{
	(void)host, (void)mask;
}

static void log_line(void *host, int severity, const char *line)
{
	(void)host, (void)severity, (void)line;
}

static const struct ringside_host_ops wire_ops = {
	.abi = {RINGSIDE_PLATFORM_ABI_VERSION, sizeof(wire_ops)},
	.dma_read = dma,
	.dma_write = dma_out,
	.irq = irq,
	.pba_clear = pba_clear,
	.log = log_line,
};

static const struct {
	const char *config, *error;
} platform_errors[] = {
	{"speed=9", "platform config: unknown key 'speed'; use one of mode, skip, check_skips, "
		    "dma_latency_ns, "
		    "burst_cycles, slip_us, trace, trace_from_ns, trace_to_ns"},
	{"mode", "platform config: 'mode' has no value; write key=value"},
	{"mode=fast",
	 "platform config: mode=fast is not valid; mode must be virtual, sync or free"},
	{"mode=sync,skip=maybe",
	 "platform config: skip=maybe is not valid; skip must be on or off"},
	{"dma_latency_ns=1000001", "platform config: dma_latency_ns=1000001 is not valid; "
				   "dma_latency_ns must be a number from 0 to 1000000"},
	{"dma_latency_ns=-1",
	 "platform config: dma_latency_ns=-1 is not valid; dma_latency_ns must "
	 "be a number from 0 to 1000000"},
	{"dma_latency_ns=5x",
	 "platform config: dma_latency_ns=5x is not valid; dma_latency_ns must "
	 "be a number from 0 to 1000000"},
	{"skip=on,skip=off", "platform config: key 'skip' is given twice; give it once"},
	{"mode=free,skip=off", "platform config: skip=off needs mode=virtual or mode=sync"},
	{"mode=free,dma_latency_ns=5",
	 "platform config: dma_latency_ns has no meaning with mode=free; leave it out"},
	{"trace=x.fst", "trace=x.fst needs the build with waves; load libringside-waves.so"},
};

START_TEST(wrong_platform_configuration_is_refused)
{
	const struct ringside_platform_abi *abi = world_abi();

	ck_assert_ptr_null(abi->create(platform_errors[_i].config, err, sizeof(err)));
	ck_assert_str_eq(err, platform_errors[_i].error);
}
END_TEST

static const struct {
	const char *config, *error;
} card_errors[] = {
	{"colour=red",
	 "card config: unknown key 'colour'; use one of mac, receive, autoneg_ms, tso, "
	 "tx_csum, rx_csum, moderation, queues, vlan, rss, split, loopback, stats, ptp, pause, "
	 "detect, packet_csum"},
	{"mac=52:54:00:12:34",
	 "card config: mac=52:54:00:12:34 is not valid; mac must be six "
	 "hexadecimal bytes aa:bb:cc:dd:ee:ff of one station (first byte even, "
	 "not all zero)"},
	{"mac=52:54:00:12:34:5g",
	 "card config: mac=52:54:00:12:34:5g is not valid; mac must be six "
	 "hexadecimal bytes aa:bb:cc:dd:ee:ff of one station (first byte "
	 "even, not all zero)"},
	{"mac=01:00:5e:00:00:01",
	 "card config: mac=01:00:5e:00:00:01 is not valid; mac must be six "
	 "hexadecimal bytes aa:bb:cc:dd:ee:ff of one station (first byte "
	 "even, not all zero)"},
	{"receive=block", "card config: receive=block is not valid; receive must be drop or hold"},
	{"tso=1", "card config: tso=1 is not valid; tso must be on or off"},
};

START_TEST(wrong_card_configuration_is_refused)
{
	const struct ringside_platform_abi *abi = world_abi();
	struct ringside_platform *p = abi->create(NULL, err, sizeof(err));

	ck_assert_ptr_null(abi->card_create(p, "ref", card_errors[_i].config, &wire_ops, NULL, err,
					    sizeof(err)));
	ck_assert_str_eq(err, card_errors[_i].error);
}
END_TEST

static const struct {
	const char *config, *error;
} wire_errors[] = {
	{"los=0.1",
	 "wire config: unknown key 'los'; use one of rate_mbps, delay_ns, loss, reorder, "
	 "duplicate, corrupt, reorder_ns, queue_frames, seed, pcap"},
	{"loss=1.5", "wire config: loss=1.5 is not valid; loss must be a probability from 0 to 1"},
	{"loss=nan", "wire config: loss=nan is not valid; loss must be a probability from 0 to 1"},
	{"queue_frames=0",
	 "wire config: queue_frames=0 is not valid; queue_frames must be a number "
	 "from 1 to 1000000"},
	{"pcap=", "wire config: pcap= is not valid; pcap must be a file name"},
	{"pcap=/nonexistent/x", "pcap=/nonexistent/x cannot be created: No such file or directory; "
				"name a writable file"},
};

START_TEST(wrong_wire_configuration_is_refused)
{
	const struct ringside_platform_abi *abi = world_abi();
	struct ringside_platform *p = abi->create("", err, sizeof(err));

	ck_assert_ptr_null(abi->wire_create(p, wire_errors[_i].config, err, sizeof(err)));
	ck_assert_str_eq(err, wire_errors[_i].error);
}
END_TEST

START_TEST(an_unknown_model_is_refused)
{
	const struct ringside_platform_abi *abi = world_abi();
	struct ringside_platform *p = abi->create("", err, sizeof(err));

	ck_assert_ptr_null(abi->card_create(p, "rlt", "", &wire_ops, NULL, err, sizeof(err)));
	ck_assert_str_eq(err, "no card model 'rlt'; use rtl or ref");
}
END_TEST

START_TEST(host_operations_of_another_version_are_refused)
{
	const struct ringside_platform_abi *abi = world_abi();
	struct ringside_platform *p = abi->create("", err, sizeof(err));
	struct ringside_host_ops ops = wire_ops;

	ops.abi.version++;
	ck_assert_ptr_null(abi->card_create(p, "ref", "", &ops, NULL, err, sizeof(err)));
	ck_assert_str_eq(err,
			 "the host operations have another ABI version; build host and platform "
			 "from the same platform.h");
	ops = wire_ops;
	ops.abi.size--;
	ck_assert_ptr_null(abi->card_create(p, "ref", "", &ops, NULL, err, sizeof(err)));
	ops = wire_ops;
	ops.dma_write = NULL;
	ck_assert_ptr_null(abi->card_create(p, "ref", "", &ops, NULL, err, sizeof(err)));
	ck_assert_str_eq(err, "a host operation is missing; give all but, for a card on a wire, "
			      "transmit and receive_ready");
}
END_TEST

START_TEST(a_card_without_wire_needs_netdev_operations)
{
	const struct ringside_platform_abi *abi = world_abi();
	struct ringside_platform *p = abi->create("", err, sizeof(err));

	ck_assert_ptr_nonnull(abi->card_create(p, "ref", "", &wire_ops, NULL, err, sizeof(err)));
	ck_assert_int_eq(abi->start(p, err, sizeof(err)), -EINVAL);
	ck_assert_str_eq(err,
			 "a card has neither a wire nor transmit and receive_ready operations; "
			 "attach a wire, or give both");
}
END_TEST

START_TEST(a_wire_needs_two_cards_and_a_card_one_wire)
{
	const struct ringside_platform_abi *abi = world_abi();
	struct ringside_platform *p = abi->create("", err, sizeof(err));
	struct ringside_wire *wire = abi->wire_create(p, "", err, sizeof(err));
	struct ringside_card *card =
		abi->card_create(p, "ref", "", &wire_ops, NULL, err, sizeof(err));

	ck_assert_int_eq(abi->wire_attach(wire, 2, card), -EINVAL);
	ck_assert_int_eq(abi->wire_attach(wire, 0, card), 0);
	ck_assert_int_eq(abi->wire_attach(wire, 0, card), -EBUSY);
	ck_assert_int_eq(abi->wire_attach(wire, 1, card), -EBUSY);
	ck_assert_int_eq(abi->start(p, err, sizeof(err)), -EINVAL);
	ck_assert_str_eq(err, "a wire has a free end; attach a card to both sides");
}
END_TEST

START_TEST(a_process_has_one_platform)
{
	const struct ringside_platform_abi *abi = world_abi();
	struct ringside_platform *p = abi->create("", err, sizeof(err));

	ck_assert_ptr_nonnull(p);
	abi->destroy(p);
	ck_assert_ptr_null(abi->create("", err, sizeof(err)));
	ck_assert_str_eq(err, "this process had a platform before, and SystemC has one kernel a "
			      "process; use power_on() for a fresh start, or a new process");
}
END_TEST

START_TEST(cards_come_before_start)
{
	const struct ringside_platform_abi *abi = world_abi();
	struct ringside_platform *p = abi->create("", err, sizeof(err));

	ck_assert_int_eq(abi->start(p, err, sizeof(err)), 0);
	ck_assert_ptr_null(abi->card_create(p, "ref", "", &wire_ops, NULL, err, sizeof(err)));
	ck_assert_str_eq(err, "the platform has started; create cards before start()");
	ck_assert_int_eq(abi->start(p, err, sizeof(err)), -EBUSY);
}
END_TEST

START_TEST(a_long_error_is_cut_and_terminated)
{
	const struct ringside_platform_abi *abi = world_abi();
	char small[16];

	memset(small, 'x', sizeof(small));
	ck_assert_ptr_null(abi->create("speed=9", small, sizeof(small)));
	ck_assert_str_eq(small, "platform config");
	ck_assert_ptr_null(abi->create("speed=9", NULL, 0));
}
END_TEST

START_TEST(nothing_is_printed)
{
	struct world *world;
	FILE *out = tmpfile();

	ck_assert_int_ge(dup2(fileno(out), 1), 0);
	world = world_with_card("ref", "", "", NULL);
	world_run(world, 1000, 100);
	fflush(stdout);
	ck_assert_int_eq(ftell(out), 0);
	fseek(out, 0, SEEK_END);
	ck_assert_int_eq(ftell(out), 0);
	world_close(world);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

int main(void)
{
	Suite *suite = suite_create("platform configuration");
	TCase *tc = tcase_create("configuration");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, wrong_platform_configuration_is_refused, 0, COUNT(platform_errors));
	tcase_add_loop_test(tc, wrong_card_configuration_is_refused, 0, COUNT(card_errors));
	tcase_add_loop_test(tc, wrong_wire_configuration_is_refused, 0, COUNT(wire_errors));
	tcase_add_test(tc, an_unknown_model_is_refused);
	tcase_add_test(tc, host_operations_of_another_version_are_refused);
	tcase_add_test(tc, a_card_without_wire_needs_netdev_operations);
	tcase_add_test(tc, a_wire_needs_two_cards_and_a_card_one_wire);
	tcase_add_test(tc, a_process_has_one_platform);
	tcase_add_test(tc, cards_come_before_start);
	tcase_add_test(tc, a_long_error_is_cut_and_terminated);
	tcase_add_test(tc, nothing_is_printed);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
