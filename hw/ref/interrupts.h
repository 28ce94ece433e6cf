/* SPDX-License-Identifier: MIT */
/*
 * Causes, masks and delivery of interrupts (fact sheet section 6): ICR, ICS, IMS, IMC with
 * auto-clear and auto-mask; INTx, MSI or MSI-X; and the throttles ITR and EITR, which hold an
 * interrupt until the interval since the last one has passed.
 */
#ifndef RINGSIDE_REF_INTERRUPTS_H
#define RINGSIDE_REF_INTERRUPTS_H

#include <array>

#include "bus.h"
#include "registers.h"
#include "statistics.h"

namespace ringside::ref
{

enum class IrqMode { intx, msi, msix };

class Interrupts
{
      public:
	/* moderated: the feature strap; without it every interval is zero. */
	Interrupts(const Registers &registers, Statistics &statistics, Pins &pins, bool moderated)
	    : registers_(registers), statistics_(statistics), pins_(pins), moderated_(moderated)
	{
	}

	/* No causes, nothing unmasked, no throttle running; the line falls. The mode stays. */
	void reset();
	/* As reset(), without telling anyone that the line fell. */
	void power_on();
	void set_mode(IrqMode mode, time_ns now);
	IrqMode mode() const
	{
		return mode_;
	}

	void raise(std::uint32_t causes, time_ns now);

	std::uint32_t read_icr();
	std::uint32_t peek_icr() const
	{
		return icr_ ? icr_ | cause_asserted : 0;
	}
	std::uint32_t mask() const
	{
		return ims_;
	}
	void write_icr(std::uint32_t value);
	void write_ims(std::uint32_t value, time_ns now);
	void write_imc(std::uint32_t value);

	time_ns deadline() const;
	/* Ends throttles that are due. True when one was. */
	bool step(time_ns now);

      private:
	static constexpr unsigned int vectors = 5;
	static constexpr std::uint32_t known_causes = 0x01f7ffff;

	/* An interval that must pass between two interrupts. */
	struct Throttle {
		time_ns open_at = never; /* never: open now */
		bool held = false;	 /* an interrupt waits for it */
	};

	const Registers &registers_;
	Statistics &statistics_;
	Pins &pins_;
	const bool moderated_;
	IrqMode mode_ = IrqMode::intx;
	std::uint32_t icr_ = 0, ims_ = 0;
	bool line_ = false;
	Throttle itr_;
	std::array<Throttle, vectors> eitr_;

	void deliver(std::uint32_t unmasked_before, time_ns now);
	void deliver_msix(std::uint32_t causes, time_ns now);
	void notify(time_ns now);
	void send_vector(unsigned int vector, time_ns now);
	void start(Throttle &throttle, std::uint32_t interval_register, time_ns now) const;
	void settle_line();
	void add_other();
	void end_intervals(time_ns now);
};

} // namespace ringside::ref

#endif
