/* SPDX-License-Identifier: MIT */
/*
 * What the back ends on our stack share: one host of a virtual-time world, whose wire ends in the
 * runner. Calls run as tasks. The runner answers the host's questions for the gateway's address.
 */
#ifndef PACKETDRILL_STACK_HOST_H
#define PACKETDRILL_STACK_HOST_H

#include <host/host.h>
#include <net/net.h>
#include <net/netdevice.h>
#include <net/socket.h>
#include "backend.h"

struct stack_host {
	struct backend base; /* first */
	struct host_world *world;
	struct host *host;
	struct net *net;
	struct net_device *dev;
	struct files_struct *files;
	struct addresses addresses;
	/* A frame for the stack, on its wire now. */
	void (*inject)(struct stack_host *s, const void *frame, uint32_t len);
	bool tso;		     /* super-segments leave whole; set before start */
	uint64_t settle_ns;	     /* how long a frame takes from the wire to the stack */
	struct packet *first, **end; /* IP packets sent, oldest first */
	struct packet *neighbour_replies;
};

static inline struct stack_host *stack_host(struct backend *b)
{
	return (struct stack_host *)b;
}

/* The device is up: addresses, descriptors. */
bool stack_host_start(struct stack_host *s, const struct addresses *a, char *error,
		      size_t error_len);
/* Further ones, of the other IP version. */
bool stack_host_add_addresses(struct stack_host *s, const struct addresses *a);
/* The stack has put a frame on the wire. */
void stack_host_frame(struct stack_host *s, const uint8_t *frame, uint32_t len, uint64_t time_ns);
/* Runs fn as the only task until it has ended. */
void stack_host_do(struct stack_host *s, void (*fn)(void *arg), void *arg);

/* Operations of the back ends. */
uint64_t stack_host_now_ns(struct backend *b);
void stack_host_wait(struct backend *b, uint64_t until_ns);
void stack_host_send(struct backend *b, const struct packet *p);
struct packet *stack_host_receive(struct backend *b);
void stack_host_call(struct backend *b, struct call *c);
/* The i-th setting's name; NULL: there are no more. */
const char *stack_host_setting(unsigned int i);
int stack_host_sysctl(struct backend *b, const char *name, const char *value);

/* Closes every descriptor and lets time pass until only `objects` of the stack are left, 3000 s at
 * most. False: error says how many more there are. */
bool stack_host_rest(struct stack_host *s, uint64_t objects, char *error, size_t error_len);

/* stack_calls.c: does it, in a task. */
long stack_call_perform(struct files_struct *files, const struct call *c);

#endif
