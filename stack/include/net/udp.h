/* SPDX-License-Identifier: MIT */
/* UDP (RFC 768). */
#ifndef NET_UDP_H
#define NET_UDP_H

#include <stdint.h>
#include "inet_connection_sock.h"

struct udphdr {
	__be16 source, dest;
	__be16 len;
	uint16_t check;
} __attribute__((packed, aligned(2)));

/* A datagram for this host: data at the UDP header, network_header set. Consumes skb. */
int udp_rcv(struct sk_buff *skb);
/* An ICMP error about a datagram of ours; as tcp_v4_err(). */
void udp_err(struct sk_buff *skb, uint8_t icmp_type, uint8_t icmp_code, uint32_t info);

/* ---- shared by both IP versions (stack/ipv4/udp.c); f: the addresses of a datagram ---- */

/* skb: data at the UDP header. false: nobody wants it, the caller keeps it. */
bool udp_deliver(struct net *net, struct sk_buff *skb, const struct inet_flow *f);
void udp_deliver_to_all(struct net *net, struct sk_buff *skb, const struct inet_flow *f);
/* f: as the answer would have looked to the datagram that an ICMP error is about. */
bool udp_is_ours(struct net *net, const struct inet_flow *f);
void udp_icmp_error(struct net *net, const struct inet_flow *f, int err);

/* ---- IPv6's (stack/ipv6/udp6.c) ---- */
void udp_v6_rcv(struct sk_buff *skb);
/* As tcp_v6_err(). */
void udp_v6_err(struct sk_buff *skb, uint32_t uh_offset, uint8_t type, uint8_t code, uint32_t info);
/* skb: data at the UDP header, complete but for the checksum. */
int udp_v6_send(struct sock *sk, struct sk_buff *skb, struct ip_route *rt);

#endif
