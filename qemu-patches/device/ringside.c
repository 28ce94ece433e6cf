/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -device ringside: a network card whose model runs in a plug-in (RTL through Verilator, or the
 * reference card), seen by the guest as an Intel 82574L (8086:10d3).
 *
 * This file is the PCI function: configuration space, BARs, MSI-X, MSI, INTx, reset, and the
 * netdev's side. ringside_hub.c runs the model.
 */
#include "qemu/osdep.h"
#include "hw/net/mii.h"
#include "hw/pci/msi.h"
#include "hw/pci/msix.h"
#include "hw/pci/pci_device.h"
#include "hw/pci/pcie.h"
#include "hw/pci/pcie_regs.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "net/net.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "system/cpu-timers.h"
#include "system/system.h"
#include "ringside_hub.h"

#define TYPE_RINGSIDE "ringside"
OBJECT_DECLARE_SIMPLE_TYPE(RingsideState, RINGSIDE)

#define RINGSIDE_DEVICE_ID 0x10d3

/* BARs of the 82574L */
#define BAR_REGISTERS    0
#define BAR_FLASH        1
#define BAR_IO           2
#define BAR_MSIX         3
#define REGISTERS_BYTES  (128 * KiB)
#define FLASH_BYTES      (128 * KiB)
#define IO_BYTES         32
#define MSIX_BYTES       (16 * KiB)
#define MSIX_TABLE       0x0000
#define MSIX_PBA         0x2000
#define MSIX_VECTORS     5

/* Capabilities */
#define CAP_MSIX         0xa0
#define CAP_PM           0xc8
#define CAP_MSI          0xd0
#define CAP_PCIE         0xe0
#define CAP_AER          0x100
#define CAP_DSN          0x140

#define D3HOT            3 /* of PCI_PM_CTRL_STATE_MASK */

/* The I/O BAR: an index and a data window on the registers */
#define IO_ADDR          0x00
#define IO_DATA          0x04

#define FRAME_MIN_BYTES  14
#define FRAME_MAX_BYTES  16384

struct RingsideState {
    PCIDevice parent_obj;
    NICState *nic;
    NICConf conf;
    RingsideSlot *slot;

    MemoryRegion registers, flash, io, msix;
    uint32_t io_addr;
    bool sync;
    char *model, *plugin, *config, *platform;
};

/* ---- registers ---- */

static uint64_t ringside_registers_read(void *opaque, hwaddr addr, unsigned size)
{
    RingsideState *s = opaque;

    return ringside_slot_read(s->slot, addr, size);
}

static void ringside_registers_write(void *opaque, hwaddr addr, uint64_t value, unsigned size)
{
    RingsideState *s = opaque;

    ringside_slot_write(s->slot, addr, value, size);
}

static const MemoryRegionOps ringside_registers_ops = {
    .read = ringside_registers_read,
    .write = ringside_registers_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

static uint64_t ringside_io_read(void *opaque, hwaddr addr, unsigned size)
{
    RingsideState *s = opaque;

    if (addr == IO_ADDR) {
        return s->io_addr;
    }
    if (addr == IO_DATA && s->io_addr < REGISTERS_BYTES) {
        return ringside_slot_read(s->slot, s->io_addr & ~3u, 4);
    }
    return 0;
}

static void ringside_io_write(void *opaque, hwaddr addr, uint64_t value, unsigned size)
{
    RingsideState *s = opaque;

    if (addr == IO_ADDR) {
        s->io_addr = value;
    } else if (addr == IO_DATA && s->io_addr < REGISTERS_BYTES) {
        ringside_slot_write(s->slot, s->io_addr & ~3u, value, 4);
    }
}

static const MemoryRegionOps ringside_io_ops = {
    .read = ringside_io_read,
    .write = ringside_io_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

/* ---- what the card asks for; BQL held ---- */

static void ringside_irq(void *opaque, unsigned vector, int level)
{
    PCIDevice *pci = opaque;

    if (vector == RINGSIDE_VECTOR_PME) {
        /* QEMU carries no PME messages: the guest finds the status when it looks */
        pci_word_test_and_set_mask(pci->config + CAP_PM + PCI_PM_CTRL, PCI_PM_CTRL_PME_STATUS);
    } else if (vector == RINGSIDE_VECTOR_INTX) {
        pci_set_irq(pci, level);
    } else if (msix_enabled(pci)) {
        if (vector < MSIX_VECTORS) {
            msix_notify(pci, vector);
        }
    } else if (msi_enabled(pci)) {
        msi_notify(pci, 0);
    }
}

static void ringside_pba_clear(void *opaque, uint32_t vector_mask)
{
    for (unsigned v = 0; v < MSIX_VECTORS; v++) {
        if (vector_mask & (1u << v)) {
            msix_clr_pending(opaque, v);
        }
    }
}

static void ringside_sent(NetClientState *nc, ssize_t len)
{
    RingsideState *s = qemu_get_nic_opaque(nc);

    ringside_slot_transmit_ready(s->slot);
}

static bool ringside_transmit(void *opaque, const uint8_t *frame, size_t len)
{
    RingsideState *s = opaque;

    return qemu_send_packet_async(qemu_get_queue(s->nic), frame, len, ringside_sent) != 0;
}

static void ringside_receive_ready(void *opaque)
{
    RingsideState *s = opaque;

    qemu_flush_queued_packets(qemu_get_queue(s->nic));
}

static const RingsideSlotOps ringside_slot_ops = {
    .irq = ringside_irq,
    .pba_clear = ringside_pba_clear,
    .transmit = ringside_transmit,
    .receive_ready = ringside_receive_ready,
};

/* ---- the netdev ---- */

static bool ringside_can_receive(NetClientState *nc)
{
    RingsideState *s = qemu_get_nic_opaque(nc);

    return ringside_slot_can_receive(s->slot);
}

static ssize_t ringside_receive(NetClientState *nc, const uint8_t *frame, size_t len)
{
    RingsideState *s = qemu_get_nic_opaque(nc);

    if (len < FRAME_MIN_BYTES || len > FRAME_MAX_BYTES) {
        return len; /* no card would see it */
    }
    return ringside_slot_receive(s->slot, frame, len) ? len : 0;
}

static enum ringside_irq_mode ringside_irq_mode(PCIDevice *pci)
{
    if (msix_enabled(pci)) {
        return RINGSIDE_IRQ_MSIX;
    }
    return msi_enabled(pci) ? RINGSIDE_IRQ_MSI : RINGSIDE_IRQ_INTX;
}

static void ringside_update_pci_state(RingsideState *s)
{
    PCIDevice *pci = PCI_DEVICE(s);
    const uint16_t pmcsr = pci_get_word(pci->config + CAP_PM + PCI_PM_CTRL);
    const bool asleep = (pmcsr & PCI_PM_CTRL_STATE_MASK) == D3HOT;
    const struct ringside_pci_state state = {
        .bus_master = !asleep && (pci_get_word(pci->config + PCI_COMMAND) & PCI_COMMAND_MASTER),
        .link_up = !qemu_get_queue(s->nic)->link_down,
        .irq_mode = ringside_irq_mode(pci),
        .asleep = asleep,
    };

    ringside_slot_pci_state(s->slot, &state);
}

static void ringside_link_status_changed(NetClientState *nc)
{
    ringside_update_pci_state(qemu_get_nic_opaque(nc));
}

static NetClientInfo ringside_net_info = {
    .type = NET_CLIENT_DRIVER_NIC,
    .size = sizeof(NICState),
    .can_receive = ringside_can_receive,
    .receive = ringside_receive,
    .link_status_changed = ringside_link_status_changed,
};

/* ---- the PCI function ---- */

static void ringside_write_config(PCIDevice *pci, uint32_t addr, uint32_t value, int len)
{
    RingsideState *s = RINGSIDE(pci);

    pci_default_write_config(pci, addr, value, len);
    if (range_covers_byte(addr, len, PCI_COMMAND) ||
        range_covers_byte(addr, len, CAP_PM + PCI_PM_CTRL) ||
        ranges_overlap(addr, len, CAP_MSIX, MSIX_CAP_LENGTH) ||
        ranges_overlap(addr, len, CAP_MSI, PCI_MSI_FLAGS + 2)) {
        ringside_update_pci_state(s);
    }
}

static void ringside_reset_hold(Object *obj, ResetType type)
{
    RingsideState *s = RINGSIDE(obj);

    s->io_addr = 0;
    ringside_slot_reset(s->slot, RINGSIDE_RESET_PCI);
    ringside_update_pci_state(s);
}

/* EUI-64 of the MAC address, as the Device Serial Number capability wants it. */
static uint64_t ringside_serial_number(const uint8_t *mac)
{
    const uint8_t eui64[8] = { mac[5], mac[4], mac[3], 0xff, 0xff, mac[2], mac[1], mac[0] };

    return ldq_le_p(eui64);
}

static void ringside_init_bars(RingsideState *s)
{
    PCIDevice *pci = PCI_DEVICE(s);

    memory_region_init_io(&s->registers, OBJECT(s), &ringside_registers_ops, s,
                          "ringside-registers", REGISTERS_BYTES);
    /* the handler releases the BQL while it waits, so another CPU may enter; it has its own lock */
    s->registers.disable_reentrancy_guard = true;
    memory_region_init(&s->flash, OBJECT(s), "ringside-flash", FLASH_BYTES);
    memory_region_init_io(&s->io, OBJECT(s), &ringside_io_ops, s, "ringside-io", IO_BYTES);
    s->io.disable_reentrancy_guard = true;
    memory_region_init(&s->msix, OBJECT(s), "ringside-msix", MSIX_BYTES);

    pci_register_bar(pci, BAR_REGISTERS, PCI_BASE_ADDRESS_SPACE_MEMORY, &s->registers);
    pci_register_bar(pci, BAR_FLASH, PCI_BASE_ADDRESS_SPACE_MEMORY, &s->flash);
    pci_register_bar(pci, BAR_IO, PCI_BASE_ADDRESS_SPACE_IO, &s->io);
    pci_register_bar(pci, BAR_MSIX, PCI_BASE_ADDRESS_SPACE_MEMORY, &s->msix);
}

static bool ringside_init_power_management(PCIDevice *pci, Error **errp)
{
    if (pci_pm_init(pci, CAP_PM, errp) < 0) {
        return false;
    }
    pci_set_word(pci->config + CAP_PM + PCI_PM_PMC, PCI_PM_CAP_VER_1_1 | PCI_PM_CAP_DSI | PCI_PM_CAP_PME_D0 |
                     PCI_PM_CAP_PME_D3hot | PCI_PM_CAP_PME_D3cold);
    pci_set_word(pci->wmask + CAP_PM + PCI_PM_CTRL,
                 PCI_PM_CTRL_STATE_MASK | PCI_PM_CTRL_PME_ENABLE | PCI_PM_CTRL_DATA_SEL_MASK);
    pci_set_word(pci->w1cmask + CAP_PM + PCI_PM_CTRL, PCI_PM_CTRL_PME_STATUS);
    return true;
}

static bool ringside_init_capabilities(RingsideState *s, Error **errp)
{
    PCIDevice *pci = PCI_DEVICE(s);

    if (msix_init(pci, MSIX_VECTORS, &s->msix, BAR_MSIX, MSIX_TABLE, &s->msix, BAR_MSIX, MSIX_PBA,
                  CAP_MSIX, errp) < 0) {
        return false;
    }
    for (unsigned v = 0; v < MSIX_VECTORS; v++) {
        msix_vector_use(pci, v);
    }
    if (!ringside_init_power_management(pci, errp) ||
        msi_init(pci, CAP_MSI, 1, true, false, errp) < 0) {
        return false;
    }
    if (pcie_endpoint_cap_v1_init(pci, CAP_PCIE) < 0) {
        error_setg(errp, "ringside needs a PCI Express bus: use -M q35");
        return false;
    }
    if (pcie_aer_init(pci, PCI_ERR_VER, CAP_AER, PCI_ERR_SIZEOF, errp) < 0) {
        return false;
    }
    pcie_dev_ser_num_init(pci, CAP_DSN, ringside_serial_number(s->conf.macaddr.a));
    return true;
}

static bool ringside_init_card(RingsideState *s, Error **errp)
{
    const uint8_t *mac = s->conf.macaddr.a;
    g_autofree char *config =
        g_strdup_printf("mac=%02x:%02x:%02x:%02x:%02x:%02x%s%s", mac[0], mac[1], mac[2], mac[3],
                        mac[4], mac[5], s->config ? "," : "", s->config ?: "");

    if (!s->plugin) {
        error_setg(errp, "no card plug-in: pass plugin=/path/to/libringside.so");
        return false;
    }
    if (!s->sync && icount_enabled()) {
        error_setg(errp, "sync=off follows the wall clock: drop -icount, or use sync=on");
        return false;
    }
    if (s->sync && icount_enabled() && s->conf.peers.queues) {
        error_setg(errp, "a netdev is not deterministic: drop -icount, or drop netdev=");
        return false;
    }
    s->slot = ringside_slot_create(PCI_DEVICE(s), s->plugin, s->platform, !s->sync,
                                   s->model ?: "rtl", config, &ringside_slot_ops, s, errp);
    return s->slot != NULL;
}

static void ringside_realize(PCIDevice *pci, Error **errp)
{
    RingsideState *s = RINGSIDE(pci);

    pci->config_write = ringside_write_config;
    pci->config[PCI_CACHE_LINE_SIZE] = 0x10;
    pci->config[PCI_INTERRUPT_PIN] = 1;
    pci_set_word(pci->config + PCI_SUBSYSTEM_VENDOR_ID, PCI_VENDOR_ID_INTEL);
    pci_set_word(pci->config + PCI_SUBSYSTEM_ID, 0);

    qemu_macaddr_default_if_unset(&s->conf.macaddr);
    if (!ringside_init_card(s, errp)) {
        return;
    }
    ringside_init_bars(s);
    if (!ringside_init_capabilities(s, errp)) {
        return;
    }
    s->nic = qemu_new_nic(&ringside_net_info, &s->conf, object_get_typename(OBJECT(s)),
                          DEVICE(s)->id, &DEVICE(s)->mem_reentrancy_guard, s);
    qemu_format_nic_info_str(qemu_get_queue(s->nic), s->conf.macaddr.a);
    ringside_update_pci_state(s);
}

static void ringside_exit(PCIDevice *pci)
{
    RingsideState *s = RINGSIDE(pci);

    pcie_aer_exit(pci);
    pcie_cap_exit(pci);
    qemu_del_nic(s->nic);
    msix_unuse_all_vectors(pci);
    msix_uninit(pci, &s->msix, &s->msix);
    msi_uninit(pci);
}

/* ---- counters, as read-only properties: qom-get path=... property=rtl-cycles ---- */

typedef struct RingsideCounter {
    const char *name;
    size_t offset;
} RingsideCounter;

static const RingsideCounter ringside_counters[] = {
    { "cycles-clocked", offsetof(struct ringside_card_counters, cycles_clocked) },
    { "cycles-skipped", offsetof(struct ringside_card_counters, cycles_skipped) },
    { "eval-ns", offsetof(struct ringside_card_counters, eval_ns) },
    { "dma-read-bytes", offsetof(struct ringside_card_counters, dma_read_bytes) },
    { "dma-write-bytes", offsetof(struct ringside_card_counters, dma_write_bytes) },
    { "dma-read-bursts", offsetof(struct ringside_card_counters, dma_read_bursts) },
    { "dma-write-bursts", offsetof(struct ringside_card_counters, dma_write_bursts) },
    { "dma-errors", offsetof(struct ringside_card_counters, dma_errors) },
    { "tx-frames", offsetof(struct ringside_card_counters, tx_frames) },
    { "tx-bytes", offsetof(struct ringside_card_counters, tx_bytes) },
    { "rx-frames", offsetof(struct ringside_card_counters, rx_frames) },
    { "rx-bytes", offsetof(struct ringside_card_counters, rx_bytes) },
    { "irqs", offsetof(struct ringside_card_counters, irqs) },
};

static void ringside_get_counter(Object *obj, Visitor *v, const char *name, void *opaque,
                                 Error **errp)
{
    RingsideState *s = RINGSIDE(obj);
    const RingsideCounter *counter = opaque;
    struct ringside_card_counters all = { 0 };
    uint64_t value;

    if (s->slot) {
        ringside_slot_counters(s->slot, &all);
    }
    memcpy(&value, (char *)&all + counter->offset, sizeof(value));
    visit_type_uint64(v, name, &value, errp);
}

static const Property ringside_properties[] = {
    DEFINE_NIC_PROPERTIES(RingsideState, conf),
    DEFINE_PROP_STRING("model", RingsideState, model),
    DEFINE_PROP_STRING("plugin", RingsideState, plugin),
    DEFINE_PROP_STRING("config", RingsideState, config),
    DEFINE_PROP_STRING("platform", RingsideState, platform),
    DEFINE_PROP_BOOL("sync", RingsideState, sync, true),
};

static const VMStateDescription ringside_vmstate = {
    .name = TYPE_RINGSIDE,
    .unmigratable = 1,
};

static void ringside_describe(ObjectClass *class)
{
    object_class_property_set_description(class, "model", "rtl (default) or ref");
    object_class_property_set_description(class, "plugin", "path of libringside.so");
    object_class_property_set_description(class, "config", "card settings, key=value,...");
    object_class_property_set_description(class, "platform", "platform settings, key=value,...");
    object_class_property_set_description(class, "sync", "on: card inline in virtual time; "
                                          "off: on its own thread, following the wall clock");
}

static void ringside_class_init(ObjectClass *class, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(class);
    PCIDeviceClass *c = PCI_DEVICE_CLASS(class);

    c->realize = ringside_realize;
    c->exit = ringside_exit;
    c->vendor_id = PCI_VENDOR_ID_INTEL;
    c->device_id = RINGSIDE_DEVICE_ID;
    c->class_id = PCI_CLASS_NETWORK_ETHERNET;
    RESETTABLE_CLASS(class)->phases.hold = ringside_reset_hold;
    dc->desc = "Ringside: an 82574L-compatible card simulated from its RTL";
    dc->vmsd = &ringside_vmstate;
    dc->hotpluggable = false;
    device_class_set_props(dc, ringside_properties);
    ringside_describe(class);
    for (size_t i = 0; i < ARRAY_SIZE(ringside_counters); i++) {
        object_class_property_add(class, ringside_counters[i].name, "uint64", ringside_get_counter,
                                  NULL, NULL, (void *)&ringside_counters[i]);
    }
    set_bit(DEVICE_CATEGORY_NETWORK, dc->categories);
}

/* Firmware may boot from the card: bootindex=N says when it comes. */
static void ringside_instance_init(Object *obj)
{
    RingsideState *s = RINGSIDE(obj);

    device_add_bootindex_property(obj, &s->conf.bootindex, "bootindex", "/ethernet-phy@0",
                                  DEVICE(obj));
}

static const TypeInfo ringside_info = {
    .name = TYPE_RINGSIDE,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(RingsideState),
    .instance_init = ringside_instance_init,
    .class_init = ringside_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_PCIE_DEVICE },
        { }
    },
};

static void ringside_register_types(void)
{
    type_register_static(&ringside_info);
}

type_init(ringside_register_types)
