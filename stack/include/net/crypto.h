/* SPDX-License-Identifier: MIT */
/*
 * The hashes of TCP-MD5 (RFC 2385) and TCP-AO (RFC 5926), from a kept library: nettle, in the guest
 * and on the host (stack/core/crypto.c). Data comes in pieces, as a packet's lies in memory.
 */
#ifndef NET_CRYPTO_H
#define NET_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

struct crypto_piece {
	const void *data;
	size_t len;
};

#define CRYPTO_MD5_BYTES	 16u
#define CRYPTO_HMAC_SHA1_BYTES	 20u
#define CRYPTO_CMAC_AES128_BYTES 16u

void crypto_md5(const struct crypto_piece *pieces, unsigned int count, uint8_t *digest);
void crypto_hmac_sha1(const void *key, size_t key_len, const struct crypto_piece *pieces,
		      unsigned int count, uint8_t *mac);
/* key: 16 bytes. */
void crypto_cmac_aes128(const void *key, const struct crypto_piece *pieces, unsigned int count,
			uint8_t *mac);

#endif
