// SPDX-License-Identifier: MIT
/*
 * Finding the sock of a segment. ehash holds established, TIME_WAIT and request socks by the four
 * addresses; lhash holds listeners by port. The hash is a keyed folded multiply (the mixing step
 * of Wang Yi's wyhash): two multiplications a segment, and a peer that does not know the key
 * cannot aim at one chain.
 */
#include <net/tcp.h>

static struct list_head *table_alloc(struct net *net, uint32_t size)
{
	struct list_head *t = port_alloc(net->port, size * sizeof(*t));

	if (t)
		for (uint32_t i = 0; i < size; i++)
			INIT_LIST_HEAD(&t[i]);
	return t;
}

static void table_free(struct net *net, struct list_head *t, uint32_t size)
{
	if (t)
		port_free(net->port, t, size * sizeof(*t));
}

int inet_hashinfo_init(struct net *net, struct inet_hashinfo *h)
{
	net->port->ops->random(net->port, h->secret, sizeof(h->secret));
	h->ehash = table_alloc(net, INET_EHASH_SIZE);
	h->lhash = table_alloc(net, INET_LHASH_SIZE);
	h->bhash = table_alloc(net, INET_BHASH_SIZE);
	if (h->ehash && h->lhash && h->bhash)
		return 0;
	inet_hashinfo_free(net, h);
	return -ENOMEM;
}

void inet_hashinfo_free(struct net *net, struct inet_hashinfo *h)
{
	table_free(net, h->ehash, INET_EHASH_SIZE);
	table_free(net, h->lhash, INET_LHASH_SIZE);
	table_free(net, h->bhash, INET_BHASH_SIZE);
}

static uint32_t ehashfn(const struct inet_hashinfo *h, __be32 laddr, uint16_t lport, __be32 faddr,
			__be16 fport)
{
	uint64_t addrs = (uint64_t)laddr << 32 | faddr;
	uint64_t ports = (uint32_t)lport << 16 | fport;
	unsigned __int128 m = (unsigned __int128)(addrs ^ h->secret[0]) * (ports ^ h->secret[1]);

	return (uint32_t)((uint64_t)m ^ (uint64_t)(m >> 64));
}

struct sock_common *inet_ehash_lookup(struct inet_hashinfo *h, __be32 saddr, uint16_t sport,
				      __be32 daddr, uint16_t dport)
{
	const __be16 fport = htons(sport);
	const uint32_t hash = ehashfn(h, daddr, dport, saddr, fport);
	struct sock_common *c;

	list_for_each_entry(c, &h->ehash[hash % INET_EHASH_SIZE], skc_node) {
		if (c->skc_hash == hash && c->skc_num == dport && c->skc_dport == fport &&
		    c->skc_daddr == saddr && c->skc_rcv_saddr == daddr)
			return c;
	}
	return NULL;
}

void inet_ehash_insert(struct inet_hashinfo *h, struct sock_common *c)
{
	c->skc_hash = ehashfn(h, c->skc_rcv_saddr, c->skc_num, c->skc_daddr, c->skc_dport);
	list_add(&c->skc_node, &h->ehash[c->skc_hash % INET_EHASH_SIZE]);
}

void inet_hash_listener(struct sock *sk)
{
	struct inet_hashinfo *h = &net_tcp(sk)->hashinfo;

	list_add_tail(&sk->sk_node, &h->lhash[sk->sk_num % INET_LHASH_SIZE]);
}

void inet_unhash(struct sock_common *c)
{
	list_del_init(&c->skc_node);
}

/* How well a listener fits; < 0: not at all. A bound address beats any address. */
static int listener_score(const struct sock *sk, __be32 daddr, uint16_t dport)
{
	if (sk->sk_num != dport)
		return -1;
	if (sk->sk_rcv_saddr && sk->sk_rcv_saddr != daddr)
		return -1;
	return sk->sk_rcv_saddr ? 2 : 1;
}

struct sock *inet_lookup_listener(struct inet_hashinfo *h, __be32 saddr, uint16_t sport,
				  __be32 daddr, uint16_t dport)
{
	struct sock *best = NULL;
	int best_score = 0;
	uint32_t same = 0, pick;
	struct sock *sk;

	list_for_each_entry(sk, &h->lhash[dport % INET_LHASH_SIZE], sk_node) {
		int score = listener_score(sk, daddr, dport);

		if (score > best_score) {
			best = sk;
			best_score = score;
			same = 1;
		} else if (score == best_score && score > 0) {
			same++;
		}
	}
	if (same < 2)
		return best;
	/* SO_REUSEPORT: connections spread over the group, the same one always to the same. */
	pick = ehashfn(h, daddr, dport, saddr, htons(sport)) % same;
	list_for_each_entry(sk, &h->lhash[dport % INET_LHASH_SIZE], sk_node) {
		if (listener_score(sk, daddr, dport) == best_score && pick-- == 0)
			return sk;
	}
	return best;
}
