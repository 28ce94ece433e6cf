/* SPDX-License-Identifier: MIT */
/*
 * A TCP server as one task over one epoll instance: accepts, calls the service when a connection is
 * readable or writable, and closes connections that stand still. When descriptors run out the one
 * that has stood still longest makes room.
 */
#ifndef APPS_STREAM_SERVER_H
#define APPS_STREAM_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <net/list.h>
#include <net/socket.h>

struct guest;
struct stream_server;

/* First member of a service's connection. */
struct stream_connection {
	struct list_head node; /* in server->active by last activity, or in server->closed */
	struct stream_server *server;
	int fd;
	uint32_t events; /* what epoll watches */
	bool closed;
	uint64_t active_ns;
};

struct stream_service {
	const char *name;
	uint16_t port;
	size_t connection_bytes; /* struct stream_connection first; cleared before open() */
	/* false: close at once. May be NULL. */
	bool (*open)(struct stream_connection *c);
	/* Ready for what it watches. Does a bounded piece of work. false: close. */
	bool (*ready)(struct stream_connection *c);
	/* Gives back what the connection holds, but for itself. May be NULL. */
	void (*close)(struct stream_connection *c);
};

struct stream_server {
	struct guest *guest;
	const struct stream_service *service;
	void *context; /* the service's own */
	struct files_struct *files;
	int epoll_fd, listen_fd;
	struct list_head active, closed;
	uint64_t accepted, timed_out, evicted;
};

/* Starts the task; panics when there is no memory. Returns the server for the service's context. */
struct stream_server *stream_server_start(struct guest *g, const struct stream_service *service,
					  void *context);

/* What to be called for next: EPOLLIN, EPOLLOUT or both. */
void stream_watch(struct stream_connection *c, uint32_t events);

/* As sys_read and sys_write on the connection; -EAGAIN: nothing now. */
long stream_read(struct stream_connection *c, void *buf, size_t len);
long stream_write(struct stream_connection *c, const struct iovec *iov, int count);

#endif
