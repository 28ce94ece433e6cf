// SPDX-License-Identifier: MIT
/*
 * The control connection. Its socket never blocks; these calls wait for it, but not for ever: a stranger
 * that stands still costs the server ten seconds, one with a cookie a minute.
 */
#include "apps/iperf3/internal.h"

#include <stdlib.h>
#include <string.h>

#define STRANGER_NS 10000000000ull
#define PATIENCE_NS 60000000000ull
#define END_NS	    2000000000ull
#define DEPTH_MAX   16 /* of nested JSON; jansson reads it by recursion */

static uint64_t limit_ns_of(const struct iperf3_test *t)
{
	return now_ns(t) + (t->cookie[0] ? PATIENCE_NS : STRANGER_NS);
}

static int wait_for(struct iperf3_test *t, short events, uint64_t limit_ns)
{
	struct pollfd fd = {.fd = t->control_fd, .events = events};
	const uint64_t now = now_ns(t);
	int count;

	if (now >= limit_ns)
		return -ETIMEDOUT;
	count = sys_poll(t->files, &fd, 1, limit_ns - now);
	if (count < 0)
		return count;
	return count ? 0 : -ETIMEDOUT;
}

int iperf3_control_read(struct iperf3_test *t, void *buf, size_t len)
{
	const uint64_t limit_ns = limit_ns_of(t);
	uint8_t *at = buf;

	while (len) {
		long n = sys_read(t->files, t->control_fd, at, len);
		int err;

		if (!n)
			return -ECONNRESET;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
			continue;
		}
		err = n == -EAGAIN ? wait_for(t, POLLIN, limit_ns) : (int)n;
		if (err)
			return err;
	}
	return 0;
}

int iperf3_control_write(struct iperf3_test *t, const void *buf, size_t len)
{
	const uint64_t limit_ns = limit_ns_of(t);
	const uint8_t *at = buf;

	while (len) {
		long n = sys_write(t->files, t->control_fd, at, len);
		int err;

		if (n >= 0) {
			at += n;
			len -= (size_t)n;
			continue;
		}
		err = n == -EAGAIN ? wait_for(t, POLLOUT, limit_ns) : (int)n;
		if (err)
			return err;
	}
	return 0;
}

int iperf3_control_state(struct iperf3_test *t, int8_t *state)
{
	return iperf3_control_read(t, state, 1);
}

int iperf3_control_tell(struct iperf3_test *t, enum iperf3_state state)
{
	const int8_t byte = (int8_t)state;

	return iperf3_control_write(t, &byte, 1);
}

void iperf3_control_wait_end(struct iperf3_test *t)
{
	wait_for(t, POLLIN, now_ns(t) + END_NS);
}

/* Brackets within brackets; those in strings don't count. */
static bool nested_too_deep(const char *text, size_t len)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string && (text[i] == '[' || text[i] == '{') && ++depth > DEPTH_MAX)
			return true;
		else if (!in_string && (text[i] == ']' || text[i] == '}'))
			depth--;
	}
	return false;
}

int iperf3_control_read_json(struct iperf3_test *t, size_t bytes_max, json_t **out)
{
	uint32_t word;
	size_t len;
	char *text;
	int err = iperf3_control_read(t, &word, sizeof(word));

	if (err)
		return err;
	len = ntohl(word);
	if (len > bytes_max)
		return -EMSGSIZE;
	text = port_alloc(t->port, len + 1);
	if (!text)
		return -ENOMEM;
	err = iperf3_control_read(t, text, len);
	if (!err) {
		/* iperf3 writes -1 as 2^64 - 1, which only a real number holds. */
		*out = nested_too_deep(text, len)
			       ? NULL
			       : json_loadb(text, len, JSON_DECODE_INT_AS_REAL, NULL);
		err = *out ? 0 : -EBADMSG;
	}
	port_free(t->port, text, len + 1);
	return err;
}

int iperf3_control_write_json(struct iperf3_test *t, const json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	uint32_t word;
	size_t len;
	int err;

	if (!text)
		return -ENOMEM;
	len = strlen(text);
	word = htonl((uint32_t)len);
	err = iperf3_control_write(t, &word, sizeof(word));
	if (!err)
		err = iperf3_control_write(t, text, len);
	free(text);
	return err;
}
