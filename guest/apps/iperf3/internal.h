/* SPDX-License-Identifier: MIT */
/* One test, as server and client have it between them. */
#ifndef IPERF3_INTERNAL_H
#define IPERF3_INTERNAL_H

#include <jansson.h>

#include "iperf3.h"
#include "protocol.h"

#define NS_PER_S 1000000000ull

/* What one side counted of a stream. */
struct iperf3_count {
	uint64_t bytes;
	uint64_t packets, lost, out_of_order; /* UDP */
	uint64_t jitter_ns;
	uint64_t retransmits; /* TCP */
	uint64_t time_ns;
};

struct iperf3_stream {
	int fd, id;
	bool sender;  /* this side sends */
	bool blocked; /* TCP or the device takes nothing now */
	bool ended;   /* the peer says that there is no more */
	struct iperf3_count own, peer;
	struct iperf3_count mark;    /* of own, when the interval began */
	struct iperf3_count omitted; /* UDP: of what was not to be counted */
	uint64_t paced_bytes;	     /* since the start, omitted ones too */
	uint32_t block_left;	     /* of the block being sent */
	uint64_t packet_seen;	     /* UDP receiver: highest number */
	int64_t transit_ns;	     /* UDP receiver: of the packet before */
	bool transit_known;
	uint32_t retransmits_before;
	struct tcp_info info;
	uint32_t cwnd_max, wnd_max, rtt_min, rtt_max, rtt_count;
	uint64_t rtt_sum;
};

struct iperf3_test {
	const struct iperf3_place *place;
	struct port *port;
	struct files_struct *files;
	bool owns_files;
	struct iperf3_settings set;
	bool server;
	bool counting; /* data are moved and counted */
	bool omitting;
	int control_fd, epoll_fd;
	int listen_fd; /* a server's, or -1: who comes while a test runs is refused by turn_away() */
	void (*turn_away)(struct iperf3_test *t);
	char cookie[COOKIE_BYTES];

	struct iperf3_stream *streams; /* stream_room of them; receivers and senders */
	unsigned int stream_count, stream_room;
	uint8_t *buffer; /* what is sent, or was received last: buffer_bytes */
	size_t buffer_bytes;

	uint64_t begun_ns; /* with what is omitted */
	uint64_t start_ns, end_ns, interval_start_ns, moved_ns;
	uint64_t sent, received, blocks_sent, blocks_received;
	uint64_t bytes_begun, blocks_begun; /* TCP: of blocks sent in whole or in part */
	struct iperf3_cpu cpu_start, cpu_used;
	uint64_t peer_cpu_ppm[2]; /* busy, system */
	char congestion_used[TCP_CA_NAME_MAX], peer_congestion[TCP_CA_NAME_MAX];

	json_t *connected, *intervals, *server_output; /* NULL: not kept */
	const char *error;			       /* a line for people, */
	int error_code;				       /* and its errno */
};

static inline uint64_t now_ns(const struct iperf3_test *t)
{
	return port_time_ns(t->port);
}

/* Whether this side sends, in a test of one direction. */
static inline bool iperf3_sends(const struct iperf3_test *t)
{
	return t->server == t->set.reverse;
}

/* ---- test.c ---- */
/* files NULL: its own. 0 or -ENOMEM. Afterwards iperf3_test_free(), whatever happened. */
int iperf3_test_init(struct iperf3_test *t, const struct iperf3_place *place,
		     struct files_struct *files);
void iperf3_test_free(struct iperf3_test *t);
/* The control connection; takes fd. */
int iperf3_test_control(struct iperf3_test *t, int fd);
/* Room for streams and data, when the settings are known. */
int iperf3_test_allocate(struct iperf3_test *t);
/* Says why it fails; returns err. */
int iperf3_fail(struct iperf3_test *t, int err, const char *why);

/* ---- settings.c ---- */
json_t *iperf3_settings_to_json(const struct iperf3_settings *s);
/* 0, or an enum iperf3_error. */
int iperf3_settings_from_json(struct iperf3_settings *out, const json_t *json);

/* ---- control.c: all wait, but not for ever ---- */
int iperf3_control_read(struct iperf3_test *t, void *buf, size_t len);
int iperf3_control_write(struct iperf3_test *t, const void *buf, size_t len);
int iperf3_control_state(struct iperf3_test *t, int8_t *state);
int iperf3_control_tell(struct iperf3_test *t, enum iperf3_state state);
int iperf3_control_read_json(struct iperf3_test *t, size_t bytes_max, json_t **out);
/* Until the peer closes: only then its server is free for the next test. Two seconds at most. */
void iperf3_control_wait_end(struct iperf3_test *t);
int iperf3_control_write_json(struct iperf3_test *t, const json_t *json);

/* ---- stream.c ---- */
/* Adds a connected socket; takes it, also when it fails. */
int iperf3_stream_add(struct iperf3_test *t, int fd, bool sender);
void iperf3_streams_close(struct iperf3_test *t);
/* Options that a socket of the test must have before it is connected, or listens. */
int iperf3_stream_options(struct iperf3_test *t, int fd);
/* One block, or what is left of one; returns bytes, -EAGAIN, or another errno. */
long iperf3_stream_send(struct iperf3_test *t, struct iperf3_stream *s, uint64_t now);
long iperf3_stream_receive(struct iperf3_test *t, struct iperf3_stream *s);
void iperf3_stream_take_info(struct iperf3_test *t, struct iperf3_stream *s);

/* ---- transfer.c ---- */
void iperf3_transfer_begin(struct iperf3_test *t);
/* Moves data until the client's test is over (*state is 0), or the peer tells a state. */
int iperf3_transfer(struct iperf3_test *t, int8_t *state);
/* Counting ends; the rest of what a counted test (-n, -k) has under way is waited for. */
int iperf3_transfer_end(struct iperf3_test *t);

/* ---- results.c ---- */
int iperf3_results_send(struct iperf3_test *t);
int iperf3_results_take(struct iperf3_test *t);

/* ---- report.c ---- */
void iperf3_report_interval(struct iperf3_test *t);
/* All that iperf3 -J says of a test; error NULL: none. */
json_t *iperf3_report(struct iperf3_test *t);
/* Addresses of a stream for "connected". */
void iperf3_report_stream(struct iperf3_test *t, const struct iperf3_stream *s);

/* ---- real.c ---- */
json_t *json_ratio(uint64_t numerator, uint64_t denominator); /* denominator 0: 0 */
json_t *json_per_second(uint64_t amount, uint64_t ns);
/* A number of JSON times scale, cut off to 0 .. 2^62; 0: no number. */
uint64_t json_scaled(const json_t *json, uint64_t scale);
/* false: no number, negative, or beyond 2^53. A fraction is cut off. */
bool json_count(const json_t *json, uint64_t *out);

#endif
