// SPDX-License-Identifier: MIT
/* Which calls there are, how they are started, and what their results must be. */
#include "calls.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "expr.h"
#include "symbols.h"

/* ---- simple ones ---- */

static bool prepare_socket(struct run *r, struct pending_call *p)
{
	p->call.arg[0] = r->addresses.version == 4 ? AF_INET : AF_INET6;
	if (!expr_is_ellipsis(call_arg(p, 0)) && !arg_word(r, p, 0, 0))
		return false;
	return arg_word(r, p, 1, 1) && arg_word(r, p, 2, 2);
}

static bool prepare_bind(struct run *r, struct pending_call *p)
{
	return arg_fd(r, p, 0, 0) && arg_address(r, p, 1, 1, &r->addresses.local, r->local_port);
}

static bool prepare_connect(struct run *r, struct pending_call *p)
{
	struct run_fd *fd = call_fd(r, p);

	if (fd && !fd->connecting) {
		fd->connecting = true;
		r->opening = true;
	}
	if (fd)
		r->subject_fd = fd->live;
	return arg_fd(r, p, 0, 0) && arg_address(r, p, 1, 1, &r->addresses.remote, r->remote_port);
}

static bool prepare_fd_and_word(struct run *r, struct pending_call *p)
{
	return arg_fd(r, p, 0, 0) && arg_word(r, p, 1, 1);
}

static bool prepare_fd(struct run *r, struct pending_call *p)
{
	return arg_fd(r, p, 0, 0);
}

/* The address goes nowhere: getpeername() compares it. */
static bool prepare_accept(struct run *r, struct pending_call *p)
{
	socklen_t *len = call_memory(p, sizeof(*len));

	*len = sizeof(struct sockaddr_storage);
	p->call.arg[1] = (long)call_memory(p, *len);
	p->call.arg[2] = (long)len;
	return arg_fd(r, p, 0, 0) && (!call_arg(p, 3) || arg_word(r, p, 3, 3));
}

static bool prepare_getname(struct run *r, struct pending_call *p)
{
	const struct expr *e = call_arg(p, 1);
	socklen_t *len = call_memory(p, sizeof(*len));

	*len = sizeof(struct sockaddr_storage);
	/* Expected address into arg[3] and [4]. */
	if (!expr_is_ellipsis(e) && !arg_address(r, p, 1, 3, &r->addresses.local, 0))
		return false;
	p->call.arg[1] = (long)call_memory(p, *len);
	p->call.arg[2] = (long)len;
	return arg_fd(r, p, 0, 0);
}

static bool check_getname(struct run *r, struct pending_call *p)
{
	const uint8_t *want = (const uint8_t *)p->call.arg[3],
		      *got = (const uint8_t *)p->call.arg[1];
	char text[64];

	if (!want || !memcmp(want, got, r->addresses.version == 4 ? 8 : 24))
		return true;
	snprintf(text, sizeof(text), "family %d port %d address %d.%d.%d.%d", got[0],
		 got[2] << 8 | got[3], got[4], got[5], got[6], got[7]);
	return run_fail(r, p->event->line, "another address: %s", text);
}

static bool prepare_fcntl(struct run *r, struct pending_call *p)
{
	return arg_fd(r, p, 0, 0) && arg_word(r, p, 1, 1) &&
	       (!call_arg(p, 2) || arg_word(r, p, 2, 2));
}

static bool prepare_word(struct run *r, struct pending_call *p)
{
	return arg_word(r, p, 0, 0);
}

/* The size is of no meaning but must be positive; the call is epoll_create1(0). */
static bool prepare_epoll_create(struct run *r, struct pending_call *p)
{
	if (!arg_word(r, p, 0, 0))
		return false;
	p->call.arg[0] = p->call.arg[0] > 0 ? 0 : -1;
	return true;
}

static bool check_accept(struct run *r, struct pending_call *p)
{
	r->subject_fd = (int)p->call.result;
	return true;
}

static bool check_close(struct run *r, struct pending_call *p)
{
	struct run_fd *fd = call_fd(r, p);

	if (fd && r->subject_fd == fd->live)
		r->subject_fd = -1;
	if (fd)
		fd->open = false;
	return true;
}

static const struct call_type types[] = {
	{"socket", CALL_SOCKET, 3, 3, prepare_socket, NULL, true},
	{"bind", CALL_BIND, 3, 3, prepare_bind, NULL, false},
	{"listen", CALL_LISTEN, 2, 2, prepare_fd_and_word, NULL, false},
	{"accept", CALL_ACCEPT4, 3, 3, prepare_accept, check_accept, true},
	{"accept4", CALL_ACCEPT4, 4, 4, prepare_accept, check_accept, true},
	{"connect", CALL_CONNECT, 3, 3, prepare_connect, NULL, false},
	{"read", CALL_READ, 3, 3, prepare_read, check_received, false},
	{"write", CALL_WRITE, 3, 3, prepare_write, check_sent, false},
	{"readv", CALL_READV, 3, 3, prepare_readv, check_received, false},
	{"writev", CALL_WRITEV, 3, 3, prepare_writev, check_sent, false},
	{"recv", CALL_RECVFROM, 4, 4, prepare_recvfrom, check_received, false},
	{"recvfrom", CALL_RECVFROM, 6, 6, prepare_recvfrom, check_received, false},
	{"recvmsg", CALL_RECVMSG, 3, 3, prepare_recvmsg, check_recvmsg, false},
	{"send", CALL_SENDTO, 4, 4, prepare_sendto, check_sent, false},
	{"sendto", CALL_SENDTO, 6, 6, prepare_sendto, check_sent, false},
	{"sendmsg", CALL_SENDMSG, 3, 3, prepare_sendmsg, check_sent, false},
	{"fcntl", CALL_FCNTL, 2, 3, prepare_fcntl, NULL, false},
	{"ioctl", CALL_IOCTL, 2, 3, prepare_ioctl, check_ioctl, false},
	{"close", CALL_CLOSE, 1, 1, prepare_fd, check_close, false},
	{"shutdown", CALL_SHUTDOWN, 2, 2, prepare_fd_and_word, NULL, false},
	{"getsockopt", CALL_GETSOCKOPT, 5, 5, prepare_getsockopt, check_getsockopt, false},
	{"setsockopt", CALL_SETSOCKOPT, 5, 5, prepare_setsockopt, NULL, false},
	{"getsockname", CALL_GETSOCKNAME, 3, 3, prepare_getname, check_getname, false},
	{"getpeername", CALL_GETPEERNAME, 3, 3, prepare_getname, check_getname, false},
	{"poll", CALL_POLL, 3, 3, prepare_poll, check_poll, false},
	{"epoll_create", CALL_EPOLL_CREATE1, 1, 1, prepare_epoll_create, NULL, true},
	{"epoll_create1", CALL_EPOLL_CREATE1, 1, 1, prepare_word, NULL, true},
	{"epoll_ctl", CALL_EPOLL_CTL, 4, 4, prepare_epoll_ctl, NULL, false},
	{"epoll_wait", CALL_EPOLL_WAIT, 4, 4, prepare_epoll_wait, check_epoll_wait, false},
};

const struct call_type *call_type_find(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(types[i].name, name))
			return &types[i];
	return NULL;
}

/* ---- results ---- */

static bool note_new_fd(struct run *r, const struct pending_call *p)
{
	int64_t number = p->event->call->result;

	if (number < 0 || number >= RUN_FDS_MAX || r->fds[number].open)
		return run_fail(r, p->event->line,
				"the script's descriptor %lld is in use, or not one of 0..%d",
				(long long)number, RUN_FDS_MAX - 1);
	r->fds[number] = (struct run_fd){.open = true, .live = (int)p->call.result};
	return true;
}

static void print_result(char *to, size_t len, long result)
{
	if (result < 0)
		snprintf(to, len, "-1 %s (%ld)", errno_name((int)-result), result);
	else
		snprintf(to, len, "%ld", result);
}

static bool check_result(struct run *r, struct pending_call *p)
{
	const struct call_spec *spec = p->event->call;
	long want = (long)spec->result;
	char got_text[64], want_text[64];

	if (spec->error)
		want = -errno_value(spec->error);
	if (spec->error && !want)
		return run_fail(r, p->event->line, "'%s' is not the name of an errno value",
				spec->error);
	if (spec->any_result)
		return true;
	if (p->type->makes_fd && want >= 0 && p->call.result >= 0)
		return note_new_fd(r, p);
	if (p->call.result == want)
		return true;
	if (p->call.result == -ENOSYS && r->backend->pull_only) {
		r->unsupported = true;
		return run_fail(r, p->event->line, "packetdrill's interface has no %s()",
				spec->name);
	}
	print_result(got_text, sizeof(got_text), p->call.result);
	print_result(want_text, sizeof(want_text), want);
	return run_fail(r, p->event->line, "%s() returned %s, expected %s", spec->name, got_text,
			want_text);
}

static bool check_call(struct run *r, struct pending_call *p)
{
	if (!check_result(r, p) || !run_check_end(r, p))
		return false;
	return p->call.result < 0 || !p->type->check || p->type->check(r, p);
}

bool run_collect_calls(struct run *r)
{
	struct pending_call **at = &r->pending;

	while (*at) {
		struct pending_call *p = *at;
		bool good;

		if (!p->call.ended) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		good = check_call(r, p);
		pending_call_free(p);
		if (!good)
			return false;
	}
	return true;
}

/* ---- starting ---- */

static bool prepare_call(struct run *r, struct pending_call *p)
{
	const struct call_spec *spec = p->event->call;

	p->type = call_type_find(spec->name);
	if (!p->type)
		return run_fail(r, p->event->line, "the runner knows no call '%s'", spec->name);
	if (spec->arg_count < p->type->min_args || spec->arg_count > p->type->max_args)
		return run_fail(r, p->event->line, "%s() takes %u to %u arguments, not %u",
				spec->name, p->type->min_args, p->type->max_args, spec->arg_count);
	p->call.number = p->type->number;
	return p->type->prepare(r, p);
}

static bool still_pending(const struct run *r, const struct event *e)
{
	for (const struct pending_call *p = r->pending; p; p = p->next)
		if (p->event == e)
			return true;
	return false;
}

bool run_call(struct run *r, const struct event *e, uint64_t due_ns)
{
	struct pending_call *p = calloc(1, sizeof(*p));
	uint64_t last_ns;

	if (!p)
		abort();
	p->event = e;
	p->due_ns = due_ns;
	p->call.may_block = e->time.blocking;
	p->started_ns = r->backend->ops->now_ns(r->backend);
	if (!prepare_call(r, p)) {
		pending_call_free(p);
		return false;
	}
	p->next = r->pending;
	r->pending = p;
	r->backend->ops->call(r->backend, &p->call);
	last_ns = r->backend->ops->now_ns(r->backend) + r->tolerance_ns;
	while (run_collect_calls(r) && !e->time.blocking && still_pending(r, e)) {
		if (r->backend->ops->now_ns(r->backend) >= last_ns)
			return run_fail(r, e->line,
					"%s() sleeps; a call that sleeps is written START...END",
					e->call->name);
		r->backend->ops->wait(r->backend, last_ns);
	}
	return !r->failed;
}
