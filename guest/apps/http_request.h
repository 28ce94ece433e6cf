/* SPDX-License-Identifier: MIT */
/*
 * HTTP/1.1 requests (RFC 9112) as libhttp-parser reads them: the few headers that matter here are
 * kept, the body goes to the caller as it arrives.
 */
#ifndef APPS_HTTP_REQUEST_H
#define APPS_HTTP_REQUEST_H

#include <http_parser.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_TARGET_MAX	      255u
#define HTTP_FIELD_MAX	      31u
#define HTTP_VALUE_MAX	      127u
#define HTTP_HEADER_BYTES_MAX 16384u

struct http_request {
	http_parser parser;
	struct http_request_events *events;

	/* Of the request that is being read or was read last: */
	char target[HTTP_TARGET_MAX + 1];
	char range[HTTP_VALUE_MAX + 1]; /* "": none */
	bool target_too_long, expects_continue, complete, keep_alive;

	/* The header at hand; what does not fit is cut off, and then matches nothing. */
	char field[HTTP_FIELD_MAX + 1], value[HTTP_VALUE_MAX + 1];
	size_t target_len, field_len, value_len;
};

struct http_request_events {
	/* The header is read; the body, if any, follows. */
	void (*headers)(struct http_request *r);
	void (*body)(struct http_request *r, const void *data, size_t len);
};

void http_request_init(struct http_request *r, struct http_request_events *events);
/* For the next request of a kept connection. */
void http_request_next(struct http_request *r);
/*
 * Takes bytes; stops behind the end of a request (r->complete). Returns how many it took; fewer
 * without r->complete: malformed, see http_request_error().
 */
size_t http_request_feed(struct http_request *r, const void *data, size_t len);
/* Status to answer a malformed request with: 400 or 431. */
unsigned int http_request_error(const struct http_request *r);

/* Decimal digits up to 18. false: something else. */
bool http_number(const char *text, size_t len, uint64_t *out);

enum http_range { HTTP_RANGE_NONE, HTTP_RANGE_PART, HTTP_RANGE_UNSATISFIABLE };
/* One range of `size` bytes (RFC 9110, 14.1.2): [*first, *first + *len). Several, or what is not
 * understood, count as none. */
enum http_range http_range_parse(const char *value, uint64_t size, uint64_t *first, uint64_t *len);

#endif
