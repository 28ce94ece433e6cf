// SPDX-License-Identifier: MIT
// The small world of the platform's tests: see world.h.

#include "world.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	TX_RING = 0x1000,
	RX_RING = 0x2000,
	TX_BUFFERS = 0x10000,
	RX_BUFFERS = 0x40000,

	TX_CMD_EOP_IFCS_RS = 0x0b,
	DESC_DD = 1,
};

struct descriptor {
	uint64_t addr;
	uint16_t len;
	uint8_t other[2]; /* tx: CSO, CMD; rx: checksum */
	uint8_t status;
	uint8_t rest[3];
};

const char *const world_models[] = {"ref", "rtl"};

const struct ringside_platform_abi *world_abi(void)
{
	void *library = dlopen(PLATFORM_LIB, RTLD_NOW | RTLD_LOCAL);
	const struct ringside_platform_abi *(*get)(void);

	ck_assert_msg(library != NULL, "%s", dlerror());
	get = (const struct ringside_platform_abi *(*)(void))dlsym(library,
								   "ringside_platform_abi");
	ck_assert_ptr_nonnull(get);
	return get();
}

/* FNV-1a, so that the log tells contents apart. */
static uint32_t hash(const void *data, size_t len)
{
	const uint8_t *at = data;
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ *at++) * 16777619u;
	return h;
}

static void note(struct host *host, const char *what, uint64_t a, uint64_t b, uint32_t h)
{
	if (host->world->log)
		fprintf(host->world->log, "%llu card%d %s %llx %llx %08x\n",
			(unsigned long long)host->world->now_ns, host->id, what,
			(unsigned long long)a, (unsigned long long)b, h);
}

static int dma_read(void *opaque, uint64_t addr, void *buf, size_t len)
{
	struct host *host = opaque;

	ck_assert_uint_ge(len, 1);
	ck_assert_uint_le(addr % 4096 + len, 4096);
	if (addr + len > sizeof(host->memory))
		return -EFAULT;
	memcpy(buf, host->memory + addr, len);
	note(host, "read", addr, len, hash(buf, len));
	return 0;
}

static int dma_write(void *opaque, uint64_t addr, const void *buf, size_t len)
{
	struct host *host = opaque;

	ck_assert_uint_ge(len, 1);
	ck_assert_uint_le(addr % 4096 + len, 4096);
	if (addr + len > sizeof(host->memory))
		return -EFAULT;
	memcpy(host->memory + addr, buf, len);
	note(host, "write", addr, len, hash(buf, len));
	return 0;
}

static void irq(void *opaque, unsigned int vector, int level)
{
	struct host *host = opaque;

	if (vector == RINGSIDE_VECTOR_INTX)
		host->intx = level;
	note(host, "irq", vector, level, 0);
}

static void pba_clear(void *opaque, uint32_t mask)
{
	note(opaque, "pba_clear", mask, 0, 0);
}

static bool transmit(void *opaque, const void *frame, size_t len, uint64_t time_ns)
{
	struct host *host = opaque;

	if (host->refuse)
		return false;
	host->frames_taken++;
	note(host, "frame", time_ns, len, hash(frame, len));
	return true;
}

static void receive_ready(void *opaque)
{
	struct host *host = opaque;

	host->receive_ready_calls++;
	note(host, "receive_ready", 0, 0, 0);
}

static void log_line(void *opaque, int severity, const char *line)
{
	(void)opaque;
	fprintf(stderr, "platform log %d: %s\n", severity, line);
}

static uint64_t now(void *opaque)
{
	struct world *world = ((struct host *)opaque)->world;

	return world->now_ns += world->tick_ns;
}

static const struct ringside_host_ops host_ops = {
	.abi = {RINGSIDE_PLATFORM_ABI_VERSION, sizeof(host_ops)},
	.dma_read = dma_read,
	.dma_write = dma_write,
	.irq = irq,
	.pba_clear = pba_clear,
	.transmit = transmit,
	.receive_ready = receive_ready,
	.log = log_line,
	.now = now,
};

static struct world *world_open(const char *platform_config, FILE *log)
{
	struct world *world = calloc(1, sizeof(*world));
	char err[256] = "";

	ck_assert_ptr_nonnull(world);
	world->abi = world_abi();
	world->log = log;
	world->platform = world->abi->create(platform_config, err, sizeof(err));
	ck_assert_msg(world->platform != NULL, "%s", err);
	return world;
}

static void add_card(struct world *world, int id, const char *model, const char *config)
{
	struct host *host = &world->host[id];
	char err[256] = "";

	host->world = world;
	host->id = id;
	host->card = world->abi->card_create(world->platform, model, config, &host_ops, host, err,
					     sizeof(err));
	ck_assert_msg(host->card != NULL, "%s", err);
}

static void start(struct world *world)
{
	char err[256] = "";

	ck_assert_msg(world->abi->start(world->platform, err, sizeof(err)) == 0, "%s", err);
}

struct world *world_with_card(const char *model, const char *platform_config,
			      const char *card_config, FILE *log)
{
	struct world *world = world_open(platform_config, log);

	add_card(world, 0, model, card_config);
	start(world);
	return world;
}

struct world *world_with_wire(const char *model, const char *platform_config,
			      const char *wire_config, FILE *log)
{
	struct world *world = world_open(platform_config, log);
	char err[256] = "";

	world->wire = world->abi->wire_create(world->platform, wire_config, err, sizeof(err));
	ck_assert_msg(world->wire != NULL, "%s", err);
	add_card(world, 0, model, "autoneg_ms=1,mac=02:00:00:00:00:01");
	add_card(world, 1, model, "autoneg_ms=1,mac=02:00:00:00:00:02");
	for (int side = 0; side < 2; side++)
		ck_assert_int_eq(world->abi->wire_attach(world->wire, side, world->host[side].card),
				 0);
	start(world);
	return world;
}

void world_close(struct world *world)
{
	world->abi->destroy(world->platform);
	free(world);
}

void world_run(struct world *world, uint64_t until_ns, uint64_t step_ns)
{
	while (world->now_ns < until_ns) {
		world->now_ns += step_ns;
		if (world->now_ns > until_ns)
			world->now_ns = until_ns;
		world->abi->advance(world->platform, world->now_ns);
	}
}

uint32_t host_read(struct host *host, uint32_t reg)
{
	struct world *world = host->world;

	return world->abi->card_mmio_read(host->card, world->now_ns, reg, 4);
}

void host_write(struct host *host, uint32_t reg, uint32_t value)
{
	struct world *world = host->world;

	world->abi->card_mmio_write(host->card, world->now_ns, reg, value, 4);
}

static struct descriptor *descriptor(struct host *host, uint32_t ring, uint16_t index)
{
	return (struct descriptor *)(host->memory + ring) + index;
}

void host_bring_up(struct host *host)
{
	const struct ringside_pci_state state = {true, true, RINGSIDE_IRQ_INTX, false};
	struct world *world = host->world;

	world->abi->card_pci_state(host->card, &state);
	world_run(world, world->now_ns + LINK_UP_NS, 1000);
	ck_assert(host_read(host, REG_STATUS) & STATUS_LU);
	host_read(host, REG_ICR);

	host->tx_tail = host->rx_next = 0;
	memset(descriptor(host, TX_RING, 0), 0, RING_SIZE * sizeof(struct descriptor));
	for (unsigned int i = 0; i < RING_SIZE; i++)
		*descriptor(host, RX_RING, i) =
			(struct descriptor){.addr = RX_BUFFERS + i * BUFFER_BYTES};
	host_write(host, REG_TDBAL, TX_RING);
	host_write(host, REG_TDLEN, RING_SIZE * sizeof(struct descriptor));
	host_write(host, REG_TDH, 0);
	host_write(host, REG_TDT, 0);
	host_write(host, REG_TCTL, 1 << 1 | 1 << 3);
	host_write(host, REG_RDBAL, RX_RING);
	host_write(host, REG_RDLEN, RING_SIZE * sizeof(struct descriptor));
	host_write(host, REG_RDH, 0);
	host_write(host, REG_RDT, RING_SIZE - 1);
	host_write(host, REG_RCTL, 1 << 1 | 1 << 3 | 1 << 4 | 1 << 15 | 1 << 26);
	host_write(host, REG_ITR, 40);
	host_write(host, REG_IMS, ICR_TXDW | ICR_LSC | ICR_RXT0);
}

void host_send(struct host *host, size_t len, uint8_t first_byte)
{
	uint64_t addr = TX_BUFFERS + host->tx_tail * (uint64_t)BUFFER_BYTES;
	struct descriptor *d = descriptor(host, TX_RING, host->tx_tail);

	for (size_t i = 0; i < len; i++)
		host->memory[addr + i] = i == 0 ? first_byte & 0xfe : first_byte * 7 + i;
	*d = (struct descriptor){.addr = addr, .len = len, .other = {0, TX_CMD_EOP_IFCS_RS}};
	host->tx_tail = (host->tx_tail + 1) % RING_SIZE;
	host_write(host, REG_TDT, host->tx_tail);
}

void host_poll(struct host *host)
{
	struct descriptor *d = descriptor(host, RX_RING, host->rx_next);
	bool any = false;

	for (; d->status & DESC_DD; d = descriptor(host, RX_RING, host->rx_next)) {
		host->rx_frames++;
		host->last_rx_len = d->len;
		memcpy(host->last_rx, host->memory + d->addr, d->len);
		*d = (struct descriptor){.addr = d->addr};
		host->rx_next = (host->rx_next + 1) % RING_SIZE;
		any = true;
	}
	if (any)
		host_write(host, REG_RDT, (host->rx_next + RING_SIZE - 1) % RING_SIZE);
}

static void answer_interrupt(struct host *host)
{
	if (!host->intx)
		return;
	note(host, "icr", host_read(host, REG_ICR), 0, 0);
	host_poll(host);
}

/* xorshift32: the same everywhere. */
static uint32_t draw(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

void world_traffic(struct world *world, unsigned int rounds, uint32_t seed)
{
	for (unsigned int round = 0; round < rounds; round++) {
		uint64_t until_ns = world->now_ns + 100 + draw(&seed) % 20000;

		for (int id = 0; id < 2; id++)
			for (uint32_t n = draw(&seed) % 4; n > 0; n--)
				host_send(&world->host[id], 60 + draw(&seed) % 1400, draw(&seed));
		while (world->now_ns < until_ns) {
			world_run(world, world->now_ns + 101, 101);
			answer_interrupt(&world->host[0]);
			answer_interrupt(&world->host[1]);
		}
	}
}
