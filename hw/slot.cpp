// SPDX-License-Identifier: MIT
// A card's slot: see slot.h.

#include "hw/slot.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "hw/error.h"
#include "hw/platform.h"

namespace ringside
{
namespace
{

constexpr uint64_t kPageBytes = 4096;

std::unique_ptr<Card> make_card(const std::string &model, const TimeConfig &time,
				const CardConfig &config, CardOutside &outside)
{
	if (model == "rtl")
		return make_rtl_card("card", time, config, outside);
	if (model == "ref")
		return make_ref_card("card", time, config, outside);
	throw Error(-EINVAL, "no card model '" + model + "'; use rtl or ref");
}

} // namespace

Slot::Slot(sc_core::sc_module_name name, Platform &platform, const std::string &model,
	   const TimeConfig &time, const CardConfig &config, const ringside_host_ops &ops,
	   void *host)
    : sc_module(name), mmio_("mmio"), memory_("memory"), wake_("wake"), platform_(platform),
      time_(time), config_(config), ops_(ops), host_(host),
      card_(make_card(model, time_, config_, *this))
{
	SC_HAS_PROCESS(Slot);
	SC_METHOD(activate);
	sensitive << wake_;
	dont_initialize();

	mmio_.bind(card_->mmio);
	card_->dma.bind(memory_);
	memory_.register_b_transport(this, &Slot::transport_dma);
	card_->power_on();
}

Slot::~Slot() = default;

void Slot::attach(Wire &wire, int side, Slot *peer)
{
	wire_ = &wire;
	side_ = side;
	peer_ = peer;
}

void Slot::power_on()
{
	wake_.cancel();
	scheduled_ns_ = RINGSIDE_TIME_NEVER;
	blocked_until_ns_ = 0;
	wire_full_ = false;
	counters_ = {};
	card_->power_on();
}

// Time

uint64_t Slot::epoch_ns() const
{
	return platform_.epoch_ns();
}

uint64_t Slot::next_arrival_ns() const
{
	return wire_ ? std::max(wire_->arrival_ns(side_), blocked_until_ns_) : RINGSIDE_TIME_NEVER;
}

uint64_t Slot::next_credit_ns() const
{
	return wire_full_ ? wire_->credit_ns(side_) : RINGSIDE_TIME_NEVER;
}

uint64_t Slot::wake_ns() const
{
	return std::min({card_->next_ns(), next_arrival_ns(), next_credit_ns()});
}

void Slot::schedule()
{
	uint64_t wake_ns = this->wake_ns();

	if (wake_ns == scheduled_ns_)
		return;
	wake_.cancel();
	scheduled_ns_ = wake_ns;
	if (wake_ns == RINGSIDE_TIME_NEVER)
		return;

	uint64_t kernel_ns = sc_core::sc_time_stamp().value() - epoch_ns();
	if (wake_ns > kernel_ns)
		wake_.notify(sc_core::sc_time::from_value(wake_ns - kernel_ns));
	else
		wake_.notify(sc_core::SC_ZERO_TIME);
}

/* The first instant at which something from outside, not known yet, could reach the card. */
uint64_t Slot::horizon_ns() const
{
	uint64_t horizon_ns = platform_.end_ns();

	if (wire_) {
		uint64_t peer_ns = peer_->wake_ns();
		if (peer_ns < RINGSIDE_TIME_NEVER - wire_->latency_ns())
			horizon_ns = std::min(horizon_ns, peer_ns + wire_->latency_ns());
		horizon_ns = std::min({horizon_ns, next_arrival_ns(), next_credit_ns()});
	}
	return horizon_ns;
}

void Slot::activate()
{
	uint64_t t_ns = sc_core::sc_time_stamp().value() - epoch_ns();

	scheduled_ns_ = RINGSIDE_TIME_NEVER;
	if (time_.mode == TimeMode::Free) {
		if (!may_burst_)
			return;
		may_burst_ = false;
		exchange_with_wire(t_ns);
		card_->burst(t_ns);
		return;
	}
	exchange_with_wire(t_ns);
	card_->run_until(horizon_ns());
	schedule();
}

void Slot::settle(uint64_t limit_ns)
{
	card_->settle(limit_ns);
}

// Wire

void Slot::exchange_with_wire(uint64_t t_ns)
{
	if (!wire_)
		return;
	while (next_arrival_ns() <= t_ns) {
		const std::vector<uint8_t> &frame = wire_->front(side_);

		if (!card_->receive(frame.data(), frame.size(), true, t_ns)) {
			blocked_until_ns_ = RINGSIDE_TIME_NEVER;
			break;
		}
		counters_.rx_frames++;
		counters_.rx_bytes += frame.size();
		wire_->pop(side_, t_ns);
		if (peer_->wire_full_ && platform_.inside_kernel())
			peer_->schedule();
	}
	if (next_credit_ns() <= t_ns) {
		wire_full_ = false;
		card_->transmit_ready(t_ns);
	}
}

bool Slot::transmit_on_wire(const uint8_t *frame, size_t len, uint64_t t_ns)
{
	uint8_t padded[kMinFrameBytes] = {};

	if (len < kMinFrameBytes) {
		memcpy(padded, frame, len);
		frame = padded;
		len = kMinFrameBytes;
	}
	if (!wire_->send(side_, frame, len, t_ns)) {
		wire_full_ = true;
		card_->lower_horizon(next_credit_ns());
		return false;
	}
	card_->lower_horizon(t_ns + 2 * wire_->latency_ns()); /* an answer, at the soonest */
	if (platform_.inside_kernel())
		peer_->schedule();
	return true;
}

// What the card does to its host

bool Slot::transmit(const uint8_t *frame, size_t len, uint64_t t_ns)
{
	if (!(wire_ ? transmit_on_wire(frame, len, t_ns) : ops_.transmit(host_, frame, len, t_ns)))
		return false;
	counters_.tx_frames++;
	counters_.tx_bytes += len;
	return true;
}

uint64_t Slot::now_ns()
{
	return ops_.now ? ops_.now(host_) : 0;
}

void Slot::receive_ready(uint64_t t_ns)
{
	if (!wire_) {
		ops_.receive_ready(host_);
		return;
	}
	/* The instant t is being worked on; the frame that waits comes at the next one. */
	blocked_until_ns_ = time_.mode == TimeMode::Free ? 0 : t_ns + kCycleNs;
	card_->lower_horizon(blocked_until_ns_);
}

void Slot::irq(unsigned vector, int level)
{
	counters_.irqs += level != 0 && vector != RINGSIDE_VECTOR_PME;
	ops_.irq(host_, vector, level);
}

void Slot::pba_clear(uint32_t vector_mask)
{
	ops_.pba_clear(host_, vector_mask);
}

void Slot::log(int severity, const std::string &line)
{
	ops_.log(host_, severity, (std::string(name()) + ": " + line).c_str());
}

int Slot::host_dma(bool write, uint64_t addr, uint8_t *buf, size_t len)
{
	if (addr + len - 1 < addr)
		return -EFAULT;
	while (len) {
		size_t chunk = std::min<uint64_t>(len, kPageBytes - addr % kPageBytes);
		int error = write ? ops_.dma_write(host_, addr, buf, chunk)
				  : ops_.dma_read(host_, addr, buf, chunk);

		if (error)
			return error;
		addr += chunk;
		buf += chunk;
		len -= chunk;
	}
	return 0;
}

/* Host memory, as the card sees it: dma_latency_ns away. */
void Slot::transport_dma(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
	const bool write = payload.is_write();
	const size_t len = payload.get_data_length();

	(write ? counters_.dma_write_bursts : counters_.dma_read_bursts)++;
	(write ? counters_.dma_write_bytes : counters_.dma_read_bytes) += len;
	if (host_dma(write, payload.get_address(), payload.get_data_ptr(), len)) {
		counters_.dma_errors++;
		payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
	} else {
		payload.set_response_status(tlm::TLM_OK_RESPONSE);
	}
	delay += sc_core::sc_time::from_value(time_.dma_latency_ns);
}

// What the host does to the card

uint32_t Slot::access(tlm::tlm_command command, uint64_t t_ns, uint32_t addr, uint32_t value,
		      unsigned size)
{
	uint64_t kernel_ns = sc_core::sc_time_stamp().value() - epoch_ns();
	sc_core::sc_time delay = sc_core::sc_time::from_value(t_ns - kernel_ns);

	payload_.set_command(command);
	payload_.set_address(addr);
	payload_.set_data_ptr(reinterpret_cast<uint8_t *>(&value));
	payload_.set_data_length(size);
	payload_.set_streaming_width(size);
	payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
	mmio_->b_transport(payload_, delay);
	return payload_.is_response_ok() ? value : UINT32_MAX;
}

uint32_t Slot::mmio_read(uint64_t t_ns, uint32_t addr, unsigned size)
{
	return access(tlm::TLM_READ_COMMAND, t_ns, addr, 0, size);
}

void Slot::mmio_write(uint64_t t_ns, uint32_t addr, uint32_t value, unsigned size)
{
	access(tlm::TLM_WRITE_COMMAND, t_ns, addr, value, size);
}

int Slot::receive_from_host(const uint8_t *frame, size_t len, uint64_t t_ns)
{
	uint8_t padded[kMinFrameBytes] = {};

	if (len < 14)
		return -EINVAL;
	if (len < kMinFrameBytes) {
		memcpy(padded, frame, len);
		frame = padded;
		len = kMinFrameBytes;
	}
	return receive_as_it_is(frame, len, true, t_ns);
}

int Slot::receive_damaged(const uint8_t *frame, size_t len, uint64_t t_ns)
{
	return receive_as_it_is(frame, len, false, t_ns);
}

int Slot::receive_as_it_is(const uint8_t *frame, size_t len, bool good_fcs, uint64_t t_ns)
{
	if (wire_ || len < 14 || len > kMaxFrameBytes)
		return -EINVAL;
	if (!card_->receive(frame, len, good_fcs, t_ns))
		return 0;
	counters_.rx_frames++;
	counters_.rx_bytes += len;
	return 1;
}

bool Slot::can_receive() const
{
	return card_->can_receive();
}

void Slot::transmit_ready(uint64_t t_ns)
{
	if (!wire_)
		card_->transmit_ready(t_ns);
}

void Slot::pci_state(uint64_t t_ns, const ringside_pci_state &state)
{
	card_->pci_state(t_ns, state);
}

void Slot::reset(uint64_t t_ns, ringside_reset_kind kind)
{
	card_->reset(t_ns, kind);
}

void Slot::counters(uint64_t t_ns, ringside_card_counters &out)
{
	if (time_.mode != TimeMode::Free)
		card_->run_until(t_ns); /* nothing is due: moves the card's clock only */
	out = counters_;
	card_->count(out);
}

} // namespace ringside
