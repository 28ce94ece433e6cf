// SPDX-License-Identifier: MIT
/* Closing in every order, half close, linger, orphans, TIME_WAIT. */
#include "tcp_test.h"

static uint8_t state(int fd)
{
	return info_of(0, fd).tcpi_state;
}

static void active(void)
{
	int fd = script_accept(true, true, 7, 1460);
	const struct seg *fin;

	sys_close(bench.files[0], fd);
	settle();
	fin = seg_from(0, 0);
	ck_assert_uint_eq(fin->flags, TCPHDR_FIN | TCPHDR_ACK);
	peer.ack = fin->seq + 1;
	peer.tsval++;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	/* An orphan in FIN_WAIT2 waits as a small object. */
	ck_assert_uint_eq(bench.net[0]->tcp->socks, 0);
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 1);
	forget_segs();
	peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_ACK);
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq);
	/* The FIN again: its ACK again, and 60 s more. */
	host_sleep(bench.host[0], 50 * HOST_SECOND);
	peer_send_at(peer.seq - 1, TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 2);
	host_sleep(bench.host[0], 59 * HOST_SECOND);
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 1);
	host_sleep(bench.host[0], 2 * HOST_SECOND);
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 0);
}

START_TEST(active_close_ends_in_time_wait_for_60_s)
{
	in_script(active);
}
END_TEST

static void passive(void)
{
	int fd = script_accept(true, true, 7, 1460);
	char c;

	peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(state(fd), TCP_CLOSE_WAIT);
	ck_assert_int_eq(sys_read(bench.files[0], fd, &c, 1), 0);
	ck_assert_int_eq(sys_read(bench.files[0], fd, &c, 1), 0);
	write_all(0, fd, "late", 4); /* the other way is still open */
	settle();
	forget_segs();
	peer.ack += 4;
	peer_send(TCPHDR_ACK, NULL, 0);
	sys_close(bench.files[0], fd);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags & TCPHDR_FIN, TCPHDR_FIN);
	peer.ack++;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(bench.net[0]->tcp->socks, 0);
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 0);
}

START_TEST(passive_close_ends_with_the_last_ack)
{
	in_script(passive);
}
END_TEST

static void simultaneous(void)
{
	int fd = script_accept(true, true, 7, 1460);

	ck_assert_int_eq(sys_shutdown(bench.files[0], fd, SHUT_WR), 0);
	settle();
	ck_assert_uint_eq(state(fd), TCP_FIN_WAIT1);
	peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0); /* does not acknowledge ours */
	settle();
	ck_assert_uint_eq(state(fd), TCP_CLOSING);
	peer.ack++;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 1);
	ck_assert_uint_eq(state(fd), TCP_CLOSE);
}

START_TEST(simultaneous_close_passes_closing)
{
	in_script(simultaneous);
}
END_TEST

static void half_close(void)
{
	int fd = script_accept(true, true, 7, 1460);
	char buf[8];

	ck_assert_int_eq(sys_shutdown(bench.files[0], fd, SHUT_WR), 0);
	settle();
	peer.ack++;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(state(fd), TCP_FIN_WAIT2);
	ck_assert_int_eq(sys_write(bench.files[0], fd, "x", 1), -EPIPE);
	host_sleep(bench.host[0], 500 * HOST_SECOND); /* as long as the peer likes */
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "still", 5);
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 5);
	peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 0);
}

START_TEST(a_half_closed_connection_still_receives)
{
	in_script(half_close);
}
END_TEST

static void three_way(void)
{
	int fd = script_accept(true, true, 7, 1460);

	ck_assert_int_eq(sys_shutdown(bench.files[0], fd, SHUT_WR), 0);
	settle();
	peer.ack++;
	forget_segs();
	peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0); /* ACK and FIN in one */
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_ACK);
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 1);
}

START_TEST(three_way_close)
{
	in_script(three_way);
}
END_TEST

static void unread(void)
{
	int fd = script_accept(true, true, 7, 1460);

	peer_send(TCPHDR_ACK | TCPHDR_PSH, "unread", 6);
	settle();
	forget_segs();
	sys_close(bench.files[0], fd);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST | TCPHDR_ACK);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAbortOnClose), 1);
	ck_assert_uint_eq(bench.net[0]->tcp->socks, 0);
}

START_TEST(close_with_unread_data_resets)
{
	in_script(unread);
}
END_TEST

static void data_after_close(void)
{
	int fd = script_accept(true, true, 7, 1460);

	sys_close(bench.files[0], fd);
	settle();
	forget_segs();
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "nobody", 6);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags & TCPHDR_RST, TCPHDR_RST);
	ck_assert_uint_eq(bench.net[0]->tcp->socks, 0);
}

START_TEST(data_for_a_closed_reader_is_answered_with_rst)
{
	in_script(data_after_close);
}
END_TEST

static void linger_zero(void)
{
	const struct linger l = {1, 0};
	int fd = script_accept(true, true, 7, 1460);

	ck_assert_int_eq(sys_setsockopt(bench.files[0], fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)),
			 0);
	sys_close(bench.files[0], fd);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST | TCPHDR_ACK);
	ck_assert_uint_eq(bench.net[0]->tcp->socks, 0);
}

START_TEST(linger_zero_aborts)
{
	in_script(linger_zero);
}
END_TEST

static void linger_time(void)
{
	const struct linger l = {1, 3};
	int fd = script_accept(true, true, 7, 1460);
	uint64_t start_ns = host_now_ns(bench.world);

	ck_assert_int_eq(sys_setsockopt(bench.files[0], fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)),
			 0);
	sys_close(bench.files[0], fd); /* the peer does not answer */
	ck_assert_uint_eq((host_now_ns(bench.world) - start_ns) / HOST_SECOND, 3);
	ck_assert_uint_gt(count_flags(0, TCPHDR_FIN), 1); /* meanwhile it was sent again */
}

START_TEST(linger_waits_for_the_fin_to_be_acknowledged)
{
	in_script(linger_time);
}
END_TEST

static void fin_wait2_timeout(void)
{
	int fd = script_accept(true, true, 7, 1460);

	sys_close(bench.files[0], fd);
	settle();
	peer.ack++;
	peer_send(TCPHDR_ACK, NULL, 0);
	host_sleep(bench.host[0], 59 * HOST_SECOND);
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 1);
	host_sleep(bench.host[0], 2 * HOST_SECOND);
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 0);
}

START_TEST(an_orphan_waits_60_s_for_the_peers_fin)
{
	in_script(fin_wait2_timeout);
}
END_TEST

static void orphan_gives_up(void)
{
	int fd = script_accept(true, true, 7, 1460);

	write_all(0, fd, "never acknowledged", 18);
	sys_close(bench.files[0], fd);
	ck_assert_uint_eq(bench.net[0]->tcp->orphan_count, 1);
	host_sleep(bench.host[0], 300 * HOST_SECOND);
	ck_assert_uint_eq(bench.net[0]->tcp->orphan_count, 0);
	ck_assert_uint_eq(bench.net[0]->tcp->socks, 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAbortOnTimeout), 1);
}

START_TEST(an_orphan_without_a_peer_gives_up)
{
	in_script(orphan_gives_up);
}
END_TEST

static void orphan_limit(void)
{
	int fd = script_accept(true, true, 7, 1460);

	bench.net[0]->sysctl.tcp_max_orphans = 0;
	sys_close(bench.files[0], fd);
	settle();
	ck_assert_uint_eq(count_flags(0, TCPHDR_RST), 1);
	ck_assert_uint_eq(bench.net[0]->tcp->socks, 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAbortOnMemory), 1);
}

START_TEST(too_many_orphans_are_reset)
{
	in_script(orphan_limit);
}
END_TEST

/* Leaves a TIME_WAIT of PORT <-> peer.port behind. */
static void make_time_wait(void)
{
	int fd = script_accept(true, true, 7, 1460);

	sys_close(bench.files[0], fd);
	settle();
	peer.ack++;
	peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 1);
	forget_segs();
}

static void tw_new_syn(void)
{
	int listener;

	make_time_wait();
	listener = tcp_socket(0);
	ck_assert_int_eq(bind_to(0, listener, INADDR_ANY, PORT), -EADDRINUSE);
	ck_assert_int_eq(set_opt(0, listener, SOL_SOCKET, SO_REUSEADDR, 1), 0);
	ck_assert_int_eq(bind_to(0, listener, INADDR_ANY, PORT), 0);
	ck_assert_int_eq(sys_listen(bench.files[0], listener, 8), 0);
	/* A SYN below the old numbers with an old time stamp: the old ACK. */
	peer.tsval -= 50;
	peer_send_at(peer.seq - 5000, TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_ACK);
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq);
	/* A later time stamp makes it acceptable (RFC 6191). */
	forget_segs();
	peer.tsval += 1000;
	peer_send_at(peer.seq - 5000, TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_SYN | TCPHDR_ACK);
	ck_assert_uint_eq(seg_from(0, 0)->seq, peer.ack + 65537); /* beyond the old connection */
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 0);
}

START_TEST(a_new_syn_takes_over_time_wait)
{
	in_script(tw_new_syn);
}
END_TEST

static void tw_rst(void)
{
	make_time_wait();
	bench.net[0]->sysctl.tcp_rfc1337 = true;
	peer_send(TCPHDR_RST, NULL, 0);
	settle();
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 1);
	bench.net[0]->sysctl.tcp_rfc1337 = false;
	peer_send(TCPHDR_RST, NULL, 0);
	settle();
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 0);
}

START_TEST(rfc1337_protects_time_wait_from_rst)
{
	in_script(tw_rst);
}
END_TEST

static void tw_reuse(void)
{
	int fd;

	bench.net[0]->sysctl.tcp_tw_reuse = 1;
	bench.net[0]->sysctl.ip_local_port_range[0] = 40000;
	bench.net[0]->sysctl.ip_local_port_range[1] = 40000;
	fd = script_connect(true, true, 7, 1460);
	sys_close(bench.files[0], fd);
	settle();
	peer.ack++;
	peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 1);
	fd = tcp_socket(0);
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EADDRNOTAVAIL); /* too soon */
	host_sleep(bench.host[0], 2 * HOST_SECOND);
	forget_segs();
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_SYN);
	ck_assert_uint_eq(seg_from(0, 0)->seq, peer.ack + 65537);
	ck_assert_uint_eq(MIB(0, TcpExtTWRecycled), 1);
}

START_TEST(connect_reuses_time_wait_after_a_second)
{
	in_script(tw_reuse);
}
END_TEST

static void fin_lost(void)
{
	int fd = script_accept(true, true, 7, 1460);

	sys_close(bench.files[0], fd);
	host_sleep(bench.host[0], 2 * HOST_SECOND);
	ck_assert_uint_ge(count_flags(0, TCPHDR_FIN), 2);
	ck_assert_uint_eq(seg_from(0, 0)->seq, seg_from(0, 1)->seq);
}

START_TEST(a_lost_fin_is_sent_again)
{
	in_script(fin_lost);
}
END_TEST

static void fin_with_data(void)
{
	int fd = script_accept(true, true, 7, 1460);
	char buf[8];

	peer_send(TCPHDR_FIN | TCPHDR_ACK | TCPHDR_PSH, "bye", 3);
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 3);
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 0);
	ck_assert_uint_eq(state(fd), TCP_CLOSE_WAIT);
	host_sleep(bench.host[0], 50 * HOST_MS); /* the ACK may wait for an answer to ride on */
	ck_assert_uint_eq(seg_from(0, segs_from(0) - 1)->ack, peer.seq);
}

START_TEST(data_and_fin_in_one_segment)
{
	in_script(fin_with_data);
}
END_TEST

static void fin_first(void)
{
	int fd = script_accept(true, true, 7, 1460);
	char buf[8];

	peer_send_at(peer.seq + 3, TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(state(fd), TCP_ESTABLISHED);
	peer_send(TCPHDR_ACK, "abc", 3);
	settle();
	ck_assert_uint_eq(state(fd), TCP_CLOSE_WAIT);
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 3);
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 0);
}

START_TEST(a_fin_out_of_order_waits_for_the_gap)
{
	in_script(fin_first);
}
END_TEST

static TCase *cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, script_teardown);
	tcase_add_test(t, active_close_ends_in_time_wait_for_60_s);
	tcase_add_test(t, passive_close_ends_with_the_last_ack);
	tcase_add_test(t, simultaneous_close_passes_closing);
	tcase_add_test(t, a_half_closed_connection_still_receives);
	tcase_add_test(t, three_way_close);
	tcase_add_test(t, close_with_unread_data_resets);
	tcase_add_test(t, data_for_a_closed_reader_is_answered_with_rst);
	tcase_add_test(t, linger_zero_aborts);
	tcase_add_test(t, linger_waits_for_the_fin_to_be_acknowledged);
	tcase_add_test(t, an_orphan_waits_60_s_for_the_peers_fin);
	tcase_add_test(t, an_orphan_without_a_peer_gives_up);
	tcase_add_test(t, too_many_orphans_are_reset);
	tcase_add_test(t, a_new_syn_takes_over_time_wait);
	tcase_add_test(t, rfc1337_protects_time_wait_from_rst);
	tcase_add_test(t, connect_reuses_time_wait_after_a_second);
	tcase_add_test(t, a_lost_fin_is_sent_again);
	tcase_add_test(t, data_and_fin_in_one_segment);
	tcase_add_test(t, a_fin_out_of_order_waits_for_the_gap);
	return t;
}

Suite *close_suite(void)
{
	Suite *s = suite_create("close");
	TCase *t = cases("script", script_setup);

	suite_add_tcase(s, t);
	suite_add_tcase(s, cases("script over IPv6", script6_setup));
	return s;
}
