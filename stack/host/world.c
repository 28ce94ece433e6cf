// SPDX-License-Identifier: MIT
/*
 * The world of the host rung (host.h): a conservative discrete-event simulation whose CPUs are
 * coroutines. A host runs until it is idle or would pass the time of somebody else (the horizon);
 * then the world goes on with the earliest. Events come before hosts at the same time, hosts in
 * the order of their creation.
 */
#include "world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/net_namespace.h>

/* While a CPU is busy its timers are looked at this often, as by a timer interrupt. */
#define TICK_NS 50000u
/* Calls without time passing after which a loop that waits for time is assumed. */
#define CALLS_IN_VAIN_MAX 100000000u

static void cpu_main(void *arg);

/* ---- creation ---- */

struct host_world *host_world_create(const struct host_world_options *options)
{
	struct host_world *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	INIT_LIST_HEAD(&w->hosts);
	INIT_LIST_HEAD(&w->sources);
	timer_wheel_init(&w->events, 0);
	w->costs = options->costs;
	w->seed = options->seed;
	w->log_severity = options->log_severity ? options->log_severity : 3;
	w->horizon_ns = HOST_NEVER;
	return w;
}

struct host *host_create(struct host_world *w, const char *name)
{
	struct host *h = calloc(1, sizeof(*h));
	struct host *other;
	uint64_t index = 1;

	if (!h)
		return NULL;
	list_for_each_entry(other, &w->hosts, node)
		index++;
	h->world = w;
	snprintf(h->name, sizeof(h->name), "%s", name);
	h->port.ops = &host_port_ops;
	h->cpu_ns = h->tick_ns = w->now_ns;
	h->wakes_at_ns = HOST_NEVER;
	h->allocs_left = UINT64_MAX;
	INIT_LIST_HEAD(&h->tasks);
	INIT_LIST_HEAD(&h->runnable);
	INIT_LIST_HEAD(&h->irqs);
	host_random_seed(&h->random, w->seed, index);
	h->net = net_create(&h->port);
	if (!h->net || !fiber_create(&h->cpu, cpu_main, h)) {
		if (h->net)
			net_destroy(h->net);
		free(h);
		return NULL;
	}
	h->resume = &h->cpu;
	list_add_tail(&h->node, &w->hosts);
	return h;
}

static void task_free(struct task *t)
{
	struct host_world *w = t->host->world;

	host_event_cancel(w, &t->timeout);
	list_del_init(&t->node);
	list_del_init(&t->run_node);
	if (!t->ended)
		w->tasks_alive--;
	fiber_destroy(&t->fiber);
	free(t);
}

static void host_destroy(struct host *h)
{
	struct task *t, *next;

	list_for_each_entry_safe(t, next, &h->tasks, node)
		task_free(t);
	net_destroy(h->net);
	assert(h->memory_bytes == 0);
	fiber_destroy(&h->cpu);
	list_del_init(&h->node);
	free(h);
}

void host_world_destroy(struct host_world *w)
{
	struct host *h, *next;

	assert(!w->running);
	list_for_each_entry_safe(h, next, &w->hosts, node)
		host_destroy(h);
	free(w);
}

uint64_t host_now_ns(const struct host_world *w)
{
	return w->now_ns;
}

struct net *host_net(struct host *h)
{
	return h->net;
}

struct port *host_port(struct host *h)
{
	return &h->port;
}

struct host_world *host_world(struct host *h)
{
	return h->world;
}

uint64_t host_memory_bytes(const struct host *h)
{
	return h->memory_bytes;
}

uint64_t host_busy_ns(const struct host *h)
{
	return h->busy_ns;
}

void host_fail_alloc_after(struct host *h, uint64_t allocations)
{
	h->allocs_left = allocations;
}

/* ---- time ---- */

static void lower_horizon(struct host_world *w, uint64_t time_ns)
{
	if (time_ns < w->horizon_ns)
		w->horizon_ns = time_ns;
}

static void set_now(struct host_world *w, uint64_t time_ns)
{
	if (time_ns <= w->now_ns)
		return;
	w->now_ns = time_ns;
	w->calls_in_vain = 0;
}

void host_make_ready(struct host *h)
{
	if (!h->idle)
		return;
	h->idle = false;
	if (h->cpu_ns < h->world->now_ns)
		h->cpu_ns = h->world->now_ns;
	if (h->world->current != h)
		lower_horizon(h->world, h->cpu_ns);
}

/* The running host stops here and goes on when it is the earliest again. */
static void yield_to_world(struct host *h)
{
	struct fiber *here = h->running ? &h->running->fiber : &h->cpu;

	h->resume = here;
	fiber_switch(here, &h->world->fiber);
}

static void guard_against_spinning(struct host *h)
{
	if (++h->world->calls_in_vain > CALLS_IN_VAIN_MAX)
		h->port.ops->panic(&h->port, "runs on without virtual time passing; give "
					     "host_costs.call_ns a value or sleep");
}

void host_charge(struct host *h, uint64_t ns)
{
	struct host_world *w = h->world;

	if (w->current != h)
		return;
	guard_against_spinning(h);
	h->cpu_ns += ns;
	h->busy_ns += ns;
	if (ns && h->cpu_ns > w->horizon_ns)
		yield_to_world(h);
	set_now(w, h->cpu_ns);
	host_inject(h);
}

void host_event_at(struct host_world *w, struct timer_list *t, uint64_t time_ns)
{
	timer_wheel_add(&w->events, t, time_ns);
	lower_horizon(w, time_ns);
}

void host_event_cancel(struct host_world *w, struct timer_list *t)
{
	timer_wheel_del(&w->events, t);
}

void host_source_add(struct host_world *w, struct host_event_source *s)
{
	list_add_tail(&s->node, &w->sources);
}

void host_source_remove(struct host_event_source *s)
{
	list_del_init(&s->node);
}

void host_source_changed(struct host_world *w)
{
	struct host_event_source *s;

	list_for_each_entry(s, &w->sources, node)
		lower_horizon(w, s->next_time(s));
}

/* ---- interrupts ---- */

void host_irq_init(struct host_irq *irq, struct host *h, void (*handler)(void *ctx), void *ctx)
{
	*irq = (struct host_irq){.host = h, .handler = handler, .ctx = ctx};
	INIT_LIST_HEAD(&irq->node);
}

void host_irq_raise(struct host_irq *irq)
{
	if (!list_empty(&irq->node))
		return;
	list_add_tail(&irq->node, &irq->host->irqs);
	host_make_ready(irq->host);
}

void host_irq_cancel(struct host_irq *irq)
{
	list_del_init(&irq->node);
}

void host_inject(struct host *h)
{
	bool came = false;

	if (h->in_irq || h->world->current != h)
		return;
	while (!list_empty(&h->irqs)) {
		struct host_irq *irq = list_first_entry(&h->irqs, struct host_irq, node);

		list_del_init(&irq->node);
		h->in_irq = true;
		host_charge(h, h->world->costs.irq_ns);
		irq->handler(irq->ctx);
		h->in_irq = false;
		came = true;
	}
	if (!came && h->cpu_ns < h->tick_ns)
		return;
	h->tick_ns = h->cpu_ns + TICK_NS;
	net_irq_exit(h->net);
}

/* ---- CPUs and tasks ---- */

static void task_main(void *arg)
{
	struct task *t = arg;
	struct host *h = t->host;

	t->fn(t->arg);
	assert(!h->net->softnet.bh_disabled);
	t->ended = true;
	if (--h->world->tasks_alive == 0 && h->world->stop_without_tasks)
		host_stop(h->world);
	h->running = NULL;
	h->resume = &h->cpu;
	fiber_exit_to(&t->fiber, &h->cpu);
}

struct task *host_spawn(struct host *h, const char *name, void (*fn)(void *arg), void *arg)
{
	struct task *t = calloc(1, sizeof(*t));

	if (!t || !fiber_create(&t->fiber, task_main, t)) {
		free(t);
		return NULL;
	}
	t->host = h;
	t->fn = fn;
	t->arg = arg;
	snprintf(t->name, sizeof(t->name), "%s", name);
	timer_setup(&t->timeout, host_task_timeout);
	list_add_tail(&t->node, &h->tasks);
	list_add_tail(&t->run_node, &h->runnable);
	h->world->tasks_alive++;
	host_make_ready(h);
	return t;
}

void host_sleep(struct host *h, uint64_t ns)
{
	uint64_t until_ns = h->cpu_ns + ns;

	for (;;) {
		h->port.ops->task_prepare(&h->port);
		if (h->cpu_ns >= until_ns)
			return;
		h->port.ops->task_sleep(&h->port, until_ns - h->cpu_ns);
	}
}

static void run_task(struct host *h, struct task *t)
{
	list_del_init(&t->run_node);
	host_charge(h, h->world->costs.switch_ns);
	h->running = t;
	fiber_switch(&h->cpu, &t->fiber);
	if (t->ended)
		task_free(t);
}

/* A host's CPU: soft interrupts, then the next task in turn; idle when there is neither. */
static void cpu_main(void *arg)
{
	struct host *h = arg;

	for (;;) {
		uint64_t next_ns;

		host_inject(h);
		next_ns = net_softirq(h->net);
		if (!list_empty(&h->runnable)) {
			run_task(h, list_first_entry(&h->runnable, struct task, run_node));
			continue;
		}
		if (!next_ns || next_ns <= h->cpu_ns || !list_empty(&h->irqs)) {
			host_charge(h, 0);
			continue;
		}
		h->wakes_at_ns = next_ns;
		h->idle = true;
		yield_to_world(h);
	}
}

/* ---- the loop ---- */

static uint64_t cpu_next_ns(const struct host *h)
{
	return h->idle ? h->wakes_at_ns : h->cpu_ns;
}

static uint64_t next_event_ns(struct host_world *w)
{
	uint64_t next_ns = timer_wheel_next(&w->events);
	struct host_event_source *s;

	list_for_each_entry(s, &w->sources, node) {
		uint64_t t = s->next_time(s);

		if (t < next_ns)
			next_ns = t;
	}
	return next_ns;
}

static struct host *earliest_host(struct host_world *w, const struct host *except)
{
	struct host *h, *first = NULL;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a list's entries are never NULL */
	list_for_each_entry(h, &w->hosts, node)
		if (h != except && (!first || cpu_next_ns(h) < cpu_next_ns(first)))
			first = h;
	return first;
}

static void run_events(struct host_world *w)
{
	struct host_event_source *s, *next;

	timer_wheel_run(&w->events, w->now_ns);
	list_for_each_entry_safe(s, next, &w->sources, node)
		if (s->next_time(s) <= w->now_ns)
			s->advance(s, w->now_ns);
}

static void run_host(struct host_world *w, struct host *h, uint64_t event_ns, uint64_t until_ns)
{
	struct host *other = earliest_host(w, h);

	host_make_ready(h);
	w->horizon_ns = until_ns;
	lower_horizon(w, event_ns);
	if (other)
		lower_horizon(w, cpu_next_ns(other));
	w->current = h;
	fiber_switch(&w->fiber, h->resume);
	w->current = NULL;
	w->horizon_ns = HOST_NEVER;
}

enum host_run_result host_run_until(struct host_world *w, uint64_t until_ns)
{
	enum host_run_result result = HOST_RUN_STOPPED;
	struct host *each;

	assert(!w->running);
	/* The caller may have armed timers behind the back of a CPU that is idle. */
	list_for_each_entry(each, &w->hosts, node)
		host_make_ready(each);
	w->running = true;
	w->stop = false;
	while (!w->stop) {
		uint64_t event_ns = next_event_ns(w), host_ns;
		struct host *h = earliest_host(w, NULL);

		host_ns = h ? cpu_next_ns(h) : HOST_NEVER;
		if (event_ns == HOST_NEVER && host_ns == HOST_NEVER) {
			if (until_ns != HOST_NEVER)
				set_now(w, until_ns);
			result = HOST_RUN_IDLE;
			break;
		}
		if (event_ns > until_ns && host_ns > until_ns) {
			set_now(w, until_ns);
			result = HOST_RUN_TIME;
			break;
		}
		if (event_ns <= host_ns) {
			set_now(w, event_ns);
			run_events(w);
		} else {
			set_now(w, host_ns);
			run_host(w, h, event_ns, until_ns);
		}
	}
	w->running = false;
	return result;
}

static void name_tasks_left(const struct host_world *w)
{
	const struct host *h;
	const struct task *t;

	list_for_each_entry(h, &w->hosts, node)
		list_for_each_entry(t, &h->tasks, node)
			fprintf(stderr, "host %s: task %s has not ended at %llu ns (seed %llu)\n",
				h->name, t->name, (unsigned long long)w->now_ns,
				(unsigned long long)w->seed);
}

bool host_run_tasks(struct host_world *w, uint64_t limit_ns)
{
	uint64_t until_ns = w->now_ns + limit_ns;

	w->stop_without_tasks = true;
	while (w->tasks_alive && w->now_ns < until_ns)
		if (host_run_until(w, until_ns) == HOST_RUN_IDLE)
			break;
	w->stop_without_tasks = false;
	if (w->tasks_alive)
		name_tasks_left(w);
	return !w->tasks_alive;
}

uint64_t host_next_ns(struct host_world *w)
{
	const uint64_t event_ns = next_event_ns(w);
	const struct host *h = earliest_host(w, NULL);

	return h && cpu_next_ns(h) < event_ns ? cpu_next_ns(h) : event_ns;
}

void host_stop(struct host_world *w)
{
	w->stop = true;
}
