/* SPDX-License-Identifier: MIT */
/*
 * The reference card: an 82574L at transaction level, written from the fact sheet alone, as a check
 * on the RTL and as the fast model for scenario tests. This class is the frame round the parts: it
 * keeps time, dispatches register accesses, and lets the parts speak to host memory, line and
 * interrupt pins.
 */
#ifndef RINGSIDE_REF_CARD_H
#define RINGSIDE_REF_CARD_H

#include "hw/card.h"
#include "bus.h"
#include "delay.h"
#include "flow_control.h"
#include "interrupts.h"
#include "mdic.h"
#include "nvm.h"
#include "phy.h"
#include "receive.h"
#include "registers.h"
#include "statistics.h"
#include "time_sync.h"
#include "time_use.h"
#include "transmit.h"

namespace ringside::ref
{

class RefCard final : public Card,
		      private Memory,
		      private Line,
		      private Pins,
		      private TransmitEvents,
		      private ReceiveEvents
{
      public:
	RefCard(sc_core::sc_module_name name, const TimeConfig &time, const CardConfig &config,
		CardOutside &outside);

	void power_on() override;
	uint64_t settle(uint64_t limit_ns) override;
	uint64_t burst(uint64_t now_ns) override;
	uint32_t reg_read(uint64_t time_ns, uint32_t addr) override;
	void reg_write(uint64_t time_ns, uint32_t addr, uint32_t value) override;
	bool receive(const uint8_t *frame, size_t len, bool good_fcs, uint64_t time_ns) override;
	bool can_receive() const override;
	void transmit_ready(uint64_t time_ns) override;
	void pci_state(uint64_t time_ns, const ringside_pci_state &state) override;
	void reset(uint64_t time_ns, ringside_reset_kind kind) override;
	uint64_t time_ns() const override
	{
		return now_;
	}
	uint64_t next_ns() const override;
	void count(ringside_card_counters &out) const override;

      private:
	Registers registers_;
	Statistics statistics_;
	Nvm nvm_;
	Phy phy_;
	Mdic mdic_;
	Interrupts interrupts_;
	FlowControl flow_control_;
	TimeSync time_sync_;
	Delay transmit_delay_, receive_delay_;
	uint64_t ack_at_ = never; /* an ACK was received and waits for RAID */
	TimeUse time_use_;
	Transmit transmit_;
	Receive receive_;

	uint64_t now_ = 0;
	bool bus_master_ = false;
	bool link_ = false; /* STATUS.LU as last seen */
	bool asleep_ = false;
	bool line_full_ = false; /* a frame was refused, transmit_ready() has not come yet */
	/* WUS, WUPL, WUPM: outlive all resets but power-on. */
	uint32_t wake_status_ = 0, wake_length_ = 0;
	std::array<uint8_t, 128> wake_packet_{};
	/* The last DMA read and write that are under way end. */
	uint64_t read_until_ = 0, write_until_ = 0;

	/* Card */
	uint64_t run() override;

	/* Memory, Line, Pins */
	Access read(ref::time_ns now, uint64_t addr, void *buf, size_t len) override;
	Access write(ref::time_ns now, uint64_t addr, const void *buf, size_t len) override;
	bool send(ref::time_ns now, const uint8_t *frame, size_t len) override;
	void message(unsigned int vector) override;
	void intx(bool level) override;
	void clear_pending(uint32_t vectors) override;

	/* TransmitEvents, ReceiveEvents */
	void transmitted(unsigned int queue, bool at_once, bool delayed, ref::time_ns now) override;
	void transmit_queue_empty(ref::time_ns now) override;
	void transmit_descriptors_low(ref::time_ns now) override;
	void transmit_stamp(ref::time_ns now) override;
	void received(unsigned int queue, ref::time_ns now) override;
	void receive_descriptors_low(ref::time_ns now) override;
	bool receive_stamp(const uint8_t *frame, const Layers &l, ref::time_ns now) override;
	bool receive_pause(const uint8_t *frame, ref::time_ns now) override;
	void receive_level(size_t bytes, ref::time_ns now) override;
	void woken(uint32_t reasons, const uint8_t *frame, size_t len, ref::time_ns now) override;
	void receive_small(ref::time_ns now) override;
	void receive_ack(ref::time_ns now) override;
	void receive_overrun(ref::time_ns now) override;
	void receive_room(ref::time_ns now) override;

	void move_to(uint64_t t);
	bool step();
	void act();
	uint64_t work_ns() const;
	bool step_delay(Delay &delay, uint32_t cause, uint32_t packet_stat, uint32_t absolute_stat);
	void raise_counted(uint32_t cause, uint32_t stat);
	void update_link();
	bool looped() const;
	void update_loop();
	void update_dma();
	void soft_reset();
	void forget_waking();
	uint32_t read_wake_packet(uint32_t offset) const;
	void write_wake_packet(uint32_t offset, uint32_t value);
	void load_mac_address();

	uint32_t read_status() const;
	uint32_t read_eecd() const;
	uint32_t read_register(uint32_t offset);
	void write_register(uint32_t offset, uint32_t value);
	void write_control(uint32_t value);
	void write_delay(uint32_t offset, uint32_t value, Delay &delay, uint32_t cause);
	void write_direction(uint32_t offset, uint32_t value);
	void move_ring(uint32_t offset);
};

} // namespace ringside::ref

#endif
