// SPDX-License-Identifier: MIT
/* The table on real Linux: sys_...() are the machine's own, in a network namespace. */
#include "errno_test.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

/* <errno.h>, <unistd.h> and <sched.h> clash with the stack's headers. */
extern long syscall(long number, ...);
extern int *__errno_location(void);
#define LIMIT_S	      2
#define ANSWERS	      3	   /* that one packet may bring about, one after the other */
#define LOOP_FD	      1000 /* out of the way of what rows close */
#define ITIMER_REAL   0
#define CLONE_NEWNET  0x40000000
#define CLONE_NEWUSER 0x10000000
#define SIOCSIFFLAGS  0x8914
#define IFF_UP	      1

static long answer(long result)
{
	return result < 0 ? -*__errno_location() : result;
}

#define CALL(name, ...) answer(syscall(SYS_##name, __VA_ARGS__))

int sys_socket(struct files_struct *f, int domain, int type, int protocol)
{
	(void)f;
	return (int)CALL(socket, domain, type, protocol);
}

int sys_bind(struct files_struct *f, int fd, const struct sockaddr *addr, socklen_t len)
{
	(void)f;
	return (int)CALL(bind, fd, addr, len);
}

int sys_listen(struct files_struct *f, int fd, int backlog)
{
	(void)f;
	return (int)CALL(listen, fd, backlog);
}

int sys_accept4(struct files_struct *f, int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	(void)f;
	return (int)CALL(accept4, fd, addr, len, flags);
}

int sys_connect(struct files_struct *f, int fd, const struct sockaddr *addr, socklen_t len)
{
	(void)f;
	return (int)CALL(connect, fd, addr, len);
}

long sys_sendto(struct files_struct *f, int fd, const void *buf, size_t len, int flags,
		const struct sockaddr *to, socklen_t to_len)
{
	(void)f;
	return CALL(sendto, fd, buf, len, flags, to, to_len);
}

long sys_recvfrom(struct files_struct *f, int fd, void *buf, size_t len, int flags,
		  struct sockaddr *from, socklen_t *from_len)
{
	(void)f;
	return CALL(recvfrom, fd, buf, len, flags, from, from_len);
}

long sys_sendmsg(struct files_struct *f, int fd, const struct msghdr *msg, int flags)
{
	(void)f;
	return CALL(sendmsg, fd, msg, flags);
}

long sys_recvmsg(struct files_struct *f, int fd, struct msghdr *msg, int flags)
{
	(void)f;
	return CALL(recvmsg, fd, msg, flags);
}

long sys_read(struct files_struct *f, int fd, void *buf, size_t len)
{
	(void)f;
	return CALL(read, fd, buf, len);
}

long sys_write(struct files_struct *f, int fd, const void *buf, size_t len)
{
	(void)f;
	return CALL(write, fd, buf, len);
}

long sys_readv(struct files_struct *f, int fd, const struct iovec *iov, int count)
{
	(void)f;
	return CALL(readv, fd, iov, count);
}

long sys_writev(struct files_struct *f, int fd, const struct iovec *iov, int count)
{
	(void)f;
	return CALL(writev, fd, iov, count);
}

int sys_shutdown(struct files_struct *f, int fd, int how)
{
	(void)f;
	return (int)CALL(shutdown, fd, how);
}

int sys_close(struct files_struct *f, int fd)
{
	(void)f;
	return (int)CALL(close, fd);
}

int sys_poll(struct files_struct *f, struct pollfd *fds, unsigned int count, uint64_t timeout_ns)
{
	(void)f;
	return (int)CALL(poll, fds, count, (int)(timeout_ns / 1000000));
}

int sys_epoll_create1(struct files_struct *f, int flags)
{
	(void)f;
	return (int)CALL(epoll_create1, flags);
}

int sys_epoll_ctl(struct files_struct *f, int epfd, int op, int fd, struct epoll_event *event)
{
	(void)f;
	return (int)CALL(epoll_ctl, epfd, op, fd, event);
}

int sys_epoll_wait(struct files_struct *f, int epfd, struct epoll_event *events, int max_events,
		   uint64_t timeout_ns)
{
	(void)f;
	return (int)CALL(epoll_wait, epfd, events, max_events, (int)(timeout_ns / 1000000));
}

int sys_getsockopt(struct files_struct *f, int fd, int level, int name, void *value, socklen_t *len)
{
	(void)f;
	return (int)CALL(getsockopt, fd, level, name, value, len);
}

int sys_setsockopt(struct files_struct *f, int fd, int level, int name, const void *value,
		   socklen_t len)
{
	(void)f;
	return (int)CALL(setsockopt, fd, level, name, value, len);
}

int sys_getsockname(struct files_struct *f, int fd, struct sockaddr *addr, socklen_t *len)
{
	(void)f;
	return (int)CALL(getsockname, fd, addr, len);
}

int sys_getpeername(struct files_struct *f, int fd, struct sockaddr *addr, socklen_t *len)
{
	(void)f;
	return (int)CALL(getpeername, fd, addr, len);
}

int sys_fcntl(struct files_struct *f, int fd, int cmd, long arg)
{
	(void)f;
	return (int)CALL(fcntl, fd, cmd, arg);
}

int sys_ioctl(struct files_struct *f, int fd, unsigned long request, void *arg)
{
	(void)f;
	return (int)CALL(ioctl, fd, request, arg);
}

/*
 * A busy kernel leaves what crosses loopback to a thread of its own. This process stays on one processor,
 * which takes its packets in order: when a datagram has come back, so has what was sent before it.
 */
void settle(void)
{
	for (int round = 0; round < ANSWERS; round++) {
		sys_write(NULL, LOOP_FD, "", 1);
		sys_read(NULL, LOOP_FD, &(char){0}, 1);
	}
}

/* A call that would sleep is interrupted, and answers so. */
static void interrupt(int number)
{
	(void)number;
}

bool on_linux(void)
{
	return true;
}

/* Again and again: a late machine may come to the call only after the first time. */
void row_begins(void)
{
	const struct timeval limit = {.tv_sec = LIMIT_S};

	CALL(setitimer, ITIMER_REAL, &((struct timeval[]){limit, limit}), NULL);
}

int first_fd(void)
{
	return 3;
}

/* ---- what this kernel was built with ---- */

static bool known(int name)
{
	const int fd = sys_socket(NULL, AF_INET, SOCK_STREAM, 0);
	const int err = sys_setsockopt(NULL, fd, SOL_TCP, name, &(int){0}, sizeof(int));

	sys_close(NULL, fd);
	return err != -ENOPROTOOPT;
}

const char *cannot_ask(const char *call)
{
	if (strstr(call, "TCP_AO_") && !known(TCP_AO_ADD_KEY))
		return "this Linux has no TCP-AO";
	if (strstr(call, "TCP_MD5SIG") && !known(TCP_MD5SIG))
		return "this Linux has no TCP-MD5";
	return NULL;
}

static bool enter_namespace(void)
{
	struct {
		char name[16];
		short flags;
		char rest[22];
	} lo = {.name = "lo", .flags = IFF_UP};
	int fd;

	if (CALL(unshare, CLONE_NEWNET) && CALL(unshare, CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	fd = sys_socket(NULL, AF_INET, SOCK_DGRAM, 0);
	return sys_ioctl(NULL, fd, SIOCSIFFLAGS, &lo) == 0 && sys_close(NULL, fd) == 0;
}

/* A socket that is connected to itself, for settle(); false: no such thing here. */
static bool make_loop(void)
{
	struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const int fd = sys_socket(NULL, AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(self);

	return sys_bind(NULL, fd, (struct sockaddr *)&self, len) == 0 &&
	       sys_getsockname(NULL, fd, (struct sockaddr *)&self, &len) == 0 &&
	       sys_connect(NULL, fd, (struct sockaddr *)&self, len) == 0 &&
	       CALL(dup2, fd, LOOP_FD) == LOOP_FD && sys_close(NULL, fd) == 0;
}

static bool stay_on_one_processor(void)
{
	unsigned int processor;
	unsigned long mask[128] = {0};

	CALL(getcpu, &processor, NULL, NULL);
	mask[processor / 64] = 1ul << processor % 64;
	return CALL(sched_setaffinity, 0, sizeof(mask), mask) == 0;
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = interrupt}, NULL);
	if (!enter_namespace()) {
		printf("no network namespace is permitted here\n0 passed, 0 failed, 1 skipped\n");
		return 0;
	}
	if (!stay_on_one_processor() || !make_loop()) {
		printf("no loopback in the namespace\n0 passed, 1 failed, 0 skipped\n");
		return 1;
	}
	return run_cases(NULL);
}
