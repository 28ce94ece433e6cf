// SPDX-License-Identifier: MIT
/*
 * Interrupt moderation. The card keeps the interrupts of a vector at least an interval apart
 * (fact sheet 6.5); the first after a pause is never late. Adaptive: while little moves, or small
 * frames, or large ones to and fro (requests and answers), the interval is short. While much moves
 * one way, or so much both ways that each poll finds several frames, it is chosen so that
 * TARGET_FRAMES arrive in it, at the rate seen lately, within bounds that TCP does not notice.
 */
#include "e1000_internal.h"

#define TICK_NS		 256u /* unit of EITR and ITR */
#define INTERVAL_MAX	 0xffffu
#define LONGEST_FIXED_US 16000u

#define TARGET_FRAMES	 16u
#define WINDOW_NS	 1000000u /* rates are judged over at least this long ... */
#define WINDOW_FRAMES	 64u	  /* ... or so many frames */
#define BULK_BYTES_PER_S 4000000ull
#define BULK_FRAME_BYTES 600u /* average, of the direction that carries the bulk */
#define ONE_WAY_RATIO	 8u   /* of bytes: what goes back are acknowledgements */
#define POLL_FRAMES	 4u   /* both ways: a poll finds so many on average */

#define LATENCY_INTERVAL_NS 20000u
#define SHORTEST_BULK_NS    40000u
#define LONGEST_RX_BULK_NS  1000000u
#define LONGEST_TX_BULK_NS  250000u /* acknowledgements arrive: a sender waits for them */

/*
 * Transmit completions only bring memory back, and receive polls look for them too: their vector
 * may be quiet for about the time in which the ring runs full, at this long a descriptor.
 */
#define TX_NS_PER_DESCRIPTOR 4000u

static uint32_t ticks(uint32_t ns)
{
	uint32_t n = ns / TICK_NS;

	return n < INTERVAL_MAX ? n : INTERVAL_MAX;
}

static uint32_t tx_interval_ns(const struct e1000_adapter *a)
{
	return a->tx.count * TX_NS_PER_DESCRIPTOR;
}

static void rx_interval_write(struct e1000_adapter *a, uint32_t ns)
{
	e1000_write(a, a->irq_mode == OS_IRQ_MSIX ? E1000_EITR(0) : E1000_ITR, ticks(ns));
	a->itr.interval_ns = ns;
}

static void tx_interval_write(struct e1000_adapter *a, uint32_t ns)
{
	if (a->irq_mode == OS_IRQ_MSIX)
		e1000_write(a, E1000_EITR(1), ticks(ns));
}

void e1000_itr_reset(struct e1000_adapter *a)
{
	uint32_t us = a->options.itr_us, rx_ns = LATENCY_INTERVAL_NS, tx_ns = tx_interval_ns(a);

	if (us == UINT32_MAX)
		rx_ns = tx_ns = 0;
	else if (us)
		rx_ns = tx_ns = us < LONGEST_FIXED_US ? us * 1000 : LONGEST_FIXED_US * 1000;
	a->itr = (struct e1000_itr){.window_start_ns = os_time_ns(a->dev)};
	rx_interval_write(a, rx_ns);
	tx_interval_write(a, tx_ns);
}

static bool is_bulk(const struct e1000_itr *t, uint64_t elapsed_ns)
{
	bool rx_large = t->rx_frames && t->rx_bytes / t->rx_frames >= BULK_FRAME_BYTES;
	bool tx_large = t->tx_frames && t->tx_bytes / t->tx_frames >= BULK_FRAME_BYTES;

	if (((uint64_t)t->rx_bytes + t->tx_bytes) * 1000000000u < BULK_BYTES_PER_S * elapsed_ns)
		return false;
	if (rx_large && t->rx_bytes / ONE_WAY_RATIO >= t->tx_bytes)
		return true;
	if (tx_large && t->tx_bytes / ONE_WAY_RATIO >= t->rx_bytes)
		return true;
	return (rx_large || tx_large) && t->rx_frames + t->tx_frames >= POLL_FRAMES * t->polls;
}

static uint32_t wanted_interval(const struct e1000_itr *t, uint64_t elapsed_ns)
{
	uint64_t interval_ns, longest_ns;

	if (!is_bulk(t, elapsed_ns))
		return LATENCY_INTERVAL_NS;
	longest_ns = t->rx_bytes > t->tx_bytes ? LONGEST_RX_BULK_NS : LONGEST_TX_BULK_NS;
	interval_ns = t->rx_frames ? elapsed_ns * TARGET_FRAMES / t->rx_frames : longest_ns;
	if (interval_ns > longest_ns)
		interval_ns = longest_ns;
	return interval_ns < SHORTEST_BULK_NS ? SHORTEST_BULK_NS : (uint32_t)interval_ns;
}

/* Bulk comes in gusts: its interval follows slowly, and only when a register write is worth it. */
static uint32_t next_interval(const struct e1000_itr *t, uint64_t elapsed_ns)
{
	uint32_t now_ns = t->interval_ns, wanted_ns = wanted_interval(t, elapsed_ns);

	if (wanted_ns == LATENCY_INTERVAL_NS || now_ns == LATENCY_INTERVAL_NS)
		return wanted_ns;
	wanted_ns = (3 * now_ns + wanted_ns) / 4;
	if (wanted_ns > now_ns - now_ns / 16 && wanted_ns < now_ns + now_ns / 16)
		return now_ns;
	return wanted_ns;
}

/* At the end of a poll. */
void e1000_itr_update(struct e1000_adapter *a)
{
	struct e1000_itr *t = &a->itr;
	uint64_t now_ns, elapsed_ns;
	uint32_t next_ns;

	if (a->options.itr_us)
		return;
	t->polls++;
	now_ns = os_time_ns(a->dev);
	elapsed_ns = now_ns - t->window_start_ns;
	if (!elapsed_ns || (elapsed_ns < WINDOW_NS && t->rx_frames < WINDOW_FRAMES))
		return;
	next_ns = next_interval(t, elapsed_ns);
	t->window_start_ns = now_ns;
	t->rx_frames = t->rx_bytes = t->tx_frames = t->tx_bytes = t->polls = 0;
	if (next_ns == t->interval_ns)
		return;
	rx_interval_write(a, next_ns);
	a->counters.itr_changes++;
}
