// SPDX-License-Identifier: MIT
/*
 * IPv4 out: the header, fragments for what is larger than the path takes (RFC 791 section 2.3) and
 * the next hop's link address.
 */
#include "ipv4.h"
#include <net/checksum.h>
#include <net/errno.h>

/* RFC 7739 section 5.3, as for IPv6: a counter for each of a keyed hash's buckets. */
static uint16_t select_ident(struct net *net, const struct ip_route *rt, uint8_t protocol,
			     unsigned int segments)
{
	uint64_t hash =
		siphash_2u64((uint64_t)rt->saddr << 32 | rt->daddr, protocol, &net->hash_key);
	uint16_t *bucket = &net->ipv4->idents[hash % IDENT_BUCKETS], id = *bucket;

	*bucket = (uint16_t)(id + segments);
	return id;
}

static unsigned int wire_segments(const struct sk_buff *skb)
{
	return skb->gso_size ? skb->gso_segs : 1;
}

/* In words; the checksum is of the values: what was written in small pieces and is read back at once
 * would wait for the memory. */
static void push_header(struct sk_buff *skb, const struct ip_route *rt, uint8_t protocol,
			uint8_t tos, uint8_t ttl, uint16_t id, uint16_t frag_off)
{
	uint8_t *iph = skb_push(skb, sizeof(struct iphdr));
	const uint32_t first = 0x45u << 24 | (uint32_t)tos << 16 | (uint16_t)skb->len;
	const uint32_t second = (uint32_t)id << 16 | frag_off;
	const uint32_t third = (uint32_t)(ttl ? ttl : IP_DEFAULT_TTL) << 24 | (uint32_t)protocol
										      << 16;
	uint64_t sum =
		(uint64_t)htonl(first) + htonl(second) + htonl(third) + rt->saddr + rt->daddr;

	sum = (sum & 0xffffffff) + (sum >> 32);
	put_unaligned_be32(first, iph);
	put_unaligned_be32(second, iph + 4);
	put_unaligned_be32(third | ntohs(csum_fold_wide(sum)), iph + 8);
	memcpy(iph + 12, &rt->saddr, sizeof(rt->saddr));
	memcpy(iph + 16, &rt->daddr, sizeof(rt->daddr));
	skb_reset_network_header(skb);
}

static void multicast_mac(__be32 addr, uint8_t *mac)
{
	uint32_t low = ntohl(addr) & 0x7fffff; /* RFC 1112 section 6.4 */

	mac[0] = 0x01;
	mac[1] = 0x00;
	mac[2] = 0x5e;
	mac[3] = (uint8_t)(low >> 16);
	mac[4] = (uint8_t)(low >> 8);
	mac[5] = (uint8_t)low;
}

/* skb: data at a complete IP header. */
static noinline int ip_finish_output(struct net *net, struct sk_buff *skb, struct ip_route *rt)
{
	uint8_t mac[ETH_ALEN];
	struct neighbour *n = rt->neigh;
	struct in6_addr hop;

	skb->dev = rt->dev;
	if (rt->local)
		return eth_output(skb, net->loopback->dev_addr, ETH_P_IP);
	if (!n) {
		if (ip_is_broadcast(rt->dev, rt->next_hop)) {
			memset(mac, 0xff, sizeof(mac));
			return eth_output(skb, mac, ETH_P_IP);
		}
		if (ipv4_is_multicast(rt->next_hop)) {
			multicast_mac(rt->next_hop, mac);
			return eth_output(skb, mac, ETH_P_IP);
		}
		hop = in6_from_v4(rt->next_hop);
		n = neigh_get(&net->ipv4->neigh, rt->dev, &hop);
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

static int ip_fragment(struct net *net, struct sk_buff *skb, struct ip_route *rt,
		       const struct ip_send_info *info)
{
	uint32_t step = (rt->mtu_bytes - (uint32_t)sizeof(struct iphdr)) & ~7u;
	uint16_t id = select_ident(net, rt, info->protocol, 1);
	int err = skb_checksum_help(skb);

	for (uint32_t offset = 0; !err && offset < skb->len; offset += step) {
		bool more = skb->len - offset > step;
		uint32_t len = more ? step : skb->len - offset;
		struct sk_buff *frag = copy_fragment(net, skb, offset, len);

		if (!frag) {
			err = -ENOMEM;
			break;
		}
		push_header(frag, rt, info->protocol, info->tos, info->ttl, id,
			    (uint16_t)((more ? IP_MF : 0) | offset / 8));
		NET_INC(net, IpFragCreates);
		err = ip_finish_output(net, frag, rt);
	}
	if (err) {
		NET_INC(net, IpFragFails);
		kfree_skb_reason(skb, SKB_DROP_NoMemory);
	} else {
		NET_INC(net, IpFragOKs);
		consume_skb(skb);
	}
	return err;
}

static noinline int too_big(struct net *net, struct sk_buff *skb)
{
	NET_INC(net, IpFragFails);
	kfree_skb_reason(skb, SKB_DROP_IpTooBig);
	return -EMSGSIZE;
}

int ip_send_skb(struct net *net, struct sk_buff *skb, struct ip_route *rt,
		const struct ip_send_info *info)
{
	uint32_t len = skb->len + (uint32_t)sizeof(struct iphdr);

	NET_INC(net, IpOutRequests);
	if (len > UINT16_MAX || (len > rt->mtu_bytes && info->df && !skb->gso_size))
		return too_big(net, skb);
	if (len > rt->mtu_bytes && !skb->gso_size)
		return ip_fragment(net, skb, rt, info);
	push_header(skb, rt, info->protocol, info->tos, info->ttl,
		    select_ident(net, rt, info->protocol, wire_segments(skb)),
		    info->df ? IP_DF : 0);
	return ip_finish_output(net, skb, rt);
}

static inline int xmit_routed(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ip_route *rt = &inet->route;
	const uint32_t len = skb->len + (uint32_t)sizeof(struct iphdr);

	if (unlikely(len > UINT16_MAX || (len > rt->mtu_bytes && !skb->gso_size)))
		return too_big(net, skb);
	push_header(skb, rt, sk->sk_protocol, inet->tos, inet->uc_ttl, inet->inet_id,
		    inet->pmtudisc == IP_PMTUDISC_DONT ? 0 : IP_DF);
	inet->inet_id = (uint16_t)(inet->inet_id + wire_segments(skb));
	if (unlikely(!rt->neigh))
		return ip_finish_output(net, skb, rt);
	skb->dev = rt->dev;
	return neigh_output(rt->neigh, skb);
}

/* sk's cached route is stale: it is looked up again. */
static noinline int xmit_rerouted(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->route = (struct ip_route){
		.daddr = sk->sk_daddr, .saddr = inet->inet_saddr, .dev = sk->sk_bound_dev};
	if (ip_route_output(net, &inet->route)) {
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
		return -EHOSTUNREACH;
	}
	return xmit_routed(net, sk, skb);
}

int ip_queue_xmit(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sk->sk_net;

	NET_INC(net, IpOutRequests);
	if (unlikely(inet_sk(sk)->route.generation != net->route_generation))
		return xmit_rerouted(net, sk, skb);
	return xmit_routed(net, sk, skb);
}

int ip_build_and_send_pkt(struct net *net, struct sk_buff *skb, __be32 saddr, __be32 daddr,
			  uint8_t protocol, uint8_t tos, uint8_t ttl)
{
	struct ip_send_info info = {.protocol = protocol, .tos = tos, .ttl = ttl, .df = true};
	struct ip_route rt = {.daddr = daddr, .saddr = saddr};
	int err = ip_route_output(net, &rt);

	if (err) {
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
		return err;
	}
	return ip_send_skb(net, skb, &rt, &info);
}
