// SPDX-License-Identifier: MIT
/* IPv4 in and out: what is accepted, what is dropped and why, how packets are fragmented. */
#include "stack_test.h"
#include <net/errno.h>

static struct frame f;

static void udp_frame(void)
{
	frame_udp(&f, 1000, 9, "hello", 5);
}

static struct iphdr *iph(void)
{
	return (struct iphdr *)(f.bytes + ETH_HLEN);
}

static uint64_t delivered(void)
{
	return bench.net->mib[MIB_IpInDelivers];
}

static void expect_drop(enum skb_drop_reason reason)
{
	uint64_t before = drops(reason), deliveries = delivered();

	inject_and_run(&f);
	ck_assert_uint_eq(drops(reason), before + 1);
	ck_assert_uint_eq(delivered(), deliveries);
}

START_TEST(a_good_packet_is_delivered)
{
	udp_frame();
	inject_and_run(&f);
	ck_assert_uint_eq(delivered(), 1);
}
END_TEST

START_TEST(every_truncation_is_dropped_without_harm)
{
	udp_frame();
	for (uint32_t len = f.len; len-- > 0;) {
		udp_frame();
		f.len = len;
		inject_and_run(&f);
	}
	ck_assert_uint_eq(delivered(), 0);
	ck_assert_uint_eq(drops(SKB_DROP_PacketTooSmall), ETH_HLEN);
	ck_assert_uint_eq(drops(SKB_DROP_IpInHdr), 33);
}
END_TEST

START_TEST(a_malformed_header_is_dropped)
{
	udp_frame();
	iph()->version = 6;
	expect_drop(SKB_DROP_IpInHdr);
	udp_frame();
	iph()->ihl = 4;
	expect_drop(SKB_DROP_IpInHdr);
	udp_frame();
	iph()->ihl = 15; /* longer than the packet */
	expect_drop(SKB_DROP_IpInHdr);
	udp_frame();
	iph()->tot_len = htons(19);
	iph()->check = 0;
	iph()->check = ip_fast_csum(iph(), 5);
	expect_drop(SKB_DROP_IpInHdr);
	udp_frame();
	iph()->tot_len = htons(34);
	iph()->check = 0;
	iph()->check = ip_fast_csum(iph(), 5);
	expect_drop(SKB_DROP_IpInHdr);
	udp_frame();
	iph()->check ^= 1;
	expect_drop(SKB_DROP_IpCsum);
	ck_assert_uint_eq(bench.net->mib[MIB_IpInHdrErrors], 6);
	ck_assert_uint_eq(bench.net->mib[MIB_IpExtInCsumErrors], 1);
}
END_TEST

START_TEST(every_flipped_header_bit_is_noticed)
{
	for (unsigned int bit = 0; bit < 160; bit++) {
		udp_frame();
		f.bytes[ETH_HLEN + bit / 8] ^= (uint8_t)(1 << bit % 8);
		inject_and_run(&f);
		ck_assert_uint_eq(delivered(), 0);
	}
}
END_TEST

static void addressed(uint32_t saddr, uint32_t daddr)
{
	frame_udp_from(&f, bench.dev->dev_addr, saddr, daddr, 1000, 9, "hello", 5);
}

START_TEST(packets_for_others_are_dropped)
{
	addressed(PEER_ADDR, MY_ADDR + 9);
	expect_drop(SKB_DROP_IpInAddrErrors);
	addressed(PEER_ADDR, 0xe0000005);
	expect_drop(SKB_DROP_IpInAddrErrors);
	addressed(PEER_ADDR, 0x7f000001); /* loopback from a wire */
	expect_drop(SKB_DROP_IpInAddrErrors);
	udp_frame();
	f.bytes[5] ^= 4; /* another unicast MAC address */
	expect_drop(SKB_DROP_OtherHost);
}
END_TEST

START_TEST(forged_sources_are_dropped)
{
	static const uint32_t forged[] = {
		MY_ADDR, 0x7f000001, 0xe0000001, 0xffffffff, 0x0a0000ff, 0, 0x00000005,
	};

	for (unsigned int i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
		addressed(forged[i], MY_ADDR);
		expect_drop(SKB_DROP_IpMartianSource);
	}
}
END_TEST

START_TEST(broadcasts_are_delivered)
{
	frame_udp_from(&f, broadcast_mac, PEER_ADDR, 0xffffffff, 1000, 9, "a", 1);
	inject_and_run(&f);
	frame_udp_from(&f, broadcast_mac, PEER_ADDR, 0x0a0000ff, 1000, 9, "a", 1);
	inject_and_run(&f);
	frame_udp_from(&f, broadcast_mac, 0, 0xffffffff, 68, 67, "a", 1);
	inject_and_run(&f);
	ck_assert_uint_eq(delivered(), 3);
	ck_assert_uint_eq(bench.sent_count, 0); /* nobody listens, and nobody is told so */
}
END_TEST

START_TEST(options_are_skipped)
{
	static const uint8_t options[8] = {1, 1, 7, 3, 4, 0, 0, 0};
	struct iphdr *h;

	frame_eth(&f, bench.dev->dev_addr, peer_mac, ETH_P_IP);
	h = frame_ip(&f, PEER_ADDR, MY_ADDR, IPPROTO_ICMP);
	h->ihl = 7;
	frame_bytes(&f, options, sizeof(options));
	frame_bytes(&f, "\x08\x00\xf7\xff\x00\x00\x00\x00", 8); /* echo request, right checksum */
	frame_ip_finish(&f);
	learn_peer();
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(sent_ip(0)->ihl, 5);
	ck_assert_uint_eq(sent_payload(0)[0], ICMP_ECHOREPLY);
}
END_TEST

START_TEST(an_unknown_protocol_is_reported)
{
	learn_peer();
	frame_eth(&f, bench.dev->dev_addr, peer_mac, ETH_P_IP);
	frame_ip(&f, PEER_ADDR, MY_ADDR, 253);
	frame_bytes(&f, "12345678", 8);
	frame_ip_finish(&f);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_IpNoProto), 1);
	ck_assert_uint_eq(sent_payload(0)[0], ICMP_DEST_UNREACH);
	ck_assert_uint_eq(sent_payload(0)[1], ICMP_PROT_UNREACH);
}
END_TEST

START_TEST(an_unknown_ethertype_is_counted)
{
	frame_eth(&f, bench.dev->dev_addr, peer_mac, 0x86dd);
	frame_bytes(&f, "12345678", 8);
	inject_and_run(&f);
	ck_assert_uint_eq(drops(SKB_DROP_UnhandledProto), 1);
}
END_TEST

static int send_bytes(uint32_t daddr, uint32_t len, bool df)
{
	struct sk_buff *skb = alloc_skb(bench.net, MAX_HEADER + len);
	struct ip_send_info info = {.protocol = 253, .df = df};
	struct ip_route rt = {.daddr = htonl(daddr)};
	int err;

	local_bh_disable(bench.net);
	skb_reserve(skb, MAX_HEADER);
	fill_pattern(skb_put(skb, len), len, len);
	err = ip_route_output(bench.net, &rt);
	if (err)
		kfree_skb(skb);
	else
		err = ip_send_skb(bench.net, skb, &rt, &info);
	local_bh_enable(bench.net);
	run_briefly();
	return err;
}

START_TEST(what_is_too_large_leaves_in_fragments_that_cover_it_exactly)
{
	static uint8_t expect[65515];

	learn_peer();
	for (uint32_t len = 1481; len < 65515; len += 7919) {
		uint32_t at = 0;

		fill_pattern(expect, len, len);
		ck_assert_int_eq(send_bytes(PEER_ADDR, len, false), 0);
		for (unsigned int i = 0; i < bench.sent_count; i++) {
			const struct iphdr *h = sent_ip(i);
			uint32_t n = ntohs(h->tot_len) - 20u;
			bool last = i == bench.sent_count - 1;

			ck_assert_uint_le(ntohs(h->tot_len), 1500);
			ck_assert_uint_eq(ip_fast_csum(h, 5), 0);
			ck_assert_uint_eq(h->id, sent_ip(0)->id);
			ck_assert_uint_eq((ntohs(h->frag_off) & IP_OFFSET) * 8u, at);
			ck_assert_int_eq((h->frag_off & htons(IP_MF)) == 0, last);
			ck_assert_mem_eq(sent_payload(i), expect + at, n);
			at += n;
		}
		ck_assert_uint_eq(at, len);
		forget_sent();
	}
}
END_TEST

START_TEST(dont_fragment_is_obeyed)
{
	learn_peer();
	ck_assert_int_eq(send_bytes(PEER_ADDR, 1481, true), -EMSGSIZE);
	ck_assert_int_eq(send_bytes(PEER_ADDR, 1480, true), 0);
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(drops(SKB_DROP_IpTooBig), 1);
}
END_TEST

START_TEST(without_a_route_sending_fails)
{
	net_ipv4_configure(bench.dev, MY_ADDR, 24, 0);
	ck_assert_int_eq(send_bytes(0x08080808, 10, false), -ENETUNREACH);
	ck_assert_uint_eq(bench.net->mib[MIB_IpOutNoRoutes], 1);
}
END_TEST

static struct ip_route route_to(uint32_t daddr)
{
	struct ip_route rt = {.daddr = htonl(daddr)};

	ck_assert_int_eq(ip_route_output(bench.net, &rt), 0);
	return rt;
}

START_TEST(routes_choose_device_source_and_next_hop)
{
	struct ip_route rt = route_to(PEER_ADDR);

	ck_assert_ptr_eq(rt.dev, bench.dev);
	ck_assert_uint_eq(ntohl(rt.saddr), MY_ADDR);
	ck_assert_uint_eq(ntohl(rt.next_hop), PEER_ADDR);
	ck_assert_uint_eq(rt.mtu_bytes, 1500);
	rt = route_to(0x08080808);
	ck_assert_uint_eq(ntohl(rt.next_hop), GATEWAY_ADDR);
	rt = route_to(MY_ADDR);
	ck_assert(rt.local);
	ck_assert_ptr_eq(rt.dev, bench.net->loopback);
	ck_assert_uint_eq(ntohl(rt.saddr), MY_ADDR);
	rt = route_to(0x7f000055);
	ck_assert(rt.local);
	rt = route_to(0xffffffff);
	ck_assert_ptr_eq(rt.dev, bench.dev);
}
END_TEST

START_TEST(a_learnt_path_mtu_lowers_the_route_and_expires)
{
	uint32_t generation = bench.net->route_generation;

	ip_rt_update_pmtu(bench.net, htonl(0x08080808), 1200);
	ck_assert_uint_ne(bench.net->route_generation, generation);
	ck_assert_uint_eq(route_to(0x08080808).mtu_bytes, 1200);
	ck_assert_uint_eq(route_to(0x08080809).mtu_bytes, 1500);
	ip_rt_update_pmtu(bench.net, htonl(0x08080808), 1400); /* never raised by ICMP */
	ck_assert_uint_eq(route_to(0x08080808).mtu_bytes, 1200);
	ip_rt_update_pmtu(bench.net, htonl(0x08080808), 68); /* nor believed when absurd */
	ck_assert_uint_eq(route_to(0x08080808).mtu_bytes, IP_MIN_PMTU);
	run_for(601 * HOST_SECOND);
	ck_assert_uint_eq(route_to(0x08080808).mtu_bytes, 1500);
}
END_TEST

START_TEST(the_table_of_path_mtus_is_bounded)
{
	for (uint32_t i = 0; i < 1000; i++) {
		run_for(HOST_US);
		ip_rt_update_pmtu(bench.net, htonl(0x08080000 + i), 1200);
	}
	ck_assert_uint_eq(route_to(0x08080000 + 999).mtu_bytes, 1200);
	ck_assert_uint_eq(route_to(0x08080000 + 999 - 63).mtu_bytes, 1200);
	ck_assert_uint_eq(route_to(0x08080000).mtu_bytes, 1500);
}
END_TEST

START_TEST(random_frames_do_no_harm)
{
	struct host_random r;

	host_random_seed(&r, (uint64_t)_i, 77);
	for (unsigned int round = 0; round < 4000; round++) {
		udp_frame();
		iph()->protocol = (uint8_t[]){1, 6, 17, 253}[host_random_u64(&r) % 4];
		for (unsigned int n = host_random_u64(&r) % 6; n > 0; n--)
			f.bytes[host_random_u64(&r) % f.len] = (uint8_t)host_random_u64(&r);
		if (host_random_chance(&r, 0.8)) {
			iph()->check = 0;
			if (iph()->ihl * 4u + ETH_HLEN <= f.len)
				iph()->check = ip_fast_csum(iph(), iph()->ihl);
		}
		if (host_random_chance(&r, 0.2))
			f.len = (uint32_t)(host_random_u64(&r) % f.len);
		inject(&f);
		if (round % 50 == 0) {
			run_for(HOST_MS);
			forget_sent();
		}
	}
	run_for(40 * HOST_SECOND);
}
END_TEST

Suite *ip_suite(void)
{
	Suite *s = suite_create("ip");
	TCase *t = tcase_create("ip");

	tcase_add_checked_fixture(t, bench_setup, bench_teardown);
	tcase_add_test(t, a_good_packet_is_delivered);
	tcase_add_test(t, every_truncation_is_dropped_without_harm);
	tcase_add_test(t, a_malformed_header_is_dropped);
	tcase_add_test(t, every_flipped_header_bit_is_noticed);
	tcase_add_test(t, packets_for_others_are_dropped);
	tcase_add_test(t, forged_sources_are_dropped);
	tcase_add_test(t, broadcasts_are_delivered);
	tcase_add_test(t, options_are_skipped);
	tcase_add_test(t, an_unknown_protocol_is_reported);
	tcase_add_test(t, an_unknown_ethertype_is_counted);
	tcase_add_test(t, what_is_too_large_leaves_in_fragments_that_cover_it_exactly);
	tcase_add_test(t, dont_fragment_is_obeyed);
	tcase_add_test(t, without_a_route_sending_fails);
	tcase_add_test(t, routes_choose_device_source_and_next_hop);
	tcase_add_test(t, a_learnt_path_mtu_lowers_the_route_and_expires);
	tcase_add_test(t, the_table_of_path_mtus_is_bounded);
	tcase_add_loop_test(t, random_frames_do_no_harm, 0, 4);
	suite_add_tcase(s, t);
	return s;
}
