// SPDX-License-Identifier: MIT
/* Neighbour discovery as the wire shows it: RFC 4861 sections 7 and appendix C, RFC 4862 section 5.4. */
#include "ip6_frames.h"

static struct frame f;
static const uint8_t other_mac[ETH_ALEN] = {0x02, 1, 2, 3, 4, 5};

/* A packet to daddr from outside every task, as a soft interrupt would send it. */
static void send_to(struct in6_addr daddr)
{
	const struct ip6_send_info info = {.protocol = 253};
	struct ip_route rt = {.daddr6 = daddr};
	struct sk_buff *skb = alloc_skb(bench.net, MAX_HEADER + 20);

	local_bh_disable(bench.net);
	skb_reserve(skb, MAX_HEADER);
	memset(skb_put(skb, 20), 7, 20);
	ck_assert_int_eq(ip6_route_output(bench.net, &rt), 0);
	ip6_send_skb(bench.net, skb, &rt, &info);
	local_bh_enable(bench.net);
}

/* The peer answers (or claims): target, flags, link address. */
static void advert(struct in6_addr target, uint32_t flags, const uint8_t *ha)
{
	frame_na(&f, target, flags & NA_S ? MY_ADDR6 : ALL_NODES6, target, flags, ha);
	inject_and_run(&f);
}

/* The n-th frame is data for this link address. */
static void expect_data(unsigned int n, const uint8_t *mac)
{
	ck_assert_uint_eq(sent_ip6(n)->nexthdr, 253);
	ck_assert_mem_eq(sent_eth(n)->h_dest, mac, ETH_ALEN);
}

static void resolve_peer(void)
{
	send_to(PEER_ADDR6);
	run_briefly();
	advert(PEER_ADDR6, NA_S | NA_O, peer_mac);
	forget_sent();
}

START_TEST(an_unknown_neighbour_is_asked_by_its_solicited_node_group)
{
	const struct in6_addr peer = PEER_ADDR6;
	const uint8_t *msg;

	for (unsigned int i = 0; i < 5; i++)
		send_to(PEER_ADDR6);
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 1); /* one question for all */
	msg = (const uint8_t *)sent_icmp6(0, NDISC_NEIGH_SOLICIT);
	ck_addr6(&sent_ip6(0)->daddr, solicited_node(&peer));
	ck_addr6(&sent_ip6(0)->saddr, MY_ADDR6);
	ck_assert_uint_eq(sent_ip6(0)->hop_limit, 255);
	ck_assert_mem_eq(sent_eth(0)->h_dest, ((uint8_t[]){0x33, 0x33, 0xff, 0, 0, 2}), 6);
	ck_assert_mem_eq(msg + 8, &peer, 16);
	ck_assert_mem_eq(msg + 24, ((uint8_t[]){1, 1}), 2);
	ck_assert_mem_eq(msg + 26, bench.dev->dev_addr, 6);
	advert(PEER_ADDR6, NA_S | NA_O, peer_mac);
	ck_assert_uint_eq(bench.sent_count, 6);
	for (unsigned int i = 1; i < 6; i++)
		expect_data(i, peer_mac);
}
END_TEST

START_TEST(it_asks_three_times_a_second_apart_then_gives_up)
{
	send_to(PEER_ADDR6);
	run_for(10 * HOST_SECOND);
	ck_assert_uint_eq(count_icmp6(NDISC_NEIGH_SOLICIT, NULL), 3);
	for (unsigned int i = 1; i < 3; i++)
		ck_assert_uint_eq(bench.sent[i].time_ns - bench.sent[i - 1].time_ns, HOST_SECOND);
	ck_assert_uint_eq(bench.net->mib[MIB_NdiscFailures], 1);
	ck_assert_uint_eq(drops(SKB_DROP_NeighFailed), 1);
}
END_TEST

START_TEST(a_stale_neighbour_is_used_and_asked_directly)
{
	unsigned int first;

	resolve_peer();
	run_for(60 * HOST_SECOND);
	send_to(PEER_ADDR6);
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 1); /* at once, without asking */
	expect_data(0, peer_mac);
	run_for(5500 * HOST_MS); /* nothing confirms it within 5 s */
	ck_assert_uint_eq(count_icmp6(NDISC_NEIGH_SOLICIT, &first), 1);
	ck_addr6(&sent_ip6(first)->daddr, PEER_ADDR6);
	ck_assert_mem_eq(sent_eth(first)->h_dest, peer_mac, 6);
	forget_sent();
	advert(PEER_ADDR6, NA_S, NULL); /* a confirmation needs no link address */
	run_for(10 * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 0);
}
END_TEST

START_TEST(a_probed_neighbour_that_is_gone_is_asked_anew)
{
	resolve_peer();
	run_for(60 * HOST_SECOND);
	send_to(PEER_ADDR6);
	run_for(20 * HOST_SECOND);
	ck_assert_uint_eq(count_icmp6(NDISC_NEIGH_SOLICIT, NULL), 3);
	forget_sent();
	send_to(PEER_ADDR6);
	run_briefly();
	ck_assert_mem_eq(sent_eth(0)->h_dest, ((uint8_t[]){0x33, 0x33, 0xff, 0, 0, 2}), 6);
}
END_TEST

START_TEST(a_solicitation_for_our_address_is_answered)
{
	const struct in6_addr me = MY_ADDR6;
	const uint8_t *msg;

	frame_ns(&f, PEER_ADDR6, solicited_node(&me), MY_ADDR6, peer_mac);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 1);
	msg = (const uint8_t *)sent_icmp6(0, NDISC_NEIGH_ADVERT);
	ck_assert_uint_eq(ntohl(sent_icmp6(0, NDISC_NEIGH_ADVERT)->rest), NA_S | NA_O);
	ck_addr6(&sent_ip6(0)->daddr, PEER_ADDR6);
	ck_addr6(&sent_ip6(0)->saddr, MY_ADDR6);
	ck_assert_uint_eq(sent_ip6(0)->hop_limit, 255);
	ck_assert_mem_eq(sent_eth(0)->h_dest, peer_mac, 6); /* known without asking back */
	ck_assert_mem_eq(msg + 8, &me, 16);
	ck_assert_mem_eq(msg + 24, ((uint8_t[]){2, 1}), 2);
	ck_assert_mem_eq(msg + 26, bench.dev->dev_addr, 6);
	forget_sent();
	send_to(PEER_ADDR6);
	run_briefly();
	expect_data(0, peer_mac);
}
END_TEST

START_TEST(who_checks_our_address_hears_of_us_by_all_nodes)
{
	const struct in6_addr me = MY_ADDR6;

	frame_ns(&f, IN6ADDR_ANY, solicited_node(&me), MY_ADDR6, NULL);
	inject_and_run(&f);
	ck_assert_uint_eq(ntohl(sent_icmp6(0, NDISC_NEIGH_ADVERT)->rest), NA_O);
	ck_addr6(&sent_ip6(0)->daddr, ALL_NODES6);
}
END_TEST

START_TEST(advertisements_change_what_is_known_as_the_table_says)
{
	resolve_peer();
	/* Without override a known address stays, but is doubted: asked before long. */
	advert(PEER_ADDR6, 0, other_mac);
	send_to(PEER_ADDR6);
	run_briefly();
	expect_data(0, peer_mac);
	run_for(5500 * HOST_MS);
	ck_assert_uint_eq(count_icmp6(NDISC_NEIGH_SOLICIT, NULL), 1);
	advert(PEER_ADDR6, NA_S, peer_mac);
	forget_sent();
	/* With override it changes, to be confirmed. */
	advert(PEER_ADDR6, NA_O, other_mac);
	send_to(PEER_ADDR6);
	run_briefly();
	expect_data(0, other_mac);
}
END_TEST

START_TEST(nobody_is_remembered_who_was_not_asked)
{
	advert(PEER_ADDR6, NA_O, peer_mac);
	send_to(PEER_ADDR6);
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 1);
	sent_icmp6(0, NDISC_NEIGH_SOLICIT);
}
END_TEST

/* Each spoils a message; none has an effect. */
START_TEST(forged_and_malformed_messages_are_dropped)
{
	const struct in6_addr me = MY_ADDR6, group = solicited_node(&me);
	uint8_t *icmp = f.bytes + ETH_HLEN + 40;
	struct ipv6hdr *h = (struct ipv6hdr *)(f.bytes + ETH_HLEN);
	unsigned int n = 0;

	/* from beyond a router */
	frame_ns(&f, PEER_ADDR6, group, MY_ADDR6, peer_mac);
	h->hop_limit = 254;
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), ++n);
	/* code */
	frame_ns(&f, PEER_ADDR6, group, MY_ADDR6, peer_mac);
	icmp[1] = 1;
	frame6_checksum(&f, 40, IPPROTO_ICMPV6, 2);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), ++n);
	/* an option of length 0, and one beyond the message */
	for (unsigned int i = 0; i < 2; i++) {
		frame_ns(&f, PEER_ADDR6, group, MY_ADDR6, peer_mac);
		icmp[25] = i ? 2 : 0;
		frame6_checksum(&f, 40, IPPROTO_ICMPV6, 2);
		inject_and_run(&f);
		ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), ++n);
	}
	/* too short */
	frame_icmp6(&f, PEER_ADDR6, group, 255, NDISC_NEIGH_SOLICIT, 0, 0, &me, 15);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), ++n);
	/* a group as target */
	frame_ns(&f, PEER_ADDR6, group, ALL_NODES6, peer_mac);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), ++n);
	/* from nobody, with a link address; from nobody to one host */
	frame_ns(&f, IN6ADDR_ANY, group, MY_ADDR6, peer_mac);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), ++n);
	frame_ns(&f, IN6ADDR_ANY, MY_ADDR6, MY_ADDR6, NULL);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), ++n);
	/* a solicited advertisement to a group */
	frame_na(&f, PEER_ADDR6, ALL_NODES6, PEER_ADDR6, NA_S, peer_mac);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_NdiscInvalid), ++n);
	ck_assert_uint_eq(bench.net->mib[MIB_Icmp6InErrors], n);
	/* a wrong checksum */
	frame_ns(&f, PEER_ADDR6, group, MY_ADDR6, peer_mac);
	icmp[2] ^= 1;
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_IcmpCsum), 1);
	ck_assert_uint_eq(bench.sent_count, 0);
}
END_TEST

START_TEST(a_flood_of_neighbours_is_bounded)
{
	for (unsigned int i = 0; i < 3 * NEIGH_MAX; i++) {
		struct in6_addr from = PEER_ADDR6, me = MY_ADDR6;

		from.s6_addr[13] = (uint8_t)(i >> 8);
		from.s6_addr[14] = (uint8_t)i;
		frame_ns(&f, from, solicited_node(&me), MY_ADDR6, peer_mac);
		inject_and_run(&f);
		forget_sent();
	}
	ck_assert_uint_ge(bench.net->mib[MIB_NdiscTableFull], 2 * NEIGH_MAX);
}
END_TEST

START_TEST(the_next_router_is_tried_when_one_is_silent)
{
	const struct in6_addr second = ADDR6(0xfe, 0x80, [15] = 0xfd);
	struct in6_addr global = ADDR6(0xfd, [7] = 1, [15] = 1);
	unsigned int asked_second = 0;

	ck_assert_int_eq(net_ipv6_configure(bench.dev, &global, 64, &second), 0);
	run_for(5 * HOST_SECOND);
	forget_sent();
	send_to(FAR_ADDR6);
	run_for(4 * HOST_SECOND); /* the first router never answers */
	send_to(FAR_ADDR6);
	run_briefly();
	for (unsigned int i = 0; i < bench.sent_count; i++)
		asked_second +=
			sent_ip6(i)->nexthdr == IPPROTO_ICMPV6 && sent_payload6(i)[23] == 0xfd;
	ck_assert_uint_eq(asked_second, 1);
	frame_na(&f, second, MY_ADDR6, second, NA_R | NA_S | NA_O, router_mac);
	inject_and_run(&f);
	expect_data(bench.sent_count - 1, router_mac);
}
END_TEST

/* ---- duplicate address detection ---- */

static struct in6_addr added;

static void add_address(void)
{
	added = ADDR6(0xfd, [15] = 0x33);
	ck_assert_int_eq(net_ipv6_configure(bench.dev, &added, 64, NULL), 0);
	run_for(100 * HOST_MS);
}

static bool is_usable(const struct in6_addr *addr, bool *duplicate)
{
	struct net_ipv6_info info[8];
	const unsigned int n = net_ipv6_addresses(bench.dev, info, 8);

	for (unsigned int i = 0; i < n; i++)
		if (!memcmp(&info[i].addr, addr, 16)) {
			*duplicate = info[i].duplicate;
			return info[i].usable;
		}
	ck_abort_msg("no such address");
	return false;
}

START_TEST(a_new_address_is_checked_before_use)
{
	unsigned int first;
	bool duplicate;

	add_address();
	ck_assert_uint_eq(count_icmp6(NDISC_NEIGH_SOLICIT, &first), 1);
	ck_addr6(&sent_ip6(first)->saddr, IN6ADDR_ANY);
	ck_addr6(&sent_ip6(first)->daddr, solicited_node(&added));
	ck_assert_uint_eq(ntohs(sent_ip6(first)->payload_len), 24); /* no link address */
	ck_assert(!is_usable(&added, &duplicate));
	/* Not ours yet: who asks gets no answer. */
	forget_sent();
	frame_ns(&f, PEER_ADDR6, solicited_node(&added), added, peer_mac);
	inject_and_run(&f);
	frame_echo6(&f, PEER_ADDR6, added, "x", 1);
	inject_and_run(&f);
	ck_assert_uint_eq(count_icmp6(NDISC_NEIGH_ADVERT, NULL), 0);
	ck_assert_uint_eq(count_icmp6(ICMPV6_ECHO_REPLY, NULL), 0);
	run_for(HOST_SECOND);
	ck_assert(is_usable(&added, &duplicate));
	ck_assert_uint_eq(bench.net->mib[MIB_Ip6DadFailures], 0);
}
END_TEST

START_TEST(an_address_that_another_host_has_is_never_used)
{
	bool duplicate;

	add_address();
	frame_na(&f, added, ALL_NODES6, added, NA_O, other_mac);
	inject_and_run(&f);
	run_for(5 * HOST_SECOND);
	ck_assert(!is_usable(&added, &duplicate));
	ck_assert(duplicate);
	ck_assert_uint_eq(bench.net->mib[MIB_Ip6DadFailures], 1);
}
END_TEST

START_TEST(an_address_that_another_host_wants_too_is_nobodys)
{
	bool duplicate;

	add_address();
	frame_ns(&f, IN6ADDR_ANY, solicited_node(&added), added, NULL);
	inject_and_run(&f);
	ck_assert(!is_usable(&added, &duplicate));
	ck_assert(duplicate);
}
END_TEST

START_TEST(an_address_in_use_is_not_given_up_for_a_claim)
{
	bool duplicate;
	const struct in6_addr me = MY_ADDR6;

	frame_na(&f, PEER_ADDR6, ALL_NODES6, MY_ADDR6, NA_O, other_mac);
	inject_and_run(&f);
	ck_assert(is_usable(&me, &duplicate));
}
END_TEST

START_TEST(addresses_are_checked_again_when_the_link_returns)
{
	const struct in6_addr me = MY_ADDR6;
	bool duplicate;

	memwire_set_carrier(bench.wire, false);
	ck_assert(!is_usable(&me, &duplicate));
	run_for(HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 0);
	memwire_set_carrier(bench.wire, true);
	run_for(5 * HOST_SECOND);
	ck_assert_uint_eq(count_icmp6(NDISC_NEIGH_SOLICIT, NULL), 2); /* link-local and ours */
	ck_assert(is_usable(&me, &duplicate));
}
END_TEST

Suite *ndisc_suite(void)
{
	Suite *s = suite_create("ndisc");
	TCase *t = tcase_create("ndisc");

	tcase_add_checked_fixture(t, bench6_setup, bench_teardown);
	tcase_add_test(t, an_unknown_neighbour_is_asked_by_its_solicited_node_group);
	tcase_add_test(t, it_asks_three_times_a_second_apart_then_gives_up);
	tcase_add_test(t, a_stale_neighbour_is_used_and_asked_directly);
	tcase_add_test(t, a_probed_neighbour_that_is_gone_is_asked_anew);
	tcase_add_test(t, a_solicitation_for_our_address_is_answered);
	tcase_add_test(t, who_checks_our_address_hears_of_us_by_all_nodes);
	tcase_add_test(t, advertisements_change_what_is_known_as_the_table_says);
	tcase_add_test(t, nobody_is_remembered_who_was_not_asked);
	tcase_add_test(t, forged_and_malformed_messages_are_dropped);
	tcase_add_test(t, a_flood_of_neighbours_is_bounded);
	tcase_add_test(t, the_next_router_is_tried_when_one_is_silent);
	tcase_add_test(t, a_new_address_is_checked_before_use);
	tcase_add_test(t, an_address_that_another_host_has_is_never_used);
	tcase_add_test(t, an_address_that_another_host_wants_too_is_nobodys);
	tcase_add_test(t, an_address_in_use_is_not_given_up_for_a_claim);
	tcase_add_test(t, addresses_are_checked_again_when_the_link_returns);
	suite_add_tcase(s, t);
	return s;
}
