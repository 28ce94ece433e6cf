/* SPDX-License-Identifier: MIT */
/* What tells the compiler which way packets usually take, so that the usual way is short and in one piece. */
#ifndef NET_COMPILER_H
#define NET_COMPILER_H

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* For what is rare in a function that is short without it. */
#define noinline __attribute__((noinline))
/* For what hardly ever runs: out of the way of the rest, and each branch to it is the unlikely one. */
#define __cold noinline __attribute__((cold))

#endif
