// SPDX-License-Identifier: MIT
#include "pair.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#define TURNS_WITHOUT_PROGRESS 1000000u
#define TURN_NS		       1000u
#define TIMEWAIT_NS	       61000000000ull
#define TICK_NS		       250000000ull /* lwIP's timers walk their lists so often */
#define SAMPLE		       1000u

static uint8_t payload[APP_BUFFER_BYTES];

static void fail(const struct pair *p, const char *what)
{
	fprintf(stderr, "stack-bench: %s: %s\n", p->ops[0]->name, what);
	exit(EXIT_FAILURE);
}

static void begin_side(const struct pair *p, int side)
{
	if (p->watched & (1u << side))
		CALLGRIND_TOGGLE_COLLECT;
}

static void end_side(const struct pair *p, int side)
{
	begin_side(p, side);
}

struct pair *pair_create(const struct stack_ops *client, const struct stack_ops *server,
			 enum offloads offloads)
{
	struct pair *p = calloc(1, sizeof(*p));

	if (!p)
		exit(EXIT_FAILURE);
	p->ops[0] = client;
	p->ops[1] = server;
	for (int side = 0; side < 2; side++) {
		p->end[side] = p->ops[side]->create(side, &p->card[side], offloads);
		if (!p->end[side])
			fail(p, "no memory");
	}
	p->ops[SERVER]->listen(p->end[SERVER]);
	memset(payload, 'x', sizeof(payload));
	return p;
}

static struct conn *conn_new(struct pair *p, int side)
{
	struct conn *c = p->free;

	if (c)
		p->free = c->next;
	else
		c = malloc(sizeof(*c));
	if (!c)
		fail(p, "no memory");
	*c = (struct conn){.end = p->end[side]};
	return c;
}

static void conn_free(struct pair *p, struct conn *c)
{
	c->next = p->free;
	p->free = c;
}

static void poll_side(struct pair *p, int side)
{
	begin_side(p, side);
	p->ops[side]->poll(p->end[side]);
	end_side(p, side);
}

/* Both ends once; what each has sent reaches the other. */
static void turn(struct pair *p)
{
	poll_side(p, 0);
	wire_run(&p->card[0], &p->card[1]);
	poll_side(p, 1);
	wire_run(&p->card[1], &p->card[0]);
	wire_now_ns += TURN_NS;
}

static void settle(struct pair *p)
{
	for (unsigned int i = 0; i < 16; i++)
		turn(p);
}

/* ---- one connection ---- */

static void accept_until(struct pair *p, struct conn *c)
{
	for (unsigned int i = 0; !p->ops[SERVER]->accept(c, PORT); i++) {
		if (i == TURNS_WITHOUT_PROGRESS)
			fail(p, "a connection does not open");
		turn(p);
	}
}

void pair_connect(struct pair *p)
{
	p->one[0] = conn_new(p, 0);
	p->one[1] = conn_new(p, 1);
	p->ops[0]->connect(p->one[0], PORT);
	accept_until(p, p->one[1]);
	settle(p);
}

/* The sender's part of a turn. Returns bytes its stack took. */
static uint64_t sender(struct pair *p, uint64_t left)
{
	uint64_t taken = 0;
	size_t n;

	begin_side(p, 0);
	p->ops[0]->poll(p->end[0]);
	do {
		n = p->ops[0]->send(p->one[0], payload,
				    left - taken < sizeof(payload) ? left - taken
								   : sizeof(payload));
		taken += n;
	} while (n && taken < left);
	end_side(p, 0);
	return taken;
}

static uint64_t receiver(struct pair *p)
{
	uint64_t n;

	begin_side(p, 1);
	p->ops[1]->poll(p->end[1]);
	n = p->ops[1]->recv(p->one[1]);
	end_side(p, 1);
	return n;
}

void pair_bulk(struct pair *p, uint64_t bytes)
{
	uint64_t sent = 0, received = 0;
	unsigned int idle = 0;

	while (received < bytes) {
		uint64_t n;

		sent += sender(p, bytes - sent);
		wire_run(&p->card[0], &p->card[1]);
		n = receiver(p);
		wire_run(&p->card[1], &p->card[0]);
		wire_now_ns += TURN_NS;
		received += n;
		idle = n ? 0 : idle + 1;
		if (idle == TURNS_WITHOUT_PROGRESS)
			fail(p, "bulk does not move");
	}
}

/* Sends back what came. */
static size_t echo(struct pair *p, int side)
{
	size_t n;

	begin_side(p, side);
	p->ops[side]->poll(p->end[side]);
	n = p->ops[side]->recv(p->one[side]);
	if (n)
		p->ops[side]->send(p->one[side], payload, n);
	end_side(p, side);
	return n;
}

void pair_round_trips(struct pair *p, unsigned int count)
{
	unsigned int idle = 0;

	p->ops[0]->send(p->one[0], payload, 1);
	for (unsigned int done = 0; done < count;) {
		size_t n;

		wire_run(&p->card[0], &p->card[1]);
		echo(p, 1);
		wire_run(&p->card[1], &p->card[0]);
		wire_now_ns += TURN_NS;
		n = echo(p, 0);
		done += n != 0;
		idle = n ? 0 : idle + 1;
		if (idle == TURNS_WITHOUT_PROGRESS)
			fail(p, "round trips stop");
	}
	/* The last byte is on its way. */
	wire_run(&p->card[0], &p->card[1]);
	p->ops[1]->poll(p->end[1]);
	p->ops[1]->recv(p->one[1]);
}

/* ---- many connections ---- */

struct batch {
	struct conn *conn[2][BATCH];
	unsigned int count;
};

static void open_batch(struct pair *p, struct batch *b, unsigned int count)
{
	const uint16_t port = (uint16_t)(PORT + p->batches++ % PORTS);
	unsigned int accepted = 0, idle = 0;

	b->count = count < BATCH ? count : BATCH;
	begin_side(p, 0);
	for (unsigned int i = 0; i < b->count; i++) {
		b->conn[0][i] = conn_new(p, 0);
		p->ops[0]->connect(b->conn[0][i], port);
	}
	end_side(p, 0);
	b->conn[1][0] = conn_new(p, 1);
	while (accepted < b->count) {
		turn(p);
		begin_side(p, 1);
		while (accepted < b->count && p->ops[1]->accept(b->conn[1][accepted], port)) {
			if (++accepted < b->count)
				b->conn[1][accepted] = conn_new(p, 1);
			idle = 0;
		}
		end_side(p, 1);
		if (++idle == TURNS_WITHOUT_PROGRESS)
			fail(p, "connections do not open");
	}
}

/* The sides in turn: the first closes, the second when it has seen that. */
static void close_batch(struct pair *p, struct batch *b, int first)
{
	const int second = 1 - first;
	unsigned int closed = 0, idle = 0;

	begin_side(p, first);
	for (unsigned int i = 0; i < b->count; i++) {
		p->ops[first]->close(b->conn[first][i]);
		conn_free(p, b->conn[first][i]);
	}
	end_side(p, first);
	while (closed < b->count) {
		turn(p);
		begin_side(p, second);
		for (unsigned int i = 0; i < b->count; i++) {
			struct conn *c = b->conn[second][i];

			if (!c)
				continue;
			p->ops[second]->recv(c);
			if (!c->ended)
				continue;
			p->ops[second]->close(c);
			conn_free(p, c);
			b->conn[second][i] = NULL;
			closed++;
			idle = 0;
		}
		end_side(p, second);
		if (++idle == TURNS_WITHOUT_PROGRESS)
			fail(p, "connections do not close");
	}
	turn(p);
	turn(p);
}

static void run_out_of_timewait(struct pair *p)
{
	for (uint64_t ns = 0; ns < TIMEWAIT_NS; ns += TICK_NS) {
		wire_now_ns += TICK_NS;
		turn(p);
	}
}

static void forget_batch(struct pair *p, struct batch *b)
{
	for (unsigned int i = 0; i < b->count; i++) /* they live on without us */
		b->conn[0][i] = b->conn[1][i] = NULL;
	(void)p;
}

void pair_open(struct pair *p, unsigned int count)
{
	struct batch b;

	for (unsigned int done = 0; done < count; done += b.count) {
		open_batch(p, &b, count - done);
		forget_batch(p, &b);
	}
	settle(p);
}

static void open_and_close(struct pair *p, unsigned int count, int first)
{
	struct batch b;

	for (unsigned int done = 0; done < count; done += b.count) {
		open_batch(p, &b, count - done);
		close_batch(p, &b, first);
	}
}

void pair_connections(struct pair *p, unsigned int count)
{
	open_and_close(p, count, 0);
	run_out_of_timewait(p);
}

/* ---- memory ---- */

static uint64_t memory(const struct pair *p, int side)
{
	return p->ops[side]->memory_bytes(p->end[side]);
}

/* SYNs reach the server, its answers nobody. */
static double request_bytes(struct pair *p)
{
	const uint64_t before = memory(p, 1);

	for (unsigned int i = 0; i < SAMPLE; i++) {
		p->ops[0]->connect(conn_new(p, 0), PORT);
		p->ops[0]->poll(p->end[0]);
		wire_run(&p->card[0], &p->card[1]);
		p->ops[1]->poll(p->end[1]);
		wire_lose(&p->card[1]);
		p->ops[1]->poll(p->end[1]);
	}
	return (double)(memory(p, 1) - before) / SAMPLE;
}

void pair_memory(struct pair *p, struct pair_memory *m)
{
	uint64_t before[2];

	/* What is made once: neighbours, caches of buffers. */
	pair_connections(p, SAMPLE);
	open_and_close(p, SAMPLE, 1);
	run_out_of_timewait(p);
	before[1] = memory(p, 1);
	open_and_close(p, SAMPLE, 1); /* the server's TIME_WAITs share its port */
	m->timewait = (double)(memory(p, 1) - before[1]) / SAMPLE;
	run_out_of_timewait(p);
	before[0] = memory(p, 0);
	before[1] = memory(p, 1);
	pair_open(p, SAMPLE);
	m->established = (double)(memory(p, 0) - before[0]) / SAMPLE;
	if ((double)(memory(p, 1) - before[1]) / SAMPLE > m->established)
		m->established = (double)(memory(p, 1) - before[1]) / SAMPLE;
	m->request = request_bytes(p);
}
