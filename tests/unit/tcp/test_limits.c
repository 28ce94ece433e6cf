// SPDX-License-Identifier: MIT
/* What runs out is an error to the caller and a counter, and nothing else: once some is given back
 * all goes on. Ports, descriptors, memory; the accept queue is in test_accept.c, TIME_WAIT and orphans
 * in test_close.c. Timers cannot run out: each is part of the object it serves. */
#include "tcp_test.h"

#define F	   bench.files[0]
#define PORTS	   4
#define FIRST	   40000
#define OTHER_PORT 81 /* another port of the server */

static void few_ports(void)
{
	bench.net[0]->sysctl.ip_local_port_range[0] = FIRST;
	bench.net[0]->sysctl.ip_local_port_range[1] = FIRST + PORTS - 1;
}

/* No TIME_WAIT stays. */
static void reset(int fd)
{
	const struct linger off = {1, 0};

	ck_assert_int_eq(sys_setsockopt(F, fd, SOL_SOCKET, SO_LINGER, &off, sizeof(off)), 0);
	ck_assert_int_eq(sys_close(F, fd), 0);
}

static void connect_ports(void)
{
	int fd[PORTS], more = tcp_socket(0);

	few_ports();
	listen_on(0, PORT, 8);
	listen_on(0, OTHER_PORT, 8);
	for (int i = 0; i < PORTS; i++) {
		fd[i] = tcp_socket(0);
		ck_assert_int_eq(connect_to(0, fd[i], ADDR_A, PORT), 0);
	}
	for (int i = 1; i <= 3; i++) {
		ck_assert_int_eq(connect_to(0, more, ADDR_A, PORT), -EADDRNOTAVAIL);
		ck_assert_uint_eq(MIB(0, LimitTcpPorts), i);
	}
	/* To somebody else they are free. */
	ck_assert_int_eq(connect_to(0, more, ADDR_A, OTHER_PORT), 0);
	reset(fd[2]);
	fd[2] = tcp_socket(0);
	ck_assert_int_eq(connect_to(0, fd[2], ADDR_A, PORT), 0);
	ck_assert_uint_eq(MIB(0, LimitTcpPorts), 3);
}

START_TEST(a_connect_without_a_free_port_says_eaddrnotavail)
{
	in_script(connect_ports);
}
END_TEST

static void bind_ports(void)
{
	int fd[PORTS], more = tcp_socket(0);

	few_ports();
	for (int i = 0; i < PORTS; i++) {
		fd[i] = tcp_socket(0);
		ck_assert_int_eq(bind_to(0, fd[i], INADDR_ANY, 0), 0);
	}
	ck_assert_int_eq(bind_to(0, more, INADDR_ANY, 0), -EADDRINUSE);
	ck_assert_uint_eq(MIB(0, LimitTcpPorts), 1);
	ck_assert_int_eq(sys_listen(F, more, 1), -EADDRINUSE);
	ck_assert_uint_eq(MIB(0, LimitTcpPorts), 2);
	ck_assert_int_eq(connect_to(0, more, ADDR_A, PORT), -EADDRNOTAVAIL);
	ck_assert_uint_eq(MIB(0, LimitTcpPorts), 3);
	sys_close(F, fd[0]);
	ck_assert_int_eq(sys_listen(F, more, 1), 0);
	ck_assert_uint_eq(MIB(0, LimitTcpPorts), 3);
}

START_TEST(bind_and_listen_without_a_free_port_say_eaddrinuse)
{
	in_script(bind_ports);
}
END_TEST

static int udp_socket(void)
{
	int fd = sys_socket(F, bench.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static void udp_ports(void)
{
	int fd[PORTS], more = udp_socket();
	struct sockaddr_storage to;
	const socklen_t to_len = endpoint(&to, ADDR_A, PORT);

	few_ports();
	for (int i = 0; i < PORTS; i++) {
		fd[i] = udp_socket();
		ck_assert_int_eq(bind_to(0, fd[i], INADDR_ANY, 0), 0);
	}
	ck_assert_int_eq(bind_to(0, more, INADDR_ANY, 0), -EADDRINUSE);
	ck_assert_int_eq(sys_connect(F, more, (struct sockaddr *)&to, to_len), -EAGAIN);
	ck_assert_int_eq(sys_sendto(F, more, "x", 1, 0, (struct sockaddr *)&to, to_len), -EAGAIN);
	ck_assert_uint_eq(MIB(0, LimitUdpPorts), 3);
	sys_close(F, fd[3]);
	ck_assert_int_eq(sys_sendto(F, more, "x", 1, 0, (struct sockaddr *)&to, to_len), 1);
	ck_assert_uint_eq(MIB(0, LimitUdpPorts), 3);
}

START_TEST(udp_without_a_free_port_says_what_linux_says)
{
	in_script(udp_ports);
}
END_TEST

/* accept() finds no descriptor: the connection waits, whole, until there is one. */
static void accept_descriptors(void)
{
	struct files_struct *few = files_create(bench.net[0], 2);
	int l = sys_socket(few, bench.v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0), client, taken;
	struct sockaddr_storage a;
	const socklen_t len = endpoint(&a, ADDR_A, PORT);
	char c;

	ck_assert_int_eq(sys_bind(few, l, (struct sockaddr *)&a, len), 0);
	ck_assert_int_eq(sys_listen(few, l, 4), 0);
	client = tcp_socket(0);
	ck_assert_int_eq(connect_to(0, client, ADDR_A, PORT), 0);
	write_all(0, client, "y", 1);
	taken = sys_epoll_create1(few, 0);
	ck_assert_int_ge(taken, 0);
	ck_assert_int_eq(sys_accept4(few, l, NULL, NULL, 0), -EMFILE);
	ck_assert_int_eq(sys_epoll_create1(few, 0), -EMFILE);
	ck_assert_int_eq(sys_socket(few, AF_INET, SOCK_DGRAM, 0), -EMFILE);
	ck_assert_uint_eq(MIB(0, LimitProcessFiles), 3);
	sys_close(few, taken);
	bench.net[0]->sysctl.file_max = 1;
	ck_assert_int_eq(sys_accept4(few, l, NULL, NULL, 0), -ENFILE);
	ck_assert_int_eq(sys_epoll_create1(few, 0), -ENFILE);
	ck_assert_uint_eq(MIB(0, LimitSystemFiles), 2);
	bench.net[0]->sysctl.file_max = 100;
	taken = sys_accept4(few, l, NULL, NULL, 0);
	ck_assert_int_ge(taken, 0);
	ck_assert_int_eq(sys_read(few, taken, &c, 1), 1);
	ck_assert_int_eq(c, 'y');
	ck_assert_uint_eq(MIB(0, LimitProcessFiles) + MIB(0, LimitSystemFiles), 5);
	files_destroy(few);
}

START_TEST(accept_without_a_descriptor_keeps_the_connection)
{
	in_script(accept_descriptors);
}
END_TEST

static void memory(void)
{
	int fd;

	host_fail_alloc_after(bench.host[0], 0);
	for (int i = 1; i <= 3; i++) {
		fd = sys_socket(F, AF_INET, SOCK_STREAM, 0);
		ck_assert(fd == -ENOMEM || fd == -ENOBUFS);
		ck_assert_uint_eq(MIB(0, LimitMemory), i);
	}
	host_fail_alloc_after(bench.host[0], UINT64_MAX);
	ck_assert_int_eq(sys_socket(F, AF_INET, SOCK_STREAM, 0), 0);
	ck_assert_uint_eq(MIB(0, LimitMemory), 3);
}

START_TEST(memory_that_is_not_there_is_counted)
{
	in_script(memory);
}
END_TEST

static TCase *cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, script_teardown);
	tcase_add_test(t, a_connect_without_a_free_port_says_eaddrnotavail);
	tcase_add_test(t, bind_and_listen_without_a_free_port_say_eaddrinuse);
	tcase_add_test(t, udp_without_a_free_port_says_what_linux_says);
	tcase_add_test(t, accept_without_a_descriptor_keeps_the_connection);
	tcase_add_test(t, memory_that_is_not_there_is_counted);
	return t;
}

Suite *limits_suite(void)
{
	Suite *s = suite_create("limits");

	suite_add_tcase(s, cases("script", script_setup));
	suite_add_tcase(s, cases("script6", script6_setup));
	return s;
}
