// SPDX-License-Identifier: MIT
/*
 * Explicit congestion notification (RFC 3168; SYN-ACK rules and fallback as Linux has them). A SYN
 * with ECE and CWR offers it, a SYN-ACK with ECE alone accepts. Then data goes as ECT(0); a segment
 * that arrives with CE makes us send ECE until the peer's CWR says that it has reduced; an ECE that
 * arrives makes us reduce once a round trip and say so by CWR. tcp_ecn: 0 never, 1 offer and accept,
 * 2 accept only.
 */
#include <net/tcp.h>

#define SYN_ECN (TCPHDR_ECE | TCPHDR_CWR)

static bool needs_ecn(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ca_ops->flags & TCP_CONG_NEEDS_ECN;
}

/* ---- what goes out ---- */

static void set_ect(struct sock *sk, bool on)
{
	struct inet_sock *inet = inet_sk(sk);

	const uint8_t ect = on ? INET_ECN_ECT_0 : INET_ECN_NOT_ECT;

	inet->tos = (uint8_t)((inet->tos & ~INET_ECN_MASK) | ect);
	inet->tclass = (uint8_t)((inet->tclass & ~INET_ECN_MASK) | ect);
}

void tcp_ecn_init_ect(struct sock *sk)
{
	const bool open = sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN ||
			  sk->sk_state == TCP_SYN_SENT;

	set_ect(sk, needs_ecn(sk) && (open || (tcp_sk(sk)->ecn_flags & TCP_ECN_OK)));
}

uint8_t tcp_ecn_syn_flags(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->ecn_flags = 0;
	tcp_ecn_init_ect(sk);
	if (sk_sysctl(sk)->tcp_ecn != 1 && !needs_ecn(sk))
		return 0;
	tp->ecn_flags = TCP_ECN_OK;
	return SYN_ECN;
}

/* Something on the path may drop such SYNs: the second goes without. */
void tcp_ecn_syn_retransmit(struct sock *sk, struct tcp_skb_cb *tcb)
{
	if ((tcb->tcp_flags & (TCPHDR_SYN | TCPHDR_ACK | SYN_ECN)) == (TCPHDR_SYN | SYN_ECN) &&
	    sk_sysctl(sk)->tcp_ecn_fallback)
		tcb->tcp_flags &= (uint8_t)~SYN_ECN;
}

uint8_t tcp_ecn_send(struct sock *sk, const struct tcp_skb_cb *tcb, bool data)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint8_t flags = 0;

	if (!(tp->ecn_flags & TCP_ECN_OK))
		return 0;
	if (data && !before(tcb->seq, tp->snd_nxt)) { /* never on retransmissions (6.1.5) */
		set_ect(sk, true);
		if (tp->ecn_flags & TCP_ECN_QUEUE_CWR) {
			tp->ecn_flags &= (uint8_t)~TCP_ECN_QUEUE_CWR;
			flags |= TCPHDR_CWR;
		}
	} else if (!needs_ecn(sk)) {
		set_ect(sk, false);
	}
	if (tp->ecn_flags & TCP_ECN_DEMAND_CWR)
		flags |= TCPHDR_ECE;
	return flags;
}

/* ---- the handshake ---- */

void tcp_ecn_rcv_synack(struct sock *sk, const struct tcphdr *th)
{
	if ((th->flags & SYN_ECN) != TCPHDR_ECE)
		tcp_sk(sk)->ecn_flags &= (uint8_t)~TCP_ECN_OK;
}

/* Simultaneous open; our SYN becomes a SYN-ACK. */
void tcp_ecn_rcv_syn(struct sock *sk, const struct tcphdr *th)
{
	if ((th->flags & SYN_ECN) != SYN_ECN)
		tcp_sk(sk)->ecn_flags &= (uint8_t)~TCP_ECN_OK;
}

/*
 * A SYN that is itself ECT comes from an algorithm that needs ECN, as DCTCP; answering it as plain
 * ECN would ruin both, unless ours is of that kind too.
 */
bool tcp_ecn_ok_for_request(const struct sock *listener, const struct sk_buff *skb)
{
	if ((tcp_hdr(skb)->flags & SYN_ECN) != SYN_ECN)
		return false;
	if (needs_ecn(listener))
		return true;
	return !(TCP_SKB_CB(skb)->ip_dsfield & INET_ECN_MASK) && sk_sysctl(listener)->tcp_ecn;
}

/* ---- what comes in ---- */

void tcp_ecn_accept_cwr(struct sock *sk, const struct sk_buff *skb)
{
	if (!(tcp_hdr(skb)->flags & TCPHDR_CWR))
		return;
	tcp_sk(sk)->ecn_flags &= (uint8_t)~TCP_ECN_DEMAND_CWR;
	/* The sender's window may be one segment now: no waiting for a second. */
	if (TCP_SKB_CB(skb)->seq != TCP_SKB_CB(skb)->end_seq)
		inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_NOW;
}

void tcp_ecn_check_ce(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(tp->ecn_flags & TCP_ECN_OK))
		return;
	switch (TCP_SKB_CB(skb)->ip_dsfield & INET_ECN_MASK) {
	case INET_ECN_NOT_ECT:
		/* Not marked and not markable, though ECN is in use: a retransmission. */
		if (tp->ecn_flags & TCP_ECN_SEEN)
			tcp_enter_quickack_mode(sk, 2);
		return;
	case INET_ECN_CE:
		if (needs_ecn(sk))
			tcp_ca_event(sk, CA_EVENT_ECN_IS_CE);
		if (!(tp->ecn_flags & TCP_ECN_DEMAND_CWR)) {
			tcp_enter_quickack_mode(sk, 2); /* the ECE must not wait */
			tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
		}
		break;
	default:
		if (needs_ecn(sk))
			tcp_ca_event(sk, CA_EVENT_ECN_NO_CE);
		break;
	}
	tp->ecn_flags |= TCP_ECN_SEEN;
}
