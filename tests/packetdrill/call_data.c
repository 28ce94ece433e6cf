// SPDX-License-Identifier: MIT
/*
 * Calls that move data. What is written follows the pattern of flow.h from where the descriptor's
 * last write ended; what is read is compared with it likewise.
 */
#include "calls.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include "expr.h"

static void fill(struct run *r, const struct pending_call *p, struct iovec *iov, size_t count)
{
	const struct run_fd *fd = call_fd(r, p);
	uint32_t offset = fd ? fd->written : 0;

	for (size_t i = 0; i < count; i++)
		for (size_t b = 0; b < iov[i].iov_len; b++)
			((uint8_t *)iov[i].iov_base)[b] = stream_byte(offset++);
}

static bool compare(struct run *r, const struct pending_call *p, const struct iovec *iov,
		    size_t count, size_t len, uint32_t offset)
{
	for (size_t i = 0; i < count && len; i++)
		for (size_t b = 0; b < iov[i].iov_len && len; b++, len--, offset++)
			if (((const uint8_t *)iov[i].iov_base)[b] != stream_byte(offset))
				return run_fail(r, p->event->line,
						"byte %u of the stream is not what the peer sent",
						offset);
	return true;
}

/* A buffer (always ...) and its length into arg[1] and arg[2]. */
static bool buffer(struct run *r, struct pending_call *p, struct iovec *iov)
{
	int64_t len;

	if (!arg_integer(r, p, 2, &len))
		return false;
	iov->iov_len = (size_t)len;
	iov->iov_base = call_memory(p, (size_t)len + 1);
	p->call.arg[1] = (long)iov->iov_base;
	p->call.arg[2] = (long)len;
	return true;
}

bool prepare_read(struct run *r, struct pending_call *p)
{
	struct iovec iov;

	return arg_fd(r, p, 0, 0) && buffer(r, p, &iov);
}

bool prepare_write(struct run *r, struct pending_call *p)
{
	struct iovec iov;

	if (!arg_fd(r, p, 0, 0) || !buffer(r, p, &iov))
		return false;
	fill(r, p, &iov, 1);
	return true;
}

bool prepare_recvfrom(struct run *r, struct pending_call *p)
{
	struct iovec iov;

	return arg_fd(r, p, 0, 0) && buffer(r, p, &iov) && arg_word(r, p, 3, 3);
}

/* Data with MSG_FASTOPEN opens a connection as connect() does. */
static void note_opening(struct run *r, struct pending_call *p, long flags)
{
	struct run_fd *fd = call_fd(r, p);

	if (!(flags & MSG_FASTOPEN) || !fd || fd->connecting)
		return;
	fd->connecting = true;
	r->opening = true;
	r->subject_fd = fd->live;
}

bool prepare_sendto(struct run *r, struct pending_call *p)
{
	struct iovec iov;

	if (!arg_fd(r, p, 0, 0) || !buffer(r, p, &iov) || !arg_word(r, p, 3, 3))
		return false;
	fill(r, p, &iov, 1);
	note_opening(r, p, p->call.arg[3]);
	return !call_arg(p, 4) || arg_address(r, p, 4, 4, &r->addresses.remote, r->remote_port);
}

/* [{..., 10}, {..., 20}] */
static bool vector(struct run *r, struct pending_call *p, const struct expr *list,
		   struct iovec **out, size_t *count)
{
	size_t n = 0;
	int64_t len;

	if (!list || list->kind != EXPR_LIST)
		return run_fail(r, p->event->line, "buffers are written [{..., LENGTH}, ...]");
	for (const struct expr *e = list->items; e; e = e->next)
		n++;
	*out = call_memory(p, (n + 1) * sizeof(**out));
	*count = n;
	n = 0;
	for (const struct expr *e = list->items; e; e = e->next, n++) {
		if (e->kind != EXPR_STRUCT || !e->items || !e->items->next ||
		    !expr_integer(r, e->items->next, &len))
			return run_fail(r, e->line, "a buffer is written {..., LENGTH}");
		(*out)[n].iov_base = call_memory(p, (size_t)len + 1);
		(*out)[n].iov_len = (size_t)len;
	}
	return true;
}

static bool prepare_vector(struct run *r, struct pending_call *p, bool write)
{
	struct iovec *iov;
	size_t count;

	if (!arg_fd(r, p, 0, 0) || !vector(r, p, call_arg(p, 1), &iov, &count) ||
	    !arg_word(r, p, 2, 2))
		return false;
	p->call.arg[1] = (long)iov;
	if (write)
		fill(r, p, iov, count);
	return true;
}

bool prepare_readv(struct run *r, struct pending_call *p)
{
	return prepare_vector(r, p, false);
}

bool prepare_writev(struct run *r, struct pending_call *p)
{
	return prepare_vector(r, p, true);
}

static bool prepare_message(struct run *r, struct pending_call *p, bool write)
{
	struct msghdr *msg = call_memory(p, sizeof(*msg));
	const struct expr *e = call_arg(p, 1);
	size_t count = 0;

	if (e->kind != EXPR_STRUCT)
		return run_fail(r, e->line,
				"a message is written {msg_iov(1)=[{..., LENGTH}], msg_flags=0}");
	if (!arg_fd(r, p, 0, 0) || !vector(r, p, expr_field(e, "msg_iov"), &msg->msg_iov, &count) ||
	    !arg_word(r, p, 2, 2))
		return false;
	msg->msg_iovlen = count;
	p->call.arg[1] = (long)msg;
	if (!write)
		return true;
	fill(r, p, msg->msg_iov, count);
	note_opening(r, p, p->call.arg[2]);
	return true;
}

bool prepare_recvmsg(struct run *r, struct pending_call *p)
{
	return prepare_message(r, p, false);
}

bool prepare_sendmsg(struct run *r, struct pending_call *p)
{
	return prepare_message(r, p, true);
}

bool check_sent(struct run *r, struct pending_call *p)
{
	struct run_fd *fd = call_fd(r, p);

	if (fd)
		fd->written += (uint32_t)p->call.result;
	return true;
}

static long call_flags(const struct pending_call *p)
{
	if (p->type->number == CALL_RECVFROM)
		return p->call.arg[3];
	return p->type->number == CALL_RECVMSG ? p->call.arg[2] : 0;
}

bool check_received(struct run *r, struct pending_call *p)
{
	struct run_fd *fd = call_fd(r, p);
	long flags = call_flags(p);
	struct iovec one = {(void *)p->call.arg[1], (size_t)p->call.arg[2]};
	const struct iovec *iov = &one;
	size_t count = 1;
	uint32_t offset = fd ? fd->read : 0;

	if (!fd)
		return true;
	if (flags & MSG_OOB)
		fd->unchecked = true;
	else if (!(flags & MSG_PEEK))
		fd->read += (uint32_t)p->call.result;
	if (p->type->number == CALL_READV) {
		iov = (const struct iovec *)p->call.arg[1];
		count = (size_t)p->call.arg[2];
	} else if (p->type->number == CALL_RECVMSG) {
		iov = ((const struct msghdr *)p->call.arg[1])->msg_iov;
		count = ((const struct msghdr *)p->call.arg[1])->msg_iovlen;
	}
	if (fd->unchecked || flags & MSG_TRUNC)
		return true;
	return compare(r, p, iov, count, (size_t)p->call.result, offset);
}

bool check_recvmsg(struct run *r, struct pending_call *p)
{
	const struct msghdr *msg = (const struct msghdr *)p->call.arg[1];
	const struct expr *flags = expr_field(call_arg(p, 1), "msg_flags");
	int64_t value;

	if (flags && !expr_is_ellipsis(flags)) {
		if (!expr_integer(r, flags, &value))
			return false;
		if (value != msg->msg_flags)
			return run_fail(r, p->event->line, "expected msg_flags 0x%x, got 0x%x",
					(unsigned int)value, (unsigned int)msg->msg_flags);
	}
	return check_received(r, p);
}
