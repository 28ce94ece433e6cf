// SPDX-License-Identifier: MIT
/*
 * Finding the sock of a segment. ehash holds established, TIME_WAIT and request socks by the four
 * addresses; lhash holds listeners by port. The hash is a keyed folded multiply (the mixing step
 * of Wang Yi's wyhash): two multiplications a segment, and a peer that does not know the key
 * cannot aim at one chain. IPv6 addresses take one multiplication each more.
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
	h->net = net;
	h->ehash_size = INET_EHASH_SIZE;
	h->ehash = table_alloc(net, h->ehash_size);
	h->lhash = table_alloc(net, INET_LHASH_SIZE);
	h->bhash = table_alloc(net, INET_BHASH_SIZE);
	if (h->ehash && h->lhash && h->bhash)
		return 0;
	inet_hashinfo_free(net, h);
	return -ENOMEM;
}

void inet_hashinfo_free(struct net *net, struct inet_hashinfo *h)
{
	table_free(net, h->ehash, h->ehash_size);
	table_free(net, h->lhash, INET_LHASH_SIZE);
	table_free(net, h->bhash, INET_BHASH_SIZE);
}

static uint64_t folded_multiply(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t hash_v6(const struct inet_hashinfo *h, const struct in6_addr *laddr,
			const struct in6_addr *faddr)
{
	uint64_t l[2], f[2];

	memcpy(l, laddr, sizeof(l));
	memcpy(f, faddr, sizeof(f));
	l[0] = folded_multiply(l[0] ^ h->secret[0], l[1] ^ h->secret[1]);
	return folded_multiply(f[0] ^ h->secret[0], f[1] ^ l[0]);
}

static uint32_t ehashfn(const struct inet_hashinfo *h, const struct in6_addr *laddr, uint16_t lport,
			const struct in6_addr *faddr, __be16 fport)
{
	const uint64_t ports = (uint32_t)lport << 16 | fport;
	const uint64_t addrs = ipv6_addr_v4mapped(faddr)
				       ? (uint64_t)laddr->s6_addr32[3] << 32 | faddr->s6_addr32[3]
				       : hash_v6(h, laddr, faddr);

	return (uint32_t)folded_multiply(addrs ^ h->secret[0], ports ^ h->secret[1]);
}

static struct list_head *ehash_chain(const struct inet_hashinfo *h, uint32_t hash)
{
	return &h->ehash[hash & (h->ehash_size - 1)];
}

/* Whether a socket bound to a device, or to none, takes what dev received. */
static bool device_fits(const struct net_device *bound, const struct net_device *dev)
{
	return !bound || !dev || bound == dev;
}

struct sock_common *inet_ehash_lookup(struct inet_hashinfo *h, const struct inet_flow *f)
{
	const __be16 fport = htons(f->sport);
	const uint32_t hash = ehashfn(h, &f->daddr, f->dport, &f->saddr, fport);
	struct sock_common *c;

	list_for_each_entry(c, ehash_chain(h, hash), skc_node) {
		if (c->skc_hash == hash && c->skc_num == f->dport && c->skc_dport == fport &&
		    ipv6_addr_equal(&c->skc_v6_daddr, &f->saddr) &&
		    ipv6_addr_equal(&c->skc_v6_rcv_saddr, &f->daddr) &&
		    device_fits(c->skc_bound_dev, f->dev))
			return c;
	}
	return NULL;
}

/*
 * Twice the chains once there are more connections than chains, so that finding one costs the same
 * however many there are. Without memory they get longer instead.
 */
static void ehash_grow(struct inet_hashinfo *h)
{
	struct list_head *old = h->ehash, *table = table_alloc(h->net, 2 * h->ehash_size);
	const uint32_t old_size = h->ehash_size;
	struct sock_common *c, *next;

	if (!table)
		return;
	h->ehash = table;
	h->ehash_size = 2 * old_size;
	for (uint32_t i = 0; i < old_size; i++)
		list_for_each_entry_safe(c, next, &old[i], skc_node) {
			list_del_init(&c->skc_node);
			list_add_tail(&c->skc_node, ehash_chain(h, c->skc_hash));
		}
	table_free(h->net, old, old_size);
}

void inet_ehash_insert(struct inet_hashinfo *h, struct sock_common *c)
{
	const struct netns_tcp *tcp = h->net->tcp;

	if (tcp->socks + tcp->tw_count > h->ehash_size && h->ehash_size < INET_EHASH_SIZE_MAX)
		ehash_grow(h);
	c->skc_hash = ehashfn(h, &c->skc_v6_rcv_saddr, c->skc_num, &c->skc_v6_daddr, c->skc_dport);
	list_add(&c->skc_node, ehash_chain(h, c->skc_hash));
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

/*
 * How well a listener fits; < 0: not at all. A bound address beats any address, an IPv4 socket an
 * IPv6 one that takes IPv4 too (RFC 3493 section 3.7), and a bound device none.
 */
static int listener_score(const struct sock *sk, const struct inet_flow *f)
{
	const struct in6_addr *bound = &sk->sk_v6_rcv_saddr;
	const bool v4 = ipv6_addr_v4mapped(&f->daddr);
	int score;

	if (sk->sk_num != f->dport || !device_fits(sk->sk_bound_dev, f->dev))
		return -1;
	if (ipv6_addr_equal(bound, &f->daddr))
		score = 6;
	else if (v4 ? ipv6_addr_equal(bound, &IN6ADDR_V4_ANY) : ipv6_addr_any(bound))
		score = 4;
	else if (v4 && ipv6_addr_any(bound) && !sk->sk_ipv6only)
		score = 2;
	else
		return -1;
	return score + (sk->sk_bound_dev != NULL);
}

struct sock *inet_lookup_listener(struct inet_hashinfo *h, const struct inet_flow *f)
{
	struct sock *best = NULL;
	int best_score = 0;
	uint32_t same = 0, pick;
	struct sock *sk;

	list_for_each_entry(sk, &h->lhash[f->dport % INET_LHASH_SIZE], sk_node) {
		int score = listener_score(sk, f);

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
	pick = ehashfn(h, &f->daddr, f->dport, &f->saddr, htons(f->sport)) % same;
	list_for_each_entry(sk, &h->lhash[f->dport % INET_LHASH_SIZE], sk_node) {
		if (listener_score(sk, f) == best_score && pick-- == 0)
			return sk;
	}
	return best;
}
