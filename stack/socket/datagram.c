// SPDX-License-Identifier: MIT
/* What datagram protocols share: the receive queue with its limit, blocking, poll. */
#include <net/net_namespace.h>
#include <net/sock.h>

int sock_queue_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_rmem_alloc + skb->truesize > sk->sk_rcvbuf) {
		sk->sk_drops++;
		return -ENOMEM;
	}
	skb_set_owner_r(skb, sk);
	skb_queue_tail(&sk->sk_receive_queue, skb);
	sk_data_ready(sk);
	return 0;
}

static struct sk_buff *take_datagram(struct sock *sk, int flags)
{
	struct sk_buff *skb;

	local_bh_disable(sk->sk_net);
	skb = skb_peek(&sk->sk_receive_queue);
	if (skb && (flags & MSG_PEEK))
		skb_get(skb);
	else if (skb)
		skb_unlink(&sk->sk_receive_queue, skb);
	local_bh_enable(sk->sk_net);
	return skb;
}

struct sk_buff *skb_recv_datagram(struct sock *sk, int flags, int *err)
{
	uint64_t left_ns = flags & MSG_DONTWAIT ? 0 : sk->sk_rcvtimeo_ns;

	for (;;) {
		struct sk_buff *skb;

		*err = sock_error(sk);
		if (*err)
			return NULL;
		skb = take_datagram(sk, flags);
		if (skb)
			return skb;
		if (sk->sk_shutdown & RCV_SHUTDOWN)
			return NULL;
		*err = -EAGAIN;
		if (!left_ns)
			return NULL;
		left_ns = wait_event(&sk->sk_wq,
				     skb_peek(&sk->sk_receive_queue) || sk->sk_err ||
					     (sk->sk_shutdown & RCV_SHUTDOWN),
				     left_ns);
	}
}

struct sk_buff *sock_alloc_send_skb(struct sock *sk, uint32_t header_bytes, uint32_t len, int flags,
				    int *err)
{
	uint64_t left_ns = flags & MSG_DONTWAIT ? 0 : sk->sk_sndtimeo_ns;
	struct sk_buff *skb;

	for (;;) {
		*err = sock_error(sk);
		if (*err)
			return NULL;
		*err = -EPIPE;
		if (sk->sk_shutdown & SEND_SHUTDOWN)
			return NULL;
		if (sk->sk_wmem_alloc < sk->sk_sndbuf)
			break;
		*err = -EAGAIN;
		if (!left_ns)
			return NULL;
		left_ns = wait_event(&sk->sk_wq,
				     sk->sk_wmem_alloc < sk->sk_sndbuf || sk->sk_err ||
					     (sk->sk_shutdown & SEND_SHUTDOWN),
				     left_ns);
	}
	*err = -ENOBUFS;
	local_bh_disable(sk->sk_net);
	skb = alloc_skb(sk->sk_net, header_bytes + len);
	if (skb) {
		*err = 0;
		skb_reserve(skb, header_bytes);
		skb_set_owner_w(skb, sk);
	}
	local_bh_enable(sk->sk_net);
	return skb;
}

uint32_t datagram_poll(struct sock *sk)
{
	uint32_t mask = 0;

	if (sk->sk_err)
		mask |= POLLERR;
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		mask |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (sk->sk_shutdown == SHUTDOWN_MASK)
		mask |= POLLHUP;
	if (skb_peek(&sk->sk_receive_queue))
		mask |= POLLIN | POLLRDNORM;
	if (sk->sk_wmem_alloc < sk->sk_sndbuf / 2)
		mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
	return mask;
}
