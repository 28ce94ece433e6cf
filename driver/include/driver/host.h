/* SPDX-License-Identifier: MIT */
/*
 * The driver's port to the host rung: cards of the platform library (build/hw/libringside.so) in
 *the process, plugged into hosts of a virtual-time world (host/host.h).
 *
 *	struct card_platform *p = card_platform_open(NULL, NULL, err, sizeof(err));
 *	struct os_device *c0 = card_create(p, "rtl", NULL, err, sizeof(err));
 *	struct os_device *c1 = card_create(p, "ref", NULL, err, sizeof(err));
 *	struct ringside_wire *wire = card_wire_create(p, "rate_mbps=1000", c0, c1, err,
 *sizeof(err)); card_platform_start(p, err, sizeof(err)); card_platform_join(p, world);
 *(once a scenario: power is cut and given again) card_plug_in(c0, host_a);
 *	... in a task of host_a: e1000_probe(c0, host_net(host_a), NULL, &netdev); dev_open(netdev);
 *	... in a task of host_a: e1000_remove(netdev);
 *	card_platform_leave(p);
 *
 * A process can have one platform in its life (SystemC).
 *
 * DMA goes through a table of mappings, as through an IOMMU: bus addresses lie above 4 GiB, a
 *mapping ends with os_dma_unmap() and its address is not given out again soon; what the card reads
 *or writes outside a mapping, or against its direction, is refused and counted.
 */
#ifndef DRIVER_HOST_H
#define DRIVER_HOST_H

#include <host/host.h>
#include <ringside/platform.h>
#include "os.h"

struct card_platform;

/* path NULL: build/hw/libringside.so; config: see platform.h. NULL: err holds a line. */
struct card_platform *card_platform_open(const char *path, const char *config, char *err,
					 size_t err_len);
/* Before start. NULL: err holds a line. */
struct os_device *card_create(struct card_platform *p, const char *model, const char *config,
			      char *err, size_t err_len);
struct ringside_wire *card_wire_create(struct card_platform *p, const char *config,
				       struct os_device *side0, struct os_device *side1, char *err,
				       size_t err_len);
int card_platform_start(struct card_platform *p, char *err, size_t err_len);

/* Powers everything on anew and lets its time pass with the world's. */
void card_platform_join(struct card_platform *p, struct host_world *w);
void card_plug_in(struct os_device *dev, struct host *h);
/* Before the world is destroyed. Drivers are removed; asserts that no mapping is left. */
void card_platform_leave(struct card_platform *p);
void card_platform_close(struct card_platform *p);

/* Carrier of the card's port, as a pulled cable. */
void card_set_link(struct os_device *dev, bool up);
/* Register writes of the driver are lost from now on: a card that hangs. */
void card_set_deaf(struct os_device *dev, bool deaf);

/* For a card that is on no wire: fn sees each frame that it sends, and card_deliver() gives it one
 * (false: it has no room). */
void card_set_listener(struct os_device *dev,
		       void (*fn)(void *ctx, const void *frame, size_t len, uint64_t time_ns),
		       void *ctx);
bool card_deliver(struct os_device *dev, const void *frame, size_t len);

/* DMA that was refused since join. */
uint64_t card_dma_refused(const struct os_device *dev);
const struct ringside_platform_abi *card_platform_abi(const struct card_platform *p);
struct ringside_platform *card_platform_handle(const struct card_platform *p);
struct ringside_card *card_handle(const struct os_device *dev);

#endif
