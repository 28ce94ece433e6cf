// SPDX-License-Identifier: MIT
/* poll(2). */
#include "file.h"
#include <string.h>

struct poll_slot {
	struct file *file; /* NULL: negative or bad descriptor */
	struct wait_queue_entry wait;
};

static int poll_once(const struct poll_slot *slots, struct pollfd *fds, unsigned int count)
{
	int ready = 0;

	for (unsigned int i = 0; i < count; i++) {
		uint32_t mask = 0;

		if (slots[i].file)
			mask = slots[i].file->ops->poll(slots[i].file) &
			       ((uint16_t)fds[i].events | POLLERR | POLLHUP);
		else if (fds[i].fd >= 0)
			mask = POLLNVAL;
		fds[i].revents = (short)mask;
		ready += mask != 0;
	}
	return ready;
}

static int poll_wait(struct port *port, const struct poll_slot *slots, struct pollfd *fds,
		     unsigned int count, uint64_t timeout_ns)
{
	uint64_t start_ns = port_time_ns(port);

	for (;;) {
		uint64_t left_ns = timeout_ns;
		int ready;

		port->ops->task_prepare(port);
		ready = poll_once(slots, fds, count);
		if (timeout_ns != PORT_WAIT_FOREVER) {
			uint64_t spent_ns = port_time_ns(port) - start_ns;

			left_ns = spent_ns < timeout_ns ? timeout_ns - spent_ns : 0;
		}
		if (ready || !left_ns)
			return ready;
		port->ops->task_sleep(port, left_ns);
	}
}

int sys_poll(struct files_struct *files, struct pollfd *fds, unsigned int count,
	     uint64_t timeout_ns)
{
	struct port *port = files_net(files)->port;
	size_t bytes = count * sizeof(struct poll_slot);
	struct poll_slot *slots;
	int ready;

	if (count > files_limit(files))
		return -EINVAL;
	if (count && !fds)
		return -EFAULT;
	slots = port_alloc(port, bytes ? bytes : 1);
	if (!slots)
		return -ENOMEM;
	for (unsigned int i = 0; i < count; i++) {
		slots[i] = (struct poll_slot){.file = fget(files, fds[i].fd)};
		slots[i].wait.task = port->ops->task_current(port);
		if (slots[i].file)
			add_wait_queue(slots[i].file->ops->wait_queue(slots[i].file),
				       &slots[i].wait);
	}
	ready = poll_wait(port, slots, fds, count, timeout_ns);
	for (unsigned int i = 0; i < count; i++) {
		if (!slots[i].file)
			continue;
		remove_wait_queue(slots[i].file->ops->wait_queue(slots[i].file), &slots[i].wait);
		fput(slots[i].file);
	}
	port_free(port, slots, bytes ? bytes : 1);
	return ready;
}
