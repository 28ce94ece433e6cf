// SPDX-License-Identifier: MIT
/* The stack's hashes and ciphers: nettle's. */
#include <net/crypto.h>
#include <nettle/cmac.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>

void crypto_md5(const struct crypto_piece *pieces, unsigned int count, uint8_t *digest)
{
	struct md5_ctx ctx;

	md5_init(&ctx);
	for (unsigned int i = 0; i < count; i++)
		md5_update(&ctx, pieces[i].len, pieces[i].data);
	md5_digest(&ctx, CRYPTO_MD5_BYTES, digest);
}

void crypto_hmac_sha1(const void *key, size_t key_len, const struct crypto_piece *pieces,
		      unsigned int count, uint8_t *mac)
{
	struct hmac_sha1_ctx ctx;

	hmac_sha1_set_key(&ctx, key_len, key);
	for (unsigned int i = 0; i < count; i++)
		hmac_sha1_update(&ctx, pieces[i].len, pieces[i].data);
	hmac_sha1_digest(&ctx, CRYPTO_HMAC_SHA1_BYTES, mac);
}

void crypto_cmac_aes128(const void *key, const struct crypto_piece *pieces, unsigned int count,
			uint8_t *mac)
{
	struct cmac_aes128_ctx ctx;

	cmac_aes128_set_key(&ctx, key);
	for (unsigned int i = 0; i < count; i++)
		cmac_aes128_update(&ctx, pieces[i].len, pieces[i].data);
	cmac_aes128_digest(&ctx, CRYPTO_CMAC_AES128_BYTES, mac);
}
