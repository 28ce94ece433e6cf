// SPDX-License-Identifier: MIT
/*
 * Preloaded into packetdrill: shim.h. As time is virtual it also spares the machine what packetdrill
 * does for exact real time: a real-time priority, and waiting for ten ticks of the clock before each
 * script.
 */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILE_PIECE_BYTES 4096

struct sched_param;
struct tms;

/* A preloaded object has nobody to hold its state. */
static struct shim_calls shim;
static long ticks;

void packetdrill_shim_take(const struct shim_calls *calls);
int getsockopt(int fd, int level, int name, void *value, uint32_t *len);
long sendfile(int out, int in, long *offset, size_t count);
int system(const char *command);
int sched_setscheduler(int pid, int policy, const struct sched_param *param);
long times(struct tms *buf);

void packetdrill_shim_take(const struct shim_calls *calls)
{
	shim = *calls;
}

int getsockopt(int fd, int level, int name, void *value, uint32_t *len)
{
	if (shim.getsockopt && fd >= shim.fd_base)
		return shim.getsockopt(shim.userdata, fd, level, name, value, len);
	return (int)syscall(SYS_getsockopt, fd, level, name, value, len);
}

int close(int fd)
{
	if (shim.close && fd >= shim.fd_base)
		return shim.close(shim.userdata, fd);
	return (int)syscall(SYS_close, fd);
}

long sendfile(int out, int in, long *offset, size_t count)
{
	char piece[FILE_PIECE_BYTES];
	long sent = 0;

	if (!shim.write || out < shim.fd_base)
		return syscall(SYS_sendfile, out, in, offset, count);
	while ((size_t)sent < count) {
		size_t want =
			count - (size_t)sent < sizeof(piece) ? count - (size_t)sent : sizeof(piece);
		long got = offset ? pread(in, piece, want, *offset) : read(in, piece, want), n;

		if (got <= 0)
			return sent ? sent : got;
		n = shim.write(shim.userdata, out, piece, (size_t)got);
		if (n <= 0)
			return sent ? sent : n;
		sent += n;
		if (offset)
			*offset += n;
	}
	return sent;
}

int system(const char *command)
{
	int (*libc_system)(const char *command);
	int status;

	*(void **)&libc_system = dlsym(RTLD_NEXT, "system");
	if (shim.before_command && command)
		shim.before_command(shim.userdata, command);
	status = libc_system(command);
	if (shim.after_command && command)
		shim.after_command(shim.userdata, command);
	return status;
}

int sched_setscheduler(int pid, int policy, const struct sched_param *param)
{
	(void)pid;
	(void)policy;
	(void)param;
	errno = EPERM;
	return -1;
}

long times(struct tms *buf)
{
	(void)buf;
	return ++ticks;
}
