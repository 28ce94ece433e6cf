// SPDX-License-Identifier: MIT
/* Time-outs, fast retransmit, SACK on both sides, loss probes, undo. */
#include "tcp_test.h"

#define MSS 1448u /* with time stamps */

static uint8_t block[200000];

/* Echoes the latest time stamp: of a retransmission, if there was one. */
static void tick(void)
{
	peer.tsval++;
	peer.tsecr = bench.tsval_seen;
}

static void ack_now(uint32_t ack)
{
	peer.ack = ack;
	tick();
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
}

/* An ACK of `ack` that says the peer holds [start, end) too. */
static void sack_now(uint32_t ack, uint32_t start, uint32_t end)
{
	uint8_t opt[12] = {TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK, 10};

	put_unaligned_be32(start, opt + 4);
	put_unaligned_be32(end, opt + 8);
	peer.ack = ack;
	tick();
	peer_send_opts(TCPHDR_ACK, opt, sizeof(opt), NULL, 0);
	settle();
}

static void rto_backoff(void)
{
	static const unsigned int at_ms[] = {0, 200, 600, 1400, 3000, 6200};
	int fd = script_accept(true, false, 7, 1460);
	uint64_t start_ns;

	write_all(0, fd, "x", 1);
	host_sleep(bench.host[0], 10 * HOST_SECOND);
	start_ns = seg_from(0, 0)->time_ns;
	for (unsigned int i = 0; i < 6; i++) {
		uint64_t delta_ms = (seg_from(0, i)->time_ns - start_ns) / HOST_MS;

		ck_assert_uint_eq(seg_from(0, i)->seq, seg_from(0, 0)->seq);
		ck_assert_uint_ge(delta_ms, at_ms[i]);
		ck_assert_uint_le(delta_ms, at_ms[i] + at_ms[i] / 50 + 10);
	}
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Loss);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_cwnd, 1);
	ack_now(seg_from(0, 0)->seq + 1);
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_retransmits, 0);
}

START_TEST(the_retransmission_timer_starts_at_200_ms_and_doubles)
{
	in_script(rto_backoff);
}
END_TEST

static void gives_up(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint64_t start_ns = host_now_ns(bench.world);
	char c;

	write_all(0, fd, "x", 1);
	ck_assert_int_eq(sys_read(bench.files[0], fd, &c, 1), -ETIMEDOUT);
	/* tcp_retries2 = 15: 924.6 s in Linux's documentation. */
	ck_assert_uint_ge((host_now_ns(bench.world) - start_ns) / HOST_SECOND, 920);
	ck_assert_uint_le((host_now_ns(bench.world) - start_ns) / HOST_SECOND, 1050);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAbortOnTimeout), 1);
}

START_TEST(a_silent_peer_is_given_up_after_tcp_retries2)
{
	in_script(gives_up);
}
END_TEST

static void user_timeout(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint64_t start_ns = host_now_ns(bench.world);
	char c;

	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_USER_TIMEOUT, 5000), 0);
	write_all(0, fd, "x", 1);
	ck_assert_int_eq(sys_read(bench.files[0], fd, &c, 1), -ETIMEDOUT);
	ck_assert_uint_ge((host_now_ns(bench.world) - start_ns) / HOST_SECOND, 5);
	ck_assert_uint_le((host_now_ns(bench.world) - start_ns) / HOST_SECOND, 10);
}

START_TEST(tcp_user_timeout_gives_up_earlier)
{
	in_script(user_timeout);
}
END_TEST

static void long_user_timeout(void)
{
	const unsigned int hours = 12;
	int fd = script_accept(true, true, 7, 1460);
	uint64_t start_ns = host_now_ns(bench.world), took_s;
	char c;

	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_USER_TIMEOUT, (int)(hours * 3600 * 1000)), 0);
	write_all(0, fd, "x", 1);
	ck_assert_int_eq(sys_read(bench.files[0], fd, &c, 1), -ETIMEDOUT);
	took_s = (host_now_ns(bench.world) - start_ns) / HOST_SECOND;
	ck_assert_uint_ge(took_s, hours * 3600);
	ck_assert_uint_le(took_s, hours * 3600 + TCP_RTO_MAX_US / 1000000);
	/* One each 120 s: more than a counter of 8 bits holds. */
	ck_assert_uint_gt(MIB(0, TcpExtTCPTimeouts), 300);
}

START_TEST(tcp_user_timeout_of_hours_outlives_256_retransmissions)
{
	in_script(long_user_timeout);
}
END_TEST

static void fast_retransmit_sack(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	write_all(0, fd, block, 10 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	ck_assert_uint_eq(segs_from(0), 10); /* the initial window */
	forget_segs();
	sack_now(base, base + MSS, base + 2 * MSS);
	sack_now(base, base + MSS, base + 3 * MSS);
	ck_assert_uint_eq(segs_from(0), 0);
	sack_now(base, base + MSS, base + 4 * MSS);
	ck_assert_uint_eq(segs_from(0), 1); /* well before any timer */
	ck_assert_uint_eq(seg_from(0, 0)->seq, base);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Recovery);
	ck_assert_uint_eq(info_of(0, fd).tcpi_sacked, 3);
	ck_assert_uint_eq(MIB(0, TcpExtTCPSackRecovery), 1);
	ck_assert_uint_eq(MIB(0, TcpExtTCPTimeouts), 0);
	ack_now(base + 10 * MSS);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Open);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_ssthresh, 7); /* CUBIC: 0.7 of 10 */
	/* The seven that this ACK delivers are one more (script congestion/cubic_interval, and Linux). */
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_cwnd, 8);
}

START_TEST(three_sacked_segments_retransmit_the_hole)
{
	in_script(fast_retransmit_sack);
}
END_TEST

static void fast_retransmit_reno(void)
{
	int fd = script_accept(true, false, 7, 1460);
	uint32_t base;

	write_all(0, fd, block, 10 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	forget_segs();
	ack_now(base);
	ack_now(base);
	ck_assert_uint_eq(segs_from(0), 0);
	ack_now(base);
	ck_assert_uint_eq(seg_from(0, 0)->seq, base);
	ck_assert_uint_eq(MIB(0, TcpExtTCPRenoRecovery), 1);
	/* A partial ACK shows the next hole (RFC 6582). */
	forget_segs();
	ack_now(base + 4 * MSS);
	ck_assert_uint_eq(seg_from(0, 0)->seq, base + 4 * MSS);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Recovery);
	ack_now(base + 10 * MSS);
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 0);
}

START_TEST(three_duplicate_acks_retransmit_without_sack)
{
	in_script(fast_retransmit_reno);
}
END_TEST

static void limited_transmit(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	write_all(0, fd, block, 20 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	ck_assert_uint_eq(segs_from(0), 10);
	forget_segs();
	sack_now(base, base + MSS, base + 2 * MSS);
	ck_assert_uint_eq(segs_from(0), 1); /* RFC 3042 */
	ck_assert_uint_eq(seg_from(0, 0)->seq, base + 10 * MSS);
	sack_now(base, base + MSS, base + 3 * MSS);
	ck_assert_uint_eq(segs_from(0), 2);
}

START_TEST(duplicate_acks_let_new_segments_go)
{
	in_script(limited_transmit);
}
END_TEST

static void tail_loss(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	write_all(0, fd, block, 5 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	ack_now(base + 3 * MSS);
	forget_segs();
	host_sleep(bench.host[0], 100 * HOST_MS); /* less than the 200 ms of a time-out */
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->seq, base + 4 * MSS); /* the last */
	ck_assert_uint_eq(MIB(0, TcpExtTCPLossProbes), 1);
	forget_segs();
	sack_now(base + 3 * MSS, base + 4 * MSS, base + 5 * MSS);
	host_sleep(bench.host[0], 20 * HOST_MS);
	ck_assert_uint_eq(seg_from(0, 0)->seq, base + 3 * MSS);
	ck_assert_uint_eq(MIB(0, TcpExtTCPTimeouts), 0);
}

START_TEST(a_lost_tail_is_probed_before_the_time_out)
{
	in_script(tail_loss);
}
END_TEST

static void spurious_timeout(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base, tsval;

	write_all(0, fd, block, 10 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	tsval = seg_from(0, 0)->tsval;
	host_sleep(bench.host[0], 300 * HOST_MS);
	ck_assert_uint_ge(MIB(0, TcpExtTCPTimeouts), 1);
	/* The original arrives after all: its time stamp says so (Eifel). */
	peer.tsecr = tsval;
	peer.ack = base + 2 * MSS;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(MIB(0, TcpExtTCPLossUndo), 1);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Open);
	ck_assert_uint_ge(info_of(0, fd).tcpi_snd_cwnd, 10);
}

START_TEST(a_spurious_time_out_is_undone)
{
	in_script(spurious_timeout);
}
END_TEST

static void reneging(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	write_all(0, fd, block, 6 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	sack_now(base, base + MSS, base + 6 * MSS);
	ack_now(base + MSS); /* but not what was SACKed above */
	host_sleep(bench.host[0], HOST_SECOND);
	ck_assert_uint_ge(MIB(0, TcpExtTCPSACKReneging), 1);
	ck_assert_uint_eq(info_of(0, fd).tcpi_sacked, 0);
	forget_segs();
	ack_now(base + 2 * MSS);
	ack_now(base + 6 * MSS);
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 0);
}

START_TEST(a_peer_may_take_its_sacks_back)
{
	in_script(reneging);
}
END_TEST

/* ---- as receiver ---- */

static void sack_blocks(void)
{
	int fd = script_accept(true, true, 7, 1460);
	const uint32_t base = peer.seq;
	const struct seg *ack;
	uint8_t buf[500];

	stream_fill(block, 500, 9, 0);
	peer_send_at(base + 100, TCPHDR_ACK, block + 100, 100);
	settle();
	peer_send_at(base + 300, TCPHDR_ACK, block + 300, 100);
	settle();
	ack = seg_from(0, segs_from(0) - 1);
	ck_assert_uint_eq(ack->ack, base);
	ck_assert_uint_eq(ack->sacks, 2);
	/* The latest first (RFC 2018, 4). */
	ck_assert_uint_eq(ack->sack[0].start_seq, base + 300);
	ck_assert_uint_eq(ack->sack[0].end_seq, base + 400);
	ck_assert_uint_eq(ack->sack[1].start_seq, base + 100);
	peer_send_at(base + 200, TCPHDR_ACK, block + 200, 100); /* joins them */
	settle();
	ack = seg_from(0, segs_from(0) - 1);
	ck_assert_uint_eq(ack->sacks, 1);
	ck_assert_uint_eq(ack->sack[0].start_seq, base + 100);
	ck_assert_uint_eq(ack->sack[0].end_seq, base + 400);
	peer_send_at(base, TCPHDR_ACK, block, 100);
	settle();
	ack = seg_from(0, segs_from(0) - 1);
	ck_assert_uint_eq(ack->ack, base + 400);
	ck_assert_uint_eq(ack->sacks, 0);
	read_all(0, fd, buf, 400);
	stream_check(buf, 400, 9, 0);
}

START_TEST(out_of_order_data_is_sacked)
{
	in_script(sack_blocks);
}
END_TEST

static void dsack(void)
{
	const struct seg *ack;
	uint32_t base;

	script_accept(true, true, 7, 1460);
	base = peer.seq;
	peer_send(TCPHDR_ACK, block, 100);
	settle();
	forget_segs();
	peer_send_at(base, TCPHDR_ACK, block, 100);
	settle();
	ack = seg_from(0, 0);
	ck_assert_uint_eq(ack->ack, base + 100);
	ck_assert_uint_eq(ack->sacks, 1);
	ck_assert_uint_eq(ack->sack[0].start_seq, base);
	ck_assert_uint_eq(ack->sack[0].end_seq, base + 100);
	ck_assert_uint_eq(MIB(0, TcpExtTCPDSACKOldSent), 1);
}

START_TEST(a_duplicate_is_told_by_dsack)
{
	in_script(dsack);
}
END_TEST

/* Overlapping pieces in every order make the same bytes. */
static void overlaps(void)
{
	int fd = script_accept(true, true, 7, 1460);
	struct host_random r;
	uint32_t base = peer.seq;
	uint8_t buf[3000];
	uint8_t have[3000] = {0};
	unsigned int left = sizeof(have);

	stream_fill(block, sizeof(buf), 3, 0);
	host_random_seed(&r, (uint64_t)peer.window, 1);
	while (left) {
		/* Beyond the edges too, cut there, so that the ends are as likely as the middle. */
		uint32_t at = (uint32_t)(host_random_u64(&r) % (sizeof(buf) + 400));
		uint32_t from = at < 400 ? 0 : at - 400;
		uint32_t len = 1 + (uint32_t)(host_random_u64(&r) % 400);

		if (len > sizeof(buf) - from)
			len = (uint32_t)sizeof(buf) - from;
		peer_send_at(base + from, TCPHDR_ACK, block + from, len);
		for (uint32_t i = from; i < from + len; i++) {
			left -= !have[i];
			have[i] = 1;
		}
		settle();
	}
	/* Small pieces cost memory: some have been dropped and must be sent again. */
	for (uint32_t ack; (ack = seg_from(0, segs_from(0) - 1)->ack - base) < sizeof(buf);) {
		uint32_t len = sizeof(buf) - ack < 300 ? (uint32_t)sizeof(buf) - ack : 300;

		peer_send_at(base + ack, TCPHDR_ACK, block + ack, len);
		settle();
	}
	read_all(0, fd, buf, sizeof(buf));
	stream_check(buf, sizeof(buf), 3, 0);
	peer.seq = base + sizeof(buf);
	forget_segs();
	peer_send(TCPHDR_ACK, block, 1);
	host_sleep(bench.host[0], 100 * HOST_MS);
	ck_assert_uint_eq(seg_from(0, segs_from(0) - 1)->ack, peer.seq);
	ck_assert_uint_eq(seg_from(0, segs_from(0) - 1)->sacks, 0);
}

START_TEST(overlapping_segments_in_any_order)
{
	peer.window = (uint16_t)(60000 + _i); /* the seed */
	in_script(overlaps);
}
END_TEST

Suite *loss_suite(void)
{
	Suite *s = suite_create("loss");
	TCase *t = tcase_create("script");

	tcase_add_checked_fixture(t, script_setup, script_teardown);
	tcase_add_test(t, the_retransmission_timer_starts_at_200_ms_and_doubles);
	tcase_add_test(t, a_silent_peer_is_given_up_after_tcp_retries2);
	tcase_add_test(t, tcp_user_timeout_gives_up_earlier);
	tcase_add_test(t, tcp_user_timeout_of_hours_outlives_256_retransmissions);
	tcase_add_test(t, three_sacked_segments_retransmit_the_hole);
	tcase_add_test(t, three_duplicate_acks_retransmit_without_sack);
	tcase_add_test(t, duplicate_acks_let_new_segments_go);
	tcase_add_test(t, a_lost_tail_is_probed_before_the_time_out);
	tcase_add_test(t, a_spurious_time_out_is_undone);
	tcase_add_test(t, a_peer_may_take_its_sacks_back);
	tcase_add_test(t, out_of_order_data_is_sacked);
	tcase_add_test(t, a_duplicate_is_told_by_dsack);
	tcase_add_loop_test(t, overlapping_segments_in_any_order, 0, 10);
	suite_add_tcase(s, t);
	return s;
}
