/* SPDX-License-Identifier: MIT */
/* The driver of 82574L-compatible cards (8086:10d3): Ringside's, Intel's, QEMU's e1000e. */
#ifndef DRIVER_E1000_H
#define DRIVER_E1000_H

#include <stdbool.h>
#include <stdint.h>
#include "os.h"

struct net;
struct net_device;

struct e1000_options {
	uint32_t tx_descriptors, rx_descriptors; /* 32..4096, multiple of 8; 0: 256 */
	enum os_irq_mode irq_mode;		 /* best mode to ask for */
	bool no_tso, no_tx_csum, no_rx_csum;
	/* Fixed interval between interrupts of a vector, us; 0: adaptive; UINT32_MAX: none. */
	uint32_t itr_us;
};

/*
 * Finds the card behind dev alive, resets it, reads its address, registers a net_device (down) with
 * net. options NULL: defaults. 0 and *out, or a negative errno with nothing left behind.
 */
int e1000_probe(struct os_device *dev, struct net *net, const struct e1000_options *options,
		struct net_device **out);
/* Closes, unregisters and frees. */
void e1000_remove(struct net_device *netdev);

#endif
