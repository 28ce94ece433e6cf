// SPDX-License-Identifier: MIT
/*
 * Extension headers (RFC 8200 section 4): options, and the way past the headers to the transport. All
 * walks are bounded: at most IPV6_EXTHDRS_MAX headers, OPTIONS_MAX options a header, and padding no
 * longer than alignment needs (RFC 8504 section 5.3).
 */
#include "ipv6.h"

#define OPTIONS_MAX 8
#define PADDING_MAX 7

#define OPT_PAD1	 0
#define OPT_PADN	 1
#define OPT_ROUTER_ALERT 5

/* What the two upper bits of an unknown option's type ask for (section 4.2). false: skb is gone. */
static bool unknown_option(struct sk_buff *skb, uint32_t at)
{
	const uint32_t pointer = (uint32_t)(skb->data - skb_network_header(skb)) + at;

	switch (skb->data[at] >> 6) {
	case 0:
		return true;
	case 1:
		break;
	case 3:
		if (ipv6_addr_multicast(&ipv6_hdr(skb)->daddr))
			break;
		__attribute__((fallthrough));
	case 2:
		icmpv6_send(skb, ICMPV6_PARAMPROB, ICMPV6_UNK_OPTION, pointer);
	}
	kfree_skb_reason(skb, SKB_DROP_Ipv6ExtHdr);
	return false;
}

uint32_t ipv6_parse_options(struct sk_buff *skb)
{
	uint32_t len, padding = 0, options = 0;

	if (!pskb_may_pull(skb, 2))
		goto bad;
	len = 8u * (skb->data[1] + 1u);
	if (!pskb_may_pull(skb, len))
		goto bad;
	for (uint32_t at = 2; at < len;) {
		const uint8_t type = skb->data[at];
		uint32_t size = 1;

		if (type != OPT_PAD1) {
			if (at + 2 > len || at + 2u + skb->data[at + 1] > len)
				goto bad;
			size = 2u + skb->data[at + 1];
		}
		padding = type == OPT_PAD1 || type == OPT_PADN ? padding + size : 0;
		options += type != OPT_PAD1 && type != OPT_PADN;
		if (padding > PADDING_MAX || options > OPTIONS_MAX)
			goto bad;
		if (type != OPT_PAD1 && type != OPT_PADN && type != OPT_ROUTER_ALERT &&
		    !unknown_option(skb, at))
			return 0;
		at += size;
	}
	return len;
bad:
	NET_INC(skb->dev->net, Ip6InHdrErrors);
	kfree_skb_reason(skb, SKB_DROP_Ipv6ExtHdr);
	return 0;
}

bool ipv6_skip_exthdrs(const struct sk_buff *skb, uint32_t *offset, uint8_t *nexthdr,
		       bool *fragment)
{
	struct ipv6_opt_hdr h;
	struct frag_hdr f;

	*fragment = false;
	for (unsigned int n = 0; n <= IPV6_EXTHDRS_MAX; n++) {
		switch (*nexthdr) {
		case NEXTHDR_HOP:
		case NEXTHDR_DEST:
		case NEXTHDR_ROUTING:
			if (skb_copy_bits(skb, *offset, &h, sizeof(h)))
				return false;
			*nexthdr = h.nexthdr;
			*offset += 8u * (h.hdrlen + 1u);
			break;
		case NEXTHDR_FRAGMENT:
			if (skb_copy_bits(skb, *offset, &f, sizeof(f)))
				return false;
			*nexthdr = f.nexthdr;
			*offset += (uint32_t)sizeof(f);
			*fragment = f.frag_off & htons(IP6_OFFSET);
			if (*fragment)
				return true;
			break;
		default:
			return true;
		}
	}
	return false;
}

bool ipv6_find_transport(const struct sk_buff *skb, uint32_t offset, uint32_t *transport,
			 uint8_t *protocol, bool *fragment)
{
	struct ipv6hdr h;

	if (skb_copy_bits(skb, offset, &h, sizeof(h)))
		return false;
	*protocol = h.nexthdr;
	*transport = offset + (uint32_t)sizeof(h);
	return ipv6_skip_exthdrs(skb, transport, protocol, fragment);
}
