/* SPDX-License-Identifier: MIT */
/* ICMP messages by the names that scripts use (RFC 792, 1191, 4443). */
#ifndef PACKETDRILL_ICMP_NAMES_H
#define PACKETDRILL_ICMP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* code NULL: 0. */
bool icmp_lookup(int ip_version, const char *type, const char *code, uint8_t *type_number,
		 uint8_t *code_number);

#endif
