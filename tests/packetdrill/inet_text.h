/* SPDX-License-Identifier: MIT */
/* Addresses from text, for files that cannot include the system's socket headers. */
#ifndef PACKETDRILL_INET_TEXT_H
#define PACKETDRILL_INET_TEXT_H

#include <stdbool.h>
#include <stdint.h>

bool inet_from_text(int ip_version, const char *text, uint8_t *bytes);

#endif
