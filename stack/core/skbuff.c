// SPDX-License-Identifier: MIT
/*
 * sk_buffs and the blocks of memory behind them (skbuff.h). Freed ones of the usual sizes are kept
 * per network, an sk_buff together with its block where it can be: in the emulated guest an allocation
 * costs more than handling a small packet.
 */
#include <string.h>
#include <net/skbuff.h>
#include <net/checksum.h>
#include <net/errno.h>
#include <net/net_namespace.h>

/* Headers of what is sent; a received frame of up to 2 KiB; a jumbo frame; TCP's payload block. */
static const uint32_t data_class_bytes[SKB_DATA_CLASSES] = {MAX_HEADER, 2176, 12288, 32768};
static const uint32_t data_class_limit[SKB_DATA_CLASSES] = {4096, 2048, 64, 64};
#define SKB_CACHE_LIMIT 4096

/* With AddressSanitizer nothing is reused, so that it sees each use after free. */
#ifdef __SANITIZE_ADDRESS__
#define CACHES_ENABLED 0
#else
#define CACHES_ENABLED 1
#endif

static void cache_init(struct mem_cache *c, uint32_t size_bytes, uint32_t limit)
{
	*c = (struct mem_cache){.size_bytes = size_bytes, .limit = CACHES_ENABLED ? limit : 0};
}

static void *cache_take(struct mem_cache *c)
{
	void *mem = c->free;

	if (mem) {
		c->free = *(void **)mem;
		c->count--;
	}
	return mem;
}

/* false: full. */
static bool cache_give(struct mem_cache *c, void *mem)
{
	if (c->count >= c->limit)
		return false;
	*(void **)mem = c->free;
	c->free = mem;
	c->count++;
	return true;
}

static void cache_drain(struct mem_cache *c, struct port *port)
{
	void *mem;

	while ((mem = cache_take(c)))
		port_free(port, mem, c->size_bytes);
}

static void cache_give_or_free(struct mem_cache *c, struct port *port, void *mem)
{
	if (!cache_give(c, mem))
		port_free(port, mem, c->size_bytes);
}

void skb_caches_init(struct net *net)
{
	cache_init(&net->skb_cache, sizeof(struct sk_buff), SKB_CACHE_LIMIT);
	for (unsigned int i = 0; i < SKB_DATA_CLASSES; i++) {
		cache_init(&net->data_cache[i], sizeof(struct skb_data) + data_class_bytes[i],
			   data_class_limit[i] / 2);
		cache_init(&net->whole_cache[i], sizeof(struct sk_buff), data_class_limit[i] / 2);
	}
}

void skb_caches_drain(struct net *net)
{
	struct sk_buff *skb;

	for (unsigned int i = 0; i < SKB_DATA_CLASSES; i++) {
		while ((skb = cache_take(&net->whole_cache[i]))) {
			port_free(net->port, skb->head_data, net->data_cache[i].size_bytes);
			port_free(net->port, skb, sizeof(*skb));
		}
		cache_drain(&net->data_cache[i], net->port);
	}
	cache_drain(&net->skb_cache, net->port);
}

/* ---- blocks; soft interrupts off ---- */

/* SKB_DATA_CLASSES: of no usual size, never kept. */
static inline unsigned int data_class(uint32_t size_bytes)
{
	unsigned int i = 0;

	while (i < SKB_DATA_CLASSES && size_bytes > data_class_bytes[i])
		i++;
	return i;
}

/* From a cache, be it of pairs, or new. */
static void *block_memory(struct net *net, unsigned int class)
{
	void *mem = cache_take(&net->data_cache[class]);
	struct sk_buff *whole = mem ? NULL : cache_take(&net->whole_cache[class]);

	if (whole) {
		mem = whole->head_data;
		cache_give_or_free(&net->skb_cache, net->port, whole);
	}
	return mem ? mem : port_alloc(net->port, net->data_cache[class].size_bytes);
}

/* Likewise. */
static struct sk_buff *skb_memory(struct net *net)
{
	struct sk_buff *skb = cache_take(&net->skb_cache);

	for (unsigned int i = 0; i < SKB_DATA_CLASSES && !skb; i++) {
		skb = cache_take(&net->whole_cache[i]);
		if (skb)
			cache_give_or_free(&net->data_cache[i], net->port, skb->head_data);
	}
	return skb ? skb : port_alloc(net->port, sizeof(*skb));
}

static struct skb_data *data_alloc(struct net *net, unsigned int class, uint32_t size_bytes)
{
	struct skb_data *d;

	if (class < SKB_DATA_CLASSES) {
		size_bytes = data_class_bytes[class];
		d = block_memory(net, class);
	} else {
		d = port_alloc(net->port, sizeof(*d) + size_bytes);
	}
	if (!d)
		return NULL;
	d->port = net->port;
	d->refcount = 1;
	d->size_bytes = size_bytes;
	d->size_class = class;
	net->blocks_alive++;
	return d;
}

struct skb_data *skb_data_alloc(struct port *port, uint32_t size_bytes)
{
	struct skb_data *d;

	local_bh_disable(port->net);
	d = data_alloc(port->net, data_class(size_bytes), size_bytes);
	local_bh_enable(port->net);
	return d;
}

static void data_free(struct net *net, struct skb_data *d)
{
	net->blocks_alive--;
	if (d->size_class < SKB_DATA_CLASSES)
		cache_give_or_free(&net->data_cache[d->size_class], net->port, d);
	else
		port_free(net->port, d, sizeof(*d) + d->size_bytes);
}

static inline void data_put(struct net *net, struct skb_data *d)
{
	assert(d->refcount > 0);
	if (--d->refcount == 0)
		data_free(net, d);
}

void skb_data_put(struct skb_data *d)
{
	struct net *net = d->port->net;

	local_bh_disable(net);
	data_put(net, d);
	local_bh_enable(net);
}

/* ---- birth and death; soft interrupts off ---- */

/* In halves: for one piece of this size gcc takes `rep stos`, which is slow to start. */
static inline void clear_before_frags(struct sk_buff *skb)
{
	const size_t half = offsetof(struct sk_buff, dev) + 64;

	_Static_assert(offsetof(struct sk_buff, frags) <= 192, "more than two halves");
	memset(skb, 0, half);
	memset((uint8_t *)skb + half, 0, offsetof(struct sk_buff, frags) - half);
}

static inline void skb_init(struct net *net, struct sk_buff *skb, struct skb_data *data,
			    uint32_t offset, uint32_t end)
{
	net->skbs_alive++;
	clear_before_frags(skb);
	memset(skb->cb, 0, sizeof(skb->cb));
	INIT_LIST_HEAD(&skb->list);
	skb->users = 1;
	skb->head_data = data;
	skb->head = data->bytes;
	skb->data = skb->tail = data->bytes + offset;
	skb->end = data->bytes + end;
	skb->truesize = (uint32_t)(sizeof(*skb) + sizeof(*data)) + data->size_bytes;
}

/* Of parts: none that was freed with its block is left. */
static noinline struct sk_buff *assemble(struct net *net, unsigned int class, uint32_t size_bytes)
{
	struct skb_data *data = data_alloc(net, class, size_bytes);
	struct sk_buff *skb = data ? skb_memory(net) : NULL;

	if (skb)
		skb->head_data = data;
	else if (data)
		data_put(net, data);
	return skb;
}

static inline struct sk_buff *skb_new(struct net *net, uint32_t size_bytes)
{
	const unsigned int class = data_class(size_bytes);
	struct sk_buff *skb =
		class < SKB_DATA_CLASSES ? cache_take(&net->whole_cache[class]) : NULL;

	if (skb)
		net->blocks_alive++;
	else
		skb = assemble(net, class, size_bytes);
	if (skb)
		skb_init(net, skb, skb->head_data, 0, size_bytes);
	return skb;
}

static noinline void put_all_frags(struct net *net, struct sk_buff *skb)
{
	for (unsigned int i = 0; i < skb->nr_frags; i++)
		data_put(net, skb->frags[i].data);
}

static noinline void take_apart(struct net *net, struct sk_buff *skb, struct skb_data *data)
{
	data_free(net, data);
	cache_give_or_free(&net->skb_cache, net->port, skb);
}

/* A short payload is in the sk_buff's own block. */
static inline void put_frags(struct net *net, struct sk_buff *skb)
{
	if (skb->nr_frags == 1 && skb->frags[0].data == skb->head_data)
		skb->head_data->refcount--;
	else if (skb->nr_frags)
		put_all_frags(net, skb);
}

/* With its block, if nobody else has that: most are needed again as they are. */
static inline void skb_free(struct net *net, struct sk_buff *skb)
{
	struct skb_data *data = skb->head_data;

	if (skb->destructor)
		skb->destructor(skb);
	put_frags(net, skb);
	net->skbs_alive--;
	if (data->refcount > 1) {
		data->refcount--;
		cache_give_or_free(&net->skb_cache, net->port, skb);
	} else if (data->size_class < SKB_DATA_CLASSES &&
		   cache_give(&net->whole_cache[data->size_class], skb)) {
		net->blocks_alive--;
	} else {
		take_apart(net, skb, data);
	}
}

struct sk_buff *alloc_skb_headers(struct net *net)
{
	struct sk_buff *skb = cache_take(&net->whole_cache[SKB_DATA_HEADERS]);

	if (likely(skb))
		net->blocks_alive++;
	else
		skb = assemble(net, SKB_DATA_HEADERS, MAX_HEADER);
	if (likely(skb))
		skb_init(net, skb, skb->head_data, 0, 0);
	return skb;
}

struct sk_buff *alloc_skb(struct net *net, uint32_t size_bytes)
{
	struct sk_buff *skb;

	local_bh_disable(net);
	skb = skb_new(net, size_bytes);
	local_bh_enable(net);
	return skb;
}

struct sk_buff *build_skb(struct net *net, struct skb_data *data, uint32_t offset, uint32_t len)
{
	struct sk_buff *skb;

	assert(offset <= data->size_bytes && len <= data->size_bytes - offset);
	local_bh_disable(net);
	skb = skb_memory(net);
	if (skb) {
		skb_init(net, skb, data, offset, data->size_bytes);
		skb_put(skb, len);
	}
	local_bh_enable(net);
	return skb;
}

struct sk_buff *netdev_alloc_skb_ip_align(struct net_device *dev, uint32_t len)
{
	struct sk_buff *skb = alloc_skb(dev->net, NET_IP_ALIGN + 64 + len);

	if (skb) {
		skb_reserve(skb, NET_IP_ALIGN + 64);
		skb->dev = dev;
	}
	return skb;
}

void skb_orphan(struct sk_buff *skb)
{
	if (skb->destructor)
		skb->destructor(skb);
	skb->destructor = NULL;
	skb->sk = NULL;
}

void consume_skb(struct sk_buff *skb)
{
	struct net *net = skb_net(skb);

	assert(skb->users > 0);
	local_bh_disable(net);
	if (--skb->users == 0)
		skb_free(net, skb);
	local_bh_enable(net);
}

void kfree_skb_reason(struct sk_buff *skb, enum skb_drop_reason reason)
{
	skb_net(skb)->drops[reason]++;
	NET_TRACE(skb_net(skb), drop, skb, reason);
	consume_skb(skb);
}

void kfree_skb(struct sk_buff *skb)
{
	kfree_skb_reason(skb, SKB_DROP_NotSpecified);
}

static void copy_payload(struct sk_buff *clone, const struct sk_buff *skb)
{
	_Static_assert(SKB_SHORT_OFFSET >= 60 + 40 + 18, "TCP, IPv6, Ethernet");
	skb_reserve(clone, SKB_SHORT_OFFSET);
	for (unsigned int i = 0; i < skb->nr_frags; i++) {
		const struct skb_frag *f = &skb->frags[i];

		memcpy(skb_put(clone, f->len), f->data->bytes + f->offset, f->len);
	}
}

static void share_payload(struct sk_buff *clone, const struct sk_buff *skb)
{
	skb_reserve(clone, MAX_HEADER);
	clone->len = clone->data_len = skb->data_len;
	clone->nr_frags = skb->nr_frags;
	for (unsigned int i = 0; i < skb->nr_frags; i++) {
		clone->frags[i] = skb->frags[i];
		skb_data_get(clone->frags[i].data);
	}
}

/* All of it is where skb_add_short() put it, and nobody else has the block: no earlier clone whose
 * header still waits, no second half. */
static bool payload_in_place(const struct sk_buff *skb)
{
	return skb->nr_frags == 1 && skb->frags[0].data == skb->head_data &&
	       skb->head_data->refcount == 2 && !skb->gso_size;
}

/* Behind the room for headers in the block that skb brought along. */
static struct sk_buff *clone_in_place(struct net *net, const struct sk_buff *skb)
{
	struct skb_data *data = skb->head_data;
	struct sk_buff *clone = cache_take(&net->skb_cache);

	if (unlikely(!clone))
		clone = skb_memory(net);
	if (unlikely(!clone))
		return NULL;
	skb_init(net, clone, skb_data_get(data), skb->frags[0].offset, data->size_bytes);
	skb_put(clone, skb->len);
	clone->truesize += skb->len;
	return clone;
}

static noinline struct sk_buff *clone_apart(struct net *net, const struct sk_buff *skb)
{
	struct sk_buff *clone = alloc_skb(net, MAX_HEADER);

	if (!clone)
		return NULL;
	if (skb->len <= SKB_COPYBREAK_BYTES)
		copy_payload(clone, skb);
	else
		share_payload(clone, skb);
	clone->truesize += skb->data_len;
	clone->gso_size = skb->gso_size;
	clone->gso_segs = skb->gso_segs;
	clone->gso_type = skb->gso_type;
	return clone;
}

struct sk_buff *skb_clone_payload(struct net *net, const struct sk_buff *skb)
{
	assert(skb_headlen(skb) == 0);
	return likely(payload_in_place(skb)) ? clone_in_place(net, skb) : clone_apart(net, skb);
}

/* ---- contents ---- */

/* Removes len bytes from the front of the fragments. */
static void drop_frag_front(struct sk_buff *skb, uint32_t len)
{
	unsigned int gone = 0;

	assert(len <= skb->data_len);
	skb->len -= len;
	skb->data_len -= len;
	while (gone < skb->nr_frags && len >= skb->frags[gone].len) {
		len -= skb->frags[gone].len;
		skb_data_put(skb->frags[gone].data);
		gone++;
	}
	skb->nr_frags -= gone;
	memmove(skb->frags, skb->frags + gone, skb->nr_frags * sizeof(skb->frags[0]));
	if (len) {
		skb->frags[0].offset += len;
		skb->frags[0].len -= len;
	}
}

/* Moves the linear part into a new block with room for `need` more bytes. */
static bool grow_linear(struct sk_buff *skb, uint32_t need)
{
	uint32_t used = (uint32_t)(skb->tail - skb->head);
	uint32_t data_off = skb_headroom(skb);
	struct skb_data *bigger = skb_data_alloc(skb->head_data->port, used + need);

	if (!bigger)
		return false;
	memcpy(bigger->bytes, skb->head, used);
	if (!skb->destructor) /* an owner was charged, and will be given back, the old size */
		skb->truesize = skb->truesize - skb->head_data->size_bytes + bigger->size_bytes;
	skb_data_put(skb->head_data);
	skb->head_data = bigger;
	skb->head = bigger->bytes;
	skb->data = skb->head + data_off;
	skb->tail = skb->head + used;
	skb->end = skb->head + bigger->size_bytes;
	return true;
}

bool skb_pull_tail(struct sk_buff *skb, uint32_t len)
{
	uint32_t headlen = skb_headlen(skb), need;

	if (len > skb->len)
		return false;
	need = len - headlen;
	/* Behind the tail of a shared block another sk_buff's bytes may lie. */
	if ((need > (uint32_t)(skb->end - skb->tail) || skb->head_data->refcount > 1) &&
	    !grow_linear(skb, need))
		return false;
	skb_copy_bits(skb, headlen, skb->tail, need);
	drop_frag_front(skb, need);
	skb->tail += need;
	skb->len += need;
	return true;
}

int pskb_trim(struct sk_buff *skb, uint32_t len)
{
	uint32_t headlen = skb_headlen(skb), keep;
	unsigned int i;

	if (len >= skb->len)
		return 0;
	if (len < headlen) {
		skb->tail -= headlen - len;
		headlen = len;
	}
	keep = len - headlen;
	for (i = 0; i < skb->nr_frags && keep; i++) {
		if (skb->frags[i].len > keep)
			skb->frags[i].len = keep;
		keep -= skb->frags[i].len;
	}
	while (skb->nr_frags > i)
		skb_data_put(skb->frags[--skb->nr_frags].data);
	skb->len = len;
	skb->data_len = len - headlen;
	return 0;
}

void skb_drop_front(struct sk_buff *skb, uint32_t len)
{
	uint32_t linear = skb_headlen(skb);

	assert(len <= skb->len);
	if (linear > len)
		linear = len;
	skb_pull(skb, linear);
	if (len > linear)
		drop_frag_front(skb, len - linear);
}

int skb_copy_bits(const struct sk_buff *skb, uint32_t offset, void *to, uint32_t len)
{
	uint32_t headlen = skb_headlen(skb), n;
	uint8_t *out = to;

	if (offset > skb->len || len > skb->len - offset)
		return -EFAULT;
	if (offset < headlen) {
		n = headlen - offset < len ? headlen - offset : len;
		memcpy(out, skb->data + offset, n);
		out += n;
		len -= n;
		offset += n;
	}
	offset -= headlen;
	for (unsigned int i = 0; len; i++) {
		const struct skb_frag *f = &skb->frags[i];

		if (offset >= f->len) {
			offset -= f->len;
			continue;
		}
		n = f->len - offset < len ? f->len - offset : len;
		memcpy(out, f->data->bytes + f->offset + offset, n);
		out += n;
		len -= n;
		offset = 0;
	}
	return 0;
}

bool skb_add_frag(struct sk_buff *skb, struct skb_data *data, uint32_t offset, uint32_t len)
{
	struct skb_frag *last = skb->nr_frags ? &skb->frags[skb->nr_frags - 1] : NULL;

	if (last && last->data == data && last->offset + last->len == offset) {
		last->len += len;
		skb_data_put(data); /* one reference a fragment */
	} else {
		if (skb->nr_frags == MAX_SKB_FRAGS)
			return false;
		skb->frags[skb->nr_frags++] =
			(struct skb_frag){.data = data, .offset = offset, .len = len};
	}
	skb->len += len;
	skb->data_len += len;
	skb->truesize += len;
	return true;
}

int skb_split(struct sk_buff *skb, struct sk_buff *rest, uint32_t len)
{
	uint32_t headlen = skb_headlen(skb), skip, moved = skb->len - len;

	assert(rest->len == 0 && len <= skb->len);
	if (len < headlen) {
		if (skb->nr_frags == MAX_SKB_FRAGS)
			return -ENOMEM;
		skb_add_frag(rest, skb_data_get(skb->head_data), skb_headroom(skb) + len,
			     headlen - len);
		skip = 0;
	} else {
		skip = len - headlen;
	}
	for (unsigned int i = 0; i < skb->nr_frags; i++) {
		struct skb_frag f = skb->frags[i];

		if (skip >= f.len) {
			skip -= f.len;
			continue;
		}
		skb_add_frag(rest, skb_data_get(f.data), f.offset + skip, f.len - skip);
		skip = 0;
	}
	pskb_trim(skb, len);
	skb->truesize -= moved < skb->truesize ? moved : skb->truesize;
	return 0;
}

uint32_t skb_checksum_frags(const struct sk_buff *skb, uint32_t offset, uint32_t len, uint32_t sum)
{
	uint32_t headlen = skb_headlen(skb), done = 0, n;

	assert(offset <= skb->len && len <= skb->len - offset);
	if (offset < headlen) {
		done = headlen - offset < len ? headlen - offset : len;
		sum = csum_partial(skb->data + offset, done, sum);
		offset = headlen;
	}
	offset -= headlen;
	for (unsigned int i = 0; done < len; i++) {
		const struct skb_frag *f = &skb->frags[i];

		if (offset >= f->len) {
			offset -= f->len;
			continue;
		}
		n = f->len - offset < len - done ? f->len - offset : len - done;
		sum = csum_block_add(sum, csum_partial(f->data->bytes + f->offset + offset, n, 0),
				     done);
		done += n;
		offset = 0;
	}
	return sum;
}

int skb_checksum_help(struct sk_buff *skb)
{
	uint32_t headroom = skb_headroom(skb), start = skb->csum_start - headroom;
	uint16_t check;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	if (skb->csum_start < headroom || skb->gso_size ||
	    start + skb->csum_offset + sizeof(check) > skb_headlen(skb))
		return -EINVAL;
	check = csum_fold(skb_checksum(skb, start, skb->len - start, 0));
	if (!check) /* RFC 768: zero means "none"; all ones is the same number */
		check = 0xffff;
	memcpy(skb->data + start + skb->csum_offset, &check, sizeof(check));
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

/* ---- queues ---- */

void skb_queue_head_init(struct sk_buff_head *q)
{
	INIT_LIST_HEAD(&q->list);
	q->qlen = 0;
}

void skb_queue_head(struct sk_buff_head *q, struct sk_buff *skb)
{
	list_add(&skb->list, &q->list);
	q->qlen++;
}

void skb_queue_purge(struct sk_buff_head *q)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(q)))
		consume_skb(skb);
}
