// SPDX-License-Identifier: MIT
/* Names of counters and drop reasons (mib.h, drop_reason.h) for whoever prints them; and the counter
 * of what no layer of the stack owns: memory that was not there. */
#include <net/net_namespace.h>

static const char *const mib_names[MIB_COUNT] = {
#define NAME(name) [MIB_##name] = #name,
	NET_MIB_ALL(NAME)
#undef NAME
};

static const char *const drop_names[SKB_DROP_COUNT] = {
#define NAME(name) [SKB_DROP_##name] = "SkbDrop" #name,
	NET_DROP_ALL(NAME)
#undef NAME
};

void port_alloc_failed(struct port *p)
{
	if (p->net)
		NET_INC(p->net, LimitMemory);
}

void net_mib_for_each(struct net *net, net_mib_visit visit, void *ctx)
{
	for (unsigned int i = 0; i < MIB_COUNT; i++)
		visit(ctx, mib_names[i], net->mib[i]);
	for (unsigned int i = 0; i < SKB_DROP_COUNT; i++)
		visit(ctx, drop_names[i], net->drops[i]);
}
