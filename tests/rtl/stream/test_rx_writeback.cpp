// SPDX-License-Identifier: MIT
//
// rx_writeback: descriptors are written in the ring's order, in the layout of the fact sheet (5.6), none
// before its payload is visible; the head and the events follow the answers; one that is ready waits for
// company only while another is sure to come; of packet split's 32 bytes DD comes last.

#include "Vrx_writeback___024root.h"
#include "stream_bench.h"

#include <algorithm>
#include <array>

namespace
{

constexpr unsigned kBeat = 64, kPlace = 16, kPerBeat = kBeat / kPlace, kEntries = 64;

enum class Layout { Legacy, Extended, Split };

struct Entry {
	unsigned writes;
	bool last;
	uint64_t address;
	std::array<unsigned, 4> lens;
	unsigned header, status, type, word1, tag;
};

struct Write {
	uint64_t address;
	unsigned bytes, descriptors, frames;
};

class Bench : public StreamBench<Vrx_writeback>
{
      public:
	Bench(int run, Layout layout, unsigned size)
	    : StreamBench(run), layout_(layout), size_(size), step_(layout == Layout::Split ? 2 : 1)
	{
		base_ = wide_random() & ~UINT64_C(0x7f);
		model.ring_base_i = base_;
		model.ring_size_i = size;
		model.queue_i = upto(1);
		model.exten_i = layout == Layout::Extended;
		model.split_i = layout == Layout::Split;
		model.rdmts_i = upto(3);
		model.enable_i = 1;
		reset();
	}

	// A descriptor that is delivered: its payload is on the way.
	void deliver()
	{
		deliver(layout_ == Layout::Split ? upto(4) : upto(1));
	}

	void deliver(unsigned payload_writes)
	{
		Entry e{payload_writes,
			hit(60),
			wide_random(),
			{upto(0x7fff), upto(0x7fff), upto(0x7fff), upto(0x7fff)},
			hit(50) ? upto(0x3ff) : 0,
			static_cast<unsigned>(random()) & ~3u,
			upto(15),
			static_cast<unsigned>(random()),
			upto(0xffff)};
		coming_.push_back(e);
	}

	void step(bool may_write = true, bool may_answer = true)
	{
		const bool push = !coming_.empty() && !full_ && !late();

		// Another one is coming, says who delivers: he may be slow, but it comes.
		model.more_i = !coming_.empty();
		model.wb_valid_i = push;
		if (push)
			drive_entry(coming_.front());
		model.data_done_i = payload_comes && payload_due_ > 0 && !late();
		model.wr_req_ready_i = may_write && !busy();
		model.wr_ready_i = may_write && !busy();
		model.wr_done_i = may_answer && requests_ && beats_ && !busy();
		model.tail_i = static_cast<uint16_t>(tail_);
		settle();
		EXPECT_EQ(model.head_o, head_);
		check_events();
		request_.see(model.wr_req_valid_o, model.wr_req_ready_i,
			     {model.wr_req_addr_o, model.wr_req_len_o});
		data_.see(model.wr_valid_o, model.wr_ready_i, beat());
		if (model.wr_req_valid_o || model.wr_valid_o) {
			if (!sending_)
				begin_write();
			sending_ = true;
		}
		if (model.wr_req_valid_o && model.wr_req_ready_i)
			requests_++;
		if (model.wr_valid_o && model.wr_ready_i)
			beats_++;
		if ((!model.wr_req_valid_o || model.wr_req_ready_i) &&
		    (!model.wr_valid_o || model.wr_ready_i))
			sending_ = false;
		if (model.wr_done_i)
			answer();
		if (model.data_done_i) {
			payload_due_--;
			arrived_++;
		}
		if (push) {
			entries_.push_back(coming_.front());
			payload_due_ += coming_.front().writes;
			coming_.pop_front();
		}
		edge.clock(model, model.idle_o);
		model.wb_valid_i = 0;
		model.eval();
		full_ = model.wb_full_o;
		// As many as a beat holds are gathered, besides those in the queue.
		EXPECT(full_ ? entries_.size() >= kEntries : entries_.size() < kEntries + kPerBeat);
		more_before_ = model.more_i;
	}

	// What is on the way is awaited, all else forgotten.
	void clear(int head = -1)
	{
		model.enable_i = 0;
		coming_.clear();
		for (int i = 0; payload_due_ || !model.quiet_o; i++) {
			EXPECT(i < 10000);
			step();
		}
		step();
		EXPECT(model.quiet_o);
		model.wr_done_i = model.data_done_i = 0;
		model.clear_i = head < 0;
		model.head_we_i = head >= 0;
		model.head_wdata_i = static_cast<uint16_t>(head);
		settle();
		edge.clock(model, model.idle_o);
		model.head_we_i = 0;
		model.clear_i = 1;
		settle();
		edge.clock(model, model.idle_o);
		model.clear_i = 0;
		if (head >= 0)
			head_ = next_ = static_cast<unsigned>(head);
		next_ = head_;
		entries_.clear();
		arrived_ = 0;
		full_ = false;
		tail_ = (head_ + size_ - step_) % size_;
		model.enable_i = 1;
	}

	bool left() const
	{
		return !coming_.empty() || !entries_.empty() || !on_the_way_.empty();
	}
	unsigned head() const
	{
		return head_;
	}
	// A descriptor's place: packet split's take two each.
	unsigned any_place()
	{
		return upto(size_ / 2 - 1) * 2;
	}
	size_t due() const
	{
		return on_the_way_.size();
	}

	size_t waiting() const
	{
		return entries_.size();
	}
	// Half of them soon to run low.
	void set_any_tail()
	{
		tail_ = hit(50) ? upto(size_ - 1) : (head_ + low_mark() + upto(8)) % size_;
	}

	bool payload_comes = true;
	unsigned writes = 0, frames = 0, lows = 0;

      private:
	unsigned low_mark() const
	{
		return size_ >> std::min(3u, model.rdmts_i + 1u);
	}

	void drive_entry(const Entry &e)
	{
		model.wb_writes_i = static_cast<uint8_t>(e.writes);
		model.wb_last_i = e.last;
		model.wb_addr_i = e.address;
		for (unsigned i = 0; i < 4; i++)
			set_bits(model.wb_lens_i, 15 * i, 15, e.lens[i]);
		model.wb_header_i = static_cast<uint16_t>(e.header);
		model.wb_status_i = e.status;
		model.wb_type_i = static_cast<uint8_t>(e.type);
		model.wb_word1_i = e.word1;
		model.wb_tag_i = static_cast<uint16_t>(e.tag);
	}

	std::string beat() const
	{
		return {reinterpret_cast<const char *>(&model.wr_data_o), kBeat};
	}

	// The half or whole of a descriptor that holds DD.
	void check_head(unsigned slot, const Entry &e) const
	{
		const unsigned at = 128 * slot;
		const unsigned status = e.status | 1 | e.last << 1;

		if (layout_ == Layout::Legacy) {
			EXPECT_EQ(bits(model.wr_data_o, at, 64), e.address);
			EXPECT_EQ(bits(model.wr_data_o, at + 64, 16), e.lens[0]);
			EXPECT_EQ(bits(model.wr_data_o, at + 80, 16), e.word1 >> 16);
			EXPECT_EQ(bits(model.wr_data_o, at + 96, 8), status & 0xff);
			EXPECT_EQ(bits(model.wr_data_o, at + 104, 8), status >> 24);
		} else {
			EXPECT_EQ(bits(model.wr_data_o, at, 32), e.type | model.queue_i << 8);
			EXPECT_EQ(bits(model.wr_data_o, at + 32, 32), e.word1);
			EXPECT_EQ(bits(model.wr_data_o, at + 64, 32), status);
			EXPECT_EQ(bits(model.wr_data_o, at + 96, 16), e.lens[0]);
		}
		EXPECT_EQ(bits(model.wr_data_o, at + 112, 16), e.tag);
	}

	// The half of packet split's that holds the lengths.
	void check_lengths(const Entry &e) const
	{
		EXPECT_EQ(bits(model.wr_data_o, 0, 16), e.header | (e.header ? 0x8000 : 0));
		for (unsigned i = 1; i < 4; i++)
			EXPECT_EQ(bits(model.wr_data_o, 16 * i, 16), e.lens[i]);
		EXPECT_EQ(bits(model.wr_data_o, 64, 64), 0);
	}

	void begin_write()
	{
		const uint64_t address = base_ + kPlace * next_;

		EXPECT(model.wr_req_valid_o && model.wr_valid_o);
		writes++;
		if (layout_ == Layout::Split && !half_) {
			take_payload(entries_.front());
			EXPECT_EQ(model.wr_req_addr_o, address + kPlace);
			EXPECT_EQ(model.wr_req_len_o, kPlace);
			check_lengths(entries_.front());
			half_ = true;
			on_the_way_.push_back({address + kPlace, kPlace, 0, 0});
			return;
		}
		const unsigned n = half_ ? 1 : model.wr_req_len_o / kPlace;
		Write write{address, n * kPlace, n * step_, 0};

		EXPECT_EQ(model.wr_req_addr_o, address);
		EXPECT_EQ(model.wr_req_len_o, n * kPlace);
		EXPECT(n >= 1 && n <= kPerBeat);
		EXPECT(next_ % kPerBeat + n <= kPerBeat || layout_ == Layout::Split);
		for (unsigned i = 0; i < n; i++) {
			EXPECT(!entries_.empty());
			const Entry e = entries_.front();
			entries_.pop_front();
			if (!half_)
				take_payload(e);
			check_head(i, e);
			write.frames += e.last;
		}
		// It goes alone only if the beat or ring ends there, or nobody was sure to follow.
		next_ = (next_ + n * step_) % size_;
		if (layout_ != Layout::Split && next_ && next_ % kPerBeat)
			EXPECT(!more_before_ && entries_.empty());
		half_ = false;
		on_the_way_.push_back(write);
	}

	void take_payload(const Entry &e)
	{
		EXPECT(arrived_ >= e.writes);
		arrived_ -= e.writes;
	}

	void answer()
	{
		const Write write = on_the_way_.front();

		on_the_way_.pop_front();
		requests_--;
		beats_--;
		head_ = (head_ + write.descriptors) % size_;
	}

	void check_events()
	{
		const bool done = model.wr_done_i;
		const Write write = done ? on_the_way_.front() : Write{};
		const unsigned free = (tail_ + size_ - head_) % size_;
		const unsigned mark = low_mark();
		const bool low = done && free > mark && free - write.descriptors <= mark;

		EXPECT_EQ(model.ev_wb_o, write.frames > 0);
		if (model.ev_wb_o)
			EXPECT_EQ(model.ev_wb_frames_o, write.frames);
		EXPECT_EQ(model.ev_rxdmt_o, low);
		frames += write.frames;
		lows += low;
	}

	const Layout layout_;
	const unsigned size_, step_;
	uint64_t base_;
	std::deque<Entry> coming_, entries_;
	std::deque<Write> on_the_way_;
	size_t requests_ = 0, beats_ = 0; // taken, of those on the way
	unsigned head_ = 0, next_ = 0, tail_ = 0;
	unsigned payload_due_ = 0, arrived_ = 0;
	bool full_ = false, sending_ = false, half_ = false, more_before_ = false;
	Offer<std::pair<uint64_t, unsigned>> request_;
	Offer<std::string> data_;
};

void drain(Bench &b)
{
	for (int i = 0; b.left(); i++) {
		EXPECT(i < 100000);
		b.step();
	}
}

const struct {
	Layout layout;
	unsigned size;
} kRings[] = {{Layout::Legacy, 8},     {Layout::Extended, 24}, {Layout::Split, 16},
	      {Layout::Extended, 256}, {Layout::Legacy, 64},   {Layout::Extended, 65528}};
constexpr int kShapes = sizeof(kRings) / sizeof(*kRings);

Bench of_shape(int run)
{
	return {run, kRings[run / kSweeps].layout, kRings[run / kSweeps].size};
}

void run(Bench &b, unsigned cycles)
{
	for (; cycles; cycles--) {
		if (b.hit(30))
			b.deliver();
		if (b.hit(10))
			b.set_any_tail();
		b.step();
	}
}

START_TEST(descriptors_are_written_in_order_with_all_their_fields)
{
	Bench b = of_shape(_i);
	run(b, 4000);
	drain(b);
	EXPECT(b.frames > 100 && b.lows > 0);
}
END_TEST

START_TEST(none_is_written_before_its_payload_is_visible)
{
	Bench b(_i, Layout::Extended, 64);
	b.payload_comes = false;
	for (int i = 0; i < 20; i++)
		b.deliver();
	unsigned before = 0;
	for (int i = 0; i < 500; i++)
		b.step();
	before = b.writes;
	b.payload_comes = true;
	drain(b);
	EXPECT(before < 20 && b.writes > before);
}
END_TEST

// Ready at once, and the last of a group: it is not kept for company that may never come.
START_TEST(the_last_one_does_not_wait)
{
	for (unsigned n = 1; n <= 9; n++) {
		Bench b(_i, Layout::Extended, 256);
		for (unsigned i = 0; i < n; i++)
			b.deliver();
		drain(b);
		if (b.sweep.gap_percent == 0)
			EXPECT_EQ(b.writes, (n + kPerBeat - 1) / kPerBeat);
	}
}
END_TEST

START_TEST(entries_and_writes_are_kept_up_to_a_number)
{
	Bench b(_i, Layout::Extended, 256);
	for (unsigned i = 0; i < 300; i++)
		b.deliver();
	for (int i = 0; i < 5000; i++)
		b.step(true, false);
	EXPECT_EQ(b.due(), 16);
	EXPECT_EQ(b.waiting(), kEntries + kPerBeat);
	drain(b);
	EXPECT_EQ(b.head(), 300 % 256);

	Bench split(_i, Layout::Split, 256); // whose payload has all arrived
	for (unsigned i = 0; i < 300; i++)
		split.deliver(4);
	for (int i = 0; i < 10000; i++)
		split.step(true, false);
	EXPECT_EQ(split.due(), 16);
	EXPECT_EQ(split.waiting(), kEntries + 1);
	drain(split);
	EXPECT_EQ(split.head(), 2 * 300 % 256);
}
END_TEST

START_TEST(what_is_forgotten_is_not_written)
{
	Bench b = of_shape(_i);
	for (int i = 0; i < 40; i++) {
		run(b, b.upto(100));
		b.clear();
	}
	run(b, 200);
	drain(b);
}
END_TEST

START_TEST(it_goes_on_where_software_writes_the_head)
{
	Bench b = of_shape(_i);
	for (int i = 0; i < 40; i++) {
		run(b, b.upto(100));
		b.clear(static_cast<int>(b.any_place()));
	}
	run(b, 200);
	drain(b);
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests(
		"rx_writeback", argc, argv,
		{{descriptors_are_written_in_order_with_all_their_fields, kShapes * kSweeps},
		 {none_is_written_before_its_payload_is_visible, kSweeps},
		 {the_last_one_does_not_wait, kSweeps},
		 {entries_and_writes_are_kept_up_to_a_number, kSweeps},
		 {what_is_forgotten_is_not_written, kShapes * kSweeps},
		 {it_goes_on_where_software_writes_the_head, kShapes * kSweeps}});
}
