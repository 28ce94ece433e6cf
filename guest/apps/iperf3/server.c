// SPDX-License-Identifier: MIT
/*
 * The server: one test at a time, as iperf3 does; who comes meanwhile is told so. Nothing that a client
 * sends, or does not send, costs more than its own test, and some time (control.c).
 */
#include "apps/iperf3/internal.h"

#include <stdio.h>
#include <string.h>

#define DESCRIPTORS_MAX	     512u
#define BACKLOG		     256
#define PARAMETERS_BYTES_MAX 65536u
#define GUESTS_MAX	     16u /* connections that have not shown their cookie yet */
#define STREAMS_LIMIT_NS     30000000000ull

struct server {
	const struct iperf3_place *place;
	struct files_struct *files;
	int listen_fd;
};

/* ---- sockets ---- */

/* Options that a listening socket hands down, of the test that it listens for; t NULL: none. */
static int open_listener(struct server *server, struct iperf3_test *t, int type)
{
	/* Takes IPv4 too (RFC 3493 section 3.7). */
	const struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(IPERF3_PORT)};
	const int one = 1;
	const int fd = sys_socket(server->files, AF_INET6, type | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return fd;
	err = sys_setsockopt(server->files, fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!err)
		err = sys_bind(server->files, fd, (const struct sockaddr *)&any, sizeof(any));
	if (!err && t)
		err = iperf3_stream_options(t, fd);
	if (!err && type == SOCK_STREAM)
		err = sys_listen(server->files, fd, BACKLOG);
	if (!err)
		return fd;
	sys_close(server->files, fd);
	return err;
}

static void deny(struct files_struct *files, int fd)
{
	const int8_t state = STATE_ACCESS_DENIED;

	sys_sendto(files, fd, &state, 1, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
	sys_close(files, fd);
}

static void turn_away(struct iperf3_test *t)
{
	int fd;

	while ((fd = sys_accept4(t->files, t->listen_fd, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		deny(t->files, fd);
}

/* Segment size and buffers are agreed on with the SYN: they belong to the listening socket. */
static bool needs_own_listener(const struct iperf3_test *t)
{
	return !t->set.udp && (t->set.mss || t->set.window_bytes || t->set.tos);
}

static int replace_listener(struct server *server, struct iperf3_test *t)
{
	if (server->listen_fd >= 0)
		sys_close(server->files, server->listen_fd);
	server->listen_fd = open_listener(server, t, SOCK_STREAM);
	if (t)
		t->listen_fd = server->listen_fd;
	return server->listen_fd < 0 ? server->listen_fd : 0;
}

/* ---- parameters ---- */

static bool is_cookie(const char *cookie)
{
	for (unsigned int i = 0; i < COOKIE_BYTES - 1; i++)
		if (cookie[i] <= ' ' || cookie[i] > '~')
			return false;
	return !cookie[COOKIE_BYTES - 1];
}

static int refuse(struct iperf3_test *t, int error, int err, const char *why)
{
	const uint32_t codes[2] = {htonl((uint32_t)error), htonl((uint32_t)-err)};

	if (!iperf3_control_tell(t, STATE_SERVER_ERROR))
		iperf3_control_write(t, codes, sizeof(codes));
	return iperf3_fail(t, err, why);
}

static int take_cookie(struct iperf3_test *t)
{
	char cookie[COOKIE_BYTES];
	const int err = iperf3_control_read(t, cookie, COOKIE_BYTES);

	if (err)
		return iperf3_fail(t, err, "unable to receive cookie");
	if (is_cookie(cookie)) {
		memcpy(t->cookie, cookie, COOKIE_BYTES);
		return 0;
	}
	iperf3_control_tell(t, STATE_ACCESS_DENIED);
	return iperf3_fail(t, -EPROTO, "that is no cookie of iperf3's");
}

static int take_parameters(struct iperf3_test *t)
{
	json_t *json = NULL;
	int error, err = iperf3_control_tell(t, STATE_PARAM_EXCHANGE);

	if (!err)
		err = iperf3_control_read_json(t, PARAMETERS_BYTES_MAX, &json);
	if (err == -EBADMSG || err == -EMSGSIZE)
		return refuse(t, ERROR_PARAMETERS, err, "the parameters are no JSON");
	if (err)
		return iperf3_fail(t, err, "unable to receive parameters");
	error = iperf3_settings_from_json(&t->set, json);
	json_decref(json);
	if (error)
		return refuse(t, error, -EINVAL, "a parameter cannot be");
	err = iperf3_test_allocate(t);
	return err ? refuse(t, ERROR_INIT, err, "no memory for so many streams") : 0;
}

/* ---- streams ---- */

/* Clients send first on the first streams, in a test of both directions. */
static bool next_is_sender(const struct iperf3_test *t)
{
	return t->set.bidirectional ? t->stream_count >= t->set.streams : t->set.reverse;
}

/* A connection that has to show the test's cookie. */
struct guest_at_door {
	int fd;
	size_t have;
	char cookie[COOKIE_BYTES];
};

static void let_in(struct iperf3_test *t, struct guest_at_door *g, int *err)
{
	const long n = sys_read(t->files, g->fd, g->cookie + g->have, COOKIE_BYTES - g->have);

	if (n == -EAGAIN)
		return;
	if (n > 0)
		g->have += (size_t)n;
	if (n > 0 && g->have < COOKIE_BYTES)
		return;
	if (n > 0 && !memcmp(g->cookie, t->cookie, COOKIE_BYTES) &&
	    t->stream_count < t->stream_room)
		*err = iperf3_stream_add(t, g->fd, next_is_sender(t));
	else
		deny(t->files, g->fd);
	g->fd = -1;
}

static void open_door(struct iperf3_test *t, struct guest_at_door *guests)
{
	for (unsigned int i = 0; i < GUESTS_MAX; i++) {
		if (guests[i].fd >= 0)
			continue;
		guests[i] = (struct guest_at_door){
			.fd = sys_accept4(t->files, t->listen_fd, NULL, NULL, SOCK_NONBLOCK)};
		if (guests[i].fd < 0)
			return;
	}
	/* All places are taken: the first to come has had its time. */
	deny(t->files, guests[0].fd);
	memmove(guests, guests + 1, (GUESTS_MAX - 1) * sizeof(*guests));
	guests[GUESTS_MAX - 1].fd = -1;
}

/* Waits for a stream's connection or its cookie, or for the client's end. */
static int wait_at_door(struct iperf3_test *t, struct guest_at_door *guests, uint64_t limit_ns)
{
	struct pollfd fds[GUESTS_MAX + 2] = {
		{.fd = t->control_fd, .events = POLLIN},
		{.fd = t->listen_fd, .events = POLLIN},
	};
	const uint64_t now = now_ns(t);
	int count, err = 0;

	for (unsigned int i = 0; i < GUESTS_MAX; i++)
		fds[i + 2] = (struct pollfd){.fd = guests[i].fd, .events = POLLIN};
	count = now < limit_ns ? sys_poll(t->files, fds, GUESTS_MAX + 2, limit_ns - now) : 0;
	if (count < 0)
		return iperf3_fail(t, count, "unable to wait for streams");
	if (!count)
		return iperf3_fail(t, -ETIMEDOUT, "the client's streams do not come");
	if (fds[0].revents)
		return iperf3_fail(t, -ECONNRESET, "the client ended before its streams came");
	for (unsigned int i = 0; i < GUESTS_MAX && !err; i++)
		if (fds[i + 2].revents)
			let_in(t, &guests[i], &err);
	if (!err && fds[1].revents)
		open_door(t, guests);
	return err;
}

static int accept_tcp(struct iperf3_test *t)
{
	const uint64_t limit_ns = now_ns(t) + STREAMS_LIMIT_NS;
	struct guest_at_door guests[GUESTS_MAX];
	int err = 0;

	for (unsigned int i = 0; i < GUESTS_MAX; i++)
		guests[i].fd = -1;
	while (!err && t->stream_count < t->stream_room)
		err = wait_at_door(t, guests, limit_ns);
	for (unsigned int i = 0; i < GUESTS_MAX; i++)
		if (guests[i].fd >= 0)
			deny(t->files, guests[i].fd);
	return err;
}

static bool same_host(struct iperf3_test *t, const struct sockaddr_in6 *from)
{
	struct sockaddr_in6 peer;
	socklen_t len = sizeof(peer);

	return !sys_getpeername(t->files, t->control_fd, (struct sockaddr *)&peer, &len) &&
	       !memcmp(&peer.sin6_addr, &from->sin6_addr, sizeof(peer.sin6_addr));
}

/* Takes the client's datagram: the socket becomes the stream's. -EAGAIN: that was none. */
static int greet(struct iperf3_test *t, int fd)
{
	struct sockaddr_in6 from;
	socklen_t len = sizeof(from);
	uint32_t hello = 0;
	const uint32_t welcome = UDP_WELCOME;
	const long n = sys_recvfrom(t->files, fd, &hello, sizeof(hello), 0,
				    (struct sockaddr *)&from, &len);
	int err;

	if (n != sizeof(hello) || (hello != UDP_HELLO && hello != UDP_HELLO_OLD) ||
	    !same_host(t, &from))
		return -EAGAIN;
	err = sys_connect(t->files, fd, (struct sockaddr *)&from, len);
	if (err)
		return err;
	return sys_write(t->files, fd, &welcome, sizeof(welcome)) < 0 ? -EIO : 0;
}

static int accept_udp(struct server *server, struct iperf3_test *t, int fd)
{
	const uint64_t limit_ns = now_ns(t) + STREAMS_LIMIT_NS;

	while (t->stream_count < t->stream_room) {
		struct pollfd fds[2] = {
			{.fd = t->control_fd, .events = POLLIN},
			{.fd = fd, .events = POLLIN},
		};
		const uint64_t now = now_ns(t);
		const int count = now < limit_ns ? sys_poll(t->files, fds, 2, limit_ns - now) : 0;
		int err;

		if (count <= 0 || fds[0].revents) {
			sys_close(t->files, fd);
			return iperf3_fail(t, count ? -ECONNRESET : -ETIMEDOUT,
					   "the client's streams do not come");
		}
		err = greet(t, fd);
		if (err == -EAGAIN)
			continue;
		if (err)
			sys_close(t->files, fd);
		else
			err = iperf3_stream_add(t, fd, next_is_sender(t));
		if (!err && t->stream_count < t->stream_room)
			err = fd = open_listener(server, t, SOCK_DGRAM);
		if (err < 0)
			return iperf3_fail(t, err, "unable to accept a UDP stream");
	}
	return 0;
}

/* The plain listener is back before data move: who comes then is turned away, not reset. */
static int accept_with_own_listener(struct server *server, struct iperf3_test *t)
{
	int again, err = replace_listener(server, t);

	if (!err)
		err = iperf3_control_tell(t, STATE_CREATE_STREAMS) ?: accept_tcp(t);
	else
		err = refuse(t, ERROR_STREAM_LISTEN, err, "unable to listen for streams");
	again = replace_listener(server, NULL);
	t->listen_fd = server->listen_fd;
	return err ?: again;
}

static int create_udp_streams(struct server *server, struct iperf3_test *t)
{
	const int fd = open_listener(server, t, SOCK_DGRAM);
	int err;

	if (fd < 0)
		return refuse(t, ERROR_STREAM_LISTEN, fd, "unable to listen for streams");
	err = iperf3_control_tell(t, STATE_CREATE_STREAMS);
	if (err)
		sys_close(t->files, fd);
	return err ?: accept_udp(server, t, fd);
}

static int create_streams(struct server *server, struct iperf3_test *t)
{
	if (t->set.udp)
		return create_udp_streams(server, t);
	if (needs_own_listener(t))
		return accept_with_own_listener(server, t);
	return iperf3_control_tell(t, STATE_CREATE_STREAMS) ?: accept_tcp(t);
}

/* ---- a test ---- */

static int watch_listener(struct iperf3_test *t)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = t};

	t->turn_away = turn_away;
	return sys_epoll_ctl(t->files, t->epoll_fd, EPOLL_CTL_ADD, t->listen_fd, &event);
}

static int run_transfer(struct iperf3_test *t)
{
	int8_t state;
	int err = iperf3_control_tell(t, STATE_TEST_START);

	if (!err)
		err = watch_listener(t);
	if (err)
		return err;
	iperf3_transfer_begin(t);
	err = iperf3_control_tell(t, STATE_TEST_RUNNING);
	if (!err)
		err = iperf3_transfer(t, &state);
	if (err)
		return err;
	if (state == STATE_TEST_END)
		return iperf3_transfer_end(t);
	return iperf3_fail(t, -EPROTO,
			   state == STATE_CLIENT_TERMINATE ? "the client has terminated"
							   : "received an unknown message");
}

static int exchange_results(struct iperf3_test *t)
{
	int8_t state;
	int err = iperf3_control_tell(t, STATE_EXCHANGE_RESULTS);

	if (!err)
		err = iperf3_results_take(t);
	if (!err)
		err = iperf3_results_send(t);
	if (!err)
		err = iperf3_control_tell(t, STATE_DISPLAY_RESULTS);
	if (!err) /* the client says that it is done, or just goes */
		iperf3_control_state(t, &state);
	return err;
}

static int run_test(struct server *server, struct iperf3_test *t, int control_fd)
{
	int err = iperf3_test_control(t, control_fd);

	t->server = true;
	t->listen_fd = server->listen_fd;
	if (!err)
		err = take_cookie(t);
	if (!err)
		err = take_parameters(t);
	if (!err)
		err = create_streams(server, t);
	if (!err)
		err = run_transfer(t);
	iperf3_streams_close(t);
	return err ?: exchange_results(t);
}

static void log_test(struct iperf3_test *t, int err)
{
	char line[120];

	if (err)
		snprintf(line, sizeof(line), "iperf3: test ended: %s (%d)",
			 t->error ? t->error : "the control connection failed", err);
	else
		snprintf(line, sizeof(line), "iperf3: served a test");
	t->port->ops->log(t->port, 6, line);
}

/* Whether it was a client of iperf3's, with a cookie. */
static bool serve_one(struct server *server, int control_fd)
{
	bool knew_cookie;
	struct iperf3_test test;
	int err = iperf3_test_init(&test, server->place, server->files);

	if (err)
		deny(server->files, control_fd);
	else
		err = run_test(server, &test, control_fd);
	log_test(&test, err);
	knew_cookie = test.cookie[0];
	iperf3_test_free(&test);
	return knew_cookie;
}

/* -EAGAIN: that was nobody. */
static int next_client(struct server *server)
{
	struct pollfd fd = {.fd = server->listen_fd, .events = POLLIN};

	sys_poll(server->files, &fd, 1, PORT_WAIT_FOREVER);
	return sys_accept4(server->files, server->listen_fd, NULL, NULL, SOCK_NONBLOCK);
}

int iperf3_serve(const struct iperf3_place *place, unsigned int tests)
{
	struct server server = {
		.place = place,
		.files = files_create(place->net, DESCRIPTORS_MAX),
		.listen_fd = -1,
	};
	unsigned int served = 0;
	int fd;

	if (!server.files)
		return -ENOMEM;
	if (!replace_listener(&server, NULL)) {
		while (server.listen_fd >= 0 && (!tests || served < tests)) {
			fd = next_client(&server);
			if (fd < 0)
				continue;
			served += serve_one(&server, fd);
		}
	}
	files_destroy(server.files);
	return server.listen_fd < 0 ? server.listen_fd : 0;
}
