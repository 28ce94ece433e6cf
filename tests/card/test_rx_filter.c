// SPDX-License-Identifier: MIT
/* Which frames are taken (sections 3.7 and 5.2). */
#include "suite.h"

#include <stdio.h>
#include <string.h>

static struct rx_ring ring;
static struct rx_result got;

static struct bench *filter_up(uint32_t rctl)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&ring, b, 64, 2048, true, rctl);
	rx_post(&ring, 63);
	return b;
}

static bool taken(struct bench *b, const char *address)
{
	unsigned int mac[6];
	uint8_t frame[100];

	ck_assert_int_eq(sscanf(address, "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3,
				mac + 4, mac + 5),
			 6);
	fill_random(frame, sizeof(frame), 1);
	for (int i = 0; i < 6; i++)
		frame[i] = (uint8_t)mac[i];
	frame[12] = 0x88;
	frame[13] = 0xb5;
	feed(b, frame, sizeof(frame));
	run_ns(b, US(20));
	return rx_take(&ring, &got);
}

START_TEST(own_address_and_broadcast_only)
{
	struct bench *b = filter_up(0);

	ck_assert(taken(b, "52:54:00:12:34:56"));
	ck_assert(taken(b, "ff:ff:ff:ff:ff:ff"));
	ck_assert(!taken(b, "52:54:00:12:34:57"));
	ck_assert(!taken(b, "53:54:00:12:34:56"));
	ck_assert(!taken(b, "01:00:5e:00:00:01"));
	ck_assert(!taken(b, "33:33:00:00:00:01"));
}
END_TEST

START_TEST(broadcast_needs_bam)
{
	struct bench *b = filter_up(0);

	clear_bits(b, RCTL, RCTL_BAM);
	ck_assert(!taken(b, "ff:ff:ff:ff:ff:ff"));
	ck_assert(taken(b, "52:54:00:12:34:56"));
}
END_TEST

START_TEST(upe_takes_every_unicast)
{
	struct bench *b = filter_up(RCTL_UPE);

	ck_assert(taken(b, "00:11:22:33:44:55"));
	ck_assert(!taken(b, "01:11:22:33:44:55"));
}
END_TEST

START_TEST(mpe_takes_every_multicast)
{
	struct bench *b = filter_up(RCTL_MPE);

	ck_assert(taken(b, "01:11:22:33:44:55"));
	ck_assert(!taken(b, "00:11:22:33:44:55"));
}
END_TEST

START_TEST(all_sixteen_receive_addresses)
{
	struct bench *b = filter_up(0);
	char address[32];

	for (unsigned int i = 1; i < 16; i++) {
		wr(b, RAL0 + 8 * i, 0xccbbaa02 + (i << 28));
		wr(b, RAH0 + 8 * i, RAH_AV | 0xeedd);
		snprintf(address, sizeof(address), "02:aa:bb:%02x:dd:ee", (0xcc + 16 * i) & 0xff);
		ck_assert_msg(taken(b, address), "receive address %u", i);
		clear_bits(b, RAH0 + 8 * i, RAH_AV);
		ck_assert_msg(!taken(b, address), "receive address %u without AV", i);
	}
}
END_TEST

START_TEST(receive_address_matches_multicast_and_broadcast_too)
{
	struct bench *b = filter_up(0);

	clear_bits(b, RCTL, RCTL_BAM);
	wr(b, RAL0 + 8, 0x005e0001);
	wr(b, RAH0 + 8, RAH_AV | 0x0100);
	ck_assert(taken(b, "01:00:5e:00:00:01"));
	wr(b, RAL0 + 8, 0xffffffff);
	wr(b, RAH0 + 8, RAH_AV | 0xffff);
	ck_assert(taken(b, "ff:ff:ff:ff:ff:ff"));
}
END_TEST

/*
 * The example of the fact sheet. It says 163 for MO=2, as data sheets do, but its own rule, and the
 * drivers that fill the table, make that 58D: (5634 >> 2) & FFF.
 */
START_TEST(multicast_hash_by_rctl_mo)
{
	static const uint32_t hash[4] = {0x563, 0xac6, 0x58d, 0x634};

	for (uint32_t mo = 0; mo < 4; mo++) {
		struct bench *b = filter_up(mo << 12);

		ck_assert(!taken(b, "01:aa:00:12:34:56"));
		wr(b, MTA + 4 * (hash[mo] >> 5), BIT(hash[mo] & 31));
		ck_assert_msg(taken(b, "01:aa:00:12:34:56"), "MO=%u", mo);
		ck_assert(!taken(b, "01:aa:00:12:34:77"));
		wr(b, MTA + 4 * (hash[mo] >> 5), ~BIT(hash[mo] & 31));
		ck_assert(!taken(b, "01:aa:00:12:34:56"));
	}
}
END_TEST

START_TEST(hash_table_ends)
{
	struct bench *b = filter_up(3 << 12);

	wr(b, MTA, 1);
	ck_assert(taken(b, "01:00:00:00:00:00"));
	wr(b, MTA, 0);
	wr(b, MTA + 4 * 127, BIT(31));
	ck_assert(taken(b, "01:00:00:00:ff:ff"));
	ck_assert(!taken(b, "01:00:00:00:00:00"));
}
END_TEST

START_TEST(filtered_frames_leave_no_trace)
{
	struct bench *b = filter_up(0);

	for (int i = 0; i < 100; i++)
		ck_assert(!taken(b, "00:11:22:33:44:55"));
	ck_assert_uint_eq(host_count(&b->host, HOST_WRITE), 0);
	ck_assert_uint_eq(rd(b, GPRC), 0);
	ck_assert_uint_eq(rd(b, RDH), 0);
	ck_assert(taken(b, "52:54:00:12:34:56"));
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(own_address_and_broadcast_only),
	CARD_TEST(broadcast_needs_bam),
	CARD_TEST(upe_takes_every_unicast),
	CARD_TEST(mpe_takes_every_multicast),
	CARD_TEST(all_sixteen_receive_addresses),
	CARD_TEST(receive_address_matches_multicast_and_broadcast_too),
	CARD_TEST(multicast_hash_by_rctl_mo),
	CARD_TEST(hash_table_ends),
	CARD_TEST(filtered_frames_leave_no_trace),
	CARD_TESTS_END,
};

const struct card_topic topic_rx_filter = {"rx_filter", 0, tests};
