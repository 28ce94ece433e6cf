// SPDX-License-Identifier: MIT
#include "bench.h"

#include <check.h>
#include <stdio.h>

#define SETTLE_NS US(5)

static struct bench benches[BENCH_KINDS];

struct bench *bench_get(enum bench_kind kind)
{
	return &benches[kind];
}

int benches_create(const char *model, const char *platform_config)
{
	static const char *const configs[BENCH_KINDS] = {
		[BENCH_HOLD] = "",
		[BENCH_DROP] = "receive=drop",
		[BENCH_BARE] = "tso=off,tx_csum=off,rx_csum=off,moderation=off,queues=off,vlan=off,"
			       "rss=off,split=off,loopback=off,stats=off,ptp=off,pause=off,"
			       "detect=off,packet_csum=off",
	};
	const struct ringside_platform_abi *abi = ringside_platform_abi();
	char err[256] = "";
	struct ringside_platform *platform = abi->create(platform_config, err, sizeof(err));

	for (int i = 0; platform && i < BENCH_KINDS; i++) {
		struct bench *b = &benches[i];

		*b = (struct bench){.abi = abi, .platform = platform};
		host_init(&b->host);
		b->card = abi->card_create(platform, model, configs[i], host_ops(), &b->host, err,
					   sizeof(err));
		if (!b->card)
			platform = NULL;
	}
	if (platform && abi->start(platform, err, sizeof(err)) == 0)
		return 0;
	fprintf(stderr, "card-suite: %s\n", err);
	return -1;
}

void benches_destroy(void)
{
	benches[0].abi->destroy(benches[0].platform);
}

void bench_up(struct bench *b, enum ringside_irq_mode mode)
{
	for (int i = 0; i < BENCH_KINDS; i++)
		host_clear(&benches[i].host);
	b->abi->power_on(b->platform);
	b->now_ns = 0;
	set_pci(b, true, true, mode);
	wr(b, CTRL, rd(b, CTRL) | CTRL_RST);
	run_ns(b, SETTLE_NS);
	host_forget(&b->host);
}

void bench_check(struct bench *b)
{
	ck_assert_msg(b->host.violation == NULL, "%s", b->host.violation);
}

uint32_t rd(struct bench *b, uint32_t offset)
{
	return b->abi->card_mmio_read(b->card, b->now_ns, offset, 4);
}

void wr(struct bench *b, uint32_t offset, uint32_t value)
{
	b->abi->card_mmio_write(b->card, b->now_ns, offset, value, 4);
}

void set_bits(struct bench *b, uint32_t offset, uint32_t bits)
{
	wr(b, offset, rd(b, offset) | bits);
}

void clear_bits(struct bench *b, uint32_t offset, uint32_t bits)
{
	wr(b, offset, rd(b, offset) & ~bits);
}

void run_ns(struct bench *b, uint64_t ns)
{
	uint64_t end_ns = b->now_ns + ns, next_ns = b->now_ns;

	while (next_ns < end_ns)
		next_ns = b->abi->advance(b->platform, next_ns);
	b->abi->advance(b->platform, end_ns);
	b->now_ns = end_ns;
}

uint64_t run_until(struct bench *b, const unsigned int *counter, unsigned int target,
		   uint64_t step_ns, uint64_t limit_ns)
{
	uint64_t begin_ns = b->now_ns;

	while (*counter < target) {
		ck_assert_msg(b->now_ns - begin_ns < limit_ns, "%u of %u within %llu ns", *counter,
			      target, (unsigned long long)limit_ns);
		run_ns(b, step_ns);
	}
	return b->now_ns - begin_ns;
}

void set_pci(struct bench *b, bool bus_master, bool link_up, enum ringside_irq_mode mode)
{
	b->pci = (struct ringside_pci_state){bus_master, link_up, mode, false};
	b->abi->card_pci_state(b->card, &b->pci);
}

void feed(struct bench *b, const void *frame, size_t len)
{
	ck_assert_int_eq(b->abi->card_receive(b->card, frame, len), 1);
}

void feed_damaged(struct bench *b, const void *frame, size_t len)
{
	ck_assert_int_eq(b->abi->card_receive_damaged(b->card, frame, len), 1);
}
