// SPDX-License-Identifier: MIT
/*
 * Reassembly of datagrams (RFC 791 section 3.2, RFC 8200 section 4.5). Fragments wait in a tree by
 * offset, so that a flood of tiny ones costs O(log n) each (CVE-2018-5391); overlapping ones give the
 * whole datagram up (RFC 5722, applied to IPv4 too); exact duplicates are ignored. At most 4 MB wait
 * a table, the oldest datagram gives way.
 */
#include <net/inet_fragment.h>
#include <net/inet.h>
#include <net/net_namespace.h>
#include <string.h>

struct frag_queue {
	struct list_head hash_node, lru_node;
	struct timer_list expiry;
	struct frag_table *table;
	struct frag_key key;
	bool ecn_ce; /* RFC 3168 section 5.3: one marked fragment marks the whole */
	struct rb_root frags;
	uint32_t meat_bytes; /* payload received */
	uint32_t end_bytes;  /* the highest byte seen, or the length once last_in */
	uint32_t memory_bytes;
	bool last_in;
};

/* In skb->cb; data at the IP header. */
struct frag_cb {
	struct frag_info info;
	uint32_t end; /* payload bytes [info.offset, end) of the datagram */
};

static struct frag_cb *frag_cb(struct sk_buff *skb)
{
	return (struct frag_cb *)skb->cb;
}

static struct sk_buff *frag_skb(struct rb_node *n)
{
	return n ? rb_entry(n, struct sk_buff, rbnode) : NULL;
}

void frag_table_init(struct frag_table *t, struct net *net, const struct frag_ops *ops)
{
	t->net = net;
	t->ops = ops;
	for (unsigned int i = 0; i < FRAG_BUCKETS; i++)
		INIT_LIST_HEAD(&t->buckets[i]);
	INIT_LIST_HEAD(&t->lru);
}

static void queue_free(struct frag_queue *q, enum skb_drop_reason reason)
{
	struct frag_table *t = q->table;
	struct rb_node *n;

	timer_del(t->net, &q->expiry);
	while ((n = rb_first(&q->frags))) {
		rb_erase(&q->frags, n);
		kfree_skb_reason(frag_skb(n), reason);
	}
	t->memory_bytes -= q->memory_bytes;
	list_del_init(&q->hash_node);
	list_del_init(&q->lru_node);
	port_free(t->net->port, q, sizeof(*q));
}

static void queue_fail(struct frag_queue *q, enum skb_drop_reason reason)
{
	q->table->net->mib[q->table->ops->fails]++;
	queue_free(q, reason);
}

void frag_table_flush(struct frag_table *t, struct net_device *dev)
{
	struct frag_queue *q, *next;

	list_for_each_entry_safe(q, next, &t->lru, lru_node)
		if (!dev || q->key.dev == dev)
			queue_fail(q, SKB_DROP_FragTimeout);
}

/* RFC 1122 3.3.2, RFC 8200 4.5: the sender learns of it if we have the first fragment. */
static void queue_expire(struct timer_list *t)
{
	struct frag_queue *q = container_of(t, struct frag_queue, expiry);
	struct sk_buff *first = frag_skb(rb_first(&q->frags));

	q->table->net->mib[q->table->ops->timeouts]++;
	if (first && frag_cb(first)->info.offset == 0)
		q->table->ops->expired(first);
	queue_fail(q, SKB_DROP_FragTimeout);
}

static bool same_key(const struct frag_key *a, const struct frag_key *b)
{
	return a->id == b->id && a->protocol == b->protocol && a->dev == b->dev &&
	       ipv6_addr_equal(&a->saddr, &b->saddr) && ipv6_addr_equal(&a->daddr, &b->daddr);
}

static struct frag_queue *queue_create(struct frag_table *t, const struct frag_key *key,
				       struct list_head *bucket)
{
	struct net *net = t->net;
	struct frag_queue *q = port_alloc(net->port, sizeof(*q));

	if (!q)
		return NULL;
	memset(q, 0, sizeof(*q));
	q->table = t;
	q->key = *key;
	q->memory_bytes = sizeof(*q);
	t->memory_bytes += q->memory_bytes;
	list_add_tail(&q->hash_node, bucket);
	list_add_tail(&q->lru_node, &t->lru);
	timer_setup(&q->expiry, queue_expire);
	timer_mod(net, &q->expiry, port_time_ns(net->port) + t->ops->timeout_ns);
	return q;
}

static struct frag_queue *queue_find(struct frag_table *t, const struct frag_key *key)
{
	uint64_t hash =
		siphash_2u64(inet_addr_pair_hash(&key->saddr, &key->daddr, &t->net->hash_key),
			     (uint64_t)key->id << 8 | key->protocol, &t->net->hash_key);
	struct list_head *bucket = &t->buckets[hash % FRAG_BUCKETS];
	struct frag_queue *q;

	list_for_each_entry(q, bucket, hash_node)
		if (same_key(&q->key, key))
			return q;
	return queue_create(t, key, bucket);
}

/* The oldest datagrams go until the rest fits; q, which has just grown, at last too. */
static bool make_room(struct frag_queue *q)
{
	struct frag_table *t = q->table;

	while (t->memory_bytes > FRAG_MEMORY_BYTES) {
		struct frag_queue *oldest = list_first_entry(&t->lru, struct frag_queue, lru_node);
		bool self = oldest == q;

		queue_fail(oldest, SKB_DROP_FragMemory);
		if (self)
			return false;
	}
	return true;
}

enum insert_result { INSERTED, DUPLICATE, OVERLAP };

static enum insert_result insert(struct frag_queue *q, struct sk_buff *skb)
{
	struct rb_node **link = &q->frags.node, *parent = NULL;
	const struct frag_cb *new = frag_cb(skb);

	while (*link) {
		const struct frag_cb *old = frag_cb(frag_skb(*link));

		parent = *link;
		if (new->end <= old->info.offset)
			link = &parent->left;
		else if (new->info.offset >= old->end)
			link = &parent->right;
		else
			return new->info.offset == old->info.offset &&new->end == old->end
				       ? DUPLICATE
				       : OVERLAP;
	}
	rb_insert(&q->frags, &skb->rbnode, parent, link);
	return INSERTED;
}

/* Fits what is known of the datagram. false: it cannot be a part of it. */
static bool plausible(const struct frag_queue *q, const struct sk_buff *skb)
{
	const struct frag_cb *cb = (const struct frag_cb *)skb->cb;
	const uint32_t len = cb->end - cb->info.offset;

	if (!len || (cb->info.more && len % 8) ||
	    cb->end + cb->info.headers > q->table->ops->packet_max_bytes)
		return false;
	if (q->last_in) /* the length is known: nothing beyond it, no other end */
		return cb->info.more ? cb->end <= q->end_bytes : cb->end == q->end_bytes;
	return cb->info.more || cb->end >= q->end_bytes;
}

/* One linear packet of all fragments, with the first one's header. NULL: too large, no memory. */
static struct sk_buff *reassemble(struct frag_queue *q)
{
	struct sk_buff *first = frag_skb(rb_first(&q->frags)), *whole;
	const uint32_t headers = frag_cb(first)->info.headers;

	if (headers + q->end_bytes > q->table->ops->packet_max_bytes)
		return NULL;
	whole = alloc_skb(q->table->net, MAX_HEADER + headers + q->end_bytes);
	if (!whole)
		return NULL;
	skb_reserve(whole, MAX_HEADER);
	whole->dev = first->dev;
	whole->protocol = first->protocol;
	whole->pkt_type = first->pkt_type;
	whole->tstamp_ns = first->tstamp_ns;
	skb_reset_network_header(whole);
	skb_copy_bits(first, 0, skb_put(whole, headers), headers);
	for (struct rb_node *n = rb_first(&q->frags); n; n = rb_next(n)) {
		struct sk_buff *frag = frag_skb(n);
		uint32_t skip = frag_cb(frag)->info.payload, len = frag->len - skip;

		skb_copy_bits(frag, skip, skb_put(whole, len), len);
	}
	return whole;
}

static struct sk_buff *complete(struct frag_queue *q, struct frag_info *first)
{
	struct net *net = q->table->net;
	const enum net_mib ok = q->table->ops->ok;
	struct sk_buff *whole = reassemble(q);
	struct rb_node *n;

	if (!whole) {
		queue_fail(q, SKB_DROP_FragMemory);
		return NULL;
	}
	*first = frag_cb(frag_skb(rb_first(&q->frags)))->info;
	first->ecn_ce = q->ecn_ce;
	while ((n = rb_first(&q->frags))) {
		rb_erase(&q->frags, n);
		consume_skb(frag_skb(n));
	}
	queue_free(q, SKB_DROP_NotSpecified);
	net->mib[ok]++;
	return whole;
}

struct sk_buff *frag_add(struct frag_table *t, const struct frag_key *key, struct sk_buff *skb,
			 const struct frag_info *info, struct frag_info *first)
{
	struct net *net = t->net;
	struct frag_queue *q = queue_find(t, key);
	struct frag_cb *cb = frag_cb(skb);

	if (!q) {
		net->mib[t->ops->fails]++;
		kfree_skb_reason(skb, SKB_DROP_NoMemory);
		return NULL;
	}
	cb->info = *info;
	cb->end = info->offset + skb->len - info->payload;
	if (!plausible(q, skb)) {
		kfree_skb_reason(skb, SKB_DROP_FragInvalid);
		queue_fail(q, SKB_DROP_FragInvalid);
		return NULL;
	}
	switch (insert(q, skb)) {
	case DUPLICATE:
		kfree_skb_reason(skb, SKB_DROP_FragOverlap);
		return NULL;
	case OVERLAP:
		net->mib[t->ops->overlaps]++;
		kfree_skb_reason(skb, SKB_DROP_FragOverlap);
		queue_fail(q, SKB_DROP_FragOverlap);
		return NULL;
	case INSERTED:
		break;
	}
	q->ecn_ce |= info->ecn_ce;
	q->last_in |= !info->more;
	if (cb->end > q->end_bytes)
		q->end_bytes = cb->end;
	q->meat_bytes += cb->end - info->offset;
	q->memory_bytes += skb->truesize;
	t->memory_bytes += skb->truesize;
	if (q->last_in && q->meat_bytes == q->end_bytes)
		return complete(q, first);
	make_room(q);
	return NULL;
}
