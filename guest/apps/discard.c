// SPDX-License-Identifier: MIT
/* RFC 863: throws away what it receives. */
#include "apps/apps.h"
#include "apps/stream_server.h"
#include "runtime/guest.h"
#include "runtime/panic.h"

#define BUFFER_BYTES 262144u
#define TURNS	     4u

static bool discard_ready(struct stream_connection *c)
{
	for (unsigned int i = 0; i < TURNS; i++) {
		long n = stream_read(c, c->server->context, BUFFER_BYTES);

		if (n == -EAGAIN)
			return true;
		if (n <= 0)
			return false;
	}
	return true;
}

static const struct stream_service discard_service = {
	.name = "discard",
	.port = 9,
	.connection_bytes = sizeof(struct stream_connection),
	.ready = discard_ready,
};

void discard_server_start(struct guest *g)
{
	void *buffer = size_class_alloc(&g->memory, BUFFER_BYTES);

	if (!buffer)
		panic("discard: no memory");
	stream_server_start(g, &discard_service, buffer);
}
