// SPDX-License-Identifier: MIT
/*
 * TIME_WAIT (RFC 9293, 3.6.1) as a small object with a timer: it answers what comes late, lets a
 * safe new SYN take over (RFC 1122 4.2.2.13, RFC 6191), and is not ended by a RST when RFC 1337 is
 * asked for. FIN_WAIT2 of a socket that nobody holds any more waits in one too.
 */
#include <net/tcp.h>

#define ISN_ABOVE_WINDOW 65537u /* beyond any number of the old connection */

void inet_twsk_kill(struct net *net, struct inet_timewait_sock *tw)
{
	timer_del(net, &tw->timer);
	inet_unhash(&tw->common);
	net->tcp->tw_count--;
	tcp_auth_free_timewait(net, tw);
	if (tw->bind_hash) {
		tw->bind_hash->tw_count--;
		inet_bind_bucket_put(net, tw->bind_hash);
	}
	port_free(net->port, tw, sizeof(*tw));
}

static void tw_timeout(struct timer_list *t)
{
	struct inet_timewait_sock *tw = container_of(t, struct inet_timewait_sock, timer);

	NET_INC(tw->common.skc_net, TcpExtTW);
	inet_twsk_kill(tw->common.skc_net, tw);
}

static void reschedule(struct net *net, struct inet_timewait_sock *tw, uint64_t timeout_ns)
{
	timer_mod(net, &tw->timer, port_time_ns(net->port) + timeout_ns);
}

static struct inet_timewait_sock *tw_alloc(struct sock *sk, uint8_t substate)
{
	struct net *net = sk->sk_net;
	const struct tcp_sock *tp = tcp_sk(sk);
	struct inet_timewait_sock *tw;

	if (net->tcp->tw_count >= net->sysctl.tcp_max_tw_buckets)
		return NULL;
	tw = port_alloc(net->port, sizeof(*tw));
	if (!tw)
		return NULL;
	memset(tw, 0, sizeof(*tw));
	tw->common = sk->__sk_common;
	INIT_LIST_HEAD(&tw->common.skc_node);
	tw->common.skc_state = TCP_TIME_WAIT;
	tw->common.skc_refcnt = 1;
	tw->tw_substate = substate;
	tw->tw_tos = ipv6_addr_v4mapped(&sk->sk_v6_daddr) ? inet_sk(sk)->tos : inet_sk(sk)->tclass;
	tw->tw_rcv_nxt = tp->rcv_nxt;
	tw->tw_snd_nxt = tp->snd_nxt;
	tw->tw_rcv_wnd = tcp_receive_window(tp);
	tw->tw_rcv_wscale = tp->rx_opt.rcv_wscale;
	tw->tw_ts_recent = tp->rx_opt.ts_recent;
	tw->tw_ts_recent_stamp_ns = tp->rx_opt.tstamp_ok ? tp->rx_opt.ts_recent_stamp_ns : 0;
	tw->tw_ts_offset = tp->tsoffset;
	timer_setup(&tw->timer, tw_timeout);
	return tw;
}

void tcp_time_wait(struct sock *sk, uint8_t state, uint64_t timeout_ns)
{
	struct net *net = sk->sk_net;
	struct inet_timewait_sock *tw = tw_alloc(sk, state);
	const uint64_t min_ns = (uint64_t)inet_csk(sk)->icsk_rto_us * NSEC_PER_USEC * 7 / 2;

	if (!tw) { /* too many: better to forget than to run out (RFC 9293 allows, at a risk) */
		NET_INC(net, TcpExtTCPTimeWaitOverflow);
		tcp_done(sk);
		return;
	}
	tcp_auth_to_timewait(sk, tw);
	tw->bind_hash = inet_csk(sk)->icsk_bind_hash;
	if (tw->bind_hash)
		tw->bind_hash->tw_count++;
	inet_unhash(&sk->__sk_common);
	inet_ehash_insert(&net->tcp->hashinfo, &tw->common);
	net->tcp->tw_count++;
	if (timeout_ns < min_ns)
		timeout_ns = min_ns;
	reschedule(net, tw, state == TCP_TIME_WAIT ? TCP_TIMEWAIT_NS : timeout_ns);
	tcp_done(sk);
}

static void store_tstamp(struct net *net, struct inet_timewait_sock *tw,
			 const struct tcp_options_received *opt)
{
	if (!opt->saw_tstamp)
		return;
	tw->tw_ts_recent = opt->rcv_tsval;
	tw->tw_ts_recent_stamp_ns = port_time_ns(net->port);
}

static enum tcp_tw_status out_of_window(struct net *net, struct inet_timewait_sock *tw)
{
	if (tcp_oow_rate_limited(net, &tw->tw_last_oow_ack_time_ns)) {
		NET_INC(net, TcpExtTCPACKSkippedTimeWait);
		return TCP_TW_SUCCESS;
	}
	return TCP_TW_ACK;
}

/* Still waiting for the peer's FIN. */
static enum tcp_tw_status fin_wait2(struct net *net, struct inet_timewait_sock *tw,
				    const struct sk_buff *skb,
				    const struct tcp_options_received *opt, bool paws_reject)
{
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const uint8_t flags = tcb->tcp_flags;

	if (paws_reject ||
	    !tcp_in_window(tcb->seq, tcb->end_seq, tw->tw_rcv_nxt, tw->tw_rcv_nxt + tw->tw_rcv_wnd))
		return out_of_window(net, tw);
	if (flags & TCPHDR_RST) {
		if (tcb->seq == tw->tw_rcv_nxt) {
			inet_twsk_kill(net, tw);
			return TCP_TW_SUCCESS;
		}
		return out_of_window(net, tw);
	}
	if ((flags & TCPHDR_SYN) && !before(tcb->seq, tw->tw_rcv_nxt))
		return TCP_TW_RST;
	if (!(flags & TCPHDR_ACK) || !after(tcb->end_seq, tw->tw_rcv_nxt) ||
	    tcb->end_seq == tcb->seq)
		return TCP_TW_SUCCESS;
	/* Data that nobody will read. */
	if (!(flags & TCPHDR_FIN) || tcb->end_seq != tw->tw_rcv_nxt + 1)
		return TCP_TW_RST;
	tw->tw_substate = TCP_TIME_WAIT;
	tw->tw_rcv_nxt = tcb->end_seq;
	store_tstamp(net, tw, opt);
	reschedule(net, tw, TCP_TIMEWAIT_NS);
	return TCP_TW_ACK;
}

enum tcp_tw_status tcp_timewait_state_process(struct net *net, struct inet_timewait_sock *tw,
					      struct sk_buff *skb, uint32_t *isn)
{
	const struct tcphdr *th = tcp_hdr(skb);
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	struct tcp_options_received opt = {.tstamp_ok = tw->tw_ts_recent_stamp_ns != 0,
					   .ts_recent = tw->tw_ts_recent,
					   .ts_recent_stamp_ns = tw->tw_ts_recent_stamp_ns};
	const uint8_t flags = th->flags;
	bool paws_reject = false;

	tcp_parse_options(th, &opt, true, &net->sysctl);
	if (opt.saw_tstamp)
		paws_reject = tcp_paws_reject(&opt, port_time_ns(net->port), flags & TCPHDR_RST);
	if (tw->tw_substate == TCP_FIN_WAIT2)
		return fin_wait2(net, tw, skb, &opt, paws_reject);

	if (!paws_reject && tcb->seq == tw->tw_rcv_nxt &&
	    (tcb->seq == tcb->end_seq || (flags & TCPHDR_RST))) {
		if (flags & TCPHDR_RST) {
			if (!net->sysctl.tcp_rfc1337) {
				inet_twsk_kill(net, tw);
				return TCP_TW_SUCCESS;
			}
		} else {
			reschedule(net, tw, TCP_TIMEWAIT_NS);
		}
		store_tstamp(net, tw, &opt);
		return TCP_TW_SUCCESS;
	}
	/* A new incarnation, above the old by sequence or by time stamp. */
	if ((flags & (TCPHDR_SYN | TCPHDR_RST | TCPHDR_ACK)) == TCPHDR_SYN && !paws_reject &&
	    (after(tcb->seq, tw->tw_rcv_nxt) ||
	     (opt.saw_tstamp && (int32_t)(tw->tw_ts_recent - opt.rcv_tsval) < 0))) {
		*isn = tw->tw_snd_nxt + ISN_ABOVE_WINDOW;
		if (!*isn)
			*isn = 1;
		return TCP_TW_SYN;
	}
	if (paws_reject)
		NET_INC(net, TcpExtPAWSEstab);
	if (flags & TCPHDR_RST)
		return TCP_TW_SUCCESS;
	/* A lost ACK of ours makes the peer send its FIN again: the wait begins anew. */
	if (paws_reject || (flags & TCPHDR_ACK))
		reschedule(net, tw, TCP_TIMEWAIT_NS);
	return out_of_window(net, tw);
}

bool tcp_twsk_unique(struct sock *sk, const struct inet_timewait_sock *tw)
{
	const uint32_t reuse = sk_sysctl(sk)->tcp_tw_reuse;
	struct tcp_sock *tp = tcp_sk(sk);

	if (!reuse || (reuse == 2 && !inet_addr_loopback(&sk->sk_v6_daddr)))
		return false;
	/* Time stamps tell old from new once the clock has moved on (RFC 6191, 2). */
	if (!tw->tw_ts_recent_stamp_ns || sk_now_ns(sk) - tw->tw_ts_recent_stamp_ns <= NSEC_PER_SEC)
		return false;
	tp->write_seq = tw->tw_snd_nxt + ISN_ABOVE_WINDOW;
	if (!tp->write_seq)
		tp->write_seq = 1;
	tp->rx_opt.ts_recent = tw->tw_ts_recent;
	tp->rx_opt.ts_recent_stamp_ns = tw->tw_ts_recent_stamp_ns;
	return true;
}
