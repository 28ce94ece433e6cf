/* SPDX-License-Identifier: MIT */
/*
 * A small world for tests of the platform through its C interface: up to two cards, each with a
 * host that has 1 MiB of memory and writes down everything the card does to it, and with just
 * enough of a driver (legacy descriptors, INTx) to send and receive frames.
 *
 * A process has one platform: Check runs each test in a process of its own.
 */
#ifndef TESTS_PLATFORM_WORLD_H
#define TESTS_PLATFORM_WORLD_H

#include <check.h>
#include <stdio.h>

#include "ringside/platform.h"

enum {
	REG_CTRL = 0x0,
	REG_STATUS = 0x8,
	REG_ICR = 0xc0,
	REG_ITR = 0xc4,
	REG_IMS = 0xd0,
	REG_RCTL = 0x100,
	REG_TCTL = 0x400,
	REG_RDBAL = 0x2800,
	REG_RDLEN = 0x2808,
	REG_RDH = 0x2810,
	REG_RDT = 0x2818,
	REG_TDBAL = 0x3800,
	REG_TDLEN = 0x3808,
	REG_TDH = 0x3810,
	REG_TDT = 0x3818,

	STATUS_LU = 1 << 1,
	ICR_TXDW = 1 << 0,
	ICR_LSC = 1 << 2,
	ICR_RXT0 = 1 << 7,

	RING_SIZE = 64,
	BUFFER_BYTES = 2048,
	MEMORY_BYTES = 1 << 20,
};

#define LINK_UP_NS 1200000ull /* cards are made with autoneg_ms=1 */

struct world;

struct host {
	struct world *world;
	int id;
	struct ringside_card *card;
	struct ringside_host_ops ops;
	uint8_t memory[MEMORY_BYTES];
	bool intx;
	bool refuse; /* transmit() takes nothing */
	unsigned int receive_ready_calls, frames_taken;
	uint16_t tx_tail, rx_next;
	unsigned int rx_frames;
	uint8_t last_rx[BUFFER_BYTES];
	size_t last_rx_len;
};

struct world {
	const struct ringside_platform_abi *abi;
	struct ringside_platform *platform;
	struct ringside_wire *wire; /* NULL: none */
	struct host host[2];
	uint64_t now_ns;
	uint64_t tick_ns; /* how much later it is each time a card asks, in free mode */
	FILE *log;
};

extern const char *const world_models[]; /* "ref", "rtl" */
enum { WORLD_MODELS = 2 };

const struct ringside_platform_abi *world_abi(void);

/* One card with netdev operations, started. */
struct world *world_with_card(const char *model, const char *platform_config,
			      const char *card_config, FILE *log);
/* Two cards on a wire, started. */
struct world *world_with_wire(const char *model, const char *platform_config,
			      const char *wire_config, FILE *log);
void world_close(struct world *world);

/* Advances in steps of step_ns, noting the time of each step for the log. */
void world_run(struct world *world, uint64_t until_ns, uint64_t step_ns);

uint32_t host_read(struct host *host, uint32_t reg);
void host_write(struct host *host, uint32_t reg, uint32_t value);
/* Bus master, carrier, rings, receive buffers, interrupts; waits for the link. */
void host_bring_up(struct host *host);
void host_send(struct host *host, size_t len, uint8_t first_byte);
/* Takes what was received, gives the descriptors back. */
void host_poll(struct host *host);

/* A reproducible stretch of traffic both ways, interrupts and odd times included. */
void world_traffic(struct world *world, unsigned int rounds, uint32_t seed);

#endif
