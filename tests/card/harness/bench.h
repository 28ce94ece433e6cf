/* SPDX-License-Identifier: MIT */
/*
 * Benches with one card each of the model under test, all in one platform, which is made and
 * started once a process. Every test uses one of them and begins with bench_up(), which turns the
 * power off and on.
 */
#ifndef TESTS_CARD_BENCH_H
#define TESTS_CARD_BENCH_H

#include "host.h"
#include "regs.h"

#define US(n) (UINT64_C(1000) * (n))
#define MS(n) (UINT64_C(1000000) * (n))

#define BENCH_AUTONEG_NS MS(10)

struct bench {
	const struct ringside_platform_abi *abi;
	struct ringside_platform *platform;
	struct ringside_card *card;
	struct host host;
	struct ringside_pci_state pci;
	uint64_t now_ns;
};

enum bench_kind {
	BENCH_HOLD, /* receive=hold: the ordinary card */
	BENCH_DROP, /* receive=drop */
	BENCH_BARE, /* every feature strap off */
	BENCH_KINDS,
};

/* Makes and starts the platform; 0, or -1 with a line on stderr. */
int benches_create(const char *model, const char *platform_config);
/* Ends the platform; a wave file that it writes is complete then. */
void benches_destroy(void);
struct bench *bench_get(enum bench_kind kind);

/* Power-on, PCI function enabled in this interrupt mode, link up, CTRL.RST. */
void bench_up(struct bench *b, enum ringside_irq_mode mode);
/* The card broke no rule of platform.h since bench_up(). */
void bench_check(struct bench *b);

uint32_t rd(struct bench *b, uint32_t offset);
void wr(struct bench *b, uint32_t offset, uint32_t value);
void set_bits(struct bench *b, uint32_t offset, uint32_t bits);
void clear_bits(struct bench *b, uint32_t offset, uint32_t bits);

/* Lets time pass. */
void run_ns(struct bench *b, uint64_t ns);
/* Runs in steps of step_ns until *counter reaches target; the time that took, or fails at limit. */
uint64_t run_until(struct bench *b, const unsigned int *counter, unsigned int target,
		   uint64_t step_ns, uint64_t limit_ns);

void set_pci(struct bench *b, bool bus_master, bool link_up, enum ringside_irq_mode mode);

/* The card takes the frame. */
void feed(struct bench *b, const void *frame, size_t len);
/* Same, of a frame whose FCS is wrong. */
void feed_damaged(struct bench *b, const void *frame, size_t len);

#endif
