// SPDX-License-Identifier: MIT
/*
 * ARP on Ethernet for IPv4 (RFC 826), with RFC 5227's probes and announcements. Entries are made
 * only for hosts that ask for us or that we ask; anything else just refreshes what is there.
 */
#include "ipv4.h"
#include <net/icmp.h>

#define ARPHRD_ETHER  1
#define ARPOP_REQUEST 1
#define ARPOP_REPLY   2
/* A second answer so soon after the first does not replace it (two hosts with one address). */
#define ARP_LOCK_NS 1000000000ull

struct arp_packet {
	__be16 hardware, protocol;
	uint8_t hardware_len, protocol_len;
	__be16 operation;
	uint8_t sha[ETH_ALEN];
	__be32 spa;
	uint8_t tha[ETH_ALEN];
	__be32 tpa;
} __attribute__((packed));

static const uint8_t eth_broadcast[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t eth_zero[ETH_ALEN];

static void arp_send(struct net_device *dev, uint16_t operation, const uint8_t *dest,
		     const uint8_t *tha, __be32 spa, __be32 tpa)
{
	struct sk_buff *skb = alloc_skb(dev->net, MAX_HEADER);
	struct arp_packet *arp;

	if (!skb)
		return;
	skb_reserve(skb, ETH_HLEN + NET_IP_ALIGN);
	skb->dev = dev;
	skb_reset_network_header(skb);
	arp = skb_put(skb, sizeof(*arp));
	*arp = (struct arp_packet){
		.hardware = htons(ARPHRD_ETHER),
		.protocol = htons(ETH_P_IP),
		.hardware_len = ETH_ALEN,
		.protocol_len = 4,
		.operation = htons(operation),
		.spa = spa,
		.tpa = tpa,
	};
	memcpy(arp->sha, dev->dev_addr, ETH_ALEN);
	memcpy(arp->tha, tha, ETH_ALEN);
	if (operation == ARPOP_REQUEST)
		NET_INC(dev->net, ArpOutRequests);
	else
		NET_INC(dev->net, ArpOutReplies);
	eth_output(skb, dest, ETH_P_ARP);
}

void arp_send_request(struct net_device *dev, __be32 addr, const uint8_t *target)
{
	arp_send(dev, ARPOP_REQUEST, target ? target : eth_broadcast, eth_zero,
		 in_dev(dev) ? in_dev(dev)->addr : 0, addr);
}

void arp_announce(struct net_device *dev)
{
	arp_send_request(dev, in_dev(dev)->addr, NULL);
}

static bool well_formed(const struct arp_packet *arp)
{
	return arp->hardware == htons(ARPHRD_ETHER) && arp->protocol == htons(ETH_P_IP) &&
	       arp->hardware_len == ETH_ALEN && arp->protocol_len == 4 &&
	       (arp->operation == htons(ARPOP_REQUEST) || arp->operation == htons(ARPOP_REPLY)) &&
	       !(arp->sha[0] & 1) && !ipv4_is_multicast(arp->spa) && !ipv4_is_loopback(arp->spa) &&
	       !ipv4_is_lbcast(arp->spa) && !ipv4_is_multicast(arp->tpa) &&
	       !ipv4_is_loopback(arp->tpa);
}

/* ---- questions ---- */

static void solicit(struct neighbour *n, const uint8_t *target)
{
	arp_send_request(n->dev, n->addr.s6_addr32[3], target);
}

static void undeliverable(struct sk_buff *skb)
{
	ip_transport_error(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
}

static struct neigh_times times(const struct net_device *dev)
{
	(void)dev;
	return (struct neigh_times){.reachable_ns = NEIGH_REACHABLE_NS,
				    .retrans_ns = NEIGH_RETRANS_NS};
}

const struct neigh_ops arp_neigh_ops = {
	.ethertype = ETH_P_IP,
	.failures = MIB_ArpFailures,
	.table_full = MIB_ArpTableFull,
	.solicit = solicit,
	.undeliverable = undeliverable,
	.times = times,
};

/* ---- what comes ---- */

static struct neighbour *find(struct net_device *dev, __be32 addr)
{
	const struct in6_addr a = in6_from_v4(addr);

	return neigh_lookup(&dev->net->ipv4->neigh, dev, &a);
}

static struct neighbour *get(struct net_device *dev, __be32 addr)
{
	const struct in6_addr a = in6_from_v4(addr);

	return neigh_get(&dev->net->ipv4->neigh, dev, &a);
}

static void learn(struct neighbour *n, const struct arp_packet *arp, bool confirmed)
{
	if (neigh_known(n) && memcmp(n->ha, arp->sha, ETH_ALEN) &&
	    port_time_ns(n->table->net->port) - n->updated_ns < ARP_LOCK_NS)
		return;
	neigh_update(n, arp->sha, confirmed);
}

/* A question for our address: answered, and who asks is remembered as he will hear from us. */
static void answer(struct net_device *dev, const struct arp_packet *arp)
{
	struct neighbour *n;

	arp_send(dev, ARPOP_REPLY, arp->sha, arp->sha, arp->tpa, arp->spa);
	if (!arp->spa) /* RFC 5227 probe: nobody's address yet */
		return;
	n = get(dev, arp->spa);
	if (n)
		learn(n, arp, false);
}

/* Anything else, gratuitous or answer: about a neighbour that we know or ask for. */
static void refresh(struct net_device *dev, const struct arp_packet *arp, bool to_us)
{
	struct neighbour *n = arp->spa ? find(dev, arp->spa) : NULL;

	if (n)
		learn(n, arp, arp->operation == htons(ARPOP_REPLY) && to_us);
}

void arp_rcv(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	const struct in_device *in = in_dev(dev);
	struct arp_packet arp;

	if (skb->pkt_type == PACKET_OTHERHOST) {
		kfree_skb_reason(skb, SKB_DROP_OtherHost);
		return;
	}
	if (skb_copy_bits(skb, 0, &arp, sizeof(arp)) || !well_formed(&arp)) {
		kfree_skb_reason(skb, SKB_DROP_ArpInvalid);
		return;
	}
	if (!in || !in->addr || arp.spa == in->addr || dev == dev->net->loopback) {
		kfree_skb_reason(skb, SKB_DROP_ArpInvalid);
		return;
	}
	if (arp.operation == htons(ARPOP_REQUEST))
		NET_INC(dev->net, ArpInRequests);
	else
		NET_INC(dev->net, ArpInReplies);
	if (arp.operation == htons(ARPOP_REQUEST) && arp.tpa == in->addr)
		answer(dev, &arp);
	else
		refresh(dev, &arp, skb->pkt_type == PACKET_HOST);
	consume_skb(skb);
}
