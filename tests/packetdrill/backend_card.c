// SPDX-License-Identifier: MIT
/*
 * Stack, driver and card: the reference card or the RTL, through the platform library as
 * tests/cosim does. The card is powered on and the driver brought up once; each script's process
 * goes on from there (fork).
 */
#include <driver/e1000.h>
#include <driver/host.h>
#include <stdio.h>
#include <stdlib.h>
#include "stack_host.h"

#define LINK_LIMIT (5 * HOST_SECOND)
/* A frame's way by DMA, interrupt and soft interrupt; with room. */
#define SETTLE_NS (50 * HOST_US)
/* Orphans and TIME_WAIT that the count of receive buffers hides end in this. */
#define REST_NS (300 * HOST_SECOND)

struct card_backend {
	struct stack_host host; /* first */
	struct card_platform *platform;
	struct os_device *card;
	uint64_t receive_buffers; /* sk_buffs and blocks that the driver holds at most */
};

static void frame_out(void *ctx, const void *frame, size_t len, uint64_t time_ns)
{
	struct stack_host *s = ctx;

	(void)time_ns;
	stack_host_frame(s, frame, (uint32_t)len, host_now_ns(s->world));
}

static void inject(struct stack_host *s, const void *frame, uint32_t len)
{
	if (!card_deliver(((struct card_backend *)s)->card, frame, len))
		fprintf(stderr, "packetdrill: the card takes no frame\n");
}

static void bring_up(void *arg)
{
	struct card_backend *b = arg;
	struct e1000_options options = {.no_tso = false, .itr_us = UINT32_MAX};

	if (e1000_probe(b->card, host_net(b->host.host), &options, &b->host.dev) ||
	    dev_open(b->host.dev)) {
		fprintf(stderr, "packetdrill: the driver does not come up\n");
		exit(1);
	}
	while (!b->host.dev->carrier && host_now_ns(b->host.world) < LINK_LIMIT)
		host_sleep(b->host.host, HOST_MS);
}

static bool open_card(struct card_backend *b, const char *model, char *error, size_t error_len)
{
	b->platform = card_platform_open(NULL, NULL, error, error_len);
	if (!b->platform)
		return false;
	b->card = card_create(b->platform, model, NULL, error, error_len);
	return b->card && !card_platform_start(b->platform, error, error_len);
}

static struct backend *create(const struct backend_ops *ops, const char *model, char *error,
			      size_t error_len)
{
	struct card_backend *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	b->host.base.ops = ops;
	b->host.inject = inject;
	b->host.settle_ns = SETTLE_NS;
	if (!open_card(b, model, error, error_len)) {
		free(b);
		return NULL;
	}
	b->host.world = host_world_create(&(struct host_world_options){.seed = 1});
	b->host.host = b->host.world ? host_create(b->host.world, "stack") : NULL;
	if (!b->host.host)
		abort();
	b->host.end = &b->host.first;
	card_set_listener(b->card, frame_out, &b->host);
	card_platform_join(b->platform, b->host.world);
	card_plug_in(b->card, b->host.host);
	stack_host_do(&b->host, bring_up, b);
	b->receive_buffers = net_objects_alive(host_net(b->host.host));
	return &b->host.base;
}

static struct backend *create_ref(const char *argument, bool *skip, char *error, size_t error_len)
{
	(void)argument;
	(void)skip;
	return create(&backend_ref, "ref", error, error_len);
}

static struct backend *create_rtl(const char *argument, bool *skip, char *error, size_t error_len)
{
	(void)argument;
	(void)skip;
	return create(&backend_rtl, "rtl", error, error_len);
}

static bool start(struct backend *base, const struct addresses *a, unsigned int mtu, char *error,
		  size_t error_len)
{
	struct card_backend *b = (struct card_backend *)base;

	if (mtu > b->host.dev->mtu) {
		snprintf(error, error_len, "the card is up with an MTU of %u", b->host.dev->mtu);
		return false;
	}
	b->host.dev->mtu = mtu;
	return stack_host_start(&b->host, a, error, error_len);
}

static void bring_down(void *arg)
{
	e1000_remove(((struct card_backend *)arg)->host.dev);
}

/* The driver holds a changing number of receive buffers: what is left is seen without it. */
static bool finish(struct backend *base, char *error, size_t error_len)
{
	struct card_backend *b = (struct card_backend *)base;
	uint64_t until_ns;

	if (!stack_host_rest(&b->host, b->receive_buffers, error, error_len))
		return false;
	until_ns = host_now_ns(b->host.world) + REST_NS;
	while (host_run_until(b->host.world, until_ns) == HOST_RUN_STOPPED)
		;
	stack_host_do(&b->host, bring_down, b);
	if (!net_objects_alive(b->host.net) && !card_dma_refused(b->card))
		return true;
	snprintf(error, error_len, "left by driver or stack: %llu objects; DMA refused: %llu",
		 (unsigned long long)net_objects_alive(b->host.net),
		 (unsigned long long)card_dma_refused(b->card));
	return false;
}

#define CARD_OPS(title, maker)                                                                   \
	{                                                                                        \
		.name = title, .create = maker, .start = start, .now_ns = stack_host_now_ns,     \
		.wait = stack_host_wait, .send = stack_host_send, .receive = stack_host_receive, \
		.call = stack_host_call, .sysctl = stack_host_sysctl, .finish = finish,          \
	}

const struct backend_ops backend_ref = CARD_OPS("ref", create_ref);
const struct backend_ops backend_rtl = CARD_OPS("rtl", create_rtl);
