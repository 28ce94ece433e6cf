// SPDX-License-Identifier: MIT
/* poll and epoll: levels, edges, one-shot, nesting, and the states a connection goes through. */
#include "tcp_test.h"

#define F bench.files[0]

static int poll_one(int fd, int events)
{
	struct pollfd p = {.fd = fd, .events = (short)events};

	ck_assert_int_ge(sys_poll(F, &p, 1, 0), 0);
	return p.revents;
}

static uint8_t block[300000];

static void poll_states(void)
{
	int fd = tcp_socket(0);
	const int all = POLLIN | POLLOUT | POLLRDHUP;
	char buf[16];

	ck_assert_int_eq(poll_one(fd, all), POLLOUT | POLLHUP); /* as Linux: never connected */
	sys_close(F, fd);
	fd = script_accept(true, true, 7, 1460);
	ck_assert_int_eq(poll_one(fd, all), POLLOUT);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "hi", 2);
	settle();
	ck_assert_int_eq(poll_one(fd, all), POLLIN | POLLOUT);
	sys_read(F, fd, buf, sizeof(buf));
	ck_assert_int_eq(poll_one(fd, all), POLLOUT);
	peer_send(TCPHDR_ACK | TCPHDR_FIN, NULL, 0);
	settle();
	ck_assert_int_eq(poll_one(fd, all), POLLIN | POLLOUT | POLLRDHUP);
	sys_shutdown(F, fd, SHUT_WR);
	ck_assert_int_eq(poll_one(fd, all), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
}

START_TEST(poll_tells_the_state_of_a_connection)
{
	in_script(poll_states);
}
END_TEST

static void poll_error(void)
{
	int fd = tcp_socket(0);

	set_nonblock(0, fd);
	connect_to(0, fd, ADDR_B, peer.port);
	ck_assert_int_eq(poll_one(fd, POLLIN | POLLOUT), 0);
	settle();
	peer.host_port = seg_from(0, 0)->sport;
	peer.ack = seg_from(0, 0)->seq + 1;
	peer_send(TCPHDR_RST | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_int_eq(poll_one(fd, POLLIN | POLLOUT), POLLIN | POLLOUT | POLLERR | POLLHUP);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_ERROR), 0);
}

START_TEST(poll_tells_a_refused_connection)
{
	in_script(poll_error);
}
END_TEST

static void poll_bad(void)
{
	struct pollfd p[3] = {{.fd = 77, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
	uint64_t start_ns = host_now_ns(bench.world);

	ck_assert_int_eq(sys_poll(F, p, 2, PORT_WAIT_FOREVER), 1);
	ck_assert_int_eq(p[0].revents, POLLNVAL);
	ck_assert_int_eq(p[1].revents, 0);
	ck_assert_int_eq(sys_poll(F, p + 1, 1, 70 * HOST_MS), 0);
	ck_assert_uint_ge(host_now_ns(bench.world) - start_ns, 70 * HOST_MS);
	ck_assert_int_eq(sys_poll(F, NULL, 0, HOST_MS), 0);
	ck_assert_int_eq(sys_poll(F, NULL, 1, 0), -EFAULT);
	ck_assert_int_eq(sys_poll(F, p, 100000, 0), -EINVAL);
}

START_TEST(poll_of_bad_descriptors_and_time_outs)
{
	in_script(poll_bad);
}
END_TEST

static void later(void *arg)
{
	host_sleep(bench.host[0], 30 * HOST_MS);
	peer.tsval++;
	peer_send(TCPHDR_ACK | TCPHDR_PSH, arg, (uint32_t)strlen(arg));
}

static void poll_sleeps(void)
{
	int fd = script_accept(true, true, 7, 1460);
	struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = tcp_socket(0)}};
	uint64_t start_ns = host_now_ns(bench.world);

	sys_close(F, p[1].fd);
	p[1].fd = -1;
	task(0, later, "x");
	ck_assert_int_eq(sys_poll(F, p, 2, HOST_SECOND), 1);
	ck_assert_int_eq(p[0].revents, POLLIN);
	ck_assert_uint_ge(host_now_ns(bench.world) - start_ns, 30 * HOST_MS);
	ck_assert_uint_le(host_now_ns(bench.world) - start_ns, 31 * HOST_MS);
}

START_TEST(poll_sleeps_until_data_comes)
{
	in_script(poll_sleeps);
}
END_TEST

static void add(int ep, int fd, uint32_t events)
{
	struct epoll_event e = {events, {.fd = fd}};

	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_ADD, fd, &e), 0);
}

static void modify(int ep, int fd, uint32_t events)
{
	struct epoll_event e = {events, {.fd = fd}};

	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_MOD, fd, &e), 0);
}

/* The events that hold for the only watched descriptor; 0: none. */
static uint32_t now(int ep)
{
	struct epoll_event e[4];
	int n = sys_epoll_wait(F, ep, e, 4, 0);

	ck_assert_int_le(n, 1);
	return n ? e[0].events : 0;
}

static void level(void)
{
	int ep = sys_epoll_create1(F, 0), fd = script_accept(true, true, 7, 1460);
	char buf[4];

	add(ep, fd, EPOLLIN);
	ck_assert_uint_eq(now(ep), 0);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "abcd", 4);
	settle();
	ck_assert_uint_eq(now(ep), EPOLLIN);
	ck_assert_uint_eq(now(ep), EPOLLIN); /* as long as it holds */
	sys_read(F, fd, buf, 2);
	ck_assert_uint_eq(now(ep), EPOLLIN);
	sys_read(F, fd, buf, 2);
	ck_assert_uint_eq(now(ep), 0);
	modify(ep, fd, EPOLLIN | EPOLLOUT);
	ck_assert_uint_eq(now(ep), EPOLLOUT);
}

START_TEST(level_triggered_tells_as_long_as_it_holds)
{
	in_script(level);
}
END_TEST

static void edge(void)
{
	int ep = sys_epoll_create1(F, 0), fd = script_accept(true, true, 7, 1460);
	char buf[4];

	add(ep, fd, EPOLLIN | EPOLLET);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "abcd", 4);
	settle();
	ck_assert_uint_eq(now(ep), EPOLLIN);
	ck_assert_uint_eq(now(ep), 0);
	sys_read(F, fd, buf, 2);
	ck_assert_uint_eq(now(ep), 0); /* nothing new came */
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "ef", 2);
	settle();
	ck_assert_uint_eq(now(ep), EPOLLIN);
	modify(ep, fd, EPOLLIN | EPOLLET); /* re-armed: tells again */
	ck_assert_uint_eq(now(ep), EPOLLIN);
	ck_assert_uint_eq(now(ep), 0);
}

START_TEST(edge_triggered_tells_once_for_each_arrival)
{
	in_script(edge);
}
END_TEST

static void edge_write(void)
{
	int ep = sys_epoll_create1(F, 0), fd = script_accept(true, true, 7, 1460);
	const struct seg *last;

	set_nonblock(0, fd);
	add(ep, fd, EPOLLOUT | EPOLLET);
	ck_assert_uint_eq(now(ep), EPOLLOUT);
	while (sys_write(F, fd, block, sizeof(block)) > 0)
		;
	ck_assert_uint_eq(now(ep), 0);
	for (int i = 0; i < 200; i++) {
		settle();
		last = seg_from(0, segs_from(0) - 1);
		peer.ack = last->seq + last->len;
		peer.tsval++;
		peer_send(TCPHDR_ACK, NULL, 0);
		settle();
		if (now(ep) == EPOLLOUT)
			break;
		ck_assert_int_lt(i, 199);
	}
	ck_assert_int_gt(sys_write(F, fd, block, 1000), 0);
}

START_TEST(edge_triggered_writers_are_told_of_room)
{
	in_script(edge_write);
}
END_TEST

static void oneshot(void)
{
	int ep = sys_epoll_create1(F, 0), fd = script_accept(true, true, 7, 1460);

	add(ep, fd, EPOLLIN | EPOLLONESHOT);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "a", 1);
	settle();
	ck_assert_uint_eq(now(ep), EPOLLIN);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "b", 1);
	settle();
	ck_assert_uint_eq(now(ep), 0);
	modify(ep, fd, EPOLLIN | EPOLLONESHOT);
	ck_assert_uint_eq(now(ep), EPOLLIN);
	ck_assert_uint_eq(now(ep), 0);
}

START_TEST(one_shot_tells_once_until_rearmed)
{
	in_script(oneshot);
}
END_TEST

static void epoll_errors(void)
{
	int ep = sys_epoll_create1(F, 0), fd = tcp_socket(0);
	struct epoll_event e = {EPOLLIN, {.fd = fd}};

	ck_assert_int_eq(sys_epoll_create1(F, 7), -EINVAL);
	ck_assert_int_eq(sys_epoll_ctl(F, 99, EPOLL_CTL_ADD, fd, &e), -EBADF);
	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_ADD, 99, &e), -EBADF);
	ck_assert_int_eq(sys_epoll_ctl(F, fd, EPOLL_CTL_ADD, ep, &e), -EINVAL);
	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_ADD, ep, &e), -EINVAL);
	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_ADD, fd, NULL), -EFAULT);
	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_MOD, fd, &e), -ENOENT);
	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_DEL, fd, NULL), -ENOENT);
	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_ADD, fd, &e), 0);
	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_ADD, fd, &e), -EEXIST);
	ck_assert_int_eq(sys_epoll_ctl(F, ep, 9, fd, &e), -EINVAL);
	ck_assert_int_eq(sys_epoll_ctl(F, ep, EPOLL_CTL_DEL, fd, NULL), 0);
	ck_assert_int_eq(sys_epoll_wait(F, ep, &e, 0, 0), -EINVAL);
	ck_assert_int_eq(sys_epoll_wait(F, ep, NULL, 1, 0), -EFAULT);
	ck_assert_int_eq(sys_epoll_wait(F, fd, &e, 1, 0), -EINVAL);
	ck_assert_int_eq(sys_read(F, ep, &e, 1), -EINVAL);
}

START_TEST(epoll_refuses_wrong_calls)
{
	in_script(epoll_errors);
}
END_TEST

static void closing(void)
{
	int ep = sys_epoll_create1(F, 0), fd = script_accept(true, true, 7, 1460);

	add(ep, fd, EPOLLIN | EPOLLOUT);
	ck_assert_uint_eq(now(ep), EPOLLOUT);
	sys_close(F, fd); /* leaves the set by itself */
	ck_assert_uint_eq(now(ep), 0);
	fd = tcp_socket(0);
	add(ep, fd, EPOLLIN);
	sys_close(F, ep);
	sys_close(F, fd);
}

START_TEST(a_closed_descriptor_leaves_the_set)
{
	in_script(closing);
}
END_TEST

static void nested(void)
{
	int inner = sys_epoll_create1(F, 0), outer = sys_epoll_create1(F, 0);
	int fd = script_accept(true, true, 7, 1460);
	struct epoll_event e = {EPOLLIN, {.fd = outer}};

	add(inner, fd, EPOLLIN);
	add(outer, inner, EPOLLIN);
	ck_assert_int_eq(sys_epoll_ctl(F, inner, EPOLL_CTL_ADD, outer, &e), -ELOOP);
	ck_assert_uint_eq(now(outer), 0);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "x", 1);
	settle();
	ck_assert_uint_eq(now(outer), EPOLLIN);
	ck_assert_int_eq(poll_one(outer, POLLIN), POLLIN);
}

START_TEST(epoll_watches_epoll_but_not_itself)
{
	in_script(nested);
}
END_TEST

static void fair(void)
{
	int ep = sys_epoll_create1(F, 0);
	struct epoll_event e[2];
	unsigned int seen[6] = {0};

	for (int i = 0; i < 6; i++) {
		int fd = tcp_socket(0);

		add(ep, fd, EPOLLOUT); /* at once: HUP and OUT */
	}
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(sys_epoll_wait(F, ep, e, 2, 0), 2);
		seen[e[0].data.fd - 1]++;
		seen[e[1].data.fd - 1]++;
	}
	for (int i = 0; i < 6; i++)
		ck_assert_uint_eq(seen[i], 1);
}

START_TEST(many_ready_descriptors_take_turns)
{
	in_script(fair);
}
END_TEST

static void epoll_sleeps(void)
{
	int ep = sys_epoll_create1(F, 0), fd = script_accept(true, true, 7, 1460);
	struct epoll_event e;
	uint64_t start_ns = host_now_ns(bench.world);

	add(ep, fd, EPOLLIN);
	ck_assert_int_eq(sys_epoll_wait(F, ep, &e, 1, 10 * HOST_MS), 0);
	ck_assert_uint_ge(host_now_ns(bench.world) - start_ns, 10 * HOST_MS);
	task(0, later, "x");
	ck_assert_int_eq(sys_epoll_wait(F, ep, &e, 1, PORT_WAIT_FOREVER), 1);
	ck_assert_int_eq(e.data.fd, fd);
	ck_assert_uint_le(host_now_ns(bench.world) - start_ns, 42 * HOST_MS);
}

START_TEST(epoll_sleeps_until_data_comes)
{
	in_script(epoll_sleeps);
}
END_TEST

Suite *poll_suite(void)
{
	Suite *s = suite_create("poll");
	TCase *t = tcase_create("script");

	tcase_add_checked_fixture(t, script_setup, script_teardown);
	tcase_add_test(t, poll_tells_the_state_of_a_connection);
	tcase_add_test(t, poll_tells_a_refused_connection);
	tcase_add_test(t, poll_of_bad_descriptors_and_time_outs);
	tcase_add_test(t, poll_sleeps_until_data_comes);
	tcase_add_test(t, level_triggered_tells_as_long_as_it_holds);
	tcase_add_test(t, edge_triggered_tells_once_for_each_arrival);
	tcase_add_test(t, edge_triggered_writers_are_told_of_room);
	tcase_add_test(t, one_shot_tells_once_until_rearmed);
	tcase_add_test(t, epoll_refuses_wrong_calls);
	tcase_add_test(t, a_closed_descriptor_leaves_the_set);
	tcase_add_test(t, epoll_watches_epoll_but_not_itself);
	tcase_add_test(t, many_ready_descriptors_take_turns);
	tcase_add_test(t, epoll_sleeps_until_data_comes);
	suite_add_tcase(s, t);
	return s;
}
