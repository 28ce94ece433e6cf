// SPDX-License-Identifier: MIT
/* poll(), epoll_ctl(), epoll_wait(). */
#include "calls.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include "expr.h"

static bool field_integer(struct run *r, const struct expr *e, const char *name, int64_t *value)
{
	const struct expr *field = expr_field(e, name);

	if (!field)
		return run_fail(r, e->line, "the field %s is missing", name);
	return expr_integer(r, field, value);
}

bool prepare_poll(struct run *r, struct pending_call *p)
{
	const struct expr *list = call_arg(p, 0);
	struct pollfd *fds;
	unsigned int n = 0;
	int64_t fd = 0, events = 0;

	if (list->kind != EXPR_LIST)
		return run_fail(r, list->line,
				"descriptors are written [{fd=N, events=POLLIN, revents=0}]");
	for (const struct expr *e = list->items; e; e = e->next)
		n++;
	fds = call_memory(p, (n + 1) * sizeof(*fds));
	p->call.arg[0] = (long)fds;
	for (const struct expr *e = list->items; e; e = e->next, fds++) {
		if (!field_integer(r, e, "fd", &fd) || !field_integer(r, e, "events", &events))
			return false;
		fds->fd = live_fd(r, fd);
		fds->events = (short)events;
	}
	return arg_word(r, p, 1, 1) && arg_word(r, p, 2, 2);
}

bool check_poll(struct run *r, struct pending_call *p)
{
	const struct pollfd *fds = (const struct pollfd *)p->call.arg[0];
	int64_t revents = 0;

	for (const struct expr *e = call_arg(p, 0)->items; e; e = e->next, fds++) {
		if (!field_integer(r, e, "revents", &revents))
			return false;
		if (fds->revents != (short)revents)
			return run_fail(r, p->event->line, "expected revents 0x%x, got 0x%x",
					(unsigned int)revents, (unsigned int)fds->revents);
	}
	return true;
}

/* {events=EPOLLIN, fd=4}: the data is the script's own number, which comes back. */
static bool put_event(struct run *r, const struct expr *e, struct epoll_event *to)
{
	static const char *const names[] = {"fd", "u32", "u64"};
	int64_t events = 0, data = 0;

	if (e->kind != EXPR_STRUCT)
		return run_fail(r, e->line, "an event is written {events=EPOLLIN, fd=N}");
	if (!field_integer(r, e, "events", &events))
		return false;
	for (int i = 0; i < 3; i++)
		if (expr_field(e, names[i]) && !field_integer(r, e, names[i], &data))
			return false;
	to->events = (uint32_t)events;
	to->data.u64 = (uint64_t)data;
	return true;
}

bool prepare_epoll_ctl(struct run *r, struct pending_call *p)
{
	struct epoll_event *event = call_memory(p, sizeof(*event));
	const struct expr *e = call_arg(p, 3);

	if (!arg_fd(r, p, 0, 0) || !arg_word(r, p, 1, 1) || !arg_fd(r, p, 2, 2))
		return false;
	p->call.arg[3] = (long)event;
	if (e->kind == EXPR_INTEGER) {
		p->call.arg[3] = 0; /* NULL */
		return true;
	}
	return put_event(r, e, event);
}

bool prepare_epoll_wait(struct run *r, struct pending_call *p)
{
	int64_t max = 0;

	if (!arg_fd(r, p, 0, 0) || !arg_integer(r, p, 2, &max) || !arg_word(r, p, 3, 3))
		return false;
	p->call.arg[1] = (long)call_memory(p, sizeof(struct epoll_event) *
						      (size_t)(max > 0 && max < 1024 ? max : 1));
	p->call.arg[2] = (long)max;
	return true;
}

bool check_epoll_wait(struct run *r, struct pending_call *p)
{
	const struct epoll_event *got = (const struct epoll_event *)p->call.arg[1];
	const struct expr *e = call_arg(p, 1);
	long n = 0;

	if (expr_is_ellipsis(e))
		return true;
	if (e->kind == EXPR_LIST)
		e = e->items;
	for (; e && n < p->call.result; e = e->kind == EXPR_STRUCT ? e->next : NULL, n++) {
		struct epoll_event want = {0};

		if (!put_event(r, e, &want))
			return false;
		if (want.events != got[n].events || want.data.u64 != got[n].data.u64)
			return run_fail(r, p->event->line,
					"event %ld: expected 0x%x of %llu, got 0x%x of %llu", n + 1,
					want.events, (unsigned long long)want.data.u64,
					got[n].events, (unsigned long long)got[n].data.u64);
		if (call_arg(p, 1)->kind == EXPR_STRUCT)
			break;
	}
	return true;
}
