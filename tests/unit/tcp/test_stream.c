// SPDX-License-Identifier: MIT
/* Bytes arrive as they were sent, over clean and bad wires, both ways at once. */
#include "tcp_test.h"

#define MIB_BYTES (1u << 20)

struct flow {
	int side, fd;
	uint32_t seed;
	uint64_t bytes, chunk;
	bool done;
};

static void send_flow(void *arg)
{
	struct flow *f = arg;
	uint8_t *buf = malloc(f->chunk);

	for (uint64_t at = 0; at < f->bytes; at += f->chunk) {
		size_t n = f->bytes - at < f->chunk ? f->bytes - at : f->chunk;

		stream_fill(buf, n, f->seed, at);
		write_all(f->side, f->fd, buf, n);
	}
	ck_assert_int_eq(sys_shutdown(bench.files[f->side], f->fd, SHUT_WR), 0);
	free(buf);
	f->done = true;
}

static void receive_flow(void *arg)
{
	struct flow *f = arg;
	uint8_t *buf = malloc(f->chunk);
	uint64_t at = 0;
	long n;

	while ((n = sys_read(bench.files[f->side], f->fd, buf, f->chunk)) > 0) {
		stream_check(buf, (size_t)n, f->seed, at);
		at += (uint64_t)n;
	}
	ck_assert_int_eq(n, 0);
	ck_assert_uint_eq(at, f->bytes);
	free(buf);
	f->done = true;
}

static struct {
	uint64_t bytes[2]; /* sent by each side */
	uint64_t chunk;
	int fd[2];
} transfer;

static void server(void *arg)
{
	int listener = listen_on(1, PORT, 8);

	(void)arg;
	transfer.fd[1] = accept_from(1, listener);
	sys_close(bench.files[1], listener);
}

static void client(void *arg)
{
	(void)arg;
	host_sleep(bench.host[0], HOST_MS);
	transfer.fd[0] = dial(0, ADDR_B, PORT);
}

/* Connects, then moves bytes both ways at once; the virtual time that took, ns. */
static double loss_after_connect; /* ARP gives up after three lost requests */

static uint64_t run_transfer(uint64_t from_a, uint64_t from_b, uint64_t chunk, unsigned int limit_s)
{
	struct flow flows[4];
	uint64_t start_ns;

	transfer.bytes[0] = from_a;
	transfer.bytes[1] = from_b;
	task(1, server, NULL);
	task(0, client, NULL);
	run_tasks(200);
	memwire_set_loss(bench.wire, loss_after_connect);
	start_ns = host_now_ns(bench.world);
	for (int side = 0; side < 2; side++) {
		flows[side] = (struct flow){
			side, transfer.fd[side], 10 + (uint32_t)side, transfer.bytes[side], chunk,
			false};
		flows[2 + side] = (struct flow){
			side, transfer.fd[side], 10 + (uint32_t)!side, transfer.bytes[!side], chunk,
			false};
	}
	for (int side = 0; side < 2; side++) {
		if (!transfer.bytes[side]) /* that way stays open and quiet */
			continue;
		task(side, send_flow, &flows[side]);
		task(!side, receive_flow, &flows[2 + !side]);
	}
	run_tasks(limit_s);
	for (int i = 0; i < 4; i++)
		ck_assert(flows[i].done || !flows[i].bytes);
	return host_now_ns(bench.world) - start_ns;
}

START_TEST(one_byte_arrives)
{
	run_transfer(1, 0, 65536, 10);
}
END_TEST

START_TEST(sixteen_mebibytes_fill_the_wire)
{
	uint64_t ns = run_transfer(16 * MIB_BYTES, 0, 65536, 10);
	double mbps = 16.0 * MIB_BYTES * 8 * 1000 / (double)ns;

	/* 1 Gb/s less headers is 949 Mb/s of payload. */
	ck_assert_msg(mbps > 850, "%.0f Mb/s", mbps);
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
	ck_assert_uint_gt(MIB(1, TcpExtTCPHPHits), MIB(1, TcpExtTCPSlowPath));
}
END_TEST

START_TEST(both_ways_at_once)
{
	run_transfer(8 * MIB_BYTES, 8 * MIB_BYTES, 50000, 20);
}
END_TEST

START_TEST(small_writes_and_odd_sizes)
{
	run_transfer(300000, 123457, 777, 20);
}
END_TEST

START_TEST(super_segments_go_down_whole)
{
	struct memwire_counters c;

	run_transfer(16 * MIB_BYTES, 0, 65536, 10);
	memwire_counters(bench.wire, 0, &c);
	ck_assert_uint_gt(c.bytes / c.frames, 16384);
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
}
END_TEST

static void tso_setup(void)
{
	pair_setup_with(
		&(struct pair_options){.wire = {.rate_mbps = 10000,
						.delay_ns = 20 * HOST_US,
						.hw_features = NETIF_F_SG | NETIF_F_HW_CSUM |
							       NETIF_F_TSO | NETIF_F_RXCSUM}});
}

/* Each seed another mix of loss, reordering, duplication and corruption. */
START_TEST(bad_wire_loses_no_byte)
{
	static const struct {
		double loss, reorder, duplicate, corrupt;
	} mix[] = {
		{0.01, 0, 0, 0},	  {0, 0.05, 0, 0}, {0, 0, 0.05, 0},	   {0, 0, 0, 0.01},
		{0.05, 0.05, 0.05, 0.01}, {0.1, 0, 0, 0},  {0.02, 0.2, 0.1, 0.02}, {0.3, 0, 0, 0},
	};
	const int i = _i % 8;

	pair_setup_with(&(struct pair_options){.seed = 100 + (uint64_t)_i,
					       .wire = {.rate_mbps = 1000,
							.delay_ns = 200 * HOST_US,
							.hw_features = NETIF_F_SG | NETIF_F_HW_CSUM,
							.seed = 1000 + (uint64_t)_i,
							.reorder = mix[i].reorder,
							.duplicate = mix[i].duplicate,
							.corrupt = mix[i].corrupt}});
	loss_after_connect = mix[i].loss;
	run_transfer(i == 7 ? 200000 : 2 * MIB_BYTES, i == 7 ? 100000 : MIB_BYTES, 30000, 4000);
	pair_teardown();
}
END_TEST

/* Costs make rings fill and tasks be pre-empted. */
START_TEST(slow_computers_lose_no_byte)
{
	pair_setup_with(&(struct pair_options){
		.seed = 7 + (uint64_t)_i,
		.costs = {.call_ns = 50,
			  .packet_ns = 2000,
			  .copy_ps_per_byte = 500,
			  .irq_ns = 3000,
			  .switch_ns = 2000},
		.wire = {.rate_mbps = 10000,
			 .delay_ns = 10 * HOST_US,
			 .seed = 70 + (uint64_t)_i,
			 .hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM |
					(_i / 2 ? NETIF_F_TSO : 0)}});
	loss_after_connect = _i % 2 ? 0.005 : 0;
	run_transfer(4 * MIB_BYTES, 4 * MIB_BYTES, 65536, 100);
	pair_teardown();
}
END_TEST

/* Without SACK and time stamps, as with QEMU's user-mode network. */
START_TEST(plain_peer_over_a_lossy_wire)
{
	pair_setup_with(
		&(struct pair_options){.wire = {.rate_mbps = 1000,
						.delay_ns = 100 * HOST_US,
						.seed = 5 + (uint64_t)_i,
						.hw_features = NETIF_F_SG | NETIF_F_HW_CSUM}});
	bench.net[1]->sysctl.tcp_sack = false;
	bench.net[1]->sysctl.tcp_timestamps = _i & 1;
	bench.net[1]->sysctl.tcp_window_scaling = _i & 2;
	loss_after_connect = 0.02;
	run_transfer(MIB_BYTES, MIB_BYTES, 30000, 1000);
	ck_assert_uint_gt(MIB(0, TcpExtTCPRenoRecovery), 0);
	pair_teardown();
}
END_TEST

START_TEST(reno_moves_data_too)
{
	strcpy(bench.net[0]->sysctl.tcp_congestion_control, "reno");
	run_transfer(8 * MIB_BYTES, 0, 65536, 10);
}
END_TEST

static void write_every_short_length(void *arg)
{
	struct net_device *dev = memwire_dev(bench.wire, 0);
	uint8_t buf[2 * SKB_COPYBREAK_BYTES];
	uint64_t at = 0;

	(void)arg;
	set_opt(0, transfer.fd[0], SOL_TCP, TCP_NODELAY, 1);
	for (size_t len = 1; len <= sizeof(buf); at += len++) {
		ck_assert_int_eq(
			dev_set_features(dev, len & 1 ? NETIF_F_SG : NETIF_F_SG | NETIF_F_HW_CSUM),
			0);
		stream_fill(buf, len, 1, at);
		write_all(0, transfer.fd[0], buf, len);
		host_sleep(bench.host[0], HOST_MS);
	}
	ck_assert_int_eq(sys_shutdown(bench.files[0], transfer.fd[0], SHUT_WR), 0);
}

/* The wire's observer looks at each checksum: of us and, when it is switched on meanwhile, of the card. */
START_TEST(short_segments_are_whole_with_and_without_the_cards_help)
{
	struct flow in = {.side = 1, .seed = 1, .chunk = 4096};

	pair_setup_with(&(struct pair_options){
		.v6 = _i & 1,
		.wire = {.delay_ns = 50 * HOST_US, .hw_features = NETIF_F_SG | NETIF_F_HW_CSUM}});
	bench.net[0]->sysctl.tcp_timestamps = !(_i & 2);
	task(1, server, NULL);
	task(0, client, NULL);
	run_tasks(10);
	in.fd = transfer.fd[1];
	in.bytes = SKB_COPYBREAK_BYTES * (2 * SKB_COPYBREAK_BYTES + 1);
	task(0, write_every_short_length, NULL);
	task(1, receive_flow, &in);
	run_tasks(10);
	for (unsigned int i = 0, len = 1; len <= 2 * SKB_COPYBREAK_BYTES; i++)
		len += seg_from(0, i)->len == len;
	pair_teardown();
}
END_TEST

static TCase *pair_cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, pair_teardown);
	tcase_add_test(t, one_byte_arrives);
	tcase_add_test(t, sixteen_mebibytes_fill_the_wire);
	tcase_add_test(t, both_ways_at_once);
	tcase_add_test(t, small_writes_and_odd_sizes);
	tcase_add_test(t, reno_moves_data_too);
	tcase_set_timeout(t, 60);
	return t;
}

Suite *stream_suite(void)
{
	Suite *s = suite_create("stream");
	TCase *tso = tcase_create("tso"), *bad = tcase_create("bad"),
	      *brief = tcase_create("short");

	tcase_add_checked_fixture(tso, tso_setup, pair_teardown);
	tcase_add_test(tso, super_segments_go_down_whole);
	tcase_set_timeout(tso, 60);
	tcase_add_loop_test(brief, short_segments_are_whole_with_and_without_the_cards_help, 0, 4);
	tcase_add_loop_test(bad, bad_wire_loses_no_byte, 0, 24);
	tcase_add_loop_test(bad, slow_computers_lose_no_byte, 0, 4);
	tcase_add_loop_test(bad, plain_peer_over_a_lossy_wire, 0, 4);
	tcase_set_timeout(bad, 120);
	suite_add_tcase(s, pair_cases("pair", pair_setup));
	suite_add_tcase(s, pair_cases("pair over IPv6", pair6_setup));
	suite_add_tcase(s, tso);
	suite_add_tcase(s, brief);
	suite_add_tcase(s, bad);
	return s;
}
