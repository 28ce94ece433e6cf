// SPDX-License-Identifier: MIT
#include "shim.h"

#include <dlfcn.h>
#include <stddef.h>

void shim_register(const struct shim_calls *calls)
{
	void (*take)(const struct shim_calls *calls);

	*(void **)&take = dlsym(RTLD_DEFAULT, "packetdrill_shim_take");
	if (take)
		take(calls);
}
