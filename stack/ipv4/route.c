// SPDX-License-Identifier: MIT
/*
 * Routes of a host: each device's own network, one gateway a device, itself. What a user caches in
 * struct ip_route is good while the network's generation stands. Path MTUs (RFC 1191) are kept in a
 * small table; the oldest gives way.
 */
#include "ipv4.h"
#include <net/errno.h>

/* ---- path MTU ---- */

static void pmtu_expire(struct timer_list *t)
{
	struct pmtu_entry *e = container_of(t, struct pmtu_entry, expiry);

	e->daddr = 0;
	route_generation_next(e->net);
}

void route_init(struct net *net)
{
	for (unsigned int i = 0; i < PMTU_ENTRIES; i++) {
		net->ipv4->pmtu[i].net = net;
		timer_setup(&net->ipv4->pmtu[i].expiry, pmtu_expire);
	}
}

void route_exit(struct net *net)
{
	for (unsigned int i = 0; i < PMTU_ENTRIES; i++)
		timer_del(net, &net->ipv4->pmtu[i].expiry);
}

static uint32_t path_mtu(struct net *net, __be32 daddr, uint32_t device_mtu)
{
	for (unsigned int i = 0; i < PMTU_ENTRIES; i++) {
		const struct pmtu_entry *e = &net->ipv4->pmtu[i];

		if (e->daddr == daddr && e->daddr)
			return e->mtu_bytes < device_mtu ? e->mtu_bytes : device_mtu;
	}
	return device_mtu;
}

void ip_rt_update_pmtu(struct net *net, __be32 daddr, uint32_t mtu_bytes)
{
	struct pmtu_entry *e, *use = &net->ipv4->pmtu[0];

	if (mtu_bytes < IP_MIN_PMTU)
		mtu_bytes = IP_MIN_PMTU;
	for (unsigned int i = 0; i < PMTU_ENTRIES; i++) {
		e = &net->ipv4->pmtu[i];
		if (e->daddr == daddr) {
			use = e;
			break;
		}
		if (use->daddr && (!e->daddr || e->updated_ns < use->updated_ns))
			use = e;
	}
	if (use->daddr == daddr && use->mtu_bytes <= mtu_bytes)
		return; /* ICMP only ever lowers it (RFC 1191 section 3) */
	use->daddr = daddr;
	use->mtu_bytes = mtu_bytes;
	use->updated_ns = port_time_ns(net->port);
	timer_mod(net, &use->expiry, use->updated_ns + PMTU_EXPIRES_NS);
	route_generation_next(net);
}

/* ---- addresses ---- */

bool ip_is_local(struct net *net, __be32 addr)
{
	struct net_device *dev;

	if (ipv4_is_loopback(addr))
		return true;
	list_for_each_entry(dev, &net->devices, node)
		if (in_dev(dev) && in_dev(dev)->addr && in_dev(dev)->addr == addr)
			return true;
	return false;
}

bool ip_is_broadcast(const struct net_device *dev, __be32 addr)
{
	const struct in_device *in = in_dev(dev);

	return ipv4_is_lbcast(addr) || (in && in->addr && in->broadcast && in->broadcast == addr);
}

enum inet_addr_type inet_addr_type(struct net *net, __be32 addr)
{
	struct net_device *dev;

	if (ip_is_local(net, addr))
		return INET_ADDR_LOCAL;
	if (ipv4_is_multicast(addr))
		return INET_ADDR_MULTICAST;
	if (ipv4_is_zeronet(addr))
		return INET_ADDR_BROADCAST;
	list_for_each_entry(dev, &net->devices, node)
		if (ip_is_broadcast(dev, addr))
			return INET_ADDR_BROADCAST;
	return INET_ADDR_UNICAST;
}

/* ---- lookup ---- */

static bool usable(const struct net_device *dev, const struct net_device *wanted)
{
	return dev->up && (!wanted || dev == wanted);
}

static bool on_link(const struct net_device *dev, __be32 daddr)
{
	const struct in_device *in = in_dev(dev);

	return in && in->addr && ((in->addr ^ daddr) & in->mask) == 0;
}

/* The device whose network holds daddr: the longest mask wins. */
static struct net_device *find_on_link(struct net *net, __be32 daddr, struct net_device *wanted)
{
	struct net_device *dev, *best = NULL;

	list_for_each_entry(dev, &net->devices, node)
		if (usable(dev, wanted) && on_link(dev, daddr) &&
		    (!best || ntohl(in_dev(dev)->mask) > ntohl(in_dev(best)->mask)))
			best = dev;
	return best;
}

static struct net_device *find_gateway(struct net *net, struct net_device *wanted)
{
	struct net_device *dev;

	list_for_each_entry(dev, &net->devices, node)
		if (usable(dev, wanted) && in_dev(dev) && in_dev(dev)->gateway)
			return dev;
	return NULL;
}

/* For limited broadcast and multicast: a device with a link, configured or not. */
static struct net_device *find_any(struct net *net, struct net_device *wanted)
{
	struct net_device *dev;

	list_for_each_entry(dev, &net->devices, node)
		if (usable(dev, wanted) && dev != net->loopback)
			return dev;
	return NULL;
}

static void choose_device(struct net *net, struct ip_route *rt, struct net_device *wanted)
{
	rt->next_hop = rt->daddr;
	if (ip_is_local(net, rt->daddr)) {
		rt->dev = net->loopback;
		rt->local = true;
	} else if (ipv4_is_lbcast(rt->daddr) || ipv4_is_multicast(rt->daddr)) {
		rt->dev = find_any(net, wanted);
	} else {
		rt->dev = find_on_link(net, rt->daddr, wanted);
		if (!rt->dev && (rt->dev = find_gateway(net, wanted)))
			rt->next_hop = in_dev(rt->dev)->gateway;
	}
}

int ip_route_output(struct net *net, struct ip_route *rt)
{
	struct net_device *wanted = rt->dev;

	rt->generation = 0;
	rt->neigh = NULL;
	rt->local = false;
	if (!rt->daddr) /* "this host" */
		rt->daddr = rt->saddr ? rt->saddr : htonl(INADDR_LOOPBACK);
	choose_device(net, rt, wanted);
	if (!rt->dev) {
		NET_INC(net, IpOutNoRoutes);
		return -ENETUNREACH;
	}
	if (!rt->saddr)
		rt->saddr = rt->local ? rt->daddr : in_dev(rt->dev) ? in_dev(rt->dev)->addr : 0;
	rt->mtu_bytes = path_mtu(net, rt->daddr, rt->dev->mtu);
	rt->generation = net->route_generation;
	return 0;
}
