// SPDX-License-Identifier: MIT
//
// The DMA reader as its client sees it (docs/rtl.md, "DMA clients"): takes requests of any address, answers
// in order, the first byte in lane 0; bytes behind a request's end may be anything. The bench decides when
// requests are taken and beats come. What memory holds is a function of the address, so it need not be kept.
#pragma once

#include "stream_bench.h"

#include <cstdint>
#include <deque>
#include <random>
#include <utility>
#include <vector>

inline uint8_t byte_at(uint64_t address)
{
	return static_cast<uint8_t>((address * UINT64_C(0x9e3779b97f4a7c15)) >> 56);
}

class ReadSide
{
      public:
	struct Beat {
		std::vector<uint8_t> bytes;
		bool last;
	};

	// `byte`: what memory holds.
	ReadSide(size_t beat_bytes, std::mt19937 &random, uint8_t (*byte)(uint64_t) = byte_at)
	    : beat_bytes_(beat_bytes), random_(random), byte_(byte)
	{
	}

	void take(uint64_t address, size_t len)
	{
		EXPECT(len >= 1);
		EXPECT(len <= 16384);
		for (size_t at = 0; at < len; at += beat_bytes_) {
			Beat beat{std::vector<uint8_t>(beat_bytes_), at + beat_bytes_ >= len};
			for (size_t i = 0; i < beat_bytes_; i++)
				beat.bytes[i] = at + i < len ? byte_(address + at + i)
							     : static_cast<uint8_t>(random_());
			beats_.push_back(beat);
		}
	}

	size_t on_the_way() const
	{
		return beats_.size();
	}

	Beat answer()
	{
		Beat beat = std::move(beats_.front());
		beats_.pop_front();
		return beat;
	}

      private:
	const size_t beat_bytes_;
	std::mt19937 &random_;
	uint8_t (*const byte_)(uint64_t);
	std::deque<Beat> beats_;
};
