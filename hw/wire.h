/* SPDX-License-Identifier: MIT */
/*
 * A full-duplex Ethernet wire between two sides: rate, propagation delay, loss, reordering,
 * duplication and corruption, independent for each direction and reproducible from the seed (all
 * arithmetic on times is exact, in integers).
 *
 * A frame of n bytes (no FCS) occupies the line for n + 24 byte times: FCS 4, preamble and start
 * delimiter 8, inter-packet gap 12 (IEEE 802.3 clause 4A.4.2). It arrives when its last bit does,
 * the gap not counted, rounded up to a nanosecond.
 *
 * Back-pressure: a direction holds queue_frames frames. A frame leaves this count one latency_ns()
 * after the receiver took it, as if the receiver had sent a pause frame: so nothing that one side
 * does is seen by the other sooner than latency_ns(), which lets each side's card run ahead that
 * far.
 */
#ifndef RINGSIDE_HW_WIRE_H
#define RINGSIDE_HW_WIRE_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "hw/tap.h"
#include "ringside/platform.h"

namespace ringside
{

struct WireConfig {
	uint64_t rate_mbps = 1000; /* 0: infinitely fast */
	uint64_t delay_ns = 1000;
	double loss = 0, reorder = 0, duplicate = 0, corrupt = 0;
	uint64_t reorder_ns = 200'000;
	uint64_t queue_frames = 1000;
	uint64_t seed = 1;
	std::string pcap_file; /* empty: none */
};

class Wire
{
      public:
	/*
	 * timeless: free mode, rate and delay take no time. Otherwise a frame takes a cycle at
	 * least. Throws Error when the pcap file cannot be created.
	 */
	Wire(const WireConfig &config, bool timeless);

	/* Side `from` sends at time t. False: the direction is full; see credit_ns(). */
	bool send(int from, const uint8_t *frame, size_t len, uint64_t t_ns);

	/* When the next frame reaches side `to` (NEVER: none is under way); front() is that frame.
	 */
	uint64_t arrival_ns(int to) const;
	const std::vector<uint8_t> &front(int to) const;
	/* Side `to` took front() at time t. */
	void pop(int to, uint64_t t_ns);

	/* When side `from`, whose send() was refused, can try again; NEVER: not known yet. */
	uint64_t credit_ns(int from) const;

	/* Least time from send() to arrival. */
	uint64_t latency_ns() const
	{
		return latency_ns_;
	}

	const ringside_wire_counters &counters(int from) const
	{
		return directions_[from].counters;
	}

	/* Null when nothing is captured. */
	Tap *tap()
	{
		return tap_.get();
	}

	void power_on();

      private:
	struct Flight {
		uint64_t arrival_ns;
		uint64_t order; /* of sending, for equal arrival times */
		std::vector<uint8_t> frame;

		bool operator>(const Flight &other) const
		{
			return arrival_ns != other.arrival_ns ? arrival_ns > other.arrival_ns
							      : order > other.order;
		}
	};

	struct Direction {
		std::mt19937_64 random;
		/* The line is free at busy_ns + busy_rem / rate_mbps. */
		uint64_t busy_ns = 0, busy_rem = 0;
		std::vector<Flight> flights; /* heap, earliest first */
		std::priority_queue<uint64_t, std::vector<uint64_t>, std::greater<>> credits;
		std::vector<std::vector<uint8_t>> spare; /* buffers to use again */
		uint64_t held = 0, order = 0;
		ringside_wire_counters counters = {};
	};

	struct Fate {
		bool lost, late, twice, corrupt;
		uint64_t bit; /* which one is inverted, modulo the length */
	};

	Fate draw(Direction &direction);
	uint64_t serialize(Direction &direction, size_t len, uint64_t t_ns, uint64_t *start_ns);
	void launch(Direction &direction, const uint8_t *frame, size_t len, uint64_t arrival_ns,
		    const Fate &fate);

	const WireConfig config_;
	const bool timeless_;
	uint64_t latency_ns_;
	Direction directions_[2];
	std::unique_ptr<Tap> tap_;
};

} // namespace ringside
#endif
