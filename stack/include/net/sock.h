/* SPDX-License-Identifier: MIT */
/*
 * struct sock: the protocol's side of a socket; struct proto: a protocol's operations. Modelled on
 * Linux's. stack/socket/ implements what is declared here; tcp/ and ipv4/ (UDP, ICMP) use it.
 *
 * Locking. A sock is owned either by a task (lock_sock .. release_sock: soft interrupts stay on,
 * the task may sleep) or, for an instant, by soft interrupt. Soft interrupt that finds it owned by
 * a task puts packets onto the backlog, which release_sock() runs, and postpones timers. Reference
 * counts, hash tables, timers and sk_buffs are touched by tasks only with soft interrupts off.
 */
#ifndef NET_SOCK_H
#define NET_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "byteorder.h"
#include "errno.h"
#include "in6.h"
#include "list.h"
#include "net.h"
#include "skbuff.h"
#include "timer.h"
#include "uapi.h"
#include "wait.h"

struct proto;
struct sock;
struct socket;

/* What established, TIME_WAIT and request socks share: they live in one hash (ehash). */
struct sock_common {
	struct list_head skc_node; /* in ehash, the listening hash or a protocol's own; or empty */
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr; /* peer; local (any: all) */
	/* Of IPv4, the last word of the mapped address (in6.h); the others stay as they are. */
#define skc_daddr     skc_v6_daddr.s6_addr32[3]
#define skc_rcv_saddr skc_v6_rcv_saddr.s6_addr32[3]
	__be16 skc_dport;
	uint16_t skc_num;    /* local port, host order */
	uint16_t skc_family; /* of the socket: how it names addresses, not what is on the wire */
	uint8_t skc_state;   /* TCP_* of uapi.h; other protocols use ESTABLISHED and CLOSE */
	uint8_t skc_reuse : 1;
	uint8_t skc_reuseport : 1;
	uint8_t skc_ipv6only : 1; /* IPV6_V6ONLY */
	uint32_t skc_refcnt;
	uint32_t skc_hash;
	struct net *skc_net;
	struct net_device *skc_bound_dev; /* NULL: any */
	const struct proto *skc_prot;
};

enum sock_flags {
	SOCK_DEAD = 1u << 0, /* no socket any more: orphan */
	SOCK_DONE = 1u << 1, /* FIN received */
	SOCK_KEEPOPEN = 1u << 2,
	SOCK_LINGER = 1u << 3,
	SOCK_BROADCAST = 1u << 4,
	SOCK_NOSPACE = 1u << 5, /* a writer waits for memory */
	SOCK_URGINLINE = 1u << 6,
	SOCK_CONNECTING = 1u << 7, /* connect() has not told its result yet */
};

/* sk_userlocks */
#define SOCK_SNDBUF_LOCK   1
#define SOCK_RCVBUF_LOCK   2
#define SOCK_BINDADDR_LOCK 4
#define SOCK_BINDPORT_LOCK 8

#define RCV_SHUTDOWN  1
#define SEND_SHUTDOWN 2
#define SHUTDOWN_MASK 3

struct sock {
	struct sock_common __sk_common; /* first */
#define sk_node		__sk_common.skc_node
#define sk_daddr	__sk_common.skc_daddr
#define sk_rcv_saddr	__sk_common.skc_rcv_saddr
#define sk_v6_daddr	__sk_common.skc_v6_daddr
#define sk_v6_rcv_saddr __sk_common.skc_v6_rcv_saddr
#define sk_dport	__sk_common.skc_dport
#define sk_num		__sk_common.skc_num
#define sk_family	__sk_common.skc_family
#define sk_state	__sk_common.skc_state
#define sk_reuse	__sk_common.skc_reuse
#define sk_reuseport	__sk_common.skc_reuseport
#define sk_ipv6only	__sk_common.skc_ipv6only
#define sk_refcnt	__sk_common.skc_refcnt
#define sk_hash		__sk_common.skc_hash
#define sk_net		__sk_common.skc_net
#define sk_bound_dev	__sk_common.skc_bound_dev
#define sk_prot		__sk_common.skc_prot

	struct socket *sk_socket; /* NULL: orphan, or not yet accepted */
	uint32_t sk_flags;	  /* enum sock_flags */
	uint8_t sk_shutdown;	  /* RCV_SHUTDOWN, SEND_SHUTDOWN */
	uint8_t sk_userlocks;
	uint8_t sk_protocol;
	uint16_t sk_type;
	bool sk_owned;	  /* by a task */
	bool sk_deferred; /* meanwhile soft interrupt left work for release_cb */
	int sk_err;	  /* positive errno, reported once */
	int sk_err_soft;

	struct wait_queue_head sk_wq;	   /* readers, writers, pollers */
	struct wait_queue_head sk_lock_wq; /* tasks waiting to own it */
	struct sk_buff_head sk_receive_queue;
	struct sk_buff_head sk_write_queue;
	struct sk_buff_head sk_backlog;
	uint32_t sk_backlog_bytes;

	/* Memory in bytes of truesize. */
	uint32_t sk_rmem_alloc, sk_rcvbuf; /* receive queues */
	uint32_t sk_wmem_queued, sk_sndbuf;
	uint64_t *sk_memory_bytes; /* the network's sum of both, of this protocol's sockets */
	uint32_t sk_wmem_alloc;	   /* handed down, not yet freed by the driver */
	uint32_t sk_drops;

	uint64_t sk_rcvtimeo_ns, sk_sndtimeo_ns; /* PORT_WAIT_FOREVER: none */
	uint64_t sk_lingertime_ns;
	int sk_rcvlowat;
	uint32_t sk_ack_backlog, sk_max_ack_backlog; /* listeners */
	uint32_t sk_priority;
	uint64_t sk_max_pacing_rate; /* bytes/s, SO_MAX_PACING_RATE; UINT64_MAX: unlimited */
};

/* Where the bytes of a read or write are in the application's memory. */
struct iov_iter {
	uint8_t *at;		  /* what is left of the piece in hand */
	size_t here;		  /* its bytes */
	size_t count;		  /* bytes left, of all pieces */
	const struct iovec *next; /* the pieces after it */
	size_t next_segs;
	struct port *port; /* charged for copies */
};

/* count: the bytes of all nr_segs pieces. */
static inline void iov_iter_init(struct iov_iter *it, struct port *port, const struct iovec *iov,
				 size_t nr_segs, size_t count)
{
	*it = (struct iov_iter){.count = count, .next = iov, .next_segs = nr_segs, .port = port};
	if (nr_segs) {
		it->at = iov->iov_base;
		it->here = iov->iov_len;
		it->next++;
		it->next_segs--;
	}
}

/* The memory of the next len bytes, passed over; NULL: they are in several pieces, or in none. */
static inline uint8_t *iov_iter_whole(struct iov_iter *it, size_t len)
{
	uint8_t *at = it->at;

	if (unlikely(len > it->here || !at))
		return NULL;
	it->at += len;
	it->here -= len;
	it->count -= len;
	port_charge_copy(it->port, len);
	return at;
}

/* Copy at most len bytes and advance; return the bytes copied. */
size_t copy_from_pieces(void *to, size_t len, struct iov_iter *it);
size_t copy_to_pieces(const void *from, size_t len, struct iov_iter *it);

static inline size_t copy_from_iter(void *to, size_t len, struct iov_iter *it)
{
	const uint8_t *from = iov_iter_whole(it, len);

	if (unlikely(!from))
		return copy_from_pieces(to, len, it);
	memcpy(to, from, len);
	return len;
}

static inline size_t copy_to_iter(const void *from, size_t len, struct iov_iter *it)
{
	uint8_t *to = iov_iter_whole(it, len);

	if (unlikely(!to))
		return copy_to_pieces(from, len, it);
	memcpy(to, from, len);
	return len;
}

/* Copies len bytes of skb from offset to the application. 0 or -EFAULT. */
int skb_copy_fragments_iter(const struct sk_buff *skb, uint32_t offset, struct iov_iter *to,
			    uint32_t len);

static inline int skb_copy_datagram_iter(const struct sk_buff *skb, uint32_t offset,
					 struct iov_iter *to, uint32_t len)
{
	if ((uint64_t)offset + len > skb_headlen(skb))
		return skb_copy_fragments_iter(skb, offset, to, len);
	return copy_to_iter(skb->data + offset, len, to) == len ? 0 : -EFAULT;
}

/* Appends a control message; what has no room is cut, and msg_flags says so. Until recvmsg() ends
 * msg_control and msg_controllen are the room that is left. */
void put_cmsg(struct msghdr *msg, int level, int type, const void *data, size_t len);

/* Whose address a socket is asked for. */
enum name_of {
	NAME_LOCAL,
	NAME_PEER,
	NAME_ACCEPTED, /* the peer's, even when the connection has ended since */
};

/*
 * A protocol. Process context, sk not owned by the caller unless said. NULL where a protocol lacks
 * the call: the socket layer then answers -EOPNOTSUPP. Results are >= 0 or a negative errno.
 */
struct proto {
	const char *name;
	uint32_t obj_size_bytes; /* of the sock that begins with struct sock */
	int (*init)(struct sock *sk);
	/* The socket is going; drops the socket's reference. */
	void (*close)(struct sock *sk);
	/* addr and len as the application gave them. */
	int (*bind)(struct sock *sk, const struct sockaddr *addr, socklen_t len);
	int (*connect)(struct sock *sk, const struct sockaddr *addr, socklen_t len, int file_flags);
	int (*listen)(struct sock *sk, int backlog);
	struct sock *(*accept)(struct sock *sk, int file_flags, int *err);
	long (*sendmsg)(struct sock *sk, const struct msghdr *msg, struct iov_iter *from,
			int flags);
	/* Fills msg_name, msg_namelen and msg_flags. */
	long (*recvmsg)(struct sock *sk, struct msghdr *msg, struct iov_iter *to, int flags);
	int (*shutdown)(struct sock *sk, int how_mask);
	uint32_t (*poll)(struct sock *sk); /* POLL* bits that hold now */
	int (*ioctl)(struct sock *sk, unsigned long request, int *value);
	/* The length of what it wrote to addr, or a negative errno. */
	int (*getname)(struct sock *sk, struct sockaddr_storage *addr, enum name_of of);
	/* SO_KEEPALIVE changed; sk owned. May be NULL. */
	void (*keepalive)(struct sock *sk, bool on);
	/* Levels other than SOL_SOCKET. */
	int (*setsockopt)(struct sock *sk, int level, int name, const void *value, socklen_t len);
	int (*getsockopt)(struct sock *sk, int level, int name, void *value, socklen_t *len);
	/* Soft interrupts off: a packet of the backlog; consumes it. */
	int (*backlog_rcv)(struct sock *sk, struct sk_buff *skb);
	/* Soft interrupts off, at the end of release_sock(): what sk_deferred tells of, postponed
	 * timers. NULL where nothing sets that. */
	void (*release_cb)(struct sock *sk);
	/* The last reference went: give back what hangs on it (not the sock). May be NULL. */
	void (*destroy)(struct sock *sk);
};

/* New sock of AF_INET or AF_INET6, zeroed, initialised by sock_init_data(), one reference. NULL: no
 * memory. */
struct sock *sk_alloc(struct net *net, uint16_t family, const struct proto *prot, int type,
		      int protocol);
/* Sets the parts that never come from a parent: lists, wait queues, flags, counts. */
void sock_init_data(struct sock *sk, struct net *net);
/* Frees memory of a sock with no references. */
void sk_free(struct sock *sk);

static inline void sock_hold(struct sock *sk)
{
	sk->sk_refcnt++;
}

/* Soft interrupts off, or soft interrupt. */
static inline void sock_put(struct sock *sk)
{
	if (unlikely(--sk->sk_refcnt == 0))
		sk_free(sk);
}

static inline bool sock_flag(const struct sock *sk, uint32_t flag)
{
	return sk->sk_flags & flag;
}

static inline void sock_set_flag(struct sock *sk, uint32_t flag)
{
	sk->sk_flags |= flag;
}

static inline void sock_reset_flag(struct sock *sk, uint32_t flag)
{
	sk->sk_flags &= ~flag;
}

/* Process context. Tasks give way to each other only where they sleep, and soft interrupts take no
 * sock from a task: taking a free one needs no protection. */
void lock_sock_wait(struct sock *sk);
static inline void lock_sock(struct sock *sk)
{
	if (sk->sk_owned)
		lock_sock_wait(sk);
	sk->sk_owned = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
void release_sock(struct sock *sk);
/* Soft interrupt. */
static inline bool sock_owned_by_user(const struct sock *sk)
{
	return sk->sk_owned;
}
/* Soft interrupt, sk owned by a task: queues skb for release_sock(). false: over the limit, the
 * caller keeps skb. */
bool sk_add_backlog(struct sock *sk, struct sk_buff *skb, uint32_t limit_bytes);
/* Owner: runs the backlog now, without giving up ownership. */
void sk_flush_backlog(struct sock *sk);

/* Wake the socket's waiters; any context. */
void sk_data_ready(struct sock *sk);
void sk_write_space(struct sock *sk);
void sk_state_change(struct sock *sk);
void sk_error_report(struct sock *sk);

/* Reads and clears the pending error: 0 or a negative errno. */
static inline int sock_error(struct sock *sk)
{
	int err = sk->sk_err;

	sk->sk_err = 0;
	return -err;
}

static inline void sk_wmem_queued_add(struct sock *sk, uint32_t bytes)
{
	sk->sk_wmem_queued += bytes;
	*sk->sk_memory_bytes += bytes;
}

static inline void sk_wmem_queued_sub(struct sock *sk, uint32_t bytes)
{
	sk->sk_wmem_queued -= bytes;
	*sk->sk_memory_bytes -= bytes;
}

/* Sets skb's owner to sk's receive memory; the destructor gives it back. */
void skb_set_owner_r(struct sk_buff *skb, struct sock *sk);
/* Likewise for memory handed down to the device: sk lives until the last such skb is freed. */
void skb_set_owner_w(struct sk_buff *skb, struct sock *sk);

/* Datagram protocols (stack/socket/datagram.c). */
/* Soft interrupt: 0, or -ENOMEM when the receive buffer is full (the caller keeps skb). */
int sock_queue_rcv_skb(struct sock *sk, struct sk_buff *skb);
/* Process context: waits as flags, file_flags and timeouts say. NULL: *err is the negative errno.
 */
struct sk_buff *skb_recv_datagram(struct sock *sk, int flags, int *err);
/* Waits for room in the send buffer, allocates header_bytes + len linear bytes with header_bytes
 * reserved, owned by sk. */
struct sk_buff *sock_alloc_send_skb(struct sock *sk, uint32_t header_bytes, uint32_t len, int flags,
				    int *err);
/* POLL* bits of a datagram socket. */
uint32_t datagram_poll(struct sock *sk);

/* BSD socket: what a descriptor names. */
struct socket {
	struct sock *sk;
	struct file *file;
};

/* Rows of the table in stack/socket/af_inet.c: which proto serves socket(domain, type, protocol),
 * whichever of AF_INET and AF_INET6 the domain is. protocol 0 in a row: any (raw). */
struct inet_protosw {
	uint16_t type;
	uint8_t protocol;
	const struct proto *prot;
};
extern const struct proto tcp_prot; /* stack/tcp */
extern const struct proto udp_prot; /* stack/ipv4 */

#endif
