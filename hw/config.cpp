// SPDX-License-Identifier: MIT
// Parser of the configuration strings: a table of keys each, so that an unknown key, a key given
// twice and a value out of range are errors that say what would be right.

#include "hw/config.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include "hw/error.h"

namespace ringside
{
namespace
{

struct Key {
	const char *name;
	std::function<void(std::string_view)> set; /* throws std::string: what the value must be */
};

[[noreturn]] void refuse(const char *what, const std::string &line)
{
	throw Error(-EINVAL, std::string(what) + " config: " + line);
}

const Key &find(const char *what, const std::vector<Key> &keys, std::string_view name)
{
	std::string known;
	for (const Key &key : keys) {
		if (name == key.name)
			return key;
		known += known.empty() ? "" : ", ";
		known += key.name;
	}
	refuse(what, "unknown key '" + std::string(name) + "'; use one of " + known);
}

void parse(const char *what, const char *text, const std::vector<Key> &keys)
{
	std::set<std::string_view> seen;
	std::string_view rest = text ? text : "";

	while (!rest.empty()) {
		std::string_view item = rest.substr(0, rest.find(','));
		rest.remove_prefix(std::min(item.size() + 1, rest.size()));

		size_t equals = item.find('=');
		if (equals == std::string_view::npos)
			refuse(what, "'" + std::string(item) + "' has no value; write key=value");
		std::string_view name = item.substr(0, equals), value = item.substr(equals + 1);

		const Key &key = find(what, keys, name);
		if (!seen.insert(name).second)
			refuse(what,
			       "key '" + std::string(name) + "' is given twice; give it once");
		try {
			key.set(value);
		} catch (const std::string &wanted) {
			refuse(what, std::string(item) + " is not valid; " + std::string(name) +
					     " must be " + wanted);
		}
	}
}

std::function<void(std::string_view)> number(uint64_t &out, uint64_t min, uint64_t max,
					     uint64_t unit = 1)
{
	return [&out, min, max, unit](std::string_view value) {
		uint64_t n = 0;
		auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
		if (error != std::errc() || end != value.data() + value.size() || n < min ||
		    n > max)
			throw "a number from " + std::to_string(min) + " to " + std::to_string(max);
		out = n * unit;
	};
}

std::function<void(std::string_view)> probability(double &out)
{
	return [&out](std::string_view value) {
		double p = -1;
		auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), p);
		if (error != std::errc() || end != value.data() + value.size() ||
		    !(p >= 0 && p <= 1))
			throw std::string("a probability from 0 to 1");
		out = p;
	};
}

/* One of two words; the first means true. */
std::function<void(bool)> into(bool &out)
{
	return [&out](bool on) { out = on; };
}

std::function<void(std::string_view)> either(const char *yes, const char *no,
					     const std::function<void(bool)> &set)
{
	return [yes, no, set](std::string_view value) {
		if (value != yes && value != no)
			throw std::string(yes) + " or " + no;
		set(value == yes);
	};
}

std::function<void(std::string_view)> strap(uint32_t &features, uint32_t bit)
{
	return either("on", "off", [&features, bit](bool on) {
		features = on ? features | bit : features & ~bit;
	});
}

std::function<void(std::string_view)> file_name(std::string &out)
{
	return [&out](std::string_view value) {
		if (value.empty())
			throw std::string("a file name");
		out = value;
	};
}

std::function<void(std::string_view)> mode(TimeMode &out)
{
	return [&out](std::string_view value) {
		if (value == "virtual")
			out = TimeMode::Virtual;
		else if (value == "sync")
			out = TimeMode::Sync;
		else if (value == "free")
			out = TimeMode::Free;
		else
			throw std::string("virtual, sync or free");
	};
}

std::function<void(std::string_view)> mac(std::array<uint8_t, 6> &out)
{
	return [&out](std::string_view value) {
		const std::string wanted = "six hexadecimal bytes aa:bb:cc:dd:ee:ff of one station "
					   "(first byte even, not all zero)";
		std::array<uint8_t, 6> bytes;
		bool any = false;

		if (value.size() != 17)
			throw wanted;
		for (size_t i = 0; i < 6; i++) {
			const char *at = value.data() + 3 * i;
			auto [end, error] = std::from_chars(at, at + 2, bytes[i], 16);
			if (error != std::errc() || end != at + 2 || (i < 5 && at[2] != ':'))
				throw wanted;
			any |= bytes[i] != 0;
		}
		if (!any || (bytes[0] & 1))
			throw wanted;
		out = bytes;
	};
}

} // namespace

TimeConfig parse_time_config(const char *text)
{
	constexpr uint64_t kDefaultLatency = RINGSIDE_TIME_NEVER;
	TimeConfig config;

	config.dma_latency_ns = kDefaultLatency;
	parse("platform", text,
	      {{"mode", mode(config.mode)},
	       {"skip", either("on", "off", into(config.skip))},
	       {"check_skips", either("on", "off", into(config.check_skips))},
	       {"dma_latency_ns", number(config.dma_latency_ns, 0, 1'000'000)},
	       {"burst_cycles", number(config.burst_cycles, 1, 1'000'000'000)},
	       {"slip_us", number(config.slip_ns, 0, 1'000'000, 1'000)},
	       {"trace", file_name(config.trace_file)},
	       {"trace_from_ns", number(config.trace_from_ns, 0, INT64_MAX)},
	       {"trace_to_ns", number(config.trace_to_ns, 0, INT64_MAX)}});

	if (config.dma_latency_ns == kDefaultLatency)
		config.dma_latency_ns = config.mode == TimeMode::Virtual ? 500 : 0;
	if (config.mode == TimeMode::Free && config.dma_latency_ns)
		refuse("platform", "dma_latency_ns has no meaning with mode=free; leave it out");
	if (config.mode == TimeMode::Free && !config.skip)
		refuse("platform", "skip=off needs mode=virtual or mode=sync");
	return config;
}

CardConfig parse_card_config(const char *text)
{
	CardConfig config;

	parse("card", text,
	      {{"mac", mac(config.mac)},
	       {"receive", either("drop", "hold", into(config.line_drop))},
	       {"autoneg_ms", number(config.autoneg_ns, 0, 1'000'000, 1'000'000)},
	       {"tso", strap(config.features, kFeatureTso)},
	       {"tx_csum", strap(config.features, kFeatureTxCsum)},
	       {"rx_csum", strap(config.features, kFeatureRxCsum)},
	       {"moderation", strap(config.features, kFeatureModeration)},
	       {"queues", strap(config.features, kFeatureQueues)},
	       {"vlan", strap(config.features, kFeatureVlan)},
	       {"rss", strap(config.features, kFeatureRss)},
	       {"split", strap(config.features, kFeatureSplit)},
	       {"loopback", strap(config.features, kFeatureLoopback)},
	       {"stats", strap(config.features, kFeatureStats)},
	       {"ptp", strap(config.features, kFeaturePtp)},
	       {"pause", strap(config.features, kFeaturePause)},
	       {"detect", strap(config.features, kFeatureDetect)},
	       {"packet_csum", strap(config.features, kFeaturePacketCsum)}});
	return config;
}

WireConfig parse_wire_config(const char *text)
{
	WireConfig config;

	parse("wire", text,
	      {{"rate_mbps", number(config.rate_mbps, 0, 1'000'000)},
	       {"delay_ns", number(config.delay_ns, 0, 60'000'000'000)},
	       {"loss", probability(config.loss)},
	       {"reorder", probability(config.reorder)},
	       {"duplicate", probability(config.duplicate)},
	       {"corrupt", probability(config.corrupt)},
	       {"reorder_ns", number(config.reorder_ns, 0, 60'000'000'000)},
	       {"queue_frames", number(config.queue_frames, 1, 1'000'000)},
	       {"seed", number(config.seed, 0, UINT64_MAX)},
	       {"pcap", file_name(config.pcap_file)}});
	return config;
}

} // namespace ringside
