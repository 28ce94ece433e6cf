// SPDX-License-Identifier: MIT
/* System calls: descriptors and limits, errno of wrong calls, options, blocking and not. */
#include "tcp_test.h"

#define F bench.files[0]

static void descriptors(void)
{
	int a = tcp_socket(0), b = tcp_socket(0), c = tcp_socket(0);

	ck_assert_int_eq(a, 0);
	ck_assert_int_eq(b, 1);
	ck_assert_int_eq(c, 2);
	ck_assert_int_eq(sys_close(F, b), 0);
	ck_assert_int_eq(sys_close(F, b), -EBADF);
	ck_assert_int_eq(tcp_socket(0), 1); /* the lowest free */
	for (int i = 3; i < 300; i++)
		ck_assert_int_eq(tcp_socket(0), i); /* the table grows */
	ck_assert_int_eq(sys_close(F, -1), -EBADF);
	ck_assert_int_eq(sys_close(F, 100000), -EBADF);
}

START_TEST(the_lowest_free_descriptor_is_given)
{
	in_script(descriptors);
}
END_TEST

static void limits(void)
{
	struct files_struct *few = files_create(bench.net[0], 3);

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sys_socket(few, AF_INET, SOCK_STREAM, 0), i);
	ck_assert_int_eq(sys_socket(few, AF_INET, SOCK_STREAM, 0), -EMFILE);
	bench.net[0]->sysctl.file_max = 3;
	ck_assert_int_eq(sys_socket(F, AF_INET, SOCK_STREAM, 0), -ENFILE);
	sys_close(few, 0);
	ck_assert_int_eq(sys_socket(F, AF_INET, SOCK_STREAM, 0), 0);
	files_destroy(few);
}

START_TEST(emfile_and_enfile)
{
	in_script(limits);
}
END_TEST

static void wrong_socket(void)
{
	ck_assert_int_eq(sys_socket(F, 77, SOCK_STREAM, 0), -EAFNOSUPPORT);
	ck_assert_int_eq(sys_socket(F, AF_INET, 9, 0), -ESOCKTNOSUPPORT);
	ck_assert_int_eq(sys_socket(F, AF_INET, SOCK_STREAM, IPPROTO_UDP), -EPROTONOSUPPORT);
	ck_assert_int_eq(sys_socket(F, AF_INET, SOCK_STREAM | 0x100000, 0), -EINVAL);
	ck_assert_int_eq(sys_socket(F, AF_INET, SOCK_STREAM, IPPROTO_TCP), 0);
}

START_TEST(socket_refuses_what_it_has_not)
{
	in_script(wrong_socket);
}
END_TEST

static void wrong_bind(void)
{
	struct sockaddr_in sin = at(INADDR_ANY, PORT);
	int a = tcp_socket(0), b = tcp_socket(0), c = tcp_socket(0);

	ck_assert_int_eq(sys_bind(F, 99, (struct sockaddr *)&sin, sizeof(sin)), -EBADF);
	ck_assert_int_eq(sys_bind(F, a, NULL, sizeof(sin)), -EFAULT);
	ck_assert_int_eq(sys_bind(F, a, (struct sockaddr *)&sin, 4), -EINVAL);
	sin.sin_family = 77;
	ck_assert_int_eq(sys_bind(F, a, (struct sockaddr *)&sin, sizeof(sin)), -EAFNOSUPPORT);
	ck_assert_int_eq(bind_to(0, a, 0x01020304, PORT), -EADDRNOTAVAIL);
	ck_assert_int_eq(bind_to(0, a, ADDR_A, PORT), 0);
	ck_assert_int_eq(bind_to(0, a, ADDR_A, PORT + 1), -EINVAL); /* once */
	ck_assert_int_eq(bind_to(0, b, ADDR_A, PORT), -EADDRINUSE);
	ck_assert_int_eq(bind_to(0, b, INADDR_ANY, PORT), -EADDRINUSE);
	ck_assert_int_eq(bind_to(0, b, INADDR_LOOPBACK, PORT), 0); /* another address */
	/* SO_REUSEADDR on both: shared, until one listens. */
	set_opt(0, c, SOL_SOCKET, SO_REUSEADDR, 1);
	ck_assert_int_eq(bind_to(0, c, INADDR_ANY, PORT), -EADDRINUSE);
	set_opt(0, a, SOL_SOCKET, SO_REUSEADDR, 1);
	set_opt(0, b, SOL_SOCKET, SO_REUSEADDR, 1);
	ck_assert_int_eq(bind_to(0, c, INADDR_ANY, PORT), 0);
	ck_assert_int_eq(sys_listen(F, a, 8), 0);
	ck_assert_int_eq(sys_listen(F, c, 8), -EADDRINUSE);
}

START_TEST(bind_checks_addresses_and_conflicts)
{
	in_script(wrong_bind);
}
END_TEST

static void auto_port(void)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	int a = tcp_socket(0);

	ck_assert_int_eq(sys_listen(F, a, 8), 0); /* without bind */
	ck_assert_int_eq(sys_getsockname(F, a, (struct sockaddr *)&sin, &len), 0);
	ck_assert_uint_ge(ntohs(sin.sin_port), 32768);
	len = 3;
	ck_assert_int_eq(sys_getsockname(F, a, (struct sockaddr *)&sin, &len), 0);
	ck_assert_uint_eq(len, sizeof(sin));
	ck_assert_int_eq(sys_getpeername(F, a, (struct sockaddr *)&sin, &len), -ENOTCONN);
}

START_TEST(listen_without_bind_takes_a_port)
{
	in_script(auto_port);
}
END_TEST

static void unconnected(void)
{
	int fd = tcp_socket(0);
	char c = 0;

	ck_assert_int_eq(sys_read(F, fd, &c, 1), -ENOTCONN);
	ck_assert_int_eq(sys_write(F, fd, &c, 1), -EPIPE);
	ck_assert_int_eq(sys_shutdown(F, fd, SHUT_WR), -ENOTCONN);
	ck_assert_int_eq(sys_shutdown(F, fd, 9), -EINVAL);
	ck_assert_int_eq(sys_accept4(F, fd, NULL, NULL, 0), -EINVAL);
	ck_assert_int_eq(sys_accept4(F, fd, NULL, NULL, 0x100), -EINVAL);
}

START_TEST(calls_on_an_unconnected_socket)
{
	in_script(unconnected);
}
END_TEST

static void wrong_connect(void)
{
	struct sockaddr_in sin = at(ADDR_B, PORT);
	int fd = tcp_socket(0), udp = sys_socket(F, AF_INET, SOCK_DGRAM, 0);

	ck_assert_int_eq(sys_connect(F, fd, NULL, sizeof(sin)), -EFAULT);
	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&sin, 1), -EINVAL);
	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&sin, 8), -EINVAL);
	sin.sin_family = 77;
	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&sin, sizeof(sin)), -EAFNOSUPPORT);
	ck_assert_int_eq(connect_to(0, fd, 0xe0000001, PORT), -ENETUNREACH);
	ck_assert_int_eq(connect_to(0, fd, 0x08080808, PORT), -ENETUNREACH); /* no gateway */
	ck_assert_int_eq(sys_listen(F, fd, 1), 0);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, PORT), -EISCONN);
	ck_assert_int_eq(sys_listen(F, udp, 1), -EOPNOTSUPP);
	ck_assert_int_eq(sys_accept4(F, udp, NULL, NULL, 0), -EOPNOTSUPP);
}

START_TEST(connect_refuses_wrong_addresses)
{
	in_script(wrong_connect);
}
END_TEST

static void connected_again(void)
{
	int fd = script_connect(true, true, 7, 1460);
	struct sockaddr unspec = {.sa_family = AF_UNSPEC};
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EISCONN);
	ck_assert_int_eq(sys_getpeername(F, fd, (struct sockaddr *)&sin, &len), 0);
	ck_assert_uint_eq(ntohl(sin.sin_addr.s_addr), ADDR_B);
	ck_assert_uint_eq(ntohs(sin.sin_port), peer.port);
	ck_assert_int_eq(sys_getsockname(F, fd, (struct sockaddr *)&sin, &len), 0);
	ck_assert_uint_eq(ntohl(sin.sin_addr.s_addr), ADDR_A);
	/* AF_UNSPEC dissolves it; the socket can connect anew. */
	ck_assert_int_eq(sys_connect(F, fd, &unspec, sizeof(unspec)), 0);
	settle();
	ck_assert_uint_eq(count_flags(0, TCPHDR_RST), 1);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_ERROR), ECONNRESET);
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
}

START_TEST(a_connection_can_be_dissolved_and_made_again)
{
	in_script(connected_again);
}
END_TEST

static void nonblocking(void)
{
	int listener = listen_on(0, PORT, 8), fd;
	char c;

	set_nonblock(0, listener);
	ck_assert_int_eq(sys_accept4(F, listener, NULL, NULL, 0), -EAGAIN);
	sys_close(F, listener);
	fd = script_accept(true, true, 7, 1460);
	ck_assert_int_eq(sys_recvfrom(F, fd, &c, 1, MSG_DONTWAIT, NULL, NULL), -EAGAIN);
	set_nonblock(0, fd);
	ck_assert_int_eq(sys_read(F, fd, &c, 1), -EAGAIN);
}

START_TEST(nonblocking_calls_say_eagain)
{
	in_script(nonblocking);
}
END_TEST

static void timeouts(void)
{
	const struct timeval tv = {2, 500000};
	struct timeval bad = {0, 1000000}, got;
	socklen_t len = sizeof(got);
	int fd = script_accept(true, true, 7, 1460);
	uint64_t start_ns = host_now_ns(bench.world);
	char c;

	ck_assert_int_eq(sys_setsockopt(F, fd, SOL_SOCKET, SO_RCVTIMEO, &bad, sizeof(bad)), -EDOM);
	ck_assert_int_eq(sys_setsockopt(F, fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), 0);
	ck_assert_int_eq(sys_getsockopt(F, fd, SOL_SOCKET, SO_RCVTIMEO, &got, &len), 0);
	ck_assert_int_eq(got.tv_sec, 2);
	ck_assert_int_eq(got.tv_usec, 500000);
	ck_assert_int_eq(sys_read(F, fd, &c, 1), -EAGAIN);
	ck_assert_uint_ge(host_now_ns(bench.world) - start_ns, 2500 * HOST_MS);
	ck_assert_uint_le(host_now_ns(bench.world) - start_ns, 2510 * HOST_MS);
}

START_TEST(so_rcvtimeo_ends_a_read)
{
	in_script(timeouts);
}
END_TEST

static void flags(void)
{
	int fd = script_accept(true, true, 7, 1460);
	int bytes;
	char buf[16] = "";

	peer_send(TCPHDR_ACK | TCPHDR_PSH, "abcdef", 6);
	settle();
	ck_assert_int_eq(sys_ioctl(F, fd, SIOCINQ, &bytes), 0);
	ck_assert_int_eq(bytes, 6);
	ck_assert_int_eq(sys_recvfrom(F, fd, buf, 3, MSG_PEEK, NULL, NULL), 3);
	ck_assert_mem_eq(buf, "abc", 3);
	ck_assert_int_eq(sys_recvfrom(F, fd, buf, 4, 0, NULL, NULL), 4);
	ck_assert_mem_eq(buf, "abcd", 4);
	ck_assert_int_eq(sys_recvfrom(F, fd, NULL, 0, 0, NULL, NULL), 0);
	ck_assert_int_eq(sys_recvfrom(F, fd, NULL, 4, 0, NULL, NULL), -EFAULT);
	ck_assert_int_eq(sys_recvfrom(F, fd, buf, 16, MSG_OOB, NULL, NULL), -EINVAL);
	ck_assert_int_eq(sys_ioctl(F, fd, SIOCINQ, &bytes), 0);
	ck_assert_int_eq(bytes, 2);
	write_all(0, fd, "12345", 5);
	ck_assert_int_eq(sys_ioctl(F, fd, SIOCOUTQ, &bytes), 0);
	ck_assert_int_eq(bytes, 5);
	ck_assert_int_eq(sys_ioctl(F, fd, 0x9999, &bytes), -ENOTTY);
}

START_TEST(peek_inq_and_outq)
{
	in_script(flags);
}
END_TEST

static void control_messages(void)
{
	int fd = script_accept(true, true, 7, 1460);
	struct {
		struct cmsghdr head;
		int inq, pad;
	} control = {0};
	char buf[8];
	struct iovec to = {buf, sizeof(buf)};
	struct msghdr msg = {.msg_iov = &to, .msg_iovlen = 1};
	uint32_t mem[SK_MEMINFO_VARS + 1];
	socklen_t len = sizeof(mem);

	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_INQ, 1), 0);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "0123456789", 10);
	host_sleep(bench.host[0], HOST_MS);
	ck_assert_int_eq(sys_getsockopt(F, fd, SOL_SOCKET, SO_MEMINFO, mem, &len), 0);
	ck_assert_uint_eq(len, SK_MEMINFO_VARS * sizeof(mem[0]));
	ck_assert_uint_gt(mem[SK_MEMINFO_RMEM_ALLOC], 10);
	ck_assert_int_eq(mem[SK_MEMINFO_RCVBUF], get_opt(0, fd, SOL_SOCKET, SO_RCVBUF));
	msg.msg_control = &control;
	msg.msg_controllen = sizeof(control);
	ck_assert_int_eq(sys_recvmsg(F, fd, &msg, 0), 8);
	ck_assert_uint_eq(msg.msg_controllen, sizeof(control));
	ck_assert_uint_eq(control.head.cmsg_len, sizeof(control.head) + sizeof(int));
	ck_assert_int_eq(control.head.cmsg_level, SOL_TCP);
	ck_assert_int_eq(control.head.cmsg_type, TCP_CM_INQ);
	ck_assert_int_eq(control.inq, 2);
	ck_assert(!(msg.msg_flags & MSG_CTRUNC));
	/* No room for a header: the call says so. */
	msg.msg_controllen = sizeof(control.head) - 1;
	ck_assert_int_eq(sys_recvmsg(F, fd, &msg, 0), 2);
	ck_assert_uint_eq(msg.msg_controllen, 0);
	ck_assert(msg.msg_flags & MSG_CTRUNC);
	len = sizeof(mem);
	ck_assert_int_eq(sys_getsockopt(F, fd, SOL_SOCKET, SO_MEMINFO, mem, &len), 0);
	ck_assert_uint_eq(mem[SK_MEMINFO_RMEM_ALLOC], 0);
}

START_TEST(recvmsg_tells_what_is_left_and_so_meminfo_what_is_held)
{
	in_script(control_messages);
}
END_TEST

static void waitall_sender(void *arg)
{
	(void)arg;
	for (int i = 0; i < 5; i++) {
		host_sleep(bench.host[0], 50 * HOST_MS);
		peer.tsval++;
		peer_send(TCPHDR_ACK | TCPHDR_PSH, "0123456789", 10);
	}
}

static void waitall(void)
{
	int fd = script_accept(true, true, 7, 1460);
	char buf[64];

	task(0, waitall_sender, NULL);
	ck_assert_int_eq(sys_recvfrom(F, fd, buf, 35, MSG_WAITALL, NULL, NULL), 35);
	ck_assert_int_eq(set_opt(0, fd, SOL_SOCKET, SO_RCVLOWAT, 15), 0);
	ck_assert_int_eq(sys_recvfrom(F, fd, buf, 64, 0, NULL, NULL), 15);
}

START_TEST(waitall_and_rcvlowat_wait_for_enough)
{
	in_script(waitall);
}
END_TEST

static void vectors(void)
{
	int fd = script_accept(true, true, 7, 1460);
	char a[3], b[5], c[10];
	struct iovec out[3] = {{"one", 3}, {NULL, 0}, {"three", 5}};
	struct iovec in[3] = {{a, 3}, {b, 5}, {c, 10}};
	struct iovec bad[1] = {{NULL, 5}};

	ck_assert_int_eq(sys_writev(F, fd, out, 3), 8);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->len, 8);
	peer.ack += 8;
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "abcdefghijkl", 12);
	settle();
	ck_assert_int_eq(sys_readv(F, fd, in, 3), 12);
	ck_assert_mem_eq(a, "abc", 3);
	ck_assert_mem_eq(b, "defgh", 5);
	ck_assert_mem_eq(c, "ijkl", 4);
	ck_assert_int_eq(sys_writev(F, fd, bad, 1), -EFAULT);
	ck_assert_int_eq(sys_writev(F, fd, out, 1025), -EINVAL);
	ck_assert_int_eq(sys_writev(F, fd, out, -1), -EINVAL);
}

START_TEST(readv_and_writev)
{
	in_script(vectors);
}
END_TEST

static void options(void)
{
	static const struct {
		int level, name, value, want, err;
	} cases[] = {
		{SOL_TCP, TCP_NODELAY, 1, 1, 0},
		{SOL_TCP, TCP_MAXSEG, 1000, 1000, 0},
		{SOL_TCP, TCP_MAXSEG, 20, 0, -EINVAL},
		{SOL_TCP, TCP_KEEPIDLE, 0, 0, -EINVAL},
		{SOL_TCP, TCP_KEEPIDLE, 100, 100, 0},
		{SOL_TCP, TCP_KEEPINTVL, 40000, 0, -EINVAL},
		{SOL_TCP, TCP_KEEPCNT, 128, 0, -EINVAL},
		{SOL_TCP, TCP_SYNCNT, 4, 4, 0},
		{SOL_TCP, TCP_USER_TIMEOUT, -1, 0, -EINVAL},
		{SOL_TCP, TCP_USER_TIMEOUT, 7000, 7000, 0},
		{SOL_TCP, TCP_LINGER2, 5, 5, 0},
		{SOL_TCP, 9999, 5, 0, -ENOPROTOOPT},
		{SOL_SOCKET, SO_KEEPALIVE, 5, 1, 0},
		{SOL_SOCKET, SO_RCVBUF, 10000, 20000, 0},
		{SOL_SOCKET, SO_SNDBUF, 1, 4608, 0},
		{SOL_SOCKET, SO_REUSEADDR, 1, 1, 0},
		{SOL_SOCKET, 9999, 1, 0, -ENOPROTOOPT},
		{SOL_IP, IP_TTL, 33, 33, 0},
		{SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT, IP_PMTUDISC_DONT, 0},
		{SOL_IP, IP_MTU_DISCOVER, 7, 0, -EINVAL},
		{SOL_TCP, TCP_INQ, 1, 1, 0},
		{SOL_TCP, TCP_INQ, 2, 0, -EINVAL},
		{12345, 1, 1, 0, -ENOPROTOOPT},
	};
	int fd = tcp_socket(0), value;
	socklen_t len = 4;

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(set_opt(0, fd, cases[i].level, cases[i].name, cases[i].value) ==
				      cases[i].err,
			      "case %u", i);
		if (!cases[i].err)
			ck_assert_msg(get_opt(0, fd, cases[i].level, cases[i].name) ==
					      cases[i].want,
				      "case %u", i);
	}
	ck_assert_int_eq(sys_setsockopt(F, fd, SOL_TCP, TCP_NODELAY, &value, 2), -EINVAL);
	ck_assert_int_eq(sys_setsockopt(F, fd, SOL_TCP, TCP_NODELAY, NULL, 4), -EFAULT);
	ck_assert_int_eq(sys_setsockopt(F, fd, SOL_TCP, TCP_CONGESTION, "nosuch", 6), -ENOENT);
	ck_assert_int_eq(sys_setsockopt(F, fd, SOL_TCP, TCP_CONGESTION, "reno", 4), 0);
	ck_assert_int_eq(sys_getsockopt(F, fd, SOL_TCP, TCP_NODELAY, NULL, &len), -EFAULT);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_DOMAIN), AF_INET);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_ACCEPTCONN), 0);
	ck_assert_int_eq(sys_setsockopt(F, fd, SOL_SOCKET, SO_BINDTODEVICE, "nosuch0", 7), -ENODEV);
}

START_TEST(options_take_linux_values)
{
	in_script(options);
}
END_TEST

static void maxseg(void)
{
	int fd = tcp_socket(0);

	set_opt(0, fd, SOL_TCP, TCP_MAXSEG, 700);
	set_nonblock(0, fd);
	connect_to(0, fd, ADDR_B, peer.port);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->mss, 700);
}

START_TEST(tcp_maxseg_is_offered)
{
	in_script(maxseg);
}
END_TEST

/* No allocation may be taken for granted: each failing in turn, nothing leaks and nothing crashes.
 */
static void out_of_memory(void)
{
	int listener = listen_on(0, PORT, 8);

	set_nonblock(0, listener);
	for (uint64_t n = 0; n < 40; n++) {
		int fd, conn;

		host_fail_alloc_after(bench.host[0], n);
		fd = sys_socket(F, AF_INET, SOCK_STREAM, 0);
		if (fd >= 0 && !connect_to(0, fd, INADDR_LOOPBACK, PORT)) {
			conn = sys_accept4(F, listener, NULL, NULL, SOCK_NONBLOCK);
			set_nonblock(0, fd);
			sys_write(F, fd, "hello", 5);
			if (conn >= 0)
				sys_close(F, conn);
		}
		if (fd >= 0)
			sys_close(F, fd);
		host_fail_alloc_after(bench.host[0], UINT64_MAX);
		while ((conn = sys_accept4(F, listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
			sys_close(F, conn);
	}
}

START_TEST(every_failed_allocation_is_survived)
{
	in_script(out_of_memory);
}
END_TEST

Suite *socket_suite(void)
{
	Suite *s = suite_create("socket");
	TCase *t = tcase_create("script");

	tcase_add_checked_fixture(t, script_setup, script_teardown);
	tcase_add_test(t, the_lowest_free_descriptor_is_given);
	tcase_add_test(t, emfile_and_enfile);
	tcase_add_test(t, socket_refuses_what_it_has_not);
	tcase_add_test(t, bind_checks_addresses_and_conflicts);
	tcase_add_test(t, listen_without_bind_takes_a_port);
	tcase_add_test(t, calls_on_an_unconnected_socket);
	tcase_add_test(t, connect_refuses_wrong_addresses);
	tcase_add_test(t, a_connection_can_be_dissolved_and_made_again);
	tcase_add_test(t, nonblocking_calls_say_eagain);
	tcase_add_test(t, so_rcvtimeo_ends_a_read);
	tcase_add_test(t, peek_inq_and_outq);
	tcase_add_test(t, recvmsg_tells_what_is_left_and_so_meminfo_what_is_held);
	tcase_add_test(t, waitall_and_rcvlowat_wait_for_enough);
	tcase_add_test(t, readv_and_writev);
	tcase_add_test(t, options_take_linux_values);
	tcase_add_test(t, tcp_maxseg_is_offered);
	tcase_add_test(t, every_failed_allocation_is_survived);
	suite_add_tcase(s, t);
	return s;
}
