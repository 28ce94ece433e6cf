// SPDX-License-Identifier: MIT
/* What an attacker or a confused peer may send: RST and SYN in the window, PAWS, options, ICMP. */
#include "tcp_test.h"
#include <net/icmp.h>

static uint8_t block[4000];

static uint8_t state(int fd)
{
	return info_of(0, fd).tcpi_state;
}

static void rst_sweep(void)
{
	int fd = script_accept(true, true, 7, 1460);
	const uint32_t base = peer.seq;
	char c;

	/* RFC 5961: in the window but not exact: a challenge ACK, no more. */
	for (uint32_t offset = 1; offset < 60000; offset += 997) {
		peer_send_at(base + offset, TCPHDR_RST, NULL, 0);
		settle();
		ck_assert_uint_eq(state(fd), TCP_ESTABLISHED);
	}
	peer_send_at(base - 1, TCPHDR_RST, NULL, 0);
	peer_send_at(base + 10000000, TCPHDR_RST, NULL, 0);
	settle();
	ck_assert_uint_eq(state(fd), TCP_ESTABLISHED);
	ck_assert_uint_eq(MIB(0, TcpExtTCPChallengeACK), 1); /* one in half a second */
	ck_assert_uint_eq(segs_from(0), 1);
	ck_assert_uint_eq(seg_from(0, 0)->ack, base);
	peer_send(TCPHDR_RST, NULL, 0);
	settle();
	ck_assert_int_eq(sys_read(bench.files[0], fd, &c, 1), -ECONNRESET);
	ck_assert_int_eq(sys_read(bench.files[0], fd, &c, 1), 0);
	ck_assert_int_eq(sys_write(bench.files[0], fd, &c, 1), -EPIPE);
}

START_TEST(only_the_exact_rst_resets)
{
	in_script(rst_sweep);
}
END_TEST

static void syn_in_window(void)
{
	int fd = script_accept(true, true, 7, 1460);

	peer_send_at(peer.seq + 100, TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert_uint_eq(state(fd), TCP_ESTABLISHED);
	ck_assert_uint_eq(MIB(0, TcpExtTCPSYNChallenge), 1);
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_ACK);
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq);
}

START_TEST(a_syn_on_a_connection_is_challenged)
{
	in_script(syn_in_window);
}
END_TEST

/* A connection of the host in one of the states that it can be in; its descriptor or -1. */
static int in_state(uint8_t want)
{
	int fd;

	peer.port++;
	fd = script_accept(true, true, 7, 1460);
	if (want == TCP_CLOSE_WAIT || want == TCP_LAST_ACK) {
		peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
		settle();
	}
	if (want != TCP_ESTABLISHED && want != TCP_CLOSE_WAIT)
		ck_assert_int_eq(sys_shutdown(bench.files[0], fd, SHUT_WR), 0);
	settle();
	if (want == TCP_FIN_WAIT2) {
		peer.ack++;
		peer_send(TCPHDR_ACK, NULL, 0);
	} else if (want == TCP_CLOSING) {
		peer_send(TCPHDR_FIN | TCPHDR_ACK, NULL, 0);
	}
	settle();
	ck_assert_uint_eq(state(fd), want);
	return fd;
}

static void syn_everywhere(void)
{
	static const uint8_t states[] = {TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2,
					 TCP_CLOSE_WAIT,  TCP_LAST_ACK,	 TCP_CLOSING};
	static const int32_t offsets[] = {-70000, -1, 0, 1, 5000, 10000000};

	for (unsigned int s = 0; s < sizeof(states); s++) {
		int fd = in_state(states[s]);
		const uint32_t rcv_nxt = peer.seq;

		for (unsigned int i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
			const uint8_t flags = TCPHDR_SYN | (i & 1 ? TCPHDR_ACK : 0);

			forget_segs();
			peer.tsval += 1000;
			peer_send_at(rcv_nxt + (uint32_t)offsets[i], flags, NULL, 0);
			settle();
			/* A challenge, once in half a second; never a RST, nothing changes. */
			ck_assert_uint_eq(count_flags(0, TCPHDR_RST), 0);
			ck_assert_uint_eq(count_flags(0, TCPHDR_SYN), 0);
			ck_assert_uint_ge(segs_from(0), 1);
			ck_assert_uint_eq(seg_from(0, 0)->ack, rcv_nxt);
			ck_assert_uint_eq(state(fd), states[s]);
			host_sleep(bench.host[0], 600 * HOST_MS);
		}
		/* RST at the exact number still ends it. */
		peer_send_at(rcv_nxt, TCPHDR_RST, NULL, 0);
		settle();
		ck_assert_uint_eq(state(fd), TCP_CLOSE);
		sys_close(bench.files[0], fd);
	}
	ck_assert_uint_ge(MIB(0, TcpExtTCPSYNChallenge), sizeof(states) * 6);
}

START_TEST(a_syn_in_any_state_is_challenged_and_changes_nothing)
{
	in_script(syn_everywhere);
}
END_TEST

static void blind_data(void)
{
	int fd = script_accept(true, true, 7, 1460);
	const uint32_t ack = peer.ack;
	char buf[8];

	/* An acknowledgement of what was never sent, or of the distant past. */
	peer.ack = ack + 100000;
	peer_send_at(peer.seq, TCPHDR_ACK, "evil", 4);
	settle();
	peer.ack = ack - 10000000;
	peer_send_at(peer.seq, TCPHDR_ACK, "evil", 4);
	settle();
	peer.ack = ack;
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "good", 4);
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 4);
	ck_assert_mem_eq(buf, "good", 4);
}

START_TEST(data_with_an_impossible_ack_is_dropped)
{
	in_script(blind_data);
}
END_TEST

static void ack_loop(void)
{
	int fd = script_accept(true, true, 7, 1460);
	const uint64_t start_ns = host_now_ns(bench.world);

	/* Out of sync: every answer makes the other side answer. */
	for (int i = 0; i < 1000; i++) {
		peer_send_at(peer.seq - 5000, TCPHDR_ACK, NULL, 0);
		host_sleep(bench.host[0], 10 * HOST_MS);
	}
	ck_assert_uint_le(segs_from(0),
			  2 * (host_now_ns(bench.world) - start_ns) / HOST_SECOND + 1);
	ck_assert_uint_eq(state(fd), TCP_ESTABLISHED);
}

START_TEST(answers_out_of_the_window_are_at_most_two_a_second)
{
	in_script(ack_loop);
}
END_TEST

static void paws(void)
{
	int fd = script_accept(true, true, 7, 1460);
	char buf[8];

	peer.tsval = 5000;
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "new", 3);
	settle();
	forget_segs();
	/* The same number again with an old time stamp, as after a wrap of the sequence space. */
	peer.tsval = 4000;
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "old", 3);
	settle();
	ck_assert_uint_eq(MIB(0, TcpExtPAWSEstab), 1);
	ck_assert_uint_eq(seg_from(0, 0)->ack, peer.seq - 3);
	peer.tsval = 5001;
	peer.seq -= 3;
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "NEW", 3);
	settle();
	ck_assert_int_eq(sys_read(bench.files[0], fd, buf, sizeof(buf)), 6);
	ck_assert_mem_eq(buf, "newNEW", 6);
}

START_TEST(paws_drops_old_duplicates)
{
	in_script(paws);
}
END_TEST

/* Every option kind, length and truncation in a SYN and in data: no hang, no report of a sanitizer.
 */
static void option_fuzz(void)
{
	uint8_t opt[40];
	struct host_random r;
	int fd = script_accept(true, true, 7, 1460);

	for (unsigned int kind = 0; kind < 256; kind += kind < 32 ? 1 : 37) {
		for (unsigned int len = 0; len < 44; len++) {
			memset(opt, TCPOPT_NOP, sizeof(opt));
			opt[20] = (uint8_t)kind;
			opt[21] = (uint8_t)len;
			peer.ts = false;
			peer_send_opts(TCPHDR_ACK, opt, 24, NULL, 0);
		}
		settle();
	}
	listen_on(0, PORT + 1, 8);
	host_random_seed(&r, 11, 0);
	peer.host_port = PORT + 1;
	for (unsigned int i = 0; i < 3000; i++) {
		for (unsigned int j = 0; j < sizeof(opt); j++)
			opt[j] = (uint8_t)(host_random_u64(&r) % (j % 3 ? 12 : 256));
		peer.port = (uint16_t)(10000 + i);
		peer_send_opts(i & 1 ? TCPHDR_SYN : TCPHDR_ACK, opt, sizeof(opt), NULL, 0);
		if (i % 50 == 49)
			settle();
	}
	ck_assert_uint_eq(state(fd), TCP_ESTABLISHED);
}

START_TEST(malformed_options_do_no_harm)
{
	in_script(option_fuzz);
}
END_TEST

/* Adversarial SACKs with a tiny MSS: counts do not wrap, memory stays bounded (CVE-2019-11477..9).
 */
static int sack_seed;

static void sack_panic(void)
{
	int fd = script_accept(true, true, 7, 48);
	struct host_random r;
	uint8_t opt[28] = {TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK, 26};
	uint32_t base;

	set_nonblock(0, fd);
	while (sys_write(bench.files[0], fd, block, sizeof(block)) > 0)
		;
	settle();
	base = seg_from(0, 0)->seq;
	host_random_seed(&r, (uint64_t)sack_seed, 3);
	for (int i = 0; i < 400; i++) {
		struct tcp_info info = info_of(0, fd);
		uint32_t sent = bench.seg_count ? seg_from(0, segs_from(0) - 1)->seq - base + 1 : 1;

		for (int b = 0; b < 3; b++) {
			uint32_t from = (uint32_t)(host_random_u64(&r) % (sent + 100));
			uint32_t len = (uint32_t)(host_random_u64(&r) % 300);

			put_unaligned_be32(base + from, opt + 4 + b * 8);
			put_unaligned_be32(base + from + len, opt + 8 + b * 8);
		}
		peer.ack = base + (i > 300 ? (uint32_t)(i - 300) * 20 : 0);
		peer.tsval++;
		peer_send_opts(TCPHDR_ACK, opt, sizeof(opt), NULL, 0);
		settle();
		ck_assert_uint_le(info.tcpi_sacked + info.tcpi_lost, info.tcpi_unacked);
		ck_assert_uint_le(info.tcpi_retrans, info.tcpi_unacked);
	}
	ck_assert_uint_eq(state(fd), TCP_ESTABLISHED);
}

START_TEST(adversarial_sacks_do_not_break_the_scoreboard)
{
	sack_seed = _i;
	in_script(sack_panic);
}
END_TEST

static void odd_flags(void)
{
	listen_on(0, PORT, 8);
	forget_segs();
	peer.host_port = 81;
	peer_send(TCPHDR_SYN | TCPHDR_FIN, NULL, 0);
	peer_send(0, NULL, 0);
	settle();
	ck_assert_uint_le(segs_from(0), 2);
	/* SYN with FIN or RST at a listener makes no request. */
	forget_segs();
	peer.host_port = PORT;
	peer_send(TCPHDR_SYN | TCPHDR_FIN, NULL, 0);
	peer_send(TCPHDR_SYN | TCPHDR_RST, NULL, 0);
	peer_send(TCPHDR_FIN, NULL, 0);
	peer_send(0, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
}

START_TEST(nonsense_flags_make_no_request)
{
	in_script(odd_flags);
}
END_TEST

static void bad_checksum_filter(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint64_t errors = MIB(0, TcpInCsumErrors);
	uint8_t frame[ETH_HLEN + 40] = {0};
	struct iphdr *iph = (struct iphdr *)(frame + ETH_HLEN);
	struct tcphdr *th = (struct tcphdr *)(iph + 1);

	memcpy(frame, memwire_dev(bench.wire, 0)->dev_addr, ETH_ALEN);
	put_unaligned_be16(ETH_P_IP, frame + 12);
	*iph = (struct iphdr){.version = 4,
			      .ihl = 5,
			      .ttl = 64,
			      .protocol = IPPROTO_TCP,
			      .tot_len = htons(40),
			      .saddr = htonl(ADDR_B),
			      .daddr = htonl(ADDR_A)};
	iph->check = ip_fast_csum(iph, 5);
	*th = (struct tcphdr){.source = htons(peer.port),
			      .dest = htons(PORT),
			      .seq = htonl(peer.seq),
			      .doff = 5,
			      .flags = TCPHDR_RST,
			      .check = 1};
	memwire_inject(bench.wire, 0, frame, sizeof(frame));
	settle();
	ck_assert_uint_eq(MIB(0, TcpInCsumErrors), errors + 1);
	ck_assert_uint_eq(state(fd), TCP_ESTABLISHED);
	th->doff = 15; /* longer than the packet */
	memwire_inject(bench.wire, 0, frame, sizeof(frame));
	th->doff = 4;
	memwire_inject(bench.wire, 0, frame, sizeof(frame));
	settle();
	ck_assert_uint_eq(MIB(0, TcpInErrs), errors + 3);
	ck_assert_uint_eq(state(fd), TCP_ESTABLISHED);
}

START_TEST(corrupt_segments_are_counted_and_dropped)
{
	in_script(bad_checksum_filter);
}
END_TEST

/* An ICMP error that quotes the header of a segment the host sent with number seq. */
static void icmp_error(uint8_t type, uint8_t code, uint16_t mtu, uint32_t seq)
{
	uint8_t frame[ETH_HLEN + 20 + 8 + 28] = {0};
	struct iphdr *iph = (struct iphdr *)(frame + ETH_HLEN), *quoted;
	struct icmphdr *icmp = (struct icmphdr *)(iph + 1);
	uint8_t *th;

	memcpy(frame, memwire_dev(bench.wire, 0)->dev_addr, ETH_ALEN);
	put_unaligned_be16(ETH_P_IP, frame + 12);
	*iph = (struct iphdr){.version = 4,
			      .ihl = 5,
			      .ttl = 64,
			      .protocol = IPPROTO_ICMP,
			      .tot_len = htons(sizeof(frame) - ETH_HLEN),
			      .saddr = htonl(ADDR_B),
			      .daddr = htonl(ADDR_A)};
	iph->check = ip_fast_csum(iph, 5);
	quoted = (struct iphdr *)(icmp + 1);
	*quoted = (struct iphdr){.version = 4,
				 .ihl = 5,
				 .ttl = 60,
				 .protocol = IPPROTO_TCP,
				 .tot_len = htons(1500),
				 .saddr = htonl(ADDR_A),
				 .daddr = htonl(ADDR_B)};
	quoted->check = ip_fast_csum(quoted, 5);
	th = (uint8_t *)(quoted + 1);
	put_unaligned_be16(peer.host_port, th);
	put_unaligned_be16(peer.port, th + 2);
	put_unaligned_be32(seq, th + 4);
	icmp->type = type;
	icmp->code = code;
	icmp->frag.mtu = htons(mtu);
	icmp->checksum = csum_fold(csum_partial(icmp, 36, 0));
	memwire_inject(bench.wire, 0, frame, sizeof(frame));
	settle();
}

static void path_mtu(void)
{
	int fd = script_accept(true, true, 7, 1460);
	uint32_t base;

	write_all(0, fd, block, 4000);
	settle();
	base = seg_from(0, 0)->seq;
	ck_assert_uint_eq(seg_from(0, 0)->len, 1448);
	forget_segs();
	icmp_error(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000, base + 500000); /* not of ours */
	icmp_error(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 100, base); /* too small to be true */
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_pmtu, 1500);
	ck_assert_uint_eq(MIB(0, TcpExtOutOfWindowIcmps), 1);
	icmp_error(ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1000, base);
	ck_assert_uint_eq(info_of(0, fd).tcpi_pmtu, 1000);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, 1000 - 40 - 12);
	/* At once, in smaller segments, without taking it for congestion. */
	ck_assert_uint_ge(segs_from(0), 3);
	for (unsigned int i = 0; i < segs_from(0); i++)
		ck_assert_uint_le(seg_from(0, i)->len, 948);
	ck_assert_uint_ge(info_of(0, fd).tcpi_snd_cwnd, 10);
	peer.ack = base + 4000;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 0);
}

START_TEST(fragmentation_needed_makes_smaller_segments)
{
	in_script(path_mtu);
}
END_TEST

static void unreachable(void)
{
	int fd = tcp_socket(0), conn;
	char c;

	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	peer.host_port = seg_from(0, 0)->sport;
	icmp_error(ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, seg_from(0, 0)->seq + 9);
	ck_assert_uint_eq(state(fd), TCP_SYN_SENT); /* a guess */
	ck_assert_uint_eq(MIB(0, TcpExtOutOfWindowIcmps), 1);
	icmp_error(ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, seg_from(0, 0)->seq);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
	/* An established connection is not ended by it (RFC 9293, MUST-56); the reason is kept. */
	conn = script_accept(true, true, 7, 1460);
	write_all(0, conn, "x", 1);
	settle();
	icmp_error(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, seg_from(0, 0)->seq);
	ck_assert_uint_eq(state(conn), TCP_ESTABLISHED);
	ck_assert_int_eq(sys_read(bench.files[0], conn, &c, 1), -EHOSTUNREACH); /* in the end */
	ck_assert_uint_eq(MIB(0, TcpExtTCPAbortOnTimeout), 1);
}

START_TEST(icmp_unreachable_refuses_a_connect_but_ends_no_connection)
{
	in_script(unreachable);
}
END_TEST

static void unreachable_request(void)
{
	listen_on(0, PORT, 16);
	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	peer.host_port = PORT;
	ck_assert_uint_eq(seg_from(0, 0)->flags, TCPHDR_SYN | TCPHDR_ACK);
	icmp_error(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, seg_from(0, 0)->seq + 1); /* a guess */
	ck_assert_uint_eq(MIB(0, TcpExtOutOfWindowIcmps), 1);
	ck_assert_uint_eq(MIB(0, TcpExtListenDrops), 0);
	icmp_error(ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, seg_from(0, 0)->seq);
	ck_assert_uint_eq(MIB(0, TcpExtListenDrops), 1);
	ck_assert_uint_eq(MIB(0, TcpExtOutOfWindowIcmps), 1);
	forget_segs();
	host_sleep(bench.host[0], 10 * HOST_SECOND);
	ck_assert_uint_eq(segs_from(0), 0); /* no SYN-ACK again */
}

START_TEST(icmp_unreachable_ends_a_request_when_it_names_its_number)
{
	in_script(unreachable_request);
}
END_TEST

/* ---- addresses ---- */

static void inject_syn(uint32_t from, uint32_t to)
{
	uint8_t frame[ETH_HLEN + 40] = {0};
	struct iphdr *iph = (struct iphdr *)(frame + ETH_HLEN);
	struct tcphdr *th = (struct tcphdr *)(iph + 1);

	memcpy(frame, memwire_dev(bench.wire, 0)->dev_addr, ETH_ALEN);
	frame[6] = 2;
	put_unaligned_be16(ETH_P_IP, frame + 12);
	*th = (struct tcphdr){.source = htons(4000),
			      .dest = htons(PORT),
			      .doff = 5,
			      .flags = TCPHDR_SYN,
			      .window = 65535};
	th->check =
		csum_tcpudp_magic(htonl(from), htonl(to), 20, IPPROTO_TCP, csum_partial(th, 20, 0));
	*iph = (struct iphdr){.version = 4,
			      .ihl = 5,
			      .tot_len = htons(40),
			      .ttl = 64,
			      .protocol = IPPROTO_TCP,
			      .saddr = htonl(from),
			      .daddr = htonl(to)};
	iph->check = ip_fast_csum(iph, 5);
	memwire_inject(bench.wire, 0, frame, sizeof(frame));
	settle();
}

static void impossible_addresses(void)
{
	const uint32_t sources[] = {0xe0000001,	     0xffffffff, 0x0a0000ff,
				    INADDR_LOOPBACK, INADDR_ANY, ADDR_A};
	const uint32_t destinations[] = {0x0a0000ff, 0xffffffff, 0xe0000001, INADDR_LOOPBACK};
	int l = listen_on(0, PORT, 16);

	forget_segs();
	for (unsigned int i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		inject_syn(sources[i], ADDR_A);
	for (unsigned int i = 0; i < sizeof(destinations) / sizeof(destinations[0]); i++)
		inject_syn(ADDR_B, destinations[i]);
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_uint_eq(info_of(0, l).tcpi_unacked, 0);
	inject_syn(ADDR_B, ADDR_A); /* the frame is good but for addresses */
	ck_assert_uint_eq(count_flags(0, TCPHDR_SYN | TCPHDR_ACK), 1);
}

START_TEST(segments_of_impossible_addresses_are_discarded)
{
	in_script(impossible_addresses);
}
END_TEST

static TCase *cases(const char *name, void (*setup)(void))
{
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, script_teardown);
	tcase_add_test(t, segments_of_impossible_addresses_are_discarded);
	tcase_add_test(t, only_the_exact_rst_resets);
	tcase_add_test(t, a_syn_on_a_connection_is_challenged);
	tcase_add_test(t, a_syn_in_any_state_is_challenged_and_changes_nothing);
	tcase_add_test(t, data_with_an_impossible_ack_is_dropped);
	tcase_add_test(t, answers_out_of_the_window_are_at_most_two_a_second);
	tcase_add_test(t, paws_drops_old_duplicates);
	tcase_add_test(t, malformed_options_do_no_harm);
	tcase_add_loop_test(t, adversarial_sacks_do_not_break_the_scoreboard, 0, 10);
	tcase_add_test(t, nonsense_flags_make_no_request);
	tcase_add_test(t, corrupt_segments_are_counted_and_dropped);
	tcase_set_timeout(t, 60);
	return t;
}

Suite *robust_suite(void)
{
	Suite *s = suite_create("robust");
	TCase *t = cases("script", script_setup);

	tcase_add_test(t, fragmentation_needed_makes_smaller_segments);
	tcase_add_test(t, icmp_unreachable_refuses_a_connect_but_ends_no_connection);
	tcase_add_test(t, icmp_unreachable_ends_a_request_when_it_names_its_number);
	suite_add_tcase(s, t);
	suite_add_tcase(s, cases("script over IPv6", script6_setup));
	return s;
}
