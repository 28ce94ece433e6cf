/* SPDX-License-Identifier: MIT */
/* The fuzzer's bytes, taken from the front; after the end come zeros. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t take8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static inline uint16_t take16(struct input *in)
{
	const uint16_t high = take8(in);

	return (uint16_t)(high << 8 | take8(in));
}

static inline uint32_t take32(struct input *in)
{
	const uint32_t high = take16(in);

	return high << 16 | take16(in);
}

static inline void take_bytes(struct input *in, void *to, size_t len)
{
	const size_t n = len < in->left ? len : in->left;

	memcpy(to, in->at, n);
	memset((uint8_t *)to + n, 0, len - n);
	in->at += n;
	in->left -= n;
}

/* One of the entries of an array. */
#define TAKE_ONE_OF(in, array) ((array)[take8(in) % (sizeof(array) / sizeof((array)[0]))])

#endif
