// SPDX-License-Identifier: MIT
/*
 * TCP-AO's computations (RFC 5925, 5 and 6; RFC 5926): traffic keys from a master key and a
 * connection's numbers, the MAC of a segment, the extension of sequence numbers to 64 bits.
 */
#include <net/tcp.h>

#define KDF_LABEL "TCP-AO"

static const uint8_t key_bytes[TCP_AO_ALGS] = {
	[TCP_AO_HMAC_SHA1] = CRYPTO_HMAC_SHA1_BYTES,
	[TCP_AO_CMAC_AES128] = CRYPTO_CMAC_AES128_BYTES,
};

/* RFC 5926, 3.1.1.2: a master key of another length than the cipher's is hashed to it. */
static void kdf_cmac(const struct tcp_ao_key *key, const struct crypto_piece *input, uint8_t *out)
{
	static const uint8_t zeroes[CRYPTO_CMAC_AES128_BYTES];
	const struct crypto_piece master = {key->key, key->keylen};
	uint8_t k[CRYPTO_CMAC_AES128_BYTES];

	if (key->keylen == sizeof(k))
		memcpy(k, key->key, sizeof(k));
	else
		crypto_cmac_aes128(zeroes, &master, 1, k);
	crypto_cmac_aes128(k, input, 1, out);
}

static uint8_t *put_bytes(uint8_t *p, const void *from, size_t len)
{
	memcpy(p, from, len);
	return p + len;
}

static uint8_t *put_addr(uint8_t *p, const struct in6_addr *addr, bool v4)
{
	return v4 ? put_bytes(p, &addr->s6_addr32[3], 4) : put_bytes(p, addr, 16);
}

void tcp_ao_traffic_key(const struct tcp_ao_key *key, const struct tcp_ao_ends *ends,
			uint8_t *traffic_key)
{
	const bool v4 = ipv6_addr_v4mapped(ends->daddr);
	uint8_t input[1 + sizeof(KDF_LABEL) - 1 + 2 * 16 + 2 * 2 + 2 * 4 + 2], *p = input;
	struct crypto_piece piece = {input, 0};

	*p++ = 1; /* the first block is all that is needed */
	p = put_bytes(p, KDF_LABEL, sizeof(KDF_LABEL) - 1);
	p = put_addr(p, ends->saddr, v4);
	p = put_addr(p, ends->daddr, v4);
	put_unaligned_be16(ends->sport, p);
	put_unaligned_be16(ends->dport, p + 2);
	put_unaligned_be32(ends->sisn, p + 4);
	put_unaligned_be32(ends->disn, p + 8);
	put_unaligned_be16((uint16_t)(key_bytes[key->alg] * 8), p + 12);
	piece.len = (size_t)(p + 14 - input);
	if (key->alg == TCP_AO_HMAC_SHA1)
		crypto_hmac_sha1(key->key, key->keylen, &piece, 1, traffic_key);
	else
		kdf_cmac(key, &piece, traffic_key);
}

/* The header as it is hashed: checksum and MAC zero; without the other options when the key says
 * so. Returns its bytes. */
static uint32_t hashed_header(const struct tcp_ao_key *key, const struct sk_buff *skb,
			      const uint8_t *mac_at, uint8_t *to)
{
	const struct tcphdr *th = (const struct tcphdr *)skb->data;
	const uint32_t header_len = th->doff * 4u;
	const uint32_t option = (uint32_t)(mac_at - skb->data) - TCPOLEN_AO_BASE;

	memcpy(to, th, header_len);
	((struct tcphdr *)to)->check = 0;
	memset(to + option + TCPOLEN_AO_BASE, 0, key->maclen);
	if (!(key->keyflags & TCP_AO_KEYF_EXCLUDE_OPT))
		return header_len;
	memmove(to + TCP_BASE_HEADER, to + option, TCPOLEN_AO_BASE + key->maclen);
	return TCP_BASE_HEADER + TCPOLEN_AO_BASE + key->maclen;
}

void tcp_ao_mac(const struct tcp_ao_key *key, const uint8_t *traffic_key, uint32_t sne,
		const struct in6_addr *saddr, const struct in6_addr *daddr,
		const struct sk_buff *skb, const uint8_t *mac_at, uint8_t *mac)
{
	const struct tcphdr *th = (const struct tcphdr *)skb->data;
	uint8_t front[4 + TCP_PSEUDO_MAX], header[TCP_BASE_HEADER + MAX_TCP_OPTION_BYTES];
	uint8_t full[TCP_AO_TRAFFIC_KEY_MAX];
	struct crypto_piece p[2 + TCP_AUTH_PIECES_MAX] = {{front, 0}, {header, 0}};
	unsigned int count;

	put_unaligned_be32(sne, front);
	p[0].len = 4 + tcp_auth_pseudo(front + 4, saddr, daddr, skb->len);
	p[1].len = hashed_header(key, skb, mac_at, header);
	count = 2 + tcp_auth_pieces(skb, th->doff * 4u, p + 2);
	if (key->alg == TCP_AO_HMAC_SHA1)
		crypto_hmac_sha1(traffic_key, CRYPTO_HMAC_SHA1_BYTES, p, count, full);
	else
		crypto_cmac_aes128(traffic_key, p, count, full);
	memcpy(mac, full, key->maclen);
}

/* seq is less than half the circle away from the number that is followed. */
uint32_t tcp_ao_sne_of(const struct tcp_ao_sne *e, uint32_t seq)
{
	if (before(seq, e->seq))
		return seq > e->seq ? e->sne - 1 : e->sne;
	return seq < e->seq ? e->sne + 1 : e->sne;
}

void tcp_ao_sne_follow(struct tcp_ao_sne *e, uint32_t seq)
{
	e->sne = tcp_ao_sne_of(e, seq);
	e->seq = seq;
}
