// SPDX-License-Identifier: MIT
/*
 * The guest's iperf3 between two hosts in virtual time: side 0 serves, side 1 is the client, or a
 * hostile peer in its place. Teardown asserts that nothing is left of sockets and memory.
 */
#include "apps/iperf3/protocol.h"

#include <jansson.h>

#include "apps/iperf3/iperf3.h"
#include "tcp_test.h"

#define COOKIE "abcdefghijklmnopqrstuvwxyz0123456789"

static json_t *result; /* what the client printed last */

static void cpu_time(void *ctx, struct iperf3_cpu *out)
{
	const struct host *h = ctx;

	*out = (struct iperf3_cpu){.busy_ns = host_busy_ns(h)};
}

static void keep_result(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	json_decref(result);
	result = json_loadb(text, len, 0, NULL);
	ck_assert_ptr_nonnull(result);
}

static struct iperf3_place place_of(int side)
{
	return (struct iperf3_place){bench.net[side], cpu_time, keep_result, bench.host[side]};
}

static void setup_over(const struct memwire_options *wire, bool v6)
{
	struct pair_options o = {
		.v6 = v6,
		.wire = *wire,
		.costs = {.call_ns = 200, .packet_ns = 500, .copy_ps_per_byte = 100},
	};

	o.wire.rate_mbps = 100;
	o.wire.delay_ns = 50 * HOST_US;
	o.wire.hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM;
	pair_setup_with(&o);
}

static void setup(void)
{
	setup_over(&(struct memwire_options){0}, false);
}

static void forget_result(void)
{
	json_decref(result);
	result = NULL;
	pair_teardown();
}

static void serve(void *tests)
{
	const struct iperf3_place place = place_of(0);

	ck_assert_int_eq(iperf3_serve(&place, (unsigned int)(size_t)tests), 0);
}

/* Runs the client with these options; returns what it returns. */
static int client(const char *options)
{
	const struct iperf3_place place = place_of(1);
	struct iperf3_settings settings;
	char error[200] = "", text[200];

	snprintf(text, sizeof(text), "-c,%s,%s", bench.v6 ? "fd00::a00:1" : "10.0.0.1", options);
	ck_assert_msg(iperf3_settings_parse(&settings, text, strlen(text), error, sizeof(error)),
		      "%s", error);
	return iperf3_run(&place, &settings);
}

static void good_client(void *options)
{
	ck_assert_int_eq(client(options), 0);
}

/* One test of server and client; its report is in `result`. */
static void measure(const char *options)
{
	task(0, serve, (void *)1);
	task(1, good_client, (void *)options);
	run_tasks(200);
	ck_assert_ptr_null(json_object_get(result, "error"));
}

static const json_t *end_of(const char *name)
{
	return json_object_get(json_object_get(result, "end"), name);
}

static uint64_t integer(const json_t *json, const char *name)
{
	const json_t *item = json_object_get(json, name);

	ck_assert_msg(json_is_integer(item), "%s", name);
	return (uint64_t)json_integer_value(item);
}

static uint64_t bytes_of(const char *sum)
{
	return integer(end_of(sum), "bytes");
}

static double number(const json_t *json, const char *name)
{
	const json_t *item = json_object_get(json, name);

	ck_assert_msg(json_is_number(item), "%s", name);
	return json_number_value(item);
}

/* ---- what is measured ---- */

START_TEST(bytes_sent_are_bytes_received)
{
	static const char *const options[] = {
		"-n,1M",	 "-n,1M,-R",	    "-P,8,-n,1M",
		"-P,8,-n,1M,-R", "-k,100,-l,1000",  "-n,1M,-M,600",
		"-n,1M,-w,64K",	 "-n,1M,-N,-l,100", "-n,1M,-R,-C,reno",
		"-n,1M,-C,bbr",	 "-n,1M,-R,-w,64K", "-n,1M,-S,32",
		"-n,1000,-l,1M", "-n,2M,-P,128",    "-n,1M,-C,nosuch,-R",
	};

	setup_over(&(struct memwire_options){0}, _i & 1);
	measure(options[_i / 2]);
	ck_assert_uint_gt(bytes_of("sum_sent"), 0);
	ck_assert_uint_eq(bytes_of("sum_sent"), bytes_of("sum_received"));
	forget_result();
}
END_TEST

START_TEST(a_client_ends_with_whole_blocks)
{
	static const struct {
		const char *options;
		uint64_t bytes;
	} cases[] = {
		{"-n,1000001,-l,100000,-P,7", 1100000},
		{"-k,50,-l,100000,-P,8", 5000000},
		{"-n,1,-l,1M,-w,16K", 1 << 20},
	};

	setup();
	measure(cases[_i].options);
	ck_assert_uint_eq(bytes_of("sum_sent"), cases[_i].bytes);
	ck_assert_uint_eq(bytes_of("sum_received"), cases[_i].bytes);
	forget_result();
}
END_TEST

/* The rest of a block that was begun before counts, but not as a new block. */
START_TEST(what_is_counted_begins_after_what_is_omitted)
{
	setup();
	measure("-n,1000000,-O,1,-l,100000,-P,3");
	ck_assert_uint_ge(bytes_of("sum_sent"), 1000000);
	ck_assert_uint_lt(bytes_of("sum_sent"), 1000000 + 100000);
	forget_result();
}
END_TEST

START_TEST(both_directions_move)
{
	setup();
	measure("-t,1,--bidir,-P,2");
	ck_assert_uint_gt(bytes_of("sum_sent"), 5 << 20);
	ck_assert_uint_gt(bytes_of("sum_sent_bidir_reverse"), 5 << 20);
	ck_assert_uint_le(bytes_of("sum_received"), bytes_of("sum_sent"));
	ck_assert_uint_gt(bytes_of("sum_received"), bytes_of("sum_sent") / 10 * 8);
	ck_assert_uint_gt(bytes_of("sum_received_bidir_reverse"),
			  bytes_of("sum_sent_bidir_reverse") / 10 * 8);
	forget_result();
}
END_TEST

START_TEST(a_time_is_kept_and_cut_into_intervals)
{
	const json_t *intervals;
	uint64_t bytes = 0;
	size_t i;
	json_t *interval;

	setup();
	measure("-t,2,-i,0.5");
	ck_assert_double_eq_tol(number(end_of("sum_sent"), "seconds"), 2, 0.01);
	intervals = json_object_get(result, "intervals");
	ck_assert_uint_ge(json_array_size(intervals), 4);
	json_array_foreach((json_t *)intervals, i, interval)
	{
		bytes += integer(json_object_get(interval, "sum"), "bytes");
		if (i < 4)
			ck_assert_double_eq_tol(number(json_object_get(interval, "sum"), "seconds"),
						0.5, 0.01);
	}
	ck_assert_uint_eq(bytes, bytes_of("sum_sent"));
	/* 100 Mb/s less the headers: 94.1 Mb/s at most */
	ck_assert_double_gt(number(end_of("sum_received"), "bits_per_second"), 90e6);
	ck_assert_double_lt(number(end_of("sum_received"), "bits_per_second"), 94.5e6);
	forget_result();
}
END_TEST

START_TEST(what_is_omitted_does_not_count)
{
	setup();
	measure("-t,1,-O,2,-b,8M");
	ck_assert_double_eq_tol(number(end_of("sum_sent"), "seconds"), 1, 0.01);
	ck_assert_double_eq_tol((double)bytes_of("sum_sent"), 1e6, 0.2e6);
	forget_result();
}
END_TEST

START_TEST(a_rate_is_kept)
{
	static const char *const options[] = {"-b,8M,-t,2", "-b,8M,-t,2,-R",
					      "-b,8M/10,-t,2,-l,1000", "-u,-b,8M,-t,2",
					      "-u,-b,8M,-t,2,-R"};

	setup();
	measure(options[_i]);
	ck_assert_double_eq_tol((double)bytes_of("sum_sent"), 2e6, 0.15e6);
	forget_result();
}
END_TEST

START_TEST(datagrams_are_counted)
{
	static const char *const options[] = {"-u,-b,20M,-n,500K", "-u,-b,20M,-t,1,-R,-P,3",
					      "-u,-b,5M,-t,1,--bidir",
					      "-u,-b,20M,-k,300,--udp-counters-64bit",
					      "-u,-b,20M,-t,1,-R,--udp-counters-64bit,-l,9000"};

	setup_over(&(struct memwire_options){0}, _i & 1);
	measure(options[_i / 2]);
	ck_assert_uint_gt(integer(end_of("sum"), "packets"), 100);
	ck_assert_uint_eq(integer(end_of("sum"), "lost_packets"), 0);
	ck_assert_uint_le(bytes_of("sum_received"), bytes_of("sum_sent"));
	ck_assert_uint_ge(bytes_of("sum_received") + 100000, bytes_of("sum_sent"));
	forget_result();
}
END_TEST

/* Of the datagrams that were sent, those that came and those that are missed; the wire's own count
 * says how many it took. */
START_TEST(lost_datagrams_are_counted)
{
	struct memwire_counters wire;
	uint64_t lost;

	setup_over(&(struct memwire_options){.seed = 7}, false);
	task(0, serve, (void *)1);
	task(1, good_client, "-u,-b,10M,-t,2,-l,1000");
	run_for(500 * HOST_MS);
	memwire_set_loss(bench.wire, 0.1);
	run_for(1000 * HOST_MS);
	memwire_set_loss(bench.wire, 0);
	run_tasks(200);
	memwire_counters(bench.wire, 1, &wire);
	lost = integer(end_of("sum"), "lost_packets");
	ck_assert_uint_gt(wire.lost, 50);
	ck_assert_uint_eq(lost, wire.lost);
	ck_assert_uint_eq(integer(end_of("sum"), "packets") * 1000, bytes_of("sum_sent"));
	ck_assert_uint_eq(bytes_of("sum_sent"), bytes_of("sum_received") + lost * 1000);
	forget_result();
}
END_TEST

/* One datagram in 65536 has the checksum 0, which IPv6 does not take for one. */
static void send_every_word(void *arg)
{
	const int from = sys_socket(bench.files[1], AF_INET6, SOCK_DGRAM, 0);
	const int to = sys_socket(bench.files[0], AF_INET6, SOCK_DGRAM, 0);
	uint16_t got;

	(void)arg;
	ck_assert_int_eq(bind_to(0, to, ADDR_A, 7), 0);
	ck_assert_int_eq(connect_to(1, from, ADDR_A, 7), 0);
	for (unsigned int word = 0; word < 65536; word++) {
		const uint16_t sent = (uint16_t)word;

		ck_assert_int_eq(sys_write(bench.files[1], from, &sent, sizeof(sent)), 2);
		if (word % 64 != 63)
			continue;
		host_sleep(bench.host[1], HOST_MS);
		for (unsigned int i = 0; i < 64; i++) {
			ck_assert_int_eq(sys_recvfrom(bench.files[0], to, &got, sizeof(got),
						      MSG_DONTWAIT, NULL, NULL),
					 2);
			ck_assert_uint_eq(got, word - 63 + i);
		}
	}
	sys_close(bench.files[1], from);
	sys_close(bench.files[0], to);
}

START_TEST(a_datagram_of_any_checksum_arrives)
{
	setup_over(&(struct memwire_options){0}, true);
	task(1, send_every_word, NULL);
	run_tasks(100);
	forget_result();
}
END_TEST

START_TEST(the_servers_report_comes_along)
{
	const json_t *theirs;

	setup();
	measure("-n,1M,--get-server-output");
	theirs = json_object_get(json_object_get(result, "server_output_json"), "end");
	ck_assert_double_eq(number(json_object_get(theirs, "sum_received"), "bytes"), 1 << 20);
	forget_result();
}
END_TEST

START_TEST(retransmissions_are_told)
{
	setup_over(&(struct memwire_options){.loss = 0.01, .seed = 3}, false);
	measure(_i ? "-n,4M,-R" : "-n,4M");
	ck_assert_uint_gt(integer(end_of("sum_sent"), "retransmits"), 0);
	ck_assert_uint_eq(bytes_of("sum_sent"), bytes_of("sum_received"));
	forget_result();
}
END_TEST

static void be_denied(void *arg)
{
	const int fd = dial(1, ADDR_A, IPERF3_PORT);
	int8_t state;

	(void)arg;
	read_all(1, fd, &state, 1);
	ck_assert_int_eq(state, STATE_ACCESS_DENIED);
	sys_close(bench.files[1], fd);
}

START_TEST(a_second_client_is_told_that_the_server_is_busy)
{
	setup();
	task(0, serve, (void *)1);
	task(1, good_client, "-t,1");
	run_for(100 * HOST_MS);
	task(1, be_denied, NULL);
	run_tasks(100);
	ck_assert_ptr_null(json_object_get(result, "error"));
	forget_result();
}
END_TEST

/* ---- wrong options ---- */

START_TEST(wrong_options_name_the_cure)
{
	static const struct {
		const char *options, *says;
	} wrong[] = {
		{"-t,10", "-c,ADDRESS"},
		{"-c,300.1.1.1", "address"},
		{"-c,10.0.0.1,-P,0", "1..128"},
		{"-c,10.0.0.1,-P,129", "1..128"},
		{"-c,10.0.0.1,-t,1,-n,1M", "one of"},
		{"-c,10.0.0.1,-R,--bidir", "not both"},
		{"-c,10.0.0.1,-u,-l,8", "-l,16"},
		{"-c,10.0.0.1,--bogus", "--bogus"},
		{"-c,10.0.0.1,-n", "bytes"},
		{"-c,10.0.0.1,-n,99999999999999999999", "bytes"},
		{"-c,10.0.0.1,-M,-5", "88..9216"},
		{"-c,10.0.0.1,-C,averyveryverylongname", "algorithm"},
	};
	struct iperf3_settings settings;
	char error[200] = "";

	ck_assert(!iperf3_settings_parse(&settings, wrong[_i].options, strlen(wrong[_i].options),
					 error, sizeof(error)));
	ck_assert_msg(strstr(error, wrong[_i].says) != NULL, "%s", error);
}
END_TEST

/* ---- hostile clients ---- */

/* What a client sends, step by step, and when it goes: after the bytes of `last`. */
struct hostile {
	const char *name;
	bool cookie;	      /* a right one first, else `first` */
	const char *first;    /* instead of a cookie */
	const char *json;     /* NULL: it goes without */
	uint32_t json_length; /* 0: the right one */
	int8_t answer;	      /* what the server says to it; 0: nothing is asked for */
	bool nested;	      /* json is 10000 of its first character */
};

static const struct hostile hostiles[] = {
	{.name = "goes at once"},
	{.name = "half a cookie", .first = "abc"},
	{.name = "HTTP",
	 .first = "GET / HTTP/1.1\r\nHost: 10.0.0.1\r\nUser-Agent: x\r\n\r\n",
	 .answer = STATE_ACCESS_DENIED},
	{.name = "binary", .first = "\1\2\3\4\5\6\7\x80\xff" COOKIE, .answer = STATE_ACCESS_DENIED},
	{.name = "goes after the cookie", .cookie = true},
	{.name = "no JSON", .cookie = true, .json = "hello", .answer = STATE_SERVER_ERROR},
	{.name = "an array", .cookie = true, .json = "[1]", .answer = STATE_SERVER_ERROR},
	{.name = "nested arrays",
	 .cookie = true,
	 .json = "[",
	 .nested = true,
	 .answer = STATE_SERVER_ERROR},
	{.name = "nested objects",
	 .cookie = true,
	 .json = "{",
	 .nested = true,
	 .answer = STATE_SERVER_ERROR},
	{.name = "four gigabytes",
	 .cookie = true,
	 .json = "{}",
	 .json_length = 0xffffffff,
	 .answer = STATE_SERVER_ERROR},
	{.name = "less than it said", .cookie = true, .json = "{}", .json_length = 100},
	{.name = "no streams",
	 .cookie = true,
	 .json = "{\"parallel\":0}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "many streams",
	 .cookie = true,
	 .json = "{\"parallel\":1000000}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "minus one stream",
	 .cookie = true,
	 .json = "{\"parallel\":-1}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "streams by name",
	 .cookie = true,
	 .json = "{\"parallel\":\"8\"}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "infinite streams",
	 .cookie = true,
	 .json = "{\"parallel\":1e300}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "negative blocks",
	 .cookie = true,
	 .json = "{\"len\":-131072}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "huge blocks",
	 .cookie = true,
	 .json = "{\"len\":4294967296}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "tiny datagrams",
	 .cookie = true,
	 .json = "{\"udp\":true,\"len\":4}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "huge datagrams",
	 .cookie = true,
	 .json = "{\"udp\":true,\"len\":65536}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "negative time",
	 .cookie = true,
	 .json = "{\"time\":-1}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "negative bytes",
	 .cookie = true,
	 .json = "{\"num\":-1}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "huge segments",
	 .cookie = true,
	 .json = "{\"MSS\":100000}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "SCTP", .cookie = true, .json = "{\"sctp\":true}", .answer = STATE_SERVER_ERROR},
	{.name = "a long algorithm",
	 .cookie = true,
	 .json = "{\"congestion\":\"abcdefghijklmnopqrstuvwxyz\"}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "both ways twice",
	 .cookie = true,
	 .json = "{\"reverse\":true,\"bidirectional\":true}",
	 .answer = STATE_SERVER_ERROR},
	{.name = "goes before its streams",
	 .cookie = true,
	 .json = "{\"tcp\":true}",
	 .answer = STATE_CREATE_STREAMS},
	{.name = "goes before its datagrams",
	 .cookie = true,
	 .json = "{\"udp\":true,\"len\":1000,\"parallel\":3}",
	 .answer = STATE_CREATE_STREAMS},
};

static void send_json(int fd, const struct hostile *h)
{
	const size_t len = h->nested ? 10000 : strlen(h->json);
	const uint32_t word = htonl(h->json_length ? h->json_length : (uint32_t)len);
	char *text = malloc(len);

	memset(text, h->json[0], len);
	if (!h->nested)
		memcpy(text, h->json, len);
	write_all(1, fd, &word, sizeof(word));
	write_all(1, fd, text, len);
	free(text);
}

static void attack(void *arg)
{
	const struct hostile *h = arg;
	const int fd = dial(1, ADDR_A, IPERF3_PORT);
	int8_t state = 0;

	if (h->cookie)
		write_all(1, fd, COOKIE, COOKIE_BYTES);
	else if (h->first)
		write_all(1, fd, h->first, strlen(h->first));
	if (h->json) {
		read_all(1, fd, &state, 1);
		ck_assert_int_eq(state, STATE_PARAM_EXCHANGE);
		send_json(fd, h);
	}
	if (h->answer) {
		read_all(1, fd, &state, 1);
		ck_assert_int_eq(state, h->answer);
	}
	sys_close(bench.files[1], fd);
}

/* After each of them the server is there for the next. */
START_TEST(a_hostile_client_costs_only_its_own_test)
{
	setup();
	task(0, serve, (void *)(hostiles[_i].cookie ? 2ul : 1ul));
	task(1, attack, (void *)&hostiles[_i]);
	run_for(11 * HOST_SECOND);
	task(1, good_client, "-n,128K");
	run_tasks(30);
	ck_assert_uint_eq(bytes_of("sum_received"), 128 << 10);
	forget_result();
}
END_TEST

static void be_silent(void *arg)
{
	(void)arg;
	dial(1, ADDR_A, IPERF3_PORT); /* closed with the others */
}

START_TEST(a_silent_client_costs_ten_seconds)
{
	setup();
	task(0, serve, (void *)1);
	task(1, be_silent, NULL);
	run_for(100 * HOST_MS);
	task(1, good_client, "-n,128K"); /* waits for its turn no longer than that */
	run_tasks(11);
	ck_assert_uint_eq(bytes_of("sum_received"), 128 << 10);
	forget_result();
}
END_TEST

/* A client that does everything right up to `stop`, and then goes, by FIN or by RST. */
enum stop { AT_STREAMS, WHILE_RUNNING, IN_THE_MIDDLE_OF_DATA, AT_RESULTS, IN_RESULTS, STOPS };

static int next_state(int fd)
{
	int8_t state;

	read_all(1, fd, &state, 1);
	return state;
}

static void go(int fd, bool reset)
{
	const struct linger at_once = {.l_onoff = 1};

	if (reset)
		sys_setsockopt(bench.files[1], fd, SOL_SOCKET, SO_LINGER, &at_once,
			       sizeof(at_once));
	sys_close(bench.files[1], fd);
}

static int begin(const char *json)
{
	const struct hostile h = {.json = json};
	const int fd = dial(1, ADDR_A, IPERF3_PORT);

	write_all(1, fd, COOKIE, COOKIE_BYTES);
	ck_assert_int_eq(next_state(fd), STATE_PARAM_EXCHANGE);
	send_json(fd, &h);
	ck_assert_int_eq(next_state(fd), STATE_CREATE_STREAMS);
	return fd;
}

static void leave_at(int control, int stream, enum stop stop)
{
	static const char data[10000];
	const int8_t end = STATE_TEST_END;

	if (stop == AT_STREAMS)
		return;
	write_all(1, stream, COOKIE, COOKIE_BYTES);
	ck_assert_int_eq(next_state(control), STATE_TEST_START);
	ck_assert_int_eq(next_state(control), STATE_TEST_RUNNING);
	if (stop == WHILE_RUNNING)
		return;
	write_all(1, stream, data, sizeof(data));
	if (stop == IN_THE_MIDDLE_OF_DATA)
		return;
	write_all(1, control, &end, 1);
	ck_assert_int_eq(next_state(control), STATE_EXCHANGE_RESULTS);
	if (stop == IN_RESULTS)
		write_all(1, control, "\0\0\1", 3);
}

static void leave(void *arg)
{
	const int i = (int)(size_t)arg;
	const int control = begin("{\"tcp\":true,\"len\":1000,\"time\":10}");
	const int stream = dial(1, ADDR_A, IPERF3_PORT);

	leave_at(control, stream, (enum stop)(i / 4));
	if (i & 2) { /* in this order, or the other */
		go(stream, i & 1);
		host_sleep(bench.host[1], HOST_MS);
		go(control, i & 1);
	} else {
		go(control, i & 1);
		host_sleep(bench.host[1], HOST_MS);
		go(stream, i & 1);
	}
}

START_TEST(a_client_may_die_at_any_time)
{
	setup();
	task(0, serve, (void *)2);
	task(1, leave, (void *)(size_t)_i);
	run_for(20 * HOST_SECOND);
	task(1, good_client, "-n,128K,-R");
	run_tasks(60);
	ck_assert_uint_eq(bytes_of("sum_received"), 128 << 10);
	forget_result();
}
END_TEST

/* Strangers knock while the server waits for streams; the right one is let in. */
static void knock(void *arg)
{
	static const char wrong[COOKIE_BYTES] = "someone-elses-cookie-0123456789-abcd";
	const int control = begin("{\"tcp\":true,\"len\":1000}");
	int fds[40], stream;
	int8_t state;

	(void)arg;
	for (int i = 0; i < 40; i++) {
		fds[i] = dial(1, ADDR_A, IPERF3_PORT);
		if (i % 2)
			write_all(1, fds[i], wrong, sizeof(wrong));
	}
	read_all(1, fds[1], &state, 1);
	ck_assert_int_eq(state, STATE_ACCESS_DENIED);
	stream = dial(1, ADDR_A, IPERF3_PORT);
	write_all(1, stream, COOKIE, COOKIE_BYTES);
	ck_assert_int_eq(next_state(control), STATE_TEST_START);
	for (int i = 0; i < 40; i++)
		sys_close(bench.files[1], fds[i]);
	sys_close(bench.files[1], stream);
	sys_close(bench.files[1], control);
}

START_TEST(a_stream_without_the_cookie_is_denied)
{
	setup();
	task(0, serve, (void *)1);
	task(1, knock, NULL);
	run_tasks(60);
	forget_result();
}
END_TEST

/* ---- a client that reads whole blocks ---- */

/*
 * What iperf3 does since 3.16: a thread a stream, and none counts a block before all of it is there. The
 * parameters ask for num bytes or blockcount blocks.
 */
static const struct counted {
	unsigned int streams, block_bytes, bytes, blocks;
	const char *json;
} counteds[] = {
	{8, 131072, 4 << 20, 0,
	 "{\"tcp\":true,\"len\":131072,\"num\":4194304,\"parallel\":8,\"reverse\":true,"
	 "\"MSS\":1000}"},
	{1, 131072, 1000000, 0,
	 "{\"tcp\":true,\"len\":131072,\"num\":1000000,\"reverse\":true,\"window\":20000}"},
	{3, 1000, 1, 0, "{\"tcp\":true,\"len\":1000,\"num\":1,\"parallel\":3,\"reverse\":true}"},
	{8, 100000, 0, 50,
	 "{\"tcp\":true,\"len\":100000,\"blockcount\":50,\"parallel\":8,\"reverse\":true}"},
};

static struct {
	const struct counted *test;
	unsigned int blocks; /* that were read whole */
} reading;

static void read_blocks(void *fd)
{
	unsigned int have = 0;
	char block[8192];
	long n;

	do {
		const unsigned int left = reading.test->block_bytes - have;

		n = sys_read(bench.files[1], (int)(size_t)fd, block,
			     left < sizeof(block) ? left : sizeof(block));
		have += n > 0 ? (unsigned int)n : 0;
		if (have == reading.test->block_bytes) {
			reading.blocks++;
			have = 0;
		}
	} while (n > 0);
	ck_assert_int_eq(n, 0);
}

static bool has_all(const struct counted *c)
{
	return c->bytes ? (uint64_t)reading.blocks * c->block_bytes >= c->bytes
			: reading.blocks >= c->blocks;
}

static void count_whole_blocks(void *arg)
{
	const struct counted *c = arg;
	const int control = begin(c->json);
	const int8_t end = STATE_TEST_END;
	int fds[8] = {0};

	reading = (typeof(reading)){.test = c};
	for (unsigned int i = 0; i < c->streams; i++) {
		fds[i] = dial(1, ADDR_A, IPERF3_PORT);
		write_all(1, fds[i], COOKIE, COOKIE_BYTES);
	}
	ck_assert_int_eq(next_state(control), STATE_TEST_START);
	ck_assert_int_eq(next_state(control), STATE_TEST_RUNNING);
	for (unsigned int i = 0; i < c->streams; i++)
		task(1, read_blocks, (void *)(size_t)fds[i]);
	while (!has_all(c))
		host_sleep(bench.host[1], HOST_MS);
	host_sleep(bench.host[1], HOST_SECOND); /* nothing more comes */
	write_all(1, control, &end, 1);
	ck_assert_int_eq(next_state(control), STATE_EXCHANGE_RESULTS);
	for (unsigned int i = 0; i < c->streams; i++)
		sys_close(bench.files[1], fds[i]);
	sys_close(bench.files[1], control);
}

START_TEST(a_counted_test_has_whole_blocks_and_none_too_many)
{
	const struct counted *c = &counteds[_i];

	setup();
	task(0, serve, (void *)1);
	task(1, count_whole_blocks, (void *)(size_t)c);
	run_tasks(30);
	ck_assert_uint_eq(reading.blocks,
			  c->blocks ?: (c->bytes + c->block_bytes - 1) / c->block_bytes);
	forget_result();
}
END_TEST

/* ---- hostile servers ---- */

/* What a server says, state by state; behind -2 two numbers, behind J JSON. */
static const struct {
	const int8_t states[8];
	const char *json; /* the answer to EXCHANGE_RESULTS */
} servers[] = {
	{{STATE_ACCESS_DENIED}, NULL},
	{{STATE_SERVER_ERROR}, NULL},
	{{STATE_SERVER_TERMINATE}, NULL},
	{{77}, NULL},
	{{STATE_TEST_RUNNING}, NULL},
	{{STATE_TEST_START}, NULL},
	{{STATE_EXCHANGE_RESULTS}, NULL},
	{{STATE_PARAM_EXCHANGE, STATE_TEST_START, STATE_TEST_RUNNING}, NULL},
	{{STATE_PARAM_EXCHANGE, STATE_CREATE_STREAMS, STATE_CREATE_STREAMS}, NULL},
	{{STATE_PARAM_EXCHANGE, STATE_CREATE_STREAMS, STATE_TEST_START, STATE_TEST_START}, NULL},
	{{STATE_PARAM_EXCHANGE, STATE_CREATE_STREAMS, STATE_TEST_RUNNING}, NULL},
	{{STATE_PARAM_EXCHANGE, STATE_CREATE_STREAMS, STATE_TEST_START, STATE_TEST_RUNNING}, NULL},
	{{STATE_PARAM_EXCHANGE, STATE_CREATE_STREAMS, STATE_TEST_START, STATE_TEST_RUNNING,
	  STATE_EXCHANGE_RESULTS},
	 "[]"},
	{{STATE_PARAM_EXCHANGE, STATE_CREATE_STREAMS, STATE_TEST_START, STATE_TEST_RUNNING,
	  STATE_EXCHANGE_RESULTS},
	 "{\"streams\":[]}"},
	{{STATE_PARAM_EXCHANGE, STATE_CREATE_STREAMS, STATE_TEST_START, STATE_TEST_RUNNING,
	  STATE_EXCHANGE_RESULTS},
	 "{\"streams\":[{\"id\":99}]}"},
	{{STATE_PARAM_EXCHANGE, STATE_CREATE_STREAMS, STATE_TEST_START, STATE_TEST_RUNNING,
	  STATE_EXCHANGE_RESULTS},
	 "{\"streams\":[[[["},
};

static void play_server(void *arg)
{
	const int i = (int)(size_t)arg;
	const int listener = listen_on(0, IPERF3_PORT, 8);
	const int control = accept_from(0, listener);
	char ignored[COOKIE_BYTES];

	read_all(0, control, ignored, COOKIE_BYTES);
	for (int s = 0; servers[i].states[s]; s++) {
		sys_write(bench.files[0], control, &servers[i].states[s], 1);
		host_sleep(bench.host[0], 10 * HOST_MS);
	}
	if (servers[i].json) {
		const uint32_t word = htonl((uint32_t)strlen(servers[i].json));

		sys_write(bench.files[0], control, &word, sizeof(word));
		sys_write(bench.files[0], control, servers[i].json, strlen(servers[i].json));
	}
	host_sleep(bench.host[0], 100 * HOST_MS);
	sys_close(bench.files[0], control);
	sys_close(bench.files[0], listener);
}

static void failing_client(void *arg)
{
	(void)arg;
	ck_assert_int_lt(client("-n,20K"), 0);
}

START_TEST(a_hostile_server_is_an_error_with_a_reason)
{
	setup();
	task(0, play_server, (void *)(size_t)_i);
	task(1, failing_client, NULL);
	run_tasks(100);
	ck_assert(json_is_string(json_object_get(result, "error")));
	forget_result();
}
END_TEST

START_TEST(no_server_is_an_error_with_a_reason)
{
	setup();
	task(1, failing_client, NULL);
	run_tasks(100);
	ck_assert_str_eq(json_string_value(json_object_get(result, "error")),
			 "unable to connect to server");
	forget_result();
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

int main(void)
{
	Suite *suite = suite_create("iperf3");
	TCase *measures = tcase_create("measures"), *hostile = tcase_create("hostile");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(measures, 100);
	tcase_add_loop_test(measures, bytes_sent_are_bytes_received, 0, 30);
	tcase_add_loop_test(measures, a_client_ends_with_whole_blocks, 0, 3);
	tcase_add_test(measures, what_is_counted_begins_after_what_is_omitted);
	tcase_add_test(measures, both_directions_move);
	tcase_add_test(measures, a_time_is_kept_and_cut_into_intervals);
	tcase_add_test(measures, what_is_omitted_does_not_count);
	tcase_add_loop_test(measures, a_rate_is_kept, 0, 5);
	tcase_add_loop_test(measures, datagrams_are_counted, 0, 10);
	tcase_add_test(measures, lost_datagrams_are_counted);
	tcase_add_test(measures, a_datagram_of_any_checksum_arrives);
	tcase_add_test(measures, the_servers_report_comes_along);
	tcase_add_loop_test(measures, retransmissions_are_told, 0, 2);
	tcase_add_test(measures, a_second_client_is_told_that_the_server_is_busy);
	tcase_add_loop_test(measures, wrong_options_name_the_cure, 0, 12);
	tcase_add_loop_test(measures, a_counted_test_has_whole_blocks_and_none_too_many, 0,
			    COUNT(counteds));
	tcase_set_timeout(hostile, 100);
	tcase_add_loop_test(hostile, a_hostile_client_costs_only_its_own_test, 0, COUNT(hostiles));
	tcase_add_test(hostile, a_silent_client_costs_ten_seconds);
	tcase_add_loop_test(hostile, a_client_may_die_at_any_time, 0, STOPS * 4);
	tcase_add_test(hostile, a_stream_without_the_cookie_is_denied);
	tcase_add_loop_test(hostile, a_hostile_server_is_an_error_with_a_reason, 0, COUNT(servers));
	tcase_add_test(hostile, no_server_is_an_error_with_a_reason);
	suite_add_tcase(suite, measures);
	suite_add_tcase(suite, hostile);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
