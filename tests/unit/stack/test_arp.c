// SPDX-License-Identifier: MIT
/* ARP as the wire shows it: RFC 826, RFC 1122 2.3.2, RFC 5227. */
#include "stack_test.h"

static struct frame f;

#define OPERATION(n) (bench.sent[n].bytes[ETH_HLEN + 7])

/* A datagram to PEER_ADDR from outside every task, as a soft interrupt would send it. */
static void send_to(uint32_t daddr)
{
	struct sk_buff *skb = alloc_skb(bench.net, MAX_HEADER + 20);

	local_bh_disable(bench.net);
	skb_reserve(skb, MAX_HEADER);
	memset(skb_put(skb, 20), 7, 20);
	ip_build_and_send_pkt(bench.net, skb, 0, htonl(daddr), 253, 0, 0);
	local_bh_enable(bench.net);
}

static void answer_from(uint32_t spa, const uint8_t *mac)
{
	frame_arp(&f, bench.dev->dev_addr, 2, spa, mac, MY_ADDR);
	inject_and_run(&f);
}

START_TEST(a_request_for_our_address_is_answered)
{
	frame_arp(&f, broadcast_mac, 1, PEER_ADDR, peer_mac, MY_ADDR);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(ntohs(sent_eth(0)->h_proto), ETH_P_ARP);
	ck_assert_mem_eq(sent_eth(0)->h_dest, peer_mac, ETH_ALEN);
	ck_assert_mem_eq(bench.sent[0].bytes + ETH_HLEN,
			 ((uint8_t[]){0,  1, 8, 0, 6, 4,    0,	  2,	2,    0,    0,	0, 0, 1,
				      10, 0, 0, 1, 2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 10, 0, 0, 2}),
			 28);
}
END_TEST

START_TEST(who_asked_us_is_known_without_asking)
{
	learn_peer();
	send_to(PEER_ADDR);
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(ntohs(sent_eth(0)->h_proto), ETH_P_IP);
	ck_assert_mem_eq(sent_eth(0)->h_dest, peer_mac, ETH_ALEN);
}
END_TEST

START_TEST(a_request_for_another_address_is_not_answered)
{
	frame_arp(&f, broadcast_mac, 1, PEER_ADDR, peer_mac, MY_ADDR + 7);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 0);
}
END_TEST

START_TEST(packets_wait_for_the_answer_and_leave_in_order)
{
	for (unsigned int i = 0; i < 5; i++)
		send_to(PEER_ADDR);
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 1); /* one question for all */
	ck_assert_uint_eq(OPERATION(0), 1);
	ck_assert_mem_eq(sent_eth(0)->h_dest, broadcast_mac, ETH_ALEN);
	answer_from(PEER_ADDR, peer_mac);
	ck_assert_uint_eq(bench.sent_count, 6);
	for (unsigned int i = 1; i < 6; i++)
		ck_assert_uint_eq(ntohs(sent_ip(i)->id), (uint16_t)(ntohs(sent_ip(1)->id) + i - 1));
}
END_TEST

START_TEST(it_asks_three_times_a_second_apart_then_gives_up)
{
	send_to(PEER_ADDR);
	run_for(10 * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 3);
	for (unsigned int i = 1; i < 3; i++)
		ck_assert_uint_eq(bench.sent[i].time_ns - bench.sent[i - 1].time_ns, HOST_SECOND);
	ck_assert_uint_eq(drops(SKB_DROP_NeighFailed), 1);
	ck_assert_uint_eq(bench.net->mib[MIB_ArpFailures], 1);
	send_to(PEER_ADDR); /* and is ready to ask again */
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 4);
}
END_TEST

START_TEST(the_queue_of_waiting_packets_is_bounded_and_keeps_the_latest)
{
	for (unsigned int i = 0; i < 100; i++)
		send_to(PEER_ADDR);
	ck_assert_uint_eq(drops(SKB_DROP_NeighQueueFull), 36);
	answer_from(PEER_ADDR, peer_mac);
	ck_assert_uint_eq(bench.sent_count, 1 + 64);
}
END_TEST

START_TEST(a_stale_neighbour_is_used_and_asked_directly)
{
	send_to(PEER_ADDR);
	answer_from(PEER_ADDR, peer_mac);
	forget_sent();
	run_for(50 * HOST_SECOND); /* longer than any reachable time */
	send_to(PEER_ADDR);
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(ntohs(sent_eth(0)->h_proto), ETH_P_IP);
	run_for(5 * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 2);
	ck_assert_uint_eq(ntohs(sent_eth(1)->h_proto), ETH_P_ARP);
	ck_assert_mem_eq(sent_eth(1)->h_dest, peer_mac, ETH_ALEN); /* unicast */
	answer_from(PEER_ADDR, peer_mac);
	forget_sent();
	run_for(10 * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 0); /* confirmed: no more questions */
}
END_TEST

START_TEST(a_gratuitous_announcement_updates_only_whom_we_know)
{
	static const uint8_t new_mac[ETH_ALEN] = {2, 9, 9, 9, 9, 9};

	frame_arp(&f, broadcast_mac, 1, PEER_ADDR + 5, new_mac, PEER_ADDR + 5);
	inject_and_run(&f); /* a stranger: not remembered */
	send_to(PEER_ADDR + 5);
	ck_assert_uint_eq(OPERATION(0), 1);
	learn_peer();
	run_for(2 * HOST_SECOND);
	forget_sent();
	frame_arp(&f, broadcast_mac, 1, PEER_ADDR, new_mac, PEER_ADDR);
	inject_and_run(&f);
	send_to(PEER_ADDR);
	run_briefly();
	ck_assert_mem_eq(sent_eth(bench.sent_count - 1)->h_dest, new_mac, ETH_ALEN);
}
END_TEST

START_TEST(a_second_answer_within_a_second_does_not_replace_the_first)
{
	static const uint8_t liar[ETH_ALEN] = {2, 6, 6, 6, 6, 6};

	send_to(PEER_ADDR);
	answer_from(PEER_ADDR, peer_mac);
	answer_from(PEER_ADDR, liar);
	forget_sent();
	send_to(PEER_ADDR);
	run_briefly();
	ck_assert_mem_eq(sent_eth(0)->h_dest, peer_mac, ETH_ALEN);
}
END_TEST

START_TEST(an_address_probe_is_answered_but_not_remembered)
{
	uint64_t memory;

	learn_peer(); /* fills the caches that count as memory */
	memory = host_memory_bytes(bench.host);
	frame_arp(&f, broadcast_mac, 1, 0, peer_mac, MY_ADDR);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(OPERATION(0), 2);
	ck_assert_uint_eq(host_memory_bytes(bench.host), memory);
}
END_TEST

START_TEST(malformed_packets_are_dropped_and_counted)
{
	static const struct {
		unsigned int at;
		uint8_t value;
	} faults[] = {
		{1, 2}, {2, 9},	   {4, 5},    {5, 6},	 {7, 3},
		{8, 1}, {14, 224}, {14, 127}, {24, 224}, {24, 127},
	};

	for (unsigned int i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		frame_arp(&f, broadcast_mac, 1, PEER_ADDR, peer_mac, MY_ADDR);
		f.bytes[ETH_HLEN + faults[i].at] = faults[i].value;
		inject_and_run(&f);
		ck_assert_uint_eq(drops(SKB_DROP_ArpInvalid), i + 1);
	}
	for (uint32_t len = ETH_HLEN; len < ETH_HLEN + 28; len++) {
		uint64_t before = drops(SKB_DROP_ArpInvalid);

		frame_arp(&f, broadcast_mac, 1, PEER_ADDR, peer_mac, MY_ADDR);
		f.len = len;
		inject_and_run(&f);
		ck_assert_uint_eq(drops(SKB_DROP_ArpInvalid), before + 1);
	}
	ck_assert_uint_eq(bench.sent_count, 0);
}
END_TEST

START_TEST(somebody_elses_use_of_our_address_changes_nothing)
{
	frame_arp(&f, broadcast_mac, 1, MY_ADDR, peer_mac, MY_ADDR);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(drops(SKB_DROP_ArpInvalid), 1);
}
END_TEST

START_TEST(the_table_is_bounded_and_still_works_when_full)
{
	for (uint32_t i = 0; i < 2000; i++) {
		frame_arp(&f, broadcast_mac, 1, 0x0a000100 + i, peer_mac, MY_ADDR);
		inject(&f);
		if (i % 100 == 0)
			run_briefly();
	}
	run_briefly();
	ck_assert_uint_ge(bench.net->mib[MIB_ArpTableFull], 2000 - 512 - 1);
	forget_sent();
	send_to(PEER_ADDR);
	answer_from(PEER_ADDR, peer_mac);
	ck_assert_uint_eq(ntohs(sent_eth(1)->h_proto), ETH_P_IP);
}
END_TEST

START_TEST(off_link_destinations_go_to_the_gateway)
{
	static const uint8_t gateway_mac[ETH_ALEN] = {2, 1, 2, 3, 4, 5};

	send_to(0x08080808);
	run_briefly();
	ck_assert_mem_eq(bench.sent[0].bytes + ETH_HLEN + 24, ((uint8_t[]){10, 0, 0, 254}), 4);
	answer_from(GATEWAY_ADDR, gateway_mac);
	ck_assert_mem_eq(sent_eth(1)->h_dest, gateway_mac, ETH_ALEN);
	ck_assert_uint_eq(ntohl(sent_ip(1)->daddr), 0x08080808);
}
END_TEST

START_TEST(a_configured_address_is_announced)
{
	net_ipv4_configure(bench.dev, MY_ADDR + 1, 24, 0);
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_mem_eq(bench.sent[0].bytes + ETH_HLEN + 14, ((uint8_t[]){10, 0, 0, 2}), 4);
	ck_assert_mem_eq(bench.sent[0].bytes + ETH_HLEN + 24, ((uint8_t[]){10, 0, 0, 2}), 4);
}
END_TEST

Suite *arp_suite(void)
{
	Suite *s = suite_create("arp");
	TCase *t = tcase_create("arp");

	tcase_add_checked_fixture(t, bench_setup, bench_teardown);
	tcase_add_test(t, a_request_for_our_address_is_answered);
	tcase_add_test(t, who_asked_us_is_known_without_asking);
	tcase_add_test(t, a_request_for_another_address_is_not_answered);
	tcase_add_test(t, packets_wait_for_the_answer_and_leave_in_order);
	tcase_add_test(t, it_asks_three_times_a_second_apart_then_gives_up);
	tcase_add_test(t, the_queue_of_waiting_packets_is_bounded_and_keeps_the_latest);
	tcase_add_test(t, a_stale_neighbour_is_used_and_asked_directly);
	tcase_add_test(t, a_gratuitous_announcement_updates_only_whom_we_know);
	tcase_add_test(t, a_second_answer_within_a_second_does_not_replace_the_first);
	tcase_add_test(t, an_address_probe_is_answered_but_not_remembered);
	tcase_add_test(t, malformed_packets_are_dropped_and_counted);
	tcase_add_test(t, somebody_elses_use_of_our_address_changes_nothing);
	tcase_add_test(t, the_table_is_bounded_and_still_works_when_full);
	tcase_add_test(t, off_link_destinations_go_to_the_gateway);
	tcase_add_test(t, a_configured_address_is_announced);
	suite_add_tcase(s, t);
	return s;
}
