// SPDX-License-Identifier: MIT
/* Reassembly of IPv4 datagrams (RFC 791 section 3.2, RFC 1122 section 3.3.2); none waits longer than 30 s. */
#include "ipv4.h"
#include <net/checksum.h>
#include <net/icmp.h>

static void expired(struct sk_buff *first)
{
	icmp_send(first, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
}

const struct frag_ops ip_frag_ops = {
	.timeout_ns = 30000000000ull,
	.packet_max_bytes = UINT16_MAX,
	.timeouts = MIB_IpReasmTimeout,
	.ok = MIB_IpReasmOKs,
	.fails = MIB_IpReasmFails,
	.overlaps = MIB_IpExtReasmOverlaps,
	.expired = expired,
};

struct sk_buff *ip_defrag(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	struct iphdr *iph = ip_hdr(skb);
	const struct frag_key key = {.saddr = in6_from_v4(iph->saddr),
				     .daddr = in6_from_v4(iph->daddr),
				     .dev = skb->dev,
				     .id = iph->id,
				     .protocol = iph->protocol};
	const struct frag_info info = {.offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8u,
				       .headers = iph->ihl * 4,
				       .payload = iph->ihl * 4,
				       .more = iph->frag_off & htons(IP_MF),
				       .ecn_ce = (iph->tos & 3) == 3};
	struct frag_info first;

	NET_INC(net, IpReasmReqds);
	skb = frag_add(&net->ipv4->frags, &key, skb, &info, &first);
	if (!skb)
		return NULL;
	iph = ip_hdr(skb);
	iph->tot_len = htons((uint16_t)skb->len);
	iph->frag_off = 0;
	if (first.ecn_ce)
		iph->tos |= 3;
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
	return skb;
}
