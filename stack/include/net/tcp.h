/* SPDX-License-Identifier: MIT */
/*
 * TCP (RFC 9293): wire format, struct tcp_sock, and what the files of stack/tcp offer each other.
 * Names are Linux's where it has the same thing. Sequence numbers are host order.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <assert.h>
#include <string.h>
#include "checksum.h"
#include "inet_connection_sock.h"
#include "ip.h"
#include "mib.h"
#include "net_namespace.h"
#include "sysctl.h"
#include "tcp_auth.h"

/* ---- wire format (RFC 9293, 3.1) ---- */
struct tcphdr {
	__be16 source, dest;
	__be32 seq, ack_seq;
	uint8_t res1 : 4, doff : 4; /* doff: header length in words */
	uint8_t flags;		    /* TCPHDR_* */
	__be16 window, check, urg_ptr;
} __attribute__((packed));

#define TCPHDR_FIN 0x01
#define TCPHDR_SYN 0x02
#define TCPHDR_RST 0x04
#define TCPHDR_PSH 0x08
#define TCPHDR_ACK 0x10
#define TCPHDR_URG 0x20
#define TCPHDR_ECE 0x40
#define TCPHDR_CWR 0x80

#define TCPOPT_EOL	 0
#define TCPOPT_NOP	 1
#define TCPOPT_MSS	 2
#define TCPOPT_WINDOW	 3
#define TCPOPT_SACK_PERM 4
#define TCPOPT_SACK	 5
#define TCPOPT_TIMESTAMP 8
#define TCPOPT_MD5SIG	 19
#define TCPOPT_AO	 29
#define TCPOPT_FASTOPEN	 34
#define TCPOPT_EXP	 254
/* RFC 6994: which experiment. */
#define TCPOPT_FASTOPEN_MAGIC 0xf989

/* Begins a header whose only option is the time stamp, aligned (RFC 7323, appendix A). */
#define TCPOPT_TSTAMP_WORD \
	(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 | TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP)

#define TCPOLEN_MSS		  4
#define TCPOLEN_WINDOW		  3
#define TCPOLEN_SACK_PERM	  2
#define TCPOLEN_TIMESTAMP	  10
#define TCPOLEN_TSTAMP_ALIGNED	  12
#define TCPOLEN_SACK_BASE	  2
#define TCPOLEN_SACK_BASE_ALIGNED 4
#define TCPOLEN_SACK_PERBLOCK	  8
#define TCPOLEN_MD5SIG		  18
#define TCPOLEN_MD5SIG_ALIGNED	  20
#define TCPOLEN_AO_BASE		  4
#define TCPOLEN_FASTOPEN_BASE	  2
#define TCPOLEN_EXP_FASTOPEN_BASE 4
#define TCP_NUM_SACKS		  4
#define MAX_TCP_OPTION_BYTES	  40u

/* ---- constants ---- */
#define NSEC_PER_USEC 1000u
#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_SEC  1000000000ull

#define TCP_MSS_DEFAULT		       536u /* RFC 9293, 3.7.1 */
#define TCP_MSS_DEFAULT_V6	       1220u
#define TCP_MIN_SND_MSS		       48u
#define TCP_BASE_HEADER		       20u
#define TCP_MAX_WSCALE		       14u
#define TCP_INIT_CWND		       10u /* RFC 6928 */
#define TCP_RTO_MIN_US		       200000u
#define TCP_RTO_MAX_US		       120000000u
#define TCP_TIMEOUT_MIN_US	       2000u
#define TCP_TIMEOUT_INIT_US	       1000000u /* RFC 6298, 2.1 */
#define TCP_DELACK_MIN_US	       40000u
#define TCP_DELACK_MAX_US	       200000u
#define TCP_ATO_MIN_US		       40000u
#define TCP_RESOURCE_PROBE_INTERVAL_US 500000u
#define TCP_MAX_QUICKACKS	       16u
#define TCP_TIMEWAIT_NS		       (60ull * NSEC_PER_SEC)
#define TCP_PAWS_24DAYS_NS	       (24ull * 24 * 3600 * NSEC_PER_SEC)
#define TCP_PAWS_WINDOW		       1 /* ms of tolerated replay */
#define TCP_INFINITE_SSTHRESH	       0x7fffffffu
#define TCP_MAX_CWND		       0x00ffffffu
#define TCP_FASTRETRANS_THRESH	       3u
#define TCP_MAX_REORDERING	       300u
/* Payload block that sendmsg copies into. */
#define TCP_PAGE_FRAG_BYTES 32768u
/* Most payload of a super-segment: IP total length is 16 bits; room for headers and options. */
#define TCP_GSO_MAX_PAYLOAD (GSO_MAX_BYTES - 120u)

static inline bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}
#define after(a, b) before((b), (a))

/* a <= x <= b on the circle */
static inline bool between(uint32_t x, uint32_t a, uint32_t b)
{
	return b - a >= x - a;
}

static inline uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static inline uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* ---- per sk_buff ---- */
struct tcp_skb_cb {
	uint32_t seq, end_seq; /* end_seq counts SYN and FIN */
	uint32_t ack_seq;      /* in: of the segment */
	uint16_t pcount;       /* out: wire segments it makes */
	uint8_t tcp_flags;
	uint8_t sacked;		  /* TCPCB_* */
	struct list_head tsorted; /* out: in tsorted_sent_queue, by time of last sending */
	bool eor;		  /* out: nothing may be appended (MSG_EOR, FIN) */
	uint8_t ip_dsfield;	  /* in: TOS byte */
	bool app_limited;	  /* out: sent while the application had no more */
	/* out: of the connection when skb was sent (tcp_rate.c) */
	uint32_t delivered;
	uint64_t first_tx_ns;
	uint64_t delivered_ns; /* 0: not sent, or its delivery is accounted for */
};
_Static_assert(sizeof(struct tcp_skb_cb) <= sizeof(((struct sk_buff *)0)->cb),
	       "tcp_skb_cb too big");

#define TCP_SKB_CB(skb) ((struct tcp_skb_cb *)(skb)->cb)

#define TCPCB_SACKED_ACKED   0x01
#define TCPCB_SACKED_RETRANS 0x02
#define TCPCB_LOST	     0x04
#define TCPCB_EVER_RETRANS   0x80

/* ---- options ---- */
struct tcp_sack_block {
	uint32_t start_seq, end_seq;
};

struct tcp_options_received {
	uint64_t ts_recent_stamp_ns; /* when ts_recent was stored; 0: never */
	uint32_t ts_recent;
	uint32_t rcv_tsval, rcv_tsecr;
	uint16_t mss_clamp; /* the peer's MSS option, or the default */
	uint16_t user_mss;  /* TCP_MAXSEG; 0 none */
	uint8_t snd_wscale, rcv_wscale;
	uint8_t num_sacks; /* of selective_acks, to be sent */
	bool saw_tstamp;   /* in the segment just parsed */
	bool tstamp_ok, wscale_ok, sack_ok;
	bool dsack;	  /* duplicate_sack is to be sent */
	uint8_t sack_off; /* of the SACK option's blocks in the segment, from the TCP header; 0 none
			   */
	uint8_t sack_blocks;
};

/* Of Fast Open (RFC 7413). */
#define TCP_FASTOPEN_COOKIE_MIN 4
#define TCP_FASTOPEN_COOKIE_MAX 16
struct tcp_fastopen_cookie {
	uint8_t val[TCP_FASTOPEN_COOKIE_MAX];
	int8_t len; /* 0: asks for one; < 0: no such option */
	bool exp;   /* as experimental option (RFC 6994) */
};

/* What cookies are made with: the key in use and, of number 2, the one before. */
struct tcp_fastopen_keys {
	struct siphash_key key[2];
	uint32_t number;
};

/* What a connect() that is to send data in its SYN brings. */
struct tcp_fastopen_request {
	struct tcp_fastopen_cookie cookie;
	struct iov_iter *data; /* NULL: none, only ask for a cookie */
	long copied;	       /* bytes taken from it */
};

/* urg_data */
#define TCP_URG_VALID  0x0100 /* the byte is there */
#define TCP_URG_NOTYET 0x0200 /* only the pointer came */
#define TCP_URG_READ   0x0400

/* ---- struct tcp_sock ---- */
enum tcp_nonagle { TCP_NAGLE_OFF = 1, TCP_NAGLE_CORK = 2, TCP_NAGLE_PUSH = 4 };

/* tsq_flags: what soft interrupt left for release_sock(). */
#define TSQ_THROTTLED		  0x01 /* too much below TCP; the next freed sk_buff goes on */
#define TCP_TSQ_DEFERRED	  0x02
#define TCP_WRITE_TIMER_DEFERRED  0x04
#define TCP_DELACK_TIMER_DEFERRED 0x08
#define TCP_TSQ_QUEUED		  0x10 /* tsq_timer holds a reference */

/* ecn_flags */
#define TCP_ECN_OK	   0x1 /* negotiated */
#define TCP_ECN_QUEUE_CWR  0x2 /* the next new data says that we reduced */
#define TCP_ECN_DEMAND_CWR 0x4 /* ECE until the peer says so */
#define TCP_ECN_SEEN	   0x8 /* something came as ECT or CE */

struct tcp_sock {
	struct inet_connection_sock inet_conn; /* first */

	/* Receive fast path */
	uint32_t pred_flags; /* expected 4th header word, host order; 0: slow path */
	uint32_t rcv_nxt;
	uint32_t copied_seq; /* head of what the application has not read */
	uint32_t rcv_wup;    /* rcv_nxt when the last window was sent */
	uint32_t rcv_wnd;
	uint32_t snd_una, snd_nxt, snd_wnd;
	uint32_t snd_wl1; /* segment of the last window update */
	uint32_t snd_sml; /* last byte of the last small segment (Minshall) */
	uint32_t write_seq, pushed_seq;
	uint32_t max_window; /* largest the peer offered */
	uint32_t mss_cache;  /* payload bytes a segment now */
	uint16_t tcp_header_len, advmss;
	uint64_t tcp_mstamp_ns; /* time of the event in hand */
	uint64_t rcv_tstamp_ns; /* last ACK */
	uint64_t lsndtime_ns;	/* last data sent */
	uint64_t last_oow_ack_time_ns;
	uint32_t tsoffset;

	struct tcp_options_received rx_opt;

	uint32_t window_clamp, rcv_ssthresh;
	uint16_t scaling_ratio; /* payload in 256 bytes of receive memory; 1..256 */
	uint8_t nonagle;	/* enum tcp_nonagle */
	uint8_t keepalive_probes;
	uint16_t writer_waits; /* tasks in send() until connected */
	uint8_t tsq_flags;
	uint8_t ecn_flags;			      /* TCP_ECN_* */
	uint32_t keepalive_time_s, keepalive_intvl_s; /* 0: sysctl */
	int32_t linger2_s;			      /* 0: sysctl; < 0: none */
	uint32_t notsent_lowat;

	/* RTT (RFC 6298), microseconds */
	uint32_t srtt_us;			  /* << 3 */
	uint32_t mdev_us, mdev_max_us, rttvar_us; /* << 2 */
	uint32_t rtt_seq;
	uint32_t min_rtt_us; /* UINT32_MAX: none */
	uint64_t min_rtt_stamp_ns;

	/* Flight, in wire segments */
	uint32_t packets_out, retrans_out, lost_out, sacked_out;
	uint32_t max_packets_out, cwnd_usage_seq;
	bool is_cwnd_limited;
	uint32_t snd_cwnd_used; /* most of cwnd that was used while the application starves it */
	uint32_t snd_ssthresh, snd_cwnd, snd_cwnd_cnt, snd_cwnd_clamp;
	uint64_t snd_cwnd_stamp_ns;
	uint32_t prior_cwnd, prior_ssthresh;
	uint32_t prr_delivered, prr_out;	/* RFC 6937 */
	uint32_t delivered, delivered_ce, lost; /* delivered_ce: by ACKs with ECE */
	uint32_t reordering, reord_seen;
	uint32_t high_seq; /* snd_nxt when recovery began */
	uint32_t highest_sack_seq;
	uint32_t retransmit_seq; /* below it nothing waits to be retransmitted */
	uint32_t undo_marker;
	int32_t undo_retrans;
	uint32_t retrans_stamp_ms; /* time stamp of the first retransmission of the episode; 0 none
				    */
	uint32_t total_retrans, total_rto;
	uint32_t timeout_stamp_ms; /* when the retransmission timer first ended for this head */
	uint32_t tlp_high_seq;
	bool tlp_retrans;
	bool frto;	    /* a time-out is on probation: was it needless? (RFC 5682) */
	bool is_sack_reneg; /* the peer took SACKs back in this episode */

	/* Delivery rate (tcp_rate.c) and pacing (tcp_pacing.c) */
	uint64_t first_tx_ns;	 /* sending time of the latest delivered segment's sample */
	uint64_t delivered_ns;	 /* when `delivered` last grew */
	uint64_t wstamp_ns;	 /* earliest departure of the next segment */
	uint64_t pacing_rate;	 /* bytes/s; UINT64_MAX: not known yet */
	uint32_t app_limited;	 /* `delivered` until which samples are the application's; 0 none */
	uint32_t rate_delivered; /* segments in rate_interval_us: the latest sample for TCP_INFO */
	uint32_t rate_interval_us;
	bool rate_app_limited;
	bool pacing; /* congestion control or SO_MAX_PACING_RATE asks for it */
	struct timer_list pacing_timer;

	struct {
		uint64_t mstamp_ns; /* sending time of the latest delivered segment */
		uint32_t rtt_us, end_seq, last_delivered;
		uint8_t reo_wnd_steps, reo_wnd_persist;
		bool dsack_seen, advanced;
	} rack; /* RFC 8985 */

	struct {
		uint64_t start_ns;			      /* of the search */
		uint32_t start_seq, end_seq;		      /* of the probe in flight */
		uint32_t search_low_bytes, search_high_bytes; /* MTU */
		uint16_t size_bytes; /* of the probe in flight, as a packet; 0: none */
		bool enabled;
	} mtu_probe; /* RFC 4821 */

	struct rb_root tcp_rtx_queue;	     /* sent, not acknowledged, by seq */
	struct list_head tsorted_sent_queue; /* those by time of sending */
	struct rb_root out_of_order_queue;
	uint32_t collapsed_seq;	      /* rcv_nxt when the receive queue was collapsed last */
	struct sk_buff *ooo_last_skb; /* its rightmost; NULL: not known */
	/* ACKs of data above a hole (tcp_compress.c) */
	struct timer_list compressed_ack_timer;
	uint32_t compressed_ack_rcv_nxt;
	uint8_t compressed_ack;	 /* that wait */
	uint8_t dup_ack_counter; /* sent at once for this hole */

	struct tcp_sack_block duplicate_sack;
	struct tcp_sack_block selective_acks[TCP_NUM_SACKS];
	struct tcp_sack_block recv_sack_cache[TCP_NUM_SACKS]; /* of the peer's last ACK: done */

	struct {
		uint32_t rtt_us; /* << 3 */
		uint32_t seq;
		uint64_t time_ns;
		uint32_t rcv_tsecr_last;
	} rcv_rtt_est;
	struct {
		uint32_t space, seq;
		uint64_t time_ns;
	} rcvq_space;

	/* Urgent data (tcp_urg.c) */
	uint32_t urg_seq;  /* number of the latest urgent byte that came */
	uint16_t urg_data; /* that byte, with TCP_URG_*; 0: none */
	bool snd_urg;	   /* some is on its way out, up to snd_up */
	uint32_t snd_up;

	struct list_head md5_keys;   /* struct tcp_md5_key */
	struct tcp_ao_info *ao_info; /* NULL: no TCP-AO */

	/* Fast Open (tcp_fastopen.c) */
	struct tcp_fastopen_request *fastopen_req; /* while the SYN is being made */
	struct request_sock *fastopen_rsk;	   /* passive: until the handshake has ended */
	bool fastopen_connect;	 /* TCP_FASTOPEN_CONNECT: the SYN waits for the first write */
	bool fastopen_no_cookie; /* TCP_FASTOPEN_NO_COOKIE */
	bool recvmsg_inq;	 /* TCP_INQ */
	bool defer_connect;	 /* connect() has been called, the SYN waits */
	bool syn_fastopen, syn_fastopen_exp; /* our SYN had the option; as experiment */
	bool syn_data, syn_data_acked;
	uint8_t fastopen_client_fail; /* as tcpi_fastopen_client_fail */

	struct timer_list tsq_timer;
	struct list_head xmit_node; /* in netns_tcp.xmit_pending, with a reference; or empty */
	bool counted_orphan;

	/* For TCP_INFO */
	uint8_t chrono; /* enum tcp_chrono: which clock runs, since when */
	uint64_t chrono_start_ns, chrono_ns[4];
	uint32_t total_rto_recoveries, total_rto_time_ms;
	uint64_t loss_stamp_ns; /* the time-out recovery in hand began; 0: none */
	uint32_t segs_in, segs_out, data_segs_in, data_segs_out;
	uint64_t bytes_received, bytes_acked, bytes_sent, bytes_retrans;
	uint32_t dsack_dups, rcv_ooopack;
};

/* Of a peer that names none (RFC 9293, 3.7.1). */
static inline uint16_t tcp_mss_default(const struct in6_addr *peer)
{
	return ipv6_addr_v4mapped(peer) ? TCP_MSS_DEFAULT : TCP_MSS_DEFAULT_V6;
}

static inline struct tcp_sock *tcp_sk(const struct sock *sk)
{
	return (struct tcp_sock *)sk;
}

/* ---- per network ---- */
struct netns_tcp {
	struct inet_hashinfo hashinfo;
	struct siphash_key isn_key, ts_key, port_key;
	struct siphash_key cookie_key[2]; /* of SYN cookies */
	struct tcp_fastopen_keys fastopen_keys;
	struct list_head fastopen_cache; /* tcp_fastopen_cache.c; latest use first */
	uint32_t fastopen_cached;
	uint32_t auth_keys; /* TCP-MD5 keys and TCP-AO users alive; 0: no segment is looked at */
	struct list_head xmit_pending; /* xmit_node: to send at the end of the batch */
	uint32_t tw_count, orphan_count;
	bool memory_pressure;	    /* between tcp_mem's limits: as it was (tcp_mem.c) */
	uint32_t socks;		    /* struct tcp_sock alive */
	struct skb_data *page_frag; /* where sendmsg puts payload next */
	uint32_t page_frag_offset;
};

static inline struct netns_tcp *net_tcp(const struct sock *sk)
{
	return sk->sk_net->tcp;
}

static inline const struct sysctl *sk_sysctl(const struct sock *sk)
{
	return &sk->sk_net->sysctl;
}

static inline uint64_t sk_now_ns(const struct sock *sk)
{
	return port_time_ns(sk->sk_wq.port);
}

static inline void tcp_mstamp_refresh(struct tcp_sock *tp)
{
	tp->tcp_mstamp_ns = sk_now_ns((struct sock *)tp);
}

/* RFC 7323 clock: milliseconds (plus the connection's offset on the wire). */
static inline uint32_t tcp_time_stamp_ms(const struct tcp_sock *tp)
{
	return (uint32_t)(tp->tcp_mstamp_ns / NSEC_PER_MSEC);
}

static inline struct tcphdr *tcp_hdr(const struct sk_buff *skb)
{
	return (struct tcphdr *)(skb->head + skb->transport_header);
}

/* ---- flight ---- */
static inline uint32_t tcp_left_out(const struct tcp_sock *tp)
{
	return tp->sacked_out + tp->lost_out;
}

static inline uint32_t tcp_packets_in_flight(const struct tcp_sock *tp)
{
	return tp->packets_out - tcp_left_out(tp) + tp->retrans_out;
}

static inline bool tcp_in_slow_start(const struct tcp_sock *tp)
{
	return tp->snd_cwnd < tp->snd_ssthresh;
}

static inline bool tcp_in_cwnd_reduction(const struct sock *sk)
{
	return (1u << inet_csk(sk)->icsk_ca_state) & ((1u << TCP_CA_CWR) | (1u << TCP_CA_Recovery));
}

static inline uint32_t tcp_wnd_end(const struct tcp_sock *tp)
{
	return tp->snd_una + tp->snd_wnd;
}

static inline bool tcp_is_sack(const struct tcp_sock *tp)
{
	return tp->rx_opt.sack_ok;
}

/* Window still open in what we last advertised. */
static inline uint32_t tcp_receive_window(const struct tcp_sock *tp)
{
	int32_t win = (int32_t)(tp->rcv_wup + tp->rcv_wnd - tp->rcv_nxt);

	return win < 0 ? 0 : (uint32_t)win;
}

/* Payload that so much memory holds, by the share seen in what came (scaling_ratio / 256). */
static inline uint32_t tcp_win_from_space(const struct sock *sk, uint32_t space)
{
	return (uint32_t)((uint64_t)space * tcp_sk(sk)->scaling_ratio >> 8);
}

static inline uint32_t tcp_space(const struct sock *sk)
{
	uint32_t used = sk->sk_rmem_alloc + sk->sk_backlog_bytes;

	return sk->sk_rcvbuf > used ? tcp_win_from_space(sk, sk->sk_rcvbuf - used) : 0;
}

static inline uint32_t tcp_full_space(const struct sock *sk)
{
	return tcp_win_from_space(sk, sk->sk_rcvbuf);
}

static inline struct sk_buff *tcp_send_head(const struct sock *sk)
{
	return skb_peek(&sk->sk_write_queue);
}

static inline bool tcp_rtx_queue_empty(const struct sock *sk)
{
	return !tcp_sk(sk)->tcp_rtx_queue.node;
}

static inline bool tcp_write_queue_empty(const struct sock *sk)
{
	return tcp_sk(sk)->write_seq == tcp_sk(sk)->snd_nxt;
}

static inline struct sk_buff *tcp_rtx_queue_head(const struct sock *sk)
{
	struct rb_node *n = rb_first(&tcp_sk(sk)->tcp_rtx_queue);

	return n ? rb_entry(n, struct sk_buff, rbnode) : NULL;
}

static inline struct sk_buff *skb_rb_next(const struct sk_buff *skb)
{
	struct rb_node *n = rb_next(&skb->rbnode);

	return n ? rb_entry(n, struct sk_buff, rbnode) : NULL;
}

static inline uint32_t tcp_rto_min_us(const struct sock *sk)
{
	(void)sk;
	return TCP_RTO_MIN_US;
}

/* ---- congestion control (tcp_cong.c) ---- */
enum tcp_ca_event {
	CA_EVENT_TX_START,
	CA_EVENT_CWND_RESTART,
	CA_EVENT_COMPLETE_CWR,
	CA_EVENT_LOSS,
	CA_EVENT_ECN_NO_CE, /* data came without a congestion mark */
	CA_EVENT_ECN_IS_CE
};

/* Of an algorithm. */
#define TCP_CONG_NEEDS_ECN 0x1 /* every segment carries ECT, negotiated whatever tcp_ecn says */

struct tcp_ack_sample {
	uint32_t pkts_acked;
	int32_t rtt_us; /* < 0: none */
	uint32_t in_flight;
};

/* What one ACK tells of the path (draft-cheng-iccrg-delivery-rate-estimation). */
struct rate_sample {
	uint64_t prior_ns;	  /* when prior_delivered was reached; 0: no segment delivered */
	uint32_t prior_delivered; /* `delivered` when the sampled segment was sent */
	int32_t delivered;	  /* segments in interval_us; < 0: no valid sample */
	int64_t interval_us;	  /* < 0: no valid sample */
	uint64_t snd_interval_ns;
	uint32_t last_end_seq;
	int64_t rtt_us; /* < 0: none */
	uint32_t losses, acked_sacked, prior_in_flight;
	bool app_limited, retransmitted, ack_delayed;
};

struct tcp_congestion_ops {
	const char *name;
	uint32_t flags; /* TCP_CONG_* */
	void (*init)(struct sock *sk);
	uint32_t (*ssthresh)(struct sock *sk);
	/* acked: segments newly acknowledged, cwnd-limited. */
	void (*cong_avoid)(struct sock *sk, uint32_t ack, uint32_t acked);
	uint32_t (*undo_cwnd)(struct sock *sk);
	void (*set_state)(struct sock *sk, uint8_t new_state);		     /* may be NULL */
	void (*cwnd_event)(struct sock *sk, enum tcp_ca_event ev);	     /* may be NULL */
	void (*pkts_acked)(struct sock *sk, const struct tcp_ack_sample *s); /* may be NULL */
	/* Each ACK, ece: it echoes a congestion mark. May be NULL. */
	void (*in_ack_event)(struct sock *sk, bool ece);
	/* Takes window and pacing rate over altogether, cong_avoid and PRR are not used. May be NULL. */
	void (*cong_control)(struct sock *sk, const struct rate_sample *rs);
	uint32_t (*min_tso_segs)(struct sock *sk);  /* may be NULL */
	uint32_t (*sndbuf_expand)(struct sock *sk); /* windows the send buffer holds; may be NULL */
	/* Fills *info; the bytes, 0: nothing to tell. May be NULL. */
	uint32_t (*get_info)(struct sock *sk, union tcp_cc_info *info);
};
extern const struct tcp_congestion_ops tcp_bbr, tcp_cubic, tcp_dctcp, tcp_reno;

static inline void *inet_csk_ca(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ca_priv;
}

const struct tcp_congestion_ops *tcp_ca_find(const char *name);
void tcp_assign_congestion_control(struct sock *sk);
void tcp_init_congestion_control(struct sock *sk);
int tcp_set_congestion_control(struct sock *sk, const char *name);
void tcp_set_ca_state(struct sock *sk, uint8_t state);
void tcp_ca_event(struct sock *sk, enum tcp_ca_event ev);
uint32_t tcp_slow_start(struct tcp_sock *tp, uint32_t acked);
void tcp_cong_avoid_ai(struct tcp_sock *tp, uint32_t w, uint32_t acked);
bool tcp_is_cwnd_limited(const struct sock *sk);
uint32_t tcp_reno_ssthresh(struct sock *sk);
void tcp_reno_cong_avoid(struct sock *sk, uint32_t ack, uint32_t acked);
uint32_t tcp_reno_undo_cwnd(struct sock *sk);
uint32_t tcp_current_ssthresh(const struct sock *sk);
uint32_t tcp_init_cwnd(const struct tcp_sock *tp);

/* ---- tcp_ecn.c ---- */
/* The TOS byte's ECT as the congestion control wants it from now on. */
void tcp_ecn_init_ect(struct sock *sk);
/* TCPHDR_* that our SYN carries besides. */
uint8_t tcp_ecn_syn_flags(struct sock *sk);
void tcp_ecn_syn_retransmit(struct sock *sk, struct tcp_skb_cb *tcb);
/* TCPHDR_* of a segment of the connection; sets its ECT. */
uint8_t tcp_ecn_send(struct sock *sk, const struct tcp_skb_cb *tcb, bool data);
void tcp_ecn_rcv_synack(struct sock *sk, const struct tcphdr *th);
void tcp_ecn_rcv_syn(struct sock *sk, const struct tcphdr *th);
/* Whether the SYN in skb gets ECN. */
bool tcp_ecn_ok_for_request(const struct sock *listener, const struct sk_buff *skb);
void tcp_ecn_accept_cwr(struct sock *sk, const struct sk_buff *skb);
/* Data came: what its mark asks for. */
void tcp_ecn_check_ce(struct sock *sk, const struct sk_buff *skb);

/* ---- tcp_rate.c: delivery rate ---- */
void tcp_rate_skb_sent(struct sock *sk, struct sk_buff *skb);
/* skb was (s)acked for the first time. */
void tcp_rate_skb_delivered(struct sock *sk, struct sk_buff *skb, struct rate_sample *rs);
/* The ACK is worked in: makes rs valid or says that it is not. */
void tcp_rate_gen(struct sock *sk, uint32_t delivered, uint32_t lost, struct rate_sample *rs);
/* The application may be what limits the rate now: marks what follows. */
void tcp_rate_check_app_limited(struct sock *sk);
/* Bytes/s of the latest sample, 0: none. */
uint64_t tcp_delivery_rate(const struct tcp_sock *tp);

/* ---- tcp_mem.c ---- */
bool tcp_memory_exhausted(const struct sock *sk);
bool tcp_under_memory_pressure(const struct sock *sk);
/* Whether the queue may grow at all: there is memory, or it is below its guaranteed minimum. */
bool tcp_rmem_allowed(const struct sock *sk);
bool tcp_wmem_allowed(const struct sock *sk);
bool tcp_orphan_too_many(const struct sock *sk, unsigned int shift);
unsigned int tcp_orphan_shift(const struct sock *sk);

/* ---- tcp_chrono.c ---- */
enum tcp_chrono {
	TCP_CHRONO_NONE,
	TCP_CHRONO_BUSY,
	TCP_CHRONO_RWND_LIMITED,
	TCP_CHRONO_SNDBUF_LIMITED,
	TCP_CHRONOS
};
void tcp_chrono_start(struct sock *sk, enum tcp_chrono which);
void tcp_chrono_stop(struct sock *sk, enum tcp_chrono which);
uint64_t tcp_chrono_us(const struct sock *sk, enum tcp_chrono which);

/* ---- tcp_pacing.c ---- */
void tcp_pacing_init(struct sock *sk);
static inline bool tcp_pacing_enabled(const struct sock *sk)
{
	return tcp_sk(sk)->pacing || sk->sk_max_pacing_rate != UINT64_MAX;
}
/* true: the next segment may not go yet; the timer goes on. */
bool tcp_pacing_check(struct sock *sk);
/* A segment of len bytes goes now: when the next may. */
void tcp_pacing_sent(struct sock *sk, uint32_t len, uint64_t prior_wstamp_ns);
/* From srtt and cwnd, for algorithms that do not set it themselves. */
void tcp_update_pacing_rate(struct sock *sk);
/* Microseconds until the next segment may go. */
uint32_t tcp_pacing_delay_us(const struct sock *sk);
/* Segments of a super-segment: about a millisecond of the pacing rate. */
uint32_t tcp_tso_segs(struct sock *sk, uint32_t mss);

/* ---- tcp.c: states ---- */
void tcp_set_state(struct sock *sk, uint8_t state);
void tcp_done(struct sock *sk);
/* A valid RST came. */
void tcp_reset(struct sock *sk);
/* Ends the connection with err (positive) for the application; nothing is sent. */
void tcp_abort(struct sock *sk, int err);
void tcp_write_err(struct sock *sk);
void tcp_write_queue_purge(struct sock *sk);
int tcp_init_sock(struct sock *sk);
void tcp_destroy_sock(struct sock *sk);
void tcp_close(struct sock *sk);
int tcp_disconnect(struct sock *sk);
int tcp_shutdown(struct sock *sk, int how_mask);
uint32_t tcp_poll(struct sock *sk);
int tcp_ioctl(struct sock *sk, unsigned long request, int *value);

/* ---- tcp_connect.c, tcp_listen.c ---- */
int tcp_connect(struct sock *sk, const struct sockaddr *addr, socklen_t len, int file_flags);
int tcp_bind(struct sock *sk, const struct sockaddr *addr, socklen_t len);
/* sk owned: connect() by sendmsg(), or the SYN that waited for data (addr is not used then). */
int tcp_connect_fastopen(struct sock *sk, const struct msghdr *msg, int flags,
			 struct tcp_fastopen_request *fo);
int tcp_listen(struct sock *sk, int backlog);
int tcp_getname(struct sock *sk, struct sockaddr_storage *addr, enum name_of of);

/* ---- tcp_isn.c ---- */
uint32_t tcp_isn(struct net *net, const struct in6_addr *saddr, const struct in6_addr *daddr,
		 uint16_t sport, uint16_t dport);
uint32_t tcp_ts_offset(struct net *net, const struct in6_addr *saddr, const struct in6_addr *daddr);

/* ---- tcp_options.c ---- */
/* Parses the options of th; ends on every input. estab: ignore options of SYN. */
void tcp_parse_options(const struct tcphdr *th, struct tcp_options_received *opt, bool estab,
		       const struct sysctl *sysctl);
/* Same for a segment of a connection, quick when it carries only the aligned time stamp. */
bool tcp_fast_parse_options(const struct tcphdr *th, struct tcp_sock *tp);
/* One option after the other; takes at least one byte a step. */
struct tcp_option_walk {
	const uint8_t *at, *value;
	unsigned int left;
	uint8_t kind, size; /* size: with kind and size */
};
struct tcp_option_walk tcp_options_of(const struct tcphdr *th);
bool tcp_next_option(struct tcp_option_walk *w);
/* th: of a SYN. */
void tcp_parse_fastopen(const struct tcphdr *th, struct tcp_fastopen_cookie *foc);
struct tcp_out_options {
	uint16_t mss; /* 0: no such option */
	bool sack_perm, tstamp, wscale;
	uint8_t ws, num_sacks;
	uint32_t tsval, tsecr;
	const struct tcp_sack_block *dsack; /* goes first; counted in num_sacks */
	const struct tcp_sack_block *sacks;
	const struct tcp_fastopen_cookie *fastopen; /* NULL: no such option */
	const struct tcp_sign *sign;		    /* NULL: not authenticated */
};
uint32_t tcp_options_size(const struct tcp_out_options *o);
/* Returns where the MAC is to go that o->sign makes, or NULL. */
uint8_t *tcp_options_write(uint8_t *p, const struct tcp_out_options *o);

/* ---- tcp_window.c ---- */
void tcp_select_initial_window(const struct sock *sk, uint32_t space, uint32_t mss,
			       uint32_t *rcv_wnd, uint32_t *window_clamp, bool wscale_ok,
			       uint8_t *rcv_wscale);
uint16_t tcp_select_window(struct sock *sk);
uint32_t tcp_select_window_bytes(struct sock *sk);
void tcp_init_buffer_space(struct sock *sk);
void tcp_sndbuf_expand(struct sock *sk);
void tcp_grow_window(struct sock *sk, const struct sk_buff *skb);
void tcp_rcv_space_adjust(struct sock *sk);
void tcp_rcv_rtt_measure_ts(struct sock *sk, const struct sk_buff *skb);
void tcp_rcv_rtt_measure(struct tcp_sock *tp);
/* After the application read: tells the peer when the window opened enough. */
void tcp_cleanup_rbuf(struct sock *sk, uint32_t copied);

/* ---- tcp_mss.c ---- */
/* What we offer to receive over a device of this MTU. */
uint16_t tcp_advmss(const struct inet_connection_sock_af_ops *ops, uint32_t mtu);
uint32_t tcp_mtu_to_mss(const struct sock *sk, uint32_t pmtu);
uint32_t tcp_sync_mss(struct sock *sk, uint32_t pmtu);
uint32_t tcp_current_mss(struct sock *sk);
/* SACK blocks that the next segment carries: those owed, as far as the options leave room. */
uint32_t tcp_sack_blocks(const struct tcp_sock *tp);
void tcp_initialize_rcv_mss(struct sock *sk);
/* Bytes a super-segment should take now. */
uint32_t tcp_xmit_size_goal(struct sock *sk, uint32_t mss);

/* ---- tcp_transmit.c ---- */
/* Sends a clone of a queued sk_buff. 0 or a negative errno. */
int tcp_transmit_skb(struct sock *sk, struct sk_buff *skb);
void tcp_send_active_reset(struct sock *sk);
void tcp_send_ack(struct sock *sk);
void tcp_send_delayed_ack(struct sock *sk);
int tcp_write_wakeup(struct sock *sk);
void tcp_send_probe0(struct sock *sk);
void tcp_tsq_timer(struct timer_list *t);

/* ---- tcp_header.c ---- */
/* Makes the header in front of skb's payload, with its checksum or what CHECKSUM_PARTIAL wants. */
void tcp_push_header(struct sock *sk, struct sk_buff *skb, const struct tcp_skb_cb *tcb);
/* Checksum seed of a segment with its transport header set; gso_size set before. */
void tcp_csum_prepare(struct sk_buff *skb, const struct in6_addr *saddr,
		      const struct in6_addr *daddr);

/* ---- tcp_output.c ---- */
void tcp_event_new_data_sent(struct sock *sk, struct sk_buff *skb);
void tcp_send_synack_open(struct sock *sk);
void tcp_push_pending_frames(struct sock *sk, uint32_t mss, int nonagle);
void tcp_push_one(struct sock *sk, uint32_t mss);
bool tcp_write_xmit(struct sock *sk, uint32_t mss, int nonagle, int push_one);
/* The same of skb, the only one of the write queue, new and not longer than mss. */
bool tcp_write_xmit_alone(struct sock *sk, struct sk_buff *skb, uint32_t mss);
void tcp_send_fin(struct sock *sk);
int tcp_connect_start(struct sock *sk);
int tcp_fragment(struct sock *sk, struct sk_buff *skb, uint32_t len, uint32_t mss, bool in_rtx);
int tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, uint32_t segs);
int tcp_resend_skb(struct sock *sk, struct sk_buff *skb, uint32_t segs);
void tcp_xmit_retransmit_queue(struct sock *sk);
void tcp_cwnd_restart(struct sock *sk);
void tcp_skb_entail(struct sock *sk, struct sk_buff *skb);
struct sk_buff *tcp_stream_alloc_skb(struct sock *sk);
void tcp_wmem_free_skb(struct sock *sk, struct sk_buff *skb);
void tcp_rtx_queue_insert(struct sock *sk, struct sk_buff *skb);
void tcp_rtx_queue_unlink_and_free(struct sock *sk, struct sk_buff *skb);
void tcp_tsq_write(struct sock *sk);
void tcp_release_cb(struct sock *sk);
/* Soft interrupt, sk owned by a task: release_sock() is to do it (TCP_*_DEFERRED). */
static inline void tcp_defer(struct sock *sk, uint8_t what)
{
	tcp_sk(sk)->tsq_flags |= what;
	sk->sk_deferred = true;
}
void tcp_set_skb_pcount(struct sk_buff *skb, uint32_t mss);
void tcp_adjust_pcount(struct sock *sk, const struct sk_buff *skb, int decr);

/* ---- tcp_collapse.c ---- */
/* The payload, flags and border of next, which follows skb, to the end of skb; next is to be freed.
 * false: skb has no room, nothing has changed. */
bool tcp_skb_take_next(struct sock *sk, struct sk_buff *skb, const struct sk_buff *next);
/* skb is about to be sent again: with what follows it, up to max_bytes of payload. */
void tcp_retrans_try_collapse(struct sock *sk, struct sk_buff *skb, uint32_t max_bytes);

/* ---- tcp_mtu_probe.c: path MTU by probing (RFC 4821) ---- */
void tcp_mtu_probe_init(struct sock *sk);
/* WAIT: nothing is to be sent until there is room for a probe. */
enum tcp_mtu_probe_result { TCP_MTU_PROBE_NONE, TCP_MTU_PROBE_WAIT, TCP_MTU_PROBE_SENT };
enum tcp_mtu_probe_result tcp_mtu_probe(struct sock *sk);
void tcp_mtu_probe_acked(struct sock *sk);
bool tcp_mtu_probe_lost(struct sock *sk);
void tcp_mtu_probe_timeout(struct sock *sk);

/* ---- tcp_input.c ---- */
void tcp_rcv_established(struct sock *sk, struct sk_buff *skb);
/* 0; or > 0: the caller is to answer with a RST. Consumes skb only when it returns 0. */
int tcp_rcv_state_process(struct sock *sk, struct sk_buff *skb);
void tcp_fin(struct sock *sk);
void tcp_finish_connect(struct sock *sk);
void tcp_init_transfer(struct sock *sk);
/* True: an ACK in answer to an unacceptable segment went out too recently (RFC 5961, 7; ACK loops).
 */
bool tcp_oow_rate_limited(struct net *net, uint64_t *last_ns);
/* RFC 7323, 5.3: an old time stamp. */
bool tcp_paws_reject(const struct tcp_options_received *opt, uint64_t now_ns, bool rst);
bool tcp_in_window(uint32_t seq, uint32_t end_seq, uint32_t s_win, uint32_t e_win);
void tcp_data_queue(struct sock *sk, struct sk_buff *skb);
void tcp_fast_path_on(struct tcp_sock *tp);
void tcp_fast_path_check(struct sock *sk);
void tcp_send_challenge_ack(struct sock *sk);
void tcp_inc_quickack(struct sock *sk, unsigned int max_quickacks);
void tcp_enter_quickack_mode(struct sock *sk, unsigned int max_quickacks);
void tcp_reset_xmit_timer(struct sock *sk, enum icsk_time what, uint64_t when_us);
void tcp_ofo_purge(struct sock *sk);
/* Memory of the write queue became free: grow the buffer, wake writers. */
void tcp_check_space(struct sock *sk);

/* ---- tcp_compress.c ---- */
void tcp_compress_init(struct sock *sk);
bool tcp_compress_ack(struct sock *sk);
void tcp_compress_send_now(struct sock *sk);
void tcp_compress_ack_sent(struct sock *sk);
void tcp_compress_cancel(struct sock *sk);

/* ---- tcp_ofo.c ---- */
void tcp_data_queue_ofo(struct sock *sk, struct sk_buff *skb);
void tcp_ofo_queue(struct sock *sk);
void tcp_dsack_set(struct sock *sk, uint32_t seq, uint32_t end_seq);
void tcp_sack_remove(struct tcp_sock *tp);
bool tcp_try_rmem(struct sock *sk, const struct sk_buff *skb);
bool tcp_queue_rcv(struct sock *sk, struct sk_buff *skb);

/* ---- tcp_ack.c ---- */
#define FLAG_DATA		0x01
#define FLAG_WIN_UPDATE		0x02
#define FLAG_DATA_ACKED		0x04
#define FLAG_RETRANS_DATA_ACKED 0x08
#define FLAG_SYN_ACKED		0x10
#define FLAG_DATA_SACKED	0x20
#define FLAG_ECE		0x40
#define FLAG_LOST_RETRANS	0x80
#define FLAG_SLOWPATH		0x100
#define FLAG_ORIG_SACK_ACKED	0x200
#define FLAG_SND_UNA_ADVANCED	0x400
#define FLAG_DSACKING_ACK	0x800
#define FLAG_SET_XMIT_TIMER	0x1000
#define FLAG_SACK_RENEGING	0x2000
#define FLAG_UPDATE_TS_RECENT	0x4000
#define FLAG_NO_CHALLENGE_ACK	0x8000
#define FLAG_DSACK_TLP		0x10000
#define FLAG_NO_SHORT_CUT	0x20000 /* tests: the usual ACK is worked in as any other */
#define FLAG_ACKED		(FLAG_DATA_ACKED | FLAG_SYN_ACKED)
#define FLAG_NOT_DUP		(FLAG_DATA | FLAG_WIN_UPDATE | FLAG_ACKED)
#define FLAG_CA_ALERT		(FLAG_DATA_SACKED | FLAG_ECE | FLAG_DSACKING_ACK)
/* 1 acceptable, 0 old, < 0 not acceptable (the segment is to be dropped). */
int tcp_ack(struct sock *sk, const struct sk_buff *skb, int flag);
void tcp_rearm_rto(struct sock *sk);
uint32_t tcp_probe0_when_us(const struct sock *sk, uint32_t max_us);
uint32_t tcp_probe0_base_us(const struct sock *sk);
void tcp_check_probe_timer(struct sock *sk);

/* ---- tcp_sack.c: the sender's scoreboard ---- */
struct tcp_sacktag_state {
	uint64_t first_sackt_ns,
		last_sackt_ns; /* send times of newly SACKed, never retransmitted */
	uint32_t reord;	       /* lowest newly SACKed sequence; snd_nxt + 1 or beyond: none */
	int flag;
	struct rate_sample *rate;
};
int tcp_sacktag_write_queue(struct sock *sk, const struct sk_buff *ack_skb, uint32_t prior_snd_una,
			    struct tcp_sacktag_state *state);
uint32_t tcp_highest_sack_seq(const struct tcp_sock *tp);
void tcp_forget_sacks(struct sock *sk);
/* The first sent sk_buff that ends beyond seq. */
struct sk_buff *tcp_rtx_find(struct sock *sk, uint32_t seq);
void tcp_check_sack_reordering(struct sock *sk, uint32_t low_seq);
void tcp_add_reno_sack(struct sock *sk, uint32_t num_dupack);
void tcp_remove_reno_sacks(struct sock *sk, uint32_t acked);
void tcp_reset_reno_sack(struct tcp_sock *tp);
void tcp_limit_reno_sacked(struct tcp_sock *tp);

/* ---- tcp_recovery.c: RACK (RFC 8985) ---- */
void tcp_rack_advance(struct tcp_sock *tp, uint8_t sacked, uint32_t end_seq, uint64_t xmit_ns);
/* true: a timer for the reordering window is armed. */
bool tcp_rack_mark_lost(struct sock *sk);
/* Microseconds until skb counts as lost by its age; <= 0: it does. */
int64_t tcp_rack_skb_timeout_us(const struct tcp_sock *tp, const struct sk_buff *skb,
				uint32_t reo_wnd_us);
uint32_t tcp_rack_reo_wnd_us(const struct sock *sk);
void tcp_rack_reo_timeout(struct sock *sk);
void tcp_rack_update_reo_wnd(struct sock *sk, uint32_t prior_delivered);
void tcp_newreno_mark_lost(struct sock *sk, bool snd_una_advanced);
void tcp_mark_skb_lost(struct sock *sk, struct sk_buff *skb);

/* ---- tcp_loss.c: entering and leaving recovery ---- */
void tcp_enter_loss(struct sock *sk);
/* ece: the ACK that says so echoes a congestion mark too. */
void tcp_enter_recovery(struct sock *sk, bool ece);
/* What an ACK lets be sent: nothing more, what is marked lost, something new (F-RTO). */
enum tcp_rexmit { REXMIT_NONE, REXMIT_LOST, REXMIT_NEW };
void tcp_fastretrans_alert(struct sock *sk, uint32_t prior_snd_una, uint32_t num_dupack,
			   int *ack_flag, enum tcp_rexmit *rexmit);
void tcp_init_cwnd_reduction(struct sock *sk);
void tcp_end_cwnd_reduction(struct sock *sk);
void tcp_try_keep_open(struct sock *sk);
void tcp_cwnd_reduction(struct sock *sk, uint32_t newly_acked_sacked, uint32_t newly_lost,
			int flag);
void tcp_simple_retransmit(struct sock *sk);
/* Sends what is marked lost, though not by congestion: the window stays. */
void tcp_non_congestion_loss_retransmit(struct sock *sk);
void tcp_enter_cwr(struct sock *sk);

/* ---- tcp_rtt.c ---- */
void tcp_rtt_estimator(struct sock *sk, uint32_t mrtt_us);
void tcp_set_rto(struct sock *sk);
void tcp_update_rtt_min(struct sock *sk, uint32_t rtt_us);
void tcp_rtt_sample(struct sock *sk, uint32_t rtt_us);
bool tcp_ack_update_rtt(struct sock *sk, int flag, int64_t seq_rtt_us, int64_t sack_rtt_us,
			int64_t ca_rtt_us);
void tcp_synack_rtt_meas(struct sock *sk, const struct request_sock *req);

/* ---- tcp_tlp.c: tail loss probe (RFC 8985, 7) ---- */
bool tcp_schedule_loss_probe(struct sock *sk, bool advancing_rto);
void tcp_send_loss_probe(struct sock *sk);
void tcp_process_tlp_ack(struct sock *sk, uint32_t ack, int flag);

/* ---- tcp_timer.c ---- */
void tcp_init_xmit_timers(struct sock *sk);
void tcp_clear_xmit_timers(struct sock *sk);
/* Of a SYN or SYN-ACK: RFC 6298's second, or as a hook says. */
uint32_t tcp_timeout_init_us(const struct sock *sk);
void tcp_write_timer_handler(struct sock *sk);
void tcp_delack_timer_handler(struct sock *sk);
void tcp_set_keepalive(struct sock *sk, bool on);
void tcp_reset_keepalive_timer(struct sock *sk, uint64_t in_ns);
uint64_t tcp_keepalive_time_ns(const struct tcp_sock *tp);
uint64_t tcp_fin_time_ns(const struct sock *sk);

/* ---- tcp_minisocks.c ---- */
/* The child, the listener itself (let it answer), or NULL: the segment has been dealt with. */
struct sock *tcp_check_req(struct sock *listener, struct sk_buff *skb, struct request_sock *req);
void tcp_child_process(struct sock *parent, struct sock *child, struct sk_buff *skb);
struct sock *tcp_create_openreq_child(struct sock *listener, struct request_sock *req,
				      struct sk_buff *skb);
/* isn: of the new connection, 0: choose. */
void tcp_conn_request(struct sock *listener, struct sk_buff *skb, uint32_t isn);
int tcp_rtx_synack(struct request_sock *req);
/* The addresses and ports of req, from a segment of the client, and what depends on them. */
void tcp_reqsk_addresses(struct request_sock *req, const struct sk_buff *skb);
/* The window to offer, of req's options and the listener's buffer. */
void tcp_reqsk_select_window(struct request_sock *req, const struct sock *listener);
void tcp_reqsk_timer(struct timer_list *t);
/* Ends a request without a connection. */
void tcp_reqsk_drop(struct request_sock *req);

/* ---- tcp_syncookies.c ---- */
/* The SYN queue is full: whether to answer with a cookie (tcp_syncookies) or not at all; counts. */
bool tcp_syn_flood_action(struct sock *listener);
/* The number of a SYN-ACK that holds what is to be known of req; cuts req->mss to its class. */
uint32_t tcp_cookie_isn(struct sock *listener, struct request_sock *req);
/* Its time stamp, without the connection's offset. */
uint32_t tcp_cookie_timestamp(const struct request_sock *req, uint32_t now_ms);
/* A segment for a listener: the child when it is the ACK of a cookie, the listener itself (let it
 * answer) when not, NULL when there is no room for the child. */
struct sock *tcp_cookie_check(struct sock *listener, struct sk_buff *skb);

/* ---- tcp_fastopen.c, tcp_fastopen_cache.c ---- */
/* Of cookies, 16 bytes each; backup: what was in use before, or NULL. */
void tcp_fastopen_set_keys(struct net *net, const void *primary, const void *backup);
/* TCP_FASTOPEN_KEY: 16 bytes, or 32 with the key before. */
int tcp_fastopen_set_sock_keys(struct sock *sk, const void *value, socklen_t len);
/* The bytes of what cookies of sk are made with. */
uint32_t tcp_fastopen_get_keys(const struct sock *sk, uint8_t out[32]);
void tcp_fastopen_free_keys(struct sock *sk);
/* TCP_FASTOPEN of a listener. 0 or -EINVAL. */
int tcp_fastopen_listen(struct sock *sk, int max_qlen);
/* listen(): what tcp_fastopen says for listeners without the option. */
void tcp_fastopen_listen_default(struct sock *sk, uint32_t backlog);
void tcp_fastopen_listen_stop(struct sock *listener);
struct sock *tcp_try_fastopen(struct sock *listener, struct sk_buff *skb, struct request_sock *req,
			      struct tcp_fastopen_cookie *foc);
void tcp_fastopen_remove(struct sock *sk, bool reset);
/* The client's SYN again, for a child whose handshake has not ended? Then the SYN-ACK goes again. */
bool tcp_fastopen_syn_again(struct sock *sk, const struct sk_buff *skb);
void tcp_fastopen_synack_timer(struct sock *sk);
void tcp_fastopen_established(struct sock *sk);
bool tcp_fastopen_client_enabled(const struct sock *sk);
bool tcp_fastopen_cookie_check(struct sock *sk, uint16_t *mss, struct tcp_fastopen_cookie *cookie);
int tcp_send_syn_data(struct sock *sk, struct sk_buff *syn);
bool tcp_rcv_fastopen_synack(struct sock *sk, struct sk_buff *synack);
/* cookie->len 0: none known. *mss changes only when known. */
void tcp_fastopen_cache_get(const struct sock *sk, uint16_t *mss,
			    struct tcp_fastopen_cookie *cookie);
void tcp_fastopen_cache_set(const struct sock *sk, uint16_t mss,
			    const struct tcp_fastopen_cookie *cookie, uint8_t try_exp);
void tcp_fastopen_cache_free(struct net *net);

/* ---- tcp_urg.c ---- */
void tcp_urg(struct sock *sk, const struct sk_buff *skb);
/* How much of len bytes from seq on may be read in one go; *skip: bytes to pass over first. */
uint32_t tcp_urg_limit(const struct sock *sk, uint32_t seq, uint32_t len, uint32_t *skip);
/* copied_seq has moved. */
void tcp_urg_read_past(struct sock *sk);
long tcp_recv_urg(struct sock *sk, struct msghdr *msg, struct iov_iter *to, int flags);
bool tcp_at_mark(const struct tcp_sock *tp);
uint32_t tcp_readable_bytes(const struct sock *sk);
/* All that was written is urgent, up to its last byte. */
void tcp_mark_urg(struct tcp_sock *tp);
bool tcp_urg_mode(struct tcp_sock *tp);
/* The pointer and flag (TCPHDR_URG or 0) of a segment at seq. */
uint8_t tcp_urg_pointer(struct tcp_sock *tp, uint32_t seq, __be16 *urg_ptr);

/* ---- tcp_timewait.c ---- */
enum tcp_tw_status { TCP_TW_SUCCESS, TCP_TW_RST, TCP_TW_ACK, TCP_TW_SYN };
enum tcp_tw_status tcp_timewait_state_process(struct net *net, struct inet_timewait_sock *tw,
					      struct sk_buff *skb, uint32_t *isn);
/* Replaces a closing sock by its small TIME_WAIT object; state: TCP_FIN_WAIT2 or TCP_TIME_WAIT. */
void tcp_time_wait(struct sock *sk, uint8_t state, uint64_t timeout_ns);
void inet_twsk_kill(struct net *net, struct inet_timewait_sock *tw);
/* Whether connect() may take over its port pair (RFC 6191); sets write_seq and ts_recent. */
bool tcp_twsk_unique(struct sock *sk, const struct inet_timewait_sock *tw);

/* ---- tcp_demux.c: which socket a segment is for, whatever the version of IP ---- */
/* The addresses of a received segment, from its IP and TCP headers. */
void tcp_skb_flow(const struct sk_buff *skb, struct inet_flow *f);
int tcp_do_rcv(struct sock *sk, struct sk_buff *skb);
/* An ICMP error about a segment of ours. */
struct tcp_icmp_error {
	struct inet_flow f; /* as the peer would have answered */
	uint32_t seq;	    /* of the segment */
	int err;	    /* what it means to a socket; positive, 0: nothing */
	bool unreachable;
	uint32_t mtu_bytes; /* not 0: it says only that the path takes no more */
};
void tcp_icmp_error(struct net *net, const struct tcp_icmp_error *e);

/* ---- tcp_reply.c: answers without a connection ---- */
/* sk: who had the segment, or NULL. */
void tcp_send_reset(struct net *net, const struct sock *sk, const struct sk_buff *skb);
/* An ACK without a sock of our own: TIME_WAIT, requests. */
struct tcp_mini_ack {
	struct in6_addr saddr, daddr;
	struct net_device *dev; /* NULL: any */
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint16_t window; /* already scaled */
	uint8_t tos;
	bool tstamp;
	uint32_t tsval, tsecr;
	struct tcp_sign sign;
};
void tcp_send_mini_ack(struct net *net, const struct tcp_mini_ack *a);
/* Its addresses, for an answer to a segment of this flow that came by dev. */
struct tcp_mini_ack tcp_mini_ack_to(const struct inet_flow *f, const struct net_device *dev);

/* ---- tcp_sendmsg.c, tcp_recvmsg.c, tcp_sockopt.c, tcp_info.c ---- */
/* Copies into skb; the bytes (fewer at a block's end), 0: no memory, or -EFAULT. Soft interrupts off. */
long tcp_append(struct sock *sk, struct sk_buff *skb, struct iov_iter *from, uint32_t want);
long tcp_sendmsg(struct sock *sk, const struct msghdr *msg, struct iov_iter *from, int flags);
long tcp_recvmsg(struct sock *sk, struct msghdr *msg, struct iov_iter *to, int flags);
int tcp_setsockopt(struct sock *sk, int level, int name, const void *value, socklen_t len);
int tcp_getsockopt(struct sock *sk, int level, int name, void *value, socklen_t *len);
void tcp_get_info(struct sock *sk, struct tcp_info *info);
bool tcp_stream_memory_free(const struct sock *sk);
bool tcp_stream_is_writeable(const struct sock *sk);

#endif
