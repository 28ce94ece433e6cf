// SPDX-License-Identifier: MIT
/* ICMPv6 (RFC 4443): echo, and errors to others. What errors do to sockets: udp6, and tcp's tests. */
#include "ip6_frames.h"

static struct frame f;

static void setup(void)
{
	bench6_setup();
	learn_peer6();
}

START_TEST(an_echo_request_is_answered)
{
	uint8_t data[1000];

	fill_pattern(data, sizeof(data), 3);
	frame_echo6(&f, PEER_ADDR6, MY_ADDR6, data, sizeof(data));
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(ntohl(sent_icmp6(0, ICMPV6_ECHO_REPLY)->rest), 0x12340001);
	ck_assert_mem_eq(sent_payload6(0) + 8, data, sizeof(data));
	ck_addr6(&sent_ip6(0)->saddr, MY_ADDR6);
	ck_addr6(&sent_ip6(0)->daddr, PEER_ADDR6);
}
END_TEST

START_TEST(an_echo_request_to_all_nodes_is_answered_by_one)
{
	frame_echo6(&f, PEER_ADDR6, ALL_NODES6, "x", 1);
	inject_and_run(&f);
	ck_addr6(&sent_ip6(0)->saddr, MY_ADDR6);
}
END_TEST

START_TEST(link_local_hosts_are_answered_on_their_link)
{
	frame_ns(&f, PEER_LINKLOCAL, my_linklocal(), my_linklocal(), peer_mac);
	inject_and_run(&f);
	forget_sent();
	frame_echo6(&f, PEER_LINKLOCAL, my_linklocal(), "x", 1);
	inject_and_run(&f);
	ck_addr6(&sent_ip6(0)->saddr, my_linklocal());
	ck_addr6(&sent_ip6(0)->daddr, PEER_LINKLOCAL);
}
END_TEST

START_TEST(a_wrong_checksum_is_counted_and_dropped)
{
	frame_echo6(&f, PEER_ADDR6, MY_ADDR6, "x", 1);
	f.bytes[f.len - 1] ^= 1;
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(bench.net->mib[MIB_Icmp6InCsumErrors], 1);
	frame6(&f, PEER_ADDR6, MY_ADDR6, IPPROTO_ICMPV6);
	frame_bytes(&f, "\200\0\0", 3);
	frame6_finish(&f);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_IcmpInvalid), 1);
}
END_TEST

START_TEST(a_port_without_socket_is_reported_with_the_packet)
{
	uint8_t data[1400];
	const struct icmp6hdr *h;

	fill_pattern(data, sizeof(data), 5);
	frame_udp6(&f, PEER_ADDR6, MY_ADDR6, 1000, 2000, data, sizeof(data));
	inject_and_run(&f);
	h = sent_icmp6(0, ICMPV6_DEST_UNREACH);
	ck_assert_uint_eq(h->code, ICMPV6_PORT_UNREACH);
	ck_assert_uint_eq(bench.sent[0].len, ETH_HLEN + 1280); /* as much as fits */
	ck_assert_mem_eq(h + 1, f.bytes + ETH_HLEN, 1280 - 48);
}
END_TEST

START_TEST(what_must_not_be_reported_is_not)
{
	const struct in6_addr me = MY_ADDR6;
	uint8_t quoted[60] = {0x60, [6] = 200};

	/* to a group */
	frame_udp6(&f, PEER_ADDR6, ALL_NODES6, 1, 2, "x", 1);
	inject_and_run(&f);
	/* an error about an error: an ICMPv6 error behind an unknown option */
	frame6(&f, PEER_ADDR6, MY_ADDR6, NEXTHDR_DEST);
	frame_bytes(&f, (const uint8_t[]){IPPROTO_ICMPV6, 0, 0x9e, 4, 0, 0, 0, 0}, 8);
	frame_bytes(&f, (const uint8_t[]){ICMPV6_DEST_UNREACH, 0, 0, 0, 0, 0, 0, 0}, 8);
	frame_bytes(&f, quoted, sizeof(quoted));
	frame6_checksum(&f, 48, IPPROTO_ICMPV6, 2);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 0);
	/* but an unknown option of type 10 is, even to a group */
	frame6(&f, PEER_ADDR6, solicited_node(&me), NEXTHDR_DEST);
	frame_bytes(&f, (const uint8_t[]){IPPROTO_UDP, 0, 0x9e, 4, 0, 0, 0, 0}, 8);
	frame6_finish(&f);
	inject_and_run(&f);
	sent_icmp6(0, ICMPV6_PARAMPROB);
}
END_TEST

START_TEST(errors_are_sent_within_a_limit)
{
	for (unsigned int i = 0; i < 500; i++) {
		frame_udp6(&f, PEER_ADDR6, MY_ADDR6, 1000, 2000, "x", 1);
		inject(&f);
	}
	run_briefly();
	ck_assert_uint_le(bench.sent_count, 52);
	ck_assert_uint_ge(bench.sent_count, 50);
	ck_assert_uint_ge(bench.net->mib[MIB_Icmp6OutRateLimitHost], 448);
}
END_TEST

START_TEST(unknown_informational_messages_are_ignored)
{
	for (unsigned int type = 138; type < 256; type++) {
		frame_icmp6(&f, PEER_ADDR6, MY_ADDR6, 255, (uint8_t)type, 0, 0, "1234", 4);
		inject_and_run(&f);
	}
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(drops(SKB_DROP_IcmpUnhandled), 118);
}
END_TEST

/* What an error quotes is untrusted: every length of it, and extension headers without end. */
START_TEST(errors_that_quote_nonsense_do_no_harm)
{
	uint8_t quoted[200];

	memset(quoted, 0, sizeof(quoted)); /* hop-by-hop headers, one after the other */
	quoted[0] = 0x60;
	memcpy(quoted + 8, &MY_ADDR6, 16);
	memcpy(quoted + 24, &PEER_ADDR6, 16);
	for (uint32_t len = 0; len < sizeof(quoted); len++)
		for (uint8_t type = 1; type <= 4; type++) {
			frame_icmp6(&f, PEER_ADDR6, MY_ADDR6, 64, type, 0, 1280, quoted, len);
			inject_and_run(&f);
		}
	quoted[6] = IPPROTO_TCP;
	for (uint32_t len = 40; len < 60; len++) {
		frame_icmp6(&f, PEER_ADDR6, MY_ADDR6, 64, ICMPV6_PKT_TOOBIG, 0, 1280, quoted, len);
		inject_and_run(&f);
	}
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(bench.net->mib[MIB_Icmp6InPktTooBigs], 220);
}
END_TEST

Suite *icmp6_suite(void)
{
	Suite *s = suite_create("icmp6");
	TCase *t = tcase_create("icmp6");

	tcase_add_checked_fixture(t, setup, bench_teardown);
	tcase_add_test(t, an_echo_request_is_answered);
	tcase_add_test(t, an_echo_request_to_all_nodes_is_answered_by_one);
	tcase_add_test(t, link_local_hosts_are_answered_on_their_link);
	tcase_add_test(t, a_wrong_checksum_is_counted_and_dropped);
	tcase_add_test(t, a_port_without_socket_is_reported_with_the_packet);
	tcase_add_test(t, what_must_not_be_reported_is_not);
	tcase_add_test(t, errors_are_sent_within_a_limit);
	tcase_add_test(t, unknown_informational_messages_are_ignored);
	tcase_add_test(t, errors_that_quote_nonsense_do_no_harm);
	suite_add_tcase(s, t);
	return s;
}
