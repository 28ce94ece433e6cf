/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hub; see ringside_hub.h. */
#include "qemu/osdep.h"
#include <dlfcn.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/rcu.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "system/cpu-timers.h"
#include "system/runstate.h"
#include "system/system.h"
#include "ringside_hub.h"
#include "ringside_frames.h"

/* How long the free-running thread looks for work before it sleeps. */
#define SPIN_NS          (50 * SCALE_US)
#define POSTED_WRITES    1024
/* From so many bytes on, frames are handed over by the main loop, so many at a time; the card's own
 * thread goes on meanwhile. */
#define BULK_BYTES       (16 * KiB)
#define BULK_FRAMES      32
/* How many bursts a caller gives the platform while the thread sleeps. */
#define INLINE_BURSTS    4
/* More bytes than that, either way, did not come alone. */
#define INLINE_BYTES     (2 * KiB)
/* How often at most the thread is woken at once after that, or after more bursts were needed. */
#define INLINE_PAUSE_MAX 16
/* How many bursts a card gets to finish what is under way when the VM stops. */
#define STOP_BURSTS      1000
#define ERROR_LINE_BYTES 256

typedef struct PostedWrite {
    RingsideSlot *slot;
    uint32_t addr, value;
    unsigned size;
} PostedWrite;

/*
 * What waits to be done to the interrupt lines and messages, a bit a vector. However much the card
 * asks for meanwhile, this holds it: a message that already waits need not be sent twice, and of
 * a line only the last level counts.
 */
typedef struct StagedIrqs {
    uint32_t clear_first, messages, clear_last; /* in this order */
    bool pme;
    bool intx_changed;
    int intx_level;
} StagedIrqs;

typedef struct RingsideHub {
    const struct ringside_platform_abi *abi;
    struct ringside_platform *platform;
    char *plugin, *platform_config;
    bool free_running, started, delivering;
    Notifier machine_done, process_exit;
    QTAILQ_HEAD(, RingsideSlot) slots;
    uint64_t zero_ns; /* QEMU_CLOCK_VIRTUAL at the platform's time 0 */

    /* Held round every call into the platform; taken under the BQL or without it, never the other
     * way round. */
    QemuMutex card_lock;

    QEMUTimer *timer; /* synchronous mode */

    /* free-running mode */
    QEMUBH *bulk;
    bool bulk_active;     /* the main loop carries out what is staged, or will; whoever sets it schedules */
    QemuThread thread;
    bool running;         /* VM runs; set under the card lock */
    bool woken;           /* since the thread last began to run the platform */
    int sleeping;         /* the thread waits on wake_fd */
    uint64_t sleep_until; /* the card's time, valid while it does */
    bool running_inline;  /* BQL */
    int64_t last_frame_ns; /* get_clock() when the netdev last brought one; BQL */
    unsigned inline_pause; /* how often the thread is woken instead, doubled each time; BQL */
    unsigned inline_pauses_left; /* BQL */
    int wake_fd;
    int woken_on;         /* the host's CPU on which a guest's CPU woke the thread, or -1 */
    unsigned waiting;     /* others who want the card lock */
    QemuMutex posted_lock;
    PostedWrite posted[POSTED_WRITES];
    unsigned posted_head, posted_tail;
} RingsideHub;

struct RingsideSlot {
    RingsideHub *hub;
    PCIDevice *pci;
    struct ringside_card *card;
    const RingsideSlotOps *ops;
    void *opaque;
    QTAILQ_ENTRY(RingsideSlot) next;

    RingsideFrames to_net, to_card;
    /* written under the BQL */
    bool net_blocked;     /* the netdev holds a frame of ours; transmit_ready follows */
    bool net_was_full;    /* the netdev was refused; receive_ready follows */
    /* card lock */
    bool card_stopped;    /* the card's transmit waits for room in to_net */
    bool receive_blocked; /* card_receive() said full */

    QemuMutex staged_lock;
    StagedIrqs staged;
    bool any_staged;
};

static RingsideHub *the_hub; /* SystemC: one kernel a process */

static uint64_t hub_now(RingsideHub *hub)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - hub->zero_ns;
}

/* ---- host operations: called by the platform, card lock held ---- */

static int slot_dma(RingsideSlot *slot, uint64_t addr, void *buf, size_t len, DMADirection dir)
{
    /* RAM only: a card that masters its own BAR or another device gets an error response */
    const MemTxAttrs attrs = { .memory = true };

    return pci_dma_rw(slot->pci, addr, buf, len, dir, attrs) == MEMTX_OK ? 0 : -EFAULT;
}

static int host_dma_read(void *host, uint64_t addr, void *buf, size_t len)
{
    return slot_dma(host, addr, buf, len, DMA_DIRECTION_TO_DEVICE);
}

static int host_dma_write(void *host, uint64_t addr, const void *buf, size_t len)
{
    return slot_dma(host, addr, (void *)buf, len, DMA_DIRECTION_FROM_DEVICE);
}

static void host_irq(void *host, unsigned vector, int level)
{
    RingsideSlot *slot = host;
    StagedIrqs *staged = &slot->staged;
    QEMU_LOCK_GUARD(&slot->staged_lock);

    if (vector == RINGSIDE_VECTOR_INTX) {
        staged->intx_changed = true;
        staged->intx_level = level;
    } else if (vector == RINGSIDE_VECTOR_PME) {
        staged->pme = true;
    } else {
        assert(vector < 32);
        staged->messages |= 1u << vector;
        staged->clear_first |= staged->clear_last & 1u << vector;
        staged->clear_last &= ~(1u << vector);
    }
    qatomic_set(&slot->any_staged, true);
}

static void host_pba_clear(void *host, uint32_t mask)
{
    RingsideSlot *slot = host;
    StagedIrqs *staged = &slot->staged;
    QEMU_LOCK_GUARD(&slot->staged_lock);

    staged->clear_first |= mask & ~staged->messages;
    staged->clear_last |= mask & staged->messages;
    qatomic_set(&slot->any_staged, true);
}

/* Has the main loop hand frames over, while the card goes on. */
static void hub_start_bulk(RingsideHub *hub)
{
    if (!qatomic_xchg(&hub->bulk_active, true)) {
        qemu_bh_schedule(hub->bulk);
    }
}

static bool host_transmit(void *host, const void *frame, size_t len, uint64_t time_ns)
{
    RingsideSlot *slot = host;

    if (len > RINGSIDE_FRAME_MAX) {
        return true; /* no wire carries it */
    }
    if (!ringside_frames_room(&slot->to_net)) {
        slot->card_stopped = true;
        return false;
    }
    ringside_frames_put(&slot->to_net, frame, len);
    if (slot->hub->free_running && !qatomic_read(&slot->net_blocked) &&
        ringside_frames_used(&slot->to_net) >= BULK_BYTES) {
        hub_start_bulk(slot->hub);
    }
    return true;
}

static void host_receive_ready(void *host)
{
    RingsideSlot *slot = host;

    slot->receive_blocked = false;
}

static void host_log(void *host, int severity, const char *line)
{
    if (severity == 0) {
        error_report("ringside: %s", line);
    } else if (severity == 1) {
        warn_report("ringside: %s", line);
    } else {
        info_report("ringside: %s", line);
    }
}

static uint64_t host_now(void *host)
{
    RingsideSlot *slot = host;

    return hub_now(slot->hub);
}

static const struct ringside_host_ops host_ops = {
    .abi = { RINGSIDE_PLATFORM_ABI_VERSION, sizeof(struct ringside_host_ops) },
    .dma_read = host_dma_read,
    .dma_write = host_dma_write,
    .irq = host_irq,
    .pba_clear = host_pba_clear,
    .transmit = host_transmit,
    .receive_ready = host_receive_ready,
    .log = host_log,
    .now = host_now,
};

/* ---- carrying out what was staged: BQL held ---- */

static void slot_deliver_irqs(RingsideSlot *slot)
{
    StagedIrqs staged;

    if (!qatomic_read(&slot->any_staged)) {
        return;
    }
    WITH_QEMU_LOCK_GUARD(&slot->staged_lock) {
        staged = slot->staged;
        slot->staged = (StagedIrqs) { 0 };
        qatomic_set(&slot->any_staged, false);
    }
    slot->ops->pba_clear(slot->opaque, staged.clear_first);
    for (uint32_t left = staged.messages; left; left &= left - 1) {
        slot->ops->irq(slot->opaque, ctz32(left), 1);
    }
    slot->ops->pba_clear(slot->opaque, staged.clear_last);
    if (staged.intx_changed) {
        slot->ops->irq(slot->opaque, RINGSIDE_VECTOR_INTX, staged.intx_level);
    }
    if (staged.pme) {
        slot->ops->irq(slot->opaque, RINGSIDE_VECTOR_PME, 1);
    }
}

/* While the VM stands still QEMU would purge what it cannot send: frames wait here instead. */
static bool slot_may_send(RingsideSlot *slot)
{
    return !qatomic_read(&slot->net_blocked) && qatomic_read(&slot->hub->running) &&
           !ringside_frames_empty(&slot->to_net);
}

static void slot_deliver_frames(RingsideSlot *slot, unsigned max_frames)
{
    const uint8_t *frame;
    size_t len;

    while (max_frames-- && slot_may_send(slot) &&
           (frame = ringside_frames_peek(&slot->to_net, &len))) {
        qatomic_set(&slot->net_blocked, !slot->ops->transmit(slot->opaque, frame, len));
        ringside_frames_drop(&slot->to_net, len);
        slot_deliver_irqs(slot); /* they do not wait for a long row of frames */
    }
}

static void hub_deliver_some(RingsideHub *hub, unsigned max_frames)
{
    RingsideSlot *slot;

    if (hub->delivering) {
        return; /* a netdev answered inside our own transmit */
    }
    hub->delivering = true;
    QTAILQ_FOREACH(slot, &hub->slots, next) {
        slot_deliver_irqs(slot);
        slot_deliver_frames(slot, max_frames);
        if (slot->net_was_full && ringside_frames_room(&slot->to_card)) {
            qatomic_set(&slot->net_was_full, false);
            slot->ops->receive_ready(slot->opaque);
        }
    }
    hub->delivering = false;
}

static void hub_deliver(RingsideHub *hub)
{
    hub_deliver_some(hub, UINT_MAX);
}

static bool hub_has_staged(RingsideHub *hub)
{
    RingsideSlot *slot;

    QTAILQ_FOREACH(slot, &hub->slots, next) {
        if (slot_may_send(slot) || qatomic_read(&slot->any_staged) ||
            (qatomic_read(&slot->net_was_full) && ringside_frames_room(&slot->to_card))) {
            return true;
        }
    }
    return false;
}

/*
 * The card lock, for everybody but the hub's thread: that goes from burst to burst and would win
 * every race for it, so it lets those who wait go first.
 */
static void hub_lock_card(RingsideHub *hub)
{
    qatomic_inc(&hub->waiting);
    qemu_mutex_lock(&hub->card_lock);
    qatomic_dec(&hub->waiting);
}

/* ---- running the platform: card lock held ---- */

static void hub_post_writes(RingsideHub *hub)
{
    for (;;) {
        PostedWrite w;

        WITH_QEMU_LOCK_GUARD(&hub->posted_lock) {
            if (hub->posted_head == hub->posted_tail) {
                return;
            }
            w = hub->posted[hub->posted_head % POSTED_WRITES];
            qatomic_set(&hub->posted_head, hub->posted_head + 1);
        }
        hub->abi->card_mmio_write(w.slot->card, hub_now(hub), w.addr, w.value, w.size);
    }
}

/* Moves staged frames of the netdev into the card; true when it took one. */
static bool slot_feed(RingsideSlot *slot)
{
    const struct ringside_platform_abi *abi = slot->hub->abi;
    const uint8_t *frame;
    bool fed = false;
    size_t len;

    if (slot->card_stopped && ringside_frames_room(&slot->to_net)) {
        slot->card_stopped = false;
        abi->card_transmit_ready(slot->card);
        fed = true;
    }
    while (!slot->receive_blocked && (frame = ringside_frames_peek(&slot->to_card, &len))) {
        slot->receive_blocked = true;
        if (abi->card_receive(slot->card, frame, len) == 0) {
            break;
        }
        slot->receive_blocked = false;
        ringside_frames_drop(&slot->to_card, len);
        fed = true;
    }
    return fed;
}

static bool hub_feed(RingsideHub *hub)
{
    RingsideSlot *slot;
    bool fed = false;

    QTAILQ_FOREACH(slot, &hub->slots, next) {
        fed |= slot_feed(slot);
    }
    return fed;
}

/* One bounded run; returns the next time wanted. */
static uint64_t hub_run(RingsideHub *hub)
{
    uint64_t next;

    hub_post_writes(hub);
    hub_feed(hub);
    next = hub->abi->advance(hub->platform, hub_now(hub));
    return hub_feed(hub) ? hub_now(hub) : next;
}

/* ---- synchronous mode: everything under the BQL ---- */

static void hub_run_sync(RingsideHub *hub)
{
    uint64_t next;

    if (hub->delivering || !hub->started) {
        return; /* the loop below, further up the stack, sees what was staged */
    }
    do {
        hub_lock_card(hub);
        next = hub_run(hub);
        qemu_mutex_unlock(&hub->card_lock);
        hub_deliver(hub);
    } while (next <= hub_now(hub) || hub_has_staged(hub));
    if (next == RINGSIDE_TIME_NEVER) {
        timer_del(hub->timer);
    } else {
        timer_mod_ns(hub->timer, next + hub->zero_ns);
    }
}

static void hub_timer(void *opaque)
{
    hub_run_sync(opaque);
}

/* ---- free-running mode ---- */

/* After whatever the thread shall see, be it posted, staged for the card, or done to the card. */
static void hub_wake(RingsideHub *hub)
{
    qatomic_set(&hub->woken, true);
    smp_mb();
    if (qatomic_read(&hub->sleeping) && qatomic_xchg(&hub->sleeping, 0)) {
        qatomic_set(&hub->woken_on, current_cpu ? sched_getcpu() : -1);
        eventfd_write(hub->wake_fd, 1);
    }
}

/* Whoever changes what the card wants, `next` included, wakes the thread: there is no need to look. */
static bool hub_has_work(RingsideHub *hub, uint64_t next)
{
    return qatomic_read(&hub->woken) || (qatomic_read(&hub->running) && hub_now(hub) >= next);
}

/*
 * The guest's CPU that woke the thread runs on. When the host's scheduler has put both on one CPU, one
 * waits for the other until the load is balanced, milliseconds later: so the thread moves away.
 */
static void hub_leave_cpu(RingsideHub *hub)
{
    int cpu = qatomic_xchg(&hub->woken_on, -1);
    cpu_set_t ours, others;

    if (cpu < 0 || cpu != sched_getcpu() || sched_getaffinity(0, sizeof(ours), &ours)) {
        return;
    }
    others = ours;
    CPU_CLR(cpu, &others);
    if (CPU_COUNT(&others)) {
        sched_setaffinity(0, sizeof(others), &others);
        sched_setaffinity(0, sizeof(ours), &ours);
    }
}

static void hub_sleep(RingsideHub *hub, uint64_t next)
{
    struct pollfd wake = { .fd = hub->wake_fd, .events = POLLIN };
    struct timespec limit, *timeout = NULL;
    uint64_t now, count;

    qatomic_set(&hub->sleep_until, next);
    qatomic_set(&hub->sleeping, 1);
    smp_mb();
    if (!hub_has_work(hub, next)) {
        if (next != RINGSIDE_TIME_NEVER && qatomic_read(&hub->running)) {
            now = hub_now(hub);
            next = next > now ? MIN(next - now, NANOSECONDS_PER_SECOND) : 0;
            limit.tv_sec = next / NANOSECONDS_PER_SECOND;
            limit.tv_nsec = next % NANOSECONDS_PER_SECOND;
            timeout = &limit;
        }
        ppoll(&wake, 1, timeout, NULL);
        hub_leave_cpu(hub);
    }
    qatomic_set(&hub->sleeping, 0);
    while (eventfd_read(hub->wake_fd, &count) == 0) {
    }
}

static void hub_wait(RingsideHub *hub, uint64_t next)
{
    int64_t spin_until = get_clock() + SPIN_NS;

    while (!hub_has_work(hub, next)) {
        if (get_clock() > spin_until || !qatomic_read(&hub->running)) {
            hub_sleep(hub, next);
            return;
        }
    }
}

/* A burst, when the VM runs; returns the next time wanted. */
static uint64_t hub_run_free(RingsideHub *hub)
{
    uint64_t next = RINGSIDE_TIME_NEVER;

    while (qatomic_read(&hub->waiting)) {
        sched_yield();
    }
    qatomic_xchg(&hub->woken, false);
    WITH_QEMU_LOCK_GUARD(&hub->card_lock) {
        if (hub->running) {
            next = hub_run(hub);
        }
    }
    return next;
}

/* Main loop: hands frames over while the card goes on; lets others have the BQL in between. */
static void hub_bulk(void *opaque)
{
    RingsideHub *hub = opaque;

    hub_deliver_some(hub, BULK_FRAMES);
    hub_wake(hub); /* a card that waited for room */
    qatomic_set(&hub->bulk_active, false);
    smp_mb(); /* the thread stages, then looks whether we are active; we the other way round */
    if (hub_has_staged(hub)) {
        hub_start_bulk(hub);
    }
}

/*
 * Carries out what was staged; false when there is nothing to do here. Handing a frame over can cost
 * as much as simulating it, so the main loop does it when there are many.
 */
static bool hub_deliver_free(RingsideHub *hub)
{
    /* frames were staged: hub_bulk(); or taken: ringside_slot_can_receive() */
    smp_mb();
    if (qatomic_read(&hub->bulk_active) || !hub_has_staged(hub)) {
        return false;
    }
    bql_lock();
    hub_deliver(hub);
    bql_unlock();
    return true;
}

static void *hub_thread(void *opaque)
{
    RingsideHub *hub = opaque;
    uint64_t next;

    rcu_register_thread();
    prctl(PR_SET_TIMERSLACK, 1);
    for (;;) {
        next = hub_run_free(hub);
        if (!hub_deliver_free(hub)) {
            hub_wait(hub, next);
        }
    }
    return NULL;
}

/* Frames of more than so many bytes wait for a netdev. */
static bool hub_has_output(RingsideHub *hub, uint32_t bytes)
{
    RingsideSlot *slot;

    QTAILQ_FOREACH(slot, &hub->slots, next) {
        if (ringside_frames_used(&slot->to_net) > bytes) {
            return true;
        }
    }
    return false;
}

/* Frames of more than so many bytes wait for a card. */
static bool hub_has_input(RingsideHub *hub, uint32_t bytes)
{
    RingsideSlot *slot;

    QTAILQ_FOREACH(slot, &hub->slots, next) {
        if (ringside_frames_used(&slot->to_card) > bytes) {
            return true;
        }
    }
    return false;
}

/*
 * What comes alone is best run by who brings it. Something came alone when the thread sleeps; where
 * that proved wrong the thread has the next few.
 */
static bool hub_comes_alone(RingsideHub *hub)
{
    if (!qatomic_read(&hub->sleeping) || hub->delivering) {
        return false;
    }
    if (hub->inline_pauses_left) {
        hub->inline_pauses_left--;
        return false;
    }
    return true;
}

static void hub_ran_inline(RingsideHub *hub, bool came_alone)
{
    if (!came_alone) {
        hub->inline_pause = MIN(2 * hub->inline_pause + 1, INLINE_PAUSE_MAX);
    } else if (hub->inline_pause) {
        hub->inline_pause--;
    }
    hub->inline_pauses_left = hub->inline_pause;
}

/*
 * The caller has something new for the platform. While the thread sleeps the caller runs the platform
 * itself: a small frame takes less than to wake the thread. If the platform is not done soon, or a
 * row of frames comes of it, the thread is woken after all. BQL held.
 */
static void hub_run_inline(RingsideHub *hub)
{
    uint64_t next = 0;
    bool alone = true;

    if (hub->running_inline) { /* a netdev answers: the loop below, further up the stack, sees it */
        if (hub_has_input(hub, INLINE_BYTES)) {
            hub_wake(hub);
        }
        return;
    }
    if (!hub_comes_alone(hub)) {
        hub_wake(hub);
        return;
    }
    hub->running_inline = true;
    for (int burst = 0; burst < INLINE_BURSTS && alone && next <= hub_now(hub); burst++) {
        if (qemu_mutex_trylock(&hub->card_lock)) {
            next = 0;
            break;
        }
        next = hub->running ? hub_run(hub) : RINGSIDE_TIME_NEVER;
        qemu_mutex_unlock(&hub->card_lock);
        alone = !hub_has_output(hub, INLINE_BYTES);
        hub_deliver(hub);
        if (hub_has_input(hub, 0)) { /* the netdev answered */
            next = 0;
        }
        if (hub_has_input(hub, INLINE_BYTES)) {
            break;
        }
    }
    hub->running_inline = false;
    hub_ran_inline(hub, alone && (next > hub_now(hub) || hub_has_input(hub, 0)));
    if (next < qatomic_read(&hub->sleep_until)) {
        hub_wake(hub);
    }
}

/* Carries out what was staged, and lets the platform go on. BQL held. */
static void hub_go_on(RingsideHub *hub)
{
    hub_deliver(hub);
    if (hub->free_running) {
        hub_wake(hub);
    } else {
        hub_run_sync(hub);
    }
}

/* The VM stops: finish what is under way, so that no DMA comes while it stands still. */
static void hub_vm_state(void *opaque, bool running, RunState state)
{
    RingsideHub *hub = opaque;

    hub_lock_card(hub);
    qatomic_set(&hub->running, running);
    for (int burst = 0; !running && hub->started && burst < STOP_BURSTS; burst++) {
        if (hub_run(hub) > hub_now(hub)) {
            break;
        }
    }
    qemu_mutex_unlock(&hub->card_lock);
    if (hub->started) {
        hub_go_on(hub);
    }
}

/* ---- life of the hub ---- */

static void hub_start(Notifier *notifier, void *data)
{
    RingsideHub *hub = container_of(notifier, RingsideHub, machine_done);
    char why[ERROR_LINE_BYTES] = "";

    if (hub->abi->start(hub->platform, why, sizeof(why))) {
        error_report("ringside: the simulation platform does not start: %s", why);
        exit(EXIT_FAILURE);
    }
    hub->zero_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    hub->started = true;
    if (hub->free_running) {
        qemu_thread_create(&hub->thread, "ringside", hub_thread, hub, QEMU_THREAD_DETACHED);
    } else {
        hub_run_sync(hub);
    }
}

/* The card lock stays taken: neither the thread nor a CPU enters the platform any more. */
static void hub_exit(Notifier *notifier, void *data)
{
    RingsideHub *hub = container_of(notifier, RingsideHub, process_exit);

    hub_lock_card(hub);
    hub->abi->destroy(hub->platform);
}

static const struct ringside_platform_abi *load_plugin(const char *path, Error **errp)
{
    const struct ringside_platform_abi *(*entry)(void);
    const struct ringside_platform_abi *abi;
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (!object) {
        error_setg(errp, "cannot load the card plug-in: %s; build it with 'make hw' and pass "
                   "plugin=/path/to/libringside.so", dlerror());
        return NULL;
    }
    entry = dlsym(object, "ringside_platform_abi");
    abi = entry ? entry() : NULL;
    if (!abi) {
        error_setg(errp, "plug-in '%s' has no ringside_platform_abi(); pass a libringside.so as "
                   "plugin=", path);
    } else if (abi->abi.version != RINGSIDE_PLATFORM_ABI_VERSION ||
               abi->abi.size < sizeof(*abi)) {
        error_setg(errp, "plug-in '%s' has platform ABI version %u, this QEMU wants %u; rebuild "
                   "both with 'make'", path, abi->abi.version, RINGSIDE_PLATFORM_ABI_VERSION);
        abi = NULL;
    }
    if (!abi) {
        dlclose(object);
    }
    return abi;
}

static RingsideHub *hub_create(const char *plugin, const char *platform_config, bool free_running,
                               Error **errp)
{
    const struct ringside_platform_abi *abi = load_plugin(plugin, errp);
    g_autofree char *config = g_strdup_printf("mode=%s%s%s", free_running ? "free" : "sync",
                                              platform_config ? "," : "", platform_config ?: "");
    char why[ERROR_LINE_BYTES] = "";
    RingsideHub *hub;

    if (!abi) {
        return NULL;
    }
    hub = g_new0(RingsideHub, 1);
    hub->abi = abi;
    hub->platform = abi->create(config, why, sizeof(why));
    if (!hub->platform) {
        error_setg(errp, "the simulation platform refuses '%s': %s", config, why);
        g_free(hub);
        return NULL;
    }
    hub->plugin = g_strdup(plugin);
    hub->platform_config = g_strdup(platform_config);
    hub->free_running = free_running;
    QTAILQ_INIT(&hub->slots);
    qemu_mutex_init(&hub->card_lock);
    qemu_mutex_init(&hub->posted_lock);
    hub->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    hub->woken_on = -1;
    hub->bulk = qemu_bh_new(hub_bulk, hub);
    hub->timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, hub_timer, hub);
    hub->machine_done.notify = hub_start;
    qemu_add_machine_init_done_notifier(&hub->machine_done);
    hub->process_exit.notify = hub_exit;
    qemu_add_exit_notifier(&hub->process_exit);
    qemu_add_vm_change_state_handler(hub_vm_state, hub);
    return hub;
}

RingsideSlot *ringside_slot_create(PCIDevice *pci, const char *plugin, const char *platform_config,
                                   bool free_running, const char *model, const char *config,
                                   const RingsideSlotOps *ops, void *opaque, Error **errp)
{
    char why[ERROR_LINE_BYTES] = "";
    RingsideHub *hub = the_hub;
    RingsideSlot *slot;

    if (hub && (strcmp(hub->plugin, plugin) || hub->free_running != free_running ||
                g_strcmp0(hub->platform_config, platform_config))) {
        error_setg(errp, "all ringside devices share one platform: give them the same plugin=, "
                   "sync= and platform=");
        return NULL;
    }
    if (hub && hub->started) {
        error_setg(errp, "ringside devices cannot be hot-plugged: put them on the command line");
        return NULL;
    }
    if (!hub) {
        hub = hub_create(plugin, platform_config, free_running, errp);
        if (!hub) {
            return NULL;
        }
        the_hub = hub;
    }
    slot = g_new0(RingsideSlot, 1);
    slot->card = hub->abi->card_create(hub->platform, model, config, &host_ops, slot, why,
                                       sizeof(why));
    if (!slot->card) {
        error_setg(errp, "no card: %s", why);
        g_free(slot);
        return NULL;
    }
    slot->hub = hub;
    slot->pci = pci;
    slot->ops = ops;
    slot->opaque = opaque;
    qemu_mutex_init(&slot->staged_lock);
    ringside_frames_init(&slot->to_net);
    ringside_frames_init(&slot->to_card);
    QTAILQ_INSERT_TAIL(&hub->slots, slot, next);
    return slot;
}

/* ---- the device's side ---- */

uint32_t ringside_slot_read(RingsideSlot *slot, uint32_t addr, unsigned size)
{
    RingsideHub *hub = slot->hub;
    uint32_t value;

    if (!hub->started) {
        return 0;
    }
    if (hub->free_running) {
        bql_unlock(); /* whoever needs the card runs it; others go on meanwhile */
    }
    hub_lock_card(hub);
    hub_post_writes(hub);
    value = hub->abi->card_mmio_read(slot->card, hub_now(hub), addr, size);
    qemu_mutex_unlock(&hub->card_lock);
    if (hub->free_running) {
        bql_lock();
    }
    hub_go_on(hub);
    return value;
}

static bool hub_queue_write(RingsideHub *hub, PostedWrite w)
{
    QEMU_LOCK_GUARD(&hub->posted_lock);

    if (hub->posted_tail - hub->posted_head == POSTED_WRITES) {
        return false;
    }
    hub->posted[hub->posted_tail % POSTED_WRITES] = w;
    qatomic_set(&hub->posted_tail, hub->posted_tail + 1);
    return true;
}

void ringside_slot_write(RingsideSlot *slot, uint32_t addr, uint32_t value, unsigned size)
{
    RingsideHub *hub = slot->hub;

    if (!hub->started) {
        return;
    }
    if (!hub->free_running) {
        hub_lock_card(hub);
        hub->abi->card_mmio_write(slot->card, hub_now(hub), addr, value, size);
        qemu_mutex_unlock(&hub->card_lock);
        hub_run_sync(hub);
        return;
    }
    while (!hub_queue_write(hub, (PostedWrite) { slot, addr, value, size })) {
        bql_unlock();
        hub_lock_card(hub);
        hub_post_writes(hub);
        qemu_mutex_unlock(&hub->card_lock);
        bql_lock();
    }
    if (!qatomic_read(&hub->sleeping)) {
        hub->abi->card_end_burst(slot->card); /* the thread may be in the middle of one */
    }
    hub_run_inline(hub);
}

bool ringside_slot_can_receive(RingsideSlot *slot)
{
    if (ringside_frames_room(&slot->to_card)) {
        return true;
    }
    /* The thread takes frames, then looks whether someone was refused; we the other way round. */
    qatomic_set(&slot->net_was_full, true);
    smp_mb();
    return ringside_frames_room(&slot->to_card);
}

/* A frame soon after another is one of a row: the thread takes those. */
static void hub_run_frame(RingsideHub *hub)
{
    const int64_t now_ns = get_clock();

    if (now_ns - hub->last_frame_ns < SPIN_NS && !hub->running_inline) {
        hub_wake(hub);
    } else {
        hub_run_inline(hub);
    }
    hub->last_frame_ns = now_ns;
}

bool ringside_slot_receive(RingsideSlot *slot, const uint8_t *frame, size_t len)
{
    if (!ringside_slot_can_receive(slot)) {
        return false;
    }
    ringside_frames_put(&slot->to_card, frame, len);
    if (slot->hub->free_running) {
        hub_run_frame(slot->hub);
    } else {
        hub_run_sync(slot->hub);
    }
    return true;
}

void ringside_slot_transmit_ready(RingsideSlot *slot)
{
    qatomic_set(&slot->net_blocked, false);
    hub_go_on(slot->hub);
}

void ringside_slot_pci_state(RingsideSlot *slot, const struct ringside_pci_state *state)
{
    RingsideHub *hub = slot->hub;

    hub_lock_card(hub);
    hub_post_writes(hub);
    hub->abi->card_pci_state(slot->card, state);
    qemu_mutex_unlock(&hub->card_lock);
    if (hub->started) {
        hub_go_on(hub);
    }
}

void ringside_slot_reset(RingsideSlot *slot, enum ringside_reset_kind kind)
{
    RingsideHub *hub = slot->hub;

    if (!hub->started) {
        return; /* it starts in this state */
    }
    hub_lock_card(hub);
    hub_post_writes(hub);
    hub->abi->card_reset(slot->card, kind);
    slot->receive_blocked = false;
    slot->card_stopped = false;
    qemu_mutex_unlock(&hub->card_lock);
    hub_go_on(hub);
}

void ringside_slot_counters(RingsideSlot *slot, struct ringside_card_counters *out)
{
    RingsideHub *hub = slot->hub;

    hub_lock_card(hub);
    hub->abi->card_counters(slot->card, out);
    qemu_mutex_unlock(&hub->card_lock);
}
