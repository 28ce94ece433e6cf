/* SPDX-License-Identifier: MIT */
/*
 * What /bytes/N serves: byte i is ((i mod 65536) ^ ((i mod 65536) >> 8)) & 255, so that a client
 * can make the same bytes and their SHA-256 for any N.
 */
#ifndef APPS_CONTENT_H
#define APPS_CONTENT_H

#include <stdint.h>
#include <net/uapi.h>

#define CONTENT_PERIOD	    65536u
#define CONTENT_RUN_BYTES   262144u /* so many bytes from any place lie in one piece */
#define CONTENT_TABLE_BYTES (CONTENT_PERIOD + CONTENT_RUN_BYTES)

void content_fill(uint8_t table[CONTENT_TABLE_BYTES]);
/* Up to CONTENT_RUN_BYTES of the `len` bytes at `offset`. */
struct iovec content_at(const uint8_t *table, uint64_t offset, uint64_t len);

#endif
