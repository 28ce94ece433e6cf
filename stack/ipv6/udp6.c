// SPDX-License-Identifier: MIT
/* UDP over IPv6 (RFC 768, RFC 8200 section 8.1): a checksum is a must. Sockets are ipv4/udp.c. */
#include "ipv6.h"
#include <net/checksum.h>
#include <net/errno.h>
#include <net/udp.h>

static bool checksum_ok(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);

	if (!((const struct udphdr *)skb->data)->check)
		return false;
	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		return true;
	return !csum_fold(csum_ipv6_nofold(&ip6h->saddr, &ip6h->daddr, skb->len, IPPROTO_UDP,
					   skb_checksum(skb, 0, skb->len, 0)));
}

void udp_v6_rcv(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	enum skb_drop_reason reason = SKB_DROP_UdpInvalid;
	const struct udphdr *uh;
	struct inet_flow f;
	uint32_t len;

	if (!pskb_may_pull(skb, sizeof(*uh)))
		goto invalid;
	skb_reset_transport_header(skb);
	uh = (const struct udphdr *)skb->data;
	len = ntohs(uh->len);
	if (len < sizeof(*uh) || len > skb->len)
		goto invalid;
	pskb_trim(skb, len);
	if (!checksum_ok(skb)) {
		NET_INC(net, Udp6InCsumErrors);
		reason = SKB_DROP_UdpCsum;
		goto invalid;
	}
	f = (struct inet_flow){.saddr = ipv6_hdr(skb)->saddr,
			       .daddr = ipv6_hdr(skb)->daddr,
			       .sport = ntohs(uh->source),
			       .dport = ntohs(uh->dest),
			       .dev = skb->dev};
	if (ipv6_addr_multicast(&f.daddr)) {
		udp_deliver_to_all(net, skb, &f);
		return;
	}
	if (udp_deliver(net, skb, &f))
		return;
	NET_INC(net, Udp6NoPorts);
	icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	kfree_skb_reason(skb, SKB_DROP_NoSocket);
	return;
invalid:
	NET_INC(net, Udp6InErrors);
	kfree_skb_reason(skb, reason);
}

void udp_v6_err(struct sk_buff *skb, uint32_t uh_offset, uint8_t type, uint8_t code, uint32_t info)
{
	struct net *net = skb->dev->net;
	const struct ipv6hdr *sent = (const struct ipv6hdr *)skb->data;
	const struct udphdr *uh = (const struct udphdr *)(skb->data + uh_offset);
	/* As the answer to it would have looked. */
	const struct inet_flow f = {.saddr = sent->daddr,
				    .daddr = sent->saddr,
				    .sport = ntohs(uh->dest),
				    .dport = ntohs(uh->source),
				    .dev = skb->dev};
	int err;

	if (!udp_is_ours(net, &f))
		return;
	if (type == ICMPV6_PKT_TOOBIG)
		ip6_rt_update_pmtu(net, &sent->daddr, info);
	else if (icmpv6_err_convert(type, code, &err))
		udp_icmp_error(net, &f, err);
}

int udp_v6_send(struct sock *sk, struct sk_buff *skb, struct ip_route *rt)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct ip6_send_info info = {
		.protocol = IPPROTO_UDP, .tclass = inet->tclass, .hop_limit = inet->hop_limit};

	((struct udphdr *)skb->data)->check = csum_fold_plain(
		csum_ipv6_nofold(&rt->saddr6, &rt->daddr6, skb->len, IPPROTO_UDP, 0));
	return ip6_send_skb(sk->sk_net, skb, rt, &info);
}
