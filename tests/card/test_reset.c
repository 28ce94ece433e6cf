// SPDX-License-Identifier: MIT
/* CTRL.RST, PCI reset, bus mastering and GIO master disable (section 3.8, interfaces.md 4). */
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static uint8_t frame[1000] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static struct tx_ring tx;
static struct rx_ring rx;
static struct rx_result got;

START_TEST(reset_restores_registers_and_reads_back_at_once)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, IMS, 0xff);
	wr(b, RCTL, RCTL_UPE);
	wr(b, TDLEN, 0x1000);
	wr(b, IVAR, 0x000a0908);
	wr(b, EITR0, 195);
	wr(b, TIPG, 0);
	wr(b, VET, 0x88a8);
	wr(b, RAL0, 0);
	wr(b, MTA + 4 * 77, 0x1234);
	wr(b, CTRL, rd(b, CTRL) | CTRL_RST);
	ck_assert_uint_eq(rd(b, CTRL), 0x00140241);
	ck_assert_uint_eq(rd(b, IMS), 0);
	ck_assert_uint_eq(rd(b, RCTL), 0);
	ck_assert_uint_eq(rd(b, TDLEN), 0);
	ck_assert_uint_eq(rd(b, IVAR), 0);
	ck_assert_uint_eq(rd(b, EITR0), 0);
	ck_assert_uint_eq(rd(b, TIPG), 0x00602008);
	ck_assert_uint_eq(rd(b, VET), 0x8100);
	ck_assert_uint_eq(rd(b, RAL0), 0x12005452);
	ck_assert_uint_eq(rd(b, ICR), 0);
	run_ns(b, US(5));
	ck_assert_uint_eq(rd(b, MTA + 4 * 77), 0);
}
END_TEST

START_TEST(trap_27_reset_keeps_pba_pbs_and_fla)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, PBA, 32);
	wr(b, PBS, 0x17);
	wr(b, FLA, 0x12345678);
	wr(b, CTRL, CTRL_RST);
	run_ns(b, US(5));
	ck_assert_uint_eq(rd(b, PBA) & 0xffff, 32);
	ck_assert_uint_eq(rd(b, PBS), 0x17);
	ck_assert_uint_eq(rd(b, FLA), 0x12345678);
	b->abi->card_reset(b->card, RINGSIDE_RESET_PCI);
	run_ns(b, US(5));
	ck_assert_uint_eq(rd(b, PBA) & 0xffff, 20);
	ck_assert_uint_eq(rd(b, PBS), 0x28);
	ck_assert_uint_eq(rd(b, FLA), 0);
}
END_TEST

START_TEST(trap_28_link_is_up_right_after_reset)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, CTRL, rd(b, CTRL) | CTRL_RST | CTRL_SLU);
	ck_assert_uint_eq(rd(b, STATUS) & 0x202, 0x202);
	run_ns(b, MS(20));
	ck_assert_uint_eq(rd(b, ICR) & CAUSE_LSC, 0);
}
END_TEST

START_TEST(trap_34_nvm_is_read_again_after_reset)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, CTRL, CTRL_RST);
	run_ns(b, MS(1));
	ck_assert_uint_eq(rd(b, EECD) & BIT(9), BIT(9));
}
END_TEST

START_TEST(reset_stops_transmission_and_all_dma)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	uint64_t at;

	for (uint32_t wait_ns = 0; wait_ns < 6000; wait_ns += 308) {
		size_t events, frames;

		tx_setup(&tx, b, 64);
		at = put_bytes(b, frame, sizeof(frame));
		for (int i = 0; i < 60; i++)
			tx_legacy(&tx, at, sizeof(frame), TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
		tx_doorbell(&tx);
		run_ns(b, wait_ns);
		wr(b, CTRL, CTRL_RST);
		run_ns(b, US(2)); /* what was under way ends */
		events = b->host.num_events;
		frames = b->host.num_frames;
		run_ns(b, MS(1));
		ck_assert_uint_eq(b->host.num_events, events);
		ck_assert_uint_eq(b->host.num_frames, frames);
		ck_assert_uint_eq(rd(b, TDH), 0);
	}
}
END_TEST

START_TEST(no_descriptor_is_written_after_reset)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	for (uint32_t wait_ns = 0; wait_ns < 4000; wait_ns += 31) {
		uint8_t *memory = host_at(&b->host, HOST_HIGH_BASE);
		uint8_t *before = malloc(1 << 20);

		b->host.allocated = 0;
		tx_setup(&tx, b, 64);
		rx_setup(&rx, b, 64, 2048, true, 0);
		rx_post(&rx, 63);
		for (int i = 0; i < 8; i++)
			tx_legacy(&tx, put_bytes(b, frame, 100), 100, TXD_EOP | TXD_IFCS | TXD_RS,
				  0, 0);
		tx_doorbell(&tx);
		for (int i = 0; i < 4; i++)
			feed(b, frame, i & 1 ? sizeof(frame) : 100);
		run_ns(b, wait_ns);
		wr(b, CTRL, CTRL_RST);
		rd(b, STATUS);
		memcpy(before, memory, 1 << 20);
		run_ns(b, MS(1));
		ck_assert_msg(memcmp(before, memory, 1 << 20) == 0,
			      "memory changed after a reset at %u ns", wait_ns);
		free(before);
	}
}
END_TEST

START_TEST(card_works_after_reset_in_the_middle_of_everything)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	for (uint32_t wait_ns = 0; wait_ns < 3000; wait_ns += 236) {
		static struct packet packet;
		const struct packet_options o = {.payload = 200, .seed = wait_ns};

		host_forget(&b->host);
		packet_build(&packet, &o);
		tx_setup(&tx, b, 64);
		rx_setup(&rx, b, 64, 2048, true, 0);
		rx_post(&rx, 63);
		for (int i = 0; i < 20; i++)
			tx_legacy(&tx, put_bytes(b, frame, 1000), 1000, TXD_EOP | TXD_IFCS | TXD_RS,
				  0, 0);
		tx_doorbell(&tx);
		feed(b, frame, 1000);
		feed(b, frame, 1000);
		run_ns(b, wait_ns);
		wr(b, CTRL, CTRL_RST);
		run_ns(b, US(10));
		host_forget(&b->host);
		tx_setup(&tx, b, 64);
		rx_setup(&rx, b, 64, 2048, true, 0);
		rx_post(&rx, 63);
		tx_send(&tx, packet.bytes, packet.len);
		ck_assert_uint_eq(b->host.num_frames, 1);
		ck_assert_uint_eq(b->host.frames[0].len, packet.len);
		ck_assert_mem_eq(b->host.frames[0].bytes, packet.bytes, packet.len);
		feed(b, packet.bytes, packet.len);
		run_ns(b, US(50));
		ck_assert(rx_take(&rx, &got));
		ck_assert_uint_eq(got.len, packet.len);
		ck_assert_mem_eq(got.bytes, packet.bytes, packet.len);
	}
}
END_TEST

/* A driver that changes its rings turns the queues off, waits, and turns them on again. */
START_TEST(queues_are_stopped_and_set_up_anew_without_a_reset)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	for (uint32_t wait_ns = 0; wait_ns < 4000; wait_ns += 132) {
		uint8_t mine[600];

		b->host.allocated = 0;
		tx_setup(&tx, b, 64);
		rx_setup(&rx, b, 64, 2048, true, 0);
		rx_post(&rx, 63);
		for (int i = 0; i < 20; i++)
			tx_data(&tx, put_bytes(b, frame, 1000), 1000,
				TXD_IFCS | (i % 3 ? TXD_EOP : 0), 0);
		tx_doorbell(&tx);
		feed(b, frame, 1000);
		feed(b, frame, 1000);
		run_ns(b, wait_ns);
		wr(b, TCTL, 0);
		wr(b, RCTL, 0);
		run_ns(b, US(20));
		b->host.allocated = 1 << 20;
		tx_setup(&tx, b, 32);
		rx_setup(&rx, b, 32, 2048, true, 0);
		rx_post(&rx, 31);
		run_ns(b, US(20));
		host_forget(&b->host);
		memcpy(mine, frame, 14);
		fill_random(mine + 14, sizeof(mine) - 14, wait_ns + 1);
		tx_send(&tx, mine, sizeof(mine));
		ck_assert_msg(b->host.num_frames == 1, "stopped after %u ns: %zu frames leave",
			      wait_ns, b->host.num_frames);
		ck_assert_uint_eq(b->host.frames[0].len, sizeof(mine));
		ck_assert_mem_eq(b->host.frames[0].bytes, mine, sizeof(mine));
		feed(b, mine, sizeof(mine));
		run_ns(b, US(50));
		do { /* frames from before may still come */
			ck_assert_msg(rx_take(&rx, &got),
				      "stopped after %u ns: nothing is received", wait_ns);
		} while (got.len == 1000);
		ck_assert_uint_eq(got.len, sizeof(mine));
		ck_assert_mem_eq(got.bytes, mine, sizeof(mine));
	}
}
END_TEST

START_TEST(trap_21_reset_drops_intx)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	wr(b, IMS, CAUSE_LSC);
	wr(b, ICS, CAUSE_LSC);
	run_ns(b, US(1));
	ck_assert(b->host.intx);
	wr(b, CTRL, CTRL_RST);
	run_ns(b, US(1));
	ck_assert(!b->host.intx);
}
END_TEST

START_TEST(reset_clears_statistics)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	tx_setup(&tx, b, 8);
	tx_send(&tx, frame, 100);
	wr(b, CTRL, CTRL_RST);
	run_ns(b, US(5));
	ck_assert_uint_eq(rd(b, GPTC), 0);
	ck_assert_uint_eq(rd(b, GOTCL), 0);
}
END_TEST

START_TEST(reset_ends_delayed_interrupts)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSI);

	wr(b, TIDV, 100);
	wr(b, IMS, CAUSE_TXDW);
	tx_setup(&tx, b, 8);
	tx_data(&tx, put_bytes(b, frame, 100), 100, TXD_EOP | TXD_IFCS | TXD_RS | TXD_IDE, 0);
	tx_doorbell(&tx);
	run_ns(b, US(20));
	wr(b, CTRL, CTRL_RST);
	wr(b, IMS, CAUSE_TXDW);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.messages[0], 0);
}
END_TEST

START_TEST(trap_62_gio_master_disable_is_acknowledged_and_stops_dma)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
	size_t events;

	tx_setup(&tx, b, 256);
	for (int i = 0; i < 200; i++)
		tx_legacy(&tx, put_bytes(b, frame, 1000), 1000, TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	tx_doorbell(&tx);
	run_ns(b, 700);
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_GIO_MASTER_EN, STATUS_GIO_MASTER_EN);
	set_bits(b, CTRL, CTRL_GIO_MASTER_DISABLE);
	for (int i = 0; rd(b, STATUS) & STATUS_GIO_MASTER_EN; i++) {
		ck_assert_int_lt(i, 800);
		run_ns(b, US(100));
	}
	events = host_count(&b->host, HOST_READ) + host_count(&b->host, HOST_WRITE);
	run_ns(b, MS(1));
	ck_assert_uint_eq(host_count(&b->host, HOST_READ) + host_count(&b->host, HOST_WRITE),
			  events);
	clear_bits(b, CTRL, CTRL_GIO_MASTER_DISABLE);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.num_frames, 200);
}
END_TEST

START_TEST(without_bus_mastering_there_is_no_dma)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	set_pci(b, false, true, RINGSIDE_IRQ_MSIX);
	tx_setup(&tx, b, 8);
	rx_setup(&rx, b, 8, 2048, true, 0);
	rx_post(&rx, 7);
	tx_legacy(&tx, put_bytes(b, frame, 100), 100, TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	tx_doorbell(&tx);
	feed(b, frame, 100);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.num_events, 0);
	set_pci(b, true, true, RINGSIDE_IRQ_MSIX);
	run_ns(b, US(100));
	ck_assert_uint_eq(b->host.num_frames, 1);
	ck_assert(rx_take(&rx, &got));
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(reset_restores_registers_and_reads_back_at_once),
	CARD_TEST(trap_27_reset_keeps_pba_pbs_and_fla),
	CARD_TEST(trap_28_link_is_up_right_after_reset),
	CARD_TEST(trap_34_nvm_is_read_again_after_reset),
	CARD_TEST(reset_stops_transmission_and_all_dma),
	CARD_TEST(no_descriptor_is_written_after_reset),
	CARD_TEST(card_works_after_reset_in_the_middle_of_everything),
	CARD_TEST(queues_are_stopped_and_set_up_anew_without_a_reset),
	CARD_TEST(trap_21_reset_drops_intx),
	CARD_TEST(reset_clears_statistics),
	CARD_TEST(reset_ends_delayed_interrupts),
	CARD_TEST(trap_62_gio_master_disable_is_acknowledged_and_stops_dma),
	CARD_TEST(without_bus_mastering_there_is_no_dma),
	CARD_TESTS_END,
};

const struct card_topic topic_reset = {"reset", 0, tests};
