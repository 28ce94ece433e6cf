/* SPDX-License-Identifier: MIT */
/* The end of a bench's main(): its one test case, run as a suite of that name. */
#ifndef TESTS_RTL_RUN_SUITE_H
#define TESTS_RTL_RUN_SUITE_H

#include <check.h>
#include <cstdlib>

/* What main() returns. Takes the suite over; `ended` is called when all of it has run. */
inline int run_suite(Suite *suite, void (*ended)(SRunner *) = nullptr)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	if (ended)
		ended(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

inline int run_suite(const char *name, TCase *tc)
{
	Suite *suite = suite_create(name);

	suite_add_tcase(suite, tc);
	return run_suite(suite);
}

#endif
