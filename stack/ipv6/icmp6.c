// SPDX-License-Identifier: MIT
/*
 * ICMPv6 (RFC 4443): answers echo requests, reports errors of received packets within a rate limit,
 * tells transports of errors about theirs, and hands neighbour discovery and MLD on.
 */
#include "ipv6.h"
#include <net/checksum.h>
#include <net/errno.h>
#include <net/udp.h>

/* ---- out ---- */

struct sk_buff *icmpv6_alloc(struct net *net, uint32_t len)
{
	struct sk_buff *skb = alloc_skb(net, MAX_HEADER + len);

	if (skb)
		skb_reserve(skb, MAX_HEADER);
	else
		NET_INC(net, Icmp6OutErrors);
	return skb;
}

void icmpv6_count_out(struct net *net, uint8_t type)
{
	static const struct {
		uint8_t type;
		enum net_mib counter;
	} counters[] = {
		{ICMPV6_DEST_UNREACH, MIB_Icmp6OutDestUnreachs},
		{ICMPV6_PKT_TOOBIG, MIB_Icmp6OutPktTooBigs},
		{ICMPV6_TIME_EXCEED, MIB_Icmp6OutTimeExcds},
		{ICMPV6_PARAMPROB, MIB_Icmp6OutParmProblems},
		{ICMPV6_ECHO_REPLY, MIB_Icmp6OutEchoReplies},
		{ICMPV6_MLD_REPORT, MIB_Icmp6OutGroupMembResponses},
		{NDISC_ROUTER_SOLICIT, MIB_Icmp6OutRouterSolicits},
		{NDISC_NEIGH_SOLICIT, MIB_Icmp6OutNeighborSolicits},
		{NDISC_NEIGH_ADVERT, MIB_Icmp6OutNeighborAdvertisements},
		{ICMPV6_MLD2_REPORT, MIB_Icmp6OutMLDv2Reports},
	};

	NET_INC(net, Icmp6OutMsgs);
	for (unsigned int i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		if (counters[i].type == type)
			net->mib[counters[i].counter]++;
}

void icmpv6_checksum(struct icmp6hdr *icmp6h, uint32_t len, const struct in6_addr *saddr,
		     const struct in6_addr *daddr)
{
	icmp6h->checksum = 0;
	icmp6h->checksum = csum_fold(
		csum_ipv6_nofold(saddr, daddr, len, IPPROTO_ICMPV6, csum_partial(icmp6h, len, 0)));
}

int icmpv6_xmit(struct net *net, struct sk_buff *skb, struct ip_route *rt, uint8_t hop_limit)
{
	const struct ip6_send_info info = {.protocol = IPPROTO_ICMPV6, .hop_limit = hop_limit};
	struct icmp6hdr *icmp6h = (struct icmp6hdr *)skb->data;

	icmpv6_checksum(icmp6h, skb->len, &rt->saddr6, &rt->daddr6);
	icmpv6_count_out(net, icmp6h->type);
	return ip6_send_skb(net, skb, rt, &info);
}

/* skb: data at the IPv6 header. Section 2.4(e): never about an error, to a source that is no host, or to a group's packet, two
 * cases apart that a sender must learn of. */
static bool may_report(const struct sk_buff *skb, uint8_t type, uint8_t code)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const bool for_groups = type == ICMPV6_PKT_TOOBIG ||
				(type == ICMPV6_PARAMPROB && code == ICMPV6_UNK_OPTION);
	uint32_t at = sizeof(*ip6h);
	uint8_t protocol = ip6h->nexthdr, icmp_type;
	bool fragment = false;

	if (ipv6_addr_any(&ip6h->saddr) || ipv6_addr_multicast(&ip6h->saddr))
		return false;
	if (!for_groups && (skb->pkt_type != PACKET_HOST || ipv6_addr_multicast(&ip6h->daddr)))
		return false;
	if (!ipv6_skip_exthdrs(skb, &at, &protocol, &fragment) || fragment ||
	    protocol != IPPROTO_ICMPV6)
		return true;
	return !skb_copy_bits(skb, at, &icmp_type, 1) && (icmp_type & ICMPV6_INFORMATIONAL);
}

void icmpv6_send(struct sk_buff *skb_in, uint8_t type, uint8_t code, uint32_t info)
{
	struct net *net = skb_in->dev->net;
	const struct ipv6hdr *ip6h = ipv6_hdr(skb_in);
	/* The packet from its IPv6 header on, wherever data points. */
	const uint32_t back = (uint32_t)(skb_in->data - skb_network_header(skb_in));
	const uint32_t room = IPV6_MIN_MTU - sizeof(*ip6h) - sizeof(struct icmp6hdr);
	const uint32_t quote = skb_in->len + back < room ? skb_in->len + back : room;
	struct ip_route rt = {.daddr6 = ip6h->saddr};
	struct icmp6hdr *icmp6h;
	struct sk_buff *skb;

	if (ipv6_is_local(net, &ip6h->daddr))
		rt.saddr6 = ip6h->daddr;
	if (ipv6_addr_linklocal(&ip6h->saddr))
		rt.dev = skb_in->dev;
	skb_push(skb_in, back);
	if (!may_report(skb_in, type, code))
		goto out;
	if (!icmp_limit_take(&net->ipv6->icmp, port_time_ns(net->port))) {
		NET_INC(net, Icmp6OutRateLimitHost);
		goto out;
	}
	skb = icmpv6_alloc(net, IPV6_MIN_MTU);
	if (!skb)
		goto out;
	icmp6h = skb_put(skb, sizeof(*icmp6h));
	*icmp6h = (struct icmp6hdr){.type = type, .code = code, .rest = htonl(info)};
	skb_copy_bits(skb_in, 0, skb_put(skb, quote), quote);
	if (ip6_route_output(net, &rt))
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
	else
		icmpv6_xmit(net, skb, &rt, 0);
out:
	skb_pull(skb_in, back);
}

/* ---- echo ---- */

static void echo_reply(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct ip_route rt = {.daddr6 = ip6h->saddr};
	struct sk_buff *reply;
	struct icmp6hdr *icmp6h;

	if (!ipv6_addr_multicast(&ip6h->daddr))
		rt.saddr6 = ip6h->daddr;
	if (ipv6_addr_linklocal(&ip6h->saddr))
		rt.dev = skb->dev;
	reply = ip6_route_output(net, &rt) ? NULL : icmpv6_alloc(net, skb->len);
	if (!reply) {
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
		return;
	}
	skb_copy_bits(skb, 0, skb_put(reply, skb->len), skb->len);
	icmp6h = (struct icmp6hdr *)reply->data;
	icmp6h->type = ICMPV6_ECHO_REPLY;
	consume_skb(skb);
	icmpv6_xmit(net, reply, &rt, 0);
}

/* ---- errors to us ---- */

bool icmpv6_err_convert(uint8_t type, uint8_t code, int *errno_out)
{
	static const struct {
		int err;
		bool hard;
	} unreach[] = {
		[ICMPV6_NOROUTE] = {ENETUNREACH, false},
		[ICMPV6_ADM_PROHIBITED] = {EACCES, true},
		[ICMPV6_NOT_NEIGHBOUR] = {EHOSTUNREACH, false},
		[ICMPV6_ADDR_UNREACH] = {EHOSTUNREACH, false},
		[ICMPV6_PORT_UNREACH] = {ECONNREFUSED, true},
		[ICMPV6_POLICY_FAIL] = {EACCES, true},
		[ICMPV6_REJECT_ROUTE] = {EACCES, true},
	};

	*errno_out = EPROTO;
	switch (type) {
	case ICMPV6_DEST_UNREACH:
		if (code >= sizeof(unreach) / sizeof(unreach[0]))
			return true;
		*errno_out = unreach[code].err;
		return unreach[code].hard;
	case ICMPV6_PKT_TOOBIG:
		*errno_out = EMSGSIZE;
		return false;
	case ICMPV6_PARAMPROB:
		return true;
	case ICMPV6_TIME_EXCEED:
		*errno_out = EHOSTUNREACH;
		return false;
	default:
		return false;
	}
}

void ipv6_transport_error(struct sk_buff *skb, uint8_t type, uint8_t code, uint32_t info)
{
	uint32_t transport;
	uint8_t protocol;
	bool fragment;

	if (!ipv6_find_transport(skb, 0, &transport, &protocol, &fragment) || fragment ||
	    !pskb_may_pull(skb, transport + 8))
		return;
	if (protocol == IPPROTO_TCP)
		tcp_v6_err(skb, transport, type, code, info);
	else if (protocol == IPPROTO_UDP)
		udp_v6_err(skb, transport, type, code, info);
}

/* skb: data at the ICMPv6 header. */
static enum skb_drop_reason handle_error(struct sk_buff *skb)
{
	const struct icmp6hdr icmp6h = *(const struct icmp6hdr *)skb->data;
	const uint32_t need = sizeof(icmp6h) + sizeof(struct ipv6hdr);
	const struct ipv6hdr *quoted;

	if (skb->pkt_type != PACKET_HOST)
		return SKB_DROP_IcmpBroadcast;
	if (!pskb_may_pull(skb, need))
		return SKB_DROP_IcmpInvalid;
	quoted = (const struct ipv6hdr *)(skb->data + sizeof(icmp6h));
	if (ntohl(quoted->flow) >> 28 != 6 || !ipv6_is_local(skb->dev->net, &quoted->saddr))
		return SKB_DROP_IcmpInvalid;
	skb_pull(skb, sizeof(icmp6h));
	ipv6_transport_error(skb, icmp6h.type, icmp6h.code, ntohl(icmp6h.rest));
	return SKB_DROP_COUNT; /* handled */
}

static enum skb_drop_reason dispatch(struct net *net, struct sk_buff *skb, uint8_t type)
{
	switch (type) {
	case ICMPV6_DEST_UNREACH:
		NET_INC(net, Icmp6InDestUnreachs);
		return handle_error(skb);
	case ICMPV6_PKT_TOOBIG:
		NET_INC(net, Icmp6InPktTooBigs);
		return handle_error(skb);
	case ICMPV6_TIME_EXCEED:
		NET_INC(net, Icmp6InTimeExcds);
		return handle_error(skb);
	case ICMPV6_PARAMPROB:
		NET_INC(net, Icmp6InParmProblems);
		return handle_error(skb);
	case ICMPV6_ECHO_REPLY:
		NET_INC(net, Icmp6InEchoReplies);
		return SKB_DROP_IcmpUnhandled;
	case ICMPV6_MLD_QUERY:
		return pskb_may_pull(skb, skb->len) ? mld_query(skb) : SKB_DROP_NoMemory;
	case NDISC_ROUTER_SOLICIT:
	case NDISC_ROUTER_ADVERT:
	case NDISC_NEIGH_SOLICIT:
	case NDISC_NEIGH_ADVERT:
	case NDISC_REDIRECT:
		return pskb_may_pull(skb, skb->len) ? ndisc_rcv(skb) : SKB_DROP_NoMemory;
	default: /* section 2.4(b): unknown informational messages are silently discarded */
		return SKB_DROP_IcmpUnhandled;
	}
}

void icmpv6_rcv(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	const struct ipv6hdr *ip6h;
	enum skb_drop_reason reason = SKB_DROP_IcmpInvalid;

	NET_INC(net, Icmp6InMsgs);
	if (!pskb_may_pull(skb, sizeof(struct icmp6hdr)))
		goto invalid;
	ip6h = ipv6_hdr(skb);
	if (csum_fold(csum_ipv6_nofold(&ip6h->saddr, &ip6h->daddr, skb->len, IPPROTO_ICMPV6,
				       skb_checksum(skb, 0, skb->len, 0)))) {
		NET_INC(net, Icmp6InCsumErrors);
		reason = SKB_DROP_IcmpCsum;
		goto invalid;
	}
	if (skb->data[0] == ICMPV6_ECHO_REQUEST) {
		NET_INC(net, Icmp6InEchos);
		echo_reply(skb);
		return;
	}
	reason = dispatch(net, skb, skb->data[0]);
	if (reason == SKB_DROP_COUNT) {
		consume_skb(skb);
		return;
	}
	if (reason == SKB_DROP_IcmpUnhandled) {
		kfree_skb_reason(skb, reason);
		return;
	}
invalid:
	NET_INC(net, Icmp6InErrors);
	kfree_skb_reason(skb, reason);
}
