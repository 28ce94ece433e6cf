// SPDX-License-Identifier: MIT
/* Probe, open, stop, and starting anew. */
#include "e1000_internal.h"

#include <net/errno.h>

#define RING_DEFAULT 256u
#define RING_LEAST   32u
#define RING_MOST    4096u

/* 64 KiB - 1 is the largest IP packet; MTU 9216 the largest that one receive buffer is sized for.
 */
#define MTU_MOST 9216u

/* Brings the card from reset to running; rings and interrupts are allocated. */
static int start(struct e1000_adapter *a)
{
	int err = e1000_hw_reset(a);

	if (!err)
		err = e1000_hw_init(a);
	if (err)
		return err;
	e1000_tx_configure(a);
	err = e1000_rx_configure(a);
	if (err) {
		e1000_hw_reset(a);
		e1000_rx_drain(a);
		return err;
	}
	e1000_itr_reset(a);
	napi_enable(&a->napi);
	e1000_irq_enable(a);
	e1000_link_check(a);
	e1000_watchdog_start(a);
	netif_wake_queue(&a->netdev);
	return 0;
}

/* The reset ends DMA: only then may memory that the card knew be given back. */
static void halt(struct e1000_adapter *a)
{
	e1000_watchdog_stop(a);
	netif_stop_queue(&a->netdev);
	napi_disable(&a->napi);
	e1000_irq_disable(a);
	e1000_hw_counters_update(a);
	e1000_hw_reset(a);
	e1000_tx_drain(a);
	e1000_rx_drain(a);
}

void e1000_restart(struct e1000_adapter *a)
{
	int err;

	halt(a);
	err = start(a);
	if (err) {
		os_log(a->dev, 3, "%s: the card does not start again (%d); the interface is dead",
		       a->netdev.name, err);
		netif_carrier_off(&a->netdev);
	}
}

static int e1000_open(struct net_device *dev)
{
	struct e1000_adapter *a = dev->priv;
	int err;

	if (dev->mtu > MTU_MOST)
		return -EINVAL;
	err = e1000_tx_alloc(a);
	if (err)
		return err;
	err = e1000_rx_alloc(a);
	if (err)
		goto free_tx;
	err = e1000_irq_setup(a);
	if (err)
		goto free_rx;
	err = start(a);
	if (err)
		goto free_irq;
	return 0;

free_irq:
	e1000_irq_teardown(a);
free_rx:
	e1000_rx_free(a);
free_tx:
	e1000_tx_free(a);
	return err;
}

static int e1000_stop(struct net_device *dev)
{
	struct e1000_adapter *a = dev->priv;

	halt(a);
	netif_carrier_off(dev);
	e1000_irq_teardown(a);
	e1000_rx_free(a);
	e1000_tx_free(a);
	return 0;
}

static int e1000_set_features(struct net_device *dev, uint32_t features)
{
	/* Transmit offloads are asked for packet by packet. */
	if (dev->up)
		e1000_rx_set_csum(dev->priv, features & NETIF_F_RXCSUM);
	return 0;
}

static const struct net_device_ops e1000_ops = {
	.open = e1000_open,
	.stop = e1000_stop,
	.xmit = e1000_xmit,
	.set_features = e1000_set_features,
	.get_stats = e1000_get_stats,
	.get_ethtool_stats = e1000_get_ethtool_stats,
	.tx_timeout = e1000_tx_timeout,
};

static bool ring_size_ok(uint32_t *count)
{
	if (!*count)
		*count = RING_DEFAULT;
	return *count >= RING_LEAST && *count <= RING_MOST && *count % 8 == 0;
}

static uint32_t hw_features(struct e1000_adapter *a)
{
	uint32_t features =
		NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_RXCSUM;

	if (a->options.no_tx_csum)
		features &= ~(uint32_t)(NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6);
	if (a->options.no_tso)
		features &= ~(uint32_t)(NETIF_F_TSO | NETIF_F_TSO6);
	if (a->options.no_rx_csum)
		features &= ~(uint32_t)NETIF_F_RXCSUM;
	return features & ~e1000_hw_missing_features(a);
}

static int identify(struct e1000_adapter *a)
{
	int err = e1000_hw_reset(a);

	if (!err)
		err = e1000_hw_check_nvm(a);
	if (!err)
		err = e1000_hw_check_phy(a);
	if (!err)
		err = e1000_hw_read_mac(a);
	return err;
}

int e1000_probe(struct os_device *dev, struct net *net, const struct e1000_options *options,
		struct net_device **out)
{
	struct e1000_adapter *a = port_alloc(net_port(net), sizeof(*a));
	int err = -EINVAL;

	if (!a)
		return -ENOMEM;
	*a = (struct e1000_adapter){.net = net, .dev = dev};
	if (options)
		a->options = *options;
	if (!ring_size_ok(&a->options.tx_descriptors) || !ring_size_ok(&a->options.rx_descriptors))
		goto free;
	err = identify(a);
	if (err)
		goto free;

	a->netdev.ops = &e1000_ops;
	a->netdev.priv = a;
	a->netdev.hw_features = hw_features(a);
	err = register_netdev(net, &a->netdev);
	if (err)
		goto free;
	netif_napi_add(&a->netdev, &a->napi, e1000_poll);
	*out = &a->netdev;
	return 0;

free:
	port_free(net_port(net), a, sizeof(*a));
	return err;
}

void e1000_remove(struct net_device *netdev)
{
	struct e1000_adapter *a = netdev->priv;

	unregister_netdev(netdev);
	port_free(net_port(a->net), a, sizeof(*a));
}
