// SPDX-License-Identifier: MIT
//
// rx_deliver: every frame's bytes go, in order and once, into the buffers of as many descriptors as it takes,
// by the sizes in RCTL or PSRCTL; null buffers are skipped, headers go alone if they fit; the frame
// buffer's words are free when, and only when, they were read; each descriptor is told to the write-back.

#include "Vrx_deliver___024root.h"
#include "stream_bench.h"

#include <algorithm>
#include <array>
#include <vector>

namespace
{

constexpr unsigned kBeat = 16, kWords = 1024; // bytes; of the buffer: as rules.mk has them
constexpr unsigned kBuffers = 4;	      // of a split descriptor
constexpr unsigned kLongest = 16384, kLongestHeader = 1023;
constexpr uint64_t kNull = 0, kNowhere = UINT64_MAX;

using Bytes = std::vector<uint8_t>;

struct Frame {
	Bytes bytes;
	unsigned split; // bytes of headers
};

using Descriptor = std::array<uint64_t, kBuffers>;

struct Sizes {
	unsigned rctl, psrctl;
	bool split;
	std::array<unsigned, kBuffers> bytes;
};

class Bench : public StreamBench<Vrx_deliver>
{
      public:
	Bench(int run, const Sizes &sizes) : StreamBench(run), sizes_(sizes)
	{
		model.rctl_i = sizes.rctl;
		model.psrctl_i = sizes.psrctl;
		model.split_i = sizes.split;
		model.enable_i = 1;
		reset();
	}

	// A frame comes into the buffer, if there is room.
	bool receive(unsigned len, unsigned split = 0)
	{
		const unsigned words = (len + kBeat - 1) / kBeat;

		if (((put_ - model.read_ptr_o) & (2 * kWords - 1)) + words > kWords)
			return false;
		Frame frame{Bytes(len), split};
		for (uint8_t &byte : frame.bytes)
			byte = static_cast<uint8_t>(random());
		for (unsigned i = 0; i < words * kBeat; i++)
			memory_[(put_ * kBeat + i) % (kWords * kBeat)] =
				i < len ? frame.bytes[i] : static_cast<uint8_t>(random());
		put_ = (put_ + words) % (2 * kWords);
		frames_.push_back(frame);
		ends_.push_back(put_);
		return true;
	}

	void offer(unsigned null_percent = 10)
	{
		Descriptor d;

		for (uint64_t &address : d) {
			address = 1 + wide_random() % (UINT64_MAX - 1);
			if (hit(null_percent))
				address = hit(50) ? kNull : kNowhere;
		}
		descriptors_.push_back(d);
	}

	void step(bool may_answer = true)
	{
		model.frame_valid_i = !frames_.empty() && (frame_shown_ || !late());
		model.desc_valid_i = !descriptors_.empty() && (desc_shown_ || !late());
		frame_shown_ = model.frame_valid_i;
		desc_shown_ = model.desc_valid_i;
		if (frame_shown_) {
			model.frame_len_i = static_cast<uint16_t>(frames_.front().bytes.size());
			model.frame_split_i = static_cast<uint16_t>(frames_.front().split);
		}
		for (unsigned i = 0; desc_shown_ && i < kBuffers; i++)
			set_bits(model.desc_i, 64 * i, 64, descriptors_.front()[i]);
		if (frame_shown_ && desc_shown_ && !planned_)
			plan();
		model.wb_full_i = busy();
		model.wr_req_ready_i = !busy();
		model.wr_ready_i = !busy();
		model.wr_done_i = may_answer && answerable_ > 0 && !busy();
		memcpy(&model.mem_data_i, word_.data(), kBeat);
		settle();
		EXPECT_EQ(model.more_o, model.enable_i && frame_shown_ && desc_shown_);
		EXPECT_EQ(model.wb_valid_o, model.desc_pop_o);
		EXPECT_EQ(model.frame_pop_o, model.desc_pop_o && told_.last);
		if (model.desc_pop_o || model.write_o)
			EXPECT(model.more_o && !model.wb_full_i);
		if (model.quiet_o)
			EXPECT(begun_ == 0 && answerable_ == 0);
		check_write();
		begun_ += model.write_o;
		if (model.desc_pop_o)
			check_told();
		const bool pop = model.desc_pop_o;
		const size_t word = model.mem_addr_o * kBeat;
		const bool read = model.mem_re_o;
		edge.clock(model, model.idle_o);
		if (read) // before anything overwrites what is free from now on
			word_.assign(memory_.begin() + static_cast<long>(word),
				     memory_.begin() + static_cast<long>(word + kBeat));
		if (model.wr_done_i)
			answerable_--;
		if (pop)
			forget_descriptor();
		retire();
		if (sizes_.split)
			check_free();
	}

	// As rx_engine does: nothing new, then nothing on the way, then all is forgotten.
	void clear()
	{
		model.enable_i = 0;
		for (int i = 0; i < 2 || !model.quiet_o; i++) {
			EXPECT(i < 10000);
			step();
		}
		model.frame_valid_i = model.desc_valid_i = model.wr_done_i = 0;
		model.clear_i = 1;
		settle();
		edge.clock(model, model.idle_o);
		model.clear_i = 0;
		settle();
		EXPECT_EQ(model.read_ptr_o, 0);
		frames_.clear();
		descriptors_.clear();
		writes_.clear();
		frame_shown_ = desc_shown_ = planned_ = false;
		requested_ = filling_ = filled_ = at_ = put_ = free_ = 0;
		ends_.clear();
		model.enable_i = 1;
	}

	bool done() const
	{
		return frames_.empty() && writes_.empty() && answerable_ == 0;
	}
	bool all_words_free() const
	{
		return model.read_ptr_o == put_;
	}

	unsigned frames = 0, told = 0;

      private:
	struct Write {
		uint64_t address;
		Bytes bytes;
	};
	// What the write-back is told of a descriptor.
	struct Told {
		unsigned writes, header;
		bool last;
		std::array<unsigned, kBuffers> lens;
	};

	// Where the frame's next bytes go with this descriptor (fact sheet 5.2, 5.6).
	void plan()
	{
		const Frame &f = frames_.front();
		const Descriptor &d = descriptors_.front();
		const bool alone = sizes_.split && f.split && f.split <= sizes_.bytes[0];

		told_ = {0, alone ? f.split : 0, false, {}};
		for (unsigned i = 0; i < (sizes_.split ? kBuffers : 1) && !told_.last; i++) {
			const size_t left = f.bytes.size() - at_;
			size_t n = std::min<size_t>(left, sizes_.bytes[i]);
			if (alone && i == 0)
				n = at_ == 0 ? f.split : 0;
			if (n && d[i] != kNull && d[i] != kNowhere) {
				const auto from = f.bytes.begin() + static_cast<long>(at_);
				writes_.push_back({d[i], Bytes(from, from + static_cast<long>(n))});
				told_.writes++;
			}
			told_.lens[i] = d[i] == kNull ? 0 : static_cast<unsigned>(n);
			at_ += n;
			told_.last = at_ == f.bytes.size();
		}
		planned_ = true;
	}

	void check_told()
	{
		EXPECT_EQ(model.wb_writes_o, told_.writes);
		EXPECT_EQ(model.wb_last_o, told_.last);
		EXPECT_EQ(model.wb_header_o, told_.header);
		for (unsigned i = 0; i < kBuffers; i++)
			EXPECT_EQ(bits(model.wb_lens_o, 15 * i, 15), told_.lens[i]);
		told++;
	}

	void forget_descriptor()
	{
		planned_ = desc_shown_ = false;
		descriptors_.pop_front();
		if (!told_.last)
			return;
		frame_shown_ = false;
		frames_.pop_front();
		at_ = 0;
		frames++;
	}

	void check_write()
	{
		const Bytes beat(reinterpret_cast<const uint8_t *>(&model.wr_data_o),
				 reinterpret_cast<const uint8_t *>(&model.wr_data_o) + kBeat);

		request_.see(model.wr_req_valid_o, model.wr_req_ready_i,
			     {model.wr_req_addr_o, model.wr_req_len_o});
		if (model.wr_req_valid_o && model.wr_req_ready_i) {
			EXPECT(requested_ < begun_);
			EXPECT_EQ(model.wr_req_addr_o, writes_[requested_].address);
			EXPECT_EQ(model.wr_req_len_o, writes_[requested_].bytes.size());
			requested_++;
		}
		if (!model.wr_valid_o) {
			data_.see(false, false, {});
			return;
		}
		EXPECT(filling_ < begun_);
		const Bytes &bytes = writes_[filling_].bytes;
		const size_t n = std::min<size_t>(kBeat, bytes.size() - filled_);
		for (size_t i = 0; i < n; i++)
			EXPECT_EQ(beat[i], bytes[filled_ + i]);
		data_.see(true, model.wr_ready_i,
			  Bytes(beat.begin(), beat.begin() + static_cast<long>(n)));
		if (!model.wr_ready_i)
			return;
		filled_ += n;
		if (filled_ == bytes.size()) {
			filling_++;
			filled_ = 0;
		}
	}

	// With packet split a frame's words are free all at once.
	void check_free()
	{
		while (free_ != model.read_ptr_o) {
			EXPECT(!ends_.empty());
			free_ = ends_.front();
			ends_.pop_front();
		}
	}

	// A write can be answered when its request and all its bytes were taken.
	void retire()
	{
		while (requested_ && filling_) {
			writes_.pop_front();
			requested_--;
			filling_--;
			begun_--;
			answerable_++;
		}
	}

	const Sizes sizes_;
	std::vector<uint8_t> memory_ = std::vector<uint8_t>(kWords * kBeat);
	Bytes word_ = Bytes(kBeat); // what was read last
	// Words, modulo twice the buffer: behind the last frame, behind each, behind those that are free.
	unsigned put_ = 0;
	std::deque<unsigned> ends_;
	unsigned free_ = 0;
	std::deque<Frame> frames_;
	std::deque<Descriptor> descriptors_;
	bool frame_shown_ = false, desc_shown_ = false, planned_ = false;
	size_t at_ = 0; // bytes of the frame that are planned
	Told told_{};
	std::deque<Write> writes_;
	size_t begun_ = 0, requested_ = 0, filling_ = 0; // of writes_
	size_t filled_ = 0;				 // bytes of the one being filled
	unsigned answerable_ = 0;
	Offer<std::pair<uint64_t, unsigned>> request_;
	Offer<Bytes> data_;
};

const Sizes kSizes[] = {
	{3u << 16, 0, false, {256}},
	{0, 0, false, {2048}},
	{1u << 27, 0, false, {1024}}, // FLXBUF
	{3u << 16 | 1u << 25, 0, false, {4096}},
	{0, 1 | 1u << 8 | 1u << 16 | 1u << 24, true, {128, 1024, 1024, 1024}},
	{0, 2 | 1u << 8, true, {256, 1024, 0, 0}},
	{0, 5 | 1u << 8 | 2u << 16, true, {640, 1024, 2048, 0}},
	{1u << 16 | 1u << 25, 0, false, {16384}},
	{15u << 27, 0, false, {15360}},
	{0, 127 | 63u << 8 | 63u << 16 | 63u << 24, true, {16256, 64512, 64512, 64512}},
	{0, 32 | 3u << 8 | 8u << 16 | 32u << 24, true, {4096, 3072, 8192, 32768}},
	{0, 1 | 1u << 8 | 1u << 16 | 16u << 24, true, {128, 1024, 1024, 16384}},
};
constexpr int kShapes = sizeof(kSizes) / sizeof(*kSizes);

const Sizes &sizes_of(int run)
{
	return kSizes[run / kSweeps];
}

// Of a frame's headers anything up to it, odd or even, or none.
unsigned headers(Bench &b, unsigned len)
{
	return b.hit(50) ? 1 + b.upto(std::min(len - 2, kLongestHeader - 1)) : 0;
}

void run(Bench &b, unsigned cycles, unsigned null_percent)
{
	for (; cycles; cycles--) {
		if (b.hit(20)) {
			const unsigned len = 60 + b.upto(b.hit(70) ? 200 : 3500);
			b.receive(len, headers(b, len));
		}
		if (b.hit(20))
			b.offer(null_percent);
		b.step();
	}
}

void drain(Bench &b)
{
	for (int i = 0; !b.done() || !b.all_words_free(); i++) {
		EXPECT(i < 100000);
		b.offer();
		b.step();
	}
}

START_TEST(frames_go_into_the_buffers_of_their_descriptors)
{
	Bench b(_i, sizes_of(_i));
	run(b, 5000, 0);
	drain(b);
	EXPECT(b.frames > 20);
}
END_TEST

START_TEST(null_buffers_are_skipped_and_keep_their_place)
{
	Bench b(_i, sizes_of(_i));
	run(b, 3000, 40);
	drain(b);
}
END_TEST

START_TEST(frames_that_end_with_their_buffer)
{
	const Sizes &sizes = sizes_of(_i);
	Bench b(_i, sizes);
	unsigned end = 0;
	for (unsigned size : sizes.bytes) {
		end += size;
		if (end > kWords * kBeat - kBeat)
			break;
		for (int more : {-1, 0, 1}) {
			EXPECT(b.receive(static_cast<unsigned>(static_cast<int>(end) + more)));
			drain(b);
			EXPECT(b.receive(end, std::min(sizes.bytes[0], 99u)));
			drain(b);
		}
	}
}
END_TEST

// Up to the buffer's last word; each begins where the one before ended.
START_TEST(the_longest_frames_go_whole)
{
	Bench b(_i, sizes_of(_i));
	for (unsigned len : {kLongest - kBeat, kLongest - 1, kLongest, kLongest}) {
		EXPECT(b.receive(len, headers(b, len)));
		drain(b);
	}
	EXPECT(b.receive(kLongest, 7)); // all but its start in one buffer, no word aligned
	drain(b);
	EXPECT_EQ(b.frames, 5);
}
END_TEST

START_TEST(a_frame_waits_for_descriptors_also_in_its_middle)
{
	Bench b(_i, sizes_of(0)); // 256 bytes
	EXPECT(b.receive(1000));
	for (unsigned i = 1; i <= 4; i++) {
		b.offer(0);
		for (int cycles = 0; cycles < 1000; cycles++)
			b.step();
		EXPECT_EQ(b.told, i);
		EXPECT_EQ(b.frames, i / 4);
	}
}
END_TEST

START_TEST(answers_may_come_late)
{
	Bench b(_i, sizes_of(0));
	for (unsigned i = 0; i < 200; i++) {
		while (!b.receive(60))
			b.step(false);
		b.offer(0);
		b.step(false);
	}
	for (int i = 0; b.frames < 200; i++) {
		EXPECT(i < 100000);
		b.step(false);
	}
	EXPECT(!b.model.quiet_o);
	drain(b);
	EXPECT(b.model.quiet_o);
}
END_TEST

START_TEST(after_a_clear_nothing_is_left)
{
	Bench b(_i, sizes_of(_i));
	for (int i = 0; i < 30; i++) {
		run(b, b.upto(200), 10);
		b.clear();
	}
	run(b, 500, 10);
	drain(b);
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests(
		"rx_deliver", argc, argv,
		{{frames_go_into_the_buffers_of_their_descriptors, kShapes * kSweeps},
		 {null_buffers_are_skipped_and_keep_their_place, kShapes * kSweeps},
		 {frames_that_end_with_their_buffer, kShapes * kSweeps},
		 {the_longest_frames_go_whole, kShapes * kSweeps},
		 {a_frame_waits_for_descriptors_also_in_its_middle, kSweeps},
		 {answers_may_come_late, kSweeps},
		 {after_a_clear_nothing_is_left, kShapes * kSweeps}});
}
