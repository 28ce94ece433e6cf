// SPDX-License-Identifier: MIT
/* Small segments that are lost are sent again as larger ones, of as many pieces of memory as an
 * sk_buff takes; no byte is lost by it, and no memory (tear-down looks). */
#include "tcp_test.h"

#define PIECE_BYTES 20u
#define PIECES	    60u
#define WARM_BYTES  100000u /* opens the congestion window for the pieces */
#define TOTAL_BYTES (WARM_BYTES + PIECES * PIECE_BYTES)

static struct {
	int client[2];
	bool losing;
	uint32_t longest_again; /* bytes, of what is sent again */
	uint32_t lost;
} small;

static bool lose_pieces(const struct seg *s)
{
	if (!small.losing || s->from || !s->len)
		return true;
	small.lost++;
	return false;
}

static bool measure(const struct seg *s)
{
	if (!s->from && s->len > small.longest_again)
		small.longest_again = s->len;
	return true;
}

static void read_stream(void *arg)
{
	const int fd = (int)(intptr_t)arg;
	static uint8_t got[2][TOTAL_BYTES];
	uint8_t *to = got[fd & 1];

	read_all(1, fd, to, TOTAL_BYTES);
	stream_check(to, TOTAL_BYTES, 7, 0);
}

static void serve_two(void *arg)
{
	int l = listen_on(1, PORT, 8);

	(void)arg;
	for (int i = 0; i < 2; i++)
		task(1, read_stream, (void *)(intptr_t)accept_from(1, l));
}

/* Two connections take turns, so that the payload of neither is in one piece. */
static void write_pieces(void *arg)
{
	static uint8_t stream[TOTAL_BYTES];

	(void)arg;
	host_sleep(bench.host[0], HOST_MS);
	stream_fill(stream, sizeof(stream), 7, 0);
	for (int i = 0; i < 2; i++) {
		small.client[i] = dial(0, ADDR_B, PORT);
		ck_assert_int_eq(set_opt(0, small.client[i], SOL_TCP, TCP_NODELAY, 1), 0);
		write_all(0, small.client[i], stream, WARM_BYTES);
	}
	host_sleep(bench.host[0], 50 * HOST_MS);
	small.losing = true;
	bench.filter = lose_pieces;
	for (unsigned int p = 0; p < PIECES; p++)
		for (int i = 0; i < 2; i++)
			write_all(0, small.client[i], stream + WARM_BYTES + p * PIECE_BYTES,
				  PIECE_BYTES);
	host_sleep(bench.host[0], 10 * HOST_MS);
	bench.filter = measure;
}

START_TEST(small_segments_are_sent_again_in_one_and_arrive_whole)
{
	memset(&small, 0, sizeof(small));
	task(1, serve_two, NULL);
	task(0, write_pieces, NULL);
	run_tasks(60);
	run_for(HOST_SECOND); /* the last ACKs */
	ck_assert_uint_ge(small.lost, 2 * PIECES);
	ck_assert_uint_eq(small.longest_again, MAX_SKB_FRAGS * PIECE_BYTES);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(info_of(0, small.client[i]).tcpi_unacked, 0);
		ck_assert_uint_eq(info_of(0, small.client[i]).tcpi_lost, 0);
		ck_assert_uint_eq(info_of(0, small.client[i]).tcpi_retrans, 0);
	}
	bench.filter = NULL;
}
END_TEST

Suite *collapse_suite(void)
{
	Suite *s = suite_create("collapse");
	TCase *t = tcase_create("pair");
	TCase *t6 = tcase_create("pair6");

	tcase_add_checked_fixture(t, pair_setup, pair_teardown);
	tcase_add_test(t, small_segments_are_sent_again_in_one_and_arrive_whole);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t6, pair6_setup, pair_teardown);
	tcase_add_test(t6, small_segments_are_sent_again_in_one_and_arrive_whole);
	suite_add_tcase(s, t6);
	return s;
}
