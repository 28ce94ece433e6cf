// SPDX-License-Identifier: MIT
/*
 * The oracle: the machine's own Linux in a network namespace of this process, over a TUN device
 * (raw IP), in real time. Needs the right to make both; without it, scripts are skipped.
 */
#include "backend.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "proc_sysctl.h"

#define SECOND_NS     1000000000ull
#define JIFFY_NS      4000000ull /* the slowest common CONFIG_HZ, 250 */
#define PACKET_MAX    65536
#define DEVICE	      "tun0"
#define QUEUE_PACKETS 10000
/* A call that is not said to sleep is interrupted after this. */
#define WATCHDOG_US 500000

struct linux_backend {
	struct backend base;
	int tun, ended_calls; /* TUN device; eventfd that threads of calls write */
	/* Applied to each socket: a namespace may only have defaults that the machine allows all. */
	char congestion_control[16];
	struct packet *first, **end;
	uint8_t buffer[PACKET_MAX];
};

static struct linux_backend *self(struct backend *b)
{
	return (struct linux_backend *)b;
}

/* ---- set-up ---- */

static bool failed(char *error, size_t len, const char *what)
{
	snprintf(error, len, "%s: %s", what, strerror(errno));
	return false;
}

static int open_tun(void)
{
	struct ifreq ifr = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -1;
	strcpy(ifr.ifr_name, DEVICE);
	if (!ioctl(fd, TUNSETIFF, &ifr))
		return fd;
	close(fd);
	return -1;
}

static bool enter_namespace(char *error, size_t len)
{
	if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET))
		return failed(error, len, "a network namespace is not permitted");
	return true;
}

static int device_ioctl(int fd, const char *name, unsigned long request, struct ifreq *ifr)
{
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", name);
	return ioctl(fd, request, ifr);
}

static bool up(int fd, const char *name)
{
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	return !device_ioctl(fd, name, SIOCSIFFLAGS, &ifr);
}

static bool set_sizes(int fd, unsigned int mtu)
{
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_mtu = (int)mtu;
	if (device_ioctl(fd, DEVICE, SIOCSIFMTU, &ifr))
		return false;
	ifr.ifr_qlen = QUEUE_PACKETS;
	return !device_ioctl(fd, DEVICE, SIOCSIFTXQLEN, &ifr);
}

static bool set_ipv4(int fd, const struct addresses *a)
{
	struct ifreq ifr;
	struct sockaddr_in *in = (struct sockaddr_in *)&ifr.ifr_addr;

	memset(&ifr, 0, sizeof(ifr));
	in->sin_family = AF_INET;
	memcpy(&in->sin_addr, a->local.bytes, 4);
	if (device_ioctl(fd, DEVICE, SIOCSIFADDR, &ifr))
		return false;
	in->sin_addr.s_addr = htonl(~0u << (32 - a->prefix_len));
	return !device_ioctl(fd, DEVICE, SIOCSIFNETMASK, &ifr);
}

static bool route_ipv4(int fd)
{
	struct rtentry route = {.rt_flags = RTF_UP, .rt_dev = DEVICE};

	route.rt_dst.sa_family = route.rt_gateway.sa_family = route.rt_genmask.sa_family = AF_INET;
	return !ioctl(fd, SIOCADDRT, &route);
}

/* linux/ipv6_route.h clashes with net/route.h. */
struct ipv6_route {
	struct in6_addr dst, src, gateway;
	uint32_t type;
	uint16_t dst_len, src_len;
	uint32_t metric;
	unsigned long info;
	uint32_t flags;
	int ifindex;
};

/* The kernel's own work makes a new address usable a moment later. */
static bool usable(int fd, const struct in6_addr *address)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = *address};

	for (int tries = 0; tries < 2000; tries++) {
		if (!bind(fd, (struct sockaddr *)&in6, sizeof(in6)))
			return true;
		usleep(1000);
	}
	return false;
}

static bool set_ipv6(int fd, const struct addresses *a)
{
	struct in6_ifreq address = {.ifr6_prefixlen = a->prefix_len,
				    .ifr6_ifindex = (int)if_nametoindex(DEVICE)};
	struct ipv6_route route = {.flags = RTF_UP, .metric = 1, .ifindex = address.ifr6_ifindex};

	memcpy(&address.ifr6_addr, a->local.bytes, 16);
	return !ioctl(fd, SIOCSIFADDR, &address) && !ioctl(fd, SIOCADDRT, &route) &&
	       usable(fd, &address.ifr6_addr);
}

static bool set_up_device(const struct addresses *a, unsigned int mtu)
{
	int fd = socket(a->version == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool good = fd >= 0 && set_sizes(fd, mtu) && up(fd, "lo");

	if (a->version == 4)
		good = good && set_ipv4(fd, a) && up(fd, DEVICE) && route_ipv4(fd);
	else
		good = good && up(fd, DEVICE) && set_ipv6(fd, a);
	close(fd);
	return good;
}

/* Best effort: a real-time process is not kept waiting by a busy machine. */
static void hurry(void)
{
	sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1});
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

static void watchdog(int signal)
{
	(void)signal;
}

static int linux_sysctl(struct backend *b, const char *name, const char *value)
{
	if (strcmp(name, "net.ipv4.tcp_congestion_control") != 0)
		return proc_sysctl_write(name, value);
	snprintf(self(b)->congestion_control, sizeof(self(b)->congestion_control), "%s", value);
	return 0;
}

/* No duplicate address detection, no messages of the device's own. */
static void quiet_ipv6(void)
{
	proc_sysctl_write("net.ipv6.conf.all.accept_dad", "0");
	proc_sysctl_write("net.ipv6.conf.default.accept_dad", "0");
	proc_sysctl_write("net.ipv6.conf.default.router_solicitations", "0");
}

static bool linux_start(struct backend *b, const struct addresses *a, unsigned int mtu, char *error,
			size_t error_len)
{
	struct linux_backend *l = self(b);
	struct sigaction on_alarm = {.sa_handler = watchdog};

	if (!enter_namespace(error, error_len))
		return false;
	quiet_ipv6();
	l->tun = open_tun();
	if (l->tun < 0)
		return failed(error, error_len, "a TUN device is not permitted");
	if (!set_up_device(a, mtu))
		return failed(error, error_len, "the TUN device cannot be set up");
	l->ended_calls = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGALRM, &on_alarm, NULL);
	hurry();
	return true;
}

/* Whether a process may do all this: tried by one. */
static struct backend *linux_create(const char *argument, bool *skip, char *error, size_t error_len)
{
	struct linux_backend *l = calloc(1, sizeof(*l));
	struct addresses a = {.version = 4, .local.bytes = {192, 168, 0, 1}, .prefix_len = 16};
	int ends[2], status;
	pid_t child;

	(void)argument;
	if (!l || pipe(ends))
		abort();
	l->base.ops = &backend_linux;
	l->base.real_time = true;
	l->end = &l->first;
	child = fork();
	if (child < 0)
		abort();
	if (!child) {
		char why[256] = "";
		bool good = linux_start(&l->base, &a, 1500, why, sizeof(why));

		if (!good && write(ends[1], why, strlen(why)) < 0)
			_exit(2);
		_exit(!good);
	}
	close(ends[1]);
	memset(error, 0, error_len);
	if (read(ends[0], error, error_len - 1) < 0)
		error[0] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	if (!status)
		return &l->base;
	*skip = true;
	free(l);
	return NULL;
}

/* ---- time and packets ---- */

static uint64_t linux_now_ns(struct backend *b)
{
	struct timespec now;

	(void)b;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static void drain(struct linux_backend *l)
{
	ssize_t len;

	while ((len = read(l->tun, l->buffer, sizeof(l->buffer))) > 0) {
		struct packet *p = packet_copy(l->buffer, (size_t)len, linux_now_ns(&l->base));

		*l->end = p;
		l->end = &p->next;
	}
}

static void linux_wait(struct backend *b, uint64_t until_ns)
{
	struct linux_backend *l = self(b);
	struct pollfd fds[] = {{.fd = l->tun, .events = POLLIN},
			       {.fd = l->ended_calls, .events = POLLIN}};
	uint64_t now = linux_now_ns(b), left = until_ns > now ? until_ns - now : 0, count;
	struct timespec timeout = {(time_t)(left / SECOND_NS), (long)(left % SECOND_NS)};

	ppoll(fds, 2, &timeout, NULL);
	if (fds[1].revents && read(l->ended_calls, &count, sizeof(count)) < 0)
		return;
	drain(l);
}

static void linux_send(struct backend *b, const struct packet *p)
{
	if (write(self(b)->tun, p->bytes, p->len) != (ssize_t)p->len)
		perror("packetdrill: write to the TUN device");
}

/* Messages of the IPv6 layer about itself are not the script's. */
static bool is_chatter(const struct packet *p)
{
	struct packet_view v;

	if (packet_decode(p, &v))
		return p->bytes[0] >> 4 == 6 && p->bytes[6] == 0; /* hop-by-hop: MLD */
	return v.version == 6 && v.protocol == IP_PROTOCOL_ICMPV6 && v.icmp_type >= 130;
}

static struct packet *linux_receive(struct backend *b)
{
	struct linux_backend *l = self(b);
	struct packet *p;

	drain(l);
	while ((p = l->first)) {
		l->first = p->next;
		if (!l->first)
			l->end = &l->first;
		if (!is_chatter(p))
			return p;
		free(p);
	}
	return NULL;
}

/* Timers are slots of a wheel: 1 jiffy up to 64 jiffies, then an eighth of what they wait. */
static uint64_t linux_timer_slack_ns(uint64_t wait_ns)
{
	return 2 * JIFFY_NS + (wait_ns > 64 * JIFFY_NS ? wait_ns / 8 : 0);
}

/* ---- calls ---- */

static long perform(const struct call *c)
{
	const long *a = c->arg;

	switch (c->number) {
	case CALL_SOCKET:
		return socket((int)a[0], (int)a[1], (int)a[2]);
	case CALL_BIND:
		return bind((int)a[0], (void *)a[1], (socklen_t)a[2]);
	case CALL_LISTEN:
		return listen((int)a[0], (int)a[1]);
	case CALL_ACCEPT4:
		return accept4((int)a[0], (void *)a[1], (void *)a[2], (int)a[3]);
	case CALL_CONNECT:
		return connect((int)a[0], (void *)a[1], (socklen_t)a[2]);
	case CALL_READ:
		return read((int)a[0], (void *)a[1], (size_t)a[2]);
	case CALL_WRITE:
		return write((int)a[0], (void *)a[1], (size_t)a[2]);
	case CALL_READV:
		return readv((int)a[0], (void *)a[1], (int)a[2]);
	case CALL_WRITEV:
		return writev((int)a[0], (void *)a[1], (int)a[2]);
	case CALL_RECVFROM:
		return recvfrom((int)a[0], (void *)a[1], (size_t)a[2], (int)a[3], (void *)a[4],
				(void *)a[5]);
	case CALL_SENDTO:
		return sendto((int)a[0], (void *)a[1], (size_t)a[2], (int)a[3], (void *)a[4],
			      (socklen_t)a[5]);
	case CALL_RECVMSG:
		return recvmsg((int)a[0], (void *)a[1], (int)a[2]);
	case CALL_SENDMSG:
		return sendmsg((int)a[0], (void *)a[1], (int)a[2]);
	case CALL_FCNTL:
		return fcntl((int)a[0], (int)a[1], a[2]);
	case CALL_IOCTL:
		return ioctl((int)a[0], (unsigned long)a[1], (void *)a[2]);
	case CALL_CLOSE:
		return close((int)a[0]);
	case CALL_SHUTDOWN:
		return shutdown((int)a[0], (int)a[1]);
	case CALL_GETSOCKOPT:
		return getsockopt((int)a[0], (int)a[1], (int)a[2], (void *)a[3], (void *)a[4]);
	case CALL_SETSOCKOPT:
		return setsockopt((int)a[0], (int)a[1], (int)a[2], (void *)a[3], (socklen_t)a[4]);
	case CALL_GETSOCKNAME:
		return getsockname((int)a[0], (void *)a[1], (void *)a[2]);
	case CALL_GETPEERNAME:
		return getpeername((int)a[0], (void *)a[1], (void *)a[2]);
	case CALL_POLL:
		return poll((void *)a[0], (nfds_t)a[1], (int)a[2]);
	case CALL_EPOLL_CREATE1:
		return epoll_create1((int)a[0]);
	case CALL_EPOLL_CTL:
		return epoll_ctl((int)a[0], (int)a[1], (int)a[2], (void *)a[3]);
	case CALL_EPOLL_WAIT:
		return epoll_wait((int)a[0], (void *)a[1], (int)a[2], (int)a[3]);
	}
	errno = ENOSYS;
	return -1;
}

static void finish_call(const struct linux_backend *l, struct call *c)
{
	long result = perform(c);

	c->result = result < 0 ? -errno : result;
	c->ended_ns = linux_now_ns(NULL);
	if (c->number == CALL_SOCKET && result >= 0 && l->congestion_control[0])
		setsockopt((int)result, SOL_TCP, TCP_CONGESTION, l->congestion_control,
			   (socklen_t)strlen(l->congestion_control));
}

struct thread_call {
	struct linux_backend *backend;
	struct call *call;
};

static void *call_thread(void *arg)
{
	struct thread_call t = *(struct thread_call *)arg;
	uint64_t one = 1;

	free(arg);
	finish_call(t.backend, t.call);
	__atomic_store_n(&t.call->ended, true, __ATOMIC_RELEASE);
	if (write(t.backend->ended_calls, &one, sizeof(one)) < 0)
		perror("packetdrill: eventfd");
	return NULL;
}

static void start_thread(struct linux_backend *l, struct call *c)
{
	struct thread_call *t = malloc(sizeof(*t));
	pthread_t thread;

	if (!t)
		abort();
	*t = (struct thread_call){l, c};
	if (pthread_create(&thread, NULL, call_thread, t))
		abort();
	pthread_detach(thread);
	sched_yield();
}

static void linux_call(struct backend *b, struct call *c)
{
	struct itimerval limit = {.it_value.tv_usec = WATCHDOG_US}, none = {0};

	if (c->may_block) {
		start_thread(self(b), c);
		return;
	}
	setitimer(ITIMER_REAL, &limit, NULL);
	finish_call(self(b), c);
	setitimer(ITIMER_REAL, &none, NULL);
	c->ended = c->result != -EINTR;
}

static bool linux_finish(struct backend *b, char *error, size_t error_len)
{
	(void)b;
	(void)error;
	(void)error_len;
	return true; /* the namespace goes with the process */
}

static void linux_version(char *out, size_t len)
{
	struct utsname name;

	uname(&name);
	snprintf(out, len, "%s", name.release);
}

const struct backend_ops backend_linux = {
	.name = "linux",
	.version = linux_version,
	.create = linux_create,
	.start = linux_start,
	.now_ns = linux_now_ns,
	.wait = linux_wait,
	.send = linux_send,
	.receive = linux_receive,
	.call = linux_call,
	.sysctl = linux_sysctl,
	.timer_slack_ns = linux_timer_slack_ns,
	.finish = linux_finish,
};
