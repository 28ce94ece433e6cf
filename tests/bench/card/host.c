// SPDX-License-Identifier: MIT
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_NS US(5)

static int op_dma_read(void *host, uint64_t addr, void *buf, size_t len)
{
	const struct lean_host *h = host;
	const uint64_t offset = addr - h->bench.host.base;

	if (offset > HOST_MEMORY_BYTES - len)
		return -EFAULT;
	memcpy(buf, h->bench.host.memory + offset, len);
	return 0;
}

static int op_dma_write(void *host, uint64_t addr, const void *buf, size_t len)
{
	struct lean_host *h = host;
	const uint64_t offset = addr - h->bench.host.base;

	if (offset > HOST_MEMORY_BYTES - len)
		return -EFAULT;
	memcpy(h->bench.host.memory + offset, buf, len);
	return 0;
}

static void op_irq(void *host, unsigned int vector, int level)
{
	(void)host;
	(void)vector;
	(void)level;
}

static void op_pba_clear(void *host, uint32_t vectors)
{
	(void)host;
	(void)vectors;
}

static bool op_transmit(void *host, const void *frame, size_t len, uint64_t time_ns)
{
	struct lean_host *h = host;
	struct sent *s = &h->sent;

	(void)frame;
	s->frames++;
	s->bytes += len;
	s->last_ns = time_ns;
	if (s->frames == s->mark_frame) {
		s->mark_ns = time_ns;
		s->mark_bytes = s->bytes;
	}
	return true;
}

static void op_receive_ready(void *host)
{
	(void)host;
}

static void op_log(void *host, int severity, const char *line)
{
	(void)host;
	if (severity == 0)
		fprintf(stderr, "card: %s\n", line);
}

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

void lean_host_create(struct lean_host *h, const char *config)
{
	const struct ringside_platform_abi *abi = ringside_platform_abi();
	struct bench *b = &h->bench;
	char err[256] = "";

	*h = (struct lean_host){.bench = {.abi = abi}};
	host_init(&b->host);
	b->platform = abi->create(config, err, sizeof(err));
	if (b->platform)
		b->card = abi->card_create(b->platform, "rtl", "", &ops, h, err, sizeof(err));
	if (!b->card || abi->start(b->platform, err, sizeof(err))) {
		fprintf(stderr, "card-bench: %s\n", err);
		exit(EXIT_FAILURE);
	}
	abi->power_on(b->platform);
	set_pci(b, true, true, RINGSIDE_IRQ_MSIX);
	wr(b, CTRL, rd(b, CTRL) | CTRL_RST);
	wr(b, RXCSUM, RXCSUM_IPOFL | RXCSUM_TUOFL | RXCSUM_PCSD); /* as drivers do */
	run_ns(b, SETTLE_NS);
}

void run_out(struct bench *b)
{
	uint64_t next_ns = b->now_ns;

	while (next_ns <= b->now_ns)
		next_ns = b->abi->advance(b->platform, b->now_ns);
}
