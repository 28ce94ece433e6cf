// SPDX-License-Identifier: MIT
#include "program.h"

#include <string.h>

#include "harness/packets.h"
#include "ringside_reg_table.h"

#define STEP_BYTES sizeof(struct step)
#define REGISTERS  (sizeof(ringside_regs) / sizeof(ringside_regs[0]))

struct step program_step(const uint8_t *bytes, size_t i)
{
	struct step s;

	memcpy(&s, bytes + i * STEP_BYTES, STEP_BYTES);
	return s;
}

size_t program_steps(size_t len)
{
	const size_t steps = len / STEP_BYTES;

	return steps < PROGRAM_MAX_STEPS ? steps : PROGRAM_MAX_STEPS;
}

static uint16_t random_register(uint32_t *random)
{
	const struct ringside_reg *r = &ringside_regs[next_random(random) % REGISTERS];
	const uint32_t element = r->count ? next_random(random) % r->count : 0;

	return (uint16_t)((r->offset + element * r->stride) / 4);
}

/* Few bits, many bits, small or any number. */
static uint32_t random_value(uint32_t *random)
{
	const uint32_t v = next_random(random);

	switch (next_random(random) % 5) {
	case 0:
		return UINT32_C(1) << v % 32;
	case 1:
		return v % 256;
	case 2:
		return v & next_random(random) & next_random(random);
	case 3:
		return v | next_random(random) | next_random(random);
	default:
		return v;
	}
}

/* A step that does what it says: any bits where any will do. */
static struct step random_step(uint32_t *random)
{
	/* How often, as many times as it is here. */
	static const uint8_t codes[] = {
		STEP_WRITE,   STEP_WRITE,   STEP_WRITE,	  STEP_WRITE,	    STEP_READ,
		STEP_READ,    STEP_TX_RING, STEP_RX_RING, STEP_PACKET,	    STEP_PACKET,
		STEP_TX_DATA, STEP_TX_DATA, STEP_TX_DATA, STEP_TX_DATA,	    STEP_TX_CONTEXT,
		STEP_POKE,    STEP_TAIL,    STEP_TAIL,	  STEP_RX_POST,	    STEP_RX_POST,
		STEP_FRAME,   STEP_FRAME,   STEP_FRAME,	  STEP_FRAME_AGAIN, STEP_TIME,
		STEP_TIME,    STEP_MEMORY,  STEP_PCI,	  STEP_RESET,	    STEP_NETDEV,
		STEP_FAULT,   STEP_PHY,	    STEP_PHY,	  STEP_RAW_ACCESS,
	};
	struct step s = {
		.code = codes[next_random(random) % sizeof(codes)],
		.a = (uint8_t)next_random(random),
		.b = (uint16_t)next_random(random),
		.c = random_value(random),
	};

	switch (s.code) {
	case STEP_WRITE:
	case STEP_READ:
		s.b = random_register(random);
		break;
	case STEP_TX_RING:
	case STEP_RX_RING:
		s.c = (1 + s.c % 32) * 128;
		break;
	case STEP_PACKET:
	case STEP_FRAME:
		s.b = (uint16_t)(s.b % (next_random(random) % 4 ? 1600 : 16500));
		break;
	case STEP_TIME:
		s.a %= 20;
		break;
	}
	return s;
}

struct edit {
	uint8_t *bytes;
	size_t steps, max_steps;
	uint32_t random;
};

static void insert(struct edit *e, size_t at, struct step s)
{
	if (e->steps == e->max_steps)
		return;
	memmove(e->bytes + (at + 1) * STEP_BYTES, e->bytes + at * STEP_BYTES,
		(e->steps - at) * STEP_BYTES);
	memcpy(e->bytes + at * STEP_BYTES, &s, STEP_BYTES);
	e->steps++;
}

static void erase(struct edit *e, size_t at, size_t count)
{
	if (count > e->steps - at)
		count = e->steps - at;
	memmove(e->bytes + at * STEP_BYTES, e->bytes + (at + count) * STEP_BYTES,
		(e->steps - at - count) * STEP_BYTES);
	e->steps -= count;
}

/* A few steps once more, elsewhere. */
static void repeat(struct edit *e, size_t from, size_t to)
{
	const size_t count = 1 + next_random(&e->random) % 6;

	for (size_t i = 0; i < count && from + i < e->steps; i++)
		insert(e, to + i, program_step(e->bytes, from + i));
}

static void change(struct edit *e, size_t at, size_t (*mutate_bytes)(uint8_t *, size_t, size_t))
{
	uint8_t step[STEP_BYTES];

	memcpy(step, e->bytes + at * STEP_BYTES, STEP_BYTES);
	mutate_bytes(step + 1, STEP_BYTES - 1, STEP_BYTES - 1);
	memcpy(e->bytes + at * STEP_BYTES, step, STEP_BYTES);
}

/* Header or step `at` (1 and more). */
static void mutate_once(struct edit *e, size_t (*mutate_bytes)(uint8_t *, size_t, size_t))
{
	const size_t at = 1 + next_random(&e->random) % e->steps;

	switch (next_random(&e->random) % 8) {
	case 0:
		change(e, at < e->steps ? at : 0, mutate_bytes);
		break;
	case 1:
		if (at < e->steps)
			erase(e, at, 1 + next_random(&e->random) % 4);
		break;
	case 2:
		repeat(e, at, 1 + next_random(&e->random) % e->steps);
		break;
	case 3:
		e->bytes[next_random(&e->random) % 2] = (uint8_t)next_random(&e->random);
		break;
	default:
		insert(e, at, random_step(&e->random));
	}
}

size_t program_mutate(uint8_t *bytes, size_t len, size_t max_len, unsigned int seed,
		      size_t (*mutate_bytes)(uint8_t *, size_t, size_t))
{
	struct edit e = {
		.bytes = bytes,
		.steps = program_steps(len),
		.max_steps = program_steps(max_len),
		.random = seed * 2654435761u + 1,
	};

	if (e.max_steps == 0)
		return len;
	if (e.steps == 0) {
		memset(bytes, 0, STEP_BYTES);
		e.steps = 1;
	}
	for (uint32_t n = 1 + next_random(&e.random) % 4; n; n--)
		mutate_once(&e, mutate_bytes);
	return e.steps * STEP_BYTES;
}
