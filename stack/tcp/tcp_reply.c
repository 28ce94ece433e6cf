// SPDX-License-Identifier: MIT
/* The answers that need no connection: RST (RFC 9293, 3.10.7.1), ACK of TIME_WAIT and requests. */
#include <net/tcp.h>

static void reply(struct net *net, const struct tcp_mini_ack *a, uint8_t flags)
{
	const struct tcp_out_options opts = {
		.tstamp = a->tstamp, .tsval = a->tsval, .tsecr = a->tsecr, .sign = &a->sign};
	const uint32_t header_len = TCP_BASE_HEADER + tcp_options_size(&opts);
	struct sk_buff *skb = alloc_skb(net, MAX_HEADER);
	struct tcphdr *th;
	uint8_t *mac;

	if (!skb)
		return;
	skb_reserve(skb, MAX_HEADER);
	th = skb_push(skb, header_len);
	skb_reset_transport_header(skb);
	*th = (struct tcphdr){
		.source = htons(a->sport),
		.dest = htons(a->dport),
		.seq = htonl(a->seq),
		.ack_seq = htonl(a->ack),
		.doff = header_len / 4 & 0xf,
		.flags = flags,
		.window = htons(a->window),
	};
	mac = tcp_options_write((uint8_t *)(th + 1), &opts);
	if (mac)
		tcp_sign_segment(&a->sign, skb, &a->saddr, &a->daddr, mac);
	tcp_csum_prepare(skb, &a->saddr, &a->daddr);
	NET_INC(net, TcpOutSegs);
	inet_af_ops(&a->daddr)->send_pkt(net, skb, &a->saddr, &a->daddr, a->dev, a->tos, 0);
}

void tcp_send_mini_ack(struct net *net, const struct tcp_mini_ack *a)
{
	reply(net, a, TCPHDR_ACK);
}

struct tcp_mini_ack tcp_mini_ack_to(const struct inet_flow *f, const struct net_device *dev)
{
	/* A link-local address says nothing without its link. */
	const bool needs_link = ipv6_addr_linklocal(&f->saddr);

	return (struct tcp_mini_ack){.saddr = f->daddr,
				     .daddr = f->saddr,
				     .dev = needs_link ? (struct net_device *)(uintptr_t)dev : NULL,
				     .sport = f->dport,
				     .dport = f->sport};
}

/* Never in answer to a RST. The numbers are chosen so that only the sender of skb accepts it. */
void tcp_send_reset(struct net *net, const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct tcp_mini_ack a;
	struct inet_flow f;

	tcp_skb_flow(skb, &f);
	if ((th->flags & TCPHDR_RST) ||
	    inet_af_ops(&f.daddr)->addr_type(net, &f.daddr) != INET_ADDR_LOCAL)
		return;
	a = tcp_mini_ack_to(&f, skb->dev);
	if (th->flags & TCPHDR_ACK)
		a.seq = ntohl(th->ack_seq);
	if (!tcp_auth_sign_reset(sk, skb, a.seq, &a.sign))
		return;
	NET_TRACE(net, send_reset, NULL, skb);
	NET_INC(net, TcpOutRsts);
	if (th->flags & TCPHDR_ACK) {
		reply(net, &a, TCPHDR_RST);
	} else {
		a.ack = TCP_SKB_CB(skb)->end_seq;
		reply(net, &a, TCPHDR_RST | TCPHDR_ACK);
	}
}
