// SPDX-License-Identifier: MIT
/* Packetization-layer path MTU discovery (RFC 4821) on a path that drops what is too large and says
 * nothing: without it no full segment arrives, with it every byte does. */
#include "tcp_test.h"

#define PATH_PAYLOAD_BYTES 1300u /* with time stamps: less than the 1448 of the link */
#define STREAM_BYTES	   (512u << 10)

static int sender;

static bool black_hole(const struct seg *s)
{
	return s->len <= PATH_PAYLOAD_BYTES;
}

static void receive(void *arg)
{
	static uint8_t got[STREAM_BYTES];
	int l = listen_on(1, PORT, 8);

	(void)arg;
	read_all(1, accept_from(1, l), got, sizeof(got));
	stream_check(got, sizeof(got), 5, 0);
}

static void transmit(void *arg)
{
	static uint8_t stream[STREAM_BYTES];

	(void)arg;
	host_sleep(bench.host[0], HOST_MS);
	stream_fill(stream, sizeof(stream), 5, 0);
	sender = dial(0, ADDR_B, PORT);
	write_all(0, sender, stream, sizeof(stream));
}

static void transfer(uint32_t probing)
{
	bench.net[0]->sysctl.tcp_mtu_probing = probing;
	bench.filter = black_hole;
	task(1, receive, NULL);
	task(0, transmit, NULL);
	run_tasks(60);
	bench.filter = NULL;
}

/* The search has come as near as tcp_probe_threshold, by probes that arrived and probes that did not. */
static void found_the_path(void)
{
	ck_assert_uint_le(info_of(0, sender).tcpi_snd_mss, PATH_PAYLOAD_BYTES);
	ck_assert_uint_gt(info_of(0, sender).tcpi_snd_mss,
			  PATH_PAYLOAD_BYTES - bench.net[0]->sysctl.tcp_probe_threshold);
	ck_assert_uint_ge(MIB(0, TcpExtTCPMTUPSuccess), 2);
	ck_assert_uint_ge(MIB(0, TcpExtTCPMTUPFail), 2);
}

START_TEST(the_path_mtu_is_found_without_a_word_from_routers)
{
	transfer(2);
	found_the_path();
	ck_assert_uint_eq(MIB(0, TcpExtTCPTimeouts), 0); /* a lost probe holds nothing up */
}
END_TEST

START_TEST(a_black_hole_is_noticed_and_the_path_mtu_found)
{
	transfer(1);
	found_the_path();
	ck_assert_uint_ge(MIB(0, TcpExtTCPTimeouts), 3);
}
END_TEST

START_TEST(without_a_black_hole_nothing_is_probed)
{
	task(1, receive, NULL);
	task(0, transmit, NULL);
	bench.net[0]->sysctl.tcp_mtu_probing = 1;
	run_tasks(60);
	ck_assert_uint_eq(MIB(0, TcpExtTCPMTUPSuccess) + MIB(0, TcpExtTCPMTUPFail), 0);
	ck_assert_uint_eq(info_of(0, sender).tcpi_snd_mss, bench.v6 ? 1428 : 1448);
}
END_TEST

static TCase *cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, pair_teardown);
	tcase_add_test(t, the_path_mtu_is_found_without_a_word_from_routers);
	tcase_add_test(t, a_black_hole_is_noticed_and_the_path_mtu_found);
	tcase_add_test(t, without_a_black_hole_nothing_is_probed);
	return t;
}

Suite *mtu_probe_suite(void)
{
	Suite *s = suite_create("mtu_probe");

	suite_add_tcase(s, cases("pair", pair_setup));
	suite_add_tcase(s, cases("pair6", pair6_setup));
	return s;
}
