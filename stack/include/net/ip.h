/* SPDX-License-Identifier: MIT */
/* IPv4 headers (RFC 791) and what the rest of the stack asks of the IPv4 layer besides inet.h. */
#ifndef NET_IP_H
#define NET_IP_H

#include <stdbool.h>
#include <stdint.h>
#include "byteorder.h"
#include "inet.h"
#include "skbuff.h"

/* ECN field of the TOS byte (RFC 3168, 5). */
#define INET_ECN_NOT_ECT 0
#define INET_ECN_ECT_1	 1
#define INET_ECN_ECT_0	 2
#define INET_ECN_CE	 3
#define INET_ECN_MASK	 3

#define IP_CE	  0x8000
#define IP_DF	  0x4000
#define IP_MF	  0x2000
#define IP_OFFSET 0x1fff

#define IPV4_MIN_MTU   68 /* RFC 791 */
#define IP_DEFAULT_TTL 64
#define IP_MIN_PMTU    552 /* least path MTU believed from ICMP; against RFC 5927 style attacks */

struct iphdr {
	uint8_t ihl : 4, version : 4;
	uint8_t tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off;
	uint8_t ttl;
	uint8_t protocol;
	uint16_t check;
	__be32 saddr, daddr;
} __attribute__((packed, aligned(2)));

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb_network_header(skb);
}

static inline bool ipv4_is_multicast(__be32 addr)
{
	return (addr & htonl(0xf0000000)) == htonl(0xe0000000);
}
static inline bool ipv4_is_loopback(__be32 addr)
{
	return (addr & htonl(0xff000000)) == htonl(0x7f000000);
}
static inline bool ipv4_is_lbcast(__be32 addr)
{
	return addr == 0xffffffff;
}
static inline bool ipv4_is_zeronet(__be32 addr)
{
	return (addr & htonl(0xff000000)) == 0;
}

/* How ip_send_skb() marks a packet. */
struct ip_send_info {
	uint8_t protocol, tos, ttl; /* ttl 0: default */
	bool df;
};

/*
 * Puts an IPv4 header in front of skb (data at the transport header), fragments where it is larger
 * than the route's MTU and df is not set, and hands it to the neighbour. Consumes skb; soft
 * interrupts off. 0, -EMSGSIZE (df), -ENOBUFS, -ENOMEM.
 */
int ip_send_skb(struct net *net, struct sk_buff *skb, struct ip_route *rt,
		const struct ip_send_info *info);

/* Packet handlers of the device layer; soft interrupt; consume skb (data at the network header). */
void ip_rcv(struct sk_buff *skb);
void arp_rcv(struct sk_buff *skb);

/* IPv4's per-network state. 0 or -ENOMEM. */
int ipv4_net_init(struct net *net);
void ipv4_net_exit(struct net *net);
/* Frees addresses, neighbours and queued packets of a device that goes. */
void ipv4_device_gone(struct net_device *dev);
/* The device lost or regained its link or was closed: neighbours are asked anew. */
void ipv4_device_changed(struct net_device *dev);

#endif
