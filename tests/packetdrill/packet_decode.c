// SPDX-License-Identifier: MIT
/* Takes a packet apart and verifies its lengths and checksums. */
#include "packet.h"

#include <string.h>
#include "inet_checksum.h"

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return get16(at) << 16 | get16(at + 2);
}

static bool checksum_good(const struct packet_view *v, const uint8_t *h, size_t len)
{
	size_t address_bytes = v->version == 4 ? 4 : 16;
	uint32_t sum = 0;

	if (v->protocol != IP_PROTOCOL_ICMP)
		sum = inet_pseudo_sum(v->src, v->dst, address_bytes, v->protocol, len);
	return inet_checksum(h, len, sum) == 0;
}

static const char *decode_tcp(const uint8_t *h, size_t len, struct packet_view *v)
{
	size_t header;

	if (len < 20)
		return "TCP header cut short";
	header = (size_t)(h[12] >> 4) * 4;
	if (header < 20 || header > len)
		return "TCP data offset out of bounds";
	v->tcp.src_port = v->src_port = (uint16_t)get16(h);
	v->tcp.dst_port = v->dst_port = (uint16_t)get16(h + 2);
	v->tcp.seq = get32(h + 4);
	v->tcp.ack = get32(h + 8);
	v->tcp.flags = h[13];
	v->tcp.window = (uint16_t)get16(h + 14);
	v->tcp.urgent = (uint16_t)get16(h + 18);
	v->tcp.options_len = (unsigned int)(header - 20);
	memcpy(v->tcp.options, h + 20, header - 20);
	v->payload = h + header;
	v->payload_len = len - header;
	return checksum_good(v, h, len) ? NULL : "wrong TCP checksum";
}

static const char *decode_udp(const uint8_t *h, size_t len, struct packet_view *v)
{
	if (len < 8 || get16(h + 4) != len)
		return "wrong UDP length";
	v->src_port = (uint16_t)get16(h);
	v->dst_port = (uint16_t)get16(h + 2);
	v->payload = h + 8;
	v->payload_len = len - 8;
	return checksum_good(v, h, len) ? NULL : "wrong UDP checksum";
}

static const char *decode_icmp(const uint8_t *h, size_t len, struct packet_view *v)
{
	if (len < 8)
		return "ICMP header cut short";
	v->icmp_type = h[0];
	v->icmp_code = h[1];
	v->payload = h + 8;
	v->payload_len = len - 8;
	return checksum_good(v, h, len) ? NULL : "wrong ICMP checksum";
}

static const char *decode_transport(const uint8_t *h, size_t len, struct packet_view *v)
{
	switch (v->protocol) {
	case IP_PROTOCOL_TCP:
		return decode_tcp(h, len, v);
	case IP_PROTOCOL_UDP:
		return decode_udp(h, len, v);
	case IP_PROTOCOL_ICMP:
	case IP_PROTOCOL_ICMPV6:
		return decode_icmp(h, len, v);
	default:
		return "neither TCP, UDP nor ICMP";
	}
}

static const char *decode_ipv4(const struct packet *p, struct packet_view *v)
{
	const uint8_t *h = p->bytes;
	size_t header = (size_t)(h[0] & 0xf) * 4, total = get16(h + 2);

	if (p->len < 20 || header < 20 || header > total || total > p->len)
		return "wrong IPv4 length";
	if (inet_checksum(h, header, 0))
		return "wrong IPv4 header checksum";
	if (get16(h + 6) & 0x3fff)
		return "an IPv4 fragment";
	v->tos = h[1];
	v->ttl = h[8];
	v->protocol = h[9];
	v->src = h + 12;
	v->dst = h + 16;
	return decode_transport(h + header, total - header, v);
}

static const char *decode_ipv6(const struct packet *p, struct packet_view *v)
{
	const uint8_t *h = p->bytes;
	size_t len = get16(h + 4);

	if (p->len < 40 || 40 + len > p->len)
		return "wrong IPv6 length";
	v->tos = (uint8_t)(get32(h) >> 20);
	v->protocol = h[6];
	v->ttl = h[7];
	v->src = h + 8;
	v->dst = h + 24;
	return decode_transport(h + 40, len, v);
}

const char *packet_decode(const struct packet *p, struct packet_view *v)
{
	memset(v, 0, sizeof(*v));
	if (!p->len)
		return "empty packet";
	v->version = p->bytes[0] >> 4;
	if (v->version == 4)
		return decode_ipv4(p, v);
	if (v->version == 6)
		return decode_ipv6(p, v);
	return "neither IPv4 nor IPv6";
}
