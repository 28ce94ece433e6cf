/* SPDX-License-Identifier: MIT */
/*
 * What packetdrill asks of a stack in a shared object (--so_filename): the object exports
 * packetdrill_interface_init(), which fills this table. Results are as libc's: -1 and errno.
 * The order of the members is the contract.
 */
#ifndef PACKETDRILL_SO_INTERFACE_H
#define PACKETDRILL_SO_INTERFACE_H

#include <stddef.h>
#include <stdint.h>

struct sockaddr;
struct iovec;
struct msghdr;
struct pollfd;
struct epoll_event;
struct timeval;
struct timezone;

struct packetdrill_interface {
	void *userdata;
	void (*free)(void *userdata);
	int (*socket)(void *userdata, int domain, int type, int protocol);
	int (*bind)(void *userdata, int fd, const struct sockaddr *addr, uint32_t len);
	int (*listen)(void *userdata, int fd, int backlog);
	int (*accept)(void *userdata, int fd, struct sockaddr *addr, uint32_t *len);
	int (*connect)(void *userdata, int fd, const struct sockaddr *addr, uint32_t len);
	long (*read)(void *userdata, int fd, void *buf, size_t count);
	long (*readv)(void *userdata, int fd, const struct iovec *iov, int count);
	long (*recv)(void *userdata, int fd, void *buf, size_t len, int flags);
	long (*recvfrom)(void *userdata, int fd, void *buf, size_t len, int flags,
			 struct sockaddr *from, uint32_t *from_len);
	long (*recvmsg)(void *userdata, int fd, struct msghdr *msg, int flags);
	long (*write)(void *userdata, int fd, const void *buf, size_t count);
	long (*writev)(void *userdata, int fd, const struct iovec *iov, int count);
	long (*send)(void *userdata, int fd, const void *buf, size_t len, int flags);
	long (*sendto)(void *userdata, int fd, const void *buf, size_t len, int flags,
		       const struct sockaddr *to, uint32_t to_len);
	long (*sendmsg)(void *userdata, int fd, const struct msghdr *msg, int flags);
	int (*fcntl)(void *userdata, int fd, int cmd, ...);
	int (*ioctl)(void *userdata, int fd, unsigned long request, ...);
	int (*close)(void *userdata, int fd);
	int (*shutdown)(void *userdata, int fd, int how);
	int (*getsockopt)(void *userdata, int fd, int level, int name, void *value, uint32_t *len);
	int (*setsockopt)(void *userdata, int fd, int level, int name, const void *value,
			  uint32_t len);
	int (*poll)(void *userdata, struct pollfd *fds, unsigned long count, int timeout_ms);
	/* A raw IP packet for the stack; one from it. */
	int (*netdev_send)(void *userdata, const void *buf, size_t count);
	/* Waits for the next one; *count 0: none will ever come. */
	int (*netdev_receive)(void *userdata, void *buf, size_t *count, long long *time_usecs);
	int (*usleep)(void *userdata, unsigned int usecs);
	int (*gettimeofday)(void *userdata, struct timeval *tv, struct timezone *tz);
	int (*epoll_create)(void *userdata, int size);
	int (*epoll_ctl)(void *userdata, int epfd, int op, int fd, struct epoll_event *event);
	int (*epoll_wait)(void *userdata, int epfd, struct epoll_event *events, int max,
			  int timeout_ms);
	int (*pipe)(void *userdata, int fds[2]);
	int (*splice)(void *userdata, int fd_in, long long *off_in, int fd_out, long long *off_out,
		      size_t len, unsigned int flags);
};

/*
 * flags: "key=value,..." (packetdrill --so_flags), each optional:
 *   local=A/N,gateway=A   of either IP version, in place of packetdrill's own defaults
 *   mtu=N                 1500
 *   tso=off               segments leave one by one, not as super-segments
 *   sysctl=off            settings are the stack's defaults, not what /proc/sys/net says
 */
void packetdrill_interface_init(const char *flags, struct packetdrill_interface *interface);

#endif
