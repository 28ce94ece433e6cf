/* SPDX-License-Identifier: MIT */
/*
 * Reassembly, shared by both IP versions (RFC 791 section 3.2, RFC 8200 section 4.5): one table each,
 * bounded in memory and time. Soft interrupts off.
 */
#ifndef NET_INET_FRAGMENT_H
#define NET_INET_FRAGMENT_H

#include "in6.h"
#include "list.h"
#include "mib.h"
#include "skbuff.h"

#define FRAG_BUCKETS	  64
#define FRAG_MEMORY_BYTES (4u << 20)

struct frag_ops {
	uint64_t timeout_ns;
	uint32_t packet_max_bytes;		    /* of a whole packet */
	enum net_mib timeouts, ok, fails, overlaps; /* counters */
	/* The time ran out; first: the first fragment (data at the IP header). */
	void (*expired)(struct sk_buff *first);
};

struct frag_table {
	struct net *net;
	const struct frag_ops *ops;
	struct list_head buckets[FRAG_BUCKETS];
	struct list_head lru; /* oldest first */
	uint32_t memory_bytes;
};

/* Fragments of one packet have this in common. */
struct frag_key {
	struct in6_addr saddr, daddr;
	struct net_device *dev;
	__be32 id;
	uint8_t protocol; /* IPv4 only */
};

/* One fragment. */
struct frag_info {
	uint32_t offset;  /* of its payload in the packet's, bytes */
	uint16_t headers; /* bytes of its headers that the packet starts with, if it is the first */
	uint16_t payload; /* bytes from data to its payload */
	bool more, ecn_ce;
	uint8_t nexthdr;     /* IPv6: what the fragment header announces; */
	uint16_t nexthdr_at; /* and the byte of the headers that announced it */
};

void frag_table_init(struct frag_table *t, struct net *net, const struct frag_ops *ops);
void frag_table_flush(struct frag_table *t, struct net_device *dev);
/*
 * Takes a fragment (data at the IP header). When it was the last that was missing, gives the packet:
 * the first one's headers and all payload, *first its info (ecn_ce: any was marked). Else NULL.
 */
struct sk_buff *frag_add(struct frag_table *t, const struct frag_key *key, struct sk_buff *skb,
			 const struct frag_info *info, struct frag_info *first);

#endif
