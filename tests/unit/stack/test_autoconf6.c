// SPDX-License-Identifier: MIT
/* Configuration by routers (RFC 4861 section 6.3, RFC 4862 section 5.5) and group reports (MLD). */
#include "ip6_frames.h"

#define INFINITE 0xffffffffu
#define ON_LINK	 0x80
#define AUTO	 0x40

static struct frame f;
static const struct in6_addr prefix = ADDR6(0x20, 1, 0xd, 0xb8);

/* A router advertisement under construction. */
static struct {
	uint8_t bytes[1200];
	uint32_t len;
} ra;

static void ra_begin(uint32_t reachable_ms, uint32_t retrans_ms)
{
	put_unaligned_be32(reachable_ms, ra.bytes);
	put_unaligned_be32(retrans_ms, ra.bytes + 4);
	ra.len = 8;
}

static void ra_option(const void *option, uint32_t len)
{
	memcpy(ra.bytes + ra.len, option, len);
	ra.len += len;
}

static void ra_prefix(const struct in6_addr *p, uint8_t len, uint8_t flags, uint32_t valid_s,
		      uint32_t preferred_s)
{
	uint8_t o[32] = {3, 4, len, flags};

	put_unaligned_be32(valid_s, o + 4);
	put_unaligned_be32(preferred_s, o + 8);
	memcpy(o + 16, p, 16);
	ra_option(o, sizeof(o));
}

static void ra_mtu(uint32_t mtu)
{
	uint8_t o[8] = {5, 1};

	put_unaligned_be32(mtu, o + 4);
	ra_option(o, sizeof(o));
}

static void ra_send_from(struct in6_addr from, uint8_t hop_limit, uint16_t lifetime_s)
{
	frame_icmp6(&f, from, ALL_NODES6, 255, NDISC_ROUTER_ADVERT, 0,
		    (uint32_t)hop_limit << 24 | lifetime_s, ra.bytes, ra.len);
	inject_and_run(&f);
}

static void ra_send(uint16_t lifetime_s)
{
	uint8_t o[8] = {1, 1};

	memcpy(o + 2, router_mac, 6);
	ra_option(o, sizeof(o));
	ra_send_from(ROUTER_ADDR6, 0, lifetime_s);
}

/* A plain one: a prefix for both uses. */
static void advertise(uint32_t valid_s, uint32_t preferred_s)
{
	ra_begin(0, 0);
	ra_prefix(&prefix, 64, ON_LINK | AUTO, valid_s, preferred_s);
	ra_send(1800);
}

static struct in6_addr made_of(struct in6_addr p)
{
	const struct in6_addr linklocal = my_linklocal();

	memcpy(p.s6_addr + 8, linklocal.s6_addr + 8, 8);
	return p;
}

/* -1: not there; 0: not usable; 1: usable. */
static int state_of(struct in6_addr addr)
{
	struct net_ipv6_info info[64];
	const unsigned int n = net_ipv6_addresses(bench.dev, info, 64);

	for (unsigned int i = 0; i < n; i++)
		if (!memcmp(&info[i].addr, &addr, 16))
			return info[i].usable;
	return -1;
}

static int route(struct in6_addr daddr, struct ip_route *rt)
{
	int err;

	*rt = (struct ip_route){.daddr6 = daddr};
	local_bh_disable(bench.net);
	err = ip6_route_output(bench.net, rt);
	local_bh_enable(bench.net);
	return err;
}

START_TEST(routers_are_asked_three_times_four_seconds_apart)
{
	uint64_t last_ns = 0;
	unsigned int asked = 0;

	bench_teardown();
	bench_setup();
	net_ipv6_autoconf(bench.dev, 0);
	run_for(60 * HOST_SECOND);
	for (unsigned int i = 0; i < bench.sent_count; i++) {
		if (sent_ip6(i)->nexthdr != IPPROTO_ICMPV6 ||
		    sent_payload6(i)[0] != NDISC_ROUTER_SOLICIT)
			continue;
		ck_addr6(&sent_ip6(i)->daddr, ALL_ROUTERS6);
		ck_addr6(&sent_ip6(i)->saddr, my_linklocal());
		ck_assert_uint_eq(sent_ip6(i)->hop_limit, 255);
		if (asked++)
			ck_assert_uint_eq(bench.sent[i].time_ns - last_ns, 4 * HOST_SECOND);
		last_ns = bench.sent[i].time_ns;
	}
	ck_assert_uint_eq(asked, 3);
}
END_TEST

START_TEST(an_answer_ends_the_asking)
{
	bench_teardown();
	bench_setup();
	net_ipv6_autoconf(bench.dev, 0);
	while (!count_icmp6(NDISC_ROUTER_SOLICIT, NULL))
		run_for(100 * HOST_MS);
	advertise(INFINITE, INFINITE);
	run_for(60 * HOST_SECOND);
	ck_assert_uint_eq(count_icmp6(NDISC_ROUTER_SOLICIT, NULL), 1);
}
END_TEST

START_TEST(a_prefix_makes_an_address_and_routes)
{
	struct ip_route rt;

	ck_assert_int_eq(route(FAR_ADDR6, &rt), -ENETUNREACH);
	advertise(3600, 1800);
	ck_assert_int_eq(state_of(made_of(prefix)), 0); /* checked first */
	run_for(3 * HOST_SECOND);
	ck_assert_int_eq(state_of(made_of(prefix)), 1);
	ck_assert_int_eq(route(ADDR6(0x20, 1, 0xd, 0xb9, [15] = 1), &rt), 0);
	ck_addr6(&rt.next_hop6, ROUTER_ADDR6);
	ck_addr6(&rt.saddr6, made_of(prefix));
	ck_assert_int_eq(route(ADDR6(0x20, 1, 0xd, 0xb8, [15] = 1), &rt), 0);
	ck_addr6(&rt.next_hop6, ADDR6(0x20, 1, 0xd, 0xb8, [15] = 1)); /* on link */
}
END_TEST

START_TEST(an_address_ages_and_dies)
{
	struct ip_route rt;

	advertise(10000, 100);
	run_for(5 * HOST_SECOND);
	ck_assert_int_eq(net_ipv6_configure(bench.dev, &MY_ADDR6, 64, NULL), 0);
	run_for(200 * HOST_SECOND);
	/* Deprecated: it still works, but a new connection prefers another. */
	ck_assert_int_eq(state_of(made_of(prefix)), 1);
	ck_assert_int_eq(route(ADDR6(0x20, 1, 0xd, 0xb8, [15] = 1), &rt), 0);
	ck_addr6(&rt.saddr6, MY_ADDR6);
	run_for(10000 * HOST_SECOND);
	ck_assert_int_eq(state_of(made_of(prefix)), -1);
	ck_assert_int_eq(route(FAR_ADDR6, &rt), -ENETUNREACH); /* so did the router: 1,800 s */
}
END_TEST

START_TEST(a_lifetime_is_not_cut_below_two_hours)
{
	advertise(100000, 100000);
	run_for(5 * HOST_SECOND);
	advertise(10, 10); /* forged, perhaps */
	run_for(7000 * HOST_SECOND);
	ck_assert_int_eq(state_of(made_of(prefix)), 1);
	run_for(300 * HOST_SECOND);
	ck_assert_int_eq(state_of(made_of(prefix)), -1);
}
END_TEST

START_TEST(prefixes_that_must_be_ignored_are)
{
	const struct in6_addr linklocal = ADDR6(0xfe, 0x80), group = ADDR6(0xff, 5);

	ra_begin(0, 0);
	ra_prefix(&linklocal, 64, AUTO | ON_LINK, INFINITE, INFINITE);
	ra_prefix(&group, 64, AUTO | ON_LINK, INFINITE, INFINITE);
	ra_prefix(&prefix, 64, AUTO, 100, 200);		  /* preferred longer than valid */
	ra_prefix(&prefix, 48, AUTO, INFINITE, INFINITE); /* no room for an identifier */
	ra_prefix(&prefix, 129, ON_LINK, INFINITE, INFINITE);
	ra_prefix(&prefix, 64, AUTO, 0, 0);
	ra_send(0);
	run_for(3 * HOST_SECOND);
	ck_assert_uint_eq(net_ipv6_addresses(bench.dev, NULL, 0), 1);
}
END_TEST

START_TEST(a_router_that_resigns_is_no_router)
{
	struct ip_route rt;

	advertise(INFINITE, INFINITE);
	run_for(3 * HOST_SECOND);
	ck_assert_int_eq(route(ADDR6(0x2a), &rt), 0);
	ra_begin(0, 0);
	ra_send(0);
	ck_assert_int_eq(route(ADDR6(0x2a), &rt), -ENETUNREACH);
	/* Or says so of itself as a neighbour (RFC 4861 section 7.2.5). */
	advertise(INFINITE, INFINITE);
	ck_assert_int_eq(route(ADDR6(0x2a), &rt), 0);
	frame_na(&f, ROUTER_ADDR6, ALL_NODES6, ROUTER_ADDR6, NA_O, router_mac);
	inject_and_run(&f);
	ck_assert_int_eq(route(ADDR6(0x2a), &rt), -ENETUNREACH);
}
END_TEST

START_TEST(parameters_of_the_link_are_taken_within_bounds)
{
	struct ip_route rt;

	ra_begin(0, 0);
	ra_prefix(&prefix, 64, ON_LINK | AUTO, INFINITE, INFINITE);
	ra_mtu(1400);
	ra_send_from(ROUTER_ADDR6, 7, 1800);
	run_for(3 * HOST_SECOND);
	ck_assert_int_eq(route(ADDR6(0x2a), &rt), 0);
	ck_assert_uint_eq(rt.mtu_bytes, 1400);
	frame_ns(&f, ADDR6(0x20, 1, 0xd, 0xb8, [15] = 1), ALL_NODES6, made_of(prefix), peer_mac);
	inject_and_run(&f);
	forget_sent();
	frame_echo6(&f, ADDR6(0x20, 1, 0xd, 0xb8, [15] = 1), made_of(prefix), "x", 1);
	inject_and_run(&f);
	ck_assert_uint_eq(sent_ip6(0)->hop_limit, 7);
	ra_begin(0, 0);
	ra_mtu(1279);
	ra_mtu(1501);
	ra_send_from(ROUTER_ADDR6, 0, 1800);
	ck_assert_int_eq(route(ADDR6(0x2a), &rt), 0);
	ck_assert_uint_eq(rt.mtu_bytes, 1400);
}
END_TEST

START_TEST(only_routers_of_the_link_are_believed)
{
	struct ip_route rt;
	uint8_t *icmp = f.bytes + ETH_HLEN + 40;

	ra_begin(0, 0);
	ra_prefix(&prefix, 64, ON_LINK | AUTO, INFINITE, INFINITE);
	ra_send_from(FAR_ADDR6, 0, 1800);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), 1);
	frame_icmp6(&f, ROUTER_ADDR6, ALL_NODES6, 64, NDISC_ROUTER_ADVERT, 0, 1800, ra.bytes,
		    ra.len);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), 2);
	frame_icmp6(&f, ROUTER_ADDR6, ALL_NODES6, 255, NDISC_ROUTER_ADVERT, 0, 1800, ra.bytes, 7);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), 3);
	frame_icmp6(&f, ROUTER_ADDR6, ALL_NODES6, 255, NDISC_ROUTER_ADVERT, 0, 1800, ra.bytes,
		    ra.len);
	icmp[16 + 1] = 5; /* the prefix option reaches beyond the message */
	frame6_checksum(&f, 40, IPPROTO_ICMPV6, 2);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), 4);
	run_for(3 * HOST_SECOND);
	ck_assert_int_eq(route(FAR_ADDR6, &rt), -ENETUNREACH);
}
END_TEST

START_TEST(a_statically_configured_host_ignores_advertisements)
{
	bench_teardown();
	bench6_setup();
	advertise(INFINITE, INFINITE);
	run_for(3 * HOST_SECOND);
	ck_assert_int_eq(state_of(made_of(prefix)), -1);
}
END_TEST

START_TEST(a_flood_of_prefixes_and_routers_is_bounded)
{
	const uint64_t before = host_memory_bytes(bench.host);

	for (unsigned int i = 0; i < 2000; i++) {
		struct in6_addr p = prefix, from = ROUTER_ADDR6;

		p.s6_addr[6] = (uint8_t)(i >> 8);
		p.s6_addr[7] = (uint8_t)i;
		from.s6_addr[13] = (uint8_t)(i >> 8);
		from.s6_addr[14] = (uint8_t)i;
		ra_begin(0, 0);
		ra_prefix(&p, 64, ON_LINK | AUTO, INFINITE, INFINITE);
		ra_send_from(from, 0, 1800);
		forget_sent();
	}
	ck_assert_uint_le(net_ipv6_addresses(bench.dev, NULL, 0), 32);
	ck_assert_uint_lt(host_memory_bytes(bench.host) - before, 256 * 1024);
}
END_TEST

static int result;

static void wait_for_address(void *arg)
{
	(void)arg;
	result = net_ipv6_autoconf(bench.dev, 30 * HOST_SECOND);
}

START_TEST(a_task_can_wait_for_its_address)
{
	bench_teardown();
	bench_setup();
	result = 1;
	host_spawn(bench.host, "wait", wait_for_address, NULL);
	while (!count_icmp6(NDISC_ROUTER_SOLICIT, NULL))
		run_for(100 * HOST_MS);
	ck_assert_int_eq(result, 1);
	advertise(INFINITE, INFINITE);
	ck_assert(host_run_tasks(bench.world, 5 * HOST_SECOND));
	ck_assert_int_eq(result, 0);
	bench_teardown();
	bench_setup();
	host_spawn(bench.host, "wait", wait_for_address, NULL);
	ck_assert(host_run_tasks(bench.world, 40 * HOST_SECOND));
	ck_assert_int_eq(result, -ETIMEDOUT);
}
END_TEST

/* ---- groups ---- */

static unsigned int reports(unsigned int *first)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < bench.sent_count; i++)
		if (sent_ip6(i)->nexthdr == NEXTHDR_HOP && !count++ && first)
			*first = i;
	return count;
}

START_TEST(joining_a_group_is_reported_twice_with_router_alert)
{
	const struct in6_addr me = ADDR6(0xfd, [15] = 0x77), group = solicited_node(&me);
	const uint8_t *p;
	unsigned int n = 0;

	ck_assert_int_eq(net_ipv6_configure(bench.dev, &me, 64, NULL), 0);
	run_for(3 * HOST_SECOND);
	ck_assert_uint_eq(reports(&n), 2);
	ck_addr6(&sent_ip6(n)->daddr, ADDR6(0xff, 2, [15] = 0x16));
	ck_addr6(&sent_ip6(n)->saddr, my_linklocal());
	ck_assert_uint_eq(sent_ip6(n)->hop_limit, 1);
	p = sent_payload6(n);
	ck_assert_mem_eq(p, ((uint8_t[]){IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0}), 8);
	ck_assert_uint_eq(p[8], ICMPV6_MLD2_REPORT);
	ck_assert_uint_eq(get_unaligned_be16(p + 14), 2); /* of the link-local address, and this */
	ck_assert_uint_eq(p[16 + 20], 2);		  /* exclude nobody */
	ck_assert_mem_eq(p + 16 + 20 + 4, &group, 16);
	ck_assert_uint_eq(csum_fold(csum_ipv6_nofold(&sent_ip6(n)->saddr, &sent_ip6(n)->daddr, 48,
						     IPPROTO_ICMPV6, csum_partial(p + 8, 48, 0))),
			  0);
}
END_TEST

static void query(struct in6_addr from, uint8_t hop_limit, uint32_t len)
{
	const uint8_t body[20] = {0};

	frame_icmp6(&f, from, ALL_NODES6, hop_limit, ICMPV6_MLD_QUERY, 0, 1000u << 16, body,
		    len - 8);
	inject(&f);
	run_for(2 * HOST_SECOND);
}

START_TEST(a_query_is_answered_in_its_version)
{
	unsigned int n = 0;

	query(ROUTER_ADDR6, 1, 28);
	ck_assert_uint_eq(reports(&n), 1);
	ck_assert_uint_eq(sent_payload6(n)[8], ICMPV6_MLD2_REPORT);
	forget_sent();
	query(ROUTER_ADDR6, 1, 24);
	ck_assert_uint_eq(reports(&n), 1);
	ck_assert_uint_eq(sent_payload6(n)[8], ICMPV6_MLD_REPORT);
	ck_assert_mem_eq(&sent_ip6(n)->daddr, sent_payload6(n) + 16, 16);
	forget_sent();
	query(ROUTER_ADDR6, 2, 28);
	query(FAR_ADDR6, 1, 28);
	query(ROUTER_ADDR6, 1, 26);
	ck_assert_uint_eq(reports(&n), 0);
	ck_assert_uint_eq(drops(SKB_DROP_MldInvalid), 3);
}
END_TEST

Suite *autoconf6_suite(void)
{
	Suite *s = suite_create("autoconf6");
	TCase *t = tcase_create("autoconf6");

	tcase_add_checked_fixture(t, bench6_setup_bare, bench_teardown);
	tcase_add_test(t, routers_are_asked_three_times_four_seconds_apart);
	tcase_add_test(t, an_answer_ends_the_asking);
	tcase_add_test(t, a_prefix_makes_an_address_and_routes);
	tcase_add_test(t, an_address_ages_and_dies);
	tcase_add_test(t, a_lifetime_is_not_cut_below_two_hours);
	tcase_add_test(t, prefixes_that_must_be_ignored_are);
	tcase_add_test(t, a_router_that_resigns_is_no_router);
	tcase_add_test(t, parameters_of_the_link_are_taken_within_bounds);
	tcase_add_test(t, only_routers_of_the_link_are_believed);
	tcase_add_test(t, a_statically_configured_host_ignores_advertisements);
	tcase_add_test(t, a_flood_of_prefixes_and_routers_is_bounded);
	tcase_add_test(t, a_task_can_wait_for_its_address);
	tcase_add_test(t, joining_a_group_is_reported_twice_with_router_alert);
	tcase_add_test(t, a_query_is_answered_in_its_version);
	suite_add_tcase(s, t);
	return s;
}
