/* SPDX-License-Identifier: MIT */
/*
 * iperf3, server and client, by the protocol of iperf 3 (https://github.com/esnet/iperf): each
 * measures, and is measured by, the program of that name. Everything below asks the stack's port
 * only: it runs in the guest and in one process of the host rung.
 */
#ifndef IPERF3_IPERF3_H
#define IPERF3_IPERF3_H

#include <net/socket.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPERF3_PORT	   5201
#define IPERF3_STREAMS_MAX 128u

/* Processor time since an arbitrary start. */
struct iperf3_cpu {
	uint64_t busy_ns, system_ns; /* system: interrupts; a part of busy */
};

/* Where it runs. */
struct iperf3_place {
	struct net *net;
	void (*cpu)(void *ctx, struct iperf3_cpu *out);
	/* A client's result: one line of JSON, as `iperf3 -J` prints it. */
	void (*print)(void *ctx, const char *text, size_t len);
	void *ctx;
};

/* What is to be measured; the names are those of iperf3's options. */
struct iperf3_settings {
	/* Of a client alone */
	struct sockaddr_storage server;
	uint32_t interval_ms;

	/* What client and server agree on: */
	bool udp;		/* -u */
	bool reverse;		/* -R: the server sends */
	bool bidirectional;	/* --bidir */
	bool no_delay;		/* -N */
	bool counters_64bit;	/* --udp-counters-64bit */
	bool get_server_output; /* --get-server-output */
	uint32_t streams;	/* -P: in each direction */
	uint32_t block_bytes;	/* -l */
	uint32_t duration_s;	/* -t */
	uint32_t omit_s;	/* -O: not counted at the start */
	uint32_t mss;		/* -M */
	uint32_t window_bytes;	/* -w */
	uint32_t tos;		/* -S */
	uint32_t burst;		/* -b RATE/BURST: blocks sent at once */
	uint64_t bytes, blocks; /* -n, -k: ends it, instead of a time */
	uint64_t rate_bps;	/* -b: of each stream; 0: as fast as can be */
	uint64_t fq_rate_bps;	/* --fq-rate */
	char congestion[TCP_CA_NAME_MAX];
};

/*
 * A client's settings from iperf3's options, separated by commas: "-c,192.0.2.1,-n,10M". Not
 * terminated. false: `error` holds one line that names the cure.
 */
bool iperf3_settings_parse(struct iperf3_settings *out, const char *text, size_t len, char *error,
			   size_t error_size);

/* Serves on port 5201; returns after so many clients with a cookie, 0: never. Or a negative errno. */
int iperf3_serve(const struct iperf3_place *place, unsigned int tests);

/* Runs one test and prints its result. 0, or a negative errno: the result names an error. */
int iperf3_run(const struct iperf3_place *place, const struct iperf3_settings *settings);

#endif
