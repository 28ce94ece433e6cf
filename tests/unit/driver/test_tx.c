// SPDX-License-Identifier: MIT
/* Which descriptors packets become, when the card is told, and when memory comes back. */
#include "suites.h"

#include <net/errno.h>

#define TCP_HEADERS 66u /* Ethernet, IPv4, TCP with 12 bytes of options */

static bool is_context(volatile struct e1000_descriptor *d)
{
	return (d->word[2] & E1000_TXD_DATA_DEXT) && !(d->word[2] & E1000_TXD_DATA_DTYP);
}

static uint64_t address(volatile struct e1000_descriptor *d)
{
	return (uint64_t)d->word[1] << 32 | d->word[0];
}

static uint32_t length(volatile struct e1000_descriptor *d)
{
	return d->word[2] & E1000_TXD_DATA_DTALEN;
}

START_TEST(a_plain_packet_is_one_descriptor_that_points_at_its_bytes)
{
	struct sk_buff *skb = packet_plain(60);
	uint64_t data = (uint64_t)(uintptr_t)skb->data;

	xmit(skb, false);
	ck_assert_uint_eq(fixture.card.regs[E1000_TDT0 / 4], 1);
	ck_assert_uint_eq(address(tx_descriptor(0)), data);
	ck_assert_uint_eq(tx_descriptor(0)->word[2],
			  60 | 1u << E1000_TXD_DATA_DTYP_SHIFT | E1000_TXD_DATA_DEXT |
				  E1000_TXD_DATA_IFCS | E1000_TXD_DATA_EOP | E1000_TXD_DATA_RS);
	ck_assert_uint_eq(tx_descriptor(0)->word[3], 0);
}
END_TEST

/* The worked example of fact sheet 4.8. */
START_TEST(a_super_segment_has_the_context_of_the_data_sheet)
{
	struct sk_buff *skb = packet_tcp(4000, 1448);
	const uint8_t *ip = skb->data + 14;
	volatile struct e1000_descriptor *c = tx_descriptor(0);

	xmit(skb, false);
	ck_assert_uint_eq(c->word[0], 14 | 24 << 8 | 33 << 16);
	ck_assert_uint_eq(c->word[1], 34 | 50 << 8);
	ck_assert_uint_eq(c->word[2], 4000 | E1000_TXD_CONTEXT_TCP | E1000_TXD_CONTEXT_IP |
					      E1000_TXD_CONTEXT_TSE | E1000_TXD_CONTEXT_DEXT);
	ck_assert_uint_eq(c->word[3], TCP_HEADERS << 8 | 1448 << 16);
	ck_assert_uint_eq(ip[2] << 8 | ip[3], 0);   /* total length */
	ck_assert_uint_eq(ip[10] << 8 | ip[11], 0); /* checksum */
	ck_assert_uint_eq(length(tx_descriptor(1)), TCP_HEADERS);
	ck_assert_uint_eq(length(tx_descriptor(2)), 4000);
	for (uint32_t i = 1; i <= 2; i++) {
		ck_assert(tx_descriptor(i)->word[2] & E1000_TXD_DATA_TSE);
		ck_assert_uint_eq(tx_descriptor(i)->word[3],
				  E1000_TXD_DATA_IXSM | E1000_TXD_DATA_TXSM);
	}
}
END_TEST

START_TEST(a_context_is_written_again_only_when_it_differs)
{
	xmit(packet_tcp(100, 0), false);
	ck_assert(is_context(tx_descriptor(0)));
	xmit(packet_tcp(1448, 0), false); /* the same offsets: descriptors 3 and 4 */
	ck_assert(!is_context(tx_descriptor(3)));
	xmit(packet_tcp(4000, 1448), false);
	ck_assert(is_context(tx_descriptor(5)));
	xmit(packet_tcp(4000, 1448), false);
	ck_assert(!is_context(tx_descriptor(8)));
	xmit(packet_plain(60), false); /* needs none, and leaves it */
	xmit(packet_tcp(4000, 1448), false);
	ck_assert(!is_context(tx_descriptor(11)));
	ck_assert_uint_eq(fixture.adapter->counters.tx_contexts, 2);
}
END_TEST

START_TEST(large_pieces_are_cut_and_none_is_copied)
{
	struct sk_buff *skb = packet_tcp(65000, 1448);
	uint64_t first = (uint64_t)(uintptr_t)(skb->frags[0].data->bytes + skb->frags[0].offset);

	xmit(skb, false); /* context, headers, 32768 as two, 32232 as two */
	ck_assert_uint_eq(address(tx_descriptor(2)), first);
	ck_assert_uint_eq(length(tx_descriptor(2)), E1000_TX_PIECE_BYTES);
	ck_assert_uint_eq(address(tx_descriptor(3)), first + E1000_TX_PIECE_BYTES);
	ck_assert_uint_eq(length(tx_descriptor(4)), E1000_TX_PIECE_BYTES);
	ck_assert_uint_eq(length(tx_descriptor(5)), 65000 - 32768 - E1000_TX_PIECE_BYTES);
	ck_assert(tx_descriptor(5)->word[2] & E1000_TXD_DATA_EOP);
	ck_assert(!(tx_descriptor(4)->word[2] & E1000_TXD_DATA_EOP));
}
END_TEST

START_TEST(a_batch_has_one_doorbell_and_one_report)
{
	for (unsigned int i = 0; i < 8; i++)
		xmit(packet_plain(100), i < 7);
	ck_assert_uint_eq(fixture.adapter->counters.tx_doorbells, 1);
	for (uint32_t i = 0; i < 8; i++) {
		ck_assert(tx_descriptor(i)->word[2] & E1000_TXD_DATA_EOP);
		ck_assert_int_eq(!!(tx_descriptor(i)->word[2] & E1000_TXD_DATA_RS), i == 7);
	}
	ck_assert_uint_eq(fixture.card.regs[E1000_TDT0 / 4], 8);
}
END_TEST

START_TEST(a_report_frees_the_whole_batch)
{
	uint64_t before = net_objects_alive(fixture.net);
	unsigned int mapped = fixture.card.mapped;

	for (unsigned int i = 0; i < 8; i++)
		xmit(packet_plain(100), i < 7);
	ck_assert_uint_gt(net_objects_alive(fixture.net), before);
	card_complete_tx();
	ck_assert_uint_eq(net_objects_alive(fixture.net), before);
	ck_assert_uint_eq(fixture.card.mapped, mapped);
}
END_TEST

START_TEST(nothing_is_freed_before_the_card_reports)
{
	uint64_t before;

	xmit(packet_plain(100), false);
	before = net_objects_alive(fixture.net);
	card_interrupt(1, 0);
	ck_assert_uint_eq(net_objects_alive(fixture.net), before);
}
END_TEST

START_TEST(a_long_batch_reports_in_between)
{
	unsigned int reports = 0;

	for (unsigned int i = 0; i < 100; i++)
		xmit(packet_plain(100), i < 99);
	for (uint32_t i = 0; i < 100; i++)
		reports += !!(tx_descriptor(i)->word[2] & E1000_TXD_DATA_RS);
	ck_assert_uint_ge(reports, 3);
	ck_assert_uint_eq(fixture.adapter->counters.tx_doorbells, 1);
}
END_TEST

START_TEST(a_full_ring_stops_the_queue_tells_the_card_and_wakes_when_there_is_room)
{
	unsigned int sent = 0;

	while (!fixture.netdev->queue_stopped) {
		xmit(packet_plain(100), true);
		ck_assert_uint_lt(++sent, fixture.adapter->tx.count);
	}
	ck_assert_uint_ge(sent, fixture.adapter->tx.count - 2 * E1000_TX_NEED_MAX);
	ck_assert_uint_eq(fixture.card.regs[E1000_TDT0 / 4], sent); /* though more was announced */
	card_complete_tx();
	ck_assert(!fixture.netdev->queue_stopped);
}
END_TEST

START_TEST(the_ring_wraps)
{
	uint64_t before = net_objects_alive(fixture.net);

	for (unsigned int i = 0; i < 1000; i++) {
		xmit(packet_tcp(3000 + i, 1448), i % 3 != 0);
		if (i % 3 == 0)
			card_complete_tx();
	}
	ck_assert_uint_eq(net_objects_alive(fixture.net), before);
	ck_assert_uint_gt(fixture.adapter->counters.tx_descriptors, 2 * fixture.adapter->tx.count);
}
END_TEST

START_TEST(a_packet_that_cannot_be_mapped_is_dropped_alone)
{
	unsigned int mapped;

	xmit(packet_plain(100), true);
	mapped = fixture.card.mapped;
	fixture.card.map_fails_after = 2;
	xmit(packet_tcp(65000, 1448), true);
	ck_assert_uint_eq(fixture.card.mapped, mapped);
	ck_assert_uint_eq(fixture.card.regs[E1000_TDT0 / 4], 1); /* the one before is under way */
	ck_assert_uint_eq(fixture.adapter->counters.tx_map_failed, 1);
	fixture.card.map_fails_after = UINT64_MAX;
	xmit(packet_tcp(4000, 1448), false);
	ck_assert(is_context(tx_descriptor(1)));
	card_complete_tx();
}
END_TEST

Suite *tx_suite(void)
{
	Suite *s = suite_create("tx");
	TCase *c = tcase_create("tx");

	tcase_add_checked_fixture(c, fixture_setup_open, fixture_teardown);
	tcase_add_test(c, a_plain_packet_is_one_descriptor_that_points_at_its_bytes);
	tcase_add_test(c, a_super_segment_has_the_context_of_the_data_sheet);
	tcase_add_test(c, a_context_is_written_again_only_when_it_differs);
	tcase_add_test(c, large_pieces_are_cut_and_none_is_copied);
	tcase_add_test(c, a_batch_has_one_doorbell_and_one_report);
	tcase_add_test(c, a_report_frees_the_whole_batch);
	tcase_add_test(c, nothing_is_freed_before_the_card_reports);
	tcase_add_test(c, a_long_batch_reports_in_between);
	tcase_add_test(c, a_full_ring_stops_the_queue_tells_the_card_and_wakes_when_there_is_room);
	tcase_add_test(c, the_ring_wraps);
	tcase_add_test(c, a_packet_that_cannot_be_mapped_is_dropped_alone);
	suite_add_tcase(s, c);
	return s;
}
