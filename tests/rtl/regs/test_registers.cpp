// SPDX-License-Identifier: MIT
//
// The registers through their AXI4-Lite port: reset values, masks, aliases and what CTRL.RST keeps
// against the description (registers.json), and by hand what the description cannot say: NVM, PHY and
// link, semaphores, status, statistics. Every edge in an idle cycle is checked to change nothing.

#include "../bus/idle_state.h"
#include "../run_suite.h"
#include "Vregister_block___024root.h"
#include "ringside_reg_table.h"
#include "ringside_regs.h"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <string>

namespace
{

constexpr uint64_t kCycleNs = 4;
constexpr uint64_t kAutonegNs = 10000000;
constexpr uint64_t kMac = 0x563412005452; // 52:54:00:12:34:56, first byte lowest
constexpr uint32_t kPatterns[] = {0x5a5a5a5a, 0xa5a5a5a5, 0x00000000, 0xffffffff};

enum Phy : unsigned { kBmcr = 0, kBmsr = 1, kAnlpar = 5, kPssr = 17, kPage = 22, kOemBits = 25 };

uint32_t reset_of(uint32_t offset)
{
	for (const ringside_reg &r : ringside_regs)
		if (r.offset == offset)
			return r.reset;
	ck_abort_msg("no register at %#x", offset);
	return 0;
}

class Bench
{
      public:
	explicit Bench(uint64_t mac = kMac, bool link = true)
	{
		model.mac_i = mac;
		model.feature_en_i = reset_of(E1000_RS_FEATURES); // what is built
		model.autoneg_ns_i = kAutonegNs;
		model.bus_master_i = 1;
		model.link_up_i = link;
		model.drained_i = 1;
		model.s_axil_bready_i = 1;
		model.s_axil_rready_i = 1;
		reset(0);
	}

	void reset(int kind)
	{
		model.reset_kind_i = kind;
		model.rst_ni = 0;
		step();
		step();
		model.rst_ni = 1;
		step();
	}

	void step()
	{
		model.now_i = now;
		model.clk_i = 0;
		model.eval();
		model.irq_ack_i = model.irq_req_o;
		model.eval();
		idle_.clock(model, model.rst_ni && model.idle_o);
		model.irq_ack_i = 0;
		model.eval();
		now += kCycleNs;
	}

	void write(uint32_t addr, uint32_t value, unsigned strobes = 0xf)
	{
		model.s_axil_awaddr_i = addr;
		model.s_axil_awvalid_i = 1;
		model.s_axil_wdata_i = value;
		model.s_axil_wstrb_i = strobes;
		model.s_axil_wvalid_i = 1;
		model.eval();
		ck_assert_msg(model.s_axil_awready_o && model.s_axil_wready_o,
			      "write not taken at once");
		step();
		model.s_axil_awvalid_i = 0;
		model.s_axil_wvalid_i = 0;
		wait(model.s_axil_bvalid_o, addr);
		ck_assert_uint_eq(model.s_axil_bresp_o, 0);
	}

	uint32_t read(uint32_t addr)
	{
		model.s_axil_araddr_i = addr;
		model.s_axil_arvalid_i = 1;
		model.eval();
		ck_assert_msg(model.s_axil_arready_o, "read not taken at once");
		step();
		model.s_axil_arvalid_i = 0;
		wait(model.s_axil_rvalid_o, addr);
		ck_assert_uint_eq(model.s_axil_rresp_o, 0);
		return model.s_axil_rdata_o;
	}

	uint32_t phy_read(unsigned reg, unsigned phy = 1)
	{
		write(E1000_MDIC, 2u << E1000_MDIC_OP_SHIFT | reg << E1000_MDIC_REG_SHIFT |
					  phy << E1000_MDIC_PHY_SHIFT);
		return read(E1000_MDIC);
	}

	uint32_t phy(unsigned reg)
	{
		uint32_t mdic = phy_read(reg);
		ck_assert_uint_eq(mdic & ~E1000_MDIC_DATA,
				  E1000_MDIC_READY | 2u << E1000_MDIC_OP_SHIFT |
					  1u << E1000_MDIC_PHY_SHIFT | reg << E1000_MDIC_REG_SHIFT);
		return mdic & E1000_MDIC_DATA;
	}

	uint32_t phy_write(unsigned reg, unsigned value)
	{
		write(E1000_MDIC, 1u << E1000_MDIC_OP_SHIFT | reg << E1000_MDIC_REG_SHIFT |
					  1u << E1000_MDIC_PHY_SHIFT | value);
		return read(E1000_MDIC);
	}

	uint16_t nvm(unsigned word)
	{
		write(E1000_EERD, word << E1000_EERD_ADDR_SHIFT | E1000_EERD_START);
		uint32_t eerd = read(E1000_EERD);
		ck_assert_uint_eq(eerd & 0xffff, word << E1000_EERD_ADDR_SHIFT | E1000_EERD_DONE);
		return eerd >> 16;
	}

	void nvm_write(unsigned word, uint16_t value)
	{
		write(E1000_EEWR, word << E1000_EEWR_ADDR_SHIFT | E1000_EEWR_START |
					  static_cast<uint32_t>(value) << E1000_EEWR_DATA_SHIFT);
		ck_assert(read(E1000_EEWR) & E1000_EEWR_DONE);
	}

	bool link_up()
	{
		return read(E1000_STATUS) & E1000_STATUS_LU;
	}

	// Sleeps as the platform does: until the deadline when it comes first.
	void run_for(uint64_t ns)
	{
		for (uint64_t end = now + ns; now < end; step()) {
			model.eval();
			if (model.idle_o)
				now = std::max(now, std::min<uint64_t>(end, model.deadline_o) /
							    kCycleNs * kCycleNs);
		}
	}

	Vregister_block model;
	uint64_t now = 1000;

      private:
	// The system time is worked out when it is read or changed; all else is there at once.
	static int cycles_to_answer(uint32_t addr)
	{
		return addr >= E1000_SYSTIML && addr <= E1000_TIMADJH ? 60 : 3;
	}

	template <typename Flag> void wait(const Flag &valid, uint32_t addr)
	{
		for (int cycles = 1; !valid; cycles++) {
			ck_assert_msg(cycles < cycles_to_answer(addr),
				      "no answer from %05x after %d cycles", addr, cycles);
			step();
		}
	}

	IdleState<Vregister_block> idle_;
};

uint32_t offset_of(const ringside_reg &r, uint32_t i)
{
	return r.offset + i * r.stride;
}

// What a read gives after reset: the description's value, but for the MAC address.
uint32_t reset_value(const ringside_reg &r, uint32_t i)
{
	if (r.offset == E1000_RAL(0) && i == 0)
		return static_cast<uint32_t>(kMac);
	if (r.offset == E1000_RAH(0) && i == 0)
		return E1000_RAH_AV | static_cast<uint32_t>(kMac >> 32);
	return r.reset;
}

// Registers that just keep what is written, by their mask.
bool is_storage(const ringside_reg &r)
{
	return std::string(r.access) == "rw" && std::string(r.unit) != "none" &&
	       (!r.is_volatile || r.offset == E1000_RAL(0) || r.offset == E1000_RAH(0));
}

uint32_t stored(const ringside_reg &r, uint32_t value)
{
	return (value & r.mask) | (r.reset & ~r.mask);
}

// --- The whole map -------------------------------------------------------------------------------

START_TEST(every_register_reads_its_reset_value)
{
	Bench b;
	unsigned read = 0;

	for (const ringside_reg &r : ringside_regs) {
		for (uint32_t i = 0; i < r.count; i++, read++) {
			uint32_t value = b.read(offset_of(r, i));
			ck_assert_msg(value == reset_value(r, i), "%s %u reads %08x, not %08x",
				      r.name, i, value, reset_value(r, i));
		}
	}
	ck_assert_uint_gt(read, 11000);
}
END_TEST

START_TEST(storage_registers_keep_exactly_the_bits_of_their_mask)
{
	Bench b;

	for (const ringside_reg &r : ringside_regs) {
		if (!is_storage(r))
			continue;
		for (uint32_t i = 0; i < r.count; i++) {
			for (uint32_t pattern : kPatterns) {
				b.write(offset_of(r, i), pattern);
				uint32_t value = b.read(offset_of(r, i));
				ck_assert_msg(value == stored(r, pattern),
					      "%s %u: wrote %08x, read %08x", r.name, i, pattern,
					      value);
			}
		}
	}
}
END_TEST

START_TEST(no_two_registers_share_storage)
{
	Bench b;
	auto mark = [](uint32_t offset) { return (offset * 2654435761u) ^ 0x9e3779b9u; };

	// RXDCTL0 last: it writes RXDCTL1 too.
	for (int pass = 0; pass < 2; pass++)
		for (const ringside_reg &r : ringside_regs)
			for (uint32_t i = 0; i < r.count && is_storage(r); i++)
				if ((r.offset == E1000_RXDCTL1) == (pass == 1))
					b.write(offset_of(r, i), mark(offset_of(r, i)));
	for (const ringside_reg &r : ringside_regs) {
		for (uint32_t i = 0; i < r.count && is_storage(r); i++) {
			uint32_t value = b.read(offset_of(r, i));
			ck_assert_msg(value == stored(r, mark(offset_of(r, i))), "%s %u reads %08x",
				      r.name, i, value);
		}
	}
}
END_TEST

START_TEST(an_alias_is_the_register_itself)
{
	Bench b;
	unsigned aliases = 0;

	for (const ringside_reg_alias &a : ringside_reg_aliases) {
		for (const ringside_reg &r : ringside_regs) {
			if (r.offset != a.offset || !is_storage(r))
				continue;
			for (uint32_t i = 0; i < a.count; i++, aliases++) {
				b.write(a.alias + i * a.stride, 0x5a5a5a5a + i);
				ck_assert_uint_eq(b.read(offset_of(r, i)),
						  stored(r, 0x5a5a5a5a + i));
				b.write(offset_of(r, i), 0xa5a5a5a5 + i);
				ck_assert_uint_eq(b.read(a.alias + i * a.stride),
						  stored(r, 0xa5a5a5a5 + i));
			}
		}
	}
	ck_assert_uint_ge(aliases, 170);
	b.write(4, E1000_CTRL_SLU); // CTRL_DUP
	ck_assert_uint_eq(b.read(E1000_CTRL), E1000_CTRL_SLU);
}
END_TEST

START_TEST(other_offsets_read_0_and_ignore_writes)
{
	Bench b;
	std::set<uint32_t> known;

	for (const ringside_reg &r : ringside_regs)
		for (uint32_t i = 0; i < r.count; i++)
			if (std::string(r.unit) != "none")
				known.insert(offset_of(r, i));
	for (const ringside_reg_alias &a : ringside_reg_aliases)
		for (uint32_t i = 0; i < a.count; i++)
			known.insert(a.alias + i * a.stride);
	for (uint32_t addr = 0; addr < 0x20000; addr += 4) {
		if (known.count(addr))
			continue;
		b.write(addr, 0xffffffff);
		ck_assert_msg(b.read(addr) == 0, "offset %#x does not read 0", addr);
	}
	for (const ringside_reg &r : ringside_regs)
		if (std::string(r.unit) != "none")
			ck_assert_msg(b.read(r.offset) == reset_value(r, 0), "%s changed", r.name);
}
END_TEST

START_TEST(ctrl_rst_restores_reset_values_but_of_what_survives)
{
	Bench b;

	for (const ringside_reg &r : ringside_regs)
		for (uint32_t i = 0; i < r.count && (is_storage(r) || r.keeps); i++)
			b.write(offset_of(r, i), 0x5a5a5a0a);
	b.write(E1000_CTRL, E1000_CTRL_RST | E1000_CTRL_SLU);
	for (const ringside_reg &r : ringside_regs) {
		for (uint32_t i = 0; i < r.count && r.unit != std::string("none"); i++) {
			uint32_t expected = reset_value(r, i);
			if (r.keeps)
				expected = stored(r, 0x5a5a5a0a);
			if (r.offset == E1000_PBA)
				expected = 0x5a0a; // more than 40 KiB: nothing left for transmit
			uint32_t value = b.read(offset_of(r, i));
			ck_assert_msg(value == expected, "%s %u reads %08x, not %08x", r.name, i,
				      value, expected);
		}
	}
}
END_TEST

START_TEST(a_write_without_all_strobes_is_answered_and_ignored)
{
	Bench b;

	for (unsigned strobes = 0; strobes < 15; strobes++)
		b.write(E1000_FCAL, 0xffffffff, strobes);
	ck_assert_uint_eq(b.read(E1000_FCAL), 0);
}
END_TEST

START_TEST(a_response_waits_for_its_ready)
{
	Bench b;

	b.model.s_axil_rready_i = 0;
	b.read(E1000_SWSM); // reads 1
	b.model.s_axil_arvalid_i = 1;
	for (int i = 0; i < 20; i++) {
		b.step();
		ck_assert(b.model.s_axil_rvalid_o && b.model.s_axil_rdata_o == 1 &&
			  !b.model.s_axil_arready_o);
	}
	b.model.s_axil_arvalid_i = 0;
	b.model.s_axil_rready_i = 1;
	b.step();
	ck_assert(!b.model.s_axil_rvalid_o);
}
END_TEST

// --- NVM -----------------------------------------------------------------------------------------

START_TEST(the_nvm_image_adds_up_to_baba_for_any_mac)
{
	std::mt19937_64 random(1);

	for (int i = 0; i < 20; i++) {
		Bench b(random() & 0xffffffffffff);
		uint16_t sum = 0;
		for (unsigned w = 0; w < 64; w++)
			sum += b.nvm(w);
		ck_assert_uint_eq(sum, 0xbaba);
	}
	Bench zero(0), known(kMac);
	ck_assert_uint_eq(zero.nvm(63), 0xd969);
	ck_assert_uint_eq(known.nvm(63), 0x1ce3);
	ck_assert_uint_eq(known.nvm(0), 0x5452);
	ck_assert_uint_eq(known.nvm(1), 0x1200);
	ck_assert_uint_eq(known.nvm(2), 0x5634);
	ck_assert_uint_eq(known.nvm(0x0d), 0x10d3);
	ck_assert_uint_eq(known.nvm(0x0f), 0x8058);
	ck_assert_uint_eq(known.nvm(0x24), 0x4f01);
}
END_TEST

START_TEST(eerd_behind_the_end_is_never_done)
{
	Bench b;

	b.write(E1000_EERD, 64u << E1000_EERD_ADDR_SHIFT | E1000_EERD_START);
	b.run_for(100000);
	ck_assert_uint_eq(b.read(E1000_EERD), 64u << E1000_EERD_ADDR_SHIFT);
	b.nvm(63);
}
END_TEST

START_TEST(every_nvm_word_can_be_written_and_survives_resets_but_power)
{
	Bench b;

	for (unsigned w = 0; w < 64; w++)
		b.nvm_write(w, static_cast<uint16_t>(0x1111 * w + 7));
	b.nvm_write(64, 0xdead); // no such word
	for (int kind = 0; kind < 3; kind++) {
		if (kind == 1)
			b.write(E1000_CTRL, E1000_CTRL_RST);
		else if (kind == 2)
			b.reset(1);
		for (unsigned w = 0; w < 64; w++)
			ck_assert_uint_eq(b.nvm(w), static_cast<uint16_t>(0x1111 * w + 7));
	}
	b.reset(0);
	ck_assert_uint_eq(b.nvm(0), 0x5452);
	ck_assert_uint_eq(b.nvm(63), 0x1ce3);
}
END_TEST

START_TEST(receive_address_0_comes_from_the_nvm_at_each_reset)
{
	Bench b;

	b.nvm_write(0, 0x2211);
	b.nvm_write(1, 0x4433);
	b.nvm_write(2, 0x6655);
	ck_assert_uint_eq(b.read(E1000_RAL(0)), 0x12005452);
	for (int kind = 0; kind < 2; kind++) {
		b.write(E1000_RAL(0), 0);
		b.write(E1000_RAH(0), 0);
		if (kind == 0)
			b.write(E1000_CTRL, E1000_CTRL_RST);
		else
			b.reset(1);
		ck_assert_uint_eq(b.read(E1000_RAL(0)), 0x44332211);
		ck_assert_uint_eq(b.read(E1000_RAH(0)), 0x80006655);
		ck_assert_uint_eq(b.model.ral_o[0], 0x44332211);
		ck_assert_uint_eq(b.model.rah_o[0], 0x80006655);
	}
	b.reset(0);
	ck_assert_uint_eq(b.read(E1000_RAL(0)), 0x12005452);
	ck_assert_uint_eq(b.read(E1000_RAH(0)), 0x80005634);
}
END_TEST

// --- Semaphores and single registers -------------------------------------------------------------

START_TEST(swsm_is_taken_by_reading_and_given_back_by_writing)
{
	Bench b;

	ck_assert_uint_eq(b.read(E1000_SWSM), 1);
	b.write(E1000_SWSM, 0);
	ck_assert_uint_eq(b.read(E1000_SWSM), 0);
	ck_assert_uint_eq(b.read(E1000_SWSM), 1);
	b.write(E1000_SWSM, E1000_SWSM_SWESMBI);
	ck_assert_uint_eq(b.read(E1000_SWSM), E1000_SWSM_SWESMBI);
	ck_assert_uint_eq(b.read(E1000_SWSM), E1000_SWSM_SWESMBI | E1000_SWSM_SMBI);
}
END_TEST

START_TEST(mdio_ownership_sticks_right_after_ctrl_rst)
{
	Bench b;

	b.write(E1000_CTRL, E1000_CTRL_RST);
	b.write(E1000_EXTCNF_CTRL, 8 | E1000_EXTCNF_CTRL_MDIO_SW_OWNERSHIP);
	ck_assert_uint_eq(b.read(E1000_EXTCNF_CTRL), 8 | E1000_EXTCNF_CTRL_MDIO_SW_OWNERSHIP);
	b.write(E1000_EXTCNF_CTRL, 8);
	ck_assert_uint_eq(b.read(E1000_EXTCNF_CTRL), 8);
}
END_TEST

START_TEST(eecd_says_the_nvm_is_there_and_read_whatever_is_written)
{
	Bench b;

	b.write(E1000_EECD, 0);
	ck_assert_uint_eq(b.read(E1000_EECD), E1000_EECD_PRES | E1000_EECD_AUTO_RD);
	b.write(E1000_EECD, 0xffffffff);
	ck_assert_uint_eq(b.read(E1000_EECD), 0xfffe047f | 0x300 | E1000_EECD_GNT);
}
END_TEST

START_TEST(pba_gives_transmit_what_receive_leaves)
{
	Bench b;

	b.write(E1000_PBA, 32);
	ck_assert_uint_eq(b.read(E1000_PBA), 8u << 16 | 32);
	b.write(E1000_PBA, 0xffff0014);
	ck_assert_uint_eq(b.read(E1000_PBA), 20u << 16 | 20);
}
END_TEST

START_TEST(a_write_of_rxdctl0_writes_rxdctl1_too)
{
	Bench b;

	b.write(E1000_RXDCTL0, 0x01040420);
	ck_assert_uint_eq(b.read(E1000_RXDCTL1), 0x01040420);
	b.write(E1000_RXDCTL1, 0x02000000);
	ck_assert_uint_eq(b.read(E1000_RXDCTL0), 0x01040420);
	ck_assert_uint_eq(b.read(E1000_RXDCTL1), 0x02000000);
}
END_TEST

START_TEST(status_ignores_writes_but_for_phyra)
{
	Bench b;
	uint32_t before = b.read(E1000_STATUS);

	for (uint32_t pattern : kPatterns) {
		b.write(E1000_STATUS, pattern);
		ck_assert_uint_eq(b.read(E1000_STATUS), before);
	}
	b.write(E1000_CTRL, 0x00140241 | E1000_CTRL_PHY_RST);
	ck_assert(b.read(E1000_STATUS) & E1000_STATUS_PHYRA);
	b.write(E1000_STATUS, E1000_STATUS_PHYRA);
	ck_assert(b.read(E1000_STATUS) & E1000_STATUS_PHYRA);
	b.write(E1000_STATUS, 0);
	ck_assert(!(b.read(E1000_STATUS) & E1000_STATUS_PHYRA));
}
END_TEST

START_TEST(status_shows_forced_speed_and_duplex)
{
	Bench b;

	b.write(E1000_CTRL, E1000_CTRL_SLU | E1000_CTRL_FRCSPD | 1u << E1000_CTRL_SPEED_SHIFT |
				    E1000_CTRL_FRCDPX);
	ck_assert_uint_eq(b.read(E1000_STATUS) & (E1000_STATUS_FD | E1000_STATUS_SPEED),
			  1u << E1000_STATUS_SPEED_SHIFT);
	b.write(E1000_CTRL, E1000_CTRL_SLU);
	ck_assert_uint_eq(b.read(E1000_STATUS) & (E1000_STATUS_FD | E1000_STATUS_SPEED),
			  E1000_STATUS_FD | 2u << E1000_STATUS_SPEED_SHIFT);
}
END_TEST

START_TEST(gio_master_disable_is_acknowledged_when_dma_has_drained)
{
	Bench b;

	b.model.drained_i = 0;
	b.write(E1000_CTRL, 0x00140241 | E1000_CTRL_GIO_MASTER_DISABLE);
	ck_assert(b.read(E1000_STATUS) & E1000_STATUS_GIO_MASTER_EN);
	b.model.drained_i = 1;
	ck_assert(!(b.read(E1000_STATUS) & E1000_STATUS_GIO_MASTER_EN));
	b.write(E1000_CTRL, 0x00140241);
	ck_assert(b.read(E1000_STATUS) & E1000_STATUS_GIO_MASTER_EN);
}
END_TEST

START_TEST(engines_run_only_when_all_their_switches_are_on)
{
	Bench b;

	b.model.feature_en_i = 0;
	b.reset(0);
	b.write(E1000_TCTL, E1000_TCTL_EN);
	b.write(E1000_RCTL, E1000_RCTL_EN);
	ck_assert(b.model.tx_enable_o == 1 &&
		  b.model.rx_enable_o); // the second queue's strap is off
	b.model.feature_en_i = E1000_RS_FEATURES_QUEUES;
	b.reset(0);
	b.write(E1000_TCTL, E1000_TCTL_EN);
	b.write(E1000_RCTL, E1000_RCTL_EN);
	ck_assert(b.model.tx_enable_o == 3 && b.model.rx_enable_o);
	b.model.bus_master_i = 0;
	b.step();
	ck_assert(!b.model.tx_enable_o && !b.model.rx_enable_o);
	b.model.bus_master_i = 1;
	b.write(E1000_TARC0, 3);
	ck_assert(b.model.tx_enable_o == 2 && b.model.rx_enable_o);
	b.write(E1000_TARC0, 0x403);
	b.write(E1000_TARC1, 3);
	ck_assert(b.model.tx_enable_o == 1 && b.model.rx_enable_o);
	b.write(E1000_TARC1, 0x403);
	b.write(E1000_CTRL, 0x00140241 | E1000_CTRL_GIO_MASTER_DISABLE);
	ck_assert(!b.model.tx_enable_o && !b.model.rx_enable_o);
	b.write(E1000_CTRL, E1000_CTRL_RST);
	ck_assert(!b.model.tx_enable_o && !b.model.rx_enable_o);
}
END_TEST

// Every ring has its registers at the same places behind its base.
void write_ring(Bench &b, uint32_t first, uint64_t base, uint32_t len, uint32_t tail)
{
	b.write(first, static_cast<uint32_t>(base));
	b.write(first + 4, static_cast<uint32_t>(base >> 32));
	b.write(first + 8, len);
	b.write(first + 0x18, tail);
}

template <typename Wide> uint64_t word64(const Wide &wide, unsigned i)
{
	return wide[2 * i] | static_cast<uint64_t>(wide[2 * i + 1]) << 32;
}

START_TEST(ring_registers_reach_the_engines)
{
	Bench b;

	write_ring(b, E1000_TDBAL0, 0x9abcdef012345670, 0x1000, 17);
	write_ring(b, E1000_TDBAL1, 0x1111222233334440, 0x80, 3);
	write_ring(b, E1000_RDBAL0, 0x187654320, 0x2000, 99);
	write_ring(b, E1000_RDBAL1, 0xfffffffffffffff0, 0xfff80, 0xffff);
	ck_assert_uint_eq(word64(b.model.tx_ring_base_o, 0), 0x9abcdef012345670);
	ck_assert_uint_eq(word64(b.model.tx_ring_base_o, 1), 0x1111222233334440);
	ck_assert_uint_eq(b.model.tx_ring_len_o, 0x1000 | uint64_t{0x80} << 20);
	ck_assert_uint_eq(b.model.tx_tail_o, 17 | 3 << 16);
	ck_assert_uint_eq(word64(b.model.rx_ring_base_o, 0), 0x187654320);
	ck_assert_uint_eq(word64(b.model.rx_ring_base_o, 1), 0xfffffffffffffff0);
	ck_assert_uint_eq(b.model.rx_ring_len_o, 0x2000 | uint64_t{0xfff80} << 20);
	ck_assert_uint_eq(b.model.rx_tail_o, 99 | 0xffffu << 16);
}
END_TEST

// Sets some bits of a table of 4096 and looks all of them up; CTRL.RST clears it.
template <typename Index, typename Bit>
void check_bit_table(Bench &b, uint32_t table, Index &index, const Bit &bit)
{
	const unsigned places[] = {0x563, 0xac6, 0x163, 0x634, 0x000, 0xfff};

	for (unsigned place : places) {
		uint32_t word = table + (place >> 5) * 4;
		b.write(word, b.read(word) | 1u << (place & 31));
	}
	for (unsigned place = 0; place < 4096; place++) {
		bool set =
			std::find(std::begin(places), std::end(places), place) != std::end(places);
		index = place;
		b.model.eval();
		ck_assert_uint_eq(bit, set);
	}
	b.write(E1000_CTRL, E1000_CTRL_RST);
	index = 0x563;
	b.model.eval();
	ck_assert(!bit);
}

START_TEST(the_multicast_table_is_looked_up_by_hash)
{
	Bench b;

	check_bit_table(b, E1000_MTA(0), b.model.mta_index_i, b.model.mta_bit_o);
}
END_TEST

START_TEST(the_vlan_table_is_looked_up_by_id)
{
	Bench b;

	check_bit_table(b, E1000_VFTA(0), b.model.vfta_index_i, b.model.vfta_bit_o);
}
END_TEST

START_TEST(the_redirection_table_gives_the_queue_of_a_hash)
{
	Bench b;

	for (unsigned word = 0; word < 32;
	     word++) // every third entry: queue 1; other bits are noise
		b.write(E1000_RETA(word), [word] {
			uint32_t value = 0;
			for (unsigned i = 0; i < 4; i++)
				value |= ((4 * word + i) % 3 ? 0x7fu : 0x80u) << (8 * i);
			return value;
		}());
	for (unsigned i = 0; i < 128; i++) {
		b.model.reta_index_i = i;
		b.model.eval();
		ck_assert_uint_eq(b.model.reta_queue_o, i % 3 == 0);
	}
	b.write(E1000_CTRL, E1000_CTRL_RST);
	b.model.reta_index_i = 0;
	b.model.eval();
	ck_assert_uint_eq(b.model.reta_queue_o, 0);
}
END_TEST

START_TEST(the_rss_key_reaches_the_engine_first_byte_lowest)
{
	Bench b;

	for (unsigned word = 0; word < 10; word++)
		b.write(E1000_RSSRK(word), 0x03020100u + 0x04040404u * word);
	for (unsigned byte = 0; byte < 40; byte++)
		ck_assert_uint_eq(b.model.rss_key_o[byte / 4] >> (8 * (byte % 4)) & 0xff, byte);
}
END_TEST

START_TEST(split_buffers_of_no_bytes_are_refused_while_packets_are_split)
{
	Bench b;

	b.write(E1000_PSRCTL, 0x00040401);
	b.write(E1000_RCTL, 1u << E1000_RCTL_DTYP_SHIFT);
	b.write(E1000_PSRCTL, 0x04040400);
	ck_assert_uint_eq(b.read(E1000_PSRCTL), 0x00040401);
	b.write(E1000_PSRCTL, 0x04040001);
	ck_assert_uint_eq(b.read(E1000_PSRCTL), 0x00040401);
	b.write(E1000_PSRCTL, 0x04040402);
	ck_assert_uint_eq(b.read(E1000_PSRCTL), 0x04040402);
	ck_assert_uint_eq(b.model.psrctl_o, 0x04040402);
	b.write(E1000_RCTL, 0);
	b.write(E1000_PSRCTL, 0);
	ck_assert_uint_eq(b.read(E1000_PSRCTL), 0);
}
END_TEST

START_TEST(ringsides_block_tells_who_it_is_and_what_is_switched_on)
{
	Bench b;

	ck_assert_uint_eq(b.read(E1000_RS_MAGIC), 'R' << 24 | 'I' << 16 | 'N' << 8 | 'G');
	ck_assert_uint_eq(b.read(E1000_RS_VERSION), 2);
	b.model.feature_en_i = 0x5;
	b.reset(0);
	ck_assert_uint_eq(b.read(E1000_RS_FEATURES),
			  E1000_RS_FEATURES_TSO | E1000_RS_FEATURES_RX_CSUM);
}
END_TEST

// --- PHY and link --------------------------------------------------------------------------------

START_TEST(the_phy_has_the_reset_values_of_the_82574)
{
	const struct {
		unsigned reg, value;
	} values[] = {{0, 0x1140},  {1, 0x794d},  {2, 0x0141},	{3, 0x0cb1},  {4, 0x0de1},
		      {5, 0x07e0},  {6, 0x0005},  {7, 0x2001},	{8, 0},	      {9, 0x0f00},
		      {10, 0x3c00}, {15, 0x3000}, {16, 0x3360}, {17, 0xac08}, {18, 0},
		      {21, 0},	    {22, 0},	  {25, 0}};
	Bench b;

	for (auto v : values)
		ck_assert_msg(b.phy(v.reg) == v.value, "PHY register %u", v.reg);
	b.phy_write(kPage, 2);
	ck_assert_uint_eq(b.phy(16), 0x0088);
	ck_assert_uint_eq(b.phy(21), 0x1046);
	b.phy_write(kPage, 3);
	ck_assert_uint_eq(b.phy(18), 0x4005);
}
END_TEST

START_TEST(mdic_refuses_other_phys_and_unknown_pages_only)
{
	Bench b;

	ck_assert(b.phy_read(2, 2) & E1000_MDIC_ERROR);
	ck_assert(b.phy_read(2, 2) & E1000_MDIC_READY);
	ck_assert_uint_eq(b.phy(12), 0); // unknown register
	ck_assert(!(b.phy_write(kPage, 4) & E1000_MDIC_ERROR));
	ck_assert(b.phy_read(16) & E1000_MDIC_ERROR);
	ck_assert_uint_eq(b.phy(2), 0x0141); // not paged
	ck_assert_uint_eq(b.phy(kPage), 4);
}
END_TEST

START_TEST(phy_pages_keep_their_registers_apart)
{
	const unsigned pages[] = {0, 2, 3, 769, 776};
	Bench b;

	for (unsigned page : pages) {
		b.phy_write(kPage, page);
		b.phy_write(16, page + 0x4000);
		b.phy_write(20, page + 0x2000);
	}
	for (unsigned page : pages) {
		b.phy_write(kPage, page);
		ck_assert_uint_eq(b.phy(16), page + 0x4000);
		ck_assert_uint_eq(b.phy(20), page + 0x2000);
	}
}
END_TEST

START_TEST(read_only_phy_registers_ignore_writes)
{
	Bench b;

	for (unsigned reg : {1u, 2u, 3u, 5u, 6u, 8u, 10u, 15u, 17u, 19u, 21u}) {
		unsigned before = b.phy(reg);
		b.phy_write(reg, ~before & 0xffff);
		ck_assert_msg(b.phy(reg) == before, "PHY register %u", reg);
	}
}
END_TEST

// IEEE 802.3, 22.2.4.1: isolate, half duplex, collision test, speed. Nothing follows from them here.
START_TEST(bmcr_keeps_what_has_no_effect)
{
	Bench b;

	for (unsigned bit : {13u, 10u, 8u, 7u, 6u}) {
		const unsigned value = 0x1140 ^ 1u << bit;

		ck_assert_uint_eq(b.phy_write(kBmcr, value) & E1000_MDIC_ERROR, 0);
		ck_assert_uint_eq(b.phy(kBmcr), value);
		ck_assert(b.phy(kBmsr) & 4); // the link stays up
	}
}
END_TEST

START_TEST(mdic_raises_mdac_when_asked)
{
	Bench b;

	b.phy(2);
	ck_assert_uint_eq(b.read(E1000_ICR), 0);
	b.write(E1000_MDIC, 2u << E1000_MDIC_OP_SHIFT | 2u << E1000_MDIC_REG_SHIFT |
				    1u << E1000_MDIC_PHY_SHIFT | E1000_MDIC_INT_EN);
	ck_assert_uint_eq(b.read(E1000_ICR), E1000_ICR_INT_ASSERTED | E1000_ICR_MDAC);
}
END_TEST

START_TEST(the_link_is_up_right_after_every_reset_and_silently)
{
	Bench b;

	ck_assert(b.link_up());
	b.phy_write(kBmcr, 0x1340); // auto-negotiates
	b.write(E1000_ICR, ~0u);
	b.write(E1000_CTRL, E1000_CTRL_RST);
	ck_assert_uint_eq(b.read(E1000_STATUS) & 0x202, 0x202);
	ck_assert_uint_eq(b.read(E1000_ICR), 0);
	b.run_for(2 * kAutonegNs);
	ck_assert_uint_eq(b.read(E1000_ICR), 0);
	ck_assert(!(b.phy(kBmsr) & 0x20));
}
END_TEST

START_TEST(auto_negotiation_takes_its_time_and_ends_with_link_pause_and_lsc)
{
	Bench b;

	b.write(E1000_CTRL, 0x00140241);
	b.phy_write(kBmcr, 0x1340);
	uint64_t start = b.now;
	ck_assert(!b.link_up());
	ck_assert_uint_eq(b.phy(kBmcr), 0x1140);
	b.read(E1000_ICR);
	ck_assert_uint_eq(b.phy(kAnlpar), 0x07e0);
	b.run_for(kAutonegNs - (b.now - start) - 1000);
	ck_assert(!b.link_up());
	ck_assert_uint_eq(b.read(E1000_ICR), 0);
	b.run_for(2000);
	ck_assert(b.link_up());
	ck_assert_uint_eq(b.read(E1000_ICR), E1000_ICR_INT_ASSERTED | E1000_ICR_LSC);
	ck_assert_uint_eq(b.read(E1000_CTRL), 0x00140241 | E1000_CTRL_RFCE | E1000_CTRL_TFCE);
	ck_assert_uint_eq(b.phy(kBmsr) & 0x24, 0x20); // a loss shows once
	ck_assert_uint_eq(b.phy(kBmsr) & 0x24, 0x24);
	ck_assert_uint_eq(b.phy(kAnlpar), 0x47e0);
	ck_assert_uint_eq(b.phy(kPssr), 0xac08);
}
END_TEST

START_TEST(soft_reset_and_oem_bit_restart_auto_negotiation)
{
	for (int how = 0; how < 3; how++) {
		Bench b;
		if (how == 0)
			b.phy_write(kBmcr, 0x9140);
		else if (how == 1)
			b.phy_write(kOemBits, 0x0400);
		else
			b.write(E1000_CTRL, 0x00140241 | E1000_CTRL_PHY_RST);
		ck_assert(!b.link_up());
		b.run_for(kAutonegNs + 1000);
		ck_assert(b.link_up());
		ck_assert_uint_eq(b.phy(kBmcr), 0x1140);
		ck_assert_uint_eq(b.phy(kOemBits), 0);
	}
}
END_TEST

START_TEST(power_down_drops_the_link_until_it_is_cleared)
{
	Bench b;

	b.phy_write(kBmcr, 0x1940);
	ck_assert(!b.link_up());
	ck_assert(b.read(E1000_ICR) & E1000_ICR_LSC);
	b.run_for(2 * kAutonegNs);
	ck_assert(!b.link_up());
	b.phy_write(kBmcr, 0x1140);
	ck_assert(!b.link_up());
	b.run_for(kAutonegNs + 1000);
	ck_assert(b.link_up());
	ck_assert(b.read(E1000_ICR) & E1000_ICR_LSC);
}
END_TEST

START_TEST(the_carrier_makes_and_breaks_the_link_with_lsc)
{
	Bench b;

	b.model.link_up_i = 0;
	b.run_for(100);
	ck_assert(!b.link_up());
	ck_assert_uint_eq(b.read(E1000_ICR), E1000_ICR_INT_ASSERTED | E1000_ICR_LSC);
	b.run_for(5 * kAutonegNs);
	ck_assert_uint_eq(b.read(E1000_ICR), 0);
	b.model.link_up_i = 1;
	b.run_for(kAutonegNs - 1000);
	ck_assert(!b.link_up());
	b.run_for(2000);
	ck_assert(b.link_up());
	ck_assert_uint_eq(b.read(E1000_ICR), E1000_ICR_INT_ASSERTED | E1000_ICR_LSC);
}
END_TEST

START_TEST(without_auto_negotiation_the_link_follows_the_carrier)
{
	Bench b(kMac, false);

	ck_assert(!b.link_up());
	b.phy_write(kBmcr, 0x0140);
	b.model.link_up_i = 1;
	b.run_for(100);
	ck_assert(b.link_up());
}
END_TEST

START_TEST(loopback_counts_as_link)
{
	Bench b(kMac, false);

	ck_assert(!b.link_up());
	b.phy_write(kBmcr, 0x4140);
	ck_assert(b.link_up());
}
END_TEST

START_TEST(loopback_is_chosen_by_mac_or_phy_where_it_is_built_and_on)
{
	for (bool on : {true, false}) {
		Bench b;
		b.model.feature_en_i = on ? E1000_RS_FEATURES_LOOPBACK : 0;
		b.reset(0);
		for (unsigned lbm = 0; lbm < 4; lbm++) {
			b.write(E1000_RCTL, lbm << E1000_RCTL_LBM_SHIFT);
			ck_assert_uint_eq(b.model.loopback_o, on && lbm == 1);
		}
		b.write(E1000_RCTL, 0);
		b.phy_write(kBmcr, 0x4140);
		b.model.eval();
		ck_assert_uint_eq(b.model.loopback_o, on);
		b.phy_write(kBmcr, 0x1140);
		b.model.eval();
		ck_assert_uint_eq(b.model.loopback_o, 0);
	}
}
END_TEST

START_TEST(the_link_needs_slu)
{
	Bench b;

	b.write(E1000_CTRL, 0x00140201);
	ck_assert(!b.link_up());
	ck_assert(b.read(E1000_ICR) & E1000_ICR_LSC);
	b.write(E1000_CTRL, 0x00140241);
	ck_assert(b.link_up());
}
END_TEST

// --- Statistics ----------------------------------------------------------------------------------

struct Frame {
	unsigned len; // without FCS
	bool mcast, bcast;
};

void receive(Bench &b, Frame f)
{
	b.model.rx_frame_i = b.model.rx_total_i = 1;
	b.model.rx_len_i = f.len;
	b.model.rx_mcast_i = f.mcast;
	b.model.rx_bcast_i = f.bcast;
	b.step();
	b.model.rx_frame_i = b.model.rx_total_i = 0;
}

void transmit(Bench &b, Frame f)
{
	b.model.tx_frame_i = 1;
	b.model.tx_len_i = f.len;
	b.model.tx_mcast_i = f.mcast;
	b.model.tx_bcast_i = f.bcast;
	b.step();
	b.model.tx_frame_i = 0;
}

START_TEST(frames_count_in_the_bin_of_their_length_with_fcs)
{
	const unsigned lengths[] = {60, 61, 123, 124, 251, 252, 507, 508, 1019, 1020, 1514, 9000};
	const unsigned bins[] = {1, 2, 2, 2, 2, 3};
	Bench b;
	uint64_t octets = 0;

	for (unsigned len : lengths) {
		receive(b, {len, false, false});
		transmit(b, {len, false, false});
		octets += len + 4;
	}
	for (unsigned i = 0; i < 6; i++) {
		ck_assert_uint_eq(b.read(E1000_PRC64 + 4 * i), bins[i]);
		ck_assert_uint_eq(b.read(E1000_PTC64 + 4 * i), bins[i]);
		ck_assert_uint_eq(b.read(E1000_PRC64 + 4 * i), 0);
		ck_assert_uint_eq(b.read(E1000_PTC64 + 4 * i), 0);
	}
	for (uint32_t reg : {E1000_GPRC, E1000_TPR, E1000_GPTC, E1000_TPT})
		ck_assert_uint_eq(b.read(reg), 12);
	for (uint32_t reg : {E1000_GORCL, E1000_GOTCL, E1000_TORL, E1000_TOTL}) {
		ck_assert_uint_eq(b.read(reg), octets);
		ck_assert_uint_eq(b.read(reg), octets); // the low half does not clear
		ck_assert_uint_eq(b.read(reg + 4), 0);
		ck_assert_uint_eq(b.read(reg), 0);
	}
}
END_TEST

START_TEST(multicast_counters_exclude_broadcast)
{
	Bench b;

	for (Frame f : {Frame{60, true, true}, Frame{60, true, false}, Frame{60, true, false},
			Frame{60, false, false}}) {
		receive(b, f);
		transmit(b, f);
	}
	ck_assert_uint_eq(b.read(E1000_BPRC), 1);
	ck_assert_uint_eq(b.read(E1000_MPRC), 2);
	ck_assert_uint_eq(b.read(E1000_BPTC), 1);
	ck_assert_uint_eq(b.read(E1000_MPTC), 2);
}
END_TEST

START_TEST(each_other_event_counts_in_its_own_counter)
{
	Bench b;
	CData *events[] = {&b.model.rx_ruc_i,	 &b.model.rx_rfc_i, &b.model.rx_roc_i,
			   &b.model.rx_rjc_i,	 &b.model.rx_mpc_i, &b.model.rx_rnbc_i,
			   &b.model.rx_crcerr_i, &b.model.tx_tso_i, &b.model.tx_tso_fail_i};
	const uint32_t regs[] = {E1000_RUC,  E1000_RFC,	    E1000_ROC,	 E1000_RJC,   E1000_MPC,
				 E1000_RNBC, E1000_CRCERRS, E1000_TSCTC, E1000_TSCTFC};
	constexpr unsigned kEvents = sizeof(regs) / sizeof(regs[0]);

	for (unsigned i = 0; i < kEvents; i++) {
		*events[i] = 1;
		for (unsigned n = 0; n <= i; n++)
			b.step();
		*events[i] = 0;
	}
	for (unsigned i = 0; i < kEvents; i++) {
		ck_assert_uint_eq(b.read(regs[i]), i + 1);
		ck_assert_uint_eq(b.read(regs[i]), 0);
	}
	ck_assert_uint_eq(b.read(E1000_RLEC), 1 + 2 + 3 + 4); // every wrong length, whichever
	ck_assert_uint_eq(b.read(E1000_RLEC), 0);
}
END_TEST

START_TEST(interrupt_causes_count_only_with_their_strap)
{
	const uint32_t regs[] = {E1000_ICRXPTC, E1000_ICRXATC,	E1000_ICTXPTC,	E1000_ICTXATC,
				 E1000_ICTXQEC, E1000_ICRXDMTC, E1000_ICTXQMTC, E1000_ICRXOC};
	constexpr unsigned kCauses = sizeof(regs) / sizeof(regs[0]);
	for (uint32_t on : {E1000_RS_FEATURES_STATS, 0u}) {
		Bench b;
		b.model.feature_en_i = on;
		b.reset(0);
		for (unsigned i = 0; i < kCauses; i++) {
			b.model.expired_i = i < 4 ? 1u << i : 0;
			b.model.txqe_i = i == 4;
			b.model.rxdmt_i = i == 5;
			b.model.txd_low_i = i == 6;
			b.model.rxo_i = i == 7;
			for (unsigned n = 0; n <= i; n++)
				b.step();
		}
		b.model.rxo_i = 0;
		for (unsigned i = 0; i < kCauses; i++) {
			ck_assert_uint_eq(b.read(regs[i]), on ? i + 1 : 0);
			ck_assert_uint_eq(b.read(regs[i]), 0);
		}
	}
}
END_TEST

START_TEST(iac_counts_interrupts)
{
	Bench b;

	b.write(E1000_IMS, E1000_ICR_LSC);
	for (int i = 0; i < 3; i++) {
		b.write(E1000_ICS, E1000_ICR_LSC);
		b.run_for(100);
		ck_assert(b.model.intx_o);
		b.read(E1000_ICR);
	}
	ck_assert_uint_eq(b.read(E1000_IAC), 3);
}
END_TEST

START_TEST(an_event_in_the_cycle_of_the_clearing_read_counts_once)
{
	Bench b;
	unsigned seen = 0;
	uint64_t octets = 0;

	// One frame every cycle while the counters are being read.
	b.model.rx_frame_i = b.model.rx_total_i = 1;
	b.model.rx_len_i = 60;
	for (int i = 0; i < 50; i++) {
		seen += b.read(E1000_GPRC);
		b.read(E1000_GORCH);
	}
	b.model.rx_frame_i = b.model.rx_total_i = 0;
	seen += b.read(E1000_GPRC);
	octets = b.read(E1000_TORL);
	ck_assert_uint_ge(seen, 200);
	ck_assert_uint_eq(octets, 64ull * seen);
	ck_assert_uint_eq(b.read(E1000_TPR), seen);
}
END_TEST

START_TEST(counters_stick_at_their_greatest_value)
{
	Bench b;
	auto &count = b.model.rootp->register_block__DOT__i_stats__DOT__count_q;

	for (int i = 0; i < 28; i++)
		count[i] = 0xfffffffe;
	b.model.rootp->register_block__DOT__i_stats__DOT__good_rx_q = UINT64_MAX - 70;
	for (int i = 0; i < 4; i++)
		receive(b, {60, false, false});
	ck_assert_uint_eq(b.read(E1000_GPRC), 0xffffffff);
	ck_assert_uint_eq(b.read(E1000_GPRC), 0);
	ck_assert_uint_eq(b.read(E1000_GORCL), 0xffffffff);
	ck_assert_uint_eq(b.read(E1000_GORCH), 0xffffffff);
	ck_assert_uint_eq(b.read(E1000_GORCH), 0);
}
END_TEST

} // namespace

int main()
{
	TCase *tc = tcase_create("registers");
	tcase_set_timeout(tc, 120);

	tcase_add_test(tc, every_register_reads_its_reset_value);
	tcase_add_test(tc, storage_registers_keep_exactly_the_bits_of_their_mask);
	tcase_add_test(tc, no_two_registers_share_storage);
	tcase_add_test(tc, an_alias_is_the_register_itself);
	tcase_add_test(tc, other_offsets_read_0_and_ignore_writes);
	tcase_add_test(tc, ctrl_rst_restores_reset_values_but_of_what_survives);
	tcase_add_test(tc, a_write_without_all_strobes_is_answered_and_ignored);
	tcase_add_test(tc, a_response_waits_for_its_ready);
	tcase_add_test(tc, the_nvm_image_adds_up_to_baba_for_any_mac);
	tcase_add_test(tc, eerd_behind_the_end_is_never_done);
	tcase_add_test(tc, every_nvm_word_can_be_written_and_survives_resets_but_power);
	tcase_add_test(tc, receive_address_0_comes_from_the_nvm_at_each_reset);
	tcase_add_test(tc, swsm_is_taken_by_reading_and_given_back_by_writing);
	tcase_add_test(tc, mdio_ownership_sticks_right_after_ctrl_rst);
	tcase_add_test(tc, eecd_says_the_nvm_is_there_and_read_whatever_is_written);
	tcase_add_test(tc, pba_gives_transmit_what_receive_leaves);
	tcase_add_test(tc, a_write_of_rxdctl0_writes_rxdctl1_too);
	tcase_add_test(tc, status_ignores_writes_but_for_phyra);
	tcase_add_test(tc, status_shows_forced_speed_and_duplex);
	tcase_add_test(tc, gio_master_disable_is_acknowledged_when_dma_has_drained);
	tcase_add_test(tc, engines_run_only_when_all_their_switches_are_on);
	tcase_add_test(tc, ring_registers_reach_the_engines);
	tcase_add_test(tc, the_multicast_table_is_looked_up_by_hash);
	tcase_add_test(tc, the_vlan_table_is_looked_up_by_id);
	tcase_add_test(tc, the_redirection_table_gives_the_queue_of_a_hash);
	tcase_add_test(tc, the_rss_key_reaches_the_engine_first_byte_lowest);
	tcase_add_test(tc, split_buffers_of_no_bytes_are_refused_while_packets_are_split);
	tcase_add_test(tc, ringsides_block_tells_who_it_is_and_what_is_switched_on);
	tcase_add_test(tc, the_phy_has_the_reset_values_of_the_82574);
	tcase_add_test(tc, mdic_refuses_other_phys_and_unknown_pages_only);
	tcase_add_test(tc, phy_pages_keep_their_registers_apart);
	tcase_add_test(tc, read_only_phy_registers_ignore_writes);
	tcase_add_test(tc, bmcr_keeps_what_has_no_effect);
	tcase_add_test(tc, mdic_raises_mdac_when_asked);
	tcase_add_test(tc, the_link_is_up_right_after_every_reset_and_silently);
	tcase_add_test(tc, auto_negotiation_takes_its_time_and_ends_with_link_pause_and_lsc);
	tcase_add_test(tc, soft_reset_and_oem_bit_restart_auto_negotiation);
	tcase_add_test(tc, power_down_drops_the_link_until_it_is_cleared);
	tcase_add_test(tc, the_carrier_makes_and_breaks_the_link_with_lsc);
	tcase_add_test(tc, without_auto_negotiation_the_link_follows_the_carrier);
	tcase_add_test(tc, loopback_counts_as_link);
	tcase_add_test(tc, loopback_is_chosen_by_mac_or_phy_where_it_is_built_and_on);
	tcase_add_test(tc, the_link_needs_slu);
	tcase_add_test(tc, frames_count_in_the_bin_of_their_length_with_fcs);
	tcase_add_test(tc, multicast_counters_exclude_broadcast);
	tcase_add_test(tc, each_other_event_counts_in_its_own_counter);
	tcase_add_test(tc, interrupt_causes_count_only_with_their_strap);
	tcase_add_test(tc, iac_counts_interrupts);
	tcase_add_test(tc, an_event_in_the_cycle_of_the_clearing_read_counts_once);
	tcase_add_test(tc, counters_stick_at_their_greatest_value);

	return run_suite("registers", tc);
}
