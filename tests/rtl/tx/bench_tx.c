// SPDX-License-Identifier: MIT
//
// Measures tx_engine: bytes a cycle of TSO on the wire, cycles a 64-byte frame, and how fast the model
// evaluates. Cycle figures are exact; the clock rate is this machine's.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ring.h"

enum { LATENCY = 125 }; // 500 ns of 4 ns cycles

// Of this process, so that others on the machine count less.
static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct tx *engine(struct tx_ring *ring)
{
	struct tx_options o = {
		.seed = 1, .read_latency = LATENCY, .write_latency = LATENCY, .discard = true};
	struct tx *tx = tx_new(&o);

	tx_ring_init(ring, tx, 0, 4096);
	return tx;
}

static void run(struct tx_ring *ring, const char *what, unsigned frames)
{
	double start = cpu_seconds();

	tx_ring_kick(ring);
	if (!tx_settle(ring->tx, 100000000) || tx_error(ring->tx) ||
	    tx_count(ring->tx)->frames != frames) {
		fprintf(stderr, "%s: %s, %llu frames of %u\n", what,
			tx_error(ring->tx) ? tx_error(ring->tx) : "stuck",
			(unsigned long long)tx_count(ring->tx)->frames, frames);
		exit(1);
	}
	double s = cpu_seconds() - start;
	const struct tx_counts *c = tx_count(ring->tx);
	double cycles = (double)(c->last_beat_cycle - c->first_beat_cycle + 1);

	printf("%-34s %7.2f bytes/cycle  %7.2f cycles/frame  %6.2f MHz  %7.0f Mb/s\n", what,
	       (double)c->wire_bytes / cycles, cycles / frames, (double)c->cycles / s * 1e-6,
	       8e-6 * (double)c->wire_bytes / s);
}

static void bench_tso(const char *what, unsigned sends, uint32_t fragment, unsigned skew)
{
	static struct tx_ring ring;
	struct tx *tx = engine(&ring);
	struct tx_context ctx = {.ipcss = 14,
				 .ipcso = 24,
				 .ipcse = 33,
				 .tucss = 34,
				 .tucso = 50,
				 .hdrlen = 66,
				 .mss = 1448,
				 .paylen = 65536,
				 .tcp = true,
				 .ipv4 = true,
				 .tse = true};
	unsigned cmd = TX_TSE | TX_IFCS;

	for (unsigned i = 0; i < sends; i++) {
		uint64_t at = TX_MEM_BASE + 0x20000 + (i % 16) * 0x20000;

		tx_ring_context(&ring, &ctx, 0);
		tx_ring_data(&ring, at, 66, cmd, TX_IXSM | TX_TXSM);
		for (uint32_t done = 0; done < 65536; done += fragment) {
			uint32_t n = 65536 - done < fragment ? 65536 - done : fragment;

			tx_ring_data(&ring, at + 4096 + done + skew, n,
				     done + n == 65536 ? cmd | TX_EOP | TX_RS : cmd,
				     TX_IXSM | TX_TXSM);
		}
	}
	run(&ring, what, sends * 46);
	tx_free(tx);
}

static void bench_frames(const char *what, unsigned frames, uint32_t len, bool checksum)
{
	static struct tx_ring ring;
	struct tx *tx = engine(&ring);
	struct tx_context ctx = {.ipcss = 14,
				 .ipcso = 24,
				 .ipcse = 33,
				 .tucss = 34,
				 .tucso = 50,
				 .tcp = true,
				 .ipv4 = true};

	tx_ring_context(&ring, &ctx, 0);
	for (unsigned i = 0; i < frames; i++)
		tx_ring_data(&ring, TX_MEM_BASE + 0x20000 + i * 2048 % 0x200000, len,
			     TX_EOP | TX_IFCS | TX_RS, checksum ? TX_IXSM | TX_TXSM : 0);
	run(&ring, what, frames);
	tx_free(tx);
}

int main(int argc, char **argv)
{
	unsigned sends = argc > 1 ? (unsigned)atoi(argv[1]) : 64;

	if (sends < 1 || sends > 200) {
		fprintf(stderr, "bench_tx: %s sends: give 1 to 200, which fit the ring\n", argv[1]);
		return 1;
	}
	bench_tso("TSO 64 KiB, MSS 1448, one buffer", sends, 65536, 0);
	bench_tso("TSO 64 KiB, MSS 1448, 16 KiB parts", sends, 16384, 0);
	bench_tso("TSO 64 KiB, MSS 1448, pages", sends, 4096, 0);
	bench_tso("TSO 64 KiB, MSS 1448, unaligned", sends, 4096, 21);
	bench_frames("64-byte frames", 4000, 64, false);
	bench_frames("1514-byte frames, checksums", 4000, 1514, true);
	return 0;
}
