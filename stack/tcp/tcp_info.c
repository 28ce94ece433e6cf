// SPDX-License-Identifier: MIT
/*
 * TCP_INFO, in Linux's layout. As in Linux tcpi_last_ack_sent and tcpi_fackets stay 0; so does
 * tcpi_rehash: there is one path.
 */
#include <net/tcp.h>

static uint32_t ms_since(uint64_t now_ns, uint64_t then_ns)
{
	return (uint32_t)((now_ns - then_ns) / NSEC_PER_MSEC);
}

void tcp_get_info(struct sock *sk, struct tcp_info *info)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const uint64_t now_ns = sk_now_ns(sk);

	memset(info, 0, sizeof(*info));
	info->tcpi_state = sk->sk_state;
	info->tcpi_pacing_rate = tp->pacing_rate;
	info->tcpi_max_pacing_rate = sk->sk_max_pacing_rate;
	info->tcpi_reordering = tp->reordering;
	info->tcpi_snd_cwnd = tp->snd_cwnd;
	if (sk->sk_state == TCP_LISTEN) {
		info->tcpi_unacked = sk->sk_ack_backlog;
		info->tcpi_sacked = sk->sk_max_ack_backlog;
		return;
	}
	info->tcpi_ca_state = icsk->icsk_ca_state;
	info->tcpi_retransmits = icsk->icsk_retransmits;
	info->tcpi_probes = icsk->icsk_probes_out;
	info->tcpi_backoff = icsk->icsk_backoff;
	if (tp->rx_opt.tstamp_ok)
		info->tcpi_options |= TCPI_OPT_TIMESTAMPS;
	if (tp->syn_data_acked)
		info->tcpi_options |= TCPI_OPT_SYN_DATA;
	info->tcpi_fastopen_client_fail = tp->fastopen_client_fail & 3;
	if (tp->rx_opt.sack_ok)
		info->tcpi_options |= TCPI_OPT_SACK;
	if (tp->rx_opt.wscale_ok) {
		info->tcpi_options |= TCPI_OPT_WSCALE;
		info->tcpi_snd_wscale = tp->rx_opt.snd_wscale & 0xf;
		info->tcpi_rcv_wscale = tp->rx_opt.rcv_wscale & 0xf;
	}
	if (tp->ecn_flags & TCP_ECN_OK)
		info->tcpi_options |= TCPI_OPT_ECN;
	if (tp->ecn_flags & TCP_ECN_SEEN)
		info->tcpi_options |= TCPI_OPT_ECN_SEEN;
	info->tcpi_rto = icsk->icsk_rto_us;
	info->tcpi_ato = icsk->icsk_ack.ato_us;
	info->tcpi_snd_mss = tp->mss_cache;
	info->tcpi_rcv_mss = icsk->icsk_ack.rcv_mss;
	info->tcpi_unacked = tp->packets_out;
	info->tcpi_sacked = tp->sacked_out;
	info->tcpi_lost = tp->lost_out;
	info->tcpi_retrans = tp->retrans_out;
	info->tcpi_last_data_sent = ms_since(now_ns, tp->lsndtime_ns);
	info->tcpi_last_data_recv = ms_since(now_ns, icsk->icsk_ack.lrcvtime_ns);
	info->tcpi_last_ack_recv = ms_since(now_ns, tp->rcv_tstamp_ns);
	info->tcpi_pmtu = icsk->icsk_pmtu;
	info->tcpi_rcv_ssthresh = tp->rcv_ssthresh;
	info->tcpi_rtt = tp->srtt_us >> 3;
	info->tcpi_rttvar = tp->mdev_us >> 2;
	info->tcpi_snd_ssthresh = tp->snd_ssthresh;
	info->tcpi_advmss = tp->advmss;
	info->tcpi_rcv_rtt = tp->rcv_rtt_est.rtt_us >> 3;
	info->tcpi_rcv_space = tp->rcvq_space.space;
	info->tcpi_total_retrans = tp->total_retrans;
	info->tcpi_bytes_acked = tp->bytes_acked;
	info->tcpi_bytes_received = tp->bytes_received;
	info->tcpi_segs_out = tp->segs_out;
	info->tcpi_segs_in = tp->segs_in;
	info->tcpi_busy_time = tcp_chrono_us(sk, TCP_CHRONO_BUSY);
	info->tcpi_rwnd_limited = tcp_chrono_us(sk, TCP_CHRONO_RWND_LIMITED);
	info->tcpi_sndbuf_limited = tcp_chrono_us(sk, TCP_CHRONO_SNDBUF_LIMITED);
	/* Limited is busy too. */
	info->tcpi_busy_time += info->tcpi_rwnd_limited + info->tcpi_sndbuf_limited;
	info->tcpi_total_rto_recoveries = (uint16_t)min_u32(tp->total_rto_recoveries, UINT16_MAX);
	info->tcpi_total_rto_time = tp->total_rto_time_ms;
	if (tp->loss_stamp_ns)
		info->tcpi_total_rto_time += ms_since(now_ns, tp->loss_stamp_ns);
	info->tcpi_notsent_bytes = tp->write_seq - tp->snd_nxt;
	info->tcpi_min_rtt = tp->min_rtt_us;
	info->tcpi_data_segs_in = tp->data_segs_in;
	info->tcpi_data_segs_out = tp->data_segs_out;
	info->tcpi_delivery_rate = tcp_delivery_rate(tp);
	info->tcpi_delivery_rate_app_limited = tp->rate_app_limited;
	info->tcpi_delivered = tp->delivered;
	info->tcpi_delivered_ce = tp->delivered_ce;
	info->tcpi_bytes_sent = tp->bytes_sent;
	info->tcpi_bytes_retrans = tp->bytes_retrans;
	info->tcpi_dsack_dups = tp->dsack_dups;
	info->tcpi_reord_seen = tp->reord_seen;
	info->tcpi_rcv_ooopack = tp->rcv_ooopack;
	info->tcpi_snd_wnd = tp->snd_wnd;
	info->tcpi_rcv_wnd = tp->rcv_wnd;
	info->tcpi_total_rto = (uint16_t)min_u32(tp->total_rto, UINT16_MAX);
}
