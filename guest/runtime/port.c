// SPDX-License-Identifier: MIT
#include "runtime/port.h"
#include "runtime/guest.h"
#include "runtime/panic.h"

#include <net/net.h>
#include <string.h>

static uint64_t op_time_ns(struct port *p)
{
	return clock_now_ns(&guest_of_port(p)->clock);
}

static void *op_alloc(struct port *p, size_t size_bytes)
{
	return size_class_alloc(&guest_of_port(p)->memory, size_bytes);
}

static void op_free(struct port *p, void *mem, size_t size_bytes)
{
	size_class_free(&guest_of_port(p)->memory, mem, size_bytes);
}

/* RDRAND may be out of numbers for a moment (Intel SDM volume 1, 7.3.17); its presence is checked
 * at start. */
static void op_random(struct port *p, void *buf, size_t len)
{
	uint8_t *out = buf;

	(void)p;
	while (len) {
		size_t part = len < 8 ? len : 8;
		uint64_t value;
		bool ok;

		asm volatile("rdrand %0" : "=r"(value), "=@ccc"(ok));
		if (!ok)
			continue;
		memcpy(out, &value, part);
		out += part;
		len -= part;
	}
}

static struct task *op_task_current(struct port *p)
{
	struct guest *g = guest_of_port(p);

	return in_interrupt(&g->interrupts) ? NULL : g->tasks.current;
}

static void op_task_prepare(struct port *p)
{
	task_prepare(&guest_of_port(p)->tasks);
}

static void op_task_sleep(struct port *p, uint64_t timeout_ns)
{
	task_sleep(&guest_of_port(p)->tasks, timeout_ns);
}

static void op_task_wake(struct port *p, struct task *t)
{
	task_wake(&guest_of_port(p)->tasks, t);
}

static void op_log(struct port *p, int severity, const char *line)
{
	console_log(&guest_of_port(p)->console, severity, "%s", line);
}

static void op_panic(struct port *p, const char *line) __attribute__((noreturn));
static void op_panic(struct port *p, const char *line)
{
	(void)p;
	panic("%s", line);
}

static const struct port_ops guest_port_ops = {
	.time_ns = op_time_ns,
	.alloc = op_alloc,
	.free = op_free,
	.random = op_random,
	.task_current = op_task_current,
	.task_prepare = op_task_prepare,
	.task_sleep = op_task_sleep,
	.task_wake = op_task_wake,
	.log = op_log,
	.panic = op_panic,
};

void guest_port_init(struct guest *g)
{
	g->port.ops = &guest_port_ops;
}

static void at_interrupt_exit(void *ctx)
{
	struct guest *g = ctx;

	if (g->power_button.pressed)
		task_wake(&g->tasks, &g->tasks.task[0]);
	net_irq_exit(g->net);
}

static uint64_t before_idle(void *ctx)
{
	struct guest *g = ctx;
	uint64_t start = rdtsc(), hard_before = g->interrupts.hard_tsc;
	uint64_t next = net_softirq(g->net);

	g->interrupts.soft_tsc += rdtsc() - start - (g->interrupts.hard_tsc - hard_before);
	return next;
}

void guest_port_attach(struct guest *g, struct net *net)
{
	g->net = net;
	tasks_set_softirq(&g->tasks, before_idle, g);
	interrupts_set_softirq(&g->interrupts, at_interrupt_exit, g);
}
