// SPDX-License-Identifier: MIT
//
// AXI4 memory for tests of the card's bus masters: one read and one write port on a Verilated model
// that has ports named m_axi_*. Latency, gaps and back-pressure are seeded. Every rule that docs/rtl.md
// states for the master is checked here: VALID and payload stable until READY, no burst across 4 KiB,
// aligned beat addresses, WLAST in the right place, no data before its address.
//
// Writes become visible when their B is given, not before: who relies on a write too early sees old
// bytes.
#pragma once

#include <check.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <vector>

// As ck_assert_msg, but free when all is well: Check reports each assertion that it passes to its
// parent, which costs too much for something that is checked every cycle.
#define EXPECT(condition, ...)                     \
	do {                                       \
		if (!(condition))                  \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)

// Bytes of a Verilated port of any width (lane 0 first on a little-endian host).
template <typename Port> uint8_t *port_bytes(Port &port)
{
	return reinterpret_cast<uint8_t *>(&port);
}

// xorshift64*: small, seeded, the same everywhere.
class Random
{
      public:
	explicit Random(uint64_t seed)
	    : state_(seed * 2685821657736338717ull + 88172645463325252ull)
	{
	}

	uint64_t next()
	{
		state_ ^= state_ >> 12;
		state_ ^= state_ << 25;
		state_ ^= state_ >> 27;
		return state_ * 2685821657736338717ull;
	}
	unsigned below(unsigned n)
	{
		return static_cast<unsigned>((next() >> 33) % n);
	}
	unsigned between(unsigned lo, unsigned hi)
	{
		return lo + below(hi - lo + 1);
	}
	bool percent(unsigned p)
	{
		return below(100) < p;
	}

      private:
	uint64_t state_;
};

// A stretch of bus addresses backed by bytes; everything outside is an error response.
class Memory
{
      public:
	Memory(uint64_t base, size_t size) : base_(base), bytes_(size)
	{
	}

	uint8_t *at(uint64_t addr)
	{
		return &bytes_[addr - base_];
	}
	bool holds(uint64_t addr, size_t len) const
	{
		return addr >= base_ && len <= bytes_.size() && addr - base_ <= bytes_.size() - len;
	}
	uint64_t base() const
	{
		return base_;
	}
	size_t size() const
	{
		return bytes_.size();
	}

	void fill(uint64_t seed)
	{
		Random random(seed);
		for (auto &b : bytes_)
			b = static_cast<uint8_t>(random.next() >> 40);
	}

      private:
	uint64_t base_;
	std::vector<uint8_t> bytes_;
};

struct AxiTiming {
	unsigned latency_cycles = 0; // from the address or the last beat to the answer
	unsigned stall_percent = 0;  // of cycles in which a ready is low
	unsigned gap_percent = 0;    // of cycles in which an answer that is due is held back
};

template <typename Model, unsigned BeatBytes> class AxiReadSlave
{
      public:
	AxiReadSlave(Memory &memory, AxiTiming timing, uint64_t seed)
	    : memory_(memory), timing_(timing), random_(seed)
	{
	}

	void drive(Model &m)
	{
		m.m_axi_arready_i = !stalled_ && !random_.percent(timing_.stall_percent);
		if (!answering_ && !bursts_.empty() && bursts_.front().due_cycle <= cycle_ &&
		    !random_.percent(timing_.gap_percent))
			answering_ = true;
		m.m_axi_rvalid_i = answering_;
		if (!answering_)
			return;
		Burst &b = bursts_.front();
		uint64_t addr = b.addr + uint64_t{b.beat} * BeatBytes;
		bool ok = memory_.holds(addr, BeatBytes);
		m.m_axi_rresp_i = ok ? 0 : 2;
		m.m_axi_rlast_i = b.beat == b.len;
		if (ok)
			memcpy(port_bytes(m.m_axi_rdata_i), memory_.at(addr), BeatBytes);
		else
			memset(port_bytes(m.m_axi_rdata_i), 0xa5, BeatBytes);
	}

	void sample(Model &m)
	{
		if (waiting_) {
			EXPECT(m.m_axi_arvalid_o, "ARVALID fell before ARREADY");
			EXPECT(m.m_axi_araddr_o == waiting_addr_ && m.m_axi_arlen_o == waiting_len_,
			       "AR changed while it waited");
		}
		waiting_ = m.m_axi_arvalid_o && !m.m_axi_arready_i;
		waiting_addr_ = m.m_axi_araddr_o;
		waiting_len_ = m.m_axi_arlen_o;
		if (m.m_axi_arvalid_o && m.m_axi_arready_i)
			accept(m.m_axi_araddr_o, m.m_axi_arlen_o);
		if (m.m_axi_rvalid_i && m.m_axi_rready_o) {
			answering_ = false;
			Burst &b = bursts_.front();
			bytes_in_flight_ -= BeatBytes;
			if (b.beat++ == b.len)
				bursts_.pop_front();
		}
		cycle_++;
	}

	// No address is taken while set.
	void stall(bool on)
	{
		stalled_ = on;
	}
	bool quiet() const
	{
		return bursts_.empty();
	}
	size_t max_bytes_in_flight() const
	{
		return max_bytes_in_flight_;
	}
	uint64_t bursts_seen() const
	{
		return bursts_seen_;
	}

      private:
	struct Burst {
		uint64_t addr;
		unsigned len, beat;
		uint64_t due_cycle;
	};

	void accept(uint64_t addr, unsigned len)
	{
		EXPECT(addr % BeatBytes == 0, "read at %#llx is not beat-aligned",
		       static_cast<unsigned long long>(addr));
		EXPECT(addr / 4096 == (addr + uint64_t{len} * BeatBytes) / 4096,
		       "read burst at %#llx crosses 4 KiB", static_cast<unsigned long long>(addr));
		bursts_.push_back({addr, len, 0, cycle_ + 1 + timing_.latency_cycles});
		bursts_seen_++;
		bytes_in_flight_ += (len + 1) * BeatBytes;
		if (bytes_in_flight_ > max_bytes_in_flight_)
			max_bytes_in_flight_ = bytes_in_flight_;
	}

	Memory &memory_;
	AxiTiming timing_;
	Random random_;
	std::deque<Burst> bursts_;
	uint64_t cycle_ = 0, bursts_seen_ = 0;
	bool answering_ = false, waiting_ = false, stalled_ = false;
	uint64_t waiting_addr_ = 0;
	unsigned waiting_len_ = 0;
	size_t bytes_in_flight_ = 0, max_bytes_in_flight_ = 0;
};

template <typename Model, unsigned BeatBytes> class AxiWriteSlave
{
      public:
	AxiWriteSlave(Memory &memory, AxiTiming timing, uint64_t seed)
	    : memory_(memory), timing_(timing), random_(seed)
	{
	}

	void drive(Model &m)
	{
		m.m_axi_awready_i = !stalled_ && !random_.percent(timing_.stall_percent);
		m.m_axi_wready_i = !stalled_ && !random_.percent(timing_.stall_percent);
		m.m_axi_bvalid_i = 0;
		if (!bursts_.empty() && bursts_.front().complete &&
		    bursts_.front().due_cycle <= cycle_ && !hold_b_ &&
		    (answering_ || !random_.percent(timing_.gap_percent))) {
			Burst &b = bursts_.front();
			if (!answering_)
				commit(b);
			answering_ = true;
			m.m_axi_bvalid_i = 1;
			m.m_axi_bresp_i = b.ok ? 0 : 2;
		}
	}

	void sample(Model &m)
	{
		check_stable(m);
		if (m.m_axi_awvalid_o && m.m_axi_awready_i)
			accept(m.m_axi_awaddr_o, m.m_axi_awlen_o);
		if (m.m_axi_wvalid_o && m.m_axi_wready_i)
			take_data(m);
		if (m.m_axi_bvalid_i && m.m_axi_bready_o) {
			answering_ = false;
			bursts_.pop_front();
		}
		cycle_++;
	}

	void stall(bool on)
	{
		stalled_ = on;
	}
	void hold_responses(bool on)
	{
		hold_b_ = on;
	}
	bool quiet() const
	{
		return bursts_.empty() && early_.empty();
	}
	size_t max_bursts() const
	{
		return max_bursts_;
	}
	uint64_t strobed_bytes() const
	{
		return strobed_bytes_;
	}

	// Called when a burst has become visible, once per contiguous run of written bytes; with the
	// cycle in which its address appeared on the bus, and the cycle now.
	std::function<void(uint64_t addr, size_t len, uint64_t shown_cycle, uint64_t cycle)>
		on_visible;

      private:
	struct Beat {
		uint8_t data[BeatBytes];
		uint8_t strobe[BeatBytes / 8];
		bool last;
	};
	struct Burst {
		uint64_t addr;
		unsigned len;
		std::vector<Beat> beats;
		bool complete, ok;
		uint64_t due_cycle, shown_cycle;
	};

	void check_stable(Model &m)
	{
		if (aw_waiting_) {
			EXPECT(m.m_axi_awvalid_o, "AWVALID fell before AWREADY");
			EXPECT(m.m_axi_awaddr_o == aw_addr_ && m.m_axi_awlen_o == aw_len_,
			       "AW changed while it waited");
		} else if (m.m_axi_awvalid_o) {
			aw_shown_cycle_ = cycle_;
		}
		aw_waiting_ = m.m_axi_awvalid_o && !m.m_axi_awready_i;
		aw_addr_ = m.m_axi_awaddr_o;
		aw_len_ = m.m_axi_awlen_o;

		Beat now = beat(m);
		if (w_waiting_) {
			EXPECT(m.m_axi_wvalid_o, "WVALID fell before WREADY");
			EXPECT(memcmp(&now, &w_beat_, sizeof(now)) == 0,
			       "W changed while it waited");
		}
		w_waiting_ = m.m_axi_wvalid_o && !m.m_axi_wready_i;
		w_beat_ = now;
	}

	Beat beat(Model &m)
	{
		Beat b;
		memset(&b, 0, sizeof(b));
		memcpy(b.data, port_bytes(m.m_axi_wdata_o), BeatBytes);
		memcpy(b.strobe, port_bytes(m.m_axi_wstrb_o), BeatBytes / 8);
		b.last = m.m_axi_wlast_o;
		return b;
	}

	void accept(uint64_t addr, unsigned len)
	{
		EXPECT(addr % BeatBytes == 0, "write at %#llx is not beat-aligned",
		       static_cast<unsigned long long>(addr));
		EXPECT(addr / 4096 == (addr + uint64_t{len} * BeatBytes) / 4096,
		       "write burst at %#llx crosses 4 KiB", static_cast<unsigned long long>(addr));
		bursts_.push_back({addr, len, {}, false, false, 0, aw_shown_cycle_});
		if (bursts_.size() > max_bursts_)
			max_bursts_ = bursts_.size();
		while (!early_.empty() && append(early_.front()))
			early_.pop_front();
	}

	void take_data(Model &m)
	{
		Beat b = beat(m);
		if (!append(b)) {
			// Allowed only behind an address that is on the bus in this very cycle.
			EXPECT(m.m_axi_awvalid_o, "data ran ahead of its address");
			early_.push_back(b);
		}
	}

	bool append(const Beat &beat)
	{
		for (auto &b : bursts_) {
			if (b.complete)
				continue;
			b.beats.push_back(beat);
			bool last = b.beats.size() == b.len + 1;
			EXPECT(beat.last == last, "WLAST wrong at beat %zu of %u", b.beats.size(),
			       b.len + 1);
			if (last) {
				b.complete = true;
				b.due_cycle = cycle_ + 1 + timing_.latency_cycles;
			}
			return true;
		}
		return false;
	}

	void commit(Burst &b)
	{
		b.ok = true;
		uint64_t run = 0;
		size_t run_len = 0;
		for (size_t i = 0; i < b.beats.size() * BeatBytes; i++) {
			const Beat &beat = b.beats[i / BeatBytes];
			size_t lane = i % BeatBytes;
			if (!(beat.strobe[lane / 8] >> (lane % 8) & 1)) {
				flush_run(run, run_len, b.shown_cycle);
				run_len = 0;
				continue;
			}
			strobed_bytes_++;
			if (memory_.holds(b.addr + i, 1))
				*memory_.at(b.addr + i) = beat.data[lane];
			else
				b.ok = false;
			if (run_len++ == 0)
				run = b.addr + i;
		}
		flush_run(run, run_len, b.shown_cycle);
	}

	void flush_run(uint64_t addr, size_t len, uint64_t shown_cycle)
	{
		if (len && on_visible)
			on_visible(addr, len, shown_cycle, cycle_);
	}

	Memory &memory_;
	AxiTiming timing_;
	Random random_;
	std::deque<Burst> bursts_;
	std::deque<Beat> early_;
	uint64_t cycle_ = 0, strobed_bytes_ = 0;
	bool answering_ = false, stalled_ = false, hold_b_ = false;
	bool aw_waiting_ = false, w_waiting_ = false;
	uint64_t aw_addr_ = 0, aw_shown_cycle_ = 0;
	unsigned aw_len_ = 0;
	Beat w_beat_ = {};
	size_t max_bursts_ = 0;
};
