/* SPDX-License-Identifier: MIT */
/*
 * The Verilated card: one loop clocks it, does on each cycle what its bus, wire and interrupt ports
 * ask for, and leaves as soon as the card says that nothing but time or the outside can change it.
 *
 * All handshakes of a cycle are settled before its clock edge, from the outputs as the last edge
 * left them: outputs of the bus, wire and interrupt ports must not depend on inputs of the same
 * cycle. (AXI4-Lite's ready may: register accesses let the inputs settle first.)
 *
 * An idle block's registers keep their values whether it gets a clock edge or not. So only those
 * blocks get one that said after the last edge that they are not idle, or of which an input is
 * another one now. (With skip=off all get all.)
 */
#ifndef RINGSIDE_HW_RTL_RTL_CARD_H
#define RINGSIDE_HW_RTL_RTL_CARD_H

#include "hw/rtl/model.h"

#include "hw/card.h"
#include "hw/rtl/axi_memory.h"
#include "hw/rtl/eval_clock.h"
#include "hw/rtl/frame_sink.h"
#include "hw/rtl/frame_source.h"

namespace ringside
{

class RtlCard final : public Card, private HostMemory
{
      public:
	RtlCard(sc_core::sc_module_name name, const TimeConfig &time, const CardConfig &config,
		CardOutside &outside);

	void power_on() override;
	uint64_t settle(uint64_t limit_ns) override;
	uint64_t burst(uint64_t now_ns) override;
	uint32_t reg_read(uint64_t time_ns, uint32_t addr) override;
	void reg_write(uint64_t time_ns, uint32_t addr, uint32_t value) override;
	bool receive(const uint8_t *frame, size_t len, uint64_t time_ns) override;
	bool can_receive() const override;
	void transmit_ready(uint64_t time_ns) override;
	void pci_state(uint64_t time_ns, const ringside_pci_state &state) override;
	void reset(uint64_t time_ns, ringside_reset_kind kind) override;
	uint64_t time_ns() const override
	{
		return now_ns_;
	}
	uint64_t next_ns() const override;
	void count(ringside_card_counters &out) const override;

      private:
	uint64_t run() override;
	bool read_host(uint64_t t_ns, uint64_t addr, uint8_t *buf, size_t len,
		       uint64_t *done_ns) override;
	bool write_host(uint64_t t_ns, uint64_t addr, const uint8_t *buf, size_t len,
			uint64_t *done_ns) override;

	void cycle();
	uint32_t blocks_to_clock(bool memory, bool interrupts, bool sink, bool source) const;
	bool step_interrupts();
	void report_intx();
	bool send(const uint8_t *frame, size_t len);
	void come_to(uint64_t t_ns);
	void apply_pci_state();
	void hold_reset(ringside_reset_kind kind);
	void drain();
	void try_edge(uint64_t t_ns, uint32_t blocks, const char *what);
	void check_sleep(uint64_t next_ns);

	/* A register access's cycles: start has set the request; ready and done look at the
	 * outputs. */
	template <typename Accept, typename Done> bool access(Accept accept, Done done);

	Model model_;
	AxiMemory memory_;
	FrameSink sink_;
	FrameSource source_;
	EvalClock eval_clock_;

	ringside_pci_state pci_ = {};
	uint64_t now_ns_ = 0;	     /* of the next clock edge */
	uint64_t step_ns_;	     /* a cycle's time: 4 ns, or 0 while time stands still */
	uint32_t wake_ = kAllBlocks; /* whose inputs may have changed since the last edge */
	bool quiet_ = false;	     /* nothing changes before next_ns() */
	bool intx_ = false;	     /* the line, as last reported */
	bool refused_ = false;	     /* receive() returned false */
	bool interrupted_ = false;   /* in this burst: its host hears of it first */
	uint32_t spared_ = 0;	     /* blocks that the last edge left out */
	uint64_t cycles_ = 0;	     /* clocked */
	uint64_t timed_cycles_ = 0;  /* of them, those that took time */
};

} // namespace ringside
#endif
