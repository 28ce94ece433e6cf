// SPDX-License-Identifier: MIT
/*
 * column-bench SETTING: one stream through the whole column of the host rung (socket, TCP, driver, RTL
 * card, 10 Gb/s wire, and up again), in virtual time: goodput, and what was busy for how much of that
 * time. The processors are modelled (struct host_costs): so much a packet, a byte copied, an interrupt,
 * a call. Exact: the same on every machine. Prints one JSON object.
 */
#include "cosim/column.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT	       5001
#define BYTES	       (8u << 20)
#define WARM_BYTES     (4u << 20) /* until the windows have grown; not counted */
#define TAIL_BYTES     (8u << 20) /* so that the sender is busy to the end; not counted */
#define ALL_BYTES      (WARM_BYTES + BYTES + TAIL_BYTES)
#define CHUNK_BYTES    65536u
#define LIMIT_S	       60
#define WIRE	       "rate_mbps=10000,delay_ns=5000"
#define WIRE_MBPS      10000u
#define OVERHEAD_BYTES 24u /* preamble, FCS, gap */

/* A host of some 2 GHz. */
static const struct host_costs cpu = {
	.call_ns = 20, .packet_ns = 400, .copy_ps_per_byte = 100, .irq_ns = 500, .switch_ns = 300};

struct setting {
	const char *name;
	struct e1000_options driver;
	uint32_t features_off;
};

static const struct setting settings[] = {
	{"all_on", {0}, 0},
	{"tso_off", {.no_tso = true}, 0},
	{"csum_off", {.no_tso = true, .no_tx_csum = true, .no_rx_csum = true}, 0},
	{"gro_off", {0}, NETIF_F_GRO},
	{"all_off", {.no_tso = true, .no_tx_csum = true, .no_rx_csum = true}, NETIF_F_GRO},
};

/* What runs on, at one moment. */
struct reading {
	uint64_t time_ns, cpu_ns[2];
	struct ringside_card_counters card[2];
};

struct bench {
	struct column column;
	struct reading begin, end;
	char buf[2][CHUNK_BYTES];
};

static void take(struct bench *b, struct reading *r)
{
	const struct ringside_platform_abi *abi = card_platform_abi(b->column.platform);

	r->time_ns = host_now_ns(b->column.world);
	for (int i = 0; i < 2; i++) {
		r->cpu_ns[i] = host_busy_ns(b->column.side[i].host);
		abi->card_counters(card_handle(b->column.side[i].card), &r->card[i]);
	}
}

static void send_all(void *arg)
{
	struct bench *b = arg;
	struct sockaddr_storage to;
	const socklen_t len = column_address(&b->column, 1, PORT, &to);
	const int fd = column_socket(&b->column, 0);
	struct files_struct *files = b->column.side[0].files;

	host_sleep(b->column.side[0].host, HOST_MS); /* the other one listens */
	ck_assert_int_eq(sys_connect(files, fd, (const struct sockaddr *)&to, len), 0);
	for (uint64_t sent = 0; sent < ALL_BYTES;) {
		long n = sys_write(files, fd, b->buf[0], CHUNK_BYTES);

		ck_assert_int_gt(n, 0);
		sent += (uint64_t)n;
	}
	sys_close(files, fd);
}

static void receive_all(void *arg)
{
	struct bench *b = arg;
	struct sockaddr_storage at;
	const socklen_t len = column_address(&b->column, 1, PORT, &at);
	struct files_struct *files = b->column.side[1].files;
	const int listener = column_socket(&b->column, 1);
	int fd;

	ck_assert_int_eq(sys_bind(files, listener, (const struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(sys_listen(files, listener, 1), 0);
	fd = sys_accept4(files, listener, NULL, NULL, 0);
	ck_assert_int_ge(fd, 0);
	for (uint64_t got = 0; got < ALL_BYTES;) {
		long n = sys_read(files, fd, b->buf[1], CHUNK_BYTES);

		ck_assert_int_gt(n, 0);
		if (got < WARM_BYTES && got + (uint64_t)n >= WARM_BYTES)
			take(b, &b->begin);
		if (got < WARM_BYTES + BYTES && got + (uint64_t)n >= WARM_BYTES + BYTES)
			take(b, &b->end);
		got += (uint64_t)n;
	}
	sys_close(files, fd);
	sys_close(files, listener);
}

static double percent(uint64_t part_ns, uint64_t of_ns)
{
	return 100.0 * (double)part_ns / (double)of_ns;
}

static void print_side(const struct bench *b, int side, const char *name)
{
	const struct reading *from = &b->begin, *to = &b->end;
	const uint64_t ns = to->time_ns - from->time_ns;
	const uint64_t frames = to->card[side].tx_frames - from->card[side].tx_frames +
				to->card[side].rx_frames - from->card[side].rx_frames;
	const uint64_t irqs = to->card[side].irqs - from->card[side].irqs;

	printf("\t\"%s_cpu_percent\": %.1f,\n", name,
	       percent(to->cpu_ns[side] - from->cpu_ns[side], ns));
	printf("\t\"%s_copy_percent\": %.1f,\n", name,
	       percent((uint64_t)BYTES * cpu.copy_ps_per_byte / 1000, ns));
	printf("\t\"%s_interrupts\": %llu,\n\t\"%s_frames\": %llu,\n", name,
	       (unsigned long long)irqs, name, (unsigned long long)frames);
}

static void print_result(const struct bench *b, const char *name)
{
	const uint64_t ns = b->end.time_ns - b->begin.time_ns;
	const uint64_t frames = b->end.card[0].tx_frames - b->begin.card[0].tx_frames;
	const uint64_t bytes = b->end.card[0].tx_bytes - b->begin.card[0].tx_bytes;

	printf("{\n\t\"setting\": \"%s\",\n\t\"goodput_mbps\": %.0f,\n", name,
	       BYTES * 8e3 / (double)ns);
	printf("\t\"wire_percent\": %.1f,\n",
	       percent((bytes + frames * OVERHEAD_BYTES) * 8000 / WIRE_MBPS, ns));
	print_side(b, 0, "sender");
	print_side(b, 1, "receiver");
	printf("\t\"bytes\": %u\n}\n", BYTES);
}

static const struct setting *find(const char *name)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!strcmp(settings[i].name, name))
			return &settings[i];
	return NULL;
}

static const struct setting *chosen;

/* A test, as the column asserts. */
START_TEST(one_stream)
{
	static struct bench b;

	column_setup(&b.column, &(struct column_options){.cards = {"rtl", "rtl"},
							 .wire = WIRE,
							 .costs = cpu,
							 .driver = chosen->driver,
							 .features_off = chosen->features_off,
							 .seed = 1});
	host_spawn(b.column.side[1].host, "receive", receive_all, &b);
	host_spawn(b.column.side[0].host, "send", send_all, &b);
	column_run(&b.column, LIMIT_S);
	print_result(&b, chosen->name);
	column_teardown(&b.column);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("column-bench");
	TCase *tc = tcase_create("stream");
	SRunner *runner;
	int failed;

	chosen = argc == 2 ? find(argv[1]) : NULL;
	if (!chosen) {
		fprintf(stderr, "usage: column-bench all_on|tso_off|csum_off|gro_off|all_off\n");
		return EXIT_FAILURE;
	}
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, one_stream);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	if (failed)
		srunner_print(runner, CK_NORMAL);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
