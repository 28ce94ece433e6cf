// SPDX-License-Identifier: MIT
// VLAN tag insertion (82574 fact sheet 4.6, 4.7, 4.10): CTRL.VME and VLE.

#include "suite.h"

#include <string.h>

static const struct shape tagged = {.cmd = TX_VLE};

START_TEST(the_tag_goes_behind_the_addresses)
{
	uint8_t bytes[100];
	struct tx_packet p = {.bytes = bytes, .len = sizeof(bytes), .legacy = true};
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_random(&t, bytes, sizeof(bytes));
	t.ring.vlan = 0xa123;
	tx_pin(t.tx)->vet = 0x88a8;
	traffic_send(&t, &p, &tagged);
	traffic_check(&t);
	const struct tx_frame *f = tx_nth_frame(t.tx, 0);

	ck_assert_uint_eq(f->len, 104);
	ck_assert_int_eq(memcmp(f->data, bytes, 12), 0);
	ck_assert_int_eq(memcmp(f->data + 12, "\x88\xa8\xa1\x23", 4), 0);
	ck_assert_int_eq(memcmp(f->data + 16, bytes + 12, 88), 0);
	traffic_stop(&t);
}
END_TEST

START_TEST(frames_of_every_length_are_tagged_beside_others)
{
	struct traffic t;

	traffic_start(&t, _i, 1024);
	for (uint32_t len = 14; len <= 270; len++) {
		t.ring.vlan = (uint16_t)(len * 257);
		traffic_plain(&t, len, &tagged);
		if (len % 3 == 0)
			traffic_plain(&t, len, NULL);
	}
	traffic_plain(&t, 9000, &tagged);
	traffic_plain(&t, CAP, &tagged);
	traffic_plain(&t, CAP + 1, &tagged);
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(short_frames_are_padded_to_60_bytes_without_the_tag)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->psp = true;
	for (uint32_t len = 14; len <= 66; len++)
		traffic_plain(&t, len, &tagged);
	traffic_check(&t);
	ck_assert_uint_eq(tx_nth_frame(t.tx, 0)->len, 64);
	traffic_stop(&t);
}
END_TEST

START_TEST(without_vlan_mode_vle_inserts_nothing)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	tx_pin(t.tx)->vlan_en = false;
	traffic_plain(&t, 100, &tagged);
	traffic_tso(&t, TCP4, 3000, 1000, &tagged);
	traffic_check(&t);
	ck_assert_uint_eq(tx_nth_frame(t.tx, 0)->len, 100);
	traffic_stop(&t);
}
END_TEST

START_TEST(checksum_offsets_do_not_count_the_tag)
{
	struct traffic t;

	traffic_start(&t, _i, 512);
	for (uint32_t n = 0; n < 140; n++) {
		t.ring.vlan = (uint16_t)(n * 1021);
		traffic_checksum(&t, (enum frame_kind)(n % 4), n, n % 5 ? &tagged : NULL);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(a_checksum_field_on_either_side_of_the_tag_is_filled)
{
	uint8_t bytes[80];
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_random(&t, bytes, sizeof(bytes));
	for (uint8_t cso = 8; cso <= 16; cso++) {
		struct tx_packet p = {.bytes = bytes,
				      .len = sizeof(bytes),
				      .legacy = true,
				      .ic = true,
				      .css = 20,
				      .cso = cso};

		traffic_send(&t, &p, &tagged);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

START_TEST(every_segment_has_the_tag)
{
	struct traffic t;

	traffic_start(&t, _i, RING);
	for (unsigned i = 0; i < 8; i++) {
		t.ring.vlan = (uint16_t)(0x2000 + i);
		traffic_tso(&t, (enum frame_kind)(i % 4), 5000 + i, 1448, &tagged);
	}
	traffic_check(&t);
	ck_assert_uint_eq(tx_nth_frame(t.tx, 0)->len, 1448 + 66 + 4);
	traffic_stop(&t);
}
END_TEST

START_TEST(headers_of_every_length_are_tagged_with_their_checksums)
{
	uint8_t bytes[255 + 600];
	struct traffic t;

	traffic_start(&t, _i, 1024);
	for (unsigned more = 0; more <= 130; more++) {
		struct tx_context ctx;
		uint32_t header = traffic_header(&t, (enum frame_kind)(more % 4), more, more % 11,
						 bytes, &ctx);
		struct tx_packet p = {.bytes = bytes,
				      .len = header + 600,
				      .tse = true,
				      .popts = TX_TXSM | TX_IXSM};

		traffic_random(&t, bytes + header, 600);
		ctx.mss = 256;
		ctx.paylen = 600;
		traffic_context(&t, &ctx);
		traffic_send(&t, &p, &tagged);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

// Two descriptors with tags of their own; VLE in one of them only.
static void send_halves(struct traffic *t, struct tx_packet *p, bool first_has_vle)
{
	unsigned cmd = p->tse ? TX_TSE : 0;

	p->ctx = t->ctx;
	t->ring.vlan = 0x111;
	tx_ring_data(&t->ring, tx_ring_buffer(&t->ring, p->bytes, 100, 0), 100,
		     cmd | (first_has_vle ? TX_VLE : 0), p->popts);
	t->ring.vlan = 0x222;
	tx_ring_data(&t->ring, tx_ring_buffer(&t->ring, p->bytes + 100, p->len - 100, 0),
		     p->len - 100, cmd | TX_EOP | TX_RS | (first_has_vle ? 0 : TX_VLE), p->popts);
	p->vle = p->tse == first_has_vle;
	p->vlan = p->tse ? 0x111 : 0x222;
	tx_expect(&t->wire, p, tx_pin(t->tx));
}

START_TEST(the_tag_is_the_eop_descriptors_and_with_tse_the_firsts)
{
	uint8_t bytes[1054];
	struct tx_context ctx;
	struct traffic t;

	traffic_start(&t, _i, RING);
	traffic_header(&t, TCP4, 0, 0, bytes, &ctx);
	traffic_random(&t, bytes + 54, 1000);
	ctx.mss = 300;
	ctx.paylen = 1000;
	traffic_context(&t, &ctx);
	for (unsigned i = 0; i < 4; i++) {
		struct tx_packet p = {
			.bytes = bytes, .len = sizeof(bytes), .tse = i / 2, .popts = TX_TXSM};

		send_halves(&t, &p, i % 2);
	}
	traffic_check(&t);
	traffic_stop(&t);
}
END_TEST

static const TTest *const *const tests[] = {
	&the_tag_goes_behind_the_addresses,
	&frames_of_every_length_are_tagged_beside_others,
	&short_frames_are_padded_to_60_bytes_without_the_tag,
	&without_vlan_mode_vle_inserts_nothing,
	&checksum_offsets_do_not_count_the_tag,
	&a_checksum_field_on_either_side_of_the_tag_is_filled,
	&every_segment_has_the_tag,
	&headers_of_every_length_are_tagged_with_their_checksums,
	&the_tag_is_the_eop_descriptors_and_with_tse_the_firsts,
	NULL,
};

const struct tx_topic topic_vlan = {"vlan", tests};
