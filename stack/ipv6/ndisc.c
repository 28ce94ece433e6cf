// SPDX-License-Identifier: MIT
/*
 * Messages of neighbour discovery (RFC 4861): solicitations and advertisements of neighbours, router
 * solicitations. What they mean for reachability is core/neighbour.c, for duplicate addresses
 * ifaddr6.c, for configuration autoconf6.c. Redirects are counted and not followed.
 */
#include "ipv6.h"

#define ND_HOP_LIMIT	     255 /* proves that the sender is on the link */
#define NA_ROUTER	     0x80000000u
#define NA_SOLICITED	     0x40000000u
#define NA_OVERRIDE	     0x20000000u
#define ROUTER_ADVERT_BYTES  16u
#define ROUTER_SOLICIT_BYTES 8u
#define REDIRECT_BYTES	     40u

/* A neighbour solicitation or advertisement. */
struct nd_msg {
	struct icmp6hdr icmp6h; /* rest: flags of an advertisement */
	struct in6_addr target;
} __attribute__((packed, aligned(2)));

struct nd_opt_ll_addr {
	uint8_t type, length;
	uint8_t addr[ETH_ALEN];
} __attribute__((packed));

/* ---- options ---- */

bool ndisc_options_ok(const uint8_t *options, uint32_t len)
{
	while (len) {
		if (len < 8 || !options[1] || options[1] * 8u > len)
			return false;
		len -= options[1] * 8u;
		options += options[1] * 8u;
	}
	return true;
}

const uint8_t *ndisc_option(const uint8_t *options, uint32_t len, uint8_t type,
			    const uint8_t *after)
{
	const uint8_t *end = options + len;

	for (const uint8_t *o = after ? after + after[1] * 8u : options; o < end; o += o[1] * 8u)
		if (o[0] == type)
			return o;
	return NULL;
}

/* The link address of such an option, or NULL. */
static const uint8_t *ll_addr(const struct sk_buff *skb, uint32_t header_len, uint8_t type)
{
	const uint8_t *o = ndisc_option(skb->data + header_len, skb->len - header_len, type, NULL);

	return o && o[1] == 1 && !(o[2] & 1) ? o + 2 : NULL;
}

/* ---- out ---- */

static void put_ll_addr(struct sk_buff *skb, const struct net_device *dev, uint8_t type)
{
	struct nd_opt_ll_addr *o = skb_put(skb, sizeof(*o));

	o->type = type;
	o->length = 1;
	memcpy(o->addr, dev->dev_addr, ETH_ALEN);
}

/* Over this device, whatever the routes say; the source may be the unspecified address. */
static void send(struct net_device *dev, struct sk_buff *skb, const struct in6_addr *saddr,
		 const struct in6_addr *daddr)
{
	struct ip_route rt = {.daddr6 = *daddr,
			      .saddr6 = *saddr,
			      .next_hop6 = *daddr,
			      .dev = dev,
			      .mtu_bytes = dev->mtu,
			      .generation = dev->net->route_generation};

	icmpv6_xmit(dev->net, skb, &rt, ND_HOP_LIMIT);
}

void ndisc_send_ns(struct net_device *dev, const struct in6_addr *target,
		   const struct in6_addr *saddr, const struct in6_addr *daddr)
{
	struct sk_buff *skb = icmpv6_alloc(dev->net, sizeof(struct nd_msg) + 8);
	struct nd_msg *msg;

	if (!skb)
		return;
	msg = skb_put(skb, sizeof(*msg));
	*msg = (struct nd_msg){.icmp6h.type = NDISC_NEIGH_SOLICIT, .target = *target};
	if (!ipv6_addr_any(saddr))
		put_ll_addr(skb, dev, ND_OPT_SOURCE_LL_ADDR);
	send(dev, skb, saddr, daddr);
}

static void send_na(struct net_device *dev, const struct in6_addr *target,
		    const struct in6_addr *daddr, uint32_t flags)
{
	struct sk_buff *skb = icmpv6_alloc(dev->net, sizeof(struct nd_msg) + 8);
	struct nd_msg *msg;

	if (!skb)
		return;
	msg = skb_put(skb, sizeof(*msg));
	*msg = (struct nd_msg){.icmp6h = {.type = NDISC_NEIGH_ADVERT, .rest = htonl(flags)},
			       .target = *target};
	put_ll_addr(skb, dev, ND_OPT_TARGET_LL_ADDR);
	send(dev, skb, target, daddr);
}

void ndisc_send_rs(struct net_device *dev)
{
	const struct ifaddr6 *source = ifaddr6_linklocal(dev);
	struct sk_buff *skb = icmpv6_alloc(dev->net, sizeof(struct icmp6hdr) + 8);
	struct icmp6hdr *icmp6h;

	if (!skb)
		return;
	icmp6h = skb_put(skb, sizeof(*icmp6h));
	*icmp6h = (struct icmp6hdr){.type = NDISC_ROUTER_SOLICIT};
	if (source)
		put_ll_addr(skb, dev, ND_OPT_SOURCE_LL_ADDR);
	send(dev, skb, source ? &source->addr : &IN6ADDR_ANY, &IN6ADDR_ALL_ROUTERS);
}

/* ---- for the neighbour table ---- */

static void solicit(struct neighbour *n, const uint8_t *target)
{
	const struct ifaddr6 *source = ipv6_select_source(n->dev, &n->addr);
	const struct in6_addr group = ipv6_solicited_node(&n->addr), addr = n->addr;

	if (source)
		ndisc_send_ns(n->dev, &addr, &source->addr, target ? &addr : &group);
}

static void undeliverable(struct sk_buff *skb)
{
	ipv6_transport_error(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
}

static void failed(struct neighbour *n)
{
	router6_unreachable(n->dev, &n->addr);
}

static struct neigh_times times(const struct net_device *dev)
{
	return in6_dev(dev)->times;
}

const struct neigh_ops ndisc_neigh_ops = {
	.ethertype = ETH_P_IPV6,
	.failures = MIB_NdiscFailures,
	.table_full = MIB_NdiscTableFull,
	.solicit = solicit,
	.undeliverable = undeliverable,
	.failed = failed,
	.times = times,
};

/* ---- in ---- */

/* Who asks will hear from us: what he says of himself is noted (section 7.2.3). */
static void answer(struct sk_buff *skb, const struct nd_msg *msg)
{
	const struct in6_addr from = ipv6_hdr(skb)->saddr;
	const uint8_t *ha = ll_addr(skb, sizeof(*msg), ND_OPT_SOURCE_LL_ADDR);
	struct net_device *dev = skb->dev;
	struct neighbour *n;

	if (ipv6_addr_any(&from)) { /* duplicate address detection: all may know */
		send_na(dev, &msg->target, &IN6ADDR_ALL_NODES, NA_OVERRIDE);
		return;
	}
	n = ha ? neigh_get(&dev->net->ipv6->neigh, dev, &from) : NULL;
	if (n)
		neigh_update(n, ha, false);
	send_na(dev, &msg->target, &from, NA_SOLICITED | NA_OVERRIDE);
}

/* Section 7.1.1. */
static bool ns_ok(const struct sk_buff *skb, const struct nd_msg *msg)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct in6_addr group = ipv6_solicited_node(&msg->target);

	if (ipv6_addr_multicast(&msg->target))
		return false;
	if (!ipv6_addr_any(&ip6h->saddr))
		return true;
	return ipv6_addr_equal(&ip6h->daddr, &group) &&
	       !ndisc_option(skb->data + sizeof(*msg), skb->len - (uint32_t)sizeof(*msg),
			     ND_OPT_SOURCE_LL_ADDR, NULL);
}

static enum skb_drop_reason neigh_solicit(struct sk_buff *skb)
{
	const struct nd_msg *msg = (const struct nd_msg *)skb->data;
	struct ifaddr6 *ifa;

	if (!ns_ok(skb, msg))
		return SKB_DROP_NdiscInvalid;
	ifa = ifaddr6_find(skb->dev->net, skb->dev, &msg->target);
	if (!ifa)
		return SKB_DROP_COUNT;
	if (ifaddr6_usable(ifa))
		answer(skb, msg);
	else if (ifa->state == IFADDR6_TENTATIVE && ipv6_addr_any(&ipv6_hdr(skb)->saddr))
		ifaddr6_dad_failed(ifa); /* both of us want it: neither has it */
	return SKB_DROP_COUNT;
}

/* Section 7.2.5, and appendix C's table. */
static void update_neighbour(struct neighbour *n, uint32_t flags, const uint8_t *ha)
{
	const bool asked = n->state == NEIGH_INCOMPLETE, solicited = flags & NA_SOLICITED;

	if (n->state == NEIGH_FAILED || (asked && !ha))
		return;
	if (!asked && !(flags & NA_OVERRIDE) && ha && memcmp(ha, n->ha, ETH_ALEN)) {
		if (n->state == NEIGH_REACHABLE)
			neigh_suspect(n);
		return;
	}
	if (n->is_router && !(flags & NA_ROUTER)) /* it is one no more */
		router6_update(n->dev, &n->addr, 0, false);
	n->is_router = flags & NA_ROUTER;
	if (ha || solicited)
		neigh_update(n, ha ? ha : n->ha, solicited);
}

static enum skb_drop_reason neigh_advert(struct sk_buff *skb)
{
	const struct nd_msg *msg = (const struct nd_msg *)skb->data;
	const uint32_t flags = ntohl(msg->icmp6h.rest);
	struct net_device *dev = skb->dev;
	struct ifaddr6 *ifa;
	struct neighbour *n;

	if (ipv6_addr_multicast(&msg->target) ||
	    ((flags & NA_SOLICITED) && ipv6_addr_multicast(&ipv6_hdr(skb)->daddr)))
		return SKB_DROP_NdiscInvalid;
	ifa = ifaddr6_find(dev->net, dev, &msg->target);
	if (ifa) {
		if (ifa->state == IFADDR6_TENTATIVE)
			ifaddr6_dad_failed(ifa);
		return SKB_DROP_COUNT;
	}
	n = neigh_lookup(&dev->net->ipv6->neigh, dev, &msg->target);
	if (n)
		update_neighbour(n, flags, ll_addr(skb, sizeof(*msg), ND_OPT_TARGET_LL_ADDR));
	return SKB_DROP_COUNT;
}

static enum skb_drop_reason router_advert(struct sk_buff *skb)
{
	if (!ipv6_addr_linklocal(&ipv6_hdr(skb)->saddr))
		return SKB_DROP_NdiscInvalid;
	autoconf6_router_advert(skb);
	return SKB_DROP_COUNT;
}

/* Bytes of the message before its options; 0: none of ours. */
static uint32_t header_bytes(uint8_t type)
{
	switch (type) {
	case NDISC_ROUTER_SOLICIT:
		return ROUTER_SOLICIT_BYTES;
	case NDISC_ROUTER_ADVERT:
		return ROUTER_ADVERT_BYTES;
	case NDISC_REDIRECT:
		return REDIRECT_BYTES;
	default:
		return sizeof(struct nd_msg);
	}
}

enum skb_drop_reason ndisc_rcv(struct sk_buff *skb)
{
	const struct icmp6hdr *icmp6h = (const struct icmp6hdr *)skb->data;
	struct net *net = skb->dev->net;
	const uint32_t header_len = header_bytes(icmp6h->type);

	if (ipv6_hdr(skb)->hop_limit != ND_HOP_LIMIT || icmp6h->code || skb->len < header_len ||
	    !ndisc_options_ok(skb->data + header_len, skb->len - header_len))
		return SKB_DROP_NdiscInvalid;
	switch (icmp6h->type) {
	case NDISC_NEIGH_SOLICIT:
		NET_INC(net, Icmp6InNeighborSolicits);
		return neigh_solicit(skb);
	case NDISC_NEIGH_ADVERT:
		NET_INC(net, Icmp6InNeighborAdvertisements);
		return neigh_advert(skb);
	case NDISC_ROUTER_ADVERT:
		NET_INC(net, Icmp6InRouterAdvertisements);
		return router_advert(skb);
	case NDISC_REDIRECT:
		NET_INC(net, Icmp6InRedirects);
		return SKB_DROP_IcmpUnhandled;
	default: /* router solicitations are for routers */
		return SKB_DROP_IcmpUnhandled;
	}
}
