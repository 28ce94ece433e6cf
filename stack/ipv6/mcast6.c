// SPDX-License-Identifier: MIT
/*
 * Which groups a device listens to, and telling routers and switches so (MLDv2, RFC 3810; to queriers
 * of version 1, RFC 2710). The groups are the solicited-node addresses of its own addresses, so
 * there is no list of them: a report names all, as "exclude nobody". All-nodes is never reported.
 */
#include "ipv6.h"

#define MLD_ROBUSTNESS		 2 /* unsolicited reports are sent so often */
#define UNSOLICITED_NS		 1000000000ull
#define OLDER_VERSION_QUERIER_NS 260000000000ull /* RFC 3810 section 9.12, defaults */
#define MLD_HOP_LIMIT		 1
#define QUERY_V1_BYTES		 24u
#define QUERY_V2_BYTES		 28u
#define MODE_IS_EXCLUDE		 2
#define GROUPS_MAX		 48u /* that fit a report of one packet of 1,280 bytes */

#define MLD2_ROUTERS ((struct in6_addr){.s6_addr32 = {htonl(0xff020000), 0, 0, htonl(0x16)}})

/* Hop-by-hop header with the router alert option (RFC 2711). */
struct mld_hop_by_hop {
	uint8_t nexthdr, hdrlen;
	uint8_t alert[4], pad[2];
} __attribute__((packed));

struct mld2_record {
	uint8_t type, aux_len;
	__be16 sources;
	struct in6_addr group;
} __attribute__((packed, aligned(2)));

struct mld_msg { /* version 1 report; query */
	struct icmp6hdr icmp6h;
	struct in6_addr group;
} __attribute__((packed, aligned(2)));

/* ---- groups ---- */

static bool has_group(const struct ifaddr6 *ifa, const struct in6_addr *group)
{
	const struct in6_addr own = ipv6_solicited_node(&ifa->addr);

	return ifa->state != IFADDR6_WAITS && ifa->state != IFADDR6_DUPLICATE &&
	       ipv6_addr_equal(&own, group);
}

bool ipv6_in_group(const struct net_device *dev, const struct in6_addr *group)
{
	const struct ifaddr6 *ifa;

	if (ipv6_addr_equal(group, &IN6ADDR_ALL_NODES))
		return true;
	list_for_each_entry(ifa, &in6_dev(dev)->addrs, node)
		if (has_group(ifa, group))
			return true;
	return false;
}

/* The n-th group, each once. false: there are fewer. */
static bool nth_group(const struct inet6_dev *in6, unsigned int n, struct in6_addr *group)
{
	const struct ifaddr6 *ifa, *other;

	list_for_each_entry(ifa, &in6->addrs, node) {
		*group = ipv6_solicited_node(&ifa->addr);
		if (!has_group(ifa, group))
			continue;
		list_for_each_entry(other, &in6->addrs, node)
			if (other == ifa || has_group(other, group))
				break;
		if (other == ifa && !n--)
			return true;
	}
	return false;
}

/* ---- reports ---- */

static struct sk_buff *report_alloc(struct net *net, uint32_t len)
{
	struct sk_buff *skb = icmpv6_alloc(net, sizeof(struct mld_hop_by_hop) + len);
	struct mld_hop_by_hop *hop;

	if (!skb)
		return NULL;
	hop = skb_put(skb, sizeof(*hop));
	*hop = (struct mld_hop_by_hop){
		.nexthdr = IPPROTO_ICMPV6, .alert = {5, 2, 0, 0}, .pad = {1, 0}};
	return skb;
}

static void report_send(struct net_device *dev, struct sk_buff *skb, const struct in6_addr *daddr)
{
	const struct ifaddr6 *source = ifaddr6_linklocal(dev);
	struct ip_route rt = {.daddr6 = *daddr,
			      .saddr6 = source ? source->addr : IN6ADDR_ANY, /* RFC 3590 */
			      .next_hop6 = *daddr,
			      .dev = dev,
			      .mtu_bytes = dev->mtu,
			      .generation = dev->net->route_generation};
	const struct ip6_send_info info = {.protocol = NEXTHDR_HOP, .hop_limit = MLD_HOP_LIMIT};
	const uint32_t skip = sizeof(struct mld_hop_by_hop);
	struct icmp6hdr *icmp6h = (struct icmp6hdr *)(skb->data + skip);

	icmpv6_checksum(icmp6h, skb->len - skip, &rt.saddr6, &rt.daddr6);
	icmpv6_count_out(dev->net, icmp6h->type);
	ip6_send_skb(dev->net, skb, &rt, &info);
}

static void report_v2(struct net_device *dev)
{
	const struct inet6_dev *in6 = in6_dev(dev);
	struct sk_buff *skb = report_alloc(
		dev->net, sizeof(struct icmp6hdr) + GROUPS_MAX * sizeof(struct mld2_record));
	struct icmp6hdr *icmp6h;
	struct in6_addr group;
	unsigned int n;

	if (!skb)
		return;
	icmp6h = skb_put(skb, sizeof(*icmp6h));
	for (n = 0; n < GROUPS_MAX && nth_group(in6, n, &group); n++) {
		struct mld2_record *r = skb_put(skb, sizeof(*r));

		*r = (struct mld2_record){.type = MODE_IS_EXCLUDE, .group = group};
	}
	*icmp6h = (struct icmp6hdr){.type = ICMPV6_MLD2_REPORT, .rest = htonl(n)};
	if (n)
		report_send(dev, skb, &MLD2_ROUTERS);
	else
		consume_skb(skb);
}

static void report_v1(struct net_device *dev)
{
	struct in6_addr group;

	for (unsigned int n = 0; nth_group(in6_dev(dev), n, &group); n++) {
		struct sk_buff *skb = report_alloc(dev->net, sizeof(struct mld_msg));
		struct mld_msg *msg;

		if (!skb)
			return;
		msg = skb_put(skb, sizeof(*msg));
		*msg = (struct mld_msg){.icmp6h.type = ICMPV6_MLD_REPORT, .group = group};
		report_send(dev, skb, &group);
	}
}

static void arm(struct net_device *dev, uint64_t within_ns)
{
	struct net *net = dev->net;
	struct timer_list *t = &in6_dev(dev)->mld_timer;
	uint64_t at_ns = port_time_ns(net->port);
	uint32_t random;

	net->port->ops->random(net->port, &random, sizeof(random));
	at_ns += within_ns / 65536 * (random & 0xffff);
	if (!t->pending || t->expires_ns > at_ns)
		timer_mod(net, t, at_ns);
}

void mld_timer(struct timer_list *t)
{
	struct inet6_dev *in6 = container_of(t, struct inet6_dev, mld_timer);
	struct net_device *dev = in6->dev;

	if (port_time_ns(dev->net->port) < in6->mld_v1_until_ns)
		report_v1(dev);
	else
		report_v2(dev);
	if (in6->mld_reports_left && --in6->mld_reports_left)
		arm(dev, UNSOLICITED_NS);
}

void mld_changed(struct net_device *dev)
{
	struct inet6_dev *in6 = in6_dev(dev);
	struct net *net = dev->net;

	if (!in6->ready || dev == net->loopback)
		return;
	in6->mld_reports_left = MLD_ROBUSTNESS;
	timer_mod(net, &in6->mld_timer, port_time_ns(net->port)); /* one report for all changes */
}

void mld_stop(struct net_device *dev)
{
	timer_del(dev->net, &in6_dev(dev)->mld_timer);
}

/* ---- queries ---- */

/* RFC 3810 section 5.1.3: milliseconds, above 32,767 with mantissa and exponent. */
static uint64_t max_response_ns(uint16_t code, bool v1)
{
	uint32_t ms = code;

	if (!v1 && code >= 0x8000)
		ms = (uint32_t)((code & 0xfff) | 0x1000) << (((code >> 12) & 7) + 3);
	return ms * 1000000ull;
}

enum skb_drop_reason mld_query(struct sk_buff *skb)
{
	const struct mld_msg *msg = (const struct mld_msg *)skb->data;
	struct net_device *dev = skb->dev;
	struct inet6_dev *in6 = in6_dev(dev);
	const bool v1 = skb->len == QUERY_V1_BYTES;

	if ((!v1 && skb->len < QUERY_V2_BYTES) || ipv6_hdr(skb)->hop_limit != MLD_HOP_LIMIT ||
	    !ipv6_addr_linklocal(&ipv6_hdr(skb)->saddr))
		return SKB_DROP_MldInvalid;
	NET_INC(dev->net, Icmp6InGroupMembQueries);
	if (v1)
		in6->mld_v1_until_ns = port_time_ns(dev->net->port) + OLDER_VERSION_QUERIER_NS;
	if (!ipv6_addr_any(&msg->group) && !ipv6_in_group(dev, &msg->group))
		return SKB_DROP_COUNT;
	arm(dev, max_response_ns((uint16_t)(ntohl(msg->icmp6h.rest) >> 16), v1));
	return SKB_DROP_COUNT;
}
