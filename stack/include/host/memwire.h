/* SPDX-License-Identifier: MIT */
/*
 * A wire between two hosts of a world without a card: a pair of network devices, whose drivers copy
 * each frame once. It delays, loses, reorders, duplicates and corrupts as told, by its own seed.
 * With one host only, a test plays the other end: it taps what is sent and injects what arrives.
 */
#ifndef HOST_MEMWIRE_H
#define HOST_MEMWIRE_H

#include <net/netdevice.h>
#include "host.h"

struct memwire;

/* Sees each frame as it leaves side `from` (before the wire's mishaps). false: the wire loses it. */
typedef bool (*memwire_tap)(void *ctx, int from, const uint8_t *frame, uint32_t len,
			    uint64_t time_ns);

struct memwire_options {
	uint64_t rate_mbps; /* 0: infinitely fast */
	uint64_t delay_ns;
	/* A router on the way: each direction's bottleneck with its queue. 0: none. */
	uint64_t bottleneck_mbps;
	uint64_t queue_bytes; /* more is dropped; 0: no limit */
	uint64_t mark_bytes; /* more is marked CE where the sender is ECT (RFC 3168); 0: no marks */
	uint64_t far_delay_ns; /* on top, for packets whose DSCP is not 0: they take a longer way */
	double loss, reorder, duplicate, corrupt; /* probabilities 0..1 */
	uint64_t reorder_ns;			  /* extra delay; 0: 200 us */
	uint64_t seed;
	uint32_t mtu;	      /* 0: 1500 */
	uint32_t hw_features; /* of both devices: NETIF_F_SG, _HW_CSUM, _TSO (super-segments then
				  arrive whole), _RXCSUM */
	uint32_t tx_ring, rx_ring; /* frames; 0: 256 and 1024 */
	memwire_tap tap;
	void *tap_ctx;
};

struct memwire_counters {
	uint64_t frames, bytes, lost, duplicated, reordered, corrupted, queue_dropped, marked;
	uint64_t queue_peak_bytes; /* of the router's queue */
};

/* b may be NULL. The devices are registered, open and have carrier. NULL: bad option, no memory. */
struct memwire *memwire_create(struct host *a, struct host *b,
			       const struct memwire_options *options);
/* Frames in flight are dropped, devices unregistered. Before host_world_destroy(). */
void memwire_destroy(struct memwire *w);
struct net_device *memwire_dev(struct memwire *w, int side);
void memwire_set_tap(struct memwire *w, memwire_tap tap, void *ctx);
/* From now on; the other options stay. */
void memwire_set_loss(struct memwire *w, double loss);
/* A frame for `side`, as if the other side had sent it just now with no mishap. */
void memwire_inject(struct memwire *w, int side, const void *frame, uint32_t len);
/* Both ends lose or regain carrier. */
void memwire_set_carrier(struct memwire *w, bool on);
/* A card that hangs: side sends nothing and completes nothing until tx_timeout resets it. */
void memwire_hang(struct memwire *w, int side);
void memwire_counters(const struct memwire *w, int from, struct memwire_counters *out);

#endif
