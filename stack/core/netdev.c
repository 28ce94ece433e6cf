// SPDX-License-Identifier: MIT
/*
 * Network devices: registration, the way out (software segmentation and checksums for what the card
 * lacks, a bounded FIFO while its ring is full, the watchdog) and the way in up to the protocols.
 */
#include <string.h>
#include <net/netdevice.h>
#include <net/errno.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/net_namespace.h>

#define TX_QUEUE_LEN_DEFAULT 1000
#define WATCHDOG_DEFAULT_NS  5000000000ull
/* A batch does not hold more back than this. */
#define XMIT_BATCH_MAX	  32
#define SOFTWARE_FEATURES (NETIF_F_GRO | NETIF_F_GSO)
/* Without these the card's segmentation has nothing to work on. */
#define TSO_NEEDS (NETIF_F_SG | NETIF_F_HW_CSUM)

static void dev_watchdog(struct timer_list *t);

/* ---- registration and state ---- */

static void name_device(struct net *net, struct net_device *dev)
{
	struct net_device *other;
	char unit = '0';

	if (dev->name[0])
		return;
	list_for_each_entry(other, &net->devices, node)
		if (other->name[0] == 'e' && unit < '9')
			unit++;
	dev->name[0] = 'e';
	dev->name[1] = 't';
	dev->name[2] = 'h';
	dev->name[3] = unit;
	dev->name[4] = 0;
}

static uint32_t consistent_features(uint32_t features)
{
	if ((features & TSO_NEEDS) != TSO_NEEDS)
		features &= ~(uint32_t)(NETIF_F_TSO | NETIF_F_TSO6);
	return features;
}

int register_netdev(struct net *net, struct net_device *dev)
{
	if (!dev->ops || !dev->ops->xmit)
		return -EINVAL;
	if (!dev->mtu)
		dev->mtu = ETH_DATA_LEN;
	if (dev->mtu < IPV4_MIN_MTU)
		return -EINVAL;
	name_device(net, dev);
	dev->net = net;
	dev->up = false;
	dev->queue_stopped = dev->tx_flush = false;
	dev->features = consistent_features(dev->hw_features | SOFTWARE_FEATURES);
	if (!dev->gso_max_bytes)
		dev->gso_max_bytes = GSO_MAX_BYTES;
	if (!dev->watchdog_timeo_ns)
		dev->watchdog_timeo_ns = WATCHDOG_DEFAULT_NS;
	if (!dev->tx_queue_len)
		dev->tx_queue_len = TX_QUEUE_LEN_DEFAULT;
	dev->ip_ptr = NULL;
	dev->ip6_ptr = NULL;
	dev->ifindex = ++net->last_ifindex;
	skb_queue_head_init(&dev->qdisc);
	timer_setup(&dev->watchdog, dev_watchdog);
	local_bh_disable(net);
	list_add_tail(&dev->node, &net->devices);
	local_bh_enable(net);
	return 0;
}

void unregister_netdev(struct net_device *dev)
{
	struct net *net = dev->net;

	dev_close(dev);
	local_bh_disable(net);
	ipv4_device_gone(dev);
	ipv6_device_gone(dev);
	skb_queue_purge(&dev->qdisc);
	timer_del(net, &dev->watchdog);
	netif_napi_del_all(dev);
	list_del_init(&dev->node);
	local_bh_enable(net);
}

int dev_open(struct net_device *dev)
{
	int err = 0;

	if (dev->up)
		return 0;
	local_bh_disable(dev->net);
	if (dev->ops->open)
		err = dev->ops->open(dev);
	dev->up = err == 0;
	if (dev->up)
		ipv6_device_ready(dev);
	local_bh_enable(dev->net);
	return err;
}

int dev_close(struct net_device *dev)
{
	int err = 0;

	if (!dev->up)
		return 0;
	local_bh_disable(dev->net);
	dev->up = false;
	if (dev->ops->stop)
		err = dev->ops->stop(dev);
	skb_queue_purge(&dev->qdisc);
	timer_del(dev->net, &dev->watchdog);
	ipv4_device_changed(dev);
	ipv6_device_down(dev);
	local_bh_enable(dev->net);
	return err;
}

int dev_set_features(struct net_device *dev, uint32_t features)
{
	int err = 0;

	if (features & ~(dev->hw_features | SOFTWARE_FEATURES))
		return -EINVAL;
	features = consistent_features(features);
	local_bh_disable(dev->net);
	if (dev->ops->set_features)
		err = dev->ops->set_features(dev, features & dev->hw_features);
	if (!err)
		dev->features = features;
	local_bh_enable(dev->net);
	return err;
}

void netif_carrier_on(struct net_device *dev)
{
	dev->carrier = true;
	if (dev->net)
		ipv6_device_ready(dev);
}

void netif_carrier_off(struct net_device *dev)
{
	if (!dev->carrier)
		return;
	dev->carrier = false;
	if (dev->net) {
		ipv4_device_changed(dev);
		ipv6_device_down(dev);
	}
}

/* ---- the way out ---- */

/* It is sent by net_tx_action(). */
static void flush_later(struct net_device *dev)
{
	dev->tx_flush = true;
	dev->net->softnet.tx_flush = true;
}

/* false: the ring is full, skb stays with the caller. */
static bool xmit_one(struct net_device *dev, struct sk_buff *skb, bool more)
{
	const uint32_t len = skb->len, segs = skb->gso_size ? skb->gso_segs : 1;

	port_poll_point(dev->net->port);
	if (dev->ops->xmit(skb, dev, more) == NETDEV_TX_BUSY)
		return false;
	dev->stats.tx_packets += segs;
	dev->stats.tx_bytes += len;
	return true;
}

static void qdisc_run(struct net_device *dev)
{
	struct net *net = dev->net;
	struct sk_buff *skb;

	if (dev->queue_stopped || !dev->qdisc.qlen)
		return;
	while (!dev->queue_stopped && (skb = skb_dequeue(&dev->qdisc))) {
		if (xmit_one(dev, skb, dev->qdisc.qlen > 0))
			continue;
		skb_queue_head(&dev->qdisc, skb);
		if (!dev->queue_stopped)
			flush_later(dev);
		raise_softirq(net);
		return;
	}
}

static noinline void flush_devices(struct net *net)
{
	struct net_device *dev;

	net->softnet.tx_flush = false;
	list_for_each_entry(dev, &net->devices, node) {
		if (!dev->tx_flush)
			continue;
		dev->tx_flush = false;
		qdisc_run(dev);
	}
}

void net_tx_action(struct net *net)
{
	if (net->softnet.tx_flush)
		flush_devices(net);
}

void net_xmit_batch_begin(struct net *net)
{
	net->softnet.xmit_batch++;
}

void net_xmit_batch_end(struct net *net)
{
	assert(net->softnet.xmit_batch > 0);
	if (--net->softnet.xmit_batch == 0)
		net_tx_action(net);
}

static int drop_out(struct net_device *dev, struct sk_buff *skb, enum skb_drop_reason reason)
{
	dev->stats.tx_dropped++;
	kfree_skb_reason(skb, reason);
	return -ENOBUFS;
}

static int enqueue(struct net_device *dev, struct sk_buff *skb)
{
	if (dev->qdisc.qlen >= dev->tx_queue_len)
		return drop_out(dev, skb, SKB_DROP_QdiscFull);
	skb_queue_tail(&dev->qdisc, skb);
	return 0;
}

/* All of a super-segment or nothing: TCP must not think that what the peer gets was not sent. */
static int enqueue_segments(struct net_device *dev, struct sk_buff *skb)
{
	struct sk_buff_head segs;
	bool hw_csum = dev->features & NETIF_F_HW_CSUM, sg = dev->features & NETIF_F_SG;

	if (dev->qdisc.qlen >= dev->tx_queue_len)
		return drop_out(dev, skb, SKB_DROP_QdiscFull);
	if (skb_gso_segment(dev->net, skb, hw_csum, &segs)) {
		dev->stats.tx_dropped++;
		dev->net->drops[SKB_DROP_GsoFailed]++;
		return -ENOBUFS;
	}
	while ((skb = skb_dequeue(&segs))) {
		if (!sg && !pskb_may_pull(skb, skb->len))
			drop_out(dev, skb, SKB_DROP_NoMemory); /* lost, as on the wire */
		else
			skb_queue_tail(&dev->qdisc, skb);
	}
	return 0;
}

/* Straight to the card when nothing is before it, or onto the queue. */
static int send_or_enqueue(struct net_device *dev, struct sk_buff *skb)
{
	struct net *net = dev->net;

	if (!net->softnet.xmit_batch && !dev->qdisc.qlen && dev->tx_queue_len &&
	    !dev->queue_stopped && xmit_one(dev, skb, false))
		return 0;
	return enqueue(dev, skb);
}

/* Does in software what the card cannot. */
static noinline int prepare_and_enqueue(struct net_device *dev, struct sk_buff *skb)
{
	if (skb->gso_size) {
		uint32_t needs = skb->gso_type == SKB_GSO_TCPV4	  ? NETIF_F_TSO
				 : skb->gso_type == SKB_GSO_TCPV6 ? NETIF_F_TSO6
								  : 0;

		if (!needs || !(dev->features & needs) || skb->len > dev->gso_max_bytes + ETH_HLEN)
			return enqueue_segments(dev, skb);
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL && !(dev->features & NETIF_F_HW_CSUM) &&
	    skb_checksum_help(skb))
		return drop_out(dev, skb, SKB_DROP_GsoFailed);
	if (skb->nr_frags && !(dev->features & NETIF_F_SG) && !pskb_may_pull(skb, skb->len))
		return drop_out(dev, skb, SKB_DROP_NoMemory);
	return send_or_enqueue(dev, skb);
}

/* The card can send it without our help. */
static bool ready_for(const struct net_device *dev, const struct sk_buff *skb)
{
	return !skb->gso_size &&
	       (skb->ip_summed != CHECKSUM_PARTIAL || (dev->features & NETIF_F_HW_CSUM)) &&
	       (!skb->nr_frags || (dev->features & NETIF_F_SG));
}

/* Something waits, or is to wait for the end of a batch. */
static noinline void flush(struct net_device *dev)
{
	if (dev->net->softnet.xmit_batch && dev->qdisc.qlen < XMIT_BATCH_MAX)
		flush_later(dev);
	else if (dev->qdisc.qlen)
		qdisc_run(dev);
}

int dev_queue_xmit(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	int err;

	if (unlikely(!dev->up || !dev->carrier))
		return drop_out(dev, skb, SKB_DROP_DeviceDown);
	err = likely(ready_for(dev, skb)) ? send_or_enqueue(dev, skb)
					  : prepare_and_enqueue(dev, skb);
	if (unlikely(dev->qdisc.qlen || dev->net->softnet.xmit_batch))
		flush(dev);
	return err;
}

int eth_output(struct sk_buff *skb, const uint8_t *dest, uint16_t ethertype)
{
	struct ethhdr *eth;

	if (skb_headroom(skb) < ETH_HLEN) {
		kfree_skb_reason(skb, SKB_DROP_NoMemory);
		return -ENOBUFS;
	}
	eth = skb_push(skb, ETH_HLEN);
	memcpy(eth->h_dest, dest, ETH_ALEN);
	memcpy(eth->h_source, skb->dev->dev_addr, ETH_ALEN);
	eth->h_proto = htons(ethertype);
	skb_reset_mac_header(skb);
	skb->protocol = ethertype;
	return dev_queue_xmit(skb);
}

void netif_stop_queue(struct net_device *dev)
{
	dev->queue_stopped = true;
	if (!dev->net)
		return;
	dev->trans_start_ns = port_time_ns(dev->net->port);
	if (!dev->watchdog.pending)
		timer_mod(dev->net, &dev->watchdog, dev->trans_start_ns + dev->watchdog_timeo_ns);
}

void netif_wake_queue(struct net_device *dev)
{
	dev->queue_stopped = false;
	if (!dev->net || !dev->qdisc.qlen)
		return;
	flush_later(dev);
	raise_softirq(dev->net);
}

/*
 * Armed when the queue stops and left armed when it wakes, so that stopping is cheap: it may find
 * that all is well.
 */
static void dev_watchdog(struct timer_list *t)
{
	struct net_device *dev = container_of(t, struct net_device, watchdog);
	uint64_t now_ns = port_time_ns(dev->net->port);
	uint64_t due_ns = dev->trans_start_ns + dev->watchdog_timeo_ns;

	if (!dev->up || !dev->queue_stopped)
		return;
	if (now_ns >= due_ns && dev->carrier) {
		dev->stats.tx_timeouts++;
		dev->trans_start_ns = now_ns;
		if (dev->ops->tx_timeout)
			dev->ops->tx_timeout(dev);
		due_ns = now_ns + dev->watchdog_timeo_ns;
	}
	if (dev->queue_stopped)
		timer_mod(dev->net, t, due_ns > now_ns ? due_ns : now_ns + dev->watchdog_timeo_ns);
}

/* ---- the way in ---- */

static noinline void receive_no_ipv4(struct sk_buff *skb)
{
	switch (skb->protocol) {
	case ETH_P_IPV6:
		ipv6_rcv(skb);
		break;
	case ETH_P_ARP:
		arp_rcv(skb);
		break;
	default:
		kfree_skb_reason(skb, SKB_DROP_UnhandledProto);
	}
}

void netif_receive_skb(struct sk_buff *skb)
{
	if (likely(skb->protocol == ETH_P_IP))
		ip_rcv(skb);
	else
		receive_no_ipv4(skb);
}

static uint8_t packet_type(const struct net_device *dev, const uint8_t *dest)
{
	static const uint8_t broadcast[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	if (!memcmp(dest, dev->dev_addr, ETH_ALEN))
		return PACKET_HOST;
	if (!(dest[0] & 1))
		return PACKET_OTHERHOST;
	return memcmp(dest, broadcast, ETH_ALEN) ? PACKET_MULTICAST : PACKET_BROADCAST;
}

void napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct net *net = dev->net;
	const struct ethhdr *eth;

	port_poll_point(net->port);
	NET_INC(net, SoftnetProcessed);
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->len;
	if (!pskb_may_pull(skb, ETH_HLEN)) {
		dev->stats.rx_errors++;
		kfree_skb_reason(skb, SKB_DROP_PacketTooSmall);
		return;
	}
	skb_reset_mac_header(skb);
	eth = (const struct ethhdr *)skb->data;
	skb->protocol = ntohs(eth->h_proto);
	skb->pkt_type = packet_type(dev, eth->h_dest);
	skb->tstamp_ns = net->softnet.poll_ns;
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	if ((skb->protocol == ETH_P_IP || skb->protocol == ETH_P_IPV6) &&
	    (dev->features & NETIF_F_GRO) && !skb->gso_size && skb->pkt_type == PACKET_HOST)
		gro_receive(napi, skb);
	else
		netif_receive_skb(skb);
}
