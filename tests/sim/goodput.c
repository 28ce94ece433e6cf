// SPDX-License-Identifier: MIT
/* Goodput of one flow by algorithm, round trip, loss, buffers and what else a wire does to packets. */
#include "scenario.h"
#include "tables.h"

#define MS 1000000ull

struct mishap {
	const char *name;
	double reorder, duplicate, corrupt;
};

static const struct mishap clean = {"-", 0, 0, 0};
static const struct mishap mishaps[] = {
	{"reorder 5 %", 0.05, 0, 0},
	{"duplicate 5 %", 0, 0.05, 0},
	{"corrupt 2 %", 0, 0, 0.02},
	{"all three", 0.05, 0.05, 0.02},
};
static const unsigned int rtts_ms[] = {1, 20, 200};
static const double losses[] = {0, 0.01, 0.05, 0.10, 0.20, 0.30};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One line: the parameters, then what came of them. */
static bool line(FILE *to, const char *ca, unsigned int rtt_ms, double loss, uint32_t buffer_bytes,
		 const struct mishap *m)
{
	const struct scenario s = {
		.ca = ca,
		.seed = 1,
		.flows = 1,
		/* At high loss a transfer takes minutes: a smaller one tells as much. */
		.flow_bytes = loss > 0.02 ? 200000 : 2000000,
		.buffer_bytes = buffer_bytes,
		.rtt_ns = rtt_ms * MS,
		.bottleneck_mbps = 50,
		.queue_bytes = 150000,
		.mark_bytes = 40000,
		.loss = loss,
		.reorder = m->reorder,
		.duplicate = m->duplicate,
		.corrupt = m->corrupt,
	};
	uint64_t bits_per_s;
	struct outcome o;

	scenario_run(&s, &o);
	bits_per_s = o.time_ns ? s.flow_bytes * 8000000000 / o.time_ns : 0;
	if (!o.finished || o.bad_bytes || o.bytes[0] != s.flow_bytes) {
		fprintf(stderr,
			"%s, %u ms, loss %.2f, buffer %u, %s: %s, %llu of %llu bytes, %llu wrong\n",
			ca, rtt_ms, loss, buffer_bytes, m->name,
			o.finished ? "ended" : "did not end", (unsigned long long)o.bytes[0],
			(unsigned long long)s.flow_bytes, (unsigned long long)o.bad_bytes);
		return false;
	}
	fprintf(to, "%-5s  %6u  %4.0f %%  %8u  %-13s  %7llu.%03llu  %7llu  %8llu\n", ca, rtt_ms,
		loss * 100, buffer_bytes, m->name, (unsigned long long)(bits_per_s / 1000),
		(unsigned long long)(bits_per_s % 1000), (unsigned long long)o.retransmitted,
		(unsigned long long)o.timeouts);
	return true;
}

bool goodput_table(FILE *to)
{
	static const char *const cas[] = {"cubic", "reno", "bbr", "dctcp"};
	bool ok = true;

	fprintf(to,
		"# One flow of 2 MB (200 kB from 5 %% loss on) over 50 Mb/s with a queue of 150 kB; buffer 0: "
		"autotuning.\n");
	fprintf(to,
		"# ca    rtt ms    loss    buffer  mishaps        kbit/s     retrans  timeouts\n");
	for (size_t c = 0; c < COUNT(cas); c++)
		for (size_t r = 0; r < COUNT(rtts_ms); r++)
			for (size_t l = 0; l < COUNT(losses); l++)
				ok &= line(to, cas[c], rtts_ms[r], losses[l], 0, &clean);
	for (size_t r = 0; r < COUNT(rtts_ms); r++)
		for (uint32_t buffer = 4096; buffer <= 262144; buffer *= 8)
			ok &= line(to, "cubic", rtts_ms[r], 0.01, buffer, &clean);
	for (size_t m = 0; m < COUNT(mishaps); m++)
		for (size_t r = 0; r < COUNT(rtts_ms); r++)
			for (size_t l = 0; l < 3; l += 2)
				ok &= line(to, "cubic", rtts_ms[r], losses[l], 0, &mishaps[m]);
	return ok;
}
