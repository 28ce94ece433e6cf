// SPDX-License-Identifier: MIT
//
// tx_segment: every segment of a TSO packet has the length, and its header the bytes, that the fact sheet's
// arithmetic (4.8) gives, and none is shown before so much of the packet is parsed that both are certain.

#include "Vtx_segment___024root.h"
#include "stream_bench.h"

#include <algorithm>
#include <vector>

namespace
{

constexpr unsigned kBeat = 16; // bytes

using Bytes = std::vector<uint8_t>;

struct Packet {
	bool tcp, ip, ixsm;
	unsigned hdrlen, mss, ipcss, ipcso, tucss;
	uint32_t paylen; // as the context promises
	uint32_t total;	 // as the descriptors bring, header and all
	Bytes header;
};

struct Segment {
	uint32_t len;
	bool last;
	Bytes header;
};

void put_be(Bytes &bytes, size_t at, unsigned count, uint32_t value)
{
	for (unsigned i = 0; i < count; i++)
		bytes[at + i] = static_cast<uint8_t>(value >> 8 * (count - 1 - i));
}

uint32_t get_be(const Bytes &bytes, size_t at, unsigned count)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value = value << 8 | bytes[at + i];
	return value;
}

std::vector<Segment> segments_of(const Packet &p, uint32_t payload)
{
	std::vector<Segment> segments;

	for (uint32_t at = 0; at < payload; at += p.mss) {
		Segment s{std::min<uint32_t>(p.mss, payload - at), payload - at <= p.mss, p.header};
		const uint32_t ip_len = p.hdrlen - p.ipcss + s.len;
		if (p.ip) {
			put_be(s.header, p.ipcss + 2, 2, ip_len);
			put_be(s.header, p.ipcss + 4, 2,
			       get_be(p.header, p.ipcss + 4, 2) +
				       static_cast<uint32_t>(segments.size()));
		} else {
			put_be(s.header, p.ipcss + 4, 2, ip_len - 40);
		}
		if (p.ixsm)
			put_be(s.header, p.ipcso, 2, 0);
		if (p.tcp) {
			put_be(s.header, p.tucss + 4, 4, get_be(p.header, p.tucss + 4, 4) + at);
			if (!s.last)
				s.header[p.tucss + 13] &= 0xf6; // FIN, PSH
			if (at)
				s.header[p.tucss + 13] &= 0x7f; // CWR
		} else {
			put_be(s.header, p.tucss + 4, 2, p.hdrlen - p.tucss + s.len);
		}
		segments.push_back(s);
	}
	return segments;
}

class Bench : public StreamBench<Vtx_segment>
{
      public:
	explicit Bench(int run) : StreamBench(run)
	{
		reset();
	}

	Packet packet(unsigned most_payload)
	{
		Packet p;

		p.tcp = hit(60);
		p.ip = hit(60);
		p.ixsm = p.ip && hit(80);
		p.ipcss = 1 + upto(40);
		p.tucss = p.ipcss + (p.ip ? 20 : 40) + 4 * upto(10);
		p.ipcso = p.ipcss + 10;
		p.hdrlen = std::min(255u, p.tucss + (p.tcp ? 20 : 8) + upto(120));
		p.mss = 1 + upto(hit(50) ? 100 : 9000);
		p.paylen = 1 + upto(std::min(most_payload, 50 * p.mss));
		p.total = p.hdrlen + p.paylen;
		p.header.resize(p.hdrlen);
		for (uint8_t &byte : p.header)
			byte = static_cast<uint8_t>(random());
		return p;
	}

	// Brings the packet's header. So much of the packet is parsed already.
	void begin(const Packet &p)
	{
		const unsigned beats = (p.hdrlen + kBeat - 1) / kBeat;

		packet_ = p;
		gathered_ = p.hdrlen + (hit(50) ? 0 : upto(std::min(p.total, limit_) - p.hdrlen));
		ended_ = stuck = false;
		set_bits(model.tso_i, 0, 47,
			 static_cast<uint64_t>(p.tcp) << 46 | static_cast<uint64_t>(p.ip) << 45 |
				 static_cast<uint64_t>(p.ixsm) << 44 |
				 static_cast<uint64_t>(p.hdrlen) << 36 |
				 static_cast<uint64_t>(p.mss) << 20 | p.paylen);
		model.tso_pos_i = upto(255) << 24 | p.tucss << 16 | p.ipcso << 8 | p.ipcss;
		for (unsigned beat = 0; beat < beats;) {
			model.hdr_we_i = !late();
			model.hdr_idx_i = static_cast<uint8_t>(beat);
			model.hdr_done_i = model.hdr_we_i && beat == beats - 1;
			for (unsigned i = 0; i < kBeat; i++)
				set_bits(model.hdr_data_i, 8 * i, 8,
					 beat * kBeat + i < p.hdrlen ? p.header[beat * kBeat + i]
								     : 0);
			beat += model.hdr_we_i;
			step();
			EXPECT(!model.seg_valid_o);
		}
		model.hdr_we_i = model.hdr_done_i = 0;
	}

	void step()
	{
		model.gathered_i = ended_ ? upto(0x1fffff) : gathered_;
		model.end_valid_i = ended_;
		model.end_total_i = ended_ ? packet_.total : upto(0x1fffff);
		model.stuck_i = stuck;
		settle();
		edge.clock(model, !model.active_o);
		if (!late())
			parse();
	}

	// Until the next segment is shown; it must be certain, and come when it is.
	void await(uint32_t at)
	{
		for (int certain_for = 0; !model.seg_valid_o && !model.seg_none_o;) {
			step();
			certain_for += certain(at);
			EXPECT(certain_for < 16 + 6);
		}
		EXPECT(certain(at));
	}

	void check(const Segment &s)
	{
		EXPECT(model.seg_valid_o);
		EXPECT_EQ(model.seg_len_o, s.len);
		EXPECT_EQ(model.seg_last_o, s.last);
		for (unsigned at = 0; at < packet_.hdrlen; at++) {
			const unsigned beat = at / kBeat;
			if (at % kBeat == 0) {
				model.rd_idx_i = static_cast<uint8_t>(beat);
				model.eval();
			}
			EXPECT_EQ(bits(model.rd_data_o, at % kBeat * 8, 8), s.header[at]);
			if (beat == packet_.hdrlen / kBeat)
				EXPECT_EQ(bits(model.tail_o, at % kBeat * 8, 8), s.header[at]);
		}
	}

	// Takes the segment, and uses its header some time later.
	void take(const Segment &s)
	{
		while (busy()) {
			step();
			check(s);
		}
		model.seg_take_i = 1;
		step();
		model.seg_take_i = 0;
		EXPECT(!model.seg_valid_o);
		while (busy())
			step();
		model.seg_used_i = 1;
		step();
		model.seg_used_i = 0;
	}

	void give_up(bool flush)
	{
		model.abort_i = !flush;
		model.flush_i = flush;
		settle();
		edge.clock(model, false);
		model.abort_i = model.flush_i = 0;
		settle();
		EXPECT(!model.seg_valid_o && !model.seg_none_o);
	}

	void cut(const Packet &p, uint32_t payload)
	{
		begin(p);
		uint32_t at = 0;
		for (const Segment &s : segments_of(p, payload)) {
			await(at);
			check(s);
			take(s);
			at += s.len;
		}
	}

	// Until that much, or all, of the packet is parsed.
	void parse_up_to(uint32_t bytes)
	{
		limit_ = bytes;
	}

	bool stuck = false; // the parser cannot go on

      private:
	// Its bytes and one more are parsed, or as many as PAYLEN, or all.
	bool certain(uint32_t at) const
	{
		const uint32_t seen = gathered_ - packet_.hdrlen;
		return ended_ || stuck || seen >= packet_.paylen || seen > at + packet_.mss;
	}

	void parse()
	{
		const uint32_t end = std::min(packet_.total, limit_);

		if (gathered_ < end)
			gathered_ += 1 + upto(std::min<uint32_t>(end - gathered_ - 1,
								 hit(50) ? 3 : packet_.mss));
		else if (gathered_ >= packet_.total)
			ended_ = true;
	}

	Packet packet_{};
	uint32_t gathered_ = 0, limit_ = UINT32_MAX;
	bool ended_ = false;
};

START_TEST(segments_have_their_lengths_and_headers)
{
	Bench b(_i);
	for (int i = 0; i < 40; i++) {
		const Packet p = b.packet(100000);
		b.cut(p, p.paylen);
	}
}
END_TEST

START_TEST(payload_of_a_whole_number_of_segments)
{
	Bench b(_i);
	for (unsigned segments : {1u, 2u, 5u})
		for (int more : {-1, 0, 1}) {
			Packet p = b.packet(1);
			p.mss = 1 + b.upto(1500);
			p.paylen = std::max(1, static_cast<int>(segments * p.mss) + more);
			p.total = p.hdrlen + p.paylen;
			b.cut(p, p.paylen);
		}
}
END_TEST

START_TEST(a_packet_that_ends_before_paylen_is_cut_to_what_there_is)
{
	Bench b(_i);
	for (int i = 0; i < 20; i++) {
		Packet p = b.packet(20000);
		p.total = p.hdrlen + 1 + b.upto(p.paylen - 1);
		b.cut(p, p.total - p.hdrlen);
	}
}
END_TEST

START_TEST(what_comes_behind_paylen_makes_no_segment)
{
	Bench b(_i);
	for (int i = 0; i < 20; i++) {
		Packet p = b.packet(20000);
		p.total += 1 + b.upto(3000);
		b.cut(p, p.paylen);
	}
}
END_TEST

START_TEST(a_header_without_payload_has_no_segment)
{
	Bench b(_i);
	for (bool flush : {false, true}) {
		Packet p = b.packet(1000);
		p.total = p.hdrlen;
		b.begin(p);
		b.await(0);
		EXPECT(b.model.seg_none_o);
		for (int i = 0; i < 20; i++)
			b.step();
		EXPECT(b.model.seg_none_o);
		b.give_up(flush);
		const Packet next = b.packet(1000);
		b.cut(next, next.paylen);
	}
}
END_TEST

START_TEST(paylen_is_trusted_if_the_parser_cannot_go_on)
{
	Bench b(_i);
	Packet p = b.packet(1000);
	p.mss = 500;
	p.paylen = 700;
	p.total = p.hdrlen + 700;
	b.parse_up_to(p.hdrlen + 100);
	b.begin(p);
	for (int i = 0; i < 200; i++) {
		b.step();
		EXPECT(!b.model.seg_valid_o);
	}
	b.stuck = true;
	b.await(0);
	const auto segments = segments_of(p, p.paylen);
	b.check(segments[0]);
	b.take(segments[0]);
	b.parse_up_to(UINT32_MAX);
	b.await(500);
	b.check(segments[1]);
	b.take(segments[1]);
}
END_TEST

// The longest there is: PAYLEN and MSS with all bits, id and sequence number that wrap.
START_TEST(paylen_of_a_mebibyte)
{
	Bench b(_i);
	Packet p = b.packet(1);

	p.tcp = p.ip = true;
	p.tucss = p.ipcss + 20;
	p.hdrlen = p.tucss + 20;
	p.header.assign(p.hdrlen, 0xff);
	p.mss = 16000;
	p.paylen = 0xfffff;
	for (unsigned more : {0u, 100000u}) {
		p.total = p.hdrlen + p.paylen + more;
		b.cut(p, p.paylen);
	}
}
END_TEST

START_TEST(a_packet_given_up_leaves_nothing_behind)
{
	Bench b(_i);
	for (int i = 0; i < 40; i++) {
		const Packet p = b.packet(3000);
		b.begin(p);
		for (unsigned cycles = b.upto(40); cycles; cycles--)
			b.step();
		b.give_up(i % 2);
		const Packet next = b.packet(1000);
		b.cut(next, next.paylen);
	}
}
END_TEST

} // namespace

int main(int argc, char **argv)
{
	return run_stream_tests(
		"tx_segment", argc, argv,
		{{segments_have_their_lengths_and_headers, 2 * kSweeps},
		 {payload_of_a_whole_number_of_segments, kSweeps},
		 {a_packet_that_ends_before_paylen_is_cut_to_what_there_is, kSweeps},
		 {what_comes_behind_paylen_makes_no_segment, kSweeps},
		 {a_header_without_payload_has_no_segment, kSweeps},
		 {paylen_is_trusted_if_the_parser_cannot_go_on, kSweeps},
		 {paylen_of_a_mebibyte, kSweeps},
		 {a_packet_given_up_leaves_nothing_behind, kSweeps}});
}
