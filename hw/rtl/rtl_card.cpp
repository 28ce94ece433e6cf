// SPDX-License-Identifier: MIT
// The Verilated card's clock loop: see rtl_card.h.

#include "hw/rtl/rtl_card.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace ringside
{
namespace
{

/* Frames that may wait outside the card before its host holds more back. */
constexpr size_t kHeldFrames = 32;
/* On a line that does not wait: only so that a host that never lets time pass runs into an end. */
constexpr size_t kLineFrames = 65536;
constexpr int kResetCycles = 16;
constexpr int kAccessCycles = 64;
/* Of edges that the same blocks are spared in a row, the first is tried and one in so many cycles. */
constexpr uint64_t kTryEvery = 16;
constexpr int kDrainCycles = 65536;
/* In a burst the host and its clock are looked at once in so many cycles. */
constexpr uint64_t kLookCycles = 16;
/* busy_o: DMA read, DMA write. */
constexpr uint32_t kBusyDma = 0xc;

} // namespace

RtlCard::RtlCard(sc_core::sc_module_name name, const TimeConfig &time, const CardConfig &config,
		 CardOutside &outside)
    : Card(name, time, config, outside), memory_(model_, *this), sink_(model_),
      source_(model_, config.line_drop ? kLineFrames : kHeldFrames),
      step_ns_(time.mode == TimeMode::Free ? 0 : kCycleNs)
{
}

void RtlCard::power_on()
{
	const TimeConfig &time = time_config();

	model_.power_on(time.trace_file, time.trace_from_ns, time.trace_to_ns);
	memory_.power_on();
	sink_.power_on();
	source_.power_on();
	eval_clock_.power_on();

	model_->feature_en_i = config().features;
	model_->autoneg_ns_i = config().autoneg_ns;
	model_->line_drop_i = config().line_drop;
	model_->mac_i = 0;
	for (size_t i = 0; i < config().mac.size(); i++)
		model_->mac_i |= static_cast<uint64_t>(config().mac[i]) << (8 * i);
	model_->s_axil_bready_i = 1;
	model_->s_axil_rready_i = 1;

	pci_ = {};
	now_ns_ = 0;
	intx_ = refused_ = interrupted_ = false;
	cycles_ = timed_cycles_ = 0;
	apply_pci_state();
	hold_reset(RINGSIDE_RESET_POWER);
}

void RtlCard::hold_reset(ringside_reset_kind kind)
{
	model_->rst_ni = 0;
	model_->reset_kind_i = kind == RINGSIDE_RESET_PCI;
	for (int i = 0; i < kResetCycles; i++)
		model_.cycle(now_ns_, kAllBlocks);
	cycles_ += kResetCycles;
	model_->rst_ni = 1;
	quiet_ = false;
}

// Time

/* Everything before t has happened: in between the card slept. */
void RtlCard::come_to(uint64_t t_ns)
{
	now_ns_ = std::max(now_ns_, step_ns_ ? on_grid(t_ns) : t_ns);
	quiet_ = false;
}

uint64_t RtlCard::next_ns() const
{
	if (!quiet_ || !time_config().skip)
		return now_ns_;
	uint64_t next_ns = std::min<uint64_t>(model_->deadline_o, memory_.next_ns());
	return std::max(now_ns_, step_ns_ ? on_grid(next_ns) : next_ns);
}

/* Those that are not idle. */
uint32_t RtlCard::blocks_to_clock() const
{
	if (!time_config().skip)
		return kAllBlocks;
	return ~model_->block_idle_o & kAllBlocks;
}

void RtlCard::try_edge(uint64_t t_ns, uint32_t blocks, const char *what)
{
	const size_t byte = model_.changed_by_edge(t_ns, blocks);

	if (byte == model_.state_bytes())
		return;
	std::fprintf(
		stderr,
		"check_skips: an edge at %llu ns of which %s (%x) is spared changes byte %zu of %s\n",
		static_cast<unsigned long long>(t_ns), what, blocks, byte,
		"Vringside_card___024root");
	std::abort();
}

/* Sleeping from now_ns_ to next_ns: the first and the last edge of it. */
void RtlCard::check_sleep(uint64_t next_ns)
{
	if (!time_config().check_skips || next_ns <= now_ns_)
		return;
	/* At an edge the card sees the time of the one before. */
	try_edge(now_ns_ - kCycleNs, kAllBlocks | kRestOfCard, "the sleeping card");
	try_edge(next_ns - 2 * kCycleNs, kAllBlocks | kRestOfCard,
		 "the card at the end of its sleep");
}

/* The part of a cycle before its clock edge, the edge, and whether that leaves anything to do. */
void RtlCard::cycle()
{
	eval_clock_.run([this] {
		auto send = [this](const uint8_t *frame, size_t len) {
			return this->send(frame, len);
		};
		const bool memory = memory_.step(now_ns_);
		const bool interrupts = step_interrupts();
		const bool sink = sink_.step(send);
		const bool source = source_.step();

		const uint32_t blocks = blocks_to_clock();
		const uint32_t spared = kAllBlocks & ~blocks;
		if (time_config().check_skips && spared &&
		    (spared != spared_ || cycles_ % kTryEvery == 0))
			try_edge(now_ns_, spared, "a block");
		spared_ = spared;
		model_.cycle(now_ns_, blocks);
		quiet_ = model_->idle_o && !memory && !interrupts && !sink && !source &&
			 !model_->irq_req_o && static_cast<bool>(model_->intx_o) == intx_;
	});
	cycles_++;
	timed_cycles_ += step_ns_ != 0;
	now_ns_ += step_ns_;
	if (refused_ && source_.has_much_room()) {
		refused_ = false;
		outside().receive_ready(now_ns_ - step_ns_);
	}
}

uint64_t RtlCard::run()
{
	while (now_ns_ < horizon_ns()) {
		uint64_t next_ns = this->next_ns();

		if (next_ns >= horizon_ns()) {
			now_ns_ = on_grid(horizon_ns());
			break;
		}
		check_sleep(next_ns);
		now_ns_ = next_ns;
		cycle();
	}
	return next_ns();
}

uint64_t RtlCard::settle(uint64_t limit_ns)
{
	while (now_ns_ < limit_ns) {
		if (quiet_ && memory_.empty())
			break;
		if (next_ns() >= limit_ns)
			break;
		now_ns_ = next_ns();
		cycle();
	}
	return next_ns();
}

uint64_t RtlCard::burst(uint64_t now_ns)
{
	now_ns_ = std::max(now_ns_, now_ns);
	interrupted_ = false;
	for (uint64_t n = 1;
	     n <= time_config().burst_cycles && !interrupted_ && next_ns() <= now_ns_; n++) {
		cycle();
		if (n % kLookCycles)
			continue;
		if (model_->deadline_o != RINGSIDE_TIME_NEVER)
			now_ns_ = std::max(now_ns_, outside().now_ns());
		/* What is posted to a transmitter at work can wait: it finds a queue. */
		if ((model_->block_idle_o & kBlockTx) && burst_ends())
			break;
	}
	return next_ns();
}

// What the card does to its host

bool RtlCard::read_host(uint64_t t_ns, uint64_t addr, uint8_t *buf, size_t len, uint64_t *done_ns)
{
	DmaResult result = eval_clock_.outside([&] { return dma_read(t_ns, addr, buf, len); });

	*done_ns = result.done_ns;
	return result.ok;
}

bool RtlCard::write_host(uint64_t t_ns, uint64_t addr, const uint8_t *buf, size_t len,
			 uint64_t *done_ns)
{
	DmaResult result = eval_clock_.outside([&] { return dma_write(t_ns, addr, buf, len); });

	*done_ns = result.done_ns;
	return result.ok;
}

bool RtlCard::send(const uint8_t *frame, size_t len)
{
	return eval_clock_.outside([&] { return outside().transmit(frame, len, now_ns_); });
}

void RtlCard::report_intx()
{
	if (static_cast<bool>(model_->intx_o) == intx_)
		return;
	intx_ = !intx_;
	interrupted_ = true;
	eval_clock_.outside([this] { outside().irq(RINGSIDE_VECTOR_INTX, intx_); });
}

bool RtlCard::step_interrupts()
{
	report_intx();
	if (uint32_t vectors = model_->pba_clr_o)
		eval_clock_.outside([&] { outside().pba_clear(vectors); });
	if (model_->pme_o)
		eval_clock_.outside([&] { outside().irq(RINGSIDE_VECTOR_PME, 1); });

	/* The one that is acknowledged in this cycle is still there. */
	const bool acknowledged = model_->irq_ack_i;
	const bool request = model_->irq_req_o && !acknowledged;
	model_->irq_ack_i = request;
	if (request) {
		interrupted_ = true;
		uint32_t vector = model_->irq_vec_o;
		eval_clock_.outside([&] { outside().irq(vector, 1); });
	}
	return acknowledged || request;
}

// What the host does to the card

template <typename Accept, typename Done> bool RtlCard::access(Accept accept, Done done)
{
	for (int i = 0; i < kAccessCycles; i++) {
		cycle();
		if (done())
			return true;
		accept();
	}
	outside().log(0, "the card did not answer a register access within 64 cycles");
	return false;
}

uint32_t RtlCard::reg_read(uint64_t t_ns, uint32_t addr)
{
	come_to(t_ns);
	model_->s_axil_araddr_i = addr;
	model_->s_axil_arvalid_i = 1;

	auto accept = [this] { model_->s_axil_arvalid_i &= !model_->s_axil_arready_o; };
	bool answered = access(accept, [this] { return model_->s_axil_rvalid_o; });
	model_->s_axil_arvalid_i = 0;
	return answered ? model_->s_axil_rdata_o : UINT32_MAX;
}

void RtlCard::reg_write(uint64_t t_ns, uint32_t addr, uint32_t value)
{
	come_to(t_ns);
	model_->s_axil_awaddr_i = addr;
	model_->s_axil_awvalid_i = 1;
	model_->s_axil_wdata_i = value;
	model_->s_axil_wstrb_i = 0xf;
	model_->s_axil_wvalid_i = 1;

	auto accept = [this] {
		model_->s_axil_awvalid_i &= !model_->s_axil_awready_o;
		model_->s_axil_wvalid_i &= !model_->s_axil_wready_o;
	};
	access(accept, [this] { return model_->s_axil_bvalid_o; });
	model_->s_axil_awvalid_i = 0;
	model_->s_axil_wvalid_i = 0;
}

bool RtlCard::receive(const uint8_t *frame, size_t len, bool good_fcs, uint64_t t_ns)
{
	if (!source_.has_room()) {
		refused_ = true;
		return false;
	}
	come_to(t_ns);
	source_.push(frame, len, good_fcs);
	return true;
}

bool RtlCard::can_receive() const
{
	return source_.has_room();
}

void RtlCard::transmit_ready(uint64_t t_ns)
{
	come_to(t_ns);
	sink_.retry([this](const uint8_t *frame, size_t len) { return send(frame, len); });
}

void RtlCard::apply_pci_state()
{
	model_->bus_master_i = pci_.bus_master;
	model_->link_up_i = pci_.link_up;
	model_->irq_mode_i = pci_.irq_mode;
	model_->asleep_i = pci_.asleep;
}

void RtlCard::pci_state(uint64_t t_ns, const ringside_pci_state &state)
{
	come_to(t_ns);
	pci_ = state;
	apply_pci_state();
}

/* DMA that is under way ends, at once; no more begins. */
void RtlCard::drain()
{
	const uint64_t step_ns = step_ns_;

	step_ns_ = 0;
	memory_.hurry(true);
	model_->bus_master_i = 0;
	int cycles = 0;
	do
		cycle();
	while ((!memory_.empty() || (model_->busy_o & kBusyDma)) && ++cycles < kDrainCycles);
	if (cycles == kDrainCycles)
		outside().log(0, "the card's DMA did not end at reset");
	step_ns_ = step_ns;
}

void RtlCard::reset(uint64_t t_ns, ringside_reset_kind kind)
{
	come_to(t_ns);
	drain();
	memory_.power_on();
	sink_.power_on();
	source_.abort();
	model_->irq_ack_i = 0;
	apply_pci_state();
	hold_reset(kind);
	report_intx();
}

void RtlCard::count(ringside_card_counters &out) const
{
	const uint64_t elapsed = now_ns_ / kCycleNs;

	out.cycles_clocked = cycles_;
	out.cycles_skipped = elapsed - std::min(elapsed, step_ns_ ? timed_cycles_ : cycles_);
	out.eval_ns = eval_clock_.eval_ns();
}

bool rtl_card_traces()
{
	return VM_TRACE;
}

std::unique_ptr<Card> make_rtl_card(const char *name, const TimeConfig &time,
				    const CardConfig &config, CardOutside &outside)
{
	return std::make_unique<RtlCard>(name, time, config, outside);
}

} // namespace ringside
