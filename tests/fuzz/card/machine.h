/* SPDX-License-Identifier: MIT */
/*
 * The machine that a fuzzed card is plugged into: memory at two bus addresses and nothing elsewhere,
 * a netdev that can be full, and the rules of platform.h, each of which ends the program when the
 * card breaks it. What an input makes the card do is metered, so that no input takes long.
 */
#ifndef TESTS_FUZZ_CARD_MACHINE_H
#define TESTS_FUZZ_CARD_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ringside/platform.h"

#define MEMORY_BYTES (UINT32_C(1) << 20)
#define LOW_BASE     UINT64_C(0x00100000)
#define HIGH_BASE    UINT64_C(0x0000000540000000)
#define US(n)	     (UINT64_C(1000) * (n))
#define MS(n)	     US(UINT64_C(1000) * (n))

struct machine {
	const struct ringside_platform_abi *abi;
	struct ringside_platform *platform;
	struct ringside_card *card;
	struct ringside_pci_state pci;
	uint64_t now_ns;

	uint8_t *memory;
	bool dirty[MEMORY_BYTES / 4096];
	uint64_t fault_addr, fault_bytes; /* DMA that touches it is an error */

	bool netdev_full;
	bool frame_refused;	 /* since it became full */
	const uint8_t *expected; /* a frame that is waited for, or NULL */
	size_t expected_bytes;
	bool expected_came;
	bool intx;
	uint64_t irqs, dmas; /* so far */

	uint64_t work, work_limit; /* since power-on, and what the input may do */
};

/* Makes the platform and its one card; ends the program when that fails. */
void machine_create(struct machine *m, const char *model, const char *platform_config,
		    const char *card_config);
/* As switched on: memory zero, bus mastering and link on. The input's share is work_limit. */
void machine_power_on(struct machine *m, enum ringside_irq_mode mode, uint64_t work_limit);
/* The input has had its share: time stands still. */
bool machine_exhausted(const struct machine *m);
/* Another share, from now on. */
void machine_allow(struct machine *m, uint64_t work_limit);

/* Prints the line and ends the program: the card did what it must not. */
void finding(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

uint32_t reg_read(struct machine *m, uint32_t offset);
void reg_write(struct machine *m, uint32_t offset, uint32_t value);
/* Lets time pass, unless the input has had its share. */
void run_ns(struct machine *m, uint64_t ns);
void set_pci(struct machine *m, const struct ringside_pci_state *pci);
void set_netdev_full(struct machine *m, bool full);
/* Copies to memory; what is behind its end goes to its beginning. */
void store(struct machine *m, uint32_t offset, const void *bytes, size_t len);
/* Clock edges that the card has got so far. */
uint64_t cycles_clocked(const struct machine *m);

#endif
