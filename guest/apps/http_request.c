// SPDX-License-Identifier: MIT
#include "apps/http_request.h"

#include <string.h>
#include <strings.h>

static struct http_request *to_request(http_parser *p)
{
	return (struct http_request *)((char *)p - offsetof(struct http_request, parser));
}

static bool append(char *buf, size_t max, size_t *len, const char *at, size_t more)
{
	size_t room = max - *len, take = more < room ? more : room;

	memcpy(buf + *len, at, take);
	*len += take;
	buf[*len] = 0;
	return take == more;
}

static bool same_word(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && !strncasecmp(a, b, strlen(b));
}

/* A header is complete when the next begins. */
static void header_done(struct http_request *r)
{
	if (same_word(r->field, "range"))
		memcpy(r->range, r->value, sizeof(r->range));
	else if (same_word(r->field, "expect"))
		r->expects_continue = same_word(r->value, "100-continue");
	r->field_len = r->value_len = 0;
	r->field[0] = r->value[0] = 0;
}

static int on_url(http_parser *p, const char *at, size_t len)
{
	struct http_request *r = to_request(p);

	if (!append(r->target, HTTP_TARGET_MAX, &r->target_len, at, len))
		r->target_too_long = true;
	return 0;
}

static int on_field(http_parser *p, const char *at, size_t len)
{
	struct http_request *r = to_request(p);

	if (r->value_len)
		header_done(r);
	append(r->field, HTTP_FIELD_MAX, &r->field_len, at, len);
	return 0;
}

static int on_value(http_parser *p, const char *at, size_t len)
{
	struct http_request *r = to_request(p);

	append(r->value, HTTP_VALUE_MAX, &r->value_len, at, len);
	return 0;
}

static int on_headers(http_parser *p)
{
	struct http_request *r = to_request(p);

	header_done(r);
	r->events->headers(r);
	return 0;
}

static int on_body(http_parser *p, const char *at, size_t len)
{
	struct http_request *r = to_request(p);

	r->events->body(r, at, len);
	return 0;
}

static int on_complete(http_parser *p)
{
	struct http_request *r = to_request(p);

	r->complete = true;
	r->keep_alive = http_should_keep_alive(p) && !p->upgrade;
	http_parser_pause(p, 1);
	return 0;
}

static const http_parser_settings parser_settings = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_headers,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

void http_request_init(struct http_request *r, struct http_request_events *events)
{
	http_parser_set_max_header_size(HTTP_HEADER_BYTES_MAX);
	http_parser_init(&r->parser, HTTP_REQUEST);
	r->events = events;
	http_request_next(r);
}

void http_request_next(struct http_request *r)
{
	r->target_len = r->field_len = r->value_len = 0;
	r->target[0] = r->range[0] = r->field[0] = r->value[0] = 0;
	r->target_too_long = r->expects_continue = r->complete = r->keep_alive = false;
	if (HTTP_PARSER_ERRNO(&r->parser) == HPE_PAUSED)
		http_parser_pause(&r->parser, 0);
}

size_t http_request_feed(struct http_request *r, const void *data, size_t len)
{
	return http_parser_execute(&r->parser, &parser_settings, data, len);
}

unsigned int http_request_error(const struct http_request *r)
{
	return HTTP_PARSER_ERRNO(&r->parser) == HPE_HEADER_OVERFLOW ? 431 : 400;
}

bool http_number(const char *text, size_t len, uint64_t *out)
{
	uint64_t value = 0;

	if (!len || len > 18)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	*out = value;
	return true;
}

enum http_range http_range_parse(const char *value, uint64_t size, uint64_t *first, uint64_t *len)
{
	const char *spec, *dash;
	uint64_t from, to;

	if (strncasecmp(value, "bytes=", 6))
		return HTTP_RANGE_NONE;
	spec = value + 6;
	dash = strchr(spec, '-');
	if (!dash)
		return HTTP_RANGE_NONE;
	if (dash == spec) { /* the last n bytes */
		if (!http_number(dash + 1, strlen(dash + 1), &to))
			return HTTP_RANGE_NONE;
		from = to < size ? size - to : 0;
		if (from >= size)
			return HTTP_RANGE_UNSATISFIABLE;
		*first = from;
		*len = size - from;
		return HTTP_RANGE_PART;
	}
	if (!http_number(spec, (size_t)(dash - spec), &from))
		return HTTP_RANGE_NONE;
	if (!dash[1])
		to = UINT64_MAX;
	else if (!http_number(dash + 1, strlen(dash + 1), &to) || to < from)
		return HTTP_RANGE_NONE;
	if (from >= size)
		return HTTP_RANGE_UNSATISFIABLE;
	*first = from;
	*len = (to < size ? to + 1 : size) - from;
	return HTTP_RANGE_PART;
}
