// SPDX-License-Identifier: MIT
//
// loopback: frames of the card and of the wire, while it is switched on and off at any time (fact sheet
// 4.10); swept over gaps and back-pressure on every side. A frame is a number, its beats carry it.

#include "../run_suite.h"
#include "Vloopback___024root.h"

#include <check.h>

#include <cstdlib>
#include <random>
#include <vector>

namespace
{

constexpr uint32_t kFromWire = 1u << 31;

struct Sweep {
	unsigned gap_percent, busy_percent, turn_every;
};
const Sweep kSweep[] = {{0, 0, 40},   {50, 0, 30},   {0, 50, 30}, {80, 30, 50},
			{30, 80, 50}, {10, 95, 200}, {0, 0, 3}};

// A side that sends frames of one to four beats; a beat on offer stays until it is taken.
struct Sender {
	uint32_t frame, beat = 0, beats = 1;
	bool valid = false;

	bool last() const
	{
		return beat + 1 == beats;
	}
	void taken(std::mt19937 &random)
	{
		valid = false;
		if (!last()) {
			beat++;
			return;
		}
		frame++;
		beat = 0;
		beats = 1 + random() % 4;
	}
};

// A side that gets frames: whole ones, of one sender at a time.
struct Receiver {
	std::vector<uint32_t> frames;
	uint32_t next_beat = 0, frame = 0;

	void get(uint32_t number, uint32_t beat, bool last)
	{
		ck_assert_uint_eq(beat, next_beat);
		ck_assert(beat == 0 || number == frame);
		frame = number;
		next_beat = last ? 0 : beat + 1;
		if (last)
			frames.push_back(number);
	}
};

class Bench
{
      public:
	Bench(Sweep sweep, unsigned seed) : sweep_(sweep), random_(seed)
	{
		model.rst_ni = 0;
		edge();
		model.rst_ni = 1;
	}

	void step()
	{
		if (random_() % sweep_.turn_every == 0)
			model.loop_i = !model.loop_i;
		card.valid |= random_() % 100 >= sweep_.gap_percent;
		wire.valid |= random_() % 100 >= sweep_.gap_percent;
		model.rx_tready_i = random_() % 100 >= sweep_.busy_percent;
		model.m_axis_tready_i = random_() % 100 >= sweep_.busy_percent;
		model.tx_tvalid_i = card.valid;
		model.tx_tdata_i[0] = card.frame;
		model.tx_tdata_i[31] = card.beat;
		model.tx_tkeep_i[0] = card.frame;
		model.tx_tlast_i = card.last();
		model.tx_tuser_i = card.frame % 3 == 0;
		model.s_axis_tvalid_i = wire.valid;
		model.s_axis_tdata_i[0] = wire.frame;
		model.s_axis_tdata_i[31] = wire.beat;
		model.s_axis_tkeep_i[0] = wire.frame;
		model.s_axis_tlast_i = wire.last();
		model.s_axis_tuser_i = wire.frame % 3 == 0;
		model.clk_i = 0;
		model.eval();
		const bool card_taken = model.tx_tvalid_i && model.tx_tready_o;
		const bool wire_taken = model.s_axis_tvalid_i && model.s_axis_tready_o;
		if (model.m_axis_tvalid_o && model.m_axis_tready_i) {
			ck_assert(card_taken);
			to_wire.get(card.frame, card.beat, card.last());
		}
		if (model.rx_tvalid_o && model.rx_tready_i) {
			const uint32_t number = model.rx_tdata_o[0];
			ck_assert_uint_eq(model.rx_tkeep_o[0], number);
			ck_assert_uint_eq(model.rx_tuser_o, number % 3 == 0);
			ck_assert(number & kFromWire ? wire_taken : card_taken);
			to_card.get(number, model.rx_tdata_o[31], model.rx_tlast_o);
		}
		if (card_taken && card.last())
			sent.push_back(card.frame);
		if (wire_taken && wire.last())
			came += 1;
		edge();
		if (card_taken)
			card.taken(random_);
		if (wire_taken)
			wire.taken(random_);
	}

	Vloopback model;
	Sender card{1}, wire{kFromWire | 1};
	Receiver to_wire, to_card;
	std::vector<uint32_t> sent;
	unsigned came = 0;

      private:
	void edge()
	{
		model.clk_i = 1;
		model.eval();
		model.clk_i = 0;
		model.eval();
	}

	const Sweep sweep_;
	std::mt19937 random_;
};

START_TEST(every_frame_of_the_card_goes_one_way_whole_and_in_order)
{
	unsigned seed = 1;
	for (Sweep sweep : kSweep) {
		Bench b(sweep, seed++);
		for (int i = 0; i < 20000; i++)
			b.step();
		size_t out = 0, in = 0, looped = 0, from_wire = 0;
		uint32_t last_from_wire = 0;
		for (uint32_t frame : b.sent) {
			while (in < b.to_card.frames.size() && b.to_card.frames[in] & kFromWire)
				in++;
			if (out < b.to_wire.frames.size() && b.to_wire.frames[out] == frame) {
				out++;
			} else {
				ck_assert_uint_lt(in, b.to_card.frames.size());
				ck_assert_uint_eq(b.to_card.frames[in++], frame);
				looped++;
			}
		}
		ck_assert_uint_eq(out, b.to_wire.frames.size());
		for (uint32_t frame : b.to_card.frames) {
			if (!(frame & kFromWire))
				continue;
			ck_assert_uint_gt(frame, last_from_wire);
			last_from_wire = frame;
			from_wire++;
		}
		// All of it happened: both ways of the card's frames, and the wire's heard and thrown away.
		ck_assert_uint_ge(out, 10);
		ck_assert_uint_ge(looped, 10);
		ck_assert_uint_ge(from_wire, 10);
		ck_assert_uint_gt(b.came, from_wire);
	}
}
END_TEST

START_TEST(switched_off_nothing_is_looped_and_switched_on_nothing_leaves)
{
	for (bool on : {false, true}) {
		Bench b({20, 20, 1u << 30}, 3);
		b.model.loop_i = on;
		do // it turns between frames
			b.step();
		while (b.model.looped_o != on);
		b.to_card.frames.clear();
		b.to_wire.frames.clear();
		for (int i = 0; i < 2000; i++)
			b.step();
		for (uint32_t frame : b.to_card.frames)
			ck_assert_uint_eq(!(frame & kFromWire), on);
		ck_assert_uint_ge(b.to_card.frames.size(), 100);
		ck_assert_uint_eq(b.to_wire.frames.empty(), on);
	}
}
END_TEST

} // namespace

int main()
{
	TCase *tc = tcase_create("loopback");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, every_frame_of_the_card_goes_one_way_whole_and_in_order);
	tcase_add_test(tc, switched_off_nothing_is_looped_and_switched_on_nothing_leaves);

	return run_suite("loopback", tc);
}
