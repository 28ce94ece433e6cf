/* SPDX-License-Identifier: MIT */
/*
 * What the TCP tests share. Two benches: a pair of hosts over a memory wire ("pair"), and one host
 * whose peer the test plays segment by segment ("script"). Each over IPv4 or over IPv6, where an
 * address a.b.c.d of the test stands for fd00::a.b.c.d.
 */
#ifndef TCP_TEST_H
#define TCP_TEST_H

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <host/host.h>
#include <host/memwire.h>
#include <net/errno.h>
#include <net/ipv6.h>
#include <net/socket.h>
#include <net/tcp.h>

#define ADDR_A 0x0a000001u /* 10.0.0.1/24, side 0 */
#define ADDR_B 0x0a000002u
#define PORT   80

/* A segment that was seen on the wire. */
struct seg {
	uint64_t time_ns;
	int from;		/* side */
	uint32_t seq, ack, len; /* payload */
	uint16_t sport, dport, window, urg_ptr;
	uint8_t flags, tos;
	bool has_mss, has_wscale, sack_perm, has_ts;
	uint16_t mss;
	uint8_t wscale;
	uint32_t tsval, tsecr;
	unsigned int sacks;
	struct tcp_sack_block sack[4];
	uint8_t options[40];
	unsigned int options_len;
};

struct bench {
	struct host_world *world;
	struct host *host[2];
	struct net *net[2]; /* script: [1] is NULL */
	struct files_struct *files[2];
	struct memwire *wire;
	bool v6;
	struct seg *segs;
	unsigned int seg_count, seg_room;
	uint64_t objects_at_start[2];
	uint32_t tsval_seen; /* latest from side 0 */
	/* Called for each segment before the wire takes it; false: lost. May be NULL. */
	bool (*filter)(const struct seg *s);
};
extern struct bench bench;

/* ---- pair ---- */
struct pair_options {
	struct memwire_options wire;
	struct host_costs costs;
	uint64_t seed;
	bool v6;
};
void pair_setup_with(const struct pair_options *o);
void pair_setup(void);	/* 1 Gb/s, 50 us each way, card without TSO */
void pair6_setup(void); /* the same over IPv6 */
void pair_teardown(void);

/* ---- script ---- */
void script_setup(void);
void script6_setup(void);
void script_teardown(void);

/* ---- both ---- */
/* Starts a task on a side. */
void task(int side, void (*fn)(void *arg), void *arg);
/* Until all tasks have ended; fails after limit_s of virtual time. */
void run_tasks(unsigned int limit_s);
void run_for(uint64_t ns);
void forget_segs(void);
/* The n-th segment from `side` since the last forget; asserts that there is one. */
const struct seg *seg_from(int side, unsigned int n);
unsigned int segs_from(int side);
/* Number of segments from side with all of flags. */
unsigned int count_flags(int side, uint8_t flags);
uint64_t mib(int side, enum net_mib which);
#define MIB(side, name) mib(side, MIB_##name)

/* In tasks of a side; assert success. */
int tcp_socket(int side);
int listen_on(int side, uint16_t port, int backlog);
int accept_from(int side, int fd);
int dial(int side, uint32_t addr, uint16_t port);
void write_all(int side, int fd, const void *buf, size_t len);
void read_all(int side, int fd, void *buf, size_t len); /* exactly len */
struct sockaddr_in at(uint32_t addr, uint16_t port);
/* The same in the bench's version; returns its length. */
socklen_t endpoint(struct sockaddr_storage *out, uint32_t addr, uint16_t port);
struct in6_addr addr6(uint32_t addr);
struct sockaddr_in6 at6(struct in6_addr addr, uint16_t port);
int connect_to(int side, int fd, uint32_t addr, uint16_t port);
int bind_to(int side, int fd, uint32_t addr, uint16_t port);
int set_opt(int side, int fd, int level, int name, int value);
int get_opt(int side, int fd, int level, int name);
void set_nonblock(int side, int fd);
/* The congestion control of the side's sockets made from now on. */
void use_ca(int side, const char *name);
struct tcp_info info_of(int side, int fd);
/* Byte number `at` of the test stream `seed`. */
uint8_t stream_byte(uint32_t seed, uint64_t at);
void stream_fill(uint8_t *to, size_t len, uint32_t seed, uint64_t at);
/* Asserts that these are the stream's bytes. */
void stream_check(const uint8_t *got, size_t len, uint32_t seed, uint64_t at);

/* ---- the peer of the script bench: side 1, played by hand ---- */
struct peer {
	uint16_t port, host_port; /* the peer's; the host's */
	uint32_t seq, ack;	  /* of the next segment it sends */
	uint16_t window;
	uint8_t tos;
	uint16_t urg_ptr;
	bool ts; /* sends time stamps */
	uint32_t tsval, tsecr;
};
extern struct peer peer;
/* Options that follow the time stamp, already padded to words. */
void peer_send_opts(uint8_t flags, const void *options, unsigned int options_len,
		    const void *payload, uint32_t len);
/* Sends with peer.seq and peer.ack; seq moves on by what was sent. */
void peer_send(uint8_t flags, const void *payload, uint32_t len);
/* Same at another sequence number; peer.seq stays. */
void peer_send_at(uint32_t seq, uint8_t flags, const void *payload, uint32_t len);
/* Hosts's connection to peer: socket already connected, of the options given in the SYN-ACK. */
int script_connect(bool ts, bool sack, int wscale, uint16_t mss);
/* The host listens on PORT, the peer connects; the accepted descriptor. */
int script_accept(bool ts, bool sack, int wscale, uint16_t mss);
/* Lets time pass in a task until what was injected is handled. */
void settle(void);
/* Runs fn as the only task of the script bench's host, which has the descriptors of side 0. */
void in_script(void (*fn)(void));

Suite *handshake_suite(void);
Suite *stream_suite(void);
Suite *close_suite(void);
Suite *loss_suite(void);
Suite *flow_suite(void);
Suite *accept_suite(void);
Suite *robust_suite(void);
Suite *socket_suite(void);
Suite *poll_suite(void);
Suite *ipv6_suite(void);
Suite *congestion_suite(void);
Suite *ack_suite(void);
Suite *ecn_suite(void);
Suite *inside_suite(void);
Suite *memory_suite(void);
Suite *syncookies_suite(void);
Suite *fastopen_suite(void);
Suite *auth_suite(void);
Suite *urgent_suite(void);
Suite *collapse_suite(void);
Suite *limits_suite(void);
Suite *mtu_probe_suite(void);

#endif
