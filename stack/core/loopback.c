// SPDX-License-Identifier: MIT
/*
 * The loopback device: what is sent on it is received by the same network in a soft interrupt. It
 * takes super-segments whole and nothing is summed, as there is no wire.
 */
#include <string.h>
#include <net/errno.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#define LOOPBACK_MTU  65535u
#define LOOPBACK_ADDR 0x7f000001u

struct loopback {
	struct net_device dev;
	struct napi_struct napi;
	struct sk_buff_head queue;
};

static struct loopback *to_loopback(struct net_device *dev)
{
	return container_of(dev, struct loopback, dev);
}

static enum netdev_tx loopback_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct loopback *lo = to_loopback(dev);

	(void)more;
	skb_orphan(skb);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb_queue_tail(&lo->queue, skb);
	napi_schedule(&lo->napi);
	return NETDEV_TX_OK;
}

static int loopback_poll(struct napi_struct *napi, int budget)
{
	struct loopback *lo = to_loopback(napi->dev);
	struct sk_buff *skb;
	int done = 0;

	while (done < budget && (skb = skb_dequeue(&lo->queue))) {
		napi_gro_receive(napi, skb);
		done++;
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

static int loopback_open(struct net_device *dev)
{
	napi_enable(&to_loopback(dev)->napi);
	return 0;
}

static int loopback_stop(struct net_device *dev)
{
	napi_disable(&to_loopback(dev)->napi);
	skb_queue_purge(&to_loopback(dev)->queue);
	return 0;
}

static const struct net_device_ops loopback_ops = {
	.open = loopback_open,
	.stop = loopback_stop,
	.xmit = loopback_xmit,
};

int loopback_create(struct net *net)
{
	struct loopback *lo = port_alloc(net->port, sizeof(*lo));
	int err;

	if (!lo)
		return -ENOMEM;
	memset(lo, 0, sizeof(*lo));
	lo->dev.name[0] = 'l';
	lo->dev.name[1] = 'o';
	lo->dev.ops = &loopback_ops;
	lo->dev.mtu = LOOPBACK_MTU;
	lo->dev.hw_features =
		NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_RXCSUM;
	lo->dev.carrier = true;
	skb_queue_head_init(&lo->queue);
	err = register_netdev(net, &lo->dev);
	if (err) {
		port_free(net->port, lo, sizeof(*lo));
		return err;
	}
	netif_napi_add(&lo->dev, &lo->napi, loopback_poll);
	lo->dev.features &= ~(uint32_t)NETIF_F_GRO; /* nothing was cut */
	net->loopback = &lo->dev;
	err = dev_open(&lo->dev);
	if (!err)
		err = net_ipv4_configure(&lo->dev, LOOPBACK_ADDR, 8, 0);
	if (!err)
		err = net_ipv6_configure(&lo->dev, &IN6ADDR_LOOPBACK, 128, NULL);
	if (err)
		loopback_destroy(net);
	return err;
}

void loopback_destroy(struct net *net)
{
	struct net_device *dev = net->loopback;

	if (!dev)
		return;
	unregister_netdev(dev);
	net->loopback = NULL;
	port_free(net->port, to_loopback(dev), sizeof(struct loopback));
}
