// SPDX-License-Identifier: MIT
/*
 * Wake-up in D3hot (2.5): what WUFC names sets its bit of WUS and raises PME, and the frame that did
 * it is kept for software. Which ARP requests and IP packets are meant: RFC 826, RFC 791, RFC 8200.
 */
#include "suite.h"

#include <string.h>

enum {
	WUC = 0x5800,
	WUFC = 0x5808,
	WUS = 0x5810,
	IPAV = 0x5838,
	IP4AT = 0x5840,
	IP6AT = 0x5880,
	WUPL = 0x5900,
	WUPM = 0x5a00,
	FFLT = 0x5f00,
	FFMT = 0x9000,
	FFVT = 0x9800,
};

#define LNKC	    BIT(0)
#define MAG	    BIT(1)
#define EX	    BIT(2)
#define MC	    BIT(3)
#define BC	    BIT(4)
#define ARP	    BIT(5)
#define IPV4	    BIT(6)
#define IPV6	    BIT(7)
#define FLX(filter) BIT(16 + (filter))

#define IPAV_V6	     BIT(16)
#define KEPT_BYTES   128 /* of the frame that woke */
#define LONGEST_TOLD 2047

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
}
END_TEST

START_TEST(after_one_frame_no_other_wakes_until_it_is_cleared)
{
	struct bench *b = asleep_up(MAG | EX | MC | BC | LNKC);

	memset(frame, 0x11, sizeof(frame));
	send_to(b, station, 200);
	check_woken(b, 1, EX);
	send_to(b, group, 60);
	check_woken(b, 1, EX);
	set_asleep(b, true, false); /* but the link does */
	check_woken(b, 2, EX | LNKC);
	wr(b, WUS, EX);
	set_asleep(b, true, true);
	run_ns(b, BENCH_AUTONEG_NS + MS(1));
	check_woken(b, 2, LNKC);
	send_to(b, group, 60);
	check_woken(b, 3, LNKC | MC);
}
END_TEST

/* --- the host's IP addresses --- */

static void put16(size_t at, unsigned int value)
{
	frame[at] = (uint8_t)(value >> 8);
	frame[at + 1] = (uint8_t)value;
}

/* A frame of this EtherType; `tags` of 802.1Q before it. Where its payload begins. */
static size_t put_type(const uint8_t *to, unsigned int type, unsigned int tags)
{
	size_t at = 12;

	memset(frame, 0x33, sizeof(frame));
	memcpy(frame, to, 6);
	memcpy(frame + 6, "\x02\x00\x00\x00\x00\x01", 6);
	for (; tags; tags--, at += 4) {
		put16(at, 0x8100);
		put16(at + 2, 5);
	}
	put16(at, type);
	return at + 2;
}

static void put_arp(const uint8_t *to, unsigned int operation, const uint8_t *target,
		    unsigned int tags)
{
	const size_t at = put_type(to, 0x0806, tags);

	memcpy(frame + at, "\x00\x01\x08\x00\x06\x04", 6);
	put16(at + 6, operation);
	memcpy(frame + at + 24, target, 4);
}

static void put_ipv4(const uint8_t *to, const uint8_t *destination, unsigned int tags)
{
	const size_t at = put_type(to, 0x0800, tags);

	frame[at] = 0x45;
	memcpy(frame + at + 16, destination, 4);
}

static void put_ipv6(const uint8_t *to, const uint8_t *destination, unsigned int tags)
{
	const size_t at = put_type(to, 0x86dd, tags);

	frame[at] = 0x60;
	memcpy(frame + at + 24, destination, 16);
}

static uint32_t lanes(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static const uint8_t host4[4][4] = {
	{192, 0, 2, 1}, {192, 0, 2, 77}, {198, 51, 100, 3}, {203, 0, 113, 9}};
static const uint8_t other4[4] = {192, 0, 2, 78};
static const uint8_t host6[16] = {0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 3, 0, 0, 4, 0, 5, 0x99, 0xaa};

/* All four and the sixth are stored; those of `valid` hold. */
static struct bench *host_up(uint32_t wufc, uint32_t valid)
{
	struct bench *b = asleep_up(wufc);

	for (uint32_t i = 0; i < 4; i++) {
		wr(b, IP4AT + 8 * i, lanes(host4[i]));
		wr(b, IP6AT + 4 * i, lanes(host6 + 4 * i));
	}
	wr(b, IPAV, valid);
	return b;
}

/* Whether the frame, of this length, wakes, and for nothing but this. */
static bool wakes(struct bench *b, uint32_t reason, size_t len)
{
	uint32_t wus;

	feed(b, frame, len);
	run_ns(b, US(20));
	wus = rd(b, WUS);
	ck_assert(wus == 0 || wus == reason);
	wr(b, WUS, UINT32_MAX);
	return wus;
}

START_TEST(arp_requests_for_the_host_wake)
{
	struct bench *b = host_up(ARP, 0xf);

	for (unsigned int i = 0; i < 4; i++) {
		put_arp(everybody, 1, host4[i], 0);
		ck_assert(wakes(b, ARP, 60));
	}
	put_arp(everybody, 1, host4[1], 1);
	ck_assert(wakes(b, ARP, 64)); /* one VLAN tag is stepped over */
	put_arp(everybody, 1, host4[1], 2);
	ck_assert(!wakes(b, ARP, 68));
	put_arp(everybody, 1, other4, 0);
	ck_assert(!wakes(b, ARP, 60));
	put_arp(everybody, 2, host4[0], 0); /* a reply */
	ck_assert(!wakes(b, ARP, 60));
	put_arp(station, 1, host4[0], 0);
	ck_assert(!wakes(b, ARP, 60));
	for (size_t at = 12; at < 22; at++) { /* each byte from the type to the operation counts */
		put_arp(everybody, 1, host4[0], 0);
		frame[at] ^= 0x40;
		ck_assert_msg(!wakes(b, ARP, 60), "byte %zu does not count", at);
	}
}
END_TEST

START_TEST(only_valid_addresses_wake)
{
	for (unsigned int valid = 0; valid < 4; valid++) {
		struct bench *b = host_up(ARP | IPV4, BIT(valid) | IPAV_V6);

		for (unsigned int i = 0; i < 4; i++) {
			put_arp(everybody, 1, host4[i], 0);
			ck_assert_uint_eq(wakes(b, ARP, 60), i == valid);
			put_ipv4(station, host4[i], 0);
			ck_assert_uint_eq(wakes(b, IPV4, 60), i == valid);
		}
	}
}
END_TEST

START_TEST(ipv4_for_the_host_wakes)
{
	struct bench *b = host_up(IPV4, 0xf);

	for (unsigned int i = 0; i < 4; i++) {
		put_ipv4(station, host4[i], i % 2);
		ck_assert(wakes(b, IPV4, 100));
	}
	put_ipv4(station, other4, 0);
	ck_assert(!wakes(b, IPV4, 100));
	put_ipv4(everybody, host4[0], 0);
	ck_assert(!wakes(b, IPV4, 100));
	put_ipv4(station, host4[0], 0);
	frame[14] = 0x65;
	ck_assert(!wakes(b, IPV4, 100));
	put_ipv4(stranger, host4[0], 0);
	ck_assert(!wakes(b, IPV4, 100));
}
END_TEST

START_TEST(ipv6_for_the_host_wakes)
{
	struct bench *b = host_up(IPV6, IPAV_V6);

	put_ipv6(station, host6, 0);
	ck_assert(wakes(b, IPV6, 60));
	put_ipv6(station, host6, 1);
	ck_assert(wakes(b, IPV6, 200));
	for (size_t i = 0; i < 16; i++) {
		put_ipv6(station, host6, 0);
		frame[14 + 24 + i] ^= 1;
		ck_assert_msg(!wakes(b, IPV6, 60), "byte %zu of the address does not count", i);
	}
	put_ipv6(group, host6, 0);
	ck_assert(!wakes(b, IPV6, 60));
	wr(b, IPAV, 0xf);
	put_ipv6(station, host6, 0);
	ck_assert(!wakes(b, IPV6, 60));
}
END_TEST

/* --- flexible filters --- */

static void set_filter(struct bench *b, unsigned int filter, unsigned int len)
{
	wr(b, FFLT + 8 * filter, len);
}

/* The filter wants this byte at this place; others keep what they want. */
static void want(struct bench *b, unsigned int filter, uint32_t at, uint8_t value)
{
	const uint32_t others = rd(b, FFVT + 8 * at) & ~(UINT32_C(0xff) << 8 * filter);

	wr(b, FFVT + 8 * at, others | (uint32_t)value << 8 * filter);
	wr(b, FFMT + 8 * at, rd(b, FFMT + 8 * at) | BIT(filter));
}

START_TEST(flexible_filters_compare_the_bytes_of_their_mask)
{
	for (unsigned int filter = 0; filter < 4; filter++) {
		static const uint32_t places[] = {0, 5, 13, 63, 64, 126, 127};
		struct bench *b = asleep_up(FLX(filter));

		set_filter(b, filter, 128);
		put_type(station, 0x0842, 0);
		for (size_t i = 6; i < 300; i++)
			frame[i] = (uint8_t)(i * 7);
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
			want(b, filter, places[i], frame[places[i]]);
		ck_assert(wakes(b, FLX(filter), 300));
		ck_assert(wakes(b, FLX(filter), 128));
		ck_assert(!wakes(b, FLX(filter), 127)); /* too short */
		for (size_t i = 0; i < 256; i++) {
			bool counts = false;

			for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
				counts |= places[k] == i;
			if (i < 6) /* another address would not get past the others */
				continue;
			frame[i] ^= 0x80;
			ck_assert_msg(wakes(b, FLX(filter), 300) == !counts, "byte %zu", i);
			frame[i] ^= 0x80;
		}
	}
}
END_TEST

START_TEST(each_flexible_filter_is_its_own)
{
	struct bench *b = asleep_up(FLX(0) | FLX(1) | FLX(2) | FLX(3));

	for (unsigned int filter = 0; filter < 4; filter++) {
		set_filter(b, filter, 60);
		want(b, filter, 20, (uint8_t)(0x10 << filter));
	}
	for (unsigned int filter = 0; filter < 4; filter++) {
		put_type(station, 0x0842, 0);
		frame[20] = (uint8_t)(0x10 << filter);
		ck_assert(wakes(b, FLX(filter), 60));
	}
	frame[20] = 0x11;
	ck_assert(!wakes(b, 0, 60));
}
END_TEST

START_TEST(bytes_behind_a_filters_length_do_not_count)
{
	struct bench *b = asleep_up(FLX(2));

	set_filter(b, 2, 61);
	put_type(station, 0x0842, 0);
	want(b, 2, 60, 0x33);
	want(b, 2, 61, 0x44); /* is 0x33 */
	ck_assert(wakes(b, FLX(2), 100));
	set_filter(b, 2, 62);
	ck_assert(!wakes(b, FLX(2), 100));
}
END_TEST

START_TEST(a_filter_can_want_long_frames)
{
	struct bench *b = asleep_up(FLX(1));

	set_filter(b, 1, 1514);
	put_type(station, 0x0842, 0);
	want(b, 1, 14, 0x33);
	ck_assert(wakes(b, FLX(1), 1514));
	ck_assert(!wakes(b, FLX(1), 1513));
	set_filter(b, 1, 2047);
	ck_assert(!wakes(b, FLX(1), 1514));
}
END_TEST

/* --- the frame that woke --- */

static void check_kept(struct bench *b, const uint8_t *bytes, size_t len)
{
	uint8_t kept[KEPT_BYTES];

	ck_assert_uint_eq(rd(b, WUPL), len < LONGEST_TOLD ? len : LONGEST_TOLD);
	for (uint32_t i = 0; i < KEPT_BYTES; i += 4) {
		const uint32_t word = rd(b, WUPM + i);

		for (uint32_t k = 0; k < 4; k++)
			kept[i + k] = (uint8_t)(word >> 8 * k);
	}
	ck_assert_mem_eq(kept, bytes, len < KEPT_BYTES ? len : KEPT_BYTES);
}

START_TEST(the_frame_that_woke_is_kept)
{
	static const size_t lengths[] = {60, 61, 62, 63, 127, 128, 129, 1514};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct bench *b = asleep_up(BC);
		uint8_t first[sizeof(frame)];

		fill_random(frame, sizeof(frame), (uint32_t)i + 1);
		send_to(b, station, lengths[i]); /* does not wake */
		fill_random(frame, sizeof(frame), (uint32_t)i + 100);
		send_to(b, everybody, lengths[i]);
		check_woken(b, 1, BC);
		memcpy(first, frame, sizeof(frame));
		check_kept(b, first, lengths[i]);
		fill_random(frame, sizeof(frame), 7);
		send_to(b, everybody, 200); /* is too late */
		check_kept(b, first, lengths[i]);
		wr(b, WUS, UINT32_MAX);
		send_to(b, everybody, 200);
		check_kept(b, frame, 200);
	}
}
END_TEST

START_TEST(a_very_long_frame_says_2047)
{
	static uint8_t jumbo[9018];
	struct bench *b = asleep_up(EX);

	set_bits(b, RCTL, RCTL_LPE);
	fill_random(jumbo, sizeof(jumbo), 5);
	memcpy(jumbo, station, sizeof(station));
	feed(b, jumbo, sizeof(jumbo));
	run_ns(b, US(200));
	check_woken(b, 1, EX);
	check_kept(b, jumbo, sizeof(jumbo));
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
	check_kept(b, frame, 60);
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
	CARD_TEST(after_one_frame_no_other_wakes_until_it_is_cleared),
	CARD_TEST(arp_requests_for_the_host_wake),
	CARD_TEST(only_valid_addresses_wake),
	CARD_TEST(ipv4_for_the_host_wakes),
	CARD_TEST(ipv6_for_the_host_wakes),
	CARD_TEST(flexible_filters_compare_the_bytes_of_their_mask),
	CARD_TEST(each_flexible_filter_is_its_own),
	CARD_TEST(bytes_behind_a_filters_length_do_not_count),
	CARD_TEST(a_filter_can_want_long_frames),
	CARD_TEST(the_frame_that_woke_is_kept),
	CARD_TEST(a_very_long_frame_says_2047),
	CARD_TEST(change_of_link_wakes),
	CARD_TEST(awake_nothing_wakes),
	CARD_TEST(frames_that_came_asleep_are_not_delivered_later),
	CARD_TEST(wake_up_status_outlives_resets),
	CARD_TESTS_END,
};

const struct card_topic topic_wake = {"wake", 0, tests};
