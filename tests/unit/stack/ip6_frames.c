// SPDX-License-Identifier: MIT
#include "ip6_frames.h"

const uint8_t router_mac[ETH_ALEN] = {0x02, 0xfe, 0xfe, 0xfe, 0xfe, 0xfe};

void bench6_setup_bare(void)
{
	bench_setup();
	ck_assert_int_eq(net_ipv6_autoconf(bench.dev, 0), -ETIMEDOUT);
	run_for(20 * HOST_SECOND); /* no router answers */
	forget_sent();
}

void bench6_setup(void)
{
	bench_setup();
	ck_assert_int_eq(net_ipv6_configure(bench.dev, &MY_ADDR6, 64, &ROUTER_ADDR6), 0);
	run_for(5 * HOST_SECOND);
	forget_sent();
}

struct in6_addr my_linklocal(void)
{
	const uint8_t *m = bench.dev->dev_addr;

	return ADDR6(0xfe, 0x80, [8] = m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]);
}

struct in6_addr solicited_node(const struct in6_addr *a)
{
	return ADDR6(0xff, 2, [11] = 1, 0xff, a->s6_addr[13], a->s6_addr[14], a->s6_addr[15]);
}

/* ---- building ---- */

struct ipv6hdr *frame6(struct frame *f, struct in6_addr saddr, struct in6_addr daddr,
		       uint8_t nexthdr)
{
	const struct ipv6hdr h = {.flow = htonl(6u << 28),
				  .nexthdr = nexthdr,
				  .hop_limit = 64,
				  .saddr = saddr,
				  .daddr = daddr};
	const uint8_t group[ETH_ALEN] = {0x33,
					 0x33,
					 daddr.s6_addr[12],
					 daddr.s6_addr[13],
					 daddr.s6_addr[14],
					 daddr.s6_addr[15]};

	frame_eth(f, daddr.s6_addr[0] == 0xff ? group : bench.dev->dev_addr, peer_mac, ETH_P_IPV6);
	frame_bytes(f, &h, sizeof(h));
	return (struct ipv6hdr *)(f->bytes + ETH_HLEN);
}

void frame6_finish(struct frame *f)
{
	struct ipv6hdr *h = (struct ipv6hdr *)(f->bytes + ETH_HLEN);

	h->payload_len = htons((uint16_t)(f->len - ETH_HLEN - sizeof(*h)));
}

void frame6_checksum(struct frame *f, uint32_t transport, uint8_t protocol, uint32_t at)
{
	const struct ipv6hdr *h = (const struct ipv6hdr *)(f->bytes + ETH_HLEN);
	uint8_t *start = f->bytes + ETH_HLEN + transport;
	const uint32_t len = f->len - ETH_HLEN - transport;
	uint16_t check;

	frame6_finish(f);
	memset(start + at, 0, 2);
	check = csum_fold(
		csum_ipv6_nofold(&h->saddr, &h->daddr, len, protocol, csum_partial(start, len, 0)));
	memcpy(start + at, &check, 2);
}

void frame_icmp6(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, uint8_t hop_limit,
		 uint8_t type, uint8_t code, uint32_t rest, const void *body, uint32_t len)
{
	const struct icmp6hdr icmp = {.type = type, .code = code, .rest = htonl(rest)};

	frame6(f, saddr, daddr, IPPROTO_ICMPV6)->hop_limit = hop_limit;
	frame_bytes(f, &icmp, sizeof(icmp));
	frame_bytes(f, body, len);
	frame6_checksum(f, 40, IPPROTO_ICMPV6, 2);
}

void frame_echo6(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, const void *data,
		 uint32_t len)
{
	frame_icmp6(f, saddr, daddr, 64, ICMPV6_ECHO_REQUEST, 0, 0x12340001, data, len);
}

void frame_udp6(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, uint16_t source,
		uint16_t dest, const void *payload, uint32_t len)
{
	const struct udphdr uh = {
		.source = htons(source), .dest = htons(dest), .len = htons((uint16_t)(8 + len))};

	frame6(f, saddr, daddr, IPPROTO_UDP);
	frame_bytes(f, &uh, sizeof(uh));
	frame_bytes(f, payload, len);
	frame6_checksum(f, 40, IPPROTO_UDP, 6);
}

static uint32_t nd_body(uint8_t *body, struct in6_addr target, uint8_t option, const uint8_t *ha)
{
	memcpy(body, &target, 16);
	if (!ha)
		return 16;
	body[16] = option;
	body[17] = 1;
	memcpy(body + 18, ha, ETH_ALEN);
	return 24;
}

void frame_ns(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, struct in6_addr target,
	      const uint8_t *ha)
{
	uint8_t body[24];
	const uint32_t len = nd_body(body, target, 1, ha);

	frame_icmp6(f, saddr, daddr, 255, NDISC_NEIGH_SOLICIT, 0, 0, body, len);
}

void frame_na(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, struct in6_addr target,
	      uint32_t flags, const uint8_t *ha)
{
	uint8_t body[24];
	const uint32_t len = nd_body(body, target, 2, ha);

	frame_icmp6(f, saddr, daddr, 255, NDISC_NEIGH_ADVERT, 0, flags, body, len);
}

void learn_peer6(void)
{
	struct frame *f = malloc(sizeof(*f));
	const struct in6_addr me = MY_ADDR6;

	frame_ns(f, PEER_ADDR6, solicited_node(&me), MY_ADDR6, peer_mac);
	inject_and_run(f);
	free(f);
	forget_sent();
}

/* ---- looking ---- */

const struct ipv6hdr *sent_ip6(unsigned int n)
{
	const struct ipv6hdr *h;

	ck_assert_uint_eq(ntohs(sent_eth(n)->h_proto), ETH_P_IPV6);
	h = (const struct ipv6hdr *)(bench.sent[n].bytes + ETH_HLEN);
	ck_assert_uint_eq(ntohl(h->flow) >> 28, 6);
	ck_assert_uint_eq(ntohs(h->payload_len), bench.sent[n].len - ETH_HLEN - sizeof(*h));
	if (h->nexthdr == IPPROTO_ICMPV6)
		ck_assert_uint_eq(
			csum_fold(csum_ipv6_nofold(&h->saddr, &h->daddr, ntohs(h->payload_len),
						   IPPROTO_ICMPV6,
						   csum_partial(h + 1, ntohs(h->payload_len), 0))),
			0);
	return h;
}

const uint8_t *sent_payload6(unsigned int n)
{
	return (const uint8_t *)(sent_ip6(n) + 1);
}

const struct icmp6hdr *sent_icmp6(unsigned int n, uint8_t type)
{
	const struct icmp6hdr *h = (const struct icmp6hdr *)sent_payload6(n);

	ck_assert_uint_eq(sent_ip6(n)->nexthdr, IPPROTO_ICMPV6);
	ck_assert_uint_eq(h->type, type);
	return h;
}

unsigned int count_icmp6(uint8_t type, unsigned int *first)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < bench.sent_count; i++) {
		const struct ipv6hdr *h = (const struct ipv6hdr *)(bench.sent[i].bytes + ETH_HLEN);

		if (ntohs(sent_eth(i)->h_proto) != ETH_P_IPV6 || h->nexthdr != IPPROTO_ICMPV6 ||
		    sent_payload6(i)[0] != type)
			continue;
		if (!count++ && first)
			*first = i;
	}
	return count;
}

void ck_addr6(const struct in6_addr *is, struct in6_addr expected)
{
	ck_assert_mem_eq(is, &expected, sizeof(expected));
}
