/* SPDX-License-Identifier: MIT */
/*
 * A slot holds one card and joins it to its host (by the C interface's host operations), to its
 * wire, if it has one, and to the SystemC kernel: it has the card's one process, which runs the
 * card from one event on its wire to the next.
 */
#ifndef RINGSIDE_HW_SLOT_H
#define RINGSIDE_HW_SLOT_H

#include <memory>
#include <string>

#include "hw/card.h"
#include "hw/wire.h"

namespace ringside
{

class Platform;

class Slot : public sc_core::sc_module, public CardOutside
{
      public:
	/* Throws Error when there is no such model. */
	Slot(sc_core::sc_module_name name, Platform &platform, const std::string &model,
	     const TimeConfig &time, const CardConfig &config, const ringside_host_ops &ops,
	     void *host);
	~Slot() override;

	/* Slots of both sides of a wire are attached before start. */
	bool on_wire() const
	{
		return wire_ != nullptr;
	}
	void attach(Wire &wire, int side, Slot *peer);

	void power_on();

	/* Time at which the slot's process must run next, NEVER or below the platform's clock
	 * included. */
	uint64_t wake_ns() const;
	/* Tells the kernel. */
	void schedule();
	/* See Card. */
	void end_burst()
	{
		card_->end_burst();
	}
	/* Free mode: one more burst is allowed. */
	void allow_burst()
	{
		may_burst_ = true;
	}
	void settle(uint64_t limit_ns);

	/* From the host, at a time that the platform's clock has reached. */
	uint32_t mmio_read(uint64_t t_ns, uint32_t addr, unsigned size);
	void mmio_write(uint64_t t_ns, uint32_t addr, uint32_t value, unsigned size);
	int receive_from_host(const uint8_t *frame, size_t len, uint64_t t_ns);
	/* With a wrong FCS; not padded. */
	int receive_damaged(const uint8_t *frame, size_t len, uint64_t t_ns);
	bool can_receive() const;
	void transmit_ready(uint64_t t_ns);
	void pci_state(uint64_t t_ns, const ringside_pci_state &state);
	void reset(uint64_t t_ns, ringside_reset_kind kind);
	void counters(uint64_t t_ns, ringside_card_counters &out);

	void log(int severity, const std::string &line) override;

      private:
	void irq(unsigned vector, int level) override;
	void pba_clear(uint32_t vector_mask) override;
	bool transmit(const uint8_t *frame, size_t len, uint64_t t_ns) override;
	uint64_t now_ns() override;
	void receive_ready(uint64_t t_ns) override;
	uint64_t epoch_ns() const override;

	void activate();
	bool transmit_on_wire(const uint8_t *frame, size_t len, uint64_t t_ns);
	int receive_as_it_is(const uint8_t *frame, size_t len, bool good_fcs, uint64_t t_ns);
	void exchange_with_wire(uint64_t t_ns);
	uint64_t horizon_ns() const;
	uint64_t next_arrival_ns() const;
	uint64_t next_credit_ns() const;
	uint32_t access(tlm::tlm_command command, uint64_t t_ns, uint32_t addr, uint32_t value,
			unsigned size);
	void transport_dma(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
	int host_dma(bool write, uint64_t addr, uint8_t *buf, size_t len);

	tlm_utils::simple_initiator_socket<Slot> mmio_;
	tlm_utils::simple_target_socket<Slot> memory_;
	sc_core::sc_event wake_;

	Platform &platform_;
	const TimeConfig time_;
	const CardConfig config_;
	const ringside_host_ops &ops_;
	void *const host_;
	std::unique_ptr<Card> card_;
	tlm::tlm_generic_payload payload_;

	Wire *wire_ = nullptr;
	int side_ = 0;
	Slot *peer_ = nullptr;
	uint64_t blocked_until_ns_ =
		0;		 /* the card refused a frame of the wire's: offer not before */
	bool wire_full_ = false; /* the wire refused a frame of the card's */

	uint64_t scheduled_ns_ = RINGSIDE_TIME_NEVER;
	bool may_burst_ = false;
	ringside_card_counters counters_ = {};
};

} // namespace ringside
#endif
