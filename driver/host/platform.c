// SPDX-License-Identifier: MIT
/* The platform library as an event source of a world. */
#include "host_internal.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_PATH "build/hw/libringside.so"

static const struct ringside_platform_abi *load(struct card_platform *p, const char *path,
						char *err, size_t err_len)
{
	const struct ringside_platform_abi *(*entry)(void);
	const struct ringside_platform_abi *abi;

	p->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!p->library) {
		snprintf(err, err_len, "%s: build it with `make %s`", dlerror(), DEFAULT_PATH);
		return NULL;
	}
	*(void **)&entry = dlsym(p->library, "ringside_platform_abi");
	abi = entry ? entry() : NULL;
	if (!abi || abi->abi.version != RINGSIDE_PLATFORM_ABI_VERSION ||
	    abi->abi.size < sizeof(*abi)) {
		snprintf(err, err_len, "%s: not a platform library of ABI version %u: rebuild it",
			 path, RINGSIDE_PLATFORM_ABI_VERSION);
		return NULL;
	}
	return abi;
}

struct card_platform *card_platform_open(const char *path, const char *config, char *err,
					 size_t err_len)
{
	struct card_platform *p = calloc(1, sizeof(*p));

	if (!p) {
		snprintf(err, err_len, "no memory");
		return NULL;
	}
	p->abi = load(p, path ? path : DEFAULT_PATH, err, err_len);
	if (p->abi)
		p->platform = p->abi->create(config, err, err_len);
	if (p->platform)
		return p;
	if (p->library)
		dlclose(p->library);
	free(p);
	return NULL;
}

struct os_device *card_create(struct card_platform *p, const char *model, const char *config,
			      char *err, size_t err_len)
{
	struct os_device *dev = calloc(1, sizeof(*dev));

	if (!dev || p->card_count == CARDS_MAX || !dma_map_init(&dev->dma)) {
		snprintf(err, err_len, "no memory, or more than %u cards", CARDS_MAX);
		free(dev);
		return NULL;
	}
	dev->platform = p;
	dev->card =
		p->abi->card_create(p->platform, model, config, &card_host_ops, dev, err, err_len);
	if (!dev->card) {
		dma_map_destroy(&dev->dma);
		free(dev);
		return NULL;
	}
	p->cards[p->card_count++] = dev;
	return dev;
}

struct ringside_wire *card_wire_create(struct card_platform *p, const char *config,
				       struct os_device *side0, struct os_device *side1, char *err,
				       size_t err_len)
{
	struct ringside_wire *wire = p->abi->wire_create(p->platform, config, err, err_len);

	if (!wire)
		return NULL;
	if ((side0 && p->abi->wire_attach(wire, 0, side0->card)) ||
	    (side1 && p->abi->wire_attach(wire, 1, side1->card))) {
		snprintf(err, err_len, "a card can be on one wire only");
		return NULL;
	}
	return wire;
}

int card_platform_start(struct card_platform *p, char *err, size_t err_len)
{
	return p->abi->start(p->platform, err, err_len);
}

/* ---- time ---- */

static uint64_t to_world(const struct card_platform *p, uint64_t platform_ns)
{
	if (platform_ns == RINGSIDE_TIME_NEVER)
		return HOST_NEVER;
	return p->world_start_ns + platform_ns;
}

static uint64_t source_next_time(struct host_event_source *s)
{
	return container_of(s, struct card_platform, source)->next_ns;
}

/* A host may have taken the platform ahead of the world by a register access. */
static void source_advance(struct host_event_source *s, uint64_t now_ns)
{
	struct card_platform *p = container_of(s, struct card_platform, source);
	uint64_t reached_ns = p->abi->now(p->platform), until_ns = now_ns - p->world_start_ns;

	if (until_ns < reached_ns)
		p->next_ns = to_world(p, reached_ns);
	else
		p->next_ns = to_world(p, p->abi->advance(p->platform, until_ns));
}

void card_platform_kick(struct card_platform *p)
{
	uint64_t soon_ns = to_world(p, p->abi->now(p->platform));

	if (soon_ns >= p->next_ns || !p->world)
		return;
	p->next_ns = soon_ns;
	host_source_changed(p->world);
}

uint64_t card_time_ns(struct os_device *dev)
{
	struct card_platform *p = dev->platform;
	uint64_t now_ns = port_time_ns(host_port(dev->host)) - p->world_start_ns;
	uint64_t reached_ns = p->abi->now(p->platform);

	return now_ns > reached_ns ? now_ns : reached_ns;
}

/* ---- scenarios ---- */

void card_platform_join(struct card_platform *p, struct host_world *w)
{
	assert(!p->world);
	p->abi->power_on(p->platform);
	p->world = w;
	p->world_start_ns = host_now_ns(w);
	p->next_ns = p->world_start_ns;
	p->source = (struct host_event_source){.next_time = source_next_time,
					       .advance = source_advance};
	host_source_add(w, &p->source);
}

void card_plug_in(struct os_device *dev, struct host *h)
{
	assert(dev->platform->world == host_world(h) && !dev->host);
	dev->host = h;
	dev->deaf = false;
	dev->dma.refused = 0;
	dev->pci = (struct ringside_pci_state){.bus_master = true, .link_up = true};
	dev->platform->abi->card_pci_state(dev->card, &dev->pci);
	card_platform_kick(dev->platform);
}

void card_platform_leave(struct card_platform *p)
{
	assert(p->world);
	for (unsigned int i = 0; i < p->card_count; i++) {
		assert(!p->cards[i]->handler && !p->cards[i]->dma.used);
		p->cards[i]->host = NULL;
	}
	host_source_remove(&p->source);
	p->world = NULL;
}

void card_platform_close(struct card_platform *p)
{
	assert(!p->world);
	p->abi->destroy(p->platform);
	for (unsigned int i = 0; i < p->card_count; i++) {
		dma_map_destroy(&p->cards[i]->dma);
		free(p->cards[i]);
	}
	free(p);
}

void card_set_link(struct os_device *dev, bool up)
{
	dev->pci.link_up = up;
	dev->platform->abi->card_pci_state(dev->card, &dev->pci);
	card_platform_kick(dev->platform);
}

void card_set_deaf(struct os_device *dev, bool deaf)
{
	dev->deaf = deaf;
}

void card_set_listener(struct os_device *dev,
		       void (*fn)(void *ctx, const void *frame, size_t len, uint64_t time_ns),
		       void *ctx)
{
	dev->listener = fn;
	dev->listener_ctx = ctx;
}

bool card_deliver(struct os_device *dev, const void *frame, size_t len)
{
	bool taken = dev->platform->abi->card_receive(dev->card, frame, len) == 1;

	card_platform_kick(dev->platform);
	return taken;
}

uint64_t card_dma_refused(const struct os_device *dev)
{
	return dev->dma.refused;
}

const struct ringside_platform_abi *card_platform_abi(const struct card_platform *p)
{
	return p->abi;
}

struct ringside_platform *card_platform_handle(const struct card_platform *p)
{
	return p->platform;
}

struct ringside_card *card_handle(const struct os_device *dev)
{
	return dev->card;
}
