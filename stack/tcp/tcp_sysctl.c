// SPDX-License-Identifier: MIT
/* Defaults of TCP's settings: Linux's, except the limits that scale with a large host's memory. */
#include <net/tcp.h>

void sysctl_init_tcp(struct sysctl *s)
{
	static const uint32_t rmem[3] = {4096, 131072, 6291456};
	/* As Linux chooses for a host of 2 GB. */
	static const uint32_t mem[3] = {24576, 32768, 49152};
	static const uint32_t wmem[3] = {4096, 16384, 4194304};

	memcpy(s->tcp_rmem, rmem, sizeof(rmem));
	memcpy(s->tcp_wmem, wmem, sizeof(wmem));
	memcpy(s->tcp_mem, mem, sizeof(mem));
	s->ip_local_port_range[0] = 32768;
	s->ip_local_port_range[1] = 60999;
	s->tcp_syn_retries = 6;
	s->tcp_synack_retries = 5;
	s->tcp_retries1 = 3;
	s->tcp_retries2 = 15;
	s->tcp_orphan_retries = 0;
	s->tcp_max_syn_backlog = 1024;
	s->tcp_max_orphans = 16384;
	s->tcp_max_tw_buckets = 16384;
	s->tcp_fin_timeout_s = 60;
	s->tcp_keepalive_time_s = 7200;
	s->tcp_keepalive_intvl_s = 75;
	s->tcp_keepalive_probes = 9;
	s->tcp_reordering = TCP_FASTRETRANS_THRESH;
	s->tcp_notsent_lowat = UINT32_MAX;
	s->tcp_limit_output_bytes = 1u << 20;
	s->tcp_invalid_ratelimit_ms = 500;
	s->tcp_comp_sack_delay_ns = NSEC_PER_MSEC;
	s->tcp_comp_sack_nr = 44;
	s->tcp_frto = true;
	s->tcp_ecn = 2;
	s->tcp_ecn_fallback = true;
	s->tcp_min_tso_segs = 2;
	s->tcp_tso_rtt_log = 9;
	s->tcp_pacing_ss_ratio = 200;
	s->tcp_pacing_ca_ratio = 120;
	s->tcp_adv_win_scale = 1;
	s->tcp_tw_reuse = 2;
	s->tcp_fastopen = 1;
	s->tcp_mtu_probing = 0;
	s->tcp_base_mss = 1024;
	s->tcp_mtu_probe_floor = TCP_MIN_SND_MSS;
	s->tcp_probe_threshold = 8;
	s->tcp_probe_interval_s = 600;
	s->tcp_syncookies = 1;
	s->tcp_abort_on_overflow = false;
	s->tcp_timestamps = true;
	s->tcp_sack = true;
	s->tcp_dsack = true;
	s->tcp_window_scaling = true;
	s->tcp_moderate_rcvbuf = true;
	s->tcp_retrans_collapse = true;
	s->tcp_rfc1337 = false;
	s->tcp_stdurg = false;
	s->tcp_slow_start_after_idle = true;
	memcpy(s->tcp_congestion_control, "cubic", sizeof("cubic"));
}
