// SPDX-License-Identifier: MIT
/*
 * Calls on files, processes and sorting that libnettle.a and libjansson.a have in code which the guest
 * never runs. Their own prototypes don't matter: none of them returns.
 */
#include "runtime/panic.h"

#define MISSING(name)                                       \
	void name(void) __attribute__((noreturn));          \
	void name(void)                                     \
	{                                                   \
		panic(#name "() in a guest that has none"); \
	}

MISSING(fwrite)
MISSING(fopen)
MISSING(fclose)
MISSING(fgetc)
MISSING(open)
MISSING(close)
MISSING(read)
MISSING(write)
MISSING(getpid)
MISSING(gettimeofday)
MISSING(sched_yield)
MISSING(strerror)
MISSING(qsort)
