// SPDX-License-Identifier: MIT
/* UDP through the system calls, against frames made by hand and over loopback. */
#include "stack_test.h"
#include <net/errno.h>

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

/* Runs fn as a task of the host. */
static void in_task(void (*fn)(void))
{
	body = fn;
	host_spawn(bench.host, "test", run_body, NULL);
	ck_assert(host_run_tasks(bench.world, 100 * HOST_SECOND));
}

static void setup(void)
{
	bench_setup();
	learn_peer();
}

static struct sockaddr_in at(uint32_t addr, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(addr)}};
}

static int udp_socket(void)
{
	int fd = sys_socket(files, AF_INET, SOCK_DGRAM, 0);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static int bind_to(int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin = at(addr, port);

	return sys_bind(files, fd, (struct sockaddr *)&sin, sizeof(sin));
}

static int connect_to(int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin = at(addr, port);

	return sys_connect(files, fd, (struct sockaddr *)&sin, sizeof(sin));
}

static long send_to(int fd, uint32_t addr, uint16_t port, const void *data, size_t len)
{
	struct sockaddr_in sin = at(addr, port);

	return sys_sendto(files, fd, data, len, 0, (struct sockaddr *)&sin, sizeof(sin));
}

static long receive(int fd, void *buf, size_t len)
{
	return sys_recvfrom(files, fd, buf, len, MSG_DONTWAIT, NULL, NULL);
}

/* Lets the wire deliver what was injected. */
static void settle(void)
{
	host_sleep(bench.host, HOST_MS);
}

static void receives_from_the_wire(void)
{
	int fd = udp_socket();
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	char buf[100];

	ck_assert_int_eq(bind_to(fd, 0, 53), 0);
	frame_udp(&f, 1234, 53, "question", 8);
	inject(&f);
	ck_assert_int_eq(
		sys_recvfrom(files, fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &from_len),
		8);
	ck_assert_mem_eq(buf, "question", 8);
	ck_assert_uint_eq(ntohl(from.sin_addr.s_addr), PEER_ADDR);
	ck_assert_uint_eq(ntohs(from.sin_port), 1234);
	ck_assert_uint_eq(from_len, sizeof(from));
}

START_TEST(a_datagram_arrives_with_its_sender)
{
	in_task(receives_from_the_wire);
}
END_TEST

static void sends_to_the_wire(void)
{
	int fd = udp_socket();

	ck_assert_int_eq(bind_to(fd, MY_ADDR, 4000), 0);
	ck_assert_int_eq(send_to(fd, PEER_ADDR, 53, "answer!", 7), 7);
	settle();
}

START_TEST(a_datagram_leaves_with_a_right_checksum)
{
	const struct udphdr *uh;

	in_task(sends_to_the_wire);
	ck_assert_uint_eq(bench.sent_count, 1);
	uh = (const struct udphdr *)sent_payload(0);
	ck_assert_uint_eq(ntohs(uh->source), 4000);
	ck_assert_uint_eq(ntohs(uh->dest), 53);
	ck_assert_uint_eq(ntohs(uh->len), 15);
	ck_assert_uint_ne(uh->check, 0);
	ck_assert_uint_eq(csum_tcpudp_magic(sent_ip(0)->saddr, sent_ip(0)->daddr, 15, IPPROTO_UDP,
					    csum_partial(uh, 15, 0)),
			  0);
}
END_TEST

static void spoil_and_expect(void)
{
	int fd = udp_socket();
	char buf[100];

	ck_assert_int_eq(bind_to(fd, 0, 53), 0);
	frame_udp(&f, 1234, 53, "question", 8);
	f.bytes[f.len - 1] ^= 1;
	inject(&f);
	settle();
	ck_assert_int_eq(receive(fd, buf, sizeof(buf)), -EAGAIN);
	ck_assert_uint_eq(drops(SKB_DROP_UdpCsum), 1);
	frame_udp(&f, 1234, 53, "question", 8);
	memset(f.bytes + 40, 0, 2); /* no checksum */
	inject(&f);
	settle();
	ck_assert_int_eq(receive(fd, buf, sizeof(buf)), 8);
	for (unsigned int len = 0; len < 8; len++) { /* lengths that cannot be */
		frame_udp(&f, 1234, 53, "question", 8);
		put_unaligned_be16((uint16_t)len, f.bytes + 38);
		inject(&f);
		put_unaligned_be16((uint16_t)(17 + len), f.bytes + 38);
		inject(&f);
	}
	settle();
	ck_assert_uint_eq(drops(SKB_DROP_UdpInvalid), 16);
	ck_assert_int_eq(receive(fd, buf, sizeof(buf)), -EAGAIN);
}

START_TEST(damaged_datagrams_are_dropped)
{
	in_task(spoil_and_expect);
}
END_TEST

static void truncates(void)
{
	int fd = udp_socket();
	char buf[8];
	struct iovec iov = {buf, 3};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	ck_assert_int_eq(bind_to(fd, 0, 53), 0);
	frame_udp(&f, 1234, 53, "question", 8);
	inject(&f);
	inject(&f);
	settle();
	ck_assert_int_eq(sys_recvmsg(files, fd, &msg, MSG_PEEK), 3);
	ck_assert_int_eq(sys_recvmsg(files, fd, &msg, 0), 3);
	ck_assert_mem_eq(buf, "que", 3);
	ck_assert(msg.msg_flags & MSG_TRUNC);
	ck_assert_int_eq(sys_recvfrom(files, fd, buf, 3, MSG_TRUNC | MSG_DONTWAIT, NULL, NULL), 8);
	ck_assert_int_eq(receive(fd, buf, 3), -EAGAIN);
}

START_TEST(what_does_not_fit_is_cut_and_said_so)
{
	in_task(truncates);
}
END_TEST

static void best_match(void)
{
	int any = udp_socket(), bound = udp_socket(), connected = udp_socket(), one = 1;
	char buf[8];

	for (int fd = any; fd <= connected; fd++)
		ck_assert_int_eq(
			sys_setsockopt(files, fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	ck_assert_int_eq(bind_to(any, 0, 53), 0);
	ck_assert_int_eq(bind_to(bound, MY_ADDR, 53), 0);
	ck_assert_int_eq(bind_to(connected, MY_ADDR, 53), 0);
	ck_assert_int_eq(connect_to(connected, PEER_ADDR, 1234), 0);
	frame_udp(&f, 1234, 53, "c", 1);
	inject(&f);
	frame_udp(&f, 999, 53, "bb", 2);
	inject(&f);
	settle();
	ck_assert_int_eq(receive(connected, buf, 8), 1);
	ck_assert_int_eq(receive(bound, buf, 8), 2);
	ck_assert_int_eq(receive(any, buf, 8), -EAGAIN);
}

START_TEST(the_most_specific_socket_receives)
{
	in_task(best_match);
}
END_TEST

static void broadcast_to_all(void)
{
	int a = udp_socket(), b = udp_socket(), one = 1;
	char buf[8];

	sys_setsockopt(files, a, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	sys_setsockopt(files, b, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	ck_assert_int_eq(bind_to(a, 0, 53), 0);
	ck_assert_int_eq(bind_to(b, 0, 53), 0);
	frame_udp_from(&f, broadcast_mac, PEER_ADDR, 0xffffffff, 1, 53, "all", 3);
	inject(&f);
	settle();
	ck_assert_int_eq(receive(a, buf, 8), 3);
	ck_assert_int_eq(receive(b, buf, 8), 3);
	ck_assert_mem_eq(buf, "all", 3);
}

START_TEST(a_broadcast_reaches_every_socket)
{
	in_task(broadcast_to_all);
}
END_TEST

static void permissions(void)
{
	int fd = udp_socket(), one = 1;

	ck_assert_int_eq(send_to(fd, 0xffffffff, 9, "x", 1), -EACCES);
	ck_assert_int_eq(send_to(fd, 0x0a0000ff, 9, "x", 1), -EACCES);
	ck_assert_int_eq(sys_setsockopt(files, fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one)), 0);
	ck_assert_int_eq(send_to(fd, 0xffffffff, 9, "x", 1), 1);
	settle();
}

START_TEST(broadcasting_needs_permission)
{
	in_task(permissions);
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_mem_eq(sent_eth(0)->h_dest, broadcast_mac, ETH_ALEN);
}
END_TEST

static void bad_calls(void)
{
	static char big[65508];
	int fd = udp_socket(), other = udp_socket();

	ck_assert_int_eq(sys_sendto(files, fd, "x", 1, 0, NULL, 0), -EDESTADDRREQ);
	ck_assert_int_eq(send_to(fd, PEER_ADDR, 0, "x", 1), -EINVAL);
	ck_assert_int_eq(send_to(fd, PEER_ADDR, 9, big, sizeof(big)), -EMSGSIZE);
	ck_assert_int_eq(bind_to(fd, PEER_ADDR, 53), -EADDRNOTAVAIL);
	ck_assert_int_eq(bind_to(fd, MY_ADDR, 53), 0);
	ck_assert_int_eq(bind_to(other, 0, 53), -EADDRINUSE);
	ck_assert_int_eq(bind_to(other, 0x7f000001, 53), 0); /* another address */
	ck_assert_int_eq(sys_shutdown(files, fd, SHUT_RDWR), -ENOTCONN);
}

START_TEST(bad_calls_get_linuxs_errors)
{
	in_task(bad_calls);
}
END_TEST

static void port_unreachable(void)
{
	int fd = udp_socket();
	char buf[8];

	ck_assert_int_eq(connect_to(fd, 0x7f000001, 9), 0);
	ck_assert_int_eq(sys_write(files, fd, "x", 1), 1);
	settle();
	ck_assert_int_eq(receive(fd, buf, 8), -ECONNREFUSED);
	ck_assert_int_eq(receive(fd, buf, 8), -EAGAIN); /* told once */
}

START_TEST(a_connected_socket_hears_of_a_closed_port)
{
	in_task(port_unreachable);
}
END_TEST

static void unreachable_neighbour(void)
{
	int fd = udp_socket();
	char buf[8];

	ck_assert_int_eq(connect_to(fd, PEER_ADDR + 1, 9), 0);
	ck_assert_int_eq(sys_write(files, fd, "x", 1), 1);
	host_sleep(bench.host, 5 * HOST_SECOND);
	/* A soft error for UDP: Linux tells it only with IP_RECVERR. */
	ck_assert_int_eq(receive(fd, buf, 8), -EAGAIN);
}

START_TEST(a_silent_neighbour_frees_what_waited_for_it)
{
	in_task(unreachable_neighbour);
	ck_assert_uint_eq(drops(SKB_DROP_NeighFailed), 1);
}
END_TEST

static void loop_large(void)
{
	static uint8_t out[65507], in[65507];
	int a = udp_socket(), b = udp_socket();

	fill_pattern(out, sizeof(out), 1);
	ck_assert_int_eq(bind_to(b, 0x7f000001, 7), 0);
	for (uint32_t len = 0; len <= 65507; len += 4679) {
		ck_assert_int_eq(send_to(a, 0x7f000001, 7, out, len), len);
		ck_assert_int_eq(sys_recvfrom(files, b, in, sizeof(in), 0, NULL, NULL), len);
		ck_assert_mem_eq(in, out, len);
	}
}

START_TEST(loopback_carries_up_to_65507_bytes)
{
	in_task(loop_large);
}
END_TEST

static void overflow(void)
{
	int fd = udp_socket(), queued = 0;
	char buf[8];

	ck_assert_int_eq(bind_to(fd, 0, 53), 0);
	for (unsigned int i = 0; i < 300; i++) {
		frame_udp(&f, 1234, 53, "12345678", 8);
		inject(&f);
	}
	settle();
	while (receive(fd, buf, 8) == 8)
		queued++;
	ck_assert_int_gt(queued, 10);
	ck_assert_int_lt(queued, 300);
	ck_assert_uint_eq(bench.net->mib[MIB_UdpRcvbufErrors], 300u - (unsigned int)queued);
	ck_assert_uint_eq(drops(SKB_DROP_SocketRcvbuff), 300u - (unsigned int)queued);
}

START_TEST(a_full_receive_buffer_drops_and_counts)
{
	in_task(overflow);
}
END_TEST

static void ephemeral(void)
{
	uint16_t seen[64];

	for (unsigned int i = 0; i < 64; i++) {
		int fd = udp_socket();
		struct sockaddr_in name;
		socklen_t len = sizeof(name);

		ck_assert_int_eq(connect_to(fd, PEER_ADDR, 9), 0);
		ck_assert_int_eq(sys_getsockname(files, fd, (struct sockaddr *)&name, &len), 0);
		seen[i] = ntohs(name.sin_port);
		ck_assert_uint_ge(seen[i], 32768);
		ck_assert_uint_le(seen[i], 60999);
		ck_assert_uint_eq(ntohl(name.sin_addr.s_addr), MY_ADDR);
		for (unsigned int j = 0; j < i; j++)
			ck_assert_uint_ne(seen[i], seen[j]);
	}
}

START_TEST(unbound_sockets_get_ports_of_their_own)
{
	in_task(ephemeral);
}
END_TEST

Suite *udp_suite(void)
{
	Suite *s = suite_create("udp");
	TCase *t = tcase_create("udp");

	tcase_add_checked_fixture(t, setup, bench_teardown);
	tcase_add_test(t, a_datagram_arrives_with_its_sender);
	tcase_add_test(t, a_datagram_leaves_with_a_right_checksum);
	tcase_add_test(t, damaged_datagrams_are_dropped);
	tcase_add_test(t, what_does_not_fit_is_cut_and_said_so);
	tcase_add_test(t, the_most_specific_socket_receives);
	tcase_add_test(t, a_broadcast_reaches_every_socket);
	tcase_add_test(t, broadcasting_needs_permission);
	tcase_add_test(t, bad_calls_get_linuxs_errors);
	tcase_add_test(t, a_connected_socket_hears_of_a_closed_port);
	tcase_add_test(t, a_silent_neighbour_frees_what_waited_for_it);
	tcase_add_test(t, loopback_carries_up_to_65507_bytes);
	tcase_add_test(t, a_full_receive_buffer_drops_and_counts);
	tcase_add_test(t, unbound_sockets_get_ports_of_their_own);
	suite_add_tcase(s, t);
	return s;
}
