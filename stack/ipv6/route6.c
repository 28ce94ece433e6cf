// SPDX-License-Identifier: MIT
/*
 * IPv6 routes of a host (RFC 4861 section 5): prefixes that are on a link, default routers, itself;
 * and path MTUs (RFC 8201), in a small table whose oldest entry gives way.
 */
#include "ipv6.h"
#include <net/errno.h>

/* Routers must not fill our memory (RFC 6104, 6583). */
#define PREFIX6_MAX 32
#define ROUTER6_MAX 16
#define SECOND_NS   1000000000ull

/* ---- path MTU ---- */

static void pmtu_expire(struct timer_list *t)
{
	struct pmtu6_entry *e = container_of(t, struct pmtu6_entry, expiry);

	e->mtu_bytes = 0;
	route_generation_next(e->net);
}

void route6_init(struct net *net)
{
	for (unsigned int i = 0; i < PMTU6_ENTRIES; i++) {
		net->ipv6->pmtu[i].net = net;
		timer_setup(&net->ipv6->pmtu[i].expiry, pmtu_expire);
	}
}

void route6_exit(struct net *net)
{
	for (unsigned int i = 0; i < PMTU6_ENTRIES; i++)
		timer_del(net, &net->ipv6->pmtu[i].expiry);
}

static uint32_t path_mtu(const struct net_device *dev, const struct in6_addr *daddr)
{
	const struct inet6_dev *in6 = in6_dev(dev);
	uint32_t mtu = dev->mtu;

	if (in6->mtu_bytes && in6->mtu_bytes < mtu)
		mtu = in6->mtu_bytes;
	for (unsigned int i = 0; i < PMTU6_ENTRIES; i++) {
		const struct pmtu6_entry *e = &dev->net->ipv6->pmtu[i];

		if (e->mtu_bytes && e->mtu_bytes < mtu && ipv6_addr_equal(&e->daddr, daddr))
			return e->mtu_bytes;
	}
	return mtu;
}

/* daddr's entry, else a free one, else the oldest. */
static struct pmtu6_entry *pmtu_entry(struct net *net, const struct in6_addr *daddr)
{
	struct pmtu6_entry *use = &net->ipv6->pmtu[0];

	for (unsigned int i = 0; i < PMTU6_ENTRIES; i++) {
		struct pmtu6_entry *e = &net->ipv6->pmtu[i];

		if (e->mtu_bytes && ipv6_addr_equal(&e->daddr, daddr))
			return e;
		if (use->mtu_bytes && (!e->mtu_bytes || e->updated_ns < use->updated_ns))
			use = e;
	}
	return use;
}

void ip6_rt_update_pmtu(struct net *net, const struct in6_addr *daddr, uint32_t mtu_bytes)
{
	struct pmtu6_entry *e = pmtu_entry(net, daddr);

	if (mtu_bytes < IPV6_MIN_MTU) /* RFC 8201 section 4 */
		return;
	if (e->mtu_bytes && e->mtu_bytes <= mtu_bytes && ipv6_addr_equal(&e->daddr, daddr))
		return; /* a message only ever lowers it */
	e->daddr = *daddr;
	e->mtu_bytes = mtu_bytes;
	e->updated_ns = port_time_ns(net->port);
	timer_mod(net, &e->expiry, e->updated_ns + PMTU6_EXPIRES_NS);
	route_generation_next(net);
}

/* ---- prefixes ---- */

static void prefix_free(struct prefix6 *p)
{
	struct net *net = p->dev->net;

	timer_del(net, &p->timer);
	list_del_init(&p->node);
	in6_dev(p->dev)->prefix_count--;
	route_generation_next(net);
	port_free(net->port, p, sizeof(*p));
}

static void prefix_expired(struct timer_list *t)
{
	prefix_free(container_of(t, struct prefix6, timer));
}

static void arm(struct net *net, struct timer_list *t, uint32_t lifetime_s)
{
	if (lifetime_s == IPV6_LIFETIME_INFINITE)
		timer_del(net, t);
	else
		timer_mod(net, t, port_time_ns(net->port) + lifetime_s * SECOND_NS);
}

static struct prefix6 *prefix_find(const struct inet6_dev *in6, const struct in6_addr *prefix,
				   uint8_t prefix_len)
{
	struct prefix6 *p;

	list_for_each_entry(p, &in6->prefixes, node)
		if (p->prefix_len == prefix_len &&
		    ipv6_prefix_equal(&p->prefix, prefix, prefix_len))
			return p;
	return NULL;
}

int prefix6_update(struct net_device *dev, const struct in6_addr *prefix, uint8_t prefix_len,
		   uint32_t lifetime_s)
{
	struct inet6_dev *in6 = in6_dev(dev);
	struct prefix6 *p = prefix_find(in6, prefix, prefix_len);

	if (!lifetime_s) {
		if (p)
			prefix_free(p);
		return 0;
	}
	if (!p) {
		if (in6->prefix_count >= PREFIX6_MAX)
			return -ENOSPC;
		p = port_alloc(dev->net->port, sizeof(*p));
		if (!p)
			return -ENOMEM;
		*p = (struct prefix6){.dev = dev, .prefix = *prefix, .prefix_len = prefix_len};
		timer_setup(&p->timer, prefix_expired);
		list_add_tail(&p->node, &in6->prefixes);
		in6->prefix_count++;
		route_generation_next(dev->net);
	}
	arm(dev->net, &p->timer, lifetime_s);
	return 0;
}

/* ---- routers ---- */

static void router_free(struct router6 *r)
{
	struct net *net = r->dev->net;

	timer_del(net, &r->timer);
	list_del_init(&r->node);
	in6_dev(r->dev)->router_count--;
	route_generation_next(net);
	port_free(net->port, r, sizeof(*r));
}

static void router_expired(struct timer_list *t)
{
	router_free(container_of(t, struct router6, timer));
}

static struct router6 *router_find(const struct net_device *dev, const struct in6_addr *addr)
{
	struct router6 *r;

	list_for_each_entry(r, &in6_dev(dev)->routers, node)
		if (ipv6_addr_equal(&r->addr, addr))
			return r;
	return NULL;
}

bool route6_is_router(const struct net_device *dev, const struct in6_addr *addr)
{
	return router_find(dev, addr) != NULL;
}

int router6_update(struct net_device *dev, const struct in6_addr *addr, uint32_t lifetime_s,
		   bool configured)
{
	struct inet6_dev *in6 = in6_dev(dev);
	struct router6 *r = router_find(dev, addr);

	if (r && r->configured && !configured) /* the administrator knows better */
		return 0;
	if (!lifetime_s) {
		if (r)
			router_free(r);
		return 0;
	}
	if (!r) {
		if (in6->router_count >= ROUTER6_MAX)
			return -ENOSPC;
		r = port_alloc(dev->net->port, sizeof(*r));
		if (!r)
			return -ENOMEM;
		*r = (struct router6){.dev = dev, .addr = *addr};
		timer_setup(&r->timer, router_expired);
		list_add_tail(&r->node, &in6->routers);
		in6->router_count++;
		route_generation_next(dev->net);
	}
	r->configured = configured;
	arm(dev->net, &r->timer, lifetime_s);
	return 0;
}

void route6_flush(struct net_device *dev, bool configured_too)
{
	struct inet6_dev *in6 = in6_dev(dev);
	struct prefix6 *p, *next_p;
	struct router6 *r, *next_r;

	list_for_each_entry_safe(r, next_r, &in6->routers, node)
		if (configured_too || !r->configured)
			router_free(r);
	list_for_each_entry_safe(p, next_p, &in6->prefixes, node)
		if (configured_too || p->timer.pending)
			prefix_free(p);
}

void router6_unreachable(struct net_device *dev, const struct in6_addr *addr)
{
	struct router6 *r = router_find(dev, addr);

	if (!r)
		return;
	list_del_init(&r->node);
	list_add_tail(&r->node, &in6_dev(dev)->routers);
	route_generation_next(dev->net);
}

/* ---- lookup ---- */

static bool usable(const struct net_device *dev, const struct net_device *wanted)
{
	return dev->up && in6_dev(dev) && dev != dev->net->loopback && (!wanted || dev == wanted);
}

/* The longest on-link prefix of dev that holds daddr; < 0: none. */
static int on_link(const struct net_device *dev, const struct in6_addr *daddr)
{
	struct prefix6 *p;
	int best = -1;

	list_for_each_entry(p, &in6_dev(dev)->prefixes, node)
		if (p->prefix_len > best && ipv6_prefix_equal(&p->prefix, daddr, p->prefix_len))
			best = p->prefix_len;
	return best;
}

static struct net_device *find_on_link(struct net *net, const struct in6_addr *daddr,
				       struct net_device *wanted)
{
	struct net_device *dev, *best = NULL;
	int best_len = -1;

	list_for_each_entry(dev, &net->devices, node) {
		int len = usable(dev, wanted) ? on_link(dev, daddr) : -1;

		if (len > best_len) {
			best = dev;
			best_len = len;
		}
	}
	return best;
}

/* RFC 4861 section 6.3.6: one that is probably reachable, else the next in turn. */
static struct router6 *find_router(struct net *net, struct net_device *wanted)
{
	struct router6 *r, *any = NULL;
	struct net_device *dev;

	list_for_each_entry(dev, &net->devices, node) {
		if (!usable(dev, wanted))
			continue;
		list_for_each_entry(r, &in6_dev(dev)->routers, node) {
			const struct neighbour *n = neigh_lookup(&net->ipv6->neigh, dev, &r->addr);

			if (n && neigh_known(n))
				return r;
			if (!any)
				any = r;
		}
	}
	return any;
}

/* For link-local and multicast destinations: the first device that speaks IPv6. */
static struct net_device *find_any(struct net *net, struct net_device *wanted)
{
	struct net_device *dev;

	list_for_each_entry(dev, &net->devices, node)
		if (usable(dev, wanted))
			return dev;
	return NULL;
}

static void choose_device(struct net *net, struct ip_route *rt, struct net_device *wanted)
{
	struct router6 *r;

	rt->next_hop6 = rt->daddr6;
	if (ipv6_is_local(net, &rt->daddr6)) {
		rt->dev = net->loopback;
		rt->local = true;
	} else if (ipv6_addr_multicast(&rt->daddr6) || ipv6_addr_linklocal(&rt->daddr6)) {
		rt->dev = find_any(net, wanted);
	} else {
		rt->dev = find_on_link(net, &rt->daddr6, wanted);
		if (!rt->dev && (r = find_router(net, wanted))) {
			rt->dev = r->dev;
			rt->next_hop6 = r->addr;
		}
	}
}

static bool unroutable(const struct in6_addr *daddr)
{
	return ipv6_addr_any(daddr) || ipv6_addr_v4mapped(daddr);
}

int ip6_route_output(struct net *net, struct ip_route *rt)
{
	struct net_device *wanted = rt->dev;
	const struct ifaddr6 *source;

	rt->generation = 0;
	rt->neigh = NULL;
	rt->local = false;
	rt->dev = NULL;
	if (!unroutable(&rt->daddr6))
		choose_device(net, rt, wanted);
	if (!rt->dev) {
		NET_INC(net, Ip6OutNoRoutes);
		return -ENETUNREACH;
	}
	if (ipv6_addr_any(&rt->saddr6) && rt->local)
		rt->saddr6 = rt->daddr6;
	if (ipv6_addr_any(&rt->saddr6)) {
		source = ipv6_select_source(rt->dev, &rt->daddr6);
		if (!source)
			return -EADDRNOTAVAIL;
		rt->saddr6 = source->addr;
	}
	rt->mtu_bytes = path_mtu(rt->dev, &rt->daddr6);
	rt->generation = net->route_generation;
	return 0;
}

enum inet_addr_type ipv6_addr_type(struct net *net, const struct in6_addr *addr)
{
	if (ipv6_addr_any(addr)) /* as 0.0.0.0: nobody's */
		return INET_ADDR_BROADCAST;
	if (ipv6_addr_multicast(addr))
		return INET_ADDR_MULTICAST;
	return ipv6_is_local(net, addr) ? INET_ADDR_LOCAL : INET_ADDR_UNICAST;
}
