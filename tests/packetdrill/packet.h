/* SPDX-License-Identifier: MIT */
/* IP packets as bytes: made from what a script says, and taken apart to be compared with it. */
#ifndef PACKETDRILL_PACKET_H
#define PACKETDRILL_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP_PROTOCOL_ICMP   1
#define IP_PROTOCOL_TCP	   6
#define IP_PROTOCOL_UDP	   17
#define IP_PROTOCOL_ICMPV6 58

#define TCP_OPTIONS_MAX 40

struct address {
	uint8_t bytes[16]; /* IPv4: the first four */
};

/* Who talks to whom; in both directions "local" is the stack under test. */
struct addresses {
	int version; /* 4 or 6 */
	struct address local, remote, gateway;
	unsigned int prefix_len;
};

struct packet {
	struct packet *next;
	uint64_t time_ns; /* when the stack sent it */
	size_t len;
	uint8_t bytes[];
};

struct tcp_fields {
	uint16_t src_port, dst_port;
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window, urgent;
	uint8_t options[TCP_OPTIONS_MAX];
	unsigned int options_len;
};

struct ip_fields {
	uint8_t tos, ttl;
	bool inbound;	   /* from remote to local */
	bool bad_checksum; /* of the transport header */
};

/* New packets; free() them. Payload may be NULL with length 0. */
struct packet *packet_tcp(const struct addresses *a, const struct ip_fields *ip,
			  const struct tcp_fields *tcp, const uint8_t *payload, size_t len);
struct packet *packet_udp(const struct addresses *a, const struct ip_fields *ip, uint16_t src_port,
			  uint16_t dst_port, const uint8_t *payload, size_t len);
/* quoted: the packet that an error is about; rest: the second word of the ICMP header. */
struct packet *packet_icmp(const struct addresses *a, const struct ip_fields *ip, uint8_t type,
			   uint8_t code, uint32_t rest, const uint8_t *quoted, size_t len);
/* bytes NULL: zeroes. */
struct packet *packet_copy(const uint8_t *bytes, size_t len, uint64_t time_ns);

struct packet_view {
	int version;
	uint8_t tos, ttl, protocol;
	const uint8_t *src, *dst; /* 4 or 16 bytes */
	uint16_t src_port, dst_port;
	struct tcp_fields tcp;
	uint8_t icmp_type, icmp_code;
	const uint8_t *payload;
	size_t payload_len;
};

/* NULL, or what is malformed: lengths and checksums are verified. */
const char *packet_decode(const struct packet *p, struct packet_view *v);

#endif
