// SPDX-License-Identifier: MIT
/* Urgent data (RFC 6093) as Linux's sockets have it: the mark, MSG_OOB, SO_OOBINLINE, the pointer. */
#include "tcp_test.h"

#define URG (TCPHDR_ACK | TCPHDR_URG)

static int conn;

static long receive(void *to, size_t len, int flags)
{
	return sys_recvfrom(bench.files[0], conn, to, len, flags | MSG_DONTWAIT, NULL, NULL);
}

static void reads(const char *want)
{
	char buf[64];

	ck_assert_int_eq(receive(buf, sizeof(buf), 0), (long)strlen(want));
	ck_assert_mem_eq(buf, want, strlen(want));
}

static void oob_is(char want)
{
	char c = 0;

	ck_assert_int_eq(receive(&c, 1, MSG_OOB), 1);
	ck_assert_int_eq(c, want);
}

static int at_mark(void)
{
	int value = -1;

	ck_assert_int_eq(sys_ioctl(bench.files[0], conn, SIOCATMARK, &value), 0);
	return value;
}

static int inq(void)
{
	int value = -1;

	ck_assert_int_eq(sys_ioctl(bench.files[0], conn, SIOCINQ, &value), 0);
	return value;
}

static int events(void)
{
	struct pollfd p = {.fd = conn, .events = POLLIN | POLLPRI};

	return sys_poll(bench.files[0], &p, 1, 0) > 0 ? p.revents : 0;
}

/* The urgent byte is the last of data: the pointer names the one after it. */
static void peer_urgent(const char *data)
{
	peer.urg_ptr = (uint16_t)strlen(data);
	peer_send(URG | TCPHDR_PSH, data, (uint32_t)strlen(data));
	peer.urg_ptr = 0;
	settle();
}

static void out_of_band(void)
{
	char c;

	conn = script_accept(true, true, 7, 1460);
	ck_assert_int_eq(receive(&c, 1, MSG_OOB), -EINVAL); /* none has come */
	ck_assert_int_eq(at_mark(), 0);
	peer_urgent("abX");
	ck_assert_int_eq(events(), POLLIN | POLLPRI);
	ck_assert_int_eq(inq(), 2);
	ck_assert_int_eq(at_mark(), 0);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "cd", 2);
	settle();
	reads("ab"); /* up to the mark */
	ck_assert_int_eq(at_mark(), 1);
	ck_assert_int_eq(receive(&c, 1, MSG_OOB | MSG_PEEK), 1);
	oob_is('X');
	ck_assert_int_eq(receive(&c, 1, MSG_OOB), -EINVAL); /* once */
	ck_assert_int_eq(events(), POLLIN);
	reads("cd"); /* without the urgent byte */
	ck_assert_int_eq(at_mark(), 0);
	ck_assert_int_eq(events(), 0);
}

START_TEST(the_urgent_byte_is_read_out_of_band_and_divides_the_stream)
{
	in_script(out_of_band);
}
END_TEST

static void inlined(void)
{
	char c;

	conn = script_accept(true, true, 7, 1460);
	ck_assert_int_eq(set_opt(0, conn, SOL_SOCKET, SO_OOBINLINE, 1), 0);
	peer_urgent("abX");
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "cd", 2);
	settle();
	ck_assert_int_eq(events(), POLLIN | POLLPRI);
	ck_assert_int_eq(inq(), 5);
	ck_assert_int_eq(receive(&c, 1, MSG_OOB), -EINVAL);
	reads("ab");
	ck_assert_int_eq(at_mark(), 1);
	reads("Xcd");
	ck_assert_int_eq(at_mark(), 0);
}

START_TEST(so_oobinline_leaves_the_urgent_byte_in_the_stream)
{
	in_script(inlined);
}
END_TEST

static void pointer_first(void)
{
	char c;

	conn = script_accept(true, true, 7, 1460);
	/* The pointer runs ahead of its byte, on an ACK without data. */
	peer.urg_ptr = 4;
	peer_send(URG, NULL, 0);
	peer.urg_ptr = 0;
	settle();
	ck_assert_int_eq(receive(&c, 1, MSG_OOB), -EAGAIN);
	ck_assert_int_eq(events(), 0);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "abc", 3);
	settle();
	ck_assert_int_eq(receive(&c, 1, MSG_OOB), -EAGAIN);
	reads("abc");
	ck_assert_int_eq(at_mark(), 1);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "X", 1);
	settle();
	ck_assert_int_eq(events(), POLLPRI); /* nothing but the urgent byte */
	oob_is('X');
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "d", 1);
	settle();
	reads("d");
}

START_TEST(the_pointer_may_come_before_its_byte)
{
	in_script(pointer_first);
}
END_TEST

static void newer_mark(void)
{
	conn = script_accept(true, true, 7, 1460);
	peer_urgent("aX");
	peer_urgent("bY"); /* only the latest is kept; the older byte becomes ordinary */
	oob_is('Y');
	reads("aXb");
	ck_assert_int_eq(at_mark(), 1);
	/* A retransmission of what has been read brings nothing back. */
	peer.urg_ptr = 2;
	peer_send_at(peer.seq - 2, URG, "bY", 2);
	peer.urg_ptr = 0;
	settle();
	ck_assert_int_eq(events() & POLLPRI, 0);
}

START_TEST(a_newer_mark_replaces_an_older_one)
{
	in_script(newer_mark);
}
END_TEST

static void mark_after_read_mark(void)
{
	conn = script_accept(true, true, 7, 1460);
	peer_urgent("X");
	oob_is('X');
	peer_urgent("Y"); /* the mark moves on while X is at the head */
	oob_is('Y');
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "c", 1);
	settle();
	reads("c"); /* neither X nor Y comes again */
}

START_TEST(an_urgent_byte_that_was_read_is_not_read_again)
{
	in_script(mark_after_read_mark);
}
END_TEST

static void std_pointer(void)
{
	bench.net[0]->sysctl.tcp_stdurg = true;
	conn = script_accept(true, true, 7, 1460);
	peer_urgent("abXd"); /* the pointer is 4: the byte after d */
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "Z", 1);
	settle();
	oob_is('Z');
	reads("abXd");
}

START_TEST(tcp_stdurg_takes_the_pointer_as_rfc_1122_did)
{
	in_script(std_pointer);
}
END_TEST

static void peeked(void)
{
	char buf[8];

	conn = script_accept(true, true, 7, 1460);
	peer_urgent("abX");
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "cd", 2);
	settle();
	ck_assert_int_eq(receive(buf, sizeof(buf), MSG_PEEK), 2);
	reads("ab");
	ck_assert_int_eq(receive(buf, sizeof(buf), MSG_PEEK), 2);
	ck_assert_mem_eq(buf, "cd", 2);
	ck_assert_int_eq(at_mark(), 1); /* peeking moves nothing */
	oob_is('X');
	reads("cd");
}

START_TEST(peeking_moves_no_mark)
{
	in_script(peeked);
}
END_TEST

static void fast_again(void)
{
	uint64_t hits;

	conn = script_accept(true, true, 7, 1460);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "ab", 2);
	peer_urgent("X");
	hits = MIB(0, TcpExtTCPHPHits);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "cd", 2);
	settle();
	ck_assert_uint_eq(MIB(0, TcpExtTCPHPHits), hits);
	reads("ab");
	reads("cd");
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "ef", 2);
	settle();
	ck_assert_uint_eq(MIB(0, TcpExtTCPHPHits), hits + 1);
	reads("ef");
}

START_TEST(header_prediction_rests_until_the_mark_is_read)
{
	in_script(fast_again);
}
END_TEST

static void ended(void)
{
	char c;

	conn = script_accept(true, true, 7, 1460);
	peer.urg_ptr = 9;
	peer_send(URG | TCPHDR_FIN, "a", 1); /* promised, never sent */
	settle();
	ck_assert_int_eq(receive(&c, 1, MSG_OOB), 0);
	reads("a");
	reads("");
}

START_TEST(an_urgent_byte_that_never_comes_is_an_end)
{
	in_script(ended);
}
END_TEST

/* ---- sending ---- */

static void sends(void)
{
	const struct seg *s;

	conn = script_accept(true, true, 7, 1460);
	ck_assert_int_eq(sys_sendto(bench.files[0], conn, "abX", 3, MSG_OOB, NULL, 0), 3);
	settle();
	s = seg_from(0, 0);
	ck_assert_uint_eq(s->flags & TCPHDR_URG, TCPHDR_URG);
	ck_assert_uint_eq(s->urg_ptr, 3); /* the byte after X */
	ck_assert_uint_eq(s->len, 3);
	/* Not over yet: an ordinary segment behind it has no pointer, an ACK of ours neither. */
	write_all(0, conn, "cd", 2);
	settle();
	ck_assert_uint_eq(count_flags(0, TCPHDR_URG), 1);
	/* A retransmission tells again. */
	host_sleep(bench.host[0], HOST_SECOND);
	ck_assert_uint_gt(count_flags(0, TCPHDR_URG), 1);
	forget_segs();
	peer.ack += 5;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	write_all(0, conn, "e", 1);
	settle();
	ck_assert_uint_eq(count_flags(0, TCPHDR_URG), 0);
}

START_TEST(msg_oob_sets_the_pointer_behind_its_last_byte)
{
	in_script(sends);
}
END_TEST

static void not_held(void)
{
	conn = script_accept(true, true, 7, 1460);
	write_all(0, conn, "a", 1);
	ck_assert_int_eq(sys_sendto(bench.files[0], conn, "X", 1, MSG_OOB, NULL, 0), 1);
	settle();
	ck_assert_uint_eq(segs_from(0), 2); /* Nagle would have held it */
	ck_assert_uint_eq(seg_from(0, 1)->urg_ptr, 1);
}

START_TEST(urgent_data_is_not_held_by_nagle)
{
	in_script(not_held);
}
END_TEST

static uint8_t bulk[100000];

static void far_ahead(void)
{
	uint32_t mark;

	conn = script_accept(false, true, 9, 1000);
	ck_assert_int_eq(set_opt(0, conn, SOL_SOCKET, SO_SNDBUFFORCE, 400000), 0);
	write_all(0, conn, bulk, sizeof(bulk));
	ck_assert_int_eq(sys_sendto(bench.files[0], conn, "X", 1, MSG_OOB, NULL, 0), 1);
	settle();
	mark = peer.ack + (uint32_t)sizeof(bulk) + 1;
	/* The window lets it out bit by bit; each segment's pointer is its own. */
	while (before(peer.ack, mark)) {
		const unsigned int n = segs_from(0);
		uint32_t end = peer.ack;

		for (unsigned int i = 0; i < n; i++) {
			const struct seg *s = seg_from(0, i);

			if (s->flags & TCPHDR_URG && s->urg_ptr != 0xffff)
				ck_assert_uint_eq(s->seq + s->urg_ptr, mark);
			if (after(s->seq + s->len, end))
				end = s->seq + s->len;
			ck_assert_uint_le(s->len, 1000);
		}
		ck_assert_uint_ne(end, peer.ack);
		peer.ack = end;
		forget_segs();
		peer_send(TCPHDR_ACK, NULL, 0);
		settle();
	}
}

START_TEST(each_segment_points_to_the_same_byte)
{
	in_script(far_ahead);
}
END_TEST

static void closed_window(void)
{
	conn = script_accept(true, true, 0, 1460);
	peer.window = 0;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_int_eq(sys_sendto(bench.files[0], conn, "X", 1, MSG_OOB, NULL, 0), 1);
	host_sleep(bench.host[0], 2 * HOST_SECOND);
	ck_assert_uint_ge(count_flags(0, TCPHDR_URG), 1);
	for (unsigned int i = 0; i < segs_from(0); i++)
		ck_assert_uint_eq(seg_from(0, i)->len, 0);
}

START_TEST(a_closed_window_hears_of_urgent_data)
{
	in_script(closed_window);
}
END_TEST

/* ---- two stacks ---- */

enum { MARKS = 50, BETWEEN = 5000 };

static void urgent_sender(void *arg)
{
	int fd;

	(void)arg;
	host_sleep(bench.host[0], HOST_MS);
	fd = dial(0, ADDR_B, PORT);
	for (unsigned int i = 0; i < MARKS; i++) {
		const uint8_t mark = (uint8_t)i;

		write_all(0, fd, bulk, BETWEEN);
		ck_assert_int_eq(sys_sendto(bench.files[0], fd, &mark, 1, MSG_OOB, NULL, 0), 1);
	}
	sys_close(bench.files[0], fd);
}

static void urgent_receiver(void *arg)
{
	static uint8_t buf[20000];
	int l = listen_on(1, PORT, 8), fd;
	unsigned int total = 0, at_marks = 0;
	long n;

	(void)arg;
	set_opt(1, l, SOL_SOCKET, SO_OOBINLINE, 1);
	fd = accept_from(1, l);
	do {
		int mark;

		sys_ioctl(bench.files[1], fd, SIOCATMARK, &mark);
		n = sys_read(bench.files[1], fd, buf, sizeof(buf));
		ck_assert_int_ge(n, 0);
		if (mark && n) { /* the byte at the mark is the urgent one */
			ck_assert_uint_eq((total + 1) % (BETWEEN + 1), 0);
			ck_assert_uint_eq(buf[0], (total + 1) / (BETWEEN + 1) - 1);
			at_marks++;
		}
		total += (unsigned int)n;
	} while (n);
	ck_assert_uint_eq(total, MARKS * (BETWEEN + 1));
	ck_assert_uint_ge(at_marks, 1);
}

START_TEST(marks_stand_where_they_were_set)
{
	task(1, urgent_receiver, NULL);
	task(0, urgent_sender, NULL);
	run_tasks(100);
}
END_TEST

Suite *urgent_suite(void)
{
	Suite *s = suite_create("urgent");
	TCase *script = tcase_create("script"), *pair = tcase_create("pair");

	tcase_add_checked_fixture(script, script_setup, script_teardown);
	tcase_add_test(script, the_urgent_byte_is_read_out_of_band_and_divides_the_stream);
	tcase_add_test(script, so_oobinline_leaves_the_urgent_byte_in_the_stream);
	tcase_add_test(script, the_pointer_may_come_before_its_byte);
	tcase_add_test(script, a_newer_mark_replaces_an_older_one);
	tcase_add_test(script, an_urgent_byte_that_was_read_is_not_read_again);
	tcase_add_test(script, tcp_stdurg_takes_the_pointer_as_rfc_1122_did);
	tcase_add_test(script, peeking_moves_no_mark);
	tcase_add_test(script, header_prediction_rests_until_the_mark_is_read);
	tcase_add_test(script, an_urgent_byte_that_never_comes_is_an_end);
	tcase_add_test(script, msg_oob_sets_the_pointer_behind_its_last_byte);
	tcase_add_test(script, urgent_data_is_not_held_by_nagle);
	tcase_add_test(script, each_segment_points_to_the_same_byte);
	tcase_add_test(script, a_closed_window_hears_of_urgent_data);
	tcase_add_checked_fixture(pair, pair_setup, pair_teardown);
	tcase_add_test(pair, marks_stand_where_they_were_set);
	suite_add_tcase(s, script);
	suite_add_tcase(s, pair);
	return s;
}
