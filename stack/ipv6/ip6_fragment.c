// SPDX-License-Identifier: MIT
/*
 * Reassembly of IPv6 packets (RFC 8200 section 4.5); none waits longer than 60 s. A packet that is a
 * fragment by name only is taken as it is (RFC 6946), and a first fragment has to hold all headers
 * (RFC 7112), so that what is filtered and reported is what is received.
 */
#include "ipv6.h"

static void expired(struct sk_buff *first)
{
	icmpv6_send(first, ICMPV6_TIME_EXCEED, ICMPV6_EXC_FRAGTIME, 0);
}

const struct frag_ops ip6_frag_ops = {
	.timeout_ns = 60000000000ull,
	.packet_max_bytes = UINT16_MAX + (uint32_t)sizeof(struct ipv6hdr),
	.timeouts = MIB_Ip6ReasmTimeout,
	.ok = MIB_Ip6ReasmOKs,
	.fails = MIB_Ip6ReasmFails,
	.overlaps = MIB_Ip6ReasmOverlaps,
	.expired = expired,
};

/* The shortest transport header that a first fragment must hold. */
static uint32_t transport_header_bytes(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return 20;
	case IPPROTO_UDP:
		return 8;
	case IPPROTO_ICMPV6:
		return 4;
	default:
		return 0;
	}
}

static bool headers_complete(const struct sk_buff *skb, uint8_t nexthdr)
{
	uint32_t offset = sizeof(struct frag_hdr);
	bool fragment;

	return ipv6_skip_exthdrs(skb, &offset, &nexthdr, &fragment) &&
	       offset + transport_header_bytes(nexthdr) <= skb->len;
}

static struct sk_buff *refuse(struct sk_buff *skb, uint8_t code, uint32_t pointer)
{
	NET_INC(skb->dev->net, Ip6InHdrErrors);
	NET_INC(skb->dev->net, Ip6ReasmFails);
	icmpv6_send(skb, ICMPV6_PARAMPROB, code, pointer);
	kfree_skb_reason(skb, SKB_DROP_FragInvalid);
	return NULL;
}

/* The whole packet, its header made right; data at the payload. */
static struct sk_buff *finish(struct sk_buff *skb, const struct frag_info *first, uint8_t *nexthdr)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);

	skb->data[first->nexthdr_at] = first->nexthdr;
	ip6h->payload_len = htons((uint16_t)(skb->len - sizeof(*ip6h)));
	if (first->ecn_ce)
		ip6h->flow |= htonl(3u << 20);
	*nexthdr = first->nexthdr;
	skb_pull(skb, first->headers);
	return skb;
}

struct sk_buff *ip6_defrag(struct sk_buff *skb, uint32_t nexthdr_at, uint8_t *nexthdr)
{
	struct net *net = skb->dev->net;
	const struct ipv6hdr *ip6h;
	const uint32_t headers = (uint32_t)(skb->data - skb_network_header(skb));
	struct frag_key key = {.dev = skb->dev};
	struct frag_info info, first;
	const struct frag_hdr *fh;
	uint32_t payload;

	NET_INC(net, Ip6ReasmReqds);
	if (!pskb_may_pull(skb, sizeof(*fh)))
		return refuse(skb, ICMPV6_HDR_FIELD, offsetof(struct ipv6hdr, payload_len));
	ip6h = ipv6_hdr(skb);
	fh = (const struct frag_hdr *)skb->data;
	payload = skb->len - (uint32_t)sizeof(*fh);
	if (!(fh->frag_off & htons(IP6_OFFSET | IP6_MF))) {
		NET_INC(net, Ip6ReasmOKs);
		*nexthdr = fh->nexthdr;
		skb_pull(skb, sizeof(*fh));
		return skb;
	}
	info = (struct frag_info){.offset = ntohs(fh->frag_off) & IP6_OFFSET,
				  .headers = (uint16_t)headers,
				  .payload = (uint16_t)(headers + sizeof(*fh)),
				  .more = fh->frag_off & htons(IP6_MF),
				  .ecn_ce = (ipv6_tclass(ip6h) & 3) == 3,
				  .nexthdr = fh->nexthdr,
				  .nexthdr_at = (uint16_t)nexthdr_at};
	if (info.more && payload % 8)
		return refuse(skb, ICMPV6_HDR_FIELD, offsetof(struct ipv6hdr, payload_len));
	if (info.offset + payload + headers > ip6_frag_ops.packet_max_bytes)
		return refuse(skb, ICMPV6_HDR_FIELD, headers + offsetof(struct frag_hdr, frag_off));
	if (!info.offset && !headers_complete(skb, fh->nexthdr))
		return refuse(skb, ICMPV6_HDR_INCOMPLETE, 0);
	key.saddr = ip6h->saddr;
	key.daddr = ip6h->daddr;
	key.id = fh->identification;
	skb_push(skb, headers);
	skb = frag_add(&net->ipv6->frags, &key, skb, &info, &first);
	return skb ? finish(skb, &first, nexthdr) : NULL;
}
