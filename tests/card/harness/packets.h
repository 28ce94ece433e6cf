/* SPDX-License-Identifier: MIT */
/*
 * Packets with right checksums, and what a card should make of them: the judge of the card suite,
 * written from RFC 791, 793, 768, 1071 and 8200, byte by byte, with nothing of a card in it.
 */
#ifndef TESTS_CARD_PACKETS_H
#define TESTS_CARD_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX_BYTES (128 * 1024)

struct packet {
	bool ipv6, udp;
	size_t l3, l4, payload; /* offsets */
	size_t len;
	uint8_t bytes[PACKET_MAX_BYTES];
};

struct packet_options {
	bool ipv6, udp;
	size_t ip_options, tcp_options; /* bytes, multiples of 4 */
	size_t payload;			/* bytes */
	uint32_t seed;			/* of payload, addresses, ports, numbers */
	uint8_t tcp_flags;
};

#define TCP_FIN 0x01
#define TCP_PSH 0x08
#define TCP_ACK 0x10
#define TCP_CWR 0x80

/* A generator of numbers, and of bytes. */
uint32_t next_random(uint32_t *state);
void fill_random(uint8_t *bytes, size_t len, uint32_t seed);

/* RFC 1071: the complement of the one's-complement sum, as it is stored in the packet. */
uint16_t inet_checksum(const uint8_t *bytes, size_t len, uint32_t initial_sum);

/* An Ethernet frame to 52:54:00:12:34:56; lengths and checksums are right. */
void packet_build(struct packet *p, const struct packet_options *o);
/* Fills in lengths and checksums. */
void packet_finish(struct packet *p);
size_t packet_checksum_offset(const struct packet *p); /* of TCP or UDP, in the frame */

/* As a driver hands it over for checksum insertion: the transport field has the pseudo header's
 * sum. */
void packet_seed(struct packet *p);
/* As for TSO: lengths zero, no checksum in IP, the pseudo header's sum without length. */
void packet_seed_tso(struct packet *p);

/* Number of frames that TSO of a finished packet gives, and the k-th of them. */
size_t tso_frames(const struct packet *p, size_t mss);
void tso_frame(const struct packet *p, size_t mss, size_t k, struct packet *out);

#endif
