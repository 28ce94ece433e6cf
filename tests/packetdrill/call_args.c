// SPDX-License-Identifier: MIT
#include "calls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "expr.h"

#define FD_NOBODY_HAS 100000

struct call_memory {
	struct call_memory *next;
	max_align_t bytes[];
};

void *call_memory(struct pending_call *p, size_t size)
{
	struct call_memory *m = calloc(1, sizeof(*m) + size);

	if (!m)
		abort();
	m->next = p->memory;
	p->memory = m;
	return m->bytes;
}

void pending_call_free(struct pending_call *p)
{
	while (p->memory) {
		struct call_memory *next = p->memory->next;

		free(p->memory);
		p->memory = next;
	}
	free(p);
}

const struct expr *call_arg(const struct pending_call *p, unsigned int i)
{
	const struct expr *e = p->event->call->args;

	while (e && i--)
		e = e->next;
	return e;
}

bool arg_integer(struct run *r, struct pending_call *p, unsigned int i, int64_t *value)
{
	return expr_integer(r, call_arg(p, i), value);
}

bool arg_word(struct run *r, struct pending_call *p, unsigned int i, unsigned int to)
{
	int64_t value;

	if (!arg_integer(r, p, i, &value))
		return false;
	p->call.arg[to] = (long)value;
	return true;
}

int live_fd(const struct run *r, int64_t script_fd)
{
	if (script_fd < 0)
		return (int)script_fd;
	if (script_fd >= RUN_FDS_MAX || !r->fds[script_fd].open)
		return FD_NOBODY_HAS + (int)script_fd;
	return r->fds[script_fd].live;
}

bool arg_fd(struct run *r, struct pending_call *p, unsigned int i, unsigned int to)
{
	int64_t fd;

	if (!arg_integer(r, p, i, &fd))
		return false;
	p->call.arg[to] = live_fd(r, fd);
	return true;
}

struct run_fd *call_fd(struct run *r, const struct pending_call *p)
{
	const struct expr *e = call_arg(p, 0);

	if (!e || e->kind != EXPR_INTEGER || e->value < 0 || e->value >= RUN_FDS_MAX ||
	    !r->fds[e->value].open)
		return NULL;
	return &r->fds[e->value];
}

/* ---- addresses ---- */

static socklen_t put_address(struct sockaddr_storage *to, int version, const void *address,
			     uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	if (version == 4) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, address, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, address, 16);
	return sizeof(*in6);
}

/* inet_addr("1.2.3.4"), inet_pton(..., "::1"), "1.2.3.4", INADDR_ANY */
static bool address_value(struct run *r, const struct expr *e, int family, void *out)
{
	const struct expr *text = e;
	int64_t number;

	if (e->kind == EXPR_CALL &&
	    (!strcmp(e->text, "inet_addr") || !strcmp(e->text, "inet_pton")))
		for (text = e->items; text && text->next; text = text->next)
			;
	if (text && text->kind == EXPR_STRING) {
		if (inet_pton(family, text->text, out) == 1)
			return true;
		return run_fail(r, e->line, "\"%s\" is not an address of this family", text->text);
	}
	if (family != AF_INET || !expr_integer(r, e, &number))
		return run_fail(r, e->line, "an address is written inet_addr(\"1.2.3.4\")");
	*(uint32_t *)out = htonl((uint32_t)number);
	return true;
}

static const struct expr *either_field(const struct expr *e, const char *a, const char *b)
{
	const struct expr *found = expr_field(e, a);

	return found ? found : expr_field(e, b);
}

static bool struct_address(struct run *r, const struct expr *e, struct sockaddr_storage *to,
			   socklen_t *len)
{
	const struct expr *family = either_field(e, "sa_family", "sin6_family");
	const struct expr *port = either_field(e, "sin_port", "sin6_port");
	const struct expr *address = either_field(e, "sin_addr", "sin6_addr");
	int64_t family_value = AF_UNSPEC, port_value = 0;
	uint8_t bytes[16] = {0};

	if (!family || !expr_integer(r, family, &family_value))
		return run_fail(
			r, e->line,
			"an address is {sa_family=AF_INET, sin_port=htons(N), sin_addr=inet_addr(\"...\")}");
	if (port && !expr_integer(r, port, &port_value))
		return false;
	if (address &&
	    !address_value(r, address, family_value == AF_INET6 ? AF_INET6 : AF_INET, bytes))
		return false;
	*len = put_address(to, family_value == AF_INET6 ? 6 : 4, bytes,
			   ntohs((uint16_t)port_value));
	to->ss_family = (sa_family_t)family_value;
	return true;
}

bool arg_address(struct run *r, struct pending_call *p, unsigned int i, unsigned int to,
		 const struct address *fallback, uint16_t port)
{
	const struct expr *e = call_arg(p, i), *len = call_arg(p, i + 1);
	struct sockaddr_storage *address = call_memory(p, sizeof(*address));
	socklen_t size = 0;
	int64_t value;

	p->call.arg[to] = (long)address;
	if (e->kind == EXPR_INTEGER && !e->value)
		p->call.arg[to] = 0; /* NULL */
	else if (expr_is_ellipsis(e))
		size = put_address(address, r->addresses.version, fallback, port);
	else if (!struct_address(r, e, address, &size))
		return false;
	if (len && !expr_is_ellipsis(len)) {
		if (!expr_integer(r, len->kind == EXPR_LIST && len->items ? len->items : len,
				  &value))
			return false;
		size = (socklen_t)value;
	}
	p->call.arg[to + 1] = (long)size;
	return true;
}
