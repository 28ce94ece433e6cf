// SPDX-License-Identifier: MIT
/*
 * Neighbours: the link addresses of the hosts on our network and whether they still hold. The
 * states and times are RFC 4861's (section 7.3), which Linux uses for ARP too; RFC 1122 section
 * 2.3.2 asks for time-outs, a limit on requests and keeping packets while the answer is awaited.
 */
#include "ipv4.h"
#include <net/errno.h>
#include <net/icmp.h>

static void neigh_timer(struct timer_list *t);

void neigh_table_init(struct neigh_table *t)
{
	for (unsigned int i = 0; i < NEIGH_BUCKETS; i++)
		INIT_LIST_HEAD(&t->buckets[i]);
	INIT_LIST_HEAD(&t->lru);
}

static struct list_head *bucket(struct net_device *dev, __be32 addr)
{
	uint64_t hash = siphash_1u64(addr, &dev->net->hash_key);

	return &dev->net->ipv4->neigh.buckets[hash % NEIGH_BUCKETS];
}

static void drop_queue(struct neighbour *n, enum skb_drop_reason reason)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&n->queue)))
		kfree_skb_reason(skb, reason);
}

static void neigh_free(struct neighbour *n)
{
	timer_del(n->net, &n->timer);
	drop_queue(n, SKB_DROP_NeighFailed);
	list_del_init(&n->hash_node);
	list_del_init(&n->lru_node);
	n->net->ipv4->neigh.count--;
	route_generation_next(n->net); /* routes hold pointers to neighbours */
	port_free(n->net->port, n, sizeof(*n));
}

void neigh_flush(struct net *net, struct net_device *dev)
{
	struct neighbour *n, *next;

	list_for_each_entry_safe(n, next, &net->ipv4->neigh.lru, lru_node)
		if (!dev || n->dev == dev)
			neigh_free(n);
}

/* Makes room: the longest unchanged that nobody counts on, or else the longest unchanged. */
static void evict_one(struct net *net)
{
	struct neigh_table *t = &net->ipv4->neigh;
	struct neighbour *n;

	NET_INC(net, ArpTableFull);
	list_for_each_entry(n, &t->lru, lru_node)
		if (n->state == NEIGH_STALE || n->state == NEIGH_FAILED) {
			neigh_free(n);
			return;
		}
	neigh_free(list_first_entry(&t->lru, struct neighbour, lru_node));
}

struct neighbour *neigh_lookup(struct net_device *dev, __be32 addr)
{
	struct neighbour *n;

	list_for_each_entry(n, bucket(dev, addr), hash_node)
		if (n->addr == addr && n->dev == dev)
			return n;
	return NULL;
}

struct neighbour *neigh_get(struct net_device *dev, __be32 addr)
{
	struct neigh_table *t = &dev->net->ipv4->neigh;
	struct neighbour *n = neigh_lookup(dev, addr);

	if (n)
		return n;
	if (t->count >= NEIGH_MAX)
		evict_one(dev->net);
	n = port_alloc(dev->net->port, sizeof(*n));
	if (!n)
		return NULL;
	memset(n, 0, sizeof(*n));
	n->net = dev->net;
	n->dev = dev;
	n->addr = addr;
	n->state = NEIGH_FAILED; /* nothing known, nothing asked */
	timer_setup(&n->timer, neigh_timer);
	skb_queue_head_init(&n->queue);
	list_add_tail(&n->hash_node, bucket(dev, addr));
	list_add_tail(&n->lru_node, &t->lru);
	t->count++;
	return n;
}

static void set_state(struct neighbour *n, enum neigh_state state, uint64_t timer_ns)
{
	n->state = state;
	list_del_init(&n->lru_node);
	list_add_tail(&n->lru_node, &n->net->ipv4->neigh.lru);
	if (timer_ns)
		timer_mod(n->net, &n->timer, port_time_ns(n->net->port) + timer_ns);
	else
		timer_del(n->net, &n->timer);
}

static uint64_t reachable_time_ns(struct net *net)
{
	uint16_t r;

	net->port->ops->random(net->port, &r, sizeof(r));
	return NEIGH_REACHABLE_NS / 2 + NEIGH_REACHABLE_NS * r / 65536;
}

static void ask(struct neighbour *n)
{
	n->probes++;
	arp_send_request(n->dev, n->addr, n->state == NEIGH_PROBE ? n->ha : NULL);
	timer_mod(n->net, &n->timer, port_time_ns(n->net->port) + NEIGH_RETRANS_NS);
}

/* Nobody answers: who sent to it learns so. */
static void neigh_fail(struct neighbour *n)
{
	struct sk_buff_head undelivered;
	struct sk_buff *skb;
	struct net *net = n->net;

	NET_INC(net, ArpFailures);
	set_state(n, NEIGH_FAILED, 0);
	skb_queue_head_init(&undelivered);
	while ((skb = skb_dequeue(&n->queue)))
		skb_queue_tail(&undelivered, skb);
	/* From here on n may go: a socket that hears of the error may send. */
	while ((skb = skb_dequeue(&undelivered))) {
		ip_transport_error(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
		kfree_skb_reason(skb, SKB_DROP_NeighFailed);
	}
}

static void neigh_timer(struct timer_list *t)
{
	struct neighbour *n = container_of(t, struct neighbour, timer);

	switch (n->state) {
	case NEIGH_REACHABLE:
		set_state(n, NEIGH_STALE, 0);
		break;
	case NEIGH_DELAY:
		n->probes = 0;
		n->state = NEIGH_PROBE;
		ask(n);
		break;
	case NEIGH_INCOMPLETE:
	case NEIGH_PROBE:
		if (n->probes >= NEIGH_PROBES)
			neigh_fail(n);
		else
			ask(n);
		break;
	case NEIGH_STALE:
	case NEIGH_FAILED:
		break;
	}
}

void neigh_update(struct neighbour *n, const uint8_t *ha, bool confirmed)
{
	bool known = n->state != NEIGH_INCOMPLETE && n->state != NEIGH_FAILED;
	bool same = known && !memcmp(n->ha, ha, ETH_ALEN);
	struct sk_buff_head ready;
	struct sk_buff *skb;

	n->updated_ns = port_time_ns(n->net->port);
	memcpy(n->ha, ha, ETH_ALEN);
	if (confirmed)
		set_state(n, NEIGH_REACHABLE, reachable_time_ns(n->net));
	else if (!same)
		set_state(n, NEIGH_STALE, 0);
	skb_queue_head_init(&ready);
	while ((skb = skb_dequeue(&n->queue)))
		skb_queue_tail(&ready, skb);
	while ((skb = skb_dequeue(&ready)))
		neigh_output(n, skb);
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

int neigh_output(struct neighbour *n, struct sk_buff *skb)
{
	switch (n->state) {
	case NEIGH_STALE:
		set_state(n, NEIGH_DELAY, NEIGH_DELAY_NS);
		break;
	case NEIGH_FAILED:
		n->probes = 0;
		set_state(n, NEIGH_INCOMPLETE, 0);
		ask(n);
		break;
	default:
		break;
	}
	if (n->state != NEIGH_INCOMPLETE)
		return eth_output(skb, n->ha, ETH_P_IP);
	if (n->queue.qlen >= NEIGH_QUEUE_MAX) /* RFC 1122 2.3.2.2: keep the latest */
		kfree_skb_reason(skb_dequeue(&n->queue), SKB_DROP_NeighQueueFull);
	skb_queue_tail(&n->queue, skb);
	return 0;
}
