// SPDX-License-Identifier: MIT
/* System time and time stamps of IEEE 1588 (2.6, 5.9). */
#include "suite.h"

#include <string.h>

#define TIMINCA_LINUX 0x01a00000 /* 2^18 a nanosecond */
#define A_NS	      (UINT64_C(1) << 18)
#define INCREMENT     0xa00000
#define TYPE(n)	      ((uint32_t)(n) << 1)
#define READ_NS	      600   /* card time that reading two registers may take */
#define SETTLED_NS    US(1) /* after which no access before makes the next one late */

enum { TYPE_L2_V2, TYPE_L4_V1, TYPE_L2_L4_V2, TYPE_ALL = 4, TYPE_EVENT_V2 };

static uint8_t frame[200] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};
static struct packet packet;
static struct tx_ring tx;
static struct rx_ring rx;
static struct rx_result got;

static uint64_t read64(struct bench *b, uint32_t low)
{
	uint64_t value = rd(b, low);

	return value | (uint64_t)rd(b, low + 4) << 32;
}

static struct bench *clock_up(void)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, TIMINCA, TIMINCA_LINUX);
	return b;
}

static struct bench *sender_up(void)
{
	struct bench *b = clock_up();

	tx_setup(&tx, b, 64);
	wr(b, TSYNCTXCTL, SYNC_EN);
	return b;
}

static struct bench *receiver_up(uint32_t type)
{
	struct bench *b = clock_up();

	rx_setup(&rx, b, 64, 2048, true, RCTL_MPE);
	rx_post(&rx, 63);
	wr(b, TSYNCRXCTL, SYNC_EN | TYPE(type));
	return b;
}

START_TEST(time_advances_by_its_increment_each_40_ns)
{
	static const struct {
		uint32_t timinca;
		uint64_t per_ms;
	} cases[] = {
		{TIMINCA_LINUX, 1000000 * A_NS},
		{0x01000001, 25000},
		{0x08008000, UINT64_C(3125) * 0x8000},
		{0x19ffffff, UINT64_C(1000) * 0xffffff},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench *b = clock_up();
		const uint64_t increment = cases[i].timinca & 0xffffff;
		const uint64_t period_ns = (cases[i].timinca >> 24) * 40;
		uint64_t before, passed;

		wr(b, TIMINCA, cases[i].timinca);
		run_ns(b, SETTLED_NS);
		before = read64(b, SYSTIML);
		run_ns(b, MS(1));
		passed = read64(b, SYSTIML) - before;
		ck_assert_uint_eq(passed % increment, 0); /* Linux divides, too */
		ck_assert_uint_ge(passed + increment, cases[i].per_ms);
		ck_assert_uint_le(passed,
				  cases[i].per_ms + increment * (1 + READ_NS / period_ns + 1));
	}
}
END_TEST

START_TEST(trap_60_the_high_half_is_that_of_the_low_half_read_before)
{
	struct bench *b = clock_up();
	uint32_t low, high;
	uint64_t first, second;

	wr(b, TIMINCA, 0x01ffffff); /* the high half changes each 10 us */
	run_ns(b, US(100));
	first = read64(b, SYSTIML);
	run_ns(b, SETTLED_NS);
	low = rd(b, SYSTIML);
	run_ns(b, US(500));
	high = rd(b, SYSTIMH);
	second = low | (uint64_t)high << 32;
	ck_assert_uint_ge(second, first);
	ck_assert_uint_le(second - first, UINT64_C(0xffffff) * ((SETTLED_NS + READ_NS) / 40 + 2));
	ck_assert_uint_eq(rd(b, SYSTIMH), high);
	ck_assert_uint_gt(read64(b, SYSTIML) - second, UINT64_C(0xffffff) * (500000 / 40 - 1));
}
END_TEST

START_TEST(time_never_goes_back)
{
	struct bench *b = clock_up();
	uint64_t last = read64(b, SYSTIML);

	for (int i = 0; i < 1000; i++) {
		uint64_t now;

		run_ns(b, (uint64_t)i * 16);
		now = read64(b, SYSTIML);
		ck_assert_uint_ge(now, last);
		last = now;
	}
}
END_TEST

START_TEST(changing_the_increment_keeps_the_time)
{
	struct bench *b = clock_up();
	uint64_t before, after;

	run_ns(b, MS(1));
	before = read64(b, SYSTIML);
	wr(b, TIMINCA, 0x01000001);
	after = read64(b, SYSTIML);
	ck_assert_uint_ge(after, before);
	ck_assert_uint_le(after - before, READ_NS * A_NS);
}
END_TEST

START_TEST(registers_of_time_read_back)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	ck_assert_uint_eq(rd(b, RXMTRL), 0x88f7);
	ck_assert_uint_eq(rd(b, RXUDP), 0x319);
	ck_assert_uint_eq(rd(b, TIMINCA), 0);
	wr(b, TIMINCA, TIMINCA_LINUX);
	ck_assert_uint_eq(rd(b, TIMINCA), TIMINCA_LINUX);
	wr(b, TSYNCTXCTL, SYNC_EN | SYNC_VALID);
	ck_assert_uint_eq(rd(b, TSYNCTXCTL), SYNC_EN); /* VALID is the card's */
	wr(b, TSYNCRXCTL, 0x3f);
	ck_assert_uint_eq(rd(b, TSYNCRXCTL), 0x1e); /* so is SYSCFI */
	wr(b, RXMTRL, 0x010088f7);
	ck_assert_uint_eq(rd(b, RXMTRL), 0x010088f7);
	wr(b, RXUDP, 0x3f01);
	ck_assert_uint_eq(rd(b, RXUDP), 0x3f01);
}
END_TEST

/* Sends a frame, with or without the wish for a stamp; system time before and after. */
static void send(struct bench *b, uint32_t extcmd, uint64_t *before, uint64_t *after)
{
	unsigned int index = tx_data(&tx, put_bytes(b, frame, sizeof(frame)), sizeof(frame),
				     TXD_EOP | TXD_IFCS | TXD_RS, extcmd);
	const size_t sent = b->host.num_frames;

	*before = read64(b, SYSTIML);
	tx_doorbell(&tx);
	run_ns(b, US(20));
	*after = read64(b, SYSTIML);
	ck_assert(tx_done(&tx, index));
	ck_assert_uint_eq(b->host.num_frames, sent + 1);
}

START_TEST(sent_frame_is_stamped_when_it_asks)
{
	struct bench *b = sender_up();

	for (int i = 0; i < 5; i++) {
		uint64_t before, after, stamp;

		send(b, TXD_TSTAMP, &before, &after);
		ck_assert_uint_eq(rd(b, TSYNCTXCTL), SYNC_EN | SYNC_VALID);
		stamp = read64(b, TXSTMPL);
		ck_assert_uint_ge(stamp, before);
		ck_assert_uint_le(stamp, after);
		ck_assert_uint_eq(stamp % INCREMENT, 0);
		ck_assert_uint_eq(rd(b, TSYNCTXCTL), SYNC_EN); /* the high half was read */
	}
}
END_TEST

START_TEST(sent_frames_are_not_stamped_without_the_bit_or_the_switch)
{
	struct bench *b = sender_up();
	uint64_t before, after;

	send(b, 0, &before, &after);
	ck_assert_uint_eq(rd(b, TSYNCTXCTL), SYNC_EN);
	wr(b, TSYNCTXCTL, 0);
	send(b, TXD_TSTAMP, &before, &after);
	ck_assert_uint_eq(rd(b, TSYNCTXCTL), 0);
}
END_TEST

START_TEST(trap_61_the_first_stamp_stays_until_it_is_read)
{
	struct bench *b = sender_up();
	uint64_t before, first, later;

	send(b, TXD_TSTAMP, &before, &first);
	send(b, TXD_TSTAMP, &later, &later);
	ck_assert_uint_le(rd(b, TXSTMPL) | (uint64_t)rd(b, TXSTMPH) << 32, first);
	ck_assert_uint_eq(rd(b, TSYNCTXCTL), SYNC_EN);
	send(b, TXD_TSTAMP, &before, &later);
	ck_assert_uint_ge(read64(b, TXSTMPL), before);
}
END_TEST

/* Feeds a frame; whether its descriptor says that it was stamped. */
static bool stamped(struct bench *b, const uint8_t *bytes, size_t len)
{
	bool valid_before = rd(b, TSYNCRXCTL) & SYNC_VALID, tst;

	feed(b, bytes, len);
	run_ns(b, US(20));
	ck_assert_msg(rx_take(&rx, &got), "the frame does not arrive");
	rx_post(&rx, 1);
	tst = got.status & RXD_TST;
	if (!valid_before)
		ck_assert_uint_eq((rd(b, TSYNCRXCTL) & SYNC_VALID) != 0, tst);
	return tst;
}

START_TEST(received_frame_is_stamped)
{
	struct bench *b = receiver_up(TYPE_ALL);

	for (int i = 0; i < 5; i++) {
		uint64_t before = read64(b, SYSTIML), stamp;

		ck_assert(stamped(b, frame, sizeof(frame)));
		stamp = read64(b, RXSTMPL);
		ck_assert_uint_ge(stamp, before);
		ck_assert_uint_le(stamp, read64(b, SYSTIML));
		ck_assert_uint_eq(stamp % INCREMENT, 0);
		ck_assert_uint_eq(rd(b, TSYNCRXCTL) & SYNC_VALID, 0);
	}
}
END_TEST

START_TEST(received_stamp_stays_until_either_high_half_is_read)
{
	struct bench *b = receiver_up(TYPE_ALL);
	uint32_t low;

	ck_assert(stamped(b, frame, sizeof(frame)));
	low = rd(b, RXSTMPL);
	ck_assert(!stamped(b, frame, sizeof(frame)));
	ck_assert_uint_eq(rd(b, RXSTMPL), low);
	rd(b, RXSTMPH);
	ck_assert(stamped(b, frame, sizeof(frame)));
	ck_assert_uint_ne(rd(b, RXSTMPL), low);
	rd(b, RXSATRH);
	ck_assert(stamped(b, frame, sizeof(frame)));
}
END_TEST

START_TEST(received_frames_are_not_stamped_without_the_switch)
{
	struct bench *b = receiver_up(TYPE_ALL);

	wr(b, TSYNCRXCTL, TYPE(TYPE_ALL));
	ck_assert(!stamped(b, frame, sizeof(frame)));
}
END_TEST

START_TEST(filtered_frames_take_no_stamp)
{
	struct bench *b = receiver_up(TYPE_ALL);

	frame[5]++;
	feed(b, frame, sizeof(frame));
	frame[5]--;
	run_ns(b, US(20));
	ck_assert(!rx_take(&rx, &got));
	ck_assert(stamped(b, frame, sizeof(frame)));
}
END_TEST

/* A PTP message over Ethernet; type is V2's. */
static void build_l2(uint8_t type)
{
	memset(packet.bytes, 0, 100);
	memcpy(packet.bytes, "\x01\x1b\x19\x00\x00\x00\x02\x00\x00\x00\x00\x01\x88\xf7", 14);
	packet.bytes[14] = 0xa0 | type; /* the upper half is something else */
	packet.bytes[15] = 2;
	packet.len = 14 + 44;
}

/* One over UDP; type is V2's messageType, and V1's control. */
static void build_l4(bool ipv6, unsigned int port, uint8_t type)
{
	const struct packet_options o = {.ipv6 = ipv6, .udp = true, .payload = 124, .seed = 1};

	packet_build(&packet, &o);
	packet.bytes[packet.l4 + 2] = (uint8_t)(port >> 8);
	packet.bytes[packet.l4 + 3] = (uint8_t)port;
	packet.bytes[packet.payload] = 0x50 | type;
	packet.bytes[packet.payload + 32] = type;
	packet_finish(&packet);
}

static bool packet_stamped(struct bench *b)
{
	bool yes = stamped(b, packet.bytes, packet.len);

	rd(b, RXSTMPH);
	return yes;
}

START_TEST(messages_over_ethernet_by_type)
{
	struct bench *b = receiver_up(TYPE_L2_V2);

	for (uint8_t wanted = 0; wanted < 3; wanted++) {
		wr(b, RXMTRL, 0x88f7 | (uint32_t)wanted << 24);
		for (uint8_t type = 0; type < 16; type++) {
			build_l2(type);
			ck_assert_msg(packet_stamped(b) == (type == wanted),
				      "type %u when %u is wanted", type, wanted);
		}
	}
	build_l2(0);
	wr(b, RXMTRL, 0x88f7);
	packet.bytes[13] = 0xf8; /* another EtherType */
	ck_assert(!packet_stamped(b));
	wr(b, RXUDP, 0x3f01);
	build_l4(false, 319, 0);
	ck_assert(!packet_stamped(b));
}
END_TEST

START_TEST(messages_of_version_1_over_udp_by_control)
{
	struct bench *b = receiver_up(TYPE_L4_V1);

	wr(b, RXUDP, 0x3f01); /* 319, as it is on the line */
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		wr(b, RXMTRL, 0x88f7 | 1u << 16); /* delay request */
		build_l4(ipv6, 319, 1);
		ck_assert(packet_stamped(b));
		build_l4(ipv6, 319, 0);
		ck_assert(!packet_stamped(b));
		wr(b, RXMTRL, 0x88f7);
		ck_assert(packet_stamped(b));
		build_l4(ipv6, 320, 0);
		ck_assert(!packet_stamped(b));
	}
	build_l2(0);
	ck_assert(!packet_stamped(b));
}
END_TEST

START_TEST(messages_of_version_2_over_both)
{
	struct bench *b = receiver_up(TYPE_L2_L4_V2);

	wr(b, RXUDP, 0x3f01);
	wr(b, RXMTRL, 0x88f7 | 1u << 24);
	for (uint8_t type = 0; type < 4; type++) {
		build_l2(type);
		ck_assert(packet_stamped(b) == (type == 1));
		build_l4(false, 319, type);
		ck_assert(packet_stamped(b) == (type == 1));
		build_l4(true, 319, type);
		ck_assert(packet_stamped(b) == (type == 1));
	}
	build_l4(false, 1319, 1);
	ck_assert(!packet_stamped(b));
}
END_TEST

START_TEST(event_messages_of_version_2)
{
	struct bench *b = receiver_up(TYPE_EVENT_V2);

	wr(b, RXUDP, 0x3f01);
	wr(b, RXMTRL, 0x88f7);
	for (uint8_t type = 0; type < 16; type++) {
		if (type > 3 && type < 8)
			continue; /* reserved */
		build_l2(type);
		ck_assert_msg(packet_stamped(b) == (type < 4), "type %u over Ethernet", type);
		build_l4(type & 1, 319, type);
		ck_assert_msg(packet_stamped(b) == (type < 4), "type %u over UDP", type);
	}
}
END_TEST

START_TEST(sequence_and_source_of_the_message_are_kept)
{
	struct bench *b = receiver_up(TYPE_L2_L4_V2);

	wr(b, RXUDP, 0x3f01);
	wr(b, RXMTRL, 0x88f7);
	for (int over = 0; over < 3; over++) {
		size_t message = 14;

		build_l2(0);
		if (over) {
			build_l4(over == 2, 319, 0);
			message = packet.payload;
		}
		memcpy(packet.bytes + message + 20,
		       "\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc",
		       12); /* sourcePortIdentity, sequenceId */
		ck_assert(stamped(b, packet.bytes, packet.len));
		ck_assert_uint_eq(rd(b, RXSATRL), 0x55667788);
		ck_assert_uint_eq(rd(b, RXSATRH), 0xbbcc3344);
	}
}
END_TEST

START_TEST(fragments_and_damaged_messages_take_no_stamp)
{
	struct bench *b = receiver_up(TYPE_L4_V1);

	wr(b, RXUDP, 0x3f01);
	wr(b, RXMTRL, 0x88f7);
	build_l4(false, 319, 0);
	packet.bytes[packet.l3 + 6] = 0x20; /* more fragments */
	packet_finish(&packet);
	ck_assert(!packet_stamped(b));
	build_l4(false, 319, 0);
	packet.len = packet.payload + 20; /* ends before the control field */
	packet_finish(&packet);
	ck_assert(!packet_stamped(b));
}
END_TEST

START_TEST(reset_forgets_stamps)
{
	struct bench *b = receiver_up(TYPE_ALL);

	ck_assert(stamped(b, frame, sizeof(frame)));
	wr(b, CTRL, rd(b, CTRL) | CTRL_RST);
	run_ns(b, US(10));
	ck_assert_uint_eq(rd(b, TSYNCRXCTL), 0);
	ck_assert_uint_eq(rd(b, TSYNCTXCTL), 0);
}
END_TEST

START_TEST(without_the_feature_nothing_is_stamped)
{
	struct bench *b = bench_get(BENCH_BARE);

	bench_up(b, RINGSIDE_IRQ_MSIX);
	rx_setup(&rx, b, 64, 2048, true, 0);
	rx_post(&rx, 63);
	wr(b, TIMINCA, TIMINCA_LINUX);
	wr(b, TSYNCRXCTL, SYNC_EN | TYPE(TYPE_ALL));
	ck_assert(!stamped(b, frame, sizeof(frame)));
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(time_advances_by_its_increment_each_40_ns),
	CARD_TEST(trap_60_the_high_half_is_that_of_the_low_half_read_before),
	CARD_TEST(time_never_goes_back),
	CARD_TEST(changing_the_increment_keeps_the_time),
	CARD_TEST(registers_of_time_read_back),
	CARD_TEST(sent_frame_is_stamped_when_it_asks),
	CARD_TEST(sent_frames_are_not_stamped_without_the_bit_or_the_switch),
	CARD_TEST(trap_61_the_first_stamp_stays_until_it_is_read),
	CARD_TEST(received_frame_is_stamped),
	CARD_TEST(received_stamp_stays_until_either_high_half_is_read),
	CARD_TEST(received_frames_are_not_stamped_without_the_switch),
	CARD_TEST(filtered_frames_take_no_stamp),
	CARD_TEST(messages_over_ethernet_by_type),
	CARD_TEST(messages_of_version_1_over_udp_by_control),
	CARD_TEST(messages_of_version_2_over_both),
	CARD_TEST(event_messages_of_version_2),
	CARD_TEST(sequence_and_source_of_the_message_are_kept),
	CARD_TEST(fragments_and_damaged_messages_take_no_stamp),
	CARD_TEST(reset_forgets_stamps),
	CARD_TEST(without_the_feature_nothing_is_stamped),
	CARD_TESTS_END,
};

const struct card_topic topic_ptp = {"ptp", FEATURE_PTP, tests};
