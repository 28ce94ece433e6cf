/* SPDX-License-Identifier: MIT */
/* Every TCP socket of a network, as `ss -ti` tells it. */
#ifndef NET_TCP_DIAG_H
#define NET_TCP_DIAG_H

#include <stddef.h>
#include <stdint.h>
#include "in6.h"
#include "uapi.h"

struct net;

struct tcp_diag {
	struct in6_addr saddr, daddr; /* form: in6.h */
	uint16_t sport, dport;
	uint8_t state;		 /* TCP_*; TCP_NEW_SYN_RECV: a request */
	uint32_t rqueue, wqueue; /* bytes unread and not acknowledged; listener: waiting, backlog */
	uint32_t rmem_bytes, rcvbuf_bytes, wmem_bytes, sndbuf_bytes;
	char ca_name[TCP_CA_NAME_MAX]; /* "": no connection */
	struct tcp_info info;	       /* zero for TIME_WAIT and requests */
};

typedef void (*tcp_diag_visit)(void *ctx, const struct tcp_diag *d);
/* Listeners first, then all in ehash. Soft interrupts off. */
void net_tcp_diag(struct net *net, tcp_diag_visit visit, void *ctx);

#define TCP_DIAG_LINE_BYTES 1024
/* One line without its end; returns its length, which is less than size. */
size_t tcp_diag_format(const struct tcp_diag *d, char *buf, size_t size);

#endif
