/* SPDX-License-Identifier: MIT */
/*
 * The seam between IPv4 and the transport protocols above it: struct inet_sock, routes, sending,
 * and the entry points that each side offers the other. Beside it, from the IP side: ip.h (struct
 * iphdr, ip_hdr()), checksum.h (csum_partial(), csum_fold(), csum_tcpudp_magic(), ~-less pseudo
 * sum), siphash.h, mib.h (NET_INC(net, TcpOutSegs), NET_ADD(net, TcpOutSegs, n)) and
 * net_namespace.h (struct net, with members `struct netns_tcp *tcp` and `struct sysctl sysctl`).
 */
#ifndef NET_INET_H
#define NET_INET_H

#include "sock.h"

/*
 * A route to one destination, held by value by its user. The IP layer fills it and trusts it while
 * `generation` is the network's (configuration and neighbour changes move that on).
 */
struct ip_route {
	__be32 daddr, saddr; /* saddr: 0 in the request: choose */
	__be32 next_hop;
	struct net_device *dev; /* NULL in the request: choose */
	void *neigh;		/* the IP layer's cached neighbour, may be NULL */
	uint32_t mtu_bytes;	/* of the path: the device's, or less as ICMP said */
	uint32_t generation;	/* 0: never looked up */
	bool local;		/* to this host */
};

/* struct sock of IPv4 protocols. */
struct inet_sock {
	struct sock sk;	   /* first */
	__be32 inet_saddr; /* source address in use (0: any) */
	uint16_t inet_id;  /* next IP identification */
	uint8_t tos;
	uint8_t uc_ttl; /* 0: default (64) */
	bool bind_address_no_port;
	struct ip_route route; /* to sk_daddr, cached */
};

static inline struct inet_sock *inet_sk(const struct sock *sk)
{
	return (struct inet_sock *)sk;
}

/* ---- IP offers (stack/ipv4, stack/core) ---- */

/* Fills rt from its daddr, saddr and dev. 0, -ENETUNREACH, -EHOSTUNREACH. Soft interrupts off. */
int ip_route_output(struct net *net, struct ip_route *rt);

/*
 * Sends a transport segment (skb->data at the transport header) of a connected socket: routes by
 * inet_sk(sk)->route (looks it up again when stale), adds the IP header (DF, id, ttl, tos) and
 * consumes skb. Soft interrupts off. 0, or a negative errno (-ENOBUFS: dropped by the device
 * queue).
 */
int ip_queue_xmit(struct sock *sk, struct sk_buff *skb);

/*
 * Likewise without a full socket: RST, SYN-ACK, ACK of TIME_WAIT. saddr 0: chosen by the route.
 * ttl 0: default.
 */
int ip_build_and_send_pkt(struct net *net, struct sk_buff *skb, __be32 saddr, __be32 daddr,
			  uint8_t protocol, uint8_t tos, uint8_t ttl);

/* What kind of address this is for `net`. */
enum inet_addr_type {
	INET_ADDR_UNICAST,
	INET_ADDR_LOCAL,
	INET_ADDR_BROADCAST,
	INET_ADDR_MULTICAST
};
enum inet_addr_type inet_addr_type(struct net *net, __be32 addr);

/* Remembers a path MTU learnt from ICMP (bounded, expires); new generation for its routes. */
void ip_rt_update_pmtu(struct net *net, __be32 daddr, uint32_t mtu_bytes);

/* IP-level options common to all IPv4 sockets (IP_TOS, IP_TTL, ...). */
int ip_setsockopt(struct sock *sk, int name, const void *value, socklen_t len);
int ip_getsockopt(struct sock *sk, int name, void *value, socklen_t *len);

/* ---- TCP offers (stack/tcp) ---- */

/* Per-network state of TCP; kept in struct net as `struct netns_tcp *tcp`. 0 or -ENOMEM. */
struct netns_tcp;
int tcp_net_init(struct net *net);
/* Drops orphans, TIME_WAIT and hash tables. */
void tcp_net_exit(struct net *net);

/*
 * A segment for this host. Soft interrupt. skb->data at the TCP header, network_header set, the
 * IP header valid, ip_summed as the card said. Consumes skb.
 */
int tcp_v4_rcv(struct sk_buff *skb);

/* End of a batch of received packets: sends what their ACKs let go. Soft interrupt. */
void tcp_batch_end(struct net *net);

/*
 * An ICMP error about a segment of ours. Soft interrupt. skb->data at the quoted IP header, which
 * and 8 bytes beyond are linear. info: the next-hop MTU of "fragmentation needed". Does not
 * consume skb.
 */
void tcp_v4_err(struct sk_buff *skb, uint8_t icmp_type, uint8_t icmp_code, uint32_t info);

#endif
