/* SPDX-License-Identifier: MIT */
/*
 * Stateful fuzzing of the stack: one host, whose wire ends in the fuzzer. An input is a program, an
 * operation after the other: system calls, packets made to fit (or just not to fit) the present
 * state of a connection, time. fuzz.c runs it, peer.c makes packets, calls.c makes system calls,
 * invariants.c judges after each operation.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <host/host.h>
#include <host/memwire.h>
#include <net/socket.h>
#include <net/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include "input.h"

#define FUZZ_CONNS     8
#define FUZZ_FILES     32
#define FUZZ_FRAME_MAX 2048
#define HOST_ADDR      0x0a000001u /* and fd00::a00:1 */
#define PEER_ADDR      0x0a000002u

/* What the fuzzer's end knows of a connection: what it sent, and what it saw. */
struct conn {
	bool used, v6;
	uint16_t port, host_port;    /* the fuzzer's, the host's */
	uint32_t isn, seq;	     /* next it sends */
	uint32_t host_una, host_nxt; /* the host's: acknowledged by us, sent */
	uint32_t host_ack, host_wnd; /* the host's ACK, its window in bytes */
	uint32_t tsval, host_tsval;  /* last of either */
	uint8_t host_wscale;
	bool ts; /* our SYN had time stamps */
};

struct fuzz {
	struct input in;
	struct host_world *world;
	struct host *host;
	struct net *net;
	struct files_struct *files;
	struct memwire *wire;
	struct conn conns[FUZZ_CONNS];
	unsigned int sleepers; /* tasks in blocking calls */
	int fail_after;	       /* the next operation's allocations fail after so many; -1: none */
	/* Since the operation began: */
	unsigned int frames, answers; /* sent by the host; of these without data */
	unsigned int injected;
	/* The last TCP packet of the host, for ICMP to quote. */
	uint8_t last[FUZZ_FRAME_MAX];
	uint32_t last_len;
};

#define REQUIRE(condition)                                                                \
	do {                                                                              \
		if (!(condition)) {                                                       \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, \
				#condition);                                              \
			abort();                                                          \
		}                                                                         \
	} while (0)

/* ---- peer.c ---- */
/* The wire's tap: learns from what the host sends, and judges its form. */
bool peer_sees(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns);
/* Operations. */
void peer_segment(struct fuzz *f);
void peer_handshake(struct fuzz *f);
void peer_answer_syn(struct fuzz *f);
void peer_data(struct fuzz *f);
void peer_icmp(struct fuzz *f);
void peer_raw(struct fuzz *f);

/* ---- calls.c ---- */
void call_any(struct fuzz *f);
void call_option(struct fuzz *f);
void call_sleeping(struct fuzz *f);
void call_serve(struct fuzz *f);
void call_dial(struct fuzz *f);
void change_setting(struct fuzz *f);

/* ---- invariants.c ---- */
void check_invariants(struct fuzz *f);

/* ---- fuzz.c ---- */
/* Allocations fail from here on, when the input said so. */
void fuzz_arm(struct fuzz *f);
void fuzz_disarm(struct fuzz *f);

#endif
