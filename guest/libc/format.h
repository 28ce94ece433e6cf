/* SPDX-License-Identifier: MIT */
/* The parts of snprintf, which floating.c completes for numbers with a fraction. */
#ifndef LIBC_FORMAT_H
#define LIBC_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct format_output {
	char *buf;
	size_t size, len; /* len: as if there were room for all */
};

struct format_spec {
	bool left, zero, precise;
	int width, precision;
	int length; /* bytes of an integer argument */
};

/* Takes the argument of a %g and puts it. */
typedef void format_real(struct format_output *o, const struct format_spec *s, va_list *args);

/* Padded to the width of s. */
void format_put(struct format_output *o, const struct format_spec *s, const char *text, int len);
/* vsnprintf; real NULL: %g is not understood. */
int format_text(char *buf, size_t size, const char *fmt, va_list list, format_real *real);

#endif
