// SPDX-License-Identifier: MIT
/* Between TCP and IPv6: the entry of segments and of ICMPv6 errors, and what TCP asks of IPv6. */
#include "tcp_rcv.h"
#include <net/icmpv6.h>
#include <net/ipv6.h>

void tcp_v6_rcv(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h;
	struct inet_flow f;

	if (!tcp_rcv_header(skb))
		return;
	ip6h = ipv6_hdr(skb);
	if (skb->ip_summed == CHECKSUM_NONE &&
	    csum_fold(csum_ipv6_nofold(&ip6h->saddr, &ip6h->daddr, skb->len, IPPROTO_TCP,
				       skb_checksum(skb, 0, skb->len, 0)))) {
		tcp_drop_damaged(skb);
		return;
	}
	f.saddr = ip6h->saddr;
	f.daddr = ip6h->daddr;
	f.dev = skb->dev;
	tcp_rcv_fields(skb, &f, (uint8_t)(get_unaligned_be16(ip6h) >> 4));
	tcp_demux(skb, &f);
}

void tcp_v6_err(struct sk_buff *skb, uint32_t th_offset, uint8_t type, uint8_t code, uint32_t info)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	const uint8_t *th = skb->data + th_offset;
	/* The quoted segment is ours: we are its source. */
	struct tcp_icmp_error e = {
		.f = {.saddr = ip6h->daddr,
		      .daddr = ip6h->saddr,
		      .sport = get_unaligned_be16(th + 2),
		      .dport = get_unaligned_be16(th),
		      .dev = skb->dev},
		.seq = get_unaligned_be32(th + 4),
	};

	if (type == ICMPV6_PKT_TOOBIG) {
		e.mtu_bytes = info;
	} else {
		e.unreachable = type == ICMPV6_DEST_UNREACH;
		icmpv6_err_convert(type, code, &e.err);
	}
	tcp_icmp_error(skb_net(skb), &e);
}

/* ---- what TCP asks ---- */

static int send_pkt(struct net *net, struct sk_buff *skb, const struct in6_addr *saddr,
		    const struct in6_addr *daddr, struct net_device *dev, uint8_t tclass,
		    uint8_t hop_limit)
{
	const struct ip6_send_info info = {
		.protocol = IPPROTO_TCP, .tclass = tclass, .hop_limit = hop_limit};
	struct ip_route rt = {.daddr6 = *daddr, .saddr6 = *saddr, .dev = dev};
	int err = ip6_route_output(net, &rt);

	if (err) {
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
		return err;
	}
	return ip6_send_skb(net, skb, &rt, &info);
}

static uint16_t csum_pseudo(const struct in6_addr *saddr, const struct in6_addr *daddr,
			    uint32_t len)
{
	return csum_fold_plain(csum_ipv6_nofold(saddr, daddr, len, IPPROTO_TCP, 0));
}

static int route(struct net *net, struct ip_route *rt, struct in6_addr *saddr,
		 const struct in6_addr *daddr, struct net_device *dev)
{
	int err;

	*rt = (struct ip_route){.daddr6 = *daddr, .saddr6 = *saddr, .dev = dev};
	err = ip6_route_output(net, rt);
	if (!err)
		*saddr = rt->saddr6;
	return err;
}

const struct inet_connection_sock_af_ops ipv6_specific = {
	.net_header_bytes = sizeof(struct ipv6hdr),
	.min_pmtu_bytes = IPV6_MIN_MTU,
	.gso_type = SKB_GSO_TCPV6,
	.queue_xmit = ip6_queue_xmit,
	.send_pkt = send_pkt,
	.csum_pseudo = csum_pseudo,
	.route = route,
	.addr_type = ipv6_addr_type,
	.update_pmtu = ip6_rt_update_pmtu,
};
