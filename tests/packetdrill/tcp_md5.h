/* SPDX-License-Identifier: MIT */
/* The digest of TCP-MD5 (RFC 2385), computed here so that the stack's is judged by another. */
#ifndef PACKETDRILL_TCP_MD5_H
#define PACKETDRILL_TCP_MD5_H

#include "packet.h"

#define TCP_MD5_BYTES 16

/* Of a segment between the addresses; its options count by their length only. */
void tcp_md5_digest(const uint8_t *src, const uint8_t *dst, int ip_version,
		    const struct tcp_fields *tcp, const uint8_t *payload, size_t len,
		    const char *key, uint8_t digest[TCP_MD5_BYTES]);

#endif
