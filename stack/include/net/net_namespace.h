/* SPDX-License-Identifier: MIT */
/* struct net from the inside: for the stack's own files only. */
#ifndef NET_NET_NAMESPACE_H
#define NET_NET_NAMESPACE_H

#include <stdint.h>
#include "drop_reason.h"
#include "mib.h"
#include "net.h"
#include "netdevice.h"
#include "siphash.h"
#include "sysctl.h"
#include "timer_wheel.h"
#include "trace.h"

struct netns_ipv4; /* stack/ipv4/ipv4.h */
struct netns_ipv6; /* stack/ipv6/ipv6.h */
struct netns_tcp;  /* stack/tcp */

/* Freed objects of one size, kept for reuse. */
struct mem_cache {
	void *free;
	uint32_t count, limit;
	uint32_t size_bytes; /* as asked of the port */
};

enum skb_data_class {
	SKB_DATA_HEADERS,
	SKB_DATA_RX,
	SKB_DATA_JUMBO,
	SKB_DATA_BLOCK,
	SKB_DATA_CLASSES
};

/* What soft interrupts have to do. */
struct softnet {
	uint32_t bh_disabled;	   /* depth */
	bool running;		   /* in a soft interrupt */
	bool pending;		   /* something to do; set by hard interrupts too */
	bool napi_requested;	   /* some context is; set by hard interrupts too */
	uint32_t tickets;	   /* given to requests */
	struct napi_struct *napis; /* of all devices */
	struct list_head poll_list;
	uint64_t poll_ns;    /* when the running poll began: arrival time of its packets */
	uint32_t xmit_batch; /* depth of net_xmit_batch_begin() */
	bool tx_flush;	     /* a device has it set */
};

struct net {
	struct port *port;
	struct sysctl sysctl;
	struct softnet softnet;
	struct timer_wheel timers;
	struct list_head devices;
	struct net_device *loopback;
	struct siphash_key hash_key; /* random; of hash tables */
	uint32_t route_generation;   /* never 0 */
	uint32_t last_ifindex;
	uint32_t files_open; /* stack/socket: of all descriptor tables */
	struct netns_ipv4 *ipv4;
	struct netns_ipv6 *ipv6;
	struct netns_tcp *tcp;
	struct mem_cache skb_cache, data_cache[SKB_DATA_CLASSES];
	struct mem_cache whole_cache[SKB_DATA_CLASSES]; /* sk_buffs with a block each */
	uint64_t skbs_alive, blocks_alive;
	uint64_t tcp_memory_bytes, other_memory_bytes; /* of sockets' queues */
	uint64_t mib[MIB_COUNT];
	uint64_t drops[SKB_DROP_COUNT];
	const struct net_trace_ops *trace; /* NULL: none (trace.h) */
	void *trace_ctx;
	const struct tcp_hook_ops *tcp_hooks;
	void *tcp_hooks_ctx;
};

static inline struct net *dev_net(const struct net_device *dev)
{
	return dev->net;
}

/* Every sk_buff has a linear part, and that its network. */
static inline struct net *skb_net(const struct sk_buff *skb)
{
	return skb->head_data->port->net;
}

/*
 * local_bh_disable() and local_bh_enable() of net.h, dozens of times a packet: inlined wherever struct
 * net is known (gnu_inline: the functions themselves are softirq.c's).
 */
void softirq_run_pending(struct net *net);

extern inline __attribute__((gnu_inline)) void local_bh_disable(struct net *net)
{
	net->softnet.bh_disabled++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

extern inline __attribute__((gnu_inline)) void local_bh_enable(struct net *net)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	assert(net->softnet.bh_disabled > 0);
	if (--net->softnet.bh_disabled == 0 &&
	    __atomic_load_n(&net->softnet.pending, __ATOMIC_RELAXED))
		softirq_run_pending(net);
}

/* Routes that users cache are looked up again. */
static inline void route_generation_next(struct net *net)
{
	if (++net->route_generation == 0)
		net->route_generation = 1;
}

/* A received packet with data at its network header, protocol and pkt_type set (netdev.c). */
void netif_receive_skb(struct sk_buff *skb);
/* Forgets the NAPI contexts of a device (softirq.c). */
void netif_napi_del_all(struct net_device *dev);
/* Passes the flows that napi merges on to the stack, or frees them (gro.c). */
void napi_gro_flush(struct napi_struct *napi);
void napi_gro_purge(struct napi_struct *napi);
/* Merges skb (TCP, data at the IP header) into a flow or passes it on. */
void gro_receive(struct napi_struct *napi, struct sk_buff *skb);
/* Sends what waits in the queues of devices marked tx_flush (netdev.c). */
void net_tx_action(struct net *net);
/* Has soft interrupts run when they may; any context. */
void raise_softirq(struct net *net);
/* The loopback device "lo" with 127.0.0.1/8 and ::1 (loopback.c). */
int loopback_create(struct net *net);
void loopback_destroy(struct net *net);
void skb_caches_init(struct net *net);
/* Gives the cached free memory back to the port. */
void skb_caches_drain(struct net *net);

#endif
