// SPDX-License-Identifier: MIT
/*
 * A stack behind packetdrill's own interface (so/interface.h): the runner does with it what
 * packetdrill does. Its packets must be asked for, and asking lets time pass, so that silence cannot
 * be seen. Settings are the kernel's, in a network namespace of this process.
 */
#include "backend.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "proc_sysctl.h"
#include "so/interface.h"

#define PACKET_MAX 65536
#define SECOND_NS  1000000000ull

struct so_backend {
	struct backend base;
	void *library;
	struct packetdrill_interface ifc;
	char congestion_control[16];
	uint8_t buffer[PACKET_MAX];
};

static struct so_backend *self(struct backend *b)
{
	return (struct so_backend *)b;
}

/* Whether a process may have a namespace for its settings: tried by one. */
static bool namespace_permitted(void)
{
	int status = 1;
	pid_t child = fork();

	if (!child)
		_exit(unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0);
	return child > 0 && waitpid(child, &status, 0) == child && !status;
}

static struct backend *so_create(const char *path, bool *skip, char *error, size_t error_len)
{
	struct so_backend *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	if (!namespace_permitted()) {
		*skip = true;
		snprintf(error, error_len, "a network namespace is not permitted");
		free(s);
		return NULL;
	}
	s->base.ops = &backend_so;
	s->base.pull_only = true;
	s->library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	if (s->library)
		return &s->base;
	snprintf(error, error_len, "%s", path ? dlerror() : "write --backend=so:FILE");
	free(s);
	return NULL;
}

static bool so_start(struct backend *b, const struct addresses *a, unsigned int mtu, char *error,
		     size_t error_len)
{
	void (*init)(const char *flags, struct packetdrill_interface *interface);
	char local[64], gateway[64], flags[256];
	int family = a->version == 4 ? AF_INET : AF_INET6;

	*(void **)&init = dlsym(self(b)->library, "packetdrill_interface_init");
	if (!init) {
		snprintf(error, error_len, "%s", dlerror());
		return false;
	}
	if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET)) {
		snprintf(error, error_len, "a network namespace is not permitted: %s",
			 strerror(errno));
		return false;
	}
	inet_ntop(family, &a->local, local, sizeof(local));
	inet_ntop(family, &a->gateway, gateway, sizeof(gateway));
	snprintf(flags, sizeof(flags), "local=%s/%u,gateway=%s,mtu=%u,tso=off", local,
		 a->prefix_len, gateway, mtu);
	init(flags, &self(b)->ifc);
	return true;
}

static uint64_t so_now_ns(struct backend *b)
{
	struct timeval tv;

	self(b)->ifc.gettimeofday(self(b)->ifc.userdata, &tv, NULL);
	return (uint64_t)tv.tv_sec * SECOND_NS + (uint64_t)tv.tv_usec * 1000;
}

static void so_wait(struct backend *b, uint64_t until_ns)
{
	uint64_t now = so_now_ns(b);

	if (until_ns > now)
		self(b)->ifc.usleep(self(b)->ifc.userdata, (unsigned int)((until_ns - now) / 1000));
	sched_yield();
}

static void so_send(struct backend *b, const struct packet *p)
{
	self(b)->ifc.netdev_send(self(b)->ifc.userdata, p->bytes, p->len);
}

static struct packet *so_receive(struct backend *b)
{
	struct so_backend *s = self(b);
	size_t count = sizeof(s->buffer);
	long long time_usecs = 0;

	if (s->ifc.netdev_receive(s->ifc.userdata, s->buffer, &count, &time_usecs) || !count)
		return NULL;
	return packet_copy(s->buffer, count, (uint64_t)time_usecs * 1000);
}

/* ---- calls ---- */

static long perform_more(struct packetdrill_interface *i, const struct call *c)
{
	const long *a = c->arg;
	void *u = i->userdata;
	int fd = (int)a[0];

	switch (c->number) {
	case CALL_READ:
		return i->read(u, fd, (void *)a[1], (size_t)a[2]);
	case CALL_WRITE:
		return i->write(u, fd, (void *)a[1], (size_t)a[2]);
	case CALL_READV:
		return i->readv(u, fd, (void *)a[1], (int)a[2]);
	case CALL_WRITEV:
		return i->writev(u, fd, (void *)a[1], (int)a[2]);
	case CALL_RECVFROM:
		return i->recvfrom(u, fd, (void *)a[1], (size_t)a[2], (int)a[3], (void *)a[4],
				   (void *)a[5]);
	case CALL_SENDTO:
		return i->sendto(u, fd, (void *)a[1], (size_t)a[2], (int)a[3], (void *)a[4],
				 (uint32_t)a[5]);
	case CALL_RECVMSG:
		return i->recvmsg(u, fd, (void *)a[1], (int)a[2]);
	case CALL_SENDMSG:
		return i->sendmsg(u, fd, (void *)a[1], (int)a[2]);
	case CALL_POLL:
		return i->poll(u, (void *)a[0], (unsigned long)a[1], (int)a[2]);
	case CALL_EPOLL_CREATE1:
		return i->epoll_create(u, a[0] ? -1 : 1);
	case CALL_EPOLL_CTL:
		return i->epoll_ctl(u, fd, (int)a[1], (int)a[2], (void *)a[3]);
	case CALL_EPOLL_WAIT:
		return i->epoll_wait(u, fd, (void *)a[1], (int)a[2], (int)a[3]);
	default: /* getsockname(), getpeername(), accept4() with flags are not in the interface */
		errno = ENOSYS;
		return -1;
	}
}

static long perform(struct packetdrill_interface *i, const struct call *c)
{
	const long *a = c->arg;
	void *u = i->userdata;
	int fd = (int)a[0];

	switch (c->number) {
	case CALL_SOCKET:
		return i->socket(u, (int)a[0], (int)a[1], (int)a[2]);
	case CALL_BIND:
		return i->bind(u, fd, (void *)a[1], (uint32_t)a[2]);
	case CALL_LISTEN:
		return i->listen(u, fd, (int)a[1]);
	case CALL_ACCEPT4:
		if (!a[3])
			return i->accept(u, fd, (void *)a[1], (void *)a[2]);
		break;
	case CALL_CONNECT:
		return i->connect(u, fd, (void *)a[1], (uint32_t)a[2]);
	case CALL_FCNTL:
		return i->fcntl(u, fd, (int)a[1], a[2]);
	case CALL_IOCTL:
		return i->ioctl(u, fd, (unsigned long)a[1], (void *)a[2]);
	case CALL_CLOSE:
		return i->close(u, fd);
	case CALL_SHUTDOWN:
		return i->shutdown(u, fd, (int)a[1]);
	case CALL_GETSOCKOPT:
		return i->getsockopt(u, fd, (int)a[1], (int)a[2], (void *)a[3], (void *)a[4]);
	case CALL_SETSOCKOPT:
		return i->setsockopt(u, fd, (int)a[1], (int)a[2], (void *)a[3], (uint32_t)a[4]);
	default:
		break;
	}
	return perform_more(i, c);
}

static void finish_call(struct so_backend *s, struct call *c)
{
	long result = perform(&s->ifc, c);

	c->result = result < 0 ? -errno : result;
	if (c->number == CALL_SOCKET && result >= 0 && s->congestion_control[0])
		s->ifc.setsockopt(s->ifc.userdata, (int)result, IPPROTO_TCP, TCP_CONGESTION,
				  s->congestion_control, (uint32_t)strlen(s->congestion_control));
	c->ended_ns = so_now_ns(&s->base);
	__atomic_store_n(&c->ended, true, __ATOMIC_RELEASE);
}

struct thread_call {
	struct so_backend *backend;
	struct call *call;
};

static void *call_thread(void *arg)
{
	struct thread_call t = *(struct thread_call *)arg;

	free(arg);
	__atomic_store_n(&t.call->thread, gettid(), __ATOMIC_RELEASE);
	finish_call(t.backend, t.call);
	return NULL;
}

static bool thread_sleeps(int tid)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(file);
	return state == 'S';
}

/* As packetdrill does: a call that sleeps has a thread of its own, and the script goes on once that
 * has come to sleep, or ended. */
static void so_call(struct backend *b, struct call *c)
{
	struct thread_call *t;
	pthread_t thread;

	if (!c->may_block) {
		finish_call(self(b), c);
		return;
	}
	t = malloc(sizeof(*t));
	if (!t)
		abort();
	*t = (struct thread_call){self(b), c};
	if (pthread_create(&thread, NULL, call_thread, t))
		abort();
	pthread_detach(thread);
	for (int tries = 0; tries < 600000; tries++) {
		const int tid = __atomic_load_n(&c->thread, __ATOMIC_ACQUIRE);

		if (__atomic_load_n(&c->ended, __ATOMIC_ACQUIRE) || (tid && thread_sleeps(tid)))
			return;
		usleep(100);
	}
}

static int so_sysctl(struct backend *b, const char *name, const char *value)
{
	if (strcmp(name, "net.ipv4.tcp_congestion_control") != 0)
		return proc_sysctl_write(name, value);
	snprintf(self(b)->congestion_control, sizeof(self(b)->congestion_control), "%s", value);
	return 0;
}

static bool so_finish(struct backend *b, char *error, size_t error_len)
{
	(void)error;
	(void)error_len;
	self(b)->ifc.free(self(b)->ifc.userdata);
	return true;
}

const struct backend_ops backend_so = {
	.name = "so",
	.create = so_create,
	.start = so_start,
	.now_ns = so_now_ns,
	.wait = so_wait,
	.send = so_send,
	.receive = so_receive,
	.call = so_call,
	.sysctl = so_sysctl,
	.finish = so_finish,
};
