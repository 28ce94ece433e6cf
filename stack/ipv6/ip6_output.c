// SPDX-License-Identifier: MIT
/*
 * IPv6 out: the header, fragments for what is larger than the path takes (RFC 8200 section 4.5: only
 * the source makes them) and the next hop's link address. Flow labels are zero.
 */
#include "ipv6.h"
#include <net/errno.h>

static void push_header(struct sk_buff *skb, const struct ip_route *rt, uint8_t nexthdr,
			uint8_t tclass, uint8_t hop_limit)
{
	struct ipv6hdr *ip6h = skb_push(skb, sizeof(*ip6h));
	const struct inet6_dev *in6 = in6_dev(rt->dev);

	ip6h->flow = htonl(6u << 28 | (uint32_t)tclass << 20);
	/* A super-segment may be longer than the field: its segments get their own. */
	ip6h->payload_len = htons((uint16_t)(skb->len - sizeof(*ip6h)));
	ip6h->nexthdr = nexthdr;
	ip6h->hop_limit = hop_limit ? hop_limit : in6 ? in6->hop_limit : IPV6_DEFAULT_HOPS;
	ip6h->saddr = rt->saddr6;
	ip6h->daddr = rt->daddr6;
	skb_reset_network_header(skb);
}

/* RFC 2464 section 7. */
static void multicast_mac(const struct in6_addr *addr, uint8_t *mac)
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, addr->s6_addr + 12, 4);
}

/* skb: data at a complete IPv6 header. */
static noinline int ip6_finish_output(struct net *net, struct sk_buff *skb, struct ip_route *rt)
{
	struct neighbour *n = rt->neigh;
	uint8_t mac[ETH_ALEN];

	skb->dev = rt->dev;
	if (rt->local)
		return eth_output(skb, net->loopback->dev_addr, ETH_P_IPV6);
	if (ipv6_addr_multicast(&rt->next_hop6)) {
		multicast_mac(&rt->next_hop6, mac);
		return eth_output(skb, mac, ETH_P_IPV6);
	}
	if (!n) {
		n = neigh_get(&net->ipv6->neigh, rt->dev, &rt->next_hop6);
		if (!n) {
			kfree_skb_reason(skb, SKB_DROP_NeighCreateFail);
			return -ENOBUFS;
		}
		rt->neigh = n;
		/* Making room may have retired other routes, but not this one. */
		rt->generation = net->route_generation;
	}
	return neigh_output(n, skb);
}

/* ---- fragments ---- */

/* RFC 7739 section 5.3: a counter for each of a keyed hash's buckets. */
static uint32_t select_ident(struct net *net, const struct ip_route *rt)
{
	uint64_t hash = inet_addr_pair_hash(&rt->saddr6, &rt->daddr6, &net->hash_key);

	return net->ipv6->idents[hash % IDENT6_BUCKETS]++;
}

/* One fragment: a copy of len bytes of skb (data at the transport header) from offset. */
static struct sk_buff *copy_fragment(struct net *net, const struct sk_buff *skb, uint32_t offset,
				     uint32_t len)
{
	struct sk_buff *frag = alloc_skb(net, MAX_HEADER + len);

	if (!frag)
		return NULL;
	skb_reserve(frag, MAX_HEADER);
	skb_copy_bits(skb, offset, skb_put(frag, len), len);
	return frag;
}

static int ip6_fragment(struct net *net, struct sk_buff *skb, struct ip_route *rt,
			const struct ip6_send_info *info)
{
	const uint32_t overhead = sizeof(struct ipv6hdr) + sizeof(struct frag_hdr);
	const uint32_t step = (rt->mtu_bytes - overhead) & ~7u;
	const uint32_t id = select_ident(net, rt);
	int err = skb_checksum_help(skb);

	for (uint32_t offset = 0; !err && offset < skb->len; offset += step) {
		bool more = skb->len - offset > step;
		struct sk_buff *frag =
			copy_fragment(net, skb, offset, more ? step : skb->len - offset);
		struct frag_hdr *fh;

		if (!frag) {
			err = -ENOMEM;
			break;
		}
		fh = skb_push(frag, sizeof(*fh));
		*fh = (struct frag_hdr){.nexthdr = info->protocol,
					.frag_off = htons((uint16_t)(offset | (more ? IP6_MF : 0))),
					.identification = htonl(id)};
		push_header(frag, rt, NEXTHDR_FRAGMENT, info->tclass, info->hop_limit);
		NET_INC(net, Ip6FragCreates);
		err = ip6_finish_output(net, frag, rt);
	}
	if (err) {
		NET_INC(net, Ip6FragFails);
		kfree_skb_reason(skb, SKB_DROP_NoMemory);
	} else {
		NET_INC(net, Ip6FragOKs);
		consume_skb(skb);
	}
	return err;
}

/* ---- entries ---- */

static noinline int too_big(struct net *net, struct sk_buff *skb)
{
	NET_INC(net, Ip6FragFails);
	kfree_skb_reason(skb, SKB_DROP_IpTooBig);
	return -EMSGSIZE;
}

int ip6_send_skb(struct net *net, struct sk_buff *skb, struct ip_route *rt,
		 const struct ip6_send_info *info)
{
	const uint32_t len = skb->len + (uint32_t)sizeof(struct ipv6hdr);

	NET_INC(net, Ip6OutRequests);
	if (skb->len > UINT16_MAX || (len > rt->mtu_bytes && info->dont_fragment))
		return too_big(net, skb);
	if (len > rt->mtu_bytes && !skb->gso_size)
		return ip6_fragment(net, skb, rt, info);
	push_header(skb, rt, info->protocol, info->tclass, info->hop_limit);
	return ip6_finish_output(net, skb, rt);
}

static inline int xmit_routed(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct ip_route *rt = &inet_sk(sk)->route;

	if (unlikely(skb->len > UINT16_MAX ||
		     (skb->len + sizeof(struct ipv6hdr) > rt->mtu_bytes && !skb->gso_size)))
		return too_big(net, skb);
	push_header(skb, rt, sk->sk_protocol, inet->tclass, inet->hop_limit);
	if (unlikely(!rt->neigh))
		return ip6_finish_output(net, skb, rt);
	skb->dev = rt->dev;
	return neigh_output(rt->neigh, skb);
}

/* sk's cached route is stale: it is looked up again. */
static noinline int xmit_rerouted(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->route = (struct ip_route){
		.daddr6 = sk->sk_v6_daddr, .saddr6 = inet->inet_v6_saddr, .dev = sk->sk_bound_dev};
	if (ip6_route_output(net, &inet->route)) {
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
		return -EHOSTUNREACH;
	}
	return xmit_routed(net, sk, skb);
}

int ip6_queue_xmit(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sk->sk_net;

	NET_INC(net, Ip6OutRequests);
	if (unlikely(inet_sk(sk)->route.generation != net->route_generation))
		return xmit_rerouted(net, sk, skb);
	return xmit_routed(net, sk, skb);
}
