// SPDX-License-Identifier: MIT
/*
 * What routers tell a host: default routers, on-link prefixes and parameters of the link (RFC 4861
 * section 6.3), and addresses made from prefixes (RFC 4862 section 5.5). What is advertised is not
 * trusted beyond its link: times are clamped, tables bounded, lifetimes of addresses not cut short
 * below two hours.
 */
#include "ipv6.h"

/* RFC 4861 section 10 */
#define MAX_RTR_SOLICITATIONS	3
#define RTR_SOLICITATION_NS	4000000000ull
#define RTR_SOLICITATION_MAX_NS 1000000000ull /* of the random delay before the first */
#define REACHABLE_MAX_MS	3600000u
#define RETRANS_MIN_MS		10u
#define RETRANS_MAX_MS		60000u
#define SLAAC_PREFIX_LEN	64 /* interface identifiers have 64 bits (RFC 4291) */
#define TWO_HOURS_S		7200u
#define SECOND_NS		1000000000ull

#define PREFIX_ON_LINK	  0x80
#define PREFIX_AUTONOMOUS 0x40

struct router_advert {
	struct icmp6hdr icmp6h; /* rest: hop limit, flags, router lifetime in seconds */
	__be32 reachable_ms, retrans_ms;
} __attribute__((packed, aligned(2)));

struct prefix_info {
	uint8_t type, length, prefix_len, flags;
	__be32 valid_s, preferred_s, reserved;
	struct in6_addr prefix;
} __attribute__((packed, aligned(2)));

/* ---- asking ---- */

void autoconf6_start(struct net_device *dev)
{
	struct inet6_dev *in6 = in6_dev(dev);
	struct net *net = dev->net;
	uint32_t delay;

	if (!in6->accept_ra || !in6->ready)
		return;
	net->port->ops->random(net->port, &delay, sizeof(delay));
	in6->rs_left = MAX_RTR_SOLICITATIONS;
	timer_mod(net, &in6->rs_timer, port_time_ns(net->port) + delay % RTR_SOLICITATION_MAX_NS);
}

void autoconf6_stop(struct net_device *dev)
{
	timer_del(dev->net, &in6_dev(dev)->rs_timer);
}

void autoconf6_solicit(struct timer_list *t)
{
	struct inet6_dev *in6 = container_of(t, struct inet6_dev, rs_timer);
	struct net *net = in6->dev->net;

	in6->rs_left--;
	ndisc_send_rs(in6->dev);
	if (in6->rs_left)
		timer_mod(net, t, port_time_ns(net->port) + RTR_SOLICITATION_NS);
}

/* ---- addresses from prefixes ---- */

/* RFC 4862 section 5.5.3(e): a forged advertisement cannot end an address at once. */
static uint32_t safe_lifetime_s(const struct ifaddr6 *ifa, uint32_t valid_s)
{
	const uint64_t now_ns = port_time_ns(ifa->dev->net->port);
	uint64_t left_s = (ifa->valid_until_ns - now_ns) / SECOND_NS;

	if (ifa->valid_until_ns <= now_ns)
		left_s = 0;
	if (valid_s > TWO_HOURS_S || valid_s > left_s)
		return valid_s;
	return left_s <= TWO_HOURS_S ? (uint32_t)left_s : TWO_HOURS_S;
}

static void autonomous(struct net_device *dev, const struct in6_addr *prefix, uint32_t preferred_s,
		       uint32_t valid_s)
{
	const struct in6_addr addr = ifaddr6_eui64(dev, prefix);
	struct ifaddr6 *ifa = ifaddr6_find(dev->net, dev, &addr);

	if (ifa && !ifa->autoconf)
		return;
	if (ifa) {
		valid_s = safe_lifetime_s(ifa, valid_s);
	} else {
		ifa = valid_s ? ifaddr6_add(dev, &addr, SLAAC_PREFIX_LEN) : NULL;
		if (!ifa)
			return;
		ifa->autoconf = true;
	}
	ifaddr6_set_lifetimes(ifa, preferred_s, valid_s);
}

static void prefix_option(struct net_device *dev, const uint8_t *option)
{
	struct prefix_info p;
	uint32_t valid_s, preferred_s;

	if (option[1] * 8u != sizeof(p))
		return;
	memcpy(&p, option, sizeof(p));
	valid_s = ntohl(p.valid_s);
	preferred_s = ntohl(p.preferred_s);
	if (p.prefix_len > 128 || preferred_s > valid_s || ipv6_addr_linklocal(&p.prefix) ||
	    ipv6_addr_multicast(&p.prefix))
		return;
	if (p.flags & PREFIX_ON_LINK)
		prefix6_update(dev, &p.prefix, p.prefix_len, valid_s);
	if ((p.flags & PREFIX_AUTONOMOUS) && p.prefix_len == SLAAC_PREFIX_LEN)
		autonomous(dev, &p.prefix, preferred_s, valid_s);
}

/* ---- the advertisement ---- */

static uint32_t clamp_u32(uint32_t v, uint32_t low, uint32_t high)
{
	return v < low ? low : v > high ? high : v;
}

static void link_parameters(struct inet6_dev *in6, const struct router_advert *ra)
{
	const uint8_t hop_limit = (uint8_t)(ntohl(ra->icmp6h.rest) >> 24);
	const uint32_t reachable_ms = ntohl(ra->reachable_ms), retrans_ms = ntohl(ra->retrans_ms);

	if (hop_limit)
		in6->hop_limit = hop_limit;
	if (reachable_ms)
		in6->times.reachable_ns =
			clamp_u32(reachable_ms, RETRANS_MIN_MS, REACHABLE_MAX_MS) * 1000000ull;
	if (retrans_ms)
		in6->times.retrans_ns =
			clamp_u32(retrans_ms, RETRANS_MIN_MS, RETRANS_MAX_MS) * 1000000ull;
}

static void mtu_option(struct net_device *dev, const uint8_t *option)
{
	const uint32_t mtu = get_unaligned_be32(option + 4);

	if (option[1] != 1 || mtu < IPV6_MIN_MTU || mtu > dev->mtu ||
	    mtu == in6_dev(dev)->mtu_bytes)
		return;
	in6_dev(dev)->mtu_bytes = mtu;
	route_generation_next(dev->net);
}

static void learn_router(struct net_device *dev, const struct in6_addr *addr, const uint8_t *option)
{
	struct neighbour *n = neigh_get(&dev->net->ipv6->neigh, dev, addr);

	if (!n || option[1] != 1)
		return;
	neigh_update(n, option + 2, false);
	n->is_router = true;
}

void autoconf6_router_advert(struct sk_buff *skb)
{
	const struct router_advert *ra = (const struct router_advert *)skb->data;
	const struct in6_addr from = ipv6_hdr(skb)->saddr;
	const uint8_t *options = skb->data + sizeof(*ra), *o;
	const uint32_t len = skb->len - (uint32_t)sizeof(*ra);
	struct net_device *dev = skb->dev;
	struct inet6_dev *in6 = in6_dev(dev);

	if (!in6->accept_ra)
		return;
	timer_del(dev->net, &in6->rs_timer);
	link_parameters(in6, ra);
	router6_update(dev, &from, ntohl(ra->icmp6h.rest) & 0xffff, false);
	o = ndisc_option(options, len, ND_OPT_SOURCE_LL_ADDR, NULL);
	if (o)
		learn_router(dev, &from, o);
	o = ndisc_option(options, len, ND_OPT_MTU, NULL);
	if (o)
		mtu_option(dev, o);
	for (o = NULL; (o = ndisc_option(options, len, ND_OPT_PREFIX_INFO, o));)
		prefix_option(dev, o);
}
