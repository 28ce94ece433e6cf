/* SPDX-License-Identifier: MIT */
/*
 * System calls of the stack, for applications (guest apps, host-rung tasks, the packetdrill
 * runner). A struct files_struct is one process's descriptor table. Calls return a value >= 0 or a
 * negative errno, with Linux's meanings; blocking calls sleep the calling task. Constants, structs
 * and errno values are Linux's x86-64 ones (uapi.h, errno.h of the stack), so that code reads as
 * usual; do not include the system's socket headers beside them.
 */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include "net.h"
#include "uapi.h"

struct files_struct;

/* nofile_limit: descriptors at most (RLIMIT_NOFILE); 0: 1024. NULL: no memory. */
struct files_struct *files_create(struct net *net, unsigned int nofile_limit);
/* Closes all. */
void files_destroy(struct files_struct *f);

int sys_socket(struct files_struct *f, int domain, int type, int protocol);
int sys_bind(struct files_struct *f, int fd, const struct sockaddr *addr, socklen_t len);
int sys_listen(struct files_struct *f, int fd, int backlog);
int sys_accept4(struct files_struct *f, int fd, struct sockaddr *addr, socklen_t *len, int flags);
int sys_connect(struct files_struct *f, int fd, const struct sockaddr *addr, socklen_t len);
long sys_sendto(struct files_struct *f, int fd, const void *buf, size_t len, int flags,
		const struct sockaddr *to, socklen_t to_len);
long sys_recvfrom(struct files_struct *f, int fd, void *buf, size_t len, int flags,
		  struct sockaddr *from, socklen_t *from_len);
long sys_sendmsg(struct files_struct *f, int fd, const struct msghdr *msg, int flags);
long sys_recvmsg(struct files_struct *f, int fd, struct msghdr *msg, int flags);
long sys_read(struct files_struct *f, int fd, void *buf, size_t len);
long sys_write(struct files_struct *f, int fd, const void *buf, size_t len);
long sys_readv(struct files_struct *f, int fd, const struct iovec *iov, int count);
long sys_writev(struct files_struct *f, int fd, const struct iovec *iov, int count);
int sys_shutdown(struct files_struct *f, int fd, int how);
int sys_close(struct files_struct *f, int fd);
/* timeout_ns: 0 does not wait, PORT_WAIT_FOREVER waits for ever. */
int sys_poll(struct files_struct *f, struct pollfd *fds, unsigned int count, uint64_t timeout_ns);
int sys_epoll_create1(struct files_struct *f, int flags);
int sys_epoll_ctl(struct files_struct *f, int epfd, int op, int fd, struct epoll_event *event);
int sys_epoll_wait(struct files_struct *f, int epfd, struct epoll_event *events, int max_events,
		   uint64_t timeout_ns);
int sys_getsockopt(struct files_struct *f, int fd, int level, int name, void *value,
		   socklen_t *len);
int sys_setsockopt(struct files_struct *f, int fd, int level, int name, const void *value,
		   socklen_t len);
int sys_getsockname(struct files_struct *f, int fd, struct sockaddr *addr, socklen_t *len);
int sys_getpeername(struct files_struct *f, int fd, struct sockaddr *addr, socklen_t *len);
int sys_fcntl(struct files_struct *f, int fd, int cmd, long arg);
int sys_ioctl(struct files_struct *f, int fd, unsigned long request, void *arg);

#endif
