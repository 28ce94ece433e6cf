/* SPDX-License-Identifier: MIT */
/* The seam between stack and driver: network devices and NAPI. Modelled on Linux's. */
#ifndef NET_NETDEVICE_H
#define NET_NETDEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include "if_ether.h"
#include "list.h"
#include "skbuff.h"
#include "timer.h"

#define IFNAMSIZ 16

enum netdev_features {
	NETIF_F_SG = 1u << 0,
	NETIF_F_HW_CSUM = 1u << 1, /* CHECKSUM_PARTIAL of any protocol on the way out */
	NETIF_F_TSO = 1u << 2,
	NETIF_F_TSO6 = 1u << 3,
	NETIF_F_RXCSUM = 1u << 4,
	NETIF_F_GRO = 1u << 5, /* done by the stack */
	NETIF_F_GSO = 1u << 6, /* software GSO when the card lacks TSO; done by the stack */
};

enum netdev_tx {
	NETDEV_TX_OK,	/* the driver owns the sk_buff */
	NETDEV_TX_BUSY, /* ring full though the queue was not stopped; the stack keeps it */
};

struct napi_struct {
	struct list_head poll_node;
	struct net_device *dev;
	/* Soft interrupt. Handles up to budget received packets; returns how many. When fewer than
	 * budget: it has called napi_complete_done() and re-enabled its interrupt. */
	int (*poll)(struct napi_struct *napi, int budget);
	int weight; /* 64 */
	bool scheduled, disabled;
	bool requested; /* by napi_schedule(); not on the poll list yet, or to be polled once more */
	uint32_t ticket;	      /* the order of requests */
	struct napi_struct *next;     /* of the same network */
	struct sk_buff_head gro_list; /* flows being merged, at most 8 */
	uint64_t polls, completes;
};

struct net_device_stats {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	uint64_t rx_dropped, rx_errors, rx_missed, tx_dropped, tx_errors, tx_timeouts;
};

/* One name and value of the driver's own statistics (ethtool -S). */
struct netdev_stat {
	const char *name;
	uint64_t value;
};

struct net_device_ops {
	/* Process context, soft interrupts off. 0 or a negative errno. */
	int (*open)(struct net_device *dev);
	int (*stop)(struct net_device *dev);
	/*
	 * Soft interrupts off. skb starts with the Ethernet header. more: further packets follow at
	 * once, the doorbell may wait for the last (not when this one makes the driver stop the
	 * queue).
	 */
	enum netdev_tx (*xmit)(struct sk_buff *skb, struct net_device *dev, bool more);
	/* Soft interrupts off; features is a subset of hw_features. */
	int (*set_features)(struct net_device *dev, uint32_t features);
	void (*get_stats)(struct net_device *dev, struct net_device_stats *out);
	/* Fills up to max entries; returns how many there are. */
	unsigned int (*get_ethtool_stats)(struct net_device *dev, struct netdev_stat *out,
					  unsigned int max);
	/* The queue has been stopped for longer than watchdog_timeo_ns: reset the card. */
	void (*tx_timeout)(struct net_device *dev);
};

struct net_device {
	char name[IFNAMSIZ];
	struct net *net;
	const struct net_device_ops *ops;
	void *priv; /* the driver's */
	uint8_t dev_addr[ETH_ALEN];
	uint32_t mtu; /* bytes of IP packet; 68..9216 */
	uint32_t features, hw_features;
	uint32_t gso_max_bytes;
	bool up, carrier, queue_stopped;
	uint64_t watchdog_timeo_ns; /* default 5 s */
	uint64_t trans_start_ns;    /* of the xmit that stopped the queue */

	/* The stack's: */
	struct list_head node;	   /* in net->devices */
	struct sk_buff_head qdisc; /* waits while the queue is stopped, at most tx_queue_len */
	uint32_t tx_queue_len;	   /* packets, default 1000 */
	bool tx_flush;		   /* the qdisc is to be sent at the next soft interrupt */
	struct timer_list watchdog;
	struct net_device_stats stats; /* packets and bytes: counted by the stack */
	void *ip_ptr;		       /* struct in_device: IPv4 address, mask, gateway */
	void *ip6_ptr;		       /* struct inet6_dev; NULL: does not speak IPv6 */
	uint32_t ifindex;	       /* number in sin6_scope_id; from 1 */
};

/* The driver makes the device (zeroed, ops, priv, dev_addr, hw_features set) and keeps it. */
int register_netdev(struct net *net, struct net_device *dev);
/* Closes it when it is up; frees all the stack holds for it. */
void unregister_netdev(struct net_device *dev);
int dev_open(struct net_device *dev);
int dev_close(struct net_device *dev);
/* Switches features on or off (only those of hw_features and GRO, GSO). 0 or a negative errno. */
int dev_set_features(struct net_device *dev, uint32_t features);
/*
 * Sends an sk_buff with its Ethernet header; consumes it. Segments or completes the checksum in
 * software where dev lacks the feature. Soft interrupts off. 0 or -ENOBUFS.
 */
int dev_queue_xmit(struct sk_buff *skb);

/*
 * Between begin and end (nested; soft interrupts off) packets given to dev_queue_xmit() wait so
 * that all but the last are sent with `more`: one doorbell a batch. NAPI polls are such a batch.
 */
void net_xmit_batch_begin(struct net *net);
void net_xmit_batch_end(struct net *net);

/* Driver to stack; hard interrupt allowed: */
void napi_schedule(struct napi_struct *napi);
/* Driver to stack; soft interrupt. dev is registered; when it no longer is, its contexts are gone too. */
void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int));
void napi_enable(struct napi_struct *napi);
void napi_disable(struct napi_struct *napi);
/* false: was scheduled again meanwhile, or not in a poll; the interrupt stays off. */
bool napi_complete_done(struct napi_struct *napi, int work_done);
/* Takes a received frame (data at the Ethernet header, no FCS, dev set); consumes it. */
void napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb);
void netif_stop_queue(struct net_device *dev);
void netif_wake_queue(struct net_device *dev);
void netif_carrier_on(struct net_device *dev);
void netif_carrier_off(struct net_device *dev);
/* An sk_buff for receive: NET_IP_ALIGN + 64 bytes of headroom, tailroom len. */
struct sk_buff *netdev_alloc_skb_ip_align(struct net_device *dev, uint32_t len);

#endif
