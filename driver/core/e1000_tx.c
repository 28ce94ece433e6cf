// SPDX-License-Identifier: MIT
/*
 * Transmit (fact sheet section 4). Every packet is data descriptors, one a contiguous piece of the
 * sk_buff (nothing is copied); a context descriptor goes before it when the card does not hold that
 * context already. Packets that are handed over by one doorbell share one report of status (RS):
 * the write-back of the last tells that all before are done.
 */
#include "e1000_internal.h"

#include <net/errno.h>

/* A batch reports at least once every this many descriptors, so that memory comes back in time. */
#define BATCH_DESCRIPTORS 32u

/* The queue stops when less than this is free, and wakes at twice as much. */
#define STOP_FREE E1000_TX_NEED_MAX
#define WAKE_FREE (2u * E1000_TX_NEED_MAX)

/* TXDCTL: prefetch 31, host threshold 1, write back at once; units are descriptors (4.2). */
#define TXDCTL_VALUE                                                              \
	(31u << E1000_TXDCTL0_PTHRESH_SHIFT | 1u << E1000_TXDCTL0_HTHRESH_SHIFT | \
	 E1000_TXDCTL0_COUNT_DESC | E1000_TXDCTL0_GRAN)

/* Full-duplex collision fields that the data sheet asks for. */
#define TCTL_VALUE (E1000_TCTL_PSP | 15u << E1000_TCTL_CT_SHIFT | 63u << E1000_TCTL_COLD_SHIFT)

#define DATA_COMMAND (1u << E1000_TXD_DATA_DTYP_SHIFT | E1000_TXD_DATA_DEXT | E1000_TXD_DATA_IFCS)

#define TCP_CHECKSUM_OFFSET  16u
#define IPV4_CHECKSUM_OFFSET 10u

int e1000_tx_alloc(struct e1000_adapter *a)
{
	struct e1000_tx_ring *tx = &a->tx;

	tx->count = a->options.tx_descriptors;
	tx->desc = os_dma_alloc(a->dev, tx->count * E1000_DESCRIPTOR_BYTES, 128, &tx->bus);
	tx->buffer = port_alloc(net_port(a->net), tx->count * sizeof(*tx->buffer));
	if (tx->desc && tx->buffer)
		return 0;
	e1000_tx_free(a);
	return -ENOMEM;
}

void e1000_tx_free(struct e1000_adapter *a)
{
	struct e1000_tx_ring *tx = &a->tx;

	if (tx->desc)
		os_dma_free(a->dev, (void *)tx->desc, tx->count * E1000_DESCRIPTOR_BYTES, tx->bus);
	if (tx->buffer)
		port_free(net_port(a->net), tx->buffer, tx->count * sizeof(*tx->buffer));
	tx->desc = NULL;
	tx->buffer = NULL;
}

void e1000_tx_configure(struct e1000_adapter *a)
{
	struct e1000_tx_ring *tx = &a->tx;

	tx->next_to_use = tx->next_to_clean = tx->batch_first = tx->tail_written = 0;
	tx->context_valid = false;
	for (uint32_t i = 0; i < tx->count; i++)
		tx->buffer[i] = (struct e1000_tx_buffer){.watch = E1000_NO_WATCH};
	e1000_write(a, E1000_TDBAL0, (uint32_t)tx->bus);
	e1000_write(a, E1000_TDBAH0, (uint32_t)(tx->bus >> 32));
	e1000_write(a, E1000_TDLEN0, tx->count * E1000_DESCRIPTOR_BYTES);
	e1000_write(a, E1000_TDH0, 0);
	e1000_write(a, E1000_TDT0, 0);
	e1000_write(a, E1000_TIDV, 0);
	e1000_write(a, E1000_TADV, 0);
	e1000_write(a, E1000_TXDCTL0, TXDCTL_VALUE);
	e1000_write(a, E1000_TXDCTL1, TXDCTL_VALUE);
	e1000_write(a, E1000_TCTL, TCTL_VALUE | E1000_TCTL_EN);
}

static uint32_t tx_free_count(const struct e1000_tx_ring *tx)
{
	uint32_t used = tx->next_to_use >= tx->next_to_clean
				? tx->next_to_use - tx->next_to_clean
				: tx->next_to_use + tx->count - tx->next_to_clean;

	return tx->count - used - 1; /* a full ring would look empty */
}

static void tx_buffer_release(struct e1000_adapter *a, struct e1000_tx_buffer *b)
{
	if (b->len)
		os_dma_unmap(a->dev, b->bus, b->len, DMA_TO_DEVICE);
	if (b->skb)
		consume_skb(b->skb);
	*b = (struct e1000_tx_buffer){.watch = E1000_NO_WATCH};
}

void e1000_tx_drain(struct e1000_adapter *a)
{
	struct e1000_tx_ring *tx = &a->tx;

	while (tx->next_to_clean != tx->next_to_use) {
		tx_buffer_release(a, &tx->buffer[tx->next_to_clean]);
		tx->next_to_clean = e1000_ring_next(tx->next_to_clean, tx->count);
	}
}

/* ---- completion ---- */

static void tx_batch_release(struct e1000_adapter *a, uint32_t last)
{
	struct e1000_tx_ring *tx = &a->tx;
	uint32_t i;

	do {
		struct e1000_tx_buffer *b = &tx->buffer[i = tx->next_to_clean];

		if (b->skb) {
			a->itr.tx_frames += b->skb->gso_size ? b->skb->gso_segs : 1;
			a->itr.tx_bytes += b->skb->len;
		}
		tx_buffer_release(a, b);
		tx->next_to_clean = e1000_ring_next(i, tx->count);
	} while (i != last);
}

void e1000_tx_clean(struct e1000_adapter *a)
{
	struct e1000_tx_ring *tx = &a->tx;
	bool any = false;

	while (tx->next_to_clean != tx->next_to_use) {
		uint32_t last = tx->buffer[tx->next_to_clean].watch;

		if (last == E1000_NO_WATCH || !(tx->desc[last].word[3] & E1000_TXD_DATA_DD))
			break;
		os_dma_rmb(a->dev);
		tx_batch_release(a, last);
		any = true;
	}
	if (!any)
		return;
	tx->batch_start_ns = os_time_ns(a->dev);
	if (a->netdev.queue_stopped && a->netdev.carrier &&
	    tx_free_count(tx) >= (WAKE_FREE < tx->count - 1 ? WAKE_FREE : tx->count - 1))
		netif_wake_queue(&a->netdev);
}

/* ---- handing over ---- */

/* What one sk_buff needs of the card. */
struct tx_offload {
	struct e1000_descriptor context;
	bool needed;
	uint32_t command, options; /* words 2 and 3 of its data descriptors */
};

static void offload_checksum(const struct sk_buff *skb, uint32_t start, struct tx_offload *o)
{
	o->needed = true;
	o->options = E1000_TXD_DATA_TXSM;
	o->context.word[1] = start | (start + skb->csum_offset) << E1000_TXD_CONTEXT_TUCSO_SHIFT;
	o->context.word[2] = E1000_TXD_CONTEXT_DEXT;
	if (skb->csum_offset == TCP_CHECKSUM_OFFSET)
		o->context.word[2] |= E1000_TXD_CONTEXT_TCP;
}

/*
 * 4.8: the card counts the length of each segment itself. So the length fields of the headers are 0
 * (and the pseudo-header sum is without it: skbuff.h), and it fills in what differs by segment.
 */
static void offload_segmentation(struct sk_buff *skb, uint32_t start, struct tx_offload *o)
{
	uint32_t ip = (uint32_t)(skb_network_header(skb) - skb->data);
	uint8_t *iph = skb->data + ip;
	uint32_t header_len = start + (skb->data[start + 12] >> 4) * 4u;

	if (skb->gso_type == SKB_GSO_TCPV4) {
		iph[2] = iph[3] = 0;   /* total length */
		iph[10] = iph[11] = 0; /* checksum */
		o->context.word[0] = ip |
				     (ip + IPV4_CHECKSUM_OFFSET) << E1000_TXD_CONTEXT_IPCSO_SHIFT |
				     (start - 1) << E1000_TXD_CONTEXT_IPCSE_SHIFT;
		o->context.word[2] |= E1000_TXD_CONTEXT_IP;
		o->options |= E1000_TXD_DATA_IXSM;
	} else {
		iph[4] = iph[5] = 0; /* payload length */
		o->context.word[0] = ip;
	}
	o->context.word[2] |= E1000_TXD_CONTEXT_TSE | (skb->len - header_len);
	o->context.word[3] = header_len << E1000_TXD_CONTEXT_HDRLEN_SHIFT |
			     (uint32_t)skb->gso_size << E1000_TXD_CONTEXT_MSS_SHIFT;
	o->command |= E1000_TXD_DATA_TSE;
}

/* false: the fields are too narrow for these headers. */
static bool offload_describe(struct sk_buff *skb, struct tx_offload *o)
{
	uint32_t start;

	*o = (struct tx_offload){.command = DATA_COMMAND};
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return true;
	start = skb->csum_start - skb_headroom(skb);
	if (start + 60 > 255) /* offsets and header length have 8 bits */
		return false;
	offload_checksum(skb, start, o);
	if (skb->gso_size)
		offload_segmentation(skb, start, o);
	return true;
}

static void write_context(struct e1000_adapter *a, const struct tx_offload *o)
{
	struct e1000_tx_ring *tx = &a->tx;
	const struct e1000_descriptor *c = &o->context;
	volatile struct e1000_descriptor *d = &tx->desc[tx->next_to_use];

	if (tx->context_valid && tx->context.word[0] == c->word[0] &&
	    tx->context.word[1] == c->word[1] && tx->context.word[2] == c->word[2] &&
	    tx->context.word[3] == c->word[3])
		return;
	for (unsigned int i = 0; i < 4; i++)
		d->word[i] = c->word[i];
	tx->context = *c;
	tx->context_valid = true;
	tx->next_to_use = e1000_ring_next(tx->next_to_use, tx->count);
	a->counters.tx_contexts++;
}

/* Maps len bytes and describes them in pieces. 0 or -EIO. */
static int write_data(struct e1000_adapter *a, const struct tx_offload *o, uint8_t *mem,
		      uint32_t len)
{
	struct e1000_tx_ring *tx = &a->tx;

	while (len) {
		uint32_t piece = len < E1000_TX_PIECE_BYTES ? len : E1000_TX_PIECE_BYTES;
		volatile struct e1000_descriptor *d = &tx->desc[tx->next_to_use];
		struct e1000_tx_buffer *b = &tx->buffer[tx->next_to_use];

		b->bus = os_dma_map(a->dev, mem, piece, DMA_TO_DEVICE);
		if (b->bus == OS_DMA_ERROR)
			return -EIO;
		b->len = piece;
		d->word[0] = (uint32_t)b->bus;
		d->word[1] = (uint32_t)(b->bus >> 32);
		d->word[2] = o->command | piece;
		d->word[3] = o->options;
		tx->next_to_use = e1000_ring_next(tx->next_to_use, tx->count);
		mem += piece;
		len -= piece;
	}
	return 0;
}

static int write_packet(struct e1000_adapter *a, const struct tx_offload *o, struct sk_buff *skb)
{
	int err = write_data(a, o, skb->data, skb_headlen(skb));

	for (unsigned int i = 0; i < skb->nr_frags && !err; i++) {
		const struct skb_frag *f = &skb->frags[i];

		err = write_data(a, o, f->data->bytes + f->offset, f->len);
	}
	return err;
}

/* Takes back what was described of a packet that cannot be mapped. */
static void unwind(struct e1000_adapter *a, uint32_t first)
{
	struct e1000_tx_ring *tx = &a->tx;

	for (uint32_t i = first; i != tx->next_to_use; i = e1000_ring_next(i, tx->count))
		tx_buffer_release(a, &tx->buffer[i]);
	tx->next_to_use = first;
	tx->context_valid = false;
}

static uint32_t previous(const struct e1000_tx_ring *tx)
{
	return (tx->next_to_use ? tx->next_to_use : tx->count) - 1;
}

/* Ends the batch: its last packet reports status. */
static void batch_close(struct e1000_adapter *a)
{
	struct e1000_tx_ring *tx = &a->tx;
	uint32_t last = previous(tx);

	if (tx->batch_first == tx->next_to_use)
		return;
	if (tx->batch_first == tx->next_to_clean)
		tx->batch_start_ns = os_time_ns(a->dev);
	tx->desc[last].word[2] |= E1000_TXD_DATA_RS;
	tx->buffer[tx->batch_first].watch = last;
	tx->batch_first = tx->next_to_use;
}

static void doorbell(struct e1000_adapter *a)
{
	struct e1000_tx_ring *tx = &a->tx;

	if (tx->tail_written == tx->next_to_use)
		return;
	os_dma_wmb(a->dev);
	e1000_write(a, E1000_TDT0, tx->next_to_use);
	tx->tail_written = tx->next_to_use;
	a->counters.tx_doorbells++;
}

static uint32_t batch_descriptors(const struct e1000_tx_ring *tx)
{
	return (tx->next_to_use + tx->count - tx->batch_first) % tx->count;
}

static void count_packet(struct e1000_adapter *a, const struct sk_buff *skb)
{
	if (skb->gso_size) {
		a->counters.tx_tso_packets++;
		a->counters.tx_tso_bytes += skb->len;
	} else if (skb->ip_summed == CHECKSUM_PARTIAL) {
		a->counters.tx_csum++;
	}
}

static enum netdev_tx drop(struct e1000_adapter *a, struct sk_buff *skb)
{
	kfree_skb(skb);
	a->netdev.stats.tx_dropped++;
	batch_close(a);
	doorbell(a);
	return NETDEV_TX_OK;
}

enum netdev_tx e1000_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct e1000_adapter *a = dev->priv;
	struct e1000_tx_ring *tx = &a->tx;
	struct tx_offload offload;
	uint32_t first = tx->next_to_use;
	bool stop;

	if (!skb->len)
		return drop(a, skb);
	if (tx_free_count(tx) < STOP_FREE) {
		a->counters.tx_busy++;
		netif_stop_queue(dev);
		batch_close(a);
		doorbell(a);
		return NETDEV_TX_BUSY;
	}
	if (!offload_describe(skb, &offload)) {
		if (skb->gso_size || skb_checksum_help(skb) || !offload_describe(skb, &offload))
			return drop(a, skb);
	}
	if (offload.needed)
		write_context(a, &offload);
	if (write_packet(a, &offload, skb)) {
		a->counters.tx_map_failed++;
		unwind(a, first);
		return drop(a, skb);
	}
	count_packet(a, skb);
	a->counters.tx_descriptors += (tx->next_to_use + tx->count - first) % tx->count;
	tx->desc[previous(tx)].word[2] |= E1000_TXD_DATA_EOP;
	tx->buffer[previous(tx)].skb = skb;

	stop = tx_free_count(tx) < STOP_FREE;
	if (stop) {
		a->counters.tx_stops++;
		netif_stop_queue(dev);
	}
	if (!more || stop || batch_descriptors(tx) >= BATCH_DESCRIPTORS)
		batch_close(a);
	if (!more || stop)
		doorbell(a);
	return NETDEV_TX_OK;
}
