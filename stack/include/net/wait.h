/* SPDX-License-Identifier: MIT */
/*
 * Wait queues: who is told when something happened. A waiter is a task that sleeps, or a callback
 * (epoll). Usage in process context:
 *
 *	wait_event(net, &wq, condition, timeout_ns)  -> remaining ns, 0 when the time ran out
 */
#ifndef NET_WAIT_H
#define NET_WAIT_H

#include "list.h"
#include "port.h"

struct wait_queue_entry {
	struct list_head node;
	/* Called by wake_up() with the key (POLL* bits); NULL: wakes `task`. */
	void (*func)(struct wait_queue_entry *e, uint32_t key);
	struct task *task;
};

struct wait_queue_head {
	struct port *port;
	struct list_head waiters;
};

void init_waitqueue_head(struct wait_queue_head *wq, struct port *port);
void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e);
void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e);
static inline bool waitqueue_active(const struct wait_queue_head *wq)
{
	return !list_empty(&wq->waiters);
}

/* Tells every waiter; any context. key: the POLL* bits that became true. */
void wake_up(struct wait_queue_head *wq, uint32_t key);

#define wait_event(wq, condition, timeout_ns)                                                      \
	({                                                                                         \
		struct port *wait_port = (wq)->port;                                               \
		uint64_t wait_limit = (timeout_ns), wait_left = wait_limit;                        \
		uint64_t wait_start = port_time_ns(wait_port);                                     \
		struct wait_queue_entry wait_self = {                                              \
			.task = wait_port->ops->task_current(wait_port)};                          \
		add_wait_queue((wq), &wait_self);                                                  \
		for (;;) {                                                                         \
			wait_port->ops->task_prepare(wait_port);                                   \
			if (condition)                                                             \
				break;                                                             \
			if (wait_limit != PORT_WAIT_FOREVER) {                                     \
				uint64_t wait_spent = port_time_ns(wait_port) - wait_start;        \
				wait_left = wait_spent < wait_limit ? wait_limit - wait_spent : 0; \
			}                                                                          \
			if (!wait_left)                                                            \
				break;                                                             \
			wait_port->ops->task_sleep(wait_port, wait_left);                          \
		}                                                                                  \
		remove_wait_queue((wq), &wait_self);                                               \
		wait_left;                                                                         \
	})

#endif
