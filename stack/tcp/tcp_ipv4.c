// SPDX-License-Identifier: MIT
/* Between TCP and IPv4: the entry of segments and of ICMP errors, and what TCP asks of IPv4. */
#include "tcp_rcv.h"
#include <net/icmp.h>

int tcp_v4_rcv(struct sk_buff *skb)
{
	const struct iphdr *iph;
	struct inet_flow f;

	if (!tcp_rcv_header(skb))
		return 0;
	iph = ip_hdr(skb);
	if (skb->ip_summed == CHECKSUM_NONE &&
	    csum_tcpudp_magic(iph->saddr, iph->daddr, skb->len, IPPROTO_TCP,
			      skb_checksum(skb, 0, skb->len, 0))) {
		tcp_drop_damaged(skb);
		return 0;
	}
	f.saddr = in6_from_v4(iph->saddr);
	f.daddr = in6_from_v4(iph->daddr);
	f.dev = skb->dev;
	tcp_rcv_fields(skb, &f, iph->tos);
	tcp_demux(skb, &f);
	return 0;
}

void tcp_v4_err(struct sk_buff *skb, uint8_t icmp_type, uint8_t icmp_code, uint32_t info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const uint8_t *th = skb->data + iph->ihl * 4u;
	/* The quoted segment is ours: we are its source. */
	struct tcp_icmp_error e = {
		.f = {.saddr = in6_from_v4(iph->daddr),
		      .daddr = in6_from_v4(iph->saddr),
		      .sport = get_unaligned_be16(th + 2),
		      .dport = get_unaligned_be16(th)},
		.seq = get_unaligned_be32(th + 4),
	};

	if (icmp_type == ICMP_DEST_UNREACH && icmp_code == ICMP_FRAG_NEEDED) {
		e.mtu_bytes = info;
	} else {
		e.unreachable = icmp_type == ICMP_DEST_UNREACH;
		icmp_err_convert(icmp_type, icmp_code, &e.err);
	}
	tcp_icmp_error(skb_net(skb), &e);
}

/* ---- what TCP asks ---- */

static int send_pkt(struct net *net, struct sk_buff *skb, const struct in6_addr *saddr,
		    const struct in6_addr *daddr, struct net_device *dev, uint8_t tos, uint8_t ttl)
{
	(void)dev;
	return ip_build_and_send_pkt(net, skb, saddr->s6_addr32[3], daddr->s6_addr32[3],
				     IPPROTO_TCP, tos, ttl);
}

static uint16_t csum_pseudo(const struct in6_addr *saddr, const struct in6_addr *daddr,
			    uint32_t len)
{
	return csum_tcpudp_pseudo(saddr->s6_addr32[3], daddr->s6_addr32[3], len, IPPROTO_TCP);
}

static int route(struct net *net, struct ip_route *rt, struct in6_addr *saddr,
		 const struct in6_addr *daddr, struct net_device *dev)
{
	int err;

	*rt = (struct ip_route){
		.daddr = daddr->s6_addr32[3], .saddr = saddr->s6_addr32[3], .dev = dev};
	err = ip_route_output(net, rt);
	if (!err)
		*saddr = in6_from_v4(rt->saddr);
	return err;
}

static enum inet_addr_type addr_type(struct net *net, const struct in6_addr *addr)
{
	return inet_addr_type(net, addr->s6_addr32[3]);
}

static void update_pmtu(struct net *net, const struct in6_addr *daddr, uint32_t mtu_bytes)
{
	ip_rt_update_pmtu(net, daddr->s6_addr32[3], mtu_bytes);
}

const struct inet_connection_sock_af_ops ipv4_specific = {
	.net_header_bytes = sizeof(struct iphdr),
	.min_pmtu_bytes = IP_MIN_PMTU,
	.gso_type = SKB_GSO_TCPV4,
	.queue_xmit = ip_queue_xmit,
	.send_pkt = send_pkt,
	.csum_pseudo = csum_pseudo,
	.route = route,
	.addr_type = addr_type,
	.update_pmtu = update_pmtu,
};
