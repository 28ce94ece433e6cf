// SPDX-License-Identifier: MIT
#include "transmit.h"

#include <algorithm>

namespace ringside::ref
{
namespace
{

/* Bits of dword 2 and 3 of descriptors (4.5). */
constexpr std::uint32_t cmd_eop = bit(24), cmd_ic_or_tse = bit(26), cmd_rs = bit(27);
constexpr std::uint32_t cmd_dext = bit(29), cmd_vle = bit(30), cmd_ide = bit(31);
constexpr std::uint32_t type_context = 0, type_data = 1;
constexpr std::uint32_t extcmd_tstamp = bit(4);
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
	held_until_ = 0;
	active_ = 0;
	abandon();
}

void Transmit::drop_batch()
{
	stage_ = Stage::idle;
	ready_at_ = 0;
	consumed_ = 0;
	done_.clear();
	frames_.clear();
	stamped_.clear();
	sent_ = 0;
	ran_low_ = false;
}

void Transmit::abandon(unsigned int queue)
{
	Queue &q = queues_[queue];

	if (active_ == queue)
		drop_batch();
	q.packet.open = false;
	q.packet.bytes.clear();
	q.in_turn = false;
	q.cache.clear();
	q.cached = 0;
}

void Transmit::abandon()
{
	for (unsigned int i = 0; i < queues_.size(); i++)
		abandon(i);
}

bool Transmit::runnable() const
{
	return dma_allowed_ && (registers_[reg::tctl] & tctl_en);
}

/* Whether a queue may and wants to begin a batch. */
bool Transmit::runnable(unsigned int queue) const
{
	if (queue && !(features_ & feature_queues))
		return false;
	return (registers_[reg::tarc0 + queue * reg::queue_stride] & tarc_enable) &&
	       queues_[queue].has_work();
}

/* The other queue's turn, unless this one's has not ended or only this one has work. */
unsigned int Transmit::next_queue() const
{
	const unsigned int other = 1 - active_;
	const bool stay = queues_[active_].in_turn || !runnable(other);

	return stay && runnable(active_) ? active_ : other;
}

time_ns Transmit::deadline() const
{
	if (!runnable())
		return never;
	switch (stage_) {
	case Stage::idle:
		return runnable(0) || runnable(1) ? 0 : never;
	case Stage::send:
		return line_blocked_ ? never : std::max(ready_at_, held_until_);
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
		start(now);
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

void Transmit::start(time_ns now)
{
	active_ = next_queue();
	if (queues_[active_].cached < queues_[active_].cache.size())
		gather(now);
	else
		fetch(now);
}

void Transmit::fetch(time_ns now)
{
	Queue &q = queues_[active_];
	const std::uint32_t head = q.ring.head();
	const std::uint32_t n =
		std::min({q.ring.owned(), descriptors_a_read, q.ring.size() - head});

	q.cache.resize(n);
	q.cached = 0;
	q.cache_address = q.ring.address(head);
	ready_at_ =
		memory_.read(now, q.cache_address, q.cache.data(), n * descriptor_bytes).done_at;
	stage_ = Stage::gather;
}

void Transmit::gather(time_ns now)
{
	Queue &q = queues_[active_];
	const bool other_waits = runnable(1 - active_);

	consumed_ = 0;
	gathered_bytes_ = 0;
	ready_at_ = now;
	while (q.cached < q.cache.size() && gathered_bytes_ < batch_bytes) {
		take(q, q.cache[q.cached], q.cache_address + q.cached * descriptor_bytes, now);
		q.cached++;
		consumed_++;
		if (other_waits && !q.in_turn)
			break;
	}
	stage_ = Stage::send;
}

void Transmit::take(Queue &q, const Descriptor &d, std::uint64_t address, time_ns now)
{
	const std::uint32_t command = d.word[2];
	const bool write_every = registers_[reg::ivar] & ivar_tx_every_writeback;

	if (!(command & cmd_dext) || (command >> 20 & 0xf) == type_data) {
		take_data(q.packet, d, now);
		q.in_turn = q.packet.open;
	} else if ((command >> 20 & 0xf) == type_context && !q.packet.open) {
		take_context(d);
		q.in_turn = true;
	}
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

void Transmit::take_data(Packet &packet, const Descriptor &d, time_ns now)
{
	const bool extended = d.word[2] & cmd_dext;
	const std::uint64_t address = std::uint64_t{d.word[1]} << 32 | d.word[0];

	if (!packet.open)
		open_packet(packet, d, extended);
	append(packet, address, d.word[2] & (extended ? 0xfffff : 0xffff), now);
	if (d.word[2] & cmd_eop)
		close_packet(packet, d, extended);
}

/* Options are the first descriptor's; the tag of a packet that is one frame is the last's (4.6). */
void Transmit::open_packet(Packet &packet, const Descriptor &d, bool extended)
{
	packet.open = true;
	packet.discard = false;
	packet.context = context_;
	packet.finish = finish_of(d);
	packet.stamped = extended && (d.word[3] & extcmd_tstamp);
	packet.bytes.clear();
	packet.segmented = extended && (d.word[2] & cmd_ic_or_tse) && (features_ & feature_tso);
	packet.ip_checksum = extended && (d.word[3] & popts_ixsm) && (features_ & feature_tx_csum);
	packet.transport_checksum =
		extended && (d.word[3] & popts_txsm) && (features_ & feature_tx_csum);
	packet.legacy_start = d.word[3] >> 8 & 0xff;
}

/* A null address contributes nothing (trap 6); bytes beyond the limit are never read. */
void Transmit::append(Packet &packet, std::uint64_t address, std::size_t len, time_ns now)
{
	std::vector<std::uint8_t> &bytes = packet.bytes;
	const std::size_t had = bytes.size();
	const std::size_t limit =
		packet.segmented ? packet.context.header_bytes + packet.context.payload_bytes
				 : max_frame;

	if (packet.discard || len == 0 || address == 0)
		return;
	if (had + len > limit) {
		if (!packet.segmented) {
			packet.discard = true;
			bytes.clear();
			return;
		}
		len = limit - had;
		if (len == 0)
			return;
	}
	bytes.resize(had + len);
	gathered_bytes_ += len;

	const Access access = memory_.read(now, address, bytes.data() + had, len);

	ready_at_ = std::max(ready_at_, access.done_at);
	if (!access.ok)
		packet.discard = true;
}

void Transmit::close_packet(Packet &packet, const Descriptor &d, bool extended)
{
	packet.open = false;
	if (!packet.segmented) {
		if (!packet.discard && !packet.bytes.empty())
			emit_single(packet, d, extended);
		return;
	}
	statistics_.count(stat::tsctc);
	if (packet.discard || !can_segment(packet.context, packet.bytes.size(), max_frame)) {
		statistics_.count(stat::tsctfc);
		return;
	}
	if (packet.stamped)
		stamped_.push_back(frames_.count());
	segment(packet.context, packet.ip_checksum, packet.transport_checksum, packet.bytes.data(),
		packet.bytes.size(), packet.finish, frames_);
}

/* Padding with TCTL.PSP, a tag with VLE and CTRL.VME (4.10). */
Finish Transmit::finish_of(const Descriptor &d) const
{
	Finish finish;

	finish.min_bytes = registers_[reg::tctl] & tctl_psp ? padded_frame : 0;
	finish.tagged = (d.word[2] & cmd_vle) && (registers_[reg::ctrl] & ctrl_vme) &&
			(features_ & feature_vlan);
	finish.tag_ethertype = static_cast<std::uint16_t>(registers_[reg::vet]);
	finish.tag = static_cast<std::uint16_t>(d.word[3] >> 16);
	return finish;
}

void Transmit::emit_single(const Packet &packet, const Descriptor &d, bool extended)
{
	const Finish finish = finish_of(d);
	const std::size_t len = packet.bytes.size();
	std::uint8_t *frame;

	if (std::max(len, finish.min_bytes) < min_frame)
		return;
	if (packet.stamped)
		stamped_.push_back(frames_.count());
	frame = frames_.append(len, finish);
	std::copy(packet.bytes.begin(), packet.bytes.end(), frame);
	if (extended)
		insert_checksums(packet.context, packet.ip_checksum, packet.transport_checksum,
				 frame, len);
	else if ((d.word[2] & cmd_ic_or_tse) && (features_ & feature_tx_csum))
		insert_checksum(frame, len, packet.legacy_start, 0, d.word[2] >> 16 & 0xff, false);
	insert_tag(frame, finish);
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
		if (std::binary_search(stamped_.begin(), stamped_.end(), sent_))
			events_.transmit_stamp(now);
		statistics_.count_transmitted(frame, len);
	}
	frames_.clear();
	stamped_.clear();
	sent_ = 0;
	return true;
}

/* LWTHRESH counts in eights; 0: there is no threshold. */
std::uint32_t Transmit::low_threshold() const
{
	return (registers_[reg::txdctl0 + active_ * reg::queue_stride] >> 25) * 8;
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

	Ring &ring = queues_[active_].ring;
	const std::uint32_t low = low_threshold(), had = ring.owned();

	ring.advance(consumed_);
	ran_low_ = low && had > low && ring.owned() <= low;
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
		events_.transmitted(active_, at_once, delayed, now);
	if (!queues_[active_].has_work())
		events_.transmit_queue_empty(now);
	if (ran_low_)
		events_.transmit_descriptors_low(now);
	ran_low_ = false;
}

} // namespace ringside::ref
