// SPDX-License-Identifier: MIT
/*
 * Between TCP and IPv4: the entry of segments and of ICMP errors, and the answers that need no
 * connection (RST, RFC 9293 3.10.7.1; ACK for TIME_WAIT and requests).
 */
#include <net/icmp.h>
#include <net/tcp.h>

/* ---- answers without a connection ---- */

static void reply(struct net *net, const struct tcp_mini_ack *a, uint8_t flags)
{
	const struct tcp_out_options opts = {
		.tstamp = a->tstamp, .tsval = a->tsval, .tsecr = a->tsecr};
	const uint32_t header_len = TCP_BASE_HEADER + tcp_options_size(&opts);
	struct sk_buff *skb = alloc_skb(net, MAX_HEADER);
	struct tcphdr *th;

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
	tcp_options_write((uint8_t *)(th + 1), &opts);
	tcp_csum_prepare(skb, a->saddr, a->daddr);
	NET_INC(net, TcpOutSegs);
	ip_build_and_send_pkt(net, skb, a->saddr, a->daddr, IPPROTO_TCP, a->tos, 0);
}

void tcp_v4_send_ack(struct net *net, const struct tcp_mini_ack *a)
{
	reply(net, a, TCPHDR_ACK);
}

/* Never in answer to a RST. The numbers are chosen so that only the sender of skb accepts it. */
void tcp_v4_send_reset(struct net *net, const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	const struct iphdr *iph = ip_hdr(skb);
	struct tcp_mini_ack a = {
		.saddr = iph->daddr,
		.daddr = iph->saddr,
		.sport = ntohs(th->dest),
		.dport = ntohs(th->source),
		.tos = 0,
	};

	if ((th->flags & TCPHDR_RST) || inet_addr_type(net, iph->daddr) != INET_ADDR_LOCAL)
		return;
	NET_INC(net, TcpOutRsts);
	if (th->flags & TCPHDR_ACK) {
		a.seq = ntohl(th->ack_seq);
		reply(net, &a, TCPHDR_RST);
	} else {
		a.ack = TCP_SKB_CB(skb)->end_seq;
		reply(net, &a, TCPHDR_RST | TCPHDR_ACK);
	}
}

/* ---- segments ---- */

/* Soft interrupts off; sk not owned by a task, or the owner runs its backlog. Consumes skb. */
int tcp_v4_do_rcv(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_state == TCP_ESTABLISHED) {
		tcp_rcv_established(sk, skb);
	} else if (tcp_rcv_state_process(sk, skb)) {
		tcp_v4_send_reset(sk->sk_net, skb);
		kfree_skb_reason(skb, SKB_DROP_TcpFlags);
	}
	return 0;
}

static bool checksum_ok(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (skb->ip_summed != CHECKSUM_NONE)
		return true;
	return !csum_tcpudp_magic(iph->saddr, iph->daddr, skb->len, IPPROTO_TCP,
				  skb_checksum(skb, 0, skb->len, 0));
}

/* Header linear and sane, checksum right; fills the cb. false: dropped. */
static bool parse_header(struct net *net, struct sk_buff *skb)
{
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const struct tcphdr *th;

	NET_ADD(net, TcpInSegs, skb->gso_segs > 1 ? skb->gso_segs : 1);
	if (!pskb_may_pull(skb, sizeof(*th)))
		goto malformed;
	th = (const struct tcphdr *)skb->data;
	if (th->doff < sizeof(*th) / 4 || !pskb_may_pull(skb, th->doff * 4u))
		goto malformed;
	skb_reset_transport_header(skb);
	th = tcp_hdr(skb);
	if (!checksum_ok(skb)) {
		NET_INC(net, TcpInCsumErrors);
		NET_INC(net, TcpInErrs);
		kfree_skb_reason(skb, SKB_DROP_TcpCsum);
		return false;
	}
	tcb->seq = ntohl(th->seq);
	tcb->end_seq = tcb->seq + !!(th->flags & TCPHDR_SYN) + !!(th->flags & TCPHDR_FIN) +
		       skb->len - th->doff * 4u;
	tcb->ack_seq = ntohl(th->ack_seq);
	tcb->tcp_flags = th->flags;
	tcb->sacked = 0;
	return true;
malformed:
	NET_INC(net, TcpInErrs);
	kfree_skb_reason(skb, SKB_DROP_TcpInvalid);
	return false;
}

static void to_sock(struct sock *sk, struct sk_buff *skb)
{
	sock_hold(sk);
	tcp_sk(sk)->segs_in += skb->gso_segs > 1 ? skb->gso_segs : 1;
	if (skb->len > tcp_hdr(skb)->doff * 4u)
		tcp_sk(sk)->data_segs_in += skb->gso_segs > 1 ? skb->gso_segs : 1;
	if (sk->sk_state == TCP_LISTEN || !sock_owned_by_user(sk)) {
		tcp_v4_do_rcv(sk, skb);
	} else if (!sk_add_backlog(sk, skb, sk->sk_rcvbuf + sk->sk_sndbuf + 65536)) {
		NET_INC(sk->sk_net, TcpExtTCPBacklogDrop);
		kfree_skb_reason(skb, SKB_DROP_SocketBacklog);
	}
	sock_put(sk);
}

static void to_request(struct net *net, struct request_sock *req, struct sk_buff *skb)
{
	struct sock *listener = req->rsk_listener, *child;

	if (listener->sk_state != TCP_LISTEN) { /* it went meanwhile */
		tcp_reqsk_drop(req);
		tcp_v4_send_reset(net, skb);
		kfree_skb_reason(skb, SKB_DROP_TcpNoSocket);
		return;
	}
	sock_hold(listener);
	child = tcp_check_req(listener, skb, req);
	if (child == listener)
		to_sock(listener, skb);
	else if (child)
		tcp_child_process(listener, child, skb);
	else
		consume_skb(skb);
	sock_put(listener);
}

static void to_timewait(struct net *net, struct inet_timewait_sock *tw, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th = tcp_hdr(skb);
	struct tcp_mini_ack a = {
		.saddr = iph->daddr,
		.daddr = iph->saddr,
		.sport = ntohs(th->dest),
		.dport = ntohs(th->source),
		.tos = tw->tw_tos,
	};
	struct sock *listener;
	uint32_t isn = 0;

	switch (tcp_timewait_state_process(net, tw, skb, &isn)) {
	case TCP_TW_SYN:
		listener = inet_lookup_listener(&net->tcp->hashinfo, iph->saddr, ntohs(th->source),
						iph->daddr, ntohs(th->dest));
		if (listener) {
			inet_twsk_kill(net, tw);
			tcp_conn_request(listener, skb, isn);
			consume_skb(skb);
			return;
		}
		/* Nobody listens: an ACK tells what we think. */
		__attribute__((fallthrough));
	case TCP_TW_ACK:
		a.seq = tw->tw_snd_nxt;
		a.ack = tw->tw_rcv_nxt;
		a.window = (uint16_t)(tw->tw_rcv_wnd >> tw->tw_rcv_wscale);
		a.tstamp = tw->tw_ts_recent_stamp_ns != 0;
		a.tsval = (uint32_t)(port_time_ns(net->port) / NSEC_PER_MSEC) + tw->tw_ts_offset;
		a.tsecr = tw->tw_ts_recent;
		tcp_v4_send_ack(net, &a);
		break;
	case TCP_TW_RST:
		tcp_v4_send_reset(net, skb);
		inet_twsk_kill(net, tw);
		break;
	case TCP_TW_SUCCESS:
		break;
	}
	kfree_skb_reason(skb, SKB_DROP_TcpTimeWait);
}

int tcp_v4_rcv(struct sk_buff *skb)
{
	struct net *net = skb_net(skb);
	const struct iphdr *iph;
	const struct tcphdr *th;
	struct sock_common *c;
	struct sock *listener;

	if (!parse_header(net, skb))
		return 0;
	iph = ip_hdr(skb);
	th = tcp_hdr(skb);
	c = inet_ehash_lookup(&net->tcp->hashinfo, iph->saddr, ntohs(th->source), iph->daddr,
			      ntohs(th->dest));
	if (c) {
		if (c->skc_state == TCP_TIME_WAIT)
			to_timewait(net, inet_twsk(c), skb);
		else if (c->skc_state == TCP_NEW_SYN_RECV)
			to_request(net, inet_reqsk(c), skb);
		else
			to_sock((struct sock *)c, skb);
		return 0;
	}
	listener = inet_lookup_listener(&net->tcp->hashinfo, iph->saddr, ntohs(th->source),
					iph->daddr, ntohs(th->dest));
	if (listener) {
		to_sock(listener, skb);
		return 0;
	}
	tcp_v4_send_reset(net, skb);
	kfree_skb_reason(skb, SKB_DROP_TcpNoSocket);
	return 0;
}

/* ---- ICMP errors (RFC 9293, 3.9.2.2; RFC 5927: only with a sequence number in flight) ---- */

static void request_err(struct request_sock *req, uint32_t seq)
{
	if (seq != req->snt_isn)
		return;
	NET_INC(req->common.skc_net, TcpExtListenDrops);
	tcp_reqsk_drop(req);
}

static void pmtu_changed(struct sock *sk, uint32_t mtu)
{
	struct inet_sock *inet = inet_sk(sk);

	if (sk->sk_state == TCP_LISTEN || mtu < IP_MIN_PMTU || mtu >= inet_csk(sk)->icsk_pmtu)
		return;
	ip_rt_update_pmtu(sk->sk_net, sk->sk_daddr, mtu);
	inet->route.mtu_bytes = mtu;
	/* A task that owns the sock finds the new MTU when it sends next. */
	if (sock_owned_by_user(sk))
		return;
	tcp_mstamp_refresh(tcp_sk(sk));
	tcp_sync_mss(sk, mtu);
	tcp_simple_retransmit(sk);
}

static void sock_err(struct sock *sk, int err)
{
	if (sk->sk_state != TCP_SYN_SENT && sk->sk_state != TCP_SYN_RECV) {
		sk->sk_err_soft = err; /* told when the connection times out (MUST-56) */
		return;
	}
	if (sock_owned_by_user(sk)) {
		sk->sk_err_soft = err;
		return;
	}
	tcp_abort(sk, err);
}

void tcp_v4_err(struct sk_buff *skb, uint8_t icmp_type, uint8_t icmp_code, uint32_t info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct tcphdr *th = (const struct tcphdr *)(skb->data + iph->ihl * 4u);
	struct net *net = skb_net(skb);
	const uint32_t seq = get_unaligned_be32((const uint8_t *)th + 4);
	struct sock_common *c;
	struct sock *sk;
	int err = 0;

	/* The quoted segment is ours: we are its source. */
	c = inet_ehash_lookup(&net->tcp->hashinfo, iph->daddr, ntohs(th->dest), iph->saddr,
			      ntohs(th->source));
	if (!c || c->skc_state == TCP_TIME_WAIT)
		return;
	if (c->skc_state == TCP_NEW_SYN_RECV) {
		if (icmp_type == ICMP_DEST_UNREACH && icmp_code != ICMP_FRAG_NEEDED)
			request_err(inet_reqsk(c), seq);
		return;
	}
	sk = (struct sock *)c;
	if (!between(seq, tcp_sk(sk)->snd_una, tcp_sk(sk)->snd_nxt))
		return;
	sock_hold(sk);
	if (icmp_type == ICMP_DEST_UNREACH && icmp_code == ICMP_FRAG_NEEDED) {
		pmtu_changed(sk, info);
	} else {
		icmp_err_convert(icmp_type, icmp_code, &err);
		if (err)
			sock_err(sk, err);
	}
	sock_put(sk);
}
