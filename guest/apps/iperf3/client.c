// SPDX-License-Identifier: MIT
/*
 * The client: does what the server's states ask for, and prints what was measured.
 */
#include "apps/iperf3/internal.h"

#include <stdlib.h>
#include <string.h>

#define CONNECT_LIMIT_S	 15
#define CALLS_MAX	 10u
#define CALL_PAUSE_NS	 200000000ull
#define WELCOME_LIMIT_NS 30000000000ull
#define UDP_BLOCK_BYTES	 1460u /* where TCP does not say what fits a packet */

static void make_cookie(struct iperf3_test *t)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

	t->port->ops->random(t->port, t->cookie, COOKIE_BYTES - 1);
	for (unsigned int i = 0; i < COOKIE_BYTES - 1; i++)
		t->cookie[i] = letters[(uint8_t)t->cookie[i] % 32];
	t->cookie[COOKIE_BYTES - 1] = 0;
}

/* A blocking socket to the server; `options`: those of a stream. Returns it, or a negative errno. */
static int dial(struct iperf3_test *t, int type, bool options)
{
	const struct sockaddr_storage *to = &t->set.server;
	const struct timeval limit = {.tv_sec = CONNECT_LIMIT_S};
	const int fd = sys_socket(t->files, to->ss_family, type, 0);
	const socklen_t len =
		to->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	int err;

	if (fd < 0)
		return fd;
	err = sys_setsockopt(t->files, fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (!err && options)
		err = iperf3_stream_options(t, fd);
	if (!err)
		err = sys_connect(t->files, fd, (const struct sockaddr *)to, len);
	if (!err)
		return fd;
	sys_close(t->files, fd);
	return err;
}

/* iperf3 takes what fits a packet by what TCP found. */
static uint32_t udp_block_bytes(struct iperf3_test *t)
{
	int mss = 0;
	socklen_t len = sizeof(mss);

	if (sys_getsockopt(t->files, t->control_fd, SOL_TCP, TCP_MAXSEG, &mss, &len) ||
	    mss < (int)UDP_HEADER_BYTES || mss > (int)UDP_BLOCK_BYTES_MAX)
		return UDP_BLOCK_BYTES;
	return (uint32_t)mss;
}

static int open_control(struct iperf3_test *t)
{
	const int fd = dial(t, SOCK_STREAM, false);
	int err;

	if (fd < 0)
		return iperf3_fail(t, fd, "unable to connect to server");
	err = iperf3_test_control(t, fd);
	if (err)
		return err;
	if (!t->set.block_bytes)
		t->set.block_bytes = udp_block_bytes(t);
	make_cookie(t);
	err = iperf3_control_write(t, t->cookie, COOKIE_BYTES);
	return err ? iperf3_fail(t, err, "unable to send cookie to server") : 0;
}

static int send_parameters(struct iperf3_test *t)
{
	json_t *json = iperf3_settings_to_json(&t->set);
	const int err = iperf3_control_write_json(t, json);

	json_decref(json);
	return err ? iperf3_fail(t, err, "unable to send parameters to server") : 0;
}

static int write_cookie(struct iperf3_test *t, int fd)
{
	const long n = sys_write(t->files, fd, t->cookie, COOKIE_BYTES);

	return n == COOKIE_BYTES ? 0 : n < 0 ? (int)n : -EIO;
}

/* Tells the server our address, and waits until it has taken it. */
static int exchange_greetings(struct iperf3_test *t, int fd)
{
	const uint32_t hello = UDP_HELLO;
	const uint64_t limit_ns = now_ns(t) + WELCOME_LIMIT_NS;
	struct pollfd poll = {.fd = fd, .events = POLLIN};
	uint32_t answer = 0;
	long n = sys_write(t->files, fd, &hello, sizeof(hello));

	if (n < 0)
		return (int)n;
	/* In reverse, data may overtake the answer. */
	while (now_ns(t) < limit_ns) {
		if (sys_poll(t->files, &poll, 1, limit_ns - now_ns(t)) <= 0)
			break;
		n = sys_recvfrom(t->files, fd, &answer, sizeof(answer), 0, NULL, NULL);
		if (n < 0)
			return (int)n;
		if (n == sizeof(answer) && (answer == UDP_WELCOME || answer == UDP_WELCOME_OLD))
			return 0;
	}
	return -ETIMEDOUT;
}

static int create_stream(struct iperf3_test *t, bool sender)
{
	const int fd = dial(t, t->set.udp ? SOCK_DGRAM : SOCK_STREAM, true);
	int err;

	if (fd < 0)
		return iperf3_fail(t, fd, "unable to connect stream");
	err = t->set.udp ? exchange_greetings(t, fd) : write_cookie(t, fd);
	if (!err)
		return iperf3_stream_add(t, fd, sender);
	sys_close(t->files, fd);
	return iperf3_fail(t, err, "the server does not take a stream");
}

/* Those that send come first. */
static int create_streams(struct iperf3_test *t)
{
	int err;

	if (t->streams)
		return iperf3_fail(t, -EPROTO, "the server wants streams twice");
	err = iperf3_test_allocate(t);
	for (unsigned int i = 0; i < t->stream_room && !err; i++)
		err = create_stream(t, t->set.bidirectional ? i < t->set.streams : !t->set.reverse);
	return err;
}

static int run_transfer(struct iperf3_test *t)
{
	int8_t state;
	int err;

	if (!t->counting)
		return iperf3_fail(t, -EPROTO, "the server runs before it has begun");
	err = iperf3_transfer(t, &state);
	if (err)
		return err;
	if (state)
		return iperf3_fail(t, -EPROTO, "the server has ended the test");
	err = iperf3_transfer_end(t);
	if (!err)
		err = iperf3_control_tell(t, STATE_TEST_END);
	return err;
}

static int exchange_results(struct iperf3_test *t)
{
	int err;

	if (!t->end_ns)
		return iperf3_fail(t, -EPROTO, "the server wants results of nothing");
	err = iperf3_results_send(t);
	if (!err)
		err = iperf3_results_take(t);
	return err;
}

static int server_error(struct iperf3_test *t)
{
	uint32_t codes[2];
	const int err = iperf3_control_read(t, codes, sizeof(codes));

	return err ?: iperf3_fail(t, -EINVAL, "the server refuses the parameters");
}

/* done: the test is over, whatever the server says now. */
static int obey(struct iperf3_test *t, int8_t state, bool *done)
{
	switch (state) {
	case STATE_PARAM_EXCHANGE:
		return send_parameters(t);
	case STATE_CREATE_STREAMS:
		return create_streams(t);
	case STATE_TEST_START:
		if (!t->stream_count || t->counting || t->end_ns)
			return iperf3_fail(t, -EPROTO, "the server begins without streams");
		iperf3_transfer_begin(t);
		return 0;
	case STATE_TEST_RUNNING:
		return run_transfer(t);
	case STATE_EXCHANGE_RESULTS:
		return exchange_results(t);
	case STATE_DISPLAY_RESULTS:
		iperf3_streams_close(t);
		iperf3_control_tell(t, STATE_DONE); /* all is known by now, also if that fails */
		iperf3_control_wait_end(t);
		*done = true;
		return 0;
	case STATE_ACCESS_DENIED:
		return iperf3_fail(t, -EBUSY, "the server is busy running a test");
	case STATE_SERVER_ERROR:
		return server_error(t);
	case STATE_SERVER_TERMINATE:
		return iperf3_fail(t, -ECONNRESET, "the server has terminated");
	default:
		return iperf3_fail(t, -EPROTO, "received an unknown message");
	}
}

/* The next state; what still comes on the streams is thrown away meanwhile. */
static int next_state(struct iperf3_test *t, int8_t *state)
{
	if (!t->end_ns)
		return iperf3_control_state(t, state);
	t->moved_ns = now_ns(t);
	return iperf3_transfer(t, state);
}

/* Between two tests iperf3's server closes its port, and resets who has come meanwhile. */
static bool is_between_tests(int err)
{
	return err == -ECONNREFUSED || err == -ECONNRESET || err == -EPIPE;
}

static void hang_up(struct iperf3_test *t)
{
	if (t->control_fd >= 0)
		sys_close(t->files, t->control_fd);
	t->control_fd = -1;
	t->error = NULL;
	t->port->ops->task_prepare(t->port);
	t->port->ops->task_sleep(t->port, CALL_PAUSE_NS);
}

/* Until the server says its first word. */
static int call_server(struct iperf3_test *t, int8_t *state)
{
	int err = 0;

	for (unsigned int i = 0; i < CALLS_MAX; i++) {
		if (i)
			hang_up(t);
		err = open_control(t);
		if (!err)
			err = iperf3_control_state(t, state);
		if (!is_between_tests(err))
			break;
	}
	return err;
}

static int run(struct iperf3_test *t)
{
	bool done = false;
	int8_t state = 0;
	int err = call_server(t, &state);

	while (!err) {
		err = obey(t, state, &done);
		if (done)
			break;
		if (!err)
			err = next_state(t, &state);
	}
	return err;
}

static void print_report(struct iperf3_test *t)
{
	json_t *json = iperf3_report(t);
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9));

	if (text)
		t->place->print(t->place->ctx, text, strlen(text));
	free(text);
	json_decref(json);
}

int iperf3_run(const struct iperf3_place *place, const struct iperf3_settings *settings)
{
	struct iperf3_test test;
	int err = iperf3_test_init(&test, place, NULL);

	test.set = *settings;
	if (!err)
		err = run(&test);
	if (err)
		iperf3_fail(&test, err, "the control connection failed");
	print_report(&test);
	iperf3_test_free(&test);
	return err;
}
