// SPDX-License-Identifier: MIT
// See traffic.h.

#include "traffic.h"

#include <check.h>
#include <string.h>

enum { SETTLE_CYCLES = 300000, PACKET_MAX = 1 << 18 };

static const struct tx_options variants[TRAFFIC_VARIANTS] = {
	{.read_latency = 1, .write_latency = 1, .check_idle = true},
	{.read_latency = 125, .write_latency = 125},
	{.read_latency = 20, .write_latency = 3, .read_gap_pct = 60, .check_idle = true},
	{.read_latency = 9, .write_latency = 30, .wire_stall_pct = 70},
	{.read_latency = 40,
	 .write_latency = 40,
	 .read_gap_pct = 30,
	 .req_stall_pct = 50,
	 .wire_stall_pct = 30,
	 .write_stall_pct = 80},
};

void traffic_start(struct traffic *t, int variant, unsigned ring_size)
{
	struct tx_options o = variants[variant];

	memset(t, 0, sizeof(*t));
	o.seed = 77 + (uint64_t)variant;
	t->seed = o.seed;
	t->tx = tx_new(&o);
	tx_ring_init(&t->ring, t->tx, 0, ring_size);
}

void traffic_second(struct traffic *second, const struct traffic *first, unsigned ring_size)
{
	memset(second, 0, sizeof(*second));
	second->seed = first->seed ^ 0x5eed;
	second->tx = first->tx;
	tx_ring_init(&second->ring, first->tx, 1, ring_size);
}

void traffic_stop(struct traffic *t)
{
	tx_wire_free(&t->wire);
	tx_free(t->tx);
}

unsigned traffic_below(struct traffic *t, unsigned n)
{
	t->seed ^= t->seed << 13;
	t->seed ^= t->seed >> 7;
	t->seed ^= t->seed << 17;
	return (unsigned)((t->seed >> 20) % n);
}

void traffic_random(struct traffic *t, uint8_t *bytes, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)traffic_below(t, 256);
}

uint32_t traffic_header(struct traffic *t, enum frame_kind kind, unsigned vlan_bytes,
			unsigned option_words, uint8_t *frame, struct tx_context *ctx)
{
	bool v4 = kind == TCP4 || kind == UDP4, tcp = kind == TCP4 || kind == TCP6;
	uint32_t ip = 14 + vlan_bytes, ip_bytes = v4 ? 20 : 40, l4 = ip + ip_bytes;
	uint32_t end = l4 + (tcp ? 20 + 4 * option_words : 8);

	traffic_random(t, frame, end);
	frame[ip] = v4 ? 0x45 : 0x60;
	frame[ip + (v4 ? 9 : 6)] = tcp ? 6 : 17;
	if (v4)
		frame[ip + 10] = frame[ip + 11] = 0;
	*ctx = (struct tx_context){.ipcss = (uint8_t)ip,
				   .tucss = (uint8_t)l4,
				   .tucso = (uint8_t)(l4 + (tcp ? 16 : 6)),
				   .hdrlen = (uint8_t)end,
				   .tcp = tcp,
				   .ipv4 = v4};
	if (v4) {
		ctx->ipcso = (uint8_t)(ip + 10);
		ctx->ipcse = (uint16_t)(l4 - 1);
	}
	return end;
}

void traffic_context(struct traffic *t, const struct tx_context *ctx)
{
	tx_ring_context(&t->ring, ctx, 0);
	t->ctx = *ctx;
}

static void put_descriptor(struct traffic *t, const struct tx_packet *p, const struct shape *s,
			   uint32_t at, uint32_t len, bool last)
{
	static const uint8_t none;
	uint64_t addr =
		tx_ring_buffer(&t->ring, len ? p->bytes + at : &none, len, (s->skew + at) % 64);
	unsigned cmd = s->cmd | (last ? TX_EOP | (s->no_report ? 0 : TX_RS) : 0);

	if (p->legacy)
		tx_ring_legacy(&t->ring, addr, (uint16_t)len, cmd | (p->ic ? TX_IC : 0), p->cso,
			       p->css);
	else
		tx_ring_data(&t->ring, addr, len, cmd | (p->tse ? TX_TSE : 0), p->popts);
}

void traffic_send(struct traffic *t, struct tx_packet *p, const struct shape *shape)
{
	static const struct shape whole;
	const struct shape *s = shape ? shape : &whole;
	uint32_t at = 0;

	p->ctx = t->ctx;
	p->vle = s->cmd & TX_VLE;
	p->vlan = t->ring.vlan;
	for (unsigned i = 0; i < s->count && at + s->parts[i] < p->len; i++) {
		put_descriptor(t, p, s, at, s->parts[i], false);
		at += s->parts[i];
	}
	put_descriptor(t, p, s, at, p->len - at, true);
	tx_expect(&t->wire, p, tx_pin(t->tx));
}

void traffic_tso(struct traffic *t, enum frame_kind kind, uint32_t payload, uint16_t mss,
		 const struct shape *shape)
{
	static uint8_t bytes[PACKET_MAX];
	struct tx_context ctx;
	uint32_t header = traffic_header(t, kind, 0, kind == TCP4 ? 3 : 0, bytes, &ctx);
	struct tx_packet p = {.bytes = bytes,
			      .len = header + payload,
			      .tse = true,
			      .popts = TX_TXSM | (ctx.ipv4 ? TX_IXSM : 0)};

	traffic_random(t, bytes + header, payload);
	ctx.tse = true;
	ctx.mss = mss;
	ctx.paylen = payload;
	traffic_context(t, &ctx);
	traffic_send(t, &p, shape);
}

void traffic_checksum(struct traffic *t, enum frame_kind kind, uint32_t payload,
		      const struct shape *shape)
{
	static uint8_t bytes[PACKET_MAX];
	struct tx_context ctx;
	uint32_t header = traffic_header(t, kind, 0, 0, bytes, &ctx);
	struct tx_packet p = {.bytes = bytes,
			      .len = header + payload,
			      .popts = TX_TXSM | (ctx.ipv4 ? TX_IXSM : 0)};

	traffic_random(t, bytes + header, payload);
	traffic_context(t, &ctx);
	traffic_send(t, &p, shape);
}

void traffic_plain(struct traffic *t, uint32_t len, const struct shape *shape)
{
	static uint8_t bytes[PACKET_MAX];
	struct tx_packet p = {.bytes = bytes, .len = len, .legacy = true};

	traffic_random(t, bytes, len);
	traffic_send(t, &p, shape);
}

static bool same_frame(const struct tx_frame *got, const struct expected_frame *want)
{
	return !got->bad && got->len == want->len && !memcmp(got->data, want->data, want->len);
}

static void check_frame(unsigned i, const struct tx_frame *got, const struct expected_frame *want)
{
	uint32_t at = 0;

	if (same_frame(got, want))
		return;
	ck_assert_msg(!got->bad, "frame %u ended with the error bit", i);
	ck_assert_msg(got->len == want->len, "frame %u has %u bytes, not %u", i, got->len,
		      want->len);
	while (got->data[at] == want->data[at])
		at++;
	ck_abort_msg("frame %u (%u bytes): byte %u is %02x, not %02x", i, want->len, at,
		     got->data[at], want->data[at]);
}

struct sums {
	uint64_t frames, bytes, mcast, bcast, tso, tso_fail;
};

static void add_sums(struct sums *s, const struct tx_wire *wire)
{
	for (unsigned i = 0; i < wire->count; i++) {
		const struct expected_frame *want = &wire->frames[i];
		bool all = want->len >= 6 && !memcmp(want->data, "\xff\xff\xff\xff\xff\xff", 6);

		s->bytes += want->len;
		s->bcast += all;
		s->mcast += (want->data[0] & 1) && !all;
	}
	s->frames += wire->count;
	s->tso += wire->tso;
	s->tso_fail += wire->tso_fail;
}

static void check_sums(const struct tx *tx, const struct sums *s)
{
	const struct tx_counts *c = tx_count(tx);

	ck_assert_uint_eq(tx_frames(tx), s->frames);
	ck_assert_uint_eq(c->stat_frames, s->frames);
	ck_assert_uint_eq(c->stat_bytes, s->bytes);
	ck_assert_uint_eq(c->stat_mcast, s->mcast);
	ck_assert_uint_eq(c->stat_bcast, s->bcast);
	ck_assert_uint_eq(c->stat_tso, s->tso);
	ck_assert_uint_eq(c->stat_tso_fail, s->tso_fail);
}

static bool dd_if_reported(const uint8_t *desc)
{
	return desc[11] & TX_RS;
}

static bool dd_always(const uint8_t *desc)
{
	return desc[8] || desc[9] || desc[10] || desc[11]; // not for slots never used
}

static void check_ring(const struct traffic *t)
{
	ck_assert_uint_eq(tx_head(t->tx, t->ring.index), t->ring.tail);
	ck_assert_int_eq(
		tx_ring_touched(&t->ring, tx_pin(t->tx)->wb_all ? dd_always : dd_if_reported), -1);
}

static void settle(struct tx *tx)
{
	bool settled = tx_settle(tx, SETTLE_CYCLES);

	ck_assert_msg(!tx_error(tx), "%s", tx_error(tx));
	ck_assert_msg(settled, "still busy");
	ck_assert(tx_drained(tx));
}

void traffic_check(struct traffic *t)
{
	struct sums sums = {0};

	tx_ring_kick(&t->ring);
	settle(t->tx);
	for (unsigned i = 0; i < t->wire.count && i < tx_frames(t->tx); i++)
		check_frame(i, tx_nth_frame(t->tx, i), &t->wire.frames[i]);
	add_sums(&sums, &t->wire);
	check_sums(t->tx, &sums);
	check_ring(t);
}

void traffic_check_both(struct traffic *first, struct traffic *second)
{
	struct sums sums = {0};
	unsigned a = 0, b = 0;

	tx_ring_kick(&first->ring);
	tx_ring_kick(&second->ring);
	settle(first->tx);
	for (unsigned i = 0; i < tx_frames(first->tx); i++) {
		const struct tx_frame *got = tx_nth_frame(first->tx, i);

		if (a < first->wire.count && same_frame(got, &first->wire.frames[a]))
			a++;
		else if (b < second->wire.count)
			check_frame(i, got, &second->wire.frames[b++]);
		else
			ck_abort_msg("frame %u is the next of neither ring", i);
	}
	add_sums(&sums, &first->wire);
	add_sums(&sums, &second->wire);
	check_sums(first->tx, &sums);
	check_ring(first);
	check_ring(second);
}
