// SPDX-License-Identifier: MIT
#include "packets.h"

#include <string.h>

#define ETHERNET_BYTES 14
#define PROTO_TCP      6
#define PROTO_UDP      17

uint32_t next_random(uint32_t *state)
{
	/* xorshift32, Marsaglia 2003; its state is never zero */
	uint32_t x = *state ? *state : 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

void fill_random(uint8_t *bytes, size_t len, uint32_t seed)
{
	uint32_t state = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(next_random(&state) >> 7);
}

static void put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return get16(at) << 16 | get16(at + 2);
}

static uint32_t sum_bytes(const uint8_t *bytes, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++) {
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

uint16_t inet_checksum(const uint8_t *bytes, size_t len, uint32_t initial_sum)
{
	uint32_t sum = sum_bytes(bytes, len, (initial_sum & 0xffff) + (initial_sum >> 16));

	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint32_t pseudo_header_sum(const struct packet *p, size_t transport_bytes)
{
	const uint8_t *ip = p->bytes + p->l3;
	uint32_t sum = p->ipv6 ? sum_bytes(ip + 8, 32, 0) : sum_bytes(ip + 12, 8, 0);

	sum += (p->udp ? PROTO_UDP : PROTO_TCP) + (uint32_t)transport_bytes;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

size_t packet_checksum_offset(const struct packet *p)
{
	return p->l4 + (p->udp ? 6 : 16);
}

void packet_finish(struct packet *p)
{
	uint8_t *ip = p->bytes + p->l3, *transport = p->bytes + p->l4;
	const size_t transport_bytes = p->len - p->l4;
	uint16_t sum;

	if (p->ipv6) {
		put16(ip + 4, (uint32_t)(p->len - p->l3 - 40));
	} else {
		put16(ip + 2, (uint32_t)(p->len - p->l3));
		put16(ip + 10, 0);
		put16(ip + 10, inet_checksum(ip, p->l4 - p->l3, 0));
	}
	if (p->udp)
		put16(transport + 4, (uint32_t)transport_bytes);
	put16(p->bytes + packet_checksum_offset(p), 0);
	sum = inet_checksum(transport, transport_bytes, pseudo_header_sum(p, transport_bytes));
	put16(p->bytes + packet_checksum_offset(p), p->udp && sum == 0 ? 0xffff : sum);
}

void packet_build(struct packet *p, const struct packet_options *o)
{
	static const uint8_t destination[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
	static const uint8_t source[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};
	const size_t ip_bytes = o->ipv6 ? 40 : 20 + o->ip_options;
	const size_t transport_bytes = o->udp ? 8 : 20 + o->tcp_options;
	uint8_t *ip, *transport;

	p->ipv6 = o->ipv6;
	p->udp = o->udp;
	p->l3 = ETHERNET_BYTES;
	p->l4 = p->l3 + ip_bytes;
	p->payload = p->l4 + transport_bytes;
	p->len = p->payload + o->payload;
	fill_random(p->bytes, p->len, o->seed);
	memcpy(p->bytes, destination, 6);
	memcpy(p->bytes + 6, source, 6);
	put16(p->bytes + 12, o->ipv6 ? 0x86dd : 0x0800);
	ip = p->bytes + p->l3;
	transport = p->bytes + p->l4;
	if (o->ipv6) {
		ip[0] = 0x60;
		ip[6] = o->udp ? PROTO_UDP : PROTO_TCP;
		ip[7] = 64;
	} else {
		ip[0] = (uint8_t)(0x40 | ip_bytes / 4);
		put16(ip + 6, 0x4000); /* do not fragment */
		ip[8] = 64;
		ip[9] = o->udp ? PROTO_UDP : PROTO_TCP;
		memset(ip + 20, 1, o->ip_options); /* no-operation options */
	}
	if (!o->udp) {
		transport[12] = (uint8_t)(transport_bytes / 4 << 4);
		transport[13] = o->tcp_flags;
		memset(transport + 20, 1, o->tcp_options);
	}
	packet_finish(p);
}

void packet_seed(struct packet *p)
{
	if (!p->ipv6)
		put16(p->bytes + p->l3 + 10, 0);
	put16(p->bytes + packet_checksum_offset(p), pseudo_header_sum(p, p->len - p->l4));
}

void packet_seed_tso(struct packet *p)
{
	uint8_t *ip = p->bytes + p->l3;

	if (p->ipv6) {
		put16(ip + 4, 0);
	} else {
		put16(ip + 2, 0);
		put16(ip + 10, 0);
	}
	if (p->udp)
		put16(p->bytes + p->l4 + 4, 0);
	put16(p->bytes + packet_checksum_offset(p), pseudo_header_sum(p, 0));
}

size_t tso_frames(const struct packet *p, size_t mss)
{
	return (p->len - p->payload + mss - 1) / mss;
}

void tso_frame(const struct packet *p, size_t mss, size_t k, struct packet *out)
{
	const size_t total = p->len - p->payload, offset = k * mss;
	const size_t bytes = total - offset < mss ? total - offset : mss;
	const bool first = k == 0, last = offset + bytes == total;
	uint8_t *transport = out->bytes + p->l4;

	out->ipv6 = p->ipv6;
	out->udp = p->udp;
	out->l3 = p->l3;
	out->l4 = p->l4;
	out->payload = p->payload;
	out->len = p->payload + bytes;
	memcpy(out->bytes, p->bytes, p->payload);
	memcpy(out->bytes + p->payload, p->bytes + p->payload + offset, bytes);
	if (!p->ipv6)
		put16(out->bytes + p->l3 + 4, get16(p->bytes + p->l3 + 4) + (uint32_t)k);
	if (!p->udp) {
		put32(transport + 4, get32(transport + 4) + (uint32_t)offset);
		if (!first)
			transport[13] &= (uint8_t)~TCP_CWR;
		if (!last)
			transport[13] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
	}
	packet_finish(out);
}
