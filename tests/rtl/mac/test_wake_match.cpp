// SPDX-License-Identifier: MIT
//
// wake_match: what in a frame wakes (fact sheet 2.5; magic packet, RFC 826, RFC 791, RFC 8200), against a
// judge that looks at whole frames; swept over gaps between beats and over a receiver that takes a beat
// only some time after it was read.

#include "../run_suite.h"
#include "Vwake_match___024root.h"

#include <check.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

namespace
{

using Bytes = std::vector<uint8_t>;

constexpr size_t kBeat = 128, kCompared = 128, kLongest = 2047;
constexpr uint8_t kStation[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};
constexpr unsigned kVet = 0x8100;

struct Sweep {
	unsigned gap_percent, late_percent;
};
const Sweep kSweep[] = {{0, 0}, {50, 0}, {0, 50}, {90, 30}, {20, 95}};

struct Found {
	bool magic = false, arp = false, ip4 = false, ip6 = false;
	unsigned flex = 0;
	size_t length = 0;

	bool operator==(const Found &o) const
	{
		return magic == o.magic && arp == o.arp && ip4 == o.ip4 && ip6 == o.ip6 &&
		       flex == o.flex && length == o.length;
	}
};

struct Filters {
	unsigned valid = 0;
	uint8_t ip4[4][4], ip6[16];
	unsigned len[4];
	uint8_t mask[kCompared] = {}, value[kCompared][4] = {};
};

unsigned be16(const Bytes &f, size_t at)
{
	return f[at] << 8 | f[at + 1];
}

bool is_ip4(const Filters &t, const uint8_t *address)
{
	for (unsigned i = 0; i < 4; i++)
		if (t.valid >> i & 1 && memcmp(t.ip4[i], address, 4) == 0)
			return true;
	return false;
}

Found judge(const Filters &t, const Bytes &f)
{
	static constexpr uint8_t kRequest[] = {0, 1, 8, 0, 6, 4, 0, 1};
	Found found;
	Bytes magic(6, 0xff);
	for (int i = 0; i < 16; i++)
		magic.insert(magic.end(), kStation, kStation + 6);
	found.magic = std::search(f.begin(), f.end(), magic.begin(), magic.end()) != f.end();
	found.length = std::min(f.size(), kLongest);
	for (unsigned n = 0; n < 4; n++) {
		bool pass = f.size() >= t.len[n];
		for (size_t i = 0; i < std::min({f.size(), kCompared, size_t{t.len[n]}}); i++)
			pass = pass && !((t.mask[i] >> n & 1) && f[i] != t.value[i][n]);
		found.flex |= static_cast<unsigned>(pass) << n;
	}
	size_t at = be16(f, 12) == kVet ? 18 : 14;
	unsigned type = be16(f, at - 2);
	found.arp = type == 0x0806 && f.size() >= at + 28 && memcmp(&f[at], kRequest, 8) == 0 &&
		    is_ip4(t, &f[at + 24]);
	found.ip4 =
		type == 0x0800 && f.size() >= at + 20 && f[at] >> 4 == 4 && is_ip4(t, &f[at + 16]);
	found.ip6 = type == 0x86dd && f.size() >= at + 40 && f[at] >> 4 == 6 &&
		    (t.valid >> 4 & 1) && memcmp(&f[at + 24], t.ip6, 16) == 0;
	return found;
}

class Bench
{
      public:
	Bench(const Filters &t, Sweep sweep, unsigned seed)
	    : table_(t), sweep_(sweep), random_(seed)
	{
		model.rst_ni = 0;
		model.en_i = model.tags_i = 1;
		model.vet_i = kVet;
		model.valid_i = static_cast<uint8_t>(t.valid);
		for (unsigned i = 0; i < 6; i++)
			model.station_i |= uint64_t{kStation[i]} << 8 * i;
		for (unsigned i = 0; i < 4; i++) {
			memcpy(&model.ip4_i[i], t.ip4[i], 4);
			memcpy(&model.ip6_i[i], &t.ip6[4 * i], 4);
			model.flex_len_i |= uint64_t{t.len[i]} << 11 * i;
		}
		edge();
		model.rst_ni = 1;
	}

	Found pass(const Bytes &f)
	{
		Bytes read;
		for (size_t at = 0; at < f.size(); at += kBeat) {
			const size_t n = std::min(kBeat, f.size() - at);
			while (percent(sweep_.gap_percent))
				edge();
			for (unsigned i = 0; i < kBeat / 4; i++)
				model.beat_i[i] = 0xdddddddd;
			memcpy(&model.beat_i, &f[at], n);
			model.beat_bytes_i = static_cast<uint8_t>(n);
			model.beat_first_i = at == 0;
			model.beat_valid_i = 1;
			for (look(); model.stall_o; look()) {
				ck_assert_uint_eq(model.index_o, std::min(read.size(), kLongest));
				read.push_back(model.byte_o);
				edge();
			}
			while (percent(sweep_.late_percent))
				edge();
			model.accept_i = 1;
			edge();
			model.accept_i = model.beat_valid_i = 0;
		}
		ck_assert(read == f); // each byte once, whatever the gaps
		look();
		Found found;
		found.magic = model.magic_o;
		found.arp = model.arp_o;
		found.ip4 = model.ip4_o;
		found.ip6 = model.ip6_o;
		found.flex = model.flex_o;
		found.length = model.length_o;
		return found;
	}

	Vwake_match model;

      private:
	bool percent(unsigned n)
	{
		return random_() % 100 < n;
	}

	// The table answers in the same cycle.
	void look()
	{
		model.clk_i = 0;
		model.eval();
		model.flex_mask_i = table_.mask[model.look_byte_o];
		memcpy(&model.flex_value_i, table_.value[model.look_byte_o], 4);
		model.eval();
	}

	void edge()
	{
		look();
		model.clk_i = 1;
		model.eval();
		model.clk_i = 0;
		model.eval();
	}

	const Filters &table_;
	const Sweep sweep_;
	std::mt19937 random_;
};

class Maker
{
      public:
	explicit Maker(unsigned seed) : random_(seed)
	{
		for (auto &a : filters.ip4)
			fill(a, 4);
		fill(filters.ip6, 16);
		filters.valid = random_() % 32;
		for (unsigned n = 0; n < 4; n++) {
			filters.len[n] = random_() % 4 ? random_() % 200 : random_() % 2048;
			for (int i = 0; i < 3; i++) {
				const size_t at = random_() % kCompared;
				filters.mask[at] |= static_cast<uint8_t>(1 << n);
				filters.value[at][n] = kFiller;
			}
		}
	}

	// Something that wakes, or would but for one byte.
	Bytes frame()
	{
		Bytes f(60 + random_() % (random_() % 4 ? 200 : 2100), kFiller);
		const unsigned kind = random_() % 5, tag = random_() % 4 == 0 ? 4 : 0;
		const size_t at = 14 + tag;
		if (tag) {
			put16(f, 12, kVet);
			put16(f, 14, random_());
		}
		put16(f, 12 + tag,
		      kind == 0	  ? 0x0806
		      : kind == 1 ? 0x0800
		      : kind == 2 ? 0x86dd
				  : 0x0842);
		if (kind == 0) {
			memcpy(&f[at], "\x00\x01\x08\x00\x06\x04\x00\x01", 8);
			memcpy(&f[at + 24], filters.ip4[random_() % 4], 4);
		} else if (kind == 1) {
			f[at] = 0x45;
			memcpy(&f[at + 16], filters.ip4[random_() % 4], 4);
		} else if (kind == 2) {
			f[at] = 0x60;
			memcpy(&f[at + 24], filters.ip6, std::min<size_t>(16, f.size() - at - 24));
		} else if (kind == 3 && f.size() >= at + 102) {
			size_t from = at + random_() % (f.size() - at - 101);
			std::fill_n(f.begin() + static_cast<long>(from), 6, 0xff);
			for (int i = 0; i < 16; i++)
				memcpy(&f[from + 6 + 6 * static_cast<size_t>(i)], kStation, 6);
		}
		if (random_() % 2)
			f[random_() % std::min<size_t>(f.size(), 130)] ^=
				static_cast<uint8_t>(1 << random_() % 8);
		return f;
	}

	Filters filters;

      private:
	static constexpr uint8_t kFiller = 0x5a;

	void fill(uint8_t *at, size_t n)
	{
		for (size_t i = 0; i < n; i++)
			at[i] = static_cast<uint8_t>(random_());
	}
	static void put16(Bytes &f, size_t at, unsigned v)
	{
		f[at] = static_cast<uint8_t>(v >> 8);
		f[at + 1] = static_cast<uint8_t>(v);
	}

	std::mt19937 random_;
};

START_TEST(frames_are_found_to_wake_for_what_is_in_them)
{
	std::array<unsigned, 8> times{};
	unsigned seed = 1;
	for (Sweep sweep : kSweep) {
		for (int table = 0; table < 8; table++, seed++) {
			Maker maker(seed);
			Bench b(maker.filters, sweep, seed);
			for (int i = 0; i < 50; i++) {
				const Bytes f = maker.frame();
				const Found want = judge(maker.filters, f), got = b.pass(f);
				ck_assert_msg(
					got == want,
					"seed %u, frame %d of %zu bytes: magic %d/%d arp %d/%d ip4 %d/%d ip6 %d/%d "
					"flex %x/%x length %zu/%zu",
					seed, i, f.size(), got.magic, want.magic, got.arp, want.arp,
					got.ip4, want.ip4, got.ip6, want.ip6, got.flex, want.flex,
					got.length, want.length);
				times[0] += want.magic;
				times[1] += want.arp;
				times[2] += want.ip4;
				times[3] += want.ip6;
				for (unsigned n = 0; n < 4; n++)
					times[4 + n] += want.flex >> n & 1;
			}
		}
	}
	for (unsigned t : times)
		ck_assert_uint_ge(t, 30); // the frames were worth looking at
}
END_TEST

START_TEST(an_awake_card_looks_at_nothing)
{
	Maker maker(1);
	Bench b(maker.filters, {0, 0}, 1);
	b.model.en_i = 0;
	b.model.beat_valid_i = b.model.beat_first_i = 1;
	b.model.beat_bytes_i = kBeat;
	b.model.clk_i = 0;
	b.model.eval();
	ck_assert_uint_eq(b.model.stall_o, 0);
}
END_TEST

} // namespace

int main()
{
	TCase *tc = tcase_create("wake_match");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, frames_are_found_to_wake_for_what_is_in_them);
	tcase_add_test(tc, an_awake_card_looks_at_nothing);

	return run_suite("wake_match", tc);
}
