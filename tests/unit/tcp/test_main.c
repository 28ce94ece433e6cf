// SPDX-License-Identifier: MIT
/*
 * Runs the suites; an argument runs only the suite of that name. CK_RUN_CASE and CK_FORK=no are
 * Check's own; a failing loop test names its index, which is its seed.
 */
#include "tcp_test.h"

int main(int argc, char **argv)
{
	/* clang-format off */
	Suite *(*const suites[])(void) = {
		handshake_suite,
		stream_suite,
		close_suite,
		loss_suite,
		flow_suite,
		accept_suite,
		robust_suite,
		socket_suite,
		poll_suite,
		syncookies_suite,
		fastopen_suite,
		congestion_suite,
		ack_suite,
		ecn_suite,
		inside_suite,
		memory_suite,
		ipv6_suite,
		auth_suite,
		urgent_suite,
		collapse_suite,
		limits_suite,
		mtu_probe_suite,
	};
	/* clang-format on */
	SRunner *runner = srunner_create(NULL);
	int failed;

	for (unsigned int i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run(runner, argc > 1 ? argv[1] : NULL, NULL, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
