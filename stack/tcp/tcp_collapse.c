// SPDX-License-Identifier: MIT
/*
 * Small segments are retransmitted as few large ones: repacketization (RFC 9293, 3.8.1, which allows
 * it), as Linux does under tcp_retrans_collapse. What the peer has SACKed stays what it is, and so do
 * super-segments and the border of a record (MSG_EOR).
 */
#include <net/tcp.h>

static bool may_collapse(const struct sk_buff *skb)
{
	return TCP_SKB_CB(skb)->pcount == 1 && !(TCP_SKB_CB(skb)->sacked & TCPCB_SACKED_ACKED);
}

bool tcp_skb_take_next(struct sock *sk, struct sk_buff *skb, const struct sk_buff *next)
{
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const struct tcp_skb_cb *next_cb = TCP_SKB_CB(next);

	if (skb->nr_frags + next->nr_frags > MAX_SKB_FRAGS)
		return false;
	assert(!skb_headlen(next));
	for (unsigned int i = 0; i < next->nr_frags; i++)
		skb_add_frag(skb, skb_data_get(next->frags[i].data), next->frags[i].offset,
			     next->frags[i].len);
	sk_wmem_queued_add(sk, next->len);
	tcb->end_seq = next_cb->end_seq;
	tcb->tcp_flags |= next_cb->tcp_flags;
	tcb->sacked |= next_cb->sacked & TCPCB_EVER_RETRANS;
	tcb->eor = next_cb->eor;
	return true;
}

void tcp_retrans_try_collapse(struct sock *sk, struct sk_buff *skb, uint32_t max_bytes)
{
	struct sk_buff *next;

	if (!sk_sysctl(sk)->tcp_retrans_collapse || (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_SYN) ||
	    !may_collapse(skb))
		return;
	while ((next = skb_rb_next(skb)) && !TCP_SKB_CB(skb)->eor && may_collapse(next) &&
	       skb->len + next->len <= max_bytes &&
	       !after(TCP_SKB_CB(next)->end_seq, tcp_wnd_end(tcp_sk(sk))) &&
	       tcp_skb_take_next(sk, skb, next)) {
		tcp_adjust_pcount(sk, next, TCP_SKB_CB(next)->pcount);
		tcp_rtx_queue_unlink_and_free(sk, next);
	}
}
