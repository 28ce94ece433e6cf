/* SPDX-License-Identifier: MIT */
/*
 * What a connection-oriented socket adds to struct inet_sock: port ownership, the listener's
 * queues, the timers, and the three kinds of object that share the established hash.
 *
 * The SYN queue is a count, not a list: a request sock (TCP_NEW_SYN_RECV) lives in ehash, and its
 * listener counts it in icsk_qlen and icsk_young until the handshake ends. Then it moves to the
 * listener's accept queue, a FIFO counted by sk_ack_backlog.
 */
#ifndef NET_INET_CONNECTION_SOCK_H
#define NET_INET_CONNECTION_SOCK_H

#include "inet.h"

struct tcp_ao_info;
struct tcp_congestion_ops;
struct tcp_md5_key;
struct netns_tcp;

/*
 * What TCP asks of the IP version that a connection's packets have (not: the socket's family; an
 * AF_INET6 socket may speak IPv4). Addresses in the form of in6.h; soft interrupts off.
 */
struct inet_connection_sock_af_ops {
	uint16_t net_header_bytes; /* without options or extension headers */
	uint16_t min_pmtu_bytes;   /* least path MTU that is believed of a router */
	uint8_t gso_type;	   /* enum skb_gso_type of TCP */
	/* Sends a segment of a connected socket: ip_queue_xmit(), ip6_queue_xmit(). */
	int (*queue_xmit)(struct sock *sk, struct sk_buff *skb);
	/* Likewise without a full socket; dev NULL: any. tos: or traffic class; ttl 0: default. */
	int (*send_pkt)(struct net *net, struct sk_buff *skb, const struct in6_addr *saddr,
			const struct in6_addr *daddr, struct net_device *dev, uint8_t tos,
			uint8_t ttl);
	/* The pseudo header's sum as CHECKSUM_PARTIAL wants it. */
	uint16_t (*csum_pseudo)(const struct in6_addr *saddr, const struct in6_addr *daddr,
				uint32_t len);
	/* Fills rt; *saddr any: chosen and told. 0 or a negative errno. */
	int (*route)(struct net *net, struct ip_route *rt, struct in6_addr *saddr,
		     const struct in6_addr *daddr, struct net_device *dev);
	enum inet_addr_type (*addr_type)(struct net *net, const struct in6_addr *addr);
	void (*update_pmtu)(struct net *net, const struct in6_addr *daddr, uint32_t mtu_bytes);
};
extern const struct inet_connection_sock_af_ops ipv4_specific, ipv6_specific; /* stack/tcp */

/* Those of packets to or from this address. */
static inline const struct inet_connection_sock_af_ops *inet_af_ops(const struct in6_addr *addr)
{
	return ipv6_addr_v4mapped(addr) ? &ipv4_specific : &ipv6_specific;
}

/* A local port in use. */
struct inet_bind_bucket {
	struct list_head node;
	uint16_t port;
	bool fastreuse;		 /* every owner has SO_REUSEADDR and none listens */
	bool explicit_use;	 /* bind() put somebody here: connect() does not choose this port */
	uint32_t tw_count;	 /* TIME_WAIT sockets on it */
	struct list_head owners; /* icsk_bind_node */
};

/* icsk_pending: what icsk_retransmit_timer is armed for */
enum icsk_time {
	ICSK_TIME_NONE,
	ICSK_TIME_RETRANS,
	ICSK_TIME_PROBE0,
	ICSK_TIME_LOSS_PROBE,
	ICSK_TIME_REO_TIMEOUT
};

/* icsk_ack.pending */
#define ICSK_ACK_SCHED	1 /* an ACK is owed */
#define ICSK_ACK_TIMER	2 /* the timer is armed */
#define ICSK_ACK_PUSHED 4 /* the segment had PSH */
#define ICSK_ACK_NOW	8 /* send at the next occasion */

#define ICSK_CA_PRIV_BYTES 120

struct inet_connection_sock {
	struct inet_sock inet; /* first */

	const struct inet_connection_sock_af_ops *icsk_af_ops;
	struct inet_bind_bucket *icsk_bind_hash;
	struct list_head icsk_bind_node;

	struct timer_list icsk_retransmit_timer;
	struct timer_list icsk_delack_timer;
	struct timer_list icsk_keepalive_timer; /* also FIN_WAIT2 */
	uint32_t icsk_rto_us;
	uint32_t icsk_pmtu; /* path MTU that mss_cache was computed for */
	uint32_t icsk_user_timeout_ms;
	uint8_t icsk_ca_state; /* enum tcp_ca_state */
	uint8_t icsk_retransmits;
	uint8_t icsk_pending; /* enum icsk_time */
	uint8_t icsk_backoff;
	uint8_t icsk_syn_retries;
	uint8_t icsk_probes_out;
	uint64_t icsk_timeout_ns;
	uint64_t icsk_probes_tstamp_ns;

	struct {
		uint8_t pending;
		uint8_t quick;	  /* ACKs to send at once */
		uint8_t pingpong; /* interactive: delay ACKs for piggy-backing */
		uint8_t retry;
		uint32_t ato_us;
		uint64_t timeout_ns;
		uint64_t lrcvtime_ns; /* last data */
		uint16_t rcv_mss;
	} icsk_ack;

	/* Listener */
	struct list_head icsk_accept_queue; /* struct request_sock */
	uint32_t icsk_qlen, icsk_young;
	uint8_t icsk_defer_accept; /* SYN-ACKs to wait for data; 0: no wait */
	struct fastopen_queue {
		uint32_t max_qlen, qlen; /* children whose handshake has not ended */
		struct list_head reset;	 /* requests that a RST ended: they count for a while */
		struct tcp_fastopen_keys *keys; /* TCP_FASTOPEN_KEY; NULL: the network's */
	} icsk_fastopenq;
	bool icsk_synq_overflow; /* ever sent SYN cookies, and when last */
	uint64_t icsk_synq_overflow_ns;

	const struct tcp_congestion_ops *icsk_ca_ops;
	uint64_t icsk_ca_priv[ICSK_CA_PRIV_BYTES / 8];
};

static inline struct inet_connection_sock *inet_csk(const struct sock *sk)
{
	return (struct inet_connection_sock *)sk;
}

/* A connection that has seen a SYN. */
struct request_sock {
	struct sock_common common; /* first; state TCP_NEW_SYN_RECV */
	struct list_head accept_node;
	struct sock *rsk_listener; /* holds a reference */
	struct sock *sk;	   /* the child, once there is one */
	struct timer_list rsk_timer;
	uint32_t timeout_us; /* of the SYN-ACK timer */
	uint32_t rcv_isn, snt_isn, rcv_nxt;
	uint32_t ts_recent, ts_off;
	uint32_t rsk_rcv_wnd;
	uint64_t snt_synack_ns; /* first SYN-ACK: RTT sample */
	uint64_t last_oow_ack_time_ns;
	uint64_t fastopen_held_until_ns; /* in icsk_fastopenq.reset */
	uint16_t mss;			 /* the peer's, 0: none given */
	uint16_t advmss;		 /* ours */
	uint8_t num_retrans, num_timeout;
	uint8_t snd_wscale, rcv_wscale;
	bool wscale_ok, tstamp_ok, sack_ok, ecn_ok;
	bool tfo_listener; /* Fast Open: the child is there, the handshake has not ended */
	bool used_ao;	   /* the SYN had the TCP-AO option, with these names */
	uint8_t ao_keyid, ao_rcv_next;
	bool acked; /* TCP_DEFER_ACCEPT: the final ACK came, without data */
};

/* A closed connection that waits for stray segments to die out (RFC 9293, 3.6.1). */
struct inet_timewait_sock {
	struct sock_common common; /* first; state TCP_TIME_WAIT */
	struct timer_list timer;
	struct inet_bind_bucket *bind_hash;
	uint8_t tw_substate; /* TCP_FIN_WAIT2 or TCP_TIME_WAIT */
	uint8_t tw_rcv_wscale;
	uint8_t tw_tos;
	uint32_t tw_rcv_nxt, tw_snd_nxt, tw_rcv_wnd;
	uint32_t tw_ts_recent, tw_ts_offset;
	uint64_t tw_ts_recent_stamp_ns; /* 0: the peer sent no time stamps */
	uint64_t tw_last_oow_ack_time_ns;
	struct tcp_ao_info *tw_ao; /* NULL: none; of its own */
	struct tcp_md5_key *tw_md5;
};

_Static_assert(sizeof(struct request_sock) <= 256, "a flood holds these");

static inline struct request_sock *inet_reqsk(const struct sock_common *c)
{
	return (struct request_sock *)c;
}

static inline struct inet_timewait_sock *inet_twsk(const struct sock_common *c)
{
	return (struct inet_timewait_sock *)c;
}

/* Hash tables of one struct net; soft interrupts off. */
struct inet_hashinfo {
	struct net *net;
	struct list_head *ehash;      /* established, TIME_WAIT and requests */
	uint32_t ehash_size;	      /* a power of two; doubles as connections come */
	struct list_head *lhash;      /* listeners, by port */
	struct list_head *bhash;      /* ports in use */
	uint64_t secret[2];	      /* of the folded-multiply hash */
	uint16_t table_perturb[1024]; /* RFC 6056, algorithm 4: counters */
};

/* ---- inet_hashtables.c ---- */
int inet_hashinfo_init(struct net *net, struct inet_hashinfo *h);
void inet_hashinfo_free(struct net *net, struct inet_hashinfo *h);
/* A segment's view: from saddr:sport to daddr:dport (host-order ports), received by dev (NULL: by
 * whichever; link-local addresses mean different hosts on different devices). */
struct inet_flow {
	struct in6_addr saddr, daddr;
	uint16_t sport, dport;
	const struct net_device *dev;
};
struct sock_common *inet_ehash_lookup(struct inet_hashinfo *h, const struct inet_flow *f);
struct sock *inet_lookup_listener(struct inet_hashinfo *h, const struct inet_flow *f);
void inet_ehash_insert(struct inet_hashinfo *h, struct sock_common *c);
void inet_hash_listener(struct sock *sk);
void inet_unhash(struct sock_common *c);
#define INET_EHASH_SIZE	    2048u /* at first */
#define INET_EHASH_SIZE_MAX 262144u
#define INET_LHASH_SIZE	    64u
#define INET_BHASH_SIZE	    8192u

/* ---- inet_bind.c ---- */
/* port 0: chooses. 0, -EADDRINUSE or -ENOMEM. */
int inet_csk_get_port(struct sock *sk, uint16_t port);
/* The child of a listener shares its port. */
void inet_inherit_port(struct sock *parent, struct sock *child);
void inet_put_port(struct sock *sk);
void inet_bind_bucket_put(struct net *net, struct inet_bind_bucket *tb);
/* Chooses the source port of a connect(), enters sk into ehash. 0, -EADDRNOTAVAIL, -ENOMEM. */
int inet_hash_connect(struct sock *sk);

/* ---- inet_connection_sock.c ---- */
void inet_csk_init_timers(struct sock *sk, void (*retransmit)(struct timer_list *),
			  void (*delack)(struct timer_list *),
			  void (*keepalive)(struct timer_list *));
void inet_csk_clear_xmit_timers(struct sock *sk);
/* A pending timer holds a reference to its sock. */
void sk_reset_timer(struct sock *sk, struct timer_list *t, uint64_t expires_ns);
void sk_stop_timer(struct sock *sk, struct timer_list *t);
/* For a timer whose function looks whether it is time yet and else arms it again: one that is armed
 * for earlier stays as it is. Most are put off again and again and never come to anything. */
static inline void sk_advance_timer(struct sock *sk, struct timer_list *t, uint64_t expires_ns)
{
	if (!t->pending || t->expires_ns > expires_ns)
		sk_reset_timer(sk, t, expires_ns);
}
struct sock *inet_csk_accept(struct sock *sk, int file_flags, int *err);
static inline bool sk_acceptq_is_full(const struct sock *sk)
{
	return sk->sk_ack_backlog > sk->sk_max_ack_backlog;
}
void inet_csk_reqsk_queue_add(struct sock *listener, struct request_sock *req, struct sock *child);
struct request_sock *reqsk_alloc(struct sock *listener);
/* Takes it out of ehash and off the SYN queue's count, stops the timer; the caller's now. */
void reqsk_unhash(struct request_sock *req);
void reqsk_free(struct request_sock *req);
void inet_csk_listen_stop(struct sock *sk);

#endif
