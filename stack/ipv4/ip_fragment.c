// SPDX-License-Identifier: MIT
/*
 * Reassembly of IPv4 datagrams (RFC 791 section 3.2, RFC 1122 section 3.3.2). Fragments wait in a
 * tree by offset, so that a flood of tiny ones costs O(log n) each (CVE-2018-5391); overlapping ones
 * give the whole datagram up (RFC 5722, applied to IPv4 too); exact duplicates are ignored. At most
 * 4 MB wait, the oldest datagram gives way; none waits longer than 30 s.
 */
#include "ipv4.h"
#include <net/checksum.h>
#include <net/icmp.h>

struct frag_queue {
	struct list_head hash_node, lru_node;
	struct timer_list expiry;
	struct net *net;
	struct net_device *dev;
	__be32 saddr, daddr;
	__be16 id;
	uint8_t protocol;
	bool ecn_ce; /* RFC 3168 section 5.3: one marked fragment marks the whole */
	struct rb_root frags;
	uint32_t meat_bytes; /* payload received */
	uint32_t end_bytes;  /* the highest byte seen, or the length once last_in */
	uint32_t memory_bytes;
	bool last_in;
};

/* In skb->cb: payload bytes [offset, end) of the datagram; data at the IP header. */
struct frag_cb {
	uint32_t offset, end;
};

static struct frag_cb *frag_cb(struct sk_buff *skb)
{
	return (struct frag_cb *)skb->cb;
}

static struct sk_buff *frag_skb(struct rb_node *n)
{
	return n ? rb_entry(n, struct sk_buff, rbnode) : NULL;
}

void frag_table_init(struct frag_table *t)
{
	for (unsigned int i = 0; i < FRAG_BUCKETS; i++)
		INIT_LIST_HEAD(&t->buckets[i]);
	INIT_LIST_HEAD(&t->lru);
}

static void queue_free(struct frag_queue *q, enum skb_drop_reason reason)
{
	struct net *net = q->net;
	struct rb_node *n;

	timer_del(net, &q->expiry);
	while ((n = rb_first(&q->frags))) {
		rb_erase(&q->frags, n);
		kfree_skb_reason(frag_skb(n), reason);
	}
	net->ipv4->frags.memory_bytes -= q->memory_bytes;
	list_del_init(&q->hash_node);
	list_del_init(&q->lru_node);
	port_free(net->port, q, sizeof(*q));
}

static void queue_fail(struct frag_queue *q, enum skb_drop_reason reason)
{
	NET_INC(q->net, IpReasmFails);
	queue_free(q, reason);
}

void frag_table_flush(struct net *net, struct net_device *dev)
{
	struct frag_queue *q, *next;

	list_for_each_entry_safe(q, next, &net->ipv4->frags.lru, lru_node)
		if (!dev || q->dev == dev)
			queue_fail(q, SKB_DROP_FragTimeout);
}

/* RFC 1122 3.3.2: the sender learns of it if we have the first fragment. */
static void queue_expire(struct timer_list *t)
{
	struct frag_queue *q = container_of(t, struct frag_queue, expiry);
	struct sk_buff *first = frag_skb(rb_first(&q->frags));

	NET_INC(q->net, IpReasmTimeout);
	if (first && frag_cb(first)->offset == 0)
		icmp_send(first, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
	queue_fail(q, SKB_DROP_FragTimeout);
}

static struct frag_queue *queue_find(struct net *net, struct net_device *dev,
				     const struct iphdr *iph)
{
	struct frag_table *t = &net->ipv4->frags;
	uint64_t hash = siphash_2u64((uint64_t)iph->saddr << 32 | iph->daddr,
				     (uint64_t)iph->id << 8 | iph->protocol, &net->hash_key);
	struct list_head *bucket = &t->buckets[hash % FRAG_BUCKETS];
	struct frag_queue *q;

	list_for_each_entry(q, bucket, hash_node)
		if (q->id == iph->id && q->saddr == iph->saddr && q->daddr == iph->daddr &&
		    q->protocol == iph->protocol && q->dev == dev)
			return q;
	q = port_alloc(net->port, sizeof(*q));
	if (!q)
		return NULL;
	memset(q, 0, sizeof(*q));
	q->net = net;
	q->dev = dev;
	q->saddr = iph->saddr;
	q->daddr = iph->daddr;
	q->id = iph->id;
	q->protocol = iph->protocol;
	q->memory_bytes = sizeof(*q);
	t->memory_bytes += q->memory_bytes;
	list_add_tail(&q->hash_node, bucket);
	list_add_tail(&q->lru_node, &t->lru);
	timer_setup(&q->expiry, queue_expire);
	timer_mod(net, &q->expiry, port_time_ns(net->port) + FRAG_TIMEOUT_NS);
	return q;
}

/* The oldest datagrams go until the rest fits; q, which has just grown, at last too. */
static bool make_room(struct frag_queue *q)
{
	struct frag_table *t = &q->net->ipv4->frags;

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
		if (new->end <= old->offset)
			link = &parent->left;
		else if (new->offset >= old->end)
			link = &parent->right;
		else
			return new->offset == old->offset &&new->end == old->end ? DUPLICATE
										 : OVERLAP;
	}
	rb_insert(&q->frags, &skb->rbnode, parent, link);
	return INSERTED;
}

/* Reads where the fragment belongs into its cb. false: it cannot be one. */
static bool parse(struct frag_queue *q, struct sk_buff *skb, bool *more)
{
	const struct iphdr *iph = ip_hdr(skb);
	uint32_t header = iph->ihl * 4u, len = skb->len - header;
	struct frag_cb *cb = frag_cb(skb);

	*more = iph->frag_off & htons(IP_MF);
	cb->offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8u;
	cb->end = cb->offset + len;
	if (!len || (*more && len % 8) || cb->end + header > UINT16_MAX)
		return false;
	if (q->last_in) /* the length is known: nothing beyond it, no other end */
		return *more ? cb->end <= q->end_bytes : cb->end == q->end_bytes;
	return *more || cb->end >= q->end_bytes;
}

/* One linear packet of all fragments, with the first one's header. */
static struct sk_buff *reassemble(struct frag_queue *q)
{
	struct sk_buff *first = frag_skb(rb_first(&q->frags)), *whole;
	uint32_t header = ip_hdr(first)->ihl * 4u;
	struct iphdr *iph;

	whole = alloc_skb(q->net, MAX_HEADER + header + q->end_bytes);
	if (!whole)
		return NULL;
	skb_reserve(whole, MAX_HEADER);
	whole->dev = first->dev;
	whole->protocol = first->protocol;
	whole->pkt_type = first->pkt_type;
	whole->tstamp_ns = first->tstamp_ns;
	skb_reset_network_header(whole);
	iph = skb_put(whole, header);
	memcpy(iph, ip_hdr(first), header);
	for (struct rb_node *n = rb_first(&q->frags); n; n = rb_next(n)) {
		struct sk_buff *frag = frag_skb(n);
		uint32_t skip = ip_hdr(frag)->ihl * 4u, len = frag->len - skip;

		skb_copy_bits(frag, skip, skb_put(whole, len), len);
	}
	iph->tot_len = htons((uint16_t)whole->len);
	iph->frag_off = 0;
	if (q->ecn_ce)
		iph->tos |= 3;
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
	return whole;
}

static struct sk_buff *complete(struct frag_queue *q)
{
	struct net *net = q->net;
	struct sk_buff *whole = reassemble(q);
	struct rb_node *n;

	if (!whole || whole->len > UINT16_MAX) {
		if (whole)
			kfree_skb_reason(whole, SKB_DROP_FragInvalid);
		queue_fail(q, SKB_DROP_FragMemory);
		return NULL;
	}
	while ((n = rb_first(&q->frags))) {
		rb_erase(&q->frags, n);
		consume_skb(frag_skb(n));
	}
	queue_free(q, SKB_DROP_NotSpecified);
	NET_INC(net, IpReasmOKs);
	return whole;
}

struct sk_buff *ip_defrag(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	const struct iphdr *iph = ip_hdr(skb);
	struct frag_queue *q;
	bool more;

	NET_INC(net, IpReasmReqds);
	q = queue_find(net, skb->dev, iph);
	if (!q) {
		NET_INC(net, IpReasmFails);
		kfree_skb_reason(skb, SKB_DROP_NoMemory);
		return NULL;
	}
	if (!parse(q, skb, &more)) {
		kfree_skb_reason(skb, SKB_DROP_FragInvalid);
		queue_fail(q, SKB_DROP_FragInvalid);
		return NULL;
	}
	switch (insert(q, skb)) {
	case DUPLICATE:
		kfree_skb_reason(skb, SKB_DROP_FragOverlap);
		return NULL;
	case OVERLAP:
		NET_INC(net, IpExtReasmOverlaps);
		kfree_skb_reason(skb, SKB_DROP_FragOverlap);
		queue_fail(q, SKB_DROP_FragOverlap);
		return NULL;
	case INSERTED:
		break;
	}
	q->ecn_ce |= (iph->tos & 3) == 3;
	q->last_in |= !more;
	if (frag_cb(skb)->end > q->end_bytes)
		q->end_bytes = frag_cb(skb)->end;
	q->meat_bytes += frag_cb(skb)->end - frag_cb(skb)->offset;
	q->memory_bytes += skb->truesize;
	net->ipv4->frags.memory_bytes += skb->truesize;
	if (q->last_in && q->meat_bytes == q->end_bytes)
		return complete(q);
	make_room(q);
	return NULL;
}
