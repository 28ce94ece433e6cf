// SPDX-License-Identifier: MIT
/* Which protocol serves socket(AF_INET or AF_INET6, type, protocol). */
#include "file.h"

#define IPPROTO_MAX 263

static const struct inet_protosw inetsw[] = {
	{SOCK_STREAM, IPPROTO_TCP, &tcp_prot},
	{SOCK_DGRAM, IPPROTO_UDP, &udp_prot},
};

const struct inet_protosw *inet_protosw_find(int domain, int type, int protocol, int *err)
{
	const size_t rows = sizeof(inetsw) / sizeof(inetsw[0]);

	if (domain != AF_INET && domain != AF_INET6) {
		*err = -EAFNOSUPPORT;
		return NULL;
	}
	*err = -EINVAL;
	if (protocol < 0 || protocol >= IPPROTO_MAX)
		return NULL;
	*err = -ESOCKTNOSUPPORT;
	for (const struct inet_protosw *row = inetsw; row < inetsw + rows; row++) {
		if (row->type != type)
			continue;
		if (protocol == IPPROTO_IP || protocol == row->protocol)
			return row;
		*err = -EPROTONOSUPPORT;
	}
	return NULL;
}
