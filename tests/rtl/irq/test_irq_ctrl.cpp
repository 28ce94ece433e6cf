// SPDX-License-Identifier: MIT
//
// irq_ctrl by the 82574L's rules: causes and masks, what clears them, vectors, moderation, delays. The
// bench plays the register bus, the engines' events and the host that takes messages. Every clock edge
// in an idle cycle is checked to change nothing, also with the time anywhere before the deadline.

#include "../bus/idle_state.h"
#include "../run_suite.h"
#include "Virq_ctrl___024root.h"
#include "ringside_reg_table.h"
#include "ringside_regs.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>

namespace
{

enum Mode { kIntx = 0, kMsi = 1, kMsix = 2 };

constexpr uint64_t kNever = UINT64_MAX;
constexpr uint64_t kCycleNs = 4;
constexpr uint32_t kAll = 0x01f7ffff;
constexpr uint32_t kRxq0 = E1000_ICR_RXQ0, kTxq0 = E1000_ICR_TXQ0, kOther = E1000_ICR_OTHER;
constexpr uint32_t kAsserted = E1000_ICR_INT_ASSERTED;
// RXQ0 -> 0, RXQ1 -> 3, TXQ0 -> 1, TXQ1 -> 4, OTHER -> 2.
constexpr uint32_t kIvar = 0x000ac9b8;

enum Event : unsigned {
	kTxWb = 1,
	kTxWbIde = 2, // with kTxWb or kTxWb1: delay it
	kTxqe = 4,
	kRxWb = 8,
	kRxdmt = 16,
	kRxo = 32,
	kLsc = 64,
	kMdac = 128,
	kTxWb1 = 256, // of queue 1
	kRxWb1 = 512,
	kSrpd = 1024,
	kAck = 2048,
	kTxdLow = 4096,
};

struct Message {
	uint64_t time_ns;
	unsigned vector;
	bool operator==(const Message &o) const
	{
		return time_ns == o.time_ns && vector == o.vector;
	}
};

uint32_t mask_of(uint32_t addr)
{
	for (const ringside_reg &r : ringside_regs)
		if (addr >= r.offset && addr < r.offset + r.count * r.stride)
			return r.mask;
	ck_abort_msg("no register at %#x", addr);
	return 0;
}

class Bench
{
      public:
	explicit Bench(Mode mode, bool skip = true) : skip_(skip)
	{
		model.irq_mode_i = mode;
		model.moderation_en_i = 1;
		model.rst_ni = 0;
		step();
		step();
		model.rst_ni = 1;
		step();
	}

	void write(uint32_t addr, uint32_t value)
	{
		model.we_i = 1;
		model.addr_i = addr;
		model.wraw_i = value;
		model.wdata_i = value & mask_of(addr);
		step();
		model.we_i = 0;
	}

	uint32_t read(uint32_t addr)
	{
		model.re_i = 1;
		model.addr_i = addr;
		model.eval();
		uint32_t value = model.rdata_o;
		step();
		model.re_i = 0;
		return value;
	}

	void event(unsigned events)
	{
		drive(events);
		step();
		drive(0);
	}

	// An event in the cycle in which the access acts.
	uint32_t read_with_event(uint32_t addr, unsigned events)
	{
		drive(events);
		uint32_t value = read(addr);
		drive(0);
		return value;
	}

	// Until nothing more happens before the deadline.
	void settle()
	{
		for (int i = 0; i < 20; i++)
			step();
		model.eval();
		ck_assert_msg(model.idle_o, "still busy after 20 cycles");
	}

	void run_until(uint64_t time_ns)
	{
		while (now < time_ns) {
			model.eval();
			if (skip_ && model.idle_o && model.deadline_o > now + kCycleNs) {
				uint64_t to = std::min<uint64_t>(model.deadline_o, time_ns);
				check_sleep(to);
				now += (to - now + kCycleNs - 1) / kCycleNs * kCycleNs;
				if (now >= time_ns)
					break;
			}
			step();
		}
	}

	void run_for(uint64_t ns)
	{
		run_until(now + ns);
	}

	unsigned messages(unsigned vector) const
	{
		unsigned n = 0;
		for (const Message &m : sent)
			n += m.vector == vector;
		return n;
	}

	void step()
	{
		model.now_i = now;
		model.clk_i = 0;
		model.eval();
		model.irq_ack_i = accept && model.irq_req_o;
		if (model.irq_ack_i)
			sent.push_back({now, model.irq_vec_o});
		if (model.pba_clr_o)
			pba_cleared |= model.pba_clr_o;
		if (model.ev_sent_o)
			counted++;
		for (unsigned i = 0; i < 4; i++)
			expired[i] += model.ev_expired_o >> i & 1;
		model.eval();
		if (model.idle_o &&
		    model.deadline_o <= now) // not ck_assert: it costs a system call
			ck_abort_msg("idle although its deadline has come");
		idle_.clock(model);
		model.irq_ack_i = 0;
		model.eval();
		if (model.intx_o && !intx_)
			rises.push_back(now);
		intx_ = model.intx_o;
		now += kCycleNs;
	}

	Virq_ctrl model;
	uint64_t now = 1000;
	bool accept = true;
	std::vector<Message> sent;
	std::vector<uint64_t> rises; // of INTx
	unsigned pba_cleared = 0;
	unsigned counted = 0;
	unsigned expired[4] = {};

      private:
	void drive(unsigned e)
	{
		model.ev_tx_wb_i = (e & kTxWb ? 1 : 0) | (e & kTxWb1 ? 2 : 0);
		model.ev_tx_wb_ide_i = e & kTxWbIde ? model.ev_tx_wb_i : 0;
		model.ev_txqe_i = !!(e & kTxqe);
		model.ev_txd_low_i = !!(e & kTxdLow);
		model.ev_rx_wb_i = (e & kRxWb ? 1 : 0) | (e & kRxWb1 ? 2 : 0);
		model.ev_rxdmt_i = !!(e & kRxdmt);
		model.ev_rxo_i = !!(e & kRxo);
		model.ev_srpd_i = !!(e & kSrpd);
		model.ev_ack_i = !!(e & kAck);
		model.ev_lsc_i = !!(e & kLsc);
		model.ev_mdac_i = !!(e & kMdac);
	}

	// Asleep until `to`: an edge at the last moment before it changes nothing either.
	void check_sleep(uint64_t to)
	{
		model.now_i = to - 1;
		model.clk_i = 0;
		model.eval();
		if (!model.idle_o)
			ck_abort_msg("woke up before its deadline");
		idle_.clock(model);
	}

	bool skip_;
	bool intx_ = false;
	IdleState<Virq_ctrl> idle_;
};

struct MsixBench : Bench {
	explicit MsixBench(uint32_t enable = kAll) : Bench(kMsix)
	{
		write(E1000_IVAR, kIvar);
		if (enable)
			write(E1000_IMS, enable);
		settle();
	}
};

// --- MSI-X ---------------------------------------------------------------------------------------

START_TEST(a_cause_leaves_by_the_vector_of_its_ivar_entry)
{
	const struct {
		uint32_t cause;
		unsigned vector;
	} map[] = {{E1000_ICR_RXQ0, 0},
		   {E1000_ICR_RXQ1, 3},
		   {E1000_ICR_TXQ0, 1},
		   {E1000_ICR_TXQ1, 4},
		   {kOther, 2}};

	for (auto m : map) {
		MsixBench b;
		b.write(E1000_ICS, m.cause);
		b.settle();
		ck_assert_uint_eq(b.sent.size(), 1);
		ck_assert_uint_eq(b.sent[0].vector, m.vector);
		ck_assert_uint_eq(b.counted, 1);
	}
}
END_TEST

START_TEST(write_backs_raise_queue_causes_in_msix_and_legacy_causes_otherwise)
{
	MsixBench x;
	x.event(kRxWb);
	ck_assert_uint_eq(x.read(E1000_ICS), kAsserted | kRxq0);
	x.event(kTxWb | kTxWbIde);
	ck_assert_uint_eq(x.read(E1000_ICS), kAsserted | kRxq0 | kTxq0);

	Bench l(kIntx);
	l.event(kRxWb);
	ck_assert_uint_eq(l.read(E1000_ICS), kAsserted | E1000_ICR_RXT0);
	l.event(kTxWb);
	ck_assert_uint_eq(l.read(E1000_ICS), kAsserted | E1000_ICR_RXT0 | E1000_ICR_TXDW);
}
END_TEST

START_TEST(write_backs_of_the_second_queues_have_vectors_of_their_own_in_msix)
{
	MsixBench x;
	x.event(kRxWb1);
	x.settle();
	ck_assert_uint_eq(x.read(E1000_ICS), kAsserted | E1000_ICR_RXQ1);
	ck_assert_uint_eq(x.messages(3), 1);
	x.event(kTxWb1 | kTxWb);
	x.settle();
	ck_assert_uint_eq(x.read(E1000_ICS), kAsserted | E1000_ICR_RXQ1 | E1000_ICR_TXQ1 | kTxq0);
	ck_assert_uint_eq(x.messages(4), 1);
	ck_assert_uint_eq(x.messages(1), 1);

	Bench l(kIntx);
	l.event(kRxWb1);
	l.event(kTxWb1);
	ck_assert_uint_eq(l.read(E1000_ICS), kAsserted | E1000_ICR_RXT0 | E1000_ICR_TXDW);
}
END_TEST

START_TEST(raid_delays_acks_from_the_first_one_but_not_in_msix)
{
	Bench b(kMsi);
	b.write(E1000_IMS, kAll);
	b.write(E1000_RAID, 10);
	b.event(kAck);
	b.run_for(9000);
	b.event(kAck);
	ck_assert_uint_eq(b.read(E1000_ICS), 0);
	b.run_for(2000);
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | E1000_ICR_ACK);
	ck_assert_uint_eq(b.sent.size(), 1);
	b.event(kSrpd);
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | E1000_ICR_SRPD);

	MsixBench x;
	x.write(E1000_RAID, 1000);
	x.event(kAck);
	x.settle();
	ck_assert_uint_eq(x.read(E1000_ICS), kAsserted | kOther | E1000_ICR_ACK);
	ck_assert_uint_eq(x.messages(2), 1);
}
END_TEST

START_TEST(acks_and_small_packets_take_delayed_causes_along_only_where_enabled)
{
	for (uint32_t cause : {E1000_ICR_ACK, E1000_ICR_SRPD}) {
		unsigned event = cause == E1000_ICR_ACK ? kAck : kSrpd;
		Bench b(kIntx);
		b.write(E1000_RDTR, 1000);
		b.event(kRxWb);
		b.event(event);
		ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | cause);
		b.write(E1000_IMS, cause);
		b.event(event);
		ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | cause | E1000_ICR_RXT0);
	}
}
END_TEST

START_TEST(each_cause_of_the_other_group_raises_other)
{
	for (uint32_t cause : {E1000_ICR_LSC, E1000_ICR_RXO, E1000_ICR_MDAC, E1000_ICR_SRPD,
			       E1000_ICR_ACK, E1000_ICR_MNG}) {
		MsixBench b(kOther);
		b.write(E1000_ICS, cause);
		b.settle();
		ck_assert_uint_eq(b.read(E1000_ICS), kAsserted | kOther | cause);
		ck_assert_uint_eq(b.messages(2), 1);
	}
	MsixBench b(kOther);
	b.event(kTxqe | kRxdmt);
	b.settle();
	ck_assert_uint_eq(b.read(E1000_ICS), kAsserted | E1000_ICR_TXQE | E1000_ICR_RXDMT0);
	ck_assert_uint_eq(b.sent.size(), 0);
}
END_TEST

START_TEST(causes_of_one_vector_leave_with_one_message)
{
	MsixBench b;
	b.write(E1000_IVAR, 0x00088888); // all on vector 0
	b.event(kRxWb | kTxWb | kLsc);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 1);
}
END_TEST

START_TEST(an_invalid_ivar_entry_sends_nothing_but_auto_clears)
{
	for (uint32_t ivar : {0u, 0x7u, 0xdu}) { // not valid; not valid; vector 5
		MsixBench b;
		b.write(E1000_IVAR, ivar);
		b.write(E1000_EIAC, kRxq0);
		b.event(kRxWb);
		b.settle();
		ck_assert_uint_eq(b.sent.size(), 0);
		ck_assert_uint_eq(b.read(E1000_ICS), 0);
		ck_assert_uint_eq(b.read(E1000_IMS), kAll & ~kRxq0);
	}
}
END_TEST

START_TEST(a_cause_that_stays_does_not_interrupt_again)
{
	MsixBench b;
	b.event(kRxWb);
	b.event(kRxWb);
	b.settle();
	b.event(kRxWb);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 1);
	b.write(E1000_ICR, kRxq0);
	b.event(kRxWb);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 2);
}
END_TEST

START_TEST(eiac_clears_and_masks_what_a_message_carries)
{
	MsixBench b;
	b.write(E1000_EIAC, kRxq0);
	b.event(kRxWb | kTxWb);
	b.settle();
	ck_assert_uint_eq(b.read(E1000_ICS), kAsserted | kTxq0);
	ck_assert_uint_eq(b.read(E1000_IMS), kAll & ~kRxq0);
}
END_TEST

START_TEST(eiac_does_not_mask_under_iame)
{
	MsixBench b;
	b.model.iame_i = 1;
	b.write(E1000_EIAC, kRxq0);
	b.event(kRxWb);
	b.settle();
	ck_assert_uint_eq(b.read(E1000_ICS), 0);
	ck_assert_uint_eq(b.read(E1000_IMS), kAll);
}
END_TEST

START_TEST(a_packet_during_napi_interrupts_when_the_cause_is_enabled_again)
{
	MsixBench b;
	b.write(E1000_EIAC, kRxq0);
	b.event(kRxWb);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 1);
	b.event(kRxWb); // masked now: waits in ICR
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 1);
	b.write(E1000_IMS, kRxq0);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 2);
	b.write(E1000_IMS, kRxq0); // and nothing pends now
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 2);
}
END_TEST

START_TEST(no_offset_between_packet_and_enabling_loses_an_interrupt)
{
	for (int gap = 0; gap < 12; gap++) {
		for (bool packet_first : {true, false}) {
			MsixBench b;
			b.write(E1000_EIAC, kRxq0);
			b.event(kRxWb);
			for (int i = 0; i < gap; i++)
				b.step();
			if (packet_first)
				b.event(kRxWb);
			b.write(E1000_IMS, kRxq0);
			if (!packet_first)
				b.event(kRxWb);
			b.settle();
			b.write(E1000_IMS, kRxq0); // what the handler of the last message does
			b.settle();
			ck_assert_uint_eq(b.sent.size(), 2);
			ck_assert_uint_eq(b.read(E1000_ICS), 0);
		}
	}
}
END_TEST

START_TEST(an_event_in_the_cycle_of_the_clearing_read_is_kept)
{
	MsixBench b;
	b.event(kLsc);
	b.settle();
	ck_assert_uint_eq(b.read_with_event(E1000_ICR, kRxo), kAsserted | kOther | E1000_ICR_LSC);
	b.settle();
	ck_assert_uint_eq(b.read(E1000_ICS), kAsserted | kOther | E1000_ICR_RXO);
	ck_assert_uint_eq(b.messages(2), 2);
}
END_TEST

START_TEST(a_message_waits_until_the_host_takes_it)
{
	MsixBench b;
	b.accept = false;
	b.event(kRxWb);
	b.event(kTxWb);
	for (int i = 0; i < 100; i++)
		b.step();
	ck_assert(b.model.irq_req_o && b.model.irq_vec_o == 0);
	b.accept = true;
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 2);
	ck_assert_uint_eq(b.sent[1].vector, 1);
}
END_TEST

START_TEST(masking_in_the_last_cycle_before_a_message_stops_it)
{
	MsixBench b;
	b.event(kRxWb);
	b.write(E1000_IMC, kRxq0);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 0);
	ck_assert_uint_eq(b.read(E1000_ICS), kAsserted | kRxq0);
}
END_TEST

START_TEST(a_link_change_before_msix_was_enabled_is_reported_by_other_when_it_is_enabled)
{
	Bench b(kIntx);
	b.event(kLsc);
	b.model.irq_mode_i = kMsix;
	b.write(E1000_IVAR, kIvar);
	b.write(E1000_IMS, kOther);
	b.settle();
	ck_assert_uint_eq(b.messages(2), 1);
}
END_TEST

START_TEST(pba_clr_clears_the_pending_bits_of_enabled_causes_only)
{
	MsixBench b;
	b.write(E1000_IMS, kRxq0 | kTxq0);
	b.settle();
	ck_assert_uint_eq(b.pba_cleared, 0);
	b.model.pba_clr_en_i = 1;
	b.write(E1000_IMS, kRxq0 | kOther | E1000_ICR_LSC);
	b.settle();
	ck_assert_uint_eq(b.pba_cleared, 1u << 0 | 1u << 2);
	b.pba_cleared = 0;
	b.write(E1000_PBACLR, 0x12);
	b.settle();
	ck_assert_uint_eq(b.pba_cleared, 0x12);
	ck_assert_uint_eq(b.read(E1000_PBACLR), 0x12);
}
END_TEST

// --- Clearing ICR (fact sheet 6.3) ---------------------------------------------------------------

START_TEST(icr_read_in_msix_keeps_causes_that_are_all_masked)
{
	MsixBench b(kTxq0);
	b.event(kRxWb);
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | kRxq0);
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | kRxq0);
	b.event(kTxWb); // one that is enabled
	b.settle();
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | kRxq0 | kTxq0);
	ck_assert_uint_eq(b.read(E1000_ICR), 0);
}
END_TEST

START_TEST(icr_read_clears_all_when_nothing_is_enabled)
{
	for (Mode mode : {kIntx, kMsi, kMsix}) {
		Bench b(mode);
		b.write(E1000_ICS, kAll);
		b.settle();
		ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | kAll);
		ck_assert_uint_eq(b.read(E1000_ICR), 0);
		ck_assert_uint_eq(b.sent.size() + b.rises.size(), 0);
	}
}
END_TEST

START_TEST(icr_read_under_iame_clears_all_and_masks_by_iam_in_every_mode)
{
	for (Mode mode : {kIntx, kMsi, kMsix}) {
		Bench b(mode);
		b.model.iame_i = 1;
		b.write(E1000_IAM, E1000_ICR_LSC | kRxq0);
		b.write(E1000_IMS, E1000_ICR_LSC | kRxq0 | kTxq0);
		ck_assert_uint_eq(b.read(E1000_ICR), 0);
		ck_assert_uint_eq(b.read(E1000_IMS),
				  E1000_ICR_LSC | kRxq0 | kTxq0); // was not asserted
		b.write(E1000_ICS, E1000_ICR_RXSEQ);		  // not enabled
		ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | E1000_ICR_RXSEQ);
		ck_assert_uint_eq(b.read(E1000_ICR), 0);
		ck_assert_uint_eq(b.read(E1000_IMS), kTxq0);
	}
}
END_TEST

START_TEST(icr_write_clears_ones_and_other_takes_its_group_along)
{
	MsixBench b;
	b.write(E1000_ICS, kAll);
	b.settle();
	b.write(E1000_ICR, E1000_ICR_TXDW | kRxq0);
	ck_assert_uint_eq(b.read(E1000_ICS), kAsserted | (kAll & ~(E1000_ICR_TXDW | kRxq0)));
	b.write(E1000_ICR, kOther);
	uint32_t group = kOther | E1000_ICR_LSC | E1000_ICR_RXO | E1000_ICR_MDAC | E1000_ICR_SRPD |
			 E1000_ICR_ACK | E1000_ICR_MNG;
	ck_assert_uint_eq(b.read(E1000_ICS),
			  kAsserted | (kAll & ~(E1000_ICR_TXDW | kRxq0 | group)));
}
END_TEST

START_TEST(icr_write_under_iame_masks_by_iam)
{
	Bench b(kMsi);
	b.model.iame_i = 1;
	b.write(E1000_IAM, E1000_ICR_LSC);
	b.write(E1000_IMS, E1000_ICR_LSC | E1000_ICR_TXDW);
	b.write(E1000_ICS, E1000_ICR_RXSEQ);
	b.write(E1000_ICR, E1000_ICR_RXSEQ);
	ck_assert_uint_eq(b.read(E1000_IMS), E1000_ICR_TXDW);
}
END_TEST

// --- INTx and MSI --------------------------------------------------------------------------------

START_TEST(intx_is_up_while_an_enabled_cause_is_pending)
{
	Bench b(kIntx);
	b.write(E1000_IMS, E1000_ICR_LSC | E1000_ICR_RXT0);
	b.event(kLsc);
	b.settle();
	ck_assert(b.model.intx_o);
	b.event(kRxWb);
	b.write(E1000_ICR, E1000_ICR_LSC);
	b.settle();
	ck_assert(b.model.intx_o);
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | E1000_ICR_RXT0);
	ck_assert(!b.model.intx_o);
	ck_assert_uint_eq(b.counted, 1);
	ck_assert_uint_eq(b.sent.size(), 0);
}
END_TEST

START_TEST(imc_takes_intx_down_and_ims_brings_it_back)
{
	Bench b(kIntx);
	b.write(E1000_IMS, E1000_ICR_LSC);
	b.event(kLsc);
	b.settle();
	b.write(E1000_IMC, E1000_ICR_LSC);
	ck_assert(!b.model.intx_o);
	b.write(E1000_IMS, E1000_ICR_LSC);
	b.settle();
	ck_assert(b.model.intx_o);
	ck_assert_uint_eq(b.rises.size(), 2);
}
END_TEST

START_TEST(every_maskable_cause_interrupts_only_when_enabled)
{
	for (unsigned bit = 0; bit < 25; bit++) {
		uint32_t cause = 1u << bit;
		if (!(kAll & cause))
			continue;
		Bench b(kIntx);
		b.write(E1000_IMS, kAll & ~cause);
		b.write(E1000_ICS, cause);
		b.settle();
		ck_assert_uint_eq(b.rises.size(), 0);
		b.read(E1000_ICR);
		b.write(E1000_IMC, ~0u);
		b.write(E1000_IMS, cause);
		b.write(E1000_ICS, cause);
		b.settle();
		ck_assert_uint_eq(b.rises.size(), 1);
		ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | cause);
	}
}
END_TEST

START_TEST(msi_sends_vector_0_once_for_what_becomes_pending)
{
	Bench b(kMsi);
	b.write(E1000_IMS, 0x9d);
	b.write(E1000_ICS, E1000_ICR_RXSEQ);
	b.settle();
	ck_assert_uint_eq(b.messages(0), 1);
	b.event(kLsc);
	b.settle();
	ck_assert_uint_eq(b.messages(0), 2);
	b.event(kLsc);
	b.settle();
	ck_assert_uint_eq(b.messages(0), 2);
	ck_assert(!b.model.intx_o);
}
END_TEST

START_TEST(reset_drops_line_message_causes_and_masks)
{
	for (Mode mode : {kIntx, kMsi, kMsix}) {
		Bench b(mode);
		b.accept = false;
		b.write(E1000_IVAR, kIvar);
		b.write(E1000_IMS, kAll);
		b.write(E1000_ICS, kRxq0);
		for (int i = 0; i < 10; i++)
			b.step();
		ck_assert(b.model.intx_o || b.model.irq_req_o);
		b.model.srst_i = 1;
		b.step();
		b.model.srst_i = 0;
		ck_assert(!b.model.intx_o && !b.model.irq_req_o);
		b.accept = true;
		b.settle();
		ck_assert_uint_eq(b.sent.size(), 0);
		ck_assert_uint_eq(b.read(E1000_ICS), 0);
		ck_assert_uint_eq(b.read(E1000_IMS), 0);
	}
}
END_TEST

START_TEST(a_change_of_mode_drops_intx_and_reports_what_is_pending_anew)
{
	Bench b(kIntx);
	b.write(E1000_IMS, E1000_ICR_LSC);
	b.event(kLsc);
	b.settle();
	ck_assert(b.model.intx_o);
	b.model.irq_mode_i = kMsi;
	b.step();
	ck_assert(!b.model.intx_o);
	b.settle();
	ck_assert(!b.model.intx_o);
	ck_assert_uint_eq(b.messages(0), 1);
}
END_TEST

// --- Moderation ----------------------------------------------------------------------------------

START_TEST(eitr_spaces_the_messages_of_its_vector_exactly)
{
	MsixBench b;
	b.write(E1000_EIAC, kRxq0);
	b.write(E1000_EITR(0), 100); // 25.6 us
	uint64_t end = b.now + 1000000;
	while (b.now < end) {
		b.event(kRxWb);
		b.write(E1000_IMS, kRxq0);
		b.run_for(400);
	}
	ck_assert_uint_ge(b.sent.size(), 1000000 / 25600);
	// From request to request; the bench takes each at once, on the 4 ns grid.
	for (size_t i = 1; i < b.sent.size(); i++) {
		uint64_t gap = b.sent[i].time_ns - b.sent[i - 1].time_ns;
		ck_assert_msg(gap >= 25600 && gap <= 25600 + 3 * kCycleNs,
			      "message %zu after %llu ns", i, static_cast<unsigned long long>(gap));
	}
}
END_TEST

START_TEST(eitr_holds_only_its_own_vector)
{
	for (unsigned held = 0; held < 5; held++) {
		const unsigned other = (held + 1) % 5;
		MsixBench b;
		b.write(E1000_IVAR, (8 | held) | (8 | other) << 8);
		b.write(E1000_EITR(held), 1000);
		for (int i = 0; i < 5; i++) {
			b.event(kRxWb | kTxWb);
			b.settle();
			b.write(E1000_ICR, kRxq0 | kTxq0);
		}
		ck_assert_uint_eq(b.messages(held), 1);
		ck_assert_uint_eq(b.messages(other), 5);
	}
}
END_TEST

START_TEST(no_message_follows_an_interval_in_which_nothing_came)
{
	MsixBench b;
	b.write(E1000_EITR(0), 10);
	b.event(kRxWb);
	b.run_for(1000000);
	ck_assert_uint_eq(b.sent.size(), 1);
	ck_assert_uint_eq(b.model.deadline_o, kNever);
}
END_TEST

START_TEST(a_waiting_message_survives_an_icr_read_and_leaves_once)
{
	MsixBench b;
	b.write(E1000_EITR(0), 100);
	b.event(kRxWb);
	b.settle();
	b.write(E1000_ICR, kRxq0);
	b.event(kRxWb);
	b.settle();
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | kRxq0);
	b.run_for(1000000);
	ck_assert_uint_eq(b.sent.size(), 2);
}
END_TEST

START_TEST(masking_takes_a_waiting_message_back_and_enabling_restores_it)
{
	MsixBench b;
	b.write(E1000_EIAC, kRxq0);
	b.write(E1000_EITR(0), 100);
	b.event(kRxWb);
	b.settle();
	b.write(E1000_IMS, kRxq0);
	b.event(kRxWb);
	b.settle();
	b.write(E1000_IMC, kRxq0);
	b.run_for(1000000);
	ck_assert_uint_eq(b.sent.size(), 1);
	b.write(E1000_IMS, kRxq0);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 2);
}
END_TEST

START_TEST(a_new_interval_counts_from_the_last_message)
{
	MsixBench b;
	b.write(E1000_EITR(0), 1000); // 256 us
	b.event(kRxWb);
	b.settle();
	b.write(E1000_ICR, kRxq0);
	b.event(kRxWb);
	b.run_for(50000);
	ck_assert_uint_eq(b.sent.size(), 1);
	b.write(E1000_EITR(0), 200); // 51.2 us
	b.run_for(5000);
	ck_assert_uint_eq(b.sent.size(), 2);
	uint64_t gap = b.sent[1].time_ns - b.sent[0].time_ns;
	ck_assert(gap >= 51200 && gap <= 51200 + 3 * kCycleNs);
	b.write(E1000_ICR, kRxq0);
	b.event(kRxWb);
	b.settle();
	b.write(E1000_EITR(0), 0);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 3);
}
END_TEST

START_TEST(with_the_strap_off_there_is_no_moderation)
{
	MsixBench b;
	b.model.moderation_en_i = 0;
	b.write(E1000_EITR(0), 0xffff);
	for (int i = 0; i < 5; i++) {
		b.event(kRxWb);
		b.settle();
		b.write(E1000_ICR, kRxq0);
	}
	ck_assert_uint_eq(b.sent.size(), 5);
	Bench d(kIntx);
	d.model.moderation_en_i = 0;
	d.write(E1000_IMS, kAll);
	d.write(E1000_RDTR, 100);
	d.write(E1000_RADV, 100);
	d.event(kRxWb);
	d.settle();
	ck_assert_uint_eq(d.rises.size(), 1);
}
END_TEST

START_TEST(int_timers_clear_ends_intervals_on_an_ims_write_of_all_bits)
{
	MsixBench b;
	b.model.timers_clear_en_i = 1;
	b.write(E1000_EITR(0), 0xffff);
	b.event(kRxWb);
	b.settle();
	b.write(E1000_ICR, kRxq0);
	b.event(kRxWb);
	b.settle();
	b.write(E1000_IMS, kRxq0);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 1);
	b.write(E1000_IMS, ~0u);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 2);
}
END_TEST

START_TEST(itr_spaces_intx_assertions_and_a_read_takes_a_waiting_one_back)
{
	Bench b(kIntx);
	b.write(E1000_IMS, E1000_ICR_LSC);
	b.write(E1000_ITR, 100);
	b.event(kLsc);
	b.settle();
	b.read(E1000_ICR);
	b.event(kLsc);
	b.settle();
	ck_assert(!b.model.intx_o);
	b.run_for(30000);
	ck_assert(b.model.intx_o);
	ck_assert_uint_eq(b.rises.size(), 2);
	ck_assert_uint_ge(b.rises[1] - b.rises[0], 25600);
	b.read(E1000_ICR);
	b.event(kLsc);
	b.settle();
	b.read(E1000_ICR);
	b.run_for(1000000);
	ck_assert_uint_eq(b.rises.size(), 2);
}
END_TEST

START_TEST(a_waiting_msi_message_is_dropped_when_nothing_is_pending_any_more)
{
	Bench b(kMsi);
	b.write(E1000_IMS, E1000_ICR_LSC);
	b.write(E1000_ITR, 100);
	b.event(kLsc);
	b.settle();
	b.read(E1000_ICR);
	b.event(kLsc);
	b.settle();
	b.read(E1000_ICR);
	b.run_for(1000000);
	ck_assert_uint_eq(b.sent.size(), 1);
}
END_TEST

START_TEST(itr_does_not_hold_msix_nor_eitr_msi)
{
	MsixBench x;
	x.write(E1000_ITR, 0xffff);
	Bench m(kMsi);
	m.write(E1000_EITR(0), 0xffff);
	m.write(E1000_IMS, kAll);
	for (Bench *b : {static_cast<Bench *>(&x), &m}) {
		for (int i = 0; i < 3; i++) {
			b->event(kRxWb);
			b->settle();
			b->read(E1000_ICR);
		}
		ck_assert_uint_eq(b->messages(0), 3);
	}
}
END_TEST

// --- Delays --------------------------------------------------------------------------------------

START_TEST(rdtr_starts_anew_with_each_packet_and_radv_bounds_it)
{
	Bench b(kMsi);
	b.write(E1000_IMS, kAll);
	b.write(E1000_RDTR, 10); // 10.24 us
	for (int i = 0; i < 10; i++) {
		b.event(kRxWb);
		b.run_for(5000);
	}
	uint64_t last = b.now - 5000;
	ck_assert_uint_eq(b.sent.size(), 0);
	b.run_for(10000);
	ck_assert_uint_eq(b.sent.size(), 1);
	ck_assert_uint_ge(b.sent[0].time_ns, last + 10240 - kCycleNs);
	ck_assert_uint_le(b.sent[0].time_ns, last + 10240 + 3 * kCycleNs);
	b.read(E1000_ICR);

	b.sent.clear();
	b.write(E1000_RADV, 20); // 20.48 us
	const uint64_t start = b.now;
	for (int i = 0; i < 10; i++) {
		b.event(kRxWb);
		b.run_for(5000);
	}
	ck_assert_uint_ge(b.sent.size(), 1);
	ck_assert_uint_ge(b.sent[0].time_ns, start + 20480);
	ck_assert_uint_le(b.sent[0].time_ns, start + 20480 + 4 * kCycleNs);
}
END_TEST

START_TEST(tidv_delays_write_backs_with_ide_only)
{
	Bench b(kMsi);
	b.write(E1000_IMS, kAll);
	b.write(E1000_TIDV, 10);
	b.event(kTxWb | kTxWbIde);
	b.run_for(10000);
	ck_assert_uint_eq(b.sent.size(), 0);
	ck_assert_uint_eq(b.read(E1000_ICS), 0);
	b.run_for(1000);
	ck_assert_uint_eq(b.sent.size(), 1);
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | E1000_ICR_TXDW);
	b.event(kTxWb);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 2);
	b.read(E1000_ICR);
	b.write(E1000_TIDV, 0);
	b.event(kTxWb | kTxWbIde);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 3);
}
END_TEST

START_TEST(delays_that_expire_are_told_by_timer_and_flushed_ones_not)
{
	for (bool receive : {true, false}) {
		unsigned event = receive ? kRxWb : kTxWb | kTxWbIde, bit = receive ? 0 : 2;
		Bench b(kMsi);
		b.write(receive ? E1000_RDTR : E1000_TIDV, 20);
		b.event(event);
		b.run_for(30000);
		ck_assert_uint_eq(b.expired[bit], 1);
		b.write(receive ? E1000_RADV : E1000_TADV, 32);
		for (int i = 0; i < 3; i++) { // each time before the packet timer's end
			b.event(event);
			b.run_for(15000);
		}
		ck_assert_uint_eq(b.expired[bit], 1);
		ck_assert_uint_eq(b.expired[bit + 1], 1);
		b.event(event);
		b.event(kLsc);
		b.run_for(100000);
		ck_assert_uint_eq(b.expired[bit], 1);
		ck_assert_uint_eq(b.expired[bit + 1], 1);
	}
}
END_TEST

START_TEST(an_undelayed_cause_takes_delayed_ones_along)
{
	Bench b(kIntx);
	b.write(E1000_IMS, E1000_ICR_LSC);
	b.write(E1000_RDTR, 1000);
	b.write(E1000_TIDV, 1000);
	b.event(kRxWb);
	b.event(kTxWb | kTxWbIde);
	b.event(kTxqe); // tells nothing new: does not take them along
	b.settle();
	ck_assert_uint_eq(b.read(E1000_ICS), kAsserted | E1000_ICR_TXQE);
	b.event(kLsc);
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | E1000_ICR_LSC | E1000_ICR_RXT0 |
						     E1000_ICR_TXDW | E1000_ICR_TXQE);
	b.run_for(2000000);
	ck_assert_uint_eq(b.read(E1000_ICR), 0);
}
END_TEST

// Drivers that never heard of TXD_LOW set its threshold all the same (TXDCTL.25).
START_TEST(txd_low_takes_delayed_ones_along_only_where_it_is_enabled)
{
	for (bool enabled : {false, true}) {
		Bench b(kIntx);
		b.write(E1000_IMS, E1000_ICR_RXT0 | (enabled ? E1000_ICR_TXD_LOW : 0));
		b.write(E1000_RDTR, 1000);
		b.event(kRxWb);
		b.event(kTxdLow);
		b.settle();
		ck_assert_uint_eq(b.read(E1000_ICS),
				  kAsserted | E1000_ICR_TXD_LOW | (enabled ? E1000_ICR_RXT0 : 0));
		ck_assert_uint_eq(b.model.intx_o, enabled);
	}
}
END_TEST

START_TEST(fpd_fires_what_is_delayed_and_reads_0)
{
	Bench b(kMsi);
	b.write(E1000_IMS, kAll);
	b.write(E1000_RDTR, 1000);
	b.write(E1000_TIDV, 1000);
	b.write(E1000_RDTR, 1000 | E1000_RDTR_FPD);
	b.settle();
	ck_assert_uint_eq(b.sent.size(), 0); // nothing was
	b.event(kRxWb);
	b.event(kTxWb | kTxWbIde);
	b.write(E1000_RDTR, 1000 | E1000_RDTR_FPD);
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | E1000_ICR_RXT0);
	b.write(E1000_TIDV, 1000 | E1000_TIDV_FPD);
	ck_assert_uint_eq(b.read(E1000_ICR), kAsserted | E1000_ICR_TXDW);
	ck_assert_uint_eq(b.read(E1000_RDTR), 1000);
	ck_assert_uint_eq(b.read(E1000_TIDV), 1000);
}
END_TEST

START_TEST(delays_do_not_apply_to_msix_and_a_change_of_mode_forgets_them)
{
	MsixBench x;
	x.write(E1000_RDTR, 1000);
	x.write(E1000_TIDV, 1000);
	x.event(kRxWb);
	x.event(kTxWb | kTxWbIde);
	x.settle();
	ck_assert_uint_eq(x.sent.size(), 2);

	Bench b(kIntx);
	b.write(E1000_IMS, kAll);
	b.write(E1000_RDTR, 10);
	b.event(kRxWb);
	b.model.irq_mode_i = kMsix;
	b.run_for(1000000);
	ck_assert_uint_eq(b.read(E1000_ICS), 0);
}
END_TEST

// --- Sleeping ------------------------------------------------------------------------------------

struct Trace {
	std::vector<Message> sent;
	std::vector<uint64_t> rises;
	std::vector<uint32_t> reads;
};

// The same random life of accesses and events, at the same times, with or without skipping.
Trace live(uint64_t seed, bool skip)
{
	static const uint32_t regs[] = {E1000_ICR,     E1000_ICS,     E1000_IMS,  E1000_IMC,
					E1000_EIAC,    E1000_IAM,     E1000_ITR,  E1000_RDTR,
					E1000_RADV,    E1000_TIDV,    E1000_TADV, E1000_EITR(0),
					E1000_EITR(1), E1000_EITR(2), E1000_RAID, E1000_IVAR};
	std::mt19937_64 random(seed);
	Trace t;
	Bench b(static_cast<Mode>(random() % 3), skip);
	b.now = random() / 4 / kCycleNs * kCycleNs; // any time is as good
	b.write(E1000_IVAR, kIvar);
	b.write(E1000_IMS, kAll);
	b.model.iame_i = random() & 1;
	for (int i = 0; i < 300; i++) {
		uint32_t reg = regs[random() % 16];
		uint32_t value = static_cast<uint32_t>(random());
		switch (random() % 4) {
		case 0:
			if (reg == E1000_IVAR)
				value = kIvar ^ (value & 0x80808);
			else if (mask_of(reg) == 0xffff)
				value &= 0x3f;
			b.write(reg, value);
			break;
		case 1:
			t.reads.push_back(b.read(reg));
			break;
		default:
			b.event(value & value >> 12 & 0xfff);
			break;
		}
		if (random() % 50 == 0)
			b.model.irq_mode_i = random() % 3;
		if (random() % 4 == 0)
			b.run_until(b.now + random() % 50000 / kCycleNs * kCycleNs);
	}
	t.sent = b.sent;
	t.rises = b.rises;
	return t;
}

START_TEST(skipping_sleeping_time_changes_nothing)
{
	size_t interrupts = 0;

	for (uint64_t seed = 1; seed <= 25; seed++) {
		Trace on = live(seed, true), off = live(seed, false);
		ck_assert_msg(on.sent == off.sent && on.rises == off.rises && on.reads == off.reads,
			      "differs with seed %llu", static_cast<unsigned long long>(seed));
		interrupts += on.sent.size() + on.rises.size();
	}
	ck_assert_uint_ge(interrupts, 300); // or it has shown nothing
}
END_TEST

} // namespace

int main()
{
	TCase *tc = tcase_create("irq_ctrl");
	tcase_set_timeout(tc, 120);

	tcase_add_test(tc, a_cause_leaves_by_the_vector_of_its_ivar_entry);
	tcase_add_test(tc, write_backs_raise_queue_causes_in_msix_and_legacy_causes_otherwise);
	tcase_add_test(tc, write_backs_of_the_second_queues_have_vectors_of_their_own_in_msix);
	tcase_add_test(tc, raid_delays_acks_from_the_first_one_but_not_in_msix);
	tcase_add_test(tc, acks_and_small_packets_take_delayed_causes_along_only_where_enabled);
	tcase_add_test(tc, each_cause_of_the_other_group_raises_other);
	tcase_add_test(tc, causes_of_one_vector_leave_with_one_message);
	tcase_add_test(tc, an_invalid_ivar_entry_sends_nothing_but_auto_clears);
	tcase_add_test(tc, a_cause_that_stays_does_not_interrupt_again);
	tcase_add_test(tc, eiac_clears_and_masks_what_a_message_carries);
	tcase_add_test(tc, eiac_does_not_mask_under_iame);
	tcase_add_test(tc, a_packet_during_napi_interrupts_when_the_cause_is_enabled_again);
	tcase_add_test(tc, no_offset_between_packet_and_enabling_loses_an_interrupt);
	tcase_add_test(tc, an_event_in_the_cycle_of_the_clearing_read_is_kept);
	tcase_add_test(tc, a_message_waits_until_the_host_takes_it);
	tcase_add_test(tc, masking_in_the_last_cycle_before_a_message_stops_it);
	tcase_add_test(
		tc, a_link_change_before_msix_was_enabled_is_reported_by_other_when_it_is_enabled);
	tcase_add_test(tc, pba_clr_clears_the_pending_bits_of_enabled_causes_only);
	tcase_add_test(tc, icr_read_in_msix_keeps_causes_that_are_all_masked);
	tcase_add_test(tc, icr_read_clears_all_when_nothing_is_enabled);
	tcase_add_test(tc, icr_read_under_iame_clears_all_and_masks_by_iam_in_every_mode);
	tcase_add_test(tc, icr_write_clears_ones_and_other_takes_its_group_along);
	tcase_add_test(tc, icr_write_under_iame_masks_by_iam);
	tcase_add_test(tc, intx_is_up_while_an_enabled_cause_is_pending);
	tcase_add_test(tc, imc_takes_intx_down_and_ims_brings_it_back);
	tcase_add_test(tc, every_maskable_cause_interrupts_only_when_enabled);
	tcase_add_test(tc, msi_sends_vector_0_once_for_what_becomes_pending);
	tcase_add_test(tc, reset_drops_line_message_causes_and_masks);
	tcase_add_test(tc, a_change_of_mode_drops_intx_and_reports_what_is_pending_anew);
	tcase_add_test(tc, eitr_spaces_the_messages_of_its_vector_exactly);
	tcase_add_test(tc, eitr_holds_only_its_own_vector);
	tcase_add_test(tc, no_message_follows_an_interval_in_which_nothing_came);
	tcase_add_test(tc, a_waiting_message_survives_an_icr_read_and_leaves_once);
	tcase_add_test(tc, masking_takes_a_waiting_message_back_and_enabling_restores_it);
	tcase_add_test(tc, a_new_interval_counts_from_the_last_message);
	tcase_add_test(tc, with_the_strap_off_there_is_no_moderation);
	tcase_add_test(tc, int_timers_clear_ends_intervals_on_an_ims_write_of_all_bits);
	tcase_add_test(tc, itr_spaces_intx_assertions_and_a_read_takes_a_waiting_one_back);
	tcase_add_test(tc, a_waiting_msi_message_is_dropped_when_nothing_is_pending_any_more);
	tcase_add_test(tc, itr_does_not_hold_msix_nor_eitr_msi);
	tcase_add_test(tc, rdtr_starts_anew_with_each_packet_and_radv_bounds_it);
	tcase_add_test(tc, tidv_delays_write_backs_with_ide_only);
	tcase_add_test(tc, delays_that_expire_are_told_by_timer_and_flushed_ones_not);
	tcase_add_test(tc, an_undelayed_cause_takes_delayed_ones_along);
	tcase_add_test(tc, txd_low_takes_delayed_ones_along_only_where_it_is_enabled);
	tcase_add_test(tc, fpd_fires_what_is_delayed_and_reads_0);
	tcase_add_test(tc, delays_do_not_apply_to_msix_and_a_change_of_mode_forgets_them);
	tcase_add_test(tc, skipping_sleeping_time_changes_nothing);

	return run_suite("irq_ctrl", tc);
}
