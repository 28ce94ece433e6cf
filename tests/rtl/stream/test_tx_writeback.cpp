// SPDX-License-Identifier: MIT
//
// tx_writeback: a descriptor is written back, or not, in its turn and when its bytes are consumed; a head
// moves and events go out only when every write of the batch has its answer; what an event says follows
// from the batch's descriptors. Stops: nothing more is written for that ring, heads go back to a packet's
// start, or where software wrote them.

#include "Vtx_writeback___024root.h"
#include "stream_bench.h"

#include <algorithm>
#include <array>

namespace
{

constexpr unsigned kRings = 2, kMaxBatch = 32;

struct Entry {
	unsigned queue;
	bool waits, boundary, wanted, rs, ide;
	uint32_t dword3;
};

struct Ring {
	uint64_t base;
	unsigned size;
	unsigned head = 0;			  // as software sees it
	unsigned index = 0;			  // the descriptor that is completed next
	unsigned boundary = 0;			  // the start of the packet in work
	unsigned tail = 0, tail_before = 0;	  // the latter at the last edge
	unsigned low = 0;			  // TXDCTL.LWTHRESH
	bool moved = false;			  // software wrote the head
	std::deque<std::pair<Entry, bool>> batch; // completed, with whether it was written
	unsigned free_entries() const
	{
		return (head + size - 1 - tail) % size;
	}
};

class Bench : public StreamBench<Vtx_writeback>
{
      public:
	explicit Bench(int run, unsigned low = 0) : StreamBench(run)
	{
		const unsigned sizes[] = {8, 256};

		for (unsigned q = 0; q < kRings; q++) {
			Ring &ring = rings[q];
			ring.base = wide_random() & ~UINT64_C(0xf);
			ring.size = sizes[q];
			ring.low = low;
			set_bits(model.ring_base_i, 64 * q, 64, ring.base);
			set_bits(model.ring_size_i, 16 * q, 16, ring.size);
			set_bits(model.low_i, 7 * q, 7, low);
		}
		reset();
	}

	// Software hands over one descriptor, and it is parsed. Packets of a ring stay together.
	void parse(unsigned q, bool waits, bool last, bool wanted, bool rs, bool ide)
	{
		Ring &ring = rings[q];

		EXPECT(ring.free_entries() > 0);
		ring.tail = (ring.tail + 1) % ring.size;
		set_bits(model.tail_i, 16 * q, 16, ring.tail);
		entries_.push_back({q, waits, waits ? last : !inside_packet_, wanted, rs, ide,
				    (static_cast<uint32_t>(random()) & ~0xfu) | 1});
		if (waits)
			inside_packet_ = !last;
		pieces_ += waits;
	}

	void parse_any()
	{
		if (!inside_packet_)
			queue_ = upto(1);
		if (rings[queue_].free_entries() == 0 || entries_.size() > 100)
			return;
		const bool rs = hit(60), waits = hit(80);
		parse(queue_, waits, hit(40), rs || hit(20), rs, hit(40));
	}

	void step(bool may_write = true)
	{
		drive_entry(!entries_.empty() && (stops_ || !late()));
		model.done_i = !stops_ && pieces_ > 0 && !late();
		model.wb_wr_req_ready_i = may_write && !busy();
		model.wb_wr_ready_i = may_write && !busy();
		model.wb_wr_done_i = answers_due() > 0 && !busy();
		settle();
		check_outputs();
		if (model.drained_o) {
			EXPECT(writes_.empty());
			for (Ring &ring : rings) {
				EXPECT(ring.batch.empty() || ring.moved);
				ring.batch.clear();
			}
		}
		drained_ = model.drained_o;
		const bool request = model.wb_wr_req_valid_o && model.wb_wr_req_ready_i;
		const bool data = model.wb_wr_valid_o && model.wb_wr_ready_i;
		if (request) {
			EXPECT(requests_ < writes_.size());
			EXPECT_EQ(model.wb_wr_req_addr_o, writes_[requests_].first);
			EXPECT_EQ(model.wb_wr_req_len_o, 4);
			requests_++;
		}
		if (data) {
			EXPECT(beats_ < writes_.size());
			EXPECT_EQ(bits(model.wb_wr_data_o, 0, 32), writes_[beats_].second);
			beats_++;
		}
		request_.see(model.wb_wr_req_valid_o, model.wb_wr_req_ready_i,
			     model.wb_wr_req_addr_o);
		data_.see(model.wb_wr_valid_o, model.wb_wr_ready_i,
			  bits(model.wb_wr_data_o, 0, 32));
		if (model.wb_wr_done_i) {
			answers_++;
			if (answers_ == writes_.size()) {
				writes_.clear();
				requests_ = beats_ = answers_ = 0;
			}
		}
		const bool pop = model.entry_pop_o;
		if (pop)
			complete();
		if (model.done_i) {
			pieces_--;
			consumed_++;
		}
		for (Ring &ring : rings)
			ring.tail_before = ring.tail;
		edge.clock(model, !model.active_o);
	}

	// As tx_engine stops: of `aborted` rings nothing more is written; when all is drained, what is not
	// complete is forgotten.
	void stop(unsigned aborted, int head_of = -1, unsigned head = 0)
	{
		if (head_of >= 0) {
			model.head_we_i = static_cast<uint8_t>(1u << head_of);
			model.head_wdata_i = static_cast<uint16_t>(head);
			step();
			Ring &ring = rings[head_of];
			ring.head = ring.index = ring.boundary = head;
			ring.moved = just_moved_ = true;
			model.head_we_i = 0;
			aborted |= 1u << head_of;
		}
		model.abort_i = static_cast<uint8_t>(aborted);
		stops_ = true;
		drained_ = false;
		for (int i = 0; !drained_; i++) {
			EXPECT(i < 10000);
			step();
		}
		drive_entry(!entries_.empty());
		model.done_i = model.wb_wr_done_i = 0;
		model.flush_i = 1;
		settle();
		EXPECT(model.drained_o);
		edge.clock(model, false);
		model.flush_i = 0;
		model.abort_i = 0;
		entries_.clear();
		pieces_ = consumed_ = 0;
		inside_packet_ = false;
		stops_ = false;
		for (unsigned q = 0; q < kRings; q++) {
			Ring &ring = rings[q];
			ring.head = ring.index = ring.tail = ring.tail_before = ring.boundary;
			ring.moved = false;
			set_bits(model.tail_i, 16 * q, 16, ring.tail);
		}
	}

	bool done() const
	{
		return entries_.empty() && rings[0].batch.empty() && rings[1].batch.empty();
	}

	std::array<Ring, kRings> rings;
	unsigned batches = 0, largest = 0, events = 0, delayed = 0, lows = 0, empties = 0;

      private:
	void drive_entry(bool shown)
	{
		model.entry_valid_i = shown;
		if (!shown)
			return;
		const Entry &e = entries_.front();
		Fields(model.entry_i, 38)
			.put(1, e.queue)
			.put(1, e.waits)
			.put(1, e.boundary)
			.put(1, e.wanted)
			.put(1, e.rs)
			.put(1, e.ide)
			.put(32, e.dword3)
			.end();
	}

	// Answers come in order, for writes whose request and data were taken.
	size_t answers_due() const
	{
		return std::min(requests_, beats_) - answers_;
	}

	// The oldest entry is completed: it must be its turn.
	void complete()
	{
		const Entry e = entries_.front();
		Ring &ring = rings[e.queue];
		const bool write = e.wanted && !(model.abort_i >> e.queue & 1);

		entries_.pop_front();
		if (e.waits) {
			EXPECT(consumed_ > 0);
			consumed_--;
		}
		if (write)
			writes_.emplace_back(ring.base + 16 * ring.index + 12, e.dword3);
		ring.batch.emplace_back(e, write);
		EXPECT(rings[0].moved || rings[1].moved ||
		       rings[0].batch.size() + rings[1].batch.size() <= kMaxBatch);
		if (ring.moved)
			return;
		ring.index = (ring.index + 1) % ring.size;
		if (e.boundary)
			ring.boundary = ring.index;
	}

	// A batch is over when a head moves: for both rings, with all its answers there. What the batch of
	// a ring says whose head software wrote does not matter.
	void check_outputs()
	{
		bool over = false, txqe = false, low = false;
		unsigned wb = 0, ide = 0;

		for (unsigned q = 0; q < kRings; q++)
			over |= !rings[q].moved && bits(model.head_o, 16 * q, 16) != rings[q].head;
		if (over) {
			EXPECT(writes_.empty());
			batches++;
			largest = std::max<unsigned>(largest,
						     static_cast<unsigned>(rings[0].batch.size() +
									   rings[1].batch.size()));
		}
		for (unsigned q = 0; over && q < kRings; q++) {
			Ring &ring = rings[q];
			if (ring.batch.empty() || ring.moved) {
				ring.batch.clear();
				continue;
			}
			bool speaks = false, now = false, seen = false;
			for (const auto &[e, written] : ring.batch) {
				if (!written)
					continue;
				speaks |= e.rs || (e.waits && e.boundary);
				seen |= e.rs;
				now |= e.rs && !e.ide;
			}
			wb |= static_cast<unsigned>(speaks) << q;
			ide |= static_cast<unsigned>(speaks && seen && !now) << q;
			const unsigned mark = 8 * ring.low;
			const unsigned had = (ring.tail_before + ring.size - ring.head) % ring.size;
			const unsigned left =
				(ring.tail_before + ring.size - ring.index) % ring.size;
			txqe |= ring.index == ring.tail_before;
			low |= ring.low && had > mark && left <= mark;
			ring.head = ring.index;
			ring.batch.clear();
		}
		for (unsigned q = 0; q < kRings; q++)
			EXPECT_EQ(bits(model.head_o, 16 * q, 16), rings[q].head);
		const unsigned moved = rings[1].moved << 1 | rings[0].moved;
		EXPECT_EQ(model.ev_wb_o & ~moved, wb);
		EXPECT_EQ(model.ev_wb_ide_o & ~moved, ide);
		// A batch that ended as software wrote the head may speak of the place it had.
		EXPECT(model.ev_txqe_o == txqe || just_moved_);
		EXPECT(model.ev_low_o == low || just_moved_);
		just_moved_ = false;
		events += wb != 0;
		delayed += ide != 0;
		lows += low;
		empties += txqe;
	}

	std::deque<Entry> entries_;
	unsigned queue_ = 0;
	bool inside_packet_ = false, stops_ = false, drained_ = false, just_moved_ = false;
	size_t pieces_ = 0, consumed_ = 0; // of parsed descriptors: not consumed, consumed
	std::deque<std::pair<uint64_t, uint64_t>> writes_; // of this batch: address, data
	size_t requests_ = 0, beats_ = 0, answers_ = 0;	   // of these
	Offer<uint64_t> request_, data_;
};

void drain(Bench &b)
{
	for (int i = 0; !b.done(); i++) {
		EXPECT(i < 100000);
		b.step();
	}
}

void run(Bench &b, unsigned cycles)
{
	for (; cycles; cycles--) {
		if (b.hit(60))
			b.parse_any();
		b.step();
	}
}

START_TEST(each_descriptor_is_completed_in_its_turn)
{
	Bench b(_i);
	run(b, 5000);
	drain(b);
	EXPECT(b.batches > 20 && b.events > 20 && b.delayed > 0 && b.empties > 0);
}
END_TEST

START_TEST(a_batch_has_32_descriptors_at_most)
{
	Bench b(_i);
	for (int i = 0; i < 160; i++) // a batch, and as many as tx_engine keeps behind it
		b.parse(1, true, true, true, true, false);
	for (int i = 0; i < 3000; i++) // none is written
		b.step(false);
	EXPECT_EQ(b.batches, 0);
	drain(b);
	Bench free(_i);
	for (int i = 0; i < 100; i++) // none wants to be
		free.parse(1, false, false, false, false, false);
	drain(free);
	EXPECT_EQ(free.events, 0);
	EXPECT(b.largest <= 32 && free.largest <= 32);
	if (free.sweep.gap_percent == 0)
		EXPECT_EQ(free.largest, 32);
}
END_TEST

START_TEST(only_what_was_asked_for_is_reported)
{
	struct {
		bool waits, last, wanted, rs, ide;
		unsigned events, delayed;
	} cases[] = {
		{true, true, false, false, false, 0, 0},  // nothing written
		{true, true, true, false, false, 1, 0},	  // the packet's end speaks (WB all)
		{true, false, true, false, false, 0, 0},  // its middle does not
		{true, false, true, true, false, 1, 0},	  // but for RS
		{true, true, true, true, true, 1, 1},	  // delayed
		{false, false, true, false, false, 0, 0}, // a context
		{false, false, true, true, true, 1, 1},
	};
	for (const auto &c : cases) {
		Bench b(_i);
		b.parse(0, c.waits, c.last, c.wanted, c.rs, c.ide);
		drain(b);
		b.step();
		EXPECT_EQ(b.events, c.events);
		EXPECT_EQ(b.delayed, c.delayed);
		EXPECT_EQ(b.empties, 1);
	}
}
END_TEST

START_TEST(few_descriptors_left_are_told_once)
{
	Bench b(_i, 2); // 16 descriptors
	for (int i = 0; i < 40; i++)
		b.parse(1, true, true, true, true, false);
	drain(b);
	EXPECT_EQ(b.lows, 1);
	run(b, 3000);
	drain(b);
}
END_TEST

START_TEST(a_stop_takes_the_heads_back_to_the_packets_start)
{
	Bench b(_i, 1);
	for (int i = 0; i < 60; i++) {
		run(b, b.upto(100));
		b.stop(1 + b.upto(2));
	}
	run(b, 500);
	drain(b);
}
END_TEST

START_TEST(a_written_head_counts_and_what_was_in_flight_does_not)
{
	Bench b(_i);
	for (int i = 0; i < 60; i++) {
		run(b, b.upto(100));
		const unsigned q = b.upto(1);
		b.stop(0, static_cast<int>(q), b.upto(b.rings[q].size - 1));
	}
	run(b, 500);
	drain(b);
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests(
		"tx_writeback", argc, argv,
		{{each_descriptor_is_completed_in_its_turn, 2 * kSweeps},
		 {a_batch_has_32_descriptors_at_most, kSweeps},
		 {only_what_was_asked_for_is_reported, kSweeps},
		 {few_descriptors_left_are_told_once, kSweeps},
		 {a_stop_takes_the_heads_back_to_the_packets_start, 2 * kSweeps},
		 {a_written_head_counts_and_what_was_in_flight_does_not, 2 * kSweeps}});
}
