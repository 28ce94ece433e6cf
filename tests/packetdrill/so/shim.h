/* SPDX-License-Identifier: MIT */
/*
 * packetdrill asks libc's getsockopt() for tcp_info, not the interface's. shim.c is preloaded
 * (LD_PRELOAD) and passes calls on descriptors from fd_base up to the stack that registered itself.
 */
#ifndef PACKETDRILL_SO_SHIM_H
#define PACKETDRILL_SO_SHIM_H

#include <stdint.h>

typedef int (*shim_getsockopt)(void *userdata, int fd, int level, int name, void *value,
			       uint32_t *len);

/* Tells the shim, if it is there. */
void shim_register(shim_getsockopt fn, void *userdata, int fd_base);

#endif
