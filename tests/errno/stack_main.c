// SPDX-License-Identifier: MIT
/* The table on the stack: a host of its own, over loopback. */
#include "errno_test.h"
#include <host/host.h>
#include <net/net.h>

static struct {
	struct host *host;
	struct files_struct *files;
	int status;
} run;

void settle(void)
{
	host_sleep(run.host, 10 * HOST_MS);
}

bool on_linux(void)
{
	return false;
}

void row_begins(void)
{
}

int first_fd(void)
{
	return 0;
}

const char *cannot_ask(const char *call)
{
	(void)call;
	return NULL;
}

static void task(void *arg)
{
	(void)arg;
	run.status = run_cases(run.files);
	files_destroy(run.files);
}

int main(void)
{
	struct host_world *world = host_world_create(&(struct host_world_options){.seed = 1});
	bool ended;

	run.host = host_create(world, "stack");
	run.files = files_create(host_net(run.host), 0);
	host_spawn(run.host, "cases", task, NULL);
	ended = host_run_tasks(world, 1000000 * HOST_SECOND);
	host_run_until(world, host_now_ns(world) + 2000 * HOST_SECOND);
	host_world_destroy(world); /* asserts that nothing is left */
	return ended ? run.status : 1;
}
