/* SPDX-License-Identifier: MIT */
/*
 * TCP-AO (RFC 5925, 5926), computed here so that the stack's is judged by another: the keys that a
 * script gave the stack, and the MAC of a segment. Scripts are too short for a sequence number to go
 * around more than once.
 */
#ifndef PACKETDRILL_TCP_AO_H
#define PACKETDRILL_TCP_AO_H

#include "packet.h"

#define TCP_AO_MAC_BYTES 12 /* of both algorithms (RFC 5926, 3.2) */
#define TCP_AO_KEYS_MAX	 4
#define TCP_AO_KEY_MAX	 80

enum ao_algorithm { AO_HMAC_SHA1, AO_CMAC_AES128 };

/* As the stack has it: sndid for what it sends, rcvid for what it receives. */
struct ao_key {
	const char *secret;
	enum ao_algorithm algorithm;
	uint8_t sndid, rcvid;
};

struct ao_segment {
	const uint8_t *src, *dst; /* addresses */
	int ip_version;
	const struct tcp_fields *tcp; /* with its AO option; whatever is in the MAC's place */
	const uint8_t *payload;
	size_t len;
	uint32_t src_isn, dst_isn; /* on the wire; dst_isn 0: of a SYN */
};

void ao_segment_mac(const struct ao_segment *s, const struct ao_key *key,
		    uint8_t mac[TCP_AO_MAC_BYTES]);

#endif
