// SPDX-License-Identifier: MIT
/*
 * What is TCP's own over IPv6: names, the two versions in one socket (RFC 3493 sections 3.7 and 5.3),
 * segment sizes, ICMPv6 errors, links, offloads, and how much memory a connection takes.
 */
#include "tcp_test.h"
#include <net/icmpv6.h>

#define F bench.files[0]

static uint8_t block[200000];

static struct sockaddr_in6 name_of(int side, int fd, bool peer_name)
{
	struct sockaddr_in6 a;
	socklen_t len = sizeof(a);

	ck_assert_int_eq((peer_name ? sys_getpeername : sys_getsockname)(
				 bench.files[side], fd, (struct sockaddr *)&a, &len),
			 0);
	ck_assert_uint_eq(len, sizeof(a));
	ck_assert_uint_eq(a.sin6_family, AF_INET6);
	return a;
}

static void ck_addr(struct in6_addr is, struct in6_addr expected)
{
	ck_assert_mem_eq(&is, &expected, sizeof(is));
}

static int connect_addr(int fd, struct in6_addr addr, uint16_t port)
{
	struct sockaddr_in6 a = at6(addr, port);

	return sys_connect(F, fd, (struct sockaddr *)&a, sizeof(a));
}

static int bind_addr(int fd, struct in6_addr addr, uint16_t port)
{
	struct sockaddr_in6 a = at6(addr, port);

	return sys_bind(F, fd, (struct sockaddr *)&a, sizeof(a));
}

static int v4_socket(void)
{
	return sys_socket(F, AF_INET, SOCK_STREAM, 0);
}

static int bind_v4(int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_in a = at(addr, port);

	return sys_bind(F, fd, (struct sockaddr *)&a, sizeof(a));
}

static int connect_v4(int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_in a = at(addr, port);

	return sys_connect(F, fd, (struct sockaddr *)&a, sizeof(a));
}

/* ---- names and sizes ---- */

static void names(void)
{
	int fd = script_accept(true, true, 7, 1440);

	ck_addr(name_of(0, fd, true).sin6_addr, addr6(ADDR_B));
	ck_addr(name_of(0, fd, false).sin6_addr, addr6(ADDR_A));
	ck_assert_uint_eq(ntohs(name_of(0, fd, true).sin6_port), peer.port);
	ck_assert_uint_eq(ntohs(name_of(0, fd, false).sin6_port), PORT);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_DOMAIN), AF_INET6);
	ck_assert_int_eq(get_opt(0, fd, SOL_IPV6, IPV6_MTU), 1500);
	ck_assert_uint_eq(info_of(0, fd).tcpi_advmss, 1428); /* less the time stamp */
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, 1428);
}

START_TEST(an_accepted_connection_has_ipv6_names)
{
	in_script(names);
}
END_TEST

static void offers_1440(void)
{
	int fd = tcp_socket(0);

	set_nonblock(0, fd);
	ck_assert_int_eq(set_opt(0, fd, SOL_IPV6, IPV6_TCLASS, 0x48), 0);
	ck_assert_int_eq(connect_addr(fd, addr6(ADDR_B), peer.port), -EINPROGRESS);
	settle();
	ck_assert_uint_eq(seg_from(0, 0)->mss, 1440);
	ck_assert_uint_eq(seg_from(0, 0)->tos, 0x48);
}

START_TEST(the_mss_allows_for_the_longer_header)
{
	in_script(offers_1440);
}
END_TEST

/* ---- two versions in one socket ---- */

static void dual_stack(void)
{
	int listener = listen_on(0, PORT, 4), client = v4_socket(), conn;

	ck_assert_int_eq(connect_v4(client, ADDR_A, PORT), 0);
	conn = accept_from(0, listener);
	ck_addr(name_of(0, conn, true).sin6_addr, in6_from_v4(htonl(ADDR_A)));
	ck_addr(name_of(0, conn, false).sin6_addr, in6_from_v4(htonl(ADDR_A)));
	write_all(0, client, "four", 4);
	read_all(0, conn, block, 4);
	ck_assert_mem_eq(block, "four", 4);
	ck_assert_uint_eq(ntohs(name_of(0, listener, false).sin6_port), PORT);
	ck_addr(name_of(0, listener, false).sin6_addr, IN6ADDR_ANY);
}

START_TEST(a_listener_of_both_versions_takes_ipv4)
{
	in_script(dual_stack);
}
END_TEST

static void mapped_connect(void)
{
	const struct in6_addr to = in6_from_v4(htonl(ADDR_B));
	const struct seg *syn;
	int fd = tcp_socket(0);

	bench.v6 = false; /* the wire's */
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_addr(fd, to, peer.port), -EINPROGRESS);
	settle();
	syn = seg_from(0, 0);
	ck_assert_uint_eq(syn->mss, 1460);
	peer.host_port = syn->sport;
	peer.ack = syn->seq + 1;
	peer_send(TCPHDR_SYN | TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_int_eq(connect_addr(fd, to, peer.port), 0);
	ck_addr(name_of(0, fd, true).sin6_addr, to);
	ck_addr(name_of(0, fd, false).sin6_addr, in6_from_v4(htonl(ADDR_A)));
	bench.v6 = true;
}

START_TEST(a_mapped_address_is_reached_by_ipv4)
{
	in_script(mapped_connect);
}
END_TEST

static void v6only(void)
{
	int listener = tcp_socket(0), fd;

	ck_assert_int_eq(set_opt(0, listener, SOL_IPV6, IPV6_V6ONLY, 1), 0);
	ck_assert_int_eq(bind_addr(listener, in6_from_v4(htonl(ADDR_A)), PORT), -EINVAL);
	ck_assert_int_eq(bind_addr(listener, IN6ADDR_ANY, PORT), 0);
	ck_assert_int_eq(set_opt(0, listener, SOL_IPV6, IPV6_V6ONLY, 0), -EINVAL);
	ck_assert_int_eq(sys_listen(F, listener, 4), 0);
	ck_assert_int_eq(connect_v4(v4_socket(), ADDR_A, PORT), -ECONNREFUSED);
	fd = tcp_socket(0);
	ck_assert_int_eq(connect_addr(fd, addr6(ADDR_A), PORT), 0);
	ck_assert_int_ge(accept_from(0, listener), 0);
	fd = tcp_socket(0);
	ck_assert_int_eq(set_opt(0, fd, SOL_IPV6, IPV6_V6ONLY, 1), 0);
	ck_assert_int_eq(connect_addr(fd, in6_from_v4(htonl(ADDR_A)), PORT), -ENETUNREACH);
}

START_TEST(ipv6_v6only_keeps_the_versions_apart)
{
	in_script(v6only);
}
END_TEST

static void who_is_chosen(void)
{
	int dual = tcp_socket(0), four = v4_socket(), exact = tcp_socket(0);

	set_opt(0, dual, SOL_SOCKET, SO_REUSEPORT, 1);
	set_opt(0, four, SOL_SOCKET, SO_REUSEPORT, 1);
	set_opt(0, exact, SOL_SOCKET, SO_REUSEPORT, 1);
	ck_assert_int_eq(bind_addr(dual, IN6ADDR_ANY, PORT), 0);
	ck_assert_int_eq(bind_v4(four, INADDR_ANY, PORT), 0);
	ck_assert_int_eq(bind_addr(exact, addr6(ADDR_A), PORT), 0);
	ck_assert_int_eq(sys_listen(F, dual, 4), 0);
	ck_assert_int_eq(sys_listen(F, four, 4), 0);
	ck_assert_int_eq(sys_listen(F, exact, 4), 0);
	for (int fd = dual; fd <= exact; fd++)
		set_nonblock(0, fd);
	ck_assert_int_eq(connect_v4(v4_socket(), ADDR_A, PORT), 0);
	ck_assert_int_ge(accept_from(0, four), 0);
	ck_assert_int_eq(connect_addr(tcp_socket(0), addr6(ADDR_A), PORT), 0);
	ck_assert_int_ge(accept_from(0, exact), 0);
	ck_assert_int_eq(connect_addr(tcp_socket(0), IN6ADDR_LOOPBACK, PORT), 0);
	ck_assert_int_ge(accept_from(0, dual), 0);
}

START_TEST(the_listener_that_fits_best_is_chosen)
{
	in_script(who_is_chosen);
}
END_TEST

/* Binds one socket, then another: does the second conflict? */
static void conflict(bool first_v4, struct in6_addr first, bool first_only, bool second_v4,
		     struct in6_addr second, bool second_only, int expected)
{
	int a = first_v4 ? v4_socket() : tcp_socket(0), b = second_v4 ? v4_socket() : tcp_socket(0);

	if (first_only)
		set_opt(0, a, SOL_IPV6, IPV6_V6ONLY, 1);
	if (second_only)
		set_opt(0, b, SOL_IPV6, IPV6_V6ONLY, 1);
	ck_assert_int_eq(first_v4 ? bind_v4(a, ntohl(first.s6_addr32[3]), 500)
				  : bind_addr(a, first, 500),
			 0);
	ck_assert_int_eq(second_v4 ? bind_v4(b, ntohl(second.s6_addr32[3]), 500)
				   : bind_addr(b, second, 500),
			 expected);
	sys_close(F, a);
	sys_close(F, b);
}

static void conflicts(void)
{
	const struct in6_addr any = IN6ADDR_ANY, any4 = IN6ADDR_V4_ANY, six = addr6(ADDR_A),
			      four = in6_from_v4(htonl(ADDR_A)), lo = IN6ADDR_LOOPBACK;

	conflict(false, any, false, true, any4, false, -EADDRINUSE);
	conflict(true, any4, false, false, any, false, -EADDRINUSE);
	conflict(false, any, false, true, four, false, -EADDRINUSE);
	conflict(false, any, true, true, any4, false, 0);
	conflict(true, four, false, false, any, true, 0);
	conflict(false, any, true, false, six, false, -EADDRINUSE);
	conflict(false, six, false, false, six, false, -EADDRINUSE);
	conflict(false, six, false, false, lo, false, 0);
	conflict(false, six, false, true, any4, false, 0);
	conflict(false, four, false, true, four, false, -EADDRINUSE);
	conflict(false, four, false, false, six, false, 0);
}

START_TEST(ports_conflict_where_a_packet_could_be_for_both)
{
	in_script(conflicts);
}
END_TEST

static void wrong_addresses(void)
{
	struct sockaddr_in6 a = at6(addr6(ADDR_B), 9);
	struct sockaddr_in sin = at(ADDR_B, 9);
	int fd = tcp_socket(0), listener = listen_on(0, PORT, 1);

	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&a, 23), -EINVAL);
	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&sin, sizeof(sin)), -EINVAL);
	a.sin6_family = AF_INET;
	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&a, sizeof(a)), -EAFNOSUPPORT);
	ck_assert_int_eq(sys_bind(F, fd, (struct sockaddr *)&a, sizeof(a)), -EAFNOSUPPORT);
	a.sin6_family = AF_INET6;
	ck_assert_int_eq(sys_connect(F, v4_socket(), (struct sockaddr *)&a, sizeof(a)),
			 -EAFNOSUPPORT);
	a = at6((struct in6_addr){.s6_addr = {0xff, 2, [15] = 1}}, 9);
	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&a, sizeof(a)), -ENETUNREACH);
	ck_assert_int_eq(bind_addr(fd, addr6(ADDR_B), 0), -EADDRNOTAVAIL);
	ck_assert_int_eq(connect_addr(fd, (struct in6_addr){.s6_addr = {0x20, 1}}, 9),
			 -ENETUNREACH); /* no router */
	ck_assert_int_eq(bind_addr(fd, addr6(ADDR_A), 0), 0);
	ck_assert_int_eq(connect_addr(fd, in6_from_v4(htonl(ADDR_B)), 9), -EAFNOSUPPORT);
	/* The unspecified address is this host. */
	fd = tcp_socket(0);
	ck_assert_int_eq(connect_addr(fd, IN6ADDR_ANY, PORT), 0);
	ck_addr(name_of(0, fd, true).sin6_addr, IN6ADDR_LOOPBACK);
	ck_assert_int_ge(accept_from(0, listener), 0);
}

START_TEST(addresses_are_checked_as_linux_does)
{
	in_script(wrong_addresses);
}
END_TEST

static void link_local(void)
{
	const uint8_t *m = memwire_dev(bench.wire, 1)->dev_addr;
	struct sockaddr_in6 a =
		at6((struct in6_addr){.s6_addr = {0xfe, 0x80, [8] = m[0] ^ 2, m[1], m[2], 0xff,
						  0xfe, m[3], m[4], m[5]}},
		    PORT);
	const uint32_t link = memwire_dev(bench.wire, 0)->ifindex;
	int fd = tcp_socket(0);

	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&a, sizeof(a)), -EINVAL);
	a.sin6_scope_id = link + 7;
	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&a, sizeof(a)), -EINVAL);
	a.sin6_scope_id = link;
	ck_assert_int_eq(sys_connect(F, fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_uint_eq(name_of(0, fd, true).sin6_scope_id, link);
	write_all(0, fd, "near", 4);
	read_all(0, fd, block, 4);
	ck_assert_mem_eq(block, "here", 4);
}

static void link_local_client(void *arg)
{
	(void)arg;
	link_local();
}

static void link_local_server(void *arg)
{
	int listener = listen_on(1, PORT, 1), fd = accept_from(1, listener);
	struct sockaddr_in6 from = name_of(1, fd, true);
	char got[4];

	(void)arg;
	ck_assert(ipv6_addr_linklocal(&from.sin6_addr));
	ck_assert_uint_eq(from.sin6_scope_id, memwire_dev(bench.wire, 1)->ifindex);
	read_all(1, fd, got, 4);
	write_all(1, fd, "here", 4);
}

START_TEST(link_local_hosts_connect_over_a_named_link)
{
	task(1, link_local_server, NULL);
	task(0, link_local_client, NULL);
	run_tasks(10);
}
END_TEST

/* ---- ICMPv6 errors ---- */

/* One that quotes the header of a segment the host sent with number seq. */
static void icmp_error(uint8_t type, uint8_t code, uint32_t rest, uint32_t seq)
{
	uint8_t frame[ETH_HLEN + 40 + 8 + 40 + 20] = {0};
	struct ipv6hdr *h = (struct ipv6hdr *)(frame + ETH_HLEN), *quoted;
	struct icmp6hdr *icmp = (struct icmp6hdr *)(h + 1);
	uint8_t *th;

	memcpy(frame, memwire_dev(bench.wire, 0)->dev_addr, ETH_ALEN);
	put_unaligned_be16(ETH_P_IPV6, frame + 12);
	*h = (struct ipv6hdr){.flow = htonl(6u << 28),
			      .payload_len = htons(68),
			      .nexthdr = IPPROTO_ICMPV6,
			      .hop_limit = 64,
			      .saddr = addr6(ADDR_B),
			      .daddr = addr6(ADDR_A)};
	*icmp = (struct icmp6hdr){.type = type, .code = code, .rest = htonl(rest)};
	quoted = (struct ipv6hdr *)(icmp + 1);
	*quoted = (struct ipv6hdr){.flow = htonl(6u << 28),
				   .payload_len = htons(1460),
				   .nexthdr = IPPROTO_TCP,
				   .hop_limit = 60,
				   .saddr = addr6(ADDR_A),
				   .daddr = addr6(ADDR_B)};
	th = (uint8_t *)(quoted + 1);
	put_unaligned_be16(peer.host_port, th);
	put_unaligned_be16(peer.port, th + 2);
	put_unaligned_be32(seq, th + 4);
	icmp->checksum = csum_fold(csum_ipv6_nofold(&h->saddr, &h->daddr, 68, IPPROTO_ICMPV6,
						    csum_partial(icmp, 68, 0)));
	memwire_inject(bench.wire, 0, frame, sizeof(frame));
	settle();
}

static void path_mtu(void)
{
	int fd = script_accept(true, true, 7, 1440);
	uint32_t base;

	write_all(0, fd, block, 4000);
	settle();
	base = seg_from(0, 0)->seq;
	ck_assert_uint_eq(seg_from(0, 0)->len, 1428);
	forget_segs();
	icmp_error(ICMPV6_PKT_TOOBIG, 0, 1300, base + 500000); /* not of ours */
	icmp_error(ICMPV6_PKT_TOOBIG, 0, 1279, base);	       /* less than every link has */
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_pmtu, 1500);
	icmp_error(ICMPV6_PKT_TOOBIG, 0, 1280, base);
	ck_assert_uint_eq(info_of(0, fd).tcpi_pmtu, 1280);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, 1280 - 60 - 12);
	/* At once, in smaller segments, without taking it for congestion. */
	ck_assert_uint_ge(segs_from(0), 3);
	for (unsigned int i = 0; i < segs_from(0); i++)
		ck_assert_uint_le(seg_from(0, i)->len, 1208);
	ck_assert_uint_ge(info_of(0, fd).tcpi_snd_cwnd, 10);
	peer.ack = base + 4000;
	peer_send(TCPHDR_ACK, NULL, 0);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_unacked, 0);
}

START_TEST(packet_too_big_makes_smaller_segments)
{
	in_script(path_mtu);
}
END_TEST

static void unreachable(void)
{
	int fd = tcp_socket(0), conn;
	char c;

	set_nonblock(0, fd);
	ck_assert_int_eq(connect_addr(fd, addr6(ADDR_B), peer.port), -EINPROGRESS);
	settle();
	peer.host_port = seg_from(0, 0)->sport;
	icmp_error(ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0, seg_from(0, 0)->seq + 9);
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_SYN_SENT); /* a guess */
	icmp_error(ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0, seg_from(0, 0)->seq);
	ck_assert_int_eq(get_opt(0, fd, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
	/* An established connection is not ended by it (RFC 9293, MUST-56); the reason is kept. */
	conn = script_accept(true, true, 7, 1440);
	write_all(0, conn, "x", 1);
	settle();
	icmp_error(ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0, seg_from(0, 0)->seq);
	ck_assert_uint_eq(info_of(0, conn).tcpi_state, TCP_ESTABLISHED);
	ck_assert_int_eq(sys_read(F, conn, &c, 1), -EHOSTUNREACH); /* in the end */
}

START_TEST(unreachable_refuses_a_connect_but_ends_no_connection)
{
	in_script(unreachable);
}
END_TEST

/* Nobody answers for the peer's address any more. */
static void silent_neighbour(void)
{
	int fd = tcp_socket(0);

	ck_assert_int_eq(connect_addr(fd, (struct in6_addr){.s6_addr = {0xfd, [15] = 0x99}}, 9),
			 -EHOSTUNREACH);
}

START_TEST(a_host_that_is_not_there_is_told_at_once)
{
	in_script(silent_neighbour);
}
END_TEST

/* A question now and then, for five minutes. */
static void talk_at_times(void)
{
	int fd = script_accept(true, true, 7, 1440);
	const uint64_t asked = MIB(0, Icmp6OutNeighborSolicits);

	for (unsigned int i = 0; i < 30; i++) {
		write_all(0, fd, "?", 1);
		settle();
		peer.ack++;
		peer.tsecr = bench.tsval_seen;
		peer_send(TCPHDR_ACK, NULL, 0);
		host_sleep(bench.host[0], 10 * HOST_SECOND);
	}
	ck_assert_uint_eq(MIB(0, Icmp6OutNeighborSolicits), asked);
	/* Nothing is acknowledged: then the neighbour is asked. */
	write_all(0, fd, "?", 1);
	host_sleep(bench.host[0], 60 * HOST_SECOND);
	ck_assert_uint_gt(MIB(0, Icmp6OutNeighborSolicits), asked);
}

START_TEST(acknowledgements_confirm_the_neighbour)
{
	in_script(talk_at_times);
}
END_TEST

/* ---- hashes ---- */

START_TEST(every_bit_of_the_addresses_counts)
{
	struct in6_addr a = addr6(ADDR_A), b = addr6(ADDR_B);
	const uint32_t isn = tcp_isn(bench.net[0], &a, &b, 1, 2);
	const uint32_t offset = tcp_ts_offset(bench.net[0], &a, &b);

	ck_assert_uint_eq(tcp_isn(bench.net[0], &a, &b, 1, 2), isn);
	for (unsigned int bit = 0; bit < 256; bit++) {
		struct in6_addr *one = bit < 128 ? &a : &b;

		one->s6_addr[bit % 128 / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_uint_ne(tcp_isn(bench.net[0], &a, &b, 1, 2), isn);
		ck_assert_uint_ne(tcp_ts_offset(bench.net[0], &a, &b), offset);
		one->s6_addr[bit % 128 / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

/* Connections from a whole /64 of clients spread over the table. */
START_TEST(clients_of_one_prefix_spread_over_the_hash)
{
	static unsigned int chain[INET_EHASH_SIZE];
	struct inet_hashinfo *h = &bench.net[0]->tcp->hashinfo;
	struct sock_common c = {.skc_v6_rcv_saddr = addr6(ADDR_A), .skc_num = PORT};
	unsigned int longest = 0;

	INIT_LIST_HEAD(&c.skc_node);
	for (unsigned int i = 0; i < 4 * INET_EHASH_SIZE; i++) {
		c.skc_v6_daddr = addr6(ADDR_B);
		c.skc_v6_daddr.s6_addr32[2] = htonl(i);
		c.skc_dport = htons(4000);
		inet_ehash_insert(h, &c);
		inet_unhash(&c);
		if (++chain[c.skc_hash % INET_EHASH_SIZE] > longest)
			longest = chain[c.skc_hash % INET_EHASH_SIZE];
	}
	ck_assert_uint_le(longest, 20); /* 4 on average */
}
END_TEST

/* ---- offloads and bytes ---- */

static const struct pair_options tso_pair = {.v6 = true,
					     .wire = {.rate_mbps = 10000,
						      .delay_ns = 20 * HOST_US,
						      .hw_features = NETIF_F_SG | NETIF_F_HW_CSUM |
								     NETIF_F_TSO | NETIF_F_TSO6 |
								     NETIF_F_RXCSUM}};

static void tso_setup(void)
{
	pair_setup_with(&tso_pair);
}

static void lossy_setup(void)
{
	pair_setup_with(&(struct pair_options){
		.v6 = true,
		.costs = {.packet_ns = 2000}, /* so that packets come in batches */
		.wire = {.rate_mbps = 10000,
			 .delay_ns = 100 * HOST_US,
			 .loss = 0.02,
			 .reorder = 0.02,
			 .duplicate = 0.01,
			 .corrupt = 0.01,
			 .seed = 7,
			 .hw_features = NETIF_F_SG | NETIF_F_HW_CSUM}});
}

#define STREAM_BYTES (4u << 20)

static void stream_out(void *arg)
{
	static uint8_t buf[65536];
	int fd = dial(0, ADDR_B, PORT);

	(void)arg;
	for (uint64_t at = 0; at < STREAM_BYTES; at += sizeof(buf)) {
		stream_fill(buf, sizeof(buf), 1, at);
		write_all(0, fd, buf, sizeof(buf));
	}
	ck_assert_int_eq(sys_close(F, fd), 0);
}

static void stream_in(void *arg)
{
	static uint8_t buf[65536];
	int listener = listen_on(1, PORT, 1), fd = accept_from(1, listener);

	(void)arg;
	for (uint64_t at = 0; at < STREAM_BYTES; at += sizeof(buf)) {
		read_all(1, fd, buf, sizeof(buf));
		stream_check(buf, sizeof(buf), 1, at);
	}
	ck_assert_int_eq(sys_read(bench.files[1], fd, buf, 1), 0);
}

static void run_stream(void)
{
	task(1, stream_in, NULL);
	task(0, stream_out, NULL);
	run_tasks(100);
}

START_TEST(super_segments_go_down_whole)
{
	struct memwire_counters c;

	run_stream();
	memwire_counters(bench.wire, 0, &c);
	ck_assert_uint_gt(c.bytes / c.frames, 16384);
	ck_assert_uint_eq(bench.net[0]->mib[MIB_GsoSuperSegments], 0);
}
END_TEST

START_TEST(a_bad_wire_loses_no_byte)
{
	run_stream();
	ck_assert_uint_gt(bench.net[0]->mib[MIB_GsoSuperSegments], 0); /* cut by software */
	ck_assert_uint_gt(bench.net[1]->mib[MIB_GroMergedPackets], 0);
	ck_assert_uint_gt(bench.net[1]->mib[MIB_TcpInCsumErrors], 0);
}
END_TEST

/* ---- memory ---- */

#define CONNECTIONS 100

static void count_memory(void *arg)
{
	uint64_t before, after;

	(void)arg;
	host_sleep(bench.host[0], HOST_MS); /* the server listens */
	dial(0, ADDR_B, PORT);		    /* what is made once: neighbour, caches */
	before = host_memory_bytes(bench.host[0]);
	for (unsigned int i = 0; i < CONNECTIONS; i++)
		dial(0, ADDR_B, PORT);
	host_sleep(bench.host[0], HOST_SECOND);
	after = host_memory_bytes(bench.host[0]);
	/* All of it: sock, socket and file, its port's bucket. */
	ck_assert_uint_le((after - before) / CONNECTIONS, 2048);
}

static void accept_all(void *arg)
{
	int listener = listen_on(1, PORT, CONNECTIONS + 1);
	uint64_t before, after;

	(void)arg;
	accept_from(1, listener);
	before = host_memory_bytes(bench.host[1]);
	for (unsigned int i = 0; i < CONNECTIONS; i++)
		accept_from(1, listener);
	host_sleep(bench.host[1], HOST_SECOND);
	after = host_memory_bytes(bench.host[1]);
	ck_assert_uint_le((after - before) / CONNECTIONS, 2048);
}

START_TEST(a_connection_without_data_takes_at_most_2048_bytes)
{
	task(1, accept_all, NULL);
	task(0, count_memory, NULL);
	run_tasks(10);
	ck_assert_uint_le(sizeof(struct request_sock), 256);
	ck_assert_uint_le(sizeof(struct inet_timewait_sock), 192);
}
END_TEST

Suite *ipv6_suite(void)
{
	Suite *s = suite_create("ipv6");
	TCase *t = tcase_create("script"), *pair = tcase_create("pair"), *tso = tcase_create("tso"),
	      *lossy = tcase_create("lossy");

	tcase_add_checked_fixture(t, script6_setup, script_teardown);
	tcase_add_test(t, an_accepted_connection_has_ipv6_names);
	tcase_add_test(t, the_mss_allows_for_the_longer_header);
	tcase_add_test(t, a_listener_of_both_versions_takes_ipv4);
	tcase_add_test(t, a_mapped_address_is_reached_by_ipv4);
	tcase_add_test(t, ipv6_v6only_keeps_the_versions_apart);
	tcase_add_test(t, the_listener_that_fits_best_is_chosen);
	tcase_add_test(t, ports_conflict_where_a_packet_could_be_for_both);
	tcase_add_test(t, addresses_are_checked_as_linux_does);
	tcase_add_test(t, packet_too_big_makes_smaller_segments);
	tcase_add_test(t, unreachable_refuses_a_connect_but_ends_no_connection);
	tcase_add_test(t, a_host_that_is_not_there_is_told_at_once);
	tcase_add_test(t, acknowledgements_confirm_the_neighbour);
	tcase_add_test(t, every_bit_of_the_addresses_counts);
	tcase_add_test(t, clients_of_one_prefix_spread_over_the_hash);
	tcase_add_checked_fixture(pair, pair6_setup, pair_teardown);
	tcase_add_test(pair, link_local_hosts_connect_over_a_named_link);
	tcase_add_test(pair, a_connection_without_data_takes_at_most_2048_bytes);
	tcase_add_checked_fixture(tso, tso_setup, pair_teardown);
	tcase_add_test(tso, super_segments_go_down_whole);
	tcase_add_checked_fixture(lossy, lossy_setup, pair_teardown);
	tcase_add_test(lossy, a_bad_wire_loses_no_byte);
	suite_add_tcase(s, t);
	suite_add_tcase(s, pair);
	suite_add_tcase(s, tso);
	suite_add_tcase(s, lossy);
	return s;
}
