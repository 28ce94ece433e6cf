// SPDX-License-Identifier: MIT
/* Runs the table of cases.inc: each row on a fresh socket in the state that the row names. */
#include "errno_test.h"
#include <stdio.h>
#include <string.h>

#define LOOPBACK 0x7f000001u
#define PORT	 4567
#define NO_FD	 700

/* The answer that a row wants, besides negative errnos: */
#define ANY_SIZE 1000000 /* any result that is no error */

/* The socket that a row's call gets as fd. */
enum subject {
	nothing, /* fd is -1 */
	closed,	 /* a number that no file has */
	tcp,
	tcp6,
	tcp_bound,
	listener,
	listener6,
	connecting,
	connected,
	accepted,
	shut,
	peer_closed,
	reset,
	udp,
	udp6,
	udp_connected,
	epoll
};

static struct files_struct *f;
static int other, third; /* more descriptors of the row's: the peer, the listener */
static char buf[4096];

#define IN4(addr, port)                            \
	((struct sockaddr *)&(struct sockaddr_in){ \
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(addr)}})
#define IN6(addr, port)                             \
	((struct sockaddr *)&(struct sockaddr_in6){ \
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = addr})
#define FAMILY(family)	   ((struct sockaddr *)&(struct sockaddr_in){.sin_family = family})
#define SIZE4		   sizeof(struct sockaddr_in)
#define SIZE6		   sizeof(struct sockaddr_in6)
#define ANY6		   ((struct in6_addr){{{0}}})
#define LOOPBACK6	   ((struct in6_addr){{{[15] = 1}}})
#define MAPPED6		   ((struct in6_addr){{{[10] = 0xff, 0xff, 127, 0, 0, 1}}})
#define ELSEWHERE6	   ((struct in6_addr){{{0xfd, [15] = 9}}})
#define MULTICAST6	   ((struct in6_addr){{{0xff, 2, [15] = 5}}})
#define LINK_LOCAL6	   ((struct in6_addr){{{0xfe, 0x80, [15] = 5}}})
#define INT(value)	   (&(int){value})
#define LEN(value)	   (&(socklen_t){value})
#define NAME		   ((struct sockaddr *)&(struct sockaddr_storage){0})
#define IOV(base, len)	   (&(struct iovec){base, len})
#define MSG(...)	   (&(struct msghdr){__VA_ARGS__})
#define POLLFD(fd, events) (&(struct pollfd){fd, events, 0})
#define EVENT(bits)	   (&(struct epoll_event){.events = bits})

static int make_tcp(int family)
{
	return sys_socket(f, family, SOCK_STREAM, 0);
}

static int bound_tcp(int family)
{
	const int fd = make_tcp(family);

	sys_setsockopt(f, fd, SOL_SOCKET, SO_REUSEADDR, INT(1), sizeof(int));
	if (family == AF_INET6)
		sys_bind(f, fd, IN6(LOOPBACK6, PORT), SIZE6);
	else
		sys_bind(f, fd, IN4(LOOPBACK, PORT), SIZE4);
	return fd;
}

static int listening_tcp(int family)
{
	const int fd = bound_tcp(family);

	sys_listen(f, fd, 5);
	return fd;
}

/* third listens; the two ends are other (accepted) and the result. */
static int connected_tcp(void)
{
	int fd;

	third = listening_tcp(AF_INET);
	fd = make_tcp(AF_INET);
	sys_connect(f, fd, IN4(LOOPBACK, PORT), SIZE4);
	other = sys_accept4(f, third, NULL, NULL, 0);
	return fd;
}

/* To where nobody answers: the backlog of a listener that does not accept. */
static int connecting_tcp(void)
{
	const int fd = sys_socket(f, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int filler;

	third = bound_tcp(AF_INET);
	sys_listen(f, third, 0);
	filler = make_tcp(AF_INET);
	sys_connect(f, filler, IN4(LOOPBACK, PORT), SIZE4);
	other = filler;
	sys_connect(f, fd, IN4(LOOPBACK, PORT), SIZE4);
	return fd;
}

static int aborted_by_peer(int fd)
{
	const struct linger at_once = {1, 0};

	sys_setsockopt(f, other, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	sys_close(f, other);
	settle();
	return fd;
}

static int make(enum subject subject)
{
	int fd;

	switch (subject) {
	case nothing:
		return -1;
	case closed:
		return NO_FD;
	case tcp:
		return make_tcp(AF_INET);
	case tcp6:
		return make_tcp(AF_INET6);
	case tcp_bound:
		return bound_tcp(AF_INET);
	case listener:
		return listening_tcp(AF_INET);
	case listener6:
		return listening_tcp(AF_INET6);
	case connecting:
		return connecting_tcp();
	case connected:
		return connected_tcp();
	case accepted:
		fd = connected_tcp();
		third = fd;
		return other;
	case shut:
		fd = connected_tcp();
		sys_shutdown(f, fd, SHUT_RDWR);
		return fd;
	case peer_closed:
		fd = connected_tcp();
		sys_close(f, other);
		settle();
		return fd;
	case reset:
		return aborted_by_peer(connected_tcp());
	case udp:
		return sys_socket(f, AF_INET, SOCK_DGRAM, 0);
	case udp6:
		return sys_socket(f, AF_INET6, SOCK_DGRAM, 0);
	case udp_connected:
		fd = sys_socket(f, AF_INET, SOCK_DGRAM, 0);
		sys_connect(f, fd, IN4(LOOPBACK, PORT), SIZE4);
		return fd;
	default:
		return sys_epoll_create1(f, 0);
	}
}

/* The table, first as a function a row, then as the rows. */
#define CASE(subject_, want_, ...)        \
	static long ROW(__LINE__)(int fd) \
	{                                 \
		(void)fd;                 \
		return __VA_ARGS__;       \
	}
#define DIFFERS(subject_, stack_, linux_, ...) CASE(subject_, stack_, __VA_ARGS__)
#define ROW(line)			       ROW_(line)
#define ROW_(line)			       row_##line
#include "cases.inc"
#undef CASE
#undef DIFFERS

static const struct {
	int line;
	enum subject subject;
	const char *subject_name;
	long want, linux_wants;
	long (*call)(int fd);
	const char *text;
} cases[] = {
#define CASE(subject_, want_, ...) \
	{__LINE__, subject_, #subject_, want_, want_, ROW(__LINE__), #__VA_ARGS__},
#define DIFFERS(subject_, stack_, linux_, ...) \
	{__LINE__, subject_, #subject_, stack_, linux_, ROW(__LINE__), #__VA_ARGS__},
#include "cases.inc"
#undef CASE
};

static bool as_wanted(long got, long want)
{
	return want == ANY_SIZE ? got >= 0 : got == want;
}

static long ask(unsigned int i)
{
	int fd;
	long got;

	other = third = -1;
	memset(buf, 0, sizeof(buf));
	row_begins();
	fd = make(cases[i].subject);
	got = cases[i].call(fd);
	for (int open = first_fd(); open < 64; open++)
		sys_close(f, open);
	settle();
	return got;
}

int run_cases(struct files_struct *files)
{
	unsigned int passed = 0, failed = 0, skipped = 0;

	f = files;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = cannot_ask(cases[i].text);
		long got, want;

		if (why) {
			printf("skipped: cases.inc:%d: %s\n", cases[i].line, why);
			skipped++;
			continue;
		}
		got = ask(i);
		fflush(stdout);
		want = on_linux() ? cases[i].linux_wants : cases[i].want;
		if (as_wanted(got, want)) {
			passed++;
			continue;
		}
		printf("FAILED: cases.inc:%d: %s: %s: %ld, not %ld\n", cases[i].line,
		       cases[i].subject_name, cases[i].text, got, want);
		failed++;
	}
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed != 0;
}
