/* SPDX-License-Identifier: MIT */
/* IPv6 addresses as text (RFC 4291 section 2.2, without dotted quads; written by RFC 5952). */
#ifndef RUNTIME_ADDRESS6_H
#define RUNTIME_ADDRESS6_H

#include <net/in6.h>
#include <stddef.h>

#define ADDRESS6_TEXT_SIZE 40

/* text has len characters and need not be terminated. */
bool address6_parse(const char *text, size_t len, struct in6_addr *out);
/* Terminated, in at most ADDRESS6_TEXT_SIZE bytes. */
void address6_format(const struct in6_addr *addr, char *out);

#endif
