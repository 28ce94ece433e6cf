// SPDX-License-Identifier: MIT
/*
 * Timers with references, request socks and the accept queue: a FIFO of finished handshakes whose
 * length is sk_ack_backlog. accept() sleeps only while it is empty.
 */
#include <net/tcp.h>

void sk_reset_timer(struct sock *sk, struct timer_list *t, uint64_t expires_ns)
{
	if (!t->pending)
		sock_hold(sk);
	timer_mod(sk->sk_net, t, expires_ns);
}

void sk_stop_timer(struct sock *sk, struct timer_list *t)
{
	if (timer_del(sk->sk_net, t))
		sock_put(sk);
}

void inet_csk_init_timers(struct sock *sk, void (*retransmit)(struct timer_list *),
			  void (*delack)(struct timer_list *),
			  void (*keepalive)(struct timer_list *))
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	timer_setup(&icsk->icsk_retransmit_timer, retransmit);
	timer_setup(&icsk->icsk_delack_timer, delack);
	timer_setup(&icsk->icsk_keepalive_timer, keepalive);
	icsk->icsk_pending = ICSK_TIME_NONE;
	icsk->icsk_ack.pending = 0;
}

void inet_csk_clear_xmit_timers(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_pending = ICSK_TIME_NONE;
	icsk->icsk_ack.pending = 0;
	sk_stop_timer(sk, &icsk->icsk_retransmit_timer);
	sk_stop_timer(sk, &icsk->icsk_delack_timer);
	sk_stop_timer(sk, &icsk->icsk_keepalive_timer);
}

struct request_sock *reqsk_alloc(struct sock *listener)
{
	struct request_sock *req = port_alloc(listener->sk_net->port, sizeof(*req));

	if (!req)
		return NULL;
	memset(req, 0, sizeof(*req));
	INIT_LIST_HEAD(&req->common.skc_node);
	INIT_LIST_HEAD(&req->accept_node);
	req->common.skc_state = TCP_NEW_SYN_RECV;
	req->common.skc_family = listener->sk_family;
	req->common.skc_net = listener->sk_net;
	req->common.skc_bound_dev = listener->sk_bound_dev;
	req->common.skc_refcnt = 1;
	req->rsk_listener = listener;
	sock_hold(listener);
	timer_setup(&req->rsk_timer, tcp_reqsk_timer);
	return req;
}

void reqsk_unhash(struct request_sock *req)
{
	struct inet_connection_sock *icsk = inet_csk(req->rsk_listener);

	inet_unhash(&req->common);
	timer_del(req->common.skc_net, &req->rsk_timer);
	assert(icsk->icsk_qlen > 0);
	icsk->icsk_qlen--;
	if (!req->num_timeout)
		icsk->icsk_young--;
}

void reqsk_free(struct request_sock *req)
{
	struct net *net = req->common.skc_net;

	assert(list_empty(&req->common.skc_node) && !req->rsk_timer.pending);
	sock_put(req->rsk_listener);
	port_free(net->port, req, sizeof(*req));
}

void inet_csk_reqsk_queue_add(struct sock *listener, struct request_sock *req, struct sock *child)
{
	req->sk = child;
	list_add_tail(&req->accept_node, &inet_csk(listener)->icsk_accept_queue);
	listener->sk_ack_backlog++;
}

/* The oldest of the accept queue; its child. Soft interrupts off. */
static struct sock *accept_queue_take(struct sock *listener)
{
	struct inet_connection_sock *icsk = inet_csk(listener);
	struct request_sock *req =
		list_first_entry(&icsk->icsk_accept_queue, struct request_sock, accept_node);
	struct sock *child = req->sk;

	list_del_init(&req->accept_node);
	listener->sk_ack_backlog--;
	if (req->tfo_listener)
		req->sk = NULL; /* the child has it until its handshake has ended */
	else
		reqsk_free(req);
	return child;
}

static int wait_for_connect(struct sock *sk, uint64_t timeo_ns)
{
	struct list_head *queue = &inet_csk(sk)->icsk_accept_queue;

	for (;;) {
		if (sk->sk_state != TCP_LISTEN)
			return -EINVAL;
		if (!list_empty(queue))
			return 0;
		if (!timeo_ns)
			return -EAGAIN;
		release_sock(sk);
		timeo_ns = wait_event(&sk->sk_wq, !list_empty(queue) || sk->sk_state != TCP_LISTEN,
				      timeo_ns);
		lock_sock(sk);
	}
}

struct sock *inet_csk_accept(struct sock *sk, int file_flags, int *err)
{
	struct sock *child = NULL;

	lock_sock(sk);
	*err = wait_for_connect(sk, file_flags & O_NONBLOCK ? 0 : sk->sk_rcvtimeo_ns);
	if (!*err) {
		local_bh_disable(sk->sk_net);
		child = accept_queue_take(sk);
		local_bh_enable(sk->sk_net);
	}
	release_sock(sk);
	return child;
}

/* The listener goes: connections that nobody accepted are reset (RFC 9293, 3.10.4). */
void inet_csk_listen_stop(struct sock *sk)
{
	while (!list_empty(&inet_csk(sk)->icsk_accept_queue)) {
		struct sock *child = accept_queue_take(sk);

		sock_hold(child);
		sock_set_flag(child, SOCK_DEAD);
		if (child->sk_state != TCP_CLOSE) {
			tcp_send_active_reset(child);
			tcp_set_state(child, TCP_CLOSE);
		}
		tcp_done(child);
		sock_put(child);
	}
	tcp_fastopen_listen_stop(sk);
}
