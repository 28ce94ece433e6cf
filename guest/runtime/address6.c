// SPDX-License-Identifier: MIT
#include "runtime/address6.h"

#include <stdio.h>
#include <string.h>

#define GROUPS 8u

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One to four digits at text; how many, 0: none or too many. */
static size_t parse_group(const char *text, size_t len, uint16_t *out)
{
	size_t n = 0;

	*out = 0;
	for (; n < len && hex_digit(text[n]) >= 0; n++)
		*out = (uint16_t)(*out << 4 | hex_digit(text[n]));
	return n <= 4 ? n : 0;
}

bool address6_parse(const char *text, size_t len, struct in6_addr *out)
{
	uint16_t groups[GROUPS];
	unsigned int count = 0, gap = GROUPS + 1; /* gap: groups before "::" */
	size_t at = 0;

	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		gap = 0;
		at = 2;
	}
	while (at < len) {
		size_t n = count < GROUPS ? parse_group(text + at, len - at, &groups[count]) : 0;

		if (!n)
			return false;
		count++;
		at += n;
		if (at == len)
			break;
		if (text[at++] != ':' || at == len)
			return false;
		if (text[at] != ':')
			continue;
		if (gap <= GROUPS) /* a second one */
			return false;
		gap = count;
		at++;
	}
	if (gap > GROUPS ? count != GROUPS : count >= GROUPS)
		return false;
	memset(out, 0, sizeof(*out));
	for (unsigned int i = 0; i < count; i++)
		out->s6_addr16[i < gap ? i : GROUPS - count + i] = htons(groups[i]);
	return true;
}

/* The longest run of zero groups, at least two; its start, GROUPS: none. */
static unsigned int longest_gap(const struct in6_addr *addr, unsigned int *length)
{
	unsigned int start = GROUPS;

	*length = 1;
	for (unsigned int i = 0; i < GROUPS; i++) {
		unsigned int n = 0;

		while (i + n < GROUPS && !addr->s6_addr16[i + n])
			n++;
		if (n > *length) {
			start = i;
			*length = n;
		}
	}
	return start;
}

void address6_format(const struct in6_addr *addr, char *out)
{
	unsigned int length, gap = longest_gap(addr, &length), i = 0;
	size_t at = 0;

	while (i < GROUPS) {
		const size_t room = ADDRESS6_TEXT_SIZE - at;

		if (i == gap) {
			at += (size_t)snprintf(out + at, room, "%s", i ? ":" : "::");
			i += length;
			continue;
		}
		at += (size_t)snprintf(out + at, room, i < GROUPS - 1 ? "%x:" : "%x",
				       ntohs(addr->s6_addr16[i]));
		i++;
	}
}
