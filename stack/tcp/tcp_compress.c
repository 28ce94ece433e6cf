// SPDX-License-Identifier: MIT
/*
 * Compressed ACKs: data above a hole asks for an ACK each (RFC 5681, 4.2), but when much of it comes
 * the sender learns as much from one SACK for many. After the three that its fast retransmit may need,
 * ACKs wait for up to 5 % of the round trip, at most 1 ms and 44 segments (tcp_comp_sack_*), as Linux
 * does. A block that would no longer fit into the option goes out before it is lost.
 */
#include <net/tcp.h>

void tcp_compress_cancel(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->compressed_ack = 0;
	sk_stop_timer(sk, &tp->compressed_ack_timer);
}

/* An ACK is on its way: the ones that waited are in it. */
void tcp_compress_ack_sent(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->compressed_ack)
		return;
	NET_ADD(sk->sk_net, TcpExtTCPAckCompressed, tp->compressed_ack);
	tcp_compress_cancel(sk);
}

void tcp_compress_send_now(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->compressed_ack)
		return;
	tp->compressed_ack--; /* one is sent */
	tcp_compress_ack_sent(sk);
	tcp_compress_cancel(sk);
	tcp_send_ack(sk);
}

static void compressed_ack_timer(struct timer_list *t)
{
	struct tcp_sock *tp = container_of(t, struct tcp_sock, compressed_ack_timer);
	struct sock *sk = &tp->inet_conn.inet.sk;

	if (sock_owned_by_user(sk))
		tcp_defer(sk, TCP_DELACK_TIMER_DEFERRED);
	else if (sk->sk_state != TCP_CLOSE)
		tcp_compress_send_now(sk);
	sock_put(sk);
}

void tcp_compress_init(struct sock *sk)
{
	timer_setup(&tcp_sk(sk)->compressed_ack_timer, compressed_ack_timer);
}

static uint64_t delay_ns(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	uint32_t rtt_us = tp->rcv_rtt_est.rtt_us; /* << 3, as srtt */
	uint64_t ns;

	if (tp->srtt_us && (tp->srtt_us < rtt_us || !rtt_us))
		rtt_us = tp->srtt_us;
	ns = (uint64_t)rtt_us * NSEC_PER_USEC / 8 / 20;
	return ns < sk_sysctl(sk)->tcp_comp_sack_delay_ns ? ns
							  : sk_sysctl(sk)->tcp_comp_sack_delay_ns;
}

/* Data above a hole has come. false: acknowledge now. */
bool tcp_compress_ack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_sack(tp) || tp->compressed_ack >= sk_sysctl(sk)->tcp_comp_sack_nr)
		return false;
	if (tp->compressed_ack_rcv_nxt != tp->rcv_nxt) {
		tp->compressed_ack_rcv_nxt = tp->rcv_nxt;
		tp->dup_ack_counter = 0;
	}
	if (tp->dup_ack_counter < TCP_FASTRETRANS_THRESH) {
		tp->dup_ack_counter++;
		return false;
	}
	tp->compressed_ack++;
	if (!tp->compressed_ack_timer.pending)
		sk_reset_timer(sk, &tp->compressed_ack_timer, sk_now_ns(sk) + delay_ns(sk));
	return true;
}
