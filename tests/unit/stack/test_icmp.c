// SPDX-License-Identifier: MIT
/* ICMP: RFC 792, RFC 1122 section 3.2.2. */
#include "stack_test.h"
#include <net/errno.h>

static struct frame f;

static void setup(void)
{
	bench_setup();
	learn_peer();
}

static void icmp_frame(const uint8_t *dest_mac, uint32_t daddr, const void *message, uint32_t len)
{
	uint8_t *at;
	uint16_t check;

	frame_eth(&f, dest_mac, peer_mac, ETH_P_IP);
	frame_ip(&f, PEER_ADDR, daddr, IPPROTO_ICMP);
	at = f.bytes + f.len;
	frame_bytes(&f, message, len);
	if (len >= 4) {
		memset(at + 2, 0, 2);
		check = csum_fold(csum_partial(at, len, 0));
		memcpy(at + 2, &check, 2);
	}
	frame_ip_finish(&f);
}

static void echo_frame(uint32_t len)
{
	static uint8_t message[2000];

	fill_pattern(message, len, len);
	message[0] = ICMP_ECHO;
	message[1] = 0;
	icmp_frame(bench.dev->dev_addr, MY_ADDR, message, len);
}

START_TEST(an_echo_comes_back_with_every_byte)
{
	for (uint32_t len = 8; len < 1480; len += 61) {
		echo_frame(len);
		inject_and_run(&f);
		ck_assert_uint_eq(bench.sent_count, 1);
		ck_assert_uint_eq(ntohl(sent_ip(0)->saddr), MY_ADDR);
		ck_assert_uint_eq(ntohl(sent_ip(0)->daddr), PEER_ADDR);
		ck_assert_uint_eq(ntohs(sent_ip(0)->tot_len), 20 + len);
		ck_assert_uint_eq(sent_payload(0)[0], ICMP_ECHOREPLY);
		ck_assert_uint_eq(csum_fold(csum_partial(sent_payload(0), len, 0)), 0);
		ck_assert_mem_eq(sent_payload(0) + 4, f.bytes + 34 + 4, len - 4);
		forget_sent();
	}
}
END_TEST

START_TEST(a_wrong_checksum_is_dropped)
{
	echo_frame(64);
	f.bytes[f.len - 1] ^= 1;
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(drops(SKB_DROP_IcmpCsum), 1);
	ck_assert_uint_eq(bench.net->mib[MIB_IcmpInCsumErrors], 1);
}
END_TEST

START_TEST(short_messages_are_dropped)
{
	for (uint32_t len = 0; len < 8; len++) {
		icmp_frame(bench.dev->dev_addr, MY_ADDR, "\x08\0\0\0\0\0\0", len);
		inject_and_run(&f);
	}
	ck_assert_uint_eq(drops(SKB_DROP_IcmpInvalid), 8);
	ck_assert_uint_eq(bench.sent_count, 0);
}
END_TEST

START_TEST(a_broadcast_echo_is_not_answered)
{
	uint8_t message[8] = {ICMP_ECHO};

	icmp_frame(broadcast_mac, 0x0a0000ff, message, 8);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(drops(SKB_DROP_IcmpBroadcast), 1);
}
END_TEST

START_TEST(a_closed_udp_port_is_reported_with_the_packet_quoted)
{
	frame_udp(&f, 1000, 9, "payload", 7);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(sent_payload(0)[0], ICMP_DEST_UNREACH);
	ck_assert_uint_eq(sent_payload(0)[1], ICMP_PORT_UNREACH);
	ck_assert_uint_eq(
		csum_fold(csum_partial(sent_payload(0), ntohs(sent_ip(0)->tot_len) - 20u, 0)), 0);
	ck_assert_mem_eq(sent_payload(0) + 8, f.bytes + ETH_HLEN, 20 + 8 + 7);
}
END_TEST

START_TEST(a_long_packet_is_quoted_up_to_576_bytes)
{
	static uint8_t payload[1400];

	frame_udp(&f, 1000, 9, payload, sizeof(payload));
	inject_and_run(&f);
	ck_assert_uint_eq(ntohs(sent_ip(0)->tot_len), 576);
}
END_TEST

START_TEST(errors_are_rate_limited)
{
	for (unsigned int i = 0; i < 200; i++) {
		frame_udp(&f, 1000, 9, "x", 1);
		inject(&f);
	}
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 50);
	ck_assert_uint_eq(bench.net->mib[MIB_IcmpOutRateLimitGlobal], 150);
	run_for(10 * HOST_MS);
	forget_sent();
	for (unsigned int i = 0; i < 20; i++)
		inject(&f);
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 10); /* one a millisecond */
}
END_TEST

START_TEST(no_error_answers_an_error_a_broadcast_or_a_later_fragment)
{
	uint8_t unreach[36] = {ICMP_DEST_UNREACH, ICMP_PORT_UNREACH};
	struct iphdr *iph = (struct iphdr *)(f.bytes + ETH_HLEN);

	icmp_frame(bench.dev->dev_addr, MY_ADDR, unreach, sizeof(unreach));
	inject_and_run(&f);
	frame_udp_from(&f, broadcast_mac, PEER_ADDR, 0x0a0000ff, 1, 9, "x", 1);
	inject_and_run(&f);
	frame_udp_from(&f, broadcast_mac, PEER_ADDR, MY_ADDR, 1, 9, "x",
		       1); /* to us, by broadcast */
	inject_and_run(&f);
	frame_udp(&f, 1000, 9, "12345678", 8);
	iph->frag_off = htons(2);
	frame_ip_finish(&f);
	inject(&f);
	run_for(31 * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 0);
}
END_TEST

START_TEST(malformed_quotes_are_dropped)
{
	uint8_t message[8 + 28] = {ICMP_DEST_UNREACH, ICMP_PORT_UNREACH};
	struct iphdr *quoted = (struct iphdr *)(message + 8);

	quoted->version = 4;
	quoted->ihl = 5;
	quoted->protocol = IPPROTO_UDP;
	quoted->saddr = htonl(MY_ADDR);
	quoted->daddr = htonl(PEER_ADDR);
	for (uint32_t len = 8; len < sizeof(message); len++) {
		icmp_frame(bench.dev->dev_addr, MY_ADDR, message, len);
		inject_and_run(&f);
	}
	ck_assert_uint_eq(drops(SKB_DROP_IcmpInvalid), 28);
	quoted->ihl = 15; /* options behind the end */
	icmp_frame(bench.dev->dev_addr, MY_ADDR, message, sizeof(message));
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_IcmpInvalid), 29);
	quoted->ihl = 5;
	quoted->saddr = htonl(PEER_ADDR); /* not ours */
	icmp_frame(bench.dev->dev_addr, MY_ADDR, message, sizeof(message));
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_IcmpInvalid), 30);
}
END_TEST

START_TEST(unknown_types_are_discarded_in_silence)
{
	uint8_t message[8] = {0};

	for (unsigned int type = 0; type < 256; type++) {
		if (type == ICMP_ECHO || type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
		    type == ICMP_PARAMETERPROB)
			continue;
		message[0] = (uint8_t)type;
		icmp_frame(bench.dev->dev_addr, MY_ADDR, message, 8);
		inject_and_run(&f);
	}
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(drops(SKB_DROP_IcmpUnhandled), 252);
}
END_TEST

START_TEST(codes_become_the_errors_of_rfc_1122)
{
	int err;

	ck_assert(icmp_err_convert(ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, &err));
	ck_assert_int_eq(err, ECONNREFUSED);
	ck_assert(icmp_err_convert(ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, &err));
	ck_assert_int_eq(err, ENOPROTOOPT);
	ck_assert(!icmp_err_convert(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, &err));
	ck_assert_int_eq(err, EHOSTUNREACH);
	ck_assert(!icmp_err_convert(ICMP_DEST_UNREACH, ICMP_NET_UNREACH, &err));
	ck_assert_int_eq(err, ENETUNREACH);
	ck_assert(!icmp_err_convert(ICMP_TIME_EXCEEDED, 0, &err));
	ck_assert(!icmp_err_convert(ICMP_DEST_UNREACH, 200, &err));
}
END_TEST

Suite *icmp_suite(void)
{
	Suite *s = suite_create("icmp");
	TCase *t = tcase_create("icmp");

	tcase_add_checked_fixture(t, setup, bench_teardown);
	tcase_add_test(t, an_echo_comes_back_with_every_byte);
	tcase_add_test(t, a_wrong_checksum_is_dropped);
	tcase_add_test(t, short_messages_are_dropped);
	tcase_add_test(t, a_broadcast_echo_is_not_answered);
	tcase_add_test(t, a_closed_udp_port_is_reported_with_the_packet_quoted);
	tcase_add_test(t, a_long_packet_is_quoted_up_to_576_bytes);
	tcase_add_test(t, errors_are_rate_limited);
	tcase_add_test(t, no_error_answers_an_error_a_broadcast_or_a_later_fragment);
	tcase_add_test(t, malformed_quotes_are_dropped);
	tcase_add_test(t, unknown_types_are_discarded_in_silence);
	tcase_add_test(t, codes_become_the_errors_of_rfc_1122);
	suite_add_tcase(s, t);
	return s;
}
