// SPDX-License-Identifier: MIT
/*
 * Preloaded into packetdrill: shim.h. As time is virtual it also spares the machine what packetdrill
 * does for exact real time: a real-time priority, and waiting for ten ticks of the clock before each
 * script.
 */
#include "shim.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

struct sched_param;
struct tms;

/* A preloaded object has nobody to hold its state. */
static struct shim_calls shim;
static long ticks;

void packetdrill_shim_take(const struct shim_calls *calls);
int getsockopt(int fd, int level, int name, void *value, uint32_t *len);
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
