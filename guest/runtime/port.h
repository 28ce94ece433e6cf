/* SPDX-License-Identifier: MIT */
/* The stack's port (net/port.h) on the guest, and soft interrupts of a stack on it. */
#ifndef RUNTIME_PORT_H
#define RUNTIME_PORT_H

struct guest;
struct net;

/* Fills g->port. */
void guest_port_init(struct guest *g);
/* From now on net's soft interrupts run at interrupt exit and before the processor idles. */
void guest_port_attach(struct guest *g, struct net *net);

#endif
