// SPDX-License-Identifier: MIT
//
// dma_reader against a memory: what each client gets is compared byte by byte with the memory, over
// all alignments, splits, gaps and back-pressure. BEAT_BYTES and MODEL choose the bus width.

#include "../run_suite.h"
#include "axi_slave.h"
#include "idle_state.h"
#include MODEL_HEADER

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace
{

constexpr unsigned kClients = 3;
constexpr uint64_t kBase = 0x1fffe0000ull; // so that the 4 GiB line lies inside
constexpr size_t kSize = 1 << 20;

struct Request {
	uint64_t addr;
	unsigned len;
	bool error;
};

class Bench
{
      public:
	Bench(AxiTiming timing, uint64_t seed, unsigned client_gap_percent = 0)
	    : memory(kBase, kSize), slave(memory, timing, seed), random_(seed + 1),
	      client_gap_percent_(client_gap_percent)
	{
		memory.fill(seed + 2);
		model.rst_ni = 0;
		model.srst_i = 0;
		model.rd_req_valid_i = 0;
		step();
		step();
		model.rst_ni = 1;
	}

	void request(unsigned client, uint64_t addr, unsigned len)
	{
		bool error = !memory.holds(addr & ~uint64_t{BEAT_BYTES - 1}, 1) ||
			     !memory.holds((addr + len - 1) | (BEAT_BYTES - 1), 1);
		todo_[client].push_back({addr, len, error});
	}

	void step()
	{
		uint8_t *addr = port_bytes(model.rd_req_addr_i);
		uint8_t *len = port_bytes(model.rd_req_len_i);
		for (unsigned c = 0; c < kClients; c++) {
			bool asked = model.rd_req_valid_i >> c & 1;
			bool valid = !todo_[c].empty() &&
				     (asked || !random_.percent(client_gap_percent_));
			model.rd_req_valid_i = (model.rd_req_valid_i & ~(1u << c)) |
					       static_cast<unsigned>(valid) << c;
			if (!valid)
				continue;
			uint16_t l = static_cast<uint16_t>(todo_[c].front().len);
			memcpy(addr + 8 * c, &todo_[c].front().addr, 8);
			memcpy(len + 2 * c, &l, 2);
		}
		slave.drive(model);
		model.clk_i = 0;
		model.eval();
		if (model.rst_ni) {
			slave.sample(model);
			for (unsigned c = 0; c < kClients; c++)
				sample_client(c);
		}
		idle.clock(model);
		model.rd_req_valid_i &= ~taken_;
		taken_ = 0;
		cycles++;
	}

	void run_until_done(unsigned limit = 20000000)
	{
		while (!done()) {
			EXPECT(limit-- > 0, "requests never finished");
			step();
		}
		for (int i = 0; i < 4; i++)
			step();
		ck_assert(model.drained_o && model.idle_o);
	}

	bool done() const
	{
		for (unsigned c = 0; c < kClients; c++)
			if (!todo_[c].empty() || !asked_[c].empty())
				return false;
		return true;
	}

	// CTRL.RST: the clients forget what they wanted.
	void reset_pulse()
	{
		for (unsigned c = 0; c < kClients; c++) {
			todo_[c].clear();
			asked_[c].clear();
			got_[c].clear();
		}
		model.rd_req_valid_i = 0;
		model.srst_i = 1;
		step();
		model.srst_i = 0;
	}

	MODEL model;
	Memory memory;
	AxiReadSlave<MODEL, BEAT_BYTES> slave;
	IdleState<MODEL> idle;
	uint64_t cycles = 0;
	uint64_t errors_seen = 0;
	uint64_t answered[kClients] = {};

      private:
	void sample_client(unsigned c)
	{
		if (model.rd_req_valid_i >> c & 1 && model.rd_req_ready_o >> c & 1) {
			asked_[c].push_back(todo_[c].front());
			todo_[c].pop_front();
			taken_ |= 1u << c;
		}
		if (!(model.rd_rsp_valid_o >> c & 1) || model.srst_i)
			return;
		EXPECT(!asked_[c].empty(), "client %u got an answer to nothing", c);
		Request &r = asked_[c].front();
		unsigned at = static_cast<unsigned>(got_[c].size());
		unsigned n = r.len - at < BEAT_BYTES ? r.len - at : BEAT_BYTES;
		const uint8_t *data = port_bytes(model.rd_rsp_data_o);
		got_[c].insert(got_[c].end(), data, data + n);
		bool last = at + n == r.len;
		EXPECT(model.rd_rsp_last_o == last, "last wrong at byte %u of %u", at, r.len);
		if (model.rd_rsp_err_o) {
			EXPECT(r.error, "error in a good answer, address %#llx",
			       static_cast<unsigned long long>(r.addr));
			saw_error_[c] = true;
			for (unsigned i = 0; i < BEAT_BYTES; i++)
				EXPECT(data[i] == 0xff, "data of an error is not all ones");
		} else {
			EXPECT(memcmp(data, memory.at(r.addr + at), n) == 0,
			       "client %u: wrong bytes at %#llx + %u", c,
			       static_cast<unsigned long long>(r.addr), at);
		}
		if (!last)
			return;
		EXPECT(saw_error_[c] == r.error, "error response got lost");
		errors_seen += saw_error_[c];
		saw_error_[c] = false;
		got_[c].clear();
		asked_[c].pop_front();
		answered[c]++;
	}

	Random random_;
	unsigned client_gap_percent_;
	std::deque<Request> todo_[kClients], asked_[kClients];
	std::vector<uint8_t> got_[kClients];
	bool saw_error_[kClients] = {};
	unsigned taken_ = 0; // requests taken in this cycle
};

const AxiTiming kSweep[] = {
	{0, 0, 0}, {125, 0, 0}, {3, 50, 0}, {0, 0, 50}, {10, 40, 40}, {1, 90, 10}, {7, 5, 90},
};

// Timing, then whether the clients pause between requests.
template <typename Body> void sweep(Body body)
{
	for (const AxiTiming &timing : kSweep)
		for (unsigned gap : {0u, 60u}) {
			auto bench = std::make_unique<Bench>(timing, 7 + gap, gap);
			body(*bench);
			bench->run_until_done();
		}
}

} // namespace

START_TEST(answers_every_alignment_and_length)
{
	Bench bench({2, 10, 10}, 1);
	for (unsigned off = 0; off < BEAT_BYTES; off++)
		for (unsigned len = 1; len <= 2 * BEAT_BYTES + 2; len++)
			bench.request(off % kClients, kBase + 512 + off, len);
	bench.run_until_done();
}
END_TEST

START_TEST(splits_where_a_burst_would_cross_4_kib)
{
	sweep([](Bench &bench) {
		for (unsigned before : {1u, 15u, 16u, 63u, 64u, 65u, 700u})
			for (unsigned len : {2u, 64u, 1514u, 4096u, 9000u, 16384u})
				bench.request(len % 2, kBase + 0x20000 - before, len);
	});
}
END_TEST

START_TEST(gives_each_client_its_own_answers_in_order)
{
	sweep([](Bench &bench) {
		Random random(42);
		for (int i = 0; i < 600; i++) {
			unsigned len = random.percent(70) ? random.between(1, 200)
							  : random.between(1, 16384);
			bench.request(random.below(kClients),
				      kBase + random.below(kSize - 32768) + 64, len);
		}
	});
}
END_TEST

START_TEST(no_client_starves)
{
	Bench bench({0, 0, 0}, 3);
	for (int i = 0; i < 400; i++)
		bench.request(0, kBase + 0x1000, 64);
	for (int i = 0; i < 400; i++)
		bench.request(2, kBase + 0x1040, 64);
	bench.request(1, kBase + 0x1080, 16);
	while (bench.answered[1] == 0)
		bench.step();
	// One turn of the others' requests before it, besides what may be in flight.
	ck_assert_uint_le(bench.answered[0] + bench.answered[2], 6);
	bench.run_until_done();
}
END_TEST

START_TEST(keeps_8_kib_in_flight_and_streams_a_beat_a_cycle)
{
	Bench bench({125, 0, 0}, 5);
	const unsigned n = 64;
	for (unsigned i = 0; i < n; i++)
		bench.request(1, kBase + i * 4096 + 2, 4096);
	uint64_t start = bench.cycles;
	bench.run_until_done();
	ck_assert_uint_ge(bench.slave.max_bytes_in_flight(), 8192);
	// 4096 bytes at offset 2 are one beat more than 4096/BEAT_BYTES on the bus.
	uint64_t bus_beats = uint64_t{n} * (4096 / BEAT_BYTES + 1);
	ck_assert_uint_le(bench.cycles - start, bus_beats + 125 + 40);
}
END_TEST

START_TEST(an_error_response_is_all_ones_and_flagged_and_harms_nobody_else)
{
	sweep([](Bench &bench) {
		for (int i = 0; i < 40; i++) {
			bench.request(0, kBase + kSize + 4096, 100);
			bench.request(1, kBase + 8192 + static_cast<unsigned>(i), 300);
			bench.request(2, kBase + kSize - 100, 500);
			bench.request(0, kBase + 77, 64);
		}
		bench.run_until_done();
		ck_assert_uint_eq(bench.errors_seen, 80);
	});
}
END_TEST

START_TEST(after_srst_old_answers_are_swallowed_and_new_ones_are_right)
{
	for (unsigned delay = 0; delay < 160; delay++) {
		Bench bench({20, 30, 30}, 100 + delay);
		for (int i = 0; i < 10; i++) {
			bench.request(0, kBase + 100, 16384);
			bench.request(1, kBase + 3000, 64);
		}
		for (unsigned i = 0; i < delay; i++)
			bench.step();
		bench.slave.stall(delay % 3 == 0);
		for (unsigned i = 0; i < delay % 7; i++)
			bench.step();
		bench.reset_pulse();
		for (unsigned i = 0; i < delay % 5; i++)
			bench.step();
		if (delay % 4 == 0)
			bench.reset_pulse();
		bench.slave.stall(false);
		bench.request(2, kBase + 5, 1000);
		bench.request(0, kBase + 4000, 200);
		bench.run_until_done();
		ck_assert(bench.slave.quiet());
	}
}
END_TEST

START_TEST(idle_holds_every_register_while_it_waits)
{
	Bench bench({200, 0, 0}, 9);
	for (int i = 0; i < 50; i++) {
		bench.request(static_cast<unsigned>(i) % kClients,
			      kBase + 64u * static_cast<unsigned>(i) + 3, 500);
		bench.run_until_done();
	}
	ck_assert_uint_gt(bench.idle.cycles_held(), 50 * 190);
}
END_TEST

int main()
{
	TCase *tc = tcase_create("dma_reader");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, answers_every_alignment_and_length);
	tcase_add_test(tc, splits_where_a_burst_would_cross_4_kib);
	tcase_add_test(tc, gives_each_client_its_own_answers_in_order);
	tcase_add_test(tc, no_client_starves);
	tcase_add_test(tc, keeps_8_kib_in_flight_and_streams_a_beat_a_cycle);
	tcase_add_test(tc, an_error_response_is_all_ones_and_flagged_and_harms_nobody_else);
	tcase_add_test(tc, after_srst_old_answers_are_swallowed_and_new_ones_are_right);
	tcase_add_test(tc, idle_holds_every_register_while_it_waits);

	return run_suite(TEST_NAME, tc);
}
