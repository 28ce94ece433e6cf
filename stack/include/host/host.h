/* SPDX-License-Identifier: MIT */
/*
 * The host port: several hosts, each with its stack and tasks, in one process and in virtual time.
 *
 * A world has a clock and hosts. Each host is one CPU: it runs interrupt handlers, soft interrupts
 * and tasks (coroutines), and falls idle when there is nothing to do. CPUs run side by side: the
 * world always goes on with whoever is earliest, and jumps over time in which all are idle. Work
 * takes the time that struct host_costs says; interrupts that are due come in at any call of the
 * port (time, memory, packets, copies), so that tasks and soft interrupts are pre-empted as on a
 * real CPU. All is deterministic: the same seed gives the same run.
 *
 * A test looks so:
 *
 *	struct host_world *w = host_world_create(&(struct host_world_options){ .seed = 1 });
 *	struct host *a = host_create(w, "a"), *b = host_create(w, "b");
 *	struct memwire *wire = memwire_create(a, b, &(struct memwire_options){ .rate_mbps = 1000 });
 *	net_ipv4_configure(memwire_dev(wire, 0), 0x0a000001, 24, 0);
 *	net_ipv4_configure(memwire_dev(wire, 1), 0x0a000002, 24, 0);
 *	host_spawn(a, "server", server, arg);
 *	host_spawn(b, "client", client, arg);
 *	ck_assert(host_run_tasks(w, 10 * HOST_SECOND));
 *	memwire_destroy(wire);
 *	host_world_destroy(w);
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <net/list.h>
#include <net/net.h>
#include <net/port.h>
#include <net/timer.h>

#define HOST_SECOND 1000000000ull
#define HOST_MS	    1000000ull
#define HOST_US	    1000ull
#define HOST_NEVER  UINT64_MAX

struct host_world;
struct host;

/* Virtual time that things take. All zero: computing is free, time passes only while waiting; a task
 * that then polls without sleeping would never see time pass and is reported. */
struct host_costs {
	uint32_t call_ns;	   /* a call of the port */
	uint32_t packet_ns;	   /* a packet in or out */
	uint32_t copy_ps_per_byte; /* between application and stack */
	uint32_t irq_ns;	   /* entering and leaving a hard interrupt */
	uint32_t switch_ns;	   /* from one task to another */
};

struct host_world_options {
	uint64_t seed;
	struct host_costs costs;
	int log_severity; /* lines up to this syslog severity go to stderr; 0: errors (3) */
};

struct host_world *host_world_create(const struct host_world_options *options);
/* Destroys all hosts; asserts that their stacks hold nothing any more. */
void host_world_destroy(struct host_world *w);
uint64_t host_now_ns(const struct host_world *w);

/* A host with a stack. The name is copied. */
struct host *host_create(struct host_world *w, const char *name);
struct net *host_net(struct host *h);
struct port *host_port(struct host *h);
struct host_world *host_world(struct host *h);
/* Bytes of memory the stack has of the port now. */
uint64_t host_memory_bytes(const struct host *h);
/* After this many more allocations each fails; UINT64_MAX: never. */
void host_fail_alloc_after(struct host *h, uint64_t allocations);
/* Nanoseconds its CPU has been busy. */
uint64_t host_busy_ns(const struct host *h);

/* Starts a task; it runs until fn returns. The name is copied. */
struct task *host_spawn(struct host *h, const char *name, void (*fn)(void *arg), void *arg);
/* In a task: sleeps. */
void host_sleep(struct host *h, uint64_t ns);

enum host_run_result {
	HOST_RUN_TIME,	  /* until_ns was reached */
	HOST_RUN_IDLE,	  /* nothing will ever happen again; time is until_ns unless HOST_NEVER */
	HOST_RUN_STOPPED, /* host_stop() */
};
enum host_run_result host_run_until(struct host_world *w, uint64_t until_ns);
/* Until every task has ended: true; false: limit_ns of virtual time passed or all sleep for ever
 * (names of the tasks that are left go to stderr). */
bool host_run_tasks(struct host_world *w, uint64_t limit_ns);
/* When something happens next; HOST_NEVER. For who keeps virtual time at the pace of real time. */
uint64_t host_next_ns(struct host_world *w);
/* Ends host_run_*() soon; from a task, an event or an interrupt handler. */
void host_stop(struct host_world *w);

/* ---- for devices and platforms ---- */

/* Something with a clock of its own, advanced with the world's (the card platform). */
struct host_event_source {
	struct list_head node;
	/* When it wants to be advanced; HOST_NEVER. Cheap: asked often. */
	uint64_t (*next_time)(struct host_event_source *s);
	/* Lets its time pass up to now_ns; may raise interrupts. */
	void (*advance)(struct host_event_source *s, uint64_t now_ns);
};
void host_source_add(struct host_world *w, struct host_event_source *s);
void host_source_remove(struct host_event_source *s);
/* To be called when next_time may have become earlier other than by advance (a register write). */
void host_source_changed(struct host_world *w);

/* An interrupt line of a host; edge: raised again while pending, it comes once. */
struct host_irq {
	struct list_head node; /* in the host's pending list, or empty */
	struct host *host;
	void (*handler)(void *ctx);
	void *ctx;
};
void host_irq_init(struct host_irq *irq, struct host *h, void (*handler)(void *ctx), void *ctx);
void host_irq_raise(struct host_irq *irq);
void host_irq_cancel(struct host_irq *irq);

/* Calls t->function at time_ns of virtual time, outside every host. */
void host_event_at(struct host_world *w, struct timer_list *t, uint64_t time_ns);
void host_event_cancel(struct host_world *w, struct timer_list *t);

/* Charges CPU time to the host that runs and lets due interrupts in. Not the running host: nothing. */
void host_charge(struct host *h, uint64_t ns);

/* A seeded generator for everything that is random in a world (not for keys). */
struct host_random {
	uint64_t state;
};
void host_random_seed(struct host_random *r, uint64_t seed, uint64_t stream);
uint64_t host_random_u64(struct host_random *r);
/* True with probability p (0..1). */
bool host_random_chance(struct host_random *r, double p);

#endif
