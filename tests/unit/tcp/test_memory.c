// SPDX-License-Identifier: MIT
/* What may take how much memory: tcp_mem's limits, hoarders, floods of small segments. */
#include "tcp_test.h"

#define MSS  1448u /* with time stamps */
#define PAGE 4096u

static uint8_t block[300000];

static void limit_pages(int side, uint32_t fine, uint32_t pressure, uint32_t limit)
{
	uint32_t *mem = net_sysctl(bench.net[side])->tcp_mem;

	mem[0] = fine;
	mem[1] = pressure;
	mem[2] = limit;
}

/* ---- all sockets together ---- */

#define HOARDERS 40

static struct {
	int fd[HOARDERS];
	uint64_t most_bytes, sent_bytes;
} hoard;

/* Accepts and never reads. */
static void hoarding_server(void *arg)
{
	int listener = listen_on(1, PORT, HOARDERS);

	(void)arg;
	for (int i = 0; i < HOARDERS; i++)
		accept_from(1, listener);
}

static void flooding_client(void *arg)
{
	(void)arg;
	for (int i = 0; i < HOARDERS; i++) {
		hoard.fd[i] = dial(0, ADDR_B, PORT);
		set_nonblock(0, hoard.fd[i]);
	}
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < HOARDERS; i++) {
			long n = sys_write(bench.files[0], hoard.fd[i], block, sizeof(block));

			hoard.sent_bytes += n > 0 ? (uint64_t)n : 0;
		}
		host_sleep(bench.host[0], 10 * HOST_MS);
		if (bench.net[1]->tcp_memory_bytes > hoard.most_bytes)
			hoard.most_bytes = bench.net[1]->tcp_memory_bytes;
	}
}

START_TEST(sockets_nobody_reads_stay_within_tcp_mem)
{
	memset(&hoard, 0, sizeof(hoard));
	limit_pages(1, 96, 128, 192);
	task(1, hoarding_server, NULL);
	task(0, flooding_client, NULL);
	run_tasks(100);
	/* The limit; a socket may pass its minimum by a packet. */
	ck_assert_uint_le(hoard.most_bytes, 192 * PAGE + HOARDERS * (4096 + 3000));
	ck_assert_uint_ge(hoard.most_bytes, 128 * PAGE);
	ck_assert_uint_ge(MIB(1, TcpExtTCPMemoryPressures), 1);
	ck_assert_uint_gt(bench.net[1]->drops[SKB_DROP_TcpProtoMem], 0);
}
END_TEST

static void late_reader(void *arg)
{
	int listener = listen_on(1, PORT + 1, 4), fd = accept_from(1, listener);
	static uint8_t buf[100000];

	(void)arg;
	read_all(1, fd, buf, sizeof(buf));
	stream_check(buf, sizeof(buf), 7, 0);
}

static void late_writer(void *arg)
{
	static uint8_t buf[100000];
	int fd;

	(void)arg;
	host_sleep(bench.host[0], HOST_SECOND); /* the hoarders are at it */
	fd = dial(0, ADDR_B, PORT + 1);
	stream_fill(buf, sizeof(buf), 7, 0);
	write_all(0, fd, buf, sizeof(buf));
}

START_TEST(one_that_is_read_moves_on_beside_them)
{
	memset(&hoard, 0, sizeof(hoard));
	limit_pages(1, 96, 128, 192);
	task(1, hoarding_server, NULL);
	task(0, flooding_client, NULL);
	task(1, late_reader, NULL);
	task(0, late_writer, NULL);
	run_tasks(1000);
	ck_assert_uint_ge(MIB(1, TcpExtTCPMemoryPressures), 1);
}
END_TEST

static void closed_windows(void)
{
	uint64_t most = 0;
	int fd[20];

	limit_pages(0, 24, 32, 48);
	peer.window = 0; /* attackers that never open their windows */
	for (int i = 0; i < 20; i++) {
		peer.port = (uint16_t)(4000 + i);
		peer.seq = 1000;
		fd[i] = script_connect(true, true, 7, 1460);
		set_nonblock(0, fd[i]);
		while (sys_write(bench.files[0], fd[i], block, 10000) > 0)
			;
		if (bench.net[0]->tcp_memory_bytes > most)
			most = bench.net[0]->tcp_memory_bytes;
	}
	/* Whoever comes late gets the minimum. */
	ck_assert_uint_le(most, 48 * PAGE + 20 * (4096 + 10000 + sizeof(struct sk_buff)));
	ck_assert_uint_eq(get_opt(0, fd[19], SOL_SOCKET, SO_ERROR), 0);
}

START_TEST(windows_nobody_opens_hold_bounded_memory)
{
	in_script(closed_windows);
}
END_TEST

static void orphan_without_memory(void)
{
	int fd = script_accept(true, true, 7, 1460);

	write_all(0, fd, block, 30000);
	settle();
	limit_pages(0, 1, 1, 1);
	ck_assert_int_eq(sys_close(bench.files[0], fd), 0);
	settle();
	ck_assert_uint_eq(MIB(0, TcpExtTCPAbortOnMemory), 1);
	ck_assert_uint_eq(count_flags(0, TCPHDR_RST), 1);
	ck_assert_uint_eq(bench.net[0]->tcp_memory_bytes, 0);
}

START_TEST(an_orphan_does_not_hold_scarce_memory)
{
	in_script(orphan_without_memory);
}
END_TEST

/* ---- no memory ---- */

#define TRANSFER_BYTES 20000u

/* Each call succeeds or says that there is no memory; what was begun is finished once there is some. */
static void transfer_without_memory(int listener, uint64_t allocations)
{
	static uint8_t out[TRANSFER_BYTES], in[TRANSFER_BYTES];
	int fd, err, conn = -EAGAIN;
	long sent;

	stream_fill(out, sizeof(out), 3, 0);
	host_fail_alloc_after(bench.host[0], allocations);
	fd = sys_socket(bench.files[0], AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	err = fd < 0 ? fd : connect_to(0, fd, INADDR_LOOPBACK, PORT);
	settle();
	sent = sys_sendto(bench.files[0], fd, out, sizeof(out), MSG_NOSIGNAL, NULL, 0);
	settle();
	host_fail_alloc_after(bench.host[0], UINT64_MAX);
	if (err != -EINPROGRESS) {
		ck_assert_msg(err == -ENOMEM || err == -ENOBUFS, "%d after %llu", err,
			      (unsigned long long)allocations);
		sys_close(bench.files[0], fd);
		return;
	}
	ck_assert_msg(sent > 0 || sent == -EAGAIN || sent == -ENOMEM || sent == -ENOBUFS, "%ld",
		      sent);
	for (int i = 0; i < 1000 && conn < 0; i++) {
		host_sleep(bench.host[0], 10 * HOST_MS);
		conn = sys_accept4(bench.files[0], listener, NULL, NULL, 0);
	}
	ck_assert_int_ge(conn, 0);
	ck_assert_int_eq(sys_fcntl(bench.files[0], fd, F_SETFL, 0), 0);
	sent = sent < 0 ? 0 : sent;
	write_all(0, fd, out + sent, sizeof(out) - (size_t)sent);
	sys_close(bench.files[0], fd);
	read_all(0, conn, in, sizeof(in));
	stream_check(in, sizeof(in), 3, 0);
	ck_assert_int_eq(sys_read(bench.files[0], conn, in, 1), 0);
	sys_close(bench.files[0], conn);
}

static void transfers_without_memory(void)
{
	int listener = listen_on(0, PORT, 8);

	set_nonblock(0, listener);
	for (uint64_t n = 0; n < 120; n++)
		transfer_without_memory(listener, n);
}

START_TEST(every_failed_allocation_of_a_transfer_is_survived)
{
	in_script(transfers_without_memory);
}
END_TEST

/* ---- autotuning ---- */

static struct {
	int sndbuf, rcvbuf, sndbuf_start, rcvbuf_start;
} tuned;

static void bulk_reader(void *arg)
{
	int listener = listen_on(1, PORT, 4), fd = accept_from(1, listener);
	static uint8_t buf[100000];

	(void)arg;
	tuned.rcvbuf_start = get_opt(1, fd, SOL_SOCKET, SO_RCVBUF);
	for (int i = 0; i < 120; i++)
		read_all(1, fd, buf, sizeof(buf));
	tuned.rcvbuf = get_opt(1, fd, SOL_SOCKET, SO_RCVBUF);
}

static void bulk_writer(void *arg)
{
	int fd = dial(0, ADDR_B, PORT);

	(void)arg;
	tuned.sndbuf_start = get_opt(0, fd, SOL_SOCKET, SO_SNDBUF);
	for (int i = 0; i < 60; i++)
		write_all(0, fd, block, 200000);
	tuned.sndbuf = get_opt(0, fd, SOL_SOCKET, SO_SNDBUF);
}

/* 100 Mb/s, 40 ms: 500 kB in flight. */
static void setup_long_path(void)
{
	pair_setup_with(&(struct pair_options){
		.wire = {.rate_mbps = 1000,
			 .bottleneck_mbps = 100,
			 .delay_ns = 20 * HOST_MS,
			 .hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM}});
}

START_TEST(buffers_grow_to_what_the_path_holds)
{
	task(1, bulk_reader, NULL);
	task(0, bulk_writer, NULL);
	run_tasks(100);
	ck_assert_int_le(tuned.rcvbuf_start, 150000);
	ck_assert_int_le(tuned.sndbuf_start, 150000);
	ck_assert_int_ge(tuned.rcvbuf, 800000);
	ck_assert_int_ge(tuned.sndbuf, 800000);
}
END_TEST

START_TEST(buffers_do_not_grow_under_pressure)
{
	limit_pages(0, 0, 0, 100000);
	limit_pages(1, 0, 0, 100000);
	task(1, bulk_reader, NULL);
	task(0, bulk_writer, NULL);
	run_tasks(100);
	ck_assert_int_eq(tuned.rcvbuf, tuned.rcvbuf_start);
	ck_assert_int_le(tuned.sndbuf, tuned.sndbuf_start);
}
END_TEST

/* ---- cwnd by bytes acknowledged, not by ACKs ---- */

static void ack_splitting(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	write_all(0, fd, block, 10 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	/* One segment acknowledged in a hundred steps (RFC 3465; Savage 1999). */
	for (uint32_t i = 1; i <= 100; i++) {
		peer.ack = base + i * MSS / 100;
		peer.tsval++;
		peer_send(TCPHDR_ACK, NULL, 0);
		settle();
	}
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 9);
	ck_assert_uint_le(info_of(0, fd).tcpi_snd_cwnd, 11);
}

START_TEST(split_acks_do_not_open_the_window)
{
	in_script(ack_splitting);
}
END_TEST

static void optimistic(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base, sent;

	write_all(0, fd, block, 40 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	sent = segs_from(0);
	/* ACKs of what was not sent yet: nothing comes of them. */
	for (uint32_t i = 1; i <= 100; i++) {
		peer.ack = base + (sent + i) * MSS;
		peer_send(TCPHDR_ACK, NULL, 0);
		settle();
	}
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_cwnd, 10);
	ck_assert_uint_le(info_of(0, fd).tcpi_unacked, 11); /* a loss probe goes beyond */
	ck_assert_uint_eq(info_of(0, fd).tcpi_bytes_acked, 0);
}

START_TEST(optimistic_acks_are_ignored)
{
	in_script(optimistic);
}
END_TEST

static void duplicate_acks(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	write_all(0, fd, block, 30 * MSS);
	settle();
	base = seg_from(0, 0)->seq;
	/* Duplicate ACKs without news: at most what is in flight counts as delivered. */
	for (int i = 0; i < 1000; i++) {
		peer.ack = base;
		peer_send(TCPHDR_ACK, NULL, 0);
	}
	settle();
	ck_assert_uint_le(info_of(0, fd).tcpi_snd_cwnd, 10);
	ck_assert_uint_le(info_of(0, fd).tcpi_delivered, 10);
}

START_TEST(forged_duplicate_acks_do_not_open_the_window)
{
	in_script(duplicate_acks);
}
END_TEST

Suite *memory_suite(void)
{
	Suite *s = suite_create("memory");
	TCase *t = tcase_create("pair");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, pair_setup, pair_teardown);
	tcase_add_test(t, sockets_nobody_reads_stay_within_tcp_mem);
	tcase_add_test(t, one_that_is_read_moves_on_beside_them);
	suite_add_tcase(s, t);

	t = tcase_create("long path");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup_long_path, pair_teardown);
	tcase_add_test(t, buffers_grow_to_what_the_path_holds);
	tcase_add_test(t, buffers_do_not_grow_under_pressure);
	suite_add_tcase(s, t);

	t = tcase_create("script");
	tcase_add_checked_fixture(t, script_setup, script_teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, every_failed_allocation_of_a_transfer_is_survived);
	tcase_add_test(t, windows_nobody_opens_hold_bounded_memory);
	tcase_add_test(t, an_orphan_does_not_hold_scarce_memory);
	tcase_add_test(t, split_acks_do_not_open_the_window);
	tcase_add_test(t, optimistic_acks_are_ignored);
	tcase_add_test(t, forged_duplicate_acks_do_not_open_the_window);
	suite_add_tcase(s, t);
	return s;
}
