/* SPDX-License-Identifier: MIT */
/*
 * The way of a received segment from IP to its socket, as far as both versions of IP share it: inline,
 * as tcp_ipv4.c and tcp_ipv6.c each are its only user for all their segments. Private to tcp/.
 */
#ifndef TCP_TCP_RCV_H
#define TCP_TCP_RCV_H

#include <net/tcp.h>

/* The rest of it is tcp_demux.c's. Counts and frees what is no segment: */
void tcp_drop_malformed(struct sk_buff *skb);
void tcp_drop_damaged(struct sk_buff *skb);
/* Keys are in use: skb is authentic, or needs not be; else it is gone. */
bool tcp_auth_ok(struct sock *sk, const struct request_sock *req, struct sk_buff *skb);
/* For a sock that is owned by a task, or not ESTABLISHED. */
void tcp_rcv_other(struct sock *sk, struct sk_buff *skb);
/* For TIME_WAIT or a request (c), or maybe for a listener. */
void tcp_rcv_no_sock(struct sock_common *c, struct sk_buff *skb, const struct inet_flow *f);

/* Data at the TCP header. It is whole, and linear from here on; false: skb is gone. */
static inline bool tcp_rcv_header(struct sk_buff *skb)
{
	const struct tcphdr *th;

	NET_ADD(skb->dev->net, TcpInSegs, skb->gso_segs > 1 ? skb->gso_segs : 1);
	if (likely(pskb_may_pull(skb, sizeof(*th)))) {
		th = (const struct tcphdr *)skb->data;
		if (likely(th->doff >= sizeof(*th) / 4 && pskb_may_pull(skb, th->doff * 4u))) {
			skb_reset_transport_header(skb);
			return true;
		}
	}
	tcp_drop_malformed(skb);
	return false;
}

/* The ports of f and the cb of the rest of TCP, whose header and checksum are right; tos: of its packet. */
static inline void tcp_rcv_fields(struct sk_buff *skb, struct inet_flow *f, uint8_t tos)
{
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const struct tcphdr *th = tcp_hdr(skb);

	f->sport = ntohs(th->source);
	f->dport = ntohs(th->dest);
	tcb->seq = ntohl(th->seq);
	tcb->end_seq = tcb->seq + skb->len - th->doff * 4u + (th->flags & TCPHDR_FIN) / TCPHDR_FIN +
		       (th->flags & TCPHDR_SYN) / TCPHDR_SYN;
	tcb->ack_seq = ntohl(th->ack_seq);
	tcb->tcp_flags = th->flags;
	tcb->sacked = 0;
	tcb->ip_dsfield = tos;
}

static inline void tcp_rcv_sock(struct sock *sk, struct sk_buff *skb)
{
	const uint32_t segs = skb->gso_segs > 1 ? skb->gso_segs : 1;
	struct tcp_sock *tp = tcp_sk(sk);

	if (unlikely(net_tcp(sk)->auth_keys) && !tcp_auth_ok(sk, NULL, skb))
		return;
	sock_hold(sk);
	tp->segs_in += segs;
	if (skb->len > tcp_hdr(skb)->doff * 4u)
		tp->data_segs_in += segs;
	if (likely(sk->sk_state == TCP_ESTABLISHED && !sock_owned_by_user(sk)))
		tcp_rcv_established(sk, skb);
	else
		tcp_rcv_other(sk, skb);
	sock_put(sk);
}

/* To whom it belongs; f: its addresses. Consumes skb. */
static inline void tcp_demux(struct sk_buff *skb, const struct inet_flow *f)
{
	struct sock_common *c = inet_ehash_lookup(&skb->dev->net->tcp->hashinfo, f);

	if (likely(c && c->skc_state != TCP_TIME_WAIT && c->skc_state != TCP_NEW_SYN_RECV))
		tcp_rcv_sock((struct sock *)c, skb);
	else
		tcp_rcv_no_sock(c, skb, f);
}

#endif
