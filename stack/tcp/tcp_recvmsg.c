// SPDX-License-Identifier: MIT
/* recv(): one copy from the receive queue to the application. */
#include <net/tcp.h>

/* The sk_buff that holds seq, or the FIN there. NULL: nothing yet. */
static struct sk_buff *find_seq(struct sock *sk, uint32_t seq, uint32_t *offset)
{
	struct sk_buff *skb;

	if (!skb_peek(&sk->sk_receive_queue))
		return NULL;
	skb_queue_walk(&sk->sk_receive_queue, skb) {
		*offset = seq - TCP_SKB_CB(skb)->seq;
		if (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_SYN)
			--*offset;
		if (*offset < skb->len ||
		    (*offset == skb->len && (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN)))
			return skb;
	}
	return NULL;
}

static void eat_skb(struct sock *sk, struct sk_buff *skb)
{
	local_bh_disable(sk->sk_net);
	skb_unlink(&sk->sk_receive_queue, skb);
	consume_skb(skb);
	local_bh_enable(sk->sk_net);
}

static void cleanup(struct sock *sk, uint32_t copied)
{
	local_bh_disable(sk->sk_net);
	tcp_cleanup_rbuf(sk, copied);
	local_bh_enable(sk->sk_net);
}

/* Nothing to read. 1: go on looking; 0: the call ends with what there is, or with *err. */
static int out_of_data(struct sock *sk, long copied, long target, uint32_t seq, uint64_t *timeo_ns,
		       int *err)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	*err = 0;
	if (copied >= target && !skb_peek(&sk->sk_backlog))
		return 0;
	if (copied) {
		if (sk->sk_err || sk->sk_state == TCP_CLOSE || (sk->sk_shutdown & RCV_SHUTDOWN) ||
		    !*timeo_ns)
			return 0;
	} else {
		if (sock_flag(sk, SOCK_DONE))
			return 0;
		*err = sock_error(sk);
		if (*err || (sk->sk_shutdown & RCV_SHUTDOWN))
			return 0;
		*err = sk->sk_state == TCP_CLOSE ? -ENOTCONN : !*timeo_ns ? -EAGAIN : 0;
		if (*err)
			return 0;
	}
	cleanup(sk, (uint32_t)copied);
	release_sock(sk);
	if (copied < target)
		*timeo_ns =
			wait_event(&sk->sk_wq,
				   tp->rcv_nxt != seq || sk->sk_err || sk->sk_state == TCP_CLOSE ||
					   (sk->sk_shutdown & RCV_SHUTDOWN),
				   *timeo_ns);
	lock_sock(sk);
	return 1;
}

/* Linux's rule: at least this much unless something ends it. */
static long read_target(const struct sock *sk, size_t len, int flags)
{
	const size_t lowat = flags & MSG_WAITALL ? len : (size_t)sk->sk_rcvlowat;

	return (long)(lowat < len ? lowat : len);
}

static long do_recv(struct sock *sk, struct iov_iter *to, int flags, int *err)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint64_t timeo_ns = flags & MSG_DONTWAIT ? 0 : sk->sk_rcvtimeo_ns;
	const long target = read_target(sk, to->count, flags);
	uint32_t peek_seq = tp->copied_seq, offset = 0;
	uint32_t *seq = flags & MSG_PEEK ? &peek_seq : &tp->copied_seq;
	size_t left = to->count;
	long copied = 0;

	while (left) {
		struct sk_buff *skb;
		uint32_t used, skip = 0;

		if (unlikely(tp->urg_data) && copied && tp->urg_seq == *seq)
			break; /* a mark divides */
		skb = find_seq(sk, *seq, &offset);
		if (!skb) {
			if (!out_of_data(sk, copied, target, *seq, &timeo_ns, err))
				break;
			continue;
		}
		used = skb->len - offset;
		if (used > left)
			used = (uint32_t)left;
		if (unlikely(tp->urg_data)) {
			used = tcp_urg_limit(sk, *seq, used, &skip);
			*seq += skip;
			offset += skip;
		}
		if (used && !(flags & MSG_TRUNC) && skb_copy_datagram_iter(skb, offset, to, used)) {
			*err = -EFAULT;
			break;
		}
		*seq += used;
		copied += used;
		left -= used;
		if (unlikely(tp->urg_data))
			tcp_urg_read_past(sk);
		if (!(flags & MSG_PEEK))
			tcp_rcv_space_adjust(sk);
		if (offset + used < skb->len)
			continue;
		if (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) {
			++*seq;
			if (!(flags & MSG_PEEK))
				eat_skb(sk, skb);
			break;
		}
		if (!(flags & MSG_PEEK))
			eat_skb(sk, skb);
	}
	cleanup(sk, flags & MSG_PEEK ? 0 : (uint32_t)copied);
	return copied;
}

/*
 * The usual read: all there is is the rest of one segment, and it fits. Then there is nothing to wait
 * for and nothing to look for. 0: it is another read.
 */
static long recv_lone(struct sock *sk, struct iov_iter *to, int flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = list_first_entry(&sk->sk_receive_queue.list, struct sk_buff, list);
	uint32_t offset, len;

	if (sk->sk_receive_queue.qlen != 1 || (flags & ~MSG_DONTWAIT) || tp->urg_data ||
	    skb_peek(&sk->sk_backlog) || (TCP_SKB_CB(skb)->tcp_flags & (TCPHDR_SYN | TCPHDR_FIN)))
		return 0;
	offset = tp->copied_seq - TCP_SKB_CB(skb)->seq;
	len = skb->len - offset;
	if (len > to->count || len < (uint32_t)sk->sk_rcvlowat || offset >= skb->len)
		return 0;
	if (skb_copy_datagram_iter(skb, offset, to, len))
		return -EFAULT;
	tp->copied_seq += len;
	tcp_rcv_space_adjust(sk);
	local_bh_disable(sk->sk_net);
	skb_unlink(&sk->sk_receive_queue, skb);
	consume_skb(skb);
	tcp_cleanup_rbuf(sk, len);
	local_bh_enable(sk->sk_net);
	return len;
}

/* TCP_INQ: what is left to read; an end that has not been read yet, or once more, counts as a byte. */
static void put_inq(const struct sock *sk, struct msghdr *msg)
{
	int inq = (int)(tcp_sk(sk)->rcv_nxt - tcp_sk(sk)->copied_seq);

	if (!inq && sock_flag(sk, SOCK_DONE))
		inq = 1;
	put_cmsg(msg, SOL_TCP, TCP_CM_INQ, &inq, sizeof(inq));
}

static noinline long recv_any(struct sock *sk, struct msghdr *msg, struct iov_iter *to, int flags)
{
	int err = 0;
	long copied;

	if (flags & MSG_ERRQUEUE)
		return -EAGAIN;
	if (sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	if (flags & MSG_OOB)
		copied = tcp_recv_urg(sk, msg, to, flags);
	else
		copied = do_recv(sk, to, flags, &err);
	if (unlikely(tcp_sk(sk)->recvmsg_inq) && !err && !(flags & MSG_OOB))
		put_inq(sk, msg);
	return copied ? copied : err;
}

long tcp_recvmsg(struct sock *sk, struct msghdr *msg, struct iov_iter *to, int flags)
{
	long copied;

	msg->msg_namelen = 0;
	lock_sock(sk);
	copied = recv_lone(sk, to, flags);
	if (unlikely(!copied))
		copied = recv_any(sk, msg, to, flags);
	else if (unlikely(tcp_sk(sk)->recvmsg_inq) && copied > 0)
		put_inq(sk, msg);
	release_sock(sk);
	return copied;
}
