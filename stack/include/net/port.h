/* SPDX-License-Identifier: MIT */
/*
 * Everything the stack asks of the place it runs in: time, memory, randomness, tasks. One struct
 * port a host; there are no globals. Ports: stack/host (one process, virtual time) and guest/.
 *
 * Contexts, as in Linux. Hard interrupt: the driver's handler; it only calls napi_schedule().
 * Soft interrupt: net_softirq(), which polls NAPI contexts and runs timers; the port calls
 * net_irq_exit() after each hard interrupt and net_softirq() before it idles. Process context:
 * tasks in socket calls. local_bh_disable()/local_bh_enable() (net.h) keep soft interrupts out of
 * process-context sections; soft interrupts never nest.
 */
#ifndef NET_PORT_H
#define NET_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "compiler.h"

struct port;
struct task; /* the port's own */

#define PORT_WAIT_FOREVER UINT64_MAX

struct port_ops {
	/* Nanoseconds, monotone, from an arbitrary start. */
	uint64_t (*time_ns)(struct port *p);

	/*
	 * Memory, aligned to 64 bytes, not cleared; NULL when there is none. Callable from process
	 * and soft-interrupt context. free: the size that alloc was called with.
	 */
	void *(*alloc)(struct port *p, size_t size_bytes);
	void (*free)(struct port *p, void *mem, size_t size_bytes);

	/* Unpredictable bytes (tests: seeded). */
	void (*random)(struct port *p, void *buf, size_t len);

	/* The running task; NULL outside process context. */
	struct task *(*task_current)(struct port *p);

	/*
	 * Process context: sleeps until task_wake() of the current task or for timeout_ns
	 * (PORT_WAIT_FOREVER: no limit). A wake that came since task_prepare() is not lost.
	 */
	void (*task_prepare)(struct port *p);
	void (*task_sleep)(struct port *p, uint64_t timeout_ns);
	void (*task_wake)(struct port *p, struct task *t);

	/* Called once a packet and in long loops: lets due interrupts in (host rung: injects them
	 * and charges virtual time for a packet). May be NULL. */
	void (*poll_point)(struct port *p);

	/* Charges the cost of copying len bytes (host rung's virtual time); may be NULL. */
	void (*charge_copy)(struct port *p, size_t len);

	/* Prints one line (no newline at its end); severity as syslog, 3 error .. 7 debug. */
	void (*log)(struct port *p, int severity, const char *line);

	/* Prints the line and never returns. */
	void (*panic)(struct port *p, const char *line) __attribute__((noreturn));
};

struct net;

struct port {
	const struct port_ops *ops;
	struct net *net; /* the stack on it; set by net_create() */
};

static inline uint64_t port_time_ns(struct port *p)
{
	return p->ops->time_ns(p);
}

static inline void port_poll_point(struct port *p)
{
	if (p->ops->poll_point)
		p->ops->poll_point(p);
}

static inline void port_charge_copy(struct port *p, size_t len)
{
	if (p->ops->charge_copy)
		p->ops->charge_copy(p, len);
}

/* Counts it. */
void port_alloc_failed(struct port *p);

static inline void *port_alloc(struct port *p, size_t size_bytes)
{
	void *block = p->ops->alloc(p, size_bytes);

	if (!block)
		port_alloc_failed(p);
	return block;
}

static inline void port_free(struct port *p, void *mem, size_t size_bytes)
{
	p->ops->free(p, mem, size_bytes);
}

#endif
