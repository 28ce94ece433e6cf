// SPDX-License-Identifier: MIT
/* What must hold of every socket after every operation. */
#include "fuzz.h"
#include "socket/file.h"

/* Sent, not acknowledged: the scoreboard's sums are those of its segments, in order, without gap. */
static uint32_t check_flight(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	uint32_t packets = 0, sacked = 0, lost = 0, retrans = 0, bytes = 0, seq = tp->snd_una;
	struct sk_buff *skb = tcp_rtx_queue_head(sk);

	if (skb)
		REQUIRE(!after(TCP_SKB_CB(skb)->seq, tp->snd_una));
	for (; skb; skb = skb_rb_next(skb)) {
		const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		REQUIRE(!before(seq, cb->seq) || seq == tp->snd_una);
		REQUIRE(after(cb->end_seq, seq));
		REQUIRE(cb->pcount > 0);
		seq = cb->end_seq;
		packets += cb->pcount;
		sacked += cb->sacked & TCPCB_SACKED_ACKED ? cb->pcount : 0;
		lost += cb->sacked & TCPCB_LOST ? cb->pcount : 0;
		retrans += cb->sacked & TCPCB_SACKED_RETRANS ? cb->pcount : 0;
		bytes += (uint32_t)sizeof(*skb) + skb->len;
	}
	REQUIRE(seq == tp->snd_nxt);
	REQUIRE(packets == tp->packets_out);
	REQUIRE(lost == tp->lost_out);
	REQUIRE(retrans == tp->retrans_out);
	if (tcp_is_sack(tp))
		REQUIRE(sacked == tp->sacked_out);
	REQUIRE(tcp_left_out(tp) <= tp->packets_out);
	return bytes;
}

static void check_sending(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	uint32_t seq = tp->snd_nxt, bytes = check_flight(sk);
	const struct sk_buff *skb;

	REQUIRE(!before(tp->snd_nxt, tp->snd_una));
	REQUIRE(!before(tp->write_seq, tp->snd_nxt));
	REQUIRE(tp->snd_cwnd > 0);
	REQUIRE(tp->snd_cwnd <= TCP_MAX_CWND);
	skb_queue_walk(&sk->sk_write_queue, skb) {
		REQUIRE(TCP_SKB_CB(skb)->seq == seq);
		seq = TCP_SKB_CB(skb)->end_seq;
		bytes += (uint32_t)sizeof(*skb) + skb->len;
	}
	REQUIRE(seq == tp->write_seq);
	REQUIRE(bytes == sk->sk_wmem_queued);
}

/* The receive queue runs up to rcv_nxt; what is out of order lies above, sorted, none within another. */
static void check_receiving(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	uint32_t bytes = 0, seq = tp->rcv_nxt, end_seq = tp->rcv_nxt;
	const struct sk_buff *skb;

	REQUIRE(!after(tp->copied_seq, tp->rcv_nxt));
	REQUIRE(!after(tp->rcv_wup, tp->rcv_nxt));
	skb_queue_walk(&sk->sk_receive_queue, skb) {
		REQUIRE(!after(TCP_SKB_CB(skb)->end_seq, tp->rcv_nxt));
		bytes += skb->truesize;
	}
	for (struct rb_node *n = rb_first(&tp->out_of_order_queue); n; n = rb_next(n)) {
		skb = rb_entry(n, struct sk_buff, rbnode);
		REQUIRE(after(TCP_SKB_CB(skb)->seq, seq));
		REQUIRE(after(TCP_SKB_CB(skb)->end_seq, end_seq));
		seq = TCP_SKB_CB(skb)->seq;
		end_seq = TCP_SKB_CB(skb)->end_seq;
		bytes += skb->truesize;
	}
	REQUIRE(bytes == sk->sk_rmem_alloc);
}

static void check_socket(const struct sock *sk)
{
	if (sk->sk_prot != &tcp_prot)
		return;
	REQUIRE(!sk->sk_owned);
	if (sk->sk_state == TCP_LISTEN || sk->sk_state == TCP_CLOSE)
		return;
	check_sending(sk);
	check_receiving(sk);
}

void check_invariants(struct fuzz *f)
{
	for (int fd = 0; fd < FUZZ_FILES; fd++) {
		struct file *file = fget(f->files, fd);

		if (!file)
			continue;
		if (file_socket(file) && !f->sleepers)
			check_socket(file_socket(file)->socket.sk);
		fput(file);
	}
}
