// SPDX-License-Identifier: MIT
/*
 * While data move: one loop over an epoll instance with the control connection and the streams. Senders
 * that may send do so without being asked; one that is full waits for EPOLLOUT, one that is ahead of
 * its rate (-b) for the time at which it is not.
 */
#include "apps/iperf3/internal.h"

#include <string.h>

#define EVENTS_AT_ONCE 32
#define BLOCKS_AT_ONCE 8 /* of a stream, before others get their turn */
#define STILL_LIMIT_NS 60000000000ull
#define GRACE_NS       40000000000ull /* a client that does not end its test in time */
#define END_STILL_NS   1000000000ull
#define END_LOOK_NS    1000000ull /* how often what is acknowledged is looked at: no event tells */
#define NEVER	       UINT64_MAX

static uint64_t scaled(uint64_t value, uint64_t factor, uint64_t divisor)
{
	const unsigned __int128 product = (unsigned __int128)value * factor / divisor;

	return product > NEVER ? NEVER : (uint64_t)product;
}

/* When a sender may send its next block. */
static uint64_t due_ns(const struct iperf3_test *t, const struct iperf3_stream *s)
{
	uint64_t after;

	if (!t->set.rate_bps)
		return 0;
	after = scaled(s->paced_bytes, 8 * NS_PER_S, t->set.rate_bps);
	return after > NEVER - t->begun_ns ? NEVER : t->begun_ns + after;
}

/* Whether a counted test has its last block under way. */
static bool all_begun(const struct iperf3_test *t)
{
	if (t->omitting || t->set.udp)
		return false;
	return (t->set.bytes && t->bytes_begun >= t->set.bytes) ||
	       (t->set.blocks && t->blocks_begun >= t->set.blocks);
}

/*
 * A block that has been begun is sent to its end: iperf3 reads whole blocks since 3.16, and would wait for
 * ever for bytes that are in parts of them.
 */
static bool may_send(const struct iperf3_test *t, const struct iperf3_stream *s)
{
	return s->sender && !s->blocked && t->counting && (s->block_left || !all_begun(t));
}

static void watch(struct iperf3_test *t, struct iperf3_stream *s, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = s};

	sys_epoll_ctl(t->files, t->epoll_fd, EPOLL_CTL_MOD, s->fd, &event);
}

static int send_turn(struct iperf3_test *t, struct iperf3_stream *s)
{
	const unsigned int most = t->set.burst ? t->set.burst : BLOCKS_AT_ONCE;

	for (unsigned int i = 0; i < most && may_send(t, s); i++) {
		const uint64_t now = now_ns(t);
		long n;

		if ((!t->set.burst || !i) && due_ns(t, s) > now)
			return 0;
		n = iperf3_stream_send(t, s, now);
		if (n == -EAGAIN) {
			s->blocked = true;
			watch(t, s, EPOLLOUT);
		} else if (n < 0) {
			return iperf3_fail(t, (int)n, "unable to write to stream socket");
		}
	}
	return 0;
}

static int send_all(struct iperf3_test *t)
{
	int err = 0;

	for (unsigned int i = 0; i < t->stream_count && !err; i++)
		err = send_turn(t, &t->streams[i]);
	return err;
}

static int receive_turn(struct iperf3_test *t, struct iperf3_stream *s)
{
	for (unsigned int i = 0; i < BLOCKS_AT_ONCE; i++) {
		const long n = iperf3_stream_receive(t, s);

		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return iperf3_fail(t, (int)n, "unable to read from stream socket");
		if (!n && !t->set.udp) {
			s->ended = true;
			watch(t, s, 0);
			return 0;
		}
	}
	return 0;
}

/* A socket's error, which epoll goes on to report: a UDP one is past, a TCP one ends the test. */
static int stream_error(struct iperf3_test *t, struct iperf3_stream *s)
{
	int error = 0;
	socklen_t len = sizeof(error);

	sys_getsockopt(t->files, s->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (t->set.udp)
		return 0;
	if (!t->counting) { /* the other side has closed it: nothing comes any more */
		struct epoll_event none = {.events = 0};

		sys_epoll_ctl(t->files, t->epoll_fd, EPOLL_CTL_DEL, s->fd, &none);
		return 0;
	}
	return iperf3_fail(t, error ? -error : -ECONNRESET, "a stream has closed unexpectedly");
}

static int stream_event(struct iperf3_test *t, struct iperf3_stream *s, uint32_t events)
{
	if (events & EPOLLIN && !s->ended) {
		int err = receive_turn(t, s);

		if (err)
			return err;
	}
	if (events & EPOLLOUT && s->blocked) {
		s->blocked = false;
		watch(t, s, 0);
	}
	if (events & (EPOLLERR | EPOLLHUP) && (s->sender || s->ended))
		return stream_error(t, s);
	return 0;
}

/* Waits, then serves the streams; `control`: whether the control connection has something. */
static int handle_events(struct iperf3_test *t, uint64_t wait_ns, bool *control)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	const int count = sys_epoll_wait(t->files, t->epoll_fd, events, EVENTS_AT_ONCE, wait_ns);
	int err = 0;

	*control = false;
	for (int i = 0; i < count; i++)
		*control |= !events[i].data.ptr;
	/* What the peer says comes before what its sockets do: it may have ended the test. */
	for (int i = 0; i < count && !*control && !err; i++) {
		if (events[i].data.ptr == t)
			t->turn_away(t);
		else
			err = stream_event(t, events[i].data.ptr, events[i].events);
	}
	if (!wait_ns) { /* other tasks get their turn */
		t->port->ops->task_prepare(t->port);
		t->port->ops->task_sleep(t->port, 0);
	}
	return count < 0 ? count : err;
}

/* ---- time ---- */

static uint64_t after_s(const struct iperf3_test *t, uint64_t seconds)
{
	return t->begun_ns + seconds * NS_PER_S;
}

static uint64_t interval_end_ns(const struct iperf3_test *t)
{
	return t->set.interval_ms ? t->interval_start_ns + t->set.interval_ms * 1000000ull : NEVER;
}

/* When a test of a time (-t) ends; a server waits longer for being told. */
static uint64_t time_limit_ns(const struct iperf3_test *t)
{
	if (!t->set.duration_s)
		return NEVER;
	return after_s(t, t->set.duration_s + t->set.omit_s) + (t->server ? GRACE_NS : 0);
}

static uint64_t min_ns(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_event_ns(const struct iperf3_test *t)
{
	uint64_t next = t->moved_ns + STILL_LIMIT_NS;

	if (!t->counting)
		return next;
	next = min_ns(next, min_ns(interval_end_ns(t), time_limit_ns(t)));
	if (t->omitting)
		next = min_ns(next, after_s(t, t->set.omit_s));
	for (unsigned int i = 0; i < t->stream_count; i++)
		if (may_send(t, &t->streams[i]))
			next = min_ns(next, due_ns(t, &t->streams[i]));
	return next;
}

/* What was counted until now does not count. */
static void end_omission(struct iperf3_test *t)
{
	for (unsigned int i = 0; i < t->stream_count; i++) {
		struct iperf3_stream *s = &t->streams[i];

		iperf3_stream_take_info(t, s);
		s->retransmits_before += (uint32_t)s->own.retransmits;
		s->omitted.packets += s->own.packets;
		s->omitted.lost += s->own.lost;
		s->own = s->mark = (struct iperf3_count){0};
	}
	t->omitting = false;
	if (!t->set.udp) { /* the rest of the blocks that are under way counts */
		t->bytes_begun -= t->sent;
		t->blocks_begun -= t->blocks_sent;
	}
	t->sent = t->received = t->blocks_sent = t->blocks_received = 0;
	t->start_ns = t->interval_start_ns = now_ns(t);
}

static int handle_time(struct iperf3_test *t)
{
	const uint64_t now = now_ns(t);

	if (t->counting && now >= interval_end_ns(t))
		iperf3_report_interval(t);
	if (t->omitting && now >= after_s(t, t->set.omit_s))
		end_omission(t);
	if (now >= t->moved_ns + STILL_LIMIT_NS)
		return iperf3_fail(t, -ETIMEDOUT, "nothing moved for a minute");
	if (t->server && now >= time_limit_ns(t))
		return iperf3_fail(t, -ETIMEDOUT, "the client does not end its test");
	return 0;
}

/* A counted test has been sent, to the end of its last block. */
static bool all_sent(const struct iperf3_test *t)
{
	const struct iperf3_settings *s = &t->set;

	return ((s->bytes && t->sent >= s->bytes) || (s->blocks && t->blocks_sent >= s->blocks)) &&
	       t->bytes_begun <= t->sent;
}

static bool all_received(const struct iperf3_test *t)
{
	const struct iperf3_settings *s = &t->set;

	return (s->bytes && t->received >= s->bytes) ||
	       (s->blocks && t->blocks_received >= s->blocks);
}

static bool client_is_done(const struct iperf3_test *t)
{
	if (t->server || t->omitting)
		return false;
	return now_ns(t) >= time_limit_ns(t) || all_sent(t) || all_received(t);
}

static uint64_t wait_ns(const struct iperf3_test *t)
{
	const uint64_t now = now_ns(t), next = next_event_ns(t);

	return next > now ? next - now : 0;
}

/* ---- */

void iperf3_transfer_begin(struct iperf3_test *t)
{
	t->begun_ns = t->start_ns = t->interval_start_ns = t->moved_ns = now_ns(t);
	t->omitting = t->set.omit_s != 0;
	t->counting = true;
	t->place->cpu(t->place->ctx, &t->cpu_start);
}

int iperf3_transfer(struct iperf3_test *t, int8_t *state)
{
	bool control = false;

	*state = 0;
	for (;;) {
		int err = send_all(t);

		if (!err)
			err = handle_events(t, wait_ns(t), &control);
		if (!err && control)
			return iperf3_control_state(t, state);
		if (!err)
			err = handle_time(t);
		if (err)
			return err;
		if (t->counting && client_is_done(t))
			return 0;
	}
}

/* The bytes that a test of one direction (-n, -k) brings here; 0: not known. */
static uint64_t expected_bytes(const struct iperf3_test *t)
{
	if (t->set.udp || t->set.bidirectional || iperf3_sends(t))
		return 0;
	return t->set.bytes ? t->set.bytes : t->set.blocks * t->set.block_bytes;
}

static void stop_clock(struct iperf3_test *t)
{
	struct iperf3_cpu now;

	t->end_ns = t->server && expected_bytes(t) ? t->moved_ns : now_ns(t);
	if (t->end_ns < t->start_ns)
		t->end_ns = t->start_ns;
	t->place->cpu(t->place->ctx, &now);
	t->cpu_used.busy_ns = now.busy_ns - t->cpu_start.busy_ns;
	t->cpu_used.system_ns = now.system_ns - t->cpu_start.system_ns;
}

/* Bytes of a counted test that the server's TCP has not taken yet. */
static uint64_t under_way_bytes(const struct iperf3_test *t)
{
	uint64_t sum = 0;

	if (t->server || t->set.udp || (!t->set.bytes && !t->set.blocks))
		return 0;
	for (unsigned int i = 0; i < t->stream_count; i++) {
		int bytes = 0;

		if (t->streams[i].sender)
			sys_ioctl(t->files, t->streams[i].fd, SIOCOUTQ, &bytes);
		sum += (uint64_t)bytes;
	}
	return sum;
}

/* What is missing of a counted test, here or at the server. */
static uint64_t missing_bytes(const struct iperf3_test *t)
{
	const uint64_t expected = expected_bytes(t);

	return under_way_bytes(t) +
	       (t->server && t->received < expected ? expected - t->received : 0);
}

/*
 * TEST_END overtakes data: iperf3's client sends it when its socket has taken the last block. A server
 * waits for the bytes that the client has told of, as long as some come; a client of this program says
 * it when the server has everything.
 */
int iperf3_transfer_end(struct iperf3_test *t)
{
	uint64_t missing = missing_bytes(t), moved_ns = now_ns(t);
	bool control = false;
	int err = 0;

	while (!err && !control && missing && now_ns(t) < moved_ns + END_STILL_NS) {
		const uint64_t before = missing;

		err = handle_events(t, END_LOOK_NS, &control);
		missing = missing_bytes(t);
		if (missing < before)
			moved_ns = now_ns(t);
	}
	stop_clock(t);
	iperf3_report_interval(t);
	for (unsigned int i = 0; i < t->stream_count; i++)
		t->streams[i].own.time_ns = t->end_ns - t->start_ns;
	t->counting = false;
	return err;
}
