// SPDX-License-Identifier: MIT
/*
 * The fuzzer's end of the wire: what it learns from the host's frames, and the packets it makes
 * from the input, relative to what it learnt.
 */
#include "fuzz.h"
#include <net/icmp.h>
#include <net/ipv6.h>

#define MSS 1460u

static const uint8_t peer_mac[ETH_ALEN] = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee};

static struct in6_addr addr6(uint32_t addr)
{
	struct in6_addr a = {.s6_addr = {0xfd}};

	a.s6_addr32[3] = htonl(addr);
	return a;
}

/* ---- what the host sends ---- */

static void inject(struct fuzz *f, const uint8_t *frame, uint32_t len)
{
	fuzz_disarm(f); /* the wire's frame is memory of the host's */
	memwire_inject(f->wire, 0, frame, len);
	fuzz_arm(f);
	f->injected++;
}

static void answer_arp(struct fuzz *f, const uint8_t *frame)
{
	uint8_t reply[42];

	memcpy(reply, frame + 6, ETH_ALEN);
	memcpy(reply + 6, peer_mac, ETH_ALEN);
	memcpy(reply + 12, frame + 12, 8);
	put_unaligned_be16(2, reply + 20);
	memcpy(reply + 22, peer_mac, ETH_ALEN);
	memcpy(reply + 28, frame + 38, 4);
	memcpy(reply + 32, frame + 22, 10);
	inject(f, reply, sizeof(reply));
}

static void answer_solicitation(struct fuzz *f, const uint8_t *frame)
{
	uint8_t reply[ETH_HLEN + sizeof(struct ipv6hdr) + 32] = {0};
	const struct ipv6hdr *asked = (const struct ipv6hdr *)(frame + ETH_HLEN);
	struct ipv6hdr *h = (struct ipv6hdr *)(reply + ETH_HLEN);
	uint8_t *na = (uint8_t *)(h + 1);
	uint16_t check;

	memcpy(reply, frame + 6, ETH_ALEN);
	memcpy(reply + 6, peer_mac, ETH_ALEN);
	put_unaligned_be16(ETH_P_IPV6, reply + 12);
	*h = (struct ipv6hdr){.flow = htonl(6u << 28),
			      .payload_len = htons(32),
			      .nexthdr = IPPROTO_ICMPV6,
			      .hop_limit = 255,
			      .saddr = addr6(PEER_ADDR),
			      .daddr = asked->saddr};
	na[0] = 136; /* neighbour advertisement: solicited, override */
	na[4] = 0x60;
	memcpy(na + 8, &h->saddr, 16);
	na[24] = 2;
	na[25] = 1;
	memcpy(na + 26, peer_mac, ETH_ALEN);
	check = csum_fold(csum_ipv6_nofold(&h->saddr, &h->daddr, 32, IPPROTO_ICMPV6,
					   csum_partial(na, 32, 0)));
	memcpy(na + 2, &check, 2);
	inject(f, reply, sizeof(reply));
}

static bool answer_neighbour(struct fuzz *f, const uint8_t *frame)
{
	const struct ipv6hdr *h = (const struct ipv6hdr *)(frame + ETH_HLEN);
	const uint8_t *icmp = (const uint8_t *)(h + 1);
	const struct in6_addr mine = addr6(PEER_ADDR);

	switch (get_unaligned_be16(frame + 12)) {
	case ETH_P_ARP:
		if (get_unaligned_be16(frame + 20) == 1 &&
		    get_unaligned_be32(frame + 38) == PEER_ADDR)
			answer_arp(f, frame);
		return true;
	case ETH_P_IPV6:
		if (h->nexthdr != IPPROTO_ICMPV6 || icmp[0] != 135 || memcmp(icmp + 8, &mine, 16))
			return false;
		answer_solicitation(f, frame);
		return true;
	default:
		return false;
	}
}

/* The TCP header of a frame and the length from there on; NULL: not TCP. */
static const struct tcphdr *tcp_of(const uint8_t *frame, uint32_t *tcp_len)
{
	const struct iphdr *iph = (const struct iphdr *)(frame + ETH_HLEN);
	const struct ipv6hdr *h = (const struct ipv6hdr *)iph;
	const uint8_t *th;
	uint32_t sum;

	if (get_unaligned_be16(frame + 12) == ETH_P_IP && iph->protocol == IPPROTO_TCP) {
		th = (const uint8_t *)iph + iph->ihl * 4;
		*tcp_len = ntohs(iph->tot_len) - iph->ihl * 4u;
		sum = csum_tcpudp_nofold(iph->saddr, iph->daddr, *tcp_len, IPPROTO_TCP, 0);
	} else if (get_unaligned_be16(frame + 12) == ETH_P_IPV6 && h->nexthdr == IPPROTO_TCP) {
		th = (const uint8_t *)(h + 1);
		*tcp_len = ntohs(h->payload_len);
		sum = csum_ipv6_nofold(&h->saddr, &h->daddr, *tcp_len, IPPROTO_TCP, 0);
	} else {
		return NULL;
	}
	REQUIRE(csum_fold(csum_partial(th, *tcp_len, sum)) == 0);
	return (const struct tcphdr *)th;
}

static struct conn *conn_of(struct fuzz *f, bool v6, uint16_t port, uint16_t host_port)
{
	struct conn *free = NULL;

	for (int i = 0; i < FUZZ_CONNS; i++) {
		struct conn *c = &f->conns[i];

		if (c->used && c->v6 == v6 && c->port == port && c->host_port == host_port)
			return c;
		if (!c->used && !free)
			free = c;
	}
	return free ? free : &f->conns[host_port % FUZZ_CONNS];
}

/* RFC 9293, 3.1 and 3.2: every option well formed, MSS and the like in SYNs only, zeros behind. */
static void see_options(struct conn *c, const struct tcphdr *th, const uint8_t *p, uint32_t len)
{
	while (len) {
		if (*p == TCPOPT_EOL) {
			for (; len; len--)
				REQUIRE(*p++ == 0);
			return;
		}
		if (*p == TCPOPT_NOP) {
			p++;
			len--;
			continue;
		}
		REQUIRE(len >= 2 && p[1] >= 2 && p[1] <= len);
		if (p[0] == TCPOPT_MSS || p[0] == TCPOPT_WINDOW || p[0] == TCPOPT_SACK_PERM)
			REQUIRE(th->flags & TCPHDR_SYN);
		if (p[0] == TCPOPT_WINDOW)
			c->host_wscale = p[2];
		if (p[0] == TCPOPT_TIMESTAMP)
			c->host_tsval = get_unaligned_be32(p + 2);
		len -= p[1];
		p += p[1];
	}
}

static void see_segment(struct fuzz *f, struct conn *c, const struct tcphdr *th, uint32_t tcp_len)
{
	const uint32_t seq = ntohl(th->seq), payload = tcp_len - th->doff * 4u;
	const uint32_t end =
		seq + payload + !!(th->flags & TCPHDR_SYN) + !!(th->flags & TCPHDR_FIN);

	REQUIRE(th->doff >= 5 && th->doff * 4u <= tcp_len);
	see_options(c, th, (const uint8_t *)(th + 1), th->doff * 4u - 20);
	f->answers += !payload && !(th->flags & (TCPHDR_SYN | TCPHDR_FIN));
	if (th->flags & TCPHDR_RST)
		return;
	if (th->flags & TCPHDR_SYN) {
		c->host_una = seq;
		c->host_nxt = end;
	} else if (after(end, c->host_nxt)) {
		c->host_nxt = end;
	}
	if (!(th->flags & TCPHDR_ACK))
		return;
	c->host_ack = ntohl(th->ack_seq);
	c->host_wnd = ntohs(th->window);
	if (!(th->flags & TCPHDR_SYN))
		c->host_wnd <<= c->host_wscale > 14 ? 14 : c->host_wscale;
}

bool peer_sees(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	struct fuzz *f = ctx;
	const struct tcphdr *th;
	uint32_t tcp_len;
	struct conn *c;
	bool v6;

	(void)from;
	(void)time_ns;
	f->frames++;
	REQUIRE(len <= ETH_HLEN + ETH_DATA_LEN);
	if (answer_neighbour(f, frame))
		return true;
	th = tcp_of(frame, &tcp_len);
	if (!th)
		return true;
	memcpy(f->last, frame, len);
	f->last_len = len;
	v6 = get_unaligned_be16(frame + 12) == ETH_P_IPV6;
	c = conn_of(f, v6, ntohs(th->dest), ntohs(th->source));
	if (!c->used || c->port != ntohs(th->dest) || c->host_port != ntohs(th->source))
		*c = (struct conn){.used = true,
				   .v6 = v6,
				   .port = ntohs(th->dest),
				   .host_port = ntohs(th->source),
				   .isn = 0x10000000,
				   .seq = 0x10000000,
				   .tsval = 1000};
	see_segment(f, c, th, tcp_len);
	return true;
}

/* ---- IP packets out of the input ---- */

enum mishap { FRAGMENTED = 1, IP_OPTIONS = 2, MARKED = 4, BAD_CHECKSUM = 8 };

static uint8_t *frame_begin(uint8_t *frame, bool v6)
{
	const uint8_t host_mac[ETH_ALEN] = {0x02, 0, 0, 0, 0, 1};

	memset(frame, 0, FUZZ_FRAME_MAX);
	memcpy(frame, host_mac, ETH_ALEN);
	memcpy(frame + 6, peer_mac, ETH_ALEN);
	put_unaligned_be16(v6 ? ETH_P_IPV6 : ETH_P_IP, frame + 12);
	return frame + ETH_HLEN;
}

static void send_ipv4(struct fuzz *f, uint8_t protocol, const uint8_t *body, uint32_t len,
		      uint16_t frag_off, unsigned int mishaps)
{
	uint8_t frame[FUZZ_FRAME_MAX], *ip = frame_begin(frame, false);
	struct iphdr *iph = (struct iphdr *)ip;
	uint32_t options = mishaps & IP_OPTIONS ? take8(&f->in) % 11 * 4 : 0;

	*iph = (struct iphdr){.version = 4,
			      .ihl = (5 + options / 4) & 0xf,
			      .tos = mishaps & MARKED ? take8(&f->in) : 0,
			      .tot_len = htons((uint16_t)(20 + options + len)),
			      .id = htons(7),
			      .frag_off = htons(frag_off),
			      .ttl = 64,
			      .protocol = protocol,
			      .saddr = htonl(PEER_ADDR),
			      .daddr = htonl(HOST_ADDR)};
	take_bytes(&f->in, ip + 20, options);
	memcpy(ip + 20 + options, body, len);
	iph->check = ip_fast_csum(iph, iph->ihl);
	inject(f, frame, ETH_HLEN + 20 + options + len);
}

/* Extension headers in front: a fragment header when frag_off says so, one of the input's. */
static void send_ipv6(struct fuzz *f, uint8_t protocol, const uint8_t *body, uint32_t len,
		      uint32_t frag_off, unsigned int mishaps)
{
	uint8_t frame[FUZZ_FRAME_MAX], *ip = frame_begin(frame, true);
	struct ipv6hdr *h = (struct ipv6hdr *)ip;
	static const uint8_t kinds[] = {0, 43, 60, 51, 59, 44};
	uint8_t *at = ip + sizeof(*h), *next = &h->nexthdr;

	*h = (struct ipv6hdr){
		.flow = htonl(6u << 28 | (mishaps & MARKED ? (uint32_t)take8(&f->in) << 20 : 0)),
		.hop_limit = 64,
		.saddr = addr6(PEER_ADDR),
		.daddr = addr6(HOST_ADDR)};
	if (mishaps & IP_OPTIONS) {
		*next = TAKE_ONE_OF(&f->in, kinds);
		next = at;
		take_bytes(&f->in, at + 1, 7);
		at[1] &= 1;
		if (at[1])
			take_bytes(&f->in, at + 8, 8);
		at += 8 + at[1] * 8;
	}
	if (mishaps & FRAGMENTED) {
		*next = 44;
		next = at;
		put_unaligned_be16((uint16_t)frag_off, at + 2);
		put_unaligned_be32(7, at + 4);
		at += 8;
	}
	*next = protocol;
	memcpy(at, body, len);
	h->payload_len = htons((uint16_t)(at + len - (ip + sizeof(*h))));
	inject(f, frame, (uint32_t)(at + len - frame));
}

/* In two or three pieces, of which one may come twice, be lost or lie over another. */
static void send_fragments(struct fuzz *f, bool v6, uint8_t protocol, const uint8_t *body,
			   uint32_t len, unsigned int mishaps)
{
	const uint8_t how = take8(&f->in);
	uint32_t cut[3] = {0, len / 3 & ~7u, len * 2 / 3 & ~7u}, end[3] = {cut[1], cut[2], len};

	if (how & 1)
		cut[2] -= cut[2] >= 8 ? 8 : 0; /* overlaps */
	for (unsigned int i = 0; i < 3; i++) {
		const unsigned int n = how & 2 ? 2 - i : i;
		const bool more = n < 2 || (how & 4);
		const uint32_t offset = cut[n] + (how & 8 && n ? 65496u & ~7u : 0);

		if (end[n] <= cut[n] || (how >> 4) % 4 == n + 1)
			continue;
		for (unsigned int copies = how & 0x40 ? 2 : 1; copies; copies--) {
			if (v6)
				send_ipv6(f, protocol, body + cut[n], end[n] - cut[n],
					  (offset & 0xfff8) | more, mishaps | FRAGMENTED);
			else
				send_ipv4(f, protocol, body + cut[n], end[n] - cut[n],
					  (uint16_t)((offset / 8 & IP_OFFSET) | (more ? IP_MF : 0)),
					  mishaps);
		}
	}
}

static void send_ip(struct fuzz *f, bool v6, uint8_t protocol, const uint8_t *body, uint32_t len,
		    unsigned int mishaps)
{
	if (mishaps & FRAGMENTED)
		send_fragments(f, v6, protocol, body, len, mishaps);
	else if (v6)
		send_ipv6(f, protocol, body, len, 0, mishaps);
	else
		send_ipv4(f, protocol, body, len, 0, mishaps);
}

/* ---- segments ---- */

struct segment {
	uint32_t seq, ack, len;
	uint8_t flags, doff; /* doff 0: as it must be */
	uint16_t window, urg;
	uint8_t options[40];
	unsigned int options_len;
	unsigned int mishaps;
};

static void send_segment(struct fuzz *f, const struct conn *c, const struct segment *s)
{
	uint8_t tcp[FUZZ_FRAME_MAX] = {0};
	struct tcphdr *th = (struct tcphdr *)tcp;
	const uint32_t head = 20 + (s->options_len + 3) / 4 * 4, len = head + s->len;
	const struct in6_addr from = addr6(PEER_ADDR), to = addr6(HOST_ADDR);
	uint32_t sum;

	*th = (struct tcphdr){.source = htons(c->port),
			      .dest = htons(c->host_port),
			      .seq = htonl(s->seq),
			      .ack_seq = htonl(s->ack),
			      .doff = s->doff ? s->doff & 0xf : head / 4 & 0xf,
			      .flags = s->flags,
			      .window = htons(s->window),
			      .urg_ptr = htons(s->urg)};
	memcpy(th + 1, s->options, s->options_len);
	for (uint32_t i = 0; i < s->len; i++)
		tcp[head + i] = (uint8_t)(s->seq + i);
	sum = csum_partial(tcp, len, 0);
	th->check = c->v6 ? csum_fold(csum_ipv6_nofold(&from, &to, len, IPPROTO_TCP, sum))
			  : csum_tcpudp_magic(htonl(PEER_ADDR), htonl(HOST_ADDR), len, IPPROTO_TCP,
					      sum);
	if (s->mishaps & BAD_CHECKSUM)
		th->check ^= 0x55;
	send_ip(f, c->v6, IPPROTO_TCP, tcp, len, s->mishaps);
}

static uint32_t take_seq(struct fuzz *f, const struct conn *c, unsigned int how)
{
	switch (how) {
	case 1:
		return c->seq + 1;
	case 2:
		return c->seq - 1;
	case 3:
		return c->host_ack;
	case 4:
		return c->host_ack + c->host_wnd - 1;
	case 5:
		return c->host_ack + c->host_wnd;
	case 6:
		return c->host_ack + c->host_wnd + 1;
	case 7:
		return c->host_ack - 1;
	case 8:
		return c->seq + take16(&f->in);
	case 9:
		return c->host_ack - take16(&f->in);
	case 10:
		return take32(&f->in);
	case 11:
		return c->seq + MSS;
	case 12:
		return c->seq + 2 * MSS;
	case 13:
		return c->isn;
	case 14:
		return c->host_ack + c->host_wnd / 2;
	case 15:
		return c->seq + take8(&f->in);
	default:
		return c->seq;
	}
}

static uint32_t take_ack(struct fuzz *f, const struct conn *c, unsigned int how)
{
	switch (how) {
	case 1:
		return c->host_nxt + 1;
	case 2:
		return c->host_una;
	case 3:
		return c->host_una - 1;
	case 4:
		return c->host_una + take16(&f->in);
	case 5:
		return c->host_nxt - 1;
	case 6:
		return c->host_una - (uint32_t)take16(&f->in) * 16;
	case 7:
		return take32(&f->in);
	case 8:
		return c->host_una + 1448;
	case 9:
		return c->host_una + (c->host_nxt - c->host_una) / 2;
	case 10:
		return c->host_una + 1;
	default:
		return c->host_nxt;
	}
}

static void put_option(struct segment *s, const void *bytes, unsigned int len)
{
	if (s->options_len + len > sizeof(s->options))
		return;
	memcpy(s->options + s->options_len, bytes, len);
	s->options_len += len;
}

static void put_timestamp(struct segment *s, uint32_t val, uint32_t ecr)
{
	uint8_t option[12] = {TCPOPT_NOP, TCPOPT_NOP, TCPOPT_TIMESTAMP, TCPOLEN_TIMESTAMP};

	put_unaligned_be32(val, option + 4);
	put_unaligned_be32(ecr, option + 8);
	put_option(s, option, sizeof(option));
}

/* Blocks in and about the flight, by the input in 64ths of it, or anywhere. */
static void put_sacks(struct fuzz *f, const struct conn *c, struct segment *s)
{
	const uint8_t how = take8(&f->in);
	const unsigned int blocks = 1 + how % 4;
	const uint32_t flight = c->host_nxt - c->host_una, unit = flight >= 64 ? flight / 64 : 1;
	uint8_t option[36] = {TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK, (uint8_t)(2 + 8 * blocks)};

	for (unsigned int i = 0; i < blocks; i++) {
		uint32_t start = c->host_una + (uint32_t)(int8_t)take8(&f->in) * unit;
		uint32_t end = start + (uint32_t)take8(&f->in) * unit;

		if (how & 0x10)
			end = c->host_nxt;
		if (how & 0x20)
			start = take32(&f->in);
		put_unaligned_be32(start, option + 4 + 8 * i);
		put_unaligned_be32(end, option + 8 + 8 * i);
	}
	put_option(s, option, 4 + 8 * blocks);
}

enum option_choice {
	TS = 1,
	ODD_TS = 2,
	SACKS = 4,
	MSS_OPTION = 8,
	SCALE = 16,
	SACK_OK = 32,
	RAW = 64,
	COOKIE = 128
};

static void take_options(struct fuzz *f, struct conn *c, struct segment *s, unsigned int choice)
{
	uint8_t raw[40];

	if (choice & MSS_OPTION) {
		const uint16_t mss = take16(&f->in);

		put_option(s, (const uint8_t[]){2, 4, (uint8_t)(mss >> 8), (uint8_t)mss}, 4);
	}
	if (choice & SACK_OK)
		put_option(s, (const uint8_t[]){1, 1, 4, 2}, 4);
	if (choice & TS)
		put_timestamp(s, ++c->tsval, c->host_tsval);
	if (choice & ODD_TS)
		put_timestamp(s, c->tsval + (uint32_t)(int16_t)take16(&f->in),
			      c->host_tsval + (uint32_t)(int8_t)take8(&f->in));
	if (choice & SCALE)
		put_option(s, (const uint8_t[]){1, 3, 3, take8(&f->in)}, 4);
	if (choice & SACKS)
		put_sacks(f, c, s);
	if (choice & COOKIE) {
		const uint8_t len = take8(&f->in) % 20;

		raw[0] = TCPOPT_FASTOPEN;
		raw[1] = (uint8_t)(2 + len);
		take_bytes(&f->in, raw + 2, len);
		put_option(s, raw, 2u + len);
	}
	if (choice & RAW) {
		const unsigned int len = take8(&f->in) % (sizeof(raw) + 1);

		take_bytes(&f->in, raw, len);
		put_option(s, raw, len);
	}
}

static uint32_t take_len(struct fuzz *f, uint8_t how)
{
	switch (how & 7) {
	case 1:
		return 1;
	case 2:
		return 1400;
	case 3:
		return 536;
	case 4:
		return take8(&f->in);
	case 5:
		return take16(&f->in) % 1401;
	default:
		return 0;
	}
}

static struct conn *take_conn(struct fuzz *f)
{
	struct conn *c = &f->conns[take8(&f->in) % FUZZ_CONNS];

	if (!c->used) { /* a new one, to a port where somebody may listen */
		*c = (struct conn){.used = true,
				   .v6 = take8(&f->in) & 1,
				   .port = (uint16_t)(1000 + (c - f->conns)),
				   .host_port = 80,
				   .isn = 0x20000000,
				   .seq = 0x20000000,
				   .tsval = 1000};
	}
	return c;
}

static void commit(struct conn *c, const struct segment *s)
{
	if (s->seq == c->seq && !(s->mishaps & (FRAGMENTED | BAD_CHECKSUM)))
		c->seq += s->len + !!(s->flags & TCPHDR_SYN) + !!(s->flags & TCPHDR_FIN);
	if ((s->flags & TCPHDR_ACK) && between(s->ack, c->host_una, c->host_nxt))
		c->host_una = s->ack;
}

void peer_segment(struct fuzz *f)
{
	struct conn *c = take_conn(f);
	struct segment s = {.flags = take8(&f->in), .window = 65535};
	const uint8_t where = take8(&f->in), options = take8(&f->in), how = take8(&f->in);

	s.seq = take_seq(f, c, where & 15);
	s.ack = take_ack(f, c, where >> 4);
	take_options(f, c, &s, options);
	s.len = take_len(f, how);
	if (how & 8)
		s.urg = take16(&f->in);
	if (how & 0x10)
		s.window = take16(&f->in);
	if (how & 0x20)
		s.mishaps = take8(&f->in) % 16;
	if (how & 0x40)
		s.doff = take8(&f->in) & 15;
	send_segment(f, c, &s);
	commit(c, &s);
}

/* In order, acknowledging all: how a connection moves on. A byte says how many, one what they hold. */
void peer_data(struct fuzz *f)
{
	struct conn *c = take_conn(f);
	const uint8_t count = take8(&f->in) % 20, how = take8(&f->in);

	for (unsigned int i = 0; i <= count; i++) {
		struct segment s = {.flags = TCPHDR_ACK | (how & 8 ? TCPHDR_PSH : 0),
				    .seq = c->seq,
				    .ack = c->host_nxt,
				    .window = 65535,
				    .len = how & 0x10	? 1400
					   : how & 0x20 ? 1
							: 0};

		if (c->ts)
			put_timestamp(&s, ++c->tsval, c->host_tsval);
		send_segment(f, c, &s);
		commit(c, &s);
	}
}

static void greet(struct fuzz *f, struct conn *c, uint8_t flags, uint8_t how)
{
	struct segment s = {.flags = flags, .seq = c->seq, .ack = c->host_nxt, .window = 65535};

	c->ts = how & 1;
	take_options(f, c, &s, how & 2 ? MSS_OPTION : 0);
	if (how & 4)
		put_option(&s, (const uint8_t[]){1, 1, 4, 2}, 4);
	if (how & 8)
		put_option(&s, (const uint8_t[]){1, 3, 3, 7}, 4);
	if (c->ts)
		put_timestamp(&s, ++c->tsval, c->host_tsval);
	if (how & 0x10)
		s.flags |= TCPHDR_ECE | (flags & TCPHDR_ACK ? 0 : TCPHDR_CWR);
	send_segment(f, c, &s);
	commit(c, &s);
}

/* A whole passive opening at the host's listener on port 80 or 81. */
void peer_handshake(struct fuzz *f)
{
	const uint8_t which = take8(&f->in), how = take8(&f->in);
	struct conn *c = &f->conns[which % FUZZ_CONNS];
	struct segment ack = {.flags = TCPHDR_ACK, .window = 65535};

	*c = (struct conn){.used = true,
			   .v6 = how & 0x80,
			   .port = (uint16_t)(2000 + (which >> 3)),
			   .host_port = how & 0x40 ? 81 : 80,
			   .isn = how & 0x20 ? 0xffffff00 : 0x30000000,
			   .tsval = 1000};
	c->seq = c->isn;
	greet(f, c, TCPHDR_SYN, how);
	host_sleep(f->host, HOST_US);
	ack.seq = c->seq;
	ack.ack = c->host_nxt;
	if (c->ts)
		put_timestamp(&ack, ++c->tsval, c->host_tsval);
	send_segment(f, c, &ack);
	commit(c, &ack);
}

/* The SYN-ACK to a connect(). */
void peer_answer_syn(struct fuzz *f)
{
	struct conn *c = take_conn(f);

	greet(f, c, TCPHDR_SYN | TCPHDR_ACK, take8(&f->in));
}

/* ---- ICMP ---- */

/* About the last TCP packet of the host, of which it quotes a part, perhaps falsified. */
void peer_icmp(struct fuzz *f)
{
	uint8_t body[8 + 600] = {0};
	const bool v6 = f->last_len && get_unaligned_be16(f->last + 12) == ETH_P_IPV6;
	const struct in6_addr from = addr6(PEER_ADDR), to = addr6(HOST_ADDR);
	const uint8_t type = take8(&f->in), code = take8(&f->in), how = take8(&f->in);
	uint32_t quoted = f->last_len > ETH_HLEN ? f->last_len - ETH_HLEN : 0, len;
	uint16_t check;

	if (quoted > 600)
		quoted = 600;
	if (how & 1 && quoted > 28)
		quoted = 28;
	if (how & 2)
		quoted = take8(&f->in) < quoted ? (uint32_t)take8(&f->in) % (quoted + 1) : quoted;
	body[0] = type;
	body[1] = code;
	put_unaligned_be32(how & 4 ? take32(&f->in) : take16(&f->in), body + 4);
	memcpy(body + 8, f->last + ETH_HLEN, quoted);
	if (how & 8 && quoted)
		body[8 + take8(&f->in) % quoted] ^= take8(&f->in);
	len = 8 + quoted;
	check = v6 ? csum_fold(csum_ipv6_nofold(&from, &to, len, IPPROTO_ICMPV6,
						csum_partial(body, len, 0)))
		   : csum_fold(csum_partial(body, len, 0));
	memcpy(body + 2, &check, 2);
	send_ip(f, v6, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, body, len,
		how & 0x10 ? take8(&f->in) % 8 : 0);
}

/* ---- anything ---- */

/* Bytes of the input as a frame: of any type, as an IP packet with its addresses, or as UDP. */
void peer_raw(struct fuzz *f)
{
	uint8_t frame[FUZZ_FRAME_MAX];
	const uint8_t how = take8(&f->in);
	const uint32_t len = take8(&f->in);
	static const uint16_t types[] = {ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, 0x8100, 0x0600};
	static const uint8_t protocols[] = {
		IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP, IPPROTO_ICMPV6, 2, 0, 43, 44, 60};
	uint8_t *ip = frame_begin(frame, how & 1);

	if (how & 2) {
		take_bytes(&f->in, ip, len);
		send_ip(f, how & 1, TAKE_ONE_OF(&f->in, protocols), ip, len, how >> 4);
		return;
	}
	put_unaligned_be16(TAKE_ONE_OF(&f->in, types), frame + 12);
	take_bytes(&f->in, ip, len);
	if (how & 4)
		memset(frame, 0xff, ETH_ALEN);
	inject(f, frame, ETH_HLEN + len);
}
