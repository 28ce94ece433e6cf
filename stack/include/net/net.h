/* SPDX-License-Identifier: MIT */
/*
 * struct net: one host's network stack; there may be many in a process, none shares anything.
 * Members are private to the stack, except sysctl, which may be written before use.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include <stdbool.h>
#include <stdint.h>
#include "port.h"

struct net;
struct net_device;
struct sysctl;

/* A stack on a port. NULL: no memory. */
struct net *net_create(struct port *port);
/* Everything of it must be closed; frees what is left (timers, neighbours) and asserts no leak. */
void net_destroy(struct net *net);
struct port *net_port(struct net *net);
struct sysctl *net_sysctl(struct net *net); /* stack/include/net/sysctl.h */

/* Soft interrupts off / on (counted); the last enable runs pending ones. Process context. */
void local_bh_disable(struct net *net);
void local_bh_enable(struct net *net);

/* The port calls it after each hard interrupt, interrupts on: runs soft interrupts if allowed. */
void net_irq_exit(struct net *net);
/* Runs pending soft interrupts and due timers now; returns the time of the next timer, ns
 * (UINT64_MAX: none), or 0 when more work is pending. Not while bh is disabled. */
uint64_t net_softirq(struct net *net);
/* When the next timer wants to run, ns; UINT64_MAX: none. For ports that program a clock. */
uint64_t net_next_timer(struct net *net);

/* Addresses in host byte order, e.g. 0x0a000002 for 10.0.0.2. 0 or a negative errno. */
int net_ipv4_configure(struct net_device *dev, uint32_t addr, unsigned int prefix_len,
		       uint32_t gateway);
/* Process context: blocks until an address is leased or timeout; 0, -ETIMEDOUT or another errno. */
int net_dhcp_configure(struct net_device *dev, uint64_t timeout_ns);
struct net_ipv4_info {
	uint32_t addr, mask, gateway;
};
void net_ipv4_info(const struct net_device *dev, struct net_ipv4_info *out);

/*
 * IPv6. A device speaks it from the first of these calls on, with a link-local address besides.
 * Addresses become usable once nobody on the link objects (duplicate address detection, 1 to 2 s
 * after the link is up; sysctl ipv6_dad_transmits). gateway NULL: none. 0 or a negative errno.
 */
struct in6_addr;
int net_ipv6_configure(struct net_device *dev, const struct in6_addr *addr, unsigned int prefix_len,
		       const struct in6_addr *gateway);
/* Routers are asked and believed (SLAAC). Process context: blocks until an address made from a
 * router's prefix may be used: 0; -ETIMEDOUT: not yet. timeout_ns 0 does not block. */
int net_ipv6_autoconf(struct net_device *dev, uint64_t timeout_ns);
/* Fills up to max entries; returns how many addresses there are. */
struct net_ipv6_info;
unsigned int net_ipv6_addresses(const struct net_device *dev, struct net_ipv6_info *out,
				unsigned int max);

/* One counter of SNMP, TcpExt or softnet; names as Linux's nstat prints them ("TcpOutSegs"). */
typedef void (*net_mib_visit)(void *ctx, const char *name, uint64_t value);
void net_mib_for_each(struct net *net, net_mib_visit visit, void *ctx);

/* sk_buffs and blocks alive: what leak checks compare. */
uint64_t net_objects_alive(const struct net *net);

#endif
