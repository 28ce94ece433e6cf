// SPDX-License-Identifier: MIT
/*
 * Soft interrupts and NAPI: the hard interrupt only asks for its NAPI context to be polled; here the
 * contexts are polled, 64 packets each in turn, until nothing is left, 300 packets were handled or
 * 2 ms have passed; what is left then waits, so that tasks run under any load. Hard interrupts may
 * come at any instruction, but on this CPU: they touch nothing but `pending`, `napi_requested`,
 * `tickets` and the request of a context, each by plain loads and stores that may be done twice or be
 * overtaken without harm. So the compiler's order is the order, and no atomic instruction is needed,
 * which would cost as much as 50 others.
 */
#include <net/inet.h>
#include <net/net_namespace.h>

#define NAPI_WEIGHT	64
#define BUDGET_DEFAULT	300
#define TIME_LIMIT_NS	2000000u
#define ROUNDS_PER_CALL 10

static void softnet_run(struct net *net);

static void compiler_barrier(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static bool is_pending(const struct softnet *sn)
{
	return __atomic_load_n(&sn->pending, __ATOMIC_RELAXED);
}

static void set_pending(struct softnet *sn, bool on)
{
	compiler_barrier();
	__atomic_store_n(&sn->pending, on, __ATOMIC_RELAXED);
	compiler_barrier();
}

void softirq_run_pending(struct net *net)
{
	softnet_run(net);
}

void local_bh_disable(struct net *net)
{
	net->softnet.bh_disabled++;
	compiler_barrier();
}

void local_bh_enable(struct net *net)
{
	compiler_barrier();
	assert(net->softnet.bh_disabled > 0);
	if (--net->softnet.bh_disabled == 0 && is_pending(&net->softnet))
		softnet_run(net);
}

void raise_softirq(struct net *net)
{
	set_pending(&net->softnet, true);
}

/* ---- NAPI contexts ---- */

/* Takes those of dev off the network's list, or only napi. */
static void unlink_napis(const struct net_device *dev, const struct napi_struct *napi)
{
	struct napi_struct **at = &dev->net->softnet.napis;

	while (*at) {
		if (napi ? *at == napi : (*at)->dev == dev)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

void netif_napi_del_all(struct net_device *dev)
{
	unlink_napis(dev, NULL);
}

void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int))
{
	unlink_napis(dev, napi); /* when it is added once more */
	*napi = (struct napi_struct){.dev = dev,
				     .poll = poll,
				     .weight = NAPI_WEIGHT,
				     .disabled = true,
				     .next = dev->net->softnet.napis};
	INIT_LIST_HEAD(&napi->poll_node);
	skb_queue_head_init(&napi->gro_list);
	dev->net->softnet.napis = napi;
}

/* Two at once, one in the other's interrupt, may get the same ticket. */
void napi_schedule(struct napi_struct *napi)
{
	struct softnet *sn = &napi->dev->net->softnet;

	if (napi->disabled)
		return;
	if (!__atomic_load_n(&napi->requested, __ATOMIC_RELAXED))
		napi->ticket = ++sn->tickets;
	__atomic_store_n(&napi->requested, true, __ATOMIC_RELAXED);
	compiler_barrier();
	__atomic_store_n(&sn->napi_requested, true, __ATOMIC_RELAXED);
	raise_softirq(napi->dev->net);
}

/* Takes the request back; true: there was one. An interrupt after it is a new one. */
static bool take_request(struct napi_struct *napi)
{
	if (!__atomic_load_n(&napi->requested, __ATOMIC_RELAXED))
		return false;
	__atomic_store_n(&napi->requested, false, __ATOMIC_RELAXED);
	compiler_barrier();
	return true;
}

/* To the end of the poll list, but in the order of tickets behind `first`. */
static void add_to_poll(struct softnet *sn, struct napi_struct *napi, struct list_head *first)
{
	struct list_head *at = sn->poll_list.prev;

	while (at != first &&
	       (int32_t)(list_entry(at, struct napi_struct, poll_node)->ticket - napi->ticket) > 0)
		at = at->prev;
	list_add(&napi->poll_node, at);
}

/* Puts what was requested on the poll list, oldest first. */
static void collect_requests(struct softnet *sn)
{
	struct list_head *first = sn->poll_list.prev;

	if (!__atomic_load_n(&sn->napi_requested, __ATOMIC_RELAXED))
		return;
	__atomic_store_n(&sn->napi_requested, false, __ATOMIC_RELAXED);
	compiler_barrier();
	for (struct napi_struct *n = sn->napis; n; n = n->next)
		if (!n->scheduled && take_request(n)) {
			n->scheduled = true;
			add_to_poll(sn, n, first);
		}
}

void napi_enable(struct napi_struct *napi)
{
	napi->disabled = false;
}

void napi_disable(struct napi_struct *napi)
{
	napi->disabled = true;
	list_del_init(&napi->poll_node);
	napi->scheduled = napi->requested = false;
	napi_gro_purge(napi);
}

bool napi_complete_done(struct napi_struct *napi, int work_done)
{
	(void)work_done;
	if (!napi->scheduled)
		return false;
	if (skb_peek(&napi->gro_list))
		napi_gro_flush(napi);
	napi->scheduled = false;
	if (__atomic_load_n(&napi->requested, __ATOMIC_RELAXED)) { /* meanwhile */
		napi_schedule(napi);
		return false;
	}
	napi->completes++;
	return true;
}

/* Returns how many packets were handled; puts a context with more to do back onto the list. */
static int napi_poll(struct net *net, struct napi_struct *napi, uint64_t now_ns)
{
	int work;

	net->softnet.poll_ns = now_ns;
	take_request(napi);
	napi->polls++;
	net_xmit_batch_begin(net);
	work = napi->poll(napi, napi->weight);
	assert(work >= 0 && work <= napi->weight);
	if (skb_peek(&napi->gro_list))
		napi_gro_flush(napi);
	tcp_batch_end(net);
	net_xmit_batch_end(net);
	if (work == napi->weight && napi->scheduled && list_empty(&napi->poll_node))
		list_add_tail(&napi->poll_node, &net->softnet.poll_list);
	return work;
}

static void net_rx_action(struct net *net, uint64_t start_ns)
{
	int budget = net->sysctl.netdev_budget ? (int)net->sysctl.netdev_budget : BUDGET_DEFAULT;
	struct softnet *sn = &net->softnet;
	uint64_t now_ns = start_ns;

	collect_requests(sn);
	while (!list_empty(&sn->poll_list)) {
		struct napi_struct *napi =
			list_first_entry(&sn->poll_list, struct napi_struct, poll_node);

		list_del_init(&napi->poll_node);
		budget -= napi_poll(net, napi, now_ns);
		if (list_empty(&sn->poll_list))
			break;
		now_ns = port_time_ns(net->port);
		if (budget <= 0 || now_ns - start_ns >= TIME_LIMIT_NS) {
			NET_INC(net, SoftnetTimeSqueezed);
			raise_softirq(net);
			break;
		}
	}
}

/* ---- running ---- */

static void softnet_round(struct net *net, uint64_t now_ns)
{
	set_pending(&net->softnet, false);
	NET_INC(net, SoftnetRounds);
	timer_wheel_run(&net->timers, now_ns);
	net_rx_action(net, now_ns);
	net_tx_action(net);
}

/* Soft interrupts never nest: bh_disabled keeps them out while they run. */
static void softnet_run(struct net *net)
{
	struct softnet *sn = &net->softnet;
	unsigned int rounds = 0;
	uint64_t start_ns, now_ns;

	assert(!sn->bh_disabled && !sn->running);
	sn->bh_disabled++;
	sn->running = true;
	start_ns = now_ns = port_time_ns(net->port);
	for (;;) {
		softnet_round(net, now_ns);
		if (!is_pending(sn) || ++rounds == ROUNDS_PER_CALL)
			break;
		now_ns = port_time_ns(net->port);
		if (now_ns - start_ns >= TIME_LIMIT_NS)
			break;
	}
	sn->running = false;
	sn->bh_disabled--;
}

void net_irq_exit(struct net *net)
{
	if (net->softnet.bh_disabled)
		return;
	if (is_pending(&net->softnet) || timer_wheel_next(&net->timers) <= port_time_ns(net->port))
		softnet_run(net);
}

uint64_t net_softirq(struct net *net)
{
	assert(!net->softnet.bh_disabled);
	softnet_run(net);
	return is_pending(&net->softnet) ? 0 : timer_wheel_next(&net->timers);
}

uint64_t net_next_timer(struct net *net)
{
	return timer_wheel_next(&net->timers);
}
