/* SPDX-License-Identifier: MIT */
/*
 * What iperf 3 says on the wire. A control connection carries, in turn: the client's cookie; then a
 * byte for each state that one side tells the other; behind some, JSON with its length in front (32
 * bits, big endian). Streams begin with the cookie (TCP), or with a datagram each way (UDP).
 */
#ifndef IPERF3_PROTOCOL_H
#define IPERF3_PROTOCOL_H

#include <stdint.h>

#define COOKIE_BYTES 37u /* 36 letters and digits, and a 0 */

enum iperf3_state {
	STATE_TEST_START = 1,
	STATE_TEST_RUNNING = 2,
	STATE_TEST_END = 4,
	STATE_PARAM_EXCHANGE = 9,
	STATE_CREATE_STREAMS = 10,
	STATE_SERVER_TERMINATE = 11,
	STATE_CLIENT_TERMINATE = 12,
	STATE_EXCHANGE_RESULTS = 13,
	STATE_DISPLAY_RESULTS = 14,
	STATE_DONE = 16,
	STATE_ACCESS_DENIED = -1, /* the server is busy, or that is no cookie */
	STATE_SERVER_ERROR = -2,  /* behind it: two 32-bit numbers, iperf3's error and an errno */
};

/* Errors of iperf3 that a client's user gets to see. */
enum iperf3_error {
	ERROR_DURATION = 5,
	ERROR_STREAMS = 6,
	ERROR_BLOCK_SIZE = 7,
	ERROR_WINDOW = 8,
	ERROR_MSS = 10,
	ERROR_OMIT = 12,
	ERROR_BURST = 15,
	ERROR_NO_SCTP = 18,
	ERROR_UDP_BLOCK_SIZE = 20,
	ERROR_TOS = 22,
	ERROR_REVERSE_BIDIRECTIONAL = 25,
	ERROR_INIT = 101,
	ERROR_PARAMETERS = 114,
	ERROR_CONGESTION = 134,
	ERROR_STREAM_LISTEN = 202,
};

/* The first datagrams of a UDP stream, 32 bits as they lie in a little-endian memory. */
#define UDP_HELLO	 0x36373839u
#define UDP_HELLO_OLD	 123456789u /* before 3.12 */
#define UDP_WELCOME	 0x39383736u
#define UDP_WELCOME_OLD	 987654321u
#define UDP_HEADER_BYTES 16u /* with 64-bit counters; 12 without */

#define BLOCK_BYTES_MAX	    (1u << 20)
#define UDP_BLOCK_BYTES_MAX (65535u - 8 - 20)
#define DURATION_S_MAX	    86400u
#define OMIT_S_MAX	    600u
#define BURST_MAX	    1000u
#define MSS_MAX		    9216u
#define WINDOW_BYTES_MAX    (512u << 20)

#endif
