// SPDX-License-Identifier: MIT
/*
 * stack-bench: our TCP and lwIP, each two ends in one process over the same wire (wire.h), in turn.
 * Prints one JSON object; times are CPU time, every ratio is the median over rounds in which the
 * stacks take turns.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "pair.h"

#define MIB	    (1024u * 1024u)
#define ROUNDS	    15u
#define WARM_BYTES  (16ull * MIB)
#define BULK_BYTES  (48ull * MIB)
#define ROUND_TRIPS 40000u
#define CONNECTIONS 1000u
#define LIVE_FEW    1000u
#define LIVE_MANY   100000u
#define LIVE_LWIP   10000u /* its lists are linear */

static const struct stack_ops *const ours[2] = {&ringside_ops, &ringside_ops};
static const struct stack_ops *const lwip[2] = {&lwip_ops_0, &lwip_ops_1};

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned int n)
{
	qsort(values, n, sizeof(*values), by_value);
	return values[n / 2];
}

static double bulk_s(struct pair *p)
{
	const double start = cpu_s();

	pair_bulk(p, BULK_BYTES);
	return cpu_s() - start;
}

static double rr_s(struct pair *p)
{
	const double start = cpu_s();

	pair_round_trips(p, ROUND_TRIPS);
	return cpu_s() - start;
}

static double connections_s(struct pair *p)
{
	const double start = cpu_s();

	pair_connections(p, CONNECTIONS);
	return cpu_s() - start;
}

/* One measurement of several pairs in turn: seconds of each, and each over the last one. */
#define PAIRS_MAX 4u
struct result {
	double s[PAIRS_MAX], speedup[PAIRS_MAX];
};

static void measure(struct pair *const *pairs, unsigned int n, unsigned int rounds,
		    double (*run)(struct pair *p), struct result *r)
{
	double s[PAIRS_MAX][rounds], speedup[PAIRS_MAX][rounds];

	for (unsigned int i = 0; i < rounds; i++) {
		for (unsigned int k = 0; k < n; k++)
			s[k][i] = run(pairs[k]);
		for (unsigned int k = 0; k < n; k++)
			speedup[k][i] = s[n - 1][i] / s[k][i];
	}
	for (unsigned int k = 0; k < n; k++) {
		r->s[k] = median(s[k], rounds);
		r->speedup[k] = median(speedup[k], rounds);
	}
}

static struct pair *connected(const struct stack_ops *const *ops, enum offloads offloads)
{
	struct pair *p = pair_create(ops[0], ops[1], offloads);

	pair_connect(p);
	pair_bulk(p, WARM_BYTES);
	return p;
}

static double gbps(double s)
{
	return BULK_BYTES * 8 / s / 1e9;
}

/* ---- all in time ---- */

static void time_bulk(struct pair *const *pairs, unsigned int rounds)
{
	static const char *const names[] = {"bulk", "bulk_offload", "bulk_offload_csum"};
	struct result r, same_checksum;

	measure(pairs, 4, rounds, bulk_s, &r);
	lwip_has_our_checksum = true;
	measure(pairs, 4, rounds, bulk_s, &same_checksum);
	lwip_has_our_checksum = false;
	for (unsigned int i = 0; i < 3; i++) {
		printf("\t\"%s_gbps\": %.2f,\n", names[i], gbps(r.s[i]));
		printf("\t\"%s_vs_lwip\": %.3f,\n", names[i], r.speedup[i]);
		printf("\t\"%s_vs_lwip_with_our_checksum\": %.3f,\n", names[i],
		       same_checksum.speedup[i]);
	}
	printf("\t\"lwip_bulk_gbps\": %.2f,\n", gbps(r.s[3]));
	printf("\t\"lwip_bulk_gbps_with_our_checksum\": %.2f,\n", gbps(same_checksum.s[3]));
}

static void time_bulk_and_rr(unsigned int rounds, struct pair *lwip_pair)
{
	struct pair *const pairs[] = {connected(ours, OFFLOADS_OFF),
				      connected(ours, OFFLOADS_GSO_GRO),
				      connected(ours, OFFLOADS_GSO_GRO_CSUM), lwip_pair};
	struct result r;

	pair_connect(lwip_pair);
	pair_bulk(lwip_pair, WARM_BYTES);
	time_bulk(pairs, rounds);
	measure((struct pair *const[]){pairs[0], pairs[3]}, 2, rounds, rr_s, &r);
	printf("\t\"rr_per_s\": %.0f,\n\t\"rr_vs_lwip\": %.3f,\n\t\"lwip_rr_per_s\": %.0f,\n",
	       ROUND_TRIPS / r.s[0], r.speedup[0], ROUND_TRIPS / r.s[1]);
}

static void time_connections(unsigned int rounds, struct pair *lwip_pair)
{
	struct pair *few = pair_create(ours[0], ours[1], OFFLOADS_OFF);
	struct pair *many = pair_create(ours[0], ours[1], OFFLOADS_OFF);
	struct result r;

	pair_open(few, LIVE_FEW);
	pair_open(many, LIVE_MANY);
	pair_open(lwip_pair, LIVE_FEW);
	measure((struct pair *const[]){many, few, lwip_pair}, 3, rounds, connections_s, &r);
	printf("\t\"conn_per_s_1k\": %.0f,\n\t\"conn_per_s_1k_vs_lwip\": %.3f,\n",
	       CONNECTIONS / r.s[1], r.speedup[1]);
	printf("\t\"conn_per_s_100k\": %.0f,\n\t\"lwip_conn_per_s_1k\": %.0f,\n",
	       CONNECTIONS / r.s[0], CONNECTIONS / r.s[2]);
	pair_open(lwip_pair, LIVE_LWIP - LIVE_FEW);
	measure((struct pair *const[]){lwip_pair}, 1, 1, connections_s, &r);
	printf("\t\"lwip_conn_per_s_10k\": %.0f,\n", CONNECTIONS / r.s[0]);
}

static void time_all(unsigned int rounds)
{
	struct pair *lwip_pair = pair_create(lwip[0], lwip[1], OFFLOADS_OFF);
	struct pair_memory m;

	printf("{\n");
	time_bulk_and_rr(rounds, lwip_pair);
	time_connections(rounds, lwip_pair);
	pair_memory(pair_create(ours[0], ours[1], OFFLOADS_OFF), &m);
	printf("\t\"bytes_established\": %.0f,\n\t\"bytes_request\": %.0f,\n"
	       "\t\"bytes_timewait\": %.0f\n}\n",
	       m.established, m.request, m.timewait);
}

/* ---- command line ---- */

static const struct argp_option argp_options[] = {
	{"rounds", 'r', "N", 0, "of each measurement (15)", 0}, {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	unsigned int *rounds = state->input;

	if (key != 'r')
		return ARGP_ERR_UNKNOWN;
	*rounds = (unsigned int)strtoul(arg, NULL, 10);
	if (!*rounds)
		argp_error(state, "--rounds %s: at least 1", arg);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {argp_options, parse, NULL, "TCP's speed beside lwIP's",
					 NULL,	       NULL,  NULL};
	unsigned int rounds = ROUNDS;

	argp_parse(&argp, argc, argv, 0, NULL, &rounds);
	time_all(rounds);
	return EXIT_SUCCESS;
}
