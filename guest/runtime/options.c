// SPDX-License-Identifier: MIT
#include "runtime/options.h"

#include "apps/iperf3/iperf3.h"
#include "runtime/address4.h"
#include "runtime/address6.h"

#include <stdio.h>
#include <string.h>

/* A piece of the command line, not terminated. */
struct word {
	const char *at;
	size_t len;
};

struct option {
	const char *name;
	const char *takes; /* shown when the value is wrong */
	bool (*set)(struct options *o, struct word value);
};

static bool word_is(struct word w, const char *text)
{
	return w.len == strlen(text) && !memcmp(w.at, text, w.len);
}

/* Takes what is before the first `separator` off the front of w. */
static struct word word_cut(struct word *w, char separator)
{
	const char *end = memchr(w->at, separator, w->len);
	struct word head = {w->at, end ? (size_t)(end - w->at) : w->len};
	size_t gone = end ? head.len + 1 : head.len;

	w->at += gone;
	w->len -= gone;
	return head;
}

static bool word_number(struct word w, uint32_t max, uint32_t *out)
{
	uint64_t value = 0;

	if (!w.len || w.len > 10)
		return false;
	for (size_t i = 0; i < w.len; i++) {
		if (w.at[i] < '0' || w.at[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(w.at[i] - '0');
	}
	*out = (uint32_t)value;
	return value <= max;
}

static bool word_address(struct word w, uint32_t *out)
{
	return address4_parse(w.at, w.len, out);
}

static bool set_ip(struct options *o, struct word value)
{
	struct word own = word_cut(&value, ',');
	struct word addr = word_cut(&own, '/');

	if (word_is(addr, "dhcp"))
		return !own.len && !value.len;
	o->dhcp = false;
	if (value.len && !word_address(value, &o->ip_gateway))
		return false;
	return word_address(addr, &o->ip_addr) && word_number(own, 32, &o->ip_prefix_len);
}

static bool set_ip6(struct options *o, struct word value)
{
	struct word own = word_cut(&value, ',');
	struct word addr = word_cut(&own, '/');
	const bool off = word_is(addr, "off");

	if (off || word_is(addr, "auto")) {
		o->ip6 = off ? OPTION_IP6_OFF : OPTION_IP6_AUTO;
		return !own.len && !value.len;
	}
	o->ip6 = OPTION_IP6_STATIC;
	if (value.len && !address6_parse(value.at, value.len, &o->ip6_gateway))
		return false;
	return address6_parse(addr.at, addr.len, &o->ip6_addr) &&
	       word_number(own, 128, &o->ip6_prefix_len) && o->ip6_prefix_len;
}

static bool set_app(struct options *o, struct word value)
{
	o->app_http = o->app_echo = o->app_discard = o->app_iperf3 = false;
	while (value.len) {
		struct word app = word_cut(&value, ',');

		if (word_is(app, "http"))
			o->app_http = true;
		else if (word_is(app, "echo"))
			o->app_echo = true;
		else if (word_is(app, "discard"))
			o->app_discard = true;
		else if (word_is(app, "iperf3"))
			o->app_iperf3 = true;
		else
			return false;
	}
	return o->app_http || o->app_echo || o->app_discard || o->app_iperf3;
}

static bool on_off(struct word value, bool *out)
{
	*out = word_is(value, "on");
	return *out || word_is(value, "off");
}

/* The algorithms of stack/tcp. */
static bool set_cc(struct options *o, struct word value)
{
	static const char *const names[] = {"reno", "cubic", "bbr", "dctcp"};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (word_is(value, names[i]))
			o->congestion_control = names[i];
	return o->congestion_control;
}

static bool set_tso(struct options *o, struct word value)
{
	return on_off(value, &o->tso);
}

static bool set_csum(struct options *o, struct word value)
{
	return on_off(value, &o->csum);
}

static bool set_gro(struct options *o, struct word value)
{
	return on_off(value, &o->gro);
}

static bool set_itr(struct options *o, struct word value)
{
	if (word_is(value, "auto")) {
		o->itr_us = OPTION_ITR_AUTO;
		return true;
	}
	if (word_is(value, "off")) {
		o->itr_us = OPTION_ITR_OFF;
		return true;
	}
	if (value.len > 2 && !memcmp(value.at + value.len - 2, "us", 2))
		value.len -= 2;
	return word_number(value, 16000, &o->itr_us) && o->itr_us;
}

static bool set_irq(struct options *o, struct word value)
{
	static const char *const kinds[] = {"msix", "msi", "intx"};

	for (unsigned int i = 0; i < 3; i++) {
		if (word_is(value, kinds[i])) {
			o->irq = (enum option_irq)i;
			return true;
		}
	}
	return false;
}

static bool set_rings(struct options *o, struct word value)
{
	return word_number(value, 4096, &o->ring_descriptors) && o->ring_descriptors >= 32 &&
	       o->ring_descriptors % 8 == 0;
}

static const struct option option_table[] = {
	{"ip", "dhcp or ADDRESS/PREFIX[,GATEWAY], as 10.0.2.15/24,10.0.2.2", set_ip},
	{"ip6", "off, auto or ADDRESS/PREFIX[,GATEWAY], as fd00::2/64,fd00::1", set_ip6},
	{"app", "a list of http, echo, discard, iperf3", set_app},
	{"cc", "reno, cubic, bbr or dctcp", set_cc},
	{"tso", "on or off", set_tso},
	{"csum", "on or off", set_csum},
	{"gro", "on or off", set_gro},
	{"itr", "auto, off or 1..16000 microseconds", set_itr},
	{"irq", "msix, msi or intx", set_irq},
	{"rings", "a multiple of 8 from 32 to 4096", set_rings},
};

#define OPTION_COUNT (sizeof(option_table) / sizeof(option_table[0]))

/* A run of the iperf3 client: its options say themselves what is wrong with them. */
static bool set_iperf3(struct options *o, struct word value, char *error, size_t error_size)
{
	struct iperf3_settings settings;

	if (o->iperf3_runs == OPTION_IPERF3_MAX) {
		snprintf(error, error_size,
			 "there are more than %u words iperf3=", OPTION_IPERF3_MAX);
		return false;
	}
	if (!iperf3_settings_parse(&settings, value.at, value.len, error, error_size))
		return false;
	o->iperf3[o->iperf3_runs++] = (struct option_text){value.at, value.len};
	return true;
}

static bool set_word(struct options *o, struct word word, char *error, size_t error_size)
{
	struct word value = word, name = word_cut(&value, '=');

	if (word_is(name, "iperf3"))
		return set_iperf3(o, value, error, error_size);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!word_is(name, option_table[i].name))
			continue;
		if (option_table[i].set(o, value))
			return true;
		snprintf(error, error_size, "option '%.*s': %s takes %s", (int)word.len, word.at,
			 option_table[i].name, option_table[i].takes);
		return false;
	}
	snprintf(error, error_size,
		 "unknown option '%.*s': there are ip ip6 app cc tso csum gro itr irq rings "
		 "iperf3",
		 (int)word.len, word.at);
	return false;
}

bool options_parse(struct options *o, const char *command_line, char *error, size_t error_size)
{
	struct word rest = {command_line, strlen(command_line)};

	*o = (struct options){
		.dhcp = true,
		.app_http = true,
		.app_echo = true,
		.app_discard = true,
		.app_iperf3 = true,
		.tso = true,
		.csum = true,
		.gro = true,
		.ring_descriptors = 256,
	};
	while (rest.len) {
		struct word word = word_cut(&rest, ' ');

		if (word.len && !set_word(o, word, error, error_size))
			return false;
	}
	return true;
}
