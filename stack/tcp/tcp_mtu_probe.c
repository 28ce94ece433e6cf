// SPDX-License-Identifier: MIT
/*
 * Packetization-layer path MTU discovery (RFC 4821), for paths whose routers drop what is too large
 * and say nothing. tcp_mtu_probing: 2 searches from tcp_base_mss upwards, 1 only after a time-out
 * that looks like such a black hole, 0 never.
 *
 * The search halves the range between what is known to pass (search_low) and what may pass at most
 * (search_high). A probe is a segment of real data of the size in the middle, and more data goes
 * behind it, so that its loss is found by duplicate ACKs (7.5); that loss is not congestion (7.6.2).
 */
#include <net/tcp.h>

#define PROBE_CWND_MIN 11u /* a smaller window would be held up by a lost probe */

static uint32_t mss_to_mtu(const struct sock *sk, uint32_t mss)
{
	return mss + tcp_sk(sk)->tcp_header_len + inet_csk(sk)->icsk_af_ops->net_header_bytes;
}

/* What the peer takes in one packet. */
static uint32_t peer_mtu(const struct sock *sk)
{
	return tcp_sk(sk)->rx_opt.mss_clamp + TCP_BASE_HEADER +
	       inet_csk(sk)->icsk_af_ops->net_header_bytes;
}

void tcp_mtu_probe_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->mtu_probe.enabled = sk_sysctl(sk)->tcp_mtu_probing > 1;
	tp->mtu_probe.search_high_bytes = min_u32(peer_mtu(sk), UINT16_MAX);
	tp->mtu_probe.search_low_bytes = mss_to_mtu(sk, sk_sysctl(sk)->tcp_base_mss);
	tp->mtu_probe.size_bytes = 0;
	tp->mtu_probe.start_ns = tp->tcp_mstamp_ns;
}

/* The retransmission timer has ended tcp_retries1 times: perhaps a black hole (7.7). */
void tcp_mtu_probe_timeout(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct sysctl *s = sk_sysctl(sk);
	uint32_t mss;

	if (!s->tcp_mtu_probing)
		return;
	if (!tp->mtu_probe.enabled) {
		tp->mtu_probe.enabled = true;
		tp->mtu_probe.start_ns = tp->tcp_mstamp_ns;
	} else {
		mss = min_u32(tcp_mtu_to_mss(sk, tp->mtu_probe.search_low_bytes) / 2,
			      s->tcp_base_mss);
		mss = max_u32(mss, max_u32(s->tcp_mtu_probe_floor, TCP_MIN_SND_MSS));
		tp->mtu_probe.search_low_bytes = mss_to_mtu(sk, mss);
	}
	tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu);
}

/* The search has ended: from time to time begin again, the path may be another one (7.4). */
static void search_again(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->tcp_mstamp_ns - tp->mtu_probe.start_ns <
	    sk_sysctl(sk)->tcp_probe_interval_s * NSEC_PER_SEC)
		return;
	tp->mtu_probe.size_bytes = 0;
	tp->mtu_probe.search_high_bytes = min_u32(peer_mtu(sk), inet_csk(sk)->icsk_pmtu);
	tp->mtu_probe.search_low_bytes = mss_to_mtu(sk, tcp_current_mss(sk));
	tp->mtu_probe.start_ns = tp->tcp_mstamp_ns;
}

/* The bytes of the next probe's payload; 0: none is due. */
static uint32_t next_probe(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const int low = (int)tp->mtu_probe.search_low_bytes;
	const int high = (int)tp->mtu_probe.search_high_bytes;
	const int threshold = (int)max_u32(sk_sysctl(sk)->tcp_probe_threshold, 1);

	if (tp->mtu_probe.size_bytes || inet_csk(sk)->icsk_ca_state != TCP_CA_Open ||
	    tp->snd_cwnd < PROBE_CWND_MIN || tp->rx_opt.num_sacks || tp->rx_opt.dsack)
		return 0;
	if (high - low < threshold) {
		search_again(sk);
		return 0;
	}
	return tcp_mtu_to_mss(sk, (uint32_t)(low + high) / 2);
}

/* The first `bytes` of what waits can be made one entry, whose borders are no record's. */
static bool can_gather(const struct sock *sk, uint32_t bytes)
{
	const struct sk_buff *skb;
	uint32_t len = 0, frags = 0;

	skb_queue_walk(&sk->sk_write_queue, skb) {
		len += skb->len;
		frags += skb->nr_frags;
		if (frags > MAX_SKB_FRAGS)
			return false;
		if (len >= bytes)
			return true;
		if (TCP_SKB_CB(skb)->eor)
			return false;
	}
	return false;
}

static struct sk_buff *gather(struct sock *sk, uint32_t bytes, uint32_t mss)
{
	struct sk_buff *head = tcp_send_head(sk), *next;

	while (head->len < bytes) {
		next = list_entry(head->list.next, struct sk_buff, list);
		tcp_skb_take_next(sk, head, next);
		skb_unlink(&sk->sk_write_queue, next);
		tcp_wmem_free_skb(sk, next);
	}
	if (head->len > bytes && tcp_fragment(sk, head, bytes, mss, false))
		return NULL;
	tcp_set_skb_pcount(head, bytes); /* one packet */
	return head;
}

static bool send_probe(struct sock *sk, uint32_t bytes)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = gather(sk, bytes, tp->mss_cache);

	/* When it does not go out tcp_write_xmit() cuts it as usual. */
	if (!skb || tcp_transmit_skb(sk, skb))
		return false;
	tp->snd_cwnd--; /* it is larger than what cwnd counts */
	tcp_event_new_data_sent(sk, skb);
	tp->mtu_probe.size_bytes = (uint16_t)mss_to_mtu(sk, bytes);
	tp->mtu_probe.start_seq = TCP_SKB_CB(skb)->seq;
	tp->mtu_probe.end_seq = TCP_SKB_CB(skb)->end_seq;
	return true;
}

enum tcp_mtu_probe_result tcp_mtu_probe(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t bytes = next_probe(sk), in_flight = tcp_packets_in_flight(tp);
	/* With enough behind it to make duplicate ACKs. */
	const uint32_t needed = bytes + (tp->reordering + 1) * tp->mss_cache;

	if (!bytes || !can_gather(sk, bytes) || tp->write_seq - tp->snd_nxt < needed ||
	    tp->snd_wnd < needed)
		return TCP_MTU_PROBE_NONE;
	if (after(tp->snd_nxt + needed, tcp_wnd_end(tp)))
		return TCP_MTU_PROBE_WAIT;
	if (in_flight + 2 > tp->snd_cwnd)
		return in_flight ? TCP_MTU_PROBE_WAIT : TCP_MTU_PROBE_NONE;
	return send_probe(sk, bytes) ? TCP_MTU_PROBE_SENT : TCP_MTU_PROBE_NONE;
}

/* snd_una has moved. A delivered probe: segments are larger now, and the window has fewer. */
void tcp_mtu_probe_acked(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint64_t cwnd_bytes;

	if (!tp->mtu_probe.size_bytes || after(tp->mtu_probe.end_seq, tp->snd_una))
		return;
	cwnd_bytes = (uint64_t)tp->snd_cwnd * mss_to_mtu(sk, tp->mss_cache);
	tp->snd_cwnd = max_u32((uint32_t)(cwnd_bytes / tp->mtu_probe.size_bytes), 1);
	tp->snd_cwnd_cnt = 0;
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	tp->snd_ssthresh = tcp_current_ssthresh(sk);
	tp->mtu_probe.search_low_bytes = tp->mtu_probe.size_bytes;
	tp->mtu_probe.size_bytes = 0;
	tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu);
	NET_INC(sk->sk_net, TcpExtTCPMTUPSuccess);
}

/* Something is lost. true: only the probe, which was too large. */
bool tcp_mtu_probe_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->mtu_probe.size_bytes || tp->snd_una != tp->mtu_probe.start_seq ||
	    inet_csk(sk)->icsk_ca_state >= TCP_CA_CWR)
		return false;
	tp->mtu_probe.search_high_bytes = tp->mtu_probe.size_bytes - 1u;
	tp->mtu_probe.size_bytes = 0;
	tp->snd_cwnd++; /* what the probe took */
	NET_INC(sk->sk_net, TcpExtTCPMTUPFail);
	return true;
}
