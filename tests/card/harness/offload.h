/* SPDX-License-Identifier: MIT */
/* Sending a packet with offloads, as a driver asks for them (sections 4.7, 4.8). */
#ifndef TESTS_CARD_OFFLOAD_H
#define TESTS_CARD_OFFLOAD_H

#include "packets.h"
#include "rings.h"

/* The context descriptor for checksum insertion, and for TSO, of a packet. */
struct tx_context checksum_context(const struct packet *p);
struct tx_context tso_context(const struct packet *p, unsigned int mss);

/* POPTS that fit the packet: TXSM, and IXSM for IPv4. */
uint32_t offload_popts(const struct packet *p);

/* Puts the packet's bytes into data descriptors of at most `fragment` bytes; the last has RS. */
unsigned int tx_packet(struct tx_ring *r, const struct packet *p, size_t fragment, uint32_t dcmd);

/* Context, packet, doorbell, and time to send it. Both take a finished packet and leave it so. */
void tx_checksum_send(struct tx_ring *r, const struct packet *p);
void tx_tso_send(struct tx_ring *r, const struct packet *p, unsigned int mss, size_t fragment);

/* Frame `index` on the line is this packet; TCP's checksum may have either zero. */
void check_packet(const struct bench *b, size_t index, const struct packet *expected);
/* Frames from `first` on are the packet's segments. */
void check_segments(const struct bench *b, size_t first, const struct packet *p, unsigned int mss);

#endif
