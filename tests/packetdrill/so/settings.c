// SPDX-License-Identifier: MIT
#include "settings.h"

#include <stdio.h>
#include <string.h>
#include "../stack_host.h"

static bool read_line(const char *name, char *value, int len)
{
	char path[256] = "/proc/sys/";
	FILE *file;
	bool good;

	strncat(path, name, sizeof(path) - strlen(path) - 1);
	for (char *c = path + strlen("/proc/sys/"); *c; c++)
		if (*c == '.')
			*c = '/';
	file = fopen(path, "r");
	if (!file)
		return false;
	good = fgets(value, len, file) != NULL;
	fclose(file);
	value[good ? strcspn(value, "\n") : 0] = '\0';
	return good && *value;
}

void so_read_settings(struct backend *b)
{
	char value[256];
	const char *name;

	if (read_line("net.ipv4.tcp_fastopen_key", value, sizeof(value)) &&
	    value[strspn(value, "0-")])
		b->ops->sysctl(b, "net.ipv4.tcp_fastopen_key", value);
	for (unsigned int i = 0; (name = stack_host_setting(i)); i++)
		if (read_line(name, value, sizeof(value)))
			b->ops->sysctl(b, name, value);
}
