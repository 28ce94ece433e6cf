/* SPDX-License-Identifier: MIT */
/*
 * What applications and stack share: constants and structures of the socket calls, with Linux's
 * x86-64 values and layouts (socket(2), ip(7), tcp(7), poll(2), epoll(7), fcntl(2)).
 */
#ifndef NET_UAPI_H
#define NET_UAPI_H

#include <stddef.h>
#include <stdint.h>
#include "byteorder.h"
#include "errno.h"

typedef uint32_t socklen_t;
typedef uint16_t sa_family_t;

/* Address families and socket types */
#define AF_UNSPEC     0
#define AF_INET	      2
#define AF_INET6      10
#define SOCK_STREAM   1
#define SOCK_DGRAM    2
#define SOCK_RAW      3
#define SOCK_CLOEXEC  02000000
#define SOCK_NONBLOCK 04000

#define IPPROTO_IP     0
#define IPPROTO_ICMP   1
#define IPPROTO_TCP    6
#define IPPROTO_UDP    17
#define IPPROTO_IPV6   41
#define IPPROTO_ICMPV6 58
#define IPPROTO_RAW    255

#define INADDR_ANY	 0x00000000u
#define INADDR_LOOPBACK	 0x7f000001u
#define INADDR_BROADCAST 0xffffffffu
#define INADDR_NONE	 0xffffffffu

struct sockaddr {
	sa_family_t sa_family;
	char sa_data[14];
};

struct in_addr {
	__be32 s_addr;
};

struct sockaddr_in {
	sa_family_t sin_family;
	__be16 sin_port;
	struct in_addr sin_addr;
	uint8_t sin_zero[8];
};

struct in6_addr {
	union {
		uint8_t s6_addr[16];
		__be16 s6_addr16[8];
		__be32 s6_addr32[4];
	};
} __attribute__((packed, aligned(2))); /* as in frames */

/* ipv6(7) */
struct sockaddr_in6 {
	sa_family_t sin6_family;
	__be16 sin6_port;
	__be32 sin6_flowinfo;
	struct in6_addr sin6_addr;
	uint32_t sin6_scope_id; /* of a link-local address: number of the interface */
};

struct sockaddr_storage {
	sa_family_t ss_family;
	char data[126];
} __attribute__((aligned(8)));

struct iovec {
	void *iov_base;
	size_t iov_len;
};

struct msghdr {
	void *msg_name;
	socklen_t msg_namelen;
	struct iovec *msg_iov;
	size_t msg_iovlen;
	void *msg_control;
	size_t msg_controllen;
	int msg_flags;
};

/* Control messages follow each other in msg_control, each aligned to CMSG_ALIGN. */
struct cmsghdr {
	size_t cmsg_len; /* with this header */
	int cmsg_level;
	int cmsg_type;
};
#define CMSG_ALIGN(len) (((len) + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1))

#define UIO_MAXIOV 1024

struct linger {
	int l_onoff;
	int l_linger; /* seconds */
};

/* The C library of a test program may have brought it already. */
#ifndef __timeval_defined
#define __timeval_defined 1
struct timeval {
	long tv_sec;
	long tv_usec;
};
#endif

/* send(2), recv(2) */
#define MSG_OOB		 0x1
#define MSG_PEEK	 0x2
#define MSG_DONTROUTE	 0x4
#define MSG_CTRUNC	 0x8
#define MSG_TRUNC	 0x20
#define MSG_DONTWAIT	 0x40
#define MSG_EOR		 0x80
#define MSG_WAITALL	 0x100
#define MSG_ERRQUEUE	 0x2000
#define MSG_NOSIGNAL	 0x4000
#define MSG_MORE	 0x8000
#define MSG_FASTOPEN	 0x20000000
#define MSG_CMSG_CLOEXEC 0x40000000

#define SHUT_RD	  0
#define SHUT_WR	  1
#define SHUT_RDWR 2

#define SOMAXCONN 4096

/* getsockopt(2): SOL_SOCKET */
#define SOL_SOCKET	   1
#define SO_DEBUG	   1
#define SO_REUSEADDR	   2
#define SO_TYPE		   3
#define SO_ERROR	   4
#define SO_DONTROUTE	   5
#define SO_BROADCAST	   6
#define SO_SNDBUF	   7
#define SO_RCVBUF	   8
#define SO_KEEPALIVE	   9
#define SO_OOBINLINE	   10
#define SO_PRIORITY	   12
#define SO_LINGER	   13
#define SO_REUSEPORT	   15
#define SO_RCVLOWAT	   18
#define SO_SNDLOWAT	   19
#define SO_RCVTIMEO	   20
#define SO_SNDTIMEO	   21
#define SO_BINDTODEVICE	   25
#define SO_ACCEPTCONN	   30
#define SO_SNDBUFFORCE	   32
#define SO_RCVBUFFORCE	   33
#define SO_PROTOCOL	   38
#define SO_DOMAIN	   39
#define SO_MAX_PACING_RATE 47
#define SO_MEMINFO	   55
/* Where SO_MEMINFO says what, an array of uint32_t in bytes. */
#define SK_MEMINFO_RMEM_ALLOC  0
#define SK_MEMINFO_RCVBUF      1
#define SK_MEMINFO_WMEM_ALLOC  2
#define SK_MEMINFO_SNDBUF      3
#define SK_MEMINFO_FWD_ALLOC   4 /* always 0: nothing is reserved ahead */
#define SK_MEMINFO_WMEM_QUEUED 5
#define SK_MEMINFO_OPTMEM      6 /* always 0: not counted by socket */
#define SK_MEMINFO_BACKLOG     7
#define SK_MEMINFO_DROPS       8 /* packets */
#define SK_MEMINFO_VARS	       9

/* IP level */
#define SOL_IP			0
#define IP_TOS			1
#define IP_TTL			2
#define IP_HDRINCL		3
#define IP_PKTINFO		8
#define IP_MTU_DISCOVER		10
#define IP_PMTUDISC_DONT	0 /* may be fragmented on the way */
#define IP_PMTUDISC_WANT	1
#define IP_PMTUDISC_DO		2
#define IP_PMTUDISC_PROBE	3 /* for TCP as DO */
#define IP_MTU			14
#define IP_BIND_ADDRESS_NO_PORT 24

/* IPv6 level, ipv6(7) */
#define SOL_IPV6	    41
#define IPV6_UNICAST_HOPS   16
#define IPV6_MULTICAST_HOPS 18
#define IPV6_MTU_DISCOVER   23
#define IPV6_MTU	    24
#define IPV6_V6ONLY	    26
#define IPV6_TCLASS	    67

/* TCP level, tcp(7) */
#define SOL_TCP		       6
#define TCP_NODELAY	       1
#define TCP_MAXSEG	       2
#define TCP_CORK	       3
#define TCP_KEEPIDLE	       4
#define TCP_KEEPINTVL	       5
#define TCP_KEEPCNT	       6
#define TCP_SYNCNT	       7
#define TCP_LINGER2	       8
#define TCP_DEFER_ACCEPT       9
#define TCP_WINDOW_CLAMP       10
#define TCP_INFO	       11
#define TCP_QUICKACK	       12
#define TCP_CONGESTION	       13
#define TCP_USER_TIMEOUT       18
#define TCP_FASTOPEN	       23
#define TCP_NOTSENT_LOWAT      25
#define TCP_CC_INFO	       26
#define TCP_FASTOPEN_CONNECT   30
#define TCP_FASTOPEN_KEY       33
#define TCP_FASTOPEN_NO_COOKIE 34
#define TCP_INQ		       36
#define TCP_CM_INQ	       TCP_INQ /* its control message: int, bytes left to read */
#define TCP_MD5SIG	       14
#define TCP_MD5SIG_EXT	       32
#define TCP_AO_ADD_KEY	       38
#define TCP_AO_DEL_KEY	       39
#define TCP_AO_INFO	       40
#define TCP_AO_GET_KEYS	       41
#define TCP_CA_NAME_MAX	       16

/* TCP_MD5SIG, TCP_MD5SIG_EXT; no length: deletes */
#define TCP_MD5SIG_MAXKEYLEN   80
#define TCP_MD5SIG_FLAG_PREFIX 1 /* tcpm_prefixlen counts (EXT only) */
struct tcp_md5sig {
	struct sockaddr_storage tcpm_addr;
	uint8_t tcpm_flags;
	uint8_t tcpm_prefixlen;
	uint16_t tcpm_keylen;
	int32_t tcpm_ifindex;
	uint8_t tcpm_key[TCP_MD5SIG_MAXKEYLEN];
};

/* TCP_AO_*; reserved fields are 0 */
#define TCP_AO_MAXKEYLEN	80
#define TCP_AO_KEYF_IFINDEX	1
#define TCP_AO_KEYF_EXCLUDE_OPT 2 /* other TCP options are not covered */

struct tcp_ao_add {
	struct sockaddr_storage addr;
	char alg_name[64]; /* "hmac(sha1)", "cmac(aes128)" */
	int32_t ifindex;
	uint32_t set_current : 1, set_rnext : 1, reserved : 30;
	uint16_t reserved2;
	uint8_t prefix, sndid, rcvid;
	uint8_t maclen; /* 0: 12 */
	uint8_t keyflags, keylen;
	uint8_t key[TCP_AO_MAXKEYLEN];
} __attribute__((aligned(8)));

struct tcp_ao_del {
	struct sockaddr_storage addr;
	int32_t ifindex;
	uint32_t set_current : 1, set_rnext : 1, del_async : 1, reserved : 29;
	uint16_t reserved2;
	uint8_t prefix, sndid, rcvid;
	uint8_t current_key, rnext, keyflags;
} __attribute__((aligned(8)));

struct tcp_ao_info_opt {
	uint32_t set_current : 1, set_rnext : 1, ao_required : 1, set_counters : 1,
		accept_icmps : 1, reserved : 27;
	uint16_t reserved2;
	uint8_t current_key, rnext;
	uint64_t pkt_good, pkt_bad, pkt_key_not_found, pkt_ao_required, pkt_dropped_icmp;
} __attribute__((aligned(8)));

struct tcp_ao_getsockopt {
	struct sockaddr_storage addr;
	char alg_name[64];
	uint8_t key[TCP_AO_MAXKEYLEN];
	uint32_t nkeys;
	uint16_t is_current : 1, is_rnext : 1, get_all : 1, reserved : 13;
	uint8_t sndid, rcvid, prefix, maclen, keyflags, keylen;
	int32_t ifindex;
	uint64_t pkt_good, pkt_bad;
} __attribute__((aligned(8)));

/* TCP states, as tcpi_state gives them */
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
	TCP_MAX_STATES
};

/* tcpi_options */
#define TCPI_OPT_TIMESTAMPS 1
#define TCPI_OPT_SACK	    2
#define TCPI_OPT_WSCALE	    4
#define TCPI_OPT_ECN	    8
#define TCPI_OPT_SYN_DATA   32 /* data of our SYN was acknowledged, or of the peer's taken */
#define TCPI_OPT_ECN_SEEN   16 /* a mark or an ECT segment came */

/* tcpi_ca_state */
enum tcp_ca_state {
	TCP_CA_Open = 0,
	TCP_CA_Disorder = 1,
	TCP_CA_CWR = 2,
	TCP_CA_Recovery = 3,
	TCP_CA_Loss = 4
};

/* What TCP_CC_INFO tells: of the algorithm in use. */
struct tcp_dctcp_info {
	uint16_t dctcp_enabled;
	uint16_t dctcp_ce_state;
	uint32_t dctcp_alpha; /* 1024: all marked */
	uint32_t dctcp_ab_ecn;
	uint32_t dctcp_ab_tot;
};

struct tcp_bbr_info {
	uint32_t bbr_bw_lo, bbr_bw_hi; /* bytes/s */
	uint32_t bbr_min_rtt;
	uint32_t bbr_pacing_gain, bbr_cwnd_gain; /* 256: 1 */
};

union tcp_cc_info {
	struct tcp_dctcp_info dctcp;
	struct tcp_bbr_info bbr;
};

/* Times in microseconds unless named; last_* in milliseconds. */
struct tcp_info {
	uint8_t tcpi_state;
	uint8_t tcpi_ca_state;
	uint8_t tcpi_retransmits;
	uint8_t tcpi_probes;
	uint8_t tcpi_backoff;
	uint8_t tcpi_options;
	uint8_t tcpi_snd_wscale : 4, tcpi_rcv_wscale : 4;
	uint8_t tcpi_delivery_rate_app_limited : 1, tcpi_fastopen_client_fail : 2;

	uint32_t tcpi_rto;
	uint32_t tcpi_ato;
	uint32_t tcpi_snd_mss;
	uint32_t tcpi_rcv_mss;

	uint32_t tcpi_unacked;
	uint32_t tcpi_sacked;
	uint32_t tcpi_lost;
	uint32_t tcpi_retrans;
	uint32_t tcpi_fackets;

	uint32_t tcpi_last_data_sent;
	uint32_t tcpi_last_ack_sent;
	uint32_t tcpi_last_data_recv;
	uint32_t tcpi_last_ack_recv;

	uint32_t tcpi_pmtu;
	uint32_t tcpi_rcv_ssthresh;
	uint32_t tcpi_rtt;
	uint32_t tcpi_rttvar;
	uint32_t tcpi_snd_ssthresh;
	uint32_t tcpi_snd_cwnd;
	uint32_t tcpi_advmss;
	uint32_t tcpi_reordering;

	uint32_t tcpi_rcv_rtt;
	uint32_t tcpi_rcv_space;

	uint32_t tcpi_total_retrans;

	uint64_t tcpi_pacing_rate;
	uint64_t tcpi_max_pacing_rate;
	uint64_t tcpi_bytes_acked;
	uint64_t tcpi_bytes_received;
	uint32_t tcpi_segs_out;
	uint32_t tcpi_segs_in;

	uint32_t tcpi_notsent_bytes;
	uint32_t tcpi_min_rtt;
	uint32_t tcpi_data_segs_in;
	uint32_t tcpi_data_segs_out;

	uint64_t tcpi_delivery_rate;

	uint64_t tcpi_busy_time;
	uint64_t tcpi_rwnd_limited;
	uint64_t tcpi_sndbuf_limited;

	uint32_t tcpi_delivered;
	uint32_t tcpi_delivered_ce;

	uint64_t tcpi_bytes_sent;
	uint64_t tcpi_bytes_retrans;
	uint32_t tcpi_dsack_dups;
	uint32_t tcpi_reord_seen;

	uint32_t tcpi_rcv_ooopack;
	uint32_t tcpi_snd_wnd;
	uint32_t tcpi_rcv_wnd;
	uint32_t tcpi_rehash;

	uint16_t tcpi_total_rto;
	uint16_t tcpi_total_rto_recoveries;
	uint32_t tcpi_total_rto_time;

	/* Of Accurate ECN, which is not spoken here: 0. */
	uint32_t tcpi_received_ce;
	uint32_t tcpi_delivered_e1_bytes;
	uint32_t tcpi_delivered_e0_bytes;
	uint32_t tcpi_delivered_ce_bytes;
	uint32_t tcpi_received_e1_bytes;
	uint32_t tcpi_received_e0_bytes;
	uint32_t tcpi_received_ce_bytes;
	uint32_t tcpi_ecn_mode : 2, tcpi_accecn_opt_seen : 2, tcpi_accecn_fail_mode : 4,
		tcpi_options2 : 24;
};

/* fcntl(2) and ioctl(2) */
#define F_GETFD	   1
#define F_SETFD	   2
#define F_GETFL	   3
#define F_SETFL	   4
#define FD_CLOEXEC 1
#define O_RDWR	   02
#define O_NONBLOCK 04000

#define FIONREAD   0x541B
#define SIOCINQ	   FIONREAD
#define TIOCOUTQ   0x5411
#define SIOCOUTQ   TIOCOUTQ
#define FIONBIO	   0x5421
#define SIOCATMARK 0x8905

/* poll(2) */
struct pollfd {
	int fd;
	short events;
	short revents;
};

#define POLLIN	   0x0001
#define POLLPRI	   0x0002
#define POLLOUT	   0x0004
#define POLLERR	   0x0008
#define POLLHUP	   0x0010
#define POLLNVAL   0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLRDHUP  0x2000

/* epoll(7) */
#define EPOLL_CLOEXEC SOCK_CLOEXEC
#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

#define EPOLLIN	       0x00000001u
#define EPOLLPRI       0x00000002u
#define EPOLLOUT       0x00000004u
#define EPOLLERR       0x00000008u
#define EPOLLHUP       0x00000010u
#define EPOLLRDNORM    0x00000040u
#define EPOLLRDBAND    0x00000080u
#define EPOLLWRNORM    0x00000100u
#define EPOLLWRBAND    0x00000200u
#define EPOLLRDHUP     0x00002000u
#define EPOLLEXCLUSIVE 0x10000000u
#define EPOLLONESHOT   0x40000000u
#define EPOLLET	       0x80000000u

typedef union epoll_data {
	void *ptr;
	int fd;
	uint32_t u32;
	uint64_t u64;
} epoll_data_t;

struct epoll_event {
	uint32_t events;
	epoll_data_t data;
} __attribute__((packed));

#endif
