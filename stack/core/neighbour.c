// SPDX-License-Identifier: MIT
/*
 * Neighbours: the link addresses of the hosts on our network and whether they still hold. The
 * states and times are RFC 4861's (section 7.3), which Linux uses for ARP too; RFC 1122 section
 * 2.3.2 asks for time-outs, a limit on requests and keeping packets while the answer is awaited.
 */
#include <net/neighbour.h>
#include <net/errno.h>
#include <net/net_namespace.h>
#include <string.h>

#define NEIGH_PROBES   3
#define NEIGH_DELAY_NS 5000000000ull

static void neigh_timer(struct timer_list *t);

void neigh_table_init(struct neigh_table *t, struct net *net, const struct neigh_ops *ops)
{
	t->net = net;
	t->ops = ops;
	for (unsigned int i = 0; i < NEIGH_BUCKETS; i++)
		INIT_LIST_HEAD(&t->buckets[i]);
	INIT_LIST_HEAD(&t->lru);
}

static struct list_head *bucket(struct neigh_table *t, const struct in6_addr *addr)
{
	uint64_t words[2];

	memcpy(words, addr, sizeof(words));
	return &t->buckets[siphash_2u64(words[0], words[1], &t->net->hash_key) % NEIGH_BUCKETS];
}

static void drop_queue(struct neighbour *n, enum skb_drop_reason reason)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&n->queue)))
		kfree_skb_reason(skb, reason);
}

static void neigh_free(struct neighbour *n)
{
	struct neigh_table *t = n->table;

	timer_del(t->net, &n->timer);
	drop_queue(n, SKB_DROP_NeighFailed);
	list_del_init(&n->hash_node);
	list_del_init(&n->lru_node);
	t->count--;
	route_generation_next(t->net); /* routes hold pointers to neighbours */
	port_free(t->net->port, n, sizeof(*n));
}

void neigh_flush(struct neigh_table *t, struct net_device *dev)
{
	struct neighbour *n, *next;

	list_for_each_entry_safe(n, next, &t->lru, lru_node)
		if (!dev || n->dev == dev)
			neigh_free(n);
}

/* Makes room: the longest unchanged that nobody counts on, or else the longest unchanged. */
static void evict_one(struct neigh_table *t)
{
	struct neighbour *n;

	t->net->mib[t->ops->table_full]++;
	list_for_each_entry(n, &t->lru, lru_node)
		if (n->state == NEIGH_STALE || n->state == NEIGH_FAILED) {
			neigh_free(n);
			return;
		}
	neigh_free(list_first_entry(&t->lru, struct neighbour, lru_node));
}

struct neighbour *neigh_lookup(struct neigh_table *t, const struct net_device *dev,
			       const struct in6_addr *addr)
{
	struct neighbour *n;

	list_for_each_entry(n, bucket(t, addr), hash_node)
		if (n->dev == dev && ipv6_addr_equal(&n->addr, addr))
			return n;
	return NULL;
}

struct neighbour *neigh_get(struct neigh_table *t, struct net_device *dev,
			    const struct in6_addr *addr)
{
	struct neighbour *n = neigh_lookup(t, dev, addr);

	if (n)
		return n;
	if (t->count >= NEIGH_MAX)
		evict_one(t);
	n = port_alloc(t->net->port, sizeof(*n));
	if (!n)
		return NULL;
	memset(n, 0, sizeof(*n));
	n->table = t;
	n->dev = dev;
	n->addr = *addr;
	n->state = NEIGH_FAILED; /* nothing known, nothing asked */
	timer_setup(&n->timer, neigh_timer);
	skb_queue_head_init(&n->queue);
	list_add_tail(&n->hash_node, bucket(t, addr));
	list_add_tail(&n->lru_node, &t->lru);
	t->count++;
	return n;
}

static void set_state(struct neighbour *n, enum neigh_state state, uint64_t timer_ns)
{
	n->state = state;
	list_del_init(&n->lru_node);
	list_add_tail(&n->lru_node, &n->table->lru);
	if (timer_ns)
		timer_mod(n->table->net, &n->timer, port_time_ns(n->table->net->port) + timer_ns);
	else
		timer_del(n->table->net, &n->timer);
}

/* A random 0.5 .. 1.5 of the mean (RFC 4861 section 6.3.2). */
static uint64_t reachable_time_ns(const struct neighbour *n)
{
	struct port *port = n->table->net->port;
	const uint64_t mean_ns = n->table->ops->times(n->dev).reachable_ns;
	uint16_t r;

	port->ops->random(port, &r, sizeof(r));
	return mean_ns / 2 + mean_ns / 65536 * r;
}

static void ask(struct neighbour *n)
{
	n->probes++;
	n->table->ops->solicit(n, n->state == NEIGH_PROBE ? n->ha : NULL);
	timer_mod(n->table->net, &n->timer,
		  port_time_ns(n->table->net->port) + n->table->ops->times(n->dev).retrans_ns);
}

/* Nobody answers: who sent to it learns so. */
static void neigh_fail(struct neighbour *n)
{
	struct sk_buff_head undelivered;
	struct sk_buff *skb;
	const struct neigh_ops *ops = n->table->ops;

	n->table->net->mib[ops->failures]++;
	set_state(n, NEIGH_FAILED, 0);
	skb_queue_head_init(&undelivered);
	while ((skb = skb_dequeue(&n->queue)))
		skb_queue_tail(&undelivered, skb);
	if (ops->failed)
		ops->failed(n);
	/* From here on n may go: a socket that hears of the error may send. */
	while ((skb = skb_dequeue(&undelivered))) {
		ops->undeliverable(skb);
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

/* Of ha and the device's own address, which stays once it is registered. */
static void make_header(struct neighbour *n)
{
	uint8_t *eth = (uint8_t *)n->header + NEIGH_HEADER_BYTES - ETH_HLEN;

	memcpy(eth, n->ha, ETH_ALEN);
	memcpy(eth + ETH_ALEN, n->dev->dev_addr, ETH_ALEN);
	put_unaligned_be16(n->table->ops->ethertype, eth + 2 * ETH_ALEN);
}

void neigh_update(struct neighbour *n, const uint8_t *ha, bool confirmed)
{
	bool same = neigh_known(n) && !memcmp(n->ha, ha, ETH_ALEN);
	struct sk_buff_head ready;
	struct sk_buff *skb;

	n->updated_ns = port_time_ns(n->table->net->port);
	memcpy(n->ha, ha, ETH_ALEN);
	make_header(n);
	if (confirmed)
		set_state(n, NEIGH_REACHABLE, reachable_time_ns(n));
	else if (!same)
		set_state(n, NEIGH_STALE, 0);
	skb_queue_head_init(&ready);
	while ((skb = skb_dequeue(&n->queue)))
		skb_queue_tail(&ready, skb);
	while ((skb = skb_dequeue(&ready)))
		neigh_output(n, skb);
}

void neigh_reconfirm(struct neighbour *n)
{
	n->updated_ns = port_time_ns(n->table->net->port);
	set_state(n, NEIGH_REACHABLE, reachable_time_ns(n));
}

void neigh_suspect(struct neighbour *n)
{
	if (neigh_known(n))
		set_state(n, NEIGH_STALE, 0);
}

int neigh_resolve_output(struct neighbour *n, struct sk_buff *skb)
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
		return eth_output(skb, n->ha, n->table->ops->ethertype);
	if (n->queue.qlen >= NEIGH_QUEUE_MAX) /* RFC 1122 2.3.2.2: keep the latest */
		kfree_skb_reason(skb_dequeue(&n->queue), SKB_DROP_NeighQueueFull);
	skb_queue_tail(&n->queue, skb);
	return 0;
}
