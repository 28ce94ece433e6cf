// SPDX-License-Identifier: MIT
/* Wait queues (wait.h). Lists change with soft interrupts off: wake_up() may come from there. */
#include <net/wait.h>
#include <net/net.h>

void init_waitqueue_head(struct wait_queue_head *wq, struct port *port)
{
	wq->port = port;
	INIT_LIST_HEAD(&wq->waiters);
}

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	local_bh_disable(wq->port->net);
	list_add_tail(&e->node, &wq->waiters);
	local_bh_enable(wq->port->net);
}

void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	local_bh_disable(wq->port->net);
	list_del_init(&e->node);
	local_bh_enable(wq->port->net);
}

void wake_up(struct wait_queue_head *wq, uint32_t key)
{
	struct wait_queue_entry *e, *next;

	local_bh_disable(wq->port->net);
	list_for_each_entry_safe(e, next, &wq->waiters, node) {
		if (e->func)
			e->func(e, key);
		else
			wq->port->ops->task_wake(wq->port, e->task);
	}
	local_bh_enable(wq->port->net);
}
