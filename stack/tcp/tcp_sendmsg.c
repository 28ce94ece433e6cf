// SPDX-License-Identifier: MIT
/*
 * send(): payload is copied once, into blocks that the network's TCP sockets share one after the
 * other, and is referenced from there until it is acknowledged. sk_buffs grow to super-segments.
 * Soft interrupts are off from here on but while more than a few bytes are copied.
 */
#include <net/tcp.h>

/* Where the next bytes go: a piece of the current block, reserved. */
struct room {
	struct skb_data *data; /* a reference of its own */
	uint32_t offset, len;
};

/* False: no memory. */
static bool reserve_room(struct netns_tcp *tcp, struct port *port, uint32_t want, struct room *r)
{
	if (!tcp->page_frag || tcp->page_frag_offset == tcp->page_frag->size_bytes) {
		struct skb_data *fresh = skb_data_alloc(port, TCP_PAGE_FRAG_BYTES);

		if (!fresh)
			return false;
		if (tcp->page_frag)
			skb_data_put(tcp->page_frag);
		tcp->page_frag = fresh;
		tcp->page_frag_offset = 0;
	}
	r->data = skb_data_get(tcp->page_frag);
	r->offset = tcp->page_frag_offset;
	r->len = min_u32(want, tcp->page_frag->size_bytes - tcp->page_frag_offset);
	tcp->page_frag_offset += r->len;
	return true;
}

static bool can_take_frag(const struct sk_buff *skb, const struct netns_tcp *tcp)
{
	const struct skb_frag *last = &skb->frags[skb->nr_frags - 1];

	if (skb->nr_frags < MAX_SKB_FRAGS)
		return true;
	return last->data == tcp->page_frag && last->offset + last->len == tcp->page_frag_offset &&
	       tcp->page_frag_offset < tcp->page_frag->size_bytes;
}

static bool forced_push(const struct tcp_sock *tp)
{
	return after(tp->write_seq, tp->pushed_seq + (tp->max_window >> 1));
}

static void mark_push(struct tcp_sock *tp, struct sk_buff *skb)
{
	TCP_SKB_CB(skb)->tcp_flags |= TCPHDR_PSH;
	tp->pushed_seq = tp->write_seq;
}

/* Everything copied may go; MSG_MORE: only what fills segments. */
static void push(struct sock *sk, int flags, uint32_t mss, int nonagle)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);

	if (!tail)
		return;
	if (!(flags & MSG_MORE) || forced_push(tp))
		mark_push(tp, tail);
	if (flags & MSG_OOB)
		tcp_mark_urg(tp);
	tcp_push_pending_frames(sk, mss, flags & MSG_MORE ? TCP_NAGLE_CORK : nonagle);
}

/* Until connected. 0 or a negative errno. sk owned, soft interrupts on. */
static int wait_connected(struct sock *sk, uint64_t *timeo_ns)
{
	for (;;) {
		if (sk->sk_err)
			return sock_error(sk);
		if (sk->sk_state == TCP_ESTABLISHED || sk->sk_state == TCP_CLOSE_WAIT)
			return 0;
		/* Fast Open: an answer may go before the handshake has ended. */
		if (sk->sk_state == TCP_SYN_RECV && tcp_sk(sk)->fastopen_rsk)
			return 0;
		if (sk->sk_state != TCP_SYN_SENT && sk->sk_state != TCP_SYN_RECV)
			return -EPIPE;
		if (!*timeo_ns)
			return -EAGAIN;
		tcp_sk(sk)->writer_waits++;
		release_sock(sk);
		*timeo_ns = wait_event(&sk->sk_wq,
				       sk->sk_err || (sk->sk_state != TCP_SYN_SENT &&
						      sk->sk_state != TCP_SYN_RECV),
				       *timeo_ns);
		lock_sock(sk);
		tcp_sk(sk)->writer_waits--;
	}
}

/* Until there is room in the send buffer. 0 or a negative errno. sk owned, soft interrupts on. */
static int wait_room(struct sock *sk, uint64_t *timeo_ns)
{
	for (;;) {
		if (sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN))
			return -EPIPE;
		if (tcp_stream_memory_free(sk))
			return 0;
		sock_set_flag(sk, SOCK_NOSPACE); /* epoll's edge: room is told to whoever asks */
		if (!*timeo_ns)
			return -EAGAIN;
		release_sock(sk);
		*timeo_ns = wait_event(&sk->sk_wq,
				       sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN) ||
					       tcp_stream_memory_free(sk),
				       *timeo_ns);
		lock_sock(sk);
	}
}

/* The same with soft interrupts off. */
static int wait_memory(struct sock *sk, uint64_t *timeo_ns)
{
	int err;

	local_bh_enable(sk->sk_net);
	err = wait_room(sk, timeo_ns);
	local_bh_disable(sk->sk_net);
	return err;
}

/* The sk_buff that takes the next bytes. NULL: a new one is needed. */
static struct sk_buff *tail_with_room(struct sock *sk, uint32_t size_goal)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (skb && skb->len < size_goal && !TCP_SKB_CB(skb)->eor && can_take_frag(skb, net_tcp(sk)))
		return skb;
	return NULL;
}

/* NULL: no memory. */
static struct sk_buff *new_tail(struct sock *sk)
{
	struct sk_buff *skb = tcp_stream_alloc_skb(sk);

	if (skb)
		tcp_skb_entail(sk, skb);
	return skb;
}

/* Soft interrupts may come while many are copied. */
static size_t copy_in(struct net *net, void *to, uint32_t len, struct iov_iter *from)
{
	size_t n;

	if (len <= SKB_COPYBREAK_BYTES)
		return copy_from_iter(to, len, from);
	local_bh_enable(net);
	n = copy_from_iter(to, len, from);
	local_bh_disable(net);
	return n;
}

/* skb, in the write queue, has so many bytes more. */
static void account_appended(struct sock *sk, struct sk_buff *skb, uint32_t len)
{
	TCP_SKB_CB(skb)->end_seq += len;
	TCP_SKB_CB(skb)->pcount = 0;
	tcp_sk(sk)->write_seq += len;
	sk_wmem_queued_add(sk, len);
}

/* Into the block of an sk_buff that is empty. */
static bool copy_short(struct sk_buff *skb, struct iov_iter *from, uint32_t len)
{
	if (unlikely(copy_from_iter(skb_short_room(skb), len, from) != len))
		return false;
	skb_add_short(skb, len);
	return true;
}

long tcp_append(struct sock *sk, struct sk_buff *skb, struct iov_iter *from, uint32_t want)
{
	struct net *net = sk->sk_net;
	struct room r;

	if (!skb->len && want <= SKB_COPYBREAK_BYTES) {
		if (!copy_short(skb, from, want))
			return -EFAULT;
		account_appended(sk, skb, want);
		return want;
	}
	if (!reserve_room(net_tcp(sk), net->port, want, &r))
		return 0;
	if (copy_in(net, r.data->bytes + r.offset, r.len, from) != r.len ||
	    !skb_add_frag(skb, r.data, r.offset, r.len)) {
		skb_data_put(r.data);
		return -EFAULT;
	}
	account_appended(sk, skb, r.len);
	return r.len;
}

/* An empty tail sk_buff (memory ran out before its first byte) must not stay. */
static void remove_empty_tail(struct sock *sk)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (!skb || skb->len || (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN))
		return;
	skb_unlink(&sk->sk_write_queue, skb);
	tcp_wmem_free_skb(sk, skb);
}

/* sk_buffs that are full go while the next is filled. */
static void send_full(struct sock *sk, struct sk_buff *skb, uint32_t mss)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (forced_push(tp)) {
		mark_push(tp, skb);
		tcp_push_pending_frames(sk, mss, TCP_NAGLE_PUSH);
	} else if (skb == tcp_send_head(sk)) {
		tcp_push_one(sk, mss);
	}
}

/* And how large an sk_buff may become that is to take so many bytes. */
static uint32_t current_mss(struct sock *sk, size_t bytes, uint32_t *size_goal)
{
	const uint32_t mss = tcp_current_mss(sk);

	*size_goal = bytes <= mss && !tcp_send_head(sk) ? mss : tcp_xmit_size_goal(sk, mss);
	return mss;
}

/* Copies all; what was copied before an error counts. *err: why not all. Soft interrupts off. */
static long copy_all(struct sock *sk, struct iov_iter *from, int flags, uint64_t timeo_ns, int *err)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint32_t size_goal, mss = current_mss(sk, from->count, &size_goal);
	struct sk_buff *skb;
	long copied = 0, n;
	bool full;

	*err = 0;
	while (from->count) {
		if (sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN)) {
			*err = -EPIPE;
			break;
		}
		skb = tail_with_room(sk, size_goal);
		full = skb ? !tcp_wmem_allowed(sk) : !tcp_stream_memory_free(sk);
		if (!skb && !full)
			skb = new_tail(sk);
		/* What is begun is filled as far as all sockets' memory allows; another one needs room
		 * in the send buffer. */
		if (unlikely(full)) {
			if (copied)
				push(sk, flags & ~MSG_MORE, mss, TCP_NAGLE_PUSH);
			*err = wait_memory(sk, &timeo_ns);
			if (*err)
				break;
			mss = current_mss(sk, from->count, &size_goal);
			continue;
		}
		n = skb ? tcp_append(sk, skb, from,
				     min_u32((uint32_t)(from->count < size_goal ? from->count
										: size_goal),
					     size_goal - skb->len))
			: 0;
		if (unlikely(n <= 0)) {
			*err = n ? (int)n : -ENOBUFS;
			remove_empty_tail(sk);
			break;
		}
		copied += n;
		if (!from->count && (flags & MSG_EOR))
			TCP_SKB_CB(skb)->eor = true;
		if (from->count && skb->len >= size_goal)
			send_full(sk, skb, mss);
	}
	if (copied)
		push(sk, flags, mss, tp->nonagle);
	return copied;
}

/*
 * A question or an answer: a short write while nothing waits becomes a segment at once, without what
 * full buffers, super-segments, urgent data and the handshake ask for.
 */
static bool is_short(const struct sock *sk, const struct iov_iter *from, int flags)
{
	return from->count - 1 < SKB_COPYBREAK_BYTES && !(flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) &&
	       sk->sk_state == TCP_ESTABLISHED && !sk->sk_err &&
	       !(sk->sk_shutdown & SEND_SHUTDOWN) && !tcp_sk(sk)->defer_connect &&
	       !tcp_send_head(sk) && tcp_stream_memory_free(sk);
}

/* The bytes, 0: not that way, or -EFAULT. Soft interrupts off. */
static long send_short(struct sock *sk, struct iov_iter *from)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t len = (uint32_t)from->count, mss = tcp_current_mss(sk);
	struct sk_buff *skb = likely(len <= mss) ? tcp_stream_alloc_skb(sk) : NULL;

	if (unlikely(!skb))
		return 0;
	if (unlikely(!copy_short(skb, from, len))) {
		tcp_wmem_free_skb(sk, skb);
		return -EFAULT;
	}
	tcp_rate_check_app_limited(sk);
	tcp_skb_entail(sk, skb);
	account_appended(sk, skb, len);
	mark_push(tp, skb);
	if (tcp_write_xmit_alone(sk, skb, mss))
		tcp_check_probe_timer(sk);
	return len;
}

/* What the SYN takes counts as sent, in *copied. 0: go on with the rest; or a negative errno. */
static int send_fastopen(struct sock *sk, const struct msghdr *msg, struct iov_iter *from,
			 int flags, long *copied)
{
	const struct sockaddr *addr = msg->msg_name;
	struct tcp_fastopen_request fo = {.data = from->count ? from : NULL};
	int err;

	if (!tcp_fastopen_client_enabled(sk) ||
	    (addr && msg->msg_namelen >= sizeof(addr->sa_family) && addr->sa_family == AF_UNSPEC))
		return -EOPNOTSUPP;
	err = tcp_connect_fastopen(sk, msg, flags, &fo);
	*copied = fo.copied;
	return err;
}

static noinline long do_send(struct sock *sk, const struct msghdr *msg, struct iov_iter *from,
			     int flags)
{
	uint64_t timeo_ns = flags & MSG_DONTWAIT ? 0 : sk->sk_sndtimeo_ns;
	long in_syn = 0, copied = 0;
	int err;

	if (unlikely((flags & MSG_FASTOPEN) || tcp_sk(sk)->defer_connect)) {
		err = send_fastopen(sk, msg, from, flags, &in_syn);
		if (err == -EINPROGRESS && in_syn)
			return in_syn;
		if (err)
			return err;
	}
	err = likely(sk->sk_state == TCP_ESTABLISHED && !sk->sk_err)
		      ? 0
		      : wait_connected(sk, &timeo_ns);
	if (likely(!err)) {
		local_bh_disable(sk->sk_net);
		tcp_rate_check_app_limited(sk);
		copied = copy_all(sk, from, flags, timeo_ns, &err);
		local_bh_enable(sk->sk_net);
	}
	copied += in_syn;
	if (!copied && err == -EPIPE && sk->sk_err)
		err = sock_error(sk);
	return copied ? copied : err;
}

/* An address is only looked at for Fast Open. */
long tcp_sendmsg(struct sock *sk, const struct msghdr *msg, struct iov_iter *from, int flags)
{
	long result = 0;

	lock_sock(sk);
	if (likely(is_short(sk, from, flags))) {
		local_bh_disable(sk->sk_net);
		result = send_short(sk, from);
		local_bh_enable(sk->sk_net);
	}
	if (!result)
		result = do_send(sk, msg, from, flags);
	release_sock(sk);
	return result;
}
