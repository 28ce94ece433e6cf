// SPDX-License-Identifier: MIT
/* How large a segment and a super-segment may be: path MTU, options, the peer's MSS and window. */
#include <net/tcp.h>

/* Segments of at most half the peer's largest window, so that two fit (RFC 9293, 3.8.6.2.1). */
static uint32_t bound_to_half_wnd(const struct tcp_sock *tp, uint32_t bytes)
{
	uint32_t cutoff = tp->max_window > TCP_MSS_DEFAULT ? tp->max_window >> 1 : tp->max_window;

	if (cutoff && bytes > cutoff)
		return max_u32(cutoff, TCP_MIN_SND_MSS);
	return bytes;
}

uint16_t tcp_advmss(const struct inet_connection_sock_af_ops *ops, uint32_t mtu)
{
	return (uint16_t)(mtu - ops->net_header_bytes - TCP_BASE_HEADER);
}

uint32_t tcp_mtu_to_mss(const struct sock *sk, uint32_t pmtu)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	uint32_t mss = pmtu - inet_csk(sk)->icsk_af_ops->net_header_bytes - TCP_BASE_HEADER;

	if (tp->rx_opt.mss_clamp)
		mss = min_u32(mss, tp->rx_opt.mss_clamp);
	mss = max_u32(mss, TCP_MIN_SND_MSS);
	return max_u32(mss - (tp->tcp_header_len - TCP_BASE_HEADER), TCP_MIN_SND_MSS / 2);
}

uint32_t tcp_sync_mss(struct sock *sk, uint32_t pmtu)
{
	struct tcp_sock *tp = tcp_sk(sk);

	inet_csk(sk)->icsk_pmtu = pmtu;
	tp->mss_cache = bound_to_half_wnd(tp, tcp_mtu_to_mss(sk, pmtu));
	tp->mtu_probe.search_high_bytes = min_u32(tp->mtu_probe.search_high_bytes, pmtu);
	if (tp->mtu_probe.enabled)
		tp->mss_cache =
			min_u32(tp->mss_cache, tcp_mtu_to_mss(sk, tp->mtu_probe.search_low_bytes));
	return tp->mss_cache;
}

uint32_t tcp_sack_blocks(const struct tcp_sock *tp)
{
	const uint32_t owed = (uint32_t)tp->rx_opt.num_sacks + tp->rx_opt.dsack;
	const uint32_t room = MAX_TCP_OPTION_BYTES - (tp->tcp_header_len - TCP_BASE_HEADER);

	if (room < TCPOLEN_SACK_BASE_ALIGNED)
		return 0;
	return min_u32(owed, (room - TCPOLEN_SACK_BASE_ALIGNED) / TCPOLEN_SACK_PERBLOCK);
}

uint32_t tcp_current_mss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint32_t mss = tp->mss_cache;
	const uint32_t pmtu = inet_sk(sk)->route.mtu_bytes;

	if (pmtu && pmtu != inet_csk(sk)->icsk_pmtu)
		mss = tcp_sync_mss(sk, pmtu);
	/* SACK blocks we owe take room from the payload. */
	if (tp->rx_opt.num_sacks || tp->rx_opt.dsack) {
		uint32_t sacks = tcp_sack_blocks(tp);
		uint32_t room =
			sacks ? TCPOLEN_SACK_BASE_ALIGNED + sacks * TCPOLEN_SACK_PERBLOCK : 0;

		mss = mss > room + TCP_MIN_SND_MSS / 2 ? mss - room : TCP_MIN_SND_MSS / 2;
	}
	return mss;
}

void tcp_initialize_rcv_mss(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	uint32_t hint = min_u32(tp->advmss, tp->mss_cache);

	hint = min_u32(hint, tp->rcv_wnd / 2);
	hint = min_u32(hint, TCP_MSS_DEFAULT);
	inet_csk(sk)->icsk_ack.rcv_mss = (uint16_t)max_u32(hint, TCP_MIN_SND_MSS);
}

uint32_t tcp_xmit_size_goal(struct sock *sk, uint32_t mss)
{
	const struct net_device *dev = inet_sk(sk)->route.dev;
	uint32_t goal = TCP_GSO_MAX_PAYLOAD;

	if (tcp_sk(sk)->ao_info || !list_empty(&tcp_sk(sk)->md5_keys) || tcp_sk(sk)->snd_urg)
		return mss; /* each segment has a MAC, or an urgent pointer, of its own */
	if (dev && !(dev->features & (NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_GSO)))
		return mss; /* nobody would cut it */
	if (dev && dev->gso_max_bytes > MAX_HEADER + mss)
		goal = min_u32(goal, dev->gso_max_bytes - MAX_HEADER);
	goal = bound_to_half_wnd(tcp_sk(sk), goal);
	return goal > mss ? goal - goal % mss : mss;
}
