// SPDX-License-Identifier: MIT
/* connect(), bind(), listen() and the names of a TCP socket. */
#include <net/tcp.h>

static bool connecting(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV;
}

/* Route and source address; sk is not hashed yet. */
static int choose_route(struct sock *sk, __be32 daddr)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ip_route rt = {.daddr = daddr, .saddr = inet->inet_saddr, .dev = sk->sk_bound_dev};
	enum inet_addr_type type;
	int err;

	if (!daddr) /* "this host" */
		rt.daddr = daddr = htonl(INADDR_LOOPBACK);
	type = inet_addr_type(sk->sk_net, daddr);
	if (type == INET_ADDR_BROADCAST || type == INET_ADDR_MULTICAST)
		return -ENETUNREACH;
	err = ip_route_output(sk->sk_net, &rt);
	if (err)
		return err;
	if (!inet->inet_saddr)
		inet->inet_saddr = sk->sk_rcv_saddr = rt.saddr;
	inet->route = rt;
	sk->sk_daddr = daddr;
	return 0;
}

/* sk owned, soft interrupts off. */
static int start(struct sock *sk, const struct sockaddr_in *to)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int err;

	sk->sk_dport = to->sin_port;
	err = choose_route(sk, to->sin_addr.s_addr);
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
		tp->write_seq = tcp_isn(sk->sk_net, inet_sk(sk)->inet_saddr, sk->sk_daddr,
					sk->sk_num, ntohs(sk->sk_dport));
	tp->tsoffset = tcp_ts_offset(sk->sk_net, inet_sk(sk)->inet_saddr, sk->sk_daddr);
	err = tcp_connect_start(sk);
	if (!err)
		return 0;
	tcp_write_queue_purge(sk);
	inet_csk_clear_xmit_timers(sk);
fail:
	tcp_set_state(sk, TCP_CLOSE);
	sk->sk_dport = 0;
	sk->sk_daddr = 0;
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		inet_sk(sk)->inet_saddr = sk->sk_rcv_saddr = 0;
	return err;
}

/* An attempt has been started: its result, waiting for it as far as allowed. sk owned. */
static int finish(struct sock *sk, bool fresh, uint64_t timeo_ns)
{
	int err;

	if (connecting(sk)) {
		if (!timeo_ns)
			return fresh ? -EINPROGRESS : -EALREADY;
		release_sock(sk);
		timeo_ns = wait_event(&sk->sk_wq, !connecting(sk) || sk->sk_err, timeo_ns);
		lock_sock(sk);
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

static int do_connect(struct sock *sk, const struct sockaddr *addr, socklen_t len, int file_flags)
{
	const uint64_t timeo_ns = file_flags & O_NONBLOCK ? 0 : sk->sk_sndtimeo_ns;
	int err;

	if (addr->sa_family == AF_UNSPEC) {
		local_bh_disable(sk->sk_net);
		err = tcp_disconnect(sk);
		local_bh_enable(sk->sk_net);
		return err;
	}
	if (len < sizeof(struct sockaddr_in))
		return -EINVAL;
	if (addr->sa_family != AF_INET)
		return -EAFNOSUPPORT;
	if (sock_flag(sk, SOCK_CONNECTING))
		return finish(sk, false, timeo_ns);
	if (sk->sk_state != TCP_CLOSE)
		return -EISCONN;
	local_bh_disable(sk->sk_net);
	err = start(sk, (const struct sockaddr_in *)addr);
	local_bh_enable(sk->sk_net);
	if (err)
		return err;
	sock_set_flag(sk, SOCK_CONNECTING);
	return finish(sk, true, timeo_ns);
}

int tcp_v4_connect(struct sock *sk, const struct sockaddr *addr, socklen_t len, int file_flags)
{
	int err;

	lock_sock(sk);
	err = do_connect(sk, addr, len, file_flags);
	release_sock(sk);
	return err;
}

/* ---- bind and listen ---- */

static int do_bind(struct sock *sk, const struct sockaddr_in *addr)
{
	struct inet_sock *inet = inet_sk(sk);
	const __be32 ip = addr->sin_addr.s_addr;
	const uint16_t port = ntohs(addr->sin_port);
	int err = 0;

	if (sk->sk_state != TCP_CLOSE || sk->sk_num)
		return -EINVAL;
	if (ip && inet_addr_type(sk->sk_net, ip) != INET_ADDR_LOCAL)
		return -EADDRNOTAVAIL;
	inet->inet_saddr = sk->sk_rcv_saddr = ip;
	if (port || !inet->bind_address_no_port)
		err = inet_csk_get_port(sk, port);
	if (err) {
		inet->inet_saddr = sk->sk_rcv_saddr = 0;
		return err;
	}
	if (ip)
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	if (port)
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	return 0;
}

int tcp_v4_bind(struct sock *sk, const struct sockaddr_in *addr)
{
	int err;

	lock_sock(sk);
	local_bh_disable(sk->sk_net);
	err = do_bind(sk, addr);
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

int tcp_getname(struct sock *sk, struct sockaddr_in *addr, bool peer)
{
	memset(addr, 0, sizeof(*addr));
	addr->sin_family = AF_INET;
	if (peer) {
		if (!sk->sk_dport || sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_SYN_SENT)
			return -ENOTCONN;
		addr->sin_port = sk->sk_dport;
		addr->sin_addr.s_addr = sk->sk_daddr;
	} else {
		addr->sin_port = htons(sk->sk_num);
		addr->sin_addr.s_addr = inet_sk(sk)->inet_saddr;
	}
	return 0;
}
