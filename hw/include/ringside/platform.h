/* SPDX-License-Identifier: MIT */
/*
 * The platform's C interface: what a host (the QEMU device, the host rung, a test) sees of the
 * simulated cards, wires and taps. One shared object, build/hw/libringside.so, exports
 * ringside_platform_abi(); another object with the same ABI can be used in its place.
 *
 * Threads: every call on one platform is made under one lock of the caller's. Host operations are
 * called back on the calling thread, from inside platform calls; a host operation must not call
 * back into the platform (doorbells that a card's DMA writes into its own BAR are an error response
 * of the host, see dma_write).
 *
 * Time: nanoseconds since power-on, 64 bit. All calls that carry a time need it monotone.
 *
 * Order: DMA, interrupts and frames are reported in the order in which the card made them; when a
 * host operation returns, its effect is visible to the CPU.
 */
#ifndef RINGSIDE_PLATFORM_H
#define RINGSIDE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RINGSIDE_PLATFORM_ABI_VERSION 1u

/* "Never", as a time. */
#define RINGSIDE_TIME_NEVER UINT64_MAX

/* The vector that stands for the INTx line in ringside_host_ops.irq. */
#define RINGSIDE_VECTOR_INTX 0xffu

/* The vector that stands for PME in ringside_host_ops.irq: only while pci_state.asleep. */
#define RINGSIDE_VECTOR_PME 0xfeu

struct ringside_platform;
struct ringside_card;
struct ringside_wire;

/* First member of every table: lets both sides refuse what they do not understand. */
struct ringside_abi_header {
	uint32_t version; /* RINGSIDE_PLATFORM_ABI_VERSION */
	uint32_t size;	  /* sizeof the table that it heads */
};

enum ringside_irq_mode { RINGSIDE_IRQ_INTX, RINGSIDE_IRQ_MSI, RINGSIDE_IRQ_MSIX };

enum ringside_reset_kind {
	RINGSIDE_RESET_POWER, /* everything, NVM contents too */
	RINGSIDE_RESET_PCI,   /* everything but NVM contents */
};

/* State of the PCI function that the card sees as inputs. */
struct ringside_pci_state {
	bool bus_master;
	bool link_up; /* carrier of the netdev or wire */
	enum ringside_irq_mode irq_mode;
	bool asleep; /* D3hot: frames are only looked at for what wakes (WUFC); bus_master is 0 */
};

/* What a card asks of its host. `host` is the pointer given to card_create. */
struct ringside_host_ops {
	struct ringside_abi_header abi;

	/*
	 * Copies len bytes (1..4096, never across a 4 KiB boundary) between the card and the memory
	 * of the host at bus address addr. Writes become visible in ascending order, aligned 8-byte
	 * units at once. Returns 0, or a negative errno: no memory there (own BAR, hole, overflow).
	 */
	int (*dma_read)(void *host, uint64_t addr, void *buf, size_t len);
	int (*dma_write)(void *host, uint64_t addr, const void *buf, size_t len);

	/*
	 * MSI-X or MSI: sends the message of the vector (level is 1). INTx: vector is
	 * RINGSIDE_VECTOR_INTX and level the new state of the line (1 asserted, 0 not). PME, a wake-up
	 * event: RINGSIDE_VECTOR_PME, level 1.
	 */
	void (*irq)(void *host, unsigned int vector, int level);

	/* Clears MSI-X pending bits (82574: PBACLR, and IMS with CTRL_EXT.PBA_CLR). Bit n: vector n. */
	void (*pba_clear)(void *host, uint32_t vector_mask);

	/*
	 * A frame (no FCS; 14..16384 bytes) that left the card at time_ns. Returns true when taken;
	 * false when the host cannot take it now: the card keeps it, stops sending, and tries again
	 * after card_transmit_ready(). Not called for a card that is attached to a wire.
	 */
	bool (*transmit)(void *host, const void *frame, size_t len, uint64_t time_ns);

	/* The card can take frames again after card_receive() returned 0. */
	void (*receive_ready)(void *host);

	/* A line of the platform's log (no newline at its end); severity 0 error, 1 warning, 2 info. */
	void (*log)(void *host, int severity, const char *line);

	/*
	 * Free mode, may be NULL: the time now. Asked for now and then in a burst while something in
	 * the card waits for a time, so that this does not come late by the rest of the burst; NULL:
	 * time stands still in a burst.
	 */
	uint64_t (*now)(void *host);
};

/* Exact counts since power-on, and time spent. */
struct ringside_card_counters {
	uint64_t cycles_clocked; /* clock edges evaluated (RTL) */
	uint64_t cycles_skipped; /* 4 ns periods that passed without being evaluated */
	uint64_t eval_ns;	 /* spent clocking the model, host operations and the scheduler's
				    interruptions excluded; sampled: costs < 2 % */
	uint64_t dma_read_bytes, dma_write_bytes;
	uint64_t dma_read_bursts, dma_write_bursts;
	uint64_t dma_errors;	      /* host operations that returned an error */
	uint64_t tx_frames, tx_bytes; /* on the wire, no FCS */
	uint64_t rx_frames, rx_bytes; /* taken from the wire, no FCS */
	uint64_t irqs;		      /* messages sent and INTx assertions */
};

/* Frames of one direction of a wire. */
struct ringside_wire_counters {
	uint64_t frames, bytes;
	uint64_t lost, duplicated, reordered, corrupted;
};

/*
 * The platform's calls. Strings are NUL-terminated; `err` (err_len bytes) receives one line without
 * a newline, naming the cure, when a call fails.
 *
 * SystemC has one kernel a process: one platform a process, cards and wires made before start.
 */
struct ringside_platform_abi {
	struct ringside_abi_header abi;

	/*
	 * Platform configuration, "key=value,key=value" (NULL or "": defaults); unknown keys are errors.
	 *   mode=virtual|sync|free   who owns time (interfaces.md section 1); default virtual.
	 *                            virtual, sync: a clocked cycle is 4 ns of now_i, DMA takes
	 *                            dma_latency_ns. free: now_i is the `until` of the last advance
	 *                            call, or later when the host tells the time in a burst (`now`);
	 *                            cycles, DMA and wire take no time.
	 *   skip=on|off              off: clock through sleeping time (virtual, sync). default on.
	 *   check_skips=on|off       RTL: of clock edges that a sleeping card or an idle block of it is
	 *                            spared, give the first, the last or some after all, and end the
	 *                            program with a message if one changes a register. default off.
	 *   dma_latency_ns=0..1000000 request to first data, and last write beat to B; default 500
	 *                            in virtual mode, 0 otherwise
	 *   burst_cycles=N           free mode: at most N cycles an advance call; default 256
	 *   slip_us=0..1000000       sync mode: how far a card may run ahead of the host's time to
	 *                            finish what it was given; default 100
	 *   trace=FILE.fst           only in a build with waves; trace_from_ns=, trace_to_ns=
	 * Returns NULL on error.
	 */
	struct ringside_platform *(*create)(const char *config, char *err, size_t err_len);

	/*
	 * Adds a card. model: "rtl" or "ref". config keys:
	 *   mac=aa:bb:cc:dd:ee:ff    written to NVM words 0..2 with a right checksum;
	 *                            default 52:54:00:12:34:56
	 *   receive=hold|drop        what happens to a frame that finds the receive FIFO full: hold
	 *                            (card_receive returns 0) or drop (counted in MPC). default hold
	 *   autoneg_ms=N             duration of auto-negotiation; default 10
	 *   tso= tx_csum= rx_csum= moderation= queues= vlan= rss= split= loopback= stats= ptp= pause=
	 *   detect= packet_csum=     on|off: feature straps, the bits of register RS_FEATURES in their
	 *                            order; default on, as far as the model has the feature
	 * Ownership: ops and host must live until destroy. NULL on error.
	 */
	struct ringside_card *(*card_create)(struct ringside_platform *p, const char *model,
					     const char *config,
					     const struct ringside_host_ops *ops, void *host,
					     char *err, size_t err_len);

	/*
	 * Adds a full-duplex wire. config keys:
	 *   rate_mbps=N (0: infinitely fast; default 1000) delay_ns=N (default 1000)
	 *   loss=P reorder=P duplicate=P corrupt=P  probabilities 0..1, default 0
	 *   reorder_ns=N  how much later a reordered frame arrives; default 200000
	 *   queue_frames=N  frames a direction holds before it blocks its sender (hold) ; default 1000
	 *   seed=N        of the wire's generator; default 1
	 *   pcap=FILE     pcapng tap, both directions, nanosecond time stamps
	 * A reordered frame is overtaken by later ones; a corrupted frame has one bit inverted.
	 */
	struct ringside_wire *(*wire_create)(struct ringside_platform *p, const char *config,
					     char *err, size_t err_len);

	/* Plugs a card into side 0 or 1 of a wire. 0, or -EINVAL / -EBUSY. Before start. */
	int (*wire_attach)(struct ringside_wire *w, int side, struct ringside_card *card);

	/* Elaborates; cards and wires are complete. 0 or a negative errno. */
	int (*start)(struct ringside_platform *p, char *err, size_t err_len);

	/*
	 * Runs until time `until_ns` (virtual, sync), or for a bounded burst at time until_ns (free).
	 * Returns the next time at which something will happen: > until_ns; in free mode `until_ns`
	 * itself when the burst ended with work left; RINGSIDE_TIME_NEVER when only the outside can
	 * wake the platform.
	 */
	uint64_t (*advance)(struct ringside_platform *p, uint64_t until_ns);

	/* The platform's time: nanoseconds since power_on. */
	uint64_t (*now)(struct ringside_platform *p);

	/*
	 * As if power had been cut: cards, wires, counters and time start anew, in place, without
	 * host operations being called. The configuration, and the pcap file, stay.
	 */
	void (*power_on)(struct ringside_platform *p);

	/* Frees everything. The process cannot make a second platform after it (SystemC). */
	void (*destroy)(struct ringside_platform *p);

	/*
	 * Register access at time_ns (>= now) at offset addr of BAR0 (0..0x1ffff), size 4 (1 and 2:
	 * lane of the dword on read; writes of 1 and 2 are ignored). Moves card time by at most 64
	 * cycles. mmio_read returns after all earlier writes have acted and the DMA and interrupts
	 * the card made before answering are visible. In sync mode mmio_write returns when the card
	 * is quiescent, or slip_us ahead of time_ns.
	 */
	uint32_t (*card_mmio_read)(struct ringside_card *c, uint64_t time_ns, uint32_t addr,
				   unsigned int size);
	void (*card_mmio_write)(struct ringside_card *c, uint64_t time_ns, uint32_t addr,
				uint32_t value, unsigned int size);

	/*
	 * Hands the card a frame from a netdev (no FCS, 14..16384 bytes, shorter ones are padded to
	 * 60). 1: taken (copied); 0: full, offer it again after receive_ready(); -EINVAL: bad length.
	 * Not for a card on a wire.
	 */
	int (*card_receive)(struct ringside_card *c, const void *frame, size_t len);

	/* Whether card_receive() would take a frame now. */
	bool (*card_receive_ready)(struct ringside_card *c);

	/* The host can take frames again after its transmit() returned false. */
	void (*card_transmit_ready)(struct ringside_card *c);

	/* Changes of the PCI function's state; reset lets DMA that is under way finish first. */
	void (*card_pci_state)(struct ringside_card *c, const struct ringside_pci_state *state);
	void (*card_reset)(struct ringside_card *c, enum ringside_reset_kind kind);

	void (*card_counters)(struct ringside_card *c, struct ringside_card_counters *out);
	void (*wire_counters)(struct ringside_wire *w, int side_from,
			      struct ringside_wire_counters *out);

	/*
	 * As card_receive(), of a frame whose frame check sequence is wrong, as a bad cable brings it.
	 * A short one is not padded: it is a fragment.
	 */
	int (*card_receive_damaged)(struct ringside_card *c, const void *frame, size_t len);

	/*
	 * From any thread, also while another is inside the platform: the card's burst under way, or
	 * its next one, ends soon (free mode), so that a write that is kept until then need not wait
	 * for the whole of it. A card that is sending goes on until it has sent.
	 */
	void (*card_end_burst)(struct ringside_card *c);
};

/* The shared object's only symbol for hosts (sc_main is there for libsystemc); NULL never. */
const struct ringside_platform_abi *ringside_platform_abi(void);

#ifdef __cplusplus
}
#endif
#endif
