// SPDX-License-Identifier: MIT
/*
 * Urgent data (RFC 9293, 3.8.5; RFC 6093), as Linux has it: the urgent pointer names the byte after
 * the urgent one (unless tcp_stdurg says: that byte itself, as RFC 1122 had it), the latest urgent
 * byte is kept aside for recv(MSG_OOB) unless SO_OOBINLINE leaves it in the stream, and reading
 * stops at the mark. New programs should not use it (RFC 6093, 5); old ones do.
 */
#include <net/tcp.h>

/* ---- receiving ---- */

/* The urgent byte was the last that was read, and more came: it must not be read again as ordinary
 * when the mark moves on. */
static void pass_over_read_mark(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	if (!tp->urg_data || tp->urg_seq != tp->copied_seq || sock_flag(sk, SOCK_URGINLINE) ||
	    tp->copied_seq == tp->rcv_nxt)
		return;
	skb = skb_peek(&sk->sk_receive_queue);
	tp->copied_seq++;
	if (skb && !before(tp->copied_seq, TCP_SKB_CB(skb)->end_seq)) {
		skb_unlink(&sk->sk_receive_queue, skb);
		consume_skb(skb);
	}
}

/* A new urgent pointer? Old ones, and ones behind it, are ignored. */
static void new_pointer(struct sock *sk, const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint32_t mark = ntohs(th->urg_ptr);

	if (mark && !sk_sysctl(sk)->tcp_stdurg)
		mark--;
	mark += ntohl(th->seq);
	if (after(tp->copied_seq, mark) || before(mark, tp->rcv_nxt) ||
	    (tp->urg_data && !after(mark, tp->urg_seq)))
		return;
	pass_over_read_mark(sk);
	tp->urg_data = TCP_URG_NOTYET;
	tp->urg_seq = mark;
	tp->pred_flags = 0; /* the slow path until it has been read */
	if (!sock_flag(sk, SOCK_DEAD))
		sk_data_ready(sk);
}

/* skb: data at the TCP header, its acknowledgement worked in, its text not yet taken. */
void tcp_urg(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	uint32_t at;
	uint8_t byte;

	if (th->flags & TCPHDR_URG)
		new_pointer(sk, th);
	if (tp->urg_data != TCP_URG_NOTYET)
		return;
	at = tp->urg_seq - ntohl(th->seq) + th->doff * 4u - !!(th->flags & TCPHDR_SYN);
	if (at >= skb->len || skb_copy_bits(skb, at, &byte, 1))
		return;
	tp->urg_data = (uint16_t)(TCP_URG_VALID | byte);
	if (!sock_flag(sk, SOCK_DEAD))
		sk_data_ready(sk);
}

uint32_t tcp_urg_limit(const struct sock *sk, uint32_t seq, uint32_t len, uint32_t *skip)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t ahead = tp->urg_seq - seq;

	*skip = 0;
	if (!tp->urg_data || ahead >= len)
		return len;
	if (ahead)
		return ahead;
	if (sock_flag(sk, SOCK_URGINLINE))
		return len;
	*skip = 1;
	return len - 1;
}

void tcp_urg_read_past(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->urg_data || !after(tp->copied_seq, tp->urg_seq))
		return;
	local_bh_disable(sk->sk_net);
	tp->urg_data = 0;
	tcp_fast_path_check(sk);
	local_bh_enable(sk->sk_net);
}

/* recv(MSG_OOB), which never blocks. */
long tcp_recv_urg(struct sock *sk, struct msghdr *msg, struct iov_iter *to, int flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint8_t byte = (uint8_t)tp->urg_data;

	if (sock_flag(sk, SOCK_URGINLINE) || !tp->urg_data || tp->urg_data == TCP_URG_READ)
		return -EINVAL;
	if (sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	if (!(tp->urg_data & TCP_URG_VALID))
		return sk->sk_state == TCP_CLOSE || (sk->sk_shutdown & RCV_SHUTDOWN) ? 0 : -EAGAIN;
	if (!(flags & MSG_PEEK))
		tp->urg_data = TCP_URG_READ;
	msg->msg_flags |= MSG_OOB;
	if (!to->count) {
		msg->msg_flags |= MSG_TRUNC;
		return 0;
	}
	return (flags & MSG_TRUNC) || copy_to_iter(&byte, 1, to) == 1 ? 1 : -EFAULT;
}

bool tcp_at_mark(const struct tcp_sock *tp)
{
	return tp->urg_data && tp->urg_seq == tp->copied_seq;
}

/* Bytes until the mark, or all. */
uint32_t tcp_readable_bytes(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->urg_data && !sock_flag(sk, SOCK_URGINLINE) &&
	    !before(tp->urg_seq, tp->copied_seq) && before(tp->urg_seq, tp->rcv_nxt))
		return tp->urg_seq - tp->copied_seq;
	return tp->rcv_nxt - tp->copied_seq;
}

/* ---- sending ---- */

void tcp_mark_urg(struct tcp_sock *tp)
{
	tp->snd_urg = true;
	tp->snd_up = tp->write_seq;
}

/* Urgent data is not acknowledged yet. */
bool tcp_urg_mode(struct tcp_sock *tp)
{
	if (tp->snd_urg && !before(tp->snd_una, tp->snd_up))
		tp->snd_urg = false;
	return tp->snd_urg;
}

/* A pointer too far ahead is told late, from where it can be written (RFC 9293, MUST-62 asks for any
 * length of urgent data). */
uint8_t tcp_urg_pointer(struct tcp_sock *tp, uint32_t seq, __be16 *urg_ptr)
{
	*urg_ptr = 0;
	if (!tcp_urg_mode(tp) || !before(seq, tp->snd_up))
		return 0;
	if (before(tp->snd_up, seq + 0x10000))
		*urg_ptr = htons((uint16_t)(tp->snd_up - seq));
	else if (after(seq + 0xffff, tp->snd_nxt))
		*urg_ptr = htons(0xffff);
	else
		return 0;
	return TCPHDR_URG;
}
