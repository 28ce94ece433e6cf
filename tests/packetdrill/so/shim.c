// SPDX-License-Identifier: MIT
/* Preloaded into packetdrill: shim.h. */
#include "shim.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

struct shim {
	shim_getsockopt fn;
	void *userdata;
	int fd_base;
};

/* A preloaded object has nobody to hold its state. */
static struct shim shim;

void packetdrill_shim_take(shim_getsockopt fn, void *userdata, int fd_base);
int getsockopt(int fd, int level, int name, void *value, uint32_t *len);

void packetdrill_shim_take(shim_getsockopt fn, void *userdata, int fd_base)
{
	shim = (struct shim){fn, userdata, fd_base};
}

int getsockopt(int fd, int level, int name, void *value, uint32_t *len)
{
	if (shim.fn && fd >= shim.fd_base)
		return shim.fn(shim.userdata, fd, level, name, value, len);
	return (int)syscall(SYS_getsockopt, fd, level, name, value, len);
}
