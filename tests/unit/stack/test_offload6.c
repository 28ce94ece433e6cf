// SPDX-License-Identifier: MIT
/* Segmentation and merging of TCP over IPv6: each piece right, and merged back to what it was. */
#include "ip6_frames.h"

#define TCP_BYTES  32
#define HEADERS	   (ETH_HLEN + 40 + TCP_BYTES)
#define PASSED_MAX 64

static uint8_t payload[65536];

/* What went to IPv6. */
static struct {
	bool capture;
	struct sk_buff *skb[PASSED_MAX];
	unsigned int count;
} passed;

void __real_ipv6_rcv(struct sk_buff *skb);
void __wrap_ipv6_rcv(struct sk_buff *skb);

void __wrap_ipv6_rcv(struct sk_buff *skb)
{
	if (!passed.capture) {
		__real_ipv6_rcv(skb);
		return;
	}
	ck_assert_uint_lt(passed.count, PASSED_MAX);
	passed.skb[passed.count++] = skb;
}

static struct sk_buff *super_segment(uint32_t len, uint16_t mss, uint8_t flags)
{
	struct sk_buff *skb = alloc_skb(bench.net, MAX_HEADER);
	struct tcphdr *th;
	struct ipv6hdr *h;

	fill_pattern(payload, len, mss);
	skb_reserve(skb, MAX_HEADER);
	for (uint32_t at = 0; at < len;) {
		uint32_t n = len - at < 32768 ? len - at : 32768;
		struct skb_data *d = skb_data_alloc(bench.net->port, 32768);

		memcpy(d->bytes, payload + at, n);
		skb_add_frag(skb, d, 0, n);
		at += n;
	}
	th = skb_push(skb, TCP_BYTES);
	memset(th, 1, TCP_BYTES);
	th->seq = htonl(0xfffffff0);
	th->res1 = 0;
	th->doff = TCP_BYTES / 4;
	th->flags = flags;
	skb_reset_transport_header(skb);
	h = skb_push(skb, sizeof(*h));
	*h = (struct ipv6hdr){.flow = htonl(6u << 28 | 0x30u << 20),
			      .payload_len = htons((uint16_t)(TCP_BYTES + len)),
			      .nexthdr = IPPROTO_TCP,
			      .hop_limit = 64,
			      .saddr = MY_ADDR6,
			      .daddr = PEER_ADDR6};
	skb_reset_network_header(skb);
	memset(skb_push(skb, ETH_HLEN), 0xee, ETH_HLEN);
	skb_reset_mac_header(skb);
	skb->dev = bench.dev;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb->gso_size = mss;
	skb->gso_segs = (uint16_t)((len + mss - 1) / mss);
	skb->gso_type = SKB_GSO_TCPV6;
	return skb;
}

static void check_piece(struct sk_buff *seg, uint32_t index, uint32_t at, uint32_t n, bool last,
			uint8_t flags)
{
	static uint8_t flat[HEADERS + 9000];
	const struct ipv6hdr *h = (const struct ipv6hdr *)(flat + ETH_HLEN);
	const struct tcphdr *th = (const struct tcphdr *)(h + 1);
	uint8_t expect = flags;

	if (!last)
		expect &= (uint8_t) ~(TCPHDR_FIN | TCPHDR_PSH);
	if (index)
		expect &= (uint8_t)~TCPHDR_CWR;
	ck_assert_uint_eq(seg->len, HEADERS + n);
	ck_assert_int_eq(skb_checksum_help(seg), 0);
	ck_assert_int_eq(skb_copy_bits(seg, 0, flat, seg->len), 0);
	ck_assert_uint_eq(seg->gso_size, 0);
	ck_assert_uint_eq(ntohs(h->payload_len), TCP_BYTES + n);
	ck_assert_uint_eq(ntohl(h->flow), 6u << 28 | 0x30u << 20);
	ck_assert_uint_eq(ntohl(th->seq), (uint32_t)(0xfffffff0 + at));
	ck_assert_uint_eq(th->flags, expect);
	ck_assert_uint_eq(
		csum_fold(csum_ipv6_nofold(&h->saddr, &h->daddr, TCP_BYTES + n, IPPROTO_TCP,
					   csum_partial(th, TCP_BYTES + n, 0))),
		0);
	ck_assert_mem_eq(flat + HEADERS, payload + at, n);
}

static void cut_and_check(uint32_t len, uint16_t mss, uint8_t flags, bool hw_csum)
{
	struct sk_buff_head out;
	uint32_t at = 0, index = 0;

	ck_assert_int_eq(skb_gso_segment(bench.net, super_segment(len, mss, flags), hw_csum, &out),
			 0);
	while (at < len) {
		uint32_t n = len - at < mss ? len - at : mss;
		struct sk_buff *seg = skb_dequeue(&out);

		ck_assert_ptr_nonnull(seg);
		check_piece(seg, index++, at, n, at + n == len, flags);
		at += n;
		consume_skb(seg);
	}
	ck_assert_uint_eq(out.qlen, 0);
}

START_TEST(every_piece_of_a_super_segment_is_right)
{
	const uint8_t flags = TCPHDR_ACK | TCPHDR_PSH | TCPHDR_FIN | TCPHDR_CWR;

	local_bh_disable(bench.net);
	cut_and_check(14280, 1428, flags, true); /* an exact multiple */
	cut_and_check(64000, 1428, flags, false);
	cut_and_check(1429, 1428, flags, true);
	cut_and_check(999, 7, flags, true);
	local_bh_enable(bench.net);
}
END_TEST

START_TEST(a_super_segment_with_extension_headers_is_refused)
{
	struct sk_buff *skb;
	struct sk_buff_head out;

	local_bh_disable(bench.net);
	skb = super_segment(5000, 1000, TCPHDR_ACK);
	skb->network_header = (uint16_t)(skb->network_header - 8);
	ck_assert_int_eq(skb_gso_segment(bench.net, skb, true, &out), -EINVAL);
	skb = super_segment(5000, 1000, TCPHDR_ACK);
	skb->head[skb->network_header] = 0x45;
	ck_assert_int_eq(skb_gso_segment(bench.net, skb, true, &out), -EINVAL);
	local_bh_enable(bench.net);
}
END_TEST

/* ---- merging ---- */

static struct napi_struct napi;

static int no_poll(struct napi_struct *n, int budget)
{
	(void)n;
	(void)budget;
	return 0;
}

struct segment {
	uint32_t at, len;
	uint8_t flags, tclass, hop_limit, nexthdr;
	uint16_t bad; /* spoils the checksum */
	uint32_t pad; /* bytes of Ethernet padding */
};

static void deliver(struct segment s)
{
	static struct frame f;
	const struct tcphdr th = {.source = htons(80),
				  .dest = htons(5000),
				  .seq = htonl(1000 + s.at),
				  .doff = 5,
				  .flags = s.flags ? s.flags : TCPHDR_ACK};
	struct ipv6hdr *h;
	struct sk_buff *skb;

	h = frame6(&f, PEER_ADDR6, MY_ADDR6, s.nexthdr ? s.nexthdr : IPPROTO_TCP);
	h->flow = htonl(6u << 28 | (uint32_t)s.tclass << 20);
	if (s.hop_limit)
		h->hop_limit = s.hop_limit;
	if (s.nexthdr == NEXTHDR_DEST)
		frame_bytes(&f, (const uint8_t[]){IPPROTO_TCP, 0, 1, 4, 0, 0, 0, 0}, 8);
	frame_bytes(&f, &th, sizeof(th));
	frame_bytes(&f, payload + s.at, s.len);
	frame6_checksum(&f, s.nexthdr == NEXTHDR_DEST ? 48 : 40, IPPROTO_TCP, 16);
	f.bytes[ETH_HLEN + 40 + 16] ^= (uint8_t)s.bad;
	frame_bytes(&f, payload, s.pad);
	skb = netdev_alloc_skb_ip_align(bench.dev, f.len);
	memcpy(skb_put(skb, f.len), f.bytes, f.len);
	napi_gro_receive(&napi, skb);
}

static void expect(unsigned int n, uint32_t at, uint32_t len, uint16_t segs)
{
	static uint8_t flat[70000];
	struct sk_buff *skb = passed.skb[n];
	const struct ipv6hdr *h = (const struct ipv6hdr *)flat;

	ck_assert_uint_lt(n, passed.count);
	ck_assert_uint_eq(skb->len, 60 + len);
	ck_assert_int_eq(skb_copy_bits(skb, 0, flat, skb->len), 0);
	ck_assert_uint_eq(ntohs(h->payload_len), 20 + len);
	ck_assert_mem_eq(flat + 60, payload + at, len);
	ck_assert_uint_eq(skb->gso_segs, segs > 1 ? segs : 0);
	ck_assert_uint_eq(skb->gso_type, segs > 1 ? SKB_GSO_TCPV6 : SKB_GSO_NONE);
}

static void merge_setup(void)
{
	bench6_setup();
	netif_napi_add(bench.dev, &napi, no_poll);
	napi_enable(&napi);
	fill_pattern(payload, sizeof(payload), 21);
	passed.capture = true;
	passed.count = 0;
	local_bh_disable(bench.net);
}

static void merge_teardown(void)
{
	local_bh_enable(bench.net);
	for (unsigned int i = 0; i < passed.count; i++)
		consume_skb(passed.skb[i]);
	passed.capture = false;
	bench_teardown();
}

START_TEST(segments_in_sequence_become_one_packet)
{
	for (uint32_t i = 0; i < 10; i++)
		deliver((struct segment){.at = i * 1400, .len = 1400});
	ck_assert_uint_eq(passed.count, 0);
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 1);
	expect(0, 0, 14000, 10);
}
END_TEST

START_TEST(what_differs_is_not_merged)
{
	deliver((struct segment){.at = 0, .len = 100});
	deliver((struct segment){.at = 100, .len = 100, .tclass = 3}); /* CE mark */
	deliver((struct segment){.at = 200, .len = 100, .tclass = 3, .hop_limit = 63});
	deliver((struct segment){.at = 400, .len = 100, .tclass = 3, .hop_limit = 63}); /* a hole */
	napi_gro_flush(&napi);
	ck_assert_uint_eq(passed.count, 4);
	for (uint32_t i = 0; i < 3; i++)
		expect(i, i * 100, 100, 1);
}
END_TEST

START_TEST(nothing_is_merged_unseen)
{
	deliver((struct segment){.at = 0, .len = 100});
	deliver((struct segment){.at = 100, .len = 100, .bad = 1});
	ck_assert_uint_eq(passed.count, 2); /* the flow before it, and it itself */
	deliver((struct segment){.at = 200, .len = 100});
	deliver((struct segment){.at = 300, .len = 100, .nexthdr = NEXTHDR_DEST});
	ck_assert_uint_eq(passed.count, 4); /* an odd segment does not overtake its flow */
}
END_TEST

START_TEST(padding_is_cut_off)
{
	deliver((struct segment){.at = 0, .len = 100, .pad = 30});
	deliver((struct segment){.at = 100, .len = 100, .pad = 30});
	napi_gro_flush(&napi);
	expect(0, 0, 200, 2);
}
END_TEST

Suite *offload6_suite(void)
{
	Suite *s = suite_create("offload6");
	TCase *t = tcase_create("segmentation");

	tcase_add_checked_fixture(t, bench6_setup, bench_teardown);
	tcase_add_test(t, every_piece_of_a_super_segment_is_right);
	tcase_add_test(t, a_super_segment_with_extension_headers_is_refused);
	suite_add_tcase(s, t);
	t = tcase_create("merging");
	tcase_add_checked_fixture(t, merge_setup, merge_teardown);
	tcase_add_test(t, segments_in_sequence_become_one_packet);
	tcase_add_test(t, what_differs_is_not_merged);
	tcase_add_test(t, nothing_is_merged_unseen);
	tcase_add_test(t, padding_is_cut_off);
	suite_add_tcase(s, t);
	return s;
}
