// SPDX-License-Identifier: MIT
/*
 * Interrupts (fact sheet section 6). MSI-X: vector 0 receive, 1 transmit, 2 other; the card clears
 * and masks the cause of the first two by itself when it sends the message (EIAC), so their handler
 * touches no register. One vector (MSI, INTx): the handler reads ICR, which clears it, and masks
 * all. Either way NAPI is scheduled, and e1000_poll() unmasks when it has found nothing more.
 */
#include "e1000_internal.h"

#include <net/errno.h>

enum { VECTOR_RX, VECTOR_TX, VECTOR_OTHER };

#define QUEUE_CAUSES  (E1000_ICR_RXQ0 | E1000_ICR_TXQ0)
#define MSIX_CAUSES   (QUEUE_CAUSES | E1000_ICR_OTHER | E1000_ICR_LSC)
#define SINGLE_CAUSES (E1000_ICR_TXDW | E1000_ICR_RXT0 | E1000_ICR_RXDMT0 | E1000_ICR_LSC)

#define IVAR_VALUE                                                    \
	(VECTOR_RX << E1000_IVAR_RXQ0_SHIFT | E1000_IVAR_RXQ0_VALID | \
	 VECTOR_TX << E1000_IVAR_TXQ0_SHIFT | E1000_IVAR_TXQ0_VALID | \
	 VECTOR_OTHER << E1000_IVAR_OTHER_SHIFT | E1000_IVAR_OTHER_VALID)

/* Reads what happened, which clears it. The queues' causes may go with it: NAPI looks at both. */
static uint32_t causes_take(struct e1000_adapter *a)
{
	uint32_t icr = e1000_read(a, E1000_ICR);

	if (icr & E1000_ICR_LSC)
		a->link_changed = true;
	return icr;
}

static bool interrupt_msix(void *ctx, unsigned int vector)
{
	struct e1000_adapter *a = ctx;

	a->counters.irqs++;
	switch (vector) {
	case VECTOR_RX:
		a->counters.irqs_rx++;
		break;
	case VECTOR_TX:
		a->counters.irqs_tx++;
		break;
	default:
		a->counters.irqs_other++;
		causes_take(a);
	}
	napi_schedule(&a->napi);
	return true;
}

static bool interrupt_single(void *ctx, unsigned int vector)
{
	struct e1000_adapter *a = ctx;
	uint32_t icr = causes_take(a);

	(void)vector;
	if (a->irq_mode == OS_IRQ_INTX && !(icr & E1000_ICR_INT_ASSERTED))
		return false;
	a->counters.irqs++;
	if (icr & (E1000_ICR_RXT0 | E1000_ICR_RXDMT0))
		a->counters.irqs_rx++;
	if (icr & E1000_ICR_TXDW)
		a->counters.irqs_tx++;
	if (icr & E1000_ICR_LSC)
		a->counters.irqs_other++;
	e1000_write(a, E1000_IMC, UINT32_MAX);
	napi_schedule(&a->napi);
	return true;
}

int e1000_irq_setup(struct e1000_adapter *a)
{
	int vectors = os_irq_alloc(a->dev, E1000_VECTORS, a->options.irq_mode, &a->irq_mode);
	int err;

	if (vectors < 0)
		return vectors;
	a->vectors = (unsigned int)vectors;
	if (a->irq_mode == OS_IRQ_MSIX && a->vectors < E1000_VECTORS) {
		os_irq_free(a->dev);
		return -ENOSPC;
	}
	a->irq_mask = a->irq_mode == OS_IRQ_MSIX ? MSIX_CAUSES : SINGLE_CAUSES;
	err = os_irq_request(a->dev, a->irq_mode == OS_IRQ_MSIX ? interrupt_msix : interrupt_single,
			     a);
	if (err)
		os_irq_free(a->dev);
	return err;
}

void e1000_irq_teardown(struct e1000_adapter *a)
{
	os_irq_free(a->dev);
}

void e1000_irq_enable(struct e1000_adapter *a)
{
	uint32_t ext = e1000_read(a, E1000_CTRL_EXT) & ~E1000_CTRL_EXT_IAME;

	if (a->irq_mode == OS_IRQ_MSIX) {
		e1000_write(a, E1000_CTRL_EXT, ext | E1000_CTRL_EXT_PBA_CLR | E1000_CTRL_EXT_EIAME);
		e1000_write(a, E1000_IVAR, IVAR_VALUE);
		e1000_write(a, E1000_EIAC, QUEUE_CAUSES);
	} else {
		e1000_write(a, E1000_CTRL_EXT, ext);
		e1000_write(a, E1000_EIAC, 0);
	}
	e1000_write(a, E1000_IMS, a->irq_mask);
}

void e1000_irq_disable(struct e1000_adapter *a)
{
	e1000_write(a, E1000_IMC, UINT32_MAX);
	e1000_read(a, E1000_STATUS); /* posted writes have arrived */
}

void e1000_irq_rearm(struct e1000_adapter *a)
{
	e1000_write(a, E1000_IMS, a->irq_mode == OS_IRQ_MSIX ? QUEUE_CAUSES : a->irq_mask);
}

int e1000_poll(struct napi_struct *napi, int budget)
{
	struct e1000_adapter *a = napi->dev->priv;
	int done;

	e1000_tx_clean(a);
	done = e1000_rx_clean(a, budget);
	if (a->link_changed) {
		a->link_changed = false;
		e1000_link_check(a);
	}
	if (done < budget && napi_complete_done(napi, done)) {
		e1000_itr_update(a);
		e1000_irq_rearm(a);
	}
	return done;
}
