// SPDX-License-Identifier: MIT
/* struct sock: life, ownership by tasks with its backlog, memory accounting, wake-ups. */
#include <net/net_namespace.h>
#include <net/inet.h>
#include <string.h>

void sock_init_data(struct sock *sk, struct net *net)
{
	INIT_LIST_HEAD(&sk->sk_node);
	sk->sk_net = net;
	sk->sk_refcnt = 1;
	sk->sk_state = TCP_CLOSE;
	init_waitqueue_head(&sk->sk_wq, net->port);
	init_waitqueue_head(&sk->sk_lock_wq, net->port);
	skb_queue_head_init(&sk->sk_receive_queue);
	skb_queue_head_init(&sk->sk_write_queue);
	skb_queue_head_init(&sk->sk_backlog);
	sk->sk_rcvbuf = net->sysctl.rmem_default;
	sk->sk_sndbuf = net->sysctl.wmem_default;
	sk->sk_rcvtimeo_ns = PORT_WAIT_FOREVER;
	sk->sk_sndtimeo_ns = PORT_WAIT_FOREVER;
	sk->sk_rcvlowat = 1;
	sk->sk_max_pacing_rate = UINT64_MAX;
	sk->sk_memory_bytes =
		sk->sk_protocol == IPPROTO_TCP ? &net->tcp_memory_bytes : &net->other_memory_bytes;
}

struct sock *sk_alloc(struct net *net, uint16_t family, const struct proto *prot, int type,
		      int protocol)
{
	struct sock *sk = port_alloc(net->port, prot->obj_size_bytes);

	if (!sk)
		return NULL;
	memset(sk, 0, prot->obj_size_bytes);
	sk->sk_family = family;
	inet_reset_saddr(sk);
	inet_reset_daddr(sk);
	sk->sk_prot = prot;
	sk->sk_type = (uint16_t)type;
	sk->sk_protocol = (uint8_t)protocol;
	sock_init_data(sk, net);
	return sk;
}

void sk_free(struct sock *sk)
{
	assert(sk->sk_refcnt == 0);
	if (sk->sk_prot->destroy)
		sk->sk_prot->destroy(sk);
	assert(!sk->sk_rmem_alloc && !sk->sk_wmem_alloc && !sk->sk_backlog.qlen);
	port_free(sk->sk_net->port, sk, sk->sk_prot->obj_size_bytes);
}

/* Until no task owns it. */
void lock_sock_wait(struct sock *sk)
{
	while (sk->sk_owned)
		wait_event(&sk->sk_lock_wq, !sk->sk_owned, PORT_WAIT_FOREVER);
}

static noinline void run_backlog(struct sock *sk)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&sk->sk_backlog))) {
		sk->sk_backlog_bytes -= skb->truesize;
		sk->sk_prot->backlog_rcv(sk, skb);
	}
}

void sk_flush_backlog(struct sock *sk)
{
	if (!skb_peek(&sk->sk_backlog))
		return;
	local_bh_disable(sk->sk_net);
	run_backlog(sk);
	local_bh_enable(sk->sk_net);
}

/* Soft interrupts off: with all that came meanwhile. */
static noinline void release_after_work(struct sock *sk)
{
	run_backlog(sk);
	if (sk->sk_deferred) {
		sk->sk_deferred = false;
		sk->sk_prot->release_cb(sk);
	}
	sk->sk_owned = false;
	if (waitqueue_active(&sk->sk_lock_wq))
		wake_up(&sk->sk_lock_wq, 0);
	local_bh_enable(sk->sk_net);
}

void release_sock(struct sock *sk)
{
	struct net *net = sk->sk_net;

	local_bh_disable(net);
	if (unlikely(sk->sk_backlog.qlen || sk->sk_deferred || waitqueue_active(&sk->sk_lock_wq))) {
		release_after_work(sk);
		return;
	}
	sk->sk_owned = false;
	local_bh_enable(net);
}

bool sk_add_backlog(struct sock *sk, struct sk_buff *skb, uint32_t limit_bytes)
{
	if (sk->sk_backlog_bytes + sk->sk_rmem_alloc > limit_bytes)
		return false;
	skb_queue_tail(&sk->sk_backlog, skb);
	sk->sk_backlog_bytes += skb->truesize;
	return true;
}

static void tell(struct sock *sk, uint32_t key)
{
	if (waitqueue_active(&sk->sk_wq))
		wake_up(&sk->sk_wq, key);
}

void sk_data_ready(struct sock *sk)
{
	tell(sk, POLLIN | POLLPRI | POLLRDNORM | POLLRDBAND);
}

void sk_write_space(struct sock *sk)
{
	tell(sk, POLLOUT | POLLWRNORM | POLLWRBAND);
}

void sk_state_change(struct sock *sk)
{
	tell(sk, 0);
}

void sk_error_report(struct sock *sk)
{
	tell(sk, POLLERR);
}

static void sock_rfree(struct sk_buff *skb)
{
	skb->sk->sk_rmem_alloc -= skb->truesize;
	*skb->sk->sk_memory_bytes -= skb->truesize;
}

void skb_set_owner_r(struct sk_buff *skb, struct sock *sk)
{
	skb_orphan(skb);
	skb->sk = sk;
	skb->destructor = sock_rfree;
	sk->sk_rmem_alloc += skb->truesize;
	*sk->sk_memory_bytes += skb->truesize;
}

static void sock_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	sk->sk_wmem_alloc -= skb->truesize;
	sk_write_space(sk);
	sock_put(sk);
}

void skb_set_owner_w(struct sk_buff *skb, struct sock *sk)
{
	skb_orphan(skb);
	sock_hold(sk);
	skb->sk = sk;
	skb->destructor = sock_wfree;
	sk->sk_wmem_alloc += skb->truesize;
}
