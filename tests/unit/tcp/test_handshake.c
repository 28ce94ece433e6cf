// SPDX-License-Identifier: MIT
/* Opening: the SYN and its options, retransmission, refusal, simultaneous open, numbers and ports.
 */
#include "tcp_test.h"

static void syn_has_linux_options(void)
{
	static const uint8_t order[] = {TCPOPT_MSS, TCPOPT_SACK_PERM, TCPOPT_TIMESTAMP};
	const struct seg *syn;
	int fd = tcp_socket(0);

	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	syn = seg_from(0, 0);
	ck_assert_uint_eq(syn->flags, TCPHDR_SYN);
	ck_assert_uint_eq(syn->mss, 1460);
	ck_assert(syn->sack_perm && syn->has_ts && syn->has_wscale);
	ck_assert_uint_eq(syn->tsecr, 0);
	ck_assert_uint_eq(syn->options_len, 20);
	ck_assert_uint_eq(syn->options[0], order[0]);
	ck_assert_uint_eq(syn->options[4], order[1]);
	ck_assert_uint_eq(syn->options[6], order[2]);
	ck_assert_uint_eq(syn->options[16], TCPOPT_NOP);
	ck_assert_uint_eq(syn->options[17], TCPOPT_WINDOW);
	ck_assert_uint_eq(syn->ack, 0);
}

START_TEST(the_syn_has_options_in_linux_order)
{
	in_script(syn_has_linux_options);
}
END_TEST

static void three_way(void)
{
	const struct seg *ack;
	int fd = script_connect(true, true, 7, 1400);

	(void)fd;
	/* script_connect() has forgotten the segments; the next is data on the new connection. */
	write_all(0, fd, "x", 1);
	settle();
	ack = seg_from(0, 0);
	ck_assert_uint_eq(ack->ack, peer.seq);
	ck_assert(ack->has_ts);
	ck_assert_uint_eq(ack->tsecr, peer.tsval);
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	ck_assert_uint_eq(info_of(0, fd).tcpi_options,
			  TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_wscale, 7);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, 1400 - 12);
}

START_TEST(connect_ends_with_an_ack)
{
	in_script(three_way);
}
END_TEST

static void no_options(void)
{
	int fd = script_connect(false, false, -1, 0);
	const uint32_t mss = bench.v6 ? 1220 : 536; /* RFC 9293, MUST-15 */
	char block[2000] = {0};

	ck_assert_uint_eq(info_of(0, fd).tcpi_options, 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, mss);
	write_all(0, fd, block, sizeof(block));
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->len, mss);
	ck_assert_uint_eq(seg_from(0, 0)->options_len, 0);
}

START_TEST(a_peer_without_options_gets_small_segments)
{
	in_script(no_options);
}
END_TEST

static void syn_backoff(void)
{
	static const unsigned int at_s[] = {0, 1, 3, 7, 15, 31, 63};
	int fd = tcp_socket(0);
	uint64_t start_ns = host_now_ns(bench.world);

	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -ETIMEDOUT);
	ck_assert_uint_eq(segs_from(0), 7); /* the SYN and tcp_syn_retries = 6 */
	for (unsigned int i = 0; i < 7; i++) {
		uint64_t delta_ms = (seg_from(0, i)->time_ns - start_ns) / HOST_MS;

		ck_assert_uint_eq(seg_from(0, i)->seq, seg_from(0, 0)->seq);
		ck_assert_uint_ge(delta_ms, at_s[i] * 1000);
		ck_assert_uint_le(delta_ms, at_s[i] * 1000 + 20);
	}
	ck_assert_uint_eq((host_now_ns(bench.world) - start_ns) / HOST_SECOND, 127);
	ck_assert_uint_eq(MIB(0, TcpExtTCPSynRetrans), 6);
	ck_assert_uint_eq(MIB(0, TcpAttemptFails), 1);
}

START_TEST(a_syn_is_sent_again_at_1_3_7_15_31_63_seconds_then_given_up)
{
	in_script(syn_backoff);
}
END_TEST

static void syncnt(void)
{
	int fd = tcp_socket(0);

	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_SYNCNT, 2), 0);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -ETIMEDOUT);
	ck_assert_uint_eq(segs_from(0), 3);
}

START_TEST(tcp_syncnt_limits_the_retries)
{
	in_script(syncnt);
}
END_TEST

static void refused(void)
{
	int fd = tcp_socket(0);

	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EALREADY);
	settle();
	peer.host_port = seg_from(0, 0)->sport;
	/* A RST that does not acknowledge the SYN is nobody's. */
	peer.ack = seg_from(0, 0)->seq;
	peer_send(TCPHDR_RST | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_SYN_SENT);
	peer.ack++;
	peer_send(TCPHDR_RST | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -ECONNREFUSED);
	/* It may try again. */
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
}

START_TEST(a_rst_refuses_the_connection)
{
	in_script(refused);
}
END_TEST

static void wrong_synack(void)
{
	int fd = tcp_socket(0);

	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	peer.host_port = seg_from(0, 0)->sport;
	peer.ack = seg_from(0, 0)->seq + 77;
	forget_segs();
	peer_send(TCPHDR_SYN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
	ck_assert_uint_eq(seg_from(0, 0)->seq, peer.ack);
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_SYN_SENT);
}

START_TEST(a_syn_ack_of_something_else_is_reset)
{
	in_script(wrong_synack);
}
END_TEST

static void simultaneous(void)
{
	int fd = tcp_socket(0);
	const struct seg *synack;

	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	peer.host_port = seg_from(0, 0)->sport;
	peer.ack = seg_from(0, 0)->seq + 1;
	forget_segs();
	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	synack = seg_from(0, 0);
	ck_assert_uint_eq(synack->flags, TCPHDR_SYN | TCPHDR_ACK);
	ck_assert_uint_eq(synack->seq, peer.ack - 1);
	ck_assert_uint_eq(synack->ack, peer.seq);
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_SYN_RECV);
	peer_send_at(peer.seq - 1, TCPHDR_SYN | TCPHDR_ACK, NULL, 0);
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), 0);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "hello", 5);
	settle();
	{
		char buf[8];

		ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 5);
	}
}

START_TEST(simultaneous_open_connects)
{
	in_script(simultaneous);
}
END_TEST

static void synack_backoff(void)
{
	static const unsigned int at_s[] = {0, 1, 3, 7, 15, 31};
	uint64_t start_ns;

	listen_on(0, PORT, 16);
	start_ns = host_now_ns(bench.world);
	peer_send(TCPHDR_SYN, NULL, 0);
	host_sleep(bench.host[0], 100 * HOST_SECOND);
	ck_assert_uint_eq(segs_from(0), 6); /* and tcp_synack_retries = 5 */
	for (unsigned int i = 0; i < 6; i++) {
		uint64_t delta_ms = (seg_from(0, i)->time_ns - start_ns) / HOST_MS;

		ck_assert_uint_eq(seg_from(0, i)->flags, TCPHDR_SYN | TCPHDR_ACK);
		ck_assert_uint_ge(delta_ms, at_s[i] * 1000);
		ck_assert_uint_le(delta_ms, at_s[i] * 1000 + 20);
	}
	/* The request is gone: an ACK for it is answered with RST. */
	peer.ack = seg_from(0, 0)->seq + 1;
	forget_segs();
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
}

START_TEST(a_syn_ack_is_sent_again_and_given_up)
{
	in_script(synack_backoff);
}
END_TEST

static void repeated_syn(void)
{
	listen_on(0, PORT, 16);
	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	host_sleep(bench.host[0], 600 * HOST_MS);
	peer_send_at(peer.seq - 1, TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 2);
	ck_assert_uint_eq(seg_from(0, 1)->seq, seg_from(0, 0)->seq);
}

START_TEST(a_repeated_syn_gets_the_same_syn_ack)
{
	in_script(repeated_syn);
}
END_TEST

static void options_mirrored(void)
{
	int fd = script_accept(true, true, 3, 1200);

	ck_assert_uint_eq(info_of(0, fd).tcpi_options,
			  TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_wscale, 3);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, 1200 - 12);
}

START_TEST(an_accepted_connection_has_the_options_of_the_syn)
{
	in_script(options_mirrored);
}
END_TEST

static void only_offered(void)
{
	listen_on(0, PORT, 16);
	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert(!seg_from(0, 0)->has_ts && !seg_from(0, 0)->sack_perm &&
		  !seg_from(0, 0)->has_wscale);
	ck_assert_uint_eq(seg_from(0, 0)->mss, 1460);
}

START_TEST(the_syn_ack_offers_only_what_the_syn_did)
{
	in_script(only_offered);
}
END_TEST

static void isn_clock(void)
{
	uint32_t first, second;
	int fd = tcp_socket(0);

	/* The same four addresses: the ISN moves on with time, a tick each 64 ns (RFC 6528). */
	bind_to(0, fd, ADDR_A, 2000);
	set_nonblock(0, fd);
	connect_to(0, fd, ADDR_B, peer.port);
	settle();
	first = seg_from(0, 0)->seq;
	sys_close(bench.files[0], fd);
	host_sleep(bench.host[0], HOST_SECOND);
	forget_segs();
	fd = tcp_socket(0);
	ck_assert_int_eq(bind_to(0, fd, ADDR_A, 2000), 0);
	set_nonblock(0, fd);
	connect_to(0, fd, ADDR_B, peer.port);
	settle();
	second = seg_from(0, 0)->seq;
	ck_assert_uint_ge(second - first, 1000000000u / 64);
	ck_assert_uint_le(second - first, 1000000000u / 64 + 100000);
	/* Another peer port: nothing to do with it. */
	sys_close(bench.files[0], fd);
	forget_segs();
	fd = tcp_socket(0);
	bind_to(0, fd, ADDR_A, 2000);
	set_nonblock(0, fd);
	connect_to(0, fd, ADDR_B, peer.port + 1);
	settle();
	ck_assert_uint_gt(seg_from(0, 0)->seq - second, 1000000);
}

START_TEST(the_isn_follows_a_clock_and_a_key)
{
	in_script(isn_clock);
}
END_TEST

static void ports_spread(void)
{
	enum { N = 200 };
	uint16_t port[N];
	unsigned int close_by = 0;

	for (int i = 0; i < N; i++) {
		int fd = tcp_socket(0);

		forget_segs();
		set_nonblock(0, fd);
		ck_assert_int_eq(connect_to(0, fd, ADDR_B, (uint16_t)(5000 + i)), -EINPROGRESS);
		settle();
		port[i] = seg_from(0, 0)->sport;
		ck_assert_uint_ge(port[i], 32768);
		ck_assert_uint_le(port[i], 60999);
		sys_close(bench.files[0], fd);
		if (i && abs(port[i] - port[i - 1]) < 100)
			close_by++;
	}
	ck_assert_uint_lt(close_by, 10); /* different destinations: unrelated ports */
}

START_TEST(ports_of_different_destinations_are_unrelated)
{
	in_script(ports_spread);
}
END_TEST

/* Chi-squared of counts over 256 cells; 255 degrees of freedom: above 400 once in 10^8. */
static double chi_squared(const unsigned int *count, unsigned int n)
{
	const double expected = n / 256.0;
	double sum = 0;

	for (unsigned int i = 0; i < 256; i++)
		sum += (count[i] - expected) * (count[i] - expected) / expected;
	return sum;
}

static void isn_steps(void)
{
	enum { N = 1000000 };
	const struct in6_addr a = in6_from_v4(htonl(ADDR_A));
	unsigned int high[256] = {0}, low[256] = {0};
	uint32_t last = 0;

	/* An observer who connects from where he likes sees steps between these. */
	for (unsigned int i = 0; i <= N; i++) {
		const struct in6_addr b = in6_from_v4(htonl(ADDR_B + i / 60000));
		uint32_t isn = tcp_isn(bench.net[0], &a, &b, PORT, (uint16_t)(1024 + i % 60000));

		if (i) {
			high[(isn - last) >> 24]++;
			low[(isn - last) & 0xff]++;
		}
		last = isn;
	}
	ck_assert_double_lt(chi_squared(high, N), 400);
	ck_assert_double_lt(chi_squared(low, N), 400);
}

START_TEST(a_million_isns_show_no_step)
{
	in_script(isn_steps);
}
END_TEST

static void port_entropy(void)
{
	enum { N = 4000 };
	static unsigned int taken[65536];
	unsigned int same_pairs = 0;

	for (unsigned int i = 0; i < N; i++) {
		struct sockaddr_in name;
		socklen_t len = sizeof(name);
		int fd = tcp_socket(0);

		set_nonblock(0, fd);
		ck_assert_int_eq(connect_to(0, fd, ADDR_B, (uint16_t)(1024 + i)), -EINPROGRESS);
		ck_assert_int_eq(
			sys_getsockname(bench.files[0], fd, (struct sockaddr *)&name, &len), 0);
		same_pairs += taken[ntohs(name.sin_port)]++;
		sys_close(bench.files[0], fd);
	}
	/* N^2 / 2 pairs, of which 2^-bits fall together: 14 bits, 488 pairs. */
	ck_assert_uint_ge(same_pairs, 1);
	ck_assert_uint_le(same_pairs, (unsigned int)((uint64_t)N * N / 2 >> 14));
}

START_TEST(ports_have_14_bits_of_entropy)
{
	in_script(port_entropy);
}
END_TEST

static void no_listener(void)
{
	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST | TCPHDR_ACK);
	ck_assert_uint_eq(seg_from(0, 0)->seq, 0);
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq);
	forget_segs();
	peer.ack = 12345;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
	ck_assert_uint_eq(seg_from(0, 0)->seq, 12345);
	forget_segs();
	peer_send(TCPHDR_RST, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0); /* no RST for a RST */
}

START_TEST(a_closed_port_answers_with_rst)
{
	in_script(no_listener);
}
END_TEST

static void data_with_final_ack(void)
{
	int listener = listen_on(0, PORT, 16), fd;
	char buf[8];

	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	peer.ack = seg_from(0, 0)->seq + 1;
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "GET", 3);
	fd = accept_from(0, listener);
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 3);
	ck_assert_mem_eq(buf, "GET", 3);
}

START_TEST(data_may_come_with_the_final_ack)
{
	in_script(data_with_final_ack);
}
END_TEST

static void serve(void *arg)
{
	int l = listen_on(1, PORT, 128);

	for (int i = 0; i < *(int *)arg; i++)
		sys_close(bench.files[1], accept_from(1, l));
}

static void call(void *arg)
{
	host_sleep(bench.host[0], HOST_MS);
	for (int i = 0; i < *(int *)arg; i++)
		sys_close(bench.files[0], dial(0, ADDR_B, PORT));
}

START_TEST(a_thousand_connections_leave_nothing_behind)
{
	int n = 1000;

	task(1, serve, &n);
	task(0, call, &n);
	run_tasks(1000);
	ck_assert_uint_eq(MIB(0, TcpActiveOpens), 1000);
	ck_assert_uint_eq(MIB(1, TcpPassiveOpens), 1000);
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
}
END_TEST

static void local_pair(void)
{
	int l = listen_on(0, PORT, 8), c = dial(0, INADDR_LOOPBACK, PORT), s = accept_from(0, l);
	char buf[100000];

	stream_fill((uint8_t *)buf, 50000, 1, 0);
	write_all(0, c, buf, 50000);
	read_all(0, s, buf, 50000);
	stream_check((uint8_t *)buf, 50000, 1, 0);
}

START_TEST(loopback_connects_to_itself)
{
	in_script(local_pair);
}
END_TEST

static void ack_with_data(void)
{
	int fd = tcp_socket(0);

	set_opt(0, fd, SOL_TCP, TCP_DEFER_ACCEPT, 1);
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	peer.host_port = seg_from(0, 0)->sport;
	peer.ack = seg_from(0, 0)->seq + 1;
	forget_segs();
	peer_send(TCPHDR_SYN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
	write_all(0, fd, "GET", 3);
	settle();
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->len, 3);
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq);
}

START_TEST(a_client_that_defers_acknowledges_the_syn_ack_with_its_data)
{
	in_script(ack_with_data);
}
END_TEST

static void ack_without_data(void)
{
	int fd = tcp_socket(0);
	uint64_t start_ns;

	set_opt(0, fd, SOL_TCP, TCP_DEFER_ACCEPT, 1);
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	peer.host_port = seg_from(0, 0)->sport;
	peer.ack = seg_from(0, 0)->seq + 1;
	forget_segs();
	start_ns = host_now_ns(bench.world);
	peer_send(TCPHDR_SYN | TCPHDR_ACK, NULL, 0);
	host_sleep(bench.host[0], HOST_SECOND);
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq((seg_from(0, 0)->time_ns - start_ns) / HOST_MS, 200);
}

START_TEST(a_client_that_defers_waits_200_ms_at_most)
{
	in_script(ack_without_data);
}
END_TEST

static TCase *script_cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, script_teardown);
	tcase_add_test(t, connect_ends_with_an_ack);
	tcase_add_test(t, a_peer_without_options_gets_small_segments);
	tcase_add_test(t, a_syn_is_sent_again_at_1_3_7_15_31_63_seconds_then_given_up);
	tcase_add_test(t, tcp_syncnt_limits_the_retries);
	tcase_add_test(t, a_rst_refuses_the_connection);
	tcase_add_test(t, a_syn_ack_of_something_else_is_reset);
	tcase_add_test(t, simultaneous_open_connects);
	tcase_add_test(t, a_syn_ack_is_sent_again_and_given_up);
	tcase_add_test(t, a_repeated_syn_gets_the_same_syn_ack);
	tcase_add_test(t, an_accepted_connection_has_the_options_of_the_syn);
	tcase_add_test(t, the_isn_follows_a_clock_and_a_key);
	tcase_add_test(t, ports_of_different_destinations_are_unrelated);
	tcase_add_test(t, a_closed_port_answers_with_rst);
	tcase_add_test(t, data_may_come_with_the_final_ack);
	tcase_add_test(t, loopback_connects_to_itself);
	tcase_add_test(t, a_client_that_defers_acknowledges_the_syn_ack_with_its_data);
	tcase_add_test(t, a_client_that_defers_waits_200_ms_at_most);
	return t;
}

static TCase *pair_cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, pair_teardown);
	tcase_add_test(t, a_thousand_connections_leave_nothing_behind);
	tcase_set_timeout(t, 60);
	return t;
}

Suite *handshake_suite(void)
{
	Suite *s = suite_create("handshake");
	TCase *script = script_cases("script", script_setup);

	tcase_add_test(script, the_syn_has_options_in_linux_order);
	tcase_add_test(script, the_syn_ack_offers_only_what_the_syn_did);
	tcase_add_test(script, a_million_isns_show_no_step);
	tcase_add_test(script, ports_have_14_bits_of_entropy);
	suite_add_tcase(s, script);
	suite_add_tcase(s, script_cases("script over IPv6", script6_setup));
	suite_add_tcase(s, pair_cases("pair", pair_setup));
	suite_add_tcase(s, pair_cases("pair over IPv6", pair6_setup));
	return s;
}
