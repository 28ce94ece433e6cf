// SPDX-License-Identifier: MIT
// See expect.h.

#include "expect.h"

#include <stdlib.h>
#include <string.h>

enum { FRAME_LIMIT = 16288 };

// One's-complement sum of big-endian words from `from` to before `to`; an odd last byte is a high byte.
static uint32_t add_range(uint32_t sum, const uint8_t *frame, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		sum += (i - from) % 2 ? frame[i] : (uint32_t)frame[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

// Where a range given by an inclusive last byte (0: all) ends in a frame.
static uint32_t range_end(uint32_t last, uint32_t len)
{
	return last == 0 || last + 1 > len ? len : last + 1;
}

static bool can_insert(uint32_t from, uint32_t last, uint32_t field, uint32_t len)
{
	return from < len && field + 2 <= len && (last == 0 || last >= from);
}

// Padded, and then with its tag.
static void send_frame(struct tx_wire *wire, const uint8_t *data, uint32_t len,
		       const struct tx_packet *p, const struct tx_pins *pins)
{
	uint32_t tag = p->vle && pins->vlan_en ? 4 : 0;

	if (wire->count == wire->room) {
		wire->room = wire->room ? 2 * wire->room : 16;
		wire->frames = realloc(wire->frames, wire->room * sizeof(*wire->frames));
	}
	struct expected_frame *f = &wire->frames[wire->count++];

	f->len = (pins->psp && len < 60 ? 60 : len) + tag;
	f->data = calloc(1, f->len < 16 ? 16 : f->len);
	if (!tag) {
		memcpy(f->data, data, len);
		return;
	}
	memcpy(f->data, data, len < 12 ? len : 12);
	put16(f->data + 12, pins->vet);
	put16(f->data + 14, p->vlan);
	if (len > 12)
		memcpy(f->data + 16, data + 12, len - 12);
}

// Both sums are taken over the frame without the other's result.
static void insert_checksums(uint8_t *frame, uint32_t len, const struct tx_context *c,
			     unsigned popts, uint32_t l4_add)
{
	uint32_t ip = 0, l4 = 0;
	bool do_ip = popts & TX_IXSM, do_l4 = popts & TX_TXSM;

	if (do_ip) {
		uint32_t last = c->ipcse;

		if (last && (last + 1 - c->ipcss) % 2) // a driver that counts one too many
			last--;
		do_ip = can_insert(c->ipcss, c->ipcse ? last : 0, c->ipcso, len) &&
			!(c->ipcse && last < c->ipcss);
		ip = add_range(0, frame, c->ipcss, c->ipcse ? range_end(last, len) : len);
	}
	if (do_l4) {
		do_l4 = can_insert(c->tucss, c->tucse, c->tucso, len);
		l4 = add_range(l4_add, frame, c->tucss, range_end(c->tucse, len));
		l4 = ~l4 & 0xffff;
		if (!l4 && !c->tcp)
			l4 = 0xffff;
	}
	if (do_ip)
		put16(frame + c->ipcso, ~ip);
	if (do_l4)
		put16(frame + c->tucso, l4);
}

static bool tso_context_ok(const struct tx_context *c, unsigned popts)
{
	uint32_t largest = c->mss < c->paylen ? c->mss : c->paylen;

	return c->mss && c->hdrlen && c->paylen && c->tucss < c->hdrlen && c->ipcss < c->tucss &&
	       c->hdrlen >= c->tucss + (c->tcp ? 20 : 8) && c->tucso + 2 <= c->hdrlen &&
	       !((popts & TX_IXSM) && c->ipcso + 2 > c->hdrlen) &&
	       c->hdrlen + largest <= FRAME_LIMIT;
}

static void edit_header(uint8_t *h, const struct tx_context *c, uint32_t segment, uint32_t len,
			bool last, bool ixsm)
{
	uint8_t *ip = h + c->ipcss, *l4 = h + c->tucss;

	if (c->ipv4) {
		put16(ip + 2, c->hdrlen - c->ipcss + len);
		put16(ip + 4, get16(ip + 4) + segment);
		if (ixsm)
			put16(h + c->ipcso, 0);
	} else {
		put16(ip + 4, c->hdrlen - c->ipcss - 40 + len);
	}
	if (!c->tcp) {
		put16(l4 + 4, c->hdrlen - c->tucss + len);
		return;
	}
	uint32_t seq = (get16(l4 + 4) << 16 | get16(l4 + 6)) + segment * c->mss;

	put16(l4 + 4, seq >> 16);
	put16(l4 + 6, seq);
	if (!last)
		l4[13] &= (uint8_t)~0x09; // FIN, PSH
	if (segment)
		l4[13] &= (uint8_t)~0x80; // CWR
}

static void segment(struct tx_wire *wire, const struct tx_packet *p, unsigned popts,
		    const struct tx_pins *pins)
{
	const struct tx_context *c = &p->ctx;
	uint8_t frame[FRAME_LIMIT];

	if (!pins->tso_en || !tso_context_ok(c, popts) || p->len <= c->hdrlen) {
		wire->tso_fail++;
		return;
	}
	uint32_t payload = p->len - c->hdrlen < c->paylen ? p->len - c->hdrlen : c->paylen;

	if (!c->ipv4)
		popts &= ~(unsigned)TX_IXSM;
	for (uint32_t k = 0, at = 0; at < payload; k++, at += c->mss) {
		uint32_t n = payload - at < c->mss ? payload - at : c->mss;

		memcpy(frame, p->bytes, c->hdrlen);
		memcpy(frame + c->hdrlen, p->bytes + c->hdrlen + at, n);
		edit_header(frame, c, k, n, at + n == payload, popts & TX_IXSM);
		insert_checksums(frame, c->hdrlen + n, c, popts, c->hdrlen - c->tucss + n);
		send_frame(wire, frame, c->hdrlen + n, p, pins);
	}
	wire->tso++;
}

void tx_expect(struct tx_wire *wire, const struct tx_packet *p, const struct tx_pins *pins)
{
	unsigned popts = pins->csum_en ? p->popts : 0;
	struct tx_context c = p->ctx;
	uint8_t frame[FRAME_LIMIT];

	if (p->tse) {
		segment(wire, p, popts, pins);
		return;
	}
	if (p->len == 0 || p->len > FRAME_LIMIT)
		return;
	memcpy(frame, p->bytes, p->len);
	if (p->legacy) {
		popts = p->ic && pins->csum_en ? TX_TXSM : 0;
		c = (struct tx_context){.tucss = p->css, .tucso = p->cso, .tcp = true};
	}
	insert_checksums(frame, p->len, &c, popts, 0);
	send_frame(wire, frame, p->len, p, pins);
}

void tx_wire_free(struct tx_wire *wire)
{
	for (unsigned i = 0; i < wire->count; i++)
		free(wire->frames[i].data);
	free(wire->frames);
	memset(wire, 0, sizeof(*wire));
}
