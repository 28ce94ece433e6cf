// SPDX-License-Identifier: MIT
/*
 * How fast: pacing, delivery rate, BBR, window validation, super-segment size, F-RTO, compressed
 * ACKs. Paths with a bottleneck are a pair of hosts with a router between (memwire.h).
 */
#include "tcp_test.h"

#define MSS 1448u /* with time stamps */

static uint8_t block[400000];

static void ack_now(uint32_t ack)
{
	peer.ack = ack;
	peer.tsval++;
	peer.tsecr = bench.tsval_seen;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
}

static void sack_now(uint32_t ack, uint32_t start, uint32_t end)
{
	uint8_t opt[12] = {TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK, 10};

	put_unaligned_be32(start, opt + 4);
	put_unaligned_be32(end, opt + 8);
	peer.ack = ack;
	peer.tsval++;
	peer.tsecr = bench.tsval_seen;
	peer_send_opts(TCPHDR_ACK, opt, sizeof(opt), NULL, 0);
	settle();
}

/* ---- F-RTO (RFC 5682) ---- */

/* Without time stamps: Eifel cannot help. Ten segments go out and time out. */
static int timed_out(uint32_t *base)
{
	int fd = script_accept(false, true, 7, 1460);

	ck_assert_int_eq(set_opt(0, fd, SOL_SOCKET, SO_SNDBUFFORCE, 1 << 20), 0);
	write_all(0, fd, block, 30 * 1460);
	settle();
	*base = seg_from(0, 0)->seq;
	ck_assert_uint_eq(segs_from(0), 10);
	host_sleep(bench.host[0], 2 * HOST_SECOND); /* one more goes as a loss probe */
	ck_assert_uint_ge(MIB(0, TcpExtTCPTimeouts), 1);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Loss);
	forget_segs();
	return fd;
}

static void frto_needless(void)
{
	uint32_t base;
	int fd = timed_out(&base);

	ack_now(base + 1460); /* the original or the retransmission: not known */
	/* Step 2.b: new data, no more retransmissions. */
	ck_assert_uint_eq(segs_from(0), 2);
	ck_assert_uint_eq(seg_from(0, 0)->seq, base + 11 * 1460);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Loss);
	ack_now(base + 2 * 1460); /* sent once only: it had arrived all along */
	ck_assert_uint_eq(MIB(0, TcpExtTCPSpuriousRTOs), 1);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Open);
	ck_assert_uint_ge(info_of(0, fd).tcpi_snd_cwnd, 10);
	ck_assert_uint_eq(info_of(0, fd).tcpi_lost, 0);
}

START_TEST(a_needless_time_out_is_found_without_time_stamps)
{
	in_script(frto_needless);
}
END_TEST

static void frto_real(void)
{
	uint32_t base;
	int fd = timed_out(&base);

	ack_now(base + 1460);
	ck_assert_uint_eq(seg_from(0, 0)->seq, base + 11 * 1460);
	forget_segs();
	/* The new data arrives above the hole: the loss was real (step 3.a). */
	sack_now(base + 1460, base + 11 * 1460, base + 12 * 1460);
	ck_assert_uint_eq(seg_from(0, 0)->seq, base + 1460);
	ck_assert_uint_eq(MIB(0, TcpExtTCPSpuriousRTOs), 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_ca_state, TCP_CA_Loss);
}

START_TEST(a_real_time_out_goes_on_retransmitting)
{
	in_script(frto_real);
}
END_TEST

static void frto_off(void)
{
	uint32_t base;

	net_sysctl(bench.net[0])->tcp_frto = false;
	timed_out(&base);
	ack_now(base + 1460);
	ck_assert_uint_eq(seg_from(0, 0)->seq, base + 1460);
}

START_TEST(without_f_rto_the_next_segments_are_retransmitted)
{
	in_script(frto_off);
}
END_TEST

/* ---- HyStart ---- */

static void sleep_until(uint64_t time_ns)
{
	const uint64_t now_ns = host_now_ns(bench.world);

	if (now_ns < time_ns)
		host_sleep(bench.host[0], time_ns - now_ns);
}

/* A path of 40 ms that carries a segment a millisecond: each acknowledged by itself, in trains of 10, 20
 * and then 40. The window passes the 16 segments below which HyStart says nothing in the first one. */
static void trains(void)
{
	const int fd = script_accept(false, true, 7, 1460);
	uint64_t start_ns;
	uint32_t acked;

	ck_assert_int_eq(set_opt(0, fd, SOL_SOCKET, SO_SNDBUFFORCE, 1 << 20), 0);
	start_ns = host_now_ns(bench.world);
	write_all(0, fd, block, 200 * 1460);
	settle();
	acked = seg_from(0, 0)->seq;
	for (uint64_t train = 1, count = 10; train <= 3; train++, count *= 2) {
		for (uint64_t i = 0; i < count; i++) {
			if (train == 3 && i == 22) /* nothing yet: half a round trip, and 2 ms */
				ck_assert_uint_eq(MIB(0, TcpExtTCPHystartTrainDetect), 0);
			sleep_until(start_ns + (40 * train + i) * HOST_MS);
			ack_now(acked += 1460);
		}
	}
	ck_assert_uint_eq(MIB(0, TcpExtTCPHystartTrainDetect), 1);
	/* 23 ms into the last round, which a loss probe (the handshake took but 1 ms) put two ACKs later. */
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_ssthresh, 40 + 23 + 2);
}

START_TEST(a_train_of_acks_longer_than_half_a_round_trip_ends_slow_start)
{
	use_ca(0, "cubic");
	in_script(trains);
}
END_TEST

/* ---- compressed ACKs ---- */

/* Thirty segments one by one (else GRO makes them one) within a few microseconds. */
static void above_a_hole(uint32_t base)
{
	for (uint32_t i = 1; i <= 30; i++) {
		peer_send_at(base + i * 1000, TCPHDR_ACK, block, 1000);
		host_sleep(bench.host[0], HOST_US);
	}
}

static void compressed(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	for (int i = 0; i < 40; i++) { /* past the quick ACKs of the start */
		peer.tsval++;
		peer_send(TCPHDR_ACK, block, 1000);
		host_sleep(bench.host[0], 2 * HOST_MS);
	}
	base = peer.seq;
	read_all(0, fd, block, 40000);
	host_sleep(bench.host[0], 200 * HOST_MS);
	forget_segs();
	above_a_hole(base);
	settle();
	host_sleep(bench.host[0], 2 * HOST_MS);
	/* Three at once, which a fast retransmit needs, and few for the rest. */
	ck_assert_uint_ge(segs_from(0), 4);
	ck_assert_uint_le(segs_from(0), 8);
	ck_assert_uint_ge(MIB(0, TcpExtTCPAckCompressed), 20);
	ck_assert_uint_eq(seg_from(0, segs_from(0) - 1)->sack[0].end_seq, base + 31000);
}

START_TEST(acks_of_data_above_a_hole_are_compressed)
{
	in_script(compressed);
}
END_TEST

static void not_compressed(void)
{
	uint32_t base;

	net_sysctl(bench.net[0])->tcp_comp_sack_nr = 0;
	script_accept(true, true, 7, 1460);
	base = peer.seq;
	above_a_hole(base);
	settle();
	ck_assert_uint_eq(segs_from(0), 30);
}

START_TEST(tcp_comp_sack_nr_0_acknowledges_each)
{
	in_script(not_compressed);
}
END_TEST

/* ---- window validation ---- */

static void idle(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base, cwnd;

	ck_assert_int_eq(set_opt(0, fd, SOL_SOCKET, SO_SNDBUFFORCE, 1 << 20), 0);
	write_all(0, fd, block, 70 * MSS);
	settle();
	for (int i = 0; i < 4; i++) {
		base = seg_from(0, segs_from(0) - 1)->seq + MSS;
		ack_now(base);
	}
	cwnd = info_of(0, fd).tcpi_snd_cwnd;
	ck_assert_uint_ge(cwnd, 60);
	host_sleep(bench.host[0], HOST_SECOND); /* several RTOs */
	write_all(0, fd, block, 100);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_cwnd, 10);
	ck_assert_uint_ge(info_of(0, fd).tcpi_snd_ssthresh,
			  cwnd * 3 / 4); /* the way back is short */
}

START_TEST(a_window_that_was_idle_restarts_and_remembers)
{
	in_script(idle);
}
END_TEST

static void unused_growth(void)
{
	int fd = script_accept(true, true, 7, 1460);

	for (int i = 0; i < 50; i++) {
		write_all(0, fd, block, 100);
		settle();
		ack_now(seg_from(0, segs_from(0) - 1)->seq + 100);
	}
	ck_assert_uint_le(info_of(0, fd).tcpi_snd_cwnd, 11);
}

START_TEST(a_window_that_is_not_filled_does_not_grow)
{
	in_script(unused_growth);
}
END_TEST

/* ---- BBR looks for the delay (PROBE_RTT) ---- */

/* One segment each 100 ms, acknowledged when the next one is out, until the window is cut to four. */
static void idle_in_probe_rtt(void)
{
	const uint64_t limit_ns = host_now_ns(bench.world) + 11 * HOST_SECOND;
	uint32_t sent, before;
	int fd;

	use_ca(0, "bbr");
	fd = script_accept(true, true, 7, 1460);
	ck_assert_int_eq(set_opt(0, fd, SOL_TCP, TCP_NODELAY, 1), 0);
	before = info_of(0, fd).tcpi_snd_cwnd;
	write_all(0, fd, block, 100);
	settle();
	sent = seg_from(0, 0)->seq;
	while (info_of(0, fd).tcpi_snd_cwnd > 4) {
		ck_assert_uint_lt(host_now_ns(bench.world), limit_ns);
		sent += 100;
		write_all(0, fd, block, 100);
		host_sleep(bench.host[0], 100 * HOST_MS);
		ack_now(sent);
	}
	ack_now(sent + 100);
	host_sleep(bench.host[0], HOST_SECOND); /* of the 200 ms that it may take */
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_cwnd, 4);
	write_all(0, fd, block, 100);
	ck_assert_uint_ge(info_of(0, fd).tcpi_snd_cwnd, before);
}

START_TEST(bbr_that_was_idle_has_seen_the_delay)
{
	in_script(idle_in_probe_rtt);
}
END_TEST

/* ---- a bulk flow over a bottleneck ---- */

static struct {
	const char *ca;
	uint64_t bytes, max_rate;
	int fd;
	struct tcp_info half; /* of the sender, in the middle */
	union tcp_cc_info cc;
	uint64_t start_ns, end_ns;
} flow;

static void reader(void *arg)
{
	int listener = listen_on(1, PORT, 4), fd = accept_from(1, listener);
	static uint8_t buf[65536];
	uint64_t got = 0;
	long n;

	(void)arg;
	while ((n = sys_read(bench.files[1], fd, buf, sizeof(buf))) > 0) {
		stream_check(buf, (size_t)n, 5, got);
		got += (uint64_t)n;
	}
	ck_assert_uint_eq(got, flow.bytes);
	flow.end_ns = host_now_ns(bench.world);
}

static void writer(void *arg)
{
	struct files_struct *files = bench.files[0];
	static uint8_t buf[65536];
	socklen_t len = sizeof(flow.cc);
	int fd = tcp_socket(0);

	(void)arg;
	ck_assert_int_eq(sys_setsockopt(files, fd, SOL_TCP, TCP_CONGESTION, flow.ca,
					(socklen_t)strlen(flow.ca)),
			 0);
	if (flow.max_rate)
		ck_assert_int_eq(sys_setsockopt(files, fd, SOL_SOCKET, SO_MAX_PACING_RATE,
						&flow.max_rate, sizeof(flow.max_rate)),
				 0);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, PORT), 0);
	flow.start_ns = host_now_ns(bench.world);
	for (uint64_t at = 0; at < flow.bytes; at += sizeof(buf)) {
		size_t n = flow.bytes - at < sizeof(buf) ? flow.bytes - at : sizeof(buf);

		stream_fill(buf, n, 5, at);
		write_all(0, fd, buf, n);
		if (at <= flow.bytes / 2) {
			flow.half = info_of(0, fd);
			sys_getsockopt(files, fd, SOL_TCP, TCP_CC_INFO, &flow.cc, &len);
			len = sizeof(flow.cc);
		}
	}
	ck_assert_int_eq(sys_shutdown(files, fd, SHUT_WR), 0);
	flow.fd = fd;
}

/* Goodput in bytes/s. */
static double run_flow(const char *ca, uint64_t bytes, const struct memwire_options *path)
{
	struct pair_options o = {.wire = *path};

	o.wire.hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM;
	pair_setup_with(&o);
	use_ca(1, ca);
	flow.ca = ca;
	flow.bytes = bytes;
	task(1, reader, NULL);
	task(0, writer, NULL);
	run_tasks(1000);
	return (double)bytes * 1e9 / (double)(flow.end_ns - flow.start_ns);
}

/* 50 Mb/s, 20 ms, a queue of four times the product. */
static const struct memwire_options deep_path = {
	.rate_mbps = 1000, .bottleneck_mbps = 50, .delay_ns = 10 * HOST_MS, .queue_bytes = 500000};

START_TEST(so_max_pacing_rate_holds_the_rate)
{
	double rate;

	flow.max_rate = 2000000;
	rate = run_flow("cubic", 4000000,
			&(struct memwire_options){.rate_mbps = 1000, .delay_ns = HOST_MS});
	ck_assert_double_le(rate, 2000000 * 1.02);
	ck_assert_double_ge(rate, 2000000 * 0.90);
	ck_assert_uint_eq(flow.half.tcpi_max_pacing_rate, 2000000);
	pair_teardown();
}
END_TEST

START_TEST(paced_segments_are_spread_over_time)
{
	uint64_t last_ns = 0, gap_ns = 0;
	unsigned int bursts = 0;

	flow.max_rate = 1000000;
	run_flow("cubic", 500000,
		 &(struct memwire_options){.rate_mbps = 1000, .delay_ns = 10 * HOST_MS});
	for (unsigned int i = 20; i < segs_from(0); i++) {
		const struct seg *s = seg_from(0, i);

		if (!s->len)
			continue;
		if (s->time_ns - last_ns < HOST_MS)
			bursts++;
		else if (last_ns && s->time_ns - last_ns > gap_ns)
			gap_ns = s->time_ns - last_ns;
		last_ns = s->time_ns;
	}
	/* Two segments at a time (tcp_min_tso_segs), 2.9 ms apart. */
	ck_assert_uint_le(bursts, segs_from(0) * 6 / 10);
	ck_assert_uint_le(gap_ns, 4 * HOST_MS);
	pair_teardown();
}
END_TEST

START_TEST(tcp_info_tells_the_bottleneck_rate)
{
	run_flow("cubic", 8000000, &deep_path);
	/* 50 Mb/s less headers. */
	ck_assert_uint_ge(flow.half.tcpi_delivery_rate, 5500000);
	ck_assert_uint_le(flow.half.tcpi_delivery_rate, 6250000);
	ck_assert_uint_ge(flow.half.tcpi_min_rtt, 20000);
	ck_assert_uint_le(flow.half.tcpi_min_rtt, 22000);
	pair_teardown();
}
END_TEST

START_TEST(bbr_fills_the_pipe_without_a_queue)
{
	double rate = run_flow("bbr", 15000000, &deep_path);
	const uint64_t bw = (uint64_t)flow.cc.bbr.bbr_bw_hi << 32 | flow.cc.bbr.bbr_bw_lo;

	ck_assert_double_ge(rate, 50e6 / 8 * 0.85);
	ck_assert_uint_ge(bw, 5500000);
	ck_assert_uint_le(bw, 6600000);
	ck_assert_uint_le(flow.half.tcpi_rtt, 30000); /* of 20 ms without any queue */
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
	pair_teardown();
}
END_TEST

START_TEST(cubic_fills_the_queue)
{
	double rate = run_flow("cubic", 15000000, &deep_path);

	ck_assert_double_ge(rate, 50e6 / 8 * 0.85);
	pair_teardown();
}
END_TEST

START_TEST(bbr_does_not_mind_random_loss)
{
	struct memwire_options lossy = deep_path;
	double bbr, cubic;

	lossy.loss = 0.01;
	bbr = run_flow("bbr", 10000000, &lossy);
	pair_teardown();
	cubic = run_flow("cubic", 10000000, &lossy);
	pair_teardown();
	ck_assert_double_ge(bbr, 50e6 / 8 * 0.75);
	ck_assert_double_le(cubic, bbr / 2);
}
END_TEST

START_TEST(bbr_lets_the_flight_drop_every_ten_seconds)
{
	double rate = run_flow("bbr", 80000000, &deep_path); /* some 14 s */

	ck_assert_double_ge(rate, 50e6 / 8 * 0.85);
	ck_assert_uint_ge((flow.end_ns - flow.start_ns) / HOST_SECOND, 12);
	pair_teardown();
}
END_TEST

/* A link that begins to gather after a second: an ACK passes at most every 60 ms, three round trips of deep_path. */
static bool thin_acks(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	const unsigned int ip_at = 14, tcp_at = ip_at + 20;
	uint64_t *last_ns = ctx;

	if (!from || len < tcp_at + 20 || get_unaligned_be16(frame + 12) != ETH_P_IP ||
	    (frame[tcp_at + 13] & (TCPHDR_SYN | TCPHDR_FIN)))
		return true;
	if (time_ns > HOST_SECOND && time_ns - *last_ns < 60 * HOST_MS)
		return false;
	*last_ns = time_ns;
	return true;
}

START_TEST(bbr_fills_the_pipe_though_acks_come_in_bursts)
{
	struct memwire_options thin = deep_path;
	uint64_t last_ns = 0;

	thin.tap = thin_acks;
	thin.tap_ctx = &last_ns;
	/* A window of twice the product, 40 ms, would leave a third of the time unused, and more each time. */
	ck_assert_double_ge(run_flow("bbr", 30000000, &thin), 50e6 / 8 * 0.8);
	pair_teardown();
}
END_TEST

struct bucket {
	uint64_t full_ns; /* when it will be, if nothing comes */
	unsigned int lost;
};

/* A policer of 10 Mb/s: what comes when its bucket, of 15 kB, is empty is lost. */
static bool police(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	const uint64_t ns_per_byte = 800, full = 15000 * ns_per_byte;
	struct bucket *b = ctx;

	(void)frame;
	if (from)
		return true;
	if (b->full_ns < time_ns)
		b->full_ns = time_ns;
	if (b->full_ns - time_ns + len * ns_per_byte > full) {
		b->lost++;
		return false;
	}
	b->full_ns += len * ns_per_byte;
	return true;
}

START_TEST(bbr_finds_a_policer)
{
	struct bucket bucket = {0};
	const struct memwire_options path = {
		.rate_mbps = 100, .delay_ns = 10 * HOST_MS, .tap = police, .tap_ctx = &bucket};

	ck_assert_double_ge(run_flow("bbr", 40000000, &path), 10e6 / 8 * 0.8);
	/* Of 27,600 segments; 2,782 where its bursts are taken for bandwidth and it is probed for more. */
	ck_assert_uint_le(bucket.lost, 2200);
	pair_teardown();
}
END_TEST

START_TEST(bbr_keeps_the_queue_of_a_short_path_short)
{
	/* 100 Mb/s and 200 us: the path holds two segments, the largest super-segments 44. */
	const struct memwire_options path = {.rate_mbps = 1000,
					     .bottleneck_mbps = 100,
					     .delay_ns = 100 * HOST_US,
					     .queue_bytes = 500000};

	ck_assert_double_ge(run_flow("bbr", 15000000, &path), 100e6 / 8 * 0.85);
	/* Three times what leaves at once, a millisecond of the rate. */
	ck_assert_uint_le(flow.half.tcpi_rtt, 4000);
	pair_teardown();
}
END_TEST

START_TEST(dctcp_keeps_the_queue_at_the_mark)
{
	struct memwire_options marking = deep_path;
	struct memwire_counters c;
	double rate;

	marking.mark_bytes = 30000;
	rate = run_flow("dctcp", 30000000, &marking);
	memwire_counters(bench.wire, 0, &c);
	ck_assert_double_ge(rate, 50e6 / 8 * 0.85);
	ck_assert_uint_gt(c.marked, 0);
	ck_assert_uint_eq(c.queue_dropped, 0);
	ck_assert_uint_le(flow.half.tcpi_rtt, 20000 + 12000); /* 30 kB are 4.8 ms */
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
	pair_teardown();
}
END_TEST

/* ---- super-segments ---- */

static uint32_t longest_frame;

static bool measure_frame(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	(void)ctx, (void)frame, (void)time_ns;
	if (!from && len > longest_frame)
		longest_frame = len;
	return true;
}

static uint32_t longest_over(uint64_t delay_ns, uint64_t bytes)
{
	const struct pair_options o = {
		.wire = {.rate_mbps = 10000,
			 .delay_ns = delay_ns,
			 .hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_RXCSUM,
			 .tap = measure_frame}};

	longest_frame = 0;
	pair_setup_with(&o);
	flow.ca = "cubic";
	flow.bytes = bytes;
	task(1, reader, NULL);
	task(0, writer, NULL);
	run_tasks(1000);
	pair_teardown();
	return longest_frame;
}

START_TEST(super_segments_are_a_millisecond_of_the_rate_on_long_paths)
{
	/* 20 ms: a window of 200 kB, twice in slow start, is 20 kB a millisecond. */
	ck_assert_uint_le(longest_over(10 * HOST_MS, 300000), 25000);
	/* 20 us: as large as can be. */
	ck_assert_uint_ge(longest_over(10 * HOST_US, 2000000), 60000);
}
END_TEST

Suite *congestion_suite(void)
{
	Suite *s = suite_create("congestion");
	TCase *t = tcase_create("script");

	tcase_add_checked_fixture(t, script_setup, script_teardown);
	tcase_add_test(t, a_needless_time_out_is_found_without_time_stamps);
	tcase_add_test(t, a_real_time_out_goes_on_retransmitting);
	tcase_add_test(t, without_f_rto_the_next_segments_are_retransmitted);
	tcase_add_test(t, a_train_of_acks_longer_than_half_a_round_trip_ends_slow_start);
	tcase_add_test(t, acks_of_data_above_a_hole_are_compressed);
	tcase_add_test(t, tcp_comp_sack_nr_0_acknowledges_each);
	tcase_add_test(t, a_window_that_was_idle_restarts_and_remembers);
	tcase_add_test(t, a_window_that_is_not_filled_does_not_grow);
	tcase_add_test(t, bbr_that_was_idle_has_seen_the_delay);
	suite_add_tcase(s, t);

	t = tcase_create("path");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, so_max_pacing_rate_holds_the_rate);
	tcase_add_test(t, paced_segments_are_spread_over_time);
	tcase_add_test(t, tcp_info_tells_the_bottleneck_rate);
	tcase_add_test(t, bbr_fills_the_pipe_without_a_queue);
	tcase_add_test(t, cubic_fills_the_queue);
	tcase_add_test(t, bbr_does_not_mind_random_loss);
	tcase_add_test(t, bbr_lets_the_flight_drop_every_ten_seconds);
	tcase_add_test(t, bbr_fills_the_pipe_though_acks_come_in_bursts);
	tcase_add_test(t, bbr_finds_a_policer);
	tcase_add_test(t, bbr_keeps_the_queue_of_a_short_path_short);
	tcase_add_test(t, dctcp_keeps_the_queue_at_the_mark);
	tcase_add_test(t, super_segments_are_a_millisecond_of_the_rate_on_long_paths);
	suite_add_tcase(s, t);
	return s;
}
