// SPDX-License-Identifier: MIT
#include "proc_sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int proc_sysctl_write(const char *name, const char *value)
{
	char path[256];
	ssize_t written;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	for (char *c = path + strlen("/proc/sys/"); *c; c++)
		if (*c == '.')
			*c = '/';
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -ENOENT;
	written = write(fd, value, strlen(value));
	close(fd);
	return written < 0 ? -EINVAL : 0;
}
