// SPDX-License-Identifier: MIT
#include "runtime/address4.h"

bool address4_parse(const char *text, size_t len, uint32_t *out)
{
	uint32_t addr = 0, byte = 0;
	unsigned int dots = 0, digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.' && digits && dots < 3) {
			addr = addr << 8 | byte;
			dots++;
			byte = digits = 0;
			continue;
		}
		if (text[i] < '0' || text[i] > '9' || ++digits > 3)
			return false;
		byte = byte * 10 + (uint32_t)(text[i] - '0');
		if (byte > 255)
			return false;
	}
	*out = addr << 8 | byte;
	return dots == 3 && digits;
}
