// SPDX-License-Identifier: MIT
//
// How much the receive side moves in a cycle, and how fast it is evaluated: frames of one size back
// to back, an ideal host with a fixed DMA latency and a driver that gives every descriptor back at
// once. Cycles are exact; the clock rate (of processor time) depends on the machine. As in the platform,
// one clock edge is one evaluation: the outputs used here depend on registers only, and the model's
// memory of the clock's low phase is set by hand. Usage: bench_rx [frames]

#include "Vrx_bench_top.h"
#include "Vrx_bench_top___024root.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <vector>

namespace
{

constexpr unsigned kBeat = sizeof(Vrx_bench_top::s_axis_tdata_i);
constexpr unsigned kLatency = 125, kRingSize = 256;
constexpr uint64_t kRing = 0x10000, kBuffers = 0x100000;

// A queue of fixed size: what a latency of kLatency cycles can hold.
template <typename T> struct Pipe {
	T slots[1024];
	unsigned head = 0, tail = 0;
	bool empty() const
	{
		return head == tail;
	}
	T &front()
	{
		return slots[head % 1024];
	}
	void pop()
	{
		head++;
	}
	void push(const T &t)
	{
		slots[tail++ % 1024] = t;
	}
};

struct ReadBurst {
	uint64_t addr, due;
	unsigned left;
};

struct Result {
	double bytes_per_cycle, cycles_per_frame, mhz;
};

Result run(unsigned frame_len, unsigned frames)
{
	auto context = std::make_unique<VerilatedContext>();
	auto m = std::make_unique<Vrx_bench_top>(context.get());
	std::vector<uint8_t> ring(kRingSize * 16);
	for (unsigned i = 0; i < kRingSize; i++) {
		uint64_t addr = kBuffers + i * 2048 + 2;
		memcpy(&ring[i * 16], &addr, 8);
	}
	std::vector<uint8_t> frame((frame_len + kBeat - 1) / kBeat * kBeat);
	for (unsigned i = 0; i < frame_len; i++)
		frame[i] = static_cast<uint8_t>(i * 7);
	// IPv4 TCP, so that the checksum is worked out.
	const uint8_t head[] = {0x02,
				0,
				0,
				0,
				0,
				1,
				0x02,
				0,
				0,
				0,
				0,
				2,
				8,
				0,
				0x45,
				0,
				static_cast<uint8_t>((frame_len - 14) >> 8),
				static_cast<uint8_t>(frame_len - 14),
				0,
				0,
				0,
				0,
				64,
				6};
	memcpy(frame.data(), head, sizeof(head));

	m->rst_ni = 0;
	m->enable_i = m->link_up_i = m->csum_en_i = 1;
	m->rctl_i = 0x0400801a; // EN, UPE, MPE, BAM, SECRC
	m->rfctl_i = 0x8000;
	m->rxcsum_i = 0x2300;
	m->ring_base_i = kRing;
	m->ring_len_i = kRingSize * 16;
	m->vet_i = 0x8100;
	m->m_axi_arready_i = m->m_axi_awready_i = m->m_axi_wready_i = 1;

	Pipe<ReadBurst> reads;
	Pipe<uint64_t> writes;
	unsigned last_head = 0, done = 0, sent = 0, beat = 0;
	const unsigned beats = (frame_len + kBeat - 1) / kBeat;
	uint8_t whole_keep[kBeat / 8], tail_keep[kBeat / 8] = {};
	memset(whole_keep, 0xff, sizeof(whole_keep));
	for (unsigned lane = 0; lane < frame_len - (beats - 1) * kBeat; lane++)
		tail_keep[lane / 8] |= static_cast<uint8_t>(1u << lane % 8);
	uint64_t cycle = 0, start = 0, end = 0;
	const unsigned warm = frames / 10;
	clock_t t0 = 0;
	unsigned done_at_start = 0;

	while (done < frames) {
		if (cycle == 4)
			m->rst_ni = 1;
		m->tail_i = (m->head_o + kRingSize - 1) % kRingSize;
		bool valid = sent < frames && cycle > 4;
		m->s_axis_tvalid_i = valid;
		if (valid) {
			memcpy(&m->s_axis_tdata_i, &frame[beat * kBeat], kBeat);
			m->s_axis_tlast_i = beat == beats - 1;
			memcpy(&m->s_axis_tkeep_i, beat == beats - 1 ? tail_keep : whole_keep,
			       kBeat / 8);
		}
		m->m_axi_rvalid_i = 0;
		if (!reads.empty() && reads.front().due <= cycle) {
			ReadBurst &r = reads.front();
			m->m_axi_rvalid_i = 1;
			m->m_axi_rlast_i = r.left == 1;
			memcpy(&m->m_axi_rdata_i, &ring[(r.addr - kRing) % ring.size()], kBeat);
		}
		m->m_axi_bvalid_i = !writes.empty() && writes.front() <= cycle;
		if (m->s_axis_tvalid_i && m->s_axis_tready_o && ++beat == beats) {
			beat = 0;
			sent++;
		}
		if (m->m_axi_rvalid_i) {
			reads.front().addr += kBeat;
			if (--reads.front().left == 0)
				reads.pop();
		}
		if (m->m_axi_bvalid_i)
			writes.pop();
		if (m->m_axi_arvalid_o)
			reads.push({m->m_axi_araddr_o, cycle + kLatency, m->m_axi_arlen_o + 1u});
		if (m->m_axi_wvalid_o && m->m_axi_wlast_o)
			writes.push(cycle + kLatency);
		m->clk_i = 1;
		m->rootp->__Vtrigrprev__TOP__clk_i = 0;
		m->eval();
		cycle++;

		unsigned head = m->head_o;
		bool before = done < warm;
		done += (head + kRingSize - last_head) % kRingSize;
		last_head = head;
		if (before && done >= warm) {
			start = cycle;
			done_at_start = done;
			t0 = clock();
		}
	}
	end = cycle;
	double seconds = static_cast<double>(clock() - t0) / CLOCKS_PER_SEC;
	double n = done - done_at_start;
	double cycles = static_cast<double>(end - start);
	return {frame_len * n / cycles, cycles / n, cycles / seconds / 1e6};
}

} // namespace

int main(int argc, char **argv)
{
	unsigned frames = argc > 1 ? static_cast<unsigned>(strtoul(argv[1], nullptr, 0)) : 100000;
	printf("%10s %12s %12s %8s\n", "bytes", "bytes/cycle", "cycles/frame", "MHz");
	for (unsigned len : {60u, 64u, 256u, 590u, 1514u}) {
		Result r = run(len, frames);
		printf("%10u %12.2f %12.2f %8.2f\n", len, r.bytes_per_cycle, r.cycles_per_frame,
		       r.mhz);
	}
	return 0;
}
