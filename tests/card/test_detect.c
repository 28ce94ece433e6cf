// SPDX-License-Identifier: MIT
/* Causes for small packets and for TCP ACKs (5.3, 5.8, 6.1). */
#include "suite.h"

#define RSRPD		   0x2c00
#define RAID		   0x2c08
#define RFCTL_ACK_DIS	   BIT(12)
#define RFCTL_ACK_DATA_DIS BIT(13)
#define CAUSE_SRPD	   BIT(16)
#define CAUSE_ACK	   BIT(17)
#define RXD_ACK		   BIT(15)

static struct packet packet;
static struct rx_ring rx;
static struct rx_result got;

static struct bench *receiver_up(enum ringside_irq_mode mode)
{
	struct bench *b = card_up(mode);

	wr(b, IVAR, 0x000a0908);
	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	return b;
}

static void receive(struct bench *b, size_t len)
{
	feed(b, packet.bytes, len);
	run_ns(b, US(10));
	ck_assert(rx_take(&rx, &got));
	rx_post(&rx, 1);
}

static uint32_t causes_of(struct bench *b, size_t len)
{
	rd(b, ICR);
	receive(b, len);
	return rd(b, ICR) & (CAUSE_SRPD | CAUSE_ACK);
}

static void build(bool ipv6, uint8_t flags, size_t payload)
{
	const struct packet_options o = {
		.ipv6 = ipv6, .payload = payload, .seed = 1, .tcp_flags = flags};

	packet_build(&packet, &o);
}

START_TEST(frames_below_rsrpd_are_small)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	wr(b, RFCTL, RFCTL_EXTEN | RFCTL_ACK_DIS);
	wr(b, RSRPD, 200);
	build(false, 0, 500);
	ck_assert_uint_eq(causes_of(b, 60), CAUSE_SRPD);
	ck_assert_uint_eq(causes_of(b, 195), CAUSE_SRPD); /* 199 with FCS */
	ck_assert_uint_eq(causes_of(b, 196), 0);
	ck_assert_uint_eq(causes_of(b, 400), 0);
	wr(b, RSRPD, 0);
	ck_assert_uint_eq(causes_of(b, 60), 0);
}
END_TEST

START_TEST(small_packets_are_an_other_cause_in_msix)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	wr(b, RFCTL, RFCTL_EXTEN | RFCTL_ACK_DIS);
	wr(b, RSRPD, 200);
	wr(b, IMS, CAUSE_SRPD | CAUSE_OTHER);
	build(false, 0, 500);
	receive(b, 60);
	ck_assert_uint_eq(b->host.messages[2], 1);
	ck_assert_uint_eq(rd(b, ICS) & (CAUSE_SRPD | CAUSE_OTHER), CAUSE_SRPD | CAUSE_OTHER);
}
END_TEST

START_TEST(small_packets_do_not_wait_for_rdtr)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	wr(b, RDTR, 1000);
	wr(b, RSRPD, 200);
	wr(b, IMS, CAUSE_SRPD);
	build(false, 0, 500);
	receive(b, 60);
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(acks_raise_their_cause_unless_switched_off)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		wr(b, RFCTL, RFCTL_EXTEN);
		build(ipv6, TCP_ACK, 0);
		ck_assert_uint_eq(causes_of(b, packet.len), CAUSE_ACK);
		ck_assert_uint_eq(got.status & RXD_ACK, RXD_ACK);
		build(ipv6, TCP_ACK, 100);
		ck_assert_uint_eq(causes_of(b, packet.len), CAUSE_ACK);
		build(ipv6, TCP_PSH, 100);
		ck_assert_uint_eq(causes_of(b, packet.len), 0);
		ck_assert_uint_eq(got.status & RXD_ACK, 0);
		wr(b, RFCTL, RFCTL_EXTEN | RFCTL_ACK_DATA_DIS);
		build(ipv6, TCP_ACK, 100);
		ck_assert_uint_eq(causes_of(b, packet.len), 0);
		build(ipv6, TCP_ACK, 0);
		ck_assert_uint_eq(causes_of(b, packet.len), CAUSE_ACK);
		wr(b, RFCTL, RFCTL_EXTEN | RFCTL_ACK_DIS);
		ck_assert_uint_eq(causes_of(b, packet.len), 0);
	}
}
END_TEST

START_TEST(what_is_not_tcp_is_no_ack)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	for (int kind = 0; kind < 3; kind++) {
		const struct packet_options o = {
			.udp = kind == 0, .payload = 100, .seed = 1, .tcp_flags = TCP_ACK};

		packet_build(&packet, &o);
		if (kind == 0)
			packet.bytes[packet.l4 + 13] = TCP_ACK;
		else if (kind == 1)
			packet.bytes[12] = 0x88;
		else
			packet.bytes[packet.l3 + 6] = 0x20; /* a fragment */
		ck_assert_msg(causes_of(b, packet.len) == 0, "kind %d", kind);
	}
}
END_TEST

START_TEST(raid_delays_the_cause_from_the_first_ack_on)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSI);

	wr(b, RFCTL, RFCTL_EXTEN);
	wr(b, RAID, 40); /* 40,960 ns */
	wr(b, IMS, CAUSE_ACK);
	build(false, TCP_ACK, 0);
	for (int i = 0; i < 3; i++)
		receive(b, packet.len); /* 10 us each */
	ck_assert_uint_eq(b->host.messages[0], 0);
	receive(b, packet.len);
	run_ns(b, US(5));
	ck_assert_uint_eq(b->host.messages[0], 1);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.messages[0], 1);
}
END_TEST

START_TEST(acks_are_an_other_cause_in_msix)
{
	struct bench *b = receiver_up(RINGSIDE_IRQ_MSIX);

	wr(b, RFCTL, RFCTL_EXTEN);
	wr(b, IMS, CAUSE_ACK | CAUSE_OTHER);
	build(false, TCP_ACK, 0);
	receive(b, packet.len);
	ck_assert_uint_eq(b->host.messages[2], 1);
}
END_TEST

START_TEST(without_the_feature_nothing_is_detected)
{
	struct bench *b = bench_get(BENCH_BARE);

	bench_up(b, RINGSIDE_IRQ_MSI);
	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	wr(b, RSRPD, 200);
	build(false, TCP_ACK, 0);
	ck_assert_uint_eq(causes_of(b, packet.len), 0);
	ck_assert_uint_eq(got.status & RXD_ACK, 0);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(frames_below_rsrpd_are_small),
	CARD_TEST(small_packets_are_an_other_cause_in_msix),
	CARD_TEST(small_packets_do_not_wait_for_rdtr),
	CARD_TEST(acks_raise_their_cause_unless_switched_off),
	CARD_TEST(what_is_not_tcp_is_no_ack),
	CARD_TEST(raid_delays_the_cause_from_the_first_ack_on),
	CARD_TEST(acks_are_an_other_cause_in_msix),
	CARD_TEST(without_the_feature_nothing_is_detected),
	CARD_TESTS_END,
};

const struct card_topic topic_detect = {"detect", FEATURE_DETECT, tests};
