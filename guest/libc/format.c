// SPDX-License-Identifier: MIT
/*
 * snprintf: conversions d i u x X c s p %, flags '-' and '0', width and precision (also *), lengths
 * hh h l ll z. No floating point here: any context may call it (floating.c adds %g).
 */
#include "libc/format.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void put(struct format_output *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

void format_put(struct format_output *o, const struct format_spec *s, const char *text, int len)
{
	int pad = s->width - len;

	for (; !s->left && pad > 0; pad--)
		put(o, ' ');
	for (int i = 0; i < len; i++)
		put(o, text[i]);
	for (; pad > 0; pad--)
		put(o, ' ');
}

static void put_number(struct format_output *o, struct format_spec *s, uint64_t value,
		       bool negative, unsigned int base, bool upper)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[72];
	int at = sizeof(text), least = s->precise ? s->precision : 1;

	if (s->zero && !s->left && !s->precise)
		least = s->width - negative;
	if (least > 64)
		least = 64;
	for (uint64_t rest; value || least > 0; least--) {
		rest = value / base;
		text[--at] = digits[value - rest * base];
		value = rest;
	}
	if (negative)
		text[--at] = '-';
	format_put(o, s, text + at, (int)sizeof(text) - at);
}

static int read_count(const char **fmt, va_list *args)
{
	int n = 0;

	if (**fmt == '*') {
		(*fmt)++;
		return va_arg(*args, int);
	}
	while (**fmt >= '0' && **fmt <= '9')
		n = n * 10 + *(*fmt)++ - '0';
	return n;
}

static const char *read_spec(const char *fmt, struct format_spec *s, va_list *args)
{
	*s = (struct format_spec){.length = 4};
	for (;; fmt++) {
		if (*fmt == '-')
			s->left = true;
		else if (*fmt == '0')
			s->zero = true;
		else
			break;
	}
	s->width = read_count(&fmt, args);
	if (s->width < 0) {
		s->left = true;
		s->width = -s->width;
	}
	if (*fmt == '.') {
		fmt++;
		s->precise = true;
		s->precision = read_count(&fmt, args);
	}
	for (; *fmt == 'l' || *fmt == 'z' || *fmt == 'h'; fmt++) {
		if (*fmt == 'h')
			s->length /= 2;
		else
			s->length = 8;
	}
	return fmt;
}

static uint64_t take_unsigned(const struct format_spec *s, va_list *args)
{
	if (s->length == 8)
		return va_arg(*args, uint64_t);
	return va_arg(*args, unsigned int) &
	       (s->length == 4 ? UINT32_MAX : (1u << 8 * s->length) - 1);
}

static int64_t take_signed(const struct format_spec *s, va_list *args)
{
	int value;

	if (s->length == 8)
		return va_arg(*args, int64_t);
	value = va_arg(*args, int);
	return s->length == 4 ? value : s->length == 2 ? (int16_t)value : (int8_t)value;
}

static void put_string(struct format_output *o, const struct format_spec *s, const char *text)
{
	int len = 0;

	if (!text)
		text = "(null)";
	while (text[len] && !(s->precise && len >= s->precision))
		len++;
	format_put(o, s, text, len);
}

static void convert(struct format_output *o, char kind, struct format_spec *s, va_list *args,
		    format_real *real)
{
	int64_t value;
	char c;

	switch (kind) {
	case 'd':
	case 'i':
		value = take_signed(s, args);
		put_number(o, s, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0, 10,
			   false);
		break;
	case 'u':
		put_number(o, s, take_unsigned(s, args), false, 10, false);
		break;
	case 'x':
	case 'X':
		put_number(o, s, take_unsigned(s, args), false, 16, kind == 'X');
		break;
	case 'p':
		put(o, '0');
		put(o, 'x');
		put_number(o, s, (uint64_t)va_arg(*args, void *), false, 16, false);
		break;
	case 'c':
		c = (char)va_arg(*args, int);
		format_put(o, s, &c, 1);
		break;
	case 's':
		put_string(o, s, va_arg(*args, const char *));
		break;
	case 'g':
		if (real)
			real(o, s, args);
		else
			put(o, kind);
		break;
	default:
		put(o, kind);
	}
}

int format_text(char *buf, size_t size, const char *fmt, va_list list, format_real *real)
{
	struct format_output o = {buf, size, 0};
	struct format_spec s;
	va_list args;

	va_copy(args, list);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		fmt = read_spec(fmt + 1, &s, &args);
		if (!*fmt)
			break;
		convert(&o, *fmt, &s, &args, real);
	}
	va_end(args);
	if (size)
		buf[o.len < size ? o.len : size - 1] = 0;
	return (int)o.len;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list list)
{
	return format_text(buf, size, fmt, list, NULL);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}
