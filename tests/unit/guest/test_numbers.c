// SPDX-License-Identifier: MIT
/*
 * The guest's strtod and %g against the C library of this machine, which rounds correctly: for numbers
 * of every size, and for texts half-way between two numbers. strtod is the guest's here (rules.mk).
 */
#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libc/decimal.h"
#include "libc/format.h"

#undef snprintf
/* This machine's. */
double machine_strtod(const char *text, char **end) __asm__("strtod");
int snprintf(char *buf, size_t size, const char *fmt, ...);
int guest_snprintf_chk(char *buf, size_t size, int flag, size_t room, const char *fmt, ...);

static uint64_t random_state;

static uint64_t random_bits(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return random_state ^ random_state >> 29;
}

static double from_bits(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static void check_format(const char *fmt, int precision, double value)
{
	char ours[100], theirs[100];

	guest_snprintf_chk(ours, sizeof(ours), 0, sizeof(ours), fmt, precision, value);
	snprintf(theirs, sizeof(theirs), fmt, precision, value);
	ck_assert_str_eq(ours, theirs);
}

static void check_parse(const char *text)
{
	char *ours_end, *theirs_end;
	const double ours = strtod(text, &ours_end), theirs = machine_strtod(text, &theirs_end);

	ck_assert_msg(bits_of(ours) == bits_of(theirs), "%s: %a, not %a", text, ours, theirs);
	ck_assert_ptr_eq(ours_end, theirs_end);
}

START_TEST(formats_as_this_machine_does)
{
	random_state = 1;
	for (int i = 0; i < 30000; i++) {
		const double value = from_bits(random_bits());

		if (!isfinite(value))
			continue;
		check_format("%.*g", 17, value);
		check_format("%.*g", 15, value);
		check_format("%.*g", (int)(random_bits() % 20), value);
	}
}
END_TEST

START_TEST(formats_plain_and_odd_numbers)
{
	static const double values[] = {
		0,
		-0.0,
		1,
		-1,
		0.1,
		0.5,
		1.5,
		2.5,
		9.5,
		99.5,
		0.0001,
		0.00001,
		123456,
		1234567,
		999999.5,
		9999995,
		1e15,
		1e16,
		1e17,
		1e22,
		1e23,
		5e-324,
		2.2250738585072014e-308,
		1.7976931348623157e308,
		9007199254740993.0,
		INFINITY,
		-INFINITY,
		NAN,
		0.3,
		1e-5,
		100,
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (int precision = 0; precision < 20; precision++)
			check_format("%.*g", precision, values[i]);
	check_format("[%*g]", 12, 1.25);
	check_format("[%-*g]", 12, -1.25);
}
END_TEST

START_TEST(a_long_number_fits_its_room)
{
	char buf[8];
	const int len =
		guest_snprintf_chk(buf, sizeof(buf), 0, sizeof(buf), "%.17g|%d", 1.0 / 3, 7);

	ck_assert_int_eq(len, (int)strlen("0.33333333333333331|7"));
	ck_assert_str_eq(buf, "0.33333");
}
END_TEST

START_TEST(parses_what_was_printed)
{
	char text[64];

	random_state = 2;
	for (int i = 0; i < 30000; i++) {
		const double value = from_bits(random_bits());

		if (!isfinite(value))
			continue;
		snprintf(text, sizeof(text), "%.*g", (int)(1 + random_bits() % 25), value);
		check_parse(text);
	}
}
END_TEST

/* Exactly between two numbers, and a little to each side, far behind the point. */
START_TEST(parses_ties_to_even)
{
	char text[1200];

	random_state = 3;
	for (int i = 0; i < 2000; i++) {
		const uint64_t bits = random_bits() & ~(1ull << 63);
		long double middle;
		int len;

		if (bits >= 0x7fe0000000000000)
			continue;
		middle = ((long double)from_bits(bits) + (long double)from_bits(bits + 1)) / 2;
		len = snprintf(text, sizeof(text), "%.1000Le", middle);
		ck_assert_int_lt(len, (int)sizeof(text));
		check_parse(text);
		text[900] = '1';
		check_parse(text);
	}
}
END_TEST

START_TEST(parses_plain_and_odd_texts)
{
	static const char *const texts[] = {
		"",
		"-",
		"+",
		".",
		"-.",
		"e5",
		"1e",
		"1e+",
		"1.",
		".5",
		"-.5e1",
		"00012",
		"0.000",
		"1e400",
		"-1e400",
		"1e-400",
		"1e999999999999999999999",
		"1e-999999999999999999999",
		"0e99999999",
		"4.9e-324",
		"2.4e-324",
		"2.5e-324",
		"1.7976931348623158e308",
		"1.7976931348623159e308",
		"2.2250738585072011e-308",
		"9007199254740993",
		"18446744073709551615",
		"1.5abc",
		"3,4",
		"0.1e+1x",
		"123456789012345678901234567890",
	};
	char zeros[3000];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_parse(texts[i]);
	memset(zeros, '0', sizeof(zeros));
	zeros[1] = '.';
	memcpy(zeros + 2000, "17e1999", 8);
	check_parse(zeros);
	memset(zeros, '9', 2000);
	zeros[2000] = 0;
	check_parse(zeros);
	memcpy(zeros + 1990, "e-1990", 7);
	check_parse(zeros);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("numbers");
	TCase *tc = tcase_create("numbers");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, formats_as_this_machine_does);
	tcase_add_test(tc, formats_plain_and_odd_numbers);
	tcase_add_test(tc, a_long_number_fits_its_room);
	tcase_add_test(tc, parses_what_was_printed);
	tcase_add_test(tc, parses_ties_to_even);
	tcase_add_test(tc, parses_plain_and_odd_texts);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
