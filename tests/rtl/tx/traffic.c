// SPDX-License-Identifier: MIT
// See traffic.h.

#include "traffic.h"

#include <check.h>
#include <string.h>

enum { SETTLE_CYCLES = 300000, PACKET_MAX = 1 << 18 };

static const struct tx_options variants[TRAFFIC_VARIANTS] = {
	{ .read_latency = 1, .write_latency = 1, .check_idle = true },
	{ .read_latency = 125, .write_latency = 125 },
	{ .read_latency = 20, .write_latency = 3, .read_gap_pct = 60, .check_idle = true },
	{ .read_latency = 9, .write_latency = 30, .wire_stall_pct = 70 },
	{ .read_latency = 40, .write_latency = 40, .read_gap_pct = 30, .req_stall_pct = 50, .wire_stall_pct = 30,
	  .write_stall_pct = 80 },
};

void traffic_start(struct traffic *t, int variant, unsigned ring_size)
{
	struct tx_options o = variants[variant];

	memset(t, 0, sizeof(*t));
	o.seed = 77 + (uint64_t)variant;
	t->seed = o.seed;
	t->tx = tx_new(&o);
	tx_ring_init(&t->ring, t->tx, ring_size);
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

uint32_t traffic_header(struct traffic *t, enum frame_kind kind, unsigned vlan_bytes, unsigned option_words,
			uint8_t *frame, struct tx_context *ctx)
{
	bool v4 = kind == TCP4 || kind == UDP4, tcp = kind == TCP4 || kind == TCP6;
	uint32_t ip = 14 + vlan_bytes, ip_bytes = v4 ? 20 : 40, l4 = ip + ip_bytes;
	uint32_t end = l4 + (tcp ? 20 + 4 * option_words : 8);

	traffic_random(t, frame, end);
	frame[ip] = v4 ? 0x45 : 0x60;
	frame[ip + (v4 ? 9 : 6)] = tcp ? 6 : 17;
	if (v4)
		frame[ip + 10] = frame[ip + 11] = 0;
	*ctx = (struct tx_context){ .ipcss = (uint8_t)ip, .tucss = (uint8_t)l4, .tucso = (uint8_t)(l4 + (tcp ? 16 : 6)),
				    .hdrlen = (uint8_t)end, .tcp = tcp, .ipv4 = v4 };
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

static void put_descriptor(struct traffic *t, const struct tx_packet *p, const struct shape *s, uint32_t at,
			   uint32_t len, bool last)
{
	static const uint8_t none;
	uint64_t addr = tx_ring_buffer(&t->ring, len ? p->bytes + at : &none, len, (s->skew + at) % 64);
	unsigned cmd = s->cmd | (last ? TX_EOP | (s->no_report ? 0 : TX_RS) : 0);

	if (p->legacy)
		tx_ring_legacy(&t->ring, addr, (uint16_t)len, cmd | (p->ic ? TX_IC : 0), p->cso, p->css);
	else
		tx_ring_data(&t->ring, addr, len, cmd | (p->tse ? TX_TSE : 0), p->popts);
}

void traffic_send(struct traffic *t, struct tx_packet *p, const struct shape *shape)
{
	static const struct shape whole;
	const struct shape *s = shape ? shape : &whole;
	uint32_t at = 0;

	p->ctx = t->ctx;
	for (unsigned i = 0; i < s->count && at + s->parts[i] < p->len; i++) {
		put_descriptor(t, p, s, at, s->parts[i], false);
		at += s->parts[i];
	}
	put_descriptor(t, p, s, at, p->len - at, true);
	tx_expect(&t->wire, p, tx_pin(t->tx));
}

void traffic_tso(struct traffic *t, enum frame_kind kind, uint32_t payload, uint16_t mss, const struct shape *shape)
{
	static uint8_t bytes[PACKET_MAX];
	struct tx_context ctx;
	uint32_t header = traffic_header(t, kind, 0, kind == TCP4 ? 3 : 0, bytes, &ctx);
	struct tx_packet p = { .bytes = bytes, .len = header + payload, .tse = true,
			       .popts = TX_TXSM | (ctx.ipv4 ? TX_IXSM : 0) };

	traffic_random(t, bytes + header, payload);
	ctx.tse = true;
	ctx.mss = mss;
	ctx.paylen = payload;
	traffic_context(t, &ctx);
	traffic_send(t, &p, shape);
}

void traffic_checksum(struct traffic *t, enum frame_kind kind, uint32_t payload, const struct shape *shape)
{
	static uint8_t bytes[PACKET_MAX];
	struct tx_context ctx;
	uint32_t header = traffic_header(t, kind, 0, 0, bytes, &ctx);
	struct tx_packet p = { .bytes = bytes, .len = header + payload, .popts = TX_TXSM | (ctx.ipv4 ? TX_IXSM : 0) };

	traffic_random(t, bytes + header, payload);
	traffic_context(t, &ctx);
	traffic_send(t, &p, shape);
}

void traffic_plain(struct traffic *t, uint32_t len, const struct shape *shape)
{
	static uint8_t bytes[PACKET_MAX];
	struct tx_packet p = { .bytes = bytes, .len = len, .legacy = true };

	traffic_random(t, bytes, len);
	traffic_send(t, &p, shape);
}

static void check_frame(unsigned i, const struct tx_frame *got, const struct expected_frame *want)
{
	uint32_t at = 0;

	if (!got->bad && got->len == want->len && !memcmp(got->data, want->data, want->len))
		return;
	ck_assert_msg(!got->bad, "frame %u ended with the error bit", i);
	ck_assert_msg(got->len == want->len, "frame %u has %u bytes, not %u", i, got->len, want->len);
	while (got->data[at] == want->data[at])
		at++;
	ck_abort_msg("frame %u (%u bytes): byte %u is %02x, not %02x", i, want->len, at, got->data[at], want->data[at]);
}

static void check_wire(struct traffic *t)
{
	uint64_t bytes = 0, mcast = 0, bcast = 0;

	for (unsigned i = 0; i < t->wire.count && i < tx_frames(t->tx); i++) {
		const struct expected_frame *want = &t->wire.frames[i];
		bool all = want->len >= 6 && !memcmp(want->data, "\xff\xff\xff\xff\xff\xff", 6);

		check_frame(i, tx_nth_frame(t->tx, i), want);
		bytes += want->len;
		bcast += all;
		mcast += (want->data[0] & 1) && !all;
	}
	ck_assert_uint_eq(tx_frames(t->tx), t->wire.count);
	const struct tx_counts *c = tx_count(t->tx);

	ck_assert_uint_eq(c->stat_frames, t->wire.count);
	ck_assert_uint_eq(c->stat_bytes, bytes);
	ck_assert_uint_eq(c->stat_mcast, mcast);
	ck_assert_uint_eq(c->stat_bcast, bcast);
	ck_assert_uint_eq(c->stat_tso, t->wire.tso);
	ck_assert_uint_eq(c->stat_tso_fail, t->wire.tso_fail);
}

static bool dd_if_reported(const uint8_t *desc)
{
	return desc[11] & TX_RS;
}

static bool dd_always(const uint8_t *desc)
{
	return desc[8] || desc[9] || desc[10] || desc[11]; // not for slots never used
}

void traffic_check(struct traffic *t)
{
	tx_ring_kick(&t->ring);
	bool settled = tx_settle(t->tx, SETTLE_CYCLES);

	ck_assert_msg(!tx_error(t->tx), "%s", tx_error(t->tx));
	ck_assert_msg(settled, "still busy");
	check_wire(t);
	ck_assert_uint_eq(tx_head(t->tx), t->ring.tail);
	ck_assert_int_eq(tx_ring_touched(&t->ring, tx_pin(t->tx)->wb_all ? dd_always : dd_if_reported), -1);
	ck_assert(tx_drained(t->tx));
}
