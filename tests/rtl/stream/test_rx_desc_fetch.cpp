// SPDX-License-Identifier: MIT
//
// rx_desc_fetch: descriptors come out in the ring's order, each as it is in memory, and never one that
// software has not handed over, whatever the reader's pace and that of who takes them. Every edge in an idle
// cycle is checked to change nothing.

#include "Vrx_desc_fetch___024root.h"
#include "read_side.h"

#include <algorithm>

namespace
{

constexpr size_t kBeat = 64, kPlace = 16; // bytes; a place in the ring

class Bench : public StreamBench<Vrx_desc_fetch>
{
      public:
	Bench(int run, unsigned size, bool split)
	    : StreamBench(run), memory_(kBeat, random), size_(size), places_(split ? 2 : 1)
	{
		base_ = wide_random() & ~UINT64_C(0xf);
		model.ring_base_i = base_;
		model.ring_size_i = size;
		model.split_i = split;
		model.enable_i = 1;
		reset();
	}

	// Software hands over so many more, as far as the ring allows.
	void hand_over(unsigned descriptors)
	{
		const uint64_t room = taken_ + size_ - places_ - handed_;

		handed_ += std::min<uint64_t>(descriptors * places_, room / places_ * places_);
		model.tail_i = static_cast<uint16_t>((start_ + handed_) % size_);
	}

	void step()
	{
		model.rd_req_ready_i = !busy();
		model.rd_rsp_valid_i = memory_.on_the_way() > 0 && !late();
		if (model.rd_rsp_valid_i) {
			const ReadSide::Beat beat = memory_.answer();
			memcpy(&model.rd_rsp_data_i, beat.bytes.data(), kBeat);
			model.rd_rsp_last_i = beat.last;
		}
		model.desc_pop_i = 0;
		settle();
		model.desc_pop_i = model.desc_valid_o && !busy();
		model.eval();
		if (model.rd_req_valid_o && model.rd_req_ready_i)
			take_request();
		if (model.desc_pop_i)
			take_descriptor();
		edge.clock(model, model.idle_o);
	}

	// All that is held or on the way is forgotten; it goes on with the first that was not taken.
	void clear()
	{
		stop(false);
	}
	// Or where software writes the head to.
	void write_head(unsigned head)
	{
		start_ = head;
		taken_ = handed_ = 0;
		model.tail_i = static_cast<uint16_t>(head);
		stop(true);
	}

	uint64_t taken() const
	{
		return taken_;
	}
	uint64_t left() const
	{
		return handed_ - taken_;
	}

      private:
	void stop(bool write)
	{
		model.desc_pop_i = 0;
		model.rd_req_ready_i = 0;
		model.rd_rsp_valid_i = 0;
		model.clear_i = !write;
		model.head_we_i = write;
		model.head_i = model.head_wdata_i =
			static_cast<uint16_t>((start_ + taken_) % size_);
		settle();
		EXPECT(!model.desc_valid_o);
		stale_ = model.rd_req_valid_o;
		edge.clock(model, false);
		model.clear_i = model.head_we_i = 0;
		asked_ = taken_;
	}

	// One that was shown before everything was forgotten is still answered.
	void take_request()
	{
		const unsigned places = model.rd_req_len_o / kPlace;

		EXPECT_EQ(model.rd_req_len_o % (kPlace * places_), 0);
		EXPECT(places <= 16);
		memory_.take(model.rd_req_addr_o, model.rd_req_len_o);
		if (stale_) {
			stale_ = false;
			return;
		}
		const uint64_t at = (start_ + asked_) % size_;
		EXPECT_EQ(model.rd_req_addr_o, base_ + kPlace * at);
		EXPECT(at + places <= size_);
		asked_ += places;
		EXPECT(asked_ <= handed_);
		EXPECT(asked_ - taken_ <= 64);
	}

	void take_descriptor()
	{
		const auto *data = reinterpret_cast<const uint8_t *>(&model.desc_o);
		const uint64_t address = base_ + kPlace * ((start_ + taken_) % size_);

		EXPECT(taken_ < asked_);
		for (size_t i = 0; i < kPlace * places_; i++)
			EXPECT_EQ(data[i], byte_at(address + i));
		taken_ += places_;
	}

	ReadSide memory_;
	const unsigned size_, places_;
	uint64_t base_;
	uint64_t start_ = 0; // the place in the ring from which these count places:
	uint64_t handed_ = 0, asked_ = 0, taken_ = 0;
	bool stale_ = false;
};

void run(Bench &b, uint64_t descriptors, unsigned most)
{
	for (int cycles = 0; b.taken() < descriptors; cycles++) {
		EXPECT(cycles < 1000000);
		if (b.random() % 8 == 0)
			b.hand_over(1 + b.random() % most);
		b.step();
	}
}

START_TEST(descriptors_come_in_order_and_only_those_handed_over)
{
	const unsigned sizes[] = {8, 24, 256, 65528};
	for (unsigned most : {1u, 100u}) {
		Bench b(_i, sizes[_i / kSweeps], false);
		run(b, 1500, most);
	}
}
END_TEST

START_TEST(split_descriptors_take_two_places)
{
	const unsigned sizes[] = {8, 24, 256};
	Bench b(_i, sizes[_i / kSweeps], true);
	run(b, 1500, 20);
}
END_TEST

START_TEST(all_that_is_handed_over_is_read_to_the_last_one)
{
	for (unsigned handed : {1u, 2u, 15u, 16u, 17u, 200u}) {
		Bench b(_i, 256, false);
		b.hand_over(handed);
		for (int cycles = 0; b.left(); cycles++) {
			EXPECT(cycles < 10000);
			b.step();
		}
		for (int i = 0; i < 100; i++)
			b.step();
		EXPECT(b.model.none_o && b.model.quiet_o);
	}
}
END_TEST

START_TEST(after_a_stop_it_goes_on_where_it_was)
{
	for (bool split : {false, true}) {
		Bench b(_i, 64, split);
		for (uint64_t at = 50; at <= 2000; at += 50) {
			run(b, at, 20);
			b.clear();
		}
		run(b, 2100, 20);
	}
}
END_TEST

START_TEST(it_goes_on_where_software_writes_the_head)
{
	Bench b(_i, 64, false);
	for (int i = 0; i < 40; i++) {
		run(b, 50, 20);
		b.write_head(b.upto(63));
	}
	run(b, 200, 20);
}
END_TEST

START_TEST(rings_that_make_no_sense_have_none)
{
	Bench b(0, 8, false);
	b.model.tail_i = 8; // outside
	for (int i = 0; i < 100; i++)
		b.step();
	EXPECT(b.model.none_o && !b.model.rd_req_valid_o);
	b.model.tail_i = 4;
	b.model.ring_size_i = 0;
	for (int i = 0; i < 100; i++)
		b.step();
	EXPECT(b.model.none_o && !b.model.rd_req_valid_o);
	b.model.ring_size_i = 8;
	b.model.enable_i = 0;
	for (int i = 0; i < 100; i++)
		b.step();
	EXPECT(!b.model.none_o && !b.model.rd_req_valid_o);
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests(
		"rx_desc_fetch", argc, argv,
		{{descriptors_come_in_order_and_only_those_handed_over, 4 * kSweeps},
		 {split_descriptors_take_two_places, 3 * kSweeps},
		 {all_that_is_handed_over_is_read_to_the_last_one, kSweeps},
		 {after_a_stop_it_goes_on_where_it_was, kSweeps},
		 {it_goes_on_where_software_writes_the_head, kSweeps},
		 {rings_that_make_no_sense_have_none, 1}});
}
