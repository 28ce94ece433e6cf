// SPDX-License-Identifier: MIT
/* UDP over IPv6 and AF_INET6 sockets that speak IPv4, through the system calls. */
#include "ip6_frames.h"

static struct frame f;
static struct files_struct *files;
static void (*body)(void);

static void run_body(void *arg)
{
	(void)arg;
	files = files_create(bench.net, 0);
	body();
	files_destroy(files);
}

static void in_task(void (*fn)(void))
{
	body = fn;
	host_spawn(bench.host, "test", run_body, NULL);
	ck_assert(host_run_tasks(bench.world, 100 * HOST_SECOND));
}

static void setup(void)
{
	bench6_setup();
	learn_peer6();
	learn_peer();
}

static struct sockaddr_in6 at(struct in6_addr addr, uint16_t port)
{
	return (struct sockaddr_in6){
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = addr};
}

static int udp_socket(void)
{
	int fd = sys_socket(files, AF_INET6, SOCK_DGRAM, 0);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static int bind_to(int fd, struct in6_addr addr, uint16_t port)
{
	struct sockaddr_in6 a = at(addr, port);

	return sys_bind(files, fd, (struct sockaddr *)&a, sizeof(a));
}

static int bind_scoped(int fd, struct in6_addr addr, uint16_t port, uint32_t scope)
{
	struct sockaddr_in6 a = at(addr, port);

	a.sin6_scope_id = scope;
	return sys_bind(files, fd, (struct sockaddr *)&a, sizeof(a));
}

static int connect_to(int fd, struct in6_addr addr, uint16_t port)
{
	struct sockaddr_in6 a = at(addr, port);

	return sys_connect(files, fd, (struct sockaddr *)&a, sizeof(a));
}

static long send_to(int fd, struct in6_addr addr, uint16_t port, const void *data, size_t len)
{
	struct sockaddr_in6 a = at(addr, port);

	return sys_sendto(files, fd, data, len, 0, (struct sockaddr *)&a, sizeof(a));
}

static long receive_from(int fd, void *buf, size_t len, struct sockaddr_in6 *from)
{
	socklen_t from_len = sizeof(*from);
	long n =
		sys_recvfrom(files, fd, buf, len, MSG_DONTWAIT, (struct sockaddr *)from, &from_len);

	if (n >= 0)
		ck_assert_uint_eq(from_len, sizeof(*from));
	return n;
}

static void set_opt(int fd, int name, int value, int expected)
{
	ck_assert_int_eq(sys_setsockopt(files, fd, SOL_IPV6, name, &value, sizeof(value)),
			 expected);
}

static int get_opt(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	ck_assert_int_eq(sys_getsockopt(files, fd, SOL_IPV6, name, &value, &len), 0);
	return value;
}

static void settle(void)
{
	host_sleep(bench.host, HOST_MS);
}

static void both_ways(void)
{
	int fd = udp_socket();
	struct sockaddr_in6 from;
	char buf[100];

	ck_assert_int_eq(bind_to(fd, IN6ADDR_ANY, 53), 0);
	frame_udp6(&f, PEER_ADDR6, MY_ADDR6, 1234, 53, "question", 8);
	inject(&f);
	settle();
	ck_assert_int_eq(receive_from(fd, buf, sizeof(buf), &from), 8);
	ck_assert_mem_eq(buf, "question", 8);
	ck_assert_uint_eq(from.sin6_family, AF_INET6);
	ck_assert_uint_eq(ntohs(from.sin6_port), 1234);
	ck_addr6(&from.sin6_addr, PEER_ADDR6);
	set_opt(fd, IPV6_TCLASS, 0x44, 0);
	set_opt(fd, IPV6_UNICAST_HOPS, 9, 0);
	ck_assert_int_eq(send_to(fd, PEER_ADDR6, 1234, "answer!", 7), 7);
	settle();
}

START_TEST(datagrams_go_both_ways)
{
	const struct ipv6hdr *h;
	const struct udphdr *uh;

	in_task(both_ways);
	ck_assert_uint_eq(bench.sent_count, 1);
	h = sent_ip6(0);
	uh = (const struct udphdr *)(h + 1);
	ck_assert_uint_eq(h->nexthdr, IPPROTO_UDP);
	ck_assert_uint_eq(h->hop_limit, 9);
	ck_assert_uint_eq(ntohl(h->flow), 6u << 28 | 0x44u << 20);
	ck_assert_uint_eq(ntohs(uh->source), 53);
	ck_assert_uint_eq(csum_fold(csum_ipv6_nofold(&h->saddr, &h->daddr, 15, IPPROTO_UDP,
						     csum_partial(uh, 15, 0))),
			  0);
	ck_assert_uint_eq(bench.net->mib[MIB_Udp6InDatagrams], 1);
	ck_assert_uint_eq(bench.net->mib[MIB_Udp6OutDatagrams], 1);
}
END_TEST

static void bad_datagrams(void)
{
	struct udphdr *uh = (struct udphdr *)(f.bytes + ETH_HLEN + 40);
	struct sockaddr_in6 from;
	int fd = udp_socket();
	char c;

	ck_assert_int_eq(bind_to(fd, IN6ADDR_ANY, 53), 0);
	frame_udp6(&f, PEER_ADDR6, MY_ADDR6, 1, 53, "xyz", 3);
	uh->check = 0; /* a must over IPv6 */
	inject(&f);
	frame_udp6(&f, PEER_ADDR6, MY_ADDR6, 1, 53, "xyz", 3);
	uh->check ^= 1;
	inject(&f);
	frame_udp6(&f, PEER_ADDR6, MY_ADDR6, 1, 53, "xyz", 3);
	uh->len = htons(7);
	inject(&f);
	uh->len = htons(12);
	inject(&f);
	frame_udp6(&f, PEER_ADDR6, MY_ADDR6, 1, 53, "xyz", 3);
	f.len -= 6;
	frame6_finish(&f);
	inject(&f);
	settle();
	ck_assert_int_eq(receive_from(fd, &c, 1, &from), -EAGAIN);
	ck_assert_uint_eq(bench.net->mib[MIB_Udp6InErrors], 5);
	ck_assert_uint_eq(bench.net->mib[MIB_Udp6InCsumErrors], 2);
}

START_TEST(malformed_datagrams_are_counted_and_dropped)
{
	in_task(bad_datagrams);
}
END_TEST

static void ipv4_through_it(void)
{
	const struct in6_addr peer = in6_from_v4(htonl(PEER_ADDR));
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(7), .sin_addr = {htonl(PEER_ADDR)}};
	struct sockaddr_in6 from;
	int fd = udp_socket();
	char buf[10];

	ck_assert_int_eq(bind_to(fd, IN6ADDR_ANY, 53), 0);
	frame_udp(&f, 1234, 53, "four", 4);
	inject(&f);
	settle();
	ck_assert_int_eq(receive_from(fd, buf, sizeof(buf), &from), 4);
	ck_addr6(&from.sin6_addr, peer);
	ck_assert_int_eq(send_to(fd, peer, 1234, "answer", 6), 6);
	ck_assert_int_eq(sys_sendto(files, fd, "plain", 5, 0, (struct sockaddr *)&sin, sizeof(sin)),
			 5);
	settle();
	ck_assert_uint_eq(bench.sent_count, 2);
	ck_assert_uint_eq(ntohl(sent_ip(0)->daddr), PEER_ADDR);
	ck_assert_uint_eq(ntohl(sent_ip(0)->saddr), MY_ADDR);
	ck_assert_uint_eq(sent_ip(1)->protocol, IPPROTO_UDP);
}

START_TEST(an_ipv6_socket_speaks_ipv4_by_mapped_addresses)
{
	in_task(ipv4_through_it);
}
END_TEST

static void v6only(void)
{
	const struct in6_addr peer = in6_from_v4(htonl(PEER_ADDR));
	struct sockaddr_in6 from;
	int fd = udp_socket(), other;
	char c;

	ck_assert_int_eq(get_opt(fd, IPV6_V6ONLY), 0);
	set_opt(fd, IPV6_V6ONLY, 1, 0);
	ck_assert_int_eq(bind_to(fd, peer, 53), -EINVAL);
	ck_assert_int_eq(bind_to(fd, IN6ADDR_ANY, 53), 0);
	set_opt(fd, IPV6_V6ONLY, 0, -EINVAL); /* too late */
	frame_udp(&f, 1234, 53, "four", 4);
	inject(&f);
	settle();
	ck_assert_int_eq(receive_from(fd, &c, 1, &from), -EAGAIN);
	ck_assert_uint_eq(bench.net->mib[MIB_UdpNoPorts], 1);
	ck_assert_int_eq(send_to(fd, peer, 1234, "x", 1), -ENETUNREACH);
	/* The port is free in the other version. */
	other = sys_socket(files, AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(sys_bind(files, other,
				  (struct sockaddr *)&(struct sockaddr_in){.sin_family = AF_INET,
									   .sin_port = htons(53)},
				  sizeof(struct sockaddr_in)),
			 0);
	/* Not so beside one that takes both. */
	ck_assert_int_eq(bind_to(udp_socket(), IN6ADDR_ANY, 53), -EADDRINUSE);
}

START_TEST(ipv6_v6only_keeps_ipv4_out)
{
	in_task(v6only);
}
END_TEST

static void best_match(void)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(60)};
	int v4 = sys_socket(files, AF_INET, SOCK_DGRAM, 0), one = 1, dual = udp_socket();
	struct sockaddr_in6 from;
	char c;

	ck_assert_int_eq(sys_setsockopt(files, v4, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	ck_assert_int_eq(sys_setsockopt(files, dual, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)),
			 0);
	ck_assert_int_eq(bind_to(dual, IN6ADDR_ANY, 60), 0);
	ck_assert_int_eq(sys_bind(files, v4, (struct sockaddr *)&sin, sizeof(sin)), 0);
	frame_udp(&f, 1234, 60, "4", 1);
	inject(&f);
	frame_udp6(&f, PEER_ADDR6, MY_ADDR6, 1234, 60, "6", 1);
	inject(&f);
	settle();
	ck_assert_int_eq(sys_recvfrom(files, v4, &c, 1, MSG_DONTWAIT, NULL, NULL), 1);
	ck_assert_int_eq(c, '4');
	ck_assert_int_eq(receive_from(dual, &c, 1, &from), 1);
	ck_assert_int_eq(c, '6');
}

START_TEST(an_ipv4_socket_goes_before_one_that_takes_both)
{
	in_task(best_match);
}
END_TEST

static void addresses(void)
{
	struct sockaddr_in6 a = at(MY_ADDR6, 1);
	socklen_t len = sizeof(a);
	int fd = udp_socket();

	ck_assert_int_eq(sys_bind(files, fd, (struct sockaddr *)&a, 23), -EINVAL);
	a.sin6_family = AF_INET;
	ck_assert_int_eq(sys_bind(files, fd, (struct sockaddr *)&a, sizeof(a)), -EAFNOSUPPORT);
	ck_assert_int_eq(bind_to(fd, PEER_ADDR6, 1), -EADDRNOTAVAIL);
	ck_assert_int_eq(bind_to(fd, my_linklocal(), 1), -EINVAL); /* of which link? */
	ck_assert_int_eq(bind_scoped(fd, my_linklocal(), 1, 77), -EINVAL);
	ck_assert_int_eq(bind_scoped(fd, my_linklocal(), 1, bench.dev->ifindex), 0);
	ck_assert_int_eq(sys_getsockname(files, fd, (struct sockaddr *)&a, &len), 0);
	ck_assert_uint_eq(len, sizeof(a));
	ck_assert_uint_eq(a.sin6_scope_id, bench.dev->ifindex);
	ck_addr6(&a.sin6_addr, my_linklocal());
	fd = udp_socket();
	ck_assert_int_eq(sys_getpeername(files, fd, (struct sockaddr *)&a, &len), -ENOTCONN);
	ck_assert_int_eq(send_to(fd, PEER_LINKLOCAL, 1, "x", 1), -EINVAL);
	ck_assert_int_eq(send_to(fd, PEER_ADDR6, 0, "x", 1), -EINVAL);
	ck_assert_int_eq(connect_to(fd, PEER_ADDR6, 9), 0);
	len = sizeof(a);
	ck_assert_int_eq(sys_getpeername(files, fd, (struct sockaddr *)&a, &len), 0);
	ck_addr6(&a.sin6_addr, PEER_ADDR6);
	ck_assert_int_eq(sys_getsockname(files, fd, (struct sockaddr *)&a, &len), 0);
	ck_addr6(&a.sin6_addr, MY_ADDR6);
	/* An IPv6 source does not reach an IPv4 host. */
	fd = udp_socket();
	ck_assert_int_eq(bind_to(fd, MY_ADDR6, 5), 0);
	ck_assert_int_eq(send_to(fd, in6_from_v4(htonl(PEER_ADDR)), 1, "x", 1), -EAFNOSUPPORT);
	set_opt(fd, IPV6_TCLASS, 256, -EINVAL);
	set_opt(fd, IPV6_UNICAST_HOPS, 256, -EINVAL);
	set_opt(fd, 9999, 1, -ENOPROTOOPT);
	ck_assert_int_eq(get_opt(fd, IPV6_UNICAST_HOPS), 64);
}

START_TEST(addresses_and_options_are_checked)
{
	in_task(addresses);
}
END_TEST

/* An ICMPv6 error that quotes a datagram of ours from port `source` to the peer's port 9. */
static void error_about(uint16_t source, uint8_t type, uint8_t code, uint32_t rest)
{
	uint8_t quoted[48] = {0x60, [5] = 8, IPPROTO_UDP, 64};

	memcpy(quoted + 8, &MY_ADDR6, 16);
	memcpy(quoted + 24, &PEER_ADDR6, 16);
	put_unaligned_be16(source, quoted + 40);
	put_unaligned_be16(9, quoted + 42);
	frame_icmp6(&f, PEER_ADDR6, MY_ADDR6, 64, type, code, rest, quoted, sizeof(quoted));
	inject(&f);
	settle();
}

static void errors(void)
{
	struct sockaddr_in6 a;
	socklen_t len = sizeof(a);
	int fd = udp_socket();
	uint16_t port;

	ck_assert_int_eq(connect_to(fd, PEER_ADDR6, 9), 0);
	ck_assert_int_eq(sys_getsockname(files, fd, (struct sockaddr *)&a, &len), 0);
	port = ntohs(a.sin6_port);
	error_about((uint16_t)(port + 1), ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	ck_assert_int_eq(sys_write(files, fd, "x", 1), 1);
	error_about(port, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	ck_assert_int_eq(sys_write(files, fd, "x", 1), -ECONNREFUSED);
	ck_assert_int_eq(get_opt(fd, IPV6_MTU), 1500);
	error_about(port, ICMPV6_PKT_TOOBIG, 0, 1279); /* less than every link has */
	ck_assert_int_eq(sys_write(files, fd, "x", 1), 1);
	ck_assert_int_eq(get_opt(fd, IPV6_MTU), 1500);
	error_about(port, ICMPV6_PKT_TOOBIG, 0, 1300);
	ck_assert_int_eq(sys_write(files, fd, "x", 1), 1);
	ck_assert_int_eq(get_opt(fd, IPV6_MTU), 1300);
}

START_TEST(errors_reach_the_socket_that_they_are_about)
{
	in_task(errors);
}
END_TEST

static void over_loopback(void)
{
	struct sockaddr_in6 from;
	int a = udp_socket(), b = udp_socket();
	static uint8_t out[40000], in[40000];

	fill_pattern(out, sizeof(out), 8);
	ck_assert_int_eq(bind_to(a, IN6ADDR_LOOPBACK, 1000), 0);
	ck_assert_int_eq(send_to(b, IN6ADDR_ANY, 1000, out, sizeof(out)), sizeof(out));
	settle();
	ck_assert_int_eq(receive_from(a, in, sizeof(in), &from), sizeof(in));
	ck_assert_mem_eq(in, out, sizeof(in));
	ck_addr6(&from.sin6_addr, IN6ADDR_LOOPBACK);
}

START_TEST(a_host_talks_to_itself)
{
	in_task(over_loopback);
}
END_TEST

Suite *udp6_suite(void)
{
	Suite *s = suite_create("udp6");
	TCase *t = tcase_create("udp6");

	tcase_add_checked_fixture(t, setup, bench_teardown);
	tcase_add_test(t, datagrams_go_both_ways);
	tcase_add_test(t, malformed_datagrams_are_counted_and_dropped);
	tcase_add_test(t, an_ipv6_socket_speaks_ipv4_by_mapped_addresses);
	tcase_add_test(t, ipv6_v6only_keeps_ipv4_out);
	tcase_add_test(t, an_ipv4_socket_goes_before_one_that_takes_both);
	tcase_add_test(t, addresses_and_options_are_checked);
	tcase_add_test(t, errors_reach_the_socket_that_they_are_about);
	tcase_add_test(t, a_host_talks_to_itself);
	suite_add_tcase(s, t);
	return s;
}
