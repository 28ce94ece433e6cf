/* SPDX-License-Identifier: MIT */
/*
 * Text for people, by the serial port. Lines wait in a ring that is emptied when the guest idles,
 * when it gets full and at the end: a serial write costs a microsecond of emulation a byte.
 */
#ifndef RUNTIME_CONSOLE_H
#define RUNTIME_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

#define CONSOLE_RING_BYTES 16384u

struct clock;

struct console {
	const struct clock *clock; /* for time stamps; NULL: none yet */
	size_t head, tail;	   /* of bytes written, of bytes sent */
	char ring[CONSOLE_RING_BYTES];
};

void console_init(struct console *c);
/* Any context. */
void console_write(struct console *c, const char *text, size_t len);
void console_flush(struct console *c);
/* A line with its time in front; severity as syslog. Any context. */
void console_log(struct console *c, int severity, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
