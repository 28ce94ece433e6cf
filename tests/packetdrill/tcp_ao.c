// SPDX-License-Identifier: MIT
#include "tcp_ao.h"

#include <nettle/cmac.h>
#include <nettle/hmac.h>
#include <stdlib.h>
#include <string.h>

#define KIND_AO		  29
#define HEADER_BYTES	  20
#define PSEUDO_HEADER_MAX 40
#define TRAFFIC_KEY_MAX	  SHA1_DIGEST_SIZE
#define TRAFFIC_INPUT_MAX 64
#define TRAFFIC_LABEL	  "TCP-AO"

static uint8_t *put(uint8_t *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

static uint8_t *put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value);
}

static void hmac(const uint8_t *key, size_t key_len, const uint8_t *text, size_t len, uint8_t *out)
{
	struct hmac_sha1_ctx ctx;

	hmac_sha1_set_key(&ctx, key_len, key);
	hmac_sha1_update(&ctx, len, text);
	hmac_sha1_digest(&ctx, SHA1_DIGEST_SIZE, out);
}

static void cmac(const uint8_t key[CMAC128_DIGEST_SIZE], const uint8_t *text, size_t len,
		 uint8_t *out)
{
	struct cmac_aes128_ctx ctx;

	cmac_aes128_set_key(&ctx, key);
	cmac_aes128_update(&ctx, len, text);
	cmac_aes128_digest(&ctx, CMAC128_DIGEST_SIZE, out);
}

/* RFC 5926, 3.1.1: the traffic key, from the master key and the connection. */
static void traffic_key(const struct ao_segment *s, const struct ao_key *key, uint8_t *out)
{
	static const uint8_t zeroes[CMAC128_DIGEST_SIZE];
	const size_t address_bytes = s->ip_version == 4 ? 4 : 16, secret_len = strlen(key->secret);
	const bool sha1 = key->algorithm == AO_HMAC_SHA1;
	const uint8_t *secret = (const uint8_t *)key->secret;
	uint8_t input[TRAFFIC_INPUT_MAX], master[CMAC128_DIGEST_SIZE], *p = input;

	*p++ = 1;
	p = put(p, TRAFFIC_LABEL, strlen(TRAFFIC_LABEL));
	p = put(p, s->src, address_bytes);
	p = put(p, s->dst, address_bytes);
	p = put16(p, s->tcp->src_port);
	p = put16(p, s->tcp->dst_port);
	p = put32(p, s->src_isn);
	p = put32(p, s->dst_isn);
	p = put16(p, 8 * (sha1 ? SHA1_DIGEST_SIZE : CMAC128_DIGEST_SIZE));
	if (sha1) {
		hmac(secret, secret_len, input, (size_t)(p - input), out);
		return;
	}
	if (secret_len == sizeof(master))
		memcpy(master, secret, sizeof(master));
	else
		cmac(zeroes, secret, secret_len, master);
	cmac(master, input, (size_t)(p - input), out);
}

/* The options, the MAC as zeroes. */
static uint8_t *put_options(uint8_t *at, const struct tcp_fields *tcp)
{
	memcpy(at, tcp->options, tcp->options_len);
	for (unsigned int i = 0; i + 1 < tcp->options_len && at[i];) {
		if (at[i] == KIND_AO && at[i + 1] >= 4)
			memset(at + i + 4, 0, at[i + 1] - 4u);
		i += at[i] == 1 || at[i + 1] < 2 ? 1 : at[i + 1];
	}
	return at + tcp->options_len;
}

static uint8_t *put_header(uint8_t *at, const struct tcp_fields *tcp)
{
	at = put16(at, tcp->src_port);
	at = put16(at, tcp->dst_port);
	at = put32(at, tcp->seq);
	at = put32(at, tcp->ack);
	*at++ = (uint8_t)((HEADER_BYTES + tcp->options_len) / 4 << 4);
	*at++ = tcp->flags;
	at = put16(at, tcp->window);
	at = put16(at, 0);
	at = put16(at, tcp->urgent);
	return put_options(at, tcp);
}

static uint8_t *put_pseudo_header(uint8_t *at, const struct ao_segment *s)
{
	const size_t address_bytes = s->ip_version == 4 ? 4 : 16;
	const uint32_t len = (uint32_t)(HEADER_BYTES + s->tcp->options_len + s->len);

	at = put(at, s->src, address_bytes);
	at = put(at, s->dst, address_bytes);
	if (s->ip_version == 4)
		return put16(put16(at, IP_PROTOCOL_TCP), len);
	return put32(put32(at, len), IP_PROTOCOL_TCP);
}

void ao_segment_mac(const struct ao_segment *s, const struct ao_key *key,
		    uint8_t mac[TCP_AO_MAC_BYTES])
{
	uint8_t traffic[TRAFFIC_KEY_MAX], full[TRAFFIC_KEY_MAX];
	uint8_t *text = malloc(4 + PSEUDO_HEADER_MAX + HEADER_BYTES + TCP_OPTIONS_MAX + s->len);
	uint8_t *p = text;

	if (!text)
		abort();
	/* The upper half of the sequence number (RFC 5925, 6.2): it has gone around, or not. */
	p = put32(p, s->tcp->seq < s->src_isn);
	p = put_pseudo_header(p, s);
	p = put_header(p, s->tcp);
	if (s->len)
		p = put(p, s->payload, s->len);
	traffic_key(s, key, traffic);
	if (key->algorithm == AO_HMAC_SHA1)
		hmac(traffic, SHA1_DIGEST_SIZE, text, (size_t)(p - text), full);
	else
		cmac(traffic, text, (size_t)(p - text), full);
	free(text);
	memcpy(mac, full, TCP_AO_MAC_BYTES);
}
