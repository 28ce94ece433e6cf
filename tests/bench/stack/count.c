// SPDX-License-Identifier: MIT
/*
 * stack-count tx|rx|rr|connection [OFFLOADS] [LIVE]: one part of the benchmark alone, on the stack that
 * it is linked with (COUNTED_CLIENT and COUNTED_SERVER name its tables), for callgrind, which is told when to count: bulk, the
 * sender's or the receiver's end; round trips or connections, both. Prints how many KiB or operations
 * these were.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>
#include "pair.h"

#define WARM_BYTES    (8ull << 20)
#define COUNTED_BYTES (2ull << 20)
#define ROUND_TRIPS   500u
#define CONNECTIONS   256u

struct part {
	const char *name;
	enum side_watched watched;
	unsigned int units;
	void (*warm_up)(struct pair *p, unsigned int live);
	void (*run)(struct pair *p);
};

static void warm_bulk(struct pair *p, unsigned int live)
{
	(void)live;
	pair_connect(p);
	pair_bulk(p, WARM_BYTES);
	pair_round_trips(p, 100);
}

static void warm_connections(struct pair *p, unsigned int live)
{
	pair_open(p, live);
	pair_connections(p, CONNECTIONS);
}

static void run_bulk(struct pair *p)
{
	pair_bulk(p, COUNTED_BYTES);
}

static void run_round_trips(struct pair *p)
{
	pair_round_trips(p, ROUND_TRIPS);
}

static void run_connections(struct pair *p)
{
	pair_connections(p, CONNECTIONS);
}

static const struct part parts[] = {
	{"tx", WATCH_CLIENT, COUNTED_BYTES / 1024, warm_bulk, run_bulk},
	{"rx", WATCH_SERVER, COUNTED_BYTES / 1024, warm_bulk, run_bulk},
	{"rr", WATCH_BOTH, ROUND_TRIPS, warm_bulk, run_round_trips},
	{"connection", WATCH_BOTH, CONNECTIONS, warm_connections, run_connections},
};

static const struct part *find(const char *name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(parts[i].name, name))
			return &parts[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct part *part = argc > 1 ? find(argv[1]) : NULL;
	const unsigned long offloads = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	struct pair *p;

	if (!part || offloads > OFFLOADS_GSO_GRO_CSUM) {
		fprintf(stderr, "usage: stack-count tx|rx|rr|connection [0|1|2] [LIVE]\n");
		return EXIT_FAILURE;
	}
	p = pair_create(&COUNTED_CLIENT, &COUNTED_SERVER, (enum offloads)offloads);
	part->warm_up(p, argc > 3 ? (unsigned int)strtoul(argv[3], NULL, 10) : 0);
	CALLGRIND_START_INSTRUMENTATION;
	p->watched = part->watched;
	part->run(p);
	CALLGRIND_STOP_INSTRUMENTATION;
	printf("%u\n", part->units);
	return EXIT_SUCCESS;
}
