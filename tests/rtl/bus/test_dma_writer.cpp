// SPDX-License-Identifier: MIT
//
// dma_writer against a memory: the whole memory is compared with a byte-wise model after each run,
// so a byte touched outside a request is found. BEAT_BYTES and MODEL choose the bus width.

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
constexpr size_t kSize = 1 << 19;

struct Request {
	uint64_t addr;
	std::vector<uint8_t> bytes;
	size_t sent;
	bool error;
};

class Bench
{
      public:
	Bench(AxiTiming timing, uint64_t seed, unsigned client_gap_percent = 0)
	    : memory(kBase, kSize), expected(kBase, kSize), slave(memory, timing, seed),
	      random_(seed + 1), client_gap_percent_(client_gap_percent)
	{
		memory.fill(seed + 2);
		expected.fill(seed + 2);
		model.rst_ni = 0;
		model.srst_i = 0;
		model.wr_req_valid_i = 0;
		model.wr_valid_i = 0;
		step();
		step();
		model.rst_ni = 1;
	}

	void request(unsigned client, uint64_t addr, unsigned len)
	{
		Request r{addr, std::vector<uint8_t>(len), 0, false};
		for (auto &b : r.bytes)
			b = static_cast<uint8_t>(random_.next() >> 40);
		r.error = !memory.holds(addr, len);
		todo_[client].push_back(r);
	}

	void step()
	{
		for (unsigned c = 0; c < kClients; c++)
			drive_client(c);
		slave.drive(model);
		model.clk_i = 0;
		model.eval();
		if (model.rst_ni) {
			slave.sample(model);
			for (unsigned c = 0; c < kClients; c++)
				sample_client(c);
		}
		idle.clock(model);
		model.wr_req_valid_i &= ~taken_;
		model.wr_valid_i &= ~data_taken_;
		taken_ = data_taken_ = 0;
		cycles++;
	}

	bool done() const
	{
		for (unsigned c = 0; c < kClients; c++)
			if (!todo_[c].empty() || !sending_[c].empty() || !waiting_[c].empty())
				return false;
		return true;
	}

	void run_until_done(unsigned limit = 20000000)
	{
		while (!done()) {
			EXPECT(limit-- > 0, "requests never finished");
			step();
		}
		step();
		ck_assert(model.drained_o && model.idle_o);
		ck_assert(slave.quiet());
	}

	void compare()
	{
		for (size_t i = 0; i < kSize; i++)
			EXPECT(*memory.at(kBase + i) == *expected.at(kBase + i),
			       "byte at %#llx is wrong or was touched",
			       static_cast<unsigned long long>(kBase + i));
	}

	void reset_pulse()
	{
		for (unsigned c = 0; c < kClients; c++) {
			todo_[c].clear();
			sending_[c].clear();
			waiting_[c].clear();
		}
		model.wr_req_valid_i = 0;
		model.wr_valid_i = 0;
		model.srst_i = 1;
		step();
		model.srst_i = 0;
	}

	MODEL model;
	Memory memory, expected;
	AxiWriteSlave<MODEL, BEAT_BYTES> slave;
	IdleState<MODEL> idle;
	uint64_t cycles = 0, done_seen = 0, errors_seen = 0;

      private:
	// Data may be offered with its request or after it; here it waits a random while.
	void drive_client(unsigned c)
	{
		unsigned bit = 1u << c;
		bool asked = model.wr_req_valid_i & bit;
		bool want = !todo_[c].empty() && (asked || !random_.percent(client_gap_percent_));
		model.wr_req_valid_i =
			want ? model.wr_req_valid_i | bit : model.wr_req_valid_i & ~bit;
		if (want) {
			uint16_t len = static_cast<uint16_t>(todo_[c].front().bytes.size());
			memcpy(port_bytes(model.wr_req_addr_i) + 8 * c, &todo_[c].front().addr, 8);
			memcpy(port_bytes(model.wr_req_len_i) + 2 * c, &len, 2);
		}
		Request *r = !sending_[c].empty()	    ? &sending_[c].front()
			     : want && !client_gap_percent_ ? &todo_[c].front()
							    : nullptr;
		bool offered = model.wr_valid_i & bit;
		bool offer = r && (offered || !random_.percent(client_gap_percent_));
		model.wr_valid_i = offer ? model.wr_valid_i | bit : model.wr_valid_i & ~bit;
		if (!offer)
			return;
		uint8_t *lanes = port_bytes(model.wr_data_i) + BEAT_BYTES * c;
		size_t n = r->bytes.size() - r->sent;
		memset(lanes, 0xee, BEAT_BYTES);
		memcpy(lanes, r->bytes.data() + r->sent, n < BEAT_BYTES ? n : BEAT_BYTES);
	}

	void sample_client(unsigned c)
	{
		unsigned bit = 1u << c;
		if (model.wr_req_valid_i & bit && model.wr_req_ready_o & bit) {
			sending_[c].push_back(todo_[c].front());
			todo_[c].pop_front();
			taken_ |= bit;
		}
		if (model.wr_valid_i & bit && model.wr_ready_o & bit) {
			EXPECT(!sending_[c].empty(), "data taken before its request");
			Request &r = sending_[c].front();
			r.sent += BEAT_BYTES;
			data_taken_ |= bit;
			if (r.sent >= r.bytes.size()) {
				waiting_[c].push_back(r);
				sending_[c].pop_front();
			}
		}
		if (model.wr_done_o & bit)
			finish(c);
	}

	// When the client hears of it, the bytes must be visible.
	void finish(unsigned c)
	{
		EXPECT(!waiting_[c].empty(), "client %u: done for nothing", c);
		EXPECT(!model.srst_i, "done in the reset cycle");
		Request &r = waiting_[c].front();
		EXPECT(model.wr_err_o == r.error, "error flag of a write to %#llx is wrong",
		       static_cast<unsigned long long>(r.addr));
		errors_seen += r.error;
		for (size_t i = 0; i < r.bytes.size(); i++) {
			if (!memory.holds(r.addr + i, 1))
				continue;
			*expected.at(r.addr + i) = r.bytes[i];
			EXPECT(*memory.at(r.addr + i) == r.bytes[i],
			       "client %u: byte %zu of the write to %#llx (%zu bytes) is wrong", c,
			       i, static_cast<unsigned long long>(r.addr), r.bytes.size());
		}
		waiting_[c].pop_front();
		done_seen++;
	}

	Random random_;
	unsigned client_gap_percent_;
	std::deque<Request> todo_[kClients], sending_[kClients], waiting_[kClients];
	unsigned taken_ = 0, data_taken_ = 0; // in this cycle
};

const AxiTiming kSweep[] = {
	{0, 0, 0}, {125, 0, 0}, {3, 50, 0}, {0, 0, 50}, {10, 40, 40}, {1, 90, 10}, {7, 5, 90},
};

template <typename Body> void sweep(Body body)
{
	for (const AxiTiming &timing : kSweep)
		for (unsigned gap : {0u, 60u}) {
			auto bench = std::make_unique<Bench>(timing, 7 + gap, gap);
			body(*bench);
			bench->run_until_done();
			bench->compare();
		}
}

} // namespace

START_TEST(writes_every_alignment_and_length_and_no_byte_beside)
{
	Bench bench({2, 10, 10}, 1);
	uint64_t addr = kBase;
	for (unsigned off = 0; off < BEAT_BYTES; off++)
		for (unsigned len = 1; len <= 2 * BEAT_BYTES + 2; len++) {
			// A region of its own each, so that no later write covers a fault.
			if (addr + 256 > kBase + kSize) {
				bench.run_until_done();
				bench.compare();
				addr = kBase;
			}
			bench.request(off % kClients, addr + off, len);
			addr += 256;
		}
	bench.run_until_done();
	bench.compare();
}
END_TEST

START_TEST(splits_where_a_burst_would_cross_4_kib)
{
	sweep([](Bench &bench) {
		for (unsigned before : {1u, 15u, 16u, 63u, 64u, 65u, 700u})
			for (unsigned len : {2u, 64u, 1514u, 4096u, 9000u, 16384u}) {
				bench.request(len % 2, kBase + 0x20000 - before, len);
				bench.run_until_done();
			}
	});
}
END_TEST

START_TEST(completes_each_clients_requests_in_order)
{
	sweep([](Bench &bench) {
		Random random(42);
		for (int i = 0; i < 500; i++) {
			// Each client writes to a third of the memory: order among clients is free.
			unsigned client = random.below(kClients);
			unsigned len = random.percent(70) ? random.between(1, 200)
							  : random.between(1, 9000);
			bench.request(client,
				      kBase + client * (kSize / 3) + random.below(kSize / 3 - 9000),
				      len);
		}
		bench.run_until_done();
		ck_assert_uint_eq(bench.done_seen, 500);
	});
}
END_TEST

START_TEST(keeps_16_bursts_in_flight_and_streams_a_beat_a_cycle)
{
	Bench bench({125, 0, 0}, 5);
	const unsigned n = 128, len = 24 * BEAT_BYTES;
	for (unsigned i = 0; i < n; i++)
		bench.request(0, kBase + i * 2048 + (2048 - len) / 2 / BEAT_BYTES * BEAT_BYTES,
			      len);
	[[maybe_unused]] const uint64_t start = bench.cycles;
	bench.run_until_done();
	if (BEAT_BYTES == 64)
		ck_assert_uint_le(bench.cycles - start, n * 24 + 125 + 200);

	Bench small({125, 0, 0}, 6);
	for (unsigned i = 0; i < 400; i++)
		small.request(i % 2, kBase + i * 64, 60);
	small.run_until_done();
	ck_assert_uint_ge(small.slave.max_bursts(), 16);
	small.compare();
}
END_TEST

START_TEST(an_error_response_is_told_to_its_request_only)
{
	sweep([](Bench &bench) {
		for (int i = 0; i < 40; i++) {
			bench.request(0, kBase + kSize + 4096, 100);
			bench.request(1, kBase + 8192 + static_cast<unsigned>(i), 300);
			bench.request(2, kBase + kSize - 100, 5000);
			bench.request(0, kBase + 77, 64);
		}
		bench.run_until_done();
		ck_assert_uint_eq(bench.errors_seen, 80);
	});
}
END_TEST

START_TEST(srst_finishes_bursts_with_strobes_0_and_tells_nobody)
{
	for (unsigned delay = 0; delay < 160; delay++) {
		Bench bench({20, 30, 30}, 100 + delay, delay % 2 ? 50 : 0);
		for (int i = 0; i < 10; i++) {
			bench.request(0, kBase + 100, 9000);
			bench.request(1, kBase + 30000, 64);
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
		uint64_t done_before = bench.done_seen;
		bench.request(2, kBase + 50005, 1000);
		bench.request(0, kBase + 60000, 200);
		bench.run_until_done();
		ck_assert_uint_eq(bench.done_seen, done_before + 2);
	}
}
END_TEST

START_TEST(srst_stops_writing_at_once)
{
	Bench bench({5, 0, 0}, 11);
	bench.request(0, kBase + 100, 16384);
	for (int i = 0; i < 20; i++)
		bench.step();
	bench.reset_pulse();
	uint64_t before = bench.slave.strobed_bytes();
	for (int i = 0; i < 3000; i++)
		bench.step();
	ck_assert(bench.model.drained_o);
	ck_assert(bench.slave.quiet());
	// Strobed data that were on the bus before may still become visible, but not a whole request.
	ck_assert_uint_lt(bench.slave.strobed_bytes() - before, 22 * BEAT_BYTES);
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
	TCase *tc = tcase_create("dma_writer");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, writes_every_alignment_and_length_and_no_byte_beside);
	tcase_add_test(tc, splits_where_a_burst_would_cross_4_kib);
	tcase_add_test(tc, completes_each_clients_requests_in_order);
	tcase_add_test(tc, keeps_16_bursts_in_flight_and_streams_a_beat_a_cycle);
	tcase_add_test(tc, an_error_response_is_told_to_its_request_only);
	tcase_add_test(tc, srst_finishes_bursts_with_strobes_0_and_tells_nobody);
	tcase_add_test(tc, srst_stops_writing_at_once);
	tcase_add_test(tc, idle_holds_every_register_while_it_waits);

	return run_suite(TEST_NAME, tc);
}
