/* SPDX-License-Identifier: MIT */
/*
 * What the stack's unit tests share: one host whose wire ends in the test, which sees each frame
 * that is sent and makes up what arrives.
 */
#ifndef STACK_TEST_H
#define STACK_TEST_H

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <host/host.h>
#include <host/memwire.h>
#include <net/checksum.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/socket.h>
#include <net/tcp.h>
#include <net/udp.h>

#define MY_ADDR	     0x0a000001u /* 10.0.0.1/24 */
#define PEER_ADDR    0x0a000002u
#define GATEWAY_ADDR 0x0a0000feu
#define FRAMES_MAX   4096

struct sent_frame {
	uint8_t *bytes;
	uint32_t len;
	uint64_t time_ns;
};

/* The bench: made by setup, checked for leaks by teardown. */
struct bench {
	struct host_world *world;
	struct host *host;
	struct net *net;
	struct memwire *wire;
	struct net_device *dev;
	struct sent_frame sent[FRAMES_MAX];
	unsigned int sent_count;
};
extern struct bench bench;

extern const uint8_t peer_mac[ETH_ALEN];
extern const uint8_t broadcast_mac[ETH_ALEN];

/* Fixtures. hw: features of the device. */
void bench_setup(void);
void bench_setup_features(uint32_t hw);
void bench_teardown(void);

/* Lets virtual time pass. */
void run_for(uint64_t ns);
void run_briefly(void);
void forget_sent(void);

/* A frame under construction. */
struct frame {
	uint8_t bytes[70000];
	uint32_t len;
};
void frame_eth(struct frame *f, const uint8_t *dest, const uint8_t *source, uint16_t type);
/* Returns the header for the test to spoil; frame_ip_finish() sets length and checksum. */
struct iphdr *frame_ip(struct frame *f, uint32_t saddr, uint32_t daddr, uint8_t protocol);
void frame_ip_finish(struct frame *f);
void frame_bytes(struct frame *f, const void *bytes, uint32_t len);
/* A datagram complete with checksums from PEER_ADDR to MY_ADDR. */
void frame_udp(struct frame *f, uint16_t source, uint16_t dest, const void *payload, uint32_t len);
void frame_udp_from(struct frame *f, const uint8_t *dest_mac, uint32_t saddr, uint32_t daddr,
		    uint16_t source, uint16_t dest, const void *payload, uint32_t len);
void frame_arp(struct frame *f, const uint8_t *dest, uint16_t operation, uint32_t spa,
	       const uint8_t *sha, uint32_t tpa);
void inject(const struct frame *f);
void inject_and_run(const struct frame *f);
/* The peer's address becomes known as by ARP. */
void learn_peer(void);

/* Of the n-th frame sent; asserts that there is one. */
const struct ethhdr *sent_eth(unsigned int n);
const struct iphdr *sent_ip(unsigned int n);
const uint8_t *sent_payload(unsigned int n); /* behind the IP header */
uint64_t drops(enum skb_drop_reason reason);
/* Deterministic bytes. */
void fill_pattern(uint8_t *to, uint32_t len, uint32_t seed);

Suite *rbtree_suite(void);
Suite *timer_suite(void);
Suite *skbuff_suite(void);
Suite *checksum_suite(void);
Suite *gso_suite(void);
Suite *gro_suite(void);
Suite *softirq_suite(void);
Suite *netdev_suite(void);
Suite *arp_suite(void);
Suite *ip_suite(void);
Suite *fragment_suite(void);
Suite *icmp_suite(void);
Suite *udp_suite(void);
Suite *dhcp_suite(void);
Suite *host_suite(void);

#endif
