// SPDX-License-Identifier: MIT
#include "duplex.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PORT	    5001
#define CHUNK_BYTES 65536u
/* A prime: bytes that are missing, doubled or shifted by any power of two show. */
#define PERIOD_BYTES 65521u

struct duplex_end {
	struct column *column;
	struct duplex_end *peer;
	int side, fd;
	uint64_t bytes, sent, received;
	uint8_t pattern[PERIOD_BYTES + CHUNK_BYTES]; /* what this side sends, wrapped once */
	uint8_t buffer[CHUNK_BYTES];
};

static void fill_pattern(struct duplex_end *e, uint64_t seed)
{
	struct host_random r;

	host_random_seed(&r, seed, (uint64_t)e->side);
	for (uint32_t i = 0; i < PERIOD_BYTES; i++)
		e->pattern[i] = (uint8_t)host_random_u64(&r);
	for (uint32_t i = 0; i < CHUNK_BYTES; i++)
		e->pattern[PERIOD_BYTES + i] = e->pattern[i % PERIOD_BYTES];
}

static void send_all(void *arg)
{
	struct duplex_end *e = arg;
	struct files_struct *files = e->column->side[e->side].files;

	while (e->sent < e->bytes) {
		uint64_t left = e->bytes - e->sent;
		size_t len = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
		long n = sys_write(files, e->fd, e->pattern + e->sent % PERIOD_BYTES, len);

		ck_assert_msg(n > 0, "side %d: write at %lu gives %ld", e->side, e->sent, n);
		e->sent += (uint64_t)n;
	}
	ck_assert_int_eq(sys_shutdown(files, e->fd, SHUT_WR), 0);
}

static void receive_all(void *arg)
{
	struct duplex_end *e = arg;
	struct files_struct *files = e->column->side[e->side].files;

	for (;;) {
		long n = sys_read(files, e->fd, e->buffer, CHUNK_BYTES);

		ck_assert_msg(n >= 0, "side %d: read at %lu gives %ld", e->side, e->received, n);
		if (!n)
			break;
		ck_assert_msg(!memcmp(e->buffer, e->peer->pattern + e->received % PERIOD_BYTES,
				      (size_t)n),
			      "side %d: a byte differs in %lu..%lu", e->side, e->received,
			      e->received + (uint64_t)n);
		e->received += (uint64_t)n;
	}
	ck_assert_uint_eq(e->received, e->bytes);
}

static void start_both(struct duplex_end *e)
{
	struct host *host = e->column->side[e->side].host;

	host_spawn(host, "send", send_all, e);
	host_spawn(host, "receive", receive_all, e);
}

static void serve(void *arg)
{
	struct duplex_end *e = arg;
	struct files_struct *files = e->column->side[e->side].files;
	struct sockaddr_storage own;
	const socklen_t len = column_address(e->column, e->side, PORT, &own);
	int listener = column_socket(e->column, e->side);

	ck_assert_int_eq(sys_bind(files, listener, (struct sockaddr *)&own, len), 0);
	ck_assert_int_eq(sys_listen(files, listener, 1), 0);
	e->fd = sys_accept4(files, listener, NULL, NULL, 0);
	ck_assert_int_ge(e->fd, 0);
	ck_assert_int_eq(sys_close(files, listener), 0);
	start_both(e);
}

static void dial(void *arg)
{
	struct duplex_end *e = arg;
	struct files_struct *files = e->column->side[e->side].files;
	struct sockaddr_storage to;
	const socklen_t len = column_address(e->column, e->peer->side, PORT, &to);

	host_sleep(e->column->side[e->side].host, HOST_MS); /* the server listens by then */
	e->fd = column_socket(e->column, e->side);
	ck_assert_int_eq(sys_connect(files, e->fd, (struct sockaddr *)&to, len), 0);
	start_both(e);
}

void duplex_run(struct column *c, uint64_t bytes, unsigned int limit_s)
{
	struct duplex_end *end = calloc(2, sizeof(*end));

	for (int i = 0; i < 2; i++) {
		end[i].column = c;
		end[i].peer = &end[!i];
		end[i].side = i;
		end[i].bytes = bytes;
		fill_pattern(&end[i], 77);
	}
	host_spawn(c->side[0].host, "serve", serve, &end[0]);
	host_spawn(c->side[1].host, "dial", dial, &end[1]);
	column_run(c, limit_s);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(end[i].sent, bytes);
		ck_assert_uint_eq(end[i].received, bytes);
		ck_assert_int_eq(sys_close(c->side[i].files, end[i].fd), 0);
	}
	free(end);
}
