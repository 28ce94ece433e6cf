/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub: the one simulation platform of a QEMU process, and who runs it when.
 *
 * SystemC has one kernel a process, so all ringside devices share a hub. Synchronous mode: the
 * caller of a register access, or a timer of QEMU_CLOCK_VIRTUAL, runs the platform inline under the
 * BQL. Free-running mode: a thread of the hub runs it under the card lock, without the BQL; while that
 * thread sleeps, whoever has something for the card runs it for a moment, with the BQL.
 *
 * What the cards ask for (interrupts, frames) is staged while the platform runs and carried out
 * under the BQL after it returned; so the platform is never entered from inside itself.
 */
#ifndef HW_NET_RINGSIDE_HUB_H
#define HW_NET_RINGSIDE_HUB_H

#include "qemu/osdep.h"
#include "hw/pci/pci_device.h"
#include "net/net.h"
#include "hw/net/ringside_platform.h"

typedef struct RingsideSlot RingsideSlot;

/* What a slot asks of its device; always under the BQL. */
typedef struct RingsideSlotOps {
    void (*irq)(void *opaque, unsigned vector, int level);
    void (*pba_clear)(void *opaque, uint32_t vector_mask);
    /* false: blocked (the frame was queued by the peer); ringside_slot_transmit_ready() follows */
    bool (*transmit)(void *opaque, const uint8_t *frame, size_t len);
    /* the slot can take frames again */
    void (*receive_ready)(void *opaque);
} RingsideSlotOps;

/*
 * Adds a card to the process's hub, which is created by the first call; later ones must agree in
 * plugin, platform_config and free_running. NULL and *errp on error.
 */
RingsideSlot *ringside_slot_create(PCIDevice *pci, const char *plugin, const char *platform_config,
                                   bool free_running, const char *model, const char *config,
                                   const RingsideSlotOps *ops, void *opaque, Error **errp);

/* Register access by a CPU; BQL held (released meanwhile in free-running mode). */
uint32_t ringside_slot_read(RingsideSlot *slot, uint32_t addr, unsigned size);
void ringside_slot_write(RingsideSlot *slot, uint32_t addr, uint32_t value, unsigned size);

/* A frame from the netdev; false: no room, ask again after receive_ready. BQL held. */
bool ringside_slot_receive(RingsideSlot *slot, const uint8_t *frame, size_t len);
bool ringside_slot_can_receive(RingsideSlot *slot);
void ringside_slot_transmit_ready(RingsideSlot *slot);

void ringside_slot_pci_state(RingsideSlot *slot, const struct ringside_pci_state *state);
void ringside_slot_reset(RingsideSlot *slot, enum ringside_reset_kind kind);
void ringside_slot_counters(RingsideSlot *slot, struct ringside_card_counters *out);

#endif
