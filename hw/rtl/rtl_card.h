/* SPDX-License-Identifier: MIT */
/*
 * The Verilated card: one loop clocks it, does on each cycle what its bus, wire and interrupt ports
 * ask for, and leaves as soon as the card says that nothing but time or the outside can change it.
 *
 * What is set before a clock edge is what the card sees in the cycle after it (sampled_card.sv), time
 * included. So all handshakes of a cycle are settled before the edge that ends it, from the outputs
 * and the inputs as the edge before left them; then the next cycle's inputs are set.
 *
 * An idle block's registers keep their values whether it gets a clock edge or not. So only those
 * blocks get one that say that they are not idle. (With skip=off all get all.)
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
	uint32_t reg_read(uint64_t t_ns, uint32_t addr) override;
	void reg_write(uint64_t t_ns, uint32_t addr, uint32_t value) override;
	bool receive(const uint8_t *frame, size_t len, bool good_fcs, uint64_t t_ns) override;
	bool can_receive() const override;
	void transmit_ready(uint64_t t_ns) override;
	void pci_state(uint64_t t_ns, const ringside_pci_state &state) override;
	void reset(uint64_t t_ns, ringside_reset_kind kind) override;
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
	uint32_t blocks_to_clock() const;
	bool step_interrupts();
	void report_intx();
	bool send(const uint8_t *frame, size_t len);
	void come_to(uint64_t t_ns);
	void apply_pci_state();
	void hold_reset(ringside_reset_kind kind);
	void drain();
	void try_edge(uint64_t t_ns, uint32_t blocks, const char *what);
	void check_sleep(uint64_t next_ns);

	/* The cycles of a register access that is requested: accept takes back what the card takes. */
	template <typename Accept, typename Done> bool access(Accept accept, Done done);

	Model model_;
	AxiMemory memory_;
	FrameSink sink_;
	FrameSource source_;
	EvalClock eval_clock_;

	ringside_pci_state pci_ = {};
	uint64_t now_ns_ = 0;	    /* of the next clock edge */
	uint64_t step_ns_;	    /* a cycle's time: 4 ns, or 0 while time stands still */
	bool quiet_ = false;	    /* nothing changes before next_ns() */
	bool intx_ = false;	    /* the line, as last reported */
	bool refused_ = false;	    /* receive() returned false */
	bool interrupted_ = false;  /* in this burst: its host hears of it first */
	uint32_t spared_ = 0;	    /* blocks that the last edge left out */
	uint64_t cycles_ = 0;	    /* clocked */
	uint64_t timed_cycles_ = 0; /* of them, those that took time */
};

} // namespace ringside
#endif
