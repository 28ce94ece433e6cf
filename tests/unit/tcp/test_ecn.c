// SPDX-License-Identifier: MIT
/* Explicit congestion notification (RFC 3168) and DCTCP (RFC 8257). */
#include "tcp_test.h"

#define MSS	1448u /* with time stamps */
#define SYN_ECN (TCPHDR_SYN | TCPHDR_ECE | TCPHDR_CWR)

static uint8_t block[300000];

static void ecn_sysctl(int side, uint32_t value)
{
	net_sysctl(bench.net[side])->tcp_ecn = value;
}

/* An ACK of all up to ack, with flags and the latest time stamp echoed. */
static void ack_now(uint32_t ack, uint8_t flags)
{
	peer.ack = ack;
	peer.tsval++;
	peer.tsecr = bench.tsval_seen;
	peer_send(TCPHDR_ACK | flags, NULL, 0);
	settle();
}

/* ---- the handshake ---- */

/* The host connects; the peer answers the SYN with these flags besides SYN and ACK. */
static int connect_answered(uint8_t synack_flags)
{
	int fd = tcp_socket(0);
	const struct seg *syn;

	forget_segs();
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	syn = seg_from(0, 0);
	peer.host_port = syn->sport;
	peer.ack = syn->seq + 1;
	peer_send_opts(TCPHDR_SYN | TCPHDR_ACK | synack_flags, "\x02\x04\x05\xb4", 4, NULL, 0);
	settle();
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), 0);
	return fd;
}

static void offered_and_accepted(void)
{
	int fd;

	ecn_sysctl(0, 1);
	fd = connect_answered(TCPHDR_ECE);
	ck_assert_uint_eq(seg_from(0, 0)->flags, SYN_ECN);
	ck_assert_uint_eq(seg_from(0, 0)->tos, INET_ECN_NOT_ECT); /* 6.1.1: no ECT on a SYN */
	ck_assert_uint_eq(seg_from(0, 1)->tos, INET_ECN_NOT_ECT); /* 6.1.4: nor on a pure ACK */
	ck_assert_uint_ne(info_of(0, fd).tcpi_options & TCPI_OPT_ECN, 0);
	forget_segs();
	write_all(0, fd, "x", 1);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->tos, INET_ECN_ECT_0);
	ck_assert_uint_eq(seg_from(0, 0)->flags & (TCPHDR_ECE | TCPHDR_CWR), 0);
}

START_TEST(ecn_is_offered_in_the_syn_and_data_goes_as_ect)
{
	in_script(offered_and_accepted);
}
END_TEST

static void offered_and_refused(void)
{
	int fd;

	ecn_sysctl(0, 1);
	fd = connect_answered(0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_options & TCPI_OPT_ECN, 0);
	forget_segs();
	write_all(0, fd, "x", 1);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->tos, INET_ECN_NOT_ECT);
}

START_TEST(a_syn_ack_without_ece_refuses_ecn)
{
	in_script(offered_and_refused);
}
END_TEST

static void reflected(void)
{
	int fd;

	ecn_sysctl(0, 1);
	fd = connect_answered(TCPHDR_ECE | TCPHDR_CWR); /* a broken peer that mirrors flags */
	ck_assert_uint_eq(info_of(0, fd).tcpi_options & TCPI_OPT_ECN, 0);
}

START_TEST(a_syn_ack_that_mirrors_the_flags_refuses_ecn)
{
	in_script(reflected);
}
END_TEST

static void fallback(void)
{
	int fd = tcp_socket(0);

	ecn_sysctl(0, 1);
	forget_segs();
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	host_sleep(bench.host[0], 2 * HOST_SECOND);
	ck_assert_uint_eq(seg_from(0, 0)->flags, SYN_ECN);
	ck_assert_uint_eq(seg_from(0, 1)->flags, TCPHDR_SYN);
}

START_TEST(the_second_syn_goes_without_ecn)
{
	in_script(fallback);
}
END_TEST

/* The peer offers ECN; whether the SYN-ACK accepts it. */
static uint8_t synack_of(uint8_t syn_tos)
{
	int listener = listen_on(0, PORT, 16);
	uint8_t flags;

	forget_segs();
	peer.host_port = PORT;
	peer.tos = syn_tos;
	peer_send(SYN_ECN, NULL, 0);
	settle();
	flags = seg_from(0, 0)->flags;
	sys_close(bench.files[0], listener);
	return flags;
}

static void accepted_by_default(void)
{
	ck_assert_uint_eq(synack_of(0), TCPHDR_SYN | TCPHDR_ACK | TCPHDR_ECE);
}

START_TEST(a_listener_accepts_ecn_by_default)
{
	in_script(accepted_by_default);
}
END_TEST

static void refused_when_off(void)
{
	ecn_sysctl(0, 0);
	ck_assert_uint_eq(synack_of(0), TCPHDR_SYN | TCPHDR_ACK);
}

START_TEST(tcp_ecn_0_refuses)
{
	in_script(refused_when_off);
}
END_TEST

static void dctcp_peer(void)
{
	ck_assert_uint_eq(synack_of(INET_ECN_ECT_0), TCPHDR_SYN | TCPHDR_ACK);
}

START_TEST(a_syn_that_is_ect_is_another_kind_of_ecn)
{
	in_script(dctcp_peer);
}
END_TEST

/* Accepted connection with ECN; by a cookie if the sysctl says so. */
static int accept_ecn(void)
{
	int listener = listen_on(0, PORT, 16), fd;
	const struct seg *synack;

	forget_segs();
	peer.host_port = PORT;
	peer.ts = true;
	peer_send_opts(SYN_ECN, "\x02\x04\x05\xb4\x01\x01\x04\x02\x01\x03\x03\x07", 12, NULL, 0);
	settle();
	synack = seg_from(0, 0);
	ck_assert_uint_eq(synack->flags, TCPHDR_SYN | TCPHDR_ACK | TCPHDR_ECE);
	peer.ack = synack->seq + 1;
	peer.tsecr = synack->tsval;
	peer_send(TCPHDR_ACK, NULL, 0);
	fd = accept_from(0, listener);
	ck_assert_int_eq(sys_close(bench.files[0], listener), 0);
	forget_segs();
	return fd;
}

static void by_cookie(void)
{
	int fd;

	net_sysctl(bench.net[0])->tcp_syncookies = 2;
	fd = accept_ecn();
	ck_assert_uint_eq(MIB(0, TcpExtSyncookiesRecv), 1);
	ck_assert_uint_ne(info_of(0, fd).tcpi_options & TCPI_OPT_ECN, 0);
}

START_TEST(a_syn_cookie_remembers_ecn)
{
	in_script(by_cookie);
}
END_TEST

/* ---- as receiver ---- */

static void data_with(uint8_t tos, uint8_t flags)
{
	peer.tos = tos;
	peer.tsval++;
	peer_send(TCPHDR_ACK | flags, block, 1000);
	settle();
	peer.tos = 0;
}

static uint8_t last_ece(void)
{
	return seg_from(0, segs_from(0) - 1)->flags & TCPHDR_ECE;
}

static void echo(void)
{
	int fd = accept_ecn();

	data_with(INET_ECN_ECT_0, 0);
	ck_assert_uint_eq(last_ece(), 0);
	data_with(INET_ECN_CE, 0);
	ck_assert_uint_eq(last_ece(), TCPHDR_ECE); /* at once, not by the delayed-ACK timer */
	data_with(INET_ECN_ECT_0, 0);
	data_with(INET_ECN_ECT_0, 0);
	ck_assert_uint_eq(last_ece(), TCPHDR_ECE);
	data_with(INET_ECN_ECT_0, TCPHDR_CWR);
	ck_assert_uint_eq(last_ece(), 0);
	ck_assert_uint_ne(info_of(0, fd).tcpi_options & TCPI_OPT_ECN_SEEN, 0);
}

START_TEST(a_mark_is_echoed_until_the_sender_has_reduced)
{
	in_script(echo);
}
END_TEST

static void no_ecn_no_echo(void)
{
	int fd = script_accept(true, true, 7, 1460);

	data_with(INET_ECN_CE, 0);
	host_sleep(bench.host[0], 100 * HOST_MS);
	ck_assert_uint_eq(last_ece(), 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_delivered_ce, 0);
}

START_TEST(a_mark_means_nothing_without_negotiation)
{
	in_script(no_ecn_no_echo);
}
END_TEST

/* ---- as sender ---- */

static void reduce(void)
{
	int fd = accept_ecn();
	uint32_t base, cwr = 0;

	ck_assert_int_eq(set_opt(0, fd, SOL_SOCKET, SO_SNDBUFFORCE, 1 << 20), 0);
	write_all(0, fd, block, 60 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_cwnd, 10);
	forget_segs();
	ack_now(base + 2 * MSS, TCPHDR_ECE);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_CWR);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_ssthresh, 7); /* CUBIC: 0.7 of 10 */
	for (unsigned int i = 3; i <= 10; i++) /* the rest of the window echoes it too */
		ack_now(base + i * MSS, TCPHDR_ECE);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_ssthresh, 7); /* once a round trip */
	ack_now(base + 11 * MSS, 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Open);
	ck_assert_uint_le(info_of(0, fd).tcpi_snd_cwnd, 8);
	ck_assert_uint_ge(info_of(0, fd).tcpi_snd_cwnd, 7);
	for (unsigned int i = 0; i < segs_from(0); i++)
		cwr += !!(seg_from(0, i)->flags & TCPHDR_CWR);
	ck_assert_uint_eq(cwr, 1);
	ck_assert_uint_ne(seg_from(0, 0)->flags & TCPHDR_CWR, 0); /* on the first new segment */
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_delivered_ce, 10);
}

START_TEST(an_echo_reduces_once_a_round_trip_and_cwr_says_so)
{
	in_script(reduce);
}
END_TEST

static void retransmission(void)
{
	int fd = accept_ecn();

	write_all(0, fd, block, 3 * MSS);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->tos, INET_ECN_ECT_0);
	forget_segs();
	host_sleep(bench.host[0], 500 * HOST_MS);
	ck_assert_uint_ge(segs_from(0), 1);
	for (unsigned int i = 0; i < segs_from(0); i++)
		ck_assert_uint_eq(seg_from(0, i)->tos, INET_ECN_NOT_ECT);
}

START_TEST(a_retransmission_is_not_ect)
{
	in_script(retransmission);
}
END_TEST

/* ---- DCTCP ---- */

static void use_dctcp(int side)
{
	use_ca(side, "dctcp");
}

static union tcp_cc_info cc_info(int side, int fd)
{
	union tcp_cc_info info = {0};
	socklen_t len = sizeof(info);

	ck_assert_int_eq(sys_getsockopt(bench.files[side], fd, SOL_TCP, TCP_CC_INFO, &info, &len),
			 0);
	ck_assert_uint_gt(len, 0);
	return info;
}

static void dctcp_echo(void)
{
	const struct seg *ack;

	use_dctcp(0);
	accept_ecn();
	for (int i = 0; i < 20; i++) /* beyond the quick ACKs of a new connection */
		data_with(INET_ECN_ECT_0, 0);
	host_sleep(bench.host[0], 100 * HOST_MS);
	peer.tos = INET_ECN_ECT_0;
	peer_send(TCPHDR_ACK, block, 1000); /* its ACK waits */
	settle();
	forget_segs();
	peer.tos = INET_ECN_CE;
	peer_send(TCPHDR_ACK, block, 1000);
	settle();
	/* RFC 8257, 3.2: the unmarked one apart, then the marked one. */
	ck_assert_uint_eq(segs_from(0), 2);
	ack = seg_from(0, 0);
	ck_assert_uint_eq(ack->ack, peer.seq - 1000);
	ck_assert_uint_eq(ack->flags & TCPHDR_ECE, 0);
	ack = seg_from(0, 1);
	ck_assert_uint_eq(ack->ack, peer.seq);
	ck_assert_uint_eq(ack->flags & TCPHDR_ECE, TCPHDR_ECE);
	/* No CWR needed: an unmarked segment ends the echo. */
	data_with(INET_ECN_ECT_0, 0);
	host_sleep(bench.host[0], 100 * HOST_MS);
	ck_assert_uint_eq(last_ece(), 0);
}

START_TEST(dctcp_echoes_exactly_what_was_marked)
{
	in_script(dctcp_echo);
}
END_TEST

static void dctcp_alpha(void)
{
	uint32_t base, alpha, cwnd;
	int fd;

	use_dctcp(0);
	fd = accept_ecn();
	ck_assert_uint_eq(cc_info(0, fd).dctcp.dctcp_enabled, 1);
	ck_assert_uint_eq(cc_info(0, fd).dctcp.dctcp_alpha, 1024);
	ck_assert_int_eq(set_opt(0, fd, SOL_SOCKET, SO_SNDBUFFORCE, 1 << 20), 0);
	write_all(0, fd, block, 150 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	/* Unmarked windows: alpha falls by a sixteenth each. */
	for (int i = 0; i < 3; i++) {
		base = seg_from(0, segs_from(0) - 1)->seq + MSS;
		ack_now(base, 0);
	}
	alpha = cc_info(0, fd).dctcp.dctcp_alpha;
	ck_assert_uint_le(alpha, 846); /* 1024 * (15/16)^3 = 843.75 */
	ck_assert_uint_ge(alpha, 842);
	cwnd = info_of(0, fd).tcpi_snd_cwnd;
	ack_now(base + 2 * MSS, TCPHDR_ECE);
	/* Less than half of the window goes, in proportion to alpha. */
	ck_assert_uint_ge(info_of(0, fd).tcpi_snd_ssthresh, cwnd - cwnd * alpha / 2048 - 1);
	ck_assert_uint_le(info_of(0, fd).tcpi_snd_ssthresh, cwnd - cwnd * alpha / 2048 + 1);
}

START_TEST(dctcp_reduces_in_proportion_to_the_marks)
{
	in_script(dctcp_alpha);
}
END_TEST

static void dctcp_without(void)
{
	int fd;

	use_dctcp(0);
	fd = script_accept(true, true, 7, 1460);
	ck_assert_uint_eq(cc_info(0, fd).dctcp.dctcp_enabled, 0);
	write_all(0, fd, "x", 1);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->tos, INET_ECN_NOT_ECT);
}

START_TEST(dctcp_without_ecn_is_reno)
{
	in_script(dctcp_without);
}
END_TEST

Suite *ecn_suite(void)
{
	Suite *s = suite_create("ecn");
	TCase *t = tcase_create("script");

	tcase_add_checked_fixture(t, script_setup, script_teardown);
	tcase_add_test(t, ecn_is_offered_in_the_syn_and_data_goes_as_ect);
	tcase_add_test(t, a_syn_ack_without_ece_refuses_ecn);
	tcase_add_test(t, a_syn_ack_that_mirrors_the_flags_refuses_ecn);
	tcase_add_test(t, the_second_syn_goes_without_ecn);
	tcase_add_test(t, a_listener_accepts_ecn_by_default);
	tcase_add_test(t, tcp_ecn_0_refuses);
	tcase_add_test(t, a_syn_that_is_ect_is_another_kind_of_ecn);
	tcase_add_test(t, a_syn_cookie_remembers_ecn);
	tcase_add_test(t, a_mark_is_echoed_until_the_sender_has_reduced);
	tcase_add_test(t, a_mark_means_nothing_without_negotiation);
	tcase_add_test(t, an_echo_reduces_once_a_round_trip_and_cwr_says_so);
	tcase_add_test(t, a_retransmission_is_not_ect);
	tcase_add_test(t, dctcp_echoes_exactly_what_was_marked);
	tcase_add_test(t, dctcp_reduces_in_proportion_to_the_marks);
	tcase_add_test(t, dctcp_without_ecn_is_reno);
	suite_add_tcase(s, t);
	return s;
}
