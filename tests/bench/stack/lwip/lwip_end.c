// SPDX-License-Identifier: MIT
/*
 * lwIP as an end, by its raw API, which has the least between application and stack: received
 * segments are copied out in the callback, what is sent is copied in by tcp_write(). Compiled once for
 * each end (LWIP_OPS names its table): lwIP's state is global, so each end has an instance.
 */
#include "../end.h"
#include <malloc.h>
#include <string.h>
#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <lwip/timeouts.h>

#define BACKLOG 255

struct end {
	struct netif netif;
	struct card *card;
	int side;
	struct tcp_pcb *waiting[BACKLOG + 1]; /* accepted by the stack, not by the application */
	unsigned int first, count;
	uint8_t buffer[APP_BUFFER_BYTES];
	size_t at; /* in the buffer: as an application that reads 64 KiB at a time */
};

static struct end the_end;

uint16_t lwip_standard_chksum(const void *data, int len); /* in no header */

u32_t sys_now(void)
{
	return (u32_t)(wire_now_ns / 1000000);
}

/* What lwIP calls for every checksum. */
uint16_t bench_chksum(const void *data, int len)
{
	return lwip_has_our_checksum ? ringside_chksum(data, len) : lwip_standard_chksum(data, len);
}

/* ---- the driver ---- */

static err_t output(struct netif *netif, struct pbuf *p)
{
	struct end *e = netif->state;
	struct tx_frame *f = card_tx_slot(e->card);

	if (!f)
		return ERR_MEM;
	f->pieces = 0;
	for (struct pbuf *q = p; q; q = q->next) {
		f->piece[f->pieces] = q->payload;
		f->bytes[f->pieces++] = q->len;
	}
	pbuf_ref(p);
	f->owner = p;
	card_tx_post(e->card);
	return ERR_OK;
}

static void post_buffers(struct end *e)
{
	struct pbuf *p;

	while (card_rx_wants(e->card) && (p = pbuf_alloc(PBUF_RAW, FRAME_MAX_BYTES, PBUF_POOL)))
		card_rx_post(e->card, p->payload, p);
}

static void poll(struct end *e)
{
	struct rx_buffer *b;
	struct pbuf *p;

	while ((p = card_tx_reap(e->card)))
		pbuf_free(p);
	while ((b = card_rx_take(e->card))) {
		p = b->owner;
		p->len = p->tot_len = (u16_t)b->len;
		if (e->netif.input(p, &e->netif) != ERR_OK)
			pbuf_free(p);
	}
	post_buffers(e);
	sys_check_timeouts();
}

static err_t netif_ready(struct netif *netif)
{
	const uint8_t mac[] = CARD_MAC(the_end.side);

	netif->name[0] = 'e';
	netif->name[1] = 't';
	netif->mtu = WIRE_MTU;
	netif->hwaddr_len = sizeof(mac);
	memcpy(netif->hwaddr, mac, sizeof(mac));
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_LINK_UP;
	netif->output = etharp_output;
	netif->linkoutput = output;
	return ERR_OK;
}

static struct end *create(int side, struct card *card, enum offloads offloads)
{
	const ip4_addr_t addr = {lwip_htonl(HOST_ADDR(side))}, mask = {lwip_htonl(0xffffff00)},
			 none = {0};

	(void)offloads; /* it has none */
	the_end.side = side;
	the_end.card = card;
	lwip_init();
	netif_add(&the_end.netif, &addr, &mask, &none, &the_end, netif_ready, netif_input);
	netif_set_default(&the_end.netif);
	netif_set_up(&the_end.netif);
	post_buffers(&the_end);
	return &the_end;
}

/* ---- the application ---- */

static err_t received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct conn *c = arg;
	struct end *e = &the_end;

	(void)err;
	if (!p) {
		if (c)
			c->ended = true;
		return ERR_OK;
	}
	if (!c) /* not accepted by the application yet */
		return ERR_MEM;
	if (e->at + p->tot_len > sizeof(e->buffer))
		e->at = 0;
	e->at += pbuf_copy_partial(p, e->buffer + e->at, p->tot_len, 0);
	c->arrived += p->tot_len;
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t accepted(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct end *e = arg;

	if (err != ERR_OK || e->count == BACKLOG)
		return ERR_ABRT;
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, received);
	tcp_backlog_delayed(pcb);
	e->waiting[(e->first + e->count++) % (BACKLOG + 1)] = pcb;
	return ERR_OK;
}

static void listen_on_all(struct end *e)
{
	for (uint16_t i = 0; i < PORTS; i++) {
		struct tcp_pcb *pcb = tcp_new();

		tcp_bind(pcb, &e->netif.ip_addr, (uint16_t)(PORT + i));
		pcb = tcp_listen_with_backlog(pcb, BACKLOG);
		tcp_arg(pcb, e);
		tcp_accept(pcb, accepted);
	}
}

static void connect_to(struct conn *c, uint16_t port)
{
	const ip4_addr_t to = {lwip_htonl(HOST_ADDR(1 - c->end->side))};
	struct tcp_pcb *pcb = tcp_new();

	c->pcb = pcb;
	tcp_arg(pcb, c);
	tcp_recv(pcb, received);
	tcp_nagle_disable(pcb);
	tcp_connect(pcb, &to, port, NULL);
}

/* The benchmark uses one port at a time. */
static bool accept_one(struct conn *c, uint16_t port)
{
	struct end *e = c->end;
	struct tcp_pcb *pcb;

	(void)port;
	if (!e->count)
		return false;
	pcb = e->waiting[e->first];
	e->first = (e->first + 1) % (BACKLOG + 1);
	e->count--;
	c->pcb = pcb;
	tcp_backlog_accepted(pcb);
	tcp_nagle_disable(pcb);
	tcp_arg(pcb, c);
	return true;
}

static size_t send_some(struct conn *c, const void *buf, size_t len)
{
	struct tcp_pcb *pcb = c->pcb;
	size_t room = tcp_sndbuf(pcb), n = len < room ? len : room;

	/* tcp_write() takes 16 bits. */
	if (n > 0xffff)
		n = 0xffff;
	if (!n || tcp_write(pcb, buf, (u16_t)n, TCP_WRITE_FLAG_COPY) != ERR_OK)
		return 0;
	tcp_output(pcb);
	return n;
}

static size_t recv_some(struct conn *c)
{
	size_t n = c->arrived;

	c->arrived = 0;
	return n;
}

static void close_it(struct conn *c)
{
	tcp_arg(c->pcb, NULL);
	tcp_recv(c->pcb, NULL);
	tcp_close(c->pcb);
}

/* Of a connection: its pcb; lwIP's pools are there from the start. */
static uint64_t memory_bytes(const struct end *e)
{
	uint64_t n = 0;

	(void)e;
	for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
		n += sizeof(*pcb);
	for (const struct tcp_pcb *pcb = tcp_tw_pcbs; pcb; pcb = pcb->next)
		n += sizeof(*pcb);
	return n;
}

const struct stack_ops LWIP_OPS = {
	.name = "lwip",
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
