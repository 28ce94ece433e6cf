// SPDX-License-Identifier: MIT
//
// tx_fetch: descriptors come out in the ring's order, each as it is in memory, never one that software has
// not handed over; it asks only for what its store has room for; and what it says of the packet it holds
// (whole, dry, drained) is what a list of descriptors says, in every cycle.

#include "Vtx_fetch___024root.h"
#include "read_side.h"

#include <algorithm>

namespace
{

constexpr unsigned kBeat = 64, kPlace = 16, kPerBeat = kBeat / kPlace; // bytes, bytes, descriptors
constexpr unsigned kBatch = 16, kStoreBeats = 16;

unsigned beats_of(uint64_t descriptors)
{
	return static_cast<unsigned>((descriptors + kPerBeat - 1) / kPerBeat);
}

// Few descriptors end a packet in this memory, so that packets may be larger than the store.
uint8_t long_packets(uint64_t address)
{
	const uint8_t byte = byte_at(address);
	return address % 16 == 11 && byte_at(address ^ 0x55) % 100 ? byte & 0xfe : byte;
}

// Each is a packet of its own.
uint8_t short_packets(uint64_t address)
{
	return address % 16 == 11 ? (byte_at(address) & ~0x20) | 1 : byte_at(address);
}

class Bench : public StreamBench<Vtx_fetch>
{
      public:
	Bench(int run, unsigned size, uint8_t (*byte)(uint64_t) = byte_at)
	    : StreamBench(run), memory_(kBeat, random, byte), byte_(byte), size_(size)
	{
		base_ = wide_random() & ~UINT64_C(0xf);
		model.ring_base_i = base_;
		model.ring_size_i = static_cast<uint16_t>(size);
		reset();
		start(0);
	}

	// Software hands over so many more, as far as the ring allows.
	void hand_over(unsigned descriptors)
	{
		handed_ += std::min<uint64_t>(descriptors, taken_ + size_ - 1 - handed_);
		model.tail_i = static_cast<uint16_t>((head_ + handed_) % size_);
	}

	void step(bool may_take = true)
	{
		model.desc_rd_req_ready_i = !busy();
		model.desc_rd_rsp_valid_i = memory_.on_the_way() > 0 && !late();
		model.desc_pop_i = 0;
		settle();
		note_request();
		check_state();
		model.desc_pop_i = model.desc_valid_o && may_take && !busy();
		ReadSide::Beat beat;
		if (model.desc_rd_rsp_valid_i) {
			beat = memory_.answer();
			memcpy(&model.desc_rd_rsp_data_i, beat.bytes.data(), kBeat);
			model.desc_rd_rsp_last_i = beat.last;
		}
		model.eval();
		if (model.desc_pop_i)
			take_descriptor();
		if (model.desc_rd_rsp_valid_i)
			store(beat.last);
		edge.clock(model, !model.active_o);
	}

	// Nothing new is asked for, what is due is awaited, all is forgotten; it goes on at `head`.
	void stop_and_start(unsigned head)
	{
		model.run_i = 0;
		for (int i = 0; !model.drained_o; i++) {
			EXPECT(i < 100000);
			step();
		}
		model.desc_rd_rsp_valid_i = model.desc_pop_i = 0;
		model.flush_i = 1;
		edge.clock(model, false);
		model.flush_i = 0;
		start(head);
	}

	uint64_t taken() const
	{
		return taken_;
	}
	uint64_t left() const
	{
		return handed_ - taken_;
	}
	uint64_t stored() const
	{
		return stored_ - taken_;
	}
	uint64_t asked() const
	{
		return asked_;
	}
	uint64_t head() const
	{
		return (head_ + taken_) % size_;
	}
	unsigned requests() const
	{
		return requests_;
	}

      private:
	struct Descriptor {
		bool carries, eop;
	};

	void start(unsigned head)
	{
		head_ = head;
		handed_ = asked_ = stored_ = taken_ = requests_ = 0;
		batches_.clear();
		beats_.clear();
		model.head_i = model.tail_i = static_cast<uint16_t>(head);
		model.start_i = 1;
		model.clk_i = 0;
		model.eval();
		edge.clock(model, !model.active_o);
		model.start_i = 0;
		model.run_i = 1;
	}

	uint64_t address(uint64_t index) const
	{
		return base_ + kPlace * ((head_ + index) % size_);
	}

	Descriptor descriptor(uint64_t index) const
	{
		const uint64_t at = address(index);
		const bool carries = !(byte_(at + 11) & 0x20) || byte_(at + 10) >> 4 == 1;
		return {carries, carries && byte_(at + 11) & 1};
	}

	// A request counts from the cycle in which it is shown.
	void note_request()
	{
		if (model.desc_rd_req_valid_o && !shown_.waits()) {
			const unsigned n = model.desc_rd_req_len_o / kPlace;
			EXPECT_EQ(model.desc_rd_req_addr_o, address(asked_));
			EXPECT_EQ(model.desc_rd_req_len_o % kPlace, 0);
			EXPECT(n >= 1);
			EXPECT(n <= kBatch);
			EXPECT((head_ + asked_) % size_ + n <= size_);
			asked_ += n;
			requests_++;
			EXPECT(asked_ <= handed_);
			batches_.push_back(n);
			beats_on_the_way_ += beats_of(n);
			EXPECT(beats_on_the_way_ + beats_.size() <= kStoreBeats);
		}
		if (model.desc_rd_req_valid_o && model.desc_rd_req_ready_i)
			memory_.take(model.desc_rd_req_addr_o, model.desc_rd_req_len_o);
		shown_.see(model.desc_rd_req_valid_o, model.desc_rd_req_ready_i,
			   {model.desc_rd_req_addr_o, model.desc_rd_req_len_o});
	}

	void check_state()
	{
		const uint64_t place = (head_ + asked_) % size_;
		const uint64_t more = model.run_i ? handed_ - asked_ : 0;
		const uint64_t want = std::min<uint64_t>({more, kBatch, size_ - place});
		const bool drained = batches_.empty();
		const bool fits = beats_of(want) + beats_.size() <= kStoreBeats;
		bool carries = false, eop = false;

		for (uint64_t i = taken_; i < stored_; i++) {
			carries |= descriptor(i).carries;
			eop |= descriptor(i).eop;
		}
		EXPECT_EQ(model.desc_valid_o, stored() > 0);
		EXPECT_EQ(model.drained_o, drained);
		EXPECT_EQ(model.whole_o, eop || (drained && (more ? !fits : !carries)));
		EXPECT_EQ(model.dry_o, !stored() && drained && !more);
	}

	void store(bool last)
	{
		const unsigned n = std::min(batches_.front(), kPerBeat);

		stored_ += n;
		beats_.push_back(n);
		beats_on_the_way_--;
		batches_.front() -= n;
		EXPECT_EQ(last, batches_.front() == 0);
		if (last)
			batches_.pop_front();
	}

	void take_descriptor()
	{
		const auto *data = reinterpret_cast<const uint8_t *>(&model.desc_o);

		for (unsigned i = 0; i < kPlace; i++)
			EXPECT_EQ(data[i], byte_(address(taken_) + i));
		EXPECT_EQ(model.carries_o, descriptor(taken_).carries);
		EXPECT_EQ(model.eop_o, descriptor(taken_).eop);
		taken_++;
		if (--beats_.front() == 0)
			beats_.pop_front();
	}

	ReadSide memory_;
	uint8_t (*const byte_)(uint64_t);
	const unsigned size_;
	uint64_t base_;
	uint64_t head_ = 0; // place in the ring from which these count descriptors:
	uint64_t handed_ = 0, asked_ = 0, stored_ = 0, taken_ = 0;
	unsigned requests_ = 0;
	std::deque<unsigned> batches_; // asked for: descriptors that have not come
	std::deque<unsigned> beats_;   // stored: descriptors that were not taken
	unsigned beats_on_the_way_ = 0;
	Offer<std::pair<uint64_t, unsigned>> shown_;
};

void run(Bench &b, uint64_t descriptors, unsigned most)
{
	for (int cycles = 0; b.taken() < descriptors; cycles++) {
		EXPECT(cycles < 1000000);
		if (b.upto(7) == 0)
			b.hand_over(1 + b.upto(most - 1));
		b.step();
	}
}

START_TEST(descriptors_come_in_order_and_only_those_handed_over)
{
	const unsigned sizes[] = {8, 24, 256, 65528};
	for (unsigned most : {1u, 100u}) {
		Bench b(_i, sizes[_i / kSweeps]);
		run(b, 1000, most);
	}
}
END_TEST

START_TEST(packets_larger_than_the_store_do_not_wait_for_their_end)
{
	Bench b(_i, 512, long_packets);
	run(b, 2000, 100);
}
END_TEST

START_TEST(the_store_is_filled_and_no_more_is_asked_for)
{
	for (auto memory : {byte_at, short_packets, long_packets}) {
		Bench b(_i, 256, memory);
		b.hand_over(200);
		for (int i = 0; i < 1000; i++)
			b.step(false);
		EXPECT_EQ(b.stored(), kStoreBeats * kPerBeat);
		EXPECT_EQ(b.asked(), b.stored());
		while (b.left())
			b.step();
		for (int i = 0; i < 100; i++)
			b.step();
		EXPECT(b.model.dry_o && b.model.drained_o);
	}
}
END_TEST

START_TEST(what_is_handed_over_at_once_is_read_in_batches)
{
	for (unsigned n : {1u, 2u, 15u, 16u, 17u, 33u, 64u}) {
		Bench b(_i, 256);
		b.hand_over(n);
		while (b.left())
			b.step();
		EXPECT_EQ(b.requests(), (n + kBatch - 1) / kBatch);
	}
}
END_TEST

START_TEST(a_batch_ends_where_the_ring_does)
{
	Bench b(_i, 24);
	b.stop_and_start(20);
	b.hand_over(10);
	while (b.left())
		b.step();
	EXPECT_EQ(b.requests(), 2);
}
END_TEST

START_TEST(after_a_stop_it_goes_on_at_the_head)
{
	Bench b(_i, 64);
	for (int i = 0; i < 40; i++) {
		run(b, b.upto(60), 20);
		b.stop_and_start(i % 2 ? static_cast<unsigned>(b.head()) : b.upto(63));
	}
	run(b, 200, 20);
}
END_TEST

// More batches than it keeps count of, all answers late.
START_TEST(many_small_batches_may_be_on_their_way)
{
	Bench b(3, 64); // nine of ten answers late
	for (int i = 0; b.taken() < 1000; i++) {
		EXPECT(i < 100000);
		b.hand_over(1);
		b.step();
	}
}
END_TEST

START_TEST(rings_that_make_no_sense_have_no_descriptors)
{
	Bench b(0, 8);
	const auto asks = [&b](unsigned head, unsigned tail, unsigned size) {
		b.stop_and_start(head);
		b.model.tail_i = static_cast<uint16_t>(tail);
		b.model.ring_size_i = static_cast<uint16_t>(size);
		for (int i = 0; i < 50; i++) {
			b.model.clk_i = 1;
			b.model.eval();
			b.model.clk_i = 0;
			b.model.eval();
			EXPECT(b.model.drained_o && b.model.dry_o && b.model.whole_o);
			if (b.model.desc_rd_req_valid_o)
				return true;
		}
		return false;
	};
	EXPECT(!asks(0, 8, 8)); // tail outside
	EXPECT(!asks(0, 0, 8)); // empty
	EXPECT(!asks(0, 4, 0)); // no ring
	EXPECT(!asks(8, 4, 8)); // head outside
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests(
		"tx_fetch", argc, argv,
		{{descriptors_come_in_order_and_only_those_handed_over, 4 * kSweeps},
		 {packets_larger_than_the_store_do_not_wait_for_their_end, kSweeps},
		 {the_store_is_filled_and_no_more_is_asked_for, kSweeps},
		 {what_is_handed_over_at_once_is_read_in_batches, kSweeps},
		 {a_batch_ends_where_the_ring_does, kSweeps},
		 {after_a_stop_it_goes_on_at_the_head, kSweeps},
		 {many_small_batches_may_be_on_their_way, 1},
		 {rings_that_make_no_sense_have_no_descriptors, 1}});
}
