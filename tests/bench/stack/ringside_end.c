// SPDX-License-Identifier: MIT
/*
 * Our stack as an end: a port of its own without tasks (calls do not block, soft interrupts run where
 * the benchmark polls), and a driver for the benchmark's card that works as a real card's does: NAPI,
 * buffers posted ahead, frames handed down as pieces.
 */
#include "end.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/net_namespace.h>
#include <net/socket.h>

#define PREFIX_LEN   24
#define FILES_MAX    1048576u
#define BACKLOG	     4096
#define RX_WATERMARK 32u /* buffers are posted so many at a time */
#define CLASS_BYTES  64u
#define CLASSES	     64u /* up to 4 KiB from free lists, as a kernel's slab has */
#define SLAB_BYTES   (256u << 10)

struct end {
	struct port port;
	struct net *net;
	struct files_struct *files;
	struct net_device dev;
	struct napi_struct napi;
	struct card *card;
	int side, listener[PORTS];
	uint64_t memory_bytes, random;
	void *free[CLASSES + 1];
	uint8_t buffer[APP_BUFFER_BYTES];
};

/* ---- the port ---- */

static struct end *to_end(struct port *p)
{
	return container_of(p, struct end, port);
}

static uint64_t time_ns(struct port *p)
{
	(void)p;
	return wire_now_ns;
}

static void refill(struct end *e, size_t class)
{
	uint8_t *slab = aligned_alloc(CLASS_BYTES, SLAB_BYTES);

	for (size_t at = 0; slab && at + class * CLASS_BYTES <= SLAB_BYTES;
	     at += class * CLASS_BYTES) {
		*(void **)(slab + at) = e->free[class];
		e->free[class] = slab + at;
	}
}

static void *mem_alloc(struct port *p, size_t size_bytes)
{
	struct end *e = to_end(p);
	const size_t class = (size_bytes + CLASS_BYTES - 1) / CLASS_BYTES;
	void *mem;

	e->memory_bytes += size_bytes;
	if (class > CLASSES)
		return aligned_alloc(CLASS_BYTES, class * CLASS_BYTES);
	if (!e->free[class])
		refill(e, class);
	mem = e->free[class];
	if (mem)
		e->free[class] = *(void **)mem;
	return mem;
}

static void mem_free(struct port *p, void *mem, size_t size_bytes)
{
	struct end *e = to_end(p);
	const size_t class = (size_bytes + CLASS_BYTES - 1) / CLASS_BYTES;

	e->memory_bytes -= size_bytes;
	if (class > CLASSES) {
		free(mem);
		return;
	}
	*(void **)mem = e->free[class];
	e->free[class] = mem;
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
static void fill_random(struct port *p, void *buf, size_t len)
{
	struct end *e = to_end(p);

	for (size_t at = 0; at < len; at++) {
		uint64_t z = e->random += 0x9e3779b97f4a7c15ull;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
		((uint8_t *)buf)[at] = (uint8_t)(z >> 56);
	}
}

static struct task *no_task(struct port *p)
{
	(void)p;
	return NULL;
}

static void print_line(struct port *p, int severity, const char *line)
{
	(void)p;
	if (severity <= 3)
		fprintf(stderr, "%s\n", line);
}

static void __attribute__((noreturn)) stop(struct port *p, const char *line)
{
	(void)p;
	fprintf(stderr, "stack-bench: %s\n", line);
	exit(EXIT_FAILURE);
}

static void never_sleeps(struct port *p)
{
	stop(p, "a call would block");
}

static void never_sleeps_for(struct port *p, uint64_t timeout_ns)
{
	(void)timeout_ns;
	stop(p, "a call would block");
}

static void wakes_nobody(struct port *p, struct task *t)
{
	(void)p;
	(void)t;
}

static const struct port_ops port_ops = {
	.time_ns = time_ns,
	.alloc = mem_alloc,
	.free = mem_free,
	.random = fill_random,
	.task_current = no_task,
	.task_prepare = never_sleeps,
	.task_sleep = never_sleeps_for,
	.task_wake = wakes_nobody,
	.log = print_line,
	.panic = stop,
};

/* ---- the driver ---- */

static struct end *dev_end(struct net_device *dev)
{
	return container_of(dev, struct end, dev);
}

static void add_piece(struct tx_frame *f, const void *bytes, uint32_t len)
{
	f->piece[f->pieces] = bytes;
	f->bytes[f->pieces++] = len;
}

static enum netdev_tx xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct end *e = dev_end(dev);
	struct tx_frame *f = card_tx_slot(e->card);

	(void)more;
	if (!f)
		return NETDEV_TX_BUSY;
	f->pieces = 0;
	f->owner = skb;
	add_piece(f, skb->data, skb_headlen(skb));
	for (unsigned int i = 0; i < skb->nr_frags; i++)
		add_piece(f, skb->frags[i].data->bytes + skb->frags[i].offset, skb->frags[i].len);
	card_tx_post(e->card);
	if (!card_tx_slot(e->card))
		netif_stop_queue(dev);
	return NETDEV_TX_OK;
}

static void clean_tx(struct end *e)
{
	struct sk_buff *skb;

	while ((skb = card_tx_reap(e->card)))
		consume_skb(skb);
	if (e->dev.queue_stopped)
		netif_wake_queue(&e->dev);
}

static void post_buffers(struct end *e)
{
	while (card_rx_wants(e->card)) {
		struct sk_buff *skb = netdev_alloc_skb_ip_align(&e->dev, FRAME_MAX_BYTES);

		if (!skb)
			stop(&e->port, "no memory for receive buffers");
		card_rx_post(e->card, skb->data, skb);
	}
}

static int napi_poll(struct napi_struct *napi, int budget)
{
	struct end *e = dev_end(napi->dev);
	struct rx_buffer *b;
	int done = 0;

	clean_tx(e);
	while (done < budget && (b = card_rx_take(e->card))) {
		struct sk_buff *skb = b->owner;

		skb_put(skb, b->len);
		/* The wire of the benchmark damages nothing. */
		if (napi->dev->features & NETIF_F_RXCSUM)
			skb->ip_summed = CHECKSUM_UNNECESSARY;
		napi_gro_receive(napi, skb);
		done++;
		if (e->card->rx_posted - e->card->rx_taken <= CARD_SLOTS - RX_WATERMARK)
			post_buffers(e);
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

static int dev_ready(struct net_device *dev)
{
	napi_enable(&dev_end(dev)->napi);
	post_buffers(dev_end(dev));
	return 0;
}

static const struct net_device_ops dev_ops = {.open = dev_ready, .xmit = xmit};

/* ---- the end ---- */

static void settings(struct net *net)
{
	struct sysctl *s = net_sysctl(net);

	s->file_max = FILES_MAX;
	s->tcp_max_tw_buckets = 262144; /* as Linux on a machine of this size */
	s->tcp_max_syn_backlog = BACKLOG;
	for (unsigned int i = 0; i < 3; i++)
		s->tcp_mem[i] *= 16;
}

static struct end *create(int side, struct card *card, enum offloads offloads)
{
	const uint8_t mac[] = CARD_MAC(side);
	struct end *e = calloc(1, sizeof(*e));
	uint32_t features = NETIF_F_SG; /* the card reads pieces, as lwIP's pbuf chains need too */

	if (!e)
		return NULL;
	e->port.ops = &port_ops;
	e->side = side;
	e->card = card;
	e->random = (uint64_t)side + 1;
	e->net = net_create(&e->port);
	settings(e->net);
	e->files = files_create(e->net, FILES_MAX);
	if (offloads == OFFLOADS_GSO_GRO_CSUM)
		features |= NETIF_F_HW_CSUM | NETIF_F_RXCSUM;
	e->dev = (struct net_device){.ops = &dev_ops, .mtu = WIRE_MTU, .hw_features = features};
	memcpy(e->dev.dev_addr, mac, sizeof(mac));
	register_netdev(e->net, &e->dev);
	if (offloads == OFFLOADS_OFF)
		dev_set_features(&e->dev, features);
	netif_napi_add(&e->dev, &e->napi, napi_poll);
	e->dev.carrier = true;
	dev_open(&e->dev);
	net_ipv4_configure(&e->dev, HOST_ADDR(side), PREFIX_LEN, 0);
	return e;
}

static void poll(struct end *e)
{
	if (e->card->rx_taken != e->card->rx_filled || e->card->tx_reaped != e->card->tx_gone)
		napi_schedule(&e->napi);
	net_softirq(e->net);
}

static int stream_socket(struct end *e)
{
	const int bytes = WINDOW_BYTES, on = 1;
	int fd = sys_socket(e->files, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	sys_setsockopt(e->files, fd, SOL_TCP, TCP_NODELAY, &on, sizeof(on));
	/* Doubled by the stack for what packets take besides payload, as Linux does. */
	sys_setsockopt(e->files, fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	sys_setsockopt(e->files, fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	return fd;
}

static struct sockaddr_in address(int side, uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr = {htonl(HOST_ADDR(side))}};
}

static void listen_on_all(struct end *e)
{
	for (uint16_t i = 0; i < PORTS; i++) {
		const struct sockaddr_in at = address(e->side, (uint16_t)(PORT + i));

		e->listener[i] = stream_socket(e);
		sys_bind(e->files, e->listener[i], (const struct sockaddr *)&at, sizeof(at));
		sys_listen(e->files, e->listener[i], BACKLOG);
	}
}

static void connect_to(struct conn *c, uint16_t port)
{
	const struct sockaddr_in to = address(1 - c->end->side, port);

	c->fd = stream_socket(c->end);
	sys_connect(c->end->files, c->fd, (const struct sockaddr *)&to, sizeof(to));
}

static bool accept_one(struct conn *c, uint16_t port)
{
	c->fd = sys_accept4(c->end->files, c->end->listener[port - PORT], NULL, NULL,
			    SOCK_NONBLOCK);
	return c->fd >= 0;
}

static size_t send_some(struct conn *c, const void *buf, size_t len)
{
	long n = sys_write(c->end->files, c->fd, buf, len);

	return n > 0 ? (size_t)n : 0;
}

static size_t recv_some(struct conn *c)
{
	struct end *e = c->end;
	size_t total = 0;
	long n;

	do {
		n = sys_read(e->files, c->fd, e->buffer, sizeof(e->buffer));
		if (n > 0)
			total += (size_t)n;
	} while (n == (long)sizeof(e->buffer));
	c->ended |= n == 0;
	return total;
}

static void close_it(struct conn *c)
{
	sys_close(c->end->files, c->fd);
}

static uint64_t memory_bytes(const struct end *e)
{
	return e->memory_bytes;
}

const struct stack_ops ringside_ops = {
	.name = "ringside",
	.create = create,
	.poll = poll,
	.listen = listen_on_all,
	.connect = connect_to,
	.accept = accept_one,
	.send = send_some,
	.recv = recv_some,
	.close = close_it,
	.memory_bytes = memory_bytes,
};
