/* SPDX-License-Identifier: MIT */
/*
 * A card that the test plays: registers that answer as the fact sheet says where the driver waits
 * for them, and stand still otherwise. Bus addresses are pointers; the test reads and completes
 * descriptors itself.
 */
#ifndef FAKE_CARD_H
#define FAKE_CARD_H

#include <check.h>
#include <driver/e1000.h>
#include <driver/os.h>
#include <host/host.h>
#include <net/net.h>
#include <net/netdevice.h>
#include <ringside_regs.h>
#include <string.h>

#include "driver/core/e1000_internal.h"

#define FAKE_REGS      (0x20000 / 4)
#define FAKE_NVM_WORDS 64

struct os_device {
	struct host *host;
	uint32_t regs[FAKE_REGS];
	uint16_t nvm[FAKE_NVM_WORDS];
	uint16_t phy[32];
	bool stays_in_reset;

	enum os_irq_mode offers; /* best kind it has */
	os_irq_handler handler;
	void *handler_ctx;

	uint64_t reads, writes;
	uint32_t tail_writes, rdt_writes, eitr_writes;
	unsigned int mapped; /* streaming mappings alive */
	unsigned int dma_blocks;
	uint64_t map_fails_after; /* mappings; UINT64_MAX: never */
};

/* A world with one host, its stack, and a fake card: made by setup, checked for leaks by teardown.
 */
struct fixture {
	struct host_world *world;
	struct host *host;
	struct net *net;
	struct os_device card;
	struct net_device *netdev;
	struct e1000_adapter *adapter;
	uint64_t memory_before;
};
extern struct fixture fixture;

void fixture_setup(void);      /* a card, not probed */
void fixture_setup_open(void); /* probed with defaults, open, link up */
void fixture_open(const struct e1000_options *options);
void fixture_teardown(void);

/* Runs fn in process context of the host. */
void in_task(void (*fn)(void));
void run_for(uint64_t ns);

void card_fix_nvm_checksum(struct os_device *dev);
void card_link(bool up);
/* What the card's interrupt would do: the handler, then soft interrupts. */
void card_interrupt(unsigned int vector, uint32_t icr);

/* ---- transmit ring ---- */
volatile struct e1000_descriptor *tx_descriptor(uint32_t index);
/* Marks every descriptor up to TDT done that asks for it, and interrupts. */
void card_complete_tx(void);

/* ---- receive ring ---- */
/* Writes a frame to the next receive buffer as the card does; status without DD. */
void card_receive_frame(const void *frame, uint32_t len, uint32_t status);

/* ---- packets ---- */
/* UDP or TCP over IPv4 with `payload` bytes in fragments; checksum left to the card. */
struct sk_buff *packet_tcp(uint32_t payload, uint16_t gso_size);
struct sk_buff *packet_plain(uint32_t len);
void xmit(struct sk_buff *skb, bool more);

#endif
