// SPDX-License-Identifier: MIT
/*
 * IPv4 in: what RFC 1122 section 3.2.1 asks of a host. Nothing is forwarded. Options are checked for
 * their length by the header length and otherwise skipped.
 */
#include "ipv4.h"
#include <net/checksum.h>
#include <net/errno.h>
#include <net/icmp.h>
#include <net/udp.h>

static void drop(struct sk_buff *skb, enum skb_drop_reason reason)
{
	kfree_skb_reason(skb, reason);
}

/* The header is whole and right; skb is cut to the length it tells. false: skb is gone. */
static bool header_ok(struct net *net, struct sk_buff *skb)
{
	const struct iphdr *iph;
	uint32_t len;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		goto bad;
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	if (iph->version != 4 || iph->ihl < 5 || !pskb_may_pull(skb, iph->ihl * 4u))
		goto bad;
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	if (ip_fast_csum(iph, iph->ihl)) {
		NET_INC(net, IpInHdrErrors);
		NET_INC(net, IpExtInCsumErrors);
		drop(skb, SKB_DROP_IpCsum);
		return false;
	}
	len = ntohs(iph->tot_len);
	if (len < iph->ihl * 4u || len > skb->len)
		goto bad;
	pskb_trim(skb, len); /* Ethernet pads short frames */
	return true;
bad:
	NET_INC(net, IpInHdrErrors);
	drop(skb, SKB_DROP_IpInHdr);
	return false;
}

/* RFC 1122 3.2.1.3: what may be a source; our own address from a wire is forged (LAND). */
static bool source_ok(struct net *net, const struct net_device *dev, const struct iphdr *iph)
{
	if (dev == net->loopback)
		return true;
	if (ipv4_is_zeronet(iph->saddr)) /* a DHCP client may ask us by broadcast */
		return !iph->saddr && ip_is_broadcast(dev, iph->daddr);
	return !ipv4_is_multicast(iph->saddr) && !ip_is_broadcast(dev, iph->saddr) &&
	       !ip_is_local(net, iph->saddr);
}

static bool destination_ok(struct net *net, const struct net_device *dev, const struct iphdr *iph)
{
	if (ipv4_is_loopback(iph->daddr))
		return dev == net->loopback;
	return ip_is_local(net, iph->daddr) || ip_is_broadcast(dev, iph->daddr) ||
	       iph->daddr == htonl(0xe0000001); /* 224.0.0.1: all hosts (RFC 1112) */
}

void ip_deliver_transport(struct sk_buff *skb, uint8_t protocol)
{
	struct net *net = skb->dev->net;

	switch (protocol) {
	case IPPROTO_TCP:
		NET_INC(net, IpInDelivers);
		tcp_v4_rcv(skb);
		break;
	case IPPROTO_UDP:
		NET_INC(net, IpInDelivers);
		udp_rcv(skb);
		break;
	case IPPROTO_ICMP:
		NET_INC(net, IpInDelivers);
		icmp_rcv(skb);
		break;
	default:
		NET_INC(net, IpInUnknownProtos);
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
		drop(skb, SKB_DROP_IpNoProto);
	}
}

void ip_transport_error(struct sk_buff *skb, uint8_t icmp_type, uint8_t icmp_code, uint32_t info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;

	switch (iph->protocol) {
	case IPPROTO_TCP:
		tcp_v4_err(skb, icmp_type, icmp_code, info);
		break;
	case IPPROTO_UDP:
		udp_err(skb, icmp_type, icmp_code, info);
		break;
	}
}

static void ip_local_deliver(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (iph->frag_off & htons(IP_MF | IP_OFFSET)) {
		skb = ip_defrag(skb);
		if (!skb)
			return;
		iph = ip_hdr(skb);
	}
	skb_pull(skb, iph->ihl * 4u);
	skb_reset_transport_header(skb);
	ip_deliver_transport(skb, iph->protocol);
}

/* false: skb is gone. Packets come in runs: what was right for the one before is not looked up again. */
static bool addresses_ok(struct net *net, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct in_device *in = in_dev(skb->dev);

	if (in && in->rcv_saddr == iph->saddr && in->rcv_daddr == iph->daddr &&
	    in->rcv_generation == net->route_generation)
		return true;
	if (!destination_ok(net, skb->dev, iph)) {
		NET_INC(net, IpInAddrErrors);
		drop(skb, SKB_DROP_IpInAddrErrors);
		return false;
	}
	if (!source_ok(net, skb->dev, iph)) {
		NET_INC(net, IpInAddrErrors);
		drop(skb, SKB_DROP_IpMartianSource);
		return false;
	}
	if (in) {
		in->rcv_saddr = iph->saddr;
		in->rcv_daddr = iph->daddr;
		in->rcv_generation = net->route_generation;
	}
	return true;
}

static noinline void ip_rcv_any(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;

	if (skb->pkt_type == PACKET_OTHERHOST) {
		drop(skb, SKB_DROP_OtherHost);
		return;
	}
	NET_INC(net, IpInReceives);
	if (header_ok(net, skb) && addresses_ok(net, skb))
		ip_local_deliver(skb);
}

/*
 * The usual packet: whole, linear, not padded, without options, no fragment, TCP, and with addresses
 * that were right for the one before.
 */
static inline bool like_the_last(const struct net *net, const struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct in_device *in = in_dev(skb->dev);

	return skb_headlen(skb) >= sizeof(*iph) && skb->data[0] == 0x45 &&
	       iph->protocol == IPPROTO_TCP && !(iph->frag_off & htons(IP_MF | IP_OFFSET)) &&
	       ntohs(iph->tot_len) == skb->len && in && in->rcv_saddr == iph->saddr &&
	       in->rcv_daddr == iph->daddr && in->rcv_generation == net->route_generation &&
	       !ip_fast_csum(iph, 5);
}

void ip_rcv(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;

	if (likely(skb->pkt_type != PACKET_OTHERHOST && like_the_last(net, skb))) {
		NET_INC(net, IpInReceives);
		NET_INC(net, IpInDelivers);
		skb_reset_network_header(skb);
		skb_pull(skb, sizeof(struct iphdr));
		skb_reset_transport_header(skb);
		tcp_v4_rcv(skb);
	} else {
		ip_rcv_any(skb);
	}
}
