// SPDX-License-Identifier: MIT
/* Reassembly: any order, duplicates, overlaps, time and memory limits. An echo shows the result. */
#include "stack_test.h"

static struct frame f;
static uint8_t datagram[65535];

/* Echo request of 8 + len bytes with the pattern, as IP payload in datagram[]. */
static uint32_t make_echo(uint32_t len)
{
	uint16_t check;

	memset(datagram, 0, 8);
	datagram[0] = ICMP_ECHO;
	fill_pattern(datagram + 8, len, len);
	check = csum_fold(csum_partial(datagram, 8 + len, 0));
	memcpy(datagram + 2, &check, 2);
	return 8 + len;
}

static void fragment(uint16_t id, uint32_t from, uint32_t to, bool more)
{
	struct iphdr *iph;

	frame_eth(&f, bench.dev->dev_addr, peer_mac, ETH_P_IP);
	iph = frame_ip(&f, PEER_ADDR, MY_ADDR, IPPROTO_ICMP);
	iph->id = htons(id);
	iph->frag_off = htons((uint16_t)((more ? IP_MF : 0) | from / 8));
	frame_bytes(&f, datagram + from, to - from);
	frame_ip_finish(&f);
	inject(&f);
}

/* The echo came back whole. */
static void expect_reply(uint32_t len)
{
	static uint8_t reply[65535];
	uint32_t got = 0;

	run_briefly();
	ck_assert_uint_gt(bench.sent_count, 0);
	for (unsigned int i = 0; i < bench.sent_count; i++) {
		uint32_t n = ntohs(sent_ip(i)->tot_len) - 20u;

		memcpy(reply + got, sent_payload(i), n);
		got += n;
	}
	ck_assert_uint_eq(got, len);
	ck_assert_uint_eq(reply[0], ICMP_ECHOREPLY);
	ck_assert_mem_eq(reply + 8, datagram + 8, len - 8);
	forget_sent();
}

static void expect_silence(void)
{
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 0);
}

static void setup(void)
{
	bench_setup();
	learn_peer();
}

START_TEST(fragments_in_any_order_make_the_datagram)
{
	struct host_random r;

	host_random_seed(&r, (uint64_t)_i, 0);
	for (uint16_t id = 1; id < 20; id++) {
		uint32_t len = make_echo(100 + (uint32_t)(host_random_u64(&r) % 20000));
		uint32_t cuts[100], n = 0, order[100];

		for (uint32_t at = 0; at < len && n < 99; n++) {
			cuts[n] = at;
			at += n == 98 ? len : 8 * (1 + (uint32_t)(host_random_u64(&r) % 180));
		}
		cuts[n] = len;
		if (len - cuts[n - 1] > 60000)
			continue;
		for (uint32_t i = 0; i < n; i++) {
			uint32_t j = (uint32_t)(host_random_u64(&r) % (i + 1));

			order[i] = i;
			order[i] = order[j];
			order[j] = i;
		}
		for (uint32_t i = 0; i < n; i++) {
			if (i)
				ck_assert_uint_eq(bench.sent_count, 0);
			fragment(id, cuts[order[i]], cuts[order[i] + 1], order[i] + 1 < n);
			if (i + 1 < n)
				run_briefly();
		}
		expect_reply(len);
	}
}
END_TEST

START_TEST(an_exact_duplicate_is_ignored)
{
	uint32_t len = make_echo(100);

	fragment(1, 0, 48, true);
	fragment(1, 0, 48, true);
	fragment(1, 48, len, false);
	expect_reply(len);
}
END_TEST

START_TEST(an_overlap_gives_the_datagram_up)
{
	static const uint32_t overlap[][2] = {{40, 56}, {0, 56}, {8, 40}, {24, 64}, {16, 80}};
	uint32_t len = make_echo(100);

	fragment(1, 16, 48, true);
	fragment(1, overlap[_i][0], overlap[_i][1], true);
	run_briefly();
	ck_assert_uint_eq(bench.net->mib[MIB_IpExtReasmOverlaps], 1);
	ck_assert_uint_eq(bench.net->mib[MIB_IpReasmFails], 1);
	fragment(1, 0, 16, true);
	fragment(1, 48, len, false);
	expect_silence(); /* 16..48 is gone for good */
}
END_TEST

START_TEST(invalid_fragments_are_dropped)
{
	struct iphdr *iph = (struct iphdr *)(f.bytes + ETH_HLEN);

	make_echo(2000);
	fragment(1, 0, 47, true); /* not a multiple of 8 */
	run_briefly();
	ck_assert_uint_eq(drops(SKB_DROP_FragInvalid), 1);
	fragment(2, 0, 0, true); /* empty */
	run_briefly();
	ck_assert_uint_eq(drops(SKB_DROP_FragInvalid), 2);
	fragment(3, 0, 1000, true); /* beyond 64 KiB */
	iph->frag_off = htons(IP_OFFSET);
	frame_ip_finish(&f);
	inject(&f);
	run_briefly();
	ck_assert_uint_ge(drops(SKB_DROP_FragInvalid), 3);
	fragment(4, 800, 1000, false); /* two different ends */
	fragment(4, 800, 1008, true);
	run_briefly();
	ck_assert_uint_ge(drops(SKB_DROP_FragInvalid), 5);
	expect_silence();
}
END_TEST

START_TEST(different_identifications_are_not_mixed)
{
	uint32_t len = make_echo(100);

	fragment(1, 0, 48, true);
	fragment(2, 48, len, false);
	expect_silence();
	fragment(1, 48, len, false);
	expect_reply(len);
	fragment(2, 0, 48, true);
	expect_reply(len);
}
END_TEST

START_TEST(after_thirty_seconds_the_sender_is_told)
{
	make_echo(100);
	fragment(1, 0, 48, true);
	run_for(29 * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 0);
	run_for(2 * HOST_SECOND);
	ck_assert_uint_eq(bench.net->mib[MIB_IpReasmTimeout], 1);
	ck_assert_uint_eq(drops(SKB_DROP_FragTimeout), 1);
	ck_assert_uint_ge(bench.sent_count, 1);
	ck_assert_uint_eq(sent_payload(bench.sent_count - 1)[0], ICMP_TIME_EXCEEDED);
	ck_assert_uint_eq(sent_payload(bench.sent_count - 1)[1], ICMP_EXC_FRAGTIME);
}
END_TEST

START_TEST(without_the_first_fragment_nobody_is_told)
{
	uint32_t len = make_echo(100);

	fragment(1, 48, len, false);
	run_for(31 * HOST_SECOND);
	ck_assert_uint_eq(bench.net->mib[MIB_IpReasmTimeout], 1);
	ck_assert_uint_eq(bench.sent_count, 0);
}
END_TEST

START_TEST(a_flood_stays_within_four_megabytes_and_the_newest_survive)
{
	uint64_t before = host_memory_bytes(bench.host);
	uint32_t len = make_echo(1000);

	for (uint32_t i = 0; i < 8000; i++) {
		fragment((uint16_t)i, 0, 504, true);
		if (i % 200 == 0)
			run_briefly();
	}
	run_briefly();
	ck_assert_uint_lt(host_memory_bytes(bench.host) - before, 10u << 20); /* with free caches */
	ck_assert_uint_gt(drops(SKB_DROP_FragMemory), 5000);
	fragment(7999, 504, len, false);
	expect_reply(len);
	fragment(1, 504, len, false);
	expect_silence();
}
END_TEST

Suite *fragment_suite(void)
{
	Suite *s = suite_create("fragment");
	TCase *t = tcase_create("fragment");

	tcase_add_checked_fixture(t, setup, bench_teardown);
	tcase_add_loop_test(t, fragments_in_any_order_make_the_datagram, 0, 4);
	tcase_add_test(t, an_exact_duplicate_is_ignored);
	tcase_add_loop_test(t, an_overlap_gives_the_datagram_up, 0, 5);
	tcase_add_test(t, invalid_fragments_are_dropped);
	tcase_add_test(t, different_identifications_are_not_mixed);
	tcase_add_test(t, after_thirty_seconds_the_sender_is_told);
	tcase_add_test(t, without_the_first_fragment_nobody_is_told);
	tcase_add_test(t, a_flood_stays_within_four_megabytes_and_the_newest_survive);
	suite_add_tcase(s, t);
	return s;
}
