// SPDX-License-Identifier: MIT
/*
 * IPv6 in: what RFC 8200 and RFC 4291 ask of a host. Nothing is forwarded, so a routing header is
 * looked past when its work is done and refused otherwise (RFC 5095).
 */
#include "ipv6.h"
#include <net/udp.h>

static void drop(struct sk_buff *skb, enum skb_drop_reason reason)
{
	kfree_skb_reason(skb, reason);
}

/* The header is whole and right; skb is cut to the length it tells. false: skb is gone. */
static bool header_ok(struct net *net, struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h;
	uint32_t len;

	if (!pskb_may_pull(skb, sizeof(*ip6h)))
		goto bad;
	skb_reset_network_header(skb);
	ip6h = ipv6_hdr(skb);
	if (ntohl(ip6h->flow) >> 28 != 6)
		goto bad;
	len = ntohs(ip6h->payload_len) + (uint32_t)sizeof(*ip6h);
	if (len > skb->len) {
		NET_INC(net, Ip6InTruncatedPkts);
		drop(skb, SKB_DROP_IpInHdr);
		return false;
	}
	pskb_trim(skb, len); /* Ethernet pads short frames */
	return true;
bad:
	NET_INC(net, Ip6InHdrErrors);
	drop(skb, SKB_DROP_IpInHdr);
	return false;
}

/* RFC 4291 sections 2.5.3 and 2.7, RFC 4942 section 2.2; our own address from a wire is forged. */
static bool source_ok(struct net *net, const struct net_device *dev, const struct in6_addr *a)
{
	if (ipv6_addr_multicast(a) || ipv6_addr_v4mapped(a))
		return false;
	return dev == net->loopback || (!inet_addr_loopback(a) && !ipv6_is_local(net, a));
}

/* Link-local and group addresses count on their own link, others on the whole host. */
static bool destination_ok(struct net *net, const struct net_device *dev, const struct in6_addr *a)
{
	const struct ifaddr6 *ifa;

	if (dev == net->loopback)
		return ipv6_is_local(net, a);
	if (ipv6_addr_multicast(a))
		return ipv6_in_group(dev, a);
	if (inet_addr_loopback(a))
		return false;
	if (!ipv6_addr_linklocal(a))
		return ipv6_is_local(net, a);
	ifa = ifaddr6_find(net, dev, a);
	return ifa && ifaddr6_usable(ifa);
}

/* ---- to the transports ---- */

static void deliver_transport(struct sk_buff *skb, uint8_t protocol, uint32_t nexthdr_at)
{
	struct net *net = skb->dev->net;

	skb_reset_transport_header(skb);
	if (protocol != IPPROTO_ICMPV6 && ipv6_addr_any(&ipv6_hdr(skb)->saddr)) {
		NET_INC(net, Ip6InAddrErrors);
		drop(skb, SKB_DROP_IpMartianSource);
		return;
	}
	switch (protocol) {
	case IPPROTO_TCP:
		NET_INC(net, Ip6InDelivers);
		tcp_v6_rcv(skb);
		break;
	case IPPROTO_UDP:
		NET_INC(net, Ip6InDelivers);
		udp_v6_rcv(skb);
		break;
	case IPPROTO_ICMPV6:
		NET_INC(net, Ip6InDelivers);
		icmpv6_rcv(skb);
		break;
	case NEXTHDR_NONE:
		drop(skb, SKB_DROP_Ipv6NoNext);
		break;
	default:
		NET_INC(net, Ip6InUnknownProtos);
		icmpv6_send(skb, ICMPV6_PARAMPROB, ICMPV6_UNK_NEXTHDR, nexthdr_at);
		drop(skb, SKB_DROP_IpNoProto);
	}
}

/* The header's length; 0: skb is gone. */
static uint32_t routing_header(struct sk_buff *skb)
{
	uint32_t len;

	if (!pskb_may_pull(skb, 8))
		goto bad;
	len = 8u * (skb->data[1] + 1u);
	if (!pskb_may_pull(skb, len))
		goto bad;
	if (!skb->data[3]) /* segments left */
		return len;
	icmpv6_send(skb, ICMPV6_PARAMPROB, ICMPV6_HDR_FIELD,
		    (uint32_t)(skb->data - skb_network_header(skb)) + 2);
bad:
	NET_INC(skb->dev->net, Ip6InHdrErrors);
	drop(skb, SKB_DROP_Ipv6ExtHdr);
	return 0;
}

/* One extension header at skb->data: skips it and says what follows. NULL: skb is gone or waits. */
static struct sk_buff *extension(struct sk_buff *skb, uint8_t *nexthdr, uint32_t *nexthdr_at)
{
	const uint32_t at = (uint32_t)(skb->data - skb_network_header(skb));
	uint32_t len;

	if (*nexthdr == NEXTHDR_FRAGMENT)
		return ip6_defrag(skb, *nexthdr_at, nexthdr);
	len = *nexthdr == NEXTHDR_ROUTING ? routing_header(skb) : ipv6_parse_options(skb);
	if (!len)
		return NULL;
	*nexthdr = skb->data[0];
	*nexthdr_at = at;
	skb_pull(skb, len);
	return skb;
}

/* skb: data behind the IPv6 header. */
static void ip6_local_deliver(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	uint8_t nexthdr = ipv6_hdr(skb)->nexthdr;
	uint32_t nexthdr_at = offsetof(struct ipv6hdr, nexthdr);

	for (unsigned int n = 0; n < IPV6_EXTHDRS_MAX; n++) {
		if (nexthdr == NEXTHDR_HOP
			    ? n > 0 /* it is the first or an error */
			    : nexthdr != NEXTHDR_DEST && nexthdr != NEXTHDR_ROUTING &&
				      nexthdr != NEXTHDR_FRAGMENT) {
			deliver_transport(skb, nexthdr, nexthdr_at);
			return;
		}
		skb = extension(skb, &nexthdr, &nexthdr_at);
		if (!skb)
			return;
	}
	NET_INC(net, Ip6InHdrErrors);
	drop(skb, SKB_DROP_Ipv6ExtHdr);
}

void ipv6_rcv(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct net *net = dev->net;

	if (!in6_dev(dev)) {
		drop(skb, SKB_DROP_UnhandledProto);
		return;
	}
	if (skb->pkt_type == PACKET_OTHERHOST) {
		drop(skb, SKB_DROP_OtherHost);
		return;
	}
	NET_INC(net, Ip6InReceives);
	if (!header_ok(net, skb))
		return;
	if (!destination_ok(net, dev, &ipv6_hdr(skb)->daddr)) {
		NET_INC(net, Ip6InAddrErrors);
		drop(skb, SKB_DROP_IpInAddrErrors);
	} else if (!source_ok(net, dev, &ipv6_hdr(skb)->saddr)) {
		NET_INC(net, Ip6InAddrErrors);
		drop(skb, SKB_DROP_IpMartianSource);
	} else {
		skb_pull(skb, sizeof(struct ipv6hdr));
		ip6_local_deliver(skb);
	}
}
