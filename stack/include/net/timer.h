/* SPDX-License-Identifier: MIT */
/* Timers of the stack: run in soft interrupt, never before their time, in order of their time. */
#ifndef NET_TIMER_H
#define NET_TIMER_H

#include <stdbool.h>
#include <stdint.h>
#include "list.h"

struct net;

struct timer_list {
	struct list_head node;
	uint64_t expires_ns;
	void (*function)(struct timer_list *t);
	bool pending;
};

void timer_setup(struct timer_list *t, void (*function)(struct timer_list *t));
/* (Re)arms; O(1). Precision 1 us up to 16 ms ahead, below 1 % beyond. */
void timer_mod(struct net *net, struct timer_list *t, uint64_t expires_ns);
/* True when it was pending. */
bool timer_del(struct net *net, struct timer_list *t);

#endif
