// SPDX-License-Identifier: MIT
#include "receive.h"

#include <algorithm>

#include "checksum.h"
#include "verifier.h"
#include "wake.h"

namespace ringside::ref
{
namespace
{

/* Status and error bits of the extended descriptor's dword 2 (5.6). */
constexpr std::uint32_t status_dd = bit(0), status_eop = bit(1), status_ixsm = bit(2);
constexpr std::uint32_t status_vp = bit(3);
constexpr std::uint32_t status_udpcs = bit(4), status_tcpcs = bit(5), status_ipcs = bit(6);
constexpr std::uint32_t status_pif = bit(7), status_ipidv = bit(9), status_udpv = bit(10),
			error_tcpe = bit(29), error_ipe = bit(30);
constexpr std::uint32_t status_tst = bit(8), status_ack = bit(15), error_ce = bit(24);
constexpr unsigned int packet_type_shift = 16, checksum_shift = 16;

constexpr std::size_t fcs_bytes = 4, mac_addresses_bytes = 12, tag_bytes = 4;
constexpr std::size_t min_frame = 60;	   /* without FCS */
constexpr std::size_t max_ordinary = 1518; /* without FCS, unless RCTL.LPE (5.2) */
constexpr std::size_t max_long = 16380;
constexpr std::uint64_t unused_buffer = UINT64_MAX;
constexpr std::size_t ipv4_offset = 6, ipv4_protocol = 9, udp_header = 8, udp_checksum = 6;
constexpr std::uint8_t ipv4_udp = 17;

} // namespace

void Receive::reset()
{
	abandon();
	fifo_.clear();
	fifo_bytes_ = 0;
}

void Receive::power_on()
{
	reset();
	refused_ = false;
	link_ = false;
}

void Receive::abandon(unsigned int queue)
{
	if (active_ == queue) {
		stage_ = Stage::idle;
		ready_at_ = 0;
		used_ = 0;
	}
	queues_[queue].cache.clear();
}

void Receive::abandon()
{
	for (unsigned int i = 0; i < queues_.size(); i++)
		abandon(i);
}

bool Receive::runnable() const
{
	return dma_allowed_ && (registers_[reg::rctl] & rctl_en);
}

/* Receive's share of the packet buffer. */
std::size_t Receive::capacity() const
{
	constexpr std::size_t least = 4096, all = 40960;

	return std::clamp<std::size_t>((registers_[reg::pba] & 0xffff) * std::size_t{1024}, least,
				       all);
}

bool Receive::has_room() const
{
	return fifo_bytes_ < capacity();
}

/* With the receiver off or no link, what is on the line goes past the card. */
bool Receive::listening() const
{
	return link_ && !looped_ && (registers_[reg::rctl] & rctl_en);
}

bool Receive::takes() const
{
	return !listening() || drop_when_full_ || asleep_ || has_room();
}

void Receive::announce_room(time_ns now)
{
	if (!refused_ || !takes())
		return;
	refused_ = false;
	events_.receive_room(now);
}

/* 0: tags are nothing special. */
std::uint16_t Receive::vlan_ethertype() const
{
	return features_ & feature_vlan ? static_cast<std::uint16_t>(registers_[reg::vet]) : 0;
}

bool Receive::tagged(const std::uint8_t *frame) const
{
	return vlan_ethertype() && load16(frame + mac_addresses_bytes) == vlan_ethertype();
}

/* Everything that goes by is counted, and what is wrong with it (section 7). */
void Receive::count_arrival(const Arrival &a)
{
	const bool undersize = a.line_len < min_frame;

	statistics_.count(stat::tpr);
	statistics_.add_octets(stat::torl, (a.good_fcs ? a.len : a.line_len) + fcs_bytes);
	if (undersize)
		statistics_.count(a.good_fcs ? stat::ruc : stat::rfc);
	if (a.oversize)
		statistics_.count(a.good_fcs ? stat::roc : stat::rjc);
	if (undersize || a.oversize)
		statistics_.count(stat::rlec);
	else if (!a.good_fcs)
		statistics_.count(stat::crcerrs);
}

/* Filters of 5.2, in their order. */
bool Receive::acceptable(const Arrival &a, bool &inexact, time_ns now)
{
	if (a.line_len > max_long || (!a.good() && !(registers_[reg::rctl] & rctl_sbp)))
		return false;
	if (a.good() && events_.receive_pause(a.bytes, now))
		return false;
	if (tagged(a.bytes) && !passes_vlan(registers_, load16(a.bytes + 14)))
		return false;

	const Match match = match_address(registers_, a.bytes);

	inexact = match == Match::inexact;
	return match != Match::none;
}

void Receive::keep(const Arrival &a, bool inexact, time_ns now)
{
	std::vector<std::uint8_t> bytes;
	Frame f;

	if (!spare_.empty()) {
		bytes = std::move(spare_.back());
		spare_.pop_back();
	}
	f.line_bytes = a.len + fcs_bytes;
	f.damaged = !a.good_fcs;
	f.inexact = inexact;
	f.stripped = tagged(a.bytes) && (registers_[reg::ctrl] & ctrl_vme);
	bytes.assign(a.bytes, a.bytes + a.len);
	if (f.stripped) {
		f.tag = load16(a.bytes + mac_addresses_bytes + 2);
		bytes.erase(bytes.begin() + mac_addresses_bytes,
			    bytes.begin() + mac_addresses_bytes + tag_bytes);
	}
	/* What was padded on has no headers. */
	f.layers = find_layers(bytes.data(), a.line_len - (f.stripped ? tag_bytes : 0),
			       f.stripped ? 0 : vlan_ethertype());
	f.stamped = events_.receive_stamp(bytes.data(), f.layers, now);
	if (features_ & feature_rss)
		f.rss = scale(registers_, bytes.data(), f.layers);
	if (!(features_ & feature_queues))
		f.rss.queue = 0;
	fifo_bytes_ += bytes.size();
	f.bytes = std::move(bytes);
	fifo_.push_back(std::move(f));
	events_.receive_level(fifo_bytes_, now);
}

void Receive::drop_front(time_ns now)
{
	fifo_bytes_ -= fifo_.front().bytes.size();
	spare_.push_back(std::move(fifo_.front().bytes));
	fifo_.pop_front();
	events_.receive_level(fifo_bytes_, now);
}

bool Receive::arrive(const std::uint8_t *frame, std::size_t len, bool good_fcs, time_ns now)
{
	if (!takes()) {
		refused_ = true;
		return false;
	}
	if (listening())
		take_in(frame, len, good_fcs, now);
	return true;
}

void Receive::loop(const std::uint8_t *frame, std::size_t len, time_ns now)
{
	if (registers_[reg::rctl] & rctl_en)
		take_in(frame, len, true, now);
}

void Receive::take_in(const std::uint8_t *frame, std::size_t len, bool good_fcs, time_ns now)
{
	const bool oversize =
		len > max_long || (len > max_ordinary && !(registers_[reg::rctl] & rctl_lpe));
	std::array<std::uint8_t, min_frame> padded{};
	Arrival a = {frame, std::max(len, min_frame), len, good_fcs, oversize};
	bool inexact;

	if (len < min_frame) {
		std::copy(frame, frame + len, padded.begin());
		a.bytes = padded.data();
	}
	count_arrival(a);
	if (!acceptable(a, inexact, now))
		return;
	if (asleep_) {
		if (a.good())
			events_.woken(
				wake_reasons(registers_, a.bytes, a.len, vlan_ethertype(), inexact),
				a.bytes, a.len, now);
		return;
	}
	if (!has_room()) {
		statistics_.count(stat::mpc);
		events_.receive_overrun(now);
		return;
	}
	if (a.good())
		statistics_.count_received(a.bytes, a.len);
	keep(a, inexact, now);
	if (queues_[fifo_.back().rss.queue].ring.owned() == 0)
		statistics_.count(stat::rnbc);
}

bool Receive::splitting() const
{
	return (features_ & feature_split) && split_enabled(registers_);
}

/* 5.2b, where packets are not split. */
std::size_t Receive::buffer_bytes() const
{
	const std::uint32_t rctl = registers_[reg::rctl];
	const std::uint32_t flex_kib = rctl >> 27 & 0xf, code = rctl >> 16 & 3;

	if (flex_kib)
		return flex_kib * std::size_t{1024};
	if (!(rctl & rctl_bsex))
		return std::size_t{2048} >> code;
	return code ? std::size_t{32768} >> code : 2048;
}

/* The line carries no FCS; software that wants one finds zeros (5.9). */
std::size_t Receive::delivered_bytes(const Frame &f) const
{
	return f.bytes.size() + (registers_[reg::rctl] & rctl_secrc ? 0 : fcs_bytes);
}

std::uint32_t Receive::descriptors_for(const Frame &f) const
{
	const std::size_t size = buffer_bytes(), total = delivered_bytes(f);

	if (!splitting())
		return static_cast<std::uint32_t>((total + size - 1) / size);

	const std::size_t header = split_header(registers_, f.layers);
	std::uint32_t units = 0;

	for (std::size_t done = 0; done < total; units += split_descriptor_units) {
		for (std::size_t bytes : split_share(registers_, header, total - done, done == 0))
			done += bytes;
	}
	return units;
}

bool Receive::startable() const
{
	if (fifo_.empty())
		return false;

	const std::uint32_t need = descriptors_for(fifo_.front());
	const Ring &ring = queues_[fifo_.front().rss.queue].ring;

	return ring.owned() >= need || (ring.size() && need >= ring.size());
}

time_ns Receive::deadline() const
{
	if (!runnable())
		return never;
	if (stage_ == Stage::idle)
		return startable() ? 0 : never;
	return ready_at_;
}

bool Receive::step(time_ns now)
{
	if (deadline() > now)
		return false;
	switch (stage_) {
	case Stage::idle:
		fetch(now);
		break;
	case Stage::fetched:
		deliver(now);
		break;
	case Stage::delivered:
		report(now);
		break;
	case Stage::reported:
		complete(now);
		break;
	}
	return true;
}

/* Makes the cache hold enough for the first frame; a frame no ring can hold is thrown away. */
void Receive::fetch(time_ns now)
{
	const std::uint32_t need = descriptors_for(fifo_.front());

	active_ = fifo_.front().rss.queue;

	const Ring &ring = queues_[active_].ring;
	std::vector<Descriptor> &cache = queues_[active_].cache;

	if (need >= ring.size()) {
		statistics_.count(stat::mpc);
		drop_front(now);
		announce_room(now);
		return;
	}
	ready_at_ = now;
	while (cache.size() < need) {
		const std::uint32_t have = static_cast<std::uint32_t>(cache.size());
		const std::uint32_t first = ring.wrapped(ring.head() + have);
		const std::uint32_t n =
			std::min({ring.owned() - have, descriptors_a_read, ring.size() - first});

		cache.resize(have + n);
		ready_at_ =
			memory_.read(now, ring.address(first), &cache[have], n * descriptor_bytes)
				.done_at;
	}
	stage_ = Stage::fetched;
}

void Receive::deliver(time_ns now)
{
	const std::size_t available = queues_[active_].cache.size();

	ready_at_ = now;
	used_ = 0;
	split_ = splitting();
	has_small_ = has_ack_ = false;
	while (!fifo_.empty() && fifo_.front().rss.queue == active_ &&
	       used_ + descriptors_for(fifo_.front()) <= available) {
		if (split_)
			deliver_split(fifo_.front(), now);
		else
			deliver_frame(fifo_.front(), now);
		detect(fifo_.front());
		drop_front(now);
	}
	stage_ = Stage::delivered;
	announce_room(now);
}

void Receive::deliver_frame(const Frame &f, time_ns now)
{
	const std::size_t total = delivered_bytes(f), size = buffer_bytes();
	const Report not_last = {f.rss.queue << 8, 0, status_dd, 0}, last = report_of(f);

	for (std::size_t offset = 0; offset < total; offset += size) {
		Descriptor &d = queues_[active_].cache[used_++];
		const std::size_t len = std::min(size, total - offset);

		write_buffer(f, offset, len, std::uint64_t{d.word[1]} << 32 | d.word[0], now);
		fill(d, len, offset + len == total ? last : not_last);
	}
}

/* Four addresses in, lengths of the four buffers and of the header out (5.6). */
void Receive::deliver_split(const Frame &f, time_ns now)
{
	constexpr std::uint32_t header_split = bit(15);
	const std::size_t total = delivered_bytes(f), header = split_header(registers_, f.layers);
	const Report not_last = {f.rss.queue << 8, 0, status_dd, 0}, last = report_of(f);

	for (std::size_t offset = 0; offset < total;) {
		Descriptor &low = queues_[active_].cache[used_++];
		Descriptor &high = queues_[active_].cache[used_++];
		const std::uint32_t *words[split_buffers] = {low.word, low.word + 2, high.word,
							     high.word + 2};
		const bool first = offset == 0;
		const SplitShare share = split_share(registers_, header, total - offset, first);

		for (unsigned int i = 0; i < split_buffers; i++) {
			if (share[i])
				write_buffer(f, offset, share[i],
					     std::uint64_t{words[i][1]} << 32 | words[i][0], now);
			offset += share[i];
		}
		fill(low, share[0], offset == total ? last : not_last);
		high = {{static_cast<std::uint32_t>(share[1] << 16) |
				 (header ? header_split | static_cast<std::uint32_t>(header) : 0u),
			 static_cast<std::uint32_t>(share[2] | share[3] << 16), 0, 0}};
	}
}

/* A null or an unused buffer swallows its share of the frame (5.6). */
void Receive::write_buffer(const Frame &f, std::size_t offset, std::size_t len,
			   std::uint64_t address, time_ns now)
{
	static constexpr std::uint8_t fcs[fcs_bytes] = {};
	const std::size_t from_frame =
		offset < f.bytes.size() ? std::min(len, f.bytes.size() - offset) : 0;

	if (address == 0 || address == unused_buffer)
		return;
	if (from_frame)
		ready_at_ =
			memory_.write(now, address, f.bytes.data() + offset, from_frame).done_at;
	if (len > from_frame)
		ready_at_ = memory_.write(now, address + from_frame, fcs, len - from_frame).done_at;
}

/* None with RFCTL.ACK_DIS, only those without data with ACK_DATA_DIS. */
bool Receive::counts_as_ack(const Layers &l) const
{
	if (!(features_ & feature_detect))
		return false;
	if (registers_[reg::rfctl] & rfctl_ack_dis)
		return false;
	return registers_[reg::rfctl] & rfctl_ack_data_dis ? l.pure_ack : l.ack;
}

void Receive::detect(const Frame &f)
{
	if (!(features_ & feature_detect))
		return;
	has_small_ |= f.line_bytes < registers_[reg::rsrpd];
	has_ack_ |= counts_as_ack(f.layers);
}

/* IPPCSE: of the pieces of a UDP datagram over IPv4 the payload of IP is summed, for PCSS 0. */
bool Receive::sums_payload(const Frame &f) const
{
	const std::uint32_t rxcsum = registers_[reg::rxcsum];
	const Layers &l = f.layers;

	return (features_ & feature_packet_csum) &&
	       (rxcsum & (rxcsum_ippcse | rxcsum_pcsd | rxcsum_pcss)) == rxcsum_ippcse &&
	       l.fragment && l.network == Layers::Network::ipv4 &&
	       f.bytes[l.l3 + ipv4_protocol] == ipv4_udp;
}

/* Of the first piece: it has UDP's header, and that a checksum. */
bool Receive::has_udp_checksum(const Frame &f) const
{
	const Layers &l = f.layers;

	return sums_payload(f) && !(load16(f.bytes.data() + l.l3 + ipv4_offset) & 0x1fff) &&
	       l.l3_end + udp_header <= l.end && load16(f.bytes.data() + l.l3_end + udp_checksum);
}

/* From byte RXCSUM.PCSS of what is delivered to its end, FCS excluded, not inverted (5.4). */
std::uint32_t Receive::packet_checksum(const Frame &f) const
{
	const std::size_t start = registers_[reg::rxcsum] & rxcsum_pcss;

	if (sums_payload(f))
		return ones_sum(f.bytes.data() + f.layers.l3_end, f.layers.end - f.layers.l3_end);
	if (!(features_ & feature_packet_csum) || start >= f.bytes.size())
		return 0;
	return ones_sum(f.bytes.data() + start, f.bytes.size() - start);
}

Receive::Report Receive::report_of(const Frame &f) const
{
	const std::uint32_t rxcsum = registers_[reg::rxcsum], rfctl = registers_[reg::rfctl];
	const Layers &l = f.layers;
	const Verdict v = verify(f.bytes.data(), l);
	const bool ipv4 = l.network == Layers::Network::ipv4;
	const bool ipv6 = l.network == Layers::Network::ipv6;
	const bool transport = l.transport != Layers::Transport::none;
	const bool enabled = features_ & feature_rx_csum;
	const bool judged = v.transport_checked && enabled && (rxcsum & rxcsum_tuofl) &&
			    !(ipv6 && (rfctl & rfctl_ipv6_xsum_dis));
	const bool ip_judged = v.ip_checked && enabled && (rxcsum & rxcsum_ipofl);
	const bool ip_id = ipv4 && !(rxcsum & rxcsum_pcsd);
	std::uint32_t status = status_dd | status_eop | (f.inexact ? status_pif : 0) |
			       (f.stripped ? status_vp : 0) | (f.stamped ? status_tst : 0) |
			       (f.damaged ? error_ce : 0);

	if (ip_judged)
		status |= status_ipcs | (v.ip_bad ? error_ipe : 0);
	if (judged)
		status |= status_tcpcs |
			  (l.transport == Layers::Transport::udp ? status_udpcs : 0) |
			  (v.transport_bad ? error_tcpe : 0);
	if (!ip_judged && !judged)
		status |= status_ixsm;
	if (ipv4)
		status |= (transport ? 2u : 1u) << packet_type_shift;
	else if (ipv6 && !(rfctl & rfctl_ipv6_dis))
		status |= (transport ? 6u : 5u) << packet_type_shift;
	if (ip_id)
		status |= status_ipidv;
	if (has_udp_checksum(f))
		status |= status_udpv;
	if (counts_as_ack(l))
		status |= status_ack;

	const std::uint32_t check =
		rxcsum & rxcsum_pcsd ? f.rss.hash
				     : packet_checksum(f) << checksum_shift |
					       (ip_id ? load16(f.bytes.data() + l.l3 + 4) : 0u);

	return {f.rss.type | f.rss.queue << 8, check, status, f.tag};
}

/* The write-back formats of 5.6; both have DD in the upper eight bytes. */
void Receive::fill(Descriptor &d, std::size_t len, const Report &report) const
{
	const std::uint32_t status = report.status;

	if (registers_[reg::rfctl] & rfctl_exten) {
		d.word[0] = report.mrq;
		d.word[1] = report.check;
		d.word[2] = status;
		d.word[3] = static_cast<std::uint32_t>(len) | std::uint32_t{report.tag} << 16;
	} else {
		d.word[2] = static_cast<std::uint32_t>(len) | (report.check & 0xffff0000);
		d.word[3] =
			(status >> 16 & 0xff00) | (status & 0xff) | std::uint32_t{report.tag} << 16;
	}
}

/* Writes back so many 16-byte units of the batch. */
time_ns Receive::write_units(std::uint32_t from, std::uint32_t count, time_ns now)
{
	const Ring &ring = queues_[active_].ring;
	time_ns done_at = now;

	for (const std::uint32_t end = from + count; from < end;) {
		const std::uint32_t first = ring.wrapped(ring.head() + from);
		const std::uint32_t n = std::min(end - from, ring.size() - first);

		done_at = memory_.write(now, ring.address(first), &queues_[active_].cache[from],
					n * descriptor_bytes)
				  .done_at;
		from += n;
	}
	return done_at;
}

/* DD is in the first half of a split descriptor, which is therefore written last (trap 23). */
void Receive::report(time_ns now)
{
	ready_at_ = now;
	if (!split_)
		ready_at_ = write_units(0, used_, now);
	for (std::uint32_t i = 0; split_ && i < used_; i += split_descriptor_units) {
		write_units(i + 1, 1, now);
		ready_at_ = write_units(i, 1, now);
	}
	stage_ = Stage::reported;
}

/* RCTL.RDMTS: a half, a quarter or an eighth of the ring. */
std::uint32_t Receive::low_threshold(const Ring &ring) const
{
	return ring.size() >> ((registers_[reg::rctl] >> 8 & 3) + 1);
}

void Receive::complete(time_ns now)
{
	Queue &q = queues_[active_];
	const bool was_low = q.ring.owned() <= low_threshold(q.ring);

	q.ring.advance(used_);
	q.cache.erase(q.cache.begin(), q.cache.begin() + used_);
	used_ = 0;
	stage_ = Stage::idle;
	events_.received(active_, now);
	if (has_small_)
		events_.receive_small(now);
	if (has_ack_)
		events_.receive_ack(now);
	if (!was_low && q.ring.owned() <= low_threshold(q.ring))
		events_.receive_descriptors_low(now);
}

} // namespace ringside::ref
