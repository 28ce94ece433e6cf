/* SPDX-License-Identifier: MIT */
/*
 * Neighbours: link addresses of the hosts on our networks and whether they still hold. One table an
 * IP version: ARP fills IPv4's, neighbour discovery IPv6's. States and times are RFC 4861's (section
 * 7.3). Addresses in the form of in6.h; soft interrupts off.
 */
#ifndef NET_NEIGHBOUR_H
#define NET_NEIGHBOUR_H

#include <string.h>
#include "if_ether.h"
#include "in6.h"
#include "mib.h"
#include "netdevice.h"

enum neigh_state {
	NEIGH_INCOMPLETE, /* asked, no answer yet */
	NEIGH_REACHABLE,
	NEIGH_STALE, /* known, but not confirmed lately */
	NEIGH_DELAY, /* stale and used: waits for a confirmation before it asks */
	NEIGH_PROBE, /* asks the known address */
	NEIGH_FAILED,
};

struct neigh_table;

#define NEIGH_HEADER_BYTES 16

struct neighbour {
	struct list_head hash_node, lru_node;
	struct timer_list timer;
	struct neigh_table *table;
	struct net_device *dev;
	struct in6_addr addr;
	enum neigh_state state;
	uint8_t ha[ETH_ALEN];
	uint8_t probes;
	bool is_router;	     /* IPv6: it said so */
	uint64_t updated_ns; /* ha last changed or confirmed */
	/* The Ethernet header of all that goes to ha, behind bytes that make it whole words. */
	uint64_t header[NEIGH_HEADER_BYTES / 8];
	struct sk_buff_head queue; /* wait for the address; data at the IP header */
};

struct neigh_times {
	uint64_t reachable_ns; /* on average */
	uint64_t retrans_ns;   /* between questions */
};

struct neigh_ops {
	uint16_t ethertype;
	enum net_mib failures, table_full; /* counters */
	/* Asks for n's address; target: the link address to ask, NULL: everybody. */
	void (*solicit)(struct neighbour *n, const uint8_t *target);
	/* A packet (data at its IP header) that cannot be delivered: tells its sender. */
	void (*undeliverable)(struct sk_buff *skb);
	/* n does not answer. May be NULL. */
	void (*failed)(struct neighbour *n);
	/* Of a device. */
	struct neigh_times (*times)(const struct net_device *dev);
};

#define NEIGH_BUCKETS	64
#define NEIGH_MAX	512
#define NEIGH_QUEUE_MAX 64

#define NEIGH_REACHABLE_NS 30000000000ull /* RFC 4861 section 10 */
#define NEIGH_RETRANS_NS   1000000000ull

struct neigh_table {
	struct net *net;
	const struct neigh_ops *ops;
	struct list_head buckets[NEIGH_BUCKETS];
	struct list_head lru; /* least recently changed first */
	uint32_t count;
};

void neigh_table_init(struct neigh_table *t, struct net *net, const struct neigh_ops *ops);
struct neighbour *neigh_lookup(struct neigh_table *t, const struct net_device *dev,
			       const struct in6_addr *addr);
/* Looks up or makes; NULL: no memory. */
struct neighbour *neigh_get(struct neigh_table *t, struct net_device *dev,
			    const struct in6_addr *addr);
/* n is at ha. confirmed: it answers our question. */
void neigh_update(struct neighbour *n, const uint8_t *ha, bool confirmed);
/* Something says that n may be elsewhere: its address is used but checked. */
void neigh_suspect(struct neighbour *n);
/* Of a neighbour whose address is not just used as it is, or where that is not known. */
int neigh_resolve_output(struct neighbour *n, struct sk_buff *skb);
/* dev NULL: all. */
void neigh_flush(struct neigh_table *t, struct net_device *dev);
/* n takes what we send: a transport's hint (RFC 4861 section 7.3.1). */
void neigh_reconfirm(struct neighbour *n);
static inline void neigh_confirm(struct neighbour *n)
{
	if (n->state == NEIGH_DELAY || n->state == NEIGH_PROBE)
		neigh_reconfirm(n);
}
/* n's link address is known. */
static inline bool neigh_known(const struct neighbour *n)
{
	return n->state != NEIGH_INCOMPLETE && n->state != NEIGH_FAILED;
}

/* Puts an Ethernet header in front and sends (netdev.c). */
int eth_output(struct sk_buff *skb, const uint8_t *dest, uint16_t ethertype);

/* Sends skb (data at the IP header) to n, or queues it until the address is known. */
static inline int neigh_output(struct neighbour *n, struct sk_buff *skb)
{
	const unsigned int as_it_is = 1u << NEIGH_REACHABLE | 1u << NEIGH_DELAY | 1u << NEIGH_PROBE;

	if (unlikely(!(1u << n->state & as_it_is) || skb_headroom(skb) < NEIGH_HEADER_BYTES))
		return neigh_resolve_output(n, skb);
	memcpy(skb->data - NEIGH_HEADER_BYTES, n->header, NEIGH_HEADER_BYTES);
	skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	skb->protocol = n->table->ops->ethertype;
	return dev_queue_xmit(skb);
}

#endif
