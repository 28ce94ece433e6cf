// SPDX-License-Identifier: MIT
/*
 * The receive window: what to offer (never taking back, no silly small steps: RFC 9293, 3.8.6.2.2;
 * scaling: RFC 7323), and how buffers grow with what the path and the reader can take (dynamic
 * right-sizing, Fisk and Feng 2001).
 */
#include <net/tcp.h>

#define WINDOW_UNSCALED_MAX 65535u

void tcp_select_initial_window(const struct sock *sk, uint32_t space, uint32_t mss,
			       uint32_t *rcv_wnd, uint32_t *window_clamp, bool wscale_ok,
			       uint8_t *rcv_wscale)
{
	const struct sysctl *s = sk_sysctl(sk);
	uint32_t largest;

	/* A buffer that the application set will not grow: nor need its window be scaled for it. */
	if ((sk->sk_userlocks & SOCK_RCVBUF_LOCK) && (*window_clamp > space || !*window_clamp))
		*window_clamp = space;
	if (!*window_clamp)
		*window_clamp = WINDOW_UNSCALED_MAX << TCP_MAX_WSCALE;
	space = min_u32(space, *window_clamp);
	if (space > mss)
		space -= space % mss;
	*rcv_wscale = 0;
	if (wscale_ok) {
		largest = max_u32(space, max_u32(s->tcp_rmem[2], s->rmem_max));
		largest = min_u32(largest, *window_clamp);
		while (largest > WINDOW_UNSCALED_MAX && *rcv_wscale < TCP_MAX_WSCALE) {
			largest >>= 1;
			++*rcv_wscale;
		}
	}
	*rcv_wnd = wscale_ok ? space : min_u32(space, WINDOW_UNSCALED_MAX);
	*window_clamp = min_u32(*window_clamp, WINDOW_UNSCALED_MAX << *rcv_wscale);
}

/* What could be offered now, before the rule not to take back. */
static uint32_t window_wanted(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	const uint32_t full = min_u32(tp->window_clamp, tcp_full_space(sk));
	const uint32_t mss = min_u32(icsk->icsk_ack.rcv_mss, full);
	uint32_t free_space = tcp_space(sk), window;

	if (free_space < full >> 1) {
		icsk->icsk_ack.quick = 0;
		if (tcp_under_memory_pressure(sk))
			tp->rcv_ssthresh = min_u32(tp->rcv_ssthresh, 4u * tp->advmss);
		if (free_space < full >> 4 || free_space < mss)
			return 0;
	}
	free_space = min_u32(free_space, tp->rcv_ssthresh);
	if (tp->rx_opt.rcv_wscale) {
		const uint32_t unit = 1u << tp->rx_opt.rcv_wscale;

		return (free_space + unit - 1) & ~(unit - 1);
	}
	window = tp->rcv_wnd;
	if (window + mss <= free_space || window > free_space)
		window = mss ? free_space - free_space % mss : free_space;
	else if (mss == full && free_space > window + (full >> 1))
		window = free_space;
	return window;
}

uint32_t tcp_select_window_bytes(struct sock *sk)
{
	return window_wanted(sk);
}

uint16_t tcp_select_window(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t unit = 1u << tp->rx_opt.rcv_wscale;
	const uint32_t old = tp->rcv_wnd, current = tcp_receive_window(tp);
	uint32_t window = window_wanted(sk);

	if (window < current) { /* never shrink what was promised */
		if (!window)
			NET_INC(sk->sk_net, TcpExtTCPWantZeroWindowAdv);
		window = (current + unit - 1) & ~(unit - 1);
	}
	if (!tp->rx_opt.rcv_wscale)
		window = min_u32(window, WINDOW_UNSCALED_MAX);
	else
		window = min_u32(window, WINDOW_UNSCALED_MAX << tp->rx_opt.rcv_wscale);
	tp->rcv_wnd = window;
	tp->rcv_wup = tp->rcv_nxt;
	window >>= tp->rx_opt.rcv_wscale;
	if (!window) {
		tp->pred_flags = 0;
		if (old)
			NET_INC(sk->sk_net, TcpExtTCPToZeroWindowAdv);
	} else if (!old) {
		NET_INC(sk->sk_net, TcpExtTCPFromZeroWindowAdv);
	}
	return (uint16_t)window;
}

void tcp_sndbuf_expand(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	uint64_t segments = max_u32(max_u32(TCP_INIT_CWND, tp->snd_cwnd), tp->reordering + 1);
	uint64_t segment_bytes =
		max_u32(tp->rx_opt.mss_clamp, tp->mss_cache) + MAX_HEADER + sizeof(struct sk_buff);
	/* Twice: while one window is in flight the next is filled. */
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	uint64_t windows = ca->sndbuf_expand ? ca->sndbuf_expand(sk) : 2;
	uint64_t wanted = windows * segments * segment_bytes;

	if ((sk->sk_userlocks & SOCK_SNDBUF_LOCK) || tcp_under_memory_pressure(sk))
		return;
	if (wanted > sk_sysctl(sk)->tcp_wmem[2])
		wanted = sk_sysctl(sk)->tcp_wmem[2];
	if (sk->sk_sndbuf < wanted)
		sk->sk_sndbuf = (uint32_t)wanted;
}

void tcp_init_buffer_space(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_sndbuf_expand(sk);
	tcp_mstamp_refresh(tp);
	tp->rcvq_space.time_ns = tp->tcp_mstamp_ns;
	tp->rcvq_space.seq = tp->copied_seq;
	tp->rcvq_space.space = min_u32(tp->rcv_wnd, TCP_INIT_CWND * tp->advmss);
	tp->window_clamp = min_u32(tp->window_clamp, tcp_full_space(sk));
	tp->rcv_ssthresh = min_u32(tp->rcv_ssthresh, tp->window_clamp);
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
}

/* Opens rcv_ssthresh as data comes, by less when packets waste their memory. */
void tcp_grow_window(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t limit = min_u32(tp->window_clamp, tcp_space(sk));
	uint32_t room, step;

	if (limit <= tp->rcv_ssthresh || tcp_under_memory_pressure(sk))
		return;
	room = limit - tp->rcv_ssthresh;
	if (tcp_win_from_space(sk, skb->truesize) > skb->len)
		return;
	step = max_u32(2u * tp->advmss, 2 * skb->len);
	tp->rcv_ssthresh += min_u32(room, step);
	inet_csk(sk)->icsk_ack.quick |= 1;
}

static void rcv_rtt_update(struct tcp_sock *tp, uint32_t sample_us, bool window_based)
{
	uint32_t *rtt = &tp->rcv_rtt_est.rtt_us;

	sample_us = max_u32(sample_us, 1);
	if (!*rtt)
		*rtt = sample_us << 3;
	else if (!window_based)
		*rtt = *rtt - (*rtt >> 3) + sample_us;
	else /* a window's time is an upper bound */
		*rtt = min_u32(*rtt, sample_us << 3);
}

/* Without time stamps: how long a window of data took. */
void tcp_rcv_rtt_measure(struct tcp_sock *tp)
{
	if (tp->rcv_rtt_est.time_ns) {
		if (before(tp->rcv_nxt, tp->rcv_rtt_est.seq))
			return;
		rcv_rtt_update(
			tp,
			(uint32_t)((tp->tcp_mstamp_ns - tp->rcv_rtt_est.time_ns) / NSEC_PER_USEC),
			true);
	}
	tp->rcv_rtt_est.seq = tp->rcv_nxt + tp->rcv_wnd;
	tp->rcv_rtt_est.time_ns = tp->tcp_mstamp_ns;
}

void tcp_rcv_rtt_measure_ts(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint32_t delta_ms;

	if (!tp->rx_opt.saw_tstamp || tp->rx_opt.rcv_tsecr == tp->rcv_rtt_est.rcv_tsecr_last)
		return;
	tp->rcv_rtt_est.rcv_tsecr_last = tp->rx_opt.rcv_tsecr;
	if (TCP_SKB_CB(skb)->end_seq - TCP_SKB_CB(skb)->seq < inet_csk(sk)->icsk_ack.rcv_mss)
		return;
	delta_ms = tcp_time_stamp_ms(tp) - tp->rx_opt.rcv_tsecr;
	if (delta_ms < INT32_MAX / 1000)
		rcv_rtt_update(tp, delta_ms ? delta_ms * 1000 : 1000, false);
}

/* Once a round trip: the buffer becomes twice what the reader took in it, and more while it grows.
 */
void tcp_rcv_space_adjust(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct sysctl *s = sk_sysctl(sk);
	const uint64_t now_ns = sk_now_ns(sk);
	const uint64_t rtt_ns = (uint64_t)(tp->rcv_rtt_est.rtt_us >> 3) * NSEC_PER_USEC;
	uint64_t copied, window, bytes;

	if (!rtt_ns || now_ns - tp->rcvq_space.time_ns < rtt_ns)
		return;
	copied = tp->copied_seq - tp->rcvq_space.seq;
	if (copied > tp->rcvq_space.space) {
		window = 2 * copied + 16ull * tp->advmss;
		window += 2 * window * (copied - tp->rcvq_space.space) / tp->rcvq_space.space;
		bytes = (window << 8) / tp->scaling_ratio;
		if (bytes > s->tcp_rmem[2])
			bytes = s->tcp_rmem[2];
		if (s->tcp_moderate_rcvbuf && !(sk->sk_userlocks & SOCK_RCVBUF_LOCK) &&
		    bytes > sk->sk_rcvbuf && !tcp_under_memory_pressure(sk)) {
			sk->sk_rcvbuf = (uint32_t)bytes;
			tp->window_clamp = tcp_full_space(sk);
		}
		tp->rcvq_space.space = (uint32_t)copied;
	}
	tp->rcvq_space.seq = tp->copied_seq;
	tp->rcvq_space.time_ns = now_ns;
}

void tcp_cleanup_rbuf(struct sock *sk, uint32_t copied)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	bool time_to_ack = false;

	if (icsk->icsk_ack.pending & ICSK_ACK_SCHED) {
		/* More than one full segment unacknowledged, or the reader emptied the queue after
		 * a pushed segment of a one-way stream. */
		if (tp->rcv_nxt - tp->rcv_wup > icsk->icsk_ack.rcv_mss ||
		    (copied && (icsk->icsk_ack.pending & ICSK_ACK_PUSHED) &&
		     !icsk->icsk_ack.pingpong && !sk->sk_rmem_alloc))
			time_to_ack = true;
	}
	if (copied && !time_to_ack && !(sk->sk_shutdown & RCV_SHUTDOWN)) {
		const uint32_t offered = tcp_receive_window(tp);

		/* Worth telling when the window at least doubles. */
		if (2 * offered <= tp->window_clamp) {
			uint32_t wanted = window_wanted(sk);

			if (wanted && wanted >= 2 * offered)
				time_to_ack = true;
		}
	}
	if (time_to_ack)
		tcp_send_ack(sk);
}
