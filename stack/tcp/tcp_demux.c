// SPDX-License-Identifier: MIT
/*
 * Which socket a segment is for: a connection, a request, TIME_WAIT or a listener. The same for both
 * versions of IP, whose entries are tcp_ipv4.c and tcp_ipv6.c; so is what ICMP errors do.
 */
#include "tcp_rcv.h"
#include <net/ipv6.h>

/* ---- segments ---- */

void tcp_skb_flow(const struct sk_buff *skb, struct inet_flow *f)
{
	const struct tcphdr *th = tcp_hdr(skb);

	if (skb->protocol == ETH_P_IPV6) {
		f->saddr = ipv6_hdr(skb)->saddr;
		f->daddr = ipv6_hdr(skb)->daddr;
	} else {
		f->saddr = in6_from_v4(ip_hdr(skb)->saddr);
		f->daddr = in6_from_v4(ip_hdr(skb)->daddr);
	}
	f->sport = ntohs(th->source);
	f->dport = ntohs(th->dest);
	f->dev = skb->dev;
}

static void rcv_not_established(struct sock *sk, struct sk_buff *skb)
{
	struct sock *child;

	if (sk->sk_state == TCP_LISTEN) {
		child = tcp_cookie_check(sk, skb);
		if (!child) {
			kfree_skb_reason(skb, SKB_DROP_TcpListenOverflow);
			return;
		}
		if (child != sk) {
			tcp_child_process(sk, child, skb);
			return;
		}
	}
	if (tcp_rcv_state_process(sk, skb)) {
		tcp_send_reset(sk->sk_net, sk, skb);
		kfree_skb_reason(skb, SKB_DROP_TcpFlags);
	}
}

/* Soft interrupts off; sk not owned by a task, or the owner runs its backlog. Consumes skb. */
int tcp_do_rcv(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_state == TCP_ESTABLISHED)
		tcp_rcv_established(sk, skb);
	else
		rcv_not_established(sk, skb);
	return 0;
}

void __cold tcp_drop_malformed(struct sk_buff *skb)
{
	NET_INC(skb->dev->net, TcpInErrs);
	kfree_skb_reason(skb, SKB_DROP_TcpInvalid);
}

void __cold tcp_drop_damaged(struct sk_buff *skb)
{
	NET_INC(skb->dev->net, TcpInCsumErrors);
	NET_INC(skb->dev->net, TcpInErrs);
	kfree_skb_reason(skb, SKB_DROP_TcpCsum);
}

bool __cold tcp_auth_ok(struct sock *sk, const struct request_sock *req, struct sk_buff *skb)
{
	const int reason = tcp_auth_check(sk, req, skb);

	if (reason)
		kfree_skb_reason(skb, (enum skb_drop_reason)reason);
	return !reason;
}

/* sk: owned by a task, or not ESTABLISHED. */
void __cold tcp_rcv_other(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_state == TCP_LISTEN || !sock_owned_by_user(sk)) {
		tcp_do_rcv(sk, skb);
	} else if (!sk_add_backlog(sk, skb, sk->sk_rcvbuf + sk->sk_sndbuf + 65536)) {
		NET_INC(sk->sk_net, TcpExtTCPBacklogDrop);
		kfree_skb_reason(skb, SKB_DROP_SocketBacklog);
	}
}

static void to_request(struct net *net, struct request_sock *req, struct sk_buff *skb)
{
	struct sock *listener = req->rsk_listener, *child;

	if (net->tcp->auth_keys && !tcp_auth_ok(listener, req, skb))
		return;
	if (listener->sk_state != TCP_LISTEN) { /* it went meanwhile */
		tcp_send_reset(net, listener, skb);
		tcp_reqsk_drop(req);
		kfree_skb_reason(skb, SKB_DROP_TcpNoSocket);
		return;
	}
	sock_hold(listener);
	child = tcp_check_req(listener, skb, req);
	if (child == listener)
		tcp_do_rcv(listener, skb);
	else if (child)
		tcp_child_process(listener, child, skb);
	else
		consume_skb(skb);
	sock_put(listener);
}

static void to_timewait(struct net *net, struct inet_timewait_sock *tw, struct sk_buff *skb,
			const struct inet_flow *f)
{
	struct tcp_mini_ack a = tcp_mini_ack_to(f, skb->dev);
	struct sock *listener;
	uint32_t isn = 0;

	switch (tcp_timewait_state_process(net, tw, skb, &isn)) {
	case TCP_TW_SYN:
		listener = inet_lookup_listener(&net->tcp->hashinfo, f);
		if (listener) {
			inet_twsk_kill(net, tw);
			tcp_conn_request(listener, skb, isn);
			consume_skb(skb);
			return;
		}
		/* Nobody listens: an ACK tells what we think. */
		__attribute__((fallthrough));
	case TCP_TW_ACK:
		a.tos = tw->tw_tos;
		a.seq = tw->tw_snd_nxt;
		a.ack = tw->tw_rcv_nxt;
		a.window = (uint16_t)(tw->tw_rcv_wnd >> tw->tw_rcv_wscale);
		a.tstamp = tw->tw_ts_recent_stamp_ns != 0;
		a.tsval = (uint32_t)(port_time_ns(net->port) / NSEC_PER_MSEC) + tw->tw_ts_offset;
		a.tsecr = tw->tw_ts_recent;
		tcp_auth_sign_timewait(tw, &a.sign);
		tcp_send_mini_ack(net, &a);
		break;
	case TCP_TW_RST:
		tcp_send_reset(net, NULL, skb);
		inet_twsk_kill(net, tw);
		break;
	case TCP_TW_SUCCESS:
		break;
	}
	kfree_skb_reason(skb, SKB_DROP_TcpTimeWait);
}

void tcp_rcv_no_sock(struct sock_common *c, struct sk_buff *skb, const struct inet_flow *f)
{
	struct net *net = skb->dev->net;
	struct sock *listener;

	if (c) {
		if (c->skc_state == TCP_TIME_WAIT)
			to_timewait(net, inet_twsk(c), skb, f);
		else
			to_request(net, inet_reqsk(c), skb);
		return;
	}
	listener = inet_lookup_listener(&net->tcp->hashinfo, f);
	if (listener) {
		tcp_rcv_sock(listener, skb);
		return;
	}
	tcp_send_reset(net, NULL, skb);
	kfree_skb_reason(skb, SKB_DROP_TcpNoSocket);
}

/* ---- ICMP errors (RFC 9293, 3.9.2.2; RFC 5927: only with a sequence number in flight) ---- */

static void request_err(struct request_sock *req, uint32_t seq)
{
	struct net *net = req->common.skc_net;

	if (seq != req->snt_isn) {
		NET_INC(net, TcpExtOutOfWindowIcmps);
		return;
	}
	NET_INC(net, TcpExtListenDrops);
	tcp_reqsk_drop(req);
}

static void pmtu_changed(struct sock *sk, uint32_t mtu)
{
	const struct inet_connection_sock_af_ops *ops = inet_csk(sk)->icsk_af_ops;

	if (sk->sk_state == TCP_LISTEN || mtu < ops->min_pmtu_bytes ||
	    mtu >= inet_csk(sk)->icsk_pmtu)
		return;
	ops->update_pmtu(sk->sk_net, &sk->sk_v6_daddr, mtu);
	inet_sk(sk)->route.mtu_bytes = mtu;
	/* A task that owns the sock finds the new MTU when it sends next; without path MTU discovery
	 * that is soon enough too, as routers may fragment. */
	if (sock_owned_by_user(sk) || inet_sk(sk)->pmtudisc == IP_PMTUDISC_DONT)
		return;
	tcp_mstamp_refresh(tcp_sk(sk));
	tcp_sync_mss(sk, mtu);
	if (sk->sk_state == TCP_SYN_SENT) /* the next SYN tells the peer */
		tcp_sk(sk)->advmss = (uint16_t)min_u32(tcp_sk(sk)->advmss, tcp_advmss(ops, mtu));
	tcp_simple_retransmit(sk);
}

static void sock_err(struct sock *sk, int err)
{
	const struct request_sock *req = tcp_sk(sk)->fastopen_rsk;
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;

	if (ao && !ao->accept_icmps && sk->sk_state != TCP_SYN_SENT &&
	    sk->sk_state != TCP_SYN_RECV) { /* nobody has signed it (RFC 5925, 7.8) */
		NET_INC(sk->sk_net, TcpExtTCPAODroppedIcmps);
		ao->pkt_dropped_icmp++;
		return;
	}

	/* A Fast Open child that has been accepted counts as connected. */
	if ((sk->sk_state != TCP_SYN_SENT && sk->sk_state != TCP_SYN_RECV) || (req && !req->sk)) {
		sk->sk_err_soft = err; /* told when the connection times out (MUST-56) */
		return;
	}
	if (sock_owned_by_user(sk)) {
		sk->sk_err_soft = err;
		return;
	}
	tcp_abort(sk, err);
}

/* A Fast Open child's SYN-ACK is its request's, and counts too. */
static bool in_flight(const struct tcp_sock *tp, uint32_t seq)
{
	return between(seq, tp->fastopen_rsk ? tp->fastopen_rsk->snt_isn : tp->snd_una,
		       tp->snd_nxt);
}

void tcp_icmp_error(struct net *net, const struct tcp_icmp_error *e)
{
	struct sock_common *c = inet_ehash_lookup(&net->tcp->hashinfo, &e->f);
	struct sock *sk;

	if (!c || c->skc_state == TCP_TIME_WAIT)
		return;
	if (c->skc_state == TCP_NEW_SYN_RECV) {
		if (e->unreachable)
			request_err(inet_reqsk(c), e->seq);
		return;
	}
	sk = (struct sock *)c;
	if (!in_flight(tcp_sk(sk), e->seq)) {
		NET_INC(net, TcpExtOutOfWindowIcmps);
		return;
	}
	sock_hold(sk);
	if (e->mtu_bytes)
		pmtu_changed(sk, e->mtu_bytes);
	else if (e->err)
		sock_err(sk, e->err);
	sock_put(sk);
}
