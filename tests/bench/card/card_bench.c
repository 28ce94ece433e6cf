// SPDX-License-Identifier: MIT
/*
 * How fast the RTL card is: alone, through the platform's C interface. Prints one JSON object.
 *
 * In cycles (mode=virtual, DMA latency 500 ns; exact, the same on every machine):
 *   tso_bytes_per_cycle   wire bytes a cycle, 64 sends of 64 KiB in 4 KiB pieces, MSS 1448
 *   tx64_cycles_per_frame cycles from frame to frame, frames of 64 bytes (60 without FCS)
 *   rx64_cycles_per_frame the same, from the wire into memory, descriptors written back
 *   rx1514_bytes_per_cycle wire bytes a cycle, frames of 1514 bytes
 * In time (mode=free, where a card is clocked only when it has something to do):
 *   card_mbps_busy        wire Mbit/s of time spent evaluating the card: a third of the time each
 *                         TSO transmit, receive of 1514-byte frames, and both at once
 *   card_mbps_busy_tso, card_mbps_busy_rx, card_mbps_busy_both  the parts
 *   mhz_busy              clocked cycles a microsecond of that time
 *   cycles                clocked, in a round of the timed part
 * Wire bytes are frames without preamble, FCS and gap. Times are medians of ROUNDS rounds.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/offload.h"
#include "host.h"

#define MSS		  1448u
#define SEND_BYTES	  65536u
#define SENDS		  64u
#define PIECE_BYTES	  4096u
#define TCP_OPTIONS_BYTES 12u /* time stamps, as every TCP of today sends */
#define TX_RING		  2048u
#define RX_RING		  2048u
#define RX_BUFFER_BYTES	  2048u
#define SMALL_BYTES	  60u
#define LARGE_BYTES	  1514u
#define FRAMES		  1536u /* of a part in cycles */
#define WARM_FRAMES	  256u	/* of them, not counted: the pipeline fills */
#define STEP_NS		  40u
#define CYCLE_NS	  4u
#define ROUNDS		  9u
#define ROUND_FRAMES	  1920u /* received in a round */
#define ROUND_SENDS	  48u

struct options {
	bool times_only;
	unsigned int rounds;
};

static void fail(const char *what)
{
	fprintf(stderr, "card-bench: %s\n", what);
	exit(EXIT_FAILURE);
}

static struct packet *large_send(void)
{
	const struct packet_options o = {
		.tcp_options = TCP_OPTIONS_BYTES, .payload = SEND_BYTES, .seed = 1};
	struct packet *p = malloc(sizeof(*p));

	if (!p)
		fail("out of memory");
	packet_build(p, &o);
	packet_seed_tso(p);
	return p;
}

/* Where the bytes of every send lie: all have the same. */
struct pieces {
	const struct packet *p;
	uint64_t addr;
};

static void put_send(struct tx_ring *r, const struct pieces *s)
{
	const struct tx_context c = tso_context(s->p, MSS);
	const size_t header = s->p->payload;

	tx_set_context(r, &c);
	tx_data(r, s->addr, header, TXD_IFCS | TXD_TSE, offload_popts(s->p));
	for (size_t at = header; at < s->p->len; at += PIECE_BYTES) {
		const size_t left = s->p->len - at;
		const bool last = left <= PIECE_BYTES;

		tx_data(r, s->addr + at, last ? left : PIECE_BYTES,
			TXD_IFCS | TXD_TSE | (last ? TXD_EOP | TXD_RS : 0), 0);
	}
}

/* --- cycles --- */

static double tx_cycles_per_frame(const struct lean_host *h)
{
	const struct sent *s = &h->sent;

	return (double)(s->last_ns - s->mark_ns) / CYCLE_NS / (double)(s->frames - s->mark_frame);
}

static void measure_tso(void)
{
	static struct lean_host h;
	struct packet *p = large_send();
	struct pieces pieces = {.p = p};
	struct tx_ring ring;

	lean_host_create(&h, "mode=virtual,dma_latency_ns=500");
	tx_setup(&ring, &h.bench, TX_RING);
	pieces.addr = put_bytes(&h.bench, p->bytes, p->len);
	for (unsigned int i = 0; i < SENDS; i++)
		put_send(&ring, &pieces);
	h.sent.mark_frame = 1;
	tx_doorbell(&ring);
	run_ns(&h.bench, MS(2));
	if (h.sent.frames != SENDS * tso_frames(p, MSS))
		fail("the TSO sends did not leave within 2 ms");
	printf("\t\"tso_bytes_per_cycle\": %.2f,\n",
	       (double)(h.sent.bytes - h.sent.mark_bytes) * CYCLE_NS /
		       (double)(h.sent.last_ns - h.sent.mark_ns));
	free(p);
}

static void measure_tx64(void)
{
	static struct lean_host h;
	uint8_t frame[SMALL_BYTES];
	struct tx_ring ring;
	uint64_t addr;

	lean_host_create(&h, "mode=virtual,dma_latency_ns=500");
	fill_random(frame, sizeof(frame), 1);
	tx_setup(&ring, &h.bench, TX_RING);
	addr = put_bytes(&h.bench, frame, sizeof(frame));
	for (unsigned int i = 0; i < FRAMES; i++)
		tx_legacy(&ring, addr, sizeof(frame), TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	h.sent.mark_frame = WARM_FRAMES;
	tx_doorbell(&ring);
	run_ns(&h.bench, MS(1));
	if (h.sent.frames != FRAMES)
		fail("the small frames did not leave within 1 ms");
	printf("\t\"tx64_cycles_per_frame\": %.2f,\n", tx_cycles_per_frame(&h));
}

static size_t tcp_frame(uint8_t *frame, size_t bytes)
{
	static struct packet p;
	struct packet_options o = {.tcp_flags = TCP_ACK, .seed = 1};

	packet_build(&p, &o);
	o.payload = bytes - p.len;
	packet_build(&p, &o);
	memcpy(frame, p.bytes, bytes);
	return bytes;
}

/* Offers frames as fast as the card takes them. Cycles from frame to frame, in memory. */
static double rx_cycles_per_frame(size_t bytes)
{
	static struct lean_host h;
	struct bench *b = &h.bench;
	struct rx_ring ring;
	uint8_t frame[LARGE_BYTES];
	unsigned int offered = 0, done = 0;
	uint64_t mark_ns = 0, mark = 0;

	lean_host_create(&h, "mode=virtual,dma_latency_ns=500");
	tcp_frame(frame, bytes);
	rx_setup(&ring, b, RX_RING, RX_BUFFER_BYTES, true, 0);
	rx_post(&ring, FRAMES);
	run_ns(b, US(5)); /* descriptors are there before frames are */
	while (done < FRAMES) {
		while (offered < FRAMES && b->abi->card_receive(b->card, frame, bytes) == 1)
			offered++;
		run_ns(b, STEP_NS);
		while (done < FRAMES && (rx_descriptor(&ring, done)[2] & RXD_DD))
			done++;
		if (!mark && done >= WARM_FRAMES) {
			mark = done;
			mark_ns = b->now_ns;
		}
		if (b->now_ns > MS(2))
			fail("the frames did not arrive within 2 ms");
	}
	return (double)(b->now_ns - mark_ns) / CYCLE_NS / (double)(FRAMES - mark);
}

static void measure_rx64(void)
{
	printf("\t\"rx64_cycles_per_frame\": %.2f,\n", rx_cycles_per_frame(SMALL_BYTES));
}

static void measure_rx1514(void)
{
	printf("\t\"rx1514_bytes_per_cycle\": %.2f,\n",
	       LARGE_BYTES / rx_cycles_per_frame(LARGE_BYTES));
}

/* --- time --- */

enum part { PART_TSO, PART_RX, PART_BOTH, PARTS };

struct load {
	struct lean_host h;
	struct tx_ring tx;
	struct rx_ring rx;
	struct pieces pieces;
	uint8_t frame[LARGE_BYTES];
};

struct cost {
	double bits, ns, cycles;
};

/* Keeps the card busy until it has sent and received this much. */
static void run_load(struct load *l, unsigned int sends, unsigned int frames)
{
	struct bench *b = &l->h.bench;

	for (unsigned int i = 0; i < sends; i++)
		put_send(&l->tx, &l->pieces);
	if (frames)
		rx_post(&l->rx, frames);
	if (sends)
		tx_doorbell(&l->tx);
	while (frames) {
		while (frames && b->abi->card_receive(b->card, l->frame, LARGE_BYTES) == 1)
			frames--;
		b->abi->advance(b->platform, b->now_ns);
	}
	run_out(b);
}

static struct cost run_part(struct load *l, enum part part)
{
	const unsigned int sends = part == PART_RX ? 0 : ROUND_SENDS;
	const unsigned int frames = part == PART_TSO ? 0 : ROUND_FRAMES;
	const struct ringside_platform_abi *abi = l->h.bench.abi;
	struct ringside_card_counters before, after;

	abi->card_counters(l->h.bench.card, &before);
	run_load(l, sends, frames);
	abi->card_counters(l->h.bench.card, &after);
	if (after.tx_frames - before.tx_frames != sends * tso_frames(l->pieces.p, MSS) ||
	    after.rx_frames - before.rx_frames != frames)
		fail("not every frame came through");
	return (struct cost){
		.bits = 8.0 * (double)(after.tx_bytes - before.tx_bytes + after.rx_bytes -
				       before.rx_bytes),
		.ns = (double)(after.eval_ns - before.eval_ns),
		.cycles = (double)(after.cycles_clocked - before.cycles_clocked),
	};
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

static void measure_time(unsigned int rounds)
{
	static const char *const names[PARTS] = {"tso", "rx", "both"};
	static struct load l;
	struct packet *p = large_send();
	double ns[PARTS][rounds], total_bits = 0, total_ns = 0, total_cycles = 0;
	struct cost cost[PARTS] = {0};

	lean_host_create(&l.h, "mode=free");
	tx_setup(&l.tx, &l.h.bench, TX_RING);
	rx_setup(&l.rx, &l.h.bench, RX_RING, RX_BUFFER_BYTES, true, 0);
	tcp_frame(l.frame, LARGE_BYTES);
	l.pieces = (struct pieces){p, put_bytes(&l.h.bench, p->bytes, p->len)};
	for (unsigned int round = 0; round < rounds; round++) {
		for (enum part part = 0; part < PARTS; part++) {
			cost[part] = run_part(&l, part);
			ns[part][round] = cost[part].ns;
		}
	}
	for (enum part part = 0; part < PARTS; part++) {
		const double part_ns = median(ns[part], rounds);

		printf("\t\"card_mbps_busy_%s\": %.0f,\n", names[part],
		       cost[part].bits * 1e3 / part_ns);
		total_bits += cost[part].bits / part_ns;
		total_ns += part_ns;
		total_cycles += cost[part].cycles;
	}
	printf("\t\"card_mbps_busy\": %.0f,\n", total_bits * 1e3 / PARTS);
	printf("\t\"mhz_busy\": %.3f,\n", total_cycles * 1e3 / total_ns);
	printf("\t\"cycles\": %.0f\n", total_cycles);
	free(p);
}

/* --- */

/* SystemC has one kernel a process: every platform gets a process of its own. */
static void in_child(void (*measure)(void))
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		fail("cannot fork");
	if (child == 0) {
		measure();
		fflush(stdout);
		_exit(EXIT_SUCCESS);
	}
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status))
		exit(EXIT_FAILURE);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 't':
		o->times_only = true;
		return 0;
	case 'r':
		o->rounds = (unsigned int)strtoul(arg, NULL, 10);
		if (o->rounds < 1 || o->rounds > 1000)
			argp_error(state, "--rounds=%s: give a number from 1 to 1000", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{"times", 't', NULL, 0, "only what is measured in time, in this very process", 0},
	{"rounds", 'r', "N", 0, "rounds of the timed part, of which the median counts", 0},
	{0},
};

int main(int argc, char **argv)
{
	const struct argp argp = {
		option_table, parse_option, NULL, "Measures the RTL card's speed; prints JSON.",
		NULL,	      NULL,	    NULL};
	struct options o = {.rounds = ROUNDS};

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	printf("{\n");
	if (!o.times_only) {
		in_child(measure_tso);
		in_child(measure_tx64);
		in_child(measure_rx64);
		in_child(measure_rx1514);
	}
	measure_time(o.rounds);
	printf("}\n");
	return 0;
}
