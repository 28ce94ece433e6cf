// SPDX-License-Identifier: MIT
//
// rx_ingress: of the frames on the wire those that the filters and lengths let pass are in the frame buffer,
// byte by byte, padded and without their tag if that is stripped; the others leave no word there; each is
// counted once. No word that is in use is written, a frame without room waits or is counted as missed.
// What descriptors say of protocols is judged by rtl-rx-*, what wakes by rtl-wake-match.

#include "Vrx_ingress___024root.h"
#include "stream_bench.h"

#include <algorithm>
#include <vector>

namespace
{

constexpr unsigned kBeat = 64, kWords = 64; // bytes, words of the buffer
constexpr unsigned kQueue = 8;		    // frames that wait for their delivery
constexpr unsigned kLpe = 1u << 5, kBam = 1u << 15, kSecrc = 1u << 26, kSbp = 1u << 2;
constexpr unsigned kMinLen = 60, kMaxLen = 1518, kMaxLongLen = 16380;
constexpr uint8_t kStation[] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

using Bytes = std::vector<uint8_t>;

struct Frame {
	Bytes bytes;
	bool bad;
};

struct Kept {
	Bytes bytes; // as they must be in the buffer
	unsigned word;
};

class Bench : public StreamBench<Vrx_ingress>
{
      public:
	Bench(int run, unsigned rctl, bool strip = false, bool line_drop = false)
	    : StreamBench(run), strip_(strip), memory_(kWords * kBeat), rest_(kBeat - 4)
	{
		model.rctl_i = rctl;
		model.ral_i[0] = 0x33221102;
		model.rah_i[0] = 0x80005544;
		model.vet_i = 0x8100;
		model.vlan_en_i = model.vlan_mode_i = strip;
		model.line_drop_i = line_drop;
		model.csum_en_i = 1;
		model.receive_i = 1;
		model.wire_rst_ni = 0;
		reset();
		model.wire_rst_ni = 1;
	}

	// To this station, to all, or to somebody else; some tagged, some that look like IPv4.
	Frame frame(unsigned len)
	{
		Frame f{Bytes(len), hit(10)};

		for (uint8_t &byte : f.bytes)
			byte = static_cast<uint8_t>(random());
		f.bytes[0] = 0x04; // nobody
		if (hit(80))
			std::copy_n(hit(80) ? kStation : kBroadcast, 6, f.bytes.begin());
		const unsigned type = hit(40) ? 0x8100 : hit(50) ? 0x0800 : 0x88b5;
		f.bytes[12] = static_cast<uint8_t>(type >> 8);
		f.bytes[13] = static_cast<uint8_t>(type);
		if (hit(50))
			f.bytes[14] = 0x45;
		return f;
	}

	void send(const Frame &f)
	{
		wire_.push_back(f);
	}

	void step(bool may_read = true)
	{
		const bool offer = !wire_.empty() && (offered_ || !late());
		const size_t n =
			offer ? std::min<size_t>(kBeat, wire_.front().bytes.size() - at_) : 0;
		const bool last = offer && at_ + n == wire_.front().bytes.size();

		model.s_axis_tvalid_i = offer;
		model.s_axis_tlast_i = last;
		model.s_axis_tuser_i = last && wire_.front().bad;
		for (unsigned i = 0; offer && i < kBeat; i++)
			reinterpret_cast<uint8_t *>(&model.s_axis_tdata_i)[i] =
				i < n ? wire_.front().bytes[at_ + i]
				      : static_cast<uint8_t>(random());
		model.s_axis_tkeep_i = n == kBeat ? UINT64_MAX : (UINT64_C(1) << n) - 1;
		model.hold_i = hit(5);
		model.frame_full_i = kept_.size() >= kQueue;
		model.read_ptr_i = static_cast<uint8_t>(read_);
		settle();
		EXPECT(!model.hold_i || !model.s_axis_tready_o);
		EXPECT_EQ(model.level_o, ((put_ - read_) & (2 * kWords - 1)) * kBeat);
		full_seen_ |= model.frame_full_i;
		const bool take = offer && model.s_axis_tready_o;
		offered_ = offer && !take;
		store();
		verdict();
		edge.clock(model, model.idle_o);
		if (take) {
			if (at_ == 0)
				judged_.push_back(wire_.front());
			at_ += n;
			if (last) {
				wire_.pop_front();
				at_ = 0;
			}
		}
		if (may_read && !kept_.empty() && hit(30) && !busy())
			read();
	}

	// All is forgotten; what is left on the wire of a frame that has begun is thrown away.
	void clear()
	{
		model.clear_i = 1;
		model.s_axis_tvalid_i = 0;
		settle();
		edge.clock(model, model.idle_o);
		model.clear_i = 0;
		judged_.clear();
		kept_.clear();
		put_ = read_ = written_ = 0;
		full_seen_ = false;
	}

	bool done() const
	{
		return wire_.empty() && judged_.empty() && kept_.empty();
	}
	bool wire_empty() const
	{
		return wire_.empty();
	}

	unsigned frames = 0, missed = 0, counted = 0, short_frames = 0, long_frames = 0, bad = 0;

      private:
	static constexpr uint8_t kBroadcast[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	bool stripped(const Frame &f) const
	{
		return strip_ && f.bytes[12] == 0x81 && f.bytes[13] == 0x00;
	}

	// As the frame buffer stores it, rx_buffer.sv.
	void store()
	{
		const auto *data = reinterpret_cast<const uint8_t *>(&model.mem_data_o);

		if (model.mem_we_o) {
			EXPECT_EQ(model.mem_addr_o, (put_ + written_) % kWords);
			EXPECT(((put_ + written_ - read_) & (2 * kWords - 1)) < kWords);
			uint8_t *word = &memory_[model.mem_addr_o * kBeat];
			if (model.mem_join_o) {
				std::copy(rest_.begin(), rest_.end(), word);
				for (unsigned i = 0; i < 4; i++)
					word[kBeat - 4 + i] = model.mem_zero_o ? 0 : data[i];
			} else {
				for (unsigned i = 0; i < kBeat; i++)
					word[i] = model.mem_zero_o ? 0 : data[i];
			}
			written_++;
		}
		if (!model.mem_keep_o)
			return;
		if (model.mem_tag_o) {
			std::copy_n(data, 12, rest_.begin());
			std::copy_n(data + 16, kBeat - 16, rest_.begin() + 12);
		} else {
			std::copy_n(data + 4, kBeat - 4, rest_.begin());
		}
	}

	// One cycle a frame, in which all is told of it.
	void verdict()
	{
		if (!model.stat_total_o) {
			EXPECT(!model.frame_valid_o && !model.stat_frame_o && !model.stat_mpc_o);
			EXPECT(!model.stat_ruc_o && !model.stat_rfc_o && !model.stat_roc_o &&
			       !model.stat_rjc_o && !model.stat_crcerr_o && !model.ev_rxo_o);
			return;
		}
		EXPECT(!judged_.empty());
		const Frame f = judged_.front();
		judged_.pop_front();
		const auto len = static_cast<unsigned>(f.bytes.size());
		const unsigned rctl = model.rctl_i;
		const bool group = f.bytes[0] & 1;
		const bool mine = std::equal(kStation, kStation + 6, f.bytes.begin()) ||
				  (group && rctl & kBam);
		const bool over = len > kMaxLongLen || (len > kMaxLen && !(rctl & kLpe)),
			   low = len < kMinLen;
		const bool wanted =
			mine && len <= kMaxLongLen && (rctl & kSbp || (!over && !f.bad));

		counted++;
		EXPECT_EQ(model.stat_ruc_o, low && !f.bad);
		EXPECT_EQ(model.stat_rfc_o, low && f.bad);
		EXPECT_EQ(model.stat_roc_o, over && !f.bad);
		EXPECT_EQ(model.stat_rjc_o, over && f.bad);
		EXPECT_EQ(model.stat_crcerr_o, f.bad && !low && !over);
		EXPECT_EQ(model.stat_mcast_o, group);
		EXPECT_EQ(model.stat_bcast_o, group);
		EXPECT_EQ(model.frame_valid_o || model.stat_mpc_o, wanted);
		EXPECT(!model.frame_valid_o || !model.stat_mpc_o);
		EXPECT_EQ(model.ev_rxo_o, model.stat_mpc_o);
		EXPECT_EQ(model.stat_frame_o, model.frame_valid_o && !f.bad && !over);
		short_frames += low;
		long_frames += over;
		bad += f.bad;
		if (model.stat_mpc_o) {
			const unsigned words = (len + 4 + kBeat - 1) / kBeat;
			EXPECT(model.line_drop_i);
			EXPECT(full_seen_ || put_ - read_at_start_ + words >= kWords - 1);
			missed++;
		}
		if (model.frame_valid_o)
			keep(f);
		written_ = 0;
		full_seen_ = false;
		read_at_start_ = read_;
	}

	void keep(const Frame &f)
	{
		const unsigned rctl = model.rctl_i;
		const bool strip = stripped(f);
		Bytes bytes = f.bytes;

		EXPECT_EQ(model.stat_len_o,
			  f.bad ? bytes.size() : std::max<size_t>(bytes.size(), kMinLen));
		EXPECT_EQ(model.frame_tag_o, strip ? f.bytes[14] << 8 | f.bytes[15] : 0);
		EXPECT_EQ(model.frame_status_o >> 3 & 1, strip);  // VP
		EXPECT_EQ(model.frame_status_o >> 24 & 1, f.bad); // CE
		bytes.resize(std::max<size_t>(bytes.size(), kMinLen));
		if (strip)
			bytes.erase(bytes.begin() + 12, bytes.begin() + 16);
		if (!(rctl & kSecrc))
			bytes.resize(bytes.size() + 4);
		EXPECT_EQ(model.frame_len_o, bytes.size());
		kept_.push_back({bytes, put_});
		const unsigned words = static_cast<unsigned>((bytes.size() + kBeat - 1) / kBeat);
		EXPECT_EQ(written_, words);
		put_ = (put_ + words) % (2 * kWords);
		frames++;
	}

	// The oldest frame is delivered; its words are free.
	void read()
	{
		const Kept &k = kept_.front();

		for (size_t i = 0; i < k.bytes.size(); i++)
			EXPECT_EQ(memory_[(k.word * kBeat + i) % (kWords * kBeat)], k.bytes[i]);
		read_ = (k.word + static_cast<unsigned>((k.bytes.size() + kBeat - 1) / kBeat)) %
			(2 * kWords);
		kept_.pop_front();
	}

	const bool strip_;
	std::deque<Frame> wire_;
	size_t at_ = 0; // bytes of the first that are taken
	bool offered_ = false;
	std::deque<Frame> judged_; // begun, and not judged
	Bytes memory_, rest_;
	std::deque<Kept> kept_;
	// Words, modulo twice the buffer: behind the last frame, behind what was read, of the frame in hand.
	unsigned put_ = 0, read_ = 0, written_ = 0, read_at_start_ = 0;
	bool full_seen_ = false;
};

const unsigned kRctl[] = {kBam | kSecrc, kBam, kBam | kLpe, kSbp | kSecrc, kSbp | kLpe | kBam};
constexpr int kShapes = sizeof(kRctl) / sizeof(*kRctl);

void drain(Bench &b)
{
	for (int i = 0; !b.done(); i++) {
		EXPECT(i < 200000);
		b.step();
	}
}

unsigned any_len(Bench &b)
{
	if (b.hit(60))
		return 16 + b.upto(250);
	return b.hit(50) ? 1500 + b.upto(30) : 60 + b.upto(2500);
}

START_TEST(frames_are_stored_or_leave_nothing)
{
	for (bool strip : {false, true}) {
		Bench b(_i, kRctl[_i / kSweeps], strip);
		for (int i = 0; i < 150; i++)
			b.send(b.frame(any_len(b)));
		drain(b);
		EXPECT_EQ(b.counted, 150);
		EXPECT(b.frames > 20 && b.missed == 0 && b.short_frames && b.bad);
	}
}
END_TEST

START_TEST(every_length_about_a_words_end)
{
	for (unsigned rctl : {kBam, kBam | kSecrc})
		for (bool strip : {false, true}) {
			Bench b(_i, rctl, strip);
			for (unsigned len = kBeat - 10; len < 4 * kBeat; len++) {
				Frame f = b.frame(len);
				f.bad = false;
				std::copy_n(kStation, 6, f.bytes.begin());
				b.send(f);
			}
			drain(b);
			EXPECT_EQ(b.frames, 3 * kBeat + 10);
		}
}
END_TEST

START_TEST(a_full_buffer_holds_the_wire)
{
	Bench b(_i, kBam);
	for (int i = 0; i < 100; i++)
		b.send(b.frame(any_len(b)));
	for (int i = 0; i < 3000; i++)
		b.step(false);
	EXPECT(!b.wire_empty());
	drain(b);
	EXPECT_EQ(b.counted, 100);
	EXPECT_EQ(b.missed, 0);
}
END_TEST

START_TEST(or_drops_whole_frames_and_counts_them)
{
	Bench b(_i, kBam, _i % 2, true);
	for (int i = 0; i < 100; i++)
		b.send(b.frame(any_len(b)));
	for (int i = 0; !b.wire_empty(); i++) {
		EXPECT(i < 100000);
		b.step(false);
	}
	drain(b);
	EXPECT(b.missed > 10 && b.frames > 0);
	for (int i = 0; i < 20; i++)
		b.send(b.frame(any_len(b)));
	drain(b);
	EXPECT_EQ(b.counted, 120);
}
END_TEST

START_TEST(a_frame_longer_than_any_is_thrown_away)
{
	Bench b(_i, kSbp | kLpe | kBam, false, true);
	for (unsigned len : {kMaxLongLen + 1, 20000u, 16384u, 40000u}) {
		b.send(b.frame(len));
		b.send(b.frame(100));
	}
	drain(b);
	EXPECT_EQ(b.counted, 8);
	EXPECT_EQ(b.long_frames, 4);
}
END_TEST

START_TEST(what_comes_while_not_receiving_is_not_kept)
{
	Bench b(_i, kBam);
	b.model.receive_i = 0;
	for (int i = 0; i < 10; i++)
		b.send(b.frame(any_len(b)));
	while (!b.wire_empty())
		b.step();
	for (int i = 0; i < 10; i++)
		b.step();
	EXPECT_EQ(b.counted, 0);
	b.clear();
	b.model.receive_i = 1;
	for (int i = 0; i < 10; i++)
		b.send(b.frame(any_len(b)));
	drain(b);
	EXPECT_EQ(b.counted, 10);
}
END_TEST

START_TEST(after_a_clear_the_rest_of_a_frame_is_thrown_away)
{
	Bench b(_i, kBam, _i % 2);
	for (int i = 0; i < 60; i++) {
		for (int frame = 0; frame < 3; frame++)
			b.send(b.frame(any_len(b)));
		for (unsigned cycles = b.upto(60); cycles; cycles--)
			b.step();
		b.clear();
	}
	drain(b);
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests("rx_ingress", argc, argv,
				{{frames_are_stored_or_leave_nothing, kShapes * kSweeps},
				 {every_length_about_a_words_end, kSweeps},
				 {a_full_buffer_holds_the_wire, kSweeps},
				 {or_drops_whole_frames_and_counts_them, 2 * kSweeps},
				 {a_frame_longer_than_any_is_thrown_away, kSweeps},
				 {what_comes_while_not_receiving_is_not_kept, kSweeps},
				 {after_a_clear_the_rest_of_a_frame_is_thrown_away, 2 * kSweeps}});
}
