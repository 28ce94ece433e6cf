// SPDX-License-Identifier: MIT
/* SYN cookies: what they carry, what they refuse, and that a flood costs neither memory nor clients.
 * TCP_TEST_FULL=1 runs flood and guessing in the size of the robustness bars. */
#include <stdarg.h>
#include "tcp_test.h"

static const uint8_t syn_mss_sack_ws7[] = {
	TCPOPT_MSS,	  4, 1400 >> 8,	 1400 & 0xff,	TCPOPT_NOP, TCPOPT_NOP,
	TCPOPT_SACK_PERM, 2, TCPOPT_NOP, TCPOPT_WINDOW, 3,	    7};

static unsigned int full_or(unsigned int full, unsigned int usual)
{
	return getenv("TCP_TEST_FULL") ? full : usual;
}

/* What the full size measured is for people: docs/tests.md, "Robustness". */
static void __attribute__((format(printf, 1, 2))) report(const char *format, ...)
{
	va_list args;

	if (!getenv("TCP_TEST_FULL"))
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
}

/* Requests that the side holds. */
static unsigned int requests(int side)
{
	const struct inet_hashinfo *h = &bench.net[side]->tcp->hashinfo;
	const struct sock_common *c;
	unsigned int n = 0;

	for (unsigned int i = 0; i < h->ehash_size; i++)
		list_for_each_entry(c, &h->ehash[i], skc_node)
			n += c->skc_state == TCP_NEW_SYN_RECV;
	return n;
}

/* SYN with all options, then the answer's numbers for the final ACK. */
static void syn_and_prepare_ack(bool ts)
{
	const struct seg *synack;

	forget_segs();
	peer.ts = ts;
	peer.tsecr = 0;
	peer_send_opts(TCPHDR_SYN, syn_mss_sack_ws7, sizeof(syn_mss_sack_ws7), NULL, 0);
	settle();
	synack = seg_from(0, 0);
	ck_assert_uint_eq(synack->flags, TCPHDR_SYN | TCPHDR_ACK);
	peer.ack = synack->seq + 1;
	peer.tsecr = synack->tsval;
	forget_segs();
}

/* Both IP versions have classes of their own. */
static uint32_t class_below_1400(void)
{
	return bench.v6 ? 1220 : 1300;
}

static void always(void)
{
	int l = listen_on(0, PORT, 16), fd;

	bench.net[0]->sysctl.tcp_syncookies = 2;
	host_sleep(bench.host[0], HOST_SECOND);
	syn_and_prepare_ack(true);
	ck_assert_uint_eq(requests(0), 0);
	ck_assert_uint_eq(MIB(0, TcpExtSyncookiesSent), 1);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "hello", 5);
	fd = accept_from(0, l);
	ck_assert_uint_eq(MIB(0, TcpExtSyncookiesRecv), 1);
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	ck_assert_uint_eq(info_of(0, fd).tcpi_options,
			  TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_wscale, 7);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, class_below_1400() - 12u);
	{
		char buf[8];

		ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 5);
		ck_assert_mem_eq(buf, "hello", 5);
	}
}

START_TEST(a_cookie_brings_back_mss_class_window_scale_and_sack)
{
	in_script(always);
}
END_TEST

static void without_tstamp(void)
{
	int l = listen_on(0, PORT, 16), fd;

	bench.net[0]->sysctl.tcp_syncookies = 2;
	syn_and_prepare_ack(false);
	peer_send(TCPHDR_ACK, NULL, 0);
	fd = accept_from(0, l);
	ck_assert_uint_eq(info_of(0, fd).tcpi_options, 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, class_below_1400());
}

START_TEST(without_time_stamps_a_cookie_knows_only_the_mss)
{
	in_script(without_tstamp);
}
END_TEST

static void synack_options(void)
{
	const struct seg *synack;

	listen_on(0, PORT, 16);
	bench.net[0]->sysctl.tcp_syncookies = 2;
	host_sleep(bench.host[0], HOST_SECOND);
	for (int ts = 0; ts < 2; ts++) {
		forget_segs();
		peer.ts = ts;
		peer_send_opts(TCPHDR_SYN, syn_mss_sack_ws7, sizeof(syn_mss_sack_ws7), NULL, 0);
		settle();
		synack = seg_from(0, 0);
		ck_assert(synack->has_ts == ts && synack->sack_perm == ts &&
			  synack->has_wscale == ts);
	}
}

START_TEST(a_cookie_offers_only_what_it_can_remember)
{
	in_script(synack_options);
}
END_TEST

static void tstamp_not_ahead(void)
{
	uint32_t cookie_tsval;
	int l = listen_on(0, PORT, 16), fd;

	bench.net[0]->sysctl.tcp_syncookies = 2;
	for (int i = 0; i < 70; i++) { /* whatever the clock's low bits are */
		host_sleep(bench.host[0], 977 * HOST_US);
		peer.port++;
		syn_and_prepare_ack(true);
		cookie_tsval = peer.tsecr;
		peer_send(TCPHDR_ACK | TCPHDR_PSH, "x", 1);
		fd = accept_from(0, l);
		write_all(0, fd, "y", 1);
		settle();
		for (unsigned int n = 0; n < segs_from(0); n++)
			ck_assert_int_ge((int32_t)(seg_from(0, n)->tsval - cookie_tsval), 0);
		sys_close(bench.files[0], fd);
	}
}

START_TEST(the_time_stamp_of_a_cookie_is_never_ahead)
{
	in_script(tstamp_not_ahead);
}
END_TEST

static void when_full(void)
{
	int l = listen_on(0, PORT, 4), fd;

	for (uint16_t i = 0; i < 4; i++) {
		peer.port = (uint16_t)(5000 + i);
		peer_send(TCPHDR_SYN, NULL, 0);
	}
	settle();
	ck_assert_uint_eq(requests(0), 4);
	ck_assert_uint_eq(MIB(0, TcpExtTCPReqQFullDoCookies), 0);
	peer.port = 6000;
	syn_and_prepare_ack(true);
	ck_assert_uint_eq(requests(0), 4);
	ck_assert_uint_eq(MIB(0, TcpExtTCPReqQFullDoCookies), 1);
	peer_send(TCPHDR_ACK, NULL, 0);
	fd = accept_from(0, l);
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	ck_assert_uint_eq(MIB(0, TcpExtListenDrops), 0);
}

START_TEST(a_full_syn_queue_answers_with_cookies)
{
	in_script(when_full);
}
END_TEST

static void never(void)
{
	bench.net[0]->sysctl.tcp_syncookies = 0;
	listen_on(0, PORT, 1);
	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	forget_segs();
	peer.port++;
	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPReqQFullDrop), 1);
	ck_assert_uint_eq(MIB(0, TcpExtListenDrops), 1);
}

START_TEST(without_cookies_a_full_syn_queue_drops)
{
	in_script(never);
}
END_TEST

static void refused_ack(void)
{
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_RST);
	ck_assert_uint_eq(seg_from(0, 0)->seq, peer.ack);
}

static void aged(void)
{
	int l = listen_on(0, PORT, 16);

	bench.net[0]->sysctl.tcp_syncookies = 2;
	syn_and_prepare_ack(true);
	host_sleep(bench.host[0], 59 * HOST_SECOND); /* valid for one to two minutes */
	peer_send(TCPHDR_ACK, NULL, 0);
	accept_from(0, l);
	peer.port++;
	syn_and_prepare_ack(true);
	host_sleep(bench.host[0], 121 * HOST_SECOND);
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	refused_ack();
	/* Others send cookies now: still too old. */
	peer.port++;
	syn_and_prepare_ack(true);
	peer.port--;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	refused_ack();
	ck_assert_uint_eq(MIB(0, TcpExtSyncookiesFailed), 1);
}

START_TEST(a_cookie_is_good_for_one_minute_and_bad_after_two)
{
	in_script(aged);
}
END_TEST

static void foreign(void)
{
	listen_on(0, PORT, 16);
	bench.net[0]->sysctl.tcp_syncookies = 2;
	syn_and_prepare_ack(true);
	peer.port++; /* somebody else's cookie */
	peer_send_at(peer.seq, TCPHDR_ACK, NULL, 0);
	settle();
	refused_ack();
	forget_segs();
	peer.port--;
	peer_send_at(peer.seq + 1000, TCPHDR_ACK, NULL, 0); /* another client number */
	settle();
	refused_ack();
	ck_assert_uint_eq(MIB(0, TcpExtSyncookiesFailed), 2);
	ck_assert_uint_eq(MIB(0, TcpExtSyncookiesRecv), 0);
}

START_TEST(a_cookie_is_good_for_its_addresses_and_numbers_only)
{
	in_script(foreign);
}
END_TEST

static void guessing(void)
{
	const unsigned int tries = full_or(10000000, 100000);
	struct host_random rnd;

	listen_on(0, PORT, 16);
	bench.net[0]->sysctl.tcp_syncookies = 2;
	syn_and_prepare_ack(false); /* cookies are out: ACKs are looked at */
	host_random_seed(&rnd, 1, 0);
	for (unsigned int i = 0; i < tries; i++) {
		uint64_t r = host_random_u64(&rnd);

		peer.ack = (uint32_t)r;
		peer.port = (uint16_t)(1024 + (r >> 32) % 60000);
		peer_send_at((uint32_t)host_random_u64(&rnd), TCPHDR_ACK, NULL, 0);
		if (i % 64 == 63) {
			settle();
			forget_segs();
		}
		if (i % 65536 == 65535) /* or no cookie would be out any more */
			syn_and_prepare_ack(false);
	}
	settle();
	report("guessing: %u ACKs, %llu refused, %llu accepted\n", tries,
	       (unsigned long long)MIB(0, TcpExtSyncookiesFailed),
	       (unsigned long long)MIB(0, TcpExtSyncookiesRecv));
	ck_assert_uint_eq(MIB(0, TcpExtSyncookiesFailed), tries);
	/* Eight in 2^32 are right: 0.02 expected of 10^7. */
	ck_assert_uint_eq(MIB(0, TcpExtSyncookiesRecv), 0);
	ck_assert_uint_eq(MIB(0, TcpPassiveOpens), 0);
}

START_TEST(guessed_cookies_open_nothing)
{
	in_script(guessing);
}
END_TEST

/* ---- a flood from everywhere while real clients connect ---- */

enum { FLOOD_BACKLOG = 128, FLOOD_CLIENTS = 300 };

static struct {
	unsigned int syns, sent, connected, most_requests;
	bool clients_done;
} flood;

static void spoofed_syn(struct host_random *rnd)
{
	const uint64_t r = host_random_u64(rnd);
	uint8_t frame[ETH_HLEN + 20 + 20 + 4] = {0};
	struct iphdr *iph = (struct iphdr *)(frame + ETH_HLEN);
	struct tcphdr *th = (struct tcphdr *)(iph + 1);

	memcpy(frame, memwire_dev(bench.wire, 1)->dev_addr, ETH_ALEN);
	memcpy(frame + 6, memwire_dev(bench.wire, 0)->dev_addr, ETH_ALEN);
	put_unaligned_be16(ETH_P_IP, frame + 12);
	*th = (struct tcphdr){.source = (uint16_t)(r >> 32),
			      .dest = htons(PORT),
			      .seq = (uint32_t)r,
			      .doff = 6,
			      .flags = TCPHDR_SYN,
			      .window = 65535};
	memcpy(th + 1, (const uint8_t[]){TCPOPT_MSS, 4, 1460 >> 8, 1460 & 0xff}, 4);
	*iph = (struct iphdr){.version = 4,
			      .ihl = 5,
			      .ttl = 50,
			      .protocol = IPPROTO_TCP,
			      .tot_len = htons(44),
			      /* 64.0.0.0 .. 127.255.255.255, without loopback's net */
			      .saddr = htonl(0x40000000u | (uint32_t)(r >> 34 & 0x1fffffff)),
			      .daddr = htonl(ADDR_B)};
	th->check =
		csum_tcpudp_magic(iph->saddr, iph->daddr, 24, IPPROTO_TCP, csum_partial(th, 24, 0));
	iph->check = ip_fast_csum(iph, 5);
	memwire_inject(bench.wire, 1, frame, sizeof(frame));
}

static void flooder(void *arg)
{
	struct host_random rnd;

	(void)arg;
	host_random_seed(&rnd, 7, 0);
	host_sleep(bench.host[0], HOST_MS);
	for (unsigned int i = 1; i <= flood.syns || !flood.clients_done; i++) {
		spoofed_syn(&rnd);
		flood.sent = i;
		if (i % 64)
			continue;
		host_sleep(bench.host[0], 64 * HOST_US); /* a million a second */
		if (i % 4096 == 0) {
			const unsigned int n = requests(1);

			flood.most_requests = n > flood.most_requests ? n : flood.most_requests;
		}
	}
}

static void flooded_server(void *arg)
{
	struct pollfd p = {.events = POLLIN};

	(void)arg;
	p.fd = listen_on(1, PORT, FLOOD_BACKLOG);
	while (!flood.clients_done)
		if (sys_poll(bench.files[1], &p, 1, 10 * HOST_MS) > 0)
			sys_close(bench.files[1], accept_from(1, p.fd));
}

static void flooded_clients(void *arg)
{
	char c;

	(void)arg;
	host_sleep(bench.host[0], 2 * HOST_MS);
	for (unsigned int i = 0; i < FLOOD_CLIENTS; i++) {
		int fd = tcp_socket(0);

		if (!connect_to(0, fd, ADDR_B, PORT) &&
		    !sys_read(bench.files[0], fd, &c, 1)) /* the server's FIN: it was accepted */
			flood.connected++;
		sys_close(bench.files[0], fd);
		host_sleep(bench.host[0], flood.syns / 2 / FLOOD_CLIENTS * HOST_US);
	}
	flood.clients_done = true;
}

START_TEST(a_syn_flood_holds_no_memory_and_real_clients_connect)
{
	memset(&flood, 0, sizeof(flood));
	flood.syns = full_or(1000000, 100000);
	memwire_set_tap(bench.wire, NULL, NULL);
	/* Answers to the spoofed addresses go to the gateway, who drops them. */
	ck_assert_int_eq(net_ipv4_configure(memwire_dev(bench.wire, 1), ADDR_B, 24, ADDR_A), 0);
	task(1, flooded_server, NULL);
	task(0, flooder, NULL);
	task(0, flooded_clients, NULL);
	run_tasks(1000);
	report("flood: %u spoofed SYNs, at most %u requests (%zu bytes), %llu cookies, %u of %u clients connected\n",
	       flood.sent, flood.most_requests, flood.most_requests * sizeof(struct request_sock),
	       (unsigned long long)MIB(1, TcpExtSyncookiesSent), flood.connected, FLOOD_CLIENTS);
	ck_assert_uint_ge(MIB(1, TcpExtSyncookiesSent), flood.syns * 95 / 100);
	ck_assert_uint_ge(flood.most_requests, 1); /* or it was not measured */
	ck_assert_uint_le(flood.most_requests, FLOOD_BACKLOG);
	ck_assert_uint_le(sizeof(struct request_sock), 256);
	ck_assert_uint_ge(flood.connected, FLOOD_CLIENTS * 99 / 100);
	ck_assert_uint_eq(MIB(1, TcpExtListenDrops), 0);
}
END_TEST

static TCase *script_cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, script_teardown);
	tcase_add_test(t, a_cookie_brings_back_mss_class_window_scale_and_sack);
	tcase_add_test(t, without_time_stamps_a_cookie_knows_only_the_mss);
	tcase_add_test(t, a_cookie_offers_only_what_it_can_remember);
	tcase_add_test(t, the_time_stamp_of_a_cookie_is_never_ahead);
	tcase_add_test(t, a_full_syn_queue_answers_with_cookies);
	tcase_add_test(t, without_cookies_a_full_syn_queue_drops);
	tcase_add_test(t, a_cookie_is_good_for_one_minute_and_bad_after_two);
	tcase_add_test(t, a_cookie_is_good_for_its_addresses_and_numbers_only);
	tcase_add_test(t, guessed_cookies_open_nothing);
	tcase_set_timeout(t, 600);
	return t;
}

static TCase *pair_cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, pair_teardown);
	tcase_add_test(t, a_syn_flood_holds_no_memory_and_real_clients_connect);
	tcase_set_timeout(t, 600);
	return t;
}

Suite *syncookies_suite(void)
{
	Suite *s = suite_create("syncookies");
	TCase *script = script_cases("script", script_setup);

	suite_add_tcase(s, script);
	suite_add_tcase(s, script_cases("script over IPv6", script6_setup));
	suite_add_tcase(s, pair_cases("pair", pair_setup));
	suite_add_tcase(s, pair_cases("pair over IPv6", pair6_setup));
	return s;
}
