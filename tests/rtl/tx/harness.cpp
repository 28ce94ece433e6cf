// SPDX-License-Identifier: MIT
// See harness.h.

#include "harness.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

#include "Vtx_engine.h"
#include "Vtx_engine___024root.h"
#include "verilated.h"

#ifndef BEAT_BYTES
#define BEAT_BYTES 128
#endif

namespace
{

constexpr unsigned Beat = BEAT_BYTES;
#ifdef BARE
constexpr bool Bare = true; // tests see the straps off, the engine has them on
#else
constexpr bool Bare = false;
#endif

// xorshift64*: small, seeded, the same everywhere.
class Random
{
      public:
	explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1)
	{
	}
	bool percent(unsigned p)
	{
		return p && (next() >> 33) % 100 < p;
	}

      private:
	uint64_t next()
	{
		state_ ^= state_ >> 12;
		state_ ^= state_ << 25;
		state_ ^= state_ >> 27;
		return state_ * 2685821657736338717ull;
	}
	uint64_t state_;
};

struct Read {
	bool desc;
	uint64_t addr;
	unsigned len, sent;
	uint64_t due;
	bool extra; // one bus beat more than answer beats
};

struct Write {
	uint64_t addr;
	unsigned len;
	bool has_data;
	uint64_t due;
	uint32_t value;
};

constexpr unsigned ControlHead = 18, ControlBytes = 60;
const uint8_t control_address[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};

template <typename Port> uint8_t *bytes_of(Port &port)
{
	return reinterpret_cast<uint8_t *>(&port);
}

} // namespace

struct tx {
	explicit tx(const tx_options &o)
	    : opt(o), random(o.seed), mem(static_cast<uint8_t *>(calloc(1, TX_MEM_BYTES)), free),
	      dut(std::make_unique<Vtx_engine>(&context))
	{
		memset(&pins, 0, sizeof(pins));
		pins.tso_en = pins.csum_en = !Bare;
		pins.vlan_en = true;
		pins.vet = 0x8100;
		dut->rst_ni = 0;
		dut->eval();
		for (int i = 0; i < 4; i++)
			edge();
		dut->rst_ni = 1;
		dut->eval();
	}

	void edge()
	{
		dut->clk_i = 1;
		dut->eval();
		dut->clk_i = 0;
		dut->eval();
	}

	void fail(const char *what)
	{
		if (!error[0])
			snprintf(error, sizeof(error), "cycle %llu: %s",
				 (unsigned long long)counts.cycles, what);
	}

	bool cycle();
	void drive_reads();
	void drive_writes();
	void take_requests();
	unsigned kept_bytes();
	void take_wire();
	void take_control();
	bool in_a_ring(uint64_t addr, unsigned len) const;
	void drive_pins();

	tx_options opt;
	tx_pins pins;
	tx_counts counts{};
	char error[160] = "";
	Random random;
	VerilatedContext context;
	std::unique_ptr<uint8_t, decltype(&free)> mem; // calloc: pages nobody touches cost nothing
	std::unique_ptr<Vtx_engine> dut;
	std::deque<Read> reads;
	std::deque<Write> writes;
	std::deque<uint32_t> write_data;
	std::deque<std::array<uint8_t, ControlHead>>
		controls;	   // asked for, the first one is offered
	size_t controls_taken = 0; // of them
	bool control_cut = false;  // by a reset
	std::vector<std::unique_ptr<tx_frame>> frames;
	std::unique_ptr<tx_frame> frame;
	std::vector<uint8_t> before;
	std::array<uint8_t, Beat + 3> wire_before;
	unsigned head_we = 0;
	bool srst = false, hold_wire = false, hold_reads = false, wire_waited = false;
	bool turn_data = false;
	uint16_t head_wdata = 0;
};

void tx::drive_reads()
{
	dut->desc_rd_rsp_valid_i = 0;
	dut->data_rd_rsp_valid_i = 0;
	if (reads.empty() || hold_reads || reads.front().due > counts.cycles ||
	    random.percent(opt.read_gap_pct))
		return;
	Read &r = reads.front();
	if (r.extra) {
		r.extra = false;
		return;
	}
	uint8_t *to =
		r.desc ? bytes_of(dut->desc_rd_rsp_data_i) : bytes_of(dut->data_rd_rsp_data_i);
	unsigned n = r.len - r.sent < Beat ? r.len - r.sent : Beat;
	uint64_t at = r.addr + r.sent - TX_MEM_BASE;
	bool bad = at >= TX_MEM_BYTES || TX_MEM_BYTES - at < n;
	if (bad)
		memset(to, 0xff, Beat);
	else if (n == Beat)
		memcpy(to, mem.get() + at, Beat);
	else {
		memset(to, 0xa5 ^ (uint8_t)counts.cycles, Beat); // behind the end: undefined
		memcpy(to, mem.get() + at, n);
	}
	r.sent += n;
	bool last = r.sent == r.len;
	if (r.desc) {
		dut->desc_rd_rsp_valid_i = 1;
		dut->desc_rd_rsp_last_i = last;
		dut->desc_rd_rsp_err_i = bad;
	} else {
		dut->data_rd_rsp_valid_i = 1;
		dut->data_rd_rsp_last_i = last;
		dut->data_rd_rsp_err_i = bad;
	}
	if (last)
		reads.pop_front();
}

bool tx::in_a_ring(uint64_t addr, unsigned len) const
{
	for (const auto &r : pins.ring)
		if (addr >= r.base && addr + len <= r.base + r.len)
			return true;
	return false;
}

void tx::drive_writes()
{
	dut->wb_wr_done_i = 0;
	if (writes.empty() || !writes.front().has_data || writes.front().due > counts.cycles)
		return;
	const Write &w = writes.front();
	uint64_t at = w.addr - TX_MEM_BASE;
	if (!in_a_ring(w.addr, 1))
		fail("write outside the ring");
	if (w.len != 4 || (w.addr & 15) != 12)
		fail("write of something else than a descriptor's last dword");
	if (at < TX_MEM_BYTES - 4)
		memcpy(mem.get() + at, &w.value, 4);
	dut->wb_wr_done_i = 1;
	writes.pop_front();
}

// What the engine offers in this cycle, with the ready signals as driven.
void tx::take_requests()
{
	if (dut->desc_rd_req_valid_o && dut->desc_rd_req_ready_i) {
		unsigned len = dut->desc_rd_req_len_o;
		if (!len || len % 16 || !in_a_ring(dut->desc_rd_req_addr_o, len))
			fail("descriptor read outside the ring");
		reads.push_back({true, dut->desc_rd_req_addr_o, len, 0,
				 counts.cycles + opt.read_latency, false});
		counts.desc_requests++;
	}
	if (dut->data_rd_req_valid_o && dut->data_rd_req_ready_i) {
		unsigned len = dut->data_rd_req_len_o;
		if (!len || len > 16384)
			fail("payload read of a bad length");
		unsigned off = dut->data_rd_req_addr_o % Beat;
		bool extra = (off + len + Beat - 1) / Beat > (len + Beat - 1) / Beat;
		reads.push_back({false, dut->data_rd_req_addr_o, len, 0,
				 counts.cycles + opt.read_latency, extra});
		counts.read_requests++;
		counts.read_bytes += len;
	}
	if (dut->wb_wr_req_valid_o && dut->wb_wr_req_ready_i)
		writes.push_back({dut->wb_wr_req_addr_o, dut->wb_wr_req_len_o, false, 0, 0});
	if (dut->wb_wr_valid_o && dut->wb_wr_ready_i) {
		uint32_t value;
		memcpy(&value, bytes_of(dut->wb_wr_data_o), 4);
		write_data.push_back(value);
		counts.writes++;
	}
	for (Write &w : writes) {
		if (w.has_data)
			continue;
		if (write_data.empty())
			break;
		w.has_data = true;
		w.value = write_data.front();
		w.due = counts.cycles + opt.write_latency;
		write_data.pop_front();
	}
}

/* Bytes that the beat on the wire has: lanes 0 to n - 1. */
unsigned tx::kept_bytes()
{
	std::array<uint64_t, (Beat + 63) / 64> keep{};
	unsigned n = 0, words = 0;

	memcpy(keep.data(), &dut->m_axis_tkeep_o, sizeof(dut->m_axis_tkeep_o));
	while (words < keep.size() && keep[words] == ~0ull)
		words++;
	if (words < keep.size())
		n = (unsigned)__builtin_popcountll(keep[words]);
	for (unsigned w = words; w < keep.size(); w++)
		if (keep[w] != (w == words ? (1ull << n) - 1 : 0))
			fail("tkeep with holes");
	return words * 64 + n;
}

void tx::take_wire()
{
	if (!dut->m_axis_tvalid_o) {
		if (wire_waited)
			fail("tvalid fell before tready");
		wire_waited = false;
		return;
	}
	if (opt.check_idle) {
		decltype(wire_before) now{};
		memcpy(now.data(), bytes_of(dut->m_axis_tdata_o), Beat);
		now[Beat] = dut->m_axis_tlast_o;
		now[Beat + 1] = dut->m_axis_tuser_o;
		now[Beat + 2] = (uint8_t)kept_bytes();
		if (wire_waited && now != wire_before)
			fail("a wire beat changed before it was taken");
		wire_before = now;
	}
	wire_waited = !dut->m_axis_tready_i;
	if (wire_waited)
		return;
	const unsigned n = kept_bytes();
	if (!dut->m_axis_tlast_o && n != Beat)
		fail("a short beat inside a frame");
	if (!counts.frames && !frame)
		counts.first_beat_cycle = counts.cycles;
	counts.last_beat_cycle = counts.cycles;
	counts.wire_bytes += n;
	if (opt.discard) {
		counts.frames += dut->m_axis_tlast_o;
		return;
	}
	if (!frame) {
		frame = std::make_unique<tx_frame>();
		frame->first_cycle = counts.cycles;
	}
	if (frame->len + n > TX_FRAME_MAX)
		return fail("frame too long");
	memcpy(frame->data + frame->len, bytes_of(dut->m_axis_tdata_o), n);
	frame->len += n;
	if (!dut->m_axis_tlast_o)
		return;
	if (!memcmp(frame->data, control_address, sizeof(control_address)))
		return take_control();
	counts.frames++;
	frame->bad = dut->m_axis_tuser_o;
	frame->last_cycle = counts.cycles;
	frames.push_back(std::move(frame));
}

// A control frame has left.
void tx::take_control()
{
	static const uint8_t zeros[ControlBytes - ControlHead] = {};

	if (control_cut) { // begun before a reset; whole, or with an error end
		control_cut = false;
		frame.reset();
		return;
	}
	counts.controls++;
	if (!controls_taken || dut->m_axis_tuser_o || frame->len != ControlBytes ||
	    memcmp(frame->data, controls.front().data(), ControlHead) ||
	    memcmp(frame->data + ControlHead, zeros, sizeof(zeros)))
		return fail("a control frame that nobody asked for");
	controls.pop_front();
	controls_taken--;
	frame.reset();
}

void tx::drive_pins()
{
	dut->hold_i = pins.hold;
	dut->control_valid_i = controls.size() > controls_taken;
	if (dut->control_valid_i) {
		memcpy(bytes_of(dut->control_head_i), controls[controls_taken].data(), ControlHead);
		dut->control_xoff_i = controls[controls_taken][16] || controls[controls_taken][17];
	}
	dut->enable_i = pins.ring[0].enable | pins.ring[1].enable << 1;
	dut->psp_i = pins.psp;
	dut->wb_all_i = pins.wb_all;
	dut->tso_en_i = pins.tso_en || Bare;
	dut->csum_en_i = pins.csum_en || Bare;
	dut->vlan_en_i = pins.vlan_en;
	dut->vet_i = pins.vet;
	for (unsigned r = 0; r < 2; r++)
		memcpy(bytes_of(dut->ring_base_i) + 8 * r, &pins.ring[r].base, 8);
	dut->ring_len_i = pins.ring[0].len | (uint64_t)pins.ring[1].len << 20;
	dut->tail_i = pins.ring[0].tail | (uint32_t)pins.ring[1].tail << 16;
	dut->head_we_i = head_we;
	dut->head_wdata_i = head_wdata;
	dut->srst_i = srst;
}

// One clock; true if anything moved or is still to come from the harness itself.
bool tx::cycle()
{
	drive_pins();
	bool stall = random.percent(opt.req_stall_pct);
	turn_data = !turn_data;
	dut->desc_rd_req_ready_i = !stall && (!turn_data || !dut->data_rd_req_valid_o);
	dut->data_rd_req_ready_i =
		!stall && !(dut->desc_rd_req_valid_o && dut->desc_rd_req_ready_i);
	dut->wb_wr_req_ready_i = !random.percent(opt.write_stall_pct);
	dut->wb_wr_ready_i = !random.percent(opt.write_stall_pct);
	dut->m_axis_tready_i = !hold_wire && !random.percent(opt.wire_stall_pct);
	drive_reads();
	drive_writes();
	dut->clk_i = 0;
	dut->eval();

	bool idle = dut->idle_o;
	take_requests();
	controls_taken += dut->control_taken_o;
	take_wire();
	const auto *state = reinterpret_cast<const uint8_t *>(dut->rootp);
	bool compare = idle && opt.check_idle;
	if (compare)
		before.assign(state, state + sizeof(*dut->rootp));
	dut->clk_i = 1;
	dut->eval();
	if (compare) {
		dut->clk_i = 0;
		dut->eval();
		if (memcmp(before.data(), state, before.size()))
			fail("a register changed while idle");
	}

	counts.cycles++;
	counts.idle_cycles += idle;
	for (unsigned r = 0; r < 2; r++) {
		counts.ev_wb[r] += dut->ev_wb_o >> r & 1;
		counts.ev_wb_ide[r] += dut->ev_wb_ide_o >> r & 1;
	}
	counts.ev_stamp += dut->ev_stamp_o;
	counts.ev_txqe += dut->ev_txqe_o;
	if (dut->stat_frame_o) {
		counts.stat_frames++;
		counts.stat_bytes += dut->stat_len_o;
		counts.stat_mcast += dut->stat_mcast_o;
		counts.stat_bcast += dut->stat_bcast_o;
	}
	counts.stat_xoff += dut->stat_xoff_o;
	counts.stat_xon += dut->stat_xon_o;
	counts.stat_tso += dut->stat_tso_o;
	counts.stat_tso_fail += dut->stat_tso_fail_o;
	if (srst) {
		reads.clear();
		writes.clear();
		write_data.clear();
		control_cut = controls_taken;
		controls.clear();
		controls_taken = 0;
	}
	head_we = 0;
	srst = false;
	return !idle || controls.size() > controls_taken || !reads.empty() || !writes.empty() ||
	       (dut->m_axis_tvalid_o && !hold_wire) || dut->desc_rd_req_valid_o ||
	       dut->data_rd_req_valid_o || dut->wb_wr_req_valid_o || dut->wb_wr_valid_o;
}

extern "C" {

struct tx *tx_new(const struct tx_options *options)
{
	return new tx(*options);
}

void tx_free(struct tx *tx)
{
	delete tx;
}

uint8_t *tx_mem(struct tx *tx)
{
	return tx->mem.get();
}

struct tx_pins *tx_pin(struct tx *tx)
{
	return &tx->pins;
}

const struct tx_counts *tx_count(const struct tx *tx)
{
	return &tx->counts;
}

const char *tx_error(const struct tx *tx)
{
	return tx->error[0] ? tx->error : nullptr;
}

uint16_t tx_head(const struct tx *tx, unsigned ring)
{
	return (uint16_t)(tx->dut->head_o >> (16 * ring));
}

bool tx_drained(const struct tx *tx)
{
	return tx->dut->drained_o;
}

void tx_write_head(struct tx *tx, unsigned ring, uint16_t head)
{
	tx->head_we = 1u << ring;
	tx->head_wdata = head;
	tx->cycle();
}

void tx_soft_reset(struct tx *tx)
{
	tx->srst = true;
	tx->cycle();
}

void tx_control(struct tx *tx, bool xoff, uint16_t quanta)
{
	std::array<uint8_t, ControlHead> head{};

	memcpy(head.data(), control_address, sizeof(control_address));
	memcpy(head.data() + 6, "\x52\x54\x00\x12\x34\x56\x88\x08\x00\x01", 10);
	head[16] = xoff ? (uint8_t)(quanta >> 8) : 0;
	head[17] = xoff ? (uint8_t)quanta : 0;
	tx->controls.push_back(head);
}

void tx_hold_wire(struct tx *tx, bool hold)
{
	tx->hold_wire = hold;
}

void tx_hold_reads(struct tx *tx, bool hold)
{
	tx->hold_reads = hold;
}

void tx_cycle(struct tx *tx, unsigned n)
{
	while (n--)
		tx->cycle();
}

bool tx_settle(struct tx *tx, unsigned max_cycles)
{
	tx->cycle();
	while (max_cycles--)
		if (!tx->cycle())
			return true;
	return false;
}

unsigned tx_frames(const struct tx *tx)
{
	return (unsigned)tx->frames.size();
}

const struct tx_frame *tx_nth_frame(const struct tx *tx, unsigned i)
{
	return tx->frames[i].get();
}

void tx_drop_frames(struct tx *tx)
{
	tx->frames.clear();
}

} // extern "C"
