/* SPDX-License-Identifier: MIT */
/* lwIP's compiler and platform: gcc and the C library. */
#ifndef BENCH_STACK_ARCH_CC_H
#define BENCH_STACK_ARCH_CC_H

#include <stdio.h>
#include <stdlib.h>

#define LWIP_ERRNO_STDINCLUDE	   1
#define LWIP_PLATFORM_DIAG(args)   printf args
#define LWIP_PLATFORM_ASSERT(what) (fprintf(stderr, "lwIP: %s\n", what), abort())
#define lwip_htons(x)		   __builtin_bswap16(x)
#define lwip_htonl(x)		   __builtin_bswap32(x)
#define LWIP_RAND()		   ((u32_t)rand())

#endif
