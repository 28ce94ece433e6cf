// SPDX-License-Identifier: MIT
// Random packets in random shapes.

#include "suite.h"

static void send_anything(struct traffic *t)
{
	static uint8_t bytes[70000];
	uint32_t parts[40], header;
	struct tx_context ctx;
	struct shape s = {.parts = parts,
			  .count = traffic_below(t, 40),
			  .skew = traffic_below(t, 64),
			  .no_report = traffic_below(t, 3) == 0,
			  .cmd = (traffic_below(t, 2) ? TX_IDE : 0) |
				 (traffic_below(t, 2) ? TX_VLE : 0)};
	t->ring.vlan = (uint16_t)traffic_below(t, 65536);
	unsigned scale = 1 + traffic_below(t, 3000);

	for (unsigned i = 0; i < s.count; i++)
		parts[i] = traffic_below(t, 9) ? traffic_below(t, scale) : 64 * traffic_below(t, 4);
	header = traffic_header(t, (enum frame_kind)traffic_below(t, 4), traffic_below(t, 20),
				traffic_below(t, 11), bytes, &ctx);
	struct tx_packet p = {.bytes = bytes, .popts = traffic_below(t, 4)};
	uint32_t payload = 1 + traffic_below(t, traffic_below(t, 2) ? 200 : 20000);

	p.tse = traffic_below(t, 2);
	p.len = header + (p.tse ? payload : payload % 3000);
	ctx.mss = (uint16_t)(1 + traffic_below(t, 2000));
	ctx.paylen = traffic_below(t, 8) ? payload : traffic_below(t, 20000);
	traffic_random(t, bytes + header, p.len - header);
	if (traffic_below(t, 3) == 0) {
		p.tse = false;
		p.legacy = true;
		p.ic = traffic_below(t, 2);
		p.css = (uint8_t)traffic_below(t, 100);
		p.cso = (uint8_t)traffic_below(t, 120);
	} else {
		traffic_context(t, &ctx);
	}
	traffic_send(t, &p, &s);
}

START_TEST(random_packets_in_random_shapes_match_the_expectation)
{
	struct traffic t;

	for (unsigned seed = 1; seed <= 40; seed++) {
		traffic_start(&t, _i, 4096);
		t.seed = seed * 1000003;
		tx_pin(t.tx)->psp = seed & 1;
		tx_pin(t.tx)->wb_all = seed & 2;
		for (unsigned i = 0; i < 40; i++) {
			send_anything(&t);
			if (traffic_below(&t, 4) == 0)
				tx_ring_kick(&t.ring);
			tx_cycle(t.tx, traffic_below(&t, 100));
		}
		traffic_check(&t);
		traffic_stop(&t);
	}
}
END_TEST

static const TTest *const *const tests[] = {
	&random_packets_in_random_shapes_match_the_expectation,
	NULL,
};

const struct tx_topic topic_random = {"random", tests};
