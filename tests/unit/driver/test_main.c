// SPDX-License-Identifier: MIT
/* Runs the suites; an argument runs only the suite of that name. */
#include "suites.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	Suite *(*const suites[])(void) = {probe_suite, tx_suite,       rx_suite,
					  irq_suite,   watchdog_suite, dma_map_suite};
	SRunner *runner = srunner_create(NULL);
	int failed;

	for (unsigned int i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run(runner, argc > 1 ? argv[1] : NULL, NULL, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
