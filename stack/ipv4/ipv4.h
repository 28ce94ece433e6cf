/* SPDX-License-Identifier: MIT */
/* The IPv4 layer from the inside: its per-network state, and what its files offer each other. */
#ifndef STACK_IPV4_H
#define STACK_IPV4_H

#include <string.h>
#include <net/icmp.h>
#include <net/inet_fragment.h>
#include <net/ip.h>
#include <net/neighbour.h>
#include <net/net_namespace.h>
#include <net/timer.h>

struct dhcp_client;

/* IPv4 of one device (dev->ip_ptr); addr 0: not configured. */
struct in_device {
	__be32 addr, mask, broadcast, gateway;
	/* Of the latest packet whose addresses were found right, and the route_generation when. */
	__be32 rcv_saddr, rcv_daddr;
	uint32_t rcv_generation;
	struct dhcp_client *dhcp; /* NULL: configured by hand, or not at all */
};

static inline struct in_device *in_dev(const struct net_device *dev)
{
	return dev->ip_ptr;
}

/* devinet.c: what net_ipv4_configure() and DHCP do. */
int ipv4_set_address(struct net_device *dev, uint32_t addr, unsigned int prefix_len,
		     uint32_t gateway);

/* ---- arp.c ---- */

extern const struct neigh_ops arp_neigh_ops;
/* target NULL: broadcast. */
void arp_send_request(struct net_device *dev, __be32 addr, const uint8_t *target);
/* RFC 5227 section 2.3: tells the link our address. */
void arp_announce(struct net_device *dev);

/* ---- ip_fragment.c ---- */

extern const struct frag_ops ip_frag_ops;
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
/* Is addr one of this host's? */
bool ip_is_local(struct net *net, __be32 addr);
/* A broadcast address of dev's network, or the limited one. */
bool ip_is_broadcast(const struct net_device *dev, __be32 addr);

/* ---- ip_output.c, icmp.c, udp.c ---- */

#define IDENT_BUCKETS 256

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
