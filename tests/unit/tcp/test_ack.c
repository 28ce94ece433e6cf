// SPDX-License-Identifier: MIT
/*
 * The ACK of the one segment in flight has a way of its own through tcp_ack(). Here such ACKs are
 * worked in twice, by that way and, from the same state, as any other ACK: all that the connection
 * knows, what it has of memory, and every counter must come out the same.
 */
#include "tcp_test.h"

#define ROUNDS	     60
#define SEGMENT_MAX  1400u
#define RTT_MAX_MS   150u /* no timer ends before the ACK */
#define CONGESTED_AT 20	  /* round from which on the window grows as in congestion avoidance */

/* What an ACK may change. */
struct state {
	uint8_t tp[sizeof(struct tcp_sock)], head[sizeof(struct sk_buff)];
	uint64_t tcp_memory_bytes, mib[MIB_COUNT];
};

static struct state at_first, by_short_cut, by_any;
static const char *algorithm;

static struct sock *the_sock(struct net *net)
{
	const struct inet_flow f = {.saddr = in6_from_v4(htonl(ADDR_B)),
				    .daddr = in6_from_v4(htonl(ADDR_A)),
				    .sport = peer.port,
				    .dport = peer.host_port};
	struct sock_common *c = inet_ehash_lookup(&net->tcp->hashinfo, &f);

	ck_assert_ptr_nonnull(c);
	return (struct sock *)c;
}

static void save(struct state *to, struct sock *sk, const struct sk_buff *head)
{
	memcpy(to->tp, tcp_sk(sk), sizeof(to->tp));
	memcpy(to->head, head, sizeof(to->head));
	memcpy(to->mib, sk->sk_net->mib, sizeof(to->mib));
	to->tcp_memory_bytes = sk->sk_net->tcp_memory_bytes;
}

static void restore(const struct state *from, struct sock *sk, struct sk_buff *head)
{
	memcpy(tcp_sk(sk), from->tp, sizeof(from->tp));
	memcpy(head, from->head, sizeof(from->head));
	memcpy(sk->sk_net->mib, from->mib, sizeof(from->mib));
	sk->sk_net->tcp_memory_bytes = from->tcp_memory_bytes;
}

/* The peer's next data segment, as header prediction hands it on, acknowledges all that was sent. */
static struct sk_buff *make_ack(struct sock *sk)
{
	struct sk_buff *skb = alloc_skb(sk->sk_net, MAX_HEADER);

	ck_assert_ptr_nonnull(skb);
	memset(skb_put(skb, sizeof(struct tcphdr)), 0, sizeof(struct tcphdr));
	skb_reset_transport_header(skb);
	TCP_SKB_CB(skb)->seq = tcp_sk(sk)->rcv_nxt;
	TCP_SKB_CB(skb)->end_seq = tcp_sk(sk)->rcv_nxt + 1;
	TCP_SKB_CB(skb)->ack_seq = tcp_sk(sk)->snd_nxt;
	return skb;
}

static void ack_both_ways(struct sock *sk)
{
	struct sk_buff *head = skb_get(tcp_rtx_queue_head(sk)), *ack = make_ack(sk);

	ck_assert_uint_eq(tcp_sk(sk)->packets_out, 1);
	ck_assert_uint_eq(inet_csk(sk)->icsk_ca_state, TCP_CA_Open);
	tcp_mstamp_refresh(tcp_sk(sk));
	save(&at_first, sk, head);
	ck_assert_int_eq(tcp_ack(sk, ack, FLAG_DATA), 1);
	save(&by_short_cut, sk, head);
	restore(&at_first, sk, head);
	ck_assert_int_eq(tcp_ack(sk, ack, FLAG_DATA | FLAG_NO_SHORT_CUT), 1);
	save(&by_any, sk, head);
	consume_skb(head);
	consume_skb(ack);
	ck_assert_mem_ne(by_any.tp, at_first.tp, sizeof(at_first.tp));
	ck_assert_mem_eq(by_short_cut.tp, by_any.tp, sizeof(by_any.tp));
	ck_assert_mem_eq(by_short_cut.mib, by_any.mib, sizeof(by_any.mib));
	ck_assert_uint_eq(by_short_cut.tcp_memory_bytes, by_any.tcp_memory_bytes);
}

static void lone_segments(void)
{
	static const uint8_t data[SEGMENT_MAX];
	struct sock *sk;
	int fd;

	use_ca(0, algorithm);
	fd = script_accept(true, true, 7, 1460);
	set_opt(0, fd, IPPROTO_TCP, TCP_NODELAY, 1);
	sk = the_sock(bench.net[0]);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		if (i == CONGESTED_AT)
			tcp_sk(sk)->snd_ssthresh = 4;
		write_all(0, fd, data, i % 3 ? 1 : 1 + i * 97 % SEGMENT_MAX);
		host_sleep(bench.host[0], (1 + i * 37 % RTT_MAX_MS) * HOST_MS);
		local_bh_disable(bench.net[0]);
		ack_both_ways(sk);
		local_bh_enable(bench.net[0]);
	}
	ck_assert_int_eq(sys_close(bench.files[0], fd), 0);
	peer_send(TCPHDR_RST | TCPHDR_ACK, NULL, 0);
	settle();
}

static const char *const algorithms[] = {"cubic", "reno", "bbr", "dctcp"};

START_TEST(the_usual_acks_short_cut_leaves_what_the_general_way_leaves)
{
	algorithm = algorithms[_i];
	in_script(lone_segments);
}
END_TEST

Suite *ack_suite(void)
{
	Suite *s = suite_create("ack");
	TCase *tc = tcase_create("ack");

	tcase_add_checked_fixture(tc, script_setup, script_teardown);
	tcase_add_loop_test(tc, the_usual_acks_short_cut_leaves_what_the_general_way_leaves, 0,
			    (int)(sizeof(algorithms) / sizeof(algorithms[0])));
	suite_add_tcase(s, tc);
	return s;
}
