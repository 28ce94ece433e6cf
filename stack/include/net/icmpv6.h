/* SPDX-License-Identifier: MIT */
/* ICMPv6 (RFC 4443) and the messages of neighbour discovery (RFC 4861) and MLD that it carries. */
#ifndef NET_ICMPV6_H
#define NET_ICMPV6_H

#include <stdint.h>
#include "byteorder.h"
#include "in6.h"
#include "skbuff.h"

#define ICMPV6_DEST_UNREACH  1
#define ICMPV6_PKT_TOOBIG    2
#define ICMPV6_TIME_EXCEED   3
#define ICMPV6_PARAMPROB     4
#define ICMPV6_INFORMATIONAL 0x80 /* from here on: no error */
#define ICMPV6_ECHO_REQUEST  128
#define ICMPV6_ECHO_REPLY    129
#define ICMPV6_MLD_QUERY     130
#define ICMPV6_MLD_REPORT    131
#define ICMPV6_MLD_DONE	     132
#define NDISC_ROUTER_SOLICIT 133
#define NDISC_ROUTER_ADVERT  134
#define NDISC_NEIGH_SOLICIT  135
#define NDISC_NEIGH_ADVERT   136
#define NDISC_REDIRECT	     137
#define ICMPV6_MLD2_REPORT   143

/* Codes of ICMPV6_DEST_UNREACH */
#define ICMPV6_NOROUTE	      0
#define ICMPV6_ADM_PROHIBITED 1
#define ICMPV6_NOT_NEIGHBOUR  2
#define ICMPV6_ADDR_UNREACH   3
#define ICMPV6_PORT_UNREACH   4
#define ICMPV6_POLICY_FAIL    5
#define ICMPV6_REJECT_ROUTE   6

/* Code of ICMPV6_TIME_EXCEED */
#define ICMPV6_EXC_FRAGTIME 1

/* Codes of ICMPV6_PARAMPROB */
#define ICMPV6_HDR_FIELD      0
#define ICMPV6_UNK_NEXTHDR    1
#define ICMPV6_UNK_OPTION     2
#define ICMPV6_HDR_INCOMPLETE 3 /* RFC 7112 */

struct icmp6hdr {
	uint8_t type;
	uint8_t code;
	uint16_t checksum;
	__be32 rest; /* MTU, pointer, identifier and sequence, flags */
} __attribute__((packed, aligned(2)));

/*
 * Sends an error about skb_in (network_header set), quoting as much of it as fits 1,280 bytes; not
 * where RFC 4443 section 2.4(e) forbids it, and within a rate limit. Does not consume skb_in.
 */
void icmpv6_send(struct sk_buff *skb_in, uint8_t type, uint8_t code, uint32_t info);

/* What an ICMPv6 error means to a socket: *errno_out positive; true when it is hard. */
bool icmpv6_err_convert(uint8_t type, uint8_t code, int *errno_out);

#endif
