// SPDX-License-Identifier: MIT
#include "tcp_md5.h"

#include <arpa/inet.h>
#include <nettle/md5.h>
#include <string.h>

#define HEADER_BYTES 20

/* RFC 2385, 2.0 item 1; over IPv6 the pseudo-header of RFC 8200, 8.1. */
static void add_pseudo_header(struct md5_ctx *md5, const uint8_t *src, const uint8_t *dst,
			      int ip_version, size_t len)
{
	const uint8_t v4[4] = {0, IP_PROTOCOL_TCP, (uint8_t)(len >> 8), (uint8_t)len};
	const uint8_t v6[8] = {0, 0, (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, IP_PROTOCOL_TCP};
	size_t address_bytes = ip_version == 4 ? 4 : 16;

	md5_update(md5, address_bytes, src);
	md5_update(md5, address_bytes, dst);
	if (ip_version == 4)
		md5_update(md5, sizeof(v4), v4);
	else
		md5_update(md5, sizeof(v6), v6);
}

static void add_header(struct md5_ctx *md5, const struct tcp_fields *tcp)
{
	uint8_t h[HEADER_BYTES] = {0};
	uint32_t word;

	h[0] = (uint8_t)(tcp->src_port >> 8);
	h[1] = (uint8_t)tcp->src_port;
	h[2] = (uint8_t)(tcp->dst_port >> 8);
	h[3] = (uint8_t)tcp->dst_port;
	word = htonl(tcp->seq);
	memcpy(h + 4, &word, 4);
	word = htonl(tcp->ack);
	memcpy(h + 8, &word, 4);
	h[12] = (uint8_t)((HEADER_BYTES + tcp->options_len) / 4 << 4);
	h[13] = tcp->flags;
	h[14] = (uint8_t)(tcp->window >> 8);
	h[15] = (uint8_t)tcp->window;
	h[18] = (uint8_t)(tcp->urgent >> 8);
	h[19] = (uint8_t)tcp->urgent;
	md5_update(md5, sizeof(h), h);
}

void tcp_md5_digest(const uint8_t *src, const uint8_t *dst, int ip_version,
		    const struct tcp_fields *tcp, const uint8_t *payload, size_t len,
		    const char *key, uint8_t digest[TCP_MD5_BYTES])
{
	struct md5_ctx md5;

	md5_init(&md5);
	add_pseudo_header(&md5, src, dst, ip_version, HEADER_BYTES + tcp->options_len + len);
	add_header(&md5, tcp);
	md5_update(&md5, len, payload);
	md5_update(&md5, strlen(key), (const uint8_t *)key);
	md5_digest(&md5, TCP_MD5_BYTES, digest);
}
