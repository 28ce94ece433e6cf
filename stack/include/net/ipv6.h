/* SPDX-License-Identifier: MIT */
/*
 * IPv6 (RFC 8200): header formats, and what the rest of the stack asks of the IPv6 layer besides
 * what inet.h says of both versions. A device speaks IPv6 once net_ipv6_*() of net.h said so; the
 * loopback device always.
 */
#ifndef NET_IPV6_H
#define NET_IPV6_H

#include <stdbool.h>
#include <stdint.h>
#include "byteorder.h"
#include "in6.h"
#include "inet.h"
#include "skbuff.h"

#define IPV6_MIN_MTU	  1280 /* RFC 8200 section 5 */
#define IPV6_DEFAULT_HOPS 64

/* Next Header values besides the transports' */
#define NEXTHDR_HOP	 0
#define NEXTHDR_ROUTING	 43
#define NEXTHDR_FRAGMENT 44
#define NEXTHDR_NONE	 59
#define NEXTHDR_DEST	 60

struct ipv6hdr {
	__be32 flow; /* version 4 bits, traffic class 8, flow label 20 */
	__be16 payload_len;
	uint8_t nexthdr;
	uint8_t hop_limit;
	struct in6_addr saddr, daddr;
} __attribute__((packed, aligned(2)));

/* Hop-by-hop options, destination options and routing begin so; 8 * (hdrlen + 1) bytes. */
struct ipv6_opt_hdr {
	uint8_t nexthdr;
	uint8_t hdrlen;
} __attribute__((packed));

struct frag_hdr {
	uint8_t nexthdr;
	uint8_t reserved;
	__be16 frag_off; /* offset / 8 in the upper 13 bits, bit 0: more */
	__be32 identification;
} __attribute__((packed));

#define IP6_MF	   0x0001
#define IP6_OFFSET 0xfff8

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb_network_header(skb);
}

static inline uint8_t ipv6_tclass(const struct ipv6hdr *h)
{
	return (uint8_t)(ntohl(h->flow) >> 20);
}

/* How ip6_send_skb() marks a packet. */
struct ip6_send_info {
	uint8_t protocol, tclass;
	uint8_t hop_limit;  /* 0: the device's */
	bool dont_fragment; /* -EMSGSIZE when it is larger than the path MTU */
};

/*
 * Fills rt from its daddr6, saddr6 (any: chosen by RFC 6724) and dev (NULL: chosen; needed for a
 * link-local destination when several devices speak IPv6). 0 or -ENETUNREACH. Soft interrupts off.
 */
int ip6_route_output(struct net *net, struct ip_route *rt);
/* What net_ipv6_addresses() tells. */
struct net_ipv6_info {
	struct in6_addr addr;
	uint8_t prefix_len;
	bool usable;
	bool duplicate; /* another host has it: not used */
};

/* As ip_queue_xmit(). */
int ip6_queue_xmit(struct sock *sk, struct sk_buff *skb);
/* As ip_send_skb(). */
int ip6_send_skb(struct net *net, struct sk_buff *skb, struct ip_route *rt,
		 const struct ip6_send_info *info);
enum inet_addr_type ipv6_addr_type(struct net *net, const struct in6_addr *addr);
/* As ip_rt_update_pmtu(), by RFC 8201; below IPV6_MIN_MTU is ignored. */
void ip6_rt_update_pmtu(struct net *net, const struct in6_addr *daddr, uint32_t mtu_bytes);

/* Options of the IPv6 level, ipv6(7). */
int ipv6_setsockopt(struct sock *sk, int name, const void *value, socklen_t len);
int ipv6_getsockopt(struct sock *sk, int name, void *value, socklen_t *len);

/* Packet handler of the device layer; soft interrupt; consumes skb (data at the network header). */
void ipv6_rcv(struct sk_buff *skb);

/* IPv6's per-network state. 0 or -ENOMEM. */
int ipv6_net_init(struct net *net);
void ipv6_net_exit(struct net *net);
/* Frees all of a device that goes. */
void ipv6_device_gone(struct net_device *dev);
/* The device lost its link or was closed. */
void ipv6_device_down(struct net_device *dev);
/* The device is up and has a link: addresses are checked, routers asked. */
void ipv6_device_ready(struct net_device *dev);

/* ---- TCP offers (stack/tcp/tcp_ipv6.c) ---- */

/* As tcp_v4_rcv(). */
void tcp_v6_rcv(struct sk_buff *skb);
/* An ICMPv6 error about a segment of ours: data at the quoted IPv6 header, its TCP header's first 8
 * bytes at th_offset, all linear. Does not consume skb. */
void tcp_v6_err(struct sk_buff *skb, uint32_t th_offset, uint8_t type, uint8_t code, uint32_t info);

#endif
