/* SPDX-License-Identifier: MIT */
/*
 * IPv6 for the stack's unit tests: a bench whose host has MY_ADDR6/64, a link-local address and the
 * router ROUTER_ADDR6, and frames that the test makes up, layer by layer.
 */
#ifndef IP6_FRAMES_H
#define IP6_FRAMES_H

#include "stack_test.h"
#include <net/errno.h>
#include <net/icmpv6.h>
#include <net/neighbour.h>
#include <net/ipv6.h>

#define ADDR6(...) ((struct in6_addr){.s6_addr = {__VA_ARGS__}})
#define MY_ADDR6   ADDR6(0xfd, [15] = 1) /* fd00::1 */
#define PEER_ADDR6 ADDR6(0xfd, [15] = 2)
#define FAR_ADDR6  ADDR6(0x20, 1, 0xd, 0xb8, [15] = 9) /* behind the router */
/* fe80::<modified EUI-64 of peer_mac> */
#define PEER_LINKLOCAL ADDR6(0xfe, 0x80, [8] = 0x00, 0xaa, 0xbb, 0xff, 0xfe, 0xcc, 0xdd, 0xee)
#define ROUTER_ADDR6   ADDR6(0xfe, 0x80, [15] = 0xfe)
#define ALL_NODES6     ADDR6(0xff, 2, [15] = 1)
#define ALL_ROUTERS6   ADDR6(0xff, 2, [15] = 2)

extern const uint8_t router_mac[ETH_ALEN];

/* A fixture: addresses checked, all that was sent meanwhile forgotten. */
void bench6_setup(void);
/* The device has a link-local address only, which is checked; what was sent is forgotten. */
void bench6_setup_bare(void);
struct in6_addr my_linklocal(void);
struct in6_addr solicited_node(const struct in6_addr *addr);

/* A packet from peer_mac; the destination's link address follows from daddr. frame6_finish() sets
 * the length; frame6_checksum() also the checksum `at` bytes behind the transport header. */
struct ipv6hdr *frame6(struct frame *f, struct in6_addr saddr, struct in6_addr daddr,
		       uint8_t nexthdr);
void frame6_finish(struct frame *f);
void frame6_checksum(struct frame *f, uint32_t transport, uint8_t protocol, uint32_t at);
/* A whole ICMPv6 message: header, `rest` in host order, body. */
void frame_icmp6(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, uint8_t hop_limit,
		 uint8_t type, uint8_t code, uint32_t rest, const void *body, uint32_t len);
void frame_echo6(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, const void *data,
		 uint32_t len);
void frame_udp6(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, uint16_t source,
		uint16_t dest, const void *payload, uint32_t len);
/* Neighbour discovery. ha NULL: without the link address option. */
void frame_ns(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, struct in6_addr target,
	      const uint8_t *ha);
#define NA_R 0x80000000u
#define NA_S 0x40000000u
#define NA_O 0x20000000u
void frame_na(struct frame *f, struct in6_addr saddr, struct in6_addr daddr, struct in6_addr target,
	      uint32_t flags, const uint8_t *ha);
/* The peer's address becomes known. */
void learn_peer6(void);

/* Of the n-th frame sent; asserts that there is one and its checksum right where it is ICMPv6. */
const struct ipv6hdr *sent_ip6(unsigned int n);
const uint8_t *sent_payload6(unsigned int n); /* behind the IPv6 header */
const struct icmp6hdr *sent_icmp6(unsigned int n, uint8_t type);
/* How many ICMPv6 messages of this type were sent, and the first of them. */
unsigned int count_icmp6(uint8_t type, unsigned int *first);
void ck_addr6(const struct in6_addr *is, struct in6_addr expected);

Suite *ip6_suite(void);
Suite *fragment6_suite(void);
Suite *ndisc_suite(void);
Suite *autoconf6_suite(void);
Suite *icmp6_suite(void);
Suite *udp6_suite(void);
Suite *offload6_suite(void);

#endif
