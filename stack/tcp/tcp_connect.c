// SPDX-License-Identifier: MIT
/* connect(), bind(), listen() and the names of a TCP socket. */
#include <net/tcp.h>

static bool connecting(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV;
}

/* Route and source address; sk is not hashed yet. */
static int choose_route(struct sock *sk, const struct inet_endpoint *to)
{
	struct inet_sock *inet = inet_sk(sk);
	const struct inet_connection_sock_af_ops *ops = inet_af_ops(&to->addr);
	struct in6_addr daddr = to->addr, saddr = inet->inet_v6_saddr;
	enum inet_addr_type type;
	int err;

	inet_this_host(&daddr);
	if (ipv6_addr_v4mapped(&saddr) != ipv6_addr_v4mapped(&daddr)) {
		if (!inet_addr_any(&saddr))
			return -EAFNOSUPPORT;
		saddr = inet_family_any(ops == &ipv4_specific ? AF_INET : AF_INET6);
	}
	type = ops->addr_type(sk->sk_net, &daddr);
	if (type == INET_ADDR_BROADCAST || type == INET_ADDR_MULTICAST)
		return -ENETUNREACH;
	err = inet_bind_scope(sk, to);
	if (!err)
		err = ops->route(sk->sk_net, &inet->route, &saddr, &daddr, sk->sk_bound_dev);
	if (err)
		return err;
	if (inet_addr_any(&inet->inet_v6_saddr))
		inet->inet_v6_saddr = sk->sk_v6_rcv_saddr = saddr;
	inet_csk(sk)->icsk_af_ops = ops;
	sk->sk_v6_daddr = daddr;
	return 0;
}

/*
 * Sends the SYN, or has it wait for the first write: TCP_FASTOPEN_CONNECT with a known cookie. fo:
 * of a sendmsg() that connects, or NULL.
 */
static int send_syn(struct sock *sk, struct tcp_fastopen_request *fo)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_fastopen_request ask = {0};
	uint16_t mss = 0;
	int err;

	if (tp->fastopen_connect && !fo) {
		if (tcp_fastopen_cookie_check(sk, &mss, &ask.cookie)) {
			tp->defer_connect = true;
			tp->snd_una = tp->snd_nxt = tp->write_seq; /* nothing is sent */
			return 0;
		}
		fo = &ask;
	}
	tp->fastopen_req = fo;
	TCP_HOOK(sk, connect);
	err = tcp_connect_start(sk);
	tp->fastopen_req = NULL;
	return err;
}

/* sk owned, soft interrupts off. */
static int start(struct sock *sk, const struct inet_endpoint *to, struct tcp_fastopen_request *fo)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct in6_addr *saddr = &inet_sk(sk)->inet_v6_saddr;
	int err;

	sk->sk_dport = to->port;
	err = choose_route(sk, to);
	if (err)
		goto fail;
	tp->rx_opt.ts_recent = 0;
	tp->rx_opt.ts_recent_stamp_ns = 0;
	tp->write_seq = 0;
	tcp_set_state(sk, TCP_SYN_SENT);
	err = inet_hash_connect(sk);
	if (err)
		goto fail;
	if (!tp->write_seq) /* not given by a TIME_WAIT that was taken over */
		tp->write_seq = tcp_isn(sk->sk_net, saddr, &sk->sk_v6_daddr, sk->sk_num,
					ntohs(sk->sk_dport));
	tp->tsoffset = tcp_ts_offset(sk->sk_net, saddr, &sk->sk_v6_daddr);
	err = send_syn(sk, fo);
	if (!err)
		return 0;
	tcp_write_queue_purge(sk);
	tcp_clear_xmit_timers(sk);
fail:
	tcp_set_state(sk, TCP_CLOSE);
	inet_reset_daddr(sk);
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		inet_reset_saddr(sk);
	return err;
}

/* An attempt has been started: its result, waiting for it as far as allowed. sk owned. fo: NULL, or
 * whose data did not all go into the SYN. */
static int finish(struct sock *sk, bool fresh, uint64_t timeo_ns,
		  const struct tcp_fastopen_request *fo)
{
	const bool more = fo && fo->data && fo->data->count;
	int err;

	if (connecting(sk)) {
		if (!timeo_ns)
			return fresh ? -EINPROGRESS : -EALREADY;
		tcp_sk(sk)->writer_waits += more;
		release_sock(sk);
		timeo_ns = wait_event(&sk->sk_wq, !connecting(sk) || sk->sk_err, timeo_ns);
		lock_sock(sk);
		tcp_sk(sk)->writer_waits -= more;
		if (connecting(sk) && !sk->sk_err && !timeo_ns)
			return -EINPROGRESS;
	}
	if (sk->sk_state == TCP_CLOSE) {
		err = sock_error(sk);
		local_bh_disable(sk->sk_net);
		tcp_disconnect(sk);
		local_bh_enable(sk->sk_net);
		return err ? err : -ECONNABORTED;
	}
	sock_reset_flag(sk, SOCK_CONNECTING);
	return 0;
}

static int do_connect(struct sock *sk, const struct sockaddr *addr, socklen_t len,
		      uint64_t timeo_ns, struct tcp_fastopen_request *fo)
{
	struct inet_endpoint to;
	int err;

	if (addr->sa_family == AF_UNSPEC) {
		local_bh_disable(sk->sk_net);
		err = tcp_disconnect(sk);
		local_bh_enable(sk->sk_net);
		return err;
	}
	err = inet_read_sockaddr(sk, addr, len, true, &to);
	if (err)
		return err;
	if (tcp_sk(sk)->defer_connect)
		return -EISCONN;
	if (sock_flag(sk, SOCK_CONNECTING))
		return finish(sk, false, timeo_ns, NULL);
	if (sk->sk_state != TCP_CLOSE)
		return -EISCONN;
	local_bh_disable(sk->sk_net);
	err = start(sk, &to, fo);
	local_bh_enable(sk->sk_net);
	if (err)
		return err;
	sock_set_flag(sk, SOCK_CONNECTING);
	return tcp_sk(sk)->defer_connect ? 0 : finish(sk, true, timeo_ns, fo);
}

/* The SYN that waited for data. */
static int connect_deferred(struct sock *sk, uint64_t timeo_ns, struct tcp_fastopen_request *fo)
{
	int err;

	tcp_sk(sk)->defer_connect = false;
	local_bh_disable(sk->sk_net);
	err = send_syn(sk, fo);
	if (err) {
		tcp_write_queue_purge(sk);
		inet_csk_clear_xmit_timers(sk);
		tcp_set_state(sk, TCP_CLOSE);
		sock_reset_flag(sk, SOCK_CONNECTING);
	}
	local_bh_enable(sk->sk_net);
	return err ? err : finish(sk, true, timeo_ns, fo);
}

int tcp_connect_fastopen(struct sock *sk, const struct msghdr *msg, int flags,
			 struct tcp_fastopen_request *fo)
{
	const uint64_t timeo_ns = flags & MSG_DONTWAIT ? 0 : sk->sk_sndtimeo_ns;

	if (tcp_sk(sk)->defer_connect)
		return connect_deferred(sk, timeo_ns, fo);
	if (!msg->msg_name || msg->msg_namelen < sizeof(sa_family_t))
		return -EINVAL;
	return do_connect(sk, msg->msg_name, msg->msg_namelen, timeo_ns, fo);
}

int tcp_connect(struct sock *sk, const struct sockaddr *addr, socklen_t len, int file_flags)
{
	int err;

	lock_sock(sk);
	err = do_connect(sk, addr, len, file_flags & O_NONBLOCK ? 0 : sk->sk_sndtimeo_ns, NULL);
	release_sock(sk);
	return err;
}

/* ---- bind and listen ---- */

static int do_bind(struct sock *sk, const struct inet_endpoint *at)
{
	struct inet_sock *inet = inet_sk(sk);
	const bool any = inet_addr_any(&at->addr);
	const uint16_t port = ntohs(at->port);
	int err = 0;

	if (sk->sk_state != TCP_CLOSE || sk->sk_num)
		return -EINVAL;
	if (ipv6_addr_multicast(&at->addr))
		return -EINVAL;
	err = inet_bind_scope(sk, at);
	if (err)
		return err;
	if (!any && inet_af_ops(&at->addr)->addr_type(sk->sk_net, &at->addr) != INET_ADDR_LOCAL)
		return -EADDRNOTAVAIL;
	inet->inet_v6_saddr = sk->sk_v6_rcv_saddr = at->addr;
	if (port || !inet->bind_address_no_port)
		err = inet_csk_get_port(sk, port);
	if (err) {
		inet_reset_saddr(sk);
		return err;
	}
	if (!any)
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	if (port)
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	return 0;
}

int tcp_bind(struct sock *sk, const struct sockaddr *addr, socklen_t len)
{
	struct inet_endpoint at;
	int err = inet_read_sockaddr(sk, addr, len, false, &at);

	if (err)
		return err;
	lock_sock(sk);
	local_bh_disable(sk->sk_net);
	err = do_bind(sk, &at);
	local_bh_enable(sk->sk_net);
	release_sock(sk);
	return err;
}

static int do_listen(struct sock *sk, int backlog)
{
	const uint32_t limit = sk_sysctl(sk)->somaxconn;
	int err;

	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		return -EINVAL;
	if (sock_flag(sk, SOCK_CONNECTING))
		return -EINVAL;
	/* Negative counts as very large, as in Linux. */
	sk->sk_max_ack_backlog = (uint32_t)backlog < limit ? (uint32_t)backlog : limit;
	if (sk->sk_state == TCP_LISTEN)
		return 0;
	sk->sk_ack_backlog = 0;
	sk->sk_state = TCP_LISTEN; /* a listener shares its port with fewer */
	err = inet_csk_get_port(sk, sk->sk_num);
	if (err) {
		sk->sk_state = TCP_CLOSE;
		return err;
	}
	tcp_fastopen_listen_default(sk, sk->sk_max_ack_backlog);
	inet_hash_listener(sk);
	return 0;
}

int tcp_listen(struct sock *sk, int backlog)
{
	int err;

	lock_sock(sk);
	local_bh_disable(sk->sk_net);
	err = do_listen(sk, backlog);
	local_bh_enable(sk->sk_net);
	release_sock(sk);
	return err;
}

int tcp_getname(struct sock *sk, struct sockaddr_storage *addr, enum name_of of)
{
	const uint32_t scope_id = inet_scope_id(sk);

	if (of == NAME_LOCAL)
		return inet_write_sockaddr(sk, &inet_sk(sk)->inet_v6_saddr, htons(sk->sk_num),
					   scope_id, addr);
	if (!sk->sk_dport ||
	    (of == NAME_PEER && (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_SYN_SENT)))
		return -ENOTCONN;
	return inet_write_sockaddr(sk, &sk->sk_v6_daddr, sk->sk_dport, scope_id, addr);
}
