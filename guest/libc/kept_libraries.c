// SPDX-License-Identifier: MIT
/*
 * The rest of what kept libraries ask of a C library. libnettle.a: its choice of code for the
 * processor (fat-x86_64.c) would take orders from the environment and explain itself on stderr.
 * libjansson.a: memory, the decimal point, integers in text.
 */
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/guest.h"
#include "runtime/panic.h"

FILE *stderr, *stdin;

int __fprintf_chk(FILE *stream, int flag, const char *fmt, ...);
char *__strncpy_chk(char *to, const char *from, size_t len, size_t room);
/* C23's, as libraries ask for it that were built with glibc 2.38 or later. */
long long __isoc23_strtoll(const char *text, char **end, int base);

char *getenv(const char *name)
{
	(void)name;
	return NULL;
}

char *secure_getenv(const char *name)
{
	(void)name;
	return NULL;
}

struct lconv *localeconv(void)
{
	/* Every language writes numbers as C does. */
	static const struct lconv c = {.decimal_point = (char *)"."};

	return (struct lconv *)&c;
}

int __fprintf_chk(FILE *stream, int flag, const char *fmt, ...)
{
	(void)stream;
	(void)flag;
	panic("fprintf(\"%s\") in a guest without stderr", fmt);
}

/* ---- memory: the size, which size classes want to be told, stands in front ---- */

#define MALLOC_HEAD_BYTES 64u /* keeps the alignment */

void *malloc(size_t size)
{
	size_t *head;

	if (size > SIZE_MAX / 2)
		return NULL;
	head = size_class_alloc(&this_guest()->memory, size + MALLOC_HEAD_BYTES);
	if (!head)
		return NULL;
	*head = size + MALLOC_HEAD_BYTES;
	return (char *)head + MALLOC_HEAD_BYTES;
}

void free(void *mem)
{
	size_t *head = (size_t *)((char *)mem - MALLOC_HEAD_BYTES);

	if (mem)
		size_class_free(&this_guest()->memory, head, *head);
}

/* ---- text ---- */

int *__errno_location(void)
{
	return &this_guest()->library_errno;
}

char *strncpy(char *to, const char *from, size_t len)
{
	const size_t used = strnlen(from, len);

	memcpy(to, from, used);
	memset(to + used, 0, len - used);
	return to;
}

char *__strncpy_chk(char *to, const char *from, size_t len, size_t room)
{
	(void)room;
	return strncpy(to, from, len);
}

/* Decimal, without spaces in front: what is in JSON. */
long long strtoll(const char *text, char **end, int base)
{
	const bool negative = *text == '-';
	const char *at = text + negative;
	long long value = 0;

	if (base != 10)
		panic("strtoll() with base %d", base);
	for (; *at >= '0' && *at <= '9'; at++) {
		const int digit = *at - '0';

		/* Counts downwards: there is one negative number more. */
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, digit, &value) ||
		    (!negative && value == INT64_MIN)) {
			errno = ERANGE;
			value = INT64_MIN + !negative;
			while (at[1] >= '0' && at[1] <= '9')
				at++;
		}
	}
	if (end)
		*end = (char *)at;
	return negative ? value : -value;
}

long long __isoc23_strtoll(const char *text, char **end, int base)
{
	return strtoll(text, end, base);
}
