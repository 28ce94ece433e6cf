// SPDX-License-Identifier: MIT
/* Statistics: the driver's, and the card's (fact sheet section 7; its registers clear on read). */
#include "e1000_internal.h"

#include <stddef.h>

struct hw_counter {
	const char *name;
	uint32_t reg;
	bool wide; /* low half at reg, high half, which clears both, behind it */
};

static const struct hw_counter hw_counters[E1000_HW_COUNTERS] = {
	[E1000_HW_CRCERRS] = {"hw_rx_crc_errors", E1000_CRCERRS, false},
	[E1000_HW_MPC] = {"hw_rx_missed", E1000_MPC, false},
	[E1000_HW_RNBC] = {"hw_rx_no_buffer", E1000_RNBC, false},
	[E1000_HW_RUC] = {"hw_rx_undersize", E1000_RUC, false},
	[E1000_HW_ROC] = {"hw_rx_oversize", E1000_ROC, false},
	[E1000_HW_GPRC] = {"hw_rx_frames", E1000_GPRC, false},
	[E1000_HW_BPRC] = {"hw_rx_broadcast", E1000_BPRC, false},
	[E1000_HW_MPRC] = {"hw_rx_multicast", E1000_MPRC, false},
	[E1000_HW_GORC] = {"hw_rx_bytes", E1000_GORCL, true},
	[E1000_HW_GPTC] = {"hw_tx_frames", E1000_GPTC, false},
	[E1000_HW_GOTC] = {"hw_tx_bytes", E1000_GOTCL, true},
	[E1000_HW_TSCTC] = {"hw_tx_tso", E1000_TSCTC, false},
	[E1000_HW_TSCTFC] = {"hw_tx_tso_failed", E1000_TSCTFC, false},
	[E1000_HW_IAC] = {"hw_interrupts", E1000_IAC, false},
};

struct sw_counter {
	const char *name;
	size_t offset; /* in struct e1000_counters */
};

#define SW(field)                                              \
	{                                                      \
#field, offsetof(struct e1000_counters, field) \
	}

static const struct sw_counter sw_counters[] = {
	SW(irqs),	  SW(irqs_rx),	       SW(irqs_tx),	 SW(irqs_other),
	SW(link_changes), SW(tx_tso_packets),  SW(tx_tso_bytes), SW(tx_csum),
	SW(tx_contexts),  SW(tx_descriptors),  SW(tx_doorbells), SW(tx_stops),
	SW(tx_busy),	  SW(tx_map_failed),   SW(tx_resets),	 SW(rx_csum_good),
	SW(rx_csum_bad),  SW(rx_alloc_failed), SW(rx_errors),	 SW(rx_split),
	SW(rx_doorbells), SW(itr_changes),
};

#define SW_COUNT (sizeof(sw_counters) / sizeof(sw_counters[0]))

void e1000_hw_counters_update(struct e1000_adapter *a)
{
	for (unsigned int i = 0; i < E1000_HW_COUNTERS; i++) {
		uint64_t value = e1000_read(a, hw_counters[i].reg);

		if (hw_counters[i].wide)
			value |= (uint64_t)e1000_read(a, hw_counters[i].reg + 4) << 32;
		a->hw[i] += value;
	}
}

void e1000_get_stats(struct net_device *dev, struct net_device_stats *out)
{
	struct e1000_adapter *a = dev->priv;

	if (dev->up)
		e1000_hw_counters_update(a);
	*out = dev->stats;
	out->rx_missed = a->hw[E1000_HW_MPC];
	out->rx_errors += a->hw[E1000_HW_CRCERRS];
}

static void put(struct netdev_stat *out, unsigned int max, unsigned int *n, const char *name,
		uint64_t value)
{
	if (*n < max)
		out[*n] = (struct netdev_stat){name, value};
	(*n)++;
}

unsigned int e1000_get_ethtool_stats(struct net_device *dev, struct netdev_stat *out,
				     unsigned int max)
{
	struct e1000_adapter *a = dev->priv;
	unsigned int n = 0;

	if (dev->up)
		e1000_hw_counters_update(a);
	for (unsigned int i = 0; i < SW_COUNT; i++)
		put(out, max, &n, sw_counters[i].name,
		    *(const uint64_t *)((const char *)&a->counters + sw_counters[i].offset));
	for (unsigned int i = 0; i < E1000_HW_COUNTERS; i++)
		put(out, max, &n, hw_counters[i].name, a->hw[i]);
	put(out, max, &n, "napi_polls", a->napi.polls);
	put(out, max, &n, "napi_completes", a->napi.completes);
	put(out, max, &n, "itr_interval_ns", a->itr.interval_ns);
	put(out, max, &n, "irq_vectors", a->vectors);
	return n;
}
