// SPDX-License-Identifier: MIT
/* Fast Open (RFC 7413), both sides: cookies, data in the SYN, every way back to the ordinary. */
#include "tcp_test.h"

#define CLIENT	      1
#define SERVER	      2
#define SERVER_ALWAYS 0x200

/* The Fast Open option of a segment; len < 0: it has none. */
static struct tcp_fastopen_cookie cookie_of(const struct seg *s)
{
	struct tcp_fastopen_cookie c = {.len = -1};

	for (unsigned int i = 0; i + 1 < s->options_len && s->options[i];) {
		const uint8_t *o = s->options + i;
		unsigned int head = o[0] == TCPOPT_EXP ? 4 : 2;

		if (o[0] == TCPOPT_NOP) {
			i++;
			continue;
		}
		if (o[0] == TCPOPT_FASTOPEN || o[0] == TCPOPT_EXP) {
			ck_assert(o[0] != TCPOPT_EXP || (o[2] == 0xf9 && o[3] == 0x89));
			c.exp = o[0] == TCPOPT_EXP;
			c.len = (int8_t)(o[1] - head);
			memcpy(c.val, o + head, (size_t)c.len);
		}
		i += o[1];
	}
	return c;
}

/* MSS 1460, SACK permitted, and a cookie of len bytes (0: asks; < 0: no option). */
static unsigned int syn_options(uint8_t *to, const void *cookie, int len)
{
	static const uint8_t usual[] = {TCPOPT_MSS, 4,		1460 >> 8,	  1460 & 0xff,
					TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK_PERM, 2};
	unsigned int n = sizeof(usual);

	memcpy(to, usual, n);
	if (len < 0)
		return n;
	to[n++] = TCPOPT_FASTOPEN;
	to[n++] = (uint8_t)(2 + len);
	if (len)
		memcpy(to + n, cookie, (size_t)len);
	for (n += (unsigned int)len; n % 4; n++)
		to[n] = TCPOPT_NOP;
	return n;
}

static void peer_send_fo(uint8_t flags, const void *cookie, int len, const void *data, uint32_t n)
{
	uint8_t options[40];

	peer_send_opts(flags, options, syn_options(options, cookie, len), data, n);
}

/* ---- client ---- */

static const uint8_t cookie8[] = "cookie#8";

static long send_fo(int fd, const void *data, size_t len, int flags)
{
	struct sockaddr_storage to;
	const socklen_t to_len = endpoint(&to, ADDR_B, peer.port);

	return sys_sendto(bench.files[0], fd, data, len, MSG_FASTOPEN | flags,
			  (struct sockaddr *)&to, to_len);
}

/* The SYN that is on the wire now is the peer's to answer. */
static const struct seg *take_syn(uint32_t ack_data)
{
	const struct seg *syn;

	settle();
	syn = seg_from(0, 0);
	ck_assert_uint_eq(syn->flags, TCPHDR_SYN);
	peer.host_port = syn->sport;
	peer.ack = syn->seq + 1 + ack_data;
	return syn;
}

/* A whole connection by which the host learns the cookie. */
static void learn_cookie(void)
{
	int fd = tcp_socket(0);

	forget_segs();
	ck_assert_int_eq(send_fo(fd, "x", 1, MSG_DONTWAIT), -EINPROGRESS);
	ck_assert_int_eq(cookie_of(take_syn(0)).len, 0);
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, cookie8, 8, NULL, 0);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	ck_assert_uint_eq(info_of(0, fd).tcpi_fastopen_client_fail, 1); /* no cookie */
	peer_send(TCPHDR_RST, NULL, 0);
	settle();
	sys_close(bench.files[0], fd);
	forget_segs();
}

static void asks(void)
{
	int fd = tcp_socket(0);
	const struct seg *syn;

	ck_assert_int_eq(send_fo(fd, "hello", 5, MSG_DONTWAIT), -EINPROGRESS);
	syn = take_syn(0);
	ck_assert_uint_eq(syn->len, 0);
	ck_assert_int_eq(cookie_of(syn).len, 0);
	ck_assert(!cookie_of(syn).exp);
	ck_assert_uint_eq(syn->options_len % 4, 0);
	ck_assert_int_eq(send_fo(fd, "hello", 5, MSG_DONTWAIT), -EALREADY);
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, cookie8, 8, NULL, 0);
	settle();
	ck_assert_int_eq(sys_write(bench.files[0], fd, "hello", 5), 5);
	settle();
	ck_assert_uint_eq(seg_from(0, 2)->len, 5);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), 0);
	ck_assert_int_eq(send_fo(fd, "hello", 5, MSG_DONTWAIT), -EISCONN);
}

START_TEST(a_client_without_a_cookie_asks_and_connects_as_usual)
{
	in_script(asks);
}
END_TEST

static void data_in_syn(void)
{
	const struct tcp_fastopen_cookie *c;
	struct tcp_fastopen_cookie got;
	const struct seg *syn;
	int fd;

	learn_cookie();
	fd = tcp_socket(0);
	ck_assert_int_eq(send_fo(fd, "hello", 5, MSG_DONTWAIT), 5);
	syn = take_syn(5);
	got = cookie_of(syn);
	c = &got;
	ck_assert_int_eq(c->len, 8);
	ck_assert_mem_eq(c->val, cookie8, 8);
	ck_assert_uint_eq(syn->len, 5);
	forget_segs();
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, NULL, -1, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_ACK);
	ck_assert_uint_eq(seg_from(0, 0)->seq, peer.ack);
	ck_assert_uint_eq(info_of(0, fd).tcpi_options & TCPI_OPT_SYN_DATA, TCPI_OPT_SYN_DATA);
	ck_assert_uint_eq(info_of(0, fd).tcpi_fastopen_client_fail, 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenActive), 1);
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
}

START_TEST(a_client_with_a_cookie_sends_data_in_its_syn)
{
	in_script(data_in_syn);
}
END_TEST

static uint8_t big[8000];

static void more_than_fits(void)
{
	int fd;
	uint32_t in_syn;

	stream_fill(big, sizeof(big), 3, 0);
	learn_cookie();
	fd = tcp_socket(0);
	in_syn = (uint32_t)send_fo(fd, big, sizeof(big), MSG_DONTWAIT);
	ck_assert_uint_eq(in_syn, 1460 - 40); /* the cached MSS less all options there can be */
	ck_assert_uint_eq(take_syn(in_syn)->len, in_syn);
	forget_segs();
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, NULL, -1, NULL, 0);
	settle();
	write_all(0, fd, big + in_syn, sizeof(big) - in_syn);
	settle();
	ck_assert_uint_eq(seg_from(0, 1)->seq, peer.ack);
	ck_assert_uint_eq(seg_from(0, 1)->len, 1460);
}

START_TEST(what_the_syn_does_not_hold_follows)
{
	in_script(more_than_fits);
}
END_TEST

static void not_acknowledged(void)
{
	int fd;
	uint32_t isn;

	learn_cookie();
	fd = tcp_socket(0);
	ck_assert_int_eq(send_fo(fd, "hello", 5, MSG_DONTWAIT), 5);
	isn = take_syn(0)->seq;
	forget_segs();
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, "newcookie#10", 10, NULL, 0);
	settle();
	/* At once, and that is the handshake's ACK too. */
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->seq, isn + 1);
	ck_assert_uint_eq(seg_from(0, 0)->len, 5);
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq);
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenActiveFail), 1);
	ck_assert_uint_eq(info_of(0, fd).tcpi_fastopen_client_fail, 2);
	ck_assert_uint_ge(info_of(0, fd).tcpi_snd_cwnd, 10); /* no congestion */
	peer.ack = isn + 6;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 0);
	/* And the new cookie is used. */
	sys_close(bench.files[0], fd);
	fd = tcp_socket(0);
	peer.port++;
	forget_segs();
	ck_assert_int_eq(send_fo(fd, "hello", 5, MSG_DONTWAIT), 5);
	settle();
	ck_assert_int_eq(cookie_of(seg_from(0, 0)).len, 10);
}

START_TEST(unacknowledged_syn_data_is_sent_again_at_once)
{
	in_script(not_acknowledged);
}
END_TEST

static void syn_lost(void)
{
	int fd;
	uint32_t isn;

	learn_cookie();
	fd = tcp_socket(0);
	ck_assert_int_eq(send_fo(fd, "hello", 5, MSG_DONTWAIT), 5);
	isn = take_syn(0)->seq;
	forget_segs();
	host_sleep(bench.host[0], 3 * HOST_SECOND / 2);
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_SYN);
	ck_assert_uint_eq(seg_from(0, 0)->seq, isn);
	ck_assert_uint_eq(seg_from(0, 0)->len, 0);
	ck_assert_int_eq(cookie_of(seg_from(0, 0)).len, -1);
	forget_segs();
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, NULL, -1, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->seq, isn + 1);
	ck_assert_uint_eq(seg_from(0, 0)->len, 5);
	ck_assert_uint_eq(info_of(0, fd).tcpi_fastopen_client_fail, 3);
}

START_TEST(a_retransmitted_syn_is_plain)
{
	in_script(syn_lost);
}
END_TEST

static void answer_in_synack(void)
{
	char buf[8];
	int fd;

	learn_cookie();
	fd = tcp_socket(0);
	ck_assert_int_eq(send_fo(fd, "ping", 4, MSG_DONTWAIT), 4);
	take_syn(4);
	forget_segs();
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, NULL, -1, "pong", 4);
	settle();
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 4);
	ck_assert_mem_eq(buf, "pong", 4);
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq);
}

START_TEST(data_in_the_syn_ack_is_read)
{
	in_script(answer_in_synack);
}
END_TEST

static void older_form(void)
{
	static const uint8_t exp_cookie[] = {TCPOPT_EXP, 12, 0xf9, 0x89, 1, 2, 3, 4, 5, 6, 7, 8};
	struct tcp_fastopen_cookie c;
	int fd = tcp_socket(0);

	/* Asked, but none came: the next time with the experimental option. */
	ck_assert_int_eq(send_fo(fd, "x", 1, MSG_DONTWAIT), -EINPROGRESS);
	take_syn(0);
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, NULL, -1, NULL, 0);
	settle();
	peer.port++;
	forget_segs();
	fd = tcp_socket(0);
	ck_assert_int_eq(send_fo(fd, "x", 1, MSG_DONTWAIT), -EINPROGRESS);
	c = cookie_of(take_syn(0));
	ck_assert(c.exp && c.len == 0);
	peer_send_opts(TCPHDR_SYN | TCPHDR_ACK, exp_cookie, sizeof(exp_cookie), NULL, 0);
	settle();
	peer.port++;
	forget_segs();
	fd = tcp_socket(0);
	ck_assert_int_eq(send_fo(fd, "x", 1, MSG_DONTWAIT), 1);
	c = cookie_of(take_syn(1));
	ck_assert(c.exp && c.len == 8);
	ck_assert_mem_eq(c.val, exp_cookie + 4, 8);
}

START_TEST(a_server_of_the_experimental_option_is_served)
{
	in_script(older_form);
}
END_TEST

static void bad_cookies(void)
{
	static const int bad[] = {2, 3, 7, 9, 18};
	int fd;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fd = tcp_socket(0);
		peer.port++;
		forget_segs();
		ck_assert_int_eq(send_fo(fd, "x", 1, MSG_DONTWAIT), -EINPROGRESS);
		ck_assert_int_eq(cookie_of(take_syn(0)).len, 0);
		peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, "0123456789abcdefghij", bad[i], NULL, 0);
		settle();
		ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
		sys_close(bench.files[0], fd);
	}
}

START_TEST(cookies_of_wrong_length_are_ignored)
{
	in_script(bad_cookies);
}
END_TEST

static void refusals(void)
{
	struct sockaddr_in none = {.sin_family = AF_UNSPEC};
	int fd = tcp_socket(0);

	ck_assert_int_eq(sys_sendto(bench.files[0], fd, "x", 1, MSG_FASTOPEN, NULL, 0), -EINVAL);
	ck_assert_int_eq(sys_sendto(bench.files[0], fd, "x", 1, MSG_FASTOPEN,
				    (struct sockaddr *)&none, sizeof(none)),
			 -EOPNOTSUPP);
	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_FASTOPEN_CONNECT, 2), -EINVAL);
	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_FASTOPEN_NO_COOKIE, 2), -EINVAL);
	bench.net[0]->sysctl.tcp_fastopen = SERVER;
	ck_assert_int_eq(send_fo(fd, "x", 1, MSG_DONTWAIT), -EOPNOTSUPP);
	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_FASTOPEN_CONNECT, 1), -EOPNOTSUPP);
	bench.net[0]->sysctl.tcp_fastopen = CLIENT;
	forget_segs();
	learn_cookie();
	ck_assert_int_eq(send_fo(fd, "x", 1, MSG_DONTWAIT), 1);
	take_syn(1);
	peer_send(TCPHDR_RST | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
}

START_TEST(fast_open_refuses_as_linux_does)
{
	in_script(refusals);
}
END_TEST

static uint32_t events(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};

	return sys_poll(bench.files[0], &p, 1, 0) > 0 ? (uint32_t)p.revents : 0;
}

static void by_option(void)
{
	int fd = tcp_socket(0);

	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_FASTOPEN_CONNECT, 1), 0);
	ck_assert_int_eq(get_opt(0, fd, SOL_TCP, TCP_FASTOPEN_CONNECT), 1);
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	ck_assert_int_eq(cookie_of(take_syn(0)).len, 0);
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, cookie8, 8, NULL, 0);
	settle();
	forget_segs();

	fd = tcp_socket(0);
	set_opt(0, fd, SOL_TCP, TCP_FASTOPEN_CONNECT, 1);
	set_nonblock(0, fd);
	peer.port++;
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0); /* waits for data */
	ck_assert_uint_eq(events(fd) & POLLOUT, POLLOUT);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EISCONN);
	ck_assert_int_eq(sys_write(bench.files[0], fd, "hello", 5), 5);
	ck_assert_uint_eq(take_syn(5)->len, 5);
	ck_assert_int_eq(cookie_of(seg_from(0, 0)).len, 8);
	ck_assert_int_eq(sys_write(bench.files[0], fd, "more", 4), -EAGAIN);
	peer_send_fo(TCPHDR_SYN | TCPHDR_ACK, NULL, -1, NULL, 0);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	ck_assert_int_eq(sys_write(bench.files[0], fd, "more", 4), 4);
}

START_TEST(tcp_fastopen_connect_has_the_syn_wait_for_the_first_write)
{
	in_script(by_option);
}
END_TEST

static void never_written(void)
{
	int fd;

	learn_cookie();
	fd = tcp_socket(0);
	set_opt(0, fd, SOL_TCP, TCP_FASTOPEN_CONNECT, 1);
	bind_to(0, fd, ADDR_A, 2000);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), 0);
	/* Whatever comes meanwhile is not for it. */
	peer.host_port = 2000;
	peer.ack = 1;
	peer_send_at(peer.seq, TCPHDR_SYN, NULL, 0);
	peer_send_at(peer.seq, TCPHDR_SYN | TCPHDR_ACK, NULL, 0);
	peer_send_at(peer.seq, TCPHDR_RST | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_int_eq(sys_close(bench.files[0], fd), 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
}

START_TEST(a_syn_that_waits_can_be_given_up)
{
	in_script(never_written);
}
END_TEST

/* ---- server ---- */

static int fo_listener(int max_qlen)
{
	int l = listen_on(0, PORT, 16);

	bench.net[0]->sysctl.tcp_fastopen = SERVER;
	ck_assert_int_eq(set_opt(0, l, SOL_TCP, TCP_FASTOPEN, max_qlen), 0);
	ck_assert_int_eq(get_opt(0, l, SOL_TCP, TCP_FASTOPEN), max_qlen);
	return l;
}

/* The cookie of the peer's address. */
static struct tcp_fastopen_cookie granted(void)
{
	struct tcp_fastopen_cookie c;

	forget_segs();
	peer_send_fo(TCPHDR_SYN, NULL, 0, NULL, 0);
	settle();
	c = cookie_of(seg_from(0, 0));
	ck_assert_int_eq(c.len, 8);
	peer.ack = seg_from(0, 0)->seq + 1;
	peer_send(TCPHDR_RST, NULL, 0);
	settle();
	peer.port++;
	forget_segs();
	return c;
}

/* A SYN with cookie and data; its SYN-ACK. */
static const struct seg *fo_syn(const struct tcp_fastopen_cookie *c, const char *data)
{
	forget_segs();
	peer_send_fo(TCPHDR_SYN, c->val, c->len, data, (uint32_t)strlen(data));
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_SYN | TCPHDR_ACK);
	peer.ack = seg_from(0, 0)->seq + 1;
	return seg_from(0, 0);
}

static void read_is(int fd, const char *want)
{
	char buf[64];
	long n = sys_recvfrom(bench.files[0], fd, buf, sizeof(buf), MSG_DONTWAIT, NULL, NULL);

	ck_assert_int_eq(n, (long)strlen(want));
	ck_assert_mem_eq(buf, want, strlen(want));
}

static void zero_rtt(void)
{
	int l = fo_listener(4), fd;
	struct tcp_fastopen_cookie c = granted();
	const struct seg *synack;

	synack = fo_syn(&c, "GET /");
	ck_assert_uint_eq(synack->ack, peer.seq);
	ck_assert_int_eq(cookie_of(synack).len, -1);
	/* Accepted, read and answered before the handshake has ended. */
	fd = accept_from(0, l);
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_SYN_RECV);
	read_is(fd, "GET /");
	ck_assert_int_eq(sys_write(bench.files[0], fd, "200 OK", 6), 6);
	settle();
	ck_assert_uint_eq(seg_from(0, 1)->len, 6);
	ck_assert_uint_eq(seg_from(0, 1)->seq, peer.ack);
	peer.ack += 6;
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "more", 4);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_options & TCPI_OPT_SYN_DATA, TCPI_OPT_SYN_DATA);
	read_is(fd, "more");
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenPassive), 1);
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenCookieReqd), 1);
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
}

START_TEST(a_server_reads_and_answers_before_the_handshake_has_ended)
{
	in_script(zero_rtt);
}
END_TEST

static void wrong_cookie(void)
{
	int l = fo_listener(4);
	struct tcp_fastopen_cookie good = granted(), c = good;
	const struct seg *synack;

	c.val[3] ^= 1;
	synack = fo_syn(&c, "GET /");
	ck_assert_uint_eq(synack->ack, peer.seq - 5); /* the data counts as not sent */
	ck_assert_int_eq(cookie_of(synack).len, 8);
	ck_assert_mem_eq(cookie_of(synack).val, good.val, 8);
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenPassiveFail), 1);
	ck_assert_uint_eq(info_of(0, l).tcpi_unacked, 0);
	peer_send_at(peer.seq - 5, TCPHDR_ACK | TCPHDR_PSH, "GET /", 5);
	settle();
	read_is(accept_from(0, l), "GET /");
}

START_TEST(a_wrong_cookie_means_an_ordinary_handshake_and_a_new_cookie)
{
	in_script(wrong_cookie);
}
END_TEST

static void other_address(void)
{
	struct tcp_fastopen_cookie c;

	fo_listener(4);
	c = granted();
	/* The key is the host's own. */
	ck_assert_int_eq(net_ipv4_configure(memwire_dev(bench.wire, 0), ADDR_A, 24, 0), 0);
	tcp_fastopen_set_keys(bench.net[0], "another key 16 b", NULL);
	ck_assert_uint_eq(fo_syn(&c, "x")->ack, peer.seq - 1);
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenPassiveFail), 1);
}

static void own_key(void)
{
	static const char keys[] = "key of a service the key before ";
	int l = fo_listener(4);
	struct tcp_fastopen_cookie of_network = granted(), c;
	char got[40] = "";
	socklen_t len = sizeof(got);

	ck_assert_int_eq(sys_setsockopt(bench.files[0], l, SOL_TCP, TCP_FASTOPEN_KEY, keys, 32), 0);
	ck_assert_int_eq(sys_getsockopt(bench.files[0], l, SOL_TCP, TCP_FASTOPEN_KEY, got, &len),
			 0);
	ck_assert_uint_eq(len, 32);
	ck_assert_mem_eq(got, keys, 32);
	c = granted();
	ck_assert_mem_ne(c.val, of_network.val, 8);
	/* Another host of the service, whose own key is that one, would give the same. */
	tcp_fastopen_set_keys(bench.net[0], keys, NULL);
	ck_assert_int_eq(sys_setsockopt(bench.files[0], l, SOL_TCP, TCP_FASTOPEN_KEY,
					"something else..", 16),
			 0);
	ck_assert_uint_eq(fo_syn(&c, "x")->ack, peer.seq - 1);
	ck_assert_int_eq(sys_setsockopt(bench.files[0], l, SOL_TCP, TCP_FASTOPEN_KEY, keys, 16), 0);
	peer.port++;
	ck_assert_uint_eq(fo_syn(&c, "x")->ack, peer.seq);
}

START_TEST(a_listener_may_have_its_own_key)
{
	in_script(own_key);
}
END_TEST

START_TEST(a_cookie_of_another_key_is_refused)
{
	in_script(other_address);
}
END_TEST

static void rotation(void)
{
	static const char old_key[16] = "0123456789abcdef", new_key[16] = "fedcba9876543210";
	int l = fo_listener(4);
	struct tcp_fastopen_cookie old, fresh;
	const struct seg *synack;

	tcp_fastopen_set_keys(bench.net[0], old_key, NULL);
	old = granted();
	tcp_fastopen_set_keys(bench.net[0], new_key, old_key);
	synack = fo_syn(&old, "x");
	ck_assert_uint_eq(synack->ack, peer.seq);
	fresh = cookie_of(synack);
	ck_assert_int_eq(fresh.len, 8);
	ck_assert_int_ne(memcmp(fresh.val, old.val, 8), 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenPassiveAltKey), 1);
	peer.port++;
	ck_assert_int_eq(cookie_of(fo_syn(&fresh, "y")).len, -1);
	ck_assert_uint_eq(info_of(0, l).tcpi_unacked, 2);
}

START_TEST(the_key_before_is_good_and_brings_a_new_cookie)
{
	in_script(rotation);
}
END_TEST

static void plain_data(void)
{
	int l = listen_on(0, PORT, 16);

	peer_send(TCPHDR_SYN, "early", 5);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq - 5);
	peer.ack = seg_from(0, 0)->seq + 1;
	peer_send_at(peer.seq - 5, TCPHDR_ACK, "early", 5);
	settle();
	read_is(accept_from(0, l), "early");
}

START_TEST(data_in_a_syn_without_fast_open_comes_again)
{
	in_script(plain_data);
}
END_TEST

static void pending_cap(void)
{
	int l = fo_listener(2);
	struct tcp_fastopen_cookie c = granted();
	uint32_t first;

	ck_assert_uint_eq(fo_syn(&c, "1")->ack, peer.seq);
	first = peer.ack;
	peer.port++;
	ck_assert_uint_eq(fo_syn(&c, "2")->ack, peer.seq);
	peer.port++;
	ck_assert_uint_eq(fo_syn(&c, "3")->ack, peer.seq - 1);
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenListenOverflow), 1);
	ck_assert_uint_eq(info_of(0, l).tcpi_unacked, 2);
	/* The end of a handshake makes room, accept() alone does not. */
	accept_from(0, l);
	peer.port++;
	ck_assert_uint_eq(fo_syn(&c, "4")->ack, peer.seq - 1);
	peer.port -= 3;
	peer.ack = first;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	peer.port += 4;
	ck_assert_uint_eq(fo_syn(&c, "5")->ack, peer.seq);
}

START_TEST(connections_whose_handshake_has_not_ended_are_bounded)
{
	in_script(pending_cap);
}
END_TEST

static void reset_holds(void)
{
	int l = fo_listener(1), fd;
	struct tcp_fastopen_cookie c = granted();
	char b;

	fo_syn(&c, "1");
	fd = accept_from(0, l);
	peer_send(TCPHDR_RST, NULL, 0);
	settle();
	read_is(fd, "1");
	ck_assert_int_eq(sys_read(bench.files[0], fd, &b, 1), -ECONNRESET);
	/* A spoofer's victim resets: that must not make room for more. */
	peer.port++;
	ck_assert_uint_eq(fo_syn(&c, "2")->ack, peer.seq - 1);
	host_sleep(bench.host[0], 61 * HOST_SECOND);
	peer.port++;
	ck_assert_uint_eq(fo_syn(&c, "3")->ack, peer.seq);
}

START_TEST(a_reset_fast_open_takes_its_place_for_a_minute)
{
	in_script(reset_holds);
}
END_TEST

static void synack_again(void)
{
	static const unsigned int at_s[] = {0, 1, 3, 7, 15, 31, 63};
	int l = fo_listener(1), fd;
	struct tcp_fastopen_cookie c = granted();
	uint64_t start_ns = host_now_ns(bench.world);
	char b[8];

	fo_syn(&c, "1");
	fd = accept_from(0, l);
	ck_assert_int_eq(sys_write(bench.files[0], fd, "answer", 6), 6);
	host_sleep(bench.host[0], 200 * HOST_SECOND);
	/* Only the SYN-ACK is sent again, tcp_synack_retries + 1 times. */
	ck_assert_uint_eq(count_flags(0, TCPHDR_SYN | TCPHDR_ACK), 7);
	ck_assert_uint_eq(segs_from(0), 8);
	for (unsigned int i = 0, n = 0; i < 8; i++) {
		const struct seg *s = seg_from(0, i);

		if (!(s->flags & TCPHDR_SYN))
			continue;
		ck_assert_uint_eq(s->ack, peer.seq);
		ck_assert_uint_eq((s->time_ns - start_ns) / HOST_SECOND, at_s[n++]);
	}
	read_is(fd, "1");
	ck_assert_int_eq(sys_read(bench.files[0], fd, b, 1), -ETIMEDOUT);
}

START_TEST(the_syn_ack_of_a_fast_open_is_sent_again_and_given_up)
{
	in_script(synack_again);
}
END_TEST

static void after_synack_loss(void)
{
	int l = fo_listener(1), fd;
	struct tcp_fastopen_cookie c = granted();

	fo_syn(&c, "1");
	fd = accept_from(0, l);
	ck_assert_int_eq(sys_write(bench.files[0], fd, "answer", 6), 6);
	/* The client's SYN again, plain. */
	host_sleep(bench.host[0], 600 * HOST_MS);
	forget_segs();
	peer_send_at(peer.seq - 2, TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_SYN | TCPHDR_ACK);
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq);
	/* The handshake ends; the answer was lost and comes again. */
	forget_segs();
	peer_send(TCPHDR_ACK, NULL, 0);
	host_sleep(bench.host[0], 4 * HOST_SECOND); /* no RTT sample: 3 s (RFC 6298, 5.7) */
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	ck_assert_uint_ge(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->len, 6);
	ck_assert_uint_eq(seg_from(0, 0)->seq, peer.ack);
}

START_TEST(a_repeated_syn_gets_the_syn_ack_and_lost_answers_come_again)
{
	in_script(after_synack_loss);
}
END_TEST

static void closed_early(void)
{
	int l = fo_listener(1), fd;
	struct tcp_fastopen_cookie c = granted();

	fo_syn(&c, "1");
	fd = accept_from(0, l);
	read_is(fd, "1");
	ck_assert_int_eq(sys_close(bench.files[0], fd), 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 1)->flags & (TCPHDR_FIN | TCPHDR_ACK),
			  TCPHDR_FIN | TCPHDR_ACK);
	peer.ack++;
	peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(seg_from(0, 2)->ack, peer.seq);
	ck_assert_uint_eq(bench.net[0]->tcp->tw_count, 1);
	peer.port++;
	ck_assert_uint_eq(fo_syn(&c, "2")->ack, peer.seq); /* the place is free again */
}

START_TEST(a_fast_open_may_be_closed_before_the_handshake_has_ended)
{
	in_script(closed_early);
}
END_TEST

static void listener_goes(void)
{
	int l = fo_listener(4), fd;
	struct tcp_fastopen_cookie c = granted();
	uint32_t first;

	fo_syn(&c, "1");
	first = peer.ack;
	fd = accept_from(0, l);
	peer.port++;
	fo_syn(&c, "2"); /* never accepted */
	forget_segs();
	ck_assert_int_eq(sys_close(bench.files[0], l), 0);
	settle();
	ck_assert_uint_eq(count_flags(0, TCPHDR_RST), 1);
	peer.port--;
	peer.ack = first;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	read_is(fd, "1");
}

START_TEST(an_accepted_fast_open_outlives_its_listener)
{
	in_script(listener_goes);
}
END_TEST

static void dead_before_accept(void)
{
	int l = fo_listener(1), fd;
	struct tcp_fastopen_cookie c = granted();
	char b;

	fo_syn(&c, "1");
	peer_send(TCPHDR_RST, NULL, 0);
	settle();
	fd = sys_accept4(bench.files[0], l, NULL, NULL, 0);
	ck_assert_int_ge(fd, 0);
	read_is(fd, "1");
	ck_assert_int_eq(sys_read(bench.files[0], fd, &b, 1), -ECONNRESET);
}

START_TEST(a_fast_open_reset_before_accept_is_told_at_read)
{
	in_script(dead_before_accept);
}
END_TEST

static void without_cookie(void)
{
	struct tcp_fastopen_cookie none = {.len = -1};
	int l = fo_listener(4);

	bench.net[0]->sysctl.tcp_fastopen = SERVER | SERVER_ALWAYS;
	ck_assert_uint_eq(fo_syn(&none, "1")->ack, peer.seq);
	read_is(accept_from(0, l), "1");
}

START_TEST(a_server_may_do_without_cookies)
{
	in_script(without_cookie);
}
END_TEST

static void off(void)
{
	struct tcp_fastopen_cookie c;
	int l = fo_listener(4);

	c = granted();
	bench.net[0]->sysctl.tcp_fastopen = CLIENT;
	ck_assert_uint_eq(fo_syn(&c, "1")->ack, peer.seq - 1);
	ck_assert_int_eq(cookie_of(seg_from(0, 0)).len, -1);
	bench.net[0]->sysctl.tcp_fastopen = SERVER;
	ck_assert_int_eq(set_opt(0, l, SOL_TCP, TCP_FASTOPEN, 0), 0);
	peer.port++;
	ck_assert_uint_eq(fo_syn(&c, "1")->ack, peer.seq - 1);
}

START_TEST(fast_open_is_off_unless_both_sysctl_and_listener_say_so)
{
	in_script(off);
}
END_TEST

/* Each allocation fails in turn, on both sides of a connection to itself. */
static void out_of_memory(void)
{
	struct sockaddr_in to = at(INADDR_LOOPBACK, PORT);
	struct files_struct *f = bench.files[0];
	int l = listen_on(0, PORT, 16);
	char buf[8];

	bench.net[0]->sysctl.tcp_fastopen = CLIENT | SERVER;
	ck_assert_int_eq(set_opt(0, l, SOL_TCP, TCP_FASTOPEN, 16), 0);
	set_nonblock(0, l);
	for (uint64_t n = 0; n < 60; n++) {
		int fd, conn;

		host_fail_alloc_after(bench.host[0], n);
		fd = sys_socket(f, AF_INET, SOCK_STREAM, 0);
		if (fd >= 0) {
			set_nonblock(0, fd);
			sys_sendto(f, fd, "hello", 5, MSG_FASTOPEN, (struct sockaddr *)&to,
				   sizeof(to));
			conn = sys_accept4(f, l, NULL, NULL, SOCK_NONBLOCK);
			if (conn >= 0) {
				sys_read(f, conn, buf, sizeof(buf));
				sys_write(f, conn, "answer", 6);
				sys_close(f, conn);
			}
			sys_close(f, fd);
		}
		host_fail_alloc_after(bench.host[0], UINT64_MAX);
		while ((conn = sys_accept4(f, l, NULL, NULL, SOCK_NONBLOCK)) >= 0)
			sys_close(f, conn);
	}
	ck_assert_uint_gt(MIB(0, TcpExtTCPFastOpenPassive), 10);
}

START_TEST(every_failed_allocation_of_a_fast_open_is_survived)
{
	in_script(out_of_memory);
}
END_TEST

/* ---- two stacks ---- */

static struct {
	unsigned int rounds;
} talk;

static void talk_server(void *arg)
{
	int l = listen_on(1, PORT, 16);
	char buf[8];

	(void)arg;
	ck_assert_int_eq(set_opt(1, l, SOL_TCP, TCP_FASTOPEN, 16), 0);
	for (unsigned int i = 0; i < talk.rounds; i++) {
		int fd = accept_from(1, l);

		read_all(1, fd, buf, 4);
		write_all(1, fd, buf, 4);
		sys_close(bench.files[1], fd);
	}
}

static void talk_client(void *arg)
{
	struct sockaddr_storage to;
	const socklen_t to_len = endpoint(&to, ADDR_B, PORT);
	char buf[8];

	(void)arg;
	host_sleep(bench.host[0], HOST_MS);
	for (unsigned int i = 0; i < talk.rounds; i++) {
		uint64_t start_ns = host_now_ns(bench.world), took_us;
		int fd = tcp_socket(0);

		ck_assert_int_eq(sys_sendto(bench.files[0], fd, "ping", 4, MSG_FASTOPEN,
					    (struct sockaddr *)&to, to_len),
				 4);
		read_all(0, fd, buf, 4);
		ck_assert_mem_eq(buf, "ping", 4);
		took_us = (host_now_ns(bench.world) - start_ns) / HOST_US;
		/* A round trip is 100 us: two for the first (and ARP), one for the others. */
		if (i)
			ck_assert_uint_lt(took_us, 150);
		else
			ck_assert_uint_gt(took_us, 200);
		ck_assert_int_eq(sys_read(bench.files[0], fd, buf, 1), 0);
		sys_close(bench.files[0], fd);
	}
}

START_TEST(the_second_connection_saves_a_round_trip)
{
	talk.rounds = 50;
	bench.net[1]->sysctl.tcp_fastopen = SERVER;
	task(1, talk_server, NULL);
	task(0, talk_client, NULL);
	run_tasks(100);
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenActive), 49);
	ck_assert_uint_eq(MIB(1, TcpExtTCPFastOpenPassive), 49);
	ck_assert_uint_eq(MIB(0, TcpExtTCPFastOpenActiveFail), 0);
	ck_assert_uint_eq(MIB(0, TcpRetransSegs) + MIB(1, TcpRetransSegs), 0);
}
END_TEST

static bool lose_some(const struct seg *s)
{
	static uint32_t x = 1;

	(void)s;
	x = x * 1664525u + 1013904223u; /* one in eight, at random */
	return x >> 29;
}

static void lossy_client(void *arg)
{
	struct sockaddr_storage to;
	const socklen_t to_len = endpoint(&to, ADDR_B, PORT);
	char buf[8];

	(void)arg;
	host_sleep(bench.host[0], HOST_MS);
	for (unsigned int i = 0; i < talk.rounds; i++) {
		int fd = tcp_socket(0);

		ck_assert_int_eq(sys_sendto(bench.files[0], fd, "ping", 4, MSG_FASTOPEN,
					    (struct sockaddr *)&to, to_len),
				 4);
		read_all(0, fd, buf, 4);
		ck_assert_mem_eq(buf, "ping", 4);
		ck_assert_int_eq(sys_read(bench.files[0], fd, buf, 1), 0);
		sys_close(bench.files[0], fd);
	}
}

START_TEST(fast_open_over_a_lossy_wire_loses_no_byte)
{
	talk.rounds = 200;
	bench.filter = lose_some;
	bench.net[1]->sysctl.tcp_fastopen = SERVER;
	task(1, talk_server, NULL);
	task(0, lossy_client, NULL);
	run_tasks(10000);
	ck_assert_uint_ge(MIB(1, TcpExtTCPFastOpenPassive), 100);
	ck_assert_uint_ge(MIB(0, TcpExtTCPFastOpenActiveFail), 1);
}
END_TEST

static TCase *client_cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, script_teardown);
	tcase_add_test(t, a_client_without_a_cookie_asks_and_connects_as_usual);
	tcase_add_test(t, a_client_with_a_cookie_sends_data_in_its_syn);
	tcase_add_test(t, unacknowledged_syn_data_is_sent_again_at_once);
	tcase_add_test(t, a_retransmitted_syn_is_plain);
	tcase_add_test(t, data_in_the_syn_ack_is_read);
	tcase_add_test(t, a_server_of_the_experimental_option_is_served);
	tcase_add_test(t, cookies_of_wrong_length_are_ignored);
	tcase_add_test(t, fast_open_refuses_as_linux_does);
	tcase_add_test(t, tcp_fastopen_connect_has_the_syn_wait_for_the_first_write);
	tcase_add_test(t, a_syn_that_waits_can_be_given_up);
	return t;
}

static TCase *server_cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, script_teardown);
	tcase_add_test(t, a_server_reads_and_answers_before_the_handshake_has_ended);
	tcase_add_test(t, a_wrong_cookie_means_an_ordinary_handshake_and_a_new_cookie);
	tcase_add_test(t, a_cookie_of_another_key_is_refused);
	tcase_add_test(t, a_listener_may_have_its_own_key);
	tcase_add_test(t, the_key_before_is_good_and_brings_a_new_cookie);
	tcase_add_test(t, data_in_a_syn_without_fast_open_comes_again);
	tcase_add_test(t, connections_whose_handshake_has_not_ended_are_bounded);
	tcase_add_test(t, a_reset_fast_open_takes_its_place_for_a_minute);
	tcase_add_test(t, the_syn_ack_of_a_fast_open_is_sent_again_and_given_up);
	tcase_add_test(t, a_repeated_syn_gets_the_syn_ack_and_lost_answers_come_again);
	tcase_add_test(t, a_fast_open_may_be_closed_before_the_handshake_has_ended);
	tcase_add_test(t, an_accepted_fast_open_outlives_its_listener);
	tcase_add_test(t, a_fast_open_reset_before_accept_is_told_at_read);
	tcase_add_test(t, a_server_may_do_without_cookies);
	tcase_add_test(t, fast_open_is_off_unless_both_sysctl_and_listener_say_so);
	return t;
}

static TCase *pair_cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, pair_teardown);
	tcase_add_test(t, the_second_connection_saves_a_round_trip);
	tcase_add_test(t, fast_open_over_a_lossy_wire_loses_no_byte);
	return t;
}

Suite *fastopen_suite(void)
{
	Suite *s = suite_create("fastopen");
	TCase *client = client_cases("client", script_setup);

	tcase_add_test(client, what_the_syn_does_not_hold_follows);
	tcase_add_test(client, every_failed_allocation_of_a_fast_open_is_survived);
	suite_add_tcase(s, client);
	suite_add_tcase(s, client_cases("client over IPv6", script6_setup));
	suite_add_tcase(s, server_cases("server", script_setup));
	suite_add_tcase(s, server_cases("server over IPv6", script6_setup));
	suite_add_tcase(s, pair_cases("pair", pair_setup));
	suite_add_tcase(s, pair_cases("pair over IPv6", pair6_setup));
	return s;
}
