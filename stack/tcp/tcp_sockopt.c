// SPDX-License-Identifier: MIT
/* Options at SOL_TCP, tcp(7). */
#include <net/tcp.h>

#define MAX_KEEPIDLE_S	32767
#define MAX_KEEPINTVL_S 32767
#define MAX_KEEPCNT	127
#define MAX_SYNCNT	127
#define RTO_MAX_S	((int)(TCP_RTO_MAX_US / 1000000))

static bool in_range(int value, int low, int high)
{
	return value >= low && value <= high;
}

static void push_now(struct sock *sk)
{
	tcp_push_pending_frames(sk, tcp_current_mss(sk), tcp_sk(sk)->nonagle);
}

/* Off to on: what Nagle held goes at once, even beside a cork. */
static void set_nodelay(struct sock *sk, bool on)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!on) {
		tp->nonagle &= (uint8_t)~TCP_NAGLE_OFF;
		return;
	}
	tp->nonagle |= TCP_NAGLE_OFF | TCP_NAGLE_PUSH;
	push_now(sk);
}

static void set_cork(struct sock *sk, bool on)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (on) {
		tp->nonagle |= TCP_NAGLE_CORK;
		return;
	}
	tp->nonagle &= (uint8_t)~TCP_NAGLE_CORK;
	if (tp->nonagle & TCP_NAGLE_OFF)
		tp->nonagle |= TCP_NAGLE_PUSH;
	push_now(sk);
}

static void set_quickack(struct sock *sk, bool on)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_ack.pingpong = !on;
	if (on && sk->sk_state == TCP_ESTABLISHED && (icsk->icsk_ack.pending & ICSK_ACK_SCHED)) {
		icsk->icsk_ack.pending |= ICSK_ACK_PUSHED;
		tcp_cleanup_rbuf(sk, 1);
	}
}

/* Restarts the timer of an idle connection. */
static void set_keepidle(struct sock *sk, uint32_t seconds)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint64_t idle_ns = sk_now_ns(sk) - tp->rcv_tstamp_ns;

	tp->keepalive_time_s = seconds;
	if (!sock_flag(sk, SOCK_KEEPOPEN) || sk->sk_state == TCP_CLOSE ||
	    sk->sk_state == TCP_LISTEN)
		return;
	tcp_reset_keepalive_timer(
		sk, tcp_keepalive_time_ns(tp) > idle_ns ? tcp_keepalive_time_ns(tp) - idle_ns : 0);
}

/* TCP_DEFER_ACCEPT is told in seconds and kept as the number of SYN-ACKs that take so long. */
static uint8_t secs_to_retrans(int seconds)
{
	int period = 1, timeout = 1;
	uint8_t n = 0;

	if (seconds <= 0)
		return 0;
	for (n = 1; seconds > period && n < UINT8_MAX; n++) {
		timeout = timeout * 2 > RTO_MAX_S ? RTO_MAX_S : timeout * 2;
		period += timeout;
	}
	return n;
}

static int retrans_to_secs(uint8_t n)
{
	int period = 0, timeout = 1;

	for (; n; n--) {
		period += timeout;
		timeout = timeout * 2 > RTO_MAX_S ? RTO_MAX_S : timeout * 2;
	}
	return period;
}

static int set_fastopen_connect(struct sock *sk, int value)
{
	if (!in_range(value, 0, 1))
		return -EINVAL;
	if (!tcp_fastopen_client_enabled(sk))
		return -EOPNOTSUPP;
	if (sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	tcp_sk(sk)->fastopen_connect = value;
	return 0;
}

static int set_int(struct sock *sk, int name, int value)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);

	switch (name) {
	case TCP_NODELAY:
		set_nodelay(sk, value);
		return 0;
	case TCP_CORK:
		set_cork(sk, value);
		return 0;
	case TCP_QUICKACK:
		set_quickack(sk, value);
		return 0;
	case TCP_MAXSEG:
		if (value && !in_range(value, (int)TCP_MIN_SND_MSS, 32767))
			return -EINVAL;
		tp->rx_opt.user_mss = (uint16_t)value;
		return 0;
	case TCP_KEEPIDLE:
		if (!in_range(value, 1, MAX_KEEPIDLE_S))
			return -EINVAL;
		set_keepidle(sk, (uint32_t)value);
		return 0;
	case TCP_KEEPINTVL:
		if (!in_range(value, 1, MAX_KEEPINTVL_S))
			return -EINVAL;
		tp->keepalive_intvl_s = (uint32_t)value;
		return 0;
	case TCP_KEEPCNT:
		if (!in_range(value, 1, MAX_KEEPCNT))
			return -EINVAL;
		tp->keepalive_probes = (uint8_t)value;
		return 0;
	case TCP_SYNCNT:
		if (!in_range(value, 1, MAX_SYNCNT))
			return -EINVAL;
		icsk->icsk_syn_retries = (uint8_t)value;
		return 0;
	case TCP_FASTOPEN:
		return tcp_fastopen_listen(sk, value);
	case TCP_FASTOPEN_CONNECT:
		return set_fastopen_connect(sk, value);
	case TCP_FASTOPEN_NO_COOKIE:
		if (!in_range(value, 0, 1) ||
		    (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN))
			return -EINVAL;
		tp->fastopen_no_cookie = value;
		return 0;
	case TCP_INQ:
		if (!in_range(value, 0, 1))
			return -EINVAL;
		tp->recvmsg_inq = value;
		return 0;
	case TCP_DEFER_ACCEPT:
		icsk->icsk_defer_accept = secs_to_retrans(value);
		return 0;
	case TCP_LINGER2:
		tp->linger2_s = value < 0 ? -1 : value > 120 ? 120 : value;
		return 0;
	case TCP_WINDOW_CLAMP:
		if (!value && sk->sk_state != TCP_CLOSE)
			return -EINVAL;
		tp->window_clamp = value < 0 ? 0 : (uint32_t)value;
		return 0;
	case TCP_USER_TIMEOUT:
		if (value < 0)
			return -EINVAL;
		icsk->icsk_user_timeout_ms = (uint32_t)value;
		return 0;
	case TCP_NOTSENT_LOWAT:
		tp->notsent_lowat = (uint32_t)value;
		sk_write_space(sk);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int set_congestion(struct sock *sk, const void *value, socklen_t len)
{
	char name[TCP_CA_NAME_MAX] = "";

	if (!len)
		return -EINVAL;
	memcpy(name, value, len < sizeof(name) - 1 ? len : sizeof(name) - 1);
	return tcp_set_congestion_control(sk, name);
}

int tcp_setsockopt(struct sock *sk, int level, int name, const void *value, socklen_t len)
{
	int err, number;

	if (level != SOL_TCP)
		return inet_setsockopt(sk, level, name, value, len);
	lock_sock(sk);
	local_bh_disable(sk->sk_net);
	if (name == TCP_CONGESTION) {
		err = set_congestion(sk, value, len);
	} else if (name == TCP_MD5SIG || name == TCP_MD5SIG_EXT) {
		err = tcp_md5_setsockopt(sk, name, value, len);
	} else if (name == TCP_FASTOPEN_KEY) {
		err = tcp_fastopen_set_sock_keys(sk, value, len);
	} else if (name == TCP_AO_ADD_KEY || name == TCP_AO_DEL_KEY || name == TCP_AO_INFO) {
		err = tcp_ao_setsockopt(sk, name, value, len);
	} else if (len < sizeof(number)) {
		err = -EINVAL;
	} else {
		memcpy(&number, value, sizeof(number));
		err = set_int(sk, name, number);
	}
	local_bh_enable(sk->sk_net);
	release_sock(sk);
	return err;
}

static int get_int(struct sock *sk, int name, int *value)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct sysctl *s = sk_sysctl(sk);

	switch (name) {
	case TCP_NODELAY:
		*value = !!(tp->nonagle & TCP_NAGLE_OFF);
		return 0;
	case TCP_CORK:
		*value = !!(tp->nonagle & TCP_NAGLE_CORK);
		return 0;
	case TCP_QUICKACK:
		*value = !icsk->icsk_ack.pingpong;
		return 0;
	case TCP_MAXSEG:
		*value = (int)tp->mss_cache;
		if (tp->rx_opt.user_mss &&
		    (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN))
			*value = tp->rx_opt.user_mss;
		return 0;
	case TCP_KEEPIDLE:
		*value = (int)(tp->keepalive_time_s ? tp->keepalive_time_s
						    : s->tcp_keepalive_time_s);
		return 0;
	case TCP_KEEPINTVL:
		*value = (int)(tp->keepalive_intvl_s ? tp->keepalive_intvl_s
						     : s->tcp_keepalive_intvl_s);
		return 0;
	case TCP_KEEPCNT:
		*value = (int)(tp->keepalive_probes ? tp->keepalive_probes
						    : s->tcp_keepalive_probes);
		return 0;
	case TCP_SYNCNT:
		*value =
			(int)(icsk->icsk_syn_retries ? icsk->icsk_syn_retries : s->tcp_syn_retries);
		return 0;
	case TCP_FASTOPEN:
		*value = (int)icsk->icsk_fastopenq.max_qlen;
		return 0;
	case TCP_FASTOPEN_CONNECT:
		*value = tp->fastopen_connect;
		return 0;
	case TCP_FASTOPEN_NO_COOKIE:
		*value = tp->fastopen_no_cookie;
		return 0;
	case TCP_INQ:
		*value = tp->recvmsg_inq;
		return 0;
	case TCP_DEFER_ACCEPT:
		*value = retrans_to_secs(icsk->icsk_defer_accept);
		return 0;
	case TCP_LINGER2:
		*value = tp->linger2_s ? tp->linger2_s : (int)s->tcp_fin_timeout_s;
		return 0;
	case TCP_WINDOW_CLAMP:
		*value = (int)tp->window_clamp;
		return 0;
	case TCP_USER_TIMEOUT:
		*value = (int)icsk->icsk_user_timeout_ms;
		return 0;
	case TCP_NOTSENT_LOWAT:
		*value = (int)tp->notsent_lowat;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static void give(void *value, socklen_t *len, const void *from, size_t size)
{
	if (*len > size)
		*len = (socklen_t)size;
	memcpy(value, from, *len);
}

int tcp_getsockopt(struct sock *sk, int level, int name, void *value, socklen_t *len)
{
	char ca_name[TCP_CA_NAME_MAX] = "";
	struct tcp_info info;
	int err = 0, number;

	if (level != SOL_TCP)
		return inet_getsockopt(sk, level, name, value, len);
	lock_sock(sk);
	if (name == TCP_INFO) {
		tcp_get_info(sk, &info);
		give(value, len, &info, sizeof(info));
	} else if (name == TCP_FASTOPEN_KEY) {
		uint8_t keys[2 * sizeof(struct siphash_key)];

		give(value, len, keys, tcp_fastopen_get_keys(sk, keys));
	} else if (name == TCP_CC_INFO) {
		const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
		union tcp_cc_info cc_info;

		give(value, len, &cc_info, ca->get_info ? ca->get_info(sk, &cc_info) : 0);
	} else if (name == TCP_AO_INFO || name == TCP_AO_GET_KEYS) {
		err = tcp_ao_getsockopt(sk, name, value, len);
	} else if (name == TCP_CONGESTION) {
		const char *ca = inet_csk(sk)->icsk_ca_ops->name;

		memcpy(ca_name, ca, strlen(ca));
		give(value, len, ca_name, sizeof(ca_name));
	} else {
		err = get_int(sk, name, &number);
		if (!err)
			give(value, len, &number, sizeof(number));
	}
	release_sock(sk);
	return err;
}
