/* SPDX-License-Identifier: MIT */
/*
 * The driver from the inside. References "4.8" and the like are sections of the 82574 fact sheet
 * (docs of the card); register and descriptor names come from the generated ringside_regs.h.
 *
 * Contexts: e1000_irq.c's handler runs in hard interrupt and only reads ICR, masks, and schedules
 * NAPI; e1000_poll() and the watchdog run in soft interrupt; all else in process context with soft
 * interrupts off, or in soft interrupt (reset). So nothing but `link_changed` needs care.
 */
#ifndef E1000_INTERNAL_H
#define E1000_INTERNAL_H

#include <driver/e1000.h>
#include <net/net.h>
#include <net/netdevice.h>
#include <net/timer.h>
#include <ringside_regs.h>

#define E1000_DESCRIPTOR_BYTES 16u
#define E1000_VECTORS	       3u /* receive, transmit, other */

/* Largest piece one data descriptor takes: the transmit FIFO (PBA) must hold it. */
#define E1000_TX_PIECE_BYTES 16384u
/* Descriptors that any sk_buff fits in: a context, the linear part, and fragments of which each
 * may be cut once more by E1000_TX_PIECE_BYTES (64 KiB has at most four full pieces). */
#define E1000_TX_NEED_MAX (1u + 1u + MAX_SKB_FRAGS + 65536u / E1000_TX_PIECE_BYTES)
/* Receive descriptors are given back to the card in groups of this many. */
#define E1000_RX_REFILL 16u

#define E1000_NO_WATCH UINT32_MAX

struct e1000_descriptor {
	uint32_t word[4]; /* little endian, as the CPU */
};

struct e1000_tx_buffer {
	struct sk_buff *skb; /* at the last descriptor of its packet */
	dma_addr_t bus;
	uint32_t len; /* 0: nothing mapped (context) */
	/* At the first descriptor of a batch: the one whose DD tells that all up to it are done. */
	uint32_t watch;
};

struct e1000_tx_ring {
	volatile struct e1000_descriptor *desc;
	dma_addr_t bus;
	struct e1000_tx_buffer *buffer;
	uint32_t count, next_to_use, next_to_clean;
	uint32_t batch_first;	 /* first descriptor since the last RS */
	uint32_t tail_written;	 /* what TDT holds */
	uint64_t batch_start_ns; /* when the oldest batch that is not done was handed over */
	/* Context that the card holds (4.6: it keeps one over packets); word 3's status is 0. */
	struct e1000_descriptor context;
	bool context_valid;
};

struct e1000_rx_buffer {
	struct sk_buff *skb;
	dma_addr_t bus;
};

struct e1000_rx_ring {
	volatile struct e1000_descriptor *desc;
	dma_addr_t bus;
	struct e1000_rx_buffer *buffer;
	uint32_t count, next_to_use, next_to_clean;
	uint32_t buffer_bytes;
	bool discard_until_eop;
};

/* What adaptive moderation knows (e1000_itr.c). */
struct e1000_itr {
	uint64_t window_start_ns;
	uint32_t rx_frames, rx_bytes, tx_frames, tx_bytes, polls; /* since window_start_ns */
	uint32_t interval_ns;					  /* what the card was told */
};

struct e1000_counters {
	uint64_t irqs, irqs_rx, irqs_tx, irqs_other, link_changes;
	uint64_t tx_tso_packets, tx_tso_bytes, tx_csum, tx_contexts, tx_descriptors, tx_doorbells,
		tx_stops, tx_busy, tx_map_failed, tx_resets;
	uint64_t rx_csum_good, rx_csum_bad, rx_alloc_failed, rx_errors, rx_split, rx_doorbells;
	uint64_t itr_changes;
};

/* Accumulated from the card's clear-on-read registers. */
enum e1000_hw_counter {
	E1000_HW_CRCERRS,
	E1000_HW_MPC,
	E1000_HW_RNBC,
	E1000_HW_RUC,
	E1000_HW_ROC,
	E1000_HW_GPRC,
	E1000_HW_BPRC,
	E1000_HW_MPRC,
	E1000_HW_GORC,
	E1000_HW_GPTC,
	E1000_HW_GOTC,
	E1000_HW_TSCTC,
	E1000_HW_TSCTFC,
	E1000_HW_IAC,
	E1000_HW_COUNTERS
};

struct e1000_adapter {
	struct net_device netdev;
	struct net *net;
	struct os_device *dev;
	struct e1000_options options;
	struct napi_struct napi;
	struct e1000_tx_ring tx;
	struct e1000_rx_ring rx;

	enum os_irq_mode irq_mode;
	unsigned int vectors;
	uint32_t irq_mask; /* what IMS is to hold while the device is up */
	bool link_changed; /* set by the hard interrupt */

	struct e1000_itr itr;
	struct timer_list watchdog;
	struct e1000_counters counters;
	uint64_t hw[E1000_HW_COUNTERS];
};

static inline uint32_t e1000_read(struct e1000_adapter *a, uint32_t reg)
{
	return os_read32(a->dev, reg);
}

static inline void e1000_write(struct e1000_adapter *a, uint32_t reg, uint32_t value)
{
	os_write32(a->dev, reg, value);
}

static inline uint32_t e1000_ring_next(uint32_t index, uint32_t count)
{
	return index + 1 == count ? 0 : index + 1;
}

/* e1000_main.c: stops the card, throws away what is in the rings, starts anew. */
void e1000_restart(struct e1000_adapter *a);

/* e1000_hw.c; 0 or a negative errno. */
int e1000_hw_reset(struct e1000_adapter *a);
int e1000_hw_check_nvm(struct e1000_adapter *a);
int e1000_hw_check_phy(struct e1000_adapter *a);
int e1000_hw_read_mac(struct e1000_adapter *a);
/* After a reset: address filters and link, before the rings. */
int e1000_hw_init(struct e1000_adapter *a);
/* NETIF_F_* that this card lacks. */
uint32_t e1000_hw_missing_features(struct e1000_adapter *a);

/* e1000_tx.c */
int e1000_tx_alloc(struct e1000_adapter *a);
void e1000_tx_free(struct e1000_adapter *a);
void e1000_tx_configure(struct e1000_adapter *a);
void e1000_tx_drain(struct e1000_adapter *a); /* frees every sk_buff of the ring */
void e1000_tx_clean(struct e1000_adapter *a);
enum netdev_tx e1000_xmit(struct sk_buff *skb, struct net_device *dev, bool more);

/* e1000_rx.c */
int e1000_rx_alloc(struct e1000_adapter *a);
void e1000_rx_free(struct e1000_adapter *a);
int e1000_rx_configure(struct e1000_adapter *a);
void e1000_rx_drain(struct e1000_adapter *a);
int e1000_rx_clean(struct e1000_adapter *a, int budget);
/* Fills what memory was short for. */
void e1000_rx_top_up(struct e1000_adapter *a);
/* Tells the card whether to verify checksums, as netdev.features says. */
void e1000_rx_set_csum(struct e1000_adapter *a, bool on);

/* e1000_irq.c */
int e1000_irq_setup(struct e1000_adapter *a);
void e1000_irq_teardown(struct e1000_adapter *a);
void e1000_irq_enable(struct e1000_adapter *a);
void e1000_irq_disable(struct e1000_adapter *a);
/* At the end of a poll: the causes that the hard interrupt masked. */
void e1000_irq_rearm(struct e1000_adapter *a);
int e1000_poll(struct napi_struct *napi, int budget);

/* e1000_itr.c */
void e1000_itr_reset(struct e1000_adapter *a);
void e1000_itr_update(struct e1000_adapter *a);

/* e1000_watchdog.c */
void e1000_watchdog_start(struct e1000_adapter *a);
void e1000_watchdog_stop(struct e1000_adapter *a);
void e1000_link_check(struct e1000_adapter *a);
void e1000_tx_timeout(struct net_device *dev);

/* e1000_ethtool.c */
void e1000_hw_counters_update(struct e1000_adapter *a);
void e1000_get_stats(struct net_device *dev, struct net_device_stats *out);
unsigned int e1000_get_ethtool_stats(struct net_device *dev, struct netdev_stat *out,
				     unsigned int max);

#endif
