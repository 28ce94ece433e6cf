// SPDX-License-Identifier: MIT
/*
 * What a test is to be: from a client's options, to the JSON that the client sends, and back from it
 * on the server, which believes nothing of it.
 */
#include "apps/iperf3/internal.h"

#include <stdio.h>
#include <string.h>

#include "runtime/address4.h"
#include "runtime/address6.h"

#define BLOCK_BYTES_DEFAULT (128u << 10)
#define UDP_RATE_DEFAULT    (1ull << 20)
#define DURATION_S_DEFAULT  10u
#define INTERVAL_MS_MAX	    60000u
#define RATE_MAX	    1000000000000ull
#define BYTES_MAX	    (1ull << 50)

/* A piece of the options, not terminated. */
struct word {
	const char *at;
	size_t len;
};

static struct word word_cut(struct word *w, char separator)
{
	const char *end = memchr(w->at, separator, w->len);
	struct word head = {w->at, end ? (size_t)(end - w->at) : w->len};
	const size_t gone = end ? head.len + 1 : head.len;

	w->at += gone;
	w->len -= gone;
	return head;
}

/* "10", "1.5M": decimals, and K, M, G, T of `kilo`; to thousandths of 1. */
static bool word_milli(struct word w, uint64_t kilo, uint64_t max, uint64_t *out)
{
	static const char letters[] = "kmgt";
	const char *suffix = w.len ? memchr(letters, w.at[w.len - 1] | 32, 4) : NULL;
	uint64_t value = 0, digit_value = 1000, scale = 1;
	bool any = false;

	for (const char *l = letters; suffix && l <= suffix; l++)
		scale *= kilo;
	w.len -= suffix != NULL;
	for (size_t i = 0; i < w.len; i++) {
		if (w.at[i] == '.' && digit_value == 1000) {
			digit_value = 100;
			continue;
		}
		if (w.at[i] < '0' || w.at[i] > '9' || value > UINT64_MAX / 20)
			return false;
		any = true;
		if (digit_value == 1000)
			value = value * 10 + (uint64_t)(w.at[i] - '0') * 1000;
		else
			value += (uint64_t)(w.at[i] - '0') * digit_value;
		if (digit_value < 1000)
			digit_value /= 10;
	}
	return any && !__builtin_mul_overflow(value, scale, out) && *out / 1000 <= max;
}

static bool word_size(struct word w, uint64_t kilo, uint64_t max, uint64_t *out)
{
	if (!word_milli(w, kilo, max, out))
		return false;
	*out /= 1000;
	return true;
}

static bool word_u32(struct word w, uint64_t kilo, uint64_t min, uint64_t max, uint32_t *out)
{
	uint64_t value;

	if (!word_size(w, kilo, max, &value) || value < min)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool set_server(struct iperf3_settings *s, struct word w)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&s->server;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&s->server;
	uint32_t addr;

	if (address4_parse(w.at, w.len, &addr)) {
		in->sin_family = AF_INET;
		in->sin_addr.s_addr = htonl(addr);
		return true;
	}
	in6->sin6_family = AF_INET6;
	return address6_parse(w.at, w.len, &in6->sin6_addr);
}

static bool set_port(struct iperf3_settings *s, struct word w)
{
	uint32_t port;

	if (!word_u32(w, 1000, 1, 65535, &port))
		return false;
	/* The same place for both families. */
	((struct sockaddr_in *)&s->server)->sin_port = htons((uint16_t)port);
	return true;
}

static bool set_time(struct iperf3_settings *s, struct word w)
{
	return word_u32(w, 1000, 1, DURATION_S_MAX, &s->duration_s);
}

static bool set_bytes(struct iperf3_settings *s, struct word w)
{
	return word_size(w, 1024, BYTES_MAX, &s->bytes) && s->bytes;
}

static bool set_blocks(struct iperf3_settings *s, struct word w)
{
	return word_size(w, 1024, BYTES_MAX, &s->blocks) && s->blocks;
}

static bool set_streams(struct iperf3_settings *s, struct word w)
{
	return word_u32(w, 1000, 1, IPERF3_STREAMS_MAX, &s->streams);
}

static bool set_length(struct iperf3_settings *s, struct word w)
{
	return word_u32(w, 1024, 1, BLOCK_BYTES_MAX, &s->block_bytes);
}

static bool set_rate(struct iperf3_settings *s, struct word w)
{
	const struct word rate = word_cut(&w, '/');

	return word_size(rate, 1000, RATE_MAX, &s->rate_bps) &&
	       (!w.len || word_u32(w, 1000, 1, BURST_MAX, &s->burst));
}

static bool set_fq_rate(struct iperf3_settings *s, struct word w)
{
	return word_size(w, 1000, RATE_MAX, &s->fq_rate_bps);
}

static bool set_window(struct iperf3_settings *s, struct word w)
{
	return word_u32(w, 1024, 1, WINDOW_BYTES_MAX, &s->window_bytes);
}

static bool set_mss(struct iperf3_settings *s, struct word w)
{
	return word_u32(w, 1024, 88, MSS_MAX, &s->mss);
}

static bool set_omit(struct iperf3_settings *s, struct word w)
{
	return word_u32(w, 1000, 0, OMIT_S_MAX, &s->omit_s);
}

static bool set_interval(struct iperf3_settings *s, struct word w)
{
	uint64_t ms;

	if (!word_milli(w, 1000, INTERVAL_MS_MAX / 1000, &ms) || (ms && ms < 100))
		return false;
	s->interval_ms = (uint32_t)ms;
	return true;
}

static bool set_tos(struct iperf3_settings *s, struct word w)
{
	return word_u32(w, 1000, 0, 255, &s->tos);
}

static bool set_congestion(struct iperf3_settings *s, struct word w)
{
	if (!w.len || w.len >= sizeof(s->congestion))
		return false;
	memcpy(s->congestion, w.at, w.len);
	return true;
}

static const struct option {
	const char *name, *takes;
	bool (*set)(struct iperf3_settings *s, struct word w); /* or: */
	size_t flag;					       /* offset of a bool */
} options[] = {
	{"-c", "an address", set_server, 0},
	{"-p", "a port", set_port, 0},
	{"-t", "1..86400 seconds", set_time, 0},
	{"-n", "a number of bytes, as 10M", set_bytes, 0},
	{"-k", "a number of blocks", set_blocks, 0},
	{"-P", "1..128 streams", set_streams, 0},
	{"-l", "1..1M bytes a block", set_length, 0},
	{"-b", "bits a second, as 10M, or RATE/BURST", set_rate, 0},
	{"--fq-rate", "bits a second, as 10M", set_fq_rate, 0},
	{"-w", "bytes of socket buffer, as 256K", set_window, 0},
	{"-M", "88..9216 bytes", set_mss, 0},
	{"-O", "0..600 seconds", set_omit, 0},
	{"-i", "0 or 0.1..60 seconds", set_interval, 0},
	{"-S", "0..255", set_tos, 0},
	{"-C", "an algorithm, as cubic", set_congestion, 0},
	{"-u", NULL, NULL, offsetof(struct iperf3_settings, udp)},
	{"-R", NULL, NULL, offsetof(struct iperf3_settings, reverse)},
	{"--bidir", NULL, NULL, offsetof(struct iperf3_settings, bidirectional)},
	{"-N", NULL, NULL, offsetof(struct iperf3_settings, no_delay)},
	{"--udp-counters-64bit", NULL, NULL, offsetof(struct iperf3_settings, counters_64bit)},
	{"--get-server-output", NULL, NULL, offsetof(struct iperf3_settings, get_server_output)},
};

static const struct option *find_option(struct word name)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (name.len == strlen(options[i].name) &&
		    !memcmp(name.at, options[i].name, name.len))
			return &options[i];
	return NULL;
}

static bool take_option(struct iperf3_settings *s, struct word *rest, char *error, size_t size)
{
	const struct word name = word_cut(rest, ',');
	const struct option *o = find_option(name);
	struct word value;

	if (!o) {
		snprintf(error, size, "iperf3 option '%.*s' is unknown: see docs/guest.md",
			 (int)name.len, name.at);
		return false;
	}
	if (!o->set) {
		*(bool *)((char *)s + o->flag) = true;
		return true;
	}
	value = word_cut(rest, ',');
	if (o->set(s, value))
		return true;
	snprintf(error, size, "iperf3 option '%s,%.*s': it takes %s", o->name, (int)value.len,
		 value.at, o->takes);
	return false;
}

static const char *contradiction(const struct iperf3_settings *s)
{
	if (!s->server.ss_family)
		return "iperf3 needs a server: give -c,ADDRESS";
	if (s->reverse && s->bidirectional)
		return "iperf3: give -R or --bidir, not both";
	if ((s->duration_s != 0) + (s->bytes != 0) + (s->blocks != 0) > 1)
		return "iperf3: give one of -t, -n and -k";
	if (s->udp && s->block_bytes &&
	    (s->block_bytes < UDP_HEADER_BYTES || s->block_bytes > UDP_BLOCK_BYTES_MAX))
		return "iperf3 with -u: give -l,16 to -l,65507";
	return NULL;
}

bool iperf3_settings_parse(struct iperf3_settings *out, const char *text, size_t len, char *error,
			   size_t error_size)
{
	struct word rest = {text, len};
	const char *wrong;

	*out = (struct iperf3_settings){.streams = 1, .interval_ms = 1000};
	((struct sockaddr_in *)&out->server)->sin_port = htons(IPERF3_PORT);
	while (rest.len)
		if (!take_option(out, &rest, error, error_size))
			return false;
	wrong = contradiction(out);
	if (wrong) {
		snprintf(error, error_size, "%s", wrong);
		return false;
	}
	if (!out->duration_s && !out->bytes && !out->blocks)
		out->duration_s = DURATION_S_DEFAULT;
	if (!out->block_bytes && !out->udp)
		out->block_bytes = BLOCK_BYTES_DEFAULT;
	if (out->udp && !out->rate_bps)
		out->rate_bps = UDP_RATE_DEFAULT;
	return true;
}

/* ---- as JSON ---- */

static void put_flag(json_t *json, const char *name, bool value)
{
	if (value)
		json_object_set_new(json, name, json_true());
}

static void put_number(json_t *json, const char *name, uint64_t value)
{
	if (value)
		json_object_set_new(json, name, json_integer((json_int_t)value));
}

json_t *iperf3_settings_to_json(const struct iperf3_settings *s)
{
	json_t *json = json_object();

	put_flag(json, s->udp ? "udp" : "tcp", true);
	json_object_set_new(json, "omit", json_integer(s->omit_s));
	json_object_set_new(json, "time", json_integer(s->duration_s));
	json_object_set_new(json, "num", json_integer((json_int_t)s->bytes));
	json_object_set_new(json, "blockcount", json_integer((json_int_t)s->blocks));
	put_number(json, "MSS", s->mss);
	put_flag(json, "nodelay", s->no_delay);
	put_number(json, "parallel", s->streams);
	put_flag(json, "reverse", s->reverse);
	put_flag(json, "bidirectional", s->bidirectional);
	put_number(json, "window", s->window_bytes);
	put_number(json, "len", s->block_bytes);
	put_number(json, "bandwidth", s->rate_bps);
	put_number(json, "fqrate", s->fq_rate_bps);
	put_number(json, "burst", s->burst);
	put_number(json, "TOS", s->tos);
	put_number(json, "get_server_output", s->get_server_output);
	put_number(json, "udp_counters_64bit", s->counters_64bit);
	if (s->congestion[0])
		json_object_set_new(json, "congestion", json_string(s->congestion));
	json_object_set_new(json, "client_version", json_string("3.12"));
	return json;
}

/* A number of the client's; missing: `out` stays. false: not within min .. max. */
static bool take_number(const json_t *json, const char *name, uint64_t min, uint64_t max, void *out,
			size_t out_bytes)
{
	const json_t *item = json_object_get(json, name);
	uint64_t value;

	if (!item)
		return true;
	if (!json_count(item, &value) || value < min || value > max)
		return false;
	if (out_bytes == sizeof(uint32_t))
		*(uint32_t *)out = (uint32_t)value;
	else
		*(uint64_t *)out = value;
	return true;
}

#define TAKE(name, min, max, member) \
	take_number(json, name, min, max, &out->member, sizeof(out->member))

/* iperf3 writes false and 0 by leaving a name out, and takes any value for true. */
static bool is_set(const json_t *json, const char *name)
{
	const json_t *item = json_object_get(json, name);

	return item && !json_is_false(item) && !json_is_null(item);
}

static bool take_congestion(struct iperf3_settings *out, const json_t *json)
{
	const json_t *item = json_object_get(json, "congestion");

	if (!item)
		return true;
	if (!json_is_string(item) || json_string_length(item) >= sizeof(out->congestion))
		return false;
	memcpy(out->congestion, json_string_value(item), json_string_length(item));
	return true;
}

static int take_block_size(struct iperf3_settings *out, const json_t *json)
{
	out->block_bytes = out->udp ? 0 : BLOCK_BYTES_DEFAULT;
	if (!TAKE("len", 0, BLOCK_BYTES_MAX, block_bytes))
		return ERROR_BLOCK_SIZE;
	if (out->udp &&
	    (out->block_bytes < UDP_HEADER_BYTES || out->block_bytes > UDP_BLOCK_BYTES_MAX))
		return ERROR_UDP_BLOCK_SIZE;
	return out->block_bytes ? 0 : ERROR_BLOCK_SIZE;
}

int iperf3_settings_from_json(struct iperf3_settings *out, const json_t *json)
{
	*out = (struct iperf3_settings){.streams = 1, .interval_ms = 1000};
	if (!json_is_object(json))
		return ERROR_PARAMETERS;
	if (is_set(json, "sctp"))
		return ERROR_NO_SCTP;
	out->udp = is_set(json, "udp");
	out->reverse = is_set(json, "reverse");
	out->bidirectional = is_set(json, "bidirectional");
	out->no_delay = is_set(json, "nodelay");
	out->get_server_output = is_set(json, "get_server_output");
	out->counters_64bit = is_set(json, "udp_counters_64bit");
	if (out->reverse && out->bidirectional)
		return ERROR_REVERSE_BIDIRECTIONAL;
	if (!TAKE("parallel", 1, IPERF3_STREAMS_MAX, streams))
		return ERROR_STREAMS;
	if (!TAKE("time", 0, DURATION_S_MAX, duration_s))
		return ERROR_DURATION;
	if (!TAKE("omit", 0, OMIT_S_MAX, omit_s))
		return ERROR_OMIT;
	if (!TAKE("MSS", 0, MSS_MAX, mss))
		return ERROR_MSS;
	if (!TAKE("window", 0, WINDOW_BYTES_MAX, window_bytes))
		return ERROR_WINDOW;
	if (!TAKE("burst", 0, BURST_MAX, burst))
		return ERROR_BURST;
	if (!TAKE("TOS", 0, 255, tos))
		return ERROR_TOS;
	if (!take_congestion(out, json))
		return ERROR_CONGESTION;
	if (!TAKE("num", 0, BYTES_MAX, bytes) || !TAKE("blockcount", 0, BYTES_MAX, blocks) ||
	    !TAKE("bandwidth", 0, UINT64_MAX, rate_bps) ||
	    !TAKE("fqrate", 0, UINT64_MAX, fq_rate_bps))
		return ERROR_PARAMETERS;
	return take_block_size(out, json);
}
