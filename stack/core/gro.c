// SPDX-License-Identifier: MIT
/*
 * Receive: merges segments of a TCP flow over IPv4 that follow each other into one sk_buff, so that
 * the stack runs once for many. Only what says the same is merged: equal IP header but for length
 * and identification, equal TCP options byte for byte (so equal time stamps), equal ACK and window
 * flags; a segment of another size, or with PSH, ends the packet. The merged packet is what the
 * sender's own super-segment would have been. Linux names this GRO.
 *
 * The first segment keeps its linear part; the payload of the others hangs on it as fragments, so
 * MAX_SKB_FRAGS bounds the merge besides 64 KiB.
 */
#include <string.h>
#include <net/checksum.h>
#include <net/ip.h>
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
	const struct iphdr *iph;
	const struct tcphdr *th;
	uint32_t header_bytes, payload_bytes;
};

static struct gro_cb *gro_cb(struct sk_buff *skb)
{
	return (struct gro_cb *)skb->cb;
}

static const struct tcphdr *held_th(const struct sk_buff *skb)
{
	return (const struct tcphdr *)(skb->data + sizeof(struct iphdr));
}

static bool checksum_ok(struct sk_buff *skb, const struct gro_segment *s)
{
	uint32_t tcp_len = skb->len - (uint32_t)sizeof(struct iphdr);

	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		return true;
	if (csum_tcpudp_magic(s->iph->saddr, s->iph->daddr, tcp_len, IPPROTO_TCP,
			      skb_checksum(skb, sizeof(struct iphdr), tcp_len, 0)))
		return false;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return true;
}

/* TCP over plain IPv4 with right checksums, all headers linear; cuts Ethernet's padding off. */
static bool parse(struct sk_buff *skb, struct gro_segment *s)
{
	uint32_t len, need = sizeof(*s->iph) + sizeof(*s->th);

	s->iph = (const struct iphdr *)skb->data;
	if (skb->data_len || skb->len < need)
		return false;
	s->th = (const struct tcphdr *)(skb->data + sizeof(*s->iph));
	len = ntohs(s->iph->tot_len);
	s->header_bytes = (uint32_t)sizeof(*s->iph) + s->th->doff * 4u;
	if (s->iph->version != 4 || s->iph->ihl != 5 || s->iph->protocol != IPPROTO_TCP ||
	    (s->iph->frag_off & htons(IP_MF | IP_OFFSET)) || len > skb->len || len < need ||
	    s->th->doff < 5 || s->header_bytes > len || ip_fast_csum(s->iph, 5))
		return false;
	pskb_trim(skb, len);
	s->payload_bytes = len - s->header_bytes;
	return checksum_ok(skb, s);
}

static struct sk_buff *find_flow(struct napi_struct *napi, const struct gro_segment *s)
{
	struct sk_buff *held;

	skb_queue_walk(&napi->gro_list, held) {
		const struct iphdr *iph = (const struct iphdr *)held->data;
		const struct tcphdr *th = held_th(held);

		if (th->source == s->th->source && th->dest == s->th->dest &&
		    iph->saddr == s->iph->saddr && iph->daddr == s->iph->daddr &&
		    held->dev == napi->dev)
			return held;
	}
	return NULL;
}

static bool may_merge(struct sk_buff *held, const struct gro_segment *s)
{
	const struct iphdr *iph = (const struct iphdr *)held->data;
	const struct tcphdr *th = held_th(held);
	uint32_t options = s->header_bytes - (uint32_t)(sizeof(*iph) + sizeof(*th));

	return ntohl(s->th->seq) == gro_cb(held)->next_seq && s->payload_bytes &&
	       s->payload_bytes <= gro_cb(held)->mss && s->iph->tos == iph->tos &&
	       s->iph->ttl == iph->ttl && s->iph->frag_off == iph->frag_off &&
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
		iph->tot_len = htons((uint16_t)skb->len);
		iph->check = 0;
		iph->check = ip_fast_csum(iph, 5);
		skb->gso_size = cb.mss;
		skb->gso_segs = cb.segs;
		skb->gso_type = SKB_GSO_TCPV4;
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

void napi_gro_flush(struct napi_struct *napi)
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

void gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	const uint8_t lonely = TCPHDR_SYN | TCPHDR_RST | TCPHDR_URG | TCPHDR_CWR;
	struct gro_segment s;
	struct sk_buff *held;
	bool ends;

	if (!parse(skb, &s)) {
		/* Not ours to judge, but an odd segment must not overtake its flow. */
		if (skb_headlen(skb) >= sizeof(*s.iph) && s.iph->protocol == IPPROTO_TCP)
			napi_gro_flush(napi);
		netif_receive_skb(skb);
		return;
	}
	held = find_flow(napi, &s);
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
