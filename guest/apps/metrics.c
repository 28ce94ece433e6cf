// SPDX-License-Identifier: MIT
/*
 * Names: counters of SNMP and TcpExt as nstat prints them (TcpOutSegs), the stack's Softnet... as
 * softnet_..., the device's and driver's as driver_..., the guest's as guest_....
 */
#include "apps/metrics.h"

#include <net/net.h>
#include <net/netdevice.h>
#include <stdio.h>
#include <string.h>

#include "runtime/guest.h"

#define NAME_MAX_BYTES	 64u
#define DRIVER_STATS_MAX 64u

struct text {
	char *buf;
	size_t size, len;
};

static void put_line(struct text *t, const char *prefix, const char *name, uint64_t value)
{
	size_t room = t->size - t->len;
	int len = snprintf(t->buf + t->len, room, "%s%s %lu\n", prefix, name, value);

	if ((size_t)len < room)
		t->len += (size_t)len;
}

static void put_seconds(struct text *t, const char *name, uint64_t ns)
{
	size_t room = t->size - t->len;
	int len = snprintf(t->buf + t->len, room, "%s %lu.%09lu\n", name, ns / 1000000000u,
			   ns % 1000000000u);

	if ((size_t)len < room)
		t->len += (size_t)len;
}

/* "TimeSqueezed" -> "time_squeezed" */
static void snake_case(const char *name, char out[NAME_MAX_BYTES])
{
	size_t n = 0;

	for (; *name && n + 2 < NAME_MAX_BYTES; name++) {
		bool upper = *name >= 'A' && *name <= 'Z';

		if (upper && n)
			out[n++] = '_';
		out[n++] = upper ? (char)(*name + 32) : *name;
	}
	out[n] = 0;
}

static void put_mib(void *ctx, const char *name, uint64_t value)
{
	char snake[NAME_MAX_BYTES];

	if (strncmp(name, "Softnet", 7)) {
		put_line(ctx, "", name, value);
		return;
	}
	snake_case(name + 7, snake);
	put_line(ctx, "softnet_", snake, value);
}

static void put_device(struct text *t, struct net_device *dev)
{
	struct netdev_stat stats[DRIVER_STATS_MAX];
	struct net_device_stats s;
	unsigned int count;

	dev->ops->get_stats(dev, &s);
	put_line(t, "driver_", "rx_packets", s.rx_packets);
	put_line(t, "driver_", "rx_bytes", s.rx_bytes);
	put_line(t, "driver_", "tx_packets", s.tx_packets);
	put_line(t, "driver_", "tx_bytes", s.tx_bytes);
	put_line(t, "driver_", "rx_dropped", s.rx_dropped);
	put_line(t, "driver_", "rx_missed", s.rx_missed);
	put_line(t, "driver_", "tx_dropped", s.tx_dropped);
	put_line(t, "driver_", "tx_timeouts", s.tx_timeouts);
	count = dev->ops->get_ethtool_stats(dev, stats, DRIVER_STATS_MAX);
	for (unsigned int i = 0; i < count && i < DRIVER_STATS_MAX; i++) {
		bool napi = !strncmp(stats[i].name, "napi_", 5);

		put_line(t, napi ? "softnet_" : "driver_", stats[i].name, stats[i].value);
	}
}

static void put_guest(struct text *t, struct guest *g)
{
	const struct clock *c = &g->clock;

	put_line(t, "guest_", "interrupts", g->interrupts.count);
	put_line(t, "guest_", "interrupts_spurious", g->interrupts.spurious);
	put_seconds(t, "guest_hard_interrupt_seconds", clock_ticks_ns(c, g->interrupts.hard_tsc));
	put_seconds(t, "guest_soft_interrupt_seconds", clock_ticks_ns(c, g->interrupts.soft_tsc));
	put_seconds(t, "guest_idle_seconds", clock_ticks_ns(c, g->tasks.idle_tsc));
	put_seconds(t, "guest_uptime_seconds", clock_now_ns(c));
	put_line(t, "guest_", "task_switches", g->tasks.switches);
	put_line(t, "guest_", "timer_arms", g->tasks.timer_arms);
	put_line(t, "guest_", "memory_used_bytes", g->memory.bytes_used);
	put_line(t, "guest_", "pages_free", g->pages.free_pages);
	put_line(t, "guest_", "pages_total", g->pages.total_pages);
	put_line(t, "guest_", "net_objects", net_objects_alive(g->net));
}

size_t metrics_write(struct guest *g, char *buf, size_t size)
{
	struct text t = {buf, size, 0};

	put_guest(&t, g);
	put_device(&t, g->netdev);
	net_mib_for_each(g->net, put_mib, &t);
	return t.len;
}
