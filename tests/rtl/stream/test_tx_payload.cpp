// SPDX-License-Identifier: MIT
//
// tx_payload: buffers that are ordered come out as whole beats, in order, whatever the reader's pace and
// the walker's; it asks only for what it has room for. Every edge in an idle cycle is checked to change
// nothing.

#include "Vtx_payload___024root.h"
#include "read_side.h"

#include <algorithm>

namespace
{

constexpr size_t kBeat = 16, kBeats = 16, kMaxRequest = 64;

struct Order {
	uint64_t address;
	size_t len;
};

class Bench : public StreamBench<Vtx_payload>
{
      public:
	explicit Bench(int run) : StreamBench(run), memory_(kBeat, random)
	{
		reset();
		model.run_i = 1;
	}

	// How many beats it takes.
	size_t order(size_t most)
	{
		return order_bytes(1 + random() % most);
	}

	size_t order_bytes(size_t len)
	{
		orders_.push_back({wide_random() >> random() % 60, len});
		wanted_.push_back(orders_.back());
		return (len + kBeat - 1) / kBeat;
	}

	// One cycle: whoever may act does, or not, by the sweep.
	void step()
	{
		model.order_valid_i = !orders_.empty();
		if (!orders_.empty()) {
			model.order_addr_i = orders_.front().address;
			model.order_len_i = static_cast<uint32_t>(orders_.front().len);
		}
		model.data_rd_req_ready_i = !busy();
		model.data_rd_rsp_valid_i = memory_.on_the_way() > 0 && !late();
		if (model.data_rd_rsp_valid_i)
			memcpy(&model.data_rd_rsp_data_i, memory_.answer().bytes.data(), kBeat);
		settle();
		// A walker reads the oldest beat, and may keep it for another step.
		model.read_i = model.beat_valid_o && !busy();
		model.pop_i = model.read_i && random() % 4 != 0;
		model.eval();
		const bool request = model.data_rd_req_valid_o && model.data_rd_req_ready_i;
		if (request)
			take(model.data_rd_req_addr_o, model.data_rd_req_len_o);
		const bool popped_order = model.order_pop_o, read = model.read_i, pop = model.pop_i;
		edge.clock(model, !model.active_o && !model.read_i && !model.flush_i);
		if (popped_order)
			orders_.pop_front();
		if (read)
			check_beat(pop);
	}

	bool done() const
	{
		return wanted_.empty();
	}

	// What is ordered but not stored is forgotten with what is.
	void flush()
	{
		model.run_i = 0;
		for (int i = 0; i < 1000 && !model.drained_o; i++)
			step();
		EXPECT(model.drained_o);
		EXPECT_EQ(memory_.on_the_way(), 0);
		orders_.clear();
		wanted_.clear();
		asked_ = at_ = 0;
		stored_ = 0;
		model.order_valid_i = model.read_i = model.pop_i = model.data_rd_rsp_valid_i = 0;
		model.flush_i = 1;
		edge.clock(model, false);
		model.flush_i = 0;
		model.run_i = 1;
		EXPECT(!model.beat_valid_o);
	}

      private:
	// Requests go through the orders without a gap, in parts as large as may be.
	void take(uint64_t address, size_t len)
	{
		size_t before = 0, index = 0;

		while (asked_ >= before + wanted_[index].len)
			before += wanted_[index++].len;
		const size_t at = asked_ - before;
		EXPECT_EQ(address, wanted_[index].address + at);
		EXPECT_EQ(len, std::min(kMaxRequest, wanted_[index].len - at));
		asked_ += len;
		stored_ += (len + kBeat - 1) / kBeat;
		EXPECT(stored_ <= kBeats);
		memory_.take(address, len);
	}

	void check_beat(bool pop)
	{
		const Order &order = wanted_.front();
		const size_t n = std::min(kBeat, order.len - at_);
		const auto *data = reinterpret_cast<const uint8_t *>(&model.rdata_o);

		for (size_t i = 0; i < n; i++)
			EXPECT_EQ(data[i], byte_at(order.address + at_ + i));
		if (!pop)
			return;
		stored_--;
		at_ += kBeat;
		if (at_ >= order.len) {
			asked_ -= order.len;
			wanted_.pop_front();
			at_ = 0;
		}
	}

	ReadSide memory_;
	std::deque<Order> orders_, wanted_; // not asked for to the end; not read to the end
	size_t asked_ = 0, at_ = 0;	    // bytes: of wanted_, of its first
	size_t stored_ = 0;		    // beats: asked for and not freed
};

void run(Bench &b, size_t most_cycles)
{
	for (size_t cycles = 0; !b.done(); cycles++) {
		EXPECT(cycles < most_cycles);
		b.step();
	}
}

START_TEST(buffers_come_out_in_order_with_all_their_bytes)
{
	Bench b(_i);
	for (int i = 0; i < 300; i++)
		b.order(i % 2 ? 40 : 400);
	run(b, 1000000);
}
END_TEST

START_TEST(a_buffer_larger_than_the_memory_goes_through_it)
{
	Bench b(_i);
	b.order(1);
	for (int i = 0; i < 3; i++)
		b.order(20000);
	run(b, 1000000);
}
END_TEST

START_TEST(the_longest_buffer_there_is)
{
	Bench b(_i);
	b.order_bytes(0xfffff);
	b.order(100);
	run(b, 200000);
}
END_TEST

// It reads each beat 4/3 times; run 0 has nobody wait.
START_TEST(a_walker_that_always_takes_need_not_wait)
{
	Bench b(0);
	size_t beats = 0;
	for (int i = 0; i < 50; i++)
		beats += b.order(1000);
	run(b, beats * 3 / 2);
}
END_TEST

START_TEST(what_is_forgotten_does_not_come_back)
{
	Bench b(_i);
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 10; i++)
			b.order(300);
		for (unsigned cycles = b.upto(200); cycles; cycles--)
			b.step();
		b.flush();
	}
	b.order(300);
	run(b, 100000);
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests("tx_payload", argc, argv,
				{{buffers_come_out_in_order_with_all_their_bytes, kSweeps},
				 {a_buffer_larger_than_the_memory_goes_through_it, kSweeps},
				 {the_longest_buffer_there_is, 1},
				 {a_walker_that_always_takes_need_not_wait, 1},
				 {what_is_forgotten_does_not_come_back, kSweeps}});
}
