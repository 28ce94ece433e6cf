/* SPDX-License-Identifier: MIT */
/* The IPv4 layer from the inside: its per-network state, and what its files offer each other. */
#ifndef STACK_IPV4_H
#define STACK_IPV4_H

#include <string.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/timer.h>

struct dhcp_client;

/* IPv4 of one device (dev->ip_ptr); addr 0: not configured. */
struct in_device {
	__be32 addr, mask, broadcast, gateway;
	struct dhcp_client *dhcp; /* NULL: configured by hand, or not at all */
};

static inline struct in_device *in_dev(const struct net_device *dev)
{
	return dev->ip_ptr;
}

/* devinet.c: what net_ipv4_configure() and DHCP do. */
int ipv4_set_address(struct net_device *dev, uint32_t addr, unsigned int prefix_len,
		     uint32_t gateway);

/* ---- neighbour.c, arp.c ---- */

enum neigh_state {
	NEIGH_INCOMPLETE, /* asked, no answer yet */
	NEIGH_REACHABLE,
	NEIGH_STALE, /* known, but not confirmed lately */
	NEIGH_DELAY, /* stale and used: waits for a confirmation before it asks */
	NEIGH_PROBE, /* asks the known address */
	NEIGH_FAILED,
};

struct neighbour {
	struct list_head hash_node, lru_node;
	struct timer_list timer;
	struct net *net;
	struct net_device *dev;
	__be32 addr;
	enum neigh_state state;
	uint8_t ha[ETH_ALEN];
	uint8_t probes;
	uint64_t updated_ns;	   /* ha last changed or confirmed */
	struct sk_buff_head queue; /* wait for the address; data at the IP header */
};

#define NEIGH_BUCKETS	   64
#define NEIGH_MAX	   512
#define NEIGH_QUEUE_MAX	   64
#define NEIGH_PROBES	   3
#define NEIGH_RETRANS_NS   1000000000ull
#define NEIGH_DELAY_NS	   5000000000ull
#define NEIGH_REACHABLE_NS 30000000000ull /* times a random 0.5 .. 1.5 (RFC 4861 section 6.3.2) */

struct neigh_table {
	struct list_head buckets[NEIGH_BUCKETS];
	struct list_head lru; /* least recently changed first */
	uint32_t count;
};

void neigh_table_init(struct neigh_table *t);
struct neighbour *neigh_lookup(struct net_device *dev, __be32 addr);
/* Looks up or makes; NULL: no memory. */
struct neighbour *neigh_get(struct net_device *dev, __be32 addr);
/* What ARP says about n. confirmed: an answer to our question. */
void neigh_update(struct neighbour *n, const uint8_t *ha, bool confirmed);
/* Sends skb (data at the IP header) to n, or queues it until the address is known. */
int neigh_output(struct neighbour *n, struct sk_buff *skb);
/* dev NULL: all. */
void neigh_flush(struct net *net, struct net_device *dev);
/* Puts an Ethernet header in front and sends. */
int eth_output(struct sk_buff *skb, const uint8_t *dest, uint16_t ethertype);
/* target NULL: broadcast. */
void arp_send_request(struct net_device *dev, __be32 addr, const uint8_t *target);
/* RFC 5227 section 2.3: tells the link our address. */
void arp_announce(struct net_device *dev);

/* ---- ip_fragment.c ---- */

#define FRAG_BUCKETS	  64
#define FRAG_MEMORY_BYTES (4u << 20)
#define FRAG_TIMEOUT_NS	  30000000000ull

struct frag_table {
	struct list_head buckets[FRAG_BUCKETS];
	struct list_head lru; /* oldest first */
	uint32_t memory_bytes;
};

void frag_table_init(struct frag_table *t);
void frag_table_flush(struct net *net, struct net_device *dev);
/* Takes a fragment (data at the IP header); gives the whole datagram, likewise, or NULL. */
struct sk_buff *ip_defrag(struct sk_buff *skb);

/* ---- route.c ---- */

#define PMTU_ENTRIES	64
#define PMTU_EXPIRES_NS 600000000000ull /* RFC 1191 section 6.3: ten minutes */

struct pmtu_entry {
	struct timer_list expiry;
	struct net *net;
	__be32 daddr; /* 0: free */
	uint32_t mtu_bytes;
	uint64_t updated_ns;
};

void route_init(struct net *net);
void route_exit(struct net *net);
void route_generation_next(struct net *net);
/* Is addr one of this host's? */
bool ip_is_local(struct net *net, __be32 addr);
/* A broadcast address of dev's network, or the limited one. */
bool ip_is_broadcast(const struct net_device *dev, __be32 addr);

/* ---- ip_output.c, icmp.c, udp.c ---- */

#define IDENT_BUCKETS 256

struct icmp_limit {
	uint64_t filled_ns;
	uint32_t tokens;
};

/* Tells the transport protocol of a packet of ours (data at its IP header) about an error. */
void ip_transport_error(struct sk_buff *skb, uint8_t icmp_type, uint8_t icmp_code, uint32_t info);
void ip_deliver_transport(struct sk_buff *skb, uint8_t protocol);

#define UDP_BUCKETS 128

struct udp_table {
	struct list_head buckets[UDP_BUCKETS]; /* of struct sock, by local port */
};

void udp_table_init(struct udp_table *t);
/* Puts a UDP header in front of skb (data at the payload) and sends it; ports in host order. */
int udp_send_skb(struct net *net, struct sk_buff *skb, struct ip_route *rt, uint16_t source,
		 uint16_t dest);

struct netns_ipv4 {
	struct neigh_table neigh;
	struct frag_table frags;
	struct pmtu_entry pmtu[PMTU_ENTRIES];
	uint16_t idents[IDENT_BUCKETS];
	struct icmp_limit icmp;
	struct udp_table udp;
};

#endif
