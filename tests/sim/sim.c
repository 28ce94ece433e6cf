// SPDX-License-Identifier: MIT
/*
 * The simulation: tables of goodput and fairness that are kept in the tree, so that a change of the
 * stack shows in numbers, and random scenarios by seed in which every byte must arrive. All in
 * virtual time: the same on every machine.
 */
#include "scenario.h"
#include "tables.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <host/host.h>

#define MS	    1000000ull
#define MAY_GIVE_UP 0.2 /* loss each way */

static int usage(void)
{
	fprintf(stderr,
		"usage: sim check TABLE FILE    compare with what is kept\n"
		"       sim print TABLE         TABLE: goodput, fairness, response, way, alone\n"
		"       sim trace CA            a flow's window and round trip in time, for plots\n"
		"       sim seeds FIRST COUNT   random scenarios, every byte checked\n");
	return 2;
}

static bool (*table_named(const char *name))(FILE *)
{
	static const struct {
		const char *name;
		bool (*table)(FILE *to);
	} tables[] = {
		{"goodput", goodput_table},   {"fairness", fairness_table},
		{"response", response_table}, {"way", way_table},
		{"alone", alone_table},
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (!strcmp(name, tables[i].name))
			return tables[i].table;
	return NULL;
}

/* ---- tables ---- */

/* The next line of text without its end; NULL: none. */
static char *next_line(char **text)
{
	char *line = *text, *end;

	if (!*line)
		return NULL;
	end = strchr(line, '\n');
	*text = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	return line;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);
	size_t n;

	if (!f) {
		fprintf(stderr, "%s: %s; make it: make sim-update\n", path, strerror(errno));
		free(text);
		return NULL;
	}
	n = fread(text, 1, (1 << 20) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static int check(const char *name, const char *path)
{
	bool (*table)(FILE *) = table_named(name);
	unsigned int passed = 0, failed = 0;
	char *kept, *kept_at, *now, *now_at;
	size_t size;
	FILE *f;

	if (!table)
		return usage();
	kept = kept_at = read_file(path);
	if (!kept)
		return 1;
	f = open_memstream(&now, &size);
	failed += !table(f);
	fclose(f);
	now_at = now;
	for (;;) {
		const char *a = next_line(&kept_at), *b = next_line(&now_at);

		if (!a && !b)
			break;
		if (a && b && !strcmp(a, b)) {
			passed += *a != '#';
			continue;
		}
		printf("- %s\n+ %s\n", a ? a : "", b ? b : "");
		failed++;
	}
	free(kept);
	free(now);
	if (failed)
		printf("%s differs from what the stack does now; if that is meant: make sim-update\n",
		       path);
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}

/* ---- a trace ---- */

/* Two flows that start together over 50 Mb/s and 40 ms, with a queue of one bandwidth-delay product. */
static int trace(const char *ca)
{
	const struct scenario s = {
		.ca = ca,
		.seed = 1,
		.flows = 2,
		.run_ns = 40000 * MS,
		.rtt_ns = 40 * MS,
		.bottleneck_mbps = 50,
		.queue_bytes = 250000,
		.mark_bytes = 40000,
		.trace = stdout,
		.trace_every_ns = 50 * MS,
	};
	struct outcome o;

	printf("# s flow cwnd srtt_ms\n");
	scenario_run(&s, &o);
	return !o.finished || o.bad_bytes;
}

/* ---- seeds ---- */

static double up_to(struct host_random *r, double max)
{
	return (double)(host_random_u64(r) % 1000) / 1000 * max;
}

static bool run_seed(uint64_t seed)
{
	static const char *const cas[] = {"cubic", "reno", "bbr", "dctcp"};
	struct host_random r;
	struct scenario s;
	struct outcome o;
	uint64_t bytes = 0;

	host_random_seed(&r, seed, 0x73696d);
	s = (struct scenario){
		.ca = cas[host_random_u64(&r) % 4],
		.seed = seed,
		.flows = 1 + (unsigned int)(host_random_u64(&r) % 3),
		.flow_bytes = 1 + host_random_u64(&r) % 100000,
		.buffer_bytes = host_random_u64(&r) % 2 ? 0 : 2048u << host_random_u64(&r) % 8,
		.rtt_ns = (1ull << host_random_u64(&r) % 9) * MS,
		.bottleneck_mbps = 1 + host_random_u64(&r) % 200,
		.queue_bytes = 10000u << host_random_u64(&r) % 6,
		.mark_bytes = host_random_u64(&r) % 2 * 20000,
		.loss = host_random_u64(&r) % 2 ? up_to(&r, 0.05) : up_to(&r, 0.3),
		.reorder = up_to(&r, 0.2),
		.duplicate = up_to(&r, 0.2),
		.corrupt = up_to(&r, 0.05),
	};
	scenario_run(&s, &o);
	for (unsigned int i = 0; i < s.flows; i++)
		bytes += o.bytes[i];
	if (o.finished && !o.bad_bytes && bytes == s.flow_bytes * s.flows)
		return true;
	/* Where half of all exchanges fail, fifteen in a row do so once in a while. */
	if (o.finished && !o.bad_bytes && o.gave_up && s.loss > MAY_GIVE_UP) {
		printf("seed %llu: loss %.3f, gave up\n", (unsigned long long)seed, s.loss);
		return true;
	}
	printf("seed %llu (%s, %u flows of %llu bytes, loss %.3f): %s, %llu bytes, %llu wrong; again: "
	       "build/tests/sim/sim seeds %llu 1\n",
	       (unsigned long long)seed, s.ca, s.flows, (unsigned long long)s.flow_bytes, s.loss,
	       o.finished ? "ended" : "did not end", (unsigned long long)bytes,
	       (unsigned long long)o.bad_bytes, (unsigned long long)seed);
	return false;
}

static int seeds(uint64_t first, uint64_t count)
{
	uint64_t failed = 0;

	for (uint64_t i = 0; i < count; i++)
		failed += !run_seed(first + i);
	printf("%llu passed, %llu failed\n", (unsigned long long)(count - failed),
	       (unsigned long long)failed);
	return failed != 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "check"))
		return check(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "print") && table_named(argv[2]))
		return !table_named(argv[2])(stdout);
	if (argc == 3 && !strcmp(argv[1], "trace"))
		return trace(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "seeds"))
		return seeds(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
	return usage();
}
