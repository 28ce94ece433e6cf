// SPDX-License-Identifier: MIT
/*
 * epoll(7): level- and edge-triggered, one-shot, instances that watch instances. A watched file's
 * wake-up puts its item onto the ready list, so that a wait costs what is ready, not what is
 * watched. The ready list changes in soft interrupts: tasks touch it with those off.
 */
#include "file.h"
#include <string.h>

#define EPOLL_MAX_NESTING  5
#define EPOLL_PRIVATE_BITS (EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)

struct eventpoll {
	struct file file; /* first */
	struct wait_queue_head wq;
	struct list_head ready; /* struct epitem, oldest first */
	struct rb_root items;	/* by descriptor, then file */
};

struct epitem {
	struct rb_node node;
	struct list_head ready_node; /* empty: not in ep->ready */
	struct list_head file_node;  /* in file->epitems */
	struct wait_queue_entry wait;
	struct eventpoll *ep;
	struct file *file;
	int fd;
	struct epoll_event event;
};

static struct eventpoll *file_epoll(struct file *f)
{
	return f->ops == &epoll_file_ops ? container_of(f, struct eventpoll, file) : NULL;
}

static uint32_t item_events(const struct epitem *item)
{
	return item->file->ops->poll(item->file) &
	       ((item->event.events & ~EPOLL_PRIVATE_BITS) | EPOLLERR | EPOLLHUP);
}

/* One-shot items that have fired watch nothing until EPOLL_CTL_MOD. */
static bool item_disabled(const struct epitem *item)
{
	return !(item->event.events & ~EPOLL_PRIVATE_BITS);
}

static void item_mark_ready(struct epitem *item)
{
	if (list_empty(&item->ready_node))
		list_add_tail(&item->ready_node, &item->ep->ready);
	wake_up(&item->ep->wq, POLLIN | POLLRDNORM);
}

/* A change of the watched file; any context. */
static void item_callback(struct wait_queue_entry *e, uint32_t key)
{
	struct epitem *item = container_of(e, struct epitem, wait);

	if (item_disabled(item))
		return;
	if (key && !(key & (item->event.events | EPOLLERR | EPOLLHUP)))
		return;
	item_mark_ready(item);
}

static uint32_t epoll_file_poll(struct file *f)
{
	struct eventpoll *ep = file_epoll(f);
	struct epitem *item;
	uint32_t mask = 0;

	local_bh_disable(f->net);
	list_for_each_entry(item, &ep->ready, ready_node) {
		if (item_events(item)) {
			mask = POLLIN | POLLRDNORM;
			break;
		}
	}
	local_bh_enable(f->net);
	return mask;
}

static struct wait_queue_head *epoll_file_wait_queue(struct file *f)
{
	return &file_epoll(f)->wq;
}

static void item_free(struct epitem *item)
{
	struct net *net = item->ep->file.net;

	remove_wait_queue(item->file->ops->wait_queue(item->file), &item->wait);
	local_bh_disable(net);
	list_del_init(&item->ready_node);
	list_del_init(&item->file_node);
	rb_erase(&item->ep->items, &item->node);
	local_bh_enable(net);
	port_free(net->port, item, sizeof(*item));
}

static void epoll_file_release(struct file *f)
{
	struct eventpoll *ep = file_epoll(f);
	struct rb_node *n;

	while ((n = rb_first(&ep->items)))
		item_free(rb_entry(n, struct epitem, node));
	file_exit(f);
	port_free(f->net->port, ep, sizeof(*ep));
}

const struct file_ops epoll_file_ops = {
	.poll = epoll_file_poll,
	.wait_queue = epoll_file_wait_queue,
	.release = epoll_file_release,
};

void eventpoll_release_file(struct file *f)
{
	struct epitem *item, *next;

	list_for_each_entry_safe(item, next, &f->epitems, file_node)
		item_free(item);
}

int sys_epoll_create1(struct files_struct *files, int flags)
{
	struct net *net = files_net(files);
	struct eventpoll *ep;
	int fd;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	ep = port_alloc(net->port, sizeof(*ep));
	if (!ep)
		return -ENOMEM;
	fd = file_init(&ep->file, net, &epoll_file_ops, 0);
	if (fd) {
		port_free(net->port, ep, sizeof(*ep));
		return fd;
	}
	init_waitqueue_head(&ep->wq, net->port);
	INIT_LIST_HEAD(&ep->ready);
	ep->items = (struct rb_root){NULL};
	fd = fd_install(files, &ep->file);
	if (fd < 0)
		fput(&ep->file);
	return fd;
}

static struct epitem *item_find(struct eventpoll *ep, struct file *f, int fd,
				struct rb_node **parent, struct rb_node ***link)
{
	struct rb_node **at = &ep->items.node;

	*parent = NULL;
	while (*at) {
		struct epitem *item = rb_entry(*at, struct epitem, node);

		if (item->fd == fd && item->file == f)
			return item;
		*parent = *at;
		if (fd < item->fd || (fd == item->fd && f < item->file))
			at = &(*at)->left;
		else
			at = &(*at)->right;
	}
	*link = at;
	return NULL;
}

/* Whether watching `f` would make `ep` watch itself, or nest too deep. */
static bool watch_loops(const struct eventpoll *ep, struct file *f, int depth)
{
	struct eventpoll *inner = file_epoll(f);

	if (!inner)
		return false;
	if (inner == ep || depth >= EPOLL_MAX_NESTING)
		return true;
	for (struct rb_node *n = rb_first(&inner->items); n; n = rb_next(n))
		if (watch_loops(ep, rb_entry(n, struct epitem, node)->file, depth + 1))
			return true;
	return false;
}

static int item_add(struct eventpoll *ep, struct file *f, int fd, const struct epoll_event *event,
		    struct rb_node *parent, struct rb_node **link)
{
	struct net *net = ep->file.net;
	struct epitem *item;

	if (watch_loops(ep, f, 0))
		return -ELOOP;
	item = port_alloc(net->port, sizeof(*item));
	if (!item)
		return -ENOMEM;
	memset(item, 0, sizeof(*item));
	*item = (struct epitem){.ep = ep, .file = f, .fd = fd, .event = *event};
	item->wait.func = item_callback;
	INIT_LIST_HEAD(&item->ready_node);
	rb_insert(&ep->items, &item->node, parent, link);
	list_add_tail(&item->file_node, &f->epitems);
	add_wait_queue(f->ops->wait_queue(f), &item->wait);
	local_bh_disable(net);
	if (item_events(item))
		item_mark_ready(item);
	local_bh_enable(net);
	return 0;
}

static void item_modify(struct epitem *item, const struct epoll_event *event)
{
	struct net *net = item->ep->file.net;

	local_bh_disable(net);
	item->event = *event;
	if (item_events(item))
		item_mark_ready(item);
	local_bh_enable(net);
}

/* Exclusive wake-ups: for sockets, from the beginning, with nothing that hides events. */
static int check_exclusive(int op, const struct file *f, const struct epitem *item,
			   const struct epoll_event *event)
{
	const uint32_t fit = EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLET | EPOLLEXCLUSIVE;

	if (op == EPOLL_CTL_MOD && item && (item->event.events & EPOLLEXCLUSIVE))
		return -EINVAL;
	if (op == EPOLL_CTL_DEL || !(event->events & EPOLLEXCLUSIVE))
		return 0;
	return op == EPOLL_CTL_MOD || f->ops == &epoll_file_ops || (event->events & ~fit) ? -EINVAL
											  : 0;
}

static int epoll_change(struct eventpoll *ep, int op, struct file *f, int fd,
			const struct epoll_event *event)
{
	struct rb_node *parent, **link = NULL;
	struct epitem *item = item_find(ep, f, fd, &parent, &link);
	const int err = check_exclusive(op, f, item, event);

	if (err)
		return err;
	switch (op) {
	case EPOLL_CTL_ADD:
		return item ? -EEXIST : item_add(ep, f, fd, event, parent, link);
	case EPOLL_CTL_DEL:
		if (!item)
			return -ENOENT;
		item_free(item);
		return 0;
	case EPOLL_CTL_MOD:
		if (!item)
			return -ENOENT;
		item_modify(item, event);
		return 0;
	default:
		return -EINVAL;
	}
}

int sys_epoll_ctl(struct files_struct *files, int epfd, int op, int fd, struct epoll_event *event)
{
	struct file *epf, *f;
	int result = -EBADF;

	if (op != EPOLL_CTL_DEL && !event)
		return -EFAULT;
	epf = fget(files, epfd);
	if (!epf)
		return -EBADF;
	f = fget(files, fd);
	if (f) {
		if (f == epf || !file_epoll(epf))
			result = -EINVAL;
		else
			result = epoll_change(file_epoll(epf), op, f, fd, event);
		fput(f);
	}
	fput(epf);
	return result;
}

/*
 * Takes what is ready, up to max. A level-triggered item that still holds goes back to the end of
 * the list, so that many ready files take turns.
 */
static int collect(struct eventpoll *ep, struct epoll_event *events, int max)
{
	struct list_head again;
	struct epitem *item;
	int n = 0;

	INIT_LIST_HEAD(&again);
	local_bh_disable(ep->file.net);
	while (n < max && !list_empty(&ep->ready)) {
		uint32_t mask;

		item = list_first_entry(&ep->ready, struct epitem, ready_node);
		list_del_init(&item->ready_node);
		mask = item_disabled(item) ? 0 : item_events(item);
		if (!mask)
			continue;
		events[n++] = (struct epoll_event){mask, item->event.data};
		if (item->event.events & EPOLLONESHOT)
			item->event.events &= EPOLL_PRIVATE_BITS;
		else if (!(item->event.events & EPOLLET))
			list_add_tail(&item->ready_node, &again);
	}
	while (!list_empty(&again)) {
		item = list_first_entry(&again, struct epitem, ready_node);
		list_del_init(&item->ready_node);
		list_add_tail(&item->ready_node, &ep->ready);
	}
	local_bh_enable(ep->file.net);
	return n;
}

int sys_epoll_wait(struct files_struct *files, int epfd, struct epoll_event *events, int max_events,
		   uint64_t timeout_ns)
{
	struct file *epf;
	struct eventpoll *ep;
	uint64_t left_ns = timeout_ns;
	int n;

	if (max_events <= 0)
		return -EINVAL;
	if (!events)
		return -EFAULT;
	epf = fget(files, epfd);
	if (!epf)
		return -EBADF;
	ep = file_epoll(epf);
	if (!ep) {
		fput(epf);
		return -EINVAL;
	}
	while (!(n = collect(ep, events, max_events)) && left_ns)
		left_ns = wait_event(&ep->wq, !list_empty(&ep->ready), left_ns);
	fput(epf);
	return n;
}
