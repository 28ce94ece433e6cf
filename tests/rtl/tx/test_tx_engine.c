// SPDX-License-Identifier: MIT
//
// Behaviour of the transmit engine, by name: the topics' tests, one file each.

#include <stdlib.h>

#include "suite.h"

#ifdef BARE // engine from which the offloads and the second ring are removed
static const struct tx_topic *const topics[] = {&topic_frames, &topic_ring, &topic_random};
#else
static const struct tx_topic *const topics[] = {
	&topic_frames, &topic_ring,    &topic_checksums, &topic_tso,   &topic_vlan,
	&topic_queues, &topic_trouble, &topic_random,	 &topic_pause,
};
#endif

static Suite *tx_suite(void)
{
	Suite *suite = suite_create(TEST_NAME);

	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		TCase *tc = tcase_create(topics[i]->name);

		tcase_set_timeout(tc, 60);
		for (const TTest *const *const *test = topics[i]->tests; *test; test++)
			tcase_add_loop_test(tc, **test, 0, TRAFFIC_VARIANTS);
		suite_add_tcase(suite, tc);
	}
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(tx_suite());

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
