// SPDX-License-Identifier: MIT
/* VLAN tags: inserted (4.6, 4.10), stripped, filtered (5.2). */
#include "suite.h"

#include "harness/offload.h"

#include <string.h>

#define TAG_BYTES 4

static struct packet packet, expected, segment;
static struct tx_ring tx;
static struct rx_ring rx;
static struct rx_result got;

static struct bench *sender_up(void)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	set_bits(b, CTRL, CTRL_VME);
	tx_setup(&tx, b, 64);
	return b;
}

static struct bench *receiver_up(bool extended, uint32_t rctl)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, 64, 2048, extended, rctl);
	rx_post(&rx, 63);
	return b;
}

static void put16(uint8_t *at, unsigned int v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

/* Puts a tag behind the addresses. */
static void add_tag(struct packet *p, unsigned int ethertype, unsigned int tag)
{
	memmove(p->bytes + 12 + TAG_BYTES, p->bytes + 12, p->len - 12);
	put16(p->bytes + 12, ethertype);
	put16(p->bytes + 14, tag);
	p->l3 += TAG_BYTES;
	p->l4 += TAG_BYTES;
	p->payload += TAG_BYTES;
	p->len += TAG_BYTES;
}

static void build(struct packet *p, size_t payload)
{
	const struct packet_options o = {.payload = payload, .seed = 5};

	packet_build(p, &o);
}

static void send_legacy(struct bench *b, uint32_t cmd, unsigned int tag)
{
	const uint64_t at = put_bytes(b, packet.bytes, packet.len);
	const uint32_t word[4] = {(uint32_t)at, (uint32_t)(at >> 32),
				  (uint32_t)packet.len | TXD_EOP | TXD_IFCS | TXD_RS | cmd,
				  TXD_TAG(tag)};
	unsigned int index = tx_raw(&tx, word);

	tx_doorbell(&tx);
	run_ns(b, US(50));
	ck_assert(tx_done(&tx, index));
}

START_TEST(legacy_descriptor_inserts_its_tag)
{
	struct bench *b = sender_up();

	build(&packet, 300);
	expected = packet;
	add_tag(&expected, 0x8100, 0xb123);
	send_legacy(b, TXD_VLE, 0xb123);
	check_packet(b, 0, &expected);
}
END_TEST

START_TEST(data_descriptor_inserts_its_tag)
{
	struct bench *b = sender_up();

	build(&packet, 300);
	expected = packet;
	add_tag(&expected, 0x8100, 0x0fff);
	tx_data(&tx, put_bytes(b, packet.bytes, 100), 100, TXD_IFCS | TXD_VLE, TXD_TAG(0x0fff));
	tx_data(&tx, put_bytes(b, packet.bytes + 100, packet.len - 100), packet.len - 100,
		TXD_IFCS | TXD_VLE | TXD_EOP | TXD_RS, TXD_TAG(0x0fff));
	tx_doorbell(&tx);
	run_ns(b, US(50));
	check_packet(b, 0, &expected);
}
END_TEST

START_TEST(insertion_needs_vle_and_vme)
{
	struct bench *b = sender_up();

	build(&packet, 300);
	send_legacy(b, 0, 0x123);
	check_packet(b, 0, &packet);
	clear_bits(b, CTRL, CTRL_VME);
	send_legacy(b, TXD_VLE, 0x123);
	check_packet(b, 1, &packet);
}
END_TEST

START_TEST(tag_is_of_the_type_in_vet)
{
	struct bench *b = sender_up();

	wr(b, VET, 0x88a8);
	build(&packet, 300);
	expected = packet;
	add_tag(&expected, 0x88a8, 0x005);
	send_legacy(b, TXD_VLE, 0x005);
	check_packet(b, 0, &expected);
}
END_TEST

START_TEST(short_tagged_frames_are_padded_behind_the_data)
{
	struct bench *b = sender_up();

	for (size_t len = 17; len < 60; len++) {
		const struct host_frame *f;

		host_forget(&b->host);
		build(&packet, 100);
		packet.len = len;
		expected = packet;
		add_tag(&expected, 0x8100, 7);
		send_legacy(b, TXD_VLE, 7);
		f = &b->host.frames[0];
		ck_assert_uint_ge(f->len, 60);
		ck_assert_uint_le(f->len, 64); /* 802.3 allows both */
		ck_assert_mem_eq(f->bytes, expected.bytes, expected.len);
		for (size_t i = expected.len; i < f->len; i++)
			ck_assert_uint_eq(f->bytes[i], 0);
	}
}
END_TEST

START_TEST(checksum_offsets_are_those_before_insertion)
{
	struct bench *b = sender_up();

	for (int kind = 0; kind < 4; kind++) {
		const struct packet_options o = {
			.ipv6 = kind & 1, .udp = kind & 2, .payload = 301, .seed = 6};
		struct tx_context context;

		packet_build(&packet, &o);
		context = checksum_context(&packet);
		expected = packet;
		add_tag(&expected, 0x8100, 0x642);
		packet_seed(&packet);
		tx_set_context(&tx, &context);
		tx_data(&tx, put_bytes(b, packet.bytes, packet.len), packet.len,
			TXD_EOP | TXD_RS | TXD_IFCS | TXD_VLE,
			offload_popts(&packet) | TXD_TAG(0x642));
		tx_doorbell(&tx);
		run_ns(b, US(50));
		check_packet(b, (size_t)kind, &expected);
	}
}
END_TEST

START_TEST(every_segment_has_the_tag)
{
	struct bench *b = sender_up();
	const size_t mss = 500;

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const struct packet_options o = {
			.ipv6 = ipv6, .payload = 2345, .seed = 8, .tcp_flags = 0x19};
		struct tx_context context;

		host_forget(&b->host);
		packet_build(&packet, &o);
		context = tso_context(&packet, (unsigned int)mss);
		segment = packet;
		packet_seed_tso(&segment);
		tx_set_context(&tx, &context);
		tx_data(&tx, put_bytes(b, segment.bytes, 1000), 1000, TXD_TSE | TXD_IFCS | TXD_VLE,
			offload_popts(&packet) | TXD_TAG(0xe001));
		tx_data(&tx, put_bytes(b, segment.bytes + 1000, segment.len - 1000),
			segment.len - 1000, TXD_TSE | TXD_IFCS | TXD_VLE | TXD_EOP | TXD_RS,
			offload_popts(&packet) | TXD_TAG(0xe001));
		tx_doorbell(&tx);
		run_ns(b, US(100));
		ck_assert_uint_eq(b->host.num_frames, tso_frames(&packet, mss));
		for (size_t k = 0; k < b->host.num_frames; k++) {
			tso_frame(&packet, mss, k, &expected);
			add_tag(&expected, 0x8100, 0xe001);
			check_packet(b, k, &expected);
		}
	}
}
END_TEST

START_TEST(tagged_and_untagged_packets_in_one_ring)
{
	struct bench *b = sender_up();

	for (unsigned int i = 0; i < 20; i++) {
		build(&packet, 100 + i);
		expected = packet;
		if (i % 3)
			add_tag(&expected, 0x8100, i);
		send_legacy(b, i % 3 ? TXD_VLE : 0, i);
		check_packet(b, i, &expected);
	}
}
END_TEST

START_TEST(tag_counts_in_transmit_statistics)
{
	struct bench *b = sender_up();

	build(&packet, 300);
	send_legacy(b, TXD_VLE, 5);
	ck_assert_uint_eq(rd(b, GOTCL), packet.len + TAG_BYTES + 4);
}
END_TEST

/* Whether the packet arrives; `got` has it then. */
static bool passes(struct bench *b)
{
	bool arrived;

	feed(b, packet.bytes, packet.len);
	run_ns(b, US(20));
	arrived = rx_take(&rx, &got);
	if (arrived)
		rx_post(&rx, got.descriptors);
	return arrived;
}

static void receive(struct bench *b)
{
	ck_assert_msg(passes(b), "the frame does not arrive");
}

START_TEST(tag_is_stripped_and_reported)
{
	for (int extended = 0; extended < 2; extended++) {
		struct bench *b = receiver_up(extended, 0);

		set_bits(b, CTRL, CTRL_VME);
		for (size_t payload = 2; payload < 80; payload++) {
			build(&packet, payload);
			expected = packet;
			add_tag(&packet, 0x8100, 0xc000 + (unsigned int)payload);
			receive(b);
			ck_assert_uint_ge(got.len, expected.len); /* the line pads to 60 */
			ck_assert_uint_le(got.len, expected.len < 56 ? 56 : expected.len);
			ck_assert_mem_eq(got.bytes, expected.bytes, expected.len);
			ck_assert_uint_ne(got.status & RXD_VP, 0);
			ck_assert_uint_eq(got.tag, 0xc000 + payload);
		}
	}
}
END_TEST

START_TEST(untagged_frames_have_no_tag_reported)
{
	struct bench *b = receiver_up(true, 0);

	set_bits(b, CTRL, CTRL_VME);
	for (int i = 0; i < 6; i++) { /* nor that of the frame before */
		build(&packet, 100);
		if (i % 2)
			add_tag(&packet, 0x8100, 0x123);
		receive(b);
		ck_assert_uint_eq((got.status & RXD_VP) != 0, i % 2);
		ck_assert_uint_eq(got.tag, i % 2 ? 0x123 : 0);
	}
}
END_TEST

START_TEST(without_vme_the_tag_stays)
{
	struct bench *b = receiver_up(true, 0);

	build(&packet, 100);
	add_tag(&packet, 0x8100, 0x123);
	receive(b);
	ck_assert_uint_eq(got.len, packet.len);
	ck_assert_mem_eq(got.bytes, packet.bytes, packet.len);
	ck_assert_uint_eq(got.status & RXD_VP, 0);
}
END_TEST

START_TEST(stripped_packets_are_verified)
{
	struct bench *b = receiver_up(true, 0);

	set_bits(b, CTRL, CTRL_VME);
	for (int kind = 0; kind < 4; kind++) {
		const struct packet_options o = {
			.ipv6 = kind & 1, .udp = kind & 2, .payload = 300, .seed = 7};

		packet_build(&packet, &o);
		add_tag(&packet, 0x8100, 0x123);
		receive(b);
		ck_assert_uint_eq(got.status & (RXD_TCPCS | RXD_TCPE | RXD_IPE), RXD_TCPCS);
		packet.bytes[packet.len - 1] ^= 1;
		receive(b);
		ck_assert_uint_eq(got.status & (RXD_TCPCS | RXD_TCPE | RXD_IPE),
				  RXD_TCPCS | RXD_TCPE);
	}
}
END_TEST

START_TEST(packets_whose_tag_stays_never_have_a_wrong_verdict)
{
	struct bench *b = receiver_up(true, 0);

	build(&packet, 300);
	add_tag(&packet, 0x8100, 0x123);
	receive(b);
	ck_assert_uint_eq(got.status & (RXD_TCPE | RXD_IPE), 0);
	packet.bytes[packet.len - 1] ^= 1;
	receive(b);
	ck_assert_uint_ne(got.status & (RXD_TCPCS | RXD_TCPE), RXD_TCPCS);
}
END_TEST

START_TEST(fcs_is_counted_behind_a_stripped_tag)
{
	struct bench *b = receiver_up(true, 0);

	set_bits(b, CTRL, CTRL_VME);
	clear_bits(b, RCTL, RCTL_SECRC);
	build(&packet, 300);
	expected = packet;
	add_tag(&packet, 0x8100, 0x123);
	receive(b);
	ck_assert_uint_eq(got.len, expected.len + 4);
	ck_assert_mem_eq(got.bytes, expected.bytes, expected.len);
}
END_TEST

START_TEST(last_descriptor_reports_the_tag)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	set_bits(b, CTRL, CTRL_VME);
	rx_setup(&rx, b, 64, 256, true, 0);
	rx_post(&rx, 63);
	build(&packet, 1000);
	expected = packet;
	add_tag(&packet, 0x8100, 0x123);
	receive(b);
	ck_assert_uint_eq(got.descriptors, (expected.len + 255) / 256);
	ck_assert_mem_eq(got.bytes, expected.bytes, expected.len);
	ck_assert_uint_eq(got.tag, 0x123);
	ck_assert_uint_ne(got.status & RXD_VP, 0);
}
END_TEST

START_TEST(longest_ordinary_frame_may_have_a_tag)
{
	struct bench *b = receiver_up(true, 0);

	set_bits(b, CTRL, CTRL_VME);
	build(&packet, 1460);
	ck_assert_uint_eq(packet.len, 1514);
	add_tag(&packet, 0x8100, 0x123);
	receive(b);
	ck_assert_uint_eq(got.len, 1514);
	ck_assert_uint_eq(rd(b, ROC), 0);
}
END_TEST

START_TEST(filter_passes_what_its_table_names)
{
	static const unsigned int ids[] = {0, 1, 31, 32, 63, 100, 1000, 2047, 2048, 4094, 4095};
	struct bench *b = receiver_up(true, RCTL_VFE);

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const uint32_t word = VFTA + 4 * (ids[i] / 32);

		build(&packet, 100);
		add_tag(&packet, 0x8100, 0xe000 | ids[i]);
		ck_assert_msg(!passes(b), "VLAN %u passes an empty table", ids[i]);
		wr(b, word, ~BIT(ids[i] % 32));
		ck_assert_msg(!passes(b), "VLAN %u passes by another's bit", ids[i]);
		wr(b, word, BIT(ids[i] % 32));
		ck_assert_msg(passes(b), "VLAN %u does not pass", ids[i]);
		wr(b, word, 0);
	}
}
END_TEST

START_TEST(filter_is_asked_for_tags_only_and_only_with_vfe)
{
	struct bench *b = receiver_up(true, RCTL_VFE);

	build(&packet, 100);
	ck_assert(passes(b));
	add_tag(&packet, 0x8100, 5);
	ck_assert(!passes(b));
	clear_bits(b, RCTL, RCTL_VFE);
	ck_assert(passes(b));
}
END_TEST

START_TEST(promiscuous_modes_do_not_pass_the_vlan_filter)
{
	struct bench *b = receiver_up(true, RCTL_VFE | RCTL_UPE | RCTL_MPE);

	build(&packet, 100);
	add_tag(&packet, 0x8100, 5);
	ck_assert(!passes(b));
	packet.bytes[0] = 0x33;
	ck_assert(!passes(b));
}
END_TEST

START_TEST(filtered_and_stripped)
{
	struct bench *b = receiver_up(true, RCTL_VFE);

	set_bits(b, CTRL, CTRL_VME);
	wr(b, VFTA, BIT(5));
	build(&packet, 100);
	expected = packet;
	add_tag(&packet, 0x8100, 0x6005);
	receive(b);
	ck_assert_uint_eq(got.tag, 0x6005);
	ck_assert_mem_eq(got.bytes, expected.bytes, expected.len);
	packet = expected;
	add_tag(&packet, 0x8100, 0x6006);
	ck_assert(!passes(b));
}
END_TEST

START_TEST(trap_42_only_the_outer_tag_of_the_type_in_vet_is_stripped)
{
	struct bench *b = receiver_up(true, 0);

	set_bits(b, CTRL, CTRL_VME);
	build(&packet, 100);
	add_tag(&packet, 0x88a8, 0x111); /* not VET's */
	receive(b);
	ck_assert_uint_eq(got.status & RXD_VP, 0);
	ck_assert_mem_eq(got.bytes, packet.bytes, packet.len);

	build(&packet, 100);
	add_tag(&packet, 0x8100, 0x111);
	expected = packet; /* keeps the inner tag */
	add_tag(&packet, 0x8100, 0x222);
	receive(b);
	ck_assert_uint_eq(got.tag, 0x222);
	ck_assert_uint_eq(got.len, expected.len);
	ck_assert_mem_eq(got.bytes, expected.bytes, expected.len);

	wr(b, VET, 0x88a8);
	build(&packet, 100);
	expected = packet;
	add_tag(&packet, 0x88a8, 0x333);
	receive(b);
	ck_assert_uint_eq(got.tag, 0x333);
	ck_assert_mem_eq(got.bytes, expected.bytes, expected.len);
	packet = expected;
	add_tag(&packet, 0x8100, 0x444);
	receive(b);
	ck_assert_uint_eq(got.status & RXD_VP, 0);
}
END_TEST

START_TEST(trap_43_priority_tags_pass_by_bit_0)
{
	struct bench *b = receiver_up(true, RCTL_VFE);

	set_bits(b, CTRL, CTRL_VME);
	build(&packet, 100);
	add_tag(&packet, 0x8100, 0xa000); /* a priority, VLAN 0 */
	ck_assert(!passes(b));
	wr(b, VFTA, BIT(0));
	receive(b);
	ck_assert_uint_eq(got.tag, 0xa000);
}
END_TEST

START_TEST(cfi_is_compared_when_asked)
{
	struct bench *b = receiver_up(true, RCTL_VFE | RCTL_CFIEN);

	wr(b, VFTA, BIT(5));
	for (int wanted = 0; wanted < 2; wanted++) {
		if (wanted)
			set_bits(b, RCTL, RCTL_CFI);
		for (int cfi = 0; cfi < 2; cfi++) {
			build(&packet, 100);
			add_tag(&packet, 0x8100, cfi ? 0x1005 : 0x0005);
			ck_assert_msg(passes(b) == (cfi == wanted), "CFI %d, %d is wanted", cfi,
				      wanted);
		}
	}
}
END_TEST

START_TEST(tag_counts_in_receive_statistics)
{
	struct bench *b = receiver_up(true, 0);

	set_bits(b, CTRL, CTRL_VME);
	build(&packet, 66);
	ck_assert_uint_eq(packet.len, 120); /* on the line 128: a bin higher than 124 */
	add_tag(&packet, 0x8100, 5);
	receive(b);
	ck_assert_uint_eq(rd(b, GORCL), 120 + TAG_BYTES + 4);
	ck_assert_uint_eq(rd(b, PRC64 + 8), 1); /* 128..255 */
}
END_TEST

START_TEST(without_the_feature_tags_are_bytes_like_others)
{
	struct bench *b = bench_get(BENCH_BARE);

	bench_up(b, RINGSIDE_IRQ_MSIX);
	set_bits(b, CTRL, CTRL_VME);
	rx_setup(&rx, b, 64, 2048, true, RCTL_VFE);
	rx_post(&rx, 63);
	tx_setup(&tx, b, 64);
	build(&packet, 100);
	send_legacy(b, TXD_VLE, 5);
	check_packet(b, 0, &packet);
	add_tag(&packet, 0x8100, 5);
	receive(b);
	ck_assert_uint_eq(got.status & RXD_VP, 0);
	ck_assert_mem_eq(got.bytes, packet.bytes, packet.len);
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(legacy_descriptor_inserts_its_tag),
	CARD_TEST(data_descriptor_inserts_its_tag),
	CARD_TEST(insertion_needs_vle_and_vme),
	CARD_TEST(tag_is_of_the_type_in_vet),
	CARD_TEST(short_tagged_frames_are_padded_behind_the_data),
	CARD_TEST(checksum_offsets_are_those_before_insertion),
	CARD_TEST(every_segment_has_the_tag),
	CARD_TEST(tagged_and_untagged_packets_in_one_ring),
	CARD_TEST(tag_counts_in_transmit_statistics),
	CARD_TEST(tag_is_stripped_and_reported),
	CARD_TEST(untagged_frames_have_no_tag_reported),
	CARD_TEST(without_vme_the_tag_stays),
	CARD_TEST(stripped_packets_are_verified),
	CARD_TEST(packets_whose_tag_stays_never_have_a_wrong_verdict),
	CARD_TEST(fcs_is_counted_behind_a_stripped_tag),
	CARD_TEST(last_descriptor_reports_the_tag),
	CARD_TEST(longest_ordinary_frame_may_have_a_tag),
	CARD_TEST(filter_passes_what_its_table_names),
	CARD_TEST(filter_is_asked_for_tags_only_and_only_with_vfe),
	CARD_TEST(promiscuous_modes_do_not_pass_the_vlan_filter),
	CARD_TEST(filtered_and_stripped),
	CARD_TEST(trap_42_only_the_outer_tag_of_the_type_in_vet_is_stripped),
	CARD_TEST(trap_43_priority_tags_pass_by_bit_0),
	CARD_TEST(cfi_is_compared_when_asked),
	CARD_TEST(tag_counts_in_receive_statistics),
	CARD_TEST(without_the_feature_tags_are_bytes_like_others),
	CARD_TESTS_END,
};

const struct card_topic topic_vlan = {"vlan", FEATURE_VLAN, tests};
