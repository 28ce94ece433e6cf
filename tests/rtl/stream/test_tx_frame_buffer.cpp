// SPDX-License-Identifier: MIT
//
// tx_frame_buffer: committed frames leave in order, padded, tagged and with their checksums in place, and
// nothing else does; control frames go between them; a hold begins none; after srst_i the line sees an end
// to what it saw begin. Statistics and stamps tell of what has left.

#include "Vtx_frame_buffer___024root.h"
#include "stream_bench.h"

#include <algorithm>
#include <vector>

namespace
{

constexpr unsigned kBeat = 16;	   // bytes
constexpr unsigned kStepDelay = 2; // clocks from the walker's step to its beat
constexpr unsigned kVet = 0x8100;

using Bytes = std::vector<uint8_t>;

struct Frame {
	Bytes bytes;
	bool stamp, tagged, pad, ip_en, l4_en, cancelled;
	unsigned tag, ip_pos, ip_sum, l4_pos, l4_sum;
};

// What the line must see.
struct Sent {
	Bytes bytes;
	bool stamp = false, control = false, xoff = false;
};

void set_sum(Bytes &bytes, const Frame &f, unsigned pos, unsigned sum)
{
	for (unsigned i = 0; i < 2; i++) {
		const unsigned at = pos + i;
		bytes[f.tagged && at >= 12 ? at + 4 : at] = static_cast<uint8_t>(sum >> 8 * i);
	}
}

Sent sent_of(const Frame &f)
{
	Sent sent{f.bytes, f.stamp};

	if (f.pad)
		sent.bytes.resize(60);
	if (f.tagged) {
		const uint8_t tag[] = {kVet >> 8, kVet & 0xff, static_cast<uint8_t>(f.tag >> 8),
				       static_cast<uint8_t>(f.tag)};
		sent.bytes.insert(sent.bytes.begin() + 12, tag, tag + 4);
	}
	if (f.ip_en)
		set_sum(sent.bytes, f, f.ip_pos, f.ip_sum);
	if (f.l4_en)
		set_sum(sent.bytes, f, f.l4_pos, f.l4_sum);
	return sent;
}

class Bench : public StreamBench<Vtx_frame_buffer>
{
      public:
	explicit Bench(int run) : StreamBench(run), sums_delay_(upto(3))
	{
		model.vet_i = kVet;
		reset();
	}

	Frame frame(unsigned least, unsigned most)
	{
		Frame f{};

		f.bytes.resize(least + upto(most - least));
		for (uint8_t &byte : f.bytes)
			byte = static_cast<uint8_t>(random());
		const auto len = static_cast<unsigned>(f.bytes.size());
		if (hit(20))
			std::fill_n(f.bytes.begin(), std::min(6u, len), 0xff);
		f.stamp = hit(20);
		f.tagged = len >= 12 && hit(30);
		f.tag = upto(0xffff);
		f.pad = len < 60 && hit(70);
		f.ip_pos = upto(std::min(std::max(len, 2u) - 2, 254u));
		f.ip_sum = upto(0xffff);
		f.ip_en = len >= 2 && hit(40);
		f.l4_pos = upto(std::min(std::max(len, 2u) - 2, 254u));
		f.l4_sum = upto(0xffff);
		f.l4_en =
			len >= 2 && hit(40) && (f.l4_pos > f.ip_pos + 1 || f.ip_pos > f.l4_pos + 1);
		f.cancelled = hit(10);
		return f;
	}

	void send(const Frame &f)
	{
		queue_.push_back(f);
	}

	void control(bool xoff)
	{
		control_ = {Bytes(60), false, true, xoff};
		for (unsigned i = 0; i < 18; i++) {
			control_.bytes[i] = static_cast<uint8_t>(random());
			set_bits(model.control_head_i, 8 * i, 8, control_.bytes[i]);
		}
		model.control_xoff_i = xoff;
		model.control_valid_i = 1;
	}

	void step(bool may_leave = true)
	{
		if (!late())
			walk();
		cycle(may_leave);
	}

	// All before the line is reset too.
	void srst()
	{
		model.srst_i = 1;
		model.control_valid_i = 0;
		cycle(true);
		model.srst_i = 0;
		queue_.clear();
		pipe_.clear();
		infos_.clear();
		expected_.clear();
		at_ = 0;
		if (!kill_) {
			kill_ = begun_ && !(line_.waits() && model.m_axis_tlast_o);
			one_stays_ = line_.waits();
		}
	}

	// The frame being stored is forgotten, when the steps before have all arrived.
	void flush()
	{
		while (!pipe_.empty())
			cycle(true);
		model.flush_i = 1;
		cycle(true);
		model.flush_i = 0;
		if (at_)
			queue_.pop_front();
		at_ = 0;
	}

	bool done() const
	{
		return queue_.empty() && pipe_.empty() && infos_.empty() && expected_.empty() &&
		       !begun_ && due_ == Due{};
	}

	unsigned frames = 0, controls = 0, cut_off = 0;

      private:
	// What the walker's step brings, and when.
	struct Step {
		uint64_t at;
		bool beat, commit, cancel;
		Bytes data;
		Frame frame; // with commit
	};
	struct Info {
		uint64_t at;
		Frame frame;
	};
	// Pulses due in the next cycle.
	struct Due {
		bool frame, xoff, xon, stamp, multicast, broadcast;
		size_t len;
		bool operator==(const Due &o) const
		{
			return frame == o.frame && xoff == o.xoff && xon == o.xon &&
			       stamp == o.stamp;
		}
	};

	// Steps are taken only while there is room; the commit comes with the last beat or behind.
	void walk()
	{
		if (queue_.empty() || !model.room_o)
			return;
		const Frame &f = queue_.front();
		const size_t left = f.bytes.size() - at_, n = std::min<size_t>(left, kBeat);
		Step step{now_ + kStepDelay, n > 0, false, false, Bytes(kBeat), f};

		std::copy_n(f.bytes.begin() + static_cast<long>(at_), n, step.data.begin());
		at_ += n;
		if (n == left && (n == 0 || hit(70))) {
			step.commit = !f.cancelled;
			step.cancel = f.cancelled;
			queue_.pop_front();
			at_ = 0;
		}
		pipe_.push_back(step);
	}

	void drive()
	{
		const bool arrives = !pipe_.empty() && pipe_.front().at <= now_;

		model.beat_valid_i = arrives && pipe_.front().beat;
		model.beat_commit_i = arrives && pipe_.front().commit;
		model.beat_cancel_i = arrives && pipe_.front().cancel;
		if (arrives) {
			memcpy(&model.beat_i, pipe_.front().data.data(), kBeat);
			if (pipe_.front().commit)
				infos_.push_back({now_ + sums_delay_, pipe_.front().frame});
			pipe_.pop_front();
		}
		model.frame_valid_i = !infos_.empty() && infos_.front().at <= now_;
		if (!model.frame_valid_i)
			return;
		const Frame &f = infos_.front().frame;
		model.frame_stamp_i = f.stamp;
		model.frame_tag_i = static_cast<uint32_t>(f.tagged) << 16 | f.tag;
		model.frame_len_i = static_cast<uint16_t>(f.bytes.size());
		model.frame_pad_i = f.pad;
		model.ip_en_i = f.ip_en;
		model.ip_pos_i = static_cast<uint8_t>(f.ip_pos);
		model.ip_sum_i = static_cast<uint16_t>(f.ip_sum);
		model.l4_en_i = f.l4_en;
		model.l4_pos_i = static_cast<uint8_t>(f.l4_pos);
		model.l4_sum_i = static_cast<uint16_t>(f.l4_sum);
	}

	void cycle(bool may_leave)
	{
		drive();
		model.m_axis_tready_i = may_leave && !busy();
		settle();
		check_pulses();
		see_line();
		if (model.control_taken_o) {
			EXPECT(model.control_valid_i && !begun_);
			expected_.push_front(control_);
		}
		const bool taken = model.control_taken_o;
		hold_before_ = model.hold_i;
		control_before_ = model.control_valid_i && !taken;
		edge.clock(model, !model.active_o && !model.flush_i);
		if (taken)
			model.control_valid_i = 0;
		if (model.frame_valid_i) {
			expected_.push_back(sent_of(infos_.front().frame));
			infos_.pop_front();
		}
		now_++;
	}

	void check_pulses()
	{
		EXPECT_EQ(model.stat_frame_o, due_.frame);
		EXPECT_EQ(model.stat_xoff_o, due_.xoff);
		EXPECT_EQ(model.stat_xon_o, due_.xon);
		EXPECT_EQ(model.ev_stamp_o, due_.stamp);
		if (due_.frame) {
			EXPECT_EQ(model.stat_len_o, due_.len);
			EXPECT_EQ(model.stat_mcast_o, due_.multicast);
			EXPECT_EQ(model.stat_bcast_o, due_.broadcast);
		}
		due_ = {};
		const bool waits = !begun_ && !model.m_axis_tvalid_o && !expected_.empty() &&
				   !expected_[0].control;
		if (model.hold_i && waits)
			EXPECT(model.held_o);
		if (model.held_o)
			EXPECT(model.hold_i && !expected_.empty());
	}

	void see_line()
	{
		const bool accept = model.m_axis_tvalid_o && model.m_axis_tready_i;
		const Bytes data(reinterpret_cast<const uint8_t *>(&model.m_axis_tdata_o),
				 reinterpret_cast<const uint8_t *>(&model.m_axis_tdata_o) + kBeat);

		line_.see(
			model.m_axis_tvalid_o, model.m_axis_tready_i,
			{data,
			 {model.m_axis_tkeep_o, model.m_axis_tlast_o << 1 | model.m_axis_tuser_o}});
		// The line never waits in the middle of a frame.
		EXPECT(model.m_axis_tvalid_o || !begun_ || kill_);
		if (model.m_axis_tvalid_o && !begun_) {
			EXPECT(!expected_.empty());
			current_ = expected_.front();
			expected_.pop_front();
			EXPECT(current_.control || (!hold_before_ && !control_before_));
			begun_ = true;
			sent_ = 0;
		}
		if (accept)
			leave(data);
	}

	void leave(const Bytes &data)
	{
		if (kill_ && !one_stays_) {
			EXPECT(model.m_axis_tuser_o && model.m_axis_tlast_o);
			kill_ = begun_ = false;
			cut_off++;
			return;
		}
		one_stays_ = false;
		const Bytes &bytes = current_.bytes;
		const size_t n = std::min<size_t>(bytes.size() - sent_, kBeat);

		for (size_t i = 0; i < n; i++)
			EXPECT_EQ(data[i], bytes[sent_ + i]);
		due_.stamp = current_.stamp && sent_ == 0;
		sent_ += n;
		const bool last = sent_ == bytes.size();
		EXPECT_EQ(model.m_axis_tkeep_o, (1u << n) - 1);
		EXPECT_EQ(model.m_axis_tlast_o, last);
		EXPECT(!model.m_axis_tuser_o);
		if (!last)
			return;
		begun_ = false;
		due_.broadcast =
			bytes.size() >= 6 && std::all_of(bytes.begin(), bytes.begin() + 6,
							 [](uint8_t b) { return b == 0xff; });
		due_.multicast = bytes[0] & 1 && !due_.broadcast;
		due_.len = bytes.size();
		due_.frame = !current_.control;
		due_.xoff = current_.control && current_.xoff;
		due_.xon = current_.control && !current_.xoff;
		frames += due_.frame;
		controls += current_.control;
	}

	const unsigned sums_delay_;
	uint64_t now_ = 0;
	std::deque<Frame> queue_; // not walked to their ends
	size_t at_ = 0;		  // bytes of the first that were
	std::deque<Step> pipe_;
	std::deque<Info> infos_;
	std::deque<Sent> expected_; // the line must see, and has seen nothing of
	Sent control_, current_;
	size_t sent_ = 0; // bytes of current_
	bool begun_ = false, hold_before_ = false, control_before_ = false;
	bool kill_ = false,
	     one_stays_ = false; // an error end must follow; behind the beat on offer
	Due due_{};
	Offer<std::pair<Bytes, std::pair<unsigned, unsigned>>> line_;
};

void drain(Bench &b)
{
	for (int i = 0; !b.done(); i++) {
		EXPECT(i < 200000);
		b.step();
	}
}

START_TEST(frames_leave_in_order_with_pads_tags_and_sums)
{
	Bench b(_i);
	for (int i = 0; i < 300; i++)
		b.send(b.frame(1, i % 3 ? 100 : 1500));
	drain(b);
	EXPECT(b.frames > 200);
}
END_TEST

START_TEST(a_full_buffer_loses_nothing)
{
	for (unsigned len : {1u, 16u, 1000u}) {
		Bench b(_i);
		for (unsigned i = 0; i < 200; i++)
			b.send(b.frame(len, len));
		for (int i = 0; b.model.room_o; i++) {
			EXPECT(i < 10000);
			b.step(false);
		}
		for (int i = 0; i < 20; i++)
			b.step(false);
		drain(b);
		EXPECT(b.model.room_o);
	}
}
END_TEST

START_TEST(control_frames_go_between_frames_and_before_those_that_wait)
{
	Bench b(_i);
	unsigned asked = 0;
	for (int i = 0; i < 200; i++)
		b.send(b.frame(1, 300));
	while (!b.done() || b.model.control_valid_i) {
		if (!b.model.control_valid_i && b.hit(5)) {
			b.control(asked % 2);
			asked++;
		}
		b.step();
	}
	EXPECT_EQ(b.controls, asked);
}
END_TEST

START_TEST(a_hold_begins_no_frame_and_ends_none)
{
	Bench b(_i);
	for (int i = 0; i < 100; i++)
		b.send(b.frame(1, 300));
	for (int i = 0; !b.done(); i++) {
		EXPECT(i < 100000);
		if (b.hit(5))
			b.model.hold_i = !b.model.hold_i;
		if (!b.model.control_valid_i && b.hit(2))
			b.control(true);
		b.step();
	}
	// Held for ever: control frames go all the same.
	b.model.hold_i = 1;
	Frame f = b.frame(100, 100);
	f.cancelled = false;
	b.send(f);
	b.control(false);
	const unsigned before = b.frames, controls = b.controls;
	for (int i = 0; i < 500; i++)
		b.step();
	EXPECT_EQ(b.frames, before);
	EXPECT_EQ(b.controls, controls + 1);
	EXPECT(b.model.held_o);
}
END_TEST

START_TEST(a_frame_that_is_forgotten_leaves_nothing_behind)
{
	Bench b(_i);
	for (int i = 0; i < 60; i++) {
		for (int frame = 0; frame < 4; frame++)
			b.send(b.frame(1, 300));
		for (unsigned cycles = b.upto(60); cycles; cycles--)
			b.step();
		b.flush();
	}
	drain(b);
}
END_TEST

START_TEST(after_a_reset_the_line_sees_an_end)
{
	Bench b(_i);
	for (int i = 0; i < 100; i++) {
		for (int frame = 0; frame < 4; frame++)
			b.send(b.frame(1, 300));
		if (b.hit(30))
			b.control(true);
		for (unsigned cycles = b.upto(80); cycles; cycles--)
			b.step();
		b.srst();
		if (b.hit(20))
			b.srst();
	}
	drain(b);
	EXPECT(b.cut_off > 0);
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests(
		"tx_frame_buffer", argc, argv,
		{{frames_leave_in_order_with_pads_tags_and_sums, 2 * kSweeps},
		 {a_full_buffer_loses_nothing, kSweeps},
		 {control_frames_go_between_frames_and_before_those_that_wait, kSweeps},
		 {a_hold_begins_no_frame_and_ends_none, kSweeps},
		 {a_frame_that_is_forgotten_leaves_nothing_behind, kSweeps},
		 {after_a_reset_the_line_sees_an_end, 2 * kSweeps}});
}
