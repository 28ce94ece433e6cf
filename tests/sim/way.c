// SPDX-License-Identifier: MIT
/*
 * RTT unfairness: two flows of one algorithm through one queue, of which one has a longer way. Told is
 * how much more the near one gets, and how many times as long the other's way is. Reno's share goes
 * with 1 / RTT^1..2 (Lakshman, Madhow 1997), CUBIC is meant to be near 1 / RTT^0.25..1 (RFC 9438, 5.4).
 */
#include "scenario.h"
#include "tables.h"

#define MS	       1000000ull
#define SECOND	       1000000000ull
#define NEAR_MS	       20u
#define BANDWIDTH_MBPS 50

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool line(FILE *to, const char *ca, unsigned int far_ms)
{
	const struct scenario s = {
		.ca = ca,
		.seed = 1,
		.flows = 2,
		.run_ns = 90 * SECOND,
		.rtt_ns = NEAR_MS * MS,
		.far_flows = 1,
		.far_rtt_ns = (far_ms - NEAR_MS) * MS,
		.bottleneck_mbps = BANDWIDTH_MBPS,
		.queue_bytes = 125000,
		.mark_bytes = 30000,
	};
	struct outcome o;

	scenario_run(&s, &o);
	if (!o.finished || o.bad_bytes || !o.bytes[1]) {
		fprintf(stderr, "%s, %u ms: %s, %llu bytes wrong\n", ca, far_ms,
			o.finished ? "ended" : "did not end", (unsigned long long)o.bad_bytes);
		return false;
	}
	fprintf(to, "%-5s  %6u  %6u  %10.1f  %10.2f  %9llu %%\n", ca, NEAR_MS, far_ms,
		(double)far_ms / NEAR_MS, (double)o.bytes[0] / (double)o.bytes[1],
		(unsigned long long)((o.bytes[0] + o.bytes[1]) * 8 * 100 /
				     (BANDWIDTH_MBPS * 1000000ull * 60)));
	return true;
}

bool way_table(FILE *to)
{
	static const char *const cas[] = {"cubic", "reno", "bbr", "dctcp"};
	static const unsigned int far_ms[] = {20, 40, 80, 160};
	bool ok = true;

	fprintf(to,
		"# A near and a far flow through a queue of 125 kB at 50 Mb/s that marks from 30 kB on; "
		"90 s, the first 30 not counted.\n");
	fprintf(to, "# ca   near ms  far ms  times as far  near/far  utilisation\n");
	for (size_t c = 0; c < COUNT(cas); c++)
		for (size_t f = 0; f < COUNT(far_ms); f++)
			ok &= line(to, cas[c], far_ms[f]);
	return ok;
}
