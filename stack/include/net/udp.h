/* SPDX-License-Identifier: MIT */
/* UDP (RFC 768). */
#ifndef NET_UDP_H
#define NET_UDP_H

#include <stdint.h>
#include "inet.h"

struct udphdr {
	__be16 source, dest;
	__be16 len;
	uint16_t check;
} __attribute__((packed, aligned(2)));

/* A datagram for this host: data at the UDP header, network_header set. Consumes skb. */
int udp_rcv(struct sk_buff *skb);
/* An ICMP error about a datagram of ours; as tcp_v4_err(). */
void udp_err(struct sk_buff *skb, uint8_t icmp_type, uint8_t icmp_code, uint32_t info);

#endif
