// SPDX-License-Identifier: MIT
/* struct port_ops of the host rung: each call charges virtual time and lets interrupts in. */
#include "world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/net_namespace.h>

#define ALIGNMENT 64

static struct host *to_host(struct port *p)
{
	return container_of(p, struct host, port);
}

static uint64_t port_time(struct port *p)
{
	struct host *h = to_host(p);

	host_charge(h, h->world->costs.call_ns);
	return h->cpu_ns > h->world->now_ns ? h->cpu_ns : h->world->now_ns;
}

static void *port_mem_alloc(struct port *p, size_t size_bytes)
{
	struct host *h = to_host(p);
	void *mem;

	host_charge(h, h->world->costs.call_ns);
	if (h->allocs_left != UINT64_MAX && h->allocs_left-- == 0) {
		h->allocs_left = 0;
		return NULL;
	}
	mem = aligned_alloc(ALIGNMENT, (size_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1));
	if (mem)
		h->memory_bytes += size_bytes;
	return mem;
}

static void port_mem_free(struct port *p, void *mem, size_t size_bytes)
{
	struct host *h = to_host(p);

	if (!mem)
		return;
	assert(h->memory_bytes >= size_bytes);
	h->memory_bytes -= size_bytes;
	free(mem);
}

static void port_random(struct port *p, void *buf, size_t len)
{
	struct host *h = to_host(p);
	uint8_t *out = buf;

	while (len) {
		uint64_t r = host_random_u64(&h->random);
		size_t n = len < sizeof(r) ? len : sizeof(r);

		memcpy(out, &r, n);
		out += n;
		len -= n;
	}
}

static struct task *port_task_current(struct port *p)
{
	struct host *h = to_host(p);

	return h->world->current == h && !h->in_irq && !h->net->softnet.running ? h->running : NULL;
}

static void port_task_prepare(struct port *p)
{
	struct task *t = to_host(p)->running;

	assert(t);
	t->woken = false;
	host_charge(t->host, t->host->world->costs.call_ns);
}

void host_task_timeout(struct timer_list *timer)
{
	struct task *t = container_of(timer, struct task, timeout);

	t->host->port.ops->task_wake(&t->host->port, t);
}

static void port_task_sleep(struct port *p, uint64_t timeout_ns)
{
	struct host *h = to_host(p);
	struct task *t = h->running;

	assert(t && !h->net->softnet.bh_disabled);
	if (t->woken)
		return;
	if (timeout_ns != PORT_WAIT_FOREVER)
		host_event_at(h->world, &t->timeout, h->cpu_ns + timeout_ns);
	h->running = NULL;
	h->resume = &h->cpu;
	fiber_switch(&t->fiber, &h->cpu);
	host_event_cancel(h->world, &t->timeout);
}

static void port_task_wake(struct port *p, struct task *t)
{
	(void)p;
	t->woken = true;
	if (t->host->running == t || t->ended || !list_empty(&t->run_node))
		return;
	list_add_tail(&t->run_node, &t->host->runnable);
	host_make_ready(t->host);
}

static void port_poll(struct port *p)
{
	struct host *h = to_host(p);

	host_charge(h, h->world->costs.packet_ns);
}

static void port_copy(struct port *p, size_t len)
{
	struct host *h = to_host(p);

	host_charge(h, len * h->world->costs.copy_ps_per_byte / 1000);
}

static void port_log(struct port *p, int severity, const char *line)
{
	struct host *h = to_host(p);

	if (severity <= h->world->log_severity)
		fprintf(stderr, "[%llu.%09llu] %s: %s\n",
			(unsigned long long)(h->world->now_ns / HOST_SECOND),
			(unsigned long long)(h->world->now_ns % HOST_SECOND), h->name, line);
}

static void __attribute__((noreturn)) port_panic(struct port *p, const char *line)
{
	struct host *h = to_host(p);

	fprintf(stderr, "panic on host %s at %llu ns (seed %llu): %s\n", h->name,
		(unsigned long long)h->world->now_ns, (unsigned long long)h->world->seed, line);
	abort();
}

const struct port_ops host_port_ops = {
	.time_ns = port_time,
	.alloc = port_mem_alloc,
	.free = port_mem_free,
	.random = port_random,
	.task_current = port_task_current,
	.task_prepare = port_task_prepare,
	.task_sleep = port_task_sleep,
	.task_wake = port_task_wake,
	.poll_point = port_poll,
	.charge_copy = port_copy,
	.log = port_log,
	.panic = port_panic,
};
