// SPDX-License-Identifier: MIT
//
// tx_walk: its steps, carried out here as the unit's head words them, make of the packets' bytes the frames
// that the descriptors ask for, no byte lost or doubled, whatever the lanes at which fragments, headers and
// segments begin and end; with each frame goes what its checksums, tag and time stamp need; every piece is
// used up once, the last one of a packet behind its last frame.

#include "Vtx_walk___024root.h"
#include "stream_bench.h"

#include <algorithm>
#include <vector>

namespace
{

constexpr unsigned kBeat = 16, kMaxFrame = 2000; // bytes; as rules.mk has them

using Bytes = std::vector<uint8_t>;

// A checksum: from byte `from` to before `to` (or the end) of the frame, put at `field`.
struct Sum {
	bool on, to_end;
	unsigned field, from, to;
};

struct Packet {
	std::vector<unsigned> pieces; // bytes each descriptor brings
	bool stamp, drop, tse, tcp, ip, legacy, ic;
	unsigned tag, end_tag, hdrlen, mss, paylen;
	unsigned cso; // legacy
	Sum ip_sum, l4_sum;
	bool trusted; // segments come by PAYLEN, whatever there is
};

struct Frame {
	Bytes bytes;
	unsigned packet;
	unsigned payload; // of a segment
	bool first;
};

struct Segment {
	unsigned len;
	bool last, none;
};

class Bench : public StreamBench<Vtx_walk>
{
      public:
	explicit Bench(int run) : StreamBench(run)
	{
		reset();
		model.run_i = 1;
	}

	std::vector<unsigned> cut(unsigned total)
	{
		std::vector<unsigned> pieces;
		const unsigned most = hit(50) ? 20 : 700;

		while (total) {
			pieces.push_back(hit(10) ? 0 : std::min(total, 1 + upto(most)));
			total -= pieces.back();
		}
		if (pieces.empty() || hit(10))
			pieces.push_back(0);
		return pieces;
	}

	Sum sum()
	{
		const unsigned from = upto(255);
		return {hit(60), hit(50), upto(255), from,
			hit(80) ? from + 1 + upto(600) : upto(from)};
	}

	Packet packet(unsigned total)
	{
		Packet p{};

		p.pieces = cut(total);
		p.stamp = hit(30);
		p.tag = upto(0x1ffff);
		p.end_tag = upto(0x1ffff);
		p.legacy = hit(30);
		p.ic = hit(50);
		p.tcp = hit(50);
		p.cso = upto(255);
		p.ip_sum = sum();
		p.l4_sum = sum();
		p.ip_sum.on &= !p.legacy;
		p.l4_sum.on &= !p.legacy;
		p.l4_sum.to_end |= p.legacy;
		p.hdrlen = upto(255);
		p.mss = upto(0xffff);
		p.paylen = upto(0xfffff);
		return p;
	}

	Packet tso(unsigned hdrlen, unsigned mss, unsigned payload)
	{
		Packet p = packet(hdrlen + payload);

		p.tse = true;
		p.legacy = false;
		p.ip = hit(50);
		p.hdrlen = hdrlen;
		p.mss = mss;
		p.paylen = payload;
		p.l4_sum.from = upto(hdrlen - 1);
		return p;
	}

	// What is to come of it follows from its numbers.
	void send(const Packet &p)
	{
		Bytes data;

		for (size_t i = 0; i < p.pieces.size(); i++) {
			pieces_.push_back({p.pieces[i], i + 1 == p.pieces.size()});
			given_.push_back({p.pieces[i], i + 1 == p.pieces.size()});
			for (unsigned at = 0; at < p.pieces[i]; at += kBeat) {
				Beat beat{Bytes(kBeat), at + kBeat >= p.pieces[i]};
				for (unsigned lane = 0; lane < kBeat; lane++) {
					beat.bytes[lane] = static_cast<uint8_t>(random());
					if (at + lane < p.pieces[i])
						data.push_back(beat.bytes[lane]);
				}
				beats_.push_back(beat);
			}
		}
		starts_.push_back(p);
		ends_.push_back(p);
		packets_.push_back(p);
		expect_frames(p, data);
	}

	void step()
	{
		drive();
		settle();
		EXPECT(!model.beat_read_o || model.beat_valid_i);
		EXPECT(!model.beat_pop_o || model.beat_read_o);
		EXPECT(!model.piece_pop_o || model.piece_valid_i);
		EXPECT(!model.start_pop_o || model.start_valid_i);
		EXPECT(!model.seg_take_o || model.seg_valid_i);
		succeeded += model.stat_tso_o;
		failed += model.stat_tso_fail_o;
		if (model.step_valid_o)
			carry_out();
		may_store_ = model.room_i;
		waits_ = model.tso_wait_o && !model.seg_valid_i && !model.seg_none_i;
		const bool start = model.start_pop_o, end = model.end_pop_o,
			   piece = model.piece_pop_o;
		const bool read = model.beat_read_o, pop = model.beat_pop_o;
		const bool taken = model.seg_take_o, abort = model.seg_abort_o;
		edge.clock(model, !model.active_o);
		if (read)
			payload_ = beats_.front().bytes;
		if (pop) {
			consumed_ += beats_.front().last;
			beats_.pop_front();
			beat_shown_ = false;
		}
		if (start) {
			current_ = starts_.front();
			starts_.pop_front();
			start_shown_ = false;
			stored_.clear();
		}
		if (end) {
			EXPECT(ends_.size() > starts_.size());
			ends_.pop_front();
		}
		if (piece) {
			pieces_.pop_front();
			piece_shown_ = false;
		}
		if (taken)
			take_segment();
		if (abort) { // no more of this packet
			segments_.clear();
			last_of_packet_ = true;
		}
	}

	// As tx_engine stops: nothing more is begun, what was begun arrives, all is forgotten.
	void flush()
	{
		model.run_i = 0;
		for (int i = 0; i < 2; i++)
			step();
		EXPECT(!model.step_valid_o);
		model.start_valid_i = model.piece_valid_i = model.beat_valid_i = 0;
		model.flush_i = 1;
		settle();
		edge.clock(model, false);
		model.flush_i = 0;
		model.run_i = 1;
		starts_.clear();
		ends_.clear();
		pieces_.clear();
		given_.clear();
		beats_.clear();
		packets_.clear();
		expected_.clear();
		segments_.clear();
		stored_.clear();
		start_shown_ = piece_shown_ = beat_shown_ = seg_shown_ = false;
		consumed_ = ended_ = committed_ = sent_ = 0;
		frames_of_.clear();
	}

	bool done() const
	{
		return given_.empty() && expected_.empty() && ends_.empty();
	}

	unsigned succeeded = 0, failed = 0, frames = 0, cancelled = 0;

      private:
	struct Piece {
		unsigned len;
		bool eop;
	};
	struct Beat {
		Bytes bytes;
		bool last;
	};
	struct Stored {
		Bytes bytes;
		uint64_t sums;
	};

	static Bytes header_of(const Bytes &gathered, unsigned segment)
	{
		Bytes header = gathered;
		for (uint8_t &byte : header)
			byte = static_cast<uint8_t>(byte + 77 * segment);
		return header;
	}

	void expect_frames(const Packet &p, const Bytes &data)
	{
		const auto index = static_cast<unsigned>(sent_++);
		size_t frames_before = expected_total_;
		const auto total = static_cast<unsigned>(data.size());

		if (!p.drop && !p.tse && total && total <= kMaxFrame) {
			expected_.push_back({data, index, 0, true});
			expected_total_++;
		}
		for (unsigned k = 0; !p.drop && p.tse && total > p.hdrlen; k++) {
			const Segment s = segment(p, total, k);
			const unsigned at = p.hdrlen + k * p.mss;
			if (s.none || at + s.len > total)
				break;
			Bytes bytes = header_of(Bytes(data.begin(), data.begin() + p.hdrlen), k);
			bytes.insert(bytes.end(), data.begin() + at, data.begin() + at + s.len);
			expected_.push_back({bytes, index, s.len, k == 0});
			expected_total_++;
			if (s.last)
				break;
		}
		frames_of_.push_back(expected_total_ - frames_before);
	}

	// tx_segment's arithmetic, in short.
	static Segment segment(const Packet &p, unsigned total, unsigned k)
	{
		const unsigned there = total - std::min(total, p.hdrlen), at = k * p.mss;
		const unsigned limit =
			p.trusted && at < there ? p.paylen : std::min(there, p.paylen);

		if (at >= limit)
			return {0, false, true};
		return {std::min(p.mss, limit - at), at + p.mss >= limit, false};
	}

	void drive()
	{
		start_shown_ = !starts_.empty() && (start_shown_ || !late());
		piece_shown_ = !pieces_.empty() && (piece_shown_ || !late());
		beat_shown_ = !beats_.empty() && (beat_shown_ || !late());
		seg_shown_ = !segments_.empty() && (seg_shown_ || !late());
		model.start_valid_i = start_shown_;
		model.piece_valid_i = piece_shown_;
		model.beat_valid_i = beat_shown_;
		model.seg_valid_i = seg_shown_ && !segments_.front().none;
		model.seg_none_i = seg_shown_ && segments_.front().none;
		model.room_i = !busy();
		if (seg_shown_) {
			model.seg_len_i = static_cast<uint16_t>(segments_.front().len);
			model.seg_last_i = segments_.front().last;
		}
		if (piece_shown_)
			model.piece_i = static_cast<unsigned>(pieces_.front().eop) << 20 |
					pieces_.front().len;
		if (start_shown_)
			drive_start(starts_.front());
		if (!ends_.empty()) {
			const Packet &p = ends_.front();
			model.end_i = p.end_tag << 9 | static_cast<unsigned>(p.ic) << 8 | p.cso;
		}
	}

	void drive_start(const Packet &p)
	{
		Fields(model.start_i, 137)
			.put(1, p.stamp)
			.put(17, p.tag)
			.put(1, p.drop)
			.put(1, p.tse)
			.put(1, p.tcp)
			.put(1, p.ip)
			.put(8, p.hdrlen)
			.put(16, p.mss)
			.put(20, p.paylen)
			.put(1, p.ip_sum.on)
			.put(8, p.ip_sum.from)
			.put(8, p.ip_sum.field)
			.put(1, p.ip_sum.to_end)
			.put(17, p.ip_sum.to)
			.put(1, p.legacy)
			.put(1, p.l4_sum.on)
			.put(8, p.l4_sum.from)
			.put(8, p.l4_sum.field)
			.put(1, p.l4_sum.to_end)
			.put(17, p.l4_sum.to)
			.end();
	}

	void take_segment()
	{
		header_ = header_of(gathered_, segment_);
		header_.resize((header_.size() + kBeat) / kBeat * kBeat);
		last_of_packet_ = segments_.front().last;
		segments_.clear();
		seg_shown_ = false;
	}

	unsigned total() const
	{
		unsigned bytes = 0;
		for (unsigned len : current_.pieces)
			bytes += len;
		return bytes;
	}

	// The step on the data, as tx_walk.sv's head has it.
	void carry_out()
	{
		EXPECT(!waits_);
		Bytes merged(kBeat), turned(kBeat);

		for (unsigned lane = 0; lane < kBeat; lane++) {
			turned[lane] = payload_[(lane + model.step_rot_o) % kBeat];
			const uint8_t before =
				model.step_tail_o ? header_[current_.hdrlen / kBeat * kBeat + lane]
						  : left_[lane];
			merged[lane] = model.step_none_src_o || lane < model.step_pos_o
					       ? before
					       : turned[lane];
			if (model.step_trim_o && lane >= model.step_stop_o)
				merged[lane] = 0;
		}
		if (model.step_hdr_src_o)
			for (unsigned lane = 0; lane < kBeat; lane++)
				merged[lane] = header_[model.step_hdr_idx_o * kBeat + lane];
		if (model.step_emit_o && model.step_hdr_dst_o)
			EXPECT_EQ(model.step_hdr_idx_o, stored_.size());
		else if (model.step_emit_o)
			EXPECT(may_store_);
		if (model.step_emit_o)
			stored_.push_back({merged, bits(model.step_sums_o, 0, 20)});
		if (!model.step_none_src_o)
			left_ = model.step_emit_o ? turned : merged;
		if (model.step_tail_o) { // its header is no longer needed, the next one is prepared
			segment_++;
			std::fill(header_.begin(), header_.end(), 0xee);
			if (!last_of_packet_)
				segments_.assign(1, segment(current_, total(), segment_));
		}
		if (model.step_commit_o && model.step_hdr_dst_o)
			header_gathered();
		else if (model.step_commit_o)
			frame_made();
		if (model.step_cancel_o) {
			stored_.clear();
			cancelled++;
		}
		if (model.step_done_o)
			piece_used();
	}

	void header_gathered()
	{
		gathered_ = stored_bytes(current_.hdrlen);
		stored_.clear();
		segment_ = 0;
		segments_.assign(1, segment(current_, total(), 0));
	}

	Bytes stored_bytes(size_t len) const
	{
		Bytes bytes;

		for (const Stored &s : stored_)
			bytes.insert(bytes.end(), s.bytes.begin(), s.bytes.end());
		EXPECT_EQ(bytes.size(), (len + kBeat - 1) / kBeat * kBeat);
		EXPECT(std::all_of(bytes.begin() + static_cast<long>(len), bytes.end(),
				   [](uint8_t byte) { return byte == 0; }));
		bytes.resize(len);
		return bytes;
	}

	static bool inserts(const Sum &sum, size_t len)
	{
		return sum.on && sum.field + 2 <= len && sum.from < len &&
		       (sum.to_end || sum.to > sum.from);
	}

	// The lanes that are added are the range's, in every beat.
	void check_range(const Sum &sum, size_t len, unsigned low) const
	{
		for (size_t at = 0; at < len; at++) {
			const uint64_t range = stored_[at / kBeat].sums >> low;
			const unsigned first = range >> 5 & 15,
				       behind = range >> 4 & 1 ? range & 15 : kBeat;
			const bool added =
				range >> 9 & 1 && at % kBeat >= first && at % kBeat < behind;
			EXPECT_EQ(added, at >= sum.from && (sum.to_end || at < sum.to));
		}
	}

	void frame_made()
	{
		EXPECT(!expected_.empty());
		const Frame f = expected_.front();
		const Packet p = packets_[f.packet];
		const size_t len = f.bytes.size();
		Sum l4 = p.l4_sum;

		expected_.pop_front();
		EXPECT(stored_bytes(len) == f.bytes);
		if (p.legacy) {
			l4.on = p.ic;
			l4.field = p.cso;
			l4.to_end = true;
		}
		const bool ip_on = inserts(p.ip_sum, len), l4_on = inserts(l4, len);
		VlWide<3> should{};
		Fields(should, 70)
			.put(1, p.stamp && f.first)
			.put(17, p.tse ? p.tag : p.end_tag)
			.put(14, len)
			.put(1, len < 60)
			.put(1, ip_on)
			.put(1, p.ip_sum.from & 1)
			.put(8, p.ip_sum.field)
			.put(1, l4_on)
			.put(1, l4.from & 1)
			.put(8, l4.field)
			.put(1, !p.legacy && !p.tcp)
			.put(16, p.tse ? p.hdrlen - l4.from + f.payload : 0)
			.end();
		for (unsigned low = 0; low < 70; low += 35)
			EXPECT_EQ(bits(model.step_info_o, low, 35), bits(should, low, 35));
		if (ip_on)
			check_range(p.ip_sum, len, 10);
		if (l4_on)
			check_range(l4, len, 0);
		stored_.clear();
		committed_++;
		frames++;
	}

	void piece_used()
	{
		EXPECT(!given_.empty());
		if (given_.front().len) {
			EXPECT(consumed_ > 0);
			consumed_--;
		}
		if (given_.front().eop) {
			EXPECT_EQ(committed_, frames_of_.front());
			committed_ = 0;
			frames_of_.pop_front();
		}
		given_.pop_front();
	}

	std::deque<Packet> starts_, ends_;
	std::vector<Packet> packets_;
	std::deque<Piece> pieces_, given_; // not taken; not used up
	std::deque<Beat> beats_;
	std::deque<Frame> expected_;
	std::deque<size_t> frames_of_; // packets that have not ended
	size_t expected_total_ = 0, committed_ = 0, sent_ = 0, ended_ = 0;
	size_t consumed_ = 0; // pieces whose beats were read and that are not used up
	bool start_shown_ = false, piece_shown_ = false, beat_shown_ = false, seg_shown_ = false;
	bool may_store_ = false, waits_ = false, last_of_packet_ = false;
	Packet current_{};
	Bytes payload_ = Bytes(kBeat), left_ = Bytes(kBeat);
	Bytes gathered_, header_ = Bytes(272);
	unsigned segment_ = 0;
	std::deque<Segment> segments_; // the next one, if it is known
	std::vector<Stored> stored_;   // beats of the frame, or header, under construction
};

void drain(Bench &b)
{
	for (int i = 0; !b.done(); i++) {
		EXPECT(i < 500000);
		b.step();
	}
	for (int i = 0; i < 3; i++)
		b.step();
}

START_TEST(fragments_become_frames)
{
	Bench b(_i);
	for (int i = 0; i < 100; i++)
		b.send(b.packet(1 + b.upto(i % 2 ? 100 : kMaxFrame - 1)));
	drain(b);
	EXPECT_EQ(b.frames, 100);
}
END_TEST

START_TEST(packets_without_bytes_and_too_long_ones_become_no_frame)
{
	Bench b(_i);
	for (int i = 0; i < 10; i++) {
		b.send(b.packet(0));
		b.send(b.packet(kMaxFrame));
		b.send(b.packet(kMaxFrame + 1 + b.upto(3000)));
		b.send(b.packet(60));
	}
	drain(b);
	EXPECT_EQ(b.frames, 20);
	EXPECT_EQ(b.cancelled, 10);
}
END_TEST

START_TEST(segments_have_their_header_and_their_bytes)
{
	Bench b(_i);
	for (int i = 0; i < 30; i++)
		b.send(b.tso(1 + b.upto(254), 1 + b.upto(1500), 1 + b.upto(6000)));
	drain(b);
	EXPECT_EQ(b.succeeded, 30);
	EXPECT_EQ(b.failed, 0);
}
END_TEST

// Every place in a beat at which the header, and a segment, may end.
START_TEST(segments_that_end_at_every_lane)
{
	Bench b(_i);
	for (unsigned hdrlen = 40; hdrlen < 40 + kBeat; hdrlen++)
		for (unsigned mss = 1; mss <= 2 * kBeat; mss += 1 + b.upto(3))
			b.send(b.tso(hdrlen, mss, 2 * mss + b.upto(1)));
	drain(b);
	EXPECT_EQ(b.failed, 0);
}
END_TEST

START_TEST(what_is_behind_the_last_segment_is_skipped)
{
	Bench b(_i);
	for (int i = 0; i < 20; i++) {
		Packet p = b.tso(54, 1 + b.upto(500), 1000);
		p.paylen = 1 + b.upto(998);
		b.send(p);
		b.send(b.packet(100));
	}
	drain(b);
	EXPECT_EQ(b.succeeded, 20);
}
END_TEST

START_TEST(packets_that_cannot_be_cut_leave_nothing)
{
	Bench b(_i);
	for (int i = 0; i < 20; i++) {
		Packet dropped = b.packet(0);
		dropped.drop = dropped.tse = true;
		b.send(dropped);
		Packet low = b.tso(100, 500, 1); // ends in its header
		low.pieces = b.cut(1 + b.upto(98));
		b.send(low);
		Packet bare = b.tso(100, 500, 1); // and at its end
		bare.pieces = b.cut(100);
		b.send(bare);
		b.send(b.packet(100));
	}
	drain(b);
	EXPECT_EQ(b.failed, 60);
	EXPECT_EQ(b.frames, 20);
}
END_TEST

START_TEST(a_segment_that_promised_too_much_is_cancelled)
{
	Bench b(_i);
	for (int i = 0; i < 20; i++) {
		Packet p = b.tso(54, 1 + b.upto(300), 1 + b.upto(1500));
		p.trusted = true;
		p.paylen += 1 + b.upto(400);
		b.send(p);
		b.send(b.packet(100));
	}
	drain(b);
	EXPECT_EQ(b.failed, 20);
}
END_TEST

START_TEST(what_is_forgotten_does_not_come_back)
{
	Bench b(_i);
	for (int i = 0; i < 60; i++) {
		for (int packet = 0; packet < 3; packet++) {
			b.send(b.tso(1 + b.upto(254), 1 + b.upto(100), 1 + b.upto(600)));
			b.send(b.packet(1 + b.upto(300)));
		}
		for (unsigned cycles = b.upto(150); cycles; cycles--)
			b.step();
		b.flush();
	}
	b.send(b.tso(54, 100, 1000));
	b.send(b.packet(1 + b.upto(300)));
	drain(b);
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests("tx_walk", argc, argv,
				{{fragments_become_frames, 2 * kSweeps},
				 {packets_without_bytes_and_too_long_ones_become_no_frame, kSweeps},
				 {segments_have_their_header_and_their_bytes, 2 * kSweeps},
				 {segments_that_end_at_every_lane, kSweeps},
				 {what_is_behind_the_last_segment_is_skipped, kSweeps},
				 {packets_that_cannot_be_cut_leave_nothing, kSweeps},
				 {a_segment_that_promised_too_much_is_cancelled, 2 * kSweeps},
				 {what_is_forgotten_does_not_come_back, 2 * kSweeps}});
}
