// SPDX-License-Identifier: MIT
#include "runtime/console.h"
#include "arch/clock.h"
#include "arch/serial.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES	 256u
#define SEVERITY_ERROR	 3
#define SEVERITY_WARNING 4

void console_init(struct console *c)
{
	c->clock = NULL;
	c->head = c->tail = 0;
	serial_init();
}

void console_flush(struct console *c)
{
	bool on = interrupts_save_off();

	while (c->tail != c->head) {
		size_t at = c->tail % CONSOLE_RING_BYTES;
		size_t len = c->head - c->tail;

		if (len > CONSOLE_RING_BYTES - at)
			len = CONSOLE_RING_BYTES - at;
		serial_write(c->ring + at, len);
		c->tail += len;
	}
	interrupts_restore(on);
}

void console_write(struct console *c, const char *text, size_t len)
{
	bool on = interrupts_save_off();

	for (size_t i = 0; i < len; i++) {
		if (c->head - c->tail == CONSOLE_RING_BYTES)
			console_flush(c);
		c->ring[c->head++ % CONSOLE_RING_BYTES] = text[i];
	}
	interrupts_restore(on);
}

void console_log(struct console *c, int severity, const char *fmt, ...)
{
	uint64_t us = c->clock ? clock_now_ns(c->clock) / 1000 : 0;
	char line[LINE_BYTES];
	va_list args;
	int len;

	len = snprintf(line, sizeof(line), "[%4u.%06u] %s", (unsigned int)(us / 1000000),
		       (unsigned int)(us % 1000000),
		       severity <= SEVERITY_ERROR     ? "error: "
		       : severity == SEVERITY_WARNING ? "warning: "
						      : "");
	va_start(args, fmt);
	len += vsnprintf(line + len, sizeof(line) - (size_t)len, fmt, args);
	va_end(args);
	if (len > (int)sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	line[len++] = '\n';
	console_write(c, line, (size_t)len);
}
