// SPDX-License-Identifier: MIT
/* setsockopt(), getsockopt() and ioctl(): values in memory. */
#include "calls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "expr.h"

#define VALUE_MAX 512

/* Linux's since 6.7, which the C library of Debian 12 does not know. */
struct linux_ao_add {
	struct sockaddr_storage addr;
	char alg_name[64];
	int32_t ifindex;
	uint32_t set_current : 1, set_rnext : 1, reserved : 30;
	uint16_t reserved2;
	uint8_t prefix, sndid, rcvid, maclen, keyflags, keylen;
	uint8_t key[TCP_AO_KEY_MAX];
} __attribute__((aligned(8)));

struct linux_ao_info {
	uint32_t set_current : 1, set_rnext : 1, ao_required : 1, set_counters : 1,
		accept_icmps : 1, reserved : 27;
	uint16_t reserved2;
	uint8_t current_key, rnext;
	uint64_t counters[5];
} __attribute__((aligned(8)));

static void put_peer(const struct run *r, struct sockaddr_storage *to)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	if (r->addresses.version == 4) {
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, r->addresses.remote.bytes, 4);
	} else {
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, r->addresses.remote.bytes, 16);
	}
}

/* {tcpm_key="secret"}: for the peer (RFC 2385); the runner signs and verifies with it from now on. */
static bool put_md5_key(struct run *r, const struct expr *e, void *to, socklen_t *len)
{
	const struct expr *key = expr_field(e, "tcpm_key");
	struct tcp_md5sig *sig = to;

	if (key->kind != EXPR_STRING || strlen(key->text) > TCP_MD5SIG_MAXKEYLEN)
		return run_fail(r, e->line, "tcpm_key is a text of at most %d bytes",
				TCP_MD5SIG_MAXKEYLEN);
	put_peer(r, &sig->tcpm_addr);
	sig->tcpm_keylen = (uint16_t)strlen(key->text);
	memcpy(sig->tcpm_key, key->text, sig->tcpm_keylen);
	*len = sizeof(*sig);
	r->md5_key = *key->text ? key->text : NULL;
	return true;
}

/* A field that is a number of 8 bits; left out: or_else. */
static bool field_byte(struct run *r, const struct expr *e, const char *name, int or_else,
		       uint8_t *value)
{
	const struct expr *field = expr_field(e, name);
	int64_t given = or_else;

	if (field && !expr_integer(r, field, &given))
		return false;
	if (given < 0 || given > UINT8_MAX)
		return run_fail(r, e->line, "%s is a number from 0 to 255", name);
	*value = (uint8_t)given;
	return true;
}

/* {ao_key="secret", alg="hmac(sha1)", sndid=1, rcvid=2}: for the peer; the runner signs and verifies
 * with it too. */
static bool put_ao_key(struct run *r, const struct expr *e, void *to, socklen_t *len)
{
	const struct expr *secret = expr_field(e, "ao_key"), *alg = expr_field(e, "alg");
	struct linux_ao_add *add = to;
	struct ao_key *key = &r->ao_keys[r->ao_key_count];

	if (r->ao_key_count == TCP_AO_KEYS_MAX)
		return run_fail(r, e->line, "more than %d keys", TCP_AO_KEYS_MAX);
	if (secret->kind != EXPR_STRING || strlen(secret->text) > TCP_AO_KEY_MAX || !alg ||
	    alg->kind != EXPR_STRING || strlen(alg->text) >= sizeof(add->alg_name))
		return run_fail(
			r, e->line,
			"a key is {ao_key=\"at most %d bytes\", alg=\"hmac(sha1)\", sndid=, rcvid=}",
			TCP_AO_KEY_MAX);
	if (!field_byte(r, e, "sndid", 0, &key->sndid) ||
	    !field_byte(r, e, "rcvid", 0, &key->rcvid))
		return false;
	key->secret = secret->text;
	key->algorithm = strstr(alg->text, "cmac") ? AO_CMAC_AES128 : AO_HMAC_SHA1;
	r->ao_key_count++;
	put_peer(r, &add->addr);
	add->prefix = r->addresses.version == 4 ? 32 : 128;
	add->sndid = key->sndid;
	add->rcvid = key->rcvid;
	add->keylen = (uint8_t)strlen(key->secret);
	memcpy(add->key, key->secret, add->keylen);
	memcpy(add->alg_name, alg->text, strlen(alg->text));
	*len = sizeof(*add);
	return true;
}

/* {current_key=2, rnext=2}: what to send with, what to ask the peer for. */
static bool put_ao_info(struct run *r, const struct expr *e, void *to, socklen_t *len)
{
	struct linux_ao_info *info = to;

	info->set_current = expr_field(e, "current_key") != NULL;
	info->set_rnext = expr_field(e, "rnext") != NULL;
	*len = sizeof(*info);
	return field_byte(r, e, "current_key", 0, &info->current_key) &&
	       field_byte(r, e, "rnext", 0, &info->rnext);
}

/* What an option's value is, by how the script writes it. */
static bool put_fields(struct run *r, const struct expr *e, void *to, socklen_t *len)
{
	static const struct {
		const char *first, *second;
		bool is_long;
	} shapes[] = {{"onoff", "linger", false}, {"tv_sec", "tv_usec", true}};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct expr *a = expr_field(e, shapes[i].first);
		const struct expr *b = expr_field(e, shapes[i].second);
		int64_t first, second;

		if (!a || !b)
			continue;
		if (!expr_integer(r, a, &first) || !expr_integer(r, b, &second))
			return false;
		if (shapes[i].is_long) {
			*(struct timeval *)to = (struct timeval){first, second};
			*len = sizeof(struct timeval);
		} else {
			*(struct linger *)to = (struct linger){(int)first, (int)second};
			*len = sizeof(struct linger);
		}
		return true;
	}
	if (expr_field(e, "tcpm_key"))
		return put_md5_key(r, e, to, len);
	if (expr_field(e, "ao_key"))
		return put_ao_key(r, e, to, len);
	if (expr_field(e, "current_key") || expr_field(e, "rnext"))
		return put_ao_info(r, e, to, len);
	return run_fail(
		r, e->line,
		"a value's fields are {onoff=, linger=}, {tv_sec=, tv_usec=}, {tcpm_key=\"...\"}, "
		"{ao_key=\"...\", alg=\"...\", sndid=, rcvid=} or {current_key=, rnext=}");
}

/* [1], {onoff=1, linger=0}, "cubic", ... */
static bool put_value(struct run *r, const struct expr *e, void *to, socklen_t *len)
{
	int64_t value;

	switch (e->kind) {
	case EXPR_ELLIPSIS:
		*len = VALUE_MAX;
		return true;
	case EXPR_LIST:
		*len = 0;
		for (const struct expr *i = e->items; i; i = i->next) {
			if (*len + sizeof(int) > VALUE_MAX)
				return run_fail(r, e->line, "too many values");
			if (!expr_integer(r, i, &value))
				return false;
			memcpy((uint8_t *)to + *len, &(int){(int)value}, sizeof(int));
			*len += sizeof(int);
		}
		return true;
	case EXPR_STRING:
		*len = (socklen_t)strlen(e->text);
		if (*len >= VALUE_MAX)
			return run_fail(r, e->line, "value too long");
		memcpy(to, e->text, *len);
		return true;
	case EXPR_STRUCT:
		return put_fields(r, e, to, len);
	default:
		return run_fail(r, e->line,
				"a value is written [N], {name=N, ...}, \"text\" or ...");
	}
}

bool prepare_setsockopt(struct run *r, struct pending_call *p)
{
	const struct expr *value = call_arg(p, 3), *len = call_arg(p, 4);
	uint8_t *memory = call_memory(p, VALUE_MAX);
	socklen_t size = 0;
	int64_t given;

	if (!arg_fd(r, p, 0, 0) || !arg_word(r, p, 1, 1) || !arg_word(r, p, 2, 2))
		return false;
	p->call.arg[3] = (long)memory;
	if (value->kind == EXPR_INTEGER && !value->value)
		p->call.arg[3] = 0; /* NULL */
	else if (!put_value(r, value, memory, &size))
		return false;
	if (!expr_is_ellipsis(len)) {
		if (!expr_integer(r, len, &given))
			return false;
		size = (socklen_t)given;
	}
	p->call.arg[4] = (long)size;
	return true;
}

/* [N] or a number */
static bool length_value(struct run *r, const struct expr *e, int64_t *value)
{
	return expr_integer(r, e->kind == EXPR_LIST && e->items ? e->items : e, value);
}

bool prepare_getsockopt(struct run *r, struct pending_call *p)
{
	uint8_t *memory = call_memory(p, VALUE_MAX), expected[VALUE_MAX];
	socklen_t *len = call_memory(p, sizeof(*len));
	int64_t given;

	if (!arg_fd(r, p, 0, 0) || !arg_word(r, p, 1, 1) || !arg_word(r, p, 2, 2) ||
	    !put_value(r, call_arg(p, 3), expected, len))
		return false;
	if (call_arg(p, 3)->kind == EXPR_STRING)
		*len = VALUE_MAX;
	if (!expr_is_ellipsis(call_arg(p, 4))) {
		if (!length_value(r, call_arg(p, 4), &given))
			return false;
		*len = (socklen_t)given;
	}
	p->call.arg[3] = (long)memory;
	p->call.arg[4] = (long)len;
	return true;
}

bool check_getsockopt(struct run *r, struct pending_call *p)
{
	const struct expr *want = call_arg(p, 3);
	uint8_t expected[VALUE_MAX] = {0};
	socklen_t len = 0;

	if (expr_is_ellipsis(want))
		return true;
	if (!put_value(r, want, expected, &len))
		return false;
	if (want->kind == EXPR_STRING)
		len++; /* its end */
	if (!memcmp(expected, (void *)p->call.arg[3], len))
		return true;
	if (want->kind == EXPR_LIST)
		return run_fail(r, p->event->line, "expected the value %d, got %d",
				*(int *)expected, *(int *)p->call.arg[3]);
	return run_fail(r, p->event->line, "the option's value differs%s%.64s",
			want->kind == EXPR_STRING ? ": " : "",
			want->kind == EXPR_STRING ? (char *)p->call.arg[3] : "");
}

bool prepare_ioctl(struct run *r, struct pending_call *p)
{
	const struct expr *e = call_arg(p, 2);
	int *value = call_memory(p, sizeof(*value));
	int64_t given = 0;

	if (!arg_fd(r, p, 0, 0) || !arg_word(r, p, 1, 1))
		return false;
	if (e && !expr_is_ellipsis(e) && !length_value(r, e, &given))
		return false;
	*value = (int)given;
	p->call.arg[2] = (long)value;
	return true;
}

bool check_ioctl(struct run *r, struct pending_call *p)
{
	const struct expr *e = call_arg(p, 2);
	int64_t expected;

	if (!e || expr_is_ellipsis(e) || !length_value(r, e, &expected))
		return !r->failed;
	if (*(int *)p->call.arg[2] != (int)expected)
		return run_fail(r, p->event->line, "expected the value %d, got %d", (int)expected,
				*(int *)p->call.arg[2]);
	return true;
}
