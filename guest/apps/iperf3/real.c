// SPDX-License-Identifier: MIT
/*
 * Numbers with a fraction, which only JSON has here: everything else counts in integers. In the guest
 * this file is compiled with vector registers (guest/rules.mk).
 */
#include "apps/iperf3/internal.h"

#define SCALED_MAX (1ull << 62)
#define COUNT_MAX  (1ull << 53) /* all whole numbers up to it are exact */

json_t *json_ratio(uint64_t numerator, uint64_t denominator)
{
	return json_real(denominator ? (double)numerator / (double)denominator : 0);
}

json_t *json_per_second(uint64_t amount, uint64_t ns)
{
	return json_real(ns ? (double)amount * (double)NS_PER_S / (double)ns : 0);
}

uint64_t json_scaled(const json_t *json, uint64_t scale)
{
	const double value = json_number_value(json) * (double)scale;

	if (!(value > 0))
		return 0;
	return value < (double)SCALED_MAX ? (uint64_t)value : SCALED_MAX;
}

bool json_count(const json_t *json, uint64_t *out)
{
	const double value = json_number_value(json);

	if (!json_is_number(json) || !(value >= 0 && value <= (double)COUNT_MAX))
		return false;
	*out = (uint64_t)value;
	return true;
}
