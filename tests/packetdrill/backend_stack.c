// SPDX-License-Identifier: MIT
/* The stack alone: its device is one end of a wire of memory without delay. */
#include <host/memwire.h>
#include <stdio.h>
#include <stdlib.h>
#include "stack_host.h"

struct stack_backend {
	struct stack_host host; /* first */
	struct memwire *wire;
};

static bool tap(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	(void)from;
	stack_host_frame(ctx, frame, len, time_ns);
	return true;
}

static void inject(struct stack_host *s, const void *frame, uint32_t len)
{
	memwire_inject(((struct stack_backend *)s)->wire, 0, frame, len);
}

static struct backend *create(const char *argument, bool *skip, char *error, size_t error_len)
{
	struct stack_backend *b = calloc(1, sizeof(*b));

	(void)argument;
	(void)skip;
	(void)error;
	(void)error_len;
	if (!b)
		abort();
	b->host.base.ops = &backend_stack;
	b->host.inject = inject;
	b->host.settle_ns = HOST_US; /* events at the same instant come a nanosecond apart */
	return &b->host.base;
}

static bool start(struct backend *base, const struct addresses *a, unsigned int mtu, char *error,
		  size_t error_len)
{
	struct stack_backend *b = (struct stack_backend *)base;

	uint32_t tso = b->host.tso ? NETIF_F_TSO : 0;

	b->host.world = host_world_create(&(struct host_world_options){.seed = 1});
	b->host.host = b->host.world ? host_create(b->host.world, "stack") : NULL;
	if (!b->host.host)
		abort();
	b->wire = memwire_create(b->host.host, NULL,
				 &(struct memwire_options){.mtu = mtu,
							   .hw_features = NETIF_F_SG |
									  NETIF_F_HW_CSUM |
									  NETIF_F_RXCSUM | tso,
							   .tap = tap,
							   .tap_ctx = &b->host});
	if (!b->wire) {
		snprintf(error, error_len, "the wire refuses an MTU of %u", mtu);
		return false;
	}
	b->host.dev = memwire_dev(b->wire, 0);
	return stack_host_start(&b->host, a, error, error_len);
}

/* The world asserts that no memory is left. */
static bool finish(struct backend *base, char *error, size_t error_len)
{
	struct stack_backend *b = (struct stack_backend *)base;

	if (!stack_host_rest(&b->host, 0, error, error_len))
		return false;
	memwire_destroy(b->wire);
	host_world_destroy(b->host.world);
	return true;
}

const struct backend_ops backend_stack = {
	.name = "stack",
	.create = create,
	.start = start,
	.now_ns = stack_host_now_ns,
	.wait = stack_host_wait,
	.send = stack_host_send,
	.receive = stack_host_receive,
	.call = stack_host_call,
	.sysctl = stack_host_sysctl,
	.finish = finish,
};
