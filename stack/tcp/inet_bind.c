// SPDX-License-Identifier: MIT
/*
 * Local ports: who has which, what bind() may share, and which one connect() takes (RFC 6056,
 * algorithm 4, "double-hash": a keyed offset for the destination plus a table of counters that
 * each use moves on, so that ports are hard to guess and reused late).
 */
#include <net/tcp.h>

#define PERTURB_SIZE (sizeof(((struct inet_hashinfo *)0)->table_perturb) / sizeof(uint16_t))

static struct list_head *bhash_chain(struct net *net, uint16_t port)
{
	return &net->tcp->hashinfo.bhash[port % INET_BHASH_SIZE];
}

static struct inet_bind_bucket *bucket_find(struct net *net, uint16_t port)
{
	struct inet_bind_bucket *tb;

	list_for_each_entry(tb, bhash_chain(net, port), node) {
		if (tb->port == port)
			return tb;
	}
	return NULL;
}

static struct inet_bind_bucket *bucket_create(struct net *net, uint16_t port)
{
	struct inet_bind_bucket *tb = port_alloc(net->port, sizeof(*tb));

	if (!tb)
		return NULL;
	*tb = (struct inet_bind_bucket){.port = port};
	INIT_LIST_HEAD(&tb->owners);
	list_add(&tb->node, bhash_chain(net, port));
	return tb;
}

void inet_bind_bucket_put(struct net *net, struct inet_bind_bucket *tb)
{
	if (!list_empty(&tb->owners) || tb->tw_count)
		return;
	list_del_init(&tb->node);
	port_free(net->port, tb, sizeof(*tb));
}

static void bind_to(struct sock *sk, struct inet_bind_bucket *tb)
{
	sk->sk_num = tb->port;
	inet_csk(sk)->icsk_bind_hash = tb;
	list_add(&inet_csk(sk)->icsk_bind_node, &tb->owners);
}

void inet_put_port(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct inet_bind_bucket *tb = icsk->icsk_bind_hash;

	if (!tb)
		return;
	list_del_init(&icsk->icsk_bind_node);
	icsk->icsk_bind_hash = NULL;
	sk->sk_num = 0;
	inet_bind_bucket_put(sk->sk_net, tb);
}

void inet_inherit_port(struct sock *parent, struct sock *child)
{
	INIT_LIST_HEAD(&inet_csk(child)->icsk_bind_node);
	bind_to(child, inet_csk(parent)->icsk_bind_hash);
}

/*
 * SO_REUSEADDR on both lets them share unless one listens; SO_REUSEPORT on both always. Ports that
 * connect() chose are shared only under the same rules.
 */
static bool bind_conflict(const struct sock *sk, const struct inet_bind_bucket *tb)
{
	struct inet_connection_sock *icsk;

	if (tb->tw_count && !sk->sk_reuse && inet_csk(sk)->icsk_bind_hash != tb)
		return true;
	list_for_each_entry(icsk, &tb->owners, icsk_bind_node) {
		const struct sock *other = &icsk->inet.sk;

		if (other == sk || !inet_rcv_saddr_overlap(sk, other))
			continue;
		if (sk->sk_reuseport && other->sk_reuseport)
			continue;
		if (sk->sk_reuse && other->sk_reuse && other->sk_state != TCP_LISTEN)
			continue;
		return true;
	}
	return false;
}

static uint32_t random_u32(struct net *net)
{
	uint32_t v;

	net->port->ops->random(net->port, &v, sizeof(v));
	return v;
}

/* A port that nobody has, or that sk may share. NULL: none left, or no memory. */
static struct inet_bind_bucket *bind_any(struct sock *sk)
{
	struct net *net = sk->sk_net;
	const uint32_t low = net->sysctl.ip_local_port_range[0];
	const uint32_t count = net->sysctl.ip_local_port_range[1] - low + 1u;
	const uint32_t start = random_u32(net) % count;

	for (uint32_t i = 0; i < count; i++) {
		uint16_t port = (uint16_t)(low + (start + i) % count);
		struct inet_bind_bucket *tb = bucket_find(net, port);

		if (!tb)
			return bucket_create(net, port);
	}
	NET_INC(net, LimitTcpPorts);
	return NULL;
}

int inet_csk_get_port(struct sock *sk, uint16_t port)
{
	struct net *net = sk->sk_net;
	struct inet_bind_bucket *tb;

	if (port) {
		tb = bucket_find(net, port);
		if (tb && bind_conflict(sk, tb))
			return -EADDRINUSE;
		if (!tb)
			tb = bucket_create(net, port);
		if (!tb)
			return -ENOMEM;
	} else {
		tb = bind_any(sk);
		if (!tb)
			return -EADDRINUSE;
	}
	if (inet_csk(sk)->icsk_bind_hash != tb) {
		tb->explicit_use = true;
		bind_to(sk, tb);
	}
	return 0;
}

/* Whether sk may use `port` to its destination; a TIME_WAIT in the way is removed when safe. */
static bool connect_pair_free(struct sock *sk, uint16_t port)
{
	const struct inet_flow f = {.saddr = sk->sk_v6_daddr,
				    .daddr = sk->sk_v6_rcv_saddr,
				    .sport = ntohs(sk->sk_dport),
				    .dport = port,
				    .dev = sk->sk_bound_dev};
	struct sock_common *c = inet_ehash_lookup(&net_tcp(sk)->hashinfo, &f);

	if (!c)
		return true;
	if (c->skc_state != TCP_TIME_WAIT || !tcp_twsk_unique(sk, inet_twsk(c)))
		return false;
	NET_INC(sk->sk_net, TcpExtTWRecycled);
	inet_twsk_kill(sk->sk_net, inet_twsk(c));
	return true;
}

static int enter_ehash(struct sock *sk, uint16_t port)
{
	struct net *net = sk->sk_net;
	struct inet_bind_bucket *tb = bucket_find(net, port);

	if (!tb)
		tb = bucket_create(net, port);
	if (!tb)
		return -ENOMEM;
	bind_to(sk, tb);
	inet_ehash_insert(&net->tcp->hashinfo, &sk->__sk_common);
	return 0;
}

int inet_hash_connect(struct sock *sk)
{
	struct net *net = sk->sk_net;
	struct netns_tcp *tcp = net->tcp;
	const uint32_t low = net->sysctl.ip_local_port_range[0];
	const uint32_t count = net->sysctl.ip_local_port_range[1] - low + 1u;
	const uint64_t hash = siphash_2u64(
		inet_addr_pair_hash(&sk->sk_v6_rcv_saddr, &sk->sk_v6_daddr, &tcp->port_key),
		sk->sk_dport, &tcp->port_key);
	uint16_t *counter = &tcp->hashinfo.table_perturb[(hash >> 32) % PERTURB_SIZE];
	const uint32_t offset = (uint32_t)hash + *counter;

	if (sk->sk_num) { /* bound before */
		if (!connect_pair_free(sk, sk->sk_num))
			return -EADDRNOTAVAIL;
		inet_ehash_insert(&tcp->hashinfo, &sk->__sk_common);
		return 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint16_t port = (uint16_t)(low + (offset + i) % count);
		struct inet_bind_bucket *tb = bucket_find(net, port);

		if (tb && tb->explicit_use)
			continue;
		if (tb && !connect_pair_free(sk, port))
			continue;
		*counter = (uint16_t)(*counter + i + 1 + random_u32(net) % 4);
		return enter_ehash(sk, port);
	}
	NET_INC(net, LimitTcpPorts);
	return -EADDRNOTAVAIL;
}
