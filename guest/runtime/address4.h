/* SPDX-License-Identifier: MIT */
/* IPv4 addresses as text: four decimal numbers. */
#ifndef RUNTIME_ADDRESS4_H
#define RUNTIME_ADDRESS4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* text has len characters and need not be terminated; *out in host byte order. */
bool address4_parse(const char *text, size_t len, uint32_t *out);

#endif
