/* SPDX-License-Identifier: MIT */
/*
 * System calls of a script. A struct call_type says how a call's arguments become the words and the
 * memory that the back end takes (prepare) and what must be in that memory afterwards (check).
 */
#ifndef PACKETDRILL_CALLS_H
#define PACKETDRILL_CALLS_H

#include "run.h"

struct call_type {
	const char *name;
	enum call_number number;
	unsigned int min_args, max_args;
	/* False: the run has failed. check is asked only after a call that should succeed, did. */
	bool (*prepare)(struct run *r, struct pending_call *p);
	bool (*check)(struct run *r, struct pending_call *p);
	bool makes_fd; /* the result is a descriptor */
};

const struct call_type *call_type_find(const char *name);

/* ---- arguments (call_args.c) ---- */

/* Zeroed memory that lives as long as the call. */
void *call_memory(struct pending_call *p, size_t size);
/* The i-th argument; NULL: the script gives fewer. */
const struct expr *call_arg(const struct pending_call *p, unsigned int i);
bool arg_integer(struct run *r, struct pending_call *p, unsigned int i, int64_t *value);
/* Into call.arg[to], as a number or as the live descriptor. */
bool arg_word(struct run *r, struct pending_call *p, unsigned int i, unsigned int to);
bool arg_fd(struct run *r, struct pending_call *p, unsigned int i, unsigned int to);
/* An address and its length into call.arg[to] and [to + 1]; ... : fallback and port. */
bool arg_address(struct run *r, struct pending_call *p, unsigned int i, unsigned int to,
		 const struct address *fallback, uint16_t port);
/* The descriptor that the first argument names; NULL: the script has none of this number. */
struct run_fd *call_fd(struct run *r, const struct pending_call *p);
/* Live number of a script's; -1 stays, an unknown one becomes one that nobody has. */
int live_fd(const struct run *r, int64_t script_fd);

/* ---- data (call_data.c) ---- */
bool prepare_read(struct run *r, struct pending_call *p);
bool prepare_write(struct run *r, struct pending_call *p);
bool prepare_recvfrom(struct run *r, struct pending_call *p);
bool prepare_sendto(struct run *r, struct pending_call *p);
bool prepare_readv(struct run *r, struct pending_call *p);
bool prepare_writev(struct run *r, struct pending_call *p);
bool prepare_recvmsg(struct run *r, struct pending_call *p);
bool prepare_sendmsg(struct run *r, struct pending_call *p);
bool check_received(struct run *r, struct pending_call *p);
bool check_sent(struct run *r, struct pending_call *p);
bool check_recvmsg(struct run *r, struct pending_call *p);

/* ---- options (call_options.c) ---- */
bool prepare_setsockopt(struct run *r, struct pending_call *p);
bool prepare_getsockopt(struct run *r, struct pending_call *p);
bool check_getsockopt(struct run *r, struct pending_call *p);
bool prepare_ioctl(struct run *r, struct pending_call *p);
bool check_ioctl(struct run *r, struct pending_call *p);

/* ---- poll, epoll (call_poll.c) ---- */
bool prepare_poll(struct run *r, struct pending_call *p);
bool check_poll(struct run *r, struct pending_call *p);
bool prepare_epoll_ctl(struct run *r, struct pending_call *p);
bool prepare_epoll_wait(struct run *r, struct pending_call *p);
bool check_epoll_wait(struct run *r, struct pending_call *p);

#endif
