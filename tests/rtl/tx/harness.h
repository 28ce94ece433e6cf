// SPDX-License-Identifier: MIT
//
// tx_engine with a memory and a wire round it, for tests in C. The memory answers the engine's read
// clients in the order of their requests through one port, as dma_reader does: one answer beat a
// cycle, one cycle more when an unaligned request touches one beat more than it answers. Latency,
// gaps and back-pressure are set, and drawn from a seed.
//
// The harness itself fails a run (tx_error) on broken rules: a request or wire beat that changes
// before it is taken, bad lengths, bytes written outside the ring, registers that change while
// idle_o is set.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TX_MEM_BYTES = 8 << 20, TX_FRAME_MAX = 16384 };
#define TX_MEM_BASE 0x1234500000000ull

struct tx_options {
	uint64_t seed;
	unsigned read_latency;	// cycles from request to first answer beat
	unsigned write_latency; // cycles from data to response
	unsigned read_gap_pct;	// chance of a cycle without an answer beat
	unsigned req_stall_pct; // chance of a cycle in which requests are not taken
	unsigned wire_stall_pct;
	unsigned write_stall_pct;
	bool check_idle; // compare all registers whenever idle_o is set
	bool discard;	 // count frames, keep none
};

struct tx_frame {
	uint32_t len;
	bool bad; // ended with tuser
	uint64_t first_cycle, last_cycle;
	uint8_t data[TX_FRAME_MAX];
};

struct tx_counts {
	uint64_t cycles, idle_cycles;
	uint64_t frames, wire_bytes, first_beat_cycle, last_beat_cycle;
	uint64_t read_requests, read_bytes, desc_requests, writes;
	uint64_t ev_wb[2], ev_wb_ide[2], ev_txqe, ev_stamp; // of the two rings
	uint64_t controls, stat_xoff, stat_xon; // control frames of the MAC, not among frames
	uint64_t stat_frames, stat_bytes, stat_mcast, stat_bcast, stat_tso, stat_tso_fail;
};

struct tx_pins {
	bool psp, wb_all, tso_en, csum_en, vlan_en, hold;
	uint16_t vet;
	struct {
		bool enable;
		uint64_t base;
		uint32_t len;
		uint16_t tail;
	} ring[2];
};

struct tx;

struct tx *tx_new(const struct tx_options *options);
void tx_free(struct tx *tx);

uint8_t *tx_mem(struct tx *tx);	       // TX_MEM_BYTES at TX_MEM_BASE; other reads fail
struct tx_pins *tx_pin(struct tx *tx); // taken over at the next cycle
const struct tx_counts *tx_count(const struct tx *tx);
const char *tx_error(const struct tx *tx); // NULL: no rule broken
uint16_t tx_head(const struct tx *tx, unsigned ring);
bool tx_drained(const struct tx *tx);

void tx_write_head(struct tx *tx, unsigned ring, uint16_t head); // one cycle of head_we_i
void tx_soft_reset(struct tx *tx);				 // one cycle of srst_i
// Asks for a pause frame; the harness checks that it leaves once, whole and in order.
void tx_control(struct tx *tx, bool xoff, uint16_t quanta);
void tx_hold_wire(struct tx *tx, bool hold);
void tx_hold_reads(struct tx *tx, bool hold); // no read is answered
void tx_cycle(struct tx *tx, unsigned n);
bool tx_settle(struct tx *tx,
	       unsigned max_cycles); // until nothing moves any more; false: it never did

unsigned tx_frames(const struct tx *tx);
const struct tx_frame *tx_nth_frame(const struct tx *tx, unsigned i);
void tx_drop_frames(struct tx *tx);

#ifdef __cplusplus
}
#endif
