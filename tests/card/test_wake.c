// SPDX-License-Identifier: MIT
/* Wake-up in D3hot: what WUFC names sets its bit of WUS and raises PME (2.5). */
#include "suite.h"

#include <string.h>

enum {
	WUC = 0x5800,
	WUFC = 0x5808,
	WUS = 0x5810,
};

#define LNKC BIT(0)
#define MAG  BIT(1)
#define EX   BIT(2)
#define MC   BIT(3)
#define BC   BIT(4)

#define MAGIC_BYTES 102

static const uint8_t station[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static const uint8_t group[6] = {0x01, 0x00, 0x5e, 1, 2, 3};
static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t stranger[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x57};
static uint8_t frame[1514];
static struct rx_ring rx;
static struct rx_result got;

static void set_asleep(struct bench *b, bool asleep, bool link_up)
{
	b->pci.asleep = asleep;
	b->pci.bus_master = !asleep;
	b->pci.link_up = link_up;
	b->abi->card_pci_state(b->card, &b->pci);
	run_ns(b, US(5));
}

/* As a driver leaves the card when the machine sleeps. */
static struct bench *asleep_up(uint32_t wufc)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 16, 2048, true, RCTL_MPE);
	rx_post(&rx, 15);
	wr(b, WUFC, wufc);
	wr(b, WUC, BIT(1));
	set_asleep(b, true, true);
	return b;
}

static void send_to(struct bench *b, const uint8_t *to, size_t len)
{
	memcpy(frame, to, 6);
	memcpy(frame + 6, "\x02\x00\x00\x00\x00\x01\x08\x42", 8);
	feed(b, frame, len);
	run_ns(b, US(20));
}

/* The sequence of a magic packet for this address, `repeats` times, `at` bytes behind the type. */
static void put_magic(const uint8_t *address, unsigned int at, unsigned int repeats)
{
	memset(frame, 0x11, sizeof(frame));
	memset(frame + 14 + at, 0xff, 6);
	for (unsigned int i = 0; i < repeats; i++)
		memcpy(frame + 14 + at + 6 + 6 * i, address, 6);
}

static void check_woken(struct bench *b, unsigned int pmes, uint32_t wus)
{
	ck_assert_uint_eq(b->host.pmes, pmes);
	ck_assert_uint_eq(rd(b, WUS), wus);
}

START_TEST(magic_packet_wakes)
{
	struct bench *b = asleep_up(MAG);

	put_magic(station, 0, 16);
	send_to(b, everybody, 14 + MAGIC_BYTES);
	check_woken(b, 1, MAG);
	wr(b, WUS, MAG);
	ck_assert_uint_eq(rd(b, WUS), 0);
	send_to(b, station, 14 + MAGIC_BYTES);
	check_woken(b, 2, MAG);
}
END_TEST

START_TEST(magic_packet_may_lie_anywhere)
{
	struct bench *b = asleep_up(MAG);

	for (unsigned int at = 0; at <= 1500 - MAGIC_BYTES; at += at < 280 ? 7 : 97) {
		put_magic(station, at, 16);
		send_to(b, everybody, 14 + 1500);
		ck_assert_uint_eq(rd(b, WUS), MAG);
		wr(b, WUS, UINT32_MAX);
	}
	put_magic(station, 1500 - MAGIC_BYTES, 16); /* ends with the frame */
	send_to(b, everybody, 14 + 1500);
	ck_assert_uint_eq(rd(b, WUS), MAG);
}
END_TEST

START_TEST(more_ones_before_the_addresses_do_no_harm)
{
	struct bench *b = asleep_up(MAG);

	put_magic(station, 40, 16);
	memset(frame + 14, 0xff, 40);
	send_to(b, everybody, 300);
	check_woken(b, 1, MAG);
}
END_TEST

START_TEST(almost_magic_packets_do_not_wake)
{
	struct bench *b = asleep_up(MAG);

	put_magic(station, 3, 15); /* once too few */
	send_to(b, everybody, 200);
	put_magic(stranger, 3, 16);
	send_to(b, everybody, 200);
	put_magic(station, 3, 16);
	frame[14 + 3 + 5] = 0xfe; /* five bytes of ones */
	send_to(b, everybody, 200);
	put_magic(station, 3, 16);
	frame[14 + 3 + 50] ^= 1;
	send_to(b, everybody, 200);
	put_magic(station, 100, 16); /* cut */
	send_to(b, everybody, 14 + 100 + MAGIC_BYTES - 1);
	put_magic(station, 0, 16); /* for somebody else */
	send_to(b, stranger, 200);
	check_woken(b, 0, 0);
	put_magic(station, 0, 16);
	send_to(b, everybody, 200);
	check_woken(b, 1, MAG);
}
END_TEST

/* What wakes of a frame to each of four kinds of address. */
static void check_kind(uint32_t wufc, const uint8_t *wakes)
{
	static const uint8_t *const kinds[] = {station, group, everybody, stranger};
	struct bench *b = asleep_up(wufc);
	unsigned int pmes = 0;

	memset(frame, 0x11, sizeof(frame));
	for (unsigned int i = 0; i < 4; i++) {
		send_to(b, kinds[i], 100);
		pmes += kinds[i] == wakes;
		check_woken(b, pmes, pmes ? wufc : 0);
	}
	ck_assert_uint_eq(pmes, wakes != NULL);
}

START_TEST(only_the_kinds_that_are_asked_for_wake)
{
	check_kind(EX, station);
	check_kind(MC, group);
	check_kind(BC, everybody);
	check_kind(MAG, NULL);
	check_kind(LNKC, NULL);
	check_kind(0, NULL);
}
END_TEST

START_TEST(several_reasons_are_noted_together)
{
	struct bench *b = asleep_up(MAG | EX | MC | BC);

	put_magic(station, 0, 16);
	send_to(b, station, 200);
	check_woken(b, 1, MAG | EX);
	send_to(b, group, 60);
	check_woken(b, 2, MAG | EX | MC);
}
END_TEST

START_TEST(change_of_link_wakes)
{
	struct bench *b = asleep_up(LNKC);

	set_asleep(b, true, false);
	ck_assert_uint_ge(b->host.pmes, 1);
	ck_assert_uint_eq(rd(b, WUS), LNKC);
}
END_TEST

START_TEST(awake_nothing_wakes)
{
	struct bench *b = asleep_up(LNKC | MAG | EX | MC | BC);

	set_asleep(b, false, true);
	put_magic(station, 0, 16);
	send_to(b, station, 200);
	ck_assert(rx_take(&rx, &got));
	ck_assert_mem_eq(got.bytes, frame, 200);
	check_woken(b, 0, 0);
}
END_TEST

START_TEST(frames_that_came_asleep_are_not_delivered_later)
{
	struct bench *b = asleep_up(MAG);

	memset(frame, 0x22, sizeof(frame));
	for (unsigned int i = 0; i < 60; i++)
		send_to(b, station, 1514);
	set_asleep(b, false, true);
	run_ns(b, US(20));
	ck_assert(!rx_take(&rx, &got));
	for (unsigned int i = 0; i < 5; i++) {
		frame[14] = (uint8_t)i;
		send_to(b, station, 600);
		ck_assert(rx_take(&rx, &got));
		ck_assert_mem_eq(got.bytes, frame, 600);
	}
}
END_TEST

START_TEST(wake_up_status_outlives_resets)
{
	struct bench *b = asleep_up(BC);

	send_to(b, everybody, 60);
	set_asleep(b, false, true);
	wr(b, CTRL, rd(b, CTRL) | CTRL_RST);
	run_ns(b, US(5));
	ck_assert_uint_eq(rd(b, WUS), BC);
	ck_assert_uint_eq(rd(b, WUFC), 0);
	b->abi->card_reset(b->card, RINGSIDE_RESET_PCI);
	ck_assert_uint_eq(rd(b, WUS), BC);
	wr(b, WUS, UINT32_MAX);
	ck_assert_uint_eq(rd(b, WUS), 0);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(magic_packet_wakes),
	CARD_TEST(magic_packet_may_lie_anywhere),
	CARD_TEST(more_ones_before_the_addresses_do_no_harm),
	CARD_TEST(almost_magic_packets_do_not_wake),
	CARD_TEST(only_the_kinds_that_are_asked_for_wake),
	CARD_TEST(several_reasons_are_noted_together),
	CARD_TEST(change_of_link_wakes),
	CARD_TEST(awake_nothing_wakes),
	CARD_TEST(frames_that_came_asleep_are_not_delivered_later),
	CARD_TEST(wake_up_status_outlives_resets),
	CARD_TESTS_END,
};

const struct card_topic topic_wake = {"wake", 0, tests};
