/* SPDX-License-Identifier: MIT */
/* struct file: what a descriptor stands for (a socket or an epoll instance). Private to socket/. */
#ifndef SOCKET_FILE_H
#define SOCKET_FILE_H

#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/socket.h>

struct file;

struct file_ops {
	/* The POLL* bits that hold now. */
	uint32_t (*poll)(struct file *f);
	/* Where changes of poll's answer are told. */
	struct wait_queue_head *(*wait_queue)(struct file *f);
	/* The last reference went; frees f. Process context. */
	void (*release)(struct file *f);
};

struct file {
	const struct file_ops *ops;
	struct net *net;
	uint32_t refcnt;
	uint32_t flags;		  /* O_NONBLOCK */
	struct list_head epitems; /* epoll instances that watch it */
};

/* A socket and its file are one object. */
struct socket_file {
	struct file file;
	struct socket socket;
};

extern const struct file_ops socket_file_ops, epoll_file_ops;

static inline struct socket_file *file_socket(struct file *f)
{
	return f->ops == &socket_file_ops ? container_of(f, struct socket_file, file) : NULL;
}

/* Counts against the system-wide limit: 0 or -ENFILE. */
int file_init(struct file *f, struct net *net, const struct file_ops *ops, uint32_t flags);
/* Before its memory is freed. */
void file_exit(struct file *f);
void fput(struct file *f);
/* A reference to what fd names; NULL: bad descriptor. */
struct file *fget(struct files_struct *files, int fd);
/* Gives f (the caller's reference) the lowest free descriptor; or -EMFILE, -ENOMEM: f stays. */
int fd_install(struct files_struct *files, struct file *f);
/* The same in two steps: until it is filled, the number is taken and names nothing. */
int fd_reserve(struct files_struct *files);
void fd_fill(struct files_struct *files, int fd, struct file *f);
void fd_release(struct files_struct *files, int fd);
struct net *files_net(const struct files_struct *files);
unsigned int files_limit(const struct files_struct *files);

/* epoll.c: f goes, nobody watches it any more. */
void eventpoll_release_file(struct file *f);

/* sockopt.c */
int sock_setsockopt(struct sock *sk, int name, const void *value, socklen_t len);
int sock_getsockopt(struct sock *sk, int name, void *value, socklen_t *len);

/* af_inet.c: NULL and *err, or the protocol that serves the triple. */
const struct inet_protosw *inet_protosw_find(int domain, int type, int protocol, int *err);

#endif
