// SPDX-License-Identifier: MIT
/* IPv4 addresses of devices, and the life of the IPv4 layer's state. */
#include "dhcp.h"
#include "ipv4.h"
#include <net/errno.h>

static __be32 prefix_mask(unsigned int prefix_len)
{
	return prefix_len ? htonl(UINT32_MAX << (32 - prefix_len)) : 0;
}

static struct in_device *in_dev_get(struct net_device *dev)
{
	struct in_device *in = in_dev(dev);

	if (!in) {
		in = port_alloc(dev->net->port, sizeof(*in));
		if (!in)
			return NULL;
		memset(in, 0, sizeof(*in));
		dev->ip_ptr = in;
	}
	return in;
}

int ipv4_set_address(struct net_device *dev, uint32_t addr, unsigned int prefix_len,
		     uint32_t gateway)
{
	struct net *net = dev->net;
	__be32 mask = prefix_len <= 32 ? prefix_mask(prefix_len) : 0;
	struct in_device *in;
	int err = 0;

	if (prefix_len > 32 || ipv4_is_multicast(htonl(addr)) || ipv4_is_lbcast(htonl(addr)))
		return -EINVAL;
	local_bh_disable(net);
	in = in_dev_get(dev);
	if (!in) {
		err = -ENOMEM;
		goto out;
	}
	in->addr = htonl(addr);
	in->mask = mask;
	in->broadcast = prefix_len < 31 ? (in->addr & mask) | ~mask : 0; /* RFC 3021: none on /31 */
	in->gateway = htonl(gateway);
	route_generation_next(net);
	neigh_flush(&net->ipv4->neigh, dev);
	if (addr && dev->up && dev->carrier && dev != net->loopback)
		arp_announce(dev);
out:
	local_bh_enable(net);
	return err;
}

int net_ipv4_configure(struct net_device *dev, uint32_t addr, unsigned int prefix_len,
		       uint32_t gateway)
{
	int err;

	local_bh_disable(dev->net);
	dhcp_stop(dev);
	err = ipv4_set_address(dev, addr, prefix_len, gateway);
	local_bh_enable(dev->net);
	return err;
}

void net_ipv4_info(const struct net_device *dev, struct net_ipv4_info *out)
{
	const struct in_device *in = in_dev(dev);

	*out = (struct net_ipv4_info){0};
	if (!in)
		return;
	out->addr = ntohl(in->addr);
	out->mask = ntohl(in->mask);
	out->gateway = ntohl(in->gateway);
}

void ipv4_device_changed(struct net_device *dev)
{
	route_generation_next(dev->net);
	neigh_flush(&dev->net->ipv4->neigh, dev);
}

void ipv4_device_gone(struct net_device *dev)
{
	struct net *net = dev->net;

	dhcp_stop(dev);
	ipv4_device_changed(dev);
	frag_table_flush(&net->ipv4->frags, dev);
	if (dev->ip_ptr)
		port_free(net->port, dev->ip_ptr, sizeof(struct in_device));
	dev->ip_ptr = NULL;
}

int ipv4_net_init(struct net *net)
{
	struct netns_ipv4 *v4 = port_alloc(net->port, sizeof(*v4));

	if (!v4)
		return -ENOMEM;
	memset(v4, 0, sizeof(*v4));
	net->ipv4 = v4;
	neigh_table_init(&v4->neigh, net, &arp_neigh_ops);
	frag_table_init(&v4->frags, net, &ip_frag_ops);
	udp_table_init(&v4->udp);
	route_init(net);
	net->port->ops->random(net->port, v4->idents, sizeof(v4->idents));
	return 0;
}

void ipv4_net_exit(struct net *net)
{
	neigh_flush(&net->ipv4->neigh, NULL);
	frag_table_flush(&net->ipv4->frags, NULL);
	route_exit(net);
	port_free(net->port, net->ipv4, sizeof(*net->ipv4));
	net->ipv4 = NULL;
}
