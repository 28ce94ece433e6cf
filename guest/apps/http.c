// SPDX-License-Identifier: MIT
/*
 * HTTP/1.1 server (RFC 9110, 9112):
 *
 *	GET, HEAD /bytes/N	N bytes of known content (apps/content.h); one range
 *	PUT, POST /sink		answers with the SHA-256 of the body, in hex
 *	GET, HEAD /metrics	counters, Prometheus' text format
 *
 * A connection reads until it has a request, then writes the answer, then reads again: what a
 *client sends ahead waits. Wrong, too large or broken-off requests end their own connection only.
 */
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

#include "apps/apps.h"
#include "apps/content.h"
#include "apps/http_request.h"
#include "apps/metrics.h"
#include "apps/stream_server.h"
#include "runtime/guest.h"
#include "runtime/panic.h"

#define INPUT_BYTES   262144u
#define METRICS_BYTES 32768u
#define HEAD_BYTES    384u
#define TURNS	      4u       /* reads or writes before others get their turn */
#define DRAIN_BYTES   1048576u /* of what a refused client still sends */

enum http_state {
	HTTP_READ,  /* a request */
	HTTP_WRITE, /* its answer */
	HTTP_DRAIN, /* everything is said: until the client ends, too */
};

/* The same for all connections. */
struct http_server {
	uint8_t *content;
	uint8_t *input;
};

struct http_connection {
	struct stream_connection stream;
	struct http_request request;
	enum http_state state;
	struct sha256_ctx sha256;
	uint64_t received;

	char head[HEAD_BYTES]; /* of the answer, with a short body */
	size_t head_len, head_sent;
	uint64_t content_offset, content_left;
	char *text; /* a longer body, from size_class_alloc(text_size), or NULL */
	size_t text_size, text_len, text_sent;
	bool close_after;

	uint8_t *ahead; /* sent ahead of its turn; from size_class_alloc(ahead_size), or NULL */
	size_t ahead_size, ahead_from;
	uint64_t drained;
};

static struct http_server *server_of(const struct http_connection *c)
{
	return c->stream.server->context;
}

static struct size_classes *memory_of(const struct http_connection *c)
{
	return &c->stream.server->guest->memory;
}

static struct http_connection *connection_of(struct http_request *r)
{
	return (struct http_connection *)((char *)r - offsetof(struct http_connection, request));
}

/* ---- answers ---- */

static const char *reason(unsigned int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 206:
		return "Partial Content";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 414:
		return "URI Too Long";
	case 416:
		return "Range Not Satisfiable";
	case 431:
		return "Request Header Fields Too Large";
	case 503:
		return "Service Unavailable";
	case 505:
		return "HTTP Version Not Supported";
	default:
		return "Bad Request";
	}
}

/* extra: further header lines, each with its end. */
static void answer_head(struct http_connection *c, unsigned int status, const char *type,
			uint64_t length, const char *extra)
{
	int len = snprintf(c->head, sizeof(c->head),
			   "HTTP/1.1 %u %s\r\nServer: ringside-guest\r\nContent-Type: %s\r\n"
			   "Content-Length: %lu\r\n%sConnection: %s\r\n\r\n",
			   status, reason(status), type, length, extra,
			   c->close_after ? "close" : "keep-alive");

	if (len >= (int)sizeof(c->head))
		panic("http: head of %d bytes", len);
	c->head_len = (size_t)len;
}

/* A body of a line. */
static void answer_line(struct http_connection *c, unsigned int status, const char *line,
			const char *extra)
{
	size_t len = strlen(line);

	answer_head(c, status, "text/plain", len, extra);
	if (c->request.parser.method == HTTP_HEAD)
		return;
	if (c->head_len + len > sizeof(c->head))
		panic("http: line of %lu bytes", len);
	memcpy(c->head + c->head_len, line, len);
	c->head_len += len;
}

static void answer_error(struct http_connection *c, unsigned int status)
{
	char line[64];

	snprintf(line, sizeof(line), "%u %s\n", status, reason(status));
	answer_line(c, status, line, "");
}

static void answer_bytes(struct http_connection *c, uint64_t size)
{
	uint64_t first = 0, len = size;
	char extra[96] = "Accept-Ranges: bytes\r\n";
	enum http_range range = HTTP_RANGE_NONE;

	if (c->request.range[0])
		range = http_range_parse(c->request.range, size, &first, &len);
	if (range == HTTP_RANGE_UNSATISFIABLE) {
		snprintf(extra, sizeof(extra), "Content-Range: bytes */%lu\r\n", size);
		answer_line(c, 416, "416 Range Not Satisfiable\n", extra);
		return;
	}
	if (range == HTTP_RANGE_PART)
		snprintf(extra, sizeof(extra), "Content-Range: bytes %lu-%lu/%lu\r\n", first,
			 first + len - 1, size);
	answer_head(c, range == HTTP_RANGE_PART ? 206 : 200, "application/octet-stream", len,
		    extra);
	if (c->request.parser.method == HTTP_HEAD)
		return;
	c->content_offset = first;
	c->content_left = len;
}

static void answer_sink(struct http_connection *c)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_DIGEST_SIZE];
	char line[2 * SHA256_DIGEST_SIZE + 2];

	sha256_digest(&c->sha256, sizeof(digest), digest);
	for (unsigned int i = 0; i < SHA256_DIGEST_SIZE; i++) {
		line[2 * i] = digits[digest[i] >> 4];
		line[2 * i + 1] = digits[digest[i] & 15];
	}
	memcpy(line + 2 * SHA256_DIGEST_SIZE, "\n", 2);
	answer_line(c, 200, line, "");
}

static void answer_metrics(struct http_connection *c)
{
	c->text = size_class_alloc(memory_of(c), METRICS_BYTES);
	if (!c->text) {
		answer_error(c, 503);
		return;
	}
	c->text_size = METRICS_BYTES;
	c->text_len = metrics_write(c->stream.server->guest, c->text, METRICS_BYTES);
	answer_head(c, 200, "text/plain; version=0.0.4", c->text_len, "");
	if (c->request.parser.method == HTTP_HEAD)
		c->text_len = 0;
}

static bool is_read(const struct http_request *r)
{
	return r->parser.method == HTTP_GET || r->parser.method == HTTP_HEAD;
}

static bool is_sink(const struct http_request *r)
{
	return (r->parser.method == HTTP_PUT || r->parser.method == HTTP_POST) &&
	       !strcmp(r->target, "/sink");
}

static void not_allowed(struct http_connection *c, const char *allow)
{
	answer_line(c, 405, "405 Method Not Allowed\n", allow);
}

static void answer(struct http_connection *c)
{
	struct http_request *r = &c->request;
	const char *target = r->target;
	uint64_t size;

	c->close_after = !r->keep_alive;
	if (r->parser.http_major != 1) {
		c->close_after = true;
		answer_error(c, 505);
	} else if (r->target_too_long) {
		answer_error(c, 414);
	} else if (is_sink(r)) {
		answer_sink(c);
	} else if (!strcmp(target, "/sink")) {
		not_allowed(c, "Allow: PUT, POST\r\n");
	} else if (!strcmp(target, "/metrics")) {
		is_read(r) ? answer_metrics(c) : not_allowed(c, "Allow: GET, HEAD\r\n");
	} else if (!strncmp(target, "/bytes/", 7)) {
		if (!http_number(target + 7, strlen(target + 7), &size))
			answer_error(c, 400);
		else if (!is_read(r))
			not_allowed(c, "Allow: GET, HEAD\r\n");
		else
			answer_bytes(c, size);
	} else {
		answer_line(c, 404, "404: there are /bytes/N, /sink and /metrics\n", "");
	}
}

/* ---- reading ---- */

static void on_headers(struct http_request *r)
{
	struct http_connection *c = connection_of(r);
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct iovec iov = {(void *)go_on, sizeof(go_on) - 1};

	if (is_sink(r))
		sha256_init(&c->sha256);
	c->received = 0;
	/* The answer before it is with TCP already, and a line always fits behind it; should it
	 * not, the client sends its body unasked after a while (RFC 9110, 10.1.1). */
	if (r->expects_continue)
		stream_write(&c->stream, &iov, 1);
}

static void on_body(struct http_request *r, const void *data, size_t len)
{
	struct http_connection *c = connection_of(r);

	c->received += len;
	if (is_sink(r))
		sha256_update(&c->sha256, len, data);
}

static struct http_request_events request_events = {on_headers, on_body};

static void start_answer(struct http_connection *c)
{
	c->head_sent = c->text_sent = 0;
	c->content_left = 0;
	if (c->request.complete) {
		answer(c);
	} else { /* malformed: where the next request would begin is unknown */
		c->close_after = true;
		answer_error(c, http_request_error(&c->request));
	}
	c->state = HTTP_WRITE;
}

/* Keeps what came behind the end of a request. false: no memory. */
static bool keep_ahead(struct http_connection *c, const uint8_t *data, size_t len)
{
	c->ahead = size_class_alloc(memory_of(c), len);
	if (!c->ahead)
		return false;
	memcpy(c->ahead, data, len);
	c->ahead_size = len;
	c->ahead_from = 0;
	return true;
}

static void drop_ahead(struct http_connection *c)
{
	size_class_free(memory_of(c), c->ahead, c->ahead_size);
	c->ahead = NULL;
}

/* Takes input until a request is complete or malformed; returns how much. */
static size_t take_input(struct http_connection *c, const uint8_t *data, size_t len)
{
	size_t taken = http_request_feed(&c->request, data, len);

	if (c->request.complete || taken < len)
		start_answer(c);
	return taken;
}

static void take_ahead(struct http_connection *c)
{
	c->ahead_from += take_input(c, c->ahead + c->ahead_from, c->ahead_size - c->ahead_from);
	if (c->ahead_from == c->ahead_size || c->close_after)
		drop_ahead(c);
}

/* false: the connection is over. *again: there may be more. */
static bool read_some(struct http_connection *c, bool *again)
{
	struct http_server *s = server_of(c);
	size_t taken;
	long n;

	if (c->ahead) {
		take_ahead(c);
		return true;
	}
	n = stream_read(&c->stream, s->input, INPUT_BYTES);
	if (n == -EAGAIN) {
		*again = false;
		stream_watch(&c->stream, EPOLLIN);
		return true;
	}
	if (n <= 0)
		return false;
	taken = take_input(c, s->input, (size_t)n);
	if (taken < (size_t)n && !c->close_after)
		return keep_ahead(c, s->input + taken, (size_t)n - taken);
	return true;
}

/* ---- writing ---- */

static int answer_rest(const struct http_connection *c, struct iovec iov[2])
{
	int count = 0;

	if (c->head_sent < c->head_len)
		iov[count++] = (struct iovec){(void *)(c->head + c->head_sent),
					      c->head_len - c->head_sent};
	if (c->text && c->text_sent < c->text_len)
		iov[count++] = (struct iovec){c->text + c->text_sent, c->text_len - c->text_sent};
	else if (c->content_left)
		iov[count++] =
			content_at(server_of(c)->content, c->content_offset, c->content_left);
	return count;
}

static void answer_sent(struct http_connection *c, size_t n)
{
	size_t of_head = c->head_len - c->head_sent;

	of_head = of_head < n ? of_head : n;
	c->head_sent += of_head;
	n -= of_head;
	if (c->text) {
		c->text_sent += n;
		return;
	}
	c->content_offset += n;
	c->content_left -= n;
}

static void answer_done(struct http_connection *c)
{
	if (c->text)
		size_class_free(memory_of(c), c->text, c->text_size);
	c->text = NULL;
	if (!c->close_after) {
		http_request_next(&c->request);
		c->state = HTTP_READ;
		return;
	}
	/* Closing with unread input would reset the connection and take the answer with it. */
	sys_shutdown(c->stream.server->files, c->stream.fd, SHUT_WR);
	c->state = HTTP_DRAIN;
	stream_watch(&c->stream, EPOLLIN);
}

static bool write_some(struct http_connection *c, bool *again)
{
	struct iovec iov[2];
	int count = answer_rest(c, iov);
	long n;

	if (!count) {
		answer_done(c);
		return true;
	}
	n = stream_write(&c->stream, iov, count);
	if (n == -EAGAIN) {
		*again = false;
		stream_watch(&c->stream, EPOLLOUT);
		return true;
	}
	if (n < 0)
		return false;
	answer_sent(c, (size_t)n);
	return true;
}

static bool drain_some(struct http_connection *c, bool *again)
{
	long n = stream_read(&c->stream, server_of(c)->input, INPUT_BYTES);

	if (n == -EAGAIN) {
		*again = false;
		return true;
	}
	if (n <= 0)
		return false;
	c->drained += (uint64_t)n;
	return c->drained <= DRAIN_BYTES;
}

/* ---- the service ---- */

static bool http_open(struct stream_connection *stream)
{
	struct http_connection *c = (struct http_connection *)stream;
	int one = 1;

	http_request_init(&c->request, &request_events);
	/* Answers are written whole; the last piece is not to wait for an acknowledgement. */
	sys_setsockopt(stream->server->files, stream->fd, SOL_TCP, TCP_NODELAY, &one, sizeof(one));
	return true;
}

static bool http_ready(struct stream_connection *stream)
{
	struct http_connection *c = (struct http_connection *)stream;
	bool again = true, alive = true;

	for (unsigned int i = 0; i < TURNS && again && alive;) {
		enum http_state before = c->state;

		switch (c->state) {
		case HTTP_READ:
			alive = read_some(c, &again);
			break;
		case HTTP_WRITE:
			alive = write_some(c, &again);
			break;
		case HTTP_DRAIN:
			alive = drain_some(c, &again);
			break;
		}
		if (c->state == before || c->state == HTTP_READ)
			i++;
	}
	if (again && alive) /* more to do, after others had their turn */
		stream_watch(stream, c->state == HTTP_WRITE || c->ahead ? EPOLLOUT : EPOLLIN);
	return alive;
}

static void http_close(struct stream_connection *stream)
{
	struct http_connection *c = (struct http_connection *)stream;

	if (c->text)
		size_class_free(memory_of(c), c->text, c->text_size);
	if (c->ahead)
		drop_ahead(c);
}

static const struct stream_service http_service = {
	.name = "http",
	.port = 80,
	.connection_bytes = sizeof(struct http_connection),
	.open = http_open,
	.ready = http_ready,
	.close = http_close,
};

void http_server_start(struct guest *g)
{
	struct http_server *s = size_class_alloc(&g->memory, sizeof(*s));

	if (s) {
		s->content = size_class_alloc(&g->memory, CONTENT_TABLE_BYTES);
		s->input = size_class_alloc(&g->memory, INPUT_BYTES);
	}
	if (!s || !s->content || !s->input)
		panic("http: no memory");
	content_fill(s->content);
	stream_server_start(g, &http_service, s);
}
