// SPDX-License-Identifier: MIT
#include "stack_test.h"

/* RFC 1071 section 1, word by word. */
static uint16_t naive(const uint8_t *p, uint32_t len)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += (uint32_t)p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

START_TEST(every_length_and_alignment_matches_the_naive_sum)
{
	uint8_t buf[400];

	fill_pattern(buf, sizeof(buf), 1);
	for (uint32_t offset = 0; offset < 9; offset++)
		for (uint32_t len = 0; len < 300; len++)
			ck_assert_uint_eq(ntohs(csum_fold(csum_partial(buf + offset, len, 0))),
					  naive(buf + offset, len));
}
END_TEST

START_TEST(all_ones_over_64_kib_lose_no_carry)
{
	static uint8_t buf[65536];

	memset(buf, 0xff, sizeof(buf));
	for (uint32_t len = 65536; len > 65500; len--)
		ck_assert_uint_eq(ntohs(csum_fold(csum_partial(buf, len, 0xffffffff))),
				  naive(buf, len));
}
END_TEST

START_TEST(blocks_of_odd_length_add_up)
{
	uint8_t buf[999];
	struct host_random r;

	fill_pattern(buf, sizeof(buf), 2);
	host_random_seed(&r, 3, 0);
	for (unsigned int round = 0; round < 200; round++) {
		uint32_t sum = 0, at = 0;

		while (at < sizeof(buf)) {
			uint32_t n = 1 + (uint32_t)(host_random_u64(&r) % 100);

			if (n > sizeof(buf) - at)
				n = (uint32_t)sizeof(buf) - at;
			sum = csum_block_add(sum, csum_partial(buf + at, n, 0), at);
			at += n;
		}
		ck_assert_uint_eq(ntohs(csum_fold(sum)), naive(buf, sizeof(buf)));
	}
}
END_TEST

START_TEST(the_pseudo_header_counts)
{
	/* RFC 768 layout: source, destination, zero, protocol, length */
	uint8_t all[12 + 11];

	fill_pattern(all, sizeof(all), 4);
	all[8] = 0;
	all[9] = IPPROTO_UDP;
	all[10] = 0;
	all[11] = 11;
	ck_assert_uint_eq(ntohs(csum_tcpudp_magic(htonl(get_unaligned_be32(all)),
						  htonl(get_unaligned_be32(all + 4)), 11,
						  IPPROTO_UDP, csum_partial(all + 12, 11, 0))),
			  naive(all, sizeof(all)));
}
END_TEST

START_TEST(replacing_a_word_equals_summing_anew)
{
	uint8_t buf[40];

	for (uint32_t seed = 0; seed < 500; seed++) {
		uint16_t check, old, new = (uint16_t)(seed * 2654435761u >> 8);

		fill_pattern(buf, sizeof(buf), seed);
		check = csum_fold(csum_partial(buf, sizeof(buf), 0));
		memcpy(&old, buf + 6, 2);
		memcpy(buf + 6, &new, 2);
		ck_assert_uint_eq(csum_replace2(check, old, new),
				  csum_fold(csum_partial(buf, sizeof(buf), 0)));
	}
}
END_TEST

START_TEST(siphash_gives_the_papers_vectors)
{
	/* Aumasson, Bernstein, appendix A: key 00..0f, input 00..0e. */
	struct siphash_key key = {{0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull}};
	uint8_t in[16];
	uint64_t words[3] = {0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull, 0x1716151413121110ull};

	for (unsigned int i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	ck_assert_uint_eq(siphash(in, 15, &key), 0xa129ca6149be45e5ull);
	ck_assert_uint_eq(siphash(words, 8, &key), siphash_1u64(words[0], &key));
	ck_assert_uint_eq(siphash(words, 16, &key), siphash_2u64(words[0], words[1], &key));
	ck_assert_uint_eq(siphash(words, 24, &key),
			  siphash_3u64(words[0], words[1], words[2], &key));
}
END_TEST

Suite *checksum_suite(void)
{
	Suite *s = suite_create("checksum");
	TCase *t = tcase_create("checksum");

	tcase_add_test(t, every_length_and_alignment_matches_the_naive_sum);
	tcase_add_test(t, all_ones_over_64_kib_lose_no_carry);
	tcase_add_test(t, blocks_of_odd_length_add_up);
	tcase_add_test(t, the_pseudo_header_counts);
	tcase_add_test(t, replacing_a_word_equals_summing_anew);
	tcase_add_test(t, siphash_gives_the_papers_vectors);
	suite_add_tcase(s, t);
	return s;
}
