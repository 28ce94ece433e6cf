// SPDX-License-Identifier: MIT
/* A super-segment cut by software: the bytes and every header field of each piece. */
#include "stack_test.h"

#define TCP_WORDS 8 /* 12 bytes of options */
#define HEADERS	  (ETH_HLEN + 20 + TCP_WORDS * 4)

static uint8_t payload[65536];

static struct sk_buff *super_segment(uint32_t len, uint16_t mss, uint8_t flags)
{
	struct sk_buff *skb = alloc_skb(bench.net, MAX_HEADER);
	struct tcphdr *th;
	struct iphdr *iph;

	fill_pattern(payload, len, mss);
	skb_reserve(skb, MAX_HEADER);
	for (uint32_t at = 0; at < len;) {
		uint32_t n = len - at < 32768 ? len - at : 32768;
		struct skb_data *d = skb_data_alloc(bench.net->port, 32768);

		memcpy(d->bytes, payload + at, n);
		skb_add_frag(skb, d, 0, n);
		at += n;
	}
	th = skb_push(skb, TCP_WORDS * 4);
	memset(th, 1, TCP_WORDS * 4);
	th->seq = htonl(0xfffffff0);
	th->res1 = 0;
	th->doff = TCP_WORDS;
	th->flags = flags;
	th->check = csum_tcpudp_pseudo(htonl(MY_ADDR), htonl(PEER_ADDR), 0, IPPROTO_TCP);
	skb_reset_transport_header(skb);
	iph = skb_push(skb, sizeof(*iph));
	*iph = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.id = htons(0xfffe),
		.frag_off = htons(IP_DF),
		.ttl = 64,
		.protocol = IPPROTO_TCP,
		.saddr = htonl(MY_ADDR),
		.daddr = htonl(PEER_ADDR),
		.tot_len = htons((uint16_t)skb->len),
	};
	skb_reset_network_header(skb);
	memset(skb_push(skb, ETH_HLEN), 0xee, ETH_HLEN);
	skb_reset_mac_header(skb);
	skb->dev = bench.dev;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb->gso_size = mss;
	skb->gso_segs = (uint16_t)((len + mss - 1) / mss);
	skb->gso_type = SKB_GSO_TCPV4;
	return skb;
}

static bool tcp_sum_ok(const uint8_t *ip, uint32_t ip_len)
{
	const struct iphdr *iph = (const struct iphdr *)ip;

	return !csum_tcpudp_magic(iph->saddr, iph->daddr, ip_len - 20, IPPROTO_TCP,
				  csum_partial(ip + 20, ip_len - 20, 0));
}

static void check_piece(struct sk_buff *seg, uint32_t index, uint32_t at, uint32_t n, bool last,
			uint8_t flags, bool hw_csum)
{
	uint8_t flat[HEADERS + 9000];
	const struct iphdr *iph = (const struct iphdr *)(flat + ETH_HLEN);
	const struct tcphdr *th = (const struct tcphdr *)(flat + ETH_HLEN + 20);
	uint8_t expect = flags;

	if (!last)
		expect &= (uint8_t) ~(TCPHDR_FIN | TCPHDR_PSH);
	if (index)
		expect &= (uint8_t)~TCPHDR_CWR;
	ck_assert_uint_eq(seg->len, HEADERS + n);
	if (hw_csum) {
		ck_assert_uint_eq(seg->ip_summed, CHECKSUM_PARTIAL);
		ck_assert_int_eq(skb_checksum_help(seg), 0);
	}
	ck_assert_int_eq(skb_copy_bits(seg, 0, flat, seg->len), 0);
	ck_assert_uint_eq(seg->gso_size, 0);
	ck_assert_uint_eq(ntohs(iph->tot_len), seg->len - ETH_HLEN);
	ck_assert_uint_eq(ntohs(iph->id), (uint16_t)(0xfffe + index));
	ck_assert_uint_eq(ip_fast_csum(iph, 5), 0);
	ck_assert_uint_eq(ntohl(th->seq), (uint32_t)(0xfffffff0 + at));
	ck_assert_uint_eq(th->flags, expect);
	ck_assert(tcp_sum_ok(flat + ETH_HLEN, seg->len - ETH_HLEN));
	ck_assert_mem_eq(flat + HEADERS, payload + at, n);
}

static void cut_and_check(uint32_t len, uint16_t mss, uint8_t flags, bool hw_csum)
{
	struct sk_buff *skb = super_segment(len, mss, flags), *seg;
	struct sk_buff_head out;
	uint32_t at = 0, index = 0;

	ck_assert_int_eq(skb_gso_segment(bench.net, skb, hw_csum, &out), 0);
	do {
		uint32_t n = len - at < mss ? len - at : mss;

		seg = skb_dequeue(&out);
		ck_assert_ptr_nonnull(seg);
		check_piece(seg, index++, at, n, at + n == len, flags, hw_csum);
		at += n;
		consume_skb(seg);
	} while (at < len);
	ck_assert_uint_eq(out.qlen, 0);
}

START_TEST(pieces_carry_every_byte_and_right_headers)
{
	static const uint32_t lengths[] = {1, 1447, 1448, 1449, 2896, 14480, 30001, 64000};
	const uint8_t flags = TCPHDR_ACK | TCPHDR_PSH | TCPHDR_FIN | TCPHDR_CWR | TCPHDR_ECE;

	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		cut_and_check(lengths[i], 1448, flags, false);
		cut_and_check(lengths[i], 1448, TCPHDR_ACK, true);
	}
}
END_TEST

START_TEST(any_segment_size_works)
{
	for (uint16_t mss = 48; mss < 9000; mss = (uint16_t)(mss * 2 + 1))
		cut_and_check(20011, mss, TCPHDR_ACK | TCPHDR_PSH, false);
}
END_TEST

START_TEST(a_malformed_super_segment_is_refused_and_freed)
{
	struct sk_buff_head out;
	struct sk_buff *skb;

	for (unsigned int fault = 0; fault < 5; fault++) {
		skb = super_segment(5000, 1000, TCPHDR_ACK);
		switch (fault) {
		case 0:
			((struct tcphdr *)skb_transport_header(skb))->doff = 15;
			break;
		case 1:
			((struct tcphdr *)skb_transport_header(skb))->doff = 4;
			break;
		case 2:
			skb->gso_type = SKB_GSO_UDP;
			break;
		case 3:
			skb->transport_header = (uint16_t)(skb->transport_header + 200);
			break;
		case 4:
			((struct iphdr *)skb_network_header(skb))->ihl = 6;
			break;
		}
		ck_assert_int_lt(skb_gso_segment(bench.net, skb, false, &out), 0);
		ck_assert_uint_eq(out.qlen, 0);
	}
}
END_TEST

START_TEST(no_memory_half_way_leaks_nothing)
{
	for (uint64_t n = 0; n < 12; n++) {
		struct sk_buff *skb = super_segment(10000, 1000, TCPHDR_ACK);
		struct sk_buff_head out;

		skb_caches_drain(bench.net);
		host_fail_alloc_after(bench.host, n);
		ck_assert_int_lt(skb_gso_segment(bench.net, skb, false, &out), 0);
		ck_assert_uint_eq(out.qlen, 0);
		host_fail_alloc_after(bench.host, UINT64_MAX);
	}
}
END_TEST

static uint32_t given_back;

static void give_back(struct sk_buff *skb)
{
	given_back += skb->truesize;
}

START_TEST(the_owners_memory_comes_back_whole_with_the_last_piece)
{
	struct sk_buff *skb = super_segment(5000, 1000, TCPHDR_ACK);
	uint32_t truesize = skb->truesize;
	struct sk_buff_head out;

	given_back = 0;
	skb->destructor = give_back;
	ck_assert_int_eq(skb_gso_segment(bench.net, skb, false, &out), 0);
	for (unsigned int i = 0; i < 4; i++)
		consume_skb(skb_dequeue(&out));
	ck_assert_uint_eq(given_back, 0);
	consume_skb(skb_dequeue(&out));
	ck_assert_uint_eq(given_back, truesize);
}
END_TEST

START_TEST(a_device_without_tso_gets_wire_size_frames)
{
	struct sk_buff *skb = super_segment(10000, 1448, TCPHDR_ACK | TCPHDR_PSH);
	uint32_t at = 0;

	local_bh_disable(bench.net);
	ck_assert_int_eq(dev_queue_xmit(skb), 0);
	local_bh_enable(bench.net);
	run_briefly();
	ck_assert_uint_eq(bench.sent_count, 7);
	for (unsigned int i = 0; i < 7; i++) {
		uint32_t n = bench.sent[i].len - HEADERS;

		ck_assert(tcp_sum_ok(bench.sent[i].bytes + ETH_HLEN, bench.sent[i].len - ETH_HLEN));
		ck_assert_mem_eq(bench.sent[i].bytes + HEADERS, payload + at, n);
		at += n;
	}
	ck_assert_uint_eq(at, 10000);
	ck_assert_uint_eq(bench.dev->stats.tx_packets, 7 + 1 /* ARP announcement */);
}
END_TEST

Suite *gso_suite(void)
{
	Suite *s = suite_create("gso");
	TCase *t = tcase_create("gso");

	tcase_add_checked_fixture(t, bench_setup, bench_teardown);
	tcase_add_test(t, pieces_carry_every_byte_and_right_headers);
	tcase_add_test(t, any_segment_size_works);
	tcase_add_test(t, a_malformed_super_segment_is_refused_and_freed);
	tcase_add_test(t, no_memory_half_way_leaks_nothing);
	tcase_add_test(t, the_owners_memory_comes_back_whole_with_the_last_piece);
	tcase_add_test(t, a_device_without_tso_gets_wire_size_frames);
	suite_add_tcase(s, t);
	return s;
}
