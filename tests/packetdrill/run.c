// SPDX-License-Identifier: MIT
/*
 * The events of a script, one after the other. Inbound packets, calls, commands and assertions are
 * done when their time has come; an outbound packet is waited for and must come at its time. A
 * relative time counts from when the event before it happened. At the end the stack must have sent
 * nothing that was not expected.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS   1000000000ull
#define ANY_TIME_NS (60 * SECOND_NS) /* * waits no longer */
/* In real time what comes this much late is told from what never comes: see fail_late(). */
#define BUSY_NS (SECOND_NS / 2)

bool run_fail(struct run *r, int line, const char *fmt, ...)
{
	va_list args;
	int used;

	if (r->failed)
		return false;
	r->failed = true;
	used = snprintf(r->message, sizeof(r->message), "%s:%d: ", r->script->path, line);
	va_start(args, fmt);
	if (used > 0 && (size_t)used < sizeof(r->message))
		vsnprintf(r->message + used, sizeof(r->message) - (size_t)used, fmt, args);
	va_end(args);
	return false;
}

static uint64_t now_ns(const struct run *r)
{
	return r->backend->ops->now_ns(r->backend);
}

static double seconds(const struct run *r, uint64_t time_ns)
{
	return (double)(int64_t)(time_ns - r->start_ns) / 1e9;
}

/* ---- when ---- */

struct window {
	uint64_t from_ns, to_ns; /* without tolerance */
};

static struct window window_of(const struct run *r, const struct event *e)
{
	const struct event_time *t = &e->time;
	uint64_t base_ns = t->kind == TIME_ABSOLUTE ? r->start_ns : r->last_ns;
	struct window w = {base_ns + (uint64_t)t->start_ns, base_ns + (uint64_t)t->end_ns};

	if (t->kind == TIME_ANY)
		w = (struct window){r->start_ns, now_ns(r) + ANY_TIME_NS};
	else if (t->blocking)
		w.to_ns = w.from_ns;
	return w;
}

/* The event happened at time_ns: notes how late, and what the next relative time counts from. */
static void note_time(struct run *r, const struct event *e, uint64_t time_ns)
{
	const struct event_time *t = &e->time;

	if (t->kind == TIME_ANY || t->is_range)
		r->nominal_ns = (int64_t)(time_ns - r->start_ns) - r->lateness_ns;
	else if (t->kind == TIME_ABSOLUTE)
		r->nominal_ns = t->start_ns;
	else
		r->nominal_ns += t->start_ns;
	r->lateness_ns = (int64_t)(time_ns - r->start_ns) - r->nominal_ns;
	r->last_ns = time_ns;
}

static uint64_t slack_ns(const struct run *r, uint64_t due_ns, uint64_t since_ns)
{
	if (!r->backend->ops->timer_slack_ns || due_ns <= since_ns)
		return 0;
	/* the stack may have measured a round trip as much longer as the tolerance, and waits by it */
	return r->backend->ops->timer_slack_ns(due_ns - since_ns + r->tolerance_ns);
}

/* When what is due until due_ns, and was begun at since_ns, is given up. */
static uint64_t last_chance_ns(const struct run *r, uint64_t due_ns, uint64_t since_ns)
{
	return due_ns + r->tolerance_ns + slack_ns(r, due_ns, since_ns) +
	       (r->backend->real_time ? BUSY_NS : 0);
}

/* Too early is a failure; late, where the machine may have been busy, is not judged. */
static bool fail_late(struct run *r, int line, const char *what, double got, double from, double to)
{
	r->late = r->backend->real_time && got > to;
	if (from == to)
		return run_fail(r, line, "%s at %.6f s, expected at %.6f s", what, got, from);
	return run_fail(r, line, "%s at %.6f s, expected between %.6f s and %.6f s", what, got,
			from, to);
}

/* Lets time pass until time_ns. */
static bool advance_to(struct run *r, const struct event *e, uint64_t time_ns)
{
	while (now_ns(r) < time_ns) {
		r->backend->ops->wait(r->backend, time_ns);
		if (!run_collect_calls(r))
			return false;
	}
	if (r->backend->real_time && now_ns(r) > time_ns + r->tolerance_ns)
		return fail_late(r, e->line, "the machine was busy: done", seconds(r, now_ns(r)),
				 seconds(r, time_ns), seconds(r, time_ns));
	return true;
}

/* ---- outbound packets ---- */

static void print_event(const struct run *r, const struct event *e, const struct packet *p)
{
	static const char *const names[] = {"packet", "call", "command", "code"};

	if (!r->trace)
		return;
	fprintf(r->trace, "%10.6f  line %d: ", seconds(r, now_ns(r)), e->line);
	if (p)
		packet_print(r->trace, r, p);
	else
		fputs(e->call ? e->call->name : names[e->kind], r->trace);
	fputc('\n', r->trace);
}

static bool in_window(struct run *r, const struct event *e, const struct packet *p,
		      const struct window *w)
{
	uint64_t slack = slack_ns(r, w->to_ns, r->last_ns);
	char *text = NULL;
	size_t len;
	FILE *to;

	if (e->time.kind == TIME_ANY)
		return true;
	if (p->time_ns + r->tolerance_ns >= w->from_ns &&
	    p->time_ns <= w->to_ns + r->tolerance_ns + slack)
		return true;
	to = open_memstream(&text, &len);
	packet_print(to, r, p);
	fclose(to);
	fail_late(r, e->line, text, seconds(r, p->time_ns), seconds(r, w->from_ns),
		  seconds(r, w->to_ns));
	free(text);
	return false;
}

static bool expect_packet(struct run *r, const struct event *e)
{
	struct window w = window_of(r, e);
	uint64_t last_ns = last_chance_ns(r, w.to_ns, r->last_ns);
	struct packet *p;
	bool good;

	while (!(p = r->backend->ops->receive(r->backend))) {
		if (now_ns(r) >= last_ns)
			return run_fail(r, e->line,
					"the stack sent no packet until %.6f s, expected at %.6f s",
					seconds(r, now_ns(r)), seconds(r, w.from_ns));
		r->backend->ops->wait(r->backend, last_ns);
		if (!run_collect_calls(r))
			return false;
	}
	print_event(r, e, p);
	good = in_window(r, e, p, &w);
	note_time(r, e, p->time_ns);
	good = good && run_packet_out(r, e, p);
	free(p);
	return good;
}

static bool expect_silence(struct run *r)
{
	struct packet *p;
	char *text = NULL;
	size_t len;
	FILE *to;
	int line = 1;

	if (r->backend->pull_only)
		return true;
	p = r->backend->ops->receive(r->backend);
	if (!p)
		return true;
	for (const struct event *e = r->script->events; e; e = e->next)
		line = e->line;
	to = open_memstream(&text, &len);
	packet_print(to, r, p);
	fclose(to);
	run_fail(
		r, line,
		"at the script's end the stack had sent a packet that is not in it, at %.6f s:\n      %s",
		seconds(r, p->time_ns), text);
	free(text);
	free(p);
	return false;
}

/* ---- the other events ---- */

static bool run_event(struct run *r, const struct event *e)
{
	struct window w = window_of(r, e);

	if (e->kind == EVENT_PACKET && !e->packet->inbound)
		return expect_packet(r, e);
	if (e->time.kind == TIME_ANY || e->time.is_range)
		return run_fail(r, e->line,
				"only a packet of the stack may come at any time or in a range");
	if (!advance_to(r, e, w.from_ns))
		return false;
	note_time(r, e, now_ns(r));
	print_event(r, e, NULL);
	switch (e->kind) {
	case EVENT_PACKET:
		return run_packet_in(r, e) && run_collect_calls(r);
	case EVENT_CALL:
		return run_call(r, e, w.from_ns + (uint64_t)(e->time.end_ns - e->time.start_ns));
	case EVENT_COMMAND:
		return run_command(r, e->line, e->text);
	case EVENT_CODE:
		return run_code(r, e);
	}
	return false;
}

static bool run_commands(struct run *r, const struct event *e)
{
	for (; e; e = e->next)
		if (!run_command(r, e->line, e->text))
			return false;
	return true;
}

/* Calls that are still under way end in their time. */
static bool finish_calls(struct run *r)
{
	while (r->pending) {
		const struct pending_call *p = r->pending;
		uint64_t last_ns = last_chance_ns(r, p->due_ns, p->started_ns);

		if (now_ns(r) >= last_ns)
			return run_fail(r, p->event->line,
					"%s() still sleeps at %.6f s, expected to end at %.6f s",
					p->event->call->name, seconds(r, now_ns(r)),
					seconds(r, p->due_ns));
		r->backend->ops->wait(r->backend, last_ns);
		if (!run_collect_calls(r))
			return false;
	}
	return true;
}

static bool run_events(struct run *r)
{
	r->start_ns = r->last_ns = now_ns(r);
	for (const struct event *e = r->script->events; e; e = e->next)
		if (!run_event(r, e))
			return false;
	return finish_calls(r) && expect_silence(r) && run_commands(r, r->script->cleanup);
}

bool run_script(struct run *r)
{
	char error[512] = "";

	r->subject_fd = -1;
	if (!run_commands(r, r->script->setup) || !run_events(r))
		return false;
	if (!r->backend->ops->finish(r->backend, error, sizeof(error)))
		return run_fail(r, 0, "%s", error);
	return true;
}

bool run_check_end(struct run *r, const struct pending_call *p)
{
	uint64_t slack = slack_ns(r, p->due_ns, p->started_ns);

	if (p->call.ended_ns + r->tolerance_ns >= p->due_ns &&
	    p->call.ended_ns <= p->due_ns + r->tolerance_ns + slack)
		return true;
	return fail_late(r, p->event->line, "the call ended", seconds(r, p->call.ended_ns),
			 seconds(r, p->due_ns), seconds(r, p->due_ns));
}

void run_free(struct run *r)
{
	while (r->pending) {
		struct pending_call *p = r->pending;

		r->pending = p->next;
		pending_call_free(p);
	}
	flows_free(&r->flows);
}
