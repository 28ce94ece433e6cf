/* SPDX-License-Identifier: MIT */
/* Names of constants in scripts: of the socket calls, and of errno values. */
#ifndef PACKETDRILL_SYMBOLS_H
#define PACKETDRILL_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

bool symbol_value(const char *name, int64_t *value);
/* 0: no such name. */
int errno_value(const char *name);
/* "EAGAIN"; a number as text when it has no name. */
const char *errno_name(int value);

#endif
