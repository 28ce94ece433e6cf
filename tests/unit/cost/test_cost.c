// SPDX-License-Identifier: MIT
/*
 * What attacks on TCP's data structures cost, counted exactly: the stack is compiled so that each
 * basic block calls __sanitizer_cov_trace_pc(), which counts. No time is measured.
 */
#include "../tcp/tcp_test.h"

#define MSS 1448u /* with time stamps */

static uint64_t blocks_run;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	blocks_run++;
}

static uint8_t block[1 << 20];

/* ---- SegmentSmack (CVE-2018-5390) ---- */

#define SEGMENTS 100000u

enum order { ASCENDING, DESCENDING, SHUFFLED, ORDERS };
static enum order order;

/* Where the i-th one-byte segment goes: every second byte, never the first. */
static uint32_t place(uint32_t i)
{
	switch (order) {
	case ASCENDING:
		return 1 + 2 * i;
	case DESCENDING:
		return 1 + 2 * (SEGMENTS - 1 - i);
	default:
		return 1 + 2 * (uint32_t)((uint64_t)i * 48271 % SEGMENTS); /* a permutation */
	}
}

/* A connection whose receive buffer holds thousands of segments. */
static int accept_with_buffer(uint32_t bytes)
{
	net_sysctl(bench.net[0])->tcp_rmem[1] = bytes;
	net_sysctl(bench.net[0])->tcp_rmem[2] = bytes;
	return script_accept(true, true, 7, 1460);
}

static void segment_smack(void)
{
	const uint32_t buffer_bytes = 12u << 20;
	int fd = accept_with_buffer(buffer_bytes);
	uint64_t first = 0, last = 0;
	const uint32_t base = peer.seq;

	for (uint32_t i = 0; i < SEGMENTS; i++) {
		uint64_t before_blocks = blocks_run;

		peer_send_at(base + place(i), TCPHDR_ACK, "x", 1);
		host_sleep(bench.host[0], 1000);
		if (i < 1000)
			first += blocks_run - before_blocks;
		if (i >= SEGMENTS - 1000)
			last += blocks_run - before_blocks;
		ck_assert_uint_le(bench.net[0]->tcp_memory_bytes, buffer_bytes);
	}
	ck_assert_uint_gt(first, 1000);
	ck_assert_msg(last <= 2 * first, "the first 1,000 cost %llu basic blocks, the last %llu",
		      (unsigned long long)first, (unsigned long long)last);
	ck_assert_uint_gt(MIB(0, TcpExtTCPOFOQueue), 4000); /* a deep tree there was */
	sys_close(bench.files[0], fd);
}

START_TEST(out_of_order_segments_cost_no_more_the_more_there_are)
{
	order = (enum order)_i;
	in_script(segment_smack);
}
END_TEST

/* In-order segments that fill the buffer with little payload; then more, which find no room. */
static void full_buffer(void)
{
	int fd = accept_with_buffer(4u << 20);
	uint64_t ordinary = 0, refused = 0;
	uint32_t base;

	for (uint32_t i = 0; i < 8000; i++) {
		uint64_t before_blocks = blocks_run;

		peer.tsval++;
		peer_send(TCPHDR_ACK, block, 600);
		host_sleep(bench.host[0], 1000);
		if (i < 1000)
			ordinary += blocks_run - before_blocks;
	}
	base = peer.seq;
	for (uint32_t i = 0; i < 1000; i++) {
		uint64_t before_blocks = blocks_run;

		peer_send_at(base + 1000 + 700 * i, TCPHDR_ACK, block, 600);
		host_sleep(bench.host[0], 1000);
		refused += blocks_run - before_blocks;
	}
	ck_assert_uint_gt(MIB(0, TcpExtPruneCalled), 0);
	ck_assert_msg(refused <= 2 * ordinary,
		      "1,000 ordinary segments cost %llu, refused ones %llu",
		      (unsigned long long)ordinary, (unsigned long long)refused);
	sys_close(bench.files[0], fd);
}

START_TEST(a_full_buffer_is_not_walked_for_each_segment)
{
	in_script(full_buffer);
}
END_TEST

/* ---- SACK panic (CVE-2019-11477, 11478, 11479) ---- */

/* The peer asks for segments of 48 bytes and SACKs every second one, so that super-segments must be
 * cut to pieces. */
static void sack_panic(void)
{
	uint8_t opt[28] = {TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK, 26};
	uint64_t first = 0, last = 0, most = 0;
	const uint32_t mss = 36; /* 48 less time stamps */
	uint32_t base, sent, acks = 0;
	int fd;

	peer.window = 65535;
	fd = script_accept(true, true, 7, 48);
	ck_assert_int_eq(set_opt(0, fd, SOL_SOCKET, SO_SNDBUFFORCE, 1 << 20), 0);
	set_nonblock(0, fd);
	while (sys_write(bench.files[0], fd, block, sizeof(block)) > 0)
		;
	settle();
	base = seg_from(0, 0)->seq;
	/* Lets the window grow first. */
	for (int i = 0; i < 9; i++) {
		base = seg_from(0, segs_from(0) - 1)->seq + mss;
		peer.ack = base;
		peer.tsval++;
		peer.tsecr = bench.tsval_seen;
		peer_send(TCPHDR_ACK, NULL, 0);
		settle();
	}
	sent = seg_from(0, segs_from(0) - 1)->seq + mss - base;
	ck_assert_uint_gt(sent / mss, 1000);
	for (uint32_t at = mss; at + 6 * mss < sent; at += 6 * mss) {
		const uint64_t before_blocks = blocks_run;
		const struct tcp_info info = info_of(0, fd);

		for (uint32_t b = 0; b < 3; b++) {
			put_unaligned_be32(base + at + 2 * b * mss, opt + 4 + b * 8);
			put_unaligned_be32(base + at + (2 * b + 1) * mss, opt + 8 + b * 8);
		}
		peer.tsval++;
		peer_send_opts(TCPHDR_ACK, opt, sizeof(opt), NULL, 0);
		host_sleep(bench.host[0], 1000);
		ck_assert_uint_le(info.tcpi_sacked + info.tcpi_lost, info.tcpi_unacked);
		ck_assert_uint_le(info.tcpi_retrans, info.tcpi_unacked);
		if (acks < 50)
			first += blocks_run - before_blocks;
		else if (acks % 50 == 0)
			last = 0;
		last += blocks_run - before_blocks;
		acks++;
		if (bench.net[0]->tcp_memory_bytes > most)
			most = bench.net[0]->tcp_memory_bytes;
	}
	ck_assert_msg(last <= 2 * first, "the first 50 ACKs cost %llu basic blocks, the last %llu",
		      (unsigned long long)first, (unsigned long long)last);
	ck_assert_uint_le(most, 2 * (2u << 20) + 4096); /* SO_SNDBUF doubles what is asked */
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
}

START_TEST(adversarial_sacks_at_most_double_the_send_buffer)
{
	in_script(sack_panic);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cost");
	TCase *t = tcase_create("script");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(t, script_setup, script_teardown);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, out_of_order_segments_cost_no_more_the_more_there_are, 0, ORDERS);
	tcase_add_test(t, a_full_buffer_is_not_walked_for_each_segment);
	tcase_add_test(t, adversarial_sacks_at_most_double_the_send_buffer);
	suite_add_tcase(s, t);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
