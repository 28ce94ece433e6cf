// SPDX-License-Identifier: MIT
/*
 * Receive (fact sheet section 5): extended descriptors, the card writes straight into sk_buffs. One
 * buffer holds the largest frame of the MTU, so a packet that needs a second descriptor is an error
 * of the wire and is thrown away whole.
 */
#include "e1000_internal.h"

#include <net/errno.h>

#define FRAME_OVERHEAD 18u /* Ethernet header and VLAN tag; the FCS is stripped */

#define STANDARD_BUFFER 2048u

/* 5.6: CE, SE, SEQ, CXE, RXE: frames that are not what was sent. */
#define FRAME_ERRORS                                                                   \
	(E1000_RXD_EXT_CE | E1000_RXD_EXT_SE | E1000_RXD_EXT_SEQ | E1000_RXD_EXT_CXE | \
	 E1000_RXD_EXT_RXE)

/* RXDCTL: prefetch 32, host threshold 4, write back at once; units are descriptors. */
#define RXDCTL_VALUE                                                              \
	(32u << E1000_RXDCTL0_PTHRESH_SHIFT | 4u << E1000_RXDCTL0_HTHRESH_SHIFT | \
	 E1000_RXDCTL0_GRAN)

int e1000_rx_alloc(struct e1000_adapter *a)
{
	struct e1000_rx_ring *rx = &a->rx;

	rx->count = a->options.rx_descriptors;
	rx->desc = os_dma_alloc(a->dev, rx->count * E1000_DESCRIPTOR_BYTES, 128, &rx->bus);
	rx->buffer = port_alloc(net_port(a->net), rx->count * sizeof(*rx->buffer));
	if (rx->desc && rx->buffer)
		return 0;
	e1000_rx_free(a);
	return -ENOMEM;
}

void e1000_rx_free(struct e1000_adapter *a)
{
	struct e1000_rx_ring *rx = &a->rx;

	if (rx->desc)
		os_dma_free(a->dev, (void *)rx->desc, rx->count * E1000_DESCRIPTOR_BYTES, rx->bus);
	if (rx->buffer)
		port_free(net_port(a->net), rx->buffer, rx->count * sizeof(*rx->buffer));
	rx->desc = NULL;
	rx->buffer = NULL;
}

/* ---- giving buffers to the card ---- */

static bool buffer_fill(struct e1000_adapter *a, struct e1000_rx_buffer *b)
{
	if (b->skb) /* was not used up */
		return true;
	b->skb = netdev_alloc_skb_ip_align(&a->netdev, a->rx.buffer_bytes);
	if (!b->skb)
		return false;
	b->bus = os_dma_map(a->dev, b->skb->data, a->rx.buffer_bytes, DMA_FROM_DEVICE);
	if (b->bus != OS_DMA_ERROR)
		return true;
	kfree_skb(b->skb);
	b->skb = NULL;
	return false;
}

/* Descriptors that wait for a buffer; one always stays empty, as a full ring would look empty. */
static uint32_t rx_missing(const struct e1000_rx_ring *rx)
{
	return (rx->next_to_clean + rx->count - rx->next_to_use - 1) % rx->count;
}

static void rx_refill(struct e1000_adapter *a, uint32_t wanted)
{
	struct e1000_rx_ring *rx = &a->rx;
	uint32_t first = rx->next_to_use;

	for (; wanted; wanted--) {
		struct e1000_rx_buffer *b = &rx->buffer[rx->next_to_use];
		volatile struct e1000_descriptor *d = &rx->desc[rx->next_to_use];

		if (!buffer_fill(a, b)) {
			a->counters.rx_alloc_failed++;
			break;
		}
		d->word[0] = (uint32_t)b->bus;
		d->word[1] = (uint32_t)(b->bus >> 32);
		d->word[2] = 0;
		d->word[3] = 0;
		rx->next_to_use = e1000_ring_next(rx->next_to_use, rx->count);
	}
	if (rx->next_to_use == first)
		return;
	os_dma_wmb(a->dev);
	e1000_write(a, E1000_RDT0, rx->next_to_use);
	a->counters.rx_doorbells++;
}

void e1000_rx_top_up(struct e1000_adapter *a)
{
	if (rx_missing(&a->rx) >= E1000_RX_REFILL)
		rx_refill(a, rx_missing(&a->rx));
}

/* RCTL's way to say buffer sizes (5.2b). */
static uint32_t rctl_buffer_size(uint32_t bytes)
{
	switch (bytes) {
	case 4096:
		return E1000_RCTL_BSEX | 3u << E1000_RCTL_BSIZE_SHIFT;
	case 8192:
		return E1000_RCTL_BSEX | 2u << E1000_RCTL_BSIZE_SHIFT;
	case 16384:
		return E1000_RCTL_BSEX | 1u << E1000_RCTL_BSIZE_SHIFT;
	default:
		return 0;
	}
}

void e1000_rx_set_csum(struct e1000_adapter *a, bool on)
{
	uint32_t verify = E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL;

	e1000_write(a, E1000_RXCSUM, E1000_RXCSUM_PCSD | (on ? verify : 0));
}

int e1000_rx_configure(struct e1000_adapter *a)
{
	struct e1000_rx_ring *rx = &a->rx;
	uint32_t frame = a->netdev.mtu + FRAME_OVERHEAD;
	uint32_t rctl;

	rx->next_to_use = rx->next_to_clean = 0;
	rx->discard_until_eop = false;
	rx->buffer_bytes = STANDARD_BUFFER;
	while (rx->buffer_bytes < frame)
		rx->buffer_bytes *= 2;
	for (uint32_t i = 0; i < rx->count; i++) {
		rx->buffer[i] = (struct e1000_rx_buffer){0};
		rx->desc[i].word[2] = 0;
	}

	/* All multicast is taken: the stack has no list of groups to program MTA from. */
	rctl = E1000_RCTL_BAM | E1000_RCTL_MPE | E1000_RCTL_SECRC |
	       rctl_buffer_size(rx->buffer_bytes);
	if (rx->buffer_bytes > STANDARD_BUFFER)
		rctl |= E1000_RCTL_LPE;
	e1000_write(a, E1000_RFCTL, E1000_RFCTL_EXTEN | E1000_RFCTL_ACK_DIS);
	e1000_rx_set_csum(a, a->netdev.features & NETIF_F_RXCSUM);
	e1000_write(a, E1000_RXDCTL0, RXDCTL_VALUE);
	e1000_write(a, E1000_RDTR, 0);
	e1000_write(a, E1000_RADV, 0);
	e1000_write(a, E1000_RDBAL0, (uint32_t)rx->bus);
	e1000_write(a, E1000_RDBAH0, (uint32_t)(rx->bus >> 32));
	e1000_write(a, E1000_RDLEN0, rx->count * E1000_DESCRIPTOR_BYTES);
	e1000_write(a, E1000_RDH0, 0);
	e1000_write(a, E1000_RDT0, 0);
	e1000_write(a, E1000_RCTL, rctl | E1000_RCTL_EN);
	rx_refill(a, rx->count - 1);
	return rx->next_to_use ? 0 : -ENOMEM;
}

void e1000_rx_drain(struct e1000_adapter *a)
{
	struct e1000_rx_ring *rx = &a->rx;

	for (uint32_t i = 0; i < rx->count; i++) {
		struct e1000_rx_buffer *b = &rx->buffer[i];

		if (!b->skb)
			continue;
		os_dma_unmap(a->dev, b->bus, rx->buffer_bytes, DMA_FROM_DEVICE);
		consume_skb(b->skb);
		b->skb = NULL;
	}
}

/* ---- taking packets from the card ---- */

static void rx_checksum(struct e1000_adapter *a, struct sk_buff *skb, uint32_t status)
{
	if (!(a->netdev.features & NETIF_F_RXCSUM) || (status & E1000_RXD_EXT_IXSM))
		return;
	if (status & (E1000_RXD_EXT_TCPE | E1000_RXD_EXT_IPE)) {
		a->counters.rx_csum_bad++; /* the stack looks for itself, and counts */
		return;
	}
	if (!(status & (E1000_RXD_EXT_TCPCS | E1000_RXD_EXT_UDPCS)))
		return;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	a->counters.rx_csum_good++;
}

/* Whether the descriptor is a whole good frame; else its buffer stays for the next. */
static bool rx_acceptable(struct e1000_adapter *a, uint32_t status, uint32_t len)
{
	struct e1000_rx_ring *rx = &a->rx;
	bool part = rx->discard_until_eop || !(status & E1000_RXD_EXT_EOP);

	rx->discard_until_eop = !(status & E1000_RXD_EXT_EOP);
	if (part) {
		a->counters.rx_split++;
		return false;
	}
	if ((status & FRAME_ERRORS) || !len || len > rx->buffer_bytes) {
		a->counters.rx_errors++;
		a->netdev.stats.rx_errors++;
		return false;
	}
	return true;
}

static void rx_deliver(struct e1000_adapter *a, struct e1000_rx_buffer *b, uint32_t status,
		       uint32_t len)
{
	struct sk_buff *skb = b->skb;

	os_dma_unmap(a->dev, b->bus, a->rx.buffer_bytes, DMA_FROM_DEVICE);
	b->skb = NULL;
	skb_put(skb, len);
	skb->dev = &a->netdev;
	rx_checksum(a, skb, status);
	a->itr.rx_frames++;
	a->itr.rx_bytes += len;
	napi_gro_receive(&a->napi, skb);
}

int e1000_rx_clean(struct e1000_adapter *a, int budget)
{
	struct e1000_rx_ring *rx = &a->rx;
	int done = 0;

	while (done < budget) {
		volatile struct e1000_descriptor *d = &rx->desc[rx->next_to_clean];
		struct e1000_rx_buffer *b = &rx->buffer[rx->next_to_clean];
		uint32_t status, len;

		if (rx->next_to_clean == rx->next_to_use)
			break;
		status = d->word[2];
		if (!(status & E1000_RXD_EXT_DD))
			break;
		os_dma_rmb(a->dev);
		len = d->word[3] & E1000_RXD_EXT_LEN;
		rx->next_to_clean = e1000_ring_next(rx->next_to_clean, rx->count);
		done++;
		if (rx_acceptable(a, status, len))
			rx_deliver(a, b, status, len);
		if (rx_missing(rx) >= E1000_RX_REFILL)
			rx_refill(a, E1000_RX_REFILL);
	}
	return done;
}
