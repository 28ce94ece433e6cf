// SPDX-License-Identifier: MIT
/* Runs the suites; an argument runs only the suite of that name. */
#include "ip6_frames.h"

int main(int argc, char **argv)
{
	Suite *(*const suites[])(void) = {
		rbtree_suite,	timer_suite,	 skbuff_suite, checksum_suite,	gso_suite,
		gro_suite,	softirq_suite,	 netdev_suite, arp_suite,	ip_suite,
		fragment_suite, icmp_suite,	 udp_suite,    dhcp_suite,	host_suite,
		ip6_suite,	fragment6_suite, ndisc_suite,  autoconf6_suite, icmp6_suite,
		udp6_suite,	offload6_suite,
	};
	SRunner *runner = srunner_create(NULL);
	int failed;

	for (unsigned int i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run(runner, argc > 1 ? argv[1] : NULL, NULL, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
