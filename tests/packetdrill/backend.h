/* SPDX-License-Identifier: MIT */
/*
 * What a script runs on: something with system calls at one end and raw IP at the other. Constants
 * and structures of the calls are Linux's x86-64 ones, on every back end; results are >= 0 or a
 * negative errno.
 */
#ifndef PACKETDRILL_BACKEND_H
#define PACKETDRILL_BACKEND_H

#include "packet.h"

enum call_number {
	CALL_SOCKET,
	CALL_BIND,
	CALL_LISTEN,
	CALL_ACCEPT4,
	CALL_CONNECT,
	CALL_READ,
	CALL_WRITE,
	CALL_READV,
	CALL_WRITEV,
	CALL_RECVFROM,
	CALL_SENDTO,
	CALL_RECVMSG,
	CALL_SENDMSG,
	CALL_FCNTL,
	CALL_IOCTL,
	CALL_CLOSE,
	CALL_SHUTDOWN,
	CALL_GETSOCKOPT,
	CALL_SETSOCKOPT,
	CALL_GETSOCKNAME,
	CALL_GETPEERNAME,
	CALL_POLL,
	CALL_EPOLL_CREATE1,
	CALL_EPOLL_CTL,
	CALL_EPOLL_WAIT,
};

/* A system call under way. */
struct call {
	enum call_number number;
	long arg[6];
	bool may_block; /* the script says that it sleeps */
	/* Set by the back end: */
	bool ended;
	uint64_t ended_ns;
	long result;
	int thread; /* the back end's own: who runs it */
};

struct backend {
	const struct backend_ops *ops;
	bool real_time; /* the machine's load may disturb it */
	bool pull_only; /* receive() waits for a packet */
};

struct backend_ops {
	const char *name;
	/* Its version, for --not_on=NAME<VERSION; NULL: has none. */
	void (*version)(char *out, size_t len);
	/* argument: what follows the ':' of --backend=NAME:ARGUMENT, or NULL.
	 * Once, before the processes of the scripts are forked. NULL: error holds why; with *skip
	 * it is not the fault of anybody. */
	struct backend *(*create)(const char *argument, bool *skip, char *error, size_t error_len);
	/* In the process of one script: addresses, MTU; the stack is ready. */
	bool (*start)(struct backend *b, const struct addresses *a, unsigned int mtu, char *error,
		      size_t error_len);
	uint64_t (*now_ns)(struct backend *b);
	/* Lets time pass until then, or until a packet came out or a call ended. */
	void (*wait)(struct backend *b, uint64_t until_ns);
	/* The stack receives the packet now. */
	void (*send)(struct backend *b, const struct packet *p);
	/* The oldest packet that the stack sent, or NULL; the caller frees it. */
	struct packet *(*receive)(struct backend *b);
	/* Starts a call. It has ended on return unless it sleeps. c stays where it is until then. */
	void (*call)(struct backend *b, struct call *c);
	/* "net.ipv4.tcp_sack", "1": 0, -ENOENT (it has no such setting) or -EINVAL. */
	int (*sysctl)(struct backend *b, const char *name, const char *value);
	/* How late a timer of this length may be, on top of the script's tolerance. NULL: not. */
	uint64_t (*timer_slack_ns)(uint64_t wait_ns);
	/* Closes every descriptor and lets the stack come to rest. False: error says what it left
	 * behind. */
	bool (*finish)(struct backend *b, char *error, size_t error_len);
};

extern const struct backend_ops backend_stack, backend_ref, backend_rtl, backend_linux, backend_so;

#endif
