// SPDX-License-Identifier: MIT
/* Windows, probes, Nagle and cork, delayed ACKs, keepalive, slow start after idle. */
#include "tcp_test.h"

#define MSS 1448u

static uint8_t block[300000];

static void ack_all(void)
{
	const struct seg *last = seg_from(0, segs_from(0) - 1);

	peer.ack = last->seq + last->len;
	peer.tsval++;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
}

static void zero_window_probe(void)
{
	int fd;
	uint32_t base;

	fd = script_accept(true, true, -1, 1460);
	set_nonblock(0, fd);
	peer.window = 0;
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "q", 1); /* news of the window comes with data */
	settle();
	forget_segs();
	ck_assert_int_eq(sys_write(bench.files[0], fd, "answer", 6), 6);
	base = peer.ack;
	host_sleep(bench.host[0], 150 * HOST_MS);
	ck_assert_uint_eq(count_flags(0, TCPHDR_PSH), 0); /* no data */
	/* Probes at the RTO, doubling, for ever as long as they are answered. */
	for (int i = 0; i < 20; i++) {
		unsigned int seen = segs_from(0);

		host_sleep(bench.host[0], 130 * HOST_SECOND);
		ck_assert_uint_gt(segs_from(0), seen);
		ck_assert_uint_eq(seg_from(0, seen)->seq, base - 1);
		ck_assert_uint_eq(seg_from(0, seen)->len, 0);
		peer.tsval++;
		peer_send(TCPHDR_ACK, NULL, 0);
		settle();
	}
	forget_segs();
	peer.window = 1000;
	peer.tsval++;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->len, 6);
	ck_assert_uint_eq(seg_from(0, 0)->seq, base);
}

START_TEST(a_closed_window_is_probed_until_it_opens)
{
	in_script(zero_window_probe);
}
END_TEST

static void respects_window(void)
{
	int fd;

	peer.window = 5000;
	fd = script_accept(true, true, -1, 1460);
	set_nonblock(0, fd);
	ck_assert_int_gt(sys_write(bench.files[0], fd, block, 20000), 5000);
	host_sleep(bench.host[0], 10 * HOST_MS);
	for (unsigned int i = 0; i < segs_from(0); i++)
		ck_assert(!after(seg_from(0, i)->seq + seg_from(0, i)->len, peer.ack + 5000));
}

START_TEST(nothing_is_sent_beyond_the_window)
{
	in_script(respects_window);
}
END_TEST

/* Right edge of the window that the host told last. */
static uint32_t right_edge(void)
{
	const struct seg *last = seg_from(0, segs_from(0) - 1);

	return last->ack + ((uint32_t)last->window << 7);
}

static uint32_t piece; /* bytes a segment */

static void own_window(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t edge, sent = 0;
	uint8_t *buf = malloc(400000);

	peer_send(TCPHDR_ACK, "?", 0);
	peer_send_at(peer.seq - 1, TCPHDR_ACK, "?", 1); /* old: answered at once */
	settle();
	edge = right_edge();
	/* The reader sleeps: the window closes and its right edge never moves back. */
	while (sent < 400000) {
		if (after(peer.seq + piece, edge)) {
			host_sleep(bench.host[0], 300 * HOST_MS);
			if (!after(right_edge(), edge))
				break;
		} else {
			peer.tsval++;
			stream_fill(block, piece, 4, sent);
			peer_send(TCPHDR_ACK, block, piece);
			sent += piece;
			settle();
		}
		ck_assert(!before(right_edge(), edge));
		edge = right_edge();
	}
	ck_assert_uint_lt(sent, 131072); /* tcp_rmem's default */
	ck_assert_uint_gt(sent, 30000);
	/* Nothing that was promised room has been dropped. */
	ck_assert_uint_eq(seg_from(0, segs_from(0) - 1)->ack, peer.seq);
	ck_assert_uint_eq(MIB(0, TcpExtTCPRcvQDrop), 0);
	read_all(0, fd, buf, sent);
	stream_check(buf, sent, 4, 0);
	free(buf);
}

START_TEST(an_unread_socket_closes_its_window_and_takes_nothing_back)
{
	static const uint32_t pieces[] = {300, 700, 1000, 1448};

	piece = pieces[_i];
	in_script(own_window);
}
END_TEST

static void window_reopens(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint8_t *buf = malloc(400000);
	uint32_t base = peer.seq, taken;

	for (int i = 0; i < 200; i++) {
		peer.tsval++;
		peer_send(TCPHDR_ACK, block, 1000);
		settle();
	}
	taken = seg_from(0, segs_from(0) - 1)->ack - base;
	forget_segs();
	read_all(0, fd, buf, taken);
	settle();
	ck_assert_uint_ge(segs_from(0), 1); /* told without being asked */
	ck_assert_uint_gt((uint32_t)seg_from(0, segs_from(0) - 1)->window << 7, 30000);
	free(buf);
}

START_TEST(reading_opens_the_window_again)
{
	in_script(window_reopens);
}
END_TEST

static void nagle(void)
{
	int fd = script_accept(true, true, 7, 1460);

	write_all(0, fd, "a", 1);
	write_all(0, fd, "b", 1);
	write_all(0, fd, "c", 1);
	settle();
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->len, 1);
	ack_all();
	ck_assert_uint_eq(segs_from(0), 2);
	ck_assert_uint_eq(seg_from(0, 1)->len, 2);
}

START_TEST(nagle_holds_small_segments_until_an_ack)
{
	in_script(nagle);
}
END_TEST

static void nodelay(void)
{
	int fd = script_accept(true, true, 7, 1460);

	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_NODELAY, 1), 0);
	write_all(0, fd, "a", 1);
	write_all(0, fd, "b", 1);
	write_all(0, fd, "c", 1);
	settle();
	ck_assert_uint_eq(segs_from(0), 3);
}

START_TEST(nodelay_sends_at_once)
{
	in_script(nodelay);
}
END_TEST

static void cork(void)
{
	int fd = script_accept(true, true, 7, 1460);

	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_CORK, 1), 0);
	write_all(0, fd, "head", 4);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
	write_all(0, fd, block, MSS);
	settle();
	ck_assert_uint_eq(segs_from(0), 1); /* a full one goes */
	ck_assert_uint_eq(seg_from(0, 0)->len, MSS);
	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_CORK, 0), 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 2);
	ck_assert_uint_eq(seg_from(0, 1)->len, 4);
}

START_TEST(cork_sends_full_segments_only)
{
	in_script(cork);
}
END_TEST

static void msg_more(void)
{
	int fd = script_accept(true, true, 7, 1460);

	ck_assert_int_eq(sys_sendto(bench.files[0], fd, "ab", 2, MSG_MORE, NULL, 0), 2);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_int_eq(sys_sendto(bench.files[0], fd, "cd", 2, 0, NULL, 0), 2);
	settle();
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->len, 4);
}

START_TEST(msg_more_waits_for_more)
{
	in_script(msg_more);
}
END_TEST

static void delayed_ack(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint8_t buf[10000];
	uint64_t sent_ns;

	for (int i = 0; i < 40; i++) { /* beyond the quick ACKs of the start */
		peer.tsval++;
		peer_send(TCPHDR_ACK, block, MSS);
		settle();
		sys_recvfrom(bench.files[0], fd, buf, sizeof(buf), MSG_DONTWAIT, NULL, NULL);
	}
	host_sleep(bench.host[0], 100 * HOST_MS);
	forget_segs();
	sent_ns = host_now_ns(bench.world);
	peer_send(TCPHDR_ACK, block, 100);
	host_sleep(bench.host[0], 10 * HOST_MS);
	ck_assert_uint_eq(segs_from(0), 0);
	host_sleep(bench.host[0], 300 * HOST_MS);
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_ge(seg_from(0, 0)->time_ns - sent_ns, 20 * HOST_MS);
	ck_assert_uint_le(seg_from(0, 0)->time_ns - sent_ns, 210 * HOST_MS);
	/* Two full segments are acknowledged at once. */
	forget_segs();
	peer_send(TCPHDR_ACK, block, MSS);
	peer_send(TCPHDR_ACK, block, MSS);
	host_sleep(bench.host[0], 2 * HOST_MS);
	ck_assert_uint_ge(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, segs_from(0) - 1)->ack, peer.seq);
}

START_TEST(a_small_segment_is_acknowledged_late_two_full_ones_at_once)
{
	in_script(delayed_ack);
}
END_TEST

static void keepalive(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint64_t start_ns;
	char c;

	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_KEEPIDLE, 10), 0);
	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_KEEPINTVL, 2), 0);
	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_KEEPCNT, 3), 0);
	ck_assert_int_eq(set_opt(0, fd, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
	start_ns = host_now_ns(bench.world);
	host_sleep(bench.host[0], 9 * HOST_SECOND);
	ck_assert_uint_eq(segs_from(0), 0);
	host_sleep(bench.host[0], 1500 * HOST_MS);
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->seq, peer.ack - 1); /* makes the peer answer */
	peer.tsval++;
	peer_send(TCPHDR_ACK, NULL, 0);
	host_sleep(bench.host[0], 8 * HOST_SECOND);
	ck_assert_uint_eq(segs_from(0), 1);
	forget_segs();
	/* No more answers: 3 probes, then RST and ETIMEDOUT. */
	ck_assert_int_eq(sys_read(bench.files[0], fd, &c, 1), -ETIMEDOUT);
	ck_assert_uint_eq(segs_from(0), 4);
	ck_assert_uint_eq(seg_from(0, 3)->flags & TCPHDR_RST, TCPHDR_RST);
	ck_assert_uint_le(host_now_ns(bench.world) - start_ns, 30 * HOST_SECOND);
}

START_TEST(keepalive_probes_an_idle_peer_and_gives_it_up)
{
	in_script(keepalive);
}
END_TEST

static void idle_restart(void)
{
	int fd = script_accept(true, true, 7, 1460);

	for (int i = 0; i < 6; i++) {
		write_all(0, fd, block, 20 * MSS);
		for (int j = 0; j < 8; j++) {
			settle();
			ack_all();
		}
	}
	ck_assert_uint_gt(info_of(0, fd).tcpi_snd_cwnd, 15);
	host_sleep(bench.host[0], 100 * HOST_SECOND);
	write_all(0, fd, block, MSS);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_cwnd, 10);
}

START_TEST(the_window_falls_back_after_idling)
{
	in_script(idle_restart);
}
END_TEST

static void slow_start(void)
{
	int fd = script_accept(true, true, 7, 1460);

	set_nonblock(0, fd);
	ck_assert_int_gt(sys_write(bench.files[0], fd, block, sizeof(block)), 30000);
	settle();
	ck_assert_uint_eq(segs_from(0), 10); /* RFC 6928 */
	ck_assert_uint_eq(seg_from(0, 9)->seq - seg_from(0, 0)->seq, 9 * MSS);
	ack_all();
	/* Each segment acknowledged lets two go. */
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_cwnd, 20);
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 20);
}

START_TEST(slow_start_doubles_from_ten_segments)
{
	in_script(slow_start);
}
END_TEST

static void ack_batch(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint64_t supers;
	uint32_t base;

	set_nonblock(0, fd);
	ck_assert_int_gt(sys_write(bench.files[0], fd, block, sizeof(block)), 30000);
	settle();
	base = seg_from(0, 0)->seq;
	supers = MIB(0, GsoSuperSegments);
	for (uint32_t i = 1; i <= 5; i++) { /* they arrive in one poll of the device */
		peer.ack = base + i * 2 * MSS;
		peer_send(TCPHDR_ACK, NULL, 0);
	}
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 20);
	ck_assert_uint_le(MIB(0, GsoSuperSegments) - supers, 2);
}

START_TEST(acks_of_one_batch_let_one_large_segment_go)
{
	in_script(ack_batch);
}
END_TEST

static void byte_segments(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint8_t buf[2000];
	uint32_t before_bytes = bench.net[0]->skbs_alive;

	stream_fill(block, 1500, 6, 0);
	for (int i = 0; i < 1500; i++) {
		peer_send(TCPHDR_ACK, block + i, 1);
		if (i % 100 == 99)
			settle();
	}
	/* They share buffers instead of taking one each. */
	ck_assert_uint_lt(bench.net[0]->skbs_alive - before_bytes, 50);
	read_all(0, fd, buf, 1500);
	stream_check(buf, 1500, 6, 0);
}

START_TEST(one_byte_segments_do_not_eat_the_buffer)
{
	in_script(byte_segments);
}
END_TEST

static void tiny_flood(void)
{
	int fd = script_accept(true, true, 7, 1460);
	const uint64_t idle_bytes = host_memory_bytes(bench.host[0]);
	uint32_t taken;
	uint8_t *buf = malloc(400000);

	stream_fill(block, 200000, 8, 0);
	for (uint32_t i = 0; i < 4000; i++) { /* whatever the window says */
		peer_send(TCPHDR_ACK, block + i * 50, 50);
		if (i % 50 == 49)
			settle();
	}
	host_sleep(bench.host[0], HOST_SECOND);
	/* tcp_rmem[1], a sixteenth more, and what the queue's caches keep */
	ck_assert_uint_lt(host_memory_bytes(bench.host[0]) - idle_bytes, 2 * 131072);
	ck_assert_uint_gt(MIB(0, TcpExtTCPRcvCollapsed), 0);
	taken = 200000 - (peer.seq - seg_from(0, segs_from(0) - 1)->ack);
	ck_assert_uint_gt(taken, 60000);
	read_all(0, fd, buf, taken);
	stream_check(buf, taken, 8, 0);
	free(buf);
}

START_TEST(a_flood_of_tiny_segments_stays_within_the_buffer)
{
	in_script(tiny_flood);
}
END_TEST

Suite *flow_suite(void)
{
	Suite *s = suite_create("flow");
	TCase *t = tcase_create("script");

	tcase_add_checked_fixture(t, script_setup, script_teardown);
	tcase_add_test(t, a_closed_window_is_probed_until_it_opens);
	tcase_add_test(t, nothing_is_sent_beyond_the_window);
	tcase_add_loop_test(t, an_unread_socket_closes_its_window_and_takes_nothing_back, 0, 4);
	tcase_add_test(t, reading_opens_the_window_again);
	tcase_add_test(t, nagle_holds_small_segments_until_an_ack);
	tcase_add_test(t, nodelay_sends_at_once);
	tcase_add_test(t, cork_sends_full_segments_only);
	tcase_add_test(t, msg_more_waits_for_more);
	tcase_add_test(t, a_small_segment_is_acknowledged_late_two_full_ones_at_once);
	tcase_add_test(t, keepalive_probes_an_idle_peer_and_gives_it_up);
	tcase_add_test(t, the_window_falls_back_after_idling);
	tcase_add_test(t, slow_start_doubles_from_ten_segments);
	tcase_add_test(t, acks_of_one_batch_let_one_large_segment_go);
	tcase_add_test(t, one_byte_segments_do_not_eat_the_buffer);
	tcase_add_test(t, a_flood_of_tiny_segments_stays_within_the_buffer);
	suite_add_tcase(s, t);
	return s;
}
