// SPDX-License-Identifier: MIT
#include "inet_text.h"

#include <arpa/inet.h>

bool inet_from_text(int ip_version, const char *text, uint8_t *bytes)
{
	return inet_pton(ip_version == 4 ? AF_INET : AF_INET6, text, bytes) == 1;
}
