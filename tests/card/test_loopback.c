// SPDX-License-Identifier: MIT
/* MAC and PHY loopback (4.10, 3.5), as self-tests of drivers use them. */
#include "suite.h"

#include "harness/offload.h"

#include <string.h>

#define RCTL_LBM(n)   ((uint32_t)(n) << 6)
#define BMCR	      0
#define BMSR	      1
#define BMCR_LOOPBACK 0x4140 /* loopback, full duplex, 1000 Mb/s, no negotiation */
#define FRAME_BYTES   1024

static uint8_t frame[FRAME_BYTES];
static struct packet packet, segment;
static struct tx_ring tx;
static struct rx_ring rx;
static struct rx_result got;

static uint32_t mdic(struct bench *b, uint32_t command)
{
	wr(b, MDIC, command | 1u << 21);
	run_ns(b, US(100));
	return rd(b, MDIC);
}

static void phy_write(struct bench *b, unsigned int number, uint16_t value)
{
	ck_assert_uint_eq(mdic(b, 1u << 26 | number << 16 | value) >> 28 & 5, 1);
}

static uint16_t phy_read(struct bench *b, unsigned int number)
{
	return (uint16_t)mdic(b, 2u << 26 | number << 16);
}

/* Frame n, to the card's own address. */
static void make(uint32_t n)
{
	static const uint8_t addresses[14] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x52,
					      0x54, 0x00, 0x12, 0x34, 0x56, 0x88, 0xb5};

	fill_random(frame, sizeof(frame), n);
	memcpy(frame, addresses, sizeof(addresses));
}

enum kind { MAC, PHY, KINDS };

static void enter(struct bench *b, enum kind kind)
{
	if (kind == MAC)
		set_bits(b, RCTL, RCTL_LBM(1));
	else
		phy_write(b, BMCR, BMCR_LOOPBACK);
}

static void leave(struct bench *b, enum kind kind)
{
	if (kind == MAC) {
		clear_bits(b, RCTL, RCTL_LBM(3));
	} else {
		phy_write(b, BMCR, 0x1340); /* negotiates anew */
		run_ns(b, MS(20));
	}
}

static struct bench *looped_up(enum kind kind)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 256);
	rx_setup(&rx, b, 256, 2048, true, 0);
	rx_post(&rx, 255);
	enter(b, kind);
	return b;
}

START_TEST(sent_frames_come_back_and_do_not_leave)
{
	for (enum kind kind = MAC; kind < KINDS; kind++) {
		struct bench *b = looped_up(kind);

		for (uint32_t i = 0; i < 50; i++) {
			make(i);
			tx_send(&tx, frame, sizeof(frame) - i);
			ck_assert_msg(rx_take(&rx, &got), "frame %u does not come back", i);
			ck_assert_uint_eq(got.len, sizeof(frame) - i);
			ck_assert_mem_eq(got.bytes, frame, got.len);
		}
		ck_assert_uint_eq(b->host.num_frames, 0);
	}
}
END_TEST

START_TEST(after_loopback_frames_leave_again)
{
	for (enum kind kind = MAC; kind < KINDS; kind++) {
		struct bench *b = looped_up(kind);

		make(1);
		tx_send(&tx, frame, sizeof(frame));
		ck_assert(rx_take(&rx, &got));
		leave(b, kind);
		tx_send(&tx, frame, sizeof(frame));
		ck_assert_uint_eq(b->host.num_frames, 1);
		ck_assert(!rx_take(&rx, &got));
		feed(b, frame, sizeof(frame));
		run_ns(b, US(20));
		ck_assert(rx_take(&rx, &got));
	}
}
END_TEST

START_TEST(phy_loopback_is_a_link_without_a_partner)
{
	struct bench *b = looped_up(MAC);

	leave(b, MAC);
	set_pci(b, true, false, RINGSIDE_IRQ_MSIX);
	run_ns(b, US(10));
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, 0);
	enter(b, PHY);
	ck_assert_uint_eq(rd(b, STATUS) & STATUS_LU, STATUS_LU);
	phy_read(b, BMSR);
	ck_assert_uint_eq(phy_read(b, BMSR) & 4, 4);
	make(1);
	tx_send(&tx, frame, sizeof(frame));
	ck_assert(rx_take(&rx, &got));
	ck_assert_mem_eq(got.bytes, frame, sizeof(frame));
}
END_TEST

START_TEST(filters_hold_in_loopback)
{
	for (enum kind kind = MAC; kind < KINDS; kind++) {
		struct bench *b = looped_up(kind);

		make(1);
		frame[5]++;
		tx_send(&tx, frame, sizeof(frame));
		ck_assert(!rx_take(&rx, &got));
		set_bits(b, RCTL, RCTL_UPE);
		tx_send(&tx, frame, sizeof(frame));
		ck_assert(rx_take(&rx, &got));
		memset(frame, 0xff, 6);
		tx_send(&tx, frame, sizeof(frame));
		ck_assert(rx_take(&rx, &got));
	}
}
END_TEST

START_TEST(segments_come_back_and_are_verified)
{
	for (enum kind kind = MAC; kind < KINDS; kind++) {
		struct bench *b = looped_up(kind);
		const struct packet_options o = {.payload = 20000, .seed = 4};
		const unsigned int mss = 1448;

		packet_build(&packet, &o);
		tx_tso_send(&tx, &packet, mss, 4096);
		for (size_t k = 0; k < tso_frames(&packet, mss); k++) {
			ck_assert(rx_take(&rx, &got));
			tso_frame(&packet, mss, k, &segment);
			ck_assert_uint_eq(got.len, segment.len);
			ck_assert_mem_eq(got.bytes, segment.bytes, segment.len);
			ck_assert_uint_eq(got.status & (RXD_IPCS | RXD_TCPCS | RXD_IPE | RXD_TCPE),
					  RXD_IPCS | RXD_TCPCS);
		}
		ck_assert_uint_eq(b->host.num_frames, 0);
	}
}
END_TEST

START_TEST(interrupts_of_both_directions)
{
	struct bench *b = looped_up(MAC);

	wr(b, IVAR, 0x000a0908);
	wr(b, IMS, CAUSE_RXQ0 | CAUSE_TXQ0);
	make(1);
	tx_send(&tx, frame, sizeof(frame));
	ck_assert_uint_eq(b->host.messages[0], 1);
	ck_assert_uint_eq(b->host.messages[1], 1);
}
END_TEST

/* Sends `count` frames as fast as the ring lets, and never gives receive descriptors back. */
static void send_all(struct bench *b, uint32_t count)
{
	uint32_t sent = 0, last = 0;

	while (sent < count) {
		for (int i = 0; i < 64 && sent < count; i++) {
			make(sent++);
			last = tx_legacy(&tx, put_bytes(b, frame, sizeof(frame)), sizeof(frame),
					 TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
		}
		tx_doorbell(&tx);
		run_ns(b, US(300));
		ck_assert_msg(tx_done(&tx, last), "transmission stands still at frame %u", sent);
	}
}

START_TEST(trap_10_frames_into_a_loop_without_descriptors_end)
{
	for (enum kind kind = MAC; kind < KINDS; kind++) {
		struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

		tx_setup(&tx, b, 256);
		rx_setup(&rx, b, 256, 2048, true, 0);
		enter(b, kind);
		send_all(b, 640);
		ck_assert_uint_eq(b->host.num_frames, 0);
		rx_post(&rx, 255); /* what the buffer kept arrives; then all is as ever */
		run_ns(b, US(300));
		while (rx_take(&rx, &got))
			;
		make(7);
		tx_send(&tx, frame, sizeof(frame));
		ck_assert(rx_take(&rx, &got));
		ck_assert_mem_eq(got.bytes, frame, sizeof(frame));
	}
}
END_TEST

START_TEST(trap_11_a_full_receive_ring_drops_and_does_not_stop_transmission)
{
	for (enum kind kind = MAC; kind < KINDS; kind++) {
		struct bench *b = looped_up(kind);

		send_all(b, 640);
		for (uint32_t i = 0; i < 255; i++) {
			make(i);
			ck_assert_msg(rx_take(&rx, &got), "only %u frames come back", i);
			ck_assert_mem_eq(got.bytes, frame, sizeof(frame));
		}
		ck_assert_uint_eq(rd(b, GPTC), 640);
		ck_assert_uint_gt(rd(b, MPC), 0);
		ck_assert_uint_eq(b->host.num_frames, 0);
	}
}
END_TEST

START_TEST(reserved_loopback_mode_stops_nothing)
{
	struct bench *b = looped_up(MAC);

	set_bits(b, RCTL, RCTL_LBM(3));
	for (uint32_t i = 0; i < 20; i++) {
		make(i);
		tx_send(&tx, frame, sizeof(frame));
	}
	clear_bits(b, RCTL, RCTL_LBM(3));
	host_forget(&b->host);
	tx_send(&tx, frame, sizeof(frame));
	ck_assert_uint_eq(b->host.num_frames, 1);
}
END_TEST

START_TEST(reset_ends_loopback)
{
	for (enum kind kind = MAC; kind < KINDS; kind++) {
		struct bench *b = looped_up(kind);

		wr(b, CTRL, rd(b, CTRL) | CTRL_RST);
		run_ns(b, US(10));
		tx_setup(&tx, b, 8);
		make(1);
		tx_send(&tx, frame, sizeof(frame));
		ck_assert_uint_eq(b->host.num_frames, 1);
	}
}
END_TEST

START_TEST(blocked_line_does_not_block_loopback)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 64);
	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	enter(b, MAC);
	b->host.room_frames = 0;
	make(3);
	tx_send(&tx, frame, sizeof(frame));
	ck_assert(rx_take(&rx, &got));
	ck_assert_uint_eq(b->host.refused_frames, 0);
}
END_TEST

START_TEST(without_the_feature_frames_leave)
{
	struct bench *b = bench_get(BENCH_BARE);

	bench_up(b, RINGSIDE_IRQ_MSIX);
	tx_setup(&tx, b, 8);
	rx_setup(&rx, b, 8, 2048, true, RCTL_LBM(1));
	rx_post(&rx, 7);
	make(1);
	tx_send(&tx, frame, sizeof(frame));
	ck_assert_uint_eq(b->host.num_frames, 1);
	ck_assert(!rx_take(&rx, &got));
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(sent_frames_come_back_and_do_not_leave),
	CARD_TEST(after_loopback_frames_leave_again),
	CARD_TEST(phy_loopback_is_a_link_without_a_partner),
	CARD_TEST(filters_hold_in_loopback),
	CARD_TEST(segments_come_back_and_are_verified),
	CARD_TEST(interrupts_of_both_directions),
	CARD_TEST(trap_10_frames_into_a_loop_without_descriptors_end),
	CARD_TEST(trap_11_a_full_receive_ring_drops_and_does_not_stop_transmission),
	CARD_TEST(reserved_loopback_mode_stops_nothing),
	CARD_TEST(reset_ends_loopback),
	CARD_TEST(blocked_line_does_not_block_loopback),
	CARD_TEST(without_the_feature_frames_leave),
	CARD_TESTS_END,
};

const struct card_topic topic_loopback = {"loopback", FEATURE_LOOPBACK, tests};
