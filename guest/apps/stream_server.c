// SPDX-License-Identifier: MIT
#include "apps/stream_server.h"

#include <string.h>

#include "runtime/guest.h"
#include "runtime/panic.h"

#define DESCRIPTORS_MAX 16384u
#define BACKLOG		1024
#define EVENTS_AT_ONCE	64
#define ACCEPTS_AT_ONCE 64
#define STILL_LIMIT_NS	60000000000ull

static uint64_t now_ns(const struct stream_server *s)
{
	return clock_now_ns(&s->guest->clock);
}

static void touch(struct stream_connection *c)
{
	c->active_ns = now_ns(c->server);
	list_del_init(&c->node);
	list_add_tail(&c->node, &c->server->active);
}

/* The memory stays until the events at hand are handled: one may still point to it. */
static void close_connection(struct stream_connection *c)
{
	struct stream_server *s = c->server;

	if (c->closed)
		return;
	c->closed = true;
	if (s->service->close)
		s->service->close(c);
	sys_close(s->files, c->fd);
	list_del_init(&c->node);
	list_add_tail(&c->node, &s->closed);
}

static void free_closed(struct stream_server *s)
{
	struct stream_connection *c, *next;

	list_for_each_entry_safe(c, next, &s->closed, node) {
		list_del_init(&c->node);
		size_class_free(&s->guest->memory, c, s->service->connection_bytes);
	}
}

/* Returns when to look again, ns from now. */
static uint64_t close_still(struct stream_server *s)
{
	uint64_t now = now_ns(s);

	while (!list_empty(&s->active)) {
		struct stream_connection *c =
			list_first_entry(&s->active, struct stream_connection, node);

		if (now - c->active_ns < STILL_LIMIT_NS)
			return c->active_ns + STILL_LIMIT_NS - now;
		s->timed_out++;
		close_connection(c);
	}
	return PORT_WAIT_FOREVER;
}

static bool evict_one(struct stream_server *s)
{
	if (list_empty(&s->active))
		return false;
	s->evicted++;
	close_connection(list_first_entry(&s->active, struct stream_connection, node));
	return true;
}

static bool connection_start(struct stream_server *s, int fd)
{
	struct stream_connection *c =
		size_class_alloc(&s->guest->memory, s->service->connection_bytes);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};

	if (!c)
		return false;
	memset(c, 0, s->service->connection_bytes);
	INIT_LIST_HEAD(&c->node);
	c->server = s;
	c->fd = fd;
	c->events = EPOLLIN;
	if (sys_epoll_ctl(s->files, s->epoll_fd, EPOLL_CTL_ADD, fd, &event)) {
		size_class_free(&s->guest->memory, c, s->service->connection_bytes);
		return false;
	}
	s->accepted++;
	touch(c);
	if (s->service->open && !s->service->open(c))
		close_connection(c);
	return true;
}

static void accept_some(struct stream_server *s)
{
	for (unsigned int i = 0; i < ACCEPTS_AT_ONCE; i++) {
		int fd = sys_accept4(s->files, s->listen_fd, NULL, NULL, SOCK_NONBLOCK);

		if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM || fd == -ENOBUFS) {
			if (!evict_one(s))
				return;
			continue;
		}
		if (fd < 0)
			return;
		if (!connection_start(s, fd))
			sys_close(s->files, fd);
	}
}

static void handle(struct stream_server *s, struct stream_connection *c)
{
	if (!c) {
		accept_some(s);
		return;
	}
	if (c->closed)
		return;
	touch(c);
	if (!s->service->ready(c))
		close_connection(c);
}

static void serve(void *ctx)
{
	struct stream_server *s = ctx;
	struct epoll_event events[EVENTS_AT_ONCE];

	for (;;) {
		uint64_t wait_ns = close_still(s);
		int count;

		free_closed(s);
		count = sys_epoll_wait(s->files, s->epoll_fd, events, EVENTS_AT_ONCE, wait_ns);
		for (int i = 0; i < count; i++)
			handle(s, events[i].data.ptr);
	}
}

static void listen_on(struct stream_server *s)
{
	/* Takes IPv4 too (RFC 3493 section 3.7). */
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(s->service->port)};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	int one = 1, err;

	s->listen_fd = sys_socket(s->files, AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	s->epoll_fd = sys_epoll_create1(s->files, 0);
	if (s->listen_fd < 0 || s->epoll_fd < 0)
		panic("%s: no socket (%d, %d)", s->service->name, s->listen_fd, s->epoll_fd);
	err = sys_setsockopt(s->files, s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!err)
		err = sys_bind(s->files, s->listen_fd, (struct sockaddr *)&any, sizeof(any));
	if (!err)
		err = sys_listen(s->files, s->listen_fd, BACKLOG);
	if (!err)
		err = sys_epoll_ctl(s->files, s->epoll_fd, EPOLL_CTL_ADD, s->listen_fd, &event);
	if (err)
		panic("%s: cannot listen on port %u (%d)", s->service->name, s->service->port, err);
}

struct stream_server *stream_server_start(struct guest *g, const struct stream_service *service,
					  void *context)
{
	struct stream_server *s = size_class_alloc(&g->memory, sizeof(*s));

	if (!s)
		panic("%s: no memory", service->name);
	*s = (struct stream_server){.guest = g, .service = service, .context = context};
	INIT_LIST_HEAD(&s->active);
	INIT_LIST_HEAD(&s->closed);
	s->files = files_create(g->net, DESCRIPTORS_MAX);
	if (!s->files)
		panic("%s: no memory", service->name);
	listen_on(s);
	if (task_create(&g->tasks, service->name, serve, s))
		panic("%s: no task", service->name);
	return s;
}

void stream_watch(struct stream_connection *c, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = c};

	if (events == c->events)
		return;
	c->events = events;
	sys_epoll_ctl(c->server->files, c->server->epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

long stream_read(struct stream_connection *c, void *buf, size_t len)
{
	return sys_read(c->server->files, c->fd, buf, len);
}

long stream_write(struct stream_connection *c, const struct iovec *iov, int count)
{
	return sys_writev(c->server->files, c->fd, iov, count);
}
