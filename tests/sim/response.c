// SPDX-License-Identifier: MIT
/*
 * How large a window random loss leaves, beside what the models say: for Reno, W = sqrt(3 / (2 p))
 * (RFC 5681's rules; RFC 3649, 2), for CUBIC the larger of that and
 * W = (C (3 + b) / (4 (1 - b)))^(1/4) (RTT / p)^(3/4), C = 0.4, b = 0.7 (RFC 9438, 5.1 and 5.2).
 * The window is goodput x round trip / segment; the link is wide and queues nothing.
 */
#include "scenario.h"
#include "tables.h"
#include <math.h>
#include <string.h>

#define MS	  1000000ull
#define SECOND	  1000000000ull
#define MSS_BYTES 1448
#define CUBIC_C	  0.4
#define CUBIC_B	  0.7

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static double model(const char *ca, double p, double rtt_s)
{
	const double reno = sqrt(1.5 / p);
	const double cubic =
		pow(CUBIC_C * (3 + CUBIC_B) / (4 * (1 - CUBIC_B)), 0.25) * pow(rtt_s / p, 0.75);

	return strcmp(ca, "cubic") || reno > cubic ? reno : cubic;
}

static bool line(FILE *to, const char *ca, unsigned int rtt_ms, double p)
{
	const struct scenario s = {
		.ca = ca,
		.seed = 1,
		.flows = 1,
		.run_ns = (rtt_ms < 50 ? 60 : 180) * SECOND,
		.rtt_ns = rtt_ms * MS,
		.bottleneck_mbps = 2000,
		.loss = p,
	};
	const double measured_s = (double)s.run_ns / 1e9 * 2 / 3;
	struct outcome o;
	double window, wanted;

	scenario_run(&s, &o);
	if (!o.finished || o.bad_bytes) {
		fprintf(stderr, "%s, %u ms, loss %.4f: %s, %llu bytes wrong\n", ca, rtt_ms, p,
			o.finished ? "ended" : "did not end", (unsigned long long)o.bad_bytes);
		return false;
	}
	window = (double)o.bytes[0] / measured_s * rtt_ms / 1000 / MSS_BYTES;
	wanted = model(ca, p, rtt_ms / 1000.0);
	fprintf(to, "%-5s  %6u  %6.2f %%  %8.1f  %7.1f  %5.2f\n", ca, rtt_ms, p * 100, window,
		wanted, window / wanted);
	return true;
}

bool response_table(FILE *to)
{
	static const char *const cas[] = {"reno", "cubic"};
	static const unsigned int rtts_ms[] = {20, 100};
	static const double losses[] = {0.0003, 0.001, 0.003, 0.01};
	bool ok = true;

	fprintf(to,
		"# The mean window of one flow under random loss, in segments, and the models of "
		"RFC 3649 and RFC 9438.\n");
	fprintf(to, "# ca   rtt ms      loss    window    model  ratio\n");
	for (size_t c = 0; c < COUNT(cas); c++)
		for (size_t r = 0; r < COUNT(rtts_ms); r++)
			for (size_t l = 0; l < COUNT(losses); l++)
				ok &= line(to, cas[c], rtts_ms[r], losses[l]);
	return ok;
}
