/* SPDX-License-Identifier: MIT */
/*
 * One end of the benchmark: a host's stack over a card of wire.h, and its application. Each stack is
 * used as its applications use it: ours by non-blocking system calls, lwIP by its raw API. In both
 * the payload is copied from the application's memory by send and into it by recv.
 */
#ifndef BENCH_STACK_END_H
#define BENCH_STACK_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "wire.h"

#define APP_BUFFER_BYTES 65536u
/* The server listens on so many ports from PORT on: a client has 28,232 for each. */
#define PORT	     5000u
#define PORTS	     64u
#define WINDOW_BYTES (256u << 10) /* receive window and send buffer of every connection */

struct end; /* the stack's own */

struct conn {
	struct conn *next; /* the benchmark's */
	struct end *end;
	void *pcb;	/* lwIP's */
	int fd;		/* ours */
	size_t arrived; /* lwIP: bytes in the application's memory that recv has not told yet */
	bool ended;	/* the peer has closed */
};

enum offloads { OFFLOADS_OFF, OFFLOADS_GSO_GRO, OFFLOADS_GSO_GRO_CSUM };

struct stack_ops {
	const char *name;
	struct end *(*create)(int side, struct card *card, enum offloads offloads);
	/* Handles what came and what has gone, and timers. */
	void (*poll)(struct end *e);
	/* On all ports. */
	void (*listen)(struct end *e);
	/* Starts a connection to the other side; c->end is set. */
	void (*connect)(struct conn *c, uint16_t port);
	/* One that came to this port; false: none waits. */
	bool (*accept)(struct conn *c, uint16_t port);
	/* Bytes taken. */
	size_t (*send)(struct conn *c, const void *buf, size_t len);
	/* Bytes that came since, now in the application's memory; sets c->ended. */
	size_t (*recv)(struct conn *c);
	void (*close)(struct conn *c);
	/* Of the stack, rings and buffers for frames included. */
	uint64_t (*memory_bytes)(const struct end *e);
};

extern const struct stack_ops ringside_ops;
/* lwIP keeps its state in globals: an instance an end. */
extern const struct stack_ops lwip_ops_0, lwip_ops_1;
/* lwIP computes checksums by our routine instead of its own. */
extern bool lwip_has_our_checksum;
uint16_t ringside_chksum(const void *data, int len);

#endif
