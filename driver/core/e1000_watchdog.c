// SPDX-License-Identifier: MIT
/*
 * What nobody calls for: the state of the link (also looked at when the card says LSC), receive
 * buffers that memory was short for, the card's counters before they stick, and a transmit ring
 * that does not move, which a reset cures.
 */
#include "e1000_internal.h"

#define PERIOD_NS  2000000000ull
#define TX_HUNG_NS 2000000000ull

static unsigned int link_mbps(uint32_t status)
{
	static const unsigned int speeds[4] = {10, 100, 1000, 1000};

	return speeds[(status & E1000_STATUS_SPEED) >> E1000_STATUS_SPEED_SHIFT];
}

void e1000_link_check(struct e1000_adapter *a)
{
	uint32_t status = e1000_read(a, E1000_STATUS);
	bool up = status & E1000_STATUS_LU;

	if (up == a->netdev.carrier)
		return;
	a->counters.link_changes++;
	if (!up) {
		os_log(a->dev, 6, "%s: link is down", a->netdev.name);
		netif_carrier_off(&a->netdev);
		return;
	}
	os_log(a->dev, 6, "%s: link is up, %u Mb/s %s duplex", a->netdev.name, link_mbps(status),
	       status & E1000_STATUS_FD ? "full" : "half");
	a->tx.batch_start_ns = os_time_ns(a->dev); /* what waited for the link is not late */
	netif_carrier_on(&a->netdev);
	netif_wake_queue(&a->netdev);
}

static bool tx_hung(struct e1000_adapter *a)
{
	const struct e1000_tx_ring *tx = &a->tx;

	return a->netdev.carrier && tx->next_to_clean != tx->next_to_use &&
	       os_time_ns(a->dev) - tx->batch_start_ns > TX_HUNG_NS &&
	       !(e1000_read(a, E1000_STATUS) & E1000_STATUS_TXOFF);
}

void e1000_tx_timeout(struct net_device *dev)
{
	struct e1000_adapter *a = dev->priv;

	os_log(a->dev, 4, "%s: transmit hangs (TDH %u TDT %u, %u of %u cleaned): resetting",
	       dev->name, e1000_read(a, E1000_TDH0), e1000_read(a, E1000_TDT0), a->tx.next_to_clean,
	       a->tx.count);
	a->counters.tx_resets++;
	e1000_restart(a);
}

static void watchdog(struct timer_list *t)
{
	struct e1000_adapter *a = container_of(t, struct e1000_adapter, watchdog);

	e1000_link_check(a);
	e1000_hw_counters_update(a);
	e1000_rx_top_up(a);
	e1000_tx_clean(a); /* a lost interrupt is not a hang */
	timer_mod(a->net, t, os_time_ns(a->dev) + PERIOD_NS);
	if (tx_hung(a))
		e1000_tx_timeout(&a->netdev);
}

void e1000_watchdog_start(struct e1000_adapter *a)
{
	timer_setup(&a->watchdog, watchdog);
	timer_mod(a->net, &a->watchdog, os_time_ns(a->dev) + PERIOD_NS);
}

void e1000_watchdog_stop(struct e1000_adapter *a)
{
	timer_del(a->net, &a->watchdog);
}
