// SPDX-License-Identifier: MIT
/*
 * TCP's timers: retransmission (RFC 6298, 5), zero-window probes (RFC 9293, 3.8.6.1), delayed ACK,
 * keepalive (RFC 9293, 3.8.4) and FIN_WAIT2, and when each gives up (RFC 9293, 3.8.3: R1, R2). A
 * timer that finds the sock owned by a task leaves its work to release_sock(). What is put off with
 * every segment (retransmission, delayed ACK) has its time in the sock; its timer may end earlier and
 * is then armed anew.
 */
#include <net/tcp.h>

#define KEEPALIVE_BUSY_RETRY_NS (50 * NSEC_PER_MSEC)
#define ORPHAN_RETRIES_DEFAULT	8u

uint32_t tcp_timeout_init_us(const struct sock *sk)
{
	const struct net *net = sk->sk_net;
	uint32_t us = 0;

	if (net->tcp_hooks && net->tcp_hooks->timeout_init_us)
		us = net->tcp_hooks->timeout_init_us(net->tcp_hooks_ctx, sk);
	return us ? min_u32(us, TCP_RTO_MAX_US) : TCP_TIMEOUT_INIT_US;
}

static struct sock *csk_sock(struct inet_connection_sock *icsk)
{
	return &icsk->inet.sk;
}

/* ---- giving up ---- */

static uint32_t orphan_retries(const struct sock *sk, bool alive)
{
	uint32_t retries = sk_sysctl(sk)->tcp_orphan_retries;

	/* The peer told of an error already: once more and no longer. */
	if (sk->sk_err_soft && !alive)
		return 0;
	return retries || !alive ? retries : ORPHAN_RETRIES_DEFAULT;
}

/* An orphan may not hold scarce memory: RST and end. */
static bool out_of_resources(struct sock *sk, bool do_reset)
{
	if (!tcp_orphan_too_many(sk, tcp_orphan_shift(sk)))
		return false;
	if (do_reset)
		tcp_send_active_reset(sk);
	tcp_done(sk);
	NET_INC(sk->sk_net, TcpExtTCPAbortOnMemory);
	return true;
}

/* How long `retries` retransmissions take with exponential back-off from base. */
static uint64_t backoff_time_ms(uint32_t retries, uint32_t base_us)
{
	uint32_t doublings = 0;

	while (doublings < 31 && (uint64_t)base_us << (doublings + 1) <= TCP_RTO_MAX_US)
		doublings++;
	if (retries <= doublings)
		return (((uint64_t)2 << retries) - 1) * base_us / 1000;
	return ((((uint64_t)2 << doublings) - 1) * base_us +
		(uint64_t)(retries - doublings) * TCP_RTO_MAX_US) /
	       1000;
}

/* Whether the first time-out of what is first in line lies as far back as that many retries, or
 * timeout_ms. Where there was progress since, it does not count (RFC 9293, 3.8.3: of the same
 * segment; Linux counts from the beginning of the whole episode). */
static bool retransmits_timed_out(const struct sock *sk, uint32_t retries, uint64_t timeout_ms)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!inet_csk(sk)->icsk_retransmits)
		return false;
	if (!timeout_ms)
		timeout_ms = backoff_time_ms(retries, TCP_RTO_MIN_US);
	return (uint32_t)(tcp_time_stamp_ms(tp) - tp->timeout_stamp_ms) >= timeout_ms;
}

void tcp_write_err(struct sock *sk)
{
	NET_INC(sk->sk_net, TcpExtTCPAbortOnTimeout);
	tcp_abort(sk, sk->sk_err_soft ? sk->sk_err_soft : ETIMEDOUT);
}

/* true: it is over. */
static bool write_timeout(struct sock *sk)
{
	const struct sysctl *s = sk_sysctl(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	uint32_t retry_until = s->tcp_retries2;
	bool expired;

	if ((1u << sk->sk_state) & ((1u << TCP_SYN_SENT) | (1u << TCP_SYN_RECV))) {
		retry_until = icsk->icsk_syn_retries ? icsk->icsk_syn_retries : s->tcp_syn_retries;
		expired = icsk->icsk_retransmits >= retry_until;
	} else {
		if (retransmits_timed_out(sk, s->tcp_retries1, 0)) {
			tcp_mtu_probe_timeout(sk);
			inet_sk(sk)->route.generation = 0; /* R1: maybe the route is bad */
		}
		if (sock_flag(sk, SOCK_DEAD)) {
			const bool alive = icsk->icsk_rto_us < TCP_RTO_MAX_US;

			retry_until = orphan_retries(sk, alive);
			if (out_of_resources(sk,
					     alive || !retransmits_timed_out(sk, retry_until, 0)))
				return true;
		}
		expired = retransmits_timed_out(sk, retry_until, icsk->icsk_user_timeout_ms);
	}
	if (expired)
		tcp_write_err(sk);
	return expired;
}

/* ---- retransmission ---- */

static void count_timeout(struct sock *sk)
{
	struct net *net = sk->sk_net;
	const bool sack = tcp_is_sack(tcp_sk(sk));

	if (inet_csk(sk)->icsk_retransmits)
		return;
	switch (inet_csk(sk)->icsk_ca_state) {
	case TCP_CA_Recovery:
		if (sack)
			NET_INC(net, TcpExtTCPSackRecoveryFail);
		else
			NET_INC(net, TcpExtTCPRenoRecoveryFail);
		break;
	case TCP_CA_Loss:
		NET_INC(net, TcpExtTCPLossFailures);
		break;
	case TCP_CA_Disorder:
		if (sack)
			NET_INC(net, TcpExtTCPSackFailures);
		else
			NET_INC(net, TcpExtTCPRenoFailures);
		break;
	}
}

/* The last wait ends when TCP_USER_TIMEOUT does (RFC 5482), which began then. */
static uint32_t next_rto_us(const struct sock *sk, uint32_t began_ms)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const uint32_t elapsed_ms = tcp_time_stamp_ms(tcp_sk(sk)) - began_ms;
	uint64_t left_us;

	if (!icsk->icsk_user_timeout_ms)
		return icsk->icsk_rto_us;
	if (elapsed_ms >= icsk->icsk_user_timeout_ms)
		return TCP_TIMEOUT_MIN_US;
	left_us = (icsk->icsk_user_timeout_ms - elapsed_ms) * (uint64_t)1000;
	return left_us < icsk->icsk_rto_us ? (uint32_t)left_us : icsk->icsk_rto_us;
}

/* The window closed on data in flight: probe with the head as long as the peer answers, or until
 * TCP_USER_TIMEOUT: it asks for acknowledgements, not for answers (RFC 5482, 2). */
static void shrunk_window_timer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	const uint32_t now_ms = tcp_time_stamp_ms(tp);
	const uint32_t began_ms = tp->retrans_stamp_ms ? tp->retrans_stamp_ms : now_ms;

	if (tp->tcp_mstamp_ns - tp->rcv_tstamp_ns > (uint64_t)TCP_RTO_MAX_US * NSEC_PER_USEC ||
	    (icsk->icsk_user_timeout_ms && now_ms - began_ms >= icsk->icsk_user_timeout_ms)) {
		tcp_write_err(sk);
		return;
	}
	tcp_enter_loss(sk);
	tcp_retransmit_skb(sk, tcp_rtx_queue_head(sk), 1);
	icsk->icsk_backoff += icsk->icsk_backoff < UINT8_MAX;
	icsk->icsk_rto_us = min_u32(icsk->icsk_rto_us << 1, TCP_RTO_MAX_US);
	tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, next_rto_us(sk, began_ms));
}

static void retransmit_timer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (tp->fastopen_rsk) {
		tcp_fastopen_synack_timer(sk);
		return;
	}
	if (!tp->packets_out)
		return;
	if (!tp->snd_wnd && !sock_flag(sk, SOCK_DEAD) && sk->sk_state != TCP_SYN_SENT &&
	    sk->sk_state != TCP_SYN_RECV) {
		shrunk_window_timer(sk);
		return;
	}
	NET_INC(sk->sk_net, TcpExtTCPTimeouts);
	if (write_timeout(sk))
		return;
	count_timeout(sk);
	TCP_HOOK(sk, rto);
	tcp_enter_loss(sk);
	if (!tp->loss_stamp_ns) {
		tp->loss_stamp_ns = tp->tcp_mstamp_ns;
		tp->total_rto_recoveries++;
	}
	if (!icsk->icsk_retransmits)
		tp->timeout_stamp_ms = tcp_time_stamp_ms(tp);
	/* TCP_USER_TIMEOUT may allow more than fit: never 0 again, that would be a new beginning. */
	icsk->icsk_retransmits += icsk->icsk_retransmits < UINT8_MAX;
	tp->total_rto++;
	if (tcp_retransmit_skb(sk, tcp_rtx_queue_head(sk), 1)) {
		/* Local trouble, not the path's: soon again without backing off. */
		tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS,
				     min_u32(icsk->icsk_rto_us, TCP_RESOURCE_PROBE_INTERVAL_US));
		return;
	}
	icsk->icsk_backoff += icsk->icsk_backoff < UINT8_MAX;
	icsk->icsk_rto_us = min_u32(icsk->icsk_rto_us << 1, TCP_RTO_MAX_US);
	tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, next_rto_us(sk, tp->timeout_stamp_ms));
}

/* ---- zero-window probes ---- */

static void probe_timer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	const uint64_t user_timeout_ns = icsk->icsk_user_timeout_ms * NSEC_PER_MSEC;
	uint32_t max_probes = sk_sysctl(sk)->tcp_retries2;

	if (tp->packets_out || !tcp_send_head(sk)) {
		icsk->icsk_probes_out = 0;
		icsk->icsk_probes_tstamp_ns = 0;
		return;
	}
	if (!icsk->icsk_probes_tstamp_ns)
		icsk->icsk_probes_tstamp_ns = tp->tcp_mstamp_ns;
	else if (user_timeout_ns &&
		 tp->tcp_mstamp_ns - icsk->icsk_probes_tstamp_ns >= user_timeout_ns)
		goto give_up;
	/* A peer that answers keeps its window closed as long as it likes (MUST-36). */
	if (sock_flag(sk, SOCK_DEAD)) {
		const bool alive = tcp_probe0_when_us(sk, TCP_RTO_MAX_US) < TCP_RTO_MAX_US;

		max_probes = orphan_retries(sk, alive);
		if (!alive && icsk->icsk_backoff >= max_probes)
			goto give_up;
		if (out_of_resources(sk, true))
			return;
	}
	if (icsk->icsk_probes_out >= max_probes)
		goto give_up;
	tcp_send_probe0(sk);
	return;
give_up:
	tcp_write_err(sk);
}

/* ---- dispatch ---- */

void tcp_write_timer_handler(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	uint8_t what = icsk->icsk_pending;

	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN || !what)
		return;
	if (icsk->icsk_timeout_ns > sk_now_ns(sk)) {
		sk_reset_timer(sk, &icsk->icsk_retransmit_timer, icsk->icsk_timeout_ns);
		return;
	}
	tcp_mstamp_refresh(tcp_sk(sk));
	switch (what) {
	case ICSK_TIME_REO_TIMEOUT:
		tcp_rack_reo_timeout(sk);
		break;
	case ICSK_TIME_LOSS_PROBE:
		tcp_send_loss_probe(sk);
		break;
	case ICSK_TIME_RETRANS:
		icsk->icsk_pending = ICSK_TIME_NONE;
		retransmit_timer(sk);
		break;
	case ICSK_TIME_PROBE0:
		icsk->icsk_pending = ICSK_TIME_NONE;
		probe_timer(sk);
		break;
	}
}

static void write_timer(struct timer_list *t)
{
	struct sock *sk =
		csk_sock(container_of(t, struct inet_connection_sock, icsk_retransmit_timer));

	if (sock_owned_by_user(sk))
		tcp_defer(sk, TCP_WRITE_TIMER_DEFERRED);
	else
		tcp_write_timer_handler(sk);
	sock_put(sk);
}

void tcp_delack_timer_handler(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		return;
	if (tcp_sk(sk)->compressed_ack) {
		tcp_compress_send_now(sk);
		return;
	}
	if (!(icsk->icsk_ack.pending & ICSK_ACK_TIMER))
		return;
	if (icsk->icsk_ack.timeout_ns > sk_now_ns(sk)) {
		sk_reset_timer(sk, &icsk->icsk_delack_timer, icsk->icsk_ack.timeout_ns);
		return;
	}
	icsk->icsk_ack.pending &= (uint8_t)~ICSK_ACK_TIMER;
	if (!(icsk->icsk_ack.pending & ICSK_ACK_SCHED))
		return;
	if (icsk->icsk_ack.pingpong) { /* no answer came to ride on: not interactive after all */
		icsk->icsk_ack.pingpong = 0;
		icsk->icsk_ack.ato_us = TCP_ATO_MIN_US;
	} else {
		icsk->icsk_ack.ato_us = min_u32(icsk->icsk_ack.ato_us << 1, icsk->icsk_rto_us);
	}
	tcp_send_ack(sk);
	NET_INC(sk->sk_net, TcpExtDelayedACKs);
}

/* An ACK is due, not the remains of one that went with data meanwhile. */
static bool delack_due(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	return (icsk->icsk_ack.pending & ICSK_ACK_TIMER) &&
	       icsk->icsk_ack.timeout_ns <= sk_now_ns(sk);
}

static void delack_timer(struct timer_list *t)
{
	struct inet_connection_sock *icsk =
		container_of(t, struct inet_connection_sock, icsk_delack_timer);
	struct sock *sk = csk_sock(icsk);

	if (!delack_due(sk)) {
		if (icsk->icsk_ack.pending & ICSK_ACK_TIMER)
			sk_reset_timer(sk, t, icsk->icsk_ack.timeout_ns);
	} else if (sock_owned_by_user(sk)) {
		NET_INC(sk->sk_net, TcpExtDelayedACKLocked);
		tcp_defer(sk, TCP_DELACK_TIMER_DEFERRED);
	} else {
		tcp_delack_timer_handler(sk);
	}
	sock_put(sk);
}

/* End of release_sock(): what soft interrupt could not do meanwhile. */
void tcp_release_cb(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint8_t flags = tp->tsq_flags;

	tp->tsq_flags &= (uint8_t) ~(TCP_TSQ_DEFERRED | TCP_WRITE_TIMER_DEFERRED |
				     TCP_DELACK_TIMER_DEFERRED);
	if (flags & TCP_TSQ_DEFERRED)
		tcp_tsq_write(sk);
	if (flags & TCP_WRITE_TIMER_DEFERRED)
		tcp_write_timer_handler(sk);
	if (flags & TCP_DELACK_TIMER_DEFERRED)
		tcp_delack_timer_handler(sk);
}

/* ---- keepalive and FIN_WAIT2 ---- */

uint64_t tcp_keepalive_time_ns(const struct tcp_sock *tp)
{
	const uint32_t s = tp->keepalive_time_s
				   ? tp->keepalive_time_s
				   : tp->inet_conn.inet.sk.sk_net->sysctl.tcp_keepalive_time_s;

	return s * NSEC_PER_SEC;
}

static uint64_t keepalive_intvl_ns(const struct tcp_sock *tp)
{
	const uint32_t s = tp->keepalive_intvl_s
				   ? tp->keepalive_intvl_s
				   : tp->inet_conn.inet.sk.sk_net->sysctl.tcp_keepalive_intvl_s;

	return s * NSEC_PER_SEC;
}

uint64_t tcp_fin_time_ns(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const uint64_t rto_ns = (uint64_t)inet_csk(sk)->icsk_rto_us * NSEC_PER_USEC;
	uint64_t fin_ns =
		(tp->linger2_s > 0 ? (uint32_t)tp->linger2_s : sk_sysctl(sk)->tcp_fin_timeout_s) *
		NSEC_PER_SEC;

	return fin_ns < rto_ns * 7 / 2 ? rto_ns * 7 / 2 : fin_ns;
}

void tcp_reset_keepalive_timer(struct sock *sk, uint64_t in_ns)
{
	sk_reset_timer(sk, &inet_csk(sk)->icsk_keepalive_timer, sk_now_ns(sk) + in_ns);
}

void tcp_set_keepalive(struct sock *sk, bool on)
{
	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		return;
	local_bh_disable(sk->sk_net);
	if (on && !sock_flag(sk, SOCK_KEEPOPEN))
		tcp_reset_keepalive_timer(sk, tcp_keepalive_time_ns(tcp_sk(sk)));
	else if (!on)
		sk_stop_timer(sk, &inet_csk(sk)->icsk_keepalive_timer);
	local_bh_enable(sk->sk_net);
}

static void fin_wait2_timer(struct sock *sk)
{
	const uint64_t timeout_ns = tcp_fin_time_ns(sk);

	if (tcp_sk(sk)->linger2_s >= 0 && timeout_ns > TCP_TIMEWAIT_NS) {
		/* The last minute as a small object. */
		tcp_time_wait(sk, TCP_FIN_WAIT2, TCP_TIMEWAIT_NS);
		return;
	}
	tcp_send_active_reset(sk);
	tcp_done(sk);
}

/* Idle for keepalive_time: probe. Returns when to look again; 0: the connection has ended. */
static uint64_t keepalive_probe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	const uint64_t user_timeout_ns = icsk->icsk_user_timeout_ms * NSEC_PER_MSEC;
	const uint32_t max_probes =
		tp->keepalive_probes ? tp->keepalive_probes : sk_sysctl(sk)->tcp_keepalive_probes;
	const uint64_t last_ns = tp->rcv_tstamp_ns > icsk->icsk_ack.lrcvtime_ns
					 ? tp->rcv_tstamp_ns
					 : icsk->icsk_ack.lrcvtime_ns;
	const uint64_t idle_ns = tp->tcp_mstamp_ns - last_ns;

	if (tp->packets_out || !tcp_write_queue_empty(sk))
		return tcp_keepalive_time_ns(tp); /* data in flight tells as much */
	if (idle_ns < tcp_keepalive_time_ns(tp))
		return tcp_keepalive_time_ns(tp) - idle_ns;
	if (user_timeout_ns ? idle_ns >= user_timeout_ns && icsk->icsk_probes_out > 0
			    : icsk->icsk_probes_out >= max_probes) {
		tcp_send_active_reset(sk);
		tcp_write_err(sk);
		return 0;
	}
	NET_INC(sk->sk_net, TcpExtTCPKeepAlive);
	if (tcp_write_wakeup(sk))
		return TCP_RESOURCE_PROBE_INTERVAL_US * (uint64_t)NSEC_PER_USEC;
	icsk->icsk_probes_out++;
	return keepalive_intvl_ns(tp);
}

static void keepalive_timer(struct timer_list *t)
{
	struct sock *sk =
		csk_sock(container_of(t, struct inet_connection_sock, icsk_keepalive_timer));
	uint64_t again_ns;

	tcp_mstamp_refresh(tcp_sk(sk));
	if (sock_owned_by_user(sk)) {
		tcp_reset_keepalive_timer(sk, KEEPALIVE_BUSY_RETRY_NS);
	} else if (sk->sk_state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD)) {
		fin_wait2_timer(sk);
	} else if (sock_flag(sk, SOCK_KEEPOPEN) && sk->sk_state != TCP_LISTEN &&
		   sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_SYN_SENT) {
		again_ns = keepalive_probe(sk);
		if (again_ns)
			tcp_reset_keepalive_timer(sk, again_ns);
	}
	sock_put(sk);
}

void tcp_clear_xmit_timers(struct sock *sk)
{
	sk_stop_timer(sk, &tcp_sk(sk)->pacing_timer);
	tcp_compress_cancel(sk);
	inet_csk_clear_xmit_timers(sk);
}

void tcp_init_xmit_timers(struct sock *sk)
{
	inet_csk_init_timers(sk, write_timer, delack_timer, keepalive_timer);
	tcp_pacing_init(sk);
	tcp_compress_init(sk);
	timer_setup(&tcp_sk(sk)->tsq_timer, tcp_tsq_timer);
}
