/* SPDX-License-Identifier: MIT */
/* Two ends of one stack, a wire between them, and what they are made to do. */
#ifndef BENCH_STACK_PAIR_H
#define BENCH_STACK_PAIR_H

#include "end.h"

#define SERVER 1   /* side; the client is 0 */
#define BATCH  16u /* connections that open and close at once */

enum side_watched { WATCH_NOBODY, WATCH_CLIENT, WATCH_SERVER, WATCH_BOTH };

struct pair {
	const struct stack_ops *ops[2];
	struct card card[2];
	struct end *end[2];
	struct conn *free;   /* connections of the benchmark that are not in use */
	struct conn *one[2]; /* of bulk and round trips */
	unsigned int batches;
	enum side_watched watched; /* whose instructions callgrind collects */
};

struct pair *pair_create(const struct stack_ops *client, const struct stack_ops *server,
			 enum offloads offloads);
/* Connects both ends once: what bulk and round trips use. */
void pair_connect(struct pair *p);
/* The client sends so many bytes; until the server has them all. */
void pair_bulk(struct pair *p, uint64_t bytes);
/* One byte there, one byte back, so many times. */
void pair_round_trips(struct pair *p, unsigned int count);
/* Opens so many connections and leaves them open. */
void pair_open(struct pair *p, unsigned int count);
/* Opens, accepts and closes so many, then lets TIME_WAIT run out. The server closes first when told. */
void pair_connections(struct pair *p, unsigned int count);
/* Bytes of memory each takes; 1,000 of them. */
struct pair_memory {
	double established, request, timewait;
};
void pair_memory(struct pair *p, struct pair_memory *m);

#endif
