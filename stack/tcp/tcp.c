// SPDX-License-Identifier: MIT
/* A TCP socket's life: states, closing in all its ways, orphans, poll, the protocol's table. */
#include <net/tcp.h>

#define STATE_BIT(s) (1u << (s))

int tcp_init_sock(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_af_ops = inet_af_ops(&sk->sk_v6_daddr);
	inet_sk(sk)->pmtudisc = IP_PMTUDISC_WANT;
	INIT_LIST_HEAD(&icsk->icsk_bind_node);
	INIT_LIST_HEAD(&icsk->icsk_accept_queue);
	INIT_LIST_HEAD(&icsk->icsk_fastopenq.reset);
	INIT_LIST_HEAD(&tp->tsorted_sent_queue);
	INIT_LIST_HEAD(&tp->xmit_node);
	INIT_LIST_HEAD(&tp->md5_keys);
	tcp_init_xmit_timers(sk);
	icsk->icsk_rto_us = TCP_TIMEOUT_INIT_US;
	tp->mdev_us = TCP_TIMEOUT_INIT_US;
	tp->min_rtt_us = UINT32_MAX;
	tp->rack.reo_wnd_steps = 1;
	tp->snd_cwnd = TCP_INIT_CWND;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	tp->snd_cwnd_clamp = TCP_MAX_CWND;
	tp->mss_cache = TCP_MSS_DEFAULT;
	tp->tcp_header_len = TCP_BASE_HEADER;
	tp->scaling_ratio = (uint16_t)(256u >> sk_sysctl(sk)->tcp_adv_win_scale);
	tp->reordering = sk_sysctl(sk)->tcp_reordering;
	tcp_assign_congestion_control(sk);
	sk->sk_sndbuf = sk_sysctl(sk)->tcp_wmem[1];
	sk->sk_rcvbuf = sk_sysctl(sk)->tcp_rmem[1];
	net_tcp(sk)->socks++;
	return 0;
}

/* The last reference went. */
void tcp_destroy_sock(struct sock *sk)
{
	struct netns_tcp *tcp = net_tcp(sk);

	tcp_auth_free(sk);
	tcp_fastopen_free_keys(sk);
	assert(!inet_csk(sk)->icsk_bind_hash && list_empty(&sk->sk_node));
	assert(!tcp_sk(sk)->fastopen_rsk && list_empty(&inet_csk(sk)->icsk_fastopenq.reset));
	assert(!sk->sk_wmem_queued && !tcp_sk(sk)->out_of_order_queue.node);
	if (--tcp->socks == 0 && tcp->page_frag) {
		skb_data_put(tcp->page_frag);
		tcp->page_frag = NULL;
	}
}

/* ---- states ---- */

void tcp_set_state(struct sock *sk, uint8_t state)
{
	const uint8_t old = sk->sk_state;

	if (state == TCP_CLOSE) {
		if (tcp_sk(sk)->fastopen_rsk)
			tcp_fastopen_remove(sk, false);
		if (old == TCP_CLOSE_WAIT || old == TCP_ESTABLISHED)
			NET_INC(sk->sk_net, TcpEstabResets);
		inet_unhash(&sk->__sk_common);
		if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
			inet_put_port(sk);
	}
	NET_TRACE(sk->sk_net, state, sk, old, state);
	sk->sk_state = state;
}

void tcp_write_queue_purge(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&sk->sk_write_queue)))
		tcp_wmem_free_skb(sk, skb);
	while ((skb = tcp_rtx_queue_head(sk)))
		tcp_rtx_queue_unlink_and_free(sk, skb);
	tp->packets_out = tp->sacked_out = tp->lost_out = tp->retrans_out = 0;
	tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
	inet_csk(sk)->icsk_backoff = 0;
}

/* Nobody holds it and nothing more will come: what it still has goes, and the first reference. */
static void destroy_orphan(struct sock *sk)
{
	assert(sk->sk_state == TCP_CLOSE && sock_flag(sk, SOCK_DEAD));
	tcp_write_queue_purge(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	tcp_ofo_purge(sk);
	inet_put_port(sk);
	if (tcp_sk(sk)->counted_orphan)
		net_tcp(sk)->orphan_count--;
	sock_put(sk);
}

/* The connection is over, in whatever way; soft interrupts off. */
void tcp_done(struct sock *sk)
{
	if (sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV)
		NET_INC(sk->sk_net, TcpAttemptFails);
	tcp_set_state(sk, TCP_CLOSE);
	tcp_clear_xmit_timers(sk);
	sk->sk_shutdown = SHUTDOWN_MASK;
	if (sock_flag(sk, SOCK_DEAD)) {
		destroy_orphan(sk);
	} else {
		sk_state_change(sk);
		sk_data_ready(sk);
	}
}

void tcp_abort(struct sock *sk, int err)
{
	sk->sk_err = err;
	tcp_write_queue_purge(sk);
	sock_hold(sk);
	tcp_done(sk);
	if (!sock_flag(sk, SOCK_DEAD))
		sk_error_report(sk);
	sock_put(sk);
}

void tcp_reset(struct sock *sk)
{
	NET_TRACE(sk->sk_net, receive_reset, sk);
	if (tcp_sk(sk)->fastopen_rsk)
		tcp_fastopen_remove(sk, true);
	switch (sk->sk_state) {
	case TCP_SYN_SENT:
		tcp_abort(sk, ECONNREFUSED);
		break;
	case TCP_CLOSE_WAIT:
		tcp_abort(sk, EPIPE);
		break;
	case TCP_CLOSE:
		break;
	default:
		tcp_abort(sk, ECONNRESET);
	}
}

/* RST first: the port is needed to send it. */
static void reset_and_close(struct sock *sk)
{
	tcp_send_active_reset(sk);
	tcp_set_state(sk, TCP_CLOSE);
}

/* close() or shutdown(SHUT_WR): the next state; true: a FIN is to be sent (RFC 9293, 3.10.4). */
static bool close_state(struct sock *sk)
{
	static const struct {
		uint8_t next;
		bool fin;
	} table[TCP_MAX_STATES] = {
		[TCP_ESTABLISHED] = {TCP_FIN_WAIT1, true}, [TCP_SYN_SENT] = {TCP_CLOSE, false},
		[TCP_SYN_RECV] = {TCP_FIN_WAIT1, true},	   [TCP_FIN_WAIT1] = {TCP_FIN_WAIT1, false},
		[TCP_FIN_WAIT2] = {TCP_FIN_WAIT2, false},  [TCP_CLOSE] = {TCP_CLOSE, false},
		[TCP_CLOSE_WAIT] = {TCP_LAST_ACK, true},   [TCP_LAST_ACK] = {TCP_LAST_ACK, false},
		[TCP_LISTEN] = {TCP_CLOSE, false},	   [TCP_CLOSING] = {TCP_CLOSING, false},
	};
	const uint8_t old = sk->sk_state;

	if (table[old].next != old)
		tcp_set_state(sk, table[old].next);
	return table[old].fin;
}

int tcp_shutdown(struct sock *sk, int how)
{
	int err = 0;

	lock_sock(sk);
	local_bh_disable(sk->sk_net);
	switch (sk->sk_state) {
	case TCP_CLOSE:
		err = -ENOTCONN;
		sk->sk_shutdown |= (uint8_t)how;
		break;
	case TCP_LISTEN:
		if (how & RCV_SHUTDOWN)
			tcp_disconnect(sk);
		break;
	case TCP_SYN_SENT:
		tcp_disconnect(sk);
		break;
	default:
		sk->sk_shutdown |= (uint8_t)how;
		if ((how & SEND_SHUTDOWN) &&
		    (STATE_BIT(sk->sk_state) &
		     (STATE_BIT(TCP_ESTABLISHED) | STATE_BIT(TCP_SYN_RECV) |
		      STATE_BIT(TCP_CLOSE_WAIT))) &&
		    close_state(sk))
			tcp_send_fin(sk);
	}
	sk_state_change(sk);
	local_bh_enable(sk->sk_net);
	release_sock(sk);
	return err;
}

/* ---- connect(AF_UNSPEC) and abortive close ---- */

static bool need_reset(const struct sock *sk)
{
	const uint32_t bit = STATE_BIT(sk->sk_state);

	if (bit & (STATE_BIT(TCP_ESTABLISHED) | STATE_BIT(TCP_CLOSE_WAIT) |
		   STATE_BIT(TCP_FIN_WAIT1) | STATE_BIT(TCP_FIN_WAIT2) | STATE_BIT(TCP_SYN_RECV)))
		return true;
	return (bit & (STATE_BIT(TCP_CLOSING) | STATE_BIT(TCP_LAST_ACK))) &&
	       !tcp_write_queue_empty(sk);
}

/* As after socket(): what belonged to the connection is forgotten, options stay. */
static void forget_connection(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	const uint16_t user_mss = tp->rx_opt.user_mss;

	inet_reset_daddr(sk);
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		inet_reset_saddr(sk);
	sk->sk_shutdown = 0;
	sock_reset_flag(sk, SOCK_DONE | SOCK_CONNECTING);
	tp->rx_opt = (struct tcp_options_received){.user_mss = user_mss};
	tp->srtt_us = tp->mdev_max_us = tp->rttvar_us = tp->rtt_seq = 0;
	tp->mdev_us = TCP_TIMEOUT_INIT_US;
	tp->min_rtt_us = UINT32_MAX;
	tp->rcv_rtt_est.rtt_us = 0;
	tp->rcv_rtt_est.time_ns = 0;
	tp->write_seq += tp->max_window + 2; /* the next connection starts beyond */
	if (!tp->write_seq)
		tp->write_seq = 1;
	tp->snd_una = tp->snd_nxt = tp->snd_sml = tp->pushed_seq = tp->write_seq;
	tp->copied_seq = tp->rcv_nxt;
	tp->snd_cwnd = TCP_INIT_CWND;
	tp->snd_cwnd_cnt = 0;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	tp->is_cwnd_limited = false;
	tp->max_packets_out = 0;
	tp->window_clamp = 0;
	tp->undo_marker = 0;
	tp->retrans_stamp_ms = 0;
	tp->total_retrans = 0;
	tp->tlp_high_seq = 0;
	tp->defer_connect = tp->syn_fastopen = tp->syn_fastopen_exp = false;
	tp->syn_data = tp->syn_data_acked = false;
	tp->fastopen_client_fail = 0;
	tp->pred_flags = 0;
	tp->urg_data = 0;
	tp->snd_urg = false;
	memset(&tp->rack, 0, sizeof(tp->rack));
	tp->rack.reo_wnd_steps = 1;
	tp->delivered = tp->delivered_ce = tp->lost = tp->app_limited = 0;
	tp->ecn_flags = 0;
	tp->chrono = TCP_CHRONO_NONE;
	memset(tp->chrono_ns, 0, sizeof(tp->chrono_ns));
	tp->total_rto_recoveries = tp->total_rto_time_ms = 0;
	tp->loss_stamp_ns = 0;
	tp->frto = false;
	tp->compressed_ack_rcv_nxt = 0;
	tp->dup_ack_counter = 0;
	tp->rate_delivered = tp->rate_interval_us = 0;
	tp->rate_app_limited = tp->is_sack_reneg = false;
	tp->wstamp_ns = 0;
	tp->pacing_rate = UINT64_MAX;
	tp->snd_cwnd_used = 0;
	memset(tp->recv_sack_cache, 0, sizeof(tp->recv_sack_cache));
	icsk->icsk_rto_us = TCP_TIMEOUT_INIT_US;
	icsk->icsk_backoff = icsk->icsk_retransmits = icsk->icsk_probes_out = 0;
	icsk->icsk_ca_state = TCP_CA_Open;
	memset(&icsk->icsk_ack, 0, sizeof(icsk->icsk_ack));
	inet_sk(sk)->route.generation = 0;
}

/* sk owned by the caller; soft interrupts off. */
int tcp_disconnect(struct sock *sk)
{
	const uint8_t old = sk->sk_state;

	if (old == TCP_LISTEN) {
		tcp_set_state(sk, TCP_CLOSE);
		inet_csk_listen_stop(sk);
	} else if (need_reset(sk)) {
		reset_and_close(sk);
		sk->sk_err = ECONNRESET;
	} else if (old == TCP_SYN_SENT) {
		sk->sk_err = ECONNRESET;
	}
	if (sk->sk_state != TCP_CLOSE)
		tcp_set_state(sk, TCP_CLOSE);
	tcp_clear_xmit_timers(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	tcp_write_queue_purge(sk);
	tcp_ofo_purge(sk);
	forget_connection(sk);
	if (sk->sk_err)
		sk_error_report(sk);
	return 0;
}

/* ---- close() ---- */

static bool purge_unread(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;
	bool unread = false;

	while ((skb = skb_dequeue(&sk->sk_receive_queue))) {
		uint32_t end_seq = TCP_SKB_CB(skb)->end_seq;

		if (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN)
			end_seq--;
		unread |= after(end_seq, tp->copied_seq);
		consume_skb(skb);
	}
	return unread;
}

/* SO_LINGER with a time: until our FIN is acknowledged. */
static void linger(struct sock *sk)
{
	const uint32_t unfinished =
		STATE_BIT(TCP_FIN_WAIT1) | STATE_BIT(TCP_CLOSING) | STATE_BIT(TCP_LAST_ACK);

	if (!sock_flag(sk, SOCK_LINGER) || !sk->sk_lingertime_ns)
		return;
	release_sock(sk);
	wait_event(&sk->sk_wq, !(STATE_BIT(sk->sk_state) & unfinished), sk->sk_lingertime_ns);
	lock_sock(sk);
}

/* What the connection gets to hear; soft interrupts off. */
static void say_goodbye(struct sock *sk)
{
	const bool unread = purge_unread(sk);

	if (sk->sk_state == TCP_CLOSE)
		return;
	if (unread) { /* RFC 2525, 2.17: the peer must know that data was lost */
		NET_INC(sk->sk_net, TcpExtTCPAbortOnClose);
		reset_and_close(sk);
	} else if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime_ns) {
		tcp_disconnect(sk);
		NET_INC(sk->sk_net, TcpExtTCPAbortOnData);
	} else if (close_state(sk)) {
		tcp_send_fin(sk);
	}
}

/* The sock goes on without its socket; soft interrupts off. */
static void orphan(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint8_t state = sk->sk_state;

	sock_set_flag(sk, SOCK_DEAD);
	sk->sk_socket = NULL;
	sk_flush_backlog(sk);
	if (state != TCP_CLOSE && sk->sk_state == TCP_CLOSE)
		return; /* the backlog ended it, and destroyed it */
	if (sk->sk_state == TCP_FIN_WAIT2) {
		const uint64_t timeout_ns = tcp_fin_time_ns(sk);

		if (tp->linger2_s < 0) {
			NET_INC(sk->sk_net, TcpExtTCPAbortOnLinger);
			reset_and_close(sk);
		} else if (timeout_ns > TCP_TIMEWAIT_NS) {
			tcp_reset_keepalive_timer(sk, timeout_ns - TCP_TIMEWAIT_NS);
		} else {
			tcp_time_wait(sk, TCP_FIN_WAIT2, timeout_ns);
			return;
		}
	}
	if (sk->sk_state != TCP_CLOSE) {
		net_tcp(sk)->orphan_count++;
		tp->counted_orphan = true;
		if (tcp_orphan_too_many(sk, 0)) {
			NET_INC(sk->sk_net, TcpExtTCPAbortOnMemory);
			reset_and_close(sk);
		}
	}
	if (sk->sk_state == TCP_CLOSE) {
		tcp_clear_xmit_timers(sk);
		destroy_orphan(sk);
	}
}

void tcp_close(struct sock *sk)
{
	struct net *net = sk->sk_net;

	lock_sock(sk);
	local_bh_disable(net);
	sk->sk_shutdown = SHUTDOWN_MASK;
	if (sk->sk_state == TCP_LISTEN) {
		tcp_set_state(sk, TCP_CLOSE);
		inet_csk_listen_stop(sk);
	} else {
		say_goodbye(sk);
	}
	local_bh_enable(net);
	linger(sk);

	local_bh_disable(net);
	sock_hold(sk);
	orphan(sk);
	release_sock(sk);
	sock_put(sk);
	local_bh_enable(net);
}

/* ---- readiness ---- */

/* TCP_NOTSENT_LOWAT, or the sysctl of that name: what waits to be sent for the first time is bounded. */
static bool notsent_below(const struct sock *sk, unsigned int times)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t lowat =
		tp->notsent_lowat ? tp->notsent_lowat : sk_sysctl(sk)->tcp_notsent_lowat;

	return (uint64_t)(tp->write_seq - tp->snd_nxt) * times < lowat;
}

bool tcp_stream_memory_free(const struct sock *sk)
{
	return sk->sk_wmem_queued < sk->sk_sndbuf && tcp_wmem_allowed(sk) && notsent_below(sk, 1);
}

/* A third of the buffer is free, and half of the bound on what is not sent: so that writers are not
 * woken for crumbs. */
bool tcp_stream_is_writeable(const struct sock *sk)
{
	return sk->sk_sndbuf > sk->sk_wmem_queued &&
	       sk->sk_sndbuf - sk->sk_wmem_queued >= sk->sk_wmem_queued >> 1 &&
	       tcp_wmem_allowed(sk) && notsent_below(sk, 2);
}

static uint32_t received_bytes(const struct sock *sk)
{
	return tcp_sk(sk)->rcv_nxt - tcp_sk(sk)->copied_seq;
}

uint32_t tcp_poll(struct sock *sk)
{
	const uint8_t state = sk->sk_state;
	/* The urgent byte at the head cannot be read. */
	const uint32_t head = tcp_at_mark(tcp_sk(sk)) && !sock_flag(sk, SOCK_URGINLINE);
	uint32_t mask = 0;

	if (state == TCP_LISTEN)
		return list_empty(&inet_csk(sk)->icsk_accept_queue) ? 0 : POLLIN | POLLRDNORM;
	if (sk->sk_shutdown == SHUTDOWN_MASK || state == TCP_CLOSE)
		mask |= POLLHUP;
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		mask |= POLLIN | POLLRDNORM | POLLRDHUP;
	if (state == TCP_SYN_SENT && tcp_sk(sk)->defer_connect)
		mask |= POLLOUT | POLLWRNORM; /* a write makes the SYN */
	if (state != TCP_SYN_SENT && (state != TCP_SYN_RECV || tcp_sk(sk)->fastopen_rsk)) {
		if (state != TCP_CLOSE && received_bytes(sk) >= (uint32_t)sk->sk_rcvlowat + head)
			mask |= POLLIN | POLLRDNORM;
		if (tcp_sk(sk)->urg_data & TCP_URG_VALID)
			mask |= POLLPRI;
		if (sk->sk_shutdown & SEND_SHUTDOWN)
			mask |= POLLOUT | POLLWRNORM;
		else if (tcp_stream_is_writeable(sk))
			mask |= POLLOUT | POLLWRNORM;
		else
			sock_set_flag(sk, SOCK_NOSPACE);
	}
	if (sk->sk_err)
		mask |= POLLERR;
	return mask;
}

int tcp_ioctl(struct sock *sk, unsigned long request, int *value)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t syn = STATE_BIT(TCP_SYN_SENT) | STATE_BIT(TCP_SYN_RECV);

	if (request == SIOCATMARK) {
		*value = tcp_at_mark(tp);
		return 0;
	}
	if (request != SIOCINQ && request != SIOCOUTQ)
		return -ENOTTY;
	if (sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	*value = 0;
	if (STATE_BIT(sk->sk_state) & syn)
		return 0;
	if (request == SIOCOUTQ) {
		*value = (int)(tp->write_seq - tp->snd_una);
		return 0;
	}
	*value = (int)tcp_readable_bytes(sk);
	if (*value && *value == (int)received_bytes(sk) &&
	    sock_flag(sk, SOCK_DONE)) /* the FIN is no byte */
		--*value;
	return 0;
}

const struct proto tcp_prot = {
	.name = "TCP",
	.obj_size_bytes = sizeof(struct tcp_sock),
	.init = tcp_init_sock,
	.close = tcp_close,
	.bind = tcp_bind,
	.connect = tcp_connect,
	.listen = tcp_listen,
	.accept = inet_csk_accept,
	.sendmsg = tcp_sendmsg,
	.recvmsg = tcp_recvmsg,
	.shutdown = tcp_shutdown,
	.poll = tcp_poll,
	.ioctl = tcp_ioctl,
	.getname = tcp_getname,
	.keepalive = tcp_set_keepalive,
	.setsockopt = tcp_setsockopt,
	.getsockopt = tcp_getsockopt,
	.backlog_rcv = tcp_do_rcv,
	.release_cb = tcp_release_cb,
	.destroy = tcp_destroy_sock,
};
