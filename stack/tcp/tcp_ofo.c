// SPDX-License-Identifier: MIT
/*
 * What the receiver does with the bytes: the receive queue, the out-of-order tree (insertion in
 * O(log n), overlaps dropped), the SACK and DSACK blocks it owes (RFC 2018, RFC 2883), and the
 * memory that all of it may take.
 */
#include <net/tcp.h>

#define COALESCE_COPY_MAX_BYTES 512u
#define COLLAPSE_BLOCK_BYTES	2048u /* the size of receive buffers: cheap to have */

static uint32_t min_seq(uint32_t a, uint32_t b)
{
	return before(a, b) ? a : b;
}

static uint32_t max_seq(uint32_t a, uint32_t b)
{
	return after(a, b) ? a : b;
}

static bool can_coalesce(const struct sk_buff *to, const struct sk_buff *from)
{
	return TCP_SKB_CB(to)->end_seq == TCP_SKB_CB(from)->seq && !from->data_len &&
	       from->len <= COALESCE_COPY_MAX_BYTES && from->len && !to->data_len &&
	       skb_tailroom(to) >= from->len && to->head_data->refcount == 1;
}

/* ---- memory ---- */

static void ofo_drop(struct sock *sk, struct sk_buff *skb, enum skb_drop_reason reason)
{
	rb_erase(&tcp_sk(sk)->out_of_order_queue, &skb->rbnode);
	kfree_skb_reason(skb, reason);
}

void tcp_ofo_purge(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rb_node *n;

	while ((n = rb_first(&tp->out_of_order_queue))) {
		struct sk_buff *skb = rb_entry(n, struct sk_buff, rbnode);

		rb_erase(&tp->out_of_order_queue, n);
		consume_skb(skb);
	}
	tp->ooo_last_skb = NULL;
}

/* Throws away out-of-order data from its end until skb fits into limit_bytes (the peer keeps it:
 * RFC 2018, 8). */
static void prune_ofo(struct sock *sk, const struct sk_buff *in, uint32_t limit_bytes)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rb_node *n;
	bool pruned = false;

	while (sk->sk_rmem_alloc + in->truesize > limit_bytes &&
	       (n = rb_last(&tp->out_of_order_queue))) {
		struct sk_buff *skb = rb_entry(n, struct sk_buff, rbnode);

		if (after(TCP_SKB_CB(in)->seq, TCP_SKB_CB(skb)->seq))
			break; /* nearer to rcv_nxt than what comes */
		ofo_drop(sk, skb, SKB_DROP_TcpOfoDrop);
		pruned = true;
	}
	if (!pruned)
		return;
	n = rb_last(&tp->out_of_order_queue);
	tp->ooo_last_skb = n ? rb_entry(n, struct sk_buff, rbnode) : NULL;
	NET_INC(sk->sk_net, TcpExtOfoPruned);
	/* Blocks told may name what is gone. */
	tp->rx_opt.num_sacks = 0;
}

/* ---- collapsing: small segments in large buffers are copied together ---- */

static bool wasteful(const struct sk_buff *skb)
{
	return skb->truesize > 2 * skb->len &&
	       !(TCP_SKB_CB(skb)->tcp_flags & (TCPHDR_SYN | TCPHDR_FIN));
}

/* Moves the payload of `from` behind that of `to`; false: no room. */
static bool collapse_into(struct sock *sk, struct sk_buff *to, struct sk_buff *from)
{
	if (skb_tailroom(to) < from->len || TCP_SKB_CB(to)->end_seq != TCP_SKB_CB(from)->seq)
		return false;
	skb_copy_bits(from, 0, skb_put(to, from->len), from->len);
	TCP_SKB_CB(to)->end_seq = TCP_SKB_CB(from)->end_seq;
	TCP_SKB_CB(to)->tcp_flags |= TCP_SKB_CB(from)->tcp_flags;
	skb_unlink(&sk->sk_receive_queue, from);
	consume_skb(from);
	return true;
}

/* A block in front of skb, at skb's sequence number. NULL: no memory. */
static struct sk_buff *collapse_block(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *block = alloc_skb(sk->sk_net, COLLAPSE_BLOCK_BYTES);

	if (!block)
		return NULL;
	memcpy(TCP_SKB_CB(block), TCP_SKB_CB(skb), sizeof(struct tcp_skb_cb));
	TCP_SKB_CB(block)->end_seq = TCP_SKB_CB(block)->seq;
	skb_set_owner_r(block, sk);
	list_add(&block->list, skb->list.prev);
	sk->sk_receive_queue.qlen++;
	return block;
}

/* Whether the small ones from skb on take more memory than a block that replaces them. */
static bool block_pays(const struct sock *sk, struct sk_buff *skb)
{
	uint32_t truesize = 0, len = 0;

	for (; &skb->list != &sk->sk_receive_queue.list && wasteful(skb);
	     skb = list_entry(skb->list.next, struct sk_buff, list)) {
		truesize += skb->truesize;
		len += skb->len;
		if (len > COLLAPSE_BLOCK_BYTES)
			break;
		if (truesize > 2 * COLLAPSE_BLOCK_BYTES)
			return true;
	}
	return false;
}

static void collapse_receive_queue(struct sock *sk)
{
	struct sk_buff *skb, *next, *block = NULL;

	/* Nothing new since the last time: a flood of segments must not make us walk for each. */
	if (tcp_sk(sk)->collapsed_seq == tcp_sk(sk)->rcv_nxt)
		return;
	tcp_sk(sk)->collapsed_seq = tcp_sk(sk)->rcv_nxt;
	list_for_each_entry_safe(skb, next, &sk->sk_receive_queue.list, list) {
		if (!wasteful(skb)) {
			block = NULL;
			continue;
		}
		if (block && collapse_into(sk, block, skb))
			continue;
		block = NULL;
		if (!block_pays(sk, skb))
			continue;
		block = collapse_block(sk, skb);
		if (!block)
			return;
		collapse_into(sk, block, skb);
		NET_INC(sk->sk_net, TcpExtTCPRcvCollapsed);
	}
}

/* Whether skb may be queued. */
bool tcp_try_rmem(struct sock *sk, const struct sk_buff *skb)
{
	const struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);

	const bool allowed = tcp_rmem_allowed(sk);

	if (allowed && (sk->sk_rmem_alloc + skb->truesize <= sk->sk_rcvbuf ||
			(tail && can_coalesce(tail, skb))))
		return true;
	NET_INC(sk->sk_net, TcpExtPruneCalled);
	collapse_receive_queue(sk);
	if (!allowed) {
		/* What fills the hole counts more than what lies above it. */
		if (TCP_SKB_CB(skb)->seq == tcp_sk(sk)->rcv_nxt)
			prune_ofo(sk, skb, sk_sysctl(sk)->tcp_rmem[0]);
		if (!tcp_rmem_allowed(sk))
			return false;
	}
	if (sk->sk_rmem_alloc + skb->truesize <= sk->sk_rcvbuf)
		return true;
	/* In order and within the window: promised, so a sixteenth more. Before pruning, which takes
	 * SACKs back and so costs the sender a time-out. */
	if (TCP_SKB_CB(skb)->seq == tcp_sk(sk)->rcv_nxt &&
	    sk->sk_rmem_alloc <= sk->sk_rcvbuf + sk->sk_rcvbuf / 16)
		return true;
	prune_ofo(sk, skb, sk->sk_rcvbuf);
	if (sk->sk_rmem_alloc + skb->truesize <= sk->sk_rcvbuf)
		return true;
	NET_INC(sk->sk_net, TcpExtRcvPruned);
	return false;
}

/* ---- the receive queue ---- */

/* Small segments are copied into the room behind the last one: a byte costs no sk_buff. */
static bool try_coalesce(struct sock *sk, struct sk_buff *to, const struct sk_buff *from)
{
	if (!can_coalesce(to, from))
		return false;
	memcpy(skb_put(to, from->len), from->data, from->len);
	TCP_SKB_CB(to)->end_seq = TCP_SKB_CB(from)->end_seq;
	TCP_SKB_CB(to)->tcp_flags |= TCP_SKB_CB(from)->tcp_flags;
	NET_INC(sk->sk_net, TcpExtTCPRcvCoalesce);
	return true;
}

/* Data at rcv_nxt: onto the receive queue. true: merged into the last one, the caller keeps skb. */
bool tcp_queue_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);

	tp->bytes_received += TCP_SKB_CB(skb)->end_seq - tp->rcv_nxt;
	tp->rcv_nxt = TCP_SKB_CB(skb)->end_seq;
	if (tail && try_coalesce(sk, tail, skb))
		return true;
	if (!skb->destructor)
		skb_set_owner_r(skb, sk);
	skb_queue_tail(&sk->sk_receive_queue, skb);
	return false;
}

/* ---- SACK and DSACK to be sent ---- */

void tcp_dsack_set(struct sock *sk, uint32_t seq, uint32_t end_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_sack(tp) || !sk_sysctl(sk)->tcp_dsack)
		return;
	if (before(seq, tp->rcv_nxt))
		NET_INC(sk->sk_net, TcpExtTCPDSACKOldSent);
	else
		NET_INC(sk->sk_net, TcpExtTCPDSACKOfoSent);
	tp->rx_opt.dsack = true;
	tp->duplicate_sack = (struct tcp_sack_block){seq, end_seq};
}

static void dsack_extend(struct sock *sk, uint32_t seq, uint32_t end_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_sack_block *d = &tp->duplicate_sack;

	if (!tp->rx_opt.dsack) {
		tcp_dsack_set(sk, seq, end_seq);
		return;
	}
	if (after(seq, d->end_seq) || after(d->start_seq, end_seq))
		return; /* apart: one block is all there is */
	d->start_seq = min_seq(d->start_seq, seq);
	d->end_seq = max_seq(d->end_seq, end_seq);
}

static void remove_block(struct tcp_sock *tp, unsigned int i)
{
	for (; i + 1 < tp->rx_opt.num_sacks; i++)
		tp->selective_acks[i] = tp->selective_acks[i + 1];
	tp->rx_opt.num_sacks--;
}

/* The most recently changed block goes first (RFC 2018, 4). */
static void sack_new_block(struct sock *sk, uint32_t seq, uint32_t end_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_sack_block block = {seq, end_seq};

	if (!tcp_is_sack(tp))
		return;
	for (unsigned int i = 0; i < tp->rx_opt.num_sacks;) {
		const struct tcp_sack_block *b = &tp->selective_acks[i];

		if (after(block.start_seq, b->end_seq) || after(b->start_seq, block.end_seq)) {
			i++;
			continue;
		}
		block.start_seq = min_seq(block.start_seq, b->start_seq);
		block.end_seq = max_seq(block.end_seq, b->end_seq);
		remove_block(tp, i);
	}
	if (tp->rx_opt.num_sacks == TCP_NUM_SACKS) {
		tcp_compress_send_now(sk);
		tp->rx_opt.num_sacks--;
	}
	for (unsigned int i = tp->rx_opt.num_sacks; i > 0; i--)
		tp->selective_acks[i] = tp->selective_acks[i - 1];
	tp->selective_acks[0] = block;
	tp->rx_opt.num_sacks++;
}

/* rcv_nxt moved: forget what lies below it. */
void tcp_sack_remove(struct tcp_sock *tp)
{
	if (!tp->out_of_order_queue.node) {
		tp->rx_opt.num_sacks = 0;
		return;
	}
	for (unsigned int i = 0; i < tp->rx_opt.num_sacks;) {
		if (!before(tp->rcv_nxt, tp->selective_acks[i].start_seq))
			remove_block(tp, i);
		else
			i++;
	}
}

/* ---- the out-of-order tree ---- */

/* Where skb goes; false: wholly there already, skb was dropped. */
static bool ofo_find_place(struct sock *sk, struct sk_buff *skb, struct rb_node **parent,
			   struct rb_node ***link)
{
	struct rb_node **at = &tcp_sk(sk)->out_of_order_queue.node;
	struct sk_buff *last = tcp_sk(sk)->ooo_last_skb;
	uint32_t seq = TCP_SKB_CB(skb)->seq;
	const uint32_t end_seq = TCP_SKB_CB(skb)->end_seq;

	if (last && !before(seq, TCP_SKB_CB(last)->end_seq)) {
		*parent = &last->rbnode; /* the usual case: beyond all that is there */
		*link = &last->rbnode.right;
		return true;
	}
	*parent = NULL;
	while (*at) {
		struct sk_buff *at_skb = rb_entry(*at, struct sk_buff, rbnode);
		const struct tcp_skb_cb *have = TCP_SKB_CB(at_skb);

		*parent = *at;
		if (before(seq, have->seq)) {
			at = &(*at)->left;
			continue;
		}
		if (before(seq, have->end_seq)) {
			if (!after(end_seq, have->end_seq)) {
				NET_INC(sk->sk_net, TcpExtTCPOFOMerge);
				tcp_dsack_set(sk, seq, end_seq);
				kfree_skb_reason(skb, SKB_DROP_TcpOldData);
				return false;
			}
			if (seq != have->seq) { /* begins inside, goes on beyond */
				tcp_dsack_set(sk, seq, have->end_seq);
			} else { /* covers it all: takes its place */
				dsack_extend(sk, have->seq, have->end_seq);
				NET_INC(sk->sk_net, TcpExtTCPOFOMerge);
				if (at_skb == last)
					tcp_sk(sk)->ooo_last_skb = NULL;
				ofo_drop(sk, at_skb, SKB_DROP_TcpOldData);
				return ofo_find_place(sk, skb, parent, link);
			}
		}
		at = &(*at)->right;
	}
	*link = at;
	return true;
}

/* Drops what skb covers behind it. */
static void ofo_drop_covered(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t end_seq = TCP_SKB_CB(skb)->end_seq;
	struct sk_buff *next;

	while ((next = skb_rb_next(skb)) && after(end_seq, TCP_SKB_CB(next)->seq)) {
		if (before(end_seq, TCP_SKB_CB(next)->end_seq)) {
			dsack_extend(sk, TCP_SKB_CB(next)->seq, end_seq);
			return;
		}
		dsack_extend(sk, TCP_SKB_CB(next)->seq, TCP_SKB_CB(next)->end_seq);
		NET_INC(sk->sk_net, TcpExtTCPOFOMerge);
		ofo_drop(sk, next, SKB_DROP_TcpOldData);
	}
	if (!next)
		tp->ooo_last_skb = skb;
}

void tcp_data_queue_ofo(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t seq = TCP_SKB_CB(skb)->seq, end_seq = TCP_SKB_CB(skb)->end_seq;
	struct rb_node *parent, **link;

	tcp_ecn_check_ce(sk, skb);
	if (!tcp_try_rmem(sk, skb)) {
		NET_INC(sk->sk_net, TcpExtTCPOFODrop);
		kfree_skb_reason(skb, SKB_DROP_TcpOfoDrop);
		return;
	}
	tp->pred_flags = 0; /* the slow path until the hole is filled */
	inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_SCHED;
	tp->rcv_ooopack += skb->gso_segs > 1 ? skb->gso_segs : 1;
	NET_INC(sk->sk_net, TcpExtTCPOFOQueue);

	if (!ofo_find_place(sk, skb, &parent, &link))
		return;
	rb_insert(&tp->out_of_order_queue, &skb->rbnode, parent, link);
	if (!skb->destructor)
		skb_set_owner_r(skb, sk);
	ofo_drop_covered(sk, skb);
	sack_new_block(sk, seq, end_seq);
}

/* rcv_nxt reached the tree: move what continues it to the receive queue. */
void tcp_ofo_queue(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint32_t dsack_high = tp->rcv_nxt;
	struct rb_node *n;

	while ((n = rb_first(&tp->out_of_order_queue))) {
		struct sk_buff *skb = rb_entry(n, struct sk_buff, rbnode);
		const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
		bool fin;

		if (after(tcb->seq, tp->rcv_nxt))
			break;
		if (before(tcb->seq, dsack_high)) {
			uint32_t dup_end = dsack_high;

			if (before(tcb->end_seq, dsack_high))
				dup_end = tcb->end_seq;
			dsack_extend(sk, tcb->seq, dup_end);
		}
		rb_erase(&tp->out_of_order_queue, n);
		if (!after(tcb->end_seq, tp->rcv_nxt)) {
			kfree_skb_reason(skb, SKB_DROP_TcpOldData);
			continue;
		}
		fin = tcb->tcp_flags & TCPHDR_FIN;
		if (tcp_queue_rcv(sk, skb))
			consume_skb(skb);
		if (fin)
			tcp_fin(sk); /* purges the tree */
	}
	if (!tp->out_of_order_queue.node)
		tp->ooo_last_skb = NULL;
}
