// SPDX-License-Identifier: MIT
/*
 * Receive: merges segments of a TCP flow that follow each other into one sk_buff, so that the stack
 * runs once for many. Only what says the same is merged: equal IP header but for length and IPv4
 * identification (no options or extension headers), equal TCP options byte for byte (so equal time
 * stamps), equal ACK and window flags; a segment of another size, or with PSH, ends the packet. The
 * merged packet is what the sender's own super-segment would have been. Linux names this GRO.
 *
 * The first segment keeps its linear part; the payload of the others hangs on it as fragments, so
 * MAX_SKB_FRAGS bounds the merge besides 64 KiB.
 */
#include <string.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#define GRO_FLOWS_MAX 8

/* In skb->cb while a packet is held: data at the IP header. */
struct gro_cb {
	uint32_t next_seq; /* host order */
	uint16_t mss;	   /* payload bytes of the first segment */
	uint16_t segs;
};

/* A segment that may be merged: where its parts are. */
struct gro_segment {
	const uint8_t *ip; /* struct iphdr or struct ipv6hdr */
	const struct tcphdr *th;
	uint32_t ip_bytes, header_bytes, payload_bytes;
};

static struct gro_cb *gro_cb(struct sk_buff *skb)
{
	return (struct gro_cb *)skb->cb;
}

/* Without options or extension headers. */
static uint32_t ip_header_bytes(const struct sk_buff *skb)
{
	return skb->protocol == ETH_P_IP ? (uint32_t)sizeof(struct iphdr)
					 : (uint32_t)sizeof(struct ipv6hdr);
}

static const struct tcphdr *held_th(const struct sk_buff *skb)
{
	return (const struct tcphdr *)(skb->data + ip_header_bytes(skb));
}

static bool checksum_ok(struct sk_buff *skb, const struct gro_segment *s)
{
	const uint32_t tcp_len = skb->len - s->ip_bytes;
	const struct iphdr *iph = (const struct iphdr *)s->ip;
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)s->ip;
	uint32_t sum;

	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		return true;
	sum = skb_checksum(skb, s->ip_bytes, tcp_len, 0);
	if (skb->protocol == ETH_P_IP)
		sum = csum_tcpudp_nofold(iph->saddr, iph->daddr, tcp_len, IPPROTO_TCP, sum);
	else
		sum = csum_ipv6_nofold(&ip6h->saddr, &ip6h->daddr, tcp_len, IPPROTO_TCP, sum);
	if (csum_fold(sum))
		return false;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return true;
}

/* The packet's length by its IP header, which is right and announces TCP; 0: else. */
static uint32_t ip_packet_bytes(const struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;

	if (skb->protocol == ETH_P_IPV6)
		return iph->version == 6 && ip6h->nexthdr == IPPROTO_TCP
			       ? ntohs(ip6h->payload_len) + (uint32_t)sizeof(*ip6h)
			       : 0;
	if (iph->version != 4 || iph->ihl != 5 || iph->protocol != IPPROTO_TCP ||
	    (iph->frag_off & htons(IP_MF | IP_OFFSET)) || ip_fast_csum(iph, 5))
		return 0;
	return ntohs(iph->tot_len);
}

/* TCP over plain IP with right checksums, all headers linear; cuts Ethernet's padding off. */
static bool parse(struct sk_buff *skb, struct gro_segment *s)
{
	uint32_t len, need;

	s->ip = skb->data;
	s->ip_bytes = ip_header_bytes(skb);
	need = s->ip_bytes + (uint32_t)sizeof(*s->th);
	if (skb->data_len || skb->len < need)
		return false;
	s->th = (const struct tcphdr *)(skb->data + s->ip_bytes);
	len = ip_packet_bytes(skb);
	s->header_bytes = s->ip_bytes + s->th->doff * 4u;
	if (len > skb->len || len < need || s->th->doff < 5 || s->header_bytes > len)
		return false;
	pskb_trim(skb, len);
	s->payload_bytes = len - s->header_bytes;
	return checksum_ok(skb, s);
}

static bool same_addresses(const struct sk_buff *held, const struct gro_segment *s)
{
	if (held->protocol == ETH_P_IP)
		return !memcmp(held->data + offsetof(struct iphdr, saddr),
			       s->ip + offsetof(struct iphdr, saddr), 8);
	return !memcmp(held->data + offsetof(struct ipv6hdr, saddr),
		       s->ip + offsetof(struct ipv6hdr, saddr), 32);
}

static struct sk_buff *find_flow(struct napi_struct *napi, const struct sk_buff *skb,
				 const struct gro_segment *s)
{
	struct sk_buff *held;

	skb_queue_walk(&napi->gro_list, held) {
		const struct tcphdr *th = held_th(held);

		if (th->source == s->th->source && th->dest == s->th->dest &&
		    held->protocol == skb->protocol && held->dev == napi->dev &&
		    same_addresses(held, s))
			return held;
	}
	return NULL;
}

/* What else of the IP header must not differ. */
static bool same_ip(const struct sk_buff *held, const struct gro_segment *s)
{
	const struct iphdr *a = (const struct iphdr *)held->data, *b = (const struct iphdr *)s->ip;
	const struct ipv6hdr *a6 = (const struct ipv6hdr *)a, *b6 = (const struct ipv6hdr *)b;

	if (held->protocol == ETH_P_IPV6)
		return a6->flow == b6->flow && a6->hop_limit == b6->hop_limit;
	return a->tos == b->tos && a->ttl == b->ttl && a->frag_off == b->frag_off;
}

static bool may_merge(struct sk_buff *held, const struct gro_segment *s)
{
	const struct tcphdr *th = held_th(held);
	uint32_t options = s->header_bytes - s->ip_bytes - (uint32_t)sizeof(*th);

	return ntohl(s->th->seq) == gro_cb(held)->next_seq && s->payload_bytes &&
	       s->payload_bytes <= gro_cb(held)->mss && same_ip(held, s) &&
	       s->th->doff == th->doff && s->th->ack_seq == th->ack_seq &&
	       s->th->window == th->window &&
	       ((s->th->flags ^ th->flags) & ~(TCPHDR_PSH | TCPHDR_FIN)) == 0 &&
	       !memcmp(s->th + 1, th + 1, options) && held->nr_frags < MAX_SKB_FRAGS &&
	       held->len + s->payload_bytes <= GSO_MAX_BYTES;
}

/* The merged packet's headers say what it has become; on it goes to the stack. */
static void pass_up(struct napi_struct *napi, struct sk_buff *skb)
{
	struct net *net = napi->dev->net;
	struct gro_cb cb = *gro_cb(skb);
	struct iphdr *iph = (struct iphdr *)skb->data;

	if (cb.segs > 1) {
		if (skb->protocol == ETH_P_IP) {
			iph->tot_len = htons((uint16_t)skb->len);
			iph->check = 0;
			iph->check = ip_fast_csum(iph, 5);
			skb->gso_type = SKB_GSO_TCPV4;
		} else {
			((struct ipv6hdr *)iph)->payload_len =
				htons((uint16_t)(skb->len - sizeof(struct ipv6hdr)));
			skb->gso_type = SKB_GSO_TCPV6;
		}
		skb->gso_size = cb.mss;
		skb->gso_segs = cb.segs;
		NET_INC(net, GroSuperSegments);
		NET_ADD(net, GroMergedPackets, cb.segs);
	}
	netif_receive_skb(skb);
}

static void flush_flow(struct napi_struct *napi, struct sk_buff *held)
{
	skb_unlink(&napi->gro_list, held);
	pass_up(napi, held);
}

void noinline napi_gro_flush(struct napi_struct *napi)
{
	struct sk_buff *skb;

	while ((skb = skb_peek(&napi->gro_list)))
		flush_flow(napi, skb);
}

void napi_gro_purge(struct napi_struct *napi)
{
	skb_queue_purge(&napi->gro_list);
}

/* Hangs skb's payload on held and frees the rest of it. */
static void merge(struct sk_buff *held, struct sk_buff *skb, const struct gro_segment *s)
{
	struct tcphdr *th = (struct tcphdr *)held_th(held);
	uint32_t offset = skb_headroom(skb) + s->header_bytes;

	th->flags |= s->th->flags & (TCPHDR_PSH | TCPHDR_FIN);
	gro_cb(held)->next_seq += s->payload_bytes;
	gro_cb(held)->segs++;
	held->truesize += skb->truesize - s->payload_bytes; /* skb_add_frag() adds these */
	skb_add_frag(held, skb_data_get(skb->head_data), offset, s->payload_bytes);
	consume_skb(skb);
}

static void hold(struct napi_struct *napi, struct sk_buff *skb, const struct gro_segment *s)
{
	if (napi->gro_list.qlen >= GRO_FLOWS_MAX)
		flush_flow(napi, skb_peek(&napi->gro_list));
	*gro_cb(skb) = (struct gro_cb){
		.next_seq = ntohl(s->th->seq) + s->payload_bytes,
		.mss = (uint16_t)s->payload_bytes,
		.segs = 1,
	};
	skb_queue_tail(&napi->gro_list, skb);
}

/* Any IPv6 extension header may precede TCP. */
static bool may_be_tcp(const struct sk_buff *skb)
{
	if (skb_headlen(skb) < ip_header_bytes(skb))
		return false;
	if (skb->protocol == ETH_P_IP)
		return ((const struct iphdr *)skb->data)->protocol == IPPROTO_TCP;
	return ((const struct ipv6hdr *)skb->data)->nexthdr != IPPROTO_UDP;
}

void gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	const uint8_t lonely = TCPHDR_SYN | TCPHDR_RST | TCPHDR_URG | TCPHDR_CWR;
	struct gro_segment s;
	struct sk_buff *held;
	bool ends;

	if (!parse(skb, &s)) {
		/* Not ours to judge, but an odd segment must not overtake its flow. */
		if (may_be_tcp(skb))
			napi_gro_flush(napi);
		netif_receive_skb(skb);
		return;
	}
	held = find_flow(napi, skb, &s);
	ends = s.th->flags & (TCPHDR_PSH | TCPHDR_FIN);
	if (held && !(s.th->flags & lonely) && may_merge(held, &s)) {
		ends |= s.payload_bytes < gro_cb(held)->mss;
		merge(held, skb, &s);
		if (ends || held->nr_frags == MAX_SKB_FRAGS)
			flush_flow(napi, held);
		return;
	}
	if (held)
		flush_flow(napi, held);
	if (!s.payload_bytes || ends || (s.th->flags & lonely))
		netif_receive_skb(skb);
	else
		hold(napi, skb, &s);
}
