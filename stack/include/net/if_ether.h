/* SPDX-License-Identifier: MIT */
/* Ethernet II framing (RFC 894) and what a received frame's destination says about it. */
#ifndef NET_IF_ETHER_H
#define NET_IF_ETHER_H

#include <stdint.h>
#include "byteorder.h"

#define ETH_ALEN     6
#define ETH_HLEN     14
#define ETH_ZLEN     60 /* least bytes of a frame without FCS */
#define ETH_DATA_LEN 1500
#define ETH_P_IP     0x0800
#define ETH_P_ARP    0x0806
#define ETH_P_IPV6   0x86dd

struct ethhdr {
	uint8_t h_dest[ETH_ALEN];
	uint8_t h_source[ETH_ALEN];
	__be16 h_proto;
} __attribute__((packed));

/* skb->pkt_type */
enum packet_type {
	PACKET_HOST,
	PACKET_BROADCAST,
	PACKET_MULTICAST,
	PACKET_OTHERHOST,
	PACKET_LOOPBACK,
};

#endif
