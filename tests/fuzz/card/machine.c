// SPDX-License-Identifier: MIT
#include "machine.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES	4096u
#define VECTORS		5u
#define FRAME_MIN_BYTES 14u
#define FRAME_MAX_BYTES 16384u
#define SLICE_NS	US(2)
#define CYCLES_A_WORK	16u /* a clocked cycle of the RTL against a DMA access */

void finding(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "card-fuzz: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	abort();
}

/* --- what the card does to its host --- */

/* Where [addr, addr + len) lies in memory, or NULL. */
static uint8_t *translate(struct machine *m, uint64_t addr, size_t len)
{
	static const uint64_t bases[] = {LOW_BASE, HIGH_BASE};

	if (m->fault_bytes && addr - m->fault_addr < m->fault_bytes)
		return NULL;
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		if (addr - bases[i] < MEMORY_BYTES && len <= MEMORY_BYTES - (addr - bases[i]))
			return m->memory + (addr - bases[i]);
	}
	return NULL;
}

static uint8_t *dma(struct machine *m, uint64_t addr, size_t len)
{
	m->dmas++;
	m->work++;
	if (len == 0 || len > PAGE_BYTES || addr % PAGE_BYTES + len > PAGE_BYTES)
		finding("DMA of %zu bytes at 0x%llx: empty, too long, or across 4 KiB", len,
			(unsigned long long)addr);
	return translate(m, addr, len);
}

static int op_dma_read(void *host, uint64_t addr, void *buf, size_t len)
{
	const uint8_t *at = dma(host, addr, len);

	if (!at)
		return -EFAULT;
	memcpy(buf, at, len);
	return 0;
}

static int op_dma_write(void *host, uint64_t addr, const void *buf, size_t len)
{
	struct machine *m = host;
	uint8_t *at = dma(m, addr, len);

	if (!at)
		return -EFAULT;
	memcpy(at, buf, len);
	m->dirty[(size_t)(at - m->memory) / PAGE_BYTES] = true;
	return 0;
}

static void op_irq(void *host, unsigned int vector, int level)
{
	struct machine *m = host;

	m->irqs++;
	m->work++;
	if (vector == RINGSIDE_VECTOR_INTX) {
		if (m->intx == !!level)
			finding("INTx is set to the level %d that it has", level);
		m->intx = level;
	} else if (level != 1 || (vector >= VECTORS && vector != RINGSIDE_VECTOR_PME)) {
		finding("message of vector %u with level %d", vector, level);
	}
}

static void op_pba_clear(void *host, uint32_t vectors)
{
	struct machine *m = host;

	m->work++;
	if (vectors == 0 || vectors >> VECTORS)
		finding("pending bits 0x%x are cleared", vectors);
}

static bool op_transmit(void *host, const void *frame, size_t len, uint64_t time_ns)
{
	struct machine *m = host;

	(void)time_ns;
	m->work++;
	if (len < FRAME_MIN_BYTES || len > FRAME_MAX_BYTES)
		finding("a frame of %zu bytes is sent", len);
	if (m->netdev_full) {
		if (m->frame_refused)
			finding("a frame is offered though one was refused");
		m->frame_refused = true;
		return false;
	}
	if (m->expected && len == m->expected_bytes && memcmp(frame, m->expected, len) == 0)
		m->expected_came = true;
	return true;
}

static void op_receive_ready(void *host)
{
	struct machine *m = host;

	m->work++;
}

static void op_log(void *host, int severity, const char *line)
{
	(void)host;
	if (severity == 0)
		finding("%s", line);
}

/* --- what the host does to the card --- */

void machine_create(struct machine *m, const char *model, const char *platform_config,
		    const char *card_config)
{
	static const struct ringside_host_ops ops = {
		.abi = {RINGSIDE_PLATFORM_ABI_VERSION, sizeof(ops)},
		.dma_read = op_dma_read,
		.dma_write = op_dma_write,
		.irq = op_irq,
		.pba_clear = op_pba_clear,
		.transmit = op_transmit,
		.receive_ready = op_receive_ready,
		.log = op_log,
	};
	char err[256] = "";

	*m = (struct machine){.abi = ringside_platform_abi(), .memory = calloc(1, MEMORY_BYTES)};
	m->platform = m->abi->create(platform_config, err, sizeof(err));
	if (m->platform)
		m->card = m->abi->card_create(m->platform, model, card_config, &ops, m, err,
					      sizeof(err));
	if (m->memory && m->card && m->abi->start(m->platform, err, sizeof(err)) == 0)
		return;
	fprintf(stderr, "card-fuzz: %s\n", m->memory ? err : "out of memory");
	exit(EXIT_FAILURE);
}

void machine_power_on(struct machine *m, enum ringside_irq_mode mode, uint64_t work_limit)
{
	for (size_t i = 0; i < MEMORY_BYTES / PAGE_BYTES; i++) {
		if (m->dirty[i])
			memset(m->memory + i * PAGE_BYTES, 0, PAGE_BYTES);
		m->dirty[i] = false;
	}
	m->fault_bytes = 0;
	m->netdev_full = m->frame_refused = m->intx = false;
	m->expected = NULL;
	m->work = m->irqs = m->dmas = 0;
	m->work_limit = work_limit;
	m->now_ns = 0;
	m->abi->power_on(m->platform);
	set_pci(m, &(struct ringside_pci_state){true, true, mode, false});
}

uint64_t cycles_clocked(const struct machine *m)
{
	struct ringside_card_counters counters;

	m->abi->card_counters(m->card, &counters);
	return counters.cycles_clocked;
}

static uint64_t work_done(const struct machine *m)
{
	return m->work + cycles_clocked(m) / CYCLES_A_WORK;
}

bool machine_exhausted(const struct machine *m)
{
	return work_done(m) > m->work_limit;
}

void machine_allow(struct machine *m, uint64_t work_limit)
{
	m->work_limit = work_done(m) + work_limit;
}

uint32_t reg_read(struct machine *m, uint32_t offset)
{
	m->work++;
	return m->abi->card_mmio_read(m->card, m->now_ns, offset, 4);
}

void reg_write(struct machine *m, uint32_t offset, uint32_t value)
{
	m->work++;
	m->abi->card_mmio_write(m->card, m->now_ns, offset, value, 4);
}

/* Slice by slice, so that one long wait of a busy card ends when its share does. */
void run_ns(struct machine *m, uint64_t ns)
{
	const uint64_t end_ns = m->now_ns + ns;
	uint64_t next_ns = m->now_ns;

	while (m->now_ns < end_ns && !machine_exhausted(m)) {
		uint64_t to_ns = next_ns > m->now_ns + SLICE_NS ? next_ns : m->now_ns + SLICE_NS;

		to_ns = to_ns < end_ns ? to_ns : end_ns;
		next_ns = m->abi->advance(m->platform, to_ns);
		if (next_ns <= to_ns)
			finding("advance(%llu) leaves something to do at %llu",
				(unsigned long long)to_ns, (unsigned long long)next_ns);
		m->now_ns = to_ns;
	}
}

void set_pci(struct machine *m, const struct ringside_pci_state *pci)
{
	m->work++;
	m->pci = *pci;
	m->abi->card_pci_state(m->card, pci);
}

void set_netdev_full(struct machine *m, bool full)
{
	m->netdev_full = full;
	if (full || !m->frame_refused)
		return;
	m->frame_refused = false;
	m->abi->card_transmit_ready(m->card);
}

void store(struct machine *m, uint32_t offset, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	for (size_t i = 0; i < len; i++) {
		const uint32_t at = (offset + (uint32_t)i) % MEMORY_BYTES;

		m->memory[at] = from[i];
		m->dirty[at / PAGE_BYTES] = true;
	}
}
