/* SPDX-License-Identifier: MIT */
/* The IPv6 layer from the inside: its state of a network and of a device, and what its files offer
 * each other. Soft interrupts off everywhere. */
#ifndef STACK_IPV6_H
#define STACK_IPV6_H

#include <string.h>
#include <net/icmp.h>
#include <net/icmpv6.h>
#include <net/inet_fragment.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/net_namespace.h>
#include <net/timer.h>
#include <net/wait.h>

#define IPV6_LIFETIME_INFINITE UINT32_MAX /* seconds, as in router advertisements */

/* ---- ifaddr6.c: addresses of a device ---- */

enum ifaddr6_state {
	IFADDR6_WAITS,	   /* for the device to be ready */
	IFADDR6_TENTATIVE, /* duplicate address detection runs: not ours yet */
	IFADDR6_PREFERRED,
	IFADDR6_DEPRECATED, /* not for new connections (RFC 4862 section 5.5.4) */
	IFADDR6_DUPLICATE,  /* another host has it: never used */
};

struct ifaddr6 {
	struct list_head node;	 /* in inet6_dev.addrs */
	struct timer_list timer; /* duplicate address detection, then lifetimes */
	struct net_device *dev;
	struct in6_addr addr;
	uint8_t prefix_len;
	uint8_t state; /* enum ifaddr6_state */
	uint8_t probes_left;
	bool autoconf;				     /* made from a router's prefix */
	uint64_t preferred_until_ns, valid_until_ns; /* UINT64_MAX: for ever */
};

/* Of a device or, dev NULL, of any; NULL: not ours. Tentative and duplicate ones too. */
struct ifaddr6 *ifaddr6_find(struct net *net, const struct net_device *dev,
			     const struct in6_addr *addr);
/* Adds an address and begins to check it when the device is ready. NULL: no memory, too many. */
struct ifaddr6 *ifaddr6_add(struct net_device *dev, const struct in6_addr *addr,
			    uint8_t prefix_len);
void ifaddr6_remove(struct ifaddr6 *ifa);
/* Sets the lifetimes, in seconds from now. */
void ifaddr6_set_lifetimes(struct ifaddr6 *ifa, uint32_t preferred_s, uint32_t valid_s);
/* Begins duplicate address detection after delay_ns. */
void ifaddr6_start_dad(struct ifaddr6 *ifa, uint64_t delay_ns);
/* Another host has it, or wants it just now. */
void ifaddr6_dad_failed(struct ifaddr6 *ifa);
static inline bool ifaddr6_usable(const struct ifaddr6 *ifa)
{
	return ifa->state == IFADDR6_PREFERRED || ifa->state == IFADDR6_DEPRECATED;
}
/* The link-local address of dev once it may be used; NULL. */
const struct ifaddr6 *ifaddr6_linklocal(const struct net_device *dev);
/* fe80::/64 or another /64 with the interface identifier of dev (RFC 4291 appendix A). */
struct in6_addr ifaddr6_eui64(const struct net_device *dev, const struct in6_addr *prefix);
/* Is addr usable and of this host? */
bool ipv6_is_local(struct net *net, const struct in6_addr *addr);
/* RFC 6724: the source for daddr among dev's addresses; NULL: none. */
const struct ifaddr6 *ipv6_select_source(const struct net_device *dev,
					 const struct in6_addr *daddr);
bool ipv6_prefix_equal(const struct in6_addr *a, const struct in6_addr *b, unsigned int bits);

/* ---- route6.c ---- */

struct prefix6 { /* on-link */
	struct list_head node;
	struct timer_list timer;
	struct net_device *dev;
	struct in6_addr prefix;
	uint8_t prefix_len;
};

struct router6 { /* default router */
	struct list_head node;
	struct timer_list timer;
	struct net_device *dev;
	struct in6_addr addr; /* link-local, or as configured */
	bool configured;
};

/* lifetime_s 0 removes, IPV6_LIFETIME_INFINITE stays. 0, -ENOMEM, -ENOSPC. */
int prefix6_update(struct net_device *dev, const struct in6_addr *prefix, uint8_t prefix_len,
		   uint32_t lifetime_s);
int router6_update(struct net_device *dev, const struct in6_addr *addr, uint32_t lifetime_s,
		   bool configured);
/* From advertisements, or all. */
void route6_flush(struct net_device *dev, bool configured_too);
/* Others are tried first. */
void router6_unreachable(struct net_device *dev, const struct in6_addr *addr);
bool route6_is_router(const struct net_device *dev, const struct in6_addr *addr);

#define PMTU6_ENTRIES	 64
#define PMTU6_EXPIRES_NS 600000000000ull /* RFC 8201 section 5.3: ten minutes */

struct pmtu6_entry {
	struct timer_list expiry;
	struct net *net;
	struct in6_addr daddr;
	uint32_t mtu_bytes; /* 0: free */
	uint64_t updated_ns;
};

/* ---- state ---- */

/* IPv6 of one device (dev->ip6_ptr). */
struct inet6_dev {
	struct net_device *dev;
	struct wait_queue_head wq; /* told when an address becomes usable */
	struct list_head addrs, prefixes, routers;
	uint32_t addr_count, prefix_count, router_count;
	bool ready;	/* up, with a link */
	bool accept_ra; /* routers are asked and believed */
	uint8_t hop_limit;
	uint32_t mtu_bytes; /* of the link, as routers say; 0: nothing said */
	struct neigh_times times;
	struct timer_list rs_timer; /* router solicitations */
	uint8_t rs_left;
	struct timer_list mld_timer;
	uint8_t mld_reports_left; /* unsolicited */
	uint64_t mld_v1_until_ns; /* an old querier is there */
};

static inline struct inet6_dev *in6_dev(const struct net_device *dev)
{
	return dev->ip6_ptr;
}

/* Makes a device speak IPv6. NULL: no memory. */
struct inet6_dev *in6_dev_get(struct net_device *dev);

#define IDENT6_BUCKETS 256

struct netns_ipv6 {
	struct neigh_table neigh;
	struct frag_table frags;
	struct pmtu6_entry pmtu[PMTU6_ENTRIES];
	uint32_t idents[IDENT6_BUCKETS];
	struct icmp_limit icmp;
};

void route6_init(struct net *net);
void route6_exit(struct net *net);

/* ---- autoconf6.c: routers and what they advertise (RFC 4861 section 6.3, RFC 4862) ---- */

/* The device became ready: a link-local address, if it has none; routers are asked. */
void autoconf6_start(struct net_device *dev);
void autoconf6_stop(struct net_device *dev);
/* A valid advertisement: data at the ICMPv6 header, linear. */
void autoconf6_router_advert(struct sk_buff *skb);
void autoconf6_solicit(struct timer_list *t);

/* ---- ndisc.c: messages of neighbour discovery ---- */

extern const struct neigh_ops ndisc_neigh_ops;
/* A received message, linear, its checksum right. Does not consume skb. */
enum skb_drop_reason ndisc_rcv(struct sk_buff *skb);
void ndisc_send_ns(struct net_device *dev, const struct in6_addr *target,
		   const struct in6_addr *saddr, const struct in6_addr *daddr);
void ndisc_send_rs(struct net_device *dev);

/* One option: n bytes in all, at p. NULL: no (further) such option. The whole list is well formed:
 * ndisc_options_ok(). */
bool ndisc_options_ok(const uint8_t *options, uint32_t len);
const uint8_t *ndisc_option(const uint8_t *options, uint32_t len, uint8_t type,
			    const uint8_t *after);
#define ND_OPT_SOURCE_LL_ADDR 1
#define ND_OPT_TARGET_LL_ADDR 2
#define ND_OPT_PREFIX_INFO    3
#define ND_OPT_MTU	      5

static inline struct in6_addr ipv6_solicited_node(const struct in6_addr *addr)
{
	return (struct in6_addr){.s6_addr32 = {htonl(0xff020000), 0, htonl(1),
					       htonl(0xff000000) | addr->s6_addr32[3]}};
}
#define IN6ADDR_ALL_NODES   ((struct in6_addr){.s6_addr32 = {htonl(0xff020000), 0, 0, htonl(1)}})
#define IN6ADDR_ALL_ROUTERS ((struct in6_addr){.s6_addr32 = {htonl(0xff020000), 0, 0, htonl(2)}})

/* ---- mcast6.c: groups (MLD) ---- */

/* Whether dev listens to this group. */
bool ipv6_in_group(const struct net_device *dev, const struct in6_addr *group);
/* The groups of dev changed: they are told to routers. */
void mld_changed(struct net_device *dev);
void mld_stop(struct net_device *dev);
void mld_timer(struct timer_list *t);
enum skb_drop_reason mld_query(struct sk_buff *skb);

/* ---- exthdrs.c ---- */

#define IPV6_EXTHDRS_MAX 8 /* extension headers of a packet that are looked at */

/*
 * Handles options of a hop-by-hop or destination options header that starts at skb->data. The
 * header's length in bytes, or 0: skb is gone.
 */
uint32_t ipv6_parse_options(struct sk_buff *skb);
/*
 * From the header of type *nexthdr at *offset (from skb->data) past all extension headers. *fragment:
 * stopped at the payload of a fragment that is not the first. false: too many, or cut off.
 */
bool ipv6_skip_exthdrs(const struct sk_buff *skb, uint32_t *offset, uint8_t *nexthdr,
		       bool *fragment);
/*
 * Finds the transport header of a packet whose IPv6 header is at offset: its offset and protocol;
 * *fragment: it is a fragment, but not the first. false: malformed, too many, or cut off.
 */
bool ipv6_find_transport(const struct sk_buff *skb, uint32_t offset, uint32_t *transport,
			 uint8_t *protocol, bool *fragment);

/* ---- ip6_fragment.c ---- */

extern const struct frag_ops ip6_frag_ops;
/* A fragment header at skb->data. Gives the whole packet, data at its payload and the next header's
 * value in *nexthdr, or NULL. nexthdr_at: offset from the IPv6 header of the byte that announced it. */
struct sk_buff *ip6_defrag(struct sk_buff *skb, uint32_t nexthdr_at, uint8_t *nexthdr);

/* ---- ip6_output.c, icmp6.c ---- */

/* Sends an ICMPv6 message (data at its header, checksum not filled). */
int icmpv6_xmit(struct net *net, struct sk_buff *skb, struct ip_route *rt, uint8_t hop_limit);
void icmpv6_checksum(struct icmp6hdr *icmp6h, uint32_t len, const struct in6_addr *saddr,
		     const struct in6_addr *daddr);
/* A message with room for `len` bytes linear behind headroom; NULL: no memory. */
struct sk_buff *icmpv6_alloc(struct net *net, uint32_t len);
void icmpv6_count_out(struct net *net, uint8_t type);
void icmpv6_rcv(struct sk_buff *skb);
/* Tells the transport of a packet of ours (data at its IPv6 header) about an error. */
void ipv6_transport_error(struct sk_buff *skb, uint8_t type, uint8_t code, uint32_t info);

#endif
