// SPDX-License-Identifier: MIT
// The wire: see wire.h.

#include "hw/wire.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "hw/grid.h"

namespace ringside
{
namespace
{

constexpr uint64_t kFcsAndPreambleBytes = 4 + 8;
constexpr uint64_t kGapBytes = 12;
/* A bit takes 1000 / rate_mbps ns, so times on the line are counted in 1 / rate_mbps ns. */
constexpr uint64_t kBitTicks = 1000;

bool happens(std::mt19937_64 &random, double probability)
{
	uint64_t draw = random();

	return probability >= 1 || draw < static_cast<uint64_t>(std::ldexp(probability, 64));
}

uint64_t line_ticks(size_t len, uint64_t overhead_bytes)
{
	return (len + overhead_bytes) * 8 * kBitTicks;
}

std::string describe(bool lost, bool late, bool twice, bool corrupt)
{
	std::string text;

	for (auto [applies, word] :
	     {std::pair(lost, "lost"), std::pair(late, "reordered"), std::pair(twice, "duplicated"),
	      std::pair(corrupt, "corrupted")})
		if (applies)
			text += (text.empty() ? "" : ", ") + std::string(word);
	return text;
}

} // namespace

Wire::Wire(const WireConfig &config, bool timeless) : config_(config), timeless_(timeless)
{
	uint64_t shortest_ns = config.rate_mbps ? line_ticks(kMinFrameBytes, kFcsAndPreambleBytes) /
							  config.rate_mbps
						: 0;

	latency_ns_ = timeless ? 0 : std::max(kCycleNs, shortest_ns + config.delay_ns);
	if (!config.pcap_file.empty())
		tap_ = std::make_unique<Tap>(config.pcap_file);
	power_on();
}

void Wire::power_on()
{
	for (uint32_t side = 0; side < 2; side++) {
		std::seed_seq seeds{static_cast<uint32_t>(config_.seed),
				    static_cast<uint32_t>(config_.seed >> 32), side};

		directions_[side] = Direction();
		directions_[side].random.seed(seeds);
	}
	if (tap_)
		tap_->start_section();
}

/* Five draws a frame whatever is switched on: one impairment does not move the others. */
Wire::Fate Wire::draw(Direction &direction)
{
	Fate fate;

	fate.lost = happens(direction.random, config_.loss);
	fate.late = happens(direction.random, config_.reorder);
	fate.twice = happens(direction.random, config_.duplicate);
	fate.corrupt = happens(direction.random, config_.corrupt);
	fate.bit = direction.random();
	if (fate.lost)
		fate.late = fate.twice = fate.corrupt = false;
	return fate;
}

/* Puts the frame on the line behind those before it; returns when its last bit arrives. */
uint64_t Wire::serialize(Direction &direction, size_t len, uint64_t t_ns, uint64_t *start_ns)
{
	if (timeless_ || !config_.rate_mbps) {
		*start_ns = t_ns;
		return timeless_ ? t_ns : t_ns + std::max(kCycleNs, config_.delay_ns);
	}
	if (direction.busy_ns < t_ns) {
		direction.busy_ns = t_ns;
		direction.busy_rem = 0;
	}
	*start_ns = direction.busy_ns;

	uint64_t end = direction.busy_rem + line_ticks(len, kFcsAndPreambleBytes);
	uint64_t free = direction.busy_rem + line_ticks(len, kFcsAndPreambleBytes + kGapBytes);
	uint64_t end_ns = direction.busy_ns + (end + config_.rate_mbps - 1) / config_.rate_mbps;

	direction.busy_ns += free / config_.rate_mbps;
	direction.busy_rem = free % config_.rate_mbps;
	return std::max(end_ns + config_.delay_ns, t_ns + kCycleNs);
}

void Wire::launch(Direction &direction, const uint8_t *frame, size_t len, uint64_t arrival_ns,
		  const Fate &fate)
{
	Flight flight{arrival_ns, direction.order++, {}};

	if (!direction.spare.empty()) {
		flight.frame = std::move(direction.spare.back());
		direction.spare.pop_back();
	}
	flight.frame.assign(frame, frame + len);
	if (fate.corrupt) {
		uint64_t bit = fate.bit % (len * 8);
		flight.frame[bit / 8] ^= 1u << (bit % 8);
	}
	direction.flights.push_back(std::move(flight));
	std::push_heap(direction.flights.begin(), direction.flights.end(), std::greater<>());
	direction.held++;
}

bool Wire::send(int from, const uint8_t *frame, size_t len, uint64_t t_ns)
{
	Direction &direction = directions_[from];
	uint64_t start_ns;

	while (!direction.credits.empty() && direction.credits.top() <= t_ns) {
		direction.credits.pop();
		direction.held--;
	}
	if (direction.held >= config_.queue_frames)
		return false;

	Fate fate = draw(direction);
	uint64_t arrival_ns = serialize(direction, len, t_ns, &start_ns);

	direction.counters.frames++;
	direction.counters.bytes += len;
	direction.counters.lost += fate.lost;
	direction.counters.reordered += fate.late;
	direction.counters.duplicated += fate.twice;
	direction.counters.corrupted += fate.corrupt;
	if (tap_)
		tap_->record(start_ns, from, frame, len,
			     describe(fate.lost, fate.late, fate.twice, fate.corrupt));
	if (fate.lost) {
		direction.held++;
		direction.credits.push(arrival_ns);
		return true;
	}
	if (fate.late)
		arrival_ns += config_.reorder_ns;
	for (int copies = fate.twice ? 2 : 1; copies > 0; copies--)
		launch(direction, frame, len, arrival_ns, fate);
	return true;
}

uint64_t Wire::arrival_ns(int to) const
{
	const Direction &direction = directions_[1 - to];

	return direction.flights.empty() ? RINGSIDE_TIME_NEVER
					 : direction.flights.front().arrival_ns;
}

const std::vector<uint8_t> &Wire::front(int to) const
{
	assert(!directions_[1 - to].flights.empty());
	return directions_[1 - to].flights.front().frame;
}

void Wire::pop(int to, uint64_t t_ns)
{
	Direction &direction = directions_[1 - to];

	std::pop_heap(direction.flights.begin(), direction.flights.end(), std::greater<>());
	direction.spare.push_back(std::move(direction.flights.back().frame));
	direction.flights.pop_back();
	direction.credits.push(t_ns + latency_ns_);
}

uint64_t Wire::credit_ns(int from) const
{
	const Direction &direction = directions_[from];

	return direction.credits.empty() ? RINGSIDE_TIME_NEVER : direction.credits.top();
}

} // namespace ringside
