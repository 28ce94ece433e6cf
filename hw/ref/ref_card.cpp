// SPDX-License-Identifier: MIT
#include "ref_card.h"

#include <algorithm>

#include "wake.h"

namespace ringside::ref
{
namespace
{

constexpr uint32_t ringside_magic = 0x52494e47; /* "RING" */
constexpr uint32_t ringside_version = 2;
constexpr size_t max_access_bytes = 65536; /* of Card::dma_read */

uint64_t at_least(uint64_t t, uint64_t floor)
{
	return t == never ? never : on_grid(std::max(t, floor));
}

} // namespace

RefCard::RefCard(sc_core::sc_module_name name, const TimeConfig &time, const CardConfig &config,
		 CardOutside &outside)
    : Card(name, time, config, outside), phy_(config.autoneg_ns),
      interrupts_(registers_, statistics_, *this, config.features & feature_moderation),
      flow_control_(registers_, statistics_, *this), time_sync_(registers_),
      transmit_(registers_, statistics_, *this, *this, *this, config.features),
      receive_(registers_, statistics_, *this, *this, config.features, config.line_drop)
{
	power_on();
}

/* --- time ------------------------------------------------------------------------------------ */

void RefCard::move_to(uint64_t t)
{
	if (t <= now_)
		return;
	time_use_.pass(TimeUse::transmit, now_, t, transmit_.dma_until(), transmit_.wire_until());
	time_use_.pass(TimeUse::receive, now_, t, receive_.dma_until(),
		       receive_.wire_waits() ? never : 0);
	time_use_.pass(TimeUse::reader, now_, t, read_until_, 0);
	time_use_.pass(TimeUse::writer, now_, t, write_until_, 0);
	now_ = t;
}

/* DMA or a frame that is under way or could start. */
uint64_t RefCard::work_ns() const
{
	const uint64_t transmit = transmit_.held(now_) ? never : transmit_.deadline();

	return std::min({transmit, receive_.deadline(), mdic_.deadline()});
}

uint64_t RefCard::next_ns() const
{
	return at_least(std::min({work_ns(), transmit_.deadline(), flow_control_.deadline(),
				  interrupts_.deadline(), phy_.deadline(),
				  transmit_delay_.deadline(), receive_delay_.deadline(), ack_at_}),
			now_);
}

/* A cause that a statistics register counts. */
void RefCard::raise_counted(uint32_t cause, uint32_t stat)
{
	if (config().features & feature_stats)
		statistics_.count(stat);
	interrupts_.raise(cause, now_);
}

bool RefCard::step_delay(Delay &delay, uint32_t cause, uint32_t packet_stat, uint32_t absolute_stat)
{
	if (delay.deadline() > now_)
		return false;

	const uint32_t stat = delay.absolute_first() ? absolute_stat : packet_stat;

	delay.stop();
	raise_counted(cause, stat);
	return true;
}

/*
 * One thing that is due now. False: nothing is. Receive comes before transmit, so that in loopback,
 * where DMA takes no time, the FIFO empties before more is sent.
 */
bool RefCard::step()
{
	if (interrupts_.step(now_))
		return true;
	if (phy_.step(now_)) {
		if (phy_.pause())
			registers_.set(reg::ctrl, registers_[reg::ctrl] | ctrl_rfce | ctrl_tfce);
		update_link();
		return true;
	}
	if (flow_control_.step(now_))
		return true;
	if (mdic_.deadline() <= now_) {
		if (mdic_.step(now_))
			interrupts_.raise(cause_mdac, now_);
		return true;
	}
	if (ack_at_ <= now_) {
		ack_at_ = never;
		interrupts_.raise(cause_ack, now_);
		return true;
	}
	return step_delay(transmit_delay_, cause_txdw, stat::ictxptc, stat::ictxatc) ||
	       step_delay(receive_delay_, cause_rxt0, stat::icrxptc, stat::icrxatc) ||
	       receive_.step(now_) || transmit_.step(now_);
}

/* Everything that is due now; ends, because rings and FIFO only empty while time stands still. */
void RefCard::act()
{
	while (step())
		;
}

uint64_t RefCard::run()
{
	while (next_ns() < horizon_ns()) {
		move_to(next_ns());
		act();
	}
	move_to(horizon_ns());
	return next_ns();
}

uint64_t RefCard::settle(uint64_t limit_ns)
{
	while (at_least(work_ns(), now_) < limit_ns) {
		move_to(next_ns());
		act();
	}
	return next_ns();
}

uint64_t RefCard::burst(uint64_t now_ns)
{
	move_to(now_ns);
	for (uint64_t i = 0; i < time_config().burst_cycles && !burst_ends(); i++) {
		if (!step())
			break;
	}
	return next_ns();
}

void RefCard::count(ringside_card_counters &out) const
{
	out.cycles_clocked = 0;
	out.cycles_skipped = now_ / kCycleNs;
	out.eval_ns = 0;
}

/* --- host memory, line, pins ----------------------------------------------------------------- */

Access RefCard::read(ref::time_ns now, uint64_t addr, void *buf, size_t len)
{
	auto *at = static_cast<uint8_t *>(buf);
	Access access = {true, now};

	for (size_t done = 0; done < len; done += max_access_bytes) {
		const DmaResult r = dma_read(now, addr + done, at + done,
					     std::min(len - done, max_access_bytes));

		access.ok &= r.ok;
		access.done_at = r.done_ns;
	}
	read_until_ = std::max(read_until_, access.done_at);
	return access;
}

Access RefCard::write(ref::time_ns now, uint64_t addr, const void *buf, size_t len)
{
	const DmaResult r = dma_write(now, addr, buf, len);

	write_until_ = std::max(write_until_, r.done_ns);
	return {r.ok, r.done_ns};
}

bool RefCard::send(ref::time_ns now, const uint8_t *frame, size_t len)
{
	if (looped()) {
		receive_.loop(frame, len, now);
		return true;
	}
	/* Data and pause frames share the line: what one was refused the other is not to try. */
	line_full_ = line_full_ || !outside().transmit(frame, len, now);
	return !line_full_;
}

void RefCard::message(unsigned int vector)
{
	outside().irq(vector, 1);
}

void RefCard::intx(bool level)
{
	outside().irq(RINGSIDE_VECTOR_INTX, level);
}

void RefCard::clear_pending(uint32_t vectors)
{
	if (vectors)
		outside().pba_clear(vectors);
}

/* --- events of the queues: causes, perhaps later (4.9, 5.8, 6.7) -------------------------------
 */

void RefCard::transmitted(unsigned int queue, bool at_once, bool delayed, ref::time_ns now)
{
	const uint32_t idle_ticks = registers_[reg::tidv];
	const bool moderated = config().features & feature_moderation;

	if (interrupts_.mode() == IrqMode::msix) {
		interrupts_.raise(cause_txq0 << queue, now);
	} else if (at_once || (delayed && (idle_ticks == 0 || !moderated))) {
		transmit_delay_.stop();
		interrupts_.raise(cause_txdw, now);
	} else {
		transmit_delay_.start(idle_ticks, registers_[reg::tadv], now);
	}
}

void RefCard::transmit_queue_empty(ref::time_ns now)
{
	(void)now;
	raise_counted(cause_txqe, stat::ictxqec);
}

void RefCard::transmit_descriptors_low(ref::time_ns now)
{
	(void)now;
	raise_counted(cause_txd_low, stat::ictxqmtc);
}

void RefCard::received(unsigned int queue, ref::time_ns now)
{
	const uint32_t idle_ticks = registers_[reg::rdtr];
	const bool moderated = config().features & feature_moderation;

	if (interrupts_.mode() == IrqMode::msix) {
		interrupts_.raise(cause_rxq0 << queue, now);
	} else if (idle_ticks == 0 || !moderated) {
		interrupts_.raise(cause_rxt0, now);
	} else {
		receive_delay_.start(idle_ticks, registers_[reg::radv], now);
	}
}

void RefCard::receive_descriptors_low(ref::time_ns now)
{
	(void)now;
	if (interrupts_.mode() != IrqMode::msix)
		raise_counted(cause_rxdmt0, stat::icrxdmtc);
}

void RefCard::receive_overrun(ref::time_ns now)
{
	(void)now;
	raise_counted(cause_rxo, stat::icrxoc);
}

void RefCard::transmit_stamp(ref::time_ns now)
{
	if (config().features & feature_ptp)
		time_sync_.sent(now);
}

bool RefCard::receive_stamp(const uint8_t *frame, const Layers &l, ref::time_ns now)
{
	return (config().features & feature_ptp) && time_sync_.received(frame, l, now);
}

bool RefCard::receive_pause(const uint8_t *frame, ref::time_ns now)
{
	if (!(config().features & feature_pause))
		return false;

	const bool consumed = flow_control_.received(frame, now);

	transmit_.hold_until(flow_control_.held_until());
	return consumed;
}

void RefCard::receive_level(size_t bytes, ref::time_ns now)
{
	if ((config().features & feature_pause) && !looped())
		flow_control_.level(bytes, now);
}

/*
 * What WUFC names is noted in WUS, and asks for PME (2.5). What is noted is not noted again, and a
 * frame keeps all others out, until software has cleared it.
 */
void RefCard::woken(uint32_t reasons, const uint8_t *frame, size_t len, ref::time_ns now)
{
	constexpr uint32_t wufc = 0x05808;
	constexpr size_t longest = 2047;
	const uint32_t noted = frame ? wake_status_ & ~wake_link : wake_status_ & wake_link;

	(void)now;
	reasons &= registers_[wufc];
	if (!asleep_ || reasons == 0 || noted)
		return;
	wake_status_ |= reasons;
	if (frame) {
		wake_length_ = static_cast<uint32_t>(std::min(len, longest));
		std::copy(frame, frame + std::min(len, wake_packet_.size()), wake_packet_.begin());
	}
	outside().irq(RINGSIDE_VECTOR_PME, 1);
}

void RefCard::receive_small(ref::time_ns now)
{
	interrupts_.raise(cause_srpd, now);
}

/* RAID runs from the first ACK; none is lost or put off by those that follow (5.8). */
void RefCard::receive_ack(ref::time_ns now)
{
	constexpr uint64_t unit_ns = 1024;
	const uint32_t ticks = registers_[reg::raid];

	if (ticks == 0 || !(config().features & feature_moderation))
		interrupts_.raise(cause_ack, now);
	else if (ack_at_ == never)
		ack_at_ = now + ticks * unit_ns;
}

void RefCard::receive_room(ref::time_ns now)
{
	outside().receive_ready(now);
}

/* --- line ------------------------------------------------------------------------------------ */

bool RefCard::receive(const uint8_t *frame, size_t len, bool good_fcs, uint64_t time_ns)
{
	move_to(time_ns);
	return receive_.arrive(frame, len, good_fcs, now_);
}

bool RefCard::can_receive() const
{
	return receive_.takes();
}

void RefCard::transmit_ready(uint64_t time_ns)
{
	move_to(time_ns);
	line_full_ = false;
	transmit_.line_ready();
	flow_control_.line_ready();
}

/* --- PCI function, resets ----------------------------------------------------------------------
 */

void RefCard::update_dma()
{
	const bool allowed = bus_master_ && !(registers_[reg::ctrl] & ctrl_gio_master_disable);

	transmit_.allow_dma(allowed);
	receive_.allow_dma(allowed);
}

/* Link needs SLU and the PHY's link (2.1a); each change of STATUS.LU is a cause (3.8). */
void RefCard::update_link()
{
	const bool link = (registers_[reg::ctrl] & ctrl_slu) && phy_.link();

	if (link == link_)
		return;
	link_ = link;
	receive_.set_link(link);
	receive_.announce_room(now_);
	interrupts_.raise(cause_lsc, now_);
	woken(wake_link, nullptr, 0, now_);
}

/* RCTL.LBM says MAC, or BMCR.LOOPBACK; other values of LBM mean nothing (5.1). */
bool RefCard::looped() const
{
	return (config().features & feature_loopback) &&
	       ((registers_[reg::rctl] & rctl_lbm) == rctl_lbm_mac || phy_.looped());
}

void RefCard::update_loop()
{
	receive_.set_looped(looped());
	receive_.announce_room(now_);
	if (looped())
		transmit_.line_ready();
}

void RefCard::pci_state(uint64_t time_ns, const ringside_pci_state &state)
{
	move_to(time_ns);
	bus_master_ = state.bus_master;
	asleep_ = state.asleep;
	receive_.set_asleep(asleep_);
	receive_.announce_room(now_);
	update_dma();
	switch (state.irq_mode) {
	case RINGSIDE_IRQ_INTX:
		interrupts_.set_mode(IrqMode::intx, now_);
		break;
	case RINGSIDE_IRQ_MSI:
		interrupts_.set_mode(IrqMode::msi, now_);
		break;
	case RINGSIDE_IRQ_MSIX:
		transmit_delay_.stop();
		receive_delay_.stop();
		interrupts_.set_mode(IrqMode::msix, now_);
		break;
	}
	phy_.carrier(state.link_up, now_);
	update_link();
}

void RefCard::load_mac_address()
{
	registers_.set(reg::ral0, nvm_.word(0) | uint32_t{nvm_.word(1)} << 16);
	registers_.set(reg::rah0, nvm_.word(2) | rah_av);
}

void RefCard::forget_waking()
{
	wake_status_ = wake_length_ = 0;
	wake_packet_.fill(0);
}

uint32_t RefCard::read_wake_packet(uint32_t offset) const
{
	const uint8_t *at = &wake_packet_[offset - reg::wupm];

	return at[0] | at[1] << 8 | at[2] << 16 | static_cast<uint32_t>(at[3]) << 24;
}

void RefCard::write_wake_packet(uint32_t offset, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		wake_packet_[offset - reg::wupm + i] = static_cast<uint8_t>(value >> 8 * i);
}

/* What CTRL.RST does beyond registers; they are reset before. */
void RefCard::soft_reset()
{
	statistics_.reset();
	time_use_.reset();
	time_sync_.reset(now_);
	flow_control_.reset();
	nvm_.reset();
	phy_.reset();
	mdic_.reset();
	interrupts_.reset();
	transmit_delay_.stop();
	receive_delay_.stop();
	ack_at_ = never;
	transmit_.reset();
	receive_.reset();
	load_mac_address();
	link_ = phy_.link();
	receive_.set_link(link_);
	update_loop();
	update_dma();
}

void RefCard::power_on()
{
	now_ = 0;
	bus_master_ = asleep_ = line_full_ = false;
	receive_.set_asleep(false);
	read_until_ = write_until_ = 0;
	forget_waking();
	interrupts_.power_on();
	interrupts_.set_mode(IrqMode::intx, 0);
	nvm_.power_on(config().mac);
	registers_.reset();
	phy_.reset();
	phy_.carrier(false, 0);
	receive_.power_on();
	soft_reset();
}

void RefCard::reset(uint64_t time_ns, ringside_reset_kind kind)
{
	move_to(time_ns);
	if (kind == RINGSIDE_RESET_POWER) {
		nvm_.power_on(config().mac);
		forget_waking();
	}
	line_full_ = false;
	registers_.reset();
	soft_reset();
}

/* --- registers ---------------------------------------------------------------------------------
 */

uint32_t RefCard::read_status() const
{
	constexpr uint32_t gigabit = 2;
	const uint32_t ctrl = registers_[reg::ctrl];
	const bool forced_speed =
		(ctrl & ctrl_frcspd) || (registers_[reg::ctrl_ext] & ctrl_ext_spd_byps);
	const bool master_off = (ctrl & ctrl_gio_master_disable) && !transmit_.dma_busy(now_) &&
				!receive_.dma_busy(now_);
	uint32_t status = status_asdv_1000 | (registers_[reg::status] & status_phyra);

	if (!(ctrl & ctrl_frcdpx) || (ctrl & ctrl_fd))
		status |= status_fd;
	if (link_)
		status |= status_lu;
	if (now_ < flow_control_.held_until())
		status |= status_txoff;
	if (!master_off)
		status |= status_gio_master_en;
	return status | (forced_speed ? ctrl >> 8 & 3 : gigabit) << 6;
}

/* PRES, AUTO_RD; GNT mirrors REQ (3.1). */
uint32_t RefCard::read_eecd() const
{
	const uint32_t eecd = registers_[reg::eecd];

	return eecd | (eecd & bit(6)) << 1;
}

uint32_t RefCard::read_register(uint32_t offset)
{
	if (offset >= reg::stats_first && offset < reg::stats_end)
		return statistics_.read(offset);
	if (TimeSync::owns(offset) && (config().features & feature_ptp))
		return time_sync_.read(offset, now_);
	if (TimeUse::owns(offset))
		return time_use_.read(offset);
	if (offset >= reg::wupm && offset < reg::wupm + wake_packet_.size())
		return read_wake_packet(offset);
	switch (offset) {
	case reg::status:
		return read_status();
	case reg::eecd:
		return read_eecd();
	case reg::eerd:
		return nvm_.read_eerd(now_);
	case reg::eewr:
		return nvm_.read_eewr(now_);
	case reg::mdic:
		return mdic_.read();
	case reg::icr:
		return interrupts_.read_icr();
	case reg::ics:
		return interrupts_.peek_icr();
	case reg::ims:
		return interrupts_.mask();
	case reg::wus:
		return wake_status_;
	case reg::wupl:
		return wake_length_;
	case reg::swsm: {
		const uint32_t value = registers_[reg::swsm];

		registers_.set(reg::swsm, value | bit(0));
		return value;
	}
	case reg::ringside_magic:
		return ringside_magic;
	case reg::ringside_version:
		return ringside_version;
	case reg::ringside_features:
		return config().features & features_built;
	default:
		return registers_[offset];
	}
}

void RefCard::write_control(uint32_t value)
{
	const bool phy_reset = (value & ctrl_phy_rst) && !(registers_[reg::ctrl] & ctrl_phy_rst);

	if (value & ctrl_rst) {
		registers_.soft_reset();
		soft_reset();
		return;
	}
	registers_.store(reg::ctrl, value);
	if (phy_reset) {
		registers_.set(reg::status, status_phyra);
		phy_.restart(now_);
		update_loop();
	}
	update_dma();
	update_link();
}

/* TIDV, RDTR: FPD fires what is pending and reads 0. */
void RefCard::write_delay(uint32_t offset, uint32_t value, Delay &delay, uint32_t cause)
{
	registers_.store(offset, value);
	if ((value & delay_flush) && delay.running()) {
		delay.stop();
		interrupts_.raise(cause, now_);
	}
}

/* A ring's base, length or head was written: work on it is lost. */
void RefCard::move_ring(uint32_t offset)
{
	const unsigned int queue = (offset & reg::queue_stride) ? 1 : 0;

	if (offset < reg::tdbal0)
		receive_.abandon(queue);
	else
		transmit_.abandon(queue);
}

/* RCTL and TCTL. */
void RefCard::write_direction(uint32_t offset, uint32_t value)
{
	registers_.store(offset, value);
	if (offset == reg::rctl) {
		if (!(value & rctl_en))
			receive_.abandon();
		update_loop();
	} else {
		if (!(value & tctl_en))
			transmit_.abandon();
		if ((value & tctl_swxoff) && (config().features & feature_pause))
			flow_control_.send_xoff();
	}
}

void RefCard::write_register(uint32_t offset, uint32_t value)
{
	if (TimeSync::owns(offset) && (config().features & feature_ptp)) {
		time_sync_.write(offset, value, now_);
		return;
	}
	if (TimeUse::owns(offset)) {
		time_use_.write(offset, value);
		return;
	}
	if (offset >= reg::wupm && offset < reg::wupm + wake_packet_.size()) {
		write_wake_packet(offset, value);
		return;
	}
	switch (offset) {
	case reg::ctrl:
		write_control(value);
		break;
	case reg::status:
		registers_.set(reg::status, registers_[reg::status] & value & status_phyra);
		break;
	case reg::eerd:
		nvm_.write_eerd(value, now_);
		break;
	case reg::eewr:
		nvm_.write_eewr(value, now_);
		break;
	case reg::mdic:
		mdic_.write(value, phy_, now_);
		update_link();
		update_loop();
		break;
	case reg::icr:
		interrupts_.write_icr(value);
		break;
	case reg::ics:
		interrupts_.raise(value, now_);
		break;
	case reg::ims:
		interrupts_.write_ims(value, now_);
		break;
	case reg::imc:
		interrupts_.write_imc(value);
		break;
	case reg::ctrl_ext:
		registers_.store(offset, value);
		if (value & ctrl_ext_ee_rst)
			load_mac_address();
		break;
	case reg::tidv:
		write_delay(offset, value, transmit_delay_, cause_txdw);
		break;
	case reg::rdtr:
		write_delay(offset, value, receive_delay_, cause_rxt0);
		break;
	case reg::rxdctl0:
		registers_.store(reg::rxdctl0, value);
		registers_.store(reg::rxdctl1, value);
		break;
	case reg::psrctl:
		if (!(config().features & feature_split) || split_sizes_valid(value))
			registers_.store(offset, value);
		break;
	case reg::wus:
		wake_status_ &= ~value;
		break;
	case reg::wupl:
		wake_length_ = value & 0xfff;
		break;
	case reg::pbaclr:
		registers_.store(offset, value);
		clear_pending(value & 0x1f);
		break;
	case reg::rctl:
	case reg::tctl:
		write_direction(offset, value);
		break;
	case reg::rdbal0:
	case reg::rdbah0:
	case reg::rdlen0:
	case reg::rdh0:
	case reg::rdbal1:
	case reg::rdbah1:
	case reg::rdlen1:
	case reg::rdh1:
	case reg::tdbal0:
	case reg::tdbah0:
	case reg::tdlen0:
	case reg::tdh0:
	case reg::tdbal1:
	case reg::tdbah1:
	case reg::tdlen1:
	case reg::tdh1:
		registers_.store(offset, value);
		move_ring(offset);
		break;
	default:
		registers_.store(offset, value);
	}
}

uint32_t RefCard::reg_read(uint64_t time_ns, uint32_t addr)
{
	move_to(time_ns);
	act();
	return read_register(Registers::canonical(addr));
}

void RefCard::reg_write(uint64_t time_ns, uint32_t addr, uint32_t value)
{
	move_to(time_ns);
	write_register(Registers::canonical(addr), value);
}

} // namespace ringside::ref

namespace ringside
{

std::unique_ptr<Card> make_ref_card(const char *name, const TimeConfig &time,
				    const CardConfig &config, CardOutside &outside)
{
	return std::make_unique<ref::RefCard>(name, time, config, outside);
}

} // namespace ringside
