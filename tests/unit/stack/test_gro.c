// SPDX-License-Identifier: MIT
/* Receive merging: what IP gets for what the card delivered. */
#include "stack_test.h"

#define PASSED_MAX 256

/* What went to IP. */
static struct {
	bool capture;
	struct sk_buff *skb[PASSED_MAX];
	unsigned int count;
} passed;

void __real_ip_rcv(struct sk_buff *skb);
void __wrap_ip_rcv(struct sk_buff *skb);

void __wrap_ip_rcv(struct sk_buff *skb)
{
	if (!passed.capture) {
		__real_ip_rcv(skb);
		return;
	}
	ck_assert_uint_lt(passed.count, PASSED_MAX);
	passed.skb[passed.count++] = skb;
}

static struct napi_struct napi;
static uint8_t stream[200000];

static int no_poll(struct napi_struct *n, int budget)
{
	(void)n;
	(void)budget;
	return 0;
}

static void setup(void)
{
	bench_setup();
	netif_napi_add(bench.dev, &napi, no_poll);
	napi_enable(&napi);
	fill_pattern(stream, sizeof(stream), 11);
	passed.capture = true;
	passed.count = 0;
	local_bh_disable(bench.net);
}

static void teardown(void)
{
	local_bh_enable(bench.net);
	for (unsigned int i = 0; i < passed.count; i++)
		consume_skb(passed.skb[i]);
	passed.capture = false;
	bench_teardown();
}

struct segment {
	uint32_t at, len; /* of the stream */
	uint8_t flags;
	uint32_t ack;
	uint32_t ts; /* the time-stamp option's value */
	uint16_t port;
	uint8_t tos, ttl;
	bool bad_checksum, ip_options;
	uint32_t pad; /* bytes of Ethernet padding */
};

static struct segment seg(uint32_t at, uint32_t len)
{
	return (struct segment){.at = at,
				.len = len,
				.flags = TCPHDR_ACK,
				.ack = 1,
				.ts = 5,
				.port = 80,
				.ttl = 64};
}

static void put_tcp(struct frame *f, const struct segment *s)
{
	uint8_t options[12] = {1, 1, 8, 10};
	struct tcphdr th = {.source = htons(s->port),
			    .dest = htons(5000),
			    .seq = htonl(0xffff0000 + s->at),
			    .ack_seq = htonl(s->ack),
			    .doff = 8,
			    .flags = s->flags,
			    .window = htons(500)};
	uint8_t *start = f->bytes + f->len;
	uint32_t len = 32 + s->len;

	put_unaligned_be32(s->ts, options + 4);
	frame_bytes(f, &th, sizeof(th));
	frame_bytes(f, options, sizeof(options));
	frame_bytes(f, stream + s->at, s->len);
	th.check = csum_tcpudp_magic(htonl(PEER_ADDR), htonl(MY_ADDR), len, IPPROTO_TCP,
				     csum_partial(start, len, 0));
	if (s->bad_checksum)
		th.check ^= 0x100;
	memcpy(start, &th, sizeof(th));
}

/* As a driver does it. */
static void deliver(struct segment s)
{
	static struct frame f;
	struct sk_buff *skb;
	struct iphdr *iph;

	frame_eth(&f, bench.dev->dev_addr, peer_mac, ETH_P_IP);
	iph = frame_ip(&f, PEER_ADDR, MY_ADDR, IPPROTO_TCP);
	iph->tos = s.tos;
	iph->ttl = s.ttl;
	iph->frag_off = htons(IP_DF);
	if (s.ip_options) {
		iph->ihl = 6;
		frame_bytes(&f, "\1\1\1\1", 4);
	}
	put_tcp(&f, &s);
	frame_ip_finish(&f);
	frame_bytes(&f, stream, s.pad);
	skb = netdev_alloc_skb_ip_align(bench.dev, f.len);
	memcpy(skb_put(skb, f.len), f.bytes, f.len);
	napi_gro_receive(&napi, skb);
}

/* The n-th packet passed up is sound and holds stream[at, at + len) made of `segs` segments. */
static void check_passed(unsigned int n, uint32_t at, uint32_t len, uint16_t segs)
{
	struct sk_buff *skb = passed.skb[n];
	uint8_t *flat = malloc(skb->len);
	const struct iphdr *iph = (const struct iphdr *)flat;
	const struct tcphdr *th = (const struct tcphdr *)(flat + 20);

	ck_assert_uint_lt(n, passed.count);
	ck_assert_uint_eq(skb->len, 52 + len);
	ck_assert_int_eq(skb_copy_bits(skb, 0, flat, skb->len), 0);
	ck_assert_uint_eq(ntohs(iph->tot_len), skb->len);
	ck_assert_uint_eq(ip_fast_csum(iph, 5), 0);
	ck_assert_uint_eq(ntohl(th->seq), 0xffff0000 + at);
	ck_assert_mem_eq(flat + 52, stream + at, len);
	ck_assert_uint_eq(skb->gso_segs, segs > 1 ? segs : 0);
	ck_assert_uint_eq(skb->ip_summed, CHECKSUM_UNNECESSARY);
	free(flat);
}

START_TEST(segments_in_sequence_become_one_packet)
{
	for (uint32_t i = 0; i < 10; i++)
		deliver(seg(i * 1448, 1448));
	ck_assert_uint_eq(passed.count, 0);
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 1);
	check_passed(0, 0, 14480, 10);
	ck_assert_uint_eq(passed.skb[0]->gso_size, 1448);
}
END_TEST

START_TEST(no_payload_is_copied)
{
	uint64_t blocks = bench.net->blocks_alive;

	for (uint32_t i = 0; i < 10; i++)
		deliver(seg(i * 1448, 1448));
	napi_gro_flush(&napi);
	ck_assert_uint_eq(bench.net->blocks_alive, blocks + 10);
	ck_assert_uint_eq(passed.skb[0]->nr_frags, 9);
	ck_assert_uint_ge(passed.skb[0]->truesize, 10 * 1448);
}
END_TEST

START_TEST(the_sequence_number_may_wrap)
{
	for (uint32_t i = 0; i < 5; i++)
		deliver(seg(60000 + i * 1448, 1448)); /* crosses 2^32 at 65536 */
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 1);
	check_passed(0, 60000, 5 * 1448, 5);
}
END_TEST

START_TEST(push_or_fin_ends_the_packet_at_once)
{
	struct segment s = seg(1448, 1448);

	deliver(seg(0, 1448));
	s.flags |= _i ? TCPHDR_FIN : TCPHDR_PSH;
	deliver(s);
	ck_assert_uint_eq(passed.count, 1);
	check_passed(0, 0, 2896, 2);
	ck_assert(((struct tcphdr *)(passed.skb[0]->data + 20))->flags == s.flags);
	deliver(seg(2896, 1448));
	napi_gro_flush(&napi);
	check_passed(1, 2896, 1448, 1);
}
END_TEST

START_TEST(a_short_segment_is_taken_and_ends_the_packet)
{
	deliver(seg(0, 1448));
	deliver(seg(1448, 100));
	ck_assert_uint_eq(passed.count, 1);
	check_passed(0, 0, 1548, 2);
}
END_TEST

START_TEST(a_longer_segment_starts_anew)
{
	deliver(seg(0, 1000));
	deliver(seg(1000, 1448));
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 2);
	check_passed(0, 0, 1000, 1);
	check_passed(1, 1000, 1448, 1);
}
END_TEST

START_TEST(a_gap_is_not_bridged_and_order_is_kept)
{
	deliver(seg(0, 1448));
	deliver(seg(2896, 1448));
	deliver(seg(1448, 1448));
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 3);
	check_passed(0, 0, 1448, 1);
	check_passed(1, 2896, 1448, 1);
	check_passed(2, 1448, 1448, 1);
}
END_TEST

START_TEST(what_says_something_else_is_not_merged)
{
	struct segment s = seg(1448, 1448);

	switch (_i) {
	case 0:
		s.ts++;
		break;
	case 1:
		s.ack++;
		break;
	case 2:
		s.tos = 3; /* CE */
		break;
	case 3:
		s.ttl--;
		break;
	case 4:
		s.flags |= TCPHDR_ECE;
		break;
	case 5:
		s.flags |= TCPHDR_CWR;
		break;
	case 6:
		s.flags |= TCPHDR_URG;
		break;
	}
	deliver(seg(0, 1448));
	deliver(s);
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 2);
	check_passed(0, 0, 1448, 1);
	check_passed(1, 1448, 1448, 1);
}
END_TEST

START_TEST(pure_acks_pass_at_once_behind_the_data_before_them)
{
	deliver(seg(0, 1448));
	deliver(seg(1448, 0));
	ck_assert_uint_eq(passed.count, 2);
	check_passed(0, 0, 1448, 1);
	check_passed(1, 1448, 0, 1);
}
END_TEST

START_TEST(a_damaged_segment_goes_up_alone_for_tcp_to_judge)
{
	struct segment s = seg(1448, 1448);

	s.bad_checksum = true;
	deliver(seg(0, 1448));
	deliver(s);
	ck_assert_uint_eq(passed.count, 2);
	check_passed(0, 0, 1448, 1);
	ck_assert_uint_eq(passed.skb[1]->ip_summed, CHECKSUM_NONE);
}
END_TEST

START_TEST(ip_options_are_left_alone)
{
	struct segment s = seg(1448, 1448);

	s.ip_options = true;
	deliver(seg(0, 1448));
	deliver(s);
	ck_assert_uint_eq(passed.count, 2);
}
END_TEST

START_TEST(padding_of_short_frames_does_not_enter_the_stream)
{
	struct segment s = seg(0, 3);

	s.pad = 6;
	deliver(s);
	deliver(seg(3, 3));
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 1);
	check_passed(0, 0, 6, 2);
}
END_TEST

START_TEST(the_merge_ends_when_the_fragments_do)
{
	for (uint32_t i = 0; i < 2 * (MAX_SKB_FRAGS + 1); i++)
		deliver(seg(i * 1448, 1448));
	ck_assert_uint_eq(passed.count, 2);
	check_passed(0, 0, (MAX_SKB_FRAGS + 1) * 1448, MAX_SKB_FRAGS + 1);
}
END_TEST

START_TEST(a_merged_packet_stays_below_64_kib)
{
	for (uint32_t i = 0; i < 10; i++)
		deliver(seg(i * 8948, 8948));
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 2);
	check_passed(0, 0, 7 * 8948, 7);
	check_passed(1, 7 * 8948, 3 * 8948, 3);
}
END_TEST

START_TEST(flows_are_kept_apart_and_at_most_eight_wait)
{
	for (uint32_t i = 0; i < 3; i++)
		for (uint16_t port = 1; port <= 8; port++) {
			struct segment s = seg(i * 1000, 1000);

			s.port = port;
			deliver(s);
		}
	ck_assert_uint_eq(passed.count, 0);
	{
		struct segment ninth = seg(0, 1000);

		ninth.port = 9;
		deliver(ninth);
	}
	ck_assert_uint_eq(passed.count, 1); /* the oldest gave way */
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 9);
	for (unsigned int i = 0; i < 8; i++)
		check_passed(i, 0, 3000, 3);
}
END_TEST

START_TEST(random_segment_sizes_flags_and_polls_lose_no_byte)
{
	struct host_random r;
	uint32_t at = 0, got = 0;

	host_random_seed(&r, (uint64_t)_i, 0);
	while (at < 100000) {
		uint32_t n = 1 + (uint32_t)(host_random_u64(&r) % 1448);
		struct segment s = seg(at, host_random_chance(&r, 0.7) ? 1448 : n);

		if (host_random_chance(&r, 0.1))
			s.flags |= TCPHDR_PSH;
		deliver(s);
		at += s.len;
		if (host_random_chance(&r, 0.05))
			napi_gro_flush(&napi);
	}
	napi_gro_flush(&napi);
	for (unsigned int i = 0; i < passed.count; i++) {
		struct sk_buff *skb = passed.skb[i];
		uint32_t len = skb->len - 52;

		check_passed(i, got, len, skb->gso_segs ? skb->gso_segs : 1);
		got += len;
	}
	ck_assert_uint_eq(got, at);
}
END_TEST

START_TEST(disabling_napi_frees_what_is_held)
{
	deliver(seg(0, 1448));
	deliver(seg(1448, 1448));
	napi_disable(&napi);
	ck_assert_uint_eq(napi.gro_list.qlen, 0);
	ck_assert_uint_eq(passed.count, 0);
}
END_TEST

Suite *gro_suite(void)
{
	Suite *s = suite_create("gro");
	TCase *t = tcase_create("gro");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, segments_in_sequence_become_one_packet);
	tcase_add_test(t, no_payload_is_copied);
	tcase_add_test(t, the_sequence_number_may_wrap);
	tcase_add_loop_test(t, push_or_fin_ends_the_packet_at_once, 0, 2);
	tcase_add_test(t, a_short_segment_is_taken_and_ends_the_packet);
	tcase_add_test(t, a_longer_segment_starts_anew);
	tcase_add_test(t, a_gap_is_not_bridged_and_order_is_kept);
	tcase_add_loop_test(t, what_says_something_else_is_not_merged, 0, 7);
	tcase_add_test(t, pure_acks_pass_at_once_behind_the_data_before_them);
	tcase_add_test(t, a_damaged_segment_goes_up_alone_for_tcp_to_judge);
	tcase_add_test(t, ip_options_are_left_alone);
	tcase_add_test(t, padding_of_short_frames_does_not_enter_the_stream);
	tcase_add_test(t, the_merge_ends_when_the_fragments_do);
	tcase_add_test(t, a_merged_packet_stays_below_64_kib);
	tcase_add_test(t, flows_are_kept_apart_and_at_most_eight_wait);
	tcase_add_loop_test(t, random_segment_sizes_flags_and_polls_lose_no_byte, 0, 4);
	tcase_add_test(t, disabling_napi_frees_what_is_held);
	suite_add_tcase(s, t);
	return s;
}
