/* SPDX-License-Identifier: MIT */
/*
 * SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012): the keyed hash of
 * hash tables, port choice (RFC 6056), initial sequence numbers (RFC 6528) and IP identification.
 */
#ifndef NET_SIPHASH_H
#define NET_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t key[2];
};

uint64_t siphash(const void *data, size_t len, const struct siphash_key *key);
/* The same for one, two and three 64-bit words, without the byte loop. */
uint64_t siphash_1u64(uint64_t a, const struct siphash_key *key);
uint64_t siphash_2u64(uint64_t a, uint64_t b, const struct siphash_key *key);
uint64_t siphash_3u64(uint64_t a, uint64_t b, uint64_t c, const struct siphash_key *key);

#endif
