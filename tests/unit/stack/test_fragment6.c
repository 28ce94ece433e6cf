// SPDX-License-Identifier: MIT
/* Reassembly of IPv6 packets, and fragments of our own. An echo shows the result. */
#include "ip6_frames.h"

static struct frame f;
static uint8_t message[65535];

/* Echo request of 8 + len bytes with the pattern, as payload in message[]. */
static uint32_t make_echo(uint32_t len)
{
	memset(&f, 0, ETH_HLEN);
	memset(message, 0, 8);
	message[0] = ICMPV6_ECHO_REQUEST;
	fill_pattern(message + 8, len, len);
	frame6(&f, PEER_ADDR6, MY_ADDR6, IPPROTO_ICMPV6);
	frame_bytes(&f, message, 8 + len);
	frame6_checksum(&f, 40, IPPROTO_ICMPV6, 2);
	memcpy(message, f.bytes + ETH_HLEN + 40, 8);
	return 8 + len;
}

static void fragment(uint32_t id, uint32_t from, uint32_t to, bool more)
{
	const struct frag_hdr fh = {.nexthdr = IPPROTO_ICMPV6,
				    .frag_off = htons((uint16_t)(from | more)),
				    .identification = htonl(id)};

	frame6(&f, PEER_ADDR6, MY_ADDR6, NEXTHDR_FRAGMENT);
	frame_bytes(&f, &fh, sizeof(fh));
	frame_bytes(&f, message + from, to - from);
	frame6_finish(&f);
	inject(&f);
}

/* The echo came back whole, in fragments where it is long: checks them and puts them together. */
static void expect_reply(uint32_t len)
{
	static uint8_t reply[65535];
	uint32_t got = 0;

	run_briefly();
	ck_assert_uint_gt(bench.sent_count, 0);
	for (unsigned int i = 0; i < bench.sent_count; i++) {
		const struct ipv6hdr *h = sent_ip6(i);
		const struct frag_hdr *fh = (const struct frag_hdr *)(h + 1);
		const uint32_t skip = h->nexthdr == NEXTHDR_FRAGMENT ? 8 : 0;
		const uint32_t n = ntohs(h->payload_len) - skip;

		ck_assert_uint_le(n + skip + 40, 1500);
		if (skip) {
			const bool last = i + 1 == bench.sent_count;

			ck_assert_uint_eq(ntohs(fh->frag_off) & IP6_OFFSET, got);
			ck_assert_uint_eq(ntohs(fh->frag_off) & IP6_MF, !last);
			ck_assert_uint_eq(fh->nexthdr, IPPROTO_ICMPV6);
			ck_assert(last || n % 8 == 0);
		}
		memcpy(reply + got, (const uint8_t *)fh + skip, n);
		got += n;
	}
	ck_assert_uint_eq(got, len);
	ck_assert_uint_eq(reply[0], ICMPV6_ECHO_REPLY);
	ck_assert_mem_eq(reply + 8, message + 8, len - 8);
	forget_sent();
}

static void expect_silence(void)
{
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 0);
}

static void setup(void)
{
	bench6_setup();
	learn_peer6();
}

START_TEST(fragments_make_a_packet_in_any_order)
{
	static const uint8_t orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {2, 0, 1}};
	const uint32_t len = make_echo(3000), cut[] = {0, 1000, 2000, len};

	for (uint32_t o = 0; o < 4; o++) {
		for (unsigned int i = 0; i < 3; i++) {
			const uint8_t n = orders[o][i];

			expect_silence();
			fragment(o, cut[n], cut[n + 1], n < 2);
		}
		expect_reply(len);
	}
	ck_assert_uint_eq(bench.net->mib[MIB_Ip6ReasmOKs], 4);
}
END_TEST

START_TEST(long_packets_leave_as_fragments)
{
	const uint32_t len = make_echo(20000);

	for (uint32_t at = 0; at < len; at += 1400)
		fragment(1, at, at + 1400 < len ? at + 1400 : len, at + 1400 < len);
	expect_reply(len);
	ck_assert_uint_eq(bench.net->mib[MIB_Ip6FragOKs], 1);
}
END_TEST

START_TEST(an_exact_duplicate_changes_nothing)
{
	const uint32_t len = make_echo(2000);

	fragment(1, 0, 1000, true);
	fragment(1, 0, 1000, true);
	expect_silence();
	fragment(1, 1000, len, false);
	expect_reply(len);
}
END_TEST

START_TEST(an_overlap_gives_the_packet_up)
{
	const uint32_t len = make_echo(2000);

	/* RFC 5722: silently, with all that was received of it. */
	fragment(1, 0, 1000, true);
	fragment(1, 992, len, false);
	expect_silence();
	ck_assert_uint_eq(bench.net->mib[MIB_Ip6ReasmOverlaps], 1);
	fragment(1, 1000, len, false); /* alone now */
	expect_silence();
}
END_TEST

START_TEST(a_fragment_by_name_only_is_taken_as_it_is)
{
	const uint32_t len = make_echo(100);

	fragment(1, 0, 56, true); /* the same identification waits: not mixed (RFC 6946) */
	fragment(1, 0, len, false);
	expect_reply(len);
}
END_TEST

START_TEST(lengths_that_cannot_be_are_reported)
{
	const struct icmp6hdr *h;

	make_echo(60000);
	fragment(1, 0, 1001, true); /* not the last, and no multiple of 8 */
	run_briefly();
	h = sent_icmp6(0, ICMPV6_PARAMPROB);
	ck_assert_uint_eq(h->code, ICMPV6_HDR_FIELD);
	ck_assert_uint_eq(ntohl(h->rest), 4); /* payload length */
	forget_sent();
	fragment(2, 65528 - 1000, 65528 - 1000 + 8, false);
	expect_silence();
	memmove(message + 65000, message, 500);
	fragment(3, 65528 - 8, 65528 - 8 + 15, false);
	expect_silence(); /* just fits */
	frame6(&f, PEER_ADDR6, MY_ADDR6, NEXTHDR_FRAGMENT);
	frame_bytes(&f, &(struct frag_hdr){.nexthdr = IPPROTO_UDP, .frag_off = htons(65528)}, 8);
	frame_bytes(&f, message, 8);
	frame6_finish(&f);
	inject_and_run(&f);
	h = sent_icmp6(0, ICMPV6_PARAMPROB);
	ck_assert_uint_eq(h->code, ICMPV6_HDR_FIELD);
	ck_assert_uint_eq(ntohl(h->rest), 42); /* fragment offset */
}
END_TEST

START_TEST(a_first_fragment_without_all_headers_is_refused)
{
	const struct icmp6hdr *h;

	/* RFC 7112: behind it a destination options header that goes on in the next fragment. */
	frame6(&f, PEER_ADDR6, MY_ADDR6, NEXTHDR_FRAGMENT);
	frame_bytes(&f, &(struct frag_hdr){.nexthdr = NEXTHDR_DEST, .frag_off = htons(IP6_MF)}, 8);
	frame_bytes(&f, (const uint8_t[]){IPPROTO_TCP, 1, 1, 4, 0, 0, 0, 0}, 8);
	frame6_finish(&f);
	inject_and_run(&f);
	h = sent_icmp6(0, ICMPV6_PARAMPROB);
	ck_assert_uint_eq(h->code, ICMPV6_HDR_INCOMPLETE);
	forget_sent();
	/* And a TCP header cut in two. */
	frame6(&f, PEER_ADDR6, MY_ADDR6, NEXTHDR_FRAGMENT);
	frame_bytes(&f, &(struct frag_hdr){.nexthdr = IPPROTO_TCP, .frag_off = htons(IP6_MF)}, 8);
	frame_bytes(&f, message, 16);
	frame6_finish(&f);
	inject_and_run(&f);
	sent_icmp6(0, ICMPV6_PARAMPROB);
}
END_TEST

START_TEST(what_is_not_whole_in_60_s_is_reported_and_forgotten)
{
	const uint32_t len = make_echo(2000);
	const struct icmp6hdr *h;

	fragment(1, 0, 1000, true);
	fragment(2, 1000, len, false); /* of another one the first is missing: no report */
	run_for(59 * HOST_SECOND);
	ck_assert_uint_eq(count_icmp6(ICMPV6_TIME_EXCEED, NULL), 0);
	run_for(2 * HOST_SECOND);
	ck_assert_uint_eq(bench.net->mib[MIB_Ip6ReasmTimeout], 2);
	for (unsigned int i = 0; i < bench.sent_count; i++) {
		if (sent_payload6(i)[0] != ICMPV6_TIME_EXCEED)
			continue;
		h = sent_icmp6(i, ICMPV6_TIME_EXCEED);
		ck_assert_uint_eq(h->code, ICMPV6_EXC_FRAGTIME);
	}
	ck_assert_uint_eq(bench.net->mib[MIB_Icmp6OutTimeExcds], 1);
}
END_TEST

START_TEST(a_flood_of_fragments_stays_below_4_mb)
{
	make_echo(1400);
	for (uint32_t id = 0; id < 20000; id++) {
		fragment(id, 8, 1400, true);
		if (id % 64 == 0)
			run_briefly();
	}
	run_briefly();
	ck_assert_uint_lt(host_memory_bytes(bench.host), 8u << 20);
	ck_assert_uint_gt(drops(SKB_DROP_FragMemory), 0);
	/* And the latest is still whole. */
	fragment(99999, 0, 1400, true);
	fragment(99999, 1400, 1408, false);
	expect_reply(1408);
}
END_TEST

Suite *fragment6_suite(void)
{
	Suite *s = suite_create("fragment6");
	TCase *t = tcase_create("fragment6");

	tcase_add_checked_fixture(t, setup, bench_teardown);
	tcase_add_test(t, fragments_make_a_packet_in_any_order);
	tcase_add_test(t, long_packets_leave_as_fragments);
	tcase_add_test(t, an_exact_duplicate_changes_nothing);
	tcase_add_test(t, an_overlap_gives_the_packet_up);
	tcase_add_test(t, a_fragment_by_name_only_is_taken_as_it_is);
	tcase_add_test(t, lengths_that_cannot_be_are_reported);
	tcase_add_test(t, a_first_fragment_without_all_headers_is_refused);
	tcase_add_test(t, what_is_not_whole_in_60_s_is_reported_and_forgotten);
	tcase_add_test(t, a_flood_of_fragments_stays_below_4_mb);
	suite_add_tcase(s, t);
	return s;
}
