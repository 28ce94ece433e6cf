// SPDX-License-Identifier: MIT
#include "tcp_options.h"

#include <string.h>

#define KIND_MSS      2
#define KIND_WSCALE   3
#define KIND_SACK_OK  4
#define KIND_SACK     5
#define KIND_TS	      8
#define KIND_MD5      19
#define KIND_AO	      29
#define KIND_FASTOPEN 34
#define KIND_EXP      254

static const uint8_t fastopen_magic[2] = {0xf9, 0x89};

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return get16(at) << 16 | get16(at + 2);
}

/* ---- to bytes ---- */

/* Kind, length and the option's bytes. */
static unsigned int put_bytes(uint8_t *at, uint8_t kind, const uint8_t *bytes, unsigned int count)
{
	at[0] = kind;
	at[1] = (uint8_t)(2 + count);
	memcpy(at + 2, bytes, count);
	return 2 + count;
}

static unsigned int put_sack(uint8_t *at, const struct option_spec *o)
{
	at[0] = KIND_SACK;
	at[1] = (uint8_t)(2 + 8 * o->count);
	for (unsigned int i = 0; i < o->count; i++) {
		put32(at + 2 + 8 * i, o->block[i].start);
		put32(at + 6 + 8 * i, o->block[i].end);
	}
	return at[1];
}

static unsigned int put_option(uint8_t *at, const struct option_spec *o)
{
	uint8_t bytes[2 + OPTION_BYTES_MAX];

	switch (o->kind) {
	case OPTION_EOL:
		at[0] = 0;
		return 1;
	case OPTION_NOP:
		at[0] = 1;
		return 1;
	case OPTION_MSS:
		put16(bytes, o->value);
		return put_bytes(at, KIND_MSS, bytes, 2);
	case OPTION_WSCALE:
		bytes[0] = (uint8_t)o->value;
		return put_bytes(at, KIND_WSCALE, bytes, 1);
	case OPTION_SACK_OK:
		return put_bytes(at, KIND_SACK_OK, bytes, 0);
	case OPTION_SACK:
		return put_sack(at, o);
	case OPTION_TS:
		put32(bytes, o->value);
		put32(bytes + 4, o->echo);
		return put_bytes(at, KIND_TS, bytes, 8);
	case OPTION_FO:
		return put_bytes(at, KIND_FASTOPEN, o->bytes, o->count);
	case OPTION_FO_EXP:
		memcpy(bytes, fastopen_magic, 2);
		memcpy(bytes + 2, o->bytes, o->count);
		return put_bytes(at, KIND_EXP, bytes, 2 + o->count);
	case OPTION_MD5:
		return put_bytes(at, KIND_MD5, o->bytes, o->count);
	case OPTION_AO:
		bytes[0] = (uint8_t)o->value;
		bytes[1] = (uint8_t)o->echo;
		memcpy(bytes + 2, o->bytes, o->count);
		return put_bytes(at, KIND_AO, bytes, 2 + o->count);
	case OPTION_RAW:
		memcpy(at, o->bytes, o->count);
		return o->count;
	}
	return 0;
}

bool options_encode(const struct option_spec *list, struct tcp_fields *out)
{
	uint8_t one[4 + OPTION_BYTES_MAX];

	out->options_len = 0;
	memset(out->options, 0, sizeof(out->options));
	for (; list; list = list->next) {
		unsigned int len = put_option(one, list);

		if (out->options_len + len > TCP_OPTIONS_MAX)
			return false;
		memcpy(out->options + out->options_len, one, len);
		out->options_len += len;
	}
	out->options_len = (out->options_len + 3) & ~3u;
	return true;
}

/* ---- from bytes ---- */

static bool get_sack(const uint8_t *data, unsigned int len, struct option_spec *o)
{
	o->kind = OPTION_SACK;
	o->count = len / 8;
	if (!len || len % 8 || o->count > SACK_BLOCKS_MAX)
		return false;
	for (unsigned int i = 0; i < o->count; i++) {
		o->block[i].start = get32(data + 8 * i);
		o->block[i].end = get32(data + 8 * i + 4);
	}
	return true;
}

static void get_bytes(const uint8_t *data, unsigned int len, enum option_kind kind,
		      struct option_spec *o)
{
	o->kind = kind;
	o->count = len;
	memcpy(o->bytes, data, len);
}

/* An option that has a length; data is what follows it. */
static bool get_option(uint8_t kind, const uint8_t *data, unsigned int len, struct option_spec *o)
{
	switch (kind) {
	case KIND_MSS:
		o->kind = OPTION_MSS;
		o->value = get16(data);
		return len == 2;
	case KIND_WSCALE:
		o->kind = OPTION_WSCALE;
		o->value = data[0];
		return len == 1;
	case KIND_SACK_OK:
		o->kind = OPTION_SACK_OK;
		return len == 0;
	case KIND_SACK:
		return get_sack(data, len, o);
	case KIND_TS:
		o->kind = OPTION_TS;
		o->value = get32(data);
		o->echo = get32(data + 4);
		return len == 8;
	case KIND_MD5:
		get_bytes(data, len, OPTION_MD5, o);
		return len == 16;
	case KIND_AO:
		if (len < 2)
			return false;
		get_bytes(data + 2, len - 2, OPTION_AO, o);
		o->value = data[0];
		o->echo = data[1];
		return true;
	case KIND_FASTOPEN:
		get_bytes(data, len, OPTION_FO, o);
		return true;
	case KIND_EXP:
		if (len < 2 || memcmp(data, fastopen_magic, 2) != 0)
			break;
		get_bytes(data + 2, len - 2, OPTION_FO_EXP, o);
		return true;
	default:
		break;
	}
	get_bytes(data - 2, len + 2, OPTION_RAW, o);
	return true;
}

int options_decode(const struct tcp_fields *tcp, struct option_spec *out, unsigned int max)
{
	/* Readers may look a little beyond an option that is too short. */
	uint8_t at[TCP_OPTIONS_MAX + 16] = {0};
	unsigned int i = 0, count = 0;

	memcpy(at, tcp->options, tcp->options_len);
	while (i < tcp->options_len && count < max) {
		struct option_spec *o = &out[count++];

		memset(o, 0, sizeof(*o));
		if (at[i] <= 1) {
			o->kind = at[i++] ? OPTION_NOP : OPTION_EOL;
			continue;
		}
		if (i + 1 >= tcp->options_len || at[i + 1] < 2 || i + at[i + 1] > tcp->options_len)
			return -1;
		if (!get_option(at[i], at + i + 2, at[i + 1] - 2u, o))
			return -1;
		i += at[i + 1];
	}
	return (int)count;
}

/* ---- for people ---- */

static void print_bytes(FILE *to, const char *name, const struct option_spec *o)
{
	fprintf(to, "%s%s", name, o->count ? " " : "");
	for (unsigned int i = 0; i < o->count; i++)
		fprintf(to, "%02x", o->bytes[i]);
}

void option_print(FILE *to, const struct option_spec *o)
{
	switch (o->kind) {
	case OPTION_EOL:
		fputs("eol", to);
		break;
	case OPTION_NOP:
		fputs("nop", to);
		break;
	case OPTION_MSS:
		fprintf(to, "mss %u", o->value);
		break;
	case OPTION_WSCALE:
		fprintf(to, "wscale %u", o->value);
		break;
	case OPTION_SACK_OK:
		fputs("sackOK", to);
		break;
	case OPTION_SACK:
		fputs("sack", to);
		for (unsigned int i = 0; i < o->count; i++)
			fprintf(to, " %u:%u", o->block[i].start, o->block[i].end);
		break;
	case OPTION_TS:
		fprintf(to, "TS val %u ecr %u", o->value, o->echo);
		break;
	case OPTION_FO:
		print_bytes(to, "FO", o);
		break;
	case OPTION_FO_EXP:
		print_bytes(to, "FOEXP", o);
		break;
	case OPTION_MD5:
		print_bytes(to, "md5", o);
		break;
	case OPTION_AO:
		fprintf(to, "ao %u %u", o->value, o->echo);
		break;
	case OPTION_RAW:
		print_bytes(to, "raw", o);
		break;
	}
}
