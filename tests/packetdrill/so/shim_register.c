// SPDX-License-Identifier: MIT
#include "shim.h"

#include <dlfcn.h>
#include <stddef.h>

void shim_register(shim_getsockopt fn, void *userdata, int fd_base)
{
	void (*take)(shim_getsockopt fn, void *userdata, int fd_base);

	*(void **)&take = dlsym(RTLD_DEFAULT, "packetdrill_shim_take");
	if (take)
		take(fn, userdata, fd_base);
}
