/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_HOST_INTERNAL_H
#define DRIVER_HOST_INTERNAL_H

#include <driver/host.h>
#include "dma_map.h"

#define CARD_VECTORS 5u
#define CARDS_MAX    8u

struct card_platform {
	void *library;
	const struct ringside_platform_abi *abi;
	struct ringside_platform *platform;
	struct os_device *cards[CARDS_MAX];
	unsigned int card_count;

	struct host_world *world; /* NULL: not joined */
	struct host_event_source source;
	uint64_t world_start_ns; /* the world's time at which the platform's is 0 */
	uint64_t next_ns;	 /* when the platform wants to be advanced, the world's time */
};

struct card_vector {
	struct os_device *dev;
	struct host_irq irq;
};

struct os_device {
	struct card_platform *platform;
	struct ringside_card *card;
	struct host *host; /* NULL: not plugged in */
	struct dma_map dma;
	struct ringside_pci_state pci;
	bool deaf;

	struct card_vector vectors[CARD_VECTORS];
	unsigned int vector_count;
	bool intx_level;
	os_irq_handler handler; /* NULL: not requested */
	void *handler_ctx;

	/* Of a card on no wire; may be NULL. */
	void (*listener)(void *ctx, const void *frame, size_t len, uint64_t time_ns);
	void *listener_ctx;
};

/* The platform has work that its last answer did not know of. */
void card_platform_kick(struct card_platform *p);
/* The platform's time for something its host does now: never before what it has reached. */
uint64_t card_time_ns(struct os_device *dev);

extern const struct ringside_host_ops card_host_ops;

#endif
