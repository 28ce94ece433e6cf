// SPDX-License-Identifier: MIT
/*
 * Our stack behind packetdrill's interface (interface.h). The world of the host rung runs under one
 * lock, on whichever thread asks: a call runs as a task until it ends or sleeps. One that sleeps and
 * came from a thread of its own sleeps for real, as packetdrill looks for, while the first thread
 * lets virtual time pass; the first thread's own lets time pass itself. Every look at the clock is a
 * microsecond later than the one before, but for a thread's first when its call has slept: that is
 * for the time at which it ended.
 */
#include "interface.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <net/tcp.h>
#include "../inet_text.h"
#include "../stack_host.h"
#include "set_errno.h"
#include "settings.h"
#include "shim.h"

#define FD_BASE	       10000 /* descriptors are told from the process's own by this */
#define EPOCH_NS       (1000000ull * HOST_SECOND)
#define QUIET_LIMIT_NS (600 * HOST_SECOND) /* no packet for so long: none will ever come */
#define HANDOVER_S     60
#define SETTLE_STEP_US 200
#define SETTLE_LOOKS   300000
#define CALL_LIMIT_NS  (60 * HOST_SECOND) /* a call of the first thread that sleeps ends then */

/* A thread whose call sleeps. */
struct sleeper {
	struct sleeper *next;
	struct call *call;
	bool woken;
};

struct so_stack {
	struct backend *backend;
	pthread_mutex_t lock;
	pthread_cond_t call_ended, clock_read;
	pthread_t first;
	struct sleeper *sleepers;
	unsigned int looks_due; /* at the clock, by threads that have slept */
	int restless;		/* a thread that has work after its call has ended; 0: none */
	bool read_settings;
	uint32_t tx_queue_len; /* of the device, as it is by itself */
};

static uint64_t now_ns(const struct so_stack *s)
{
	return s->backend->ops->now_ns(s->backend);
}

/*
 * Threads whose calls have ended wake up and look at the clock, to note when that was: virtual time
 * waits for them, but not long, as another user of the interface may not look.
 */
static void wake_sleepers(struct so_stack *s)
{
	unsigned int woken = 0;
	struct timespec limit;

	for (struct sleeper *one = s->sleepers; one; one = one->next) {
		woken += one->call->ended && !one->woken;
		one->woken = one->call->ended;
	}
	if (!woken)
		return;
	s->looks_due += woken;
	pthread_cond_broadcast(&s->call_ended);
	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += HANDOVER_S;
	while (s->looks_due && !pthread_cond_timedwait(&s->clock_read, &s->lock, &limit))
		;
	s->looks_due = 0;
}

/* Lets time pass until something happens, or until then. */
static void pass(struct so_stack *s, uint64_t until_ns)
{
	s->backend->ops->wait(s->backend, until_ns);
	wake_sleepers(s);
}

static void pass_all(struct so_stack *s, uint64_t until_ns)
{
	while (now_ns(s) < until_ns)
		pass(s, until_ns);
}

/* ---- calls ---- */

static bool is_first(const struct so_stack *s)
{
	return pthread_equal(pthread_self(), s->first);
}

static void sleep_for_real(struct so_stack *s, struct call *c)
{
	struct sleeper me = {.next = s->sleepers, .call = c}, **at = &s->sleepers;

	s->sleepers = &me;
	while (!c->ended)
		pthread_cond_wait(&s->call_ended, &s->lock);
	s->restless = gettid();
	while (*at != &me)
		at = &(*at)->next;
	*at = me.next;
}

static void await(struct so_stack *s, struct call *c)
{
	uint64_t limit_ns = now_ns(s) + CALL_LIMIT_NS;

	if (!c->ended && !is_first(s)) {
		sleep_for_real(s, c);
		return;
	}
	while (!c->ended) {
		if (now_ns(s) >= limit_ns) {
			fprintf(stderr,
				"packetdrill-so: a call of the first thread sleeps for ever\n");
			abort();
		}
		pass(s, limit_ns);
	}
}

/* Whether the thread sleeps in the kernel (proc(5)). */
static bool is_asleep(int tid)
{
	char path[64], state = 'S';
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	stat = fopen(path, "r");
	if (!stat)
		return true;
	if (fscanf(stat, "%*d %*s %c", &state) != 1)
		state = 'S';
	fclose(stat);
	return state == 'S';
}

/*
 * Virtual time would not wait for what a thread does when its call has ended, real time would: nothing
 * that the first thread asks for is over before that thread sleeps again, or is gone. It may sleep for a
 * lock that the first thread holds, and gives up while it lets time pass: then once more.
 */
static void let_settle(struct so_stack *s)
{
	int tid;

	if (!is_first(s))
		return;
	pthread_mutex_lock(&s->lock);
	tid = s->restless;
	pthread_mutex_unlock(&s->lock);
	for (int i = 0; tid && i < SETTLE_LOOKS; i++) {
		usleep(SETTLE_STEP_US);
		if (is_asleep(tid))
			return;
	}
}

static long result(long value)
{
	if (value >= 0)
		return value;
	so_set_errno((int)-value);
	return -1;
}

static long call(void *userdata, enum call_number number, long a0, long a1, long a2, long a3,
		 long a4, long a5)
{
	struct so_stack *s = userdata;
	struct call c = {.number = number, .arg = {a0, a1, a2, a3, a4, a5}};

	pthread_mutex_lock(&s->lock);
	s->backend->ops->call(s->backend, &c);
	wake_sleepers(s);
	await(s, &c);
	pthread_mutex_unlock(&s->lock);
	let_settle(s);
	return result(c.result);
}

static long on_fd(int fd)
{
	return fd < 0 ? fd : fd >= FD_BASE ? fd - FD_BASE : FD_BASE;
}

static int new_fd(long value)
{
	return value < 0 ? (int)value : (int)value + FD_BASE;
}

static int so_socket(void *u, int domain, int type, int protocol)
{
	struct so_stack *s = u;

	pthread_mutex_lock(&s->lock);
	if (s->read_settings)
		so_read_settings(s->backend);
	pthread_mutex_unlock(&s->lock);
	return new_fd(call(u, CALL_SOCKET, domain, type, protocol, 0, 0, 0));
}

static int so_bind(void *u, int fd, const struct sockaddr *addr, uint32_t len)
{
	return (int)call(u, CALL_BIND, on_fd(fd), (long)addr, len, 0, 0, 0);
}

static int so_listen(void *u, int fd, int backlog)
{
	return (int)call(u, CALL_LISTEN, on_fd(fd), backlog, 0, 0, 0, 0);
}

static int so_accept(void *u, int fd, struct sockaddr *addr, uint32_t *len)
{
	return new_fd(call(u, CALL_ACCEPT4, on_fd(fd), (long)addr, (long)len, 0, 0, 0));
}

static int so_connect(void *u, int fd, const struct sockaddr *addr, uint32_t len)
{
	return (int)call(u, CALL_CONNECT, on_fd(fd), (long)addr, len, 0, 0, 0);
}

static long so_read(void *u, int fd, void *buf, size_t count)
{
	return call(u, CALL_READ, on_fd(fd), (long)buf, (long)count, 0, 0, 0);
}

static long so_readv(void *u, int fd, const struct iovec *iov, int count)
{
	return call(u, CALL_READV, on_fd(fd), (long)iov, count, 0, 0, 0);
}

static long so_recvfrom(void *u, int fd, void *buf, size_t len, int flags, struct sockaddr *from,
			uint32_t *from_len)
{
	return call(u, CALL_RECVFROM, on_fd(fd), (long)buf, (long)len, flags, (long)from,
		    (long)from_len);
}

static long so_recv(void *u, int fd, void *buf, size_t len, int flags)
{
	return so_recvfrom(u, fd, buf, len, flags, NULL, NULL);
}

static long so_recvmsg(void *u, int fd, struct msghdr *msg, int flags)
{
	return call(u, CALL_RECVMSG, on_fd(fd), (long)msg, flags, 0, 0, 0);
}

static long so_write(void *u, int fd, const void *buf, size_t count)
{
	return call(u, CALL_WRITE, on_fd(fd), (long)buf, (long)count, 0, 0, 0);
}

static long so_writev(void *u, int fd, const struct iovec *iov, int count)
{
	return call(u, CALL_WRITEV, on_fd(fd), (long)iov, count, 0, 0, 0);
}

static long so_sendto(void *u, int fd, const void *buf, size_t len, int flags,
		      const struct sockaddr *to, uint32_t to_len)
{
	return call(u, CALL_SENDTO, on_fd(fd), (long)buf, (long)len, flags, (long)to, to_len);
}

static long so_send(void *u, int fd, const void *buf, size_t len, int flags)
{
	return so_sendto(u, fd, buf, len, flags, NULL, 0);
}

static long so_sendmsg(void *u, int fd, const struct msghdr *msg, int flags)
{
	return call(u, CALL_SENDMSG, on_fd(fd), (long)msg, flags, 0, 0, 0);
}

static int so_fcntl(void *u, int fd, int cmd, ...)
{
	va_list args;
	long arg;

	va_start(args, cmd);
	arg = va_arg(args, long);
	va_end(args);
	return (int)call(u, CALL_FCNTL, on_fd(fd), cmd, arg, 0, 0, 0);
}

static int so_ioctl(void *u, int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	return (int)call(u, CALL_IOCTL, on_fd(fd), (long)request, (long)arg, 0, 0, 0);
}

static int so_close(void *u, int fd)
{
	return (int)call(u, CALL_CLOSE, on_fd(fd), 0, 0, 0, 0, 0);
}

static int so_shutdown(void *u, int fd, int how)
{
	return (int)call(u, CALL_SHUTDOWN, on_fd(fd), how, 0, 0, 0, 0);
}

static int so_getsockopt(void *u, int fd, int level, int name, void *value, uint32_t *len)
{
	return (int)call(u, CALL_GETSOCKOPT, on_fd(fd), level, name, (long)value, (long)len, 0);
}

static int so_setsockopt(void *u, int fd, int level, int name, const void *value, uint32_t len)
{
	return (int)call(u, CALL_SETSOCKOPT, on_fd(fd), level, name, (long)value, len, 0);
}

static int so_poll(void *u, struct pollfd *fds, unsigned long count, int timeout_ms)
{
	struct pollfd *own = calloc(count + 1, sizeof(*own));
	long n;

	if (!own)
		return (int)result(-ENOMEM);
	for (unsigned long i = 0; i < count; i++)
		own[i] = (struct pollfd){.fd = (int)on_fd(fds[i].fd), .events = fds[i].events};
	n = call(u, CALL_POLL, (long)own, (long)count, timeout_ms, 0, 0, 0);
	for (unsigned long i = 0; i < count; i++)
		fds[i].revents = own[i].revents;
	free(own);
	return (int)n;
}

static int so_epoll_create(void *u, int size)
{
	return new_fd(call(u, CALL_EPOLL_CREATE1, size > 0 ? 0 : -1, 0, 0, 0, 0, 0));
}

static int so_epoll_ctl(void *u, int epfd, int op, int fd, struct epoll_event *event)
{
	return (int)call(u, CALL_EPOLL_CTL, on_fd(epfd), op, on_fd(fd), (long)event, 0, 0);
}

static int so_epoll_wait(void *u, int epfd, struct epoll_event *events, int max, int timeout_ms)
{
	return (int)call(u, CALL_EPOLL_WAIT, on_fd(epfd), (long)events, max, timeout_ms, 0, 0);
}

/* Not of sockets. */
static int so_pipe(void *u, int fds[2])
{
	(void)u;
	(void)fds;
	so_set_errno(38); /* ENOSYS */
	return -1;
}

static int so_splice(void *u, int fd_in, long long *off_in, int fd_out, long long *off_out,
		     size_t len, unsigned int flags)
{
	(void)fd_in;
	(void)off_in;
	(void)fd_out;
	(void)off_out;
	(void)len;
	(void)flags;
	return so_pipe(u, NULL);
}

static void write_counter(void *to, const char *name, uint64_t value)
{
	fprintf(to, "%s %llu\n", name, (unsigned long long)value);
}

/* Counters that a script asks nstat for are ours: bin/nstat reads them there. */
static void so_before_command(void *u, const char *command)
{
	struct so_stack *s = u;
	const char *path = getenv("RINGSIDE_NSTAT");
	FILE *to = path && strstr(command, "nstat") ? fopen(path, "w") : NULL;

	if (!to)
		return;
	pthread_mutex_lock(&s->lock);
	net_mib_for_each(stack_host(s->backend)->net, write_counter, to);
	pthread_mutex_unlock(&s->lock);
	fclose(to);
}

/* A script's command has run: what it did to Linux is done here. Settings are read anew; a queue that
 * takes nothing, and the Fast Open cookies that "ip tcp_metrics flush" forgets, are known by name. */
static void so_after_command(void *u, const char *command)
{
	struct so_stack *s = u;
	struct stack_host *host = stack_host(s->backend);

	pthread_mutex_lock(&s->lock);
	if (s->read_settings)
		so_read_settings(s->backend);
	if (strstr(command, "tcp_metrics flush"))
		tcp_fastopen_cache_free(host->net);
	if (strstr(command, "tc qdisc"))
		host->dev->tx_queue_len = strstr(command, "limit 0") ? 0 : s->tx_queue_len;
	pthread_mutex_unlock(&s->lock);
}

/* ---- packets and time ---- */

static int so_netdev_send(void *u, const void *buf, size_t count)
{
	struct so_stack *s = u;
	struct packet *p = packet_copy(buf, count, 0);

	pthread_mutex_lock(&s->lock);
	s->backend->ops->send(s->backend, p);
	wake_sleepers(s);
	pthread_mutex_unlock(&s->lock);
	free(p);
	let_settle(s);
	return 0;
}

static struct packet *next_packet(struct so_stack *s)
{
	uint64_t limit_ns = now_ns(s) + QUIET_LIMIT_NS;
	struct packet *p;

	while (!(p = s->backend->ops->receive(s->backend)) && now_ns(s) < limit_ns)
		pass(s, limit_ns);
	return p;
}

static int so_netdev_receive(void *u, void *buf, size_t *count, long long *time_usecs)
{
	struct so_stack *s = u;
	struct packet *p;

	pthread_mutex_lock(&s->lock);
	p = next_packet(s);
	*time_usecs = (long long)((EPOCH_NS + (p ? p->time_ns : now_ns(s))) / HOST_US);
	if (p && p->len < *count)
		*count = p->len;
	else if (!p)
		*count = 0;
	if (p)
		memcpy(buf, p->bytes, *count);
	free(p);
	pthread_mutex_unlock(&s->lock);
	let_settle(s);
	return 0;
}

static int so_usleep(void *u, unsigned int usecs)
{
	struct so_stack *s = u;

	let_settle(s);
	pthread_mutex_lock(&s->lock);
	if (is_first(s))
		s->restless = 0;
	pass_all(s, now_ns(s) + usecs * HOST_US);
	pthread_mutex_unlock(&s->lock);
	let_settle(s);
	return 0;
}

static int so_gettimeofday(void *u, struct timeval *tv, struct timezone *tz)
{
	struct so_stack *s = u;
	uint64_t t;

	(void)tz;
	pthread_mutex_lock(&s->lock);
	if (!is_first(s) && s->looks_due) {
		s->looks_due--;
		pthread_cond_signal(&s->clock_read);
	} else {
		pass_all(s, now_ns(s) + HOST_US);
	}
	t = EPOCH_NS + now_ns(s);
	pthread_mutex_unlock(&s->lock);
	let_settle(s);
	tv->tv_sec = (long)(t / HOST_SECOND);
	tv->tv_usec = (long)(t % HOST_SECOND / HOST_US);
	return 0;
}

/* ---- set-up ---- */

static void so_free(void *u)
{
	struct so_stack *s = u;
	char error[256] = "";

	if (!s->backend->ops->finish(s->backend, error, sizeof(error)))
		fprintf(stderr, "packetdrill-so: %s\n", error);
	free(s->backend);
	free(s);
}

struct flags {
	struct addresses v4, v6;
	unsigned int mtu;
	bool no_tso, no_settings;
};

static bool set_flag(struct flags *f, char *key)
{
	char *value = strchr(key, '='), *prefix;
	struct addresses *a;

	if (!value)
		return false;
	*value++ = '\0';
	if (!strcmp(key, "mtu")) {
		f->mtu = (unsigned int)atoi(value);
		return f->mtu >= 68 && f->mtu <= 9216;
	}
	if (!strcmp(key, "tso") || !strcmp(key, "sysctl")) {
		*(*key == 't' ? &f->no_tso : &f->no_settings) = !strcmp(value, "off");
		return true;
	}
	a = strchr(value, ':') ? &f->v6 : &f->v4;
	prefix = strchr(value, '/');
	if (prefix) {
		*prefix++ = '\0';
		a->prefix_len = (unsigned int)atoi(prefix);
	}
	if (!strcmp(key, "local"))
		return inet_from_text(a->version, value, a->local.bytes);
	return !strcmp(key, "gateway") && inet_from_text(a->version, value, a->gateway.bytes);
}

static void default_flags(struct flags *f)
{
	*f = (struct flags){.mtu = 1500};
	f->v4 = (struct addresses){.version = 4, .prefix_len = 16};
	f->v6 = (struct addresses){.version = 6, .prefix_len = 64};
	inet_from_text(4, "192.168.0.1", f->v4.local.bytes);
	inet_from_text(4, "192.168.0.2", f->v4.gateway.bytes);
	inet_from_text(6, "fd3d:0a0b:17d6::1", f->v6.local.bytes);
	inet_from_text(6, "fd3d:0a0b:17d6::2", f->v6.gateway.bytes);
}

static void parse_flags(struct flags *f, const char *text)
{
	char *copy = strdup(text ? text : ""), *save = NULL;

	default_flags(f);
	for (char *one = strtok_r(copy, ",", &save); one; one = strtok_r(NULL, ",", &save))
		if (!set_flag(f, one)) {
			fprintf(stderr,
				"packetdrill-so: flag '%s': see tests/packetdrill/so/interface.h\n",
				one);
			exit(1);
		}
	free(copy);
}

static struct so_stack *start(const struct flags *f)
{
	struct so_stack *s = calloc(1, sizeof(*s));
	char error[256] = "";
	bool skip = false;

	if (!s)
		abort();
	s->backend = backend_stack.create(NULL, &skip, error, sizeof(error));
	s->first = pthread_self();
	s->read_settings = !f->no_settings;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->call_ended, NULL);
	pthread_cond_init(&s->clock_read, NULL);
	stack_host(s->backend)->tso = !f->no_tso;
	if (!s->backend->ops->start(s->backend, &f->v4, f->mtu, error, sizeof(error)) ||
	    !stack_host_add_addresses(stack_host(s->backend), &f->v6)) {
		fprintf(stderr, "packetdrill-so: %s\n", error);
		exit(1);
	}
	s->tx_queue_len = stack_host(s->backend)->dev->tx_queue_len;
	return s;
}

void packetdrill_interface_init(const char *flags, struct packetdrill_interface *interface)
{
	struct flags f;

	parse_flags(&f, flags);
	*interface = (struct packetdrill_interface){
		.userdata = start(&f),
		.free = so_free,
		.socket = so_socket,
		.bind = so_bind,
		.listen = so_listen,
		.accept = so_accept,
		.connect = so_connect,
		.read = so_read,
		.readv = so_readv,
		.recv = so_recv,
		.recvfrom = so_recvfrom,
		.recvmsg = so_recvmsg,
		.write = so_write,
		.writev = so_writev,
		.send = so_send,
		.sendto = so_sendto,
		.sendmsg = so_sendmsg,
		.fcntl = so_fcntl,
		.ioctl = so_ioctl,
		.close = so_close,
		.shutdown = so_shutdown,
		.getsockopt = so_getsockopt,
		.setsockopt = so_setsockopt,
		.poll = so_poll,
		.netdev_send = so_netdev_send,
		.netdev_receive = so_netdev_receive,
		.usleep = so_usleep,
		.gettimeofday = so_gettimeofday,
		.epoll_create = so_epoll_create,
		.epoll_ctl = so_epoll_ctl,
		.epoll_wait = so_epoll_wait,
		.pipe = so_pipe,
		.splice = so_splice,
	};
	shim_register(&(struct shim_calls){interface->userdata, FD_BASE, so_getsockopt, so_close,
					   so_write, so_before_command, so_after_command});
}
