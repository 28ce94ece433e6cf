// SPDX-License-Identifier: MIT
//
// tx_queues: each ring's descriptors come in its order, packets are never mixed, the rings take turns packet
// by packet when both have one, and a packet is not begun before it is all there while both rings are on.

#include "Vtx_queues___024root.h"
#include "read_side.h"

#include <algorithm>
#include <array>

namespace
{

constexpr unsigned kBeat = 64, kPlace = 16, kStored = 64; // bytes, bytes, descriptors a ring holds
constexpr unsigned kRings = 2;

// Bits of descriptors by their place in the ring, as packets of the bench's choice: a context before some,
// one to three data descriptors. Rings begin at multiples of 1 MiB, so that a place gives its index.
enum class Kind { Context, Data, Last };

Kind kind_of(uint64_t place)
{
	static const Kind kinds[] = {Kind::Last,    Kind::Context, Kind::Data,	  Kind::Last,
				     Kind::Context, Kind::Last,	   Kind::Data,	  Kind::Data,
				     Kind::Last,    Kind::Context, Kind::Context, Kind::Last};
	return kinds[place % (sizeof(kinds) / sizeof(*kinds))];
}

uint8_t descriptor_byte(uint64_t address)
{
	const Kind kind = kind_of((address & 0xfffff) / kPlace);

	switch (address % kPlace) {
	case 10:
		return kind == Kind::Context ? 0x00 : 0x10;
	case 11:
		return kind == Kind::Last ? 0x21 : 0x20; // DEXT, EOP
	default:
		return byte_at(address);
	}
}

// All of a ring is one packet, to its last place.
uint8_t endless_byte(uint64_t address)
{
	const uint8_t byte = descriptor_byte(address);

	if (address % kPlace == 10)
		return 0x10;
	return address % kPlace == 11 ? byte & 0xfe : byte;
}

struct Ring {
	uint64_t base;
	unsigned size;
	unsigned head = 0;
	uint64_t handed = 0, asked = 0, stored = 0, taken = 0; // descriptors from `head` on
	bool inside = false; // a packet of its was begun and not ended
};

class Bench : public StreamBench<Vtx_queues>
{
      public:
	explicit Bench(int run, unsigned on = 3, uint8_t (*byte)(uint64_t) = descriptor_byte)
	    : StreamBench(run), memory_(kBeat, random, byte), byte_(byte), on_(on)
	{
		const unsigned sizes[] = {48, 240};

		for (unsigned q = 0; q < kRings; q++) {
			rings[q].base =
				(wide_random() & ~UINT64_C(0xfffff) & ~(UINT64_C(1) << 63)) |
				static_cast<uint64_t>(q) << 63;
			rings[q].size = sizes[q];
			set_bits(model.ring_base_i, 64 * q, 64, rings[q].base);
			set_bits(model.ring_size_i, 16 * q, 16, on >> q & 1 ? sizes[q] : 0);
		}
		reset();
		start();
	}

	// Whole packets only, or what comes.
	void hand_over(unsigned q, unsigned descriptors, bool whole)
	{
		Ring &ring = rings[q];

		if (!(on_ >> q & 1))
			return;
		while ((descriptors || (whole && kind_at(ring, ring.handed - 1) != Kind::Last)) &&
		       ring.handed < ring.taken + ring.size - 1) {
			ring.handed++;
			descriptors -= descriptors != 0;
		}
		set_tail(q);
	}

	void step(bool may_take = true, bool may_answer = true)
	{
		model.desc_rd_req_ready_i = !busy();
		model.desc_rd_rsp_valid_i = may_answer && memory_.on_the_way() > 0 && !late();
		model.desc_pop_i = 0;
		settle();
		if (model.desc_rd_req_valid_o && model.desc_rd_req_ready_i)
			take_request();
		shown_.see(model.desc_rd_req_valid_o, model.desc_rd_req_ready_i,
			   {model.desc_rd_req_addr_o, model.desc_rd_req_len_o});
		if (model.desc_valid_o && !visible_)
			appears();
		EXPECT(!model.drained_o || (!model.desc_rd_req_valid_o && owners_.empty()));
		model.desc_pop_i = model.desc_valid_o && may_take && !busy();
		visible_ = model.desc_valid_o && !model.desc_pop_i;
		const bool answer = model.desc_rd_rsp_valid_i;
		ReadSide::Beat beat;
		if (answer) {
			beat = memory_.answer();
			memcpy(&model.desc_rd_rsp_data_i, beat.bytes.data(), kBeat);
			model.desc_rd_rsp_last_i = beat.last;
		}
		model.eval();
		for (unsigned q = 0; q < kRings; q++)
			whole_before_[q] = packet_stored(q);
		if (answer)
			store(beat.last);
		edge.clock(model, !model.active_o);
	}

	void stop_and_start()
	{
		model.run_i = 0;
		for (int i = 0; !model.drained_o; i++) {
			EXPECT(i < 100000);
			step();
		}
		step(false); // what was taken last shows
		model.desc_rd_rsp_valid_i = model.desc_pop_i = 0;
		model.flush_i = 1;
		edge.clock(model, false);
		model.flush_i = 0;
		EXPECT(!model.desc_valid_o);
		for (Ring &ring : rings) {
			ring.head = static_cast<unsigned>((ring.head + ring.taken) % ring.size);
			ring.handed = ring.asked = ring.stored = ring.taken = 0;
			ring.inside = false;
		}
		owners_.clear();
		visible_ = false;
		in_packet_ = -1;
		due_ = -1;
		start();
	}

	bool left() const
	{
		return std::any_of(rings.begin(), rings.end(),
				   [](const Ring &r) { return r.taken < r.handed; });
	}
	uint64_t packets(unsigned q) const
	{
		return packets_[q];
	}
	size_t answers_due() const
	{
		return owners_.size();
	}

	std::array<Ring, kRings> rings;

      private:
	struct Owner {
		unsigned ring, left;
	};

	void set_tail(unsigned q)
	{
		set_bits(model.tail_i, 16 * q, 16,
			 (rings[q].head + rings[q].handed) % rings[q].size);
	}

	void start()
	{
		for (unsigned q = 0; q < kRings; q++) {
			set_bits(model.head_i, 16 * q, 16, rings[q].head);
			set_tail(q);
		}
		model.start_i = 3;
		settle();
		edge.clock(model, !model.active_o);
		model.start_i = 0;
		model.run_i = static_cast<uint8_t>(on_);
	}

	uint64_t address(const Ring &ring, uint64_t index) const
	{
		return ring.base + kPlace * ((ring.head + index) % ring.size);
	}

	Kind kind_at(const Ring &ring, uint64_t index) const
	{
		const uint64_t at = address(ring, index);
		if (!(byte_(at + 10) & 0x10))
			return Kind::Context;
		return byte_(at + 11) & 1 ? Kind::Last : Kind::Data;
	}

	// Of the ring's next packet, all is stored.
	bool packet_stored(unsigned q) const
	{
		const Ring &ring = rings[q];
		for (uint64_t i = ring.taken; i < ring.stored; i++)
			if (kind_at(ring, i) == Kind::Last)
				return true;
		return false;
	}

	void take_request()
	{
		const unsigned q = model.desc_rd_req_addr_o >> 63;
		const unsigned n = model.desc_rd_req_len_o / kPlace;
		Ring &ring = rings[q];

		EXPECT(on_ >> q & 1);
		EXPECT_EQ(model.desc_rd_req_addr_o, address(ring, ring.asked));
		EXPECT_EQ(model.desc_rd_req_len_o % kPlace, 0);
		ring.asked += n;
		EXPECT(ring.asked <= ring.handed);
		EXPECT(ring.asked - ring.taken <= kStored + 1);
		owners_.push_back({q, n});
		EXPECT(owners_.size() <= 16);
		memory_.take(model.desc_rd_req_addr_o, model.desc_rd_req_len_o);
	}

	void store(bool last)
	{
		Owner &owner = owners_.front();
		const unsigned n = std::min(owner.left, kBeat / kPlace);

		rings[owner.ring].stored += n;
		owner.left -= n;
		EXPECT_EQ(last, owner.left == 0);
		if (last)
			owners_.pop_front();
	}

	// The next descriptor shows: it was taken from its ring at the last edge.
	void appears()
	{
		const unsigned q = model.desc_queue_o;
		Ring &ring = rings[q];
		const auto *data = reinterpret_cast<const uint8_t *>(&model.desc_o);

		EXPECT(ring.taken < ring.stored);
		for (unsigned i = 0; i < kPlace; i++)
			EXPECT_EQ(data[i], byte_(address(ring, ring.taken) + i));
		const Kind kind = kind_at(ring, ring.taken);

		if (in_packet_ >= 0)
			EXPECT_EQ(q, in_packet_); // nobody comes between
		if (due_ >= 0)
			EXPECT_EQ(q, due_); // the other one's turn
		due_ = -1;
		if (!ring.inside && on_ == 3 && model.run_i) // not while it stops
			EXPECT(whole_before_[q] || ring.stored - ring.taken == kStored ||
			       only_contexts(ring));
		ring.taken++;
		ring.inside = kind != Kind::Last;
		if (kind == Kind::Data)
			in_packet_ = static_cast<int>(q);
		if (kind == Kind::Last) {
			in_packet_ = -1;
			packets_[q]++;
			if (whole_before_[!q])
				due_ = !q;
		}
	}

	// What is left of the ring belongs to no packet.
	bool only_contexts(const Ring &ring) const
	{
		for (uint64_t i = ring.taken; i < ring.handed; i++)
			if (kind_at(ring, i) != Kind::Context)
				return false;
		return true;
	}

	ReadSide memory_;
	uint8_t (*const byte_)(uint64_t);
	const unsigned on_;
	std::deque<Owner> owners_; // of the answers that are due
	bool visible_ = false;
	int in_packet_ = -1, due_ = -1;		  // the ring that must be next, or -1
	std::array<bool, kRings> whole_before_{}; // at the last edge
	std::array<uint64_t, kRings> packets_{};
	Offer<std::pair<uint64_t, unsigned>> shown_;
};

void run(Bench &b, uint64_t packets, unsigned on)
{
	const auto done = [&](unsigned q) { return !(on >> q & 1) || b.packets(q) >= packets; };

	for (int cycles = 0; !done(0) || !done(1); cycles++) {
		EXPECT(cycles < 1000000);
		if (b.upto(7) == 0)
			b.hand_over(b.upto(1), 1 + b.upto(19), b.upto(1));
		b.step();
	}
}

START_TEST(each_ring_keeps_its_order_and_packets_are_not_mixed)
{
	Bench b(_i);
	run(b, 500, 3);
}
END_TEST

START_TEST(one_ring_alone_need_not_wait_for_a_packets_end)
{
	const unsigned on = _i < kSweeps ? 1 : 2;
	Bench b(_i, on);
	run(b, 500, on);
	// Half a packet goes out when the other ring is off.
	Bench half(_i, on, endless_byte);
	half.hand_over(on - 1, 5, false);
	for (int i = 0; half.left(); i++) {
		EXPECT(i < 10000);
		half.step();
	}
}
END_TEST

START_TEST(rings_that_both_have_packets_alternate)
{
	Bench b(_i);
	for (int i = 0; i < 20000; i++) {
		b.hand_over(0, 100, true);
		b.hand_over(1, 200, true);
		b.step();
		const uint64_t most = std::max(b.packets(0), b.packets(1));
		// Where memory is quick, nobody is ahead by more than what may be read at once.
		EXPECT(b.sweep.gap_percent ||
		       most - std::min(b.packets(0), b.packets(1)) <= kStored);
	}
	EXPECT(b.packets(0) > 100 && b.packets(1) > 100);
}
END_TEST

START_TEST(half_a_packet_does_not_hold_up_the_other_ring)
{
	const unsigned slow = _i % 2;
	Bench b(_i);
	// The first packet of the table is one descriptor, the second one a context and two.
	b.hand_over(slow, 3, false);
	for (int i = 0; b.packets(!slow) < 50; i++) {
		EXPECT(i < 100000);
		b.hand_over(!slow, 10, true);
		b.step();
	}
	EXPECT_EQ(b.packets(slow), 1);
	EXPECT_EQ(b.rings[slow].taken, 1);
	b.hand_over(slow, 1, false);
	for (int i = 0; b.packets(slow) < 2; i++) {
		EXPECT(i < 10000);
		b.step();
	}
}
END_TEST

START_TEST(a_packet_larger_than_the_store_is_begun)
{
	Bench b(_i, 3, endless_byte);
	b.hand_over(1, 200, false);
	for (int i = 0; b.left(); i++) {
		EXPECT(i < 100000);
		b.step();
	}
	EXPECT_EQ(b.rings[1].taken, 200);
}
END_TEST

// A ring that has a context and nothing else yet gives the turn away.
START_TEST(a_context_alone_does_not_keep_the_turn)
{
	Bench b(_i);
	b.hand_over(0, 2, false);
	while (b.left())
		b.step();
	EXPECT_EQ(b.rings[0].taken, 2);
	b.hand_over(1, 12, false);
	for (int i = 0; b.left(); i++) {
		EXPECT(i < 10000);
		b.step();
	}
	EXPECT_EQ(b.packets(1), 5);
}
END_TEST

START_TEST(as_many_answers_may_be_due_as_owners_are_kept)
{
	Bench b(_i);
	for (int i = 0; i < 2000; i++) {
		for (unsigned q = 0; q < kRings; q++)
			if (b.rings[q].asked == b.rings[q].handed)
				b.hand_over(q, 1, false);
		b.step(true, false);
	}
	EXPECT_EQ(b.answers_due(), 16);
	b.hand_over(0, 2, true);
	b.hand_over(1, 2, true);
	for (int i = 0; b.left(); i++) {
		EXPECT(i < 10000);
		b.step();
	}
}
END_TEST

START_TEST(after_a_stop_both_rings_go_on_where_they_were)
{
	Bench b(_i);
	for (int i = 0; i < 30; i++) {
		for (unsigned cycles = b.upto(200); cycles; cycles--) {
			if (b.upto(7) == 0)
				b.hand_over(b.upto(1), 1 + b.upto(19), true);
			b.step();
		}
		b.stop_and_start();
	}
	run(b, b.packets(0) + b.packets(1) + 50, 3);
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests("tx_queues", argc, argv,
				{{each_ring_keeps_its_order_and_packets_are_not_mixed, 2 * kSweeps},
				 {one_ring_alone_need_not_wait_for_a_packets_end, 2 * kSweeps},
				 {rings_that_both_have_packets_alternate, kSweeps},
				 {half_a_packet_does_not_hold_up_the_other_ring, 2 * kSweeps},
				 {a_packet_larger_than_the_store_is_begun, kSweeps},
				 {a_context_alone_does_not_keep_the_turn, kSweeps},
				 {as_many_answers_may_be_due_as_owners_are_kept, kSweeps},
				 {after_a_stop_both_rings_go_on_where_they_were, kSweeps}});
}
