/* SPDX-License-Identifier: MIT */
/*
 * Looking in and taking part, by tables of C callbacks; any entry may be NULL, and a network without a
 * table pays one comparison an event.
 *
 * struct net_trace_ops only looks: trace points where Linux has them (names in the comments). struct
 * tcp_hook_ops is called where Linux calls its BPF socket operations, and may set options of the
 * socket.
 *
 * All are called in soft interrupt or with soft interrupts off and must not sleep.
 */
#ifndef NET_TRACE_H
#define NET_TRACE_H

#include <stdint.h>
#include "drop_reason.h"

struct net;
struct sk_buff;
struct sock;

struct net_trace_ops {
	/* A segment for a connection, before it is worked in: tcp:tcp_probe. */
	void (*rcv)(void *ctx, const struct sock *sk, const struct sk_buff *skb);
	/* sock:inet_sock_set_state; states of uapi.h. */
	void (*state)(void *ctx, const struct sock *sk, uint8_t from, uint8_t to);
	/* tcp:tcp_retransmit_skb; err: 0 or why it did not go. */
	void (*retransmit)(void *ctx, const struct sock *sk, const struct sk_buff *skb, int err);
	/* tcp:tcp_cong_state_set; enum tcp_ca_state. */
	void (*ca_state)(void *ctx, const struct sock *sk, uint8_t from, uint8_t to);
	/* An ACK has been worked in; window and threshold in segments. */
	void (*cwnd)(void *ctx, const struct sock *sk, uint32_t cwnd, uint32_t ssthresh);
	/* tcp:tcp_send_reset and tcp_receive_reset; sk NULL: answer to a stray segment skb. */
	void (*send_reset)(void *ctx, const struct sock *sk, const struct sk_buff *skb);
	void (*receive_reset)(void *ctx, const struct sock *sk);
	/* skb:kfree_skb */
	void (*drop)(void *ctx, const struct sk_buff *skb, enum skb_drop_reason reason);
};

struct tcp_hook_ops {
	/* connect(): before the SYN is made. BPF_SOCK_OPS_TCP_CONNECT_CB */
	void (*connect)(void *ctx, struct sock *sk);
	/* BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB, _PASSIVE_ESTABLISHED_CB */
	void (*active_established)(void *ctx, struct sock *sk);
	void (*passive_established)(void *ctx, struct sock *sk);
	/* The retransmission timer ended. BPF_SOCK_OPS_RTO_CB */
	void (*rto)(void *ctx, struct sock *sk);
	/* First time-out of a SYN or SYN-ACK, us; 0: the standard's second. BPF_SOCK_OPS_TIMEOUT_INIT */
	uint32_t (*timeout_init_us)(void *ctx, const struct sock *sk);
};

/* NULL: none. The table must live as long as the network. */
void net_set_trace(struct net *net, const struct net_trace_ops *ops, void *ctx);
void net_set_tcp_hooks(struct net *net, const struct tcp_hook_ops *ops, void *ctx);

/* For the stack: net_namespace.h included. */
#define NET_TRACE(net_, event, ...)                                                           \
	do {                                                                                  \
		const struct net *trace_net = (net_);                                         \
		if (__builtin_expect(trace_net->trace != NULL, 0) && trace_net->trace->event) \
			trace_net->trace->event(trace_net->trace_ctx, __VA_ARGS__);           \
	} while (0)

#define TCP_HOOK(sk_, event)                                                        \
	do {                                                                        \
		struct net *hook_net = (sk_)->sk_net;                               \
		if (__builtin_expect(hook_net->tcp_hooks != NULL, 0) &&             \
		    hook_net->tcp_hooks->event)                                     \
			hook_net->tcp_hooks->event(hook_net->tcp_hooks_ctx, (sk_)); \
	} while (0)

#endif
