/* SPDX-License-Identifier: MIT */
/*
 * Settings of one struct net; names and defaults as Linux's /proc/sys/net. May be written at any
 * time; most take effect for sockets made later.
 */
#ifndef NET_SYSCTL_H
#define NET_SYSCTL_H

#include <stdbool.h>
#include <stdint.h>

struct sysctl {
	/* net.core */
	uint32_t somaxconn;					 /* listen backlog at most: 4096 */
	uint32_t rmem_default, rmem_max, wmem_default, wmem_max; /* bytes */
	uint32_t netdev_budget;					 /* packets a soft interrupt: 300 */
	uint32_t file_max; /* open files of all processes: 65536 */

	/* net.ipv4 */
	uint16_t ip_local_port_range[2];   /* 32768 60999 */
	uint32_t tcp_rmem[3], tcp_wmem[3]; /* bytes: minimum, default, maximum */
	uint32_t tcp_mem[3];	  /* of all sockets, pages of 4 KiB: fine again, pressure, limit */
	uint32_t tcp_syn_retries; /* 6 */
	uint32_t tcp_synack_retries;	   /* 5 */
	uint32_t tcp_retries1;		   /* 3 */
	uint32_t tcp_retries2;		   /* 15 */
	uint32_t tcp_orphan_retries;	   /* 0: means 8 */
	uint32_t tcp_max_syn_backlog;	   /* 1024 */
	uint32_t tcp_max_orphans;	   /* 16384 */
	uint32_t tcp_max_tw_buckets;	   /* 16384 */
	uint32_t tcp_fin_timeout_s;	   /* 60 */
	uint32_t tcp_keepalive_time_s;	   /* 7200 */
	uint32_t tcp_keepalive_intvl_s;	   /* 75 */
	uint32_t tcp_keepalive_probes;	   /* 9 */
	uint32_t tcp_reordering;	   /* 3 */
	uint32_t tcp_notsent_lowat;	   /* bytes not sent yet a socket takes at most: 2^32-1 */
	uint32_t tcp_limit_output_bytes;   /* queued below TCP a socket: 1 MiB */
	uint32_t tcp_invalid_ratelimit_ms; /* challenge and duplicate ACKs: 500 */
	uint64_t tcp_comp_sack_delay_ns;   /* ACKs of data above a hole wait at most: 1 ms */
	uint32_t tcp_comp_sack_nr;	   /* and at most so many: 44; 0: none waits */
	uint32_t tcp_ecn;		   /* 0 never, 1 offer and accept, 2 accept only; 2 */
	uint32_t tcp_min_tso_segs;	   /* 2 */
	uint32_t tcp_tso_rtt_log; /* super-segments grow on paths shorter than 2^this us: 9 */
	uint32_t tcp_pacing_ss_ratio, tcp_pacing_ca_ratio; /* percent of cwnd / srtt: 200, 120 */
	uint32_t tcp_adv_win_scale;    /* payload's share of the receive buffer until
					      measured: 1/2^this; 1 */
	uint32_t tcp_tw_reuse;	       /* 0 off, 1 all, 2 loopback only */
	uint32_t tcp_fastopen;	       /* bits: 1 client, 2 server, 4 client without cookie, 0x200
					      server without, 0x400 all listeners; 1 */
	uint32_t tcp_mtu_probing;      /* RFC 4821: 0 never, 1 after a black hole, 2 always; 0 */
	uint32_t tcp_base_mss;	       /* it begins with: 1024 */
	uint32_t tcp_mtu_probe_floor;  /* MSS after black holes at least: 48 */
	uint32_t tcp_probe_threshold;  /* bytes as near as which the search comes: 8 */
	uint32_t tcp_probe_interval_s; /* then it begins again: 600 */
	uint32_t tcp_syncookies;       /* 0 never, 1 when the SYN queue is full, 2 always; 1 */
	bool tcp_abort_on_overflow;
	bool tcp_timestamps, tcp_sack, tcp_dsack, tcp_window_scaling;
	bool tcp_moderate_rcvbuf;
	bool tcp_ecn_fallback;	   /* the second SYN goes without ECN */
	bool tcp_frto;		   /* RFC 5682; on */
	bool tcp_retrans_collapse; /* small segments are sent again as larger ones; on */
	bool tcp_rfc1337;
	bool tcp_stdurg; /* the urgent pointer names the urgent byte, not the one after it */
	bool tcp_slow_start_after_idle;
	char tcp_congestion_control[16]; /* "cubic" */

	/* net.ipv6 */
	uint32_t ipv6_dad_transmits; /* 1; 0: no duplicate address detection */
};

/* Linux's defaults for a host with little memory. */
void sysctl_init_core(struct sysctl *s);
void sysctl_init_tcp(struct sysctl *s); /* stack/tcp/tcp_sysctl.c */

#endif
