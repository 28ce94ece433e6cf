// SPDX-License-Identifier: MIT
/*
 * A number is a quotient of two long integers; digits come from dividing them as by hand. Simple
 * rather than fast: some microseconds a number.
 */
#include "libc/decimal.h"

#include <assert.h>
#include <stdbool.h>

/* Digits of a text that count; of those behind it only matters whether all are 0. The longest number
 * that lies half-way between two binary64 numbers has 767. */
#define DIGITS_KEPT 780u

/* Enough for 10^(345 + DIGITS_KEPT) shifted by 64. */
#define WORDS 124u

#define FRACTION_BITS 52
#define EXPONENT_BIAS 1075 /* of the fraction read as an integer */
#define EXPONENT_MAX  0x7ff
#define INFINITY_BITS ((uint64_t)EXPONENT_MAX << FRACTION_BITS)

/* Lowest word first; words at and above `used` count as 0. */
struct big {
	unsigned int used;
	uint32_t word[WORDS];
};

static void big_set(struct big *b, uint64_t value)
{
	b->used = 0;
	for (; value; value >>= 32)
		b->word[b->used++] = (uint32_t)value;
}

/* b = b * factor + add */
static void big_multiply(struct big *b, uint32_t factor, uint32_t add)
{
	uint64_t carry = add;

	for (unsigned int i = 0; i < b->used; i++) {
		carry += (uint64_t)b->word[i] * factor;
		b->word[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry) {
		assert(b->used < WORDS);
		b->word[b->used++] = (uint32_t)carry;
	}
}

static void big_multiply_power_of_10(struct big *b, unsigned int power)
{
	for (; power >= 9; power -= 9)
		big_multiply(b, 1000000000, 0);
	for (; power; power--)
		big_multiply(b, 10, 0);
}

static void big_shift_left(struct big *b, unsigned int bits)
{
	const unsigned int words = bits / 32;

	big_multiply(b, 1u << bits % 32, 0);
	if (!b->used || !words)
		return;
	assert(b->used + words <= WORDS);
	for (unsigned int i = b->used; i--;)
		b->word[i + words] = b->word[i];
	for (unsigned int i = 0; i < words; i++)
		b->word[i] = 0;
	b->used += words;
}

static int big_bits(const struct big *b)
{
	return b->used ? (int)b->used * 32 - __builtin_clz(b->word[b->used - 1]) : 0;
}

static int big_compare(const struct big *a, const struct big *b)
{
	if (a->used != b->used)
		return a->used < b->used ? -1 : 1;
	for (unsigned int i = a->used; i--;)
		if (a->word[i] != b->word[i])
			return a->word[i] < b->word[i] ? -1 : 1;
	return 0;
}

/* a -= b; b is not the larger one. */
static void big_subtract(struct big *a, const struct big *b)
{
	uint64_t borrow = 0;

	for (unsigned int i = 0; i < a->used; i++) {
		const uint64_t take = (i < b->used ? b->word[i] : 0) + borrow;

		borrow = a->word[i] < take;
		a->word[i] -= (uint32_t)take;
	}
	while (a->used && !a->word[a->used - 1])
		a->used--;
}

/* Whether a quotient whose remainder is left in n is rounded up: nearest, ties to even. */
static bool rounds_up(struct big *n, const struct big *d, bool odd)
{
	int order;

	big_shift_left(n, 1);
	order = big_compare(n, d);
	return order > 0 || (!order && odd);
}

/* n / d is the number, in [1, 10); returns the exponent that was taken out. */
static int to_quotient(uint64_t bits, struct big *n, struct big *d)
{
	const uint64_t fraction = bits & ((1ull << FRACTION_BITS) - 1);
	const int field = (int)(bits >> FRACTION_BITS) & EXPONENT_MAX;
	const int binary = (field ? field : 1) - EXPONENT_BIAS;
	int exponent;

	big_set(n, field ? fraction | 1ull << FRACTION_BITS : fraction);
	big_set(d, 1);
	/* log10(2) = 0.30103: right, or off by one. */
	exponent = (int)((long)(big_bits(n) - 1 + binary) * 30103 / 100000);
	big_shift_left(binary > 0 ? n : d, (unsigned int)(binary > 0 ? binary : -binary));
	if (exponent > 0)
		big_multiply_power_of_10(d, (unsigned int)exponent);
	else
		big_multiply_power_of_10(n, (unsigned int)-exponent);
	while (big_compare(n, d) < 0) {
		big_multiply(n, 10, 0);
		exponent--;
	}
	for (;;) {
		struct big ten = *d;

		big_multiply(&ten, 10, 0);
		if (big_compare(n, &ten) < 0)
			return exponent;
		*d = ten;
		exponent++;
	}
}

int decimal_from_binary64(uint64_t bits, unsigned int count, uint8_t *digits)
{
	struct big n, d;
	int exponent = to_quotient(bits, &n, &d);

	assert(count && count <= DECIMAL_DIGITS_MAX);
	for (unsigned int i = 0; i < count; i++) {
		if (i)
			big_multiply(&n, 10, 0);
		for (digits[i] = 0; big_compare(&n, &d) >= 0; digits[i]++)
			big_subtract(&n, &d);
	}
	if (!rounds_up(&n, &d, digits[count - 1] & 1))
		return exponent;
	for (unsigned int i = count; i--; digits[i] = 0)
		if (digits[i]++ < 9)
			return exponent;
	digits[0] = 1; /* it was all nines */
	return exponent + 1;
}

static uint64_t compose(uint64_t quotient, int shift)
{
	int field = EXPONENT_BIAS - shift;

	if (quotient >> (FRACTION_BITS + 1)) { /* rounded up to a power of two */
		quotient >>= 1;
		field++;
	}
	if (!(quotient >> FRACTION_BITS))
		return quotient; /* subnormal */
	if (field >= EXPONENT_MAX)
		return INFINITY_BITS;
	return (quotient & ((1ull << FRACTION_BITS) - 1)) | (uint64_t)field << FRACTION_BITS;
}

/* n / d rounded to 53 bits, or fewer where the number is subnormal. */
static uint64_t from_quotient(struct big *n, struct big *d)
{
	/* n * 2^shift / d has 53 bits before the point; or 54, which is seen below. */
	int shift = FRACTION_BITS + 1 - (big_bits(n) - big_bits(d));
	uint64_t quotient = 0;
	struct big twice;

	if (shift > EXPONENT_BIAS - 1)
		shift = EXPONENT_BIAS - 1;
	big_shift_left(shift > 0 ? n : d, (unsigned int)(shift > 0 ? shift : -shift));
	big_shift_left(d, FRACTION_BITS);
	twice = *d;
	big_shift_left(&twice, 1);
	if (big_compare(n, &twice) >= 0) {
		*d = twice;
		shift--;
	}
	for (int i = FRACTION_BITS; i >= 0; i--) {
		quotient <<= 1;
		if (big_compare(n, d) >= 0) {
			big_subtract(n, d);
			quotient |= 1;
		}
		if (i)
			big_shift_left(n, 1);
	}
	return compose(quotient + rounds_up(n, d, quotient & 1), shift);
}

uint64_t decimal_to_binary64(const uint8_t *digits, size_t count, long exponent)
{
	struct big n, d;
	const size_t kept = count < DIGITS_KEPT ? count : DIGITS_KEPT;
	bool more = false;
	long power;

	if (exponent > 310)
		return INFINITY_BITS;
	if (exponent < -345)
		return 0;
	big_set(&n, 0);
	big_set(&d, 1);
	for (size_t i = 0; i < kept; i++)
		big_multiply(&n, 10, digits[i]);
	for (size_t i = kept; i < count; i++)
		more |= digits[i] != 0;
	big_multiply(&n, 10, more);
	power = exponent - (long)kept - 1;
	if (power > 0)
		big_multiply_power_of_10(&n, (unsigned int)power);
	else
		big_multiply_power_of_10(&d, (unsigned int)-power);
	return from_quotient(&n, &d);
}
