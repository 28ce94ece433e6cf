// SPDX-License-Identifier: MIT
/*
 * The rest of what libnettle.a asks of a C library: its choice of code for the processor
 * (fat-x86_64.c) would take orders from the environment and explain itself on stderr. There is no
 * environment here, so nothing is ever written.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/panic.h"

FILE *stderr;

int __fprintf_chk(FILE *stream, int flag, const char *fmt, ...);

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

int __fprintf_chk(FILE *stream, int flag, const char *fmt, ...)
{
	(void)stream;
	(void)flag;
	panic("fprintf(\"%s\") in a guest without stderr", fmt);
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream)
{
	(void)data;
	(void)size;
	(void)count;
	(void)stream;
	panic("fwrite in a guest without files");
}
