// SPDX-License-Identifier: MIT
#include "offload.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct tx_context checksum_context(const struct packet *p)
{
	struct tx_context c = {
		.ipcss = (unsigned int)p->l3,
		.tucss = (unsigned int)p->l4,
		.tucso = (unsigned int)packet_checksum_offset(p),
		.tucmd = p->udp ? 0 : TXD_TUCMD_TCP,
	};

	if (!p->ipv6) {
		c.ipcso = (unsigned int)p->l3 + 10;
		c.ipcse = (unsigned int)p->l4 - 1;
		c.tucmd |= TXD_TUCMD_IP;
	}
	return c;
}

struct tx_context tso_context(const struct packet *p, unsigned int mss)
{
	struct tx_context c = checksum_context(p);

	c.paylen = (unsigned int)(p->len - p->payload);
	c.hdrlen = (unsigned int)p->payload;
	c.mss = mss;
	c.tucmd |= TXD_TUCMD_TSE;
	return c;
}

uint32_t offload_popts(const struct packet *p)
{
	return TXD_TXSM | (p->ipv6 ? 0 : TXD_IXSM);
}

unsigned int tx_packet(struct tx_ring *r, const struct packet *p, size_t fragment, uint32_t dcmd)
{
	const uint32_t popts = offload_popts(p);
	unsigned int last = 0;

	for (size_t at = 0; at < p->len; at += fragment) {
		size_t len = p->len - at < fragment ? p->len - at : fragment;
		bool end = at + len == p->len;

		last = tx_data(r, put_bytes(r->b, p->bytes + at, len), len,
			       dcmd | TXD_IFCS | (end ? TXD_EOP | TXD_RS : 0), popts);
	}
	return last;
}

static struct packet *copy(const struct packet *p)
{
	struct packet *c = malloc(sizeof(*c));

	memcpy(c, p, sizeof(*c));
	return c;
}

void tx_checksum_send(struct tx_ring *r, const struct packet *p)
{
	const struct tx_context c = checksum_context(p);
	struct packet *seeded = copy(p);

	packet_seed(seeded);
	tx_set_context(r, &c);
	tx_packet(r, seeded, seeded->len, 0);
	tx_doorbell(r);
	run_ns(r->b, US(50));
	free(seeded);
}

void tx_tso_send(struct tx_ring *r, const struct packet *p, unsigned int mss, size_t fragment)
{
	const struct tx_context c = tso_context(p, mss);
	struct packet *seeded = copy(p);
	unsigned int last;

	packet_seed_tso(seeded);
	tx_set_context(r, &c);
	last = tx_packet(r, seeded, fragment, TXD_TSE);
	tx_doorbell(r);
	for (int i = 0; i < 1000 && !tx_done(r, last); i++)
		run_ns(r->b, US(10));
	ck_assert_msg(tx_done(r, last), "the segmented packet is not done");
	free(seeded);
}

void check_packet(const struct bench *b, size_t index, const struct packet *expected)
{
	const struct host_frame *f = &b->host.frames[index];
	const size_t field = packet_checksum_offset(expected);

	ck_assert_msg(index < b->host.num_frames, "frame %zu did not leave", index);
	ck_assert_uint_eq(f->len, expected->len < 60 ? 60 : expected->len);
	for (size_t i = 0; i < f->len; i++) {
		uint8_t byte = i < expected->len ? expected->bytes[i] : 0;

		if (!expected->udp && i == field) {
			const uint8_t *is = f->bytes + i, *should = expected->bytes + i;
			bool zeros =
				(is[0] == is[1] && (is[0] == 0 || is[0] == 0xff)) &&
				(should[0] == should[1] && (should[0] == 0 || should[0] == 0xff));

			if (zeros) {
				i++;
				continue;
			}
		}
		ck_assert_msg(
			f->bytes[i] == byte,
			"frame %zu, byte %zu of %zu (IP at %zu, transport at %zu, payload at %zu) "
			"is 0x%02x, not 0x%02x",
			index, i, f->len, expected->l3, expected->l4, expected->payload,
			f->bytes[i], byte);
	}
}

void check_segments(const struct bench *b, size_t first, const struct packet *p, unsigned int mss)
{
	const size_t n = tso_frames(p, mss);
	struct packet *segment = malloc(sizeof(*segment));

	ck_assert_msg(b->host.num_frames == first + n, "%zu frames left, not %zu",
		      b->host.num_frames - first, n);
	for (size_t k = 0; k < n; k++) {
		tso_frame(p, mss, k, segment);
		check_packet(b, first + k, segment);
	}
	free(segment);
}
