// SPDX-License-Identifier: MIT
//
// stream_widen and stream_narrow: no byte is lost, doubled or moved to another packet, whatever the gaps of
// who sends and the back-pressure of who takes. Every edge in an idle cycle is checked to change nothing.

#include "../bus/idle_state.h"
#include "../run_suite.h"
#include "Vwidths_top___024root.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <random>

namespace
{

using Bytes = std::vector<uint8_t>;
constexpr size_t kWide = 64, kNarrow = 8, kLongest = 16384;
constexpr size_t kAnnounced = 16; // requests that stream_narrow keeps

struct Sweep {
	unsigned gap_percent, busy_percent;
};
const Sweep kSweep[] = {{0, 0}, {50, 0}, {0, 50}, {90, 10}, {10, 90}, {60, 60}};

class Bench
{
      public:
	Bench(Sweep sweep, unsigned seed) : random(seed), sweep_(sweep)
	{
		model.rst_ni = 0;
		edge();
		model.rst_ni = 1;
	}

	bool gap()
	{
		return random() % 100 < sweep_.gap_percent;
	}
	bool busy()
	{
		return random() % 100 < sweep_.busy_percent;
	}

	void look()
	{
		model.clk_i = 0;
		model.eval();
	}
	void edge()
	{
		idle_.clock(model, model.rst_ni && model.idle_o);
	}

	Bytes bytes(size_t n)
	{
		Bytes b(n);
		for (auto &x : b)
			x = static_cast<uint8_t>(random());
		return b;
	}

	Vwidths_top model;
	std::mt19937 random;

      private:
	const Sweep sweep_;
	IdleState<Vwidths_top> idle_;
};

START_TEST(widened_packets_have_all_their_bytes)
{
	unsigned seed = 1;
	for (Sweep sweep : kSweep) {
		Bench b(sweep, seed++);
		std::deque<Bytes> wanted;
		Bytes packet, got;
		size_t at = 0;
		unsigned received = 0, sent = 0;
		bool valid = false;
		while (received < 300) {
			if (packet.empty() && sent < 300) {
				packet = b.bytes(1 + b.random() % (b.random() % 2 ? 200 : 20));
				wanted.push_back(packet);
				at = 0;
				sent++;
			}
			valid = !packet.empty() && (valid || !b.gap());
			const size_t n = std::min(kNarrow, packet.size() - at);
			b.model.wide_valid_i = valid;
			if (valid) {
				b.model.wide_data_i = 0;
				memcpy(&b.model.wide_data_i, &packet[at], n);
				b.model.wide_keep_i = static_cast<uint8_t>((1u << n) - 1);
				b.model.wide_last_i = at + n == packet.size();
				b.model.wide_user_i = b.model.wide_last_i && packet[0] % 2;
			}
			b.model.wide_ready_i = !b.busy();
			b.look();
			if (b.model.wide_valid_o && b.model.wide_ready_i) {
				const auto *data =
					reinterpret_cast<const uint8_t *>(&b.model.wide_data_o);
				size_t kept = 0;
				while (kept < kWide && b.model.wide_keep_o >> kept & 1)
					kept++;
				ck_assert_uint_eq(kept < kWide ? b.model.wide_keep_o >> kept : 0,
						  0);
				ck_assert(b.model.wide_last_o || kept == kWide);
				got.insert(got.end(), data, data + kept);
				if (b.model.wide_last_o) {
					ck_assert(got == wanted.front());
					ck_assert_uint_eq(b.model.wide_user_o, got[0] % 2);
					wanted.pop_front();
					got.clear();
					received++;
				}
			}
			const bool taken = valid && b.model.wide_ready_o;
			b.edge();
			if (taken) {
				at += n;
				valid = false;
				if (at == packet.size())
					packet.clear();
			}
		}
	}
}
END_TEST

START_TEST(narrowed_requests_have_the_bytes_they_asked_for)
{
	unsigned seed = 1;
	for (Sweep sweep : kSweep) {
		Bench b(sweep, seed++);
		std::deque<Bytes> announced; // and not yet sent whole
		Bytes got;
		size_t from = 0, to = 0; // in the first of these: sent, received
		unsigned requests = 0, received = 0;
		bool valid = false, filled = false;
		while (received < 300) {
			const bool start = requests < 300 && announced.size() < kAnnounced &&
					   b.random() % 4 == 0;
			if (start) {
				const size_t most = b.random() % 2 ? 200 : 20;
				announced.push_back(b.bytes(requests % 100 == 99
								    ? kLongest - b.random() % 2
								    : 1 + b.random() % most));
				filled |= announced.size() == kAnnounced;
				requests++;
			}
			b.model.narrow_start_i = start;
			b.model.narrow_len_i =
				start ? static_cast<uint16_t>(announced.back().size()) : 0;
			// The wide beat of a request comes in the cycle behind its announcement at the soonest.
			valid = !announced.empty() && !(start && announced.size() == 1) &&
				(valid || !b.gap());
			b.model.narrow_valid_i = valid;
			if (valid) {
				memset(&b.model.narrow_data_i, 0xdd, kWide);
				memcpy(&b.model.narrow_data_i, &announced.front()[from],
				       std::min(kWide, announced.front().size() - from));
			}
			b.model.narrow_ready_i = !b.busy();
			b.look();
			const bool out = b.model.narrow_valid_o && b.model.narrow_ready_i,
				   next = b.model.narrow_ready_o;
			if (out) {
				const Bytes &want = announced.front();
				const size_t n = std::min(kNarrow, want.size() - to);
				ck_assert_mem_eq(&b.model.narrow_data_o, &want[to], n);
				to += n;
				ck_assert_uint_eq(next, to == want.size() || to % kWide == 0);
			}
			b.edge();
			if (next) {
				ck_assert(out);
				valid = false;
				from += kWide;
				if (to == announced.front().size()) {
					announced.pop_front();
					from = to = 0;
					received++;
				}
			}
		}
		ck_assert(filled);
	}
}
END_TEST

} // namespace

int main()
{
	TCase *tc = tcase_create("widths");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, widened_packets_have_all_their_bytes);
	tcase_add_test(tc, narrowed_requests_have_the_bytes_they_asked_for);

	return run_suite("widths", tc);
}
