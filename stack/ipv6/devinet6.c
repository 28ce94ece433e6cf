// SPDX-License-Identifier: MIT
/* The life of the IPv6 layer's state, of a network and of a device, and its configuration (net.h). */
#include "ipv6.h"
#include <net/errno.h>

#define LINKLOCAL_PREFIX ((struct in6_addr){.s6_addr32 = {htonl(0xfe800000), 0, 0, 0}})
/* RFC 4861 section 10: hosts that start together do not speak together. */
#define MAX_START_DELAY_NS 1000000000ull

struct inet6_dev *in6_dev_get(struct net_device *dev)
{
	struct inet6_dev *in6 = in6_dev(dev);

	if (in6)
		return in6;
	in6 = port_alloc(dev->net->port, sizeof(*in6));
	if (!in6)
		return NULL;
	*in6 = (struct inet6_dev){
		.dev = dev,
		.hop_limit = IPV6_DEFAULT_HOPS,
		.times = {.reachable_ns = NEIGH_REACHABLE_NS, .retrans_ns = NEIGH_RETRANS_NS}};
	INIT_LIST_HEAD(&in6->addrs);
	INIT_LIST_HEAD(&in6->prefixes);
	INIT_LIST_HEAD(&in6->routers);
	init_waitqueue_head(&in6->wq, dev->net->port);
	timer_setup(&in6->rs_timer, autoconf6_solicit);
	timer_setup(&in6->mld_timer, mld_timer);
	dev->ip6_ptr = in6;
	return in6;
}

/* ---- the device's ups and downs ---- */

void ipv6_device_ready(struct net_device *dev)
{
	struct inet6_dev *in6 = in6_dev(dev);
	struct net *net = dev->net;
	struct in6_addr linklocal;
	struct ifaddr6 *ifa, *next;
	uint64_t delay_ns = 0;
	uint32_t random;

	if (!in6 || in6->ready || !dev->up || !dev->carrier)
		return;
	if (dev != net->loopback) {
		linklocal = ifaddr6_eui64(dev, &LINKLOCAL_PREFIX);
		if (!ifaddr6_find(net, dev, &linklocal))
			ifaddr6_add(dev, &linklocal, 64);
		net->port->ops->random(net->port, &random, sizeof(random));
		delay_ns = random % MAX_START_DELAY_NS;
	}
	in6->ready = true;
	route_generation_next(net);
	list_for_each_entry_safe(ifa, next, &in6->addrs, node)
		ifaddr6_start_dad(ifa, delay_ns);
}

void ipv6_device_down(struct net_device *dev)
{
	struct inet6_dev *in6 = in6_dev(dev);
	struct ifaddr6 *ifa;

	if (!in6)
		return;
	in6->ready = false;
	autoconf6_stop(dev);
	mld_stop(dev);
	list_for_each_entry(ifa, &in6->addrs, node) {
		timer_del(dev->net, &ifa->timer);
		if (ifa->state != IFADDR6_DUPLICATE)
			ifa->state = IFADDR6_WAITS;
	}
	route6_flush(dev, false);
	neigh_flush(&dev->net->ipv6->neigh, dev);
	frag_table_flush(&dev->net->ipv6->frags, dev);
	route_generation_next(dev->net);
}

void ipv6_device_gone(struct net_device *dev)
{
	struct inet6_dev *in6 = in6_dev(dev);
	struct ifaddr6 *ifa, *next;

	if (!in6)
		return;
	ipv6_device_down(dev);
	list_for_each_entry_safe(ifa, next, &in6->addrs, node)
		ifaddr6_remove(ifa);
	route6_flush(dev, true);
	dev->ip6_ptr = NULL;
	port_free(dev->net->port, in6, sizeof(*in6));
}

/* ---- configuration ---- */

static int configure(struct net_device *dev, const struct in6_addr *addr, unsigned int prefix_len,
		     const struct in6_addr *gateway)
{
	struct net *net = dev->net;
	int err;

	if (!in6_dev_get(dev))
		return -ENOMEM;
	if (ifaddr6_find(net, dev, addr))
		return -EEXIST;
	if (dev != net->loopback) {
		err = prefix6_update(dev, addr, (uint8_t)prefix_len, IPV6_LIFETIME_INFINITE);
		if (!err && gateway)
			err = router6_update(dev, gateway, IPV6_LIFETIME_INFINITE, true);
		if (err)
			return err;
	}
	if (!ifaddr6_add(dev, addr, (uint8_t)prefix_len))
		return -ENOMEM;
	ipv6_device_ready(dev);
	return 0;
}

int net_ipv6_configure(struct net_device *dev, const struct in6_addr *addr, unsigned int prefix_len,
		       const struct in6_addr *gateway)
{
	int err;

	if (prefix_len < 1 || prefix_len > 128 || ipv6_addr_multicast(addr) ||
	    ipv6_addr_any(addr) || ipv6_addr_v4mapped(addr) ||
	    (gateway && (ipv6_addr_multicast(gateway) || ipv6_addr_any(gateway))))
		return -EINVAL;
	local_bh_disable(dev->net);
	err = configure(dev, addr, prefix_len, gateway);
	local_bh_enable(dev->net);
	return err;
}

static bool has_global(const struct net_device *dev)
{
	const struct ifaddr6 *ifa;

	list_for_each_entry(ifa, &in6_dev(dev)->addrs, node)
		if (ifa->autoconf && ifaddr6_usable(ifa))
			return true;
	return false;
}

int net_ipv6_autoconf(struct net_device *dev, uint64_t timeout_ns)
{
	struct inet6_dev *in6;

	local_bh_disable(dev->net);
	in6 = in6_dev_get(dev);
	if (in6) {
		in6->accept_ra = true;
		if (in6->ready && ifaddr6_linklocal(dev))
			autoconf6_start(dev);
		ipv6_device_ready(dev);
	}
	local_bh_enable(dev->net);
	if (!in6)
		return -ENOMEM;
	if (timeout_ns && wait_event(&in6->wq, has_global(dev), timeout_ns))
		return 0;
	return has_global(dev) ? 0 : -ETIMEDOUT;
}

unsigned int net_ipv6_addresses(const struct net_device *dev, struct net_ipv6_info *out,
				unsigned int max)
{
	const struct ifaddr6 *ifa;
	unsigned int n = 0;

	if (!in6_dev(dev))
		return 0;
	list_for_each_entry(ifa, &in6_dev(dev)->addrs, node) {
		if (n < max)
			out[n] = (struct net_ipv6_info){
				.addr = ifa->addr,
				.prefix_len = ifa->prefix_len,
				.usable = ifaddr6_usable(ifa),
				.duplicate = ifa->state == IFADDR6_DUPLICATE,
			};
		n++;
	}
	return n;
}

/* ---- of the network ---- */

int ipv6_net_init(struct net *net)
{
	struct netns_ipv6 *v6 = port_alloc(net->port, sizeof(*v6));

	if (!v6)
		return -ENOMEM;
	memset(v6, 0, sizeof(*v6));
	net->ipv6 = v6;
	neigh_table_init(&v6->neigh, net, &ndisc_neigh_ops);
	frag_table_init(&v6->frags, net, &ip6_frag_ops);
	route6_init(net);
	net->port->ops->random(net->port, v6->idents, sizeof(v6->idents));
	return 0;
}

void ipv6_net_exit(struct net *net)
{
	neigh_flush(&net->ipv6->neigh, NULL);
	frag_table_flush(&net->ipv6->frags, NULL);
	route6_exit(net);
	port_free(net->port, net->ipv6, sizeof(*net->ipv6));
	net->ipv6 = NULL;
}
