// SPDX-License-Identifier: MIT
//
// Behaviour of the receive side, each by name; rx_bench.h says what is checked in all of them.

#include <memory>

#include "../run_suite.h"
#include "packets.h"
#include "rx_bench.h"

#include <cstdlib>

using namespace rx;

namespace
{

const Timing kSweep[] = {
	{{0, 0, 0}, 0, 0},    {{125, 0, 0}, 0, 0},   {{3, 50, 0}, 30, 0},   {{0, 0, 50}, 0, 95},
	{{10, 40, 40}, 0, 0}, {{1, 90, 10}, 60, 50}, {{40, 5, 90}, 10, 99},
};

template <typename Body> void sweep(const Config &config, Body body)
{
	uint64_t seed = 11;
	for (const Timing &timing : kSweep) {
		auto bench = std::make_unique<Bench>(config, timing, seed++);
		body(*bench);
		bench->finish();
	}
}

constexpr uint32_t kRahReserved = 0x7ffc0000;

// Frame of a length with an EtherType that no parser knows.
Bytes plain(size_t len, uint8_t first = 0x02, uint64_t seed = 1)
{
	Bytes f(len);
	Random random(seed + len);
	for (auto &b : f)
		b = static_cast<uint8_t>(random.next() >> 33);
	f[0] = first;
	if (len > 13) {
		f[12] = 0x88;
		f[13] = 0xb5;
	}
	return f;
}

Bytes to(std::initializer_list<uint8_t> da, size_t len = 64)
{
	Bytes f = plain(len);
	std::copy(da.begin(), da.end(), f.begin());
	return f;
}

// The reserved bits between address and valid bit are nobody's business.
void set_rar(Config &c, int i, std::initializer_list<uint8_t> a, bool valid)
{
	const uint8_t *b = a.begin();
	c.ral[i] = b[0] | b[1] << 8 | b[2] << 16 | static_cast<uint32_t>(b[3]) << 24;
	c.rah[i] = b[4] | b[5] << 8 | kRahReserved | static_cast<uint32_t>(valid) << 31;
}

const Timing kQuick = {{2, 0, 0}, 0, 0};

// Frames of all kinds that the parser has to understand or to leave alone.
std::vector<Bytes> zoo()
{
	std::vector<Bytes> all;
	auto add = [&all](const Packet &p) { all.push_back(p.build()); };
	for (bool v6 : {false, true})
		for (bool udp : {false, true})
			for (bool vlan : {false, true})
				for (unsigned payload : {0u, 1u, 2u, 9u, 10u, 11u, 63u, 64u, 65u,
							 1000u, 1001u, 1400u}) {
					Packet p;
					p.v6 = v6;
					p.udp = udp;
					p.vlan = vlan;
					p.payload = payload;
					p.seed = payload + 7;
					add(p);
					p.pad = 30;
					add(p);
					p.surplus = 13;
					add(p);
					p.udp_csum_zero = true;
					add(p);
				}
	for (unsigned words = 1; words <= 10; words++)
		for (bool vlan : {false, true})
			for (bool udp : {false, true}) {
				Packet p;
				p.options_words = words;
				p.vlan = vlan;
				p.udp = udp;
				add(p);
			}
	for (unsigned word : {0x2000u, 0x0001u, 0x1fffu, 0x3fffu, 0x0000u, 0x8000u}) {
		Packet p;
		p.fragment_word = word;
		add(p);
	}
	for (uint8_t type : {0, 43, 60, 135, 44, 51, 59})
		for (unsigned n = 1; n <= 10; n++)
			for (unsigned units : {0u, 1u, 5u, 20u}) {
				Packet p;
				p.v6 = true;
				p.udp = n % 2;
				p.vlan = units == 5;
				p.ext.assign(n, {type, units});
				if (14 + 4 + 40 + n * (8 + 8 * units) + 120 >= 1500)
					continue;
				add(p);
				p.segments_left = 1;
				p.surplus = 9;
				add(p);
			}
	return all;
}

} // namespace

START_TEST(delivers_frames_of_every_length_in_extended_descriptors)
{
	sweep({}, [](Bench &bench) {
		for (size_t len = 14; len <= 1518; len += len < 200 ? 1 : 37)
			bench.send(plain(len));
		bench.send(plain(1518));
	});
}
END_TEST

START_TEST(delivers_frames_in_legacy_descriptors)
{
	Config c;
	c.rfctl = 0;
	sweep(c, [](Bench &bench) {
		for (size_t len = 14; len <= 1518; len += 23)
			bench.send(plain(len));
		for (const Bytes &f : zoo())
			if (f.size() <= 200)
				bench.send(f);
	});
}
END_TEST

START_TEST(writes_at_every_alignment_of_the_buffer)
{
	for (unsigned offset = 0; offset < 64; offset++) {
		Bench bench({}, kQuick, offset);
		bench.buffer_offset = offset;
		for (size_t len : {60u, 64u, 65u, 127u, 128u, 1514u})
			bench.send(plain(len));
		bench.finish();
	}
}
END_TEST

START_TEST(pads_short_frames_to_60_bytes_with_zeros_and_counts_them)
{
	Bench bench({}, kQuick, 1);
	for (size_t len = 14; len < 62; len++)
		bench.send(plain(len));
	bench.finish();
	ck_assert_uint_eq(bench.got.ruc, 60 - 14);
}
END_TEST

START_TEST(drops_and_counts_oversize_frames)
{
	for (uint32_t lpe : {0u, RCTL_LPE}) {
		Config c;
		c.rctl |= lpe;
		Bench bench(c, kQuick, 1);
		for (size_t len : {1514u, 1518u, 1519u, 1600u, 9018u, 16379u, 16380u, 16381u,
				   16384u, 16385u, 40000u})
			bench.send(plain(len));
		bench.send(plain(100));
		bench.finish();
		ck_assert_uint_eq(bench.got.roc, lpe ? 4 : 9);
	}
}
END_TEST

START_TEST(drops_and_counts_frames_with_a_bad_crc)
{
	Bench bench({}, kQuick, 1);
	for (size_t len : {60u, 64u, 30u, 1514u}) {
		bench.send(plain(len), true);
		bench.send(plain(len));
	}
	bench.finish();
	ck_assert_uint_eq(bench.got.crcerr, 3);
	ck_assert_uint_eq(bench.got.rfc, 1);
}
END_TEST

START_TEST(stores_bad_and_oversize_frames_with_sbp)
{
	Config c;
	c.rctl |= RCTL_SBP;
	Bench bench(c, kQuick, 1);
	for (size_t len : {60u, 64u, 30u, 1514u, 1519u, 3000u, 16381u}) {
		bench.send(plain(len), true);
		bench.send(plain(len));
	}
	bench.finish();
	ck_assert_uint_eq(bench.frames_taken, 12);
}
END_TEST

START_TEST(filters_by_address_in_every_mode)
{
	for (uint32_t mode = 0; mode < 8; mode++)
		for (uint32_t mo = 0; mo < 4; mo++)
			for (int tables = 0; tables < 4; tables++) {
				Config c;
				c.rctl = RCTL_EN | RCTL_SECRC | mo << 12 |
					 (mode & 1 ? RCTL_UPE : 0) | (mode & 2 ? RCTL_MPE : 0) |
					 (mode & 4 ? RCTL_BAM : 0);
				if (tables & 1) {
					for (int i = 0; i < 16; i++) // none of them is valid
						set_rar(c, i, {0x02, 9, 9, 9, 9, 9}, false);
					set_rar(c, 0, {0x52, 0x54, 0, 0x12, 0x34, 0x56}, true);
					set_rar(c, 7, {0x01, 0, 0x5e, 0, 0, 1}, true);
					set_rar(c, 15, {0x02, 1, 2, 3, 4, 5}, true);
				}
				if (tables & 2) {
					c.mta[0x563] = c.mta[0xac6] = c.mta[0x58d] = c.mta[0x634] =
						true;
					c.mta[0xfff] = tables & 1;
				}
				Bench bench(c, kQuick, mode);
				bench.send(to({0x52, 0x54, 0, 0x12, 0x34, 0x56}));
				bench.send(to({0x52, 0x54, 0, 0x12, 0x34, 0x57}));
				bench.send(to({0x52, 0x54, 0, 0x12, 0x35, 0x56}));
				bench.send(to({0x53, 0x54, 0, 0x12, 0x34, 0x56}));
				bench.send(to({0x01, 0, 0x5e, 0, 0, 1}));
				bench.send(to({0x02, 1, 2, 3, 4, 5}));
				bench.send(to({0x02, 9, 9, 9, 9, 9}));
				bench.send(to({0x01, 0xaa, 0, 0x12, 0x34, 0x56}));
				bench.send(to({0x01, 0xaa, 0, 0x12, 0x34, 0x46}, 1000));
				bench.send(to({0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
				bench.send(to({0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}));
				bench.finish();
			}
}
END_TEST

// The fact sheet's example for each MO, so that model and card cannot both be wrong. (For MO = 2 it
// says 0x163, against its own formula; drivers compute 0x58d.)
START_TEST(hashes_the_fact_sheets_multicast_example)
{
	static const unsigned hash[] = {0x563, 0xac6, 0x58d, 0x634};
	for (uint32_t mo = 0; mo < 4; mo++) {
		Config c;
		c.rctl = RCTL_EN | RCTL_SECRC | mo << 12;
		c.mta[hash[mo]] = true;
		Bench bench(c, kQuick, 1);
		bench.send(to({0x01, 0xaa, 0, 0x12, 0x34, 0x56}));
		bench.finish();
		ck_assert_uint_eq(bench.frames_taken, 1);
	}
}
END_TEST

START_TEST(spreads_a_frame_over_buffers_of_every_size)
{
	for (uint32_t size : {0u << 16, 1u << 16, 2u << 16, 3u << 16, RCTL_BSEX | 0u << 16,
			      RCTL_BSEX | 1u << 16, RCTL_BSEX | 2u << 16, RCTL_BSEX | 3u << 16,
			      1u << 27, 3u << 27, 15u << 27, 2u << 27 | RCTL_BSEX | 3u << 16})
		for (const Timing &timing : {kSweep[0], kSweep[4]})
			for (uint32_t exten : {0u, RFCTL_EXTEN}) {
				Config c;
				c.rctl |= size | RCTL_LPE;
				c.rfctl = exten;
				Bench bench(c, timing, size >> 16);
				for (int d : {-1, 0, 1})
					for (unsigned k : {1u, 2u, 3u}) {
						size_t len = bench.capacity() * k +
							     static_cast<size_t>(d);
						if (len <= 16380)
							bench.send(plain(len));
					}
				bench.send(plain(9018));
				bench.send(Packet{.payload = 1400}.build());
				bench.finish();
			}
}
END_TEST

START_TEST(a_null_buffer_swallows_its_part_and_all_ones_is_never_written)
{
	Config c;
	c.rctl |= RCTL_LPE | 1u << 16; // 1024
	for (unsigned which = 0; which < 3; which++)
		for (uint64_t addr : {uint64_t{0}, ~uint64_t{0}}) {
			Bench bench(c, kQuick, 1);
			bench.auto_post = false;
			for (unsigned i = 0; i < 3; i++) {
				if (i == which)
					bench.post_address(addr);
				else
					bench.post(1);
			}
			bench.post(3);
			bench.send(plain(2900));
			bench.send(plain(100));
			bench.finish();
		}
}
END_TEST

START_TEST(verifies_checksums_of_all_kinds_of_packets)
{
	const std::vector<Bytes> frames = zoo();
	sweep({}, [&frames](Bench &bench) {
		for (const Bytes &f : frames)
			bench.send(f);
	});
}
END_TEST

// Up to seven extension headers of 2,048 bytes: TCP and UDP anywhere in a long frame.
START_TEST(verifies_checksums_far_behind_the_first_header)
{
	Config c;
	c.rctl |= RCTL_LPE;
	Bench bench(c, kQuick, 1);
	for (unsigned n = 1; n <= 7; n++)
		for (bool udp : {false, true}) {
			Packet p;
			p.v6 = true;
			p.udp = udp;
			p.vlan = n % 2;
			p.payload = n % 3 ? 1401 : 40;
			p.ext.assign(n, {static_cast<uint8_t>(60), 255u});
			p.ext.push_back({static_cast<uint8_t>(0), n});
			Bytes f = p.build();
			bench.send(f);
			f[f.size() - 1] ^= 1;
			bench.send(f);
		}
	bench.finish();
}
END_TEST

START_TEST(good_packets_are_reported_good_and_bad_ones_bad)
{
	// Against the model's own eyes: these verdicts are written down here.
	struct {
		bool v6, udp;
		uint32_t status;
	} cases[] = {
		{false, false, IPCS | TCPCS | 2u << 16},
		{false, true, IPCS | TCPCS | UDPCS | 2u << 16},
		{true, false, TCPCS | 6u << 16},
		{true, true, TCPCS | UDPCS | 6u << 16},
	};
	for (const auto &k : cases) {
		Packet p;
		p.v6 = k.v6;
		p.udp = k.udp;
		Bytes f = p.build();
		ck_assert_uint_eq(expect({}, f, false).status, k.status | PIF);
		f[f.size() - 1] ^= 1;
		ck_assert_uint_eq(expect({}, f, false).status, k.status | PIF | TCPE);
		f[f.size() - 1] ^= 1;
		f[14 + 8] ^= 4; // TTL, or a byte of the IPv6 source
		ck_assert_uint_eq(expect({}, f, false).status,
				  k.status | PIF | (k.v6 ? TCPE : IPE));
	}
	sweep({}, [](Bench &bench) {
		Random random(3);
		for (const Bytes &good : zoo()) {
			Bytes f = good;
			f[14 + random.below(static_cast<unsigned>(f.size() - 14))] ^=
				static_cast<uint8_t>(1u << random.below(8));
			bench.send(f);
		}
	});
}
END_TEST

START_TEST(truncated_and_garbled_packets_get_no_wrong_verdict)
{
	for (uint64_t seed = 1; seed <= 12; seed++) {
		Config c;
		c.rctl |= RCTL_LPE;
		Bench bench(c, kSweep[seed % 7], seed);
		Random random(seed);
		std::vector<Bytes> frames = zoo();
		for (int i = 0; i < 1500; i++) {
			Bytes f = frames[random.below(static_cast<unsigned>(frames.size()))];
			unsigned flips = random.below(6);
			while (flips--)
				f[12 + random.below(70) % (f.size() - 12)] =
					static_cast<uint8_t>(random.next() >> 40);
			if (random.percent(40))
				f.resize(14 + random.below(static_cast<unsigned>(f.size() - 13)));
			bench.send(f, random.percent(5));
		}
		bench.finish();
	}
}
END_TEST

START_TEST(reports_what_rxcsum_rfctl_and_the_strap_ask_for)
{
	for (unsigned bits = 0; bits < 64; bits++) {
		Config c;
		c.rxcsum = (bits & 1 ? RXCSUM_IPOFL : 0) | (bits & 2 ? RXCSUM_TUOFL : 0) |
			   (bits & 4 ? RXCSUM_PCSD : 0);
		c.rfctl |= (bits & 8 ? RFCTL_IPV6_DIS : 0) | (bits & 16 ? RFCTL_IPV6_XSUM_DIS : 0);
		c.csum_en = bits & 32;
		Bench bench(c, kQuick, bits);
		for (bool v6 : {false, true})
			for (bool udp : {false, true}) {
				Packet p;
				p.v6 = v6;
				p.udp = udp;
				Bytes f = p.build();
				bench.send(f);
				f[60] ^= 1;
				bench.send(f);
			}
		bench.finish();
	}
}
END_TEST

// Messages of PTP over everything that carries them, whole, cut, in pieces, and what only looks like one.
namespace
{

std::vector<Bytes> messages()
{
	std::vector<Bytes> all;
	uint64_t seed = 1;
	for (bool vlan : {false, true})
		for (size_t len : {44u, 14u + 31, 14u + 32, 14u + 34, 100u, 300u})
			for (uint8_t kind : {0, 1, 3, 4, 15}) {
				Bytes f = plain(len + 4 * vlan, 0x02, seed++);
				const uint8_t tag[] = {0x81, 0x00, 0x20, 0x07};
				size_t at = 12;
				for (uint8_t b : tag)
					if (vlan)
						f[at++] = b;
				f[at] = 0x88;
				f[at + 1] = len == 300 ? 0xf8 : 0xf7;
				f[at + 2] = static_cast<uint8_t>((f[at + 2] & 0xf0) | kind);
				all.push_back(f);
			}
	for (unsigned variant = 0; variant < 900; variant++) {
		Packet p;
		p.v6 = variant & 1;
		p.vlan = variant & 2;
		p.udp = variant % 7;
		p.seed = seed++;
		p.payload = variant % 11 == 0 ? variant % 45 : 44 + variant % 90;
		p.surplus = variant % 13 == 0 ? 9 : 0;
		p.pad = variant % 5;
		if (p.v6)
			for (unsigned i = 0; i < variant / 4 % 4; i++)
				p.ext.push_back(
					{static_cast<uint8_t>(i % 2 ? 60 : 43), variant % 6 * i});
		else
			p.options_words = variant / 4 % 11;
		p.segments_left = variant % 3 == 0;
		if (variant % 17 == 0)
			p.fragment_word = 0x2000;
		Bytes f = p.build();
		size_t l4 = 14 + 4 * p.vlan + (p.v6 ? 40 : 20 + 4 * p.options_words);
		for (auto [type, units] : p.ext)
			l4 += 8 + 8 * units;
		f[l4 + 2] = 1;
		f[l4 + 3] = variant % 5 == 0 ? 0x40 : 0x3f;
		if (l4 + 8 < f.size())
			f[l4 + 8] = static_cast<uint8_t>((f[l4 + 8] & 0xf0) | variant % 6);
		if (l4 + 40 < f.size())
			f[l4 + 40] = static_cast<uint8_t>(variant % 4);
		if (variant % 19 == 0)
			f.resize(f.size() - 20);
		all.push_back(f);
	}
	return all;
}

} // namespace

START_TEST(tells_of_the_ptp_messages_that_are_asked_for)
{
	for (int type = -1; type < 8; type++) {
		Config c;
		c.stamp_type = type;
		c.rxmtrl = 0x010288f7;
		auto bench = std::make_unique<Bench>(c, kSweep[(type + 1) % 7],
						     static_cast<uint64_t>(type + 1));
		for (const Bytes &f : messages())
			bench->send(f);
		bench->finish();
	}
}
END_TEST

// Sums of frames of every kind from every first byte that matters, tags stripped and not, in both layouts.
START_TEST(sums_packets_from_the_byte_that_is_asked_for)
{
	for (bool strip : {false, true})
		for (uint32_t exten : {0u, RFCTL_EXTEN}) {
			Config c;
			c.packet_csum_en = true;
			c.strip = strip;
			c.rfctl = exten;
			sweep(c, [&c](Bench &bench) {
				for (uint32_t pcss : {0u, 1u, 11u, 12u, 13u, 14u, 15u, 16u, 34u,
						      63u, 64u, 65u, 127u, 128u, 129u, 255u}) {
					c.rxcsum = RXCSUM_IPOFL | RXCSUM_TUOFL | pcss;
					bench.set_config(c);
					for (bool v6 : {false, true})
						for (bool vlan : {false, true})
							for (unsigned payload :
							     {1u, 30u, 31u, 100u, 400u, 1401u})
								bench.send(
									Packet{.vlan = vlan,
									       .v6 = v6,
									       .payload = payload,
									       .seed = pcss}
										.build());
					bench.send(plain(61));
					bench.run();
				}
			});
		}
}
END_TEST

// IPPCSE: the pieces of a UDP datagram have the sums of their IP payloads, all other frames those of all
// that is delivered. The first piece says whether there is a checksum to compare with.
START_TEST(sums_the_payload_of_udp_fragments)
{
	for (bool strip : {false, true}) {
		Config c;
		c.packet_csum_en = true;
		c.strip = strip;
		c.rxcsum = RXCSUM_IPOFL | RXCSUM_TUOFL | RXCSUM_IPPCSE;
		sweep(c, [](Bench &bench) {
			for (unsigned word :
			     {0x2000u, 0x2001u, 0x0005u, 0x1fffu, 0x3fffu, 0x4000u, 0x0000u})
				for (bool udp : {false, true})
					for (bool vlan : {false, true})
						for (unsigned options : {0u, 1u, 10u})
							for (unsigned payload :
							     {0u, 1u, 8u, 99u, 100u, 1300u})
								bench.send(Packet{
									.vlan = vlan,
									.udp = udp,
									.payload = payload,
									.options_words = options,
									.fragment_word = word,
									.udp_csum_zero =
										payload == 8,
									.pad = payload % 3 * 20,
									.seed = word + payload}
										   .build());
		});
	}
}
END_TEST

START_TEST(nothing_is_summed_with_pcsd_or_without_the_strap)
{
	for (bool strap : {false, true}) {
		Config c;
		c.packet_csum_en = strap;
		c.rxcsum = RXCSUM_IPOFL | RXCSUM_TUOFL | RXCSUM_IPPCSE | (strap ? RXCSUM_PCSD : 0u);
		sweep(c, [](Bench &bench) {
			for (unsigned word : {0x2000u, 0x0000u})
				bench.send(Packet{.udp = true, .fragment_word = word}.build());
		});
	}
}
END_TEST

START_TEST(appends_four_zero_bytes_for_the_fcs_when_it_is_not_stripped)
{
	Config c;
	c.rctl &= ~RCTL_SECRC;
	sweep(c, [](Bench &bench) {
		for (size_t len = 14; len < 200; len++)
			bench.send(plain(len));
		for (size_t len : {1514u, 1515u, 1516u, 1517u, 1518u})
			bench.send(plain(len));
	});
	c.rctl |= 3u << 16; // 256-byte buffers: the FCS may need a descriptor of its own
	sweep(c, [](Bench &bench) {
		for (size_t len = 240; len < 270; len++)
			bench.send(plain(len));
	});
	c.rctl &= ~(3u << 16);
	c.rctl |= 1u << 16 | RCTL_BSEX | RCTL_LPE; // the longest fill their buffers
	Bench bench(c, kQuick, 1);
	for (size_t len : {16379u, 16380u, 16380u, 60u})
		bench.send(plain(len));
	bench.finish();
	ck_assert_uint_eq(bench.descriptors_taken, 4);
}
END_TEST

START_TEST(a_frame_without_descriptor_waits_and_is_counted_once)
{
	Bench bench({}, kQuick, 1);
	bench.auto_post = false;
	for (int i = 0; i < 5; i++)
		bench.send(plain(1000));
	bench.steps(2000);
	ck_assert_uint_eq(bench.frames_taken, 0);
	ck_assert_uint_eq(bench.rnbc, 5);
	bench.post(1);
	bench.steps(2000);
	ck_assert_uint_eq(bench.frames_taken, 1);
	bench.post(10);
	bench.finish();
	ck_assert_uint_eq(bench.rnbc, 5);
	ck_assert_uint_eq(bench.mpc, 0);
}
END_TEST

START_TEST(exactly_as_many_descriptors_as_needed_are_enough)
{
	Config c;
	c.rctl |= RCTL_LPE;
	Bench bench(c, kQuick, 1);
	bench.auto_post = false;
	bench.post(3);
	bench.send(plain(2048 * 3));
	bench.finish();
	ck_assert_uint_eq(bench.posted(), 0);
	ck_assert_uint_eq(bench.rnbc, 0);
}
END_TEST

START_TEST(a_frame_waits_in_its_middle_for_more_descriptors)
{
	Config c;
	c.rctl |= RCTL_LPE;
	Bench bench(c, kQuick, 1);
	bench.auto_post = false;
	bench.post(2);
	bench.send(plain(9000));
	bench.steps(2000);
	ck_assert_uint_eq(bench.frames_taken, 0);
	ck_assert_uint_eq(bench.descriptors_taken, 2);
	bench.post(8);
	bench.finish();
}
END_TEST

START_TEST(a_full_buffer_holds_the_wire)
{
	Bench bench({}, kQuick, 1);
	bench.auto_post = false;
	for (int i = 0; i < 100; i++)
		bench.send(plain(1514));
	bench.steps(20000);
	ck_assert_uint_gt(bench.wire_left(), 0);
	// At least 40 KiB are taken before that.
	ck_assert_uint_ge((100 - bench.wire_left()) * 1514, 40 * 1024);
	bench.auto_post = true;
	bench.finish();
	ck_assert_uint_eq(bench.mpc, 0);
	ck_assert_uint_eq(bench.frames_taken, 100);
}
END_TEST

START_TEST(a_full_buffer_drops_and_counts_on_a_line_that_does_not_wait)
{
	for (size_t len : {60u, 64u, 1514u, 9000u}) {
		Config c;
		c.rctl |= RCTL_LPE;
		Bench bench(c, kQuick, 1);
		bench.m.line_drop_i = 1;
		bench.auto_post = false;
		for (unsigned i = 0; i < 1500; i++)
			bench.send(plain(len, 0x02, 5));
		while (bench.wire_left())
			bench.step();
		bench.steps(10);
		ck_assert_uint_gt(bench.mpc, 0);
		ck_assert_uint_eq(bench.mpc, bench.rxo);
		ck_assert_uint_eq(bench.got.frames + bench.mpc, 1500);
		// What was accepted comes whole and in order (all frames are alike here).
		uint64_t accepted = bench.got.frames;
		bench.auto_post = true;
		while (bench.frames_taken < accepted)
			bench.step();
		bench.steps(2000);
		ck_assert_uint_eq(bench.frames_taken, accepted);
	}
}
END_TEST

START_TEST(rings_that_make_no_sense_are_empty_rings)
{
	for (int what = 0; what < 4; what++) {
		Bench bench({}, kQuick, 1);
		bench.auto_post = false;
		bench.auto_driver = false;
		if (what == 0)
			bench.m.tail_i = 64;
		else if (what == 1)
			bench.m.tail_i = 0xffff;
		else if (what == 2) {
			bench.m.ring_len_i = 0;
			bench.m.tail_i = 5;
		} else {
			bench.m.head_wdata_i = 0xffff;
			bench.m.head_we_i = 1;
			bench.step();
			bench.m.head_we_i = 0;
			bench.m.tail_i = 0xffff;
		}
		bench.send(plain(100));
		bench.steps(1000);
		ck_assert_uint_eq(bench.reads.bursts_seen(), 0);
		ck_assert_uint_eq(bench.writes.strobed_bytes(), 0);
		ck_assert(bench.m.idle_o);
		bench.m.ring_len_i = 64 * 16;
		bench.restart_ring();
		bench.auto_driver = bench.auto_post = true;
		bench.finish();
	}
}
END_TEST

START_TEST(tells_when_descriptors_run_low)
{
	for (uint32_t rdmts : {0u, 1u, 2u}) {
		Config c;
		c.rctl |= rdmts << 8;
		Bench bench(c, kQuick, 1);
		bench.auto_post = false;
		bench.post(63);
		unsigned threshold = 64 >> (rdmts + 1);
		for (unsigned i = 0; i < 63 - threshold - 1; i++) {
			bench.send(plain(100));
			bench.run();
		}
		ck_assert_uint_eq(bench.rxdmt, 0);
		bench.send(plain(100));
		bench.run();
		ck_assert_uint_eq(bench.rxdmt, 1);
		bench.send(plain(100));
		bench.finish();
		ck_assert_uint_eq(bench.rxdmt, 1);
	}
}
END_TEST

START_TEST(a_lone_frame_is_written_back_at_once)
{
	Bench bench({}, {{125, 0, 0}, 0, 0}, 1);
	bench.steps(500); // descriptors are held by now
	for (size_t len : {60u, 600u, 1514u}) {
		bench.send(plain(len));
		bench.run();
		// Two round trips (payload, descriptor) and the beats themselves.
		ck_assert_uint_le(bench.last_event - bench.last_wire_beat,
				  2 * 126 + 1514 / BEAT_BYTES + 20);
	}
	bench.finish();
}
END_TEST

START_TEST(frames_in_a_row_share_their_write_backs)
{
	Bench bench({}, {{125, 0, 0}, 0, 0}, 1, 256);
	bench.post(255);
	for (int i = 0; i < 400; i++)
		bench.send(plain(1514));
	bench.finish();
	ck_assert_uint_le(bench.wb_pulses * 3, bench.frames_taken);
}
END_TEST

START_TEST(disabling_drops_what_waits_and_enabling_starts_clean)
{
	for (unsigned delay = 0; delay < 200; delay += 3) {
		Config c;
		Bench bench(c, kSweep[delay % 7], delay);
		for (int i = 0; i < 30; i++)
			bench.send(plain(64 + delay * 5));
		bench.steps(delay * 2);
		c.rctl &= ~RCTL_EN;
		bench.m.rctl_i = c.rctl;
		bench.auto_driver = false;
		// The wire is drained while disabled, nothing is counted, and the bus comes to rest.
		unsigned limit = 100000;
		while (bench.wire_left() || !bench.m.drained_o || !bench.m.idle_o)
			EXPECT((bench.step(), limit--) > 0, "never comes to rest");
		uint64_t total = bench.got.total, bytes = bench.writes.strobed_bytes();
		bench.steps(100);
		ck_assert_uint_eq(bench.got.total, total);
		ck_assert_uint_eq(bench.writes.strobed_bytes(), bytes);
		bench.forget_expected();
		c.rctl |= RCTL_EN;
		bench.set_config(c);
		bench.restart_ring();
		bench.got = bench.want = Counters();
		bench.auto_driver = true;
		for (int i = 0; i < 30; i++)
			bench.send(plain(100 + delay));
		bench.finish();
	}
}
END_TEST

START_TEST(enabling_again_at_once_loses_no_later_frame)
{
	for (unsigned delay = 0; delay < 100; delay++) {
		Config c;
		Bench bench(c, {{40, 20, 20}, 0, 0}, delay);
		for (int i = 0; i < 10; i++)
			bench.send(plain(1000));
		bench.steps(delay * 3);
		bench.m.rctl_i = c.rctl & ~RCTL_EN;
		bench.auto_driver = false;
		bench.steps(1 + delay % 4);
		unsigned limit = 100000;
		// The frame in the middle of which EN fell may not come; those not begun must.
		bench.m.rctl_i = c.rctl;
		size_t left = bench.wire_left();
		while (bench.wire_left() || !bench.m.drained_o || !bench.m.idle_o)
			EXPECT((bench.step(), limit--) > 0, "never comes to rest");
		uint64_t seen = bench.got.total;
		ck_assert_uint_le(seen, 10);
		ck_assert_uint_ge(seen + 2 + delay % 4, left);
	}
}
END_TEST

START_TEST(srst_forgets_everything_in_one_cycle)
{
	for (unsigned delay = 0; delay < 240; delay += 2) {
		Bench bench({}, kSweep[delay % 7], delay);
		for (int i = 0; i < 30; i++)
			bench.send(plain(64 + delay * 5));
		bench.steps(delay * 2);
		bench.auto_driver = false;
		bench.forget_expected();
		bench.cut_wire();
		bench.m.tail_i = 0;
		bench.m.rctl_i = 0;
		bench.m.srst_i = 1;
		bench.step();
		bench.m.srst_i = 0;
		ck_assert_uint_eq(bench.m.head_o, 0);
		uint64_t pulses = bench.wb_pulses;
		unsigned limit = 100000;
		while (!bench.m.drained_o || !bench.m.idle_o)
			EXPECT((bench.step(), limit--) > 0, "never comes to rest");
		ck_assert_uint_eq(bench.wb_pulses, pulses);
		bench.set_config({});
		bench.restart_ring();
		bench.steps(100);
		bench.got = bench.want = Counters();
		bench.auto_driver = true;
		for (int i = 0; i < 30; i++)
			bench.send(plain(100 + delay));
		bench.finish();
	}
}
END_TEST

START_TEST(a_frame_cut_by_srst_is_thrown_away_to_its_end)
{
	Bench bench({}, kQuick, 1);
	bench.send(plain(1514));
	bench.steps(800 / BEAT_BYTES);
	bench.m.srst_i = 1;
	bench.step();
	bench.m.srst_i = 0;
	ck_assert_uint_gt(bench.wire_left(), 0);
	bench.forget_expected();
	bench.restart_ring();
	while (bench.wire_left())
		bench.step();
	bench.steps(500);
	bench.want = bench.got = Counters();
	bench.send(plain(700));
	bench.finish();
	ck_assert_uint_eq(bench.frames_taken, 1);
}
END_TEST

START_TEST(without_bus_master_frames_stay_in_the_buffer)
{
	Bench bench({}, kQuick, 1);
	bench.m.enable_i = 0;
	for (int i = 0; i < 10; i++)
		bench.send(plain(500));
	bench.steps(2000);
	ck_assert_uint_eq(bench.reads.bursts_seen(), 0);
	ck_assert_uint_eq(bench.writes.strobed_bytes(), 0);
	ck_assert(bench.m.drained_o && bench.m.idle_o);
	bench.m.enable_i = 1;
	bench.finish();
	ck_assert_uint_eq(bench.frames_taken, 10);
}
END_TEST

START_TEST(without_link_nothing_is_received)
{
	Bench bench({}, kQuick, 1);
	bench.m.link_up_i = 0;
	for (int i = 0; i < 10; i++)
		bench.send(plain(500));
	bench.forget_expected();
	bench.want = Counters();
	bench.steps(2000);
	ck_assert_uint_eq(bench.wire_left(), 0);
	bench.m.link_up_i = 1;
	for (int i = 0; i < 10; i++)
		bench.send(plain(501));
	bench.finish();
}
END_TEST

START_TEST(errors_of_the_bus_stop_nothing)
{
	Bench bench({}, kQuick, 1);
	bench.auto_post = bench.auto_driver = false;
	bench.ring_unreachable = true;
	bench.m.ring_base_i =
		kBase + (uint64_t{1} << 40); // descriptors read as all ones, write-backs fail
	bench.m.tail_i = 20;
	for (int i = 0; i < 20; i++)
		bench.send(plain(500));
	bench.steps(5000);
	ck_assert_uint_eq(bench.m.head_o, 20);
	ck_assert(bench.m.drained_o && bench.m.idle_o);
	bench.forget_expected();
	bench.want = bench.got = Counters();
	bench.ring_unreachable = false;
	bench.m.ring_base_i = kBase + 0x1000;
	bench.restart_ring();
	bench.auto_post = bench.auto_driver = true;
	for (int i = 0; i < 20; i++)
		bench.send(plain(500));
	bench.finish();
}
END_TEST

START_TEST(small_rings_wrap_many_times)
{
	for (const Timing &timing : kSweep) {
		Bench bench({}, timing, 3, 8);
		for (int i = 0; i < 300; i++)
			bench.send(plain(60 + static_cast<size_t>(i) * 4));
		bench.finish();
	}
}
END_TEST

// A MAC control frame (IEEE 802.3 annex 31B) from another station.
static Bytes control_frame(unsigned quanta, unsigned opcode = 1)
{
	Bytes f = to({0x01, 0x80, 0xc2, 0x00, 0x00, 0x01}, 60);
	f[12] = 0x88;
	f[13] = 0x08;
	f[14] = static_cast<uint8_t>(opcode >> 8);
	f[15] = static_cast<uint8_t>(opcode);
	f[16] = static_cast<uint8_t>(quanta >> 8);
	f[17] = static_cast<uint8_t>(quanta);
	return f;
}

START_TEST(pause_frames_are_obeyed_and_consumed)
{
	Config c;
	set_rar(c, 0, {0x52, 0x54, 0x00, 0x12, 0x34, 0x56}, true);
	sweep(c, [](Bench &bench) {
		bench.m.pause_en_i = 1;
		std::vector<unsigned> want;
		for (unsigned i = 0; i < 120; i++) {
			if (i % 3) {
				bench.send(plain(60 + 11 * i));
				continue;
			}
			want.push_back(i % 2 ? 0 : 3 * i + 1);
			Bytes f = control_frame(want.back());
			if (i % 4 == 0) { // to the station itself
				const uint8_t own[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
				std::copy(own, own + 6, f.begin());
			}
			bench.send_consumed(f);
		}
		bench.run();
		ck_assert(bench.pauses == want);
		ck_assert_uint_eq(bench.controls, 0);
	});
}
END_TEST

START_TEST(pause_frames_are_delivered_with_pmcf_and_obeyed_all_the_same)
{
	Config c;
	c.rctl |= RCTL_MPE | 1u << 23;
	sweep(c, [](Bench &bench) {
		bench.m.pause_en_i = 1;
		for (unsigned i = 0; i < 20; i++)
			bench.send(control_frame(i));
		bench.run();
		ck_assert_uint_eq(bench.pauses.size(), 20);
	});
	c.rctl |= 1u << 22; // DPF
	sweep(c, [](Bench &bench) {
		bench.m.pause_en_i = 1;
		bench.send_consumed(control_frame(7));
		bench.send(plain(100));
		bench.run();
		ck_assert_uint_eq(bench.pauses.size(), 1);
	});
}
END_TEST

START_TEST(what_is_no_pause_frame_is_not_obeyed)
{
	Config c;
	c.rctl |= RCTL_MPE;
	sweep(c, [](Bench &bench) {
		bench.send(control_frame(7)); // not enabled
		bench.run();
		bench.m.pause_en_i = 1;
		bench.send(control_frame(7), true); // bad CRC
		Bytes other = control_frame(7);
		other[5] = 2;
		bench.send(other);
		other = control_frame(7);
		other[13] = 0x09;
		bench.send(other);
		bench.run();
		ck_assert_uint_eq(bench.pauses.size(), 0);
		ck_assert_uint_eq(bench.controls, 0);
		bench.send(control_frame(7, 0x101)); // of an unknown kind
		bench.run();
		ck_assert_uint_eq(bench.pauses.size(), 0);
		ck_assert_uint_eq(bench.controls, 1);
	});
}
END_TEST

START_TEST(pause_frames_are_obeyed_when_the_buffer_is_full)
{
	Bench bench({}, kQuick, 5);
	bench.m.line_drop_i = 1;
	bench.m.pause_en_i = 1;
	bench.auto_post = bench.auto_driver = false;
	for (int i = 0; i < 60; i++)
		bench.send(plain(1500));
	bench.send_consumed(control_frame(9));
	bench.send_consumed(control_frame(0));
	bench.steps(20000);
	ck_assert_uint_gt(bench.mpc, 0);
	ck_assert_uint_eq(bench.pauses.size(), 2);
	ck_assert_uint_eq(bench.wire_left(), 0);
}
END_TEST

START_TEST(level_tells_how_full_the_buffer_is)
{
	Bench bench({}, kQuick, 6);
	bench.auto_post = bench.auto_driver = false;
	uint64_t before = 0;
	for (int i = 0; i < 10; i++) {
		bench.send(plain(1024));
		bench.steps(400);
		ck_assert_uint_ge(bench.m.level_o, before + 1024);
		ck_assert_uint_le(bench.m.level_o, before + 1024 + 256);
		before = bench.m.level_o;
	}
	bench.auto_post = bench.auto_driver = true;
	bench.finish();
	ck_assert_uint_eq(bench.m.level_o, 0);
}
END_TEST

START_TEST(idle_holds_every_register_while_it_waits)
{
	Bench bench({}, {{300, 0, 0}, 0, 0}, 1);
	for (int i = 0; i < 20; i++) {
		bench.send(plain(1000));
		bench.run();
	}
	bench.finish();
	ck_assert_uint_gt(bench.idle.cycles_held(), bench.cycles / 2);
}
END_TEST

int main()
{
	TCase *tc = tcase_create("rx");
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, delivers_frames_of_every_length_in_extended_descriptors);
	tcase_add_test(tc, delivers_frames_in_legacy_descriptors);
	tcase_add_test(tc, writes_at_every_alignment_of_the_buffer);
	tcase_add_test(tc, pads_short_frames_to_60_bytes_with_zeros_and_counts_them);
	tcase_add_test(tc, drops_and_counts_oversize_frames);
	tcase_add_test(tc, drops_and_counts_frames_with_a_bad_crc);
	tcase_add_test(tc, stores_bad_and_oversize_frames_with_sbp);
	tcase_add_test(tc, filters_by_address_in_every_mode);
	tcase_add_test(tc, hashes_the_fact_sheets_multicast_example);
	tcase_add_test(tc, spreads_a_frame_over_buffers_of_every_size);
	tcase_add_test(tc, a_null_buffer_swallows_its_part_and_all_ones_is_never_written);
	tcase_add_test(tc, verifies_checksums_of_all_kinds_of_packets);
	tcase_add_test(tc, verifies_checksums_far_behind_the_first_header);
	tcase_add_test(tc, good_packets_are_reported_good_and_bad_ones_bad);
	tcase_add_test(tc, truncated_and_garbled_packets_get_no_wrong_verdict);
	tcase_add_test(tc, reports_what_rxcsum_rfctl_and_the_strap_ask_for);
	tcase_add_test(tc, tells_of_the_ptp_messages_that_are_asked_for);
	tcase_add_test(tc, sums_packets_from_the_byte_that_is_asked_for);
	tcase_add_test(tc, sums_the_payload_of_udp_fragments);
	tcase_add_test(tc, nothing_is_summed_with_pcsd_or_without_the_strap);
	tcase_add_test(tc, appends_four_zero_bytes_for_the_fcs_when_it_is_not_stripped);
	tcase_add_test(tc, a_frame_without_descriptor_waits_and_is_counted_once);
	tcase_add_test(tc, exactly_as_many_descriptors_as_needed_are_enough);
	tcase_add_test(tc, a_frame_waits_in_its_middle_for_more_descriptors);
	tcase_add_test(tc, a_full_buffer_holds_the_wire);
	tcase_add_test(tc, a_full_buffer_drops_and_counts_on_a_line_that_does_not_wait);
	tcase_add_test(tc, rings_that_make_no_sense_are_empty_rings);
	tcase_add_test(tc, tells_when_descriptors_run_low);
	tcase_add_test(tc, a_lone_frame_is_written_back_at_once);
	tcase_add_test(tc, frames_in_a_row_share_their_write_backs);
	tcase_add_test(tc, disabling_drops_what_waits_and_enabling_starts_clean);
	tcase_add_test(tc, enabling_again_at_once_loses_no_later_frame);
	tcase_add_test(tc, srst_forgets_everything_in_one_cycle);
	tcase_add_test(tc, a_frame_cut_by_srst_is_thrown_away_to_its_end);
	tcase_add_test(tc, without_bus_master_frames_stay_in_the_buffer);
	tcase_add_test(tc, without_link_nothing_is_received);
	tcase_add_test(tc, errors_of_the_bus_stop_nothing);
	tcase_add_test(tc, small_rings_wrap_many_times);
	tcase_add_test(tc, pause_frames_are_obeyed_and_consumed);
	tcase_add_test(tc, pause_frames_are_delivered_with_pmcf_and_obeyed_all_the_same);
	tcase_add_test(tc, what_is_no_pause_frame_is_not_obeyed);
	tcase_add_test(tc, pause_frames_are_obeyed_when_the_buffer_is_full);
	tcase_add_test(tc, level_tells_how_full_the_buffer_is);
	tcase_add_test(tc, idle_holds_every_register_while_it_waits);

	return run_suite(TEST_NAME, tc);
}
