/* SPDX-License-Identifier: MIT */
/*
 * IEEE 754 binary64 numbers to decimal digits and back, exactly: long integers, correctly rounded,
 * ties to even. Numbers are handed over as their bits, so that this needs no floating-point registers.
 */
#ifndef LIBC_DECIMAL_H
#define LIBC_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#define DECIMAL_DIGITS_MAX 40u /* more are never asked for; 17 tell all binary64 numbers apart */

/*
 * The first `count` (1..DECIMAL_DIGITS_MAX) digits, 0..9 each, of a finite positive number.
 * Returns the exponent: the number is d.ddd * 10^exponent.
 */
int decimal_from_binary64(uint64_t bits, unsigned int count, uint8_t *digits);

/*
 * The number nearest to 0.ddd * 10^exponent: `count` digits, 0..9 each, the first not 0. Too large: infinity;
 * too small: 0.
 */
uint64_t decimal_to_binary64(const uint8_t *digits, size_t count, long exponent);

#endif
