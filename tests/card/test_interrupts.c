// SPDX-License-Identifier: MIT
/* Causes, masks, clearing and delivery (section 6). */
#include "suite.h"

#include <string.h>

/* Linux's vectors: receive 0, transmit 1, other 2. */
#define IVAR_LINUX 0x000a0908u

static struct bench *msix_up(void)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, IVAR, IVAR_LINUX);
	return b;
}

static void let_settle(struct bench *b)
{
	run_ns(b, US(2));
}

/* What a register access set off reaches the line within the 64 cycles of interfaces.md. */
static void check_intx_falls(struct bench *b)
{
	run_ns(b, 64 * 4);
	ck_assert(!b->host.intx);
}

START_TEST(trap_40_intx_rises_with_an_unmasked_cause_and_falls_when_read)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, IMS, CAUSE_RXT0);
	ck_assert(!b->host.intx);
	wr(b, ICS, CAUSE_RXT0);
	let_settle(b);
	ck_assert(b->host.intx);
	ck_assert_uint_eq(rd(b, ICR), CAUSE_ASSERTED | CAUSE_RXT0);
	check_intx_falls(b);
	ck_assert_uint_eq(rd(b, ICR), 0);
}
END_TEST

/* Linux's interrupt self test: bits 0 to 9, masked, unmasked, and with all others unmasked. */
START_TEST(every_cause_of_the_self_test_interrupts)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	for (unsigned int i = 0; i < 10; i++) {
		wr(b, IMC, 0xffffffff);
		rd(b, ICR);
		wr(b, ICS, BIT(i));
		let_settle(b);
		ck_assert_msg(!b->host.intx, "masked cause %u interrupts", i);
		rd(b, ICR);
		wr(b, IMS, BIT(i));
		wr(b, ICS, BIT(i));
		let_settle(b);
		ck_assert_msg(b->host.intx, "cause %u does not interrupt", i);
		ck_assert_uint_eq(rd(b, ICR) & BIT(i), BIT(i));
		check_intx_falls(b);
		wr(b, IMC, 0xffffffff);
		wr(b, IMS, ~BIT(i) & 0x7fff);
		wr(b, ICS, BIT(i));
		let_settle(b);
		ck_assert_msg(!b->host.intx, "cause %u interrupts through others' masks", i);
	}
}
END_TEST

START_TEST(trap_18_unmasking_a_pending_cause_interrupts)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, ICS, CAUSE_RXSEQ);
	let_settle(b);
	ck_assert(!b->host.intx);
	wr(b, IMS, CAUSE_RXSEQ);
	let_settle(b);
	ck_assert(b->host.intx);
}
END_TEST

START_TEST(trap_21_masking_the_last_cause_drops_intx)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, IMS, CAUSE_RXT0 | CAUSE_TXDW);
	wr(b, ICS, CAUSE_RXT0 | CAUSE_TXDW);
	let_settle(b);
	wr(b, IMC, CAUSE_RXT0);
	let_settle(b);
	ck_assert(b->host.intx);
	wr(b, IMC, CAUSE_TXDW);
	let_settle(b);
	ck_assert(!b->host.intx);
}
END_TEST

START_TEST(icr_write_clears_ones)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, IMS, CAUSE_RXT0 | CAUSE_TXDW);
	wr(b, ICS, CAUSE_RXT0 | CAUSE_TXDW);
	wr(b, ICR, CAUSE_RXT0);
	let_settle(b);
	ck_assert(b->host.intx);
	ck_assert_uint_eq(rd(b, ICS) & ~CAUSE_ASSERTED, CAUSE_TXDW);
	wr(b, ICR, CAUSE_TXDW);
	let_settle(b);
	ck_assert(!b->host.intx);
	ck_assert_uint_eq(rd(b, ICR), 0);
}
END_TEST

START_TEST(ics_read_shows_causes_and_clears_none)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, ICS, CAUSE_RXT0);
	ck_assert_uint_eq(rd(b, ICS) & CAUSE_RXT0, CAUSE_RXT0);
	ck_assert_uint_eq(rd(b, ICS) & CAUSE_RXT0, CAUSE_RXT0);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_RXT0, CAUSE_RXT0);
	ck_assert_uint_eq(rd(b, ICS) & CAUSE_RXT0, 0);
}
END_TEST

START_TEST(trap_69_msi_sends_one_message_an_edge)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSI);

	wr(b, IMS, 0x9d);
	wr(b, ICS, CAUSE_RXSEQ);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 1);
	wr(b, ICS, CAUSE_RXSEQ);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 1);
	rd(b, ICR);
	wr(b, ICS, CAUSE_RXSEQ);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 2);
	ck_assert_uint_eq(b->host.intx_rises, 0);
}
END_TEST

START_TEST(msix_causes_have_their_vectors)
{
	struct bench *b = msix_up();

	wr(b, IMS, CAUSE_RXQ0 | CAUSE_TXQ0 | CAUSE_OTHER | CAUSE_LSC);
	wr(b, ICS, CAUSE_RXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 1);
	wr(b, ICS, CAUSE_TXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[1], 1);
	wr(b, ICS, CAUSE_LSC);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[2], 1);
	ck_assert_uint_eq(b->host.messages[0] + b->host.messages[1], 2);
	ck_assert_uint_eq(b->host.intx_rises, 0);
}
END_TEST

START_TEST(msix_vectors_follow_ivar)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, IVAR, 0x000c0b0c); /* receive 4, transmit 3, other 4 */
	wr(b, IMS, CAUSE_RXQ0 | CAUSE_TXQ0 | CAUSE_OTHER);
	wr(b, ICS, CAUSE_RXQ0);
	wr(b, ICS, CAUSE_TXQ0);
	wr(b, ICS, CAUSE_OTHER);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[4], 2);
	ck_assert_uint_eq(b->host.messages[3], 1);
	ck_assert_uint_eq(b->host.messages[0], 0);
}
END_TEST

START_TEST(link_change_derives_other_in_msix)
{
	struct bench *b = msix_up();

	wr(b, IMS, CAUSE_OTHER);
	wr(b, ICS, CAUSE_LSC);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[2], 1);
	ck_assert_uint_eq(rd(b, ICR) & (CAUSE_LSC | CAUSE_OTHER), CAUSE_LSC | CAUSE_OTHER);
}
END_TEST

START_TEST(other_is_not_derived_without_msix)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, ICS, CAUSE_LSC);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_OTHER, 0);
}
END_TEST

START_TEST(invalid_ivar_entry_sends_nothing)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, IVAR, 0x00000900);
	wr(b, IMS, CAUSE_RXQ0 | CAUSE_TXQ0);
	wr(b, ICS, CAUSE_RXQ0);
	let_settle(b);
	for (int i = 0; i < 8; i++)
		ck_assert_uint_eq(b->host.messages[i], 0);
	wr(b, ICS, CAUSE_TXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[1], 1);
}
END_TEST

START_TEST(eiac_clears_cause_and_mask)
{
	struct bench *b = msix_up();

	wr(b, EIAC, CAUSE_RXQ0 | CAUSE_TXQ0);
	wr(b, IMS, CAUSE_RXQ0 | CAUSE_TXQ0 | CAUSE_OTHER);
	wr(b, ICS, CAUSE_RXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 1);
	ck_assert_uint_eq(rd(b, ICS) & CAUSE_RXQ0, 0);
	ck_assert_uint_eq(rd(b, IMS), CAUSE_TXQ0 | CAUSE_OTHER);
}
END_TEST

START_TEST(eiac_keeps_the_mask_with_iame)
{
	struct bench *b = msix_up();

	wr(b, CTRL_EXT, CTRL_EXT_IAME);
	wr(b, EIAC, CAUSE_RXQ0);
	wr(b, IMS, CAUSE_RXQ0);
	wr(b, ICS, CAUSE_RXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 1);
	ck_assert_uint_eq(rd(b, ICS) & CAUSE_RXQ0, 0);
	ck_assert_uint_eq(rd(b, IMS) & CAUSE_RXQ0, CAUSE_RXQ0);
}
END_TEST

/* NAPI: a frame that comes while the cause is masked interrupts when it is unmasked. */
START_TEST(rearming_finds_what_came_meanwhile)
{
	struct bench *b = msix_up();

	wr(b, EIAC, CAUSE_RXQ0);
	wr(b, IMS, CAUSE_RXQ0);
	wr(b, ICS, CAUSE_RXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 1);
	wr(b, ICS, CAUSE_RXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 1);
	wr(b, IMS, CAUSE_RXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 2);
	wr(b, IMS, CAUSE_RXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.messages[0], 2);
}
END_TEST

START_TEST(trap_17_unmasked_pending_cause_sends_no_storm)
{
	struct bench *b = msix_up();

	wr(b, IMS, CAUSE_OTHER | CAUSE_LSC);
	for (int i = 0; i < 5; i++) {
		wr(b, ICS, CAUSE_LSC);
		run_ns(b, MS(1));
	}
	ck_assert_uint_eq(b->host.messages[2], 1);
}
END_TEST

START_TEST(icr_read_with_empty_mask_clears_all)
{
	struct bench *b = msix_up();

	wr(b, ICS, CAUSE_RXQ0 | CAUSE_TXDW);
	ck_assert_uint_eq(rd(b, ICR), CAUSE_ASSERTED | CAUSE_RXQ0 | CAUSE_TXDW);
	ck_assert_uint_eq(rd(b, ICR), 0);
}
END_TEST

START_TEST(trap_41_icr_read_in_msix_keeps_masked_causes)
{
	struct bench *b = msix_up();

	wr(b, IMS, CAUSE_OTHER);
	wr(b, ICS, CAUSE_RXQ0);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_RXQ0, CAUSE_RXQ0);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_RXQ0, CAUSE_RXQ0);
	wr(b, ICS, CAUSE_OTHER);
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_RXQ0, CAUSE_RXQ0);
	ck_assert_uint_eq(rd(b, ICR), 0);
}
END_TEST

START_TEST(iame_masks_by_iam_when_icr_is_read)
{
	static const enum ringside_irq_mode modes[] = {RINGSIDE_IRQ_INTX, RINGSIDE_IRQ_MSI,
						       RINGSIDE_IRQ_MSIX};

	for (int i = 0; i < 3; i++) {
		struct bench *b = card_up(modes[i]);

		wr(b, IAM, CAUSE_RXT0 | CAUSE_TXDW);
		wr(b, CTRL_EXT, CTRL_EXT_IAME);
		wr(b, IMS, CAUSE_RXT0 | CAUSE_TXDW | CAUSE_LSC);
		rd(b, ICR);
		ck_assert_uint_eq(rd(b, IMS), CAUSE_RXT0 | CAUSE_TXDW | CAUSE_LSC);
		wr(b, ICS, CAUSE_RXT0);
		ck_assert_uint_eq(rd(b, ICR) & CAUSE_RXT0, CAUSE_RXT0);
		ck_assert_uint_eq(rd(b, IMS), CAUSE_LSC);
		ck_assert_uint_eq(rd(b, ICR), 0);
	}
}
END_TEST

START_TEST(writing_other_clears_what_it_stands_for)
{
	struct bench *b = msix_up();

	wr(b, IMS, CAUSE_TXQ0);
	wr(b, ICS, CAUSE_LSC | CAUSE_RXO | CAUSE_RXT0);
	wr(b, ICR, CAUSE_OTHER);
	ck_assert_uint_eq(rd(b, ICS) & ~CAUSE_ASSERTED, CAUSE_RXT0);
}
END_TEST

START_TEST(pba_clear_on_ims_write)
{
	struct bench *b = msix_up();

	wr(b, IMS, CAUSE_RXQ0);
	ck_assert_uint_eq(b->host.pba_cleared, 0);
	wr(b, CTRL_EXT, CTRL_EXT_PBA_CLR);
	wr(b, IMS, CAUSE_TXQ0);
	let_settle(b);
	ck_assert_uint_eq(b->host.pba_cleared, BIT(1));
	wr(b, IMS, CAUSE_RXQ0 | CAUSE_OTHER);
	let_settle(b);
	ck_assert_uint_eq(b->host.pba_cleared, 7);
}
END_TEST

START_TEST(pbaclr_clears_pending_bits)
{
	struct bench *b = msix_up();

	wr(b, 0x5b68, 0x12);
	let_settle(b);
	ck_assert_uint_eq(b->host.pba_cleared, 0x12);
}
END_TEST

/* Found by the fuzzer: the reference card told its host to clear no bits. */
START_TEST(pbaclr_without_a_vector_clears_nothing)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, 0x5b68, ~0x1fu);
	ck_assert_uint_eq(host_count(&b->host, HOST_PBA_CLEAR), 0);
}
END_TEST

START_TEST(trap_21_switching_to_msix_drops_intx)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, IMS, CAUSE_LSC);
	wr(b, ICS, CAUSE_LSC);
	let_settle(b);
	ck_assert(b->host.intx);
	set_pci(b, true, true, RINGSIDE_IRQ_MSIX);
	let_settle(b);
	ck_assert(!b->host.intx);
}
END_TEST

static void send_and_receive(struct bench *b)
{
	static uint8_t frame[100] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
	struct tx_ring tx;
	struct rx_ring rx;

	tx_setup(&tx, b, 8);
	rx_setup(&rx, b, 8, 2048, true, 0);
	rx_post(&rx, 7);
	tx_send(&tx, frame, sizeof(frame));
	feed(b, frame, sizeof(frame));
	run_ns(b, US(50));
}

START_TEST(queues_raise_their_own_causes_in_msix)
{
	struct bench *b = msix_up();

	wr(b, IMS, CAUSE_RXQ0 | CAUSE_TXQ0);
	send_and_receive(b);
	ck_assert_uint_eq(b->host.messages[0], 1);
	ck_assert_uint_eq(b->host.messages[1], 1);
	ck_assert_uint_eq(rd(b, ICS) & (CAUSE_RXT0 | CAUSE_TXDW), 0);
}
END_TEST

START_TEST(queues_raise_txdw_and_rxt0_without_msix)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSI);

	send_and_receive(b);
	ck_assert_uint_eq(rd(b, ICS) & (CAUSE_RXT0 | CAUSE_TXDW | CAUSE_RXQ0 | CAUSE_TXQ0),
			  CAUSE_RXT0 | CAUSE_TXDW);
}
END_TEST

/* iPXE polls ICR with everything masked. */
START_TEST(masked_causes_can_be_polled)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	send_and_receive(b);
	ck_assert_uint_eq(rd(b, ICR) & (CAUSE_RXT0 | CAUSE_TXDW), CAUSE_RXT0 | CAUSE_TXDW);
	ck_assert_uint_eq(rd(b, ICR), 0);
	ck_assert_uint_eq(b->host.intx_rises, 0);
}
END_TEST

START_TEST(assertions_are_counted)
{
	struct bench *b = msix_up();

	rd(b, 0x4100);
	wr(b, IMS, CAUSE_RXQ0);
	for (int i = 0; i < 3; i++) {
		wr(b, ICS, CAUSE_RXQ0);
		let_settle(b);
		rd(b, ICR);
	}
	ck_assert_uint_eq(b->host.messages[0], 3);
	ck_assert_uint_eq(rd(b, 0x4100), 3);
	ck_assert_uint_eq(rd(b, 0x4100), 0);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(trap_40_intx_rises_with_an_unmasked_cause_and_falls_when_read),
	CARD_TEST(every_cause_of_the_self_test_interrupts),
	CARD_TEST(trap_18_unmasking_a_pending_cause_interrupts),
	CARD_TEST(trap_21_masking_the_last_cause_drops_intx),
	CARD_TEST(icr_write_clears_ones),
	CARD_TEST(ics_read_shows_causes_and_clears_none),
	CARD_TEST(trap_69_msi_sends_one_message_an_edge),
	CARD_TEST(msix_causes_have_their_vectors),
	CARD_TEST(msix_vectors_follow_ivar),
	CARD_TEST(link_change_derives_other_in_msix),
	CARD_TEST(other_is_not_derived_without_msix),
	CARD_TEST(invalid_ivar_entry_sends_nothing),
	CARD_TEST(eiac_clears_cause_and_mask),
	CARD_TEST(eiac_keeps_the_mask_with_iame),
	CARD_TEST(rearming_finds_what_came_meanwhile),
	CARD_TEST(trap_17_unmasked_pending_cause_sends_no_storm),
	CARD_TEST(icr_read_with_empty_mask_clears_all),
	CARD_TEST(trap_41_icr_read_in_msix_keeps_masked_causes),
	CARD_TEST(iame_masks_by_iam_when_icr_is_read),
	CARD_TEST(writing_other_clears_what_it_stands_for),
	CARD_TEST(pba_clear_on_ims_write),
	CARD_TEST(pbaclr_clears_pending_bits),
	CARD_TEST(pbaclr_without_a_vector_clears_nothing),
	CARD_TEST(trap_21_switching_to_msix_drops_intx),
	CARD_TEST(queues_raise_their_own_causes_in_msix),
	CARD_TEST(queues_raise_txdw_and_rxt0_without_msix),
	CARD_TEST(masked_causes_can_be_polled),
	CARD_TEST(assertions_are_counted),
	CARD_TESTS_END,
};

const struct card_topic topic_interrupts = {"interrupts", 0, tests};
