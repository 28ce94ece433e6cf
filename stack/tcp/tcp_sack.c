// SPDX-License-Identifier: MIT
/*
 * The sender's scoreboard: which segments the peer holds beyond a hole (SACK, RFC 2018; DSACK,
 * RFC 2883), and its estimate from duplicate ACKs for peers without SACK (NewReno, RFC 6582).
 * Blocks told before are not walked again, so that an ACK costs what is new in it.
 */
#include <net/tcp.h>

uint32_t tcp_highest_sack_seq(const struct tcp_sock *tp)
{
	return tp->sacked_out && after(tp->highest_sack_seq, tp->snd_una) ? tp->highest_sack_seq
									  : tp->snd_una;
}

/* The peer holds data above a never retransmitted segment that came only now: reordering. */
void tcp_check_sack_reordering(struct sock *sk, uint32_t low_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t fack = tcp_highest_sack_seq(tp);
	const uint32_t mss = max_u32(tp->mss_cache, 1);
	uint32_t distance;

	if (!before(low_seq, fack))
		return;
	distance = fack - low_seq;
	if (distance > tp->reordering * mss)
		tp->reordering = min_u32((distance + mss - 1) / mss, TCP_MAX_REORDERING);
	tp->reord_seen++;
	NET_INC(sk->sk_net, TcpExtTCPSACKReorder);
}

/* ---- SACK ---- */

static struct tcp_sack_block get_block(const uint8_t *p)
{
	return (struct tcp_sack_block){get_unaligned_be32(p), get_unaligned_be32(p + 4)};
}

/* RFC 2883: the first block tells of a duplicate when it lies below the ACK or inside the second.
 */
static bool check_dsack(struct sock *sk, const struct sk_buff *ack_skb,
			const struct tcp_sack_block *blocks, unsigned int count,
			uint32_t prior_snd_una, struct tcp_sacktag_state *state)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_sack_block b = blocks[0];

	if (before(b.start_seq, TCP_SKB_CB(ack_skb)->ack_seq))
		NET_INC(sk->sk_net, TcpExtTCPDSACKRecv);
	else if (count > 1 && !after(b.end_seq, blocks[1].end_seq) &&
		 !before(b.start_seq, blocks[1].start_seq))
		NET_INC(sk->sk_net, TcpExtTCPDSACKOfoRecv);
	else
		return false;
	tp->rack.dsack_seen = true;
	tp->dsack_dups++;
	state->flag |= FLAG_DSACKING_ACK;
	if (tp->tlp_high_seq && tp->tlp_retrans && b.end_seq == tp->tlp_high_seq)
		state->flag |= FLAG_DSACK_TLP;
	/* A retransmission of this episode was not needed. */
	if (tp->undo_marker && tp->undo_retrans > 0 && !after(b.end_seq, prior_snd_una) &&
	    after(b.end_seq, tp->undo_marker)) {
		uint32_t segs = (b.end_seq - b.start_seq + tp->mss_cache - 1) / tp->mss_cache;

		tp->undo_retrans -= (int32_t)min_u32(segs ? segs : 1, (uint32_t)tp->undo_retrans);
	}
	return true;
}

static void tag_one(struct sock *sk, struct sk_buff *skb, struct tcp_sacktag_state *state)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

	if (tcb->sacked & TCPCB_SACKED_ACKED)
		return;
	tcp_rack_advance(tp, tcb->sacked, tcb->end_seq, skb->skb_mstamp_ns);
	if (tcb->sacked & TCPCB_SACKED_RETRANS) {
		tp->retrans_out -= tcb->pcount;
		tcb->sacked &= (uint8_t)~TCPCB_SACKED_RETRANS;
	} else if (!(tcb->sacked & TCPCB_EVER_RETRANS)) {
		if (before(tcb->seq, tcp_highest_sack_seq(tp)) && before(tcb->seq, state->reord))
			state->reord = tcb->seq;
		if (!after(tcb->end_seq, tp->high_seq))
			state->flag |= FLAG_ORIG_SACK_ACKED;
		if (!state->first_sackt_ns || skb->skb_mstamp_ns < state->first_sackt_ns)
			state->first_sackt_ns = skb->skb_mstamp_ns;
		if (skb->skb_mstamp_ns > state->last_sackt_ns)
			state->last_sackt_ns = skb->skb_mstamp_ns;
	}
	if (tcb->sacked & TCPCB_LOST) {
		tp->lost_out -= tcb->pcount;
		tcb->sacked &= (uint8_t)~TCPCB_LOST;
	}
	tcb->sacked |= TCPCB_SACKED_ACKED;
	tcp_rate_skb_delivered(sk, skb, state->rate);
	state->flag |= FLAG_DATA_SACKED;
	if (!tp->sacked_out || after(tcb->end_seq, tp->highest_sack_seq))
		tp->highest_sack_seq = tcb->end_seq;
	tp->sacked_out += tcb->pcount;
	tp->delivered += tcb->pcount;
	list_del_init(&tcb->tsorted);
}

/*
 * Cuts skb where the block begins or ends inside it, at a segment's edge. true: the (first part
 * of) skb lies inside the block.
 */
static bool match_block(struct sock *sk, struct sk_buff *skb, const struct tcp_sack_block *b)
{
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const bool starts_inside = !after(b->start_seq, tcb->seq);
	const uint32_t mss = skb->gso_size;
	uint32_t len;

	if (starts_inside && !before(b->end_seq, tcb->end_seq))
		return true;
	if (tcb->pcount <= 1 || (tcb->sacked & TCPCB_SACKED_ACKED))
		return false;
	len = starts_inside ? b->end_seq - tcb->seq : b->start_seq - tcb->seq;
	if (starts_inside)
		len -= len % mss; /* whole segments only */
	else
		len += (mss - len % mss) % mss;
	if (!len || len >= skb->len)
		return false;
	return !tcp_fragment(sk, skb, len, mss, true) && starts_inside;
}

struct sk_buff *tcp_rtx_find(struct sock *sk, uint32_t seq)
{
	struct rb_node *n = tcp_sk(sk)->tcp_rtx_queue.node;
	struct sk_buff *best = NULL;

	while (n) {
		struct sk_buff *skb = rb_entry(n, struct sk_buff, rbnode);

		if (after(TCP_SKB_CB(skb)->end_seq, seq)) {
			best = skb;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}

static void tag_block(struct sock *sk, const struct tcp_sack_block *b,
		      struct tcp_sacktag_state *state)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	uint32_t from = b->start_seq;

	for (unsigned int i = 0; i < TCP_NUM_SACKS; i++) {
		const struct tcp_sack_block *c = &tp->recv_sack_cache[i];

		if (c->start_seq != c->end_seq && !after(c->start_seq, from) &&
		    after(c->end_seq, from))
			from = c->end_seq;
	}
	for (struct sk_buff *skb = tcp_rtx_find(sk, from); skb; skb = skb_rb_next(skb)) {
		if (!before(TCP_SKB_CB(skb)->seq, b->end_seq))
			return;
		if (match_block(sk, skb, b))
			tag_one(sk, skb, state);
	}
}

int tcp_sacktag_write_queue(struct sock *sk, const struct sk_buff *ack_skb, uint32_t prior_snd_una,
			    struct tcp_sacktag_state *state)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint8_t *p = (const uint8_t *)tcp_hdr(ack_skb) + tp->rx_opt.sack_off;
	const unsigned int count = min_u32(tp->rx_opt.sack_blocks, TCP_NUM_SACKS);
	struct tcp_sack_block blocks[TCP_NUM_SACKS] = {0}, done[TCP_NUM_SACKS] = {0};
	unsigned int first = 0;

	state->flag = 0;
	state->reord = tp->snd_nxt + 1;
	for (unsigned int i = 0; i < count; i++)
		blocks[i] = get_block(p + i * TCPOLEN_SACK_PERBLOCK);
	if (check_dsack(sk, ack_skb, blocks, count, prior_snd_una, state))
		first = 1;
	for (unsigned int i = first; i < count; i++) {
		const struct tcp_sack_block b = blocks[i];

		/* Only what was sent and is not acknowledged; the rest is old or a lie. */
		if (!before(b.start_seq, b.end_seq) || after(b.end_seq, tp->snd_nxt) ||
		    before(b.start_seq, tp->snd_una))
			continue;
		tag_block(sk, &b, state);
		done[i] = b;
	}
	memcpy(tp->recv_sack_cache, done, sizeof(done));
	if (before(state->reord, tp->snd_nxt) && inet_csk(sk)->icsk_ca_state != TCP_CA_Loss)
		tcp_check_sack_reordering(sk, state->reord);
	return state->flag;
}

/* The peer threw away what it had SACKed (RFC 2018, 8 allows it): trust no block any more. */
void tcp_forget_sacks(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	memset(tp->recv_sack_cache, 0, sizeof(tp->recv_sack_cache));
	tp->sacked_out = 0;
	for (struct sk_buff *skb = tcp_rtx_queue_head(sk); skb; skb = skb_rb_next(skb)) {
		struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);

		tcb->sacked &= (uint8_t)~TCPCB_SACKED_ACKED;
		if (list_empty(&tcb->tsorted))
			list_add_tail(&tcb->tsorted, &tp->tsorted_sent_queue);
	}
}

/* ---- without SACK: each duplicate ACK means one segment has left the network ---- */

static bool limit_reno_sacked(struct tcp_sock *tp)
{
	const uint32_t holes = min_u32(max_u32(tp->lost_out, 1), tp->packets_out);

	if (tp->sacked_out + holes <= tp->packets_out)
		return false;
	tp->sacked_out = tp->packets_out - holes;
	return true;
}

void tcp_limit_reno_sacked(struct tcp_sock *tp)
{
	limit_reno_sacked(tp);
}

/* More duplicate ACKs than segments in flight: some were reordering. */
static void check_reno_reordering(struct sock *sk, uint32_t addend)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!limit_reno_sacked(tp))
		return;
	tp->reordering = min_u32(tp->packets_out + addend, TCP_MAX_REORDERING);
	tp->reord_seen++;
	NET_INC(sk->sk_net, TcpExtTCPRenoReorder);
}

void tcp_add_reno_sack(struct sock *sk, uint32_t num_dupack)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t prior = tp->sacked_out;

	if (!num_dupack)
		return;
	tp->sacked_out += num_dupack;
	check_reno_reordering(sk, 0);
	if (tp->sacked_out > prior)
		tp->delivered += tp->sacked_out - prior;
}

void tcp_remove_reno_sacks(struct sock *sk, uint32_t acked)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (acked) {
		/* One filled the hole, the others had been counted when their duplicate came. */
		tp->delivered += acked > tp->sacked_out + 1 ? acked - tp->sacked_out : 1;
		tp->sacked_out -= min_u32(tp->sacked_out, acked - 1);
	}
	check_reno_reordering(sk, acked);
}

void tcp_reset_reno_sack(struct tcp_sock *tp)
{
	tp->sacked_out = 0;
}
