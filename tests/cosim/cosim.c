// SPDX-License-Identifier: MIT
/*
 * cosim [--test NAME]: driver, stack and cards of two hosts over a wire, scenario by scenario. Each
 * scenario is a process of its own (SystemC has one kernel a process), so they are alone.
 */
#include <argp.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "duplex.h"

#define MIB		 (1024u * 1024u)
#define WIRE_CLEAN	 "rate_mbps=10000,delay_ns=5000"
#define WIRE_LOSS	 WIRE_CLEAN ",loss=0.01,seed=11"
#define WIRE_DISORDER	 WIRE_CLEAN ",reorder=0.02,reorder_ns=50000,duplicate=0.01,seed=12"
#define WIRE_CORRUPT	 WIRE_CLEAN ",corrupt=0.002,loss=0.002,seed=13"
#define WIRE_IMPAIRED	 WIRE_CLEAN ",loss=0.005,reorder=0.01,duplicate=0.005,corrupt=0.001,seed=14"
#define LIMIT_S		 600 /* of virtual time */
#define SCENARIO_LIMIT_S 300 /* of real time; a watchdog against hanging, no bar */

/* A host of some 2 GHz: calls, packets, copies and interrupts take time. */
#define BUSY_CPU                                                                         \
	{                                                                                \
		.call_ns = 20, .packet_ns = 400, .copy_ps_per_byte = 100, .irq_ns = 500, \
		.switch_ns = 300                                                         \
	}

struct scenario {
	const char *name;
	struct column_options options;
	uint64_t bytes;
};

static const struct scenario scenarios[] = {
	{"64_mib_both_ways_clean_rtl",
	 {.cards = {"rtl", "rtl"}, .wire = WIRE_CLEAN, .seed = 1},
	 64 * MIB},
	{"64_mib_both_ways_impaired_rtl",
	 {.cards = {"rtl", "rtl"}, .wire = WIRE_IMPAIRED, .seed = 2},
	 64 * MIB},
	{"64_mib_both_ways_clean_ref",
	 {.cards = {"ref", "ref"}, .wire = WIRE_CLEAN, .seed = 3},
	 64 * MIB},
	{"64_mib_both_ways_impaired_ref",
	 {.cards = {"ref", "ref"}, .wire = WIRE_IMPAIRED, .seed = 4},
	 64 * MIB},
	/* the matrix: four wires, each between two RTL cards and between reference and RTL */
	{"matrix_clean_rtl_rtl",
	 {.cards = {"rtl", "rtl"}, .wire = WIRE_CLEAN, .costs = BUSY_CPU, .seed = 5},
	 4 * MIB},
	{"matrix_loss_rtl_rtl",
	 {.cards = {"rtl", "rtl"}, .wire = WIRE_LOSS, .costs = BUSY_CPU, .seed = 6},
	 4 * MIB},
	{"matrix_disorder_rtl_rtl",
	 {.cards = {"rtl", "rtl"}, .wire = WIRE_DISORDER, .costs = BUSY_CPU, .seed = 7},
	 4 * MIB},
	{"matrix_corrupt_rtl_rtl",
	 {.cards = {"rtl", "rtl"}, .wire = WIRE_CORRUPT, .costs = BUSY_CPU, .seed = 8},
	 4 * MIB},
	{"matrix_clean_ref_rtl",
	 {.cards = {"ref", "rtl"}, .wire = WIRE_CLEAN, .costs = BUSY_CPU, .seed = 9},
	 4 * MIB},
	{"matrix_loss_ref_rtl",
	 {.cards = {"ref", "rtl"}, .wire = WIRE_LOSS, .costs = BUSY_CPU, .seed = 10},
	 4 * MIB},
	{"matrix_disorder_ref_rtl",
	 {.cards = {"ref", "rtl"}, .wire = WIRE_DISORDER, .costs = BUSY_CPU, .seed = 11},
	 4 * MIB},
	{"matrix_corrupt_ref_rtl",
	 {.cards = {"ref", "rtl"}, .wire = WIRE_CORRUPT, .costs = BUSY_CPU, .seed = 12},
	 4 * MIB},
	/* each offload absent: the stack does the work, the bytes are the same */
	{"without_tso",
	 {.cards = {"rtl", "rtl"}, .wire = WIRE_CLEAN, .driver = {.no_tso = true}, .seed = 13},
	 4 * MIB},
	{"without_checksum_offload",
	 {.cards = {"rtl", "rtl"},
	  .wire = WIRE_CLEAN,
	  .driver = {.no_tso = true, .no_tx_csum = true, .no_rx_csum = true},
	  .seed = 14},
	 4 * MIB},
	{"without_gro",
	 {.cards = {"rtl", "rtl"}, .wire = WIRE_CLEAN, .features_off = NETIF_F_GRO, .seed = 15},
	 4 * MIB},
	{"without_moderation",
	 {.cards = {"rtl", "rtl"},
	  .wire = WIRE_CLEAN,
	  .driver = {.itr_us = UINT32_MAX},
	  .costs = BUSY_CPU,
	  .seed = 16},
	 4 * MIB},
	{"by_msi",
	 {.cards = {"rtl", "rtl"},
	  .wire = WIRE_CLEAN,
	  .driver = {.irq_mode = OS_IRQ_MSI},
	  .seed = 17},
	 4 * MIB},
	{"by_intx",
	 {.cards = {"rtl", "rtl"},
	  .wire = WIRE_CLEAN,
	  .driver = {.irq_mode = OS_IRQ_INTX},
	  .seed = 18},
	 4 * MIB},
	{"with_rings_of_32",
	 {.cards = {"rtl", "rtl"},
	  .wire = WIRE_CLEAN,
	  .driver = {.tx_descriptors = 32, .rx_descriptors = 32},
	  .costs = BUSY_CPU,
	  .seed = 19},
	 4 * MIB},
	{"frames_dropped_by_a_full_card",
	 {.cards = {"rtl", "rtl"},
	  .card_config = "receive=drop",
	  .wire = WIRE_CLEAN,
	  .driver = {.rx_descriptors = 32},
	  .costs = BUSY_CPU,
	  .seed = 20},
	 4 * MIB},
	/* IPv6: by TSO and checksums of the card, by software, and through all mishaps of a wire */
	{"ipv6_clean_rtl_rtl",
	 {.cards = {"rtl", "rtl"}, .wire = WIRE_CLEAN, .costs = BUSY_CPU, .ipv6 = true, .seed = 22},
	 4 * MIB},
	{"ipv6_impaired_ref_rtl",
	 {.cards = {"ref", "rtl"},
	  .wire = WIRE_IMPAIRED,
	  .costs = BUSY_CPU,
	  .ipv6 = true,
	  .seed = 23},
	 4 * MIB},
	{"ipv6_without_offloads",
	 {.cards = {"rtl", "rtl"},
	  .wire = WIRE_CLEAN,
	  .driver = {.no_tso = true, .no_tx_csum = true, .no_rx_csum = true},
	  .ipv6 = true,
	  .seed = 24},
	 4 * MIB},
	{"slow_wire",
	 {.cards = {"rtl", "ref"}, .wire = "rate_mbps=10,delay_ns=20000000", .seed = 21},
	 MIB},
};

#define SCENARIOS ((int)(sizeof(scenarios) / sizeof(scenarios[0])))

START_TEST(bytes_arrive_exactly)
{
	const struct scenario *s = &scenarios[_i];
	struct column column;

	column_setup(&column, &s->options);
	duplex_run(&column, s->bytes, LIMIT_S);
	column_teardown(&column);
}
END_TEST

static const struct argp_option options[] = {
	{"test", 't', "NAME", 0, "only this scenario", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	int *only = state->input;

	if (key != 't')
		return ARGP_ERR_UNKNOWN;
	for (*only = 0; *only < SCENARIOS && strcmp(arg, scenarios[*only].name); ++*only)
		;
	if (*only == SCENARIOS)
		argp_error(state, "no scenario '%s': see the names in tests/cosim/cosim.c", arg);
	return 0;
}

int main(int argc, char **argv)
{
	const struct argp argp = {options, parse, NULL, "Two hosts over a wire, in virtual time.",
				  NULL,	   NULL,  NULL};
	Suite *suite = suite_create("cosim");
	SRunner *runner;
	int only = -1, failed;

	argp_parse(&argp, argc, argv, 0, NULL, &only);
	for (int i = 0; i < SCENARIOS; i++) {
		TCase *tc = tcase_create(scenarios[i].name);

		tcase_set_timeout(tc, SCENARIO_LIMIT_S);
		if (only < 0 || only == i)
			tcase_add_loop_test(tc, bytes_arrive_exactly, i, i + 1);
		suite_add_tcase(suite, tc);
	}
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_FORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (failed)
		printf("repeat one: %s --test NAME\n", argv[0]);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
