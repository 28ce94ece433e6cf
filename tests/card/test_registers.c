// SPDX-License-Identifier: MIT
/* Reset values, what registers keep of a write, and other names of the same register (section 2).
 */
#include "suite.h"

START_TEST(registers_have_their_reset_values)
{
	static const struct {
		uint32_t offset, value, mask;
	} expected[] = {
		{CTRL, 0x00140241, UINT32_MAX},
		{STATUS, 0x00080283, UINT32_MAX},
		{EECD, 0x00000300, UINT32_MAX},
		{EERD, 0x00000002, UINT32_MAX},
		{CTRL_EXT, 0, UINT32_MAX},
		{FLA, 0, UINT32_MAX},
		{VET, 0x8100, UINT32_MAX},
		{LEDCTL, 0x00068302, UINT32_MAX},
		{EXTCNF_CTRL, 0x00000008, UINT32_MAX},
		{PBA, 0x00000014, 0xffff},
		{PBS, 0x28, UINT32_MAX},
		{EEWR, 0x2, UINT32_MAX},
		{ICR, 0, UINT32_MAX},
		{ITR, 0, UINT32_MAX},
		{ICS, 0, UINT32_MAX},
		{IMS, 0, UINT32_MAX},
		{IMC, 0, UINT32_MAX},
		{EIAC, 0, UINT32_MAX},
		{IAM, 0, UINT32_MAX},
		{IVAR, 0, UINT32_MAX},
		{EITR0, 0, UINT32_MAX},
		{EITR0 + 16, 0, UINT32_MAX},
		{RCTL, 0, UINT32_MAX},
		{PSRCTL, 0x00040402, UINT32_MAX},
		{RDBAL, 0, UINT32_MAX},
		{RDBAH, 0, UINT32_MAX},
		{RDLEN, 0, UINT32_MAX},
		{RDH, 0, UINT32_MAX},
		{RDT, 0, UINT32_MAX},
		{RDTR, 0, UINT32_MAX},
		{RXDCTL, 0x00010000, UINT32_MAX},
		{RADV, 0, UINT32_MAX},
		{RXCSUM, 0x300, UINT32_MAX},
		{RFCTL, 0, UINT32_MAX},
		{RAL0, 0x12005452, UINT32_MAX},
		{RAH0, 0x80005634, UINT32_MAX},
		{RAL0 + 8, 0, UINT32_MAX},
		{RAH0 + 8, 0, UINT32_MAX},
		{TCTL, 0, UINT32_MAX},
		{TIPG, 0x00602008, UINT32_MAX},
		{TDBAL, 0, UINT32_MAX},
		{TDLEN, 0, UINT32_MAX},
		{TDH, 0, UINT32_MAX},
		{TDT, 0, UINT32_MAX},
		{TIDV, 0, UINT32_MAX},
		{TXDCTL, 0, UINT32_MAX},
		{TADV, 0, UINT32_MAX},
		{TARC0, 0x403, UINT32_MAX},
		{MANC, 0x10000000, UINT32_MAX},
		{GCR, 0x06800200, UINT32_MAX},
		{FWSM, 0, UINT32_MAX},
	};
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		uint32_t value = rd(b, expected[i].offset) & expected[i].mask;

		ck_assert_msg(value == expected[i].value, "register 0x%05x is 0x%08x, not 0x%08x",
			      expected[i].offset, value, expected[i].value);
	}
}
END_TEST

static void check_pattern(struct bench *b, uint32_t offset, uint32_t mask, uint32_t pattern)
{
	uint32_t value;

	wr(b, offset, pattern);
	value = rd(b, offset);
	ck_assert_msg(value == (pattern & mask),
		      "register 0x%05x: wrote 0x%08x, reads 0x%08x, not 0x%08x", offset, pattern,
		      value, pattern & mask);
}

static void check_patterns(struct bench *b, uint32_t offset, uint32_t mask)
{
	check_pattern(b, offset, mask, 0x5a5a5a5a);
	check_pattern(b, offset, mask, 0xa5a5a5a5);
	check_pattern(b, offset, mask, 0x00000000);
	check_pattern(b, offset, mask, 0xffffffff);
	wr(b, offset, 0);
}

/* The rows of Linux's `ethtool -t` register test, and their masks (2.8). */
START_TEST(trap_39_registers_keep_what_the_ethtool_test_writes)
{
	static const struct {
		uint32_t offset, mask;
	} rows[] = {
		{0x00028, 0xffffffff}, /* FCAL */
		{0x0002c, 0x0000ffff}, /* FCAH */
		{0x00030, 0x0000ffff}, /* FCT */
		{VET, 0x0000ffff},     {RDTR, 0x0000ffff},  {RDBAH, 0xffffffff},
		{RDLEN, 0x000fff80},   {RDH, 0x0000ffff},   {RDT, 0x0000ffff},
		{0x02168, 0x0000fff8}, /* FCRTH */
		{0x00170, 0x0000ffff}, /* FCTTV */
		{TIPG, 0x3fffffff},    {TDBAH, 0xffffffff}, {TDLEN, 0x000fff80},
		{RDBAL, 0xfffffff0},   {TDBAL, 0xfffffff0}, {TIDV, 0x0000ffff},
	};
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_patterns(b, rows[i].offset, rows[i].mask);
	for (uint32_t i = 0; i < 16; i++)
		check_patterns(b, RAH0 + 8 * i, 0x8003ffff);
	for (uint32_t i = 0; i < 16; i++)
		check_patterns(b, RAL0 + 8 * i, 0xffffffff);
	for (uint32_t i = 0; i < 128; i++)
		check_patterns(b, MTA + 4 * i, 0xffffffff);
}
END_TEST

/* Of the MUST and SHOULD rows those that are storage, and what of a write they keep (2.1 - 2.6). */
START_TEST(stored_registers_keep_their_bits)
{
	static const struct {
		uint32_t offset, count, stride, mask;
	} rows[] = {
		{0x00458, 1, 4, 0x0000ffff}, /* AIT */
		{LEDCTL, 1, 4, 0xffffffff},	     {EXTCNF_CTRL, 1, 4, 0xffffffff},
		{0x00f10, 1, 4, 0xffffffff}, /* POEMB */
		{0x02160, 1, 4, 0x8000fff8}, /* FCRTL */
		{0x02c00, 1, 4, 0x00000fff}, /* RSRPD */
		{0x02c08, 1, 4, 0x0000ffff}, /* RAID */
		{RXDCTL + 0x100, 1, 4, 0xffffffff},  {QUEUE(TXDCTL, 1), 1, 4, 0xffffffff},
		{QUEUE(TARC0, 1), 1, 4, 0xffffffff}, {QUEUE(RDBAL, 1), 1, 4, 0xfffffff0},
		{QUEUE(RDBAH, 1), 1, 4, 0xffffffff}, {QUEUE(RDLEN, 1), 1, 4, 0x000fff80},
		{QUEUE(TDBAL, 1), 1, 4, 0xfffffff0}, {QUEUE(TDBAH, 1), 1, 4, 0xffffffff},
		{QUEUE(TDLEN, 1), 1, 4, 0x000fff80}, {VFTA, 128, 4, 0xffffffff},
		{RETA, 32, 4, 0xffffffff},	     {RSSRK, 10, 4, 0xffffffff},
		{0x05800, 1, 4, 0xffffffff},   /* WUC */
		{0x05808, 1, 4, 0xffffffff},   /* WUFC */
		{0x05838, 1, 4, 0xffffffff},   /* IPAV */
		{0x05840, 7, 4, 0xffffffff},   /* IP4AT */
		{0x05880, 4, 4, 0xffffffff},   /* IP6AT */
		{0x05900, 1, 4, 0x00000fff},   /* WUPL */
		{0x05a00, 32, 4, 0xffffffff},  /* WUPM */
		{0x05f00, 6, 8, 0x000007ff},   /* FFLT */
		{0x09000, 128, 8, 0x0000000f}, /* FFMT */
		{0x09800, 128, 8, 0xffffffff}, /* FFVT */
		{0x05b64, 1, 4, 0xffffffff},   /* GCR2 */
		{0x05f40, 1, 4, 0x0000ffff},   /* FCRTV */
		{0x0b634, 1, 4, 0xffffffff},   /* RXMTRL */
		{0x0b638, 1, 4, 0xffffffff},   /* RXUDP */
	};
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (uint32_t k = 0; k < rows[i].count; k++)
			check_patterns(b, rows[i].offset + k * rows[i].stride, rows[i].mask);
	}
}
END_TEST

/* Those bits of CTRL that do nothing, or nothing on copper (2.1a). */
START_TEST(ctrl_keeps_the_bits_that_are_storage)
{
	const uint32_t stored = 0x23ebe4ba;
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);
	const uint32_t before = rd(b, CTRL);

	wr(b, CTRL, before ^ stored);
	ck_assert_uint_eq(rd(b, CTRL), before ^ stored);
	wr(b, CTRL, before);
	ck_assert_uint_eq(rd(b, CTRL), before);
}
END_TEST

/* Linux writes all ones to it when it resumes (2.5). */
START_TEST(wake_up_status_is_no_storage)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, 0x5810, 0xffffffff);
	ck_assert_uint_eq(rd(b, 0x5810), 0);
}
END_TEST

START_TEST(txcw_keeps_its_low_half)
{
	static const uint32_t patterns[] = {0x5a5a5a5a, 0xa5a5a5a5, 0, 0xffffffff};
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (size_t i = 0; i < 4; i++) {
		wr(b, 0x178, patterns[i]);
		ck_assert_uint_eq(rd(b, 0x178) & 0xffff, patterns[i] & 0xffff);
	}
}
END_TEST

START_TEST(rctl_and_tctl_read_back_as_ethtool_wants)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, RDLEN, 0xfff80);
	wr(b, RDH, 0xffff);
	wr(b, RDT, 0xffff);
	wr(b, RCTL, 0);
	ck_assert_uint_eq(rd(b, RCTL), 0);
	wr(b, TCTL, 0);
	ck_assert_uint_eq(rd(b, TCTL), 0);
	wr(b, RCTL, 0x001fb3fa);
	ck_assert_uint_eq(rd(b, RCTL) & 0x06dfb3fe, 0x001fb3fa & 0x06dfb3fe);
	wr(b, RCTL, 0x06dfb3fe);
	ck_assert_uint_eq(rd(b, RCTL) & 0x06dfb3fe, 0x06dfb3fe);
	run_ns(b, US(20));
	ck_assert_uint_eq(host_count(&b->host, HOST_READ), 0);
	ck_assert_uint_eq(host_count(&b->host, HOST_ERROR), 0);
}
END_TEST

START_TEST(trap_29_status_ignores_writes)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);
	uint32_t before = rd(b, STATUS);

	wr(b, STATUS, 0x7ffff033);
	ck_assert_uint_eq(rd(b, STATUS), before);
	wr(b, STATUS, 0);
	ck_assert_uint_eq(rd(b, STATUS), before);
}
END_TEST

START_TEST(unknown_offsets_read_zero_and_ignore_writes)
{
	static const uint32_t offsets[] = {0x0024, 0x0034,  0x00fc,  0x2008, 0x5b54,
					   0x8f00, 0x0b000, 0x1b000, 0x1fffc};
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		wr(b, offsets[i], 0xffffffff);
		ck_assert_msg(rd(b, offsets[i]) == 0, "offset 0x%05x is not 0", offsets[i]);
	}
}
END_TEST

START_TEST(old_names_reach_the_same_registers)
{
	static const struct {
		uint32_t alias, offset, value;
	} pairs[] = {
		{0x00110, RDBAL, 0x12345670},
		{0x00114, RDBAH, 0x89abcdef},
		{0x00118, RDLEN, 0x1000},
		{0x00120, RDH, 3},
		{0x00128, RDT, 3},
		{0x00108, RDTR, 0x21},
		{0x00420, TDBAL, 0x12345670},
		{0x00424, TDBAH, 0x89abcdef},
		{0x00428, TDLEN, 0x1000},
		{0x00430, TDH, 3},
		{0x00438, TDT, 3},
		{0x00440, TIDV, 0x22},
		{0x00160, 0x2168, 0x1238},
		{0x00168, 0x2160, 0x5678},
		{0x00048, RAL0 + 8, 0xcafe},
		{0x0004c, RAH0 + 8, 0x8000beef},
		{0x00604, 0x5604, 0x11223344},
	};
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		wr(b, pairs[i].alias, pairs[i].value);
		ck_assert_msg(rd(b, pairs[i].offset) == pairs[i].value,
			      "0x%05x does not show what 0x%05x was given", pairs[i].offset,
			      pairs[i].alias);
		ck_assert_uint_eq(rd(b, pairs[i].alias), pairs[i].value);
	}
}
END_TEST

START_TEST(narrow_reads_give_their_lane_and_narrow_writes_nothing)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, 0x28, 0x44332211);
	ck_assert_uint_eq(b->abi->card_mmio_read(b->card, b->now_ns, 0x28, 1), 0x11);
	ck_assert_uint_eq(b->abi->card_mmio_read(b->card, b->now_ns, 0x29, 1), 0x22);
	ck_assert_uint_eq(b->abi->card_mmio_read(b->card, b->now_ns, 0x2a, 2), 0x4433);
	b->abi->card_mmio_write(b->card, b->now_ns, 0x28, 0xff, 1);
	b->abi->card_mmio_write(b->card, b->now_ns, 0x2a, 0xffff, 2);
	ck_assert_uint_eq(rd(b, 0x28), 0x44332211);
}
END_TEST

START_TEST(rxdctl_of_queue_0_writes_queue_1_too)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, RXDCTL, 0x01040420);
	ck_assert_uint_eq(rd(b, RXDCTL), 0x01040420);
	ck_assert_uint_eq(rd(b, RXDCTL + 0x100), 0x01040420);
}
END_TEST

/* iPXE clears a queue's enable bit, waits until it reads 0, and sets it (4.2). */
START_TEST(queue_enable_bits_are_storage)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);
	static const uint32_t offsets[] = {TXDCTL, RXDCTL};

	for (size_t i = 0; i < 2; i++) {
		wr(b, offsets[i], 0);
		ck_assert_uint_eq(rd(b, offsets[i]) & BIT(25), 0);
		wr(b, offsets[i], BIT(25));
		ck_assert_uint_eq(rd(b, offsets[i]) & BIT(25), BIT(25));
	}
}
END_TEST

START_TEST(ims_collects_and_imc_removes)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, IMS, 0x4);
	wr(b, IMS, 0x90);
	ck_assert_uint_eq(rd(b, IMS), 0x94);
	wr(b, IMC, 0x14);
	ck_assert_uint_eq(rd(b, IMS), 0x80);
	ck_assert_uint_eq(rd(b, IMC), 0);
}
END_TEST

START_TEST(ringside_block_names_itself)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	ck_assert_uint_eq(rd(b, RINGSIDE_MAGIC), 0x52494e47);
	ck_assert_uint_eq(rd(b, RINGSIDE_VERSION), 2);
	ck_assert_uint_eq(rd(b, RINGSIDE_FEATURES) & 0xf, 0xf);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(registers_have_their_reset_values),
	CARD_TEST(trap_39_registers_keep_what_the_ethtool_test_writes),
	CARD_TEST(stored_registers_keep_their_bits),
	CARD_TEST(ctrl_keeps_the_bits_that_are_storage),
	CARD_TEST(wake_up_status_is_no_storage),
	CARD_TEST(txcw_keeps_its_low_half),
	CARD_TEST(rctl_and_tctl_read_back_as_ethtool_wants),
	CARD_TEST(trap_29_status_ignores_writes),
	CARD_TEST(unknown_offsets_read_zero_and_ignore_writes),
	CARD_TEST(old_names_reach_the_same_registers),
	CARD_TEST(narrow_reads_give_their_lane_and_narrow_writes_nothing),
	CARD_TEST(rxdctl_of_queue_0_writes_queue_1_too),
	CARD_TEST(queue_enable_bits_are_storage),
	CARD_TEST(ims_collects_and_imc_removes),
	CARD_TEST(ringside_block_names_itself),
	CARD_TESTS_END,
};

const struct card_topic topic_registers = {"registers", 0, tests};
