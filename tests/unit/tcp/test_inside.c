// SPDX-License-Identifier: MIT
/* Seeing inside: TCP_INFO, trace points, hooks, drop reasons, socket dump. */
#include "tcp_test.h"
#include <net/tcp_diag.h>

#define MSS 1448u /* with time stamps */

static uint8_t block[300000];

static void ack_now(uint32_t ack)
{
	peer.ack = ack;
	peer.tsval++;
	peer.tsecr = bench.tsval_seen;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
}

/* ---- TCP_INFO ---- */

static void busy(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	host_sleep(bench.host[0], HOST_SECOND);
	ck_assert_uint_eq(info_of(0, fd).tcpi_busy_time, 0);
	write_all(0, fd, block, MSS);
	settle();
	base = seg_from(0, 0)->seq;
	host_sleep(bench.host[0], 50 * HOST_MS);
	ack_now(base + MSS);
	host_sleep(bench.host[0], HOST_SECOND);
	/* 1 ms, 50 ms and the millisecond until the ACK is in. */
	ck_assert_uint_ge(info_of(0, fd).tcpi_busy_time, 51000);
	ck_assert_uint_le(info_of(0, fd).tcpi_busy_time, 52000);
	ck_assert_uint_eq(info_of(0, fd).tcpi_rwnd_limited, 0);
}

START_TEST(busy_time_is_while_something_is_to_be_sent)
{
	in_script(busy);
}
END_TEST

static void rwnd(void)
{
	int fd;
	uint32_t base;

	peer.window = 20; /* << 7: 2,560 bytes */
	fd = script_accept(true, true, 7, 1460);
	write_all(0, fd, block, 10 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	host_sleep(bench.host[0], 20 * HOST_MS);
	ck_assert_uint_ge(info_of(0, fd).tcpi_rwnd_limited, 20000);
	peer.window = 65535;
	ack_now(base + 1280);
	host_sleep(bench.host[0], 20 * HOST_MS);
	ck_assert_uint_le(info_of(0, fd).tcpi_rwnd_limited, 23000);
	ck_assert_uint_ge(info_of(0, fd).tcpi_busy_time, 40000);
}

START_TEST(rwnd_limited_is_while_the_peers_window_is_full)
{
	in_script(rwnd);
}
END_TEST

static void rto_times(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	write_all(0, fd, block, MSS);
	host_sleep(bench.host[0], HOST_SECOND);
	base = seg_from(0, 0)->seq;
	ck_assert_uint_ge(info_of(0, fd).tcpi_total_rto, 2);
	ck_assert_uint_eq(info_of(0, fd).tcpi_total_rto_recoveries, 1);
	ack_now(base + MSS);
	ck_assert_uint_ge(info_of(0, fd).tcpi_total_rto_time, 500);
	ck_assert_uint_le(info_of(0, fd).tcpi_total_rto_time, 1000);
	host_sleep(bench.host[0], HOST_SECOND);
	ck_assert_uint_le(info_of(0, fd).tcpi_total_rto_time, 1000);
}

START_TEST(time_in_time_out_recovery_is_told)
{
	in_script(rto_times);
}
END_TEST

START_TEST(tcp_info_has_linuxs_layout)
{
	/* Offsets of linux/tcp.h, a sample of each group. */
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_rto), 8);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_rtt), 68);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_total_retrans), 100);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_pacing_rate), 104);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_segs_out), 136);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_delivery_rate), 160);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_busy_time), 168);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_delivered), 192);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_bytes_sent), 200);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_dsack_dups), 216);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_snd_wnd), 228);
	ck_assert_uint_eq(offsetof(struct tcp_info, tcpi_total_rto), 240);
	ck_assert_uint_eq(sizeof(struct tcp_info), 280);
}
END_TEST

/* ---- trace points ---- */

static struct {
	unsigned int rcv, retransmits, cwnds, resets_in, resets_out;
	uint8_t states[16], ca_states[16];
	unsigned int state_count, ca_state_count;
	enum skb_drop_reason last_drop;
	unsigned int drops;
} seen;

static void see_rcv(void *ctx, const struct sock *sk, const struct sk_buff *skb)
{
	(void)ctx, (void)sk, (void)skb;
	seen.rcv++;
}

static void see_state(void *ctx, const struct sock *sk, uint8_t from, uint8_t to)
{
	(void)ctx, (void)sk, (void)from;
	seen.states[seen.state_count++ % 16] = to;
}

static void see_retransmit(void *ctx, const struct sock *sk, const struct sk_buff *skb, int err)
{
	(void)ctx, (void)sk, (void)skb;
	seen.retransmits += !err;
}

static void see_ca_state(void *ctx, const struct sock *sk, uint8_t from, uint8_t to)
{
	(void)ctx, (void)sk, (void)from;
	seen.ca_states[seen.ca_state_count++ % 16] = to;
}

static void see_cwnd(void *ctx, const struct sock *sk, uint32_t cwnd, uint32_t ssthresh)
{
	(void)ctx, (void)sk, (void)ssthresh;
	ck_assert_uint_gt(cwnd, 0);
	seen.cwnds++;
}

static void see_send_reset(void *ctx, const struct sock *sk, const struct sk_buff *skb)
{
	(void)ctx;
	ck_assert(!sk != !skb); /* of a connection, or the answer to a segment */
	seen.resets_out++;
}

static void see_receive_reset(void *ctx, const struct sock *sk)
{
	(void)ctx, (void)sk;
	seen.resets_in++;
}

static void see_drop(void *ctx, const struct sk_buff *skb, enum skb_drop_reason reason)
{
	(void)ctx, (void)skb;
	seen.last_drop = reason;
	seen.drops++;
}

static const struct net_trace_ops trace = {
	.rcv = see_rcv,
	.state = see_state,
	.retransmit = see_retransmit,
	.ca_state = see_ca_state,
	.cwnd = see_cwnd,
	.send_reset = see_send_reset,
	.receive_reset = see_receive_reset,
	.drop = see_drop,
};

static void traced_life(void)
{
	uint32_t base;
	int fd;

	memset(&seen, 0, sizeof(seen));
	net_set_trace(bench.net[0], &trace, NULL);
	fd = script_connect(true, true, 7, 1460);
	ck_assert_uint_eq(seen.states[0], TCP_SYN_SENT);
	ck_assert_uint_eq(seen.states[1], TCP_ESTABLISHED);
	write_all(0, fd, block, MSS);
	settle();
	base = seg_from(0, 0)->seq;
	host_sleep(bench.host[0], 500 * HOST_MS);
	ck_assert_uint_ge(seen.retransmits, 1);
	ck_assert_uint_eq(seen.retransmits, MIB(0, TcpExtTCPTimeouts));
	ck_assert_uint_eq(seen.ca_states[0], TCP_CA_Loss);
	ack_now(base + MSS);
	ck_assert_uint_eq(seen.ca_states[seen.ca_state_count - 1], TCP_CA_Open);
	ck_assert_uint_ge(seen.rcv, 1);
	ck_assert_uint_ge(seen.cwnds, 1);
	peer_send(TCPHDR_RST, NULL, 0);
	settle();
	ck_assert_uint_eq(seen.resets_in, 1);
	ck_assert_uint_eq(seen.states[seen.state_count - 1], TCP_CLOSE);
}

START_TEST(the_life_of_a_connection_is_traced)
{
	in_script(traced_life);
}
END_TEST

static void traced_drops(void)
{
	uint32_t base;
	int fd;

	fd = script_accept(true, true, 7, 1460);
	base = peer.seq;
	memset(&seen, 0, sizeof(seen));
	net_set_trace(bench.net[0], &trace, NULL);
	peer_send(TCPHDR_ACK, block, 100);
	settle();
	ck_assert_uint_eq(seen.drops, 0);
	peer_send_at(base, TCPHDR_ACK, block, 50); /* old */
	settle();
	ck_assert_uint_eq(seen.drops, 1);
	ck_assert_uint_eq(seen.last_drop, SKB_DROP_TcpInvalidSequence);
	peer_send_at(peer.seq + 5000000, TCPHDR_ACK, block, 50);
	settle();
	ck_assert_uint_eq(seen.drops, 2);
	peer.host_port = 9;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(seen.last_drop, SKB_DROP_TcpNoSocket);
	ck_assert_uint_eq(seen.resets_out, 1);
	ck_assert_uint_eq(bench.net[0]->drops[SKB_DROP_TcpNoSocket], 1);
	sys_close(bench.files[0], fd);
}

START_TEST(every_drop_has_a_reason_that_is_traced_and_counted)
{
	in_script(traced_drops);
}
END_TEST

/* ---- hooks ---- */

static struct {
	unsigned int connects, actives, passives, rtos;
} called;

static void on_connect(void *ctx, struct sock *sk)
{
	(void)ctx;
	ck_assert_uint_eq(sk->sk_state, TCP_SYN_SENT);
	called.connects++;
}

static void on_active(void *ctx, struct sock *sk)
{
	(void)ctx;
	called.actives++;
	tcp_set_congestion_control(sk, "reno");
}

static void on_passive(void *ctx, struct sock *sk)
{
	(void)ctx, (void)sk;
	called.passives++;
}

static void on_rto(void *ctx, struct sock *sk)
{
	(void)ctx, (void)sk;
	called.rtos++;
}

static uint32_t quarter_second(void *ctx, const struct sock *sk)
{
	(void)ctx, (void)sk;
	return 250000;
}

static const struct tcp_hook_ops hooks = {
	.connect = on_connect,
	.active_established = on_active,
	.passive_established = on_passive,
	.rto = on_rto,
	.timeout_init_us = quarter_second,
};

static void hooked(void)
{
	char name[TCP_CA_NAME_MAX];
	socklen_t len = sizeof(name);
	int fd;

	memset(&called, 0, sizeof(called));
	net_set_tcp_hooks(bench.net[0], &hooks, NULL);
	fd = script_connect(true, true, 7, 1460);
	ck_assert_uint_eq(called.connects, 1);
	ck_assert_uint_eq(called.actives, 1);
	ck_assert_int_eq(sys_getsockopt(bench.files[0], fd, SOL_TCP, TCP_CONGESTION, name, &len),
			 0);
	ck_assert_str_eq(name, "reno");
	peer.port++;
	peer.seq = 1000;
	peer.host_port = PORT;
	script_accept(true, true, 7, 1460);
	ck_assert_uint_eq(called.passives, 1);
	write_all(0, fd, block, 1);
	host_sleep(bench.host[0], 500 * HOST_MS);
	ck_assert_uint_ge(called.rtos, 1);
}

START_TEST(hooks_are_called_on_connect_establishment_and_time_out)
{
	in_script(hooked);
}
END_TEST

static void hooked_syn(void)
{
	int fd = tcp_socket(0);

	net_set_tcp_hooks(bench.net[0], &hooks, NULL);
	forget_segs();
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	host_sleep(bench.host[0], 900 * HOST_MS);
	ck_assert_uint_eq(segs_from(0), 3); /* at 0, 0.25 and 0.75 s */
}

START_TEST(a_hook_sets_the_first_time_out_of_a_syn)
{
	in_script(hooked_syn);
}
END_TEST

/* ---- dump ---- */

static char dump[8][TCP_DIAG_LINE_BYTES];
static unsigned int dumped;

static void dump_line(void *ctx, const struct tcp_diag *d)
{
	(void)ctx;
	ck_assert_uint_lt(dumped, 8);
	ck_assert_uint_eq(tcp_diag_format(d, dump[dumped], sizeof(dump[0])), strlen(dump[dumped]));
	dumped++;
}

static void dumped_sockets(void)
{
	struct tcp_diag tiny = {.state = TCP_ESTABLISHED};
	char small[8];
	int fd;

	listen_on(0, 8080, 5);
	fd = script_accept(true, true, 7, 1460);
	write_all(0, fd, block, 3000);
	settle();
	dumped = 0;
	net_tcp_diag(bench.net[0], dump_line, NULL);
	ck_assert_uint_eq(dumped, 2);
	ck_assert_ptr_nonnull(strstr(dump[0], "LISTEN 0 5 0.0.0.0:8080 0.0.0.0:*"));
	ck_assert_ptr_nonnull(strstr(dump[1], "ESTAB 0 3000 10.0.0.1:80 10.0.0.2:4000"));
	ck_assert_ptr_nonnull(strstr(dump[1], " ts sack wscale:7,7 cubic rto:2"));
	ck_assert_ptr_nonnull(strstr(dump[1], " mss:1448 pmtu:1500 "));
	ck_assert_ptr_nonnull(strstr(dump[1], " bytes_sent:3000 "));
	ck_assert_ptr_nonnull(strstr(dump[1], " unacked:3 "));
	ck_assert_uint_eq(tcp_diag_format(&tiny, small, sizeof(small)), sizeof(small) - 1);
}

START_TEST(sockets_are_dumped_as_ss_does)
{
	in_script(dumped_sockets);
}
END_TEST

Suite *inside_suite(void)
{
	Suite *s = suite_create("inside");
	TCase *t = tcase_create("script");

	tcase_add_checked_fixture(t, script_setup, script_teardown);
	tcase_add_test(t, busy_time_is_while_something_is_to_be_sent);
	tcase_add_test(t, rwnd_limited_is_while_the_peers_window_is_full);
	tcase_add_test(t, time_in_time_out_recovery_is_told);
	tcase_add_test(t, tcp_info_has_linuxs_layout);
	tcase_add_test(t, the_life_of_a_connection_is_traced);
	tcase_add_test(t, every_drop_has_a_reason_that_is_traced_and_counted);
	tcase_add_test(t, hooks_are_called_on_connect_establishment_and_time_out);
	tcase_add_test(t, a_hook_sets_the_first_time_out_of_a_syn);
	tcase_add_test(t, sockets_are_dumped_as_ss_does);
	suite_add_tcase(s, t);
	return s;
}
