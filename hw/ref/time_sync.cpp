// SPDX-License-Identifier: MIT
/* PTP messages: IEEE 1588-2002 annex C (V1: control), 1588-2008 table 19 (V2: messageType). */
#include "time_sync.h"

#include "checksum.h"

namespace ringside::ref
{
namespace
{

constexpr time_ns clock_ns = 40; /* 25 MHz */
constexpr std::uint32_t control_valid = bit(0), control_enable = bit(4);
constexpr std::uint8_t last_event_message = 3;
constexpr std::size_t source_at = 22, sequence_at = 30, control_at = 32;

enum Kind { l2_v2 = 0, l4_v1 = 1, l2_l4_v2 = 2, all = 4, event_v2 = 5 };

/* UDP to the port of RXUDP, whose low byte is the first on the line. */
bool is_l4(const Registers &registers, const std::uint8_t *frame, const Layers &l)
{
	const std::uint8_t *udp = frame + l.l3_end;

	return l.transport == Layers::Transport::udp &&
	       (udp[2] | udp[3] << 8) == static_cast<int>(registers[reg::rxudp] & 0xffff);
}

bool is_l2(const Registers &registers, const Layers &l)
{
	return l.ethertype == (registers[reg::rxmtrl] & 0xffff);
}

} // namespace

void TimeSync::reset(time_ns now)
{
	set_time(0, now);
	latched_high_ = 0;
	sent_ = received_ = Stamp{};
}

std::uint64_t TimeSync::time(time_ns now) const
{
	const std::uint32_t increment = registers_[reg::timinca];
	const std::uint64_t period_ns = (increment >> 24) * clock_ns;

	if (period_ns == 0)
		return base_;
	return base_ + (now - epoch_) / period_ns * (increment & 0xffffff);
}

void TimeSync::set_time(std::uint64_t time, time_ns now)
{
	base_ = time;
	epoch_ = now;
}

std::uint32_t TimeSync::read(std::uint32_t offset, time_ns now)
{
	switch (offset) {
	case reg::systiml:
		latched_high_ = static_cast<std::uint32_t>(time(now) >> 32);
		return static_cast<std::uint32_t>(time(now));
	case reg::systimh:
		return latched_high_;
	case reg::tsynctxctl:
		return registers_[offset] | (sent_.valid ? control_valid : 0);
	case reg::tsyncrxctl:
		return registers_[offset] | (received_.valid ? control_valid : 0);
	case reg::txstmpl:
		return static_cast<std::uint32_t>(sent_.time);
	case reg::txstmph:
		sent_.valid = false;
		return static_cast<std::uint32_t>(sent_.time >> 32);
	case reg::rxstmpl:
		return static_cast<std::uint32_t>(received_.time);
	case reg::rxstmph: /* what Linux reads last */
		received_.valid = false;
		return static_cast<std::uint32_t>(received_.time >> 32);
	case reg::rxsatrl:
		return static_cast<std::uint32_t>(received_.attributes);
	case reg::rxsatrh:
		received_.valid = false;
		return static_cast<std::uint32_t>(received_.attributes >> 32);
	default:
		return registers_[offset];
	}
}

void TimeSync::write(std::uint32_t offset, std::uint32_t value, time_ns now)
{
	const std::uint64_t t = time(now);

	switch (offset) {
	case reg::systiml:
		set_time((t >> 32 << 32) | value, now);
		break;
	case reg::systimh:
		set_time(std::uint64_t{value} << 32 | static_cast<std::uint32_t>(t), now);
		break;
	case reg::timinca:
		set_time(t, now);
		registers_.store(offset, value);
		break;
	case reg::timadjh:
		registers_.store(offset, value);
		set_time(t + (std::uint64_t{value} << 32 | registers_[reg::timadjl]), now);
		break;
	default:
		registers_.store(offset, value);
	}
}

void TimeSync::sent(time_ns now)
{
	if (sent_.valid || !(registers_[reg::tsynctxctl] & control_enable))
		return;
	sent_.valid = true;
	sent_.time = time(now);
}

/* By TSYNCRXCTL.TYPE; `message` is where the PTP message begins, 0 when that is no question. */
bool TimeSync::wanted(const std::uint8_t *frame, const Layers &l, std::size_t &message) const
{
	const std::uint32_t kind = registers_[reg::tsyncrxctl] >> 1 & 7;
	const std::uint32_t types = registers_[reg::rxmtrl];
	const bool l2 = is_l2(registers_, l), l4 = is_l4(registers_, frame, l);

	message = 0;
	if (kind == all)
		return true;
	if (kind == l4_v1) {
		message = l.payload;
		return l4 && l.payload + control_at < l.end &&
		       frame[message + control_at] == (types >> 16 & 0xff);
	}
	message = l4 ? l.payload : l.l3;
	if (!(l4 && kind != l2_v2) && !l2)
		return false;
	if (message >= l.end)
		return false;

	const std::uint8_t type = frame[message] & 0xf;

	if (kind == event_v2)
		return type <= last_event_message;
	return (kind == l2_v2 || kind == l2_l4_v2) && type == (types >> 24 & 0xf);
}

bool TimeSync::received(const std::uint8_t *frame, const Layers &l, time_ns now)
{
	std::size_t message;

	if (received_.valid || !(registers_[reg::tsyncrxctl] & control_enable) ||
	    !wanted(frame, l, message))
		return false;
	received_ = {true, time(now), 0};
	if (message && message + control_at <= l.end) {
		const std::uint8_t *source = frame + message + source_at;

		received_.attributes = std::uint64_t{load16(frame + message + sequence_at)} << 48 |
				       std::uint64_t{load16(source)} << 32 | load32(source + 2);
	}
	return true;
}

} // namespace ringside::ref
