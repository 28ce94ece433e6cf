// SPDX-License-Identifier: MIT
/* struct net: birth, death and order of the parts of one host's stack. */
#include <string.h>
#include <net/net.h>
#include <net/inet.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

void sysctl_init_core(struct sysctl *s)
{
	s->somaxconn = 4096;
	s->rmem_default = s->wmem_default = 212992;
	s->rmem_max = s->wmem_max = 4u << 20;
	s->netdev_budget = 300;
	s->file_max = 65536;
	s->ip_local_port_range[0] = 32768;
	s->ip_local_port_range[1] = 60999;
	s->ipv6_dad_transmits = 1;
}

static int init_parts(struct net *net)
{
	int err = ipv4_net_init(net);

	if (!err)
		err = ipv6_net_init(net);
	if (!err)
		err = tcp_net_init(net);
	if (!err)
		err = loopback_create(net);
	return err;
}

/* Each part bears being ended without having begun. */
static void exit_parts(struct net *net)
{
	if (net->tcp)
		tcp_net_exit(net);
	loopback_destroy(net);
	if (net->ipv6)
		ipv6_net_exit(net);
	if (net->ipv4)
		ipv4_net_exit(net);
}

static void free_net(struct net *net)
{
	struct port *port = net->port;

	skb_caches_drain(net);
	port->net = NULL;
	port_free(port, net, sizeof(*net));
}

void net_set_trace(struct net *net, const struct net_trace_ops *ops, void *ctx)
{
	net->trace = ops;
	net->trace_ctx = ctx;
}

void net_set_tcp_hooks(struct net *net, const struct tcp_hook_ops *ops, void *ctx)
{
	net->tcp_hooks = ops;
	net->tcp_hooks_ctx = ctx;
}

struct net *net_create(struct port *port)
{
	struct net *net = port_alloc(port, sizeof(*net));

	if (!net)
		return NULL;
	memset(net, 0, sizeof(*net));
	net->port = port;
	net->route_generation = 1;
	INIT_LIST_HEAD(&net->devices);
	INIT_LIST_HEAD(&net->softnet.poll_list);
	timer_wheel_init(&net->timers, port_time_ns(port));
	port->ops->random(port, &net->hash_key, sizeof(net->hash_key));
	skb_caches_init(net);
	sysctl_init_core(&net->sysctl);
	sysctl_init_tcp(&net->sysctl);
	port->net = net;
	if (init_parts(net)) {
		exit_parts(net);
		free_net(net);
		return NULL;
	}
	return net;
}

void net_destroy(struct net *net)
{
	local_bh_disable(net);
	exit_parts(net);
	assert(list_empty(&net->devices));
	assert(net->timers.pending == 0);
	assert(net_objects_alive(net) == 0);
	net->softnet.pending = false;
	net->softnet.bh_disabled--;
	free_net(net);
}

struct port *net_port(struct net *net)
{
	return net->port;
}

struct sysctl *net_sysctl(struct net *net)
{
	return &net->sysctl;
}

uint64_t net_objects_alive(const struct net *net)
{
	return net->skbs_alive + net->blocks_alive;
}
