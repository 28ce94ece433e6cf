// SPDX-License-Identifier: MIT
/*
 * Segmentation in software, for devices without TSO: one super-segment becomes packets of gso_size
 * bytes of payload that share its memory. Headers change as RFC 9293 segments demand and as the
 * 82574's TSO does (data sheet section 7.2.4): length, IPv4 identification + 1 a segment, sequence
 * number; FIN and PSH only on the last, CWR only on the first (RFC 3168 section 6.1.2).
 */
#include <string.h>
#include <net/checksum.h>
#include <net/errno.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

/* Where the headers are, from skb->data on. */
struct gso_layout {
	uint32_t network, transport, payload;
	bool v6;
};

/* The IP header ends where TCP's begins: no extension headers. */
static bool ip_header_ok(const struct sk_buff *skb, const struct gso_layout *l)
{
	const struct iphdr *iph = (const struct iphdr *)(skb->data + l->network);
	const uint32_t len = l->transport - l->network;

	if (l->v6)
		return iph->version == 6 && len == sizeof(struct ipv6hdr);
	return iph->version == 4 && len == iph->ihl * 4u && len >= sizeof(*iph);
}

static bool find_layout(const struct sk_buff *skb, struct gso_layout *l)
{
	uint32_t headroom = skb_headroom(skb), headlen = skb_headlen(skb);
	const struct tcphdr *th;

	l->v6 = skb->gso_type == SKB_GSO_TCPV6;
	if ((!l->v6 && skb->gso_type != SKB_GSO_TCPV4) || !skb->gso_size ||
	    skb->network_header < headroom || skb->transport_header < headroom)
		return false;
	l->network = skb->network_header - headroom;
	l->transport = skb->transport_header - headroom;
	if (l->transport <= l->network || l->transport + sizeof(*th) > headlen ||
	    !ip_header_ok(skb, l))
		return false;
	th = (const struct tcphdr *)(skb->data + l->transport);
	l->payload = l->transport + th->doff * 4u;
	return th->doff >= 5 && l->payload <= headlen && skb->ip_summed == CHECKSUM_PARTIAL;
}

/* Length, identification and checksum of one segment's IP header; the pseudo header's sum. */
static uint16_t fix_ip_header(struct sk_buff *seg, const struct gso_layout *l, uint32_t index)
{
	const uint32_t tcp_len = seg->len - l->transport;
	struct iphdr *iph = (struct iphdr *)(seg->data + l->network);
	struct ipv6hdr *ip6h = (struct ipv6hdr *)iph;

	if (l->v6) {
		ip6h->payload_len = htons((uint16_t)tcp_len);
		return csum_fold_plain(
			csum_ipv6_nofold(&ip6h->saddr, &ip6h->daddr, tcp_len, IPPROTO_TCP, 0));
	}
	iph->tot_len = htons((uint16_t)(seg->len - l->network));
	iph->id = htons((uint16_t)(ntohs(iph->id) + index));
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
	return csum_tcpudp_pseudo(iph->saddr, iph->daddr, tcp_len, IPPROTO_TCP);
}

static void fix_headers(struct sk_buff *seg, const struct gso_layout *l, uint32_t index,
			uint32_t payload_offset, bool last, bool hw_csum)
{
	struct tcphdr *th = (struct tcphdr *)(seg->data + l->transport);

	th->check = fix_ip_header(seg, l, index);
	th->seq = htonl(ntohl(th->seq) + payload_offset);
	if (!last)
		th->flags &= (uint8_t) ~(TCPHDR_FIN | TCPHDR_PSH);
	if (index)
		th->flags &= (uint8_t)~TCPHDR_CWR;
	seg->ip_summed = CHECKSUM_PARTIAL;
	seg->csum_start = (uint16_t)(skb_headroom(seg) + l->transport);
	seg->csum_offset = offsetof(struct tcphdr, check);
	if (!hw_csum)
		skb_checksum_help(seg);
}

/* How far the payload has been cut: in which piece of memory (0: the linear part, then the fragments)
 * and how much of it. */
struct gso_place {
	unsigned int piece;
	uint32_t offset;
};

static struct skb_frag payload_piece(const struct sk_buff *skb, unsigned int piece)
{
	if (piece)
		return skb->frags[piece - 1];
	return (struct skb_frag){
		.data = skb->head_data, .offset = skb_headroom(skb), .len = skb_headlen(skb)};
}

/* A packet with skb's headers and the next len bytes of its payload. */
static struct sk_buff *cut(struct net *net, const struct sk_buff *skb, const struct gso_layout *l,
			   const uint8_t *headers, struct gso_place *at, uint32_t len)
{
	struct sk_buff *seg = alloc_skb(net, MAX_HEADER);

	if (!seg)
		return NULL;
	skb_reserve(seg, NET_IP_ALIGN);
	seg->dev = skb->dev;
	seg->protocol = skb->protocol;
	seg->tstamp_ns = skb->tstamp_ns;
	memcpy(skb_put(seg, l->payload), headers, l->payload);
	seg->mac_header = (uint16_t)skb_headroom(seg);
	seg->network_header = (uint16_t)(skb_headroom(seg) + l->network);
	seg->transport_header = (uint16_t)(skb_headroom(seg) + l->transport);
	for (uint32_t left = len; left;) {
		const struct skb_frag f = payload_piece(skb, at->piece);
		const uint32_t rest = f.len - at->offset, n = rest < left ? rest : left;

		if (n && !skb_add_frag(seg, skb_data_get(f.data), f.offset + at->offset, n)) {
			skb_data_put(f.data);
			consume_skb(seg);
			return NULL;
		}
		left -= n;
		at->offset += n;
		if (n == rest)
			*at = (struct gso_place){.piece = at->piece + 1};
	}
	return seg;
}

/* The last segment keeps the owner's memory, so that it is given back when all has left. */
static void hand_over_owner(struct sk_buff *skb, struct sk_buff *last)
{
	if (!skb->destructor)
		return;
	last->truesize = skb->truesize;
	last->sk = skb->sk;
	last->destructor = skb->destructor;
	skb->destructor = NULL;
	skb->sk = NULL;
}

int skb_gso_segment(struct net *net, struct sk_buff *skb, bool hw_csum, struct sk_buff_head *out)
{
	uint32_t mss = skb->gso_size, index = 0, done = 0, total;
	struct gso_place at = {0};
	uint8_t headers[MAX_HEADER];
	struct gso_layout l;
	int err = -EINVAL;

	skb_queue_head_init(out);
	if (!find_layout(skb, &l) || l.payload > sizeof(headers) - NET_IP_ALIGN)
		goto fail;
	memcpy(headers, skb->data, l.payload);
	skb_pull(skb, l.payload);
	total = skb->len;
	do {
		uint32_t len = total - done < mss ? total - done : mss;
		struct sk_buff *seg = cut(net, skb, &l, headers, &at, len);

		if (!seg) {
			err = -ENOMEM;
			goto fail;
		}
		fix_headers(seg, &l, index++, done, done + len == total, hw_csum);
		done += len;
		skb_queue_tail(out, seg);
	} while (done < total);
	NET_INC(net, GsoSuperSegments);
	NET_ADD(net, GsoSegments, index);
	hand_over_owner(skb, skb_peek_tail(out));
	consume_skb(skb);
	return 0;
fail:
	skb_queue_purge(out);
	consume_skb(skb);
	return err;
}
