/* SPDX-License-Identifier: MIT */
/* One simulated transfer: two hosts, a router with a queue between them, flows from one to the other. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SIM_FLOWS_MAX 16

struct scenario {
	const char *ca; /* congestion control of both hosts */
	uint64_t seed;
	unsigned int flows;
	uint64_t flow_bytes;	/* each flow sends so much; 0: for run_ns */
	uint64_t run_ns;	/* with flow_bytes 0: how long is measured */
	uint32_t buffer_bytes;	/* SO_SNDBUF and SO_RCVBUF; 0: autotuning */
	uint64_t rtt_ns;	/* without queues */
	unsigned int far_flows; /* so many of the flows, the last ones... */
	uint64_t far_rtt_ns;	/* ...have so much more of it */
	uint64_t bottleneck_mbps, queue_bytes, mark_bytes;
	double loss, reorder, duplicate, corrupt; /* each way */
	FILE *trace; /* a line for flow and sample: s, flow, snd_cwnd, smoothed RTT in ms; NULL: none */
	uint64_t trace_every_ns;
};

struct outcome {
	bool finished;		       /* within the limit of virtual time */
	uint64_t bad_bytes;	       /* that differ from what was sent */
	unsigned int gave_up;	       /* flows that TCP ended for silence (tcp_retries2) */
	uint64_t time_ns;	       /* from the first connect() to the last byte read */
	uint64_t bytes[SIM_FLOWS_MAX]; /* read, by flow; with run_ns: after the first third of it */
	uint64_t retransmitted, timeouts; /* segments */
	uint64_t queue_dropped, marked, queue_peak_bytes;
};

/* Deterministic: the same scenario gives the same outcome. Asserts that nothing leaks. */
void scenario_run(const struct scenario *s, struct outcome *out);

#endif
