// SPDX-License-Identifier: MIT
/* IPv4 (RFC 791), IPv6 (RFC 8200), TCP, UDP and ICMP packets with their checksums. */
#include "packet.h"

#include <stdlib.h>
#include <string.h>
#include "inet_checksum.h"

#define IPV4_HEADER_BYTES 20
#define IPV6_HEADER_BYTES 40
#define TCP_HEADER_BYTES  20
#define UDP_HEADER_BYTES  8
#define ICMP_HEADER_BYTES 8
#define TTL_DEFAULT	  64

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static size_t ip_header_bytes(const struct addresses *a)
{
	return a->version == 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
}

static void put_ipv4(uint8_t *h, const struct address *src, const struct address *dst,
		     const struct ip_fields *ip, uint8_t protocol, size_t len)
{
	h[0] = 0x45;
	h[1] = ip->tos;
	put16(h + 2, (uint32_t)(IPV4_HEADER_BYTES + len));
	h[8] = ip->ttl ? ip->ttl : TTL_DEFAULT;
	h[9] = protocol;
	memcpy(h + 12, src, 4);
	memcpy(h + 16, dst, 4);
	put16(h + 10, inet_checksum(h, IPV4_HEADER_BYTES, 0));
}

static void put_ipv6(uint8_t *h, const struct address *src, const struct address *dst,
		     const struct ip_fields *ip, uint8_t protocol, size_t len)
{
	put32(h, 6u << 28 | (uint32_t)ip->tos << 20);
	put16(h + 4, (uint32_t)len);
	h[6] = protocol;
	h[7] = ip->ttl ? ip->ttl : TTL_DEFAULT;
	memcpy(h + 8, src, 16);
	memcpy(h + 24, dst, 16);
}

/* A packet with room for len bytes behind its IP header. */
static struct packet *new_packet(const struct addresses *a, const struct ip_fields *ip,
				 uint8_t protocol, size_t len)
{
	size_t total = ip_header_bytes(a) + len;
	const struct address *src = ip->inbound ? &a->remote : &a->local;
	const struct address *dst = ip->inbound ? &a->local : &a->remote;
	struct packet *p = calloc(1, sizeof(*p) + total);

	if (!p)
		abort();
	p->len = total;
	if (a->version == 4)
		put_ipv4(p->bytes, src, dst, ip, protocol, len);
	else
		put_ipv6(p->bytes, src, dst, ip, protocol, len);
	return p;
}

/* Puts the checksum over the pseudo header and len bytes at h to h + offset. */
static void put_checksum(const struct addresses *a, const struct ip_fields *ip, uint8_t *h,
			 size_t offset, uint8_t protocol, size_t len)
{
	size_t address_bytes = a->version == 4 ? 4 : 16;
	uint32_t sum =
		inet_pseudo_sum(a->local.bytes, a->remote.bytes, address_bytes, protocol, len);
	uint16_t check = inet_checksum(h, len, sum);

	if (protocol == IP_PROTOCOL_UDP && !check)
		check = 0xffff;
	if (ip->bad_checksum)
		check ^= 0x5555;
	put16(h + offset, check);
}

struct packet *packet_tcp(const struct addresses *a, const struct ip_fields *ip,
			  const struct tcp_fields *tcp, const uint8_t *payload, size_t len)
{
	size_t header = TCP_HEADER_BYTES + tcp->options_len;
	struct packet *p = new_packet(a, ip, IP_PROTOCOL_TCP, header + len);
	uint8_t *h = p->bytes + ip_header_bytes(a);

	put16(h, tcp->src_port);
	put16(h + 2, tcp->dst_port);
	put32(h + 4, tcp->seq);
	put32(h + 8, tcp->ack);
	h[12] = (uint8_t)(header / 4 << 4);
	h[13] = tcp->flags;
	put16(h + 14, tcp->window);
	put16(h + 18, tcp->urgent);
	memcpy(h + TCP_HEADER_BYTES, tcp->options, tcp->options_len);
	if (len)
		memcpy(h + header, payload, len);
	put_checksum(a, ip, h, 16, IP_PROTOCOL_TCP, header + len);
	return p;
}

struct packet *packet_udp(const struct addresses *a, const struct ip_fields *ip, uint16_t src_port,
			  uint16_t dst_port, const uint8_t *payload, size_t len)
{
	struct packet *p = new_packet(a, ip, IP_PROTOCOL_UDP, UDP_HEADER_BYTES + len);
	uint8_t *h = p->bytes + ip_header_bytes(a);

	put16(h, src_port);
	put16(h + 2, dst_port);
	put16(h + 4, (uint32_t)(UDP_HEADER_BYTES + len));
	if (len)
		memcpy(h + UDP_HEADER_BYTES, payload, len);
	put_checksum(a, ip, h, 6, IP_PROTOCOL_UDP, UDP_HEADER_BYTES + len);
	return p;
}

struct packet *packet_icmp(const struct addresses *a, const struct ip_fields *ip, uint8_t type,
			   uint8_t code, uint32_t rest, const uint8_t *quoted, size_t len)
{
	uint8_t protocol = a->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
	struct packet *p = new_packet(a, ip, protocol, ICMP_HEADER_BYTES + len);
	uint8_t *h = p->bytes + ip_header_bytes(a);

	h[0] = type;
	h[1] = code;
	put32(h + 4, rest);
	if (len)
		memcpy(h + ICMP_HEADER_BYTES, quoted, len);
	if (a->version == 4)
		put16(h + 2, inet_checksum(h, ICMP_HEADER_BYTES + len, 0));
	else
		put_checksum(a, ip, h, 2, protocol, ICMP_HEADER_BYTES + len);
	return p;
}

struct packet *packet_copy(const uint8_t *bytes, size_t len, uint64_t time_ns)
{
	struct packet *p = calloc(1, sizeof(*p) + len);

	if (!p)
		abort();
	if (bytes)
		memcpy(p->bytes, bytes, len);
	p->len = len;
	p->time_ns = time_ns;
	return p;
}
