// SPDX-License-Identifier: MIT
#include "stack_test.h"

struct bench bench;

const uint8_t peer_mac[ETH_ALEN] = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee};
const uint8_t broadcast_mac[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static bool record(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	struct bench *b = ctx;
	struct sent_frame *s = &b->sent[b->sent_count];

	(void)from;
	ck_assert_uint_lt(b->sent_count, FRAMES_MAX);
	s->bytes = malloc(len);
	memcpy(s->bytes, frame, len);
	s->len = len;
	s->time_ns = time_ns;
	b->sent_count++;
	return true;
}

void bench_setup_features(uint32_t hw)
{
	struct memwire_options opt = {.hw_features = hw, .tap = record, .tap_ctx = &bench};

	memset(&bench, 0, sizeof(bench));
	bench.world = host_world_create(&(struct host_world_options){.seed = 42});
	bench.host = host_create(bench.world, "host");
	bench.net = host_net(bench.host);
	bench.wire = memwire_create(bench.host, NULL, &opt);
	bench.dev = memwire_dev(bench.wire, 0);
	ck_assert_int_eq(net_ipv4_configure(bench.dev, MY_ADDR, 24, GATEWAY_ADDR), 0);
	run_briefly();
	forget_sent();
}

void bench_setup(void)
{
	bench_setup_features(NETIF_F_SG | NETIF_F_HW_CSUM);
}

void bench_teardown(void)
{
	forget_sent();
	memwire_destroy(bench.wire);
	host_world_destroy(bench.world); /* asserts that nothing is left */
}

void run_for(uint64_t ns)
{
	host_run_until(bench.world, host_now_ns(bench.world) + ns);
}

void run_briefly(void)
{
	run_for(100 * HOST_US);
}

void forget_sent(void)
{
	for (unsigned int i = 0; i < bench.sent_count; i++)
		free(bench.sent[i].bytes);
	bench.sent_count = 0;
}

/* ---- building frames ---- */

void frame_bytes(struct frame *f, const void *bytes, uint32_t len)
{
	ck_assert_uint_le(f->len + len, sizeof(f->bytes));
	if (len)
		memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

void frame_eth(struct frame *f, const uint8_t *dest, const uint8_t *source, uint16_t type)
{
	struct ethhdr eth = {.h_proto = htons(type)};

	memcpy(eth.h_dest, dest, ETH_ALEN);
	memcpy(eth.h_source, source, ETH_ALEN);
	f->len = 0;
	frame_bytes(f, &eth, sizeof(eth));
}

struct iphdr *frame_ip(struct frame *f, uint32_t saddr, uint32_t daddr, uint8_t protocol)
{
	struct iphdr iph = {
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.id = htons(0x1234),
		.protocol = protocol,
		.saddr = htonl(saddr),
		.daddr = htonl(daddr),
	};

	frame_bytes(f, &iph, sizeof(iph));
	return (struct iphdr *)(f->bytes + ETH_HLEN);
}

void frame_ip_finish(struct frame *f)
{
	struct iphdr *iph = (struct iphdr *)(f->bytes + ETH_HLEN);

	iph->tot_len = htons((uint16_t)(f->len - ETH_HLEN));
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
}

void frame_udp_from(struct frame *f, const uint8_t *dest_mac, uint32_t saddr, uint32_t daddr,
		    uint16_t source, uint16_t dest, const void *payload, uint32_t len)
{
	struct udphdr uh = {
		.source = htons(source), .dest = htons(dest), .len = htons((uint16_t)(8 + len))};
	uint8_t *at;

	frame_eth(f, dest_mac, peer_mac, ETH_P_IP);
	frame_ip(f, saddr, daddr, IPPROTO_UDP);
	at = f->bytes + f->len;
	frame_bytes(f, &uh, sizeof(uh));
	frame_bytes(f, payload, len);
	uh.check = csum_tcpudp_magic(htonl(saddr), htonl(daddr), 8 + len, IPPROTO_UDP,
				     csum_partial(at, 8 + len, 0));
	memcpy(at, &uh, sizeof(uh));
	frame_ip_finish(f);
}

void frame_udp(struct frame *f, uint16_t source, uint16_t dest, const void *payload, uint32_t len)
{
	frame_udp_from(f, bench.dev->dev_addr, PEER_ADDR, MY_ADDR, source, dest, payload, len);
}

void frame_arp(struct frame *f, const uint8_t *dest, uint16_t operation, uint32_t spa,
	       const uint8_t *sha, uint32_t tpa)
{
	uint8_t arp[28] = {0, 1, 8, 0, 6, 4, 0, (uint8_t)operation};
	__be32 addr = htonl(spa);

	memcpy(arp + 8, sha, ETH_ALEN);
	memcpy(arp + 14, &addr, 4);
	addr = htonl(tpa);
	memcpy(arp + 24, &addr, 4);
	frame_eth(f, dest, sha, ETH_P_ARP);
	frame_bytes(f, arp, sizeof(arp));
}

void inject(const struct frame *f)
{
	memwire_inject(bench.wire, 0, f->bytes, f->len);
}

void inject_and_run(const struct frame *f)
{
	inject(f);
	run_briefly();
}

void learn_peer(void)
{
	struct frame *f = malloc(sizeof(*f));

	frame_arp(f, bench.dev->dev_addr, 1, PEER_ADDR, peer_mac, MY_ADDR);
	inject_and_run(f);
	free(f);
	forget_sent();
}

/* ---- looking at what was sent ---- */

const struct ethhdr *sent_eth(unsigned int n)
{
	ck_assert_msg(n < bench.sent_count, "only %u frames were sent", bench.sent_count);
	return (const struct ethhdr *)bench.sent[n].bytes;
}

const struct iphdr *sent_ip(unsigned int n)
{
	ck_assert_uint_eq(ntohs(sent_eth(n)->h_proto), ETH_P_IP);
	return (const struct iphdr *)(bench.sent[n].bytes + ETH_HLEN);
}

const uint8_t *sent_payload(unsigned int n)
{
	return (const uint8_t *)sent_ip(n) + sent_ip(n)->ihl * 4;
}

uint64_t drops(enum skb_drop_reason reason)
{
	return bench.net->drops[reason];
}

void fill_pattern(uint8_t *to, uint32_t len, uint32_t seed)
{
	struct host_random r;

	host_random_seed(&r, seed, 0);
	for (uint32_t i = 0; i < len; i++)
		to[i] = (uint8_t)host_random_u64(&r);
}
