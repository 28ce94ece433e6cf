/* SPDX-License-Identifier: MIT */
/*
 * The seam between IP and the transport protocols above it: struct inet_sock, routes, sending, and
 * the entry points that each side offers the other (IPv6's own: ipv6.h). Beside it, from the IP side: ip.h (struct
 * iphdr, ip_hdr()), checksum.h (csum_partial(), csum_fold(), csum_tcpudp_magic(), ~-less pseudo
 * sum), siphash.h, mib.h (NET_INC(net, TcpOutSegs), NET_ADD(net, TcpOutSegs, n)) and
 * net_namespace.h (struct net, with members `struct netns_tcp *tcp` and `struct sysctl sysctl`).
 */
#ifndef NET_INET_H
#define NET_INET_H

#include "siphash.h"
#include "sock.h"

/*
 * A route to one destination, held by value by its user. The IP layer fills it and trusts it while
 * `generation` is the network's (configuration and neighbour changes move that on). The addresses
 * are IPv4's or IPv6's, as the function says that it is given to.
 */
struct ip_route {
	union {
		__be32 daddr;
		struct in6_addr daddr6;
	};
	union {
		__be32 saddr; /* 0 in the request: choose */
		struct in6_addr saddr6;
	};
	union {
		__be32 next_hop;
		struct in6_addr next_hop6;
	};
	struct net_device *dev; /* NULL in the request: choose */
	void *neigh;		/* the IP layer's cached neighbour, may be NULL */
	uint32_t mtu_bytes;	/* of the path: the device's, or less as ICMP said */
	uint32_t generation;	/* 0: never looked up */
	bool local;		/* to this host */
};

/* struct sock of the protocols over IP. */
struct inet_sock {
	struct sock sk;		       /* first */
	struct in6_addr inet_v6_saddr; /* source address in use (any: not chosen); form: in6.h */
#define inet_saddr inet_v6_saddr.s6_addr32[3]
	uint16_t inet_id; /* next IPv4 identification */
	uint8_t tos;
	uint8_t uc_ttl;	   /* 0: default (64) */
	uint8_t tclass;	   /* IPv6 traffic class */
	uint8_t hop_limit; /* IPv6, 0: the device's */
	bool bind_address_no_port;
	uint8_t pmtudisc;      /* IP_PMTUDISC_*, of both IP versions */
	struct ip_route route; /* to sk_daddr, cached */
};

static inline struct inet_sock *inet_sk(const struct sock *sk)
{
	return (struct inet_sock *)sk;
}

/* ---- names of endpoints (stack/socket/inet_addr.c) ---- */

struct inet_endpoint {
	struct in6_addr addr;
	__be16 port;
	uint32_t scope_id;
};

/*
 * Reads an application's address by the rules of sk's family. 0; -EINVAL: too short; -EAFNOSUPPORT;
 * -EINVAL or -ENETUNREACH (`connecting`): IPv4-mapped, but sk is IPV6_V6ONLY.
 */
int inet_read_sockaddr(const struct sock *sk, const struct sockaddr *addr, socklen_t len,
		       bool connecting, struct inet_endpoint *to);
/* Writes it as sk's family has it; returns its length. scope_id: of a link-local address. */
int inet_write_sockaddr(const struct sock *sk, const struct in6_addr *addr, __be16 port,
			uint32_t scope_id, struct sockaddr_storage *out);
/* Of sk's link-local addresses: the device it is bound to. */
uint32_t inet_scope_id(const struct sock *sk);
/* The device that a link-local `to` is on, by its scope or as sk is bound; others: as sk is bound.
 * 0; -EINVAL: link-local without a scope, or of another device than sk's. */
int inet_scope_device(const struct sock *sk, const struct inet_endpoint *to,
		      struct net_device **dev);
/* Binding to a link-local address binds to its device. 0 or -EINVAL. */
int inet_bind_scope(struct sock *sk, const struct inet_endpoint *at);
/* As a destination, the unspecified address is this host: makes it the loopback address. */
void inet_this_host(struct in6_addr *addr);
/* Whether a packet could be for both, by what they are bound to. */
bool inet_rcv_saddr_overlap(const struct sock *a, const struct sock *b);
/* Forgets the local and the peer's address. */
static inline void inet_reset_saddr(struct sock *sk)
{
	sk->sk_v6_rcv_saddr = inet_sk(sk)->inet_v6_saddr = inet_family_any(sk->sk_family);
}
static inline void inet_reset_daddr(struct sock *sk)
{
	sk->sk_dport = 0;
	sk->sk_v6_daddr = inet_family_any(sk->sk_family);
}

/* A keyed hash of two addresses. */
uint64_t inet_addr_pair_hash(const struct in6_addr *saddr, const struct in6_addr *daddr,
			     const struct siphash_key *key);

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

/* Options of the level SOL_IP or SOL_IPV6; -ENOPROTOOPT. */
int inet_setsockopt(struct sock *sk, int level, int name, const void *value, socklen_t len);
int inet_getsockopt(struct sock *sk, int level, int name, void *value, socklen_t *len);
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
