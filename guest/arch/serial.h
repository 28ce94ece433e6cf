/* SPDX-License-Identifier: MIT */
/* The first serial port (16550A), polled. */
#ifndef ARCH_SERIAL_H
#define ARCH_SERIAL_H

#include <stddef.h>

void serial_init(void);
void serial_write(const char *text, size_t len);

#endif
