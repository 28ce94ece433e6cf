// SPDX-License-Identifier: MIT
/* A script's system calls, on our stack. */
#include "stack_host.h"

static uint64_t timeout_ns(long ms)
{
	return ms < 0 ? PORT_WAIT_FOREVER : (uint64_t)ms * HOST_MS;
}

static long transfer(struct files_struct *f, const struct call *c)
{
	const long *a = c->arg;
	int fd = (int)a[0];

	switch (c->number) {
	case CALL_READ:
		return sys_read(f, fd, (void *)a[1], (size_t)a[2]);
	case CALL_WRITE:
		return sys_write(f, fd, (void *)a[1], (size_t)a[2]);
	case CALL_READV:
		return sys_readv(f, fd, (void *)a[1], (int)a[2]);
	case CALL_WRITEV:
		return sys_writev(f, fd, (void *)a[1], (int)a[2]);
	case CALL_RECVFROM:
		return sys_recvfrom(f, fd, (void *)a[1], (size_t)a[2], (int)a[3], (void *)a[4],
				    (void *)a[5]);
	case CALL_SENDTO:
		return sys_sendto(f, fd, (void *)a[1], (size_t)a[2], (int)a[3], (void *)a[4],
				  (socklen_t)a[5]);
	case CALL_RECVMSG:
		return sys_recvmsg(f, fd, (void *)a[1], (int)a[2]);
	case CALL_SENDMSG:
		return sys_sendmsg(f, fd, (void *)a[1], (int)a[2]);
	default:
		return -EINVAL;
	}
}

long stack_call_perform(struct files_struct *f, const struct call *c)
{
	const long *a = c->arg;
	int fd = (int)a[0];

	switch (c->number) {
	case CALL_SOCKET:
		return sys_socket(f, (int)a[0], (int)a[1], (int)a[2]);
	case CALL_BIND:
		return sys_bind(f, fd, (void *)a[1], (socklen_t)a[2]);
	case CALL_LISTEN:
		return sys_listen(f, fd, (int)a[1]);
	case CALL_ACCEPT4:
		return sys_accept4(f, fd, (void *)a[1], (void *)a[2], (int)a[3]);
	case CALL_CONNECT:
		return sys_connect(f, fd, (void *)a[1], (socklen_t)a[2]);
	case CALL_FCNTL:
		return sys_fcntl(f, fd, (int)a[1], a[2]);
	case CALL_IOCTL:
		return sys_ioctl(f, fd, (unsigned long)a[1], (void *)a[2]);
	case CALL_CLOSE:
		return sys_close(f, fd);
	case CALL_SHUTDOWN:
		return sys_shutdown(f, fd, (int)a[1]);
	case CALL_GETSOCKOPT:
		return sys_getsockopt(f, fd, (int)a[1], (int)a[2], (void *)a[3], (void *)a[4]);
	case CALL_SETSOCKOPT:
		return sys_setsockopt(f, fd, (int)a[1], (int)a[2], (void *)a[3], (socklen_t)a[4]);
	case CALL_GETSOCKNAME:
		return sys_getsockname(f, fd, (void *)a[1], (void *)a[2]);
	case CALL_GETPEERNAME:
		return sys_getpeername(f, fd, (void *)a[1], (void *)a[2]);
	case CALL_POLL:
		return sys_poll(f, (void *)a[0], (unsigned int)a[1], timeout_ns(a[2]));
	case CALL_EPOLL_CREATE1:
		return sys_epoll_create1(f, (int)a[0]);
	case CALL_EPOLL_CTL:
		return sys_epoll_ctl(f, fd, (int)a[1], (int)a[2], (void *)a[3]);
	case CALL_EPOLL_WAIT:
		return sys_epoll_wait(f, fd, (void *)a[1], (int)a[2], timeout_ns(a[3]));
	default:
		return transfer(f, c);
	}
}
