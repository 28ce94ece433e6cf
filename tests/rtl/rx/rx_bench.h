// SPDX-License-Identifier: MIT
//
// Receive side, bus masters, a host memory with a driver's ring, and a wire. The driver gives buffers,
// looks for DD and compares every frame with rx_model.h: bytes, lengths, status, bytes around the
// buffer. Always checked besides: AXI rules, held registers while idle, payload visible before its
// descriptor is written, descriptor visible when the event comes, counters at the end.
#pragma once

#include "axi_slave.h"
#include "idle_state.h"
#include "rx_model.h"

#include "Vrx_bench_top.h"
#include "Vrx_bench_top___024root.h"

namespace rx
{

constexpr uint64_t kBase = 0xffff0000ull; // the 4 GiB line lies behind the ring
constexpr size_t kSize = 6 << 20;
constexpr unsigned kGuard = 64;

struct Timing {
	AxiTiming axi;
	unsigned wire_gap_percent = 0;
	unsigned driver_gap_percent = 0; // of cycles in which the driver does not look
};

struct Counters {
	uint64_t frames = 0, octets = 0, mcast = 0, bcast = 0, ruc = 0, rfc = 0, roc = 0, rjc = 0,
		 crcerr = 0, total = 0;
	bool operator==(const Counters &o) const
	{
		return frames == o.frames && octets == o.octets && mcast == o.mcast &&
		       bcast == o.bcast && ruc == o.ruc && rfc == o.rfc && roc == o.roc &&
		       rjc == o.rjc && crcerr == o.crcerr && total == o.total;
	}
};

class Bench
{
      public:
	Bench(const Config &config, Timing timing, uint64_t seed, unsigned ring_size = 64)
	    : memory(kBase, kSize), reads(memory, timing.axi, seed),
	      writes(memory, timing.axi, seed + 1), config_(config), timing_(timing),
	      random_(seed + 2), ring_size_(ring_size), capacity_(buffer_size(config.rctl)),
	      visible_at_(ring_size, 0)
	{
		ring_ = kBase + 0x1000;
		stride_ = (capacity_ + 2 * kGuard + 64 + 63) / 64 * 64;
		buffers_ = kBase + 0x20000;
		ck_assert(buffers_ + uint64_t{stride_} * ring_size <= kBase + kSize);
		writes.on_visible = [this](uint64_t addr, size_t len, uint64_t shown,
					   uint64_t now) { became_visible(addr, len, shown, now); };
		auto_driver = false;
		m.rst_ni = 0;
		m.srst_i = m.head_we_i = m.s_axis_tvalid_i = 0;
		m.enable_i = m.link_up_i = 1;
		m.line_drop_i = 0;
		m.tail_i = 0;
		m.vet_i = 0x8100;
		m.pause_address_i = 0x010000c28001;
		m.pause_type_i = 0x8808;
		m.ring_base_i = ring_;
		m.ring_len_i = ring_size * 16;
		set_config(config);
		step();
		step();
		m.rst_ni = 1;
		step();
		auto_driver = true;
	}

	void set_config(const Config &c)
	{
		config_ = c;
		m.rctl_i = c.rctl;
		m.rfctl_i = c.rfctl;
		m.rxcsum_i = c.rxcsum;
		m.csum_en_i = c.csum_en;
		m.packet_csum_en_i = c.packet_csum_en;
		m.vlan_en_i = m.vlan_mode_i = c.strip;
		m.stamp_open_i = c.stamp_type >= 0;
		m.stamp_type_i = static_cast<uint8_t>(c.stamp_type);
		m.rxmtrl_i = c.rxmtrl;
		m.rxudp_i = c.rxudp;
		for (int i = 0; i < 16; i++) {
			m.ral_i[i] = c.ral[i];
			m.rah_i[i] = c.rah[i];
		}
		for (int w = 0; w < 128; w++) {
			m.mta_i[w] = 0;
			for (int b = 0; b < 32; b++)
				m.mta_i[w] |= static_cast<uint32_t>(c.mta[32 * w + b]) << b;
		}
	}

	void send(const Bytes &frame, bool bad_crc = false)
	{
		wire_.push_back({frame, bad_crc});
		Expected e = expect(config_, frame, bad_crc);
		want.frames += e.good;
		want.octets += e.good ? e.stat_len : 0;
		want.mcast += e.good && e.mcast && !e.bcast;
		want.bcast += e.good && e.bcast;
		want.ruc += e.runt;
		want.rfc += e.fragment;
		want.roc += e.oversize;
		want.rjc += e.jabber;
		want.crcerr += e.bad_crc;
		want.total++;
		if (e.stored)
			expected_.push_back(e);
		if (e.status & TST)
			stamps_.push_back({e.attributes, sent_});
		sent_++;
	}

	// A frame that is not delivered, and says nothing to counters of errors.
	void send_consumed(const Bytes &frame)
	{
		wire_.push_back({frame, false});
		want.total++;
	}

	// The driver gives n buffers to the card, as far as the ring has room.
	void post(unsigned n)
	{
		while (n-- && posted_ < ring_size_ - 1)
			post_one(buffer_address(tail_));
		m.tail_i = static_cast<uint16_t>(tail_);
	}

	void post_address(uint64_t addr)
	{
		post_one(addr);
		m.tail_i = static_cast<uint16_t>(tail_);
	}

	void step()
	{
		m.now_i = now_ns();
		drive_wire();
		reads.drive(m);
		writes.drive(m);
		m.clk_i = 0;
		m.eval();
		if (m.rst_ni) {
			reads.sample(m);
			writes.sample(m);
			sample();
		}
		bool taken = m.s_axis_tvalid_i && m.s_axis_tready_o && m.rst_ni;
		idle.clock(m);
		if (taken && wire_at_ == 0)
			begun_.push_back(now_ns());
		if (taken)
			advance_wire();
		if (auto_driver && m.rst_ni && !random_.percent(timing_.driver_gap_percent)) {
			poll();
			if (auto_post)
				post(random_.between(1, 16));
		}
		cycles++;
	}

	void steps(unsigned n)
	{
		while (n--)
			step();
	}

	// Until every frame has arrived that has to.
	void run(unsigned limit = 3000000)
	{
		while (!wire_.empty() || !expected_.empty()) {
			EXPECT(limit-- > 0, "%zu frames never came, %zu still on the wire",
			       expected_.size(), wire_.size());
			step();
		}
		steps(400);
		poll();
		ck_assert(expected_.empty());
	}

	void finish()
	{
		run();
		ck_assert_msg(
			got == want,
			"counters: frames %lu/%lu octets %lu/%lu mcast %lu/%lu bcast %lu/%lu "
			"ruc %lu/%lu rfc %lu/%lu roc %lu/%lu rjc %lu/%lu crcerr %lu/%lu total %lu/%lu",
			got.frames, want.frames, got.octets, want.octets, got.mcast, want.mcast,
			got.bcast, want.bcast, got.ruc, want.ruc, got.rfc, want.rfc, got.roc,
			want.roc, got.rjc, want.rjc, got.crcerr, want.crcerr, got.total,
			want.total);
		ck_assert_uint_eq(m.head_o, next_);
		ck_assert_msg(stamps_.empty(), "%zu stamps never came", stamps_.size());
	}

	// Looks for descriptors with DD, in ring order.
	void poll()
	{
		while (posted_ && done(next_))
			take_one();
	}

	void forget_expected()
	{
		expected_.clear();
	}
	// The wire breaks: the frame under way ends with the error bit, the others never begin.
	void cut_wire()
	{
		wire_.clear();
		if (wire_at_ || m.s_axis_tvalid_i) {
			m.s_axis_tvalid_i = m.s_axis_tlast_i = m.s_axis_tuser_i = 1;
			wire_at_ = BEAT_BYTES;
		}
	}
	size_t expected_left() const
	{
		return expected_.size();
	}
	size_t wire_left() const
	{
		return wire_.size();
	}
	unsigned posted() const
	{
		return posted_;
	}
	unsigned capacity() const
	{
		return capacity_;
	}

	// A driver that starts its ring over.
	void restart_ring()
	{
		next_ = tail_ = posted_ = 0;
		memset(memory.at(ring_), 0, ring_size_ * 16);
		m.tail_i = 0;
		m.head_wdata_i = 0;
		m.head_we_i = 1;
		step();
		m.head_we_i = 0;
		events = visible_frames_ = 0;
	}

	Vrx_bench_top m;
	Memory memory;
	AxiReadSlave<Vrx_bench_top, BEAT_BYTES> reads;
	AxiWriteSlave<Vrx_bench_top, BEAT_BYTES> writes;
	IdleState<Vrx_bench_top> idle;
	Counters want, got;
	uint64_t cycles = 0, events = 0, wb_pulses = 0, rnbc = 0, mpc = 0, rxo = 0, rxdmt = 0;
	std::vector<unsigned> pauses; // quanta of the pause frames that were obeyed
	uint64_t controls = 0;
	uint64_t frames_taken = 0, descriptors_taken = 0, last_wire_beat = 0, last_event = 0;
	bool auto_driver = true, auto_post = true;
	bool ring_unreachable = false; // write-backs are seen by nobody
	uint64_t buffer_offset = 2;

      private:
	struct Stamp {
		uint64_t attributes;
		size_t frame;
	};
	struct WireFrame {
		Bytes bytes;
		bool bad_crc;
	};

	uint64_t slot(unsigned index) const
	{
		return buffers_ + uint64_t{stride_} * index;
	}
	uint64_t buffer_address(unsigned index) const
	{
		return slot(index) + kGuard + buffer_offset;
	}
	uint8_t *descriptor(unsigned index)
	{
		return memory.at(ring_ + 16 * index);
	}
	bool extended() const
	{
		return config_.rfctl & RFCTL_EXTEN;
	}
	bool done(unsigned index)
	{
		return descriptor(index)[extended() ? 8 : 12] & 1;
	}

	void post_one(uint64_t addr)
	{
		uint64_t rest = 0;
		memset(memory.at(slot(tail_)), 0xcc, stride_);
		memcpy(descriptor(tail_), &addr, 8);
		memcpy(descriptor(tail_) + 8, &rest, 8);
		addresses_[tail_] = addr;
		tail_ = (tail_ + 1) % ring_size_;
		posted_++;
	}

	void drive_wire()
	{
		if (!m.s_axis_tvalid_i && !wire_.empty() &&
		    !random_.percent(timing_.wire_gap_percent)) {
			const Bytes &f = wire_.front().bytes;
			size_t n = f.size() - wire_at_;
			bool last = n <= BEAT_BYTES;
			memset(port_bytes(m.s_axis_tdata_i), 0x5a,
			       BEAT_BYTES); // lanes that are not kept
			memcpy(port_bytes(m.s_axis_tdata_i), f.data() + wire_at_,
			       last ? n : BEAT_BYTES);
			memset(port_bytes(m.s_axis_tkeep_i), 0, BEAT_BYTES / 8);
			for (size_t i = 0; i < (last ? n : BEAT_BYTES); i++)
				port_bytes(m.s_axis_tkeep_i)[i / 8] |=
					static_cast<uint8_t>(1u << i % 8);
			m.s_axis_tlast_i = last;
			m.s_axis_tuser_i = last && wire_.front().bad_crc;
			m.s_axis_tvalid_i = 1;
		}
	}

	void advance_wire()
	{
		wire_at_ += BEAT_BYTES;
		last_wire_beat = cycles;
		if (m.s_axis_tlast_i) {
			wire_at_ = 0;
			if (!wire_.empty())
				wire_.pop_front();
		}
		m.s_axis_tvalid_i = 0;
	}

	uint64_t now_ns() const
	{
		return 0x4000000000000000 - 40000 + 4 * cycles; // all bits change in a while
	}

	// Its time is that of the frame's first beat; a narrow bus has its beats joined first.
	void check_stamp()
	{
		EXPECT(!stamps_.empty(), "a stamp that nobody expects");
		const Stamp s = stamps_.front();
		stamps_.pop_front();
		EXPECT(m.stamp_attributes_o == s.attributes,
		       "frame %zu: attributes %016lx, not %016lx", s.frame,
		       static_cast<uint64_t>(m.stamp_attributes_o), s.attributes);
		uint64_t begun = begun_[s.frame];
		EXPECT(m.stamp_at_o >= begun && m.stamp_at_o < now_ns() &&
			       (BEAT_BYTES < 64 || m.stamp_at_o == begun),
		       "frame %zu began at %lu, is stamped %lu at %lu", s.frame, begun,
		       static_cast<uint64_t>(m.stamp_at_o), now_ns());
	}

	void sample()
	{
		if (m.ev_stamp_o)
			check_stamp();
		if (m.stat_frame_o) {
			got.frames++;
			got.octets += m.stat_len_o;
			got.mcast += m.stat_mcast_o && !m.stat_bcast_o;
			got.bcast += m.stat_bcast_o;
		}
		got.ruc += m.stat_ruc_o;
		got.rfc += m.stat_rfc_o;
		got.roc += m.stat_roc_o;
		got.rjc += m.stat_rjc_o;
		got.crcerr += m.stat_crcerr_o;
		got.total += m.stat_total_o;
		rnbc += m.stat_rnbc_o;
		mpc += m.stat_mpc_o;
		rxo += m.ev_rxo_o;
		rxdmt += m.ev_rxdmt_o;
		controls += m.ev_control_o;
		if (m.ev_pause_o)
			pauses.push_back(m.ev_pause_quanta_o);
		if (m.ev_wb_o) {
			wb_pulses++;
			events += m.ev_wb_frames_o;
			last_event = cycles;
			EXPECT(events == visible_frames_ || ring_unreachable,
			       "event tells of %lu frames, %lu are visible", events,
			       visible_frames_);
		}
	}

	void became_visible(uint64_t addr, size_t len, uint64_t shown, uint64_t now)
	{
		uint64_t ring_end = ring_ + 16 * ring_size_;
		if (!memory.holds(addr, len))
			return;
		if (addr >= buffers_) {
			visible_at_[(addr - buffers_) / stride_] = now;
			return;
		}
		EXPECT(addr >= ring_ && addr + len <= ring_end, "write of %zu bytes to %#lx", len,
		       addr);
		EXPECT(addr % 16 == 0 && len % 16 == 0, "descriptor written in part");
		for (uint64_t a = addr; a < addr + len; a += 16) {
			unsigned index = static_cast<unsigned>((a - ring_) / 16);
			visible_frames_ += descriptor(index)[extended() ? 8 : 12] >> 1 & 1;
			EXPECT(shown > visible_at_[index],
			       "descriptor %u was written before its payload was visible", index);
		}
	}

	void take_one()
	{
		unsigned index = next_;
		const uint8_t *d = descriptor(index);
		uint64_t addr = addresses_[index];
		EXPECT(!expected_.empty(), "a frame that nobody expects, descriptor %u", index);
		const Expected &e = expected_.front();
		size_t n = e.data.size() - frame_at_;
		bool last = n <= capacity_;
		if (!last)
			n = capacity_;
		check_descriptor(d, addr, e, n, last);
		if (addr == buffer_address(index))
			check_buffer(index, e, n);
		frame_at_ += n;
		if (last) {
			frame_at_ = 0;
			expected_.pop_front();
			frames_taken++;
		}
		descriptors_taken++;
		next_ = (next_ + 1) % ring_size_;
		posted_--;
	}

	void check_descriptor(const uint8_t *d, uint64_t addr, const Expected &e, size_t n,
			      bool last)
	{
		uint32_t word[4];
		memcpy(word, d, 16);
		uint32_t status = last ? e.status | DD | EOP : DD;
		uint32_t len = addr == 0 ? 0 : static_cast<uint32_t>(n);
		uint32_t sum = last ? static_cast<uint32_t>(e.packet_sum) << 16 : 0;
		uint32_t tag = last ? static_cast<uint32_t>(e.tag) << 16 : 0;
		uint32_t expect_word[4] = {0, last ? e.ip_id | sum : 0u, status, len | tag};
		if (!extended()) {
			expect_word[0] = static_cast<uint32_t>(addr);
			expect_word[1] = static_cast<uint32_t>(addr >> 32);
			expect_word[2] = len | sum;
			expect_word[3] = (status & 0xff) | (status >> 24) << 8 | tag;
		}
		for (int i = 0; i < 4; i++)
			EXPECT(word[i] == expect_word[i],
			       "frame %lu (%zu bytes): word %d of its descriptor is %08x, should be %08x",
			       frames_taken, e.data.size(), i, word[i], expect_word[i]);
	}

	void check_buffer(unsigned index, const Expected &e, size_t n)
	{
		const uint8_t *begin = memory.at(slot(index));
		const uint8_t *b = memory.at(addresses_[index]);
		EXPECT(memcmp(b, e.data.data() + frame_at_, n) == 0,
		       "frame %lu: bytes from %zu on (%zu of %zu) are wrong", frames_taken,
		       frame_at_, n, e.data.size());
		for (const uint8_t *p = begin; p < b; p++)
			EXPECT(*p == 0xcc, "byte before the buffer was touched");
		for (const uint8_t *p = b + n; p < begin + stride_; p++)
			EXPECT(*p == 0xcc, "byte %zu behind the frame was touched", p - (b + n));
	}

	Config config_;
	Timing timing_;
	Random random_;
	unsigned ring_size_, capacity_, stride_ = 0, tail_ = 0, next_ = 0, posted_ = 0;
	uint64_t ring_ = 0, buffers_ = 0, visible_frames_ = 0;
	uint64_t addresses_[4096] = {};
	std::vector<uint64_t> visible_at_;
	std::deque<WireFrame> wire_;
	std::deque<Expected> expected_;
	size_t wire_at_ = 0, frame_at_ = 0, sent_ = 0;
	std::deque<Stamp> stamps_;
	std::vector<uint64_t> begun_; // of each frame, when its first beat was taken
};

} // namespace rx
