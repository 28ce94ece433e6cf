// SPDX-License-Identifier: MIT
#include "transmit.h"

#include <algorithm>

namespace ringside::ref
{
namespace
{

/* Bits of dword 2 and 3 of descriptors (4.5). */
constexpr std::uint32_t cmd_eop = bit(24), cmd_ic_or_tse = bit(26), cmd_rs = bit(27);
constexpr std::uint32_t cmd_dext = bit(29), cmd_ide = bit(31);
constexpr std::uint32_t type_context = 0, type_data = 1;
constexpr std::uint32_t popts_ixsm = bit(8), popts_txsm = bit(9);
constexpr std::uint32_t status_dd = bit(0);

constexpr std::size_t max_frame = 16288; /* 4.10 */
constexpr std::size_t min_frame = 14;	 /* an Ethernet header: less cannot go on the line */
constexpr std::size_t padded_frame = 60;
constexpr std::size_t batch_bytes = 65536;

} // namespace

void Transmit::reset()
{
	context_ = Context{};
	line_blocked_ = false;
	abandon();
}

void Transmit::abandon()
{
	stage_ = Stage::idle;
	ready_at_ = 0;
	packet_.open = false;
	packet_.bytes.clear();
	cache_.clear();
	cached_ = 0;
	consumed_ = 0;
	done_.clear();
	frames_.clear();
	sent_ = 0;
}

bool Transmit::runnable() const
{
	return dma_allowed_ && (registers_[reg::tctl] & tctl_en) &&
	       (registers_[reg::tarc0] & tarc_enable);
}

time_ns Transmit::deadline() const
{
	if (!runnable())
		return never;
	switch (stage_) {
	case Stage::idle:
		return cached_ < cache_.size() || ring_.owned() ? 0 : never;
	case Stage::send:
		return line_blocked_ ? never : ready_at_;
	default:
		return ready_at_;
	}
}

bool Transmit::step(time_ns now)
{
	if (deadline() > now)
		return false;
	switch (stage_) {
	case Stage::idle:
		if (cached_ < cache_.size())
			gather(now);
		else
			fetch(now);
		return true;
	case Stage::gather:
		gather(now);
		return true;
	case Stage::send:
		if (send(now))
			write_back(now);
		return true;
	case Stage::complete:
		complete(now);
		return true;
	}
	return false;
}

void Transmit::fetch(time_ns now)
{
	const std::uint32_t head = ring_.head();
	const std::uint32_t n = std::min({ring_.owned(), descriptors_a_read, ring_.size() - head});

	cache_.resize(n);
	cached_ = 0;
	cache_address_ = ring_.address(head);
	ready_at_ = memory_.read(now, cache_address_, cache_.data(), n * descriptor_bytes).done_at;
	stage_ = Stage::gather;
}

void Transmit::gather(time_ns now)
{
	consumed_ = 0;
	gathered_bytes_ = 0;
	ready_at_ = now;
	while (cached_ < cache_.size() && gathered_bytes_ < batch_bytes) {
		take(cache_[cached_], cache_address_ + cached_ * descriptor_bytes, now);
		cached_++;
		consumed_++;
	}
	stage_ = Stage::send;
}

void Transmit::take(const Descriptor &d, std::uint64_t address, time_ns now)
{
	const std::uint32_t command = d.word[2];
	const bool write_every = registers_[reg::ivar] & ivar_tx_every_writeback;

	if (!(command & cmd_dext) || (command >> 20 & 0xf) == type_data)
		take_data(d, now);
	else if ((command >> 20 & 0xf) == type_context && !packet_.open)
		take_context(d);
	if ((command & cmd_rs) || write_every)
		done_.push_back({address, d.word[3] | status_dd, (command & cmd_ide) != 0});
}

void Transmit::take_context(const Descriptor &d)
{
	context_.ipcss = d.word[0] & 0xff;
	context_.ipcso = d.word[0] >> 8 & 0xff;
	context_.ipcse = d.word[0] >> 16;
	context_.tucss = d.word[1] & 0xff;
	context_.tucso = d.word[1] >> 8 & 0xff;
	context_.tucse = d.word[1] >> 16;
	context_.payload_bytes = d.word[2] & 0xfffff;
	context_.tcp = d.word[2] & bit(24);
	context_.ipv4 = d.word[2] & bit(25);
	context_.header_bytes = d.word[3] >> 8 & 0xff;
	context_.mss = d.word[3] >> 16;
}

void Transmit::take_data(const Descriptor &d, time_ns now)
{
	const bool extended = d.word[2] & cmd_dext;
	const std::uint64_t address = std::uint64_t{d.word[1]} << 32 | d.word[0];

	if (!packet_.open)
		open_packet(d, extended);
	append(address, d.word[2] & (extended ? 0xfffff : 0xffff), now);
	if (d.word[2] & cmd_eop)
		close_packet(d, extended);
}

/* Options are the first descriptor's (4.6). */
void Transmit::open_packet(const Descriptor &d, bool extended)
{
	packet_.open = true;
	packet_.discard = false;
	packet_.bytes.clear();
	packet_.segmented = extended && (d.word[2] & cmd_ic_or_tse) && (features_ & feature_tso);
	packet_.ip_checksum = extended && (d.word[3] & popts_ixsm) && (features_ & feature_tx_csum);
	packet_.transport_checksum =
		extended && (d.word[3] & popts_txsm) && (features_ & feature_tx_csum);
	packet_.legacy_start = d.word[3] >> 8 & 0xff;
}

std::size_t Transmit::packet_limit() const
{
	return packet_.segmented ? context_.header_bytes + context_.payload_bytes : max_frame;
}

/* A null address contributes nothing (trap 6); bytes beyond the limit are never read. */
void Transmit::append(std::uint64_t address, std::size_t len, time_ns now)
{
	std::vector<std::uint8_t> &bytes = packet_.bytes;
	const std::size_t had = bytes.size();

	if (packet_.discard || len == 0 || address == 0)
		return;
	if (had + len > packet_limit()) {
		if (!packet_.segmented) {
			packet_.discard = true;
			bytes.clear();
			return;
		}
		len = packet_limit() - had;
		if (len == 0)
			return;
	}
	bytes.resize(had + len);
	gathered_bytes_ += len;

	const Access access = memory_.read(now, address, bytes.data() + had, len);

	ready_at_ = std::max(ready_at_, access.done_at);
	if (!access.ok)
		packet_.discard = true;
}

void Transmit::close_packet(const Descriptor &d, bool extended)
{
	packet_.open = false;
	if (!packet_.segmented) {
		if (!packet_.discard && !packet_.bytes.empty())
			emit_single(d, extended);
		return;
	}
	statistics_.count(stat::tsctc);
	if (packet_.discard || !can_segment(context_, packet_.bytes.size(), max_frame)) {
		statistics_.count(stat::tsctfc);
		return;
	}
	segment(context_, packet_.ip_checksum, packet_.transport_checksum, packet_.bytes.data(),
		packet_.bytes.size(), padded_bytes(), frames_);
}

/* Shorter frames are padded to this with TCTL.PSP (4.10). */
std::size_t Transmit::padded_bytes() const
{
	return registers_[reg::tctl] & tctl_psp ? padded_frame : 0;
}

void Transmit::emit_single(const Descriptor &d, bool extended)
{
	const std::size_t len = packet_.bytes.size();
	std::uint8_t *frame;

	if (std::max(len, padded_bytes()) < min_frame)
		return;
	frame = frames_.append(std::max(len, padded_bytes()));
	std::copy(packet_.bytes.begin(), packet_.bytes.end(), frame);
	if (extended)
		insert_checksums(context_, packet_.ip_checksum, packet_.transport_checksum, frame,
				 len);
	else if ((d.word[2] & cmd_ic_or_tse) && (features_ & feature_tx_csum))
		insert_checksum(frame, len, packet_.legacy_start, 0, d.word[2] >> 16 & 0xff, false);
}

/* False: the line is full. */
bool Transmit::send(time_ns now)
{
	for (; sent_ < frames_.count(); sent_++) {
		const std::uint8_t *frame = frames_.frame(sent_);
		const std::size_t len = frames_.length(sent_);

		if (!line_.send(now, frame, len)) {
			line_blocked_ = true;
			return false;
		}
		statistics_.count_transmitted(frame, len);
	}
	frames_.clear();
	sent_ = 0;
	return true;
}

/* Only the last dword of a descriptor changes (4.5). */
void Transmit::write_back(time_ns now)
{
	constexpr std::uint64_t status_offset = 12;

	ready_at_ = now;
	for (const Done &d : done_)
		ready_at_ =
			memory_.write(now, d.address + status_offset, &d.status, sizeof(d.status))
				.done_at;
	ring_.advance(consumed_);
	stage_ = Stage::complete;
}

void Transmit::complete(time_ns now)
{
	bool at_once = false, delayed = false;

	for (const Done &d : done_) {
		at_once |= !d.delayed;
		delayed |= d.delayed;
	}
	done_.clear();
	stage_ = Stage::idle;
	if (at_once || delayed)
		events_.transmitted(at_once, delayed, now);
	if (cached_ == cache_.size() && ring_.owned() == 0)
		events_.transmit_queue_empty(now);
}

} // namespace ringside::ref
