// SPDX-License-Identifier: MIT
/*
 * ICMP (RFC 792; RFC 1122 section 3.2.2): answers echo requests, reports errors of received packets
 * within a rate limit (RFC 1812 section 4.3.2.8), and tells transports of errors about theirs.
 */
#include <net/icmp.h>
#include "ipv4.h"
#include <net/checksum.h>
#include <net/errno.h>

#define LIMIT_INTERVAL_NS 1000000u
#define LIMIT_BURST	  50u

#define QUOTE_MAX_BYTES 576 /* of the whole message: RFC 1812 section 4.3.2.3 */

/* ---- errors to others ---- */

bool icmp_limit_take(struct icmp_limit *l, uint64_t now_ns)
{
	uint64_t earned = (now_ns - l->filled_ns) / LIMIT_INTERVAL_NS;

	if (!l->filled_ns || earned >= LIMIT_BURST) {
		l->tokens = LIMIT_BURST;
		l->filled_ns = now_ns ? now_ns : 1;
	} else {
		l->tokens += (uint32_t)earned;
		if (l->tokens > LIMIT_BURST)
			l->tokens = LIMIT_BURST;
		l->filled_ns += earned * LIMIT_INTERVAL_NS;
	}
	if (!l->tokens)
		return false;
	l->tokens--;
	return true;
}

static bool within_limit(struct net *net)
{
	if (icmp_limit_take(&net->ipv4->icmp, port_time_ns(net->port)))
		return true;
	NET_INC(net, IcmpOutRateLimitGlobal);
	return false;
}

/* RFC 1122 3.2.2: no error about an error, a broadcast, a later fragment or a source that is none. */
static bool may_report(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	uint32_t at = skb->network_header + iph->ihl * 4u;

	if (skb->pkt_type != PACKET_HOST || (iph->frag_off & htons(IP_OFFSET)))
		return false;
	if (ip_is_broadcast(skb->dev, iph->daddr) || ipv4_is_multicast(iph->daddr) || !iph->saddr ||
	    ipv4_is_multicast(iph->saddr) || ip_is_broadcast(skb->dev, iph->saddr))
		return false;
	if (iph->protocol == IPPROTO_ICMP) { /* an echo may be reported, its type linear */
		if (skb->head + at >= skb->tail)
			return false;
		return skb->head[at] == ICMP_ECHO;
	}
	return true;
}

static void count_out(struct net *net, uint8_t type)
{
	NET_INC(net, IcmpOutMsgs);
	if (type == ICMP_DEST_UNREACH)
		NET_INC(net, IcmpOutDestUnreachs);
	else if (type == ICMP_TIME_EXCEEDED)
		NET_INC(net, IcmpOutTimeExcds);
	else if (type == ICMP_PARAMETERPROB)
		NET_INC(net, IcmpOutParmProbs);
	else if (type == ICMP_ECHOREPLY)
		NET_INC(net, IcmpOutEchoReps);
}

void icmp_send(struct sk_buff *skb_in, uint8_t type, uint8_t code, uint32_t info)
{
	struct net *net = skb_in->dev->net;
	const struct iphdr *iph = ip_hdr(skb_in);
	/* The packet from its IP header on, wherever data points. */
	uint32_t back = (uint32_t)(skb_in->data - skb_network_header(skb_in));
	uint32_t quote = skb_in->len + back;
	struct icmphdr *icmph;
	struct sk_buff *skb;

	if (!may_report(skb_in) || !within_limit(net))
		return;
	if (quote > QUOTE_MAX_BYTES - sizeof(*iph) - sizeof(*icmph))
		quote = QUOTE_MAX_BYTES - sizeof(*iph) - sizeof(*icmph);
	skb = alloc_skb(net, MAX_HEADER + QUOTE_MAX_BYTES);
	if (!skb) {
		NET_INC(net, IcmpOutErrors);
		return;
	}
	skb_reserve(skb, MAX_HEADER);
	icmph = skb_put(skb, sizeof(*icmph));
	*icmph = (struct icmphdr){.type = type, .code = code, .rest = htonl(info)};
	if (quote < back)
		back = quote;
	memcpy(skb_put(skb, back), iph, back);
	skb_copy_bits(skb_in, 0, skb_put(skb, quote - back), quote - back);
	icmph->checksum = csum_fold(skb_checksum(skb, 0, skb->len, 0));
	count_out(net, type);
	ip_build_and_send_pkt(net, skb, iph->daddr, iph->saddr, IPPROTO_ICMP, 0, 0);
}

/* ---- echo ---- */

static void echo_reply(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	const struct iphdr *iph = ip_hdr(skb);
	struct icmphdr *icmph = (struct icmphdr *)skb->data;
	struct ip_send_info info = {.protocol = IPPROTO_ICMP, .tos = iph->tos & ~3};
	struct ip_route rt = {.daddr = iph->saddr, .saddr = iph->daddr};

	if (skb->pkt_type != PACKET_HOST || !ip_is_local(net, iph->daddr)) {
		kfree_skb_reason(skb, SKB_DROP_IcmpBroadcast);
		return;
	}
	if (ip_route_output(net, &rt)) {
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
		return;
	}
	icmph->type = ICMP_ECHOREPLY;
	icmph->checksum = csum_replace2(icmph->checksum, htons(ICMP_ECHO << 8), 0);
	skb_orphan(skb);
	skb->ip_summed = CHECKSUM_NONE;
	skb->gso_size = 0;
	count_out(net, ICMP_ECHOREPLY);
	ip_send_skb(net, skb, &rt, &info);
}

/* ---- errors to us ---- */

bool icmp_err_convert(uint8_t type, uint8_t code, int *errno_out)
{
	static const struct {
		int err;
		bool hard;
	} unreach[NR_ICMP_UNREACH + 1] = {
		{ENETUNREACH, false},  {EHOSTUNREACH, false}, {ENOPROTOOPT, true},
		{ECONNREFUSED, true},  {EMSGSIZE, false},     {EOPNOTSUPP, false},
		{ENETUNREACH, true},   {EHOSTDOWN, true},     {ENETUNREACH, true},
		{ENETUNREACH, true},   {EHOSTUNREACH, true},  {ENETUNREACH, false},
		{EHOSTUNREACH, false}, {EHOSTUNREACH, true},  {EHOSTUNREACH, true},
		{EHOSTUNREACH, true},
	};

	*errno_out = EHOSTUNREACH;
	if (type == ICMP_PARAMETERPROB) {
		*errno_out = EPROTO;
		return true;
	}
	if (type != ICMP_DEST_UNREACH || code > NR_ICMP_UNREACH)
		return false;
	*errno_out = unreach[code].err;
	return unreach[code].hard;
}

/* RFC 1191 section 7.1: what a router that tells no MTU probably meant. */
static uint32_t plateau_below(uint32_t total_len)
{
	static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296};

	for (unsigned int i = 0; i < sizeof(plateaus) / sizeof(plateaus[0]); i++)
		if (plateaus[i] < total_len)
			return plateaus[i];
	return IPV4_MIN_MTU;
}

/* skb: data at the ICMP header. */
static enum skb_drop_reason handle_error(struct sk_buff *skb)
{
	const struct icmphdr *icmph;
	const struct iphdr *quoted;
	uint32_t need = sizeof(*icmph) + sizeof(*quoted), info = 0;
	uint8_t type, code;

	if (skb->pkt_type != PACKET_HOST)
		return SKB_DROP_IcmpBroadcast;
	if (!pskb_may_pull(skb, need))
		return SKB_DROP_IcmpInvalid;
	quoted = (const struct iphdr *)(skb->data + sizeof(*icmph));
	if (quoted->version != 4 || quoted->ihl < 5 ||
	    !pskb_may_pull(skb, sizeof(*icmph) + quoted->ihl * 4u + 8))
		return SKB_DROP_IcmpInvalid;
	icmph = (const struct icmphdr *)skb->data;
	quoted = (const struct iphdr *)(skb->data + sizeof(*icmph));
	if (!ip_is_local(skb->dev->net, quoted->saddr) || (quoted->frag_off & htons(IP_OFFSET)))
		return SKB_DROP_IcmpInvalid;
	type = icmph->type;
	code = icmph->code;
	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED) {
		info = ntohs(icmph->frag.mtu);
		if (!info)
			info = plateau_below(ntohs(quoted->tot_len));
	}
	skb_pull(skb, sizeof(*icmph));
	ip_transport_error(skb, type, code, info);
	return SKB_DROP_COUNT; /* handled */
}

static enum skb_drop_reason dispatch(struct net *net, struct sk_buff *skb, uint8_t type)
{
	switch (type) {
	case ICMP_DEST_UNREACH:
		NET_INC(net, IcmpInDestUnreachs);
		return handle_error(skb);
	case ICMP_TIME_EXCEEDED:
		NET_INC(net, IcmpInTimeExcds);
		return handle_error(skb);
	case ICMP_PARAMETERPROB:
		NET_INC(net, IcmpInParmProbs);
		return handle_error(skb);
	case ICMP_REDIRECT: /* hosts with one gateway have no use for it */
		NET_INC(net, IcmpInRedirects);
		return SKB_DROP_IcmpUnhandled;
	case ICMP_ECHOREPLY:
		NET_INC(net, IcmpInEchoReps);
		return SKB_DROP_IcmpUnhandled;
	default: /* RFC 1122 3.2.2: unknown types are silently discarded */
		return SKB_DROP_IcmpUnhandled;
	}
}

int icmp_rcv(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	enum skb_drop_reason reason;
	uint8_t type;

	NET_INC(net, IcmpInMsgs);
	if (!pskb_may_pull(skb, sizeof(struct icmphdr))) {
		NET_INC(net, IcmpInErrors);
		kfree_skb_reason(skb, SKB_DROP_IcmpInvalid);
		return 0;
	}
	if (csum_fold(skb_checksum(skb, 0, skb->len, 0))) {
		NET_INC(net, IcmpInErrors);
		NET_INC(net, IcmpInCsumErrors);
		kfree_skb_reason(skb, SKB_DROP_IcmpCsum);
		return 0;
	}
	type = skb->data[0];
	if (type == ICMP_ECHO) {
		NET_INC(net, IcmpInEchos);
		echo_reply(skb);
		return 0;
	}
	reason = dispatch(net, skb, type);
	if (reason == SKB_DROP_IcmpInvalid)
		NET_INC(net, IcmpInErrors);
	if (reason == SKB_DROP_COUNT)
		consume_skb(skb);
	else
		kfree_skb_reason(skb, reason);
	return 0;
}
