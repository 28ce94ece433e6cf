// SPDX-License-Identifier: MIT
/* iperf3 as tasks of the guest: a server, and the clients that the command line asks for. */
#include "apps/iperf3/iperf3.h"

#include <jansson.h>

#include "apps/apps.h"
#include "runtime/guest.h"
#include "runtime/panic.h"

static void cpu_time(void *ctx, struct iperf3_cpu *out)
{
	const struct guest *g = ctx;
	const struct clock *c = &g->clock;

	out->busy_ns = clock_now_ns(c) - clock_ticks_ns(c, g->tasks.idle_tsc);
	out->system_ns = clock_ticks_ns(c, g->interrupts.hard_tsc + g->interrupts.soft_tsc);
}

static void print_result(void *ctx, const char *text, size_t len)
{
	struct console *console = &((struct guest *)ctx)->console;

	console_write(console, "iperf3: ", 8);
	console_write(console, text, len);
	console_write(console, "\n", 1);
}

static struct iperf3_place place_of(struct guest *g)
{
	return (struct iperf3_place){g->net, cpu_time, print_result, g};
}

static void serve(void *ctx)
{
	struct guest *g = ctx;
	const struct iperf3_place place = place_of(g);

	panic("iperf3: cannot listen on port %u (%d)", IPERF3_PORT, iperf3_serve(&place, 0));
}

static void run_clients(void *ctx)
{
	struct guest *g = ctx;
	const struct iperf3_place place = place_of(g);
	struct iperf3_settings settings;
	char error[200];

	for (unsigned int i = 0; i < g->options.iperf3_runs; i++) {
		const struct option_text *text = &g->options.iperf3[i];

		if (!iperf3_settings_parse(&settings, text->at, text->len, error, sizeof(error)))
			panic("%s", error); /* it was right when it was read */
		iperf3_run(&place, &settings);
	}
}

/* The seed of jansson's tables, which it would look for in files: 0 would mean that. */
static void seed_tables(struct guest *g)
{
	uint32_t seed;

	g->port.ops->random(&g->port, &seed, sizeof(seed));
	json_object_seed(seed | 1);
}

void iperf3_server_start(struct guest *g)
{
	seed_tables(g);
	if (task_create(&g->tasks, "iperf3 server", serve, g))
		panic("iperf3: no task");
}

void iperf3_client_start(struct guest *g)
{
	if (!g->options.iperf3_runs)
		return;
	seed_tables(g);
	if (task_create(&g->tasks, "iperf3 client", run_clients, g))
		panic("iperf3: no task");
}
