/* SPDX-License-Identifier: MIT */
/*
 * What packetdrill asks of libc and not of the interface: getsockopt() for tcp_info, close() of what a
 * script leaves open, sendfile(), and system(), by which scripts change Linux's settings, tables and
 * queues and read its counters. shim.c is preloaded (LD_PRELOAD) and passes calls on descriptors from
 * fd_base up, and each command before and after it has run, to the stack that registered itself.
 */
#ifndef PACKETDRILL_SO_SHIM_H
#define PACKETDRILL_SO_SHIM_H

#include <stddef.h>
#include <stdint.h>

struct shim_calls {
	void *userdata;
	int fd_base;
	int (*getsockopt)(void *userdata, int fd, int level, int name, void *value, uint32_t *len);
	int (*close)(void *userdata, int fd);
	long (*write)(void *userdata, int fd, const void *buf, size_t count);
	void (*before_command)(void *userdata, const char *command);
	void (*after_command)(void *userdata, const char *command);
};

/* Tells the shim, if it is there. */
void shim_register(const struct shim_calls *calls);

#endif
