// SPDX-License-Identifier: MIT
#include "icmp_names.h"

#include <stddef.h>
#include <string.h>

struct icmp_name {
	int version;
	const char *type, *code; /* code NULL: none is needed */
	uint8_t type_number, code_number;
};

static const struct icmp_name names[] = {
	{4, "echo_reply", NULL, 0, 0},
	{4, "unreachable", "net_unreachable", 3, 0},
	{4, "unreachable", "host_unreachable", 3, 1},
	{4, "unreachable", "protocol_unreachable", 3, 2},
	{4, "unreachable", "port_unreachable", 3, 3},
	{4, "unreachable", "frag_needed", 3, 4},
	{4, "unreachable", "source_route_failed", 3, 5},
	{4, "unreachable", "net_unknown", 3, 6},
	{4, "unreachable", "host_unknown", 3, 7},
	{4, "unreachable", "net_prohibited", 3, 9},
	{4, "unreachable", "host_prohibited", 3, 10},
	{4, "unreachable", "packet_filtered", 3, 13},
	{4, "source_quench", NULL, 4, 0},
	{4, "redirect", NULL, 5, 0},
	{4, "echo_request", NULL, 8, 0},
	{4, "time_exceeded", "ttl", 11, 0},
	{4, "time_exceeded", "reassembly", 11, 1},
	{4, "parameter_problem", NULL, 12, 0},
	{6, "unreachable", "no_route", 1, 0},
	{6, "unreachable", "admin_prohibited", 1, 1},
	{6, "unreachable", "address_unreachable", 1, 3},
	{6, "unreachable", "port_unreachable", 1, 4},
	{6, "packet_too_big", NULL, 2, 0},
	{6, "time_exceeded", "hop_limit", 3, 0},
	{6, "time_exceeded", "reassembly", 3, 1},
	{6, "parameter_problem", NULL, 4, 0},
	{6, "echo_request", NULL, 128, 0},
	{6, "echo_reply", NULL, 129, 0},
};

bool icmp_lookup(int ip_version, const char *type, const char *code, uint8_t *type_number,
		 uint8_t *code_number)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct icmp_name *n = &names[i];

		if (n->version != ip_version || strcmp(n->type, type) != 0)
			continue;
		if (code ? !n->code || strcmp(n->code, code) != 0 : n->code != NULL)
			continue;
		*type_number = n->type_number;
		*code_number = n->code_number;
		return true;
	}
	return false;
}
