// SPDX-License-Identifier: MIT
/* NVM, PHY, link and semaphores (section 3). */
#include "suite.h"

#define DONE	   BIT(1)
#define MDIC_WRITE 0x04000000u
#define MDIC_READ  0x08000000u
#define MDIC_READY BIT(28)
#define MDIC_INT   BIT(29)
#define MDIC_ERROR BIT(30)

static uint32_t poll(struct bench *b, uint32_t offset, uint32_t bit)
{
	for (int i = 0; i < 1000; i++) {
		uint32_t value = rd(b, offset);

		if (value & bit)
			return value;
		run_ns(b, US(1));
	}
	ck_abort_msg("register 0x%05x never shows 0x%08x", offset, bit);
}

static uint16_t nvm_read(struct bench *b, unsigned int word)
{
	uint32_t value;

	wr(b, EERD, word << 2 | 1);
	value = poll(b, EERD, DONE);
	ck_assert_uint_eq(value >> 2 & 0x3fff, word);
	return (uint16_t)(value >> 16);
}

static void nvm_write(struct bench *b, unsigned int word, uint16_t value)
{
	poll(b, EEWR, DONE);
	wr(b, EEWR, (uint32_t)value << 16 | word << 2 | 1);
	poll(b, EEWR, DONE);
}

static uint32_t mdic(struct bench *b, uint32_t command)
{
	wr(b, MDIC, command);
	return poll(b, MDIC, MDIC_READY);
}

static uint16_t phy_read(struct bench *b, unsigned int number)
{
	uint32_t value = mdic(b, MDIC_READ | 1 << 21 | number << 16);

	ck_assert_uint_eq(value & MDIC_ERROR, 0);
	return (uint16_t)value;
}

static void phy_write(struct bench *b, unsigned int number, uint16_t value)
{
	ck_assert_uint_eq(mdic(b, MDIC_WRITE | 1 << 21 | number << 16 | value) & MDIC_ERROR, 0);
}

START_TEST(nvm_has_address_and_checksum)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);
	uint16_t sum = 0;

	ck_assert_uint_eq(nvm_read(b, 0), 0x5452);
	ck_assert_uint_eq(nvm_read(b, 1), 0x1200);
	ck_assert_uint_eq(nvm_read(b, 2), 0x5634);
	ck_assert_uint_eq(nvm_read(b, 0x3f), 0x1ce3);
	for (unsigned int i = 0; i < 64; i++)
		sum += nvm_read(b, i);
	ck_assert_uint_eq(sum, 0xbaba);
}
END_TEST

START_TEST(nvm_words_that_drivers_look_at)
{
	static const struct {
		unsigned int word;
		uint16_t value;
	} expected[] = {
		{0x03, 0x0420}, {0x04, 0xf746}, {0x05, 0x2010}, {0x08, 0},	{0x09, 0},
		{0x0b, 0x10d3}, {0x0c, 0x8086}, {0x0d, 0x10d3}, {0x0f, 0x8058}, {0x24, 0x4f01},
		{0x2d, 0x0003}, {0x33, 0xc007}, {0x3d, 0x0120},
	};
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		ck_assert_uint_eq(nvm_read(b, expected[i].word), expected[i].value);
}
END_TEST

START_TEST(nvm_read_beyond_the_end_is_never_done)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, EERD, 64 << 2 | 1);
	run_ns(b, MS(1));
	ck_assert_uint_eq(rd(b, EERD) & DONE, 0);
	ck_assert_uint_eq(nvm_read(b, 3), 0x0420);
}
END_TEST

START_TEST(trap_35_nvm_keeps_every_word_written)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (unsigned int flip = 0; flip <= 0xffff; flip += 0xffff) {
		for (unsigned int i = 0; i < 64; i++)
			nvm_write(b, i, (uint16_t)(0xa500 ^ i * 257 ^ flip));
		for (unsigned int i = 0; i < 64; i++)
			ck_assert_uint_eq(nvm_read(b, i), (uint16_t)(0xa500 ^ i * 257 ^ flip));
	}
}
END_TEST

START_TEST(written_address_is_loaded_by_reset)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	nvm_write(b, 2, 0x9a78);
	wr(b, RAL0, 0);
	wr(b, RAH0, 0);
	wr(b, CTRL, CTRL_RST);
	run_ns(b, US(5));
	ck_assert_uint_eq(nvm_read(b, 2), 0x9a78);
	ck_assert_uint_eq(rd(b, RAL0), 0x12005452);
	ck_assert_uint_eq(rd(b, RAH0), 0x80009a78);
}
END_TEST

START_TEST(pci_reset_keeps_nvm_and_power_does_not)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	nvm_write(b, 9, 0x1234);
	b->abi->card_reset(b->card, RINGSIDE_RESET_PCI);
	run_ns(b, US(5));
	ck_assert_uint_eq(nvm_read(b, 9), 0x1234);
	b->abi->card_reset(b->card, RINGSIDE_RESET_POWER);
	run_ns(b, US(5));
	ck_assert_uint_eq(nvm_read(b, 9), 0);
}
END_TEST

START_TEST(phy_identifies_itself)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	ck_assert_uint_eq(phy_read(b, 2), 0x0141);
	ck_assert_uint_eq(phy_read(b, 3), 0x0cb1);
}
END_TEST

START_TEST(trap_30_mdic_echoes_the_register_number)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (uint32_t number = 0; number < 32; number++) {
		uint32_t value = mdic(b, MDIC_READ | 1 << 21 | number << 16);

		ck_assert_uint_eq(value >> 16 & 0x1f, number);
	}
}
END_TEST

START_TEST(mdic_of_an_absent_phy_is_an_error)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (uint32_t address = 0; address < 32; address++)
		if (address != 1)
			ck_assert_uint_ne(mdic(b, MDIC_READ | address << 21 | 2 << 16) & MDIC_ERROR,
					  0);
	ck_assert_uint_eq(phy_read(b, 2), 0x0141);
}
END_TEST

START_TEST(mdic_interrupts_when_asked)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	mdic(b, MDIC_READ | 1 << 21 | 2 << 16);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_MDAC, 0);
	mdic(b, MDIC_READ | MDIC_INT | 1 << 21 | 2 << 16);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_MDAC, CAUSE_MDAC);
}
END_TEST

START_TEST(trap_59_link_registers_say_gigabit_full_duplex)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	phy_read(b, 1);
	ck_assert_uint_eq(phy_read(b, 1) & 0x0004, 0x0004);
	ck_assert_uint_eq(phy_read(b, 9) & 0x0200, 0x0200);
	ck_assert_uint_eq(phy_read(b, 10) & 0x0800, 0x0800);
	ck_assert_uint_eq(phy_read(b, 10) & 0xff, 0);
	ck_assert_uint_eq(phy_read(b, 5) & 0x0400, 0x0400);
	ck_assert_uint_eq(phy_read(b, 17) & 0xac00, 0xac00);
	ck_assert_uint_ne(phy_read(b, 21), 0xffff);
	ck_assert_uint_eq(rd(b, STATUS) & 0x2c3, 0x283);
}
END_TEST

START_TEST(negotiation_takes_its_time_and_ends_with_lsc)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	phy_write(b, 0, 0x1340);
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, 0);
	ck_assert_uint_eq(phy_read(b, 0) & 0x0200, 0);
	ck_assert_uint_eq(phy_read(b, 1) & 0x0024, 0);
	rd(b, ICR);
	run_ns(b, BENCH_AUTONEG_NS - MS(1));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, 0);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_LSC, 0);
	run_ns(b, MS(2));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, STATUS_LU);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_LSC, CAUSE_LSC);
	phy_read(b, 1);
	ck_assert_uint_eq(phy_read(b, 1) & 0x0024, 0x0024);
	ck_assert_uint_eq(phy_read(b, 5) & 0x4000, 0x4000);
}
END_TEST

START_TEST(trap_58_phy_without_power_has_no_link)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	phy_write(b, 0, 0x1940);
	run_ns(b, MS(50));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, 0);
	phy_write(b, 0, 0x1140);
	run_ns(b, BENCH_AUTONEG_NS + MS(1));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, STATUS_LU);
}
END_TEST

START_TEST(carrier_loss_and_return_are_link_changes)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	rd(b, ICR);
	set_pci(b, true, false, RINGSIDE_IRQ_INTX);
	run_ns(b, US(1));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, 0);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_LSC, CAUSE_LSC);
	set_pci(b, true, true, RINGSIDE_IRQ_INTX);
	run_ns(b, BENCH_AUTONEG_NS + MS(1));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, STATUS_LU);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_LSC, CAUSE_LSC);
}
END_TEST

START_TEST(link_needs_slu)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	clear_bits(b, CTRL, CTRL_SLU);
	run_ns(b, US(1));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, 0);
	set_bits(b, CTRL, CTRL_SLU);
	run_ns(b, BENCH_AUTONEG_NS + MS(1));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, STATUS_LU);
}
END_TEST

START_TEST(phy_pages_do_not_alias)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	ck_assert_uint_eq(phy_read(b, 16), 0x3360);
	phy_write(b, 22, 2);
	ck_assert_uint_eq(phy_read(b, 16), 0x0088);
	ck_assert_uint_eq(phy_read(b, 21), 0x1046);
	phy_write(b, 22, 769);
	ck_assert_uint_eq(phy_read(b, 22), 769);
	ck_assert_uint_eq(phy_read(b, 2), 0x0141);
	phy_write(b, 22, 0);
	ck_assert_uint_eq(phy_read(b, 16), 0x3360);
}
END_TEST

static uint16_t phy_pattern(unsigned int page, unsigned int number, unsigned int flip)
{
	return (uint16_t)(0xa5c3 ^ flip ^ number * 0x101 ^ page);
}

/* What software sets reads back, by page: ANAR, ANNP, CTRL1000, and all that have no work of their own (3.5). */
START_TEST(phy_registers_keep_what_is_written)
{
	static const struct {
		uint16_t page;
		uint32_t numbers; /* a bit each */
	} kept[] = {
		/* Not 17, 19, 21: status; 22: page; 25: restarts. */
		{0, BIT(4) | BIT(7) | BIT(9) | 0xfd950000},
		{2, 0xffb70000}, /* not 19: status */
		{3, 0xffbf0000},
		{769, 0xffbf0000},
		{776, 0xffbf0000},
	};
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (unsigned int flip = 0; flip <= 0xffff; flip += 0xffff) {
		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
			phy_write(b, 22, kept[i].page);
			for (unsigned int n = 0; n < 32; n++)
				if (kept[i].numbers & BIT(n))
					phy_write(b, n, phy_pattern(kept[i].page, n, flip));
		}
		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
			phy_write(b, 22, kept[i].page);
			for (unsigned int n = 16; n < 32; n++)
				if (kept[i].numbers & BIT(n))
					ck_assert_uint_eq(phy_read(b, n),
							  phy_pattern(kept[i].page, n, flip));
		}
		phy_write(b, 22, 0);
		for (unsigned int n = 4; n < 16; n++)
			if (kept[0].numbers & BIT(n))
				ck_assert_uint_eq(phy_read(b, n), phy_pattern(0, n, flip));
		phy_write(b, 22, (uint16_t)(0xa5c3 ^ flip));
		ck_assert_uint_eq(phy_read(b, 22), (uint16_t)(0xa5c3 ^ flip));
	}
}
END_TEST

/* Pages 5 and 6 tell of the cable and count errors: there are none (3.5). */
START_TEST(phy_pages_of_the_line_read_zero)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	phy_write(b, 22, 5);
	ck_assert_uint_eq(phy_read(b, 20), 0);
	ck_assert_uint_eq(phy_read(b, 21), 0);
	phy_write(b, 22, 6);
	ck_assert_uint_eq(phy_read(b, 17), 0);
}
END_TEST

START_TEST(trap_31_smbi_is_set_by_reading)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	ck_assert_uint_eq(rd(b, SWSM) & 1, 1);
	wr(b, SWSM, 0);
	ck_assert_uint_eq(rd(b, SWSM) & 1, 0);
	ck_assert_uint_eq(rd(b, SWSM) & 1, 1);
	wr(b, SWSM, 2);
	ck_assert_uint_eq(rd(b, SWSM) & 2, 2);
}
END_TEST

START_TEST(trap_32_mdio_ownership_sticks_right_after_reset)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, CTRL, CTRL_RST);
	wr(b, EXTCNF_CTRL, rd(b, EXTCNF_CTRL) | BIT(5));
	ck_assert_uint_eq(rd(b, EXTCNF_CTRL) & BIT(5), BIT(5));
	wr(b, EXTCNF_CTRL, rd(b, EXTCNF_CTRL) & ~BIT(5));
	ck_assert_uint_eq(rd(b, EXTCNF_CTRL) & BIT(5), 0);
}
END_TEST

/* CTRL_EXT.EE_RST reads the NVM again without a reset, and reads 0 (2.1c). */
START_TEST(ee_rst_loads_the_address_again)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	const uint32_t ral = rd(b, RAL0), rah = rd(b, RAH0);

	wr(b, RAL0, 0x11223344);
	wr(b, RAH0, 0x5566);
	wr(b, TIPG, 0x1234567);
	set_bits(b, CTRL_EXT, BIT(13));
	run_ns(b, US(100));
	ck_assert_uint_eq(rd(b, RAL0), ral);
	ck_assert_uint_eq(rd(b, RAH0), rah);
	ck_assert_uint_eq(rd(b, TIPG), 0x1234567);
	ck_assert_uint_eq(rd(b, CTRL_EXT) & BIT(13), 0);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(nvm_has_address_and_checksum),
	CARD_TEST(nvm_words_that_drivers_look_at),
	CARD_TEST(nvm_read_beyond_the_end_is_never_done),
	CARD_TEST(trap_35_nvm_keeps_every_word_written),
	CARD_TEST(written_address_is_loaded_by_reset),
	CARD_TEST(pci_reset_keeps_nvm_and_power_does_not),
	CARD_TEST(phy_identifies_itself),
	CARD_TEST(trap_30_mdic_echoes_the_register_number),
	CARD_TEST(mdic_of_an_absent_phy_is_an_error),
	CARD_TEST(mdic_interrupts_when_asked),
	CARD_TEST(trap_59_link_registers_say_gigabit_full_duplex),
	CARD_TEST(negotiation_takes_its_time_and_ends_with_lsc),
	CARD_TEST(trap_58_phy_without_power_has_no_link),
	CARD_TEST(carrier_loss_and_return_are_link_changes),
	CARD_TEST(link_needs_slu),
	CARD_TEST(phy_pages_do_not_alias),
	CARD_TEST(phy_registers_keep_what_is_written),
	CARD_TEST(phy_pages_of_the_line_read_zero),
	CARD_TEST(trap_31_smbi_is_set_by_reading),
	CARD_TEST(trap_32_mdio_ownership_sticks_right_after_reset),
	CARD_TEST(ee_rst_loads_the_address_again),
	CARD_TESTS_END,
};

const struct card_topic topic_nvm_phy = {"nvm_phy", 0, tests};
