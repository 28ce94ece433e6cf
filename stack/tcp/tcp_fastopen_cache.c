// SPDX-License-Identifier: MIT
/*
 * What a Fast Open client remembers of its servers (RFC 7413, 4.1.3): cookie, MSS and form of the
 * option, by address pair. The most recently used come first; the table is bounded, so that many
 * servers cost memory for few.
 */
#include <net/tcp.h>

#define CACHE_ENTRIES_MAX 256u

struct fastopen_cache_entry {
	struct list_head node;
	struct in6_addr saddr, daddr;
	struct tcp_fastopen_cookie cookie; /* len 0: none yet */
	uint16_t mss;
	uint8_t try_exp; /* 1: ask with the experimental option next, 2: tried */
};

static struct fastopen_cache_entry *find(const struct sock *sk)
{
	struct netns_tcp *tcp = net_tcp(sk);
	struct fastopen_cache_entry *e;

	list_for_each_entry(e, &tcp->fastopen_cache, node) {
		if (ipv6_addr_equal(&e->daddr, &sk->sk_v6_daddr) &&
		    ipv6_addr_equal(&e->saddr, &inet_sk(sk)->inet_v6_saddr)) {
			list_del_init(&e->node);
			list_add(&e->node, &tcp->fastopen_cache);
			return e;
		}
	}
	return NULL;
}

/* A new entry, or the one that was used least recently. NULL: no memory. */
static struct fastopen_cache_entry *create(const struct sock *sk)
{
	struct netns_tcp *tcp = net_tcp(sk);
	struct fastopen_cache_entry *e;

	if (tcp->fastopen_cached < CACHE_ENTRIES_MAX) {
		e = port_alloc(sk->sk_net->port, sizeof(*e));
		if (!e)
			return NULL;
		tcp->fastopen_cached++;
	} else {
		e = list_last_entry(&tcp->fastopen_cache, struct fastopen_cache_entry, node);
		list_del_init(&e->node);
	}
	*e = (struct fastopen_cache_entry){.saddr = inet_sk(sk)->inet_v6_saddr,
					   .daddr = sk->sk_v6_daddr};
	list_add(&e->node, &tcp->fastopen_cache);
	return e;
}

void tcp_fastopen_cache_get(const struct sock *sk, uint16_t *mss,
			    struct tcp_fastopen_cookie *cookie)
{
	const struct fastopen_cache_entry *e = find(sk);

	cookie->len = 0;
	cookie->exp = false;
	if (!e)
		return;
	*cookie = e->cookie;
	if (e->mss)
		*mss = e->mss;
	if (!cookie->len && e->try_exp == 1)
		cookie->exp = true;
}

void tcp_fastopen_cache_set(const struct sock *sk, uint16_t mss,
			    const struct tcp_fastopen_cookie *cookie, uint8_t try_exp)
{
	struct fastopen_cache_entry *e = find(sk);

	if (!e)
		e = create(sk);
	if (!e)
		return;
	if (mss)
		e->mss = mss;
	if (cookie->len > 0)
		e->cookie = *cookie;
	else if (try_exp > e->try_exp && !e->cookie.len && !e->cookie.exp)
		e->try_exp = try_exp;
}

void tcp_fastopen_cache_free(struct net *net)
{
	struct netns_tcp *tcp = net->tcp;
	struct fastopen_cache_entry *e;

	while (!list_empty(&tcp->fastopen_cache)) {
		e = list_first_entry(&tcp->fastopen_cache, struct fastopen_cache_entry, node);
		list_del_init(&e->node);
		port_free(net->port, e, sizeof(*e));
	}
	tcp->fastopen_cached = 0;
}
