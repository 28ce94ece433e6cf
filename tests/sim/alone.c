// SPDX-License-Identifier: MIT
/*
 * One flow alone at a bottleneck: how much of it it uses once it has settled, and how far slow start
 * overshoots: what the queue held at most and lost in the first second. CUBIC leaves slow start by
 * HyStart (RFC 9438, 4.10), before the queue is full; Reno at the first loss.
 */
#include "scenario.h"
#include "tables.h"

#define MS	       1000000ull
#define SECOND	       1000000000ull
#define RTT_MS	       40
#define BANDWIDTH_MBPS 50
#define BDP_BYTES      (BANDWIDTH_MBPS * 1000000ull / 8 * RTT_MS / 1000)

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool run(const char *ca, uint64_t queue_bytes, uint64_t run_ns, struct outcome *o)
{
	const struct scenario s = {
		.ca = ca,
		.seed = 1,
		.flows = 1,
		.run_ns = run_ns,
		.rtt_ns = RTT_MS * MS,
		.bottleneck_mbps = BANDWIDTH_MBPS,
		.queue_bytes = queue_bytes,
		.mark_bytes = 40000,
	};

	scenario_run(&s, o);
	if (o->finished && !o->bad_bytes)
		return true;
	fprintf(stderr, "%s, queue of %llu bytes: %s, %llu bytes wrong\n", ca,
		(unsigned long long)queue_bytes, o->finished ? "ended" : "did not end",
		(unsigned long long)o->bad_bytes);
	return false;
}

static bool line(FILE *to, const char *ca, unsigned int percent)
{
	const uint64_t queue_bytes = BDP_BYTES * percent / 100;
	struct outcome start, settled;

	if (!run(ca, queue_bytes, SECOND, &start) || !run(ca, queue_bytes, 18 * SECOND, &settled))
		return false;
	fprintf(to, "%-5s  %6u %%  %9llu %%  %8llu %%  %7llu  %7llu\n", ca, percent,
		(unsigned long long)(settled.bytes[0] * 8 * 100 /
				     (BANDWIDTH_MBPS * 1000000ull * 12)),
		(unsigned long long)(start.queue_peak_bytes * 100 / queue_bytes),
		(unsigned long long)start.queue_dropped, (unsigned long long)settled.queue_dropped);
	return true;
}

bool alone_table(FILE *to)
{
	static const char *const cas[] = {"cubic", "reno", "bbr", "dctcp"};
	static const unsigned int percents[] = {25, 100, 400};
	bool ok = true;

	fprintf(to,
		"# One flow over 50 Mb/s and 40 ms, by the queue in percent of a bandwidth-delay product, "
		"that marks from 40 kB on:\n# utilisation in the last 12 of 18 s; the queue's peak in the "
		"first second, and packets lost in it; packets lost in all.\n");
	fprintf(to, "# ca     queue  utilisation  peak 1 s  lost 1 s  lost\n");
	for (size_t c = 0; c < COUNT(cas); c++)
		for (size_t p = 0; p < COUNT(percents); p++)
			ok &= line(to, cas[c], percents[p]);
	return ok;
}
