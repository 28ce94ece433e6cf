/* SPDX-License-Identifier: MIT */
/*
 * packetdrill asks libc's getsockopt() for tcp_info and closes what a script leaves open by libc's
 * close(), not by the interface's. shim.c is preloaded (LD_PRELOAD) and passes calls on descriptors
 * from fd_base up to the stack that registered itself.
 */
#ifndef PACKETDRILL_SO_SHIM_H
#define PACKETDRILL_SO_SHIM_H

#include <stdint.h>

struct shim_calls {
	void *userdata;
	int fd_base;
	int (*getsockopt)(void *userdata, int fd, int level, int name, void *value, uint32_t *len);
	int (*close)(void *userdata, int fd);
};

/* Tells the shim, if it is there. */
void shim_register(const struct shim_calls *calls);

#endif
