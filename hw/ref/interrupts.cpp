// SPDX-License-Identifier: MIT
/* Section 6 in its recommended form: QEMU's rules, tidied, and silicon's where they differ. */
#include "interrupts.h"

#include <algorithm>

namespace ringside::ref
{
namespace
{

constexpr std::uint32_t other_causes =
	cause_lsc | cause_rxo | cause_mdac | cause_srpd | cause_ack | cause_mng;
constexpr time_ns interval_unit_ns = 256;

/* Causes with a vector of their own; their IVAR nibbles follow in this order (6.4). */
constexpr std::uint32_t vector_causes[] = {cause_rxq0, cause_rxq1, cause_txq0, cause_txq1,
					   cause_other};

} // namespace

void Interrupts::power_on()
{
	icr_ = ims_ = 0;
	itr_ = Throttle{};
	eitr_.fill(Throttle{});
	line_ = false;
}

void Interrupts::reset()
{
	const bool was_asserted = line_;

	power_on();
	if (was_asserted)
		pins_.intx(false);
}

void Interrupts::set_mode(IrqMode mode, time_ns now)
{
	if (mode == mode_)
		return;
	mode_ = mode;
	itr_ = Throttle{};
	eitr_.fill(Throttle{});
	settle_line();
	if (mode_ != IrqMode::msix && (icr_ & ims_))
		deliver(0, now);
}

void Interrupts::add_other()
{
	if (mode_ == IrqMode::msix && (icr_ & other_causes))
		icr_ |= cause_other;
}

void Interrupts::raise(std::uint32_t causes, time_ns now)
{
	const std::uint32_t unmasked_before = icr_ & ims_;

	icr_ |= causes & known_causes;
	add_other();
	deliver(unmasked_before, now);
}

/* Interrupts for causes that are unmasked now and were not before: an edge, never a storm. */
void Interrupts::deliver(std::uint32_t unmasked_before, time_ns now)
{
	const std::uint32_t fresh = icr_ & ims_ & ~unmasked_before;

	if (fresh) {
		if (mode_ == IrqMode::msix)
			deliver_msix(fresh, now);
		else if (itr_.open_at != never)
			itr_.held = true;
		else
			notify(now);
	}
	settle_line();
}

void Interrupts::deliver_msix(std::uint32_t causes, time_ns now)
{
	const std::uint32_t ivar = registers_[reg::ivar];
	const bool auto_mask = !(registers_[reg::ctrl_ext] & ctrl_ext_iame);

	for (unsigned int i = 0; i < vectors; i++) {
		const std::uint32_t cause = vector_causes[i], entry = ivar >> 4 * i & 0xf;
		const unsigned int vector = entry & 7;

		if (!(causes & cause))
			continue;
		if ((entry & 8) && vector < vectors) {
			if (eitr_[vector].open_at != never)
				eitr_[vector].held = true;
			else
				send_vector(vector, now);
		}
		if (registers_[reg::eiac] & cause) {
			icr_ &= ~cause;
			if (auto_mask)
				ims_ &= ~cause;
		}
	}
}

void Interrupts::start(Throttle &throttle, std::uint32_t interval_register, time_ns now) const
{
	const time_ns interval_ns = registers_[interval_register] * interval_unit_ns;

	throttle.held = false;
	throttle.open_at = moderated_ && interval_ns ? now + interval_ns : never;
}

void Interrupts::send_vector(unsigned int vector, time_ns now)
{
	statistics_.count(stat::iac);
	start(eitr_[vector], reg::eitr0 + 4 * vector, now);
	pins_.message(vector);
}

/* INTx or MSI: the one interrupt there is. */
void Interrupts::notify(time_ns now)
{
	start(itr_, reg::itr, now);
	if (mode_ == IrqMode::msi) {
		statistics_.count(stat::iac);
		pins_.message(0);
	} else if (!line_) {
		statistics_.count(stat::iac);
		line_ = true;
		pins_.intx(true);
	}
}

void Interrupts::settle_line()
{
	if (line_ && (mode_ != IrqMode::intx || !(icr_ & ims_))) {
		line_ = false;
		pins_.intx(false);
	}
}

/* The table of 6.3; what is returned is the value before anything was cleared. */
std::uint32_t Interrupts::read_icr()
{
	const std::uint32_t value = peek_icr();
	const bool auto_mask =
		(registers_[reg::ctrl_ext] & ctrl_ext_iame) && (value & cause_asserted);

	if (mode_ != IrqMode::msix || ims_ == 0 || auto_mask || (icr_ & ims_))
		icr_ = 0;
	if (auto_mask)
		ims_ &= ~registers_[reg::iam];
	settle_line();
	return value;
}

void Interrupts::write_icr(std::uint32_t value)
{
	const bool auto_mask =
		(registers_[reg::ctrl_ext] & ctrl_ext_iame) && (peek_icr() & cause_asserted);

	icr_ &= ~value;
	if (value & cause_other)
		icr_ &= ~other_causes;
	if (auto_mask)
		ims_ &= ~registers_[reg::iam];
	settle_line();
}

void Interrupts::write_ims(std::uint32_t value, time_ns now)
{
	const std::uint32_t unmasked_before = icr_ & ims_;

	if (mode_ == IrqMode::msix && (registers_[reg::ctrl_ext] & ctrl_ext_pba_clr)) {
		std::uint32_t pending = 0;

		for (unsigned int i = 0; i < vectors; i++) {
			const std::uint32_t entry = registers_[reg::ivar] >> 4 * i & 0xf;

			if ((value & vector_causes[i]) && (entry & 8) && (entry & 7) < vectors)
				pending |= bit(entry & 7);
		}
		if (pending)
			pins_.clear_pending(pending);
	}
	ims_ |= value & known_causes;
	if ((registers_[reg::ctrl_ext] & ctrl_ext_timers_clear) &&
	    (value & known_causes) == known_causes)
		end_intervals(now);
	deliver(unmasked_before, now);
}

/* CTRL_EXT.INT_TIMERS_CLEAR_ENA: what is held goes out now (2.1c). */
void Interrupts::end_intervals(time_ns now)
{
	if (itr_.open_at != never)
		itr_.open_at = now;
	for (Throttle &t : eitr_) {
		if (t.open_at != never)
			t.open_at = now;
	}
	step(now);
}

void Interrupts::write_imc(std::uint32_t value)
{
	ims_ &= ~value;
	settle_line();
}

time_ns Interrupts::deadline() const
{
	time_ns first = itr_.open_at;

	for (const Throttle &t : eitr_)
		first = std::min(first, t.open_at);
	return first;
}

bool Interrupts::step(time_ns now)
{
	bool ended = false;

	if (itr_.open_at <= now) {
		ended = true;
		itr_.open_at = never;
		if (itr_.held && (icr_ & ims_))
			notify(now);
		itr_.held = false;
	}
	for (unsigned int vector = 0; vector < vectors; vector++) {
		if (eitr_[vector].open_at > now)
			continue;
		ended = true;
		eitr_[vector].open_at = never;
		if (eitr_[vector].held)
			send_vector(vector, now);
	}
	return ended;
}

} // namespace ringside::ref
