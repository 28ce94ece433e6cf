// SPDX-License-Identifier: MIT
/*
 * How several flows of one algorithm share a bottleneck: utilisation, Jain's fairness index
 * (sum x)^2 / (n sum x^2) of what each got in the last two thirds of the time, and what the queue lost.
 */
#include "scenario.h"
#include "tables.h"

#define MS     1000000ull
#define SECOND 1000000000ull

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool line(FILE *to, const char *ca, unsigned int flows)
{
	const struct scenario s = {
		.ca = ca,
		.seed = 1,
		.flows = flows,
		.run_ns = 24 * SECOND,
		.rtt_ns = 20 * MS,
		.bottleneck_mbps = 50,
		.queue_bytes = 125000, /* the bandwidth-delay product */
		.mark_bytes = 30000,
	};
	uint64_t sum = 0, squares = 0;
	struct outcome o;

	scenario_run(&s, &o);
	for (unsigned int i = 0; i < flows; i++) {
		const uint64_t kbit = o.bytes[i] * 8 / 1000;

		sum += kbit;
		squares += kbit * kbit;
	}
	if (!o.finished || o.bad_bytes || !squares) {
		fprintf(stderr, "%s, %u flows: %s, %llu bytes wrong\n", ca, flows,
			o.finished ? "ended" : "did not end", (unsigned long long)o.bad_bytes);
		return false;
	}
	fprintf(to, "%-5s  %5u  %9llu %%  %5llu.%03llu  %7llu  %7llu\n", ca, flows,
		(unsigned long long)(sum * 100 / (50000 * 16)),
		(unsigned long long)(sum * sum / (flows * squares)),
		(unsigned long long)(sum * sum * 1000 / (flows * squares) % 1000),
		(unsigned long long)o.queue_dropped, (unsigned long long)o.marked);
	return true;
}

bool fairness_table(FILE *to)
{
	static const char *const cas[] = {"cubic", "reno", "bbr", "dctcp"};
	bool ok = true;

	fprintf(to,
		"# Flows that start together over 50 Mb/s, 20 ms, a queue of 125 kB that marks from 30 kB "
		"on; 24 s, the first 8 not counted.\n");
	fprintf(to, "# ca   flows  utilisation  fairness  dropped  marked\n");
	for (size_t c = 0; c < COUNT(cas); c++)
		for (unsigned int flows = 2; flows <= SIM_FLOWS_MAX; flows *= 2)
			ok &= line(to, cas[c], flows);
	return ok;
}
