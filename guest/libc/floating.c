// SPDX-License-Identifier: MIT
/*
 * What kept libraries ask of a C library for numbers with a fraction: strtod, and snprintf with %g.
 * Compiled with vector registers, in which such numbers are handed over: process context only.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libc/decimal.h"
#include "libc/format.h"

#define SIGN_BIT      (1ull << 63)
#define INFINITY_BITS 0x7ff0000000000000ull
#define EXPONENT_MAX  100000L /* far beyond what a number can have */
#define TEXT_DIGITS   800u /* of a number in text; the rest cannot matter but for being 0 or not */

int __snprintf_chk(char *buf, size_t size, int flag, size_t room, const char *fmt, ...);
int __vsnprintf_chk(char *buf, size_t size, int flag, size_t room, const char *fmt, va_list args);

static int put_exponent(char *text, int exponent)
{
	const unsigned int size = exponent < 0 ? (unsigned int)-exponent : (unsigned int)exponent;

	return snprintf(text, 8, "e%c%02u", exponent < 0 ? '-' : '+', size);
}

/* C17 7.21.6.1, conversion g: without trailing zeros; with an exponent when it is below -4 or not
 * below the precision. Returns the length. */
static int write_g(char *text, uint64_t bits, unsigned int precision)
{
	uint8_t digits[DECIMAL_DIGITS_MAX];
	int exponent = decimal_from_binary64(bits, precision, digits), at = 0, point;
	const bool plain = exponent >= -4 && exponent < (int)precision;

	while (precision > 1 && !digits[precision - 1])
		precision--;
	point = plain ? exponent : 0; /* the digit in front of the point */
	if (point < 0) {
		text[at++] = '0';
		text[at++] = '.';
		for (int i = -1; i > point; i--)
			text[at++] = '0';
	}
	for (int i = 0; i < (int)precision || i <= point; i++) {
		text[at++] = (char)('0' + (i < (int)precision ? digits[i] : 0));
		if (i == point && i + 1 < (int)precision)
			text[at++] = '.';
	}
	return plain ? at : at + put_exponent(text + at, exponent);
}

static void put_real(struct format_output *o, const struct format_spec *s, va_list *args)
{
	const double value = va_arg(*args, double);
	unsigned int precision = s->precise ? (unsigned int)s->precision : 6;
	char text[DECIMAL_DIGITS_MAX + 16];
	uint64_t bits;
	int len = 0;

	memcpy(&bits, &value, sizeof(bits));
	if (bits & SIGN_BIT)
		text[len++] = '-';
	bits &= ~SIGN_BIT;
	if (!precision)
		precision = 1;
	if (precision > DECIMAL_DIGITS_MAX)
		precision = DECIMAL_DIGITS_MAX;
	if (bits >= INFINITY_BITS) {
		memcpy(text + len, bits > INFINITY_BITS ? "nan" : "inf", 3);
		len += 3;
	} else if (!bits) {
		text[len++] = '0';
	} else {
		len += write_g(text + len, bits, precision);
	}
	format_put(o, s, text, len);
}

int __vsnprintf_chk(char *buf, size_t size, int flag, size_t room, const char *fmt, va_list args)
{
	(void)flag;
	(void)room;
	return format_text(buf, size, fmt, args, put_real);
}

int __snprintf_chk(char *buf, size_t size, int flag, size_t room, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = __vsnprintf_chk(buf, size, flag, room, fmt, args);
	va_end(args);
	return len;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits of a number being read; leading zeros are left out. */
struct number {
	uint8_t digits[TEXT_DIGITS];
	size_t count;
	long point; /* how many of all digits stand in front of it */
	bool any;
};

static const char *read_digits(struct number *n, const char *at, bool before_point)
{
	for (; is_digit(*at); at++) {
		n->any = true;
		if (before_point ? n->count || *at != '0' : !n->count && *at == '0')
			n->point += before_point ? 1 : -1;
		if (!n->count && *at == '0')
			continue;
		if (n->count < TEXT_DIGITS)
			n->digits[n->count++] = (uint8_t)(*at - '0');
		else if (*at != '0')
			n->digits[TEXT_DIGITS - 1] |= 1; /* not exactly what was kept */
	}
	return at;
}

static const char *read_exponent(const char *at, long *exponent)
{
	const char *start = at;
	bool negative;
	long value = 0;

	if (*at != 'e' && *at != 'E')
		return at;
	negative = *++at == '-';
	if (*at == '-' || *at == '+')
		at++;
	if (!is_digit(*at))
		return start;
	for (; is_digit(*at); at++)
		if (value < EXPONENT_MAX)
			value = value * 10 + (*at - '0');
	*exponent = negative ? -value : value;
	return at;
}

/* Decimal numbers; no hexadecimal ones, no "inf" and "nan", and no spaces in front. */
double strtod(const char *text, char **end)
{
	struct number n = {.count = 0};
	const char *at = text + (*text == '-' || *text == '+');
	long exponent = 0;
	uint64_t bits = 0;
	double value;

	at = read_digits(&n, at, true);
	if (*at == '.')
		at = read_digits(&n, at + 1, false);
	at = n.any ? read_exponent(at, &exponent) : text;
	if (n.count)
		bits = decimal_to_binary64(n.digits, n.count, n.point + exponent);
	if (*text == '-' && n.any)
		bits |= SIGN_BIT;
	if (end)
		*end = (char *)at;
	memcpy(&value, &bits, sizeof(value));
	return value;
}
