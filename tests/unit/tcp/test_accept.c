// SPDX-License-Identifier: MIT
/* The listener's two queues: limits, counters, what happens when they are full. */
#include "tcp_test.h"

/* A SYN from another client port; its SYN-ACK's number, 0: none came. */
static uint32_t syn_from(uint16_t port, uint32_t seq)
{
	unsigned int seen = segs_from(0);

	peer.port = port;
	peer_send_at(seq, TCPHDR_SYN, NULL, 0);
	settle();
	if (segs_from(0) == seen)
		return 0;
	ck_assert_uint_eq(seg_from(0, seen)->flags, TCPHDR_SYN | TCPHDR_ACK);
	ck_assert_uint_eq(seg_from(0, seen)->ack, seq + 1);
	return seg_from(0, seen)->seq;
}

static void final_ack(uint16_t port, uint32_t seq, uint32_t synack_seq)
{
	peer.port = port;
	peer.ack = synack_seq + 1;
	peer_send_at(seq + 1, TCPHDR_ACK, NULL, 0);
	settle();
}

static struct tcp_info listener_info(int fd)
{
	return info_of(0, fd); /* unacked: sk_ack_backlog, sacked: its limit */
}

static void fifo(void)
{
	int listener = listen_on(0, PORT, 16);

	for (uint16_t port = 5000; port < 5005; port++)
		final_ack(port, port, syn_from(port, port));
	ck_assert_uint_eq(listener_info(listener).tcpi_unacked, 5);
	for (uint16_t port = 5000; port < 5005; port++) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		int fd = sys_accept4(bench.files[0], listener, (struct sockaddr *)&from, &len, 0);

		ck_assert_int_ge(fd, 0);
		ck_assert_uint_eq(len, sizeof(from));
		ck_assert_uint_eq(ntohs(from.sin_port), port);
		ck_assert_uint_eq(ntohl(from.sin_addr.s_addr), ADDR_B);
	}
	ck_assert_uint_eq(listener_info(listener).tcpi_unacked, 0);
}

START_TEST(accept_takes_the_oldest_first)
{
	in_script(fifo);
}
END_TEST

static void backlog_capped(void)
{
	int listener;

	bench.net[0]->sysctl.somaxconn = 7;
	listener = listen_on(0, PORT, 1000);
	ck_assert_uint_eq(listener_info(listener).tcpi_sacked, 7);
	ck_assert_int_eq(sys_listen(bench.files[0], listener, 3), 0); /* may change later */
	ck_assert_uint_eq(listener_info(listener).tcpi_sacked, 3);
	ck_assert_int_eq(sys_listen(bench.files[0], listener, -1), 0);
	ck_assert_uint_eq(listener_info(listener).tcpi_sacked, 7);
}

START_TEST(somaxconn_caps_the_backlog)
{
	in_script(backlog_capped);
}
END_TEST

static void full_accept_queue(void)
{
	int listener = listen_on(0, PORT, 2);
	uint32_t late;

	/* As in Linux a backlog of 2 takes 3. */
	for (uint16_t port = 5000; port < 5002; port++)
		final_ack(port, 1, syn_from(port, 1));
	late = syn_from(6000, 1);
	final_ack(5002, 1, syn_from(5002, 1));
	ck_assert_uint_eq(listener_info(listener).tcpi_unacked, 3);

	/* A SYN is dropped. */
	ck_assert_uint_eq(syn_from(5003, 1), 0);
	ck_assert_uint_eq(MIB(0, TcpExtListenOverflows), 1);
	ck_assert_uint_eq(MIB(0, TcpExtListenDrops), 1);

	/* A final ACK is ignored; the SYN-ACK comes again and the next one finds room. */
	forget_segs();
	final_ack(6000, 1, late);
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_uint_eq(MIB(0, TcpExtListenOverflows), 2);
	accept_from(0, listener);
	host_sleep(bench.host[0], 3 * HOST_SECOND);
	ck_assert_uint_ge(count_flags(0, TCPHDR_SYN | TCPHDR_ACK), 1);
	final_ack(6000, 1, late);
	ck_assert_uint_eq(listener_info(listener).tcpi_unacked, 3);
}

START_TEST(a_full_accept_queue_drops_syns_and_ignores_acks)
{
	in_script(full_accept_queue);
}
END_TEST

static void synq_limit(void)
{
	uint32_t late;

	bench.net[0]->sysctl.tcp_syncookies = 0;
	listen_on(0, PORT, 0);
	bench.net[0]->sysctl.tcp_max_syn_backlog = 8;
	late = syn_from(6000, 1);
	ck_assert_uint_eq(late, 0); /* a backlog of 0 has no SYN queue */
	listen_on(0, PORT + 1, 1);
	peer.host_port = PORT + 1;
	late = syn_from(6000, 1);
	final_ack(5000, 1, syn_from(5000, 1)); /* dropped: one request at most */
	ck_assert_uint_eq(MIB(0, TcpExtTCPReqQFullDrop), 2);
	final_ack(6000, 1, late);
	late = syn_from(6001, 1);
	final_ack(6001, 1, late);
	ck_assert_uint_eq(syn_from(6002, 1), 0);
}

START_TEST(the_backlog_limits_the_syn_queue)
{
	in_script(synq_limit);
}
END_TEST

static void overflow_rst(void)
{
	uint32_t a, b, c;

	listen_on(0, PORT, 3);
	bench.net[0]->sysctl.tcp_abort_on_overflow = true;
	a = syn_from(5000, 1);
	b = syn_from(5001, 1);
	c = syn_from(5002, 1);
	final_ack(5000, 1, a);
	final_ack(5001, 1, b);
	a = syn_from(5003, 1);
	b = syn_from(5004, 1);
	final_ack(5003, 1, a);
	final_ack(5004, 1, b);
	forget_segs();
	final_ack(5002, 1, c);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
	forget_segs();
	final_ack(5002, 1, c); /* the request is gone */
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
}

START_TEST(tcp_abort_on_overflow_resets)
{
	in_script(overflow_rst);
}
END_TEST

static void rst_request(void)
{
	int listener = listen_on(0, PORT, 16);
	uint32_t synack = syn_from(5000, 77);

	peer.ack = synack + 1;
	peer_send_at(78, TCPHDR_RST, NULL, 0);
	settle();
	ck_assert_uint_eq(MIB(0, TcpExtEmbryonicRsts), 1);
	forget_segs();
	final_ack(5000, 77, synack);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
	ck_assert_uint_eq(listener_info(listener).tcpi_unacked, 0);
}

START_TEST(a_rst_ends_a_request)
{
	in_script(rst_request);
}
END_TEST

static void wrong_ack(void)
{
	uint32_t synack;

	listen_on(0, PORT, 16);
	synack = syn_from(5000, 77);
	forget_segs();
	final_ack(5000, 77, synack + 5);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
	ck_assert_uint_eq(seg_from(0, 0)->seq, synack + 6);
	/* The true one still connects. */
	final_ack(5000, 77, synack);
	ck_assert_uint_eq(MIB(0, TcpPassiveOpens), 1);
}

START_TEST(an_ack_of_something_else_is_reset_and_harmless)
{
	in_script(wrong_ack);
}
END_TEST

static void close_listener(void)
{
	int listener = listen_on(0, PORT, 16);
	uint32_t pending;

	final_ack(5000, 1, syn_from(5000, 1));
	pending = syn_from(5001, 1);
	forget_segs();
	sys_close(bench.files[0], listener);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST | TCPHDR_ACK); /* not accepted */
	forget_segs();
	final_ack(5001, 1, pending);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
	ck_assert_uint_eq(bench.net[0]->tcp->socks, 0);
}

START_TEST(closing_a_listener_resets_what_waits)
{
	in_script(close_listener);
}
END_TEST

static void dead_before_accept(void)
{
	int listener = listen_on(0, PORT, 16), fd;
	uint32_t synack = syn_from(5000, 1);
	char c;

	final_ack(5000, 1, synack);
	peer_send_at(2, TCPHDR_RST | TCPHDR_ACK, NULL, 0);
	settle();
	fd = accept_from(0, listener); /* as in Linux: accepted, then told */
	ck_assert_int_eq(sys_read(bench.files[0], fd, &c, 1), -ECONNRESET);
}

START_TEST(a_connection_reset_before_accept_is_told_at_read)
{
	in_script(dead_before_accept);
}
END_TEST

static void inherited(void)
{
	const struct linger l = {1, 9};
	struct linger got;
	socklen_t len = sizeof(got);
	int listener = listen_on(0, PORT, 16), fd;

	set_opt(0, listener, SOL_TCP, TCP_NODELAY, 1);
	set_opt(0, listener, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_opt(0, listener, SOL_TCP, TCP_KEEPIDLE, 33);
	sys_setsockopt(bench.files[0], listener, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	ck_assert_int_eq(
		sys_setsockopt(bench.files[0], listener, SOL_TCP, TCP_CONGESTION, "reno", 4), 0);
	final_ack(5000, 1, syn_from(5000, 1));
	fd = sys_accept4(bench.files[0], listener, NULL, NULL, SOCK_NONBLOCK);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(sys_fcntl(bench.files[0], fd, F_GETFL, 0) & O_NONBLOCK, O_NONBLOCK);
	ck_assert_int_eq(get_opt(0, fd, SOL_TCP, TCP_NODELAY), 1);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	ck_assert_int_eq(get_opt(0, fd, SOL_TCP, TCP_KEEPIDLE), 33);
	ck_assert_int_eq(sys_getsockopt(bench.files[0], fd, SOL_SOCKET, SO_LINGER, &got, &len), 0);
	ck_assert_int_eq(got.l_linger, 9);
	{
		char name[16];

		len = sizeof(name);
		ck_assert_int_eq(
			sys_getsockopt(bench.files[0], fd, SOL_TCP, TCP_CONGESTION, name, &len), 0);
		ck_assert_str_eq(name, "reno");
	}
}

START_TEST(options_of_the_listener_are_inherited)
{
	in_script(inherited);
}
END_TEST

static void reuseport(void)
{
	int a = tcp_socket(0), b = tcp_socket(0), c = tcp_socket(0);
	uint32_t waiting[2];

	set_opt(0, a, SOL_SOCKET, SO_REUSEPORT, 1);
	set_opt(0, b, SOL_SOCKET, SO_REUSEPORT, 1);
	ck_assert_int_eq(bind_to(0, a, INADDR_ANY, PORT), 0);
	ck_assert_int_eq(bind_to(0, b, INADDR_ANY, PORT), 0);
	ck_assert_int_eq(bind_to(0, c, INADDR_ANY, PORT), -EADDRINUSE);
	ck_assert_int_eq(sys_listen(bench.files[0], a, 64), 0);
	ck_assert_int_eq(sys_listen(bench.files[0], b, 64), 0);
	for (uint16_t port = 5000; port < 5040; port++)
		final_ack(port, 1, syn_from(port, 1));
	waiting[0] = listener_info(a).tcpi_unacked;
	waiting[1] = listener_info(b).tcpi_unacked;
	ck_assert_uint_eq(waiting[0] + waiting[1], 40);
	ck_assert_uint_gt(waiting[0], 5);
	ck_assert_uint_gt(waiting[1], 5);
}

START_TEST(so_reuseport_spreads_connections)
{
	in_script(reuseport);
}
END_TEST

static void deferred(void)
{
	int listener = listen_on(0, PORT, 16), fd;
	char buf[8];

	set_opt(0, listener, SOL_TCP, TCP_DEFER_ACCEPT, 10);
	final_ack(peer.port, 1, syn_from(peer.port, 1));
	ck_assert_uint_eq(listener_info(listener).tcpi_unacked, 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPDeferAcceptDrop), 1);
	/* The client has acknowledged: no SYN-ACK comes again meanwhile. */
	forget_segs();
	host_sleep(bench.host[0], 6 * HOST_SECOND);
	ck_assert_uint_eq(segs_from(0), 0);
	peer_send_at(2, TCPHDR_ACK | TCPHDR_PSH, "GET", 3);
	settle();
	ck_assert_uint_eq(listener_info(listener).tcpi_unacked, 1);
	fd = accept_from(0, listener);
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 3);
	ck_assert_mem_eq(buf, "GET", 3);
}

START_TEST(defer_accept_waits_for_data)
{
	in_script(deferred);
}
END_TEST

static void deferred_too_long(void)
{
	int listener = listen_on(0, PORT, 16);
	uint64_t start_ns = host_now_ns(bench.world);
	uint32_t synack;

	set_opt(0, listener, SOL_TCP, TCP_DEFER_ACCEPT, 10); /* 1 + 2 + 4 + 8 s: 4 SYN-ACKs */
	synack = syn_from(peer.port, 1);
	final_ack(peer.port, 1, synack);
	forget_segs();
	host_sleep(bench.host[0], 20 * HOST_SECOND);
	/* When the wait is over a last SYN-ACK asks for another ACK, which then connects. */
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_SYN | TCPHDR_ACK);
	ck_assert_uint_eq((seg_from(0, 0)->time_ns - start_ns) / HOST_SECOND, 15);
	final_ack(peer.port, 1, synack);
	ck_assert_uint_eq(listener_info(listener).tcpi_unacked, 1);
}

START_TEST(defer_accept_gives_in_after_its_time)
{
	in_script(deferred_too_long);
}
END_TEST

static void deferred_never_answered(void)
{
	int listener = listen_on(0, PORT, 16);

	set_opt(0, listener, SOL_TCP, TCP_DEFER_ACCEPT, 10);
	final_ack(peer.port, 1, syn_from(peer.port, 1));
	host_sleep(bench.host[0], 200 * HOST_SECOND);
	forget_segs();
	peer_send_at(2, TCPHDR_ACK | TCPHDR_PSH, "GET", 3);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
	ck_assert_uint_eq(listener_info(listener).tcpi_unacked, 0);
}

START_TEST(a_deferred_client_that_says_nothing_is_forgotten)
{
	in_script(deferred_never_answered);
}
END_TEST

static void defer_rounding(void)
{
	static const int pairs[][2] = {{0, 0}, {-1, 0}, {1, 1},	    {2, 3},	{3, 3},
				       {4, 7}, {8, 15}, {100, 127}, {128, 247}, {300, 367}};
	int fd = tcp_socket(0);

	for (unsigned int i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_DEFER_ACCEPT, pairs[i][0]), 0);
		ck_assert_int_eq(get_opt(0, fd, SOL_TCP, TCP_DEFER_ACCEPT), pairs[i][1]);
	}
}

START_TEST(defer_accept_is_rounded_up_to_whole_syn_acks)
{
	in_script(defer_rounding);
}
END_TEST

static TCase *cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, script_teardown);
	tcase_add_test(t, somaxconn_caps_the_backlog);
	tcase_add_test(t, a_full_accept_queue_drops_syns_and_ignores_acks);
	tcase_add_test(t, the_backlog_limits_the_syn_queue);
	tcase_add_test(t, tcp_abort_on_overflow_resets);
	tcase_add_test(t, a_rst_ends_a_request);
	tcase_add_test(t, an_ack_of_something_else_is_reset_and_harmless);
	tcase_add_test(t, closing_a_listener_resets_what_waits);
	tcase_add_test(t, a_connection_reset_before_accept_is_told_at_read);
	tcase_add_test(t, options_of_the_listener_are_inherited);
	tcase_add_test(t, so_reuseport_spreads_connections);
	tcase_add_test(t, defer_accept_waits_for_data);
	tcase_add_test(t, defer_accept_gives_in_after_its_time);
	tcase_add_test(t, a_deferred_client_that_says_nothing_is_forgotten);
	tcase_add_test(t, defer_accept_is_rounded_up_to_whole_syn_acks);
	return t;
}

Suite *accept_suite(void)
{
	Suite *s = suite_create("accept");
	TCase *t = cases("script", script_setup);

	tcase_add_test(t, accept_takes_the_oldest_first);
	suite_add_tcase(s, t);
	suite_add_tcase(s, cases("script over IPv6", script6_setup));
	return s;
}
