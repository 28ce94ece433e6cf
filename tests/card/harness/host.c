// SPDX-License-Identifier: MIT
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *grow(void *array, size_t *max, size_t element_bytes)
{
	*max = *max ? 2 * *max : 256;
	array = realloc(array, *max * element_bytes);
	if (!array)
		abort();
	return array;
}

static struct host_event *record(struct host *h, enum host_event_kind kind)
{
	if (h->num_events == h->max_events)
		h->events = grow(h->events, &h->max_events, sizeof(*h->events));
	h->events[h->num_events] = (struct host_event){.kind = kind};
	return &h->events[h->num_events++];
}

/* Where [addr, addr + len) lies in the array, or NULL. */
static uint8_t *translate(struct host *h, uint64_t addr, size_t len)
{
	const uint64_t bases[] = {HOST_LOW_BASE, HOST_HIGH_BASE, h->base};

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		uint64_t offset = addr - bases[i];

		if (addr >= bases[i] && offset < HOST_MEMORY_BYTES &&
		    len <= HOST_MEMORY_BYTES - offset)
			return h->memory + offset;
	}
	return NULL;
}

static uint8_t *dma(struct host *h, enum host_event_kind kind, uint64_t addr, size_t len)
{
	bool faulty =
		h->fault_len && addr < h->fault_addr + h->fault_len && addr + len > h->fault_addr;
	uint8_t *at = faulty ? NULL : translate(h, addr, len);
	struct host_event *e = record(h, at ? kind : HOST_ERROR);

	e->addr = addr;
	e->len = len;
	if (len == 0 || len > 4096 || (addr & 4095) + len > 4096)
		h->violation = "a DMA access is empty, too long, or crosses 4 KiB";
	return at;
}

static int op_dma_read(void *host, uint64_t addr, void *buf, size_t len)
{
	const uint8_t *at = dma(host, HOST_READ, addr, len);

	if (!at)
		return -EFAULT;
	memcpy(buf, at, len);
	return 0;
}

static int op_dma_write(void *host, uint64_t addr, const void *buf, size_t len)
{
	uint8_t *at = dma(host, HOST_WRITE, addr, len);

	if (!at)
		return -EFAULT;
	memcpy(at, buf, len);
	return 0;
}

static void op_irq(void *host, unsigned int vector, int level)
{
	struct host *h = host;
	struct host_event *e = record(h, HOST_IRQ);

	e->vector = vector;
	e->level = level;
	if (vector == RINGSIDE_VECTOR_INTX) {
		if (h->intx == !!level)
			h->violation = "INTx was set to the level it had";
		h->intx = level;
		h->intx_rises += level != 0;
	} else if (vector == RINGSIDE_VECTOR_PME && level == 1) {
		h->pmes++;
	} else if (vector < 8 && level == 1) {
		h->messages[vector]++;
	} else {
		h->violation = "a message has a vector or level that cannot be";
	}
}

static void op_pba_clear(void *host, uint32_t vectors)
{
	struct host *h = host;

	record(h, HOST_PBA_CLEAR)->vector = vectors;
	h->pba_cleared |= vectors;
}

static bool op_transmit(void *host, const void *frame, size_t len, uint64_t time_ns)
{
	struct host *h = host;
	struct host_event *e;
	struct host_frame *f;

	if (h->num_frames >= h->room_frames) {
		h->refused_frames++;
		return false;
	}
	if (len < 14 || len > 16384)
		h->violation = "a frame's length cannot be";
	if (h->num_frames == h->max_frames)
		h->frames = grow(h->frames, &h->max_frames, sizeof(*h->frames));
	f = &h->frames[h->num_frames++];
	*f = (struct host_frame){malloc(len), len, time_ns};
	memcpy(f->bytes, frame, len);
	e = record(h, HOST_FRAME);
	e->addr = time_ns;
	e->len = len;
	return true;
}

static void op_receive_ready(void *host)
{
	struct host *h = host;

	h->receive_readies++;
}

static void op_log(void *host, int severity, const char *line)
{
	(void)host;
	if (severity == 0)
		fprintf(stderr, "card: %s\n", line);
}

const struct ringside_host_ops *host_ops(void)
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

	return &ops;
}

void host_init(struct host *h)
{
	*h = (struct host){.memory = mmap(NULL, HOST_MEMORY_BYTES, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)};
	if (h->memory == MAP_FAILED)
		abort();
	host_clear(h);
}

void host_forget(struct host *h)
{
	for (size_t i = 0; i < h->num_frames; i++)
		free(h->frames[i].bytes);
	h->num_frames = 0;
	h->num_events = 0;
	memset(h->messages, 0, sizeof(h->messages));
	h->intx_rises = 0;
	h->refused_frames = 0;
	h->receive_readies = 0;
	h->pba_cleared = 0;
	h->pmes = 0;
}

void host_clear(struct host *h)
{
	host_forget(h);
	if (madvise(h->memory, HOST_MEMORY_BYTES, MADV_DONTNEED)) /* reads as zero from now on */
		abort();
	h->base = HOST_HIGH_BASE;
	h->allocated = 0;
	h->fault_addr = h->fault_len = 0;
	h->room_frames = UINT64_MAX;
	h->intx = false;
	h->violation = NULL;
}

void host_move(struct host *h, unsigned int place)
{
	static const uint64_t places[HOST_PLACES] = {UINT64_C(0x5555555555555500),
						     UINT64_C(0xaaaaaaaaaaaaaa80)};
	const uint64_t within = HOST_MEMORY_BYTES - 1;

	h->base = places[place] & ~within;
	h->allocated = places[place] & within;
}

uint64_t host_alloc(struct host *h, size_t bytes, size_t align)
{
	uint64_t at;

	if (align < 16)
		align = 16;
	at = (h->allocated + align - 1) / align * align;
	if (at + bytes > HOST_MEMORY_BYTES)
		abort();
	h->allocated = at + bytes;
	return h->base + at;
}

void *host_at(struct host *h, uint64_t addr)
{
	uint8_t *at = translate(h, addr, 1);

	if (!at)
		abort();
	return at;
}

static bool touches(const struct host_event *e, enum host_event_kind kind, uint64_t addr,
		    size_t len)
{
	return e->kind == kind && e->addr < addr + len && addr < e->addr + e->len;
}

long host_find_dma(const struct host *h, enum host_event_kind kind, uint64_t addr, size_t len,
		   size_t from)
{
	for (size_t i = from; i < h->num_events; i++) {
		if (touches(&h->events[i], kind, addr, len))
			return (long)i;
	}
	return -1;
}

long host_find_last_dma(const struct host *h, enum host_event_kind kind, uint64_t addr, size_t len)
{
	for (size_t i = h->num_events; i-- > 0;) {
		if (touches(&h->events[i], kind, addr, len))
			return (long)i;
	}
	return -1;
}

long host_find(const struct host *h, enum host_event_kind kind, size_t from)
{
	for (size_t i = from; i < h->num_events; i++) {
		if (h->events[i].kind == kind)
			return (long)i;
	}
	return -1;
}

size_t host_count(const struct host *h, enum host_event_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < h->num_events; i++)
		n += h->events[i].kind == kind;
	return n;
}
