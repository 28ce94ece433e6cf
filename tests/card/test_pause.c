// SPDX-License-Identifier: MIT
/* Pause frames both ways (IEEE 802.3 annex 31B; 2.1, 2.3, 5.1, 5.7). */
#include "suite.h"

#include <string.h>

#define STATUS_TXOFF BIT(4)
#define PAUSE_TIME   0x0680
#define HIGH_BYTES   8192
#define LOW_BYTES    4096

static uint8_t frame[1500] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};
static uint8_t pause_frame[60];
static struct tx_ring tx;
static struct rx_ring rx;
static struct rx_result got;

/* Flow control as Linux sets it up, in these directions. */
static struct bench *flow_up(uint32_t directions)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, FCAL, 0x00c28001);
	wr(b, FCAH, 0x0100);
	wr(b, FCT, 0x8808);
	wr(b, FCTTV, PAUSE_TIME);
	clear_bits(b, CTRL, CTRL_RFCE | CTRL_TFCE);
	set_bits(b, CTRL, directions);
	tx_setup(&tx, b, 64);
	rx_setup(&rx, b, 64, 2048, true, 0);
	return b;
}

static void make_pause(unsigned int opcode, unsigned int quanta)
{
	static const uint8_t head[14] = {0x01, 0x80, 0xc2, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0x88, 0x08};

	memset(pause_frame, 0, sizeof(pause_frame));
	memcpy(pause_frame, head, sizeof(head));
	pause_frame[14] = (uint8_t)(opcode >> 8);
	pause_frame[15] = (uint8_t)opcode;
	pause_frame[16] = (uint8_t)(quanta >> 8);
	pause_frame[17] = (uint8_t)quanta;
}

static void receive_pause(struct bench *b, unsigned int quanta)
{
	make_pause(1, quanta);
	feed(b, pause_frame, sizeof(pause_frame));
	run_ns(b, US(1));
}

static unsigned int queue_frame(struct bench *b, unsigned int number)
{
	unsigned int index;

	frame[14] = (uint8_t)number;
	index = tx_legacy(&tx, put_bytes(b, frame, 200), 200, TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	tx_doorbell(&tx);
	return index;
}

START_TEST(xoff_holds_transmission_for_its_time)
{
	struct bench *b = flow_up(CTRL_RFCE);
	unsigned int index;

	receive_pause(b, 100); /* 51,200 ns */
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_TXOFF, STATUS_TXOFF);
	index = queue_frame(b, 0);
	run_ns(b, US(45));
	ck_assert_uint_eq(b->host.num_frames, 0);
	run_ns(b, US(15));
	ck_assert_uint_eq(b->host.num_frames, 1);
	ck_assert(tx_done(&tx, index));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_TXOFF, 0);
	ck_assert_uint_eq(rd(b, XOFFRXC), 1);
	ck_assert_uint_eq(rd(b, XONRXC), 0);
}
END_TEST

START_TEST(xon_ends_the_pause)
{
	struct bench *b = flow_up(CTRL_RFCE);

	receive_pause(b, 0xffff);
	queue_frame(b, 0);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.num_frames, 0);
	receive_pause(b, 0);
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.num_frames, 1);
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_TXOFF, 0);
	ck_assert_uint_eq(rd(b, XOFFRXC), 1);
	ck_assert_uint_eq(rd(b, XONRXC), 1);
}
END_TEST

START_TEST(last_xoff_counts)
{
	struct bench *b = flow_up(CTRL_RFCE);

	receive_pause(b, 0xffff);
	receive_pause(b, 40); /* 20,480 ns */
	queue_frame(b, 0);
	run_ns(b, US(15));
	ck_assert_uint_eq(b->host.num_frames, 0);
	receive_pause(b, 40);
	run_ns(b, US(15));
	ck_assert_uint_eq(b->host.num_frames, 0);
	run_ns(b, US(10));
	ck_assert_uint_eq(b->host.num_frames, 1);
}
END_TEST

START_TEST(all_frames_leave_in_order_after_a_pause)
{
	struct bench *b = flow_up(CTRL_RFCE);

	receive_pause(b, 100);
	for (unsigned int i = 0; i < 60; i++)
		queue_frame(b, i);
	run_ns(b, US(30));
	ck_assert_uint_eq(b->host.num_frames, 0);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.num_frames, 60);
	for (unsigned int i = 0; i < 60; i++)
		ck_assert_uint_eq(b->host.frames[i].bytes[14], i);
}
END_TEST

START_TEST(receive_goes_on_while_transmission_is_held)
{
	struct bench *b = flow_up(CTRL_RFCE);

	rx_post(&rx, 63);
	receive_pause(b, 0xffff);
	for (int i = 0; i < 20; i++) {
		feed(b, frame, 100);
		run_ns(b, US(5));
		ck_assert(rx_take(&rx, &got));
	}
}
END_TEST

START_TEST(without_rfce_nothing_is_held)
{
	struct bench *b = flow_up(0);

	receive_pause(b, 0xffff);
	queue_frame(b, 0);
	run_ns(b, US(20));
	ck_assert_uint_eq(b->host.num_frames, 1);
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_TXOFF, 0);
}
END_TEST

START_TEST(only_pause_frames_hold)
{
	struct bench *b = flow_up(CTRL_RFCE);

	make_pause(1, 0xffff);
	pause_frame[5] = 2; /* another group */
	feed(b, pause_frame, sizeof(pause_frame));
	make_pause(1, 0xffff);
	pause_frame[13] = 0x09; /* another type */
	feed(b, pause_frame, sizeof(pause_frame));
	make_pause(2, 0xffff); /* another opcode */
	feed(b, pause_frame, sizeof(pause_frame));
	run_ns(b, US(5));
	queue_frame(b, 0);
	run_ns(b, US(20));
	ck_assert_uint_eq(b->host.num_frames, 1);
	ck_assert_uint_eq(rd(b, XOFFRXC), 0);
	ck_assert_uint_eq(rd(b, FCRUC), 1); /* the third is flow control of an unknown kind */
}
END_TEST

/* The registers say what a pause frame is (2.1): no address, type or opcode is built in. */
START_TEST(address_and_type_are_those_of_the_registers)
{
	static const uint8_t address[6] = {0x0f, 0xa5, 0x5a, 0xc3, 0x96, 0x3c};
	static const uint16_t opcodes[] = {1, 0xa5c3, 0x5a3c};
	struct bench *b = flow_up(CTRL_RFCE);

	for (unsigned int flip = 0; flip <= 0xff; flip += 0xff) {
		const uint32_t both = flip * 0x01010101;

		wr(b, FCAL, 0xc35aa50f ^ both);
		wr(b, FCAH, (0x3c96 ^ both) & 0xffff);
		wr(b, FCT, (0x69a5 ^ both) & 0xffff);
		receive_pause(b, 1);
		ck_assert_uint_eq(rd(b, XOFFRXC), 0);
		for (size_t n = 0; n < sizeof(opcodes) / sizeof(opcodes[0]); n++) {
			make_pause(opcodes[n], 0x5a5a ^ (both & 0xffff));
			for (size_t i = 0; i < sizeof(address); i++)
				pause_frame[i] = (uint8_t)(address[i] ^ flip);
			pause_frame[12] = (uint8_t)(0x69 ^ flip);
			pause_frame[13] = (uint8_t)(0xa5 ^ flip);
			feed(b, pause_frame, sizeof(pause_frame));
			run_ns(b, US(1));
		}
		ck_assert_uint_eq(rd(b, XOFFRXC), 1);
		ck_assert_uint_eq(rd(b, FCRUC), 2);
	}
}
END_TEST

/* Whether a pause frame ends up in memory. */
static bool delivered(struct bench *b, uint32_t rctl)
{
	clear_bits(b, RCTL, RCTL_PMCF | RCTL_DPF);
	set_bits(b, RCTL, RCTL_MPE | rctl);
	receive_pause(b, 1);
	run_ns(b, US(10));
	if (!rx_take(&rx, &got))
		return false;
	ck_assert_mem_eq(got.bytes, pause_frame, sizeof(pause_frame));
	return true;
}

START_TEST(pause_frames_are_consumed_unless_passed)
{
	struct bench *b = flow_up(CTRL_RFCE);

	rx_post(&rx, 63);
	ck_assert(!delivered(b, 0));
	ck_assert(delivered(b, RCTL_PMCF));
	ck_assert(!delivered(b, RCTL_DPF));
	ck_assert_uint_eq(rd(b, XOFFRXC), 3); /* obeyed in any case */
	clear_bits(b, CTRL, CTRL_RFCE);
	ck_assert(delivered(b, 0)); /* a multicast like others */
}
END_TEST

START_TEST(reset_ends_a_pause)
{
	struct bench *b = flow_up(CTRL_RFCE);

	receive_pause(b, 0xffff);
	wr(b, CTRL, rd(b, CTRL) | CTRL_RST);
	run_ns(b, US(10));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_TXOFF, 0);
	tx_setup(&tx, b, 8);
	queue_frame(b, 0);
	run_ns(b, US(20));
	ck_assert_uint_eq(b->host.num_frames, 1);
}
END_TEST

/* --- pause frames of the card --- */

static struct bench *threshold_up(uint32_t directions, bool xon)
{
	struct bench *b = flow_up(directions);

	wr(b, FCRTH, HIGH_BYTES);
	wr(b, FCRTL, LOW_BYTES | (xon ? FCRTL_XONE : 0));
	return b;
}

static void fill(struct bench *b, unsigned int frames)
{
	for (unsigned int i = 0; i < frames; i++) {
		feed(b, frame, sizeof(frame));
		run_ns(b, US(1));
	}
	run_ns(b, US(10));
}

static void check_pause(const struct bench *b, size_t index, unsigned int quanta)
{
	static const uint8_t own[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

	ck_assert_uint_gt(b->host.num_frames, index);
	make_pause(1, quanta);
	memcpy(pause_frame + 6, own, sizeof(own));
	ck_assert_uint_eq(b->host.frames[index].len, sizeof(pause_frame));
	ck_assert_mem_eq(b->host.frames[index].bytes, pause_frame, sizeof(pause_frame));
}

START_TEST(filling_buffer_sends_xoff_and_emptying_xon)
{
	struct bench *b = threshold_up(CTRL_TFCE, true);

	fill(b, 4); /* 6,000 bytes */
	ck_assert_uint_eq(b->host.num_frames, 0);
	fill(b, 4);
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_pause(b, 0, PAUSE_TIME);
	ck_assert_uint_eq(rd(b, XOFFTXC), 1);
	rx_post(&rx, 63);
	run_ns(b, US(50));
	ck_assert_uint_eq(b->host.num_frames, 2);
	check_pause(b, 1, 0);
	ck_assert_uint_eq(rd(b, XONTXC), 1);
	ck_assert_uint_eq(rd(b, XOFFTXC), 0);
	for (int i = 0; i < 8; i++)
		ck_assert(rx_take(&rx, &got));
}
END_TEST

START_TEST(xon_is_sent_only_with_xone)
{
	struct bench *b = threshold_up(CTRL_TFCE, false);

	fill(b, 8);
	rx_post(&rx, 63);
	run_ns(b, US(50));
	ck_assert_uint_eq(b->host.num_frames, 1);
	ck_assert_uint_eq(rd(b, XOFFTXC), 1);
	ck_assert_uint_eq(rd(b, XONTXC), 0);
}
END_TEST

START_TEST(each_crossing_sends_its_own)
{
	struct bench *b = threshold_up(CTRL_TFCE, true);

	for (uint32_t i = 0; i < 4; i++) {
		fill(b, 8);
		rx_post(&rx, 8);
		run_ns(b, US(50));
		while (rx_take(&rx, &got))
			;
	}
	ck_assert_uint_eq(rd(b, XOFFTXC), 4);
	ck_assert_uint_eq(rd(b, XONTXC), 4);
	ck_assert_uint_eq(b->host.num_frames, 8);
}
END_TEST

START_TEST(without_tfce_no_pause_is_sent)
{
	struct bench *b = threshold_up(0, true);

	fill(b, 8);
	rx_post(&rx, 63);
	run_ns(b, US(50));
	ck_assert_uint_eq(b->host.num_frames, 0);
}
END_TEST

START_TEST(pause_is_sent_while_transmission_is_held)
{
	struct bench *b = threshold_up(CTRL_TFCE | CTRL_RFCE, true);

	receive_pause(b, 0xffff);
	queue_frame(b, 0);
	fill(b, 8);
	ck_assert_uint_eq(b->host.num_frames, 1);
	check_pause(b, 0, PAUSE_TIME);
}
END_TEST

START_TEST(pause_between_ordinary_frames_harms_none)
{
	struct bench *b = threshold_up(CTRL_TFCE, true);
	unsigned int ordinary = 0, pauses = 0;

	for (unsigned int i = 0; i < 60; i++) {
		queue_frame(b, i);
		feed(b, frame, sizeof(frame));
		run_ns(b, 300);
		if (i % 8 == 7) {
			run_ns(b, US(10));
			rx_post(&rx, 8);
			run_ns(b, US(20));
			while (rx_take(&rx, &got))
				;
		}
	}
	run_ns(b, MS(1));
	for (size_t i = 0; i < b->host.num_frames; i++) {
		if (b->host.frames[i].bytes[0] == 1) {
			check_pause(b, i, pauses++ % 2 ? 0 : PAUSE_TIME);
			continue;
		}
		ck_assert_uint_eq(b->host.frames[i].len, 200);
		ck_assert_uint_eq(b->host.frames[i].bytes[14], ordinary++);
	}
	ck_assert_uint_eq(ordinary, 60);
	ck_assert_uint_gt(pauses, 6);
}
END_TEST

START_TEST(negotiation_switches_flow_control_on)
{
	struct bench *b = flow_up(0);

	wr(b, MDIC, 1u << 26 | 1u << 21 | 0x1340); /* BMCR: restart */
	run_ns(b, MS(20));
	ck_assert_uint_eq(rd(b, CTRL) & (CTRL_RFCE | CTRL_TFCE), CTRL_RFCE | CTRL_TFCE);
}
END_TEST

START_TEST(without_the_feature_pause_frames_are_frames)
{
	struct bench *b = bench_get(BENCH_BARE);

	bench_up(b, RINGSIDE_IRQ_MSIX);
	wr(b, FCAL, 0x00c28001);
	wr(b, FCAH, 0x0100);
	wr(b, FCT, 0x8808);
	set_bits(b, CTRL, CTRL_RFCE);
	tx_setup(&tx, b, 8);
	rx_setup(&rx, b, 8, 2048, true, RCTL_MPE);
	rx_post(&rx, 7);
	receive_pause(b, 0xffff);
	run_ns(b, US(10));
	ck_assert(rx_take(&rx, &got));
	queue_frame(b, 0);
	run_ns(b, US(20));
	ck_assert_uint_eq(b->host.num_frames, 1);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(xoff_holds_transmission_for_its_time),
	CARD_TEST(xon_ends_the_pause),
	CARD_TEST(last_xoff_counts),
	CARD_TEST(all_frames_leave_in_order_after_a_pause),
	CARD_TEST(receive_goes_on_while_transmission_is_held),
	CARD_TEST(without_rfce_nothing_is_held),
	CARD_TEST(only_pause_frames_hold),
	CARD_TEST(address_and_type_are_those_of_the_registers),
	CARD_TEST(pause_frames_are_consumed_unless_passed),
	CARD_TEST(reset_ends_a_pause),
	CARD_TEST(filling_buffer_sends_xoff_and_emptying_xon),
	CARD_TEST(xon_is_sent_only_with_xone),
	CARD_TEST(each_crossing_sends_its_own),
	CARD_TEST(without_tfce_no_pause_is_sent),
	CARD_TEST(pause_is_sent_while_transmission_is_held),
	CARD_TEST(pause_between_ordinary_frames_harms_none),
	CARD_TEST(negotiation_switches_flow_control_on),
	CARD_TEST(without_the_feature_pause_frames_are_frames),
	CARD_TESTS_END,
};

const struct card_topic topic_pause = {"pause", FEATURE_PAUSE, tests};
