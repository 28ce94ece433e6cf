// SPDX-License-Identifier: MIT
/* RFC 862: sends back what it receives, in order, until the other side ends. */
#include "apps/apps.h"
#include "apps/stream_server.h"

#define BUFFER_BYTES 16384u
#define TURNS	     8u

struct echo_connection {
	struct stream_connection stream;
	size_t from, to; /* of buffer: received, not sent back yet */
	uint8_t buffer[BUFFER_BYTES];
};

/* false: the connection is over. */
static bool fill(struct echo_connection *e, bool *again)
{
	long n = stream_read(&e->stream, e->buffer, sizeof(e->buffer));

	*again = n > 0;
	if (n == -EAGAIN) {
		stream_watch(&e->stream, EPOLLIN);
		return true;
	}
	if (n <= 0)
		return false;
	e->from = 0;
	e->to = (size_t)n;
	return true;
}

static bool drain(struct echo_connection *e, bool *again)
{
	struct iovec iov = {e->buffer + e->from, e->to - e->from};
	long n = stream_write(&e->stream, &iov, 1);

	*again = n > 0;
	if (n == -EAGAIN) { /* reading waits until the other side takes what it is owed */
		stream_watch(&e->stream, EPOLLOUT);
		return true;
	}
	if (n < 0)
		return false;
	e->from += (size_t)n;
	return true;
}

static bool echo_ready(struct stream_connection *c)
{
	struct echo_connection *e = (struct echo_connection *)c;
	bool again = true;

	for (unsigned int i = 0; i < TURNS && again; i++) {
		if (e->from < e->to ? !drain(e, &again) : !fill(e, &again))
			return false;
	}
	if (again) /* more to do, after others had their turn */
		stream_watch(c, e->from < e->to ? EPOLLOUT : EPOLLIN);
	return true;
}

static const struct stream_service echo_service = {
	.name = "echo",
	.port = 7,
	.connection_bytes = sizeof(struct echo_connection),
	.ready = echo_ready,
};

void echo_server_start(struct guest *g)
{
	stream_server_start(g, &echo_service, NULL);
}
