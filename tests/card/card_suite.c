// SPDX-License-Identifier: MIT
/*
 * The card suite: what every model of the card must do, as seen through the platform's C interface
 * and nothing else. The same tests run on the reference card and on the RTL.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define TEST_TIMEOUT_S 120
#define NUM_TRAPS      69

static const struct card_topic *const topics[] = {
	&topic_registers,
	&topic_nvm_phy,
	&topic_tx,
	&topic_tx_checksum,
	&topic_tso,
	&topic_rx,
	&topic_rx_filter,
	&topic_rx_checksum,
	&topic_interrupts,
	&topic_moderation,
	&topic_reset,
	&topic_ordering,
	&topic_queues,
	&topic_vlan,
	&topic_rss,
	&topic_split,
	&topic_loopback,
	&topic_cause_statistics,
	&topic_detect,
	&topic_packet_checksum,
	&topic_ptp,
	&topic_pause,
	&topic_statistics,
	&topic_back_pressure,
	&topic_wake,
	&topic_features,
	&topic_low_threshold,
	&topic_time_use,
	&topic_traps,
};

#define NUM_TOPICS (sizeof(topics) / sizeof(topics[0]))

/* Names of the feature word's bits. */
static const char *const feature_names[] = {
	"tso",	 "tx_csum",  "rx_csum", "moderation", "queues", "vlan",	  "rss",
	"split", "loopback", "stats",	"ptp",	      "pause",	"detect", "packet_csum",
};

#define NUM_FEATURES (sizeof(feature_names) / sizeof(feature_names[0]))

/*
 * What a model must have: to lose a feature is a failure. Topics that need one which the model does
 * not have yet are not run and not counted, unless they are asked for by name.
 */
static const struct {
	const char *model;
	uint32_t features;
} promises[] = {
	{"ref", FEATURES_ALL},
	{"rtl", FEATURE_TSO | FEATURE_TX_CSUM | FEATURE_RX_CSUM | FEATURE_MODERATION |
			FEATURE_QUEUES | FEATURE_VLAN | FEATURE_RSS | FEATURE_SPLIT |
			FEATURE_LOOPBACK | FEATURE_STATS | FEATURE_PTP | FEATURE_PAUSE |
			FEATURE_DETECT | FEATURE_PACKET_CSUM},
};

struct options {
	const char *model, *platform, *test, *topic;
	bool list;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'm':
		o->model = arg;
		return 0;
	case 'p':
		o->platform = arg;
		return 0;
	case 't':
		o->test = arg;
		return 0;
	case 'T':
		o->topic = arg;
		return 0;
	case 'l':
		o->list = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{"model", 'm', "ref|rtl", 0, "the card to test (default ref)", 0},
	{"platform", 'p', "CONFIG", 0, "configuration of the platform, as mode=sync", 0},
	{"test", 't', "NAME", 0, "only this test", 0},
	{"topic", 'T', "NAME", 0, "only the tests of this topic", 0},
	{"list", 'l', NULL, 0, "list topics and tests", 0},
	{0},
};

struct bench *card_up(enum ringside_irq_mode mode)
{
	struct bench *b = bench_get(BENCH_HOLD);

	bench_up(b, mode);
	return b;
}

static void check_benches(void)
{
	for (int kind = 0; kind < BENCH_KINDS; kind++)
		bench_check(bench_get(kind));
}

static void list(void)
{
	for (size_t i = 0; i < NUM_TOPICS; i++) {
		printf("%s\n", topics[i]->name);
		for (const struct card_test *t = topics[i]->tests; t->name; t++)
			printf("  %s\n", t->name);
	}
}

/* The fact sheet's traps: each number begins the name of a test. */
static bool every_trap_has_a_test(void)
{
	bool tested[NUM_TRAPS + 1] = {[65] = true, [66] = true}; /* of the device */
	bool all = true;

	for (size_t i = 0; i < NUM_TOPICS; i++) {
		for (const struct card_test *t = topics[i]->tests; t->name; t++) {
			unsigned int trap;

			if (sscanf(t->name, "trap_%2u_", &trap) == 1 && trap <= NUM_TRAPS)
				tested[trap] = true;
		}
	}
	for (unsigned int trap = 1; trap <= NUM_TRAPS; trap++) {
		if (!tested[trap])
			printf("card-suite: trap %u has no test\n", trap);
		all &= tested[trap];
	}
	return all;
}

static void print_features(uint32_t features)
{
	for (size_t i = 0; i < NUM_FEATURES; i++) {
		if (features & BIT(i))
			printf(" %s", feature_names[i]);
	}
	printf("\n");
}

/* False: the model lacks what it once had. */
static bool keeps_promises(const char *model, uint32_t features)
{
	for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
		if (strcmp(model, promises[i].model) == 0 && (promises[i].features & ~features)) {
			printf("card-suite: the feature word of %s has lost", model);
			print_features(promises[i].features & ~features);
			return false;
		}
	}
	return true;
}

/* One case a test, named for it, so that a failure knows its name. */
static int add_tests(SRunner *runner, const struct card_topic *topic, const struct options *o,
		     uint32_t features)
{
	Suite *suite = suite_create(topic->name);
	int n = 0;

	srunner_add_suite(runner, suite);
	if (o->topic && strcmp(o->topic, topic->name) != 0)
		return 0;
	if (!o->topic && !o->test && (topic->needs & ~features)) {
		printf("not run, for want of the card's feature: topic %s needs", topic->name);
		print_features(topic->needs & ~features);
		return 0;
	}
	for (const struct card_test *t = topic->tests; t->name; t++) {
		TCase *tcase;

		if (o->test && strcmp(o->test, t->name) != 0)
			continue;
		tcase = tcase_create(t->name);
		tcase_set_timeout(tcase, TEST_TIMEOUT_S);
		tcase_add_checked_fixture(tcase, NULL, check_benches);
		tcase_add_test(tcase, *t->test);
		suite_add_tcase(suite, tcase);
		n++;
	}
	return n;
}

static void print_repeats(SRunner *runner, const struct options *o, const char *program)
{
	int n = srunner_ntests_failed(runner);
	TestResult **failures = srunner_failures(runner);

	for (int i = 0; i < n; i++)
		printf("repeat: %s --model %s --platform '%s' --test %s\n", program, o->model,
		       o->platform, tr_tcname(failures[i]));
	free(failures);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		option_table, parse_option,
		NULL,	      "Tests a model of the card through the platform's C interface.",
		NULL,	      NULL,
		NULL};
	struct options o = {.model = "ref", .platform = ""};
	SRunner *runner = srunner_create(NULL);
	int tests = 0, failed;
	uint32_t features;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.list) {
		list();
		return EXIT_SUCCESS;
	}
	if (benches_create(o.model, o.platform) < 0)
		return EXIT_FAILURE;
	features = rd(card_up(RINGSIDE_IRQ_MSIX), RINGSIDE_FEATURES);
	if (!every_trap_has_a_test() || !keeps_promises(o.model, features))
		return EXIT_FAILURE;
	for (size_t i = 0; i < NUM_TOPICS; i++)
		tests += add_tests(runner, topics[i], &o, features);
	if (tests == 0) {
		fprintf(stderr, "card-suite: no such test; --list shows what there is\n");
		return EXIT_FAILURE;
	}
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	print_repeats(runner, &o, argv[0]);
	srunner_free(runner);
	benches_destroy();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
