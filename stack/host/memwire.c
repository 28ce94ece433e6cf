// SPDX-License-Identifier: MIT
/*
 * A wire without a card (memwire.h). Its "driver" behaves as a card's: a ring of frames that are
 * under way, completions and receptions by interrupt and NAPI. The one copy of a frame goes from
 * the sender's sk_buff into memory of the receiver's stack.
 */
#include <host/memwire.h>
#include <stdlib.h>
#include <string.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/net_namespace.h>

#define HEADROOM	   (NET_IP_ALIGN + 64)
#define WIRE_OVERHEAD	   24 /* preamble, FCS, gap between frames: bytes */
#define TX_RING_DEFAULT	   256
#define RX_RING_DEFAULT	   1024
#define REORDER_NS_DEFAULT 200000

struct wire_side;

struct wire_frame {
	struct timer_list arrival;
	struct list_head node; /* in the sides' in_flight or rx list */
	struct wire_side *to;
	struct skb_data *data; /* memory of the receiving stack */
	uint32_t len;
	bool intact;
	/* A super-segment that goes whole. */
	uint16_t gso_size, gso_segs;
	uint8_t gso_type;
};

struct wire_side {
	struct memwire *wire;
	int index;
	struct host *host; /* NULL: the test is this end */
	struct net_device dev;
	struct napi_struct napi;
	struct host_irq irq;
	bool irq_enabled, hung;

	struct sk_buff_head tx_ring; /* each with its departure in tstamp_ns */
	struct timer_list tx_timer;
	uint64_t line_free_ns;	 /* when the last byte queued has left */
	uint64_t router_free_ns; /* likewise the router on the way */

	struct list_head in_flight, rx;
	uint32_t rx_count;
	struct memwire_counters counters; /* of frames from this side */
};

struct memwire {
	struct host_world *world;
	struct memwire_options opt;
	struct host_random random;
	struct wire_side sides[2];
};

static struct wire_side *to_side(struct net_device *dev)
{
	return container_of(dev, struct wire_side, dev);
}

static struct wire_side *peer_of(struct wire_side *s)
{
	return &s->wire->sides[1 - s->index];
}

/*
 * The receiver's memory is handled while its CPU may stand anywhere: its soft interrupts must not
 * run from here.
 */
static void bh_hold(struct host *h)
{
	host_net(h)->softnet.bh_disabled++;
}

static void bh_release(struct host *h)
{
	host_net(h)->softnet.bh_disabled--;
}

/* ---- frames ---- */

static struct wire_frame *frame_new(struct wire_side *to, uint32_t len)
{
	struct wire_frame *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	bh_hold(to->host);
	f->data = skb_data_alloc(host_port(to->host), HEADROOM + len);
	bh_release(to->host);
	if (!f->data) {
		free(f);
		return NULL;
	}
	f->to = to;
	f->len = len;
	f->intact = true;
	INIT_LIST_HEAD(&f->node);
	return f;
}

static uint8_t *frame_bytes(struct wire_frame *f)
{
	return f->data->bytes + HEADROOM;
}

static void frame_free(struct wire_frame *f)
{
	list_del_init(&f->node);
	host_event_cancel(f->to->wire->world, &f->arrival);
	if (f->data) {
		bh_hold(f->to->host);
		skb_data_put(f->data);
		bh_release(f->to->host);
	}
	free(f);
}

static void side_interrupt(struct wire_side *s)
{
	if (!s->irq_enabled)
		return;
	s->irq_enabled = false;
	host_irq_raise(&s->irq);
}

static void frame_arrives(struct timer_list *t)
{
	struct wire_frame *f = container_of(t, struct wire_frame, arrival);
	struct wire_side *s = f->to;

	if (!s->dev.up || s->rx_count >= s->wire->opt.rx_ring) {
		s->dev.stats.rx_missed++;
		frame_free(f);
		return;
	}
	list_del_init(&f->node);
	list_add_tail(&f->node, &s->rx);
	s->rx_count++;
	side_interrupt(s);
}

static void launch(struct wire_frame *f, uint64_t arrival_ns)
{
	timer_setup(&f->arrival, frame_arrives);
	list_add_tail(&f->node, &f->to->in_flight);
	host_event_at(f->to->wire->world, &f->arrival, arrival_ns);
}

/* ---- sending ---- */

/* What a card's checksum unit does; a super-segment that goes whole needs none. */
static void insert_checksum(const struct sk_buff *skb, uint8_t *frame)
{
	uint32_t start = skb->csum_start - skb_headroom(skb);
	uint16_t check;

	if (skb->ip_summed != CHECKSUM_PARTIAL || skb->gso_size)
		return;
	check = csum_fold(csum_partial(frame + start, skb->len - start, 0));
	if (!check) /* RFC 768: zero means "none"; all ones is the same number */
		check = 0xffff;
	memcpy(frame + start + skb->csum_offset, &check, sizeof(check));
}

static void corrupt(struct memwire *w, struct wire_frame *f)
{
	uint64_t bit = host_random_u64(&w->random) % ((uint64_t)f->len * 8);

	frame_bytes(f)[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	f->intact = false;
}

/* ---- the router on the way ---- */

/* RFC 3168, 5: not what is not ECT. */
static bool mark_ce(uint8_t *frame)
{
	uint8_t *ip = frame + ETH_HLEN;
	struct iphdr *iph = (struct iphdr *)ip;

	if (ip[0] >> 4 == 4 && (iph->tos & INET_ECN_MASK)) {
		iph->tos |= INET_ECN_CE;
		iph->check = 0;
		iph->check = ip_fast_csum(iph, iph->ihl);
		return true;
	}
	if (ip[0] >> 4 == 6 && (ip[1] >> 4 & INET_ECN_MASK)) {
		ip[1] |= INET_ECN_CE << 4;
		return true;
	}
	return false;
}

/* A frame of len bytes reaches the router when the line has it: false, its queue is full; else when
 * it leaves, and whether it met a queue that marks. */
static bool route_frame(struct wire_side *from, uint32_t len, uint64_t *leaves_ns, bool *mark)
{
	const struct memwire_options *o = &from->wire->opt;
	const uint64_t now_ns = from->line_free_ns;
	uint64_t queued_bytes;

	*leaves_ns = now_ns;
	*mark = false;
	if (!o->bottleneck_mbps)
		return true;
	if (from->router_free_ns < now_ns)
		from->router_free_ns = now_ns;
	queued_bytes = (from->router_free_ns - now_ns) * o->bottleneck_mbps / 8000;
	if (o->queue_bytes && queued_bytes + len > o->queue_bytes)
		return false;
	if (queued_bytes + len > from->counters.queue_peak_bytes)
		from->counters.queue_peak_bytes = queued_bytes + len;
	*mark = o->mark_bytes && queued_bytes > o->mark_bytes;
	from->router_free_ns += (uint64_t)(len + WIRE_OVERHEAD) * 8000 / o->bottleneck_mbps;
	*leaves_ns = from->router_free_ns;
	return true;
}

/* How long a frame is under way behind the router: RFC 2474's code point chooses the way. */
static uint64_t way_ns(const struct memwire *w, const struct sk_buff *skb)
{
	uint8_t ip[2];
	unsigned int dscp;

	if (!w->opt.far_delay_ns || skb->len < ETH_HLEN + sizeof(ip))
		return w->opt.delay_ns;
	skb_copy_bits(skb, ETH_HLEN, ip, sizeof(ip));
	switch (ip[0] >> 4) {
	case 4:
		dscp = ip[1] >> 2;
		break;
	case 6:
		dscp = (ip[0] << 2 & 0x3c) | ip[1] >> 6;
		break;
	default: /* ARP */
		dscp = 0;
	}
	return w->opt.delay_ns + (dscp ? w->opt.far_delay_ns : 0);
}

/* One frame on its way, with the wire's mishaps. */
static void transmit_copy(struct wire_side *from, const struct sk_buff *skb, uint64_t arrival_ns,
			  bool mark)
{
	struct memwire *w = from->wire;
	struct wire_side *to = peer_of(from);
	struct wire_frame *f = frame_new(to, skb->len);

	if (!f) {
		to->dev.stats.rx_missed++;
		return;
	}
	skb_copy_bits(skb, 0, frame_bytes(f), skb->len);
	insert_checksum(skb, frame_bytes(f));
	f->gso_size = skb->gso_size;
	f->gso_segs = skb->gso_segs;
	f->gso_type = skb->gso_type;
	if (mark && mark_ce(frame_bytes(f)))
		from->counters.marked++;
	if (host_random_chance(&w->random, w->opt.corrupt)) {
		from->counters.corrupted++;
		corrupt(w, f);
	}
	if (host_random_chance(&w->random, w->opt.reorder)) {
		from->counters.reordered++;
		arrival_ns += w->opt.reorder_ns;
	}
	launch(f, arrival_ns);
}

/* What a tap sees has its checksum, as on a wire. */
static bool tap_passes(struct wire_side *from, const struct sk_buff *skb)
{
	struct memwire *w = from->wire;
	uint8_t *copy;
	bool pass;

	if (!w->opt.tap)
		return true;
	copy = malloc(skb->len);
	if (!copy)
		return true;
	skb_copy_bits(skb, 0, copy, skb->len);
	insert_checksum(skb, copy);
	pass = w->opt.tap(w->opt.tap_ctx, from->index, copy, skb->len, from->line_free_ns);
	free(copy);
	return pass;
}

static void put_on_wire(struct wire_side *from, const struct sk_buff *skb)
{
	struct memwire *w = from->wire;
	uint64_t arrival_ns;
	bool mark;

	from->counters.frames++;
	from->counters.bytes += skb->len;
	if (!tap_passes(from, skb) || host_random_chance(&w->random, w->opt.loss)) {
		from->counters.lost++;
		return;
	}
	if (!route_frame(from, skb->len, &arrival_ns, &mark)) {
		from->counters.queue_dropped++;
		return;
	}
	if (!peer_of(from)->host)
		return;
	arrival_ns += way_ns(w, skb);
	transmit_copy(from, skb, arrival_ns, mark);
	if (host_random_chance(&w->random, w->opt.duplicate)) {
		from->counters.duplicated++;
		transmit_copy(from, skb, arrival_ns, mark);
	}
}

static enum netdev_tx wire_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct wire_side *s = to_side(dev);
	struct memwire *w = s->wire;
	uint64_t now_ns = host_now_ns(w->world);
	uint64_t segs = skb->gso_size ? skb->gso_segs : 1;

	(void)more;
	if (s->tx_ring.qlen >= w->opt.tx_ring)
		return NETDEV_TX_BUSY;
	if (s->line_free_ns < now_ns)
		s->line_free_ns = now_ns;
	if (w->opt.rate_mbps)
		s->line_free_ns += (skb->len + segs * WIRE_OVERHEAD) * 8000 / w->opt.rate_mbps;
	skb->tstamp_ns = s->line_free_ns;
	if (!s->hung)
		put_on_wire(s, skb);
	skb_queue_tail(&s->tx_ring, skb);
	if (!s->hung && !s->tx_timer.pending)
		host_event_at(w->world, &s->tx_timer, skb->tstamp_ns);
	if (s->tx_ring.qlen >= w->opt.tx_ring)
		netif_stop_queue(dev);
	return NETDEV_TX_OK;
}

static void tx_departed(struct timer_list *t)
{
	side_interrupt(container_of(t, struct wire_side, tx_timer));
}

/* ---- interrupt and poll ---- */

static void wire_irq(void *ctx)
{
	napi_schedule(&((struct wire_side *)ctx)->napi);
}

static void clean_tx(struct wire_side *s)
{
	uint64_t now_ns = host_now_ns(s->wire->world);
	struct sk_buff *skb;

	if (s->hung)
		return;
	while ((skb = skb_peek(&s->tx_ring)) && skb->tstamp_ns <= now_ns) {
		skb_unlink(&s->tx_ring, skb);
		consume_skb(skb);
	}
	if (skb && !s->tx_timer.pending)
		host_event_at(s->wire->world, &s->tx_timer, skb->tstamp_ns);
	if (s->dev.queue_stopped && s->tx_ring.qlen <= s->wire->opt.tx_ring / 2)
		netif_wake_queue(&s->dev);
}

static void receive(struct wire_side *s, struct wire_frame *f)
{
	struct sk_buff *skb = build_skb(host_net(s->host), f->data, HEADROOM, f->len);

	if (skb) {
		f->data = NULL;
		skb->dev = &s->dev;
		skb->gso_size = f->gso_size;
		skb->gso_segs = f->gso_segs;
		skb->gso_type = f->gso_type;
		if (f->intact && (f->gso_size || (s->dev.features & NETIF_F_RXCSUM)))
			skb->ip_summed = CHECKSUM_UNNECESSARY;
		napi_gro_receive(&s->napi, skb);
	} else {
		s->dev.stats.rx_dropped++;
	}
	frame_free(f);
}

static int wire_poll(struct napi_struct *napi, int budget)
{
	struct wire_side *s = to_side(napi->dev);
	int done = 0;

	clean_tx(s);
	while (done < budget && !list_empty(&s->rx)) {
		struct wire_frame *f = list_first_entry(&s->rx, struct wire_frame, node);

		list_del_init(&f->node);
		s->rx_count--;
		receive(s, f);
		done++;
	}
	if (done < budget && napi_complete_done(napi, done)) {
		struct sk_buff *skb = skb_peek(&s->tx_ring);

		s->irq_enabled = true;
		if (!list_empty(&s->rx) ||
		    (skb && !s->hung && skb->tstamp_ns <= host_now_ns(s->wire->world)))
			side_interrupt(s);
	}
	return done;
}

/* ---- device ---- */

static int wire_open(struct net_device *dev)
{
	struct wire_side *s = to_side(dev);

	napi_enable(&s->napi);
	s->irq_enabled = true;
	return 0;
}

static int wire_stop(struct net_device *dev)
{
	struct wire_side *s = to_side(dev);
	struct wire_frame *f, *next;

	s->irq_enabled = false;
	host_irq_cancel(&s->irq);
	napi_disable(&s->napi);
	host_event_cancel(s->wire->world, &s->tx_timer);
	skb_queue_purge(&s->tx_ring);
	list_for_each_entry_safe(f, next, &s->rx, node)
		frame_free(f);
	s->rx_count = 0;
	s->hung = false;
	return 0;
}

static void wire_tx_timeout(struct net_device *dev)
{
	struct wire_side *s = to_side(dev);

	skb_queue_purge(&s->tx_ring);
	s->hung = false;
	netif_wake_queue(dev);
}

static const struct net_device_ops wire_ops = {
	.open = wire_open,
	.stop = wire_stop,
	.xmit = wire_xmit,
	.tx_timeout = wire_tx_timeout,
};

static void side_init(struct memwire *w, int index, struct host *h)
{
	struct wire_side *s = &w->sides[index];

	s->wire = w;
	s->index = index;
	s->host = h;
	INIT_LIST_HEAD(&s->in_flight);
	INIT_LIST_HEAD(&s->rx);
	skb_queue_head_init(&s->tx_ring);
	timer_setup(&s->tx_timer, tx_departed);
	if (!h)
		return;
	s->dev.ops = &wire_ops;
	s->dev.mtu = w->opt.mtu;
	s->dev.hw_features = w->opt.hw_features;
	memcpy(s->dev.dev_addr, (uint8_t[]){0x02, 0, 0, 0, 0, (uint8_t)(index + 1)}, ETH_ALEN);
	host_irq_init(&s->irq, h, wire_irq, s);
	register_netdev(host_net(h), &s->dev);
	netif_napi_add(&s->dev, &s->napi, wire_poll);
	s->dev.carrier = true;
	dev_open(&s->dev);
}

static void default_options(struct memwire_options *o)
{
	if (!o->tx_ring)
		o->tx_ring = TX_RING_DEFAULT;
	if (!o->rx_ring)
		o->rx_ring = RX_RING_DEFAULT;
	if (!o->reorder_ns)
		o->reorder_ns = REORDER_NS_DEFAULT;
	if (!o->mtu)
		o->mtu = ETH_DATA_LEN;
}

struct memwire *memwire_create(struct host *a, struct host *b,
			       const struct memwire_options *options)
{
	struct memwire *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->world = host_world(a);
	w->opt = *options;
	default_options(&w->opt);
	host_random_seed(&w->random, w->opt.seed, 0x77697265);
	side_init(w, 0, a);
	side_init(w, 1, b);
	return w;
}

void memwire_destroy(struct memwire *w)
{
	for (int i = 0; i < 2; i++) {
		struct wire_side *s = &w->sides[i];
		struct wire_frame *f, *next;

		if (!s->host)
			continue;
		unregister_netdev(&s->dev);
		list_for_each_entry_safe(f, next, &s->in_flight, node)
			frame_free(f);
	}
	free(w);
}

struct net_device *memwire_dev(struct memwire *w, int side)
{
	return &w->sides[side].dev;
}

void memwire_set_tap(struct memwire *w, memwire_tap tap, void *ctx)
{
	w->opt.tap = tap;
	w->opt.tap_ctx = ctx;
}

void memwire_set_loss(struct memwire *w, double loss)
{
	w->opt.loss = loss;
}

void memwire_inject(struct memwire *w, int side, const void *frame, uint32_t len)
{
	struct wire_frame *f = frame_new(&w->sides[side], len);

	if (!f)
		abort();
	memcpy(frame_bytes(f), frame, len);
	f->intact = false; /* nobody vouches for what a test made up */
	launch(f, host_now_ns(w->world) + w->opt.delay_ns);
}

void memwire_set_carrier(struct memwire *w, bool on)
{
	for (int i = 0; i < 2; i++) {
		struct wire_side *s = &w->sides[i];

		if (!s->host)
			continue;
		bh_hold(s->host);
		on ? netif_carrier_on(&s->dev) : netif_carrier_off(&s->dev);
		bh_release(s->host);
	}
}

void memwire_hang(struct memwire *w, int side)
{
	w->sides[side].hung = true;
}

void memwire_counters(const struct memwire *w, int from, struct memwire_counters *out)
{
	*out = w->sides[from].counters;
}
