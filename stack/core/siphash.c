// SPDX-License-Identifier: MIT
/* SipHash-2-4 with a 128-bit key and 64-bit result (siphash.h names the paper). */
#include <net/siphash.h>

struct sip_state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotl(uint64_t x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static inline void sip_round(struct sip_state *s)
{
	s->v0 += s->v1;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

static inline struct sip_state sip_begin(const struct siphash_key *key)
{
	return (struct sip_state){
		.v0 = key->key[0] ^ 0x736f6d6570736575ull,
		.v1 = key->key[1] ^ 0x646f72616e646f6dull,
		.v2 = key->key[0] ^ 0x6c7967656e657261ull,
		.v3 = key->key[1] ^ 0x7465646279746573ull,
	};
}

static inline void sip_word(struct sip_state *s, uint64_t m)
{
	s->v3 ^= m;
	sip_round(s);
	sip_round(s);
	s->v0 ^= m;
}

static inline uint64_t sip_end(struct sip_state *s)
{
	s->v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

uint64_t siphash(const void *data, size_t len, const struct siphash_key *key)
{
	struct sip_state s = sip_begin(key);
	const uint8_t *p = data;
	uint64_t last = (uint64_t)len << 56;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		uint64_t m;

		__builtin_memcpy(&m, p + i, 8);
		sip_word(&s, m);
	}
	for (unsigned int shift = 0; i < len; i++, shift += 8)
		last |= (uint64_t)p[i] << shift;
	sip_word(&s, last);
	return sip_end(&s);
}

uint64_t siphash_1u64(uint64_t a, const struct siphash_key *key)
{
	struct sip_state s = sip_begin(key);

	sip_word(&s, a);
	sip_word(&s, 8ull << 56);
	return sip_end(&s);
}

uint64_t siphash_2u64(uint64_t a, uint64_t b, const struct siphash_key *key)
{
	struct sip_state s = sip_begin(key);

	sip_word(&s, a);
	sip_word(&s, b);
	sip_word(&s, 16ull << 56);
	return sip_end(&s);
}

uint64_t siphash_3u64(uint64_t a, uint64_t b, uint64_t c, const struct siphash_key *key)
{
	struct sip_state s = sip_begin(key);

	sip_word(&s, a);
	sip_word(&s, b);
	sip_word(&s, c);
	sip_word(&s, 24ull << 56);
	return sip_end(&s);
}
