/* SPDX-License-Identifier: MIT */
/* ICMP (RFC 792, RFC 1122 section 3.2.2, path MTU: RFC 1191). */
#ifndef NET_ICMP_H
#define NET_ICMP_H

#include <stdbool.h>
#include <stdint.h>
#include "byteorder.h"
#include "skbuff.h"

#define ICMP_ECHOREPLY	   0
#define ICMP_DEST_UNREACH  3
#define ICMP_REDIRECT	   5
#define ICMP_ECHO	   8
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETERPROB 12

/* Codes of ICMP_DEST_UNREACH */
#define ICMP_NET_UNREACH  0
#define ICMP_HOST_UNREACH 1
#define ICMP_PROT_UNREACH 2
#define ICMP_PORT_UNREACH 3
#define ICMP_FRAG_NEEDED  4
#define ICMP_SR_FAILED	  5
#define NR_ICMP_UNREACH	  15

/* Code of ICMP_TIME_EXCEEDED */
#define ICMP_EXC_FRAGTIME 1

struct icmphdr {
	uint8_t type;
	uint8_t code;
	uint16_t checksum;
	union {
		struct {
			__be16 id, sequence;
		} echo;
		struct {
			__be16 unused, mtu;
		} frag;
		__be32 rest;
	};
} __attribute__((packed, aligned(2)));

/* Errors sent: 1000 a second, 50 at once; Linux's defaults. A token bucket an IP version. */
struct icmp_limit {
	uint64_t filled_ns;
	uint32_t tokens;
};
/* Takes a token; false: there is none. */
bool icmp_limit_take(struct icmp_limit *l, uint64_t now_ns);

/* A message for this host: data at the ICMP header, network_header set. Consumes skb. */
int icmp_rcv(struct sk_buff *skb);

/*
 * Sends an error about skb_in (network_header set), quoting its IP header and 8 bytes and more, up
 * to 576 bytes in all; not about errors, broadcasts, fragments but the first (RFC 1122 3.2.2), and
 * within a rate limit. Does not consume skb_in.
 */
void icmp_send(struct sk_buff *skb_in, uint8_t type, uint8_t code, uint32_t info);

/* What an ICMP error means to a socket: *errno_out positive; true when it is hard. */
bool icmp_err_convert(uint8_t type, uint8_t code, int *errno_out);

#endif
