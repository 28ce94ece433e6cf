// SPDX-License-Identifier: MIT
/* System calls out of the input: any call on any descriptor with any argument, and settings. */
#include "fuzz.h"
#include <net/ipv6.h>

#define BUFFER_BYTES 70000u

static int take_fd(struct fuzz *f)
{
	return take8(&f->in) % 16;
}

static uint16_t take_port(struct fuzz *f)
{
	static const uint16_t ports[] = {80, 81, 1000, 1001, 1002, 1003, 2000, 0, 40000};

	return TAKE_ONE_OF(&f->in, ports);
}

static socklen_t take_address(struct fuzz *f, struct sockaddr_storage *out)
{
	static const uint32_t addrs[] = {PEER_ADDR,  HOST_ADDR,	 INADDR_ANY, INADDR_LOOPBACK,
					 0xe0000001, 0xffffffff, 0x0a0000ff, 0x08080808};
	const uint8_t how = take8(&f->in);
	const uint32_t addr = TAKE_ONE_OF(&f->in, addrs);
	const uint16_t port = take_port(f);
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(addr)}};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(out, 0, sizeof(*out));
	if (how & 8)
		sin.sin_family = AF_UNSPEC;
	if (!(how & 1)) {
		memcpy(out, &sin, sizeof(sin));
		return how & 0x10 ? take8(&f->in) : sizeof(sin);
	}
	if (how & 2) /* IPv4-mapped */
		sin6.sin6_addr.s6_addr16[5] = 0xffff;
	else if (addr != INADDR_ANY)
		sin6.sin6_addr.s6_addr[0] = how & 4 ? 0xfe : 0xfd;
	if (how & 4)
		sin6.sin6_addr.s6_addr[1] = 0x80;
	sin6.sin6_addr.s6_addr32[3] =
		addr == INADDR_LOOPBACK && !(how & 2) ? htonl(1) : htonl(addr);
	if (addr == INADDR_LOOPBACK && !(how & 2))
		sin6.sin6_addr.s6_addr[0] = 0;
	memcpy(out, &sin6, sizeof(sin6));
	return how & 0x10 ? take8(&f->in) % (sizeof(*out) + 1) : sizeof(sin6);
}

static int take_message_flags(struct fuzz *f)
{
	static const int flags[] = {
		0,	 MSG_OOB,     MSG_PEEK,	    MSG_MORE,	  MSG_TRUNC,
		MSG_EOR, MSG_WAITALL, MSG_FASTOPEN, MSG_ERRQUEUE, MSG_PEEK | MSG_TRUNC};

	return TAKE_ONE_OF(&f->in, flags) | MSG_DONTWAIT;
}

static size_t take_size(struct fuzz *f)
{
	static const size_t sizes[] = {0,    1,	   2,	  100,	 1448,	1460,
				       1461, 4096, 10000, 30000, 65535, BUFFER_BYTES};

	return TAKE_ONE_OF(&f->in, sizes);
}

/* ---- one call each ---- */

static void do_socket(struct fuzz *f)
{
	const uint8_t how = take8(&f->in);
	const int type = how & 2 ? SOCK_DGRAM : SOCK_STREAM;

	sys_socket(f->files, how & 1 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK,
		   how & 4 ? how >> 3 : 0);
}

static void do_bind(struct fuzz *f)
{
	struct sockaddr_storage a;
	const int fd = take_fd(f);

	sys_bind(f->files, fd, (struct sockaddr *)&a, take_address(f, &a));
}

static void do_listen(struct fuzz *f)
{
	const int fd = take_fd(f);

	sys_listen(f->files, fd, (int8_t)take8(&f->in));
}

static void do_connect(struct fuzz *f)
{
	struct sockaddr_storage a;
	const int fd = take_fd(f);

	sys_connect(f->files, fd, (struct sockaddr *)&a, take_address(f, &a));
}

static void do_accept(struct fuzz *f)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	sys_accept4(f->files, take_fd(f), (struct sockaddr *)&a, &len, SOCK_NONBLOCK);
}

static void do_send(struct fuzz *f)
{
	static const uint8_t buffer[BUFFER_BYTES];
	struct sockaddr_storage a;
	const int fd = take_fd(f), flags = take_message_flags(f);
	const size_t size = take_size(f);
	socklen_t len = 0;

	if (take8(&f->in) & 1)
		len = take_address(f, &a);
	sys_sendto(f->files, fd, buffer, size, flags, len ? (struct sockaddr *)&a : NULL, len);
}

static void do_receive(struct fuzz *f)
{
	uint8_t *buffer = malloc(BUFFER_BYTES);
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	const int fd = take_fd(f), flags = take_message_flags(f);
	const long n = sys_recvfrom(f->files, fd, buffer, take_size(f), flags,
				    (struct sockaddr *)&a, &len);

	for (long i = 0; i < n && i < 8; i++) /* was written: a sanitizer of memory would tell */
		REQUIRE(buffer[i] + 1 > 0);
	free(buffer);
}

static void do_vectors(struct fuzz *f)
{
	uint8_t buffer[3000] = {0};
	struct iovec iov[4];
	const uint8_t how = take8(&f->in);

	for (int i = 0; i < 4; i++)
		iov[i] = (struct iovec){buffer, take16(&f->in) % sizeof(buffer)};
	if (how & 0x80)
		sys_writev(f->files, take_fd(f), iov, how % 5);
	else
		sys_readv(f->files, take_fd(f), iov, how % 5);
}

static void do_shutdown(struct fuzz *f)
{
	const int fd = take_fd(f);

	sys_shutdown(f->files, fd, take8(&f->in) % 4);
}

static void do_close(struct fuzz *f)
{
	sys_close(f->files, take_fd(f));
}

static void do_names(struct fuzz *f)
{
	struct sockaddr_storage a;
	socklen_t len = take8(&f->in);
	const int fd = take_fd(f);

	if (len > sizeof(a))
		len = sizeof(a);
	sys_getsockname(f->files, fd, (struct sockaddr *)&a, &len);
	len = sizeof(a);
	sys_getpeername(f->files, fd, (struct sockaddr *)&a, &len);
}

static void do_poll(struct fuzz *f)
{
	struct pollfd fds[4];

	for (int i = 0; i < 4; i++)
		fds[i] = (struct pollfd){.fd = take8(&f->in) % 20 - 2,
					 .events = (short)take16(&f->in)};
	sys_poll(f->files, fds, 4, take8(&f->in) * HOST_MS);
}

static void do_epoll(struct fuzz *f)
{
	struct epoll_event events[4] = {{.events = take32(&f->in)}};
	const uint8_t how = take8(&f->in);

	if (how % 6 == 0)
		sys_epoll_create1(f->files, 0);
	else if (how % 6 == 1)
		sys_epoll_wait(f->files, take_fd(f), events, how >> 4, take8(&f->in) * HOST_MS);
	else
		sys_epoll_ctl(f->files, take_fd(f), how % 6 - 1, take_fd(f), events);
}

static void do_ioctl(struct fuzz *f)
{
	static const unsigned long requests[] = {SIOCINQ, SIOCOUTQ, SIOCATMARK, 0x1234};
	int value = 0;

	sys_ioctl(f->files, take_fd(f), TAKE_ONE_OF(&f->in, requests), &value);
}

static void (*const calls[])(struct fuzz *f) = {
	do_socket, do_bind, do_listen, do_connect, do_accept,	do_accept,
	do_send,   do_send, do_send,   do_receive, do_receive,	do_vectors,
	do_names,  do_poll, do_epoll,  do_ioctl,   do_shutdown, do_close,
};

void call_any(struct fuzz *f)
{
	void (*call)(struct fuzz *) = TAKE_ONE_OF(&f->in, calls);

	fuzz_arm(f);
	call(f);
}

/* ---- options ---- */

static const struct {
	int level, name;
} options[] = {
	{SOL_SOCKET, SO_REUSEADDR},
	{SOL_SOCKET, SO_REUSEPORT},
	{SOL_SOCKET, SO_SNDBUF},
	{SOL_SOCKET, SO_RCVBUF},
	{SOL_SOCKET, SO_KEEPALIVE},
	{SOL_SOCKET, SO_OOBINLINE},
	{SOL_SOCKET, SO_LINGER},
	{SOL_SOCKET, SO_RCVLOWAT},
	{SOL_SOCKET, SO_ERROR},
	{SOL_SOCKET, SO_BINDTODEVICE},
	{SOL_SOCKET, SO_MAX_PACING_RATE},
	{SOL_TCP, TCP_NODELAY},
	{SOL_TCP, TCP_MAXSEG},
	{SOL_TCP, TCP_CORK},
	{SOL_TCP, TCP_KEEPIDLE},
	{SOL_TCP, TCP_KEEPINTVL},
	{SOL_TCP, TCP_KEEPCNT},
	{SOL_TCP, TCP_SYNCNT},
	{SOL_TCP, TCP_LINGER2},
	{SOL_TCP, TCP_DEFER_ACCEPT},
	{SOL_TCP, TCP_WINDOW_CLAMP},
	{SOL_TCP, TCP_QUICKACK},
	{SOL_TCP, TCP_CONGESTION},
	{SOL_TCP, TCP_USER_TIMEOUT},
	{SOL_TCP, TCP_FASTOPEN},
	{SOL_TCP, TCP_FASTOPEN_CONNECT},
	{SOL_TCP, TCP_FASTOPEN_KEY},
	{SOL_TCP, TCP_FASTOPEN_NO_COOKIE},
	{SOL_TCP, TCP_NOTSENT_LOWAT},
	{SOL_TCP, TCP_INFO},
	{SOL_TCP, TCP_CC_INFO},
	{SOL_TCP, TCP_MD5SIG},
	{SOL_TCP, TCP_MD5SIG_EXT},
	{SOL_TCP, TCP_AO_ADD_KEY},
	{SOL_TCP, TCP_AO_DEL_KEY},
	{SOL_TCP, TCP_AO_INFO},
	{SOL_TCP, TCP_AO_GET_KEYS},
	{SOL_IP, IP_TOS},
	{SOL_IP, IP_TTL},
	{SOL_IP, IP_MTU},
	{SOL_IP, IP_BIND_ADDRESS_NO_PORT},
	{SOL_IPV6, IPV6_V6ONLY},
	{SOL_IPV6, IPV6_TCLASS},
	{SOL_IPV6, IPV6_UNICAST_HOPS},
};

static socklen_t take_number(struct fuzz *f, void *value)
{
	static const int numbers[] = {0,    1,	  2,	 5,	  48, 100,	 536,
				      1000, 4096, 65535, 1 << 20, -1, INT32_MAX, INT32_MIN};
	const int number = TAKE_ONE_OF(&f->in, numbers);
	const struct linger seconds = {number, take8(&f->in)};

	memcpy(value, &seconds, sizeof(seconds));
	return sizeof(seconds);
}

static socklen_t take_congestion(struct fuzz *f, void *value)
{
	static const char *const names[] = {"reno", "cubic", "bbr", "dctcp", "none", ""};
	const char *name = TAKE_ONE_OF(&f->in, names);

	memcpy(value, name, strlen(name));
	return (socklen_t)strlen(name);
}

/* A key for the peer that is right but for what the input says. */
static socklen_t take_md5(struct fuzz *f, void *value)
{
	struct tcp_md5sig key = {.tcpm_keylen = take8(&f->in) % 90,
				 .tcpm_prefixlen = take8(&f->in)};
	struct sockaddr_storage a;

	take_address(f, &a);
	memcpy(&key.tcpm_addr, &a, sizeof(a));
	key.tcpm_flags = key.tcpm_prefixlen & 0x80 ? 0 : TCP_MD5SIG_FLAG_PREFIX;
	memcpy(value, &key, sizeof(key));
	return sizeof(key);
}

static socklen_t take_ao(struct fuzz *f, int name, void *value)
{
	struct tcp_ao_add add = {
		.sndid = take8(&f->in) % 4, .rcvid = take8(&f->in) % 4, .keylen = 16};
	struct tcp_ao_del del = {.sndid = add.sndid, .rcvid = add.rcvid};
	const uint8_t how = take8(&f->in);
	struct sockaddr_storage a;

	take_address(f, &a);
	add.addr = del.addr = a;
	add.prefix = del.prefix = how & 1 ? 32 : take8(&f->in);
	add.set_current = del.set_current = !!(how & 2);
	add.set_rnext = del.set_rnext = !!(how & 4);
	add.maclen = how & 8 ? take8(&f->in) : 0;
	del.current_key = del.rnext = how >> 6;
	snprintf(add.alg_name, sizeof(add.alg_name), "%s",
		 how & 0x10 ? "cmac(aes128)" : "hmac(sha1)");
	if (name == TCP_AO_ADD_KEY)
		memcpy(value, &add, sizeof(add));
	else
		memcpy(value, &del, sizeof(del));
	return name == TCP_AO_ADD_KEY ? sizeof(add) : sizeof(del);
}

void call_option(struct fuzz *f)
{
	uint8_t value[1024] = {0};
	const int fd = take_fd(f),
		  which = take8(&f->in) % (int)(sizeof(options) / sizeof(*options));
	const int level = options[which].level, name = options[which].name;
	const uint8_t how = take8(&f->in);
	socklen_t len;

	fuzz_arm(f);
	if (how & 1) {
		len = how & 2 ? take16(&f->in) % sizeof(value) : 256;
		take_bytes(&f->in, value, how & 4 ? 64 : 0);
		sys_getsockopt(f->files, fd, level, name, value, &len);
		return;
	}
	if (level == SOL_TCP && name == TCP_CONGESTION)
		len = take_congestion(f, value);
	else if (level == SOL_TCP && (name == TCP_MD5SIG || name == TCP_MD5SIG_EXT))
		len = take_md5(f, value);
	else if (level == SOL_TCP && (name == TCP_AO_ADD_KEY || name == TCP_AO_DEL_KEY))
		len = take_ao(f, name, value);
	else if (how & 4)
		take_bytes(&f->in, value, len = 1 + (how >> 3));
	else
		len = take_number(f, value);
	if (level == SOL_TCP && name == TCP_USER_TIMEOUT)
		value[3] =
			0; /* five hours at most: a connection may not outlive the program's end */
	if (how & 2)
		len = take16(&f->in) % sizeof(value);
	sys_setsockopt(f->files, fd, level, name, value, len);
}

/* ---- several at once ---- */

/* A listener on port 80 or 81, of both versions where the input says so. */
void call_serve(struct fuzz *f)
{
	const uint8_t how = take8(&f->in);
	const uint16_t port = how & 1 ? 81 : 80;
	const struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
	const struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	const int fd =
		sys_socket(f->files, how & 2 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int on = 1;

	sys_setsockopt(f->files, fd, SOL_SOCKET, how & 4 ? SO_REUSEPORT : SO_REUSEADDR, &on,
		       sizeof(on));
	if (how & 2)
		sys_bind(f->files, fd, (const struct sockaddr *)&sin6, sizeof(sin6));
	else
		sys_bind(f->files, fd, (const struct sockaddr *)&sin, sizeof(sin));
	if (how & 8)
		sys_setsockopt(f->files, fd, SOL_TCP, TCP_FASTOPEN, &on, sizeof(on));
	if (how & 0x10)
		sys_setsockopt(f->files, fd, SOL_TCP, TCP_DEFER_ACCEPT, &on, sizeof(on));
	fuzz_arm(f);
	sys_listen(f->files, fd, how >> 5);
}

/* A socket that connects to the peer. */
void call_dial(struct fuzz *f)
{
	const uint8_t how = take8(&f->in);
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons((uint16_t)(1000 + how % 8)),
				  .sin_addr = {htonl(PEER_ADDR)}};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = sin.sin_port};
	const int fd =
		sys_socket(f->files, how & 8 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	sin6.sin6_addr.s6_addr[0] = 0xfd;
	sin6.sin6_addr.s6_addr32[3] = htonl(PEER_ADDR);
	fuzz_arm(f);
	if (how & 8)
		sys_connect(f->files, fd, (struct sockaddr *)&sin6, sizeof(sin6));
	else
		sys_connect(f->files, fd, (struct sockaddr *)&sin, sizeof(sin));
}

/* ---- calls that sleep, in a task of their own ---- */

struct sleeper {
	struct fuzz *fuzz;
	int fd;
	uint8_t what;
};

static void sleep_in_call(void *arg)
{
	struct sleeper *s = arg;
	struct fuzz *f = s->fuzz;
	const struct timeval limit = {1 + (s->what >> 4), 0};
	uint8_t buffer[5000] = {0};

	sys_setsockopt(f->files, s->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	sys_setsockopt(f->files, s->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	sys_fcntl(f->files, s->fd, F_SETFL, 0);
	switch (s->what % 4) {
	case 0:
		sys_accept4(f->files, s->fd, NULL, NULL, SOCK_NONBLOCK);
		break;
	case 1:
		sys_recvfrom(f->files, s->fd, buffer, sizeof(buffer), s->what & 4 ? MSG_WAITALL : 0,
			     NULL, NULL);
		break;
	case 2:
		for (int i = 0; i < 40 && sys_write(f->files, s->fd, buffer, sizeof(buffer)) > 0;
		     i++)
			;
		break;
	default:
		sys_close(f->files, s->fd);
	}
	sys_fcntl(f->files, s->fd, F_SETFL, O_NONBLOCK);
	f->sleepers--;
	free(s);
}

void call_sleeping(struct fuzz *f)
{
	struct sleeper *s;

	if (f->sleepers == 3)
		return;
	s = malloc(sizeof(*s));
	*s = (struct sleeper){f, take_fd(f), take8(&f->in)};
	f->sleepers++;
	REQUIRE(host_spawn(f->host, "sleeper", sleep_in_call, s));
}

/* ---- settings ---- */

void change_setting(struct fuzz *f)
{
	static const char *const controls[] = {"cubic", "reno", "bbr", "dctcp"};
	struct sysctl *s = net_sysctl(f->net);
	const uint8_t which = take8(&f->in) % 24, value = take8(&f->in);

	switch (which) {
	case 0:
		s->tcp_syncookies = value % 3;
		break;
	case 1:
		s->tcp_timestamps = value & 1;
		break;
	case 2:
		s->tcp_sack = value & 1;
		break;
	case 3:
		s->tcp_dsack = value & 1;
		break;
	case 4:
		s->tcp_window_scaling = value & 1;
		break;
	case 5:
		s->tcp_ecn = value % 3;
		break;
	case 6:
		s->tcp_abort_on_overflow = value & 1;
		break;
	case 7:
		s->tcp_rfc1337 = value & 1;
		break;
	case 8:
		s->tcp_stdurg = value & 1;
		break;
	case 9:
		s->tcp_frto = value & 1;
		break;
	case 10:
		s->tcp_moderate_rcvbuf = value & 1;
		break;
	case 11:
		s->tcp_fastopen = value | (uint32_t)(value & 0xf0) << 5;
		break;
	case 12:
		s->tcp_comp_sack_nr = value;
		break;
	case 13:
		s->tcp_max_syn_backlog = value;
		break;
	case 14:
		s->tcp_max_tw_buckets = value;
		break;
	case 15:
		s->tcp_max_orphans = value;
		break;
	case 16:
		s->tcp_mem[0] = value;
		s->tcp_mem[1] = value + 8u;
		s->tcp_mem[2] = value + 16u;
		break;
	case 17:
		s->tcp_tw_reuse = value % 3;
		break;
	case 18:
		s->tcp_retries2 = 1 + value % 15;
		break;
	case 19:
		s->tcp_limit_output_bytes = value * 256u;
		break;
	case 20:
		s->somaxconn = value;
		break;
	case 21:
		s->file_max = value;
		break;
	case 22:
		s->tcp_invalid_ratelimit_ms = value * 4u;
		break;
	default:
		memcpy(s->tcp_congestion_control, controls[value % 4],
		       strlen(controls[value % 4]) + 1);
	}
}
