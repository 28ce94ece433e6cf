// SPDX-License-Identifier: MIT
/* IPv6 headers in and out: what is taken, what is refused, which route and which source. */
#include "ip6_frames.h"

static struct frame f;

/* An echo request whose ICMPv6 header follows `chain` (of which the first has type nexthdr). */
static void echo_behind(uint8_t nexthdr, const void *chain, uint32_t len)
{
	const struct icmp6hdr icmp = {.type = ICMPV6_ECHO_REQUEST, .rest = htonl(7)};

	frame6(&f, PEER_ADDR6, MY_ADDR6, nexthdr);
	frame_bytes(&f, chain, len);
	frame_bytes(&f, &icmp, sizeof(icmp));
	frame6_checksum(&f, 40 + len, IPPROTO_ICMPV6, 2);
	inject_and_run(&f);
}

static void expect_echo(void)
{
	ck_assert_uint_eq(bench.sent_count, 1);
	sent_icmp6(0, ICMPV6_ECHO_REPLY);
	forget_sent();
}

/* One parameter problem that points at `pointer`. */
static void expect_problem(uint8_t code, uint32_t pointer)
{
	const struct icmp6hdr *h;

	ck_assert_uint_eq(bench.sent_count, 1);
	h = sent_icmp6(0, ICMPV6_PARAMPROB);
	ck_assert_uint_eq(h->code, code);
	ck_assert_uint_eq(ntohl(h->rest), pointer);
	forget_sent();
}

static void setup(void)
{
	bench6_setup();
	learn_peer6();
}

START_TEST(extension_headers_before_the_transport_are_passed)
{
	static const uint8_t hop[8] = {NEXTHDR_DEST, 0, 5, 2, 0, 0, 1, 0};
	uint8_t chain[40];

	echo_behind(NEXTHDR_DEST, (const uint8_t[]){IPPROTO_ICMPV6, 0, 1, 4, 0, 0, 0, 0}, 8);
	expect_echo();
	/* hop-by-hop, destination, routing with nothing left to do, an atomic fragment */
	memset(chain, 0, sizeof(chain));
	memcpy(chain, hop, 8);
	memcpy(chain + 8, (const uint8_t[]){NEXTHDR_ROUTING, 0, 1, 4, 0, 0, 0, 0}, 8);
	chain[16] = NEXTHDR_FRAGMENT;
	chain[18] = 3; /* type */
	chain[24] = IPPROTO_ICMPV6;
	echo_behind(NEXTHDR_HOP, chain, 32);
	expect_echo();
}
END_TEST

START_TEST(the_walk_over_extension_headers_is_bounded)
{
	uint8_t chain[9 * 8];

	for (unsigned int i = 0; i < 9; i++)
		memcpy(chain + i * 8,
		       (const uint8_t[]){i < 8 ? NEXTHDR_DEST : IPPROTO_ICMPV6, 0, 1, 4, 0, 0, 0,
					 0},
		       8);
	echo_behind(NEXTHDR_DEST, chain, sizeof(chain));
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(drops(SKB_DROP_Ipv6ExtHdr), 1);
}
END_TEST

START_TEST(an_unknown_next_header_is_reported_where_it_is)
{
	echo_behind(NEXTHDR_DEST, (const uint8_t[]){200, 0, 1, 4, 0, 0, 0, 0}, 8);
	expect_problem(ICMPV6_UNK_NEXTHDR, 40);
	/* Hop-by-hop options are only known right behind the IPv6 header. */
	echo_behind(NEXTHDR_DEST, (const uint8_t[]){NEXTHDR_HOP, 0, 1, 4, 0, 0, 0, 0}, 8);
	expect_problem(ICMPV6_UNK_NEXTHDR, 40);
	echo_behind(NEXTHDR_NONE, NULL, 0);
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(drops(SKB_DROP_Ipv6NoNext), 1);
}
END_TEST

START_TEST(unknown_options_are_treated_as_their_type_asks)
{
	static const struct {
		uint8_t type;
		bool passes, reports;
	} rows[] = {{0x1e, true, false},
		    {0x5e, false, false},
		    {0x9e, false, true},
		    {0xde, false, true}};

	for (unsigned int i = 0; i < 4; i++) {
		echo_behind(NEXTHDR_DEST,
			    (const uint8_t[]){IPPROTO_ICMPV6, 0, rows[i].type, 4, 0, 0, 0, 0}, 8);
		if (rows[i].passes)
			expect_echo();
		else if (rows[i].reports)
			expect_problem(ICMPV6_UNK_OPTION, 42);
		else
			ck_assert_uint_eq(bench.sent_count, 0);
	}
}
END_TEST

START_TEST(malformed_options_are_dropped)
{
	static const uint8_t bad[][16] = {
		{IPPROTO_ICMPV6, 0, 1, 5, 0, 0, 0, 0},		   /* beyond the header */
		{IPPROTO_ICMPV6, 0, 1, 3, 0, 0, 0, 1},		   /* no room for its length */
		{IPPROTO_ICMPV6, 1, 1, 12, 0, 0, 0, 0},		   /* padding longer than needed */
		{IPPROTO_ICMPV6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, /* and byte by byte */
		{IPPROTO_ICMPV6, 255, 1, 4, 0, 0, 0, 0},	   /* longer than the packet */
	};

	for (unsigned int i = 0; i < 5; i++)
		echo_behind(NEXTHDR_DEST, bad[i], bad[i][1] == 1 ? 16 : 8);
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(drops(SKB_DROP_Ipv6ExtHdr), 5);
}
END_TEST

START_TEST(a_routing_header_with_work_left_is_refused)
{
	/* RFC 5095: type 0 would bounce packets between hosts. */
	echo_behind(NEXTHDR_ROUTING, (const uint8_t[]){IPPROTO_ICMPV6, 0, 0, 1, 0, 0, 0, 0}, 8);
	expect_problem(ICMPV6_HDR_FIELD, 42);
}
END_TEST

/* Each spoils a header; none is answered. */
START_TEST(malformed_headers_are_dropped_and_counted)
{
	struct ipv6hdr *h = (struct ipv6hdr *)(f.bytes + ETH_HLEN);

	frame_echo6(&f, PEER_ADDR6, MY_ADDR6, "x", 1);
	h->flow = htonl(5u << 28);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.net->mib[MIB_Ip6InHdrErrors], 1);
	frame_echo6(&f, PEER_ADDR6, MY_ADDR6, "x", 1);
	h->payload_len = htons(200);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.net->mib[MIB_Ip6InTruncatedPkts], 1);
	for (uint32_t len = 0; len < 40; len++) {
		frame_echo6(&f, PEER_ADDR6, MY_ADDR6, "x", 1);
		f.len = ETH_HLEN + len;
		inject_and_run(&f);
	}
	ck_assert_uint_eq(bench.net->mib[MIB_Ip6InHdrErrors], 41);
	ck_assert_uint_eq(bench.sent_count, 0);
}
END_TEST

START_TEST(impossible_addresses_are_dropped)
{
	const struct in6_addr mapped = in6_from_v4(htonl(PEER_ADDR)), loopback = IN6ADDR_LOOPBACK;
	const struct in6_addr sources[] = {ALL_NODES6, mapped, loopback, MY_ADDR6};
	const struct in6_addr destinations[] = {FAR_ADDR6, loopback, ADDR6(0xff, 2, [15] = 0x77),
						in6_from_v4(htonl(MY_ADDR))};

	for (unsigned int i = 0; i < 4; i++) {
		frame_echo6(&f, sources[i], MY_ADDR6, "x", 1);
		inject_and_run(&f);
		ck_assert_uint_eq(drops(SKB_DROP_IpMartianSource), i + 1);
		frame_echo6(&f, PEER_ADDR6, destinations[i], "x", 1);
		inject_and_run(&f);
		ck_assert_uint_eq(drops(SKB_DROP_IpInAddrErrors), i + 1);
	}
	frame_udp6(&f, IN6ADDR_ANY, MY_ADDR6, 1, 2, "x", 1);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_IpMartianSource), 5);
	ck_assert_uint_eq(bench.sent_count, 0);
}
END_TEST

START_TEST(ethernet_padding_is_not_data)
{
	frame_echo6(&f, PEER_ADDR6, MY_ADDR6, NULL, 0);
	memset(f.bytes + f.len, 0xff, 30);
	f.len += 30;
	inject_and_run(&f);
	ck_assert_uint_eq(ntohs(sent_ip6(0)->payload_len), 8);
}
END_TEST

START_TEST(a_device_without_ipv6_takes_none)
{
	bench_teardown();
	bench_setup();
	frame_echo6(&f, PEER_ADDR6, MY_ADDR6, "x", 1);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(drops(SKB_DROP_UnhandledProto), 1);
}
END_TEST

/* ---- routes and sources ---- */

static int route(struct in6_addr daddr, struct ip_route *rt)
{
	int err;

	*rt = (struct ip_route){.daddr6 = daddr};
	local_bh_disable(bench.net);
	err = ip6_route_output(bench.net, rt);
	local_bh_enable(bench.net);
	return err;
}

START_TEST(neighbours_are_reached_directly_others_by_the_router)
{
	struct ip_route rt;

	ck_assert_int_eq(route(PEER_ADDR6, &rt), 0);
	ck_addr6(&rt.next_hop6, PEER_ADDR6);
	ck_addr6(&rt.saddr6, MY_ADDR6);
	ck_assert_int_eq(route(FAR_ADDR6, &rt), 0);
	ck_addr6(&rt.next_hop6, ROUTER_ADDR6);
	ck_addr6(&rt.saddr6, MY_ADDR6);
	ck_assert_int_eq(route(MY_ADDR6, &rt), 0);
	ck_assert(rt.local);
	ck_assert_ptr_eq(rt.dev, bench.net->loopback);
	ck_assert_int_eq(route(IN6ADDR_ANY, &rt), -ENETUNREACH);
}
END_TEST

START_TEST(without_a_router_the_rest_of_the_world_is_unreachable)
{
	struct ip_route rt;

	bench_teardown();
	bench_setup();
	ck_assert_int_eq(net_ipv6_configure(bench.dev, &MY_ADDR6, 64, NULL), 0);
	run_for(5 * HOST_SECOND);
	ck_assert_int_eq(route(FAR_ADDR6, &rt), -ENETUNREACH);
	ck_assert_int_eq(route(PEER_ADDR6, &rt), 0);
}
END_TEST

START_TEST(the_source_suits_the_destination)
{
	struct ip_route rt;

	ck_assert_int_eq(
		net_ipv6_configure(bench.dev, &ADDR6(0x20, 1, 0xd, 0xb8, [15] = 1), 64, NULL), 0);
	run_for(5 * HOST_SECOND);
	/* RFC 6724: rule 8, longest common prefix; rule 2, scope. */
	ck_assert_int_eq(route(ADDR6(0x20, 1, 0xd, 0xb8, 5, [15] = 1), &rt), 0);
	ck_addr6(&rt.saddr6, ADDR6(0x20, 1, 0xd, 0xb8, [15] = 1));
	ck_assert_int_eq(route(PEER_ADDR6, &rt), 0);
	ck_addr6(&rt.saddr6, MY_ADDR6);
	ck_assert_int_eq(route(PEER_LINKLOCAL, &rt), 0);
	ck_addr6(&rt.saddr6, my_linklocal());
	ck_assert_int_eq(route(ALL_ROUTERS6, &rt), 0);
	ck_addr6(&rt.saddr6, my_linklocal());
}
END_TEST

START_TEST(configuration_is_checked)
{
	struct net_ipv6_info info[4];

	ck_assert_int_eq(net_ipv6_configure(bench.dev, &MY_ADDR6, 64, NULL), -EEXIST);
	ck_assert_int_eq(net_ipv6_configure(bench.dev, &ALL_NODES6, 64, NULL), -EINVAL);
	ck_assert_int_eq(net_ipv6_configure(bench.dev, &IN6ADDR_ANY, 64, NULL), -EINVAL);
	ck_assert_int_eq(net_ipv6_configure(bench.dev, &PEER_ADDR6, 129, NULL), -EINVAL);
	ck_assert_int_eq(net_ipv6_configure(bench.dev, &PEER_ADDR6, 64, &ALL_ROUTERS6), -EINVAL);
	ck_assert_uint_eq(net_ipv6_addresses(bench.dev, info, 4), 2);
	ck_assert(info[0].usable && info[1].usable);
	ck_assert_uint_eq(net_ipv6_addresses(bench.net->loopback, info, 4), 1);
	ck_addr6(&info[0].addr, IN6ADDR_LOOPBACK);
}
END_TEST

/* Whatever arrives: nothing is read beyond it, nothing leaks (sanitizers and tear-down see to it). */
START_TEST(random_packets_do_no_harm)
{
	static const uint8_t nexthdrs[] = {0, 6, 17, 43, 44, 58, 59, 60};
	struct host_random r;

	host_random_seed(&r, (uint64_t)_i + 1, 0);
	for (unsigned int n = 0; n < 2000; n++) {
		const uint32_t len = (uint32_t)(host_random_u64(&r) % 120);
		uint8_t bytes[120];

		for (uint32_t i = 0; i < len; i++)
			bytes[i] = host_random_u64(&r) % 4 ? nexthdrs[host_random_u64(&r) % 8]
							   : (uint8_t)host_random_u64(&r);
		frame6(&f, PEER_ADDR6, MY_ADDR6, nexthdrs[host_random_u64(&r) % 8]);
		frame_bytes(&f, bytes, len);
		frame6_finish(&f);
		if (host_random_u64(&r) % 2 && len >= 8) { /* an ICMPv6 message that is looked at */
			f.bytes[ETH_HLEN + 6] = IPPROTO_ICMPV6;
			f.bytes[ETH_HLEN + 7] = 255;
			f.bytes[ETH_HLEN + 40] = (uint8_t)(host_random_u64(&r) % 16 +
							   (host_random_u64(&r) % 2 ? 128 : 0));
			frame6_checksum(&f, 40, IPPROTO_ICMPV6, 2);
		}
		inject_and_run(&f);
		forget_sent();
	}
}
END_TEST

Suite *ip6_suite(void)
{
	Suite *s = suite_create("ip6");
	TCase *t = tcase_create("ip6");

	tcase_add_checked_fixture(t, setup, bench_teardown);
	tcase_add_test(t, extension_headers_before_the_transport_are_passed);
	tcase_add_test(t, the_walk_over_extension_headers_is_bounded);
	tcase_add_test(t, an_unknown_next_header_is_reported_where_it_is);
	tcase_add_test(t, unknown_options_are_treated_as_their_type_asks);
	tcase_add_test(t, malformed_options_are_dropped);
	tcase_add_test(t, a_routing_header_with_work_left_is_refused);
	tcase_add_test(t, malformed_headers_are_dropped_and_counted);
	tcase_add_test(t, impossible_addresses_are_dropped);
	tcase_add_test(t, ethernet_padding_is_not_data);
	tcase_add_test(t, a_device_without_ipv6_takes_none);
	tcase_add_test(t, neighbours_are_reached_directly_others_by_the_router);
	tcase_add_test(t, without_a_router_the_rest_of_the_world_is_unreachable);
	tcase_add_test(t, the_source_suits_the_destination);
	tcase_add_test(t, configuration_is_checked);
	tcase_add_loop_test(t, random_packets_do_no_harm, 0, 4);
	suite_add_tcase(s, t);
	return s;
}
