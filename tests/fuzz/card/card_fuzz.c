// SPDX-License-Identifier: MIT
/*
 * A card put through any program of program.h. It must break no rule of platform.h (machine.c),
 * answer every access, stop when it is told to, sleep when it has stopped, and send and receive again
 * after a reset. The sanitizers see to the rest. Runs under libFuzzer (`make fuzz-card`) or, over
 * kept inputs, under replay.c (`make test`).
 *
 * RINGSIDE_FUZZ_MODEL=ref|rtl, RINGSIDE_FUZZ_PLATFORM=mode=sync,..., RINGSIDE_FUZZ_CARD=receive=drop,...
 */
#include "card_fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "machine.h"
#include "program.h"

#define WORK_LIMIT	2000 /* DMA accesses, register accesses, or 16 clocked cycles each */
#define CALM_WORK_LIMIT 100000
#define AUTONEG_NS	MS(12)
#define MASTER_STOP_NS	US(200)
#define DRAIN_NS	US(100) /* what is in the card's buffers leaves */
#define QUIET_NS	MS(1)
#define AWAKE_CYCLES	1000 /* of the 250,000 of QUIET_NS */

#define CTRL			0x0000u
#define STATUS			0x0008u
#define IMC			0x00d8u
#define RCTL			0x0100u
#define TCTL			0x0400u
#define CTRL_GIO_MASTER_DISABLE (1u << 2)
#define STATUS_LU		(1u << 1)
#define STATUS_GIO_MASTER_EN	(1u << 19)

enum ending { END_STOPPED, END_CTRL_RST, END_PCI, END_POWER, ENDINGS };

static const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

static struct machine *machine(void)
{
	static struct machine m;

	if (!m.platform)
		machine_create(&m, setting("RINGSIDE_FUZZ_MODEL", "ref"),
			       setting("RINGSIDE_FUZZ_PLATFORM", ""),
			       setting("RINGSIDE_FUZZ_CARD", ""));
	return &m;
}

/* As a driver ends: no interrupts, nothing on, no more bus mastering; DMA must come to an end. */
static void stop(struct machine *m)
{
	const uint64_t begin_ns = m->now_ns;

	reg_write(m, IMC, UINT32_MAX);
	reg_write(m, RCTL, 0);
	reg_write(m, TCTL, 0);
	reg_write(m, CTRL, reg_read(m, CTRL) | CTRL_GIO_MASTER_DISABLE);
	while (reg_read(m, STATUS) & STATUS_GIO_MASTER_EN) {
		if (m->now_ns - begin_ns > MASTER_STOP_NS)
			finding("DMA goes on after GIO master disable");
		run_ns(m, US(1));
	}
}

/* A stopped card touches nothing, and sleeps. */
static void expect_quiet(struct machine *m)
{
	uint64_t dmas, irqs, cycles;

	run_ns(m, DRAIN_NS);
	dmas = m->dmas;
	irqs = m->irqs;
	cycles = cycles_clocked(m);
	run_ns(m, QUIET_NS);
	if (m->dmas != dmas)
		finding("%llu DMA accesses of a stopped card",
			(unsigned long long)(m->dmas - dmas));
	if (m->irqs != irqs)
		finding("an interrupt of a stopped card");
	if (cycles_clocked(m) - cycles > AWAKE_CYCLES)
		finding("a stopped card does not sleep: %llu cycles",
			(unsigned long long)(cycles_clocked(m) - cycles));
}

static void expect_link(struct machine *m)
{
	run_ns(m, AUTONEG_NS);
	if (!(reg_read(m, STATUS) & STATUS_LU))
		finding("no link after a reset");
}

static void finish(struct machine *m, enum ending ending)
{
	machine_allow(m, CALM_WORK_LIMIT);
	set_pci(m, &(struct ringside_pci_state){true, true, m->pci.irq_mode, false});
	m->fault_bytes = 0;
	set_netdev_full(m, false);
	stop(m);
	if (ending == END_CTRL_RST) {
		reset_card(m, RESET_CTRL);
	} else if (ending == END_PCI || ending == END_POWER) {
		reset_card(m, ending == END_PCI ? RESET_PCI : RESET_POWER);
		expect_link(m);
		expect_exchange(m);
		stop(m);
	}
	expect_quiet(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct machine *m = machine();
	const size_t steps = program_steps(len);
	struct actions actions;
	struct step header;

	if (steps == 0)
		return 0; /* the platform is there */
	header = program_step(bytes, 0);
	machine_power_on(m, header.code % 3, WORK_LIMIT);
	actions_begin(&actions, m);
	for (size_t i = 1; i < steps && !machine_exhausted(m); i++)
		take_step(&actions, program_step(bytes, i));
	finish(m, header.a % ENDINGS);
	return 0;
}

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t max_len) __attribute__((weak));

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max_len, unsigned int seed)
{
	return program_mutate(bytes, len, max_len, seed, LLVMFuzzerMutate);
}
