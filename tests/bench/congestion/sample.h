/* SPDX-License-Identifier: MIT */
/* What both ends, Linux's and ours, print of their flows, so that one reader does for both: a line a
 * flow and sample, of what getsockopt(TCP_INFO) says. */
#ifndef CONGESTION_SAMPLE_H
#define CONGESTION_SAMPLE_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define CONGESTION_PORT	     5001
#define CONGESTION_FLOWS_MAX 16
#define SAMPLE_EVERY_NS	     20000000ull

static inline uint64_t monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* time_ns: CLOCK_MONOTONIC. */
#define PRINT_SAMPLE(time_ns, flow, info)                                              \
	printf("%llu %u %u %u %u %llu %u %u\n", (unsigned long long)(time_ns), (flow), \
	       (info).tcpi_snd_cwnd, (info).tcpi_snd_ssthresh, (info).tcpi_rtt,        \
	       (unsigned long long)(info).tcpi_bytes_acked, (info).tcpi_total_retrans, \
	       (info).tcpi_ca_state)

#endif
